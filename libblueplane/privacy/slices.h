/* privacy/slices.h: decides which slices of a dimension are published on their own for a group of
 * people and which go into `other`. Knows who is in which slice; knows no numbers. */
#ifndef BPI_PRIVACY_SLICES_H
#define BPI_PRIVACY_SLICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A person has something in a slice. */
typedef struct presence {
  uint32_t slice, person;
} presence;

/* Sorts `list` and removes duplicates; sets *count to the rest. Writes the slices published on
 * their own, in order, to `alone` (room for one per slice) and sets *alone_count: each has at least
 * k people, and so have all others together, unless there are none (*other false). Returns false if
 * not even all slices together have k people: the dimension is not published. */
bool bpi_slices_roll_up(presence *list, size_t *count, size_t people, int32_t k, uint32_t *alone,
                        size_t *alone_count, bool *other, bool *seen /* by person; scratch */);

#endif
