/* figures.h: cells of results, for people and as JSON. */
#ifndef FIGURES_H
#define FIGURES_H

#include <stdint.h>

#include <blueplane/blueplane.h>

#include "screen.h"

/* The first column with this role ("metric", "baseline", "relative", ...) that belongs to `of` (a
 * metric or dimension), or -1. A companion is found by its name. */
int find_column(const bp_result *r, const char *role, const char *of);
bool has_value(const bp_result *r, size_t row, int column);
/* The cell for people: its unit, ~ before an estimate, >= before a lower bound, a dash where it was
 * not recorded, "withheld". Empty text for an empty cell. */
void put_figure(text *t, const screen *s, const bp_result *r, size_t row, int column);
char *figure(const screen *s, const bp_result *r, size_t row, int column);
/* The same with the ends of its interval behind it, where it has one. */
char *range_figure(const screen *s, const bp_result *r, size_t row, const char *name,
                   const char *low, const char *high);
/* How people write a word of a dimension, by the library; the word itself where it has no other title. */
const char *word_title(const char *dimension, const char *word);
/* A value in a unit of the library (NULL: none), with + where `sign` asks for it; without a screen for a page. */
void put_number(text *t, const screen *s, const char *unit, double value, bool sign);
/* What stands before a number below zero. */
const char *minus(const screen *s);
/* A number of bytes, a share, a plain count. */
void put_bytes(text *t, uint64_t bytes);
void put_count(text *t, int64_t count);
/* "1 file", "2,104 files". */
void put_some(text *t, uint64_t count, const char *one, const char *many);
/* "value", "lower_bound", "empty", "withheld" or "uncovered". */
const char *cell_state(int cell);
/* The cell's exact value as JSON. */
void json_value(json *j, const char *key, const bp_result *r, size_t row, int column);
/* The cell as a JSON object: value, unit, state, and its baseline where there is one. */
void json_cell(json *j, const char *key, const bp_result *r, size_t row, int column);

#endif
