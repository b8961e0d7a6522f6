/* personal.c: the questions of a person's own dashboard, as data. Knows which metrics belong together and none of their
 * meaning. */
#include "personal.h"

#include <string.h>

#include "../exits.h"

#define METRICS_MOST 16
#define SESSIONS_MOST 400
#define PARTS_MOST 2000 /* of sessions */

static const struct period {
  const char *name;
  const char *by;      /* into what its trend is cut */
  const char *finding; /* the period whose findings stand beside it: fewer days tell nothing */
  bool compared;
} periods[] = {{"today", "time.hour", "7d", true},
               {"week", "time.day", "7d", true},
               {"month", "time.day", "28d", true},
               {"quarter", "time.week", "quarter", true},
               {"all", "time.week", "quarter", false}};
static const char *const baselines[] = {"average", "previous", "year"};

typedef struct block {
  const char *name;
  const char *by[4]; /* "trend": that of the period */
  const char *order;
  int64_t limit;
  const char *metrics[METRICS_MOST + 1]; /* ended by NULL */
} block;

/* Once for each baseline of the period. */
static const block compared[] = {
    {"totals",
     {NULL},
     NULL,
     0,
     {"active_time", "interactions", "sessions", "prompts", "lines_added", "lines_removed",
      "net_lines", "files_touched", "total_tokens", "cost", "cache_savings", "cache_efficiency",
      "tool_success_rate", "active_days", "code_velocity", "cost_per_session"}},
    {"work",
     {NULL},
     NULL,
     0,
     {"tasks", "resolution_rate", "time_to_resolution", "first_try_rate", "retry_rate",
      "rework_rate", "commits", "ai_commits", "subagents", "compactions", "interrupts",
      "api_errors"}},
    {"trend",
     {"trend"},
     NULL,
     0,
     {"active_time", "interactions", "sessions", "lines_added", "lines_removed", "total_tokens",
      "cost"}}};

static const block blocks[] = {
    {"heat",
     {"time.day_of_week", "time.hour_of_day"},
     NULL,
     0,
     {"interactions", "active_time", "lines_added"}},
    {"platforms",
     {"platform"},
     "-interactions",
     0,
     {"interactions", "interaction_share", "sessions", "active_time", "lines_added", "total_tokens",
      "cost", "tool_success_rate"}},
    {"workspaces",
     {"workspace"},
     "-interactions",
     60,
     {"interactions", "interaction_share", "sessions", "active_time", "lines_added",
      "lines_removed", "total_tokens", "cost", "last_activity"}},
    {"languages",
     {"language"},
     "-lines_added",
     24,
     {"lines_added", "lines_removed", "net_lines", "files_touched"}},
    {"models",
     {"model"},
     "-cost",
     24,
     {"cost", "responses", "input_tokens", "output_tokens", "cache_read_tokens",
      "cache_write_tokens", "total_tokens", "cache_efficiency", "cache_savings"}},
    {"tools",
     {"tool"},
     "-tool_calls",
     40,
     {"tool_calls", "tool_success_rate", "tool_errors", "rejection_rate", "interruption_rate",
      "tool_duration"}},
    {"depth", {"session_depth"}, NULL, 0, {"sessions", "interactions", "active_time", "cost"}},
    {"spread",
     {NULL},
     NULL,
     0,
     {"sessions", "interactions_per_session", "session_duration", "active_time_per_session"}},
    {"types",
     {"task_type"},
     "-tasks",
     0,
     {"tasks", "resolution_rate", "time_to_resolution", "cost_per_task", "first_try_rate",
      "rework_rate", "retry_rate"}},
    {"delegation", {"task_type"}, "-tasks", 0, {"tasks", "delegation"}},
    {"saved", {NULL}, NULL, 0, {"time_saved"}},
    {"features", {"feature"}, NULL, 0, {"feature_usage"}},
    {"patterns", {"pattern"}, "-task_patterns", 10, {"task_patterns", "pattern_resolution_rate"}},
    {"list",
     {"session", "workspace", "platform"},
     "-last_activity",
     SESSIONS_MOST,
     {"last_activity", "active_time", "session_duration", "interactions", "prompts", "tool_calls",
      "tool_errors", "lines_added", "lines_removed", "files_touched", "total_tokens", "cost"}}};

/* Of all periods together, once: what the latest sessions are made of. */
static const block details[] = {
    {"session_hours",
     {"session", "time.hour"},
     "-time.hour",
     PARTS_MOST,
     {"interactions", "active_time", "lines_added", "cost"}},
    {"session_models",
     {"session", "model"},
     "-total_tokens",
     PARTS_MOST,
     {"responses", "total_tokens", "cost"}},
    {"session_tools",
     {"session", "tool"},
     "-tool_calls",
     PARTS_MOST,
     {"tool_calls", "tool_errors"}},
    {"session_languages",
     {"session", "language"},
     "-lines_added",
     PARTS_MOST,
     {"lines_added", "lines_removed"}},
    {"session_types", {"session", "task_type"}, "-tasks", PARTS_MOST, {"tasks"}}};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static int put_block(data *d, const program *p, const block *b, const char *key,
                     const struct period *period, const char *baseline) {
  question q = {.metrics = b->metrics,
                .period = period->name,
                .compare = baseline,
                .order = b->order,
                .limit = b->limit};
  bp_result *r = NULL;
  memcpy(q.by, b->by, sizeof q.by);
  if (q.by[0] != NULL && strcmp(q.by[0], "trend") == 0) q.by[0] = period->by;
  int code = ask(&r, p, &q);
  if (code == EXIT_OK) put_table(d, key, r);
  bp_result_free(r);
  return code;
}

static int put_compared(data *d, const program *p, const struct period *period) {
  int code = EXIT_OK;
  for (size_t i = 0; i < COUNT(compared) && code == EXIT_OK; i++) {
    json_open(&d->out, compared[i].name, '{');
    if (!period->compared) code = put_block(d, p, &compared[i], "none", period, NULL);
    for (size_t k = 0; k < COUNT(baselines) && period->compared && code == EXIT_OK; k++)
      code = put_block(d, p, &compared[i], baselines[k], period, baselines[k]);
    json_close(&d->out, '}');
  }
  return code;
}

static int put_findings(data *d, const program *p, const struct period *period) {
  static const block insights = {"insights", {NULL}, NULL, 8, {"insights"}};
  struct period of = {period->finding, NULL, NULL, false};
  return put_block(d, p, &insights, "insights", &of, NULL);
}

static int put_period(data *d, const program *p, const struct period *period) {
  json_open(&d->out, NULL, '{');
  json_text(&d->out, "name", period->name);
  json_text(&d->out, "by", period->by);
  int code = put_compared(d, p, period);
  for (size_t i = 0; i < COUNT(blocks) && code == EXIT_OK; i++)
    code = put_block(d, p, &blocks[i], blocks[i].name, period, NULL);
  if (code == EXIT_OK) code = put_findings(d, p, period);
  json_close(&d->out, '}');
  return code;
}

int put_personal(data *d, const program *p) {
  int code = EXIT_OK;
  json_open(&d->out, "periods", '[');
  for (size_t i = 0; i < COUNT(periods) && code == EXIT_OK; i++)
    code = put_period(d, p, &periods[i]);
  json_close(&d->out, ']');
  for (size_t i = 0; i < COUNT(details) && code == EXIT_OK; i++)
    code = put_block(d, p, &details[i], details[i].name, &periods[COUNT(periods) - 1], NULL);
  return code;
}
