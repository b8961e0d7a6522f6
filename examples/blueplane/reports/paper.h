/* paper.h: the parts of a report or a mail, written in the requested form: a page, HTML for mail,
 * Markdown, plain text, or CSV. The content is the same in every form. */
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
  screen screen;       /* for formatting figures */
  const char *section; /* title of the current one */
  bool open;           /* a section element is open */
} paper;

void paper_begin(paper *p, paper_form form, const char *title, const char *subtitle);
/* `mark` is the section's class for style sheets. */
void paper_section(paper *p, const char *mark, const char *title);
void paper_say(paper *p, const char *said);
void paper_take(paper *p, char *said); /* frees `said` */

/* Prominent figures: a label, the value, a detail. `result`, `row` and `column` name its cell, to
 * add the exact number; `result` may be NULL. */
typedef struct tile {
  const char *label;
  char *value, *detail; /* freed by paper_tiles */
  const bp_result *result;
  size_t row;
  int column;
} tile;
void paper_tiles(paper *p, tile *tiles, size_t count);

/* A title and sentences after it, numbered. CSV and plain text omit `rule`. */
typedef struct point_made {
  char *title, *text, *rule; /* freed by paper_points */
} point_made;
void paper_points(paper *p, point_made *points, size_t count);

/* Writes a result. `chart` is "bars", "line", "share" or NULL; `fold` hides the table behind a
 * click if there is a chart. Mail and text have only the table. */
void paper_result(paper *p, const bp_result *r, const char *chart, bool fold);
/* The same after a sentence (NULL: none), kept on one page in print. */
void paper_part(paper *p, const char *said, const bp_result *r, const char *chart, bool fold);

/* Writes a table of texts, row by row, the headings first. The columns after the first `names` are
 * aligned to the right. Omitted in CSV, which has the results themselves. */
void paper_grid(paper *p, const char *caption, const char *const *cells, size_t columns,
                size_t rows, size_t names);

/* Returns the whole document. `styles` are those of a page. */
text paper_end(paper *p, const char *title, const char *const *styles);

#endif
