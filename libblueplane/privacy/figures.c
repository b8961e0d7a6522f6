/* privacy/figures.c */
#include "privacy/figures.h"

#include "privacy/roster.h"

static const struct band {
  const char *name;
  int64_t least, most;
} bands[HEADCOUNT_BANDS] = {{"", 0, 0},        {"3-4", 3, 4},     {"5-9", 5, 9},
                            {"10-19", 10, 19}, {"20-49", 20, 49}, {"50+", 50, ROSTER_MEMBERS_MAX}};

static const struct band *band_of(int band) {
  return &bands[band > 0 && band < HEADCOUNT_BANDS ? band : 0];
}

headcount_band bpi_headcount_band(size_t people) {
  int band = HEADCOUNT_BANDS - 1;
  while (band > 0 && people < (size_t)bands[band].least)
    band--;
  return (headcount_band)band;
}

const char *bpi_headcount_name(int band) {
  return band_of(band)->name;
}
int64_t bpi_headcount_least(int band) {
  return band_of(band)->least;
}
int64_t bpi_headcount_most(int band) {
  return band_of(band)->most;
}

/* The value of the last digit that is shown. */
static int64_t unit_of(int64_t value, size_t people) {
  int64_t limit = people < 5 ? 100 : 1000, unit = 1;
  while (value / unit >= limit)
    unit *= 10;
  return unit;
}

int64_t bpi_figure_round(int64_t value, size_t people) {
  int64_t unit = unit_of(value, people);
  return (value + unit / 2) / unit * unit;
}

/* 9995 is shown as 10000, which has a larger unit, so the half is never too small. */
int64_t bpi_figure_half(int64_t figure, size_t people) {
  return unit_of(figure, people) / 2;
}

int64_t bpi_bucket_start(int64_t value) {
  if (value < 10) return 0;
  int64_t ten = 10;
  while (value / ten >= 10)
    ten *= 10;
  int64_t digit = value / ten;
  return ten * (digit >= 5 ? 5 : digit >= 2 ? 2 : 1);
}

int64_t bpi_bucket_end(int64_t start) {
  int64_t ten = 1;
  if (start < 10) return 10;
  while (start / ten >= 10)
    ten *= 10;
  return start / ten == 1 ? 2 * ten : start / ten == 2 ? 5 * ten : 10 * ten;
}

int64_t bpi_share_tenths(size_t members, size_t people) {
  if (people == 0) return 1;
  int64_t tenths = (int64_t)((members * 20 + people) / (2 * people));
  return tenths < 1 ? 1 : tenths > 9 ? 9 : tenths;
}

void bpi_parts_add(parts *p, int64_t part) {
  if (part < 0) part = -part;
  if (part == 0) return;
  p->count++;
  p->sum += part;
  if (part > p->first) {
    p->second = p->first;
    p->first = part;
  } else if (part > p->second) {
    p->second = part;
  }
}

/* DOMINANCE_PERCENT of the greatest part, rounded up. */
static int64_t least_rest(const parts *p) {
  int64_t share = 100 / DOMINANCE_PERCENT;
  return p->first / share + (p->first % share != 0);
}

bool bpi_parts_safe(const parts *p, int64_t width, int32_t k) {
  if (p->count == 0) return true; /* nobody has anything */
  if (p->count < (size_t)k && width == 0) return false;
  return p->sum - p->first - p->second + width >= least_rest(p);
}

bool bpi_parts_safe_from_insider(const parts *p, int64_t width) {
  return p->count == 0 || p->sum - p->first + width >= least_rest(p);
}
