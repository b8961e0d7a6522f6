/* store/trace.h: searches the raw bytes of a store's files (the database, its logs and their index)
 * for what was erased: 64-bit halves of keyed identifiers as SQLite writes them, and whole rows of
 * tables without identifiers. Knows files; does not know what the numbers mean. Included only
 * inside store/. */
#ifndef BPI_STORE_TRACE_H
#define BPI_STORE_TRACE_H

#include "store/erase.h"
#include "store/sql.h"

/* A set of 64-bit numbers; 0 is never one of them. */
typedef struct number_set {
  uint64_t *slot; /* open addressing; 0 is free */
  size_t slots, count;
} number_set;

/* a longer row continues in overflow pages; only this much is contiguous */
#define TRACE_ROW_MOST 256

/* To recognise a row, as SQLite writes it, only these are kept: its last eight bytes, by which it
 * is found, its length, and a hash of the whole. Many rows may share an end. */
struct trace {
  number_set numbers;
  number_set rows, ends;
  bool length[TRACE_ROW_MOST + 1];
  int failed;
};

/* Ignores numbers that SQLite writes in fewer than eight bytes: they are not identifiers. */
void bpi_trace_add(trace *t, int64_t number);
/* Adds the 64-bit parts of a key or a signature. */
void bpi_trace_add_bytes(trace *t, const void *data, size_t length);
/* Adds the current row of a statement that selects all columns in the order in which they are
 * stored, the primary key first. Of a long row only the beginning. */
void bpi_trace_add_row(trace *t, sqlite3_stmt *row);
/* Adds all rows of such a statement and finalizes it; NULL: preparing it had failed. */
int bpi_trace_add_rows(trace *t, sqlite3_stmt *rows, bp_error **error);
bool bpi_trace_has(const trace *t, int64_t number);
size_t bpi_trace_count(const trace *t);
void bpi_trace_free(trace *t);
/* Adds the number of bytes searched and of places found. */
int bpi_trace_search(const trace *t, store *s, int64_t *searched, int64_t *found, bp_error **error);

#endif
