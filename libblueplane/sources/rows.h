/* sources/rows.h: the records that a source puts out of one session, as far as they are alike in all
 * sources: whose they are and when, keys of what has an identifier within its session, responses of
 * which little is known. Knows records; knows no format. */
#ifndef BPI_SOURCES_ROWS_H
#define BPI_SOURCES_ROWS_H

#include "sources/object.h"

typedef struct rows {
  source_input *in;
  names names;
  record_tier tier;
  unsigned flags;       /* RECORD_ */
  ident session, scope; /* whose rows they are, and whose identifiers they have */
  int64_t time;         /* of the rows that come next */
} rows;

void bpi_rows_start(rows *r, source_input *in, record_tier tier);
/* The session that rows belong to from now on. */
void bpi_rows_session(rows *r, const char *id, size_t length);
/* Rows belong to another session than the one that identifies them: a subagent's. */
void bpi_rows_belong(rows *r, const char *id, size_t length);

record bpi_row(const rows *r, record_kind kind);
int bpi_row_put(rows *r, const record *row); /* 0 or BP_ERR_ */
/* A response of which nothing is known yet. */
record bpi_row_response(const rows *r);

/* Keys of a session's own identifiers, which need not be unique beyond it; `nth` tells apart what has
 * the same one. */
ident bpi_row_key(rows *r, ident_kind kind, const id_text *id, int64_t nth);
name bpi_row_name(rows *r, label_kind kind, const name_text *text);
/* Counts fields that were left out. */
void bpi_row_dropped(rows *r, unsigned count);

/* An event without a number; its key is that of `id`. */
int bpi_row_event(rows *r, int event, int detail, const id_text *id);

#endif
