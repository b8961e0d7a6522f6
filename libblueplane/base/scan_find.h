/* base/scan_find.h: the inner loops of the scanner: find the next byte that ends a run of plain
 * ASCII inside a JSON string, or that ends a string being skipped. Knows bytes only. */
#ifndef BPI_BASE_SCAN_FIND_H
#define BPI_BASE_SCAN_FIND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static inline bool bpi_special(unsigned char c) {
  return c < 0x20 || c >= 0x80 || c == '"' || c == '\\';
}

/* The character that a two-byte escape stands for, by its second byte; 0: none. */
static inline char bpi_plain_escape(char c) {
  static const char stands_for[256] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                       ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
  return stands_for[(unsigned char)c];
}

/* The portable form: eight bytes at a time in a word of any byte order. */
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
  while (p < end && !bpi_special((unsigned char)*p))
    p++;
  return p;
}

/* Skips plain ASCII, two-byte escapes and three-byte characters, though not every one of them.
 * Stops before a special byte, never inside an escape or a character, or at the end. */
static inline const char *bpi_skip_text_portable(const char *p, const char *end) {
  for (;; p += 2) {
    p = bpi_find_special_portable(p, end);
    if (end - p < 2 || *p != '\\' || bpi_plain_escape(p[1]) == 0) return p;
  }
}

#if defined(__SSE2__)

/* The special bytes of a block of 16, as bits; bytes from 0x80 on are negative and so below the
 * space, like control characters. */
static inline __m128i bpi_load(const char *p) {
  return _mm_loadu_si128((const __m128i *)(const void *)p);
}
static inline unsigned bpi_special_16(__m128i block) {
  __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                               _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
  return (unsigned)_mm_movemask_epi8(
      _mm_or_si128(marks, _mm_cmplt_epi8(block, _mm_set1_epi8(0x20))));
}

/* Whether the first `length` bytes are equal. Both buffers must have 32 bytes. */
static inline bool bpi_begin_alike(const char *a, const char *b, size_t length) {
  __m128i low = _mm_cmpeq_epi8(bpi_load(a), bpi_load(b));
  __m128i high = _mm_cmpeq_epi8(bpi_load(a + 16), bpi_load(b + 16));
  uint32_t alike = (uint32_t)_mm_movemask_epi8(low) | (uint32_t)_mm_movemask_epi8(high) << 16;
  return (size_t)__builtin_ctzll(~(uint64_t)alike) >= length;
}

/* The first special byte in [p, end), or end. */
static inline const char *bpi_find_special(const char *p, const char *end) {
  const char *from = p;
  for (; end - p >= 32; p += 32) { /* nearly every key ends in the first block */
    unsigned found = bpi_special_16(bpi_load(p)) | bpi_special_16(bpi_load(p + 16)) << 16;
    if (found != 0) return p + __builtin_ctz(found);
  }
  while (p < end && end - from >= 16) { /* the last block may overlap one already examined */
    const char *block = end - p < 16 ? end - 16 : p;
    unsigned found = bpi_special_16(bpi_load(block));
    if (found != 0) return block + __builtin_ctz(found);
    p = block + 16;
  }
  while (p < end && !bpi_special((unsigned char)*p))
    p++;
  return p;
}

/* Decodes plain ASCII and two-byte escapes, though not every one near the end; advances *into and
 * returns where it stopped. *into must have room for as many bytes as are read. */
static inline const char *bpi_copy_text(char **into, const char *p, const char *end) {
  char *to = *into;
  while (end - p > 16) {
    __m128i block = bpi_load(p);
    unsigned found = bpi_special_16(block),
             plain = found == 0 ? 16 : (unsigned)__builtin_ctz(found);
    _mm_storeu_si128((__m128i *)(void *)to, block);
    p += plain;
    to += plain;
    if (found == 0) continue;
    char escaped = *p == '\\' ? bpi_plain_escape(p[1]) : 0;
    if (escaped == 0) break;
    *to++ = escaped;
    p += 2;
  }
  while (p < end && !bpi_special((unsigned char)*p))
    *to++ = *p++;
  *into = to;
  return p;
}

/* Bits of the bytes after an unescaped backslash. *open: whether the byte before the block was one,
 * and afterwards whether the block's last byte is. In runs of backslashes every other one is
 * escaped, so each unescaped one escapes the next byte, whatever it is. */
static inline uint64_t bpi_escaped(uint64_t backslash, uint64_t *open) {
  const uint64_t odd = UINT64_C(0xAAAAAAAAAAAAAAAA);
  uint64_t starts = backslash & ~*open; /* an escaped backslash starts nothing */
  /* Subtracting the starts of the runs from the odd positions borrows through each run, so the
   * difference from the odd positions alternates from the run's first bit on. */
  uint64_t alternating = (((starts << 1) | odd) - starts) ^ odd;
  uint64_t escaped = alternating ^ (backslash | *open);
  *open = (alternating & backslash) >> 63;
  return escaped;
}

/* Length of the consecutive three-byte characters at `p` whose continuation bytes may have any
 * value: nearly all text that is not ASCII. */
static inline size_t bpi_usual_wide(const char *p, const char *end) {
  const uint32_t needs_more = 1 << 0x0 | 1 << 0xD; /* by the low bits of the first byte */
  const char *from = p;
  for (; end - p >= 4; p += 3) {
    uint32_t four; /* the first byte is the lowest, as on every machine with SSE2 */
    memcpy(&four, p, sizeof four);
    if ((four & 0xC0C0F0) != 0x8080E0 || (needs_more >> (four & 15) & 1) != 0) break;
  }
  return (size_t)(p - from);
}

/* Defines a skip over blocks of 64 bytes. The three functions return bits of a block: its special
 * bytes, its backslashes, and the bytes that often follow one. */
#define BPI_SKIP_TEXT(name, special, backslash, escapable)                                         \
  static inline const char *name(const char *p, const char *end) {                                 \
    uint64_t open = 0;                                                                             \
    while (end - p >= 64) {                                                                        \
      uint64_t stop = special(p), backslashes = backslash(p), escaped = 0;                         \
      if ((backslashes | open) != 0) {                                                             \
        escaped = bpi_escaped(backslashes, &open);                                                 \
        stop = (stop & ~backslashes & ~escaped) | (escaped & ~escapable(p));                       \
      }                                                                                            \
      size_t passed = 64;                                                                          \
      while (stop != 0) {                                                                          \
        int at = __builtin_ctzll(stop);                                                            \
        if ((escaped >> at & 1) != 0) return p + at - 1; /* before its backslash */                \
        size_t wide = bpi_usual_wide(p + at, end);                                                 \
        if (wide == 0) return p + at;                                                              \
        passed = (size_t)at + wide;                                                                \
        if (passed >= 64) break;                                                                   \
        stop &= UINT64_MAX << passed;                                                              \
        passed = 64;                                                                               \
      }                                                                                            \
      if (passed > 64) open = 0;                                                                   \
      p += passed;                                                                                 \
    }                                                                                              \
    return bpi_find_special(p - open, end);                                                        \
  }

static inline unsigned bpi_backslash_16(__m128i block) {
  return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
}

static inline unsigned bpi_escapable_16(__m128i block) {
  __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                               _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
  __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('n')),
                              _mm_cmpeq_epi8(block, _mm_set1_epi8('r')));
  __m128i tab = _mm_cmpeq_epi8(block, _mm_set1_epi8('t'));
  return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(marks, ends), tab));
}

/* The bits of four blocks of 16; written out because compilers do not unroll such short loops. */
#define BPI_BITS_64(bits, p)                                                                       \
  ((uint64_t)((bits)(bpi_load(p)) | (bits)(bpi_load((p) + 16)) << 16) |                            \
   (uint64_t)((bits)(bpi_load((p) + 32)) | (bits)(bpi_load((p) + 48)) << 16) << 32)
static inline uint64_t bpi_special_64(const char *p) {
  return BPI_BITS_64(bpi_special_16, p);
}
static inline uint64_t bpi_backslash_64(const char *p) {
  return BPI_BITS_64(bpi_backslash_16, p);
}
static inline uint64_t bpi_escapable_64(const char *p) {
  return BPI_BITS_64(bpi_escapable_16, p);
}

BPI_SKIP_TEXT(bpi_skip_text_sse2, bpi_special_64, bpi_backslash_64, bpi_escapable_64)

#if defined(__x86_64__)

/* The same with registers twice as wide, if the processor has them: most of a transcript is text
 * that is skipped, and this is where the time goes. */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif

static inline __m256i bpi_load_32(const char *p) {
  return _mm256_loadu_si256((const __m256i *)(const void *)p);
}
static inline __m256i bpi_is_32(__m256i block, char c) {
  return _mm256_cmpeq_epi8(block, _mm256_set1_epi8(c));
}
static inline __m256i bpi_any_32(__m256i a, __m256i b, __m256i c) {
  return _mm256_or_si256(_mm256_or_si256(a, b), c);
}
static inline uint64_t bpi_bits_32(__m256i low, __m256i high) {
  return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}
/* In the highest bit of each byte: a saturated difference is negative for bytes below the space. */
static inline __m256i bpi_special_32(__m256i block) {
  __m256i low = _mm256_subs_epi8(block, _mm256_set1_epi8(0x20));
  return bpi_any_32(bpi_is_32(block, '"'), bpi_is_32(block, '\\'), low);
}
/* The low bits of a byte select the only candidate it can equal, except the quote, which shares
 * them with "r". */
static inline __m256i bpi_escapable_32(__m256i block) {
  const __m256i of_low = _mm256_setr_epi8(1, 0, 'r', 0, 't', 0, 'f', 0, 0, 0, 0, 0, '\\', 0, 'n',
                                          '/', 1, 0, 'r', 0, 't', 0, 'f', 0, 0, 0, 0, 0, '\\', 0,
                                          'n', '/');
  __m256i same = _mm256_cmpeq_epi8(_mm256_shuffle_epi8(of_low, block), block);
  return _mm256_or_si256(same, bpi_is_32(block, '"'));
}
static inline uint64_t bpi_special_wide(const char *p) {
  return bpi_bits_32(bpi_special_32(bpi_load_32(p)), bpi_special_32(bpi_load_32(p + 32)));
}
static inline uint64_t bpi_backslash_wide(const char *p) {
  return bpi_bits_32(bpi_is_32(bpi_load_32(p), '\\'), bpi_is_32(bpi_load_32(p + 32), '\\'));
}
static inline uint64_t bpi_escapable_wide(const char *p) {
  return bpi_bits_32(bpi_escapable_32(bpi_load_32(p)), bpi_escapable_32(bpi_load_32(p + 32)));
}

BPI_SKIP_TEXT(bpi_skip_text_avx2, bpi_special_wide, bpi_backslash_wide, bpi_escapable_wide)

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

/* Whether processor and system support the wide registers. Determined on first use and by hand: the
 * compilers' builtins do it at every process start, which on a virtual machine takes longer than
 * opening a store. */
static inline bool bpi_has_avx2(void) {
  static atomic_int known; /* 0: not determined yet */
  int has = atomic_load_explicit(&known, memory_order_relaxed);
  if (has == 0) {
    unsigned a, b, c, d, kept = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) && (c & bit_OSXSAVE) != 0)
      __asm__("xgetbv" : "=a"(kept), "=d"(d) : "c"(0));
    bool wide = (kept & 6) == 6 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX2) != 0;
    atomic_store_explicit(&known, has = wide ? 1 : -1, memory_order_relaxed);
  }
  return has > 0;
}

static inline const char *bpi_skip_text(const char *p, const char *end) {
  return bpi_has_avx2() ? bpi_skip_text_avx2(p, end) : bpi_skip_text_sse2(p, end);
}

#else

static inline const char *bpi_skip_text(const char *p, const char *end) {
  return bpi_skip_text_sse2(p, end);
}

#endif

#else

static inline bool bpi_begin_alike(const char *a, const char *b, size_t length) {
  return memcmp(a, b, length) == 0;
}

static inline const char *bpi_find_special(const char *p, const char *end) {
  return bpi_find_special_portable(p, end);
}

static inline const char *bpi_copy_text(char **into, const char *p, const char *end) {
  for (;;) {
    const char *stop = bpi_find_special_portable(p, end);
    memcpy(*into, p, (size_t)(stop - p));
    *into += stop - p;
    char escaped = end - stop >= 2 && *stop == '\\' ? bpi_plain_escape(stop[1]) : 0;
    if (escaped == 0) return stop;
    *(*into)++ = escaped;
    p = stop + 2;
  }
}

static inline const char *bpi_skip_text(const char *p, const char *end) {
  return bpi_skip_text_portable(p, end);
}

#endif

#endif
