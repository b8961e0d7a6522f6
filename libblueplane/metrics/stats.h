/* metrics/stats.h: statistics: intervals, tests of differences and trends, and adjustment for
 * several tests. Pure functions of numbers; knows no metric, no store and no clock.
 *
 * Exactness. Only + - * / and square roots are used, which IEEE 754 defines to the last bit, and no
 * function of the C library whose last bit differs between machines; sums are taken in an order
 * that depends on the values alone. Equal input gives equal bits everywhere (FLT_EVAL_METHOD 0, no
 * contraction: meson.build). Displayed values are rounded once more, see bpi_round_digits.
 *
 * All intervals are 95 % intervals, all p are two-sided. tests/unit/test_stats.c measures their
 * actual coverage for developers whose events come in bursts.
 *
 * Events of one session are not independent: a broken build fails ten commands in a row. Rates of
 * events are therefore based on clusters; a cluster is what happened in one session on one day. */
#ifndef BPI_METRICS_STATS_H
#define BPI_METRICS_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An estimate with its interval. `known` is false if there is too little data: then no interval may
 * be shown and no verdict given. */
typedef struct estimate {
  bool known;
  double value, low, high;
} estimate;

/* A comparison: first minus second, or first over second; p is the probability of an effect at
 * least as large if there is none. */
typedef struct comparison {
  estimate e;
  double p; /* 1 if the estimate is not known */
} comparison;

/* ------------------------------------------------------------------------- independent events */

/* Share hits / n. Wilson (1927), J. Am. Stat. Assoc. 22:209, the score interval. */
estimate bpi_wilson(int64_t hits, int64_t n);

/* ------------------------------------------------------------------------------------ clusters */

typedef struct cluster {
  int64_t top, bottom; /* sums within the cluster; bottom >= 0 */
} cluster;

/* Both sides of a comparison in one cluster; a side that does not occur in it is all zero. */
typedef struct cluster_pair {
  cluster a, b;
} cluster_pair;

/* These functions sort their array. Empty clusters are left out. The variance is that of the
 * jackknife over clusters (Efron & Stein 1981; recommended for few and unequal clusters by
 * MacKinnon, Nielsen & Webb 2023, J. Econometrics 232:272); critical values are Student's with
 * Kish's effective number of clusters, less one, as degrees of freedom (an effective number in
 * place of the plain one: Carter, Schnepel & Steigerwald 2017, Rev. Econ. Stat. 99:698). Not known
 * below STATS_CLUSTERS effective clusters on any side. */
#define STATS_CLUSTERS 4

/* Share sum(top) / sum(bottom), 0 <= top <= bottom: Wilson's interval at the effective sample size
 * (Korn & Graubard 1998, Surv. Methodol. 24:193; Dean & Pagano 2015, J. Surv. Stat. Methodol.
 * 3:484). If the hits or the misses lie in fewer effective clusters than the events, that number
 * counts. If it is below STATS_CLUSTERS, the similarity of events within a cluster cannot be
 * estimated, and each cluster counts as one event: the maximal design effect (Kish 1965, Survey
 * Sampling, section 5.4). */
estimate bpi_cluster_share(cluster *c, size_t n);
/* Share a minus share b: square-and-add of the two intervals (Newcombe 1998, Stat. Med. 17:873,
 * method 10) with their correlation (Zou & Donner 2008, Stat. Med. 27:1693). p is that of the
 * interval which just touches zero. Rare events come in clumps, and then few clusters hold all the
 * information, so the effective clusters of the hits and of the misses of both sides count, too. A
 * side without a hit takes the correlation within clusters from the other side, as both share it if
 * they do not differ (Donner & Klar 2000, Design and Analysis of Cluster Randomization Trials in
 * Health Research); otherwise its events would be treated as independent. */
comparison bpi_cluster_shares_differ(cluster_pair *c, size_t n);
/* Ratio a over ratio b of positive amounts, on the logarithmic scale; 1 is no difference. There is
 * no interval for a single ratio: amounts are so skewed that it would miss the true value too
 * often. */
comparison bpi_cluster_ratios_differ(cluster_pair *c, size_t n);

/* --------------------------------------------------------------------------- values and series */

/* The median with an interval of order statistics (Conover 1999, Practical Nonparametric
 * Statistics, section 3.2); of two middle values the lower, as everywhere in the catalogue. Sorts
 * the array. */
estimate bpi_median(int64_t *values, size_t n);
/* Change per step of a series: Sen's (1968, J. Am. Stat. Assoc. 63:1379) median of all slopes with
 * the interval and test of Kendall's tau, exact without ties, else by the normal approximation. A
 * step without a value is NaN and still counts as a step in time. Neighbouring values are assumed
 * to be independent: if good weeks follow good weeks, the interval is too narrow and p too small.
 * At most STATS_SERIES steps. */
#define STATS_SERIES 64
comparison bpi_slope(const double *values, size_t steps);

/* ------------------------------------------------------------------------------- several tests */

/* Adjust p in place. Accepting adjusted p <= q gives a false discovery rate of q (Benjamini &
 * Hochberg 1995, J. R. Stat. Soc. B 57:289) or a probability q of any false finding (Holm 1979,
 * Scand. J. Stat. 6:65). At most STATS_FAMILY. */
#define STATS_FAMILY 512
void bpi_adjust_bh(double *p, size_t n);
void bpi_adjust_holm(double *p, size_t n);

/* ------------------------------------------------------------------------------- distributions */

/* P(|Z| > z) of the normal distribution; P(|T| > t) of Student's with whole degrees of freedom. */
double bpi_normal_p(double z);
double bpi_student_p(double t, int64_t df);
/* The t with bpi_student_p(t, df) = 0.05. */
double bpi_student_critical(int64_t df);
double bpi_log(double x);
double bpi_exp(double x);

/* Rounds to a number of significant decimal digits (1 to 15), half away from zero. Statistics in
 * results have STATS_DIGITS. */
#define STATS_DIGITS 6
double bpi_round_digits(double x, int digits);

#endif
