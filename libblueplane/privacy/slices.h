/* privacy/slices.h: which slices of a dimension stand alone in a cell of people and which go into
 * `other`. Knows who is in which slice; knows no number. */
#ifndef BPI_PRIVACY_SLICES_H
#define BPI_PRIVACY_SLICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A person has something in a slice. */
typedef struct presence {
  uint32_t slice, person;
} presence;

/* Sorts `list` and takes out what is twice; returns how many are left. Then writes the slices that
 * stand alone, in order, to `alone` (room for one each), and how many: each has at least k people,
 * and so has everybody else's slice together, unless all are alone (*other false). Returns false
 * where not even all together are k people: the dimension tells nothing. */
bool bpi_slices_roll_up(presence *list, size_t *count, size_t people, int32_t k, uint32_t *alone,
                        size_t *alone_count, bool *other, bool *seen /* by person; scratch */);

#endif
