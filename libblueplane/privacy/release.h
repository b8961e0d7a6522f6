/* privacy/release.h: a release: what is published of one week of a team store, as a signed file, in which
 * nobody is; and a lead's file: what of it is about one team, and beside it members who agreed to be
 * seen. The same cells always make the same bytes (docs/formats/release.md). Knows names and numbers of
 * cells; does not know who may open which. */
#ifndef BPI_PRIVACY_RELEASE_H
#define BPI_PRIVACY_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

#include "base/hash.h"
#include "base/sign.h"

#define RELEASE_BYTES_MAX ((size_t)64 << 20)
#define RELEASE_NAME_MAX 64

/* One published cell by name; numbers as in privacy/vector.def, state as in privacy/publication.h. */
typedef struct release_row {
  const char *scope, *slice; /* "": the pool of small teams; the whole */
  uint16_t dimension, measure;
  uint8_t state, headcount;
  int64_t value;
} release_row;

/* What one member did, exactly. */
typedef struct release_view {
  const char *member;
  uint16_t measure;
  uint32_t until; /* the day since 1970 from which it is not shown any more */
  int64_t value;
} release_view;

typedef struct release {
  unsigned char store[BPI_PUBLIC_BYTES];
  uint32_t window, edition, minimum;
  const char *organisation;
  release_row *row; /* strictly ascending by scope, dimension, slice, measure */
  size_t rows;
  const char *team;   /* of a lead's file, whose rows are all of that scope; NULL: a release */
  release_view *view; /* of a lead's file: strictly ascending by member and measure */
  size_t views;
  char *text; /* what the names of a release that was read lie in */
} release;

/* The file; rows and views need not be in order.
 * Errors: INTERNAL (what no release can hold), LIMIT, NOMEM. Free with bpi_free. */
int bpi_release_write(unsigned char **out, size_t *length, release *r, const sign_keys *keys,
                      bp_error **error);
/* Reads a file and verifies that the store that is named signed it; whether that store is to be
 * trusted is the caller's to know. Errors: FORMAT with "reason" "malformed" and "byte"; DENIED with
 * "reason" "signature"; NOMEM. */
int bpi_release_read(release *out, const void *data, size_t length, bp_error **error);
/* The same of a lead's file. Neither reads the other's. */
int bpi_lead_read(release *out, const void *data, size_t length, bp_error **error);
bool bpi_lead_is(const void *data, size_t length);
/* Frees rows, views and text of one that was read. */
void bpi_release_free(release *r);
void bpi_release_digest(const void *data, size_t length, unsigned char out[BPI_DIGEST_BYTES]);
bool bpi_release_is(const void *data, size_t length); /* by its first bytes */
int bpi_release_compare(const release_row *a, const release_row *b);

#endif
