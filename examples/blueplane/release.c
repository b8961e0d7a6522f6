/* release.c: describes a release file or the content of an organisation's store, and queries them
 * with the access of their audience. */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"

const char *access_name(const program *p) {
  return p->options.value[OPTION_AS] != NULL ? p->options.value[OPTION_AS] : "manager";
}

uint32_t access_of(const program *p) {
  const char *as = access_name(p);
  if (strcmp(as, "lead") == 0) return BP_ACCESS_LEAD;
  return strcmp(as, "research") == 0 ? BP_ACCESS_RESEARCH : BP_ACCESS_MANAGER;
}

int open_release(program *p, const char *path) {
  bp_open_options how = BP_OPEN_OPTIONS_INIT;
  bp_error *error = NULL;
  how.access = access_of(p);
  if (bp_open(&p->store, path, &how, &error) != BP_OK ||
      bp_narrow(p->store, how.access, p->options.value[OPTION_TEAM], &error) != BP_OK)
    return complain_of(error);
  return EXIT_OK;
}

static int describe(const program *p, const char *path) {
  bp_result *r = NULL;
  int code = describe_file(&r, path);
  if (code == EXIT_OK) code = write_result(&p->screen, r, "titles");
  bp_result_free(r);
  return code;
}

/* Stores are databases; files that are sent are not. */
static bool is_database(const char *path) {
  static const char mark[] = "SQLite format 3";
  char begin[sizeof mark] = "";
  FILE *file = fopen(path, "rb");
  if (file == NULL) return false;
  bool whole = fread(begin, 1, sizeof begin, file) == sizeof begin;
  fclose(file);
  return whole && memcmp(begin, mark, sizeof mark) == 0;
}

/* Queries the metrics after "show FILE", over everything published unless a period is given. */
static int answer(program *p) {
  const char *period = p->options.value[OPTION_PERIOD];
  question q = {.metrics = (const char *const *)p->arguments + 2,
                .period = period != NULL ? period : "all",
                .compare = p->options.value[OPTION_COMPARE]};
  if (p->options.by.count > 4) return complain(EXIT_USAGE, NULL, "at most 4 dimensions at a time");
  for (size_t i = 0; i < p->options.by.count; i++)
    q.by[i] = p->options.by.item[i];
  bp_result *r = NULL;
  int code = ask(&r, p, &q);
  const char *coverage = q.compare != NULL && code == EXIT_OK ? bp_result_meta(r, "coverage")
                                                              : NULL;
  if (code == EXIT_OK) code = write_result(&p->screen, r, "titles");
  if (coverage != NULL) note(&p->screen, "published: %s", coverage);
  bp_result_free(r);
  return code;
}

int run_release(program *p) {
  if (strcmp(p->arguments[0], "show") != 0) {
    char *shown = text_safe(p->arguments[0]);
    complain(EXIT_USAGE, "usage: blueplane release show FILE [METRIC...]",
             "release has no action %s", shown);
    free(shown);
    return EXIT_USAGE;
  }
  bool asks = p->argument_count > 2;
  if (!asks && !is_database(p->arguments[1])) return describe(p, p->arguments[1]);
  int code = open_release(p, p->arguments[1]);
  if (code != EXIT_OK) return code;
  return asks ? answer(p) : show_topic(p, "published");
}
