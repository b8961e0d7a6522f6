/* metrics/keymap.c: open addressing with linear probing, at most half full. The table holds
 * numbers, the keys are in an array beside it, so growing rehashes only numbers. */
#include "metrics/keymap.h"

#include <string.h>

#include "base/mem.h"

#define FIRST_SLOTS 64

static uint64_t mix(const keymap *m, const int64_t *key) {
  uint64_t h = UINT64_C(0x9e3779b97f4a7c15);
  for (size_t i = 0; i < m->width; i++) {
    h = (h ^ (uint64_t)key[i]) * UINT64_C(0xbf58476d1ce4e5b9);
    h ^= h >> 29;
  }
  return h ^ (h >> 32);
}

static bool same(const keymap *m, uint32_t number, const int64_t *key) {
  const int64_t *known = bpi_keymap_key(m, number);
  for (size_t i = 0; i < m->width; i++)
    if (known[i] != key[i]) return false;
  return true;
}

/* The slot that holds the key, or the free slot for it. */
static size_t probe(const keymap *m, const int64_t *key) {
  size_t mask = m->slot_count - 1, at = (size_t)mix(m, key) & mask;
  while (m->slots[at] && !same(m, m->slots[at] - 1, key))
    at = (at + 1) & mask;
  return at;
}

static bool grow(keymap *m) {
  size_t wanted = m->slot_count ? m->slot_count * 2 : FIRST_SLOTS;
  uint32_t *slots = bpi_alloc_zero(wanted, sizeof *slots);
  if (!slots) return false;
  bpi_free(m->slots);
  m->slots = slots;
  m->slot_count = wanted;
  for (uint32_t i = 0; i < m->count; i++)
    m->slots[probe(m, bpi_keymap_key(m, i))] = i + 1;
  return true;
}

void bpi_keymap_init(keymap *m, size_t width) {
  memset(m, 0, sizeof *m);
  m->width = width;
}

void bpi_keymap_free(keymap *m) {
  bpi_free(m->keys);
  bpi_free(m->slots);
  bpi_keymap_init(m, m->width);
}

uint32_t bpi_keymap_find(const keymap *m, const int64_t *key) {
  if (!m->count) return KEYMAP_NONE;
  uint32_t number = m->slots[probe(m, key)];
  return number ? number - 1 : KEYMAP_NONE;
}

uint32_t bpi_keymap_put(keymap *m, const int64_t *key, bool *fresh) {
  *fresh = false;
  if (((size_t)m->count + 1) * 2 > m->slot_count && !grow(m)) return KEYMAP_NONE;
  size_t at = probe(m, key);
  if (m->slots[at]) return m->slots[at] - 1;
  if (m->count >= KEYMAP_NONE - 1) return KEYMAP_NONE;
  void *keys = m->keys;
  if (bpi_reserve(&keys, &m->key_capacity, ((size_t)m->count + 1) * m->width, sizeof *m->keys))
    return KEYMAP_NONE;
  m->keys = keys;
  memcpy(m->keys + (size_t)m->count * m->width, key, m->width * sizeof *key);
  m->slots[at] = ++m->count;
  *fresh = true;
  return m->count - 1;
}
