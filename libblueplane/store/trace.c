/* store/trace.c: reads the database through SQLite's own file handle: closing a second descriptor
 * would release this process's locks. */
#include "store/trace.h"

#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"

#define CHUNK ((size_t)1 << 20)
#define SHM_REGION 32768
#define SHORTEST (INT64_C(1) << 47)

static size_t slot_of(const number_set *n, uint64_t number) {
  return (size_t)(number * UINT64_C(0x9E3779B97F4A7C15) >> 17) & (n->slots - 1);
}

static void put(number_set *n, uint64_t number) {
  size_t at = slot_of(n, number);
  while (n->slot[at] != 0 && n->slot[at] != number)
    at = (at + 1) & (n->slots - 1);
  n->count += n->slot[at] == 0;
  n->slot[at] = number;
}

static int grow(number_set *n) {
  number_set larger = {.slots = n->slots == 0 ? 1024 : n->slots * 2};
  larger.slot = bpi_alloc_zero(larger.slots, sizeof *larger.slot);
  if (larger.slot == NULL) return BP_ERR_NOMEM;
  for (size_t i = 0; i < n->slots; i++)
    if (n->slot[i] != 0) put(&larger, n->slot[i]);
  bpi_free(n->slot);
  *n = larger;
  return BP_OK;
}

static void add(trace *t, number_set *n, uint64_t number) {
  if (number == 0 || t->failed) return;
  if (n->count * 2 >= n->slots) t->failed = grow(n);
  if (!t->failed) put(n, number);
}

static bool has(const number_set *n, uint64_t number) {
  if (number == 0 || n->count == 0) return false;
  for (size_t at = slot_of(n, number); n->slot[at] != 0; at = (at + 1) & (n->slots - 1))
    if (n->slot[at] == number) return true;
  return false;
}

void bpi_trace_add(trace *t, int64_t number) {
  if (number >= SHORTEST || number <= -SHORTEST) add(t, &t->numbers, (uint64_t)number);
}

bool bpi_trace_has(const trace *t, int64_t number) {
  return has(&t->numbers, (uint64_t)number);
}

size_t bpi_trace_count(const trace *t) {
  return t->numbers.count + t->rows.count;
}

void bpi_trace_free(trace *t) {
  bpi_free(t->numbers.slot);
  bpi_free(t->ends.slot);
  bpi_free(t->rows.slot);
  memset(t, 0, sizeof *t);
}

/* --------------------------------------------------------------------------------------- rows */

#define NUMBER_BYTES 8              /* length of what the search compares */
#define TEXT_MOST ((size_t)1 << 30) /* for one row */

static uint64_t number_at(const unsigned char *data) {
  uint64_t number = 0;
  for (int i = 0; i < NUMBER_BYTES; i++)
    number = number << 8 | data[i];
  return number;
}

void bpi_trace_add_bytes(trace *t, const void *data, size_t length) {
  for (size_t at = 0; at + NUMBER_BYTES <= length; at += NUMBER_BYTES)
    bpi_trace_add(t, (int64_t)number_at((const unsigned char *)data + at));
}

/* https://www.sqlite.org/fileformat2.html, "Record Format": a header with the types of the columns,
 * then their values. */
static unsigned type_of_int(int64_t value) {
  static const int bits[] = {7, 15, 23, 31, 47};
  if (value == 0 || value == 1) return 8 + (unsigned)value;
  for (unsigned i = 0; i < sizeof bits / sizeof *bits; i++)
    if (value >= -(INT64_C(1) << bits[i]) && value < INT64_C(1) << bits[i]) return i + 1;
  return 6;
}

static size_t bytes_of_type(uint64_t type) {
  static const size_t of_numbers[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
  return type < 12 ? of_numbers[type] : (size_t)(type - 12) / 2;
}

static uint64_t type_of(sqlite3_stmt *row, int column) {
  int type = sqlite3_column_type(row, column);
  if (type == SQLITE_INTEGER) return type_of_int(sqlite3_column_int64(row, column));
  if (type != SQLITE_TEXT && type != SQLITE_BLOB) return 0;
  return (type == SQLITE_TEXT ? 13 : 12) + 2 * (uint64_t)sqlite3_column_bytes(row, column);
}

static void put_varint(buf *out, uint64_t value) {
  for (int shift = 7 * 8; shift > 0; shift -= 7)
    if (value >> shift != 0) bpi_put_number(out, 0x80 | (value >> shift & 0x7f), 1);
  bpi_put_number(out, value & 0x7f, 1);
}

static void put_value(buf *out, sqlite3_stmt *row, int column) {
  size_t length = bytes_of_type(type_of(row, column));
  if (sqlite3_column_type(row, column) == SQLITE_INTEGER)
    bpi_put_number(out, (uint64_t)sqlite3_column_int64(row, column), (unsigned)length);
  else if (length > 0)
    bpi_buf_add(out, sqlite3_column_blob(row, column), length);
}

/* Encodes the header (its own length, always one byte here, and the types) and the values. */
static void put_row(buf *out, sqlite3_stmt *row) {
  buf types;
  bpi_buf_init(&types, TEXT_MOST);
  for (int i = 0; i < sqlite3_column_count(row); i++)
    put_varint(&types, type_of(row, i));
  put_varint(out, types.length + 1);
  bpi_buf_add(out, types.data, types.length);
  for (int i = 0; i < sqlite3_column_count(row); i++)
    put_value(out, row, i);
  if (types.failed) out->failed = types.failed;
  bpi_buf_free(&types);
}

/* Never 0, which cannot be in a set. */
static uint64_t hash_of(const void *row, size_t length) {
  uint64_t hash = bpi_hash_mix(row, length, 0);
  return hash != 0 ? hash : 1;
}

void bpi_trace_add_row(trace *t, sqlite3_stmt *row) {
  buf whole;
  bpi_buf_init(&whole, TEXT_MOST);
  put_row(&whole, row);
  size_t length = whole.length < TRACE_ROW_MOST ? whole.length : TRACE_ROW_MOST;
  if (whole.failed) t->failed = BP_ERR_NOMEM;
  if (!whole.failed && length >= NUMBER_BYTES) {
    add(t, &t->ends, number_at((unsigned char *)whole.data + length - NUMBER_BYTES));
    add(t, &t->rows, hash_of(whole.data, length));
    t->length[length] = true;
  }
  bpi_buf_free(&whole);
}

int bpi_trace_add_rows(trace *t, sqlite3_stmt *rows, bp_error **error) {
  if (rows == NULL) return bpi_error_code(*error);
  int rc;
  while ((rc = bpi_sql_step(rows, error)) > 0)
    bpi_trace_add_row(t, rows);
  sqlite3_finalize(rows);
  return rc == BP_OK && t->failed ? bpi_fail_nomem(error) : rc;
}

trace *bpi_trace_new(void) {
  return bpi_alloc_zero(1, sizeof(trace));
}

void bpi_trace_drop(trace *t) {
  if (t != NULL) bpi_trace_free(t);
  bpi_free(t);
}

/* ---------------------------------------------------------------------------------- searching */

typedef struct search {
  const trace *trace;
  unsigned char *room;       /* the end of the previous piece, then the current one */
  uint64_t window, reversed; /* the last eight bytes as a number in either byte order */
  int64_t bytes, found;
} search;

/* The number of noted rows that end at `end`; `before` bytes in front of it are known. */
static int64_t rows_at(const trace *t, const unsigned char *end, size_t before) {
  int64_t found = 0;
  for (size_t length = NUMBER_BYTES; length <= TRACE_ROW_MOST && length <= before; length++)
    found += t->length[length] && has(&t->rows, hash_of(end - length, length));
  return found;
}

/* `before`: bytes in front of `data` that are known, too. */
static void look_at(search *s, const unsigned char *data, size_t length, size_t before) {
  uint64_t window = s->window, reversed = s->reversed;
  for (size_t i = 0; i < length; i++) {
    window = window << 8 | data[i];
    reversed = reversed >> 8 | (uint64_t)data[i] << 56;
    s->found += bpi_trace_has(s->trace, (int64_t)window);
    s->found += bpi_trace_has(s->trace, (int64_t)reversed);
    if (has(&s->trace->ends, window)) s->found += rows_at(s->trace, data + i + 1, before + i + 1);
  }
  s->window = window;
  s->reversed = reversed;
  s->bytes += (int64_t)length;
}

static void begin_file(search *s) {
  s->window = s->reversed = 0;
  memset(s->room, 0, TRACE_ROW_MOST);
}

/* Searches the piece just read and keeps its end in front of the next one. */
static void look_at_piece(search *s, size_t length) {
  look_at(s, s->room + TRACE_ROW_MOST, length, TRACE_ROW_MOST);
  memmove(s->room, s->room + length, TRACE_ROW_MOST);
}

static int search_database(search *s, sqlite3_file *f, bp_error **error) {
  sqlite3_int64 size = 0;
  int code = f->pMethods->xFileSize(f, &size);
  begin_file(s);
  for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size;) {
    size_t length = size - at < (sqlite3_int64)CHUNK ? (size_t)(size - at) : CHUNK;
    code = f->pMethods->xRead(f, s->room + TRACE_ROW_MOST, (int)length, at);
    /* the file was shortened meanwhile; SQLite fills with zeros */
    if (code == SQLITE_IOERR_SHORT_READ) code = SQLITE_OK;
    look_at_piece(s, length);
    at += (sqlite3_int64)length;
  }
  return code == SQLITE_OK ? BP_OK : bpi_sql_fail(code, error);
}

/* Searches the log's index as it is mapped. Not called without a log: the call would create an
 * index that is never removed. */
static void search_index(search *s, sqlite3_file *f) {
  s->window = s->reversed = 0;
  if (f->pMethods->iVersion < 2 || f->pMethods->xShmMap == NULL) return;
  for (int region = 0;; region++) {
    volatile void *mapped = NULL;
    int code = f->pMethods->xShmMap(f, region, SHM_REGION, 0, &mapped);
    if (code != SQLITE_OK || mapped == NULL) return;
    look_at(s, (const unsigned char *)(uintptr_t)mapped, SHM_REGION, 0);
  }
}

/* The locks of the log are held on its index, so the log itself may be opened next to SQLite. */
static int search_log(search *s, const char *path, bp_error **error) {
  file_stat stat;
  file *log = NULL;
  if (path == NULL || bpi_file_stat(path, &stat) != BP_OK || stat.size == 0) return BP_OK;
  int rc = bpi_file_open(&log, path, &stat, error);
  if (rc != BP_OK) return rc;
  begin_file(s);
  int64_t got, at = 0;
  while ((got = bpi_file_read(log, at, s->room + TRACE_ROW_MOST, CHUNK)) > 0) {
    look_at_piece(s, (size_t)got);
    at += got;
  }
  bpi_file_close(log);
  return got < 0 ? bpi_fail(error, BP_ERR_IO, "a log of the store cannot be read") : BP_OK;
}

int bpi_trace_search(const trace *t, store *s, int64_t *searched, int64_t *found,
                     bp_error **error) {
  search all = {.trace = t};
  sqlite3_file *f = NULL;
  if (t->failed) return bpi_fail_nomem(error);
  if (bpi_trace_count(t) == 0) return BP_OK;
  sqlite3_file_control(s->db, "main", SQLITE_FCNTL_FILE_POINTER, &f);
  if (f == NULL || f->pMethods == NULL) return BP_OK; /* a store in memory has no files */
  all.room = bpi_alloc(TRACE_ROW_MOST + CHUNK);
  if (all.room == NULL) return bpi_fail_nomem(error);
  const char *path = sqlite3_db_filename(s->db, "main");
  int rc = search_database(&all, f, error);
  if (rc == BP_OK && s->logged) search_index(&all, f);
  if (rc == BP_OK && path != NULL && *path != '\0') {
    rc = search_log(&all, sqlite3_filename_wal(path), error);
    if (rc == BP_OK) rc = search_log(&all, sqlite3_filename_journal(path), error);
  }
  bpi_free(all.room);
  *searched += all.bytes;
  *found += all.found;
  return rc;
}
