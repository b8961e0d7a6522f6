/* metrics/clusters.h: the clusters that a comparison rests on: what each session did on each day, by
 * value of a dimension. Asks ordinary queries, so whatever is tested is a number anybody can ask for;
 * knows the catalogue and no test. */
#ifndef BPI_METRICS_CLUSTERS_H
#define BPI_METRICS_CLUSTERS_H

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

typedef struct clusters {
  size_t metrics, values, count;
  char **value; /* by value, in the order of names; NULL: not known */
  cluster *sum; /* by metric, value and cluster; of a total the bottom is 0 */
  cluster *all; /* of all values, by metric and cluster */
} clusters;

/* Hours of the day become four bands, days of the week their names. What a source cannot tell, and
 * money of which a part has no price, adds nothing to either side. */
int bpi_clusters_ask(clusters *out, const compute_context *c, const bp_query *like,
                     const cluster_question *asked, bp_error **error);
void bpi_clusters_free(clusters *c);

static inline cluster *bpi_clusters_of(const clusters *c, size_t metric_at, size_t value) {
  return c->sum + (metric_at * c->values + value) * c->count;
}

#endif
