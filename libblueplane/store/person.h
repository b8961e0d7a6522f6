/* store/person.h: a person in a team's store: everything kept about them, and how it is removed for
 * good. Files sent again do not bring it back: for each device a keyed hash and the last revision
 * received remain. Knows rows and bytes; does not know what they mean. */
#ifndef BPI_STORE_PERSON_H
#define BPI_STORE_PERSON_H

#include "base/sign.h"
#include "store/erase.h"

typedef struct person_receipt {
  int64_t contributions, words, views; /* rows: of open weeks, of consent, and shown to the lead */
  erase_search search;
} person_receipt;

/* Erases everything kept about a member, whether or not the roster still lists them, in one
 * transaction; then their bytes in the files. BP_OK also when `search.pending`, or if there was
 * nothing. */
int bpi_person_erase(store *s, const char *member, person_receipt *out, bp_error **error);
/* Erases a member's consent statements, without cleaning the files: that follows from
 * bpi_store_erase_note. Adds to *gone. Call inside a transaction. */
int bpi_person_silence(store *s, const char *member, int64_t *gone, bp_error **error);

/* The greatest number erased for a device: for a week (its Monday) a revision, for FORGOTTEN_WORDS
 * the count of consent statements; FORGOTTEN_NONE if none. */
#define FORGOTTEN_WORDS (-1)
#define FORGOTTEN_NONE (-1)
int bpi_forgotten(store *s, const unsigned char device[BPI_PUBLIC_BYTES], int64_t window,
                  int64_t *number, bp_error **error);
/* Call when a device has sent a greater number than the erased one. */
int bpi_forgotten_drop(store *s, const unsigned char device[BPI_PUBLIC_BYTES], int64_t window,
                       bp_error **error);
/* Erased contributions of a week cannot come back once it is published. */
int bpi_forgotten_expire(store *s, int64_t window, bp_error **error);

#endif
