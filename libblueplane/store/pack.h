/* store/pack.h: facts in few bytes, as a batch holds them: the two words of the key as they are, and
 * of every other word as many bytes as its value needs. A batch of a day's work then lies in the
 * caches near the processor. Knows words; does not know what they mean. Never stored. */
#ifndef BPI_STORE_PACK_H
#define BPI_STORE_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "store/facts.h"

/* In words of memory: what the longest packed fact takes, and how far behind a packed fact unpacking
 * may read. */
#define PACKED_WORDS_MAX (FACT_WORDS_MAX + 2)
#define PACKED_SLACK 1

/* Packs a fact of `words` words; gives the words of memory taken. `into` has PACKED_WORDS_MAX. */
size_t bpi_pack(int64_t *into, const int64_t *fact, size_t words);
/* The fact again; gives the words of memory it lay in. */
size_t bpi_unpack(int64_t *fact, const int64_t *packed, size_t words);

#endif
