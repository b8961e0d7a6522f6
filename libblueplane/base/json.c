/* base/json.c: documents as a tree of cJSON. cJSON is lax (it accepts control characters, "01",
 * trailing bytes, "\u0000" and duplicate keys) and its errors say little, so a strict check reads
 * the text first and cJSON only gets valid text. cJSON's process-wide hooks stay as the host set
 * them. Knows no document's meaning. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

#define DEPTH_MAX 32
#define NUMBER_MAX 63                       /* cJSON's limit */
#define WHOLE_MAX INT64_C(9007199254740992) /* 2^53 */

struct json_doc {
  cJSON *root;
};

/* ------------------------------------------------------------------------------------- check */

/* Stops at the first problem, whose place is `at`. */
typedef struct check {
  const char *at, *end;
  const char *problem;
  unsigned depth;
  size_t keys;   /* number seen so far */
  size_t wanted; /* number of a key to locate; SIZE_MAX: none */
  const char *wanted_at;
} check;

static bool stop(check *c, const char *problem) {
  c->problem = problem;
  return false;
}

static bool stop_at(check *c, const char *at, const char *problem) {
  c->at = at;
  return stop(c, problem);
}

static char peek(const check *c) {
  return c->at < c->end ? *c->at : '\0';
}

static void skip_space(check *c) {
  while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
    c->at++;
}

static bool check_word(check *c, const char *word) {
  if (!bpi_starts_with(c->at, (size_t)(c->end - c->at), word)) return stop(c, "not a value");
  c->at += strlen(word);
  return true;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool skip_digits(check *c) {
  const char *from = c->at;
  while (is_digit(peek(c)))
    c->at++;
  return c->at > from || stop(c, "a digit is missing");
}

/* An integer that a double would round is rejected, not changed. */
static bool check_number(check *c) {
  const char *from = c->at;
  if (peek(c) == '-') c->at++;
  if (peek(c) == '0' && c->end - c->at > 1 && is_digit(c->at[1]))
    return stop(c, "a number begins with 0");
  if (!skip_digits(c)) return false;
  bool whole = true;
  if (peek(c) == '.') {
    whole = false;
    c->at++;
    if (!skip_digits(c)) return false;
  }
  if (peek(c) == 'e' || peek(c) == 'E') {
    whole = false;
    c->at++;
    if (peek(c) == '+' || peek(c) == '-') c->at++;
    if (!skip_digits(c)) return false;
  }
  size_t length = (size_t)(c->at - from);
  if (length > NUMBER_MAX) return stop_at(c, from, "a number is too long");
  int64_t value;
  if (whole && (!bpi_parse_int(from, length, &value) || value > WHOLE_MAX || value < -WHOLE_MAX))
    return stop_at(c, from, "a number is beyond 2^53");
  return true;
}

/* The four digits after "\u". */
static bool take_unit(check *c, uint32_t *unit) {
  *unit = 0;
  for (int i = 0; i < 4; i++, c->at++) {
    int digit = bpi_hex_digit(peek(c));
    if (digit < 0) return stop(c, "invalid \\u escape");
    *unit = *unit << 4 | (uint32_t)digit;
  }
  return true;
}

static bool check_unicode_escape(check *c) {
  const char *from = c->at - 2;
  uint32_t unit, low;
  if (!take_unit(c, &unit)) return false;
  if (unit == 0) return stop_at(c, from, "a string contains NUL");
  if (unit < 0xD800 || unit > 0xDFFF) return true;
  if (unit > 0xDBFF || !bpi_starts_with(c->at, (size_t)(c->end - c->at), "\\u"))
    return stop_at(c, from, "half a surrogate pair");
  c->at += 2;
  if (!take_unit(c, &low)) return false;
  return (low >= 0xDC00 && low <= 0xDFFF) || stop_at(c, from, "half a surrogate pair");
}

static bool check_escape(check *c) {
  c->at++;
  char escape = peek(c);
  if (escape == '\0' || !strchr("\"\\/bfnrtu", escape)) return stop(c, "not an escape");
  c->at++;
  return escape != 'u' || check_unicode_escape(c);
}

static bool check_text(check *c) {
  c->at++;
  while (c->at < c->end) {
    unsigned char byte = (unsigned char)*c->at;
    if (byte == '"') {
      c->at++;
      return true;
    }
    if (byte < 0x20) return stop(c, "a control character in a string");
    if (byte == '\\') {
      if (!check_escape(c)) return false;
      continue;
    }
    size_t step = bpi_utf8_step(c->at, c->end);
    if (step == 0) return stop(c, "invalid UTF-8");
    c->at += step;
  }
  return stop(c, "a string has no end");
}

static bool check_value(check *c);

static bool check_member(check *c) {
  if (peek(c) != '"') return stop(c, "a key is missing");
  if (c->keys++ == c->wanted) c->wanted_at = c->at;
  if (!check_text(c)) return false;
  skip_space(c);
  if (peek(c) != ':') return stop(c, "a colon is missing");
  c->at++;
  return check_value(c);
}

/* Checks the parts between brackets; `each` checks one. */
static bool check_parts(check *c, char close, bool (*each)(check *)) {
  if (++c->depth > DEPTH_MAX) return stop(c, "nested too deep");
  c->at++;
  skip_space(c);
  if (peek(c) == close) {
    c->at++;
    c->depth--;
    return true;
  }
  for (;;) {
    skip_space(c);
    if (!each(c)) return false;
    skip_space(c);
    char next = peek(c);
    if (next != ',' && next != close) return stop(c, "a comma or bracket is missing");
    c->at++;
    if (next == close) break;
  }
  c->depth--;
  return true;
}

static bool check_value(check *c) {
  skip_space(c);
  switch (peek(c)) {
  case '{': return check_parts(c, '}', check_member);
  case '[': return check_parts(c, ']', check_value);
  case '"': return check_text(c);
  case 't': return check_word(c, "true");
  case 'f': return check_word(c, "false");
  case 'n': return check_word(c, "null");
  default:
    if (peek(c) == '-' || is_digit(peek(c))) return check_number(c);
    return stop(c, "not a value");
  }
}

static bool check_document(check *c) {
  if (!check_value(c)) return false;
  skip_space(c);
  return c->at == c->end || stop(c, "bytes after the document");
}

/* -------------------------------------------------------------------------------- duplicates */

/* Keys are compared as cJSON decoded them ("a" and "\u0061" are the same) and numbered in the order
 * of the text, so that the check can locate them again. */
typedef struct numbered_key {
  const char *key;
  size_t number;
} numbered_key;

typedef struct duplicates {
  size_t keys;   /* number seen so far */
  size_t number; /* of the first duplicate; SIZE_MAX: none */
  int rc;
} duplicates;

static int compare_keys(const void *a, const void *b) {
  const numbered_key *x = a, *y = b;
  int order = strcmp(x->key, y->key);
  if (order != 0) return order;
  return x->number < y->number ? -1 : x->number > y->number;
}

static void find_duplicates(duplicates *d, const cJSON *value);

/* Numbers the keys of an object and descends into its values. */
static void number_keys(duplicates *d, const cJSON *object, numbered_key *keys) {
  for (const cJSON *member = object->child; member; member = member->next) {
    if (keys) *keys++ = (numbered_key){member->string, d->keys};
    d->keys++;
    find_duplicates(d, member);
  }
}

static void find_in_object(duplicates *d, const cJSON *object) {
  size_t count = bpi_json_size(object);
  if (count < 2) {
    number_keys(d, object, NULL);
    return;
  }
  numbered_key *keys = bpi_alloc_zero(count, sizeof *keys);
  if (!keys) {
    d->rc = BP_ERR_NOMEM;
    return;
  }
  number_keys(d, object, keys);
  qsort(keys, count, sizeof *keys, compare_keys);
  for (size_t i = 1; i < count; i++)
    if (strcmp(keys[i - 1].key, keys[i].key) == 0 && keys[i].number < d->number)
      d->number = keys[i].number;
  bpi_free(keys);
}

static void find_duplicates(duplicates *d, const cJSON *value) {
  if (d->rc != BP_OK) return;
  if (cJSON_IsObject(value)) find_in_object(d, value);
  if (!cJSON_IsArray(value)) return;
  for (const cJSON *item = value->child; item; item = item->next)
    find_duplicates(d, item);
}

/* ------------------------------------------------------------------------------------ parsing */

int bpi_json_refuse(bp_error **error, const char *what, const char *form) {
  bpi_fail(error, BP_ERR_FORMAT, "this is not %s", what);
  return bpi_fail_detail(error, "hint", form);
}

static int fail_at(bp_error **error, const char *problem, int64_t byte) {
  bpi_fail(error, BP_ERR_FORMAT, "not a valid JSON document: %s", problem);
  bpi_fail_detail_int(error, "byte", byte);
  return BP_ERR_FORMAT;
}

static int refuse_duplicates(const cJSON *root, const char *text, size_t length, bp_error **error) {
  duplicates d = {.number = SIZE_MAX};
  find_duplicates(&d, root);
  if (d.rc != BP_OK) return bpi_fail_nomem(error);
  if (d.number == SIZE_MAX) return BP_OK;
  check again = {.at = text, .end = text + length, .wanted = d.number};
  check_document(&again);
  return fail_at(error, "a key occurs twice in one object", again.wanted_at - text);
}

int bpi_json_parse(json_doc **out, const char *text, size_t length, bp_error **error) {
  *out = NULL;
  if (length > JSON_DOCUMENT_MAX)
    return bpi_fail(error, BP_ERR_LIMIT, "a JSON document may have at most %zu bytes",
                    JSON_DOCUMENT_MAX);
  if (length == 0) return fail_at(error, "it is empty", 0);
  check c = {.at = text, .end = text + length, .wanted = SIZE_MAX};
  if (!check_document(&c)) return fail_at(error, c.problem, c.at - text);

  json_doc *doc = bpi_alloc(sizeof *doc);
  if (!doc) return bpi_fail_nomem(error);
  const char *end = NULL;
  doc->root = cJSON_ParseWithLengthOpts(text, length, &end, 0);
  /* The text is valid, so only memory can have been missing. */
  int rc = doc->root ? refuse_duplicates(doc->root, text, length, error) : bpi_fail_nomem(error);
  if (rc != BP_OK) {
    bpi_json_free(doc);
    return rc;
  }
  *out = doc;
  return BP_OK;
}

void bpi_json_free(json_doc *doc) {
  if (!doc) return;
  cJSON_Delete(doc->root);
  bpi_free(doc);
}

/* ------------------------------------------------------------------------------------ reading */

json_value bpi_json_root(const json_doc *doc) {
  return doc->root;
}

json_value bpi_json_get(json_value object, const char *key) {
  return bpi_json_is_object(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

json_value bpi_json_first(json_value array_or_object) {
  return array_or_object ? array_or_object->child : NULL;
}

json_value bpi_json_next(json_value item) {
  return item ? item->next : NULL;
}

size_t bpi_json_size(json_value array_or_object) {
  size_t size = 0;
  for (json_value v = bpi_json_first(array_or_object); v; v = v->next)
    size++;
  return size;
}

json_value bpi_json_item(json_value array_or_object, size_t index) {
  json_value v = bpi_json_first(array_or_object);
  while (v && index-- > 0)
    v = v->next;
  return v;
}

const char *bpi_json_key(json_value member) {
  return member ? member->string : NULL;
}

bool bpi_json_is_object(json_value v) {
  return cJSON_IsObject(v);
}

bool bpi_json_is_array(json_value v) {
  return cJSON_IsArray(v);
}

const char *bpi_json_text(json_value v) {
  return cJSON_IsString(v) ? v->valuestring : NULL;
}

bool bpi_json_int(json_value v, int64_t *out) {
  double value, bound = (double)WHOLE_MAX;
  if (!bpi_json_real(v, &value) || value > bound || value < -bound) return false;
  *out = (int64_t)value;
  return (double)*out == value;
}

bool bpi_json_real(json_value v, double *out) {
  if (!cJSON_IsNumber(v) || !isfinite(v->valuedouble)) return false;
  *out = v->valuedouble;
  return true;
}

bool bpi_json_is_null(json_value v) {
  return cJSON_IsNull(v);
}

bool bpi_json_bool(json_value v, bool *out) {
  if (!cJSON_IsBool(v)) return false;
  *out = cJSON_IsTrue(v);
  return true;
}
