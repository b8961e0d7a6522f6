/* store/cells.c */
#include "store/cells.h"

#include <string.h>

#include "base/mem.h"
#include "base/sort.h"
#include "store/bulk.h"
#include "store/days.h"

#define KEY_WORDS 5 /* kind, quarter, session, label, class lead the struct */

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

void bpi_cells_add(void *user, const rollup_cell *cell) {
  cells *c = user;
  if (c->failed || (c->failed = grow(c)) != BP_OK) return;
  size_t at = slot_of(c, cell);
  for (; c->index[at] != 0; at = (at + 1) & (c->slots - 1)) {
    rollup_cell *known = &c->cell[c->index[at] - 1];
    if (memcmp(known, cell, KEY_WORDS * sizeof(int64_t)) != 0) continue;
    known->n += cell->n;
    for (int i = 0; i < ROLLUP_MEASURES; i++)
      known->m[i] += cell->m[i];
    return;
  }
  c->cell[c->count++] = *cell;
  c->index[at] = (uint32_t)c->count;
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

static bool lowers(const rollup_cell *cell) {
  if (cell->n < 0) return true;
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    if (cell->m[i] < 0) return true;
  return false;
}

static void bind_key(sqlite3_stmt *statement, const rollup_cell *cell) {
  const int64_t *key = &cell->kind;
  for (int i = 0; i < KEY_WORDS; i++)
    sqlite3_bind_int64(statement, i + 1, key[i]);
}

/* What was counted before is there; it goes where nothing is left of it. */
static int lower_cell(const rollup_cell *cell, store *s, bp_error **error) {
  sqlite3_stmt *take = bpi_sql(s, SQL_CELL_TAKE, error), *drop = bpi_sql(s, SQL_CELL_DROP, error);
  if (take == NULL || drop == NULL) return bpi_error_code(*error);
  bind_key(take, cell);
  sqlite3_bind_int64(take, 6, cell->n);
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    sqlite3_bind_int64(take, 7 + i, cell->m[i]);
  int rc = bpi_sql_run(take, error);
  if (rc != BP_OK) return rc;
  bind_key(drop, cell);
  return bpi_sql_run(drop, error);
}

/* Packed days of cells that change; cells of one kind and day come in runs. */
static int drop_days(const cells *c, store *s, bp_error **error) {
  const rollup_cell *before = NULL;
  bool any = false;
  int rc = bpi_days_any(s, &any, error);
  for (size_t i = 0; i < c->count && rc == BP_OK && any; i++) {
    const rollup_cell *cell = &c->cell[i];
    if (before != NULL && before->kind == cell->kind && before->quarter == cell->quarter) continue;
    rc = bpi_days_drop(s, (rollup_kind)cell->kind, cell->quarter, cell->quarter, error);
    before = cell;
  }
  return rc;
}

int bpi_cells_store(cells *c, store *s, bp_error **error) {
  if (c->failed) return bpi_fail_nomem(error);
  int64_t **rows = bpi_alloc(c->count * sizeof *rows);
  if (rows == NULL) return bpi_fail_nomem(error);
  bulk add = {0, rows, bpi_bulk_word};
  int rc = drop_days(c, s, error);
  for (size_t i = 0; i < c->count && rc == BP_OK; i++) {
    rollup_cell *cell = &c->cell[i];
    if (bpi_cell_is_zero(cell)) continue;
    if (lowers(cell))
      rc = lower_cell(cell, s, error);
    else
      rows[add.count++] = &cell->kind;
  }
  if (rc == BP_OK && bpi_sort_rows(rows, add.count, KEY_WORDS) != BP_OK) rc = bpi_fail_nomem(error);
  if (rc == BP_OK) rc = bpi_bulk_run(s, SQL_CELLS_ADD, &add, error);
  bpi_free(rows);
  return rc;
}

int bpi_cells_read(store *s, rollup_kind kind, int64_t from_quarter, int64_t until_quarter,
                   int (*row)(void *user, const rollup_cell *cell), void *user, bp_error **error) {
  rollup_cell cell = {.kind = kind};
  int64_t *words = &cell.quarter;
  sqlite3_stmt *get = bpi_sql(s, SQL_CELLS, error);
  if (get == NULL) return bpi_error_code(*error);
  if (from_quarter < 0 && from_quarter != INT64_MIN) from_quarter = 0; /* not the undated ones */
  sqlite3_bind_int(get, 1, (int)kind);
  sqlite3_bind_int64(get, 2, from_quarter);
  sqlite3_bind_int64(get, 3, until_quarter);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    for (int i = 0; i < 5 + ROLLUP_MEASURES; i++)
      words[i] = sqlite3_column_int64(get, i);
    int stop = row(user, &cell);
    if (stop == 0) continue;
    sqlite3_reset(get);
    return stop;
  }
  return rc;
}

void bpi_cells_free(cells *c) {
  bpi_free(c->cell);
  bpi_free(c->index);
  memset(c, 0, sizeof *c);
}
