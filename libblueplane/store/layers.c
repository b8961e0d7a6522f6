/* store/layers.c: one Bloom filter per layer. The second half of a key is a hash already, so its
 * bits are used directly: the upper ones choose a word, the lower ones four bits in it. With four
 * keys per word about one absent key in a hundred seems present. */
#include "store/layers.h"

#include <string.h>

#include "base/mem.h"

#define KEYS_OF_A_WORD 4

static uint64_t bits_of(int64_t k2) {
  uint64_t h = (uint64_t)k2, bits = 0;
  for (int i = 0; i < 4; i++, h >>= 6)
    bits |= UINT64_C(1) << (h & 63);
  return bits;
}

static uint64_t *word_of(const layer_keys *keys, int64_t k2) {
  return keys->word + (((uint64_t)k2 >> 32) * keys->words >> 32);
}

static int reserve(layers *l, size_t count) {
  void *items = l->layer;
  int rc = bpi_reserve(&items, &l->capacity, count, sizeof *l->layer);
  if (rc != BP_OK) return rc;
  l->layer = items;
  if (count > l->count) memset(l->layer + l->count, 0, (count - l->count) * sizeof *l->layer);
  l->count = count > l->count ? count : l->count;
  return BP_OK;
}

void bpi_layer_begin(layers *l, size_t layer, size_t keys) {
  bpi_layer_forget(l, layer);
  size_t words = keys / KEYS_OF_A_WORD + 1;
  if (words > UINT32_MAX || reserve(l, layer + 1) != BP_OK) return;
  uint64_t *word = bpi_alloc_zero(words, sizeof *word);
  if (word != NULL) l->layer[layer] = (layer_keys){word, words};
}

bool bpi_layer_known(const layers *l, size_t layer) {
  return layer < l->count && l->layer[layer].words > 0;
}

void bpi_layer_add(layers *l, size_t layer, int64_t k2) {
  if (bpi_layer_known(l, layer)) *word_of(&l->layer[layer], k2) |= bits_of(k2);
}

bool bpi_layer_may_hold(const layers *l, size_t layer, int64_t k2) {
  if (!bpi_layer_known(l, layer)) return true;
  uint64_t bits = bits_of(k2);
  return (*word_of(&l->layer[layer], k2) & bits) == bits;
}

void bpi_layer_forget(layers *l, size_t layer) {
  if (!bpi_layer_known(l, layer)) return;
  bpi_free(l->layer[layer].word);
  l->layer[layer] = (layer_keys){NULL, 0};
}

void bpi_layers_forget(layers *l) {
  for (size_t i = 0; i < l->count; i++)
    bpi_free(l->layer[i].word);
  bpi_free(l->layer);
  memset(l, 0, sizeof *l);
}
