/* data.c: writes results of the library to the data of a page, without computing anything. */
#include "data.h"

#include <stdlib.h>
#include <string.h>

#include "../output.h"

static const char *const told[] = {
    "from",          "until",          "coverage", "lower_bound", "notes",
    "baseline_from", "baseline_until", "prices",   "assumptions", NULL};
static const char *const known[] = {"role", "of", "unit", "title", "estimate", NULL};

static void put_meta(json *j, const bp_result *r) {
  json_open(j, "meta", '{');
  for (size_t i = 0; told[i] != NULL; i++)
    if (bp_result_meta(r, told[i]) != NULL) json_text(j, told[i], bp_result_meta(r, told[i]));
  json_close(j, '}');
}

static const char *type_name(int type) {
  static const char *const names[] = {"", "bool", "int", "real", "text", "time"};
  return type >= BP_TYPE_BOOL && type <= BP_TYPE_TIME ? names[type] : "";
}

static void put_values(json *j, const bp_result *r, int column) {
  json_open(j, "values", '[');
  for (size_t row = 0; row < bp_result_rows(r); row++)
    json_value(j, NULL, r, row, column);
  json_close(j, ']');
}

/* The index of a text among the earlier ones; a new one is added. */
static size_t place_of(const char **names, size_t *count, const char *name) {
  size_t i = *count;
  while (i > 0 && strcmp(names[i - 1], name) != 0)
    i--; /* search backwards, as neighbours are often equal */
  if (i > 0) return i - 1;
  names[*count] = name;
  return (*count)++;
}

static void put_texts(json *j, const bp_result *r, int column) {
  size_t rows = bp_result_rows(r), count = 0;
  const char **names = need(calloc(rows + 1, sizeof *names));
  json_open(j, "values", '[');
  for (size_t row = 0; row < rows; row++) {
    const char *name = bp_result_text(r, row, (size_t)column, NULL);
    if (name == NULL || !has_value(r, row, column))
      json_null(j, NULL);
    else
      json_int(j, NULL, (int64_t)place_of(names, &count, name));
  }
  json_close(j, ']');
  json_open(j, "names", '[');
  for (size_t i = 0; i < count; i++)
    json_text(j, NULL, names[i]);
  json_close(j, ']');
  free(names);
}

/* The cells with a state other than value or empty. */
static void put_states(json *j, const bp_result *r, int column) {
  bool any = false;
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    int cell = bp_result_cell(r, row, (size_t)column);
    if (cell == BP_CELL_VALUE || cell == BP_CELL_EMPTY) continue;
    if (!any) json_open(j, "states", '[');
    any = true;
    json_open(j, NULL, '[');
    json_int(j, NULL, (int64_t)row);
    json_text(j, NULL, cell_state(cell));
    json_close(j, ']');
  }
  if (any) json_close(j, ']');
}

/* Describes each column once, as it is the same in all tables. */
static void describe(data *d, const bp_result *r, size_t column) {
  const char *name = bp_result_column(r, column, "name");
  for (size_t i = 0; i < d->known.count; i++)
    if (strcmp(d->known.item[i], name) == 0) return;
  strings_add(&d->known, name);
  json_open(&d->columns, name, '{');
  for (size_t i = 0; known[i] != NULL; i++)
    if (bp_result_column(r, column, known[i]) != NULL)
      json_text(&d->columns, known[i], bp_result_column(r, column, known[i]));
  json_text(&d->columns, "type", type_name(bp_result_type(r, column)));
  json_close(&d->columns, '}');
}

static void put_column(data *d, const bp_result *r, size_t column) {
  json *j = &d->out;
  describe(d, r, column);
  json_open(j, bp_result_column(r, column, "name"), '{');
  if (bp_result_type(r, column) == BP_TYPE_TEXT)
    put_texts(j, r, (int)column);
  else
    put_values(j, r, (int)column);
  put_states(j, r, (int)column);
  json_close(j, '}');
}

void put_table(data *d, const char *key, const bp_result *r) {
  json *j = &d->out;
  json_open(j, key, '{');
  json_int(j, "rows", (int64_t)bp_result_rows(r));
  put_meta(j, r);
  json_open(j, "columns", '{');
  for (size_t column = 0; column < bp_result_columns(r); column++)
    put_column(d, r, column);
  json_close(j, '}');
  json_close(j, '}');
}

void put_columns(data *d, const char *key) {
  json_open(&d->out, key, '{');
  if (d->columns.out.length > 0) text_add(&d->out.out, d->columns.out.data);
  json_close(&d->out, '}');
}

void data_free(data *d) {
  text_free(&d->out.out);
  text_free(&d->columns.out);
  strings_free(&d->known);
}

int put_catalog(data *d, const char *key) {
  json *j = &d->out;
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (bp_catalog(&r, "metrics", &error) != BP_OK) return complain_of(error);
  json_open(j, key, '{');
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    json_open(j, bp_result_text(r, row, 0, NULL), '{');
    for (size_t column = 1; column < bp_result_columns(r); column++) {
      const char *name = bp_result_column(r, column, "name");
      if (strcmp(name, "title") == 0 || strcmp(name, "definition") == 0 ||
          strcmp(name, "family") == 0)
        json_value(j, name, r, row, (int)column);
    }
    json_close(j, '}');
  }
  json_close(j, '}');
  bp_result_free(r);
  return 0;
}

int put_words(data *d, const char *key) {
  json *j = &d->out;
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (bp_catalog(&r, "words", &error) != BP_OK) return complain_of(error);
  json_open(j, key, '{');
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    const char *dimension = bp_result_text(r, row, 0, NULL);
    bool first = row == 0 || strcmp(bp_result_text(r, row - 1, 0, NULL), dimension) != 0;
    if (first && row > 0) json_close(j, '}');
    if (first) json_open(j, dimension, '{');
    json_text(j, bp_result_text(r, row, 1, NULL), bp_result_text(r, row, 2, NULL));
  }
  if (bp_result_rows(r) > 0) json_close(j, '}');
  json_close(j, '}');
  bp_result_free(r);
  return 0;
}
