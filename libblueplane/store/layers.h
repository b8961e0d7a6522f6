/* store/layers.h: where the facts of a kind lie in their table. What comes in one large batch lies together,
 * in a layer of its own behind all others, so that storing it does not touch their pages; the rest goes
 * into the last layer. Remembers of the layers that this handle made which keys they may hold, so that
 * nobody looks there for the others. Knows no SQL: places.c looks. */
#ifndef BPI_STORE_LAYERS_H
#define BPI_STORE_LAYERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/facts.h"

#define LAYER_LEAST 8192 /* facts of a kind that make a layer */
#define LAYERS_MOST 255  /* then the last one grows; whose numbers say more is damaged */

/* The number of a layer's first row. Layers are twice as long as numbers that are wanted: rows that move
 * on to the next free one stay in theirs. */
static inline int64_t bpi_layer_start(size_t layer) {
  return (int64_t)layer << (FACT_NUMBER_BITS + 1);
}
static inline size_t bpi_layer_of(int64_t id) {
  return (size_t)(id >> (FACT_NUMBER_BITS + 1));
}

/* Whether a row may have this number. */
static inline bool bpi_is_place(int64_t id) {
  return id >= 0 && bpi_layer_of(id) < LAYERS_MOST;
}
#define DAMAGED_PLACE "the store is damaged: a row's number"

/* A Bloom filter. */
typedef struct layer_keys {
  uint64_t *word;
  size_t words; /* 0: not known what it holds */
} layer_keys;

/* All zero: nothing is known of any. */
typedef struct layers {
  layer_keys *layer;
  size_t count, capacity;
} layers;

/* A layer is begun that is to hold `keys` keys. Where memory is short nothing will be known of it. */
void bpi_layer_begin(layers *l, size_t layer, size_t keys);
void bpi_layer_add(layers *l, size_t layer, int64_t k2);
bool bpi_layer_known(const layers *l, size_t layer);
/* False: it does not hold the key. */
bool bpi_layer_may_hold(const layers *l, size_t layer, int64_t k2);
void bpi_layer_forget(layers *l, size_t layer);
void bpi_layers_forget(layers *l); /* and frees */

#endif
