/* published.h: what is published, opened with the eyes of whom it is for, and its windows. */
#ifndef PUBLISHED_H
#define PUBLISHED_H

#include "program.h"

/* A week that is published, and by which teams' stores, in one order. */
typedef struct published_week {
  int64_t monday;
  char *stores;
} published_week;

typedef struct published {
  const program *asked;
  bp_store *store;
  char *organisation;
  char *folder; /* of a store that was put together for this, or NULL */
  published_week *week;
  size_t weeks;
  int64_t last; /* of these */
  char *stores; /* that have published any */
} published;

/* The releases of --release and behind the first word, or the store of --store. Several releases are put
 * together as an organisation does it, in a store that is gone with close_published. Complains. */
int open_published(published *out, program *p, uint32_t access);
void close_published(published *x);
/* Keeps the first name; complains of another: numbers of two organisations are not those of one. */
int same_organisation(char **known, const char *said);
/* Of a store that does not open. Where none was named the person's own was taken: then what to name. */
int complain_of_opening(const program *p, bp_error *error);

/* A month or a quarter of weeks. */
typedef struct window {
  int64_t from, until; /* days since 1970, half open */
  bool quarter;
  int weeks, published; /* that belong to it, and that are published */
  int partly;           /* that are not published by every store of the window */
  const char *
      stores; /* that have published all of its weeks that are; NULL: not the same ones each week */
  int reached; /* up to the last one that is published: those behind it are not withheld, they are yet to come */
  char name[32];   /* "March 2026", "first quarter of 2026" */
  char period[32]; /* in the words of bp_query_period */
  char row[16];    /* as answers by month or quarter name it: "2026-03", "2026-Q1" */
} window;

/* What --period says: month, quarter, YYYY-MM, YYYY-Qn; month and quarter are the last whole ones. Complains. */
int choose_window(window *out, const published *x, const program *p, const char *otherwise);
/* The one before; false where nothing of it is published. */
bool window_before(window *out, const published *x, const window *w);
/* Whether the same stores have published all of both: numbers of more teams are no growth. */
bool same_stores(const window *a, const window *b);

/* Whether a store that has published another week has not published this one. */
bool is_partly(const published *x, const published_week *week);

/* How many of its weeks are published, as a sentence; the caller frees it. */
char *weeks_published(const published *x, const window *w);

/* Over a window; complains and sets `*code`, which must be EXIT_OK for anything to be asked. NULL where there is no
 * answer. */
bp_result *ask_published(const published *x, question q, int *code);

#endif
