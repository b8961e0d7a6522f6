/* commands.h: the table of commands, from which help, usage errors and completion are made, and
 * their functions by file. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "program.h"

enum {
  COMMAND_STORE = 1, /* opens the store */
  COMMAND_SYNC = 2,  /* reads new records first, unless --no-sync */
  COMMAND_WRITE = 4, /* adds to the store */
  COMMAND_BARE = 8,  /* run by an assistant: ignores all settings, and never exits with 2 */
  COMMAND_SOON = 16  /* a person is waiting: what is left to read is read next time */
};

typedef struct command {
  const char *name;
  const char *group;
  const char *arguments; /* for the usage line */
  const char *summary;   /* one line */
  const char *details;   /* further text of the help, or NULL */
  uint64_t options;      /* OPTION_BIT of the options it takes besides the global ones */
  unsigned flags;
  int least, most;   /* number of arguments; most -1: any number */
  const char *words; /* completion values of the first argument, as option_info.values */
  int (*run)(program *p);
} command;

extern const command command_table[]; /* ends with name NULL */

const command *find_command(const char *name);
/* main.c: runs a whole command line, argv[0] being the program's name; returns its exit code. */
int run_words(int argc, char **argv);
/* The command that the arguments name, after checking its options and arguments. NULL: an error was
 * printed. */
const command *choose_command(const program *p);

void write_help(text *t, const screen *s);
void write_command_help(text *t, const screen *s, const command *c);

/* commands.c, completion.c */
int run_help(program *p);
int run_version(program *p);
int run_completion(program *p);

/* stats.c, statusline.c */
int run_stats(program *p);
int run_statusline(program *p);
/* Writes the same line to a text. Returns an exit code; prints errors. */
int put_statusline(text *t, const program *p);
/* listings.c, export.c, catalog.c */
int run_listing(program *p);
int run_days(program *p);
int run_hours(program *p);
int run_metric(program *p);
int run_export(program *p);
int run_catalog(program *p);
int run_prices(program *p);
/* sessions.c */
int run_sessions(program *p);
int run_session(program *p);
/* tasks.c */
int run_tasks(program *p);
int run_prompts(program *p);
int run_delegate(program *p);
/* findings.c */
int run_insights(program *p);
int run_compare(program *p);
int run_trend(program *p);
/* dashboard.c */
int run_dashboard(program *p);
/* sync.c */
int run_sync(program *p);
/* Reads new records from the known places. Prints errors, but the command can still answer: returns
 * EXIT_OK or EXIT_INTERRUPTED. */
int sync_before(program *p);
/* Reads new records below one place without printing. Returns the library's code. */
int sync_place(const program *p, const char *source, const char *path, bp_error **error);
/* git.c in the program blueplane-git, elsewhere.c in the other programs */
int run_git(program *p);
/* hook.c */
int run_hook(program *p);
/* health.c, watch.c, serve.c */
int run_health(program *p);
int run_watch(program *p);
int run_serve(program *p);
/* doctor.c */
int run_doctor(program *p);
/* places.c */
int run_places(program *p);
/* team.c */
/* Prints a topic of bp_inspect as a table; prints errors. */
int show_topic(const program *p, const char *topic);
/* Names and values that describe a file; prints errors. */
int describe_file(bp_result **out, const char *path);
/* Erases what is older than the store's retention allows, which happens when new records are read.
 * Returns the receipt, or NULL if the store is busy: the next read tries again. */
bp_result *erase_expired(bp_store *store);
int run_team(program *p);
int run_share(program *p);
int run_merge(program *p);
int run_publish(program *p);
/* release.c */
/* Opens published releases with the access of --as. For a lead *team, NULL at first, becomes the
 * team: that of --team, or of a lead's file; one of another team than *team is refused. Prints
 * errors. */
int open_release(program *p, const char *path, char **team);
const char *access_name(const program *p);
uint32_t access_of(const program *p);
int run_release(program *p);
/* reports/report.c */
int run_report(program *p);
/* reports/mail.c */
int run_mail(program *p);
/* demo.c */
int run_demo(program *p);
/* privacy.c, consent.c, erase.c */
int run_privacy(program *p);
int run_consent(program *p);
int run_erase(program *p);
/* Erases what a selector of bp_erase names and prints the receipt. Requires --yes unless
 * `meant`. */
int erase_for_good(program *p, const json *selector, bool meant);

#endif
