/* base/hash.h: keyed identifiers and digests with libsodium. Knows nothing of what it hashes except
 * the name of its domain. */
#ifndef BPI_BASE_HASH_H
#define BPI_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

#define BPI_KEY_BYTES 32

/* 128 bits of SipHash-2-4 over bytes, with the key of their domain. All zero: absent. */
typedef struct ident {
  uint64_t hi, lo;
} ident;

typedef struct hash_key {
  unsigned char bytes[BPI_KEY_BYTES];
} hash_key;

/* 128 bits of BLAKE2b over `key domain NUL`, for making many identifiers of one domain. */
typedef struct domain_key {
  unsigned char bytes[16];
} domain_key;

int bpi_hash_init(void); /* once per process, idempotent, thread-safe; 0 or BP_ERR_INTERNAL */
domain_key bpi_hash_domain(const hash_key *key, const char *domain);
ident bpi_hash_under(const domain_key *key, const void *data, size_t length);
ident bpi_hash_ident(const hash_key *key, const char *domain, const void *data, size_t length);
void bpi_hash_random_key(hash_key *key);
void bpi_hash_wipe(void *memory, size_t length);

/* Unkeyed BLAKE2b-256 of public data (price tables, rosters); the second form as 64 hex digits and
 * NUL. */
#define BPI_DIGEST_BYTES 32
void bpi_hash_digest(const void *data, size_t length, unsigned char out[BPI_DIGEST_BYTES]);
void bpi_hash_digest_hex(const void *data, size_t length, char out[65]);

/* A fast hash for tables in memory; never stored. */
uint64_t bpi_hash_mix(const void *data, size_t length, uint64_t seed);

static inline bool bpi_ident_absent(ident a) {
  return (a.hi | a.lo) == 0;
}
static inline int bpi_ident_compare(ident a, ident b) {
  if (a.hi != b.hi) return a.hi < b.hi ? -1 : 1;
  return a.lo == b.lo ? 0 : a.lo < b.lo ? -1 : 1;
}

/* The same for qsort and bsearch. */
static inline int bpi_ident_order(const void *a, const void *b) {
  return bpi_ident_compare(*(const ident *)a, *(const ident *)b);
}

#endif
