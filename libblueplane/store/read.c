/* store/read.c */
#include "store/read.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "store/cells.h"
#include "store/days.h"
#include "store/erase.h"
#include "store/tasks.h"
#include "store/transaction.h"

/* Without a write-ahead log a reader waits for a writer when it reads its first row. That happens
 * here, with a row that every access may read. */
int bpi_read_begin(store *s, bp_error **error) {
  int rc = bpi_store_begin_read(s, error);
  if (rc != BP_OK) return rc;
  rc = bpi_sql_run_waiting(s, bpi_sql(s, SQL_META_GET, error), error);
  if (rc != BP_OK) bpi_store_rollback(s);
  return rc;
}

int bpi_read_begin_tasks(store *s, bp_error **error) {
  int rc = bpi_tasks_refresh(s, error);
  if (rc == BP_OK) rc = bpi_read_begin(s, error);
  if (rc != BP_OK) return rc;
  rc = bpi_tasks_overlay(s, error);
  if (rc != BP_OK) bpi_read_end(s);
  return rc;
}

void bpi_read_end(store *s) {
  bpi_tasks_forget(s);
  bpi_store_rollback(s);
  bpi_days_pack(s);
}

int bpi_read_begin_writing(store *s, bp_error **error) {
  int rc = bpi_tasks_refresh(s, error);
  if (rc == BP_OK) rc = bpi_transaction_begin(s, error);
  if (rc != BP_OK) return rc;
  rc = bpi_tasks_overlay(s, error);
  return rc == BP_OK ? rc : bpi_transaction_end(s, rc, error);
}

int bpi_read_end_writing(store *s, int code, bp_error **error) {
  bpi_tasks_forget(s);
  code = bpi_transaction_end(s, code, error);
  bpi_days_pack(s);
  return code;
}

bool bpi_read_cancelled(const store *s) {
  return bpi_store_interrupted(s);
}

/* Passes each row of a statement, whose parameters are bound, to `row`. */
static int each(sqlite3_stmt *statement, int (*row)(void *user, sqlite3_stmt *row), void *user,
                bp_error **error) {
  int rc;
  while ((rc = bpi_sql_step(statement, error)) > 0) {
    int stop = row(user, statement);
    if (stop != 0) {
      sqlite3_reset(statement);
      return stop;
    }
  }
  return rc;
}

/* -------------------------------------------------------------------------------------- cells */

int bpi_read_rollup(store *s, rollup_kind kind, int64_t from_quarter, int64_t until_quarter,
                    int (*row)(void *user, const rollup_cell *cell), void *user, bp_error **error) {
  const cell_reader to = {.cell = row, .user = user};
  return bpi_days_read(s, kind, GRAIN_CELL, from_quarter, until_quarter, &to, error);
}

int bpi_read_cells(store *s, rollup_kind kind, cell_grain grain, int64_t from_quarter,
                   int64_t until_quarter, const cell_reader *to, bp_error **error) {
  return bpi_days_read(s, kind, grain, from_quarter, until_quarter, to, error);
}

int bpi_read_extent(store *s, int64_t *first, int64_t *last, bp_error **error) {
  *first = *last = QUARTER_UNDATED;
  sqlite3_stmt *get = bpi_sql(s, SQL_EXTENT, error);
  if (get == NULL) return bpi_error_code(*error);
  int rc = bpi_sql_step(get, error);
  if (rc > 0 && sqlite3_column_type(get, 0) != SQLITE_NULL) {
    *first = sqlite3_column_int64(get, 0);
    *last = sqlite3_column_int64(get, 1);
  }
  sqlite3_reset(get);
  bool sound = *first >= QUARTER_UNDATED && *last >= *first &&
               *last <= bpi_quarter_of(BPI_TIME_LAST);
  if (rc >= 0 && !sound)
    return bpi_fail(error, BP_ERR_CORRUPT,
                    "the store is damaged: quarters of an hour outside the valid range");
  return rc < 0 ? rc : BP_OK;
}

/* ------------------------------------------------------------------------ sessions and labels */

static int64_t or_zero(int64_t value) {
  return value == FACT_NONE ? 0 : value;
}

static void session_of(sqlite3_stmt *row, session_row *out) {
  out->id = sqlite3_column_int64(row, 0);
  out->key.hi = (uint64_t)sqlite3_column_int64(row, 1);
  out->key.lo = (uint64_t)sqlite3_column_int64(row, 2);
  int64_t *const into[] = {&out->platform, &out->workspace, &out->branch, &out->version,
                           &out->entrypoint};
  for (int i = 0; i < 5; i++)
    *into[i] = or_zero(bpi_sql_column(row, 3 + i));
  out->sources = sqlite3_column_int64(row, 8);
  out->first_us = bpi_sql_column(row, 9);
  out->last_us = bpi_sql_column(row, 10);
  out->tier = sqlite3_column_int64(row, 11);
  out->shadowed = 0;
  out->shadowed_facts = 0;
}

/* A row's cells count unless a better row reports the same kinds. Facts without a session are not
 * alternative reports of each other. */
static int find_shadowed(store *s, session_rows *rows, bp_error **error) {
  unsigned better = 0;
  if (rows->count < 2 || bpi_ident_absent(rows->row[0].key)) return BP_OK;
  sqlite3_stmt *get = bpi_sql(s, SQL_SESSION_TOLD, error);
  if (get == NULL) return bpi_error_code(*error);
  for (size_t i = 0; i < rows->count; i++) {
    session_row *row = &rows->row[i];
    unsigned told = row->first_us == BPI_TIME_NONE ? 0 : 1u << ROLLUP_ACTIVE;
    int rc;
    row->shadowed = bpi_shadowed_by(better);
    sqlite3_bind_int64(get, 1, row->id);
    while ((rc = bpi_sql_step(get, error)) > 0) {
      int64_t kind = sqlite3_column_int64(get, 0);
      if (kind <= ROLLUP_TOLD || kind >= ROLLUP_KINDS) continue;
      told |= 1u << kind;
      /* an edit is already counted as a tool call */
      if (kind != ROLLUP_EDIT && row->shadowed >> kind & 1)
        row->shadowed_facts += sqlite3_column_int64(get, 1);
    }
    if (rc < 0) return rc;
    better |= told;
  }
  return BP_OK;
}

static void take_name(int64_t *name, int64_t other) {
  if (*name == 0) *name = other;
}

session_row bpi_session_joined(const session_rows *rows) {
  session_row one = rows->row[0];
  for (size_t i = 1; i < rows->count; i++) {
    const session_row *row = &rows->row[i];
    take_name(&one.platform, row->platform);
    take_name(&one.workspace, row->workspace);
    take_name(&one.branch, row->branch);
    take_name(&one.version, row->version);
    take_name(&one.entrypoint, row->entrypoint);
    one.sources |= row->sources;
    one.shadowed_facts += row->shadowed_facts;
    if (one.first_us != BPI_TIME_NONE) continue;
    one.first_us = row->first_us;
    one.last_us = row->last_us;
  }
  return one;
}

/* The rows of a session are adjacent; they are passed on when the next session begins. */
typedef struct session_visit {
  store *s;
  session_rows rows;
  int (*session)(void *user, const session_rows *rows);
  void *user;
  bp_error **error;
} session_visit;

static int pass_rows(session_visit *v) {
  if (v->rows.count == 0) return BP_OK;
  int rc = find_shadowed(v->s, &v->rows, v->error);
  if (rc == BP_OK) rc = v->session(v->user, &v->rows);
  v->rows.count = 0;
  return rc;
}

static int add_row(session_rows *rows, sqlite3_stmt *row, bp_error **error) {
  if (rows->count == RECORD_TIERS) /* at most one row per tier */
    return bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged: rows of a session");
  session_of(row, &rows->row[rows->count++]);
  return BP_OK;
}

static int visit_session(void *user, sqlite3_stmt *row) {
  session_visit *v = user;
  session_row next;
  session_of(row, &next);
  bool same = v->rows.count > 0 && bpi_ident_compare(v->rows.row[0].key, next.key) == 0;
  int rc = same ? BP_OK : pass_rows(v);
  return rc == BP_OK ? add_row(&v->rows, row, v->error) : rc;
}

int bpi_read_sessions(store *s, int (*session)(void *user, const session_rows *rows), void *user,
                      bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_SESSIONS, error);
  session_visit v = {.s = s, .session = session, .user = user, .error = error};
  int rc = get == NULL ? bpi_error_code(*error) : each(get, visit_session, &v, error);
  return rc == BP_OK ? pass_rows(&v) : rc;
}

static int add_rows(session_rows *rows, sqlite3_stmt *get, bp_error **error) {
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0)
    if ((rc = add_row(rows, get, error)) != BP_OK) {
      sqlite3_reset(get);
      return rc;
    }
  return rc;
}

/* Whether any session has a row of a tier other than the best. */
static int find_tiers(store *s, bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_SESSION_TIERED, error);
  if (get == NULL) return bpi_error_code(*error);
  int rc = bpi_sql_step(get, error);
  sqlite3_reset(get);
  if (rc >= 0) s->tiers = rc;
  return rc < 0 ? rc : BP_OK;
}

/* Nearly all sessions have one row, of the best tier. Others are found through an index that
 * contains no best rows. */
int bpi_read_session(store *s, int64_t id, session_rows *out, bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_SESSION_GET, error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, id);
  out->count = 0;
  int rc = add_rows(out, get, error);
  if (rc != BP_OK || out->count == 0) return rc != BP_OK ? rc : BP_ERR_NOTFOUND;
  bool best = out->row[0].tier == 0;
  if (s->tiers < 0) rc = find_tiers(s, error);
  if (rc != BP_OK || (best && s->tiers == 0)) return rc;
  sqlite3_stmt *more = bpi_sql(s, best ? SQL_SESSION_OTHERS : SQL_SESSION_WHOLE, error);
  if (more == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(more, 1, best ? (int64_t)out->row[0].key.hi : id);
  if (best) sqlite3_bind_int64(more, 2, (int64_t)out->row[0].key.lo);
  out->count = best;
  rc = add_rows(out, more, error);
  return rc == BP_OK ? find_shadowed(s, out, error) : rc;
}

static void label_of(sqlite3_stmt *row, label_row *out) {
  out->id = sqlite3_column_int64(row, 0);
  out->kind = sqlite3_column_int64(row, 1);
  out->key.hi = (uint64_t)sqlite3_column_int64(row, 2);
  out->key.lo = (uint64_t)sqlite3_column_int64(row, 3);
  out->text = (const char *)sqlite3_column_text(row, 4);
  out->length = out->text == NULL ? 0 : (size_t)sqlite3_column_bytes(row, 4);
}

typedef struct label_visit {
  int (*row)(void *user, const label_row *label);
  void *user;
} label_visit;

static int visit_label(void *user, sqlite3_stmt *row) {
  const label_visit *v = user;
  label_row label;
  label_of(row, &label);
  return v->row(v->user, &label);
}

int bpi_read_labels(store *s, int (*row)(void *user, const label_row *label), void *user,
                    bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_LABELS, error);
  label_visit v = {row, user};
  return get == NULL ? bpi_error_code(*error) : each(get, visit_label, &v, error);
}

int bpi_read_labels_of(store *s, int64_t kind, int (*row)(void *user, const label_row *label),
                       void *user, bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_LABELS_OF, error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, kind);
  label_visit v = {row, user};
  return each(get, visit_label, &v, error);
}

int bpi_read_label(store *s, int64_t id, label_row *out, char text[256], bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_LABEL_GET, error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, id);
  int rc = bpi_sql_step(get, error);
  if (rc <= 0) return rc < 0 ? rc : BP_ERR_NOTFOUND;
  label_of(get, out);
  if (out->text != NULL) {
    if (out->length > 255) out->length = 255;
    memcpy(text, out->text, out->length);
    text[out->length] = '\0';
    out->text = text;
  }
  sqlite3_reset(get);
  return BP_OK;
}

/* ------------------------------------------------------------------------------- operations */

/* 0 in memory, or after the last writer has closed. */
static int64_t wal_bytes(store *s) {
  const char *path = sqlite3_db_filename(s->db, "main");
  file_stat stat;
  if (path == NULL || *path == '\0') return 0;
  return bpi_file_stat(sqlite3_filename_wal(path), &stat) == BP_OK ? stat.size : 0;
}

static int add_shadowed(void *user, const session_rows *rows) {
  *(int64_t *)user += bpi_session_joined(rows).shadowed_facts;
  return BP_OK;
}

static int add_count(void *user, const rollup_cell *cell) {
  *(int64_t *)user += cell->n;
  return BP_OK;
}

int bpi_read_health(store *s, bool activity, store_health *out, bp_error **error) {
  memset(out, 0, sizeof *out);
  /* the first query of each group; those after OPERATIONS count activity */
  enum { ANY_KIND = 4, OPERATIONS = 6 };
  bool personal = s->kind == STORE_PERSONAL;
  activity = activity && personal;
  const struct {
    const char *sql;
    int64_t *into;
  } questions[] = {
      {"PRAGMA user_version", &out->schema},
      {"PRAGMA page_size", &out->page_size},
      {"PRAGMA page_count", &out->pages},
      {"PRAGMA freelist_count", &out->free_pages},
      {"SELECT count(*) FROM file", &out->files},
      {"SELECT count(*) FROM reject", &out->rejects},
      {"SELECT count(*) FROM prompt", &out->facts[FACT_PROMPT]},
      {"SELECT count(*) FROM response", &out->facts[FACT_RESPONSE]},
      {"SELECT count(*) FROM tool_call", &out->facts[FACT_TOOL_CALL]},
      {"SELECT count(*) FROM decision", &out->facts[FACT_DECISION]},
      {"SELECT count(*) FROM span", &out->facts[FACT_SPAN]},
      {"SELECT count(*) FROM event", &out->facts[FACT_EVENT]},
      {"SELECT count(*) FROM change", &out->facts[FACT_CHANGE]},
      {"SELECT count(*) FROM (SELECT 1 FROM session GROUP BY hi, lo)", &out->facts[FACT_KINDS]},
      {"SELECT coalesce(sum(count), 0) FROM rollup", &out->cells},
  };
  size_t count = activity ? sizeof questions / sizeof *questions : personal ? OPERATIONS : ANY_KIND;
  int rc = BP_OK;
  for (size_t i = 0; i < count && rc == BP_OK; i++)
    rc = bpi_sql_number(s, questions[i].sql, questions[i].into, error);
  for (rollup_kind kind = ROLLUP_RESPONSE; kind < ROLLUP_STORED_KINDS && activity; kind++)
    if (rc == BP_OK) rc = bpi_cells_read(s, kind, INT64_MIN, 0, add_count, &out->undated, error);
  if (rc == BP_OK && activity) rc = bpi_read_sessions(s, add_shadowed, &out->shadowed, error);
  out->file_bytes = out->page_size * out->pages;
  out->wal_bytes = wal_bytes(s);
  if (rc == BP_OK) rc = bpi_store_erase_pending(s, &out->erasures_pending, error);
  if (rc == BP_OK)
    rc = bpi_store_setting(s, "last_ingest_us", FACT_NONE, &out->last_ingest_us, error);
  return rc;
}

/* The check reports a page it could not read, for lack of memory or because of the disk, like
 * damage, but its message ends with the error code. */
static int code_in(const char *word) {
  static const char words[] = "error code=";
  const char *at = strstr(word, words);
  return at == NULL ? SQLITE_CORRUPT : (int)strtol(at + sizeof words - 1, NULL, 10);
}

int bpi_read_integrity(store *s, int *ok, bp_error **error) {
  sqlite3_stmt *check = NULL;
  int code = sqlite3_prepare_v2(s->db, "PRAGMA integrity_check(1)", -1, &check, NULL);
  if (code == SQLITE_OK) code = sqlite3_step(check);
  if (code == SQLITE_ROW) {
    const char *word = (const char *)sqlite3_column_text(check, 0);
    *ok = word != NULL && strcmp(word, "ok") == 0;
    if (!*ok) code = word == NULL ? SQLITE_NOMEM : code_in(word);
  }
  sqlite3_finalize(check);
  if ((code & 0xff) == SQLITE_CORRUPT) {
    *ok = 0;
    return BP_OK;
  }
  return code == SQLITE_ROW ? BP_OK : bpi_sql_fail(code, error);
}

typedef struct file_visit {
  int (*row)(void *user, const file_row *f);
  void *user;
} file_visit;

static int visit_file(void *user, sqlite3_stmt *row) {
  const file_visit *v = user;
  file_row f = {
      .id = sqlite3_column_int64(row, 0),
      .source = sqlite3_column_int64(row, 1),
      .key = {(uint64_t)sqlite3_column_int64(row, 2), (uint64_t)sqlite3_column_int64(row, 3)},
      .size = sqlite3_column_int64(row, 4),
      .position = sqlite3_column_int64(row, 5),
      .lines = sqlite3_column_int64(row, 6),
      .records = sqlite3_column_int64(row, 7),
      .rejects = sqlite3_column_int64(row, 8),
      .read_us = sqlite3_column_int64(row, 9)};
  return v->row(v->user, &f);
}

int bpi_read_files(store *s, int (*row)(void *user, const file_row *f), void *user,
                   bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_FILES, error);
  file_visit v = {row, user};
  return get == NULL ? bpi_error_code(*error) : each(get, visit_file, &v, error);
}

typedef struct reject_visit {
  int (*row)(void *user, const reject_row *r);
  void *user;
} reject_visit;

static int visit_reject(void *user, sqlite3_stmt *row) {
  const reject_visit *v = user;
  reject_row r = {{(uint64_t)sqlite3_column_int64(row, 0), (uint64_t)sqlite3_column_int64(row, 1)},
                  sqlite3_column_int64(row, 2),
                  sqlite3_column_int64(row, 3),
                  sqlite3_column_int64(row, 4),
                  sqlite3_column_int64(row, 5),
                  sqlite3_column_int64(row, 6)};
  return v->row(v->user, &r);
}

int bpi_read_rejects(store *s, int (*row)(void *user, const reject_row *r), void *user,
                     bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_REJECTS, error);
  reject_visit v = {row, user};
  return get == NULL ? bpi_error_code(*error) : each(get, visit_reject, &v, error);
}
