/* store/published.h: releases in a store: those a team store published and those an organisation
 * merged. Knows rows; whether they may be there was decided before. */
#ifndef BPI_STORE_PUBLISHED_H
#define BPI_STORE_PUBLISHED_H

#include "privacy/release.h"
#include "store/erase.h"

/* Looks up the release of a store and week, with its digest; *found is false if there is none. */
int bpi_published_find(store *s, const unsigned char of[BPI_PUBLIC_BYTES], uint32_t window,
                       bool *found, int64_t *edition, unsigned char digest[BPI_DIGEST_BYTES],
                       bp_error **error);
/* Reads a row of the table, whose columns begin at `first`; names are valid until the next step.
 * CORRUPT if no release can have it. For store/ alone. */
struct sqlite3_stmt;
int bpi_published_row(release_row *out, struct sqlite3_stmt *get, int first, bp_error **error);
/* Loads a whole release, as bpi_release_read would return it; *out is all zero if there is none.
 * CORRUPT if they are not those that were published. Call inside a transaction: it takes two statements. */
int bpi_published_load(store *s, const unsigned char of[BPI_PUBLIC_BYTES], uint32_t window,
                       release *out, bp_error **error);
/* The same without rows, whatever they hold; *cells is their number. CORRUPT if there are none and
 * there should be. */
int bpi_published_head(store *s, const unsigned char of[BPI_PUBLIC_BYTES], uint32_t window,
                       release *out, int64_t *cells, bp_error **error);
/* Replaces the release of that store and week. Call inside a transaction. */
int bpi_published_write(store *s, const release *r, const unsigned char digest[BPI_DIGEST_BYTES],
                        bp_error **error);
/* Notes the cells of a store and week and what its lead may see with them, before they are
 * deleted. */
int bpi_published_note(store *s, const unsigned char of[BPI_PUBLIC_BYTES], uint32_t window,
                       trace *t, bp_error **error);
/* Deletes the cells of a release and adds their number to *cells; the row of the release itself
 * stays. */
int bpi_published_empty(store *s, const release *r, int64_t *cells, bp_error **error);
/* All releases by week and store, without their rows. */
int bpi_published_each(store *s, int (*row)(void *user, const release *r, int64_t cells),
                       void *user, bp_error **error);
/* CORRUPT if there are cells of no release. */
int bpi_published_check(store *s, bp_error **error);

/* The team stores whose releases an organisation accepts. */
int bpi_trusted_clear(store *s, bp_error **error);
int bpi_trusted_add(store *s, const unsigned char of[BPI_PUBLIC_BYTES], bp_error **error);
int bpi_trusted_has(store *s, const unsigned char of[BPI_PUBLIC_BYTES], bool *trusted,
                    bp_error **error);

#endif
