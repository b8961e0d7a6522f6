/* base/ident_set.h: numbers for identifiers, in the order they come, as indexes of what is
 * known of each. Knows nothing of what they name. */
#ifndef BPI_BASE_IDENT_SET_H
#define BPI_BASE_IDENT_SET_H

#include <stddef.h>

#include "base/hash.h"

typedef struct ident_set {
  ident *of;
  size_t count, capacity;
  uint32_t *slot; /* number + 1; 0 is free */
  size_t slots;
} ident_set;

/* Starts as all zero, and is so when it was freed. */
void bpi_ident_set_free(ident_set *set);
int64_t bpi_ident_set_find(const ident_set *set, ident id); /* -1 if it is not there */
/* Its number, which may be new, and makes sure that *items has room for it, as bpi_reserve() does;
 * -1 when out of memory. */
int64_t bpi_ident_set_put(ident_set *set, ident id, void **items, size_t *capacity, size_t size);

#endif
