/* delivery/json.c: writes a result as one JSON document, or as one line of JSON per row. Keys have
 * a fixed order and every row its own line, so that equal results give equal bytes and diffs are
 * readable. docs/formats/result.md describes both. Never rounds. */
#include "delivery/delivery.h"

#include <string.h>

#include "delivery/cell.h"

static void write_text(buf *out, const char *text) {
  bpi_buf_json_text(out, text, strlen(text));
}

static void write_member(buf *out, const char *key, const char *value) {
  write_text(out, key);
  bpi_buf_char(out, ':');
  write_text(out, value);
}

static const char *column_name(const bp_result *r, size_t column) {
  return bpi_table_column_get(r, column, "name");
}

static void write_meta(buf *out, const bp_result *r) {
  bool first = true;
  for (size_t i = 0; i < r->metas; i++) {
    if (strcmp(r->meta[i].key, "schema") == 0) continue; /* written before */
    if (!first) bpi_buf_char(out, ',');
    write_member(out, r->meta[i].key, r->meta[i].value);
    first = false;
  }
}

/* Name and type first, then the other metadata in insertion order. */
static void write_column(buf *out, const bp_result *r, size_t column) {
  const struct table_column *c = &r->column[column];
  bpi_buf_char(out, '{');
  write_member(out, "name", column_name(r, column));
  bpi_buf_char(out, ',');
  write_member(out, "type", bpi_type_name(c->type));
  for (size_t i = 0; i < c->metas; i++) {
    if (strcmp(c->meta[i].key, "name") == 0) continue;
    bpi_buf_char(out, ',');
    write_member(out, c->meta[i].key, c->meta[i].value);
  }
  bpi_buf_char(out, '}');
}

static void write_value(buf *out, const bp_result *r, size_t row, size_t column) {
  size_t length;
  const char *text;
  if (bpi_table_state(r, row, column) != BP_CELL_VALUE) {
    bpi_buf_text(out, "null");
  } else if (r->column[column].type == BP_TYPE_TEXT) {
    text = bpi_table_text(r, row, column, &length);
    bpi_buf_json_text(out, text, length);
  } else if (r->column[column].type == BP_TYPE_TIME) {
    bpi_buf_char(out, '"');
    bpi_cell_exact(out, r, row, column);
    bpi_buf_char(out, '"');
  } else {
    bpi_cell_exact(out, r, row, column);
  }
}

/* The members of a row, without its braces. */
static void write_cells(buf *out, const bp_result *r, size_t row) {
  for (size_t column = 0; column < r->columns; column++) {
    if (column > 0) bpi_buf_char(out, ',');
    write_text(out, column_name(r, column));
    bpi_buf_char(out, ':');
    write_value(out, r, row, column);
  }
}

/* Whether a cell has an entry in the states; a null without one is an empty cell. */
static bool has_state(const bp_result *r, size_t row, size_t column) {
  int state = bpi_table_state(r, row, column);
  return state == BP_CELL_WITHHELD || state == BP_CELL_UNCOVERED ||
         bpi_table_lower_bound(r, row, column);
}

static void write_states(buf *out, const bp_result *r) {
  bool first = true;
  for (size_t row = 0; row < r->rows; row++)
    for (size_t column = 0; column < r->columns; column++) {
      if (!has_state(r, row, column)) continue;
      bpi_buf_text(out, first ? "\n{\"row\":" : ",\n{\"row\":");
      bpi_buf_int(out, (int64_t)row);
      bpi_buf_char(out, ',');
      write_member(out, "column", column_name(r, column));
      bpi_buf_char(out, ',');
      write_member(out, "state", bpi_state_name(r, row, column));
      bpi_buf_char(out, '}');
      first = false;
    }
  if (!first) bpi_buf_char(out, '\n');
}

void bpi_write_json(buf *out, const bp_result *r, const delivery_options *options) {
  (void)options;
  bpi_buf_char(out, '{');
  write_member(out, "schema", BPI_RESULT_SCHEMA);
  bpi_buf_text(out, ",\n\"meta\":{");
  write_meta(out, r);
  bpi_buf_text(out, "},\n\"columns\":[");
  for (size_t column = 0; column < r->columns; column++) {
    bpi_buf_text(out, column > 0 ? ",\n" : "\n");
    write_column(out, r, column);
  }
  bpi_buf_text(out, r->columns > 0 ? "\n],\n\"rows\":[" : "],\n\"rows\":[");
  for (size_t row = 0; row < r->rows; row++) {
    bpi_buf_text(out, row > 0 ? ",\n{" : "\n{");
    write_cells(out, r, row);
    bpi_buf_char(out, '}');
  }
  bpi_buf_text(out, r->rows > 0 ? "\n],\n\"states\":[" : "],\n\"states\":[");
  write_states(out, r);
  bpi_buf_text(out, "]}\n");
}

/* Writes the states of a row as its last member, if it has any. */
static void write_row_states(buf *out, const bp_result *r, size_t row) {
  bool any = false;
  for (size_t column = 0; column < r->columns; column++) {
    if (!has_state(r, row, column)) continue;
    bpi_buf_text(out, any ? "," : ",\"_states\":{");
    write_member(out, column_name(r, column), bpi_state_name(r, row, column));
    any = true;
  }
  if (any) bpi_buf_char(out, '}');
}

void bpi_write_ndjson(buf *out, const bp_result *r, const delivery_options *options) {
  (void)options;
  for (size_t row = 0; row < r->rows; row++) {
    bpi_buf_char(out, '{');
    write_cells(out, r, row);
    write_row_states(out, r, row);
    bpi_buf_text(out, "}\n");
  }
}
