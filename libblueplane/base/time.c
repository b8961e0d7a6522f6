/* base/time.c: the calendar, instants as text, and zones from TZif files (RFC 9636). A zone is
 * built once and then only read: its footer rule is expanded for 400 years, after which the
 * Gregorian calendar repeats including weekdays, so that every lookup is one binary search. Does
 * not support the process's local zone, leap seconds (files with them are rejected) or instants
 * before 1970 as text. */
#include "base/time.h"

#include <stdio.h>
#include <string.h>
#ifdef _WIN32
#include "base/win32.h"
#else
#include <time.h>
#endif

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"

#define DAY INT64_C(86400) /* in seconds */
#define CYCLE_DAYS INT64_C(146097)
#define CYCLE (CYCLE_DAYS * DAY)
#define CYCLE_YEARS 400
#define LAST_INSTANT (BPI_TIME_LAST / BPI_SECOND)
#define OFFSET_MIN (-89999) /* RFC 9636: more than -25 hours, less than 26 hours */
#define OFFSET_MAX 93599
#define RULE_FIRST_YEAR 1969 /* before it a rule need not be right */
#define RULE_YEARS (CYCLE_YEARS + 3)
#define DAYS_MAX INT64_C(106000000) /* upper bound for days whose microseconds fit into int64_t */
#define ZONE_NAME_MAX 64
#define ZONE_FILE_MAX ((size_t)256 << 10)

struct zone {
  size_t count;  /* changes of the offset */
  int64_t *when; /* seconds UTC, strictly ascending */
  /* count + 1 entries: offset[i] applies before when[i], the last one for ever */
  int32_t *offset;
  int64_t repeat_from; /* from here on the preceding 400 years repeat; INT64_MAX: they do not */
  char *name;
};

/* ------------------------------------------------------------------------------- calendar */

static int64_t floor_divide(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

static bool is_leap(int32_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int32_t year, int32_t month) {
  static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[month - 1] + (month == 2 && is_leap(year));
}

/* Years start in March here, so that the leap day is the last day, and are counted from a multiple
 * of 400 years before any date that can be asked for. */
#define CYCLES_BEFORE INT64_C(6000000)
#define DAYS_BEFORE (CYCLES_BEFORE * CYCLE_DAYS + 719468) /* 0000-03-01 to 1970-01-01 */

int64_t bpi_days_from_civil(int32_t year, int32_t month, int32_t day) {
  uint64_t y = (uint64_t)((int64_t)year - (month <= 2) + CYCLES_BEFORE * CYCLE_YEARS);
  int32_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return (int64_t)(y * 365 + y / 4 - y / 100 + y / 400) + day_of_year - DAYS_BEFORE;
}

void bpi_civil_from_days(int64_t days, civil *out) {
  uint64_t since = (uint64_t)(days + DAYS_BEFORE);
  uint64_t cycle = since / CYCLE_DAYS;
  uint32_t day_of_cycle = (uint32_t)(since - cycle * CYCLE_DAYS);
  uint32_t year_of_cycle =
      (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
  uint32_t day_of_year = day_of_cycle -
                         (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
  uint32_t month = (5 * day_of_year + 2) / 153; /* 0 is March */
  out->day = (int32_t)(day_of_year - (153 * month + 2) / 5 + 1);
  out->month = (int32_t)(month < 10 ? month + 3 : month - 9);
  out->year = (int32_t)(((int64_t)cycle - CYCLES_BEFORE) * CYCLE_YEARS + year_of_cycle) +
              (out->month <= 2);
}

int bpi_day_of_week(int64_t days) {
  int64_t since_monday = (days + 3) % 7; /* 1970-01-01 was a Thursday */
  return (int)(since_monday < 0 ? since_monday + 7 : since_monday);
}

bool bpi_is_monday(int64_t days) {
  return days >= 0 && days <= BPI_LAST_DAY && bpi_day_of_week(days) == 0;
}

static const char month_names[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
#define MONTHS ((int)(sizeof month_names / sizeof *month_names))

const char *bpi_month_name(int month) {
  return month_names[month - 1];
}

int bpi_month_of_name(const char *name) {
  int month = MONTHS;
  while (month > 0 && strcmp(month_names[month - 1], name) != 0)
    month--;
  return month;
}

/* Week 1 of a year contains January 4th. */
static int64_t first_monday(int32_t year) {
  int64_t fourth = bpi_days_from_civil(year, 1, 4);
  return fourth - bpi_day_of_week(fourth);
}

bool bpi_parse_week(const char *p, size_t length, int64_t *monday) {
  static const char shape[] = "0000-W00";
  if (length != sizeof shape - 1) return false;
  for (size_t i = 0; i < length; i++)
    if (shape[i] == '0' ? p[i] < '0' || p[i] > '9' : p[i] != shape[i]) return false;
  int32_t year = (p[0] - '0') * 1000 + (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0');
  int32_t week = (p[6] - '0') * 10 + (p[7] - '0');
  if (year < 1970 || week < 1) return false;
  *monday = first_monday(year) + (int64_t)(week - 1) * 7;
  return *monday >= 0 && *monday < first_monday(year + 1);
}

void bpi_format_week(int64_t monday, char out[16]) {
  civil thursday; /* its year is the year of the week */
  bpi_civil_from_days(monday + 3, &thursday);
  int64_t week = (monday - first_monday(thursday.year)) / 7 + 1;
  snprintf(out, 16, "%04d-W%02d", (int)(thursday.year % 10000), (int)(week % 100));
}

#ifdef _WIN32

#define SINCE_1601 (INT64_C(11644473600) * BPI_SECOND)

int64_t bpi_now(void) {
  FILETIME now; /* units of 100 ns */
  GetSystemTimePreciseAsFileTime(&now);
  return (int64_t)((uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime) / 10 - SINCE_1601;
}

#else

int64_t bpi_now(void) {
  struct timespec now;
  if (timespec_get(&now, TIME_UTC) == 0) return 0;
  return (int64_t)now.tv_sec * BPI_SECOND + now.tv_nsec / 1000;
}

#endif

/* ------------------------------------------------------------------------- instants as text */

static int two_digits(const char *p) {
  return (p[0] - '0') * 10 + (p[1] - '0');
}

static bool is_date(int32_t year, int32_t month, int32_t day) {
  return month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

/* Second 60 is a leap second: the instant is the one after it. */
static bool make_instant(const civil *c, int32_t offset, int64_t *out_us) {
  if (!is_date(c->year, c->month, c->day)) return false;
  if (c->hour > 23 || c->minute > 59 || c->second > 60) return false;
  int32_t of_day = (c->hour * 60 + c->minute) * 60 + c->second;
  int64_t seconds = bpi_days_from_civil(c->year, c->month, c->day) * DAY + of_day - offset;
  if (seconds < 0 || seconds > LAST_INSTANT) return false;
  *out_us = seconds * BPI_SECOND + c->micro;
  return true;
}

/* Compares eight bytes of text with a pattern in which '0' stands for any digit. `room` limits how
 * far a byte may differ: added to a larger difference it sets the byte's high bit. Bytes beyond
 * ASCII have that bit anyway. */
#define DIGIT "\x76"
#define SAME "\x7F"
static bool matches_8(const char *p, const char *pattern, const char *room) {
  uint64_t bytes, expected, rooms;
  memcpy(&bytes, p, 8);
  memcpy(&expected, pattern, 8);
  memcpy(&rooms, room, 8);
  bytes ^= expected;
  return ((bytes | (bytes + rooms)) & UINT64_C(0x8080808080808080)) == 0;
}

static bool is_usual(const char *p, size_t length) {
  return length == 24 && matches_8(p, "0000-00-", DIGIT DIGIT DIGIT DIGIT SAME DIGIT DIGIT SAME) &&
         matches_8(p + 8, "00T00:00", DIGIT DIGIT SAME DIGIT DIGIT SAME DIGIT DIGIT) &&
         matches_8(p + 16, ":00.000Z", SAME DIGIT DIGIT SAME DIGIT DIGIT DIGIT SAME);
}

/* "YYYY-MM-DDTHH:MM:SS.mmmZ", the format of nearly every line. */
static bool parse_usual(const char *p, int64_t *out_us) {
  civil c;
  c.year = two_digits(p) * 100 + two_digits(p + 2);
  c.month = two_digits(p + 5);
  c.day = two_digits(p + 8);
  c.hour = two_digits(p + 11);
  c.minute = two_digits(p + 14);
  c.second = two_digits(p + 17);
  c.micro = ((p[20] - '0') * 100 + two_digits(p + 21)) * 1000;
  return make_instant(&c, 0, out_us);
}

typedef struct text {
  const char *at, *end;
} text;

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool take(text *t, char c) {
  if (t->at == t->end || *t->at != c) return false;
  t->at++;
  return true;
}

static bool take_one_of(text *t, const char *set) {
  if (t->at == t->end || *t->at == '\0' || !strchr(set, *t->at)) return false;
  t->at++;
  return true;
}

/* Exactly `digits` digits. */
static bool take_digits(text *t, int digits, int32_t *out) {
  if (t->end - t->at < digits) return false;
  int32_t value = 0;
  for (int i = 0; i < digits; i++) {
    if (!is_digit(t->at[i])) return false;
    value = value * 10 + (t->at[i] - '0');
  }
  t->at += digits;
  *out = value;
  return true;
}

static bool take_date(text *t, civil *c) {
  return take_digits(t, 4, &c->year) && take(t, '-') && take_digits(t, 2, &c->month) &&
         take(t, '-') && take_digits(t, 2, &c->day);
}

/* One to nine digits; anything finer than a microsecond is cut off. */
static bool take_fraction(text *t, int32_t *micro) {
  int digits = 0;
  for (; t->at < t->end && is_digit(*t->at) && digits < 9; t->at++, digits++)
    if (digits < 6) *micro = *micro * 10 + (*t->at - '0');
  for (int i = digits; i < 6; i++)
    *micro *= 10;
  return digits > 0;
}

static bool take_time(text *t, civil *c) {
  if (!take_digits(t, 2, &c->hour) || !take(t, ':') || !take_digits(t, 2, &c->minute)) return false;
  if (!take(t, ':')) return true;
  if (!take_digits(t, 2, &c->second)) return false;
  return !take_one_of(t, ".,") || take_fraction(t, &c->micro);
}

/* "Z", "+02:00", "+0200", "+02". */
static bool take_designator(text *t, int32_t *offset) {
  if (take_one_of(t, "Zz")) return true;
  int sign = take(t, '+') ? 1 : take(t, '-') ? -1 : 0;
  int32_t hours = 0, minutes = 0;
  if (sign == 0 || !take_digits(t, 2, &hours)) return false;
  bool colon = take(t, ':');
  if ((colon || t->at < t->end) && !take_digits(t, 2, &minutes)) return false;
  *offset = sign * (hours * 3600 + minutes * 60);
  return hours <= 23 && minutes <= 59;
}

bool bpi_parse_instant(const char *p, size_t length, int64_t *out_us) {
  if (is_usual(p, length)) return parse_usual(p, out_us);
  text t = {p, p + length};
  civil c = {0};
  int32_t offset = 0;
  return take_date(&t, &c) && take_one_of(&t, "Tt ") && take_time(&t, &c) &&
         take_designator(&t, &offset) && t.at == t.end && make_instant(&c, offset, out_us);
}

bool bpi_parse_date(const char *p, size_t length, civil *out) {
  text t = {p, p + length};
  civil c = {0};
  if (!take_date(&t, &c) || t.at != t.end || !is_date(c.year, c.month, c.day)) return false;
  *out = c;
  return true;
}

static char *put_digits(char *p, int32_t value, int digits) {
  for (int i = digits - 1; i >= 0; i--, value /= 10)
    p[i] = (char)('0' + value % 10);
  return p + digits;
}

static char *put_year(char *p, int32_t year) {
  if (year < 0) {
    *p++ = '-';
    year = -year;
  }
  int digits = year > 99999 ? 6 : year > 9999 ? 5 : 4; /* int64_t microseconds end in year 294247 */
  return put_digits(p, year, digits);
}

/* Splits microseconds into whole seconds and a non-negative rest. */
static int64_t split_seconds(int64_t us, int32_t *micro) {
  int64_t seconds = floor_divide(us, BPI_SECOND), rest = us % BPI_SECOND;
  *micro = (int32_t)(rest < 0 ? rest + BPI_SECOND : rest);
  return seconds;
}

static void civil_of(int64_t seconds, int32_t micro, civil *out) {
  int64_t days = floor_divide(seconds, DAY);
  int32_t rest = (int32_t)(seconds - days * DAY);
  bpi_civil_from_days(days, out);
  out->hour = rest / 3600;
  out->minute = rest / 60 % 60;
  out->second = rest % 60;
  out->micro = micro;
}

size_t bpi_format_instant(int64_t us, char out[32]) {
  civil c;
  int32_t micro;
  int64_t seconds = split_seconds(us, &micro);
  civil_of(seconds, micro, &c);
  char *p = put_year(out, c.year);
  const struct {
    char before;
    int32_t value;
  } parts[] = {{'-', c.month}, {'-', c.day}, {'T', c.hour}, {':', c.minute}, {':', c.second}};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    *p++ = parts[i].before;
    p = put_digits(p, parts[i].value, 2);
  }
  if (c.micro != 0) {
    *p++ = '.';
    p = c.micro % 1000 == 0 ? put_digits(p, c.micro / 1000, 3) : put_digits(p, c.micro, 6);
  }
  *p++ = 'Z';
  *p = '\0';
  return (size_t)(p - out);
}

/* ------------------------------------------------------------------------ the footer's rule */

/* POSIX TZ: "CET-1CEST,M3.5.0,M10.5.0/3", with the times beyond 24 hours and below 0 that RFC 9636
 * allows. */
typedef struct rule_date {
  char form; /* 'J': day 1 to 365 without leap day; 'D': day 0 to 365; 'M': month, week, weekday */
  int32_t month, week, day;
  int32_t time; /* seconds of local time from midnight */
} rule_date;

typedef struct rule {
  bool has_summer;
  int32_t standard, summer; /* seconds east of UTC */
  rule_date start, end;
} rule;

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Skips the abbreviation, which is not used. */
static bool skip_abbreviation(text *t) {
  bool quoted = take(t, '<');
  const char *from = t->at;
  while (t->at < t->end &&
         (is_letter(*t->at) || (quoted && (is_digit(*t->at) || *t->at == '+' || *t->at == '-'))))
    t->at++;
  bool long_enough = t->at - from >= 3;
  return long_enough && (!quoted || take(t, '>'));
}

/* One to three digits, from `low` to `high`. */
static bool take_number(text *t, int32_t low, int32_t high, int32_t *out) {
  int32_t value = 0;
  int digits = 0;
  for (; t->at < t->end && is_digit(*t->at) && digits < 3; t->at++, digits++)
    value = value * 10 + (*t->at - '0');
  *out = value;
  return digits > 0 && value >= low && value <= high;
}

/* [+-]hh[:mm[:ss]] */
static bool take_clock(text *t, int32_t max_hours, int32_t *seconds) {
  int sign = take(t, '-') ? -1 : 1;
  if (sign > 0) take(t, '+');
  int32_t hours, minutes = 0, rest = 0;
  if (!take_number(t, 0, max_hours, &hours)) return false;
  if (take(t, ':')) {
    if (!take_number(t, 0, 59, &minutes)) return false;
    if (take(t, ':') && !take_number(t, 0, 59, &rest)) return false;
  }
  *seconds = sign * (hours * 3600 + minutes * 60 + rest);
  return true;
}

static bool take_rule_date(text *t, rule_date *d) {
  if (!take(t, ',')) return false;
  bool ok;
  if (take(t, 'M')) {
    d->form = 'M';
    ok = take_number(t, 1, 12, &d->month) && take(t, '.') && take_number(t, 1, 5, &d->week) &&
         take(t, '.') && take_number(t, 0, 6, &d->day);
  } else if (take(t, 'J')) {
    d->form = 'J';
    ok = take_number(t, 1, 365, &d->day);
  } else {
    d->form = 'D';
    ok = take_number(t, 0, 365, &d->day);
  }
  d->time = 2 * 3600;
  return ok && (!take(t, '/') || take_clock(t, 167, &d->time));
}

static bool parse_rule(const char *p, const char *end, rule *r) {
  text t = {p, end};
  int32_t west;
  if (!skip_abbreviation(&t) || !take_clock(&t, 24, &west)) return false;
  r->standard = -west;
  r->has_summer = t.at < t.end;
  if (!r->has_summer) return true;
  if (!skip_abbreviation(&t)) return false;
  r->summer = r->standard + 3600;
  if (t.at < t.end && *t.at != ',') {
    if (!take_clock(&t, 24, &west)) return false;
    r->summer = -west;
  }
  return take_rule_date(&t, &r->start) && take_rule_date(&t, &r->end) && t.at == t.end;
}

static int64_t rule_days(const rule_date *d, int32_t year) {
  int64_t new_year = bpi_days_from_civil(year, 1, 1);
  if (d->form == 'D') return new_year + d->day;
  if (d->form == 'J') return new_year + d->day - 1 + (is_leap(year) && d->day >= 60);
  int64_t first = bpi_days_from_civil(year, d->month, 1);
  int32_t to_weekday = (d->day + 6 - bpi_day_of_week(first)) % 7; /* in the rule, Sunday is 0 */
  int32_t day = to_weekday + (d->week - 1) * 7;
  return first + (day < days_in_month(year, d->month) ? day : day - 7);
}

/* ---------------------------------------------------------------------------- zone files */

typedef struct header {
  unsigned char version;
  uint32_t ut_count, standard_count, leap_count, time_count, type_count, char_count;
} header;

typedef struct bytes {
  const unsigned char *at, *end;
} bytes;

static uint32_t get_u32(const unsigned char *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t get_i32(const unsigned char *p) {
  return (int64_t)(get_u32(p) ^ 0x80000000u) - 0x80000000;
}

static int64_t get_i64(const unsigned char *p) {
  return get_i32(p) * INT64_C(0x100000000) + get_u32(p + 4);
}

#define HEADER_SIZE 44
#define TYPE_SIZE 6

static bool read_header(bytes *b, header *h) {
  if (b->end - b->at < HEADER_SIZE || memcmp(b->at, "TZif", 4) != 0) return false;
  h->version = b->at[4];
  const unsigned char *counts = b->at + 20;
  h->ut_count = get_u32(counts);
  h->standard_count = get_u32(counts + 4);
  h->leap_count = get_u32(counts + 8);
  h->time_count = get_u32(counts + 12);
  h->type_count = get_u32(counts + 16);
  h->char_count = get_u32(counts + 20);
  b->at += HEADER_SIZE;
  return true;
}

/* Size of the data after a header; 32-bit counts cannot overflow 64 bits. */
static uint64_t block_size(const header *h, unsigned time_size) {
  return (uint64_t)h->time_count * (time_size + 1) + (uint64_t)h->type_count * TYPE_SIZE +
         h->char_count + (uint64_t)h->leap_count * (time_size + 4) + h->standard_count +
         h->ut_count;
}

/* Finds the best data block of the file: its header, its bytes (length checked) and what
 * follows. */
static bool find_block(bytes *b, header *h, unsigned *time_size, const unsigned char **block) {
  if (!read_header(b, h)) return false;
  *time_size = 4;
  if (h->version != 0) {
    uint64_t skipped = block_size(h, 4);
    if (h->version < '2' || skipped > (uint64_t)(b->end - b->at)) return false;
    b->at += skipped;
    if (!read_header(b, h) || h->version < '2') return false;
    *time_size = 8;
  }
  uint64_t size = block_size(h, *time_size);
  if (size > (uint64_t)(b->end - b->at)) return false;
  *block = b->at;
  b->at += size;
  return true;
}

/* "\n" rule "\n"; an empty line means no rule. */
static bool read_footer(const bytes *b, rule *r, bool *has_rule) {
  const char *p = (const char *)b->at, *end = (const char *)b->end;
  *has_rule = false;
  if (p == end || *p != '\n') return false;
  const char *line_end = memchr(p + 1, '\n', (size_t)(end - p - 1));
  if (!line_end) return false;
  if (line_end == p + 1) return true;
  *has_rule = true;
  return parse_rule(p + 1, line_end, r);
}

static bool read_offset(const unsigned char *types, uint32_t type_count, uint32_t index,
                        int32_t *out) {
  if (index >= type_count) return false;
  int64_t offset = get_i32(types + (size_t)index * TYPE_SIZE);
  *out = (int32_t)offset;
  return offset >= OFFSET_MIN && offset <= OFFSET_MAX;
}

/* Appends a change. If two have the same instant, or a strange rule puts them out of order, the
 * later one wins. A change to the same offset is left out. */
static void put_change(zone *z, int64_t when, int32_t offset) {
  while (z->count > 0 && z->when[z->count - 1] >= when)
    z->count--;
  if (offset == z->offset[z->count]) return;
  z->when[z->count++] = when;
  z->offset[z->count] = offset;
}

static bool put_table(zone *z, const header *h, unsigned time_size, const unsigned char *block,
                      int64_t *last) {
  const unsigned char *indices = block + (size_t)h->time_count * time_size;
  const unsigned char *types = indices + h->time_count;
  *last = INT64_MIN;
  if (!read_offset(types, h->type_count, 0, &z->offset[0])) return false;
  for (size_t i = 0; i < h->time_count; i++) {
    const unsigned char *p = block + i * time_size;
    int64_t when = time_size == 8 ? get_i64(p) : get_i32(p);
    int32_t offset;
    if ((i > 0 && when <= *last) || when > LAST_INSTANT) return false;
    if (!read_offset(types, h->type_count, indices[i], &offset)) return false;
    put_change(z, when, offset);
    *last = when;
  }
  return true;
}

static void put_rule_change(zone *z, int64_t when, int32_t offset, int64_t last) {
  if (when > last) put_change(z, when, offset);
}

/* Expands the rule after the table's last change, with an extra year at both ends because a year's
 * changes may fall into its neighbours. */
static void put_rule(zone *z, const rule *r, int64_t last) {
  if (!r->has_summer) return;
  int64_t from = bpi_days_from_civil(RULE_FIRST_YEAR, 1, 1) * DAY;
  if (last > from) from = last;
  civil c;
  bpi_civil_from_days(floor_divide(from, DAY), &c);
  for (int32_t year = c.year - 1; year < c.year - 1 + RULE_YEARS; year++) {
    int64_t start = rule_days(&r->start, year) * DAY + r->start.time - r->standard;
    int64_t end = rule_days(&r->end, year) * DAY + r->end.time - r->summer;
    if (start <= end) put_rule_change(z, start, r->summer, last);
    put_rule_change(z, end, r->standard, last);
    if (start > end) put_rule_change(z, start, r->summer, last);
  }
  z->repeat_from = from + CYCLE;
}

/* Allocates a zone with room for `changes` changes in one block. */
static zone *new_zone(const char *name, size_t changes) {
  size_t name_size = strlen(name) + 1;
  size_t when_size = changes * sizeof(int64_t), offset_size = (changes + 1) * sizeof(int32_t);
  char *memory = bpi_alloc(sizeof(zone) + when_size + offset_size + name_size);
  if (!memory) return NULL;
  zone *z = (zone *)(void *)memory;
  z->when = (int64_t *)(void *)(memory + sizeof(zone));
  z->offset = (int32_t *)(void *)(memory + sizeof(zone) + when_size);
  z->name = memory + sizeof(zone) + when_size + offset_size;
  z->count = 0;
  z->offset[0] = 0;
  z->repeat_from = INT64_MAX;
  memcpy(z->name, name, name_size);
  return z;
}

int bpi_zone_parse(zone **out, const char *name, const void *data, size_t length) {
  *out = NULL;
  bytes b = {data, (const unsigned char *)data + length};
  header h;
  unsigned time_size;
  const unsigned char *block;
  if (!find_block(&b, &h, &time_size, &block)) return BP_ERR_FORMAT;
  if (h.leap_count != 0 || h.type_count == 0) return BP_ERR_FORMAT;
  rule r = {0};
  bool has_rule = false;
  if (time_size == 8 && !read_footer(&b, &r, &has_rule)) return BP_ERR_FORMAT;

  zone *z = new_zone(name, h.time_count + (has_rule ? 2 * RULE_YEARS : 0));
  if (!z) return BP_ERR_NOMEM;
  int64_t last;
  if (!put_table(z, &h, time_size, block, &last)) {
    bpi_zone_free(z);
    return BP_ERR_FORMAT;
  }
  if (has_rule) put_rule(z, &r, last);
  *out = z;
  return BP_OK;
}

/* IANA names consist of these characters; without dots a name cannot leave the folder. */
static bool is_zone_name(const char *name) {
  size_t length = strlen(name);
  if (length == 0 || length > ZONE_NAME_MAX || name[length - 1] == '/') return false;
  for (size_t i = 0; i < length; i++) {
    char c = name[i];
    bool slash = c == '/' && i > 0 && name[i - 1] != '/';
    if (!slash && !is_letter(c) && !is_digit(c) && c != '_' && c != '+' && c != '-') return false;
  }
  return true;
}

/* Loads and parses FOLDER/NAME. An invalid zone file counts as missing. */
static int open_in(zone **out, const char *folder, const char *name) {
  char path[ZONE_NAME_MAX + 32];
  size_t folder_length = strlen(folder);
  memcpy(path, folder, folder_length);
  memcpy(path + folder_length, name, strlen(name) + 1);
  char *data;
  size_t length;
  int rc = bpi_file_load(&data, &length, path, ZONE_FILE_MAX, NULL);
  if (rc == BP_OK) {
    rc = bpi_zone_parse(out, name, data, length);
    bpi_free(data);
  }
  return rc == BP_OK || rc == BP_ERR_NOMEM || rc == BP_ERR_IO ? rc : BP_ERR_NOTFOUND;
}

int bpi_zone_open(zone **out, const char *name, bp_error **error) {
  static const char *const folders[] = {"/usr/share/zoneinfo/", "/usr/share/lib/zoneinfo/",
                                        "/etc/zoneinfo/"};
  *out = NULL;
  if (!name || strcmp(name, "UTC") == 0) {
    *out = new_zone("UTC", 0);
    return *out ? BP_OK : bpi_fail_nomem(error);
  }
  int rc = BP_ERR_NOTFOUND;
  bool possible = is_zone_name(name); /* only then is it fit for a message */
  for (size_t i = 0; i < sizeof folders / sizeof *folders && possible; i++) {
    rc = open_in(out, folders[i], name);
    if (rc == BP_OK) return BP_OK;
    if (rc == BP_ERR_NOMEM) return bpi_fail_nomem(error);
    if (rc == BP_ERR_IO) break;
  }
  if (rc == BP_ERR_IO)
    bpi_fail(error, rc, "the zone file of '%s' cannot be read", name);
  else if (possible)
    bpi_fail(error, rc, "there is no time zone '%s'", name);
  else
    bpi_fail(error, rc, "no time zone has such a name");
  bpi_fail_detail(error, "zone", name);
  return rc;
}

void bpi_zone_free(zone *z) {
  bpi_free(z);
}

const char *bpi_zone_name(const zone *z) {
  return z->name;
}

/* -------------------------------------------------------------------------- zone questions */

/* The number of changes at or before an instant, which is the index of the offset in force. Only
 * the number of rounds depends on data, no branch does. */
static size_t find(const zone *z, int64_t seconds) {
  const int64_t *when = z->when;
  size_t left = z->count;
  while (left > 1) {
    size_t half = left / 2;
    when += when[half - 1] <= seconds ? half : 0;
    left -= half;
  }
  return (size_t)(when - z->when) + (left == 1 && *when <= seconds);
}

/* The seconds to subtract so that an instant falls into the expanded years. */
static int64_t cycles_beyond(const zone *z, int64_t seconds) {
  if (seconds < z->repeat_from) return 0;
  return ((seconds - z->repeat_from) / CYCLE + 1) * CYCLE;
}

static int32_t offset_at(const zone *z, int64_t seconds) {
  return z->offset[find(z, seconds - cycles_beyond(z, seconds))];
}

int32_t bpi_zone_offset(const zone *z, int64_t us) {
  return offset_at(z, floor_divide(us, BPI_SECOND));
}

static int64_t microseconds_of(int64_t seconds) {
  if (seconds > INT64_MAX / BPI_SECOND) return INT64_MAX;
  return seconds < INT64_MIN / BPI_SECOND ? INT64_MIN : seconds * BPI_SECOND;
}

int32_t bpi_zone_stretch(const zone *z, int64_t us, int64_t *from_us, int64_t *until_us) {
  int64_t seconds = floor_divide(us, BPI_SECOND), beyond = cycles_beyond(z, seconds);
  size_t at = find(z, seconds - beyond);
  int64_t from = at == 0 ? INT64_MIN : z->when[at - 1];
  if (beyond > 0 && from < z->repeat_from - CYCLE)
    from = z->repeat_from - CYCLE; /* earlier offsets are not repeated */
  *from_us = beyond > 0 || at > 0 ? microseconds_of(from + beyond) : INT64_MIN;
  *until_us = at < z->count ? microseconds_of(z->when[at] + beyond) : INT64_MAX;
  return z->offset[at];
}

void bpi_zone_civil(const zone *z, int64_t us, civil *out) {
  int32_t micro;
  int64_t seconds = split_seconds(us, &micro);
  civil_of(seconds + offset_at(z, seconds), micro, out);
}

int64_t bpi_zone_local_days(const zone *z, int64_t us) {
  int64_t seconds = floor_divide(us, BPI_SECOND);
  return floor_divide(seconds + offset_at(z, seconds), DAY);
}

/* Tries the periods of equal offset in order, from the last one that ends too early for the date to
 * the first that begins too late; the first instant found is the earliest. */
static bool first_instant(const zone *z, int64_t days, int64_t *out) {
  int64_t midnight = days * DAY;
  for (size_t i = find(z, midnight - OFFSET_MAX - 1);; i++) {
    int64_t begin = i == 0 ? INT64_MIN : z->when[i - 1];
    int64_t end = i == z->count ? INT64_MAX : z->when[i];
    int64_t at = midnight - z->offset[i];
    if (at < begin) at = begin;
    if (at < end && at + z->offset[i] < midnight + DAY) {
      *out = at;
      return true;
    }
    if (i == z->count || end > midnight + DAY - OFFSET_MIN) return false;
  }
}

int64_t bpi_zone_day_start(const zone *z, int32_t year, int32_t month, int32_t day) {
  int64_t days = bpi_days_from_civil(year, month, day);
  if (days > DAYS_MAX) days = DAYS_MAX;
  if (days < -DAYS_MAX) days = -DAYS_MAX;
  int64_t beyond = cycles_beyond(z, days * DAY - OFFSET_MAX - 1);
  days -= beyond / DAY;
  /* Offsets differ by less than 51 hours, so at most two consecutive dates can be missing. */
  int64_t at = days * DAY;
  for (int missing = 0; missing < 3 && !first_instant(z, days + missing, &at); missing++) {}
  return (at + beyond) * BPI_SECOND;
}
