/* stats.h: what a page of statistics is made of, between the questions (stats.c) and the layout
 * (stats_page.c). */
#ifndef STATS_H
#define STATS_H

#include "program.h"
#include "zone.h"

typedef struct stats {
  program *program;
  const char *word; /* the period as it was asked for: "today", "week", ..., or NULL: dates */
  char *period;     /* in the words of bp_query_period */
  const char *compare;
  date first, last; /* days, both included */
  int days;
  bool reaches_today;
  const char *by; /* time dimension of the breakdown; NULL: a single day */
  bp_result *totals, *platforms, *workspaces, *hours, *parts;
} stats;

/* The last day with an interaction up to the end of the period. */
bool last_active_day(const stats *s, date *out);
/* The row with the greatest value of a column, the first of equals; false if all are nothing. */
bool greatest_row(const bp_result *r, int column, size_t *best);

/* The page for people; exit codes. */
int show_page(const stats *s);
int show_empty(const stats *s);

#endif
