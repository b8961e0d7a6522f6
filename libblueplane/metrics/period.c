/* metrics/period.c: calendar arithmetic on days since the epoch. */
#include "metrics/period.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"

#define DAYS_MAX 9999

typedef enum period_name {
  NAME_TODAY,
  NAME_YESTERDAY,
  NAME_WEEK,
  NAME_MONTH,
  NAME_QUARTER,
  NAME_YEAR,
  NAME_LAST_WEEK,
  NAME_LAST_MONTH,
  NAME_COUNT
} period_name;
static const char *const names[NAME_COUNT] = {"today",   "yesterday", "week",      "month",
                                              "quarter", "year",      "last_week", "last_month"};

static int find_name(const char *name) {
  int i = 0;
  while (i < NAME_COUNT && strcmp(names[i], name) != 0)
    i++;
  return i;
}

/* "30d" gives 30; 0 if the name does not have this form. */
static int64_t day_count(const char *name) {
  size_t length = strlen(name);
  int64_t days;
  if (length < 2 || name[length - 1] != 'd' || name[0] < '1' || name[0] > '9') return 0;
  if (!bpi_parse_int(name, length - 1, &days)) return 0;
  return days <= DAYS_MAX ? days : 0;
}

static bool parse_day(const char *text, size_t length, int64_t *day) {
  civil c;
  if (!bpi_parse_date(text, length, &c) || c.year < 1970 || c.year > 9999) return false;
  *day = bpi_days_from_civil(c.year, c.month, c.day);
  return true;
}

/* "2026-11-23" or "2026-11-23/2026-11-30". */
static bool parse_days(const char *name, int64_t *first, int64_t *last) {
  const char *slash = strchr(name, '/');
  if (!slash) {
    if (!parse_day(name, strlen(name), first)) return false;
    *last = *first;
    return true;
  }
  return parse_day(name, (size_t)(slash - name), first) &&
         parse_day(slash + 1, strlen(slash + 1), last);
}

/* ------------------------------------------------------------------------- calendar arithmetic */

static int64_t day_of(int32_t year, int32_t month, int32_t day) {
  return bpi_days_from_civil(year, month, day);
}

static int32_t days_in_month(int32_t year, int32_t month) {
  int64_t next = month == 12 ? day_of(year + 1, 1, 1) : day_of(year, month + 1, 1);
  return (int32_t)(next - day_of(year, month, 1));
}

/* The same day of the month, some months before, or if negative, after; the last day of a shorter month, and with keep_end
 * also if `day` is the last of its month. */
static int64_t months_before(int64_t day, int32_t months, bool keep_end) {
  civil c;
  bpi_civil_from_days(day, &c);
  bool end = c.day == days_in_month(c.year, c.month);
  int32_t index = c.year * 12 + c.month - 1 - months;
  int32_t year = index / 12, month = index % 12 + 1, length = days_in_month(year, month);
  return day_of(year, month, c.day > length || (keep_end && end) ? length : c.day);
}

/* "2026-03", "2026-Q1" or "2026-W07"; a week begins on Monday. */
static bool parse_unit(const char *name, period_kind *kind, int64_t *first, int64_t *last) {
  static const char first_months[][3] = {"01", "04", "07", "10"};
  char day[] = "YYYY-MM-01";
  size_t length = strlen(name);
  if (bpi_parse_week(name, length, first)) {
    *kind = PERIOD_WEEK;
    *last = *first + 6;
    return *last < day_of(10000, 1, 1);
  }
  if (length != strlen("YYYY-MM")) return false;
  memcpy(day, name, length);
  bool quarter = name[5] == 'Q' && name[6] >= '1' && name[6] <= '4';
  if (quarter) memcpy(day + 5, first_months[name[6] - '1'], 2);
  if (!parse_day(day, strlen(day), first)) return false;
  *kind = quarter ? PERIOD_QUARTER : PERIOD_MONTH;
  *last = months_before(*first, quarter ? -3 : -1, false) - 1;
  return true;
}

bool bpi_period_known(const char *name) {
  int64_t first, last;
  period_kind kind;
  return !strcmp(name, "all") || find_name(name) < NAME_COUNT || day_count(name) > 0 ||
         parse_unit(name, &kind, &first, &last) || parse_days(name, &first, &last);
}

bool bpi_period_reversed(const char *name) {
  int64_t first, last;
  return parse_days(name, &first, &last) && first > last;
}

int64_t bpi_week_start(int64_t day, bool sunday) {
  int into = bpi_day_of_week(day); /* 0 Monday */
  return day - (sunday ? (into + 1) % 7 : into);
}

int64_t bpi_day_start(const zone *z, int64_t day) {
  civil c;
  bpi_civil_from_days(day, &c);
  return bpi_zone_day_start(z, c.year, c.month, c.day);
}

static void set_days(range *out, const zone *z, period_kind kind, int64_t first, int64_t last) {
  out->kind = kind;
  out->first_day = first;
  out->last_day = last;
  out->from = bpi_day_start(z, first);
  out->until = bpi_day_start(z, last + 1);
}

void bpi_period_between(range *out, const zone *z, int64_t from, int64_t until) {
  int64_t first = bpi_zone_local_days(z, from), end = bpi_zone_local_days(z, until);
  set_days(out, z, PERIOD_DAYS, first, end - 1);
  if (out->from == from && out->until == until) return;
  *out = (range){.kind = PERIOD_INSTANTS, .from = from, .until = until};
}

/* First day of the month (months = 1), quarter (3) or year (12) of a day. */
static int64_t month_start(int64_t day, int32_t months) {
  civil c;
  bpi_civil_from_days(day, &c);
  return day_of(c.year, (c.month - 1) / months * months + 1, 1);
}

void bpi_period_resolve(range *out, const char *period, const zone *z, int64_t now, bool sunday) {
  int64_t today = bpi_zone_local_days(z, now), first = today, last = today;
  period_kind kind = PERIOD_DAYS;
  switch (find_name(period)) {
  case NAME_TODAY: break;
  case NAME_YESTERDAY: first = last = today - 1; break;
  case NAME_WEEK: kind = PERIOD_WEEK, first = bpi_week_start(today, sunday); break;
  case NAME_LAST_WEEK:
    kind = PERIOD_WEEK, first = bpi_week_start(today, sunday) - 7, last = first + 6;
    break;
  case NAME_MONTH: kind = PERIOD_MONTH, first = month_start(today, 1); break;
  case NAME_LAST_MONTH:
    kind = PERIOD_MONTH, last = month_start(today, 1) - 1, first = month_start(last, 1);
    break;
  case NAME_QUARTER: kind = PERIOD_QUARTER, first = month_start(today, 3); break;
  case NAME_YEAR: kind = PERIOD_YEAR, first = month_start(today, 12); break;
  default:
    if (day_count(period))
      first = today - day_count(period) + 1;
    else if (!parse_unit(period, &kind, &first, &last))
      parse_days(period, &first, &last);
  }
  set_days(out, z, kind, first, last);
}

/* --------------------------------------------------------------------------------- baselines */

/* Local time at an instant, as microseconds of a UTC clock that shows the same. */
static int64_t local_time(const zone *z, int64_t us) {
  return us + bpi_zone_offset(z, us) * BPI_SECOND;
}

/* The same local time, some months before. A local time that the clock skipped becomes as much
 * later as the clock was put forward. */
static int64_t instant_months_before(const zone *z, int64_t us, int32_t months) {
  int64_t day = bpi_zone_local_days(z, us);
  int64_t local = local_time(z, us) + (months_before(day, months, false) - day) * BPI_DAY;
  int64_t near = local - bpi_zone_offset(z, local) * BPI_SECOND; /* first guess of the offset */
  int64_t then = local - bpi_zone_offset(z, near) * BPI_SECOND;
  return local_time(z, then) == local || then > near ? then : near;
}

static void previous(range *out, const range *of, const zone *z) {
  int64_t days = of->last_day - of->first_day + 1;
  int32_t months = of->kind == PERIOD_MONTH ? 1 : of->kind == PERIOD_QUARTER ? 3 : 12;
  switch (of->kind) {
  case PERIOD_INSTANTS:
    *out = (range){.kind = of->kind, .from = of->from - (of->until - of->from), .until = of->from};
    return;
  case PERIOD_WEEK: days = 7; /* fall through */
  case PERIOD_DAYS: set_days(out, z, of->kind, of->first_day - days, of->last_day - days); return;
  case PERIOD_MONTH:
  case PERIOD_QUARTER:
  case PERIOD_YEAR:
    set_days(out, z, of->kind, months_before(of->first_day, months, false),
             months_before(of->last_day, months, of->kind != PERIOD_YEAR));
    return;
  }
}

static void year_before(range *out, const range *of, const zone *z) {
  if (of->kind == PERIOD_INSTANTS)
    *out = (range){.kind = of->kind,
                   .from = instant_months_before(z, of->from, 12),
                   .until = instant_months_before(z, of->until, 12)};
  else
    set_days(out, z, of->kind, months_before(of->first_day, 12, false),
             months_before(of->last_day, 12, false));
}

/* As many ranges of the same length as fit into the 4 or 12 weeks before, at least one. */
static size_t units_before(range out[BASELINE_UNITS], const range *of, query_baseline baseline,
                           const zone *z) {
  int64_t days = of->last_day - of->first_day + 1, all = baseline == BASELINE_TRAILING_4W ? 28 : 84;
  int64_t units = days < all ? all / days : 1;
  for (int64_t i = 0; i < units; i++) {
    int64_t first = of->first_day - (units - i) * days;
    set_days(&out[i], z, of->kind, first, first + days - 1);
  }
  return (size_t)units;
}

int bpi_period_baseline(range out[BASELINE_UNITS], size_t *units, const range *of,
                        query_baseline baseline, const zone *z, bp_error **error) {
  *units = 1;
  if (baseline == BASELINE_PREVIOUS)
    previous(out, of, z);
  else if (baseline == BASELINE_YEAR)
    year_before(out, of, z);
  else if (of->kind != PERIOD_INSTANTS)
    *units = units_before(out, of, baseline, z);
  else {
    bpi_fail(error, BP_ERR_INVALID, "an average needs a range of whole days");
    bpi_fail_detail(error, "hint", "name a period, or begin and end the range where days begin");
    return BP_ERR_INVALID;
  }
  if (out[0].from < out[*units - 1].until) return BP_OK;
  return bpi_fail(error, BP_ERR_INVALID, "the baseline of this range is empty");
}
