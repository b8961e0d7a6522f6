/* base/hash.c: wraps libsodium's BLAKE2b and SipHash. */
#include "base/hash.h"

#include <assert.h>
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

/* docs/privacy.md, "What is kept", explains how identifiers are made. Domains are constants. */
domain_key bpi_hash_domain(const hash_key *key, const char *domain) {
  domain_key made;
  unsigned char bytes[BPI_KEY_BYTES + 32] = {0};
  size_t length = strlen(domain) + 1;
  assert(length <= sizeof bytes - BPI_KEY_BYTES);
  memcpy(bytes, key->bytes, BPI_KEY_BYTES);
  memcpy(bytes + BPI_KEY_BYTES, domain, length);
  crypto_generichash(made.bytes, sizeof made.bytes, bytes, BPI_KEY_BYTES + length, NULL, 0);
  sodium_memzero(bytes, sizeof bytes);
  return made;
}

ident bpi_hash_under(const domain_key *key, const void *data, size_t length) {
  unsigned char hash[crypto_shorthash_siphashx24_BYTES];
  crypto_shorthash_siphashx24(hash, length == 0 ? (const void *)"" : data, length, key->bytes);
  ident made = {load_big_endian(hash), load_big_endian(hash + 8)};
  if (bpi_ident_absent(made)) made.lo = 1;
  return made;
}

ident bpi_hash_ident(const hash_key *key, const char *domain, const void *data, size_t length) {
  domain_key under = bpi_hash_domain(key, domain);
  ident made = bpi_hash_under(&under, data, length);
  sodium_memzero(&under, sizeof under);
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
