/* sessions.c: lists sessions, shows statistics about them, or one session in detail. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bars.h"
#include "commands.h"
#include "exits.h"
#include "listing.h"

#define LIST_LENGTH 25 /* default limit of the list for people */

/* ------------------------------------------------------------------------------------ the list */

static int run_list(program *p) {
  static const char *const metrics[] = {"last_activity", "interactions",  "active_time",  "cost",
                                        "lines_added",   "lines_removed", "total_tokens", NULL};
  bool cut = is_table(&p->screen) && !given(&p->options, OPTION_LIMIT);
  question q = {.metrics = metrics,
                .by = {"session", "workspace", "platform"},
                .limit = cut ? LIST_LENGTH + 1 : 0};
  bp_result *r = NULL;
  int code = ask_listing(&r, p, &q, "-last_activity", "7d");
  cut = cut && code == EXIT_OK && bp_result_rows(r) > LIST_LENGTH;
  if (cut) { /* there are more */
    bp_result_free(r);
    q.limit = LIST_LENGTH;
    code = ask_listing(&r, p, &q, "-last_activity", "7d");
  }
  if (code == EXIT_OK && is_table(&p->screen) && bp_result_rows(r) > 0) {
    text t = {0};
    put_listing_title(&t, p, r, NULL);
    code = write_out(&t);
  }
  if (code == EXIT_OK) code = show_listing(p, r, LISTING_TABLE);
  if (code == EXIT_OK && cut) note(&p->screen, "the latest %d; --limit shows more", LIST_LENGTH);
  bp_result_free(r);
  return code;
}

/* ---------------------------------------------------------------------------------- in figures */

static const struct spread {
  const char *metric, *title;
} spreads[] = {{"interactions_per_session", "Interactions"},
               {"session_duration", "Duration"},
               {"active_time_per_session", "Active time"}};
static const char *const spread_metrics[] = {"sessions",
                                             "interactions_per_session",
                                             "session_duration",
                                             "active_time_per_session",
                                             "tokens_per_session",
                                             "cost_per_session",
                                             NULL};
static const char *const depth_metrics[] = {"sessions", "interactions", "active_time", "cost",
                                            NULL};
static const bar_column depth_columns[] = {{"sessions", "sessions", NULL, NULL, NULL},
                                           {"interactions", "interactions", NULL, NULL, NULL},
                                           {"active_time", "active", NULL, NULL, NULL},
                                           {"cost", "cost", NULL, NULL, NULL},
                                           {NULL, NULL, NULL, NULL, NULL}};

static char *depth_name(const bp_result *r, size_t row) {
  const char *name = bp_result_text(r, row, 0, NULL);
  return print_text("%s interactions", name != NULL ? name : "no");
}

#define TITLE_WIDTH 13

/* Width of each of the three columns, 8 to 12. */
static int spread_width(const screen *s) {
  int width = s->width == 0 ? 12 : (s->width - TITLE_WIDTH) / 3;
  return width > 12 ? 12 : width < 8 ? 8 : width;
}

/* The mean, median and 90th percentile of each metric. */
static void put_spreads(text *t, const screen *s, const bp_result *r) {
  static const char *const parts[] = {"", ".median", ".p90"};
  static const char *const headings[] = {"mean", "median", "p90"};
  text_repeat(t, " ", TITLE_WIDTH);
  for (size_t k = 0; k < 3; k++)
    put(t, s, STYLE_DIM, headings[k], -spread_width(s));
  text_add(t, "\n");
  for (size_t i = 0; i < sizeof spreads / sizeof *spreads; i++) {
    text_fit(t, spreads[i].title, TITLE_WIDTH, s->ascii);
    for (size_t k = 0; k < 3; k++) {
      char *name = print_text("%s%s", spreads[i].metric, parts[k]);
      char *cell = figure(s, r, 0, find_column(r, NULL, name));
      put(t, s, NULL, cell, -spread_width(s));
      free(cell);
      free(name);
    }
    text_add(t, "\n");
  }
}

static void put_count_line(text *t, const screen *s, const bp_result *r) {
  char *count = figure(s, r, 0, find_column(r, "metric", "sessions"));
  char *tokens = figure(s, r, 0, find_column(r, "metric", "tokens_per_session"));
  char *cost = figure(s, r, 0, find_column(r, "metric", "cost_per_session"));
  char *said = print_text("%s with %s tokens and %s each", count, tokens, cost);
  int outliers = find_column(r, NULL, "session_duration.outliers");
  text_fit(t, "Sessions", TITLE_WIDTH, s->ascii);
  put_wrapped(t, s, said, TITLE_WIDTH);
  if (has_value(r, 0, outliers) && bp_result_int(r, 0, (size_t)outliers) > 0) {
    char *number = figure(s, r, 0, outliers);
    char *line = print_text("%s of unusual duration", number);
    text_repeat(t, " ", TITLE_WIDTH);
    put_wrapped(t, s, line, TITLE_WIDTH);
    free(line);
    free(number);
  }
  free(said);
  free(cost);
  free(tokens);
  free(count);
}

static int show_figures(const program *p, const bp_result *r, const bp_result *depth) {
  const screen *s = &p->screen;
  text t = {0};
  put_listing_title(&t, p, r, NULL);
  put_count_line(&t, s, r);
  text_add(&t, "\n");
  put_spreads(&t, s, r);
  text_add(&t, "\n");
  put_bars(&t, s, depth, depth_name, depth_columns);
  return write_out(&t);
}

/* One table cannot hold both results: formats with a single table get the distribution. */
static int run_figures(program *p) {
  static const char *const names[] = {"figures", "depth", NULL, NULL, NULL};
  question q = {.metrics = spread_metrics},
           by_depth = {.metrics = depth_metrics, .by = {"session_depth"}};
  bp_result *r = NULL, *depth = NULL;
  int code = ask_listing(&r, p, &q, NULL, "28d");
  if (code == EXIT_OK) code = ask_listing(&depth, p, &by_depth, NULL, "28d");
  if (code == EXIT_OK) {
    if (is_table(&p->screen) && bp_result_rows(depth) > 0)
      code = show_figures(p, r, depth);
    else if (strcmp(p->screen.format, "json") == 0)
      code = write_documents("blueplane.sessions/1", names, (const bp_result *const[]){r, depth});
    else
      code = show_listing(p, depth, LISTING_TABLE);
  }
  bp_result_free(r);
  bp_result_free(depth);
  return code;
}

int run_sessions(program *p) {
  return given(&p->options, OPTION_STATS) ? run_figures(p) : run_list(p);
}

/* --------------------------------------------------------------------------------- one in full */

static bool is_identifier(const char *said) {
  size_t length = strspn(said, "0123456789abcdef");
  return said[length] == '\0' && length >= 4 && length <= 32;
}

static int show_session(const screen *s, const bp_result *r) {
  text t = {0};
  for (size_t c = 0; c < bp_result_columns(r); c++) {
    const char *title = bp_result_column(r, c, "title"), *role = bp_result_column(r, c, "role");
    if (role != NULL && strcmp(role, "companion") == 0) continue;
    char *value = figure(s, r, 0, (int)c);
    text_fit(&t, title != NULL ? title : "", 22, s->ascii);
    put(&t, s, STYLE_BOLD, value, 0);
    put_line_end(&t);
    free(value);
  }
  char *said = print_text("times are in %s, to the quarter of an hour", bp_result_meta(r, "zone"));
  text_add(&t, "\n");
  put_wrapped(&t, s, said, 0);
  free(said);
  return write_out(&t);
}

int run_session(program *p) {
  static const char *const metrics[] = {"last_activity",
                                        "session_duration",
                                        "active_time",
                                        "interactions",
                                        "prompts",
                                        "responses",
                                        "tool_calls",
                                        "tool_success_rate",
                                        "lines_added",
                                        "lines_removed",
                                        "files_touched",
                                        "input_tokens",
                                        "output_tokens",
                                        "cache_read_tokens",
                                        "cache_write_tokens",
                                        "cost",
                                        NULL};
  if (!is_identifier(p->arguments[0]))
    return complain(EXIT_USAGE, "blueplane sessions shows them",
                    "a session's identifier has 4 to 32 digits of 0-9 and a-f");
  char *filter = print_text("session=%s", p->arguments[0]);
  strings_add(&p->options.where, filter);
  free(filter);
  question q = {
      .metrics = metrics, .by = {"session", "workspace", "platform", "branch"}, .period = "all"};
  bp_result *r = NULL;
  int code = ask(&r, p, &q);
  if (code == EXIT_OK && bp_result_rows(r) == 0 && is_table(&p->screen))
    code = complain(EXIT_NOTHING, "blueplane sessions --period all lists them all",
                    "no session begins with these digits");
  else if (code == EXIT_OK)
    code = is_table(&p->screen) && bp_result_rows(r) == 1
               ? show_session(&p->screen, r)
               : write_result(&p->screen, r, LISTING_TABLE);
  bp_result_free(r);
  return code;
}
