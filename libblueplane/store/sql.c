/* store/sql.c: statements, error codes and transactions. The statements of facts are generated from
 * the column tables of form.c, so that the schema is written once in SQL and once in C, and a test
 * compares the two. */
#include "store/sql.h"

#include <string.h>

#include "base/buf.h"
#include "base/thread.h"
#include "base/time.h"
#include "store/form.h"
#include "store/transaction.h"

/* The columns of a file in the order in which apply.c loads them. */
#define FILE_COLUMNS                                                                               \
  "id, source, device, inode, size, modified_ns, position, line, tail, records, memory"

/* The line breaks inside statements are set by hand. */
/* clang-format off */
/* A time as facts store it (store/form.c), in microseconds. */
#define INSTANT(column) "((" column " >> 1) * iif(" column " & 1, 1, 1000))"

static const char *const fixed_sql[SQL_FACT_CLUSTER] = {
    [SQL_BEGIN_READ] = "BEGIN",
    [SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_META_GET] = "SELECT value FROM meta WHERE name = ?1",
    [SQL_META_SET] = "INSERT INTO meta (name, value) VALUES (?1, ?2) "
                     "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    /* CROSS fixes the join order. + disables that term for the index, which otherwise would not be
     * used */
    [SQL_LABELS_FIND] =
        "SELECT c5, id, label.text IS NULL FROM bulk CROSS JOIN label INDEXED BY label_key ON "
        "hi & 2147483647 = c2 & 2147483647 AND +hi = c2 AND lo = c3 AND kind = c1",
    [SQL_LABELS_NAME] = /* labels that already have a number */
        "UPDATE label SET text = c4 FROM bulk WHERE id = c0 AND label.text IS NULL",
    [SQL_LABEL_LAST] = "SELECT ifnull(max(id), 0) FROM label",
    [SQL_LABELS_INSERT] =
        "INSERT INTO label (id, kind, hi, lo, text) SELECT c0, c1, c2, c3, c4 FROM bulk",
    [SQL_LABEL_GET] = "SELECT id, kind, hi, lo, text FROM label WHERE id = ?1",
    [SQL_LABELS] = "SELECT id, kind, hi, lo, text FROM label ORDER BY kind, hi, lo",
    [SQL_LABELS_OF] = "SELECT id, kind, hi, lo, text FROM label INDEXED BY label_name "
                      "WHERE kind = ?1 AND kind <> 8 ORDER BY hi, lo",
    [SQL_SESSION_FIND] =
        "SELECT id, sources, platform, platform_us, workspace, workspace_us, branch, branch_us, "
        "entrypoint, entrypoint_us, version, version_rank FROM session "
        "WHERE hi = ?1 AND lo = ?2 AND tier = ?3",
    [SQL_SESSION_INSERT] = "INSERT INTO session (hi, lo, tier, sources) VALUES (?1, ?2, ?3, 0)",
    [SQL_SESSION_UPDATE] =
        "UPDATE session SET sources = ?2, platform = ?3, platform_us = ?4, workspace = ?5, "
        "workspace_us = ?6, branch = ?7, branch_us = ?8, entrypoint = ?9, entrypoint_us = ?10, "
        "version = ?11, version_rank = ?12 WHERE id = ?1",
    [SQL_SESSION_KEY] = "SELECT hi, lo, sources FROM session WHERE id = ?1",
    [SQL_SESSION_GET] = "SELECT id, hi, lo, platform, workspace, branch, version, entrypoint, "
                        "sources, first_us, last_us, tier FROM session WHERE id = ?1",
    [SQL_SESSION_OTHERS] = "SELECT id, hi, lo, platform, workspace, branch, version, entrypoint, "
                           "sources, first_us, last_us, tier FROM session INDEXED BY session_tier "
                           "WHERE hi = ?1 AND lo = ?2 AND tier > 0 ORDER BY tier",
    [SQL_SESSION_TIERED] = "SELECT 1 FROM session INDEXED BY session_tier WHERE tier > 0 LIMIT 1",
    [SQL_SESSION_WHOLE] = "SELECT o.id, o.hi, o.lo, o.platform, o.workspace, o.branch, o.version, "
                        "o.entrypoint, o.sources, o.first_us, o.last_us, o.tier FROM session s "
                        "JOIN session o ON o.hi = s.hi AND o.lo = s.lo WHERE s.id = ?1 "
                        "ORDER BY o.tier",
    [SQL_SESSIONS] = "SELECT id, hi, lo, platform, workspace, branch, version, entrypoint, "
                     "sources, first_us, last_us, tier FROM session ORDER BY hi, lo, tier",
    [SQL_SESSION_TOLD] = "SELECT kind, n FROM told WHERE session = ?1 AND n > 0",
    [SQL_SESSION_ROWS] = "SELECT id, hi, lo, sources FROM session",
    /* sessions whose names were seen in [?1, ?2); ?3: also those never dated */
    [SQL_SESSION_SEEN] =
        "SELECT id FROM session WHERE platform_us BETWEEN ?1 AND ?2 - 1 OR workspace_us BETWEEN ?1 AND ?2 - 1 OR "
        "branch_us BETWEEN ?1 AND ?2 - 1 OR entrypoint_us BETWEEN ?1 AND ?2 - 1 OR "
        "(?3 AND coalesce(platform_us, workspace_us, branch_us, entrypoint_us) IS NULL)",
    [SQL_SESSION_LATER] = /* also by facts that are no activity, and by when names were seen */
        "SELECT hi, lo, max(us) FROM session JOIN (SELECT id AS of, max(ifnull(last_us, 0), "
        "ifnull(platform_us, 0), ifnull(workspace_us, 0), ifnull(branch_us, 0), ifnull(entrypoint_us, 0)) AS us "
        "FROM session UNION ALL SELECT session, " INSTANT("time") " FROM span "
        "UNION ALL SELECT session, " INSTANT("time") " FROM change "
        "UNION ALL SELECT session, " INSTANT("time") " + ifnull(owner_after_us, 0) FROM response "
        "UNION ALL SELECT session, " INSTANT("time") " FROM event "
        "UNION ALL SELECT session, ifnull(" INSTANT("time") ", 0) + "
        "max(ifnull(" INSTANT("result") ", 0), 0) FROM tool_call) ON of = id "
        "WHERE us >= ?1 GROUP BY hi, lo",
    [SQL_SESSION_FORGET] =
        "UPDATE session SET platform_us = iif(platform_us >= ?2 AND platform_us < ?3, NULL, platform_us), "
        "workspace_us = iif(workspace_us >= ?2 AND workspace_us < ?3, NULL, workspace_us), "
        "branch_us = iif(branch_us >= ?2 AND branch_us < ?3, NULL, branch_us), "
        "entrypoint_us = iif(entrypoint_us >= ?2 AND entrypoint_us < ?3, NULL, entrypoint_us) WHERE id = ?1",
    [SQL_SESSION_DELETE] = "DELETE FROM session WHERE id = ?1",
    [SQL_SESSION_EXTENTS] = "SELECT id, first_us, last_us FROM session ORDER BY id",
    [SQL_SESSION_EXTENT] = "UPDATE session SET first_us = c1, last_us = c2 FROM bulk WHERE id = c0",
    /* quarters of its activity and tasks: a task may begin with a commit, which is no activity */
    [SQL_SESSION_SPAN] =
        "SELECT min(quarter), max(quarter) FROM (SELECT id, max(first_us, 0) / 900000000 AS quarter "
        "FROM session WHERE hi = ?1 AND lo = ?2 UNION ALL SELECT id, max(last_us, 0) / 900000000 "
        "FROM session WHERE hi = ?1 AND lo = ?2 UNION ALL SELECT session, task.quarter FROM session "
        "JOIN task ON session = session.id WHERE hi = ?1 AND lo = ?2)",
    [SQL_RUNS] = /* CROSS keeps the order of the sessions, and within each that of the table */
        "SELECT session, start_us, end_us FROM bulk CROSS JOIN run ON session = c0",
    [SQL_RUNS_INSERT] = "INSERT INTO run (session, start_us, end_us) SELECT c0, c1, c2 FROM bulk",
    [SQL_RUNS_DELETE] = "DELETE FROM run WHERE session = ?1 AND start_us >= ?2",
    [SQL_CELLS] = "SELECT id, cells FROM rollup WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
    [SQL_CELLS_ALL] = "SELECT id, cells, first, last, count FROM rollup",
    [SQL_CELLS_ROWS] = "SELECT id FROM rollup WHERE id BETWEEN ?1 AND ?2",
    [SQL_CELLS_PUT] = "INSERT OR REPLACE INTO rollup (id, first, last, count, cells) VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_CELLS_DROP] = "DELETE FROM rollup WHERE id = ?1",
    [SQL_TOLD] = "SELECT session, kind, n FROM told",
    /* columns as in cells.c; WHERE true, because otherwise ON would be parsed as part of a join */
    [SQL_TOLD_ADD] =
        "INSERT INTO told SELECT c1, c4, c5 FROM bulk WHERE true ON CONFLICT DO UPDATE SET n = n + excluded.n",
    /* no upsert: the CHECK constraints would test the row to insert, which is negative */
    [SQL_TOLD_TAKE] =
        "UPDATE told SET n = n + ?3 WHERE session = ?1 AND kind = ?2",
    [SQL_TOLD_DROP] = "DELETE FROM told WHERE session = ?1 AND kind = ?2 AND n = 0",
    [SQL_CELL_BEFORE] = /* skips the row of undated cells, which is a kind's first */
        "WITH k (kind) AS (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)) "
        "SELECT 1 FROM k WHERE (SELECT first FROM rollup WHERE id > kind << 32 AND "
        "id < (kind + 1) << 32 ORDER BY id LIMIT 1) < ?1",
    [SQL_EXTENT] = /* only of cells of facts: those of tasks may be stale */
        "WITH k (kind) AS (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)) "
        "SELECT min((SELECT first FROM rollup WHERE id > kind << 32 AND id < (kind + 1) << 32 "
        "ORDER BY id LIMIT 1)), max((SELECT last FROM rollup WHERE id > kind << 32 AND "
        "id < (kind + 1) << 32 ORDER BY id DESC LIMIT 1)) FROM k",
    [SQL_FILE_FIND] = "SELECT " FILE_COLUMNS " FROM file WHERE hi = ?1 AND lo = ?2",
    [SQL_FILES_FIND] = /* CROSS fixes the join order */
        "SELECT " FILE_COLUMNS ", c2 FROM bulk CROSS JOIN file ON hi = c0 AND lo = c1",
    [SQL_FILE_INSERT] =
        "INSERT INTO file (hi, lo, source, device, inode, size, modified_ns, position, line, tail, "
        "records, memory, read_us) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)",
    [SQL_FILE_UPDATE] =
        "UPDATE file SET source = ?2, device = ?3, inode = ?4, size = ?5, modified_ns = ?6, "
        "position = ?7, line = ?8, tail = ?9, records = ?10, memory = ?11, read_us = ?12 "
        "WHERE id = ?1",
    [SQL_FILE_MEMORIES] = "SELECT id, memory, source FROM file",
    [SQL_FILES] = "SELECT f.id, f.source, f.hi, f.lo, f.size, f.position, f.line, f.records, "
                  "(SELECT count(*) FROM reject r WHERE r.file = f.id), f.read_us "
                  "FROM file f ORDER BY f.hi, f.lo",
    [SQL_CONSENT_INSERT] = "INSERT INTO consent (purpose, audience, granted, at_us, expires_us) "
                           "VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_CONSENTS] = "SELECT granted, at_us, expires_us, purpose, audience, "
                     "id = (SELECT max(id) FROM consent o WHERE o.purpose = c.purpose AND "
                     "o.audience = c.audience) FROM consent c ORDER BY id",
    [SQL_AUDIT_FIND] = "SELECT 1 FROM audit WHERE day = ?1 AND access = ?2 AND function = ?3 AND "
                       "asked = ?4 AND from_us = ?5 AND until_us = ?6",
    [SQL_AUDIT] = "SELECT day, access, function, asked, from_us, until_us, at_us FROM audit "
                  "ORDER BY at_us, access, function, asked, from_us, until_us",
    [SQL_SESSION_TIERS] = "SELECT o.id FROM session s JOIN session o ON o.hi = s.hi AND "
                          "o.lo = s.lo WHERE s.id = ?1",
    [SQL_TASKS_ERASE] = "DELETE FROM task WHERE session IN (SELECT c0 FROM bulk)",
    [SQL_STALE_ERASE] = "INSERT INTO stale (session) SELECT id FROM session WHERE "
                        "id IN (SELECT c0 FROM bulk) ON CONFLICT DO NOTHING",
    [SQL_STALE_FORGET] = "DELETE FROM stale WHERE session NOT IN (SELECT id FROM session)",
    [SQL_ERASED] = "SELECT hi, lo, source, from_us, until_us FROM erased",
    [SQL_ERASED_INSERT] = "INSERT OR IGNORE INTO erased VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_ERASED_COVERED] = "DELETE FROM erased WHERE from_us >= ?1 AND until_us <= ?2",
    [SQL_REJECT_INSERT] = "INSERT INTO reject (file, byte, reason, line, at_us) "
                          "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    [SQL_REJECTS_DROP] = "DELETE FROM reject WHERE file = ?1",
    [SQL_REJECTS] = "SELECT f.hi, f.lo, f.source, r.reason, r.line, r.byte, r.at_us FROM reject r "
                    "JOIN file f ON f.id = r.file ORDER BY f.hi, f.lo, r.byte, r.reason",
    [SQL_OPERATION_GET] = "SELECT value FROM operation WHERE kind = ?1 AND key = ?2",
    [SQL_OPERATION_PUT] = "INSERT OR REPLACE INTO operation VALUES (?1, ?2, ?3)",
    [SQL_OPERATION_FIRST] = "SELECT key, value FROM operation WHERE kind = ?1 AND key >= ?2 "
                            "ORDER BY key LIMIT 1",
    [SQL_OPERATION_NTH] = "SELECT value FROM operation WHERE kind = ?1 ORDER BY value "
                          "LIMIT 1 OFFSET ?2",
    [SQL_OPERATIONS] = "SELECT count(*) FROM operation WHERE kind = ?1",
    [SQL_OPERATIONS_OF] = "SELECT key, value FROM operation WHERE kind = ?1",
    [SQL_OPERATIONS_DROP] = "DELETE FROM operation WHERE kind = ?1 AND key < ?2",
    [SQL_OPERATIONS_MOVE] = "UPDATE operation SET kind = ?2 WHERE kind = ?1",
    [SQL_STALE] = /* with the number of facts of each */
        "SELECT session, (SELECT ifnull(sum(n), 0) FROM told WHERE told.session = stale.session) "
        "FROM stale ORDER BY session",
    [SQL_STALE_ADD] = "INSERT INTO stale (session) VALUES (?1) ON CONFLICT DO NOTHING",
    [SQL_STALE_DROP] = "DELETE FROM stale WHERE session = ?1",
    [SQL_SESSIONS_FRESH] =
        "SELECT id FROM session s WHERE NOT EXISTS (SELECT 1 FROM session o JOIN stale "
        "ON session = o.id WHERE o.hi = s.hi AND o.lo = s.lo) ORDER BY id",
    [SQL_TASKS] = "SELECT quarter, session, number, start_us, end_us, active_us, type, outcome, "
                  "size, features, model, category, uses, prompts, prompt_retries, calls, "
                  "lines_kept, commits, path FROM task WHERE quarter >= ?1 AND quarter < ?2 "
                  "ORDER BY quarter, session, number",
    [SQL_TASKS_OF] = "SELECT quarter, end_us FROM task WHERE session = ?1 ORDER BY quarter",
    [SQL_TASK_INSERT] = "INSERT INTO task VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
                        "?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    [SQL_TASKS_DROP] = "DELETE FROM task WHERE session = ?1",
    [SQL_DAYS] = "SELECT id, cells FROM day WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
    [SQL_DAYS_COARSE] = /* the same as SQL_DAYS, which runs between the rows of this one */
        "SELECT id, cells FROM day WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
    [SQL_DAY_INSERT] = "INSERT INTO day (id, cells) VALUES (?1, ?2)",
    [SQL_DAYS_DROP] = "DELETE FROM day WHERE id BETWEEN ?1 AND ?2",
    [SQL_CELLS_DAYS] =
        "SELECT (id & 4294967295) - 1 FROM rollup WHERE id BETWEEN (?1 << 32) + ?2 + 1 AND (?1 << 32) + ?3 + 1",
    [SQL_TASKS_DAYS] = "SELECT DISTINCT quarter / 96 FROM task WHERE quarter BETWEEN ?2 * 96 AND ?3 * 96 + 95",
    /* changes when another connection changes something */
    [SQL_DATA_VERSION] = "PRAGMA data_version",
};
/* clang-format on */

static void add_columns(buf *b, const fact_form *form, const char *before) {
  for (int i = 0; i < form->columns; i++) {
    bpi_buf_text(b, before);
    bpi_buf_text(b, form->column[i].name);
  }
}

static void fact_sql(buf *b, store_statement which) {
  int group = (int)(which - SQL_FACT_CLUSTER) / FACT_KINDS;
  fact_kind kind = (fact_kind)((which - SQL_FACT_CLUSTER) % FACT_KINDS);
  const fact_form *form = &bpi_fact_forms[kind];
  const char *table = bpi_fact_types[kind].table;
  switch (group) {
  case 0: /* from the requested number on; the caller stops at the first gap */
    bpi_buf_text(b, "SELECT id, k2");
    add_columns(b, form, ", ");
    bpi_buf_printf(b, " FROM %s WHERE id >= ?1 ORDER BY id", table);
    break;
  case 1:
    bpi_buf_printf(b, "INSERT INTO %s (id, k2", table);
    add_columns(b, form, ", ");
    bpi_buf_text(b, ") SELECT c0");
    for (int i = 1; i < form->columns + 2; i++)
      bpi_buf_printf(b, ", c%d", i);
    bpi_buf_text(b, " FROM bulk");
    break;
  case 2: /* facts whose number is taken; CROSS fixes the join order */
    bpi_buf_printf(b, "SELECT c1, c2 FROM bulk CROSS JOIN %s ON id = c0", table);
    break;
  case 4: bpi_buf_printf(b, "SELECT id, 0 FROM %s ORDER BY id", table); break;
  case 5: bpi_buf_printf(b, "DELETE FROM %s WHERE id = ?1", table); break;
  case 6: bpi_buf_printf(b, "SELECT max(id) FROM %s", table); break;
  case 7: /* rows of some sessions, and whether the preceding number is used */
    bpi_buf_printf(b,
                   "SELECT id, EXISTS (SELECT 1 FROM %s o WHERE o.id = t.id - 1) FROM %s t "
                   "WHERE session IN (SELECT c0 FROM bulk) ORDER BY id",
                   table, table);
    break;
  case 8: bpi_buf_printf(b, "SELECT id FROM %s WHERE id < ?1 ORDER BY id DESC", table); break;
  default:
    bpi_buf_printf(b, "UPDATE %s SET k2 = ?2", table);
    for (int i = 0; i < form->columns; i++)
      bpi_buf_printf(b, ", %s = ?%d", form->column[i].name, i + 3);
    bpi_buf_text(b, " WHERE id = ?1");
  }
}

int bpi_sql_fail(int code, bp_error **error) {
  if (code == SQLITE_IOERR_NOMEM) return bpi_fail_nomem(error);
  switch (code & 0xff) {
  case SQLITE_NOMEM: return bpi_fail_nomem(error);
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
  case SQLITE_PROTOCOL: /* locking of the log failed repeatedly */
    return bpi_fail(error, BP_ERR_BUSY, "another process is writing to the store");
  case SQLITE_READONLY:
  case SQLITE_PERM: return bpi_fail(error, BP_ERR_READONLY, "the store cannot be written");
  case SQLITE_CORRUPT: return bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged");
  case SQLITE_ERROR: /* statements are constant, so a schema that does not fit them was changed */
  case SQLITE_CONSTRAINT:
  case SQLITE_MISMATCH:
    return bpi_fail(error, BP_ERR_CORRUPT,
                    "the store is damaged: its tables are not as expected (code %d)", code);
  case SQLITE_NOTADB: return bpi_fail(error, BP_ERR_CORRUPT, "the file is not a blueplane store");
  case SQLITE_FULL: return bpi_fail(error, BP_ERR_IO, "the disk is full; nothing was stored");
  case SQLITE_NOLFS:
  case SQLITE_CANTOPEN:
    return bpi_fail(error, BP_ERR_IO,
                    "the store, or its log (-wal, -shm) beside it, cannot be opened");
  case SQLITE_IOERR:
    return bpi_fail(error, BP_ERR_IO, "reading or writing the store failed (code %d)", code);
  case SQLITE_AUTH: return bpi_fail(error, BP_ERR_DENIED, "access does not allow this");
  case SQLITE_INTERRUPT: return bpi_fail_cancelled(error);
  default: return bpi_fail(error, BP_ERR_INTERNAL, "unexpected database code %d", code);
  }
}

/* Our SQL is valid, so either a table is not as we created it, or an interrupt kept SQLite from
 * reading the schema, in which case it reports a missing table. */
static int fail_prepare(const store *s, int code, bp_error **error) {
  if ((code & 0xff) != SQLITE_ERROR) return bpi_sql_fail(code, error);
  return bpi_store_interrupted(s) ? bpi_fail_cancelled(error)
                                  : bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged");
}

sqlite3_stmt *bpi_sql(store *s, store_statement which, bp_error **error) {
  if (s->statement[which] != NULL) return s->statement[which];
  buf text;
  bpi_buf_init(&text, 4096);
  if (which < SQL_FACT_CLUSTER)
    bpi_buf_text(&text, fixed_sql[which]);
  else
    fact_sql(&text, which);
  if (text.failed) {
    bpi_buf_free(&text);
    bpi_fail_nomem(error);
    return NULL;
  }
  int code = sqlite3_prepare_v3(s->db, text.data, (int)text.length + 1, SQLITE_PREPARE_PERSISTENT,
                                &s->statement[which], NULL);
  bpi_buf_free(&text);
  if (code != SQLITE_OK) fail_prepare(s, code, error);
  return s->statement[which]; /* NULL on failure */
}

sqlite3_stmt *bpi_sql_once(store *s, const char *sql, bp_error **error) {
  sqlite3_stmt *made = NULL;
  int code = sqlite3_prepare_v2(s->db, sql, -1, &made, NULL);
  if (code != SQLITE_OK) fail_prepare(s, code, error);
  return made;
}

int bpi_sql_step(sqlite3_stmt *statement, bp_error **error) {
  int code = sqlite3_step(statement);
  if (code == SQLITE_ROW) return 1;
  sqlite3_reset(statement);
  return code == SQLITE_DONE ? 0 : bpi_sql_fail(code, error);
}

int bpi_sql_run(sqlite3_stmt *statement, bp_error **error) {
  if (statement == NULL) return error != NULL && *error ? bpi_error_code(*error) : BP_ERR_INTERNAL;
  int rc = bpi_sql_step(statement, error);
  if (rc > 0) sqlite3_reset(statement);
  return rc < 0 ? rc : BP_OK;
}

int bpi_sql_exec(store *s, const char *sql, bp_error **error) {
  int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
  return code == SQLITE_OK ? BP_OK : bpi_sql_fail(code, error);
}

int bpi_sql_number(store *s, const char *sql, int64_t *out, bp_error **error) {
  sqlite3_stmt *get = NULL;
  int code = sqlite3_prepare_v2(s->db, sql, -1, &get, NULL);
  if (code != SQLITE_OK) return fail_prepare(s, code, error);
  code = sqlite3_step(get);
  if (code == SQLITE_ROW) *out = sqlite3_column_int64(get, 0);
  sqlite3_finalize(get);
  return code == SQLITE_ROW || code == SQLITE_DONE ? BP_OK : bpi_sql_fail(code, error);
}

/* SQLite's busy handler; `tries` counts earlier calls for the same lock. The pauses grow. A
 * cancelled caller stops waiting, except to write audit rows. */
static int wait_for_others(void *waiting, int tries) {
  static const int pauses[] = {1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100};
  const int last = sizeof pauses / sizeof *pauses - 1;
  const store *s = waiting;
  if (s->while_waiting != NULL) s->while_waiting(s->waiting);
  int left = bpi_store_interrupted(s) && !s->noting ? 0 : s->wait_ms;
  for (int i = 0; i < tries && left > 0; i++)
    left -= pauses[i < last ? i : last];
  if (left <= 0) return 0;
  int pause = pauses[tries < last ? tries : last];
  bpi_sleep_ms((unsigned)(pause < left ? pause : left));
  return 1;
}

void bpi_sql_wait(store *s, sqlite3 *db, int milliseconds) {
  s->wait_ms = milliseconds;
  sqlite3_busy_handler(db, wait_for_others, s);
}

int bpi_sql_run_waiting(const store *s, sqlite3_stmt *statement, bp_error **error) {
  int rc = bpi_sql_run(statement, error);
  if (rc != BP_ERR_BUSY || !bpi_store_interrupted(s)) return rc;
  bpi_error_free(*error);
  *error = NULL;
  return bpi_fail_cancelled(error);
}

void bpi_sql_bind(sqlite3_stmt *statement, int parameter, int64_t value) {
  if (value == FACT_NONE)
    sqlite3_bind_null(statement, parameter);
  else
    sqlite3_bind_int64(statement, parameter, value);
}

int64_t bpi_sql_column(sqlite3_stmt *statement, int column) {
  return sqlite3_column_type(statement, column) == SQLITE_NULL
             ? FACT_NONE
             : sqlite3_column_int64(statement, column);
}

int bpi_sql_blob(sqlite3_stmt *statement, int column, void *into, size_t length, bp_error **error) {
  const void *blob = sqlite3_column_blob(statement, column);
  if (blob == NULL || (size_t)sqlite3_column_bytes(statement, column) != length)
    return bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged: a value has the wrong length");
  memcpy(into, blob, length);
  return BP_OK;
}

int bpi_sql_text(sqlite3_stmt *statement, int column, const char **out, bp_error **error) {
  *out = (const char *)sqlite3_column_text(statement, column);
  if (*out != NULL) return BP_OK;
  return sqlite3_column_type(statement, column) == SQLITE_NULL
             ? bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged: a name is missing")
             : bpi_fail_nomem(error);
}

int bpi_sql_between(sqlite3_stmt *statement, int column, int64_t least, int64_t most, int64_t *out,
                    bp_error **error) {
  *out = sqlite3_column_int64(statement, column);
  return *out >= least && *out <= most
             ? BP_OK
             : bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged: a number cannot be right");
}

int bpi_sql_monday(sqlite3_stmt *statement, int column, int64_t *out, bp_error **error) {
  *out = sqlite3_column_int64(statement, column);
  if (bpi_is_monday(*out)) return BP_OK;
  return bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged: a week in it is none");
}

/* The statement that ends the transaction is prepared before it begins. */
static int begin(store *s, store_statement how, bp_error **error) {
  if (bpi_sql(s, SQL_ROLLBACK, error) == NULL) return bpi_error_code(*error);
  s->tiers = -1;
  return bpi_sql_run_waiting(s, bpi_sql(s, how, error), error);
}

int bpi_store_begin_read(store *s, bp_error **error) {
  return begin(s, SQL_BEGIN_READ, error);
}
int bpi_store_begin_write(store *s, bp_error **error) {
  return begin(s, SQL_BEGIN_WRITE, error);
}

int bpi_store_try_write(store *s, bool *begun, bp_error **error) {
  bp_error *why = NULL;
  bpi_store_wait(s, false);
  int rc = bpi_store_begin_write(s, &why);
  bpi_store_wait(s, true);
  *begun = rc == BP_OK;
  if (rc == BP_ERR_BUSY) {
    bpi_error_free(why);
    return BP_OK;
  }
  if (rc != BP_OK) *error = why;
  return rc;
}

int bpi_store_commit(store *s, bp_error **error) {
  return bpi_sql_run_waiting(s, bpi_sql(s, SQL_COMMIT, error), error);
}

/* An interrupt may end ROLLBACK itself, but hardly twice. */
void bpi_store_rollback(store *s) {
  for (int attempt = 0; attempt < 10 && !sqlite3_get_autocommit(s->db); attempt++)
    bpi_sql_step(s->statement[SQL_ROLLBACK], NULL);
}

/* Must be called outside a transaction. */
static int sync_commits(store *s, bool each, bp_error **error) {
  if (!s->logged) return BP_OK;
  return bpi_sql_exec(s, each ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", error);
}

int bpi_transaction_begin(store *s, bp_error **error) {
  int rc = sync_commits(s, true, error);
  if (rc != BP_OK) return rc;
  rc = bpi_store_begin_write(s, error);
  if (rc != BP_OK) (void)sync_commits(s, false, NULL);
  return rc;
}

int bpi_transaction_end(store *s, int code, bp_error **error) {
  if (code == BP_OK) code = bpi_store_commit(s, error);
  if (code != BP_OK) bpi_store_rollback(s);
  (void)sync_commits(s, false, NULL); /* on failure later commits are only slower */
  return code;
}

int bpi_store_truncate_log(store *s, bool *done, bp_error **error) {
  int code = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  *done = code == SQLITE_OK;
  return code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY ? BP_OK : bpi_sql_fail(code, error);
}
