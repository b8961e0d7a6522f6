/* figures.h: formats cells of results for people, and writes them as JSON. */
#ifndef FIGURES_H
#define FIGURES_H

#include <stdint.h>

#include <blueplane/blueplane.h>

#include "screen.h"

/* The first column with this role ("metric", "baseline", "relative", ...; NULL: any) that belongs
 * to `of` (a metric or dimension), or -1. A companion is found by its own name. */
int find_column(const bp_result *r, const char *role, const char *of);
bool has_value(const bp_result *r, size_t row, int column);
/* The cell for people: with its unit, ~ before an estimate, >= before a lower bound, a dash if it
 * was not recorded, "withheld". An empty cell gives empty text. */
void put_figure(text *t, const screen *s, const bp_result *r, size_t row, int column);
char *figure(const screen *s, const bp_result *r, size_t row, int column);
/* The same, followed by the bounds of its interval if it has one. */
char *range_figure(const screen *s, const bp_result *r, size_t row, const char *name,
                   const char *low, const char *high);
/* The library's title for a word of a dimension, or the word itself if it has none. */
const char *word_title(const char *dimension, const char *word);
/* A value in a unit of the library (NULL: none); with `sign`, a positive value starts with +. `s`
 * may be NULL, for a page. */
void put_number(text *t, const screen *s, const char *unit, double value, bool sign);
/* The minus sign: U+2212, or "-" on an ASCII screen. */
const char *minus(const screen *s);
/* Number formats: a size in bytes, a count. */
void put_bytes(text *t, uint64_t bytes);
void put_count(text *t, int64_t count);
/* "1 file", "2,104 files". */
void put_some(text *t, uint64_t count, const char *one, const char *many);
/* "value", "lower_bound", "empty", "withheld" or "uncovered". */
const char *cell_state(int cell);
/* Writes the exact value of the cell as JSON. */
void json_value(json *j, const char *key, const bp_result *r, size_t row, int column);
/* Writes the cell as a JSON object: value, unit, state, and the baseline if there is one. */
void json_cell(json *j, const char *key, const bp_result *r, size_t row, int column);

#endif
