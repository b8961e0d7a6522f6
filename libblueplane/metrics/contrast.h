/* metrics/contrast.h: one metric on two sides, or over weeks, with what may be said of the difference.
 * Knows which test suits which metric; knows no query and no words. */
#ifndef BPI_METRICS_CONTRAST_H
#define BPI_METRICS_CONTRAST_H

#include "metrics/clusters.h"

#define CONTRAST_EVENTS 20 /* of a share, on each side: below it nothing is said */
#define CONTRAST_WEEKS 12

typedef enum contrast_kind {
  CONTRAST_DIFFERENCE, /* of shares: first minus second */
  CONTRAST_FACTOR,     /* of amounts: first over second */
  CONTRAST_SLOPE       /* change per week */
} contrast_kind;

typedef struct contrast {
  contrast_kind kind;
  double a, b;      /* the metric on both sides, in its unit; of a slope its first and last week */
  int64_t n_a, n_b; /* what stands under the line; of a slope weeks with a value, and 0 */
  int64_t hits;     /* what stands above the line on both sides together */
  size_t clusters;  /* session days that tell of either side; of a slope all */
  comparison c;     /* not known where there is too little */
} contrast;

/* Whether a metric can be compared: a ratio whose two sides add up over sessions and days. */
bool bpi_contrast_takes(const metric *m);
/* A share of events: its top is a part of its bottom. */
bool bpi_contrast_is_share(const metric *m);
const char *bpi_contrast_kind_name(contrast_kind kind); /* "difference", "factor", "slope" */
const char *bpi_contrast_test_name(contrast_kind kind);

/* Room for `clusters` of either side. */
typedef struct pair_list {
  cluster_pair *pair;
  size_t count, capacity;
} pair_list;
void bpi_pairs_free(pair_list *p);
/* One value of a dimension beside all others. */
int bpi_pairs_rest(pair_list *p, const clusters *c, size_t metric_at, size_t value);
/* One value beside another. */
int bpi_pairs_two(pair_list *p, const clusters *c, size_t metric_at, size_t value, size_t other);
/* A value of two askings; VALUE_NONE where it does not occur. */
int bpi_pairs_apart(pair_list *p, const clusters *a, size_t value_a, const clusters *b,
                    size_t value_b, size_t metric_at);
/* Counts of a value as shares of those of all values, in two askings. */
int bpi_pairs_mix(pair_list *p, const clusters *a, size_t value_a, const clusters *b,
                  size_t value_b, size_t metric_at);
/* Two totals of the same clusters, as amounts for each of them. */
int bpi_pairs_both(pair_list *p, const clusters *c, size_t first, size_t second);

/* Sorts the pairs. */
void bpi_contrast_make(contrast *out, pair_list *p, bool shares, int64_t scale);
/* `c` was asked by time.week; `first_day` begins the first of the weeks. */
void bpi_contrast_slope(contrast *out, const clusters *c, size_t metric_at, int64_t scale,
                        int64_t first_day);

#endif
