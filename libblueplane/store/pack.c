/* store/pack.c: behind the key a code of four bits for each word, then the bytes, lowest first. */
#include "store/pack.h"

#include <string.h>

#define KEY_WORDS 2
#define CODE_NONE 15 /* FACT_NONE, which stands in many columns; else the number of bytes */

static inline uint64_t load(const unsigned char *p) {
  return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
         (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static inline void save(unsigned char *p, uint64_t value) {
  for (int i = 0; i < 8; i++)
    p[i] = (unsigned char)(value >> (8 * i));
}

static inline unsigned bytes_of(uint64_t value) {
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

size_t bpi_pack(int64_t *into, const int64_t *fact, size_t words) {
  unsigned char *code = (unsigned char *)(into + KEY_WORDS), *to = code + code_bytes(words);
  memcpy(into, fact, KEY_WORDS * sizeof *into);
  memset(code, 0, code_bytes(words));
  for (size_t i = KEY_WORDS; i < words; i++) {
    unsigned bytes = fact[i] == FACT_NONE ? CODE_NONE : bytes_of((uint64_t)fact[i]);
    size_t place = i - KEY_WORDS;
    code[place / 2] = (unsigned char)(code[place / 2] | bytes << (place % 2 * 4));
    save(to, (uint64_t)fact[i]);
    if (bytes != CODE_NONE) to += bytes;
  }
  return whole_words((size_t)(to - (unsigned char *)into));
}

size_t bpi_unpack(int64_t *fact, const int64_t *packed, size_t words) {
  static const uint64_t masks[9] = {0,
                                    0xFF,
                                    0xFFFF,
                                    0xFFFFFF,
                                    0xFFFFFFFF,
                                    UINT64_C(0xFFFFFFFFFF),
                                    UINT64_C(0xFFFFFFFFFFFF),
                                    UINT64_C(0xFFFFFFFFFFFFFF),
                                    UINT64_MAX};
  const unsigned char *code = (const unsigned char *)(packed + KEY_WORDS);
  const unsigned char *from = code + code_bytes(words);
  memcpy(fact, packed, KEY_WORDS * sizeof *fact);
  for (size_t i = KEY_WORDS; i < words; i++) {
    size_t place = i - KEY_WORDS;
    unsigned bytes = code[place / 2] >> (place % 2 * 4) & 15;
    if (bytes == CODE_NONE) {
      fact[i] = FACT_NONE;
      continue;
    }
    fact[i] = (int64_t)(load(from) & masks[bytes]);
    from += bytes;
  }
  return whole_words((size_t)(from - (const unsigned char *)packed));
}
