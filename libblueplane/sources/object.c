/* sources/object.c: the loop every line-wise source shares. */
#include "sources/object.h"

#include <string.h>

int bpi_list_index(const char *const *list, const char *text, size_t length) {
  for (int i = 0; list[i] != NULL; i++)
    if (length > 0 && list[i][0] == text[0] && strlen(list[i]) == length &&
        memcmp(list[i], text, length) == 0)
      return i;
  return -1;
}

int bpi_object_member(scan *s, const char *const *keys, uint64_t *seen, int *reject) {
  const char *key;
  size_t length;
  while (bpi_scan_key(s, &key, &length)) {
    int member = bpi_list_index(keys, key, length);
    if (member >= 0 && !(*seen >> member & 1)) {
      *seen |= UINT64_C(1) << member;
      return member;
    }
    if (member >= 0 && *reject == 0) *reject = REJECT_DUPLICATE_KEY;
    bpi_scan_skip(s);
  }
  return -1;
}

bool bpi_object_text(scan *s, char *into, size_t capacity, size_t *length, unsigned *dropped) {
  bool whole, is_null = bpi_scan_peek(s) == SCAN_NULL;
  bool text = bpi_scan_text(s, into, capacity, length, &whole);
  if (text && !whole) {
    *length = 0;
    ++*dropped;
  }
  return text || is_null;
}

int bpi_object_word(scan *s, const char *const *words) {
  char word[40];
  size_t length;
  bool whole;
  bool text = bpi_scan_text(s, word, sizeof word, &length, &whole);
  return text && whole ? bpi_list_index(words, word, length) : -1;
}

static int reason_of(scan_error error) {
  return error == SCAN_UTF8 ? REJECT_UTF8 : error == SCAN_TOO_DEEP ? REJECT_DEPTH : REJECT_SYNTAX;
}

/* Reads to its end what is no object. */
static void pass_over(scan *s, scan_type type) {
  if (type != SCAN_ARRAY) bpi_scan_skip(s);
  else
    while (bpi_scan_item(s)) bpi_scan_skip(s);
}

int bpi_read_objects(source_input *in, const object_reader *reader) {
  scan *s = in->scan;
  record_sink *sink = in->sink;
  for (;;) {
    scan_type type = bpi_scan_value(s);
    if (type == SCAN_END || type == SCAN_WAIT) return BP_OK;
    int rc = BP_OK, reject = REJECT_SHAPE;
    if (type == SCAN_OBJECT) reject = reader->take(reader->self, s);
    else if (type != SCAN_ERROR) pass_over(s, type);
    if (s->error == SCAN_IO) return BP_ERR_IO;
    if (s->error != SCAN_OK) reject = reason_of(s->error);
    else if (s->waiting) return BP_OK;
    in->records++;
    if (reject != 0) sink->reject(sink->self, reject, s->record_line, s->record_start);
    else rc = reader->emit(reader->self);
    if (rc == BP_OK && s->error != SCAN_OK && !bpi_scan_recover(s)) return BP_OK;
    if (rc == BP_OK && in->checkpoint != NULL) rc = in->checkpoint(in->user, in);
    if (rc != BP_OK) return rc;
  }
}
