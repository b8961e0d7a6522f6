/* metrics/contrast.h: one metric on two sides, or over weeks, with the tested difference. Chooses
 * the test for a metric (metrics/stats.h); does not know queries or wording. */
#ifndef BPI_METRICS_CONTRAST_H
#define BPI_METRICS_CONTRAST_H

#include "metrics/clusters.h"

#define CONTRAST_EVENTS 20 /* a share with fewer events on either side is not tested */
#define CONTRAST_WEEKS 12

typedef enum contrast_kind {
  CONTRAST_DIFFERENCE, /* of shares: first minus second */
  CONTRAST_FACTOR,     /* of amounts: first over second */
  CONTRAST_SLOPE       /* change per week */
} contrast_kind;

typedef struct contrast {
  contrast_kind kind;
  double a, b;      /* the metric on both sides, in its unit; for a slope its first and last week */
  int64_t n_a, n_b; /* the denominators; for a slope the weeks with a value, and 0 */
  int64_t hits;     /* the numerators of both sides together */
  size_t clusters;  /* session days with data on either side; for a slope all of them */
  comparison c;     /* not known if there is too little data */
} contrast;

/* Whether a metric can be compared: a ratio whose two sides add up over sessions and days. */
bool bpi_contrast_takes(const metric *m);
/* Whether it is a share of events: its top is a part of its bottom. */
bool bpi_contrast_is_share(const metric *m);
const char *bpi_contrast_kind_name(contrast_kind kind); /* "difference", "factor", "slope" */
const char *bpi_contrast_test_name(contrast_kind kind);

/* The clusters of both sides, as the tests take them. Each bpi_pairs_ function replaces the
 * content; they return BP_OK or BP_ERR_NOMEM. */
typedef struct pair_list {
  cluster_pair *pair;
  size_t count, capacity;
} pair_list;
void bpi_pairs_free(pair_list *p);
/* One value of a dimension against all others. */
int bpi_pairs_rest(pair_list *p, const clusters *c, size_t metric_at, size_t value);
/* One value against another. */
int bpi_pairs_two(pair_list *p, const clusters *c, size_t metric_at, size_t value, size_t other);
/* A value in two separate sets of clusters; VALUE_NONE if it does not occur in one. */
int bpi_pairs_apart(pair_list *p, const clusters *a, size_t value_a, const clusters *b,
                    size_t value_b, size_t metric_at);
/* Counts of a value as shares of the counts of all values, in two separate sets of clusters. */
int bpi_pairs_mix(pair_list *p, const clusters *a, size_t value_a, const clusters *b,
                  size_t value_b, size_t metric_at);
/* Two totals of the same clusters, as amounts per cluster. */
int bpi_pairs_both(pair_list *p, const clusters *c, size_t first, size_t second);

/* Sorts the pairs. */
void bpi_contrast_make(contrast *out, pair_list *p, bool shares, int64_t scale);
/* `c` is grouped by time.week; `first_day` is the first day of the first week. */
void bpi_contrast_slope(contrast *out, const clusters *c, size_t metric_at, int64_t scale,
                        int64_t first_day);

#endif
