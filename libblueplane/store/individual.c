/* store/individual.c */
#include "store/individual.h"

#include "base/time.h"
#include "store/sql.h"
#include "store/trace.h"

static int run(store *s, sqlite3_stmt *statement, int64_t *gone, bp_error **error) {
  int rc = bpi_sql_run(statement, error);
  if (rc == BP_OK && gone != NULL) *gone += sqlite3_changes(s->db);
  sqlite3_finalize(statement);
  return rc;
}

int bpi_individual_add(store *s, const individual_row *rows, size_t count, bp_error **error) {
  sqlite3_stmt *put = bpi_sql_once(s,
                                   "INSERT INTO individual (window, team, member, measure, value, "
                                   "until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                                   error);
  if (put == NULL) return bpi_error_code(*error);
  int rc = BP_OK;
  for (size_t i = 0; i < count && rc == BP_OK; i++) {
    sqlite3_bind_int64(put, 1, rows[i].window);
    sqlite3_bind_text(put, 2, rows[i].team, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 3, rows[i].member, -1, SQLITE_STATIC);
    sqlite3_bind_int(put, 4, rows[i].measure);
    sqlite3_bind_int64(put, 5, rows[i].value);
    sqlite3_bind_int64(put, 6, rows[i].until);
    rc = bpi_sql_run(put, error);
  }
  sqlite3_finalize(put);
  return rc;
}

int bpi_individual_each(store *s, const char *team, int64_t from, int64_t until, int64_t today,
                        int (*row)(void *user, const individual_row *row), void *user,
                        bp_error **error) {
  sqlite3_stmt *get =
      bpi_sql_once(s,
                   "SELECT i.window, team, member, i.measure, i.value, until, ("
                   "SELECT p.state FROM release r JOIN published p ON p.release = r.id "
                   "WHERE r.window = i.window AND p.scope = team AND p.dimension = 0 AND "
                   "p.slice = '' AND p.measure = i.measure) FROM individual i WHERE "
                   "team = ?1 AND i.window >= ?2 AND i.window < ?3 AND until > ?4 "
                   "ORDER BY i.window, member, i.measure",
                   error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_text(get, 1, team, -1, SQLITE_STATIC);
  sqlite3_bind_int64(get, 2, from);
  sqlite3_bind_int64(get, 3, until);
  sqlite3_bind_int64(get, 4, today);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    int64_t measure = 0;
    individual_row r = {.value = sqlite3_column_int64(get, 4), .state = sqlite3_column_int(get, 6)};
    rc = bpi_sql_monday(get, 0, &r.window, error);
    if (rc == BP_OK) rc = bpi_sql_text(get, 1, &r.team, error);
    if (rc == BP_OK) rc = bpi_sql_text(get, 2, &r.member, error);
    if (rc == BP_OK) rc = bpi_sql_between(get, 3, 0, UINT16_MAX, &measure, error);
    if (rc == BP_OK) rc = bpi_sql_between(get, 5, 0, BPI_LAST_DAY, &r.until, error);
    r.measure = (int)measure;
    if (rc == BP_OK) rc = row(user, &r);
    if (rc != BP_OK) break;
  }
  sqlite3_finalize(get);
  return rc;
}

#define WEEKS_OF_MEMBER                                                                            \
  "measure = ?2 AND (window, team) IN (SELECT window, team FROM individual WHERE member = ?1 AND " \
  "measure = ?2"

int bpi_individual_limit(store *s, const char *member, int measure, int64_t since, int64_t until,
                         int64_t *gone, bp_error **error) {
  static const char *const steps[] = {
      "DELETE FROM individual WHERE " WEEKS_OF_MEMBER " AND (window < ?3 OR window + 7 > ?4))",
      "UPDATE individual SET until = ?4 WHERE ?3 <= ?4 AND until > ?4 AND " WEEKS_OF_MEMBER ")"};
  int rc = BP_OK;
  for (size_t i = 0; i < sizeof steps / sizeof *steps && rc == BP_OK; i++) {
    sqlite3_stmt *change = bpi_sql_once(s, steps[i], error);
    if (change == NULL) return bpi_error_code(*error);
    sqlite3_bind_text(change, 1, member, -1, SQLITE_STATIC);
    sqlite3_bind_int(change, 2, measure);
    sqlite3_bind_int64(change, 3, since);
    sqlite3_bind_int64(change, 4, until);
    rc = run(s, change, i == 0 ? gone : NULL, error);
  }
  return rc;
}

int bpi_individual_withdraw(store *s, const char *member, int64_t *gone, bp_error **error) {
  sqlite3_stmt *statement =
      bpi_sql_once(s,
                   "DELETE FROM individual WHERE ?1 IS NULL OR (window, team, measure) IN "
                   "(SELECT window, team, measure FROM individual WHERE member = ?1)",
                   error);
  if (statement == NULL) return bpi_error_code(*error);
  sqlite3_bind_text(statement, 1, member, -1, SQLITE_STATIC);
  return run(s, statement, gone, error);
}

static int drop(store *s, const char *sql, int64_t what, int64_t *gone, bp_error **error) {
  sqlite3_stmt *statement = bpi_sql_once(s, sql, error);
  if (statement == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(statement, 1, what);
  return run(s, statement, gone, error);
}

#define ENDED " WHERE until <= ?1"

int bpi_individual_expire(store *s, int64_t today, int64_t *gone, bp_error **error) {
  return drop(s, "DELETE FROM individual" ENDED, today, gone, error);
}

int bpi_individual_drop(store *s, int64_t window, int64_t *gone, bp_error **error) {
  return drop(s, "DELETE FROM individual WHERE window = ?1", window, gone, error);
}

int bpi_individual_note(store *s, int64_t today, trace *t, bp_error **error) {
  sqlite3_stmt *get = bpi_sql_once(
      s, "SELECT window, team, measure, member, value, until FROM individual" ENDED, error);
  if (get != NULL) sqlite3_bind_int64(get, 1, today);
  return bpi_trace_add_rows(t, get, error);
}
