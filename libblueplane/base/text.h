/* base/text.h: UTF-8, numbers and small ASCII helpers independent of the locale. */
#ifndef BPI_BASE_TEXT_H
#define BPI_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length of the valid UTF-8 sequence at p (1 to 4); 0 if there is none before end. */
size_t bpi_utf8_step(const char *p, const char *end);
bool bpi_utf8_valid(const char *p, size_t length);
size_t bpi_utf8_encode(uint32_t codepoint, char out[4]); /* 0 for surrogates and beyond U+10FFFF */

bool bpi_ascii_equal_nocase(const char *a, size_t a_length, const char *b); /* b NUL-terminated */
bool bpi_starts_with(const char *p, size_t length, const char *prefix);
bool bpi_ends_with(const char *text, const char *ending); /* both NUL-terminated */
int bpi_hex_digit(char c);                                /* -1 if it is not one */
/* The last component of a path of any system. */
const char *bpi_base_name(const char *path);
/* Where the last `count` components begin. */
const char *bpi_last_parts(const char *path, int count);
bool bpi_contains(const char *p, size_t length, const char *needle);
/* Parses a whole decimal integer with optional sign; false for anything else, or overflow. */
bool bpi_parse_int(const char *p, size_t length, int64_t *out);
/* Bytes as lower-case hex digits with a NUL, and back: false unless they are exactly such
 * digits. */
void bpi_hex(const void *bytes, size_t length, char *out);
bool bpi_unhex(const char *hex, size_t digits, void *out);
/* The edit distance of two short names (Damerau-Levenshtein), for "did you mean"; at most
 * `limit`. */
unsigned bpi_edit_distance(const char *a, const char *b, unsigned limit);

#endif
