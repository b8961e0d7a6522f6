/* store/verify.c: the slow check that everything derived from the facts (rollup, runs, extents of
 * sessions, tasks, packed days) matches them, by computing all of it again. */
#include "base/mem.h"
#include "store/batch.h"
#include "store/days.h"
#include "store/group.h"
#include "store/read.h"
#include "store/tasks.h"

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

static int subtract(void *user, const rollup_cell *cell) {
  bpi_cells_take(user, cell);
  return BP_OK;
}

static int check(store *s, expected *e, bool *good, bp_error **error) {
  int rc = bpi_visit_groups(s, NULL, 0, count, e, error);
  if (rc == BP_OK) rc = bpi_activity_check(s, &e->moments, &e->cells, good, error);
  if (rc == BP_OK) bpi_cells_tell(&e->cells);
  for (rollup_kind kind = ROLLUP_TOLD; kind < ROLLUP_ATTEMPT && rc == BP_OK; kind++)
    rc = bpi_cells_read(s, kind, INT64_MIN, INT64_MAX, subtract, &e->cells, error);
  if (rc == BP_OK && e->cells.failed) rc = bpi_fail_nomem(error);
  for (size_t i = 0; i < e->cells.count && rc == BP_OK; i++)
    if (!bpi_cell_is_zero(&e->cells.cell[i])) *good = false;
  if (rc == BP_OK) rc = bpi_cells_check(s, good, error);
  if (rc == BP_OK) rc = bpi_tasks_check(s, good, error);
  return rc == BP_OK ? bpi_days_check(s, good, error) : rc;
}

int bpi_read_sums(store *s, int *ok, bp_error **error) {
  expected e = {0};
  bool good = true;
  int rc = check(s, &e, &good, error);
  bpi_cells_free(&e.cells);
  bpi_moments_free(&e.moments);
  *ok = rc == BP_OK && good;
  return rc;
}

int bpi_store_verify(store *s, int *ok, bp_error **error) {
  *ok = 0;
  int rc = bpi_store_begin_read(s, error);
  if (rc == BP_OK) rc = bpi_read_sums(s, ok, error);
  bpi_store_rollback(s);
  return rc;
}
