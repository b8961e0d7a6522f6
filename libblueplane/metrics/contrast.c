/* metrics/contrast.c: builds pairs of clusters and passes them to the test that suits the
 * metric. */
#include "metrics/contrast.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

static bool side_adds_up(const operand *o) {
  return o->kind == OPERAND_SUM || o->kind == OPERAND_COST || o->kind == OPERAND_SAVINGS ||
         o->kind == OPERAND_PLAIN;
}

bool bpi_contrast_takes(const metric *m) {
  return m->shape == SHAPE_RATIO && side_adds_up(&m->top) && side_adds_up(&m->bottom);
}

bool bpi_contrast_is_share(const metric *m) {
  return m->shape == SHAPE_RATIO && m->scale == 1 && !strcmp(bpi_metric_unit(m), "ratio");
}

const char *bpi_contrast_kind_name(contrast_kind kind) {
  static const char *const names[] = {"difference", "factor", "slope"};
  return names[kind];
}

const char *bpi_contrast_test_name(contrast_kind kind) {
  static const char *const names[] = {"cluster shares", "cluster ratios", "Kendall"};
  return names[kind];
}

/* ------------------------------------------------------------------------------------- pairs */

void bpi_pairs_free(pair_list *p) {
  bpi_free(p->pair);
  memset(p, 0, sizeof *p);
}

static int begin(pair_list *p, size_t count) {
  void *items = p->pair;
  int rc = bpi_reserve(&items, &p->capacity, count + 1, sizeof *p->pair);
  p->pair = items;
  p->count = 0;
  return rc;
}

static void add(pair_list *p, cluster a, cluster b) {
  if (a.top || a.bottom || b.top || b.bottom) p->pair[p->count++] = (cluster_pair){a, b};
}

static cluster all_of(const clusters *c, size_t metric_at, size_t at) {
  return c->all[metric_at * c->count + at];
}

int bpi_pairs_rest(pair_list *p, const clusters *c, size_t metric_at, size_t value) {
  int rc = begin(p, c->count);
  cluster_walk walk = bpi_clusters_walk(c, metric_at, value);
  for (size_t i = 0; i < c->count && !rc; i++) {
    cluster one = bpi_clusters_next(&walk, i), all = all_of(c, metric_at, i);
    add(p, one, (cluster){all.top - one.top, all.bottom - one.bottom});
  }
  return rc;
}

int bpi_pairs_two(pair_list *p, const clusters *c, size_t metric_at, size_t value, size_t other) {
  int rc = begin(p, c->count);
  cluster_walk a = bpi_clusters_walk(c, metric_at, value);
  cluster_walk b = bpi_clusters_walk(c, metric_at, other);
  for (size_t i = 0; i < c->count && !rc; i++)
    add(p, bpi_clusters_next(&a, i), bpi_clusters_next(&b, i));
  return rc;
}

int bpi_pairs_apart(pair_list *p, const clusters *a, size_t value_a, const clusters *b,
                    size_t value_b, size_t metric_at) {
  static const cluster none;
  int rc = begin(p, a->count + b->count);
  cluster_walk of_a = bpi_clusters_walk(a, metric_at, value_a);
  cluster_walk of_b = bpi_clusters_walk(b, metric_at, value_b);
  for (size_t i = 0; i < a->count && !rc; i++)
    add(p, bpi_clusters_next(&of_a, i), none);
  for (size_t i = 0; i < b->count && !rc; i++)
    add(p, none, bpi_clusters_next(&of_b, i));
  return rc;
}

/* The count of a value as top, the count of all values as bottom. */
static cluster share_of(cluster_walk *walk, size_t metric_at, size_t at) {
  return (cluster){bpi_clusters_next(walk, at).top, all_of(walk->c, metric_at, at).top};
}

int bpi_pairs_mix(pair_list *p, const clusters *a, size_t value_a, const clusters *b,
                  size_t value_b, size_t metric_at) {
  static const cluster none;
  int rc = begin(p, a->count + b->count);
  cluster_walk of_a = bpi_clusters_walk(a, metric_at, value_a);
  cluster_walk of_b = bpi_clusters_walk(b, metric_at, value_b);
  for (size_t i = 0; i < a->count && !rc; i++)
    add(p, share_of(&of_a, metric_at, i), none);
  for (size_t i = 0; i < b->count && !rc; i++)
    add(p, none, share_of(&of_b, metric_at, i));
  return rc;
}

int bpi_pairs_both(pair_list *p, const clusters *c, size_t first, size_t second) {
  int rc = begin(p, c->count);
  for (size_t i = 0; i < c->count && !rc; i++) {
    int64_t a = all_of(c, first, i).top, b = all_of(c, second, i).top;
    if (a > 0 && b > 0) add(p, (cluster){a, 1}, (cluster){b, 1});
  }
  return rc;
}

/* ---------------------------------------------------------------------------------- comparison */

static double value_for(const cluster *sum, int64_t scale) {
  return sum->bottom ? (double)sum->top * (double)scale / (double)sum->bottom : 0;
}

void bpi_contrast_make(contrast *out, pair_list *p, bool shares, int64_t scale) {
  cluster a = {0, 0}, b = {0, 0};
  for (size_t i = 0; i < p->count; i++) {
    bpi_cluster_add(&a, p->pair[i].a);
    bpi_cluster_add(&b, p->pair[i].b);
  }
  *out = (contrast){.kind = shares ? CONTRAST_DIFFERENCE : CONTRAST_FACTOR,
                    .a = value_for(&a, scale),
                    .b = value_for(&b, scale),
                    .n_a = a.bottom,
                    .n_b = b.bottom,
                    .hits = a.top,
                    .clusters = p->count,
                    .c.p = 1};
  bpi_add_to(&out->hits, b.top);
  if (!shares)
    out->c = bpi_cluster_ratios_differ(p->pair, p->count);
  else if (a.bottom >= CONTRAST_EVENTS && b.bottom >= CONTRAST_EVENTS)
    out->c = bpi_cluster_shares_differ(p->pair, p->count);
}

/* -------------------------------------------------------------------------------------- trend */

/* The index of the week that begins on a date like "2026-11-23"; CONTRAST_WEEKS if it is not
 * one. */
static size_t week_of(const char *name, int64_t first_day) {
  civil c;
  if (!name || !bpi_parse_date(name, strlen(name), &c)) return CONTRAST_WEEKS;
  int64_t days = bpi_days_from_civil(c.year, c.month, c.day) - first_day;
  return days < 0 || days >= INT64_C(7) * CONTRAST_WEEKS ? CONTRAST_WEEKS : (size_t)(days / 7);
}

void bpi_contrast_slope(contrast *out, const clusters *c, size_t metric_at, int64_t scale,
                        int64_t first_day) {
  double week[CONTRAST_WEEKS];
  *out = (contrast){.kind = CONTRAST_SLOPE, .clusters = c->count};
  for (size_t i = 0; i < CONTRAST_WEEKS; i++)
    week[i] = NAN;
  for (size_t v = 0; v < c->values; v++) {
    size_t at = week_of(c->value[v], first_day);
    cluster sum = bpi_clusters_total(c, metric_at, v);
    if (at < CONTRAST_WEEKS && sum.bottom > 0) week[at] = value_for(&sum, scale);
  }
  for (size_t i = 0; i < CONTRAST_WEEKS; i++) {
    if (isnan(week[i])) continue;
    if (!out->n_a++) out->a = week[i];
    out->b = week[i];
  }
  out->c = bpi_slope(week, CONTRAST_WEEKS);
}
