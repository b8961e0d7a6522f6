/* store/activity.c: keeps runs as sorted intervals. Adding moments gives the same runs in any
 * order, so the runs are all that must be stored. */
#include "store/activity.h"

#include <string.h>

#include "base/mem.h"
#include "base/sort.h"
#include "base/sum.h"
#include "store/bulk.h"

typedef struct run {
  int64_t session, start, end; /* an extent without runs has FACT_NONE for both ends */
} run;

typedef struct runs {
  run *run;
  size_t count, capacity;
} runs;

void bpi_moments_add(moments *m, int64_t session, int64_t time_us) {
  void *items = m->moment;
  if (m->failed ||
      (m->failed = bpi_reserve(&items, &m->capacity, m->count + 1, sizeof *m->moment)) != BP_OK)
    return;
  m->moment = items;
  m->moment[m->count++] = (moment){session, time_us};
}

void bpi_moments_free(moments *m) {
  bpi_free(m->moment);
}

/* Moments sorted by session and time. The sort sees them as rows of words. */
enum { MOMENT_SESSION, MOMENT_TIME, MOMENT_WORDS };

static int64_t **sorted(moments *m) {
  int64_t **rows = bpi_alloc(m->count * sizeof *rows);
  if (rows == NULL) return NULL;
  for (size_t i = 0; i < m->count; i++)
    rows[i] = &m->moment[i].session;
  if (bpi_sort_rows(rows, m->count, MOMENT_WORDS) == BP_OK) return rows;
  bpi_free(rows);
  return NULL;
}

static int push(runs *r, run next) {
  void *items = r->run;
  int rc = bpi_reserve(&items, &r->capacity, r->count + 1, sizeof *r->run);
  if (rc != BP_OK) return rc;
  r->run = items;
  r->run[r->count++] = next;
  return BP_OK;
}

/* Appends an interval that does not start before the last one, joined to it if the gap is small
 * enough. */
static int append(runs *r, run next) {
  run *last = r->count > 0 ? &r->run[r->count - 1] : NULL;
  if (last == NULL || bpi_span(last->end, next.start) > ACTIVE_GAP) return push(r, next);
  if (next.end > last->end) last->end = next.end;
  return BP_OK;
}

/* Loads the stored runs of some sessions, by session and time. */
static int load(runs *r, store *s, const int64_t *sessions, size_t count, bp_error **error) {
  const bulk wanted = {count, sessions, bpi_bulk_number};
  r->count = 0;
  sqlite3_stmt *get = bpi_sql(s, SQL_RUNS, error);
  if (get == NULL) return bpi_error_code(*error);
  int rc = bpi_bulk_step(s, get, &wanted, error);
  for (; rc > 0; rc = bpi_sql_step(get, error)) {
    run stored = {sqlite3_column_int64(get, 0), sqlite3_column_int64(get, 1),
                  sqlite3_column_int64(get, 2)};
    if (push(r, stored) != BP_OK) {
      sqlite3_reset(get);
      return bpi_fail_nomem(error);
    }
  }
  return rc;
}

/* Merges sorted runs and sorted moments. */
static int merge(runs *out, const runs *known, int64_t *const *m, size_t count) {
  out->count = 0;
  size_t i = 0, j = 0;
  while (i < known->count || j < count) {
    bool take_run = j == count || (i < known->count && known->run[i].start <= m[j][MOMENT_TIME]);
    run next = take_run ? known->run[i]
                        : (run){m[j][MOMENT_SESSION], m[j][MOMENT_TIME], m[j][MOMENT_TIME]};
    if (take_run)
      i++;
    else
      j++;
    int rc = append(out, next);
    if (rc != BP_OK) return rc;
  }
  return BP_OK;
}

/* The number of counted facts of a session. */
static int count_facts(store *s, int64_t session, int64_t *out, bp_error **error) {
  sqlite3_stmt *get =
      bpi_sql_once(s, "SELECT ifnull(sum(n), 0) FROM told WHERE session = ?1", error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, session);
  int rc = bpi_sql_step(get, error);
  if (rc > 0) *out = sqlite3_column_int64(get, 0);
  sqlite3_finalize(get);
  return rc < 0 ? rc : BP_OK;
}

/* A damaged run could span any time, and its active time would be spread over all quarters in
 * between. A real run has a moment at least every five minutes, and a fact has at most two moments,
 * so a long run is checked against the number of facts. */
static int check_run(store *s, const run *r, bp_error **error) {
  int64_t facts = 0, length = bpi_span(r->start, r->end);
  bool sound = length >= 0 && r->end < BPI_TIME_END;
  if (sound && length <= BPI_DAY) return BP_OK;
  int rc = sound ? count_facts(s, r->session, &facts, error) : BP_OK;
  if (rc != BP_OK || (sound && length <= bpi_times(facts, 2 * ACTIVE_GAP))) return rc;
  return bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged: a stretch of activity");
}

/* Spreads [start, end) over its quarters. */
static void add_stretch(cells *c, int64_t session, int64_t start, int64_t end, int64_t sign) {
  rollup_cell cell = {.kind = ROLLUP_ACTIVE, .session = session};
  while (start < end) {
    cell.quarter = bpi_quarter_of(start);
    int64_t until = (cell.quarter + 1) * BPI_QUARTER;
    if (until > end) until = end;
    cell.m[ACTIVE_US] = sign * (until - start);
    bpi_cells_add(c, &cell);
    start = until;
  }
}

static void add_active(cells *c, int64_t session, const runs *r, size_t from, int64_t sign) {
  for (size_t i = from; i < r->count; i++) {
    int64_t tail = i + 1 < r->count ? ACTIVE_GAP : 0;
    add_stretch(c, session, r->run[i].start, r->run[i].end + tail, sign);
  }
}

/* The number of equal runs at the front, excluding the last of either list, whose tail may
 * differ. */
static size_t common_front(const runs *a, const runs *b) {
  size_t i = 0;
  while (i + 1 < a->count && i + 1 < b->count && a->run[i].start == b->run[i].start &&
         a->run[i].end == b->run[i].end)
    i++;
  return i;
}

static bool same(const runs *a, const runs *b) {
  return a->count == b->count &&
         (a->count == 0 || memcmp(a->run, b->run, a->count * sizeof *a->run) == 0);
}

/* Sessions with the moments that change their runs, and the rows to store, collected over all
 * sessions because there may be thousands of small ones. Everything is sorted by session. */
typedef struct keeping {
  store *s;
  int64_t **moment;
  size_t moments;
  const int64_t *rebuild;
  size_t rebuilds;
  int64_t *session;
  size_t sessions;
  runs known, made; /* of all sessions; of the current one */
  runs put, extents;
  cells *changes;
  bp_error **error;
} keeping;

static void run_column(const void *rows, size_t row, int column, sqlite3_context *into) {
  const run *r = (const run *)rows + row;
  int64_t value = column == 0 ? r->session : column == 1 ? r->start : r->end;
  if (value != FACT_NONE) sqlite3_result_int64(into, value);
}

static int drop_runs(keeping *k, int64_t session, int64_t from_us) {
  sqlite3_stmt *drop = bpi_sql(k->s, SQL_RUNS_DELETE, k->error);
  if (drop == NULL) return bpi_error_code(*k->error);
  sqlite3_bind_int64(drop, 1, session);
  sqlite3_bind_int64(drop, 2, from_us);
  return bpi_sql_run(drop, k->error);
}

/* `known`: the stored runs of this session. */
static int change_session(keeping *k, int64_t session, const runs *known, int64_t *const *m,
                          size_t count, bool rebuild) {
  const runs none = {0}, *made = &k->made;
  if (merge(&k->made, rebuild ? &none : known, m, count) != BP_OK) return bpi_fail_nomem(k->error);
  if (same(known, made)) return BP_OK;
  size_t from = common_front(known, made);
  add_active(k->changes, session, known, from, -1);
  add_active(k->changes, session, made, from, 1);
  int rc = from < known->count ? drop_runs(k, session, known->run[from].start) : BP_OK;
  if (rc != BP_OK) return rc;
  for (size_t i = from; i < made->count; i++)
    if (push(&k->put, made->run[i]) != BP_OK) return bpi_fail_nomem(k->error);
  run extent = {session, FACT_NONE, FACT_NONE};
  if (made->count > 0) {
    extent.start = made->run[0].start;
    extent.end = made->run[made->count - 1].end;
  }
  return push(&k->extents, extent) == BP_OK ? BP_OK : bpi_fail_nomem(k->error);
}

static void list_sessions(keeping *k) {
  for (size_t at = 0, next = 0; at < k->moments || next < k->rebuilds; k->sessions++) {
    bool gone = at == k->moments || /* lost its last moment */
                (next < k->rebuilds && k->rebuild[next] < k->moment[at][MOMENT_SESSION]);
    int64_t session = gone ? k->rebuild[next] : k->moment[at][MOMENT_SESSION];
    while (at < k->moments && k->moment[at][MOMENT_SESSION] == session)
      at++;
    next += next < k->rebuilds && k->rebuild[next] == session;
    k->session[k->sessions] = session;
  }
}

static int change_sessions(keeping *k) {
  int rc = BP_OK;
  for (size_t i = 0, known_at = 0, at = 0, next = 0; i < k->sessions && rc == BP_OK; i++) {
    int64_t session = k->session[i];
    runs known = {.run = k->known.run};
    if (known_at > 0) known.run += known_at;
    for (; known_at < k->known.count && k->known.run[known_at].session == session; known_at++)
      known.count++;
    size_t from = at;
    while (at < k->moments && k->moment[at][MOMENT_SESSION] == session)
      at++;
    bool anew = next < k->rebuilds && k->rebuild[next] == session;
    next += anew;
    rc = change_session(k, session, &known, k->moment + from, at - from, anew);
  }
  return rc;
}

static int store_gathered(keeping *k) {
  const bulk put = {k->put.count, k->put.run, run_column},
             extents = {k->extents.count, k->extents.run, run_column};
  int rc = bpi_bulk_run(k->s, SQL_RUNS_INSERT, &put, k->error);
  return rc == BP_OK ? bpi_bulk_run(k->s, SQL_SESSION_EXTENT, &extents, k->error) : rc;
}

int bpi_activity_store(store *s, moments *m, const int64_t *rebuild, size_t rebuilds,
                       cells *changes, bp_error **error) {
  if (m->failed) return bpi_fail_nomem(error);
  keeping k = {.s = s,
               .moment = sorted(m),
               .moments = m->count,
               .rebuild = rebuild,
               .rebuilds = rebuilds,
               .session = bpi_alloc((m->count + rebuilds) * sizeof *k.session),
               .changes = changes,
               .error = error};
  int rc = k.moment == NULL || k.session == NULL ? bpi_fail_nomem(error) : BP_OK;
  if (rc == BP_OK) list_sessions(&k);
  if (rc == BP_OK) rc = load(&k.known, s, k.session, k.sessions, error);
  for (size_t i = 0; i < k.known.count && rc == BP_OK; i++)
    rc = check_run(s, &k.known.run[i], error);
  if (rc == BP_OK) rc = change_sessions(&k);
  if (rc == BP_OK) rc = store_gathered(&k);
  bpi_free(k.moment);
  bpi_free(k.session);
  bpi_free(k.known.run);
  bpi_free(k.made.run);
  bpi_free(k.put.run);
  bpi_free(k.extents.run);
  return rc;
}

/* ----------------------------------------------------------------------------------- checking */

static int check_session(store *s, sqlite3_stmt *session, int64_t *const *m, size_t count,
                         cells *all, bool *ok, bp_error **error) {
  runs known = {0}, none = {0}, made = {0};
  int64_t number = sqlite3_column_int64(session, 0);
  int rc = load(&known, s, &number, 1, error);
  if (rc == BP_OK && merge(&made, &none, m, count) != BP_OK) rc = bpi_fail_nomem(error);
  if (rc == BP_OK) {
    bool any = made.count > 0;
    *ok &= same(&known, &made) &&
           bpi_sql_column(session, 1) == (any ? made.run[0].start : FACT_NONE) &&
           bpi_sql_column(session, 2) == (any ? made.run[made.count - 1].end : FACT_NONE);
    add_active(all, number, &made, 0, 1);
  }
  bpi_free(known.run);
  bpi_free(made.run);
  return rc;
}

int bpi_activity_check(store *s, moments *m, cells *all, bool *ok, bp_error **error) {
  if (m->failed) return bpi_fail_nomem(error);
  sqlite3_stmt *session = bpi_sql(s, SQL_SESSION_EXTENTS, error);
  if (session == NULL) return bpi_error_code(*error);
  int64_t **rows = sorted(m);
  if (rows == NULL) return bpi_fail_nomem(error);
  size_t at = 0;
  int rc;
  while ((rc = bpi_sql_step(session, error)) > 0) {
    int64_t number = sqlite3_column_int64(session, 0);
    size_t from = at;
    while (at < m->count && rows[at][MOMENT_SESSION] == number)
      at++;
    rc = check_session(s, session, rows + from, at - from, all, ok, error);
    if (rc != BP_OK) break;
  }
  sqlite3_reset(session);
  if (at < m->count) *ok = false; /* moments of a session that does not exist */
  bpi_free(rows);
  return rc;
}
