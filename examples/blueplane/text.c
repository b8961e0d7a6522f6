/* text.c: strings for people and for programs. Widths come from utf8proc, independent of the
 * locale. */
#include "text.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "exits.h"

/* ------------------------------------------------------------------------------------ growing */

uint64_t hash_number(uint64_t hash, uint64_t value) {
  return (hash ^ value) * UINT64_C(1099511628211);
}

uint64_t hash_text(uint64_t hash, const char *string) {
  for (; *string != '\0'; string++)
    hash = hash_number(hash, (unsigned char)*string);
  return hash;
}

void *need(void *memory) {
  if (memory != NULL) return memory;
  fputs("blueplane: out of memory\n", stderr);
  exit(EXIT_FAILED);
}

static void reserve(text *t, size_t more) {
  if (t->capacity - t->length > more) return;
  size_t capacity = t->capacity == 0 ? 256 : t->capacity;
  while (capacity - t->length <= more)
    capacity *= 2;
  t->data = need(realloc(t->data, capacity));
  t->capacity = capacity;
}

void text_free(text *t) {
  free(t->data);
  *t = (text){0};
}

void text_add_bytes(text *t, const char *bytes, size_t length) {
  reserve(t, length);
  if (length > 0) memcpy(t->data + t->length, bytes, length);
  t->length += length;
  t->data[t->length] = '\0';
}

void text_add(text *t, const char *string) {
  text_add_bytes(t, string, strlen(string));
}

void text_addv(text *t, const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, again);
  va_end(again);
  if (length < 0) return;
  reserve(t, (size_t)length);
  vsnprintf(t->data + t->length, (size_t)length + 1, format, arguments);
  t->length += (size_t)length;
}

void text_addf(text *t, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  text_addv(t, format, arguments);
  va_end(arguments);
}

char *print_text(const char *format, ...) {
  text t = {0};
  va_list arguments;
  va_start(arguments, format);
  text_addv(&t, format, arguments);
  va_end(arguments);
  return t.data != NULL ? t.data : copy_text("");
}

char *copy_text(const char *string) {
  text t = {0};
  text_add(&t, string);
  return t.data;
}

void text_repeat(text *t, const char *string, int times) {
  for (int i = 0; i < times; i++)
    text_add(t, string);
}

/* ------------------------------------------------------------------------------------- columns */

/* Decodes the character at p: returns its bytes (at least 1) and sets *code, to U+FFFD for invalid
 * UTF-8. */
static size_t next_character(const char *p, utf8proc_int32_t *code) {
  utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *)p, -1, code);
  if (bytes > 0) return (size_t)bytes;
  *code = 0xfffd;
  return 1;
}

int text_width(const char *string) {
  int width = 0;
  utf8proc_int32_t code;
  while (*string != '\0') {
    string += next_character(string, &code);
    width += utf8proc_charwidth(code);
  }
  return width;
}

/* Bytes of the longest prefix that takes at most `width` columns. */
static size_t beginning(const char *string, int width) {
  const char *at = string;
  utf8proc_int32_t code;
  while (*at != '\0') {
    size_t bytes = next_character(at, &code);
    width -= utf8proc_charwidth(code);
    if (width < 0) break;
    at += bytes;
  }
  return (size_t)(at - string);
}

void text_fit(text *t, const char *string, int width, bool ascii) {
  int wanted = width < 0 ? -width : width;
  int own = text_width(string);
  if (wanted == 0 || own == wanted) {
    text_add(t, string);
  } else if (own > wanted) {
    size_t bytes = beginning(string, wanted - 1);
    text_add_bytes(t, string, bytes);
    text_add(t, ascii ? "~" : "…");
    text piece = {0};
    text_add_bytes(&piece, string, bytes);
    text_repeat(t, " ", wanted - 1 - text_width(piece.data)); /* if a wide character did not fit */
    text_free(&piece);
  } else {
    if (width < 0) text_repeat(t, " ", wanted - own);
    text_add(t, string);
    if (width > 0) text_repeat(t, " ", wanted - own);
  }
}

/* Control characters, line separators, and directional marks. */
static bool moves_cursor(utf8proc_int32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *text_safe(const char *string) {
  text t = {0};
  text_add(&t, "");
  while (*string != '\0') {
    utf8proc_int32_t code;
    size_t bytes = next_character(string, &code);
    if (moves_cursor(code))
      text_addf(&t, code < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)code);
    else if (code == 0xfffd)
      text_add(&t, "\xEF\xBF\xBD");
    else
      text_add_bytes(&t, string, bytes);
    string += bytes;
  }
  return t.data;
}

void text_wrap(text *t, const char *string, int width, int indent) {
  int at = indent;
  for (const char *word = string; *word != '\0';) {
    size_t length = strcspn(word, " ");
    if (word[length] == ' ' && word[length + 1] == '%')
      length += 1 + strcspn(word + length + 1, " ");
    text one = {0};
    text_add_bytes(&one, word, length);
    int own = text_width(one.data);
    if (at > indent && width > 0 && at + 1 + own > width) {
      text_add(t, "\n");
      text_repeat(t, " ", indent);
      at = indent;
    } else if (at > indent) {
      text_add(t, " ");
      at++;
    }
    text_add(t, one.data);
    at += own;
    text_free(&one);
    word += length + strspn(word + length, " ");
  }
}

/* --------------------------------------------------------------------------------------- bytes */

bool bytes_unit(double *factor, const char *unit) {
  static const struct {
    const char *unit;
    double factor;
  } units[] = {
      {"B", 1},     {"kB", 1e3},   {"KB", 1e3},      {"MB", 1e6},         {"GB", 1e9},
      {"TB", 1e12}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}, {"TiB", 1099511627776.0}};
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (strcmp(units[i].unit, unit) == 0) {
      *factor = units[i].factor;
      return true;
    }
  return false;
}

bool parse_bytes(double *bytes, const char *said) {
  char *end;
  double factor = 1;
  *bytes = strtod(said, &end);
  if (end == said || !isfinite(*bytes) || *bytes < 0) return false;
  end += strspn(end, " ");
  if (*end != '\0' && !bytes_unit(&factor, end)) return false;
  *bytes *= factor;
  return true;
}

/* ---------------------------------------------------------------------------------------- JSON */

static void json_string(text *t, const char *string) {
  text_add(t, "\"");
  while (*string != '\0') {
    utf8proc_int32_t code;
    size_t bytes = next_character(string, &code);
    if (code == '"' || code == '\\')
      text_addf(t, "\\%c", (char)code);
    else if (code < 0x20 || code == 0x7f)
      text_addf(t, "\\u%04x", (unsigned)code);
    else if (code == 0xfffd)
      text_add(t, "\xEF\xBF\xBD");
    else
      text_add_bytes(t, string, bytes);
    string += bytes;
  }
  text_add(t, "\"");
}

static void json_member(json *j, const char *key) {
  if (j->comma) text_add(&j->out, ",");
  j->comma = true;
  if (key == NULL) return;
  json_string(&j->out, key);
  text_add(&j->out, ":");
}

void json_open(json *j, const char *key, char bracket) {
  json_member(j, key);
  text_add_bytes(&j->out, &bracket, 1);
  j->comma = false;
}

void json_close(json *j, char bracket) {
  text_add_bytes(&j->out, &bracket, 1);
  j->comma = true;
}

void json_text(json *j, const char *key, const char *value) {
  json_member(j, key);
  if (value == NULL)
    text_add(&j->out, "null");
  else
    json_string(&j->out, value);
}

void json_int(json *j, const char *key, int64_t value) {
  json_member(j, key);
  text_addf(&j->out, "%lld", (long long)value);
}

void json_real(json *j, const char *key, double value) {
  json_member(j, key);
  if (!isfinite(value)) {
    text_add(&j->out, "null");
    return;
  }
  char digits[40];
  for (int precision = 15; precision <= 17; precision++) { /* the shortest that reads back */
    snprintf(digits, sizeof digits, "%.*g", precision, value);
    if (strtod(digits, NULL) == value) break;
  }
  text_add(&j->out, digits);
}

void json_bool(json *j, const char *key, bool value) {
  json_member(j, key);
  text_add(&j->out, value ? "true" : "false");
}

void json_null(json *j, const char *key) {
  json_text(j, key, NULL);
}

void json_document(json *j, const char *key, const char *document) {
  json_member(j, key);
  for (size_t length; *document != '\0'; document += length + (document[length] != '\0')) {
    length = strcspn(document, "\n"); /* newlines occur only between tokens */
    text_add_bytes(&j->out, document, length);
  }
}

/* The value of "\\u" and four hexadecimal digits at `at`; -1: not there. */
static long escaped_unit(const char *at) {
  char digits[5] = "";
  if (at[0] != '\\' || at[1] != 'u') return -1;
  for (int i = 0; i < 4; i++) {
    if (!isxdigit((unsigned char)at[2 + i])) return -1;
    digits[i] = at[2 + i];
  }
  return strtol(digits, NULL, 16);
}

void json_mend_halves(char *document) {
  static const char replacement[] = "\\ufffd";
  for (char *at = document; (at = strchr(at, '\\')) != NULL && at[1] != '\0';) {
    long unit = escaped_unit(at), next = unit < 0 ? -1 : escaped_unit(at + 6);
    bool half = unit >= 0xD800 && unit < 0xE000;
    bool pair = half && unit < 0xDC00 && next >= 0xDC00 && next < 0xE000;
    if (half && !pair) memcpy(at, replacement, sizeof replacement - 1);
    at += pair ? 12 : unit < 0 ? 2 : 6;
  }
}

/* -------------------------------------------------------------------------------- did you mean */

#define NAME_MAX_LENGTH 64

static unsigned least(unsigned a, unsigned b) {
  return a < b ? a : b;
}

/* Damerau-Levenshtein distance, ignoring case. */
static unsigned distance(const char *a, const char *b) {
  size_t rows = strlen(a), columns = strlen(b);
  if (rows > NAME_MAX_LENGTH || columns > NAME_MAX_LENGTH) return NAME_MAX_LENGTH;
  unsigned cost[3][NAME_MAX_LENGTH + 1];
  unsigned *before = cost[0], *last = cost[1], *now = cost[2];
  for (size_t c = 0; c <= columns; c++)
    last[c] = (unsigned)c;
  for (size_t r = 1; r <= rows; r++) {
    now[0] = (unsigned)r;
    for (size_t c = 1; c <= columns; c++) {
      int x = tolower((unsigned char)a[r - 1]), y = tolower((unsigned char)b[c - 1]);
      now[c] = least(least(last[c] + 1, now[c - 1] + 1), last[c - 1] + (x != y));
      if (r > 1 && c > 1 && x == tolower((unsigned char)b[c - 2]) &&
          y == tolower((unsigned char)a[r - 2]))
        now[c] = least(now[c], before[c - 2] + 1);
    }
    unsigned *free_row = before;
    before = last;
    last = now;
    now = free_row;
  }
  return last[columns];
}

void nearest_try(nearest *n, const char *candidate) {
  size_t typed = strlen(n->typed);
  unsigned steps = distance(n->typed, candidate);
  bool begins = typed >= 3 && strncmp(n->typed, candidate, typed) == 0;
  if (begins) steps = 1; /* an abbreviation */
  unsigned allowed = typed < 4 ? 1 : typed < 9 ? 2 : 3;
  if (steps > allowed) return;
  if (n->best != NULL && steps >= n->distance) return;
  n->best = candidate;
  n->distance = steps;
}
