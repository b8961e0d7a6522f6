/* metrics/release.h: a query over published cells. The answer has the same form as one over a personal
 * store; what it can be asked is less: published windows, one published dimension, no filter. Knows
 * measures and windows; knows no person, as no person is in what it reads. */
#ifndef BPI_METRICS_RELEASE_H
#define BPI_METRICS_RELEASE_H

#include "metrics/compute.h"

typedef struct release_reader {
  char level;        /* for whom: 'L', 'M' or 'R' */
  const char *scope; /* a lead's team; NULL: all there is */
} release_reader;

/* Errors: NOTFOUND (metric, dimension), UNSUPPORTED (a range that is no published window, filters,
 * a second dimension), DENIED (a metric that is not for this reader), INVALID, NOMEM, and those of the
 * store. What is not published is a cell that is withheld, whatever the reason. */
int bpi_release_compute(bp_result **out, const compute_context *c, const release_reader *reader,
                        const bp_query *q, bp_error **error);

/* Whether some answer has this column of numbers: "prompts", "usage_distribution.low". */
bool bpi_release_has(const char *column);

#endif
