/* metrics/release.h: answers a query from published cells. The result has the same form as that
 * from a personal store, but less can be asked: published windows, one published dimension, no
 * filter. Published cells are about groups; by member, it reads the rows of those who agreed to be
 * seen (store/individual.h). */
#ifndef BPI_METRICS_RELEASE_H
#define BPI_METRICS_RELEASE_H

#include "metrics/compute.h"

typedef struct release_reader {
  char level;        /* audience: 'L', 'M' or 'R' */
  const char *scope; /* the team of a lead; NULL: everything */
} release_reader;

/* Errors: NOTFOUND (metric, dimension), UNSUPPORTED (a range that is not a published window,
 * filters, a second dimension), DENIED (a metric not meant for this reader), INVALID, NOMEM, and
 * those of the store. Anything that is not published is a withheld cell, whatever the reason. */
int bpi_release_compute(bp_result **out, const compute_context *c, const release_reader *reader,
                        const bp_query *q, bp_error **error);

/* The metrics of releases, by position; false after the last. */
typedef struct release_metric {
  const char *id, *title, *unit, *levels, *definition;
  uint32_t slices; /* SLICED_BITs of the dimensions it can be grouped by */
} release_metric;
bool bpi_release_metric(size_t at, release_metric *out);
/* Names of the number columns of the metric at a position; returns their count, at most
 * RELEASE_PARTS. */
#define RELEASE_PARTS 8
#define RELEASE_NAME 64
size_t bpi_release_columns(size_t at, char names[RELEASE_PARTS][RELEASE_NAME]);

/* Whether a result can have this column of numbers: "prompts", "usage_distribution.low". */
bool bpi_release_has(const char *column);

#endif
