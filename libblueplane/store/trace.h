/* store/trace.h: whether bytes of something are still in a store's files: the database, its logs and
 * their index, read raw. What is looked for are halves of keyed identifiers, 64 bits each, as SQLite
 * writes them. Knows files; does not know what the numbers mean. Included only inside store/. */
#ifndef BPI_STORE_TRACE_H
#define BPI_STORE_TRACE_H

#include "store/sql.h"

typedef struct trace {
  uint64_t *slot; /* open addressing; 0 is free */
  size_t slots, count;
  int failed;
} trace;

/* Numbers that SQLite would write in fewer than eight bytes are left out: they are no identifiers. */
void bpi_trace_add(trace *t, int64_t number);
bool bpi_trace_has(const trace *t, int64_t number);
void bpi_trace_free(trace *t);
/* Adds the bytes that were searched and the places found to *bytes and *found. */
int bpi_trace_search(const trace *t, store *s, int64_t *bytes, int64_t *found, bp_error **error);

#endif
