/* base/scan_find.h: the inner loop of the scanner: where the next byte stands that ends a run of
 * plain ASCII inside a JSON string. Knows bytes only. */
#ifndef BPI_BASE_SCAN_FIND_H
#define BPI_BASE_SCAN_FIND_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static inline bool bpi_special(unsigned char c) {
  return c < 0x20 || c >= 0x80 || c == '"' || c == '\\';
}

static inline bool bpi_plain_escape(unsigned char c) {
  return c == 'n' || c == '"' || c == '\\' || c == 't' || c == 'r' || c == '/' || c == 'b' ||
         c == 'f';
}

/* The portable form: eight bytes at a time in a word, whatever its byte order. */
static inline const char *bpi_find_special_portable(const char *p, const char *end) {
  const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
  while (end - p >= 8) {
    uint64_t word, quote, backslash;
    memcpy(&word, p, 8);
    quote = word ^ ones * '"';
    backslash = word ^ ones * '\\';
    uint64_t found = word | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) |
                     ((word - ones * 0x20) & ~word);
    if (found & high) break;
    p += 8;
  }
  while (p < end && !bpi_special((unsigned char)*p)) p++;
  return p;
}

/* First special byte in [p, end), or end. */
static inline const char *bpi_find_special(const char *p, const char *end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'),
                space = _mm_set1_epi8(0x20);
  while (end - p >= 16) {
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)p);
    /* As signed bytes, all from 0x80 on are below the space, as the control characters are. */
    __m128i found = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)),
        _mm_cmplt_epi8(block, space));
    unsigned mask = (unsigned)_mm_movemask_epi8(found);
    if (mask != 0) return p + __builtin_ctz(mask);
    p += 16;
  }
  while (p < end && !bpi_special((unsigned char)*p)) p++;
  return p;
#else
  return bpi_find_special_portable(p, end);
#endif
}

#endif
