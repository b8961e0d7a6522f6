/* commands.h: the one table of commands. Help, usage errors and completion are made from it. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "program.h"

enum {
  COMMAND_STORE = 1, /* opens the store */
  COMMAND_SYNC = 2,  /* reads what is new first, unless --no-sync */
  COMMAND_WRITE = 4, /* is there to add to the store */
  COMMAND_BARE = 8,  /* an assistant runs it: no setting concerns it, and it never ends with 2 */
  COMMAND_SOON = 16  /* somebody waits: reading what is new goes on next time */
};

typedef struct command {
  const char *name;
  const char *group;
  const char *arguments; /* for the usage line */
  const char *summary;   /* one line */
  const char *details;   /* what more there is to say; NULL: nothing */
  uint64_t options;      /* OPTION_BIT of those it takes beside the global ones */
  unsigned flags;
  int least, most;   /* arguments; most -1: any number */
  const char *words; /* the first argument's values for completion, as option_info.values */
  int (*run)(program *p);
} command;

extern const command command_table[]; /* ends with name NULL */

const command *find_command(const char *name);
/* main.c: a whole command line, the program's name first; its exit code. */
int run_words(int argc, char **argv);
/* The command of the arguments, its options and arguments checked. NULL after a complaint. */
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
/* The same line as a text; exit codes, after a complaint. */
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
/* Reads what is new in the known places; complains, but answers can still be given: EXIT_OK or
 * EXIT_INTERRUPTED. */
int sync_before(program *p);
/* Reads what is new below one place, silently; the library's code. */
int sync_place(const program *p, const char *source, const char *path);
/* git.c in the program blueplane-git, elsewhere.c in the others */
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
/* A topic of bp_inspect as a table; complains. */
int show_topic(const program *p, const char *topic);
/* Names and values that say what a file is; complains. */
int describe_file(bp_result **out, const char *path);
/* What is older than the store keeps things goes when new things come: the receipt. NULL where the
 * store is busy: the next time will do. */
bp_result *erase_expired(bp_store *store);
int run_team(program *p);
int run_share(program *p);
int run_merge(program *p);
int run_publish(program *p);
/* release.c */
/* Opens what is published, with the eyes of --as and --team; complains. */
int open_release(program *p, const char *path);
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
/* Erases what a selector of bp_erase names and shows the receipt; only with --yes unless it is `meant`. */
int erase_for_good(program *p, const json *selector, bool meant);

#endif
