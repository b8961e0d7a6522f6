/* base/sign.h: signatures (Ed25519) and sealed boxes (X25519) by libsodium. Both pairs of keys of a
 * store or device follow from the 32 bytes of its one key file, so there is one secret to keep and
 * none in a database. Whatever is signed begins with a mark of its own kind, so that no signature
 * fits a document of another. Knows bytes only. */
#ifndef BPI_BASE_SIGN_H
#define BPI_BASE_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"

#define BPI_PUBLIC_BYTES 32
#define BPI_SIGNATURE_BYTES 64
#define BPI_SEAL_BYTES 48 /* that a sealed box is longer than what is in it */

/* What others may know of a store or device. */
typedef struct public_keys {
  unsigned char sign[BPI_PUBLIC_BYTES]; /* its name, too */
  unsigned char box[BPI_PUBLIC_BYTES];
} public_keys;

typedef struct sign_keys {
  public_keys open;
  unsigned char sign_secret[64], box_secret[32];
} sign_keys;

/* bpi_hash_init must have been called. The result is secret: wipe it. */
void bpi_sign_keys(sign_keys *out, const hash_key *root);
void bpi_sign_wipe(sign_keys *keys);

void bpi_sign(unsigned char signature[BPI_SIGNATURE_BYTES], const sign_keys *keys, const void *data,
              size_t length);
/* False also for the malleable and the weak, which libsodium refuses. */
bool bpi_sign_verify(const unsigned char signature[BPI_SIGNATURE_BYTES],
                     const unsigned char sign[BPI_PUBLIC_BYTES], const void *data, size_t length);

/* `out` holds length + BPI_SEAL_BYTES. Random by nature: no two boxes are alike. False for a bad key. */
bool bpi_seal(unsigned char *out, const unsigned char box[BPI_PUBLIC_BYTES], const void *data,
              size_t length);
/* `out` holds length - BPI_SEAL_BYTES; false if the box was not sealed to these keys, or is damaged. */
bool bpi_seal_open(unsigned char *out, const sign_keys *keys, const void *sealed, size_t length);

#endif
