/* sources/cursor_value.c: the allow-lists as tables, and a small function for each kind of
 * object. */
#include "sources/cursor_value.h"

#include <string.h>

#include "base/command.h"
#include "base/hash.h"
#include "base/text.h"
#include "sources/claude_code_prompt.h"

/* clang-format off */
#define COMPOSER_KEYS(X)                                                                           \
  X(C_ID, "composerId") X(C_TAB, "tabId") X(C_CREATED, "createdAt") X(C_UPDATED, "lastUpdatedAt")  \
  X(C_MODE, "unifiedMode") X(C_MODEL, "modelConfig") X(C_ADDED, "totalLinesAdded")                 \
  X(C_REMOVED, "totalLinesRemoved") X(C_HEADERS, "fullConversationHeadersOnly")                    \
  X(C_CONVERSATION, "conversation") X(C_BUBBLES, "bubbles") X(C_BLOCKS, "codeBlockData")           \
  X(C_WORKSPACE, "workspaceIdentifier") X(C_SUBAGENT, "subagentInfo")
OBJECT_KEYS(composer_keys, COMPOSER_KEYS);
#define SUBAGENT_KEYS(X) X(SUBAGENT_PARENT, "parentComposerId") X(SUBAGENT_ROOT, "rootParentConversationId")
OBJECT_KEYS(subagent_keys, SUBAGENT_KEYS);
#define MODEL_KEYS(X) X(MODEL_NAME, "modelName")
OBJECT_KEYS(model_keys, MODEL_KEYS);
#define WORKSPACE_KEYS(X) X(WORKSPACE_URI, "uri") X(WORKSPACE_FILE, "configPath")
OBJECT_KEYS(workspace_keys, WORKSPACE_KEYS);
#define URI_KEYS(X) X(URI_FS_PATH, "fsPath") X(URI_PATH, "path")
OBJECT_KEYS(uri_keys, URI_KEYS);
#define BLOCK_KEYS(X)                                                                              \
  X(B_STATUS, "status") X(B_ID, "codeblockId") X(B_LANGUAGE, "languageId") X(B_URI, "uri")         \
  X(B_CREATED, "createdAt") X(B_APPLIED, "lastAppliedAt")
OBJECT_KEYS(block_keys, BLOCK_KEYS);

#define BUBBLE_KEYS(X)                                                                             \
  X(U_BUBBLE, "bubbleId") X(U_ID, "id") X(U_TYPE, "type") X(U_CREATED, "createdAt")                \
  X(U_TIMING, "timingInfo") X(U_TEXT, "text") X(U_IMAGES, "images")                                \
  X(U_SELECTED_IMAGES, "selectedImages") X(U_FILES, "fileSelections")                              \
  X(U_FOLDERS, "folderSelections") X(U_SELECTIONS, "selections") X(U_CONTEXT, "context")           \
  X(U_TOKENS, "tokenCount") X(U_USAGE, "usageUuid") X(U_REQUEST, "requestId")                      \
  X(U_MODEL, "modelInfo") X(U_MODEL_TYPE, "modelType") X(U_CAPABILITY, "capabilityType")           \
  X(U_TOOL, "toolFormerData")
OBJECT_KEYS(bubble_keys, BUBBLE_KEYS);
#define CONTEXT_KEYS(X)                                                                            \
  X(CONTEXT_IMAGES, "selectedImages") X(CONTEXT_FILES, "fileSelections")                           \
  X(CONTEXT_FOLDERS, "folderSelections") X(CONTEXT_SELECTIONS, "selections")
OBJECT_KEYS(context_keys, CONTEXT_KEYS);
/* clientStartTime is left out because it counts from the start of the editor. */
#define TIMING_KEYS(X)                                                                             \
  X(TIMING_SEND, "clientRpcSendTime") X(TIMING_SETTLE, "clientSettleTime")                         \
  X(TIMING_END, "clientEndTime")
OBJECT_KEYS(timing_keys, TIMING_KEYS);
#define TOKEN_KEYS(X) X(TOKENS_INPUT, "inputTokens") X(TOKENS_OUTPUT, "outputTokens")
OBJECT_KEYS(token_keys, TOKEN_KEYS);

#define TOOL_KEYS(X)                                                                               \
  X(T_NUMBER, "tool") X(T_NAME, "name") X(T_CALL, "toolCallId") X(T_STATUS, "status")              \
  X(T_DECISION, "userDecision") X(T_MORE, "additionalData") X(T_ARGUMENTS, "rawArgs")              \
  X(T_PARAMS, "params") X(T_RESULT, "result")
OBJECT_KEYS(tool_keys, TOOL_KEYS);
#define MORE_KEYS(X) X(MORE_STATUS, "status")
OBJECT_KEYS(more_keys, MORE_KEYS);
#define ARGUMENT_KEYS(X)                                                                           \
  X(A_WORKSPACE_PATH, "relativeWorkspacePath") X(A_TARGET, "targetFile")                           \
  X(A_TARGET_TOO, "target_file") X(A_FILE, "file_path") X(A_COMMAND, "command")
OBJECT_KEYS(argument_keys, ARGUMENT_KEYS);
#define RESULT_KEYS(X)                                                                             \
  X(R_DIFF, "diff") X(R_APPLIED, "isApplied") X(R_REJECTED, "rejected") X(R_EXIT, "exitCodeV2")
OBJECT_KEYS(result_keys, RESULT_KEYS);
#define DIFF_KEYS(X) X(DIFF_CHUNKS, "chunks")
OBJECT_KEYS(diff_keys, DIFF_KEYS);
#define CHUNK_KEYS(X)                                                                              \
  X(CHUNK_ADDED, "linesAdded") X(CHUNK_REMOVED, "linesRemoved") X(CHUNK_TEXT, "diffString")
OBJECT_KEYS(chunk_keys, CHUNK_KEYS);

#define GENERATION_KEYS(X) X(G_TIME, "unixMs") X(G_ID, "generationUUID")
OBJECT_KEYS(generation_keys, GENERATION_KEYS);
#define DAY_KEYS(X)                                                                                \
  X(D_DATE, "date") X(D_TAB_SUGGESTED, "tabSuggestedLines") X(D_TAB_ACCEPTED, "tabAcceptedLines")  \
  X(D_COMPOSER_SUGGESTED, "composerSuggestedLines")                                                \
  X(D_COMPOSER_ACCEPTED, "composerAcceptedLines")
/* clang-format on */
OBJECT_KEYS(day_keys, DAY_KEYS);

/* Closed lists of words. */
static const char *const mode_words[] = {"agent", "chat",       "edit", "plan",
                                         "debug", "background", NULL};
static const char *const type_words[] = {"user", "ai", NULL};
static const char *const block_words[] = {"accepted", "rejected", NULL};
enum { DECISION_ACCEPTED, DECISION_REJECTED };
static const char *const decision_words[] = {"accepted", "rejected", NULL};

typedef struct word_outcome {
  const char *word;
  int outcome;
} word_outcome;
static const word_outcome status_outcomes[] = {{"completed", OUTCOME_OK},
                                               {"error", OUTCOME_ERROR},
                                               {"cancelled", OUTCOME_CANCELLED},
                                               {"aborted", OUTCOME_INTERRUPTED},
                                               {NULL, OUTCOME_UNKNOWN}};
static const word_outcome more_outcomes[] = {
    {"success", OUTCOME_OK},          {"completed", OUTCOME_OK},
    {"error", OUTCOME_ERROR},         {"failed", OUTCOME_ERROR},
    {"cancelled", OUTCOME_REJECTED},  {"rejected", OUTCOME_REJECTED},
    {"aborted", OUTCOME_INTERRUPTED}, {NULL, OUTCOME_UNKNOWN}};

/* Names of tools by number, for bubbles that do not name them. */
static const struct {
  int64_t number;
  const char *name;
} tool_names[] = {
    {3, "grep_search"}, {5, "read_file"},       {6, "list_dir"},     {7, "edit_file"},
    {8, "file_search"}, {9, "codebase_search"}, {11, "delete_file"}, {15, "run_terminal_cmd"},
    {18, "web_search"}, {30, "read_lints"},     {35, "todo_write"},  {38, "edit_file"},
    {39, "list_dir"},   {40, "read_file"},      {41, "grep"},        {42, "glob_file_search"},
};
#define TOOL_MCP 19

/* The editor's names of languages that differ from ours. */
static const struct {
  const char *editor;
  int language;
} editor_languages[] = {
    {"cpp", LANGUAGE_CPP},
    {"csharp", LANGUAGE_CSHARP},
    {"typescriptreact", LANGUAGE_TYPESCRIPT},
    {"javascriptreact", LANGUAGE_JAVASCRIPT},
    {"shellscript", LANGUAGE_SHELL},
    {"jsonc", LANGUAGE_JSON},
    {"jupyter", LANGUAGE_NOTEBOOK},
    {"plaintext", LANGUAGE_TEXT},
    {"scss", LANGUAGE_CSS},
    {"less", LANGUAGE_CSS},
    {"objective-cpp", LANGUAGE_OBJC},
};

/* ------------------------------------------------------------------------------ small fields */

#define TIME_MS_MAX (INT64_C(1) << 43) /* the year 2248 */

int64_t bpi_cursor_time_ms(int64_t ms) {
  return ms > 0 && ms < TIME_MS_MAX ? ms * 1000 : BPI_TIME_NONE;
}

/* A time in milliseconds or as text. */
static int64_t read_time(scan *s) {
  char text[40];
  size_t length;
  bool whole;
  int64_t value = -1;
  if (bpi_scan_peek(s) == SCAN_NUMBER) {
    bpi_scan_count(s, &value, NULL);
    return bpi_cursor_time_ms(value);
  }
  bool read = bpi_scan_text(s, text, sizeof text, &length, &whole);
  return read && whole && bpi_parse_instant(text, length, &value) ? value : BPI_TIME_NONE;
}

/* Anything but null and false. */
static bool read_present(scan *s) {
  scan_type type = bpi_scan_peek(s);
  bpi_scan_skip(s);
  return type != SCAN_NULL && type != SCAN_FALSE;
}

/* Whether there is an array with anything in it. */
static bool read_any(scan *s) {
  bool any = false;
  if (!bpi_scan_enter_array(s)) return false;
  while (bpi_scan_item(s)) {
    bpi_scan_skip(s);
    any = true;
  }
  return any;
}

/* Reads the only relevant member of an object, which is a text. */
static void read_inner_text(scan *s, const char *const *keys, name_text *into, unsigned *dropped,
                            int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_object_member(s, keys, &seen, reject) >= 0)
    bpi_object_into(s, into, dropped);
}

/* Clears a name that stands for the client's choice of a model. */
void bpi_cursor_keep_model(name_text *model) {
  static const char *const none[] = {"default", "auto", NULL};
  if (bpi_list_index(none, model->at, model->length) >= 0) model->length = 0;
}

static void read_uri(scan *s, name_text *path, unsigned *dropped, int *reject) {
  uint64_t seen = 0;
  name_text text;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, uri_keys, &seen, reject)) >= 0;) {
    bool told = bpi_object_into(s, &text, dropped) && text.length > 0;
    if (told && (m == URI_FS_PATH || path->length == 0)) *path = text;
  }
}

static int language_of(const name_text *path, const name_text *editor) {
  int language = path->length > 0 ? bpi_language_of_path(path->at, path->length) : LANGUAGE_UNKNOWN;
  if (language != LANGUAGE_UNKNOWN && language != LANGUAGE_OTHER) return language;
  for (size_t i = 0; i < sizeof editor_languages / sizeof *editor_languages; i++)
    if (strlen(editor_languages[i].editor) == editor->length &&
        memcmp(editor_languages[i].editor, editor->at, editor->length) == 0)
      return editor_languages[i].language;
  int code = bpi_vocabulary_code(VOCABULARY_LANGUAGE, editor->at, editor->length);
  return code >= 0 ? code : language;
}

/* ------------------------------------------------------------------------------- texts of JSON */

static void feed_inner(void *user, const char *piece, size_t length) {
  bpi_buf_add(user, piece, length);
}

/* Opens the object in a text; false if there is none. Call close_inner in any case. */
static bool open_inner(scan *s, scan *inside, buf *inner) {
  inner->length = 0;
  bool text = bpi_scan_text_feed(s, feed_inner, inner) && !inner->failed;
  bpi_scan_init_memory(inside, inner->data, text ? inner->length : 0);
  return text && bpi_scan_value(inside) == SCAN_OBJECT;
}

static void close_inner(scan *inside, buf *inner) {
  bpi_scan_free(inside);
  if (inner->data != NULL) bpi_hash_wipe(inner->data, inner->length);
  inner->length = 0;
}

/* --------------------------------------------------------------------------------------- tools */

/* The fields of a tool before the outcome is decided. */
typedef struct tool_signs {
  int64_t number, exit_code;
  int decision, status, more; /* status, more: OUTCOME_ */
  bool rejected, unapplied, patched, failed_exit;
  int64_t added, removed;
} tool_signs;

static int read_outcome(scan *s, const word_outcome *list) {
  char word[24];
  size_t length;
  bool whole;
  if (!bpi_scan_text(s, word, sizeof word, &length, &whole) || !whole) return OUTCOME_UNKNOWN;
  for (; list->word != NULL; list++)
    if (strlen(list->word) == length && memcmp(list->word, word, length) == 0) break;
  return list->outcome;
}

static void read_more(tool_signs *g, scan *s) {
  uint64_t seen = 0;
  int twice = 0;
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_object_member(s, more_keys, &seen, &twice) >= 0)
    g->more = read_outcome(s, more_outcomes);
}

static void read_program(cursor_tool *t, scan *s) {
  char command[RESULT_HEAD];
  size_t length;
  if (!bpi_scan_text(s, command, sizeof command, &length, NULL)) return;
  t->program = bpi_program_of_command(command, length);
  bpi_hash_wipe(command, length);
}

/* `params` is the client's interpretation of `rawArgs`, which the model wrote. */
static void read_arguments(cursor_tool *t, scan *s, buf *inner, unsigned *dropped) {
  uint64_t seen = 0;
  int twice = 0;
  scan inside;
  name_text text;
  if (open_inner(s, &inside, inner))
    for (int m; (m = bpi_object_member(&inside, argument_keys, &seen, &twice)) >= 0;) {
      if (m == A_COMMAND)
        read_program(t, &inside);
      else if (bpi_object_into(&inside, &text, dropped) && text.length > 0 && t->file.length == 0)
        t->file = text;
    }
  close_inner(&inside, inner);
}

/* Counts lines that begin with + or -, in a patch without header. */
typedef struct sign_count {
  bool inside; /* in the middle of a line */
  int64_t added, removed;
} sign_count;

static void feed_signs(void *user, const char *piece, size_t length) {
  sign_count *c = user;
  for (size_t i = 0; i < length; i++) {
    if (!c->inside) {
      c->added += piece[i] == '+';
      c->removed += piece[i] == '-';
    }
    c->inside = piece[i] != '\n';
  }
}

static void read_chunk(tool_signs *g, scan *s) {
  uint64_t seen = 0;
  int bad = 0;
  int64_t added = -1, removed = -1;
  sign_count signs = {0};
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, chunk_keys, &seen, &bad)) >= 0;) {
    if (m == CHUNK_ADDED)
      added = bpi_object_count(s, &bad);
    else if (m == CHUNK_REMOVED)
      removed = bpi_object_count(s, &bad);
    else
      bpi_scan_text_feed(s, feed_signs, &signs);
  }
  g->added = bpi_add_count(g->added, added >= 0 ? added : signs.added);
  g->removed = bpi_add_count(g->removed, removed >= 0 ? removed : signs.removed);
  g->patched = true;
}

static void read_diff(tool_signs *g, scan *s) {
  uint64_t seen = 0;
  int twice = 0;
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_object_member(s, diff_keys, &seen, &twice) >= 0) {
    if (!bpi_scan_enter_array(s)) continue;
    while (bpi_scan_item(s))
      read_chunk(g, s);
  }
}

static void read_exit(tool_signs *g, scan *s) {
  int64_t code = 0;
  bool bad = false;
  if (bpi_scan_count(s, &code, &bad) || bad) g->failed_exit = bad || code != 0;
  if (!bad) g->exit_code = code;
}

static void read_applied(tool_signs *g, scan *s) {
  bool applied = true;
  if (bpi_scan_bool(s, &applied)) g->unapplied = !applied;
}

static void read_result(tool_signs *g, scan *s, buf *inner) {
  uint64_t seen = 0;
  int twice = 0;
  scan inside;
  if (open_inner(s, &inside, inner))
    for (int m; (m = bpi_object_member(&inside, result_keys, &seen, &twice)) >= 0;) {
      switch (m) {
      case R_DIFF: read_diff(g, &inside); break;
      case R_APPLIED: read_applied(g, &inside); break;
      case R_REJECTED: g->rejected = read_present(&inside); break;
      default: read_exit(g, &inside);
      }
    }
  close_inner(&inside, inner);
}

/* A person's decision comes first, then what the client adds, then the status: a rejected command
 * may be "completed". If a person accepted, the call was not cancelled by them. */
static int outcome_of(const tool_signs *g) {
  if (g->decision == DECISION_REJECTED || g->rejected) return OUTCOME_REJECTED;
  bool cancelled = g->more == OUTCOME_REJECTED;
  if (g->more != OUTCOME_UNKNOWN && !(cancelled && g->decision == DECISION_ACCEPTED))
    return g->more;
  return g->status;
}

static void judge(cursor_tool *t, const tool_signs *g) {
  t->outcome = outcome_of(g);
  if (t->outcome == OUTCOME_ERROR) t->failure = g->failed_exit ? FAILURE_COMMAND : FAILURE_TOOL;
  if (t->outcome == OUTCOME_OK && g->failed_exit) {
    t->outcome = OUTCOME_ERROR;
    t->failure = g->exit_code == 124 ? FAILURE_TIMEOUT : FAILURE_COMMAND;
  }
  if (t->outcome == OUTCOME_OK && g->patched && !g->unapplied) {
    t->added = g->added;
    t->removed = g->removed;
  }
}

static void name_tool(cursor_tool *t, int64_t number) {
  t->mcp = number == TOOL_MCP || bpi_starts_with(t->name.at, t->name.length, "mcp_");
  for (size_t i = 0; i < sizeof tool_names / sizeof *tool_names && t->name.length == 0; i++)
    if (tool_names[i].number == number) {
      t->name.length = strlen(tool_names[i].name);
      memcpy(t->name.at, tool_names[i].name, t->name.length);
    }
}

static void read_tool(cursor_bubble *b, scan *s, buf *inner, int *reject) {
  cursor_tool *t = &b->tool;
  tool_signs g = {.number = -1, .decision = -1};
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  t->there = true;
  for (int m; (m = bpi_object_member(s, tool_keys, &seen, reject)) >= 0;) {
    switch (m) {
    case T_NUMBER: g.number = bpi_object_count(s, reject); break;
    case T_NAME: bpi_object_into(s, &t->name, &b->dropped); break;
    case T_CALL: bpi_object_into(s, &t->call, &b->dropped); break;
    case T_STATUS: g.status = read_outcome(s, status_outcomes); break;
    case T_DECISION: g.decision = bpi_object_word(s, decision_words); break;
    case T_MORE: read_more(&g, s); break;
    case T_RESULT: read_result(&g, s, inner); break;
    default: read_arguments(t, s, inner, &b->dropped);
    }
  }
  name_tool(t, g.number);
  judge(t, &g);
}

/* ------------------------------------------------------------------------------------- bubbles */

static void start_bubble(cursor_bubble *b) {
  b->type = BUBBLE_OTHER;
  b->id.length = b->generation.length = b->model.length = 0;
  b->time = BPI_TIME_NONE;
  b->characters = b->input = b->output = -1;
  b->features = 0;
  b->plain = true;
  b->dropped = 0;
  cursor_tool *t = &b->tool;
  t->there = t->mcp = false;
  t->name.length = t->call.length = t->file.length = 0;
  t->outcome = OUTCOME_UNKNOWN;
  t->failure = FAILURE_NONE;
  t->program = PROGRAM_NONE;
  t->added = t->removed = -1;
}

/* 1 or 2; in early chats a word. */
static bubble_type read_type(scan *s) {
  int64_t number = -1;
  if (bpi_scan_peek(s) == SCAN_TEXT)
    number = bpi_object_word(s, type_words) + 1;
  else
    bpi_scan_count(s, &number, NULL);
  return number == 1 ? BUBBLE_USER : number == 2 ? BUBBLE_ASSISTANT : BUBBLE_OTHER;
}

static void read_text(cursor_bubble *b, scan *s) {
  prompt_text p;
  bpi_prompt_start(&p);
  bpi_prompt_block(&p);
  if (bpi_scan_text_feed(s, bpi_prompt_feed, &p)) {
    bpi_prompt_block_end(&p);
    b->characters = p.characters;
    b->features |= bpi_prompt_features(&p);
  }
  bpi_prompt_wipe(&p);
}

static void read_context(cursor_bubble *b, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, context_keys, &seen, reject)) >= 0;)
    if (read_any(s)) b->features |= m == CONTEXT_IMAGES ? PROMPT_IMAGE : PROMPT_FILE;
}

static int64_t read_timing(scan *s, int *reject) {
  uint64_t seen = 0;
  int64_t earliest = BPI_TIME_NONE;
  if (!bpi_scan_enter_object(s)) return earliest;
  while (bpi_object_member(s, timing_keys, &seen, reject) >= 0) {
    int64_t time = read_time(s);
    if (time != BPI_TIME_NONE && (earliest == BPI_TIME_NONE || time < earliest)) earliest = time;
  }
  return earliest;
}

static void read_tokens(cursor_bubble *b, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, token_keys, &seen, reject)) >= 0;) {
    int64_t count = bpi_object_count(s, reject);
    *(m == TOKENS_INPUT ? &b->input : &b->output) = count > 0 ? count : -1;
  }
}

/* The identifier of a request has two names and may be empty under one of them. */
static void read_generation(cursor_bubble *b, scan *s) {
  id_text id;
  if (bpi_object_into(s, &id, &b->dropped) && id.length > 0) b->generation = id;
}

static void read_bubble_id(cursor_bubble *b, scan *s) {
  id_text id;
  if (bpi_object_into(s, &id, &b->dropped) && id.length > 0) b->id = id;
}

static void read_bubble_member(cursor_bubble *b, scan *s, int member, int64_t *timing, buf *inner,
                               int *reject) {
  switch (member) {
  case U_BUBBLE:
  case U_ID: read_bubble_id(b, s); break;
  case U_TYPE: b->type = read_type(s); break;
  case U_CREATED: b->time = read_time(s); break;
  case U_TIMING: *timing = read_timing(s, reject); break;
  case U_TEXT: read_text(b, s); break;
  case U_IMAGES:
  case U_SELECTED_IMAGES:
    if (read_any(s)) b->features |= PROMPT_IMAGE;
    break;
  case U_FILES:
  case U_FOLDERS:
  case U_SELECTIONS:
    if (read_any(s)) b->features |= PROMPT_FILE;
    break;
  case U_CONTEXT: read_context(b, s, reject); break;
  case U_TOKENS: read_tokens(b, s, reject); break;
  case U_USAGE:
  case U_REQUEST: read_generation(b, s); break;
  case U_MODEL: read_inner_text(s, model_keys, &b->model, &b->dropped, reject); break;
  case U_MODEL_TYPE: bpi_object_into(s, &b->model, &b->dropped); break;
  case U_CAPABILITY: b->plain = bpi_scan_peek(s) == SCAN_NULL, bpi_scan_skip(s); break;
  default: read_tool(b, s, inner, reject);
  }
}

int bpi_cursor_read_bubble(scan *s, cursor_bubble *b, buf *inner) {
  uint64_t seen = 0;
  int reject = 0;
  int64_t timing = BPI_TIME_NONE;
  start_bubble(b);
  for (int m; (m = bpi_object_member(s, bubble_keys, &seen, &reject)) >= 0;)
    read_bubble_member(b, s, m, &timing, inner, &reject);
  if (b->time == BPI_TIME_NONE) b->time = timing;
  if (b->tool.there) b->plain = false;
  bpi_cursor_keep_model(&b->model);
  if (inner->failed == BP_ERR_NOMEM) return BP_ERR_NOMEM;
  return reject;
}

/* -------------------------------------------------------------------------------------- blocks */

static void read_block_member(cursor_block *b, scan *s, int member, name_text *editor,
                              int *reject) {
  int64_t time;
  switch (member) {
  case B_STATUS: {
    int word = bpi_object_word(s, block_words);
    b->outcome = word < 0 ? OUTCOME_UNKNOWN : word == 0 ? OUTCOME_OK : OUTCOME_REJECTED;
    break;
  }
  case B_ID: bpi_object_into(s, &b->id, &b->dropped); break;
  case B_LANGUAGE: bpi_object_into(s, editor, &b->dropped); break;
  case B_URI: read_uri(s, &b->uri, &b->dropped, reject); break;
  default: /* the time it was last applied, otherwise when it was created */
    time = read_time(s);
    if (time != BPI_TIME_NONE && (member == B_APPLIED || b->time == BPI_TIME_NONE)) b->time = time;
  }
}

/* Reads the open object. A damaged block counts as undecided. */
static void read_block(scan *s, int64_t number, const cursor_parts *parts) {
  uint64_t seen = 0;
  int reject = 0;
  name_text editor;
  cursor_block b;
  editor.length = b.id.length = b.uri.length = 0;
  b.outcome = OUTCOME_UNKNOWN;
  b.time = BPI_TIME_NONE;
  b.number = number;
  b.dropped = 0;
  for (int m; (m = bpi_object_member(s, block_keys, &seen, &reject)) >= 0;)
    read_block_member(&b, s, m, &editor, &reject);
  b.language = language_of(&b.uri, &editor);
  if (parts != NULL && reject == 0) parts->block(parts->user, &b);
}

/* The blocks of each file: an object by identifier, in early versions a list. */
static void read_blocks(scan *s, const cursor_parts *parts) {
  const char *key;
  size_t length;
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_scan_key(s, &key, &length)) {
    int64_t number = 0;
    if (bpi_scan_peek(s) == SCAN_ARRAY) {
      bpi_scan_enter_array(s);
      for (; bpi_scan_item(s); number++)
        if (bpi_scan_enter_object(s)) read_block(s, number, parts);
    } else if (bpi_scan_enter_object(s)) {
      for (; bpi_scan_key(s, &key, &length); number++)
        if (bpi_scan_enter_object(s)) read_block(s, number, parts);
    }
  }
}

/* ----------------------------------------------------------------------------------- composers */

static bool read_conversation(scan *s, const cursor_parts *parts, buf *inner) {
  bool any = false;
  cursor_bubble b;
  if (!bpi_scan_enter_array(s)) return false;
  while (bpi_scan_item(s)) {
    any = true;
    if (parts == NULL) {
      bpi_scan_skip(s);
      continue;
    }
    start_bubble(&b);
    int reject = bpi_scan_enter_object(s) ? bpi_cursor_read_bubble(s, &b, inner) : REJECT_SHAPE;
    parts->bubble(parts->user, &b, reject);
  }
  return any;
}

static void read_workspace(cursor_composer *c, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_object_member(s, workspace_keys, &seen, reject) >= 0)
    read_uri(s, &c->workspace, &c->dropped, reject);
}

/* A subagent of a subagent also names the topmost composer, which is used. */
static void read_parent(cursor_composer *c, scan *s, int *reject) {
  uint64_t seen = 0;
  id_text id;
  bool root = false;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, subagent_keys, &seen, reject)) >= 0;) {
    if (!bpi_object_into(s, &id, &c->dropped) || id.length == 0 || root) continue;
    root = m == SUBAGENT_ROOT;
    c->parent = id;
  }
}

static void read_mode(cursor_composer *c, scan *s) {
  int word = bpi_object_word(s, mode_words);
  if (word < 0) return;
  c->mode.length = strlen(mode_words[word]);
  memcpy(c->mode.at, mode_words[word], c->mode.length);
}

static void read_composer_member(cursor_composer *c, scan *s, int member, const cursor_parts *parts,
                                 buf *inner, int *reject) {
  switch (member) {
  case C_ID:
  case C_TAB: bpi_object_into(s, &c->id, &c->dropped); break;
  case C_CREATED: c->created = read_time(s); break;
  case C_UPDATED: c->touched = read_time(s) != BPI_TIME_NONE; break;
  case C_MODE: read_mode(c, s); break;
  case C_MODEL: read_inner_text(s, model_keys, &c->model, &c->dropped, reject); break;
  case C_ADDED: c->added = bpi_object_count(s, reject); break;
  case C_REMOVED: c->removed = bpi_object_count(s, reject); break;
  case C_HEADERS: c->bubbles |= read_any(s); break;
  case C_CONVERSATION:
  case C_BUBBLES: c->bubbles |= read_conversation(s, parts, inner); break;
  case C_BLOCKS: read_blocks(s, parts); break;
  case C_SUBAGENT: read_parent(c, s, reject); break;
  default: read_workspace(c, s, reject);
  }
}

int bpi_cursor_read_composer(scan *s, cursor_composer *c, const cursor_parts *parts, buf *inner) {
  uint64_t seen = 0;
  int reject = 0;
  c->id.length = c->parent.length = c->model.length = c->mode.length = c->workspace.length = 0;
  c->created = BPI_TIME_NONE;
  c->added = c->removed = -1;
  c->touched = c->bubbles = false;
  c->dropped = 0;
  for (int m; (m = bpi_object_member(s, composer_keys, &seen, &reject)) >= 0;)
    read_composer_member(c, s, m, parts, inner, &reject);
  bpi_cursor_keep_model(&c->model);
  if (inner->failed == BP_ERR_NOMEM) return BP_ERR_NOMEM;
  return reject;
}

/* ----------------------------------------------------------------------------------- the others */

int bpi_cursor_read_generation(scan *s, cursor_generation *g) {
  uint64_t seen = 0;
  int reject = 0;
  unsigned dropped = 0;
  g->id.length = 0;
  g->time = BPI_TIME_NONE;
  for (int m; (m = bpi_object_member(s, generation_keys, &seen, &reject)) >= 0;) {
    if (m == G_TIME)
      g->time = read_time(s);
    else
      bpi_object_into(s, &g->id, &dropped);
  }
  return reject != 0 ? reject : g->id.length == 0 ? REJECT_FIELD : 0;
}

/* A date like "2025-10-07" as noon UTC, which is on that day in nearly all time zones. */
static int64_t read_date(scan *s) {
  char text[40];
  size_t length;
  bool whole;
  int64_t time;
  if (!bpi_scan_text(s, text, 10, &length, &whole) || !whole || length != 10) return BPI_TIME_NONE;
  memcpy(text + 10, "T12:00:00Z", 10);
  return bpi_parse_instant(text, 20, &time) ? time : BPI_TIME_NONE;
}

int bpi_cursor_read_day(scan *s, cursor_day *d) {
  uint64_t seen = 0;
  int reject = 0;
  *d = (cursor_day){BPI_TIME_NONE, -1, -1, -1, -1};
  for (int m; (m = bpi_object_member(s, day_keys, &seen, &reject)) >= 0;) {
    switch (m) {
    case D_DATE: d->time = read_date(s); break;
    case D_TAB_SUGGESTED: d->tab_suggested = bpi_object_count(s, &reject); break;
    case D_TAB_ACCEPTED: d->tab_accepted = bpi_object_count(s, &reject); break;
    case D_COMPOSER_SUGGESTED: d->composer_suggested = bpi_object_count(s, &reject); break;
    default: d->composer_accepted = bpi_object_count(s, &reject);
    }
  }
  return reject != 0 ? reject : d->time == BPI_TIME_NONE ? REJECT_FIELD : 0;
}
