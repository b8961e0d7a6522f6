/* store/erase.h: removes facts from a store for good: rows, values derived from them, names that
 * nothing refers to any more, and the bytes left behind in the files. Knows which rows those are
 * and how to find their traces; does not know who may ask for it. */
#ifndef BPI_STORE_ERASE_H
#define BPI_STORE_ERASE_H

#include "privacy/erased.h"
#include "store/facts.h"
#include "store/store.h"

/* What to erase: everything that meets all conditions. A fact matches the time range if one of its
 * moments does, and the source if that source reported its session. */
typedef struct erase_selector {
  const ident *session; /* keyed identifiers sorted by bpi_ident_order; NULL: any */
  size_t sessions;
  int64_t source;   /* index in the registry of sources, or ERASED_ANY_SOURCE */
  int64_t from_us;  /* INT64_MIN: from the beginning, including undated facts */
  int64_t until_us; /* INT64_MAX: no end */
} erase_selector;

/* The result of searching the files after an erasure. */
typedef struct erase_search {
  int64_t identifiers; /* identifiers and rows searched for */
  int64_t searched;    /* bytes */
  int64_t found;       /* places where one was still found; must be 0 */
  bool pending;        /* a reader holds an older snapshot, so the files could not be searched */
} erase_search;

/* Identifiers and rows about to be erased, noted so that the files can be searched for them; see
 * trace.h. */
typedef struct trace trace;
trace *bpi_trace_new(void); /* NULL: out of memory */
void bpi_trace_drop(trace *t);
/* Call after a transaction that erased what was noted and called bpi_store_erase_note: empties the
 * log and searches the files. If anything is found, rewrites the database and searches again. */
int bpi_trace_clear(const trace *t, store *s, erase_search *out, bp_error **error);

typedef struct erase_receipt {
  int64_t facts[FACT_KINDS];                           /* rows, by kind */
  int64_t sessions, labels, files, rejects, decisions; /* decisions: rows of consent and audit */
  erase_search search;
} erase_receipt;

/* Erases in one transaction, then empties the log and searches the files. The same transaction
 * writes the marks that keep erased facts from being read again, and a note that the search is
 * outstanding; if this process dies first, the next opening of the store finishes it. Returns BP_OK
 * also when `pending`. */
int bpi_store_erase(store *s, const erase_selector *what, int64_t now_us, erase_receipt *out,
                    bp_error **error);
/* Erases the rows of the audit from before a day (days since 1970), in the same way, and adds to the
 * receipt. Writes nothing if there are none. */
int bpi_store_erase_asked(store *s, int64_t before, erase_receipt *out, bp_error **error);
/* Call inside a transaction that deletes: notes that the files must still be cleaned. */
int bpi_store_erase_note(store *s, bp_error **error);
/* The number of erasures whose files must still be cleaned. */
int bpi_store_erase_pending(store *s, int64_t *count, bp_error **error);
/* Completes what an earlier erasure could not. Called when a store is opened for writing. */
int bpi_store_erase_finish(store *s, bp_error **error);
/* Whether any fact is older than that time. */
int bpi_store_has_before(store *s, int64_t time_us, bool *out, bp_error **error);

/* Loads the marks of what was erased, sorted for lookup. */
int bpi_store_erased(store *s, erased_marks *out, bp_error **error);
/* The number of erasures so far: a batch begun before one must not be applied after it. */
int bpi_store_erasures(store *s, int64_t *out, bp_error **error);

#endif
