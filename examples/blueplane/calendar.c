/* calendar.c: the Gregorian calendar in integer arithmetic, independent of zones and clocks. */
#include "calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zone.h"

/* Counts years from March, so that the leap day comes last. */
int64_t days_of(int year, int month, int day) {
  int64_t y = month <= 2 ? year - 1 : year;
  int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void civil_of(int64_t days, int *year, int *month, int *day) {
  int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
  int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
  *day = (int)(of_year - (153 * m + 2) / 5) + 1;
  *month = (int)(m < 10 ? m + 3 : m - 9);
  *year = (int)(y + era * 400) + (*month <= 2);
}

int64_t monday_of(int64_t days) {
  int64_t weekday = (days + 3) % 7; /* 1970-01-01 was a Thursday */
  return days - (weekday < 0 ? weekday + 7 : weekday);
}

bool read_days(int64_t *days, const char *string) {
  date d;
  if (!parse_date(&d, string)) return false;
  *days = days_of(d.year, d.month, d.day);
  return true;
}

void put_days(char out[16], int64_t days) {
  int year, month, day;
  civil_of(days, &year, &month, &day);
  snprintf(out, 16, "%04d-%02d-%02d", year % 10000, month, day);
}

/* A week belongs to the year of its Thursday. */
void put_week_name(char out[16], int64_t monday) {
  int year, month, day;
  civil_of(monday + 3, &year, &month, &day);
  int64_t first = monday_of(days_of(year, 1, 4));
  snprintf(out, 16, "%04d-W%02d", year % 10000, (int)((monday - first) / 7 % 60) + 1);
}

/* A valid name is one that put_week_name writes for the same week. */
bool read_week_name(int64_t *monday, const char *name) {
  char again[16];
  if (strlen(name) != strlen("2026-W07")) return false;
  int year = (int)strtol(name, NULL, 10), week = (int)strtol(name + strlen("2026-W"), NULL, 10);
  *monday = monday_of(days_of(year, 1, 4)) + 7 * ((int64_t)week - 1);
  put_week_name(again, *monday);
  return strcmp(again, name) == 0;
}

int64_t month_start(int64_t days, int months) {
  int year, month, day;
  civil_of(days, &year, &month, &day);
  int at = year * 12 + month - 1 + months;
  return days_of(at / 12, at % 12 + 1, 1);
}
