/* metrics/period.h: resolves the name of a period to instants, and a range to its baselines. Knows
 * civil days in a zone; knows no store. */
#ifndef BPI_METRICS_PERIOD_H
#define BPI_METRICS_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "metrics/query.h"

/* The kind decides which range is the previous one. */
typedef enum period_kind {
  PERIOD_DAYS,    /* the same number of days before */
  PERIOD_WEEK,    /* the same days of the week before */
  PERIOD_MONTH,   /* the same days of the month before; to its end, if the range ends a month */
  PERIOD_QUARTER, /* the same, three months before */
  PERIOD_YEAR,    /* the same dates of the year before */
  PERIOD_INSTANTS /* the same duration before */
} period_kind;

typedef struct range {
  period_kind kind;
  int64_t from, until;         /* microseconds; for civil kinds, starts of days */
  int64_t first_day, last_day; /* for civil kinds: days since the epoch, inclusive */
} range;

/* Whether the name of a period is well formed. */
bool bpi_period_known(const char *name);
bool bpi_period_reversed(const char *name); /* well formed, but it ends before it begins */
/* The range of a well-formed period that is not reversed; `now` determines "today". */
void bpi_period_resolve(range *out, const char *period, const zone *z, int64_t now, bool sunday);
/* The range between two instants: PERIOD_DAYS if both are starts of days, else PERIOD_INSTANTS. */
void bpi_period_between(range *out, const zone *z, int64_t from, int64_t until);

/* The baseline of a range: one range, or for an average `*units` consecutive ranges of equal
 * length. BP_ERR_INVALID if the range has no such baseline. */
#define BASELINE_UNITS 84
int bpi_period_baseline(range out[BASELINE_UNITS], size_t *units, const range *of,
                        query_baseline baseline, const zone *z, bp_error **error);
int64_t bpi_week_start(int64_t day, bool sunday);
int64_t bpi_day_start(const zone *z, int64_t day); /* the instant at which a day begins */

#endif
