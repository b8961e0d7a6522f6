/* zone.c: looks where systems keep the zone's name; leaves the calendar itself to the C library. */
#include "zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

#define ZONES "/usr/share/zoneinfo"

/* ------------------------------------------------------------------------------------ the name */

bool zone_exists(const char *name) {
  if (strcmp(name, "UTC") == 0) return true;
  if (name[0] == '\0' || name[0] == '/' || strstr(name, "..") != NULL) return false;
  char *path = print_text("%s/%s", ZONES, name);
  FILE *file = fopen(path, "rb");
  free(path);
  if (file == NULL) return false;
  char magic[4];
  bool is_zone = fread(magic, 1, sizeof magic, file) == sizeof magic &&
                 memcmp(magic, "TZif", 4) == 0;
  fclose(file);
  return is_zone;
}

/* What stands behind "zoneinfo/" in a path, without the folders of other kinds of seconds. */
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
  ssize_t length = readlink("/etc/localtime", target, sizeof target - 1);
  if (length <= 0) return NULL;
  target[length] = '\0';
  return zone_of_path(target);
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

void use_zone(const char *name) {
  setenv("TZ", name, 1);
  tzset();
}

/* -------------------------------------------------------------------------------------- dates */

static int64_t days_from_civil(int year, int month, int day) { /* since 1970-01-01 */
  int64_t y = month <= 2 ? (int64_t)year - 1 : year;
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t of_era = y - era * 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static date civil_from_days(int64_t days) {
  date d = {0};
  d.weekday = (int)(((days + 3) % 7 + 7) % 7);
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int64_t of_era = days - era * 146097;
  int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  int64_t month = (5 * of_year + 2) / 153;
  d.day = (int)(of_year - (153 * month + 2) / 5 + 1);
  d.month = (int)(month < 10 ? month + 3 : month - 9);
  d.year = (int)(year + era * 400 + (d.month <= 2));
  return d;
}

date add_days(date d, int days) {
  return civil_from_days(days_from_civil(d.year, d.month, d.day) + days);
}

date date_of(int64_t us) {
  time_t seconds = (time_t)(us / 1000000 - (us % 1000000 < 0));
  struct tm local;
  if (localtime_r(&seconds, &local) == NULL) return (date){1970, 1, 1, 3, 0, 0};
  return (date){local.tm_year + 1900,    local.tm_mon + 1, local.tm_mday,
                (local.tm_wday + 6) % 7, local.tm_hour,    local.tm_min};
}

date today(void) {
  return date_of((int64_t)time(NULL) * 1000000);
}

bool parse_date(date *out, const char *string) {
  int year, month, day, end = 0;
  if (strlen(string) != 10 || sscanf(string, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 ||
      end != 10 || month < 1 || month > 12 || day < 1 || year < 1970)
    return false;
  *out = civil_from_days(days_from_civil(year, month, day));
  return out->month == month && out->day == day;
}

bool parse_instant(int64_t *us, const char *string) {
  int year, month, day, hour, minute, second;
  if (sscanf(string, "%4d-%2d-%2dT%2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second) != 6)
    return false;
  int64_t days = days_from_civil(year, month, day);
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

char *name_days(date a, date b) {
  const char *from = month_name(a.month), *to = month_name(b.month);
  if (a.year != b.year)
    return print_text("%d %s %d to %d %s %d", a.day, from, a.year, b.day, to, b.year);
  if (a.month != b.month) return print_text("%d %s to %d %s %d", a.day, from, b.day, to, b.year);
  if (a.day != b.day) return print_text("%d to %d %s %d", a.day, b.day, to, b.year);
  return print_text("%s %d %s %d", weekday_name(a.weekday), a.day, from, a.year);
}
