/* api/audit.h: who asked what of a personal store, noted for its owner. */
#ifndef BPI_API_AUDIT_H
#define BPI_API_AUDIT_H

#include "api/handle.h"

/* Notes a question that was answered: constant words only, metric ids and topics, never a value or a
 * name of the person. INT64_MIN and INT64_MAX: an open window. What an owner asks is written when the
 * handle is closed, what others ask before they get the answer. Where it cannot be written the answer
 * is given all the same. */
void bpi_note(bp_store *s, const char *function, const char *asked, int64_t from_us,
              int64_t until_us);
/* Writes what is noted; before the store is closed. */
void bpi_note_down(bp_store *s);
void bpi_note_free(bp_store *s);

#endif
