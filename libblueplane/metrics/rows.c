/* metrics/rows.c: collects the rows, then names and ranks the keys of each dimension, then
 * sorts. */
#include "metrics/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

#define TEXT_MAX ((size_t)4096)

/* --------------------------------------------------------------------------------- collecting */

static int add_row(rows *r, const int64_t *key, uint32_t in_main, uint32_t in_baseline) {
  void *items = r->item;
  if (bpi_reserve(&items, &r->capacity, r->count + 1, sizeof *r->item)) return BP_ERR_NOMEM;
  r->item = items;
  row *made = &r->item[r->count++];
  memset(made, 0, sizeof *made);
  memcpy(made->key, key, sizeof made->key);
  made->group = in_main;
  made->baseline = in_baseline;
  return BP_OK;
}

static uint32_t find_in(const frame *baseline, const int64_t *key) {
  return baseline ? bpi_frame_find(baseline, key) : KEYMAP_NONE;
}

/* Grouped by a single dimension of time: a row for every bucket, with or without activity. */
static int add_dense(rows *r, const frame *f, const frame *baseline) {
  const bucket_list *list = bpi_timeline_list(f->t, f->p->by[0]);
  uint32_t hours = 0, weekdays = 0, present;
  if (!list) bpi_timeline_clock(f->t, &hours, &weekdays);
  present = f->p->by[0] == DIM_HOUR_OF_DAY ? hours : weekdays;
  int64_t count = list ? (int64_t)list->count : 24;
  int rc = BP_OK;
  for (int64_t i = 0; i < count && !rc; i++) {
    int64_t key[QUERY_DIMENSIONS] = {i};
    if (!list && !(present >> i & 1)) continue;
    rc = add_row(r, key, bpi_frame_find(f, key), find_in(baseline, key));
  }
  return rc;
}

/* The keys of a group, padded with zeros. */
static void copy_keys(int64_t out[QUERY_DIMENSIONS], const frame *f, uint32_t g) {
  memset(out, 0, QUERY_DIMENSIONS * sizeof *out);
  memcpy(out, bpi_keymap_key(&f->groups, g), f->groups.width * sizeof *out);
}

static bool has_row(const frame *f, uint32_t g) {
  return f->p->counted == PLAN_NONE || bpi_frame_slot(f, g, f->p->counted) > 0;
}

static int add_groups(rows *r, const frame *f, const frame *baseline) {
  int64_t key[QUERY_DIMENSIONS];
  int rc = BP_OK;
  for (uint32_t g = 0; g < f->groups.count && !rc; g++) {
    copy_keys(key, f, g);
    if (has_row(f, g)) rc = add_row(r, key, g, find_in(baseline, key));
  }
  return rc;
}

/* Whether a bucket of the baseline has no counterpart in the range. */
static bool is_beyond(const frame *f, const int64_t *key) {
  for (size_t i = 0; i < f->p->dimensions; i++) {
    const bucket_list *list = bpi_timeline_list(f->t, f->p->by[i]);
    if (list && key[i] >= (int64_t)list->count) return true;
  }
  return false;
}

static int add_baseline_only(rows *r, const frame *f, const frame *baseline) {
  int64_t key[QUERY_DIMENSIONS];
  int rc = BP_OK;
  for (uint32_t g = 0; g < baseline->groups.count && !rc; g++) {
    copy_keys(key, baseline, g);
    uint32_t in_main = bpi_frame_find(f, key);
    bool added = in_main != KEYMAP_NONE && has_row(f, in_main);
    if (!added && has_row(baseline, g) && !is_beyond(f, key)) rc = add_row(r, key, in_main, g);
  }
  return rc;
}

static int collect(rows *r, const frame *f, const frame *baseline) {
  static const int64_t whole[QUERY_DIMENSIONS];
  if (!f->p->dimensions)
    return add_row(r, whole, bpi_frame_find(f, whole), find_in(baseline, whole));
  if (f->p->dimensions == 1 && bpi_dimension_is_time(f->p->by[0])) return add_dense(r, f, baseline);
  int rc = add_groups(r, f, baseline);
  return rc || !baseline ? rc : add_baseline_only(r, f, baseline);
}

/* ------------------------------------------------------------------------------ display of keys */

static void show_sources(buf *out, const name_cache *n, int64_t sources) {
  for (size_t i = 0; i < n->cover_count; i++) {
    if (!(sources >> i & 1)) continue;
    if (out->length) bpi_buf_char(out, '+');
    bpi_buf_text(out, n->covers[i].name);
  }
}

static void show_text(buf *out, const char *text) {
  if (text) bpi_buf_text(out, text);
}

static void show_name(buf *out, name_cache *n, shown *s) {
  const label_name *known = bpi_names_loaded(n, s->key);
  if (!known) return;
  bpi_name_show(out, known);
  s->tie = known->key;
}

static void show_key(buf *out, const frame *f, dimension_id dim, shown *s) {
  const bucket_list *list = bpi_timeline_list(f->t, dim);
  if (s->key == KEY_NONE) return;
  switch (bpi_dimensions[dim].how) {
  case FROM_BUCKET: bpi_bucket_show(out, f->t, dim, &list->bucket[s->key]); return;
  case FROM_HOUR:
  case FROM_WEEKDAY: return;
  case FROM_SESSION:
    s->tie = bpi_names_session_row(f->n, s->key)->key;
    bpi_ident_show(out, s->tie, 12);
    return;
  case FROM_SESSION_LABEL:
  case FROM_LABEL:
  case FROM_FAMILY:
  case FROM_SERVER: show_name(out, f->n, s); return;
  case FROM_SOURCES: show_sources(out, f->n, s->key); return;
  case FROM_DEPTH: show_text(out, bpi_depth_name(s->key)); return;
  case FROM_KIND: show_text(out, bpi_event_name(s->key)); return;
  case FROM_FIELD: show_text(out, bpi_field_value(bpi_dimensions[dim].field, s->key)); return;
  case FROM_FEATURES: show_text(out, bpi_feature_name(s->key)); return;
  case FROM_PATTERN: bpi_pattern_show(out, s->key); return;
  }
}

static int by_key(const void *a, const void *b) {
  const shown *x = a, *y = b;
  return (x->key > y->key) - (x->key < y->key);
}

/* Collects the distinct keys of a dimension, sorted. */
static int collect_keys(rows *r, size_t at) {
  shown *list = bpi_alloc_zero(r->count, sizeof *list);
  size_t count = 0;
  if (!list) return BP_ERR_NOMEM;
  r->shown[at] = list;
  for (size_t i = 0; i < r->count; i++)
    list[i].key = r->item[i].key[at];
  if (r->count > 1) qsort(list, r->count, sizeof *list, by_key);
  for (size_t i = 0; i < r->count; i++)
    if (!i || list[i].key != list[count - 1].key) list[count++].key = list[i].key;
  r->shown_count[at] = count;
  return BP_OK;
}

static int show_keys(rows *r, const frame *f, size_t at) {
  for (size_t i = 0; i < r->shown_count[at]; i++) {
    shown *s = &r->shown[at][i];
    buf b;
    bpi_buf_init(&b, TEXT_MAX);
    show_key(&b, f, f->p->by[at], s);
    if (b.failed || f->n->failed) {
      bpi_buf_free(&b);
      return f->n->failed ? f->n->failed : BP_ERR_NOMEM;
    }
    if (!b.length) continue;
    s->text = bpi_buf_take(&b, &s->length);
    if (!s->text) return BP_ERR_NOMEM;
  }
  return BP_OK;
}

/* ------------------------------------------------------------------------------------ ordering */

/* Unknown values come last. */
static int by_text(const void *a, const void *b) {
  const shown *x = *(const shown *const *)a, *y = *(const shown *const *)b;
  if (!x->text || !y->text) {
    int order = (int)!x->text - (int)!y->text;
    return order ? order : by_key(x, y);
  }
  size_t shorter = x->length < y->length ? x->length : y->length;
  int order = memcmp(x->text, y->text, shorter);
  if (!order) order = (x->length > y->length) - (x->length < y->length);
  if (!order) order = bpi_ident_compare(x->tie, y->tie);
  return order ? order : by_key(x, y);
}

/* Times, sizes and depths are sorted by key, not alphabetically. */
static bool orders_by_key(dimension_id dim) {
  return bpi_dimension_is_time(dim) || dim == DIM_SESSION_DEPTH || dim == DIM_PROMPT_SIZE;
}

static int rank_keys(rows *r, const frame *f, size_t at) {
  size_t count = r->shown_count[at];
  const shown **sorted = bpi_alloc_zero(count, sizeof *sorted);
  if (!sorted) return BP_ERR_NOMEM;
  for (size_t i = 0; i < count; i++)
    sorted[i] = &r->shown[at][i];
  if (!orders_by_key(f->p->by[at]) && count > 1) qsort(sorted, count, sizeof *sorted, by_text);
  for (size_t i = 0; i < count; i++)
    r->shown[at][sorted[i] - r->shown[at]].rank = (uint32_t)i;
  bpi_free(sorted);
  return BP_OK;
}

static void give_ranks(rows *r, size_t at) {
  for (size_t i = 0; i < r->count; i++) {
    shown wanted = {.key = r->item[i].key[at]};
    r->item[i].shown[at] =
        bsearch(&wanted, r->shown[at], r->shown_count[at], sizeof wanted, by_key);
    r->item[i].rank[at] = r->item[i].shown[at]->rank;
  }
}

static int by_answer(const answer *x, const answer *y) {
  if (x->real) return (x->fraction > y->fraction) - (x->fraction < y->fraction);
  return (x->whole > y->whole) - (x->whole < y->whole);
}

static int by_order(const void *a, const void *b) {
  const row *x = a, *y = b;
  if (x->last != y->last) return x->last ? 1 : -1;
  int order = x->last ? 0 : by_answer(&x->by, &y->by);
  if (order) return x->descending ? -order : order;
  for (size_t i = 0; i < QUERY_DIMENSIONS; i++)
    if (x->rank[i] != y->rank[i]) return x->rank[i] < y->rank[i] ? -1 : 1;
  return 0;
}

/* Sets the sort key that comes before the ranks. */
static void give_order(row *x, answers *main) {
  const plan *p = main->f->p;
  x->descending = p->descending;
  if (p->order_dimension >= 0) {
    const shown *s = x->shown[p->order_dimension];
    dimension_id dim = p->by[p->order_dimension];
    x->last = !s->text && bpi_dimensions[dim].type == BP_TYPE_TEXT;
    x->by = (answer){.state = BP_CELL_VALUE, .whole = s->rank};
  }
  if (p->order_metric < 0) return;
  x->by = bpi_answer(main, x->group, (size_t)p->order_metric, PART_VALUE);
  x->last = x->by.state != BP_CELL_VALUE;
}

static int make(rows *r, answers *main, const frame *baseline) {
  const frame *f = main->f;
  int rc = collect(r, f, baseline);
  for (size_t i = 0; i < f->p->dimensions && !rc; i++) {
    rc = collect_keys(r, i);
    if (!rc) rc = show_keys(r, f, i);
    if (!rc) rc = rank_keys(r, f, i);
    if (!rc) give_ranks(r, i);
  }
  for (size_t i = 0; i < r->count && !rc; i++)
    give_order(&r->item[i], main);
  if (!rc && r->count > 1) qsort(r->item, r->count, sizeof *r->item, by_order);
  return rc;
}

int bpi_rows_make(rows *r, answers *main, const frame *baseline, bp_error **error) {
  memset(r, 0, sizeof *r);
  int rc = make(r, main, baseline);
  if (!rc) {
    int64_t limit = main->f->p->query->limit;
    if (limit && r->count > (size_t)limit) r->count = (size_t)limit;
    return BP_OK;
  }
  bpi_rows_free(r);
  return rc == BP_ERR_NOMEM ? bpi_fail_nomem(error) : rc;
}

void bpi_rows_free(rows *r) {
  for (size_t at = 0; at < QUERY_DIMENSIONS; at++) {
    for (size_t i = 0; i < r->shown_count[at]; i++)
      bpi_free(r->shown[at][i].text);
    bpi_free(r->shown[at]);
  }
  bpi_free(r->item);
  memset(r, 0, sizeof *r);
}
