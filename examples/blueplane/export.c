/* export.c: writes data for other programs: chosen metrics, or all, in a long form whose rows have
 * the same columns for every metric; or a row for each session. */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "interrupt.h"
#include "rows.h"

#define DIMENSIONS_MOST 4

typedef struct export_run {
  const program *program;
  rows out;
  const char *by[DIMENSIONS_MOST + 1];
  char *period;
  bool chosen; /* metrics were named: one that does not support the dimensions is an error */
  size_t written;
} export_run;

static const char *text_of(const bp_result *r, size_t column, const char *key) {
  const char *value = bp_result_column(r, column, key);
  return value != NULL ? value : "";
}

/* The column of the metric, which may have been asked for by an alias. */
static int metric_column(const bp_result *r) {
  for (size_t i = 0; i < bp_result_columns(r); i++)
    if (strcmp(text_of(r, i, "role"), "metric") == 0) return (int)i;
  return -1;
}

static void write_metric(export_run *e, const bp_result *r) {
  static const char *const states[] = {"value", "empty", "withheld", "uncovered"};
  int column = metric_column(r);
  if (column < 0) return;
  size_t at = (size_t)column;
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    int cell = bp_result_cell(r, row, at);
    rows_start(&e->out);
    for (size_t i = 0; e->by[i] != NULL; i++)
      rows_cell(&e->out, e->by[i], r, row, (int)i);
    rows_text(&e->out, "metric", bp_result_column(r, at, "name"));
    rows_cell(&e->out, "value", r, row, column);
    rows_text(&e->out, "unit", text_of(r, at, "unit"));
    rows_text(&e->out, "state", cell & BP_CELL_LOWER_BOUND ? "lower_bound" : states[cell & 3]);
    rows_finish(&e->out);
    e->written++;
  }
}

/* Exports one metric. One that does not support the dimensions is skipped unless it was named. */
static int export_metric(export_run *e, const char *metric) {
  const char *const one[] = {metric, NULL};
  question q = {.metrics = one, .period = e->period};
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (interrupted) return EXIT_INTERRUPTED;
  memcpy(q.by, e->by, sizeof q.by);
  int rc = try_ask(&r, e->program, &q, &error);
  if (rc == BP_OK) {
    write_metric(e, r);
    bp_result_free(r);
    return EXIT_OK;
  }
  if (rc != BP_ERR_UNSUPPORTED || e->chosen) return complain_of(error);
  bp_error_free(error);
  return EXIT_OK;
}

static int export_all(export_run *e) {
  bp_result *catalog = NULL;
  bp_error *error = NULL;
  if (bp_catalog(&catalog, "metrics", &error) != BP_OK) return complain_of(error);
  int code = EXIT_OK;
  for (size_t row = 0; row < bp_result_rows(catalog) && code == EXIT_OK; row++)
    code = export_metric(e, bp_result_text(catalog, row, 0, NULL));
  bp_result_free(catalog);
  return code;
}

static int export_sessions(program *p) {
  static const char *const metrics[] = {"interactions",
                                        "prompts",
                                        "responses",
                                        "tool_calls",
                                        "active_time",
                                        "session_duration",
                                        "lines_added",
                                        "lines_removed",
                                        "files_touched",
                                        "input_tokens",
                                        "output_tokens",
                                        "cache_read_tokens",
                                        "cache_write_tokens",
                                        "cost",
                                        "tool_errors",
                                        "last_activity",
                                        NULL};
  char *period = period_of(p, "all");
  if (period == NULL) return EXIT_USAGE;
  question q = {
      .metrics = metrics, .by = {"session", "workspace", "platform", "branch"}, .period = period};
  bp_result *r = NULL;
  int code = ask(&r, p, &q);
  if (code == EXIT_OK) code = write_result(&p->screen, r, NULL);
  bp_result_free(r);
  free(period);
  return code;
}

int run_export(program *p) {
  static const char *const usual[] = {"time.day", "platform", "workspace", NULL};
  static const char *const columns_behind[] = {"metric", "value", "unit", "state", NULL};
  bool writes = is_json(&p->screen) || strcmp(p->screen.format, "csv") == 0;
  if (!writes && given(&p->options, OPTION_FORMAT))
    return complain(EXIT_USAGE, NULL, "export writes csv, json or ndjson");
  if (!writes) p->screen.format = "csv"; /* the configured format is for other commands */
  if (p->argument_count == 1 && strcmp(p->arguments[0], "sessions") == 0 &&
      p->options.by.count == 0)
    return export_sessions(p);
  if (p->options.by.count > DIMENSIONS_MOST)
    return complain(EXIT_USAGE, NULL, "at most %d dimensions at a time", DIMENSIONS_MOST);
  export_run e = {.program = p, .chosen = p->argument_count > 0, .period = period_of(p, "all")};
  if (e.period == NULL) return EXIT_USAGE;
  const char *columns[DIMENSIONS_MOST + 5] = {NULL};
  size_t count = 0;
  for (; count < DIMENSIONS_MOST; count++) {
    e.by[count] = p->options.by.count == 0      ? usual[count]
                  : count < p->options.by.count ? p->options.by.item[count]
                                                : NULL;
    if (e.by[count] == NULL) break;
    columns[count] = e.by[count];
  }
  for (size_t i = 0; columns_behind[i] != NULL; i++)
    columns[count + i] = columns_behind[i];
  rows_begin(&e.out, &p->screen, "blueplane.export/1", columns);
  int code = EXIT_OK;
  for (size_t i = 0; i < p->argument_count && code == EXIT_OK; i++)
    code = export_metric(&e, p->arguments[i]);
  if (!e.chosen) code = export_all(&e);
  if (code == EXIT_OK) {
    code = rows_end(&e.out);
    if (code == EXIT_OK && e.written == 0) code = EXIT_NOTHING;
  } else {
    text_free(&e.out.out);
  }
  free(e.period);
  return code;
}
