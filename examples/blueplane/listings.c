/* listings.c: commands with one query and one table: by model, language, tool, project, day, hour,
 * or any query. The metrics of a listing are data here; the library computes them. */
#include "listing.h"

#include <stdlib.h>
#include <string.h>

#include "bars.h"
#include "commands.h"
#include "exits.h"
#include "zone.h"

#define METRICS_MOST 16

/* ------------------------------------------------------------------------------------ listings */

static const struct listing {
  const char *command, *by, *order, *period;
  const char *total;     /* total of this metric over all rows, for the title; or NULL */
  const char *otherwise; /* what to try if it is empty; NULL: --period all */
  const char *metrics[METRICS_MOST + 1]; /* ends with NULL */
} listings[] = {
    {"platforms",
     "platform",
     "-interactions",
     "28d",
     NULL,
     NULL,
     {"interactions", "sessions", "active_time", "cost", "lines_added", "lines_removed",
      "interaction_share", "total_tokens", "tool_success_rate"}},
    {"workspaces",
     "workspace",
     "-interactions",
     "28d",
     NULL,
     NULL,
     {"interactions", "sessions", "active_time", "cost", "last_activity", "lines_added",
      "lines_removed", "interaction_share"}},
    {"tools",
     "tool",
     "-tool_calls",
     "28d",
     NULL,
     NULL,
     {"tool_calls", "tool_success_rate", "tool_errors", "rejection_rate", "interruption_rate"}},
    {"cost",
     "model",
     "-cost",
     "month",
     "cost",
     NULL,
     {"cost", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens",
      "responses", "cache_savings", "cache_efficiency"}},
    {"code",
     "language",
     "-lines_added",
     "28d",
     NULL,
     NULL,
     {"lines_added", "lines_removed", "net_lines", "files_touched"}},
    {"commits",
     "time.week",
     NULL,
     "84d",
     "commits",
     "blueplane git reads the commits of a repository",
     {"commits", "ai_commits", "linked_commits", "commit_lines_added", "commit_lines_removed",
      "fix_rate", "revert_rate"}},
    {"days",
     "time.day",
     NULL,
     "14d",
     NULL,
     NULL,
     {"interactions", "sessions", "active_time", "lines_added", "lines_removed", "total_tokens",
      "cost"}},
    {"hours",
     "time.hour_of_day",
     NULL,
     "28d",
     NULL,
     NULL,
     {"interactions", "interaction_share", "active_time", "lines_added", "cost"}}};

static const struct listing *find_listing(const char *name) {
  for (size_t i = 0; i < sizeof listings / sizeof *listings; i++)
    if (strcmp(listings[i].command, name) == 0) return &listings[i];
  abort(); /* a command of commands.c has no row here */
}

static int64_t limit_of(const program *p, int64_t otherwise) {
  const char *limit = p->options.value[OPTION_LIMIT];
  return limit != NULL ? strtoll(limit, NULL, 10) : otherwise;
}

int ask_listing(bp_result **out, const program *p, question *q, const char *order,
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

void explain_nothing(const program *p, const bp_result *r, const char *otherwise) {
  const char *period = bp_result_meta(r, "period"), *asked = p->options.value[OPTION_PERIOD];
  bool all = asked != NULL && strcmp(asked, "all") == 0, named = period != NULL && !all;
  if (otherwise == NULL)
    otherwise = all ? "blueplane doctor shows what is stored and where it looked"
                    : "--period all looks at everything";
  note(&p->screen, "nothing found%s%s; %s", named ? " in " : "", named ? period : "", otherwise);
}

/* "85 commits"; of other units the figure says what it is. */
static char *counted(char *said, const bp_result *r, size_t column, const char *metric) {
  const char *unit = bp_result_column(r, column, "unit");
  if (unit == NULL || strcmp(unit, "count") != 0) return said;
  int length = (int)strlen(metric) - (strcmp(said, "1") == 0);
  char *both = print_text("%s %.*s", said, length, metric);
  free(said);
  return both;
}

/* The metric's total over the listing's period, as text. */
static char *total_of(const program *p, const bp_result *r, const char *metric) {
  const char *const one[] = {metric, NULL}, *period = bp_result_meta(r, "period");
  question q = {.metrics = one, .period = period != NULL ? period : "all"};
  bp_result *total = NULL;
  bp_error *error = NULL;
  char *said = NULL;
  if (try_ask(&total, p, &q, &error) == BP_OK) {
    int column = find_column(total, "metric", metric);
    said = counted(figure(&p->screen, total, 0, column), total, (size_t)column, metric);
  }
  bp_error_free(error);
  bp_result_free(total);
  return said != NULL ? said : copy_text("");
}

void put_listing_title(text *t, const program *p, const bp_result *r, const char *total) {
  const char *from = bp_result_meta(r, "from"), *until = bp_result_meta(r, "until");
  const char *period = bp_result_meta(r, "period");
  int64_t first, last;
  char *days;
  if (period != NULL && strcmp(period, "all") == 0)
    days = copy_text("All time");
  else if (from != NULL && until != NULL && parse_instant(&first, from) &&
           parse_instant(&last, until))
    days = name_days(date_of(first), date_of(last - 1));
  else
    return;
  char *sum = total != NULL ? total_of(p, r, total) : copy_text("");
  char *title = sum[0] != '\0' ? print_text("%s: %s", days, sum) : copy_text(days);
  put_title_line(t, &p->screen, title, p->zone);
  text_add(t, "\n");
  free(title);
  free(sum);
  free(days);
}

int show_listing(const program *p, const bp_result *r, const char *table_options) {
  if (is_table(&p->screen) && bp_result_rows(r) == 0) {
    explain_nothing(p, r, NULL);
    return EXIT_NOTHING;
  }
  return write_result(&p->screen, r, table_options);
}

/* Whether nothing happened at all: days, weeks and hours have a row even without activity. */
static bool all_idle(const bp_result *r, const char *metric) {
  int column = find_column(r, "metric", metric);
  for (size_t row = 0; row < bp_result_rows(r); row++)
    if (has_value(r, row, column) && bp_result_real(r, row, (size_t)column) > 0) return false;
  return true;
}

int run_listing(program *p) {
  const struct listing *l = find_listing(p->options.arguments.item[0]);
  question q = {.metrics = l->metrics, .by = {l->by}};
  bp_result *r = NULL;
  int code = ask_listing(&r, p, &q, l->order, l->period);
  bool idle = code == EXIT_OK && all_idle(r, l->metrics[0]), table = is_table(&p->screen);
  if (idle && table) {
    explain_nothing(p, r, l->otherwise);
  } else if (code == EXIT_OK && table) {
    text t = {0};
    put_listing_title(&t, p, r, l->total);
    code = write_out(&t);
  }
  if (code == EXIT_OK && !(idle && table)) code = write_result(&p->screen, r, LISTING_TABLE);
  bp_result_free(r);
  return code == EXIT_OK && idle ? EXIT_NOTHING : code;
}

/* ----------------------------------------------------------------------------------- with bars */

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

static const bar_column day_columns[] = {
    {"interactions", "interactions", NULL, NULL, NULL}, {"sessions", "sessions", NULL, NULL, NULL},
    {"active_time", "active", NULL, NULL, NULL},        {"lines_added", "added", NULL, NULL, NULL},
    {"lines_removed", "removed", NULL, NULL, NULL},     {"cost", "cost", NULL, NULL, NULL},
    {"total_tokens", "tokens", NULL, NULL, NULL},       {NULL, NULL, NULL, NULL, NULL}};
static const bar_column hour_columns[] = {
    {"interactions", "interactions", NULL, NULL, NULL},
    {"interaction_share", "share", NULL, NULL, NULL},
    {"interactions.per_active_day", "per active day", NULL, NULL, NULL},
    {"active_time", "active", NULL, NULL, NULL},
    {"cost", "cost", NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL}};

/* The listing of a command, with bars if the format is a table for people. */
static int run_bars(program *p, row_name name, const bar_column *columns) {
  const struct listing *l = find_listing(p->options.arguments.item[0]);
  question q = {.metrics = l->metrics, .by = {l->by}};
  bp_result *r = NULL;
  int code = ask_listing(&r, p, &q, l->order, l->period);
  bool idle = code == EXIT_OK && all_idle(r, l->metrics[0]);
  if (idle && is_table(&p->screen)) {
    explain_nothing(p, r, l->otherwise);
  } else if (code == EXIT_OK && is_table(&p->screen) && q.compare == NULL) {
    text t = {0};
    put_listing_title(&t, p, r, NULL);
    put_bars(&t, &p->screen, r, name, columns);
    code = write_out(&t);
  } else if (code == EXIT_OK) {
    code = show_listing(p, r, LISTING_TABLE);
  }
  bp_result_free(r);
  return code == EXIT_OK && idle ? EXIT_NOTHING : code;
}

int run_days(program *p) {
  return run_bars(p, day_name, day_columns);
}
int run_hours(program *p) {
  return run_bars(p, hour_name, hour_columns);
}

/* -------------------------------------------------------------------------------- any question */

int run_metric(program *p) {
  if (p->argument_count > METRICS_MOST)
    return complain(EXIT_USAGE, NULL, "at most %d metrics at a time", METRICS_MOST);
  if (p->options.by.count > 4) return complain(EXIT_USAGE, NULL, "at most 4 dimensions at a time");
  question q = {.metrics = (const char *const *)p->arguments};
  for (size_t i = 0; i < p->options.by.count; i++)
    q.by[i] = p->options.by.item[i];
  bp_result *r = NULL;
  int code = ask_listing(&r, p, &q, NULL, "28d");
  if (code == EXIT_OK) code = show_listing(p, r, NULL);
  bp_result_free(r);
  return code;
}

int run_prices(program *p) {
  const char *topic = given(&p->options, OPTION_UNPRICED) ? "unpriced" : "prices";
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (bp_inspect(&r, p->store, topic, &error) != BP_OK) return complain_of(error);
  int code = write_result(&p->screen, r, LISTING_TABLE);
  bp_result_free(r);
  return code;
}
