/* store/erase.h: taking facts out of a store for good: rows, what was made of them, names that
 * nothing refers to any more, and the bytes they leave behind in the files. Knows which rows those
 * are and how their places are found again; does not know who may ask for it. */
#ifndef BPI_STORE_ERASE_H
#define BPI_STORE_ERASE_H

#include "privacy/erased.h"
#include "store/facts.h"
#include "store/store.h"

/* What is to go: everything that meets all conditions. A fact meets a time if one of its moments
 * does; it meets a source if that source told of its session. */
typedef struct erase_selector {
  const ident *session; /* keyed identifiers by bpi_ident_order; NULL: any */
  size_t sessions;
  int64_t source;   /* number in the registry; ERASED_ANY_SOURCE */
  int64_t from_us;  /* INT64_MIN: from the beginning, and what has no time */
  int64_t until_us; /* INT64_MAX: without end */
} erase_selector;

/* What was looked for behind an erasure. */
typedef struct erase_search {
  int64_t identifiers; /* and rows, in the files */
  int64_t searched;    /* bytes */
  int64_t found;       /* places where one still stood; 0 is what it must be */
  bool pending;        /* a reader holds an old state: the files could not be searched */
} erase_search;

/* What is about to go, noted so that it can be looked for; see trace.h. */
typedef struct trace trace;
trace *bpi_trace_new(void); /* NULL: no memory */
void bpi_trace_drop(trace *t);
/* After a transaction that erased what was noted and itself said bpi_store_erase_note: empties the log and
 * searches the files, and where something is found once more after the database was written anew. */
int bpi_trace_clear(const trace *t, store *s, erase_search *out, bp_error **error);

typedef struct erase_receipt {
  int64_t facts[FACT_KINDS];                           /* rows */
  int64_t sessions, labels, files, rejects, decisions; /* decisions: rows of consent and audit */
  erase_search search;
} erase_receipt;

/* Erases in one transaction, then empties the log and searches the files. The marks that keep what
 * was erased from coming back are part of the transaction; so is a note that the search is still to
 * be done, which the next opening finds if this process does not get there. BP_OK also when
 * `pending`. */
int bpi_store_erase(store *s, const erase_selector *what, int64_t now_us, erase_receipt *out,
                    bp_error **error);
/* Inside a transaction that deletes: bytes are still to be looked after. */
int bpi_store_erase_note(store *s, bp_error **error);
/* Of how many erasures they are. */
int bpi_store_erase_pending(store *s, int64_t *count, bp_error **error);
/* Does what an erasure could not finish. Called when a store is opened for writing. */
int bpi_store_erase_finish(store *s, bp_error **error);
/* Whether there is any fact older than that. */
int bpi_store_has_before(store *s, int64_t time_us, bool *out, bp_error **error);

/* The marks, ready to be asked. */
int bpi_store_erased(store *s, erased_marks *out, bp_error **error);
/* How many erasures there were: a batch that was begun before one must not be applied after it. */
int bpi_store_erasures(store *s, int64_t *out, bp_error **error);

#endif
