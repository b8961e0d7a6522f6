/* store/verify.c: the slow check that what is kept beside the facts is what they give: the rollup,
 * the runs and the sessions' extents, all made anew and compared. */
#include "base/mem.h"
#include "store/batch.h"
#include "store/group.h"

typedef struct expected {
  cells cells;
  moments moments;
} expected;

static int count(void *user, fact_kind kind, const group *g) {
  expected *e = user;
  bpi_group_cells(&e->cells, g, kind, 1);
  bpi_group_moments(&e->moments, g, kind);
  return BP_OK;
}

static int subtract_stored(cells *all, store *s, int kind, bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_CELLS, error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int(get, 1, kind);
  sqlite3_bind_int64(get, 2, INT64_MIN);
  sqlite3_bind_int64(get, 3, INT64_MAX);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    rollup_cell cell = {.kind = kind,
                        .quarter = sqlite3_column_int64(get, 0),
                        .session = sqlite3_column_int64(get, 1),
                        .label = sqlite3_column_int64(get, 2),
                        .class_ = sqlite3_column_int64(get, 3),
                        .n = -sqlite3_column_int64(get, 4)};
    for (int i = 0; i < ROLLUP_MEASURES; i++)
      cell.m[i] = -sqlite3_column_int64(get, 5 + i);
    bpi_cells_add(all, &cell);
  }
  return rc;
}

static int check(store *s, expected *e, bool *good, bp_error **error) {
  int rc = bpi_visit_groups(s, NULL, 0, count, e, error);
  if (rc == BP_OK) rc = bpi_activity_check(s, &e->moments, &e->cells, good, error);
  if (rc == BP_OK) bpi_cells_tell(&e->cells);
  for (int kind = ROLLUP_TOLD; kind < ROLLUP_KINDS && rc == BP_OK; kind++)
    rc = subtract_stored(&e->cells, s, kind, error);
  if (rc == BP_OK && e->cells.failed) rc = bpi_fail_nomem(error);
  for (size_t i = 0; i < e->cells.count && rc == BP_OK; i++)
    if (!bpi_cell_is_zero(&e->cells.cell[i])) *good = false;
  return rc;
}

int bpi_store_verify(store *s, int *ok, bp_error **error) {
  expected e = {0};
  bool good = true;
  int rc = bpi_store_begin_read(s, error);
  if (rc == BP_OK) rc = check(s, &e, &good, error);
  bpi_store_rollback(s);
  bpi_cells_free(&e.cells);
  bpi_moments_free(&e.moments);
  *ok = rc == BP_OK && good;
  return rc;
}
