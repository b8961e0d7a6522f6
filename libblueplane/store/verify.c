/* store/verify.c: the slow checks that everything derived from the facts (rollup, runs, extents of
 * sessions, tasks, packed days) matches them, by computing all of it again, and that the sessions
 * and names that rows refer to are there. */
#include "base/buf.h"
#include "base/mem.h"
#include "store/batch.h"
#include "store/days.h"
#include "store/group.h"
#include "store/personal.h"
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

/* Writes a question that is answered with 1 if no number is missing. No session is 0 or, in a row
 * without content, FACT_MARKER; no name is 0. */
static void ask_for_sessions(buf *sql) {
  const char *before = "SELECT NOT EXISTS (";
  for (const personal_table *t = bpi_personal_tables; t->name != NULL; t++) {
    if (t->how != PERSONAL_FACT) continue;
    bpi_buf_printf(sql, "%sSELECT session FROM %s", before, t->name);
    before = " UNION ALL ";
  }
  bpi_buf_text(sql, " EXCEPT SELECT id FROM session EXCEPT VALUES (0), (-1))");
}

static void ask_for_names(buf *sql) {
  bpi_buf_text(sql, "SELECT NOT EXISTS (SELECT * FROM ");
  bpi_personal_labels(sql);
  bpi_buf_text(sql, " EXCEPT SELECT id FROM label EXCEPT VALUES (0))");
}

int bpi_read_references(store *s, int *ok, bp_error **error) {
  static void (*const ask[])(buf *) = {ask_for_sessions, ask_for_names};
  int rc = BP_OK;
  int64_t whole = 1;
  for (size_t i = 0; i < sizeof ask / sizeof *ask && rc == BP_OK && whole; i++) {
    buf sql;
    bpi_buf_init(&sql, 4096);
    ask[i](&sql);
    rc = sql.failed ? bpi_fail_nomem(error) : bpi_sql_number(s, sql.data, &whole, error);
    bpi_buf_free(&sql);
  }
  *ok = rc == BP_OK && whole;
  return rc;
}

int bpi_store_verify(store *s, int *ok, bp_error **error) {
  *ok = 0;
  int rc = bpi_store_begin_read(s, error);
  if (rc == BP_OK) rc = bpi_read_references(s, ok, error);
  if (rc == BP_OK && *ok) rc = bpi_read_sums(s, ok, error);
  bpi_store_rollback(s);
  return rc;
}
