/* sources/claude_code_line.h: one line of a Claude Code transcript: the fields that are read, the
 * frame that holds them, and the functions that read and report it. Texts are judged while they
 * stream by; the frame holds only numbers, identifiers, names and classes.
 *
 *     claude_code.c         the source: the loop over lines, recognition, rules in words
 *     claude_code_fields.c  the allow-list, and values of single fields
 *     claude_code_line.c    reads a line into the frame
 *     claude_code_tool.c    reads tool uses and tool results into the frame
 *     claude_code_tell.c    turns the frame into records
 *     claude_code_prompt.c  classifies texts
 */
#ifndef BPI_SOURCES_CLAUDE_CODE_LINE_H
#define BPI_SOURCES_CLAUDE_CODE_LINE_H

#include <string.h>

#include "sources/claude_code_prompt.h"
#include "sources/lines.h"
#include "sources/names.h"
#include "sources/object.h"
#include "sources/source.h"

/* What a transcript line can report, wherever it is stored. */
#define CC_COVERS                                                                                  \
  (COVERS_TOKENS | COVERS_CACHE_READ | COVERS_CACHE_WRITE | COVERS_REASONING | COVERS_TOOLS |      \
   COVERS_OUTCOMES | COVERS_LINES | COVERS_PROMPTS | COVERS_MODEL | COVERS_TIME | COVERS_EVENTS |  \
   COVERS_WORKSPACE | COVERS_CHANGES | COVERS_WEB_SEARCH)

/* -------------------------------------------------------------------------------- allow-list */

/* The objects whose keys are read. */
enum {
  IN_LINE = 1 << 0,   /* a line */
  IN_DATA = 1 << 1,   /* line.data, of progress lines */
  IN_NESTED = 1 << 2, /* line.data.message: a subagent's line, or its message itself */
  IN_MESSAGE = 1 << 3,
  IN_USAGE = 1 << 4,     /* message.usage */
  IN_ITERATION = 1 << 5, /* message.usage.iterations[] */
  IN_CREATION = 1 << 6,  /* message.usage.cache_creation */
  IN_SERVER = 1 << 7,    /* message.usage.server_tool_use */
  IN_DETAILS = 1 << 8,   /* message.usage.output_tokens_details */
  IN_BLOCK = 1 << 9,     /* message.content[] */
  IN_OUTPUT = 1 << 10,   /* message.content[].content[], of tool results */
  IN_INPUT = 1 << 11,    /* message.content[].input, of tool uses */
  IN_EDIT = 1 << 12,     /* message.content[].input.edits[] */
  IN_RESULT = 1 << 13,   /* line.toolUseResult */
  IN_HUNK = 1 << 14,     /* line.toolUseResult.structuredPatch[] */
  IN_GIT = 1 << 15,      /* line.toolUseResult.gitOperation */
  IN_COMMIT = 1 << 16,   /* line.toolUseResult.gitOperation.commit */
  IN_COMPACT = 1 << 17,  /* line.compactMetadata, line.microcompactMetadata */
  IN_ATTACHMENT = 1 << 18,
  IN_ORIGIN = 1 << 19,
  IN_ERROR = 1 << 20
};
#define OBJECTS 21 /* kinds of objects */
enum { IN_MESSAGES = IN_MESSAGE | IN_NESTED, IN_USAGES = IN_USAGE | IN_ITERATION };

/* Every key that is read, and in which objects. */
#define KEYS(X)                                                                                    \
  X(TYPE, "type", IN_LINE | IN_BLOCK | IN_RESULT | IN_ATTACHMENT | IN_ITERATION)                   \
  X(UUID, "uuid", IN_LINE | IN_NESTED)                                                             \
  X(TIMESTAMP, "timestamp", IN_LINE | IN_NESTED)                                                   \
  X(SESSION, "sessionId", IN_LINE)                                                                 \
  X(SESSION_TOO, "session_id", IN_LINE)                                                            \
  X(CWD, "cwd", IN_LINE)                                                                           \
  X(BRANCH, "gitBranch", IN_LINE)                                                                  \
  X(VERSION, "version", IN_LINE)                                                                   \
  X(ENTRYPOINT, "entrypoint", IN_LINE)                                                             \
  X(SIDECHAIN, "isSidechain", IN_LINE)                                                             \
  X(AGENT, "agentId", IN_LINE | IN_DATA)                                                           \
  X(META, "isMeta", IN_LINE)                                                                       \
  X(SUMMARY, "isCompactSummary", IN_LINE)                                                          \
  X(HIDDEN, "isVisibleInTranscriptOnly", IN_LINE)                                                  \
  X(API_ERROR, "isApiErrorMessage", IN_LINE | IN_NESTED)                                           \
  X(ERROR, "error", IN_LINE | IN_NESTED)                                                           \
  X(ERROR_STATUS, "apiErrorStatus", IN_LINE | IN_NESTED)                                           \
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
  X(BACKGROUND, "run_in_background", IN_INPUT)                                                     \
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

/* Frequent keys that are never read. They are listed so that they can be expected; a key in neither
 * list is skipped the same way, only more slowly. */
#define IDLE_KEYS(X)                                                                               \
  X(PARENT, "parentUuid")                                                                          \
  X(USER_TYPE, "userType")                                                                         \
  X(SLUG, "slug")                                                                                  \
  X(TOOL_USE, "toolUseID")                                                                         \
  X(PARENT_TOOL_USE, "parentToolUseID")                                                            \
  X(CALLER_UUID, "sourceToolAssistantUUID")                                                        \
  X(HOOK_EVENT, "hookEvent")                                                                       \
  X(HOOK_NAME, "hookName")                                                                         \
  X(OUTPUT, "output")                                                                              \
  X(FULL_OUTPUT, "fullOutput")                                                                     \
  X(ELAPSED, "elapsedTimeSeconds")                                                                 \
  X(TOTAL_LINES, "totalLines")                                                                     \
  X(TOTAL_BYTES, "totalBytes")                                                                     \
  X(TASK, "taskId")                                                                                \
  X(TIMEOUT_MS, "timeoutMs")                                                                       \
  X(NORMALIZED, "normalizedMessages")                                                              \
  X(STOP_SEQUENCE, "stop_sequence")                                                                \
  X(CONTEXT, "context_management")                                                                 \
  X(WEB_FETCHES, "web_fetch_requests")                                                             \
  X(CALLER, "caller")                                                                              \
  X(THOUGHT, "thinking")                                                                           \
  X(SIGNATURE, "signature")                                                                        \
  X(DESCRIPTION, "description")                                                                    \
  X(REPLACE_ALL, "replace_all")                                                                    \
  X(PATTERN, "pattern")                                                                            \
  X(PATH, "path")                                                                                  \
  X(LIMIT, "limit")                                                                                \
  X(OFFSET, "offset")                                                                              \
  X(OUTPUT_MODE, "output_mode")                                                                    \
  X(TIMEOUT, "timeout")                                                                            \
  X(STDOUT, "stdout")                                                                              \
  X(STDERR, "stderr")                                                                              \
  X(IS_IMAGE, "isImage")                                                                           \
  X(NO_OUTPUT, "noOutputExpected")                                                                 \
  X(OLD_START, "oldStart")                                                                         \
  X(OLD_LINES, "oldLines")                                                                         \
  X(NEW_START, "newStart")                                                                         \
  X(NEW_LINES, "newLines")                                                                         \
  X(RESULT_OLD, "oldString")                                                                       \
  X(RESULT_NEW, "newString")                                                                       \
  X(ORIGINAL, "originalFile")                                                                      \
  X(USER_MODIFIED, "userModified")                                                                 \
  X(RESULT_ALL, "replaceAll")                                                                      \
  X(RESULT_MODE, "mode")                                                                           \
  X(READ_FILE, "file")                                                                             \
  X(FILE_NAMES, "filenames")                                                                       \
  X(FILE_COUNT, "numFiles")                                                                        \
  X(LINE_COUNT, "numLines")                                                                        \
  X(MESSAGE_ID, "messageId")                                                                       \
  X(SNAPSHOT, "snapshot")                                                                          \
  X(SNAPSHOT_UPDATE, "isSnapshotUpdate")                                                           \
  X(OPERATION, "operation")                                                                        \
  X(LEVEL, "level")

/* The keys that are read come first, because the ones seen are kept as bits. */
enum {
  KEY_NONE,
#define X(name, text, in) KEY_##name,
  KEYS(X)
#undef X
      KEY_READ_COUNT,
  KEY_BEFORE_IDLE = KEY_READ_COUNT - 1,
#define X(name, text) KEY_##name,
  IDLE_KEYS(X)
#undef X
      KEY_COUNT
};

/* ---------------------------------------------------------------------------------- the frame */

/* Limits for one line; what exceeds them is left out and counted. */
#define TOOLS_MAX 4096 /* for tool uses, and for tool results */
#define PARTS_MAX 32
#define URL_MAX 512

enum {
  TYPE_UNKNOWN,
  TYPE_OTHER,
  TYPE_USER,
  TYPE_ASSISTANT,
  TYPE_SYSTEM,
  TYPE_ATTACHMENT,
  TYPE_PULL_REQUEST
};
enum {
  SUBTYPE_OTHER,
  SUBTYPE_COMPACT,
  SUBTYPE_MICROCOMPACT,
  SUBTYPE_API_ERROR,
  SUBTYPE_TURN,
  SUBTYPE_COMMAND
};
enum { ROLE_UNKNOWN, ROLE_ASSISTANT, ROLE_USER };
enum { ORIGIN_ABSENT, ORIGIN_HUMAN, ORIGIN_OTHER };

/* The keys that followed a key the last times, the latest first. */
typedef struct key_pair {
  unsigned char key[2];
} key_pair;

/* The keys seen in one object, and the last of them. */
typedef struct seen {
  unsigned in;
  int last;
  uint64_t bits[2];
  key_pair *behind; /* by key, for objects of this kind */
} seen;

typedef struct usage {
  int64_t input, output, cache_read, cache_write, write_5m, write_1h, reasoning, web_searches;
  int speed, tier, geo;
  bool has_input, has_output;
  bool bad; /* some count is not a valid number */
} usage;

/* A response within a response, not included in the counts of the outer one: the answer of an
 * advisor, a summary of the conversation by the same model, or the attempt of a model that declined
 * before another took over. Other iterations repeat the counts; one of type "message" is such an
 * attempt only together with one of the model that took over. */
enum { PART_NONE, PART_ADVISOR, PART_COMPACTION, PART_ATTEMPT, PART_TAKEN_OVER };
typedef struct response_part {
  int kind;
  usage usage;
  uint32_t model;
  int64_t index;
} response_part;

/* A message of the model or the user. Members from `model_raw` on are not cleared between lines. */
typedef struct message {
  usage usage;
  uint32_t model;
  bool synthetic;
  bool taken_over; /* a model declined (perhaps the one the message names) and its successor is */
  uint32_t heir;   /* this one; 0: unknown */
  int role, stop;
  size_t parts, id_length, model_length;
  char model_raw[IDENT_RAW_MAX];
  char id[IDENT_RAW_MAX];
  response_part part[PARTS_MAX];
} message;

/* The content of toolUseResult. */
typedef struct result_facts {
  bool there, interrupted, plan;
  int ending;   /* outcome given by its text; OUTCOME_UNKNOWN: none */
  bool created; /* a new file */
  bool counted; /* content_lines is known */
  bool patched; /* added and removed are known */
  int64_t added, removed, content_lines;
  name file;
  ident commit;
} result_facts;

/* A line or, inside a progress line, a subagent's line. Members from `uuid` on are not cleared. */
typedef struct envelope {
  bool there, has_time;
  bool api_error;
  bool bad_event; /* the count of an event is not a valid number */
  int error_detail;
  int64_t time, status;
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

/* The session, and the names that describe it. */
typedef struct owner {
  ident session;
  name workspace, branch, version, entrypoint;
} owner;

/* The bytes of consecutive owner members of a line, which most lines repeat from the one before:
 * from the value of the first to one byte after the last. */
#define REPEATED_MAX 1024
typedef struct repeated {
  const char *from; /* where they begin in the scanner's window, while they are collected */
  int64_t base;
  uint64_t line;
  int first, last; /* their first and last key */
  uint64_t keys;   /* all their keys, as bits */
  owner says;
  size_t length; /* without that last byte; 0: nothing remembered */
  char bytes[REPEATED_MAX];
} repeated;

/* One JSON value. Members from `agent` on are not cleared between lines. */
typedef struct frame {
  int reject; /* REJECT_ reason for the whole value */
  int type, subtype;
  owner of;
  bool sidechain, meta, summary, forked, cause;
  int mode, origin, attachment_origin;
  int compact_detail;
  int64_t tokens_before, duration, retry;
  bool queued, command_mode;
  bool text_there, image;
  const char *command; /* static text */
  size_t agent_length, nested_agent_length, url_length;
  size_t uses, results;
  char agent[IDENT_RAW_MAX];
  char nested_agent[IDENT_RAW_MAX];
  char url[URL_MAX];
} frame;

/* Indexes of integers that outlive one read(). */
enum { MEMORY_WARMUP };
enum { WARMUP_UNDECIDED, WARMUP_NO, WARMUP_RUNNING };

#define AGENTS_MAX 8
typedef struct agent_memory {
  ident key;
  int64_t time;
  size_t length;
  char raw[IDENT_RAW_MAX];
} agent_memory;

#define KEY_SLOTS 512 /* size of a hash table of all keys: more than twice their number */
typedef struct key_ends {
  uint64_t first, last;
} key_ends;

typedef struct reader {
  source_input *in;
  scan *s;
  record_sink *sink;
  int status; /* not BP_OK: ends the reading */
  /* from the path */
  bool agent_file, noise_file;
  const char *file_agent;
  size_t file_agent_length;
  /* the current line */
  frame f;
  repeated again;
  envelope own, nested;
  tool_use *use;
  size_t use_capacity;
  tool_result *result;
  size_t result_capacity;
  prompt_text text;
  line_hashes before, after;
  /* the last session record */
  bool session_told;
  record session;
  unsigned next_agent;
  agent_memory agents[AGENTS_MAX];
  names names;
  unsigned char slots[KEY_SLOTS];
  key_ends ends[KEY_COUNT];
  key_pair behind[OBJECTS][KEY_COUNT];
} reader;

/* ------------------------------------------------------------------------------------- reading */

/* Creates a reader of lines, independent of where they come from, and the functions to read and
 * report one. It remembers sessions and subagents until it is closed. 0 or BP_ERR_NOMEM. */
int bpi_cc_open(reader **out, source_input *in, object_reader *lines);
void bpi_cc_close(reader *r); /* NULL is ignored */

/* ------------------------------------------------------------------------------------- fields */

void bpi_cc_prepare_keys(reader *r);
/* The state for an object of kind `in` (one bit) of which no key has been read. */
static inline seen bpi_cc_no_keys(reader *r, unsigned in) {
  unsigned number = 0;
#if defined(__GNUC__)
  number = (unsigned)__builtin_ctz(in);
#else
  while (in >> number != 1)
    number++;
#endif
  return (seen){.in = in, .last = KEY_NONE, .behind = r->behind[number]};
}
/* The next key of the open object that is to be read in this kind of object; other members are
 * skipped. KEY_NONE at the end of the object. A duplicate key rejects the line. */
int bpi_cc_next_key(reader *r, seen *was);

/* Each of the following functions consumes one value of any type. */

/* Reads a text of at most `capacity` bytes; a longer one is left out and counted. False: no
 * text. */
bool bpi_cc_text(reader *r, char *into, size_t capacity, size_t *length);
name bpi_cc_name(reader *r, label_kind kind);
ident bpi_cc_ident(reader *r, ident_kind kind);
bool bpi_cc_true(reader *r);
bool bpi_cc_present(reader *r); /* anything but null */

/* The value of a word in a closed list, which ends with NO_WORD; `otherwise` for other texts,
 * `absent` for other types. */
typedef struct word {
  const char *text;
  size_t length;
  int value;
} word;
/* clang-format off */
#define WORD(text, value) {text, sizeof text - 1, value}
#define NO_WORD {NULL, 0, 0}
/* clang-format on */
int bpi_cc_word(reader *r, const word *list, int otherwise, int absent);

/* Reads an object with a single count. */
void bpi_cc_inner_count(reader *r, unsigned in, int64_t *out, bool *bad);

/* -------------------------------------------------------------------------------------- parts */

void bpi_cc_read_line(reader *r);
/* Reads one of message.content[]. Its text is read only if `of_user`. */
void bpi_cc_read_block(reader *r, bool of_user, bool nested);
void bpi_cc_read_result(reader *r, result_facts *f); /* toolUseResult */
void bpi_cc_read_user_text(reader *r);
void bpi_cc_tell_line(reader *r);
/* Recognises agents that the client starts for itself by the beginning of their identifier. */
bool bpi_cc_is_noise_agent(const char *raw, size_t length);

#endif
