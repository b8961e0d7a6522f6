/* sources/object.c: the loop shared by all sources that read JSON objects. */
#include "sources/object.h"

#include <string.h>

#include "base/text.h"

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

int bpi_object_code(scan *s, int (*code_of)(const char *word, size_t length), int other,
                    int absent) {
  char spare[40];
  const char *text;
  size_t length;
  bool whole;
  if (!bpi_scan_view(s, spare, sizeof spare, &text, &length, &whole)) return absent;
  return whole ? code_of(text, length) : other;
}

int64_t bpi_object_time(scan *s) {
  char text[40];
  size_t length;
  int64_t time;
  bool whole;
  bool read = bpi_scan_text(s, text, sizeof text, &length, &whole);
  return read && whole && bpi_parse_instant(text, length, &time) ? time : BPI_TIME_NONE;
}

int64_t bpi_object_time_ms(scan *s) {
  int64_t ms;
  bool bad;
  return bpi_scan_count(s, &ms, &bad) && ms <= INT64_MAX / 1000 ? ms * 1000 : BPI_TIME_NONE;
}

int64_t bpi_object_count(scan *s, int *reject) {
  int64_t value = -1;
  bool bad = false, absent = bpi_scan_peek(s) == SCAN_NULL;
  if (!bpi_scan_count(s, &value, &bad) && !absent && *reject == 0)
    *reject = bad ? REJECT_NUMBER : REJECT_FIELD;
  return value;
}

bool bpi_object_true(scan *s) {
  bool value = false;
  return bpi_scan_bool(s, &value) && value;
}

int bpi_object_reason(const scan *s) {
  return s->error == SCAN_UTF8       ? REJECT_UTF8
         : s->error == SCAN_TOO_DEEP ? REJECT_DEPTH
                                     : REJECT_SYNTAX;
}

/* Skips a value that is not an object. */
static void pass_over(scan *s, scan_type type) {
  if (type != SCAN_ARRAY)
    bpi_scan_skip(s);
  else
    while (bpi_scan_item(s))
      bpi_scan_skip(s);
}

/* Continues after a malformed line; an incomplete one is judged once it has ended. Returns 1 to
 * continue, 0 at the end of the input, or BP_ERR_IO. */
static int pass_broken(source_input *in) {
  scan *s = in->scan;
  int reason = bpi_object_reason(s);
  uint64_t line = s->record_line;
  int64_t byte = s->error_at;
  bool ended = bpi_scan_recover(s);
  if (s->error == SCAN_IO) return BP_ERR_IO;
  if (!ended) return 0;
  in->records++;
  in->sink->reject(in->sink->self, reason, line, byte);
  return 1;
}

/* The position of a record in the input. */
typedef struct stand {
  uint64_t line;
  int64_t byte;
} stand;

/* Acts on a value that was read completely. Returns 1 to continue, or what ends the reading. */
static int finish_value(source_input *in, const object_reader *reader, int reject, stand at) {
  in->records++;
  if (reject < 0) return reject;
  if (reject > 0) {
    in->sink->reject(in->sink->self, reject, at.line, at.byte);
    return 1;
  }
  int rc = reader->emit(reader->self);
  return rc == BP_OK ? 1 : rc;
}

static int checkpoint(source_input *in) {
  return in->checkpoint == NULL ? BP_OK : in->checkpoint(in->user, in);
}

/* Reads the objects of the open array and acts on each as soon as it is complete. Returns 1 to
 * continue, or what ends the reading; a failed scanner is left to the caller that opened the
 * array. */
static int read_list(source_input *in, const object_reader *reader) {
  scan *s = in->scan;
  while (bpi_scan_item(s)) {
    stand at = {s->line, s->base + (s->at - s->origin)};
    int reject = bpi_scan_enter_object(s) ? reader->take(reader->self, s) : REJECT_SHAPE;
    if (bpi_scan_failed(s)) return 1;
    int rc = finish_value(in, reader, reject, at);
    int stop = rc > 0 ? checkpoint(in) : rc;
    if (stop != BP_OK) return stop;
  }
  return 1;
}

int bpi_read_items(source_input *in, const object_reader *reader) {
  int rc = bpi_scan_enter_array(in->scan) ? read_list(in, reader) : 1;
  return rc > 0 ? BP_OK : rc;
}

/* Reads one value, which is entered if it is an object or array. Returns like pass_broken, or what
 * emit returned. */
static int read_value(source_input *in, const object_reader *reader, scan_type type) {
  scan *s = in->scan;
  bool list = type == SCAN_ARRAY && reader->lists;
  int reject = REJECT_SHAPE, rc = list ? read_list(in, reader) : 1;
  if (rc <= 0) return rc;
  if (type == SCAN_OBJECT)
    reject = reader->take(reader->self, s);
  else if (type != SCAN_ERROR && !list)
    pass_over(s, type);
  if (s->waiting) return 0;
  if (s->error != SCAN_OK) return pass_broken(in);
  return list ? 1 : finish_value(in, reader, reject, (stand){s->record_line, s->record_start});
}

int bpi_read_objects(source_input *in, const object_reader *reader) {
  in->scan->document = reader->lists && !bpi_ends_with(in->path, ".jsonl");
  for (;;) {
    scan_type type = bpi_scan_value(in->scan);
    if (type == SCAN_END || type == SCAN_WAIT) return BP_OK;
    int rc = read_value(in, reader, type);
    int stop = rc > 0 ? checkpoint(in) : rc;
    if (rc <= 0 || stop != BP_OK) return stop;
  }
}

uint64_t bpi_object_first(const char *bytes, size_t length, bool lists, const char *const *keys,
                          scan_type type) {
  uint64_t seen = 0, found = 0;
  int twice = 0;
  scan s;
  bpi_scan_init_memory(&s, bytes, length);
  s.document = lists;
  scan_type first = bpi_scan_value(&s);
  bool object = first == SCAN_OBJECT ||
                (lists && first == SCAN_ARRAY && bpi_scan_item(&s) && bpi_scan_enter_object(&s));
  for (int m; object && (m = bpi_object_member(&s, keys, &seen, &twice)) >= 0;) {
    if (type == SCAN_END || bpi_scan_peek(&s) == type) found |= UINT64_C(1) << m;
    bpi_scan_skip(&s);
  }
  bpi_scan_free(&s);
  return found;
}
