/* sources/cursor_value.h: what one JSON value of a Cursor database says, by the allow-list: a
 * composer, a bubble of its conversation, a block of proposed code, a generation, a day's sums.
 * Knows the fields of every version; knows no database and no other value. Texts that decide
 * something (prompts, arguments and results of tools) leave only the decision here. */
#ifndef BPI_SOURCES_CURSOR_VALUE_H
#define BPI_SOURCES_CURSOR_VALUE_H

#include "base/buf.h"
#include "sources/object.h"

typedef enum bubble_type { BUBBLE_OTHER, BUBBLE_USER, BUBBLE_ASSISTANT } bubble_type;

/* A tool call and how it ended. */
typedef struct cursor_tool {
  bool there;
  bool mcp;
  name_text name; /* as written, else after the number of the tool */
  id_text call;
  int outcome, failure; /* OUTCOME_UNKNOWN: it has not ended */
  int program;
  name_text file;
  int64_t added, removed; /* of the patch that was applied; -1: none is told */
} cursor_tool;

typedef struct cursor_bubble {
  bubble_type type;
  id_text id, generation; /* the second: of the request it belongs to */
  int64_t time;
  int64_t characters;
  int features; /* PROMPT_ */
  name_text model;
  int64_t input, output; /* tokens; -1: not recorded, which is what a zero means here */
  bool plain;            /* a text: no tool, no thinking */
  cursor_tool tool;
  unsigned dropped;
} cursor_bubble;

typedef struct cursor_composer {
  id_text id, parent; /* the second: the composer at the top, of a subagent's */
  int64_t created;
  int64_t added, removed; /* totals; -1 unknown */
  name_text model, mode, workspace;
  bool touched; /* again, after it was made */
  bool bubbles; /* its conversation has any; else it is a draft */
  unsigned dropped;
} cursor_composer;

/* Proposed code that a person may have accepted. */
typedef struct cursor_block {
  int outcome; /* OUTCOME_OK, OUTCOME_REJECTED; OUTCOME_UNKNOWN: not decided */
  int language;
  int64_t time;
  id_text id;     /* of newer versions; */
  name_text uri;  /* of older ones, */
  int64_t number; /* with the place in the file's list */
  unsigned dropped;
} cursor_block;

typedef struct cursor_generation {
  id_text id;
  int64_t time;
} cursor_generation;

/* A day's lines; -1 unknown. */
typedef struct cursor_day {
  int64_t time; /* noon of the day */
  int64_t tab_suggested, tab_accepted, composer_suggested, composer_accepted;
} cursor_day;

/* What lies inside a composer, told as it is found. `reject` is a REJECT_ reason: the part is none. */
typedef struct cursor_parts {
  void (*bubble)(void *user, const cursor_bubble *b, int reject);
  void (*block)(void *user, const cursor_block *b);
  void *user;
} cursor_parts;

/* Each reads the open object, to its end, and returns a REJECT_ reason or 0. `inner` is room for the
 * texts that are JSON themselves; it is wiped before they return. */
int bpi_cursor_read_bubble(scan *s, cursor_bubble *b, buf *inner);
/* `parts` NULL: the composer's own fields only. A chat of early versions is a composer of fewer fields. */
int bpi_cursor_read_composer(scan *s, cursor_composer *c, const cursor_parts *parts, buf *inner);
int bpi_cursor_read_generation(scan *s, cursor_generation *g);
int bpi_cursor_read_day(scan *s, cursor_day *d);

/* Leaves nothing of a name that stands for the client's choice of a model. */
void bpi_cursor_keep_model(name_text *model);
/* Milliseconds since the epoch that may be a time, in microseconds; else BPI_TIME_NONE. */
int64_t bpi_cursor_time_ms(int64_t ms);

#endif
