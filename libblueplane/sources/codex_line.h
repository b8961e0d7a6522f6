/* sources/codex_line.h: the content of one line of a Codex rollout, by the allow-list. Knows the
 * fields of each kind of line; knows nothing of earlier lines. Of texts that decide something
 * (output of tools, commands, patches, prompts) only the result of the decision is kept. */
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

/* payload.type, in the order of the list in codex_line.c. KIND_TURN_STARTED and KIND_TURN_COMPLETE
 * are later names of KIND_TASK_STARTED and KIND_TASK_COMPLETE. */
/* clang-format off */
typedef enum codex_kind {
  KIND_OTHER = -1,
  KIND_USER_MESSAGE, KIND_TOKEN_COUNT, KIND_TASK_STARTED, KIND_TURN_STARTED, KIND_TASK_COMPLETE,
  KIND_TURN_COMPLETE, KIND_TURN_ABORTED, KIND_CONTEXT_COMPACTED, KIND_ERROR, KIND_STREAM_ERROR,
  KIND_EXEC_END, KIND_PATCH_END, KIND_MCP_END, KIND_SEARCH_END, KIND_FUNCTION_CALL,
  KIND_CUSTOM_CALL, KIND_SHELL_CALL, KIND_TOOL_SEARCH_CALL, KIND_SEARCH_CALL,
  KIND_FUNCTION_OUTPUT, KIND_CUSTOM_OUTPUT, KIND_TOOL_SEARCH_OUTPUT,
  KIND_MESSAGE, /* in rollouts of the first clients, until its role is known */
  KIND_ITEM     /* until the type of the item is known */
} codex_kind;

/* payload.item.type, in the order of the list in codex_line.c. */
typedef enum codex_item {
  ITEM_OTHER = -1,
  ITEM_USER_MESSAGE, ITEM_COMMAND, ITEM_FILE_CHANGE, ITEM_MCP_CALL
} codex_item;
/* clang-format on */

typedef enum codex_origin {
  ORIGIN_PERSON, /* a person's session, or a program acting for one */
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
  /* reasoned, wrote: the counts of reasoning and of cache writes are present */
  bool known, reasoned, wrote;
  int64_t of[USAGE_FIELDS];
} codex_usage;

/* The end of a tool call, as far as one line reports it. */
typedef struct codex_ending {
  int outcome, failure;
  int64_t duration_us;    /* -1: unknown */
  int64_t added, removed; /* -1: unknown */
} codex_ending;

typedef struct codex_line {
  int64_t time;
  codex_top top;
  codex_kind kind;
  codex_item item; /* the type of a completed item */
  unsigned dropped;
  /* session_meta */
  id_text id, session_id, forked_from, parent;
  name_text cwd, branch, version, originator;
  int64_t born; /* payload.timestamp */
  codex_origin origin;
  /* turn_context and turns */
  id_text turn, passing_turn; /* passing_turn: from the metadata of an item */
  name_text model;
  int mode;
  int64_t started_at_s, duration_ms; /* -1: unknown */
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
  bool patch;             /* the input contains a patch */
  int64_t added, removed; /* by that patch; -1: unknown */
  int program;
  codex_ending ending;
} codex_line;

/* Reads the open object. Returns a REJECT_ reason or 0. */
int bpi_codex_line_read(codex_line *line, scan *s);
/* Whether the bytes begin with a line of a rollout. */
bool bpi_codex_line_recognise(const char *bytes, size_t length);

#endif
