/* metrics/period.h: from the name of a period to instants, and from a range to its baselines. Knows
 * civil days in a zone; knows no store. */
#ifndef BPI_METRICS_PERIOD_H
#define BPI_METRICS_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "metrics/query.h"

typedef enum period_kind {
  PERIOD_DAYS,    /* the period before are as many days before */
  PERIOD_WEEK,    /* the same days of the week before */
  PERIOD_MONTH,   /* the same days of the month before; to its end, if this goes to its end */
  PERIOD_QUARTER, /* the same, three months before */
  PERIOD_YEAR,    /* the same dates of the year before */
  PERIOD_INSTANTS /* the same time before */
} period_kind;

typedef struct range {
  period_kind kind;
  int64_t from, until;         /* microseconds; for civil kinds the starts of days */
  int64_t first_day, last_day; /* civil kinds: days since the epoch, both included */
} range;

/* Whether a name of a period is well formed. */
bool bpi_period_known(const char *name);
bool bpi_period_reversed(const char *name); /* well formed, but it ends before it begins */
/* The range of any other well formed period; `now` decides what today is. */
void bpi_period_resolve(range *out, const char *period, const zone *z, int64_t now, bool sunday);
/* The range between two instants: civil, if both are starts of days. */
void bpi_period_between(range *out, const zone *z, int64_t from, int64_t until);

/* The baseline of a range: one range, or for an average `*units` ranges of equal length, one
 * after another; BP_ERR_INVALID if the range has none. */
#define BASELINE_UNITS 84
int bpi_period_baseline(range out[BASELINE_UNITS], size_t *units, const range *of,
                        query_baseline baseline, const zone *z, bp_error **error);
int64_t bpi_week_start(int64_t day, bool sunday);
int64_t bpi_day_start(const zone *z, int64_t day); /* the instant */

#endif
