/* The privacy gate: which names keep their text, and that of all others only a keyed hash
 * passes. What passes is listed by hand, kind by kind; hashes are computed with the hash
 * function itself. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "privacy/gate.h"
#include "privacy/policy.h"
#include "run_suite.h"

/* The sink behind the gate: keeps the last label and record, and assigns numbers in order. */
typedef struct behind {
  unsigned calls;
  label_kind kind;
  ident key;
  char text[256];
  size_t length;
  bool has_text;
  record first, last;
  unsigned records;
  int answer;
} behind;

static uint32_t on_label(void *self, label_kind kind, ident key, const char *text, size_t length) {
  behind *b = self;
  ck_assert_uint_lt(length, sizeof b->text);
  b->kind = kind;
  b->key = key;
  b->has_text = text != NULL;
  b->length = length;
  memset(b->text, 0, sizeof b->text);
  if (text != NULL) memcpy(b->text, text, length);
  return ++b->calls;
}

static int on_put(void *self, const record *r) {
  behind *b = self;
  if (b->records++ == 0) b->first = *r;
  b->last = *r;
  return b->answer;
}

static const hash_key key = {{7, 7, 7}};

static gate *new_gate(behind *b, bool keep_labels) {
  const fact_sink sink = {b, on_label, on_put};
  memset(b, 0, sizeof *b);
  ck_assert_int_eq(bpi_hash_init(), BP_OK);
  gate *g = bpi_gate_new(&key, &sink, keep_labels);
  ck_assert_ptr_nonnull(g);
  return g;
}

static bool same(ident a, ident b) {
  return bpi_ident_compare(a, b) == 0;
}

/* ------------------------------------------------------------------------------- identifiers */

START_TEST(identifiers_are_hashes) {
  static const char *const domains[IDENT_KINDS] = {"session", "response", "request",  "prompt",
                                                   "tool",    "event",    "decision", "span",
                                                   "change",  "origin"};
  char raw[200];
  behind b;
  gate *g = new_gate(&b, true);
  record_sink sink = bpi_gate_sink(g);
  memset(raw, 'i', sizeof raw);
  for (ident_kind kind = 0; kind < IDENT_KINDS; kind++)
    for (size_t length = 1; length < sizeof raw; length += 5) /* also beyond what is remembered */
      for (int again = 0; again < 2; again++)
        ck_assert(same(sink.identify(sink.self, kind, raw, length),
                       bpi_hash_ident(&key, domains[kind], raw, length)));
  ck_assert(bpi_ident_absent(sink.identify(sink.self, IDENT_SESSION, "", 0)));
  ck_assert(bpi_ident_absent(sink.identify(sink.self, IDENT_SESSION, NULL, 0)));
  ck_assert_uint_eq(b.calls, 0);
  bpi_gate_free(g);
}
END_TEST

/* With more names than the memory holds, forgotten ones are made again, never confused. */
START_TEST(memory_does_not_mix) {
  behind b;
  gate *g = new_gate(&b, true);
  record_sink sink = bpi_gate_sink(g);
  for (int round = 0; round < 2; round++)
    for (uint64_t i = 0; i < 10000; i++) {
      ident is = sink.identify(sink.self, IDENT_TOOL, (const char *)&i, sizeof i);
      ck_assert(same(is, bpi_hash_ident(&key, "tool", &i, sizeof i)));
      uint32_t number = sink.label(sink.self, LABEL_FILE, (const char *)&i, sizeof i).number;
      if (number == b.calls) ck_assert(same(b.key, bpi_hash_ident(&key, "file", &i, sizeof i)));
    }
  bpi_gate_free(g);
}
END_TEST

START_TEST(names_are_passed_on_once) {
  behind b;
  gate *g = new_gate(&b, true);
  record_sink sink = bpi_gate_sink(g);
  uint32_t model = sink.label(sink.self, LABEL_MODEL, "claude-x", 8).number;
  uint32_t tool =
      sink.label(sink.self, LABEL_TOOL, "claude-x", 8).number; /* another kind is another label */
  ck_assert_uint_eq(model, 1);
  ck_assert_uint_eq(tool, 2);
  ck_assert_uint_eq(sink.label(sink.self, LABEL_MODEL, "claude-x", 8).number, model);
  ck_assert_uint_eq(sink.label(sink.self, LABEL_TOOL, "claude-x", 8).number, tool);
  ck_assert_uint_eq(sink.label(sink.self, LABEL_TOOL, "", 0).number, 0);
  ck_assert_uint_eq(b.calls, 2);
  bpi_gate_free(g);
}
END_TEST

/* ------------------------------------------------------------------------------------ labels */

#define NONE NULL /* no text passes */

/* `hashed` NULL: the raw name is hashed. A name of invalid shape becomes "other" for kinds that
 * have it. */
static const struct shaped {
  label_kind kind;
  const char *raw, *text, *hashed;
  int drops;
} shaped[] = {
    {LABEL_PLATFORM, "claude_code", "claude_code", NULL, 0},
    {LABEL_PLATFORM, "my-tool2", "my-tool2", NULL, 0},
    {LABEL_PLATFORM, "my tool", "other", "other", 1},
    {LABEL_PLATFORM, "tool.x", "other", "other", 1},
    {LABEL_PLATFORM, "abcdefghijabcdefghijabcdefghij12", "abcdefghijabcdefghijabcdefghij12", NULL,
     0},
    {LABEL_PLATFORM, "abcdefghijabcdefghijabcdefghij123", "other", "other", 1},
    {LABEL_WORKSPACE, "/home/me/work/app", "app", NULL, 0},
    {LABEL_WORKSPACE, "/home/me/work/app///", "app", "/home/me/work/app", 0},
    {LABEL_WORKSPACE, "C:\\work\\my app", "my app", NULL, 0},
    {LABEL_WORKSPACE, "c:\\work\\my app\\", "my app", "C:\\work\\my app", 0},
    {LABEL_WORKSPACE, "/c:/work/my app", "my app", "C:\\work\\my app", 0},
    {LABEL_WORKSPACE, "\\\\?\\c:\\work\\my app", "my app", "C:\\work\\my app", 0},
    {LABEL_WORKSPACE, "//host/work/", "work", "\\\\host\\work", 0},
    {LABEL_WORKSPACE, "\\\\host\\work", "work", NULL, 0},
    {LABEL_WORKSPACE, "\\\\?\\host\\work", "work", NULL, 0},
    {LABEL_WORKSPACE, "///home/work", "work", NULL, 0},
    {LABEL_WORKSPACE, "d:/", "D:", "D:", 0},
    {LABEL_WORKSPACE, "/c:", "C:", "C:", 0},
    {LABEL_WORKSPACE, "1:/x", "x", NULL, 0},
    {LABEL_WORKSPACE, "\\\\host\\work\\app", "app", NULL, 0},
    {LABEL_WORKSPACE, "//", NONE, "/", 1},
    {LABEL_WORKSPACE, "app", "app", NULL, 0},
    {LABEL_WORKSPACE, "/x/caf\xC3\xA9", "caf\xC3\xA9", NULL, 0},
    {LABEL_WORKSPACE, "/", NONE, NULL, 1},
    {LABEL_WORKSPACE, "/x/bad\xFF", NONE, NULL, 1},
    {LABEL_WORKSPACE, "/x/two\nlines", NONE, NULL, 1},
    {LABEL_WORKSPACE, "/x/\x1b[31m", NONE, NULL, 1},
    {LABEL_BRANCH, "feature/one-2", "feature/one-2", NULL, 0},
    {LABEL_BRANCH, "caf\xC3\xA9", "caf\xC3\xA9", NULL, 0},
    {LABEL_BRANCH, "not a branch", NONE, NULL, 1},
    {LABEL_BRANCH, "x\x7f", NONE, NULL, 1},
    {LABEL_VERSION, "2.1.11", "2.1.11", NULL, 0},
    {LABEL_VERSION, "1.0.0-beta+3", "1.0.0-beta+3", NULL, 0},
    {LABEL_VERSION, "v2", "other", "other", 1},
    {LABEL_VERSION, "2 1", "other", "other", 1},
    {LABEL_ENTRYPOINT, "sdk-py", "sdk-py", NULL, 0},
    {LABEL_ENTRYPOINT, "sdk/py", "other", "other", 1},
    {LABEL_MODEL, "claude-opus-4-5@20251101", "claude-opus-4-5@20251101", NULL, 0},
    {LABEL_MODEL, "us.anthropic.x:0/y[1m]", "us.anthropic.x:0/y[1m]", NULL, 0},
    {LABEL_MODEL, "<synthetic>", "other", "other", 1},
    {LABEL_MODEL, "a model with spaces", "other", "other", 1},
    {LABEL_TOOL, "Bash", "Bash", NULL, 0},
    {LABEL_TOOL, "mcp__server__tool", "mcp__server__tool", NULL, 0},
    {LABEL_TOOL, "rm -rf /", "other", "other", 1},
    {LABEL_TOOL, "x[0]", "other", "other", 1},
    {LABEL_FILE, "/home/me/secret.txt", NONE, NULL, 0}, /* files never keep their text */
    {LABEL_FILE, "x", NONE, NULL, 0},
    {LABEL_COMMAND, "compact", "compact", NULL, 0},
    {LABEL_COMMAND, "what is this?", "other", "other", 1},
};

static const char *domain_of(label_kind kind) {
  static const char *const domains[LABEL_KINDS] = {NULL,      "platform",   "workspace", "branch",
                                                   "version", "entrypoint", "model",     "tool",
                                                   "file",    "command"};
  return domains[kind];
}

static void check_label(const struct shaped *s, const behind *b, bool keep) {
  const char *hashed = s->hashed == NULL ? s->raw : s->hashed;
  ck_assert_int_eq(b->kind, s->kind);
  ck_assert_msg(same(b->key, bpi_hash_ident(&key, domain_of(s->kind), hashed, strlen(hashed))),
                "%s", s->raw);
  ck_assert_msg(b->has_text == (keep && s->text != NULL), "%s", s->raw);
  if (b->has_text) ck_assert_str_eq(b->text, s->text);
  ck_assert_uint_eq(b->length, b->has_text ? strlen(s->text) : 0);
}

START_TEST(names_of_good_shape_pass) {
  for (size_t i = 0; i < sizeof shaped / sizeof *shaped; i++) {
    behind b;
    gate *g = new_gate(&b, true);
    record_sink sink = bpi_gate_sink(g);
    sink.label(sink.self, shaped[i].kind, shaped[i].raw, strlen(shaped[i].raw));
    check_label(&shaped[i], &b, true);
    sink.label(sink.self, shaped[i].kind, shaped[i].raw, strlen(shaped[i].raw));
    ck_assert_msg(bpi_gate_counts(g)->drops == 2 * (uint64_t)shaped[i].drops, "%s", shaped[i].raw);
    ck_assert_uint_eq(b.calls, 1); /* remembered, but counted each time */
    bpi_gate_free(g);
  }
}
END_TEST

/* With labels off, only names needed for prices and totals keep their text. */
START_TEST(labels_off) {
  for (size_t i = 0; i < sizeof shaped / sizeof *shaped; i++) {
    label_kind kind = shaped[i].kind;
    bool always = kind == LABEL_PLATFORM || kind == LABEL_VERSION || kind == LABEL_ENTRYPOINT ||
                  kind == LABEL_MODEL;
    behind b;
    gate *g = new_gate(&b, false);
    record_sink sink = bpi_gate_sink(g);
    sink.label(sink.self, kind, shaped[i].raw, strlen(shaped[i].raw));
    check_label(&shaped[i], &b, always);
    bpi_gate_free(g);
  }
}
END_TEST

/* A text one byte too long, for each kind; a NUL does not end it. */
START_TEST(names_have_bounds) {
  static const struct {
    label_kind kind;
    size_t longest;
  } bounds[] = {{LABEL_PLATFORM, 32}, {LABEL_WORKSPACE, 96},  {LABEL_BRANCH, 96},
                {LABEL_VERSION, 32},  {LABEL_ENTRYPOINT, 32}, {LABEL_MODEL, 80},
                {LABEL_TOOL, 96},     {LABEL_COMMAND, 48}};
  char raw[128];
  memset(raw, '1', sizeof raw);
  for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
    behind b;
    gate *g = new_gate(&b, true);
    record_sink sink = bpi_gate_sink(g);
    sink.label(sink.self, bounds[i].kind, raw, bounds[i].longest);
    ck_assert(b.has_text && b.length == bounds[i].longest);
    sink.label(sink.self, bounds[i].kind, raw, bounds[i].longest + 1);
    ck_assert(!b.has_text || strcmp(b.text, "other") == 0);
    sink.label(sink.self, bounds[i].kind, "1\0x", 3);
    ck_assert(!b.has_text || strcmp(b.text, "other") == 0);
    ck_assert_uint_eq(bpi_gate_counts(g)->drops, 2);
    bpi_gate_free(g);
  }
}
END_TEST

/* --------------------------------------------------------------------------- records, counts */

START_TEST(records_pass) {
  behind b;
  gate *g = new_gate(&b, true);
  record_sink sink = bpi_gate_sink(g);
  record r;
  memset(&r, 0, sizeof r);
  r.kind = RECORD_RESPONSE;
  r.time = 5;
  r.u.response.input = INT64_C(1) << 40;
  r.u.response.output = -1;
  b.answer = BP_ERR_CANCELLED;
  ck_assert_int_eq(sink.put(sink.self, &r), BP_ERR_CANCELLED);
  ck_assert_mem_eq(&b.last, &r, sizeof r);
  ck_assert_uint_eq(bpi_gate_counts(g)->records, 1);
  ck_assert_uint_eq(bpi_gate_counts(g)->drops, 0);
  bpi_gate_free(g);
}
END_TEST

/* Impossibly large numbers are dropped, so that sums never overflow. */
START_TEST(numbers_have_bounds) {
  const int64_t many = (INT64_C(1) << 40) + 1, long_ = (INT64_C(1) << 50) + 1;
  behind b;
  gate *g = new_gate(&b, true);
  record_sink sink = bpi_gate_sink(g);
  record r;
  memset(&r, 0, sizeof r);
  r.kind = RECORD_RESPONSE;
  response_record *response = &r.u.response;
  *response = (response_record){.input = many,
                                .output = many,
                                .cache_read = many,
                                .cache_write_5m = many,
                                .cache_write_1h = many,
                                .reasoning = many,
                                .web_searches = many,
                                .cost_nano = long_};
  sink.put(sink.self, &r);
  ck_assert_int_eq(b.last.u.response.input, -1);
  ck_assert_int_eq(b.last.u.response.output, -1);
  ck_assert_int_eq(b.last.u.response.cache_read, -1);
  ck_assert_int_eq(b.last.u.response.cache_write_5m, -1);
  ck_assert_int_eq(b.last.u.response.cache_write_1h, -1);
  ck_assert_int_eq(b.last.u.response.reasoning, -1);
  ck_assert_int_eq(b.last.u.response.web_searches, -1);
  ck_assert_int_eq(b.last.u.response.cost_nano, -1);
  ck_assert_uint_eq(bpi_gate_counts(g)->drops, 8);
  ck_assert_int_eq(response->input, many); /* the source's record is not changed */

  r.kind = RECORD_PROMPT, r.u.prompt = (prompt_record){.characters = many};
  sink.put(sink.self, &r);
  ck_assert_int_eq(b.last.u.prompt.characters, -1);
  r.kind = RECORD_TOOL_USE, r.u.use = (tool_use_record){.added = many, .removed = many};
  sink.put(sink.self, &r);
  ck_assert(b.last.u.use.added == -1 && b.last.u.use.removed == -1);
  r.kind = RECORD_TOOL_RESULT;
  r.u.result = (tool_result_record){.added = many, .removed = many, .duration_us = long_};
  sink.put(sink.self, &r);
  ck_assert(b.last.u.result.added == -1 && b.last.u.result.removed == -1);
  ck_assert_int_eq(b.last.u.result.duration_us, -1);
  r.kind = RECORD_DECISION, r.u.decision = (decision_record){.lines = many};
  sink.put(sink.self, &r);
  ck_assert_int_eq(b.last.u.decision.lines, -1);
  r.kind = RECORD_SPAN, r.u.span = (span_record){many, many, many};
  sink.put(sink.self, &r);
  ck_assert(b.last.u.span.added == -1 && b.last.u.span.removed == -1 && b.last.u.span.files == -1);
  r.kind = RECORD_EVENT, r.u.event = (event_record){.value = long_};
  sink.put(sink.self, &r);
  ck_assert_int_eq(b.last.u.event.value, -1);
  r.kind = RECORD_CHANGE;
  r.u.change = (change_record){
      .added = many, .removed = many, .files = many, .rounds = many, .open_us = long_};
  sink.put(sink.self, &r);
  ck_assert(b.last.u.change.added == -1 && b.last.u.change.removed == -1 &&
            b.last.u.change.files == -1);
  ck_assert(b.last.u.change.rounds == -1 && b.last.u.change.open_us == -1);
  ck_assert_uint_eq(bpi_gate_counts(g)->drops, 8 + 1 + 2 + 3 + 1 + 3 + 1 + 5);
  ck_assert_uint_eq(b.records, 8);
  bpi_gate_free(g);
}
END_TEST

/* No fact has a time that no query can ask for; an erasure without a beginning covers it. */
START_TEST(times_have_bounds) {
  static const struct {
    int64_t time, passes;
  } rows[] = {{0, 0},
              {-1, BPI_TIME_NONE},
              {BPI_TIME_NONE, BPI_TIME_NONE},
              {BPI_TIME_LAST + BPI_SECOND - 1, BPI_TIME_LAST + BPI_SECOND - 1},
              {BPI_TIME_LAST + BPI_SECOND, BPI_TIME_NONE},
              {INT64_MAX, BPI_TIME_NONE}};
  behind b;
  gate *g = new_gate(&b, true);
  record_sink sink = bpi_gate_sink(g);
  record r = {.kind = RECORD_PROMPT};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    r.time = rows[i].time;
    sink.put(sink.self, &r);
    ck_assert_int_eq(b.last.time, rows[i].passes);
  }
  erased_marks marks = {NULL, 0, 0};
  const erased_mark all = {{0, 0}, ERASED_ANY_SOURCE, INT64_MIN, BPI_DAY};
  ck_assert_int_eq(bpi_erased_add(&marks, &all), BP_OK);
  bpi_gate_erased(g, &marks);
  sink.put(sink.self, &r);
  ck_assert_uint_eq(bpi_gate_counts(g)->erased, 1);
  ck_assert_uint_eq(b.records, 6);
  bpi_erased_free(&marks);
  bpi_gate_free(g);
}
END_TEST

/* The row with a session's names was erased, later facts of the session were not: they keep the
 * names. */
START_TEST(names_outlive_their_row) {
  const erased_mark early = {{0, 0}, ERASED_ANY_SOURCE, INT64_MIN, 100};
  erased_marks marks = {NULL, 0, 0};
  behind b;
  gate *g = new_gate(&b, true);
  record_sink sink = bpi_gate_sink(g);
  record row = {.kind = RECORD_SESSION, .session = {0, 5}, .time = 50};
  row.u.session_row.workspace = 7;
  ck_assert_int_eq(bpi_erased_add(&marks, &early), BP_OK);
  bpi_gate_erased(g, &marks);
  const struct {
    record_kind kind;
    uint64_t session;
    int64_t time;
    unsigned passes;                       /* records that pass */
  } later[] = {{RECORD_PROMPT, 5, 60, 0},  /* erased as well */
               {RECORD_PROMPT, 6, 200, 1}, /* of another session */
               {RECORD_PROMPT, 5, 200, 2}, /* after the names */
               {RECORD_PROMPT, 5, 300, 1}};
  sink.put(sink.self, &row);
  for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
    record r = {.kind = later[i].kind, .session = {0, later[i].session}, .time = later[i].time};
    b.records = 0;
    b.first = (record){.time = 0};
    sink.put(sink.self, &r);
    ck_assert_uint_eq(b.records, later[i].passes);
    if (later[i].passes < 2) continue;
    ck_assert_int_eq(b.first.kind, RECORD_SESSION);
    ck_assert_int_eq(b.first.time, 200);
    ck_assert_uint_eq(b.first.u.session_row.workspace, 7);
  }
  ck_assert_uint_eq(bpi_gate_counts(g)->erased, 2);
  sink.put(sink.self, &row); /* a remaining row has the names again */
  row.time = 400;
  row.u.session_row.workspace = 8;
  b.records = 0;
  sink.put(sink.self, &row);
  ck_assert_uint_eq(b.records, 1);
  ck_assert_uint_eq(b.last.u.session_row.workspace, 8);
  row.time = 50;
  sink.put(sink.self, &row);
  bpi_gate_source(g, 0); /* of another file */
  row.kind = RECORD_PROMPT;
  row.time = 500;
  b.records = 0;
  sink.put(sink.self, &row);
  ck_assert_uint_eq(b.records, 1);
  bpi_erased_free(&marks);
  bpi_gate_free(g);
}
END_TEST

/* A database reports all sessions before their facts, a shared file in turns: each session keeps
 * its own names, also if a repeated row lacks some. */
START_TEST(names_of_several_sessions_outlive_their_rows) {
  const erased_mark early = {{0, 0}, ERASED_ANY_SOURCE, INT64_MIN, 100};
  erased_marks marks = {NULL, 0, 0};
  behind b;
  gate *g = new_gate(&b, true);
  record_sink sink = bpi_gate_sink(g);
  ck_assert_int_eq(bpi_erased_add(&marks, &early), BP_OK);
  bpi_gate_erased(g, &marks);
  for (uint32_t i = 1; i <= 200; i++) {
    record row = {.kind = RECORD_SESSION, .session = {0, i}, .time = 50};
    row.u.session_row = (session_record){i, i + 1, i + 2, i + 3, i + 4, i + 5};
    sink.put(sink.self, &row);
    row.u.session_row = (session_record){.platform = i, .workspace = i + 6};
    sink.put(sink.self, &row);
  }
  ck_assert_uint_eq(b.records, 0);
  for (uint32_t i = 1; i <= 200; i++) {
    record r = {.kind = i % 2 ? RECORD_SESSION : RECORD_EVENT, .session = {0, i}, .time = 100 + i};
    if (i % 2) r.u.session_row.branch = i + 7;
    b.records = 0;
    sink.put(sink.self, &r);
    ck_assert_uint_eq(b.records, i % 2 ? 1 : 2);
    const session_record *is = &b.first.u.session_row;
    ck_assert_int_eq(b.first.time, 100 + i);
    ck_assert_uint_eq(is->platform, i);
    ck_assert_uint_eq(is->workspace, i + 6);
    ck_assert_uint_eq(is->branch, i % 2 ? i + 7 : i + 2);
    ck_assert_uint_eq(is->version, i + 3);
    ck_assert_uint_eq(is->entrypoint, i + 4);
    ck_assert_int_eq(is->version_rank, i + 5);
    b.records = 0;
    r.kind = RECORD_EVENT;
    sink.put(sink.self, &r); /* the names were known */
    ck_assert_uint_eq(b.records, 1);
  }
  bpi_erased_free(&marks);
  bpi_gate_free(g);
}
END_TEST

/* A mark applies to its own session and its own time only, wherever it is among the others. */
START_TEST(marks_are_of_their_sessions) {
  static const erased_mark list[] = {{{0, 5}, ERASED_ANY_SOURCE, 10, 20},
                                     {{0, 9}, ERASED_ANY_SOURCE, 0, 100},
                                     {{0, 9}, 3, 200, 300},
                                     {{0, 7}, ERASED_ANY_SOURCE, 0, 40}};
  static const struct {
    uint64_t session;
    int64_t source, time;
    bool covered;
  } asked[] = {{5, 0, 10, true},   {5, 0, 20, false},   {5, 0, 50, false}, {6, 0, 30, false},
               {7, 0, 39, true},   {7, 0, 50, false},   {9, 0, 50, true},  {9, 3, 250, true},
               {9, 2, 250, false}, {10, 3, 250, false}, {0, 0, 15, false}};
  erased_marks marks = {NULL, 0, 0};
  for (size_t i = 0; i < sizeof list / sizeof *list; i++)
    ck_assert_int_eq(bpi_erased_add(&marks, &list[i]), BP_OK);
  bpi_erased_sort(&marks);
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
    ck_assert_msg(bpi_erased_covers(&marks, (ident){0, asked[i].session}, asked[i].source,
                                    asked[i].time) == asked[i].covered,
                  "case %zu", i);
  bpi_erased_free(&marks);
}
END_TEST

typedef struct refused {
  int reason;
  uint64_t line;
  int64_t byte;
} refused;

static void on_reject(void *user, int reason, uint64_t line, int64_t byte) {
  *(refused *)user = (refused){reason, line, byte};
}

START_TEST(rejects_are_passed_on_and_counted) {
  behind b;
  refused last = {0, 0, 0};
  gate *g = new_gate(&b, true);
  record_sink sink = bpi_gate_sink(g);
  sink.reject(sink.self, REJECT_UTF8, 1, 2); /* nothing is behind the sink */
  bpi_gate_on_reject(g, on_reject, &last);
  sink.reject(sink.self, REJECT_DEPTH, 3, 4);
  sink.drop(sink.self);
  ck_assert(last.reason == REJECT_DEPTH && last.line == 3 && last.byte == 4);
  ck_assert_uint_eq(bpi_gate_counts(g)->rejects, 2);
  ck_assert_uint_eq(bpi_gate_counts(g)->drops, 1);
  bpi_gate_free(g);
  bpi_gate_free(NULL);
}
END_TEST

/* ------------------------------------------------------------------------------------ policy */

/* Which accesses open which kinds, by hand from docs/privacy.md: personal 1, team 2, organisation
 * 4, release 8, lead's file 16. What may be asked is compared row by row in tests/privacy. */
START_TEST(policy_denies_by_default) {
  static const struct {
    uint32_t access;
    const char *name;
    unsigned opens;
  } rows[] = {{BP_ACCESS_NONE, "none", 1 | 2 | 4 | 8 | 16},
              {BP_ACCESS_OWNER, "owner", 1},
              {BP_ACCESS_LEAD, "lead", 8 | 16},
              {BP_ACCESS_MANAGER, "manager", 4 | 8},
              {BP_ACCESS_DEVOPS, "devops", 1 | 2 | 4 | 8},
              {BP_ACCESS_RESEARCH, "research", 4 | 8},
              {BP_ACCESS_STEWARD, "steward", 2 | 4 | 8},
              {7, NULL, 0},
              {UINT32_MAX, NULL, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (rows[i].name == NULL)
      ck_assert_ptr_null(bpi_access_name(rows[i].access));
    else
      ck_assert_str_eq(bpi_access_name(rows[i].access), rows[i].name);
    ck_assert_uint_eq(bpi_policy_opens(rows[i].access), rows[i].opens);
    ck_assert(!bpi_policy_allows(STORE_PERSONAL, rows[i].access, "bp_nonesuch", NULL));
    ck_assert(!bpi_policy_allows(STORE_PERSONAL, rows[i].access, "bp_inspect", NULL));
    ck_assert(!bpi_policy_allows(STORE_PERSONAL, rows[i].access, "bp_inspect", "healt"));
    ck_assert(!bpi_policy_allows(STORE_PERSONAL, rows[i].access, "", NULL));
    ck_assert(!bpi_policy_allows(STORE_KINDS, rows[i].access, "bp_query_run", NULL));
  }
}
END_TEST

/* Narrowing never adds rights: every pair of accesses of every kind. */
START_TEST(narrowing_only_narrows) {
  static const struct {
    store_kind kind;
    uint32_t from, to;
  } open[] = {{STORE_PERSONAL, BP_ACCESS_OWNER, BP_ACCESS_DEVOPS},
              {STORE_TEAM, BP_ACCESS_STEWARD, BP_ACCESS_DEVOPS},
              {STORE_ORGANISATION, BP_ACCESS_STEWARD, BP_ACCESS_DEVOPS},
              {STORE_RELEASE, BP_ACCESS_LEAD, BP_ACCESS_STEWARD},
              {STORE_RELEASE, BP_ACCESS_MANAGER, BP_ACCESS_STEWARD},
              {STORE_RELEASE, BP_ACCESS_RESEARCH, BP_ACCESS_STEWARD},
              {STORE_RELEASE, BP_ACCESS_LEAD, BP_ACCESS_DEVOPS},
              {STORE_RELEASE, BP_ACCESS_MANAGER, BP_ACCESS_DEVOPS},
              {STORE_RELEASE, BP_ACCESS_RESEARCH, BP_ACCESS_DEVOPS},
              {STORE_RELEASE, BP_ACCESS_STEWARD, BP_ACCESS_DEVOPS},
              {STORE_ORGANISATION, BP_ACCESS_MANAGER, BP_ACCESS_DEVOPS},
              {STORE_ORGANISATION, BP_ACCESS_RESEARCH, BP_ACCESS_DEVOPS}};
  for (int kind = 0; kind < STORE_KINDS; kind++)
    for (uint32_t from = 0; from <= BP_ACCESS_STEWARD + 1; from++)
      for (uint32_t to = 0; to <= BP_ACCESS_STEWARD + 1; to++) {
        unsigned bit = STORE_BIT(kind);
        bool both = (bpi_policy_opens(from) & bit) && (bpi_policy_opens(to) & bit);
        bool want = both && (from == to || to == BP_ACCESS_NONE);
        for (size_t i = 0; i < sizeof open / sizeof *open; i++)
          want = want || ((int)open[i].kind == kind && open[i].from == from && open[i].to == to);
        ck_assert_msg(bpi_policy_narrower((store_kind)kind, from, to) == want, "%d: %u to %u", kind,
                      from, to);
      }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("gate");
  TCase *tests = tcase_create("gate");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, identifiers_are_hashes);
  tcase_add_test(tests, memory_does_not_mix);
  tcase_add_test(tests, names_are_passed_on_once);
  tcase_add_test(tests, names_of_good_shape_pass);
  tcase_add_test(tests, labels_off);
  tcase_add_test(tests, names_have_bounds);
  tcase_add_test(tests, records_pass);
  tcase_add_test(tests, numbers_have_bounds);
  tcase_add_test(tests, times_have_bounds);
  tcase_add_test(tests, names_outlive_their_row);
  tcase_add_test(tests, names_of_several_sessions_outlive_their_rows);
  tcase_add_test(tests, marks_are_of_their_sessions);
  tcase_add_test(tests, rejects_are_passed_on_and_counted);
  tcase_add_test(tests, policy_denies_by_default);
  tcase_add_test(tests, narrowing_only_narrows);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
