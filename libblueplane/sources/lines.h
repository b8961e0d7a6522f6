/* sources/lines.h: counts the lines of a text that streams by, and compares two such texts. Knows
 * line ends; keeps counts and hashes in memory, never a line. */
#ifndef BPI_SOURCES_LINES_H
#define BPI_SOURCES_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A newline ends a line; bytes after the last newline are one more. An empty text has no lines. */
typedef struct line_count {
  int64_t ended; /* newlines seen */
  bool open;     /* bytes after the last newline */
} line_count;

void bpi_lines_feed(void *count, const char *piece, size_t length); /* count: line_count * */
static inline int64_t bpi_lines_total(const line_count *c) {
  return c->ended + (c->open ? 1 : 0);
}

/* Texts with more lines are counted but not compared. */
#define LINES_COMPARED 65536

/* The hashes of a text's lines, in order. All zero is an empty text; start() empties it for
 * reuse. */
typedef struct line_hashes {
  line_count count;
  uint64_t *hash;
  size_t capacity;
  uint64_t state;           /* of the current line */
  unsigned char pending[8]; /* its last bytes, fewer than a word */
  size_t pending_length;
  bool failed; /* out of memory */
} line_hashes;

void bpi_line_hashes_start(line_hashes *h);
void bpi_line_hashes_feed(void *hashes, const char *piece, size_t length); /* line_hashes * */
void bpi_line_hashes_end(line_hashes *h);
void bpi_line_hashes_free(line_hashes *h);

/* Sets the lines that remain of each text without their common first and last lines. If a text has
 * more than LINES_COMPARED lines, all lines of both remain. */
void bpi_lines_difference(const line_hashes *before, const line_hashes *after, int64_t *added,
                          int64_t *removed);

#endif
