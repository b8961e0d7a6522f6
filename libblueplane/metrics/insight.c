/* metrics/insight.c: runs every test of insight.def, adjusts all p values together, and reports the
 * findings that pass, along with the number of comparisons made. */
#include "metrics/insight.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "metrics/contrast_table.h"

/* clang-format off: these braces are initializers, not blocks */
#define HIGHER(sentence_, advice_) .higher = {.sentence = sentence_, .advice = advice_},
#define LOWER(sentence_, advice_) .lower = {.sentence = sentence_, .advice = advice_},
#define INSIGHT(id_, contrast_, weight_, metric_, by_, words_)                                     \
  [INSIGHT_ID_##id_] = {.id = #id_,                                                                \
                        .contrast = INSIGHT_##contrast_,                                           \
                        .weight = INSIGHT_##weight_,                                               \
                        .metric = METRIC_##metric_,                                                \
                        .by = by_,                                                                 \
                        words_},
/* clang-format on */
const insight_kind bpi_insight_kinds[INSIGHT_COUNT] = {
#include "metrics/insight.def"
};
#undef INSIGHT

contrast_kind bpi_insight_test(const insight_kind *kind) {
  if (kind->contrast == INSIGHT_TREND) return CONTRAST_SLOPE;
  bool shares = kind->contrast == INSIGHT_MIX || bpi_contrast_is_share(&bpi_metrics[kind->metric]);
  return shares ? CONTRAST_DIFFERENCE : CONTRAST_FACTOR;
}

const char *bpi_insight_contrast_name(insight_contrast of) {
  static const char *const names[INSIGHT_CONTRASTS] = {"one beside the rest", "with and without",
                                                       "the four weeks before", "share of all",
                                                       "twelve weeks"};
  return names[of];
}

#define DAYS_BEFORE 28
#define VALUES_MOST 24 /* values tested per dimension: those with the most events */

typedef struct search {
  const compute_context *c;
  const bp_query *q;
  bp_error **error;
  zone *z;
  range range;
  int64_t before, wide; /* start of the four weeks before; start of the range of INSIGHT_REST */
  int64_t first_week;   /* first of the twelve weeks, as a day */
  pair_list pairs;
  finding *found; /* everything that was tested, significant or not */
  size_t count, capacity;
} search;

/* ----------------------------------------------------------------------------------- findings */

/* The smallest factor between two shares, from the end of the interval that is closer to zero. */
static double least_of_shares(const contrast *s) {
  const estimate *e = &s->c.e;
  double smaller = e->value > 0 ? s->b : s->a, off = e->value > 0 ? e->low : -e->high;
  int64_t n = e->value > 0 ? s->n_b : s->n_a;
  if (smaller <= 0) smaller = 0.5 / (double)n; /* no hit seen: assume half of one */
  return off > 0 ? (smaller + off) / smaller : 1;
}

static double least_of(const contrast *s) {
  const estimate *e = &s->c.e;
  switch (s->kind) {
  case CONTRAST_DIFFERENCE: return least_of_shares(s);
  case CONTRAST_FACTOR: return e->low > 1 ? e->low : e->high < 1 ? 1 / e->high : 1;
  case CONTRAST_SLOPE: break;
  }
  double off = e->low > 0 ? e->low : e->high < 0 ? -e->high : 0, level = fabs(s->a);
  return level > 0 ? 1 + off * (CONTRAST_WEEKS - 1) / level : 1;
}

/* Whether the effect is large enough to report. */
static bool matters(const contrast *s) {
  double x = s->c.e.value;
  switch (s->kind) {
  case CONTRAST_DIFFERENCE: return fabs(x) >= INSIGHT_POINTS;
  case CONTRAST_FACTOR: return x >= INSIGHT_FACTOR || x <= 1 / INSIGHT_FACTOR;
  case CONTRAST_SLOPE: break;
  }
  return fabs(x) * (CONTRAST_WEEKS - 1) >= (INSIGHT_FACTOR - 1) * fabs(s->a);
}

static bool is_higher(const contrast *c) {
  return c->kind == CONTRAST_FACTOR ? c->c.e.value > 1 : c->c.e.value > 0;
}

static bool has_words(const insight_kind *kind, bool higher) {
  return (higher ? &kind->higher : &kind->lower)->sentence != NULL;
}

/* The p for the hypothesis of the kind: a difference in one direction, or in any. */
static double p_of(const insight_kind *kind, const contrast *seen, bool both_ways) {
  double p = seen->c.p;
  if (both_ways) return p;
  return has_words(kind, is_higher(seen)) ? p / 2 : 1 - p / 2;
}

static bool has_hits(const contrast *s) {
  if (s->kind != CONTRAST_DIFFERENCE) return true;
  return s->hits >= INSIGHT_HITS && s->n_a + s->n_b - s->hits >= INSIGHT_HITS;
}

static int keep(search *s, const insight_kind *kind, const char *subject, const contrast *seen,
                bool both_ways) {
  void *items = s->found;
  if (!seen->c.e.known || !has_hits(seen)) return BP_OK; /* does not count as a test */
  if (s->count == STATS_FAMILY) return BP_OK;
  if (bpi_reserve(&items, &s->capacity, s->count + 1, sizeof *s->found)) return BP_ERR_NOMEM;
  s->found = items;
  finding *f = &s->found[s->count];
  *f = (finding){.kind = kind, .seen = *seen, .both_ways = both_ways, .least = least_of(seen)};
  f->seen.c.p = p_of(kind, seen, both_ways);
  f->higher = is_higher(seen);
  f->from = kind->contrast <= INSIGHT_BOTH ? s->wide : s->range.from;
  f->until = s->range.until;
  if (kind->contrast == INSIGHT_BEFORE || kind->contrast == INSIGHT_MIX)
    f->other_from = s->before, f->other_until = s->range.from;
  if (kind->contrast == INSIGHT_TREND) f->from = bpi_day_start(s->z, s->first_week);
  if (subject && *subject && !(f->subject = bpi_strndup(subject, strlen(subject))))
    return BP_ERR_NOMEM;
  s->count++;
  return BP_OK;
}

/* A kind with words for one direction only is tested in that direction. */
static bool has_words_both_ways(const insight_kind *kind) {
  return has_words(kind, true) && has_words(kind, false);
}

static int compare(search *s, const insight_kind *kind, const char *subject, int made) {
  contrast seen;
  const metric *m = &bpi_metrics[kind->metric];
  if (made) return made;
  if (bpi_read_cancelled(s->c->store)) return bpi_fail_cancelled(s->error);
  bpi_contrast_make(&seen, &s->pairs, bpi_insight_test(kind) == CONTRAST_DIFFERENCE,
                    m->shape == SHAPE_RATIO ? m->scale : 1);
  return keep(s, kind, subject, &seen, has_words_both_ways(kind));
}

/* ------------------------------------------------------------------------------------- values */

typedef struct weighed {
  size_t value;
  double events;
} weighed;

static int by_events(const void *a, const void *b) {
  const weighed *x = a, *y = b;
  if (x->events != y->events) return x->events > y->events ? -1 : 1;
  return (x->value > y->value) - (x->value < y->value);
}

/* The named values with the greatest denominators, at most VALUES_MOST. */
static size_t choose(weighed out[VALUES_MOST], const clusters *c, size_t metric_at) {
  size_t count = 0;
  for (size_t v = 0; v < c->values; v++) {
    if (!c->value[v]) continue;
    cluster sum = bpi_clusters_total(c, metric_at, v);
    weighed one = {v, (double)(sum.bottom ? sum.bottom : sum.top)};
    if (one.events <= 0) continue;
    if (count < VALUES_MOST)
      out[count++] = one;
    else if (by_events(&one, &out[count - 1]) < 0)
      out[count - 1] = one;
    else
      continue;
    qsort(out, count, sizeof *out, by_events);
  }
  return count;
}

/* Two values are one comparison, reported for the value in whose direction there are words. One of
 * the two always has words, so the test is for any difference. */
static int rest_of_two(search *s, const insight_kind *kind, const clusters *c, size_t at,
                       const weighed *two) {
  const metric *m = &bpi_metrics[kind->metric];
  contrast seen[2];
  for (int i = 0; i < 2; i++) {
    int rc = bpi_pairs_rest(&s->pairs, c, at, two[i].value);
    if (rc) return rc;
    bpi_contrast_make(&seen[i], &s->pairs, bpi_contrast_is_share(m), m->scale);
  }
  int chosen = has_words(kind, is_higher(&seen[0])) ? 0 : 1;
  return keep(s, kind, c->value[two[chosen].value], &seen[chosen], true);
}

/* A prompt can have several features, so each is compared with the prompts that have none. */
static int beside_none(search *s, const insight_kind *kind, const clusters *c, size_t at) {
  size_t none = bpi_clusters_find(c, bpi_feature_name(PROMPT_FEATURE_BITS));
  int rc = BP_OK;
  for (size_t v = 0; v < c->values && none != VALUE_NONE && !rc; v++)
    if (v != none && c->value[v])
      rc = compare(s, kind, c->value[v], bpi_pairs_two(&s->pairs, c, at, v, none));
  return rc;
}

static int rest(search *s, const insight_kind *kind, const clusters *c, size_t at) {
  weighed chosen[VALUES_MOST];
  size_t count = choose(chosen, c, at);
  int rc = BP_OK;
  if (!strcmp(kind->by, bpi_dimensions[DIM_PROMPT_FEATURE].name))
    return beside_none(s, kind, c, at);
  if (count == 2) return rest_of_two(s, kind, c, at, chosen);
  for (size_t i = 0; i < count && count > 1 && !rc; i++)
    rc = compare(s, kind, c->value[chosen[i].value],
                 bpi_pairs_rest(&s->pairs, c, at, chosen[i].value));
  return rc;
}

/* Includes values that occur only now or only before. */
static int mix(search *s, const insight_kind *kind, const clusters *now, const clusters *before,
               size_t at) {
  weighed chosen[VALUES_MOST];
  size_t count = choose(chosen, now, at);
  int rc = BP_OK;
  for (size_t i = 0; i < count && !rc; i++) {
    const char *name = now->value[chosen[i].value];
    rc = compare(s, kind, name,
                 bpi_pairs_mix(&s->pairs, now, chosen[i].value, before,
                               bpi_clusters_find(before, name), at));
  }
  count = choose(chosen, before, at);
  for (size_t i = 0; i < count && !rc; i++) {
    const char *name = before->value[chosen[i].value];
    if (bpi_clusters_find(now, name) != VALUE_NONE) continue;
    rc = compare(s, kind, name,
                 bpi_pairs_mix(&s->pairs, now, VALUE_NONE, before, chosen[i].value, at));
  }
  return rc;
}

/* ------------------------------------------------------------------------------------ queries */

/* Kinds with the same contrast and dimension share one query. */
typedef struct asking {
  const insight_kind *kind[INSIGHT_COUNT];
  const char *metric[QUERY_METRICS];
  size_t kinds, metrics;
} asking;

static bool same_asking(const insight_kind *a, const insight_kind *b) {
  bool same_by = a->by && b->by ? !strcmp(a->by, b->by) : a->by == b->by;
  return a->contrast == b->contrast && same_by;
}

static size_t metric_at(asking *a, metric_id id) {
  for (size_t i = 0; i < a->metrics; i++)
    if (!strcmp(a->metric[i], bpi_metrics[id].id)) return i;
  a->metric[a->metrics] = bpi_metrics[id].id;
  return a->metrics++;
}

static void gather(asking *a, const insight_kind *like) {
  memset(a, 0, sizeof *a);
  for (size_t i = 0; i < INSIGHT_COUNT; i++) {
    const insight_kind *kind = &bpi_insight_kinds[i];
    if (!same_asking(kind, like)) continue;
    a->kind[a->kinds++] = kind;
    metric_at(a, kind->metric);
    if (kind->contrast == INSIGHT_BOTH) metric_at(a, kind->beside);
  }
}

static int ask(search *s, clusters *out, const asking *a, const char *by, int64_t from,
               int64_t until) {
  cluster_question question = {a->metric, a->metrics, by, from, until};
  return bpi_clusters_ask(out, s->c, s->q, &question, s->error);
}

static int test_kinds(search *s, asking *a, const clusters *now, const clusters *before) {
  int rc = BP_OK;
  for (size_t i = 0; i < a->kinds && !rc; i++) {
    const insight_kind *kind = a->kind[i];
    size_t at = metric_at(a, kind->metric);
    contrast seen;
    switch (kind->contrast) {
    case INSIGHT_REST: rc = rest(s, kind, now, at); break;
    case INSIGHT_BOTH:
      rc = compare(s, kind, NULL, bpi_pairs_both(&s->pairs, now, at, metric_at(a, kind->beside)));
      break;
    case INSIGHT_BEFORE:
      if (now->values && before->values)
        rc = compare(s, kind, NULL, bpi_pairs_apart(&s->pairs, now, 0, before, 0, at));
      break;
    case INSIGHT_MIX: rc = mix(s, kind, now, before, at); break;
    case INSIGHT_TREND:
      bpi_contrast_slope(&seen, now, at, bpi_metrics[kind->metric].scale, s->first_week);
      rc = keep(s, kind, NULL, &seen, has_words_both_ways(kind));
      break;
    case INSIGHT_CONTRASTS: break;
    }
  }
  return rc;
}

/* Queries what this kind and all that share its query need, and tests them. */
static int test_like(search *s, const insight_kind *like) {
  asking a;
  clusters now = {0}, before = {0};
  gather(&a, like);
  bool apart = like->contrast == INSIGHT_BEFORE || like->contrast == INSIGHT_MIX;
  bool trend = like->contrast == INSIGHT_TREND;
  int64_t from = apart ? s->range.from : trend ? bpi_day_start(s->z, s->first_week) : s->wide;
  int rc = ask(s, &now, &a, trend ? "time.week" : like->by, from, s->range.until);
  if (!rc && apart) rc = ask(s, &before, &a, like->by, s->before, s->range.from);
  if (!rc) rc = test_kinds(s, &a, &now, &before);
  bpi_clusters_free(&now);
  bpi_clusters_free(&before);
  return rc == BP_ERR_NOMEM ? bpi_fail_nomem(s->error) : rc;
}

static bool is_first(size_t at) {
  for (size_t i = 0; i < at; i++)
    if (same_asking(&bpi_insight_kinds[i], &bpi_insight_kinds[at])) return false;
  return true;
}

static void set_ranges(search *s) {
  int64_t first = bpi_zone_local_days(s->z, s->range.from);
  int64_t last = bpi_zone_local_days(s->z, s->range.until - 1);
  s->before = bpi_day_start(s->z, first - DAYS_BEFORE);
  s->wide = bpi_day_start(s->z, last + 1 - DAYS_BEFORE);
  if (s->range.from < s->wide) s->wide = s->range.from;
  s->first_week = bpi_week_start(last, s->q->sunday) - INT64_C(7) * (CONTRAST_WEEKS - 1);
}

static int search_all(search *s) {
  int rc = bpi_compute_range(&s->range, s->c, s->q, s->z, s->error);
  if (rc || s->range.from >= s->range.until) return rc;
  set_ranges(s);
  for (size_t i = 0; i < INSIGHT_COUNT && !rc; i++)
    if (is_first(i)) rc = test_like(s, &bpi_insight_kinds[i]);
  return rc;
}

/* ------------------------------------------------------------------------------------- report */

static void adjust(search *s) {
  double p[STATS_FAMILY];
  for (size_t i = 0; i < s->count; i++)
    p[i] = s->found[i].seen.c.p;
  bpi_adjust_bh(p, s->count);
  for (size_t i = 0; i < s->count; i++)
    s->found[i].adjusted = p[i];
}

/* By weight, then by the smallest factor that the interval allows. */
static int by_rank(const void *a, const void *b) {
  const finding *x = a, *y = b;
  if (x->kind->weight != y->kind->weight) return x->kind->weight < y->kind->weight ? -1 : 1;
  if (x->least != y->least) return x->least > y->least ? -1 : 1;
  if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
  return strcmp(x->subject ? x->subject : "", y->subject ? y->subject : "");
}

static bool passes(const finding *f) {
  return f->adjusted <= INSIGHT_RATE && has_words(f->kind, f->higher) && matters(&f->seen);
}

static void columns(bp_result *t) {
  bpi_report_column(t, BP_TYPE_INT, "rank", "dimension", "1 is the most important.");
  bpi_report_column(t, BP_TYPE_TEXT, "insight", "dimension", "The kind: bp_catalog \"insights\".");
  bpi_report_column(t, BP_TYPE_TEXT, "subject", "dimension",
                    "The value of the dimension it is about; empty if there is none.");
  bpi_report_column(t, BP_TYPE_TEXT, "sentence", "metric", "The finding in words.");
  bpi_report_column(t, BP_TYPE_TEXT, "advice", "metric", "What to try.");
}

static void evidence_columns(bp_result *t) {
  bpi_report_column(t, BP_TYPE_TEXT, "metric", "companion", "The metric it is based on.");
  bpi_report_column(t, BP_TYPE_TEXT, "unit", "companion", "Its unit.");
  bpi_report_column(t, BP_TYPE_TEXT, "by", "companion", "The dimension of the subject.");
  bpi_report_column(t, BP_TYPE_TEXT, "direction", "companion",
                    "higher or lower; for a trend, rising or falling.");
  bpi_report_column(t, BP_TYPE_INT, "sides", "companion",
                    "1: tested in this direction only; 2: tested for any difference.");
  bpi_report_column(t, BP_TYPE_TIME, "evidence_from", "companion",
                    "Start of the range of the first side.");
  bpi_report_column(t, BP_TYPE_TIME, "evidence_until", "companion", "Its end.");
  bpi_report_column(t, BP_TYPE_TIME, "other_from", "companion",
                    "Start of the range of the other side, if it is a different one.");
  bpi_report_column(t, BP_TYPE_TIME, "other_until", "companion", "Its end.");
  bpi_contrast_columns(t);
}

static const char *direction_of(const finding *f) {
  if (f->seen.kind == CONTRAST_SLOPE) return f->higher ? "rising" : "falling";
  return f->higher ? "higher" : "lower";
}

static void add_row(bp_result *t, const finding *f, int64_t rank) {
  const insight_words *words = f->higher ? &f->kind->higher : &f->kind->lower;
  const metric *m = &bpi_metrics[f->kind->metric];
  buf b;
  bpi_buf_init(&b, 4096);
  bpi_insight_sentence(&b, f);
  bpi_table_add_row(t);
  bpi_table_set_int(t, 0, rank);
  bpi_report_text(t, 1, f->kind->id);
  bpi_report_text(t, 2, f->subject);
  if (b.failed)
    t->failed = b.failed;
  else
    bpi_table_set_text(t, 3, b.data, b.length);
  bpi_buf_free(&b);
  bpi_report_text(t, 4, words->advice);
  bpi_report_text(t, 5, m->id);
  bpi_report_text(t, 6, f->kind->contrast == INSIGHT_MIX ? "ratio" : bpi_metric_unit(m));
  bpi_report_text(t, 7, f->kind->by);
  bpi_report_text(t, 8, direction_of(f));
  bpi_table_set_int(t, 9, f->both_ways ? 2 : 1);
  bpi_table_set_int(t, 10, f->from);
  bpi_table_set_int(t, 11, f->until);
  if (f->other_until) bpi_table_set_int(t, 12, f->other_from);
  if (f->other_until) bpi_table_set_int(t, 13, f->other_until);
  bpi_contrast_cells(t, 14, &f->seen, f->adjusted);
}

/* At most INSIGHT_MOST findings of a kind; they are sorted by rank. */
static void add_rows(search *s, bp_result *t) {
  size_t of_kind[INSIGHT_COUNT] = {0};
  int64_t rank = 0;
  for (size_t i = 0; i < s->count; i++) {
    const finding *f = &s->found[i];
    if (!passes(f) || of_kind[f->kind - bpi_insight_kinds]++ >= INSIGHT_MOST) continue;
    if (s->q->limit && rank == s->q->limit) return;
    add_row(t, f, ++rank);
  }
}

static void put_notes(const search *s, bp_result *t) {
  buf b;
  bpi_buf_init(&b, 1024);
  if (!s->count)
    bpi_buf_text(&b,
                 "There is too little data to compare; at least about five sessions on three days "
                 "are needed.");
  else
    bpi_buf_printf(&b,
                   "%zu comparisons were made; at most %d %% of the findings are false (false "
                   "discovery rate, Benjamini and Hochberg).",
                   s->count, (int)(100 * INSIGHT_RATE + 0.5));
  if (b.failed)
    t->failed = b.failed;
  else
    bpi_table_meta(t, "notes", b.data);
  bpi_buf_free(&b);
}

static int make_table(bp_result **out, search *s) {
  bp_result *t = bpi_table_new();
  if (!t) return bpi_fail_nomem(s->error);
  adjust(s);
  if (s->count > 1) qsort(s->found, s->count, sizeof *s->found, by_rank);
  columns(t);
  evidence_columns(t);
  add_rows(s, t);
  bpi_report_meta(t, "insights", s->q, &s->range, s->z, s->c->prices);
  put_notes(s, t);
  return bpi_table_finish(out, t, s->error);
}

int bpi_insights(bp_result **out, const compute_context *c, const bp_query *q, bp_error **error) {
  search s = {.c = c, .q = q, .error = error};
  int rc = bpi_zone_open(&s.z, q->zone, error);
  if (!rc) rc = search_all(&s);
  if (!rc) rc = make_table(out, &s);
  for (size_t i = 0; i < s.count; i++)
    bpi_free(s.found[i].subject);
  bpi_free(s.found);
  bpi_pairs_free(&s.pairs);
  bpi_zone_free(s.z);
  return rc;
}
