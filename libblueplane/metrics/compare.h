/* metrics/compare.h: the reports that set rates side by side, all with the same columns: a range and
 * its baseline, a value of a dimension and the rest, the own weeks before, week after week. */
#ifndef BPI_METRICS_COMPARE_H
#define BPI_METRICS_COMPARE_H

#include "metrics/contrast.h"

/* A verdict is given where p, adjusted for the whole table (Holm), is at most this. */
#define COMPARE_RATE 0.05

/* The query's metrics behind the report's name, else a list of rates. Without a dimension the range
 * beside its baseline ("previous" if none is named), with one each value beside all others, and
 * each feature of prompts beside those that hold none. Errors:
 * UNSUPPORTED with "metric" for what is no rate over sessions, and those of queries. */
int bpi_comparison(bp_result **out, const compute_context *c, const bp_query *q, bp_error **error);
int bpi_personal_baseline(bp_result **out, const compute_context *c, const bp_query *q,
                          bp_error **error);
int bpi_learning_trend(bp_result **out, const compute_context *c, const bp_query *q,
                       bp_error **error);

#endif
