/* base/scan.h: a pull scanner for streams of JSON values, one or more on a line, of any length.
 *
 * The scanner reads through a window of fixed size and never holds a string it was not asked for:
 * a value is entered, taken or skipped. Everything is validated, skipped or not: grammar, UTF-8,
 * escapes, depth. It knows JSON; it does not know what any key means.
 *
 * Use:
 *     while ((rc = bpi_scan_value(&s)) == SCAN_OBJECT) {     // next top-level value
 *       const char *key; size_t n;
 *       while (bpi_scan_key(&s, &key, &n)) {                 // members of the open object
 *         if (is(key, n, "name")) bpi_scan_text(&s, into, sizeof into, &length);
 *         else bpi_scan_skip(&s);                            // exactly one value per key
 *       }
 *     }
 * A value ends with its line at the latest, so that a broken line costs one line; of a document, whose
 * values are printed over many lines, a broken value costs the rest.
 *
 * An error makes every further call inside the record a no-op that fails, so a parser checks once,
 * at the end of the record (bpi_scan_failed). bpi_scan_recover() then goes on behind the line.
 */
#ifndef BPI_BASE_SCAN_H
#define BPI_BASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan_find.h"

/* Code for what is rare is kept out of the functions that are not. */
#if defined(__GNUC__)
#define SCAN_RARE __attribute__((noinline))
#else
#define SCAN_RARE
#endif

#define SCAN_DEPTH 64
#define SCAN_KEY_MAX 128   /* a longer key is no key we know: it comes as "" */
#define SCAN_QUOTED_MAX 32 /* of a key that is expected, with quotes and colon */

/* clang-format off */
typedef enum scan_type {
  SCAN_END = 0, /* no more: of the input, or of the open object or array */
  SCAN_OBJECT, SCAN_ARRAY, SCAN_TEXT, SCAN_NUMBER, SCAN_TRUE, SCAN_FALSE, SCAN_NULL,
  SCAN_WAIT,   /* top level only: the input ends inside a value; it starts at bpi_scan_record_start */
  SCAN_ERROR   /* not a value; also what peek gives after a failure */
} scan_type;
/* clang-format on */

typedef enum scan_error {
  SCAN_OK = 0,
  SCAN_SYNTAX, /* not JSON; NUL bytes too */
  SCAN_UTF8,
  SCAN_TOO_DEEP,
  SCAN_IO /* the reader failed */
} scan_error;

/* Gives up to `length` bytes, 0 at the end, negative on failure. */
typedef int64_t (*scan_read_fn)(void *user, void *into, size_t length);

typedef struct scan {
  /* window: unread bytes are [at, end); a refill moves them to the front */
  char *window; /* NULL when scanning memory */
  size_t capacity;
  const char *origin, *at, *end;
  bool eof;
  bool document; /* set by who reads documents: a value may go over several lines */
  scan_read_fn read;
  void *user;
  int64_t base; /* input offset of *origin */
  /* place */
  uint64_t line;        /* of `at`, from 1 */
  int64_t line_start;   /* input offset of the line's first byte */
  int64_t record_start; /* input offset of the current top-level value */
  uint64_t record_line;
  /* state */
  scan_error error;
  int64_t error_at;
  unsigned depth;
  uint64_t top;           /* the bit of the innermost open level; 0: none is open */
  uint64_t is_array;      /* bit per open level */
  uint64_t has_member;    /* bit per open level: a member was read, a comma must follow */
  bool waiting;           /* input ended inside a value */
  char key[SCAN_KEY_MAX]; /* a key that does not lie whole in the window */
} scan;

/* Over a reader, with a window of `window` bytes (at least 4096); 0 or BP_ERR_NOMEM. `offset` and
 * `line` say where in the input the reader begins. */
int bpi_scan_init(scan *s, scan_read_fn read, void *user, size_t window, int64_t offset,
                  uint64_t line);
/* Over memory, which is only read. */
void bpi_scan_init_memory(scan *s, const void *data, size_t length);
void bpi_scan_free(scan *s);
/* The same scanner over new input; keeps the window. */
void bpi_scan_reset(scan *s, scan_read_fn read, void *user, int64_t offset, uint64_t line);

/* Next top-level value: enters an object or array, and stands before a scalar. SCAN_END at the end
 * of the input, SCAN_WAIT if it ends inside the value, SCAN_ERROR for a line that holds something
 * else: call bpi_scan_recover(). White space and empty lines are passed over. */
scan_type bpi_scan_value(scan *s);
/* Skips what is left of the line, so that the next value is looked for behind it. False: the input
 * ended before the line did, and the broken value waits; or the reader failed (SCAN_IO stays). */
bool bpi_scan_recover(scan *s);

/* Type of the value that stands next inside the open object or array, without reading it. */
scan_type bpi_scan_peek(scan *s);

/* Next member of the open object: its key (decoded, valid until the next call). False at its end
 * (which is read) or on error. */
bool bpi_scan_key(scan *s, const char **key, size_t *length);
/* Next item of the open array stands ready. False at its end (which is read) or on error. */
bool bpi_scan_item(scan *s);
/* Enters an object or array that stands next; false (and the value is skipped) if it is another type. */
bool bpi_scan_enter_object(scan *s);
bool bpi_scan_enter_array(scan *s);

/* Each of these consumes exactly one value; on another type it is skipped and false returned. */
void bpi_scan_skip(scan *s);
/* Decodes up to `capacity` bytes of a string, cut at a whole character; *length is what was decoded,
 * *whole (may be NULL) whether that was all. The rest is skipped. Not NUL-terminated. */
bool bpi_scan_text(scan *s, char *into, size_t capacity, size_t *length, bool *whole);
/* The same without a copy where the string lies whole and plain in the window: *text is there, or
 * `spare`, which has `capacity` bytes. Valid until the next call. */
bool bpi_scan_view(scan *s, char *spare, size_t capacity, const char **text, size_t *length,
                   bool *whole);
/* The first byte of a string, decoded; false if it has none. */
bool bpi_scan_first(scan *s, char *first);
/* The string that stands next is `text`, whole and plain: it is read. False, and nothing is read, if it is
 * another, or written in another way. */
bool bpi_scan_text_is(scan *s, const char *text, size_t length);
/* Feeds a string's decoded bytes in pieces to `feed`, never holding more than a piece. */
bool bpi_scan_text_feed(scan *s, void (*feed)(void *user, const char *piece, size_t length),
                        void *user);
bool bpi_scan_bool(scan *s, bool *out);
/* A whole number of 0 .. 2^53; *bad (may be NULL) is set if it is a number but not such a one. */
bool bpi_scan_count(scan *s, int64_t *out, bool *bad);
bool bpi_scan_real(scan *s, double *out);

static inline bool bpi_scan_failed(const scan *s) {
  return s->error != SCAN_OK || s->waiting;
}

/* As bpi_scan_key for a key that is expected, written as `quoted`: in quotes, with its colon. `length`
 * bytes of it count, SCAN_QUOTED_MAX can be read. False, and nothing is read, if something else stands
 * there, or the key in another way of writing: then bpi_scan_key tells. */
static inline bool bpi_scan_key_is(scan *s, const char *quoted, size_t length) {
  const char *at = s->at;
  if (s->end - at <= SCAN_QUOTED_MAX || bpi_scan_failed(s)) return false;
  if ((s->has_member & s->top) != 0 && *at++ != ',') return false;
  if (!bpi_begin_alike(at, quoted, length)) return false;
  s->has_member |= s->top;
  s->at = at + length;
  return true;
}
/* Whether the open object ends here, without white space; then its end is read. */
static inline bool bpi_scan_ends(scan *s) {
  if (s->at == s->end || *s->at != '}' || bpi_scan_failed(s)) return false;
  s->at++;
  s->depth--;
  s->top >>= 1;
  return true;
}

/* Input offset of the first byte not yet consumed as a complete line: where a later read resumes. */
int64_t bpi_scan_resume_offset(const scan *s, uint64_t *line);
/* Bytes at the end of the input from where a value began that waits, whole or broken; 0: none does. */
uint64_t bpi_scan_pending(const scan *s);

#endif
