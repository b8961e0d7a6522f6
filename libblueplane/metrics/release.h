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

/* What a release tells: each metric by its place, the last one's behind it is false. */
typedef struct release_metric {
  const char *id, *title, *unit, *levels, *definition;
  uint32_t slices; /* SLICED_BIT of what it is told by */
} release_metric;
bool bpi_release_metric(size_t at, release_metric *out);
/* Names of its columns of numbers, in order; how many, at most RELEASE_PARTS. */
#define RELEASE_PARTS 8
#define RELEASE_NAME 64
size_t bpi_release_columns(size_t at, char names[RELEASE_PARTS][RELEASE_NAME]);

/* Whether some answer has this column of numbers: "prompts", "usage_distribution.low". */
bool bpi_release_has(const char *column);

#endif
