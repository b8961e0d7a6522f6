/* store/foreign_bytes.c: replays the log into a list of pages, using its header and checksums to
 * tell which frames count. Appending to the log, which is most of what a writer does, leaves a
 * taken state valid; a change of the main file or a restarted log ends it. */
#include "store/foreign_bytes.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/time.h"

#define HEADER 100
#define FRAME_HEADER 24
#define LOG_MAGIC 0x377f0682u /* or 1 more: checksums over big-endian words */
#define LOG_VERSION 3007000u
/* File times have a granularity: a second change within one step cannot be seen. */
#define STEP_US 20000

/* ------------------------------------------------------------------------------------- parts */

static int64_t read_part(const foreign_part *p, int64_t offset, void *into, size_t length) {
  size_t got = 0;
  if (p->file == NULL) {
    if (offset >= p->size) return 0;
    int64_t left = p->size - offset;
    got = (int64_t)length < left ? length : (size_t)left;
    memcpy(into, p->data + offset, got);
    return (int64_t)got;
  }
  while (got < length) {
    int64_t more = bpi_file_read(p->file, offset + (int64_t)got, (char *)into + got, length - got);
    if (more < 0) return more;
    if (more == 0) break;
    got += (size_t)more;
  }
  return (int64_t)got;
}

static uint32_t big_endian(const void *at) {
  const unsigned char *p = at;
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t little_endian(const void *at) {
  const unsigned char *p = at;
  return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* ----------------------------------------------------------------------------------- the log */

typedef struct log_sum {
  bool big;
  uint32_t a, b;
} log_sum;

static void add_sum(log_sum *s, const char *bytes, size_t length) {
  for (size_t i = 0; i + 8 <= length; i += 8) {
    s->a += (s->big ? big_endian(bytes + i) : little_endian(bytes + i)) + s->b;
    s->b += (s->big ? big_endian(bytes + i + 4) : little_endian(bytes + i + 4)) + s->a;
  }
}

static bool sum_is(const log_sum *s, const char *stored) {
  return s->a == big_endian(stored) && s->b == big_endian(stored + 4);
}

/* Reads the header of the log; false if it is not valid. */
static bool read_log_header(foreign_bytes *b, log_sum *sum) {
  char *h = b->wal_header;
  if (read_part(&b->wal, 0, h, FOREIGN_WAL_HEADER) != FOREIGN_WAL_HEADER) return false;
  uint32_t magic = big_endian(h);
  *sum = (log_sum){magic & 1, 0, 0};
  add_sum(sum, h, 24);
  return (magic & ~1u) == LOG_MAGIC && big_endian(h + 4) == LOG_VERSION &&
         (int64_t)big_endian(h + 8) == b->page && sum_is(sum, h + 24);
}

static int add_frame(foreign_bytes *b, int64_t number, int64_t offset) {
  void *frames = b->frames;
  int rc = bpi_reserve(&frames, &b->frame_capacity, b->frame_count + 1, sizeof *b->frames);
  b->frames = frames;
  if (rc != BP_OK) return rc;
  b->frames[b->frame_count][0] = number;
  b->frames[b->frame_count++][1] = offset;
  return BP_OK;
}

static int by_page(const void *x, const void *y) {
  const int64_t *a = x, *b = y;
  if (a[0] != b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] < b[1] ? -1 : a[1] > b[1];
}

/* Keeps the last frame of each page. */
static void settle_frames(foreign_bytes *b) {
  size_t kept = 0;
  if (b->frame_count > 0) qsort(b->frames, b->frame_count, sizeof *b->frames, by_page);
  for (size_t i = 0; i < b->frame_count; i++) {
    if (kept > 0 && b->frames[kept - 1][0] == b->frames[i][0]) kept--;
    memcpy(b->frames[kept++], b->frames[i], sizeof *b->frames);
  }
  b->frame_count = kept;
}

/* Reads frames up to the last one that commits a transaction; what follows is incomplete or from
 * before the log was restarted. */
static int read_frames(foreign_bytes *b, log_sum *sum, char *frame) {
  size_t whole = FRAME_HEADER + (size_t)b->page, committed = 0;
  int64_t offset = FOREIGN_WAL_HEADER;
  for (;; offset += (int64_t)whole) {
    int64_t got = read_part(&b->wal, offset, frame, whole);
    if (got < 0) return BP_ERR_IO;
    if (got < (int64_t)whole || memcmp(frame + 8, b->wal_header + 16, 8) != 0) break;
    add_sum(sum, frame, 8);
    add_sum(sum, frame + FRAME_HEADER, (size_t)b->page);
    uint32_t number = big_endian(frame), pages = big_endian(frame + 4);
    if (!sum_is(sum, frame + 16) || number == 0) break;
    if (add_frame(b, number, offset + FRAME_HEADER) != BP_OK) return BP_ERR_NOMEM;
    if (pages == 0) continue;
    committed = b->frame_count;
    b->size = (int64_t)pages * b->page;
  }
  b->frame_count = committed;
  return BP_OK;
}

static int read_log(foreign_bytes *b) {
  log_sum sum;
  if (!read_log_header(b, &sum)) return BP_OK;
  char *frame = bpi_alloc(FRAME_HEADER + (size_t)b->page);
  if (frame == NULL) return BP_ERR_NOMEM;
  int rc = read_frames(b, &sum, frame);
  bpi_free_wiped(frame, FRAME_HEADER + (size_t)b->page);
  if (rc == BP_OK) settle_frames(b);
  return rc;
}

/* Offset of a page's bytes in the log; -1: it is in the main file. */
static int64_t in_log(const foreign_bytes *b, int64_t number) {
  size_t low = 0, high = b->frame_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (b->frames[middle][0] < number)
      low = middle + 1;
    else
      high = middle;
  }
  return low < b->frame_count && b->frames[low][0] == number ? b->frames[low][1] : -1;
}

/* ----------------------------------------------------------------------------------- a state */

static int read_header(foreign_bytes *b) {
  static const char magic[16] = "SQLite format 3";
  char h[HEADER];
  int64_t got = read_part(&b->main, 0, h, sizeof h);
  if (got < 0) return BP_ERR_IO;
  if (got < HEADER || memcmp(h, magic, sizeof magic) != 0) return BP_ERR_FORMAT;
  b->page = (unsigned char)h[16] << 8 | (unsigned char)h[17];
  if (b->page == 1) b->page = 65536;
  bool power = b->page >= 512 && (b->page & (b->page - 1)) == 0;
  return power ? BP_OK : BP_ERR_FORMAT;
}

char *bpi_foreign_beside(const char *path, const char *ending) {
  size_t length = strlen(path), more = strlen(ending);
  char *name = bpi_alloc(length + more + 1);
  if (name == NULL) return NULL;
  memcpy(name, path, length);
  memcpy(name + length, ending, more + 1);
  return name;
}

static int open_beside(file **out, const char *path, const char *ending) {
  file_stat stat;
  bp_error *why = NULL;
  char *name = bpi_foreign_beside(path, ending);
  if (name == NULL) return BP_ERR_NOMEM;
  int rc = bpi_file_open(out, name, &stat, &why);
  bpi_error_free(why);
  bpi_free(name);
  return rc == BP_ERR_NOTFOUND ? BP_OK : rc;
}

/* A rollback journal with a header: a transaction is being written, or its writer died. */
static int check_journal(const char *path) {
  char start[8] = {0};
  file *journal = NULL;
  int rc = open_beside(&journal, path, "-journal");
  if (rc != BP_OK || journal == NULL) return rc;
  int64_t got = bpi_file_read(journal, 0, start, sizeof start);
  bpi_file_close(journal);
  return got == sizeof start && start[0] != 0 ? BP_ERR_BUSY : BP_OK;
}

static bool too_young(const file_stat *stat) {
  int64_t age = bpi_now() - stat->modified_ns / 1000;
  return age >= 0 && age < STEP_US;
}

static void close_files(foreign_bytes *b) {
  if (b->path == NULL) return;
  bpi_file_close(b->main.file);
  bpi_file_close(b->wal.file);
  b->main.file = b->wal.file = NULL;
}

static int open_files(foreign_bytes *b) {
  bp_error *why = NULL;
  close_files(b);
  int rc = bpi_file_open(&b->main.file, b->path, &b->stat, &why);
  bpi_error_free(why);
  if (rc == BP_OK) rc = open_beside(&b->wal.file, b->path, "-wal");
  if (rc == BP_OK) rc = check_journal(b->path);
  if (rc == BP_OK && too_young(&b->stat)) rc = BP_ERR_BUSY;
  b->main.size = b->stat.size;
  return rc;
}

int bpi_foreign_bytes_take(foreign_bytes *b) {
  b->frame_count = 0;
  memset(b->wal_header, 0, sizeof b->wal_header);
  int rc = b->path == NULL ? BP_OK : open_files(b);
  if (rc == BP_OK) rc = read_header(b);
  b->size = b->main.size;
  if (rc == BP_OK && (b->wal.file != NULL || b->wal.data != NULL)) rc = read_log(b);
  if (rc != BP_OK) return rc;
  return bpi_foreign_bytes_same(b) ? BP_OK : BP_ERR_BUSY;
}

void bpi_foreign_bytes_drop(foreign_bytes *b) {
  close_files(b);
  bpi_free(b->frames);
  b->frames = NULL;
  b->frame_count = b->frame_capacity = 0;
}

bool bpi_foreign_bytes_same(const foreign_bytes *b) {
  file_stat now;
  char header[FOREIGN_WAL_HEADER] = {0};
  if (b->main.file == NULL) return true;
  if (bpi_file_restat(b->main.file, &now) != BP_OK) return false;
  if (now.size != b->stat.size || now.modified_ns != b->stat.modified_ns) return false;
  if (b->frame_count == 0) return true; /* nothing was read from the log */
  return read_part(&b->wal, 0, header, sizeof header) == sizeof header &&
         memcmp(header, b->wal_header, sizeof header) == 0;
}

/* Reads all or part of one page. */
static int64_t read_page(const foreign_bytes *b, int64_t offset, void *into, size_t length) {
  int64_t within = offset % b->page, frame = in_log(b, offset / b->page + 1);
  return frame < 0 ? read_part(&b->main, offset, into, length)
                   : read_part(&b->wal, frame + within, into, length);
}

int64_t bpi_foreign_bytes_read(const foreign_bytes *b, int64_t offset, void *into, size_t length) {
  size_t done = 0;
  while (done < length && offset + (int64_t)done < b->size) {
    int64_t at = offset + (int64_t)done, left = b->page - at % b->page;
    size_t wanted = length - done < (size_t)left ? length - done : (size_t)left;
    int64_t got = read_page(b, at, (char *)into + done, wanted);
    if (got < 0) return BP_ERR_IO;
    done += (size_t)got;
    if (got < (int64_t)wanted) break;
  }
  /* Bytes 18 and 19 would tell SQLite to read the write-ahead log itself. */
  for (int64_t i = 18; i <= 19; i++)
    if (i >= offset && i < offset + (int64_t)done) ((char *)into)[i - offset] = 1;
  return (int64_t)done;
}
