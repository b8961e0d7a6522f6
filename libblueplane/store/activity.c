/* store/activity.c: runs as sorted intervals. Joining a moment to the runs of all others gives the
 * same runs in any order, so runs are all that must be kept. */
#include "store/activity.h"

#include <string.h>

#include "base/mem.h"
#include "base/sort.h"
#include "base/sum.h"

typedef struct run {
  int64_t start, end;
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

/* Moments in order of session and time, as the sort sees them: words of a row. */
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

/* Appends an interval that does not begin before the last one; joins it where the gap allows. */
static int append(runs *r, run next) {
  if (r->count > 0 && bpi_span(r->run[r->count - 1].end, next.start) <= ACTIVE_GAP) {
    run *last = &r->run[r->count - 1];
    if (next.end > last->end) last->end = next.end;
    return BP_OK;
  }
  void *items = r->run;
  int rc = bpi_reserve(&items, &r->capacity, r->count + 1, sizeof *r->run);
  if (rc != BP_OK) return rc;
  r->run = items;
  r->run[r->count++] = next;
  return BP_OK;
}

static int load(runs *r, store *s, int64_t session, bp_error **error) {
  r->count = 0;
  sqlite3_stmt *get = bpi_sql(s, SQL_RUNS, error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, session);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    run stored = {sqlite3_column_int64(get, 0), sqlite3_column_int64(get, 1)};
    if (append(r, stored) != BP_OK) {
      sqlite3_reset(get);
      return bpi_fail_nomem(error);
    }
  }
  return rc;
}

/* Both sorted: known runs and moments into one list. */
static int merge(runs *out, const runs *known, int64_t *const *m, size_t count) {
  out->count = 0;
  size_t i = 0, j = 0;
  while (i < known->count || j < count) {
    bool take_run = j == count || (i < known->count && known->run[i].start <= m[j][MOMENT_TIME]);
    run next = take_run ? known->run[i] : (run){m[j][MOMENT_TIME], m[j][MOMENT_TIME]};
    if (take_run)
      i++;
    else
      j++;
    int rc = append(out, next);
    if (rc != BP_OK) return rc;
  }
  return BP_OK;
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

/* How many runs at the front are the same, not counting the last of either, whose tail may differ. */
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

static int write_runs(store *s, int64_t session, const runs *r, size_t from, int64_t from_us,
                      bp_error **error) {
  sqlite3_stmt *drop = bpi_sql(s, SQL_RUNS_DELETE, error);
  sqlite3_stmt *put = bpi_sql(s, SQL_RUN_INSERT, error);
  sqlite3_stmt *extent = bpi_sql(s, SQL_SESSION_EXTENT, error);
  if (drop == NULL || put == NULL || extent == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(drop, 1, session);
  sqlite3_bind_int64(drop, 2, from_us);
  int rc = bpi_sql_run(drop, error);
  for (size_t i = from; i < r->count && rc == BP_OK; i++) {
    sqlite3_bind_int64(put, 1, session);
    sqlite3_bind_int64(put, 2, r->run[i].start);
    sqlite3_bind_int64(put, 3, r->run[i].end);
    rc = bpi_sql_run(put, error);
  }
  if (rc != BP_OK) return rc;
  sqlite3_bind_int64(extent, 1, session);
  bpi_sql_bind(extent, 2, r->count > 0 ? r->run[0].start : FACT_NONE);
  bpi_sql_bind(extent, 3, r->count > 0 ? r->run[r->count - 1].end : FACT_NONE);
  return bpi_sql_run(extent, error);
}

static int store_session(store *s, int64_t session, int64_t *const *m, size_t count, bool rebuild,
                         cells *changes, bp_error **error) {
  runs known = {0}, none = {0}, made = {0};
  int rc = load(&known, s, session, error);
  if (rc == BP_OK && merge(&made, rebuild ? &none : &known, m, count) != BP_OK)
    rc = bpi_fail_nomem(error);
  if (rc == BP_OK && !same(&known, &made)) {
    size_t from = common_front(&known, &made);
    int64_t from_us = from < known.count ? known.run[from].start : INT64_MAX;
    add_active(changes, session, &known, from, -1);
    add_active(changes, session, &made, from, 1);
    rc = write_runs(s, session, &made, from, from_us, error);
  }
  bpi_free(known.run);
  bpi_free(made.run);
  return rc;
}

/* Sessions with moments and sessions that are made anew, both in order. */
static int store_sessions(store *s, int64_t *const *m, size_t count, const int64_t *rebuild,
                          size_t rebuilds, cells *changes, bp_error **error) {
  int rc = BP_OK;
  for (size_t at = 0, next = 0; rc == BP_OK && (at < count || next < rebuilds);) {
    bool gone = at == count || (next < rebuilds && rebuild[next] < m[at][MOMENT_SESSION]);
    int64_t session = gone ? rebuild[next] : m[at][MOMENT_SESSION]; /* gone: its last moment */
    bool anew = next < rebuilds && rebuild[next] == session;
    size_t end = at;
    while (end < count && m[end][MOMENT_SESSION] == session)
      end++;
    rc = store_session(s, session, m + at, end - at, anew, changes, error);
    at = end;
    next += anew;
  }
  return rc;
}

int bpi_activity_store(store *s, moments *m, const int64_t *rebuild, size_t rebuilds,
                       cells *changes, bp_error **error) {
  if (m->failed) return bpi_fail_nomem(error);
  int64_t **rows = sorted(m);
  if (rows == NULL) return bpi_fail_nomem(error);
  int rc = store_sessions(s, rows, m->count, rebuild, rebuilds, changes, error);
  bpi_free(rows);
  return rc;
}

/* ----------------------------------------------------------------------------------- checking */

static int check_session(store *s, sqlite3_stmt *session, int64_t *const *m, size_t count,
                         cells *all, bool *ok, bp_error **error) {
  runs known = {0}, none = {0}, made = {0};
  int64_t number = sqlite3_column_int64(session, 0);
  int rc = load(&known, s, number, error);
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
  if (at < m->count) *ok = false; /* of a session that does not exist */
  bpi_free(rows);
  return rc;
}
