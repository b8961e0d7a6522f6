/* Fuzz target: the scanner. The bytes are scanned from memory as a whole, and in pieces through the
 * smallest window; both must give the same. */
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "tests/fuzz/fuzz.h"

static void feed(void *user, const char *piece, size_t length) {
  fuzz_digest_add(user, piece, length);
}

/* Whether a key or text is expected must make no difference. */
static const char expected_text[] = "abc";
static bool next_key(scan *s, const char **key, size_t *length) {
  static const char expected[][SCAN_QUOTED_MAX + 1] = {"\"a\":", "\"type\":", "\"\":"};
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    const char *quoted = expected[i];
    size_t whole = strlen(quoted);
    if (!bpi_scan_key_is(s, quoted, whole)) continue;
    *key = quoted + 1;
    *length = whole - 3;
    return true;
  }
  return bpi_scan_key(s, key, length);
}

static void walk_first(scan *s, fuzz_digest *d) {
  char first = ' ';
  bool there = bpi_scan_first(s, &first);
  if (there) fuzz_digest_add(d, &first, 1);
}

/* At even depths a whole text is passed on, at odd ones its beginning, of one of two lengths. */
static void walk_text(scan *s, fuzz_digest *d) {
  char spare[48];
  const char *text;
  size_t length;
  bool whole;
  if (s->depth % 2 == 0) {
    bpi_scan_text_feed(s, feed, d);
  } else if (s->depth % 6 == 5) {
    walk_first(s, d);
  } else if (s->depth % 4 == 1 && bpi_scan_text_is(s, expected_text, sizeof expected_text - 1)) {
    whole = true;
    fuzz_digest_add(d, expected_text, sizeof expected_text - 1);
    fuzz_digest_add(d, &whole, sizeof whole);
  } else if (bpi_scan_view(s, spare, s->depth % 4 == 1 ? sizeof spare : 3, &text, &length,
                           &whole)) {
    fuzz_digest_add(d, text, length);
    fuzz_digest_add(d, &whole, sizeof whole);
  }
}

static void walk(scan *s, fuzz_digest *d) {
  const char *key;
  size_t length;
  scan_type type = bpi_scan_peek(s);
  fuzz_digest_add(d, &type, sizeof type);
  switch (type) {
  case SCAN_OBJECT:
    if (!bpi_scan_enter_object(s)) return;
    while (next_key(s, &key, &length)) {
      fuzz_digest_add(d, key, length);
      if (length % 5 == 4)
        bpi_scan_skip(s);
      else
        walk(s, d);
    }
    return;
  case SCAN_ARRAY:
    if (!bpi_scan_enter_array(s)) return;
    while (bpi_scan_item(s))
      walk(s, d);
    return;
  case SCAN_TEXT: walk_text(s, d); return;
  case SCAN_NUMBER: {
    int64_t count = 0;
    bpi_scan_count(s, &count, NULL);
    fuzz_digest_add(d, &count, sizeof count);
    return;
  }
  default: bpi_scan_skip(s);
  }
}

static void walk_all(scan *s, fuzz_digest *d) {
  scan_type type;
  const char *key;
  size_t length;
  while ((type = bpi_scan_value(s)) != SCAN_END && type != SCAN_WAIT) {
    fuzz_digest_add(d, &s->record_start, sizeof s->record_start);
    if (type == SCAN_OBJECT) {
      while (next_key(s, &key, &length)) {
        fuzz_digest_add(d, key, length);
        walk(s, d);
      }
    } else if (type != SCAN_ERROR && type != SCAN_ARRAY) {
      walk(s, d);
    }
    if (type == SCAN_ARRAY)
      while (bpi_scan_item(s))
        walk(s, d);
    if (s->error != SCAN_OK) {
      fuzz_digest_add(d, &s->error, sizeof s->error);
      fuzz_digest_add(d, &s->error_at, sizeof s->error_at);
      if (!bpi_scan_recover(s)) break;
    }
  }
  int64_t resume = bpi_scan_resume_offset(s, NULL);
  fuzz_digest_add(d, &resume, sizeof resume);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_digest whole = {0}, pieces = {0};
  scan s;
  bpi_scan_init_memory(&s, data, size);
  walk_all(&s, &whole);
  drip d = {data, size, 0, size > 0 ? 1 + data[size - 1] % 37u : 1};
  if (bpi_scan_init(&s, drip_read, &d, 1, 0, 1) != 0) return 0;
  walk_all(&s, &pieces);
  bpi_scan_free(&s);
  if (whole.hash != pieces.hash) abort();
  return 0;
}
