/* rows.h: writes rows in the formats for programs, when the output is not exactly one result of the
 * library but a part of one, or several. */
#ifndef ROWS_H
#define ROWS_H

#include "output.h"

typedef enum row_form { ROWS_CSV, ROWS_MARKDOWN, ROWS_HTML, ROWS_DOCUMENT, ROWS_LINES } row_form;

typedef struct rows {
  text out;
  row_form form; /* ROWS_DOCUMENT: one JSON object; ROWS_LINES: one object a row */
  bool first;    /* no row was written yet */
  json row;
  bool first_cell;
} rows;

/* `columns` ends with NULL; each row must give its cells in this order. `schema` names the JSON
 * document. Writes CSV if the format of the screen is none of these. */
void rows_begin(rows *r, const screen *s, const char *schema, const char *const *columns);
void rows_start(rows *r);
void rows_text(rows *r, const char *column, const char *value); /* NULL: nothing */
void rows_real(rows *r, const char *column, double value);
/* The exact value of a cell of a result. */
void rows_cell(rows *r, const char *column, const bp_result *from, size_t row, int at);
void rows_finish(rows *r);
int rows_end(rows *r); /* writes; exit code */

#endif
