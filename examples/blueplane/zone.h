/* zone.h: where the person's clock stands, and civil dates in that zone. */
#ifndef ZONE_H
#define ZONE_H

#include <stdbool.h>
#include <stdint.h>

#define ZONES "/usr/share/zoneinfo" /* what is known of each */

/* The IANA name of the person's zone and, in *from, where it was found: the environment's TZ,
 * /etc/timezone, /etc/localtime, or nothing ("UTC"). The caller frees the name. */
char *find_zone(const char **from);
bool zone_exists(const char *name);
/* The zone's name nearest to what was typed, or NULL; the caller frees it. */
char *nearest_zone(const char *typed);
/* From now on dates are those of that zone; of UTC until then. Dates are asked for by one thread. */
void use_zone(const char *name);

typedef struct date {
  int year, month, day; /* 1.. */
  int weekday;          /* 0 Monday .. 6 Sunday */
  int hour, minute;
} date;

date today(void);
/* The local date of an instant in microseconds. */
date date_of(int64_t us);
/* The moment at which a day begins where the person's clock stands, in microseconds. */
int64_t instant_of(date d);
date add_days(date d, int days);
bool parse_date(date *out, const char *string); /* YYYY-MM-DD */
/* "2026-11-23T00:00:00Z" and its like, as results name instants. */
bool parse_instant(int64_t *us, const char *string);
void format_date(char out[16], date d); /* YYYY-MM-DD */
/* "Monday 23 November 2026", "16 to 22 November 2026"; the caller frees it. */
char *name_days(date first, date last);
const char *weekday_name(int weekday);
const char *month_name(int month);

#endif
