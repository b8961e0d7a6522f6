/* base/sign.c: wraps libsodium's signatures and sealed boxes. */
#include "base/sign.h"

#include <sodium.h>
#include <string.h>

_Static_assert(BPI_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(BPI_PUBLIC_BYTES == crypto_box_PUBLICKEYBYTES, "X25519");
_Static_assert(BPI_SIGNATURE_BYTES == crypto_sign_BYTES, "Ed25519");
_Static_assert(BPI_SEAL_BYTES == crypto_box_SEALBYTES, "sealed boxes");
_Static_assert(BPI_KEY_BYTES == crypto_kdf_KEYBYTES, "key file");

/* derivation context; the key file's direct use has none, so keys never coincide */
#define CONTEXT "bluepln1"
enum { SUBKEY_SIGN = 1, SUBKEY_BOX = 2 };

void bpi_sign_keys(sign_keys *out, const hash_key *root) {
  unsigned char seed[32];
  memset(out, 0, sizeof *out);
  crypto_kdf_derive_from_key(seed, sizeof seed, SUBKEY_SIGN, CONTEXT, root->bytes);
  crypto_sign_seed_keypair(out->open.sign, out->sign_secret, seed);
  crypto_kdf_derive_from_key(seed, sizeof seed, SUBKEY_BOX, CONTEXT, root->bytes);
  crypto_box_seed_keypair(out->open.box, out->box_secret, seed);
  sodium_memzero(seed, sizeof seed);
}

void bpi_sign_wipe(sign_keys *keys) {
  sodium_memzero(keys, sizeof *keys);
}

void bpi_sign(unsigned char signature[BPI_SIGNATURE_BYTES], const sign_keys *keys, const void *data,
              size_t length) {
  crypto_sign_detached(signature, NULL, data, length, keys->sign_secret);
}

bool bpi_sign_verify(const unsigned char signature[BPI_SIGNATURE_BYTES],
                     const unsigned char sign[BPI_PUBLIC_BYTES], const void *data, size_t length) {
  return crypto_sign_verify_detached(signature, data, length, sign) == 0;
}

bool bpi_seal(unsigned char *out, const unsigned char box[BPI_PUBLIC_BYTES], const void *data,
              size_t length) {
  return crypto_box_seal(out, data, length, box) == 0;
}

bool bpi_seal_open(unsigned char *out, const sign_keys *keys, const void *sealed, size_t length) {
  return length >= BPI_SEAL_BYTES &&
         crypto_box_seal_open(out, sealed, length, keys->open.box, keys->box_secret) == 0;
}
