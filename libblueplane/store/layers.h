/* store/layers.h: where the facts of a kind are placed in their table. The facts of one large batch
 * form a layer of their own after all others, so that storing them touches no older pages; smaller
 * batches go into the last layer. For layers that this handle created it remembers which keys they
 * may hold, so that lookups can skip them. Knows no SQL: places.c does the lookups. */
#ifndef BPI_STORE_LAYERS_H
#define BPI_STORE_LAYERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/facts.h"

#define LAYER_LEAST 8192 /* smallest number of new facts of a kind that forms a layer */
#define LAYERS_MOST 255  /* then the last one grows; a greater number in a file means damage */

/* The first row number of a layer. A layer has twice the range of the numbers facts ask for, so
 * that rows that move on to the next free number stay inside it. */
static inline int64_t bpi_layer_start(size_t layer) {
  return (int64_t)layer << (FACT_NUMBER_BITS + 1);
}
static inline size_t bpi_layer_of(int64_t id) {
  return (size_t)(id >> (FACT_NUMBER_BITS + 1));
}

/* Whether a row number is valid. */
static inline bool bpi_is_place(int64_t id) {
  return id >= 0 && bpi_layer_of(id) < LAYERS_MOST;
}
#define DAMAGED_PLACE "the store is damaged: a row's number"

/* A Bloom filter. */
typedef struct layer_keys {
  uint64_t *word;
  size_t words; /* 0: content unknown */
} layer_keys;

/* All zero: nothing is known of any layer. */
typedef struct layers {
  layer_keys *layer;
  size_t count, capacity;
} layers;

/* Starts a layer that will hold `keys` keys. If memory is short, its content stays unknown. */
void bpi_layer_begin(layers *l, size_t layer, size_t keys);
void bpi_layer_add(layers *l, size_t layer, int64_t k2);
bool bpi_layer_known(const layers *l, size_t layer);
/* False: certainly does not hold the key. */
bool bpi_layer_may_hold(const layers *l, size_t layer, int64_t k2);
void bpi_layer_forget(layers *l, size_t layer);
void bpi_layers_forget(layers *l); /* also frees */

#endif
