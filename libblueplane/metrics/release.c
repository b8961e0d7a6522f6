/* metrics/release.c: plan, windows, one pass over the cells, table. The cells of one group of people
 * are taken together: a ratio is told of those groups that tell both its sides, so that its sides
 * never are of different people. */
#include "metrics/release.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/sum.h"
#include "metrics/catalog.h"
#include "metrics/period.h"
#include "privacy/figures.h"
#include "privacy/publication.h"
#include "result/words.h"
#include "store/individual.h"
#include "store/read_release.h"

/* -------------------------------------------------------------------- the words of release.def */

typedef enum released_how {
  HOW_SUM,
  HOW_RATIO,
  HOW_MEMBERS,
  HOW_ADOPTION,
  HOW_SHARES,
  HOW_WAYS,
  HOW_WAY_RATES,
  HOW_FEATURES,
  HOW_FEATURE_TIMES,
  HOW_SIGNAL,
  HOW_SEATS,
  HOW_PER_MEMBER,
  HOW_ROI
} released_how;

#define SIDE_MAX RELEASE_PARTS /* a metric has a column for each of its measures */
typedef struct side {
  int measure[SIDE_MAX]; /* one more than its number; 0: the end */
} side;

typedef struct released {
  const char *id;
  released_how how;
  int64_t scale;
  side top, bottom;
  const char *levels, *unit, *title, *definition; /* NULL: as in catalog.def */
} released;

/* clang-format off: braces of values, not of blocks */
#define M(name) (MEASURE_##name + 1)
#define OF1(a) M(a)
#define OF2(a, b) M(a), M(b)
#define OF3(a, b, c) M(a), M(b), M(c)
#define OF4(a, b, c, d) M(a), M(b), M(c), M(d)
#define OF5(a, b, c, d, e) M(a), M(b), M(c), M(d), M(e)
#define OF6(a, b, c, d, e, f) M(a), M(b), M(c), M(d), M(e), M(f)
#define OF7(a, b, c, d, e, f, g) M(a), M(b), M(c), M(d), M(e), M(f), M(g)
#define OF8(a, b, c, d, e, f, g, h) M(a), M(b), M(c), M(d), M(e), M(f), M(g), M(h)
#define PICK(a, b, c, d, e, f, g, h, name, ...) name
#define LIST_OF(...) PICK(__VA_ARGS__, OF8, OF7, OF6, OF5, OF4, OF3, OF2, OF1, 0)(__VA_ARGS__)
#define OF(...)                                                                                    \
  {                                                                                                \
    { LIST_OF(__VA_ARGS__) }                                                                       \
  }
#define TOOL_CALLS OF(tool_ok, tool_error, tool_rejected, tool_interrupted, tool_unsettled)
#define TOTAL_TOKENS OF(input_tokens, output_tokens, cache_read_tokens, cache_write_tokens)
#define INTERACTIONS                                                                               \
  {                                                                                                \
    {                                                                                              \
      M(prompts), M(responses), M(tool_ok), M(tool_error), M(tool_rejected), M(tool_interrupted),  \
          M(tool_unsettled)                                                                        \
    }                                                                                              \
  }
#define SUM(id_, top_) {.id = #id_, .how = HOW_SUM, .scale = 1, .top = top_},
#define RATIO(id_, scale_, top_, bottom_)                                                          \
  {.id = #id_, .how = HOW_RATIO, .scale = scale_, .top = top_, .bottom = bottom_},
#define DIVIDED(scale_, top_, bottom_)                                                             \
  .how = HOW_RATIO, .scale = scale_, .top = top_, .bottom = bottom_
#define MEMBERS() .how = HOW_MEMBERS
#define ADOPTION() .how = HOW_ADOPTION, .top = OF(roster)
#define SHARES(...) .how = HOW_SHARES, .top = OF(__VA_ARGS__)
#define JOURNEYS                                                                                   \
  OF(journey_read_edit_resolved, journey_search_edit_resolved, journey_plan_edit_resolved,         \
     journey_edit_command_resolved, journey_command_edit_resolved, journey_other_resolved)
#define FEATURES                                                                                   \
  OF(feature_plan_mode_resolved, feature_subagents_resolved, feature_skills_resolved,              \
     feature_mcp_resolved, feature_slash_commands_resolved, feature_background_runs_resolved,      \
     feature_web_search_resolved, feature_images_resolved)
#define TASKS_WITH() .how = HOW_FEATURES, .top = FEATURES
#define TIMES_WITH() .how = HOW_FEATURE_TIMES, .top = FEATURES
#define WAYS() .how = HOW_WAYS, .top = JOURNEYS
#define WAY_RATES() .how = HOW_WAY_RATES, .top = JOURNEYS
#define SIGNAL() .how = HOW_SIGNAL, .top = OF(support_signal)
#define SEATS() .how = HOW_SEATS, .top = OF(seats)
#define RETURN() .how = HOW_ROI, .top = OF(lines_added, resolved, active_time), .bottom = OF(cost)
#define PER_MEMBER(top_) .how = HOW_PER_MEMBER, .scale = 1, .top = top_
#define GROUP(id_, levels_, unit_, title_, definition_, ...)                                       \
  {.id = #id_,                                                                                     \
   .levels = levels_,                                                                              \
   .unit = unit_,                                                                                  \
   .title = title_,                                                                                \
   .definition = definition_,                                                                      \
   __VA_ARGS__},
static const released all_released[] = {
#include "metrics/release.def"
};
/* clang-format on */
#define RELEASED (sizeof all_released / sizeof *all_released)

/* --------------------------------------------------------------------------------------- plan */

typedef enum cut_by { BY_NOTHING, BY_SLICE, BY_TEAM, BY_MEMBER } cut_by;

/* A column group of the answer: a metric, or one of the parts that a metric has. */
typedef struct asked {
  const released *r;
  const metric *m; /* its entry in the catalogue, or NULL */
  released_how how;
  int part; /* the measure that a part is named by, -1: the metric is one */
  side top, bottom;
  double scale;
  const reference *beside; /* of the organisation's benchmark, or NULL */
} asked;
#define ASKED_MAX (QUERY_METRICS * SIDE_MAX)
#define RELEASE_TEXT 72    /* bytes of a name; releases hold less */
#define RELEASE_STATED "*" /* scope of what the roster says of the whole organisation */

typedef struct span_of {
  int64_t value, low, high;
} span_of;

/* What a group of people, or several, say of one asked thing. */
typedef struct tally {
  span_of top, bottom;
  size_t told, untold, uncovered;
  bool lower;
} tally;

typedef struct bin {
  int64_t time;
  char text[RELEASE_TEXT];
  int64_t week;                /* at hand */
  int64_t week_low, week_high; /* people of it */
  int64_t most_low, most_high; /* of the week with the most */
  tally *of;                   /* by asked */
} bin;

/* A published cell of the group at hand. */
typedef struct told_cell {
  bool there;
  int state;
  span_of span;
} told_cell;

typedef struct release_query {
  const compute_context *c;
  const release_reader *reader;
  const bp_query *q;
  bp_error **error;
  asked asked[ASKED_MAX];
  size_t count;
  cut_by by;
  sliced_id dimension;
  const char *by_name;
  int time;            /* dimension_id, DIM_COUNT: none */
  int64_t from, until; /* windows */
  bin *bins;
  size_t bin_count, bin_capacity;
  /* the group at hand */
  int64_t window, release;
  char scope[RELEASE_TEXT], slice[RELEASE_TEXT];
  int headcount;
  bool open, seats; /* seats: a pass over platforms for those who ask for seats */
  told_cell cell[MEASURE_COUNT];
  int order; /* asked that rows are in order of, -1: none */
  bool descending;
} release_query;

static int refuse(release_query *x, int code, const char *key, const char *name, const char *what) {
  bpi_fail(x->error, code, "%s", what);
  return bpi_fail_detail(x->error, key, name);
}

static const released *find_released(const char *id) {
  for (size_t i = 0; i < RELEASED; i++)
    if (!strcmp(all_released[i].id, id)) return &all_released[i];
  return NULL;
}

static const metric *catalogued(const char *id) {
  dimension_id by;
  metric_id found = bpi_metric_find(id, &by);
  return found == METRIC_COUNT ? NULL : &bpi_metrics[found];
}

/* Whether a side's measures are all told along a dimension. */
static bool side_takes(const side *s, int along) {
  for (int i = 0; i < SIDE_MAX && s->measure[i]; i++)
    if (!bpi_measure_takes(s->measure[i] - 1, along)) return false;
  return true;
}

/* Sums and ratios are of one person as of many; all else is only of a group. */
static bool is_of_person(const released *r) {
  switch (r->how) {
  case HOW_SUM:
  case HOW_RATIO:
  case HOW_WAYS:
  case HOW_WAY_RATES:
  case HOW_FEATURES:
  case HOW_FEATURE_TIMES: return true;
  default: return false;
  }
}

/* Seats are told by platform only, what is said of members as a share only of the whole. */
static bool told_along(const released *r, int along) {
  if (r->how == HOW_SEATS) return along == SLICED_PLATFORM;
  if (r->how == HOW_MEMBERS) return true;
  if (r->how == HOW_SHARES || r->how == HOW_SIGNAL || r->how == HOW_ADOPTION || r->how == HOW_ROI)
    return false;
  return side_takes(&r->top, along) && side_takes(&r->bottom, along);
}

static bool told_by(const release_query *x, const released *r) {
  if (x->by == BY_MEMBER) return is_of_person(r);
  if (x->by == BY_SLICE) return told_along(r, (int)x->dimension);
  return x->by == BY_NOTHING || (r->how != HOW_ROI && r->how != HOW_SEATS);
}

static bool has_parts(const released *r) {
  return r->how == HOW_SHARES || (is_of_person(r) && r->how != HOW_SUM && r->how != HOW_RATIO);
}

/* A way of tasks is told by its resolved ones and, the next measure, those that are not; a feature by
 * the resolved tasks with it and, the next, their time. */
_Static_assert(MEASURE_journey_other_unresolved == MEASURE_journey_other_resolved + 1 &&
                   MEASURE_feature_images_resolved_time == MEASURE_feature_images_resolved + 1,
               "neighbours");
static asked part_of(const released *r, const metric *m, int measure) {
  side of = {{measure}}, way = {{measure, measure + 1}}, time = {{measure + 1}};
  if (r->how == HOW_WAYS) return (asked){r, m, HOW_SUM, measure - 1, way, {{0}}, 1, NULL};
  if (r->how == HOW_WAY_RATES) return (asked){r, m, HOW_RATIO, measure - 1, of, way, 1, NULL};
  if (r->how == HOW_FEATURES) return (asked){r, m, HOW_SUM, measure - 1, of, {{0}}, 1, NULL};
  if (r->how == HOW_FEATURE_TIMES) return (asked){r, m, HOW_RATIO, measure - 1, time, of, 1, NULL};
  return (asked){r, m, r->how, measure - 1, of, {{0}}, 1, NULL};
}

static size_t columns_of(asked *out, const released *r, const metric *m) {
  size_t count = 0;
  if (!has_parts(r)) out[count++] = (asked){r, m, r->how, -1, r->top, r->bottom, 1, NULL};
  for (int i = 0; has_parts(r) && i < SIDE_MAX && r->top.measure[i]; i++)
    out[count++] = part_of(r, m, r->top.measure[i]);
  return count;
}

/* A part is named by its measure without the first word; a way of tasks and a feature without what
 * comes of it, too. */
static void name_of(const asked *a, const char *column, char *out, size_t size) {
  const char *part = a->part < 0 ? "" : strchr(bpi_measures[a->part].name, '_') + 1;
  const char *end = a->r->how == HOW_SHARES ? NULL : strstr(part, "_resolved");
  int length = (int)(end ? (size_t)(end - part) : strlen(part));
  snprintf(out, size, "%s%s%.*s%s%s", a->r->id, length ? "." : "", length, part, *column ? "." : "",
           column);
}

static const assumptions *assumed_by(const release_query *x) {
  return x->c->assumed ? x->c->assumed : bpi_assumptions_builtin();
}

/* Time saved is in microseconds, against nano-dollars. */
static double scale_of(const release_query *x, const released *r) {
  if (r->how == HOW_ROI) return assumed_by(x)->hour_usd * 1e9 / 3.6e9;
  return r->scale ? (double)r->scale : 1;
}

static int plan_metric(release_query *x, const char *id) {
  const released *r = find_released(id);
  const metric *m = catalogued(id);
  if (!r && !m) return refuse(x, BP_ERR_NOTFOUND, "metric", id, "there is no such metric");
  if (!r) return refuse(x, BP_ERR_UNSUPPORTED, "metric", id, "no release tells this metric");
  if (!strchr(r->levels ? r->levels : m->levels, x->reader->level))
    return refuse(x, BP_ERR_DENIED, "metric", id, "access does not allow this question");
  if (!told_by(x, r))
    return refuse(x, BP_ERR_UNSUPPORTED, "dimension", x->by_name, "this metric is not told by it");
  size_t first = x->count;
  x->count += columns_of(x->asked + first, r, m);
  for (size_t i = first; i < x->count; i++) {
    char name[BENCHMARK_COLUMN];
    name_of(&x->asked[i], "", name, sizeof name);
    x->asked[i].scale = scale_of(x, r);
    x->asked[i].beside = bpi_benchmark_find(x->c->benchmark, name);
  }
  return BP_OK;
}

static int plan_dimension(release_query *x, const char *name) {
  dimension_id known = bpi_dimension_find(name);
  bool is_time = known == DIM_TIME_WEEK || known == DIM_TIME_MONTH || known == DIM_TIME_QUARTER;
  bool is_team = !strcmp(name, "team"), is_member = !strcmp(name, "member");
  sliced_id slices = bpi_sliced_find(name);
  if (is_time && x->time == DIM_COUNT) {
    x->time = (int)known;
    return BP_OK;
  }
  if (!is_team && !is_member && (slices == SLICED_COUNT || slices == SLICED_WHOLE))
    return refuse(x, known == DIM_COUNT ? BP_ERR_NOTFOUND : BP_ERR_UNSUPPORTED, "dimension", name,
                  "no release is told by this dimension");
  if (x->by != BY_NOTHING)
    return refuse(x, BP_ERR_UNSUPPORTED, "dimension", name, "one published dimension at a time");
  x->by = is_team ? BY_TEAM : is_member ? BY_MEMBER : BY_SLICE;
  x->by_name = name;
  x->dimension = is_team || is_member ? SLICED_WHOLE : slices;
  return BP_OK;
}

static int plan_order(release_query *x) {
  const char *order = bpi_query_order(x->q, &x->descending);
  x->order = -1;
  for (size_t i = 0; order && i < x->count; i++)
    if (!strcmp(x->asked[i].r->id, order)) x->order = (int)i;
  bool by_rows = order && ((x->by_name && !strcmp(order, x->by_name)) ||
                           (x->time != DIM_COUNT && !strcmp(order, bpi_dimensions[x->time].name)));
  if (!order || x->order >= 0 || by_rows) return BP_OK;
  return refuse(x, BP_ERR_INVALID, "name", order, "the rows cannot be ordered by this");
}

static int plan(release_query *x) {
  const char *metrics[QUERY_METRICS], *dimensions[QUERY_DIMENSIONS + QUERY_METRICS];
  int rc = bpi_query_check(x->q, x->error);
  size_t by = bpi_query_dimensions(x->q, dimensions), count = bpi_query_metrics(x->q, metrics);
  if (rc) return rc;
  if (!count) return bpi_fail(x->error, BP_ERR_INVALID, "a query names at least one metric");
  if (x->q->filters)
    return refuse(x, BP_ERR_UNSUPPORTED, "dimension", x->q->where[0].dimension,
                  "published cells take no filter");
  if (bpi_baseline_is_average(x->q->baseline))
    return refuse(
        x, BP_ERR_UNSUPPORTED, "name", bpi_baseline_name(x->q),
        "what is published is compared with another published window, not with an average");
  for (size_t i = 0; i < by && !rc; i++)
    rc = plan_dimension(x, dimensions[i]);
  if (!rc && x->q->baseline && x->time != DIM_COUNT)
    rc = refuse(x, BP_ERR_UNSUPPORTED, "dimension", bpi_dimensions[x->time].name,
                "rows of different times are not compared with a baseline");
  for (size_t i = 0; i < count && !rc; i++)
    rc = plan_metric(x, metrics[i]);
  return rc ? rc : plan_order(x);
}

/* ------------------------------------------------------------------------------------- windows */

static int64_t month_start(int64_t day, int months_on) {
  civil at;
  bpi_civil_from_days(day, &at);
  int month = at.month - 1 + months_on;
  return bpi_days_from_civil(at.year + month / 12, month % 12 + 1, 1);
}

static bool starts(int64_t day, int months) {
  civil at;
  bpi_civil_from_days(day, &at);
  return at.day == 1 && (at.month - 1) % months == 0;
}

/* Where a period that has begun will end; 0 if it is no published one. */
static int64_t end_of(const range *r) {
  int64_t next = r->last_day + 1;
  static const struct {
    period_kind kind;
    int months;
  } civil_kinds[] = {{PERIOD_MONTH, 1}, {PERIOD_QUARTER, 3}, {PERIOD_YEAR, 12}};
  if (r->kind == PERIOD_WEEK) return r->first_day + 7;
  for (size_t i = 0; i < 3; i++)
    if (r->kind == civil_kinds[i].kind) return month_start(r->first_day, civil_kinds[i].months);
  if (r->kind != PERIOD_DAYS) return 0;
  if (bpi_day_of_week(r->first_day) == 0 && next == r->first_day + 7) return next;
  for (size_t i = 0; i < 3; i++)
    if (starts(r->first_day, civil_kinds[i].months) &&
        next == month_start(r->first_day, civil_kinds[i].months))
      return next;
  return 0;
}

static int no_window(release_query *x) {
  bpi_fail(x->error, BP_ERR_UNSUPPORTED, "the range is no published window");
  return bpi_fail_detail(x->error, "hint",
                         "a week from Monday, a month, a quarter, a year, or all");
}

/* A week belongs to the month and the quarter that hold its Thursday. */
static int set_windows(release_query *x, const range *r) {
  int64_t end = end_of(r);
  if (!end) return no_window(x);
  x->from = r->first_day - 3;
  while (bpi_day_of_week(x->from) != 0)
    x->from++;
  x->until = end - 3;
  return BP_OK;
}

static int all_windows(release_query *x) {
  int64_t last = 0;
  bool any;
  if (x->q->baseline)
    return bpi_fail(x->error, BP_ERR_INVALID, "a range with an open end has no baseline");
  int rc = bpi_read_windows(x->c->store, &x->from, &last, &any, x->error);
  x->until = any ? last + 7 : x->from;
  return rc;
}

/* Those of the question, and those it is compared with. */
static int find_windows(release_query *x, release_query *before) {
  range r, other[BASELINE_UNITS];
  size_t units;
  zone *utc = NULL;
  bool open = !x->q->period && x->q->from == INT64_MIN && x->q->until == INT64_MAX;
  if (open || (x->q->period && !strcmp(x->q->period, "all"))) return all_windows(x);
  int rc = bpi_zone_open(&utc, NULL, x->error);
  if (rc) return rc;
  if (x->q->period)
    bpi_period_resolve(&r, x->q->period, utc, x->c->now_us, false);
  else
    bpi_period_between(&r, utc, x->q->from, x->q->until);
  rc = set_windows(x, &r);
  if (!rc && before)
    rc = bpi_compute_baseline(other, &units, &r, x->q->baseline, x->c, x->q, utc, x->error);
  if (!rc && before) rc = set_windows(before, other);
  bpi_zone_free(utc);
  return rc;
}

/* --------------------------------------------------------------------------------------- cells */

static int64_t time_of(const release_query *x, int64_t window) {
  civil at;
  if (x->time == DIM_COUNT) return 0;
  if (x->time == DIM_TIME_WEEK) return window;
  bpi_civil_from_days(window + 3, &at);
  if (x->time == DIM_TIME_MONTH) return (int64_t)at.year * 12 + at.month - 1;
  return (int64_t)at.year * 4 + (at.month - 1) / 3;
}

static bin *bin_of(release_query *x, int64_t time, const char *text) {
  for (size_t i = 0; i < x->bin_count; i++)
    if (x->bins[i].time == time && !strcmp(x->bins[i].text, text)) return &x->bins[i];
  if (bpi_reserve((void **)&x->bins, &x->bin_capacity, x->bin_count + 1, sizeof *x->bins))
    return NULL;
  bin *b = &x->bins[x->bin_count];
  *b = (bin){.time = time, .of = bpi_alloc_zero(x->count, sizeof *b->of)};
  snprintf(b->text, sizeof b->text, "%s", text);
  if (!b->of) return NULL;
  x->bin_count++;
  return b;
}

/* Numbers that strangers signed may be any: a sum ends at the greatest that a double holds, too. */
static void add_most(int64_t *sum, int64_t one) {
  const int64_t most = (int64_t)1 << 62;
  *sum = one > 0 && *sum > most - one ? most : one < 0 && *sum < -most - one ? -most : *sum + one;
}

static void add_span(span_of *sum, const span_of *one) {
  add_most(&sum->value, one->value);
  add_most(&sum->low, one->low);
  add_most(&sum->high, one->high);
}

/* The sum of a side's measures for the group at hand. `*lower`: some part is missing. */
static int side_of(const release_query *x, const side *s, span_of *sum, bool *lower) {
  size_t told = 0, uncovered = 0;
  *sum = (span_of){0};
  for (int i = 0; i < SIDE_MAX && s->measure[i]; i++) {
    const told_cell *c = &x->cell[s->measure[i] - 1];
    if (!c->there) return BP_CELL_WITHHELD;
    bool none = (c->state & PUBLISHED_STATE) == PUBLISHED_UNCOVERED;
    told += !none;
    uncovered += none;
    *lower |= (c->state & PUBLISHED_PARTIAL) != 0;
    if (!none) add_span(sum, &c->span);
  }
  *lower |= told && uncovered;
  return told ? BP_CELL_VALUE : BP_CELL_UNCOVERED;
}

/* A band, which ends where the roster does. */
static span_of people_of(const release_query *x) {
  int64_t low = bpi_headcount_least(x->headcount), high = bpi_headcount_most(x->headcount);
  const told_cell *roster = &x->cell[MEASURE_roster];
  if (x->headcount == HEADCOUNT_50) high = low * 20;
  if (roster->there && roster->span.value >= low && roster->span.value < high)
    high = roster->span.value;
  return (span_of){(low + high) / 2, low, high};
}

static void note(tally *t, int state, const span_of *top, const span_of *bottom, bool lower) {
  t->told += state == BP_CELL_VALUE;
  t->untold += state == BP_CELL_WITHHELD;
  t->uncovered += state == BP_CELL_UNCOVERED;
  if (state != BP_CELL_VALUE) return;
  add_span(&t->top, top);
  add_span(&t->bottom, bottom);
  t->lower |= lower;
}

/* What was done, at what each would have taken, less the time it took: stops where sums do. */
static int64_t saved(int64_t lines, int64_t line_us, int64_t tasks, int64_t task_us, int64_t took) {
  int64_t sum = 0;
  add_most(&sum, bpi_times(lines, line_us));
  add_most(&sum, bpi_times(tasks, task_us));
  add_most(&sum, -took);
  return sum;
}

/* What the lines and the resolved tasks would have taken by hand, less the time they took. */
static span_of time_saved(const release_query *x) {
  const assumed_range *line = &assumed_by(x)->line_us, *task = &assumed_by(x)->task_us;
  const span_of *lines = &x->cell[MEASURE_lines_added].span;
  const span_of *tasks = &x->cell[MEASURE_resolved].span;
  const span_of *active = &x->cell[MEASURE_active_time].span;
  return (span_of){saved(lines->value, line->likely, tasks->value, task->likely, active->value),
                   saved(lines->low, line->low, tasks->low, task->low, active->high),
                   saved(lines->high, line->high, tasks->high, task->high, active->low)};
}

/* Seats of a week, at their price of a month. */
static span_of seats_of_week(const release_query *x) {
  const told_cell *seats = &x->cell[MEASURE_seats], *price = &x->cell[MEASURE_seat_price];
  int64_t count = seats->there && price->there ? seats->span.value : 0,
          year = price->span.value * 12;
  int64_t paid = count * (year / 52) +
                 count * (year % 52) / 52; /* their product could be too large */
  return (span_of){paid, paid, paid};
}

/* Tenths of the members, weighted by how many they may be. */
static void note_share(tally *t, int state, const span_of *tenths, const span_of *people) {
  span_of top = {tenths->value * people->value, tenths->value * 2 - 1, tenths->value * 2 + 1};
  span_of bottom = {people->value * 10, 0, 0};
  bool first = !t->told;
  int64_t low = t->top.low, high = t->top.high;
  note(t, state, &top, &bottom, false);
  if (state != BP_CELL_VALUE) return;
  t->top.low = first || top.low < low ? top.low : low; /* twentieths */
  t->top.high = first || top.high > high ? top.high : high;
}

static void note_group(release_query *x, bin *b, size_t at) {
  const asked *a = &x->asked[at];
  tally *t = &b->of[at];
  span_of top = {0}, bottom = {0}, people = people_of(x);
  bool lower = false;
  if (a->how == HOW_ROI && x->seats) {
    bottom = seats_of_week(x);
    add_span(&t->bottom, &bottom);
    return;
  }
  if (x->seats != (a->how == HOW_SEATS)) return;
  if (a->how == HOW_SEATS) {
    note(t, x->headcount ? BP_CELL_VALUE : BP_CELL_EMPTY, &people, &bottom, false);
    if (x->cell[MEASURE_seats].there) add_span(&t->bottom, &x->cell[MEASURE_seats].span);
    return;
  }
  if (a->how == HOW_MEMBERS) {
    note(t, BP_CELL_VALUE, &people, &bottom, false);
    return;
  }
  int state = side_of(x, &a->top, &top, &lower);
  if (a->how == HOW_ROI) {
    if (state == BP_CELL_VALUE)
      state = lower ? BP_CELL_WITHHELD : side_of(x, &a->bottom, &bottom, &lower);
    top = time_saved(x);
    lower = false;
  }
  if (a->how == HOW_RATIO && state == BP_CELL_VALUE) {
    state = side_of(x, &a->bottom, &bottom, &lower);
    lower = false;
  }
  if (a->how == HOW_ADOPTION)
    note(t, state, &people, &top, false);
  else if (a->how == HOW_PER_MEMBER)
    note(t, state, &top, &people, false);
  else if (a->how == HOW_SHARES)
    note_share(t, state, &top, &people);
  else
    note(t, state, &top, &bottom, lower);
}

static void fold_week(bin *b) {
  if (b->week_low > b->most_low) b->most_low = b->week_low;
  if (b->week_high > b->most_high) b->most_high = b->week_high;
}

static int end_group(release_query *x) {
  if (!x->open) return BP_OK;
  x->open = false;
  const char *text = x->by == BY_TEAM                          ? (*x->scope ? x->scope : "other")
                     : x->by == BY_SLICE || x->by == BY_MEMBER ? x->slice
                                                               : "";
  bin *b = bin_of(x, time_of(x, x->window), text);
  if (!b) return BP_ERR_NOMEM;
  if (!x->seats) {
    span_of people = people_of(x);
    if (b->week != x->window) {
      fold_week(b);
      b->week = x->window;
      b->week_low = b->week_high = 0;
    }
    b->week_low += people.low;
    b->week_high += people.high;
    fold_week(b);
  }
  for (size_t i = 0; i < x->count; i++)
    note_group(x, b, i);
  return BP_OK;
}

static void begin_group(release_query *x, const published_row *p) {
  x->window = p->window;
  x->release = p->release;
  snprintf(x->scope, sizeof x->scope, "%s", p->scope);
  snprintf(x->slice, sizeof x->slice, "%s", p->slice);
  x->headcount = p->headcount;
  memset(x->cell, 0, sizeof x->cell);
  x->open = true;
}

static bool is_stated(const char *scope) {
  return !strcmp(scope, RELEASE_STATED);
}

static int visit(void *user, const published_row *p) {
  release_query *x = user;
  if (x->reader->scope && strcmp(p->scope, x->reader->scope) != 0) return 0;
  if (is_stated(p->scope) && !x->seats) return 0;
  bool same = x->open && p->window == x->window && p->release == x->release &&
              !strcmp(p->scope, x->scope) && !strcmp(p->slice, x->slice);
  if (!same) {
    int rc = end_group(x);
    if (rc) return rc;
    begin_group(x, p);
  }
  if (p->measure < 0 || p->measure >= MEASURE_COUNT) return 0; /* of a newer library */
  told_cell *c = &x->cell[p->measure];
  bool bucket = (p->state & PUBLISHED_STATE) == PUBLISHED_BUCKET;
  bool summed = bpi_measures[p->measure].how == MEASURE_SUM;
  int64_t half = summed ? bpi_figure_half(p->value, (size_t)bpi_headcount_least(p->headcount)) : 0;
  int64_t end = bpi_bucket_end(p->value) - 1;
  *c = (told_cell){.there = true, .state = p->state};
  c->span = bucket ? (span_of){(p->value + end) / 2, p->value, end}
                   : (span_of){p->value, p->value - half, p->value + half};
  return 0;
}

/* A member is a group of one, whose numbers are exact. */
static int visit_member(void *user, const individual_row *row) {
  release_query *x = user;
  bool same = x->open && row->window == x->window && !strcmp(row->member, x->slice);
  if (!same) {
    int rc = end_group(x);
    if (rc) return rc;
    begin_group(x,
                &(published_row){.window = row->window, .scope = row->team, .slice = row->member});
  }
  if (row->measure < 0 || row->measure >= MEASURE_COUNT) return 0; /* of a newer library */
  x->cell[row->measure] = (told_cell){.there = true, .span = {row->value, row->value, row->value}};
  return 0;
}

static int read_members(release_query *x) {
  int rc = bpi_individual_each(x->c->store, x->reader->scope ? x->reader->scope : "", x->from,
                               x->until, x->c->now_us / BPI_DAY, visit_member, x, x->error);
  return rc ? rc : end_group(x);
}

static int read_cells(release_query *x) {
  if (x->by == BY_MEMBER) return read_members(x);
  bool seats = false;
  for (size_t i = 0; i < x->count; i++)
    seats |= x->asked[i].how == HOW_SEATS || x->asked[i].how == HOW_ROI;
  int rc =
      bpi_read_published(x->c->store, (int)x->dimension, x->from, x->until, visit, x, x->error);
  if (!rc) rc = end_group(x);
  x->seats = true;
  if (!rc && seats)
    rc = bpi_read_published(x->c->store, SLICED_PLATFORM, x->from, x->until, visit, x, x->error);
  return rc ? rc : end_group(x);
}

/* Who is in `other` may use any of the slices beside it. */
static void add_pooled(release_query *x, size_t at, const bin *other) {
  for (size_t i = 0; i < x->bin_count; i++)
    if (x->bins[i].time == other->time && &x->bins[i] != other)
      add_most(&x->bins[i].of[at].top.high, other->of[at].top.high);
}

/* People are no sum over weeks: who was there in one may be there in the next. */
static void count_people(release_query *x, size_t at) {
  for (size_t i = 0; i < x->bin_count; i++) {
    bin *b = &x->bins[i];
    if (x->asked[at].how == HOW_MEMBERS && b->of[at].told)
      b->of[at].top = (span_of){(b->most_low + b->most_high) / 2, b->most_low, b->most_high};
  }
  for (size_t i = 0; x->by == BY_SLICE && i < x->bin_count; i++)
    if (!strcmp(x->bins[i].text, "other") && x->bins[i].of[at].told) add_pooled(x, at, &x->bins[i]);
}

/* --------------------------------------------------------------------------------------- table */

static bool is_real(const asked *a) {
  return a->how != HOW_SUM && a->how != HOW_MEMBERS && a->how != HOW_SIGNAL;
}

static const struct part {
  const char *name, *role, *definition;
} shown_parts[] = {
    {"", "metric", NULL},
    {"at_least", "companion", "The true number is at least this."},
    {"at_most", "companion", "The true number is at most this; empty if that is not known."}};
#define PARTS (sizeof shown_parts / sizeof *shown_parts)

/* Beside a baseline: how far two rounded numbers can lie apart is told with their difference. */
static const struct part compared_parts[] = {
    {"baseline", "baseline", "The same of the baseline."},
    {"difference", "difference", "The value minus the baseline."},
    {"difference.at_least", "companion", "The true difference is at least this, if that is known."},
    {"difference.at_most", "companion", "The true difference is at most this, if that is known."},
    {"relative", "relative", "The difference divided by the baseline's amount."}};
#define COMPARED (sizeof compared_parts / sizeof *compared_parts)

static const char *unit_of(const asked *a) {
  return a->r->unit ? a->r->unit : bpi_metric_unit(a->m);
}

/* The metric's title, its part and which end of the range it is: "Journeys: read edit, at least". */
static void title_of(const asked *a, const char *column, char *out, size_t size) {
  const char *title = a->r->title ? a->r->title : a->m->title;
  char name[128];
  name_of(a, "", name, sizeof name);
  const char *part = name + strlen(a->r->id);
  part += *part == '.';
  const char *word = bpi_word_title("part", part, strlen(part));
  int length = snprintf(out, size, "%s%s%s", title, *part ? ": " : "", word ? word : part);
  for (const char *end = column; *end && length > 0 && (size_t)length < size;) {
    size_t letters = strcspn(end, ".");
    length += snprintf(out + length, size - (size_t)length, ", %.*s", (int)letters, end);
    end += letters + (end[letters] == '.');
  }
  for (char *c = out + strlen(title); *c; c++)
    if (*c == '_') *c = ' ';
}

static void add_part(bp_result *t, const asked *a, const struct part *p) {
  char name[128], title[192];
  bool real = is_real(a) || !strcmp(p->name, "relative");
  name_of(a, p->name, name, sizeof name);
  title_of(a, p->name, title, sizeof title);
  size_t at = bpi_table_add_column(t, real ? BP_TYPE_REAL : BP_TYPE_INT, name, p->role);
  bpi_table_column_meta(t, at, "title", title);
  bpi_table_column_meta(t, at, "unit", strcmp(p->name, "relative") ? unit_of(a) : "ratio");
  if (*p->name) bpi_table_column_meta(t, at, "of", a->r->id);
  bpi_table_column_meta(t, at, "definition",
                        p->definition      ? p->definition
                        : a->r->definition ? a->r->definition
                                           : a->m->definition);
}

static void add_reference(bp_result *t, const asked *a) {
  char name[128], definition[BENCHMARK_SOURCE + 64];
  name_of(a, "benchmark", name, sizeof name);
  snprintf(definition, sizeof definition, "What the organisation compares with: %s, %s.",
           a->beside->source, a->beside->date);
  size_t at = bpi_table_add_column(t, BP_TYPE_REAL, name, "companion");
  bpi_table_column_meta(t, at, "title", "Benchmark");
  bpi_table_column_meta(t, at, "unit", unit_of(a));
  bpi_table_column_meta(t, at, "of", a->r->id);
  bpi_table_column_meta(t, at, "definition", definition);
}

/* "model_family" is titled "Model family". */
static void add_slices(const release_query *x, bp_result *t) {
  char title[RELEASE_TEXT];
  size_t at = bpi_table_add_column(t, BP_TYPE_TEXT, x->by_name, "dimension");
  snprintf(title, sizeof title, "%s", x->by_name);
  if (title[0] >= 'a' && title[0] <= 'z') title[0] = (char)(title[0] - 'a' + 'A');
  for (char *c = title; *c; c++)
    if (*c == '_') *c = ' ';
  bpi_table_column_meta(t, at, "title", title);
}

static void add_columns(release_query *x, bp_result *t) {
  if (x->time != DIM_COUNT) {
    const dimension *d = &bpi_dimensions[x->time];
    size_t at = bpi_table_add_column(t, BP_TYPE_TEXT, d->name, "dimension");
    bpi_table_column_meta(t, at, "title", d->title);
  }
  if (x->by != BY_NOTHING) add_slices(x, t);
  size_t at;
  if (x->by != BY_MEMBER) {
    at = bpi_table_add_column(t, BP_TYPE_TEXT, "contributors", "companion");
    bpi_table_column_meta(
        t, at, "definition",
        "People behind the row, as a band; of several weeks the one with the most.");
  }
  for (size_t i = 0; i < x->count; i++) {
    const asked *a = &x->asked[i];
    for (size_t k = 0; k < PARTS; k++)
      add_part(t, a, &shown_parts[k]);
    for (size_t k = 0; k < COMPARED && x->q->baseline; k++)
      add_part(t, a, &compared_parts[k]);
    if (a->beside) add_reference(t, a);
  }
}

static double quotient(const asked *a, int64_t top, int64_t bottom) {
  return (double)top * a->scale / (double)bottom;
}

/* A part of a whole: its middle and its bounds are, too, however wide the ranges of both. */
static bool is_share(const asked *a) {
  bool divided = a->how == HOW_RATIO || a->how == HOW_ADOPTION || a->how == HOW_SEATS;
  return divided && strcmp(unit_of(a), "ratio") == 0;
}

/* A sum of which some part is withheld. */
static bool is_lower(const asked *a, const tally *t) {
  return t->lower || (a->how == HOW_SUM && t->untold);
}

/* value, at least, at most; false in `has` where there is none. What is told as a lower bound is the least that
 * the sum can be, and not the middle of what is told of it. */
static void answer_of(const asked *a, const tally *t, double out[PARTS], bool has[PARTS]) {
  const span_of *top = &t->top, *bottom = &t->bottom;
  has[0] = has[1] = has[2] = true;
  out[0] = (double)top->value, out[1] = (double)top->low, out[2] = (double)top->high;
  if (a->how == HOW_SUM && is_lower(a, t)) out[0] = out[1];
  if (a->how == HOW_SHARES) {
    out[0] = quotient(a, top->value, bottom->value);
    out[1] = top->low <= 1 ? 0 : (double)top->low / 20;
    out[2] = top->high >= 19 ? 1 : (double)top->high / 20;
  } else if (is_real(a)) {
    has[0] = bottom->value > 0;
    has[1] = bottom->high > 0;
    has[2] = bottom->low > 0;
    if (has[0]) out[0] = quotient(a, top->value, bottom->value);
    if (has[1]) out[1] = quotient(a, top->low, bottom->high);
    if (has[2]) out[2] = quotient(a, top->high, bottom->low);
    if (has[1] && top->low < 0 && has[2]) out[1] = quotient(a, top->low, bottom->low);
    for (size_t k = 0; k < PARTS && is_share(a); k++)
      if (has[k] && out[k] > 1) out[k] = 1;
  }
}

static int state_of(const tally *t) {
  return t->told                      ? BP_CELL_VALUE
         : t->uncovered && !t->untold ? BP_CELL_UNCOVERED
                                      : BP_CELL_WITHHELD;
}

static void set_number(bp_result *t, size_t column, const asked *a, double value) {
  if (is_real(a))
    bpi_table_set_real(t, column, value);
  else
    bpi_table_set_int(t, column, (int64_t)value);
}

static void set_answer(bp_result *t, size_t column, const asked *a, const tally *told) {
  int state = state_of(told);
  double out[PARTS];
  bool has[PARTS];
  answer_of(a, told, out, has);
  bool lower = is_lower(a, told);
  for (size_t k = 0; k < PARTS; k++) {
    if (state != BP_CELL_VALUE) {
      bpi_table_set_state(t, column + k, state);
    } else if (has[k] && !(k == 2 && lower)) {
      set_number(t, column + k, a, out[k]);
      if (k == 0 && lower) bpi_table_set_state(t, column, BP_CELL_VALUE | BP_CELL_LOWER_BOUND);
    }
  }
}

/* Two numbers that are told, so their difference tells nothing new; and how far it may be from theirs. */
static void set_difference(bp_result *t, size_t column, const asked *a, const tally *now,
                           const tally *before) {
  double x[PARTS], y[PARTS];
  bool has_x[PARTS], has_y[PARTS];
  answer_of(a, now, x, has_x);
  answer_of(a, before, y, has_y);
  if (!has_x[0] || !has_y[0]) return;
  set_number(t, column, a, x[0] - y[0]);
  if (has_x[1] && has_y[2] && !is_lower(a, before)) set_number(t, column + 1, a, x[1] - y[2]);
  if (has_x[2] && has_y[1] && !is_lower(a, now)) set_number(t, column + 2, a, x[2] - y[1]);
  if (y[0] != 0) bpi_table_set_real(t, column + 3, (x[0] - y[0]) / (y[0] < 0 ? -y[0] : y[0]));
}

static void set_comparison(bp_result *t, size_t column, const asked *a, const tally *now,
                           const tally *before) {
  int state = state_of(before), both = state_of(now) == BP_CELL_VALUE ? state : state_of(now);
  double out[PARTS];
  bool has[PARTS];
  answer_of(a, before, out, has);
  if (state != BP_CELL_VALUE)
    bpi_table_set_state(t, column, state);
  else if (has[0])
    set_number(t, column, a, out[0]);
  if (state == BP_CELL_VALUE && has[0] && is_lower(a, before))
    bpi_table_set_state(t, column, BP_CELL_VALUE | BP_CELL_LOWER_BOUND);
  for (size_t k = 1; k < COMPARED && both != BP_CELL_VALUE; k++)
    bpi_table_set_state(t, column + k, both);
  if (both == BP_CELL_VALUE) set_difference(t, column + 1, a, now, before);
}

static void set_time(const release_query *x, bp_result *t, size_t column, int64_t time) {
  char text[32];
  civil at;
  if (x->time == DIM_TIME_WEEK) {
    bpi_civil_from_days(time, &at);
    snprintf(text, sizeof text, "%04d-%02d-%02d", at.year, at.month, at.day);
  } else if (x->time == DIM_TIME_MONTH) {
    snprintf(text, sizeof text, "%04d-%02d", (int)(time / 12), (int)(time % 12) + 1);
  } else {
    snprintf(text, sizeof text, "%04d-Q%d", (int)(time / 4), (int)(time % 4) + 1);
  }
  bpi_table_set_text(t, column, text, strlen(text));
}

static void set_people(bp_result *t, size_t column, const bin *b) {
  char text[48];
  if (b->most_low == 0) {
    bpi_table_set_state(t, column, BP_CELL_WITHHELD);
    return;
  }
  snprintf(text, sizeof text, "%lld-%lld", (long long)b->most_low, (long long)b->most_high);
  for (int band = 1; band < HEADCOUNT_BANDS; band++)
    if (bpi_headcount_least(band) == b->most_low &&
        (band == HEADCOUNT_50 || bpi_headcount_most(band) == b->most_high))
      snprintf(text, sizeof text, "%s", bpi_headcount_name(band));
  bpi_table_set_text(t, column, text, strlen(text));
}

static const bin *same_row(const release_query *before, const bin *b) {
  for (size_t i = 0; i < before->bin_count; i++)
    if (!strcmp(before->bins[i].text, b->text)) return &before->bins[i];
  return NULL;
}

static void add_row(release_query *x, const release_query *before, bp_result *t, const bin *b) {
  static const tally nothing;
  const bin *was = before ? same_row(before, b) : NULL;
  size_t column = 0;
  bpi_table_add_row(t);
  if (x->time != DIM_COUNT) set_time(x, t, column++, b->time);
  if (x->by != BY_NOTHING) bpi_table_set_text(t, column++, b->text, strlen(b->text));
  if (x->by != BY_MEMBER) set_people(t, column++, b);
  for (size_t i = 0; i < x->count; i++) {
    const reference *beside = x->asked[i].beside;
    set_answer(t, column, &x->asked[i], &b->of[i]);
    column += PARTS;
    if (before) {
      set_comparison(t, column, &x->asked[i], &b->of[i], was ? &was->of[i] : &nothing);
      column += COMPARED;
    }
    if (beside) bpi_table_set_real(t, column++, beside->value);
  }
}

/* qsort has no place for what is asked, so the number to sort by is put beside each row first. */
typedef struct ranked {
  const bin *b;
  double value;
  bool has;
} ranked;

static int by_rank(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->has != y->has) return x->has ? -1 : 1;
  if (x->has && x->value != y->value) return x->value < y->value ? -1 : 1;
  if (x->b->time != y->b->time) return x->b->time < y->b->time ? -1 : 1;
  return strcmp(x->b->text, y->b->text);
}

static void rank(const release_query *x, ranked *r, const bin *b) {
  double out[PARTS];
  bool has[PARTS];
  *r = (ranked){.b = b};
  if (x->order < 0) return;
  const tally *t = &b->of[x->order];
  answer_of(&x->asked[x->order], t, out, has);
  r->has = t->told && has[0];
  r->value = x->descending ? -out[0] : out[0];
}

static int add_rows(release_query *x, const release_query *before, bp_result *t) {
  bool every_week = x->time == DIM_TIME_WEEK && x->by == BY_NOTHING;
  /* One row, or one for each week, whether or not anything is published. */
  for (int64_t w = x->from; every_week && w < x->until; w += 7)
    if (!bin_of(x, w, "")) return BP_ERR_NOMEM;
  if (x->time == DIM_COUNT && x->by == BY_NOTHING && !bin_of(x, 0, "")) return BP_ERR_NOMEM;
  /* And one for what is there no more. */
  for (size_t i = 0; before && i < before->bin_count; i++)
    if (!bin_of(x, 0, before->bins[i].text)) return BP_ERR_NOMEM;
  ranked *rows = bpi_alloc_zero(x->bin_count + 1, sizeof *rows);
  if (!rows) return BP_ERR_NOMEM;
  for (size_t i = 0; i < x->bin_count; i++)
    rank(x, &rows[i], &x->bins[i]);
  qsort(rows, x->bin_count, sizeof *rows, by_rank);
  size_t limit = x->q->limit && (size_t)x->q->limit < x->bin_count ? (size_t)x->q->limit
                                                                   : x->bin_count;
  for (size_t i = 0; i < limit; i++)
    add_row(x, before, t, rows[i].b);
  bpi_free(rows);
  return BP_OK;
}

/* What a number takes for granted stands beside it. */
static void put_notes(const release_query *x, bp_result *t) {
  buf b;
  bpi_buf_init(&b, 4096);
  bpi_buf_text(&b,
               x->by == BY_MEMBER
                   ? "Members who agreed to be seen by their lead, as long as they do; others are "
                     "in the team's numbers only. What a member did not agree to is withheld."
                   : "Aggregated, at least 3 contributors, published once. Numbers are rounded, or "
                     "the middle of a range: the true one lies between its two ends.");
  if (x->q->baseline)
    bpi_buf_text(&b,
                 " A difference is of two such numbers; the true one lies between its own ends.");
  for (size_t i = 0; i < x->count; i++) {
    if (x->asked[i].how != HOW_ROI) continue;
    bpi_buf_text(&b, " Assumed for roi: ");
    bpi_assumptions_show_time(&b, assumed_by(x));
    bpi_buf_text(&b, "; ");
    bpi_assumptions_show_hour(&b, assumed_by(x));
    bpi_buf_text(&b, ".");
  }
  if (b.failed)
    t->failed = b.failed;
  else
    bpi_table_meta(t, "notes", b.data);
  bpi_buf_free(&b);
}

static void put_day(bp_result *t, const char *key, int64_t day) {
  char text[32];
  bpi_format_instant(day < 0 ? 0 : day * BPI_DAY_QUARTERS * BPI_QUARTER, text);
  bpi_table_meta(t, key, text);
}

static int present(release_query *x, const release_query *before, bp_result **out) {
  bp_result *t = bpi_table_new();
  if (!t) return BP_ERR_NOMEM;
  add_columns(x, t);
  int rc = add_rows(x, before, t);
  if (rc) {
    bpi_table_release(t);
    return rc;
  }
  bpi_table_meta(t, "topic", "query");
  put_day(t, "from", x->from);
  put_day(t, "until", x->until);
  if (before) {
    bpi_table_meta(t, "baseline", bpi_baseline_name(x->q));
    put_day(t, "baseline_from", before->from);
    put_day(t, "baseline_until", before->until);
  }
  bpi_table_meta(t, "zone", "UTC");
  bpi_table_meta(t, "period", x->q->period);
  put_notes(x, t);
  return bpi_table_finish(out, t, x->error);
}

bool bpi_release_metric(size_t at, release_metric *out) {
  if (at >= RELEASED) return false;
  const released *r = &all_released[at];
  const metric *m = catalogued(r->id);
  *out = (release_metric){.id = r->id,
                          .title = r->title ? r->title : m->title,
                          .unit = r->unit ? r->unit : bpi_metric_unit(m),
                          .levels = r->levels ? r->levels : m->levels,
                          .definition = r->definition ? r->definition : m->definition};
  for (int d = SLICED_WHOLE + 1; d < SLICED_COUNT; d++)
    if (told_along(r, d)) out->slices |= SLICED_BIT(d);
  return true;
}

size_t bpi_release_columns(size_t at, char names[RELEASE_PARTS][RELEASE_NAME]) {
  asked list[SIDE_MAX];
  size_t count = columns_of(list, &all_released[at], NULL);
  for (size_t i = 0; i < count; i++)
    name_of(&list[i], "", names[i], RELEASE_NAME);
  return count;
}

bool bpi_release_has(const char *column) {
  char names[RELEASE_PARTS][RELEASE_NAME];
  for (size_t i = 0; i < RELEASED; i++)
    for (size_t k = bpi_release_columns(i, names); k-- > 0;)
      if (!strcmp(names[k], column)) return true;
  return false;
}

static int read_windows(release_query *x) {
  int rc = read_cells(x);
  for (size_t i = 0; i < x->count && !rc; i++)
    if (x->asked[i].how == HOW_MEMBERS || x->asked[i].how == HOW_SEATS) count_people(x, i);
  return rc;
}

/* Both ranges in one snapshot. */
static int compute(release_query *x, release_query *before) {
  int rc = bpi_read_begin(x->c->store, x->error);
  if (rc) return rc;
  rc = find_windows(x, before);
  if (!rc) rc = read_windows(x);
  if (!rc && before) rc = read_windows(before);
  bpi_read_end(x->c->store);
  return rc;
}

static void free_query(release_query *x) {
  for (size_t i = 0; x && i < x->bin_count; i++)
    bpi_free(x->bins[i].of);
  if (x) bpi_free(x->bins);
  bpi_free(x);
}

int bpi_release_compute(bp_result **out, const compute_context *c, const release_reader *reader,
                        const bp_query *q, bp_error **error) {
  *out = NULL;
  release_query *x = bpi_alloc_zero(1, sizeof *x), *before = NULL;
  if (!x) return bpi_fail_nomem(error);
  *x = (release_query){.c = c, .reader = reader, .q = q, .error = error, .time = DIM_COUNT};
  int rc = plan(x);
  if (!rc && q->baseline) {
    before = bpi_alloc_zero(1, sizeof *before);
    if (before)
      *before = *x;
    else
      rc = BP_ERR_NOMEM;
  }
  if (!rc) rc = compute(x, before);
  if (!rc) rc = present(x, before, out);
  free_query(before);
  free_query(x);
  return rc == BP_ERR_NOMEM ? bpi_fail_nomem(error) : rc;
}
