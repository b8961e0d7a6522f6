/* paper.h: what a report or a mail is made of, written in the form that was asked for: a page, a page for mail,
 * Markdown, plain text, or rows for a spreadsheet. What is said is said once, whatever the form. */
#ifndef PAPER_H
#define PAPER_H

#include "../output.h"

typedef enum paper_form {
  PAPER_HTML,
  PAPER_MAIL,
  PAPER_MARKDOWN,
  PAPER_TEXT,
  PAPER_CSV
} paper_form;

typedef struct paper {
  paper_form form;
  text out;
  screen screen;       /* how figures are shown */
  const char *section; /* its title */
  bool open;           /* a section of a page */
} paper;

void paper_begin(paper *p, paper_form form, const char *title, const char *subtitle);
/* `mark` names the section for style sheets. */
void paper_section(paper *p, const char *mark, const char *title);
void paper_say(paper *p, const char *said);
void paper_take(paper *p, char *said); /* frees it */

/* Figures that stand out: what it is, the figure, what more there is to say of it. `cell` names the result's cell
 * that it is, so that a reader can hold them together; or NULL. */
typedef struct tile {
  const char *label;
  char *value, *detail; /* freed by paper_tiles */
  const bp_result *result;
  size_t row;
  int column;
} tile;
void paper_tiles(paper *p, tile *tiles, size_t count);

/* A title and sentences behind it, numbered. Rows for spreadsheets have the first sentence only. */
typedef struct point_made {
  char *title, *text, *rule; /* freed by paper_points */
} point_made;
void paper_points(paper *p, point_made *points, size_t count);

/* A result; `chart` is "bars", "line", "share" or NULL, `fold` hides the table behind a click where there is a
 * chart. Mail and text have the table alone. */
void paper_result(paper *p, const bp_result *r, const char *chart, bool fold);
/* The same behind what is said of it (NULL: nothing), kept together on paper. */
void paper_part(paper *p, const char *said, const bp_result *r, const char *chart, bool fold);

/* A table of texts, row by row, the headings first. Numbers stand on the right behind the first `names`
 * columns. Spreadsheets do without: they have the results. */
void paper_grid(paper *p, const char *caption, const char *const *cells, size_t columns,
                size_t rows, size_t names);

/* Hands the whole over, of a page with its head. `style` is what a page looks like. */
text paper_end(paper *p, const char *title, const char *const *styles);

#endif
