/* metrics/compare.c: choose metrics, compare each, adjust all p values together, write the
 * table. */
#include "metrics/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "metrics/contrast_table.h"

/* The default metrics, if the query names none. */
static const metric_id usual[] = {
    METRIC_tool_error_rate,  METRIC_rejection_rate, METRIC_interruption_rate,
    METRIC_acceptance_rate,  METRIC_cost_per_line,  METRIC_tokens_per_prompt,
    METRIC_cache_efficiency, METRIC_code_velocity,  METRIC_tool_duration,
    METRIC_api_error_rate,   METRIC_first_try_rate, METRIC_retry_rate,
    METRIC_resolution_rate};
static const metric_id learned[] = {METRIC_tool_error_rate,  METRIC_retry_rate,
                                    METRIC_first_try_rate,   METRIC_cost_per_line,
                                    METRIC_cache_efficiency, METRIC_code_velocity};
#define LIST(ids) ids, sizeof(ids) / sizeof *(ids)

typedef struct compared {
  size_t metric;           /* index in comparing.m */
  char *subject, *against; /* subject NULL: none */
  contrast seen;
  double adjusted;
} compared;

typedef struct comparing {
  const compute_context *c;
  const bp_query *q;
  bp_error **error;
  zone *z;
  range range, baseline; /* baseline all zero: none */
  range units[BASELINE_UNITS];
  const char *metric[QUERY_METRICS];
  const metric *m[QUERY_METRICS];
  size_t metrics;
  pair_list pairs;
  compared *row;
  size_t count, capacity;
} comparing;

/* ------------------------------------------------------------------------------ what is compared */

static int refuse(comparing *x, const char *name) {
  bpi_fail(x->error, BP_ERR_UNSUPPORTED, "the metric %s cannot be compared with an interval", name);
  bpi_fail_detail(x->error, "metric", name);
  bpi_fail_detail(x->error, "hint", "rates can be, such as tool_error_rate or cost_per_line");
  return BP_ERR_UNSUPPORTED;
}

static int no_metric(comparing *x, const char *name) {
  bpi_fail(x->error, BP_ERR_NOTFOUND, "there is no metric \"%s\"", name);
  bpi_fail_detail(x->error, "name", name);
  bpi_fail_detail(x->error, "metric", name);
  return BP_ERR_NOTFOUND;
}

static int choose_metrics(comparing *x, const metric_id *otherwise, size_t count) {
  dimension_id by;
  for (size_t i = 1; i < x->q->metrics; i++) {
    metric_id id = bpi_metric_find(x->q->metric[i], &by);
    if (id == METRIC_COUNT) return no_metric(x, x->q->metric[i]);
    if (!bpi_contrast_takes(&bpi_metrics[id])) return refuse(x, x->q->metric[i]);
    x->m[x->metrics++] = &bpi_metrics[id];
  }
  dimension_id dim = x->q->dimensions ? bpi_dimension_find(x->q->by[0]) : DIM_COUNT;
  if (x->metrics) count = 0; /* named by the query: no defaults */
  for (size_t i = 0; i < count; i++) {
    const metric *m = &bpi_metrics[otherwise[i]];
    if (dim == DIM_COUNT || (bpi_metric_dimensions(m) & DIM_BIT(dim))) x->m[x->metrics++] = m;
  }
  for (size_t i = 0; i < x->metrics; i++)
    x->metric[i] = x->m[i]->id;
  return BP_OK;
}

static int ask(comparing *x, clusters *out, const char *by, int64_t from, int64_t until) {
  cluster_question asked = {x->metric, x->metrics, by, from, until};
  return bpi_clusters_ask(out, x->c, x->q, &asked, x->error);
}

static int keep(comparing *x, size_t metric_at, const char *subject, const char *against,
                const contrast *seen) {
  void *items = x->row;
  if (bpi_reserve(&items, &x->capacity, x->count + 1, sizeof *x->row)) return BP_ERR_NOMEM;
  x->row = items;
  compared *r = &x->row[x->count++];
  *r = (compared){.metric = metric_at, .seen = *seen};
  r->against = bpi_strndup(against, strlen(against));
  if (subject) r->subject = bpi_strndup(subject, strlen(subject));
  return r->against && (r->subject || !subject) ? BP_OK : BP_ERR_NOMEM;
}

static int compare(comparing *x, size_t metric_at, const char *subject, const char *against,
                   int made) {
  contrast seen;
  const metric *m = x->m[metric_at];
  if (made) return made;
  if (bpi_read_cancelled(x->c->store)) return bpi_fail_cancelled(x->error);
  bpi_contrast_make(&seen, &x->pairs, bpi_contrast_is_share(m), m->scale);
  return keep(x, metric_at, subject, against, &seen);
}

/* --------------------------------------------------------------------------------- the reports */

/* A value against another one; VALUE_NONE: against all others. */
static int beside_other(comparing *x, const clusters *c, size_t m, size_t v, size_t other) {
  bool rest = other == VALUE_NONE;
  return compare(x, m, c->value[v], rest ? "rest" : c->value[other],
                 rest ? bpi_pairs_rest(&x->pairs, c, m, v)
                      : bpi_pairs_two(&x->pairs, c, m, v, other));
}

/* Two values need only one comparison. A prompt can have several features at once, so each feature
 * is compared with the prompts that have none. */
static int beside_rest(comparing *x, const char *by) {
  clusters c = {0};
  int rc = ask(x, &c, by, x->range.from, x->range.until);
  bool features = !strcmp(by, bpi_dimensions[DIM_PROMPT_FEATURE].name);
  bool two = !features && c.values == 2 && c.value[0] && c.value[1];
  size_t none = features ? bpi_clusters_find(&c, bpi_feature_name(PROMPT_FEATURE_BITS))
                         : VALUE_NONE;
  size_t count = features && none == VALUE_NONE ? 0 : two ? 1 : c.values;
  for (size_t m = 0; m < x->metrics && !rc; m++)
    for (size_t v = 0; v < count && !rc; v++)
      if (c.value[v] && v != none) rc = beside_other(x, &c, m, v, two ? 1 : none);
  bpi_clusters_free(&c);
  return rc;
}

static int beside_range(comparing *x, const clusters *now, int64_t from, int64_t until,
                        const char *against) {
  clusters before = {0};
  int rc = ask(x, &before, NULL, from, until);
  for (size_t m = 0; m < x->metrics && !rc; m++)
    rc = compare(x, m, NULL, against,
                 bpi_pairs_apart(&x->pairs, now, now->values ? 0 : VALUE_NONE, &before,
                                 before.values ? 0 : VALUE_NONE, m));
  bpi_clusters_free(&before);
  return rc;
}

static int beside_baseline(comparing *x, query_baseline baseline) {
  range *units = x->units;
  size_t count;
  clusters now = {0};
  int rc = bpi_compute_baseline(units, &count, &x->range, baseline, x->c, x->q, x->z, x->error);
  if (!rc) rc = ask(x, &now, NULL, x->range.from, x->range.until);
  if (!rc) x->baseline = (range){.from = units[0].from, .until = units[count - 1].until};
  if (!rc)
    rc = beside_range(x, &now, units[0].from, units[count - 1].until,
                      baseline == BASELINE_PERIOD ? bpi_baseline_name(x->q)
                                                  : bpi_baseline_word(baseline));
  bpi_clusters_free(&now);
  return rc;
}

static int over_weeks(comparing *x) {
  clusters c = {0};
  int64_t last = bpi_zone_local_days(x->z, x->range.until - 1);
  int64_t first = bpi_week_start(last, x->q->sunday) - INT64_C(7) * (CONTRAST_WEEKS - 1);
  int rc = ask(x, &c, "time.week", bpi_day_start(x->z, first), x->range.until);
  for (size_t m = 0; m < x->metrics && !rc; m++) {
    contrast seen;
    bpi_contrast_slope(&seen, &c, m, x->m[m]->scale, first);
    rc = keep(x, m, NULL, "12 weeks", &seen);
  }
  bpi_clusters_free(&c);
  return rc;
}

static int compare_all(comparing *x) {
  if (x->q->dimensions > 1)
    return bpi_fail(x->error, BP_ERR_LIMIT, "a comparison takes one dimension");
  if (x->q->dimensions) return beside_rest(x, x->q->by[0]);
  return beside_baseline(x, x->q->baseline ? x->q->baseline : BASELINE_PREVIOUS);
}

/* Two baselines, so the report as a whole names none. */
static int baseline_all(comparing *x) {
  int rc = beside_baseline(x, BASELINE_TRAILING_4W);
  if (!rc) rc = beside_baseline(x, BASELINE_TRAILING_12W);
  x->baseline = (range){.until = 0};
  return rc;
}

/* ------------------------------------------------------------------------------------ the table */

static void adjust(comparing *x) {
  double p[STATS_FAMILY];
  size_t at[STATS_FAMILY], count = 0;
  for (size_t i = 0; i < x->count; i++) {
    x->row[i].adjusted = 1;
    if (!x->row[i].seen.c.e.known || count == STATS_FAMILY) continue;
    at[count] = i;
    p[count++] = x->row[i].seen.c.p;
  }
  bpi_adjust_holm(p, count);
  for (size_t i = 0; i < count; i++)
    x->row[at[i]].adjusted = p[i];
}

static const char *verdict_of(const compared *r) {
  const estimate *e = &r->seen.c.e;
  bool slope = r->seen.kind == CONTRAST_SLOPE;
  if (!e->known) return "too little data";
  if (r->adjusted > COMPARE_RATE) return slope ? "no trend shown" : "no difference shown";
  bool up = r->seen.kind == CONTRAST_FACTOR ? e->value > 1 : e->value > 0;
  return slope ? (up ? "rising" : "falling") : up ? "higher" : "lower";
}

static void add_row(const comparing *x, bp_result *t, const compared *r) {
  const metric *m = x->m[r->metric];
  bpi_table_add_row(t);
  bpi_report_text(t, 0, m->id);
  bpi_report_text(t, 1, r->subject);
  bpi_report_text(t, 2, r->against);
  bpi_report_text(t, 3, verdict_of(r));
  bpi_report_text(t, 4, bpi_metric_unit(m));
  bpi_contrast_cells(t, 5, &r->seen, r->adjusted);
}

static int make_table(bp_result **out, comparing *x, const char *topic) {
  bp_result *t = bpi_table_new();
  if (!t) return bpi_fail_nomem(x->error);
  adjust(x);
  bpi_report_column(t, BP_TYPE_TEXT, "metric", "dimension", "The metric.");
  bpi_report_column(t, BP_TYPE_TEXT, "subject", "dimension",
                    "The value of the dimension; empty if there is none.");
  bpi_report_column(t, BP_TYPE_TEXT, "against", "dimension", "What it is compared with.");
  bpi_report_column(t, BP_TYPE_TEXT, "verdict", "metric",
                    "The conclusion of the test, adjusted for the whole table.");
  bpi_report_column(t, BP_TYPE_TEXT, "unit", "companion", "The metric's unit.");
  bpi_contrast_columns(t);
  for (size_t i = 0; i < x->count && (!x->q->limit || (int64_t)i < x->q->limit); i++)
    add_row(x, t, &x->row[i]);
  bpi_report_meta(t, topic, x->q, &x->range, x->z, x->c->prices);
  if (x->count && x->baseline.until) bpi_report_baseline(t, x->row[0].against, &x->baseline);
  return bpi_table_finish(out, t, x->error);
}

static int run(bp_result **out, const compute_context *c, const bp_query *q, bp_error **error,
               const metric_id *otherwise, size_t count, int (*fill)(comparing *x)) {
  comparing x = {.c = c, .q = q, .error = error};
  int rc = bpi_zone_open(&x.z, q->zone, error);
  if (!rc) rc = bpi_compute_range(&x.range, c, q, x.z, error);
  if (!rc) rc = choose_metrics(&x, otherwise, count);
  if (!rc && x.range.from < x.range.until) rc = fill(&x);
  if (rc == BP_ERR_NOMEM) bpi_fail_nomem(error);
  if (!rc) rc = make_table(out, &x, q->metric[0]);
  for (size_t i = 0; i < x.count; i++)
    bpi_free(x.row[i].subject), bpi_free(x.row[i].against);
  bpi_free(x.row);
  bpi_pairs_free(&x.pairs);
  bpi_zone_free(x.z);
  return rc;
}

int bpi_comparison(bp_result **out, const compute_context *c, const bp_query *q, bp_error **error) {
  return run(out, c, q, error, LIST(usual), compare_all);
}

int bpi_personal_baseline(bp_result **out, const compute_context *c, const bp_query *q,
                          bp_error **error) {
  return run(out, c, q, error, LIST(usual), baseline_all);
}

int bpi_learning_trend(bp_result **out, const compute_context *c, const bp_query *q,
                       bp_error **error) {
  return run(out, c, q, error, LIST(learned), over_weeks);
}
