/* api/heard.h: what members say of consent, as a team's store hears it: the last words of each device, and
 * what they come to for the lead. */
#ifndef BPI_API_HEARD_H
#define BPI_API_HEARD_H

#include "api/handle.h"
#include "privacy/bundle.h"
#include "privacy/roster.h"

/* Notes what a member's bundle says, whatever becomes of its numbers; what is not agreed to any more goes
 * from what the lead may see. *how: "heard", "known", "late" (later words are here), "conflict" (two
 * of one count: nothing is agreed to until the next word), or "erased" (these words were). Inside a transaction; afterwards
 * bpi_store_erase_finish clears the traces. */
int bpi_hear(bp_store *s, const roster_member *from, const bundle *b, const char **how,
             int64_t *withdrawn, bp_error **error);

/* The families of each measure: looked up once for many members. */
typedef struct measure_families {
  uint32_t of[MEASURE_COUNT];
} measure_families;
measure_families bpi_families_of_measures(void);

/* For which weeks the lead may see each measure of the member: what is agreed to on every device that ever
 * said anything. */
int bpi_heard_spans(agreed_span out[MEASURE_COUNT], bp_store *s, const roster_member *member,
                    const measure_families *families, bp_error **error);

/* All that is kept of members for the leads goes. Inside a transaction. */
int bpi_withdraw_all(bp_store *s, bp_error **error);
/* That of one member, and what the member said: whoever comes back says it anew. Inside a transaction. */
int bpi_forget_member(bp_store *s, const char *member, bp_error **error);

/* What nobody may see any more by its day goes. Inside a transaction. */
int bpi_withdraw_expired(bp_store *s, bp_error **error);

#endif
