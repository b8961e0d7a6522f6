/* spans.h: published numbers, which are known to lie between two ends, held against each other. What is said of
 * them holds for every number between the ends. */
#ifndef SPANS_H
#define SPANS_H

#include "../output.h"

typedef struct span {
  bool has, has_low, has_high;
  bool share; /* of a whole: a rate that is at most 1 */
  double value, low, high;
} span;

/* The metric of a row, with its ends; `scale` 1, or what each is divided by. NULL or no such column: nothing. */
span span_of(const bp_result *r, size_t row, const char *metric, double divided_by);
/* Whether every number that `a` may be lies above every one of `b`, times a factor. */
bool is_above(const span *a, const span *b, double times);
/* "+12 %", of shares "+2.0 points", "up from none", "no clear change", "" where there is nothing to say. The caller
 * frees it. */
char *change_between(const span *now, const span *before);
/* "12.4 % (10 to 65 %)", the unit being that of the column; the caller frees it. */
char *show_span(const screen *s, const bp_result *r, size_t row, const char *metric);
/* "2.4×" behind a mark; the caller frees it. */
char *show_times(const char *mark, double value);
/* The value for people; a ratio of more than two is told in times, the cost of a small thing with four decimals. */
char *show_value(const screen *s, const bp_result *r, size_t row, int column);
/* "2 to 3", "at least 2", "at most 3" of what stands at the ends, either of them NULL where it is not known, and frees it. */
char *say_ends(char *low, char *high);
/* The ends alone, "10 to 65 %"; "" where they are not known or show as one. */
char *show_ends(const screen *s, const bp_result *r, size_t row, const char *metric);

#endif
