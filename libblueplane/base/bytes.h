/* base/bytes.h: big-endian integers in bytes. Writing appends to a buffer; reading moves along
 * bytes and, past their end, fails permanently and returns 0, so a parser checks once. */
#ifndef BPI_BASE_BYTES_H
#define BPI_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"

static inline void bpi_put_number(buf *b, uint64_t value, unsigned bytes) {
  unsigned char out[8];
  for (unsigned i = 0; i < bytes; i++)
    out[i] = (unsigned char)(value >> (8 * (bytes - 1 - i)));
  bpi_buf_add(b, out, bytes);
}

typedef struct bytes {
  const unsigned char *start, *at, *end;
  bool failed;
} bytes;

/* Accepts NULL for no bytes, because arithmetic on a null pointer is undefined. */
static inline bytes bpi_bytes(const void *data, size_t length) {
  const unsigned char *p = data != NULL ? data : (const unsigned char *)"";
  return (bytes){p, p, p + length, false};
}

/* The next `length` bytes; NULL if there are fewer. */
static inline const unsigned char *bpi_take(bytes *b, size_t length) {
  if (b->failed || (size_t)(b->end - b->at) < length) {
    b->failed = true;
    return NULL;
  }
  const unsigned char *taken = b->at;
  b->at += length;
  return taken;
}

static inline void bpi_take_into(bytes *b, void *into, size_t length) {
  const unsigned char *taken = bpi_take(b, length);
  if (taken != NULL)
    memcpy(into, taken, length);
  else
    memset(into, 0, length);
}

static inline uint64_t bpi_take_number(bytes *b, unsigned count) {
  const unsigned char *taken = bpi_take(b, count);
  uint64_t value = 0;
  for (unsigned i = 0; taken != NULL && i < count; i++)
    value = value << 8 | taken[i];
  return value;
}

#endif
