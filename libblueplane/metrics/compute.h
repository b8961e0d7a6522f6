/* metrics/compute.h: a query becomes a result. The one way into this folder for the API. */
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

/* What a computation rests on beside the query; belongs to the caller. */
typedef struct compute_context {
  store *store;
  const prices *prices;
  const assumptions *assumed;
  const benchmark *benchmark; /* of releases; NULL: none was given */
  const source_cover *covers; /* by index of a source */
  size_t cover_count;
  int64_t now_us; /* decides what "today" is */
} compute_context;

/* Reads within one snapshot. A query that names a report gives that (metrics/report.h). Errors: those of planning (metrics/plan.h), NOTFOUND with "zone",
 * INVALID, LIMIT, NOMEM, and those of the store. */
int bpi_compute(bp_result **out, const compute_context *c, const bp_query *q, bp_error **error);
/* The same, no report, within the snapshot of the caller. */
int bpi_compute_within(bp_result **out, const compute_context *c, const bp_query *q,
                       bp_error **error);
/* The ranges of a baseline of it, as bpi_period_baseline. */
int bpi_compute_baseline(range out[BASELINE_UNITS], size_t *units, const range *of,
                         query_baseline baseline, const compute_context *c, const bp_query *q,
                         const zone *z, bp_error **error);
/* The range that a query is about; within a snapshot where an end is open. */
int bpi_compute_range(range *out, const compute_context *c, const bp_query *q, const zone *z,
                      bp_error **error);

#endif
