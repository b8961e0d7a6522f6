/* sources/claude_code_fields.c: the allow-list, and single values. A key that is not in the list is
 * skipped with its value, unread. */
#include "sources/claude_code_line.h"

static const struct {
  const char *text;
  unsigned length, read_in;
} keys[KEY_COUNT] = {{"", 0, 0},
#define X(name, text, in) {text, sizeof text - 1, in},
                     KEYS(X)
#undef X
};

/* --------------------------------------------------------------------------------------- keys */

static inline unsigned slot_of(const char *key, size_t length) {
  return ((unsigned)length * 31u + (unsigned char)key[0] * 7u +
          (unsigned char)key[length - 1] * 131u + (unsigned char)key[length / 2] * 17u) %
         KEY_SLOTS;
}

void bpi_cc_prepare_keys(reader *r) {
  for (unsigned k = 1; k < KEY_COUNT; k++) {
    unsigned slot = slot_of(keys[k].text, keys[k].length);
    while (r->slots[slot] != KEY_NONE)
      slot = (slot + 1) % KEY_SLOTS;
    r->slots[slot] = (unsigned char)k;
  }
}

static inline int find_key(const reader *r, const char *key, size_t length) {
  if (length == 0) return KEY_NONE;
  for (unsigned slot = slot_of(key, length);; slot = (slot + 1) % KEY_SLOTS) {
    unsigned k = r->slots[slot];
    if (k == KEY_NONE || (keys[k].length == length && memcmp(keys[k].text, key, length) == 0))
      return (int)k;
  }
}

int bpi_cc_next_key(reader *r, unsigned in, seen *was) {
  const char *text;
  size_t length;
  while (bpi_scan_key(r->s, &text, &length)) {
    int key = find_key(r, text, length);
    if ((keys[key].read_in & in) != 0) {
      uint64_t bit = UINT64_C(1) << (key % 64), *bits = &was->bits[key / 64];
      if ((*bits & bit) == 0) {
        *bits |= bit;
        return key;
      }
      r->f.reject = REJECT_DUPLICATE_KEY;
    }
    bpi_scan_skip(r->s);
  }
  return KEY_NONE;
}

/* ------------------------------------------------------------------------------------- values */

bool bpi_cc_text(reader *r, char *into, size_t capacity, size_t *length) {
  bool whole;
  if (!bpi_scan_text(r->s, into, capacity, length, &whole)) return false;
  if (!whole) {
    *length = 0;
    if (!bpi_scan_failed(r->s)) r->sink->drop(r->sink->self);
  }
  return *length > 0;
}

name bpi_cc_name(reader *r, label_kind kind) {
  char raw[NAME_RAW_MAX];
  size_t length;
  if (!bpi_cc_text(r, raw, sizeof raw, &length)) return (name){0, 0};
  return bpi_memo_label(&r->names, kind, raw, length);
}

ident bpi_cc_ident(reader *r, ident_kind kind) {
  char raw[URL_MAX];
  size_t length;
  if (!bpi_cc_text(r, raw, sizeof raw, &length)) return (ident){0, 0};
  return bpi_memo_ident(&r->names, kind, raw, length);
}

int bpi_cc_word(reader *r, const word *list, int otherwise, int absent) {
  char text[40];
  size_t length;
  bool whole;
  if (!bpi_scan_text(r->s, text, sizeof text, &length, &whole)) return absent;
  for (; whole && list->text != NULL; list++)
    if (strlen(list->text) == length && memcmp(list->text, text, length) == 0) return list->value;
  return otherwise;
}

bool bpi_cc_true(reader *r) {
  bool value = false;
  return bpi_scan_bool(r->s, &value) && value;
}

bool bpi_cc_present(reader *r) {
  scan_type type = bpi_scan_peek(r->s);
  bpi_scan_skip(r->s);
  return type != SCAN_NULL;
}

void bpi_cc_inner_count(reader *r, unsigned in, int64_t *out, bool *bad) {
  seen was = NO_KEYS;
  if (!bpi_scan_enter_object(r->s)) return;
  while (bpi_cc_next_key(r, in, &was) != KEY_NONE)
    bpi_scan_count(r->s, out, bad);
}
