/* metrics/catalog.c: the macros used in catalog.def, the table made from it, and what is derived
 * from the table: dimensions, needs, formulas. */
#include "metrics/catalog.h"

#include <string.h>

#include "metrics/assumptions.h"

/* ----------------------------------------------------------------- the macros of catalog.def */

/* clang-format off */
/* Terms: the count of a kind's cells or one of their measures. */
#define ADD(kind_, measure) {.kind = ROLLUP_##kind_, .take = kind_##_##measure, .sign = 1}
#define MINUS(kind_, measure) {.kind = ROLLUP_##kind_, .take = kind_##_##measure, .sign = -1}
#define ASIDE(kind_, measure)                                                                      \
  {.kind = ROLLUP_##kind_, .take = kind_##_##measure, .sign = 1, .aside = true}
#define MINUS_ASIDE(kind_, measure)                                                                \
  {.kind = ROLLUP_##kind_, .take = kind_##_##measure, .sign = -1, .aside = true}
#define COUNT(kind_) {.kind = ROLLUP_##kind_, .take = TAKE_N, .sign = 1}
#define COUNT_IF(kind_, field, value)                                                              \
  {.kind = ROLLUP_##kind_, .take = TAKE_N, .sign = 1,                                              \
   .only = {{FIELD_##field, UINT64_C(1) << (value), false}}}
#define COUNT_IF2(kind_, field, value, other)                                                      \
  {.kind = ROLLUP_##kind_, .take = TAKE_N, .sign = 1,                                              \
   .only = {{FIELD_##field, UINT64_C(1) << (value) | UINT64_C(1) << (other), false}}}
/* Terms over changes of one kind (commit, ...): the count or a measure, of all or of some types. */
#define CHANGES(change_)                                                                           \
  {.kind = ROLLUP_CHANGE, .take = TAKE_N, .sign = 1,                                               \
   .only = {{FIELD_CHANGE, UINT64_C(1) << CHANGE_##change_, false}}}
#define CHANGES_IF(change_, field, value)                                                          \
  {.kind = ROLLUP_CHANGE, .take = TAKE_N, .sign = 1,                                               \
   .only = {{FIELD_CHANGE, UINT64_C(1) << CHANGE_##change_, false},                                       \
            {FIELD_##field, UINT64_C(1) << (value), false}}}
#define CHANGES_TYPED(change_)                                                                     \
  {.kind = ROLLUP_CHANGE, .take = TAKE_N, .sign = 1,                                               \
   .only = {{FIELD_CHANGE, UINT64_C(1) << CHANGE_##change_, false},                                       \
            {FIELD_CHANGE_TYPE, ~(UINT64_C(1) << CHANGE_TYPE_UNKNOWN), false}}}
#define ADD_CHANGES(change_, measure)                                                              \
  {.kind = ROLLUP_CHANGE, .take = CHANGE_##measure, .sign = 1,                                     \
   .only = {{FIELD_CHANGE, UINT64_C(1) << CHANGE_##change_, false}}}
#define ADD_EVENTS(event_)                                                                         \
  {.kind = ROLLUP_EVENT, .take = EVENT_VALUE, .sign = 1,                                           \
   .only = {{FIELD_EVENT, UINT64_C(1) << EVENT_##event_, false}}}
#define TERMS(...) (const term[]){__VA_ARGS__, {.kind = ROLLUP_TOLD}}
#define ANY_INTERACTION COUNT(PROMPT), COUNT(RESPONSE), COUNT(TOOL), COUNT(DECISION)
/* An edit is also a tool call, but its cell has the language instead of the tool. */
#define INTERACTION_SEEN ANY_INTERACTION, COUNT(EDIT)

/* Operands: how terms are aggregated. */
#define SUM(name_, unit_, needs_, ...)                                                             \
  {.kind = OPERAND_SUM, .name = name_, .unit = unit_, .needs = needs_, .terms = TERMS(__VA_ARGS__)}
#define SUM_OR(name_, unit_, needs_, terms_, instead_)                                             \
  {.kind = OPERAND_SUM, .name = name_, .unit = unit_, .needs = needs_, .terms = terms_,            \
   .instead = instead_}
#define DISTINCT(what, name_, unit_, needs_, ...)                                                  \
  {.kind = OPERAND_##what, .name = name_, .unit = unit_, .needs = needs_, .terms = TERMS(__VA_ARGS__)}
#define PRICED(what, name_, unit_, needs_)                                                         \
  {.kind = OPERAND_##what, .name = name_, .unit = unit_, .needs = needs_,                          \
   .terms = TERMS(COUNT(RESPONSE))}

/* Shapes: how a metric is computed from its operands. */
#define TOTAL(operand_) .shape = SHAPE_TOTAL, .top = operand_
#define RATIO(unit_, scale_, top_, bottom_)                                                        \
  .shape = SHAPE_RATIO, .unit = unit_, .scale = scale_, .top = top_, .bottom = bottom_
#define SPREAD(unit_, operand_)                                                                    \
  .shape = SHAPE_SPREAD, .unit = unit_, .top = operand_, .bottom = SESSIONS

/* A spread over resolved tasks. */
#define SPREAD_OF_TASKS(unit_, operand_)                                                           \
  .shape = SHAPE_SPREAD, .unit = unit_, .top = operand_, .bottom = RESOLVED, .interval = true
#define SHARE(top_, bottom_)                                                                       \
  .shape = SHAPE_RATIO, .unit = "ratio", .scale = 1, .top = top_, .bottom = bottom_, .interval = true
/* clang-format on */

/* Operands that several metrics share. */
#define SESSIONS DISTINCT(SESSIONS, "sessions", "count", 0, COUNT(PROMPT), COUNT(RESPONSE))
#define ACTIVE_DAYS DISTINCT(DAYS, "active_days", "count", 0, INTERACTION_SEEN)
#define INTERACTIONS SUM("interactions", "count", 0, ANY_INTERACTION)
#define PROMPTS SUM("prompts", "count", NEED_PROMPTS, COUNT(PROMPT))
#define RESPONSES SUM("responses", "count", 0, COUNT(RESPONSE))
#define TOOL_CALLS SUM("tool_calls", "count", NEED_TOOLS, COUNT(TOOL))
#define ACTIVE_TIME SUM("active_time", "us", NEED_TIME, ADD(ACTIVE, US))
#define LINES_ADDED                                                                                \
  SUM_OR("lines_added", "lines", NEED_LINES, TERMS(ADD(TOOL, ADDED), ASIDE(SPAN, ADDED)),          \
         TERMS(ADD(EDIT, ADDED), ASIDE(SPAN, ADDED)))
#define COMMITS SUM("commits", "count", NEED_CHANGES, CHANGES(COMMIT))
#define AI_COMMITS                                                                                 \
  SUM("ai_commits", "count", NEED_CHANGES, CHANGES_IF(COMMIT, ASSISTED, ASSISTED_YES))
#define TYPED_COMMITS SUM("typed_commits", "count", NEED_HISTORY, CHANGES_TYPED(COMMIT))
/* clang-format off */
#define LINKED_COMMITS                                                                             \
  {.kind = OPERAND_LINKED, .name = "linked_commits", .unit = "count",                              \
   .needs = NEED_CHANGES | NEED_TIME | NEED_WORKSPACE, .terms = TERMS(CHANGES(COMMIT))}
/* clang-format on */
#define CACHE_READ SUM("cache_read_tokens", "tokens", NEED_CACHE_READ, ADD(RESPONSE, CACHE_READ))
#define TOTAL_TOKENS                                                                               \
  SUM("total_tokens", "tokens", NEED_TOKENS, ADD(RESPONSE, INPUT), ADD(RESPONSE, OUTPUT),          \
      ADD(RESPONSE, CACHE_READ), ADD(RESPONSE, CACHE_WRITE_5M), ADD(RESPONSE, CACHE_WRITE_1H))
#define COST PRICED(COST, "cost", "nUSD", NEED_TOKENS | NEED_MODEL)
#define UNPRICED PRICED(UNPRICED, "unpriced_tokens", "tokens", 0)
#define API_ERRORS SUM("api_errors", "count", NEED_EVENTS, COUNT_IF(EVENT, EVENT, EVENT_API_ERROR))
#define COMPACTIONS                                                                                \
  SUM("compactions", "count", NEED_EVENTS, COUNT_IF(EVENT, EVENT, EVENT_COMPACTION))

#define NEED_TASKS (NEED_TIME | NEED_PROMPTS)
#define NEED_RESULTS (NEED_TIME | NEED_TOOLS | NEED_OUTCOMES)
#define TASKS SUM("tasks", "count", NEED_TASKS, COUNT(TASK))
#define RESOLVED                                                                                   \
  SUM("resolved", "count", NEED_RESULTS, COUNT_IF(TASK, TASK_OUTCOME, TASK_OUTCOME_RESOLVED))
#define TO_RESOLVE                                                                                 \
  SUM("to_resolve", "count", NEED_RESULTS,                                                         \
      COUNT_IF2(TASK, TASK_OUTCOME, TASK_OUTCOME_RESOLVED, TASK_OUTCOME_UNRESOLVED))
#define ATTEMPTED_EDITS SUM("edits", "count", NEED_RESULTS, ADD(ATTEMPT, EDITS))
#define REPEATS SUM("repeats", "count", NEED_RESULTS, ADD(ATTEMPT, REPEATS))
/* clang-format off */
#define TASK_PRICED(what, name_, unit_, needs_)                                                    \
  {.kind = OPERAND_##what, .name = name_, .unit = unit_, .needs = needs_,                          \
   .terms = TERMS(COUNT(TASK_COST))}
#define TASK_COST TASK_PRICED(COST, "task_cost", "nUSD", NEED_TOKENS | NEED_MODEL | NEED_TIME)
#define TASK_UNPRICED TASK_PRICED(UNPRICED, "unpriced_tokens_of_tasks", "tokens", 0)
/* The types with edits or mostly test runs: for other tasks, success cannot be seen. */
#define WORK_TYPES                                                                                 \
  {FIELD_TASK_TYPE, UINT64_C(1) << TASK_BUILDING | UINT64_C(1) << TASK_REFACTORING |               \
                        UINT64_C(1) << TASK_TESTING | UINT64_C(1) << TASK_DEBUGGING, true}
#define WORK(name_, ...)                                                                           \
  SUM(name_, "count", NEED_RESULTS,                                                                \
      {.kind = ROLLUP_TASK, .take = TAKE_N, .sign = 1, .only = {WORK_TYPES, __VA_ARGS__}})
#define VERDICT(line_, above_, below_, top_, bottom_)                                              \
  .shape = SHAPE_VERDICT, .unit = "verdict", .top = top_, .bottom = bottom_, .interval = true,     \
  .verdict = {offsetof(assumptions, line_), above_, below_}
#define FEATURE_USED SUM("used", "count", NEED_TOOLS, ADD(USE, USED))
#define RESOLVED_USE(name_, unit_, measure_)                                                       \
  SUM(name_, unit_, NEED_RESULTS,                                                                  \
      {.kind = ROLLUP_USE, .take = USE_##measure_, .sign = 1,                                      \
       .only = {{FIELD_TASK_OUTCOME, UINT64_C(1) << TASK_OUTCOME_RESOLVED, false}}})
#define FEATURE_TASKS SUM("feature_tasks", "count", NEED_TOOLS, COUNT(USE))

#define METRIC(id_, title_, family_, levels_, definition_, ...)                                    \
  [METRIC_##id_] = {.id = #id_, .title = title_, .definition = definition_,                        \
                    .family = FAMILY_##family_, .levels = levels_, __VA_ARGS__},
/* clang-format on */
const metric bpi_metrics[METRIC_COUNT] = {
#include "metrics/catalog.def"
};
#undef METRIC

const metric_alias bpi_metric_aliases[] = {
    {"M001", METRIC_sessions, DIM_COUNT},
    {"M002", METRIC_interactions, DIM_COUNT},
    {"M003", METRIC_active_days, DIM_COUNT},
    {"M004", METRIC_sessions_per_active_day, DIM_COUNT},
    {"M010", METRIC_lines_added, DIM_COUNT},
    {"M011", METRIC_lines_removed, DIM_COUNT},
    {"M012", METRIC_net_lines, DIM_COUNT},
    {"M013", METRIC_composer_sessions, DIM_COUNT},
    {"M014", METRIC_generations, DIM_COUNT},
    {"M020", METRIC_input_tokens, DIM_COUNT},
    {"M021", METRIC_output_tokens, DIM_COUNT},
    {"M022", METRIC_cache_efficiency, DIM_COUNT},
    {"M023", METRIC_cost, DIM_COUNT},
    {"M030", METRIC_interactions, DIM_HOUR_OF_DAY},
    {"M031", METRIC_interactions, DIM_DAY_OF_WEEK},
    {"M032", METRIC_peak_hour, DIM_COUNT},
    {"M033", METRIC_peak_day, DIM_COUNT},
    {"M040", METRIC_interaction_share, DIM_PLATFORM},
    {"M041", METRIC_interaction_share, DIM_EVENT},
    {"M050", METRIC_interactions, DIM_WORKSPACE},
    {"M051", METRIC_active_workspaces, DIM_COUNT},
    {"M060", METRIC_interactions_per_session, DIM_COUNT},
    {"M061", METRIC_session_duration, DIM_COUNT},
    {"M062", METRIC_sessions, DIM_SESSION_DEPTH},
    {"M070", METRIC_tool_success_rate, DIM_COUNT},
    {"M071", METRIC_retry_rate, DIM_COUNT},
    {"M080", METRIC_sessions, DIM_COUNT},
};
const size_t bpi_metric_alias_count = sizeof bpi_metric_aliases / sizeof *bpi_metric_aliases;

static const char *const families[FAMILY_COUNT] = {"activity", "output",    "tokens", "time",
                                                   "platform", "workspace", "depth",  "quality",
                                                   "changes",  "tasks"};

/* Names of kinds and measures in formulas. */
/* clang-format off */
static const char *const kind_names[ROLLUP_KINDS] = {
    [ROLLUP_RESPONSE] = "response", [ROLLUP_TOOL] = "tool",   [ROLLUP_EDIT] = "edit",
    [ROLLUP_PROMPT] = "prompt",     [ROLLUP_EVENT] = "event", [ROLLUP_ACTIVE] = "active",
    [ROLLUP_DECISION] = "decision", [ROLLUP_SPAN] = "span",   [ROLLUP_CHANGE] = "change",
    [ROLLUP_ATTEMPT] = "attempt",   [ROLLUP_TASK_COST] = "task_cost",
    [ROLLUP_TASK] = "task",         [ROLLUP_USE] = "use",     [ROLLUP_PATTERN] = "pattern",
    [ROLLUP_TRANSITION] = "transition"};
/* clang-format on */
static const char *const measure_names[ROLLUP_KINDS][ROLLUP_MEASURES] = {
    [ROLLUP_RESPONSE] = {"input", "output", "cache_read", "cache_write_5m", "cache_write_1h",
                         "reasoning", "web_searches", "cost_nano", "costed"},
    [ROLLUP_TOOL] = {"duration_us", "timed", "added", "removed", "edits"},
    [ROLLUP_EDIT] = {"added", "removed"},
    [ROLLUP_EVENT] = {"value", "valued"},
    [ROLLUP_ACTIVE] = {"us"},
    [ROLLUP_DECISION] = {"lines"},
    [ROLLUP_SPAN] = {"added", "removed", "files"},
    [ROLLUP_CHANGE] = {"added", "removed", "files", "rounds", "rounded", "open_us", "opened"},
    [ROLLUP_ATTEMPT] = {"repeats", "recovered", "edits", "first_try", "reworked"},
    [ROLLUP_TASK] = {"active_us", "prompts", "prompt_retries", "calls", "lines_kept"},
    [ROLLUP_USE] = {"used", "active_us"}};

static dimension_id implied_by(const metric *m) {
  int dim = 0;
  while (dim < DIM_COUNT && !(m->implies & DIM_BIT(dim)))
    dim++;
  return (dimension_id)dim;
}

metric_id bpi_metric_find(const char *name, dimension_id *by) {
  *by = DIM_COUNT;
  for (int i = 0; i < METRIC_COUNT; i++) {
    if (strcmp(bpi_metrics[i].id, name) != 0) continue;
    *by = implied_by(&bpi_metrics[i]);
    return (metric_id)i;
  }
  for (size_t i = 0; i < bpi_metric_alias_count; i++) {
    if (strcmp(bpi_metric_aliases[i].name, name) != 0) continue;
    *by = bpi_metric_aliases[i].by;
    return bpi_metric_aliases[i].metric;
  }
  return METRIC_COUNT;
}

const char *bpi_family_name(metric_family family) {
  return families[family];
}

const char *bpi_metric_unit(const metric *m) {
  return m->unit ? m->unit : m->top.unit;
}

bool bpi_metric_is_real(const metric *m) {
  return m->shape == SHAPE_RATIO || m->shape == SHAPE_SHARE || m->shape == SHAPE_SPREAD;
}

bool bpi_metric_is_text(const metric *m) {
  return m->shape == SHAPE_VERDICT;
}

static bool is_distinct(const operand *o) {
  return o->kind >= OPERAND_SESSIONS && o->kind <= OPERAND_LAST;
}

static bool rests_on(const operand *o, unsigned measures) {
  if (o->kind == OPERAND_COST || o->kind == OPERAND_PLAIN || o->kind == OPERAND_COST_WHERE_RECORDED)
    return true;
  if (o->kind != OPERAND_SUM) return false;
  for (const term *t = o->terms; t && t->kind; t++)
    if (t->kind == ROLLUP_RESPONSE && t->take >= 0 && (measures >> t->take & 1)) return true;
  return false;
}

bool bpi_operand_rests_on_output(const operand *o) {
  return rests_on(o, 1u << RESPONSE_OUTPUT | 1u << RESPONSE_REASONING);
}

bool bpi_operand_rests_on_input(const operand *o) {
  return o->kind == OPERAND_SAVINGS ||
         rests_on(o, 1u << RESPONSE_INPUT | 1u << RESPONSE_CACHE_READ |
                         1u << RESPONSE_CACHE_WRITE_5M | 1u << RESPONSE_CACHE_WRITE_1H);
}

/* ------------------------------------------------------------------------------- dimensions */

static bool fixes(const condition *c, class_field field) {
  return c->field == field && !c->open;
}

/* A class field whose value a term fixes cannot be a dimension of that term. */
static uint64_t dimensions_of_term(const term *t) {
  uint64_t set = 0;
  for (int dim = 0; dim < DIM_COUNT; dim++) {
    const dimension *d = &bpi_dimensions[dim];
    bool fixed = d->how == FROM_FIELD &&
                 (fixes(&t->only[0], d->field) || fixes(&t->only[1], d->field));
    if ((d->kinds & KIND_BIT(t->kind)) && !fixed) set |= DIM_BIT(dim);
  }
  return set;
}

/* A sum has a dimension only if every addend has it; a distinct count uses whichever terms have
 * it. */
static uint64_t dimensions_of_terms(const operand *o, const term *terms) {
  bool any = is_distinct(o);
  uint64_t set = any ? 0 : UINT64_MAX;
  if (!terms) return 0;
  for (const term *t = terms; t->kind; t++) {
    if (any)
      set |= dimensions_of_term(t);
    else if (!t->aside)
      set &= dimensions_of_term(t);
  }
  return set;
}

static uint64_t dimensions_of(const operand *o) {
  return dimensions_of_terms(o, o->terms) | dimensions_of_terms(o, o->instead);
}

uint64_t bpi_metric_dimensions(const metric *m) {
  uint64_t all = DIM_BIT(DIM_COUNT) - 1;
  uint64_t set = (m->shape == SHAPE_SET ? all : dimensions_of(&m->top)) & all & ~m->without;
  if (m->bottom.kind) set &= dimensions_of(&m->bottom);
  if (m->less.kind) set &= dimensions_of(&m->less);
  if (!m->by_event) set &= ~DIM_BIT(DIM_EVENT);
  for (int i = 0; i < METRICS_BESIDE && m->beside[i]; i++) {
    dimension_id by;
    set &= bpi_metric_dimensions(&bpi_metrics[bpi_metric_find(m->beside[i], &by)]);
  }
  return set;
}

unsigned bpi_metric_needs(const metric *m) {
  return m->top.needs | m->bottom.needs | m->less.needs;
}

const term *bpi_operand_terms(const operand *o, uint64_t dimensions) {
  if (!(dimensions & ~dimensions_of_terms(o, o->terms))) return o->terms;
  if (!(dimensions & ~dimensions_of_terms(o, o->instead))) return o->instead;
  return NULL;
}

/* --------------------------------------------------------------------------------- formulas */

static void add_condition(buf *out, const condition *c) {
  bool more = false;
  if (c->field == FIELD_NONE) return;
  bpi_buf_printf(out, "[%s=", bpi_field_name(c->field));
  for (int64_t code = 0; code < 64; code++) {
    if (!(c->values >> code & 1) || bpi_field_value(c->field, code) == NULL) continue;
    if (more) bpi_buf_char(out, '|');
    bpi_buf_text(out, bpi_field_value(c->field, code));
    more = true;
  }
  bpi_buf_char(out, ']');
}

static void add_term(buf *out, const term *t) {
  const char *measure = t->take == TAKE_N ? "n" : measure_names[t->kind][t->take];
  bpi_buf_printf(out, "%s.%s", kind_names[t->kind], measure);
  for (int i = 0; i < TERM_CONDITIONS; i++)
    add_condition(out, &t->only[i]);
}

static void add_sum(buf *out, const operand *o) {
  for (const term *t = o->terms; t && t->kind; t++) {
    if (t > o->terms || t->sign < 0) bpi_buf_text(out, t->sign < 0 ? " - " : " + ");
    add_term(out, t);
  }
}

static void add_kinds(buf *out, const operand *o) {
  for (const term *t = o->terms; t && t->kind; t++) {
    if (t > o->terms) bpi_buf_text(out, ", ");
    bpi_buf_text(out, kind_names[t->kind]);
  }
}

static void add_call(buf *out, const char *function, const operand *o) {
  bpi_buf_printf(out, "%s(", function);
  add_kinds(out, o);
  bpi_buf_char(out, ')');
}

static void add_operand(buf *out, const operand *o) {
  switch (o->kind) {
  case OPERAND_NONE: return;
  case OPERAND_SUM: add_sum(out, o); return;
  case OPERAND_SESSIONS: add_call(out, "distinct_sessions", o); return;
  case OPERAND_DAYS: add_call(out, "distinct_days", o); return;
  case OPERAND_WORKSPACES: add_call(out, "distinct_workspaces", o); return;
  case OPERAND_FILES: add_call(out, "distinct_files", o); return;
  case OPERAND_LAST: add_call(out, "last_quarter_hour", o); return;
  case OPERAND_LINKED:
    add_sum(out, o);
    bpi_buf_text(out, " where a session was active in the workspace up to two quarter hours "
                      "before");
    return;
  case OPERAND_DURATION: bpi_buf_text(out, "session.last - session.first"); return;
  case OPERAND_COST: add_call(out, "list_price", o); return;
  case OPERAND_SAVINGS:
    bpi_buf_text(out, "list_price(response, cache_read as input) - list_price(response)");
    return;
  case OPERAND_PLAIN:
    bpi_buf_text(out, "list_price(response, cache_read and cache_write as input)");
    return;
  case OPERAND_UNPRICED: bpi_buf_text(out, "tokens without list_price(response)"); return;
  case OPERAND_COST_WHERE_RECORDED:
    bpi_buf_text(out, "list_price(response where costed = n)");
    return;
  case OPERAND_RECORDED_WHERE_WHOLE:
    bpi_buf_text(out, "response.cost_nano where costed = n and priced");
    return;
  }
}

static void add_group(buf *out, const operand *o) {
  bool many = o->kind == OPERAND_SUM && o->terms[1].kind;
  if (many) bpi_buf_char(out, '(');
  add_operand(out, o);
  if (many) bpi_buf_char(out, ')');
}

void bpi_metric_formula(buf *out, const metric *m) {
  switch (m->shape) {
  case SHAPE_TOTAL: add_operand(out, &m->top); return;
  case SHAPE_RATIO:
    add_group(out, &m->top);
    if (m->scale != 1) bpi_buf_printf(out, " * %lld", (long long)m->scale);
    bpi_buf_text(out, " / ");
    add_group(out, &m->bottom);
    return;
  case SHAPE_DIFFERENCE:
    add_operand(out, &m->top);
    bpi_buf_text(out, " - ");
    add_operand(out, &m->bottom);
    return;
  case SHAPE_SHARE:
    add_group(out, &m->top);
    bpi_buf_text(out, " / the same over all groups");
    return;
  case SHAPE_SPREAD:
    bpi_buf_text(out, "mean, median, p90 over ");
    bpi_buf_text(out, m->bottom.kind == OPERAND_SESSIONS ? "sessions of " : "resolved tasks of ");
    add_group(out, &m->top);
    return;
  case SHAPE_VERDICT:
    bpi_buf_text(out, "word for the interval of ");
    add_group(out, &m->top);
    bpi_buf_text(out, " / ");
    add_group(out, &m->bottom);
    return;
  case SHAPE_ESTIMATE:
    add_group(out, &m->top);
    bpi_buf_text(out, " * assumed + ");
    add_group(out, &m->bottom);
    bpi_buf_text(out, " * assumed - ");
    add_group(out, &m->less);
    return;
  case SHAPE_SET:
    for (int i = 0; i < METRICS_BESIDE && m->beside[i]; i++)
      bpi_buf_printf(out, "%s%s", i ? ", " : "", m->beside[i]);
    return;
  case SHAPE_PEAK_HOUR: bpi_buf_text(out, "hour_of_day with the greatest "); break;
  case SHAPE_TOP_HOURS: bpi_buf_text(out, "the three hour_of_day with the greatest "); break;
  case SHAPE_PEAK_DAY: bpi_buf_text(out, "day_of_week with the greatest "); break;
  }
  add_group(out, &m->top);
  bpi_buf_text(out, m->shape == SHAPE_PEAK_DAY ? " / distinct_days of it" : " / distinct_days");
}
