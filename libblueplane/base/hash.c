/* base/hash.c: libsodium's BLAKE2b behind our names. */
#include "base/hash.h"

#include <sodium.h>
#include <string.h>

int bpi_hash_init(void) {
  return sodium_init() < 0 ? BP_ERR_INTERNAL : BP_OK;
}

static uint64_t load_big_endian(const unsigned char *p) {
  uint64_t value = 0;
  for (int i = 0; i < 8; i++)
    value = value << 8 | p[i];
  return value;
}

#define BLOCK 128 /* of BLAKE2b: what one round of it takes */

/* The key goes in front of the data, in one block with nearly every identifier; the keyed mode spends a
 * block on the key alone. Why that is as safe: docs/privacy.md, "What is kept". Domains are constants
 * of ours, far shorter than a block. */
ident bpi_hash_ident(const hash_key *key, const char *domain, const void *data, size_t length) {
  unsigned char digest[16], block[BLOCK];
  size_t prefix = strlen(domain) + 1, front = sizeof key->bytes + prefix;
  memcpy(block, key->bytes, sizeof key->bytes);
  memcpy(block + sizeof key->bytes, domain, prefix);
  if (front + length <= sizeof block) { /* nearly always */
    if (length > 0) memcpy(block + front, data, length);
    crypto_generichash(digest, sizeof digest, block, front + length, NULL, 0);
  } else {
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    crypto_generichash_update(&state, block, front);
    crypto_generichash_update(&state, data, length);
    crypto_generichash_final(&state, digest, sizeof digest);
    sodium_memzero(&state, sizeof state); /* holds a block of the raw bytes */
  }
  sodium_memzero(block, sizeof block);
  ident made = {load_big_endian(digest), load_big_endian(digest + 8)};
  if (bpi_ident_absent(made)) made.lo = 1;
  return made;
}

void bpi_hash_random_key(hash_key *key) {
  randombytes_buf(key->bytes, sizeof key->bytes);
}

void bpi_hash_wipe(void *memory, size_t length) {
  sodium_memzero(memory, length);
}

void bpi_hash_digest(const void *data, size_t length, unsigned char out[BPI_DIGEST_BYTES]) {
  crypto_generichash(out, BPI_DIGEST_BYTES, data, length, NULL, 0);
}

void bpi_hash_digest_hex(const void *data, size_t length, char out[65]) {
  unsigned char digest[BPI_DIGEST_BYTES];
  bpi_hash_digest(data, length, digest);
  sodium_bin2hex(out, 65, digest, sizeof digest);
}

static uint64_t mix(uint64_t h) {
  h ^= h >> 32;
  h *= UINT64_C(0x9E3779B97F4A7C15);
  h ^= h >> 29;
  h *= UINT64_C(0xBF58476D1CE4E5B9);
  return h ^ h >> 32;
}

uint64_t bpi_hash_mix(const void *data, size_t length, uint64_t seed) {
  const unsigned char *p = data;
  uint64_t h = seed ^ length * UINT64_C(0x9E3779B97F4A7C15);
  for (; length >= 8; p += 8, length -= 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    h = mix(h ^ word);
  }
  uint64_t word = 0;
  memcpy(&word, p, length);
  return mix(h ^ word);
}
