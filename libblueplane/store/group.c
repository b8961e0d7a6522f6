/* store/group.c: groups in memory, and clusters: the runs of rows with consecutive numbers in which
 * the rows of a key lie. */
#include "store/group.h"

#include <string.h>

#include "base/mem.h"
#include "store/bulk.h"
#include "store/form.h"

int bpi_group_add(group *g, fact_kind kind, const int64_t *fact) {
  size_t width = bpi_fact_words(kind);
  void *words = g->words;
  int rc = bpi_reserve(&words, &g->capacity, (g->count + 1) * width, sizeof *g->words);
  if (rc != BP_OK) return rc;
  g->words = words;
  memcpy(g->words + g->count++ * width, fact, width * sizeof *fact);
  return BP_OK;
}

int bpi_group_copy(group *to, const group *from, fact_kind kind) {
  to->count = 0;
  int rc = BP_OK;
  for (size_t i = 0; i < from->count && rc == BP_OK; i++)
    rc = bpi_group_add(to, kind, bpi_group_at(from, kind, i));
  return rc;
}

int bpi_group_resolve(group *to, const group *from, fact_kind kind, const fact_names *names) {
  int rc = bpi_group_copy(to, from, kind);
  if (rc == BP_OK && kind == FACT_RESPONSE && from->count > 1)
    to->count = bpi_response_resolve((response_fact *)(void *)to->words,
                                     (const response_fact *)(const void *)from->words, from->count,
                                     names);
  return rc;
}

void bpi_group_cells(cells *c, const group *g, fact_kind kind, int64_t sign) {
  for (size_t i = 0; i < g->count; i++)
    bpi_fact_cells(kind, bpi_group_at(g, kind, i), sign, bpi_cells_add, c);
  if (g->count <= 1) return;
  /* one id for several separate responses is an anomaly */
  const fact_head *first = bpi_head(g->words);
  rollup_cell cell = {.kind = ROLLUP_EVENT,
                      .quarter = bpi_quarter_of(first->time_us),
                      .session = first->session,
                      .class_ = CLASS_PUT(CLASS_EVENT, EVENT_ANOMALY),
                      .n = sign};
  bpi_cells_add(c, &cell);
}

void bpi_group_moments(moments *m, const group *g, fact_kind kind) {
  for (size_t i = 0; i < g->count; i++) {
    int64_t at[2];
    const int64_t *fact = bpi_group_at(g, kind, i);
    int n = bpi_fact_moments(kind, fact, at);
    for (int j = 0; j < n; j++)
      bpi_moments_add(m, bpi_head(fact)->session, at[j]);
  }
}

void bpi_bind_fact(sqlite3_stmt *put, fact_kind kind, const int64_t *fact) {
  int64_t stored[STORED_WORDS_MAX];
  int words = bpi_stored_words(kind);
  bpi_form_store(kind, stored, fact);
  for (int i = 0; i < words; i++)
    bpi_sql_bind(put, i + 1, stored[i]);
}

void bpi_load_fact(sqlite3_stmt *row, fact_kind kind, int64_t *fact) {
  int64_t stored[STORED_WORDS_MAX];
  int words = bpi_stored_words(kind);
  for (int i = 0; i < words; i++)
    stored[i] = bpi_sql_column(row, i);
  bpi_form_load(kind, fact, stored);
}

/* --------------------------------------------------------------------- names of stored numbers */

static ident stored_key(stored_names *n, store_statement which, int64_t number, int column) {
  ident key = {0, 0};
  sqlite3_stmt *get = bpi_sql(n->s, which, n->error);
  int rc = get == NULL ? bpi_error_code(*n->error) : BP_OK;
  if (get != NULL) {
    sqlite3_bind_int64(get, 1, number);
    if ((rc = bpi_sql_step(get, n->error)) > 0) {
      key.hi = (uint64_t)sqlite3_column_int64(get, column);
      key.lo = (uint64_t)sqlite3_column_int64(get, column + 1);
    }
    sqlite3_reset(get);
  }
  if (rc < 0) n->failed = rc;
  return key;
}

static ident stored_session_key(void *user, int64_t number) {
  return stored_key(user, SQL_SESSION_KEY, number, 0);
}

static ident stored_label_key(void *user, int64_t number) {
  return stored_key(user, SQL_LABEL_GET, number, 2);
}

fact_names bpi_stored_names(stored_names *n) {
  fact_names names = {n, stored_session_key, stored_label_key};
  return names;
}

/* ---------------------------------------------------------------------------------- visiting */

typedef struct visitor {
  const int64_t *sessions;
  size_t session_count;
  group cluster, one, resolved;
  stored_names names;
  bool raw; /* visit whole clusters */
  group_fn visit;
  void *user;
} visitor;

/* Visits a cluster key by key; row number -1 marks rows already visited. */
static int visit_cluster(visitor *v, fact_kind kind) {
  fact_names names = bpi_stored_names(&v->names);
  for (size_t i = 0; i < v->cluster.count; i++) {
    const int64_t *first = bpi_group_at(&v->cluster, kind, i);
    if (first[0] < 0) continue;
    v->one.count = 0;
    for (size_t j = i; j < v->cluster.count; j++) {
      int64_t *row = bpi_group_at(&v->cluster, kind, j);
      if (row[0] < 0 || row[1] != first[1]) continue;
      if (bpi_group_add(&v->one, kind, row) != BP_OK) return bpi_fail_nomem(v->names.error);
      row[0] = -1;
    }
    if (bpi_group_resolve(&v->resolved, &v->one, kind, &names) != BP_OK)
      return bpi_fail_nomem(v->names.error);
    int rc = v->names.failed != BP_OK ? v->names.failed : v->visit(v->user, kind, &v->resolved);
    if (rc != BP_OK) return rc;
  }
  v->cluster.count = 0;
  return BP_OK;
}

/* Loads the rows with consecutive numbers from *at on, and sets *at to the number after them. */
static int load_cluster(visitor *v, fact_kind kind, int64_t *at) {
  sqlite3_stmt *get =
      bpi_sql(v->names.s, (store_statement)(SQL_FACT_CLUSTER + (int)kind), v->names.error);
  if (get == NULL) return bpi_error_code(*v->names.error);
  sqlite3_bind_int64(get, 1, *at);
  int rc;
  while ((rc = bpi_sql_step(get, v->names.error)) > 0 && sqlite3_column_int64(get, 0) == *at) {
    int64_t fact[FACT_WORDS_MAX];
    ++*at;
    bpi_load_fact(get, kind, fact);
    if (bpi_head(fact)->session == FACT_MARKER && !v->raw) continue;
    if (bpi_group_add(&v->cluster, kind, fact) != BP_OK) {
      rc = bpi_fail_nomem(v->names.error);
      break;
    }
  }
  sqlite3_reset(get);
  if (rc < 0) return rc;
  if (!v->raw) return visit_cluster(v, kind);
  rc = v->visit(v->user, kind, &v->cluster);
  v->cluster.count = 0;
  return rc;
}

/* Moves *at back to the first row of its cluster. */
static int find_start(visitor *v, fact_kind kind, int64_t *at) {
  sqlite3_stmt *get =
      bpi_sql(v->names.s, (store_statement)(SQL_FACT_BEFORE + (int)kind), v->names.error);
  if (get == NULL) return bpi_error_code(*v->names.error);
  sqlite3_bind_int64(get, 1, *at);
  int rc;
  while ((rc = bpi_sql_step(get, v->names.error)) > 0 && sqlite3_column_int64(get, 0) == *at - 1)
    --*at;
  sqlite3_reset(get);
  return rc < 0 ? rc : BP_OK;
}

/* Visits the clusters of all rows, or of rows of the wanted sessions: SQLite skips rows four times
 * as fast as it returns them. */
static int visit_kind(visitor *v, fact_kind kind) {
  const int which = v->sessions == NULL ? SQL_FACT_ALL : SQL_FACT_OF;
  const bulk wanted = {v->session_count, v->sessions, bpi_bulk_number};
  sqlite3_stmt *rows = bpi_sql(v->names.s, (store_statement)(which + (int)kind), v->names.error);
  if (rows == NULL) return bpi_error_code(*v->names.error);
  int64_t at = -1; /* number after the last visited cluster */
  int rc = bpi_bulk_step(v->names.s, rows, &wanted, v->names.error);
  for (; rc > 0; rc = bpi_sql_step(rows, v->names.error)) {
    int64_t id = sqlite3_column_int64(rows, 0);
    if (id >= 0 && id < at) continue;
    int found = bpi_is_place(id) ? BP_OK : bpi_fail(v->names.error, BP_ERR_CORRUPT, DAMAGED_PLACE);
    at = id;
    if (found == BP_OK && sqlite3_column_int(rows, 1)) found = find_start(v, kind, &at);
    if (found == BP_OK) found = load_cluster(v, kind, &at);
    if (found == BP_OK) continue;
    sqlite3_reset(rows);
    return found;
  }
  return rc;
}

static int visit_all(store *s, bool raw, const int64_t *sessions, size_t count, group_fn visit,
                     void *user, bp_error **error) {
  visitor v = {.raw = raw,
               .sessions = sessions,
               .session_count = count,
               .names = {s, error, BP_OK},
               .visit = visit,
               .user = user};
  int rc = BP_OK;
  for (fact_kind kind = 0; kind < FACT_KINDS && rc == BP_OK; kind++)
    rc = visit_kind(&v, kind);
  bpi_free(v.cluster.words);
  bpi_free(v.one.words);
  bpi_free(v.resolved.words);
  return rc;
}

int bpi_visit_groups(store *s, const int64_t *sessions, size_t count, group_fn visit, void *user,
                     bp_error **error) {
  return visit_all(s, false, sessions, count, visit, user, error);
}

int bpi_visit_clusters(store *s, const int64_t *sessions, size_t count, group_fn visit, void *user,
                       bp_error **error) {
  return visit_all(s, true, sessions, count, visit, user, error);
}
