/* base/varint.h: integers in groups of seven bits, the lowest first, so that small ones take one
 * byte. Reading past the end gives 0 and sets `torn`. */
#ifndef BPI_BASE_VARINT_H
#define BPI_BASE_VARINT_H

#include <stdbool.h>
#include <stdint.h>

#define VARINT_MAX 10 /* longest encoding in bytes */

static inline unsigned char *bpi_put_varint(unsigned char *to, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    *to++ = (unsigned char)(value | 0x80);
  *to++ = (unsigned char)value;
  return to;
}

/* Maps signed differences to unsigned numbers with the sign in the lowest bit (zigzag). */
static inline uint64_t bpi_fold(int64_t step) {
  return (uint64_t)step << 1 ^ (step < 0 ? UINT64_MAX : 0);
}
static inline int64_t bpi_unfold(uint64_t step) {
  return (int64_t)(step >> 1 ^ (~(step & 1) + 1));
}

typedef struct varints {
  const unsigned char *at, *end;
  bool torn;
} varints;

static inline uint64_t bpi_take_varint(varints *v) {
  uint64_t value = 0;
  for (unsigned shift = 0; v->at < v->end && shift < 64; shift += 7) {
    unsigned char byte = *v->at++;
    value |= (uint64_t)(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  v->torn = true;
  return 0;
}

#endif
