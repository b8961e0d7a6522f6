/* base/sort.h: numbers in order, and rows of numbers in the order of their first words. Knows nothing of what they mean. */
#ifndef BPI_BASE_SORT_H
#define BPI_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Sorts pointers to rows by the first `words` words of the rows, the first word first, signed and
 * ascending; rows that are equal in them keep their order. 0 or BP_ERR_NOMEM, and nothing moved. */
int bpi_sort_rows(int64_t **rows, size_t count, size_t words);
/* Sorts numbers, signed and ascending; without memory to do it fast in, slowly. */
void bpi_sort_numbers(int64_t *numbers, size_t count);
/* The same, each number kept once; returns how many there are. */
size_t bpi_sort_unique(int64_t *numbers, size_t count);
/* Where a number stands among sorted ones, NULL: nowhere. */
const int64_t *bpi_find_number(const int64_t *sorted, size_t count, int64_t number);

#endif
