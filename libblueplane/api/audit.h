/* api/audit.h: the audit log of a personal store: who asked what, for its owner to see. */
#ifndef BPI_API_AUDIT_H
#define BPI_API_AUDIT_H

#include "api/handle.h"

/* Notes a call. `asked` has only metric ids and topics, never values or names that belong to the
 * person. INT64_MIN and INT64_MAX: an open range. Calls of the owner are written when the handle is
 * closed, those of others at once, before they get the result. A failed write does not fail the
 * call. */
void bpi_note(bp_store *s, const char *function, const char *asked, int64_t from_us,
              int64_t until_us);
/* Writes pending notes; to be called before the store is closed. */
void bpi_note_down(bp_store *s);
void bpi_note_free(bp_store *s);

#endif
