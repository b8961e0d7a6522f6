/* base/mem.c: the only caller of the C allocator. */
#include "base/mem.h"

#include <blueplane/blueplane.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* Negative: never fail. Otherwise the number of allocations that still succeed. */
static atomic_long fail_after = -1;
static atomic_int fail_once;

static int must_fail(void) {
  long left = atomic_load_explicit(&fail_after, memory_order_relaxed);
  if (left < 0) return 0;
  bool fails = left == 0;
  if (!fails || atomic_load(&fail_once)) atomic_store(&fail_after, left - 1);
  return fails;
}

void bpi_mem_fail_after(long count) {
  atomic_store(&fail_once, 0);
  atomic_store(&fail_after, count);
}

void bpi_mem_fail_once(long count) {
  atomic_store(&fail_once, 1);
  atomic_store(&fail_after, count);
}

void *bpi_alloc(size_t size) {
  return must_fail() ? NULL : malloc(size ? size : 1);
}

void *bpi_alloc_zero(size_t count, size_t size) {
  return must_fail() ? NULL : calloc(count ? count : 1, size ? size : 1);
}

void *bpi_realloc(void *memory, size_t count, size_t size) {
  if (size != 0 && count > SIZE_MAX / size) return NULL;
  size_t bytes = count * size;
  return must_fail() ? NULL : realloc(memory, bytes ? bytes : 1);
}

void bpi_free(void *memory) {
  free(memory);
}

void bpi_free_wiped(void *memory, size_t length) {
  if (memory != NULL) bpi_hash_wipe(memory, length);
  free(memory);
}

char *bpi_strndup(const char *text, size_t length) {
  char *copy = bpi_alloc(length + 1);
  if (copy == NULL) return NULL;
  if (length > 0) memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

int bpi_reserve(void **items, size_t *capacity, size_t need, size_t item_size) {
  if (need <= *capacity) return BP_OK;
  size_t grown = *capacity < 8 ? 8 : *capacity;
  while (grown < need) {
    if (grown > SIZE_MAX / 2) return BP_ERR_NOMEM;
    grown *= 2;
  }
  void *bigger = bpi_realloc(*items, grown, item_size);
  if (bigger == NULL) return BP_ERR_NOMEM;
  *items = bigger;
  *capacity = grown;
  return BP_OK;
}
