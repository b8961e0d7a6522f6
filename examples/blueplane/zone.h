/* zone.h: the person's time zone, and civil dates in it. */
#ifndef ZONE_H
#define ZONE_H

#include <stdbool.h>
#include <stdint.h>

#define ZONES "/usr/share/zoneinfo" /* the system's time zone files */

/* The IANA name of the person's zone. *from becomes where it was found: "TZ" in the environment,
 * /etc/timezone, /etc/localtime, or "default", which is UTC. The caller frees the name. */
char *find_zone(const char **from);
bool zone_exists(const char *name);
/* The name of the zone nearest to what was typed, or NULL; the caller frees it. */
char *nearest_zone(const char *typed);
/* Sets the zone of all dates below; UTC until then. Not thread-safe: only one thread may use
 * dates. */
void use_zone(const char *name);

typedef struct date {
  int year, month, day; /* 1.. */
  int weekday;          /* 0 Monday .. 6 Sunday */
  int hour, minute;
} date;

date today(void);
/* The local date of an instant in microseconds. */
date date_of(int64_t us);
/* The instant at which a day begins in that zone, in microseconds. */
int64_t instant_of(date d);
date add_days(date d, int days);
date week_start(date d, bool sunday);           /* the first day of its week */
bool parse_date(date *out, const char *string); /* YYYY-MM-DD */
/* Parses "2026-11-23T00:00:00Z" and similar, as results write instants. */
bool parse_instant(int64_t *us, const char *string);
void format_date(char out[16], date d); /* YYYY-MM-DD */
/* "Monday 23 November 2026", "16 to 22 November 2026"; the caller frees it. */
char *name_days(date first, date last);
const char *weekday_name(int weekday);
const char *month_name(int month);

#endif
