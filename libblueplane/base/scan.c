/* base/scan.c: the scanner. Everything is read through `at`. A function that may run out of bytes
 * stores its position there, calls more(), and continues from `at`, so no other pointer into the
 * window survives a refill. A newline is never read inside a value: it ends the line, valid or
 * not. */
#include "base/scan.h"

#include <blueplane/blueplane.h>

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/scan_find.h"
#include "base/text.h"

/* ----------------------------------------------------------------------------------- window */

int bpi_scan_init(scan *s, scan_read_fn read, void *user, size_t window, int64_t offset,
                  uint64_t line) {
  memset(s, 0, sizeof *s);
  s->capacity = window < 4096 ? 4096 : window;
  s->window = bpi_alloc(s->capacity);
  if (s->window == NULL) return BP_ERR_NOMEM;
  bpi_scan_reset(s, read, user, offset, line);
  return BP_OK;
}

void bpi_scan_reset(scan *s, scan_read_fn read, void *user, int64_t offset, uint64_t line) {
  char *window = s->window;
  size_t capacity = s->capacity, filled = s->filled;
  memset(s, 0, sizeof *s);
  s->window = window;
  s->capacity = capacity;
  s->filled = filled;
  s->origin = s->at = s->end = window;
  s->read = read;
  s->user = user;
  s->base = s->line_start = offset;
  s->line = line;
}

void bpi_scan_init_memory(scan *s, const void *data, size_t length) {
  memset(s, 0, sizeof *s);
  s->origin = s->at = data;
  s->end = s->at + length;
  s->eof = true;
  s->line = 1;
}

void bpi_scan_free(scan *s) {
  bpi_free_wiped(s->window, s->filled);
  bpi_hash_wipe(s, sizeof *s); /* a key may be content, too */
}

static int64_t offset_of(const scan *s) {
  return s->base + (s->at - s->origin);
}

static void fail(scan *s, scan_error error) {
  if (bpi_scan_failed(s)) return;
  s->error = error;
  s->error_at = offset_of(s);
}

/* Reads at least one more byte after `end`. False at the end of the input or on failure. */
static bool more(scan *s) {
  if (s->eof) return false;
  size_t left = (size_t)(s->end - s->at);
  s->base += s->at - s->origin;
  memmove(s->window, s->at, left); /* usually a few bytes: the caller is near the end */
  s->at = s->window;
  s->end = s->window + left;
  int64_t got = s->read(s->user, s->window + left, s->capacity - left);
  size_t filled = got < 0 ? s->capacity : left + (size_t)got;
  if (filled > s->filled) s->filled = filled;
  if (got < 0) {
    s->eof = true;
    fail(s, SCAN_IO);
    return false;
  }
  if (got == 0) {
    s->eof = true;
    return false;
  }
  s->end += got;
  return true;
}

/* Like more(), inside a value: at the end of the input the value is waiting. */
static bool need_more(scan *s) {
  if (more(s)) return true;
  if (s->error == SCAN_OK) s->waiting = true;
  return false;
}

static void begin_line(scan *s) {
  s->line++;
  s->line_start = offset_of(s);
}

/* The next byte that is not white space, without reading it; -1 if there is none. Only inside
 * values. */
static inline int next_byte(scan *s) {
  for (;;) {
    while (s->at < s->end) {
      unsigned char c = (unsigned char)*s->at;
      if (c > ' ' || (c != ' ' && c != '\t' && c != '\r' && (c != '\n' || !s->document))) return c;
      s->at++;
      if (c == '\n') begin_line(s);
    }
    if (!need_more(s)) return -1;
  }
}

/* ---------------------------------------------------------------------------------- strings */

#define FEED_BYTES 1024 /* longest piece passed to a feed function */

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* Ensures that `count` bytes from `at` are in the window; false if the input ends first (the value
 * waits). */
static bool reach(scan *s, size_t count) {
  while ((size_t)(s->end - s->at) < count)
    if (!need_more(s)) return false;
  return true;
}

static int32_t hex4(const char *p) {
  int32_t value = 0;
  for (int i = 0; i < 4; i++) {
    int digit = hex_value(p[i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

/* Four hex digits at `at` + `from`, checked one by one, so that a truncated escape waits only while
 * it can still become valid. */
static int32_t unicode_digits(scan *s, size_t from) {
  if ((size_t)(s->end - s->at) >= from + 4) { /* the usual case */
    int32_t unit = hex4(s->at + from);
    if (unit >= 0) return unit;
  }
  for (size_t i = from; i < from + 4; i++) {
    if (!reach(s, i + 1)) return -1;
    if (hex_value(s->at[i]) < 0) {
      fail(s, SCAN_SYNTAX);
      return -1;
    }
  }
  return hex4(s->at + from);
}

/* Decodes the escape at `at` ('\\') of *step bytes; 0 on failure. A surrogate without its other
 * half, which is valid JSON but no character, becomes U+FFFD. */
static size_t escape(scan *s, char out[4], size_t *step) {
  if (!reach(s, 2)) return 0;
  *step = 2;
  out[0] = bpi_plain_escape(s->at[1]);
  if (out[0] != 0) return 1;
  if (s->at[1] != 'u') {
    fail(s, SCAN_SYNTAX);
    return 0;
  }
  int32_t unit = unicode_digits(s, 2);
  if (unit < 0) return 0;
  *step = 6;
  if (unit >= 0xD800 && unit < 0xDC00 && reach(s, 7) && s->at[6] == '\\' && reach(s, 8) &&
      s->at[7] == 'u') {
    int32_t low = unicode_digits(s, 8); /* negative: not a valid escape */
    if (low < 0) return 0;
    if (low >= 0xDC00 && low < 0xE000) {
      *step = 12;
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
  }
  if (s->waiting) return 0;
  size_t length = bpi_utf8_encode((uint32_t)unit, out);
  return length > 0 ? length : bpi_utf8_encode(0xFFFD, out);
}

/* Length of the multi-byte character at `at`; 0 on failure. */
static size_t wide_character(scan *s) {
  const unsigned char *c = (const unsigned char *)s->at;
  bool usual = c[0] > 0xE0 && c[0] < 0xED; /* three bytes, with any continuation bytes valid */
  if (usual && s->end - s->at >= 3 && (c[1] & 0xC0) == 0x80 && (c[2] & 0xC0) == 0x80) return 3;
  size_t step = bpi_utf8_step(s->at, s->end);
  if (step > 0) return step;
  unsigned char lead = (unsigned char)*s->at;
  size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  while ((size_t)(s->end - s->at) < want && lead >= 0xC2 && lead <= 0xF4) {
    for (const char *p = s->at + 1; p < s->end; p++)
      if (((unsigned char)*p & 0xC0) != 0x80) {
        fail(s, SCAN_UTF8);
        return 0;
      }
    if (!need_more(s)) return 0;
  }
  step = bpi_utf8_step(s->at, s->end);
  if (step == 0) fail(s, SCAN_UTF8);
  return step;
}

/* Decodes the character at `at` that is not plain ASCII: returns its decoded length and sets *step
 * to its length in the input; 0 on failure. */
static size_t character(scan *s, char out[4], size_t *step) {
  if (*s->at == '\\') return escape(s, out, step);
  if ((unsigned char)*s->at < 0x80) { /* a control character */
    fail(s, SCAN_SYNTAX);
    return 0;
  }
  size_t length = *step = wide_character(s);
  if (length > 0) memcpy(out, s->at, length);
  return length;
}

/* Skips the rest of a string including its closing quote, and validates it. */
static bool skip_string(scan *s) {
  for (;;) {
    s->at = bpi_skip_text(s->at, s->end);
    if (s->at == s->end) {
      if (!need_more(s)) return false;
    } else if (*s->at == '"') {
      s->at++;
      return true;
    } else if ((unsigned char)*s->at >= 0x80) {
      size_t step = wide_character(s);
      if (step == 0) return false;
      s->at += step;
    } else {
      char unused[4];
      size_t step;
      if (character(s, unused, &step) == 0) return false;
      s->at += step;
    }
  }
}

/* Why a piece of a string ended. */
typedef enum piece_end { PIECE_LAST, PIECE_FULL, PIECE_FAILED } piece_end;

/* Decodes whole characters of a string while they fit. PIECE_LAST: the closing quote was read. */
static piece_end decode_piece(scan *s, char *into, size_t capacity, size_t *length) {
  char *to = into, *full = into + capacity;
  piece_end ended = PIECE_FAILED;
  for (;;) {
    size_t room = (size_t)(full - to), left = (size_t)(s->end - s->at);
    const char *stop = bpi_copy_text(&to, s->at, s->at + (left < room ? left : room));
    s->at = stop;
    if (stop == s->end) {
      if (need_more(s)) continue;
      break;
    }
    if (*stop == '"') {
      s->at++;
      ended = PIECE_LAST;
      break;
    }
    if (!bpi_special((unsigned char)*stop)) { /* stopped because `into` is full */
      if (to < full) continue;
      ended = PIECE_FULL;
      break;
    }
    char decoded[4];
    size_t step = 1, count = character(s, decoded, &step);
    if (count == 0) break;
    if (count > (size_t)(full - to)) {
      ended = PIECE_FULL;
      break;
    }
    memcpy(to, decoded, count);
    to += count;
    s->at += step;
  }
  *length = (size_t)(to - into);
  return ended;
}

/* ---------------------------------------------------------------------------- other scalars */

/* A number as it is read. */
typedef struct number {
  char text[40];
  size_t length; /* greater than sizeof text: too long to keep */
  bool negative, fraction;
  uint64_t value; /* of its digits, saturated */
} number;

/* The byte at `at`; -1 at the end of the input, where the number may or may not continue. */
static int number_byte(scan *s) {
  return s->at == s->end && !more(s) ? -1 : (unsigned char)*s->at;
}

static void number_take(scan *s, number *n) {
  if (n->length < sizeof n->text) n->text[n->length] = *s->at;
  n->length++;
  s->at++;
}

static int digits(scan *s, number *n) {
  int count = 0, c;
  while ((c = number_byte(s)) >= '0' && c <= '9') {
    uint64_t digit = (uint64_t)(c - '0');
    n->value = n->value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : n->value * 10 + digit;
    number_take(s, n);
    count++;
  }
  return count;
}

/* Fails after a part that needs digits had none, or waits at the end of the input. */
static bool number_stop(scan *s) {
  if (s->at == s->end && s->eof) {
    if (s->error == SCAN_OK) s->waiting = true;
  } else {
    fail(s, SCAN_SYNTAX);
  }
  return false;
}

static bool read_number(scan *s, number *n) {
  memset(n, 0, sizeof *n);
  if (*s->at == '-') {
    n->negative = true;
    number_take(s, n);
  }
  int c = number_byte(s);
  if (c == '0')
    number_take(s, n);
  else if (digits(s, n) == 0)
    return number_stop(s);
  uint64_t whole = n->value;
  if (number_byte(s) == '.') {
    n->fraction = true;
    number_take(s, n);
    if (digits(s, n) == 0) return number_stop(s);
  }
  c = number_byte(s);
  if (c == 'e' || c == 'E') {
    n->fraction = true; /* 1e3 is an integer, but counts are never written that way */
    number_take(s, n);
    c = number_byte(s);
    if (c == '+' || c == '-') number_take(s, n);
    if (digits(s, n) == 0) return number_stop(s);
  }
  n->value = whole;
  if (s->error != SCAN_OK) return false;
  c = number_byte(s);
  if (c < 0) { /* more digits may follow */
    if (s->error == SCAN_OK) s->waiting = true;
    return false;
  }
  if (c > ' ' && c != ',' && c != '}' && c != ']') {
    fail(s, SCAN_SYNTAX);
    return false;
  }
  return true;
}

/* Reads a count of at most 15 digits that is completely in the window; otherwise reads nothing. */
static inline bool count_at_once(scan *s, int64_t *out) {
  const char *p = s->at;
  int64_t value = 0;
  if (bpi_scan_failed(s)) return false;
  for (; p < s->end && p - s->at < 15 && *p >= '0' && *p <= '9'; p++)
    value = value * 10 + (*p - '0');
  if (p == s->at || p == s->end || (*s->at == '0' && p - s->at > 1)) return false;
  if (*p != ',' && *p != '}' && *p != ']') return false;
  s->at = p;
  *out = value;
  return true;
}

static bool read_literal(scan *s, const char *word, size_t length) {
  if ((size_t)(s->end - s->at) >= length && memcmp(s->at, word, length) == 0) { /* the usual case */
    s->at += length;
    return true;
  }
  for (size_t i = 0; i < length; i++) {
    if (s->at == s->end && !need_more(s)) return false;
    if (*s->at != word[i]) {
      fail(s, SCAN_SYNTAX);
      return false;
    }
    s->at++;
  }
  return true;
}

/* ------------------------------------------------------------------------------- structure */

static scan_type type_of(int c) {
  switch (c) {
  case '{': return SCAN_OBJECT;
  case '[': return SCAN_ARRAY;
  case '"': return SCAN_TEXT;
  case 't': return SCAN_TRUE;
  case 'f': return SCAN_FALSE;
  case 'n': return SCAN_NULL;
  default: return c == '-' || (c >= '0' && c <= '9') ? SCAN_NUMBER : SCAN_ERROR;
  }
}

static bool push(scan *s, bool is_array) {
  if (s->depth == SCAN_DEPTH) {
    fail(s, SCAN_TOO_DEEP);
    return false;
  }
  s->top = UINT64_C(1) << s->depth++;
  s->is_array = is_array ? s->is_array | s->top : s->is_array & ~s->top;
  s->has_member &= ~s->top;
  s->at++;
  return true;
}

static void pop(scan *s) {
  s->depth--;
  s->top >>= 1;
}

static bool top_is_array(const scan *s) {
  return (s->is_array & s->top) != 0;
}

/* Moves to the next member of the open container, reading the comma; false at its end (which is
 * read) or on failure. */
static bool next_member(scan *s) {
  if (bpi_scan_failed(s) || s->depth == 0) return false;
  char close = top_is_array(s) ? ']' : '}';
  int c = next_byte(s);
  if (c < 0) return false;
  if (c == close) {
    s->at++;
    pop(s);
    return false;
  }
  if (s->has_member & s->top) {
    if (c != ',') {
      fail(s, SCAN_SYNTAX);
      return false;
    }
    s->at++;
    if ((c = next_byte(s)) < 0) return false;
    if (c == close) {
      fail(s, SCAN_SYNTAX);
      return false;
    }
  }
  s->has_member |= s->top;
  return true;
}

static bool read_colon(scan *s) {
  int c = next_byte(s);
  if (c < 0) return false;
  if (c != ':') {
    fail(s, SCAN_SYNTAX);
    return false;
  }
  s->at++;
  return true;
}

static bool open_quote(scan *s) {
  if (*s->at != '"') {
    fail(s, SCAN_SYNTAX);
    return false;
  }
  s->at++;
  return true;
}

/* Reads one scalar whose first byte is `c`. */
static bool skip_scalar(scan *s, int c) {
  number n;
  switch (type_of(c)) {
  case SCAN_TEXT: s->at++; return skip_string(s);
  case SCAN_NUMBER: return read_number(s, &n);
  case SCAN_TRUE: return read_literal(s, "true", 4);
  case SCAN_FALSE: return read_literal(s, "false", 5);
  case SCAN_NULL: return read_literal(s, "null", 4);
  default: fail(s, SCAN_SYNTAX); return false;
  }
}

/* Skips until all containers deeper than `floor` are closed. */
static void skip_to_depth(scan *s, unsigned floor) {
  while (s->depth > floor) {
    if (!next_member(s)) {
      if (bpi_scan_failed(s)) return;
      continue;
    }
    if (!top_is_array(s)) {
      if (!open_quote(s) || !skip_string(s) || !read_colon(s)) return;
      if (next_byte(s) < 0) return;
    }
    int c = (unsigned char)*s->at;
    bool ok = c == '{' || c == '[' ? push(s, c == '[') : skip_scalar(s, c);
    if (!ok) return;
  }
}

/* --------------------------------------------------------------------------------- interface */

void bpi_scan_skip(scan *s) {
  if (bpi_scan_failed(s)) return;
  int64_t unused;
  if (s->at < s->end && *s->at == '"') { /* the usual value after a key */
    s->at++;
    skip_string(s);
    return;
  }
  if (count_at_once(s, &unused)) return;
  int c = next_byte(s);
  if (c < 0) return;
  if (c != '{' && c != '[') {
    skip_scalar(s, c);
    return;
  }
  unsigned floor = s->depth;
  if (push(s, c == '[')) skip_to_depth(s, floor);
}

scan_type bpi_scan_value(scan *s) {
  /* skip what the caller left unread */
  if (s->depth > 0 && !bpi_scan_failed(s)) skip_to_depth(s, 0);
  if (s->error != SCAN_OK) return SCAN_ERROR;
  for (;;) {
    if (s->waiting) return SCAN_WAIT;
    if (s->at == s->end && !more(s)) return s->error == SCAN_OK ? SCAN_END : SCAN_ERROR;
    char c = *s->at;
    if (c == '\n') {
      s->at++;
      begin_line(s);
    } else if (c == ' ' || c == '\t' || c == '\r') {
      s->at++;
    } else {
      break;
    }
  }
  s->record_start = offset_of(s);
  s->record_line = s->line;
  int c = (unsigned char)*s->at;
  scan_type type = type_of(c);
  if (type == SCAN_ERROR) fail(s, c >= 0x80 && wide_character(s) == 0 ? SCAN_UTF8 : SCAN_SYNTAX);
  if (s->waiting) return SCAN_WAIT;
  if (type == SCAN_OBJECT || type == SCAN_ARRAY) push(s, type == SCAN_ARRAY);
  return type;
}

bool bpi_scan_recover(scan *s) {
  if (s->error == SCAN_IO) return false;
  s->error = SCAN_OK;
  s->waiting = false;
  s->depth = 0;
  s->top = 0;
  for (;;) {
    const char *newline = s->at < s->end ? memchr(s->at, '\n', (size_t)(s->end - s->at)) : NULL;
    if (newline != NULL) {
      s->at = newline + 1;
      begin_line(s);
      if (!s->document) return true;
      continue;
    }
    s->at = s->end;
    if (more(s)) continue;
    if (s->document && s->error == SCAN_OK) return true; /* the rest was skipped */
    s->waiting = s->error == SCAN_OK;                    /* only a complete line can be judged */
    return false;
  }
}

scan_type bpi_scan_peek(scan *s) {
  if (bpi_scan_failed(s)) return SCAN_ERROR;
  int c = next_byte(s);
  return c < 0 ? SCAN_ERROR : type_of(c);
}

/* The first byte of the next key if it directly follows the comma or opening bracket, as is usual
 * in generated JSON; otherwise NULL. Reads nothing. */
static inline const char *key_at_once(const scan *s) {
  const char *at = s->at;
  if (bpi_scan_failed(s) || s->depth == 0 || top_is_array(s) || s->end - at < 2) return NULL;
  if ((s->has_member & s->top) != 0 && *at++ != ',') return NULL;
  return *at == '"' ? at + 1 : NULL;
}

static SCAN_RARE bool read_key(scan *s, const char **key, size_t *length) {
  if (!next_member(s) || !open_quote(s)) return false;
  piece_end ended = decode_piece(s, s->key, sizeof s->key, length);
  if (ended == PIECE_FULL) *length = 0;
  if (ended == PIECE_FAILED || (ended == PIECE_FULL && !skip_string(s)) || !read_colon(s))
    return false;
  *key = s->key;
  return true;
}

/* Reads the bracket that ends the open object, if it comes next. */
static inline bool end_at_once(scan *s) {
  if (bpi_scan_failed(s) || s->depth == 0 || top_is_array(s) || s->at == s->end || *s->at != '}')
    return false;
  s->at++;
  pop(s);
  return true;
}

bool bpi_scan_key(scan *s, const char **key, size_t *length) {
  if (end_at_once(s)) return false;
  const char *from = key_at_once(s);
  if (from != NULL) {
    const char *quote = bpi_find_special(from, s->end);
    if (s->end - quote >= 2 && quote[0] == '"' && quote[1] == ':') {
      *key = from;
      *length = quote - from <= SCAN_KEY_MAX ? (size_t)(quote - from) : 0;
      s->at = quote + 2;
      s->has_member |= s->top;
      return true;
    }
  }
  return read_key(s, key, length);
}

bool bpi_scan_item(scan *s) {
  return next_member(s);
}

static bool enter(scan *s, char open) {
  if (bpi_scan_failed(s)) return false;
  int c = next_byte(s);
  if (c < 0) return false;
  if (c == open) return push(s, open == '[');
  bpi_scan_skip(s);
  return false;
}

bool bpi_scan_enter_object(scan *s) {
  return enter(s, '{');
}
bool bpi_scan_enter_array(scan *s) {
  return enter(s, '[');
}

/* Opens a string; any other value is skipped. */
static bool enter_text(scan *s) {
  if (bpi_scan_peek(s) != SCAN_TEXT) {
    bpi_scan_skip(s);
    return false;
  }
  s->at++;
  return true;
}

bool bpi_scan_text_feed(scan *s, void (*feed)(void *user, const char *piece, size_t length),
                        void *user) {
  if (!enter_text(s)) return false;
  char piece[FEED_BYTES];
  size_t length, longest = 0;
  piece_end ended;
  do {
    ended = decode_piece(s, piece, sizeof piece, &length);
    if (length > longest) longest = length;
    if (length > 0) feed(user, piece, length);
  } while (ended == PIECE_FULL);
  bpi_hash_wipe(piece, longest);
  return ended == PIECE_LAST;
}

/* Reads the string at `at` if it is completely in the window, plain ASCII and at most `capacity`
 * bytes long; otherwise NULL, and nothing is read. */
static inline const char *text_at_once(scan *s, size_t capacity, size_t *length) {
  if (bpi_scan_failed(s) || s->at == s->end || *s->at != '"') return NULL;
  const char *from = s->at + 1;
  size_t left = (size_t)(s->end - from);
  const char *end = left > capacity ? from + capacity + 1 : s->end;
  const char *quote = bpi_find_special(from, end);
  if (quote == end || *quote != '"') return NULL;
  *length = (size_t)(quote - from);
  s->at = quote + 1;
  return from;
}

bool bpi_scan_text_is(scan *s, const char *text, size_t length) {
  const char *at = s->at;
  if (bpi_scan_failed(s) || (size_t)(s->end - at) < length + 2) return false;
  if (at[0] != '"' || at[length + 1] != '"' || memcmp(at + 1, text, length) != 0) return false;
  s->at += length + 2;
  return true;
}

static SCAN_RARE bool read_text(scan *s, char *into, size_t capacity, size_t *length, bool *whole) {
  *length = 0;
  *whole = false;
  if (!enter_text(s)) return false;
  piece_end ended = decode_piece(s, into, capacity, length);
  bool read = ended == PIECE_LAST || (ended == PIECE_FULL && skip_string(s));
  if (!read) *length = 0;
  *whole = ended == PIECE_LAST;
  return read;
}

bool bpi_scan_view(scan *s, char *spare, size_t capacity, const char **text, size_t *length,
                   bool *whole) {
  *text = text_at_once(s, capacity, length);
  *whole = *text != NULL;
  if (*whole) return true;
  *text = spare;
  return read_text(s, spare, capacity, length, whole);
}

bool bpi_scan_text(scan *s, char *into, size_t capacity, size_t *length, bool *whole) {
  bool all;
  const char *text;
  bool read = bpi_scan_view(s, into, capacity, &text, length, &all);
  if (text != into) memcpy(into, text, *length);
  if (whole != NULL) *whole = all;
  return read;
}

bool bpi_scan_first(scan *s, char *first) {
  size_t length = 0;
  const char *at = s->at;
  if (!bpi_scan_failed(s) && s->end - at >= 2 && at[0] == '"' &&
      !bpi_special((unsigned char)at[1])) {
    *first = at[1];
    s->at += 2;
    return skip_string(s);
  }
  return bpi_scan_text(s, first, 1, &length, NULL) && length == 1;
}

bool bpi_scan_bool(scan *s, bool *out) {
  scan_type type = bpi_scan_peek(s);
  bpi_scan_skip(s);
  if ((type != SCAN_TRUE && type != SCAN_FALSE) || bpi_scan_failed(s)) return false;
  *out = type == SCAN_TRUE;
  return true;
}

bool bpi_scan_count(scan *s, int64_t *out, bool *bad) {
  number n;
  if (count_at_once(s, out)) return true;
  if (bpi_scan_peek(s) != SCAN_NUMBER) {
    bpi_scan_skip(s);
    return false;
  }
  if (!read_number(s, &n)) return false;
  bool good = !n.fraction && (!n.negative || n.value == 0) && n.value <= UINT64_C(1) << 53;
  if (good) *out = (int64_t)n.value;
  if (!good && bad != NULL) *bad = true;
  return good;
}

/* Powers of ten that a double represents exactly. */
static double power_of_ten(int exponent) {
  static const double exact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  return exact[exponent];
}

/* Reads numbers of at most 15 digits with small exponents, which a single correctly rounded
 * operation yields exactly, independent of the locale. Others are rejected, because no field needs
 * them. */
bool bpi_scan_real(scan *s, double *out) {
  number n;
  if (bpi_scan_peek(s) != SCAN_NUMBER) {
    bpi_scan_skip(s);
    return false;
  }
  if (!read_number(s, &n) || n.length > sizeof n.text) return false;
  int64_t mantissa = 0;
  int scale = 0, exponent = 0, sign = 1, seen = 0;
  size_t i = n.negative ? 1 : 0;
  bool after_point = false;
  for (; i < n.length && n.text[i] != 'e' && n.text[i] != 'E'; i++) {
    if (n.text[i] == '.') {
      after_point = true;
      continue;
    }
    if (mantissa > 0 || n.text[i] != '0') seen++;
    /* digits beyond a double's precision are dropped; those before the point still scale */
    if (seen > 15) {
      if (!after_point) scale--;
      continue;
    }
    mantissa = mantissa * 10 + (n.text[i] - '0');
    if (after_point) scale++;
  }
  if (i < n.length) {
    i++;
    if (n.text[i] == '+' || n.text[i] == '-') sign = n.text[i++] == '-' ? -1 : 1;
    for (; i < n.length && exponent < 1000; i++)
      exponent = exponent * 10 + (n.text[i] - '0');
  }
  int power = sign * exponent - scale;
  if (mantissa == 0) power = 0;
  if (power < -22 || power > 22) return false;
  double value = (double)mantissa;
  value = power < 0 ? value / power_of_ten(-power) : value * power_of_ten(power);
  *out = n.negative ? -value : value;
  return true;
}

int64_t bpi_scan_resume_offset(const scan *s, uint64_t *line) {
  bool inside = s->document && s->waiting;
  if (line != NULL) *line = inside ? s->record_line : s->line;
  return inside ? s->record_start : s->line_start;
}

uint64_t bpi_scan_pending(const scan *s) {
  return s->waiting ? (uint64_t)(s->base + (s->end - s->origin) - s->record_start) : 0;
}
