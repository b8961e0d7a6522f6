/* store/trace.h: whether bytes of something are still in a store's files: the database, its logs and
 * their index, read raw. What is looked for are halves of keyed identifiers, 64 bits each, as SQLite
 * writes them, and whole rows that have none. Knows files; does not know what the numbers mean. Included
 * only inside store/. */
#ifndef BPI_STORE_TRACE_H
#define BPI_STORE_TRACE_H

#include "store/erase.h"
#include "store/sql.h"

/* Numbers of 64 bits, none of them 0. */
typedef struct number_set {
  uint64_t *slot; /* open addressing; 0 is free */
  size_t slots, count;
} number_set;

#define TRACE_ROW_MOST 256 /* a long row goes on in other pages; so far it stands together */

/* Of the bytes of a row, as SQLite writes it, no more is kept than tells them when they are met: the last eight, where they
 * are looked for, how many they are, and a hash of all. Very many rows may end alike. */
struct trace {
  number_set numbers;
  number_set rows, ends;
  bool length[TRACE_ROW_MOST + 1];
  int failed;
};

/* Numbers that SQLite would write in fewer than eight bytes are left out: they are no identifiers. */
void bpi_trace_add(trace *t, int64_t number);
/* The 64-bit parts of a key or a signature. */
void bpi_trace_add_bytes(trace *t, const void *data, size_t length);
/* The row that a statement stands on, which has selected all columns in the order in which they are
 * stored: first those of the primary key. Of a long row its beginning. */
void bpi_trace_add_row(trace *t, sqlite3_stmt *row);
/* All rows of such a statement, which is finalized; NULL: what made it failed. */
int bpi_trace_add_rows(trace *t, sqlite3_stmt *rows, bp_error **error);
bool bpi_trace_has(const trace *t, int64_t number);
size_t bpi_trace_count(const trace *t);
void bpi_trace_free(trace *t);
/* Adds the bytes that were searched and the places found. */
int bpi_trace_search(const trace *t, store *s, int64_t *searched, int64_t *found, bp_error **error);

#endif
