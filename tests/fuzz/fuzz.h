/* tests/fuzz/fuzz.h: what the fuzz targets share. */
#ifndef BPI_TESTS_FUZZ_H
#define BPI_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "tests/unit/drip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A running hash of what a target read. */
typedef struct fuzz_digest {
  uint64_t hash;
} fuzz_digest;

static inline void fuzz_digest_add(fuzz_digest *d, const void *data, size_t size) {
  const unsigned char *p = data;
  for (size_t i = 0; i < size; i++)
    d->hash = (d->hash ^ p[i]) * UINT64_C(0x100000001B3);
}

#endif
