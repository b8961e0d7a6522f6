/* store/pack.c: after the key come a four-bit code per word, then the bytes of the words, least
 * significant byte first. */
#include "store/pack.h"

#include <string.h>

#define KEY_WORDS 2
#define CODE_NONE 15 /* FACT_NONE, which is frequent; other codes are the number of bytes */

static inline uint64_t load(const unsigned char *p) {
  return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
         (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static inline void save(unsigned char *p, uint64_t value) {
  p[0] = (unsigned char)value; /* written out because compilers turn it into one store */
  p[1] = (unsigned char)(value >> 8);
  p[2] = (unsigned char)(value >> 16);
  p[3] = (unsigned char)(value >> 24);
  p[4] = (unsigned char)(value >> 32);
  p[5] = (unsigned char)(value >> 40);
  p[6] = (unsigned char)(value >> 48);
  p[7] = (unsigned char)(value >> 56);
}

static inline unsigned bytes_of(uint64_t value) {
#if defined(__GNUC__)
  return value == 0 ? 0 : (71 - (unsigned)__builtin_clzll(value)) / 8;
#endif
  unsigned count = 0;
  for (; value != 0; value >>= 8)
    count++;
  return count;
}

static size_t code_bytes(size_t words) {
  return (words - KEY_WORDS + 1) / 2;
}

static size_t whole_words(size_t bytes) {
  return (bytes + sizeof(int64_t) - 1) / sizeof(int64_t);
}

/* Writes a word's bytes, advances *to, and returns its code. */
static inline unsigned pack_word(unsigned char **to, int64_t word) {
  uint64_t value = (uint64_t)word;
  unsigned bytes = word == FACT_NONE ? 0 : bytes_of(value);
  save(*to, value);
  *to += bytes;
  return word == FACT_NONE ? CODE_NONE : bytes;
}

size_t bpi_pack(int64_t *into, const int64_t *fact, size_t words) {
  unsigned char *code = (unsigned char *)(into + KEY_WORDS), *to = code + code_bytes(words);
  memcpy(into, fact, KEY_WORDS * sizeof *into);
  for (size_t i = KEY_WORDS; i < words; i += 2) {
    unsigned low = pack_word(&to, fact[i]), high = i + 1 < words ? pack_word(&to, fact[i + 1]) : 0;
    *code++ = (unsigned char)(low | high << 4);
  }
  return whole_words((size_t)(to - (unsigned char *)into));
}

/* Reads a word's bytes and advances *from. */
static inline int64_t unpack_word(const unsigned char **from, unsigned code) {
  static const uint64_t masks[9] = {0,
                                    0xFF,
                                    0xFFFF,
                                    0xFFFFFF,
                                    0xFFFFFFFF,
                                    UINT64_C(0xFFFFFFFFFF),
                                    UINT64_C(0xFFFFFFFFFFFF),
                                    UINT64_C(0xFFFFFFFFFFFFFF),
                                    UINT64_MAX};
  if (code == CODE_NONE) return FACT_NONE;
  int64_t word = (int64_t)(load(*from) & masks[code]);
  *from += code;
  return word;
}

size_t bpi_unpack(int64_t *fact, const int64_t *packed, size_t words) {
  const unsigned char *code = (const unsigned char *)(packed + KEY_WORDS);
  const unsigned char *from = code + code_bytes(words);
  memcpy(fact, packed, KEY_WORDS * sizeof *fact);
  for (size_t i = KEY_WORDS; i < words; i += 2, code++) {
    fact[i] = unpack_word(&from, *code & 15u);
    if (i + 1 < words) fact[i + 1] = unpack_word(&from, *code >> 4);
  }
  return whole_words((size_t)(from - (const unsigned char *)packed));
}
