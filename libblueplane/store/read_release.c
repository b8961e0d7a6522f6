/* store/read_release.c */
#include "store/read_release.h"

#include "store/published.h"
#include "store/sql.h"

static int read_rows(sqlite3_stmt *get, int (*row)(void *user, const published_row *p), void *user,
                     bp_error **error) {
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    published_row p = {.release = sqlite3_column_int64(get, 1),
                       .beside = sqlite3_column_int64(get, 9)};
    rc = bpi_published_row(&p.cell, get, 2, error);
    if (rc == BP_OK) rc = bpi_sql_monday(get, 0, &p.window, error);
    if (rc == BP_OK) rc = row(user, &p);
    if (rc != BP_OK) return rc;
  }
  return rc;
}

int bpi_read_published(store *s, int dimension, int beside, int64_t from_window,
                       int64_t until_window, int (*row)(void *user, const published_row *p),
                       void *user, bp_error **error) {
  /* Releases of a week are ordered by the store's key: row numbers depend on the order of
   * arrival. */
  sqlite3_stmt *get = bpi_sql_once(
      s,
      "SELECT r.window, r.id, p.scope, p.dimension, p.slice, p.measure, p.value, p.state, p.headcount, "
      "ifnull((SELECT w.value FROM published w WHERE w.release = r.id AND w.scope = p.scope "
      "AND w.dimension = 0 AND w.slice = '' AND w.measure = ?4), -1) "
      "FROM release r JOIN published p ON p.release = r.id "
      "WHERE p.dimension = ?1 AND r.window >= ?2 AND r.window < ?3 "
      "ORDER BY r.window, r.store, p.scope <> '*', p.scope, p.slice, p.measure",
      error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int(get, 1, dimension);
  sqlite3_bind_int64(get, 2, from_window);
  sqlite3_bind_int64(get, 3, until_window);
  sqlite3_bind_int(get, 4, beside);
  int rc = read_rows(get, row, user, error);
  sqlite3_finalize(get);
  return rc;
}

int bpi_read_windows(store *s, int64_t *first, int64_t *last, bool *any, bp_error **error) {
  sqlite3_stmt *get = bpi_sql_once(s, "SELECT min(window), max(window) FROM release", error);
  if (get == NULL) return bpi_error_code(*error);
  int rc = bpi_sql_step(get, error);
  *any = rc > 0 && sqlite3_column_type(get, 0) != SQLITE_NULL;
  *first = *last = 0;
  if (*any) rc = bpi_sql_monday(get, 0, first, error);
  if (*any && rc == BP_OK) rc = bpi_sql_monday(get, 1, last, error);
  sqlite3_finalize(get);
  return rc < 0 ? rc : BP_OK;
}

/* Whether a release has cells of the scope, or without a scope of any team. */
#define TELLS                                                                                      \
  "EXISTS (SELECT 1 FROM published p WHERE p.release = r.id AND "                                  \
  "CASE WHEN ?5 IS NULL THEN p.scope <> '*' ELSE p.scope = ?5 END)"

int bpi_read_weeks(store *s, const char *scope, int64_t from, int64_t until, int64_t other_from,
                   int64_t other_until, published_weeks *out, bp_error **error) {
  sqlite3_stmt *get = bpi_sql_once(
      s,
      "SELECT count(*), (SELECT count(DISTINCT store) FROM release r WHERE "
      "((window >= ?1 AND window < ?2) OR (window >= ?3 AND window < ?4)) AND " TELLS
      ") FROM release r WHERE window >= ?1 AND window < ?2 AND " TELLS " GROUP BY window",
      error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, from);
  sqlite3_bind_int64(get, 2, until);
  sqlite3_bind_int64(get, 3, other_from);
  sqlite3_bind_int64(get, 4, other_until);
  if (scope != NULL) sqlite3_bind_text(get, 5, scope, -1, SQLITE_STATIC);
  int rc;
  *out = (published_weeks){0};
  while ((rc = bpi_sql_step(get, error)) > 0) {
    out->any++;
    out->whole += sqlite3_column_int64(get, 0) == sqlite3_column_int64(get, 1);
  }
  sqlite3_finalize(get);
  return rc;
}
