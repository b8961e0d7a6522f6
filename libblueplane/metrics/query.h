/* metrics/query.h: a question as it was asked: names, a range, filters, a baseline. Knows the
 * builder and the JSON form (docs/formats/query.md). Names are checked when the question is
 * planned, because only the catalogue knows them; here they are text. */
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
#define QUERY_LIMIT INT64_C(1000000) /* greatest number of rows that can be asked for */

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
  int64_t from, until; /* INT64_MIN, INT64_MAX: open; unless there is a period */
  char *period;        /* NULL: by from and until */
  char *zone;          /* NULL: UTC */
  char *order;         /* name, with "-" before it for descending; NULL: by dimensions */
  int64_t limit;       /* 0: all rows */
  query_baseline baseline;
  char *baseline_period;        /* BASELINE_PERIOD: its name */
  bool sunday;                  /* weeks begin on Sunday */
  int failure;                  /* the first BP_ERR_ of the builder, 0 */
  const char *complaint, *hint; /* what was wrong, and what would be right */
};

int bpi_query_new(bp_query **out, bp_error **error);
int bpi_query_from_json(bp_query **out, const char *json, size_t length, bp_error **error);
void bpi_query_free(bp_query *q);

/* The builder: 0, or BP_ERR_INVALID, BP_ERR_LIMIT, BP_ERR_NOMEM, remembered in `failure`. */
int bpi_query_metric(bp_query *q, const char *name);
int bpi_query_range(bp_query *q, int64_t from_us, int64_t until_us, const char *zone_name);
int bpi_query_period(bp_query *q, const char *period, const char *zone_name);
int bpi_query_by(bp_query *q, const char *name);
int bpi_query_where(bp_query *q, const char *name, const char *op, const char *value);
int bpi_query_compare(bp_query *q, const char *baseline);
int bpi_query_set(bp_query *q, const char *key, const char *value);

/* The failure that the builder remembered, or that its calls were too much together, as an error; 0 if there is none. */
int bpi_query_check(const bp_query *q, bp_error **error);
int bpi_query_to_json(char **out, size_t *length, const bp_query *q, bp_error **error);
/* "previous"; of a period its name; NULL for none. */
const char *bpi_baseline_name(const bp_query *q);
const char *bpi_baseline_word(query_baseline baseline);
/* Whether it is an average of several units of time. */
static inline bool bpi_baseline_is_average(query_baseline b) {
  return b >= BASELINE_TRAILING_4W;
}

/* Metrics by id and the dimensions to group by, in order and each once: aliases are replaced and
 * what they imply is added. Names that the catalogue does not know stay as they are. */
size_t bpi_query_metrics(const bp_query *q, const char *out[QUERY_METRICS]);
size_t bpi_query_dimensions(const bp_query *q, const char *out[QUERY_DIMENSIONS + QUERY_METRICS]);
/* What the rows are ordered by, by id; NULL if by dimensions. */
const char *bpi_query_order(const bp_query *q, bool *descending);

#endif
