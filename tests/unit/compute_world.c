#include "compute_world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

store world;
int64_t now_us;
static prices *table;

/* USD per million tokens; the fee is per search. Model "two" has no price. Model "three" costs half
 * a nano-dollar per token and one per token read from the cache, and has no fee. */
static const char price_list[] =
    "{\"version\":1,\"as_of\":\"2026-01-01\",\"source\":\"test\",\"models\":[{\"name\":\"one-large-1\","
    "\"provider\":\"p\",\"entries\":[{\"input\":\"1\",\"output\":\"2\",\"cache_read\":\"0.1\","
    "\"cache_write_5m\":\"1.25\",\"cache_write_1h\":\"2\",\"web_search\":\"0.01\"}]},{\"name\":\"three\",\"provider\":\"p\","
    "\"entries\":[{\"input\":\"0.0005\",\"output\":\"0\",\"cache_read\":\"0.001\","
    "\"cache_write_5m\":\"0.000625\",\"cache_write_1h\":\"0.001\"}]}]}";

#define ALL_BUT(bits) (0x3ffffu & ~(unsigned)(bits))
static const source_cover covers[] = {{"alpha", ALL_BUT(NEED_COST | NEED_DECISIONS)},
                                      {"beta", NEED_PROMPTS | NEED_TIME},
                                      {"gamma", ALL_BUT(0)}};

static int64_t shift_by;
static bool turned;
static int64_t number(int64_t id) {
  return shift_by + (turned ? 1000 - id : id);
}

#define A "2026-11-23T" /* a Monday */
#define B "2026-11-24T"
enum {
  CLAUDE = 1,
  CODEX,
  API,
  WEB,
  MAIN,
  FIX,
  V1,
  V2,
  ONE = 10,
  TWO,
  EDIT = 20,
  BASH,
  GIT,
  FILE_A = 30,
  FILE_B
};

static void make_labels(void) {
  const struct {
    int id;
    label_kind kind;
    uint64_t key;
    const char *text;
  } labels[] = {{CLAUDE, LABEL_PLATFORM, 0xc1, "claude_code"},
                {CODEX, LABEL_PLATFORM, 0xc2, "codex"},
                {API, LABEL_WORKSPACE, UINT64_C(0xabcd000000000000), "api"},
                {WEB, LABEL_WORKSPACE, UINT64_C(0x1234000000000000), "web"},
                {MAIN, LABEL_BRANCH, 0xb1, "main"},
                {FIX, LABEL_BRANCH, UINT64_C(0xfeedface00000000), NULL},
                {V1, LABEL_VERSION, 0x01, "1.0.0"},
                {V2, LABEL_VERSION, 0x02, "2.0.0"},
                {ONE, LABEL_MODEL, 0x11, "one-large-1"},
                {TWO, LABEL_MODEL, 0x12, "two"},
                {EDIT, LABEL_TOOL, 0x21, "Edit"},
                {BASH, LABEL_TOOL, 0x22, "Bash"},
                {GIT, LABEL_TOOL, 0x23, "mcp__git__log"},
                {FILE_A, LABEL_FILE, 0x31, NULL},
                {FILE_B, LABEL_FILE, 0x32, NULL}};
  for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
    fake_label(&world, number(labels[i].id), labels[i].kind, labels[i].key, labels[i].text);
}

static int64_t at(const char *time) {
  int64_t us;
  ck_assert(bpi_parse_instant(time, strlen(time), &us));
  return us;
}

static void make_sessions(void) {
  session_row *s = fake_session(&world, number(1), UINT64_C(0x1111222233334444), 1 << 0);
  s->platform = number(CLAUDE), s->workspace = number(API), s->branch = number(MAIN);
  s->version = number(V1);
  s->first_us = at(A "09:00:10Z"), s->last_us = at(B "10:10:10Z");
  s = fake_session(&world, number(2), UINT64_C(0xaaaabbbbccccdddd), 1 << 2);
  s->platform = number(CODEX), s->workspace = number(WEB), s->branch = number(FIX);
  s->version = number(V2);
  s->first_us = at(A "09:00:00Z"), s->last_us = at(A "21:05:00Z");
}

/* A cell of session 1 or 2. */
static rollup_cell *cell(int session, rollup_kind kind, const char *time, int label, int64_t class_,
                         int64_t n) {
  return fake_cell(&world, kind, time, number(session), label ? number(label) : 0, class_, n);
}

static void tokens(rollup_cell *c, int64_t input, int64_t output, int64_t read, int64_t write_5m,
                   int64_t write_1h) {
  c->m[RESPONSE_INPUT] = input;
  c->m[RESPONSE_OUTPUT] = output;
  c->m[RESPONSE_CACHE_READ] = read;
  c->m[RESPONSE_CACHE_WRITE_5M] = write_5m;
  c->m[RESPONSE_CACHE_WRITE_1H] = write_1h;
}

#define SIZE(value) CLASS_PUT(CLASS_SIZE, SIZE_##value)
#define FEATURES(value) CLASS_PUT(CLASS_FEATURES, value)
#define QUALITY(value) CLASS_PUT(CLASS_QUALITY, QUALITY_##value)
#define SUB CLASS_PUT(CLASS_SUBAGENT, 1)
#define OUTCOME(value) CLASS_PUT(CLASS_OUTCOME, OUTCOME_##value)
#define CATEGORY(value) CLASS_PUT(CLASS_CATEGORY, CATEGORY_##value)
#define LANGUAGE(value) CLASS_PUT(CLASS_LANGUAGE, LANGUAGE_##value)
#define EVENT(value) CLASS_PUT(CLASS_EVENT, EVENT_##value)
#define KIND(value) CLASS_PUT(CLASS_DECISION, DECISION_##value)
#define CHANGE(value) CLASS_PUT(CLASS_CHANGE, CHANGE_##value)
#define TYPE(value) CLASS_PUT(CLASS_CHANGE_TYPE, CHANGE_TYPE_##value)
#define ASSISTED(value) CLASS_PUT(CLASS_ASSISTED, ASSISTED_##value)

static void first_session(void) {
  rollup_cell *c;
  cell(1, ROLLUP_PROMPT, A "09:00:00Z", 0, SIZE(SHORT), 3);
  cell(1, ROLLUP_PROMPT, A "09:15:00Z", 0, SIZE(LONG) | FEATURES(PROMPT_IMAGE | PROMPT_FILE), 1);
  cell(1, ROLLUP_PROMPT, B "10:00:00Z", 0, SIZE(SHORT), 2);
  c = cell(1, ROLLUP_RESPONSE, A "09:00:00Z", ONE, QUALITY(FINAL), 4);
  tokens(c, 1000, 200, 5000, 300, 100);
  c->m[RESPONSE_REASONING] = 50;
  c->m[RESPONSE_WEB_SEARCHES] = 1;
  c = cell(1, ROLLUP_RESPONSE, A "09:15:00Z", TWO, QUALITY(PARTIAL), 2);
  tokens(c, 10, 20, 0, 0, 0);
  c = cell(1, ROLLUP_RESPONSE, B "10:00:00Z", ONE, QUALITY(FINAL) | SUB, 3);
  tokens(c, 500, 100, 1000, 0, 0);
  c = cell(1, ROLLUP_TOOL, A "09:00:00Z", EDIT, OUTCOME(OK) | CATEGORY(EDIT), 2);
  c->m[TOOL_ADDED] = 30, c->m[TOOL_REMOVED] = 10, c->m[TOOL_EDITS] = 2;
  c->m[TOOL_DURATION_US] = 1000000, c->m[TOOL_TIMED] = 2;
  cell(1, ROLLUP_TOOL, A "09:00:00Z", BASH, OUTCOME(ERROR) | CATEGORY(COMMAND), 1);
  c = cell(1, ROLLUP_TOOL, A "09:15:00Z", BASH, OUTCOME(OK) | CATEGORY(COMMAND), 1);
  c->m[TOOL_DURATION_US] = 3000000, c->m[TOOL_TIMED] = 1;
  cell(1, ROLLUP_TOOL, B "10:00:00Z", GIT, OUTCOME(REJECTED) | CATEGORY(MCP), 1);
  cell(1, ROLLUP_TOOL, B "10:00:00Z", BASH, OUTCOME(INTERRUPTED) | CATEGORY(COMMAND) | SUB, 1);
  c = cell(1, ROLLUP_EDIT, A "09:00:00Z", FILE_A, LANGUAGE(PYTHON), 1);
  c->m[EDIT_ADDED] = 20, c->m[EDIT_REMOVED] = 10;
  c = cell(1, ROLLUP_EDIT, A "09:00:00Z", FILE_B, LANGUAGE(C), 1);
  c->m[EDIT_ADDED] = 10;
  cell(1, ROLLUP_EVENT, A "09:00:00Z", 0, EVENT(COMPACTION), 1);
  cell(1, ROLLUP_EVENT, A "09:00:00Z", 0, EVENT(SLASH_COMMAND), 4);
  cell(1, ROLLUP_EVENT, A "09:15:00Z", 0, EVENT(API_ERROR), 1);
  cell(1, ROLLUP_EVENT, B "10:00:00Z", 0, EVENT(API_RETRY), 2);
  cell(1, ROLLUP_EVENT, B "10:00:00Z", 0, EVENT(INTERRUPT), 1);
  cell(1, ROLLUP_EVENT, B "10:00:00Z", 0, EVENT(SUBAGENT), 1);
  cell(1, ROLLUP_EVENT, A "09:15:00Z", 0, EVENT(COMPOSER), 1);
  cell(1, ROLLUP_EVENT, A "09:15:00Z", 0, EVENT(GENERATION), 5);
  cell(1, ROLLUP_ACTIVE, A "09:00:00Z", 0, 0, 1)->m[ACTIVE_US] = 600000000;
  cell(1, ROLLUP_ACTIVE, A "09:15:00Z", 0, 0, 1)->m[ACTIVE_US] = 300000000;
  cell(1, ROLLUP_ACTIVE, B "10:00:00Z", 0, 0, 1)->m[ACTIVE_US] = 300000000;
  cell(1, ROLLUP_CHANGE, A "09:15:00Z", 0, CHANGE(COMMIT) | ASSISTED(YES), 1);
  c = cell(1, ROLLUP_CHANGE, A "09:45:00Z", 0, CHANGE(COMMIT) | TYPE(FIX) | ASSISTED(NO), 1);
  c->m[CHANGE_ADDED] = 40, c->m[CHANGE_REMOVED] = 5, c->m[CHANGE_FILES] = 2;
  c = cell(1, ROLLUP_CHANGE, B "10:00:00Z", 0, CHANGE(PULL_REQUEST) | TYPE(FEATURE), 1);
  c->m[CHANGE_ROUNDS] = 2, c->m[CHANGE_ROUNDED] = 1;
  c->m[CHANGE_OPEN_US] = INT64_C(3600000000), c->m[CHANGE_OPENED] = 1;
}

#define TASK_IS(value) CLASS_PUT(CLASS_TASK_TYPE, TASK_##value)
#define ENDED(value) CLASS_PUT(CLASS_TASK_OUTCOME, TASK_OUTCOME_##value)
#define USE(value) CLASS_PUT(CLASS_USE, USE_OF_##value)
#define FIRST (TASK_IS(DEBUGGING) | ENDED(RESOLVED) | SIZE(SHORT))
#define SECOND                                                                                     \
  (TASK_IS(BUILDING) | ENDED(UNRESOLVED) | SIZE(LONG) | FEATURES(PROMPT_IMAGE | PROMPT_FILE))
#define THIRD (TASK_IS(EXPLORING) | ENDED(NONE) | SIZE(SHORT))
#define OTHER (TASK_IS(BUILDING) | ENDED(RESOLVED) | SIZE(TINY))

static void a_task(rollup_cell *c, int64_t active_s, int64_t prompts, int64_t retries,
                   int64_t kept) {
  c->m[TASK_ACTIVE_US] = active_s * 1000000;
  c->m[TASK_PROMPTS] = prompts;
  c->m[TASK_PROMPT_RETRIES] = retries;
  c->m[TASK_LINES_KEPT] = kept;
}

static void attempts(rollup_cell *c, int64_t repeats, int64_t recovered) {
  c->m[ATTEMPT_REPEATS] = repeats;
  c->m[ATTEMPT_RECOVERED] = recovered;
}

/* The label of a pattern cell is a pattern, not the row number of a label. */
static void pattern(rollup_kind kind, const char *time, int64_t label, int64_t class_) {
  fake_cell(&world, kind, time, number(1), label, class_, 1);
}

static void used(rollup_cell *c, int64_t seconds) {
  c->m[USE_USED] = 1;
  c->m[USE_ACTIVE_US] = seconds * 1000000;
}

static void tasks(void) {
  rollup_cell *c;
  a_task(cell(1, ROLLUP_TASK, A "09:00:00Z", ONE, FIRST | CATEGORY(COMMAND), 1), 600, 3, 1, 20);
  a_task(cell(1, ROLLUP_TASK, A "09:15:00Z", TWO, SECOND | CATEGORY(EDIT), 1), 300, 1, 0, 10);
  a_task(cell(1, ROLLUP_TASK, B "10:00:00Z", ONE, THIRD | CATEGORY(READ), 1), 300, 2, 0, 0);
  a_task(cell(2, ROLLUP_TASK, A "09:00:00Z", ONE, OTHER | CATEGORY(EDIT), 1), 120, 1, 0, 7);
  tokens(cell(1, ROLLUP_TASK_COST, A "09:00:00Z", ONE, QUALITY(FINAL) | FIRST, 4), 1000, 200, 0, 0,
         0);
  tokens(cell(1, ROLLUP_TASK_COST, A "09:15:00Z", TWO, QUALITY(PARTIAL) | SECOND, 2), 10, 20, 0, 0,
         0);
  c = cell(1, ROLLUP_ATTEMPT, A "09:00:00Z", EDIT,
           CATEGORY(EDIT) | TASK_IS(DEBUGGING) | SIZE(SHORT), 2);
  c->m[ATTEMPT_EDITS] = 2, c->m[ATTEMPT_FIRST_TRY] = c->m[ATTEMPT_REWORKED] = 1;
  cell(1, ROLLUP_ATTEMPT, A "09:00:00Z", BASH, CATEGORY(COMMAND) | TASK_IS(DEBUGGING), 1);
  attempts(cell(1, ROLLUP_ATTEMPT, A "09:15:00Z", BASH, CATEGORY(COMMAND) | TASK_IS(BUILDING), 1),
           1, 1);
  cell(1, ROLLUP_ATTEMPT, B "10:00:00Z", GIT, CATEGORY(MCP) | TASK_IS(EXPLORING), 1);
  attempts(
      cell(1, ROLLUP_ATTEMPT, B "10:00:00Z", BASH, CATEGORY(COMMAND) | TASK_IS(EXPLORING) | SUB, 1),
      1, 0);
  used(cell(1, ROLLUP_USE, A "09:00:00Z", 0, USE(MCP) | FIRST, 1), 600);
  cell(1, ROLLUP_USE, A "09:00:00Z", 0, USE(IMAGES) | FIRST, 1);
  cell(1, ROLLUP_USE, A "09:15:00Z", 0, USE(MCP) | SECOND, 1);
  used(cell(1, ROLLUP_USE, A "09:15:00Z", 0, USE(IMAGES) | SECOND, 1), 300);
  cell(2, ROLLUP_USE, A "09:00:00Z", 0, USE(MCP) | OTHER, 1);
  cell(2, ROLLUP_USE, A "09:00:00Z", 0, USE(IMAGES) | OTHER, 1);
  for (rollup_kind kind = ROLLUP_PATTERN; kind <= ROLLUP_TRANSITION; kind++) {
    pattern(kind, A "09:00:00Z", 0x20013, FIRST); /* read > edit */
    pattern(kind, A "09:15:00Z", 0x20013, SECOND);
  }
  pattern(ROLLUP_PATTERN, A "09:00:00Z", 0x30134, FIRST); /* read > edit > command */
}

static void second_session(void) {
  rollup_cell *c;
  cell(2, ROLLUP_PROMPT, A "09:00:00Z", 0, SIZE(TINY), 1);
  c = cell(2, ROLLUP_RESPONSE, A "09:00:00Z", ONE, QUALITY(FINAL), 2);
  tokens(c, 100, 10, 0, 0, 0);
  c->m[RESPONSE_COST_NANO] = 2000000;
  c->m[RESPONSE_COSTED] = 2;
  cell(2, ROLLUP_DECISION, A "09:00:00Z", 0, KIND(EDIT) | OUTCOME(OK) | LANGUAGE(PYTHON), 3)
      ->m[DECISION_LINES] = 12;
  cell(2, ROLLUP_DECISION, A "09:00:00Z", 0, KIND(EDIT) | OUTCOME(REJECTED) | LANGUAGE(PYTHON), 1);
  cell(2, ROLLUP_DECISION, A "21:00:00Z", 0, KIND(COMPLETION) | OUTCOME(OK) | LANGUAGE(C), 2);
  c = cell(2, ROLLUP_SPAN, A "09:00:00Z", 0, 0, 1);
  c->m[SPAN_ADDED] = 7, c->m[SPAN_REMOVED] = 2, c->m[SPAN_FILES] = 1;
  c = cell(2, ROLLUP_EVENT, A "12:00:00Z", 0, EVENT(LINES_SUGGESTED), 2);
  c->m[EVENT_VALUE] = 50, c->m[EVENT_VALUED] = 2;
  c = cell(2, ROLLUP_EVENT, A "12:00:00Z", 0, EVENT(LINES_ACCEPTED), 2);
  c->m[EVENT_VALUE] = 20, c->m[EVENT_VALUED] = 2;
  cell(2, ROLLUP_ACTIVE, A "09:00:00Z", 0, 0, 1)->m[ACTIVE_US] = 120000000;
  cell(2, ROLLUP_CHANGE, A "09:00:00Z", 0, CHANGE(ISSUE) | TYPE(BUG), 1);
  cell(2, ROLLUP_CHANGE, A "09:00:00Z", 0, CHANGE(ISSUE) | TYPE(OTHER), 1);
  cell(2, ROLLUP_CHANGE, A "21:00:00Z", 0, CHANGE(COMMIT) | TYPE(REVERT) | ASSISTED(YES), 1);
}

void world_empty(void) {
  bp_error *error = NULL;
  fake_clear(&world);
  now_us = at(B "12:00:00Z");
  if (!table)
    ck_assert_int_eq(bpi_prices_parse(&table, price_list, sizeof price_list - 1, &error), 0);
}

void world_make(int64_t shift, bool reversed) {
  shift_by = shift;
  turned = reversed;
  world_empty();
  make_labels();
  make_sessions();
  first_session();
  second_session();
  tasks();
}

void world_close(void) {
  bpi_prices_free(table);
  table = NULL;
}

bp_result *world_run(const char *json, int *code, bp_error **error) {
  char *text = strdup(json);
  for (char *c = text; *c; c++)
    if (*c == '\'') *c = '"';
  bp_query *q;
  bp_result *result = NULL;
  compute_context context = {.store = &world,
                             .prices = table,
                             .assumed = bpi_assumptions_builtin(),
                             .covers = covers,
                             .cover_count = sizeof covers / sizeof *covers,
                             .now_us = now_us};
  *error = NULL;
  *code = bpi_query_from_json(&q, text, strlen(text), error);
  if (!*code) {
    *code = bpi_compute(&result, &context, q, error);
    bpi_query_free(q);
  }
  free(text);
  ck_assert_int_eq(world.begun, 0);
  ck_assert((*code == 0) == (result != NULL));
  ck_assert((*code == 0) == (*error == NULL));
  if (*error) ck_assert_int_eq(bpi_error_code(*error), *code);
  return result;
}

static size_t print_cell(char *out, size_t size, const bp_result *r, size_t row, size_t column) {
  int state = bpi_table_state(r, row, column), type = r->column[column].type;
  const char *mark = bpi_table_lower_bound(r, row, column) ? "+" : "";
  if (state == BP_CELL_EMPTY) return (size_t)snprintf(out, size, "-");
  if (state == BP_CELL_UNCOVERED) return (size_t)snprintf(out, size, "?");
  if (type == BP_TYPE_TEXT)
    return (size_t)snprintf(out, size, "%s", bpi_table_text(r, row, column, NULL));
  if (type == BP_TYPE_REAL)
    return (size_t)snprintf(out, size, "%.10g%s", r->column[column].reals[row], mark);
  if (type == BP_TYPE_TIME) return bpi_format_instant(r->column[column].ints[row], out);
  return (size_t)snprintf(out, size, "%lld%s", (long long)r->column[column].ints[row], mark);
}

char *world_rows(const char *json) {
  static char text[1 << 20];
  size_t n = 0;
  int code;
  bp_error *error;
  bp_result *r = world_run(json, &code, &error);
  ck_assert_msg(r != NULL, "%s: %s", json, bpi_error_message(error));
  text[0] = '\0';
  for (size_t row = 0; row < r->rows; row++) {
    for (size_t column = 0; column < r->columns; column++) {
      const char *name = bpi_table_column_get(r, column, "name");
      const char *of = bpi_table_column_get(r, column, "of");
      if (n) n += (size_t)snprintf(text + n, sizeof text - n, column ? " " : " | ");
      if (of) n += (size_t)snprintf(text + n, sizeof text - n, "%s=", name + strlen(of) + 1);
      n += print_cell(text + n, sizeof text - n, r, row, column);
    }
  }
  bpi_table_release(r);
  return text;
}

int world_fails(const char *json, const char *key, const char *detail) {
  int code;
  bp_error *error;
  bp_result *r = world_run(json, &code, &error);
  ck_assert_msg(r == NULL, "%s does not fail", json);
  if (key) {
    const char *found = bpi_error_detail(error, key);
    ck_assert_msg(found && !strcmp(found, detail), "%s: %s is \"%s\"", json, key,
                  found ? found : "NULL");
  }
  bpi_error_free(error);
  return code;
}
