/* store/cells.c: the cells of a row are sorted, so that sorted changes merge with them in one
 * pass. */
#include "store/cells.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/sort.h"
#include "base/sum.h"
#include "base/time.h"
#include "store/bulk.h"
#include "store/days.h"
#include "store/packed_cell.h"

#define KEY_WORDS 5 /* kind, quarter, session, label, class come first in the struct */

static uint64_t key_hash(const rollup_cell *c) {
  uint64_t h = (uint64_t)c->quarter * UINT64_C(0x9E3779B97F4A7C15);
  h ^= (uint64_t)c->session * UINT64_C(0xC2B2AE3D27D4EB4F);
  h ^= (uint64_t)c->label * UINT64_C(0x165667B19E3779F9);
  h ^= ((uint64_t)c->class_ << 4 ^ (uint64_t)c->kind) * UINT64_C(0xD6E8FEB86659FD93);
  return h ^ h >> 29;
}

static size_t slot_of(const cells *c, const rollup_cell *cell) {
  return (size_t)(key_hash(cell) * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (c->slots - 1);
}

static int grow(cells *c) {
  void *items = c->cell;
  int rc = bpi_reserve(&items, &c->capacity, c->count + 1, sizeof *c->cell);
  if (rc != BP_OK) return rc;
  c->cell = items;
  if ((c->count + 1) * 2 < c->slots) return BP_OK;
  size_t slots = c->slots == 0 ? 256 : c->slots * 2;
  uint32_t *index = bpi_alloc_zero(slots, sizeof *index);
  if (index == NULL) return BP_ERR_NOMEM;
  bpi_free(c->index);
  c->index = index;
  c->slots = slots;
  for (size_t i = 0; i < c->count; i++) {
    size_t at = slot_of(c, &c->cell[i]);
    while (index[at] != 0)
      at = (at + 1) & (slots - 1);
    index[at] = (uint32_t)i + 1;
  }
  return BP_OK;
}

static void join_cell(rollup_cell *sum, const rollup_cell *cell) {
  bpi_add_around(&sum->n, cell->n);
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    bpi_add_around(&sum->m[i], cell->m[i]);
}

void bpi_cells_add(void *user, const rollup_cell *cell) {
  cells *c = user;
  if (c->failed || (c->failed = grow(c)) != BP_OK) return;
  size_t at = slot_of(c, cell);
  for (; c->index[at] != 0; at = (at + 1) & (c->slots - 1)) {
    rollup_cell *known = &c->cell[c->index[at] - 1];
    if (memcmp(known, cell, KEY_WORDS * sizeof(int64_t)) != 0) continue;
    join_cell(known, cell);
    return;
  }
  c->cell[c->count++] = *cell;
  c->index[at] = (uint32_t)c->count;
}

/* Negates any value, also INT64_MIN, which only a damaged row holds. */
static int64_t negated(int64_t value) {
  return (int64_t)(0 - (uint64_t)value);
}

void bpi_cells_take(cells *c, const rollup_cell *cell) {
  rollup_cell less = *cell;
  less.n = negated(less.n);
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    less.m[i] = negated(less.m[i]);
  bpi_cells_add(c, &less);
}

void bpi_cells_tell(cells *c) {
  size_t count = c->count;
  for (size_t i = 0; i < count && !c->failed; i++) {
    const rollup_cell *cell = &c->cell[i];
    rollup_cell told = {.kind = ROLLUP_TOLD,
                        .quarter = QUARTER_UNDATED,
                        .session = cell->session,
                        .class_ = cell->kind,
                        .n = cell->n};
    if (cell->n != 0) bpi_cells_add(c, &told);
  }
}

bool bpi_cell_is_zero(const rollup_cell *cell) {
  int64_t any = cell->n;
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    any |= cell->m[i];
  return any == 0;
}

/* ------------------------------------------------------------------------------------- bytes */

#define ROW_BYTES ((size_t)256 << 20)

/* The row number of a kind and day: the days of a kind are consecutive, the undated cells come
 * first. */
static int64_t row_of(int64_t kind, int64_t quarter) {
  return kind << 32 | (quarter < 0 ? 0 : quarter / BPI_DAY_QUARTERS + 1);
}

static int fail_torn(bp_error **error) {
  return bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged: packed cells");
}

/* The decoder's state before the first cell of a row: the first quarter of its day. */
static packed_cell start_of(int64_t row) {
  int64_t day = (row & UINT32_MAX) - 1;
  return (packed_cell){
      .cell = {.kind = row >> 32, .quarter = day < 0 ? QUARTER_UNDATED : day * BPI_DAY_QUARTERS}};
}

/* ------------------------------------------------------------------------------ what sessions tell */

static int read_told(store *s, int (*row)(void *user, const rollup_cell *cell), void *user,
                     bp_error **error) {
  rollup_cell cell = {.kind = ROLLUP_TOLD, .quarter = QUARTER_UNDATED};
  sqlite3_stmt *get = bpi_sql(s, SQL_TOLD, error);
  if (get == NULL) return bpi_error_code(*error);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    cell.session = sqlite3_column_int64(get, 0);
    cell.class_ = sqlite3_column_int64(get, 1);
    cell.n = sqlite3_column_int64(get, 2);
    int stop = row(user, &cell);
    if (stop == 0) continue;
    sqlite3_reset(get);
    return stop;
  }
  return rc;
}

/* ------------------------------------------------------------------------------------ storing */

/* A change while it is sorted: `kind` holds the row number, and session and quarter are
 * exchanged. */
enum { AT_ROW, AT_SESSION, AT_QUARTER, AT_LABEL, AT_CLASS, AT_N };

static rollup_cell swapped(const rollup_cell *cell) {
  rollup_cell other = *cell;
  other.quarter = cell->session;
  other.session = cell->quarter;
  return other;
}

static rollup_cell cell_of(const int64_t *words) {
  rollup_cell cell = swapped((const rollup_cell *)(const void *)words);
  cell.kind >>= 32;
  return cell;
}

static int subtract_told(store *s, store_statement which, const int64_t *change, bp_error **error) {
  sqlite3_stmt *take = bpi_sql(s, which, error);
  if (take == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(take, 1, change[AT_SESSION]);
  sqlite3_bind_int64(take, 2, change[AT_CLASS]);
  sqlite3_bind_int64(take, 3, change[AT_N]);
  return bpi_sql_run(take, error);
}

/* Subtraction only finds rows that were added before; a row that becomes zero is deleted. */
static int store_told(store *s, int64_t *const *change, size_t count, bp_error **error) {
  int rc = BP_OK;
  for (size_t at = 0, end = 0; at < count && rc == BP_OK; at = end) {
    while (end < count && change[end][AT_N] > 0)
      end++;
    const bulk added = {end - at, change + at, bpi_bulk_word};
    rc = bpi_bulk_run(s, SQL_TOLD_ADD, &added, error);
    for (; rc == BP_OK && end < count && change[end][AT_N] < 0; end++) {
      rc = subtract_told(s, SQL_TOLD_TAKE, change[end], error);
      if (rc == BP_OK) rc = subtract_told(s, SQL_TOLD_DROP, change[end], error);
    }
  }
  return rc;
}

/* A row being rebuilt. */
typedef struct packing {
  const cells *from;
  buf bytes;
  packed_cell before;
  int64_t first, last, count;
  bool torn;
} packing;

static void pack(packing *p, const rollup_cell *cell) {
  if (bpi_cell_is_zero(cell)) return;
  p->torn |= cell->n < 0; /* more was subtracted than was there */
  if (p->count == 0 || cell->quarter < p->first) p->first = cell->quarter;
  if (p->count == 0 || cell->quarter > p->last) p->last = cell->quarter;
  p->count++;
  const packed_cell put = {.cell = *cell};
  bpi_put_cell(&p->bytes, &put, &p->before);
  p->before = put;
}

static int compare_keys(const rollup_cell *a, const rollup_cell *b) {
  const int64_t x[] = {a->session, a->quarter, a->label, a->class_},
                y[] = {b->session, b->quarter, b->label, b->class_};
  for (int i = 0; i < 4; i++)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}

static bool is_gone(const packing *p, const rollup_cell *cell) {
  return p->from->forgets > 0 && cell->kind >= ROLLUP_ATTEMPT &&
         p->from->is_gone(p->from->gone, cell->session);
}

/* Merges the stored cells with the changes; both are sorted. */
static void join(packing *p, int64_t row, varints *stored, int64_t *const *change, size_t count) {
  packed_cell at = start_of(row);
  const rollup_cell *known = &at.cell;
  size_t i = 0;
  while (stored->at < stored->end) {
    bpi_take_cell(stored, &at);
    if (stored->torn) break;
    rollup_cell sum = *known;
    if (is_gone(p, known)) sum.n = 0, memset(sum.m, 0, sizeof sum.m);
    for (; i < count; i++) {
      rollup_cell next = cell_of(change[i]);
      int order = compare_keys(&next, known);
      if (order > 0) break;
      if (order < 0) {
        pack(p, &next);
        continue;
      }
      join_cell(&sum, &next);
    }
    pack(p, &sum);
  }
  for (; i < count; i++) {
    rollup_cell next = cell_of(change[i]);
    pack(p, &next);
  }
  p->torn |= stored->torn;
}

static int put_row(store *s, int64_t row, const packing *p, bp_error **error) {
  bool any = p->count > 0;
  sqlite3_stmt *put = bpi_sql(s, any ? SQL_CELLS_PUT : SQL_CELLS_DROP, error);
  if (put == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(put, 1, row);
  if (!any) return bpi_sql_run(put, error);
  sqlite3_bind_int64(put, 2, p->first);
  sqlite3_bind_int64(put, 3, p->last);
  sqlite3_bind_int64(put, 4, p->count);
  sqlite3_bind_blob64(put, 5, p->bytes.data, p->bytes.length, SQLITE_STATIC);
  int rc = bpi_sql_run(put, error);
  sqlite3_clear_bindings(put);
  return rc;
}

static int change_row(store *s, packing *p, int64_t row, int64_t *const *change, size_t count,
                      bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_CELLS, error);
  if (get == NULL) return bpi_error_code(*error);
  p->bytes.length = 0;
  p->count = 0;
  p->before = start_of(row);
  sqlite3_bind_int64(get, 1, row);
  sqlite3_bind_int64(get, 2, row);
  int rc = bpi_sql_step(get, error);
  varints stored = {NULL, NULL, false};
  if (rc > 0) stored = bpi_cells_of(get, 1);
  if (rc >= 0) join(p, row, &stored, change, count);
  if (rc > 0) sqlite3_reset(get);
  if (rc < 0) return rc;
  if (p->torn) return fail_torn(error);
  return p->bytes.failed ? bpi_fail_nomem(error) : put_row(s, row, p, error);
}

/* Rebuilds the rows that have changes and the rows from which cells are removed; both are
 * sorted. */
static int change_rows(cells *c, store *s, int64_t *const *change, size_t count, bp_error **error) {
  packing p = {.from = c};
  int rc = BP_OK;
  bpi_sort_numbers(c->forget, c->forgets);
  bpi_buf_init(&p.bytes, ROW_BYTES);
  for (size_t at = 0, gone = 0; rc == BP_OK && (at < count || gone < c->forgets);) {
    bool alone = at == count || (gone < c->forgets && c->forget[gone] < change[at][AT_ROW]);
    int64_t row = alone ? c->forget[gone] : change[at][AT_ROW];
    size_t from = at;
    while (at < count && change[at][AT_ROW] == row)
      at++;
    while (gone < c->forgets && c->forget[gone] == row)
      gone++;
    rc = row >> 32 == ROLLUP_TOLD ? store_told(s, change + from, at - from, error)
                                  : change_row(s, &p, row, change + from, at - from, error);
  }
  bpi_buf_free(&p.bytes);
  return rc;
}

/* Drops the packed days of changed cells. Cells of one kind and day are often adjacent. */
static int drop_days(const cells *c, store *s, bp_error **error) {
  int64_t dropped = -1; /* no row has this number */
  bool any = false;
  int rc = bpi_days_any(s, &any, error);
  for (size_t i = 0; i < c->count && rc == BP_OK && any; i++) {
    const rollup_cell *cell = &c->cell[i];
    int64_t row = row_of(cell->kind, cell->quarter);
    if (row == dropped) continue;
    rc = bpi_days_drop(s, (rollup_kind)cell->kind, cell->quarter, cell->quarter, error);
    dropped = row;
  }
  return rc;
}

int bpi_cells_forget(cells *c, store *s, rollup_kind kind, int64_t first, int64_t last,
                     bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_CELLS_ROWS, error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, row_of(kind, first));
  sqlite3_bind_int64(get, 2, last == INT64_MAX ? row_of(kind + 1, -1) - 1 : row_of(kind, last));
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    void *items = c->forget;
    if (bpi_reserve(&items, &c->forget_capacity, c->forgets + 1, sizeof *c->forget) != BP_OK) {
      sqlite3_reset(get);
      return bpi_fail_nomem(error);
    }
    c->forget = items;
    c->forget[c->forgets++] = sqlite3_column_int64(get, 0);
  }
  return rc;
}

int bpi_cells_store(cells *c, store *s, bp_error **error) {
  if (c->failed) return bpi_fail_nomem(error);
  int64_t **change = bpi_alloc((c->count + 1) * sizeof *change);
  if (change == NULL) return bpi_fail_nomem(error);
  size_t count = 0;
  int rc = drop_days(c, s, error);
  for (size_t i = 0; i < c->count; i++) {
    rollup_cell *cell = &c->cell[i];
    if (bpi_cell_is_zero(cell)) continue;
    cell->kind = row_of(cell->kind, cell->quarter);
    *cell = swapped(cell);
    change[count++] = &cell->kind;
  }
  if (rc == BP_OK && bpi_sort_rows(change, count, KEY_WORDS) != BP_OK) rc = bpi_fail_nomem(error);
  if (rc == BP_OK) rc = change_rows(c, s, change, count, error);
  bpi_free(change);
  return rc;
}

/* ------------------------------------------------------------------------------------ reading */

int bpi_cells_read(store *s, rollup_kind kind, int64_t from, int64_t until,
                   int (*row)(void *user, const rollup_cell *cell), void *user, bp_error **error) {
  if (kind == ROLLUP_TOLD) return from == INT64_MIN ? read_told(s, row, user, error) : BP_OK;
  sqlite3_stmt *get = bpi_sql(s, SQL_CELLS, error);
  if (get == NULL) return bpi_error_code(*error);
  if (from < 0 && from != INT64_MIN) from = 0; /* excludes the undated cells */
  int64_t last = until == INT64_MAX ? row_of(kind + 1, -1) - 1 : row_of(kind, until - 1);
  sqlite3_bind_int64(get, 1, row_of(kind, from));
  sqlite3_bind_int64(get, 2, from >= until ? -1 : last);
  int rc, stop = 0;
  while (stop == 0 && (rc = bpi_sql_step(get, error)) > 0) {
    packed_cell at = start_of(sqlite3_column_int64(get, 0));
    const rollup_cell *cell = &at.cell;
    varints stored = bpi_cells_of(get, 1);
    while (stored.at < stored.end && stop == 0) {
      bpi_take_cell(&stored, &at);
      if (stored.torn) stop = fail_torn(error);
      if (!stored.torn && cell->quarter >= from && cell->quarter < until) stop = row(user, cell);
    }
  }
  if (stop == 0) return rc;
  sqlite3_reset(get);
  return stop;
}

int bpi_cells_check(store *s, bool *good, bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_CELLS_ALL, error);
  if (get == NULL) return bpi_error_code(*error);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    packed_cell at = start_of(sqlite3_column_int64(get, 0));
    varints stored = bpi_cells_of(get, 1);
    int64_t first = INT64_MAX, last = INT64_MIN, count = 0;
    for (; stored.at < stored.end && !stored.torn; count++) {
      bpi_take_cell(&stored, &at);
      if (at.cell.quarter < first) first = at.cell.quarter;
      if (at.cell.quarter > last) last = at.cell.quarter;
    }
    if (stored.torn || sqlite3_column_int64(get, 2) != first ||
        sqlite3_column_int64(get, 3) != last || sqlite3_column_int64(get, 4) != count)
      *good = false;
  }
  return rc;
}

void bpi_cells_free(cells *c) {
  bpi_free(c->cell);
  bpi_free(c->index);
  bpi_free(c->forget);
  memset(c, 0, sizeof *c);
}
