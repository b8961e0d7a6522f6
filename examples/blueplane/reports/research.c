/* research.c: the research report: how assistants are used, from releases only. A list of queries,
 * each shown with an explanation. */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "../exits.h"
#include "spans.h"

#define METRICS_MOST 8

typedef struct part {
  const char *section; /* NULL: continues the one before */
  const char *lead;    /* explanation; NULL: none */
  const char *metrics[METRICS_MOST + 1];
  const char *by, *order, *chart;
  bool always; /* everything published, not only the window */
} part;

static const part parts[] = {
    {"Features in use",
     "Share of members who used a feature in a week; of teams with ten active members or more.",
     {"feature_adoption"},
     NULL,
     NULL,
     "bars",
     false},
    {NULL,
     "Responses of models, commands and subagents, month by month.",
     {"responses", "slash_commands", "subagents"},
     "time.month",
     NULL,
     "line",
     true},
    {NULL,
     "Errors of tools, by kind of tool.",
     {"tool_errors", "tool_success_rate"},
     "tool_category",
     "-tool_errors",
     "bars",
     false},
    {"Tasks",
     "Which kinds of work are resolved, and how long that takes.",
     {"resolution_rate", "time_to_resolution"},
     "task_type",
     "-resolution_rate",
     "bars",
     false},
    {"Journeys", "Tasks by the order of their steps.", {"journeys"}, NULL, NULL, "bars", false},
    {NULL,
     "How many of them were resolved.",
     {"journey_resolution_rate"},
     NULL,
     NULL,
     "bars",
     false},
    {"Errors and retries",
     "How often calls succeed, week by week.",
     {"tool_success_rate", "retry_rate", "recovery_rate", "api_error_rate"},
     "time.week",
     NULL,
     "line",
     false},
    {NULL,
     "How often a failed call is repeated, by kind of tool.",
     {"retry_rate", "recovery_rate", "rejection_rate", "interruption_rate"},
     "tool_category",
     "-retry_rate",
     "bars",
     false},
    {"Time to completion",
     "Mean active time of a resolved task, by platform.",
     {"time_to_resolution", "resolution_rate"},
     "platform",
     "-time_to_resolution",
     "bars",
     false},
    {NULL,
     "By feature: resolved tasks that used it, and their mean active time. A task counts with each feature it used.",
     {"feature_task_time"},
     NULL,
     NULL,
     "bars",
     false},
    {NULL, NULL, {"feature_tasks"}, NULL, NULL, "bars", false},
    {NULL, "Over time.", {"time_to_resolution"}, "time.month", NULL, "line", true},
    {"Experience",
     "The same figures by level of experience.",
     {"time_to_resolution", "resolution_rate", "tool_success_rate", "retry_rate", "acceptance_rate",
      "prompts"},
     "experience",
     NULL,
     "bars",
     false},
    {NULL, NULL, {"retry_rate"}, "experience", NULL, "bars", false},
    {"Models and languages",
     "Tokens written by models.",
     {"output_tokens", "responses"},
     "model_family",
     "-output_tokens",
     "share",
     false},
    {NULL,
     "How many proposals are accepted, by language.",
     {"acceptance_rate", "decisions"},
     "language",
     "-acceptance_rate",
     "bars",
     false}};
#define PARTS (sizeof parts / sizeof *parts)

static const char *const headline[] = {"interactions",       "prompts",         "tool_calls",
                                       "tool_success_rate",  "retry_rate",      "resolution_rate",
                                       "time_to_resolution", "acceptance_rate", NULL};

static void put_headline(paper *p, const bp_result *r) {
  tile tiles[METRICS_MOST];
  size_t count = 0;
  for (; headline[count] != NULL; count++) {
    tile *t = &tiles[count];
    *t = (tile){.result = r, .column = find_column(r, "metric", headline[count])};
    t->label = bp_result_column(r, (size_t)t->column, "title");
    t->value = show_value(&p->screen, r, 0, t->column);
    t->detail = show_ends(&p->screen, r, 0, headline[count]);
  }
  paper_section(p, "first", "At a glance");
  paper_tiles(p, tiles, count);
  if (p->form == PAPER_CSV) paper_result(p, r, NULL, false);
}

static int put_part(paper *p, const published *x, const window *w, const part *one,
                    bp_result **out) {
  int code = EXIT_OK;
  question q = {.metrics = one->metrics, .by = {one->by}, .order = one->order};
  q.period = one->always ? "all" : w->period;
  if (one->by != NULL && strcmp(one->by, "time.week") == 0) q.limit = w->reached;
  *out = ask_published(x, q, &code);
  if (code != EXIT_OK) return code;
  if (one->section != NULL) paper_section(p, "sheet", one->section);
  /* the chart shows everything if there is one metric */
  paper_part(p, one->lead, *out, one->chart, one->metrics[1] == NULL);
  return code;
}

static int compose(paper *p, const published *x, const window *w, paper_form form,
                   const char *title) {
  bp_result *r[PARTS + 1] = {NULL};
  int code = EXIT_OK;
  char *weeks = weeks_published(x, w);
  char *subtitle = print_text("%s No teams, no projects, no people.", weeks);
  free(weeks);
  question total = {.metrics = headline, .period = w->period};
  r[PARTS] = ask_published(x, total, &code);
  paper_begin(p, form, title, subtitle);
  free(subtitle);
  if (code == EXIT_OK) put_headline(p, r[PARTS]);
  for (size_t i = 0; i < PARTS && code == EXIT_OK; i++)
    code = put_part(p, x, w, &parts[i], &r[i]);
  if (code == EXIT_OK) put_definitions(p, (const bp_result *const *)r, PARTS + 1);
  for (size_t i = 0; i <= PARTS; i++)
    bp_result_free(r[i]);
  return code;
}

int report_research(program *asked, paper_form form) {
  published x;
  window w;
  paper p = {0};
  int code = open_published(&x, asked, BP_ACCESS_RESEARCH);
  if (code == EXIT_OK) code = choose_window(&w, &x, asked, "quarter");
  if (code == EXIT_OK) {
    char *title = print_text("How assistants are used, %s", w.name);
    code = compose(&p, &x, &w, form, title);
    if (code == EXIT_OK)
      code = write_paper(asked, &p, title);
    else
      text_free(&p.out);
    free(title);
  }
  close_published(&x);
  return code;
}
