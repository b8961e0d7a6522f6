/* metrics/plan.c: dimensions and filters first, then slots and steps for each metric, then which
 * kinds make groups. */
#include "metrics/plan.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

/* Operands that are not in the catalogue. */
#define NOT_FINAL (UINT64_C(1) << QUALITY_PLACEHOLDER | UINT64_C(1) << QUALITY_PARTIAL)
static const term any_interaction[] = {{.kind = ROLLUP_PROMPT, .take = TAKE_N, .sign = 1},
                                       {.kind = ROLLUP_RESPONSE, .take = TAKE_N, .sign = 1},
                                       {.kind = ROLLUP_TOOL, .take = TAKE_N, .sign = 1},
                                       {.kind = ROLLUP_DECISION, .take = TAKE_N, .sign = 1},
                                       {.kind = ROLLUP_TOLD}};
static const operand active_days = {
    .kind = OPERAND_DAYS, .name = "active_days", .unit = "count", .terms = any_interaction};
/* What makes a number of tokens a lower bound: [0] for responses, [1] for the responses of
 * tasks. */
#define ONLY(kind_, take_, field_, values_)                                                        \
  {                                                                                                \
    {.kind = kind_, .take = take_, .sign = 1, .only = {{field_, values_, false}}}, {               \
      .kind = ROLLUP_TOLD                                                                          \
    }                                                                                              \
  }
#define LESS_THAN_ALL(name_, unit_, ...)                                                           \
  static const term name_##_terms[2][2] = {ONLY(ROLLUP_RESPONSE, __VA_ARGS__),                     \
                                           ONLY(ROLLUP_TASK_COST, __VA_ARGS__)};                   \
  static const operand name_[2] = {                                                                \
      {.kind = OPERAND_SUM, .name = #name_, .unit = unit_, .terms = name_##_terms[0]},             \
      {.kind = OPERAND_SUM, .name = #name_ "_of_tasks", .unit = unit_, .terms = name_##_terms[1]}}
LESS_THAN_ALL(not_final_tokens, "tokens", RESPONSE_OUTPUT, FIELD_QUALITY, NOT_FINAL);
LESS_THAN_ALL(not_final_responses, "count", TAKE_N, FIELD_QUALITY, NOT_FINAL);
LESS_THAN_ALL(untold_responses, "count", TAKE_N, FIELD_UNTOLD, UINT64_C(1) << 1);

/* State while planning; `known` maps operands to slots. */
#define OPERANDS_MAX 128
typedef struct planner {
  plan *p;
  bp_error **error;
  const source_cover *covers;
  size_t cover_count;
  size_t operands;
  struct known {
    const operand *o;
    int use; /* USE_: an operand has separate slots per use */
    uint32_t slot;
  } known[OPERANDS_MAX];
} planner;

enum { USE_SUM, USE_HOURS, USE_WEEKDAYS, USE_VISIT, USE_VISITED, USE_CLUSTER, USE_SEARCHES };

/* ----------------------------------------------------------------------------- did you mean */

#define NEAR 3 /* greatest edit distance of a suggestion */

typedef struct nearest {
  const char *wanted, *name;
  unsigned distance;
} nearest;

static void consider(nearest *n, const char *name) {
  unsigned distance = bpi_edit_distance(n->wanted, name, NEAR + 1);
  if (distance > NEAR || distance >= strlen(n->wanted) || distance >= n->distance) return;
  n->distance = distance;
  n->name = name;
}

static int not_found(planner *b, const char *what, const char *name, const char *near,
                     const char *allowed) {
  bpi_fail(b->error, BP_ERR_NOTFOUND, "there is no %s \"%s\"", what, name);
  bpi_fail_detail(b->error, "name", name);
  if (near) bpi_fail_detail(b->error, "hint", near);
  if (allowed && *allowed) bpi_fail_detail(b->error, "allowed", allowed);
  return BP_ERR_NOTFOUND;
}

static int no_metric(planner *b, const char *name) {
  nearest n = {name, NULL, NEAR + 1};
  for (int i = 0; i < METRIC_COUNT; i++)
    consider(&n, bpi_metrics[i].id);
  not_found(b, "metric", name, n.name, NULL);
  bpi_fail_detail(b->error, "metric", name);
  return BP_ERR_NOTFOUND;
}

static int no_dimension(planner *b, const char *name) {
  nearest n = {name, NULL, NEAR + 1};
  for (int i = 0; i < DIM_COUNT; i++) {
    const char *known = bpi_dimensions[i].name;
    consider(&n, known);
    if (bpi_starts_with(known, strlen(known), "time.") && !strcmp(known + 5, name)) n.name = known;
  }
  not_found(b, "dimension", name, n.name, NULL);
  bpi_fail_detail(b->error, "dimension", name);
  return BP_ERR_NOTFOUND;
}

/* -------------------------------------------------------------------------------- dimensions */

static int plan_dimensions(planner *b) {
  plan *p = b->p;
  const char *names[QUERY_DIMENSIONS + QUERY_METRICS];
  size_t count = bpi_query_dimensions(p->query, names);
  for (size_t i = 0; i < count; i++) {
    dimension_id dim = bpi_dimension_find(names[i]);
    if (dim == DIM_COUNT) return no_dimension(b, names[i]);
    p->by[p->dimensions++] = dim;
    p->used |= DIM_BIT(dim);
    p->by_time |= bpi_dimension_is_time(dim);
    p->depth |= dim == DIM_SESSION_DEPTH;
  }
  return BP_OK;
}

static int no_value(planner *b, dimension_id dim, const char *value) {
  char text[1024] = "";
  buf allowed;
  bpi_buf_init(&allowed, sizeof text - 1);
  bpi_dimension_values(&allowed, dim);
  for (size_t i = 0; dim == DIM_SOURCE && i < b->cover_count; i++) {
    if (i) bpi_buf_text(&allowed, ", ");
    bpi_buf_text(&allowed, b->covers[i].name);
  }
  if (dim == DIM_HOUR_OF_DAY) bpi_buf_text(&allowed, "0 to 23");
  if (dim == DIM_DAY_OF_WEEK) bpi_buf_text(&allowed, "1 to 7");
  if (dim == DIM_SESSION) bpi_buf_text(&allowed, "4 to 32 hex digits");
  if (!allowed.failed && allowed.length) memcpy(text, allowed.data, allowed.length + 1);
  bpi_buf_free(&allowed);
  not_found(b, "value", value, NULL, text);
  bpi_fail_detail(b->error, "dimension", bpi_dimensions[dim].name);
  return BP_ERR_NOTFOUND;
}

static int number_of(const char *text, int64_t low, int64_t high, int64_t *out) {
  return bpi_parse_int(text, strlen(text), out) && *out >= low && *out <= high;
}

static bool depth_of(const char *text, int64_t *out) {
  for (*out = 0; *out < SESSION_DEPTHS; ++*out)
    if (!strcmp(bpi_depth_name(*out), text)) return true;
  return false;
}

static bool kind_of(const char *text, int64_t *out) {
  for (*out = 1; *out < ROLLUP_KINDS; ++*out)
    if (bpi_event_name(*out) && !strcmp(bpi_event_name(*out), text)) return true;
  return false;
}

static bool feature_of(const char *text, int64_t *out) {
  for (*out = 0; *out <= PROMPT_FEATURE_BITS; ++*out)
    if (!strcmp(bpi_feature_name(*out), text)) return true;
  return false;
}

static bool source_of(const planner *b, const char *text, int64_t *out) {
  for (*out = 0; *out < (int64_t)b->cover_count; ++*out)
    if (!strcmp(b->covers[*out].name, text)) return true;
  return false;
}

static bool is_hex(const char *text) {
  size_t digits = strspn(text, "0123456789abcdef");
  return !text[digits] && digits >= 4 && digits <= 32;
}

/* Sets what the filter is compared with; false if the dimension has no such value. */
static bool plan_value(const planner *b, planned_filter *f) {
  const dimension *d = &bpi_dimensions[f->dim];
  f->match = MATCH_KEY;
  switch (d->how) {
  case FROM_HOUR: return number_of(f->text, 0, 23, &f->key);
  case FROM_WEEKDAY: return number_of(f->text, 1, 7, &f->key);
  case FROM_FIELD: return (f->key = bpi_field_code(d->field, f->text)) >= 0;
  case FROM_DEPTH: return depth_of(f->text, &f->key);
  case FROM_KIND: return kind_of(f->text, &f->key);
  case FROM_FEATURES: f->match = MATCH_FEATURE; return feature_of(f->text, &f->key);
  case FROM_SOURCES: f->match = MATCH_SOURCE; return source_of(b, f->text, &f->key);
  case FROM_SESSION: f->match = MATCH_SESSION; return is_hex(f->text);
  case FROM_SESSION_LABEL:
  case FROM_LABEL:
  case FROM_FAMILY:
  case FROM_SERVER: f->match = MATCH_TEXT; return true;
  case FROM_BUCKET:
  case FROM_PATTERN: break;
  }
  return false;
}

static int plan_filter(planner *b, const query_filter *asked) {
  plan *p = b->p;
  planned_filter *f = &p->filter[p->filters++];
  f->dim = bpi_dimension_find(asked->dimension);
  if (f->dim == DIM_COUNT) return no_dimension(b, asked->dimension);
  dimension_how how = bpi_dimensions[f->dim].how;
  if (how == FROM_BUCKET || how == FROM_PATTERN) {
    bpi_fail(b->error, BP_ERR_UNSUPPORTED, "%s cannot be used as a filter", asked->dimension);
    bpi_fail_detail(b->error, "dimension", asked->dimension);
    if (how == FROM_BUCKET) bpi_fail_detail(b->error, "hint", "set the range of the query instead");
    return BP_ERR_UNSUPPORTED;
  }
  f->negated = asked->negated;
  f->text = asked->value;
  f->length = strlen(asked->value);
  p->filtered |= DIM_BIT(f->dim);
  p->used |= DIM_BIT(f->dim);
  p->by_time |= bpi_dimension_is_time(f->dim);
  p->depth |= f->dim == DIM_SESSION_DEPTH;
  return plan_value(b, f) ? BP_OK : no_value(b, f->dim, asked->value);
}

/* ------------------------------------------------------------------------------------- steps */

/* Whether a kind has every dimension of a set. */
static bool has_all(uint64_t dimensions, unsigned kind) {
  for (int dim = 0; dim < DIM_COUNT; dim++)
    if ((dimensions & DIM_BIT(dim)) && !(bpi_dimensions[dim].kinds & KIND_BIT(kind))) return false;
  return true;
}

/* Whether cells of a kind are interactions with a set of dimensions. An edit counts only if its
 * tool call does not have the dimensions. */
static bool shows_interactions(uint64_t dimensions, unsigned kind) {
  if (kind == ROLLUP_EDIT && has_all(dimensions, ROLLUP_TOOL)) return false;
  return (KIND_BIT(kind) & (INTERACTION_KINDS | KIND_BIT(ROLLUP_EDIT))) &&
         has_all(dimensions, kind);
}

/* Whether a term would count something a second time, or lacks the dimensions: no step is
 * needed. */
static bool is_redundant(const planner *b, step_op op, const term *t) {
  bool of_interactions = op == STEP_DAY || op == STEP_WORKSPACE || op == STEP_LAST;
  if (t->kind == ROLLUP_EDIT && of_interactions) return !shows_interactions(b->p->used, t->kind);
  return !t->aside && !has_all(b->p->used, t->kind);
}

static int add_step(planner *b, step_op op, uint32_t slot, const term *t) {
  kind_plan *k = &b->p->kind[t->kind];
  if (is_redundant(b, op, t)) return BP_OK;
  if (k->steps == PLAN_STEPS)
    return bpi_fail(b->error, BP_ERR_LIMIT, "too many metrics of one kind in a query");
  k->step[k->steps++] = (step){.op = op, .slot = slot, .weekdays = PLAN_NONE, .t = *t};
  k->read = k->groups = true;
  b->p->tasks |= t->kind >= ROLLUP_ATTEMPT;
  return BP_OK;
}

static step_op op_of(const operand *o, int use) {
  switch (use) {
  case USE_HOURS: return STEP_HOUR;
  case USE_WEEKDAYS: return STEP_WEEKDAY;
  case USE_VISIT: return STEP_VISIT_ADD;
  case USE_VISITED: return STEP_VISIT;
  case USE_CLUSTER: return STEP_CLUSTER_ADD;
  case USE_SEARCHES: return STEP_UNPRICED_SEARCHES;
  default: break;
  }
  switch (o->kind) {
  case OPERAND_SESSIONS: return STEP_SESSION;
  case OPERAND_DAYS: return STEP_DAY;
  case OPERAND_WORKSPACES: return STEP_WORKSPACE;
  case OPERAND_FILES: return STEP_FILE;
  case OPERAND_LINKED: return STEP_LINKED;
  case OPERAND_LAST: return STEP_LAST;
  case OPERAND_COST: return STEP_COST;
  case OPERAND_SAVINGS: return STEP_SAVINGS;
  case OPERAND_PLAIN: return STEP_PLAIN;
  case OPERAND_UNPRICED: return STEP_UNPRICED;
  case OPERAND_COST_WHERE_RECORDED: return STEP_COST_WHERE_RECORDED;
  case OPERAND_RECORDED_WHERE_WHOLE: return STEP_RECORDED_WHERE_WHOLE;
  default: return STEP_ADD;
  }
}

/* The first of `width` slots of an operand; the slots and their steps are added at its first
 * use. */
static int slots_of(planner *b, const operand *o, int use, uint32_t width, uint32_t *out) {
  bool of_visit = use == USE_VISIT || use == USE_CLUSTER;
  uint32_t *next = of_visit ? &b->p->visit_slots : &b->p->slots;
  for (size_t i = 0; i < b->operands; i++) {
    const struct known *k = &b->known[i];
    if (k->use != use || k->o->kind != o->kind || strcmp(k->o->name, o->name) != 0) continue;
    *out = k->slot;
    return BP_OK;
  }
  if (b->operands == OPERANDS_MAX || *next + width > PLAN_SLOTS)
    return bpi_fail(b->error, BP_ERR_LIMIT, "too many metrics in a query");
  b->known[b->operands++] = (struct known){o, use, *next};
  *out = *next;
  *next += width;
  b->p->priced |= o->kind >= OPERAND_COST;
  b->p->linked |= o->kind == OPERAND_LINKED;
  int rc = BP_OK;
  for (const term *t = bpi_operand_terms(o, b->p->used);
       t && t->kind && !rc && o->kind != OPERAND_DURATION; t++)
    rc = add_step(b, op_of(o, use), *out, t);
  return rc;
}

static int slot_of(planner *b, const operand *o, uint32_t *out) {
  return o->kind ? slots_of(b, o, USE_SUM, 1, out) : BP_OK;
}

/* The index of a set of needs in plan.need, added if new. */
static int need_of(planner *b, unsigned needs, uint32_t *out) {
  plan *p = b->p;
  if (!needs) return BP_OK;
  for (*out = 0; *out < p->needs; ++*out)
    if (p->need[*out] == needs) return BP_OK;
  if (p->needs == PLAN_NEEDS)
    return bpi_fail(b->error, BP_ERR_LIMIT, "too many metrics in a query");
  p->need[p->needs++] = needs;
  return BP_OK;
}

/* ----------------------------------------------------------------------------------- metrics */

static int refuse_dimension(planner *b, const metric *m, int refused, uint64_t allowed) {
  const char *dim = bpi_dimensions[refused].name;
  bool beside = bpi_metric_dimensions(m) & DIM_BIT(refused);
  char text[1024] = "";
  buf list;
  bpi_buf_init(&list, sizeof text - 1);
  bpi_dimension_list(&list, allowed);
  if (!list.failed && list.length) memcpy(text, list.data, list.length + 1);
  bpi_buf_free(&list);
  bpi_fail(b->error, BP_ERR_UNSUPPORTED, "the metric %s cannot be grouped or filtered by %s%s",
           m->id, dim, beside ? " together with the other dimensions" : "");
  bpi_fail_detail(b->error, "metric", m->id);
  bpi_fail_detail(b->error, "dimension", dim);
  bpi_fail_detail(b->error, "allowed", text);
  return BP_ERR_UNSUPPORTED;
}

static bool has_dimensions(const metric *m, uint64_t dimensions) {
  return bpi_operand_terms(&m->top, dimensions) &&
         (!m->bottom.kind || bpi_operand_terms(&m->bottom, dimensions));
}

/* Checks each dimension alone, then together with those before it: some exclude each other. */
static int check_dimensions(planner *b, const metric *m) {
  uint64_t allowed = bpi_metric_dimensions(m), used = b->p->used, before = 0;
  for (int dim = 0; dim < DIM_COUNT; dim++)
    if (used & ~allowed & DIM_BIT(dim)) return refuse_dimension(b, m, dim, allowed);
  for (int dim = 0; dim < DIM_COUNT; dim++) {
    if (!(used & DIM_BIT(dim))) continue;
    if (!has_dimensions(m, before | DIM_BIT(dim))) break;
    before |= DIM_BIT(dim);
  }
  if (before == used) return BP_OK;
  int refused = 0;
  while (!(used & ~before & DIM_BIT(refused)))
    refused++;
  for (int dim = 0; dim < DIM_COUNT; dim++)
    if (!has_dimensions(m, before | DIM_BIT(dim))) allowed &= ~DIM_BIT(dim);
  return refuse_dimension(b, m, refused, allowed);
}

static bool has_clock_dimension(const plan *p) {
  for (size_t i = 0; i < p->dimensions; i++)
    if (p->by[i] == DIM_HOUR_OF_DAY || p->by[i] == DIM_DAY_OF_WEEK) return true;
  return false;
}

static bool adds_up(const operand *o) {
  return o->kind == OPERAND_SUM || o->kind == OPERAND_SESSIONS || o->kind == OPERAND_COST ||
         o->kind == OPERAND_SAVINGS || o->kind == OPERAND_PLAIN;
}

/* Slots that make the value a lower bound: missing prices and fees of web searches, counts that
 * are not final or not known. */
static int plan_lower(planner *b, planned *x) {
  const metric *m = x->m;
  bool of_tasks = m->top.terms != NULL && m->top.terms->kind == ROLLUP_TASK_COST;
  size_t n = 0;
  int rc = slot_of(b, &m->missing, &x->missing);
  if (!rc && m->missing.kind) x->lower[n++] = x->missing;
  if (!rc && bpi_operand_rests_on_output(&m->top)) {
    rc = slot_of(b, &not_final_tokens[of_tasks], &x->not_final);
    if (!rc) rc = slot_of(b, &not_final_responses[of_tasks], &x->lower[n++]);
  }
  if (!rc && bpi_operand_rests_on_input(&m->top))
    rc = slot_of(b, &untold_responses[of_tasks], &x->lower[n++]);
  if (!rc && (m->top.kind == OPERAND_COST || m->top.kind == OPERAND_PLAIN))
    rc = slots_of(b, &m->top, USE_SEARCHES, 1, &x->lower[n++]);
  return rc;
}

/* Days by weekday are counted by the same steps as the days. */
static int plan_weekday_days(planner *b, planned *x) {
  uint32_t days;
  int rc = slot_of(b, &active_days, &days);
  if (rc) return rc;
  x->weekday_days = PLAN_NONE;
  for (int kind = 1; kind < ROLLUP_KINDS; kind++) {
    for (size_t i = 0; i < b->p->kind[kind].steps; i++) {
      step *s = &b->p->kind[kind].step[i];
      if (s->op != STEP_DAY || s->slot != days) continue;
      if (s->weekdays == PLAN_NONE) {
        if (x->weekday_days == PLAN_NONE) x->weekday_days = b->p->slots, b->p->slots += 7;
        s->weekdays = x->weekday_days;
      }
      x->weekday_days = s->weekdays;
    }
  }
  return BP_OK;
}

static int plan_spread(planner *b, planned *x) {
  uint32_t none;
  x->over = x->m->bottom.terms[0].kind == ROLLUP_TASK ? VISITED_TASK : VISITED_SESSION;
  int rc = slots_of(b, &x->m->top, USE_VISIT, 1, &x->visit);
  return rc ? rc : slots_of(b, &x->m->bottom, USE_VISITED, 0, &none);
}

/* The interval of a share needs the sums of each session. */
static int plan_interval(planner *b, planned *x) {
  int rc = slots_of(b, &x->m->top, USE_CLUSTER, 1, &x->cluster_top);
  return rc ? rc : slots_of(b, &x->m->bottom, USE_CLUSTER, 1, &x->cluster_bottom);
}

static int plan_peak(planner *b, planned *x) {
  int rc = slot_of(b, &x->m->top, &x->top);
  if (!rc) rc = slot_of(b, &active_days, &x->bottom);
  if (x->m->shape == SHAPE_PEAK_DAY) {
    if (!rc) rc = slots_of(b, &x->m->top, USE_WEEKDAYS, 7, &x->weekdays);
    return rc ? rc : plan_weekday_days(b, x);
  }
  return rc ? rc : slots_of(b, &x->m->top, USE_HOURS, 24, &x->hours);
}

static int plan_shape(planner *b, planned *x) {
  const metric *m = x->m;
  if (m->shape == SHAPE_SPREAD) return plan_spread(b, x);
  if (m->shape >= SHAPE_PEAK_HOUR) return plan_peak(b, x);
  int rc = slot_of(b, &m->top, &x->top);
  if (!rc) rc = slot_of(b, &m->bottom, &x->bottom);
  if (!rc) rc = slot_of(b, &m->less, &x->less);
  return rc || !m->interval ? rc : plan_interval(b, x);
}

static bool is_planned(const plan *p, metric_id id) {
  for (size_t i = 0; i < p->metrics; i++)
    if (p->metric[i].m == &bpi_metrics[id]) return true;
  return false;
}

static int plan_one(planner *b, metric_id id) {
  plan *p = b->p;
  if (is_planned(p, id)) return BP_OK;
  if (p->metrics == QUERY_METRICS)
    return bpi_fail(b->error, BP_ERR_LIMIT,
                    "a query takes at most 16 metrics, including those that others bring with "
                    "them");
  planned *x = &p->metric[p->metrics++];
  memset(x, 0xff, sizeof *x); /* every slot PLAN_NONE */
  x->m = &bpi_metrics[id];
  x->per_active_day = x->m->shape == SHAPE_TOTAL && adds_up(&x->m->top) && has_clock_dimension(p);
  p->per_active_day |= x->per_active_day;
  p->tokens |= (bpi_metric_needs(x->m) & NEED_TOKENS) != 0;
  p->assumes |= x->m->shape == SHAPE_VERDICT || x->m->shape == SHAPE_ESTIMATE;
  int rc = check_dimensions(b, x->m);
  if (!rc) rc = plan_shape(b, x);
  if (!rc) rc = plan_lower(b, x);
  if (!rc) rc = need_of(b, x->m->top.needs, &x->top_need);
  return rc ? rc : need_of(b, x->m->bottom.needs, &x->bottom_need);
}

/* A metric and those in its `beside`. */
static int plan_metric(planner *b, const char *name) {
  dimension_id by;
  metric_id id = bpi_metric_find(name, &by);
  if (id == METRIC_COUNT) return no_metric(b, name);
  const metric *m = &bpi_metrics[id];
  int rc = m->shape == SHAPE_SET ? BP_OK : plan_one(b, id);
  for (int i = 0; i < METRICS_BESIDE && m->beside[i] && !rc; i++)
    rc = plan_one(b, bpi_metric_find(m->beside[i], &by));
  return rc;
}

/* ------------------------------------------------------------------------------------- whole */

/* Whether the steps of a kind count only some of its cells. Interactions are never left out: a tool
 * without errors has a row that says so. */
static bool is_selective(const kind_plan *k, unsigned kind) {
  for (size_t i = 0; i < k->steps; i++)
    if (k->step[i].t.only[0].field == FIELD_NONE) return false;
  return k->steps > 0 && !(KIND_BIT(kind) & INTERACTION_KINDS);
}

/* Whether cells of a kind mean activity, given a set of dimensions: interactions if any kind has
 * them with these dimensions, else whatever is counted. */
static bool shows_activity(const plan *p, uint64_t dimensions, unsigned kind) {
  for (unsigned other = 1; other < ROLLUP_KINDS; other++)
    if (shows_interactions(dimensions, other)) return shows_interactions(dimensions, kind);
  return p->kind[kind].groups && has_all(dimensions, kind);
}

/* Prompts and responses are always read if they have the dimensions: a group has a row if there was
 * activity in it, and the sources of that activity distinguish uncovered from zero. */
static void plan_presence(plan *p) {
  bool average = bpi_baseline_is_average(p->query->baseline);
  for (unsigned kind = 1; kind < ROLLUP_KINDS; kind++) {
    kind_plan *k = &p->kind[kind];
    bool present = kind == ROLLUP_PROMPT || kind == ROLLUP_RESPONSE;
    k->groups |= present && has_all(p->used, kind);
    k->days = p->per_active_day && shows_activity(p, p->used, kind);
    k->activity = average && shows_activity(p, p->filtered, kind);
    k->selective = is_selective(k, kind);
    k->read |= k->groups || k->days || k->activity;
  }
}

/* Adds a kind's cells to the slot of the rows: all of them, or those that its steps count. */
static int count_for_rows(planner *b, unsigned kind) {
  const kind_plan *k = &b->p->kind[kind];
  term t = {.kind = (rollup_kind)kind, .take = TAKE_N, .sign = 1, .aside = true};
  if (!k->selective) return add_step(b, STEP_ADD, b->p->counted, &t);
  int rc = BP_OK;
  for (size_t i = 0, steps = k->steps; i < steps && !rc; i++) {
    memcpy(t.only, k->step[i].t.only, sizeof t.only);
    rc = add_step(b, STEP_ADD, b->p->counted, &t);
  }
  return rc;
}

/* A cell that makes a group need not be one that the metrics count: an issue is no commit. */
static int plan_rows(planner *b) {
  plan *p = b->p;
  bool needed = false;
  p->counted = PLAN_NONE;
  for (unsigned kind = 1; kind < ROLLUP_KINDS; kind++)
    needed |= p->kind[kind].groups && p->kind[kind].selective;
  if (!needed || !p->dimensions) return BP_OK;
  if (p->slots == PLAN_SLOTS)
    return bpi_fail(b->error, BP_ERR_LIMIT, "too many metrics in a query");
  p->counted = p->slots++;
  int rc = BP_OK;
  for (unsigned kind = 1; kind < ROLLUP_KINDS && !rc; kind++)
    if (p->kind[kind].groups) rc = count_for_rows(b, kind);
  return rc;
}

static int plan_order(planner *b) {
  plan *p = b->p;
  const char *order = bpi_query_order(p->query, &p->descending);
  p->order_metric = p->order_dimension = -1;
  if (!order) return BP_OK;
  for (size_t i = 0; i < p->metrics; i++)
    if (!strcmp(p->metric[i].m->id, order)) p->order_metric = (int)i;
  for (size_t i = 0; i < p->dimensions; i++)
    if (!strcmp(bpi_dimensions[p->by[i]].name, order)) p->order_dimension = (int)i;
  if (p->order_metric >= 0 || p->order_dimension >= 0) return BP_OK;
  bpi_fail(b->error, BP_ERR_INVALID, "the rows cannot be ordered by \"%s\"", order);
  bpi_fail_detail(b->error, "name", order);
  bpi_fail_detail(b->error, "hint",
                  "a metric or a dimension of this query, with - before it for descending");
  return BP_ERR_INVALID;
}

static int make_plan(planner *b) {
  const bp_query *q = b->p->query;
  const char *names[QUERY_METRICS];
  size_t count = bpi_query_metrics(q, names);
  int rc = bpi_query_check(q, b->error);
  if (rc) return rc;
  if (!count) return bpi_fail(b->error, BP_ERR_INVALID, "a query must name at least one metric");
  rc = plan_dimensions(b);
  for (size_t i = 0; i < q->filters && !rc; i++)
    rc = plan_filter(b, &q->where[i]);
  for (size_t i = 0; i < count && !rc; i++)
    rc = plan_metric(b, names[i]);
  if (!rc) rc = plan_order(b);
  if (!rc) plan_presence(b->p);
  if (!rc) rc = plan_rows(b);
  if (!b->p->slots) b->p->slots = 1; /* so that the slots of a group are never of size 0 */
  return rc;
}

int bpi_plan_new(plan **out, const bp_query *q, const source_cover *covers, size_t cover_count,
                 bp_error **error) {
  *out = NULL;
  planner *b = bpi_alloc_zero(1, sizeof *b);
  plan *p = bpi_alloc_zero(1, sizeof *p);
  if (!b || !p) {
    bpi_free(b);
    bpi_free(p);
    return bpi_fail_nomem(error);
  }
  *b = (planner){.p = p, .error = error, .covers = covers, .cover_count = cover_count};
  p->query = q;
  int rc = make_plan(b);
  bpi_free(b);
  if (rc)
    bpi_free(p);
  else
    *out = p;
  return rc;
}

void bpi_plan_free(plan *p) {
  bpi_free(p);
}
