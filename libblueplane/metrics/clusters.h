/* metrics/clusters.h: the clusters that a comparison rests on: what each session did on each day, by
 * value of a dimension. Asks ordinary queries, so whatever is tested is a number anybody can ask for;
 * knows the catalogue and no test. */
#ifndef BPI_METRICS_CLUSTERS_H
#define BPI_METRICS_CLUSTERS_H

#include "base/sum.h"
#include "metrics/compute.h"
#include "metrics/frame.h"
#include "metrics/stats.h"

/* What is asked, beside the filters of a query. */
typedef struct cluster_question {
  const char *const *metrics; /* ids of totals or of ratios whose two sides add up */
  size_t count;
  const char *by;      /* a dimension; NULL: none, there is one value */
  int64_t from, until; /* microseconds */
} cluster_question;

/* Most values occur in few clusters, so what is held goes by their parts: what the clusters did with a value. */
typedef struct clusters {
  size_t metrics, values, count, parts;
  char **value;       /* by value, in the order of names; NULL: not known */
  size_t *first;      /* by value: its first part; one more at the end */
  size_t *cluster_of; /* by part: those of a value go up */
  cluster *sum;       /* by metric and part; of a total the bottom is 0 */
  cluster *all;       /* of all values, by metric and cluster */
} clusters;

/* Hours of the day become four bands, days of the week their names. What a source cannot tell,
 * money of which a part has no price, and what rests on tokens sent of which a part is not known, adds nothing to either
 * side. */
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
/* What a value did in all clusters together. */
cluster bpi_clusters_total(const clusters *c, size_t metric_at, size_t value);

/* The clusters of a value, from the first to the last. */
typedef struct cluster_walk {
  const clusters *c;
  const cluster *sum;
  size_t part, end;
} cluster_walk;

/* Of VALUE_NONE each cluster is all zero. */
cluster_walk bpi_clusters_walk(const clusters *c, size_t metric_at, size_t value);
/* `cluster_at` goes up. */
cluster bpi_clusters_next(cluster_walk *w, size_t cluster_at);

#endif
