/* screen.h: the properties of standard output, and text laid out for it. */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdbool.h>

#include "options.h"
#include "text.h"

typedef struct screen {
  const char *format; /* table, json, ndjson, csv, markdown */
  int width;          /* columns of standard output; 0: unlimited */
  bool color;
  bool blocks; /* bars of block characters, else of # */
  bool ascii;  /* the program itself writes only ASCII */
  bool quiet;
  bool talks_to_terminal; /* standard error is a terminal */
} screen;

void screen_init(screen *s, const options *o);
bool is_json(const screen *s);   /* json or ndjson */
bool is_markup(const screen *s); /* markdown or html: for people, elsewhere than on a terminal */
bool is_table(const screen *s);

#define STYLE_BOLD "\x1b[1m"
#define STYLE_DIM "\x1b[2m"
#define STYLE_BAR "\x1b[36m"
#define STYLE_GOOD "\x1b[32m"
#define STYLE_WARN "\x1b[33m"
#define STYLE_BAD "\x1b[31m"
/* Writes the string in a style, padded or cut as by text_fit. */
void put(text *t, const screen *s, const char *style, const char *string, int width);
/* Wraps words to the width of the screen and indents the lines. The first line already starts at
 * column `indent`. Ends the last line. */
void put_wrapped(text *t, const screen *s, const char *string, int indent);
/* Ends a line and removes its trailing spaces. */
void put_line_end(text *t);
/* The title of a page, with the time zone if there is room. */
void put_title_line(text *t, const screen *s, const char *title, const char *zone);
/* A bar of value / most in `width` columns; any value above 0 is visible. */
void put_bar(text *t, const screen *s, double value, double most, int width);
/* A block character of a height from nothing to full. Only with s->blocks, as "#" has no
 * heights. */
void put_spark(text *t, const screen *s, double value, double most);

#endif
