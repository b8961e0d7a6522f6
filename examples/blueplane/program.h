/* program.h: the state that every command gets, and two things nearly all of them do: open the
 * store and query it. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <blueplane/blueplane.h>

#include "options.h"
#include "output.h"

typedef struct program {
  options options;
  screen screen;
  char **words;     /* the whole command line */
  char **arguments; /* those after the command's name; ends with NULL */
  size_t argument_count;
  char *zone;            /* IANA name */
  const char *zone_from; /* where the zone was found */
  bool zone_ignored;     /* TZ is set, but names no zone */
  char *store_path;
  bp_store *store;  /* NULL before open_store */
  bool soon;        /* not all new records have to be read now */
  bool only_stored; /* the store is read-only, and the user was told */
  bool behind;      /* sync_before could not store all that is new */
} program;

/* Opens the store, making its folder if necessary. With `only_asks` a read-only store will do.
 * Returns an exit code, as all functions below unless stated otherwise. */
int open_store(program *p, bool only_asks);
/* Reads a whole file, which may hold any bytes. */
int load_file(text *out, const char *path);
/* Passes the document in a file to bp_configure; error messages name the file. */
int configure_from(bp_store *store, const char *topic, const char *path);

/* A query; zero and NULL omit a part. `ask` adds --where. */
typedef struct question {
  const char *const *metrics; /* ends with NULL */
  const char *by[4];
  const char *period;
  const char *compare;
  const char *order;
  int64_t limit;
} question;
int ask(bp_result **out, const program *p, const question *q);
/* The same without printing errors; returns the library's code. */
int try_ask(bp_result **out, const program *p, const question *q, bp_error **error);

/* Whether a word is a period of bp_query_period; says that it is none, and returns EXIT_USAGE. */
bool is_period(const char *word);
int refuse_period(const char *word);
/* The period of --period, --date, --since and --until as bp_query_period takes it; `otherwise` if
 * none is given. The caller frees it; NULL: an error was printed. */
char *period_of(const program *p, const char *otherwise);

#endif
