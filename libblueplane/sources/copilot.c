/* sources/copilot.c: the events of GitHub Copilot CLI. Knows its lines, and that a file is read
 * from its start: usage is reported in sums each time a session is left, and distributed over the
 * responses since the last sums. */
#include <string.h>

#include "base/ident_set.h"
#include "base/mem.h"
#include "base/text.h"
#include "sources/content.h"
#include "sources/rows.h"

#define MODELS_MAX 16   /* per shutdown; further ones are left out and counted */
#define UNSEEN_MAX 4096 /* requests of a model without a visible response */

#define LINE_KEYS(X)                                                                               \
  X(LINE_TYPE, "type") X(LINE_DATA, "data") X(LINE_ID, "id") X(LINE_TIME, "timestamp")
OBJECT_KEYS(line_keys, LINE_KEYS);
/* clang-format off */
#define DATA_KEYS(X)                                                                               \
  X(D_SESSION, "sessionId") X(D_VERSION, "copilotVersion") X(D_START, "startTime")                 \
  X(D_SELECTED, "selectedModel") X(D_NEW_MODEL, "newModel") X(D_CONTEXT, "context")                \
  X(D_CONTENT, "content") X(D_ATTACHMENTS, "attachments") X(D_MESSAGE, "messageId")                \
  X(D_MODEL, "model") X(D_OUTPUT, "outputTokens") X(D_CALL, "toolCallId") X(D_TOOL, "toolName")    \
  X(D_ARGUMENTS, "arguments") X(D_SUCCESS, "success") X(D_ERROR, "error")                          \
  X(D_TELEMETRY, "toolTelemetry") X(D_METRICS, "modelMetrics")
/* clang-format on */
OBJECT_KEYS(data_keys, DATA_KEYS);
#define CONTEXT_KEYS(X) X(CONTEXT_CWD, "cwd") X(CONTEXT_BRANCH, "branch")
OBJECT_KEYS(context_keys, CONTEXT_KEYS);
#define ATTACHMENT_KEYS(X) X(ATTACHMENT_TYPE, "type")
OBJECT_KEYS(attachment_keys, ATTACHMENT_KEYS);
#define ERROR_KEYS(X) X(ERROR_CODE, "code")
OBJECT_KEYS(error_keys, ERROR_KEYS);
#define TELEMETRY_KEYS(X) X(TELEMETRY_METRICS, "metrics")
OBJECT_KEYS(telemetry_keys, TELEMETRY_KEYS);
#define EDIT_KEYS(X) X(EDIT_PLUS, "linesAdded") X(EDIT_MINUS, "linesRemoved")
OBJECT_KEYS(edit_keys, EDIT_KEYS);
#define MODEL_KEYS(X) X(MODEL_REQUESTS, "requests") X(MODEL_USAGE, "usage")
OBJECT_KEYS(model_keys, MODEL_KEYS);
#define REQUEST_KEYS(X) X(REQUEST_COUNT, "count")
OBJECT_KEYS(request_keys, REQUEST_KEYS);
/* clang-format off */
#define USAGE_KEYS(X)                                                                              \
  X(U_INPUT, "inputTokens") X(U_OUTPUT, "outputTokens") X(U_READ, "cacheReadTokens")               \
  X(U_WRITE, "cacheWriteTokens") X(U_REASONING, "reasoningTokens")
/* clang-format on */
OBJECT_KEYS(usage_keys, USAGE_KEYS);
enum { USAGES = U_REASONING + 1 };

typedef enum line_type {
  TYPE_OTHER = -1,
  TYPE_START,
  TYPE_RESUME,
  TYPE_MODEL,
  TYPE_SHUTDOWN,
  TYPE_CHECKPOINT,
  TYPE_USER,
  TYPE_ASSISTANT,
  TYPE_USE,
  TYPE_RESULT,
  TYPE_ABORT
} line_type;
static const char *const types[] = {"session.start",
                                    "session.resume",
                                    "session.model_change",
                                    "session.shutdown",
                                    "session.usage_checkpoint",
                                    "user.message",
                                    "assistant.message",
                                    "tool.execution_start",
                                    "tool.execution_complete",
                                    "abort",
                                    NULL};
static const char *const image_words[] = {"image", "blob", NULL};
enum { CODE_REJECTED, CODE_DENIED, CODE_TIMEOUT };
static const char *const code_words[] = {"rejected", "denied", "timeout", NULL};

typedef struct model_use {
  name_text model;
  int64_t requests, of[USAGES];
} model_use;

typedef struct line {
  line_type type;
  bool data, success;
  unsigned dropped;
  int64_t time, started;
  id_text id, session, message, call;
  name_text version, cwd, branch, model, tool;
  prompt_facts prompt;
  int64_t output, added, removed;
  int code; /* CODE_ of an error; -1: none */
  tool_input input;
  size_t models;
  model_use use[MODELS_MAX];
} line;

/* A response since the session was entered, even if reported several times. */
typedef struct answer {
  uint32_t model;
  int64_t time, output;
} answer;

typedef struct copilot {
  rows rows;
  line line;
  bool named;
  uint32_t model; /* the last one selected */
  ident_set answers;
  answer *answer;
  size_t capacity;
  bool goes_on; /* the client's counts continue from where it left off, */
  size_t models;
  model_use last[MODELS_MAX]; /* which is stored here */
} copilot;

/* ------------------------------------------------------------------------------------ reading */

#define READ_TEXT(text) bpi_object_into(s, text, &l->dropped)

static void read_context(line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, context_keys, &seen, reject)) >= 0;)
    READ_TEXT(m == CONTEXT_CWD ? &l->cwd : &l->branch);
}

static void read_attachments(line *l, scan *s, int *reject) {
  if (!bpi_scan_enter_array(s)) return;
  while (bpi_scan_item(s)) {
    uint64_t seen = 0;
    bool image = false;
    if (!bpi_scan_enter_object(s)) continue;
    while (bpi_object_member(s, attachment_keys, &seen, reject) >= 0)
      image = bpi_object_word(s, image_words) >= 0;
    l->prompt.features |= image ? PROMPT_IMAGE : PROMPT_FILE;
  }
}

static void read_error(line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_object_member(s, error_keys, &seen, reject) >= 0)
    l->code = bpi_object_word(s, code_words);
}

static void read_telemetry(line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_object_member(s, telemetry_keys, &seen, reject) >= 0) {
    uint64_t edit = 0;
    if (!bpi_scan_enter_object(s)) continue;
    for (int m; (m = bpi_object_member(s, edit_keys, &edit, reject)) >= 0;)
      *(m == EDIT_PLUS ? &l->added : &l->removed) = bpi_object_count(s, reject);
  }
}

static void read_model(model_use *u, scan *s, int *reject) {
  uint64_t seen = 0;
  for (int m; (m = bpi_object_member(s, model_keys, &seen, reject)) >= 0;) {
    uint64_t inner = 0;
    if (!bpi_scan_enter_object(s)) continue;
    if (m == MODEL_REQUESTS)
      while (bpi_object_member(s, request_keys, &inner, reject) >= 0)
        u->requests = bpi_object_count(s, reject);
    else
      for (int n; (n = bpi_object_member(s, usage_keys, &inner, reject)) >= 0;)
        u->of[n] = bpi_object_count(s, reject);
  }
}

static void name_model(model_use *u, const char *key, size_t length) {
  memset(u, 0, sizeof *u);
  u->model.length = length;
  memcpy(u->model.at, key, length);
}

/* An object keyed by model. */
static void read_models(line *l, scan *s, int *reject) {
  const char *key;
  size_t length;
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_scan_key(s, &key, &length)) {
    bool fits = l->models < MODELS_MAX && length > 0;
    model_use *u = &l->use[fits ? l->models : 0];
    if (fits) name_model(u, key, length); /* the next call overwrites the key */
    if (!fits) l->dropped++;
    if (!fits || bpi_scan_peek(s) != SCAN_OBJECT) {
      bpi_scan_skip(s);
      continue;
    }
    l->models++;
    bpi_scan_enter_object(s);
    read_model(u, s, reject);
  }
}

static void read_data_member(line *l, scan *s, int m, int *reject) {
  switch (m) {
  case D_SESSION: READ_TEXT(&l->session); break;
  case D_VERSION: READ_TEXT(&l->version); break;
  case D_START: l->started = bpi_object_time(s); break;
  case D_SELECTED:
  case D_NEW_MODEL:
  case D_MODEL: READ_TEXT(&l->model); break;
  case D_CONTEXT: read_context(l, s, reject); break;
  case D_CONTENT: bpi_content_prompt(s, &l->prompt, reject); break;
  case D_ATTACHMENTS: read_attachments(l, s, reject); break;
  case D_MESSAGE: READ_TEXT(&l->message); break;
  case D_OUTPUT: l->output = bpi_object_count(s, reject); break;
  case D_CALL: READ_TEXT(&l->call); break;
  case D_TOOL: READ_TEXT(&l->tool); break;
  case D_ARGUMENTS: bpi_content_input(s, &l->input, &l->dropped, reject); break;
  case D_SUCCESS: l->success = bpi_object_true(s); break;
  case D_ERROR: read_error(l, s, reject); break;
  case D_TELEMETRY: read_telemetry(l, s, reject); break;
  case D_METRICS: read_models(l, s, reject); break;
  default: bpi_scan_skip(s);
  }
}

static void read_data(line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  l->data = true;
  for (int m; (m = bpi_object_member(s, data_keys, &seen, reject)) >= 0;)
    read_data_member(l, s, m, reject);
}

static void start_line(line *l) {
  l->type = TYPE_OTHER;
  l->data = l->success = false;
  l->dropped = 0;
  l->time = l->started = BPI_TIME_NONE;
  l->id.length = l->session.length = l->message.length = l->call.length = 0;
  l->version.length = l->cwd.length = l->branch.length = l->model.length = l->tool.length = 0;
  l->prompt = (prompt_facts){false, 0, 0};
  l->output = l->added = l->removed = -1;
  l->code = -1;
  l->models = 0;
  bpi_content_input_start(&l->input);
}

/* Checks the fields that a line of its type must have. */
static int judge(const line *l) {
  if (l->type == TYPE_OTHER || l->type == TYPE_CHECKPOINT) return 0;
  if (!l->data || l->id.length == 0) return REJECT_FIELD;
  if (l->type == TYPE_ASSISTANT && l->message.length == 0) return REJECT_FIELD;
  bool call = l->type == TYPE_USE || l->type == TYPE_RESULT;
  return call && l->call.length == 0 ? REJECT_FIELD : 0;
}

static int take(void *self, scan *s) {
  line *l = &((copilot *)self)->line;
  uint64_t seen = 0;
  int reject = 0;
  start_line(l);
  for (int m; (m = bpi_object_member(s, line_keys, &seen, &reject)) >= 0;) {
    switch (m) {
    case LINE_TYPE: l->type = (line_type)bpi_object_word(s, types); break;
    case LINE_DATA: read_data(l, s, &reject); break;
    case LINE_ID: READ_TEXT(&l->id); break;
    default: l->time = bpi_object_time(s);
    }
  }
  return reject != 0 ? reject : judge(l);
}

/* -------------------------------------------------------------------------------- putting out */

static int put_session(copilot *c) {
  const line *l = &c->line;
  rows *r = &c->rows;
  if (!c->named && l->session.length > 0) {
    bpi_rows_session(r, l->session.at, l->session.length);
    c->named = true;
  }
  name version = bpi_row_name(r, LABEL_VERSION, &l->version);
  record row = bpi_row(r, RECORD_SESSION);
  if (l->started != BPI_TIME_NONE) row.time = l->started;
  row.u.session_row = (session_record){.workspace = bpi_row_name(r, LABEL_WORKSPACE, &l->cwd).label,
                                       .branch = bpi_row_name(r, LABEL_BRANCH, &l->branch).label,
                                       .version = version.label,
                                       .version_rank = version.number};
  if (!c->goes_on) bpi_ident_set_free(&c->answers); /* usage is counted from here */
  return bpi_row_put(r, &row);
}

static int put_prompt(copilot *c) {
  const line *l = &c->line;
  record row = bpi_row(&c->rows, RECORD_PROMPT);
  row.key = bpi_row_key(&c->rows, IDENT_PROMPT, &l->id, 0);
  row.u.prompt =
      (prompt_record){.characters = l->prompt.characters, .features = l->prompt.features};
  return bpi_row_put(&c->rows, &row);
}

/* A response. Its usage other than output is reported later or never, so until then the counts are
 * not final. */
static int put_answer(copilot *c) {
  const line *l = &c->line;
  record row = bpi_row_response(&c->rows);
  row.key = bpi_row_key(&c->rows, IDENT_RESPONSE, &l->message, 0);
  row.u.response.model = l->model.length > 0 ? bpi_row_name(&c->rows, LABEL_MODEL, &l->model).label
                                             : c->model;
  /* a response cannot have no output, so 0 means unknown */
  row.u.response.output = l->output == 0 ? -1 : l->output;
  void *items = c->answer;
  size_t before = c->answers.count;
  int64_t number = bpi_ident_set_put(&c->answers, row.key, &items, &c->capacity, sizeof *c->answer);
  c->answer = items;
  if (number < 0) return BP_ERR_NOMEM;
  if ((size_t)number == before || c->answer[number].output < l->output)
    c->answer[number] = (answer){row.u.response.model, row.time, l->output};
  return bpi_row_put(&c->rows, &row);
}

static int put_use(copilot *c) {
  const line *l = &c->line;
  rows *r = &c->rows;
  record row = bpi_row(r, RECORD_TOOL_USE);
  row.key = bpi_row_key(r, IDENT_TOOL, &l->call, 0);
  row.u.use = bpi_content_use(&l->input, bpi_row_name(r, LABEL_TOOL, &l->tool),
                              bpi_row_name(r, LABEL_FILE, &l->input.file));
  return bpi_row_put(r, &row);
}

static int put_result(copilot *c) {
  static const struct {
    int outcome, failure;
  } codes[] = {{OUTCOME_REJECTED, FAILURE_NONE},
               {OUTCOME_DENIED, FAILURE_NONE},
               {OUTCOME_ERROR, FAILURE_TIMEOUT}};
  const line *l = &c->line;
  record row = bpi_row(&c->rows, RECORD_TOOL_RESULT);
  row.key = bpi_row_key(&c->rows, IDENT_TOOL, &l->call, 0);
  row.u.result = (tool_result_record){.outcome = OUTCOME_OK,
                                      .added = l->success ? l->added : -1,
                                      .removed = l->success ? l->removed : -1,
                                      .duration_us = -1};
  if (!l->success) row.u.result.outcome = OUTCOME_ERROR;
  if (!l->success) row.u.result.failure = FAILURE_OTHER;
  if (!l->success && l->code >= 0) {
    row.u.result.outcome = codes[l->code].outcome;
    row.u.result.failure = codes[l->code].failure;
  }
  return bpi_row_put(&c->rows, &row);
}

/* ---------------------------------------------------------------- what was used in the end */

/* The i-th of n shares of a sum; together they are the sum. */
static int64_t share(int64_t sum, int64_t i, int64_t n) {
  return sum < 0 ? -1 : sum / n + (i < sum % n);
}

/* Input without the tokens read from and written to the cache, which the client includes. */
static int64_t input_of(const model_use *u) {
  int64_t cached = bpi_known(u->of[U_READ]) + bpi_known(u->of[U_WRITE]);
  return u->of[U_INPUT] < 0 ? -1 : u->of[U_INPUT] > cached ? u->of[U_INPUT] - cached : 0;
}

static void fill_shares(response_record *r, const model_use *u, int64_t i, int64_t n) {
  r->input = share(input_of(u), i, n);
  r->cache_read = share(u->of[U_READ], i, n);
  r->cache_write_5m = share(u->of[U_WRITE], i, n);
  r->reasoning = share(u->of[U_REASONING], i, n);
  r->stop = STOP_END;
}

static ident unseen_key(copilot *c, const model_use *u, int64_t i) {
  composite key;
  bpi_composite_start(&key);
  bpi_composite_ident(&key, c->rows.session);
  bpi_composite_number(&key, i);
  bpi_composite_bytes(&key, c->line.id.at, c->line.id.length);
  bpi_composite_bytes(&key, u->model.at, u->model.length);
  return c->rows.in->sink->identify(c->rows.in->sink->self, IDENT_RESPONSE, (const char *)key.bytes,
                                    key.length);
}

/* Requests without a visible response: those of a subagent or of the client itself. */
static int put_unseen(copilot *c, const model_use *u, uint32_t model) {
  int64_t n = u->requests < 1 ? 1 : u->requests > UNSEEN_MAX ? UNSEEN_MAX : u->requests;
  int rc = BP_OK;
  for (int64_t i = 0; i < n && rc == BP_OK; i++) {
    record row = bpi_row_response(&c->rows);
    row.key = unseen_key(c, u, i);
    row.u.response.model = model;
    row.u.response.output = share(u->of[U_OUTPUT], i, n);
    fill_shares(&row.u.response, u, i, n);
    rc = bpi_row_put(&c->rows, &row);
  }
  return rc;
}

/* Whether the counts are known: if the provider reported nothing, the client writes zeros. */
static bool tells(const model_use *u) {
  for (int m = 0; m < USAGES; m++)
    if (u->of[m] > 0) return true;
  return false;
}

/* The last counts of the model; NULL: none yet. */
static model_use *find_last(copilot *c, const name_text *model) {
  for (size_t i = 0; i < c->models; i++)
    if (c->last[i].model.length == model->length &&
        memcmp(c->last[i].model.at, model->at, model->length) == 0)
      return &c->last[i];
  return NULL;
}

/* The same, but adds the model with zero counts if it is new; NULL: no room. */
static model_use *last_of(copilot *c, const name_text *model) {
  model_use *u = find_last(c, model);
  if (u != NULL || c->models == MODELS_MAX) return u;
  u = &c->last[c->models++];
  name_model(u, model->at, model->length);
  return u;
}

/* Whether any count is less than the last one. */
static bool counts_restarted(copilot *c) {
  for (size_t i = 0; i < c->line.models; i++) {
    const model_use *u = &c->line.use[i], *last = tells(u) ? find_last(c, &u->model) : NULL;
    for (int m = 0; m < USAGES && last != NULL; m++)
      if (u->of[m] >= 0 && u->of[m] < last->of[m]) return true;
  }
  return false;
}

static void take_one(int64_t *sum, int64_t *last) {
  if (*sum < 0) return;
  int64_t whole = *sum;
  *sum -= *last;
  *last = whole;
}

/* Replaces sums of the whole session by their growth since the last ones. */
static void take_last(copilot *c, model_use *u) {
  model_use *last = c->goes_on ? last_of(c, &u->model) : NULL;
  if (last == NULL) return;
  for (int m = 0; m < USAGES; m++)
    take_one(&u->of[m], &last->of[m]);
  take_one(&u->requests, &last->requests);
}

static int put_used(copilot *c, const model_use *u) {
  uint32_t model = bpi_row_name(&c->rows, LABEL_MODEL, &u->model).label;
  int64_t n = 0, told = 0, at = 0;
  int rc = BP_OK;
  for (size_t i = 0; i < c->answers.count; i++) {
    n += c->answer[i].model == model;
    if (c->answer[i].model == model) told += bpi_known(c->answer[i].output);
  }
  if (n == 0) return put_unseen(c, u, model);
  int64_t more = u->of[U_OUTPUT] > told ? u->of[U_OUTPUT] - told : 0;
  for (size_t i = 0; i < c->answers.count && rc == BP_OK; i++) {
    const answer *a = &c->answer[i];
    if (a->model != model) continue;
    record row = bpi_row_response(&c->rows);
    row.key = c->answers.of[i];
    row.time = a->time;
    row.u.response.model = model;
    row.u.response.output = bpi_known(a->output) + share(more, at, n);
    fill_shares(&row.u.response, u, at++, n);
    rc = bpi_row_put(&c->rows, &row);
  }
  return rc;
}

static int put_shutdown(copilot *c) {
  int rc = BP_OK;
  if (c->goes_on && counts_restarted(c)) c->models = 0;
  for (size_t i = 0; i < c->line.models && rc == BP_OK; i++) {
    model_use *u = &c->line.use[i];
    if (tells(u)) take_last(c, u);
    if (tells(u)) rc = put_used(c, u);
  }
  bpi_ident_set_free(&c->answers);
  return rc;
}

static int emit(void *self) {
  copilot *c = self;
  const line *l = &c->line;
  c->rows.time = l->time;
  bpi_row_dropped(&c->rows, l->dropped);
  if (l->type == TYPE_START || l->type == TYPE_MODEL)
    c->model = bpi_row_name(&c->rows, LABEL_MODEL, &l->model).label;
  switch (l->type) {
  case TYPE_START:
  case TYPE_RESUME: return put_session(c);
  case TYPE_SHUTDOWN: return put_shutdown(c);
  case TYPE_USER: return l->prompt.there || l->prompt.features != 0 ? put_prompt(c) : BP_OK;
  case TYPE_ASSISTANT: return put_answer(c);
  case TYPE_USE: return put_use(c);
  case TYPE_RESULT: return put_result(c);
  case TYPE_ABORT: return bpi_row_event(&c->rows, EVENT_INTERRUPT, DETAIL_NONE, &l->id);
  case TYPE_CHECKPOINT: c->goes_on = true; break;
  case TYPE_MODEL:
  case TYPE_OTHER: break;
  }
  return BP_OK;
}

/* --------------------------------------------------------------------------------- the source */

/* If the first line is missing, the folder identifies the session:
 * session-state/<id>/events.jsonl. */
static void take_path(copilot *c, const char *path) {
  const char *folder = bpi_last_parts(path, 2), *base = bpi_base_name(path);
  if (base - folder > 1 && base - folder - 1 <= IDENT_RAW_MAX)
    bpi_rows_session(&c->rows, folder, (size_t)(base - folder) - 1);
}

static int read_events(source_input *in) {
  copilot *c = bpi_alloc_zero(1, sizeof *c);
  if (c == NULL) return BP_ERR_NOMEM;
  object_reader reader = {.take = take, .emit = emit, .self = c};
  bpi_rows_start(&c->rows, in, TIER_RECORD);
  take_path(c, in->path);
  int rc = bpi_read_objects(in, &reader);
  bpi_content_input_free(&c->line.input);
  bpi_ident_set_free(&c->answers);
  bpi_free(c->answer);
  bpi_free(c);
  return rc;
}

static bool is_events(const char *path) {
  const char *base = bpi_base_name(path);
  return strcmp(base, "events.jsonl") == 0 || bpi_ends_with(base, ".events.jsonl");
}

/* Whether one of the first lines has a known type and data. */
static bool recognise(const char *bytes, size_t length) {
  scan s;
  bool ours = false;
  bpi_scan_init_memory(&s, bytes, length);
  for (int values = 0; values < 8 && !ours && bpi_scan_value(&s) == SCAN_OBJECT; values++) {
    uint64_t seen = 0;
    int twice = 0, type = TYPE_OTHER;
    bool data = false;
    for (int m; (m = bpi_object_member(&s, line_keys, &seen, &twice)) >= 0;) {
      if (m == LINE_DATA) data = bpi_scan_peek(&s) == SCAN_OBJECT;
      if (m == LINE_TYPE)
        type = bpi_object_word(&s, types);
      else
        bpi_scan_skip(&s);
    }
    ours = type != TYPE_OTHER && data;
    if (s.error != SCAN_OK && !bpi_scan_recover(&s)) break;
  }
  bpi_scan_free(&s);
  return ours;
}

static const field_rule rules[] = {
    {"type", FIELD_COMPARED, "which kind of line it is"},
    {"id", FIELD_HASHED, "keyed hash: same event"},
    {"timestamp", FIELD_KEPT, "when it happened"},
    {"data.sessionId", FIELD_HASHED, "keyed hash: same session"},
    {"data.copilotVersion", FIELD_LABEL, "version of the client"},
    {"data.startTime", FIELD_KEPT, "when the session began"},
    {"data.context.cwd", FIELD_LABEL, "project: last component of the folder"},
    {"data.context.branch", FIELD_LABEL, "branch"},
    {"data.selectedModel", FIELD_LABEL, "model"},
    {"data.newModel", FIELD_LABEL, "model"},
    {"data.model", FIELD_LABEL, "model"},
    {"data.content", FIELD_COUNTED, "characters of a prompt; whether it holds code or a file"},
    {"data.attachments[].type", FIELD_COMPARED, "whether a prompt has an image or a file"},
    {"data.messageId", FIELD_HASHED, "keyed hash: same response"},
    {"data.outputTokens", FIELD_KEPT, "tokens"},
    {"data.toolCallId", FIELD_HASHED, "keyed hash: same tool call"},
    {"data.toolName", FIELD_LABEL, "tool"},
    CONTENT_INPUT_RULES("data.arguments"),
    {"data.success", FIELD_KEPT, "how a tool call ended"},
    {"data.error.code", FIELD_COMPARED, "how a tool call ended"},
    {"data.toolTelemetry.metrics.linesAdded", FIELD_KEPT, "lines"},
    {"data.toolTelemetry.metrics.linesRemoved", FIELD_KEPT, "lines"},
    {"data.modelMetrics.*.requests.count", FIELD_KEPT,
     "responses without a line of their own; the key: model"},
    {"data.modelMetrics.*.usage.inputTokens", FIELD_KEPT, "tokens"},
    {"data.modelMetrics.*.usage.outputTokens", FIELD_KEPT, "tokens"},
    {"data.modelMetrics.*.usage.cacheReadTokens", FIELD_KEPT, "tokens"},
    {"data.modelMetrics.*.usage.cacheWriteTokens", FIELD_KEPT, "tokens"},
    {"data.modelMetrics.*.usage.reasoningTokens", FIELD_KEPT, "tokens"},
    {NULL, FIELD_KEPT, NULL},
};

const source bpi_source_copilot = {
    .name = "copilot",
    .title = "GitHub Copilot CLI sessions",
    .platform = "copilot_cli",
    .covers = COVERS_TOKENS | COVERS_CACHE_READ | COVERS_CACHE_WRITE | COVERS_REASONING |
              COVERS_TOOLS | COVERS_OUTCOMES | COVERS_LINES | COVERS_PROMPTS | COVERS_MODEL |
              COVERS_TIME | COVERS_EVENTS | COVERS_WORKSPACE,
    .is_ours = is_events,
    .recognise = recognise,
    .read = read_events,
    .rules = rules,
    .whole = true,
};
