/* sources/hooks.c: payloads that Claude Code and Cursor pass to a hook on standard input, one
 * object each; stored one per line or in one list. Knows the fields of both and which event is
 * which fact. Payloads have no time: `blueplane hook` adds it when they arrive ("received_at");
 * without it facts are undated.
 *
 * Hooks see less than the assistant's own records, so everything is reported in a tier of its own.
 * Cursor events that report a tool call a second time, in other words, are in the tier below.
 * Records without an identifier get their index among similar ones as key, which requires reading
 * the file from its start. */
#include <string.h>

#include "base/command.h"
#include "base/ident_set.h"
#include "base/mem.h"
#include "base/text.h"
#include "sources/content.h"
#include "sources/rows.h"

/* A clone of Claude Code writes some of them in another style. */
/* clang-format off */
#define PAYLOAD_KEYS(X)                                                                            \
  X(P_EVENT, "hook_event_name") X(P_EVENT_TOO, "hookEventName") X(P_SESSION, "session_id")         \
  X(P_SESSION_TOO, "sessionId") X(P_CONVERSATION, "conversation_id") X(P_RECEIVED, "received_at")  \
  X(P_GENERATION, "generation_id") X(P_CWD, "cwd") X(P_ROOTS, "workspace_roots")                   \
  X(P_VERSION, "cursor_version") X(P_MODEL, "model") X(P_MODE, "permission_mode")                  \
  X(P_PROMPT_ID, "prompt_id") X(P_PROMPT, "prompt") X(P_CHARACTERS, "prompt_characters")           \
  X(P_ATTACHMENTS, "attachments") X(P_TOOL, "tool_name") X(P_CALL, "tool_use_id")                  \
  X(P_INPUT, "tool_input") X(P_COMMAND, "command") X(P_FILE, "file_path") X(P_EDITS, "edits")      \
  X(P_ERROR, "error") X(P_INTERRUPT, "is_interrupt") X(P_DURATION_MS, "duration_ms")               \
  X(P_DURATION, "duration") X(P_SOURCE, "source") X(P_TRIGGER, "trigger") X(P_AGENT, "agent_id")   \
  X(P_AGENT_TYPE, "agent_type") \
  X(P_STATUS, "status") X(P_ERROR_MESSAGE, "error_message") X(P_FAILURE_TYPE, "failure_type")      \
  X(P_INPUT_TOKENS, "input_tokens") X(P_OUTPUT_TOKENS, "output_tokens")                            \
  X(P_READ_TOKENS, "cache_read_tokens") X(P_WRITE_TOKENS, "cache_write_tokens")
/* clang-format on */
OBJECT_KEYS(payload_keys, PAYLOAD_KEYS);

typedef enum hook_event {
  EVENT_NONE = -1,
  EV_SESSION_START,
  EV_SESSION_END,
  EV_PROMPT,
  EV_PRE_TOOL,
  EV_POST_TOOL,
  EV_POST_FAILURE,
  EV_DENIED,
  EV_STOP,
  EV_STOP_FAILURE,
  EV_COMPACT,
  EV_AGENT_START,
  EV_AGENT_STOP,
  EV_RESPONSE,
  EV_SHELL,
  EV_MCP,
  EV_READ,
  EV_EDIT
} hook_event;

typedef struct hook_word {
  const char *word;
  int code;
} hook_word;
static const hook_word claude_events[] = {
    {"SessionStart", EV_SESSION_START},
    {"SessionEnd", EV_SESSION_END},
    {"UserPromptSubmit", EV_PROMPT},
    {"PreToolUse", EV_PRE_TOOL},
    {"PostToolUse", EV_POST_TOOL},
    {"PostToolUseFailure", EV_POST_FAILURE},
    {"PermissionDenied", EV_DENIED},
    {"Stop", EV_STOP},
    {"StopFailure", EV_STOP_FAILURE},
    {"PreCompact", EV_COMPACT},
    {"SubagentStart", EV_AGENT_START},
    {"SubagentStop", EV_AGENT_STOP},
    {NULL, EVENT_NONE},
};
static const hook_word cursor_events[] = {
    {"sessionStart", EV_SESSION_START},
    {"sessionEnd", EV_SESSION_END},
    {"beforeSubmitPrompt", EV_PROMPT},
    {"preToolUse", EV_PRE_TOOL},
    {"postToolUse", EV_POST_TOOL},
    {"postToolUseFailure", EV_POST_FAILURE},
    {"afterAgentResponse", EV_RESPONSE},
    {"stop", EV_STOP},
    {"afterShellExecution", EV_SHELL},
    {"afterMCPExecution", EV_MCP},
    {"beforeReadFile", EV_READ},
    {"afterFileEdit", EV_EDIT},
    {"preCompact", EV_COMPACT},
    {"subagentStart", EV_AGENT_START},
    {NULL, EVENT_NONE},
};
static const hook_word details[] = {
    {"startup", DETAIL_STARTUP}, {"resume", DETAIL_RESUME}, {"clear", DETAIL_CLEAR},
    {"compact", DETAIL_COMPACT}, {"fork", DETAIL_FORK},     {"auto", DETAIL_AUTO},
    {"manual", DETAIL_MANUAL},   {NULL, DETAIL_NONE},
};
enum { STATUS_OTHER, STATUS_ABORTED, STATUS_ERROR };
static const hook_word statuses[] = {
    {"aborted", STATUS_ABORTED}, {"error", STATUS_ERROR}, {NULL, STATUS_OTHER}};
enum { FAILED_OTHERWISE, FAILED_DENIED, FAILED_TIMEOUT };
static const hook_word failure_types[] = {
    {"permission_denied", FAILED_DENIED}, {"timeout", FAILED_TIMEOUT}, {NULL, FAILED_OTHERWISE}};

/* The content of a payload. */
typedef struct payload {
  hook_event event;
  int64_t received;
  id_text session, generation, prompt, call, agent;
  name_text cwd, version, model, tool, file;
  int mode, detail, failure, status, failed;
  int64_t characters;
  int features;
  bool interrupt, helper;
  size_t error_length;
  char error[RESULT_HEAD];
  int64_t duration_us, tokens[4];
  unsigned dropped;
  tool_input input;
} payload;

/* Counts similar records seen before. */
typedef struct likes {
  ident_set of;
  uint32_t *count;
  size_t capacity;
} likes;

typedef struct hooks {
  rows rows;
  bool cursor;
  const hook_word *events;
  payload p;
  likes likes;
} hooks;

/* -------------------------------------------------------------------------------------- reading */

static int word_of(const hook_word *list, const char *text, size_t length) {
  for (; list->word != NULL; list++)
    if (strlen(list->word) == length && memcmp(list->word, text, length) == 0) break;
  return list->code;
}

static int read_word(scan *s, const hook_word *list, int absent) {
  char word[32];
  size_t length;
  bool whole;
  if (!bpi_scan_text(s, word, sizeof word, &length, &whole)) return absent;
  return whole ? word_of(list, word, length) : word_of(list, "", 0);
}

static void read_prompt(payload *p, scan *s, int *reject) {
  prompt_facts facts = {0};
  bpi_content_prompt(s, &facts, reject);
  if (facts.there) p->characters = facts.characters;
  p->features |= facts.features;
}

/* Attached files and images; rules do not count. */
static void read_attachments(payload *p, scan *s, int *reject) {
  static const char *const keys[] = {"type", NULL};
  static const char *const types[] = {"file", "image", NULL};
  if (!bpi_scan_enter_array(s)) return;
  while (bpi_scan_item(s)) {
    uint64_t seen = 0;
    if (!bpi_scan_enter_object(s)) continue;
    while (bpi_object_member(s, keys, &seen, reject) >= 0) {
      int type = bpi_object_word(s, types);
      if (type >= 0) p->features |= type == 0 ? PROMPT_FILE : PROMPT_IMAGE;
    }
  }
}

static void read_roots(payload *p, scan *s) {
  name_text root;
  if (!bpi_scan_enter_array(s)) return;
  while (bpi_scan_item(s))
    if (bpi_object_into(s, &root, &p->dropped) && p->cwd.length == 0) p->cwd = root;
}

static void read_error(payload *p, scan *s) {
  bpi_scan_text(s, p->error, sizeof p->error, &p->error_length, NULL);
  p->failure = bpi_detail_of_error(p->error, p->error_length);
}

/* Milliseconds; Cursor adds a fraction. */
static void read_duration(payload *p, scan *s, int *reject) {
  double ms;
  if (bpi_scan_peek(s) == SCAN_NULL)
    bpi_scan_skip(s);
  else if (bpi_scan_real(s, &ms) && ms >= 0 && ms < 1e12)
    p->duration_us = (int64_t)(ms * 1000 + 0.5);
  else if (*reject == 0)
    *reject = REJECT_NUMBER;
}

/* An object; for Cursor's MCP servers a text, which is skipped. */
static void read_input(payload *p, scan *s, int *reject) {
  if (bpi_scan_peek(s) == SCAN_OBJECT)
    bpi_content_input(s, &p->input, &p->dropped, reject);
  else
    bpi_scan_skip(s);
}

static void read_command(payload *p, scan *s) {
  char command[RESULT_HEAD];
  size_t length;
  if (!bpi_scan_text(s, command, sizeof command, &length, NULL)) return;
  p->input.program = bpi_program_of_command(command, length);
  bpi_hash_wipe(command, length);
}

/* Sums the lines of all edits of a file. */
static void read_edits(payload *p, scan *s, int *reject) {
  int64_t added = 0, removed = 0;
  if (!bpi_scan_enter_array(s)) return;
  while (bpi_scan_item(s)) {
    bpi_line_hashes_start(&p->input.before);
    bpi_line_hashes_start(&p->input.after);
    p->input.added = p->input.removed = 0;
    bpi_content_input(s, &p->input, &p->dropped, reject);
    added += p->input.added;
    removed += p->input.removed;
  }
  p->input.added = added;
  p->input.removed = removed;
}

static bool is_empty_text(scan *s) {
  char none[1];
  size_t length;
  bool whole;
  return bpi_scan_text(s, none, 0, &length, &whole) && whole;
}

static void read_member(payload *p, scan *s, int member, const hook_word *events, int *reject) {
  id_text id;
  switch (member) {
  case P_EVENT:
  case P_EVENT_TOO: p->event = (hook_event)read_word(s, events, EVENT_NONE); break;
  case P_SESSION:
  case P_SESSION_TOO:
  case P_CONVERSATION:
    if (bpi_object_into(s, &id, &p->dropped) && id.length > 0) p->session = id;
    break;
  case P_RECEIVED: p->received = bpi_object_time(s); break;
  case P_GENERATION: bpi_object_into(s, &p->generation, &p->dropped); break;
  case P_CWD: bpi_object_into(s, &p->cwd, &p->dropped); break;
  case P_ROOTS: read_roots(p, s); break;
  case P_VERSION: bpi_object_into(s, &p->version, &p->dropped); break;
  case P_MODEL: bpi_object_into(s, &p->model, &p->dropped); break;
  case P_MODE:
    p->mode = bpi_object_code(s, bpi_mode_of_permission, MODE_OTHER, MODE_UNKNOWN);
    break;
  case P_PROMPT_ID: bpi_object_into(s, &p->prompt, &p->dropped); break;
  case P_PROMPT: read_prompt(p, s, reject); break;
  case P_CHARACTERS: p->characters = bpi_object_count(s, reject); break;
  case P_ATTACHMENTS: read_attachments(p, s, reject); break;
  case P_TOOL: bpi_object_into(s, &p->tool, &p->dropped); break;
  case P_CALL: bpi_object_into(s, &p->call, &p->dropped); break;
  case P_INPUT: read_input(p, s, reject); break;
  case P_COMMAND: read_command(p, s); break;
  case P_FILE: bpi_object_into(s, &p->file, &p->dropped); break;
  case P_EDITS: read_edits(p, s, reject); break;
  case P_ERROR:
  case P_ERROR_MESSAGE: read_error(p, s); break;
  case P_INTERRUPT: p->interrupt = bpi_object_true(s); break;
  case P_DURATION_MS:
  case P_DURATION: read_duration(p, s, reject); break;
  case P_SOURCE:
  case P_TRIGGER: p->detail = read_word(s, details, DETAIL_NONE); break;
  case P_AGENT: bpi_object_into(s, &p->agent, &p->dropped); break;
  case P_AGENT_TYPE: p->helper = is_empty_text(s); break;
  case P_STATUS: p->status = read_word(s, statuses, STATUS_OTHER); break;
  case P_FAILURE_TYPE: p->failed = read_word(s, failure_types, FAILED_OTHERWISE); break;
  default: p->tokens[member - P_INPUT_TOKENS] = bpi_object_count(s, reject);
  }
}

static void start_payload(payload *p) {
  p->event = EVENT_NONE;
  p->received = BPI_TIME_NONE;
  p->session.length = p->generation.length = p->prompt.length = p->call.length = 0;
  p->agent.length = p->cwd.length = p->version.length = p->model.length = p->tool.length = 0;
  p->file.length = p->error_length = 0;
  p->mode = MODE_UNKNOWN;
  p->detail = DETAIL_NONE;
  p->failure = DETAIL_OTHER;
  p->status = STATUS_OTHER;
  p->failed = FAILED_OTHERWISE;
  p->characters = p->duration_us = -1;
  p->features = 0;
  p->interrupt = p->helper = false;
  p->dropped = 0;
  for (int i = 0; i < 4; i++)
    p->tokens[i] = -1;
  bpi_content_input_start(&p->input);
}

/* A payload of an event that is not used needs no session. */
static int take(void *self, scan *s) {
  hooks *h = self;
  payload *p = &h->p;
  uint64_t seen = 0;
  int reject = 0;
  start_payload(p);
  for (int m; (m = bpi_object_member(s, payload_keys, &seen, &reject)) >= 0;)
    read_member(p, s, m, h->events, &reject);
  if (reject != 0) return reject;
  if ((seen & (UINT64_C(1) << P_EVENT | UINT64_C(1) << P_EVENT_TOO)) == 0) return REJECT_SHAPE;
  return p->event != EVENT_NONE && p->session.length == 0 ? REJECT_FIELD : 0;
}

/* ----------------------------------------------------------------------------------------- keys */

/* Makes the key of a record without identifier: what it is, what else is known of it, its time, and
 * its index among equal ones. `half` separates the counters of uses and results. */
static bool like_key(hooks *h, ident_kind kind, int64_t what, ident more, int64_t time, int half,
                     ident *out) {
  record_sink *sink = h->rows.in->sink;
  composite key;
  void *counts = h->likes.count;
  bpi_composite_start(&key);
  bpi_composite_ident(&key, h->rows.session);
  bpi_composite_ident(&key, more);
  bpi_composite_number(&key, what);
  bpi_composite_number(&key, time);
  composite like = key;
  bpi_composite_number(&like, half);
  ident id = sink->identify(sink->self, IDENT_ORIGIN, (const char *)like.bytes, like.length);
  size_t before = h->likes.of.count;
  int64_t number =
      bpi_ident_set_put(&h->likes.of, id, &counts, &h->likes.capacity, sizeof *h->likes.count);
  h->likes.count = counts;
  if (number < 0) return false;
  if (h->likes.of.count > before) h->likes.count[number] = 0;
  bpi_composite_number(&key, h->likes.count[number]++);
  *out = sink->identify(sink->self, kind, (const char *)key.bytes, key.length);
  return true;
}

static const name_text *file_of(const payload *p) {
  return p->file.length > 0 ? &p->file : &p->input.file;
}

/* The key of a call, from its identifier: transcripts of Claude Code use it as it is, those of
 * Cursor within the session. Older clients give none; then the nth use and the nth result of the
 * same tool and file belong together. */
static bool tool_key(hooks *h, int half, ident *out) {
  const payload *p = &h->p;
  const name_text *file = file_of(p);
  record_sink *sink = h->rows.in->sink;
  if (p->call.length > 0) {
    *out = h->cursor ? bpi_row_key(&h->rows, IDENT_TOOL, &p->call, 0)
                     : bpi_memo_ident(&h->rows.names, IDENT_TOOL, p->call.at, p->call.length);
    return true;
  }
  composite more;
  bpi_composite_start(&more);
  bpi_composite_ident(&more, sink->identify(sink->self, IDENT_ORIGIN, p->tool.at, p->tool.length));
  bpi_composite_ident(&more, sink->identify(sink->self, IDENT_ORIGIN, file->at, file->length));
  ident id = sink->identify(sink->self, IDENT_ORIGIN, (const char *)more.bytes, more.length);
  return like_key(h, IDENT_TOOL, EV_PRE_TOOL, id, 0, half, out);
}

/* ------------------------------------------------------------------------------------------- rows */

static int put_session(hooks *h) {
  payload *p = &h->p;
  bpi_rows_session(&h->rows, p->session.at, p->session.length);
  h->rows.time = p->received;
  const char *platform = h->cursor ? "cursor" : "claude_code";
  name version = bpi_row_name(&h->rows, LABEL_VERSION, &p->version);
  record row = bpi_row(&h->rows, RECORD_SESSION);
  row.u.session_row = (session_record){
      .platform = bpi_memo_label(&h->rows.names, LABEL_PLATFORM, platform, strlen(platform)).label,
      .workspace = bpi_row_name(&h->rows, LABEL_WORKSPACE, &p->cwd).label,
      .version = version.label,
      .version_rank = version.number};
  return bpi_row_put(&h->rows, &row);
}

static int put_event(hooks *h, int event, int detail) {
  record row = bpi_row(&h->rows, RECORD_EVENT);
  ident generation =
      bpi_memo_ident(&h->rows.names, IDENT_ORIGIN, h->p.generation.at, h->p.generation.length);
  int64_t time = h->p.received == BPI_TIME_NONE ? 0 : h->p.received;
  if (!like_key(h, IDENT_EVENT, 256 + event * 32 + detail, generation, time, 0, &row.key))
    return BP_ERR_NOMEM;
  row.u.event = (event_record){.event = event, .detail = detail, .value = -1};
  return bpi_row_put(&h->rows, &row);
}

/* A subagent has the same key as in transcripts: its identifier. */
static int put_agent(hooks *h) {
  const payload *p = &h->p;
  composite key;
  record row = bpi_row(&h->rows, RECORD_EVENT);
  if (p->agent.length == 0) return h->cursor ? put_event(h, EVENT_SUBAGENT, DETAIL_NONE) : BP_OK;
  bpi_composite_start(&key);
  bpi_composite_number(&key, EVENT_SUBAGENT);
  bpi_composite_bytes(&key, p->agent.at, p->agent.length);
  row.key = bpi_memo_ident(&h->rows.names, IDENT_EVENT, (const char *)key.bytes, key.length);
  row.u.event = (event_record){.event = EVENT_SUBAGENT, .value = -1};
  return bpi_row_put(&h->rows, &row);
}

/* A Cursor request; its identifier is the key of the prompt, the response and the generation. */
static int put_generation(hooks *h) {
  const id_text *id = &h->p.generation;
  if (id->length == 0) return BP_OK;
  record row = bpi_row(&h->rows, RECORD_EVENT);
  row.key = bpi_memo_ident(&h->rows.names, IDENT_EVENT, id->at, id->length);
  row.u.event = (event_record){.event = EVENT_GENERATION, .value = -1};
  return bpi_row_put(&h->rows, &row);
}

static int put_prompt(hooks *h) {
  const payload *p = &h->p;
  const id_text *id = h->cursor ? &p->generation : &p->prompt;
  record row = bpi_row(&h->rows, RECORD_PROMPT);
  int64_t time = p->received == BPI_TIME_NONE ? 0 : p->received;
  row.u.prompt = (prompt_record){p->characters, p->features, p->mode};
  if (id->length > 0)
    row.key = bpi_memo_ident(&h->rows.names, IDENT_PROMPT, id->at, id->length);
  else if (!like_key(h, IDENT_PROMPT, p->characters, (ident){0, 0}, time, 0, &row.key))
    return BP_ERR_NOMEM;
  int rc = bpi_row_put(&h->rows, &row);
  return rc == BP_OK && h->cursor ? put_generation(h) : rc;
}

/* The answer and the end of its turn report the same tokens, so there is one response per
 * generation. */
static int put_response(hooks *h) {
  static const char *const none[] = {"default", "auto", NULL};
  payload *p = &h->p;
  bool told = false;
  for (int i = 0; i < 4; i++)
    told = told || p->tokens[i] > 0;
  if (p->generation.length == 0 || (p->event == EV_STOP && !told)) return BP_OK;
  if (bpi_list_index(none, p->model.at, p->model.length) >= 0) p->model.length = 0;
  record row = bpi_row_response(&h->rows);
  response_record *r = &row.u.response;
  row.key = bpi_memo_ident(&h->rows.names, IDENT_RESPONSE, p->generation.at, p->generation.length);
  r->model = bpi_row_name(&h->rows, LABEL_MODEL, &p->model).label;
  r->input = told ? p->tokens[0] : -1;
  r->output = told ? p->tokens[1] : -1;
  r->cache_read = told ? p->tokens[2] : -1;
  r->cache_write_5m = told ? p->tokens[3] : -1;
  r->stop = told ? STOP_END : STOP_NONE;
  int rc = bpi_row_put(&h->rows, &row);
  return rc == BP_OK ? put_generation(h) : rc;
}

/* The outcome of a call, from the event that reported it. */
static void end_of(payload *p, tool_result_record *r) {
  r->outcome = OUTCOME_OK;
  r->failure = FAILURE_NONE;
  if (p->event == EV_DENIED) r->outcome = OUTCOME_DENIED;
  if (p->event == EV_SHELL || p->event == EV_MCP) r->outcome = OUTCOME_UNKNOWN; /* not reported */
  if (p->event != EV_POST_FAILURE) return;
  bpi_result_classify(p->error, p->error_length, &r->outcome, &r->failure);
  if (r->outcome == OUTCOME_ERROR && p->failed == FAILED_DENIED) r->outcome = OUTCOME_DENIED;
  if (r->outcome == OUTCOME_ERROR && p->failed == FAILED_TIMEOUT) r->failure = FAILURE_TIMEOUT;
  if (p->interrupt) r->outcome = OUTCOME_INTERRUPTED;
  if (r->outcome != OUTCOME_ERROR) r->failure = FAILURE_NONE;
}

static int put_use(hooks *h, ident key, record_tier tier, int category) {
  const payload *p = &h->p;
  name tool = bpi_row_name(&h->rows, LABEL_TOOL, &p->tool);
  name file = bpi_row_name(&h->rows, LABEL_FILE, file_of(p));
  if (category >= 0) tool.number = category;
  record row = bpi_row(&h->rows, RECORD_TOOL_USE);
  row.key = key;
  row.tier = tier;
  if (p->event != EV_PRE_TOOL && p->event != EV_READ)
    row.time = BPI_TIME_NONE; /* it began earlier */
  row.u.use = bpi_content_use(&p->input, tool, file);
  return bpi_row_put(&h->rows, &row);
}

static int put_result(hooks *h, ident key, record_tier tier) {
  payload *p = &h->p;
  name file = bpi_row_name(&h->rows, LABEL_FILE, file_of(p));
  record row = bpi_row(&h->rows, RECORD_TOOL_RESULT);
  row.key = key;
  row.tier = tier;
  tool_result_record *r = &row.u.result;
  *r = (tool_result_record){.added = -1,
                            .removed = -1,
                            .file = file.label,
                            .language = (int)file.number,
                            .duration_us = p->duration_us};
  end_of(p, r);
  return bpi_row_put(&h->rows, &row);
}

static int put_tool(hooks *h) {
  bool begins = h->p.event == EV_PRE_TOOL;
  ident key;
  if (h->p.tool.length == 0) return BP_OK;
  if (!tool_key(h, !begins, &key)) return BP_ERR_NOMEM;
  int rc = put_use(h, key, h->rows.tier, -1);
  return rc == BP_OK && !begins ? put_result(h, key, h->rows.tier) : rc;
}

static void set_name(name_text *to, const char *text) {
  to->length = strlen(text);
  memcpy(to->at, text, to->length);
}

/* A call that Cursor reports by its effect. If tool events report it too, those take precedence. */
static int put_effect(hooks *h) {
  payload *p = &h->p;
  int category = p->event == EV_SHELL  ? CATEGORY_COMMAND
                 : p->event == EV_MCP  ? CATEGORY_MCP
                 : p->event == EV_READ ? CATEGORY_READ
                                       : CATEGORY_EDIT;
  ident key;
  if (p->event == EV_SHELL) set_name(&p->tool, "run_terminal_cmd");
  if (p->event == EV_READ) set_name(&p->tool, "read_file");
  if (p->event == EV_EDIT) set_name(&p->tool, "edit_file");
  ident generation =
      bpi_memo_ident(&h->rows.names, IDENT_ORIGIN, p->generation.at, p->generation.length);
  int64_t time = p->received == BPI_TIME_NONE ? 0 : p->received;
  if (!like_key(h, IDENT_TOOL, 128 + (int)p->event, generation, time, 0, &key)) return BP_ERR_NOMEM;
  int rc = put_use(h, key, TIER_TELEMETRY, category);
  return rc == BP_OK ? put_result(h, key, TIER_TELEMETRY) : rc;
}

static int put_stop(hooks *h) {
  int event = h->p.status == STATUS_ABORTED ? EVENT_INTERRUPT
              : h->p.status == STATUS_ERROR ? EVENT_API_ERROR
                                            : EVENT_TURN_END;
  int rc = h->cursor ? put_response(h) : BP_OK;
  if (rc != BP_OK) return rc;
  return put_event(h, event, event == EVENT_API_ERROR ? DETAIL_OTHER : DETAIL_NONE);
}

static int put_payload(hooks *h) {
  const payload *p = &h->p;
  switch (p->event) {
  case EV_SESSION_START: return put_event(h, EVENT_SESSION_START, p->detail);
  case EV_SESSION_END: return put_event(h, EVENT_SESSION_END, DETAIL_NONE);
  case EV_PROMPT: return put_prompt(h);
  case EV_PRE_TOOL:
  case EV_POST_TOOL:
  case EV_POST_FAILURE:
  case EV_DENIED: return put_tool(h);
  case EV_STOP: return put_stop(h);
  case EV_STOP_FAILURE: return put_event(h, EVENT_API_ERROR, p->failure);
  case EV_COMPACT: return put_event(h, EVENT_COMPACTION, p->detail);
  case EV_AGENT_START:
  case EV_AGENT_STOP: return put_agent(h);
  case EV_RESPONSE: return put_response(h);
  case EV_SHELL:
  case EV_MCP:
  case EV_READ:
  case EV_EDIT: return put_effect(h);
  case EVENT_NONE: break;
  }
  return BP_OK;
}

/* Agents that Claude Code starts for itself, to compact or to suggest a prompt, have an identifier
 * but no type. */
static unsigned flags_of(const payload *p) {
  if (p->agent.length == 0) return 0;
  return RECORD_SUBAGENT | RECORD_SIDECHAIN | (p->helper ? RECORD_NOISE : 0);
}

static int emit(void *self) {
  hooks *h = self;
  if (h->p.event == EVENT_NONE) return BP_OK;
  bpi_row_dropped(&h->rows, h->p.dropped);
  h->rows.flags = flags_of(&h->p);
  int rc = put_session(h);
  return rc == BP_OK ? put_payload(h) : rc;
}

/* ------------------------------------------------------------------------------------ the sources */

static int read_hooks(source_input *in, bool cursor) {
  hooks *h = bpi_alloc_zero(1, sizeof *h);
  if (h == NULL) return BP_ERR_NOMEM;
  const object_reader reader = {.take = take, .emit = emit, .self = h, .lists = true};
  bpi_rows_start(&h->rows, in, TIER_HOOK);
  h->cursor = cursor;
  h->events = cursor ? cursor_events : claude_events;
  int rc = bpi_read_objects(in, &reader);
  bpi_content_input_free(&h->p.input);
  bpi_hash_wipe(h->p.error, sizeof h->p.error);
  bpi_ident_set_free(&h->likes.of);
  bpi_free(h->likes.count);
  bpi_free(h);
  return rc;
}

static int read_cursor(source_input *in) {
  return read_hooks(in, true);
}
static int read_claude_code(source_input *in) {
  return read_hooks(in, false);
}

static bool is_cursor(const char *path) {
  return bpi_ends_with(path, ".cursor_hooks.jsonl") || bpi_ends_with(path, ".cursor_hooks.json");
}

static bool is_claude_code(const char *path) {
  return bpi_ends_with(path, ".claude_code_hooks.jsonl") ||
         bpi_ends_with(path, ".claude_code_hooks.json");
}

/* Whether the first payload has an event and a session. */
static bool recognise(const char *bytes, size_t length, const char *session) {
  const char *const keys[] = {"hook_event_name", session, NULL};
  return bpi_object_first(bytes, length, true, keys, SCAN_END) == 3;
}

static bool recognise_cursor(const char *bytes, size_t length) {
  return recognise(bytes, length, "conversation_id");
}

static bool recognise_claude_code(const char *bytes, size_t length) {
  return recognise(bytes, length, "session_id") && !recognise_cursor(bytes, length);
}

#define INPUT_RULES                                                                                \
  CONTENT_INPUT_RULES("tool_input"), {"tool_name", FIELD_LABEL, "tool"},                           \
      {"tool_use_id", FIELD_HASHED, "keyed hash: same tool call"},                                 \
      {"error", FIELD_COMPARED, "why a tool call failed, or class of an API error"},               \
      {"is_interrupt", FIELD_COMPARED, "whether a tool call was interrupted"},                     \
      {"received_at", FIELD_KEPT, "when the payload arrived"},                                     \
      {"hook_event_name", FIELD_COMPARED, "which event"},                                          \
      {"session_id", FIELD_HASHED, "keyed hash: same session"},                                    \
      {"duration_ms", FIELD_KEPT, "how long a tool call took"},                                    \
      {"prompt", FIELD_COUNTED, "length of a prompt, whether it holds code or a file reference"},  \
      {"prompt_characters", FIELD_KEPT, "length of a prompt"}, {                                   \
    "agent_id", FIELD_HASHED, "keyed hash: same subagent"                                          \
  }

static const field_rule claude_rules[] = {
    INPUT_RULES,
    {"hookEventName", FIELD_COMPARED, "which event"},
    {"sessionId", FIELD_HASHED, "keyed hash: same session"},
    {"cwd", FIELD_LABEL, "project: last component of the folder"},
    {"permission_mode", FIELD_KEPT, "closed vocabulary: permission mode"},
    {"prompt_id", FIELD_HASHED, "keyed hash: same prompt"},
    {"agent_type", FIELD_COMPARED, "whether present; otherwise the client's own helper"},
    {"source", FIELD_KEPT, "closed vocabulary: how a session began"},
    {"trigger", FIELD_KEPT, "closed vocabulary: automatic or manual compaction"},
    {NULL, FIELD_KEPT, NULL},
};

static const field_rule cursor_rules[] = {
    INPUT_RULES,
    {"conversation_id", FIELD_HASHED, "keyed hash: same session"},
    {"generation_id", FIELD_HASHED, "keyed hash: same request"},
    {"workspace_roots[]", FIELD_LABEL, "project: last component of the folder"},
    {"cursor_version", FIELD_LABEL, "version of the client"},
    {"model", FIELD_LABEL, "model"},
    {"attachments[].type", FIELD_COMPARED, "whether a prompt has a file or an image"},
    {"command", FIELD_COMPARED, "kind of program of a command"},
    {"file_path", FIELD_LABEL, "file name"},
    {"edits[].old_string", FIELD_COUNTED, "lines"},
    {"edits[].new_string", FIELD_COUNTED, "lines"},
    {"duration", FIELD_KEPT, "how long a tool call took"},
    {"error_message", FIELD_COMPARED, "why a tool call failed"},
    {"failure_type", FIELD_COMPARED, "why a tool call failed"},
    {"status", FIELD_COMPARED, "how a turn ended"},
    {"trigger", FIELD_KEPT, "closed vocabulary: automatic or manual compaction"},
    {"input_tokens", FIELD_KEPT, "tokens"},
    {"output_tokens", FIELD_KEPT, "tokens"},
    {"cache_read_tokens", FIELD_KEPT, "tokens"},
    {"cache_write_tokens", FIELD_KEPT, "tokens"},
    {NULL, FIELD_KEPT, NULL},
};

const source bpi_source_cursor_hooks = {
    .name = "cursor_hooks",
    .title = "Hooks of Cursor",
    .platform = "cursor",
    .covers = COVERS_TOKENS | COVERS_CACHE_READ | COVERS_CACHE_WRITE | COVERS_TOOLS |
              COVERS_OUTCOMES | COVERS_LINES | COVERS_PROMPTS | COVERS_MODEL | COVERS_TIME |
              COVERS_EVENTS | COVERS_WORKSPACE,
    .is_ours = is_cursor,
    .recognise = recognise_cursor,
    .read = read_cursor,
    .rules = cursor_rules,
    .whole = true,
};

const source bpi_source_claude_code_hooks = {
    .name = "claude_code_hooks",
    .title = "Hooks of Claude Code",
    .platform = "claude_code",
    .covers = COVERS_TOOLS | COVERS_OUTCOMES | COVERS_LINES | COVERS_PROMPTS | COVERS_TIME |
              COVERS_EVENTS | COVERS_WORKSPACE,
    .is_ours = is_claude_code,
    .recognise = recognise_claude_code,
    .read = read_claude_code,
    .rules = claude_rules,
    .whole = true,
};
