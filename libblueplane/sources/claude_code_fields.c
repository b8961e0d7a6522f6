/* sources/claude_code_fields.c: the allow-list, and functions to read single values. A key that is
 * not in the list is skipped with its value. */
#include "sources/claude_code_line.h"

#define QUOTED(text) "\"" text "\":"
static const struct {
  char quoted[SCAN_QUOTED_MAX]; /* as it is written in JSON, with quotes and colon */
  unsigned char length;         /* of `quoted` */
  unsigned read_in;
} keys[KEY_COUNT] = {
#define KEY(text, in) {QUOTED(text), sizeof QUOTED(text) - 1, in},
#define X(name, text, in) KEY(text, in)
    KEY("", 0) KEYS(X)
#undef X
#define X(name, text) KEY(text, 0)
        IDLE_KEYS(X)
#undef X
#undef KEY
};

/* --------------------------------------------------------------------------------------- keys */

/* The first and last bytes of a key. Two keys of the same length up to 16 bytes are equal if these
 * are. */
static inline key_ends ends_of(const char *key, size_t length) {
  key_ends e = {0, 0};
  if (length >= 8) {
    memcpy(&e.first, key, 8);
    memcpy(&e.last, key + length - 8, 8);
  } else if (length >= 4) {
    memcpy(&e.first, key, 4);
    memcpy(&e.last, key + length - 4, 4);
  } else {
    const unsigned char *c = (const unsigned char *)key;
    e.first = (uint64_t)c[0] << 16 | (uint64_t)c[length / 2] << 8 | c[length - 1];
  }
  return e;
}

static inline unsigned slot_of(key_ends e, size_t length) {
  return (unsigned)(((e.first ^ e.last << 7) + length) * UINT64_C(0x9E3779B97F4A7C15) >> 55);
}

static inline const char *text_of(unsigned k) {
  return keys[k].quoted + 1;
}
static inline size_t length_of(unsigned k) {
  return keys[k].length - (sizeof QUOTED("") - 1);
}

void bpi_cc_prepare_keys(reader *r) {
  for (unsigned k = 1; k < KEY_COUNT; k++) {
    r->ends[k] = ends_of(text_of(k), length_of(k));
    unsigned slot = slot_of(r->ends[k], length_of(k));
    while (r->slots[slot] != KEY_NONE)
      slot = (slot + 1) % KEY_SLOTS;
    r->slots[slot] = (unsigned char)k;
  }
}

static inline bool is_key(const reader *r, unsigned k, key_ends e, const char *key, size_t length) {
  return r->ends[k].first == e.first && r->ends[k].last == e.last && length_of(k) == length &&
         (length <= 16 || memcmp(text_of(k), key, length) == 0);
}

static unsigned find_key(const reader *r, const char *key, size_t length) {
  if (length == 0) return KEY_NONE;
  key_ends e = ends_of(key, length);
  for (unsigned slot = slot_of(e, length);; slot = (slot + 1) % KEY_SLOTS) {
    unsigned k = r->slots[slot];
    if (k == KEY_NONE || is_key(r, k, e, key, length)) return k;
  }
}

/* Reads `key`, or for KEY_NONE the end of the object, if it comes next. */
static inline bool read_if(scan *s, unsigned key) {
  return key == KEY_NONE ? bpi_scan_ends(s)
                         : bpi_scan_key_is(s, keys[key].quoted, keys[key].length);
}

/* Reads the next key if it is not the one expected first, and expects it first from now on. False
 * at the end of the object. */
static SCAN_RARE bool read_other(reader *r, key_pair *next, unsigned *key) {
  const char *text;
  size_t length;
  bool there = true;
  *key = next->key[1];
  if (!read_if(r->s, *key)) {
    there = bpi_scan_key(r->s, &text, &length);
    *key = there ? find_key(r, text, length) : KEY_NONE;
    if (there && *key == KEY_NONE) return true; /* a key that is not in the list */
  }
  *next = (key_pair){{(unsigned char)*key, next->key[0]}};
  return there && *key != KEY_NONE;
}

/* A skipped value is not copied, so remembered bytes must not span it. */
static void skip_member(reader *r) {
  r->again.from = NULL;
  bpi_scan_skip(r->s);
}

/* Programs write keys in the same order, or in one of a few. So the keys that followed the previous
 * one in the last objects of this kind, or the end, are tried first: usually the key need not be
 * searched for, nor its end found. */
int bpi_cc_next_key(reader *r, seen *was) {
  for (;; skip_member(r)) {
    key_pair *next = &was->behind[was->last];
    unsigned key = next->key[0];
    bool expected = read_if(r->s, key);
    if (expected ? key == KEY_NONE : !read_other(r, next, &key)) return KEY_NONE;
    if (key == KEY_NONE) continue;
    was->last = (int)key;
    if ((keys[key].read_in & was->in) == 0) continue;
    uint64_t bit = UINT64_C(1) << (key % 64), *bits = &was->bits[key / 64];
    if ((*bits & bit) == 0) {
      *bits |= bit;
      return (int)key;
    }
    r->f.reject = REJECT_DUPLICATE_KEY;
  }
}

/* ------------------------------------------------------------------------------------- values */

/* bpi_cc_text without a copy where possible. */
static bool view(reader *r, char *spare, size_t capacity, const char **text, size_t *length) {
  bool whole = false, there = bpi_scan_view(r->s, spare, capacity, text, length, &whole);
  if (!whole) r->again.from = NULL; /* not remembered, so that it is counted each time */
  if (!there) return false;
  if (!whole) {
    *length = 0;
    if (!bpi_scan_failed(r->s)) r->sink->drop(r->sink->self);
  }
  return *length > 0;
}

bool bpi_cc_text(reader *r, char *into, size_t capacity, size_t *length) {
  const char *text;
  if (!view(r, into, capacity, &text, length)) return false;
  if (text != into) memcpy(into, text, *length);
  return true;
}

name bpi_cc_name(reader *r, label_kind kind) {
  char spare[NAME_RAW_MAX];
  const char *raw;
  size_t length;
  name again;
  if (bpi_memo_label_again(&r->names, kind, r->s, &again)) return again;
  if (!view(r, spare, sizeof spare, &raw, &length)) return (name){0};
  return bpi_memo_label(&r->names, kind, raw, length);
}

ident bpi_cc_ident(reader *r, ident_kind kind) {
  char spare[IDENT_RAW_MAX];
  const char *raw;
  size_t length;
  ident again;
  if (bpi_memo_ident_again(&r->names, kind, r->s, &again)) return again;
  if (!view(r, spare, sizeof spare, &raw, &length)) return (ident){0, 0};
  return bpi_memo_ident(&r->names, kind, raw, length);
}

int bpi_cc_word(reader *r, const word *list, int otherwise, int absent) {
  char spare[40];
  const char *text;
  size_t length;
  bool whole;
  if (!bpi_scan_view(r->s, spare, sizeof spare, &text, &length, &whole)) return absent;
  for (; whole && list->text != NULL; list++)
    if (list->length == length && memcmp(list->text, text, length) == 0) return list->value;
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
  seen was = bpi_cc_no_keys(r, in);
  if (!bpi_scan_enter_object(r->s)) return;
  while (bpi_cc_next_key(r, &was) != KEY_NONE)
    bpi_scan_count(r->s, out, bad);
}
