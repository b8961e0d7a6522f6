/* spans.h: compares published numbers, of which bounds are known. A comparison holds for every
 * number within the bounds. */
#ifndef SPANS_H
#define SPANS_H

#include "../output.h"

typedef struct span {
  bool has, has_low, has_high;
  bool share; /* a rate of at most 1 */
  double value, low, high;
} span;

/* The metric of a row with its bounds, each divided by `divided_by`. Empty if `r` is NULL or has no
 * such column. */
span span_of(const bp_result *r, size_t row, const char *metric, double divided_by);
/* Whether all of `a` lies above all of `b` times a factor. */
bool is_above(const span *a, const span *b, double times);
/* "+12 %", for shares "+2.0 points", "up from none", "no clear change", or "" if unknown. The
 * caller frees it. */
char *change_between(const span *now, const span *before);
/* "12.4 % (10 to 65 %)" in the unit of the column; the caller frees it. */
char *show_span(const screen *s, const bp_result *r, size_t row, const char *metric);
/* "2.4×" after a mark; the caller frees it. */
char *show_times(const char *mark, double value);
/* The value for people. A ratio above two is written as a factor. */
char *show_value(const screen *s, const bp_result *r, size_t row, int column);
/* Writes "2 to 3", "at least 2" or "at most 3"; either bound may be NULL, if unknown. Frees
 * both. */
char *say_ends(char *low, char *high);
/* The bounds alone, "10 to 65 %"; "" if they are unknown or look the same. */
char *show_ends(const screen *s, const bp_result *r, size_t row, const char *metric);

#endif
