/* base/time.h: the clock, civil time and IANA zones. Reads zone files itself, so that TZ, tzset and
 * the locale have no influence. The only user of the system clock. */
#ifndef BPI_BASE_TIME_H
#define BPI_BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

#define BPI_TIME_NONE INT64_MIN /* a record without a usable time */
#define BPI_SECOND INT64_C(1000000)
#define BPI_TIME_LAST (INT64_C(253402300799) * BPI_SECOND) /* 9999-12-31T23:59:59Z */
#define BPI_TIME_END (BPI_TIME_LAST + BPI_SECOND)          /* the first instant after it */
#define BPI_DAY (INT64_C(86400) * BPI_SECOND)
#define BPI_QUARTER (900 * BPI_SECOND) /* a quarter of an hour */
#define BPI_DAY_QUARTERS 96
#define BPI_LAST_DAY 2932896 /* 9999-12-31, in days since 1970 */

typedef struct zone zone; /* immutable; may be shared by threads */

typedef struct civil {
  int32_t year;
  int32_t month, day; /* from 1 */
  int32_t hour, minute, second, micro;
} civil;

int64_t bpi_now(void); /* microseconds since the epoch */

/* Parses an RFC 3339 / ISO 8601 instant with zone designator ("2025-09-01T10:00:00.123Z",
 * "+02:00"); up to 9 fraction digits, truncated to microseconds; years 1970 to 9999. */
bool bpi_parse_instant(const char *p, size_t length, int64_t *out_us);
/* "YYYY-MM-DD" with a valid date. */
bool bpi_parse_date(const char *p, size_t length, civil *out);
/* Writes "2025-09-01T10:00:00Z" with 0, 3 or 6 fraction digits as needed. */
size_t bpi_format_instant(int64_t us, char out[32]);

int64_t bpi_days_from_civil(int32_t year, int32_t month, int32_t day); /* days since 1970-01-01 */
void bpi_civil_from_days(int64_t days, civil *out);                    /* date members only */
int bpi_day_of_week(int64_t days);                                     /* 0 Monday .. 6 Sunday */
bool bpi_is_monday(int64_t days); /* of the years 1970 to 9999 */

/* "Jan", "Feb", ... for 1 to 12; and back, 0 for other names. */
const char *bpi_month_name(int month);
int bpi_month_of_name(const char *name);

/* "2026-W07" to the Monday of an ISO week in days since the epoch, and back. Years 1970 to 9999. */
bool bpi_parse_week(const char *p, size_t length, int64_t *monday);
void bpi_format_week(int64_t monday, char out[16]);

/* Opens a zone by IANA name from the system's zone files (NULL or "UTC" needs no file; TZif
 * versions 1 to 4 with footer rule). Names are checked: no "..", no leading "/". Errors: NOTFOUND
 * with detail "zone", NOMEM, IO. */
int bpi_zone_open(zone **out, const char *name, bp_error **error);
/* The same from the bytes of a TZif file from any source: BP_OK, BP_ERR_FORMAT, BP_ERR_NOMEM. */
int bpi_zone_parse(zone **out, const char *name, const void *data, size_t length);
void bpi_zone_free(zone *z);
const char *bpi_zone_name(const zone *z);

int32_t bpi_zone_offset(const zone *z, int64_t us); /* seconds east of UTC at an instant */
/* The same, with a period around the instant in which it does not change; INT64_MIN, INT64_MAX:
 * unlimited. */
int32_t bpi_zone_stretch(const zone *z, int64_t us, int64_t *from_us, int64_t *until_us);
void bpi_zone_civil(const zone *z, int64_t us, civil *out);
/* The start of a civil day in the zone: the first instant with this date, even if midnight is
 * skipped or occurs twice. For a date that the zone skipped, the start of the next one. */
int64_t bpi_zone_day_start(const zone *z, int32_t year, int32_t month, int32_t day);
int64_t bpi_zone_local_days(const zone *z, int64_t us); /* days since the epoch of the local date */

#endif
