/* program.h: what every command has in hand, and the two things nearly all of them do: open the
 * store and ask it. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <signal.h>

#include <blueplane/blueplane.h>

#include "options.h"
#include "output.h"

typedef struct program {
  options options;
  screen screen;
  char **words;     /* all of the command line */
  char **arguments; /* behind the command's name, ended by NULL */
  size_t argument_count;
  char *zone;            /* IANA name */
  const char *zone_from; /* where it was found */
  bool zone_ignored;     /* TZ is set, but names no zone */
  char *store_path;
  bp_store *store;  /* NULL until open_store */
  bool soon;        /* not everything that is new has to be read */
  bool only_stored; /* the store cannot be added to, and the person was told */
} program;

/* Set by Ctrl-C; a second one ends the program at once. */
extern volatile sig_atomic_t interrupted;

/* Opens the store, making its folder where that is missing. Who `only_asks` is content with a
 * store that can only be read. Exit codes, as all below. */
int open_store(program *p, bool only_asks);
/* Reads a whole file; the text may hold any bytes. */
int load_file(text *out, const char *path);
/* Gives the document in a file to bp_configure; a complaint names the file. Exit codes. */
int configure_from(bp_store *store, const char *topic, const char *path);

/* A question to the store: zero and NULL leave a part out. --where is added by `ask`. */
typedef struct question {
  const char *const *metrics; /* ended by NULL */
  const char *by[4];
  const char *period;
  const char *compare;
  const char *order;
  int64_t limit;
} question;
int ask(bp_result **out, const program *p, const question *q);
/* The same without a complaint; the library's code. */
int try_ask(bp_result **out, const program *p, const question *q, bp_error **error);

/* Whether a word names a period, as in bp_query_period. */
bool is_period(const char *word);
/* The period of the options --period, --date, --since and --until in the words of bp_query_period,
 * or `otherwise` without them. The caller frees it; NULL after a complaint. */
char *period_of(const program *p, const char *otherwise);

#endif
