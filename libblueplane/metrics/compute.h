/* metrics/compute.h: turns a query into a result. The API enters this folder here. */
#ifndef BPI_METRICS_COMPUTE_H
#define BPI_METRICS_COMPUTE_H

#include "metrics/assumptions.h"
#include "metrics/benchmark.h"
#include "metrics/coverage.h"
#include "metrics/period.h"
#include "metrics/prices.h"
#include "metrics/query.h"
#include "result/table.h"
#include "store/read.h"

/* The inputs of a computation besides the query; owned by the caller. */
typedef struct compute_context {
  store *store;
  const prices *prices;
  const assumptions *assumed;
  const benchmark *benchmark; /* for releases; NULL: none was given */
  const source_cover *covers; /* indexed by source */
  size_t cover_count;
  int64_t now_us; /* determines "today" */
} compute_context;

/* Reads within one snapshot. A query that names a report (metrics/report.h) returns that report.
 * Errors: those of planning (metrics/plan.h), NOTFOUND with "zone", INVALID, LIMIT, NOMEM, and
 * those of the store. */
int bpi_compute(bp_result **out, const compute_context *c, const bp_query *q, bp_error **error);
/* The same within the caller's snapshot; does not run reports. */
int bpi_compute_within(bp_result **out, const compute_context *c, const bp_query *q,
                       bp_error **error);
/* The ranges of a baseline of `of`, as bpi_period_baseline; also handles a baseline named as a
 * period. */
int bpi_compute_baseline(range out[BASELINE_UNITS], size_t *units, const range *of,
                         query_baseline baseline, const compute_context *c, const bp_query *q,
                         const zone *z, bp_error **error);
/* The range of a query. If an end is open, the store is read, within the caller's snapshot. */
int bpi_compute_range(range *out, const compute_context *c, const bp_query *q, const zone *z,
                      bp_error **error);

#endif
