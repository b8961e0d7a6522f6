/* base/scan.h: a pull scanner for streams of JSON values, one or more per line, of any length.
 *
 * It reads through a window of fixed size and never holds a string unless asked for it: a value is
 * entered, read or skipped. Everything is validated, even when skipped: grammar, UTF-8, escapes,
 * depth. Knows JSON; does not know what a key means.
 *
 * Use:
 *     while ((rc = bpi_scan_value(&s)) == SCAN_OBJECT) {     // next top-level value
 *       const char *key; size_t n;
 *       while (bpi_scan_key(&s, &key, &n)) {                 // members of the open object
 *         if (is(key, n, "name")) bpi_scan_text(&s, into, sizeof into, &length);
 *         else bpi_scan_skip(&s);                            // exactly one value per key
 *       }
 *     }
 * A value ends with its line at the latest, so that a malformed line affects only itself; in a
 * document, whose values span lines, a malformed value loses the rest.
 *
 * After an error every further call in the record does nothing and fails, so a parser checks once,
 * at the end of the record (bpi_scan_failed). bpi_scan_recover() then continues after the line.
 */
#ifndef BPI_BASE_SCAN_H
#define BPI_BASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan_find.h"

/* Keeps rare paths out of line, so that the common functions stay small. */
#if defined(__GNUC__)
#define SCAN_RARE __attribute__((noinline))
#else
#define SCAN_RARE
#endif

#define SCAN_DEPTH 64
#define SCAN_KEY_MAX 128   /* a longer key is unknown to us and is returned as "" */
#define SCAN_QUOTED_MAX 32 /* longest expected key, with quotes and colon */

/* clang-format off */
typedef enum scan_type {
  SCAN_END = 0, /* end of the input, or of the open object or array */
  SCAN_OBJECT, SCAN_ARRAY, SCAN_TEXT, SCAN_NUMBER, SCAN_TRUE, SCAN_FALSE, SCAN_NULL,
  /* only at the top level: the input ends inside a value, which starts at record_start */
  SCAN_WAIT,
  SCAN_ERROR   /* not a value; also returned by peek after a failure */
} scan_type;
/* clang-format on */

typedef enum scan_error {
  SCAN_OK = 0,
  SCAN_SYNTAX, /* not JSON; also NUL bytes */
  SCAN_UTF8,
  SCAN_TOO_DEEP,
  SCAN_IO /* the read function failed */
} scan_error;

/* Reads up to `length` bytes; 0 at the end, negative on failure. */
typedef int64_t (*scan_read_fn)(void *user, void *into, size_t length);

typedef struct scan {
  /* window: [at, end) is unread; a refill moves it to the front */
  char *window; /* NULL when scanning memory */
  size_t capacity;
  size_t filled; /* the first bytes of the window, those that ever held input: to be wiped */
  const char *origin, *at, *end;
  bool eof;
  bool document; /* set by readers of documents: a value may span several lines */
  scan_read_fn read;
  void *user;
  int64_t base; /* input offset of *origin */
  /* position */
  uint64_t line;        /* of `at`, from 1 */
  int64_t line_start;   /* input offset of the line's first byte */
  int64_t record_start; /* input offset of the current top-level value */
  uint64_t record_line;
  /* state */
  scan_error error;
  int64_t error_at;
  unsigned depth;
  uint64_t top;           /* bit of the innermost open level; 0: none is open */
  uint64_t is_array;      /* bit per open level */
  uint64_t has_member;    /* bit per open level: a member was read, so a comma must follow */
  bool waiting;           /* the input ended inside a value */
  char key[SCAN_KEY_MAX]; /* a key that is not completely in the window */
} scan;

/* Scans the input of a read function, with a window of `window` bytes (at least 4096); 0 or
 * BP_ERR_NOMEM. `offset` and `line` are the position where the input begins. */
int bpi_scan_init(scan *s, scan_read_fn read, void *user, size_t window, int64_t offset,
                  uint64_t line);
/* Scans memory, which is only read. */
void bpi_scan_init_memory(scan *s, const void *data, size_t length);
void bpi_scan_free(scan *s);
/* Restarts the scanner on new input; keeps the window. */
void bpi_scan_reset(scan *s, scan_read_fn read, void *user, int64_t offset, uint64_t line);

/* The next top-level value: enters an object or array, or stops before a scalar. SCAN_END at the
 * end of the input, SCAN_WAIT if it ends inside the value, SCAN_ERROR for a line with anything
 * else: call bpi_scan_recover(). White space and empty lines are skipped. */
scan_type bpi_scan_value(scan *s);
/* Skips the rest of the line, so that the next value is read after it. False: the input ended
 * before the line did, and the malformed value waits; or reading failed (SCAN_IO stays). */
bool bpi_scan_recover(scan *s);

/* The type of the value that comes next inside the open object or array, without reading it. */
scan_type bpi_scan_peek(scan *s);

/* The key of the next member of the open object (decoded, valid until the next call). False at its
 * end (which is read) or on error. */
bool bpi_scan_key(scan *s, const char **key, size_t *length);
/* Moves to the next item of the open array. False at its end (which is read) or on error. */
bool bpi_scan_item(scan *s);
/* Enters the object or array that comes next; a value of another type is skipped: false. */
bool bpi_scan_enter_object(scan *s);
bool bpi_scan_enter_array(scan *s);

/* Each of the following consumes exactly one value; a value of another type is skipped: false. */
void bpi_scan_skip(scan *s);
/* Decodes up to `capacity` bytes of a string, cut at a whole character; *length is their number,
 * *whole (may be NULL) whether they are all. The rest is skipped. Not NUL-terminated. */
bool bpi_scan_text(scan *s, char *into, size_t capacity, size_t *length, bool *whole);
/* The same without a copy if the string is completely and unescaped in the window: *text points
 * there, or to `spare` of `capacity` bytes. Valid until the next call. */
bool bpi_scan_view(scan *s, char *spare, size_t capacity, const char **text, size_t *length,
                   bool *whole);
/* The first byte of a string, decoded; false if it has none. */
bool bpi_scan_first(scan *s, char *first);
/* Reads the string that comes next if it is `text`, complete and unescaped. False, and nothing is
 * read, if it differs or is written differently. */
bool bpi_scan_text_is(scan *s, const char *text, size_t length);
/* Passes a string's decoded bytes to `feed` in pieces, never holding more than one. */
bool bpi_scan_text_feed(scan *s, void (*feed)(void *user, const char *piece, size_t length),
                        void *user);
bool bpi_scan_bool(scan *s, bool *out);
/* An integer in 0 .. 2^53; *bad (may be NULL) is set for any other number. */
bool bpi_scan_count(scan *s, int64_t *out, bool *bad);
bool bpi_scan_real(scan *s, double *out);

static inline bool bpi_scan_failed(const scan *s) {
  return s->error != SCAN_OK || s->waiting;
}

/* Like bpi_scan_key for an expected key, written as `quoted`: with quotes and colon, `length` bytes
 * of a buffer of SCAN_QUOTED_MAX. False, and nothing is read, for anything else or the key in
 * another notation: then call bpi_scan_key. */
static inline bool bpi_scan_key_is(scan *s, const char *quoted, size_t length) {
  const char *at = s->at;
  if (s->end - at <= SCAN_QUOTED_MAX || bpi_scan_failed(s)) return false;
  if ((s->has_member & s->top) != 0 && *at++ != ',') return false;
  if (!bpi_begin_alike(at, quoted, length)) return false;
  s->has_member |= s->top;
  s->at = at + length;
  return true;
}
/* Reads the end of the open object if it comes next, without white space. */
static inline bool bpi_scan_ends(scan *s) {
  if (s->at == s->end || *s->at != '}' || bpi_scan_failed(s)) return false;
  s->at++;
  s->depth--;
  s->top >>= 1;
  return true;
}

/* Input offset of the first byte not yet consumed as a complete line, where a later read
 * resumes. */
int64_t bpi_scan_resume_offset(const scan *s, uint64_t *line);
/* Bytes from the start of a waiting value, complete or malformed, to the end of the input; 0: none
 * waits. */
uint64_t bpi_scan_pending(const scan *s);

#endif
