/* base/lookup.h: tables of names and their lookup: rows that begin with a name, sorted by byte.
 * Handles only ASCII letters, because names of tools and programs have no others. */
#ifndef BPI_BASE_LOOKUP_H
#define BPI_BASE_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>

typedef struct name_code {
  const char *name;
  int code;
} name_code;

static inline int compare_name(const char *p, size_t length, const char *row_name) {
  for (size_t i = 0; i < length; i++) {
    unsigned char a = (unsigned char)p[i], b = (unsigned char)row_name[i];
    if (b == '\0') return 1;
    if (a != b) return a < b ? -1 : 1;
  }
  return row_name[length] == '\0' ? 0 : -1;
}

/* bsearch() with an inlined comparison, because commands are looked up often. */
static inline const void *find_row(const void *rows, size_t count, size_t size, const char *p,
                                   size_t length) {
  const char *first = rows;
  while (count > 0) {
    const void *middle = first + count / 2 * size;
    const char *const *row_name = middle;
    int order = compare_name(p, length, *row_name);
    if (order == 0) return middle;
    if (order > 0) {
      first += (count / 2 + 1) * size;
      count -= count / 2 + 1;
    } else {
      count /= 2;
    }
  }
  return NULL;
}

#define FIND(table, p, length)                                                                     \
  find_row(table, sizeof(table) / sizeof *(table), sizeof *(table), p, length)

static inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static inline bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

static inline bool is_letter(char c) {
  return is_upper(c) || (c >= 'a' && c <= 'z');
}

static inline char lower(char c) {
  return is_upper(c) ? (char)(c + ('a' - 'A')) : c;
}

/* Lower-cases a name, cut at LOWERED bytes, which is more than the names looked up in lower case
 * have. */
#define LOWERED 24
static inline size_t copy_lower(const char *p, size_t length, char into[LOWERED]) {
  if (length > LOWERED) length = LOWERED;
  for (size_t i = 0; i < length; i++)
    into[i] = lower(p[i]);
  return length;
}

static inline int code_of(const name_code *row, int otherwise) {
  return row ? row->code : otherwise;
}

#endif
