/* sources/codex_line.c: the allow-list as tables, and a small function for each kind of field; those
 * of tool calls are in codex_tool.c. */
#include "sources/codex_line.h"

#include <string.h>

#include "base/text.h"
#include "sources/claude_code_prompt.h"
#include "sources/codex_tool.h"

/* After the payload come the keys that items of the first clients have directly in the line. */
/* clang-format off */
#define LINE_KEYS(X)                                                                               \
  X(LINE_TIMESTAMP, "timestamp") X(LINE_TYPE, "type") X(LINE_PAYLOAD, "payload")                   \
  X(BARE_ID, "id") X(BARE_GIT, "git") X(BARE_INSTRUCTIONS, "instructions")                         \
  X(BARE_RECORD, "record_type") X(BARE_ROLE, "role") X(BARE_CONTENT, "content")                    \
  X(BARE_CALL, "call_id") X(BARE_NAME, "name") X(BARE_ARGUMENTS, "arguments")                      \
  X(BARE_ACTION, "action") X(BARE_OUTPUT, "output") X(BARE_STATUS, "status")
OBJECT_KEYS(line_keys, LINE_KEYS);

#define PAYLOAD_KEYS(X)                                                                            \
  X(P_TYPE, "type") X(P_ID, "id") X(P_SESSION_ID, "session_id") X(P_TIMESTAMP, "timestamp")        \
  X(P_CWD, "cwd") X(P_ORIGINATOR, "originator") X(P_VERSION, "cli_version") X(P_SOURCE, "source")  \
  X(P_THREAD_SOURCE, "thread_source") X(P_FORKED_FROM, "forked_from_id")                           \
  X(P_PARENT, "parent_thread_id") X(P_GIT, "git") X(P_TURN, "turn_id") X(P_MODEL, "model")         \
  X(P_APPROVAL, "approval_policy") X(P_SANDBOX, "sandbox_policy")                                  \
  X(P_COLLABORATION, "collaboration_mode") X(P_STARTED_AT, "started_at")                           \
  X(P_DURATION_MS, "duration_ms") X(P_REASON, "reason") X(P_MESSAGE, "message") X(P_KIND, "kind")  \
  X(P_IMAGES, "images") X(P_LOCAL_IMAGES, "local_images") X(P_INFO, "info")                        \
  X(P_ERROR_INFO, "codex_error_info") X(P_CALL, "call_id") X(P_NAME, "name")                       \
  X(P_NAMESPACE, "namespace") X(P_ARGUMENTS, "arguments") X(P_INPUT, "input")                      \
  X(P_ACTION, "action") X(P_OUTPUT, "output") X(P_STATUS, "status") X(P_SUCCESS, "success")        \
  X(P_EXIT_CODE, "exit_code") X(P_DURATION, "duration") X(P_CHANGES, "changes")                    \
  X(P_RESULT, "result") X(P_INVOCATION, "invocation") X(P_ITEM, "item")                            \
  X(P_METADATA, "metadata")                                                                        \
  X(P_PASSED_METADATA, "internal_chat_message_metadata_passthrough")
OBJECT_KEYS(payload_keys, PAYLOAD_KEYS);

#define SOURCE_KEYS(X) X(SOURCE_SUBAGENT, "subagent") X(SOURCE_INTERNAL, "internal")
OBJECT_KEYS(source_keys, SOURCE_KEYS);
#define SUBAGENT_KEYS(X) X(SUBAGENT_SPAWN, "thread_spawn") X(SUBAGENT_OTHER, "other")
OBJECT_KEYS(subagent_keys, SUBAGENT_KEYS);
#define SPAWN_KEYS(X) X(SPAWN_PARENT, "parent_thread_id")
OBJECT_KEYS(spawn_keys, SPAWN_KEYS);
#define GIT_KEYS(X) X(GIT_BRANCH, "branch")
OBJECT_KEYS(git_keys, GIT_KEYS);
#define POLICY_KEYS(X) X(POLICY_MODE, "mode") X(POLICY_TYPE, "type")
OBJECT_KEYS(policy_keys, POLICY_KEYS);
#define INFO_KEYS(X) X(INFO_TOTAL, "total_token_usage") X(INFO_LAST, "last_token_usage")
OBJECT_KEYS(info_keys, INFO_KEYS);
#define USAGE_KEYS(X)                                                                              \
  X(U_INPUT, "input_tokens") X(U_CACHED, "cached_input_tokens") X(U_OUTPUT, "output_tokens")       \
  X(U_REASONING, "reasoning_output_tokens") X(U_TOTAL, "total_tokens")                             \
  X(U_WRITTEN, "cache_write_input_tokens")
OBJECT_KEYS(usage_keys, USAGE_KEYS); /* in the order of USAGE_ */
/* clang-format on */
#define META_KEYS(X) X(META_TURN, "turn_id")
OBJECT_KEYS(meta_keys, META_KEYS);

#define CONTENT_KEYS(X) X(CONTENT_TYPE, "type") X(CONTENT_TEXT, "text")
OBJECT_KEYS(content_keys, CONTENT_KEYS);
/* clang-format off */
#define ITEM_KEYS(X)                                                                               \
  X(ITEM_TYPE, "type") X(ITEM_ID, "id") X(ITEM_CONTENT, "content") X(ITEM_COMMAND_LINE, "command") \
  X(ITEM_STATUS, "status") X(ITEM_EXIT_CODE, "exit_code") X(ITEM_DURATION, "duration")             \
  X(ITEM_CHANGES, "changes") X(ITEM_SERVER, "server") X(ITEM_TOOL, "tool")
/* clang-format on */
OBJECT_KEYS(item_keys, ITEM_KEYS);

/* Closed lists of words. The types of lines come before those of payloads, because items of the
 * first clients appear in place of lines. */
enum { TOPS = TOP_COMPACTED + 1 };
/* clang-format off */
static const char *const types[] = {
    "session_meta", "turn_context", "response_item", "event_msg", "compacted",
    "user_message", "token_count", "task_started", "turn_started", "task_complete", "turn_complete",
    "turn_aborted", "context_compacted", "error", "stream_error", "exec_command_end",
    "patch_apply_end", "mcp_tool_call_end", "web_search_end", "function_call", "custom_tool_call",
    "local_shell_call", "tool_search_call", "web_search_call", "function_call_output",
    "custom_tool_call_output", "tool_search_output", "message", "item_completed", NULL};
/* clang-format on */
static const char *const item_types[] = {"UserMessage", "CommandExecution", "FileChange",
                                         "McpToolCall", NULL};
static const char *const user_words[] = {"user", NULL};
static const char *const image_words[] = {"input_image", "image", "local_image", NULL};
static const char *const plain_words[] = {"plain", NULL};
static const char *const plan_words[] = {"plan", NULL};
static const char *const review_words[] = {"review_ended", NULL};
static const char *const never_words[] = {"never", NULL};
static const char *const full_access_words[] = {"danger-full-access", NULL};
static const char *const subagent_words[] = {"review", "subagent", NULL};

/* clang-format off */
static const char *const error_words[] = {
    "usage_limit_exceeded", "unauthorized", "bad_request", "context_window_exceeded",
    "server_overloaded", "internal_server_error", "http_connection_failed",
    "response_stream_connection_failed", "response_stream_disconnected",
    "response_too_many_failed_attempts", NULL};
/* clang-format on */
static const int error_details[] = {
    DETAIL_RATE_LIMIT, DETAIL_AUTH,    DETAIL_INVALID, DETAIL_INVALID, DETAIL_OVERLOADED,
    DETAIL_SERVER,     DETAIL_NETWORK, DETAIL_NETWORK, DETAIL_NETWORK, DETAIL_NETWORK};

/* ------------------------------------------------------------------------------ small fields */

#define READ_TEXT(text) bpi_object_into(s, text, &l->dropped)

static bool word_is(scan *s, const char *const *words) {
  return bpi_object_word(s, words) >= 0;
}

/* --------------------------------------------------------------------- session_meta, context */

static void read_spawn(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  l->origin = ORIGIN_SUBAGENT;
  if (!bpi_scan_enter_object(s)) return;
  id_text parent;
  while (bpi_object_member(s, spawn_keys, &seen, reject) >= 0)
    if (READ_TEXT(&parent) && l->parent.length == 0) l->parent = parent;
}

static void read_subagent(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  l->origin = ORIGIN_BACKGROUND;
  if (bpi_scan_peek(s) == SCAN_TEXT) {
    if (word_is(s, subagent_words)) l->origin = ORIGIN_SUBAGENT;
    return;
  }
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, subagent_keys, &seen, reject)) >= 0;) {
    if (m == SUBAGENT_SPAWN)
      read_spawn(l, s, reject);
    else
      bpi_scan_skip(s);
  }
}

/* The origin of a session: a word ("cli", "exec"), or an object that describes a subagent. */
static void read_source(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, source_keys, &seen, reject)) >= 0;) {
    if (m == SOURCE_SUBAGENT) {
      read_subagent(l, s, reject);
    } else {
      bpi_scan_skip(s);
      l->origin = ORIGIN_BACKGROUND;
    }
  }
}

static void read_git(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_object_member(s, git_keys, &seen, reject) >= 0)
    READ_TEXT(&l->branch);
}

/* What a turn may do without asking. */
typedef struct policy {
  bool told, never, full, plan;
} policy;

/* A word, or an object that has it as mode or type. */
static bool policy_is(scan *s, const char *const *words, int *reject) {
  uint64_t seen = 0;
  bool is = false;
  if (bpi_scan_peek(s) == SCAN_TEXT) return word_is(s, words);
  if (!bpi_scan_enter_object(s)) return false;
  while (bpi_object_member(s, policy_keys, &seen, reject) >= 0)
    is = word_is(s, words) || is;
  return is;
}

static int mode_of(const policy *p) {
  if (p->plan) return MODE_PLAN;
  if (!p->told) return MODE_UNKNOWN;
  return !p->never ? MODE_DEFAULT : p->full ? MODE_BYPASS : MODE_AUTO;
}

static void read_metadata(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  id_text turn;
  while (bpi_object_member(s, meta_keys, &seen, reject) >= 0)
    if (READ_TEXT(&turn) && turn.length > 0) l->passing_turn = turn;
}

/* ------------------------------------------------------------------------- prompts and tokens */

static void read_prompt(codex_line *l, scan *s) {
  prompt_text p;
  bpi_prompt_start(&p);
  bpi_prompt_block(&p);
  if (bpi_scan_text_feed(s, bpi_prompt_feed, &p)) {
    bpi_prompt_block_end(&p);
    l->characters = p.characters;
    l->features |= bpi_prompt_features(&p);
  }
  bpi_prompt_wipe(&p);
}

/* Beginnings of texts that the first clients inserted among the person's messages. */
static const char *const injections[] = {"<user_instructions>", "<environment_context>"};

/* A message of the first clients or a completed item: blocks of text and images. */
static void read_content(codex_line *l, scan *s, int *reject) {
  prompt_text p;
  if (!bpi_scan_enter_array(s)) return;
  bpi_prompt_start(&p);
  while (bpi_scan_item(s)) {
    uint64_t seen = 0;
    if (!bpi_scan_enter_object(s)) continue;
    for (int m; (m = bpi_object_member(s, content_keys, &seen, reject)) >= 0;) {
      if (m == CONTENT_TYPE) {
        if (word_is(s, image_words)) l->features |= PROMPT_IMAGE;
        continue;
      }
      bpi_prompt_block(&p);
      bpi_scan_text_feed(s, bpi_prompt_feed, &p);
      bpi_prompt_block_end(&p);
    }
  }
  l->characters = p.characters;
  l->features |= bpi_prompt_features(&p);
  for (size_t i = 0; i < sizeof injections / sizeof *injections; i++)
    l->injected = l->injected || bpi_starts_with(p.head, p.head_length, injections[i]);
  bpi_prompt_wipe(&p);
}

static void read_images(codex_line *l, scan *s) {
  if (!bpi_scan_enter_array(s)) return;
  while (bpi_scan_item(s)) {
    bpi_scan_skip(s);
    l->features |= PROMPT_IMAGE;
  }
}

static void read_usage(codex_usage *u, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  u->known = true;
  for (int m; (m = bpi_object_member(s, usage_keys, &seen, reject)) >= 0;) {
    int64_t value = bpi_object_count(s, reject);
    if (m == U_REASONING) u->reasoned = value >= 0;
    if (m == U_WRITTEN) u->wrote = value >= 0;
    u->of[m] = value < 0 ? 0 : value;
  }
}

static void read_info(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, info_keys, &seen, reject)) >= 0;)
    read_usage(m == INFO_TOTAL ? &l->total : &l->last, s, reject);
}

/* A word, or an object with the word as its only key. */
static void read_error_info(codex_line *l, scan *s) {
  const char *key;
  size_t length;
  int word = -1;
  if (bpi_scan_peek(s) == SCAN_TEXT) {
    word = bpi_object_word(s, error_words);
  } else if (bpi_scan_enter_object(s)) {
    while (bpi_scan_key(s, &key, &length)) {
      int found = bpi_list_index(error_words, key, length);
      if (found >= 0) word = found;
      bpi_scan_skip(s);
    }
  }
  if (word >= 0) l->error = error_details[word];
}

/* ------------------------------------------------------------------------------- completed items */

/* Items that later clients write instead of events: a person's message, or the end of a call. An
 * exit code takes precedence over the status. */
static void read_item(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  int status = -1;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, item_keys, &seen, reject)) >= 0;) {
    switch (m) {
    case ITEM_TYPE: l->item = (codex_item)bpi_object_word(s, item_types); break;
    case ITEM_ID: READ_TEXT(&l->call); break;
    case ITEM_CONTENT: read_content(l, s, reject); break;
    case ITEM_COMMAND_LINE: bpi_codex_read_command(l, s); break;
    case ITEM_STATUS: status = bpi_codex_read_status(s); break;
    case ITEM_EXIT_CODE: bpi_codex_read_exit_code(l, s); break;
    case ITEM_DURATION: bpi_codex_read_duration(l, s, reject); break;
    case ITEM_CHANGES: bpi_codex_read_changes(l, s, reject); break;
    case ITEM_SERVER: bpi_codex_read_server(l, s); break;
    default: READ_TEXT(&l->tool);
    }
  }
  bpi_codex_end_with_status(l, status, l->item == ITEM_COMMAND ? FAILURE_COMMAND : FAILURE_TOOL);
}

/* -------------------------------------------------------------------------------- the payload */

/* A message inside a payload is ignored: an event reports a person's messages. */
static codex_kind kind_of(int type) {
  return type < TOPS || type == TOPS + KIND_MESSAGE ? KIND_OTHER : (codex_kind)(type - TOPS);
}

static void read_member(codex_line *l, scan *s, int member, policy *p, int *reject) {
  switch (member) {
  case P_TYPE: l->kind = kind_of(bpi_object_word(s, types)); break;
  case P_ID: READ_TEXT(&l->id); break;
  case P_SESSION_ID: READ_TEXT(&l->session_id); break;
  case P_TIMESTAMP: l->born = bpi_object_time(s); break;
  case P_CWD: READ_TEXT(&l->cwd); break;
  case P_ORIGINATOR: READ_TEXT(&l->originator); break;
  case P_VERSION: READ_TEXT(&l->version); break;
  case P_SOURCE: read_source(l, s, reject); break;
  case P_THREAD_SOURCE:
    if (word_is(s, subagent_words) && l->origin == ORIGIN_PERSON) l->origin = ORIGIN_SUBAGENT;
    break;
  case P_FORKED_FROM: READ_TEXT(&l->forked_from); break;
  case P_PARENT: READ_TEXT(&l->parent); break;
  case P_GIT: read_git(l, s, reject); break;
  case P_TURN: READ_TEXT(&l->turn); break;
  case P_MODEL: READ_TEXT(&l->model); break;
  case P_APPROVAL:
    p->told = true;
    p->never = word_is(s, never_words);
    break;
  case P_SANDBOX: p->full = policy_is(s, full_access_words, reject); break;
  case P_COLLABORATION: p->plan = policy_is(s, plan_words, reject); break;
  case P_STARTED_AT: l->started_at_s = bpi_object_count(s, reject); break;
  case P_DURATION_MS: l->duration_ms = bpi_object_count(s, reject); break;
  case P_REASON: l->review_ended = word_is(s, review_words); break;
  case P_MESSAGE: read_prompt(l, s); break;
  case P_KIND: l->injected = bpi_scan_peek(s) == SCAN_TEXT && !word_is(s, plain_words); break;
  case P_IMAGES:
  case P_LOCAL_IMAGES: read_images(l, s); break;
  case P_INFO: read_info(l, s, reject); break;
  case P_ERROR_INFO: read_error_info(l, s); break;
  case P_CALL: READ_TEXT(&l->call); break;
  case P_NAME: READ_TEXT(&l->tool); break;
  case P_NAMESPACE: READ_TEXT(&l->space); break;
  case P_ARGUMENTS: bpi_codex_read_arguments(l, s); break;
  case P_INPUT: bpi_codex_read_input(l, s); break;
  case P_ACTION: bpi_codex_read_action(l, s, reject); break;
  case P_OUTPUT: bpi_codex_read_output(l, s, reject); break;
  case P_STATUS: bpi_codex_end_with_status(l, bpi_codex_read_status(s), FAILURE_TOOL); break;
  case P_SUCCESS: bpi_codex_read_success(l, s); break;
  case P_EXIT_CODE: bpi_codex_read_exit_code(l, s); break;
  case P_DURATION: bpi_codex_read_duration(l, s, reject); break;
  case P_CHANGES: bpi_codex_read_changes(l, s, reject); break;
  case P_RESULT: bpi_codex_read_result(l, s, reject); break;
  case P_INVOCATION: bpi_codex_read_invocation(l, s, reject); break;
  case P_ITEM: read_item(l, s, reject); break;
  case P_METADATA:
  case P_PASSED_METADATA: read_metadata(l, s, reject); break;
  default: bpi_scan_skip(s);
  }
}

/* Whether a member is irrelevant, given what is known of the payload so far. */
static bool is_idle(const codex_line *l, bool typed, int member) {
  bool of_session = member >= P_ID && member <= P_GIT;
  switch (l->top) {
  case TOP_SESSION_META: return !of_session;
  case TOP_TURN_CONTEXT: return member != P_CWD && (member < P_TURN || member > P_COLLABORATION);
  case TOP_RESPONSE_ITEM:
  case TOP_EVENT:
    if (member == P_TYPE || member == P_METADATA || member == P_PASSED_METADATA) return false;
    return of_session || (typed && l->kind == KIND_OTHER);
  case TOP_COMPACTED: return true;
  case TOP_OTHER: break;
  }
  return false;
}

static int read_payload(codex_line *l, scan *s) {
  uint64_t seen = 0;
  policy p = {false, false, false, false};
  int reject = 0;
  for (int m; (m = bpi_object_member(s, payload_keys, &seen, &reject)) >= 0;) {
    bool typed = (seen >> P_TYPE & 1) != 0;
    if (is_idle(l, typed, m))
      bpi_scan_skip(s);
    else
      read_member(l, s, m, &p, &reject);
  }
  l->mode = mode_of(&p);
  return reject;
}

static void start(codex_line *l) {
  id_text *const ids[] = {&l->id,   &l->session_id,   &l->forked_from, &l->parent,
                          &l->turn, &l->passing_turn, &l->call};
  name_text *const texts[] = {&l->cwd,   &l->branch, &l->version, &l->originator,
                              &l->model, &l->tool,   &l->space,   &l->file};
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
    ids[i]->length = 0;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    texts[i]->length = 0;
  l->time = l->born = BPI_TIME_NONE;
  l->top = TOP_OTHER;
  l->kind = KIND_OTHER;
  l->item = ITEM_OTHER;
  l->dropped = 0;
  l->origin = ORIGIN_PERSON;
  l->mode = MODE_UNKNOWN;
  l->started_at_s = l->duration_ms = l->characters = l->added = l->removed = -1;
  l->review_ended = l->injected = l->person = l->patch = false;
  l->features = 0;
  memset(&l->total, 0, sizeof l->total);
  memset(&l->last, 0, sizeof l->last);
  l->error = DETAIL_OTHER;
  l->program = PROGRAM_NONE;
  l->ending = (codex_ending){OUTCOME_OK, FAILURE_NONE, -1, -1, -1};
}

/* ----------------------------------------------------------------------------- the first clients */

static void take_type(codex_line *l, int type) {
  if (type >= 0 && type < TOPS)
    l->top = (codex_top)type;
  else
    l->kind = type == TOPS + KIND_MESSAGE ? KIND_MESSAGE : kind_of(type);
}

static void read_bare(codex_line *l, scan *s, int member, int *reject) {
  static const int payload_member[] = {[BARE_ID] = P_ID,
                                       [BARE_GIT] = P_GIT,
                                       [BARE_CALL] = P_CALL,
                                       [BARE_NAME] = P_NAME,
                                       [BARE_ARGUMENTS] = P_ARGUMENTS,
                                       [BARE_ACTION] = P_ACTION,
                                       [BARE_OUTPUT] = P_OUTPUT,
                                       [BARE_STATUS] = P_STATUS};
  policy unasked = {false, false, false, false};
  switch (member) {
  case BARE_ROLE: l->person = word_is(s, user_words); break;
  case BARE_CONTENT: read_content(l, s, reject); break;
  case BARE_INSTRUCTIONS:
  case BARE_RECORD: bpi_scan_skip(s); break;
  default: read_member(l, s, payload_member[member], &unasked, reject);
  }
}

/* A line without payload: the session, a meaningless mark, or an item. Only the session has a
 * time. */
static int settle_bare(codex_line *l, uint64_t seen) {
  bool typed = (seen >> LINE_TYPE & 1) != 0, timed = (seen >> LINE_TIMESTAMP & 1) != 0;
  if (l->top != TOP_OTHER || (seen >> LINE_PAYLOAD & 1) != 0 || (typed && timed))
    return REJECT_SHAPE;
  if (typed) {
    l->top = TOP_RESPONSE_ITEM;
    if (l->kind == KIND_MESSAGE) l->kind = l->person ? KIND_USER_MESSAGE : KIND_OTHER;
    return 0;
  }
  if ((seen >> BARE_RECORD & 1) != 0) return 0;
  if (!timed || (seen >> BARE_ID & 1) == 0) return REJECT_SHAPE;
  l->top = TOP_SESSION_META;
  l->born = l->time;
  return 0;
}

int bpi_codex_line_read(codex_line *l, scan *s) {
  uint64_t seen = 0;
  int reject = 0;
  bool payload = false;
  start(l);
  for (int m; (m = bpi_object_member(s, line_keys, &seen, &reject)) >= 0;) {
    if (m == LINE_TIMESTAMP) {
      l->time = bpi_object_time(s);
    } else if (m == LINE_TYPE) {
      take_type(l, bpi_object_word(s, types));
    } else if (m != LINE_PAYLOAD) {
      read_bare(l, s, m, &reject);
    } else if (bpi_scan_peek(s) == SCAN_OBJECT) {
      payload = bpi_scan_enter_object(s);
      int found = read_payload(l, s);
      if (reject == 0) reject = found;
    } else {
      bpi_scan_skip(s);
    }
  }
  if (reject != 0) return reject;
  return payload ? 0 : settle_bare(l, seen);
}

bool bpi_codex_line_recognise(const char *bytes, size_t length) {
  uint64_t seen = 0;
  int reject = 0, type = -1;
  scan s;
  bpi_scan_init_memory(&s, bytes, length);
  if (bpi_scan_value(&s) != SCAN_OBJECT) return false;
  for (int m; (m = bpi_object_member(&s, line_keys, &seen, &reject)) >= 0;) {
    if (m == LINE_TYPE)
      type = bpi_object_word(&s, types);
    else
      bpi_scan_skip(&s);
  }
  bpi_scan_free(&s);
  const uint64_t first = UINT64_C(1) << BARE_ID | 1 << LINE_TIMESTAMP | 1 << BARE_INSTRUCTIONS;
  if ((seen >> LINE_PAYLOAD & 1) != 0) return type >= 0 && type < TOPS;
  return (seen & first) == first && (seen >> LINE_TYPE & 1) == 0;
}
