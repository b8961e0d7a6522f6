/* store/days.c: a packed cell is a tag of two bytes, which says what follows: the steps from the cell
 * before to its quarter and its session, label and class, the count where it is not one, and
 * the measures that are not zero. Numbers are written in groups of seven bits, the lowest first. */
#include "store/days.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/sort.h"
#include "store/read.h"
#include "store/tasks.h"

#define DAY_QUARTERS 96
#define DAY_BYTES ((size_t)64 << 20)
#define KEY_WORDS 5

enum {
  TAG_QUARTER = 1,
  TAG_SESSION = 2,
  TAG_COUNT = 4,
  TAG_MEASURE = 8 /* and the bits above it */
};

static int64_t day_of(int64_t quarter) {
  return quarter < 0 ? -1 : quarter / DAY_QUARTERS;
}

/* Days of one kind lie one behind the other. */
static int64_t number_of(rollup_kind kind, int64_t day) {
  return (int64_t)kind << 32 | day;
}

/* ------------------------------------------------------------------------------------- bytes */

static unsigned char *put_number(unsigned char *to, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    *to++ = (unsigned char)(value | 0x80);
  *to++ = (unsigned char)value;
  return to;
}

static uint64_t folded(int64_t step) { /* the sign at the low end */
  return (uint64_t)step << 1 ^ (step < 0 ? UINT64_MAX : 0);
}

static int64_t unfolded(uint64_t step) {
  return (int64_t)(step >> 1 ^ (~(step & 1) + 1));
}

#define CELL_BYTES_MAX (2 + 10 * (5 + ROLLUP_MEASURES))

static void put_cell(buf *b, const rollup_cell *cell, const rollup_cell *before) {
  unsigned char bytes[CELL_BYTES_MAX], *to = bytes + 2;
  unsigned tag = 0;
  if (cell->quarter != before->quarter) {
    tag |= TAG_QUARTER;
    to = put_number(to, folded(cell->quarter - before->quarter));
  }
  if (cell->session != before->session) {
    tag |= TAG_SESSION;
    to = put_number(to, folded(cell->session - before->session));
  }
  to = put_number(to, (uint64_t)cell->label);
  to = put_number(to, (uint64_t)cell->class_);
  if (cell->n != 1) {
    tag |= TAG_COUNT;
    to = put_number(to, (uint64_t)cell->n);
  }
  for (int i = 0; i < ROLLUP_MEASURES; i++) {
    if (cell->m[i] == 0) continue;
    tag |= (unsigned)TAG_MEASURE << i;
    to = put_number(to, (uint64_t)cell->m[i]);
  }
  bytes[0] = (unsigned char)tag;
  bytes[1] = (unsigned char)(tag >> 8);
  bpi_buf_add(b, bytes, (size_t)(to - bytes));
}

/* What is read from a file is not believed: at the end every number is 0 and `torn` is set. */
typedef struct reader {
  const unsigned char *at, *end;
  bool torn;
} reader;

static uint64_t take_number(reader *r) {
  uint64_t value = 0;
  for (unsigned shift = 0; r->at < r->end && shift < 64; shift += 7) {
    unsigned char byte = *r->at++;
    value |= (uint64_t)(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  r->torn = true;
  return 0;
}

static void take_cell(reader *r, rollup_cell *cell) {
  if (r->end - r->at < 2) {
    r->torn = true;
    return;
  }
  unsigned tag = (unsigned)r->at[0] | (unsigned)r->at[1] << 8;
  r->at += 2;
  if (tag & TAG_QUARTER) cell->quarter += unfolded(take_number(r));
  if (tag & TAG_SESSION) cell->session += unfolded(take_number(r));
  cell->label = (int64_t)take_number(r);
  cell->class_ = (int64_t)take_number(r);
  cell->n = tag & TAG_COUNT ? (int64_t)take_number(r) : 1;
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    cell->m[i] = tag >> i & TAG_MEASURE ? (int64_t)take_number(r) : 0;
}

/* ----------------------------------------------------------------------------------- reading */

typedef struct reading {
  store *s;
  rollup_kind kind;
  int64_t rows; /* cells that were not packed */
  int (*row)(void *user, const rollup_cell *cell);
  void *user;
  bp_error **error;
} reading;

static int count_row(void *user, const rollup_cell *cell) {
  reading *r = user;
  r->rows++;
  return r->row(r->user, cell);
}

static int read_rows(reading *r, int64_t from, int64_t until) {
  if (from >= until) return BP_OK;
  return r->kind >= ROLLUP_ATTEMPT
             ? bpi_tasks_read(r->s, r->kind, from, until, count_row, r, r->error)
             : bpi_cells_read(r->s, r->kind, from, until, count_row, r, r->error);
}

static int read_day(reading *r, sqlite3_stmt *get, int64_t from, int64_t until) {
  rollup_cell cell = {.kind = r->kind};
  reader bytes = {.at = sqlite3_column_blob(get, 1)};
  bytes.end = bytes.at + (bytes.at == NULL ? 0 : sqlite3_column_bytes(get, 1));
  int stop = 0;
  while (bytes.at < bytes.end && stop == 0) {
    take_cell(&bytes, &cell);
    if (bytes.torn) return bpi_fail(r->error, BP_ERR_CORRUPT, "the store is damaged: a packed day");
    if (cell.quarter >= from && cell.quarter < until) stop = r->row(r->user, &cell);
  }
  return stop;
}

/* Packed days, and between them rows. */
static int read_all(reading *r, int64_t from, int64_t until) {
  sqlite3_stmt *get = bpi_sql(r->s, SQL_DAYS, r->error);
  if (get == NULL) return bpi_error_code(*r->error);
  int64_t first = from < 0 ? 0 : day_of(from), last = until < 0 ? -1 : day_of(until - 1);
  sqlite3_bind_int64(get, 1, number_of(r->kind, first));
  sqlite3_bind_int64(get, 2, number_of(r->kind, last < UINT32_MAX ? last : UINT32_MAX));
  int rc = BP_OK;
  while (first <= last && (rc = bpi_sql_step(get, r->error)) > 0) {
    int64_t start = (sqlite3_column_int64(get, 0) & UINT32_MAX) * DAY_QUARTERS;
    int stop = read_rows(r, from, start);
    if (stop == 0) stop = read_day(r, get, from, until);
    if (stop != 0) {
      sqlite3_reset(get);
      return stop;
    }
    from = start + DAY_QUARTERS;
  }
  return rc == BP_OK ? read_rows(r, from, until) : rc;
}

/* Which days a question wanted, of kinds of which it read many rows. */
static void want(store *s, rollup_kind kind, int64_t from, int64_t until) {
  day_range *wanted = &s->wanted[kind];
  if (wanted->until <= wanted->from) *wanted = (day_range){from, until};
  if (from < wanted->from) wanted->from = from;
  if (until > wanted->until) wanted->until = until;
}

int bpi_days_read(store *s, rollup_kind kind, int64_t from, int64_t until,
                  int (*row)(void *user, const rollup_cell *cell), void *user, bp_error **error) {
  reading r = {.s = s, .kind = kind, .row = row, .user = user, .error = error};
  if (kind >= ROLLUP_ATTEMPT && s->derived != NULL) /* not what is stored */
    return bpi_tasks_read(s, kind, from, until, row, user, error);
  int rc = s->kind == STORE_PERSONAL ? read_all(&r, from, until) : read_rows(&r, from, until);
  if (rc == BP_OK && s->kind == STORE_PERSONAL && r.rows >= s->worth_packing)
    want(s, kind, from, until);
  return rc;
}

/* ----------------------------------------------------------------------------------- packing */

/* In a packed day a session's cells stand together, as their reader looks up what belongs to it: while
 * they are sorted, session and quarter have changed places. */
typedef struct packer {
  rollup_cell *cell;
  size_t count, capacity;
} packer;

static rollup_cell turned(const rollup_cell *cell) {
  rollup_cell other = *cell;
  other.quarter = cell->session;
  other.session = cell->quarter;
  return other;
}

static int keep_cell(void *user, const rollup_cell *cell) {
  packer *p = user;
  void *items = p->cell;
  int rc = bpi_reserve(&items, &p->capacity, p->count + 1, sizeof *p->cell);
  if (rc != BP_OK) return rc;
  p->cell = items;
  p->cell[p->count++] = turned(cell);
  return BP_OK;
}

/* Cells that are made of tasks come as they are made. Those of one key become one, but for tasks themselves,
 * which are counted by their cells. */
static int put_in_order(packer *p, rollup_kind kind, int64_t ***out) {
  int64_t **row = *out = bpi_alloc((p->count + 1) * sizeof *row);
  if (row == NULL) return BP_ERR_NOMEM;
  for (size_t i = 0; i < p->count; i++)
    row[i] = &p->cell[i].kind;
  int rc = bpi_sort_rows(row, p->count, KEY_WORDS);
  size_t kept = 0;
  for (size_t i = 0; i < p->count && rc == BP_OK; i++) {
    if (kind <= ROLLUP_TASK || kept == 0 ||
        memcmp(row[kept - 1], row[i], KEY_WORDS * sizeof(int64_t)) != 0) {
      row[kept++] = row[i];
      continue;
    }
    for (int word = KEY_WORDS; word < KEY_WORDS + 1 + ROLLUP_MEASURES; word++)
      row[kept - 1][word] += row[i][word];
  }
  p->count = kept;
  return rc;
}

/* The bytes of a kind's day; empty if it has no cells. */
static int pack_day(buf *out, store *s, rollup_kind kind, int64_t day, bp_error **error) {
  packer p = {0};
  int64_t **row = NULL;
  reading r = {.s = s, .kind = kind, .row = keep_cell, .user = &p, .error = error};
  int rc = read_rows(&r, day * DAY_QUARTERS, (day + 1) * DAY_QUARTERS);
  if (rc == BP_OK) rc = put_in_order(&p, kind, &row);
  rollup_cell before = {0};
  for (size_t i = 0; i < p.count && rc == BP_OK; i++) {
    rollup_cell cell = turned((const rollup_cell *)(const void *)row[i]);
    put_cell(out, &cell, &before);
    before = cell;
  }
  bpi_free(p.cell);
  bpi_free(row);
  if (rc == BP_OK) rc = out->failed;
  return rc == BP_ERR_NOMEM ? bpi_fail_nomem(error) : rc;
}

static int put_day(store *s, rollup_kind kind, int64_t day, bp_error **error) {
  sqlite3_stmt *put = bpi_sql(s, SQL_DAY_INSERT, error);
  buf bytes;
  if (put == NULL) return bpi_error_code(*error);
  bpi_buf_init(&bytes, DAY_BYTES);
  int rc = pack_day(&bytes, s, kind, day, error);
  if (rc == BP_OK && bytes.length > 0) {
    sqlite3_bind_int64(put, 1, number_of(kind, day));
    sqlite3_bind_blob64(put, 2, bytes.data, bytes.length, SQLITE_STATIC);
    rc = bpi_sql_run(put, error);
    sqlite3_clear_bindings(put);
  }
  bpi_buf_free(&bytes);
  return rc;
}

/* Whether there is any among these numbers. */
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

/* In the transaction that is open; another process may have been faster. */
static int pack_range(store *s, rollup_kind kind, int64_t from, int64_t until, bp_error **error) {
  int64_t first, last;
  int rc = bpi_read_extent(s, &first, &last, error);
  if (rc != BP_OK || last == QUARTER_UNDATED) return rc;
  if (from < first) from = first;
  if (until > last - last % DAY_QUARTERS) until = last - last % DAY_QUARTERS;
  bool stale = false;
  if (kind >= ROLLUP_ATTEMPT) rc = bpi_tasks_stale(s, &stale, error);
  for (int64_t day = day_of(from); day * DAY_QUARTERS < until && rc == BP_OK && !stale; day++) {
    bool packed = false;
    rc = find_any(s, number_of(kind, day), number_of(kind, day), &packed, error);
    if (rc == BP_OK && !packed) rc = put_day(s, kind, day, error);
  }
  return rc;
}

void bpi_days_pack(store *s) {
  for (rollup_kind kind = ROLLUP_TOLD + 1; kind < ROLLUP_KINDS; kind++) {
    day_range *wanted = &s->wanted[kind];
    bp_error *error = NULL;
    bool begun = false;
    if (wanted->from >= wanted->until) continue;
    int rc = s->read_only ? BP_OK : bpi_store_try_write(s, &begun, &error);
    if (begun) rc = pack_range(s, kind, wanted->from, wanted->until, &error);
    if (begun && rc == BP_OK) rc = bpi_store_commit(s, &error);
    if (rc != BP_OK) bpi_store_rollback(s); /* what is not packed is read by rows */
    bpi_error_free(error);
    *wanted = (day_range){0, 0};
  }
}

/* ------------------------------------------------------------------------------------ dropping */

int bpi_days_drop(store *s, rollup_kind kind, int64_t first, int64_t last, bp_error **error) {
  sqlite3_stmt *drop = bpi_sql(s, SQL_DAYS_DROP, error);
  if (drop == NULL) return bpi_error_code(*error);
  if (last < 0) return BP_OK; /* without a time: never packed */
  sqlite3_bind_int64(drop, 1, number_of(kind, first < 0 ? 0 : day_of(first)));
  sqlite3_bind_int64(drop, 2, number_of(kind, day_of(last)));
  return bpi_sql_run(drop, error);
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
    int64_t number = sqlite3_column_int64(get, 0);
    buf bytes;
    bpi_buf_init(&bytes, DAY_BYTES);
    rc = pack_day(&bytes, s, (rollup_kind)(number >> 32), number & UINT32_MAX, error);
    size_t length = (size_t)sqlite3_column_bytes(get, 1);
    *ok &= bytes.length == length && length > 0 &&
           memcmp(bytes.data, sqlite3_column_blob(get, 1), length) == 0;
    bpi_buf_free(&bytes);
    if (rc != BP_OK) break;
  }
  sqlite3_reset(get);
  return rc;
}
