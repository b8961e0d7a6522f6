/* delivery/csv.c: writes a result as comma-separated values according to RFC 4180. A cell without a
 * value is empty. A column "<name>.state" follows a column that has states other than value and
 * empty. An empty text is quoted, which distinguishes it from no text. */
#include "delivery/delivery.h"

#include <string.h>

#include "base/mem.h"
#include "delivery/cell.h"

#define END_OF_LINE "\r\n"

static bool says_more(const bp_result *r, size_t column) {
  for (size_t row = 0; row < r->rows; row++) {
    int state = bpi_table_state(r, row, column);
    if (state == BP_CELL_WITHHELD || state == BP_CELL_UNCOVERED) return true;
    if (bpi_table_lower_bound(r, row, column)) return true;
    if (r->columns == 1 && state == BP_CELL_EMPTY) return true; /* readers skip a blank line */
  }
  return false;
}

static bool needs_quotes(const char *text, size_t length) {
  if (length == 0 || text[0] == ' ' || text[length - 1] == ' ') return true;
  for (size_t i = 0; i < length; i++)
    if (strchr(",\"\r\n", text[i]) != NULL) return true; /* also true for NUL */
  return false;
}

/* `suffix` must not need quotes itself. */
static void write_field(buf *out, const char *text, size_t length, const char *suffix) {
  bool quotes = needs_quotes(text, length);
  if (quotes) bpi_buf_char(out, '"');
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '"') bpi_buf_char(out, '"');
    bpi_buf_char(out, text[i]);
  }
  bpi_buf_text(out, suffix);
  if (quotes) bpi_buf_char(out, '"');
}

static void write_heading(buf *out, const bp_result *r, size_t column,
                          const delivery_options *options, const char *suffix) {
  const char *text = NULL;
  if (options->titles) text = bpi_table_column_get(r, column, "title");
  if (text == NULL) text = bpi_table_column_get(r, column, "name");
  write_field(out, text, strlen(text), suffix);
}

static void write_cell(buf *out, const bp_result *r, size_t row, size_t column) {
  if (bpi_table_state(r, row, column) != BP_CELL_VALUE) return;
  if (r->column[column].type == BP_TYPE_TEXT) {
    size_t length;
    const char *text = bpi_table_text(r, row, column, &length);
    write_field(out, text, length, "");
  } else {
    bpi_cell_exact(out, r, row, column);
  }
}

static void write_header(buf *out, const bp_result *r, const delivery_options *options,
                         const bool *stated) {
  for (size_t column = 0; column < r->columns; column++) {
    if (column > 0) bpi_buf_char(out, ',');
    write_heading(out, r, column, options, "");
    if (!stated[column]) continue;
    bpi_buf_char(out, ',');
    write_heading(out, r, column, options, ".state");
  }
  bpi_buf_text(out, END_OF_LINE);
}

static void write_row(buf *out, const bp_result *r, size_t row, const bool *stated) {
  for (size_t column = 0; column < r->columns; column++) {
    if (column > 0) bpi_buf_char(out, ',');
    write_cell(out, r, row, column);
    if (!stated[column]) continue;
    bpi_buf_char(out, ',');
    bpi_buf_text(out, bpi_state_name(r, row, column));
  }
  bpi_buf_text(out, END_OF_LINE);
}

void bpi_write_csv(buf *out, const bp_result *r, const delivery_options *options) {
  if (r->columns == 0) return;
  bool *stated = bpi_alloc_zero(r->columns, sizeof *stated);
  if (stated == NULL) {
    out->failed = BP_ERR_NOMEM;
    return;
  }
  for (size_t column = 0; column < r->columns; column++)
    stated[column] = says_more(r, column);
  write_header(out, r, options, stated);
  for (size_t row = 0; row < r->rows; row++)
    write_row(out, r, row, stated);
  bpi_free(stated);
}
