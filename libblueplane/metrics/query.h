/* metrics/query.h: a query as the caller stated it: names, a range, filters, a baseline; its
 * builder and its JSON form (docs/formats/query.md). Names are only text here: metrics/plan.h
 * checks them against the catalogue. */
#ifndef BPI_METRICS_QUERY_H
#define BPI_METRICS_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

#define QUERY_METRICS 16
#define QUERY_DIMENSIONS 4
#define QUERY_FILTERS 16
#define QUERY_TEXT 256               /* bytes of one name or value */
#define QUERY_LIMIT INT64_C(1000000) /* greatest limit on rows */

typedef enum query_baseline {
  BASELINE_NONE,
  BASELINE_PREVIOUS,
  BASELINE_YEAR,
  BASELINE_PERIOD,
  BASELINE_TRAILING_4W,
  BASELINE_TRAILING_12W
} query_baseline;

typedef struct query_filter {
  char *dimension, *value;
  bool negated;
} query_filter;

struct bp_query {
  char *metric[QUERY_METRICS];
  size_t metrics;
  char *by[QUERY_DIMENSIONS];
  size_t dimensions;
  query_filter where[QUERY_FILTERS];
  size_t filters;
  int64_t from, until; /* INT64_MIN, INT64_MAX: open end; ignored if there is a period */
  char *period;        /* NULL: use from and until */
  char *zone;          /* NULL: UTC */
  char *order;         /* a name, prefixed with "-" for descending; NULL: by dimensions */
  int64_t limit;       /* 0: all rows */
  query_baseline baseline;
  char *baseline_period;        /* BASELINE_PERIOD: the name of the period */
  bool sunday;                  /* weeks begin on Sunday */
  int failure;                  /* the first BP_ERR_ of the builder; 0: none */
  const char *complaint, *hint; /* its message and hint; static strings */
};

int bpi_query_new(bp_query **out, bp_error **error);
int bpi_query_from_json(bp_query **out, const char *json, size_t length, bp_error **error);
void bpi_query_free(bp_query *q);

/* The builder. Each call returns 0, BP_ERR_INVALID, BP_ERR_LIMIT or BP_ERR_NOMEM; the first failure
 * is kept in `failure`. */
int bpi_query_metric(bp_query *q, const char *name);
int bpi_query_range(bp_query *q, int64_t from_us, int64_t until_us, const char *zone_name);
int bpi_query_period(bp_query *q, const char *period, const char *zone_name);
int bpi_query_by(bp_query *q, const char *name);
int bpi_query_where(bp_query *q, const char *name, const char *op, const char *value);
int bpi_query_compare(bp_query *q, const char *baseline);
int bpi_query_set(bp_query *q, const char *key, const char *value);

/* Returns the builder's failure, or that of calls that are invalid in combination, as an error; 0
 * if the query is usable. */
int bpi_query_check(const bp_query *q, bp_error **error);
int bpi_query_to_json(char **out, size_t *length, const bp_query *q, bp_error **error);
/* The name of the baseline ("previous"), or of its period; NULL: none. */
const char *bpi_baseline_name(const bp_query *q);
const char *bpi_baseline_word(query_baseline baseline);
/* Whether the baseline is an average over several units of time. */
static inline bool bpi_baseline_is_average(query_baseline b) {
  return b >= BASELINE_TRAILING_4W;
}

/* The metrics by id, and the dimensions to group by, in order and without duplicates: aliases are
 * resolved and implied dimensions added. Names unknown to the catalogue are returned unchanged. */
size_t bpi_query_metrics(const bp_query *q, const char *out[QUERY_METRICS]);
size_t bpi_query_dimensions(const bp_query *q, const char *out[QUERY_DIMENSIONS + QUERY_METRICS]);
/* The id of what the rows are sorted by; NULL: the dimensions. */
const char *bpi_query_order(const bp_query *q, bool *descending);

#endif
