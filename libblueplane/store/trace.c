/* store/trace.c: the database is read through SQLite's own file: a second descriptor of it, once
 * closed, would take the locks of this process away. */
#include "store/trace.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"

#define CHUNK ((size_t)1 << 20)
#define SHM_REGION 32768
#define SHORTEST (INT64_C(1) << 47)

static size_t slot_of(const trace *t, uint64_t number) {
  return (size_t)(number * UINT64_C(0x9E3779B97F4A7C15) >> 17) & (t->slots - 1);
}

static void put(trace *t, uint64_t number) {
  size_t at = slot_of(t, number);
  while (t->slot[at] != 0 && t->slot[at] != number)
    at = (at + 1) & (t->slots - 1);
  t->count += t->slot[at] == 0;
  t->slot[at] = number;
}

static int grow(trace *t) {
  trace larger = {.slots = t->slots == 0 ? 1024 : t->slots * 2};
  larger.slot = bpi_alloc_zero(larger.slots, sizeof *larger.slot);
  if (larger.slot == NULL) return BP_ERR_NOMEM;
  for (size_t i = 0; i < t->slots; i++)
    if (t->slot[i] != 0) put(&larger, t->slot[i]);
  bpi_free(t->slot);
  *t = larger;
  return BP_OK;
}

void bpi_trace_add(trace *t, int64_t number) {
  if ((number < SHORTEST && number > -SHORTEST) || t->failed) return;
  if (t->count * 2 >= t->slots) t->failed = grow(t);
  if (!t->failed) put(t, (uint64_t)number);
}

void bpi_trace_free(trace *t) {
  bpi_free(t->slot);
  memset(t, 0, sizeof *t);
}

bool bpi_trace_has(const trace *t, int64_t number) {
  if (number == 0 || t->count == 0) return false;
  for (size_t at = slot_of(t, (uint64_t)number); t->slot[at] != 0; at = (at + 1) & (t->slots - 1))
    if (t->slot[at] == (uint64_t)number) return true;
  return false;
}

/* ---------------------------------------------------------------------------------- searching */

typedef struct search {
  const trace *trace;
  uint64_t window, reversed; /* the last eight bytes, read from either end */
  int64_t bytes, found;
} search;

static void look_at(search *s, const unsigned char *bytes, size_t length) {
  uint64_t window = s->window, reversed = s->reversed;
  for (size_t i = 0; i < length; i++) {
    window = window << 8 | bytes[i];
    reversed = reversed >> 8 | (uint64_t)bytes[i] << 56;
    s->found += bpi_trace_has(s->trace, (int64_t)window);
    s->found += bpi_trace_has(s->trace, (int64_t)reversed);
  }
  s->window = window;
  s->reversed = reversed;
  s->bytes += (int64_t)length;
}

static int search_database(search *s, sqlite3_file *f, unsigned char *chunk, bp_error **error) {
  sqlite3_int64 size = 0;
  int code = f->pMethods->xFileSize(f, &size);
  s->window = s->reversed = 0;
  for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size;) {
    size_t length = size - at < (sqlite3_int64)CHUNK ? (size_t)(size - at) : CHUNK;
    code = f->pMethods->xRead(f, chunk, (int)length, at);
    if (code == SQLITE_IOERR_SHORT_READ) code = SQLITE_OK; /* it was cut meanwhile: zeros */
    look_at(s, chunk, length);
    at += (sqlite3_int64)length;
  }
  return code == SQLITE_OK ? BP_OK : bpi_sql_fail(code, error);
}

/* The log's index as it is mapped. */
static void search_index(search *s, sqlite3_file *f) {
  s->window = s->reversed = 0;
  if (f->pMethods->iVersion < 2 || f->pMethods->xShmMap == NULL) return;
  for (int region = 0;; region++) {
    volatile void *mapped = NULL;
    int code = f->pMethods->xShmMap(f, region, SHM_REGION, 0, &mapped);
    if (code != SQLITE_OK || mapped == NULL) return;
    look_at(s, (const unsigned char *)(uintptr_t)mapped, SHM_REGION);
  }
}

/* A log is locked by its index, so it can be opened beside SQLite. */
static int search_log(search *s, const char *path, unsigned char *chunk, bp_error **error) {
  file_stat stat;
  file *log = NULL;
  if (path == NULL || bpi_file_stat(path, &stat) != BP_OK || stat.size == 0) return BP_OK;
  int rc = bpi_file_open(&log, path, &stat, error);
  if (rc != BP_OK) return rc;
  s->window = s->reversed = 0;
  int64_t got, at = 0;
  while ((got = bpi_file_read(log, at, chunk, CHUNK)) > 0) {
    look_at(s, chunk, (size_t)got);
    at += got;
  }
  bpi_file_close(log);
  return got < 0 ? bpi_fail(error, BP_ERR_IO, "a log of the store cannot be read") : BP_OK;
}

int bpi_trace_search(const trace *t, store *s, int64_t *bytes, int64_t *found, bp_error **error) {
  search all = {.trace = t};
  sqlite3_file *f = NULL;
  if (t->failed) return bpi_fail_nomem(error);
  if (t->count == 0) return BP_OK;
  sqlite3_file_control(s->db, "main", SQLITE_FCNTL_FILE_POINTER, &f);
  if (f == NULL || f->pMethods == NULL) return BP_OK; /* in memory there are no files */
  unsigned char *chunk = bpi_alloc(CHUNK);
  if (chunk == NULL) return bpi_fail_nomem(error);
  const char *path = sqlite3_db_filename(s->db, "main");
  int rc = search_database(&all, f, chunk, error);
  if (rc == BP_OK) search_index(&all, f);
  if (rc == BP_OK && path != NULL && *path != '\0') {
    rc = search_log(&all, sqlite3_filename_wal(path), chunk, error);
    if (rc == BP_OK) rc = search_log(&all, sqlite3_filename_journal(path), chunk, error);
  }
  bpi_free(chunk);
  *bytes += all.bytes;
  *found += all.found;
  return rc;
}
