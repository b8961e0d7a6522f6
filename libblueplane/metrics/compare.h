/* metrics/compare.h: the reports that compare rates, all with the same columns: a range with its
 * baseline, a value of a dimension with the rest, a range with one's own weeks before, and the
 * trend from week to week. */
#ifndef BPI_METRICS_COMPARE_H
#define BPI_METRICS_COMPARE_H

#include "metrics/contrast.h"

/* A verdict is given if p, adjusted for the whole table (Holm), is at most this. */
#define COMPARE_RATE 0.05

/* Compares the metrics that the query names after the report, or else a default list of rates.
 * Without a dimension, the range is compared with its baseline ("previous" by default); with one,
 * each value with all others, two values with each other, and each prompt feature with the prompts
 * that have none. Errors: UNSUPPORTED with detail "metric" for a metric that is not a ratio of
 * sums, and those of queries. */
int bpi_comparison(bp_result **out, const compute_context *c, const bp_query *q, bp_error **error);
int bpi_personal_baseline(bp_result **out, const compute_context *c, const bp_query *q,
                          bp_error **error);
int bpi_learning_trend(bp_result **out, const compute_context *c, const bp_query *q,
                       bp_error **error);

#endif
