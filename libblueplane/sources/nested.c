/* sources/nested.c: a state machine over bytes; keeps nothing but the beginning of a key. */
#include "sources/nested.h"

#include <string.h>

#include "base/text.h"
#include "sources/object.h"

void bpi_nested_start(nested *n, const char *const *wanted,
                      void (*text)(void *user, int member, const char *piece, size_t length),
                      void *user) {
  memset(n, 0, sizeof *n);
  n->wanted = wanted;
  n->text = text;
  n->user = user;
  n->member = -1;
}

static bool is_key(const nested *n) {
  return n->depth == 1 && !n->is_value;
}

static bool is_wanted(const nested *n) {
  return n->member >= 0 && ((n->depth == 1 && n->is_value) || (n->depth == 2 && n->in_array));
}

static void take_text(nested *n, const char *piece, size_t length) {
  if (is_wanted(n)) {
    n->text(n->user, n->member, piece, length);
  } else if (is_key(n)) {
    for (size_t i = 0; i < length && n->key_length <= sizeof n->key; i++, n->key_length++)
      if (n->key_length < sizeof n->key) n->key[n->key_length] = piece[i];
  }
}

/* Takes a complete unit of a \u escape. A surrogate without its other half is dropped. */
static void take_unit(nested *n) {
  uint32_t unit = n->unit;
  if (unit >= 0xD800 && unit < 0xDC00) {
    n->high = unit;
    return;
  }
  if (unit >= 0xDC00 && unit < 0xE000 && n->high != 0)
    unit = 0x10000 + ((n->high - 0xD800) << 10) + (unit - 0xDC00);
  n->high = 0;
  char character[4];
  size_t length = bpi_utf8_encode(unit, character);
  if (length > 0) take_text(n, character, length);
}

static void take_digit(nested *n, char c) {
  char lower = (char)(c | 0x20);
  uint32_t digit = c >= '0' && c <= '9'           ? (uint32_t)(c - '0')
                   : lower >= 'a' && lower <= 'f' ? (uint32_t)(lower - 'a' + 10)
                                                  : 0;
  n->unit = n->unit << 4 | digit;
  if (--n->digits == 0) take_unit(n);
}

static void take_escaped(nested *n, char c) {
  static const char plain[] = "bfnrt", decoded[] = "\b\f\n\r\t";
  n->escaped = false;
  if (c == 'u') {
    n->digits = 4;
    n->unit = 0;
    return;
  }
  const char *found = c == '\0' ? NULL : strchr(plain, c);
  take_text(n, found == NULL ? &c : &decoded[found - plain], 1);
}

static void begin_text(nested *n) {
  n->in_text = true;
  n->high = 0;
  if (is_key(n)) n->key_length = 0;
  if (is_wanted(n)) n->text(n->user, n->member, "", 0);
}

static void end_text(nested *n) {
  n->in_text = false;
  if (!is_key(n)) return;
  bool whole = n->key_length <= sizeof n->key;
  n->member = whole ? bpi_list_index(n->wanted, n->key, n->key_length) : -1;
}

static void take_structure(nested *n, char c) {
  if (c == '"') {
    begin_text(n);
  } else if (c == '{' || c == '[') {
    if (n->depth == 1) n->in_array = c == '[';
    n->depth++;
  } else if ((c == '}' || c == ']') && n->depth > 0) {
    n->depth--;
  } else if (n->depth == 1 && c == ':') {
    n->is_value = true;
  } else if (n->depth == 1 && c == ',') {
    n->is_value = false;
    n->member = -1;
  }
}

/* The length of text without quotes and backslashes. */
static size_t plain_run(const char *p, const char *end) {
  const char *from = p;
  while (p < end && *p != '"' && *p != '\\')
    p++;
  return (size_t)(p - from);
}

void bpi_nested_feed(void *nested_object, const char *piece, size_t length) {
  nested *n = nested_object;
  for (const char *end = piece + length; piece < end;) {
    if (n->digits > 0) {
      take_digit(n, *piece++);
    } else if (n->escaped) {
      take_escaped(n, *piece++);
    } else if (!n->in_text) {
      take_structure(n, *piece++);
    } else {
      size_t run = plain_run(piece, end);
      if (run > 0) {
        take_text(n, piece, run);
        piece += run;
      } else {
        n->escaped = *piece == '\\';
        if (*piece++ == '"') end_text(n);
      }
    }
  }
}
