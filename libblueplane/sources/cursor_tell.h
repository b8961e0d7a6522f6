/* sources/cursor_tell.h: turns the values of a Cursor database into records: which bubbles belong
 * to one request, to which session a request belongs, what is reported twice. Knows sessions and
 * keys; knows no JSON and no database. */
#ifndef BPI_SOURCES_CURSOR_TELL_H
#define BPI_SOURCES_CURSOR_TELL_H

#include "base/ident_set.h"
#include "sources/cursor_value.h"

/* Everything that bubbles and lines report about one request. */
typedef struct generation {
  ident event, composer, session;
  bool answered;       /* by the assistant; otherwise only the prompt was seen */
  int64_t asked, time; /* time: of the answer */
  int64_t input, output;
  uint32_t model;
  unsigned flags; /* RECORD_ */
} generation;

/* What is known of a composer before its bubbles are read. */
typedef struct composer_known {
  uint32_t model; /* its setting */
  ident root;     /* for a subagent the composer it belongs to; otherwise absent */
} composer_known;

typedef struct cursor_teller {
  record_sink *sink;
  names names;
  int failed;         /* not BP_OK: ends the reading */
  int64_t row;        /* number of the current row in its table, */
  int64_t nth;        /* and among all rows */
  uint32_t workspace; /* of a workspace's own storage; 0: none */
  ident place;        /* session that stands for the storage if no composer is named */
  bool place_told;
  /* the values were kept by another program, which identifies a storage differently: they lose
   * against the editor's own */
  bool kept;
  ident composer; /* the current one, */
  /* and the session it belongs to: its own or that of the composer that started it */
  ident session;
  unsigned flags; /* RECORD_ flags of its records */
  ident_set composers;
  composer_known *known;
  size_t known_capacity;
  ident_set generations; /* by the key of the response */
  generation *generation;
  size_t generation_capacity;
} cursor_teller;

/* Starts a reading; `t` must be all zero. */
void bpi_cursor_start(cursor_teller *t, record_sink *sink);
/* Identifies a storage by the name of its folder and, if known, the machine. */
ident bpi_cursor_place(cursor_teller *t, const char *folder, size_t length, const id_text *machine);
uint32_t bpi_cursor_workspace(cursor_teller *t, const name_text *path);
/* Sets the current storage and its workspace; 0: none. */
void bpi_cursor_enter_place(cursor_teller *t, ident place, uint32_t workspace);
/* Ends the reading and reports the requests. */
void bpi_cursor_end(cursor_teller *t);
void bpi_cursor_free(cursor_teller *t);

/* Starts a row: later rejects refer to it. */
void bpi_cursor_enter_row(cursor_teller *t, source_input *in, int64_t row);
void bpi_cursor_reject(cursor_teller *t, int reason);
void bpi_cursor_drop(cursor_teller *t, unsigned count);
/* Sets the composer of the following bubbles and blocks. */
void bpi_cursor_enter(cursor_teller *t, const id_text *composer);
/* Also makes it the current composer. */
void bpi_cursor_tell_composer(cursor_teller *t, const cursor_composer *composer);
/* A REJECT_ reason or 0. */
int bpi_cursor_tell_bubble(cursor_teller *t, const cursor_bubble *b);
void bpi_cursor_tell_block(cursor_teller *t, const cursor_block *b);
void bpi_cursor_tell_generation(cursor_teller *t, const cursor_generation *g);
void bpi_cursor_tell_day(cursor_teller *t, const cursor_day *d);
/* A line written by the assistant in the current composer: gives the model and time of a
 * request. */
void bpi_cursor_tell_line(cursor_teller *t, const id_text *request, const name_text *model,
                          int64_t time);
void bpi_cursor_tell_commit(cursor_teller *t, const id_text *hash, int64_t time,
                            const change_record *change);

#endif
