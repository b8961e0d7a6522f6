/* base/text.c: UTF-8, numbers and small ASCII helpers. Independent of the locale, without state or
 * allocations. */
#include "base/text.h"

#include <string.h>

#define EDIT_MAX 64 /* longer names are considered too far apart */

static bool is_continuation(char c) {
  return ((unsigned char)c & 0xC0) == 0x80;
}

size_t bpi_utf8_step(const char *p, const char *end) {
  if (p >= end) return 0;
  unsigned char lead = (unsigned char)p[0];
  if (lead < 0x80) return 1;
  size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (lead < 0xC2 || lead > 0xF4 || (size_t)(end - p) < length) return 0;
  for (size_t i = 1; i < length; i++)
    if (!is_continuation(p[i])) return 0;
  /* Overlong forms, surrogates and code points beyond U+10FFFF show in the second byte. */
  unsigned char second = (unsigned char)p[1];
  switch (lead) {
  case 0xE0: return second >= 0xA0 ? 3 : 0;
  case 0xED: return second <= 0x9F ? 3 : 0;
  case 0xF0: return second >= 0x90 ? 4 : 0;
  case 0xF4: return second <= 0x8F ? 4 : 0;
  default: return length;
  }
}

/* Skips ASCII eight bytes at a time. */
static const char *skip_ascii(const char *p, const char *end) {
  const uint64_t high_bits = UINT64_C(0x8080808080808080);
  while (end - p >= 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    if (word & high_bits) break;
    p += 8;
  }
  while (p < end && (unsigned char)*p < 0x80)
    p++;
  return p;
}

bool bpi_utf8_valid(const char *p, size_t length) {
  if (length == 0) return true;
  const char *end = p + length;
  while ((p = skip_ascii(p, end)) < end) {
    size_t step = bpi_utf8_step(p, end);
    if (step == 0) return false;
    p += step;
  }
  return true;
}

size_t bpi_utf8_encode(uint32_t codepoint, char out[4]) {
  if (codepoint < 0x80) {
    out[0] = (char)codepoint;
    return 1;
  }
  if (codepoint < 0x800) {
    out[0] = (char)(0xC0 | codepoint >> 6);
    out[1] = (char)(0x80 | (codepoint & 0x3F));
    return 2;
  }
  if (codepoint < 0x10000) {
    if (codepoint >= 0xD800 && codepoint <= 0xDFFF) return 0;
    out[0] = (char)(0xE0 | codepoint >> 12);
    out[1] = (char)(0x80 | (codepoint >> 6 & 0x3F));
    out[2] = (char)(0x80 | (codepoint & 0x3F));
    return 3;
  }
  if (codepoint > 0x10FFFF) return 0;
  out[0] = (char)(0xF0 | codepoint >> 18);
  out[1] = (char)(0x80 | (codepoint >> 12 & 0x3F));
  out[2] = (char)(0x80 | (codepoint >> 6 & 0x3F));
  out[3] = (char)(0x80 | (codepoint & 0x3F));
  return 4;
}

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool bpi_ascii_equal_nocase(const char *a, size_t a_length, const char *b) {
  for (size_t i = 0; i < a_length; i++)
    if (b[i] == '\0' || lower(a[i]) != lower(b[i])) return false;
  return b[a_length] == '\0';
}

bool bpi_starts_with(const char *p, size_t length, const char *prefix) {
  size_t prefix_length = strlen(prefix);
  return prefix_length <= length && (prefix_length == 0 || memcmp(p, prefix, prefix_length) == 0);
}

bool bpi_ends_with(const char *text, const char *ending) {
  size_t length = strlen(text), wanted = strlen(ending);
  return length >= wanted && strcmp(text + length - wanted, ending) == 0;
}

const char *bpi_last_parts(const char *path, int count) {
  const char *at = path + strlen(path);
  for (; at > path; at--)
    if ((at[-1] == '/' || at[-1] == '\\') && --count == 0) break;
  return at;
}

const char *bpi_base_name(const char *path) {
  const char *slash = strrchr(path, '/'), *base = slash == NULL ? path : slash + 1;
  const char *other = strrchr(base, '\\');
  return other == NULL ? base : other + 1;
}

int bpi_hex_digit(char c) {
  char lower = (char)(c | 0x20);
  if (c >= '0' && c <= '9') return c - '0';
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool bpi_contains(const char *p, size_t length, const char *needle) {
  size_t needle_length = strlen(needle);
  if (needle_length == 0) return true;
  while (length >= needle_length) {
    const char *found = memchr(p, needle[0], length - needle_length + 1);
    if (!found) return false;
    if (memcmp(found, needle, needle_length) == 0) return true;
    length -= (size_t)(found + 1 - p);
    p = found + 1;
  }
  return false;
}

bool bpi_parse_int(const char *p, size_t length, int64_t *out) {
  bool negative = length > 0 && p[0] == '-';
  size_t i = length > 0 && (p[0] == '-' || p[0] == '+') ? 1 : 0;
  if (i == length) return false;
  /* Computed as a negative number, whose range includes INT64_MIN. */
  int64_t value = 0;
  for (; i < length; i++) {
    if (p[i] < '0' || p[i] > '9') return false;
    int digit = p[i] - '0';
    if (value < (INT64_MIN + digit) / 10) return false;
    value = value * 10 - digit;
  }
  if (!negative && value == INT64_MIN) return false;
  *out = negative ? value : -value;
  return true;
}

static unsigned least(unsigned a, unsigned b) {
  return a < b ? a : b;
}

/* Optimal string alignment: insert, delete, replace, swap neighbours; a swapped pair is not edited
 * again. Needs three rows of the table. */
unsigned bpi_edit_distance(const char *a, const char *b, unsigned limit) {
  size_t a_length = strlen(a), b_length = strlen(b);
  size_t gap = a_length > b_length ? a_length - b_length : b_length - a_length;
  if (gap >= limit || a_length > EDIT_MAX || b_length > EDIT_MAX)
    return a_length == b_length && memcmp(a, b, a_length) == 0 ? 0 : limit;

  unsigned rows[3][EDIT_MAX + 1];
  unsigned *before = rows[0], *above = rows[1], *row = rows[2];
  for (unsigned j = 0; j <= b_length; j++)
    above[j] = j;
  for (size_t i = 1; i <= a_length; i++) {
    row[0] = (unsigned)i;
    for (size_t j = 1; j <= b_length; j++) {
      unsigned best = above[j - 1] + (a[i - 1] != b[j - 1]);
      best = least(best, least(above[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        best = least(best, before[j - 2] + 1);
      row[j] = best;
    }
    unsigned *spare = before;
    before = above;
    above = row;
    row = spare;
  }
  return least(above[b_length], limit);
}

void bpi_hex(const void *bytes, size_t length, char *out) {
  static const char digits[] = "0123456789abcdef";
  const unsigned char *p = bytes;
  for (size_t i = 0; i < length; i++) {
    *out++ = digits[p[i] >> 4];
    *out++ = digits[p[i] & 15];
  }
  *out = '\0';
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool bpi_unhex(const char *hex, size_t digits, void *out) {
  unsigned char *p = out;
  if (digits % 2 != 0) return false;
  for (size_t i = 0; i < digits; i += 2) {
    int high = hex_value(hex[i]), low = hex_value(hex[i + 1]);
    if (high < 0 || low < 0) return false;
    *p++ = (unsigned char)(high << 4 | low);
  }
  return true;
}
