/* store/tasks.c: facts have no index by session, so the facts of all stale sessions are collected
 * in one pass over the tables; the tasks computed from them replace the stored ones. */
#include "store/tasks.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/sort.h"
#include "store/days.h"
#include "store/group.h"
#include "store/read.h"

#define FACTS_AT_ONCE 500000 /* limit for sessions processed together: about 100 MiB of steps */

/* ------------------------------------------------------------------------------ sets of sessions */

void bpi_sessions_add(session_set *set, int64_t session) {
  size_t word = (size_t)session / 64;
  if (session <= 0 || set->failed != BP_OK) return;
  if (session > UINT32_MAX) { /* only a damaged number can be this large */
    set->failed = BP_ERR_CORRUPT;
    return;
  }
  if (word >= set->words) {
    void *bits = set->bits;
    size_t capacity = set->words;
    if ((set->failed = bpi_reserve(&bits, &capacity, word + 1, sizeof *set->bits)) != BP_OK) return;
    set->bits = bits;
    memset(set->bits + set->words, 0, (capacity - set->words) * sizeof *set->bits);
    set->words = capacity;
  }
  set->bits[word] |= UINT64_C(1) << session % 64;
}

void bpi_sessions_free(session_set *set) {
  bpi_free(set->bits);
}

int bpi_tasks_mark(store *s, const session_set *changed, bp_error **error) {
  if (changed->failed == BP_ERR_NOMEM) return bpi_fail_nomem(error);
  if (changed->failed != BP_OK)
    return bpi_fail(error, changed->failed, "the store is damaged: the number of a session");
  sqlite3_stmt *add = bpi_sql(s, SQL_STALE_ADD, error);
  int rc = add == NULL ? bpi_error_code(*error) : BP_OK;
  for (size_t i = 0; i < changed->words * 64 && rc == BP_OK; i++) {
    if (!(changed->bits[i / 64] >> i % 64 & 1)) continue;
    sqlite3_bind_int64(add, 1, (int64_t)i);
    rc = bpi_sql_run(add, error);
  }
  return rc;
}

/* Session rows, sorted by number, always all rows of a session: it has one per tier that reported
 * it, and its tasks are stored under the first, `home`. */
typedef struct member {
  int64_t row, home;
  unsigned shadowed; /* kinds of cells that a better row reports */
} member;

typedef struct members {
  member *row;
  size_t count, capacity;
} members;

static int by_row(const void *a, const void *b) {
  const member *x = a, *y = b;
  return (x->row > y->row) - (x->row < y->row);
}

static const member *find(const members *m, int64_t row) {
  const member wanted = {.row = row};
  if (m->count == 0) return NULL;
  return bsearch(&wanted, m->row, m->count, sizeof wanted, by_row);
}

static int add_member(members *m, int64_t row) {
  void *items = m->row;
  if (bpi_reserve(&items, &m->capacity, m->count + 1, sizeof *m->row) != BP_OK) return BP_ERR_NOMEM;
  m->row = items;
  m->row[m->count++] = (member){.row = row, .home = row};
  return BP_OK;
}

static int load_rows(members *m, sqlite3_stmt *get, bp_error **error) {
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    if (add_member(m, sqlite3_column_int64(get, 0)) == BP_OK) continue;
    sqlite3_reset(get);
    return bpi_fail_nomem(error);
  }
  return rc;
}

/* Adds the other rows of a session, and to each the kinds that do not count. */
static int complete(members *m, store *s, size_t at, bp_error **error) {
  session_rows rows;
  int rc = bpi_read_session(s, m->row[at].row, &rows, error);
  if (rc == BP_ERR_NOTFOUND) return BP_OK;
  bool nobody = rc == BP_OK && bpi_ident_absent(rows.row[0].key); /* facts without a session */
  for (size_t i = 0; i < rows.count && rc == BP_OK; i++) {
    member known = {rows.row[i].id, rows.row[0].id, nobody ? ~0u : rows.row[i].shadowed};
    if (known.row != m->row[at].row) {
      rc = add_member(m, known.row);
      if (rc == BP_OK) m->row[m->count - 1] = known;
    } else {
      m->row[at] = known;
    }
  }
  return rc == BP_ERR_NOMEM ? bpi_fail_nomem(error) : rc;
}

static int complete_all(members *m, store *s, bp_error **error) {
  size_t named = m->count, kept = 0;
  int rc = BP_OK;
  for (size_t i = 0; i < named && rc == BP_OK; i++)
    rc = complete(m, s, i, error);
  if (m->count > 1) qsort(m->row, m->count, sizeof *m->row, by_row);
  for (size_t i = 0; i < m->count; i++)
    if (kept == 0 || m->row[kept - 1].row != m->row[i].row) m->row[kept++] = m->row[i];
  m->count = kept;
  return rc;
}

/* Loads stale sessions until they have `most` facts; *more: there are others. */
static int load_stale(members *m, store *s, int64_t most, bool *more, bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_STALE, error);
  if (get == NULL) return bpi_error_code(*error);
  int64_t facts = 0;
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0 && facts < most) {
    facts += sqlite3_column_int64(get, 1);
    if (add_member(m, sqlite3_column_int64(get, 0)) == BP_OK) continue;
    sqlite3_reset(get);
    return bpi_fail_nomem(error);
  }
  sqlite3_reset(get);
  *more = rc > 0;
  return rc < 0 ? rc : complete_all(m, s, error);
}

/* ----------------------------------------------------------------------------------- gathering */

/* The steps of some sessions. */
typedef struct gathered {
  const members *wanted;
  task_step *step;
  size_t steps, step_capacity;
  rollup_cell *cost; /* cells of the responses among them */
  size_t costs, cost_capacity;
  int failed;
} gathered;

static void take_cost(void *user, const rollup_cell *cell) {
  gathered *g = user;
  void *items = g->cost;
  if (g->failed ||
      (g->failed = bpi_reserve(&items, &g->cost_capacity, g->costs + 1, sizeof *g->cost)))
    return;
  g->cost = items;
  g->cost[g->costs] = *cell;
  g->cost[g->costs++].session = find(g->wanted, cell->session)->home;
}

static void gather_fact(gathered *g, fact_kind kind, const int64_t *fact) {
  static const rollup_kind counted_as[FACT_KINDS] = {
      [FACT_PROMPT] = ROLLUP_PROMPT,  [FACT_RESPONSE] = ROLLUP_RESPONSE,
      [FACT_TOOL_CALL] = ROLLUP_TOOL, [FACT_DECISION] = ROLLUP_DECISION,
      [FACT_SPAN] = ROLLUP_SPAN,      [FACT_EVENT] = ROLLUP_EVENT,
      [FACT_CHANGE] = ROLLUP_CHANGE};
  task_step step;
  void *items = g->step;
  const member *of = find(g->wanted, bpi_head(fact)->session);
  if (of == NULL || of->shadowed >> counted_as[kind] & 1 || g->failed ||
      !bpi_task_step(&step, kind, fact, (int64_t)g->costs))
    return;
  step.session = of->home;
  if (kind == FACT_RESPONSE) bpi_fact_cells(kind, fact, 1, take_cost, g);
  if (!g->failed) g->failed = bpi_reserve(&items, &g->step_capacity, g->steps + 1, sizeof *g->step);
  if (g->failed) return;
  g->step = items;
  g->step[g->steps++] = step;
}

static int gather(void *user, fact_kind kind, const group *facts) {
  gathered *g = user;
  for (size_t i = 0; i < facts->count; i++)
    gather_fact(g, kind, bpi_group_at(facts, kind, i));
  return g->failed;
}

/* Computes the tasks of sorted steps, session by session. */
static int cut_sessions(const gathered *g, task_step *const *step, const task_sink *sink) {
  int rc = BP_OK;
  for (size_t from = 0; from < g->steps && rc == BP_OK;) {
    size_t to = from;
    while (to < g->steps && step[to]->session == step[from]->session)
      to++;
    rc = bpi_task_cut(sink, step + from, to - from, g->cost);
    from = to;
  }
  return rc;
}

static int sort_and_cut(const gathered *g, const task_sink *sink) {
  int64_t **row = bpi_alloc(g->steps * sizeof *row);
  task_step **step = bpi_alloc(g->steps * sizeof *step);
  int rc = row == NULL || step == NULL ? BP_ERR_NOMEM : BP_OK;
  for (size_t i = 0; i < g->steps && rc == BP_OK; i++)
    row[i] = &g->step[i].session;
  if (rc == BP_OK) rc = bpi_sort_rows(row, g->steps, TASK_STEP_ORDER);
  for (size_t i = 0; i < g->steps && rc == BP_OK; i++)
    step[i] = (task_step *)(void *)row[i];
  if (rc == BP_OK) rc = cut_sessions(g, step, sink);
  bpi_free(row);
  bpi_free(step);
  return rc;
}

/* Computes the tasks of sessions from their facts. */
static int derive(store *s, const members *wanted, const task_sink *sink, bp_error **error) {
  gathered g = {.wanted = wanted};
  int64_t *rows = bpi_alloc(wanted->count * sizeof *rows);
  if (rows == NULL) return bpi_fail_nomem(error);
  for (size_t i = 0; i < wanted->count; i++)
    rows[i] = wanted->row[i].row;
  int rc = bpi_visit_groups(s, rows, wanted->count, gather, &g, error);
  if (rc == BP_OK) rc = sort_and_cut(&g, sink);
  bpi_free(rows);
  bpi_free(g.step);
  bpi_free(g.cost);
  return rc == BP_ERR_NOMEM ? bpi_fail_nomem(error) : rc;
}

/* ------------------------------------------------------------------------------- tasks in memory */

struct derived {
  members of; /* the sessions it was computed for */
  task *task;
  size_t tasks, task_capacity;
  buf paths; /* concatenated in the order of the tasks */
  cells cells;
};

static int keep_task(void *user, const task *t) {
  derived *d = user;
  void *items = d->task;
  int rc = bpi_reserve(&items, &d->task_capacity, d->tasks + 1, sizeof *d->task);
  if (rc != BP_OK) return rc;
  d->task = items;
  d->task[d->tasks] = *t;
  d->task[d->tasks++].path = NULL; /* set by find_paths once the buffer no longer moves */
  bpi_buf_add(&d->paths, (const char *)t->path, t->path_length);
  return d->paths.failed;
}

static int keep_cell(void *user, const rollup_cell *cell) {
  derived *d = user;
  bpi_cells_add(&d->cells, cell);
  return d->cells.failed;
}

static void find_paths(derived *d) {
  size_t at = 0;
  for (size_t i = 0; i < d->tasks; i++) {
    d->task[i].path = (const uint8_t *)d->paths.data + at;
    at += d->task[i].path_length;
  }
}

static void derived_free(derived *d) {
  if (d == NULL) return;
  bpi_free(d->of.row);
  bpi_free(d->task);
  bpi_buf_free(&d->paths);
  bpi_cells_free(&d->cells);
  bpi_free(d);
}

/* Computes tasks and cells of the sessions in d->of. */
static int derive_into(derived *d, store *s, bp_error **error) {
  const task_sink sink = {d, keep_task, keep_cell};
  int rc = derive(s, &d->of, &sink, error);
  find_paths(d);
  return rc;
}

static derived *derived_new(void) {
  derived *d = bpi_alloc_zero(1, sizeof *d);
  if (d != NULL) bpi_buf_init(&d->paths, SIZE_MAX / 2);
  return d;
}

/* --------------------------------------------------------------------------------- tasks in rows */

/* The columns of a task in the order of the schema, without its path. */
#define TASK_COLUMNS 18
static void columns_of(const task *t, int64_t out[TASK_COLUMNS]) {
  const int64_t columns[TASK_COLUMNS] = {
      t->quarter, t->session, t->number,         t->start_us, t->end_us,     t->active_us,
      t->type,    t->outcome, t->size,           t->features, t->model,      t->category,
      t->uses,    t->prompts, t->prompt_retries, t->calls,    t->lines_kept, t->commits};
  memcpy(out, columns, sizeof columns);
}

static void load_task(sqlite3_stmt *row, task *t) {
  int64_t *const into[TASK_COLUMNS] = {
      &t->quarter, &t->session, &t->number,         &t->start_us, &t->end_us,     &t->active_us,
      &t->type,    &t->outcome, &t->size,           &t->features, &t->model,      &t->category,
      &t->uses,    &t->prompts, &t->prompt_retries, &t->calls,    &t->lines_kept, &t->commits};
  for (int i = 0; i < TASK_COLUMNS; i++)
    *into[i] = sqlite3_column_int64(row, i);
  t->path = sqlite3_column_blob(row, TASK_COLUMNS);
  t->path_length = (size_t)sqlite3_column_bytes(row, TASK_COLUMNS);
}

/* Whether the numbers fit the bit fields of classes and patterns; a damaged row may hold any
 * value. */
static bool is_sound(const task *t) {
  const struct {
    int64_t value;
    int bits;
  } fields[] = {{t->type, CLASS_TASK_TYPE_BITS},
                {t->outcome, CLASS_TASK_OUTCOME_BITS},
                {t->size, CLASS_SIZE_BITS},
                {t->features, CLASS_FEATURES_BITS},
                {t->category, CLASS_CATEGORY_BITS}};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    if (fields[i].value >> fields[i].bits != 0) return false;
  for (size_t i = 0; i < t->path_length; i++)
    if (t->path[i] >> CLASS_CATEGORY_BITS != 0) return false;
  return true;
}

static int insert_task(store *s, const task *t, bp_error **error) {
  int64_t columns[TASK_COLUMNS];
  sqlite3_stmt *put = bpi_sql(s, SQL_TASK_INSERT, error);
  if (put == NULL) return bpi_error_code(*error);
  columns_of(t, columns);
  for (int i = 0; i < TASK_COLUMNS; i++)
    sqlite3_bind_int64(put, i + 1, columns[i]);
  const void *path = t->path_length > 0 ? (const void *)t->path : "";
  sqlite3_bind_blob(put, TASK_COLUMNS + 1, path, (int)t->path_length, SQLITE_STATIC);
  return bpi_sql_run(put, error);
}

/* Drops the packed days of a task's cells. Attempts are in its quarters `first` to `last`; all
 * other cells in the first. */
static int drop_days(store *s, int64_t first, int64_t last, bp_error **error) {
  int rc = bpi_days_drop(s, ROLLUP_ATTEMPT, first, last, error);
  for (rollup_kind kind = ROLLUP_TASK_COST; kind < ROLLUP_KINDS && rc == BP_OK; kind++)
    rc = bpi_days_drop(s, kind, first, first, error);
  return rc;
}

/* Removes tasks and their cells; the quarters of the tasks tell where the cells are. */
static int drop_session(store *s, cells *made, int64_t session, bp_error **error) {
  sqlite3_stmt *of = bpi_sql(s, SQL_TASKS_OF, error), *drop = bpi_sql(s, SQL_TASKS_DROP, error);
  sqlite3_stmt *fresh = bpi_sql(s, SQL_STALE_DROP, error);
  if (of == NULL || drop == NULL || fresh == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(of, 1, session);
  int rc;
  while ((rc = bpi_sql_step(of, error)) > 0) {
    int64_t first = sqlite3_column_int64(of, 0);
    int64_t last = bpi_quarter_of(sqlite3_column_int64(of, 1));
    rc = bpi_cells_forget(made, s, ROLLUP_ATTEMPT, first, last, error);
    if (rc == BP_OK) rc = bpi_cells_forget(made, s, ROLLUP_TASK_COST, first, first, error);
    if (rc == BP_OK) rc = drop_days(s, first, last, error);
    if (rc != BP_OK) break;
  }
  sqlite3_reset(of);
  sqlite3_bind_int64(drop, 1, session);
  if (rc == BP_OK) rc = bpi_sql_run(drop, error);
  sqlite3_bind_int64(fresh, 1, session);
  return rc == BP_OK ? bpi_sql_run(fresh, error) : rc;
}

static bool is_cut(const void *of, int64_t session) {
  return find(of, session) != NULL;
}

static int replace_sessions(store *s, derived *d, bp_error **error) {
  int rc = BP_OK;
  d->cells.is_gone = is_cut;
  d->cells.gone = &d->of;
  for (size_t i = 0; i < d->of.count && rc == BP_OK; i++)
    rc = drop_session(s, &d->cells, d->of.row[i].row, error);
  for (size_t i = 0; i < d->tasks && rc == BP_OK; i++) {
    rc = insert_task(s, &d->task[i], error);
    if (rc == BP_OK) rc = drop_days(s, d->task[i].quarter, d->task[i].quarter, error);
  }
  return rc == BP_OK ? bpi_cells_store(&d->cells, s, error) : rc;
}

/* -------------------------------------------------------------------------------------- bringing up to date */

/* Recomputes some stale sessions inside the open transaction; *more: there are others. */
static int refresh_some(store *s, bool *more, bp_error **error) {
  derived *d = derived_new();
  if (d == NULL) return bpi_fail_nomem(error);
  int rc = load_stale(&d->of, s, FACTS_AT_ONCE, more, error);
  if (rc == BP_OK && d->of.count > 0) rc = derive_into(d, s, error);
  if (rc == BP_OK && d->of.count > 0) rc = replace_sessions(s, d, error);
  derived_free(d);
  return rc;
}

int bpi_tasks_stale(store *s, bool *any, bp_error **error) {
  *any = false;
  if (s->kind != STORE_PERSONAL) return BP_OK; /* other kinds of stores hold no facts */
  sqlite3_stmt *get = bpi_sql(s, SQL_STALE, error);
  if (get == NULL) return bpi_error_code(*error);
  int rc = bpi_sql_step(get, error);
  sqlite3_reset(get);
  *any = rc > 0;
  return rc < 0 ? rc : BP_OK;
}

int bpi_tasks_refresh(store *s, bp_error **error) {
  bool more = false, begun = true;
  if (s->read_only) return BP_OK;
  int rc = bpi_tasks_stale(s, &more, error);
  while (rc == BP_OK && more) {
    rc = bpi_store_try_write(s, &begun, error);
    /* If another process writes, the query does not wait: it computes the tasks in memory. */
    if (rc != BP_OK || !begun) break;
    rc = refresh_some(s, &more, error);
    if (rc == BP_OK) rc = bpi_store_commit(s, error);
    if (rc != BP_OK) bpi_store_rollback(s);
  }
  return rc;
}

int bpi_tasks_overlay(store *s, bp_error **error) {
  bool any = false;
  int rc = bpi_tasks_stale(s, &any, error);
  if (rc != BP_OK || !any) return rc;
  derived *d = derived_new();
  if (d == NULL) return bpi_fail_nomem(error);
  rc = load_stale(&d->of, s, INT64_MAX, &any, error);
  if (rc == BP_OK) rc = derive_into(d, s, error);
  if (rc == BP_OK)
    s->derived = d;
  else
    derived_free(d);
  return rc;
}

void bpi_tasks_forget(store *s) {
  derived_free(s->derived);
  s->derived = NULL;
}

/* -------------------------------------------------------------------------------------- reading */

typedef struct reading {
  const store *s;
  rollup_kind kind;
  int64_t from, until;
  int (*row)(void *user, const rollup_cell *cell);
  void *user;
} reading;

static bool is_in(const reading *r, int64_t quarter) {
  return quarter >= r->from && quarter < r->until;
}

static bool is_stale(const reading *r, int64_t session) {
  return r->s->derived != NULL && find(&r->s->derived->of, session) != NULL;
}

static int read_overlay(const reading *r) {
  const derived *d = r->s->derived;
  int rc = 0;
  if (r->kind >= ROLLUP_STORED_KINDS) {
    for (size_t i = 0; i < d->tasks && rc == 0; i++)
      if (is_in(r, d->task[i].quarter)) rc = bpi_task_cells(&d->task[i], r->kind, r->row, r->user);
    return rc;
  }
  for (size_t i = 0; i < d->cells.count && rc == 0; i++) {
    const rollup_cell *cell = &d->cells.cell[i];
    if (cell->kind == (int64_t)r->kind && is_in(r, cell->quarter)) rc = r->row(r->user, cell);
  }
  return rc;
}

static int read_tasks(const reading *r, sqlite3_stmt *get, bp_error **error) {
  int rc;
  sqlite3_bind_int64(get, 1, r->from);
  sqlite3_bind_int64(get, 2, r->until);
  while ((rc = bpi_sql_step(get, error)) > 0) {
    task t;
    load_task(get, &t);
    int stop = !is_sound(&t) ? bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged: a task")
                             : BP_OK;
    if (stop == BP_OK && !is_stale(r, t.session))
      stop = bpi_task_cells(&t, r->kind, r->row, r->user);
    if (stop == 0) continue;
    sqlite3_reset(get);
    return stop;
  }
  return rc;
}

/* The callback for stored cells. */
static int pass_on(void *user, const rollup_cell *cell) {
  const reading *r = user;
  return is_stale(r, cell->session) ? 0 : r->row(r->user, cell);
}

int bpi_tasks_read(store *s, rollup_kind kind, int64_t from, int64_t until,
                   int (*row)(void *user, const rollup_cell *cell), void *user, bp_error **error) {
  reading r = {s, kind, from, until, row, user};
  int rc;
  if (kind < ROLLUP_STORED_KINDS) {
    rc = bpi_cells_read(s, kind, from, until, pass_on, &r, error);
  } else {
    sqlite3_stmt *get = bpi_sql(s, SQL_TASKS, error);
    rc = get == NULL ? bpi_error_code(*error) : read_tasks(&r, get, error);
  }
  return rc != BP_OK || s->derived == NULL ? rc : read_overlay(&r);
}

/* ------------------------------------------------------------------------------------- checking */

/* Loads the sessions whose stored tasks should be up to date. */
static int load_fresh(members *m, store *s, bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_SESSIONS_FRESH, error);
  int rc = get == NULL ? bpi_error_code(*error) : load_rows(m, get, error);
  return rc == BP_OK ? complete_all(m, s, error) : rc;
}

static bool same_task(const task *a, const task *b) {
  int64_t x[TASK_COLUMNS], y[TASK_COLUMNS];
  columns_of(a, x);
  columns_of(b, y);
  return memcmp(x, y, sizeof x) == 0 && a->path_length == b->path_length &&
         (a->path_length == 0 || memcmp(a->path, b->path, a->path_length) == 0);
}

static int by_place(const void *a, const void *b) {
  const task *x = a, *y = b;
  const int64_t p[] = {x->quarter, x->session, x->number},
                q[] = {y->quarter, y->session, y->number};
  for (int i = 0; i < 3; i++)
    if (p[i] != q[i]) return p[i] < q[i] ? -1 : 1;
  return 0;
}

static int check_tasks(store *s, derived *d, bool *ok, bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_TASKS, error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, INT64_MIN);
  sqlite3_bind_int64(get, 2, INT64_MAX);
  if (d->tasks > 1) qsort(d->task, d->tasks, sizeof *d->task, by_place);
  size_t at = 0;
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    task t;
    load_task(get, &t);
    if (find(&d->of, t.session) == NULL) continue;
    *ok &= at < d->tasks && same_task(&t, &d->task[at]);
    at++;
  }
  *ok &= at == d->tasks;
  return rc;
}

static int subtract(void *user, const rollup_cell *cell) {
  derived *d = user;
  if (find(&d->of, cell->session) == NULL) return 0;
  bpi_cells_take(&d->cells, cell);
  return d->cells.failed;
}

static int check_derived(store *s, derived *d, bool *ok, bp_error **error) {
  int rc = load_fresh(&d->of, s, error);
  if (rc == BP_OK) rc = derive_into(d, s, error);
  if (rc == BP_OK) rc = check_tasks(s, d, ok, error);
  for (rollup_kind kind = ROLLUP_ATTEMPT; kind < ROLLUP_STORED_KINDS && rc == BP_OK; kind++)
    rc = bpi_cells_read(s, kind, INT64_MIN, INT64_MAX, subtract, d, error);
  for (size_t i = 0; i < d->cells.count && rc == BP_OK; i++)
    *ok &= bpi_cell_is_zero(&d->cells.cell[i]);
  return rc == BP_ERR_NOMEM ? bpi_fail_nomem(error) : rc;
}

int bpi_tasks_check(store *s, bool *ok, bp_error **error) {
  derived *d = derived_new();
  if (d == NULL) return bpi_fail_nomem(error);
  int rc = check_derived(s, d, ok, error);
  derived_free(d);
  return rc;
}
