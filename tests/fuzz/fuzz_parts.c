/* Fuzz targets of parsers inside the library that are neither sources nor documents:
 *
 *   FUZZ_WORDS    instants, dates, weeks, periods, numbers and names: writing and reading again
 *                 gives the same
 *   FUZZ_ZONE     the bytes of a zone file: days begin in order, and where their date begins;
 *                 offsets last as long as reported
 *   FUZZ_INFLATE  a compressed stream: the same whole, in pieces and by zlib itself
 *   FUZZ_CELLS    packed cells: unpacking, packing and unpacking again gives the same
 *   FUZZ_WAL      the log of a database in use: its frames, with correct checksums, over a valid
 *                 database */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#if defined(FUZZ_WORDS)

#include "base/command.h"
#include "base/text.h"
#include "base/time.h"
#include "base/vocabulary.h"
#include "metrics/dimension.h"
#include "metrics/period.h"
#include "metrics/prices.h"

static void read_instants(const char *p, size_t size) {
  int64_t once, twice;
  char text[32];
  if (bpi_parse_instant(p, size, &once) &&
      (!bpi_parse_instant(text, bpi_format_instant(once, text), &twice) || once != twice))
    abort();
  if (bpi_parse_week(p, size, &once)) {
    bpi_format_week(once, text);
    if (!bpi_parse_week(text, strlen(text), &twice) || once != twice || bpi_day_of_week(once) != 0)
      abort();
  }
  civil day, back;
  if (!bpi_parse_date(p, size, &day)) return;
  bpi_civil_from_days(bpi_days_from_civil(day.year, day.month, day.day), &back);
  if (day.year != back.year || day.month != back.month || day.day != back.day) abort();
}

static void read_period(const char *name) {
  zone *utc = NULL;
  if (!bpi_period_known(name) || bpi_zone_open(&utc, NULL, NULL) != 0) return;
  for (int sunday = 0; sunday < 2; sunday++) {
    range r;
    bpi_period_resolve(&r, name, utc, INT64_C(1772453000000000), sunday);
    if (r.from > r.until) abort();
  }
  bpi_zone_free(utc);
}

static void read_names(const char *p, size_t size) {
  char family[64];
  const char *server;
  size_t length;
  if (bpi_model_family(p, size, family, sizeof family) > sizeof family) abort();
  if (bpi_mcp_server(p, size, &server, &length) && (server < p || server + length > p + size))
    abort();
  bpi_prices_find(bpi_prices_builtin(), p, size);
  bpi_language_of_path(p, size);
  bpi_category_of_tool(p, size);
  bpi_program_of_command(p, size);
  bpi_utf8_valid(p, size);
}

static void run(const char *data, size_t size) {
  int64_t number;
  char *word = malloc(size + 1);
  if (word == NULL) return;
  memcpy(word, data, size);
  word[size] = '\0';
  bpi_parse_int(data, size, &number);
  read_instants(data, size);
  read_period(word);
  read_names(data, size);
  free(word);
}

#elif defined(FUZZ_ZONE)

#include "base/time.h"

/* Walks some stretches of equal offset from an instant on: each ends where the next begins. */
static void walk(const zone *z, int64_t us) {
  int64_t from, until;
  for (int i = 0; i < 20; i++, us = until) {
    int32_t offset = bpi_zone_stretch(z, us, &from, &until);
    if (offset != bpi_zone_offset(z, us) || offset != bpi_zone_offset(z, from)) abort();
    if (from > us || (i > 0 && from != us)) abort();
    if (until == INT64_MAX) return;
    if (until <= us || offset != bpi_zone_offset(z, until - 1)) abort();
  }
}

/* Some days in twenty years; the last ones are beyond what a file lists. */
static void run(const char *data, size_t size) {
  zone *z = NULL;
  int64_t before = INT64_MIN;
  if (bpi_zone_parse(&z, "Fuzz/Zone", data, size) != 0) return;
  for (int64_t day = 14600; day < 22000; day += 37) {
    civil date, local;
    bpi_civil_from_days(day, &date);
    int64_t start = bpi_zone_day_start(z, date.year, date.month, date.day);
    bpi_zone_civil(z, start, &local);
    if (start <= before || bpi_zone_local_days(z, start) < day) abort();
    if (bpi_days_from_civil(local.year, local.month, local.day) != bpi_zone_local_days(z, start))
      abort();
    before = start;
  }
  walk(z, INT64_MIN);
  walk(z, before);
  walk(z, INT64_MAX / 2);
  walk(z, INT64_MAX - 4 * 366 * BPI_DAY);
  bpi_zone_free(z);
}

#elif defined(FUZZ_INFLATE)

#include <zlib.h>

#include "base/inflate.h"

#define UNPACKED_MAX (1 << 16)

/* The number of bytes that came out, at most UNPACKED_MAX, or -1. */
static long unpack(inflater *z, const char *data, size_t size, size_t step, unsigned char *out) {
  size_t length = 0;
  bpi_inflater_start(z, data, size);
  while (length < UNPACKED_MAX) {
    size_t room = UNPACKED_MAX - length;
    int64_t got = bpi_inflater_read(z, out + length, room < step ? room : step);
    if (got < 0) return -1;
    if (got == 0) break;
    length += (size_t)got;
  }
  return (long)length;
}

static void run(const char *data, size_t size) {
  static unsigned char whole[UNPACKED_MAX], pieces[UNPACKED_MAX], theirs[UNPACKED_MAX];
  static inflater *z;
  if (z == NULL && (z = bpi_inflater_new()) == NULL) return;
  bpi_is_deflated(data, size);
  long a = unpack(z, data, size, UNPACKED_MAX, whole), b = unpack(z, data, size, 64, pieces);
  if (a != b || (a > 0 && memcmp(whole, pieces, (size_t)a) != 0)) abort();
  uLongf length = sizeof theirs;
  int rc = uncompress(theirs, &length, (const Bytef *)data, (uLong)size);
  if (rc == Z_OK && (a != (long)length || memcmp(whole, theirs, length) != 0)) abort();
}

#elif defined(FUZZ_CELLS)

#include "base/mem.h"
#include "store/packed_cell.h"

static void put_and_take(const packed_cell *at, packed_cell before) {
  buf b;
  size_t length;
  bpi_buf_init(&b, 1 << 10);
  bpi_put_cell(&b, at, &before);
  char *bytes = bpi_buf_take(&b, &length);
  if (bytes == NULL) abort();
  varints v = {(const unsigned char *)bytes, (const unsigned char *)bytes + length, false};
  bpi_take_cell(&v, &before);
  if (v.torn || v.at != v.end || memcmp(&before, at, sizeof before) != 0) abort();
  bpi_free(bytes);
}

static void run(const char *data, size_t size) {
  varints from = {(const unsigned char *)data, (const unsigned char *)data + size, false};
  packed_cell before = {0}, at = {0};
  while (from.at < from.end) {
    bpi_take_cell(&from, &at);
    if (from.torn) return;
    put_and_take(&at, before);
    before = at;
  }
}

#else /* FUZZ_WAL */

#include <sqlite3.h>

#include "store/foreign.h"

#define PAGE 512
#define FRAME (24 + PAGE)

static const unsigned char *good;
static sqlite3_int64 good_size;

static void make_good(void) {
  sqlite3 *db = NULL;
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) abort();
  if (sqlite3_exec(db,
                   "PRAGMA page_size = 512; CREATE TABLE t (k TEXT UNIQUE, v BLOB);"
                   "INSERT INTO t VALUES ('a', 'one'), ('b', zeroblob(3000)), ('c', NULL)",
                   NULL, NULL, NULL) != SQLITE_OK)
    abort();
  good = sqlite3_serialize(db, "main", &good_size, 0);
  sqlite3_close(db);
}

static uint32_t at(const unsigned char *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static void put(unsigned char *p, uint32_t n) {
  for (int i = 3; i >= 0; i--, n >>= 8)
    p[i] = (unsigned char)n;
}

/* SQLite's checksum over words, here big-endian. */
static void add(uint32_t sum[2], const unsigned char *p, size_t length) {
  for (size_t i = 0; i < length; i += 8) {
    sum[0] += at(p + i) + sum[1];
    sum[1] += at(p + i + 4) + sum[0];
  }
}
static void put_sum(unsigned char *p, const uint32_t sum[2]) {
  put(p, sum[0]);
  put(p + 4, sum[1]);
}

/* The input has three bytes for each frame: the page, whether it commits, and how much of the page
 * is input; the rest is as in the valid database. The checksums are correct, because a fuzzer
 * cannot find them. */
static size_t make_log(unsigned char *log, size_t capacity, const uint8_t *data, size_t size) {
  uint32_t sum[2] = {0, 0};
  put(log, 0x377f0683);
  put(log + 4, 3007000);
  put(log + 8, PAGE);
  memcpy(log + 12, "sequencesalt", 12);
  add(sum, log, 24);
  put_sum(log + 24, sum);
  size_t length = 32;
  for (size_t i = 0; i + 3 < size && length + FRAME <= capacity; length += FRAME) {
    unsigned char *frame = log + length;
    uint32_t number = data[i], pages = data[i + 1];
    size_t said = data[i + 2], from = (size_t)data[i + 3] * 2;
    i += 4;
    put(frame, number);
    put(frame + 4, pages);
    memcpy(frame + 8, log + 16, 8);
    memset(frame + 24, 0, PAGE);
    if (number > 0 && number * PAGE <= (size_t)good_size)
      memcpy(frame + 24, good + (number - 1) * PAGE, PAGE);
    if (said > size - i) said = size - i;
    if (said > PAGE - from) said = PAGE - from;
    memcpy(frame + 24 + from, data + i, said);
    i += said;
    add(sum, frame, 8);
    add(sum, frame + 24, PAGE);
    put_sum(frame + 16, sum);
  }
  return length;
}

static int take(void *user, int64_t row, const foreign_value *values) {
  fuzz_digest_add(user, &row, sizeof row);
  for (size_t i = 0; values != NULL && i < 2; i++)
    if (values[i].type == FOREIGN_TEXT || values[i].type == FOREIGN_BLOB)
      fuzz_digest_add(user, values[i].bytes, values[i].length);
  return 0;
}

static uint64_t read_rows(const void *log, size_t length) {
  static const char *const columns[] = {"k", "v", NULL};
  fuzz_digest seen = {0};
  foreign *f = NULL;
  if (bpi_foreign_open_bytes(&f, good, (size_t)good_size, log, length, NULL) != 0) return 1;
  foreign_query all = {"t", columns, NULL, NULL}, some = {"t", columns, "k", "b"};
  bpi_foreign_each(f, &all, take, &seen);
  bpi_foreign_each(f, &some, take, &seen);
  bpi_foreign_close(f);
  return seen.hash;
}

/* The input is used once as the log itself, and once as the content of its frames. */
static void run(const char *data, size_t size) {
  static unsigned char log[32 + 64 * FRAME];
  if (good == NULL) make_good();
  size_t length = make_log(log, sizeof log, (const uint8_t *)data, size);
  if (read_rows(data, size) != read_rows(data, size)) abort();
  if (read_rows(log, length) != read_rows(log, length)) abort();
}

#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  run((const char *)data, size);
  return 0;
}
