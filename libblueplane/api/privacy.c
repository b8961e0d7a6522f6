/* api/privacy.c: bp_privacy_preview: checks any input, field by field, against the allow-list of
 * its source. Shows paths and rules, never values. A key that no rule names is shown as "*", as
 * keys can be content, too. */
#include <stdio.h>
#include <string.h>

#include "api/audit.h"
#include "api/handle.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/scan.h"
#include "metrics/keymap.h"
#include "result/table.h"
#include "sources/source.h"
#include "store/foreign.h"

#define PATH_MAX_BYTES 512

typedef struct seen {
  char *path;
  const field_rule *rule; /* NULL: dropped */
  int64_t count;
} seen;

typedef struct preview {
  const bp_store *handle;
  const source *reader;
  scan scan;
  seen *seen;
  size_t count, capacity;
  keymap numbers; /* of the paths seen, by a hash of 64 bits: there are a few hundred at most */
  int failed;
} preview;

static const char *const uses[] = {[FIELD_KEPT] = "kept",
                                   [FIELD_HASHED] = "hashed",
                                   [FIELD_LABEL] = "label",
                                   [FIELD_COUNTED] = "counted",
                                   [FIELD_COMPARED] = "compared"};

/* Whether `rule` begins with `path`, ending at a boundary between segments. Unknown keys are "*" in
 * a path, which is also how a rule writes "any key". */
static bool begins(const char *rule, const char *path) {
  size_t length = strlen(path);
  if (strncmp(rule, path, length) != 0) return false;
  return rule[length] == '\0' || rule[length] == '.' || rule[length] == '[';
}

/* Whether a rule names this path or one below it. */
static bool known_path(const source *reader, const char *path) {
  for (const field_rule *r = reader->rules; r->path != NULL; r++)
    if (begins(r->path, path)) return true;
  return false;
}

static const field_rule *rule_for(const source *reader, const char *path) {
  for (const field_rule *r = reader->rules; r->path != NULL; r++)
    if (strcmp(r->path, path) == 0) return r;
  return NULL;
}

/* Whether to end, because the caller cancelled or memory ran out; asked for each value. */
static bool stopped(preview *p) {
  if (p->failed == BP_OK && atomic_load(&p->handle->cancelled)) p->failed = BP_ERR_CANCELLED;
  return p->failed != BP_OK;
}

static void note(preview *p, const char *path) {
  size_t length = strlen(path);
  int64_t hash = (int64_t)bpi_hash_mix(path, length, 0);
  bool fresh;
  uint32_t number = bpi_keymap_put(&p->numbers, &hash, &fresh);
  if (number != KEYMAP_NONE && !fresh) {
    p->seen[number].count++;
    return;
  }
  void *items = p->seen;
  if (number == KEYMAP_NONE ||
      bpi_reserve(&items, &p->capacity, p->count + 1, sizeof *p->seen) != BP_OK) {
    p->failed = BP_ERR_NOMEM;
    return;
  }
  p->seen = items;
  char *copy = bpi_strndup(path, length);
  if (copy == NULL) {
    p->failed = BP_ERR_NOMEM;
    return;
  }
  p->seen[p->count++] = (seen){copy, rule_for(p->reader, path), 1};
}

/* A key with path syntax in it could be mistaken for another field. */
static bool plain_key(const char *key, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (key[i] == '\0' || strchr(".[*", key[i]) != NULL) return false;
  return length > 0;
}

/* Appends a key to the path, or "*" if no rule names it. */
static void extend(const preview *p, char *path, const char *key, size_t length) {
  size_t at = strlen(path);
  if (at > 0) path[at++] = '.';
  if (at + length + 3 < PATH_MAX_BYTES && plain_key(key, length)) {
    memcpy(path + at, key, length);
    path[at + length] = '\0';
    if (known_path(p->reader, path)) return;
  }
  path[at] = '*';
  path[at + 1] = '\0';
}

static void walk_value(preview *p, char *path);

static void walk_object(preview *p, char *path) {
  const char *key;
  size_t length, at = strlen(path);
  while (!stopped(p) && bpi_scan_key(&p->scan, &key, &length)) {
    extend(p, path, key, length);
    walk_value(p, path);
    path[at] = '\0';
  }
}

/* Whether a container at this path is entered. Only what a rule names or passes through is, and the
 * objects in it, so that an input cannot make up paths. */
static bool enters(const preview *p, const char *path, scan_type type) {
  size_t length = strlen(path);
  if (length + 4 >= PATH_MAX_BYTES) return false;
  if (type == SCAN_OBJECT && path[length - 1] != '*') return true;
  return (type == SCAN_OBJECT || type == SCAN_ARRAY) && known_path(p->reader, path);
}

/* A container that is not entered counts as one dropped field. */
static void walk_value(preview *p, char *path) {
  size_t at = strlen(path);
  scan_type type = bpi_scan_peek(&p->scan);
  bool inside = enters(p, path, type);
  if (inside && type == SCAN_OBJECT && bpi_scan_enter_object(&p->scan)) {
    walk_object(p, path);
  } else if (inside && type == SCAN_ARRAY && bpi_scan_enter_array(&p->scan)) {
    memcpy(path + at, "[]", 3);
    while (!stopped(p) && bpi_scan_item(&p->scan))
      walk_value(p, path);
    path[at] = '\0';
  } else {
    note(p, path);
    bpi_scan_skip(&p->scan);
  }
}

static int failure(int rc, bp_error **error) {
  if (rc == BP_ERR_CANCELLED) return bpi_fail_cancelled(error);
  return rc == BP_OK ? BP_OK : bpi_fail(error, rc, "%s", bp_strerror(rc));
}

static int walk_all(preview *p, const void *data, size_t length, bp_error **error) {
  char path[PATH_MAX_BYTES];
  scan *s = &p->scan;
  bpi_scan_init_memory(s, data, length);
  scan_type type;
  while ((type = bpi_scan_value(s)) != SCAN_END && type != SCAN_WAIT) {
    path[0] = '\0';
    if (type == SCAN_OBJECT)
      walk_object(p, path);
    else if (type != SCAN_ARRAY)
      bpi_scan_skip(s); /* the items of an array are skipped by the next bpi_scan_value */
    if (stopped(p) || (s->error != SCAN_OK && !bpi_scan_recover(s))) break;
  }
  bpi_scan_free(s);
  return failure(p->failed, error);
}

/* --------------------------------------------------------------------------- rows of a database */

typedef struct row_walk {
  preview *p;
  const row_rule *rule;
  const char *columns[FOREIGN_COLUMNS + 1];
} row_walk;

static int walk_json(void *user, int64_t row, const foreign_value *values) {
  const row_walk *w = user;
  preview *p = w->p;
  char path[PATH_MAX_BYTES];
  (void)row;
  if (stopped(p) || values == NULL || values[0].bytes == NULL) return p->failed;
  snprintf(path, sizeof path, "%s", w->rule->path);
  bpi_scan_init_memory(&p->scan, values[0].bytes, values[0].length);
  p->scan.document = true;
  scan_type type = bpi_scan_value(&p->scan);
  if (type == SCAN_OBJECT) walk_object(p, path);
  size_t at = strlen(path);
  memcpy(path + at, "[]", 3);
  while (type == SCAN_ARRAY && !stopped(p) && bpi_scan_item(&p->scan))
    walk_value(p, path);
  path[at] = '\0';
  if (type != SCAN_OBJECT && type != SCAN_ARRAY) note(p, path); /* a scalar, or not JSON */
  bpi_scan_free(&p->scan);
  return p->failed;
}

static int walk_columns(void *user, int64_t row, const foreign_value *values) {
  const row_walk *w = user;
  char path[PATH_MAX_BYTES];
  (void)row;
  for (int i = 0; !stopped(w->p) && values != NULL && w->columns[i] != NULL; i++) {
    if (values[i].type == FOREIGN_ABSENT || values[i].type == FOREIGN_NULL) continue;
    snprintf(path, sizeof path, "%s.%s", w->rule->path, w->columns[i]);
    note(w->p, path);
  }
  return w->p->failed;
}

/* Collects the columns that rules name. */
static void find_columns(row_walk *w) {
  size_t count = 0, length = strlen(w->rule->path);
  for (const field_rule *r = w->p->reader->rules; r->path != NULL && count < FOREIGN_COLUMNS; r++)
    if (strncmp(r->path, w->rule->path, length) == 0 && r->path[length] == '.')
      w->columns[count++] = r->path + length + 1;
  w->columns[count] = NULL;
}

static int walk_database(preview *p, const void *data, size_t length, bp_error **error) {
  static const char *const value[] = {"value", NULL};
  foreign *f = NULL;
  int rc = bpi_foreign_open_bytes(&f, data, length, NULL, 0, error);
  if (rc != BP_OK) return rc;
  for (const row_rule *r = p->reader->rows; r != NULL && r->table != NULL && rc == BP_OK; r++) {
    row_walk w = {.p = p, .rule = r};
    find_columns(&w);
    const foreign_query query = {r->table, r->prefix != NULL ? value : w.columns,
                                 r->prefix != NULL ? "key" : NULL, r->prefix};
    rc = bpi_foreign_each(f, &query, r->prefix != NULL ? walk_json : walk_columns, &w);
    if (rc == BP_ERR_NOTFOUND || rc == BP_ERR_CORRUPT) rc = BP_OK;
  }
  bpi_foreign_close(f);
  return failure(rc, error);
}

static int to_table(preview *p, bp_result **out, bp_error **error) {
  bp_result *t = bpi_table_new();
  if (t == NULL) return bpi_fail_nomem(error);
  static const char *const names[] = {"field", "use", "rule"};
  for (size_t i = 0; i < 3; i++)
    bpi_table_add_column(t, BP_TYPE_TEXT, names[i], NULL);
  bpi_table_add_column(t, BP_TYPE_INT, "count", NULL);
  bpi_table_meta(t, "topic", "privacy preview");
  for (size_t i = 0; i < p->count; i++) {
    const field_rule *rule = p->seen[i].rule;
    const char *use = rule == NULL ? "dropped" : uses[rule->use];
    const char *why = rule == NULL ? "not on the list of fields that are read" : rule->rule;
    bpi_table_add_row(t);
    bpi_table_set_text(t, 0, p->seen[i].path, strlen(p->seen[i].path));
    bpi_table_set_text(t, 1, use, strlen(use));
    bpi_table_set_text(t, 2, why, strlen(why));
    bpi_table_set_int(t, 3, p->seen[i].count);
  }
  return bpi_table_finish(out, t, error);
}

static int find_reader(preview *p, const char *name, const void *data, size_t length,
                       bp_error **error) {
  p->reader = name != NULL ? bpi_source_by_name(name) : bpi_source_detect("", data, length);
  if (p->reader != NULL) return BP_OK;
  if (name == NULL) return bpi_source_unrecognised(error);
  bpi_fail(error, BP_ERR_NOTFOUND, "unknown source");
  return bpi_fail_detail(error, "name", name);
}

static int make_preview(bp_result **out, const bp_store *s, const char *source_name,
                        const void *data, size_t length, bp_error **error) {
  preview p = {.handle = s};
  bpi_keymap_init(&p.numbers, 1);
  int rc = find_reader(&p, source_name, data, length, error);
  if (rc == BP_OK)
    rc = p.reader->database ? walk_database(&p, data, length, error)
                            : walk_all(&p, data, length, error);
  if (rc == BP_OK) rc = to_table(&p, out, error);
  for (size_t i = 0; i < p.count; i++)
    bpi_free(p.seen[i].path);
  bpi_free(p.seen);
  bpi_keymap_free(&p.numbers);
  return rc;
}

int bp_privacy_preview(bp_result **out, bp_store *s, const char *source_name, const void *data,
                       size_t length, bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  if (out != NULL) *out = NULL;
  int rc = out == NULL || (data == NULL && length > 0)
               ? bpi_fail(error, BP_ERR_INVALID, "data and a place for the result are needed")
               : bpi_enter(s, "bp_privacy_preview", NULL, error);
  if (data == NULL) data = "";
  if (rc == BP_OK) {
    bpi_note(s, "bp_privacy_preview", "", INT64_MIN, INT64_MAX);
    rc = bpi_leave(s, make_preview(out, s, source_name, data, length, error));
  }
  return bpi_error_end(rc, unseen);
}
