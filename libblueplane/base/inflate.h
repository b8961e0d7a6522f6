/* base/inflate.h: bytes out of a compressed stream that lies in memory, a piece at a time, so that what it
 * holds is never there as a whole. The only user of zlib. Knows nothing of what it unpacks. */
#ifndef BPI_BASE_INFLATE_H
#define BPI_BASE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct inflater inflater;

inflater *bpi_inflater_new(void); /* NULL when out of memory */
void bpi_inflater_free(inflater *z);

/* Whether bytes begin as such a stream does. */
bool bpi_is_deflated(const void *data, size_t length);
/* Unpacks these bytes from now on; the caller keeps them until then. */
void bpi_inflater_start(inflater *z, const void *data, size_t length);
/* The next bytes, at most `length`; 0 at the end, -1 if the stream is damaged, ends too early, or there
 * is no memory. `self` is an inflater; the signature is that of a reader of the scanner. */
int64_t bpi_inflater_read(void *self, void *into, size_t length);

#endif
