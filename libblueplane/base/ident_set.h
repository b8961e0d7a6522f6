/* base/ident_set.h: numbers identifiers in order of arrival, as indexes into arrays of data about
 * them. Knows nothing of what they name. */
#ifndef BPI_BASE_IDENT_SET_H
#define BPI_BASE_IDENT_SET_H

#include <stddef.h>

#include "base/hash.h"

typedef struct ident_set {
  ident *of;
  size_t count, capacity;
  uint32_t *slot; /* number + 1; 0: free */
  size_t slots;
} ident_set;

/* A set is all zero initially and after it was freed. */
void bpi_ident_set_free(ident_set *set);
int64_t bpi_ident_set_find(const ident_set *set, ident id); /* -1 if absent */
/* The number of the identifier, added if new; also reserves room for it in *items like
 * bpi_reserve(). -1 when out of memory. */
int64_t bpi_ident_set_put(ident_set *set, ident id, void **items, size_t *capacity, size_t size);

#endif
