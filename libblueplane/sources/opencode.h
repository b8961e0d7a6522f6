/* sources/opencode.h: what a session, a message and a part of opencode say, and how it is put out; shared by
 * the readers of exports, of the database and of the folder of older clients. Knows their JSON; knows
 * neither document nor table nor folder. */
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
  ident root;   /* of a subagent's session, if it is known; else its parent stands for it */
  int64_t born; /* when the session was created */
  opencode_session session;
  opencode_message message;
  opencode_part part;
  int64_t messages;
} opencode;

/* Rows come from `rows`, whose session is set before. Each of these reads the members of the open object:
 * a REJECT_ reason, 0, or BP_ERR_. `self` is the opencode. */
int bpi_opencode_take_part(void *self, scan *s);
int bpi_opencode_take_info(void *self, scan *s); /* of a message */
int bpi_opencode_take_session(void *self, scan *s);
/* A message of version 2 is told with all that is in it: this reads it but for its calls, its role is told
 * beside it. */
int bpi_opencode_take_step(void *self, scan *s);
/* Reads the calls of one that was found whole, and puts each out. The first reason to refuse one. */
int bpi_opencode_put_calls(void *self, scan *s);

/* What was read, put out: 0 or BP_ERR_. */
int bpi_opencode_put_part(opencode *o);    /* of the message, whose prompt gathers its text */
int bpi_opencode_put_message(opencode *o); /* with all its parts */
int bpi_opencode_put_call(opencode *o);    /* a part that is a tool call */
int bpi_opencode_put_answer(opencode *o);  /* a message, if it is the assistant's */
/* A subagent's session belongs to the one that started it; what is in it keeps the keys of its own. Rows
 * are of this session from now on. */
int bpi_opencode_put_session(opencode *o);
/* Whether what has this time was copied from another session, of which this one is a fork: it is older
 * than its session. The original tells it. */
bool bpi_opencode_is_copy(const opencode *o, int64_t time);
/* What a person wrote, not what the client put beside it. */
void bpi_opencode_add_text(prompt_facts *into, const opencode_part *p);

/* "storage/session/PROJECT/ses_….json": a session in the folder, not an export. */
bool bpi_opencode_is_stored(const char *path);
#define OPENCODE_GENERATIONS 16 /* a subagent of a subagent and so on */
#define OPENCODE_COVERS                                                                            \
  (COVERS_TOKENS | COVERS_CACHE_READ | COVERS_CACHE_WRITE | COVERS_REASONING | COVERS_COST |       \
   COVERS_TOOLS | COVERS_OUTCOMES | COVERS_LINES | COVERS_PROMPTS | COVERS_MODEL | COVERS_TIME |   \
   COVERS_EVENTS | COVERS_WORKSPACE)

#endif
