/* privacy/bundle.h: what leaves a person's machine: the weekly vector of one device with the
 * person's consent to being shown individually, or the consent alone; signed by the device and
 * sealed for a team store. docs/formats/bundle.md describes the bytes. Every content has exactly
 * one encoding; anything else is rejected before it is used. Knows bytes and keys; knows no
 * database and no roster. */
#ifndef BPI_PRIVACY_BUNDLE_H
#define BPI_PRIVACY_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

#include "base/hash.h"
#include "base/sign.h"
#include "privacy/agreement.h"
#include "privacy/vector.h"

#define BUNDLE_BYTES_MAX ((size_t)256 << 10) /* sealed */

/* In a consent bundle, which has no week, window, revision, roster_version, minimum and cells are
 * 0. */
typedef enum bundle_kind { BUNDLE_CONTRIBUTION = 1, BUNDLE_CONSENT = 2 } bundle_kind;

typedef struct bundle {
  bundle_kind kind;
  uint8_t minimum; /* smallest number of people behind a published number */
  unsigned char store[BPI_PUBLIC_BYTES], device[BPI_PUBLIC_BYTES];
  uint32_t window; /* Monday, in days since 1970 */
  uint32_t revision, roster_version;
  uint32_t said; /* count of consent statements made on this device: the greatest is the latest */
  agreement agreed[AGREEMENTS_MAX];
  size_t agreements;
  vector_cell *cell;
  size_t cells;
} bundle;

/* Writes the signed bytes; `cell` must be a valid vector. Free with bpi_free. */
int bpi_bundle_write(unsigned char **out, size_t *length, const bundle *b, const sign_keys *device,
                     bp_error **error);
/* Reads signed bytes and verifies the signature of the device they name. Free the cells with
 * bpi_bundle_free. Errors: FORMAT with "reason" "malformed" and "byte"; DENIED with "reason"
 * "signature"; NOMEM. */
int bpi_bundle_read(bundle *out, const void *data, size_t length, bp_error **error);
void bpi_bundle_free(bundle *b);
/* Digest of the content without the signature: equal for equal content. */
void bpi_bundle_digest(const void *data, size_t length, unsigned char out[BPI_DIGEST_BYTES]);

/* Puts signed bytes into an envelope that only the store can open and whose size does not reveal
 * theirs. */
int bpi_bundle_seal(unsigned char **out, size_t *length, const void *data, size_t data_length,
                    const public_keys *store, bp_error **error);
/* The store an envelope is addressed to. Errors: FORMAT ("malformed"), LIMIT. */
int bpi_bundle_envelope(unsigned char store[BPI_PUBLIC_BYTES], const void *sealed, size_t length,
                        bp_error **error);
/* Opens an envelope. Errors: those of bpi_bundle_envelope; DENIED with "reason" "store" (sealed for
 * another) or "seal" (damaged); FORMAT if its padding is wrong. */
int bpi_bundle_open(unsigned char **out, size_t *length, const void *sealed, size_t sealed_length,
                    const sign_keys *keys, bp_error **error);
bool bpi_bundle_is(const void *data, size_t length); /* judged by its first bytes */

#endif
