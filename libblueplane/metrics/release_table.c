/* metrics/release_table.c: writes the result of a query over releases: columns, sorted rows,
 * metadata. Every number comes with its bounds, and so does every difference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "metrics/release_inside.h"
#include "result/words.h"

static bool is_real(const asked *a) {
  return a->how != HOW_SUM && a->how != HOW_MEMBERS && a->how != HOW_SIGNAL;
}

static const struct part {
  const char *name, *role, *definition;
} shown_parts[] = {
    {"", "metric", NULL},
    {"at_least", "companion", "The true number is at least this."},
    {"at_most", "companion", "The true number is at most this; empty if that is not known."}};
#define PARTS (sizeof shown_parts / sizeof *shown_parts)

/* With a baseline. Both numbers are rounded, so their difference has bounds of its own. */
static const struct part compared_parts[] = {
    {"baseline", "baseline", "The same for the baseline."},
    {"difference", "difference", "The value minus the baseline."},
    {"difference.at_least", "companion", "The true difference is at least this, if that is known."},
    {"difference.at_most", "companion", "The true difference is at most this, if that is known."},
    {"relative", "relative", "The difference divided by the baseline's amount."}};
#define COMPARED (sizeof compared_parts / sizeof *compared_parts)

static const char *unit_of(const asked *a) {
  return a->r->unit ? a->r->unit : bpi_metric_unit(a->m);
}

/* The title of the metric, its part and the bound: "Journeys: read edit, at least". */
static void title_of(const asked *a, const char *column, char *out, size_t size) {
  const char *title = a->r->title ? a->r->title : a->m->title;
  char name[128];
  bpi_release_name(a, "", name, sizeof name);
  const char *part = name + strlen(a->r->id);
  part += *part == '.';
  const char *word = bpi_word_title("part", part, strlen(part));
  int length = snprintf(out, size, "%s%s%s", title, *part ? ": " : "", word ? word : part);
  for (const char *end = column; *end && length > 0 && (size_t)length < size;) {
    size_t letters = strcspn(end, ".");
    length += snprintf(out + length, size - (size_t)length, ", %.*s", (int)letters, end);
    end += letters + (end[letters] == '.');
  }
  for (char *c = out + strlen(title); *c; c++)
    if (*c == '_') *c = ' ';
}

static void add_part(bp_result *t, const asked *a, const struct part *p) {
  char name[128], title[192];
  bool real = is_real(a) || !strcmp(p->name, "relative");
  bpi_release_name(a, p->name, name, sizeof name);
  title_of(a, p->name, title, sizeof title);
  size_t at = bpi_table_add_column(t, real ? BP_TYPE_REAL : BP_TYPE_INT, name, p->role);
  bpi_table_column_meta(t, at, "title", title);
  bpi_table_column_meta(t, at, "unit", strcmp(p->name, "relative") ? unit_of(a) : "ratio");
  if (*p->name) bpi_table_column_meta(t, at, "of", a->r->id);
  bpi_table_column_meta(t, at, "definition",
                        p->definition      ? p->definition
                        : a->r->definition ? a->r->definition
                                           : a->m->definition);
}

static void add_reference(bp_result *t, const asked *a) {
  char name[128], definition[BENCHMARK_SOURCE + 64];
  bpi_release_name(a, "benchmark", name, sizeof name);
  snprintf(definition, sizeof definition, "Reference value of the organisation: %s, %s.",
           a->beside->source, a->beside->date);
  size_t at = bpi_table_add_column(t, BP_TYPE_REAL, name, "companion");
  bpi_table_column_meta(t, at, "title", "Benchmark");
  bpi_table_column_meta(t, at, "unit", unit_of(a));
  bpi_table_column_meta(t, at, "of", a->r->id);
  bpi_table_column_meta(t, at, "definition", definition);
}

/* "model_family" is titled "Model family". */
static void add_slices(const release_query *x, bp_result *t) {
  char title[RELEASE_TEXT];
  size_t at = bpi_table_add_column(t, BP_TYPE_TEXT, x->by_name, "dimension");
  snprintf(title, sizeof title, "%s", x->by_name);
  if (title[0] >= 'a' && title[0] <= 'z') title[0] = (char)(title[0] - 'a' + 'A');
  for (char *c = title; *c; c++)
    if (*c == '_') *c = ' ';
  bpi_table_column_meta(t, at, "title", title);
}

static void add_columns(release_query *x, bp_result *t) {
  if (x->time != DIM_COUNT) {
    const dimension *d = &bpi_dimensions[x->time];
    size_t at = bpi_table_add_column(t, BP_TYPE_TEXT, d->name, "dimension");
    bpi_table_column_meta(t, at, "title", d->title);
  }
  if (x->by != BY_NOTHING) add_slices(x, t);
  size_t at;
  if (x->by != BY_MEMBER) {
    at = bpi_table_add_column(t, BP_TYPE_TEXT, "contributors", "companion");
    bpi_table_column_meta(
        t, at, "definition",
        "Number of people behind the row, as a band; for several weeks, that of the week with the "
        "most.");
  }
  for (size_t i = 0; i < x->count; i++) {
    const asked *a = &x->asked[i];
    for (size_t k = 0; k < PARTS; k++)
      add_part(t, a, &shown_parts[k]);
    for (size_t k = 0; k < COMPARED && x->q->baseline; k++)
      add_part(t, a, &compared_parts[k]);
    if (a->beside) add_reference(t, a);
  }
}

static double quotient(const asked *a, int64_t top, int64_t bottom) {
  return (double)top * a->scale / (double)bottom;
}

/* Whether the metric is a part of a whole: then value and bounds are limited to 1, however wide the
 * ranges of numerator and denominator. */
static bool is_share(const asked *a) {
  bool divided = a->how == HOW_RATIO || a->how == HOW_ADOPTION || a->how == HOW_SEATS;
  return divided && strcmp(unit_of(a), "ratio") == 0;
}

/* Whether some of the groups lack it: then a sum may be greater, and so may both sides of a ratio.
 * Shares and signals refer only to the groups that have it. */
static bool is_incomplete(const asked *a, const tally *t) {
  return a->how != HOW_SHARES && a->how != HOW_SIGNAL && (t->untold > 0 || t->uncovered > 0);
}

/* Whether the sum or numerator may be greater. */
static bool top_is_lower(const asked *a, const tally *t) {
  return t->lower || is_incomplete(a, t);
}

static bool bottom_is_lower(const asked *a, const tally *t) {
  return t->bottom_lower || (is_real(a) && is_incomplete(a, t));
}

/* A ratio is a lower bound only if its denominator is complete. */
static bool is_lower(const asked *a, const tally *t) {
  return top_is_lower(a, t) && !bottom_is_lower(a, t);
}

/* Computes value, at least, at most; has[k] is false where there is none. If the value is a lower
 * bound, it is the least possible number instead of the middle of the range. */
static void answer_of(const asked *a, const tally *t, double out[PARTS], bool has[PARTS]) {
  const span_of *top = &t->top, *bottom = &t->bottom;
  has[0] = has[1] = true;
  has[2] = !top_is_lower(a, t);
  out[0] = (double)top->value, out[1] = (double)top->low, out[2] = (double)top->high;
  if (a->how == HOW_SHARES) {
    out[0] = quotient(a, top->value, bottom->value);
    out[1] = top->low <= 1 ? 0 : (double)top->low / 20;
    out[2] = top->high >= 19 ? 1 : (double)top->high / 20;
  } else if (is_real(a)) {
    /* a negative numerator gives a greater quotient with a greater denominator */
    int64_t least_by = top->low < 0 ? bottom->low : bottom->high;
    int64_t most_by = top->high < 0 ? bottom->high : bottom->low;
    has[0] = bottom->value > 0;
    bool whole = !is_incomplete(a, t);
    has[1] = whole && least_by > 0 && (top->low < 0 || !t->bottom_lower);
    has[2] = has[2] && most_by > 0 && (top->high >= 0 || !t->bottom_lower);
    if (has[0]) out[0] = quotient(a, top->value, bottom->value);
    if (has[1]) out[1] = quotient(a, top->low, least_by);
    if (has[2]) out[2] = quotient(a, top->high, most_by);
    for (size_t k = 0; k < PARTS && is_share(a); k++)
      if (has[k] && out[k] > 1) out[k] = 1;
  }
  if (is_lower(a, t) && has[1]) out[0] = out[1];
}

static int state_of(const tally *t) {
  return t->told                      ? BP_CELL_VALUE
         : t->uncovered && !t->untold ? BP_CELL_UNCOVERED
                                      : BP_CELL_WITHHELD;
}

static void set_number(bp_result *t, size_t column, const asked *a, double value) {
  if (is_real(a))
    bpi_table_set_real(t, column, value);
  else
    bpi_table_set_int(t, column, (int64_t)value);
}

static void set_answer(bp_result *t, size_t column, const asked *a, const tally *told) {
  int state = state_of(told);
  double out[PARTS];
  bool has[PARTS];
  answer_of(a, told, out, has);
  bool lower = is_lower(a, told);
  for (size_t k = 0; k < PARTS; k++) {
    if (state != BP_CELL_VALUE) {
      bpi_table_set_state(t, column + k, state);
    } else if (has[k]) {
      set_number(t, column + k, a, out[k]);
      if (k == 0 && lower) bpi_table_set_state(t, column, BP_CELL_VALUE | BP_CELL_LOWER_BOUND);
    }
  }
}

/* The difference of two published numbers, which reveals nothing new, and its bounds. */
static void set_difference(bp_result *t, size_t column, const asked *a, const tally *now,
                           const tally *before) {
  double x[PARTS], y[PARTS];
  bool has_x[PARTS], has_y[PARTS];
  answer_of(a, now, x, has_x);
  answer_of(a, before, y, has_y);
  if (!has_x[0] || !has_y[0]) return;
  set_number(t, column, a, x[0] - y[0]);
  if (has_x[1] && has_y[2]) set_number(t, column + 1, a, x[1] - y[2]);
  if (has_x[2] && has_y[1]) set_number(t, column + 2, a, x[2] - y[1]);
  if (y[0] != 0) bpi_table_set_real(t, column + 3, (x[0] - y[0]) / (y[0] < 0 ? -y[0] : y[0]));
}

static void set_comparison(bp_result *t, size_t column, const asked *a, const tally *now,
                           const tally *before) {
  int state = state_of(before), both = state_of(now) == BP_CELL_VALUE ? state : state_of(now);
  double out[PARTS];
  bool has[PARTS];
  answer_of(a, before, out, has);
  if (state != BP_CELL_VALUE)
    bpi_table_set_state(t, column, state);
  else if (has[0])
    set_number(t, column, a, out[0]);
  if (state == BP_CELL_VALUE && has[0] && is_lower(a, before))
    bpi_table_set_state(t, column, BP_CELL_VALUE | BP_CELL_LOWER_BOUND);
  for (size_t k = 1; k < COMPARED && both != BP_CELL_VALUE; k++)
    bpi_table_set_state(t, column + k, both);
  if (both == BP_CELL_VALUE) set_difference(t, column + 1, a, now, before);
}

static void set_time(const release_query *x, bp_result *t, size_t column, int64_t time) {
  char text[32];
  civil at;
  if (x->time == DIM_TIME_WEEK) {
    bpi_civil_from_days(time, &at);
    snprintf(text, sizeof text, "%04d-%02d-%02d", at.year, at.month, at.day);
  } else if (x->time == DIM_TIME_MONTH) {
    snprintf(text, sizeof text, "%04d-%02d", (int)(time / 12), (int)(time % 12) + 1);
  } else {
    snprintf(text, sizeof text, "%04d-Q%d", (int)(time / 4), (int)(time % 4) + 1);
  }
  bpi_table_set_text(t, column, text, strlen(text));
}

static void set_people(bp_result *t, size_t column, const bin *b) {
  char text[48];
  if (b->most_low == 0) {
    bpi_table_set_state(t, column, BP_CELL_WITHHELD);
    return;
  }
  snprintf(text, sizeof text, "%lld-%lld", (long long)b->most_low, (long long)b->most_high);
  for (int band = 1; band < HEADCOUNT_BANDS; band++)
    if (bpi_headcount_least(band) == b->most_low &&
        (band == HEADCOUNT_50 || bpi_headcount_most(band) == b->most_high))
      snprintf(text, sizeof text, "%s", bpi_headcount_name(band));
  bpi_table_set_text(t, column, text, strlen(text));
}

static void add_row(release_query *x, const release_query *before, bp_result *t, const bin *b) {
  static const tally nothing;
  const bin *was = before ? bpi_release_find(before, 0, b->text) : NULL;
  size_t column = 0;
  bpi_table_add_row(t);
  if (x->time != DIM_COUNT) set_time(x, t, column++, b->time);
  if (x->by != BY_NOTHING) bpi_table_set_text(t, column++, b->text, strlen(b->text));
  if (x->by != BY_MEMBER) set_people(t, column++, b);
  for (size_t i = 0; i < x->count; i++) {
    const reference *beside = x->asked[i].beside;
    set_answer(t, column, &x->asked[i], &b->of[i]);
    column += PARTS;
    if (before) {
      set_comparison(t, column, &x->asked[i], &b->of[i], was ? &was->of[i] : &nothing);
      column += COMPARED;
    }
    if (beside) bpi_table_set_real(t, column++, beside->value);
  }
}

/* qsort passes no context to by_rank, so the sort key is computed for each row first. */
typedef struct ranked {
  const bin *b;
  double value;
  bool has, by_names, down;
} ranked;

static int by_rank(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->has != y->has) return x->has ? -1 : 1;
  if (x->has && x->value != y->value) return x->value < y->value ? -1 : 1;
  int time = (x->b->time > y->b->time) - (x->b->time < y->b->time);
  int name = strcmp(x->b->text, y->b->text), first = x->by_names ? name : time;
  if (first) return (first < 0) == x->down ? 1 : -1;
  return x->by_names ? time : name;
}

static void rank(const release_query *x, ranked *r, const bin *b) {
  double out[PARTS];
  bool has[PARTS];
  *r = (ranked){.b = b, .by_names = x->by_names, .down = x->order < 0 && x->descending};
  if (x->order < 0) return;
  const tally *t = &b->of[x->order];
  answer_of(&x->asked[x->order], t, out, has);
  r->has = t->told && has[0];
  r->value = x->descending ? -out[0] : out[0];
}

static int add_rows(release_query *x, const release_query *before, bp_result *t) {
  bool every_week = x->time == DIM_TIME_WEEK && x->by == BY_NOTHING;
  /* One row, or one per week, whether or not anything is published. */
  for (int64_t w = x->from; every_week && w < x->until; w += 7)
    if (!bpi_release_bin(x, w, "")) return BP_ERR_NOMEM;
  if (x->time == DIM_COUNT && x->by == BY_NOTHING && !bpi_release_bin(x, 0, ""))
    return BP_ERR_NOMEM;
  /* And one for each name that occurs only in the baseline. */
  for (size_t i = 0; before && i < before->bin_count; i++)
    if (!bpi_release_bin(x, 0, before->bins[i].text)) return BP_ERR_NOMEM;
  ranked *rows = bpi_alloc_zero(x->bin_count + 1, sizeof *rows);
  if (!rows) return BP_ERR_NOMEM;
  for (size_t i = 0; i < x->bin_count; i++)
    rank(x, &rows[i], &x->bins[i]);
  qsort(rows, x->bin_count, sizeof *rows, by_rank);
  size_t limit = x->q->limit && (size_t)x->q->limit < x->bin_count ? (size_t)x->q->limit
                                                                   : x->bin_count;
  for (size_t i = 0; i < limit; i++)
    add_row(x, before, t, rows[i].b);
  bpi_free(rows);
  return BP_OK;
}

static int64_t weeks_of(const release_query *x) {
  return (x->until - x->from) / 7;
}

static void show_weeks(buf *b, const release_query *x) {
  int64_t partly = x->weeks.any - x->weeks.whole;
  bpi_buf_printf(b, "%lld of %lld weeks", (long long)x->weeks.any, (long long)weeks_of(x));
  if (partly > 0) bpi_buf_printf(b, ", %lld of them not by every team's store", (long long)partly);
}

/* Part of a difference may come from weeks or teams that are not published on one side: says so. */
static void put_coverage(const release_query *x, const release_query *before, bp_result *t) {
  bool whole = x->weeks.whole == weeks_of(x) && before->weeks.whole == weeks_of(before);
  if (whole || x->weeks.any == 0 || before->weeks.any == 0) return;
  buf b;
  bpi_buf_init(&b, 512);
  show_weeks(&b, x);
  bpi_buf_text(&b, "; baseline: ");
  show_weeks(&b, before);
  if (b.failed)
    t->failed = b.failed;
  else
    bpi_table_meta(t, "coverage", b.data);
  bpi_buf_free(&b);
}

/* Notes: how to read the numbers, and the assumptions they depend on. */
static void put_notes(const release_query *x, bp_result *t) {
  buf b;
  bpi_buf_init(&b, 4096);
  bpi_buf_text(&b,
               x->by == BY_MEMBER
                   ? "Members who currently agree to be seen by their lead; others are only part "
                     "of the team's numbers. What a member did not agree to is withheld."
                   : "Aggregated over at least 3 contributors, published once. Numbers are "
                     "rounded, or the middle of a range: the true number lies between its bounds.");
  if (x->q->baseline)
    bpi_buf_text(&b,
                 " A difference is between two such numbers; the true difference lies between its "
                 "own bounds.");
  for (size_t i = 0; i < x->count; i++) {
    if (x->asked[i].how != HOW_ROI) continue;
    bpi_buf_text(&b, " Assumed for roi: ");
    bpi_assumptions_show_time(&b, bpi_release_assumed(x));
    bpi_buf_text(&b, "; ");
    bpi_assumptions_show_hour(&b, bpi_release_assumed(x));
    bpi_buf_text(&b, ".");
  }
  if (b.failed)
    t->failed = b.failed;
  else
    bpi_table_meta(t, "notes", b.data);
  bpi_buf_free(&b);
}

static void put_day(bp_result *t, const char *key, int64_t day) {
  char text[32];
  bpi_format_instant(day < 0 ? 0 : day * BPI_DAY_QUARTERS * BPI_QUARTER, text);
  bpi_table_meta(t, key, text);
}

int bpi_release_present(release_query *x, const release_query *before, bp_result **out) {
  bp_result *t = bpi_table_new();
  if (!t) return BP_ERR_NOMEM;
  add_columns(x, t);
  int rc = add_rows(x, before, t);
  if (rc) {
    bpi_table_release(t);
    return rc;
  }
  bpi_table_meta(t, "topic", "query");
  put_day(t, "from", x->from);
  put_day(t, "until", x->until);
  if (before) {
    bpi_table_meta(t, "baseline", bpi_baseline_name(x->q));
    put_day(t, "baseline_from", before->from);
    put_day(t, "baseline_until", before->until);
  }
  bpi_table_meta(t, "zone", "UTC");
  bpi_table_meta(t, "period", x->q->period);
  put_notes(x, t);
  if (before) put_coverage(x, before, t);
  return bpi_table_finish(out, t, x->error);
}
