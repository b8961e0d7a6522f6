/* metrics/clusters.h: the clusters that a comparison is based on: the sums of each session on each
 * day, per value of a dimension. They come from ordinary queries, so every number that is tested
 * can also be queried. Knows the catalogue; the tests are in metrics/stats.h. */
#ifndef BPI_METRICS_CLUSTERS_H
#define BPI_METRICS_CLUSTERS_H

#include "base/sum.h"
#include "metrics/compute.h"
#include "metrics/frame.h"
#include "metrics/stats.h"

/* What is asked for; the filters come from a query. */
typedef struct cluster_question {
  const char *const *metrics; /* ids of totals or of ratios whose two sides add up */
  size_t count;
  const char *by;      /* a dimension; NULL: none, and then there is one value */
  int64_t from, until; /* microseconds */
} cluster_question;

/* A part holds the sums of one value in one cluster. Most values occur in few clusters, so only
 * the parts that exist are stored. */
typedef struct clusters {
  size_t metrics, values, count, parts;
  char **value;       /* per value: its name, sorted; NULL: not known */
  size_t *first;      /* per value: index of its first part; one more entry at the end */
  size_t *cluster_of; /* per part: its cluster, ascending within a value */
  cluster *sum;       /* per metric and part; `bottom` is 0 for a total */
  cluster *all;       /* per metric and cluster: sum over all values */
} clusters;

/* Hours of the day become four bands, days of the week their names. A row adds nothing, neither to
 * numerator nor denominator, where no source records the metric, where a part of its tokens has no
 * price, or where it depends on sent tokens of which a part is not known. */
int bpi_clusters_ask(clusters *out, const compute_context *c, const bp_query *like,
                     const cluster_question *asked, bp_error **error);
void bpi_clusters_free(clusters *c);

static inline void bpi_cluster_add(cluster *to, cluster part) {
  bpi_add_to(&to->top, part.top);
  bpi_add_to(&to->bottom, part.bottom);
}

/* The value of a name, VALUE_NONE if it does not occur. */
#define VALUE_NONE SIZE_MAX
size_t bpi_clusters_find(const clusters *c, const char *name);
/* The sum of a value over all clusters. */
cluster bpi_clusters_total(const clusters *c, size_t metric_at, size_t value);

/* Iterates over the clusters of a value, from the first to the last. */
typedef struct cluster_walk {
  const clusters *c;
  const cluster *sum;
  size_t part, end;
} cluster_walk;

/* For VALUE_NONE every cluster is all zero. */
cluster_walk bpi_clusters_walk(const clusters *c, size_t metric_at, size_t value);
/* The sums in a cluster; `cluster_at` must ascend from call to call. */
cluster bpi_clusters_next(cluster_walk *w, size_t cluster_at);

#endif
