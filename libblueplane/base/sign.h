/* base/sign.h: signatures (Ed25519) and sealed boxes (X25519) with libsodium. Both key pairs of a
 * store or device derive from the 32 bytes of its key file, so there is one secret to keep and none
 * in a database. Every signed document begins with a mark of its kind, so that no signature fits a
 * document of another kind. Knows bytes only. */
#ifndef BPI_BASE_SIGN_H
#define BPI_BASE_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"

#define BPI_PUBLIC_BYTES 32
#define BPI_SIGNATURE_BYTES 64
#define BPI_SEAL_BYTES 48 /* by which a sealed box is longer than its content */

/* The public keys of a store or device. */
typedef struct public_keys {
  unsigned char sign[BPI_PUBLIC_BYTES]; /* also its identity */
  unsigned char box[BPI_PUBLIC_BYTES];
} public_keys;

typedef struct sign_keys {
  public_keys open;
  unsigned char sign_secret[64], box_secret[32];
} sign_keys;

/* Requires bpi_hash_init. The result is secret: wipe it. */
void bpi_sign_keys(sign_keys *out, const hash_key *root);
void bpi_sign_wipe(sign_keys *keys);

void bpi_sign(unsigned char signature[BPI_SIGNATURE_BYTES], const sign_keys *keys, const void *data,
              size_t length);
/* Also false for malleable signatures and weak keys, which libsodium rejects. */
bool bpi_sign_verify(const unsigned char signature[BPI_SIGNATURE_BYTES],
                     const unsigned char sign[BPI_PUBLIC_BYTES], const void *data, size_t length);

/* `out` has length + BPI_SEAL_BYTES. Randomised: no two boxes are equal. False for an invalid
 * key. */
bool bpi_seal(unsigned char *out, const unsigned char box[BPI_PUBLIC_BYTES], const void *data,
              size_t length);
/* `out` has length - BPI_SEAL_BYTES; false if the box was not sealed for these keys or is
 * damaged. */
bool bpi_seal_open(unsigned char *out, const sign_keys *keys, const void *sealed, size_t length);

#endif
