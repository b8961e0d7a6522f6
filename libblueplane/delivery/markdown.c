/* delivery/markdown.c: writes a result as a table in GitHub's Markdown, for people: numbers as in
 * the terminal table, states as words in italics. Cell text is escaped so that it stays one cell of
 * plain text. Columns are not aligned; that is left to the renderer. */
#include "delivery/delivery.h"

#include <string.h>

#include "delivery/cell.h"

static bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Whether Markdown could read the character as markup; an underscore inside a word never is. */
static bool is_markup(const buf *text, size_t at) {
  char c = text->data[at];
  if (c == '_' && at > 0 && at + 1 < text->length)
    return !is_alphanumeric(text->data[at - 1]) || !is_alphanumeric(text->data[at + 1]);
  return strchr("\\`*_[]<>&|~", c) != NULL;
}

static void write_escaped(buf *out, const buf *text) {
  for (size_t i = 0; i < text->length; i++) {
    if (is_markup(text, i)) bpi_buf_char(out, '\\');
    bpi_buf_char(out, text->data[i]);
  }
}

static void write_cell(buf *out, const looks *l, size_t row, size_t column, buf *scratch) {
  switch (bpi_table_state(l->result, row, column)) {
  case BP_CELL_WITHHELD: bpi_buf_text(out, "*withheld*"); break;
  case BP_CELL_UNCOVERED: bpi_buf_text(out, "*not recorded*"); break;
  case BP_CELL_VALUE:
    scratch->length = 0;
    bpi_cell_shown(scratch, l, row, column);
    write_escaped(out, scratch);
  }
}

static void write_headings(buf *out, const looks *l, buf *scratch) {
  bpi_buf_char(out, '|');
  for (size_t column = 0; column < l->result->columns; column++) {
    if (!bpi_is_shown(l, column)) continue;
    scratch->length = 0;
    bpi_heading(scratch, l, column);
    bpi_buf_char(out, ' ');
    write_escaped(out, scratch);
    bpi_buf_text(out, " |");
  }
  bpi_buf_text(out, "\n|");
  for (size_t column = 0; column < l->result->columns; column++)
    if (bpi_is_shown(l, column))
      bpi_buf_text(out, bpi_is_number(l->result, column) ? " ---: |" : " --- |");
  bpi_buf_char(out, '\n');
}

static void write_row(buf *out, const looks *l, size_t row, buf *scratch) {
  bpi_buf_char(out, '|');
  for (size_t column = 0; column < l->result->columns; column++) {
    if (!bpi_is_shown(l, column)) continue;
    bpi_buf_char(out, ' ');
    write_cell(out, l, row, column, scratch);
    bpi_buf_text(out, " |");
  }
  bpi_buf_char(out, '\n');
}

static void write_zone(buf *out, const looks *l) {
  for (size_t column = 0; column < l->result->columns; column++) {
    if (!bpi_is_shown(l, column) || !bpi_shows_clock(l, column)) continue;
    bpi_buf_text(out, "\nTimes are in ");
    bpi_buf_text(out, bpi_zone_name(l->zone));
    bpi_buf_text(out, ".\n");
    return;
  }
}

void bpi_write_markdown(buf *out, const bp_result *r, const delivery_options *options) {
  looks l;
  if (r->columns == 0) return;
  if (bpi_looks_init(&l, r, options) != BP_OK) {
    out->failed = BP_ERR_NOMEM;
    return;
  }
  buf scratch;
  bpi_buf_init(&scratch, out->limit);
  write_headings(out, &l, &scratch);
  for (size_t row = 0; row < r->rows; row++)
    write_row(out, &l, row, &scratch);
  write_zone(out, &l);
  if (scratch.failed) out->failed = scratch.failed;
  bpi_buf_free(&scratch);
  bpi_looks_free(&l);
}
