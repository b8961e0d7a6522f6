/* The program's dates compared with those of the C library, which reads the same time zones itself:
 * for seventy years each day begins where they say, and sampled instants have the same date and
 * time. */
#define _XOPEN_SOURCE 700 /* setenv, tzset */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../unit/run_suite.h"
#include "calendar.h"
#include "zone.h"

#define SECOND INT64_C(1000000)

static const char *const zones[] = {
    "UTC",         "Europe/Berlin",       "America/Havana",   "America/Sao_Paulo",
    "Asia/Beirut", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca",
    "Asia/Tehran", "Asia/Kathmandu",      "America/Nuuk",     "Pacific/Apia",
};
#define ZONE_COUNT (int)(sizeof zones / sizeof *zones)

static struct tm local_at(int64_t us) {
  time_t seconds = (time_t)(us / SECOND);
  struct tm local;
  if (localtime_r(&seconds, &local) == NULL) ck_abort();
  return local;
}

static bool is_same(date d, const struct tm *local) {
  return d.year == local->tm_year + 1900 && d.month == local->tm_mon + 1 &&
         d.day == local->tm_mday && d.hour == local->tm_hour && d.minute == local->tm_min &&
         d.weekday == (local->tm_wday + 6) % 7;
}

START_TEST(days_begin_as_the_c_library_says) {
  ck_assert(zone_exists(zones[_i]));
  use_zone(zones[_i]);
  ck_assert_int_eq(setenv("TZ", zones[_i], 1), 0);
  tzset();
  date d;
  int missing = 0;
  ck_assert(parse_date(&d, "1970-01-03"));
  for (; d.year < 2040; d = add_days(d, 1)) {
    int64_t begin = instant_of(d);
    struct tm first = local_at(begin), last = local_at(begin - SECOND);
    if (last.tm_mday == d.day) ck_abort_msg("%d-%d-%d begins earlier", d.year, d.month, d.day);
    missing += first.tm_mday != d.day;
    for (int64_t us = begin - SECOND; us < begin + 86400 * SECOND; us += 17999 * SECOND) {
      struct tm local = local_at(us);
      if (!is_same(date_of(us), &local)) ck_abort_msg("%lld", (long long)us);
    }
  }
  ck_assert_int_eq(missing, strcmp(zones[_i], "Pacific/Apia") == 0); /* 2011-12-30 */
}
END_TEST

/* The clocks of Toronto were put forward from 23:30, at UTC-5, to 00:30. */
START_TEST(midnight_that_is_passed_over) {
  const date d = {.year = 1919, .month = 3, .day = 31};
  use_zone("America/Toronto");
  date first = date_of(instant_of(d)), last = date_of(instant_of(d) - SECOND);
  ck_assert_int_eq(instant_of(d), (days_of(1919, 3, 31) * 86400 + 4 * 3600 + 1800) * SECOND);
  ck_assert(first.day == 31 && first.hour == 0 && first.minute == 30);
  ck_assert(last.day == 30 && last.hour == 23 && last.minute == 29);
}
END_TEST

START_TEST(names_that_are_no_zone) {
  static const char *const names[] = {"", "CET-1CEST", "Europe", "../zoneinfo/UTC", "Mars/Olympus"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    ck_assert_msg(!zone_exists(names[i]), "%s", names[i]);
}
END_TEST

/* Any instant in a result can be shown, and no number overflows. */
START_TEST(instants_far_away) {
  static const int64_t far[] = {INT64_MIN, INT64_MIN + 1, -1, INT64_MAX - 1, INT64_MAX};
  use_zone("Australia/Lord_Howe");
  for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
    date d = date_of(far[i]);
    ck_assert(d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= 31 && d.hour >= 0 &&
              d.hour < 24);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("dates");
  TCase *tests = tcase_create("dates");
  tcase_add_loop_test(tests, days_begin_as_the_c_library_says, 0, ZONE_COUNT);
  tcase_add_test(tests, midnight_that_is_passed_over);
  tcase_add_test(tests, names_that_are_no_zone);
  tcase_add_test(tests, instants_far_away);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
