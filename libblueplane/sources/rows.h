/* sources/rows.h: helpers for the records of one session that are the same in all sources: their
 * session and time, keys of identifiers within the session, responses with few known fields. Knows
 * records; knows no format. */
#ifndef BPI_SOURCES_ROWS_H
#define BPI_SOURCES_ROWS_H

#include "sources/object.h"

typedef struct rows {
  source_input *in;
  names names;
  record_tier tier;
  unsigned flags; /* RECORD_ */
  /* the session of the rows; the session within which identifiers are unique */
  ident session, scope;
  int64_t time; /* of the following rows */
} rows;

void bpi_rows_start(rows *r, source_input *in, record_tier tier);
/* Sets the session of the following rows. */
void bpi_rows_session(rows *r, const char *id, size_t length);
/* Makes the rows belong to another session than the one of their identifiers: for a subagent. */
void bpi_rows_belong(rows *r, const char *id, size_t length);

record bpi_row(const rows *r, record_kind kind);
int bpi_row_put(rows *r, const record *row); /* 0 or BP_ERR_ */
/* A response with all counts unknown. */
record bpi_row_response(const rows *r);

/* The key of an identifier that is unique only within the session; `nth` distinguishes records with
 * the same one. */
ident bpi_row_key(rows *r, ident_kind kind, const id_text *id, int64_t nth);
name bpi_row_name(rows *r, label_kind kind, const name_text *text);
/* Counts values that were left out. */
void bpi_row_dropped(rows *r, unsigned count);

/* Reports an event without a value, with a key made from `id`. */
int bpi_row_event(rows *r, int event, int detail, const id_text *id);

#endif
