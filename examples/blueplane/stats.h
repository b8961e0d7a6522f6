/* stats.h: the data of a page of statistics, between the queries (stats.c) and the layout
 * (stats_page.c). */
#ifndef STATS_H
#define STATS_H

#include "program.h"
#include "zone.h"

typedef struct stats {
  program *program;
  const char *word; /* the period as the user named it: "today", "week", ...; NULL: dates */
  char *period;     /* as bp_query_period takes it */
  const char *compare;
  date first, last; /* days, both included */
  int days;
  bool reaches_today;
  const char *by; /* time dimension of the breakdown; NULL: a single day */
  bp_result *totals, *platforms, *workspaces, *hours, *parts;
} stats;

/* The last day with an interaction up to the end of the period. */
bool last_active_day(const stats *s, date *out);
/* The row with the greatest value of a column, the first of equals. False: no value is above 0. */
bool greatest_row(const bp_result *r, int column, size_t *best);

/* Runs the queries for a period of bp_query_period, with the baseline of --compare or the period's
 * default one. Returns an exit code; prints errors. Free it in either case. */
int stats_ask(stats *s, program *p, const char *period);
void stats_free(stats *s);
bool stats_empty(const stats *s); /* there was no interaction */

/* The page for people, and the JSON document blueplane.stats/1. */
void stats_page(text *t, const stats *s);
void stats_json(json *j, const stats *s);

#endif
