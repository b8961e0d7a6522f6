/* sources/names.c: identifiers are cached in a ring per kind, names in one hash table without
 * collision lists: an evicted name is asked for again. A badly shaped name is not cached, because
 * it must be counted each time. */
#include "sources/names.h"

#include <string.h>

#include "base/scan_find.h"

static bool is_plain(const char *raw, size_t length) {
  return bpi_find_special(raw, raw + length) == raw + length;
}

ident bpi_memo_ident(names *n, ident_kind kind, const char *raw, size_t length) {
  ident_memory *ring = n->idents[kind];
  for (unsigned back = 1; back <= NAMES_IDENTS; back++) { /* latest first */
    const ident_memory *m = &ring[(n->next[kind] - back) % NAMES_IDENTS];
    if (m->length == length && memcmp(m->raw, raw, length) == 0) return m->id;
  }
  ident id = n->sink->identify(n->sink->self, kind, raw, length);
  if (length > 0 && length <= IDENT_RAW_MAX) {
    ident_memory *m = &ring[n->next[kind]++ % NAMES_IDENTS];
    m->id = id;
    m->length = length;
    m->plain = is_plain(raw, length);
    memcpy(m->raw, raw, length);
  }
  return id;
}

bool bpi_memo_ident_again(const names *n, ident_kind kind, scan *s, ident *out) {
  const ident_memory *m = &n->idents[kind][(n->next[kind] - 1) % NAMES_IDENTS];
  if (!m->plain || !bpi_scan_text_is(s, m->raw, m->length)) return false;
  *out = m->id;
  return true;
}

#define COMMIT_DIGITS 7
#define COMMIT_DIGITS_MAX 64

static bool is_hash(const char *raw, size_t length) {
  for (size_t i = 0; i < length; i++) {
    bool digit = (raw[i] >= '0' && raw[i] <= '9') || (raw[i] >= 'a' && raw[i] <= 'f') ||
                 (raw[i] >= 'A' && raw[i] <= 'F');
    if (!digit) return false;
  }
  return length >= COMMIT_DIGITS && length <= COMMIT_DIGITS_MAX;
}

ident bpi_memo_commit(names *n, const char *raw, size_t length) {
  char digits[COMMIT_DIGITS];
  if (!is_hash(raw, length)) return bpi_memo_ident(n, IDENT_CHANGE, raw, length);
  for (size_t i = 0; i < sizeof digits; i++)
    digits[i] = raw[i] >= 'A' && raw[i] <= 'F' ? (char)(raw[i] - 'A' + 'a') : raw[i];
  return bpi_memo_ident(n, IDENT_CHANGE, digits, sizeof digits);
}

/* "2.1.29" as major << 40 | minor << 20 | patch; anything after the third number is ignored. */
static int64_t version_rank(const char *raw, size_t length) {
  int64_t part[3] = {0, 0, 0};
  size_t i = 0;
  for (int p = 0; p < 3 && i < length; p++, i++) {
    size_t from = i;
    for (; i < length && raw[i] >= '0' && raw[i] <= '9'; i++)
      if (part[p] < 1 << 16) part[p] = part[p] * 10 + (raw[i] - '0');
    if (i == from || (i < length && raw[i] != '.')) break;
  }
  return part[0] << 40 | part[1] << 20 | part[2];
}

static name make_name(names *n, label_kind kind, const char *raw, size_t length) {
  told_label told = n->sink->label(n->sink->self, kind, raw, length);
  name made = {told.number, told.misshapen, 0};
  if (kind == LABEL_VERSION) made.number = version_rank(raw, length);
  if (kind == LABEL_FILE) made.number = bpi_language_of_path(raw, length);
  if (kind == LABEL_TOOL) made.number = bpi_category_of_tool(raw, length);
  return made;
}

static bool remembers(const name_memory *m, label_kind kind, const char *raw, size_t length) {
  return m->kind == kind && m->length == length && memcmp(m->raw, raw, length) == 0;
}

name bpi_memo_label(names *n, label_kind kind, const char *raw, size_t length) {
  if (length == 0) return (name){0};
  if (n->last[kind] != NULL && remembers(n->last[kind], kind, raw, length))
    return n->last[kind]->is;
  if (length > sizeof n->labels->raw) return make_name(n, kind, raw, length);
  name_memory *m = &n->labels[bpi_hash_mix(raw, length, (uint64_t)kind) % NAMES_LABELS];
  if (!remembers(m, kind, raw, length)) {
    name made = make_name(n, kind, raw, length);
    if (made.misshapen) return made;
    m->is = made;
    m->kind = kind;
    m->length = (unsigned)length;
    m->plain = is_plain(raw, length);
    memcpy(m->raw, raw, length);
  }
  n->last[kind] = m;
  return m->is;
}

bool bpi_memo_label_again(const names *n, label_kind kind, scan *s, name *out) {
  const name_memory *m = n->last[kind];
  if (m == NULL || !m->plain || m->kind != kind || !bpi_scan_text_is(s, m->raw, m->length))
    return false;
  *out = m->is;
  return true;
}

void bpi_composite_start(composite *c) {
  c->bytes[0] = 0;
  c->length = 1;
}

static void append(composite *c, const void *bytes, size_t length) {
  size_t room = sizeof c->bytes - c->length;
  if (length > room) length = room;
  memcpy(c->bytes + c->length, bytes, length);
  c->length += length;
}

void bpi_composite_number(composite *c, int64_t value) {
  unsigned char bytes[8];
  for (int i = 0; i < 8; i++)
    bytes[i] = (unsigned char)((uint64_t)value >> (8 * i));
  append(c, bytes, sizeof bytes);
}

void bpi_composite_bytes(composite *c, const char *bytes, size_t length) {
  bpi_composite_number(c, (int64_t)length);
  append(c, bytes, length);
}

void bpi_composite_ident(composite *c, ident value) {
  bpi_composite_number(c, (int64_t)value.hi);
  bpi_composite_number(c, (int64_t)value.lo);
}
