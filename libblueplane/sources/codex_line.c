/* sources/codex_line.c: the allow-list as tables, and a small function for each kind of field. */
#include "sources/codex_line.h"

#include <string.h>

#include "base/command.h"
#include "base/hash.h"
#include "base/text.h"
#include "sources/claude_code_prompt.h"
#include "sources/lines.h"
#include "sources/nested.h"
#include "sources/patch.h"

/* Generates the keys and their numbers from one list. */
#define NUMBER(name, key) name,
#define KEY(name, key) key,
#define MEMBERS(list, LIST)                                                                        \
  enum { LIST(NUMBER) };                                                                           \
  static const char *const list[] = {LIST(KEY) NULL}

/* After the payload come the keys that items of the first clients have directly in the line. */
/* clang-format off */
#define LINE_KEYS(X)                                                                               \
  X(LINE_TIMESTAMP, "timestamp") X(LINE_TYPE, "type") X(LINE_PAYLOAD, "payload")                   \
  X(BARE_ID, "id") X(BARE_GIT, "git") X(BARE_INSTRUCTIONS, "instructions")                         \
  X(BARE_RECORD, "record_type") X(BARE_ROLE, "role") X(BARE_CONTENT, "content")                    \
  X(BARE_CALL, "call_id") X(BARE_NAME, "name") X(BARE_ARGUMENTS, "arguments")                      \
  X(BARE_ACTION, "action") X(BARE_OUTPUT, "output") X(BARE_STATUS, "status")
MEMBERS(line_keys, LINE_KEYS);

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
MEMBERS(payload_keys, PAYLOAD_KEYS);

#define SOURCE_KEYS(X) X(SOURCE_SUBAGENT, "subagent") X(SOURCE_INTERNAL, "internal")
MEMBERS(source_keys, SOURCE_KEYS);
#define SUBAGENT_KEYS(X) X(SUBAGENT_SPAWN, "thread_spawn") X(SUBAGENT_OTHER, "other")
MEMBERS(subagent_keys, SUBAGENT_KEYS);
#define SPAWN_KEYS(X) X(SPAWN_PARENT, "parent_thread_id")
MEMBERS(spawn_keys, SPAWN_KEYS);
#define GIT_KEYS(X) X(GIT_BRANCH, "branch")
MEMBERS(git_keys, GIT_KEYS);
#define POLICY_KEYS(X) X(POLICY_MODE, "mode") X(POLICY_TYPE, "type")
MEMBERS(policy_keys, POLICY_KEYS);
#define INFO_KEYS(X) X(INFO_TOTAL, "total_token_usage") X(INFO_LAST, "last_token_usage")
MEMBERS(info_keys, INFO_KEYS);
#define USAGE_KEYS(X)                                                                              \
  X(U_INPUT, "input_tokens") X(U_CACHED, "cached_input_tokens") X(U_OUTPUT, "output_tokens")       \
  X(U_REASONING, "reasoning_output_tokens") X(U_TOTAL, "total_tokens")                             \
  X(U_WRITTEN, "cache_write_input_tokens")
MEMBERS(usage_keys, USAGE_KEYS); /* in the order of USAGE_ */
#define DURATION_KEYS(X) X(DURATION_SECS, "secs") X(DURATION_NANOS, "nanos")
MEMBERS(duration_keys, DURATION_KEYS);
#define CHANGE_KEYS(X)                                                                             \
  X(CHANGE_KIND, "type") X(CHANGE_DIFF, "unified_diff") X(CHANGE_CONTENT, "content")
MEMBERS(change_keys, CHANGE_KEYS);
#define RESULT_KEYS(X) X(RESULT_OK, "Ok") X(RESULT_ERR, "Err")
MEMBERS(result_keys, RESULT_KEYS);
#define MCP_KEYS(X) X(MCP_IS_ERROR, "isError") X(MCP_IS_ERROR_TOO, "is_error")
MEMBERS(mcp_keys, MCP_KEYS);
#define OUTPUT_KEYS(X)                                                                             \
  X(OUTPUT_CONTENT, "content") X(OUTPUT_TEXT, "text") X(OUTPUT_SUCCESS, "success")                 \
  X(OUTPUT_METADATA, "metadata")
/* clang-format on */
MEMBERS(output_keys, OUTPUT_KEYS);
#define CODE_KEYS(X) X(CODE_EXIT, "exit_code")
MEMBERS(code_keys, CODE_KEYS);
#define ACTION_KEYS(X) X(ACTION_COMMAND, "command")
MEMBERS(action_keys, ACTION_KEYS);
#define META_KEYS(X) X(META_TURN, "turn_id")
MEMBERS(meta_keys, META_KEYS);

#define CONTENT_KEYS(X) X(CONTENT_TYPE, "type") X(CONTENT_TEXT, "text")
MEMBERS(content_keys, CONTENT_KEYS);
/* clang-format off */
#define ITEM_KEYS(X)                                                                               \
  X(ITEM_TYPE, "type") X(ITEM_ID, "id") X(ITEM_CONTENT, "content") X(ITEM_COMMAND_LINE, "command") \
  X(ITEM_STATUS, "status") X(ITEM_EXIT_CODE, "exit_code") X(ITEM_DURATION, "duration")             \
  X(ITEM_CHANGES, "changes") X(ITEM_SERVER, "server") X(ITEM_TOOL, "tool")
/* clang-format on */
MEMBERS(item_keys, ITEM_KEYS);
#define INVOCATION_KEYS(X) X(INVOCATION_SERVER, "server") X(INVOCATION_TOOL, "tool")
MEMBERS(invocation_keys, INVOCATION_KEYS);

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
enum { STATUS_FAILED, STATUS_DECLINED };
static const char *const status_words[] = {"failed", "declined", NULL};
enum { CHANGED_ADD, CHANGED_DELETE, CHANGED_UPDATE };
static const char *const change_words[] = {"add", "delete", "update", NULL};
static const char *const command_names[] = {"cmd", "command", NULL};

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

/* Beginnings of a tool's output if there is no exit code. */
static const struct {
  const char *prefix;
  int outcome, failure;
} endings[] = {
    {"aborted", OUTCOME_INTERRUPTED, FAILURE_NONE},
    {"exec command rejected by user", OUTCOME_REJECTED, FAILURE_NONE},
    {"patch rejected by user", OUTCOME_REJECTED, FAILURE_NONE},
    {"rejected by user", OUTCOME_REJECTED, FAILURE_NONE},
    {"user rejected", OUTCOME_REJECTED, FAILURE_NONE},
    {"user cancelled", OUTCOME_REJECTED, FAILURE_NONE},
    {"apply_patch verification failed: Failed to find", OUTCOME_ERROR, FAILURE_NO_MATCH},
    {"apply_patch verification failed", OUTCOME_ERROR, FAILURE_INPUT},
    {"error: Failed to find expected lines", OUTCOME_ERROR, FAILURE_NO_MATCH},
    {"error: invalid", OUTCOME_ERROR, FAILURE_INPUT},
    {"error:", OUTCOME_ERROR, FAILURE_TOOL},
    {"failed to parse", OUTCOME_ERROR, FAILURE_INPUT},
    {"unsupported call", OUTCOME_ERROR, FAILURE_INPUT},
    {"failed in sandbox", OUTCOME_ERROR, FAILURE_COMMAND},
    {"Script failed", OUTCOME_ERROR, FAILURE_COMMAND},
    {"execution error", OUTCOME_ERROR, FAILURE_COMMAND},
    {"exec_command failed", OUTCOME_ERROR, FAILURE_COMMAND},
    {"command timed out", OUTCOME_ERROR, FAILURE_TIMEOUT},
    {"write_stdin failed", OUTCOME_ERROR, FAILURE_TOOL},
    {"tool call error", OUTCOME_ERROR, FAILURE_TOOL},
};

/* ------------------------------------------------------------------------------ small fields */

#define READ_TEXT(text) bpi_object_into(s, text, &l->dropped)

static bool read_false(scan *s) {
  bool value = true;
  return bpi_scan_bool(s, &value) && !value;
}

static bool word_is(scan *s, const char *const *words) {
  return bpi_object_word(s, words) >= 0;
}

static void end_badly(codex_line *l, int outcome, int failure) {
  bpi_codex_end(&l->ending, outcome, failure);
}

static void end_with_code(codex_line *l, bool zero, bool timeout) {
  if (!zero) end_badly(l, OUTCOME_ERROR, timeout ? FAILURE_TIMEOUT : FAILURE_COMMAND);
}

/* The exit code of a command: 0, 124 (a timeout, for the client and the shell), or another. */
static void read_exit_code(codex_line *l, scan *s) {
  int64_t code = 0;
  bool bad = false;
  bpi_scan_count(s, &code, &bad);
  end_with_code(l, !bad && code == 0, !bad && code == 124);
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

/* ---------------------------------------------------------------------------- input of tools */

/* A command line or a patch while it streams by. */
typedef struct command_text {
  patch_text patch;
  int items;
  bool shell_flag; /* the second item is like "-lc", so the third is the command line */
  size_t length;
  char head[512];
} command_text;

static void command_head(command_text *c, const char *piece, size_t length) {
  size_t room = sizeof c->head - c->length;
  if (length > room) length = room;
  memcpy(c->head + c->length, piece, length);
  c->length += length;
}

/* Starts a text of the command: the command itself, or one of its items. */
static void command_item(command_text *c) {
  if (c->items++ == 0) return;
  if (c->items == 3 && c->shell_flag) c->length = 0;
  command_head(c, " ", 1);
  bpi_patch_feed(&c->patch, "\n", 1);
}

static void command_piece(void *user, int member, const char *piece, size_t length) {
  command_text *c = user;
  (void)member;
  if (length == 0) {
    command_item(c);
    return;
  }
  if (c->items == 2 && piece[0] == '-' && memchr(piece, 'c', length) != NULL) c->shell_flag = true;
  command_head(c, piece, length);
  bpi_patch_feed(&c->patch, piece, length);
}

static void command_start(command_text *c) {
  memset(c, 0, offsetof(command_text, head));
  bpi_patch_start(&c->patch);
}

static void command_end(codex_line *l, command_text *c) {
  patch_text *p = &c->patch;
  bpi_patch_end(p);
  if (p->found) {
    l->patch = true;
    if (p->counted) {
      l->added = p->added;
      l->removed = p->removed;
    }
    l->file.length = p->most.length;
    memcpy(l->file.at, p->most.path, p->most.length);
  }
  if (c->length > 0) l->program = bpi_program_of_command(c->head, c->length);
  bpi_hash_wipe(c, sizeof *c);
}

/* Arguments of a function: a text with a JSON object, in which the command is searched for. */
static void read_arguments(codex_line *l, scan *s) {
  command_text c;
  nested n;
  command_start(&c);
  bpi_nested_start(&n, command_names, command_piece, &c);
  bpi_scan_text_feed(s, bpi_nested_feed, &n);
  command_end(l, &c);
}

/* Input of a custom tool: free text, perhaps a patch. */
static void read_input(codex_line *l, scan *s) {
  command_text c;
  command_start(&c);
  bpi_scan_text_feed(s, bpi_patch_feed, &c.patch);
  command_end(l, &c);
}

static void feed_command(void *user, const char *piece, size_t length) {
  if (length > 0) command_piece(user, 0, piece, length);
}

/* A command as a list of words. */
static void read_words(codex_line *l, scan *s) {
  command_text c;
  if (!bpi_scan_enter_array(s)) return;
  command_start(&c);
  while (bpi_scan_item(s)) {
    command_item(&c);
    bpi_scan_text_feed(s, feed_command, &c);
  }
  command_end(l, &c);
}

static void read_action(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_object_member(s, action_keys, &seen, reject) >= 0)
    read_words(l, s);
}

/* --------------------------------------------------------------------------- output of tools */

/* The start and the end of an output; the middle is never kept. */
typedef struct output_text {
  size_t head_length, tail_length;
  char head[256], tail[96];
} output_text;

static void feed_output(void *user, const char *piece, size_t length) {
  output_text *o = user;
  size_t room = sizeof o->head - o->head_length, kept = length < room ? length : room;
  memcpy(o->head + o->head_length, piece, kept);
  o->head_length += kept;
  if (length > sizeof o->tail) {
    piece += length - sizeof o->tail;
    length = sizeof o->tail;
  }
  size_t old = o->tail_length + length > sizeof o->tail ? sizeof o->tail - length : o->tail_length;
  memmove(o->tail, o->tail + o->tail_length - old, old);
  memcpy(o->tail + old, piece, length);
  o->tail_length = old + length;
}

/* Takes the exit code at the start of a text. */
static void end_with_text(codex_line *l, const char *p, size_t length) {
  size_t digits = 0, sign = length > 0 && *p == '-';
  while (sign + digits < length && p[sign + digits] >= '0' && p[sign + digits] <= '9')
    digits++;
  int64_t code;
  if (digits == 0 || !bpi_parse_int(p, sign + digits, &code)) return;
  end_with_code(l, code == 0, code == 124);
}

/* Older clients write the output as an object that ends with
 * {"exit_code":0,"duration_seconds":1.5}}. */
static bool end_with_object(codex_line *l, const output_text *o) {
  static const char mark[] = "\"metadata\":{\"exit_code\":";
  size_t skip = sizeof mark - 1;
  if (!bpi_starts_with(o->head, o->head_length, "{\"output\":")) return false;
  for (size_t at = o->tail_length < skip ? 0 : o->tail_length - skip + 1; at-- > 0;)
    if (memcmp(o->tail + at, mark, skip) == 0) {
      end_with_text(l, o->tail + at + skip, o->tail_length - at - skip);
      return true;
    }
  return false;
}

/* Newer clients put header lines before it, the last of which is "Output:". */
static bool end_with_header(codex_line *l, const output_text *o) {
  static const char *const codes[] = {"Exit code: ", "Process exited with code "};
  static const char *const others[] = {"Chunk ID: ", "Wall time: ", "Process running with session",
                                       "Original token count: ", "Total output lines: "};
  const char *p = o->head, *end = p + o->head_length;
  bool header = false;
  while (p < end) {
    const char *newline = memchr(p, '\n', (size_t)(end - p));
    size_t length = (size_t)((newline == NULL ? end : newline) - p);
    bool known = false;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
      if (bpi_starts_with(p, length, codes[i])) {
        end_with_text(l, p + strlen(codes[i]), length - strlen(codes[i]));
        known = true;
      }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
      known = known || bpi_starts_with(p, length, others[i]);
    if (!known) break;
    header = true;
    p += length + 1;
  }
  return header;
}

static void judge_output(codex_line *l, output_text *o) {
  if (!end_with_object(l, o) && !end_with_header(l, o))
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
      if (bpi_starts_with(o->head, o->head_length, endings[i].prefix)) {
        end_badly(l, endings[i].outcome, endings[i].failure);
        break;
      }
  bpi_hash_wipe(o, sizeof *o);
}

static void read_output_text(codex_line *l, scan *s) {
  output_text o;
  o.head_length = o.tail_length = 0;
  if (bpi_scan_text_feed(s, feed_output, &o)) judge_output(l, &o);
}

static void read_output_object(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0, inner = 0;
  for (int m; (m = bpi_object_member(s, output_keys, &seen, reject)) >= 0;) {
    if (m == OUTPUT_CONTENT || m == OUTPUT_TEXT) {
      read_output_text(l, s);
    } else if (m == OUTPUT_SUCCESS) {
      if (read_false(s)) end_badly(l, OUTCOME_ERROR, FAILURE_TOOL);
    } else if (bpi_scan_enter_object(s)) {
      while (bpi_object_member(s, code_keys, &inner, reject) >= 0)
        read_exit_code(l, s);
    }
  }
}

/* A text, an array of items of which the first text decides, or an object around a text. */
static void read_output(codex_line *l, scan *s, int *reject) {
  bool first = true;
  switch (bpi_scan_peek(s)) {
  case SCAN_TEXT: read_output_text(l, s); return;
  case SCAN_OBJECT:
    bpi_scan_enter_object(s);
    read_output_object(l, s, reject);
    return;
  case SCAN_ARRAY: break;
  default: bpi_scan_skip(s); return;
  }
  bpi_scan_enter_array(s);
  for (; bpi_scan_item(s); first = false) {
    if (!first)
      bpi_scan_skip(s);
    else if (bpi_scan_enter_object(s))
      read_output_object(l, s, reject);
  }
}

static void read_duration(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  int64_t part[2] = {-1, 0};
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, duration_keys, &seen, reject)) >= 0;)
    part[m] = bpi_object_count(s, reject);
  if (part[0] >= 0 && part[0] < INT64_C(1) << 32 && part[1] >= 0 && part[1] < INT64_C(1000000000))
    l->ending.duration_us = part[0] * BPI_SECOND + part[1] / 1000;
}

/* Reads the lines of one changed file; false if they are not given. */
static bool read_change(scan *s, int64_t *added, int64_t *removed, int *reject) {
  uint64_t seen = 0;
  int type = -1;
  diff_text diff = {0};
  line_count content = {0, false};
  if (!bpi_scan_enter_object(s)) return false;
  for (int m; (m = bpi_object_member(s, change_keys, &seen, reject)) >= 0;) {
    if (m == CHANGE_KIND)
      type = bpi_object_word(s, change_words);
    else if (m == CHANGE_DIFF)
      bpi_scan_text_feed(s, bpi_diff_feed, &diff);
    else
      bpi_scan_text_feed(s, bpi_lines_feed, &content);
  }
  *added = type == CHANGED_ADD ? bpi_lines_total(&content) : diff.added;
  *removed = type == CHANGED_DELETE ? bpi_lines_total(&content) : diff.removed;
  return type >= 0;
}

/* Changed files by path. The call's file is the one with the most changed lines, on a tie the
 * first. A path longer than a key can be is ignored. */
static void read_changes(codex_line *l, scan *s, int *reject) {
  const char *key;
  size_t length;
  int64_t most = -1, all_added = 0, all_removed = 0, added, removed;
  bool told = false;
  char path[SCAN_KEY_MAX];
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_scan_key(s, &key, &length)) {
    memcpy(path, key, length);
    if (!read_change(s, &added, &removed, reject)) continue;
    told = true;
    all_added += added;
    all_removed += removed;
    if (added + removed <= most) continue;
    most = added + removed;
    l->file.length = length;
    memcpy(l->file.at, path, length);
    if (length == 0) l->dropped++;
  }
  if (!told) return;
  l->ending.added = all_added;
  l->ending.removed = all_removed;
}

/* {"Ok": the server's answer} or {"Err": the reason it failed}. */
static void read_result(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0, inner = 0;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, result_keys, &seen, reject)) >= 0;) {
    if (m == RESULT_ERR) {
      if (bpi_scan_peek(s) == SCAN_TEXT)
        read_output_text(l, s);
      else
        bpi_scan_skip(s);
      end_badly(l, OUTCOME_ERROR, FAILURE_TOOL);
    } else if (bpi_scan_enter_object(s)) {
      while (bpi_object_member(s, mcp_keys, &inner, reject) >= 0)
        if (bpi_object_true(s)) end_badly(l, OUTCOME_ERROR, FAILURE_TOOL);
    }
  }
}

static void end_with_status(codex_line *l, int status, int failure) {
  if (status == STATUS_FAILED) end_badly(l, OUTCOME_ERROR, failure);
  if (status == STATUS_DECLINED) end_badly(l, OUTCOME_REJECTED, FAILURE_NONE);
}

/* Reads a server's name and adds the prefix that its tools' namespace has elsewhere. */
static void read_server(codex_line *l, scan *s) {
  static const char prefix[] = "mcp__";
  const size_t skip = sizeof prefix - 1;
  READ_TEXT(&l->space);
  if (l->space.length == 0 || l->space.length + skip > sizeof l->space.at) return;
  memmove(l->space.at + skip, l->space.at, l->space.length);
  memcpy(l->space.at, prefix, skip);
  l->space.length += skip;
}

static void read_invocation(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, invocation_keys, &seen, reject)) >= 0;) {
    if (m == INVOCATION_SERVER)
      read_server(l, s);
    else
      READ_TEXT(&l->tool);
  }
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
    case ITEM_COMMAND_LINE: read_words(l, s); break;
    case ITEM_STATUS: status = bpi_object_word(s, status_words); break;
    case ITEM_EXIT_CODE: read_exit_code(l, s); break;
    case ITEM_DURATION: read_duration(l, s, reject); break;
    case ITEM_CHANGES: read_changes(l, s, reject); break;
    case ITEM_SERVER: read_server(l, s); break;
    default: READ_TEXT(&l->tool);
    }
  }
  end_with_status(l, status, l->item == ITEM_COMMAND ? FAILURE_COMMAND : FAILURE_TOOL);
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
  case P_ARGUMENTS: read_arguments(l, s); break;
  case P_INPUT: read_input(l, s); break;
  case P_ACTION: read_action(l, s, reject); break;
  case P_OUTPUT: read_output(l, s, reject); break;
  case P_STATUS: end_with_status(l, bpi_object_word(s, status_words), FAILURE_TOOL); break;
  case P_SUCCESS:
    if (read_false(s)) end_badly(l, OUTCOME_ERROR, FAILURE_TOOL);
    break;
  case P_EXIT_CODE: read_exit_code(l, s); break;
  case P_DURATION: read_duration(l, s, reject); break;
  case P_CHANGES: read_changes(l, s, reject); break;
  case P_RESULT: read_result(l, s, reject); break;
  case P_INVOCATION: read_invocation(l, s, reject); break;
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

static int severity(int outcome) {
  if (outcome == OUTCOME_REJECTED) return 3;
  return outcome == OUTCOME_INTERRUPTED ? 2 : outcome != OUTCOME_OK;
}

void bpi_codex_end(codex_ending *e, int outcome, int failure) {
  if (severity(outcome) <= severity(e->outcome)) return;
  e->outcome = outcome;
  e->failure = failure;
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
