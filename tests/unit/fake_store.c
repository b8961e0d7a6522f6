#include "fake_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"

void fake_clear(store *s) {
  memset(s, 0, sizeof *s);
}

void fake_label(store *s, int64_t id, label_kind kind, uint64_t key, const char *text) {
  label_row *l = &s->label[s->labels++];
  *l = (label_row){.id = id, .kind = kind, .key = {key, 0}, .text = text};
  l->length = text ? strlen(text) : 0;
}

session_row *fake_session(store *s, int64_t id, uint64_t key, int sources) {
  session_row *row = &s->session[s->sessions++];
  *row = (session_row){.id = id, .key = {key, 0}, .sources = sources};
  row->first_us = row->last_us = BPI_TIME_NONE;
  return row;
}

rollup_cell *fake_cell(store *s, rollup_kind kind, const char *time, int64_t session, int64_t label,
                       int64_t class_, int64_t n) {
  rollup_cell *c = &s->cell[s->cells++];
  int64_t us = 0;
  if (s->cells > FAKE_CELLS || (time && !bpi_parse_instant(time, strlen(time), &us))) abort();
  *c = (rollup_cell){.kind = kind, .session = session, .label = label, .class_ = class_, .n = n};
  c->quarter = time ? us / BPI_QUARTER : QUARTER_UNDATED;
  return c;
}

static int by_order(const void *a, const void *b) {
  const rollup_cell *x = a, *y = b;
  if (x->quarter != y->quarter) return x->quarter < y->quarter ? -1 : 1;
  return (x->session > y->session) - (x->session < y->session);
}

int bpi_read_begin(store *s, bp_error **error) {
  (void)error;
  s->begun++;
  return BP_OK;
}

bool bpi_read_cancelled(const store *s) {
  return s->interrupted;
}

int bpi_read_begin_tasks(store *s, bp_error **error) {
  return bpi_read_begin(s, error);
}

void bpi_read_end(store *s) {
  s->begun--;
}

int bpi_read_rollup(store *s, rollup_kind kind, int64_t from, int64_t until,
                    int (*row)(void *user, const rollup_cell *cell), void *user, bp_error **error) {
  if (s->fail_with) return bpi_fail(error, s->fail_with, "made to fail");
  if (s->sorted != s->cells) qsort(s->cell, s->cells, sizeof *s->cell, by_order);
  s->sorted = s->cells;
  for (size_t i = 0; i < s->cells; i++) {
    const rollup_cell *c = &s->cell[i];
    bool undated = c->quarter == QUARTER_UNDATED;
    if (c->kind != kind || c->quarter >= until) continue;
    if (undated ? from != INT64_MIN : c->quarter < from) continue;
    int stop = row(user, c);
    if (stop) return stop;
  }
  return BP_OK;
}

int bpi_read_cells(store *s, rollup_kind kind, cell_grain grain, int64_t from, int64_t until,
                   const cell_reader *to, bp_error **error) {
  (void)grain;
  return bpi_read_rollup(s, kind, from, until, to->cell, to->user, error);
}

/* Rows with one key are the tiers of one session, in the order in which they were made. */
int bpi_read_session(store *s, int64_t id, session_rows *out, bp_error **error) {
  const session_row *asked = NULL;
  (void)error;
  for (size_t i = 0; i < s->sessions; i++)
    if (s->session[i].id == id) asked = &s->session[i];
  if (!asked) return BP_ERR_NOTFOUND;
  out->count = 0;
  for (size_t i = 0; i < s->sessions; i++)
    if (bpi_ident_compare(s->session[i].key, asked->key) == 0)
      out->row[out->count++] = s->session[i];
  return BP_OK;
}

session_row bpi_session_joined(const session_rows *rows) {
  session_row one = rows->row[0];
  for (size_t i = 1; i < rows->count; i++)
    one.sources |= rows->row[i].sources;
  return one;
}

int bpi_read_labels_of(store *s, int64_t kind, int (*row)(void *user, const label_row *label),
                       void *user, bp_error **error) {
  (void)error;
  for (size_t i = 0; i < s->labels; i++) {
    int stop = s->label[i].kind == kind ? row(user, &s->label[i]) : 0;
    if (stop) return stop;
  }
  return BP_OK;
}

int bpi_read_label(store *s, int64_t id, label_row *out, char text[256], bp_error **error) {
  (void)error;
  for (size_t i = 0; i < s->labels; i++) {
    if (s->label[i].id != id) continue;
    *out = s->label[i];
    if (out->text) {
      memcpy(text, out->text, out->length + 1);
      out->text = text;
    }
    return BP_OK;
  }
  return BP_ERR_NOTFOUND;
}

int bpi_read_extent(store *s, int64_t *first, int64_t *last, bp_error **error) {
  (void)error;
  *first = *last = QUARTER_UNDATED;
  for (size_t i = 0; i < s->cells; i++) {
    int64_t q = s->cell[i].quarter;
    if (q == QUARTER_UNDATED) continue;
    if (*first == QUARTER_UNDATED || q < *first) *first = q;
    if (q > *last) *last = q;
  }
  return BP_OK;
}
