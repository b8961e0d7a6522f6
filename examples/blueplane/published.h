/* published.h: opens published releases with the access of their audience, and divides them into
 * windows. */
#ifndef PUBLISHED_H
#define PUBLISHED_H

#include "program.h"

/* A published week, and the stores of the teams that published it, in a fixed order. */
typedef struct published_week {
  int64_t monday;
  char *stores;
} published_week;

typedef struct published {
  const program *asked;
  bp_store *store;
  char *organisation;
  char *folder; /* of a temporary store that holds the releases, or NULL */
  published_week *week;
  size_t weeks;
  int64_t last; /* Monday of the last week */
  char *stores; /* all stores that published anything */
} published;

/* Opens the releases of --release and the arguments after the first, or the store of --store.
 * Several releases are combined, as an organisation does it, in a temporary store that
 * close_published removes. Prints errors. */
int open_published(published *out, program *p, uint32_t access);
void close_published(published *x);
/* Stores the first name and reports an error for a different one: numbers of two organisations do
 * not mix. */
int same_organisation(char **known, const char *said);
/* Reports that a store does not open. If none was named, it was the person's own, and the hint says
 * what to name. */
int complain_of_opening(const program *p, bp_error *error);

/* A month or a quarter of weeks. */
typedef struct window {
  int64_t from, until; /* days since 1970-01-01, `until` excluded */
  bool quarter;
  int weeks, published; /* all its weeks, and the published ones */
  int partly;           /* weeks that some store of the window did not publish */
  const char *stores;   /* that published all published weeks; NULL: they differ */
  int reached;          /* weeks up to the last published: later ones are not withheld */
  char name[32];        /* "March 2026", "first quarter of 2026" */
  char period[32];      /* in the words of bp_query_period */
  char row[16];         /* as results by month or quarter name it: "2026-03", "2026-Q1" */
} window;

/* Reads --period: month, quarter, YYYY-MM, YYYY-Qn; month and quarter are the last complete ones.
 * Prints errors. */
int choose_window(window *out, const published *x, const program *p, const char *otherwise);
/* The window before; false if none of its weeks is published. */
bool window_before(window *out, const published *x, const window *w);
/* Whether the same stores published all weeks of both: numbers of more teams are not growth. */
bool same_stores(const window *a, const window *b);

/* Whether a store that published another week did not publish this one. */
bool is_partly(const published *x, const published_week *week);

/* A sentence with the number of its published weeks; the caller frees it. */
char *weeks_published(const published *x, const window *w);

/* Queries a window. Does nothing unless `*code` is EXIT_OK. On failure prints the error, sets
 * `*code` and returns NULL. */
bp_result *ask_published(const published *x, question q, int *code);

#endif
