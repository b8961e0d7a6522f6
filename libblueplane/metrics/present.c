/* metrics/present.c: columns, then rows, then metadata and notes. */
#include "metrics/present.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

#define META_MAX ((size_t)16 << 10)
#define UNPRICED_NAMED 8 /* unpriced models that the notes list by name */

/* A column of the table that shows a part of a metric. */
typedef struct metric_column {
  size_t column, metric;
  answer_part part;
  int type;
} metric_column;

#define COLUMNS_MAX (QUERY_METRICS * (COMPANIONS_MAX + 4))
typedef struct presenter {
  const presentation *in;
  bp_result *t;
  size_t columns;
  metric_column column[COLUMNS_MAX];
  bool lower[QUERY_METRICS]; /* some value or baseline in the column is a lower bound */
} presenter;

/* ------------------------------------------------------------------------------------ columns */

static void dimension_columns(presenter *w) {
  for (size_t i = 0; i < w->in->p->dimensions; i++) {
    const dimension *d = &bpi_dimensions[w->in->p->by[i]];
    size_t column = bpi_table_add_column(w->t, d->type, d->name, "dimension");
    bpi_table_column_meta(w->t, column, "title", d->title);
    bpi_table_column_meta(w->t, column, "definition", d->definition);
  }
}

typedef struct column_text {
  const char *suffix, *role, *unit, *definition; /* suffix NULL: the metric itself */
} column_text;

static void title_of(char *out, size_t size, const metric *m, const char *suffix) {
  snprintf(out, size, suffix ? "%s: %s" : "%s", m->title, suffix ? suffix : "");
  for (char *c = out + strlen(m->title); *c; c++)
    if (*c == '_') *c = ' ';
}

/* List prices only estimate what is paid. */
static bool is_estimate(const metric *m, const column_text *text) {
  bool priced = m->top.kind >= OPERAND_COST || m->bottom.kind >= OPERAND_COST;
  if (m->shape == SHAPE_ESTIMATE) return strcmp(text->role, "companion") != 0;
  return priced && !strcmp(text->unit, "nUSD") && strcmp(text->role, "companion") != 0;
}

static void add_column(presenter *w, size_t metric_at, answer_part part, int type,
                       const column_text *text) {
  const metric *m = w->in->p->metric[metric_at].m;
  char id[128], title[192];
  snprintf(id, sizeof id, text->suffix ? "%s.%s" : "%s", m->id, text->suffix ? text->suffix : "");
  title_of(title, sizeof title, m, text->suffix);
  size_t column = bpi_table_add_column(w->t, type, id, text->role);
  bpi_table_column_meta(w->t, column, "title", title);
  bpi_table_column_meta(w->t, column, "of", text->suffix ? m->id : NULL);
  bpi_table_column_meta(w->t, column, "unit", text->unit);
  bpi_table_column_meta(w->t, column, "definition", text->definition);
  bpi_table_column_meta(w->t, column, "estimate", is_estimate(m, text) ? "true" : NULL);
  w->column[w->columns++] = (metric_column){column, metric_at, part, type};
}

static int type_of_value(const metric *m) {
  if (bpi_metric_is_real(m)) return BP_TYPE_REAL;
  if (bpi_metric_is_text(m)) return BP_TYPE_TEXT;
  return !strcmp(bpi_metric_unit(m), "time") ? BP_TYPE_TIME : BP_TYPE_INT;
}

static bool adds_up(const metric *m) {
  return (m->shape == SHAPE_TOTAL && m->top.kind != OPERAND_LAST) || m->shape == SHAPE_DIFFERENCE ||
         m->shape == SHAPE_ESTIMATE;
}

/* Times of day and instants have a baseline, but a difference of them would be meaningless. */
static bool has_difference(const metric *m) {
  return adds_up(m) || bpi_metric_is_real(m);
}

static void baseline_columns(presenter *w, size_t at) {
  const metric *m = w->in->p->metric[at].m;
  const char *unit = bpi_metric_unit(m);
  int type = adds_up(m) && w->in->baseline->average ? BP_TYPE_REAL : type_of_value(m);
  add_column(w, at, PART_BASELINE, type,
             &(column_text){"baseline", "baseline", unit, "The same for the baseline."});
  if (!has_difference(m)) return;
  add_column(w, at, PART_DIFFERENCE, type,
             &(column_text){"difference", "difference", unit, "The value minus the baseline."});
  add_column(w, at, PART_RELATIVE, BP_TYPE_REAL,
             &(column_text){"relative", "relative", "ratio",
                            "The difference divided by the baseline's amount."});
}

static void metric_columns(presenter *w, size_t at) {
  const planned *x = &w->in->p->metric[at];
  companion list[COMPANIONS_MAX];
  size_t count = bpi_companions(x, list);
  add_column(w, at, PART_VALUE, type_of_value(x->m),
             &(column_text){NULL, "metric", bpi_metric_unit(x->m), x->m->definition});
  for (size_t i = 0; i < count; i++)
    add_column(w, at, list[i].part, list[i].real ? BP_TYPE_REAL : BP_TYPE_INT,
               &(column_text){bpi_companion_suffix(x, &list[i]), "companion",
                              bpi_companion_unit(x, &list[i]), list[i].definition});
  if (w->in->baseline) baseline_columns(w, at);
}

/* --------------------------------------------------------------------------------------- rows */

static void dimension_cells(presenter *w, const row *r) {
  for (size_t i = 0; i < w->in->p->dimensions; i++) {
    if (bpi_dimensions[w->in->p->by[i]].type == BP_TYPE_INT)
      bpi_table_set_int(w->t, i, r->key[i]);
    else
      bpi_table_set_text(w->t, i, r->shown[i]->text, r->shown[i]->length);
  }
}

static answer answer_of(presenter *w, const row *r, const metric_column *c) {
  if (c->part < PART_BASELINE) return bpi_answer(w->in->main, r->group, c->metric, c->part);
  answer baseline = bpi_answer(w->in->baseline, r->baseline, c->metric, PART_VALUE);
  if (c->part == PART_BASELINE) return baseline;
  answer value = bpi_answer(w->in->main, r->group, c->metric, PART_VALUE);
  return bpi_answer_compare(&value, &baseline, c->part);
}

static void set_cell(presenter *w, const metric_column *c, const answer *a) {
  if (a->state != BP_CELL_VALUE) {
    bpi_table_set_state(w->t, c->column, a->state);
    return;
  }
  if (c->type == BP_TYPE_TEXT)
    bpi_table_set_text(w->t, c->column, a->word, strlen(a->word));
  else if (c->type == BP_TYPE_REAL)
    bpi_table_set_real(w->t, c->column, a->real ? a->fraction : (double)a->whole);
  else
    bpi_table_set_int(w->t, c->column, a->whole);
  if (!a->lower) return;
  bpi_table_set_state(w->t, c->column, BP_CELL_VALUE | BP_CELL_LOWER_BOUND);
  w->lower[c->metric] |= c->part == PART_VALUE || c->part == PART_BASELINE;
}

static void add_rows(presenter *w) {
  for (size_t i = 0; i < w->in->rows->count; i++) {
    const row *r = &w->in->rows->item[i];
    bpi_table_add_row(w->t);
    dimension_cells(w, r);
    for (size_t k = 0; k < w->columns; k++) {
      answer a = answer_of(w, r, &w->column[k]);
      set_cell(w, &w->column[k], &a);
    }
  }
}

/* ----------------------------------------------------------------------------------- metadata */

static void put_meta(presenter *w, const char *key, buf *b) {
  if (b->failed)
    w->t->failed = b->failed;
  else if (b->length)
    bpi_table_meta(w->t, key, b->data);
  bpi_buf_free(b);
}

static void put_instant(presenter *w, const char *key, int64_t us) {
  char text[32];
  bpi_format_instant(us < 0 ? 0 : us, text);
  bpi_table_meta(w->t, key, text);
}

static void add_item(buf *b, const char *text) {
  if (b->length) bpi_buf_text(b, ", ");
  bpi_buf_text(b, text);
}

/* "claude_code; codex without cost_recorded": the sources of the result, each with the metrics that
 * it does not record. */
static void put_coverage(presenter *w) {
  const frame *f = w->in->main->f;
  buf b;
  bpi_buf_init(&b, META_MAX);
  for (size_t i = 0; i < f->n->cover_count; i++) {
    if (!(f->sources >> i & 1)) continue;
    const char *before = " without ";
    if (b.length) bpi_buf_text(&b, "; ");
    bpi_buf_text(&b, f->n->covers[i].name);
    for (size_t m = 0; m < f->p->metrics; m++) {
      if (!(bpi_metric_needs(f->p->metric[m].m) & ~f->n->covers[i].covers)) continue;
      bpi_buf_printf(&b, "%s%s", before, f->p->metric[m].m->id);
      before = ", ";
    }
  }
  put_meta(w, "coverage", &b);
}

static void put_lower_bound(presenter *w) {
  buf b;
  bpi_buf_init(&b, META_MAX);
  for (size_t m = 0; m < w->in->p->metrics; m++)
    if (w->lower[m]) add_item(&b, w->in->p->metric[m].m->id);
  put_meta(w, "lower_bound", &b);
}

static void put_assumptions(presenter *w) {
  if (!w->in->p->assumes) return;
  const assumptions *assumed = w->in->main->f->assumed;
  buf b;
  bpi_buf_init(&b, META_MAX);
  for (size_t i = 0; i < w->in->p->metrics; i++) {
    const metric *m = w->in->p->metric[i].m;
    if (m->shape != SHAPE_VERDICT && m->shape != SHAPE_ESTIMATE) continue;
    if (b.length) bpi_buf_text(&b, "; ");
    if (m->shape == SHAPE_ESTIMATE) {
      bpi_assumptions_show_time(&b, assumed);
    } else {
      bpi_buf_printf(&b, "%s at a share of ", m->id);
      bpi_buf_real(&b, bpi_verdict_line(m, assumed));
    }
  }
  put_meta(w, "assumptions", &b);
}

static void put_prices(presenter *w) {
  if (!w->in->p->priced) return;
  buf b;
  bpi_buf_init(&b, META_MAX);
  bpi_buf_printf(&b, "%s %s", bpi_prices_date(w->in->prices), bpi_prices_digest(w->in->prices));
  put_meta(w, "prices", &b);
}

static void sentence(buf *b, const char *text) {
  if (b->length) bpi_buf_char(b, ' ');
  bpi_buf_text(b, text);
}

static int by_text(const label_name *x, const label_name *y) {
  size_t shorter = x->length < y->length ? x->length : y->length;
  int order = memcmp(x->text, y->text, shorter);
  return order ? order : (x->length > y->length) - (x->length < y->length);
}

/* The next model without a price, in order of its name; `after` NULL: the first. */
static const label_name *next_unpriced(const name_cache *n, const label_name *after) {
  const label_name *next = NULL;
  for (uint32_t i = 0; i < n->label_map.count; i++) {
    const label_name *one = &n->name[i];
    if (!one->price_known || one->price || !one->text) continue;
    if (after && by_text(one, after) <= 0) continue;
    if (!next || by_text(one, next) < 0) next = one;
  }
  return next;
}

static void note_unpriced(presenter *w, buf *b) {
  const name_cache *n = w->in->main->f->n;
  const label_name *model = next_unpriced(n, NULL);
  if (!model) return;
  sentence(b, "Models without a price: ");
  for (int i = 0; i < UNPRICED_NAMED && model; i++) {
    if (i) bpi_buf_text(b, ", ");
    bpi_buf_add(b, model->text, model->length);
    model = next_unpriced(n, model);
  }
  bpi_buf_text(b, model ? " and more." : ".");
}

static void note_undated(presenter *w, buf *b) {
  int64_t undated = w->in->main->f->undated;
  if (!undated) return;
  sentence(b, "");
  bpi_buf_int(b, undated);
  bpi_buf_text(b, " facts without a time are left out.");
}

static void note_average(presenter *w, buf *b) {
  if (!w->in->baseline || !w->in->baseline->average) return;
  const range *unit = &w->in->units[0];
  int64_t days = unit->last_day - unit->first_day + 1;
  if (!w->in->baseline->units) {
    sentence(b, "There is no average to compare with: ");
    bpi_buf_printf(b, "the %lld days before have no interactions.",
                   (long long)days * (long long)w->in->unit_count);
    return;
  }
  if (w->in->unit_count == 1) {
    sentence(b, "The baseline is the ");
    bpi_buf_printf(b, "%lld days before.", (long long)days);
    return;
  }
  bool one = w->in->baseline->units == 1;
  sentence(b, one ? "The baseline is the only " : "The baseline is the average of the ");
  if (!one) bpi_buf_printf(b, "%lld ", (long long)w->in->baseline->units);
  bpi_buf_text(b, days == 1 ? "day" : "period");
  if (!one) bpi_buf_char(b, 's');
  if (days > 1) bpi_buf_printf(b, " of %lld days", (long long)days);
  bpi_buf_printf(b, " with an interaction among the %zu before.", w->in->unit_count);
}

static void put_notes(presenter *w) {
  buf b;
  bpi_buf_init(&b, META_MAX);
  if (w->in->p->tokens && w->in->main->f->sources)
    sentence(&b,
             "Token counts are those of local logs, which leave out some calls, so each is a lower "
             "bound.");
  note_unpriced(w, &b);
  note_undated(w, &b);
  note_average(w, &b);
  put_meta(w, "notes", &b);
}

static void put_range(presenter *w) {
  const bp_query *q = w->in->p->query;
  bool open = q->from == INT64_MIN && q->until == INT64_MAX;
  put_instant(w, "from", w->in->range->from);
  put_instant(w, "until", w->in->range->until);
  bpi_table_meta(w->t, "zone", bpi_zone_name(w->in->z));
  bpi_table_meta(w->t, "period", q->period ? q->period : open ? "all" : NULL);
  if (!w->in->baseline) return;
  bpi_table_meta(w->t, "baseline", bpi_baseline_name(q));
  put_instant(w, "baseline_from", w->in->units[0].from);
  put_instant(w, "baseline_until", w->in->units[w->in->unit_count - 1].until);
}

int bpi_present(bp_result **out, const presentation *p, bp_error **error) {
  presenter w = {.in = p, .t = bpi_table_new()};
  *out = NULL;
  if (!w.t) return bpi_fail_nomem(error);
  dimension_columns(&w);
  for (size_t i = 0; i < p->p->metrics; i++)
    metric_columns(&w, i);
  add_rows(&w);
  bpi_table_meta(w.t, "topic", "query");
  put_range(&w);
  put_coverage(&w);
  put_lower_bound(&w);
  put_prices(&w);
  put_assumptions(&w);
  put_notes(&w);
  return bpi_table_finish(out, w.t, error);
}
