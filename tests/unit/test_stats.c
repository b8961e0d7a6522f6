/* The statistics: against the oracle (tests/oracle/stats.py, the argument), against examples
 * printed in the papers, and against the truth of 10,000 simulated developers, 500 in the short
 * form. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms.h"
#include "metrics/stats.h"
#include "run_suite.h"

static const char *cases_path;

/* ----------------------------------------------------------------------------- the oracle's cases */

#define NUMBERS 1024

typedef struct oracle_case {
  char name[32];
  double given[NUMBERS], wanted[NUMBERS];
  int64_t whole[NUMBERS]; /* the same numbers, where they are integers */
  size_t givens, wanteds;
} oracle_case;

static bool next_case(FILE *file, oracle_case *c) {
  static char line[1 << 16];
  if (!fgets(line, sizeof line, file)) return false;
  bool behind = false;
  c->givens = c->wanteds = 0;
  char *word = strtok(line, " \n");
  snprintf(c->name, sizeof c->name, "%s", word);
  while ((word = strtok(NULL, " \n"))) {
    if (!strcmp(word, "=")) {
      behind = true;
    } else if (behind) {
      c->wanted[c->wanteds++] = strtod(word, NULL);
    } else {
      c->whole[c->givens] = strtoll(word, NULL, 10);
      c->given[c->givens++] = strtod(word, NULL);
    }
    ck_assert_uint_lt(c->givens + c->wanteds, NUMBERS);
  }
  return true;
}

static void near(const oracle_case *c, size_t at, double got) {
  double wanted = c->wanted[at], room = 1e-9 * fabs(wanted) + 1e-13;
  ck_assert_msg(fabs(got - wanted) <= room, "%s: value %zu is %.17g, the oracle says %.17g",
                c->name, at, got, wanted);
}

static void estimate_near(const oracle_case *c, const estimate *e) {
  ck_assert_msg(e->known, "%s is not known", c->name);
  near(c, 0, e->value);
  near(c, 1, e->low);
  near(c, 2, e->high);
}

/* The oracle has no values where nothing can be said. */
static void comparison_near(const oracle_case *c, const comparison *got) {
  ck_assert_msg(got->e.known == (c->wanteds > 0), "%s: known %d", c->name, got->e.known);
  if (!c->wanteds) return;
  estimate_near(c, &got->e);
  near(c, 3, got->p);
}

static void run_clusters(oracle_case *c) {
  static cluster one[NUMBERS];
  static cluster_pair two[NUMBERS];
  size_t width = strcmp(c->name, "cluster_share") ? 4 : 2, n = c->givens / width;
  for (size_t i = 0; i < n; i++) {
    const int64_t *w = c->whole + i * width;
    one[i] = (cluster){w[0], w[1]};
    if (width == 4) two[i] = (cluster_pair){{w[0], w[1]}, {w[2], w[3]}};
  }
  if (width == 2) {
    estimate e = bpi_cluster_share(one, n);
    estimate_near(c, &e);
    return;
  }
  bool shares = !strcmp(c->name, "cluster_shares");
  comparison got = shares ? bpi_cluster_shares_differ(two, n) : bpi_cluster_ratios_differ(two, n);
  comparison_near(c, &got);
}

static void run_values(oracle_case *c) {
  if (!strcmp(c->name, "median")) {
    estimate e = bpi_median(c->whole, c->givens);
    estimate_near(c, &e);
    return;
  }
  comparison got = bpi_slope(c->given, c->givens);
  comparison_near(c, &got);
}

static void run_adjusted(oracle_case *c) {
  (!strcmp(c->name, "bh") ? bpi_adjust_bh : bpi_adjust_holm)(c->given, c->givens);
  for (size_t i = 0; i < c->givens; i++)
    near(c, i, c->given[i]);
}

static void run_wilson(oracle_case *c) {
  estimate e = bpi_wilson(c->whole[0], c->whole[1]);
  estimate_near(c, &e);
}

static void run_normal(oracle_case *c) {
  near(c, 0, bpi_normal_p(c->given[0]));
}
static void run_student(oracle_case *c) {
  near(c, 0, bpi_student_p(c->given[0], c->whole[1]));
}
static void run_critical(oracle_case *c) {
  near(c, 0, bpi_student_critical(c->whole[0]));
}
static void run_log(oracle_case *c) {
  near(c, 0, bpi_log(c->given[0]));
}
static void run_exp(oracle_case *c) {
  near(c, 0, bpi_exp(c->given[0]));
}

static const struct runner {
  const char *name;
  void (*run)(oracle_case *c);
} runners[] = {
    {"normal", run_normal},
    {"student", run_student},
    {"critical", run_critical},
    {"log", run_log},
    {"exp", run_exp},
    {"wilson", run_wilson},
    {"median", run_values},
    {"slope", run_values},
    {"cluster_share", run_clusters},
    {"cluster_shares", run_clusters},
    {"cluster_ratios", run_clusters},
    {"bh", run_adjusted},
    {"holm", run_adjusted},
};
#define RUNNERS (sizeof runners / sizeof *runners)

START_TEST(equals_oracle) {
  static oracle_case c;
  size_t seen[RUNNERS] = {0};
  FILE *file = fopen(cases_path, "r");
  ck_assert_ptr_nonnull(file);
  while (next_case(file, &c)) {
    size_t at = 0;
    while (at < RUNNERS && strcmp(runners[at].name, c.name) != 0)
      at++;
    ck_assert_msg(at < RUNNERS, "the oracle tells of %s", c.name);
    runners[at].run(&c);
    seen[at]++;
  }
  fclose(file);
  for (size_t i = 0; i < RUNNERS; i++)
    ck_assert_msg(seen[i] > 0, "the oracle has no case of %s", runners[i].name);
}
END_TEST

/* ------------------------------------------------------------------------------ printed examples */

/* Newcombe (1998), Stat. Med. 17:857, table I, method 3. */
START_TEST(equals_newcombe) {
  static const struct single {
    int64_t hits, n;
    double low, high;
  } singles[] = {
      {81, 263, .2553, .3662}, {15, 148, .0624, .1605}, {0, 20, 0, .1611}, {1, 29, .0061, .1718}};
  for (size_t i = 0; i < sizeof singles / sizeof *singles; i++) {
    estimate e = bpi_wilson(singles[i].hits, singles[i].n);
    ck_assert_double_eq_tol(e.low, singles[i].low, 5e-5);
    ck_assert_double_eq_tol(e.high, singles[i].high, 5e-5);
  }
}
END_TEST

/* Benjamini & Hochberg (1995), section 3.3: fifteen tests of a trial of thrombolysis; at 0.05 Holm's
 * procedure finds the first three, theirs the first four. */
START_TEST(finds_what_the_paper_finds) {
  static const double p[] = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                             .0459, .3240, .4262, .5719, .6528, .7590, 1.0};
  double fdr[15], holm[15];
  memcpy(fdr, p, sizeof fdr);
  memcpy(holm, p, sizeof holm);
  bpi_adjust_bh(fdr, 15);
  bpi_adjust_holm(holm, 15);
  for (size_t i = 0; i < 15; i++) {
    ck_assert_int_eq(fdr[i] <= 0.05, i < 4);
    ck_assert_int_eq(holm[i] <= 0.05, i < 3);
  }
}
END_TEST

/* ---------------------------------------------------------------------------------- too little */

START_TEST(too_little_says_nothing) {
  int64_t few[5] = {1, 2, 3, 4, 5};
  double steps[4] = {1, 2, 3, 4};
  cluster one[4] = {{1, 10}, {1, 10}, {1, 10}, {1, 10}};
  cluster_pair two[4];
  for (int i = 0; i < 4; i++)
    two[i] = (cluster_pair){{1, 10}, {9, 10}};
  ck_assert(!bpi_wilson(0, 0).known);
  ck_assert(!bpi_median(few, 5).known);
  ck_assert(!bpi_slope(steps, 4).e.known);
  ck_assert(!bpi_cluster_share(one, 3).known);
  ck_assert(bpi_cluster_share(one, 4).known);
  ck_assert(!bpi_cluster_shares_differ(two, 3).e.known);
  ck_assert(!bpi_cluster_ratios_differ(two, 3).e.known);
  ck_assert_double_eq(bpi_cluster_shares_differ(two, 3).p, 1);
  one[0] = (cluster){1, 1000}; /* one cluster outweighs the others: nothing can be said */
  ck_assert(!bpi_cluster_share(one, 4).known);
}
END_TEST

/* A series may have gaps: they count as time, not as values. */
START_TEST(holes_are_time) {
  double steps[7] = {1, NAN, 5, 7, NAN, 11, 13};
  comparison c = bpi_slope(steps, 7);
  ck_assert(c.e.known);
  ck_assert_double_eq_tol(c.e.value, 2, 1e-12);
  ck_assert_double_eq_tol(c.p, 2.0 / 120, 1e-12);
}
END_TEST

START_TEST(order_does_not_matter) {
  cluster_pair a[12], b[12];
  for (int i = 0; i < 12; i++) {
    a[i] = (cluster_pair){{i % 5, 7 + i}, {(i * 7) % 6, 6 + i}};
    b[11 - i] = a[i];
  }
  comparison x = bpi_cluster_shares_differ(a, 12), y = bpi_cluster_shares_differ(b, 12);
  ck_assert_int_eq(memcmp(&x.e.value, &y.e.value, 3 * sizeof(double)), 0);
  ck_assert_double_eq(x.p, y.p);
}
END_TEST

START_TEST(rounds) {
  static const struct rounding {
    double given;
    int digits;
    double wanted;
  } all[] = {{0, 6, 0},
             {1234567, 6, 1234570},
             {0.1234565001, 6, 0.123457},
             {-2.5, 1, -3},
             {9.99999951, 6, 10},
             {1e-9, 6, 1e-9},
             {0.000123456789, 3, 0.000123},
             {1e15, 6, 1e15},
             {123456.4, 6, 123456}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    ck_assert_double_eq_tol(bpi_round_digits(all[i].given, all[i].digits), all[i].wanted,
                            fabs(all[i].wanted) * 1e-15 + 1e-300);
}
END_TEST

/* --------------------------------------------------------------------------- simulated developers */

/* Counter-based (Steele, Lea & Flood 2014, SplitMix): the n-th number does not depend on who drew
 * the ones before. */
static uint64_t counter;
static double uniform(void) {
  uint64_t z = ++counter * UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return ldexp((double)((z ^ z >> 31) >> 11), -53);
}

static double bell(void) {
  double sum = -6;
  for (int i = 0; i < 12; i++)
    sum += uniform();
  return sum;
}

static int64_t hits_of(int64_t n, double rate) {
  int64_t hits = 0;
  for (int64_t i = 0; i < n; i++)
    hits += uniform() < rate;
  return hits;
}

static double amounts(int64_t n, double each) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++)
    sum += each * bpi_exp(1.2 * bell());
  return sum;
}

/* A session's own failure factor with mean 1: most go well, one in five badly. */
static double luck(void) {
  double u = uniform();
  return u < 0.5 ? 0.5 : u < 0.8 ? 1 : 2.25;
}

/* Sessions of a few calls to some hundred, each with its own failure rate; within one, both sides
 * have independent bursts. There is no difference between the sides. */
typedef struct developer {
  size_t days;
  double rate;
  cluster_pair failures[64], seconds[64];
  cluster calls[64];
} developer;

static void live(developer *d) {
  static const double rates[] = {0.02, 0.05, 0.15};
  d->days = 5 + (size_t)(uniform() * 56); /* sessions of one to four weeks */
  d->rate = rates[(size_t)(uniform() * 3)];
  for (size_t i = 0; i < d->days; i++) {
    double rate = d->rate * luck(), share = uniform() * 0.6, slow = bpi_exp(0.5 * bell());
    int64_t n = 1 + (int64_t)bpi_exp(3.5 + 0.9 * bell()), a = hits_of(n, share), b = n - a;
    double burst_a = uniform() < 0.5 ? 0.6 : 1.4, burst_b = uniform() < 0.5 ? 0.6 : 1.4;
    double slow_a = slow * bpi_exp(0.7 * bell()), slow_b = slow * bpi_exp(0.7 * bell());
    d->calls[i] = (cluster){hits_of(n, rate), n};
    d->failures[i] =
        (cluster_pair){{hits_of(a, rate * burst_a), a}, {hits_of(b, rate * burst_b), b}};
    d->seconds[i] = (cluster_pair){{(int64_t)amounts(a, 1000 * slow_a), a},
                                   {(int64_t)amounts(b, 1000 * slow_b), b}};
  }
}

/* The same with a very low rate: hardly anything fails, except in one session of ten, where nearly
 * everything of one random side does. */
static void live_clumped(developer *d) {
  d->days = 10 + (size_t)(uniform() * 51);
  d->rate = 0.002 * 0.9 + 0.6 * 0.1;
  for (size_t i = 0; i < d->days; i++) {
    int64_t n = 1 + (int64_t)bpi_exp(3.5 + 0.9 * bell()), a = hits_of(n, uniform() * 0.6);
    double rate_a = uniform() < 0.1 ? 0.6 : 0.002, rate_b = uniform() < 0.1 ? 0.6 : 0.002;
    d->calls[i] = (cluster){hits_of(n, rate_a), n};
    d->failures[i] = (cluster_pair){{hits_of(a, rate_a), a}, {hits_of(n - a, rate_b), n - a}};
  }
}

typedef struct tally {
  const char *name;
  int64_t known, covered, p05, p01, p001;
} tally;

static void count(tally *t, const comparison *c, double truth) {
  if (!c->e.known) return;
  t->known++;
  t->covered += c->e.low <= truth && truth <= c->e.high;
  t->p05 += c->p <= 0.05;
  t->p01 += c->p <= 0.01;
  t->p001 += c->p <= 0.001;
}

static double part(int64_t n, int64_t of) {
  return (double)n / (double)of;
}

static void print(const tally *t) {
  printf("%-22s intervals contain the truth in %.1f %% of %lld", t->name,
         100 * part(t->covered, t->known), (long long)t->known);
  if (t->p05 > 0)
    printf("; p <= 0.05, 0.01, 0.001 in %.2f, %.2f, %.2f %%", 100 * part(t->p05, t->known),
           100 * part(t->p01, t->known), 100 * part(t->p001, t->known));
  printf("\n");
}

static int developers(void) {
  return short_form() ? 500 : 10000;
}

/* Three standard errors of a share. */
static double slack(double share) {
  return 3 * sqrt(share * (1 - share) / developers());
}

/* Coverage is at least the stated rate, and no test rejects more often than stated. */
static void check_tally(const tally *t, bool tested) {
  print(t);
  ck_assert_double_ge(part(t->covered, t->known), 0.95 - slack(0.95));
  if (!tested) return;
  ck_assert_int_gt(t->p05, 0); /* it does reject sometimes */
  ck_assert_double_le(part(t->p05, t->known), 0.05 + slack(0.05));
  ck_assert_double_le(part(t->p01, t->known), 0.01 + slack(0.01));
  ck_assert_double_le(part(t->p001, t->known), 0.001 + slack(0.001));
}

START_TEST(clusters_hold_their_rates) {
  static developer d;
  tally share = {.name = "cluster share"}, shares = {.name = "cluster shares"},
        ratios = {.name = "cluster ratios"};
  counter = 0;
  for (int i = 0; i < developers(); i++) {
    live(&d);
    comparison c = {.e = bpi_cluster_share(d.calls, d.days), .p = 1};
    count(&share, &c, d.rate);
    c = bpi_cluster_shares_differ(d.failures, d.days);
    count(&shares, &c, 0);
    c = bpi_cluster_ratios_differ(d.seconds, d.days);
    count(&ratios, &c, 1);
  }
  check_tally(&share, false);
  check_tally(&shares, true);
  check_tally(&ratios, true);
}
END_TEST

START_TEST(clumps_hold_their_rates) {
  static developer d;
  tally share = {.name = "clumped share"}, rest = {.name = "share of the rest"},
        shares = {.name = "clumped shares"};
  counter = UINT64_C(1) << 41;
  for (int i = 0; i < developers(); i++) {
    live_clumped(&d);
    comparison c = {.e = bpi_cluster_share(d.calls, d.days), .p = 1};
    count(&share, &c, d.rate);
    for (size_t k = 0; k < d.days; k++)
      d.calls[k].top = d.calls[k].bottom - d.calls[k].top;
    c.e = bpi_cluster_share(d.calls, d.days);
    count(&rest, &c, 1 - d.rate);
    c = bpi_cluster_shares_differ(d.failures, d.days);
    count(&shares, &c, 0);
  }
  check_tally(&share, false);
  check_tally(&rest, false);
  check_tally(&shares, true);
}
END_TEST

/* Why the cluster functions are needed: the same developers, counted as if each call were
 * independent. */
START_TEST(independence_would_deceive) {
  static developer d;
  tally naive = {.name = "calls taken alone"};
  counter = 0;
  for (int i = 0; i < developers(); i++) {
    cluster sum = {0, 0};
    live(&d);
    for (size_t k = 0; k < d.days; k++)
      sum.top += d.calls[k].top, sum.bottom += d.calls[k].bottom;
    comparison c = {.e = bpi_wilson(sum.top, sum.bottom), .p = 1};
    count(&naive, &c, d.rate);
  }
  print(&naive);
  ck_assert_double_lt(part(naive.covered, naive.known), 0.90);
}
END_TEST

/* Tasks of minutes to hours, skewed, with a median of half an hour. */
static int64_t duration(void) {
  return (int64_t)(1.8e9 * bpi_exp(1.1 * bell()));
}

START_TEST(values_hold_their_rates) {
  tally middle = {.name = "median"}, level = {.name = "slope"},
        sticky = {.name = "slope, weeks alike"}, alone = {.name = "share, independent"};
  counter = UINT64_C(1) << 40;
  for (int i = 0; i < developers(); i++) {
    int64_t x[64];
    size_t n = 6 + (size_t)(uniform() * 40);
    for (size_t k = 0; k < n; k++)
      x[k] = duration();
    comparison c = {.e = bpi_median(x, n), .p = 1};
    count(&middle, &c, 1.8e9);
    double week[12], alike[12], before = bell();
    for (int k = 0; k < 12; k++) {
      week[k] = bell();
      alike[k] = before = 0.4 * before + bell();
    }
    c = bpi_slope(week, 12);
    count(&level, &c, 0);
    c = bpi_slope(alike, 12);
    count(&sticky, &c, 0);
    double rate = 0.02 + uniform() * 0.5;
    int64_t calls = 20 + (int64_t)(uniform() * 300);
    c = (comparison){.e = bpi_wilson(hits_of(calls, rate), calls), .p = 1};
    count(&alone, &c, rate);
  }
  check_tally(&middle, false);
  check_tally(&level, true);
  check_tally(&alone, false);
  /* The limitation stated in stats.h: with correlated weeks a slope looks more certain than it
   * is. */
  print(&sticky);
  ck_assert_double_lt(part(sticky.covered, sticky.known), part(level.covered, level.known));
}
END_TEST

int main(int argc, char **argv) {
  if (argc != 2) return EXIT_FAILURE;
  cases_path = argv[1];
  Suite *suite = suite_create("stats");
  TCase *c = tcase_create("stats");
  tcase_set_timeout(c, 100);
  tcase_add_test(c, equals_oracle);
  tcase_add_test(c, equals_newcombe);
  tcase_add_test(c, finds_what_the_paper_finds);
  tcase_add_test(c, too_little_says_nothing);
  tcase_add_test(c, holes_are_time);
  tcase_add_test(c, order_does_not_matter);
  tcase_add_test(c, rounds);
  tcase_add_test(c, clusters_hold_their_rates);
  tcase_add_test(c, clumps_hold_their_rates);
  tcase_add_test(c, independence_would_deceive);
  tcase_add_test(c, values_hold_their_rates);
  suite_add_tcase(suite, c);
  return run_suite(suite);
}
