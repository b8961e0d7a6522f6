/* privacy/release.h: a release: everything published of one week of a team store, as a signed file
 * without individual people; and a lead's file: the part of it about one team, plus members who
 * agreed to be shown. The same cells always give the same bytes (docs/formats/release.md). Knows
 * names and numbers of cells; does not know who may open which. */
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

/* One published cell with names; dimension and measure are numbers of privacy/vector.def, state is
 * that of privacy/publication.h. */
typedef struct release_row {
  const char *scope, *slice; /* "": the pool of small teams; the total */
  uint16_t dimension, measure;
  uint8_t state, headcount;
  int64_t value;
} release_row;

/* One member's exact value. */
typedef struct release_view {
  const char *member;
  uint16_t measure;
  uint32_t until; /* first day (since 1970) it is no longer shown */
  int64_t value;
} release_view;

typedef struct release {
  unsigned char store[BPI_PUBLIC_BYTES];
  uint32_t window, edition, minimum;
  const char *organisation;
  release_row *row; /* strictly ascending by scope, dimension, slice, measure */
  size_t rows;
  const char *team;   /* of a lead's file, where it is the scope of all rows; NULL: a release */
  release_view *view; /* of a lead's file; strictly ascending by member and measure */
  size_t views;
  char *text; /* memory of the names, if the release was read */
} release;

/* Whether a row, or all of a release in its order, is what the format allows; what was stored may be
 * damaged. */
bool bpi_release_row_fits(const release_row *r);
bool bpi_release_fits(const release *r);
/* Writes the file; sorts rows and views. Errors: INTERNAL (invalid content), LIMIT, NOMEM. Free
 * with bpi_free. */
int bpi_release_write(unsigned char **out, size_t *length, release *r, const sign_keys *keys,
                      bp_error **error);
/* Reads a file and verifies the signature of the store it names; the caller decides whether to
 * trust that store. Errors: FORMAT with "reason" "malformed" and "byte"; DENIED with "reason"
 * "signature"; NOMEM. */
int bpi_release_read(release *out, const void *data, size_t length, bp_error **error);
/* The same for a lead's file. Each function rejects the other's files. */
int bpi_lead_read(release *out, const void *data, size_t length, bp_error **error);
bool bpi_lead_is(const void *data, size_t length);
/* Frees rows, views and names of a release that was read. */
void bpi_release_free(release *r);
/* Of a file, and of a release that fits: the same without writing one. */
void bpi_release_digest(const void *data, size_t length, unsigned char out[BPI_DIGEST_BYTES]);
int bpi_release_digest_of(unsigned char out[BPI_DIGEST_BYTES], const release *r, bp_error **error);
bool bpi_release_is(const void *data, size_t length); /* judged by its first bytes */
int bpi_release_compare(const release_row *a, const release_row *b);

#endif
