/* store/person.h: a person in a team's store: all that is kept of one, and how it is taken out for good. What
 * was taken out does not come back with a file that says it again: of each device stays, under a keyed
 * hash, how far it had come. Knows rows and bytes; does not know what they say. */
#ifndef BPI_STORE_PERSON_H
#define BPI_STORE_PERSON_H

#include "base/sign.h"
#include "store/erase.h"

typedef struct person_receipt {
  int64_t contributions, words, views; /* rows: of open weeks, of consent, and shown to the lead */
  erase_search search;
} person_receipt;

/* All of a member that is kept, whether or not the roster still knows them, in one transaction; then their
 * bytes. BP_OK also when `search.pending`, or if there was nothing. */
int bpi_person_erase(store *s, const char *member, person_receipt *out, bp_error **error);
/* The words of a member on consent, as above but for the bytes: those go with what
 * bpi_store_erase_note announces. Adds to *gone. Inside a transaction. */
int bpi_person_silence(store *s, const char *member, int64_t *gone, bp_error **error);

/* The greatest number that was erased of a device: of a week (its Monday) a revision, with FORGOTTEN_WORDS the
 * count of its words; FORGOTTEN_NONE. */
#define FORGOTTEN_WORDS (-1)
#define FORGOTTEN_NONE (-1)
int bpi_forgotten(store *s, const unsigned char device[BPI_PUBLIC_BYTES], int64_t window,
                  int64_t *number, bp_error **error);
/* A device has said more than was erased. */
int bpi_forgotten_drop(store *s, const unsigned char device[BPI_PUBLIC_BYTES], int64_t window,
                       bp_error **error);
/* What was erased of a week cannot come back once it is published. */
int bpi_forgotten_expire(store *s, int64_t window, bp_error **error);

#endif
