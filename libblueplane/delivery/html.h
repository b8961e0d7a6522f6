/* delivery/html.h: what the table and the charts of the html format share. */
#ifndef BPI_DELIVERY_HTML_H
#define BPI_DELIVERY_HTML_H

#include "delivery/cell.h"

typedef struct html {
  buf *out;
  buf scratch; /* for one text */
  looks looks;
} html;

/* Text that stays text: what could begin a tag, an entity or end an attribute is written as an
 * entity. */
void bpi_html_text(buf *out, const char *text, size_t length);
/* The cell's value, for people; nothing where there is none. */
void bpi_html_value(html *h, size_t row, size_t column);
/* The title, or the name where it has none. */
const char *bpi_html_title(const bp_result *r, size_t column);
/* Bytes of a title like "Journeys: read edit" up to and with its colon and space; 0 if it has none. */
size_t bpi_html_prefix(const char *title);
/* A word at the beginning of a line. */
void bpi_html_upper_first(buf *b);
/* What it is about: the first metrics of the result, at most so many, and what they are told by. If it
 * is about more than one, those beyond are counted. */
void bpi_html_subject(html *h, size_t most);
#define BPI_HTML_SUBJECTS 3
bool bpi_html_has_role(const bp_result *r, size_t column, const char *role);
/* One row and nothing that it is told by: figures, which read better from top to bottom. */
bool bpi_html_is_one(const bp_result *r);
/* What stands in place of a value, NULL: nothing. */
const char *bpi_html_state(const bp_result *r, size_t row, size_t column);

/* html_chart.c: the first metric of the result as options->chart says; nothing where it has none. */
void bpi_html_chart(html *h);

#endif
