/* sources/opencode.h: what a session, a message and a part of opencode say, and how it is put out; shared by
 * the reader of exports and that of the database. Knows their JSON; knows neither document nor table. */
#ifndef BPI_SOURCES_OPENCODE_H
#define BPI_SOURCES_OPENCODE_H

#include "sources/content.h"
#include "sources/patch.h"
#include "sources/rows.h"

enum { ROLE_OTHER = -1, ROLE_USER, ROLE_ASSISTANT };
enum { PART_TOOL, PART_TEXT, PART_FILE };

typedef struct opencode_message {
  int role, stop, error; /* ERROR_ */
  bool counted, failed;
  unsigned dropped;
  int64_t number, time, cost, input, output, reasoning, read, written;
  id_text id;
  name_text model;
  prompt_facts prompt; /* of all its parts */
} opencode_message;

typedef struct opencode_part {
  int type, status, ending;
  bool synthetic, image, diffed;
  unsigned dropped;
  int64_t number, start, end;
  diff_text diff;
  id_text call;
  name_text tool;
  prompt_facts text;
  tool_input input;
} opencode_part;

typedef struct opencode_session {
  unsigned dropped;
  int64_t time;
  id_text id, parent;
  name_text directory, version;
} opencode_session;

typedef struct opencode {
  rows rows;
  ident root;           /* of a subagent's session, if it is known; else its parent stands for it */
  opencode_session session;
  opencode_message message;
  opencode_part part;
  int64_t messages;
} opencode;

/* Rows come from `rows`, whose session is set before. Each of these reads the members of the open object:
 * a REJECT_ reason, 0, or BP_ERR_. */
int bpi_opencode_take_part(void *opencode_object, scan *s);
int bpi_opencode_take_info(void *opencode_object, scan *s); /* of a message */

/* What was read, put out: 0 or BP_ERR_. */
int bpi_opencode_put_call(opencode *o);   /* a part that is a tool call */
int bpi_opencode_put_answer(opencode *o); /* a message, if it is the assistant's */
int bpi_opencode_put_prompt(opencode *o); /* a message of the user's, with the text of its parts */
/* A subagent's session belongs to the one that started it; what is in it keeps the keys of its own. Rows
 * are of this session from now on. */
int bpi_opencode_put_session(opencode *o);
/* What a person wrote, not what the client put beside it. */
void bpi_opencode_add_text(prompt_facts *into, const opencode_part *p);

#endif
