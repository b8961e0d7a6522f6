/* metrics/stats.c: each function follows the source that stats.h names for it. */
#include "metrics/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

#define Z95 1.959963984540054 /* P(|Z| > z) = 0.05 */
#define LEVEL 0.05
#define DF_NORMAL 1000 /* from here on Student's distribution is taken as normal */

static const estimate unknown;
static const comparison no_comparison = {.p = 1};

/* ------------------------------------------------------------------- elementary functions */

#define LN2_HIGH 0x1.62e42fee00000p-1
#define LN2_LOW 0x1.a39ef35793c76p-33

double bpi_exp(double x) {
  if (x < -745) return 0;
  if (x > 709) return INFINITY;
  double k = floor(x / (LN2_HIGH + LN2_LOW) + 0.5);
  double rest = (x - k * LN2_HIGH) - k * LN2_LOW, sum = 1;
  for (int i = 14; i > 0; i--) /* |rest| < 0.35 */
    sum = 1 + sum * rest / i;
  return ldexp(sum, (int)k);
}

double bpi_log(double x) {
  if (!(x > 0)) return x == 0 ? -INFINITY : NAN;
  int k;
  double m = frexp(x, &k);
  if (m < 0.70710678118654752) m *= 2, k--;
  double f = (m - 1) / (m + 1), square = f * f, sum = 0;
  for (int i = 23; i > 0; i -= 2) /* |f| < 0.172 */
    sum = sum * square + 1.0 / i;
  return k * LN2_HIGH + (2 * f * sum + k * LN2_LOW);
}

/* Powers of ten up to 10^22 are exact doubles, so one division gives the double nearest to the
 * intended decimal number. */
static double scale_by_ten(double x, int power) {
  double ten = 1;
  for (int i = 0; i < (power < 0 ? -power : power); i++)
    ten *= 10;
  return power < 0 ? x / ten : x * ten;
}

double bpi_round_digits(double x, int digits) {
  double size = fabs(x);
  int power = 0; /* 10^power <= size < 10^(power + 1) */
  if (x == 0 || !isfinite(x)) return x;
  while (scale_by_ten(size, -power) >= 10)
    power++;
  while (scale_by_ten(size, -power) < 1)
    power--;
  double whole = floor(scale_by_ten(size, digits - 1 - power) + 0.5);
  double rounded = scale_by_ten(whole, power - digits + 1);
  return x < 0 ? -rounded : rounded;
}

/* ------------------------------------------------------------------------------ distributions */

/* Abramowitz & Stegun (1964): 26.2.11 for small z, the continued fraction 26.2.14 for the tails. */
double bpi_normal_p(double z) {
  z = fabs(z);
  double density = bpi_exp(-z * z / 2) * 0.3989422804014327;
  if (z > 38) return 0;
  if (z < 3) {
    double term = z, sum = z;
    for (int i = 3; i < 120; i += 2)
      sum += term *= z * z / i;
    return 1 - 2 * density * sum;
  }
  double fraction = z;
  for (int i = 120; i > 0; i--)
    fraction = z + i / fraction;
  return 2 * density / fraction;
}

/* The continued fraction of the incomplete beta function: DLMF 8.17.22, by Lentz's method. */
static double beta_fraction(double a, double b, double x) {
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / d;
  double sum = d;
  for (int m = 1; m < 500; m++) {
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    sum *= d * c;
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    sum *= d * c;
    if (fabs(d * c - 1) < 1e-15) break;
  }
  return sum;
}

/* 1 / B(df/2, 1/2), by the recurrence of the gamma function from B(1/2, 1/2) = pi, B(1, 1/2) =
 * 2. */
static double inverse_beta(int64_t df) {
  double inverse = df % 2 ? 1 / 3.14159265358979324 : 0.5;
  for (int64_t i = df % 2 ? 1 : 2; i < df; i += 2)
    inverse *= (double)(i + 1) / (double)i;
  return inverse;
}

/* P(|T| > t) is the incomplete beta function at df / (df + t^2) with df/2 and 1/2. */
double bpi_student_p(double t, int64_t df) {
  if (df < 1) return 1;
  if (df >= DF_NORMAL) return bpi_normal_p(t);
  double a = (double)df / 2, x = (double)df / ((double)df + t * t), power = df % 2 ? sqrt(x) : 1;
  for (int64_t i = 0; i < df / 2; i++)
    power *= x;
  double front = power * sqrt(1 - x) * inverse_beta(df);
  if (x < (a + 1) / (a + 2.5)) return front * beta_fraction(a, 0.5, x) / a;
  return 1 - front * beta_fraction(0.5, a, 1 - x) / 0.5;
}

double bpi_student_critical(int64_t df) {
  if (df >= DF_NORMAL) return Z95;
  double low = Z95, high = 13;
  for (int i = 0; i < 60; i++) {
    double middle = (low + high) / 2;
    *(bpi_student_p(middle, df) > LEVEL ? &low : &high) = middle;
  }
  return high;
}

/* ------------------------------------------------------------------------- independent events */

static estimate wilson(double share, double n, double z) {
  double square = z * z / n, middle = (share + square / 2) / (1 + square);
  double half = z / (1 + square) * sqrt(share * (1 - share) / n + square / (4 * n));
  double low = middle - half, high = middle + half;
  if (share <= 0 || low < 0) low = 0; /* exactly 0, despite rounding */
  if (share >= 1 || high > 1) high = 1;
  return (estimate){true, share, low, high};
}

estimate bpi_wilson(int64_t hits, int64_t n) {
  return n > 0 ? wilson((double)hits / (double)n, (double)n, Z95) : unknown;
}

/* Square-and-add: the distance of a bound of the difference, from those of both sides. */
static double squares(double x, double y, double correlation) {
  double sum = x * x + y * y - 2 * correlation * x * y;
  return sum > 0 ? sqrt(sum) : 0;
}

static estimate subtract(const estimate *a, const estimate *b, double correlation) {
  estimate e = {.known = true, .value = a->value - b->value};
  e.low = e.value - squares(a->value - a->low, b->high - b->value, correlation);
  e.high = e.value + squares(a->high - a->value, b->value - b->low, correlation);
  return e;
}

/* ----------------------------------------------------------------------------------- clusters */

/* One side of a comparison: sums and sums of squares over its clusters. */
typedef struct side {
  double top, bottom, top_squares, bottom_squares;
  size_t clusters;
} side;

static void add_to_side(side *s, const cluster *c) {
  if (!c->top && !c->bottom) return;
  double top = (double)c->top, bottom = (double)c->bottom;
  s->top += top;
  s->bottom += bottom;
  s->top_squares += top * top;
  s->bottom_squares += bottom * bottom;
  s->clusters++;
}

/* Kish (1965): the number of clusters of equal size with the same information. */
static double effective(double sum, double squares_sum) {
  return squares_sum > 0 ? sum * sum / squares_sum : 0;
}

static int64_t freedom(const side *s, bool amounts) {
  double clusters = effective(s->bottom, s->bottom_squares);
  double of_top = effective(s->top, s->top_squares);
  if (amounts && of_top < clusters) clusters = of_top;
  return clusters < STATS_CLUSTERS ? 0 : (int64_t)floor(clusters) - 1;
}

static int by_pair(const void *x, const void *y) {
  const int64_t *a = x, *b = y;
  for (int i = 0; i < 4; i++)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

static int by_cluster(const void *x, const void *y) {
  const cluster *a = x, *b = y;
  if (a->top != b->top) return a->top < b->top ? -1 : 1;
  return (a->bottom > b->bottom) - (a->bottom < b->bottom);
}

/* Counting sort. Most clusters are small; false if more than PAIRS_COUNTED pairs of sums are
 * possible. */
#define PAIRS_COUNTED 4096
#define WORTH_COUNTING 64
static bool sort_by_counting(cluster *c, size_t n) {
  int64_t tops = 1, bottoms = 1;
  for (size_t i = 0; i < n; i++) {
    if (c[i].top < 0 || c[i].top >= PAIRS_COUNTED || c[i].bottom < 0 ||
        c[i].bottom >= PAIRS_COUNTED)
      return false;
    if (c[i].top >= tops) tops = c[i].top + 1;
    if (c[i].bottom >= bottoms) bottoms = c[i].bottom + 1;
  }
  if (tops * bottoms > PAIRS_COUNTED) return false;
  size_t count[PAIRS_COUNTED] = {0}, at = 0;
  for (size_t i = 0; i < n; i++)
    count[c[i].top * bottoms + c[i].bottom]++;
  for (int64_t pair = 0; pair < tops * bottoms; pair++)
    for (size_t i = 0; i < count[pair]; i++)
      c[at++] = (cluster){pair / bottoms, pair % bottoms};
  return true;
}

static void sort_clusters(cluster *c, size_t n) {
  if (n >= WORTH_COUNTING && sort_by_counting(c, n)) return;
  if (n > 1) qsort(c, n, sizeof *c, by_cluster);
}

/* Jackknife variance of each side, and their covariance. */
typedef struct spread {
  double a, b, both;
} spread;

static double share_without(const side *s, const cluster *c) {
  return (s->top - (double)c->top) / (s->bottom - (double)c->bottom);
}

static double scaled(double sum, size_t clusters) {
  return sum * (double)(clusters - 1) / (double)clusters;
}

static spread share_spread(const side *a, const side *b, const cluster_pair *c, size_t n) {
  double share_a = a->top / a->bottom, share_b = b->top / b->bottom;
  spread s = {0, 0, 0};
  size_t clusters = 0;
  for (size_t i = 0; i < n; i++) {
    double off_a = share_without(a, &c[i].a) - share_a, off_b = share_without(b, &c[i].b) - share_b;
    s.a += off_a * off_a;
    s.b += off_b * off_b;
    s.both += off_a * off_b;
    clusters += c[i].a.bottom || c[i].b.bottom;
  }
  return (spread){scaled(s.a, a->clusters), scaled(s.b, b->clusters), scaled(s.both, clusters)};
}

/* The number of independent events with the same information; never more than there were. */
static double effective_events(const side *s, double variance) {
  double share = s->top / s->bottom;
  if (variance <= 0) return s->bottom;
  double n = share * (1 - share) / variance;
  return n < s->bottom ? n : s->bottom;
}

/* The mean size of the cluster of an event chosen at random, including that event. */
static double mean_size(const side *s) {
  return s->bottom_squares / s->bottom;
}

/* Effective events of a side without variance: with no rare event, the correlation within its
 * clusters is unknown and is taken from the other side. */
static double events_like(const side *s, const side *other, double variance) {
  double size = mean_size(other), alike = 0;
  if (size > 1) alike = (other->bottom / effective_events(other, variance) - 1) / (size - 1);
  return s->bottom / (1 + (mean_size(s) - 1) * (alike < 1 ? alike : 1));
}

static int64_t least(int64_t x, int64_t y) {
  return x < y ? x : y;
}

static estimate share_of(const side *s, double events, double critical) {
  return wilson(s->top / s->bottom, events, critical);
}

/* The effective clusters of the hits or of the misses, whichever are fewer. */
static double clusters_of_outcomes(const side *s, const side *misses) {
  double of_hits = effective(s->top, s->top_squares);
  double of_misses = effective(misses->top, misses->top_squares);
  return of_hits < of_misses ? of_hits : of_misses;
}

estimate bpi_cluster_share(cluster *c, size_t n) {
  side s = {0}, misses = {0};
  double variance = 0;
  sort_clusters(c, n);
  for (size_t i = 0; i < n; i++) {
    add_to_side(&s, &c[i]);
    add_to_side(&misses, &(cluster){c[i].bottom - c[i].top, 0});
  }
  int64_t df = freedom(&s, false);
  if (!df) return unknown;
  double off = 0;
  for (size_t i = 0; i < n; i++) { /* sorted, so equal clusters are adjacent */
    if (i == 0 || by_cluster(&c[i - 1], &c[i])) off = share_without(&s, &c[i]) - s.top / s.bottom;
    variance += off * off;
  }
  double events = effective_events(&s, scaled(variance, s.clusters));
  double clusters = effective(s.bottom, s.bottom_squares);
  double telling = clusters_of_outcomes(&s, &misses);
  if (telling >= STATS_CLUSTERS)
    df = least(df, (int64_t)floor(telling) - 1);
  else if (clusters < events) /* the similarity within clusters is unknown: assume the maximum */
    events = clusters;
  return share_of(&s, events, bpi_student_critical(df));
}

#define CORRELATION_MAX 0.9 /* greater estimates, from few clusters, are not trusted */

static double correlation_of(const spread *s) {
  if (!(s->a > 0) || !(s->b > 0)) return 0;
  double r = s->both / (sqrt(s->a) * sqrt(s->b));
  return r > CORRELATION_MAX ? CORRELATION_MAX : r < -1 ? -1 : r;
}

comparison bpi_cluster_shares_differ(cluster_pair *c, size_t n) {
  side a = {0}, b = {0}, outcomes = {0}; /* outcomes: hits and misses of both sides */
  if (n > 1) qsort(c, n, sizeof *c, by_pair);
  for (size_t i = 0; i < n; i++) {
    int64_t hits = c[i].a.top + c[i].b.top, events = c[i].a.bottom + c[i].b.bottom;
    add_to_side(&a, &c[i].a);
    add_to_side(&b, &c[i].b);
    add_to_side(&outcomes, &(cluster){hits, events - hits});
  }
  int64_t df = least(freedom(&outcomes, true), least(freedom(&a, false), freedom(&b, false)));
  if (!df) return no_comparison;
  spread s = share_spread(&a, &b, c, n);
  double correlation = correlation_of(&s), critical = bpi_student_critical(df);
  double events_a = s.a > 0 ? effective_events(&a, s.a) : events_like(&a, &b, s.b);
  double events_b = s.b > 0 ? effective_events(&b, s.b) : events_like(&b, &a, s.a);
  estimate at_a = share_of(&a, events_a, critical), at_b = share_of(&b, events_b, critical);
  comparison out = {.e = subtract(&at_a, &at_b, correlation), .p = 1};
  double low = 0, high = 64;
  for (int i = 0; i < 60; i++) { /* bisection: the width at which the interval touches zero */
    double z = (low + high) / 2;
    at_a = share_of(&a, events_a, z);
    at_b = share_of(&b, events_b, z);
    estimate e = subtract(&at_a, &at_b, correlation);
    *(e.low > 0 || e.high < 0 ? &low : &high) = z;
  }
  out.p = bpi_student_p(low, df);
  return out;
}

static double log_without(const side *s, const cluster *c) {
  return bpi_log(s->top - (double)c->top) - bpi_log(s->bottom - (double)c->bottom);
}

static bool has_amounts(const side *s) {
  return s->top > 0 && s->bottom > 0;
}

/* From an estimate and a variance on the logarithmic scale. */
static comparison from_log(double value, double variance, int64_t df) {
  if (!isfinite(variance)) return no_comparison;
  double half = bpi_student_critical(df) * sqrt(variance);
  comparison c = {{true, bpi_exp(value), bpi_exp(value - half), bpi_exp(value + half)}, 1};
  if (variance > 0) c.p = bpi_student_p(value / sqrt(variance), df);
  return c;
}

comparison bpi_cluster_ratios_differ(cluster_pair *c, size_t n) {
  side a = {0}, b = {0};
  double variance = 0;
  size_t clusters = 0;
  if (n > 1) qsort(c, n, sizeof *c, by_pair);
  for (size_t i = 0; i < n; i++) {
    add_to_side(&a, &c[i].a);
    add_to_side(&b, &c[i].b);
    clusters += c[i].a.top || c[i].a.bottom || c[i].b.top || c[i].b.bottom;
  }
  int64_t df = least(freedom(&a, true), freedom(&b, true));
  if (!df || !has_amounts(&a) || !has_amounts(&b)) return no_comparison;
  double value = bpi_log(a.top) - bpi_log(a.bottom) - bpi_log(b.top) + bpi_log(b.bottom);
  for (size_t i = 0; i < n; i++) {
    double off = log_without(&a, &c[i].a) - log_without(&b, &c[i].b) - value;
    variance += off * off;
  }
  return from_log(value, scaled(variance, clusters), df);
}

/* ------------------------------------------------------------------------- values and series */

static int by_real(const void *x, const void *y) {
  double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

/* The greatest r with P(count < r) <= 0.025; p[k] is the probability of the count k. */
static size_t rank_of(const double *p, size_t n) {
  double sum = 0;
  size_t r = 0;
  while (r < n && sum + p[r] <= LEVEL / 2)
    sum += p[r++];
  return r;
}

/* The same by normal approximation. */
static size_t rank_near(double mean, double variance) {
  double r = floor(mean - Z95 * sqrt(variance));
  return r > 0 ? (size_t)r : 0;
}

#define BINOMIAL_EXACT 512
static size_t median_rank(size_t n) {
  if (n > BINOMIAL_EXACT) return rank_near((double)n / 2, (double)n / 4);
  double p[BINOMIAL_EXACT + 1];
  p[0] = ldexp(1, -(int)n);
  for (size_t i = 1; i <= n; i++)
    p[i] = p[i - 1] * (double)(n + 1 - i) / (double)i;
  return rank_of(p, n + 1);
}

estimate bpi_median(int64_t *values, size_t n) {
  bpi_sort_numbers(values, n);
  size_t r = median_rank(n), middle = (n - 1) / 2;
  if (!r) return unknown;
  return (estimate){true, (double)values[middle], (double)values[r - 1], (double)values[n - r]};
}

/* Two-sided p of an observed count `at`: twice the smaller tail. */
static double tails(const double *p, size_t n, size_t at) {
  double below = 0, above = 0;
  for (size_t i = 0; i < n; i++) {
    if (i <= at) below += p[i];
    if (i >= at) above += p[i];
  }
  double tail = 2 * (below < above ? below : above);
  return tail < 1 ? tail : 1;
}

/* The same by normal approximation, with continuity correction. */
static double normal_tails(double off, double half_step, double variance) {
  off = fabs(off) - half_step;
  return off <= 0 || variance <= 0 ? 1 : bpi_normal_p(off / sqrt(variance));
}

#define SLOPES_MAX (STATS_SERIES * (STATS_SERIES - 1) / 2)

/* p[k] becomes the probability of k inversions among n values in random order. */
static void inversion_probabilities(double p[SLOPES_MAX + 1], size_t n) {
  memset(p, 0, (SLOPES_MAX + 1) * sizeof *p);
  p[0] = 1;
  for (size_t i = 2; i <= n; i++) { /* the i-th value is below 0 .. i - 1 of those before it */
    double next[SLOPES_MAX + 1] = {0}, window = 0;
    for (size_t k = 0; k <= i * (i - 1) / 2; k++) {
      window += p[k];
      if (k >= i) window -= p[k - i];
      next[k] = window > 0 ? window / (double)i : 0;
    }
    memcpy(p, next, sizeof next);
  }
}

/* The sum of t (t - 1) (2 t + 5) over groups of t equal values. */
static double tie_sum(const double *values, size_t n) {
  double sorted[STATS_SERIES], sum = 0;
  memcpy(sorted, values, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, by_real);
  for (size_t i = 0, end; i < n; i = end) {
    for (end = i; end < n && sorted[end] == sorted[i];)
      end++;
    double t = (double)(end - i);
    sum += t * (t - 1) * (2 * t + 5);
  }
  return sum;
}

comparison bpi_slope(const double *values, size_t steps) {
  double y[STATS_SERIES], at[STATS_SERIES], slope[SLOPES_MAX], p[SLOPES_MAX + 1];
  size_t n = 0, count = 0;
  int64_t falling = 0, rising = 0;
  if (steps > STATS_SERIES) return no_comparison;
  for (size_t i = 0; i < steps; i++)
    if (isfinite(values[i])) y[n] = values[i], at[n++] = (double)i;
  for (size_t k = 1; k < n; k++)
    for (size_t i = 0; i < k; i++) {
      slope[count++] = (y[k] - y[i]) / (at[k] - at[i]);
      falling += y[k] < y[i];
      rising += y[k] > y[i];
    }
  inversion_probabilities(p, n);
  size_t r = count ? rank_of(p, count + 1) : 0;
  if (!r) return no_comparison;
  qsort(slope, count, sizeof *slope, by_real);
  double lower = slope[(count - 1) / 2], upper = slope[count / 2];
  comparison c = {{true, lower + (upper - lower) / 2, slope[r - 1], slope[count - r]}, 1};
  double length = (double)n, ties = tie_sum(y, n);
  if (falling + rising == (int64_t)count)
    c.p = tails(p, count + 1, (size_t)falling);
  else
    c.p = normal_tails((double)(rising - falling), 1,
                       (length * (length - 1) * (2 * length + 5) - ties) / 18);
  return c;
}

/* ------------------------------------------------------------------------------ several tests */

typedef struct placed {
  double p;
  size_t at;
} placed;

static int by_p(const void *x, const void *y) {
  const placed *a = x, *b = y;
  if (a->p != b->p) return a->p < b->p ? -1 : 1;
  return (a->at > b->at) - (a->at < b->at);
}

static size_t place(placed *out, const double *p, size_t n) {
  if (n > STATS_FAMILY) n = STATS_FAMILY;
  for (size_t i = 0; i < n; i++)
    out[i] = (placed){p[i], i};
  qsort(out, n, sizeof *out, by_p);
  return n;
}

void bpi_adjust_bh(double *p, size_t n) {
  placed order[STATS_FAMILY];
  double least = 1;
  for (size_t i = place(order, p, n); i-- > 0;) {
    double adjusted = order[i].p * (double)n / (double)(i + 1);
    if (adjusted < least) least = adjusted;
    p[order[i].at] = least;
  }
}

void bpi_adjust_holm(double *p, size_t n) {
  placed order[STATS_FAMILY];
  double most = 0;
  size_t count = place(order, p, n);
  for (size_t i = 0; i < count; i++) {
    double adjusted = order[i].p * (double)(n - i);
    if (adjusted > most) most = adjusted;
    p[order[i].at] = most < 1 ? most : 1;
  }
}
