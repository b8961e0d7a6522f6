/* store/apply.c: applies a batch to the store in one transaction: assigns numbers to names, merges
 * each fact with what is stored under its key, adds the difference to the rollup, then stores
 * activity, positions and rejects. Stored and new facts merge by the rules of facts.c, so that
 * ingesting in steps or at once gives the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sort.h"
#include "store/batch_inside.h"
#include "store/bulk.h"
#include "store/days.h"
#include "store/erase.h"
#include "store/form.h"
#include "store/operations.h"
#include "store/pack.h"
#include "store/places.h"
#include "store/tasks.h"

#define ANSWERS_AGE                                                                                \
  (INT64_C(7) * 86400 * BPI_SECOND) /* older answers do not show how a provider responds now */

typedef struct applier {
  store *s;
  batch *b;
  int64_t now_us;
  apply_counts counts;
  bool packed;                /* whether any day is packed */
  int64_t *sessions, *labels; /* number in the batch -> number in the store */
  cells changes;
  moments moments;
  int64_t *rebuild; /* sessions that lost a moment */
  size_t rebuilds, rebuild_capacity;
  session_set stale; /* sessions with a changed fact, and new session rows */
  operations operations;
  int64_t last_ingest_us; /* time of the ingest before this one */
  group before, after, resolved_before, resolved_after;
  stored_names names;
  places places; /* for the kind of fact being applied */
  bp_error **error;
} applier;

/* ------------------------------------------------------------------------ labels and sessions */

/* The greatest label number; 0 if there are no labels. */
static int last_label(applier *a, int64_t *out) {
  sqlite3_stmt *get = bpi_sql(a->s, SQL_LABEL_LAST, a->error);
  if (get == NULL) return bpi_error_code(*a->error);
  int rc = bpi_sql_step(get, a->error);
  if (rc > 0) *out = sqlite3_column_int64(get, 0);
  sqlite3_reset(get);
  return rc < 0 ? rc : BP_OK;
}

/* Labels of a batch that are in use and have no number yet. Each word of `order` holds the part of
 * the key that the store's index contains, and below it the label's index in the batch. Looking
 * them up and inserting them in this order keeps the index's inserts at its end. */
typedef struct wanted_labels {
  batch_label *label;
  int64_t *order;
  size_t count;
} wanted_labels;

static batch_label *wanted_label(const wanted_labels *w, size_t i) {
  return &w->label[w->order[i] & UINT32_MAX];
}

static void label_column(const void *rows, size_t row, int column, sqlite3_context *into) {
  const batch_label *l = wanted_label(rows, row);
  switch (column) {
  case 0: sqlite3_result_int64(into, l->stored); break;
  case 1: sqlite3_result_int(into, l->kind); break;
  case 2: sqlite3_result_int64(into, (int64_t)l->key.hi); break;
  case 3: sqlite3_result_int64(into, (int64_t)l->key.lo); break;
  case 4:
    if (l->text != NULL) sqlite3_result_text(into, l->text, -1, SQLITE_STATIC);
    break;
  default: sqlite3_result_int64(into, (int64_t)row); break;
  }
}

static int list_labels(wanted_labels *w, const batch *b) {
  w->label = b->label;
  w->order = bpi_alloc(b->labels * sizeof *w->order);
  if (w->order == NULL) return BP_ERR_NOMEM;
  for (size_t i = 0; i < b->labels; i++) {
    const batch_label *l = &b->label[i];
    if (!l->used || l->stored != 0) continue;
    w->order[w->count++] = (int64_t)((l->key.hi & INT32_MAX) << 32 | i);
  }
  bpi_sort_numbers(w->order, w->count);
  return BP_OK;
}

/* Finds the numbers of stored labels and leaves the new ones in the list. A stored label may lack
 * its text if names were not kept when it was stored. */
static int find_labels(applier *a, wanted_labels *w) {
  const bulk all = {w->count, w, label_column};
  bool nameless = false;
  sqlite3_stmt *find = bpi_sql(a->s, SQL_LABELS_FIND, a->error);
  if (find == NULL) return bpi_error_code(*a->error);
  int rc = bpi_bulk_step(a->s, find, &all, a->error);
  for (; rc > 0; rc = bpi_sql_step(find, a->error)) {
    batch_label *l = wanted_label(w, (size_t)sqlite3_column_int64(find, 0));
    l->stored = (uint32_t)sqlite3_column_int64(find, 1);
    nameless |= sqlite3_column_int(find, 2) && l->text != NULL;
  }
  if (rc == BP_OK && nameless) rc = bpi_bulk_run(a->s, SQL_LABELS_NAME, &all, a->error);
  size_t left = 0;
  for (size_t i = 0; i < w->count; i++)
    if (wanted_label(w, i)->stored == 0) w->order[left++] = w->order[i];
  w->count = left;
  return rc;
}

static int store_labels(applier *a) {
  int64_t last = 0;
  wanted_labels w = {0};
  int rc = last_label(a, &last);
  if (rc == BP_OK && list_labels(&w, a->b) != BP_OK) rc = bpi_fail_nomem(a->error);
  if (rc == BP_OK && last > 0) rc = find_labels(a, &w);
  for (size_t i = 0; i < w.count && rc == BP_OK; i++)
    wanted_label(&w, i)->stored = (uint32_t)++last;
  const bulk fresh = {w.count, &w, label_column};
  if (rc == BP_OK) rc = bpi_bulk_run(a->s, SQL_LABELS_INSERT, &fresh, a->error);
  for (size_t i = 0; i < a->b->labels; i++)
    a->labels[i + 1] = a->b->label[i].stored;
  bpi_free(w.order);
  return rc;
}

/* No label is 0 in memory and NULL in the file. */
static int64_t number_or_null(int64_t number) {
  return number == 0 ? FACT_NONE : number;
}
static int64_t null_or_number(int64_t column) {
  return column == FACT_NONE ? 0 : column;
}

static void load_attributes(sqlite3_stmt *row, session_attributes *k) {
  k->sources = sqlite3_column_int64(row, 1);
  k->platform = null_or_number(bpi_sql_column(row, 2));
  k->platform_us = bpi_sql_column(row, 3);
  k->workspace = null_or_number(bpi_sql_column(row, 4));
  k->workspace_us = bpi_sql_column(row, 5);
  k->branch = null_or_number(bpi_sql_column(row, 6));
  k->branch_us = bpi_sql_column(row, 7);
  k->entrypoint = null_or_number(bpi_sql_column(row, 8));
  k->entrypoint_us = bpi_sql_column(row, 9);
  k->version = null_or_number(bpi_sql_column(row, 10));
  k->version_rank = null_or_number(bpi_sql_column(row, 11));
}

static int update_session(applier *a, int64_t id, const session_attributes *k) {
  sqlite3_stmt *update = bpi_sql(a->s, SQL_SESSION_UPDATE, a->error);
  if (update == NULL) return bpi_error_code(*a->error);
  const int64_t values[] = {id,
                            k->sources,
                            number_or_null(k->platform),
                            k->platform_us,
                            number_or_null(k->workspace),
                            k->workspace_us,
                            number_or_null(k->branch),
                            k->branch_us,
                            number_or_null(k->entrypoint),
                            k->entrypoint_us,
                            number_or_null(k->version),
                            number_or_null(k->version_rank)};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    bpi_sql_bind(update, (int)i + 1, values[i]);
  return bpi_sql_run(update, a->error);
}

/* Packed days treat sessions with the same sources as alike, so they are dropped when a session's
 * sources change. A session without activity may still have facts of the kinds that can be on any
 * day. */
static int drop_days_of(applier *a, const batch_session *bs) {
  if (!a->packed) return BP_OK;
  sqlite3_stmt *get = bpi_sql(a->s, SQL_SESSION_SPAN, a->error);
  if (get == NULL) return bpi_error_code(*a->error);
  sqlite3_bind_int64(get, 1, (int64_t)bs->key.hi);
  sqlite3_bind_int64(get, 2, (int64_t)bs->key.lo);
  int rc = bpi_sql_step(get, a->error);
  if (rc < 0) return rc;
  int64_t first = bpi_sql_column(get, 0), last = bpi_sql_column(get, 1);
  sqlite3_reset(get);
  bool nothing = first == FACT_NONE;
  return bpi_days_drop_session(a->s, nothing ? 0 : first, nothing ? -1 : last, a->error);
}

static int store_session(applier *a, const batch_session *bs, const fact_names *names,
                         int64_t *number) {
  sqlite3_stmt *find = bpi_sql(a->s, SQL_SESSION_FIND, a->error);
  sqlite3_stmt *insert = bpi_sql(a->s, SQL_SESSION_INSERT, a->error);
  if (find == NULL || insert == NULL) return bpi_error_code(*a->error);
  session_attributes stored = {0};
  stored.platform_us = stored.workspace_us = stored.branch_us = stored.entrypoint_us =
      BPI_TIME_NONE;
  sqlite3_bind_int64(find, 1, (int64_t)bs->key.hi);
  sqlite3_bind_int64(find, 2, (int64_t)bs->key.lo);
  sqlite3_bind_int(find, 3, (int)bs->tier);
  int rc = bpi_sql_step(find, a->error);
  if (rc < 0) return rc;
  if (rc > 0) {
    *number = sqlite3_column_int64(find, 0);
    load_attributes(find, &stored);
    sqlite3_reset(find);
  } else {
    sqlite3_bind_int64(insert, 1, (int64_t)bs->key.hi);
    sqlite3_bind_int64(insert, 2, (int64_t)bs->key.lo);
    sqlite3_bind_int(insert, 3, (int)bs->tier);
    rc = bpi_sql_run(insert, a->error);
    if (rc != BP_OK) return rc;
    *number = sqlite3_last_insert_rowid(a->s->db);
    bpi_sessions_add(&a->stale, *number); /* tasks are stored under the first row of a session */
  }
  session_attributes row = bs->known;
  int64_t told = stored.sources;
  bpi_session_translate(&row, a->labels);
  if (!bpi_session_merge(&stored, &row, names)) return BP_OK;
  rc = stored.sources == told ? BP_OK : drop_days_of(a, bs);
  return rc == BP_OK ? update_session(a, *number, &stored) : rc;
}

static int store_sessions(applier *a) {
  fact_names names = bpi_stored_names(&a->names);
  int rc = bpi_days_any(a->s, &a->packed, a->error);
  for (size_t i = 0; i < a->b->sessions && rc == BP_OK; i++)
    rc = store_session(a, &a->b->session[i], &names, &a->sessions[i + 1]);
  return rc;
}

/* ----------------------------------------------------------------------- what a group changes */

static int by_moment(const void *x, const void *y) {
  const moment *a = x, *b = y;
  if (a->session != b->session) return a->session < b->session ? -1 : 1;
  return a->time_us < b->time_us ? -1 : a->time_us > b->time_us;
}

static int need_rebuild(applier *a, int64_t session) {
  void *items = a->rebuild;
  if (bpi_reserve(&items, &a->rebuild_capacity, a->rebuilds + 1, sizeof *a->rebuild) != BP_OK)
    return bpi_fail_nomem(a->error);
  a->rebuild = items;
  a->rebuild[a->rebuilds++] = session;
  return BP_OK;
}

/* New moments join the runs; if a moment was removed, the session's runs are rebuilt. */
static int note_moments(applier *a, fact_kind kind) {
  size_t first = a->moments.count;
  bpi_group_moments(&a->moments, &a->resolved_after, kind);
  if (a->moments.failed) return bpi_fail_nomem(a->error);
  size_t count = a->moments.count - first;
  moment *after = count > 0 ? a->moments.moment + first : NULL;
  if (a->resolved_before.count > 0 && count > 1) qsort(after, count, sizeof *after, by_moment);
  for (size_t i = 0; i < a->resolved_before.count; i++) {
    int64_t at[2];
    const int64_t *fact = bpi_group_at(&a->resolved_before, kind, i);
    int64_t session = bpi_head(fact)->session;
    int n = bpi_fact_moments(kind, fact, at);
    for (int j = 0; j < n; j++) {
      const moment was = {session, at[j]};
      bool gone = count == 0 || bsearch(&was, after, count, sizeof was, by_moment) == NULL;
      int rc = gone ? need_rebuild(a, session) : BP_OK;
      if (rc != BP_OK) return rc;
    }
  }
  return BP_OK;
}

/* Their tasks are computed again when a query needs them. */
static void note_sessions(applier *a, const group *g, fact_kind kind) {
  for (size_t i = 0; i < g->count; i++)
    bpi_sessions_add(&a->stale, bpi_head(bpi_group_at(g, kind, i))->session);
}

/* For the operator's figures. */
static void note_answers(applier *a, const group *g, fact_kind kind, int sign) {
  for (size_t i = 0; i < g->count; i++)
    bpi_operations_note(&a->operations, kind, bpi_group_at(g, kind, i), sign);
}

/* --------------------------------------------------------------------------------- one group */

static int by_request(const void *x, const void *y) {
  int64_t a = ((const response_fact *)x)->request, b = ((const response_fact *)y)->request;
  return a < b ? -1 : a > b;
}

/* The row in `after` that is the same variant as a row of the batch; NULL if there is none. A
 * gateway's constant id may have any number of variants, so those in `before` are sorted for the
 * search. */
static int64_t *known_variant(applier *a, fact_kind kind, const int64_t *row) {
  if (a->before.count == 0) return NULL;
  if (kind != FACT_RESPONSE) return a->after.words;
  const int64_t *found =
      bsearch(row, a->before.words, a->before.count, sizeof(response_fact), by_request);
  return found == NULL ? NULL : a->after.words + (found - a->before.words);
}

/* Whether a fact has a time; a call known only by its result has the result's time. */
static bool is_dated(fact_kind kind, const int64_t *fact) {
  const tool_call_fact *t = (const void *)fact;
  bool half = kind == FACT_TOOL_CALL && !(t->flags & FACT_USE);
  return (half ? t->result_us : t->time_us) != BPI_TIME_NONE;
}

/* Merges one row of the batch into `after` and writes the change. Rows of a batch with one key are
 * different variants, so a row can only merge with a stored one. */
static int merge_row(applier *a, fact_kind kind, int64_t *row, const fact_names *names,
                     bool *changed) {
  int64_t *fact = known_variant(a, kind, row);
  if (fact != NULL) {
    row[0] = fact[0];
    if (!bpi_fact_merge(kind, fact, row, names)) {
      a->counts.duplicate++;
      return BP_OK;
    }
    *changed = true;
    a->counts.updated++;
    return bpi_places_update(&a->places, fact);
  }
  *changed = true;
  int rc = bpi_places_insert(&a->places, row);
  if (rc != BP_OK) return rc;
  if (bpi_group_add(&a->after, kind, row) != BP_OK) return bpi_fail_nomem(a->error);
  a->counts.stored++;
  a->counts.undated += !is_dated(kind, row);
  return BP_OK;
}

static int apply_group(applier *a, fact_kind kind, int64_t **rows, size_t count) {
  fact_names names = bpi_stored_names(&a->names);
  bool changed = false;
  if (kind == FACT_RESPONSE && a->before.count > 1)
    qsort(a->before.words, a->before.count, sizeof(response_fact), by_request);
  int rc = bpi_group_copy(&a->after, &a->before, kind);
  if (rc != BP_OK) return bpi_fail_nomem(a->error);
  for (size_t i = 0; i < count && rc == BP_OK; i++)
    rc = merge_row(a, kind, rows[i], &names, &changed);
  if (rc != BP_OK || !changed) return rc;
  if (bpi_group_resolve(&a->resolved_before, &a->before, kind, &names) != BP_OK ||
      bpi_group_resolve(&a->resolved_after, &a->after, kind, &names) != BP_OK)
    return bpi_fail_nomem(a->error);
  note_sessions(a, &a->resolved_before, kind);
  note_sessions(a, &a->resolved_after, kind);
  bpi_group_cells(&a->changes, &a->resolved_before, kind, -1);
  bpi_group_cells(&a->changes, &a->resolved_after, kind, 1);
  note_answers(a, &a->resolved_before, kind, -1);
  note_answers(a, &a->resolved_after, kind, 1);
  return a->names.failed != BP_OK ? a->names.failed : note_moments(a, kind);
}

/* ----------------------------------------------------------------------------------- one kind */

/* Applies facts sorted by key, all facts of a key together. `first` is the index of the first one
 * in the batch. */
static int apply_sorted(applier *a, fact_kind kind, int64_t **rows, size_t count, size_t first) {
  int rc = BP_OK;
  for (size_t from = 0; rc == BP_OK && from < count;) {
    size_t to = from;
    while (to < count && rows[to][0] == rows[from][0] && rows[to][1] == rows[from][1])
      to++;
    a->before.count = 0;
    rc = bpi_places_find(&a->places, first + from, rows[from], &a->before);
    if (rc == BP_OK) rc = apply_group(a, kind, rows + from, to - from);
    from = to;
    if (rc == BP_OK && atomic_load(&a->s->interrupted)) rc = bpi_fail_cancelled(a->error);
  }
  return rc == BP_OK ? bpi_places_flush(&a->places) : rc;
}

/* Facts are unpacked and stored in portions, so that they stay in the caches in between. */
#define PORTION 1024

/* The number of packed rows in the next portion; facts of one key are not split. */
static size_t portion_of(int64_t *const *packed, size_t count) {
  size_t n = count < PORTION ? count : PORTION;
  while (n < count && packed[n][0] == packed[n - 1][0] && packed[n][1] == packed[n - 1][1])
    n++;
  return n;
}

static int apply_portion(applier *a, const fact_table *t, int64_t *const *packed, size_t count,
                         size_t first) {
  int64_t *words = bpi_alloc(count * t->width * sizeof *words);
  int64_t **rows = bpi_alloc(count * sizeof *rows);
  int rc = words == NULL || rows == NULL ? bpi_fail_nomem(a->error) : BP_OK;
  for (size_t i = 0; rc == BP_OK && i < count; i++) {
    if (i + 8 < count) FETCH(packed[i + 8]); /* packed facts are in order of arrival */
    rows[i] = words + i * t->width;
    bpi_unpack(rows[i], packed[i], t->width);
    bpi_fact_translate(t->kind, rows[i], a->sessions, a->labels);
  }
  if (rc == BP_OK) rc = apply_sorted(a, t->kind, rows, count, first);
  bpi_free(words);
  bpi_free(rows);
  return rc;
}

/* The facts of a kind are freed as soon as they are stored, because their cells need the memory. */
static int apply_kind(applier *a, fact_kind kind) {
  fact_table *t = &a->b->fact[kind];
  if (t->count == 0) return BP_OK;
  int64_t **packed = bpi_alloc(t->count * sizeof *packed);
  int rc = packed == NULL ? bpi_fail_nomem(a->error) : BP_OK;
  size_t count = 0;
  for (size_t i = 0; rc == BP_OK && i < t->slots; i++)
    if (t->slot[i].at != 0) packed[count++] = t->words + t->slot[i].at - 1;
  if (rc == BP_OK && bpi_sort_rows(packed, count, 2) != BP_OK) rc = bpi_fail_nomem(a->error);
  if (rc == BP_OK) rc = bpi_places_begin(&a->places, a->s, kind, packed, count, a->error);
  for (size_t done = 0; rc == BP_OK && done < count;) {
    size_t n = portion_of(packed + done, count - done);
    rc = apply_portion(a, t, packed + done, n, done);
    done += n;
  }
  bpi_places_free(&a->places);
  bpi_free(packed);
  bpi_batch_free_facts(t);
  return rc;
}

/* ---------------------------------------------------------------------------------- activity */

static int collect_moments(void *user, fact_kind kind, const group *g) {
  applier *a = user;
  int64_t at[2];
  for (size_t i = 0; i < g->count; i++) {
    const int64_t *fact = bpi_group_at(g, kind, i);
    int64_t session = bpi_head(fact)->session;
    if (bpi_find_number(a->rebuild, a->rebuilds, session) == NULL) continue;
    int n = bpi_fact_moments(kind, fact, at);
    for (int j = 0; j < n; j++)
      bpi_moments_add(&a->moments, session, at[j]);
  }
  return BP_OK;
}

static int apply_activity(applier *a) {
  int rc = BP_OK;
  if (a->rebuilds > 0) {
    a->rebuilds = bpi_sort_unique(a->rebuild, a->rebuilds);
    rc = bpi_visit_groups(a->s, a->rebuild, a->rebuilds, collect_moments, a, a->error);
  }
  if (rc == BP_OK)
    rc = bpi_activity_store(a->s, &a->moments, a->rebuild, a->rebuilds, &a->changes, a->error);
  return rc;
}

/* -------------------------------------------------------------------------- files and rejects */

static void load_file(sqlite3_stmt *row, ident key, file_state *out) {
  memset(out, 0, sizeof *out);
  out->key = key;
  int64_t *const into[] = {&out->id,   &out->source,      &out->device,   &out->inode,
                           &out->size, &out->modified_ns, &out->position, &out->line,
                           &out->tail, &out->records};
  for (int i = 0; i < 10; i++)
    *into[i] = sqlite3_column_int64(row, i);
  const void *memory = sqlite3_column_blob(row, 10);
  bpi_memory_load(out->memory, memory, (size_t)sqlite3_column_bytes(row, 10));
}

int bpi_store_file(store *s, ident key, file_state *out, bp_error **error) {
  memset(out, 0, sizeof *out);
  sqlite3_stmt *find = bpi_sql(s, SQL_FILE_FIND, error);
  if (find == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(find, 1, (int64_t)key.hi);
  sqlite3_bind_int64(find, 2, (int64_t)key.lo);
  int rc = bpi_sql_step(find, error);
  if (rc <= 0) return rc < 0 ? rc : BP_ERR_NOTFOUND;
  load_file(find, key, out);
  sqlite3_reset(find);
  return BP_OK;
}

static void key_column(const void *rows, size_t row, int column, sqlite3_context *into) {
  const ident *key = (const ident *)rows + row;
  const int64_t values[] = {(int64_t)key->hi, (int64_t)key->lo, (int64_t)row};
  sqlite3_result_int64(into, values[column]);
}

int bpi_store_files(store *s, const ident *keys, size_t count,
                    void (*known)(void *user, size_t number, const file_state *file), void *user,
                    bp_error **error) {
  const bulk wanted = {count, keys, key_column};
  sqlite3_stmt *find = bpi_sql(s, SQL_FILES_FIND, error);
  if (find == NULL) return bpi_error_code(*error);
  int rc = bpi_bulk_step(s, find, &wanted, error);
  for (; rc > 0; rc = bpi_sql_step(find, error)) {
    file_state file;
    size_t number = (size_t)sqlite3_column_int64(find, 11);
    load_file(find, keys[number], &file);
    known(user, number, &file);
  }
  return rc;
}

/* When a file is read again from its start, rejects that are still in it are reported again. */
static int drop_rejects(applier *a, int64_t file) {
  sqlite3_stmt *drop = bpi_sql(a->s, SQL_REJECTS_DROP, a->error);
  if (drop == NULL) return bpi_error_code(*a->error);
  sqlite3_bind_int64(drop, 1, file);
  return bpi_sql_run(drop, a->error);
}

/* Records how long a file's last change waited to be stored. Files that were there before the first
 * look do not count. */
static int note_lag(applier *a, const file_state *f) {
  bool waited = !f->fresh || (a->last_ingest_us != FACT_NONE && f->changed_us >= a->last_ingest_us);
  if (f->size < 0 || f->changed_us == 0 || !waited) return BP_OK;
  return bpi_operations_lag(a->s, a->now_us + a->b->took_us - f->changed_us, a->error);
}

static int store_file(applier *a, file_state *f) {
  file_state known;
  int rc = bpi_store_file(a->s, f->key, &known, a->error);
  if (rc < 0 && rc != BP_ERR_NOTFOUND) return rc;
  bool fresh = rc == BP_ERR_NOTFOUND;
  sqlite3_stmt *put = bpi_sql(a->s, fresh ? SQL_FILE_INSERT : SQL_FILE_UPDATE, a->error);
  if (put == NULL) return bpi_error_code(*a->error);
  int at = 1;
  if (fresh) {
    sqlite3_bind_int64(put, at++, (int64_t)f->key.hi);
    sqlite3_bind_int64(put, at++, (int64_t)f->key.lo);
  } else {
    sqlite3_bind_int64(put, at++, known.id);
  }
  const int64_t values[] = {f->source,   f->device, f->inode, f->size,   f->modified_ns,
                            f->position, f->line,   f->tail,  f->records};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    sqlite3_bind_int64(put, at++, values[i]);
  unsigned char memory[MEMORY_BYTES_MAX];
  size_t length = bpi_memory_store(memory, f->memory);
  if (length == 0)
    sqlite3_bind_null(put, at++);
  else
    sqlite3_bind_blob(put, at++, memory, (int)length, SQLITE_TRANSIENT);
  sqlite3_bind_int64(put, at, a->now_us);
  rc = bpi_sql_run(put, a->error);
  f->id = fresh ? sqlite3_last_insert_rowid(a->s->db) : known.id;
  if (rc == BP_OK) rc = note_lag(a, f);
  return rc == BP_OK && f->restarted && !fresh ? drop_rejects(a, f->id) : rc;
}

static int store_reject(applier *a, const batch_reject *r) {
  file_state file;
  int rc = bpi_store_file(a->s, r->file, &file, a->error);
  if (rc != BP_OK) return rc == BP_ERR_NOTFOUND ? BP_OK : rc;
  sqlite3_stmt *put = bpi_sql(a->s, SQL_REJECT_INSERT, a->error);
  if (put == NULL) return bpi_error_code(*a->error);
  const int64_t values[] = {file.id, r->byte, r->reason, r->line, a->now_us};
  for (int i = 0; i < 5; i++)
    sqlite3_bind_int64(put, i + 1, values[i]);
  return bpi_sql_run(put, a->error);
}

static int apply_files(applier *a) {
  int rc = BP_OK;
  for (size_t i = 0; i < a->b->files && rc == BP_OK; i++)
    rc = store_file(a, &a->b->file[i]);
  for (size_t i = 0; i < a->b->rejects && rc == BP_OK; i++)
    rc = store_reject(a, &a->b->reject[i]);
  return rc;
}

/* ----------------------------------------------------------------------------------- the whole */

static int apply_all(applier *a) {
  a->labels[0] = a->sessions[0] = 0;
  int rc = store_labels(a);
  if (rc == BP_OK) rc = store_sessions(a);
  for (fact_kind kind = 0; kind < FACT_KINDS && rc == BP_OK; kind++)
    rc = apply_kind(a, kind);
  if (rc == BP_OK) rc = apply_activity(a);
  if (rc == BP_OK) bpi_cells_tell(&a->changes);
  if (rc == BP_OK) rc = bpi_cells_store(&a->changes, a->s, a->error);
  if (rc == BP_OK) rc = bpi_tasks_mark(a->s, &a->stale, a->error);
  if (rc == BP_OK)
    rc = bpi_store_setting(a->s, "last_ingest_us", FACT_NONE, &a->last_ingest_us, a->error);
  if (rc == BP_OK) rc = apply_files(a);
  if (rc == BP_OK) rc = bpi_operations_add(a->s, &a->operations, a->now_us, a->error);
  if (rc == BP_OK) rc = bpi_store_set_setting(a->s, "last_ingest_us", a->now_us, a->error);
  int64_t latest;
  return rc == BP_OK ? bpi_store_latest(a->s, a->now_us, &latest, a->error) : rc;
}

/* Row numbers assigned in a transaction that was rolled back are invalid. */
static void forget_numbers(batch *b) {
  for (size_t i = 0; i < b->labels; i++)
    b->label[i].stored = 0;
}

static void applier_free(applier *a) {
  group *const groups[] = {&a->before, &a->after, &a->resolved_before, &a->resolved_after};
  for (size_t i = 0; i < 4; i++)
    bpi_free(groups[i]->words);
  bpi_free(a->sessions);
  bpi_free(a->labels);
  bpi_free(a->rebuild);
  bpi_sessions_free(&a->stale);
  bpi_cells_free(&a->changes);
  bpi_moments_free(&a->moments);
}

/* Label numbers in the batch, and its knowledge of what was erased, are valid only if nothing was
 * erased since it was begun. */
static int check_erasures(store *s, const batch *b, bp_error **error) {
  int64_t now = 0;
  int rc = bpi_store_erasures(s, &now, error);
  if (rc != BP_OK || now == b->erasures) return rc;
  bpi_fail(error, BP_ERR_BUSY, "something was erased while this was read");
  return bpi_fail_detail(error, "hint", "read it again");
}

int bpi_store_apply(store *s, batch *b, int64_t now_us, bool keep, apply_counts *counts,
                    bp_error **error) {
  if (b->failed)
    return bpi_fail(error, b->failed, "the records read could not be collected or stored");
  applier a = {.s = s, .b = b, .now_us = now_us, .names = {s, error, BP_OK}, .error = error};
  a.operations.since_us = now_us - ANSWERS_AGE;
  a.sessions = bpi_alloc((b->sessions + 1) * sizeof *a.sessions);
  a.labels = bpi_alloc((b->labels + 1) * sizeof *a.labels);
  int rc = a.sessions == NULL || a.labels == NULL ? bpi_fail_nomem(error) : BP_OK;
  if (rc == BP_OK) rc = bpi_store_begin_write(s, error);
  if (rc == BP_OK) rc = check_erasures(s, b, error);
  if (rc == BP_OK) rc = bpi_places_check(s, error);
  if (rc == BP_OK) rc = apply_all(&a);
  if (rc == BP_OK && keep) rc = bpi_store_commit(s, error);
  if (rc != BP_OK || !keep) bpi_store_rollback(s);
  if (!keep) forget_numbers(b);
  if (rc == BP_OK) {
    counts->stored += a.counts.stored;
    counts->updated += a.counts.updated;
    counts->duplicate += a.counts.duplicate + b->merged;
    counts->undated += a.counts.undated;
    bpi_batch_clear(b);
  }
  b->failed = rc; /* on failure the batch is unusable: its rows were changed */
  applier_free(&a);
  return rc;
}
