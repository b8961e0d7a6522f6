/* sources/cursor_tell.h: what the values of a Cursor database say, put into records: which bubbles
 * belong to one request, whose a request is, what is told twice. Knows sessions and keys; knows no
 * JSON and no database. */
#ifndef BPI_SOURCES_CURSOR_TELL_H
#define BPI_SOURCES_CURSOR_TELL_H

#include "base/ident_set.h"
#include "sources/cursor_value.h"

/* All that bubbles and lines say of one request. */
typedef struct generation {
  ident event, composer, session;
  bool answered;       /* by the assistant; else it was only asked */
  int64_t asked, time; /* the second: of the answer */
  int64_t input, output;
  uint32_t model;
  unsigned flags; /* RECORD_ */
} generation;

/* What is known of a composer before its bubbles come. */
typedef struct composer_known {
  uint32_t model; /* it is set to */
  ident root;     /* of a subagent's: the composer it belongs to; else absent */
} composer_known;

typedef struct cursor_teller {
  record_sink *sink;
  names names;
  int failed;         /* what ends the reading */
  int64_t row;        /* of a table, that is being read, */
  int64_t nth;        /* and which it is of all */
  uint32_t workspace; /* of a workspace's own storage; 0: of none */
  ident place;        /* stands for the storage where no composer is named */
  bool place_told;
  bool kept;      /* by another program, which knows a storage by another name: gives way to it */
  ident composer; /* being read, */
  ident session;  /* and whose it is: its own, or that of the one which started it */
  unsigned flags; /* RECORD_ of what is in it */
  ident_set composers;
  composer_known *known;
  size_t known_capacity;
  ident_set generations; /* by the key of the response */
  generation *generation;
  size_t generation_capacity;
} cursor_teller;

/* A reading begins; `t` is all zero. */
void bpi_cursor_start(cursor_teller *t, record_sink *sink);
/* A storage is known by the name of its folder and, where it is told, the machine. */
ident bpi_cursor_place(cursor_teller *t, const char *folder, size_t length, const id_text *machine);
uint32_t bpi_cursor_workspace(cursor_teller *t, const name_text *path);
/* The storage that is told from now on, and the workspace it belongs to; 0: to none. */
void bpi_cursor_enter_place(cursor_teller *t, ident place, uint32_t workspace);
/* It ends: tells the requests. */
void bpi_cursor_end(cursor_teller *t);
void bpi_cursor_free(cursor_teller *t);

/* A row is read: what is refused from now on is of it. */
void bpi_cursor_enter_row(cursor_teller *t, source_input *in, int64_t row);
void bpi_cursor_reject(cursor_teller *t, int reason);
void bpi_cursor_drop(cursor_teller *t, unsigned count);
/* The composer that bubbles and blocks belong to from now on. */
void bpi_cursor_enter(cursor_teller *t, const id_text *composer);
/* Enters it, too. */
void bpi_cursor_tell_composer(cursor_teller *t, const cursor_composer *composer);
/* A REJECT_ reason or 0. */
int bpi_cursor_tell_bubble(cursor_teller *t, const cursor_bubble *b);
void bpi_cursor_tell_block(cursor_teller *t, const cursor_block *b);
void bpi_cursor_tell_generation(cursor_teller *t, const cursor_generation *g);
void bpi_cursor_tell_day(cursor_teller *t, const cursor_day *d);
/* A line that the assistant wrote, of the composer entered: which model a request had and when. */
void bpi_cursor_tell_line(cursor_teller *t, const id_text *request, const name_text *model,
                          int64_t time);
void bpi_cursor_tell_commit(cursor_teller *t, const id_text *hash, int64_t time,
                            const change_record *change);

#endif
