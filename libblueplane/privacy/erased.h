/* privacy/erased.h: what was erased and must not be read again, although the files it came from may
 * still hold it. A mark says of which session, source and time, never what it was: a session is
 * known by a keyed hash of its keyed hash, so that the mark itself is no trace of it. Knows marks;
 * knows no store. */
#ifndef BPI_PRIVACY_ERASED_H
#define BPI_PRIVACY_ERASED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

#define ERASED_ANY_SOURCE INT64_C(-1)

typedef struct erased_mark {
  ident session;    /* bpi_erased_session of it; absent: any */
  int64_t source;   /* its number in the registry; ERASED_ANY_SOURCE */
  int64_t from_us;  /* INT64_MIN: from the beginning, and what has no time */
  int64_t until_us; /* this moment itself is not erased */
} erased_mark;

typedef struct erased_marks {
  erased_mark *mark; /* sorted by session: those of any session first */
  size_t count, capacity;
} erased_marks;

ident bpi_erased_session(const hash_key *key, ident session);
/* 0 or BP_ERR_NOMEM. */
int bpi_erased_add(erased_marks *m, const erased_mark *mark);
void bpi_erased_sort(erased_marks *m); /* before the first question */
/* Whether a record of this session (as bpi_erased_session gives it), source and time was erased. */
bool bpi_erased_covers(const erased_marks *m, ident session, int64_t source, int64_t time_us);
void bpi_erased_free(erased_marks *m);

#endif
