/* output.h: what goes to standard output and standard error, and how: formats, width, colour,
 * figures for people, notes, errors. Data goes to standard output, everything said about it to
 * standard error. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>

#include <blueplane/blueplane.h>

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

/* `format` replaces what the options say where it is not NULL. */
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

/* ------------------------------------------------------------------------------------- figures */

/* The first column with this role ("metric", "baseline", "relative", ...) that belongs to `of` (a
 * metric or dimension), or -1. A companion is found by its name. */
int find_column(const bp_result *r, const char *role, const char *of);
bool has_value(const bp_result *r, size_t row, int column);
/* The cell for people: its unit, ~ before an estimate, >= before a lower bound, a dash where it was
 * not recorded, "withheld". Empty text for an empty cell. */
void put_figure(text *t, const screen *s, const bp_result *r, size_t row, int column);
char *figure(const screen *s, const bp_result *r, size_t row, int column);
/* A number of bytes, a share, a plain count. */
void put_bytes(text *t, uint64_t bytes);
void put_count(text *t, int64_t count);
/* The cell's exact value as JSON. */
void json_value(json *j, const char *key, const bp_result *r, size_t row, int column);
/* The cell as a JSON object: value, unit, state, and its baseline where there is one. */
void json_cell(json *j, const char *key, const bp_result *r, size_t row, int column);

/* -------------------------------------------------------------------------------------- output */

/* Writes the text to standard output; EXIT_FAILED where that is not possible. Empties it. */
int write_out(text *t);
/* The result in the format of the screen, with `table_options` such as "titles,compact" added for
 * tables. EXIT_NOTHING where it has no rows, EXIT_WITHHELD where nothing of it may be seen. */
int write_result(const screen *s, const bp_result *r, const char *table_options);
/* One JSON object, which is also one line of ndjson. */
int write_json(json *j);

/* One line on standard error, unless --quiet. */
__attribute__((format(printf, 2, 3))) void note(const screen *s, const char *format, ...);
/* A line each for what went wrong and, where `hint` is not NULL, how to mend it. Returns `code`. */
int complain(int code, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Says what the library says, with its details; frees the error. Returns the exit code for it. */
int complain_of(bp_error *error);

#endif
