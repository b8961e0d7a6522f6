/* tests/unit/test_claude_code.c: the source "claude_code" against lines written by hand. The
 * records it puts into a sink are written as text, one row per record, and compared with expected
 * rows written by hand from the rules:
 *
 *     response msg_01 @5 claude-opus-4-6 in=3 out=1 ...    key, time, then what is not the default
 *
 * Times are seconds since 2026-01-01 UTC, "-" is none. A key "u12" is a uuid of the fixtures by its
 * last digits, "#" is one made from other fields. [A] marks a subagent's row, [S] a side chain, [F]
 * a forked row, [N] noise. The first argument is the folder of the fixtures. */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/scan.h"
#include "run_suite.h"
#include "sources/claude_code_line.h"
#include "sources/claude_code_prompt.h"
#include "sources/lines.h"
#include "sources/source.h"

static const char *corpus = "tests/corpus/claude_code";

#define NEW_YEAR_2026 INT64_C(1767225600)

/* -------------------------------------------------------------------------------- the sink */

typedef struct notes {
  char *text;
  size_t length, capacity;
  unsigned records, rejects, drops, asked; /* asked: identifiers and labels */
  uint64_t keys[8];                        /* of the first records but sessions, by number */
  unsigned key_count;
  int fail_at; /* put fails at this record; 0: never */
} notes;

/* The raw identifiers and names by number, so that the sink can print them. */
static struct {
  char kind;
  char *raw;
  size_t length;
} interned[20000];
static uint32_t interned_count;

static uint32_t intern(char kind, const char *raw, size_t length) {
  for (uint32_t i = 0; i < interned_count; i++)
    if (interned[i].kind == kind && interned[i].length == length &&
        memcmp(interned[i].raw, raw, length) == 0)
      return i + 1;
  ck_assert_uint_lt(interned_count, sizeof interned / sizeof *interned);
  interned[interned_count].kind = kind;
  interned[interned_count].raw = malloc(length + 1);
  memcpy(interned[interned_count].raw, raw, length);
  interned[interned_count].raw[length] = '\0';
  interned[interned_count].length = length;
  return ++interned_count;
}

static const char *raw_of(uint32_t number) {
  return number == 0 ? "" : interned[number - 1].raw;
}

static ident sink_identify(void *self, ident_kind kind, const char *raw, size_t length) {
  ((notes *)self)->asked++;
  return (ident){1 + (uint64_t)kind, intern((char)('A' + (int)kind), raw, length)};
}

static told_label sink_label(void *self, label_kind kind, const char *raw, size_t length) {
  ((notes *)self)->asked++;
  return (told_label){intern((char)('a' + (int)kind), raw, length), false};
}

static void note(notes *n, const char *format, ...) {
  va_list arguments;
  if (n->capacity - n->length < 4096) {
    n->capacity = n->capacity * 2 + 8192;
    n->text = realloc(n->text, n->capacity);
  }
  va_start(arguments, format);
  n->length += (size_t)vsnprintf(n->text + n->length, n->capacity - n->length, format, arguments);
  va_end(arguments);
}

static void note_key(notes *n, ident key) {
  const char *raw = raw_of((uint32_t)key.lo);
  if (bpi_ident_absent(key))
    note(n, " ?");
  else if (raw[0] == '\0')
    note(n, " #");
  else if (strncmp(raw, "00000000-0000-4000-8000-", 24) == 0)
    note(n, " u%d", atoi(raw + 24));
  else
    note(n, " %s", raw);
}

static void note_label(notes *n, const char *field, uint32_t label) {
  if (label != 0) note(n, " %s=%s", field, raw_of(label));
}

static void note_count(notes *n, const char *field, int64_t value, int64_t usual) {
  if (value != usual) note(n, " %s=%lld", field, (long long)value);
}

static void note_word(notes *n, const char *field, vocabulary v, int code, int usual) {
  if (code != usual) note(n, " %s=%s", field, bpi_vocabulary_name(v, code));
}

static void note_response(notes *n, const response_record *is) {
  note(n, " %s in=%lld out=%lld", raw_of(is->model), (long long)is->input, (long long)is->output);
  note_count(n, "read", is->cache_read, 0);
  note_count(n, "5m", is->cache_write_5m, 0);
  note_count(n, "1h", is->cache_write_1h, 0);
  note_count(n, "reasoning", is->reasoning, -1);
  note_count(n, "searches", is->web_searches, 0);
  note_count(n, "cost", is->cost_nano, -1);
  note_word(n, "stop", VOCABULARY_STOP, is->stop, STOP_NONE);
  note_word(n, "speed", VOCABULARY_SPEED, is->speed, SPEED_STANDARD);
  note_word(n, "tier", VOCABULARY_TIER, is->tier, TIER_STANDARD);
  note_word(n, "geo", VOCABULARY_GEO, is->geo, GEO_NONE);
  note_count(n, "placeholder", is->placeholder, 0);
  if (!bpi_ident_absent(is->request)) note(n, " request=%s", raw_of((uint32_t)is->request.lo));
}

static void note_use(notes *n, const tool_use_record *is) {
  note(n, " %s %s", raw_of(is->tool), bpi_vocabulary_name(VOCABULARY_CATEGORY, is->category));
  note_label(n, "file", is->file);
  note_word(n, "language", VOCABULARY_LANGUAGE, is->language, LANGUAGE_UNKNOWN);
  note_word(n, "program", VOCABULARY_PROGRAM, is->program, PROGRAM_NONE);
  if (is->background) note(n, " background");
  if (is->added >= 0 || is->removed >= 0)
    note(n, " +%lld -%lld", (long long)is->added, (long long)is->removed);
}

static void note_result(notes *n, const tool_result_record *is) {
  note(n, " %s", bpi_vocabulary_name(VOCABULARY_OUTCOME, is->outcome));
  note_word(n, "failure", VOCABULARY_FAILURE, is->failure, FAILURE_NONE);
  if (is->added >= 0 || is->removed >= 0)
    note(n, " +%lld -%lld", (long long)is->added, (long long)is->removed);
  note_count(n, "duration", is->duration_us, -1);
  note_label(n, "file", is->file);
  note_word(n, "language", VOCABULARY_LANGUAGE, is->language, LANGUAGE_UNKNOWN);
}

static void note_prompt(notes *n, const prompt_record *is) {
  note(n, " characters=%lld", (long long)is->characters);
  if (is->features & PROMPT_IMAGE) note(n, " image");
  if (is->features & PROMPT_FILE) note(n, " file");
  if (is->features & PROMPT_CODE) note(n, " code");
  if (is->features & PROMPT_QUEUED) note(n, " queued");
  if (is->features & PROMPT_COMMAND) note(n, " command");
  note_word(n, "mode", VOCABULARY_MODE, is->mode, MODE_UNKNOWN);
}

static void note_event(notes *n, const event_record *is) {
  note(n, " %s", bpi_vocabulary_name(VOCABULARY_EVENT, is->event));
  note_word(n, "detail", VOCABULARY_DETAIL, is->detail, DETAIL_NONE);
  note_label(n, "command", is->command);
  note_count(n, "value", is->value, -1);
}

static void note_session(notes *n, const session_record *is) {
  note(n, " %s", raw_of(is->platform));
  note_label(n, "cwd", is->workspace);
  note_label(n, "branch", is->branch);
  note_label(n, "version", is->version);
  if (is->version_rank != 0)
    note(n, " rank=%d.%d.%d", (int)(is->version_rank >> 40),
         (int)(is->version_rank >> 20 & 0xFFFFF), (int)(is->version_rank & 0xFFFFF));
  note_label(n, "entrypoint", is->entrypoint);
}

static void note_change(notes *n, const change_record *is) {
  note(n, " %s", bpi_vocabulary_name(VOCABULARY_CHANGE, is->change));
  ck_assert_int_eq(is->type, CHANGE_TYPE_UNKNOWN);
  ck_assert_int_eq(is->assisted, 1);
  ck_assert(is->added == -1 && is->removed == -1 && is->files == -1);
  ck_assert(is->rounds == -1 && is->open_us == -1);
}

static int sink_put(void *self, const record *r) {
  static const char *const kinds[] = {
      [RECORD_SESSION] = "session",    [RECORD_PROMPT] = "prompt",
      [RECORD_RESPONSE] = "response",  [RECORD_TOOL_USE] = "tool_use",
      [RECORD_TOOL_RESULT] = "result", [RECORD_EVENT] = "event",
      [RECORD_CHANGE] = "change"};
  notes *n = self;
  const char *session = raw_of((uint32_t)r->session.lo);
  n->records++;
  if (n->fail_at > 0 && n->records == (unsigned)n->fail_at) return BP_ERR_CANCELLED;
  note(n, "%s", kinds[r->kind]);
  if (r->kind != RECORD_SESSION) {
    note_key(n, r->key);
    if (n->key_count < 8) n->keys[n->key_count++] = r->key.lo;
  }
  if (r->time == BPI_TIME_NONE)
    note(n, " @-");
  else if (r->time % BPI_SECOND != 0)
    note(n, " @%lldus", (long long)(r->time - NEW_YEAR_2026 * BPI_SECOND));
  else
    note(n, " @%lld", (long long)(r->time / BPI_SECOND - NEW_YEAR_2026));
  switch (r->kind) {
  case RECORD_SESSION: note_session(n, &r->u.session_row); break;
  case RECORD_PROMPT: note_prompt(n, &r->u.prompt); break;
  case RECORD_RESPONSE: note_response(n, &r->u.response); break;
  case RECORD_TOOL_USE: note_use(n, &r->u.use); break;
  case RECORD_TOOL_RESULT: note_result(n, &r->u.result); break;
  case RECORD_EVENT: note_event(n, &r->u.event); break;
  case RECORD_CHANGE: note_change(n, &r->u.change); break;
  default: ck_abort_msg("a record this source does not tell");
  }
  if (strncmp(session, "5e55", 4) != 0) note(n, " of=%s", session);
  if (r->flags != 0)
    note(n, " [%s%s%s%s]", r->flags & RECORD_SUBAGENT ? "A" : "",
         r->flags & RECORD_SIDECHAIN ? "S" : "", r->flags & RECORD_FORKED ? "F" : "",
         r->flags & RECORD_NOISE ? "N" : "");
  note(n, "\n");
  return BP_OK;
}

static void sink_reject(void *self, int reason, uint64_t line, int64_t byte) {
  static const char *const reasons[] = {"",          "syntax", "utf8",       "depth", "shape",
                                        "duplicate", "number", "unreadable", "field", "version"};
  notes *n = self;
  n->rejects++;
  note(n, "reject %s line=%llu byte=%lld\n", reasons[reason], (unsigned long long)line,
       (long long)byte);
}

static void sink_drop(void *self) {
  ((notes *)self)->drops++;
}

/* ------------------------------------------------------------------------------ running it */

typedef struct part {
  const char *data;
  size_t length, at, step;
} part;

static int64_t read_part(void *user, void *into, size_t length) {
  part *p = user;
  size_t left = p->length - p->at, take = left < length ? left : length;
  if (take > p->step) take = p->step;
  memcpy(into, p->data + p->at, take);
  p->at += take;
  return (int64_t)take;
}

typedef struct run {
  notes notes;
  source_input in;
  record_sink sink;
  int status;
  int64_t resume;
  uint64_t resume_line;
} run;

static run *new_run(const char *path) {
  run *r = calloc(1, sizeof *r);
  r->sink = (record_sink){&r->notes, sink_identify, sink_label, sink_put, sink_reject, sink_drop};
  r->in.path = path;
  r->in.sink = &r->sink;
  note(&r->notes, "%s", "");
  return r;
}

static void free_run(run *r) {
  free(r->notes.text);
  free(r);
}

/* Reads bytes that stand at `offset` of the input, in pieces of at most `step`. */
static void read_at(run *r, const char *data, size_t length, size_t step, int64_t offset,
                    uint64_t line) {
  part p = {data, length, 0, step};
  scan s;
  ck_assert_int_eq(bpi_scan_init(&s, read_part, &p, 4096, offset, line), BP_OK);
  r->in.scan = &s;
  r->status = bpi_source_claude_code.read(&r->in);
  r->resume = bpi_scan_resume_offset(&s, &r->resume_line);
  bpi_scan_free(&s);
}

static run *read_all(const char *path, const char *data, size_t length) {
  run *r = new_run(path);
  read_at(r, data, length, SIZE_MAX, 0, 1);
  ck_assert_int_eq(r->status, BP_OK);
  return r;
}

/* Compares rows with those written by hand, and names the first that differs. */
static void expect_text(const char *told, const char *expected, const char *what) {
  if (strcmp(told, expected) == 0) return;
  size_t i = 0, start = 0;
  for (; told[i] != '\0' && told[i] == expected[i]; i++)
    if (told[i] == '\n') start = i + 1;
  ck_abort_msg("%s\n told     %.*s\n expected %.*s", what, (int)strcspn(told + start, "\n"),
               told + start, (int)strcspn(expected + start, "\n"), expected + start);
}

static void expect(const char *path, const char *data, const char *expected) {
  run *r = read_all(path, data, strlen(data));
  expect_text(r->notes.text, expected, data);
  free_run(r);
}

static char *load(const char *file, size_t *length) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", corpus, file);
  FILE *f = fopen(path, "rb");
  ck_assert_msg(f != NULL, "no fixture %s", path);
  char *data = malloc(1 << 20);
  *length = fread(data, 1, 1 << 20, f);
  fclose(f);
  return data;
}

/* Fixtures are read under the file names that their content requires. */
static const char *path_of(const char *file) {
  if (strcmp(file, "good-agent.jsonl") == 0) return "/p/x/5e55/subagents/agent-a1b2c3d4.jsonl";
  if (strcmp(file, "good-agent-warmup.jsonl") == 0) return "/p/x/agent-0badcafe.jsonl";
  return "/p/x/5e551000-0000-4000-8000-000000000001.jsonl";
}

static void expect_file(const char *file, const char *expected) {
  size_t length;
  char *data = load(file, &length);
  run *r = read_all(path_of(file), data, length);
  expect_text(r->notes.text, expected, file);
  free_run(r);
  free(data);
}

/* ------------------------------------------------------------------------------- fixtures */

/* The records of each fixture, row by row; README.md in their folder says why. */
static const struct {
  const char *name, *rows;
} fixtures[] = {
    {"bad-depth.jsonl",
     "reject depth line=2 byte=229\n"
     "reject depth line=3 byte=378\n"
     "session @1100 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "prompt u160 @1100 characters=5\n"},
    {"bad-duplicate-keys.jsonl",
     "reject duplicate line=1 byte=0\n"
     "reject duplicate line=2 byte=617\n"
     "session @1101 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "response msg_b1 @1101 claude-opus-4-6 in=1 out=2 request=req_1\n"
     "session @1100 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "prompt u160 @1100 characters=5\n"},
    {"bad-missing-ids.jsonl",
     "session @1200 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "response msg_m1 @1200 claude-opus-4-6 in=1 out=2 request=req_1\n"
     "reject field line=1 byte=0\n"
     "reject field line=2 byte=635\n"},
    {"bad-numbers.jsonl",
     "session @1101 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "reject number line=1 byte=0\n"
     "reject number line=2 byte=604\n"
     "reject number line=3 byte=1209\n"
     "reject number line=4 byte=1814\n"
     "reject number line=5 byte=2432\n"
     "reject number line=6 byte=3060\n"
     "session @1100 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "prompt u160 @1100 characters=5\n"},
    {"bad-shape.jsonl",
     "reject shape line=1 byte=0\n"
     "reject shape line=2 byte=3\n"
     "reject shape line=3 byte=21\n"
     "reject shape line=4 byte=28\n"
     "reject shape line=5 byte=31\n"
     "reject shape line=6 byte=36\n"
     "session @1100 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "prompt u160 @1100 characters=5\n"},
    {"bad-syntax.jsonl",
     "reject syntax line=1 byte=322\n"
     "reject syntax line=2 byte=646\n"
     "reject syntax line=3 byte=662\n"
     "reject syntax line=4 byte=672\n"
     "reject syntax line=5 byte=681\n"
     "reject syntax line=6 byte=695\n"
     "reject syntax line=7 byte=716\n"
     "reject syntax line=8 byte=724\n"
     "reject syntax line=9 byte=733\n"
     "reject syntax line=10 byte=744\n"
     "reject syntax line=11 byte=754\n"
     "reject syntax line=12 byte=762\n"
     "reject syntax line=13 byte=773\n"
     "reject syntax line=14 byte=791\n"
     "reject syntax line=15 byte=806\n"
     "reject syntax line=16 byte=808\n"
     "reject syntax line=17 byte=816\n"
     "reject syntax line=18 byte=826\n"
     "session @1100 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "prompt u160 @1100 characters=5\n"
     "reject syntax line=19 byte=1153\n"
     "prompt u160 @1100 characters=5\n"},
    {"bad-torn-line.jsonl",
     "session @1100 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "prompt u160 @1100 characters=5\n"
     "prompt u160 @1100 characters=5\n"},
    {"bad-utf8.jsonl",
     "reject utf8 line=1 byte=20\n"
     "reject utf8 line=2 byte=44\n"
     "reject utf8 line=3 byte=69\n"
     "reject utf8 line=4 byte=91\n"
     "reject syntax line=5 byte=97\n"
     "session @1100 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "prompt u160 @1100 characters=5\n"},
    {"good-agent-warmup.jsonl",
     "session @710 claude_code cwd=/home/ada/work/engine branch=main version=2.0.40"
     " rank=2.0.40 [ASN]\n"
     "response msg_w1 @711 claude-opus-4-6 in=4 out=5 request=req_1 [ASN]\n"
     "tool_use toolu_w1 @711 Read read file=/w/a.go language=go [ASN]\n"
     "result toolu_w1 @712 ignored [ASN]\n"},
    {"good-agent.jsonl",
     "session @700 claude_code cwd=/home/ada/work/engine branch=main version=2.1.5"
     " rank=2.1.5 [AS]\n"
     "event # @700 subagent [AS]\n"
     "response msg_a1 @701 claude-opus-4-6 in=4 out=5 request=req_1 [AS]\n"
     "tool_use toolu_a1 @701 Glob search [AS]\n"
     "result toolu_a1 @702 ok [AS]\n"
     "response msg_a2 @703 claude-opus-4-6 in=6 out=7 stop=end_turn request=req_1 [AS]\n"},
    {"good-escapes.jsonl",
     "session @1000500000us claude_code cwd=C:\\Users\\ada\\engine version=2.1.60-beta.1"
     " rank=2.1.60\n"
     "prompt u-1 @1000500000us characters=35 file code\n"},
    {"good-events.jsonl",
     "session @600 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60 entrypoint=cli\n"
     "event u113 @600 compaction detail=auto value=155000\n"
     "session @601 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "event u114 @601 compaction detail=manual value=90000\n"
     "event u115 @602 microcompaction detail=auto value=70000\n"
     "event u116 @603 api_retry detail=overloaded value=1\n"
     "event u117 @604 api_retry detail=network value=2\n"
     "event u118 @605 api_retry detail=auth value=3\n"
     "event # @606 turn_end value=61000\n"
     "event u121 @608 slash_command command=model\n"},
    {"good-foreign-shapes.jsonl", "tool_use toolu_f @1004 Edit edit\n"
                                  "tool_use toolu_g @1004  other\n"
                                  "result toolu_f @1005 ok\n"},
    {"good-inline-sidechain.jsonl",
     "session @720 claude_code cwd=/home/ada/work/engine branch=main version=1.0.60"
     " rank=1.0.60\n"
     "prompt u131 @720 characters=13\n"
     "response msg_i1 @721 claude-opus-4-6 in=4 out=5 request=req_1\n"
     "tool_use toolu_i1 @721 Task agent\n"
     "session @722 claude_code cwd=/home/ada/work/engine branch=main version=1.0.60"
     " rank=1.0.60 [AS]\n"
     "response msg_i2 @723 claude-opus-4-6 in=8 out=9 request=req_1 [AS]\n"
     "session @724 claude_code cwd=/home/ada/work/engine branch=main version=1.0.60"
     " rank=1.0.60\n"
     "result toolu_i1 @724 ok\n"},
    {"good-lines.jsonl",
     "session @402 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "response msg_l402 @402 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_l402 @402 Edit edit file=/w/a.go language=go +1 -1\n"
     "result toolu_l402 @403 ok +2 -1 file=/w/a.go language=go\n"
     "response msg_l404 @404 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_l404 @404 Edit edit file=/w/a.go language=go +3 -0\n"
     "result toolu_l404 @405 ok\n"
     "response msg_l406 @406 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_l406 @406 MultiEdit edit file=/w/b.ts language=typescript +1 -2\n"
     "result toolu_l406 @407 ok\n"
     "response msg_l408 @408 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_l408 @408 Write edit file=/w/c.md language=markdown +3 -0\n"
     "result toolu_l408 @409 ok +3 -0 file=/w/c.md language=markdown\n"
     "response msg_l410 @410 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_l410 @410 Write edit file=/w/c.md language=markdown +2 -0\n"
     "result toolu_l410 @411 ok +0 -1 file=/w/c.md language=markdown\n"
     "response msg_l412 @412 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_l412 @412 Write edit file=/w/d.md language=markdown +2 -0\n"
     "result toolu_l412 @413 ok\n"
     "response msg_l414 @414 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_l414 @414 NotebookEdit edit file=/w/n.ipynb language=notebook +2 -0\n"
     "result toolu_l414 @415 ok file=/w/n.ipynb language=notebook\n"
     "response msg_l416 @416 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_l416 @416 Grep search\n"
     "result toolu_l416 @417 ok\n"},
    {"good-nested-fields.jsonl",
     "session @1300 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "event # @1290 subagent [AS]\n"
     "response msg_r1 @1290 claude-haiku-4-5 in=1 out=2 read=3 5m=5 1h=5 reasoning=1"
     " searches=6 stop=max_tokens speed=fast tier=batch geo=us request=req_r1 [AS]\n"
     "response msg_r1#part0 @1290 claude-opus-4-6 in=7 out=8 read=9 5m=18 1h=12"
     " reasoning=2 searches=13 stop=max_tokens speed=fast tier=flex geo=eu request=req_r1"
     " [AS]\n"
     "tool_use toolu_r1 @1290 Edit edit file=/w/e.c language=c +2 -1 [AS]\n"
     "tool_use toolu_r2 @1290 MultiEdit edit +1 -2 [AS]\n"
     "tool_use toolu_r3 @1290 Write edit +3 -0 [AS]\n"
     "tool_use toolu_r4 @1290 NotebookEdit edit file=/w/n.ipynb language=notebook +1 -0"
     " [AS]\n"
     "tool_use toolu_r5 @1290 Bash command program=test background [AS]\n"
     "result toolu_r6 @1290 error failure=command [AS]\n"
     "result toolu_r7 @1290 rejected [AS]\n"
     "response msg_r2 @1301 claude-haiku-4-5 in=1 out=2 read=3 5m=5 1h=5 reasoning=1"
     " searches=6 stop=max_tokens speed=fast tier=batch geo=us [AS]\n"
     "response msg_r2#part0 @1301 claude-opus-4-6 in=7 out=8 read=9 5m=18 1h=12"
     " reasoning=2 searches=13 stop=max_tokens speed=fast tier=flex geo=eu [AS]\n"
     "tool_use toolu_s1 @1301 Edit edit file=/w/e.c language=c +2 -1 [AS]\n"
     "tool_use toolu_s2 @1301 MultiEdit edit +1 -2 [AS]\n"
     "tool_use toolu_s3 @1301 Write edit +3 -0 [AS]\n"
     "tool_use toolu_s4 @1301 NotebookEdit edit file=/w/n.ipynb language=notebook +1 -0"
     " [AS]\n"
     "tool_use toolu_s5 @1301 Bash command program=test background [AS]\n"
     "result toolu_s6 @1301 error failure=command [AS]\n"
     "result toolu_s7 @1301 rejected [AS]\n"
     "result toolu_r3 @1292 ok +3 -0 file=/w/c.py language=python [AS]\n"
     "result toolu_r4 @1293 ok file=/w/n.ipynb language=notebook [AS]\n"
     "result toolu_r5 @1294 interrupted [AS]\n"
     "result toolu_r8 @1295 rejected [AS]\n"
     "event u176 @1296 api_error detail=rate_limit [AS]\n"
     "response msg_r6 @1308  in=1 out=1 [AS]\n"
     "response msg_r7 @1309  in=1 out=1 [AS]\n"
     "event u180 @1297 api_error detail=billing [AS]\n"},
    {"good-nested-progress.jsonl",
     "session @800 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "event # @790 subagent [AS]\n"
     "response msg_n1 @791 claude-haiku-4-5 in=100 out=200 read=300 5m=400 stop=tool_use"
     " request=req_n1 [AS]\n"
     "tool_use toolu_n1 @791 Edit edit file=/w/e.c language=c +2 -1 [AS]\n"
     "result toolu_n1 @792 ok +2 -1 file=/w/e.c language=c [AS]\n"
     "event # @792 plan_accepted [AS]\n"
     "change feed5 @792 commit [AS]\n"
     "response msg_n2 @803 claude-haiku-4-5 in=1 out=2 stop=end_turn [AS]\n"
     "tool_use toolu_n2 @803 Bash command program=files [AS]\n"
     "event u144 @795 api_error detail=server_error [ASN]\n"},
    {"good-outcomes.jsonl",
     "session @202 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "response msg_o202 @202 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o202 @202 Bash command program=files\n"
     "result toolu_o202 @203 ok\n"
     "response msg_o204 @204 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o204 @204 Bash command program=files background\n"
     "result toolu_o204 @205 ok\n"
     "response msg_o206 @206 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o206 @206 Bash command program=other\n"
     "result toolu_o206 @207 error failure=command\n"
     "response msg_o208 @208 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o208 @208 Bash command program=files\n"
     "result toolu_o208 @209 error failure=command\n"
     "response msg_o210 @210 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o210 @210 Edit edit file=/a.py language=python +1 -1\n"
     "result toolu_o210 @211 error failure=not_read\n"
     "response msg_o212 @212 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o212 @212 Edit edit file=/a.py language=python +1 -1\n"
     "result toolu_o212 @213 error failure=no_match\n"
     "response msg_o214 @214 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o214 @214 Edit edit file=/a.py language=python +1 -1\n"
     "result toolu_o214 @215 rejected\n"
     "response msg_o216 @216 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o216 @216 Task agent\n"
     "result toolu_o216 @217 interrupted\n"
     "response msg_o218 @218 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o218 @218 Read read file=/b.rs language=rust\n"
     "result toolu_o218 @219 cancelled\n"
     "response msg_o220 @220 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o220 @220 Grep search\n"
     "result toolu_o220 @221 ignored\n"
     "response msg_o222 @222 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o222 @222 Bash command program=files\n"
     "result toolu_o222 @223 blocked\n"
     "response msg_o224 @224 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o224 @224 Write edit file=/etc/x +1 -0\n"
     "result toolu_o224 @225 denied\n"
     "response msg_o226 @226 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o226 @226 mcp__maps__find_route mcp\n"
     "result toolu_o226 @227 error failure=other\n"
     "response msg_o228 @228 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o228 @228 mcp__maps__find_route mcp\n"
     "result toolu_o228 @229 ok\n"
     "response msg_o230 @230 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o230 @230 Bash command program=other\n"
     "result toolu_o230 @231 interrupted\n"
     "response msg_o232 @232 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_o232 @232 ExitPlanMode plan\n"
     "result toolu_o232 @233 ok file=/home/ada/.claude/plans/p.md language=markdown\n"
     "event # @233 plan_accepted\n"
     "response msg_open @300 claude-opus-4-6 in=1 out=1\n"
     "tool_use toolu_open @300 WebFetch web\n"},
    {"good-prompts.jsonl",
     "session @101 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "prompt u17 @101 characters=16\n"
     "prompt u18 @102 characters=23 image\n"
     "prompt u19 @103 characters=0 image\n"
     "prompt u20 @104 characters=11\n"
     "prompt u21 @105 characters=9\n"
     "event u24 @108 compaction_summary\n"
     "event u25 @109 compaction_summary\n"
     "event u26 @110 compaction_summary\n"
     "session @111 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60 [AS]\n"
     "event # @111 subagent [AS]\n"
     "session @112 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "prompt u29 @113 characters=8\n"
     "event u30 @114 interrupt\n"
     "event u31 @115 interrupt\n"
     "event u38 @122 slash_command command=clear\n"
     "event u39 @123 slash_command command=custom\n"
     "event u40 @124 bash_command\n"
     "result toolu_09 @125 ok\n"
     "prompt u43 @190 characters=19 queued\n"
     "prompt u44 @191 characters=16 image queued\n"},
    {"good-result-texts.jsonl",
     "session @1400 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "result toolu_x1 @1400 rejected\n"
     "result toolu_x2 @1401 interrupted\n"
     "result toolu_x3 @1402 ignored\n"
     "result toolu_x4 @1403 rejected\n"
     "result toolu_x5 @1404 ok\n"
     "result toolu_x6 @1405 error failure=other\n"
     "result toolu_x7 @1405 ok\n"
     "result toolu_x8 @1406 ok +0 -0 file=/w/new.h language=c\n"
     "result toolu_x9 @1407 ok +2 -0\n"
     "result toolu_x18 @1407 ok +2 -0\n"
     "result toolu_x10 @1408 error failure=other\n"
     "result toolu_x11 @1409 error failure=timeout\n"
     "result toolu_x12 @1410 error failure=input\n"
     "result toolu_x13 @1411 error failure=changed\n"
     "result toolu_x14 @1412 denied\n"
     "result toolu_x15 @1413 denied\n"
     "result toolu_x16 @1414 cancelled\n"
     "result toolu_x17 @1415 error failure=other\n"
     "result toolu_x19 @1416 rejected\n"},
    {"good-session.jsonl",
     "session @1 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "prompt u4 @2 characters=75 file mode=accept_edits\n"
     "response msg_01 @5 claude-opus-4-6 in=3 out=1 read=1000 5m=100 1h=400 request=req_1\n"
     "response msg_01 @6 claude-opus-4-6 in=3 out=1 read=1000 5m=100 1h=400 request=req_1\n"
     "response msg_01 @7 claude-opus-4-6 in=3 out=120 read=1000 5m=100 1h=400"
     " stop=tool_use request=req_1\n"
     "tool_use toolu_01 @7 Read read file=/home/ada/work/engine/src/main.c language=c\n"
     "result toolu_01 @8 ok\n"
     "response msg_02 @12 claude-opus-4-6 in=5 out=300 read=2000 stop=tool_use"
     " request=req_2\n"
     "tool_use toolu_02 @12 Edit edit file=/home/ada/work/engine/src/main.c language=c +2"
     " -1\n"
     "result toolu_02 @14 ok +2 -1 file=/home/ada/work/engine/src/main.c language=c\n"
     "response msg_03 @20 claude-opus-4-6 in=6 out=80 read=2500 stop=tool_use"
     " request=req_3\n"
     "tool_use toolu_03 @20 Bash command program=commit\n"
     "result toolu_03 @32 ok\n"
     "change 1a2b3c4 @32 commit\n"
     "response msg_04 @35 claude-opus-4-6 in=2 out=40 read=2600 stop=end_turn"
     " request=req_4\n"
     "event u15 @35 turn_end value=33500\n"
     "change https://example.com/ada/engine/pull/7 @40 pull_request\n"},
    {"good-two-on-a-line.jsonl",
     "session @900 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "prompt u146 @900 characters=6\n"
     "prompt u147 @901 characters=7\n"
     "prompt u148 @902 characters=6\n"
     "prompt u149 @903 characters=5\n"},
    {"good-undated.jsonl",
     "session @- claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "prompt u150 @- characters=8\n"
     "prompt u151 @- characters=9\n"
     "response msg_t1 @- claude-opus-4-6 in=1 out=2 request=req_1\n"
     "tool_use toolu_t1 @- Bash command program=files\n"
     "prompt u153 @- characters=23\n"},
    {"good-compactions.jsonl",
     "session @506 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "response msg_p1 @506 claude-opus-4-6 in=23 out=10 stop=end_turn speed=fast tier=priority"
     " geo=us request=req_1\n"
     "response msg_p1#part0 @506 claude-opus-4-6 in=1800 out=35 read=2 1h=3 stop=end_turn"
     " speed=fast tier=priority geo=us request=req_1\n"
     "response msg_p1#part2 @506 claude-haiku-4-5 in=4 out=5 stop=end_turn speed=fast"
     " tier=priority geo=us request=req_1\n"},
    {"good-fallbacks.jsonl",
     "session @521 claude_code cwd=/home/ada/work/engine branch=main version=2.1.260"
     " rank=2.1.260\n"
     "response msg_f1 @521 claude-opus-4-8 in=2 out=476 read=4910 stop=end_turn speed=fast"
     " tier=priority geo=us request=req_1\n"
     "response msg_f1#part0 @521 claude-fable-5 in=3 out=299 read=5601 5m=15 1h=5 stop=end_turn"
     " speed=fast tier=priority geo=us request=req_1\n"
     "response msg_f2 @522 claude-opus-4-8 in=412 out=264 stop=end_turn request=req_2\n"
     "response msg_f3 @523 claude-opus-4-8 in=5 out=6 stop=end_turn request=req_3\n"
     "response msg_f4 @524 claude-opus-4-8 in=40 out=80 stop=end_turn request=req_4\n"
     "response msg_f5 @525 claude-opus-4-8 in=9 out=18 stop=end_turn request=req_5\n"
     "response msg_f5#part9 @525 claude-fable-5 in=7 out=8 stop=end_turn request=req_5\n"},
    {"good-usage.jsonl",
     "session @500 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "response msg_u1 @500 claude-opus-4-6 in=10 out=20 read=30 5m=40 request=req_1\n"
     "response msg_u2 @501 claude-opus-4-6 in=10 out=20 read=30 5m=15 1h=25 request=req_1\n"
     "response msg_u3 @502 claude-opus-4-6 in=10 out=20 read=30 5m=35 1h=5 request=req_1\n"
     "response msg_u4 @503 glm-4.7 in=7 out=8\n"
     "response u100 @504 glm-4.7 in=7 out=8\n"
     "response msg_u5 @505 claude-opus-4-6 in=1 out=2 read=3 5m=4 reasoning=2 searches=3"
     " stop=refusal speed=fast tier=batch geo=us request=req_1\n"
     "response msg_u6 @506 claude-opus-4-6 in=1 out=2 read=3 1h=4 stop=end_turn"
     " request=req_1\n"
     "response msg_u6#part1 @506 claude-haiku-4-5 in=11 out=12 read=13 5m=12 1h=2"
     " reasoning=5 searches=1 stop=end_turn speed=fast tier=priority geo=eu request=req_1\n"
     "event u103 @507 api_error detail=rate_limit\n"
     "event u105 @509 api_error detail=overloaded\n"
     "session @510 claude_code cwd=/home/ada/work/engine branch=main version=2.1.20"
     " rank=2.1.20\n"
     "response msg_u10 @510 claude-opus-4-6 in=5 out=1 placeholder=1 request=req_1\n"
     "session @511 claude_code cwd=/home/ada/work/engine branch=main\n"
     "response msg_u11 @511 claude-opus-4-6 in=5 out=1 request=req_1\n"
     "session @512 claude_code cwd=/home/ada/work/engine branch=main version=2.1.30"
     " rank=2.1.30\n"
     "response msg_u12 @512 claude-opus-4-6 in=5 out=1 request=req_1\n"
     "session @513 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "response # @513 claude-opus-4-6 in=9 out=1\n"
     "session @514 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60 [F]\n"
     "response msg_u13 @514 claude-opus-4-6 in=9 out=1 request=req_x [F]\n"
     "session @515 claude_code cwd=/home/ada/work/engine branch=main version=2.1.60"
     " rank=2.1.60\n"
     "response msg_u14 @515 claude-opus-4-6 in=9 out=1 request=req_y\n"},
    {"good-versions.jsonl",
     "session @0 claude_code cwd=/home/ada/work/engine branch=main version=1.0.17"
     " rank=1.0.17\n"
     "response msg_v1 @0 claude-opus-4-6 in=10 out=2 read=300 5m=40 request=req_msg_v1\n"
     "session @10 claude_code cwd=/home/ada/work/engine branch=main version=2.0.40"
     " rank=2.0.40\n"
     "response msg_v2 @10 claude-opus-4-6 in=10 out=1 read=300 5m=40 request=req_msg_v2\n"
     "response msg_v2 @10 claude-opus-4-6 in=10 out=250 read=300 5m=40 stop=end_turn"
     " request=req_msg_v2\n"
     "session @20 claude_code cwd=/home/ada/work/engine branch=main version=2.1.11"
     " rank=2.1.11\n"
     "response msg_v3 @20 claude-opus-4-6 in=10 out=1 read=300 5m=40 placeholder=1"
     " request=req_msg_v3\n"
     "response msg_v3 @20 claude-opus-4-6 in=10 out=1 read=300 5m=40 placeholder=1"
     " request=req_msg_v3\n"
     "session @30 claude_code cwd=/home/ada/work/engine branch=main version=2.1.29"
     " rank=2.1.29\n"
     "response msg_v4 @30 claude-opus-4-6 in=10 out=3 read=300 5m=40 placeholder=1"
     " request=req_msg_v4\n"
     "session @40 claude_code cwd=/home/ada/work/engine branch=main version=2.1.30"
     " rank=2.1.30\n"
     "response msg_v5 @40 claude-opus-4-6 in=10 out=8 read=300 5m=40 request=req_msg_v5\n"
     "response msg_v5 @40 claude-opus-4-6 in=10 out=31 read=300 5m=40 request=req_msg_v5\n"
     "session @50 claude_code cwd=/home/ada/work/engine branch=main version=2.1.58"
     " rank=2.1.58\n"
     "response msg_v6 @50 claude-opus-4-6 in=10 out=44 read=300 5m=40 request=req_msg_v6\n"
     "session @60 claude_code cwd=/home/ada/work/engine branch=main version=2.1.59"
     " rank=2.1.59\n"
     "response msg_v7 @60 claude-opus-4-6 in=10 out=8 read=300 5m=40 request=req_msg_v7\n"
     "response msg_v7 @60 claude-opus-4-6 in=10 out=8 read=300 5m=40 request=req_msg_v7\n"
     "response msg_v7 @60 claude-opus-4-6 in=10 out=420 read=300 5m=40 stop=tool_use"
     " request=req_msg_v7\n"
     "tool_use toolu_v7 @60 Read read file=/home/ada/work/engine/CANARY.c language=c\n"
     "session @80 claude_code cwd=/home/ada/work/engine branch=main version=2.1.161"
     " rank=2.1.161\n"
     "response msg_v8 @80 claude-opus-4-6 in=10 out=500 read=300 5m=40 reasoning=300"
     " stop=end_turn request=req_msg_v8\n"
     "response msg_v8 @80 claude-opus-4-6 in=10 out=500 read=300 5m=40 reasoning=300"
     " stop=end_turn request=req_msg_v8\n"
     "session @90 claude_code cwd=/home/ada/work/engine branch=main version=2.1.232"
     " rank=2.1.232\n"
     "response msg_v9 @90 claude-opus-4-6 in=10 out=90 read=300 5m=40 reasoning=0"
     " stop=end_turn request=req_msg_v9\n"},
};
#define FIXTURES (sizeof fixtures / sizeof *fixtures)

static bool is_good(size_t i) {
  return strncmp(fixtures[i].name, "good-", 5) == 0;
}

START_TEST(test_fixture) {
  expect_file(fixtures[_i].name, fixtures[_i].rows);
}
END_TEST

/* The same session with the keys of every object sorted and with other white space. */
START_TEST(test_key_order) {
  for (size_t i = 0; i < FIXTURES; i++)
    if (strcmp(fixtures[i].name, "good-session.jsonl") == 0)
      expect_file("good-key-order.jsonl", fixtures[i].rows);
}
END_TEST

/* The scanner's window is 4096 bytes here, and the reader hands out one byte at a time. */
START_TEST(test_pieces) {
  for (size_t i = 0; i < FIXTURES; i++) {
    size_t length;
    char *data = load(fixtures[i].name, &length);
    for (size_t step = 1; step < 64; step = step * 3 + 1) {
      run *r = new_run(path_of(fixtures[i].name));
      read_at(r, data, length, step, 0, 1);
      expect_text(r->notes.text, fixtures[i].rows, fixtures[i].name);
      free_run(r);
    }
    free(data);
  }
}
END_TEST

/* Removes rows that a later reading repeats: those of the session and of subagents, which say no
 * more than the store has. */
static void drop_repeats(char *text) {
  char *out = text;
  for (char *row = text; *row != '\0';) {
    size_t length = strcspn(row, "\n") + 1;
    const char *agent = strstr(row, " subagent");
    bool repeats = strncmp(row, "session", 7) == 0 || (agent != NULL && agent < row + length);
    if (!repeats) {
      memmove(out, row, length);
      out += length;
    }
    row += length;
  }
  *out = '\0';
}

/* Reading a file to the end of any line, and from there with what the source saved, gives the
 * records of one reading. */
START_TEST(test_resume) {
  for (size_t i = 0; i < FIXTURES; i++) {
    size_t length;
    char *data = load(fixtures[i].name, &length), *whole = strdup(fixtures[i].rows);
    uint64_t line = 1;
    drop_repeats(whole);
    for (size_t cut = 0; cut < length; cut++) {
      if (data[cut] != '\n') continue;
      run *r = new_run(path_of(fixtures[i].name));
      read_at(r, data, cut + 1, SIZE_MAX, 0, 1);
      ck_assert_int_eq(r->resume, (int64_t)cut + 1);
      ck_assert_uint_eq(r->resume_line, ++line);
      read_at(r, data + cut + 1, length - cut - 1, SIZE_MAX, (int64_t)cut + 1, line);
      drop_repeats(r->notes.text);
      expect_text(r->notes.text, whole, fixtures[i].name);
      free_run(r);
    }
    free(whole);
    free(data);
  }
}
END_TEST

/* The length of the first of several values on a line, in the one fixture with such lines. */
static size_t first_value(const char *line, size_t length) {
  scan s;
  bpi_scan_init_memory(&s, line, length);
  while (bpi_scan_value(&s) == SCAN_OBJECT) {
    const char *key;
    size_t n;
    while (bpi_scan_key(&s, &key, &n))
      bpi_scan_skip(&s);
    return (size_t)(s.at - line);
  }
  return length;
}

/* Every line cut at every byte: without a newline it waits, with one it is refused; no record comes
 * from the cut value. */
static void cut_line(const char *path, const char *line, size_t length) {
  size_t first = first_value(line, length);
  char *text = malloc(length + 1);
  for (size_t cut = 1; cut < length; cut++) {
    size_t whole = cut >= first ? first : 0, blanks = whole + strspn(line + whole, " \t\r");
    if (cut <= blanks) continue; /* nothing is cut */
    memcpy(text, line, cut);
    text[cut] = '\n';
    run *some = read_all(path, line, whole), *torn = read_all(path, text, cut),
        *ended = read_all(path, text, cut + 1);
    ck_assert_str_eq(torn->notes.text, some->notes.text);
    ck_assert_int_eq(torn->resume, 0);
    ck_assert_uint_eq(ended->notes.rejects, 1);
    ck_assert_uint_eq(ended->notes.records, some->notes.records);
    free_run(some);
    free_run(torn);
    free_run(ended);
  }
  free(text);
}

START_TEST(test_truncated) {
  size_t length;
  if (!is_good((size_t)_i)) return;
  char *data = load(fixtures[_i].name, &length);
  for (size_t from = 0; from < length;) {
    const char *newline = memchr(data + from, '\n', length - from);
    size_t end = newline == NULL ? length : (size_t)(newline - data);
    size_t blanks = 0;
    while (end - blanks > from && strchr(" \t\r", data[end - blanks - 1]) != NULL)
      blanks++;
    if (end - from < 1200) cut_line(path_of(fixtures[_i].name), data + from, end - blanks - from);
    from = end + 1;
  }
  free(data);
}
END_TEST

/* --------------------------------------------------------------------- the allow-list in words */

static unsigned rule_used[512];

static const field_rule *rule_of(const char *path) {
  for (const field_rule *rule = bpi_source_claude_code.rules; rule->path != NULL; rule++)
    if (strcmp(rule->path, path) == 0) return rule;
  return NULL;
}

/* The data with one value replaced by another. */
static char *replaced(const char *data, size_t length, size_t from, size_t to, const char *with,
                      size_t *out_length) {
  size_t n = strlen(with);
  char *out = malloc(length + n + 1);
  memcpy(out, data, from);
  memcpy(out + from, with, n);
  memcpy(out + from + n, data + to, length - to);
  *out_length = length - (to - from) + n;
  return out;
}

typedef struct walk {
  const char *data, *path, *rows;
  size_t length;
  unsigned asked;
  char at[512];
  scan s;
} walk;

/* Whether a value has an effect: whether replacing it changes anything. */
static void try_value(walk *w, size_t from, size_t to) {
  static const char *const others[] = {
      "null", "7", "\"zebra\"", "true", "\"Exit code 1\"", "\"a\\nb\\nc\\nd\"", "-1"};
  const field_rule *rule = rule_of(w->at);
  bool matters = false;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    size_t length;
    char *data = replaced(w->data, w->length, from, to, others[i], &length);
    run *r = read_all(w->path, data, length);
    bool same = strcmp(r->notes.text, w->rows) == 0 && r->notes.asked == w->asked;
    bool moved = r->notes.rejects > 0; /* rows then contain other offsets */
    if (rule == NULL && !same && !moved)
      ck_abort_msg("%s is read, but no rule says so:\n%s", w->at, data);
    matters |= !same;
    free_run(r);
    free(data);
  }
  if (rule != NULL && matters) rule_used[rule - bpi_source_claude_code.rules] = 1;
}

static void walk_value(walk *w) {
  size_t end = strlen(w->at);
  scan_type type = bpi_scan_peek(&w->s);
  size_t from = (size_t)(w->s.at - w->data);
  const char *key;
  size_t length;
  if (type == SCAN_OBJECT) {
    bpi_scan_enter_object(&w->s);
    while (bpi_scan_key(&w->s, &key, &length)) {
      snprintf(w->at + end, sizeof w->at - end, "%s%.*s", end > 0 ? "." : "", (int)length, key);
      walk_value(w);
    }
  } else if (type == SCAN_ARRAY) {
    bpi_scan_enter_array(&w->s);
    snprintf(w->at + end, sizeof w->at - end, "[]");
    while (bpi_scan_item(&w->s))
      walk_value(w);
  } else {
    bpi_scan_skip(&w->s);
  }
  w->at[end] = '\0';
  bool scalar = type != SCAN_OBJECT && type != SCAN_ARRAY;
  if (scalar || rule_of(w->at) != NULL) try_value(w, from, (size_t)(w->s.at - w->data));
}

/* One line by itself: a field that no rule names has no effect, whatever its value. */
static void walk_line(const char *path, const char *data, size_t length) {
  walk *w = calloc(1, sizeof *w);
  run *r = read_all(path, data, length);
  w->data = data;
  w->length = length;
  w->path = path;
  w->rows = r->notes.text;
  w->asked = r->notes.asked;
  bpi_scan_init_memory(&w->s, data, length);
  while (bpi_scan_value(&w->s) == SCAN_OBJECT) {
    const char *key;
    size_t key_length;
    while (bpi_scan_key(&w->s, &key, &key_length)) {
      snprintf(w->at, sizeof w->at, "%.*s", (int)key_length, key);
      walk_value(w);
    }
  }
  free_run(r);
  free(w);
}

/* The table of rules is complete: no other field has an effect, and each of its rows has one in
 * some fixture. The exception is the role, which only saves reading the model's own text. */
START_TEST(test_rules) {
  memset(rule_used, 0, sizeof rule_used);
  for (size_t i = 0; i < FIXTURES; i++) {
    size_t length;
    if (!is_good(i)) continue;
    char *data = load(fixtures[i].name, &length);
    for (size_t from = 0; from < length;) {
      const char *newline = memchr(data + from, '\n', length - from);
      size_t end = newline == NULL ? length : (size_t)(newline - data) + 1;
      walk_line(path_of(fixtures[i].name), data + from, end - from);
      from = end;
    }
    free(data);
  }
  for (const field_rule *rule = bpi_source_claude_code.rules; rule->path != NULL; rule++) {
    size_t i = (size_t)(rule - bpi_source_claude_code.rules);
    ck_assert_uint_lt(i, sizeof rule_used / sizeof *rule_used);
    ck_assert_msg(rule->rule != NULL && rule->rule[0] != '\0', "%s has no words", rule->path);
    ck_assert_msg(rule_used[i] > 0 || strcmp(rule->path, "message.role") == 0,
                  "a rule names %s, but nothing shows that it is read", rule->path);
  }
}
END_TEST

/* ----------------------------------------------------------------------------- line by line */

/* JSON with ' for ", and @05 for the time five seconds into the year, in one of a few buffers. */
static const char *q(const char *format, ...) {
  static char buffers[4][8192], text[8192];
  static unsigned next;
  char *out = buffers[next++ % 4], *end = out;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  ck_assert_int_lt(length, 4096);
  for (const char *p = text; *p != '\0'; p++) {
    if (*p == '@') {
      end += sprintf(end, "\"timestamp\":\"2026-01-01T00:00:%.2sZ\"", p + 1);
      p += 2;
    } else {
      *end++ = *p == '\'' ? '"' : *p;
    }
  }
  *end = '\0';
  return out;
}

#define USAGE "'usage':{'input_tokens':1,'output_tokens':2}"

START_TEST(test_versions) {
  static const struct {
    const char *version;
    bool placeholder;
  } cases[] = {{"2.1.10", false},  {"2.1.11", true},  {"2.1.29", true},
               {"2.1.30", false},  {"2.0.20", false}, {"2.1.29-beta", true},
               {"12.1.20", false}, {"dev", false},    {"2.1", false},
               {"", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *line = q("{'version':'%s','message':{'id':'m'," USAGE "}}\n", cases[i].version);
    run *r = read_all("", line, strlen(line));
    bool placeholder = strstr(r->notes.text, "placeholder") != NULL;
    ck_assert_msg(placeholder == cases[i].placeholder, "%s", cases[i].version);
    free_run(r);
  }
}
END_TEST

START_TEST(test_session_rows) {
  const char *line = q("%s",
                       "{'sessionId':'s','cwd':'/a','version':'2.0.1',@20}\n"
                       "{'sessionId':'s','cwd':'/a','version':'2.0.1',@25}\n" /* known */
                       "{'sessionId':'s','cwd':'/a','version':'2.0.1'}\n"     /* known */
                       "{'sessionId':'s','cwd':'/a','version':'2.0.1',@10}\n"
                       "{'sessionId':'s','cwd':'/a','version':'2.0.1',@15}\n" /* known */
                       "{'sessionId':'s','cwd':'/b','version':'2.0.1',@30}\n"
                       "{'sessionId':'s','cwd':'/b','gitBranch':'','version':'2.0.1',@31}\n"
                       "{'sessionId':'s','cwd':'/b','gitBranch':'HEAD','version':'2.0.1',@31}\n"
                       "{'sessionId':'s','cwd':'/b','gitBranch':'dev','version':'2.0.1',@32}\n"
                       "{'sessionId':'t','cwd':'/b'}\n"
                       "{'sessionId':'t','cwd':'/b',@40}\n"
                       "{'sessionId':'t',@41}\n" /* no fields */
                       "{'cwd':'/c',@42}\n");    /* of no session */
  expect("", line,
         "session @20 claude_code cwd=/a version=2.0.1 rank=2.0.1 of=s\n"
         "session @10 claude_code cwd=/a version=2.0.1 rank=2.0.1 of=s\n"
         "session @30 claude_code cwd=/b version=2.0.1 rank=2.0.1 of=s\n"
         "session @32 claude_code cwd=/b branch=dev version=2.0.1 rank=2.0.1 of=s\n"
         "session @- claude_code cwd=/b of=t\n"
         "session @40 claude_code cwd=/b of=t\n");
}
END_TEST

/* Ways in which a line names its owner. */
#define S64 "ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss"
static const char *const owners[] = {
    "'sessionId':'s','cwd':'/a','version':'2.0.1','gitBranch':'dev'",
    "'sessionId':'s','cwd':'/a','version':'2.0.1','gitBranch':'deve'",
    "'sessionId':'s','slug':'b','cwd':'/a','version':'2.0.1','gitBranch':'HEAD','entrypoint':'cli'",
    "'cwd':'/a','cwd':'/b','sessionId':'s'", /* refused */
    "'cwd':'/a','sessionId':'s','cwd':'/b'",
    "'sessionId':'s','cwd':'/a'",
    "'sessionId':'s','cwd':'/a','forkedFrom':{},'cwd':'/b'",
    "'cwd':'/a','sessionId':'s'",
    "'sessionId':'s','cwd':1",
    "'sessionId':'s','cwd':12",
    "'sessionId':'s','cwd':true,'version':null",
    "'session_id':'t','sessionId':'s','cwd':'/a'",
    "'sessionId':'','cwd':'/a','session_id':'t'",
    "'session_id':'t','sessionId':'','cwd':'/a'",
    "'sessionId':'','cwd':'/a'",
    "'cwd':'/a','forkedFrom':{},'sessionId':'s','version':'2.0.1'",
    "'version':'/a','sessionId':'s'",
    "'cwd':'\\u002fa\\n','sessionId':'s'",
    "'cwd':'/a'",
    "'isSidechain':true,'version':'s','cwd':'/a'", /* refused before the owner is read */
    "'version':'s','cwd':'/a'",
    "'cwd':'/a','sessionId':'" S64 S64 S64 "','version':'2'", /* too long */
};
#define OWNERS (sizeof owners / sizeof *owners)

/* A line with spaces before every value that names its owner, as many as its number, or else at its
 * end. */
static void add_owned_line(char *text, const char *says, size_t number, bool spaced) {
  static const char *const keys[] = {"sessionId", "cwd", "version", "gitBranch", "entrypoint"};
  char line[1024];
  sprintf(line, "{'isSidechain':false,%s,'message':{'id':'m%zu','model':'x'," USAGE "},@%02zu}\n",
          says, number, number);
  strcpy(line, q("%s", line));
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
    char key[32];
    sprintf(key, "\"%s\":", keys[k]);
    for (char *at = line; (at = strstr(at, key)) != NULL; at++) {
      char *to = spaced ? at + strlen(key) : strchr(line, '\n');
      memmove(to + number, to, strlen(to) + 1);
      memset(to, ' ', number);
    }
  }
  strcat(text, line);
}

/* A line that names the same owner as the line before takes a fast path; with a unique number of
 * spaces it does not, and must give the same records. */
START_TEST(test_repeated_owner) {
  for (size_t i = 0; i < OWNERS * OWNERS * OWNERS; i++) {
    const size_t lines[] = {i % OWNERS, i / OWNERS % OWNERS, i / OWNERS / OWNERS, i % OWNERS};
    char plain[4096] = "", spaced[4096] = "";
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
      add_owned_line(plain, owners[lines[k]], k, false);
      add_owned_line(spaced, owners[lines[k]], k, true);
    }
    run *a = read_all("", plain, strlen(plain)), *b = read_all("", spaced, strlen(spaced));
    expect_text(a->notes.text, b->notes.text, plain);
    ck_assert_uint_eq(a->notes.drops, b->notes.drops);
    free_run(a);
    free_run(b);
  }
}
END_TEST

/* What is remembered for the fast path contains no text that is not read. */
START_TEST(test_repeated_owner_without_content) {
  static const char *const between[] = {"'slug':'SECRET',", "'cwd':{'x':'SECRET'},", "'SECRET':1,",
                                        "'message':{'content':'SECRET'},", "'cwd':['SECRET'],"};
  for (size_t i = 0; i < sizeof between / sizeof *between; i++) {
    char line[256], found[512] = "";
    snprintf(line, sizeof line, "{'sessionId':'s',%s'version':'2.0.1','gitBranch':'dev'}\n",
             between[i]);
    strcpy(line, q("%s", line));
    run *r = new_run("");
    part p = {line, strlen(line), 0, SIZE_MAX};
    scan s;
    ck_assert_int_eq(bpi_scan_init(&s, read_part, &p, 4096, 0, 1), BP_OK);
    r->in.scan = &s;
    reader *kept = NULL;
    object_reader lines;
    ck_assert_int_eq(bpi_cc_open(&kept, &r->in, &lines), BP_OK);
    ck_assert_int_eq(bpi_read_objects(&r->in, &lines), BP_OK);
    ck_assert_uint_gt(kept->again.length, 0);
    memcpy(found, kept->again.bytes, kept->again.length);
    ck_assert_ptr_null(strstr(found, "SECRET"));
    bpi_cc_close(kept);
    bpi_scan_free(&s);
    free_run(r);
  }
}
END_TEST

/* A response without any identifier is identified by session, time, model and usage, whatever the
 * order of its keys. */
START_TEST(test_composite_keys) {
  const char *line = q(
      "%s",
      "{'sessionId':'s',@01,'message':{'model':'m'," USAGE "}}\n"
      "{'message':{'usage':{'output_tokens':2,'input_tokens':1},'model':'m'},@01,'sessionId':'s'}\n"
      "{'sessionId':'t',@01,'message':{'model':'m'," USAGE "}}\n"
      "{'sessionId':'s',@02,'message':{'model':'m'," USAGE "}}\n"
      "{'sessionId':'s',@01,'message':{'model':'n'," USAGE "}}\n"
      "{'sessionId':'s',@01,'message':{'model':'m','usage':{'input_tokens':1,'output_tokens':3}}}\n"
      "{'sessionId':'s',@01,'type':'user','message':{'role':'user','content':'hello'}}\n"
      "{'sessionId':'s',@01,'type':'user','message':{'role':'user','content':'!'}}\n");
  run *r = read_all("", line, strlen(line));
  ck_assert_uint_eq(r->notes.key_count, 8);
  ck_assert_uint_eq(r->notes.keys[0], r->notes.keys[1]);
  for (int i = 1; i < 8; i++)
    for (int j = i + 1; j < 8; j++)
      ck_assert_uint_ne(r->notes.keys[i], r->notes.keys[j]);
  free_run(r);
}
END_TEST

START_TEST(test_paths) {
  static const struct {
    const char *path, *flags;
    bool agent;
  } cases[] = {
      {"/p/x/agent-a1b2.jsonl", " [AS]", true},
      {"C:\\p\\x\\agent-a1b2.jsonl", " [AS]", true},
      {"/p/x/5e55/subagents/agent-a1b2.jsonl", " [AS]", true},
      {"/p/x/5e55/subagents/other.jsonl", " [AS]", false},
      {"C:\\p\\subagents\\other.jsonl", " [AS]", false},
      {"/p/x/5e55/subagents/workflows/w1/other.jsonl", " [AS]", false},
      {"/subagents/.claude/projects/x/5e55.jsonl", "", false},
      {"/p/subagents-old/5e55.jsonl", "", false},
      {"/p/x/5e55/subagents/agent-acompact-9f.jsonl", " [ASN]", false},
      {"/p/x/agent-aprompt_suggestion-9f.jsonl", " [ASN]", false},
      {"/p/agent-notes/5e55.jsonl", "", false},
      {"/p/x/agent-a1b2.txt", "", false},
      {"", "", false},
      {NULL, "", false},
  };
  char line[256];
  strcpy(line, q("%s", "{'type':'assistant',@01,'message':{'id':'m'," USAGE "}}\n"));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char rows[256];
    snprintf(rows, sizeof rows, "%sresponse m @1  in=1 out=2 of=%s\n",
             cases[i].agent ? "event # @1 subagent of= [AS]\n" : "", cases[i].flags);
    expect(cases[i].path, line, rows);
  }
}
END_TEST

#define SAYS(side, text)                                                                           \
  "{'type':'user','isSidechain':" #side ",'uuid':'u','message':{'content':'" text "'}}\n"
#define USES(side)                                                                                 \
  "{'type':'assistant','isSidechain':" #side ",'message':{'content':["                             \
  "{'type':'tool_use','id':'t','name':'LS'}]}}\n"
#define USED(flags) "tool_use t @- LS read of=" flags "\n"

START_TEST(test_warmup) {
  /* Everything of a warm-up agent is noise, also across lines without content. */
  expect("", q("%s", SAYS(true, "Warmup") "{}\n" USES(true)), USED(" [ASN]"));
  /* Not if it goes on to work. */
  expect("", q("%s", SAYS(true, "Warmup") SAYS(true, "Now work.") USES(true)), USED(" [AS]"));
  /* An agent that was asked for is not noise, whatever prompt follows. */
  expect("", q("%s", SAYS(true, "Work.") SAYS(true, "Warmup") USES(true)), USED(" [AS]"));
  /* In the main thread the word is a prompt. */
  expect("", q("%s", SAYS(false, "Warmup") USES(false)), "prompt u @- characters=6 of=\n" USED(""));
  /* With a main thread present, side chains are agents that were asked for. */
  expect("", q("%s", SAYS(false, "Go.") SAYS(true, "Warmup") USES(true)),
         "prompt u @- characters=3 of=\n" USED(" [AS]"));
  expect("", q("%s", SAYS(true, "Warmup") USES(false) USES(true)), USED("") USED(" [AS]"));
  expect("", q("%s", SAYS(true, "Warmup!") USES(true)), USED(" [AS]"));
}
END_TEST

/* One event per agent; repeated only if an earlier line of it is read later. */
START_TEST(test_agents) {
  const char *line = q("%s", "{'type':'user','agentId':'a',@09}\n"
                             "{'type':'user','agentId':'a'}\n"
                             "{'type':'user','agentId':'b'}\n"
                             "{'type':'user','agentId':'a',@10}\n"
                             "{'type':'user','agentId':'b',@11}\n"
                             "{'type':'user','agentId':'a',@08}\n"
                             "{'type':'user','agentId':'acompact-7'}\n"
                             "{'type':'user','agentId':'aprompt_suggestion-7'}\n");
  run *r = read_all("", line, strlen(line));
  expect_text(r->notes.text,
              "event # @9 subagent of= [AS]\nevent # @- subagent of= [AS]\n"
              "event # @11 subagent of= [AS]\nevent # @8 subagent of= [AS]\n",
              "agents");
  ck_assert_uint_eq(r->notes.keys[0], r->notes.keys[3]);
  ck_assert_uint_eq(r->notes.keys[1], r->notes.keys[2]);
  ck_assert_uint_ne(r->notes.keys[0], r->notes.keys[1]);
  free_run(r);
}
END_TEST

/* A resumed session repeats a subagent's lines under its own name: it is the same agent. */
START_TEST(test_agent_of_resumed_session) {
  const char *line = q("%s", "{'sessionId':'s','type':'user','agentId':'a',@02}\n"
                             "{'sessionId':'t','type':'user','agentId':'a',@01}\n");
  run *r = read_all("", line, strlen(line));
  ck_assert_uint_eq(r->notes.key_count, 2);
  ck_assert_uint_eq(r->notes.keys[0], r->notes.keys[1]);
  free_run(r);
}
END_TEST

/* A tool's name may come before its input or after it. */
START_TEST(test_name_behind_input) {
  expect("",
         q("%s",
           "{'message':{'content':["
           "{'input':{'content':'a','old_string':'b','command':'ls'},'name':'mcp__x__y','id':'1',"
           "'type':'tool_use'},"
           "{'input':{'content':'a','command':'make'},'name':'Write','id':'2','type':'tool_use'},"
           "{'input':{'content':'a','command':'make'},'name':'Bash','id':'3','type':'tool_use'},"
           "{'input':{'content':'a'},'id':'4','type':'tool_use'}]}}\n"),
         "tool_use 1 @- mcp__x__y mcp of=\n"
         "tool_use 2 @- Write edit +1 -0 of=\n"
         "tool_use 3 @- Bash command program=build of=\n"
         "tool_use 4 @-  other of=\n");
}
END_TEST

/* A line without its newline may still change, so it is not refused yet. */
START_TEST(test_broken_last_line) {
  static const char data[] = "{}\n{} {broken";
  run *r = read_all("", data, strlen(data));
  ck_assert_uint_eq(r->notes.rejects, 0);
  ck_assert_uint_eq(r->in.records, 2);
  ck_assert_int_eq(r->resume, 3);
  free_run(r);
}
END_TEST

/* Words of closed lists are compared as a whole: a NUL does not end them. */
START_TEST(test_words_with_nul) {
  expect("",
         q("%s",
           "{'type':'user\\u0000','uuid':'u','message':{'content':'x'}}\n"
           "{'type':'us','uuid':'u','message':{'content':'x'}}\n"
           "{'type':'user\\u0000and more that follows it','uuid':'u','message':{'content':'x'}}\n"),
         "");
}
END_TEST

/* Several parts in one line: each is refused or accepted by itself. */
START_TEST(test_parts_of_a_line) {
  expect(
      "",
      q("%s",
        "{'uuid':'u','message':{'id':'m','usage':{'input_tokens':1,'output_tokens':2,'iterations':["
        "{'type':'advisor_message','input_tokens':3,'output_tokens':4},"
        "{'type':'advisor_message','input_tokens':-3,'output_tokens':4},"
        "{'type':'advisor_message','input_tokens':5},"
        "{'type':'message','input_tokens':-5}]},"
        "'content':[{'type':'tool_use','id':'t','name':'LS'}]}}\n"),
      "response m @-  in=1 out=2 of=\n"
      "response m#part0 @-  in=3 out=4 of=\n"
      "reject number line=1 byte=0\n"
      "tool_use t @- LS read of=\n");
  /* Attempts: a bad count is refused, a missing count gives no record; after a fallback that names
   * no model, the response has none. */
  expect("",
         q("%s", "{'message':{'id':'m','usage':{'input_tokens':1,'output_tokens':2,'iterations':["
                 "{'type':'message','input_tokens':3,'output_tokens':-4},"
                 "{'type':'message','input_tokens':5},"
                 "{'type':'fallback_message'},"
                 "{'type':'message','input_tokens':6,'output_tokens':7}]},'model':'a'}}\n"),
         "response m @- a in=1 out=2 of=\n"
         "reject number line=1 byte=0\n"
         "response m#part3 @-  in=6 out=7 of=\n");
  /* Input and output are both required. */
  expect("",
         q("%s", "{'message':{'id':'m','usage':{'input_tokens':1}}}\n"
                 "{'message':{'id':'m','usage':{'output_tokens':1}}}\n"
                 "{'message':{'id':'m','usage':{'input_tokens':null,'output_tokens':1}}}\n"),
         "");
  /* 2^53 is the greatest count; minus zero is a count. */
  expect("",
         q("%s",
           "{'message':{'id':'m','usage':{'input_tokens':9007199254740992,'output_tokens':-0}}}\n"),
         "response m @-  in=9007199254740992 out=0 of=\n");
}
END_TEST

/* Fields that are too long are dropped and counted; those as long as the bound are kept. */
START_TEST(test_bounds) {
  static const struct {
    const char *format;
    size_t kept;
  } cases[] = {{"{'uuid':'u','message':{'id':'m','model':'%s'," USAGE "}}\n", 128},
               {"{'uuid':'u','message':{'id':'%s'," USAGE "}}\n", 128},
               {"{'uuid':'%s','message':{" USAGE "}}\n", 128},
               {"{'sessionId':'s','cwd':'%s'}\n", 1024},
               {"{'sessionId':'%s','cwd':'a'}\n", 128},
               {"{'type':'pr-link','prUrl':'%s'}\n", 512}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (size_t more = 0; more < 2; more++) {
      char long_text[1100];
      memset(long_text, 'x', sizeof long_text);
      long_text[cases[i].kept + more] = '\0';
      const char *line = q(cases[i].format, long_text);
      run *r = read_all("", line, strlen(line));
      ck_assert_msg((strstr(r->notes.text, "xxx") != NULL) == (more == 0), "%s", cases[i].format);
      ck_assert_uint_eq(r->notes.drops, more);
      free_run(r);
    }
}
END_TEST

START_TEST(test_many_tools) {
  size_t length = 0, room = 1 << 20;
  char *line = malloc(room);
  length += (size_t)snprintf(line, room, "{\"message\":{\"content\":[");
  for (int i = 0; i < 5000; i++)
    length += (size_t)snprintf(line + length, room - length,
                               "%s{\"type\":\"tool_use\",\"id\":\"%d\"}", i > 0 ? "," : "", i % 10);
  length += (size_t)snprintf(line + length, room - length, "]}}\n");
  run *r = read_all("", line, length);
  ck_assert_uint_eq(r->notes.records, 4096);
  ck_assert_uint_eq(r->notes.drops, 5000 - 4096);
  free_run(r);
  free(line);
}
END_TEST

/* A prompt of three million characters, through a window of 4096 bytes. */
START_TEST(test_long_line) {
  const size_t letters = 3000000;
  const char *head = "{\"type\":\"user\",\"uuid\":\"u\",\"message\":{\"content\":\"";
  char *line = malloc(letters + 200);
  size_t length = strlen(head);
  memcpy(line, head, length);
  memset(line + length, 'x', letters);
  length += letters;
  memcpy(line + length, " ```\"}}\n", 8);
  run *r = read_all("", line, length + 8);
  expect_text(r->notes.text, "prompt u @- characters=3000004 code of=\n", "a long prompt");
  free_run(r);
  free(line);
}
END_TEST

/* A prompt that ends where an editor's tag could have continued. */
START_TEST(test_beginning_of_a_tag) {
  static const char line[] =
      "{\"type\":\"user\",\"uuid\":\"u\",\"message\":{\"content\":\"<ide_sel\"}}\n";
  run *r = read_all("", line, sizeof line - 1);
  expect_text(r->notes.text, "prompt u @- characters=8 of=\n", "the beginning of a tag");
  free_run(r);
}
END_TEST

/* ------------------------------------------------------------------------------------- texts */

static const struct {
  const char *text;
  int64_t characters;
  bool code, file;
  user_text is;
} texts[] = {
    {"", 0, false, false, USER_TEXT_NONE},
    {"x", 1, false, false, USER_TEXT_PROMPT},
    {"\xC3\xA9t\xC3\xA9 \xF0\x9F\x98\x80", 5, false, false, USER_TEXT_PROMPT},
    {"Warmup", 6, false, false, USER_TEXT_WARMUP},
    {"Warmup ", 7, false, false, USER_TEXT_PROMPT},
    {"@src/main.c", 11, false, true, USER_TEXT_PROMPT},
    {"see (@a/b)", 10, false, true, USER_TEXT_PROMPT},
    {"see @README.md.", 15, false, true, USER_TEXT_PROMPT},
    {"ask ada@engine.org", 18, false, false, USER_TEXT_PROMPT},
    {"@override it", 12, false, false, USER_TEXT_PROMPT},
    {"thank @ada. Now", 15, false, false, USER_TEXT_PROMPT},
    {"@ada @./x", 9, false, true, USER_TEXT_PROMPT},
    {"a/b @ c.d", 9, false, false, USER_TEXT_PROMPT},
    {"x@y @", 5, false, false, USER_TEXT_PROMPT},
    {"```c\nint x;\n```", 15, true, false, USER_TEXT_PROMPT},
    {"``not `code`", 12, false, false, USER_TEXT_PROMPT},
    {"a````b", 6, true, false, USER_TEXT_PROMPT},
    {"<ide_opened_file>f.c @a/b ```</ide_opened_file>", 0, false, false, USER_TEXT_NONE},
    {"<ide_opened_file>f.c</ide_opened_file>\n Fix it", 6, false, false, USER_TEXT_PROMPT},
    {"<ide_selection>a</ide_selec</ide_selection><ide_opened_file></ide_opened_file>B", 1, false,
     false, USER_TEXT_PROMPT},
    {"<ide_selection>never closed", 0, false, false, USER_TEXT_NONE},
    {"<ide_selector>no", 16, false, false, USER_TEXT_PROMPT},
    {"<ide_sel", 8, false, false, USER_TEXT_PROMPT},
    {"<", 1, false, false, USER_TEXT_PROMPT},
    {"Fix <ide_selection>", 19, false, false, USER_TEXT_PROMPT},
    {"<ide_opened_file>x</ide_opened_file>[Request interrupted by user]", 29, false, false,
     USER_TEXT_INTERRUPT},
    {"This session is being continued from", 36, false, false, USER_TEXT_SUMMARY},
    {"[Request interrupted by user for tool use]", 42, false, false, USER_TEXT_INTERRUPT},
    {"[Request interrupted", 20, false, false, USER_TEXT_PROMPT},
    {"<local-command-stdout></local-command-stdout>", 45, false, false, USER_TEXT_INJECTED},
    {"<local-command-stderr>x", 23, false, false, USER_TEXT_INJECTED},
    {"<bash-stdout>x", 14, false, false, USER_TEXT_INJECTED},
    {"<bash-stderr>x", 14, false, false, USER_TEXT_INJECTED},
    {"<task-notification>x", 20, false, false, USER_TEXT_INJECTED},
    {"<teammate-message a=\"b\">x", 25, false, false, USER_TEXT_INJECTED},
    {"<system-reminder>x", 18, false, false, USER_TEXT_INJECTED},
    {"<user-memory-input>x", 20, false, false, USER_TEXT_INJECTED},
    {"Caveat: The messages below", 26, false, false, USER_TEXT_INJECTED},
    {"Caveat: mind the gap", 20, false, false, USER_TEXT_PROMPT},
    {"<command-name>/x</command-name>", 31, false, false, USER_TEXT_SLASH},
    {"<command-message>x", 18, false, false, USER_TEXT_SLASH},
    {"<bash-input>ls", 14, false, false, USER_TEXT_BASH},
};

static void feed_prompt(prompt_text *p, const char *text, size_t length, size_t step) {
  bpi_prompt_start(p);
  bpi_prompt_block(p);
  for (size_t at = 0; at < length; at += step)
    bpi_prompt_feed(p, text + at, length - at < step ? length - at : step);
  bpi_prompt_block_end(p);
}

/* However a text is cut into pieces. */
START_TEST(test_prompt_texts) {
  prompt_text *p = calloc(1, sizeof *p);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    size_t length = strlen(texts[i].text);
    for (size_t step = 1; step <= length + 1; step++) {
      feed_prompt(p, texts[i].text, length, step);
      ck_assert_msg(p->characters == texts[i].characters, "%s: %lld", texts[i].text,
                    (long long)p->characters);
      ck_assert_msg(p->code == texts[i].code && p->file == texts[i].file, "%s", texts[i].text);
      ck_assert_msg(bpi_prompt_classify(p) == texts[i].is, "%s", texts[i].text);
      bpi_prompt_wipe(p);
      ck_assert_uint_eq(p->head_length, 0);
      for (size_t k = 0; k < sizeof p->head && k < length; k++)
        ck_assert_int_eq(p->head[k], 0);
    }
  }
  free(p);
}
END_TEST

/* Characters of one to four bytes, counted at every length and in pieces of every size. */
START_TEST(test_characters) {
  static const char *const kinds[] = {"a", "\xC3\xA4", "\xE2\x80\x94", "\xF0\x9F\x98\x80", "bc"};
  static const int64_t counts[] = {1, 1, 1, 1, 2};
  char text[256] = "";
  int64_t characters = 0;
  for (size_t i = 0, length = 0; i < 60; i++) {
    size_t kind = i * i % 7 % 5;
    strcat(text, kinds[kind]);
    characters += counts[kind];
    length += strlen(kinds[kind]);
    for (size_t step = 1; step <= length; step++) {
      prompt_text p;
      feed_prompt(&p, text, length, step);
      ck_assert_int_eq(p.characters, characters);
    }
  }
}
END_TEST

START_TEST(test_commands) {
  static const struct {
    const char *text, *name;
  } cases[] = {
      {"<command-name>/clear</command-name>", "clear"},
      {"<command-name>model</command-name>", "model"},
      {"<command-message>x is running</command-message>\n<command-name>/init</command-name>",
       "init"},
      {"<command-name>/gsd:clear</command-name>", "custom"},
      {"<command-name>/clearly</command-name>", "custom"},
      {"<command-name>/</command-name>", "custom"},
      {"<command-name>", "custom"},
      {"<command-message>clear</command-message>", "custom"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    ck_assert_str_eq(bpi_prompt_command(cases[i].text, strlen(cases[i].text)), cases[i].name);
}
END_TEST

/* ------------------------------------------------------------------------------------- lines */

/* Lines by a plain implementation of the rule: split at newlines, no line after the last one. */
static size_t plain_lines(const char *text, const char *lines[64], size_t lengths[64]) {
  size_t count = 0;
  while (*text != '\0') {
    size_t length = strcspn(text, "\n");
    lines[count] = text;
    lengths[count++] = length;
    text += length + (text[length] == '\n');
  }
  return count;
}

static bool same_line(const char *a, size_t a_length, const char *b, size_t b_length) {
  return a_length == b_length && memcmp(a, b, a_length) == 0;
}

static uint32_t random_below(uint32_t *state, uint32_t below) {
  *state = *state * 1664525u + 1013904223u;
  return (uint32_t)((uint64_t)*state * below >> 32);
}

/* Few letters and many newlines, so that lines are often equal. */
static void random_text(uint32_t *state, char text[33]) {
  static const char letters[] = "ab\n\n";
  uint32_t length = random_below(state, 33);
  for (uint32_t i = 0; i < length; i++)
    text[i] = letters[random_below(state, 4)];
  text[length] = '\0';
}

static void feed_lines(line_hashes *h, const char *text, size_t step) {
  size_t length = strlen(text);
  bpi_line_hashes_start(h);
  for (size_t at = 0; at < length; at += step)
    bpi_line_hashes_feed(h, text + at, length - at < step ? length - at : step);
  bpi_line_hashes_end(h);
}

START_TEST(test_line_difference) {
  uint32_t state = 7;
  line_hashes before = {0}, after = {0};
  for (int round = 0; round < 20000; round++) {
    char a[33], b[33];
    const char *a_lines[64], *b_lines[64];
    size_t a_lengths[64], b_lengths[64], same = 0, tail = 0;
    random_text(&state, a);
    random_text(&state, b);
    size_t m = plain_lines(a, a_lines, a_lengths), n = plain_lines(b, b_lines, b_lengths);
    while (tail < m && tail < n &&
           same_line(a_lines[m - 1 - tail], a_lengths[m - 1 - tail], b_lines[n - 1 - tail],
                     b_lengths[n - 1 - tail]))
      tail++;
    while (same < m - tail && same < n - tail &&
           same_line(a_lines[same], a_lengths[same], b_lines[same], b_lengths[same]))
      same++;
    int64_t added, removed;
    feed_lines(&before, a, 1 + random_below(&state, 12));
    feed_lines(&after, b, 1 + random_below(&state, 12));
    bpi_lines_difference(&before, &after, &added, &removed);
    ck_assert_msg(added == (int64_t)(n - tail - same) && removed == (int64_t)(m - tail - same),
                  "\"%s\" to \"%s\": +%lld -%lld", a, b, (long long)added, (long long)removed);
    line_count count = {0, false};
    bpi_lines_feed(&count, a, strlen(a));
    ck_assert_int_eq(bpi_lines_total(&count), (int64_t)m);
  }
  bpi_line_hashes_free(&before);
  bpi_line_hashes_free(&after);
}
END_TEST

/* Lines of every length up to several words, of which each differs from all others. */
START_TEST(test_line_hashes) {
  line_hashes h = {0};
  char line[64];
  bpi_line_hashes_start(&h);
  for (size_t length = 0; length < 40; length++)
    for (char c = '\0'; c < 4; c++) {
      memset(line, c, length);
      line[length] = '\n';
      if (length > 0 || c == 0) bpi_line_hashes_feed(&h, line, length + 1);
    }
  for (int64_t i = 0; i < h.count.ended; i++)
    for (int64_t j = 0; j < i; j++)
      ck_assert_msg(h.hash[i] != h.hash[j], "lines %lld and %lld", (long long)i, (long long)j);
  bpi_line_hashes_free(&h);
}
END_TEST

/* 65,536 lines are compared, one more is not. */
START_TEST(test_line_limit) {
  line_hashes before = {0}, after = {0};
  int64_t added, removed;
  for (int more = 0; more < 2; more++) {
    bpi_line_hashes_start(&before);
    bpi_line_hashes_start(&after);
    for (int i = 0; i < LINES_COMPARED + more; i++) {
      bpi_line_hashes_feed(&before, "x\n", 2);
      bpi_line_hashes_feed(&after, i == 9 ? "y\n" : "x\n", 2);
    }
    bpi_lines_difference(&before, &after, &added, &removed);
    ck_assert_int_eq(added, more == 0 ? 1 : LINES_COMPARED + 1);
    ck_assert_int_eq(removed, added);
  }
  bpi_line_hashes_free(&before);
  bpi_line_hashes_free(&after);
}
END_TEST

/* ---------------------------------------------------------------------------------- failures */

/* Each allocation fails in turn: the reading returns the error, or succeeds without it. */
START_TEST(test_out_of_memory) {
  size_t length;
  char *data = load("good-lines.jsonl", &length);
  int refused = 0;
  for (long count = 0; count < 100; count++) {
    run *r = new_run("");
    part p = {data, length, 0, SIZE_MAX};
    scan s;
    ck_assert_int_eq(bpi_scan_init(&s, read_part, &p, 4096, 0, 1), BP_OK);
    r->in.scan = &s;
    bpi_mem_fail_after(count);
    r->status = bpi_source_claude_code.read(&r->in);
    bpi_mem_fail_after(-1);
    ck_assert(r->status == BP_OK || r->status == BP_ERR_NOMEM);
    refused += r->status == BP_ERR_NOMEM;
    bool done = r->status == BP_OK;
    bpi_scan_free(&s);
    free_run(r);
    if (done) break;
  }
  ck_assert_int_ge(refused, 4); /* the reader, tool uses, results, lines */
  free(data);
}
END_TEST

START_TEST(test_sink_stops) {
  const char *line = q("%s", "{'type':'user','uuid':'u','message':{'content':'x'}}\n");
  run *r = new_run("");
  r->notes.fail_at = 1;
  read_at(r, line, strlen(line), SIZE_MAX, 0, 1);
  ck_assert_int_eq(r->status, BP_ERR_CANCELLED);
  free_run(r);
}
END_TEST

static int stop_at_second(void *user, source_input *in) {
  (void)user;
  return in->records == 2 ? BP_ERR_CANCELLED : BP_OK;
}

/* The checkpoint comes between values; resuming continues after the last complete line. */
START_TEST(test_checkpoint) {
  const char *line = "{}\n{}\n{}\n";
  run *r = new_run("");
  r->in.checkpoint = stop_at_second;
  read_at(r, line, strlen(line), SIZE_MAX, 0, 1);
  ck_assert_int_eq(r->status, BP_ERR_CANCELLED);
  ck_assert_uint_eq(r->in.records, 2);
  ck_assert_int_eq(r->resume, 3);
  free_run(r);
}
END_TEST

static int64_t read_failing(void *user, void *into, size_t length) {
  static const char data[] = "{}\n{\"type\":";
  int *calls = user;
  ck_assert_uint_ge(length, sizeof data);
  if ((*calls)++ > 0) return -1;
  memcpy(into, data, sizeof data - 1);
  return (int64_t)sizeof data - 1;
}

START_TEST(test_reader_fails) {
  int calls = 0;
  scan s;
  run *r = new_run("");
  ck_assert_int_eq(bpi_scan_init(&s, read_failing, &calls, 4096, 0, 1), BP_OK);
  r->in.scan = &s;
  ck_assert_int_eq(bpi_source_claude_code.read(&r->in), BP_ERR_IO);
  ck_assert_uint_eq(r->in.records, 1);
  ck_assert_uint_eq(r->notes.rejects, 0);
  bpi_scan_free(&s);
  free_run(r);
}
END_TEST

/* ---------------------------------------------------------------------------------- registry */

START_TEST(test_registry) {
  /* Stored with every file, so the order may not change. */
  static const char *const known[] = {"claude_code", "codex", "native"};
  ck_assert_uint_ge(bpi_source_count(), 3);
  for (size_t i = 0; i < 3; i++) {
    ck_assert_str_eq(bpi_source_at(i)->name, known[i]);
    ck_assert_ptr_eq(bpi_source_by_name(known[i]), bpi_source_at(i));
  }
  ck_assert_ptr_null(bpi_source_at(bpi_source_count()));
  ck_assert_ptr_null(bpi_source_by_name("claude"));
  ck_assert_ptr_null(bpi_source_by_name(""));
  ck_assert_ptr_null(bpi_source_by_name(NULL));
}
END_TEST

static bool is_ours(const char *path) {
  return bpi_source_of(path) == &bpi_source_claude_code;
}

START_TEST(test_is_ours) {
  ck_assert(is_ours("/home/ada/.claude/projects/-w/5e55.jsonl"));
  ck_assert(is_ours("/x/5e55/subagents/agent-1.jsonl"));
  ck_assert(is_ours(".jsonl"));
  ck_assert(!is_ours("/x/agent-1.meta.json"));
  ck_assert(!is_ours("/x/reviews.forge.jsonl"));
  ck_assert(!is_ours("/x/5e55.jsonl.bak"));
  ck_assert(!is_ours("/home/ada/.claude/history.jsonl"));
  ck_assert(!is_ours("/home/ada/.config/Claude/local-agent-mode-sessions/o/a/local_1/audit.jsonl"));
  ck_assert(
      !is_ours("/home/ada/.codex/sessions/2026/01/01/rollout-2026-01-01T00-00-00-5e55.jsonl"));
  ck_assert(!is_ours(""));
}
END_TEST

START_TEST(test_recognise) {
  static const struct {
    const char *line;
    bool ours;
  } cases[] = {
      {"{'parentUuid':null,'type':'user'}\n", true},
      {"{'type':'summary','summary':'x','leafUuid':'y'}\n", true},
      {"{'type':'file-history-snapshot','messageId':'x','snapshot':{},'isSnapshotUpdate':false}\n",
       true},
      {"{'type':'mode','mode':'x'}\n{'type':'mode','sessionId':'s'}\n", true},
      {"{'parentUuid':null,'isSidechain':false,'message':{'content':'torn", true},
      {"broken\n\n{'parentUuid':null,'type':'user'}\n", false}, /* does not begin like ours */
      {"{broken\n{'parentUuid':null,'type':'user'}\n", true},
      {"{'timestamp':'t','type':'session_meta','payload':{'sessionId':'s'}}\n", false},
      {"{'display':'x','timestamp':1,'project':'/w','sessionId':'s'}\n", false},
      {"{'type':'system','session_id':'s'}\n", false},
      {"[{'parentUuid':null,'type':'user'}]\n", false},
      {"", false},
      {"{", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *line = q("%s", cases[i].line);
    ck_assert_msg(bpi_source_claude_code.recognise(line, strlen(line)) == cases[i].ours, "%s",
                  line);
  }
}
END_TEST

START_TEST(test_detect) {
  const char *ours = q("%s", "{'parentUuid':null,'type':'user','sessionId':'s'}\n");
  const char *codex =
      q("%s", "{'timestamp':'2026-01-01T00:00:00Z','type':'session_meta','payload':{'id':'x'}}\n");
  static const char *const paths[] = {NULL, "", "/x/5e55.jsonl", "/x/rollout-1.jsonl",
                                      "/x/any.log"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    ck_assert_ptr_eq(bpi_source_detect(paths[i], ours, strlen(ours)), &bpi_source_claude_code);
    ck_assert_ptr_eq(bpi_source_detect(paths[i], codex, strlen(codex)), &bpi_source_codex);
    ck_assert_ptr_null(bpi_source_detect(paths[i], "{}\n", 3));
    ck_assert_ptr_null(bpi_source_detect(paths[i], "", 0));
  }
}
END_TEST

int main(int argc, char **argv) {
  if (argc > 1) corpus = argv[1];
  Suite *suite = suite_create("claude_code");
  TCase *c = tcase_create("fixtures");
  tcase_set_timeout(c, 60);
  tcase_add_loop_test(c, test_fixture, 0, (int)FIXTURES);
  tcase_add_test(c, test_key_order);
  tcase_add_test(c, test_pieces);
  tcase_add_test(c, test_resume);
  tcase_add_loop_test(c, test_truncated, 0, (int)FIXTURES);
  tcase_add_test(c, test_rules);
  suite_add_tcase(suite, c);
  c = tcase_create("lines");
  tcase_add_test(c, test_versions);
  tcase_add_test(c, test_session_rows);
  tcase_add_test(c, test_repeated_owner);
  tcase_add_test(c, test_repeated_owner_without_content);
  tcase_add_test(c, test_composite_keys);
  tcase_add_test(c, test_paths);
  tcase_add_test(c, test_warmup);
  tcase_add_test(c, test_agents);
  tcase_add_test(c, test_agent_of_resumed_session);
  tcase_add_test(c, test_name_behind_input);
  tcase_add_test(c, test_broken_last_line);
  tcase_add_test(c, test_words_with_nul);
  tcase_add_test(c, test_parts_of_a_line);
  tcase_add_test(c, test_bounds);
  tcase_add_test(c, test_many_tools);
  tcase_add_test(c, test_long_line);
  tcase_add_test(c, test_beginning_of_a_tag);
  suite_add_tcase(suite, c);
  c = tcase_create("texts");
  tcase_add_test(c, test_prompt_texts);
  tcase_add_test(c, test_characters);
  tcase_add_test(c, test_commands);
  tcase_add_test(c, test_line_difference);
  tcase_add_test(c, test_line_hashes);
  tcase_add_test(c, test_line_limit);
  suite_add_tcase(suite, c);
  c = tcase_create("failures");
  tcase_add_test(c, test_out_of_memory);
  tcase_add_test(c, test_sink_stops);
  tcase_add_test(c, test_checkpoint);
  tcase_add_test(c, test_reader_fails);
  suite_add_tcase(suite, c);
  c = tcase_create("registry");
  tcase_add_test(c, test_registry);
  tcase_add_test(c, test_is_ours);
  tcase_add_test(c, test_recognise);
  tcase_add_test(c, test_detect);
  suite_add_tcase(suite, c);
  return run_suite(suite);
}
