/* base/mem.h: every allocation of the library. Can be made to fail for tests; knows nothing else.
 *
 * Sizes are checked for overflow. Freed identifiers and names need no wiping, because they hold no
 * content. */
#ifndef BPI_BASE_MEM_H
#define BPI_BASE_MEM_H

#include <stddef.h>

void *bpi_alloc(size_t size); /* NULL when out of memory */
void *bpi_alloc_zero(size_t count, size_t size);
void *bpi_realloc(void *memory, size_t count, size_t size); /* keeps `memory` on failure */
void bpi_free(void *memory);
void bpi_free_wiped(void *memory, size_t length); /* for what may hold content */
char *bpi_strndup(const char *text, size_t length);

/* Grows an array so that it holds at least `need` items; 0 or BP_ERR_NOMEM. */
int bpi_reserve(void **items, size_t *capacity, size_t need, size_t item_size);

/* Tests only: after `count` successful allocations the next one fails, and in the first form all
 * that follow; negative: none fails. */
void bpi_mem_fail_after(long count);
void bpi_mem_fail_once(long count);

#endif
