/* team.c: the queries of a team's dashboard, as data. Knows which metrics belong together. The
 * library decides what the access allows: a refused metric is left out, and so is a query without
 * metrics. */
#include "team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../calendar.h"
#include "../commands.h"
#include "../exits.h"
#include "../published.h"
#include "../zone.h"

#define METRICS_MOST 16
#define WEEKS_MOST 8 /* that can be selected */
#define MONTHS_MOST 6

typedef struct block {
  const char *name;
  const char *by[4];
  const char *order;
  const char *metrics[METRICS_MOST + 1]; /* ends with NULL */
} block;

/* Queried by week, over everything published. */
static const block by_week[] = {
    {"trend",
     {"time.week"},
     NULL,
     {"active_users", "adoption_rate", "active_time", "interactions", "sessions", "lines_added",
      "total_tokens", "cost", "tool_success_rate", "rejection_rate", "api_error_rate", "retry_rate",
      "first_try_rate", "resolution_rate", "license_utilization"}},
    {"platform_trend", {"time.week", "platform"}, NULL, {"interactions"}},
    {"member_trend", {"time.week", "member"}, NULL, {"active_time"}}};

/* Queried for each window. */
static const block blocks[] = {
    {"totals",
     {NULL},
     NULL,
     {"active_users", "adoption_rate", "sessions", "interactions", "prompts", "active_time",
      "active_days", "lines_added", "lines_removed", "total_tokens", "cost", "commits",
      "pull_requests", "cost_per_session", "cost_per_line", "cost_per_task"}},
    {"quality",
     {NULL},
     NULL,
     {"tool_success_rate", "tool_errors", "rejection_rate", "interruption_rate", "acceptance_rate",
      "api_error_rate", "api_retries", "retry_rate", "recovery_rate", "first_try_rate",
      "rework_rate", "resolution_rate", "time_to_resolution", "cache_efficiency",
      "context_pressure"}},
    {"money", {NULL}, NULL, {"license_utilization", "cost_per_active_seat", "roi"}},
    {"bands", {NULL}, NULL, {"usage_distribution"}},
    {"features", {NULL}, NULL, {"feature_adoption"}},
    {"signals", {NULL}, NULL, {"support_signals"}},
    {"journeys", {NULL}, NULL, {"journeys", "journey_resolution_rate"}},
    {"teams",
     {"team"},
     "-active_time",
     {"active_time", "sessions", "lines_added", "cost", "cost_per_line", "tool_success_rate",
      "api_error_rate"}},
    {"platforms",
     {"platform"},
     "-interactions",
     {"interactions", "sessions", "active_time", "lines_added", "cost"}},
    {"projects",
     {"project"},
     "-active_time",
     {"active_time", "sessions", "lines_added", "cost", "commits"}},
    {"models",
     {"model_family"},
     "-cost",
     {"cost", "responses", "total_tokens", "cache_efficiency"}},
    {"tools",
     {"tool_category"},
     "-tool_calls",
     {"tool_calls", "tool_success_rate", "tool_errors", "rejection_rate"}},
    {"languages", {"language"}, "-lines_added", {"lines_added", "lines_removed"}},
    {"types", {"task_type"}, NULL, {"resolution_rate", "time_to_resolution"}},
    {"experience",
     {"experience"},
     NULL,
     {"active_time", "sessions", "tool_success_rate", "retry_rate", "resolution_rate"}},
    {"members",
     {"member"},
     NULL,
     {"active_time", "sessions", "prompts", "lines_added", "cost", "tool_success_rate",
      "rejection_rate", "retry_rate", "first_try_rate", "resolution_rate"}}};

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Removes the metric that an error refuses. False: it names none of them, or none remain. */
static bool leave_out(const char **metrics, const bp_error *error) {
  const char *refused = bp_error_detail(error, "metric");
  size_t to = 0, found = 0;
  for (size_t from = 0; metrics[from] != NULL; from++) {
    if (refused != NULL && strcmp(metrics[from], refused) == 0)
      found++;
    else
      metrics[to++] = metrics[from];
  }
  metrics[to] = NULL;
  return found > 0 && to > 0;
}

/* The order, unless its metric was removed. */
static const char *order_of(const block *b, const char *const *metrics) {
  for (; b->order != NULL && *metrics != NULL; metrics++)
    if (strcmp(b->order + 1, *metrics) == 0) return b->order;
  return NULL;
}

static bool is_refusal(int rc) {
  return rc == BP_ERR_DENIED || rc == BP_ERR_UNSUPPORTED || rc == BP_ERR_NOTFOUND;
}

/* Queries the metrics that the access allows; *out NULL: none. */
static int ask_allowed(bp_result **out, const program *p, const block *b, const char *period) {
  const char *metrics[METRICS_MOST + 1];
  memcpy(metrics, b->metrics, sizeof metrics);
  for (;;) {
    question q = {.metrics = metrics, .period = period, .order = order_of(b, metrics)};
    bp_error *error = NULL;
    memcpy(q.by, b->by, sizeof q.by);
    int rc = try_ask(out, p, &q, &error);
    if (rc == BP_OK) return EXIT_OK;
    if (!is_refusal(rc)) return complain_of(error);
    bool again = leave_out(metrics, error);
    bp_error_free(error);
    if (!again) return EXIT_OK;
  }
}

static int put_block(data *d, const program *p, const block *b, const char *period) {
  bp_result *r = NULL;
  int code = ask_allowed(&r, p, b, period);
  if (code == EXIT_OK && r != NULL) put_table(d, b->name, r);
  bp_result_free(r);
  return code;
}

/* -------------------------------------------------------------------------------------- windows */

static int put_window(data *d, const program *p, const char *kind, const char *name,
                      const char *period) {
  int code = EXIT_OK;
  json_open(&d->out, NULL, '{');
  json_text(&d->out, "kind", kind);
  json_text(&d->out, "name", name);
  for (size_t i = 0; i < COUNT(blocks) && code == EXIT_OK; i++)
    code = put_block(d, p, &blocks[i], period);
  json_close(&d->out, '}');
  return code;
}

/* The days of a published week or month, named "2026-03-23" or "2026-03". */
static char *days_in(const char *name) {
  char text_[16], until[16];
  date first, last;
  bool month = strlen(name) == 7;
  snprintf(text_, sizeof text_, month ? "%.7s-01" : "%.10s", name);
  if (!parse_date(&first, text_)) return copy_text(name);
  last = add_days(first, month ? 31 : 6);
  if (month) {
    last.day = 1;
    last = add_days(last, -1);
  }
  format_date(until, last);
  return print_text("%s/%s", text_, until);
}

/* Writes the latest windows of a kind that hold data, unless there is only one. */
static int put_windows(data *d, const program *p, const char *kind, const char *by, size_t most) {
  const block counted = {kind, {by}, NULL, {"interactions"}};
  bp_result *r = NULL;
  int code = ask_allowed(&r, p, &counted, "all");
  size_t rows = bp_result_rows(r);
  for (size_t i = 0; rows > 1 && i < rows && i < most && code == EXIT_OK; i++) {
    const char *name = bp_result_text(r, rows - 1 - i, 0, NULL);
    char *days = days_in(name);
    code = put_window(d, p, kind, name, days);
    free(days);
  }
  bp_result_free(r);
  return code;
}

/* Writes the content of one file. */
static int put_source(data *d, const program *p) {
  int code = EXIT_OK;
  json_open(&d->out, NULL, '{');
  for (size_t i = 0; i < COUNT(by_week) && code == EXIT_OK; i++)
    code = put_block(d, p, &by_week[i], "all");
  json_open(&d->out, "windows", '[');
  if (code == EXIT_OK) code = put_window(d, p, "all", NULL, "all");
  if (code == EXIT_OK) code = put_windows(d, p, "month", "time.month", MONTHS_MOST);
  if (code == EXIT_OK) code = put_windows(d, p, "week", "time.week", WEEKS_MOST);
  json_close(&d->out, ']');
  json_close(&d->out, '}');
  return code;
}

static void put_partly(data *d, const published *x) {
  char monday[16];
  json_open(&d->out, "partly", '[');
  for (size_t i = 0; i < x->weeks; i++)
    if (is_partly(x, &x->week[i])) {
      put_days(monday, x->week[i].monday);
      json_text(&d->out, NULL, monday);
    }
  json_close(&d->out, ']');
}

/* Combines the releases of several teams to one organisation: separate windows of the same week
 * would each be incomplete. */
static int put_organisation(data *d, program *p) {
  published x;
  bp_error *error = NULL;
  int code = open_published(&x, p, access_of(p));
  if (code == EXIT_OK &&
      bp_narrow(x.store, access_of(p), p->options.value[OPTION_TEAM], &error) != BP_OK)
    code = complain_of(error);
  if (code == EXIT_OK) {
    p->store = x.store;
    put_partly(d, &x);
    json_open(&d->out, "sources", '[');
    code = put_source(d, p);
    json_close(&d->out, ']');
    p->store = NULL;
  }
  close_published(&x);
  return code;
}

int put_team(data *d, program *p) {
  const strings *files = &p->options.release;
  int code = EXIT_OK;
  char *team = NULL;
  json_text(&d->out, "access", access_name(p));
  if (access_of(p) != BP_ACCESS_LEAD) return put_organisation(d, p);
  json_open(&d->out, "sources", '[');
  for (size_t i = 0; i < files->count && code == EXIT_OK; i++) {
    code = open_release(p, files->item[i], &team);
    if (code == EXIT_OK) code = put_source(d, p);
    bp_close(p->store);
    p->store = NULL;
  }
  json_close(&d->out, ']');
  json_text(&d->out, "team", team);
  free(team);
  return code;
}
