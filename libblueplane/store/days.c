/* store/days.c: packed days are created and dropped when queries and changes ask for it, and read
 * together with the rows of the days between them. */
#include "store/days.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/sort.h"
#include "base/sum.h"
#include "base/time.h"
#include "store/packed_cell.h"
#include "store/read.h"
#include "store/tasks.h"

#define DAY_BYTES ((size_t)64 << 20)

#define RESPONSE_FIELDS                                                                            \
  (CLASS_MASK(CLASS_SUBAGENT) | CLASS_MASK(CLASS_QUALITY) | CLASS_MASK(CLASS_BAND) |               \
   CLASS_MASK(CLASS_SPEED) | CLASS_MASK(CLASS_TIER) | CLASS_MASK(CLASS_GEO) |                      \
   CLASS_MASK(CLASS_UNTOLD))
const session_grain bpi_session_grain[ROLLUP_KINDS] = {
    [ROLLUP_RESPONSE] = {true, RESPONSE_FIELDS},
    [ROLLUP_TOOL] = {false, CLASS_MASK(CLASS_SUBAGENT) | CLASS_MASK(CLASS_OUTCOME)},
    [ROLLUP_EDIT] = {false, CLASS_MASK(CLASS_SUBAGENT) | CLASS_MASK(CLASS_LANGUAGE)},
    [ROLLUP_EVENT] = {false, CLASS_MASK(CLASS_EVENT) | CLASS_MASK(CLASS_DETAIL)},
    [ROLLUP_DECISION] = {false, CLASS_MASK(CLASS_OUTCOME) | CLASS_MASK(CLASS_DECISION)},
    [ROLLUP_CHANGE] = {false, CLASS_MASK(CLASS_CHANGE) | CLASS_MASK(CLASS_CHANGE_TYPE) |
                                  CLASS_MASK(CLASS_ASSISTED)},
    [ROLLUP_ATTEMPT] = {false, CLASS_MASK(CLASS_FEATURES) | CLASS_MASK(CLASS_TASK_TYPE)},
    [ROLLUP_TASK_COST] = {true, RESPONSE_FIELDS | CLASS_MASK(CLASS_TASK_TYPE) |
                                    CLASS_MASK(CLASS_TASK_OUTCOME)},
    [ROLLUP_TASK] = {false, CLASS_MASK(CLASS_TASK_TYPE) | CLASS_MASK(CLASS_TASK_OUTCOME)},
    [ROLLUP_USE] = {false, CLASS_MASK(CLASS_USE)},
    [ROLLUP_PATTERN] = {true, CLASS_MASK(CLASS_TASK_OUTCOME)},
    [ROLLUP_TRANSITION] = {true, CLASS_MASK(CLASS_TASK_OUTCOME)},
};

static int64_t day_of(int64_t quarter) {
  return quarter < 0 ? -1 : quarter / BPI_DAY_QUARTERS;
}

/* Key of a packed day: the days of one grain and kind are consecutive. */
static int64_t number_of(cell_grain grain, rollup_kind kind, int64_t day) {
  return (int64_t)grain << 40 | (int64_t)kind << 32 | day;
}

/* ----------------------------------------------------------------------------------- reading */

typedef struct reading {
  store *s;
  rollup_kind kind;
  cell_grain grain;
  int64_t missed; /* cells not packed in this grain, in gaps longer than a day */
  const cell_reader *to;
  bp_error **error;
} reading;

/* A stored sum beyond the end has wrapped around (base/sum.h). To readers it is the greatest number,
 * which an answer shows as a lower bound. */
static rollup_cell stopped_at_end(rollup_cell cell) {
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    if (cell.m[i] < 0) cell.m[i] = INT64_MAX;
  return cell;
}

/* One test of all sums, as every cell that is read comes by. */
static bool is_negative(const rollup_cell *cell) {
  int64_t signs = cell->n;
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    signs |= cell->m[i];
  return signs < 0;
}

static int pass_on(void *user, const rollup_cell *cell) {
  reading *r = user;
  r->missed++;
  if (!is_negative(cell)) return r->to->cell(r->to->user, cell);
  if (cell->n < 0) /* no store can hold so many facts */
    return bpi_fail(r->error, BP_ERR_CORRUPT, "the store is damaged: a cell counts below 0");
  const rollup_cell shown = stopped_at_end(*cell);
  return r->to->cell(r->to->user, &shown);
}

static int read_rows(reading *r, int64_t from, int64_t until) {
  if (from >= until) return BP_OK;
  return r->kind >= ROLLUP_ATTEMPT
             ? bpi_tasks_read(r->s, r->kind, from, until, pass_on, r, r->error)
             : bpi_cells_read(r->s, r->kind, from, until, pass_on, r, r->error);
}

static int read_day(const reading *r, sqlite3_stmt *get, int64_t from, int64_t until) {
  packed_cell at = {.cell.kind = r->kind};
  varints bytes = bpi_cells_of(get, 1);
  int64_t like = 0;
  int stop = 0;
  while (bytes.at < bytes.end && stop == 0) {
    bpi_take_cell(&bytes, &at);
    if (bytes.torn || at.cell.n < 0)
      return bpi_fail(r->error, BP_ERR_CORRUPT, "the store is damaged: a packed day");
    if (at.like != like && r->to->like != NULL) stop = r->to->like(r->to->user, at.like);
    like = at.like;
    if (stop == 0 && at.cell.quarter >= from && at.cell.quarter < until)
      stop = r->to->cell(r->to->user, &at.cell);
  }
  if (stop == 0 && like != 0 && r->to->like != NULL) stop = r->to->like(r->to->user, 0);
  return stop;
}

/* Stored cells are already packed in their rows, so whole cells of these kinds need no packed
 * day. */
static bool is_packed(cell_grain grain, rollup_kind kind) {
  return grain != GRAIN_CELL || kind >= ROLLUP_STORED_KINDS;
}

static int read_packed(reading *r, int64_t from, int64_t until);

/* Reads what is not packed in this grain, if possible from days packed as whole cells. A gap of at
 * most a day does not count as missed: it is the last day, which is never packed, or part of a
 * day. */
static int read_gap(reading *r, int64_t from, int64_t until) {
  int64_t missed = r->missed;
  int rc = BP_OK;
  if (from >= until) return rc;
  if (r->grain == GRAIN_CELL || !is_packed(GRAIN_CELL, r->kind)) {
    rc = read_rows(r, from, until);
  } else {
    const cell_reader to = {.cell = pass_on, .user = r};
    reading finer = {.s = r->s, .kind = r->kind, .to = &to, .error = r->error};
    rc = read_packed(&finer, from, until);
  }
  if (from >= 0 && bpi_span(from, until) <= BPI_DAY_QUARTERS) r->missed = missed;
  return rc;
}

/* Reads packed days and the gaps between them. For a day that is requested only in part, cells are
 * read instead, because a coarse day cannot be split. */
static int read_packed(reading *r, int64_t from, int64_t until) {
  sqlite3_stmt *get = bpi_sql(r->s, r->grain == GRAIN_CELL ? SQL_DAYS : SQL_DAYS_COARSE, r->error);
  if (get == NULL) return bpi_error_code(*r->error);
  bool whole = r->grain != GRAIN_CELL;
  int64_t first = from < 0 ? 0 : day_of(from) + (whole && from % BPI_DAY_QUARTERS != 0);
  int64_t last = until <= 0 ? -1 : day_of(until - 1) - (whole && until % BPI_DAY_QUARTERS != 0);
  sqlite3_bind_int64(get, 1, number_of(r->grain, r->kind, first));
  sqlite3_bind_int64(get, 2, number_of(r->grain, r->kind, last < UINT32_MAX ? last : UINT32_MAX));
  int rc = BP_OK;
  while (first <= last && (rc = bpi_sql_step(get, r->error)) > 0) {
    int64_t start = (sqlite3_column_int64(get, 0) & UINT32_MAX) * BPI_DAY_QUARTERS;
    int stop = read_gap(r, from, start);
    if (stop == 0) stop = read_day(r, get, from, until);
    if (stop != 0) {
      sqlite3_reset(get);
      return stop;
    }
    from = start + BPI_DAY_QUARTERS;
  }
  return rc == BP_OK ? read_gap(r, from, until) : rc;
}

/* Remembers which days a query requested, for a kind of which it read many unpacked cells. */
static void want(const reading *r, int64_t from, int64_t until) {
  day_range *wanted = &r->s->wanted[r->grain][r->kind];
  if (wanted->until <= wanted->from) *wanted = (day_range){from, until};
  if (from < wanted->from) wanted->from = from;
  if (until > wanted->until) wanted->until = until;
}

int bpi_days_read(store *s, rollup_kind kind, cell_grain grain, int64_t from, int64_t until,
                  const cell_reader *to, bp_error **error) {
  reading r = {.s = s, .kind = kind, .grain = grain, .to = to, .error = error};
  if (s->kind != STORE_PERSONAL || !is_packed(grain, kind)) return read_rows(&r, from, until);
  /* the tasks of this snapshot are not the stored ones */
  if (kind >= ROLLUP_ATTEMPT && s->derived != NULL) return read_rows(&r, from, until);
  int rc = read_packed(&r, from, until);
  if (rc == BP_OK && r.missed >= s->worth_packing) want(&r, from, until);
  return rc;
}

/* ----------------------------------------------------------------------------------- packing */

/* The order of cells in a packed day; cells with the same key are summed. */
enum { KEY_LIKE, KEY_SESSION, KEY_QUARTER, KEY_CLASS, KEY_LABEL, KEY_COSTED, KEY_WORDS };
typedef struct packing {
  int64_t key[KEY_WORDS];
  packed_cell at;
} packing;

/* For queries that do not ask for the session, only its sources matter: all sessions with one row
 * and the same sources are alike. */
typedef struct session_kind {
  int64_t sources, session; /* session: the smallest row number among those seen */
} session_kind;

typedef struct packer {
  store *s;
  rollup_kind kind;
  cell_grain grain;
  packing *row;
  size_t count, capacity;
  session_kind *alike;
  size_t kinds, kind_capacity;
  session_rows session; /* session of the last cell */
  int64_t known;
  bp_error **error;
} packer;

static session_kind *kind_of(packer *p, int64_t sources) {
  for (size_t i = 0; i < p->kinds; i++)
    if (p->alike[i].sources == sources) return &p->alike[i];
  void *items = p->alike;
  if (bpi_reserve(&items, &p->kind_capacity, p->kinds + 1, sizeof *p->alike)) return NULL;
  p->alike = items;
  p->alike[p->kinds] = (session_kind){sources, INT64_MAX};
  return &p->alike[p->kinds++];
}

/* Whether a session can be represented by others like it: its days must be known when its sources
 * change (bpi_days_drop_session). A session with several rows changes with each of them. */
static bool is_plain(const packer *p, const rollup_cell *cell) {
  int64_t event = CLASS_GET(cell->class_, CLASS_EVENT);
  bool of_day = p->kind == ROLLUP_EVENT &&
                (event == EVENT_LINES_SUGGESTED || event == EVENT_LINES_ACCEPTED);
  return p->session.count == 1 && !of_day;
}

/* Cells of a session are usually adjacent. */
static int load_session(packer *p, int64_t id) {
  if (p->known == id) return BP_OK;
  p->known = id;
  int rc = bpi_read_session(p->s, id, &p->session, p->error);
  if (rc != BP_ERR_NOTFOUND) return rc;
  return bpi_fail(p->error, BP_ERR_CORRUPT, "a cell points to a row that is missing");
}

/* The key is completed in coarsen(), when the smallest session of each kind is known. */
static int keep_cell(void *user, const rollup_cell *cell) {
  packer *p = user;
  void *items = p->row;
  int rc = bpi_reserve(&items, &p->capacity, p->count + 1, sizeof *p->row);
  if (rc != BP_OK) return rc;
  p->row = items;
  packing *row = &p->row[p->count++];
  *row = (packing){.at.cell = *cell};
  rc = load_session(p, cell->session);
  if (rc != BP_OK || !is_plain(p, cell)) return rc;
  session_kind *alike = kind_of(p, p->session.row[0].sources);
  if (alike == NULL) return BP_ERR_NOMEM;
  if (cell->session < alike->session) alike->session = cell->session;
  row->at.like = alike - p->alike + 1;
  return BP_OK;
}

/* Replaces whatever the grain leaves out by the same value for all cells, and sets the key. */
static void coarsen(const packer *p, packing *row) {
  rollup_cell *cell = &row->at.cell;
  const session_grain *kept = &bpi_session_grain[p->kind];
  if (row->at.like != 0) row->at.like = p->alike[row->at.like - 1].session;
  if (p->grain == GRAIN_SESSION) {
    cell->label = kept->label ? cell->label : 0;
    cell->class_ &= kept->class_;
  } else if (p->grain != GRAIN_CELL && row->at.like != 0) {
    cell->session = row->at.like;
    row->at.like = 0;
  }
  bool quarters = p->grain == GRAIN_CELL || p->grain == GRAIN_QUARTER;
  /* A metric that uses only responses with a recorded cost can only take cells where all have
   * one. */
  bool costed = p->grain != GRAIN_CELL && p->kind == ROLLUP_RESPONSE &&
                cell->m[RESPONSE_COSTED] == cell->n;
  const int64_t key[KEY_WORDS] = {row->at.like, cell->session, quarters ? cell->quarter : 0,
                                  cell->class_, cell->label,   costed};
  memcpy(row->key, key, sizeof key);
}

/* A sum over several quarters is placed in the last of them. */
static void join(rollup_cell *into, const rollup_cell *cell) {
  if (cell->quarter > into->quarter) into->quarter = cell->quarter;
  bpi_add_to(&into->n, cell->n);
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    bpi_add_to(&into->m[i], cell->m[i]);
}

/* Sorts the cells and sums those with the same key, except whole cells of tasks, where each cell is
 * one task. */
static int put_in_order(packer *p, int64_t ***out) {
  int64_t **row = *out = bpi_alloc((p->count + 1) * sizeof *row);
  if (row == NULL) return BP_ERR_NOMEM;
  for (size_t i = 0; i < p->count; i++) {
    coarsen(p, &p->row[i]);
    row[i] = p->row[i].key;
  }
  int rc = bpi_sort_rows(row, p->count, KEY_WORDS);
  bool joins = p->grain != GRAIN_CELL || p->kind != ROLLUP_TASK;
  size_t kept = 0;
  for (size_t i = 0; i < p->count && rc == BP_OK; i++) {
    packing *last = kept == 0 ? NULL : (packing *)(void *)row[kept - 1];
    packing *next = (packing *)(void *)row[i];
    if (joins && last != NULL && memcmp(last->key, next->key, sizeof last->key) == 0)
      join(&last->at.cell, &next->at.cell);
    else
      row[kept++] = row[i];
  }
  p->count = kept;
  return rc;
}

/* Packs the rows of one kind and day; empty if it has no cells. */
static int pack_day(buf *out, store *s, cell_grain grain, rollup_kind kind, int64_t day,
                    bp_error **error) {
  packer p = {.s = s, .kind = kind, .grain = grain, .known = INT64_MIN, .error = error};
  const cell_reader to = {.cell = keep_cell, .user = &p};
  reading r = {.s = s, .kind = kind, .to = &to, .error = error};
  int64_t **row = NULL;
  int rc = read_rows(&r, day * BPI_DAY_QUARTERS, (day + 1) * BPI_DAY_QUARTERS);
  if (rc == BP_OK) rc = put_in_order(&p, &row);
  packed_cell before = {.like = 0};
  for (size_t i = 0; i < p.count && rc == BP_OK; i++) {
    const packing *put = (const packing *)(const void *)row[i];
    bpi_put_cell(out, &put->at, &before);
    before = put->at;
  }
  bpi_free(p.row);
  bpi_free(p.alike);
  bpi_free(row);
  if (rc == BP_OK) rc = out->failed;
  return rc == BP_ERR_NOMEM ? bpi_fail_nomem(error) : rc;
}

static int put_day(store *s, cell_grain grain, rollup_kind kind, int64_t day, bp_error **error) {
  sqlite3_stmt *put = bpi_sql(s, SQL_DAY_INSERT, error);
  buf bytes;
  if (put == NULL) return bpi_error_code(*error);
  bpi_buf_init(&bytes, DAY_BYTES);
  int rc = pack_day(&bytes, s, grain, kind, day, error);
  if (rc == BP_OK && bytes.length > 0) {
    sqlite3_bind_int64(put, 1, number_of(grain, kind, day));
    sqlite3_bind_blob64(put, 2, bytes.data, bytes.length, SQLITE_STATIC);
    rc = bpi_sql_run(put, error);
    sqlite3_clear_bindings(put);
  }
  bpi_buf_free(&bytes);
  return rc;
}

/* Whether any packed day has a number in this range. */
static int find_any(store *s, int64_t first, int64_t last, bool *out, bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_DAYS, error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, first);
  sqlite3_bind_int64(get, 2, last);
  int rc = bpi_sql_step(get, error);
  sqlite3_reset(get);
  *out = rc > 0;
  return rc < 0 ? rc : BP_OK;
}

/* The days of quarters [from, until) that have cells of a kind: over a long time most have none. */
static sqlite3_stmt *days_with_cells(store *s, rollup_kind kind, int64_t from, int64_t until,
                                     bp_error **error) {
  bool stored = kind < ROLLUP_STORED_KINDS;
  sqlite3_stmt *get = bpi_sql(s, stored ? SQL_CELLS_DAYS : SQL_TASKS_DAYS, error);
  if (get == NULL) return NULL;
  sqlite3_bind_int64(get, 1, kind);
  sqlite3_bind_int64(get, 2, day_of(from));
  sqlite3_bind_int64(get, 3, day_of(until - 1));
  return get;
}

/* Inside the open transaction. Another process may have packed some days already. */
static int pack_range(store *s, cell_grain grain, rollup_kind kind, const day_range *wanted,
                      bp_error **error) {
  int64_t first, last, from = wanted->from, until = wanted->until;
  int rc = bpi_read_extent(s, &first, &last, error);
  if (rc != BP_OK || last == QUARTER_UNDATED) return rc;
  if (from < first) from = first;
  if (until > last - last % BPI_DAY_QUARTERS) until = last - last % BPI_DAY_QUARTERS;
  bool stale = false;
  if (kind >= ROLLUP_ATTEMPT) rc = bpi_tasks_stale(s, &stale, error);
  if (rc != BP_OK || stale || from >= until) return rc;
  sqlite3_stmt *days = days_with_cells(s, kind, from, until, error);
  if (days == NULL) return bpi_error_code(*error);
  while ((rc = bpi_sql_step(days, error)) > 0) {
    int64_t day = sqlite3_column_int64(days, 0), number = number_of(grain, kind, day);
    bool packed = false;
    rc = find_any(s, number, number, &packed, error);
    if (rc == BP_OK && !packed) rc = put_day(s, grain, kind, day, error);
    if (rc != BP_OK) break;
  }
  sqlite3_reset(days);
  return rc;
}

static void pack_wanted(store *s, cell_grain grain, rollup_kind kind) {
  day_range *wanted = &s->wanted[grain][kind];
  bp_error *error = NULL;
  bool begun = false;
  if (wanted->from >= wanted->until) return;
  int rc = s->read_only ? BP_OK : bpi_store_try_write(s, &begun, &error);
  if (begun) rc = pack_range(s, grain, kind, wanted, &error);
  if (begun && rc == BP_OK) rc = bpi_store_commit(s, &error);
  if (rc != BP_OK) bpi_store_rollback(s); /* without a packed day the rows are read */
  bpi_error_free(error);
  *wanted = (day_range){0, 0};
}

void bpi_days_pack(store *s) {
  for (cell_grain grain = GRAIN_CELL; grain < GRAINS; grain++)
    for (rollup_kind kind = ROLLUP_TOLD + 1; kind < ROLLUP_KINDS; kind++)
      if (is_packed(grain, kind)) pack_wanted(s, grain, kind);
}

/* ------------------------------------------------------------------------------------ dropping */

static int drop(store *s, cell_grain grain, rollup_kind kind, int64_t first, int64_t last,
                bp_error **error) {
  if (!is_packed(grain, kind)) return BP_OK;
  sqlite3_stmt *days = bpi_sql(s, SQL_DAYS_DROP, error);
  if (days == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(days, 1, number_of(grain, kind, first));
  sqlite3_bind_int64(days, 2, number_of(grain, kind, last));
  return bpi_sql_run(days, error);
}

int bpi_days_drop(store *s, rollup_kind kind, int64_t first, int64_t last, bp_error **error) {
  int rc = BP_OK;
  for (cell_grain grain = GRAIN_CELL; grain < GRAINS && rc == BP_OK && last >= 0; grain++)
    rc = drop(s, grain, kind, first < 0 ? 0 : day_of(first), day_of(last), error);
  return rc; /* undated cells are never packed */
}

/* Spans and changes may be on days on which the session was not active, so all their days are
 * dropped. */
int bpi_days_drop_session(store *s, int64_t first, int64_t last, bp_error **error) {
  int rc = BP_OK;
  for (cell_grain grain = GRAIN_CELL; grain < GRAINS; grain++)
    for (rollup_kind kind = ROLLUP_TOLD + 1; kind < ROLLUP_KINDS && rc == BP_OK; kind++) {
      bool any = kind == ROLLUP_SPAN || kind == ROLLUP_CHANGE;
      rc = drop(s, grain, kind, any ? 0 : day_of(first), any ? UINT32_MAX : day_of(last), error);
    }
  return rc;
}

int bpi_days_any(store *s, bool *out, bp_error **error) {
  return find_any(s, 0, INT64_MAX, out, error);
}

int bpi_days_drop_all(store *s, bp_error **error) {
  return bpi_sql_exec(s, "DELETE FROM day", error);
}

/* ------------------------------------------------------------------------------------ checking */

int bpi_days_check(store *s, bool *ok, bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_DAYS, error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, 0);
  sqlite3_bind_int64(get, 2, INT64_MAX);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    int64_t number = sqlite3_column_int64(get, 0), kind = number >> 32 & 0xFF;
    if (number >> 40 >= GRAINS || kind >= ROLLUP_KINDS) { /* never read */
      *ok = false;
      continue;
    }
    buf bytes;
    bpi_buf_init(&bytes, DAY_BYTES);
    rc = pack_day(&bytes, s, (cell_grain)(number >> 40), (rollup_kind)kind, number & UINT32_MAX,
                  error);
    size_t length = (size_t)sqlite3_column_bytes(get, 1);
    *ok &= bytes.length == length && length > 0 &&
           memcmp(bytes.data, sqlite3_column_blob(get, 1), length) == 0;
    bpi_buf_free(&bytes);
    if (rc != BP_OK) break;
  }
  sqlite3_reset(get);
  return rc;
}
