/* base/inflate.h: reads a compressed stream in memory piece by piece, so that the unpacked content
 * is never in memory as a whole. The only user of zlib. Knows nothing of the content. */
#ifndef BPI_BASE_INFLATE_H
#define BPI_BASE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct inflater inflater;

inflater *bpi_inflater_new(void); /* NULL when out of memory */
void bpi_inflater_free(inflater *z);

/* Whether the bytes begin like a zlib stream. */
bool bpi_is_deflated(const void *data, size_t length);
/* Starts unpacking these bytes, which must stay valid while they are read. */
void bpi_inflater_start(inflater *z, const void *data, size_t length);
/* Reads up to `length` bytes; 0 at the end, -1 if the stream is damaged or truncated, or memory is
 * exhausted. `self` is an inflater; the signature is scan_read_fn. */
int64_t bpi_inflater_read(void *self, void *into, size_t length);

#endif
