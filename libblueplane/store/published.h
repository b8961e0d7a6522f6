/* store/published.h: releases in a store: those a team store published, those an organisation merged.
 * Knows rows; whether they may be there was decided before. */
#ifndef BPI_STORE_PUBLISHED_H
#define BPI_STORE_PUBLISHED_H

#include "privacy/release.h"
#include "store/erase.h"

/* The release of a store and week: false in *found if there is none. Its digest, too. */
int bpi_published_find(store *s, const unsigned char of[BPI_PUBLIC_BYTES], uint32_t window,
                       bool *found, int64_t *edition, unsigned char digest[BPI_DIGEST_BYTES],
                       bp_error **error);
/* All of it, as bpi_release_read would give it; *out is all zero if there is none. */
int bpi_published_load(store *s, const unsigned char of[BPI_PUBLIC_BYTES], uint32_t window,
                       release *out, bp_error **error);
/* In place of what was there of that store and week. Inside a transaction. */
int bpi_published_write(store *s, const release *r, const unsigned char digest[BPI_DIGEST_BYTES],
                        bp_error **error);
/* The cells of a store and week, and what its lead may see beside them, before they go. */
int bpi_published_note(store *s, const unsigned char of[BPI_PUBLIC_BYTES], uint32_t window,
                       trace *t, bp_error **error);
/* Takes the cells of a store and week out and adds their number to *cells; that it was here stays. */
int bpi_published_empty(store *s, const release *r, int64_t *cells, bp_error **error);
/* Every release in order of week and store, without its rows. */
int bpi_published_each(store *s, int (*row)(void *user, const release *r, int64_t cells),
                       void *user, bp_error **error);

/* Which team stores an organisation takes releases of. */
int bpi_trusted_clear(store *s, bp_error **error);
int bpi_trusted_add(store *s, const unsigned char of[BPI_PUBLIC_BYTES], bp_error **error);
int bpi_trusted_has(store *s, const unsigned char of[BPI_PUBLIC_BYTES], bool *trusted,
                    bp_error **error);

#endif
