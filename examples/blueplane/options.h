/* options.h: the table of all options of all commands, and the parsed command line. Which command
 * takes which option is in the table of commands. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum option_id {
  OPTION_NONE,
  /* global: taken by every command */
  OPTION_STORE,
  OPTION_ZONE,
  OPTION_WEEK_START,
  OPTION_FORMAT,
  OPTION_JSON,
  OPTION_COLOR,
  OPTION_QUIET,
  OPTION_NO_SYNC,
  OPTION_PRICES,
  OPTION_ASSUMPTIONS,
  OPTION_HELP,
  OPTION_VERSION,
  /* taken by some commands */
  OPTION_PERIOD,
  OPTION_DATE,
  OPTION_SINCE,
  OPTION_UNTIL,
  OPTION_COMPARE,
  OPTION_BY,
  OPTION_WHERE,
  OPTION_ORDER,
  OPTION_LIMIT,
  OPTION_STATS,
  OPTION_SOURCE,
  OPTION_AUTHOR,
  OPTION_RESTART,
  OPTION_FAIL_ON,
  OPTION_INTEGRITY,
  OPTION_SIZE_LIMIT,
  OPTION_QUEUE,
  OPTION_POLL,
  OPTION_HEALTH,
  OPTION_BIND,
  OPTION_PORT,
  OPTION_HOST,
  OPTION_TOKEN_FILE,
  OPTION_UNPRICED,
  OPTION_AS,
  OPTION_TEAM,
  OPTION_YES,
  OPTION_OUTPUT,
  OPTION_RELEASE,
  OPTION_FROM,
  OPTION_TO,
  OPTION_BENCHMARK,
  OPTION_WEEKS,
  OPTION_COUNT
} option_id;

#define OPTION_BIT(id) (UINT64_C(1) << (id))
#define OPTIONS_GLOBAL (OPTION_BIT(OPTION_PERIOD) - 2)

typedef struct option_info {
  option_id id;
  const char *name;
  char letter;
  bool several;         /* may be given more than once */
  const char *argument; /* name of its argument for the help; NULL: takes none */
  const char *values;   /* allowed values, separated by spaces; "@TOPIC": for completion */
  const char *help;
} option_info;

extern const option_info option_table[]; /* ends with name NULL */
const option_info *find_option(option_id id);

typedef struct strings {
  char **item;
  size_t count;
} strings;
void strings_add(strings *s, const char *value);
/* Adds each part of a list separated by commas. */
void strings_add_list(strings *s, const char *list);
/* The same, separated by spaces. */
void strings_add_words(strings *s, const char *words);
void strings_free(strings *s);

typedef struct options {
  uint64_t given;            /* OPTION_BIT of those on the command line */
  char *value[OPTION_COUNT]; /* of the command line, the last one; else of the configuration */
  strings by, where, fail_on, author, release, host; /* options that may be given several times */
  strings arguments;                                 /* the command first */
} options;

/* Parses the command line. Returns NULL or, for a usage error, a message that the caller frees. */
char *options_read(options *o, int argc, const char **argv);
/* Fills options missing on the command line from the configuration file: lines "name = value",
 * where names are global options that take a value. A missing file is like an empty one. Returns as
 * options_read. */
char *options_read_file(options *o, const char *path);
void options_free(options *o);

bool begins_on_sunday(const options *o); /* the week */

static inline bool given(const options *o, option_id id) {
  return (o->given & OPTION_BIT(id)) != 0;
}

#endif
