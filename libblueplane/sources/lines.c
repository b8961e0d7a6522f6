/* sources/lines.c: hashes lines word by word, independent of how the text is split into pieces. The
 * hashes exist for one edit and are only compared with each other. */
#include "sources/lines.h"

#include <string.h>

#include "base/mem.h"

void bpi_lines_feed(void *count, const char *piece, size_t length) {
  line_count *c = count;
  const char *end = piece + length;
  while (piece < end) {
    const char *newline = memchr(piece, '\n', (size_t)(end - piece));
    c->open = newline == NULL;
    if (newline == NULL) return;
    c->ended++;
    piece = newline + 1;
  }
}

#define EMPTY_LINE UINT64_C(0x2545F4914F6CDD1D) /* not zero, so that zero bytes change the hash */

static uint64_t mix(uint64_t state, const unsigned char bytes[8]) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  state = (state ^ word) * UINT64_C(0x9E3779B97F4A7C15);
  return state ^ state >> 29;
}

static void hash_bytes(line_hashes *h, const char *p, size_t length) {
  if (h->pending_length > 0) {
    size_t take = sizeof h->pending - h->pending_length;
    if (take > length) take = length;
    memcpy(h->pending + h->pending_length, p, take);
    h->pending_length += take;
    p += take;
    length -= take;
    if (h->pending_length < sizeof h->pending) return;
    h->state = mix(h->state, h->pending);
    h->pending_length = 0;
  }
  for (; length >= sizeof h->pending; p += sizeof h->pending, length -= sizeof h->pending)
    h->state = mix(h->state, (const unsigned char *)p);
  memcpy(h->pending, p, length);
  h->pending_length = length;
}

static void end_line(line_hashes *h) {
  size_t index = (size_t)h->count.ended++;
  h->count.open = false;
  memset(h->pending + h->pending_length, 0, sizeof h->pending - h->pending_length);
  uint64_t hash = mix(h->state, h->pending) + h->pending_length;
  h->state = EMPTY_LINE;
  h->pending_length = 0;
  if (index >= LINES_COMPARED || h->failed) return;
  void *grown = h->hash;
  h->failed = bpi_reserve(&grown, &h->capacity, index + 1, sizeof *h->hash) != 0;
  h->hash = grown;
  if (!h->failed) h->hash[index] = hash;
}

void bpi_line_hashes_start(line_hashes *h) {
  h->count = (line_count){0, false};
  h->state = EMPTY_LINE;
  h->pending_length = 0;
}

void bpi_line_hashes_feed(void *hashes, const char *piece, size_t length) {
  line_hashes *h = hashes;
  const char *end = piece + length;
  while (piece < end) {
    const char *newline = memchr(piece, '\n', (size_t)(end - piece));
    const char *stop = newline == NULL ? end : newline;
    hash_bytes(h, piece, (size_t)(stop - piece));
    h->count.open = true;
    if (newline != NULL) end_line(h);
    piece = newline == NULL ? end : newline + 1;
  }
}

void bpi_line_hashes_end(line_hashes *h) {
  if (h->count.open) end_line(h);
}

void bpi_line_hashes_free(line_hashes *h) {
  bpi_free(h->hash);
  memset(h, 0, sizeof *h);
}

void bpi_lines_difference(const line_hashes *before, const line_hashes *after, int64_t *added,
                          int64_t *removed) {
  int64_t m = bpi_lines_total(&before->count), n = bpi_lines_total(&after->count);
  if (m <= LINES_COMPARED && n <= LINES_COMPARED && !before->failed && !after->failed) {
    int64_t least = m < n ? m : n, same = 0;
    while (same < least && before->hash[same] == after->hash[same])
      same++;
    int64_t start = same;
    while (same < least &&
           before->hash[m - 1 - (same - start)] == after->hash[n - 1 - (same - start)])
      same++;
    m -= same;
    n -= same;
  }
  *added = n;
  *removed = m;
}
