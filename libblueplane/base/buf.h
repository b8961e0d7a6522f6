/* base/buf.h: a growing byte buffer with a mandatory limit. After the first failure it stays failed
 * and appends do nothing, so a writer checks once, at the end. */
#ifndef BPI_BASE_BUF_H
#define BPI_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/format.h"

typedef struct buf {
  char *data; /* NUL-terminated when length > 0 or after bpi_buf_take */
  size_t length, capacity, limit;
  int failed; /* 0 or the first failure: BP_ERR_NOMEM, _LIMIT, or _INTERNAL (an invalid format) */
} buf;

void bpi_buf_init(buf *b, size_t limit);
void bpi_buf_free(buf *b);
void bpi_buf_add(buf *b, const void *data, size_t length);
void bpi_buf_text(buf *b, const char *text);
void bpi_buf_char(buf *b, char c);
void bpi_buf_int(buf *b, int64_t value);
/* Writes the first of 15, 16 and 17 digits that read back as the same double, without trailing
 * zeros and with a point in any locale; "null" if not finite. */
void bpi_buf_real(buf *b, double value);
BPI_FORMAT(2, 3)
/* never for floating point, because of the locale */
void bpi_buf_printf(buf *b, const char *format, ...);
/* JSON string with quotes; invalid UTF-8 becomes U+FFFD. */
void bpi_buf_json_text(buf *b, const char *text, size_t length);
/* Transfers ownership of the bytes, NUL-terminated; NULL (and freed) if the buffer failed. */
char *bpi_buf_take(buf *b, size_t *length);

#endif
