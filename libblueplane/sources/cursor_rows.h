/* sources/cursor_rows.h: checks, reads and reports the values under the keys of Cursor's storage.
 * The rows may be the editor's own or copies kept by another program. Knows the families of keys;
 * knows no database. */
#ifndef BPI_SOURCES_CURSOR_ROWS_H
#define BPI_SOURCES_CURSOR_ROWS_H

#include "base/buf.h"
#include "sources/cursor_tell.h"

/* What conversations and the data around them can report. */
#define CURSOR_COVERS                                                                              \
  (COVERS_TOKENS | COVERS_TOOLS | COVERS_OUTCOMES | COVERS_LINES | COVERS_DECISIONS |              \
   COVERS_PROMPTS | COVERS_MODEL | COVERS_TIME | COVERS_EVENTS | COVERS_WORKSPACE)

typedef enum cursor_family {
  CURSOR_COMPOSER,    /* key: "composerData:COMPOSER" */
  CURSOR_BUBBLE,      /* key: "bubbleId:COMPOSER:BUBBLE" */
  CURSOR_COMPOSERS,   /* the composers of a workspace */
  CURSOR_CHATS,       /* the conversations of early versions */
  CURSOR_HEAD,        /* one of a workspace's composers */
  CURSOR_HEADER,      /* the same; key: COMPOSER */
  CURSOR_GENERATIONS, /* the latest of a workspace */
  CURSOR_GENERATION,  /* one of them */
  CURSOR_DAY,         /* sums of a day */
  CURSOR_COMMITS
} cursor_family;

/* Neither pointer may be NULL. */
typedef struct cursor_row {
  const char *key, *value;
  size_t key_length, length;
  bool touched; /* for a header: the column beside it says that it was changed */
} cursor_row;

typedef struct cursor_reading {
  cursor_teller tell;
  buf inner; /* buffer for texts that contain JSON */
} cursor_reading;

/* Starts a reading; `c` must be all zero. */
void bpi_cursor_open(cursor_reading *c, record_sink *sink, size_t value_max);
void bpi_cursor_close(cursor_reading *c);

/* Composers must be read before the bubbles that refer to them. Returns a REJECT_ reason, 0, or
 * BP_ERR_NOMEM. */
int bpi_cursor_read_row(cursor_reading *c, cursor_family family, const cursor_row *row);

#endif
