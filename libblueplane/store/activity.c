/* store/activity.c: runs as sorted intervals. Joining a moment to the runs of all others gives the
 * same runs in any order, so runs are all that must be kept. */
#include "store/activity.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

typedef struct run {
  int64_t start, end;
} run;

typedef struct runs {
  run *run;
  size_t count, capacity;
} runs;

void bpi_moments_add(moments *m, int64_t session, int64_t time_us) {
  void *items = m->moment;
  if (m->failed || (m->failed = bpi_reserve(&items, &m->capacity, m->count + 1,
                                            sizeof *m->moment)) != BP_OK)
    return;
  m->moment = items;
  m->moment[m->count++] = (moment){session, time_us};
}

void bpi_moments_free(moments *m) { bpi_free(m->moment); }

static int by_session_and_time(const void *a, const void *b) {
  const moment *x = a, *y = b;
  if (x->session != y->session) return x->session < y->session ? -1 : 1;
  return x->time_us == y->time_us ? 0 : x->time_us < y->time_us ? -1 : 1;
}

/* Appends an interval that does not begin before the last one; joins it where the gap allows. */
static int append(runs *r, run next) {
  if (r->count > 0 && next.start - r->run[r->count - 1].end <= ACTIVE_GAP) {
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
  while ((rc = bpi_sql_step(s, get, error)) > 0) {
    run stored = {sqlite3_column_int64(get, 0), sqlite3_column_int64(get, 1)};
    if (append(r, stored) != BP_OK) {
      sqlite3_reset(get);
      return bpi_fail_nomem(error);
    }
  }
  return rc;
}

/* Both sorted: known runs and moments into one list. */
static int merge(runs *out, const runs *known, const moment *m, size_t count) {
  out->count = 0;
  size_t i = 0, j = 0;
  while (i < known->count || j < count) {
    bool take_run = j == count || (i < known->count && known->run[i].start <= m[j].time_us);
    run next = take_run ? known->run[i] : (run){m[j].time_us, m[j].time_us};
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
  int rc = bpi_sql_run(s, drop, error);
  for (size_t i = from; i < r->count && rc == BP_OK; i++) {
    sqlite3_bind_int64(put, 1, session);
    sqlite3_bind_int64(put, 2, r->run[i].start);
    sqlite3_bind_int64(put, 3, r->run[i].end);
    rc = bpi_sql_run(s, put, error);
  }
  if (rc != BP_OK) return rc;
  sqlite3_bind_int64(extent, 1, session);
  bpi_sql_bind(extent, 2, r->count > 0 ? r->run[0].start : FACT_NONE);
  bpi_sql_bind(extent, 3, r->count > 0 ? r->run[r->count - 1].end : FACT_NONE);
  return bpi_sql_run(s, extent, error);
}

static int store_session(store *s, int64_t session, const moment *m, size_t count, bool rebuild,
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

static bool holds(const int64_t *sorted, size_t count, int64_t value) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (sorted[middle] < value)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && sorted[low] == value;
}

int bpi_activity_store(store *s, moments *m, const int64_t *rebuild, size_t rebuilds,
                       cells *changes, bp_error **error) {
  if (m->failed) return bpi_fail_nomem(error);
  qsort(m->moment, m->count, sizeof *m->moment, by_session_and_time);
  int rc = BP_OK;
  size_t at = 0, next_rebuild = 0;
  while (rc == BP_OK && at < m->count) {
    int64_t session = m->moment[at].session;
    size_t end = at;
    while (end < m->count && m->moment[end].session == session) end++;
    rc = store_session(s, session, m->moment + at, end - at, holds(rebuild, rebuilds, session),
                       changes, error);
    at = end;
  }
  /* Sessions that lost their last moment. */
  for (; rc == BP_OK && next_rebuild < rebuilds; next_rebuild++) {
    moment wanted = {rebuild[next_rebuild], INT64_MIN};
    size_t low = 0, high = m->count;
    while (low < high) {
      size_t middle = low + (high - low) / 2;
      if (by_session_and_time(&m->moment[middle], &wanted) < 0)
        low = middle + 1;
      else
        high = middle;
    }
    if (low == m->count || m->moment[low].session != wanted.session)
      rc = store_session(s, wanted.session, NULL, 0, true, changes, error);
  }
  return rc;
}
