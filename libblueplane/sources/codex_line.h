/* sources/codex_line.h: what one line of a Codex rollout says, by the allow-list. Knows the fields
 * of each kind of line; knows nothing of the lines before it. Texts that decide something (output
 * of tools, commands, patches, prompts) leave only the decision here. */
#ifndef BPI_SOURCES_CODEX_LINE_H
#define BPI_SOURCES_CODEX_LINE_H

#include "sources/object.h"

typedef enum codex_top {
  TOP_OTHER = -1,
  TOP_SESSION_META,
  TOP_TURN_CONTEXT,
  TOP_RESPONSE_ITEM,
  TOP_EVENT,
  TOP_COMPACTED
} codex_top;

/* payload.type, in the order of the list in codex_line.c; the second spelling of a turn's start and
 * end is the later name of the same thing. */
/* clang-format off */
typedef enum codex_kind {
  KIND_OTHER = -1,
  KIND_USER_MESSAGE, KIND_TOKEN_COUNT, KIND_TASK_STARTED, KIND_TURN_STARTED, KIND_TASK_COMPLETE,
  KIND_TURN_COMPLETE, KIND_TURN_ABORTED, KIND_CONTEXT_COMPACTED, KIND_ERROR, KIND_STREAM_ERROR,
  KIND_EXEC_END, KIND_PATCH_END, KIND_MCP_END, KIND_SEARCH_END, KIND_FUNCTION_CALL,
  KIND_CUSTOM_CALL, KIND_SHELL_CALL, KIND_TOOL_SEARCH_CALL, KIND_SEARCH_CALL,
  KIND_FUNCTION_OUTPUT, KIND_CUSTOM_OUTPUT, KIND_TOOL_SEARCH_OUTPUT,
  KIND_MESSAGE, /* of the first clients, until it is known who wrote it */
  KIND_ITEM     /* until it is known what was completed */
} codex_kind;

/* payload.item.type, in the order of the list in codex_line.c. */
typedef enum codex_item {
  ITEM_OTHER = -1,
  ITEM_USER_MESSAGE, ITEM_COMMAND, ITEM_FILE_CHANGE, ITEM_MCP_CALL
} codex_item;
/* clang-format on */

typedef enum codex_origin {
  ORIGIN_PERSON, /* a person's session, or a program that stands for one */
  ORIGIN_SUBAGENT,
  ORIGIN_BACKGROUND /* the client's own: compaction, memory, approval */
} codex_origin;

/* Cumulative counters: input, cached input, output, reasoning, total, input written to a cache. */
/* clang-format off */
enum {
  USAGE_INPUT, USAGE_CACHED, USAGE_OUTPUT, USAGE_REASONING, USAGE_TOTAL, USAGE_WRITTEN, USAGE_FIELDS
};
/* clang-format on */
typedef struct codex_usage {
  bool known, reasoned, wrote; /* the counts of reasoning and of what was written are there */
  int64_t of[USAGE_FIELDS];
} codex_usage;

/* How a tool call ended, as far as one line tells. */
typedef struct codex_ending {
  int outcome, failure;
  int64_t duration_us;    /* -1 unknown */
  int64_t added, removed; /* -1 unknown */
} codex_ending;

typedef struct codex_line {
  int64_t time;
  codex_top top;
  codex_kind kind;
  codex_item item; /* what was completed */
  unsigned dropped;
  /* session_meta */
  id_text id, session_id, forked_from, parent;
  name_text cwd, branch, version, originator;
  int64_t born; /* payload.timestamp */
  codex_origin origin;
  /* turn_context and turns */
  id_text turn, passing_turn; /* the second from the metadata of an item */
  name_text model;
  int mode;
  int64_t started_at_s, duration_ms; /* -1 unknown */
  bool review_ended;
  /* user_message */
  bool injected, person;
  int64_t characters;
  int features;
  /* token_count */
  codex_usage total, last;
  /* errors */
  int error; /* DETAIL_ */
  /* tool calls */
  id_text call;
  name_text tool, space, file;
  bool patch;             /* the input holds a patch */
  int64_t added, removed; /* of that patch; -1 unknown */
  int program;
  codex_ending ending;
} codex_line;

/* Adds a sign of how a call ended. The graver stands, whichever comes first: what a person did,
 * then a failure, then none. */
void bpi_codex_end(codex_ending *e, int outcome, int failure);

/* Reads the open object. Returns a REJECT_ reason or 0. */
int bpi_codex_line_read(codex_line *line, scan *s);
/* Whether bytes begin with a line of a rollout. */
bool bpi_codex_line_recognise(const char *bytes, size_t length);

#endif
