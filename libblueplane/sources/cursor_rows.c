/* sources/cursor_rows.c: each family of keys with the type of its values and the function that
 * reads them. */
#include "sources/cursor_rows.h"

#include <string.h>

/* ---------------------------------------------------------------------------------------- values */

/* Reads the value that `s` has entered; `again` is a second scanner at the same place. Returns a
 * REJECT_ reason, 0, or BP_ERR_NOMEM. */
typedef int (*value_reader)(cursor_reading *c, const cursor_row *row, scan *s, scan *again);

static scan_type open_value(scan *s, const cursor_row *row) {
  bpi_scan_init_memory(s, row->value, row->length);
  s->document = true;
  return bpi_scan_value(s);
}

static void pass_over(scan *s, scan_type type) {
  const char *key;
  size_t length;
  if (type == SCAN_OBJECT)
    while (bpi_scan_key(s, &key, &length))
      bpi_scan_skip(s);
  else if (type == SCAN_ARRAY)
    while (bpi_scan_item(s))
      bpi_scan_skip(s);
  else if (type != SCAN_ERROR && type != SCAN_WAIT && type != SCAN_END)
    bpi_scan_skip(s);
}

/* Whether a value is complete JSON of that type; checked before anything of it is reported. */
static int check_value(const cursor_row *row, scan_type wanted) {
  scan s;
  scan_type type = open_value(&s, row);
  pass_over(&s, type);
  int reason = bpi_scan_failed(&s) || type == SCAN_END ? bpi_object_reason(&s) : 0;
  if (reason == 0 && bpi_scan_value(&s) != SCAN_END) reason = REJECT_SYNTAX;
  bpi_scan_free(&s);
  return reason == 0 && type != wanted ? REJECT_SHAPE : reason;
}

/* --------------------------------------------------------------------------- keys and their values */

static void on_bubble(void *user, const cursor_bubble *b, int reason) {
  cursor_reading *c = user;
  if (reason < 0) c->tell.failed = reason;
  if (reason == 0) reason = bpi_cursor_tell_bubble(&c->tell, b);
  if (reason > 0) bpi_cursor_reject(&c->tell, reason);
}

static void on_block(void *user, const cursor_block *b) {
  cursor_reading *c = user;
  bpi_cursor_tell_block(&c->tell, b);
}

/* The fields of a composer may come before and after its parts, so the parts are reported in a
 * second pass. */
static int read_composer(cursor_reading *c, const cursor_row *row, scan *s, scan *again,
                         const id_text *known) {
  const cursor_parts parts = {on_bubble, on_block, c};
  cursor_composer composer;
  int reason = bpi_cursor_read_composer(s, &composer, NULL, &c->inner);
  if (composer.id.length == 0 && known != NULL) composer.id = *known;
  composer.touched |= row->touched;
  if (reason == 0 && composer.id.length == 0) reason = REJECT_FIELD;
  if (reason == 0) bpi_cursor_tell_composer(&c->tell, &composer);
  int rest = bpi_cursor_read_composer(again, &composer, reason == 0 ? &parts : NULL, &c->inner);
  return reason != 0 ? reason : rest;
}

static bool copy_id(id_text *id, const char *from, const char *to) {
  id->length = (size_t)(to - from);
  if (id->length == 0 || id->length > sizeof id->at) return false;
  memcpy(id->at, from, id->length);
  return true;
}

/* "composerData:COMPOSER" */
static int read_composer_row(cursor_reading *c, const cursor_row *row, scan *s, scan *again) {
  id_text id;
  const char *colon = memchr(row->key, ':', row->key_length);
  bool named = colon != NULL && copy_id(&id, colon + 1, row->key + row->key_length);
  return read_composer(c, row, s, again, named ? &id : NULL);
}

static int read_header(cursor_reading *c, const cursor_row *row, scan *s, scan *again) {
  id_text id;
  bool named = copy_id(&id, row->key, row->key + row->key_length);
  return read_composer(c, row, s, again, named ? &id : NULL);
}

/* "bubbleId:COMPOSER:BUBBLE" */
static bool split_key(const cursor_row *row, id_text *composer, id_text *bubble) {
  const char *end = row->key + row->key_length, *first = memchr(row->key, ':', row->key_length);
  const char *second = first == NULL ? NULL : memchr(first + 1, ':', (size_t)(end - first - 1));
  return second != NULL && copy_id(composer, first + 1, second) && copy_id(bubble, second + 1, end);
}

static int read_bubble_row(cursor_reading *c, const cursor_row *row, scan *s, scan *again) {
  id_text composer, id;
  cursor_bubble b;
  (void)again;
  if (!split_key(row, &composer, &id)) return REJECT_FIELD;
  int reason = bpi_cursor_read_bubble(s, &b, &c->inner);
  if (reason != 0) return reason;
  if (b.id.length == 0) b.id = id;
  bpi_cursor_enter(&c->tell, &composer);
  return bpi_cursor_tell_bubble(&c->tell, &b);
}

/* Combines the results of both scanners; as arguments, both are always evaluated, so that they stay
 * in step. */
static bool both(bool one, bool other) {
  return one && other;
}

/* Reads the composers in a list that is a member of the open object. */
static int read_list(cursor_reading *c, const cursor_row *row, scan *s, scan *again,
                     const char *const *member) {
  uint64_t seen = 0, seen_again = 0;
  int twice = 0;
  while (bpi_object_member(s, member, &seen, &twice) >= 0 &&
         bpi_object_member(again, member, &seen_again, &twice) >= 0) {
    if (!both(bpi_scan_enter_array(s), bpi_scan_enter_array(again))) return REJECT_FIELD;
    while (both(bpi_scan_item(s), bpi_scan_item(again))) {
      bool object = both(bpi_scan_enter_object(s), bpi_scan_enter_object(again));
      int reason = object ? read_composer(c, row, s, again, NULL) : REJECT_SHAPE;
      if (reason < 0) return reason;
      if (reason > 0) bpi_cursor_reject(&c->tell, reason);
    }
  }
  return twice;
}

static int read_composers(cursor_reading *c, const cursor_row *row, scan *s, scan *again) {
  static const char *const member[] = {"allComposers", NULL};
  return read_list(c, row, s, again, member);
}

static int read_chats(cursor_reading *c, const cursor_row *row, scan *s, scan *again) {
  static const char *const member[] = {"tabs", NULL};
  return read_list(c, row, s, again, member);
}

/* A single composer as the whole value. */
static int read_head(cursor_reading *c, const cursor_row *row, scan *s, scan *again) {
  return read_composer(c, row, s, again, NULL);
}

static int read_generation(cursor_reading *c, const cursor_row *row, scan *s, scan *again) {
  cursor_generation g;
  (void)row;
  (void)again;
  int reason = bpi_cursor_read_generation(s, &g);
  if (reason == 0) bpi_cursor_tell_generation(&c->tell, &g);
  return reason;
}

static int read_generations(cursor_reading *c, const cursor_row *row, scan *s, scan *again) {
  while (bpi_scan_item(s)) {
    int reason = bpi_scan_enter_object(s) ? read_generation(c, row, s, again) : REJECT_SHAPE;
    if (reason != 0) bpi_cursor_reject(&c->tell, reason);
  }
  return 0;
}

static int read_day(cursor_reading *c, const cursor_row *row, scan *s, scan *again) {
  cursor_day d;
  (void)row;
  (void)again;
  int reason = bpi_cursor_read_day(s, &d);
  if (reason == 0) bpi_cursor_tell_day(&c->tell, &d);
  return reason;
}

static int read_commits(cursor_reading *c, const cursor_row *row, scan *s, scan *again) {
  static const change_record commit = {CHANGE_COMMIT, CHANGE_TYPE_UNKNOWN, -1, -1, -1, -1, -1, -1};
  id_text hash;
  unsigned dropped = 0;
  (void)row;
  (void)again;
  while (bpi_scan_item(s))
    if (bpi_object_into(s, &hash, &dropped) && hash.length > 0)
      bpi_cursor_tell_commit(&c->tell, &hash, BPI_TIME_NONE, &commit);
  bpi_cursor_drop(&c->tell, dropped);
  return 0;
}

/* ------------------------------------------------------------------------------------- the families */

static const struct {
  scan_type type;
  value_reader read;
} families[] = {
    [CURSOR_COMPOSER] = {SCAN_OBJECT, read_composer_row},
    [CURSOR_BUBBLE] = {SCAN_OBJECT, read_bubble_row},
    [CURSOR_COMPOSERS] = {SCAN_OBJECT, read_composers},
    [CURSOR_CHATS] = {SCAN_OBJECT, read_chats},
    [CURSOR_HEAD] = {SCAN_OBJECT, read_head},
    [CURSOR_HEADER] = {SCAN_OBJECT, read_header},
    [CURSOR_GENERATIONS] = {SCAN_ARRAY, read_generations},
    [CURSOR_GENERATION] = {SCAN_OBJECT, read_generation},
    [CURSOR_DAY] = {SCAN_OBJECT, read_day},
    [CURSOR_COMMITS] = {SCAN_ARRAY, read_commits},
};

int bpi_cursor_read_row(cursor_reading *c, cursor_family family, const cursor_row *row) {
  scan s, again;
  int reason = check_value(row, families[family].type);
  if (reason != 0) return reason;
  open_value(&s, row);
  open_value(&again, row);
  reason = families[family].read(c, row, &s, &again);
  bpi_scan_free(&s);
  bpi_scan_free(&again);
  return reason;
}

void bpi_cursor_open(cursor_reading *c, record_sink *sink, size_t value_max) {
  bpi_cursor_start(&c->tell, sink);
  bpi_buf_init(&c->inner, value_max);
}

void bpi_cursor_close(cursor_reading *c) {
  bpi_buf_free(&c->inner);
  bpi_cursor_free(&c->tell);
}
