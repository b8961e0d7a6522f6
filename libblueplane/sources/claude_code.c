/* sources/claude_code.c: Claude Code transcripts, line by line. One frame is filled per JSON value, in
 * whatever order its keys come; what the value means is decided when it has ended well. Knows which
 * fields are read (the table below is the allow-list: all others are skipped unread); knows no
 * database and does not merge: every row is told, the store makes facts of them. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sources/claude_code_prompt.h"
#include "sources/lines.h"
#include "sources/names.h"
#include "sources/source.h"

/* -------------------------------------------------------------------------------- allow-list */

/* The objects that are entered. */
enum {
  IN_LINE = 1 << 0,       /* a line */
  IN_DATA = 1 << 1,       /* line.data, of progress lines */
  IN_NESTED = 1 << 2,     /* line.data.message: a subagent's line, or its message itself */
  IN_MESSAGE = 1 << 3,
  IN_USAGE = 1 << 4,      /* message.usage */
  IN_ITERATION = 1 << 5,  /* message.usage.iterations[] */
  IN_CREATION = 1 << 6,   /* message.usage.cache_creation */
  IN_SERVER = 1 << 7,     /* message.usage.server_tool_use */
  IN_DETAILS = 1 << 8,    /* message.usage.output_tokens_details */
  IN_BLOCK = 1 << 9,      /* message.content[] */
  IN_OUTPUT = 1 << 10,    /* message.content[].content[], of tool results */
  IN_INPUT = 1 << 11,     /* message.content[].input, of tool uses */
  IN_EDIT = 1 << 12,      /* message.content[].input.edits[] */
  IN_RESULT = 1 << 13,    /* line.toolUseResult */
  IN_HUNK = 1 << 14,      /* line.toolUseResult.structuredPatch[] */
  IN_GIT = 1 << 15,       /* line.toolUseResult.gitOperation */
  IN_COMMIT = 1 << 16,    /* line.toolUseResult.gitOperation.commit */
  IN_COMPACT = 1 << 17,   /* line.compactMetadata, line.microcompactMetadata */
  IN_ATTACHMENT = 1 << 18,
  IN_ORIGIN = 1 << 19,
  IN_ERROR = 1 << 20
};
enum { IN_MESSAGES = IN_MESSAGE | IN_NESTED, IN_USAGES = IN_USAGE | IN_ITERATION };

/* Every key that is read, and where. */
#define KEYS(X)                                                                                    \
  X(TYPE, "type", IN_LINE | IN_BLOCK | IN_RESULT | IN_ATTACHMENT | IN_ITERATION)                   \
  X(UUID, "uuid", IN_LINE | IN_NESTED)                                                             \
  X(TIMESTAMP, "timestamp", IN_LINE | IN_NESTED)                                                   \
  X(SESSION, "sessionId", IN_LINE)                                                                 \
  X(CWD, "cwd", IN_LINE)                                                                           \
  X(BRANCH, "gitBranch", IN_LINE)                                                                  \
  X(VERSION, "version", IN_LINE)                                                                   \
  X(ENTRYPOINT, "entrypoint", IN_LINE)                                                             \
  X(SIDECHAIN, "isSidechain", IN_LINE)                                                             \
  X(AGENT, "agentId", IN_LINE | IN_DATA)                                                           \
  X(META, "isMeta", IN_LINE)                                                                       \
  X(SUMMARY, "isCompactSummary", IN_LINE)                                                          \
  X(HIDDEN, "isVisibleInTranscriptOnly", IN_LINE)                                                  \
  X(API_ERROR, "isApiErrorMessage", IN_LINE)                                                       \
  X(ERROR, "error", IN_LINE)                                                                       \
  X(ERROR_STATUS, "apiErrorStatus", IN_LINE)                                                       \
  X(CAUSE, "cause", IN_LINE)                                                                       \
  X(MODE, "permissionMode", IN_LINE)                                                               \
  X(ORIGIN, "origin", IN_LINE | IN_ATTACHMENT)                                                     \
  X(REQUEST, "requestId", IN_LINE | IN_NESTED)                                                     \
  X(MESSAGE, "message", IN_LINE | IN_DATA | IN_NESTED)                                             \
  X(RESULT, "toolUseResult", IN_LINE | IN_NESTED)                                                  \
  X(DATA, "data", IN_LINE)                                                                         \
  X(ATTACHMENT, "attachment", IN_LINE)                                                             \
  X(SUBTYPE, "subtype", IN_LINE)                                                                   \
  X(CONTENT, "content", IN_LINE | IN_MESSAGES | IN_BLOCK | IN_INPUT | IN_RESULT)                   \
  X(COMPACT, "compactMetadata", IN_LINE)                                                           \
  X(MICROCOMPACT, "microcompactMetadata", IN_LINE)                                                 \
  X(DURATION, "durationMs", IN_LINE)                                                               \
  X(RETRY, "retryAttempt", IN_LINE)                                                                \
  X(PULL_REQUEST, "prUrl", IN_LINE)                                                                \
  X(FORKED, "forkedFrom", IN_LINE)                                                                 \
  X(KIND, "kind", IN_ORIGIN)                                                                       \
  X(STATUS, "status", IN_ERROR)                                                                    \
  X(TRIGGER, "trigger", IN_COMPACT)                                                                \
  X(PRE_TOKENS, "preTokens", IN_COMPACT)                                                           \
  X(PROMPT, "prompt", IN_ATTACHMENT)                                                               \
  X(COMMAND_MODE, "commandMode", IN_ATTACHMENT)                                                    \
  X(ID, "id", IN_MESSAGES | IN_BLOCK)                                                              \
  X(MODEL, "model", IN_MESSAGES | IN_ITERATION)                                                    \
  X(ROLE, "role", IN_MESSAGES)                                                                     \
  X(STOP, "stop_reason", IN_MESSAGES)                                                              \
  X(USAGE, "usage", IN_MESSAGES)                                                                   \
  X(INPUT_TOKENS, "input_tokens", IN_USAGES)                                                       \
  X(OUTPUT_TOKENS, "output_tokens", IN_USAGES)                                                     \
  X(CACHE_READ, "cache_read_input_tokens", IN_USAGES)                                              \
  X(CACHE_WRITE, "cache_creation_input_tokens", IN_USAGES)                                         \
  X(CREATION, "cache_creation", IN_USAGES)                                                         \
  X(WRITE_5M, "ephemeral_5m_input_tokens", IN_CREATION)                                            \
  X(WRITE_1H, "ephemeral_1h_input_tokens", IN_CREATION)                                            \
  X(SERVER, "server_tool_use", IN_USAGES)                                                          \
  X(WEB_SEARCHES, "web_search_requests", IN_SERVER)                                                \
  X(DETAILS, "output_tokens_details", IN_USAGES)                                                   \
  X(THINKING, "thinking_tokens", IN_DETAILS)                                                       \
  X(TIER, "service_tier", IN_USAGES)                                                               \
  X(SPEED, "speed", IN_USAGES)                                                                     \
  X(GEO, "inference_geo", IN_USAGES)                                                               \
  X(ITERATIONS, "iterations", IN_USAGE)                                                            \
  X(NAME, "name", IN_BLOCK)                                                                        \
  X(INPUT, "input", IN_BLOCK)                                                                      \
  X(TEXT, "text", IN_BLOCK | IN_OUTPUT)                                                            \
  X(TOOL_USE_ID, "tool_use_id", IN_BLOCK)                                                          \
  X(IS_ERROR, "is_error", IN_BLOCK)                                                                \
  X(FILE, "file_path", IN_INPUT)                                                                   \
  X(NOTEBOOK, "notebook_path", IN_INPUT | IN_RESULT)                                               \
  X(COMMAND, "command", IN_INPUT)                                                                  \
  X(OLD, "old_string", IN_INPUT | IN_EDIT)                                                         \
  X(NEW, "new_string", IN_INPUT | IN_EDIT)                                                         \
  X(SOURCE, "new_source", IN_INPUT)                                                                \
  X(EDITS, "edits", IN_INPUT)                                                                      \
  X(RESULT_FILE, "filePath", IN_RESULT)                                                            \
  X(PATCH, "structuredPatch", IN_RESULT)                                                           \
  X(INTERRUPTED, "interrupted", IN_RESULT)                                                         \
  X(PLAN, "plan", IN_RESULT)                                                                       \
  X(GIT, "gitOperation", IN_RESULT)                                                                \
  X(LINES, "lines", IN_HUNK)                                                                       \
  X(COMMIT, "commit", IN_GIT)                                                                      \
  X(SHA, "sha", IN_COMMIT)

enum {
  KEY_NONE,
#define X(name, text, in) KEY_##name,
  KEYS(X)
#undef X
      KEY_COUNT
};

static const struct {
  const char *text;
  unsigned length, read_in;
} keys[KEY_COUNT] = {
    {"", 0, 0},
#define X(name, text, in) {text, sizeof text - 1, in},
    KEYS(X)
#undef X
};

/* What is done with each field, for a person to read. */
static const field_rule rules[] = {
    {"type", FIELD_COMPARED, "which kind of line"},
    {"subtype", FIELD_COMPARED, "which kind of system line"},
    {"uuid", FIELD_HASHED, "keyed hash: the same line in another file"},
    {"timestamp", FIELD_KEPT, "time of the record"},
    {"sessionId", FIELD_HASHED, "keyed hash: same session"},
    {"cwd", FIELD_LABEL, "name of the project folder"},
    {"gitBranch", FIELD_LABEL, "name of the branch"},
    {"version", FIELD_LABEL, "version of the client"},
    {"entrypoint", FIELD_LABEL, "how the client was started"},
    {"isSidechain", FIELD_COMPARED, "done by a subagent"},
    {"agentId", FIELD_HASHED, "keyed hash: same subagent"},
    {"isMeta", FIELD_COMPARED, "written by the client, not by a person"},
    {"isCompactSummary", FIELD_COMPARED, "a compaction summary, not a prompt"},
    {"isVisibleInTranscriptOnly", FIELD_COMPARED, "a compaction summary, not a prompt"},
    {"isApiErrorMessage", FIELD_COMPARED, "an API error shown to the user"},
    {"error", FIELD_COMPARED, "class of an API error, from a closed list"},
    {"error.status", FIELD_COMPARED, "class of an API error, from its status number"},
    {"apiErrorStatus", FIELD_COMPARED, "class of an API error, from its status number"},
    {"cause", FIELD_COMPARED, "whether there is one: the network failed"},
    {"permissionMode", FIELD_KEPT, "permission mode, from a closed list"},
    {"origin.kind", FIELD_COMPARED, "written by a person or not"},
    {"requestId", FIELD_HASHED, "keyed hash: same request"},
    {"forkedFrom", FIELD_COMPARED, "whether there is one: copied from another session"},
    {"durationMs", FIELD_KEPT, "duration of a turn"},
    {"retryAttempt", FIELD_KEPT, "number of an API retry"},
    {"compactMetadata.trigger", FIELD_COMPARED, "automatic or manual compaction"},
    {"compactMetadata.preTokens", FIELD_KEPT, "tokens before a compaction"},
    {"microcompactMetadata.trigger", FIELD_COMPARED, "automatic or manual compaction"},
    {"microcompactMetadata.preTokens", FIELD_KEPT, "tokens before a compaction"},
    {"prUrl", FIELD_HASHED, "keyed hash: same pull request"},
    {"content", FIELD_COMPARED, "a slash command, by name from a closed list"},
    {"message.id", FIELD_HASHED, "keyed hash: same response"},
    {"message.model", FIELD_LABEL, "name of the model"},
    {"message.role", FIELD_COMPARED, "whose message"},
    {"message.stop_reason", FIELD_KEPT, "why a response ended, from a closed list"},
    {"message.usage.input_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.output_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.cache_read_input_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.cache_creation_input_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.cache_creation.ephemeral_5m_input_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.cache_creation.ephemeral_1h_input_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.output_tokens_details.thinking_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.server_tool_use.web_search_requests", FIELD_KEPT, "number of web searches"},
    {"message.usage.service_tier", FIELD_KEPT, "list price, from a closed list"},
    {"message.usage.speed", FIELD_KEPT, "list price, from a closed list"},
    {"message.usage.inference_geo", FIELD_KEPT, "list price, from a closed list"},
    {"message.usage.iterations[].type", FIELD_COMPARED, "a response of an advisor, with its usage"},
    {"message.usage.iterations[].model", FIELD_LABEL, "name of the model"},
    {"message.usage.iterations[].input_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.iterations[].output_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.iterations[].cache_read_input_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.iterations[].cache_creation_input_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.iterations[].cache_creation.ephemeral_5m_input_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.iterations[].cache_creation.ephemeral_1h_input_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.iterations[].output_tokens_details.thinking_tokens", FIELD_KEPT, "tokens"},
    {"message.usage.iterations[].server_tool_use.web_search_requests", FIELD_KEPT,
     "number of web searches"},
    {"message.usage.iterations[].service_tier", FIELD_KEPT, "list price, from a closed list"},
    {"message.usage.iterations[].speed", FIELD_KEPT, "list price, from a closed list"},
    {"message.usage.iterations[].inference_geo", FIELD_KEPT, "list price, from a closed list"},
    {"message.content", FIELD_COUNTED,
     "length of a prompt, whether it holds code or a file reference; which kind of user text"},
    {"message.content[].type", FIELD_COMPARED, "which kind of block; whether an image is attached"},
    {"message.content[].text", FIELD_COUNTED,
     "length of a prompt, whether it holds code or a file reference; which kind of user text"},
    {"message.content[].id", FIELD_HASHED, "keyed hash: same tool call"},
    {"message.content[].name", FIELD_LABEL, "name of the tool and of its MCP server"},
    {"message.content[].input.file_path", FIELD_LABEL, "keyed hash: same file; language"},
    {"message.content[].input.notebook_path", FIELD_LABEL, "keyed hash: same file; language"},
    {"message.content[].input.command", FIELD_COMPARED, "kind of program, from a closed list"},
    {"message.content[].input.old_string", FIELD_COUNTED, "lines removed"},
    {"message.content[].input.new_string", FIELD_COUNTED, "lines added"},
    {"message.content[].input.edits[].old_string", FIELD_COUNTED, "lines removed"},
    {"message.content[].input.edits[].new_string", FIELD_COUNTED, "lines added"},
    {"message.content[].input.content", FIELD_COUNTED, "lines added"},
    {"message.content[].input.new_source", FIELD_COUNTED, "lines added"},
    {"message.content[].tool_use_id", FIELD_HASHED, "keyed hash: same tool call"},
    {"message.content[].is_error", FIELD_COMPARED, "outcome of a tool call"},
    {"message.content[].content", FIELD_COMPARED, "outcome of a tool call, by how its text begins"},
    {"message.content[].content[].text", FIELD_COMPARED,
     "outcome of a tool call, by how its text begins"},
    {"toolUseResult", FIELD_COMPARED, "outcome of a tool call, by how its text begins"},
    {"toolUseResult.type", FIELD_COMPARED, "whether a file was created"},
    {"toolUseResult.content", FIELD_COUNTED, "lines of a created file"},
    {"toolUseResult.structuredPatch[].lines[]", FIELD_COUNTED, "lines added and removed"},
    {"toolUseResult.filePath", FIELD_LABEL, "keyed hash: same file; language"},
    {"toolUseResult.notebook_path", FIELD_LABEL, "keyed hash: same file; language"},
    {"toolUseResult.interrupted", FIELD_COMPARED, "outcome of a tool call"},
    {"toolUseResult.plan", FIELD_COMPARED, "whether there is one: a plan was accepted"},
    {"toolUseResult.gitOperation.commit.sha", FIELD_HASHED, "keyed hash: same commit"},
    {"attachment.type", FIELD_COMPARED, "a queued prompt"},
    {"attachment.commandMode", FIELD_COMPARED, "a queued prompt"},
    {"attachment.origin.kind", FIELD_COMPARED, "written by a person or not"},
    {"attachment.prompt", FIELD_COUNTED,
     "length of a prompt, whether it holds code or a file reference; which kind of user text"},
    {"attachment.prompt[].type", FIELD_COMPARED, "whether an image is attached"},
    {"attachment.prompt[].text", FIELD_COUNTED,
     "length of a prompt, whether it holds code or a file reference; which kind of user text"},
    {"data.agentId", FIELD_HASHED, "keyed hash: same subagent"},
    {"data.message", FIELD_KEPT, "a subagent's message: its fields as under message"},
    {"data.message.uuid", FIELD_HASHED, "keyed hash: the same line in another file"},
    {"data.message.timestamp", FIELD_KEPT, "time of the record"},
    {"data.message.requestId", FIELD_HASHED, "keyed hash: same request"},
    {"data.message.message", FIELD_KEPT, "a subagent's message: its fields as under message"},
    {"data.message.toolUseResult", FIELD_COMPARED, "its fields as under toolUseResult"},
    {NULL, FIELD_KEPT, NULL},
};

/* ---------------------------------------------------------------------------------- the frame */

#define TOOLS_MAX 4096  /* tool uses, and tool results, of one line; more are left out and counted */
#define ADVISORS_MAX 8
#define URL_MAX 512

enum { TYPE_UNKNOWN, TYPE_OTHER, TYPE_USER, TYPE_ASSISTANT, TYPE_SYSTEM, TYPE_ATTACHMENT, TYPE_PULL_REQUEST };
enum { SUBTYPE_OTHER, SUBTYPE_COMPACT, SUBTYPE_MICROCOMPACT, SUBTYPE_API_ERROR, SUBTYPE_TURN,
       SUBTYPE_COMMAND };
enum { BLOCK_UNKNOWN, BLOCK_OTHER, BLOCK_TEXT, BLOCK_IMAGE, BLOCK_TOOL_USE, BLOCK_TOOL_RESULT };
enum { ROLE_UNKNOWN, ROLE_ASSISTANT, ROLE_USER };
enum { ORIGIN_ABSENT, ORIGIN_HUMAN, ORIGIN_OTHER };

/* Keys of one object that were seen. */
typedef struct seen {
  uint64_t bits[2];
} seen;

typedef struct usage {
  int64_t input, output, cache_read, cache_write, write_5m, write_1h, reasoning, web_searches;
  int speed, tier, geo;
  bool has_input, has_output;
  bool bad; /* a count that is none */
} usage;

typedef struct advisor {
  usage usage;
  uint32_t model;
  int64_t index;
} advisor;

/* A message of the model or the user. What lies behind `model_raw` is not cleared between lines. */
typedef struct message {
  usage usage;
  uint32_t model;
  bool synthetic;
  int role, stop;
  size_t advisors, id_length, model_length;
  char model_raw[IDENT_RAW_MAX];
  char id[IDENT_RAW_MAX];
  advisor advisor[ADVISORS_MAX];
} message;

/* What toolUseResult says. */
typedef struct result_facts {
  bool there, rejected, interrupted, created, patched, counted, plan;
  int64_t added, removed, content_lines;
  name file;
  ident commit;
} result_facts;

/* A line or, inside a progress line, a subagent's line. What lies behind `uuid` is not cleared. */
typedef struct envelope {
  bool there, has_time;
  int64_t time;
  size_t uuid_length, request_length;
  result_facts result;
  message message;
  char uuid[IDENT_RAW_MAX];
  char request[IDENT_RAW_MAX];
} envelope;

typedef struct tool_use {
  ident key;
  bool nested;
  tool_use_record is;
} tool_use;

typedef struct tool_result {
  ident key;
  bool nested;
  int outcome, failure;
} tool_result;

/* One JSON value. What lies behind `uses` is not cleared between lines. */
typedef struct frame {
  int reject;     /* REJECT_ of the whole value */
  bool bad_event; /* a count of an event that is none */
  int type, subtype;
  ident session;
  name workspace, branch, version, entrypoint;
  bool sidechain, meta, summary, forked, api_error, cause;
  int mode, origin, attachment_origin;
  int error_detail;
  int compact_detail;
  int64_t status, tokens_before, duration, retry;
  bool queued, command_mode;
  bool text_there, image;
  const char *command; /* static */
  size_t agent_length, nested_agent_length, url_length;
  size_t uses, results;
  char agent[IDENT_RAW_MAX];
  char nested_agent[IDENT_RAW_MAX];
  char url[URL_MAX];
} frame;

/* Integers that outlive one read(). */
enum { MEMORY_WARMUP, MEMORY_VERSION };
enum { WARMUP_UNDECIDED, WARMUP_NO, WARMUP_RUNNING };

#define AGENTS_MAX 8
typedef struct agent_memory {
  ident session, key;
  int64_t time;
  size_t length;
  char raw[IDENT_RAW_MAX];
} agent_memory;

#define KEY_SLOTS 256
typedef struct reader {
  source_input *in;
  scan *s;
  record_sink *sink;
  int status; /* what ends the reading */
  /* what the path says */
  bool agent_file, noise_file;
  const char *file_agent;
  size_t file_agent_length;
  /* the line */
  frame f;
  envelope own, nested;
  tool_use *use;
  size_t use_capacity;
  tool_result *result;
  size_t result_capacity;
  prompt_text text;
  line_hashes before, after;
  /* the last session row */
  bool session_told;
  record session;
  unsigned next_agent;
  agent_memory agents[AGENTS_MAX];
  names names;
  unsigned char slots[KEY_SLOTS];
} reader;

/* --------------------------------------------------------------------------------------- keys */

static inline unsigned slot_of(const char *key, size_t length) {
  return ((unsigned)length * 31u + (unsigned char)key[0] * 7u +
          (unsigned char)key[length - 1] * 131u + (unsigned char)key[length / 2] * 17u) %
         KEY_SLOTS;
}

static void prepare_keys(reader *r) {
  for (unsigned k = 1; k < KEY_COUNT; k++) {
    unsigned slot = slot_of(keys[k].text, keys[k].length);
    while (r->slots[slot] != KEY_NONE)
      slot = (slot + 1) % KEY_SLOTS;
    r->slots[slot] = (unsigned char)k;
  }
}

static inline int find_key(const reader *r, const char *key, size_t length) {
  if (length == 0) return KEY_NONE;
  for (unsigned slot = slot_of(key, length);; slot = (slot + 1) % KEY_SLOTS) {
    unsigned k = r->slots[slot];
    if (k == KEY_NONE || (keys[k].length == length && memcmp(keys[k].text, key, length) == 0))
      return (int)k;
  }
}

/* The next key of the open object that is read in objects of this kind; members with other keys are
 * skipped. KEY_NONE at the object's end. */
static int next_key(reader *r, unsigned in, seen *was) {
  const char *text;
  size_t length;
  while (bpi_scan_key(r->s, &text, &length)) {
    int key = find_key(r, text, length);
    if ((keys[key].read_in & in) != 0) {
      uint64_t bit = UINT64_C(1) << (key % 64), *word = &was->bits[key / 64];
      if ((*word & bit) == 0) {
        *word |= bit;
        return key;
      }
      r->f.reject = REJECT_DUPLICATE_KEY;
    }
    bpi_scan_skip(r->s);
  }
  return KEY_NONE;
}
#define NO_KEYS ((seen){{0, 0}})

/* ------------------------------------------------------------------------------------ scalars */

/* Text of at most `capacity` bytes; longer text is left out and counted. False: none. */
static bool read_text(reader *r, char *into, size_t capacity, size_t *length) {
  bool whole;
  if (!bpi_scan_text(r->s, into, capacity, length, &whole)) return false;
  if (!whole) {
    *length = 0;
    if (!bpi_scan_failed(r->s)) r->sink->drop(r->sink->self);
  }
  return *length > 0;
}

static name read_name(reader *r, label_kind kind) {
  char raw[NAME_RAW_MAX];
  size_t length;
  if (!read_text(r, raw, sizeof raw, &length)) return (name){0, 0, 0};
  return bpi_names_label(&r->names, kind, raw, length);
}

/* A branch; a detached head is none. */
static name read_branch(reader *r) {
  char raw[NAME_RAW_MAX];
  size_t length;
  if (!read_text(r, raw, sizeof raw, &length)) return (name){0, 0, 0};
  if (length == 4 && memcmp(raw, "HEAD", 4) == 0) return (name){0, 0, 0};
  return bpi_names_label(&r->names, LABEL_BRANCH, raw, length);
}

static ident read_ident(reader *r, ident_kind kind) {
  char raw[URL_MAX];
  size_t length;
  if (!read_text(r, raw, sizeof raw, &length)) return (ident){0, 0};
  return bpi_names_ident(&r->names, kind, raw, length);
}

typedef struct word {
  const char *text;
  int value;
} word;

/* A word of a closed list; `otherwise` for another, `absent` for what is no text. */
static int read_word(reader *r, const word *list, size_t count, int otherwise, int absent) {
  char text[40];
  size_t length;
  bool whole;
  if (!bpi_scan_text(r->s, text, sizeof text, &length, &whole)) return absent;
  for (size_t i = 0; whole && i < count; i++)
    if (list[i].text[0] == text[0] && strlen(list[i].text) == length &&
        memcmp(list[i].text, text, length) == 0)
      return list[i].value;
  return otherwise;
}
#define READ_WORD(list, otherwise, absent)                                                         \
  read_word(r, list, sizeof list / sizeof *list, otherwise, absent)

static const word line_types[] = {{"user", TYPE_USER},
                                  {"assistant", TYPE_ASSISTANT},
                                  {"system", TYPE_SYSTEM},
                                  {"attachment", TYPE_ATTACHMENT},
                                  {"pr-link", TYPE_PULL_REQUEST}};
static const word subtypes[] = {{"compact_boundary", SUBTYPE_COMPACT},
                                {"microcompact_boundary", SUBTYPE_MICROCOMPACT},
                                {"api_error", SUBTYPE_API_ERROR},
                                {"turn_duration", SUBTYPE_TURN},
                                {"local_command", SUBTYPE_COMMAND}};
static const word block_types[] = {{"text", BLOCK_TEXT},
                                   {"tool_use", BLOCK_TOOL_USE},
                                   {"tool_result", BLOCK_TOOL_RESULT},
                                   {"image", BLOCK_IMAGE},
                                   {"document", BLOCK_IMAGE}};
static const word roles[] = {{"assistant", ROLE_ASSISTANT}, {"user", ROLE_USER}};
static const word origins[] = {{"human", ORIGIN_HUMAN}};
static const word modes[] = {{"default", MODE_DEFAULT},
                             {"acceptEdits", MODE_ACCEPT_EDITS},
                             {"plan", MODE_PLAN},
                             {"bypassPermissions", MODE_BYPASS},
                             {"auto", MODE_AUTO}};
static const word triggers[] = {{"auto", DETAIL_AUTO}, {"manual", DETAIL_MANUAL}};
static const word api_errors[] = {{"rate_limit", DETAIL_RATE_LIMIT},
                                  {"authentication_failed", DETAIL_AUTH},
                                  {"invalid_request", DETAIL_INVALID},
                                  {"server_error", DETAIL_SERVER},
                                  {"overloaded", DETAIL_OVERLOADED},
                                  {"billing_error", DETAIL_BILLING},
                                  {"max_output_tokens", DETAIL_MAX_OUTPUT}};
static const word tiers[] = {{"batch", TIER_BATCH}, {"priority", TIER_PRIORITY}, {"flex", TIER_FLEX}};
static const word speeds[] = {{"fast", SPEED_FAST}};
static const word geos[] = {{"us", GEO_US}, {"eu", GEO_EU}, {"", GEO_NONE}, {"global", GEO_NONE},
                            {"not_available", GEO_NONE}};
static const word queued[] = {{"queued_command", 1}};
static const word prompt_mode[] = {{"prompt", 1}};
static const word created[] = {{"create", 1}};
static const word advisors[] = {{"advisor_message", 1}};

static bool read_true(reader *r) {
  bool value = false;
  return bpi_scan_bool(r->s, &value) && value;
}

/* Whether a value other than null stands here; it is skipped. */
static bool read_presence(reader *r) {
  scan_type type = bpi_scan_peek(r->s);
  bpi_scan_skip(r->s);
  return type != SCAN_NULL;
}

/* -------------------------------------------------------------------------------------- usage */

static bool read_count(reader *r, int64_t *out, bool *bad) {
  return bpi_scan_count(r->s, out, bad);
}

static void read_creation(reader *r, usage *u) {
  seen was = NO_KEYS;
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = next_key(r, IN_CREATION, &was)) != KEY_NONE;)
    read_count(r, key == KEY_WRITE_5M ? &u->write_5m : &u->write_1h, &u->bad);
}

/* An object of which one count is read. */
static void read_inner_count(reader *r, unsigned in, int64_t *out, bool *bad) {
  seen was = NO_KEYS;
  if (!bpi_scan_enter_object(r->s)) return;
  while (next_key(r, in, &was) != KEY_NONE)
    read_count(r, out, bad);
}

static void read_usage_member(reader *r, usage *u, int key) {
  switch (key) {
  case KEY_INPUT_TOKENS: u->has_input = read_count(r, &u->input, &u->bad); break;
  case KEY_OUTPUT_TOKENS: u->has_output = read_count(r, &u->output, &u->bad); break;
  case KEY_CACHE_READ: read_count(r, &u->cache_read, &u->bad); break;
  case KEY_CACHE_WRITE: read_count(r, &u->cache_write, &u->bad); break;
  case KEY_CREATION: read_creation(r, u); break;
  case KEY_SERVER: read_inner_count(r, IN_SERVER, &u->web_searches, &u->bad); break;
  case KEY_DETAILS: read_inner_count(r, IN_DETAILS, &u->reasoning, &u->bad); break;
  case KEY_TIER: u->tier = READ_WORD(tiers, TIER_STANDARD, TIER_STANDARD); break;
  case KEY_SPEED: u->speed = READ_WORD(speeds, SPEED_STANDARD, SPEED_STANDARD); break;
  case KEY_GEO: u->geo = READ_WORD(geos, GEO_OTHER, GEO_NONE); break;
  default: bpi_scan_skip(r->s);
  }
}

static void start_usage(usage *u) {
  memset(u, 0, sizeof *u);
  u->reasoning = -1; /* most clients do not tell it */
}

/* One of usage.iterations[]; only an advisor's is a response of its own. */
static void read_iteration(reader *r, message *m, int64_t index) {
  advisor a = {.index = index};
  int is_advisor = 0;
  seen was = NO_KEYS;
  start_usage(&a.usage);
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = next_key(r, IN_ITERATION, &was)) != KEY_NONE;) {
    if (key == KEY_TYPE)
      is_advisor = READ_WORD(advisors, 0, 0);
    else if (key == KEY_MODEL)
      a.model = read_name(r, LABEL_MODEL).label;
    else
      read_usage_member(r, &a.usage, key);
  }
  if (!is_advisor) return;
  if (m->advisors < ADVISORS_MAX)
    m->advisor[m->advisors++] = a;
  else
    r->sink->drop(r->sink->self);
}

static void read_usage(reader *r, message *m) {
  seen was = NO_KEYS;
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = next_key(r, IN_USAGE, &was)) != KEY_NONE;) {
    if (key != KEY_ITERATIONS) {
      read_usage_member(r, &m->usage, key);
    } else if (bpi_scan_enter_array(r->s)) {
      for (int64_t index = 0; bpi_scan_item(r->s); index++)
        read_iteration(r, m, index);
    }
  }
}

/* ---------------------------------------------------------------------------- tool uses, results */

/* Room for one more tool use or result of the line. */
static bool room_for(reader *r, void **items, size_t *capacity, size_t count, size_t size) {
  if (count == TOOLS_MAX) {
    r->sink->drop(r->sink->self);
    return false;
  }
  if (bpi_reserve(items, capacity, count + 1, size) == BP_OK) return true;
  r->status = BP_ERR_NOMEM;
  return false;
}

static void add_use(reader *r, const tool_use *use) {
  void *items = r->use;
  bool fits = room_for(r, &items, &r->use_capacity, r->f.uses, sizeof *use);
  r->use = items;
  if (fits) r->use[r->f.uses++] = *use;
}

static void add_result(reader *r, const tool_result *result) {
  void *items = r->result;
  bool fits = room_for(r, &items, &r->result_capacity, r->f.results, sizeof *result);
  r->result = items;
  if (fits) r->result[r->f.results++] = *result;
}

/* The lines that old and new text of one edit add to the counts of a tool use. */
typedef struct edit_lines {
  bool there;
  int64_t added, removed;
} edit_lines;

static void read_lines(reader *r, line_hashes *into, edit_lines *e) {
  e->there |= bpi_scan_text_feed(r->s, bpi_line_hashes_feed, into);
  bpi_line_hashes_end(into);
  if (into->failed) r->status = BP_ERR_NOMEM;
}

static void start_edit(reader *r) {
  bpi_line_hashes_start(&r->before);
  bpi_line_hashes_start(&r->after);
}

static void end_edit(reader *r, edit_lines *e) {
  int64_t added, removed;
  bpi_lines_difference(&r->before, &r->after, &added, &removed);
  e->added += added;
  e->removed += removed;
}

static void read_edits(reader *r, edit_lines *e) {
  if (!bpi_scan_enter_array(r->s)) return;
  while (bpi_scan_item(r->s)) {
    if (!bpi_scan_enter_object(r->s)) continue;
    seen was = NO_KEYS;
    start_edit(r);
    for (int key; (key = next_key(r, IN_EDIT, &was)) != KEY_NONE;)
      read_lines(r, key == KEY_OLD ? &r->before : &r->after, e);
    end_edit(r, e);
  }
}

static void read_written(reader *r, edit_lines *e) {
  line_count lines = {0, false};
  e->there |= bpi_scan_text_feed(r->s, bpi_lines_feed, &lines);
  e->added += bpi_lines_total(&lines);
}

static int read_program(reader *r) {
  char command[RESULT_HEAD];
  size_t length;
  if (!bpi_scan_text(r->s, command, sizeof command, &length, NULL)) return PROGRAM_NONE;
  int program = bpi_program_of_command(command, length);
  bpi_hash_wipe(command, length);
  return program;
}

/* `category` is -1 while the tool's name has not been read. */
static void read_input(reader *r, int category, tool_use_record *use, edit_lines *e) {
  bool edits = category < 0 || category == CATEGORY_EDIT;
  bool commands = category < 0 || category == CATEGORY_COMMAND;
  bool single = false;
  edit_lines many = {false, 0, 0};
  seen was = NO_KEYS;
  name file;
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = next_key(r, IN_INPUT, &was)) != KEY_NONE;) {
    if (key == KEY_FILE || key == KEY_NOTEBOOK) {
      file = read_name(r, LABEL_FILE);
      use->file = file.label;
      use->language = (int)file.number;
    } else if (key == KEY_COMMAND && commands) {
      use->program = read_program(r);
    } else if (key == KEY_COMMAND || !edits) {
      bpi_scan_skip(r->s);
    } else if (key == KEY_EDITS) {
      read_edits(r, &many);
    } else if (key == KEY_OLD || key == KEY_NEW) {
      if (!single) start_edit(r);
      single = true;
      read_lines(r, key == KEY_OLD ? &r->before : &r->after, e);
    } else {
      read_written(r, e);
    }
  }
  if (single) end_edit(r, e);
  e->there |= many.there;
  e->added += many.added;
  e->removed += many.removed;
}

/* The beginning of a tool result: of its text, or of the first of its blocks that has one. */
static size_t read_output(reader *r, char head[RESULT_HEAD]) {
  size_t length = 0;
  if (bpi_scan_peek(r->s) != SCAN_ARRAY) {
    bpi_scan_text(r->s, head, RESULT_HEAD, &length, NULL);
    return length;
  }
  if (!bpi_scan_enter_array(r->s)) return 0;
  while (bpi_scan_item(r->s)) {
    seen was = NO_KEYS;
    if (!bpi_scan_enter_object(r->s)) continue;
    while (next_key(r, IN_OUTPUT, &was) != KEY_NONE) {
      if (length == 0)
        bpi_scan_text(r->s, head, RESULT_HEAD, &length, NULL);
      else
        bpi_scan_skip(r->s);
    }
  }
  return length;
}

/* ------------------------------------------------------------------------------------ content */

static void read_user_text(reader *r) {
  if (bpi_scan_peek(r->s) != SCAN_TEXT) {
    bpi_scan_skip(r->s);
    return;
  }
  if (!r->f.text_there) bpi_prompt_start(&r->text);
  r->f.text_there = true;
  bpi_prompt_block(&r->text);
  bpi_scan_text_feed(r->s, bpi_prompt_feed, &r->text);
  bpi_prompt_block_end(&r->text);
}

/* One of message.content[]. Text is looked at when `of_user`. */
static void read_block(reader *r, bool of_user, bool nested) {
  int type = BLOCK_UNKNOWN;
  bool is_error = false;
  size_t output_length = 0;
  char head[RESULT_HEAD];
  edit_lines edit = {false, 0, 0};
  tool_use use = {.nested = nested, .is = {.category = -1, .added = -1, .removed = -1}};
  tool_result result = {.nested = nested, .outcome = OUTCOME_OK};
  seen was = NO_KEYS;
  name tool;

  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = next_key(r, IN_BLOCK, &was)) != KEY_NONE;) {
    switch (key) {
    case KEY_TYPE: type = READ_WORD(block_types, BLOCK_OTHER, BLOCK_OTHER); break;
    case KEY_ID: use.key = read_ident(r, IDENT_TOOL); break;
    case KEY_TOOL_USE_ID: result.key = read_ident(r, IDENT_TOOL); break;
    case KEY_NAME:
      tool = read_name(r, LABEL_TOOL);
      use.is.tool = tool.label;
      use.is.mcp_server = tool.server;
      use.is.category = (int)tool.number;
      break;
    case KEY_INPUT: read_input(r, use.is.category, &use.is, &edit); break;
    case KEY_IS_ERROR: is_error = read_true(r); break;
    case KEY_TEXT:
      if (of_user && (type == BLOCK_TEXT || type == BLOCK_UNKNOWN))
        read_user_text(r);
      else
        bpi_scan_skip(r->s);
      break;
    case KEY_CONTENT: output_length = read_output(r, head); break;
    default: bpi_scan_skip(r->s);
    }
  }
  if (type == BLOCK_IMAGE && of_user) r->f.image = true;
  if (type == BLOCK_TOOL_USE) {
    if (use.is.category < 0) use.is.category = CATEGORY_OTHER;
    if (use.is.category != CATEGORY_COMMAND) use.is.program = PROGRAM_NONE;
    if (use.is.category == CATEGORY_EDIT && edit.there) {
      use.is.added = edit.added;
      use.is.removed = edit.removed;
    }
    add_use(r, &use);
  }
  if (type == BLOCK_TOOL_RESULT) {
    if (is_error) bpi_result_classify(head, output_length, &result.outcome, &result.failure);
    add_result(r, &result);
  }
  bpi_hash_wipe(head, output_length);
}

/* message.content: text, or blocks. */
static void read_content(reader *r, bool of_user, bool nested) {
  if (bpi_scan_peek(r->s) != SCAN_ARRAY) {
    if (of_user)
      read_user_text(r);
    else
      bpi_scan_skip(r->s);
    return;
  }
  if (!bpi_scan_enter_array(r->s)) return;
  while (bpi_scan_item(r->s))
    read_block(r, of_user, nested);
}

static void read_model(reader *r, message *m) {
  static const char synthetic[] = "<synthetic>";
  if (!read_text(r, m->model_raw, sizeof m->model_raw, &m->model_length)) return;
  m->synthetic = m->model_length == sizeof synthetic - 1 &&
                 memcmp(m->model_raw, synthetic, sizeof synthetic - 1) == 0;
  if (!m->synthetic)
    m->model = bpi_names_label(&r->names, LABEL_MODEL, m->model_raw, m->model_length).label;
}

static int read_stop(reader *r) {
  char text[40];
  size_t length;
  bool whole;
  if (!bpi_scan_text(r->s, text, sizeof text, &length, &whole)) return STOP_NONE;
  int stop = whole ? bpi_vocabulary_code(VOCABULARY_STOP, text, length) : STOP_OTHER;
  return stop > STOP_NONE ? stop : STOP_OTHER;
}

static void start_message(message *m) {
  memset(m, 0, offsetof(message, model_raw));
  start_usage(&m->usage);
}

static void read_message_member(reader *r, message *m, int key, bool nested) {
  switch (key) {
  case KEY_ID: read_text(r, m->id, sizeof m->id, &m->id_length); break;
  case KEY_MODEL: read_model(r, m); break;
  case KEY_ROLE: m->role = READ_WORD(roles, ROLE_UNKNOWN, ROLE_UNKNOWN); break;
  case KEY_STOP: m->stop = read_stop(r); break;
  case KEY_USAGE: read_usage(r, m); break;
  case KEY_CONTENT: read_content(r, !nested && m->role != ROLE_ASSISTANT, nested); break;
  default: bpi_scan_skip(r->s);
  }
}

static void read_message(reader *r, message *m, bool nested) {
  seen was = NO_KEYS;
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = next_key(r, IN_MESSAGE, &was)) != KEY_NONE;)
    read_message_member(r, m, key, nested);
}

/* ------------------------------------------------------------------------------ toolUseResult */

static void read_patch(reader *r, result_facts *f) {
  if (!bpi_scan_enter_array(r->s)) return;
  f->patched = true;
  while (bpi_scan_item(r->s)) {
    seen was = NO_KEYS;
    if (!bpi_scan_enter_object(r->s)) continue;
    while (next_key(r, IN_HUNK, &was) != KEY_NONE) {
      if (!bpi_scan_enter_array(r->s)) continue;
      while (bpi_scan_item(r->s)) {
        char sign = ' ';
        size_t length;
        bpi_scan_text(r->s, &sign, 1, &length, NULL);
        f->added += sign == '+';
        f->removed += sign == '-';
      }
    }
  }
}

static void read_commit(reader *r, result_facts *f) {
  seen git = NO_KEYS;
  if (!bpi_scan_enter_object(r->s)) return;
  while (next_key(r, IN_GIT, &git) != KEY_NONE) {
    seen commit = NO_KEYS;
    if (!bpi_scan_enter_object(r->s)) continue;
    while (next_key(r, IN_COMMIT, &commit) != KEY_NONE)
      f->commit = read_ident(r, IDENT_CHANGE);
  }
}

static void read_result_text(reader *r, result_facts *f) {
  char head[RESULT_HEAD];
  size_t length;
  if (!bpi_scan_text(r->s, head, sizeof head, &length, NULL)) return;
  f->rejected = bpi_starts_with(head, length, "User rejected tool use");
  bpi_hash_wipe(head, length);
}

static void read_result_member(reader *r, result_facts *f, int key, bool *typed) {
  line_count lines = {0, false};
  switch (key) {
  case KEY_TYPE:
    f->created = READ_WORD(created, 0, 0) != 0;
    *typed = true;
    break;
  case KEY_CONTENT: /* only what may be a created file's */
    if (*typed && !f->created) {
      bpi_scan_skip(r->s);
    } else if (bpi_scan_text_feed(r->s, bpi_lines_feed, &lines)) {
      f->counted = true;
      f->content_lines = bpi_lines_total(&lines);
    }
    break;
  case KEY_PATCH: read_patch(r, f); break;
  case KEY_RESULT_FILE:
  case KEY_NOTEBOOK: f->file = read_name(r, LABEL_FILE); break;
  case KEY_INTERRUPTED: f->interrupted = read_true(r); break;
  case KEY_PLAN: f->plan = read_presence(r); break;
  case KEY_GIT: read_commit(r, f); break;
  default: bpi_scan_skip(r->s);
  }
}

static void read_result(reader *r, result_facts *f) {
  bool typed = false;
  seen was = NO_KEYS;
  scan_type type = bpi_scan_peek(r->s);
  f->there = type != SCAN_NULL;
  if (type == SCAN_TEXT) {
    read_result_text(r, f);
  } else if (bpi_scan_enter_object(r->s)) {
    for (int key; (key = next_key(r, IN_RESULT, &was)) != KEY_NONE;)
      read_result_member(r, f, key, &typed);
  }
}

/* --------------------------------------------------------------------------------- envelopes */

static void read_time(reader *r, envelope *e) {
  char text[48];
  size_t length;
  e->has_time = bpi_scan_peek(r->s) != SCAN_NULL;
  e->time = BPI_TIME_NONE;
  if (!read_text(r, text, sizeof text, &length)) return;
  int64_t time;
  if (bpi_parse_instant(text, length, &time)) e->time = time;
}

static void start_envelope(envelope *e) {
  memset(e, 0, offsetof(envelope, message));
  start_message(&e->message);
  e->time = BPI_TIME_NONE;
}

/* Members that a line and a nested line have in common. */
static void read_envelope_member(reader *r, envelope *e, int key, bool nested) {
  switch (key) {
  case KEY_UUID: read_text(r, e->uuid, sizeof e->uuid, &e->uuid_length); break;
  case KEY_TIMESTAMP: read_time(r, e); break;
  case KEY_REQUEST: read_text(r, e->request, sizeof e->request, &e->request_length); break;
  case KEY_RESULT: read_result(r, &e->result); break;
  case KEY_MESSAGE: read_message(r, &e->message, nested); break;
  default: bpi_scan_skip(r->s);
  }
}

/* line.data.message: a line with a message in it; in older clients the message itself. */
static void read_nested(reader *r) {
  envelope *e = &r->nested;
  bool is_line = false;
  seen was = NO_KEYS;
  if (!bpi_scan_enter_object(r->s)) return;
  start_envelope(e);
  e->there = true;
  for (int key; (key = next_key(r, IN_NESTED, &was)) != KEY_NONE;) {
    if (key == KEY_MESSAGE && bpi_scan_peek(r->s) == SCAN_OBJECT) {
      is_line = true;
      start_message(&e->message);
      read_message(r, &e->message, true);
    } else if ((keys[key].read_in & IN_MESSAGE) == 0) {
      read_envelope_member(r, e, key, true);
    } else if (is_line) {
      bpi_scan_skip(r->s);
    } else {
      read_message_member(r, &e->message, key, true);
    }
  }
}

static void read_data(reader *r) {
  seen was = NO_KEYS;
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = next_key(r, IN_DATA, &was)) != KEY_NONE;) {
    if (key == KEY_MESSAGE)
      read_nested(r);
    else
      read_text(r, r->f.nested_agent, sizeof r->f.nested_agent, &r->f.nested_agent_length);
  }
}

static void read_origin(reader *r, int *origin) {
  seen was = NO_KEYS;
  if (!bpi_scan_enter_object(r->s)) return;
  while (next_key(r, IN_ORIGIN, &was) != KEY_NONE)
    *origin = READ_WORD(origins, ORIGIN_OTHER, ORIGIN_ABSENT);
}

static void read_attachment(reader *r) {
  frame *f = &r->f;
  seen was = NO_KEYS;
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = next_key(r, IN_ATTACHMENT, &was)) != KEY_NONE;) {
    switch (key) {
    case KEY_TYPE: f->queued = READ_WORD(queued, 0, 0) != 0; break;
    case KEY_COMMAND_MODE: f->command_mode = READ_WORD(prompt_mode, 0, 0) != 0; break;
    case KEY_ORIGIN: read_origin(r, &f->attachment_origin); break;
    case KEY_PROMPT: read_content(r, true, false); break;
    default: bpi_scan_skip(r->s);
    }
  }
}

static void read_compaction(reader *r) {
  frame *f = &r->f;
  seen was = NO_KEYS;
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = next_key(r, IN_COMPACT, &was)) != KEY_NONE;) {
    if (key == KEY_TRIGGER)
      f->compact_detail = READ_WORD(triggers, DETAIL_OTHER, DETAIL_NONE);
    else
      read_count(r, &f->tokens_before, &f->bad_event);
  }
}

/* The class of an API error by name, or an object with its status. */
static void read_error(reader *r) {
  if (bpi_scan_peek(r->s) == SCAN_TEXT)
    r->f.error_detail = READ_WORD(api_errors, DETAIL_OTHER, DETAIL_NONE);
  else
    read_inner_count(r, IN_ERROR, &r->f.status, &r->f.bad_event);
}

/* The text of a system line, which may be a slash command. */
static void read_line_content(reader *r) {
  char head[RESULT_HEAD];
  size_t length;
  if (r->f.type != TYPE_SYSTEM && r->f.type != TYPE_UNKNOWN) {
    bpi_scan_skip(r->s);
    return;
  }
  if (!bpi_scan_text(r->s, head, sizeof head, &length, NULL)) return;
  if (bpi_starts_with(head, length, "<command-name>") ||
      bpi_starts_with(head, length, "<command-message>"))
    r->f.command = bpi_prompt_command(head, length);
  bpi_hash_wipe(head, length);
}

static void read_line_member(reader *r, int key) {
  frame *f = &r->f;
  switch (key) {
  case KEY_TYPE: f->type = READ_WORD(line_types, TYPE_OTHER, TYPE_OTHER); break;
  case KEY_SUBTYPE: f->subtype = READ_WORD(subtypes, SUBTYPE_OTHER, SUBTYPE_OTHER); break;
  case KEY_SESSION: f->session = read_ident(r, IDENT_SESSION); break;
  case KEY_CWD: f->workspace = read_name(r, LABEL_WORKSPACE); break;
  case KEY_BRANCH: f->branch = read_branch(r); break;
  case KEY_VERSION: f->version = read_name(r, LABEL_VERSION); break;
  case KEY_ENTRYPOINT: f->entrypoint = read_name(r, LABEL_ENTRYPOINT); break;
  case KEY_SIDECHAIN: f->sidechain = read_true(r); break;
  case KEY_AGENT: read_text(r, f->agent, sizeof f->agent, &f->agent_length); break;
  case KEY_META: f->meta = read_true(r); break;
  case KEY_SUMMARY:
  case KEY_HIDDEN: f->summary |= read_true(r); break;
  case KEY_API_ERROR: f->api_error = read_true(r); break;
  case KEY_ERROR: read_error(r); break;
  case KEY_ERROR_STATUS: read_count(r, &f->status, &f->bad_event); break;
  case KEY_CAUSE: f->cause = read_presence(r); break;
  case KEY_MODE: f->mode = READ_WORD(modes, MODE_OTHER, MODE_UNKNOWN); break;
  case KEY_ORIGIN: read_origin(r, &f->origin); break;
  case KEY_DATA: read_data(r); break;
  case KEY_ATTACHMENT: read_attachment(r); break;
  case KEY_CONTENT: read_line_content(r); break;
  case KEY_COMPACT:
  case KEY_MICROCOMPACT: read_compaction(r); break;
  case KEY_DURATION: read_count(r, &f->duration, &f->bad_event); break;
  case KEY_RETRY: read_count(r, &f->retry, &f->bad_event); break;
  case KEY_PULL_REQUEST: read_text(r, f->url, sizeof f->url, &f->url_length); break;
  case KEY_FORKED: f->forked = read_presence(r); break;
  default: read_envelope_member(r, &r->own, key, false);
  }
}

static void read_line(reader *r) {
  seen was = NO_KEYS;
  memset(&r->f, 0, offsetof(frame, agent));
  r->f.tokens_before = r->f.duration = r->f.retry = -1;
  r->nested.there = false;
  start_envelope(&r->own);
  for (int key; (key = next_key(r, IN_LINE, &was)) != KEY_NONE;)
    read_line_member(r, key);
}
