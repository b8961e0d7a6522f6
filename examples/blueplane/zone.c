/* zone.c: finds the zone's name where systems store it. Its offsets from UTC come from the library,
 * so that dates match those of the results. */
#include "zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <blueplane/blueplane.h>

#include "calendar.h"
#include "system.h"
#include "text.h"

/* ------------------------------------------------------------------------------------ the name */

bool zone_exists(const char *name) {
  int32_t offset;
  return bp_zone_offset(&offset, NULL, NULL, name, 0, NULL) == BP_OK;
}

/* The zone after "zoneinfo/" in a path, without "posix/" or "right/". */
static char *zone_of_path(const char *path) {
  const char *name = strstr(path, "zoneinfo/");
  if (name == NULL) return NULL;
  name += strlen("zoneinfo/");
  if (strncmp(name, "posix/", 6) == 0 || strncmp(name, "right/", 6) == 0) name += 6;
  return zone_exists(name) ? copy_text(name) : NULL;
}

static char *zone_of_environment(void) {
  const char *tz = getenv("TZ");
  if (tz == NULL) return NULL;
  if (tz[0] == ':') tz++;
  if (tz[0] == '/') return zone_of_path(tz);
  return zone_exists(tz) ? copy_text(tz) : NULL;
}

static char *zone_of_file(void) {
  FILE *file = fopen("/etc/timezone", "r");
  if (file == NULL) return NULL;
  char line[128] = "";
  bool read = fgets(line, sizeof line, file) != NULL;
  fclose(file);
  line[strcspn(line, " \t\r\n")] = '\0';
  return read && zone_exists(line) ? copy_text(line) : NULL;
}

static char *zone_of_link(void) {
  char target[512];
  return read_link(target, sizeof target, "/etc/localtime") ? zone_of_path(target) : NULL;
}

char *find_zone(const char **from) {
  static const struct {
    const char *name;
    char *(*find)(void);
  } places[] = {{"TZ", zone_of_environment},
                {"/etc/timezone", zone_of_file},
                {"/etc/localtime", zone_of_link}};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    char *name = places[i].find();
    if (name == NULL) continue;
    *from = places[i].name;
    return name;
  }
  *from = "default";
  return copy_text("UTC");
}

char *nearest_zone(const char *typed) {
  FILE *file = fopen(ZONES "/tzdata.zi", "r");
  if (file == NULL) return NULL;
  char line[256], name[128], best[128] = "";
  nearest n = {typed, NULL, 0};
  while (fgets(line, sizeof line, file) != NULL) { /* "Z NAME ..." and "L TARGET NAME" */
    if (sscanf(line, "Z %127s", name) != 1 && sscanf(line, "L %*s %127s", name) != 1) continue;
    nearest_try(&n, name);
    if (n.best == name) {
      memcpy(best, name, sizeof best);
      n.best = best;
    }
    const char *city = strrchr(name, '/');
    if (city == NULL || strcmp(city + 1, typed) != 0) continue;
    memcpy(best, name, sizeof best);
    n.best = best;
    n.distance = 0;
  }
  fclose(file);
  return n.best == NULL ? NULL : copy_text(best);
}

/* -------------------------------------------------------------------------------------- dates */

static date date_of_days(int64_t days) {
  date d = {.weekday = (int)(days - monday_of(days))};
  civil_of(days, &d.year, &d.month, &d.day);
  return d;
}

date add_days(date d, int days) {
  return date_of_days(days_of(d.year, d.month, d.day) + days);
}

date week_start(date d, bool sunday) {
  return add_days(d, -(sunday ? (d.weekday + 1) % 7 : d.weekday));
}

#define DAY INT64_C(86400) /* seconds */

/* A range of instants with the same offset. */
typedef struct stretch {
  int64_t from_us, until_us;
  int32_t offset; /* seconds ahead of UTC */
} stretch;

static char *zone_in_use;
static stretch asked_last; /* cached: the next instant is usually in it, too */

void use_zone(const char *name) {
  free(zone_in_use);
  zone_in_use = copy_text(name);
  asked_last = (stretch){0, 0, 0};
}

/* The zone existed when it was chosen; if it can no longer be read, UTC is used. */
static stretch stretch_at(int64_t us) {
  stretch *last = &asked_last;
  if (us < last->from_us || us >= last->until_us)
    bp_zone_offset(&last->offset, &last->from_us, &last->until_us, zone_in_use, us, NULL);
  return *last;
}

date date_of(int64_t us) {
  int64_t seconds = us / 1000000 - (us % 1000000 < 0) + stretch_at(us).offset;
  int64_t days = seconds / DAY - (seconds % DAY < 0), rest = seconds - days * DAY;
  date d = date_of_days(days);
  d.hour = (int)(rest / 3600);
  d.minute = (int)(rest / 60 % 60);
  return d;
}

/* If midnight does not exist, the day begins when the clock is put forward; if it occurs twice, at
 * the first. */
int64_t instant_of(date d) {
  int64_t us = days_of(d.year, d.month, d.day) * DAY_US;
  int64_t before = stretch_at(us - DAY_US).offset * INT64_C(1000000);
  int64_t after = stretch_at(us + DAY_US).offset * INT64_C(1000000);
  stretch by_before = stretch_at(us - before), by_after = stretch_at(us - after);
  if (by_before.offset * INT64_C(1000000) == before) return us - before;
  if (by_after.offset * INT64_C(1000000) == after) return us - after;
  return by_before.from_us;
}

date today(void) {
  return date_of((int64_t)time(NULL) * 1000000);
}

/* Reads `digits` digits at *at and moves it past them; -1 if there are fewer. */
static int take_number(const char **at, int digits) {
  int number = 0;
  for (int i = 0; i < digits; i++, (*at)++) {
    if (**at < '0' || **at > '9') return -1;
    number = number * 10 + (**at - '0');
  }
  return number;
}

static bool take_sign(const char **at, char sign) {
  if (**at != sign) return false;
  (*at)++;
  return true;
}

static bool take_date(const char **at, date *out) {
  int year = take_number(at, 4);
  int month = take_sign(at, '-') ? take_number(at, 2) : -1;
  int day = take_sign(at, '-') ? take_number(at, 2) : -1;
  if (year < 1970 || month < 1 || month > 12 || day < 1) return false;
  *out = date_of_days(days_of(year, month, day));
  return out->month == month && out->day == day;
}

bool parse_date(date *out, const char *string) {
  return take_date(&string, out) && *string == '\0';
}

bool parse_instant(int64_t *us, const char *string) {
  date d;
  if (!take_date(&string, &d) || !take_sign(&string, 'T')) return false;
  int hour = take_number(&string, 2);
  int minute = take_sign(&string, ':') ? take_number(&string, 2) : -1;
  int second = take_sign(&string, ':') ? take_number(&string, 2) : -1;
  if (hour < 0 || minute < 0 || second < 0) return false;
  int64_t days = days_of(d.year, d.month, d.day);
  *us = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000000;
  return true;
}

void format_date(char out[16], date d) {
  snprintf(out, 16, "%04u-%02u-%02u", (unsigned)d.year % 10000, (unsigned)d.month % 100,
           (unsigned)d.day % 100);
}

const char *weekday_name(int weekday) {
  static const char *const names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                      "Friday", "Saturday", "Sunday"};
  return names[weekday % 7];
}

const char *month_name(int month) {
  static const char *const names[] = {"January",   "February", "March",    "April",
                                      "May",       "June",     "July",     "August",
                                      "September", "October",  "November", "December"};
  return names[(month - 1) % 12];
}

char *name_days(date first, date last) {
  const char *from = month_name(first.month), *to = month_name(last.month);
  if (first.year != last.year)
    return print_text("%d %s %d to %d %s %d", first.day, from, first.year, last.day, to, last.year);
  if (first.month != last.month)
    return print_text("%d %s to %d %s %d", first.day, from, last.day, to, last.year);
  if (first.day != last.day)
    return print_text("%d to %d %s %d", first.day, last.day, to, last.year);
  return print_text("%s %d %s %d", weekday_name(first.weekday), first.day, from, first.year);
}
