/* privacy/erased.h: marks of what was erased and must not be read again, although the source files
 * may still contain it. A mark names a session, source and time range, never the content: the
 * session is a keyed hash of its keyed hash, so that the mark itself is no trace of it. Knows
 * marks; knows no store. */
#ifndef BPI_PRIVACY_ERASED_H
#define BPI_PRIVACY_ERASED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

#define ERASED_ANY_SOURCE INT64_C(-1)
/* A session without activity for this long has ended. One that goes on after it was erased keeps its
 * names, which only the part in front of what was read may have. */
#define ERASED_GOES_ON (INT64_C(7) * 86400 * 1000000)

typedef struct erased_mark {
  ident session;    /* bpi_erased_session of the session, also of an absent one; absent: any */
  int64_t source;   /* index in the registry of sources, or ERASED_ANY_SOURCE */
  int64_t from_us;  /* INT64_MIN: from the beginning, including undated facts */
  int64_t until_us; /* exclusive */
} erased_mark;

typedef struct erased_marks {
  erased_mark *mark; /* sorted by session; marks for any session come first */
  size_t count, capacity;
} erased_marks;

ident bpi_erased_session(const hash_key *key, ident session);
/* 0 or BP_ERR_NOMEM. */
int bpi_erased_add(erased_marks *m, const erased_mark *mark);
void bpi_erased_sort(erased_marks *m); /* call before the first lookup */
/* Whether a record of this session (as returned by bpi_erased_session), source and time was
 * erased. */
bool bpi_erased_covers(const erased_marks *m, ident session, int64_t source, int64_t time_us);
void bpi_erased_free(erased_marks *m);

#endif
