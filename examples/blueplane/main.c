/* main.c: finds the command of a command line, runs it, and returns its exit code. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "exits.h"
#include "interrupt.h"
#include "paths.h"
#include "system.h"
#include "zone.h"

static bool names_bare(const char *word) {
  const command *c = find_command(word);
  return c != NULL && c->flags & COMMAND_BARE;
}

static bool is_bare(const program *p) {
  const strings *words = &p->options.arguments;
  return words->count > 0 && names_bare(words->item[0]);
}

/* An unreadable option may precede the command's name. */
static bool may_be_bare(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (names_bare(argv[i])) return true;
  return false;
}

/* Help on the command whose words these are, as far as they name one. */
static char *help_of(int argc, const char **argv) {
  for (int i = 1; i < argc; i++)
    if (find_command(argv[i]) != NULL) return print_text("blueplane help %s says more", argv[i]);
  return copy_text("blueplane help says more");
}

static int read_options(program *p, int argc, const char **argv) {
  char *problem = options_read(&p->options, argc, argv);
  if (problem == NULL && !is_bare(p)) {
    char *path = config_path();
    problem = options_read_file(&p->options, path);
    free(path);
  }
  if (problem == NULL) return EXIT_OK;
  char *hint = help_of(argc, argv);
  complain(EXIT_USAGE, hint, "%s", problem);
  free(hint);
  free(problem);
  return EXIT_USAGE;
}

static int choose_zone(program *p) {
  const char *wanted = p->options.value[OPTION_ZONE];
  if (wanted == NULL) {
    p->zone = find_zone(&p->zone_from);
    p->zone_ignored = getenv("TZ") != NULL && strcmp(p->zone_from, "TZ") != 0;
  } else {
    p->zone = copy_text(wanted);
    p->zone_from = given(&p->options, OPTION_ZONE) ? "--zone" : "the configuration";
  }
  if (zone_exists(p->zone)) {
    use_zone(p->zone);
    return EXIT_OK;
  }
  char *best = nearest_zone(p->zone), *shown = text_safe(p->zone);
  char *hint = best != NULL ? print_text("did you mean \"%s\"?", best)
                            : copy_text("zones have IANA names like Europe/Berlin");
  complain(EXIT_USAGE, hint, "there is no time zone \"%s\", which %s names", shown, p->zone_from);
  free(hint);
  free(shown);
  free(best);
  return EXIT_USAGE;
}

static void choose_store(program *p) {
  const char *configured = p->options.value[OPTION_STORE], *variable = getenv("BLUEPLANE_STORE");
  bool by_variable = variable != NULL && variable[0] != '\0' && !given(&p->options, OPTION_STORE);
  p->store_path = configured != NULL && !by_variable ? copy_text(configured) : default_store();
}

static int run(program *p, const command *c) {
  p->arguments = p->options.arguments.item + 1;
  p->argument_count = p->options.arguments.count - 1;
  if (is_bare(p)) return c->run(p);
  int code = choose_zone(p);
  if (code != EXIT_OK) return code;
  choose_store(p);
  bool syncs = c->flags & COMMAND_SYNC;
  p->soon = c->flags & COMMAND_SOON;
  if (c->flags & COMMAND_STORE) code = open_store(p, !(c->flags & COMMAND_WRITE));
  if (code == EXIT_OK && syncs && !p->only_stored && !given(&p->options, OPTION_NO_SYNC))
    code = sync_before(p);
  if (code == EXIT_OK) code = c->run(p);
  bp_close(p->store);
  return code;
}

/* Handles --help and --version, and a command line without a command. */
static bool answer_options(program *p, int *code) {
  text t = {0};
  bool asked = p->options.arguments.count > 0;
  if (given(&p->options, OPTION_VERSION)) {
    *code = run_version(p);
  } else if (given(&p->options, OPTION_HELP) && !asked) {
    write_help(&t, &p->screen);
    *code = write_out(&t);
  } else if (!asked) {
    write_help(&t, &p->screen);
    fputs(t.data, stderr);
    text_free(&t);
    *code = EXIT_USAGE;
  } else {
    return false;
  }
  return true;
}

static int start(program *p, int argc, const char **argv) {
  int code = read_options(p, argc, argv);
  if (code != EXIT_OK) return code;
  screen_init(&p->screen, &p->options);
  if (answer_options(p, &code)) return code;
  const command *c = choose_command(p);
  if (c == NULL) return EXIT_USAGE;
  if (!given(&p->options, OPTION_HELP)) return run(p, c);
  text t = {0};
  write_command_help(&t, &p->screen, c);
  return write_out(&t);
}

int run_words(int argc, char **argv) {
  program p = {.words = argv};
  int code = start(&p, argc, (const char **)argv);
  if (code == EXIT_USAGE && may_be_bare(argc, argv)) code = EXIT_FAILED;
  options_free(&p.options);
  free(p.zone);
  free(p.store_path);
  return interrupted && code == EXIT_OK ? EXIT_INTERRUPTED : code;
}

int main(int argc, char **argv) {
  system_begin(on_interrupt);
  return run_words(argc, argv);
}
