/* sources/opencode.h: the content of a session, a message and a part of opencode, and how it is
 * reported; shared by the readers of exports, of the database, and of the folder of older clients.
 * Knows their JSON; knows no document, table or folder. */
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
  int64_t number, time, cost, input, output, reasoning, total, read, written;
  id_text id;
  name_text model;
  prompt_facts prompt; /* collected from all its parts */
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
  /* for a subagent's session the topmost session, if known; otherwise its parent is used */
  ident root;
  int64_t born; /* when the session was created */
  opencode_session session;
  opencode_message message;
  opencode_part part;
  int64_t messages;
} opencode;

/* The session of `rows` must be set first. Each function reads the members of the open object and
 * returns a REJECT_ reason, 0, or BP_ERR_. `self` is the opencode. */
int bpi_opencode_take_part(void *self, scan *s);
int bpi_opencode_take_info(void *self, scan *s); /* of a message */
int bpi_opencode_take_session(void *self, scan *s);
/* Reads a message of version 2, which contains everything except its role, but skips its calls. */
int bpi_opencode_take_step(void *self, scan *s);
/* Reads and reports the calls of such a message, once it is known to be valid. Returns the first
 * REJECT_ reason. */
int bpi_opencode_put_calls(void *self, scan *s);

/* Report what was read: 0 or BP_ERR_. */
int bpi_opencode_put_part(opencode *o);    /* a part; its text is added to the message's prompt */
int bpi_opencode_put_message(opencode *o); /* after all its parts */
int bpi_opencode_put_call(opencode *o);    /* a part that is a tool call */
int bpi_opencode_put_answer(opencode *o);  /* a message, if it is the assistant's */
/* Reports a session and makes it the one of the following rows. A subagent's session belongs to the
 * one that started it, but its rows keep keys of their own. */
int bpi_opencode_put_session(opencode *o);
/* Whether something with this time was copied from the session that this one was forked from: it is
 * older than this session. The original is reported instead. */
bool bpi_opencode_is_copy(const opencode *o, int64_t time);
/* Adds the text a person wrote, but not what the client added. */
void bpi_opencode_add_text(prompt_facts *into, const opencode_part *p);

/* "storage/session/PROJECT/ses_….json": a session in the client's folder, not an export. */
bool bpi_opencode_is_stored(const char *path);
#define OPENCODE_GENERATIONS 16 /* levels of subagents */
#define OPENCODE_COVERS                                                                            \
  (COVERS_TOKENS | COVERS_CACHE_READ | COVERS_CACHE_WRITE | COVERS_REASONING | COVERS_COST |       \
   COVERS_TOOLS | COVERS_OUTCOMES | COVERS_LINES | COVERS_PROMPTS | COVERS_MODEL | COVERS_TIME |   \
   COVERS_EVENTS | COVERS_WORKSPACE)

#endif
