/* base/buf.c: a growing buffer; numbers are written independent of printf's locale. */
#include "base/buf.h"

#include <blueplane/blueplane.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void bpi_buf_init(buf *b, size_t limit) {
  memset(b, 0, sizeof *b);
  b->limit = limit;
}

void bpi_buf_free(buf *b) {
  bpi_free(b->data);
  b->data = NULL;
  b->length = b->capacity = 0;
}

/* Reserves room for `length` more bytes and a NUL. */
static char *room(buf *b, size_t length) {
  if (b->failed) return NULL;
  if (length > b->limit || b->length > b->limit - length) {
    b->failed = BP_ERR_LIMIT;
    return NULL;
  }
  void *data = b->data;
  if (bpi_reserve(&data, &b->capacity, b->length + length + 1, 1) != BP_OK) {
    b->failed = BP_ERR_NOMEM;
    return NULL;
  }
  b->data = data;
  return b->data + b->length;
}

void bpi_buf_add(buf *b, const void *data, size_t length) {
  char *into = room(b, length);
  if (into == NULL) return;
  if (length > 0) memcpy(into, data, length);
  into[length] = '\0';
  b->length += length;
}

void bpi_buf_text(buf *b, const char *text) {
  bpi_buf_add(b, text, strlen(text));
}

void bpi_buf_char(buf *b, char c) {
  bpi_buf_add(b, &c, 1);
}

void bpi_buf_int(buf *b, int64_t value) {
  char digits[24];
  size_t at = sizeof digits;
  uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do {
    digits[--at] = (char)('0' + left % 10);
    left /= 10;
  } while (left > 0);
  if (value < 0) digits[--at] = '-';
  bpi_buf_add(b, digits + at, sizeof digits - at);
}

/* The host's locale may use another decimal sign; JSON and CSV allow only the point. */
static void decimal_point(char *number) {
  for (char *p = number; *p != '\0'; p++)
    if ((*p < '0' || *p > '9') && *p != '-' && *p != '+' && *p != 'e') {
      *p = '.';
      char *rest = p + 1; /* the sign may have several bytes */
      while (*rest != '\0' && (*rest < '0' || *rest > '9'))
        rest++;
      memmove(p + 1, rest, strlen(rest) + 1);
      return;
    }
}

void bpi_buf_real(buf *b, double value) {
  if (!isfinite(value)) {
    bpi_buf_text(b, "null");
    return;
  }
  if (value == 0) value = 0; /* no negative zero */
  char number[48];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(number, sizeof number, "%.*g", digits, value);
    if (strtod(number, NULL) == value) break; /* strtod uses the same locale */
  }
  decimal_point(number);
  bpi_buf_text(b, number);
}

void bpi_buf_printf(buf *b, const char *format, ...) {
  char small[256];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(small, sizeof small, format, arguments);
  va_end(arguments);
  if (length < 0) {
    if (!b->failed) b->failed = BP_ERR_INTERNAL;
  } else if ((size_t)length < sizeof small) {
    bpi_buf_add(b, small, (size_t)length);
  } else {
    char *into = room(b, (size_t)length);
    if (into == NULL) return;
    va_start(arguments, format);
    vsnprintf(into, (size_t)length + 1, format, arguments);
    va_end(arguments);
    b->length += (size_t)length;
  }
}

void bpi_buf_json_text(buf *b, const char *text, size_t length) {
  static const char hex[] = "0123456789abcdef";
  const char *end = text + length;
  bpi_buf_char(b, '"');
  while (text < end) {
    unsigned char c = (unsigned char)*text;
    size_t step = c < 0x80 ? 1 : bpi_utf8_step(text, end);
    if (step == 0) {
      bpi_buf_text(b, "\xEF\xBF\xBD");
      step = 1;
    } else if (c == '"' || c == '\\') {
      char escaped[2] = {'\\', (char)c};
      bpi_buf_add(b, escaped, 2);
    } else if (c < 0x20 || c == 0x7f) {
      char escaped[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
      bpi_buf_add(b, escaped, 6);
    } else {
      bpi_buf_add(b, text, step);
    }
    text += step;
  }
  bpi_buf_char(b, '"');
}

char *bpi_buf_take(buf *b, size_t *length) {
  bpi_buf_add(b, "", 0); /* makes an empty buffer an empty text */
  if (b->failed) {
    bpi_buf_free(b);
    return NULL;
  }
  char *data = b->data;
  if (length != NULL) *length = b->length;
  b->data = NULL;
  b->length = b->capacity = 0;
  return data;
}
