/* base/sort.h: sorts numbers, and rows of numbers by their first words. Knows nothing of what they
 * mean. */
#ifndef BPI_BASE_SORT_H
#define BPI_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Sorts pointers to rows by the first `words` words of each row, the first word first, signed and
 * ascending; stable. 0, or BP_ERR_NOMEM with nothing moved. */
int bpi_sort_rows(int64_t **rows, size_t count, size_t words);
/* Sorts numbers, signed and ascending; falls back to a slower sort without memory. */
void bpi_sort_numbers(int64_t *numbers, size_t count);
/* The same, without duplicates; returns their number. */
size_t bpi_sort_unique(int64_t *numbers, size_t count);
/* Finds a number among sorted ones; NULL if it is absent. */
const int64_t *bpi_find_number(const int64_t *sorted, size_t count, int64_t number);

#endif
