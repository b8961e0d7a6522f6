/* sources/cursor_value.h: reads one JSON value of a Cursor database by the allow-list: a composer,
 * a bubble of its conversation, a block of proposed code, a generation, a day's sums. Knows the
 * fields of every version; knows no database and no other value. Of texts that decide something
 * (prompts, arguments and results of tools) only the result of the decision is kept. */
#ifndef BPI_SOURCES_CURSOR_VALUE_H
#define BPI_SOURCES_CURSOR_VALUE_H

#include "base/buf.h"
#include "sources/object.h"

typedef enum bubble_type { BUBBLE_OTHER, BUBBLE_USER, BUBBLE_ASSISTANT } bubble_type;

/* A tool call and how it ended. */
typedef struct cursor_tool {
  bool there;
  bool mcp;
  name_text name; /* as written, otherwise by the tool's number */
  id_text call;
  int outcome, failure; /* OUTCOME_UNKNOWN: not ended yet */
  int program;
  name_text file;
  int64_t added, removed; /* by the applied patch; -1: unknown */
} cursor_tool;

typedef struct cursor_bubble {
  bubble_type type;
  id_text id, generation; /* generation: the request it belongs to */
  int64_t time;
  int64_t characters;
  int features; /* PROMPT_ */
  name_text model;
  int64_t input, output; /* tokens; -1: not recorded (0 in the database means that) */
  bool plain;            /* only text: no tool, no thinking */
  cursor_tool tool;
  unsigned dropped;
} cursor_bubble;

typedef struct cursor_composer {
  id_text id, parent; /* parent: for a subagent the topmost composer */
  int64_t created;
  int64_t added, removed; /* totals; -1: unknown */
  name_text model, mode, workspace;
  bool touched; /* changed after it was created */
  bool bubbles; /* has a bubble; otherwise it is a draft */
  unsigned dropped;
} cursor_composer;

/* Proposed code that a person may have accepted. */
typedef struct cursor_block {
  int outcome; /* OUTCOME_OK, OUTCOME_REJECTED; OUTCOME_UNKNOWN: undecided */
  int language;
  int64_t time;
  id_text id;     /* in newer versions */
  name_text uri;  /* in older ones, */
  int64_t number; /* with the index in the file's list */
  unsigned dropped;
} cursor_block;

typedef struct cursor_generation {
  id_text id;
  int64_t time;
} cursor_generation;

/* Lines of a day; -1: unknown. */
typedef struct cursor_day {
  int64_t time; /* noon of the day */
  int64_t tab_suggested, tab_accepted, composer_suggested, composer_accepted;
} cursor_day;

/* Callbacks for the parts of a composer as they are found. With a non-zero `reject` (a REJECT_
 * reason) the bubble is invalid. */
typedef struct cursor_parts {
  void (*bubble)(void *user, const cursor_bubble *b, int reject);
  void (*block)(void *user, const cursor_block *b);
  void *user;
} cursor_parts;

/* Each function reads the open object to its end and returns a REJECT_ reason or 0. `inner` is a
 * buffer for texts that contain JSON; it is wiped before they return. */
int bpi_cursor_read_bubble(scan *s, cursor_bubble *b, buf *inner);
/* `parts` NULL: only the composer's own fields. A chat of early versions is a composer with fewer
 * fields. */
int bpi_cursor_read_composer(scan *s, cursor_composer *c, const cursor_parts *parts, buf *inner);
int bpi_cursor_read_generation(scan *s, cursor_generation *g);
int bpi_cursor_read_day(scan *s, cursor_day *d);

/* Clears a name that stands for the client's choice of a model. */
void bpi_cursor_keep_model(name_text *model);
/* Converts milliseconds since the epoch to microseconds; BPI_TIME_NONE if out of range. */
int64_t bpi_cursor_time_ms(int64_t ms);

#endif
