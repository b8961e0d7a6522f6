/* sources/gemini.c: the chats of Gemini CLI: a document that is rewritten at each change, or lines
 * that are appended, replaced and rewound. Reads both; a message is the same in either form, and
 * its latest row has the greatest counts. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sources/content.h"
#include "sources/patch.h"
#include "sources/rows.h"

/* clang-format off */
#define CHAT_KEYS(X)                                                                               \
  X(K_SESSION, "sessionId") X(K_KIND, "kind") X(K_MESSAGES, "messages") X(K_SET, "$set")           \
  X(K_ID, "id") X(K_TIME, "timestamp") X(K_TYPE, "type") X(K_CONTENT, "content")                   \
  X(K_CALLS, "toolCalls") X(K_TOKENS, "tokens") X(K_MODEL, "model")
OBJECT_KEYS(chat_keys, CHAT_KEYS);
#define TOKEN_KEYS(X)                                                                              \
  X(T_INPUT, "input") X(T_OUTPUT, "output") X(T_CACHED, "cached") X(T_THOUGHTS, "thoughts")        \
  X(T_TOOL, "tool")
/* clang-format on */
OBJECT_KEYS(token_keys, TOKEN_KEYS);
enum { TOKENS = T_TOOL + 1 };
/* clang-format off */
#define CALL_KEYS(X)                                                                               \
  X(C_ID, "id") X(C_NAME, "name") X(C_ARGS, "args") X(C_STATUS, "status") X(C_TIME, "timestamp")   \
  X(C_DISPLAY, "resultDisplay")
/* clang-format on */
OBJECT_KEYS(call_keys, CALL_KEYS);
#define DISPLAY_KEYS(X) X(DISPLAY_DIFF, "fileDiff")
OBJECT_KEYS(display_keys, DISPLAY_KEYS);

enum { TYPE_OTHER = -1, TYPE_USER, TYPE_GEMINI };
static const char *const types[] = {"user", "gemini", NULL};
static const char *const subagent_words[] = {"subagent", NULL};
enum { STATUS_SUCCESS, STATUS_ERROR, STATUS_CANCELLED };
static const char *const status_words[] = {"success", "error", "cancelled", NULL};

typedef struct message {
  int type;
  unsigned dropped;
  bool counted; /* has token counts */
  int64_t time, tokens[TOKENS];
  id_text id;
  name_text model;
  prompt_facts prompt;
} message;

typedef struct call {
  unsigned dropped;
  int status; /* STATUS_; -1: unknown */
  int64_t time;
  bool diffed;
  diff_text diff;
  id_text id;
  name_text tool;
  tool_input input;
} call;

typedef struct gemini {
  rows rows;
  const char *parent; /* for a subagent the parent's session, a part of the path; NULL: none */
  size_t parent_length;
  message line; /* a line that is a message, */
  message item; /* or a message in a list */
  call call;
} gemini;

/* -------------------------------------------------------------------------------------- calls */

static void read_display(call *c, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_object_member(s, display_keys, &seen, reject) >= 0)
    c->diffed = bpi_scan_text_feed(s, bpi_diff_feed, &c->diff);
}

static int take_call(void *self, scan *s) {
  call *c = &((gemini *)self)->call;
  uint64_t seen = 0;
  int reject = 0;
  c->dropped = 0;
  c->status = -1;
  c->time = BPI_TIME_NONE;
  c->diffed = false;
  c->diff = (diff_text){0};
  c->id.length = c->tool.length = 0;
  bpi_content_input_start(&c->input);
  for (int m; (m = bpi_object_member(s, call_keys, &seen, &reject)) >= 0;) {
    switch (m) {
    case C_ID: bpi_object_into(s, &c->id, &c->dropped); break;
    case C_NAME: bpi_object_into(s, &c->tool, &c->dropped); break;
    case C_ARGS: bpi_content_input(s, &c->input, &c->dropped, &reject); break;
    case C_STATUS: c->status = bpi_object_word(s, status_words); break;
    case C_TIME: c->time = bpi_object_time(s); break;
    default: read_display(c, s, &reject);
    }
  }
  if (reject == 0 && c->id.length == 0) reject = REJECT_FIELD;
  return reject;
}

/* The time is when the call was recorded; its duration is unknown. */
static int emit_call(void *self) {
  static const int outcomes[] = {OUTCOME_OK, OUTCOME_ERROR, OUTCOME_CANCELLED};
  gemini *g = self;
  const call *c = &g->call;
  rows *r = &g->rows;
  int64_t before = r->time;
  bpi_row_dropped(r, c->dropped);
  r->time = c->time;
  record use = bpi_row(r, RECORD_TOOL_USE), end = bpi_row(r, RECORD_TOOL_RESULT);
  r->time = before;
  use.key = end.key = bpi_row_key(r, IDENT_TOOL, &c->id, 0);
  use.u.use = bpi_content_use(&c->input, bpi_row_name(r, LABEL_TOOL, &c->tool),
                              bpi_row_name(r, LABEL_FILE, &c->input.file));
  end.time = BPI_TIME_NONE;
  end.u.result =
      (tool_result_record){.outcome = c->status < 0 ? OUTCOME_UNKNOWN : outcomes[c->status],
                           .failure = c->status == STATUS_ERROR ? FAILURE_OTHER : FAILURE_NONE,
                           .added = c->diffed ? c->diff.added : -1,
                           .removed = c->diffed ? c->diff.removed : -1,
                           .duration_us = -1};
  int rc = bpi_row_put(r, &use);
  return rc == BP_OK && c->status >= 0 ? bpi_row_put(r, &end) : rc;
}

/* ----------------------------------------------------------------------------------- messages */

static void read_tokens(message *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  l->counted = true;
  for (int m; (m = bpi_object_member(s, token_keys, &seen, reject)) >= 0;)
    l->tokens[m] = bpi_object_count(s, reject);
}

static void start_message(message *l) {
  l->type = TYPE_OTHER;
  l->dropped = 0;
  l->counted = false;
  l->time = BPI_TIME_NONE;
  for (int i = 0; i < TOKENS; i++)
    l->tokens[i] = -1;
  l->id.length = l->model.length = 0;
  l->prompt = (prompt_facts){false, 0, 0};
}

/* Reads a member of a message; 0 or BP_ERR_. Calls are reported while they are read. */
static int read_message_member(gemini *g, message *l, scan *s, int m, int *reject) {
  object_reader calls = {.take = take_call, .emit = emit_call, .self = g};
  switch (m) {
  case K_ID: bpi_object_into(s, &l->id, &l->dropped); break;
  case K_TIME: l->time = bpi_object_time(s); break;
  case K_TYPE: l->type = bpi_object_word(s, types); break;
  case K_CONTENT: bpi_content_prompt(s, &l->prompt, reject); break;
  case K_CALLS: return bpi_read_items(g->rows.in, &calls);
  case K_TOKENS: read_tokens(l, s, reject); break;
  case K_MODEL: bpi_object_into(s, &l->model, &l->dropped); break;
  default: bpi_scan_skip(s);
  }
  return BP_OK;
}

static int judge(const message *l) {
  return l->type != TYPE_OTHER && l->id.length == 0 ? REJECT_FIELD : 0;
}

static int take_message(void *self, scan *s) {
  gemini *g = self;
  message *l = &g->item;
  uint64_t seen = 0;
  int reject = 0;
  start_message(l);
  for (int m; (m = bpi_object_member(s, chat_keys, &seen, &reject)) >= 0;) {
    int rc = read_message_member(g, l, s, m, &reject);
    if (rc != BP_OK) return rc;
  }
  return reject != 0 ? reject : judge(l);
}

/* The client's input includes cached tokens but not those from tools; its output does not include
 * thoughts. */
static int put_response(gemini *g, const message *l) {
  const int64_t *t = l->tokens;
  record row = bpi_row_response(&g->rows);
  response_record *r = &row.u.response;
  int64_t cached = bpi_known(t[T_CACHED]) < bpi_known(t[T_INPUT]) ? bpi_known(t[T_CACHED])
                                                                  : bpi_known(t[T_INPUT]);
  row.key = bpi_row_key(&g->rows, IDENT_RESPONSE, &l->id, 0);
  r->model = bpi_row_name(&g->rows, LABEL_MODEL, &l->model).label;
  r->input = t[T_INPUT] < 0 ? -1 : t[T_INPUT] - cached + bpi_known(t[T_TOOL]);
  r->output = t[T_OUTPUT] < 0 ? -1 : t[T_OUTPUT] + bpi_known(t[T_THOUGHTS]);
  r->cache_read = t[T_INPUT] < 0 ? -1 : cached;
  r->reasoning = t[T_THOUGHTS];
  r->stop = STOP_END;
  return bpi_row_put(&g->rows, &row);
}

/* A subagent's prompts are written by a model. */
static int put_prompt(gemini *g, const message *l) {
  bool asked = l->prompt.there || l->prompt.features != 0;
  if (!asked || (g->rows.flags & RECORD_SUBAGENT)) return BP_OK;
  record row = bpi_row(&g->rows, RECORD_PROMPT);
  row.key = bpi_row_key(&g->rows, IDENT_PROMPT, &l->id, 0);
  row.u.prompt = (prompt_record){l->prompt.characters, l->prompt.features, MODE_UNKNOWN};
  return bpi_row_put(&g->rows, &row);
}

static int put_message(gemini *g, const message *l) {
  bpi_row_dropped(&g->rows, l->dropped);
  g->rows.time = l->time;
  if (l->type == TYPE_USER) return put_prompt(g, l);
  return l->type == TYPE_GEMINI && l->counted ? put_response(g, l) : BP_OK;
}

static int emit_message(void *self) {
  return put_message(self, &((gemini *)self)->item);
}

/* -------------------------------------------------------------------------------------- chats */

/* A subagent's rows belong to its parent's session but have keys of their own. */
static void enter_session(gemini *g, const char *id, size_t length) {
  bpi_rows_session(&g->rows, id, length);
  if (g->parent != NULL) bpi_rows_belong(&g->rows, g->parent, g->parent_length);
}

static void read_session(gemini *g, scan *s) {
  id_text id;
  bpi_object_into(s, &id, &g->line.dropped);
  if (id.length > 0) enter_session(g, id.at, id.length);
}

static int read_chat_member(gemini *g, scan *s, int m, int *reject);

/* Members that are set again, perhaps all messages. */
static int read_set(gemini *g, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return BP_OK;
  for (int m; (m = bpi_object_member(s, chat_keys, &seen, reject)) >= 0;) {
    int rc = BP_OK;
    if (m <= K_MESSAGES)
      rc = read_chat_member(g, s, m, reject);
    else
      bpi_scan_skip(s);
    if (rc != BP_OK) return rc;
  }
  return BP_OK;
}

static int read_chat_member(gemini *g, scan *s, int m, int *reject) {
  object_reader messages = {.take = take_message, .emit = emit_message, .self = g};
  switch (m) {
  case K_SESSION: read_session(g, s); return BP_OK;
  case K_KIND:
    g->rows.flags = bpi_object_word(s, subagent_words) >= 0 ? RECORD_SUBAGENT | RECORD_SIDECHAIN
                                                            : 0;
    return BP_OK;
  case K_MESSAGES: return bpi_read_items(g->rows.in, &messages);
  case K_SET: return read_set(g, s, reject);
  default: return read_message_member(g, &g->line, s, m, reject);
  }
}

static int take(void *self, scan *s) {
  gemini *g = self;
  uint64_t seen = 0;
  int reject = 0;
  start_message(&g->line);
  for (int m; (m = bpi_object_member(s, chat_keys, &seen, &reject)) >= 0;) {
    int rc = read_chat_member(g, s, m, &reject);
    if (rc != BP_OK) return rc;
  }
  return reject != 0 ? reject : judge(&g->line);
}

static int emit(void *self) {
  return put_message(self, &((gemini *)self)->line);
}

/* --------------------------------------------------------------------------------- the source */

/* chats/<session>/<subagent's session>.jsonl: the parent's identifier; NULL: none. */
static const char *parent_in(const char *path, size_t *length) {
  const char *folders = bpi_last_parts(path, 3), *parent = folders + 6;
  if (strncmp(folders, "chats", 5) != 0 || bpi_last_parts(path, 2) != parent) return NULL;
  *length = (size_t)(bpi_base_name(path) - parent);
  return *length >= 2 && --*length <= IDENT_RAW_MAX ? parent : NULL;
}

static int read_chat(source_input *in) {
  gemini *g = bpi_alloc_zero(1, sizeof *g);
  if (g == NULL) return BP_ERR_NOMEM;
  object_reader reader = {.take = take, .emit = emit, .self = g, .lists = true};
  const char *base = bpi_base_name(in->path);
  bpi_rows_start(&g->rows, in, TIER_RECORD);
  g->parent = parent_in(in->path, &g->parent_length);
  if (g->parent != NULL) g->rows.flags = RECORD_SUBAGENT | RECORD_SIDECHAIN;
  enter_session(g, base, strcspn(base, ".")); /* until the chat names its session */
  int rc = bpi_read_objects(in, &reader);
  bpi_content_input_free(&g->call.input);
  bpi_free(g);
  return rc;
}

/* session-2026-03-02T09-00-….json or .jsonl; subagents' files are in a folder of their parent. */
static bool is_chat(const char *path) {
  static const char form[] = "session-0000-00-00T";
  const char *base = bpi_base_name(path);
  size_t length;
  if (bpi_ends_with(base, ".jsonl") && parent_in(path, &length) != NULL) return true;
  for (size_t i = 0; i < sizeof form - 1; i++)
    if (form[i] == '0' ? base[i] < '0' || base[i] > '9' : base[i] != form[i]) return false;
  return bpi_ends_with(base, ".json") || bpi_ends_with(base, ".jsonl");
}

/* The first object names its session and, by a hash, its project. */
static bool recognise(const char *bytes, size_t length) {
  static const char *const keys[] = {"sessionId", "projectHash", NULL};
  return bpi_object_first(bytes, length, true, keys, SCAN_END) == 3;
}

#define MESSAGE_RULES(at)                                                                          \
  {at "id", FIELD_HASHED, "keyed hash: same message"},                                             \
      {at "timestamp", FIELD_KEPT, "when it happened"},                                            \
      {at "type", FIELD_COMPARED, "who wrote the message"},                                        \
      {at "content", FIELD_COUNTED, "characters of a prompt; whether it holds code or a file"},    \
      {at "content[].text", FIELD_COUNTED,                                                         \
       "characters of a prompt; whether it holds code or a file"},                                 \
      {at "content[].inlineData", FIELD_COMPARED, "whether a prompt has an image"},                \
      {at "content[].fileData", FIELD_COMPARED, "whether a prompt has a file"},                    \
      {at "model", FIELD_LABEL, "model"}, {at "tokens.input", FIELD_KEPT, "tokens"},               \
      {at "tokens.output", FIELD_KEPT, "tokens"}, {at "tokens.cached", FIELD_KEPT, "tokens"},      \
      {at "tokens.thoughts", FIELD_KEPT, "tokens"}, {at "tokens.tool", FIELD_KEPT, "tokens"},      \
      {at "toolCalls[].id", FIELD_HASHED, "keyed hash: same tool call"},                           \
      {at "toolCalls[].name", FIELD_LABEL, "tool"},                                                \
      {at "toolCalls[].status", FIELD_COMPARED, "how a tool call ended"},                          \
      {at "toolCalls[].timestamp", FIELD_KEPT, "when it happened"},                                \
      {at "toolCalls[].resultDisplay.fileDiff", FIELD_COUNTED, "lines"},                           \
      CONTENT_INPUT_RULES(at "toolCalls[].args")

static const field_rule rules[] = {
    {"sessionId", FIELD_HASHED, "keyed hash: same session"},
    {"kind", FIELD_COMPARED, "whether it is a subagent"},
    {"$set.sessionId", FIELD_HASHED, "keyed hash: same session"},
    {"$set.kind", FIELD_COMPARED, "whether it is a subagent"},
    MESSAGE_RULES(""),
    MESSAGE_RULES("messages[]."),
    MESSAGE_RULES("$set.messages[]."),
    {NULL, FIELD_KEPT, NULL},
};

const source bpi_source_gemini = {
    .name = "gemini",
    .title = "Gemini CLI chats",
    .platform = "gemini_cli",
    .covers = COVERS_TOKENS | COVERS_CACHE_READ | COVERS_REASONING | COVERS_TOOLS |
              COVERS_OUTCOMES | COVERS_LINES | COVERS_PROMPTS | COVERS_MODEL | COVERS_TIME,
    .is_ours = is_chat,
    .recognise = recognise,
    .read = read_chat,
    .rules = rules,
    .whole = true,
};
