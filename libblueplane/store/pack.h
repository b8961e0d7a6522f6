/* store/pack.h: the compact encoding of facts in a batch: the two key words as they are, and of
 * every other word only as many bytes as its value needs, so that a day's facts fit into the
 * processor's caches. Knows words; does not know what they mean. Never stored. */
#ifndef BPI_STORE_PACK_H
#define BPI_STORE_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "store/facts.h"

/* In words: the size of the largest packed fact, and how far past a packed fact bpi_unpack may
 * read. */
#define PACKED_WORDS_MAX (FACT_WORDS_MAX + 2)
#define PACKED_SLACK 1

/* Packs a fact of `words` words into `into`, which has PACKED_WORDS_MAX; returns the words used. */
size_t bpi_pack(int64_t *into, const int64_t *fact, size_t words);
/* Unpacks a fact; returns the words it occupied. */
size_t bpi_unpack(int64_t *fact, const int64_t *packed, size_t words);

#endif
