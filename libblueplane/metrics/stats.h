/* metrics/stats.h: what a number can bear: intervals, differences, trends and how sure they are. Pure
 * functions of integers; knows no metric, no store and no clock.
 *
 * Exactness. Only + - * / and square roots are used, which IEEE 754 defines to the last bit, and no
 * function of the C library whose last bit differs between machines; sums are taken in an order
 * that depends on the values alone. Equal input gives equal bits everywhere (FLT_EVAL_METHOD 0, no
 * contraction: meson.build). What is shown is rounded once more, see bpi_round_digits.
 *
 * All intervals hold with 95 %, all p are two-sided. How often they truly do, for developers whose
 * events come in bursts, is measured by tests/unit/test_stats.c.
 *
 * Events of one session are not independent: a broken build fails ten commands in a row. Rates of
 * events therefore take clusters, and a cluster is what happened in one session on one day. */
#ifndef BPI_METRICS_STATS_H
#define BPI_METRICS_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An estimate with its interval. `known` is false where there is too little to say anything: then
 * no interval may be shown and no verdict given. */
typedef struct estimate {
  bool known;
  double value, low, high;
} estimate;

/* A comparison: first minus second, or first over second, and the probability of a difference at
 * least as large where there is none. */
typedef struct comparison {
  estimate e;
  double p; /* 1 where the estimate is not known */
} comparison;

/* ------------------------------------------------------------------------- independent events */

/* Share hits / n. Wilson (1927), J. Am. Stat. Assoc. 22:209, the score interval. */
estimate bpi_wilson(int64_t hits, int64_t n);

/* ------------------------------------------------------------------------------------ clusters */

typedef struct cluster {
  int64_t top, bottom; /* sums within the cluster; bottom >= 0 */
} cluster;

/* Two sides of a comparison in one cluster; a side it does not have is all zero. */
typedef struct cluster_pair {
  cluster a, b;
} cluster_pair;

/* These sort their array. Clusters without anything are left out. The variance is that of the
 * jackknife over clusters (Efron & Stein 1981; recommended for few and unequal clusters by
 * MacKinnon, Nielsen & Webb 2023, J. Econometrics 232:272); critical values are Student's with
 * Kish's effective number of clusters, less one, as degrees of freedom (an effective number in
 * place of the plain one: Carter, Schnepel & Steigerwald 2017, Rev. Econ. Stat. 99:698). Not known
 * below STATS_CLUSTERS effective clusters on any side. */
#define STATS_CLUSTERS 4

/* Share sum(top) / sum(bottom), 0 <= top <= bottom: Wilson's interval at the effective sample size
 * (Korn & Graubard 1998, Surv. Methodol. 24:193; Dean & Pagano 2015, J. Surv. Stat. Methodol. 3:484).
 * Where the hits or the misses lie in fewer clusters than the events, those count as the clusters.
 * Below STATS_CLUSTERS of them nothing tells how alike the events of a cluster are, and each cluster
 * counts as one event, as if they were all alike: the design effect at its greatest (Kish 1965, Survey
 * Sampling, section 5.4). */
estimate bpi_cluster_share(cluster *c, size_t n);
/* Share a minus share b: square-and-add of the two intervals (Newcombe 1998, Stat. Med. 17:873, method 10)
 * with their correlation (Zou & Donner 2008, Stat. Med. 27:1693). p is where that interval would begin to touch zero.
 * Rare events lie in clumps, and then few clusters tell all there is. So the hits of both sides
 * together, and the misses, are counted as effective clusters, too. And a side whose clusters do
 * not differ, because it saw no hit, takes the correlation within clusters from the other, as groups
 * that do not differ share it (Donner & Klar 2000, Design and Analysis of Cluster Randomization
 * Trials in Health Research); else its events would be taken as independent. */
comparison bpi_cluster_shares_differ(cluster_pair *c, size_t n);
/* Ratio a over ratio b of amounts above zero, on the scale of the logarithm; 1 is no difference. A
 * single ratio gets no interval: amounts are so skewed that it would miss the truth too often. */
comparison bpi_cluster_ratios_differ(cluster_pair *c, size_t n);

/* --------------------------------------------------------------------------- values and series */

/* Sort their arrays. Median with order statistics around it (Conover 1999, Practical Nonparametric
 * Statistics, section 3.2); of an even number the lower, as everywhere in the catalogue. */
estimate bpi_median(int64_t *values, size_t n);
/* Change per step of a series: Sen's (1968, J. Am. Stat. Assoc. 63:1379) median of all slopes with
 * the interval and test of Kendall's tau, exact without ties, else by the normal curve. Steps
 * without a value are NaN and count as time passed. Neighbouring values are taken as independent:
 * where a good week follows a good week, the interval is too narrow and p too small. At most
 * STATS_SERIES steps. */
#define STATS_SERIES 64
comparison bpi_slope(const double *values, size_t steps);

/* ------------------------------------------------------------------------------- several tests */

/* Adjusts p in place: to be at most q is then to be found at false discovery rate q (Benjamini &
 * Hochberg 1995, J. R. Stat. Soc. B 57:289) or with a probability q of any false finding (Holm
 * 1979, Scand. J. Stat. 6:65). At most STATS_FAMILY. */
#define STATS_FAMILY 512
void bpi_adjust_bh(double *p, size_t n);
void bpi_adjust_holm(double *p, size_t n);

/* ------------------------------------------------------------------------------- distributions */

/* P(|Z| > z) of the normal curve and P(|T| > t) of Student's with whole degrees of freedom. */
double bpi_normal_p(double z);
double bpi_student_p(double t, int64_t df);
/* The t with bpi_student_p(t, df) = 0.05. */
double bpi_student_critical(int64_t df);
double bpi_log(double x);
double bpi_exp(double x);

/* To a number of significant decimal digits (1 to 15), half away from zero. Statistics in results
 * carry STATS_DIGITS. */
#define STATS_DIGITS 6
double bpi_round_digits(double x, int digits);

#endif
