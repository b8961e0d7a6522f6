/* delivery/html.h: shared by the table (html.c) and the charts (html_chart.c) of the format
 * html. */
#ifndef BPI_DELIVERY_HTML_H
#define BPI_DELIVERY_HTML_H

#include "delivery/cell.h"

typedef struct html {
  buf *out;
  buf scratch; /* one text before it is escaped */
  looks looks;
} html;

/* Escapes text: characters that could begin a tag or an entity, or end an attribute, become
 * entities. */
void bpi_html_text(buf *out, const char *text, size_t length);
/* The value of a cell, for people; writes nothing if there is none. */
void bpi_html_value(html *h, size_t row, size_t column);
/* The title, or the name if there is none. */
const char *bpi_html_title(const bp_result *r, size_t column);
/* Length of the prefix "Journeys: " in a title like "Journeys: read edit"; 0 if it has no colon. */
size_t bpi_html_prefix(const char *title);
/* Capitalises the first letter. */
void bpi_html_upper_first(buf *b);
/* Writes what the result is about: its first metrics, at most `most`, and its dimensions. If `most`
 * is above 1, the remaining metrics are counted. */
void bpi_html_subject(html *h, size_t most);
#define BPI_HTML_SUBJECTS 3
bool bpi_html_has_role(const bp_result *r, size_t column, const char *role);
/* Whether it has a single row and no dimensions: such figures are better listed from top to
 * bottom. */
bool bpi_html_is_one(const bp_result *r);
/* The word shown in place of a missing value; NULL: none. */
const char *bpi_html_state(const bp_result *r, size_t row, size_t column);

/* html_chart.c: draws the first metric of the result as options->chart says; nothing if it has
 * none. */
void bpi_html_chart(html *h);

#endif
