/* listings.c: one question and one table: by model, language, tool, project, day, hour, session, or
 * whatever is asked for. Which metrics a listing shows is data; how they are computed is the library's
 * business. */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "zone.h"

#define TABLE "titles,compact"
#define METRICS_MOST 16

/* --------------------------------------------------------------------------------- plain listings */

static const struct listing {
  const char *command, *by, *order, *period;
  const char *metrics[METRICS_MOST];
} listings[] = {
    {"platforms", "platform", "-interactions", "28d",
     {"interactions", "interaction_share", "sessions", "active_time", "lines_added", "lines_removed",
      "total_tokens", "cost", "tool_success_rate", NULL}},
    {"workspaces", "workspace", "-interactions", "28d",
     {"interactions", "interaction_share", "sessions", "active_time", "lines_added", "lines_removed",
      "cost", "last_activity", NULL}},
    {"tools", "tool", "-tool_calls", "28d",
     {"tool_calls", "tool_success_rate", "tool_errors", "rejection_rate", "interruption_rate", NULL}},
    {"cost", "model", "-cost", "month",
     {"cost", "responses", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens",
      "cache_efficiency", "cache_savings", NULL}},
    {"code", "language", "-lines_added", "28d",
     {"lines_added", "lines_removed", "net_lines", "files_touched", NULL}},
    {"days", "time.day", NULL, "14d",
     {"interactions", "sessions", "active_time", "lines_added", "lines_removed", "total_tokens", "cost",
      NULL}},
    {"hours", "time.hour_of_day", NULL, "28d",
     {"interactions", "interaction_share", "active_time", "lines_added", "cost", NULL}},
    {"sessions", "session", NULL, "7d",
     {"last_activity", "interactions", "active_time", "lines_added", "lines_removed", "total_tokens",
      "cost", NULL}}};

static const struct listing *find_listing(const char *name) {
  const struct listing *l = listings;
  while (strcmp(l->command, name) != 0) l++; /* every command that lists is in the table */
  return l;
}

static int64_t limit_of(const program *p, int64_t otherwise) {
  const char *limit = p->options.value[OPTION_LIMIT];
  return limit != NULL ? strtoll(limit, NULL, 10) : otherwise;
}

/* The listing's question with the options' period, order, limit and baseline. */
static int ask_listing(bp_result **out, const program *p, question *q, const char *order,
                       const char *period) {
  char *wanted = period_of(p, period);
  if (wanted == NULL) return EXIT_USAGE;
  q->period = wanted;
  q->order = given(&p->options, OPTION_ORDER) ? p->options.value[OPTION_ORDER] : order;
  q->limit = limit_of(p, q->limit);
  q->compare = p->options.value[OPTION_COMPARE];
  int code = ask(out, p, q);
  free(wanted);
  return code;
}

static void explain_nothing(const program *p, const bp_result *r) {
  const char *period = bp_result_meta(r, "period");
  note(&p->screen, "nothing found%s%s; --period all looks at everything", period != NULL ? " in " : "",
       period != NULL ? period : "");
}

/* The result, and a word on standard error where it is empty. */
static int show(const program *p, const bp_result *r) {
  if (is_table(&p->screen) && bp_result_rows(r) == 0) {
    explain_nothing(p, r);
    return EXIT_NOTHING;
  }
  return write_result(&p->screen, r, TABLE);
}

int run_listing(program *p) {
  const struct listing *l = find_listing(p->options.arguments.item[0]);
  question q = {.metrics = l->metrics, .by = {l->by}};
  bp_result *r = NULL;
  int code = ask_listing(&r, p, &q, l->order, l->period);
  if (code == EXIT_OK) code = show(p, r);
  bp_result_free(r);
  return code;
}

/* ----------------------------------------------------------------------------------- with bars */

#define BAR_MOST 40
#define BAR_LEAST 6

/* A listing as lines of a name, a bar and figures. */
typedef struct bars {
  const screen *screen;
  const bp_result *result;
  char *(*name)(const bp_result *r, size_t row);
  int bar_column;      /* what the bars show */
  int column[8];       /* figures, the first needed most; -1 ends */
} bars;

static int column_width(const bars *b, int column) {
  const char *title = bp_result_column(b->result, (size_t)column, "title");
  int width = title != NULL ? text_width(title) : 0;
  for (size_t row = 0; row < bp_result_rows(b->result); row++) {
    char *cell = figure(b->screen, b->result, row, column);
    int own = text_width(cell);
    if (own > width) width = own;
    free(cell);
  }
  return width;
}

static int name_width(const bars *b) {
  int width = 0;
  for (size_t row = 0; row < bp_result_rows(b->result); row++) {
    char *name = b->name(b->result, row);
    int own = text_width(name);
    if (own > width) width = own;
    free(name);
  }
  return width;
}

/* The bar's value; nothing where there is none. */
static double bar_value(const bars *b, size_t row) {
  return has_value(b->result, row, b->bar_column)
             ? bp_result_real(b->result, row, (size_t)b->bar_column) : 0;
}

static double most_of(const bars *b) {
  double most = 0;
  for (size_t row = 0; row < bp_result_rows(b->result); row++)
    if (bar_value(b, row) > most) most = bar_value(b, row);
  return most;
}

static void put_figures(text *t, const bars *b, const int *width, size_t row, bool heading) {
  for (size_t c = 0; b->column[c] >= 0; c++) {
    if (width[c] == 0) continue;
    const char *title = bp_result_column(b->result, (size_t)b->column[c], "title");
    char *cell = heading ? copy_text(title != NULL ? title : "")
                         : figure(b->screen, b->result, row, b->column[c]);
    text_add(t, "  ");
    put(t, b->screen, heading ? STYLE_BOLD : NULL, cell, -width[c]);
    free(cell);
  }
}

static int write_bars(const bars *b) {
  text t = {0};
  int names = name_width(b), width[8] = {0};
  int room = (b->screen->width == 0 ? 100 : b->screen->width) - names - 2 - BAR_LEAST;
  for (size_t c = 0; b->column[c] >= 0; c++) {
    int own = column_width(b, b->column[c]);
    if (own + 2 > room) continue;
    width[c] = own;
    room -= own + 2;
  }
  int bar = room + BAR_LEAST > BAR_MOST ? BAR_MOST : room + BAR_LEAST;
  double most = most_of(b);
  text_repeat(&t, " ", names + 2 + bar);
  put_figures(&t, b, width, 0, true);
  put_line_end(&t);
  for (size_t row = 0; row < bp_result_rows(b->result); row++) {
    char *name = b->name(b->result, row);
    text_fit(&t, name, names, b->screen->ascii);
    free(name);
    text_add(&t, "  ");
    put_bar(&t, b->screen, bar_value(b, row), most, bar);
    put_figures(&t, b, width, row, false);
    put_line_end(&t);
  }
  return write_out(&t);
}

static char *day_name(const bp_result *r, size_t row) {
  const char *value = bp_result_text(r, row, 0, NULL);
  date d;
  if (value == NULL) return copy_text("undated");
  if (!parse_date(&d, value)) return text_safe(value);
  return print_text("%.3s %s", weekday_name(d.weekday), value);
}

static char *hour_name(const bp_result *r, size_t row) {
  if (!has_value(r, row, 0)) return copy_text("undated");
  return print_text("%02d:00", (int)bp_result_int(r, row, 0));
}

/* The listing of a command with bars, where the format is a table for people. */
static int run_bars(program *p, char *(*name)(const bp_result *r, size_t row)) {
  const struct listing *l = find_listing(p->options.arguments.item[0]);
  question q = {.metrics = l->metrics, .by = {l->by}};
  bp_result *r = NULL;
  int code = ask_listing(&r, p, &q, l->order, l->period);
  if (code == EXIT_OK && is_table(&p->screen) && bp_result_rows(r) > 0 && q.compare == NULL) {
    bars b = {&p->screen, r, name, find_column(r, "metric", l->metrics[0]), {0}};
    size_t i = 0;
    for (; l->metrics[i] != NULL; i++) b.column[i] = find_column(r, "metric", l->metrics[i]);
    b.column[i] = -1;
    code = write_bars(&b);
  } else if (code == EXIT_OK) {
    code = show(p, r);
  }
  bp_result_free(r);
  return code;
}

int run_days(program *p) { return run_bars(p, day_name); }
int run_hours(program *p) { return run_bars(p, hour_name); }

/* ------------------------------------------------------------------------------------- sessions */

static const char *const session_figures[] = {
    "sessions", "interactions_per_session", "session_duration", "active_time_per_session",
    "tokens_per_session", "cost_per_session", NULL};
static const char *const depth_figures[] = {"sessions", "interactions", "active_time", "cost", NULL};

/* The distribution below the figures; for programs it is the one result. */
static int run_session_stats(program *p) {
  question q = {.metrics = session_figures}, by_depth = {.metrics = depth_figures, .by = {"session_depth"}};
  bp_result *r = NULL, *depth = NULL;
  int code = EXIT_OK;
  if (is_table(&p->screen) || strcmp(p->screen.format, "json") == 0)
    code = ask_listing(&r, p, &q, NULL, "28d");
  if (code == EXIT_OK) code = ask_listing(&depth, p, &by_depth, NULL, "28d");
  if (code == EXIT_OK && strcmp(p->screen.format, "json") == 0) {
    json j = {0};
    char *a = NULL, *b = NULL;
    json_open(&j, NULL, '{');
    json_text(&j, "schema", "blueplane.sessions/1");
    if (bp_result_format(&a, NULL, r, "json", NULL) == BP_OK) json_document(&j, "figures", a);
    if (bp_result_format(&b, NULL, depth, "json", NULL) == BP_OK) json_document(&j, "depth", b);
    json_close(&j, '}');
    bp_free(a);
    bp_free(b);
    code = write_json(&j);
  } else if (code == EXIT_OK) {
    if (r != NULL) code = write_result(&p->screen, r, "titles");
    text gap = {0};
    text_add(&gap, "\n");
    if (r != NULL && code == EXIT_OK) code = write_out(&gap);
    text_free(&gap);
    if (code == EXIT_OK) code = show(p, depth);
  }
  bp_result_free(r);
  bp_result_free(depth);
  return code;
}

int run_sessions(program *p) {
  if (given(&p->options, OPTION_STATS)) return run_session_stats(p);
  const struct listing *l = find_listing("sessions");
  question q = {.metrics = l->metrics, .by = {"session", "workspace", "platform"},
                .limit = is_table(&p->screen) ? 25 : 0};
  bp_result *r = NULL;
  int code = ask_listing(&r, p, &q, "-last_activity", l->period);
  if (code == EXIT_OK) code = show(p, r);
  if (code == EXIT_OK && q.limit > 0 && (int64_t)bp_result_rows(r) == q.limit &&
      !given(&p->options, OPTION_LIMIT))
    note(&p->screen, "the latest %lld; --limit shows more", (long long)q.limit);
  bp_result_free(r);
  return code;
}

int run_session(program *p) {
  static const char *const general[] = {
      "interactions", "prompts", "responses", "tool_calls", "active_time", "session_duration",
      "lines_added", "lines_removed", "files_touched", "input_tokens", "output_tokens",
      "cache_read_tokens", "cache_write_tokens", "cost", "tool_success_rate", "compactions", NULL};
  char *filter = print_text("session=%s", p->arguments[0]);
  strings_add(&p->options.where, filter);
  free(filter);
  question q = {.metrics = general, .by = {"session", "workspace", "platform", "branch"}, .period = "all"};
  bp_result *r = NULL;
  int code = ask(&r, p, &q);
  if (code == EXIT_OK && (!is_table(&p->screen) || bp_result_rows(r) != 1)) {
    if (is_table(&p->screen) && bp_result_rows(r) == 0)
      code = complain(EXIT_NOTHING, "blueplane sessions --period all lists them", "no session of that identifier");
    else
      code = write_result(&p->screen, r, TABLE);
  } else if (code == EXIT_OK) {
    text t = {0};
    for (size_t c = 0; c < bp_result_columns(r); c++) {
      const char *title = bp_result_column(r, c, "title"), *role = bp_result_column(r, c, "role");
      if (role != NULL && strcmp(role, "companion") == 0) continue;
      char *value = figure(&p->screen, r, 0, (int)c);
      text_fit(&t, title != NULL ? title : "", 22, p->screen.ascii);
      put(&t, &p->screen, STYLE_BOLD, value, 0);
      put_line_end(&t);
      free(value);
    }
    code = write_out(&t);
  }
  bp_result_free(r);
  return code;
}

/* -------------------------------------------------------------------------------- any question */

int run_metric(program *p) {
  if (p->argument_count > METRICS_MOST)
    return complain(EXIT_USAGE, NULL, "at most %d metrics at a time", METRICS_MOST);
  if (p->options.by.count > 4)
    return complain(EXIT_USAGE, NULL, "at most 4 dimensions at a time");
  question q = {.metrics = (const char *const *)p->arguments};
  for (size_t i = 0; i < p->options.by.count; i++) q.by[i] = p->options.by.item[i];
  bp_result *r = NULL;
  int code = ask_listing(&r, p, &q, NULL, "28d");
  if (code == EXIT_OK) {
    if (is_table(&p->screen) && bp_result_rows(r) == 0) {
      explain_nothing(p, r);
      code = EXIT_NOTHING;
    } else {
      code = write_result(&p->screen, r, NULL);
    }
  }
  bp_result_free(r);
  return code;
}

int run_prices(program *p) {
  const char *topic = given(&p->options, OPTION_UNPRICED) ? "unpriced" : "prices";
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (bp_inspect(&r, p->store, topic, &error) != BP_OK) return complain_of(error);
  int code = write_result(&p->screen, r, TABLE);
  bp_result_free(r);
  return code;
}
