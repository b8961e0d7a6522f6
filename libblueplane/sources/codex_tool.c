/* sources/codex_tool.c: streams commands, patches and outputs through small parsers, which keep the
 * ends of a text at most, and only until it has been judged. */
#include "sources/codex_tool.h"

#include <string.h>

#include "base/command.h"
#include "base/hash.h"
#include "base/text.h"
#include "sources/lines.h"
#include "sources/nested.h"
#include "sources/patch.h"

#define DURATION_KEYS(X) X(DURATION_SECS, "secs") X(DURATION_NANOS, "nanos")
OBJECT_KEYS(duration_keys, DURATION_KEYS);
#define CHANGE_KEYS(X)                                                                             \
  X(CHANGE_KIND, "type") X(CHANGE_DIFF, "unified_diff") X(CHANGE_CONTENT, "content")
OBJECT_KEYS(change_keys, CHANGE_KEYS);
#define RESULT_KEYS(X) X(RESULT_OK, "Ok") X(RESULT_ERR, "Err")
OBJECT_KEYS(result_keys, RESULT_KEYS);
#define MCP_KEYS(X) X(MCP_IS_ERROR, "isError") X(MCP_IS_ERROR_TOO, "is_error")
OBJECT_KEYS(mcp_keys, MCP_KEYS);
/* clang-format off */
#define OUTPUT_KEYS(X)                                                                             \
  X(OUTPUT_CONTENT, "content") X(OUTPUT_TEXT, "text") X(OUTPUT_SUCCESS, "success")                 \
  X(OUTPUT_METADATA, "metadata")
/* clang-format on */
OBJECT_KEYS(output_keys, OUTPUT_KEYS);
#define CODE_KEYS(X) X(CODE_EXIT, "exit_code")
OBJECT_KEYS(code_keys, CODE_KEYS);
#define ACTION_KEYS(X) X(ACTION_COMMAND, "command")
OBJECT_KEYS(action_keys, ACTION_KEYS);
#define INVOCATION_KEYS(X) X(INVOCATION_SERVER, "server") X(INVOCATION_TOOL, "tool")
OBJECT_KEYS(invocation_keys, INVOCATION_KEYS);

/* Closed lists of words. */
enum { STATUS_FAILED, STATUS_DECLINED };
static const char *const status_words[] = {"failed", "declined", NULL};
enum { CHANGED_ADD, CHANGED_DELETE, CHANGED_UPDATE };
static const char *const change_words[] = {"add", "delete", "update", NULL};
static const char *const command_names[] = {"cmd", "command", NULL};

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

/* ------------------------------------------------------------------------------ how a call ended */

static int severity(int outcome) {
  if (outcome == OUTCOME_REJECTED) return 3;
  return outcome == OUTCOME_INTERRUPTED ? 2 : outcome != OUTCOME_OK;
}

void bpi_codex_end(codex_ending *e, int outcome, int failure) {
  if (severity(outcome) <= severity(e->outcome)) return;
  e->outcome = outcome;
  e->failure = failure;
}

static void end_badly(codex_line *l, int outcome, int failure) {
  bpi_codex_end(&l->ending, outcome, failure);
}

static void end_with_code(codex_line *l, bool zero, bool timeout) {
  if (!zero) end_badly(l, OUTCOME_ERROR, timeout ? FAILURE_TIMEOUT : FAILURE_COMMAND);
}

/* The exit code of a command: 0, 124 (a timeout, for the client and the shell), or another. */
void bpi_codex_read_exit_code(codex_line *l, scan *s) {
  int64_t code = 0;
  bool bad = false;
  bpi_scan_count(s, &code, &bad);
  end_with_code(l, !bad && code == 0, !bad && code == 124);
}

void bpi_codex_read_success(codex_line *l, scan *s) {
  bool success = true;
  if (bpi_scan_bool(s, &success) && !success) end_badly(l, OUTCOME_ERROR, FAILURE_TOOL);
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
void bpi_codex_read_arguments(codex_line *l, scan *s) {
  command_text c;
  nested n;
  command_start(&c);
  bpi_nested_start(&n, command_names, command_piece, &c);
  bpi_scan_text_feed(s, bpi_nested_feed, &n);
  command_end(l, &c);
}

/* Input of a custom tool: free text, perhaps a patch. */
void bpi_codex_read_input(codex_line *l, scan *s) {
  command_text c;
  command_start(&c);
  bpi_scan_text_feed(s, bpi_patch_feed, &c.patch);
  command_end(l, &c);
}

static void feed_command(void *user, const char *piece, size_t length) {
  if (length > 0) command_piece(user, 0, piece, length);
}

/* A command as a list of words. */
void bpi_codex_read_command(codex_line *l, scan *s) {
  command_text c;
  if (!bpi_scan_enter_array(s)) return;
  command_start(&c);
  while (bpi_scan_item(s)) {
    command_item(&c);
    bpi_scan_text_feed(s, feed_command, &c);
  }
  command_end(l, &c);
}

void bpi_codex_read_action(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_object_member(s, action_keys, &seen, reject) >= 0)
    bpi_codex_read_command(l, s);
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
      bpi_codex_read_success(l, s);
    } else if (bpi_scan_enter_object(s)) {
      while (bpi_object_member(s, code_keys, &inner, reject) >= 0)
        bpi_codex_read_exit_code(l, s);
    }
  }
}

/* A text, an array of items of which the first text decides, or an object around a text. */
void bpi_codex_read_output(codex_line *l, scan *s, int *reject) {
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

void bpi_codex_read_duration(codex_line *l, scan *s, int *reject) {
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
void bpi_codex_read_changes(codex_line *l, scan *s, int *reject) {
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
void bpi_codex_read_result(codex_line *l, scan *s, int *reject) {
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

int bpi_codex_read_status(scan *s) {
  return bpi_object_word(s, status_words);
}

void bpi_codex_end_with_status(codex_line *l, int status, int failure) {
  if (status == STATUS_FAILED) end_badly(l, OUTCOME_ERROR, failure);
  if (status == STATUS_DECLINED) end_badly(l, OUTCOME_REJECTED, FAILURE_NONE);
}

/* Reads a server's name and adds the prefix that its tools' namespace has elsewhere. */
void bpi_codex_read_server(codex_line *l, scan *s) {
  static const char prefix[] = "mcp__";
  const size_t skip = sizeof prefix - 1;
  bpi_object_into(s, &l->space, &l->dropped);
  if (l->space.length == 0 || l->space.length + skip > sizeof l->space.at) return;
  memmove(l->space.at + skip, l->space.at, l->space.length);
  memcpy(l->space.at, prefix, skip);
  l->space.length += skip;
}

void bpi_codex_read_invocation(codex_line *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, invocation_keys, &seen, reject)) >= 0;) {
    if (m == INVOCATION_SERVER)
      bpi_codex_read_server(l, s);
    else
      bpi_object_into(s, &l->tool, &l->dropped);
  }
}
