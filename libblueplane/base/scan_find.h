/* base/scan_find.h: the inner loops of the scanner: where the next byte stands that ends a run of
 * plain ASCII inside a JSON string, or that ends a text which nobody wants. Knows bytes only. */
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

/* Steps over plain ASCII and escapes of two bytes, though not over every such escape: stands then
 * before a special byte, never inside an escape, or at the end. */
static inline const char *bpi_skip_text_portable(const char *p, const char *end) {
  for (;; p += 2) {
    p = bpi_find_special_portable(p, end);
    if (end - p < 2 || *p != '\\' || !bpi_plain_escape((unsigned char)p[1])) return p;
  }
}

#if defined(__SSE2__)

/* The special bytes of a block of 16, as bits; from 0x80 on bytes are negative, and so below the
 * space, as the control characters are. */
static inline __m128i bpi_load(const char *p) {
  return _mm_loadu_si128((const __m128i *)(const void *)p);
}
static inline unsigned bpi_is(__m128i block, char c) {
  return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8(c)));
}
static inline unsigned bpi_special_16(__m128i block) {
  __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                               _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
  return (unsigned)_mm_movemask_epi8(
      _mm_or_si128(marks, _mm_cmplt_epi8(block, _mm_set1_epi8(0x20))));
}

/* First special byte in [p, end), or end. */
static inline const char *bpi_find_special(const char *p, const char *end) {
  for (; end - p >= 16; p += 16) {
    unsigned found = bpi_special_16(bpi_load(p));
    if (found != 0) return p + __builtin_ctz(found);
  }
  while (p < end && !bpi_special((unsigned char)*p)) p++;
  return p;
}

/* Copies [p, the first special byte or end), which it returns. There is room up to `end`. */
static inline const char *bpi_copy_plain(char *into, const char *p, const char *end) {
  for (; end - p >= 16; p += 16, into += 16) {
    __m128i block = bpi_load(p);
    unsigned found = bpi_special_16(block);
    _mm_storeu_si128((__m128i *)(void *)into, block);
    if (found != 0) return p + __builtin_ctz(found);
  }
  while (p < end && !bpi_special((unsigned char)*p)) *into++ = *p++;
  return p;
}

/* Bytes of a block that often stand behind a backslash. */
static inline unsigned bpi_escapable_16(__m128i block) {
  __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                               _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
  __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('n')),
                              _mm_cmpeq_epi8(block, _mm_set1_epi8('r')));
  __m128i tab = _mm_cmpeq_epi8(block, _mm_set1_epi8('t'));
  return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(marks, ends), tab));
}

/* Bits of the bytes that stand behind an unescaped backslash. *open says whether the byte before
 * the block was one, and afterwards whether the block's last byte is. Runs of backslashes alternate,
 * so each unescaped one clears the next bit, whatever it is. */
static inline uint64_t bpi_escaped(uint64_t backslash, uint64_t *open) {
  const uint64_t odd = UINT64_C(0xAAAAAAAAAAAAAAAA);
  uint64_t starts = backslash & ~*open; /* a backslash that is itself escaped starts nothing */
  /* Subtracting a run from the odd places borrows through the run: what differs from the odd
   * places behind it alternates from its first bit on. */
  uint64_t alternating = (((starts << 1) | odd) - starts) ^ odd;
  uint64_t escaped = alternating ^ (backslash | *open);
  *open = (alternating & backslash) >> 63;
  return escaped;
}

/* The bits of four blocks in a row; written out, as compilers leave such short loops as they are. */
static inline uint64_t bpi_join(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (uint64_t)(a | b << 16) | (uint64_t)(c | d << 16) << 32;
}

static inline const char *bpi_skip_text(const char *p, const char *end) {
  uint64_t open = 0;
  for (; end - p >= 64; p += 64) {
    __m128i a = bpi_load(p), b = bpi_load(p + 16), c = bpi_load(p + 32), d = bpi_load(p + 48);
    uint64_t stop = bpi_join(bpi_special_16(a), bpi_special_16(b), bpi_special_16(c),
                             bpi_special_16(d));
    uint64_t backslash = bpi_join(bpi_is(a, '\\'), bpi_is(b, '\\'), bpi_is(c, '\\'),
                                  bpi_is(d, '\\'));
    uint64_t escaped = 0;
    if ((backslash | open) != 0) {
      uint64_t escapable = bpi_join(bpi_escapable_16(a), bpi_escapable_16(b),
                                    bpi_escapable_16(c), bpi_escapable_16(d));
      escaped = bpi_escaped(backslash, &open);
      stop = (stop & ~backslash & ~escaped) | (escaped & ~escapable);
    }
    if (stop != 0) {
      int at = __builtin_ctzll(stop);
      return p + at - (escaped >> at & 1); /* before its backslash */
    }
  }
  return bpi_find_special(p - open, end);
}

#else

static inline const char *bpi_find_special(const char *p, const char *end) {
  return bpi_find_special_portable(p, end);
}

static inline const char *bpi_copy_plain(char *into, const char *p, const char *end) {
  const char *stop = bpi_find_special_portable(p, end);
  memcpy(into, p, (size_t)(stop - p));
  return stop;
}

static inline const char *bpi_skip_text(const char *p, const char *end) {
  return bpi_skip_text_portable(p, end);
}

#endif

#endif
