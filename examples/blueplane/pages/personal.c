/* personal.c: the queries of a person's own dashboard, as data, run in parallel on several handles.
 * Knows which metrics belong together, not their meaning. */
#include "personal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "../exits.h"
#include "../system.h"

#define METRICS_MOST 16
#define SESSIONS_MOST 300
#define PARTS_MOST 1500 /* rows of the details of sessions */
#define THREADS_MOST 8

static const struct period {
  const char *name;
  const char *by; /* time dimension of its trend */
  bool compared;
} periods[] = {{"all", "time.week", false}, /* slowest first, as queries start in this order */
               {"quarter", "time.week", true},
               {"month", "time.day", true},
               {"week", "time.day", true},
               {"today", "time.hour", true}};
static const char *const baselines[] = {"average", "previous", "year"};

typedef struct block {
  const char *name;
  const char *by[4]; /* "trend": the period's time dimension */
  const char *order;
  int64_t limit;
  const char *metrics[METRICS_MOST + 1]; /* ends with NULL */
} block;

/* Queried for each baseline of a period. */
static const block compared[] = {
    {"work",
     {NULL},
     NULL,
     0,
     {"tasks", "resolution_rate", "time_to_resolution", "first_try_rate", "retry_rate",
      "rework_rate", "time_saved", "commits", "ai_commits", "subagents", "compactions",
      "interrupts", "api_errors"}},
    {"totals",
     {NULL},
     NULL,
     0,
     {"active_time", "interactions", "sessions", "prompts", "lines_added", "lines_removed",
      "net_lines", "files_touched", "total_tokens", "cost", "cache_savings", "cache_efficiency",
      "tool_success_rate", "active_days", "code_velocity", "cost_per_session"}},
    {"trend",
     {"trend"},
     NULL,
     0,
     {"active_time", "interactions", "sessions", "lines_added", "lines_removed", "total_tokens",
      "cost"}}};

/* Queried once for each period. */
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
      "rework_rate", "retry_rate", "delegation"}},
    {"features", {"feature"}, "-feature_usage", 0, {"feature_usage"}},
    {"patterns", {"pattern"}, "-task_patterns", 10, {"task_patterns", "pattern_resolution_rate"}},
    {"list",
     {"session", "workspace", "platform"},
     "-last_activity",
     SESSIONS_MOST,
     {"last_activity", "active_time", "session_duration", "interactions", "prompts", "tool_calls",
      "tool_errors", "lines_added", "lines_removed", "files_touched", "total_tokens", "cost"}}};

/* Queried once, for the quarter: the details of its latest sessions. */
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
static const struct period detailed = {"quarter", NULL, false};

/* Queried for each baseline of a compared period: whether its rates differ by more than chance. */
static const block verdicts = {"verdicts", {NULL}, NULL, 0, {"comparison"}};

/* The insights, for a short period, for a long one, and for all. */
static const block findings = {"insights", {NULL}, NULL, 0, {"insights"}};
static const struct period looked_at[] = {
    {"7d", NULL, false}, {"28d", NULL, false}, {"all", NULL, false}};

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* --------------------------------------------------------------------------------------- asking */

typedef struct job {
  const block *block;
  const struct period *period;
  const char *baseline;
  bp_result *result;
} job;

typedef struct jobs {
  const program *program;
  job *item;
  size_t count;
  atomic_size_t next;
  atomic_int code; /* the first other than EXIT_OK */
} jobs;

static void add_job(jobs *all, const block *b, const struct period *period, const char *baseline) {
  all->item = need(realloc(all->item, (all->count + 1) * sizeof *all->item));
  all->item[all->count++] = (job){b, period, baseline, NULL};
}

static void list_jobs(jobs *all) {
  for (size_t i = 0; i < COUNT(looked_at); i++)
    add_job(all, &findings, &looked_at[i], NULL);
  for (size_t i = 0; i < COUNT(periods); i++) {
    for (size_t k = 0; k < COUNT(compared) * COUNT(baselines) && periods[i].compared; k++)
      add_job(all, &compared[k / COUNT(baselines)], &periods[i], baselines[k % COUNT(baselines)]);
    for (size_t k = 0; k < COUNT(compared) && !periods[i].compared; k++)
      add_job(all, &compared[k], &periods[i], NULL);
    for (size_t k = 0; k < COUNT(baselines) && periods[i].compared; k++)
      add_job(all, &verdicts, &periods[i], baselines[k]);
    for (size_t k = 0; k < COUNT(blocks); k++)
      add_job(all, &blocks[k], &periods[i], NULL);
  }
  for (size_t i = 0; i < COUNT(details); i++)
    add_job(all, &details[i], &detailed, NULL);
}

static int answer(job *j, const program *p) {
  question q = {.metrics = j->block->metrics,
                .period = j->period->name,
                .compare = j->baseline,
                .order = j->block->order,
                .limit = j->block->limit};
  memcpy(q.by, j->block->by, sizeof q.by);
  if (q.by[0] != NULL && strcmp(q.by[0], "trend") == 0) q.by[0] = j->period->by;
  return ask(&j->result, p, &q);
}

static void answer_all(jobs *all, const program *p) {
  for (;;) {
    size_t at = atomic_fetch_add(&all->next, 1);
    if (at >= all->count || atomic_load(&all->code) != EXIT_OK) return;
    int code = answer(&all->item[at], p), ok = EXIT_OK;
    if (code != EXIT_OK) atomic_compare_exchange_strong(&all->code, &ok, code);
  }
}

/* Works on a handle of its own; if it cannot be opened, the other threads do the work. */
static void *answer_beside(void *context) {
  jobs *all = context;
  program own = *all->program;
  own.store = NULL;
  own.screen.quiet = true;
  if (open_store(&own, true) == EXIT_OK) answer_all(all, &own);
  bp_close(own.store);
  return NULL;
}

/* The first query about tasks after an ingest computes them, which writes to the store; all other
 * queries only read. */
static int settle_tasks(const program *p) {
  static const char *const tasks[] = {"tasks", NULL};
  question q = {.metrics = tasks, .period = "today"};
  bp_result *r = NULL;
  int code = ask(&r, p, &q);
  bp_result_free(r);
  return code;
}

static int run_jobs(jobs *all) {
  pthread_t threads[THREADS_MOST];
  size_t processors = processor_count();
  size_t beside = 0, wanted = (processors < THREADS_MOST ? processors : THREADS_MOST) - 1;
  while (beside < wanted && pthread_create(&threads[beside], NULL, answer_beside, all) == 0)
    beside++;
  answer_all(all, all->program);
  while (beside > 0)
    pthread_join(threads[--beside], NULL);
  return atomic_load(&all->code);
}

/* -------------------------------------------------------------------------------------- writing */

static const bp_result *answered(const jobs *all, const block *b, const struct period *period,
                                 const char *baseline) {
  size_t i = 0;
  while (all->item[i].block != b || all->item[i].period != period ||
         all->item[i].baseline != baseline)
    i++; /* every query is in the list */
  return all->item[i].result;
}

static void put_compared(data *d, const jobs *all, const block *b, const struct period *period) {
  json_open(&d->out, b->name, '{');
  for (size_t k = 0; k < COUNT(baselines) && period->compared; k++)
    put_table(d, baselines[k], answered(all, b, period, baselines[k]));
  if (!period->compared) put_table(d, "none", answered(all, b, period, NULL));
  json_close(&d->out, '}');
}

static void put_period(data *d, const jobs *all, const struct period *period) {
  json_open(&d->out, NULL, '{');
  json_text(&d->out, "name", period->name);
  json_text(&d->out, "by", period->by);
  for (size_t i = 0; i < COUNT(compared); i++)
    put_compared(d, all, &compared[i], period);
  if (period->compared) put_compared(d, all, &verdicts, period);
  for (size_t i = 0; i < COUNT(blocks); i++)
    put_table(d, blocks[i].name, answered(all, &blocks[i], period, NULL));
  json_close(&d->out, '}');
}

static void put_answers(data *d, const jobs *all) {
  json_open(&d->out, "periods", '[');
  for (size_t i = COUNT(periods); i > 0; i--) /* shortest first */
    put_period(d, all, &periods[i - 1]);
  json_close(&d->out, ']');
  json_open(&d->out, "insights", '{');
  for (size_t i = 0; i < COUNT(looked_at); i++)
    put_table(d, looked_at[i].name, answered(all, &findings, &looked_at[i], NULL));
  json_close(&d->out, '}');
  for (size_t i = 0; i < COUNT(details); i++)
    put_table(d, details[i].name, answered(all, &details[i], &detailed, NULL));
}

int put_personal(data *d, program *p) {
  jobs all = {.program = p};
  list_jobs(&all);
  int code = settle_tasks(p);
  if (code == EXIT_OK) code = run_jobs(&all);
  if (code == EXIT_OK) put_answers(d, &all);
  for (size_t i = 0; i < all.count; i++)
    bp_result_free(all.item[i].result);
  free(all.item);
  return code;
}
