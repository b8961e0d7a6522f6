/* Instants as text, the calendar, and time zones: against a calendar counted day by day, against
 * dates worked out by hand, and against the table that zone_oracle.py prints from Python's
 * zoneinfo:
 *
 *     test_time [PYTHON zone_oracle.py]
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/time.h"
#include "run_suite.h"

static const char *python, *oracle;

static int64_t instant(const char *text) {
  int64_t us = BPI_TIME_NONE;
  ck_assert_msg(bpi_parse_instant(text, strlen(text), &us), "%s", text);
  return us;
}

/* ------------------------------------------------------------------------------- calendar */

static int days_of(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 ? days[1] + leap : days[month - 1];
}

/* From 0000-03-01, a Wednesday, to the end of 9999, counting. */
START_TEST(every_day_of_ten_thousand_years) {
  int year = 0, month = 3, day = 1, weekday = 2;
  for (int64_t days = -719468; year < 10000; days++) {
    civil c;
    bpi_civil_from_days(days, &c);
    int right = c.year == year && c.month == month && c.day == day &&
                bpi_days_from_civil(year, month, day) == days && bpi_day_of_week(days) == weekday;
    if (!right) ck_abort_msg("%d-%d-%d", year, month, day);
    weekday = (weekday + 1) % 7;
    if (++day > days_of(year, month)) {
      day = 1;
      if (++month > 12) {
        month = 1;
        year++;
      }
    }
  }
}
END_TEST

/* date -u -d @SECONDS +%F */
START_TEST(days_before_the_year_zero) {
  civil c;
  bpi_civil_from_days(-719529, &c);
  ck_assert(c.year == -1 && c.month == 12 && c.day == 31);
  ck_assert_int_eq(bpi_days_from_civil(-1, 12, 31), -719529);
  bpi_civil_from_days(-106751992, &c);
  ck_assert(c.year == -290308 && c.month == 12 && c.day == 21);
}
END_TEST

START_TEST(months_have_names) {
  static const char *const none[] = {"", "J", "anF", "jan", "January", "Sept"};
  char name[4];
  for (int month = 1; month <= 12; month++) {
    struct tm t = {.tm_mon = month - 1, .tm_mday = 1};
    ck_assert_uint_eq(strftime(name, sizeof name, "%b", &t), 3); /* in the locale "C" */
    ck_assert_str_eq(bpi_month_name(month), name);
    ck_assert_int_eq(bpi_month_of_name(name), month);
  }
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    ck_assert_int_eq(bpi_month_of_name(none[i]), 0);
}
END_TEST

START_TEST(now_is_now) {
  int64_t now = bpi_now();
  ck_assert(now > instant("2025-01-01T00:00:00Z") && now < instant("2200-01-01T00:00:00Z"));
  ck_assert(bpi_now() >= now);
}
END_TEST

/* ------------------------------------------------------------------------- instants as text */

/* Seconds from `date -u -d TEXT +%s`. */
static const struct {
  const char *text;
  int64_t us;
} good_instants[] = {
    {"2025-09-01T10:00:00.123Z", 1756720800123000},
    {"2025-09-01T10:00:00Z", 1756720800000000},
    {"2025-09-01T10:00:00.000Z", 1756720800000000},
    {"2025-09-01t10:00:00z", 1756720800000000},
    {"2025-09-01 10:00:00Z", 1756720800000000},
    {"2025-09-01T10:00Z", 1756720800000000},
    {"2025-09-01T10:00:00,5Z", 1756720800500000},
    {"2025-09-01T10:00:00.123456Z", 1756720800123456},
    {"2025-09-01T10:00:00.123456789Z", 1756720800123456},
    {"2025-09-01T10:00:00.999999999Z", 1756720800999999},
    {"2025-09-01T10:00:00.1Z", 1756720800100000},
    {"2025-09-01T12:00:00+02:00", 1756720800000000},
    {"2025-09-01T12:00:00+0200", 1756720800000000},
    {"2025-09-01T12:00:00+02", 1756720800000000},
    {"2025-09-01T15:45:00.25+05:45", 1756720800250000},
    {"2025-08-31T20:30:00-13:30", 1756720800000000},
    {"2025-09-01T10:00:00-00:00", 1756720800000000},
    {"1970-01-01T00:00:00.000Z", 0},
    {"1970-01-01T00:00:00.001Z", 1000},
    {"1969-12-31T23:00:00-01:00", 0},
    {"2000-02-29T23:59:59.999Z", 951868799999000},
    {"2016-12-31T23:59:60.500Z", 1483228800500000},
    {"9999-12-31T23:59:59.999999Z", 253402300799999999},
};

START_TEST(instants_are_read) {
  ck_assert(instant(good_instants[_i].text) == good_instants[_i].us);
}
END_TEST

static const char *const bad_instants[] = {
    "",
    "Z",
    "2025-09-01",
    "2025-09-01T10:00:00",
    "2025-09-01T10:00:00.123",
    "2025-09-01T10:00:00.Z",
    "2025-09-01T10:00:00.1234567890Z",
    "2025-9-01T10:00:00Z",
    "2025-09-1T10:00:00Z",
    "2025-13-01T10:00:00.000Z",
    "2025-00-01T10:00:00.000Z",
    "2025-09-00T10:00:00.000Z",
    "2025-09-31T10:00:00.000Z",
    "2025-02-29T10:00:00.000Z",
    "2100-02-29T10:00:00.000Z",
    "2025-09-01T24:00:00.000Z",
    "2025-09-01T10:60:00.000Z",
    "2025-09-01T10:00:61.000Z",
    "2025-09-01T10:00:00.000",
    "2025-09-01T10:00:00.000ZZ",
    "2025-09-01T10:00:00.000Z ",
    " 2025-09-01T10:00:00.000Z",
    "2025/09/01T10:00:00.000Z",
    "2025-09-01X10:00:00.000Z",
    "2025-09-01T10-00-00.000Z",
    "2025-09-01T10:00:00.0a0Z",
    "+025-09-01T10:00:00.000Z",
    "2025-09-01T10:00:00+24:00",
    "2025-09-01T10:00:00+02:60",
    "2025-09-01T10:00:00+2:00",
    "2025-09-01T10:00:00+02:",
    "2025-09-01T10:00:00+020",
    "2025-09-01T10:00:00+",
    "1969-12-31T23:59:59.999Z",
    "1970-01-01T00:59:59+01:00",
    "9999-12-31T23:59:60Z",
    "9999-12-31T23:59:59-00:01",
    "0000-01-01T00:00:00.000Z",
    "12025-09-01T10:00:00Z",
    "1756720800",
    "2025-09-01T10:00:00 Z",
    "2025-09-01T1000Z",
};

START_TEST(other_text_is_refused) {
  int64_t us = 42;
  ck_assert_msg(!bpi_parse_instant(bad_instants[_i], strlen(bad_instants[_i]), &us), "%s",
                bad_instants[_i]);
  ck_assert(us == 42);
}
END_TEST

/* The usual form has a fast path; with one more digit the same text takes the other, and both
 * agree. */
START_TEST(both_ways_agree_on_every_byte) {
  for (size_t at = 0; at < 23; at++) {
    for (int byte = 0; byte < 256; byte++) {
      char usual[] = "2028-02-29T19:58:59.737Z", other[26];
      usual[at] = (char)byte;
      snprintf(other, sizeof other, "%.23s0Z", usual);
      memcpy(other, usual, 23);
      int64_t a = -1, b = -1;
      bool a_good = bpi_parse_instant(usual, 24, &a);
      bool b_good = bpi_parse_instant(other, 25, &b);
      if (a_good != b_good || a != b) ck_abort_msg("byte %d at %zu", byte, at);
    }
  }
}
END_TEST

START_TEST(instants_are_written) {
  static const struct {
    int64_t us;
    const char *text;
  } cases[] = {
      {1756720800000000, "2025-09-01T10:00:00Z"},
      {1756720800120000, "2025-09-01T10:00:00.120Z"},
      {1756720800123000, "2025-09-01T10:00:00.123Z"},
      {1756720800000001, "2025-09-01T10:00:00.000001Z"},
      {1756720800123456, "2025-09-01T10:00:00.123456Z"},
      {0, "1970-01-01T00:00:00Z"},
      {-1, "1969-12-31T23:59:59.999999Z"},
      {253402300800000000, "10000-01-01T00:00:00Z"},
      {INT64_MAX, "294247-01-10T04:00:54.775807Z"},
      {INT64_MIN, "-290308-12-21T19:59:05.224192Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[32];
    ck_assert_uint_eq(bpi_format_instant(cases[i].us, text), strlen(cases[i].text));
    ck_assert_str_eq(text, cases[i].text);
  }
}
END_TEST

START_TEST(dates_are_read) {
  civil c = {0};
  ck_assert(bpi_parse_date("2024-02-29", 10, &c));
  ck_assert(c.year == 2024 && c.month == 2 && c.day == 29);
  ck_assert(c.hour == 0 && c.minute == 0 && c.second == 0 && c.micro == 0);
  static const char *const bad[] = {"2023-02-29", "2024-2-29",  "2024-02-29 ",
                                    "2024-02-2",  "2024-13-01", "2024-00-10",
                                    "2024-01-00", "20240229",   ""};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(!bpi_parse_date(bad[i], strlen(bad[i]), &c), "%s", bad[i]);
  ck_assert(c.year == 2024); /* untouched */
}
END_TEST

/* ------------------------------------------------------------------------------------- zones */

static zone *open_zone(const char *name) {
  zone *z;
  bp_error *error = NULL;
  ck_assert_msg(bpi_zone_open(&z, name, &error) == BP_OK, "%s: %s", name, bpi_error_message(error));
  return z;
}

START_TEST(utc_needs_no_file) {
  const char *names[] = {NULL, "UTC"};
  for (int i = 0; i < 2; i++) {
    zone *z = open_zone(names[i]);
    ck_assert_str_eq(bpi_zone_name(z), "UTC");
    ck_assert_int_eq(bpi_zone_offset(z, instant("2025-07-01T00:00:00Z")), 0);
    ck_assert(bpi_zone_day_start(z, 2025, 9, 1) == instant("2025-09-01T00:00:00Z"));
    ck_assert(bpi_zone_local_days(z, -1) == -1);
    civil c;
    bpi_zone_civil(z, -1, &c);
    ck_assert(c.year == 1969 && c.month == 12 && c.day == 31);
    ck_assert(c.hour == 23 && c.minute == 59 && c.second == 59 && c.micro == 999999);
    bpi_zone_free(z);
  }
  bpi_zone_free(NULL);
}
END_TEST

START_TEST(names_that_are_no_zone) {
  char endless[300];
  memset(endless, 'a', sizeof endless - 1);
  endless[sizeof endless - 1] = '\0';
  const char *names[] = {"",
                         "Europe",
                         "Europe/",
                         "/Europe/Berlin",
                         "Europe//Berlin",
                         "../zoneinfo/Europe/Berlin",
                         "Europe/../Europe/Berlin",
                         "./UTC",
                         "/usr/share/zoneinfo/UTC",
                         "Mars/Olympus",
                         "tzdata.zi",
                         "Europe/Berlin\n",
                         "Z\xC3\xBCrich/Z\xC3",
                         endless};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    bp_error *error = NULL;
    zone *z = (zone *)&error;
    ck_assert_msg(bpi_zone_open(&z, names[i], &error) == BP_ERR_NOTFOUND, "%s", names[i]);
    ck_assert_ptr_null(z);
    ck_assert_int_eq(bpi_error_code(error), BP_ERR_NOTFOUND);
    ck_assert_ptr_nonnull(bpi_error_detail(error, "zone"));
    for (const char *c = bpi_error_message(error); *c != '\0'; c++)
      ck_assert_msg(*c >= ' ' && *c < 127, "%s", bpi_error_message(error));
    bpi_error_free(error);
  }
}
END_TEST

START_TEST(memory_may_be_missing) {
  const char *names[] = {"UTC", "Europe/Berlin"};
  for (int i = 0; i < 2; i++) {
    int rc = BP_ERR_NOMEM;
    for (long count = 0; rc != BP_OK; count++) {
      zone *z;
      bp_error *error = NULL;
      bpi_mem_fail_after(count);
      rc = bpi_zone_open(&z, names[i], &error);
      bpi_mem_fail_after(-1);
      ck_assert_int_eq(rc, bpi_error_code(error));
      ck_assert(rc == BP_OK || (rc == BP_ERR_NOMEM && z == NULL));
      ck_assert_int_lt(count, 20);
      bpi_error_free(error);
      bpi_zone_free(z);
    }
  }
}
END_TEST

/* Worked out by hand from the rules of the zones in the tz database. */
static const struct {
  const char *zone;
  int year, month, day;
  const char *start;
} day_starts[] = {
    /* Midnight skipped: clocks go from 00:00 to 01:00. */
    {"America/Sao_Paulo", 2018, 11, 3, "2018-11-03T03:00:00Z"},
    {"America/Sao_Paulo", 2018, 11, 4, "2018-11-04T03:00:00Z"},
    {"America/Sao_Paulo", 2018, 11, 5, "2018-11-05T02:00:00Z"},
    {"Asia/Beirut", 2022, 3, 27, "2022-03-26T22:00:00Z"},
    {"Asia/Beirut", 2022, 3, 28, "2022-03-27T21:00:00Z"},
    {"America/Havana", 2024, 3, 10, "2024-03-10T05:00:00Z"},
    /* The last hour of the day before occurs twice. */
    {"America/Sao_Paulo", 2018, 2, 17, "2018-02-17T02:00:00Z"},
    {"America/Sao_Paulo", 2018, 2, 18, "2018-02-18T03:00:00Z"},
    {"Asia/Beirut", 2021, 10, 31, "2021-10-30T22:00:00Z"},
    /* The first hour of the day occurs twice. */
    {"America/Havana", 2024, 11, 3, "2024-11-03T04:00:00Z"},
    {"America/Havana", 2024, 11, 4, "2024-11-04T05:00:00Z"},
    /* Clocks went back at 00:01, so one minute of the day is before the rest. */
    {"America/St_Johns", 2006, 10, 29, "2006-10-29T02:30:00Z"},
    {"America/St_Johns", 2006, 10, 30, "2006-10-30T03:30:00Z"},
    /* Days that did not exist. */
    {"Pacific/Apia", 2011, 12, 29, "2011-12-29T10:00:00Z"},
    {"Pacific/Apia", 2011, 12, 30, "2011-12-30T10:00:00Z"},
    {"Pacific/Apia", 2011, 12, 31, "2011-12-30T10:00:00Z"},
    {"Pacific/Apia", 2012, 1, 1, "2011-12-31T10:00:00Z"},
    {"Pacific/Kwajalein", 1993, 8, 20, "1993-08-20T12:00:00Z"},
    {"Pacific/Kwajalein", 1993, 8, 21, "1993-08-21T12:00:00Z"},
    {"Pacific/Kwajalein", 1993, 8, 22, "1993-08-21T12:00:00Z"},
    /* From +05:30 to +05:45 at midnight of the new year. */
    {"Asia/Kathmandu", 1985, 12, 31, "1985-12-30T18:30:00Z"},
    {"Asia/Kathmandu", 1986, 1, 1, "1985-12-31T18:30:00Z"},
    {"Asia/Kathmandu", 1986, 1, 2, "1986-01-01T18:15:00Z"},
    {"Asia/Kathmandu", 2024, 1, 1, "2023-12-31T18:15:00Z"},
    /* Half an hour of summer time. */
    {"Australia/Lord_Howe", 2024, 4, 7, "2024-04-06T13:00:00Z"},
    {"Australia/Lord_Howe", 2024, 4, 8, "2024-04-07T13:30:00Z"},
    {"Australia/Lord_Howe", 2024, 10, 7, "2024-10-06T13:00:00Z"},
    /* One hour back during Ramadan. */
    {"Africa/Casablanca", 2024, 3, 10, "2024-03-09T23:00:00Z"},
    {"Africa/Casablanca", 2024, 3, 11, "2024-03-11T00:00:00Z"},
    {"Africa/Casablanca", 2024, 4, 14, "2024-04-14T00:00:00Z"},
    {"Africa/Casablanca", 2024, 4, 15, "2024-04-14T23:00:00Z"},
    /* Far after the tables of the zone files: the rule applies for ever. */
    {"Europe/Berlin", 2400, 3, 26, "2400-03-25T23:00:00Z"},
    {"Europe/Berlin", 2400, 3, 27, "2400-03-26T22:00:00Z"},
    {"America/New_York", 9999, 7, 4, "9999-07-04T04:00:00Z"},
};

START_TEST(days_start) {
  zone *z = open_zone(day_starts[_i].zone);
  int64_t expected = instant(day_starts[_i].start);
  int64_t start =
      bpi_zone_day_start(z, day_starts[_i].year, day_starts[_i].month, day_starts[_i].day);
  char text[32];
  bpi_format_instant(start, text);
  ck_assert_str_eq(text, day_starts[_i].start);
  ck_assert(start == expected);
  ck_assert(bpi_zone_local_days(z, start) > bpi_zone_local_days(z, start - 1));
  bpi_zone_free(z);
}
END_TEST

/* The calendar repeats after 400 years, and so must a zone with rules. */
START_TEST(rules_repeat) {
  const int64_t cycle = INT64_C(146097) * 86400 * BPI_SECOND;
  const char *names[] = {"Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Tokyo"};
  for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
    zone *z = open_zone(names[n]);
    for (int64_t us = instant("2099-01-01T00:00:00Z"); us < instant("2102-01-01T00:00:00Z");
         us += 3600 * BPI_SECOND) {
      if (bpi_zone_offset(z, us) != bpi_zone_offset(z, us + cycle) ||
          bpi_zone_offset(z, us) != bpi_zone_offset(z, us + 11 * cycle))
        ck_abort_msg("%s %lld", names[n], (long long)us);
    }
    for (int year = 2430; year < 2440; year++) {
      for (int month = 1; month <= 12; month++)
        ck_assert(bpi_zone_day_start(z, year, month, 27) ==
                  bpi_zone_day_start(z, year + 400, month, 27) - cycle);
    }
    bpi_zone_free(z);
  }
}
END_TEST

/* An offset lasts exactly as long as reported, now and in years beyond the table. */
START_TEST(stretches_end_where_offsets_change) {
  const char *names[] = {"UTC", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe",
                         "Africa/Casablanca"};
  const int32_t years[] = {1890, 1975, 2020, 2399, 2799, 9990};
  for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
    zone *z = open_zone(names[n]);
    for (size_t y = 0; y < sizeof years / sizeof *years; y++) {
      int64_t us = bpi_zone_day_start(z, years[y], 1, 1), end = us + 5 * 366 * BPI_DAY;
      for (int64_t from, until; us < end; us += BPI_DAY / 24) {
        int32_t offset = bpi_zone_stretch(z, us, &from, &until);
        bool begins = from == INT64_MIN || years[y] > 2020 ||
                      bpi_zone_offset(z, from - 1) != offset;
        bool ends = until == INT64_MAX || bpi_zone_offset(z, until) != offset;
        if (!begins || !ends || from > us || until <= us || bpi_zone_offset(z, us) != offset ||
            bpi_zone_offset(z, from) != offset || bpi_zone_offset(z, until - 1) != offset)
          ck_abort_msg("%s %lld", names[n], (long long)us);
      }
    }
    bpi_zone_free(z);
  }
}
END_TEST

/* No instant or date may overflow. */
START_TEST(extremes_are_answered) {
  const char *names[] = {"UTC", "Europe/Berlin", "Pacific/Apia"};
  const int64_t instants[] = {INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX - 1, INT64_MAX};
  for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
    zone *z = open_zone(names[n]);
    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) {
      int64_t from, until;
      ck_assert_int_eq(bpi_zone_stretch(z, instants[i], &from, &until),
                       bpi_zone_offset(z, instants[i]));
      ck_assert(from <= instants[i] && until >= instants[i]);
      civil c;
      bpi_zone_civil(z, instants[i], &c);
      int32_t offset = bpi_zone_offset(z, instants[i]);
      ck_assert(offset > -90000 && offset < 93600);
      ck_assert(bpi_days_from_civil(c.year, c.month, c.day) == bpi_zone_local_days(z, instants[i]));
    }
    ck_assert(bpi_zone_day_start(z, INT32_MIN, 1, 1) < instant("1970-01-01T00:00:00Z"));
    ck_assert(bpi_zone_day_start(z, INT32_MAX, 12, 31) > instant("9999-12-31T00:00:00Z"));
    bpi_zone_free(z);
  }
}
END_TEST

/* -------------------------------------------------------------------------------- zone files */

typedef struct image {
  unsigned char bytes[2048];
  size_t length;
} image;

static void put(image *f, const void *data, size_t length) {
  memcpy(f->bytes + f->length, data, length);
  f->length += length;
}

static void put_number(image *f, int64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    f->bytes[f->length++] = (unsigned char)((uint64_t)value >> shift);
}

static void put_header(image *f, char version, int times, int types, int leaps) {
  const char *reserved = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
  put(f, "TZif", 4);
  put(f, &version, 1);
  put(f, reserved, 15);
  const int counts[] = {types, types, leaps, times, types, 4};
  for (int i = 0; i < 6; i++)
    put_number(f, counts[i], 4);
}

/* Types 0, 1, 2, ... with the given offsets; time i begins type i + 1. */
static void put_block(image *f, int bytes, const int64_t *times, const int32_t *offsets,
                      int count) {
  for (int i = 0; i < count; i++)
    put_number(f, times[i], bytes);
  for (int i = 0; i < count; i++)
    put_number(f, i + 1, 1);
  for (int i = 0; i <= count; i++) {
    put_number(f, offsets[i], 4);
    put(f, "\0\0", 2);
  }
  put(f, "LMT", 4);
  for (int i = 0; i < 2 * (count + 1); i++)
    put(f, "", 1);
}

static image make_image(const int64_t *times, const int32_t *offsets, int count,
                        const char *footer) {
  image f = {.length = 0};
  const int32_t wrong = 12345; /* the 32-bit block is for old readers */
  put_header(&f, '2', 0, 1, 0);
  put_block(&f, 4, NULL, &wrong, 0);
  put_header(&f, '2', count, count + 1, 0);
  put_block(&f, 8, times, offsets, count);
  put(&f, "\n", 1);
  put(&f, footer, strlen(footer));
  put(&f, "\n", 1);
  return f;
}

static zone *rule_zone(const char *rule) {
  const int32_t offset = 0;
  image f = make_image(NULL, &offset, 0, rule);
  zone *z;
  return bpi_zone_parse(&z, "Test/Rule", f.bytes, f.length) == BP_OK ? z : NULL;
}

/* A change of the offset, from both sides. */
static const struct {
  const char *rule, *at;
  int32_t before, after;
} rule_changes[] = {
    {"EST5EDT,M3.2.0,M11.1.0", "2024-03-10T07:00:00Z", -18000, -14400},
    {"EST5EDT,M3.2.0,M11.1.0", "2024-11-03T06:00:00Z", -14400, -18000},
    {"CET-1CEST,M3.5.0,M10.5.0/3", "2025-03-30T01:00:00Z", 3600, 7200},
    {"CET-1CEST,M3.5.0,M10.5.0/3", "2025-10-26T01:00:00Z", 7200, 3600},
    /* In the south, summer includes the new year. */
    {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2024-04-06T16:00:00Z", 39600, 36000},
    {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2024-10-05T16:00:00Z", 36000, 39600},
    /* Summer time is the standard, winter time the exception. */
    {"IST-1GMT0,M10.5.0,M3.5.0/1", "2024-10-27T01:00:00Z", 3600, 0},
    {"IST-1GMT0,M10.5.0,M3.5.0/1", "2024-03-31T01:00:00Z", 0, 3600},
    /* Hours greater than a day and negative ones. */
    {"IST-2IDT,M3.4.4/26,M10.5.0", "2024-03-29T00:00:00Z", 7200, 10800},
    {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31T01:00:00Z", -7200, -3600},
    {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-10-27T01:00:00Z", -3600, -7200},
    {"AAA0BBB,M1.1.0/-167,M6.1.0/167", "2024-12-29T01:00:00Z", 0, 3600}, /* Sunday 2025-01-05 */
    {"AAA0BBB,M1.1.0/-167,M6.1.0/167:59:59", "2024-06-08T22:59:59Z", 3600, 0}, /* 2024-06-02 */
    /* Day 60 is 1 March with or without a leap day; day 59 from zero is not. */
    {"AAA-1BBB,J60,J300", "2024-03-01T01:00:00Z", 3600, 7200},
    {"AAA-1BBB,J60,J300", "2023-03-01T01:00:00Z", 3600, 7200},
    {"AAA-1BBB,J59,J300", "2024-02-28T01:00:00Z", 3600, 7200},
    {"AAA-1BBB,59,299", "2024-02-29T01:00:00Z", 3600, 7200},
    {"AAA-1BBB,59,299", "2023-03-01T01:00:00Z", 3600, 7200},
    {"AAA-1BBB,0/0,299", "2023-12-31T23:00:00Z", 3600, 7200},
    /* Offsets with minutes and seconds, and summer time of other than one hour. */
    {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2024-10-05T15:30:00Z", 37800, 39600},
    {"AAA1:02:03BBB-1:02:03,J1/0,J182/0", "2024-01-01T01:02:03Z", -3723, 3723},
    {"AAA+3BBB2:30,J1/0,J182/0", "2024-01-01T03:00:00Z", -10800, -9000},
};

START_TEST(rules_change_the_offset) {
  zone *z = rule_zone(rule_changes[_i].rule);
  ck_assert_ptr_nonnull(z);
  int64_t at = instant(rule_changes[_i].at);
  ck_assert_int_eq(bpi_zone_offset(z, at - 1), rule_changes[_i].before);
  ck_assert_int_eq(bpi_zone_offset(z, at), rule_changes[_i].after);
  bpi_zone_free(z);
}
END_TEST

START_TEST(rules_without_change) {
  static const struct {
    const char *rule;
    int32_t offset;
  } cases[] = {
      {"EST5EDT,0/0,J365/25", -14400}, /* summer all year, as RFC 9636 writes it */
      {"XXX3EDT4,0/0,J365/23", -14400},
      {"AAA-24BBB,0/0,J365/25", 90000},
      {"AAA-24:59:59BBB,0/0,J365/25", 93599},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    zone *z = rule_zone(cases[i].rule);
    ck_assert_ptr_nonnull(z);
    for (int year = 1971; year < 2600; year++) {
      for (int half = -1; half < 2; half++)
        ck_assert_int_eq(
            bpi_zone_offset(z, (bpi_days_from_civil(year, 1, 1) + half) * 86400 * BPI_SECOND),
            cases[i].offset);
    }
    bpi_zone_free(z);
  }
}
END_TEST

static const char *const bad_rules[] = {
    "A",
    "AA0",
    "AAA",
    "AAA+",
    "AAA25",
    "AAA0:60",
    "AAA0:00:60",
    "AAA1x",
    "<AA>0",
    "<AAA0",
    "<A A>0",
    "AAA0BBB",
    "AAA0BBB,M3.2.0",
    "AAA0BBB,M3.2.0,",
    "AAA0BBB,M0.2.0,M11.1.0",
    "AAA0BBB,M13.2.0,M11.1.0",
    "AAA0BBB,M3.0.0,M11.1.0",
    "AAA0BBB,M3.6.0,M11.1.0",
    "AAA0BBB,M3.2.7,M11.1.0",
    "AAA0BBB,M3.2,M11.1.0",
    "AAA0BBB,J0,J1",
    "AAA0BBB,J366,J1",
    "AAA0BBB,366,1",
    "AAA0BBB,M3.2.0/168,M11.1.0",
    "AAA0BBB,M3.2.0/,M11.1.0",
    "AAA0BBB,M3.2.0,M11.1.0 ",
    "AAA0BBB,M3.2.0,M11.1.0,J1",
    "AAA0BBB25,M3.2.0,M11.1.0",
    ":Europe",
    "AAA0BBB,M3.2.0/1:,M11.1.0",
    "AAA99999999999999",
    "AAA0BBB,M3.2.0/99999999999,M11.1.0",
};

START_TEST(broken_rules_are_refused) {
  ck_assert_msg(rule_zone(bad_rules[_i]) == NULL, "%s", bad_rules[_i]);
}
END_TEST

/* A table, then a rule: what Europe/Berlin would be if it had begun in 2000. */
static const int64_t berlin_times[] = {946684800, 954032400, 972781200};
static const int32_t berlin_offsets[] = {3208, 3600, 7200, 3600};

START_TEST(table_and_rule_join) {
  image f = make_image(berlin_times, berlin_offsets, 3, "CET-1CEST,M3.5.0,M10.5.0/3");
  zone *z, *berlin = open_zone("Europe/Berlin");
  ck_assert_int_eq(bpi_zone_parse(&z, "Test/Berlin", f.bytes, f.length), BP_OK);
  ck_assert_str_eq(bpi_zone_name(z), "Test/Berlin");
  ck_assert_int_eq(bpi_zone_offset(z, instant("1999-12-31T23:59:59.999999Z")), 3208);
  for (int64_t us = instant("2000-01-01T00:00:00Z"); us < instant("2060-01-01T00:00:00Z");
       us += 1800 * BPI_SECOND)
    if (bpi_zone_offset(z, us) != bpi_zone_offset(berlin, us)) ck_abort_msg("%lld", (long long)us);
  bpi_zone_free(z);
  bpi_zone_free(berlin);
}
END_TEST

START_TEST(without_a_rule_the_last_offset_stays) {
  image f = make_image(berlin_times, berlin_offsets, 3, "");
  zone *z;
  ck_assert_int_eq(bpi_zone_parse(&z, "Test/None", f.bytes, f.length), BP_OK);
  ck_assert_int_eq(bpi_zone_offset(z, instant("2025-07-01T00:00:00Z")), 3600);
  bpi_zone_free(z);
}
END_TEST

START_TEST(version_1_has_32_bits) {
  image f = {.length = 0};
  put_header(&f, '\0', 3, 4, 0);
  put_block(&f, 4, berlin_times, berlin_offsets, 3);
  zone *z;
  ck_assert_int_eq(bpi_zone_parse(&z, "Test/Old", f.bytes, f.length), BP_OK);
  ck_assert_int_eq(bpi_zone_offset(z, instant("1980-01-01T00:00:00Z")), 3208);
  ck_assert_int_eq(bpi_zone_offset(z, instant("2000-06-01T00:00:00Z")), 7200);
  ck_assert_int_eq(bpi_zone_offset(z, instant("2025-06-01T00:00:00Z")), 3600);
  bpi_zone_free(z);
}
END_TEST

static int parse_image(const image *f) {
  zone *z;
  int rc = bpi_zone_parse(&z, "Test/Bad", f->bytes, f->length);
  ck_assert(rc == BP_OK || (rc == BP_ERR_FORMAT && z == NULL));
  bpi_zone_free(z);
  return rc;
}

START_TEST(broken_tables_are_refused) {
  const int64_t falling[] = {946684800, 946684800, 972781200};
  const int64_t endless[] = {946684800, 954032400, INT64_MAX};
  const int32_t east[] = {0, 93600, 0, 0}, west[] = {-90000, 0, 0, 0},
                lowest[] = {0, INT32_MIN, 0, 0};
  image good = make_image(berlin_times, berlin_offsets, 3, "CET-1");
  ck_assert_int_eq(parse_image(&good), BP_OK);
  image bad[] = {
      make_image(falling, berlin_offsets, 3, "CET-1"),
      make_image(endless, berlin_offsets, 3, "CET-1"),
      make_image(berlin_times, east, 3, "CET-1"),
      make_image(berlin_times, west, 3, "CET-1"),
      make_image(berlin_times, lowest, 3, "CET-1"),
      make_image(berlin_times, berlin_offsets, 3, "CET-1"),
      {.length = 0},
  };
  bad[5].bytes[44 + 12 + 44 + 3 * 8] = 4; /* there are types 0 to 3 */
  put_header(&bad[6], '\0', 0, 1, 1);     /* counts leap seconds */
  put_block(&bad[6], 4, NULL, berlin_offsets, 0);
  put_number(&bad[6], 78796800, 4);
  put_number(&bad[6], 1, 4);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(parse_image(&bad[i]) == BP_ERR_FORMAT, "%zu", i);
}
END_TEST

START_TEST(every_cut_is_refused) {
  image f = make_image(berlin_times, berlin_offsets, 3, "CET-1CEST,M3.5.0,M10.5.0/3");
  ck_assert_int_eq(parse_image(&f), BP_OK);
  while (f.length-- > 0) {
    /* On the heap, so that a read beyond the end is seen. */
    unsigned char *copy = malloc(f.length + 1);
    zone *z;
    memcpy(copy, f.bytes, f.length);
    unsigned char *exact = realloc(copy, f.length ? f.length : 1);
    ck_assert_ptr_nonnull(exact);
    ck_assert_int_eq(bpi_zone_parse(&z, "Test/Cut", exact, f.length), BP_ERR_FORMAT);
    free(exact);
    if (f.length == 0) break;
  }
}
END_TEST

/* Whatever the bytes are, queries end and read nothing out of bounds. */
START_TEST(changed_bytes_do_no_harm) {
  const image good = make_image(berlin_times, berlin_offsets, 3, "CET-1CEST,M3.5.0,M10.5.0/3");
  uint32_t chance = 1;
  int accepted = 0;
  for (int round = 0; round < 20000; round++) {
    image f = good;
    for (int changes = round % 3 + 1; changes > 0; changes--) {
      chance = chance * 1664525 + 1013904223;
      f.bytes[(chance >> 8) % f.length] = (unsigned char)(chance >> 24);
    }
    zone *z;
    if (bpi_zone_parse(&z, "Test/Changed", f.bytes, f.length) != BP_OK) continue;
    accepted++;
    int64_t at = (int64_t)(chance >> 4) * 60 * BPI_SECOND;
    int32_t offset = bpi_zone_offset(z, at);
    ck_assert(offset > -90000 && offset < 93600);
    int64_t start = bpi_zone_day_start(z, 1970 + round % 1000, 1 + round % 12, 1);
    int64_t days = bpi_days_from_civil(1970 + round % 1000, 1 + round % 12, 1);
    int64_t late = bpi_zone_local_days(z, start) - days;
    ck_assert(late >= 0 && late <= 2);
    bpi_zone_free(z);
  }
  ck_assert_int_gt(accepted, 100);
}
END_TEST

/* ------------------------------------------------------------------------------------ oracle */

static void compare_instant(const zone *z, const char *line) {
  long long seconds;
  int offset, year, month, day, hour, minute, second;
  ck_assert_int_eq(sscanf(line, "at %lld %d %d %d %d %d %d %d", &seconds, &offset, &year, &month,
                          &day, &hour, &minute, &second),
                   8);
  int64_t us = seconds * BPI_SECOND + 999999;
  civil c;
  bpi_zone_civil(z, us, &c);
  int right = bpi_zone_offset(z, us) == offset && c.year == year && c.month == month &&
              c.day == day && c.hour == hour && c.minute == minute && c.second == second &&
              c.micro == 999999 &&
              bpi_zone_local_days(z, us) == bpi_days_from_civil(year, month, day);
  if (!right) ck_abort_msg("%s: %s", bpi_zone_name(z), line);
}

static void compare_day(const zone *z, const char *line) {
  int year, month, day;
  long long seconds;
  ck_assert_int_eq(sscanf(line, "day %d %d %d %lld", &year, &month, &day, &seconds), 4);
  if (bpi_zone_day_start(z, year, month, day) != seconds * BPI_SECOND)
    ck_abort_msg("%s: %s: %lld", bpi_zone_name(z), line,
                 (long long)(bpi_zone_day_start(z, year, month, day) / BPI_SECOND));
}

START_TEST(zoneinfo_agrees) {
  char command[4096], line[256];
  snprintf(command, sizeof command, "'%s' '%s'", python, oracle);
  FILE *table = popen(command, "r");
  ck_assert_ptr_nonnull(table);
  zone *z = NULL;
  int zones = 0, lines = 0;
  while (fgets(line, sizeof line, table)) {
    line[strcspn(line, "\n")] = '\0';
    lines++;
    if (strncmp(line, "zone ", 5) == 0) {
      bpi_zone_free(z);
      z = open_zone(line + 5);
      zones++;
    } else if (line[0] == 'a') {
      compare_instant(z, line);
    } else {
      compare_day(z, line);
    }
  }
  bpi_zone_free(z);
  ck_assert_int_eq(pclose(table), 0);
  ck_assert_int_gt(zones, 200);
  ck_assert_int_gt(lines, 20000);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

int main(int argc, char **argv) {
  Suite *suite = suite_create("time");
  TCase *tests = tcase_create("time");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, every_day_of_ten_thousand_years);
  tcase_add_test(tests, days_before_the_year_zero);
  tcase_add_test(tests, now_is_now);
  tcase_add_test(tests, months_have_names);
  tcase_add_loop_test(tests, instants_are_read, 0, COUNT(good_instants));
  tcase_add_loop_test(tests, other_text_is_refused, 0, COUNT(bad_instants));
  tcase_add_test(tests, both_ways_agree_on_every_byte);
  tcase_add_test(tests, instants_are_written);
  tcase_add_test(tests, dates_are_read);
  tcase_add_test(tests, utc_needs_no_file);
  tcase_add_test(tests, names_that_are_no_zone);
  tcase_add_test(tests, memory_may_be_missing);
  tcase_add_loop_test(tests, days_start, 0, COUNT(day_starts));
  tcase_add_test(tests, rules_repeat);
  tcase_add_test(tests, stretches_end_where_offsets_change);
  tcase_add_test(tests, extremes_are_answered);
  tcase_add_loop_test(tests, rules_change_the_offset, 0, COUNT(rule_changes));
  tcase_add_test(tests, rules_without_change);
  tcase_add_loop_test(tests, broken_rules_are_refused, 0, COUNT(bad_rules));
  tcase_add_test(tests, table_and_rule_join);
  tcase_add_test(tests, without_a_rule_the_last_offset_stays);
  tcase_add_test(tests, version_1_has_32_bits);
  tcase_add_test(tests, broken_tables_are_refused);
  tcase_add_test(tests, every_cut_is_refused);
  tcase_add_test(tests, changed_bytes_do_no_harm);
  if (argc > 2) {
    python = argv[1];
    oracle = argv[2];
    tcase_add_posix_test(tests, zoneinfo_agrees);
  }
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
