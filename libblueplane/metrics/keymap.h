/* metrics/keymap.h: a hash table that maps short tuples of integers to dense numbers 0, 1, 2, ...
 * in order of insertion. Used for all groups, distinct counts and look-ups of a computation; does
 * not know what the integers mean. */
#ifndef BPI_METRICS_KEYMAP_H
#define BPI_METRICS_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYMAP_NONE UINT32_MAX

typedef struct keymap {
  size_t width; /* integers in a key */
  uint32_t count;
  int64_t *keys; /* count * width */
  size_t key_capacity;
  uint32_t *slots;   /* number + 1; 0: free */
  size_t slot_count; /* a power of two, or 0 */
} keymap;

void bpi_keymap_init(keymap *m, size_t width);
void bpi_keymap_free(keymap *m);
/* The number of a key, or KEYMAP_NONE if it is not in the map. */
uint32_t bpi_keymap_find(const keymap *m, const int64_t *key);
/* The number of a key, inserted if it is new (*fresh); KEYMAP_NONE when out of memory. */
uint32_t bpi_keymap_put(keymap *m, const int64_t *key, bool *fresh);

static inline const int64_t *bpi_keymap_key(const keymap *m, uint32_t number) {
  return m->keys + (size_t)number * m->width;
}

#endif
