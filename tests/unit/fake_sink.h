/* tests/unit/fake_sink.h: a sink for tests of sources: stores the records, and returns identifiers
 * and label numbers that can be traced back to the raw bytes. */
#ifndef TESTS_UNIT_FAKE_SINK_H
#define TESTS_UNIT_FAKE_SINK_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/source.h"

#include "drip.h"

#define FAKE_RECORDS 1024
#define FAKE_RAWS 2048

typedef struct fake_raw {
  int kind; /* of an identifier; 100 + kind for a label */
  size_t length;
  char *bytes;
} fake_raw;

/* Numbers stay assigned for the life of the process, so that several readings can be compared. */
static fake_raw fake_raws[FAKE_RAWS];
static size_t fake_raw_count;

typedef struct fake_reject {
  int reason;
  uint64_t line;
  int64_t byte;
} fake_reject;

typedef struct fake {
  size_t count, rejects, drops;
  uint64_t read;
  int rc;
  int stop_after; /* the number of the put that returns BP_ERR_CANCELLED; 0: none */
  record records[FAKE_RECORDS];
  fake_reject reject[64];
} fake;

static size_t fake_intern(int kind, const char *raw, size_t length) {
  for (size_t i = 0; i < fake_raw_count; i++)
    if (fake_raws[i].kind == kind && fake_raws[i].length == length &&
        memcmp(fake_raws[i].bytes, raw, length) == 0)
      return i + 1;
  ck_assert_uint_lt(fake_raw_count, FAKE_RAWS);
  char *copy = malloc(length + 1);
  ck_assert_ptr_nonnull(copy);
  memcpy(copy, raw, length);
  copy[length] = '\0';
  fake_raws[fake_raw_count] = (fake_raw){kind, length, copy};
  return ++fake_raw_count;
}

static ident fake_identify(void *self, ident_kind kind, const char *raw, size_t length) {
  (void)self;
  if (length == 0) return (ident){0, 0};
  return (ident){(uint64_t)kind + 1, fake_intern((int)kind, raw, length)};
}

static told_label fake_label(void *self, label_kind kind, const char *raw, size_t length) {
  (void)self;
  return (told_label){length == 0 ? 0 : (uint32_t)fake_intern(100 + (int)kind, raw, length), false};
}

static int fake_put(void *self, const record *r) {
  fake *f = self;
  ck_assert_uint_lt(f->count, FAKE_RECORDS);
  f->records[f->count++] = *r;
  return f->stop_after > 0 && f->count >= (size_t)f->stop_after ? BP_ERR_CANCELLED : BP_OK;
}

static void fake_refuse(void *self, int reason, uint64_t line, int64_t byte) {
  fake *f = self;
  ck_assert_uint_lt(f->rejects, sizeof f->reject / sizeof *f->reject);
  f->reject[f->rejects++] = (fake_reject){reason, line, byte};
}

static void fake_drop(void *self) {
  ((fake *)self)->drops++;
}

/* The bytes that a label or an identifier was made of; "" for none. */
static inline const char *fake_text(uint64_t number) {
  return number == 0 ? "" : fake_raws[number - 1].bytes;
}

static inline void fake_run(fake *f, const source *reader, const char *path, scan *s) {
  record_sink sink = {f, fake_identify, fake_label, fake_put, fake_refuse, fake_drop};
  source_input in;
  memset(&in, 0, sizeof in);
  in.path = path;
  in.scan = s;
  in.sink = &sink;
  f->count = f->rejects = f->drops = 0;
  f->rc = reader->read(&in);
  f->read = in.records;
}

/* The n-th record of a kind. */
static inline const record *fake_nth(const fake *f, record_kind kind, size_t n) {
  for (size_t i = 0; i < f->count; i++)
    if (f->records[i].kind == kind && n-- == 0) return &f->records[i];
  ck_abort_msg("no such record");
  return NULL;
}

static inline size_t fake_count(const fake *f, record_kind kind) {
  size_t found = 0;
  for (size_t i = 0; i < f->count; i++)
    found += f->records[i].kind == kind;
  return found;
}

/* Reads from memory. */
static inline void fake_read(fake *f, const source *reader, const char *path, const char *data,
                             size_t length) {
  scan s;
  bpi_scan_init_memory(&s, data, length);
  fake_run(f, reader, path, &s);
  bpi_scan_free(&s);
}

/* Reads through the smallest window, at most `step` bytes at a time. */
static inline void fake_read_drip(fake *f, const source *reader, const char *path, const char *data,
                                  size_t length, size_t step) {
  drip d = {data, length, 0, step};
  scan s;
  ck_assert_int_eq(bpi_scan_init(&s, drip_read, &d, 4096, 0, 1), BP_OK);
  fake_run(f, reader, path, &s);
  bpi_scan_free(&s);
}

/* Compares member by member, because padding has no meaning. */
static inline bool fake_same(const record *a, const record *b) {
#define SAME(member) (a->member == b->member)
#define SAME_IDENT(member) (bpi_ident_compare(a->member, b->member) == 0)
#define SAME3(of, x, y, z) (SAME(of.x) && SAME(of.y) && SAME(of.z))
  if (!SAME(kind) || !SAME(flags) || !SAME(tier) || !SAME(time)) return false;
  if (!SAME_IDENT(key) || !SAME_IDENT(session)) return false;
  switch (a->kind) {
  case RECORD_SESSION:
    return SAME3(u.session_row, platform, workspace, branch) &&
           SAME3(u.session_row, version, entrypoint, version_rank);
  case RECORD_PROMPT: return SAME3(u.prompt, characters, features, mode);
  case RECORD_RESPONSE:
    return SAME_IDENT(u.response.request) && SAME3(u.response, model, input, output) &&
           SAME3(u.response, cache_read, cache_write_5m, cache_write_1h) &&
           SAME3(u.response, reasoning, web_searches, cost_nano) &&
           SAME3(u.response, stop, speed, tier) && SAME(u.response.geo) &&
           SAME(u.response.placeholder);
  case RECORD_TOOL_USE:
    return SAME3(u.use, tool, file, category) && SAME3(u.use, program, language, added) &&
           SAME(u.use.removed) && SAME(u.use.background);
  case RECORD_TOOL_RESULT:
    return SAME3(u.result, outcome, failure, added) &&
           SAME3(u.result, removed, duration_us, file) && SAME(u.result.language);
  case RECORD_DECISION:
    return SAME3(u.decision, decision, outcome, language) && SAME(u.decision.lines);
  case RECORD_SPAN: return SAME3(u.span, added, removed, files);
  case RECORD_EVENT: return SAME3(u.event, event, detail, command) && SAME(u.event.value);
  case RECORD_CHANGE:
    return SAME3(u.change, change, type, assisted) && SAME3(u.change, added, removed, files) &&
           SAME(u.change.rounds) && SAME(u.change.open_us);
  case RECORD_KINDS: break;
  }
  return false;
#undef SAME3
#undef SAME_IDENT
#undef SAME
}

/* Loads a whole file; the caller frees it. */
static inline char *fake_load(const char *folder, const char *name, size_t *length) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  ck_assert_msg(file != NULL, "cannot open %s", path);
  ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
  long size = ftell(file);
  ck_assert_int_ge(size, 0);
  rewind(file);
  char *data = malloc((size_t)size + 1);
  ck_assert_ptr_nonnull(data);
  ck_assert_uint_eq(fread(data, 1, (size_t)size, file), (size_t)size);
  fclose(file);
  data[size] = '\0';
  *length = (size_t)size;
  return data;
}

#endif
