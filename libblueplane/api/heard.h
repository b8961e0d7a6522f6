/* api/heard.h: the consent of members as received by a team's store: the latest statement of each
 * device, and what follows from them for the lead. */
#ifndef BPI_API_HEARD_H
#define BPI_API_HEARD_H

#include "api/handle.h"
#include "privacy/bundle.h"
#include "privacy/roster.h"

/* Records the consent statement of a member's bundle, whether or not its numbers are accepted, and
 * deletes individual rows that are no longer covered. *how becomes "heard", "known", "late" (a
 * later statement is stored), "conflict" (two statements with the same count: no consent until the
 * next one) or "erased" (this statement was). Must be called inside a transaction; afterwards
 * bpi_store_erase_finish clears the traces. */
int bpi_hear(bp_store *s, const roster_member *from, const bundle *b, const char **how,
             int64_t *withdrawn, bp_error **error);

/* The families of each measure, computed once for many members. */
typedef struct measure_families {
  uint32_t of[MEASURE_COUNT];
} measure_families;
measure_families bpi_families_of_measures(void);

/* The span for which the lead may see each measure of a member: the intersection over all devices
 * that ever made a statement. */
int bpi_heard_spans(agreed_span out[MEASURE_COUNT], bp_store *s, const roster_member *member,
                    const measure_families *families, bp_error **error);

/* CORRUPT if some statement is none that was heard: it agrees to nothing. */
int bpi_heard_check(const bp_store *s, bp_error **error);

/* The following must be called inside a transaction. */

/* Deletes the individual rows of all members. */
int bpi_withdraw_all(bp_store *s, bp_error **error);
/* Deletes those of one member and the member's statements: a member who returns must state consent
 * again. */
int bpi_forget_member(bp_store *s, const char *member, bp_error **error);
/* Deletes individual rows whose consent has expired. */
int bpi_withdraw_expired(bp_store *s, bp_error **error);

#endif
