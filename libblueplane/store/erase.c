/* store/erase.c: a fact is erased with all rows of its key. If a row of another key follows it in a
 * run of consecutive numbers, the lookup of that key must still pass this position, so a marker
 * without content is left there. */
#include "store/erase.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sort.h"
#include "base/sum.h"
#include "base/time.h"
#include "store/bulk.h"
#include "store/consent.h"
#include "store/days.h"
#include "store/form.h"
#include "store/group.h"
#include "store/personal.h"
#include "store/trace.h"
#include "store/transaction.h"

#define WAIT_MS 300

typedef struct numbers {
  int64_t *item;
  size_t count, capacity;
} numbers;

typedef struct eraser {
  store *s;
  const erase_selector *what;
  int64_t now_us;
  int64_t tellers;            /* bit per source that reported an erased session */
  numbers rows;               /* selected session rows, sorted */
  numbers lost;               /* session rows that lost a fact */
  numbers keys;               /* keys to erase in the current cluster, sorted */
  numbers gone[FACT_KINDS];   /* facts to delete */
  numbers marked[FACT_KINDS]; /* facts that become markers */
  unsigned char *seen;        /* per session in `rebuild`: something of it remains */
  numbers rebuild;
  numbers whole; /* all rows of these sessions */
  numbers went;  /* keys of deleted session rows, two numbers each; then sorted */
  cells changes;
  moments moments;
  group one, resolved;
  stored_names names;
  trace trace;
  erase_receipt *receipt;
  bp_error **error;
} eraser;

static int add(eraser *e, numbers *n, int64_t number) {
  void *items = n->item;
  if (bpi_reserve(&items, &n->capacity, n->count + 1, sizeof *n->item) != BP_OK)
    return bpi_fail_nomem(e->error);
  n->item = items;
  n->item[n->count++] = number;
  return BP_OK;
}

static void sort_unique(numbers *n) {
  n->count = bpi_sort_unique(n->item, n->count);
}

static const int64_t *find(const numbers *n, int64_t number) {
  return bpi_find_number(n->item, n->count, number);
}

/* -------------------------------------------------------------------------------- what is to go */

static bool any_session(const erase_selector *w) {
  return w->session == NULL && w->source == ERASED_ANY_SOURCE;
}

static bool is_everything(const erase_selector *w) {
  return any_session(w) && w->from_us == INT64_MIN && w->until_us == INT64_MAX;
}

static bool wants_session(const erase_selector *w, ident key) {
  return w->session == NULL ||
         bsearch(&key, w->session, w->sessions, sizeof key, bpi_ident_order) != NULL;
}

static int select_rows(eraser *e) {
  sqlite3_stmt *get = bpi_sql(e->s, SQL_SESSION_ROWS, e->error);
  if (get == NULL) return bpi_error_code(*e->error);
  int rc;
  while ((rc = bpi_sql_step(get, e->error)) > 0) {
    ident key = {(uint64_t)sqlite3_column_int64(get, 1), (uint64_t)sqlite3_column_int64(get, 2)};
    int64_t sources = sqlite3_column_int64(get, 3);
    bool told = e->what->source == ERASED_ANY_SOURCE || (sources >> e->what->source & 1);
    if (told && wants_session(e->what, key) &&
        (rc = add(e, &e->rows, sqlite3_column_int64(get, 0))) != BP_OK)
      break;
  }
  sqlite3_reset(get);
  sort_unique(&e->rows);
  return rc < 0 ? rc : BP_OK;
}

static bool in_time(const erase_selector *w, int64_t time_us) {
  return time_us != BPI_TIME_NONE && time_us >= w->from_us && time_us < w->until_us;
}

static bool meets(const eraser *e, fact_kind kind, const int64_t *fact) {
  const fact_head *head = bpi_head(fact);
  if (head->session == FACT_MARKER) return false;
  if (!any_session(e->what) && find(&e->rows, head->session) == NULL) return false;
  int64_t result_us = kind == FACT_TOOL_CALL
                          ? ((const tool_call_fact *)(const void *)fact)->result_us
                          : BPI_TIME_NONE;
  if (head->time_us == BPI_TIME_NONE && result_us == BPI_TIME_NONE)
    return e->what->from_us == INT64_MIN;
  return in_time(e->what, head->time_us) || in_time(e->what, result_us);
}

/* ------------------------------------------------------------------------------------- facts */

/* Lists the keys to erase in a cluster. A fact is erased with all rows of its key; a gateway's
 * constant id may have any number of them. */
static int list_keys(eraser *e, fact_kind kind, const group *cluster) {
  int rc = BP_OK;
  e->keys.count = 0;
  for (size_t i = 0; i < cluster->count && rc == BP_OK; i++) {
    const int64_t *fact = bpi_group_at(cluster, kind, i);
    if (meets(e, kind, fact)) rc = add(e, &e->keys, fact[1]);
  }
  sort_unique(&e->keys);
  return rc;
}

/* Subtracts the fact of a key from the rollup, once per key: at its first row. */
static int subtract_fact(eraser *e, fact_kind kind, const group *cluster, size_t row) {
  int64_t k2 = bpi_group_at(cluster, kind, row)[1];
  e->one.count = 0;
  for (size_t i = 0; i < cluster->count; i++) {
    const int64_t *fact = bpi_group_at(cluster, kind, i);
    if (fact[1] != k2 || bpi_head(fact)->session == FACT_MARKER) continue;
    if (i < row) return BP_OK;
    if (bpi_group_add(&e->one, kind, fact) != BP_OK) return bpi_fail_nomem(e->error);
    int rc = add(e, &e->lost, bpi_head(fact)->session);
    if (rc != BP_OK) return rc;
  }
  fact_names names = bpi_stored_names(&e->names);
  if (bpi_group_resolve(&e->resolved, &e->one, kind, &names) != BP_OK)
    return bpi_fail_nomem(e->error);
  bpi_group_cells(&e->changes, &e->resolved, kind, -1);
  bpi_trace_add(&e->trace, k2);
  return e->names.failed;
}

/* From the last row to the first: a marker is needed only if a row that stays follows it. */
static int judge_cluster(void *user, fact_kind kind, const group *cluster) {
  eraser *e = user;
  bool stays_behind = false;
  int rc = list_keys(e, kind, cluster);
  for (size_t i = e->keys.count > 0 ? cluster->count : 0; rc == BP_OK && i-- > 0;) {
    const int64_t *fact = bpi_group_at(cluster, kind, i);
    bool marker = bpi_head(fact)->session == FACT_MARKER;
    if (!marker && find(&e->keys, fact[1]) == NULL) {
      stays_behind = true;
      continue;
    }
    if (!marker) {
      rc = subtract_fact(e, kind, cluster, i);
      e->receipt->facts[kind]++;
    }
    if (rc == BP_OK && !stays_behind) rc = add(e, &e->gone[kind], fact[0]);
    if (rc == BP_OK && stays_behind && !marker) rc = add(e, &e->marked[kind], fact[0]);
  }
  return rc;
}

static int delete_facts(eraser *e, fact_kind kind) {
  sqlite3_stmt *drop = bpi_sql(e->s, (store_statement)(SQL_FACT_DELETE + (int)kind), e->error);
  sqlite3_stmt *put = bpi_sql(e->s, (store_statement)(SQL_FACT_UPDATE + (int)kind), e->error);
  if (drop == NULL || put == NULL) return bpi_error_code(*e->error);
  int rc = BP_OK;
  for (size_t i = 0; i < e->gone[kind].count && rc == BP_OK; i++) {
    sqlite3_bind_int64(drop, 1, e->gone[kind].item[i]);
    rc = bpi_sql_run(drop, e->error);
  }
  for (size_t i = 0; i < e->marked[kind].count && rc == BP_OK; i++) {
    int64_t marker[FACT_WORDS_MAX] = {e->marked[kind].item[i]};
    marker[FACT_SESSION_WORD] = FACT_MARKER;
    bpi_bind_fact(put, kind, marker);
    rc = bpi_sql_run(put, e->error);
  }
  return rc;
}

static int erase_facts(eraser *e) {
  bool any = any_session(e->what);
  int rc = bpi_visit_clusters(e->s, any ? NULL : e->rows.item, any ? 0 : e->rows.count,
                              judge_cluster, e, e->error);
  for (fact_kind kind = 0; kind < FACT_KINDS && rc == BP_OK; kind++)
    rc = delete_facts(e, kind);
  return rc;
}

/* ---------------------------------------------------------------------------------- sessions */

static int note_left(void *user, fact_kind kind, const group *g) {
  eraser *e = user;
  int64_t at[2];
  for (size_t i = 0; i < g->count; i++) {
    const int64_t *fact = bpi_group_at(g, kind, i);
    int64_t session = bpi_head(fact)->session;
    const int64_t *rebuilt = find(&e->rebuild, session);
    if (rebuilt == NULL) continue;
    e->seen[rebuilt - e->rebuild.item] = 1;
    int n = bpi_fact_moments(kind, fact, at);
    for (int j = 0; j < n; j++)
      bpi_moments_add(&e->moments, session, at[j]);
  }
  return BP_OK;
}

/* A response has a row for each request it was seen with, of which one session owns all: the rows
 * of the others still name theirs. */
static int note_rows(eraser *e) {
  const bulk rows = {e->rebuild.count, e->rebuild.item, bpi_bulk_number};
  sqlite3_stmt *get = bpi_sql_once(
      e->s, "SELECT session FROM response WHERE session IN (SELECT c0 FROM bulk)", e->error);
  if (get == NULL) return bpi_error_code(*e->error);
  int rc = bpi_bulk_step(e->s, get, &rows, e->error);
  for (; rc > 0; rc = bpi_sql_step(get, e->error)) {
    const int64_t *row = find(&e->rebuild, sqlite3_column_int64(get, 0));
    if (row != NULL) e->seen[row - e->rebuild.item] = 1;
  }
  sqlite3_finalize(get);
  return rc;
}

/* Adds sessions whose attributes were seen in the time range, whether or not they have facts. */
static int add_seen(eraser *e) {
  sqlite3_stmt *get = bpi_sql(e->s, SQL_SESSION_SEEN, e->error);
  if (get == NULL) return bpi_error_code(*e->error);
  sqlite3_bind_int64(get, 1, e->what->from_us);
  sqlite3_bind_int64(get, 2, e->what->until_us);
  sqlite3_bind_int(get, 3, e->what->from_us == INT64_MIN);
  int rc;
  while ((rc = bpi_sql_step(get, e->error)) > 0) {
    int64_t row = sqlite3_column_int64(get, 0);
    if (find(&e->rows, row) != NULL && (rc = add(e, &e->rebuild, row)) != BP_OK) break;
  }
  sqlite3_reset(get);
  return rc;
}

/* Rebuilds runs and active time from the remaining facts. A session without facts is erased by the
 * time of its own row. */
static int rebuild_activity(eraser *e) {
  int rc = BP_OK;
  for (size_t i = 0; i < e->lost.count && rc == BP_OK; i++)
    rc = add(e, &e->rebuild, e->lost.item[i]);
  if (rc == BP_OK) rc = add_seen(e);
  if (rc != BP_OK) return rc;
  sort_unique(&e->rebuild);
  e->seen = bpi_alloc_zero(e->rebuild.count + 1, 1);
  if (e->seen == NULL) return bpi_fail_nomem(e->error);
  if (e->rebuild.count == 0) return BP_OK;
  rc = bpi_visit_groups(e->s, e->rebuild.item, e->rebuild.count, note_left, e, e->error);
  if (rc == BP_OK) rc = note_rows(e);
  if (rc == BP_OK)
    rc = bpi_activity_store(e->s, &e->moments, e->rebuild.item, e->rebuild.count, &e->changes,
                            e->error);
  return rc;
}

static int run_with(eraser *e, store_statement which, int64_t a, int64_t b, int64_t c) {
  sqlite3_stmt *run = bpi_sql(e->s, which, e->error);
  if (run == NULL) return bpi_error_code(*e->error);
  const int64_t values[] = {a, b, c};
  for (int i = 0; i < 3 && i < sqlite3_bind_parameter_count(run); i++)
    sqlite3_bind_int64(run, i + 1, values[i]);
  return bpi_sql_run(run, e->error);
}

/* A session whose rows of other tiers stay is still in the files, rightly. */
static int trace_sessions(eraser *e) {
  sqlite3_stmt *get =
      bpi_sql_once(e->s, "SELECT 1 FROM session WHERE hi = ?1 AND lo = ?2", e->error);
  if (get == NULL) return bpi_error_code(*e->error);
  int rc = BP_OK;
  for (size_t i = 0; i + 1 < e->went.count && rc >= 0; i += 2) {
    sqlite3_bind_int64(get, 1, e->went.item[i]);
    sqlite3_bind_int64(get, 2, e->went.item[i + 1]);
    rc = bpi_sql_step(get, e->error);
    sqlite3_reset(get);
    if (rc != 0) continue;
    bpi_trace_add(&e->trace, e->went.item[i]);
    bpi_trace_add(&e->trace, e->went.item[i + 1]);
  }
  sqlite3_finalize(get);
  sort_unique(&e->went);
  return rc < 0 ? rc : BP_OK;
}

/* A session of which something remains forgets attributes that were seen in the erased time. */
static int erase_sessions(eraser *e) {
  int rc = BP_OK;
  for (size_t i = 0; i < e->rebuild.count && rc == BP_OK; i++) {
    int64_t row = e->rebuild.item[i];
    if (row == 0) continue;
    if (e->seen[i]) {
      rc = run_with(e, SQL_SESSION_FORGET, row, e->what->from_us, e->what->until_us);
      continue;
    }
    sqlite3_stmt *get = bpi_sql(e->s, SQL_SESSION_KEY, e->error);
    if (get == NULL) return bpi_error_code(*e->error);
    sqlite3_bind_int64(get, 1, row);
    if ((rc = bpi_sql_step(get, e->error)) > 0) {
      if ((rc = add(e, &e->went, sqlite3_column_int64(get, 0))) == BP_OK)
        rc = add(e, &e->went, sqlite3_column_int64(get, 1));
      e->tellers |= sqlite3_column_int64(get, 2);
      sqlite3_reset(get);
    }
    if (rc >= 0) rc = run_with(e, SQL_SESSION_DELETE, row, 0, 0);
    e->receipt->sessions++;
  }
  return rc == BP_OK ? trace_sessions(e) : rc;
}

/* ------------------------------------------------------------------------------------- tasks */

/* Tasks are computed from a whole session, so the rows of all its tiers are needed. */
static int whole_sessions(eraser *e) {
  sqlite3_stmt *get = bpi_sql(e->s, SQL_SESSION_TIERS, e->error);
  if (get == NULL) return bpi_error_code(*e->error);
  for (size_t i = 0; i < e->rebuild.count; i++) {
    int rc, added = BP_OK;
    sqlite3_bind_int64(get, 1, e->rebuild.item[i]);
    while (added == BP_OK && (rc = bpi_sql_step(get, e->error)) > 0)
      added = add(e, &e->whole, sqlite3_column_int64(get, 0));
    if (added != BP_OK) sqlite3_reset(get);
    if (added != BP_OK || rc < 0) return added != BP_OK ? added : rc;
  }
  sort_unique(&e->whole);
  return BP_OK;
}

static bool is_whole(const void *whole, int64_t session) {
  return find(whole, session) != NULL;
}

static int erase_task_cells(eraser *e) {
  cells none = {.is_gone = is_whole, .gone = &e->whole};
  int rc = bpi_cells_forget(&none, e->s, ROLLUP_ATTEMPT, INT64_MIN, INT64_MAX, e->error);
  if (rc == BP_OK)
    rc = bpi_cells_forget(&none, e->s, ROLLUP_TASK_COST, INT64_MIN, INT64_MAX, e->error);
  if (rc == BP_OK) rc = bpi_cells_store(&none, e->s, e->error);
  bpi_cells_free(&none);
  return rc;
}

/* They are computed again when a query needs them. */
static int erase_tasks(eraser *e) {
  int rc = whole_sessions(e);
  const bulk rows = {e->whole.count, e->whole.item, bpi_bulk_number};
  if (rc == BP_OK) rc = bpi_bulk_run(e->s, SQL_TASKS_ERASE, &rows, e->error);
  if (rc == BP_OK) rc = erase_task_cells(e);
  return rc == BP_OK ? bpi_days_drop_all(e->s, e->error) : rc;
}

static int mark_tasks(eraser *e) {
  const bulk rows = {e->whole.count, e->whole.item, bpi_bulk_number};
  int rc = bpi_bulk_run(e->s, SQL_STALE_ERASE, &rows, e->error);
  return rc == BP_OK ? bpi_sql_run(bpi_sql(e->s, SQL_STALE_FORGET, e->error), e->error) : rc;
}

/* ------------------------------------------------------------------------------ names and places */

/* Notes the identifiers (two columns) of the rows, then deletes them. */
static int drop_rows(eraser *e, const char *table, const char *where, int64_t *count) {
  buf sql;
  sqlite3_stmt *get = NULL;
  bpi_buf_init(&sql, 8192);
  bpi_buf_printf(&sql, "SELECT hi, lo FROM %s WHERE %s", table, where);
  if (sql.failed) {
    bpi_buf_free(&sql);
    return bpi_fail_nomem(e->error);
  }
  int rc, code = sqlite3_prepare_v2(e->s->db, sql.data, -1, &get, NULL);
  bpi_buf_free(&sql);
  if (code != SQLITE_OK) return bpi_sql_fail(code, e->error);
  while ((rc = bpi_sql_step(get, e->error)) > 0) {
    bpi_trace_add(&e->trace, sqlite3_column_int64(get, 0));
    bpi_trace_add(&e->trace, sqlite3_column_int64(get, 1));
    ++*count;
  }
  sqlite3_finalize(get);
  if (rc != BP_OK || *count == 0) return rc;
  bpi_buf_init(&sql, 8192);
  bpi_buf_printf(&sql, "DELETE FROM %s WHERE %s", table, where);
  rc = sql.failed ? bpi_fail_nomem(e->error) : bpi_sql_exec(e->s, sql.data, e->error);
  bpi_buf_free(&sql);
  return rc;
}

/* Erases names that nothing refers to any more. */
static int erase_labels(eraser *e) {
  buf where;
  bpi_buf_init(&where, 4096);
  bpi_buf_text(&where, "id NOT IN ");
  bpi_personal_labels(&where);
  int rc = where.failed ? bpi_fail_nomem(e->error)
                        : drop_rows(e, "label", where.data, &e->receipt->labels);
  bpi_buf_free(&where);
  return rc;
}

static int empty_table(eraser *e, const char *table, int64_t *count) {
  char sql[64];
  sqlite3_snprintf(sizeof sql, sql, "DELETE FROM %s WHERE true", table);
  int rc = bpi_sql_exec(e->s, sql, e->error);
  if (rc == BP_OK) *count += sqlite3_changes(e->s->db);
  return rc;
}

/* Whether an erased session may continue in a file: the reader's state names it, or there is no
 * state and its source reported an erased session. Sessions that ended long ago do not continue, so
 * that deleting by age does not cause whole files to be read again every day. */
static bool may_continue(const eraser *e, sqlite3_stmt *file) {
  int64_t memory[FILE_MEMORY], source = sqlite3_column_int64(file, 2);
  const void *bytes = sqlite3_column_blob(file, 1);
  if (bytes == NULL)
    return e->what->until_us > e->now_us - ERASED_GOES_ON && source >= 0 &&
           (e->tellers >> source & 1);
  bpi_memory_load(memory, bytes, (size_t)sqlite3_column_bytes(file, 1));
  for (size_t i = 0; i < FILE_MEMORY; i++)
    if (bpi_trace_has(&e->trace, memory[i]) ||
        (memory[i] != 0 && find(&e->went, memory[i]) != NULL))
      return true;
  return false;
}

/* Such a file is forgotten and read from its start again, because the session's identifier is only
 * there. */
static int forget_readers(eraser *e) {
  numbers files = {NULL, 0, 0};
  sqlite3_stmt *get = bpi_sql(e->s, SQL_FILE_MEMORIES, e->error);
  if (get == NULL) return bpi_error_code(*e->error);
  int rc;
  while ((rc = bpi_sql_step(get, e->error)) > 0)
    if (may_continue(e, get) && (rc = add(e, &files, sqlite3_column_int64(get, 0))) != BP_OK) break;
  sqlite3_reset(get);
  for (size_t i = 0; i < files.count && rc == BP_OK; i++) {
    char where[32];
    sqlite3_snprintf(sizeof where, where, "id = %lld", (long long)files.item[i]);
    rc = drop_rows(e, "file", where, &e->receipt->files);
  }
  bpi_free(files.item);
  return rc;
}

/* Files have no session or time, so their read positions are erased only with their source. */
static int erase_sources(eraser *e) {
  char where[48];
  if (e->what->session != NULL || e->what->from_us != INT64_MIN || e->what->until_us != INT64_MAX)
    return BP_OK;
  if (e->what->source == ERASED_ANY_SOURCE)
    sqlite3_snprintf(sizeof where, where, "true");
  else
    sqlite3_snprintf(sizeof where, where, "source = %lld", (long long)e->what->source);
  return drop_rows(e, "file", where, &e->receipt->files);
}

static int erase_places(eraser *e) {
  int rc = forget_readers(e);
  if (rc == BP_OK) rc = erase_sources(e);
  if (rc == BP_OK)
    rc = bpi_sql_exec(e->s, "DELETE FROM reject WHERE file NOT IN (SELECT id FROM file)", e->error);
  if (rc == BP_OK) e->receipt->rejects = sqlite3_changes(e->s->db);
  return rc;
}

static int erase_own(eraser *e) {
  int rc = BP_OK;
  int64_t figures = 0;
  if (!is_everything(e->what)) return rc;
  for (const personal_table *t = bpi_personal_tables; t->name != NULL && rc == BP_OK; t++)
    if (t->how == PERSONAL_OWN || t->how == PERSONAL_SYSTEM)
      rc = empty_table(e, t->name, t->how == PERSONAL_OWN ? &e->receipt->decisions : &figures);
  return rc == BP_OK ? bpi_consent_erased(e->s, e->error) : rc;
}

/* ------------------------------------------------------------------------------------- marks */

static int put_mark(eraser *e, const erased_mark *mark) {
  if (mark->from_us >= mark->until_us) return BP_OK; /* empty range */
  sqlite3_stmt *put = bpi_sql(e->s, SQL_ERASED_INSERT, e->error);
  if (put == NULL) return bpi_error_code(*e->error);
  sqlite3_bind_int64(put, 1, (int64_t)mark->session.hi);
  sqlite3_bind_int64(put, 2, (int64_t)mark->session.lo);
  sqlite3_bind_int64(put, 3, mark->source);
  sqlite3_bind_int64(put, 4, mark->from_us);
  sqlite3_bind_int64(put, 5, mark->until_us);
  return bpi_sql_run(put, e->error);
}

/* A mark ends now, because later work is not erased. Facts of a later time, from a clock that was
 * wrong, get marks for their own sessions: a mark for all sessions would also remove later work of
 * others. */
static int put_later_marks(eraser *e) {
  const erase_selector *w = e->what;
  int64_t now_us = e->now_us;
  if (w->until_us <= now_us) return BP_OK;
  sqlite3_stmt *get = bpi_sql(e->s, SQL_SESSION_LATER, e->error);
  if (get == NULL) return bpi_error_code(*e->error);
  sqlite3_bind_int64(get, 1, now_us);
  int rc;
  while ((rc = bpi_sql_step(get, e->error)) > 0) {
    ident key = {(uint64_t)sqlite3_column_int64(get, 0), (uint64_t)sqlite3_column_int64(get, 1)};
    /* A fact's later lines, which told the rest of it, are not stored: as much later as the clock was
     * wrong, but at most a day. */
    int64_t last = sqlite3_column_int64(get, 2), ahead = last - now_us;
    int64_t end = last + 1 + (ahead < BPI_DAY ? ahead : BPI_DAY);
    erased_mark mark = {bpi_erased_session(&e->s->key, key), w->source,
                        w->from_us > now_us ? w->from_us : now_us,
                        w->until_us < end ? w->until_us : end};
    if (wants_session(w, key) && (rc = put_mark(e, &mark)) != BP_OK) break;
  }
  sqlite3_reset(get);
  return rc;
}

static int put_marks(eraser *e) {
  const erase_selector *w = e->what;
  int64_t now_us = e->now_us;
  erased_mark mark = {{0, 0}, w->source, w->from_us, w->until_us < now_us ? w->until_us : now_us};
  int rc = BP_OK;
  if (any_session(w)) rc = run_with(e, SQL_ERASED_COVERED, mark.from_us, mark.until_us, 0);
  if (rc == BP_OK && w->session == NULL) rc = put_mark(e, &mark);
  for (size_t i = 0; i < w->sessions && rc == BP_OK; i++) {
    mark.session = bpi_erased_session(&e->s->key, w->session[i]);
    rc = put_mark(e, &mark);
  }
  return rc == BP_OK ? put_later_marks(e) : rc;
}

static int note_erasure(eraser *e) {
  int64_t count = 0;
  int rc = bpi_store_erasures(e->s, &count, e->error);
  bpi_add_to(&count, 1);
  if (rc == BP_OK) rc = bpi_store_set_setting(e->s, "erasures", count, e->error);
  return rc == BP_OK ? bpi_store_erase_note(e->s, e->error) : rc;
}

int bpi_store_erased(store *s, erased_marks *out, bp_error **error) {
  *out = (erased_marks){NULL, 0, 0};
  sqlite3_stmt *get = bpi_sql(s, SQL_ERASED, error);
  if (get == NULL) return bpi_error_code(*error);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    erased_mark mark = {
        {(uint64_t)sqlite3_column_int64(get, 0), (uint64_t)sqlite3_column_int64(get, 1)},
        sqlite3_column_int64(get, 2),
        sqlite3_column_int64(get, 3),
        sqlite3_column_int64(get, 4)};
    if (bpi_erased_add(out, &mark) != BP_OK) {
      sqlite3_reset(get);
      rc = bpi_fail_nomem(error);
      break;
    }
  }
  if (rc < 0)
    bpi_erased_free(out);
  else
    bpi_erased_sort(out);
  return rc;
}

int bpi_store_erasures(store *s, int64_t *out, bp_error **error) {
  return bpi_store_setting(s, "erasures", 0, out, error);
}

int bpi_store_has_before(store *s, int64_t time_us, bool *out, bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_CELL_BEFORE, error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, bpi_quarter_of(time_us));
  int rc = bpi_sql_step(get, error);
  if (rc > 0) sqlite3_reset(get);
  *out = rc > 0;
  return rc < 0 ? rc : BP_OK;
}

/* ----------------------------------------------------------------------------- bytes in the files */

/* Waits briefly for a reader to finish. */
static int empty_log(store *s, bool *done, bp_error **error) {
  bpi_sql_wait(s, s->db, WAIT_MS);
  int rc = bpi_store_truncate_log(s, done, error);
  bpi_sql_wait(s, s->db, BPI_BUSY_MS);
  return rc;
}

/* Writes the database file again from its rows alone. If that fails, the log is given back all the
 * same: it may be as large as the database, and the disk full. */
static int rewrite(store *s, bool *done, bp_error **error) {
  int code = sqlite3_exec(s->db, "VACUUM", NULL, NULL, NULL);
  int rc = empty_log(s, done, error);
  if (code == SQLITE_OK) return rc;
  *done = false;
  if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED) return rc;
  return rc == BP_OK ? bpi_sql_fail(code, error) : rc;
}

#define PENDING "erasures_pending" /* number of erasures whose files must still be cleaned */

/* Resets the count unless something was erased meanwhile: then that process, or the next one to
 * open the store, cleans up. */
static int finished(store *s, int64_t pending, bp_error **error) {
  sqlite3_stmt *set =
      bpi_sql_once(s, "UPDATE meta SET value = 0 WHERE name = '" PENDING "' AND value = ?1", error);
  if (set == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(set, 1, pending);
  int rc = bpi_sql_run_waiting(s, set, error);
  sqlite3_finalize(set);
  return rc;
}

int bpi_store_erase_note(store *s, bp_error **error) {
  int64_t pending = 0;
  int rc = bpi_store_erase_pending(s, &pending, error);
  bpi_add_to(&pending, 1);
  return rc == BP_OK ? bpi_store_set_setting(s, PENDING, pending, error) : rc;
}

int bpi_store_erase_pending(store *s, int64_t *count, bp_error **error) {
  return bpi_store_setting(s, PENDING, 0, count, error);
}

int bpi_store_erase_finish(store *s, bp_error **error) {
  int64_t pending = 0;
  bool done = false;
  int rc = bpi_store_erase_pending(s, &pending, error);
  if (rc != BP_OK || pending == 0) return rc;
  rc = empty_log(s, &done, error);
  if (rc == BP_OK && done) rc = rewrite(s, &done, error);
  return rc == BP_OK && done ? finished(s, pending, error) : rc;
}

static int search(const trace *t, store *s, erase_search *out, bp_error **error) {
  out->searched = out->found = 0;
  return bpi_trace_search(t, s, &out->searched, &out->found, error);
}

/* SQLite overwrites what it deletes, but also moves rows, so only searching proves that nothing is
 * left. What an earlier erasure left cannot be searched for here, so the database is rewritten. */
static bool is_unknown(const trace *t, int64_t pending) {
  return pending > 1 || (pending > 0 && bpi_trace_count(t) == 0);
}

int bpi_trace_clear(const trace *t, store *s, erase_search *out, bp_error **error) {
  int64_t pending = 0;
  bool done = false;
  int rc = bpi_store_erase_pending(s, &pending, error);
  if (rc == BP_OK) rc = empty_log(s, &done, error);
  out->identifiers = (int64_t)bpi_trace_count(t);
  if (rc == BP_OK && done) rc = search(t, s, out, error);
  if (rc == BP_OK && done && (out->found > 0 || is_unknown(t, pending))) {
    rc = rewrite(s, &done, error);
    if (rc == BP_OK && done) rc = search(t, s, out, error);
  }
  out->pending = !done;
  return rc == BP_OK && done && out->found == 0 ? finished(s, pending, error) : rc;
}

/* ----------------------------------------------------------------------------------- the whole */

static int erase_all(eraser *e) {
  int rc = put_marks(e);
  if (rc == BP_OK) rc = select_rows(e);
  if (rc == BP_OK) rc = erase_facts(e);
  if (rc == BP_OK) sort_unique(&e->lost);
  if (rc == BP_OK) rc = rebuild_activity(e);
  if (rc == BP_OK) bpi_cells_tell(&e->changes);
  if (rc == BP_OK) rc = bpi_cells_store(&e->changes, e->s, e->error);
  if (rc == BP_OK) rc = erase_tasks(e);
  if (rc == BP_OK) rc = erase_sessions(e);
  if (rc == BP_OK) rc = mark_tasks(e);
  if (rc == BP_OK) rc = erase_labels(e);
  if (rc == BP_OK) rc = erase_places(e);
  if (rc == BP_OK) rc = erase_own(e);
  if (rc == BP_OK && e->trace.failed) rc = bpi_fail_nomem(e->error);
  return rc == BP_OK ? note_erasure(e) : rc;
}

static void eraser_free(eraser *e) {
  bpi_free(e->rows.item);
  bpi_free(e->lost.item);
  bpi_free(e->keys.item);
  bpi_free(e->rebuild.item);
  bpi_free(e->whole.item);
  bpi_free(e->seen);
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++) {
    bpi_free(e->gone[kind].item);
    bpi_free(e->marked[kind].item);
  }
  bpi_free(e->one.words);
  bpi_free(e->resolved.words);
  bpi_cells_free(&e->changes);
  bpi_moments_free(&e->moments);
  bpi_trace_free(&e->trace);
  bpi_free(e->went.item);
}

int bpi_store_erase(store *s, const erase_selector *what, int64_t now_us, erase_receipt *out,
                    bp_error **error) {
  memset(out, 0, sizeof *out);
  eraser e = {.s = s,
              .what = what,
              .now_us = now_us,
              .names = {s, error, BP_OK},
              .receipt = out,
              .error = error};
  int rc = bpi_store_begin_write(s, error);
  if (rc == BP_OK) rc = erase_all(&e);
  if (rc == BP_OK) rc = bpi_store_commit(s, error);
  if (rc != BP_OK) bpi_store_rollback(s);
  if (rc == BP_OK) rc = bpi_trace_clear(&e.trace, s, &out->search, error);
  eraser_free(&e);
  return rc;
}

/* Notes the rows of the audit from before a day, then deletes them. */
static int erase_asked(trace *t, store *s, int64_t before, erase_receipt *out, bp_error **error) {
  sqlite3_stmt *get = bpi_sql_once(
      s, "SELECT day, access, function, asked, from_us, until_us, at_us FROM audit WHERE day < ?1",
      error);
  if (get != NULL) sqlite3_bind_int64(get, 1, before);
  int rc = bpi_trace_add_rows(t, get, error);
  sqlite3_stmt *drop = rc == BP_OK ? bpi_sql_once(s, "DELETE FROM audit WHERE day < ?1", error)
                                   : NULL;
  if (drop == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(drop, 1, before);
  rc = bpi_sql_run(drop, error);
  sqlite3_finalize(drop);
  if (rc != BP_OK) return rc;
  bpi_add_to(&out->decisions, sqlite3_changes(s->db));
  if (t->failed) return bpi_fail_nomem(error);
  return bpi_store_erase_note(s, error);
}

static int was_asked(store *s, int64_t before, bool *any, bp_error **error) {
  sqlite3_stmt *get = bpi_sql_once(s, "SELECT 1 FROM audit WHERE day < ?1 LIMIT 1", error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, before);
  int rc = bpi_sql_step(get, error);
  sqlite3_finalize(get);
  *any = rc > 0;
  return rc < 0 ? rc : BP_OK;
}

int bpi_store_erase_asked(store *s, int64_t before, erase_receipt *out, bp_error **error) {
  trace t = {.failed = 0};
  erase_search found = {0};
  bool any = false;
  int rc = was_asked(s, before, &any, error);
  if (rc != BP_OK || !any) return rc;
  rc = bpi_store_begin_write(s, error);
  if (rc == BP_OK) rc = erase_asked(&t, s, before, out, error);
  if (rc == BP_OK) rc = bpi_store_commit(s, error);
  if (rc != BP_OK) bpi_store_rollback(s);
  if (rc == BP_OK) rc = bpi_trace_clear(&t, s, &found, error);
  bpi_trace_free(&t);
  bpi_add_to(&out->search.identifiers, found.identifiers);
  bpi_add_to(&out->search.searched, found.searched);
  bpi_add_to(&out->search.found, found.found);
  out->search.pending = found.pending; /* of both: earlier traces are cleaned with these */
  return rc;
}
