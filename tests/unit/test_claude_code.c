/* tests/unit/test_claude_code.c: the source "claude_code" against lines written by hand. What it tells
 * a sink is written down as text, one row per record, and compared with what the rules say it is:
 *
 *     response msg_01 @5 claude-opus-4-6 in=3 out=1 ...    key, time, then what is not the default
 *
 * Times count seconds since 2026-01-01 UTC, "-" is none. A key "u12" is the uuid of the twelfth
 * kind in the fixtures, "#" one made from other fields. [A] marks a subagent's row, [S] a side
 * chain, [F] a forked row, [N] noise. The first argument is the folder of the fixtures. */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/scan.h"
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
  int fail_at; /* put fails at this record; 0: never */
} notes;

/* Raw identifiers and names, by number: a sink that can tell them again. */
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

static uint32_t sink_label(void *self, label_kind kind, const char *raw, size_t length) {
  ((notes *)self)->asked++;
  return intern((char)('a' + (int)kind), raw, length);
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

static void note_label(notes *n, const char *name, uint32_t label) {
  if (label != 0) note(n, " %s=%s", name, raw_of(label));
}

static void note_count(notes *n, const char *name, int64_t value, int64_t usual) {
  if (value != usual) note(n, " %s=%lld", name, (long long)value);
}

static void note_word(notes *n, const char *name, vocabulary v, int code, int usual) {
  if (code != usual) note(n, " %s=%s", name, bpi_vocabulary_name(v, code));
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
  note_label(n, "server", is->mcp_server);
  note_label(n, "file", is->file);
  note_word(n, "language", VOCABULARY_LANGUAGE, is->language, LANGUAGE_UNKNOWN);
  note_word(n, "program", VOCABULARY_PROGRAM, is->program, PROGRAM_NONE);
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
    note(n, " rank=%d.%d.%d", (int)(is->version_rank >> 40), (int)(is->version_rank >> 20 & 0xFFFFF),
         (int)(is->version_rank & 0xFFFFF));
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
      [RECORD_SESSION] = "session",   [RECORD_PROMPT] = "prompt",      [RECORD_RESPONSE] = "response",
      [RECORD_TOOL_USE] = "tool_use", [RECORD_TOOL_RESULT] = "result", [RECORD_EVENT] = "event",
      [RECORD_CHANGE] = "change"};
  notes *n = self;
  const char *session = raw_of((uint32_t)r->session.lo);
  n->records++;
  if (n->fail_at > 0 && n->records == (unsigned)n->fail_at) return BP_ERR_CANCELLED;
  note(n, "%s", kinds[r->kind]);
  if (r->kind != RECORD_SESSION) note_key(n, r->key);
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
    note(n, " [%s%s%s%s]", r->flags & RECORD_SUBAGENT ? "A" : "", r->flags & RECORD_SIDECHAIN ? "S" : "",
         r->flags & RECORD_FORKED ? "F" : "", r->flags & RECORD_NOISE ? "N" : "");
  note(n, "\n");
  return BP_OK;
}

static void sink_reject(void *self, int reason, uint64_t line, int64_t byte) {
  static const char *const names[] = {"", "syntax", "utf8", "depth", "shape", "duplicate", "number",
                                      "unreadable", "field", "version"};
  notes *n = self;
  n->rejects++;
  note(n, "reject %s line=%llu byte=%lld\n", names[reason], (unsigned long long)line, (long long)byte);
}

static void sink_drop(void *self) { ((notes *)self)->drops++; }

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
static void read_at(run *r, const char *data, size_t length, size_t step, int64_t offset, uint64_t line) {
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

/* Compares what was told with rows written by hand, and names the first that differs. */
static void expect_text(const char *told, const char *expected, const char *what) {
  if (strcmp(told, expected) == 0) return;
  size_t i = 0, start = 0;
  for (; told[i] != '\0' && told[i] == expected[i]; i++)
    if (told[i] == '\n') start = i + 1;
  ck_abort_msg("%s\n told     %.*s\n expected %.*s", what, (int)strcspn(told + start, "\n"), told + start,
               (int)strcspn(expected + start, "\n"), expected + start);
}

static void expect(const char *path, const char *data, const char *expected) {
  run *r = read_all(path, data, strlen(data));
  expect_text(r->notes.text, expected, data);
  free_run(r);
}

static char *load(const char *name, size_t *length) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", corpus, name);
  FILE *f = fopen(path, "rb");
  ck_assert_msg(f != NULL, "no fixture %s", path);
  char *data = malloc(1 << 20);
  *length = fread(data, 1, 1 << 20, f);
  fclose(f);
  return data;
}

/* Fixtures are read as if they had the names their content calls for. */
static const char *path_of(const char *name) {
  if (strcmp(name, "good-agent.jsonl") == 0) return "/p/x/5e55/subagents/agent-a1b2c3d4.jsonl";
  if (strcmp(name, "good-agent-warmup.jsonl") == 0) return "/p/x/agent-0badcafe.jsonl";
  return "/p/x/5e551000-0000-4000-8000-000000000001.jsonl";
}

static void expect_file(const char *name, const char *expected) {
  size_t length;
  char *data = load(name, &length);
  run *r = read_all(path_of(name), data, length);
  expect_text(r->notes.text, expected, name);
  free_run(r);
  free(data);
}
