/* tasks.c: tasks by type, the effect of prompts, and what to delegate. Knows which metrics belong
 * together, not their meaning. */
#include <stdlib.h>
#include <string.h>

#include "bars.h"
#include "commands.h"
#include "exits.h"
#include "listing.h"

#define PERIOD "28d"

/* Two queries for the same period. */
typedef struct pair {
  const char *schema;
  const char *names[3]; /* of the two JSON documents; ends with NULL */
  question question[2];
  const char *order[2];      /* default of --order; NULL: by dimension */
  int main;                  /* the result that formats with one table show, */
  const bar_column *columns; /* and its columns */
  bp_result *result[2];
} pair;

static char *text_cell(const bp_result *r, size_t row) {
  const char *value = bp_result_text(r, row, 0, NULL);
  return value != NULL ? text_safe(value) : copy_text("unknown");
}

static int ask_pair(pair *x, const program *p) {
  int code = EXIT_OK;
  for (int i = 0; i < 2 && code == EXIT_OK; i++)
    code = ask_listing(&x->result[i], p, &x->question[i], x->order[i], PERIOD);
  return code;
}

/* The page as a table for people; both results as JSON; the main one in any other format. */
static int show_pair(const program *p, pair *x, int (*page)(const program *, pair *)) {
  const bp_result *const both[] = {x->result[0], x->result[1]}, *main = x->result[x->main];
  if (is_table(&p->screen) && bp_result_rows(main) > 0) return page(p, x);
  if (is_markup(&p->screen)) return write_bar_columns(&p->screen, main, text_cell, x->columns);
  if (strcmp(p->screen.format, "json") != 0) return show_listing(p, main, LISTING_TABLE);
  int code = write_documents(x->schema, x->names, both);
  return code == EXIT_OK && bp_result_rows(main) == 0 ? EXIT_NOTHING : code;
}

static int run_pair(const program *p, pair *x, int (*page)(const program *, pair *)) {
  int code = ask_pair(x, p);
  if (code == EXIT_OK) code = show_pair(p, x, page);
  bp_result_free(x->result[0]);
  bp_result_free(x->result[1]);
  return code;
}

static char *named(const screen *s, const bp_result *r, size_t row, const char *column) {
  return figure(s, r, row, find_column(r, NULL, column));
}

/* --------------------------------------------------------------------------------------- tasks */

static const char *const whole[] = {"tasks", "resolution_rate", "time_saved", "prompt_retry_rate",
                                    NULL};
static const char *const by_type[] = {"tasks",
                                      "resolution_rate",
                                      "time_to_resolution",
                                      "cost_per_task",
                                      "first_try_rate",
                                      "rework_rate",
                                      NULL};
static const bar_column type_columns[] = {
    {"tasks", "tasks", NULL, NULL, NULL},
    {"resolution_rate", "resolved", NULL, "resolution_rate.low", "resolution_rate.high"},
    {"time_to_resolution.median", "median time", NULL, NULL, NULL},
    {"time_to_resolution.p90", "90 %", NULL, NULL, NULL},
    {"cost_per_task", "cost each", NULL, NULL, NULL},
    {"first_try_rate", "first try", NULL, NULL, NULL},
    {"rework_rate", "rework", NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL}};

static const char *plural(const char *count) {
  return strcmp(count, "1") == 0 ? "" : "s";
}

static void put_saved(text *t, const screen *s, const bp_result *r) {
  int column = find_column(r, "metric", "time_saved");
  if (!has_value(r, 0, column)) return;
  char *likely = figure(s, r, 0, column), *low = named(s, r, 0, "time_saved.low");
  char *high = named(s, r, 0, "time_saved.high"), *lines = named(s, r, 0, "time_saved.lines_kept");
  char *resolved = named(s, r, 0, "time_saved.resolved");
  char *said = print_text("Time saved: %s, between %s and %s, by %s line%s kept and %s task%s "
                          "resolved, assuming this: %s.",
                          likely, low, high, lines, plural(lines), resolved, plural(resolved),
                          bp_result_meta(r, "assumptions"));
  text_add(t, "\n");
  put_wrapped(t, s, said, 0);
  free(likely);
  free(low);
  free(high);
  free(lines);
  free(resolved);
  free(said);
}

static void put_resolved(text *t, const screen *s, const bp_result *r) {
  int column = find_column(r, NULL, "resolution_rate.to_resolve");
  int64_t tasks = bp_result_int(r, 0, (size_t)find_column(r, NULL, "tasks"));
  int64_t to_resolve = bp_result_int(r, 0, (size_t)column);
  char *of = figure(s, r, 0, column), *resolved = named(s, r, 0, "resolution_rate.resolved");
  char *share =
      range_figure(s, r, 0, "resolution_rate", "resolution_rate.low", "resolution_rate.high");
  text said = {0};
  put_some(&said, (uint64_t)tasks, "task; ", "tasks; ");
  if (to_resolve > 0)
    text_addf(&said, "of %s that had something to resolve %s %s resolved: %s", of, resolved,
              strcmp(resolved, "1") == 0 ? "was" : "were", share);
  else
    text_add(&said, "there was nothing to resolve");
  put_wrapped(t, s, said.data, 0);
  text_add(t, "\n");
  text_free(&said);
  free(resolved);
  free(of);
  free(share);
}

static int tasks_page(const program *p, pair *x) {
  text t = {0};
  put_listing_title(&t, p, x->result[1], NULL);
  put_resolved(&t, &p->screen, x->result[0]);
  put_bars(&t, &p->screen, x->result[1], text_cell, type_columns);
  put_saved(&t, &p->screen, x->result[0]);
  return write_out(&t);
}

int run_tasks(program *p) {
  pair x = {.schema = "blueplane.tasks/1",
            .names = {"figures", "types", NULL},
            .question = {{.metrics = whole}, {.metrics = by_type, .by = {"task_type"}}},
            .order = {NULL, "-tasks"},
            .main = 1,
            .columns = type_columns};
  return run_pair(p, &x, tasks_page);
}

/* -------------------------------------------------------------------------------------- prompts */

static const char *const effect[] = {"first_try_rate", "retry_rate", "time_to_resolution", NULL};
static const bar_column effect_columns[] = {
    {"first_try_rate.edits", "edits", NULL, NULL, NULL},
    {"first_try_rate", "first try", NULL, "first_try_rate.low", "first_try_rate.high"},
    {"retry_rate", "retries", NULL, "retry_rate.low", "retry_rate.high"},
    {"time_to_resolution.median", "median time", NULL, "time_to_resolution.median_low",
     "time_to_resolution.median_high"},
    {"time_to_resolution.tasks", "of tasks", NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL}};

static int prompts_page(const program *p, pair *x) {
  static const char *const headings[] = {"By features of the preceding prompt",
                                         "By length of the preceding prompt"};
  text t = {0};
  put_listing_title(&t, p, x->result[0], NULL);
  for (int i = 0; i < 2; i++) {
    put(&t, &p->screen, STYLE_BOLD, headings[i], 0);
    text_add(&t, "\n");
    put_bars(&t, &p->screen, x->result[i], text_cell, effect_columns);
    text_add(&t, "\n");
  }
  put_wrapped(
      &t, &p->screen,
      "In brackets: the 95 % interval of the true number. If intervals overlap widely, there is "
      "no clear difference; and prompts differ in their purpose.",
      0);
  return write_out(&t);
}

int run_prompts(program *p) {
  pair x = {.schema = "blueplane.prompts/1",
            .names = {"features", "sizes", NULL},
            .question = {{.metrics = effect, .by = {"prompt_feature"}},
                         {.metrics = effect, .by = {"prompt_size"}}},
            .main = 0,
            .columns = effect_columns};
  return run_pair(p, &x, prompts_page);
}

/* ------------------------------------------------------------------------------------- delegate */

static const char *const delegation[] = {"delegation", NULL};
static const char *const patterns[] = {"task_patterns", NULL};
static const bar_column delegation_columns[] = {
    {"resolution_rate.to_resolve", "to resolve", NULL, NULL, NULL},
    {"delegation", "verdict", NULL, NULL, NULL},
    {"resolution_rate", "resolved", NULL, "resolution_rate.low", "resolution_rate.high"},
    {"time_to_resolution.median", "median time", NULL, NULL, NULL},
    {"cost_per_task", "cost each", NULL, NULL, NULL},
    {"retry_rate", "retries", NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL}};
static const bar_column pattern_columns[] = {{"task_patterns", "tasks", NULL, NULL, NULL},
                                             {"pattern_resolution_rate", "resolved", NULL,
                                              "pattern_resolution_rate.low",
                                              "pattern_resolution_rate.high"},
                                             {NULL, NULL, NULL, NULL, NULL}};

static int delegate_page(const program *p, pair *x) {
  text t = {0};
  put_listing_title(&t, p, x->result[0], NULL);
  put_bars(&t, &p->screen, x->result[0], text_cell, delegation_columns);
  text_add(&t, "\n");
  put(&t, &p->screen, STYLE_BOLD, "The most frequent ways of working", 0);
  text_add(&t, "\n");
  put_bars(&t, &p->screen, x->result[1], text_cell, pattern_columns);
  text_add(&t, "\n");
  const char *assumed = bp_result_meta(x->result[0], "assumptions");
  char *said = print_text(
      "A verdict needs the whole interval on one side of the threshold; otherwise there is too "
      "little data. The threshold: %s. Resolved means that nothing failed at the end, not that "
      "the work was good.",
      assumed != NULL ? assumed : "nothing");
  put_wrapped(&t, &p->screen, said, 0);
  free(said);
  return write_out(&t);
}

int run_delegate(program *p) {
  pair x = {.schema = "blueplane.delegate/1",
            .names = {"types", "patterns", NULL},
            .question = {{.metrics = delegation}, {.metrics = patterns, .limit = 8}},
            .order = {"-resolution_rate", "-task_patterns"},
            .main = 0,
            .columns = delegation_columns};
  return run_pair(p, &x, delegate_page);
}
