/* zone_windows.c: local time for Windows, whose C library knows no IANA zones: out of the same files that the
 * library reads (RFC 9636). One zone, read once; without its file it is UTC. */
#include "zone.h"

#ifdef _WIN32

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "calendar.h"
#include "text.h"

#define DAY INT64_C(86400) /* seconds */
#define FILE_MAX (1 << 18)

/* When summer time begins or ends: 'M' month, week and weekday; 'J' a day from 1 without the leap day; 'D' a day
 * from 0. */
typedef struct turn {
  char form;
  int month, week, day, seconds;
} turn;

static struct {
  size_t count; /* changes of the offset */
  int64_t *when;
  int32_t *offset; /* from when[i] on */
  int32_t first;   /* before when[0] */
  bool has_rule, has_summer;
  int32_t standard, summer;
  turn begin, end;
} zone;

/* --------------------------------------------------------------------------------------- rules */

/* "3", "03:30", "-2:00:00" in seconds. */
static int take_time(const char **at) {
  int sign = **at == '-' ? -1 : 1, total = 0, unit = 3600;
  if (**at == '-' || **at == '+') (*at)++;
  for (; unit > 0; unit /= 60) {
    char *end;
    total += (int)strtol(*at, &end, 10) * unit;
    *at = end;
    if (**at != ':') break;
    (*at)++;
  }
  return sign * total;
}

/* "CET" or "<+03>" */
static void skip_name(const char **at) {
  if (**at == '<') *at += strcspn(*at, ">") + (strchr(*at, '>') != NULL);
  while ((**at >= 'A' && **at <= 'Z') || (**at >= 'a' && **at <= 'z'))
    (*at)++;
}

static turn take_turn(const char **at) {
  turn t = {.form = **at, .seconds = 7200};
  char *end;
  if (t.form == 'M' || t.form == 'J')
    (*at)++;
  else
    t.form = 'D';
  int *parts[] = {&t.month, &t.week, &t.day};
  for (int i = t.form == 'M' ? 0 : 2; i < 3; i++) {
    *parts[i] = (int)strtol(*at, &end, 10);
    *at = end + (*end == '.');
  }
  if (**at == '/') {
    (*at)++;
    t.seconds = take_time(at);
  }
  return t;
}

/* "CET-1CEST,M3.5.0,M10.5.0/3" */
static void take_rule(const char *at) {
  skip_name(&at);
  zone.has_rule = *at != '\0';
  zone.standard = -take_time(&at);
  zone.summer = zone.standard + 3600;
  zone.has_summer = *at != '\0';
  if (!zone.has_summer) return;
  skip_name(&at);
  if (*at != ',') zone.summer = -take_time(&at);
  at += *at == ',';
  zone.begin = take_turn(&at);
  at += *at == ',';
  zone.end = take_turn(&at);
}

/* The local second at which a turn of that year comes. */
static int64_t second_of(turn t, int year) {
  int64_t first = days_of(year, 1, 1);
  bool leap = days_of(year, 3, 1) - first == 60;
  if (t.form == 'D') return (first + t.day) * DAY + t.seconds;
  if (t.form == 'J') return (first + t.day - 1 + (leap && t.day > 59)) * DAY + t.seconds;
  int64_t month = days_of(year, t.month, 1);
  int64_t next = t.month == 12 ? days_of(year + 1, 1, 1) : days_of(year, t.month + 1, 1);
  int64_t day = month + ((t.day + 6) % 7 - (month - monday_of(month)) + 7) % 7 + 7 * (t.week - 1);
  return (day < next ? day : day - 7) * DAY + t.seconds;
}

static int32_t by_rule(int64_t seconds) {
  if (!zone.has_summer) return zone.standard;
  int year, month, day;
  int64_t local = seconds + zone.standard;
  civil_of(local / DAY - (local % DAY < 0), &year, &month, &day);
  int64_t begin = second_of(zone.begin, year) - zone.standard;
  int64_t end = second_of(zone.end, year) - zone.summer;
  bool inside = begin < end ? seconds >= begin && seconds < end : seconds >= begin || seconds < end;
  return inside ? zone.summer : zone.standard;
}

static int32_t offset_at(int64_t seconds) {
  size_t low = 0, high = zone.count;
  if (zone.has_rule && (zone.count == 0 || seconds >= zone.when[zone.count - 1]))
    return by_rule(seconds);
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (zone.when[middle] <= seconds)
      low = middle + 1;
    else
      high = middle;
  }
  return low == 0 ? zone.first : zone.offset[low - 1];
}

/* --------------------------------------------------------------------------------------- files */

static uint64_t number_at(const unsigned char *at, int bytes) {
  uint64_t number = 0;
  for (int i = 0; i < bytes; i++)
    number = number << 8 | at[i];
  return number;
}

/* A head of a file and what it says is behind it; time is `bytes` wide there. */
typedef struct block {
  const unsigned char *data;
  size_t times, types, length;
} block;

static bool take_block(block *b, const unsigned char *at, const unsigned char *end, size_t bytes) {
  if (end - at < 44 || memcmp(at, "TZif", 4) != 0) return false;
  size_t utc = number_at(at + 20, 4), standard = number_at(at + 24, 4),
         leaps = number_at(at + 28, 4);
  b->times = number_at(at + 32, 4);
  b->types = number_at(at + 36, 4);
  b->data = at + 44;
  b->length = b->times * (bytes + 1) + b->types * 6 + number_at(at + 40, 4) + leaps * (bytes + 4) +
              standard + utc;
  return b->types > 0 && b->length <= (size_t)(end - b->data);
}

static void read_zone(const unsigned char *data, size_t length) {
  block old, b;
  const unsigned char *end = data + length;
  if (!take_block(&old, data, end, 4) || !take_block(&b, old.data + old.length, end, 8)) return;
  const unsigned char *kinds = b.data + b.times * 8, *types = kinds + b.times;
  zone.when = need(calloc(b.times + 1, sizeof *zone.when));
  zone.offset = need(calloc(b.times + 1, sizeof *zone.offset));
  zone.first = (int32_t)(uint32_t)number_at(types, 4);
  for (size_t i = 0; i < b.times; i++) {
    if (kinds[i] >= b.types) break;
    zone.when[i] = (int64_t)number_at(b.data + 8 * i, 8);
    zone.offset[i] = (int32_t)(uint32_t)number_at(types + 6 * kinds[i], 4);
    zone.count++;
  }
  const unsigned char *footer = b.data + b.length, *line_end;
  if (footer == end || *footer != '\n') return;
  footer++;
  line_end = memchr(footer, '\n', (size_t)(end - footer));
  if (line_end == NULL) return;
  text rule = {0};
  text_add_bytes(&rule, (const char *)footer, (size_t)(line_end - footer));
  take_rule(rule.data);
  text_free(&rule);
}

void use_zone(const char *name) {
  char *path = print_text("%s/%s", ZONES, name);
  unsigned char *data = need(malloc(FILE_MAX));
  FILE *file = fopen(path, "rb");
  free(zone.when);
  free(zone.offset);
  memset(&zone, 0, sizeof zone);
  if (file != NULL) {
    read_zone(data, fread(data, 1, FILE_MAX, file));
    fclose(file);
  }
  free(data);
  free(path);
}

/* --------------------------------------------------------------------------------------- dates */

date date_of(int64_t us) {
  int64_t seconds = us / 1000000 - (us % 1000000 < 0);
  seconds += offset_at(seconds);
  int64_t days = seconds / DAY - (seconds % DAY < 0), rest = seconds - days * DAY;
  date d = {.weekday = (int)(days - monday_of(days)),
            .hour = (int)(rest / 3600),
            .minute = (int)(rest / 60 % 60)};
  civil_of(days, &d.year, &d.month, &d.day);
  return d;
}

/* A time that does not exist is as much later as the clock was put forward, one that comes twice is the first. */
int64_t instant_of(date d) {
  int64_t local = days_of(d.year, d.month, d.day) * DAY;
  int32_t before = offset_at(local - DAY), after = offset_at(local + DAY);
  bool later = offset_at(local - before) != before && offset_at(local - after) == after;
  return (local - (later ? after : before)) * 1000000;
}

#endif
