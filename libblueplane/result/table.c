/* result/table.c: columns that grow together, and the invariants of a result: every text is valid
 * UTF-8, every number is finite, and a cell without a value holds none. */
#include "result/table.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

#define COLUMN_METAS (sizeof((table_column *)0)->meta / sizeof(column_meta))
#define RESULT_METAS (sizeof((bp_result *)0)->meta / sizeof(column_meta))
#define REPLACEMENT "\xEF\xBF\xBD"

/* ---------------------------------------------------------------------------------- metadata */

static const char *find_meta(const column_meta *meta, size_t metas, const char *key) {
  for (size_t i = 0; i < metas; i++)
    if (strcmp(meta[i].key, key) == 0) return meta[i].value;
  return NULL;
}

static void free_text(const char *text) {
  union { /* casts away const: only the owner frees */
    const char *constant;
    char *plain;
  } owned = {text};
  bpi_free(owned.plain);
}

static void free_metas(column_meta *meta, size_t metas) {
  for (size_t i = 0; i < metas; i++) {
    free_text(meta[i].key);
    free_text(meta[i].value);
  }
}

/* 0 or BP_ERR_. */
static int put_meta(column_meta *meta, size_t *metas, size_t limit, const char *key,
                    const char *value) {
  size_t at = 0;
  while (at < *metas && strcmp(meta[at].key, key) != 0)
    at++;
  if (at == limit) return BP_ERR_INTERNAL;
  char *copy = bpi_strndup(value, strlen(value));
  if (copy == NULL) return BP_ERR_NOMEM;
  if (at < *metas) {
    free_text(meta[at].value);
    meta[at].value = copy;
    return BP_OK;
  }
  char *name = bpi_strndup(key, strlen(key));
  if (name == NULL) {
    bpi_free(copy);
    return BP_ERR_NOMEM;
  }
  meta[(*metas)++] = (column_meta){name, copy};
  return BP_OK;
}

/* ----------------------------------------------------------------------------------- columns */

static bool is_whole(int type) {
  return type == BP_TYPE_BOOL || type == BP_TYPE_INT || type == BP_TYPE_TIME;
}

static bool resize(void **array, size_t count, size_t size) {
  void *moved = bpi_realloc(*array, count, size);
  if (moved == NULL) return false;
  *array = moved;
  return true;
}

static bool resize_values(table_column *c, size_t rows) {
  void *array;
  bool done;
  if (is_whole(c->type)) {
    array = c->ints;
    done = resize(&array, rows, sizeof *c->ints);
    c->ints = array;
  } else if (c->type == BP_TYPE_REAL) {
    array = c->reals;
    done = resize(&array, rows, sizeof *c->reals);
    c->reals = array;
  } else {
    bool first = c->offsets == NULL;
    array = c->offsets;
    done = resize(&array, rows + 1, sizeof *c->offsets);
    c->offsets = array;
    if (first && done) c->offsets[0] = 0;
  }
  return done;
}

static bool resize_column(table_column *c, size_t rows) {
  void *array = c->states;
  if (!resize(&array, rows, sizeof *c->states)) return false;
  c->states = array;
  return resize_values(c, rows);
}

/* If one array cannot grow, those already grown stay larger than `capacity`, which does no harm. */
static int grow(bp_result *t) {
  size_t rows = t->capacity == 0 ? 16 : t->capacity * 2;
  for (size_t i = 0; i < t->columns; i++)
    if (!resize_column(&t->column[i], rows)) return BP_ERR_NOMEM;
  t->capacity = rows;
  return BP_OK;
}

static void free_column(table_column *c) {
  free_metas(c->meta, c->metas);
  bpi_free(c->ints);
  bpi_free(c->reals);
  bpi_free(c->offsets);
  bpi_free(c->bytes);
  bpi_free(c->strings);
  bpi_free(c->states);
}

/* ------------------------------------------------------------------------------------- cells */

/* The column, if its cell in the last row may be written; else NULL. */
static table_column *last_row_of(bp_result *t, size_t column) {
  if (t == NULL || t->failed) return NULL;
  if (column >= t->columns || t->rows == 0) {
    t->failed = BP_ERR_INTERNAL;
    return NULL;
  }
  return &t->column[column];
}

static void mark_value(table_column *c, size_t row) {
  c->states[row] = (uint16_t)((c->states[row] & ~BP_CELL_STATE) | BP_CELL_VALUE);
}

static int append_bytes(table_column *c, const char *text, size_t length) {
  if (length > INT32_MAX - c->bytes_length) return BP_ERR_LIMIT;
  void *bytes = c->bytes;
  if (bpi_reserve(&bytes, &c->bytes_capacity, c->bytes_length + length, 1) != BP_OK)
    return BP_ERR_NOMEM;
  c->bytes = bytes;
  if (length > 0) memcpy(c->bytes + c->bytes_length, text, length);
  c->bytes_length += length;
  return BP_OK;
}

static int append_repaired(table_column *c, const char *text, size_t length) {
  const char *end = text + length;
  int rc = BP_OK;
  while (text < end && rc == BP_OK) {
    size_t step = bpi_utf8_step(text, end);
    rc = step > 0 ? append_bytes(c, text, step)
                  : append_bytes(c, REPLACEMENT, sizeof REPLACEMENT - 1);
    text += step > 0 ? step : 1;
  }
  return rc;
}

/* Erases the value of the last row. Its text is at the end of the block, so it can be removed. */
static void erase_value(table_column *c, size_t row) {
  if (is_whole(c->type)) {
    c->ints[row] = 0;
  } else if (c->type == BP_TYPE_REAL) {
    c->reals[row] = 0;
  } else {
    size_t start = (size_t)c->offsets[row];
    if (c->bytes_length > start) memset(c->bytes + start, 0, c->bytes_length - start);
    c->bytes_length = start;
    c->offsets[row + 1] = c->offsets[row];
  }
}

static int make_strings(table_column *c, size_t rows) {
  if (c->strings != NULL) return BP_OK; /* finished before; only metadata was added since */
  c->strings = bpi_alloc(c->bytes_length + rows);
  if (c->strings == NULL) return BP_ERR_NOMEM;
  char *into = c->strings;
  for (size_t row = 0; row < rows; row++) {
    size_t length = (size_t)(c->offsets[row + 1] - c->offsets[row]);
    if (length > 0) memcpy(into, c->bytes + c->offsets[row], length);
    into[length] = '\0';
    into += length + 1;
  }
  return BP_OK;
}

/* ---------------------------------------------------------------------------------- building */

bp_result *bpi_table_new(void) {
  bp_result *t = bpi_alloc_zero(1, sizeof *t);
  if (t == NULL) return NULL;
  atomic_init(&t->references, 1);
  bpi_table_meta(t, "schema", BPI_RESULT_SCHEMA);
  return t;
}

static bool name_is_free(const bp_result *t, const char *name) {
  for (size_t i = 0; i < t->columns; i++)
    if (strcmp(bpi_table_column_get(t, i, "name"), name) == 0) return false;
  return name[0] != '_';
}

size_t bpi_table_add_column(bp_result *t, int type, const char *name, const char *role) {
  if (t == NULL || t->failed) return 0;
  if (type < BP_TYPE_BOOL || type > BP_TYPE_TIME || t->rows > 0 || name == NULL ||
      !name_is_free(t, name)) {
    t->failed = BP_ERR_INTERNAL;
    return 0;
  }
  void *columns = t->column;
  if (!resize(&columns, t->columns + 1, sizeof *t->column)) {
    t->failed = BP_ERR_NOMEM;
    return 0;
  }
  t->column = columns;
  size_t column = t->columns++;
  memset(&t->column[column], 0, sizeof t->column[column]);
  t->column[column].type = type;
  bpi_table_column_meta(t, column, "name", name);
  bpi_table_column_meta(t, column, "role", role);
  return column;
}

void bpi_table_column_meta(bp_result *t, size_t column, const char *key, const char *value) {
  if (t == NULL || t->failed || value == NULL) return;
  if (column >= t->columns) {
    t->failed = BP_ERR_INTERNAL;
    return;
  }
  table_column *c = &t->column[column];
  t->failed = put_meta(c->meta, &c->metas, COLUMN_METAS, key, value);
}

void bpi_table_meta(bp_result *t, const char *key, const char *value) {
  if (t == NULL || t->failed || value == NULL) return;
  t->failed = put_meta(t->meta, &t->metas, RESULT_METAS, key, value);
}

void bpi_table_add_row(bp_result *t) {
  if (t == NULL || t->failed) return;
  if (t->rows == t->capacity) t->failed = grow(t);
  if (t->failed) return;
  size_t row = t->rows++;
  for (size_t i = 0; i < t->columns; i++) {
    table_column *c = &t->column[i];
    c->states[row] = BP_CELL_EMPTY;
    erase_value(c, row);
  }
}

void bpi_table_set_int(bp_result *t, size_t column, int64_t value) {
  table_column *c = last_row_of(t, column);
  if (c == NULL) return;
  if (!is_whole(c->type)) {
    t->failed = BP_ERR_INTERNAL;
    return;
  }
  c->ints[t->rows - 1] = c->type == BP_TYPE_BOOL ? value != 0 : value;
  mark_value(c, t->rows - 1);
}

void bpi_table_set_real(bp_result *t, size_t column, double value) {
  table_column *c = last_row_of(t, column);
  if (c == NULL) return;
  if (c->type != BP_TYPE_REAL) {
    t->failed = BP_ERR_INTERNAL;
    return;
  }
  if (!isfinite(value)) return;
  c->reals[t->rows - 1] = value == 0 ? 0 : value; /* no negative zero */
  mark_value(c, t->rows - 1);
}

void bpi_table_set_text(bp_result *t, size_t column, const char *text, size_t length) {
  table_column *c = last_row_of(t, column);
  if (c == NULL || text == NULL) return;
  size_t row = t->rows - 1;
  if (c->type != BP_TYPE_TEXT || c->bytes_length != (size_t)c->offsets[row]) {
    t->failed = BP_ERR_INTERNAL;
    return;
  }
  t->failed = bpi_utf8_valid(text, length) ? append_bytes(c, text, length)
                                           : append_repaired(c, text, length);
  if (t->failed) return;
  c->offsets[row + 1] = (int32_t)c->bytes_length;
  mark_value(c, row);
}

void bpi_table_set_state(bp_result *t, size_t column, int state) {
  table_column *c = last_row_of(t, column);
  if (c == NULL) return;
  if ((state & BP_CELL_STATE) == BP_CELL_VALUE) {
    c->states[t->rows - 1] = (uint16_t)state;
  } else {
    erase_value(c, t->rows - 1);
    c->states[t->rows - 1] = (uint16_t)(state & BP_CELL_STATE);
  }
}

int bpi_table_finish(bp_result **out, bp_result *t, bp_error **error) {
  *out = NULL;
  if (t == NULL) return bpi_fail_nomem(error);
  if (!t->failed && t->capacity == 0)
    t->failed = grow(t); /* Arrow needs offsets without rows, too */
  for (size_t i = 0; i < t->columns && !t->failed; i++)
    if (t->column[i].type == BP_TYPE_TEXT) t->failed = make_strings(&t->column[i], t->rows);
  if (!t->failed) {
    *out = t;
    return BP_OK;
  }
  int failed = t->failed;
  bpi_table_release(t);
  if (failed == BP_ERR_NOMEM) return bpi_fail_nomem(error);
  return bpi_fail(error, failed,
                  failed == BP_ERR_LIMIT ? "a column of a result holds at most 2 GiB of text"
                                         : "a result was built against its own rules");
}

bp_result *bpi_table_retain(bp_result *t) {
  atomic_fetch_add_explicit(&t->references, 1, memory_order_relaxed);
  return t;
}

void bpi_table_release(bp_result *t) {
  if (t == NULL) return;
  if (atomic_fetch_sub_explicit(&t->references, 1, memory_order_acq_rel) > 1) return;
  for (size_t i = 0; i < t->columns; i++)
    free_column(&t->column[i]);
  bpi_free(t->column);
  free_metas(t->meta, t->metas);
  bpi_free(t);
}

/* ----------------------------------------------------------------------------------- reading */

const char *bpi_table_column_get(const bp_result *t, size_t column, const char *key) {
  return find_meta(t->column[column].meta, t->column[column].metas, key);
}

const char *bpi_table_get(const bp_result *t, const char *key) {
  return find_meta(t->meta, t->metas, key);
}

int bpi_table_state(const bp_result *t, size_t row, size_t column) {
  return t->column[column].states[row] & BP_CELL_STATE;
}

bool bpi_table_lower_bound(const bp_result *t, size_t row, size_t column) {
  return (t->column[column].states[row] & BP_CELL_LOWER_BOUND) != 0;
}

const char *bpi_table_text(const bp_result *t, size_t row, size_t column, size_t *length) {
  const table_column *c = &t->column[column];
  if (length != NULL) *length = (size_t)(c->offsets[row + 1] - c->offsets[row]);
  return c->strings + (size_t)c->offsets[row] + row;
}
