/* metrics/contribution.c: tables that say which column of which query each measure comes from, and
 * the queries that fill them. */
#include "metrics/contribution.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "metrics/catalog.h"

/* A measure is a column of a metric's result, optionally minus other columns; "metric.part" is a
 * companion column. A measure of a metric that is not in the catalogue is left out. */
#define LESS_MAX 5
static const struct wanted {
  measure_id measure;
  const char *column, *less[LESS_MAX];
} wanted[] = {
    {MEASURE_sessions, "sessions", {0}},
    {MEASURE_prompts, "prompts", {0}},
    {MEASURE_responses, "responses", {0}},
    {MEASURE_active_days, "active_days", {0}},
    {MEASURE_active_time, "active_time", {0}},
    {MEASURE_tool_ok, "tool_success_rate.ok", {0}},
    {MEASURE_tool_error, "tool_errors", {0}},
    {MEASURE_tool_rejected, "rejection_rate.rejected", {0}},
    {MEASURE_tool_interrupted, "interruption_rate.interrupted", {0}},
    {MEASURE_tool_unsettled,
     "tool_calls",
     {"tool_success_rate.ok", "tool_errors", "rejection_rate.rejected",
      "interruption_rate.interrupted"}},
    {MEASURE_lines_added, "lines_added", {0}},
    {MEASURE_lines_removed, "lines_removed", {0}},
    {MEASURE_commits, "commits", {0}},
    {MEASURE_pull_requests, "pull_requests", {0}},
    {MEASURE_accepted, "acceptance_rate.accepted", {0}},
    {MEASURE_rejected, "acceptance_rate.accepted_or_rejected", {"acceptance_rate.accepted"}},
    {MEASURE_input_tokens, "input_tokens", {0}},
    {MEASURE_output_tokens, "output_tokens", {0}},
    {MEASURE_cache_read_tokens, "cache_read_tokens", {0}},
    {MEASURE_cache_write_tokens, "cache_write_tokens", {0}},
    {MEASURE_web_searches, "web_searches", {0}},
    {MEASURE_unpriced_tokens, "cost.unpriced_tokens", {0}},
    {MEASURE_cost, "cost", {0}},
    {MEASURE_api_errors, "api_errors", {0}},
    {MEASURE_api_retries, "api_retries", {0}},
    {MEASURE_compactions, "compactions", {0}},
    {MEASURE_interrupts, "interrupts", {0}},
    {MEASURE_slash_commands, "slash_commands", {0}},
    {MEASURE_subagents, "subagents", {0}},
    {MEASURE_retries, "retry_rate.repeats", {0}},
    {MEASURE_retries_recovered, "recovery_rate.recovered", {0}},
    {MEASURE_prompt_retries, "prompt_retry_rate.prompt_retries", {0}},
    {MEASURE_first_try_edits, "first_try_rate.first_try", {0}},
    {MEASURE_later_edits, "first_try_rate.edits", {"first_try_rate.first_try"}},
    {MEASURE_reworked_edits, "rework_rate.reworked", {0}},
    {MEASURE_resolved, "resolution_rate.resolved", {0}},
    {MEASURE_unresolved, "resolution_rate.to_resolve", {"resolution_rate.resolved"}},
    {MEASURE_unjudged, "tasks", {"resolution_rate.to_resolve"}},
    {MEASURE_resolved_time, "time_to_resolution.sum", {0}},
};
#define WANTED (sizeof wanted / sizeof *wanted)

/* A feature was used if the column, filtered by a value of the dimension, is above 0; if a measure
 * has several entries, any of them suffices. For plan mode only tasks count, as to-do lists are
 * tools of the category "plan", too. */
static const struct use {
  measure_id measure;
  const char *column, *dimension, *value;
} uses[] = {
    {MEASURE_used_plan, "feature_usage.used", "feature", "plan_mode"},
    {MEASURE_used_subagent, "subagents", NULL, NULL},
    {MEASURE_used_skill, "tool_calls", "tool_category", "skill"},
    {MEASURE_used_mcp, "tool_calls", "tool_category", "mcp"},
    {MEASURE_used_slash_command, "slash_commands", NULL, NULL},
    {MEASURE_used_web, "tool_calls", "tool_category", "web"},
    {MEASURE_used_web, "web_searches", NULL, NULL},
    {MEASURE_used_image, "prompts", "prompt_feature", "image"},
};

/* Measures of tasks by value of a dimension: two measures for each value. */
typedef struct part {
  const char *word; /* value of the dimension; NULL, in the last entry: any other */
  measure_id of[2];
} part;

/* Steps of a task, as values of the dimension `pattern`. */
/* clang-format off */
#define JOURNEY(word_, name_) \
  {word_, {MEASURE_journey_##name_##_resolved, MEASURE_journey_##name_##_unresolved}}
/* clang-format on */
static const part journeys[] = {
    JOURNEY("read > edit", read_edit),       JOURNEY("search > edit", search_edit),
    JOURNEY("plan > edit", plan_edit),       JOURNEY("edit > command", edit_command),
    JOURNEY("command > edit", command_edit), JOURNEY(NULL, other),
};

/* Features of assistants, as values of the dimension `feature`. */
/* clang-format off */
#define FEATURE(name_) \
  {#name_, {MEASURE_feature_##name_##_resolved, MEASURE_feature_##name_##_resolved_time}}
/* clang-format on */
static const part features[] = {
    FEATURE(plan_mode),      FEATURE(subagents),       FEATURE(skills),     FEATURE(mcp),
    FEATURE(slash_commands), FEATURE(background_runs), FEATURE(web_search), FEATURE(images),
};

#define PARTS(list) list, sizeof(list) / sizeof *(list)
static const struct parts {
  const char *metric, *column[2];
  bool rest; /* the second measure is its column minus the first */
  const part *part;
  size_t count;
} parted[] = {
    {"transition_resolution_rate",
     {"transition_resolution_rate.resolved_with_it", "transition_resolution_rate.tasks_with_it"},
     true,
     PARTS(journeys)},
    {"feature_time",
     {"feature_time.resolved_with_feature", "feature_time.time_with_feature"},
     false,
     PARTS(features)},
};
#define PARTED (sizeof parted / sizeof *parted)

/* The dimension queried for each slicing; projects are queried by folder. */
static const char *const asked_by[SLICED_COUNT] = {
    [SLICED_PLATFORM] = "platform",      [SLICED_MODEL] = "model_family",
    [SLICED_CATEGORY] = "tool_category", [SLICED_LANGUAGE] = "language",
    [SLICED_TASK] = "task_type",         [SLICED_PROJECT] = "workspace",
};

typedef struct reading {
  const compute_context *c;
  int64_t from, until;
  project_fn project;
  void *user;
  vector_cell *cells;
  size_t count, capacity;
  bp_error **error;
} reading;

/* ------------------------------------------------------------------------------------ columns */

/* The metric a column belongs to; METRIC_COUNT: none. */
static metric_id metric_of(const char *column) {
  char name[64];
  dimension_id by;
  snprintf(name, sizeof name, "%.*s", (int)strcspn(column, "."), column);
  return bpi_metric_find(name, &by);
}

static size_t find_column(const bp_result *t, const char *name) {
  for (size_t i = 0; i < t->columns; i++)
    if (!strcmp(bpi_table_column_get(t, i, "name"), name)) return i;
  return t->columns;
}

/* A number of a result, and whether it is marked as a lower bound. */
typedef struct number {
  int64_t value;
  bool lower;
} number;

/* Reads a cell; false if it is uncovered or there is no such column. An empty cell is 0. */
static bool number_at(const bp_result *t, size_t row, const char *column, number *out) {
  size_t at = find_column(t, column);
  if (at == t->columns || bpi_table_state(t, row, at) == BP_CELL_UNCOVERED) return false;
  bool there = bpi_table_state(t, row, at) == BP_CELL_VALUE;
  *out = (number){there ? t->column[at].ints[row] : 0, bpi_table_lower_bound(t, row, at)};
  return true;
}

/* A measure of a row: its column minus `less`. It is a lower bound if any of them is: what is
 * missing in a column that is subtracted is missing in the first column as well. */
static bool wanted_at(const bp_result *t, size_t row, const struct wanted *w, number *out) {
  number less;
  if (!number_at(t, row, w->column, out)) return false;
  for (int i = 0; i < LESS_MAX && w->less[i]; i++) {
    if (!number_at(t, row, w->less[i], &less)) return false;
    out->value -= less.value;
    out->lower |= less.lower;
  }
  return true;
}

static int put(reading *r, int along, int slice, measure_id measure, number n) {
  int rc = bpi_reserve((void **)&r->cells, &r->capacity, r->count + 1, sizeof *r->cells);
  if (rc) return bpi_fail_nomem(r->error);
  r->cells[r->count++] = (vector_cell){(uint16_t)along, (uint16_t)slice, (uint16_t)measure, n.value,
                                       n.lower && along == SLICED_WHOLE};
  return BP_OK;
}

/* ------------------------------------------------------------------------------------- slices */

/* The length without a mark: "shop#3fa9" is one of several folders named "shop". */
static size_t without_mark(const char *folder, size_t length) {
  bool marked = length > 5 && folder[length - 5] == '#';
  for (size_t i = 0; i < 4 && marked; i++)
    marked = strchr("0123456789abcdef", folder[length - 4 + i]) != NULL;
  return marked ? length - 5 : length;
}

static int slice_at(const reading *r, const bp_result *t, size_t row, int along) {
  size_t length = 0;
  if (along == SLICED_WHOLE) return 0;
  const char *text = bpi_table_text(t, row, 0, &length);
  if (bpi_table_state(t, row, 0) != BP_CELL_VALUE || !text) return SLICE_OTHER;
  if (along == SLICED_PROJECT) return r->project(r->user, text, without_mark(text, length));
  return bpi_slice_find(along, text, length);
}

/* ------------------------------------------------------------------------------------ queries */

static int ask(reading *r, const bp_query *q, bp_result **out) {
  return bpi_compute_within(out, r->c, q, r->error);
}

static int new_query(reading *r, bp_query **out, const char *by) {
  int rc = bpi_query_new(out, r->error);
  if (rc) return rc;
  if (by) bpi_query_by(*out, by);
  bpi_query_range(*out, r->from, r->until, NULL);
  return BP_OK;
}

/* Whether a column can be grouped by the dimension of a slicing. */
static bool has_dimension(const char *column, int along) {
  metric_id m = metric_of(column);
  if (m == METRIC_COUNT) return false;
  dimension_id by = along == SLICED_WHOLE ? DIM_COUNT : bpi_dimension_find(asked_by[along]);
  return along == SLICED_WHOLE ||
         (by != DIM_COUNT && bpi_metric_dimensions(&bpi_metrics[m]) & DIM_BIT(by));
}

static bool takes(const struct wanted *w, int along) {
  bool all = bpi_measure_takes((int)w->measure, along) && has_dimension(w->column, along);
  for (int i = 0; i < LESS_MAX && w->less[i]; i++)
    all = all && has_dimension(w->less[i], along);
  return all;
}

/* Adds the metrics of a measure to the query; false if the query would have too many. */
static bool add_metrics(bp_query *q, const struct wanted *w) {
  const char *names[1 + LESS_MAX] = {w->column};
  size_t before = q->metrics;
  memcpy(names + 1, w->less, sizeof w->less);
  for (int i = 0; i <= LESS_MAX && names[i]; i++) {
    const char *id = bpi_metrics[metric_of(names[i])].id;
    bool there = false;
    for (size_t k = 0; k < q->metrics; k++)
      there |= !strcmp(q->metric[k], id);
    if (!there && q->metrics == QUERY_METRICS) return false;
    if (!there) bpi_query_metric(q, id);
  }
  return q->metrics >= before;
}

static int take_rows(reading *r, const bp_result *t, int along, const struct wanted *const *list,
                     size_t count) {
  for (size_t row = 0; row < t->rows; row++) {
    int slice = slice_at(r, t, row, along);
    for (size_t i = 0; i < count; i++) {
      number n;
      int rc = wanted_at(t, row, list[i], &n) ? put(r, along, slice, list[i]->measure, n) : BP_OK;
      if (rc) return rc;
    }
  }
  return BP_OK;
}

/* One query with as many of the measures from `*next` on as fit. */
static int read_some(reading *r, int along, size_t *next) {
  const struct wanted *list[WANTED];
  size_t count = 0;
  bp_query *q = NULL;
  bp_result *t = NULL;
  int rc = new_query(r, &q, asked_by[along]);
  for (; !rc && *next < WANTED; ++*next) {
    const struct wanted *w = &wanted[*next];
    if (!takes(w, along)) continue;
    if (!add_metrics(q, w)) break;
    list[count++] = w;
  }
  if (!rc && count) rc = ask(r, q, &t);
  if (!rc && t) rc = take_rows(r, t, along, list, count);
  bpi_table_release(t);
  bpi_query_free(q);
  return rc;
}

static int read_use(reading *r, const struct use *u) {
  bp_query *q = NULL;
  bp_result *t = NULL;
  int rc = new_query(r, &q, NULL);
  if (!rc) bpi_query_metric(q, bpi_metrics[metric_of(u->column)].id);
  if (!rc && u->dimension) bpi_query_where(q, u->dimension, "=", u->value);
  if (!rc) rc = ask(r, q, &t);
  number n = {0}; /* without activity there is no row */
  if (!rc && (!t->rows || number_at(t, 0, u->column, &n)))
    rc = put(r, SLICED_WHOLE, 0, u->measure, (number){n.value > 0, false});
  bpi_table_release(t);
  bpi_query_free(q);
  return rc;
}

/* ---------------------------------------------------------------------------- parts of tasks */

/* Whether tasks are covered at all: then a count of 0 is known, too. */
static bool has_tasks(const reading *r) {
  for (size_t i = 0; i < r->count; i++)
    if (r->cells[i].dimension == SLICED_WHOLE && r->cells[i].measure == MEASURE_resolved)
      return true;
  return false;
}

static const part *part_of(const struct parts *p, const char *word) {
  for (size_t i = 0; i < p->count; i++)
    if (!p->part[i].word || strcmp(p->part[i].word, word) == 0) return &p->part[i];
  return NULL;
}

static int put_part(reading *r, const part *p, number first, number second) {
  int rc = put(r, SLICED_WHOLE, 0, p->of[0], first);
  return rc ? rc : put(r, SLICED_WHOLE, 0, p->of[1], second);
}

/* A part without tasks has no row, so every part is first set to 0. */
static int take_parts(reading *r, const struct parts *p, const bp_result *t) {
  int rc = BP_OK;
  for (size_t i = 0; i < p->count && !rc; i++)
    rc = put_part(r, &p->part[i], (number){0}, (number){0});
  for (size_t row = 0; row < t->rows && !rc; row++) {
    const part *of = part_of(p, bpi_table_text(t, row, 0, NULL));
    number first, second;
    if (!of || !number_at(t, row, p->column[0], &first) ||
        !number_at(t, row, p->column[1], &second))
      continue;
    if (p->rest) second.value -= first.value;
    rc = put_part(r, of, first, second);
  }
  return rc;
}

static int read_parts(reading *r, const struct parts *p) {
  bp_query *q = NULL;
  bp_result *t = NULL;
  if (!has_tasks(r)) return BP_OK;
  int rc = new_query(r, &q, NULL);
  if (!rc) bpi_query_metric(q, p->metric);
  if (!rc) rc = ask(r, q, &t);
  if (!rc) rc = take_parts(r, p, t);
  bpi_table_release(t);
  bpi_query_free(q);
  return rc;
}

/* Cuts the cells to what a bundle can hold. The last cells are those of the last projects; a
 * project is left out as a whole, as rates of half a project would be wrong. */
static void leave_out_projects(const vector_cell *cells, size_t *count) {
  size_t end = VECTOR_CELLS_MAX;
  if (*count <= end) return;
  while (end > 0 && cells[end - 1].dimension == cells[end].dimension &&
         cells[end - 1].slice == cells[end].slice)
    end--;
  *count = end;
}

int bpi_contribution_read(vector_cell **cells, size_t *count, const compute_context *c,
                          int64_t from_us, int64_t until_us, project_fn project, void *user,
                          bp_error **error) {
  reading r = {
      .c = c, .from = from_us, .until = until_us, .project = project, .user = user, .error = error};
  int rc = BP_OK;
  for (int d = 0; d < SLICED_EXPERIENCE && !rc; d++)
    for (size_t next = 0; next < WANTED && !rc;)
      rc = read_some(&r, d, &next);
  for (size_t i = 0; i < sizeof uses / sizeof *uses && !rc; i++)
    rc = read_use(&r, &uses[i]);
  for (size_t i = 0; i < PARTED && !rc; i++)
    rc = read_parts(&r, &parted[i]);
  if (!rc && r.count) bpi_vector_shape(r.cells, &r.count);
  if (!rc) leave_out_projects(r.cells, &r.count);
  if (rc) bpi_free(r.cells);
  *cells = rc ? NULL : r.cells;
  *count = rc ? 0 : r.count;
  return rc;
}

/* ----------------------------------------------------------------------------------- families */

static uint32_t family_bit(const char *column) {
  metric_id m = metric_of(column);
  return m == METRIC_COUNT ? 0 : UINT32_C(1) << bpi_metrics[m].family;
}

uint32_t bpi_measure_families(int measure) {
  uint32_t families = 0;
  for (size_t i = 0; i < WANTED; i++) {
    if ((int)wanted[i].measure != measure) continue;
    families |= family_bit(wanted[i].column);
    for (int k = 0; k < LESS_MAX && wanted[i].less[k]; k++)
      families |= family_bit(wanted[i].less[k]);
  }
  for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
    if ((int)uses[i].measure == measure) families |= family_bit(uses[i].column);
  for (size_t i = 0; i < PARTED; i++)
    for (size_t k = 0; k < parted[i].count; k++)
      if ((int)parted[i].part[k].of[0] == measure || (int)parted[i].part[k].of[1] == measure)
        families |= family_bit(parted[i].metric);
  return families;
}
