/* screen.h: what standard output is, and text laid out for it. */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdbool.h>

#include "options.h"
#include "text.h"

typedef struct screen {
  const char *format; /* table, json, ndjson, csv, markdown */
  int width;          /* columns of standard output; 0: any */
  bool color;
  bool blocks; /* bars of block characters, else of # */
  bool ascii;  /* nothing beyond ASCII in what the program itself writes */
  bool quiet;
  bool talks_to_terminal; /* standard error is one */
} screen;

void screen_init(screen *s, const options *o);
bool is_json(const screen *s); /* json or ndjson */
bool is_table(const screen *s);

#define STYLE_BOLD "\x1b[1m"
#define STYLE_DIM "\x1b[2m"
#define STYLE_BAR "\x1b[36m"
#define STYLE_GOOD "\x1b[32m"
#define STYLE_WARN "\x1b[33m"
#define STYLE_BAD "\x1b[31m"
/* The string in a style, filled or cut as text_fit does. */
void put(text *t, const screen *s, const char *style, const char *string, int width);
/* Words in lines that fit the screen, the first of which begins at `indent`; ends the line. */
void put_wrapped(text *t, const screen *s, const char *string, int indent);
/* Ends a line, without spaces before its end. */
void put_line_end(text *t);
/* What a page is about, and the zone that decides its days where there is room for it. */
void put_title_line(text *t, const screen *s, const char *title, const char *zone);
/* A bar of value / most in `width` columns; anything above nothing shows. */
void put_bar(text *t, const screen *s, double value, double most, int width);
/* A character between nothing and full height; "#" has no heights, so only with s->blocks. */
void put_spark(text *t, const screen *s, double value, double most);

#endif
