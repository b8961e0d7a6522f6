/* release.c: describes a release file or the content of an organisation's store, and queries them
 * with the access of their audience. */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "paths.h"
#include "published.h"

const char *access_name(const program *p) {
  return p->options.value[OPTION_AS] != NULL ? p->options.value[OPTION_AS] : "manager";
}

uint32_t access_of(const program *p) {
  const char *as = access_name(p);
  if (strcmp(as, "lead") == 0) return BP_ACCESS_LEAD;
  return strcmp(as, "research") == 0 ? BP_ACCESS_RESEARCH : BP_ACCESS_MANAGER;
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

/* The team of a lead's file; *out NULL: a file of another kind. */
static int team_in(char **out, const char *path) {
  bp_result *r = NULL;
  int code = is_database(path) ? EXIT_OK : describe_file(&r, path);
  for (size_t row = 0; row < bp_result_rows(r); row++)
    if (strcmp(bp_result_text(r, row, 0, NULL), "team") == 0)
      *out = copy_text(bp_result_text(r, row, 1, NULL));
  bp_result_free(r);
  return code;
}

/* A lead's team is that of --team, of the file, and of the files before it. */
static int settle_team(char **team, const program *p, const char *path) {
  const char *known = *team != NULL ? *team : p->options.value[OPTION_TEAM];
  char *own = NULL;
  int code = team_in(&own, path);
  if (code == EXIT_OK && own != NULL && known != NULL && strcmp(own, known) != 0) {
    char *shown = short_path(path);
    code = complain(EXIT_USAGE, NULL, "%s is of the team %s, not of %s", shown, own, known);
    free(shown);
  }
  if (code == EXIT_OK && own == NULL && known == NULL)
    code = complain(EXIT_USAGE, "--team TEAM", "a lead sees a team, and none is named");
  if (code == EXIT_OK && *team == NULL) *team = copy_text(own != NULL ? own : known);
  free(own);
  return code;
}

int open_release(program *p, const char *path, char **team) {
  bp_open_options how = BP_OPEN_OPTIONS_INIT;
  bp_error *error = NULL;
  how.access = access_of(p);
  if (bp_open(&p->store, path, &how, &error) != BP_OK) return complain_of_opening(p, error);
  int code = how.access == BP_ACCESS_LEAD ? settle_team(team, p, path) : EXIT_OK;
  const char *scope = *team != NULL ? *team : p->options.value[OPTION_TEAM];
  if (code == EXIT_OK && bp_narrow(p->store, how.access, scope, &error) != BP_OK)
    code = complain_of(error);
  return code;
}

static int describe(const program *p, const char *path) {
  bp_result *r = NULL;
  int code = describe_file(&r, path);
  if (code == EXIT_OK) code = write_result(&p->screen, r, "titles");
  bp_result_free(r);
  return code;
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
  char *team = NULL;
  int code = open_release(p, p->arguments[1], &team);
  free(team);
  if (code != EXIT_OK) return code;
  return asks ? answer(p) : show_topic(p, "published");
}
