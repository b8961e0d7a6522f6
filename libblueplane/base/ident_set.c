/* base/ident_set.c: open addressing; a set never shrinks. */
#include "base/ident_set.h"

#include "base/mem.h"

static int grow_set(ident_set *set) {
  size_t slots = set->slots == 0 ? 64 : set->slots * 2;
  uint32_t *slot = bpi_alloc_zero(slots, sizeof *slot);
  if (slot == NULL) return BP_ERR_NOMEM;
  for (size_t i = 0; i < set->count; i++) {
    size_t at = (size_t)set->of[i].lo & (slots - 1);
    while (slot[at] != 0)
      at = (at + 1) & (slots - 1);
    slot[at] = (uint32_t)i + 1;
  }
  bpi_free(set->slot);
  set->slot = slot;
  set->slots = slots;
  return BP_OK;
}

/* The slot of an identifier, taken or free. */
static size_t slot_of(const ident_set *set, ident id) {
  size_t at = (size_t)id.lo & (set->slots - 1);
  while (set->slot[at] != 0 && bpi_ident_compare(set->of[set->slot[at] - 1], id) != 0)
    at = (at + 1) & (set->slots - 1);
  return at;
}

int64_t bpi_ident_set_find(const ident_set *set, ident id) {
  return set->slots == 0 ? -1 : (int64_t)set->slot[slot_of(set, id)] - 1;
}

int64_t bpi_ident_set_put(ident_set *set, ident id, void **items, size_t *capacity, size_t size) {
  int64_t found = bpi_ident_set_find(set, id);
  if (found >= 0) return found;
  if (set->count * 2 >= set->slots && grow_set(set) != BP_OK) return -1;
  void *of = set->of;
  int rc = bpi_reserve(&of, &set->capacity, set->count + 1, sizeof *set->of);
  set->of = of;
  if (rc != BP_OK || bpi_reserve(items, capacity, set->count + 1, size) != BP_OK) return -1;
  set->slot[slot_of(set, id)] = (uint32_t)set->count + 1;
  set->of[set->count] = id;
  return (int64_t)set->count++;
}

void bpi_ident_set_free(ident_set *set) {
  bpi_free(set->of);
  bpi_free(set->slot);
  *set = (ident_set){0};
}
