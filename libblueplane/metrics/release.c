/* metrics/release.c: plan, windows, one pass over the cells; release_table.c makes the table. Cells
 * are evaluated per group of people: a ratio includes only groups that have both sides, so that
 * numerator and denominator are always about the same people. */
#include "metrics/release_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/sum.h"
#include "metrics/period.h"
#include "store/individual.h"

/* ------------------------------------------------------------------- the macros of release.def */

/* clang-format off: these braces are initializers, not blocks */
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
#define NUMBER(number_) .number = #number_
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

static int refuse(release_query *x, int code, const char *key, const char *name, const char *what) {
  bpi_fail(x->error, code, "%s", what);
  return bpi_fail_detail(x->error, key, name);
}

static bool is_called(const released *r, const char *name) {
  return !strcmp(r->id, name) || (r->number && !strcmp(r->number, name));
}

static const released *find_released(const char *name) {
  for (size_t i = 0; i < RELEASED; i++)
    if (is_called(&all_released[i], name)) return &all_released[i];
  return NULL;
}

static const metric *catalogued(const char *id) {
  dimension_id by;
  metric_id found = bpi_metric_find(id, &by);
  return found == METRIC_COUNT ? NULL : &bpi_metrics[found];
}

/* Whether all measures of a side are published along a dimension. */
static bool side_takes(const side *s, int along) {
  for (int i = 0; i < SIDE_MAX && s->measure[i]; i++)
    if (!bpi_measure_takes(s->measure[i] - 1, along)) return false;
  return true;
}

/* Whether it exists for a single person: sums and ratios do, everything else only for a group. */
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

/* Seats are published only by platform, shares of members only for the whole. */
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

/* A journey has two measures next to each other: resolved and unresolved tasks. So does a feature:
 * resolved tasks with it, and their time. */
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

/* A part is named by its measure without the first word, and for journeys and features also without
 * the suffix from "_resolved" on. */
void bpi_release_name(const asked *a, const char *column, char *out, size_t size) {
  const char *part = a->part < 0 ? "" : strchr(bpi_measures[a->part].name, '_') + 1;
  const char *end = a->r->how == HOW_SHARES ? NULL : strstr(part, "_resolved");
  int length = (int)(end ? (size_t)(end - part) : strlen(part));
  snprintf(out, size, "%s%s%.*s%s%s", a->r->id, length ? "." : "", length, part, *column ? "." : "",
           column);
}

const assumptions *bpi_release_assumed(const release_query *x) {
  return x->c->assumed ? x->c->assumed : bpi_assumptions_builtin();
}

/* The return divides microseconds saved by nano-dollars, so they are scaled by the cost of an
 * hour. */
static double scale_of(const release_query *x, const released *r) {
  if (r->how == HOW_ROI) return bpi_release_assumed(x)->hour_usd * 1e9 / 3.6e9;
  return r->scale ? (double)r->scale : 1;
}

static int plan_metric(release_query *x, const char *id) {
  const released *r = find_released(id);
  const metric *m = catalogued(id);
  if (!r && !m) return refuse(x, BP_ERR_NOTFOUND, "metric", id, "there is no such metric");
  if (!r) return refuse(x, BP_ERR_UNSUPPORTED, "metric", id, "no release contains this metric");
  if (!strchr(r->levels ? r->levels : m->levels, x->reader->level))
    return refuse(x, BP_ERR_DENIED, "metric", id, "access does not allow this query");
  if (!told_by(x, r))
    return refuse(x, BP_ERR_UNSUPPORTED, "dimension", x->by_name,
                  "this metric cannot be grouped by this dimension");
  size_t first = x->count;
  for (size_t i = 0; i < first; i++)
    if (x->asked[i].r == r) return BP_OK; /* named twice, by number and by id */
  x->count += columns_of(x->asked + first, r, m);
  for (size_t i = first; i < x->count; i++) {
    char name[BENCHMARK_COLUMN];
    bpi_release_name(&x->asked[i], "", name, sizeof name);
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
                  "releases cannot be grouped by this dimension");
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
    if (is_called(x->asked[i].r, order)) x->order = (int)i;
  x->by_names = order && x->by_name && !strcmp(order, x->by_name);
  bool by_time = order && x->time != DIM_COUNT && !strcmp(order, bpi_dimensions[x->time].name);
  if (!order || x->order >= 0 || x->by_names || by_time) return BP_OK;
  return refuse(x, BP_ERR_INVALID, "name", order, "the rows cannot be ordered by this");
}

static int plan(release_query *x) {
  const char *metrics[QUERY_METRICS], *dimensions[QUERY_DIMENSIONS + QUERY_METRICS];
  int rc = bpi_query_check(x->q, x->error);
  size_t by = bpi_query_dimensions(x->q, dimensions), count = bpi_query_metrics(x->q, metrics);
  if (rc) return rc;
  if (!count) return bpi_fail(x->error, BP_ERR_INVALID, "a query must name at least one metric");
  if (x->q->filters)
    return refuse(x, BP_ERR_UNSUPPORTED, "dimension", x->q->where[0].dimension,
                  "published cells cannot be filtered");
  if (bpi_baseline_is_average(x->q->baseline))
    return refuse(x, BP_ERR_UNSUPPORTED, "name", bpi_baseline_name(x->q),
                  "a published window can be compared with another one, not with an average");
  for (size_t i = 0; i < by && !rc; i++)
    rc = plan_dimension(x, dimensions[i]);
  if (!rc && x->q->baseline && x->time != DIM_COUNT)
    rc = refuse(x, BP_ERR_UNSUPPORTED, "dimension", bpi_dimensions[x->time].name,
                "rows of different times cannot be compared with a baseline");
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

static const struct {
  period_kind kind;
  int months;
} civil_kinds[] = {{PERIOD_MONTH, 1}, {PERIOD_QUARTER, 3}, {PERIOD_YEAR, 12}};

/* A range of days that is exactly a window becomes that window, so that its previous one is a
 * window, too: the one before a month is a month. */
static void recognise(range *r) {
  int64_t next = r->last_day + 1;
  if (r->kind != PERIOD_DAYS) return;
  if (bpi_day_of_week(r->first_day) == 0 && next == r->first_day + 7) r->kind = PERIOD_WEEK;
  for (size_t i = 0; i < 3; i++)
    if (starts(r->first_day, civil_kinds[i].months) &&
        next == month_start(r->first_day, civil_kinds[i].months))
      r->kind = civil_kinds[i].kind;
}

/* The day after the period that begins with the range; 0 if it is not a published window. */
static int64_t end_of(const range *r) {
  if (r->kind == PERIOD_WEEK) return r->first_day + 7;
  for (size_t i = 0; i < 3; i++)
    if (r->kind == civil_kinds[i].kind) return month_start(r->first_day, civil_kinds[i].months);
  return 0;
}

static int no_window(release_query *x, const char *what) {
  bpi_fail(x->error, BP_ERR_UNSUPPORTED, "the %s is not a published window", what);
  return bpi_fail_detail(x->error, "hint",
                         "a week from Monday, a month, a quarter, a year, or all");
}

/* The first Monday whose Thursday is on or after a day. */
static int64_t first_week(int64_t day) {
  int64_t monday = day - 3;
  while (bpi_day_of_week(monday) != 0)
    monday++;
  return monday;
}

/* A week belongs to the month and quarter of its Thursday. */
static int set_windows(release_query *x, range *r, const char *what) {
  recognise(r);
  int64_t end = end_of(r);
  if (!end) return no_window(x, what);
  x->from = first_week(r->first_day);
  x->until = first_week(end);
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

/* The windows of the query, and those of its baseline. */
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
  rc = set_windows(x, &r, "range");
  if (!rc && before)
    rc = bpi_compute_baseline(other, &units, &r, x->q->baseline, x->c, x->q, utc, x->error);
  if (!rc && before) rc = set_windows(before, other, "baseline");
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

_Static_assert(RELEASE_TEXT % sizeof(int64_t) == 0, "a text is whole integers");

static void make_key(int64_t key[BIN_KEY], int64_t time, const char *text) {
  char padded[RELEASE_TEXT] = "";
  snprintf(padded, sizeof padded, "%s", text);
  key[0] = time;
  memcpy(key + 1, padded, sizeof padded);
}

bin *bpi_release_find(const release_query *x, int64_t time, const char *text) {
  int64_t key[BIN_KEY];
  make_key(key, time, text);
  uint32_t at = bpi_keymap_find(&x->known, key);
  return at == KEYMAP_NONE ? NULL : &x->bins[at];
}

bin *bpi_release_bin(release_query *x, int64_t time, const char *text) {
  int64_t key[BIN_KEY];
  bool fresh;
  make_key(key, time, text);
  uint32_t at = bpi_keymap_put(&x->known, key, &fresh);
  if (at == KEYMAP_NONE) return NULL;
  if (!fresh) return &x->bins[at];
  if (bpi_reserve((void **)&x->bins, &x->bin_capacity, x->bin_count + 1, sizeof *x->bins))
    return NULL;
  bin *b = &x->bins[x->bin_count];
  *b = (bin){.time = time, .of = bpi_alloc_zero(x->count, sizeof *b->of)};
  snprintf(b->text, sizeof b->text, "%s", text);
  if (!b->of) return NULL;
  x->bin_count++;
  return b;
}

/* Numbers in a file that others signed may be arbitrarily large: a sum saturates at 2^62, which a
 * double represents exactly. */
static void add_most(int64_t *sum, int64_t one) {
  const int64_t most = (int64_t)1 << 62;
  *sum = one > 0 && *sum > most - one ? most : one < 0 && *sum < -most - one ? -most : *sum + one;
}

static void add_span(span_of *sum, const span_of *one) {
  add_most(&sum->value, one->value);
  add_most(&sum->low, one->low);
  add_most(&sum->high, one->high);
}

/* The sum of a side's measures in the current group. Sets *lower if some part is missing. */
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

/* The headcount band of the group, limited by the roster of its team. */
static span_of people_of(const release_query *x) {
  int64_t low = bpi_headcount_least(x->headcount), high = bpi_headcount_most(x->headcount);
  if (x->roster >= low && x->roster < high) high = x->roster;
  return (span_of){(low + high) / 2, low, high};
}

static void note(tally *t, int state, const span_of *top, const span_of *bottom) {
  t->told += state == BP_CELL_VALUE;
  t->untold += state == BP_CELL_WITHHELD;
  t->uncovered += state == BP_CELL_UNCOVERED;
  if (state != BP_CELL_VALUE) return;
  add_span(&t->top, top);
  add_span(&t->bottom, bottom);
}

/* Assumed time by hand minus the time taken; saturates as sums do. */
static int64_t saved(int64_t lines, int64_t line_us, int64_t tasks, int64_t task_us, int64_t took) {
  int64_t sum = 0;
  add_most(&sum, bpi_times(lines, line_us));
  add_most(&sum, bpi_times(tasks, task_us));
  add_most(&sum, -took);
  return sum;
}

/* The time saved by the group. The bounds combine the assumptions and the rounding of the
 * numbers. */
static span_of time_saved(const release_query *x) {
  const assumed_range *line = &bpi_release_assumed(x)->line_us,
                      *task = &bpi_release_assumed(x)->task_us;
  const span_of *lines = &x->cell[MEASURE_lines_added].span;
  const span_of *tasks = &x->cell[MEASURE_resolved].span;
  const span_of *active = &x->cell[MEASURE_active_time].span;
  return (span_of){saved(lines->value, line->likely, tasks->value, task->likely, active->value),
                   saved(lines->low, line->low, tasks->low, task->low, active->high),
                   saved(lines->high, line->high, tasks->high, task->high, active->low)};
}

/* The cost of the seats for a week, from their monthly price. */
static span_of seats_of_week(const release_query *x) {
  const told_cell *seats = &x->cell[MEASURE_seats], *price = &x->cell[MEASURE_seat_price];
  int64_t count = seats->there && price->there ? seats->span.value : 0,
          year = price->span.value * 12;
  int64_t paid = count * (year / 52) + count * (year % 52) / 52; /* count * year could overflow */
  return (span_of){paid, paid, paid};
}

/* Shares in tenths of the members, weighted by headcount. */
static void note_share(tally *t, int state, const span_of *tenths, const span_of *people) {
  span_of top = {tenths->value * people->value, tenths->value * 2 - 1, tenths->value * 2 + 1};
  span_of bottom = {people->value * 10, 0, 0};
  bool first = !t->told;
  int64_t low = t->top.low, high = t->top.high;
  note(t, state, &top, &bottom);
  if (state != BP_CELL_VALUE) return;
  t->top.low = first || top.low < low ? top.low : low; /* bounds in twentieths */
  t->top.high = first || top.high > high ? top.high : high;
}

/* A signal is 0 or 1, however many groups have one. */
static void note_signal(tally *t, int state, const span_of *one) {
  static const span_of nothing, most = {1, 1, 1};
  note(t, state, one, &nothing);
  if (t->top.value > 1) t->top = most;
}

/* The bit of the current platform. */
static uint64_t platform_bit(const release_query *x) {
  return UINT64_C(1) << bpi_slice_find(SLICED_PLATFORM, x->slice, strlen(x->slice));
}

/* Members on a platform without seats do not count. Those in `other` may use any platform, so they
 * count only in the upper bound. */
static void note_seats(const release_query *x, tally *t, const span_of *people) {
  static const span_of nothing;
  bool licensed = (x->licensed & platform_bit(x)) != 0;
  span_of of = licensed                         ? *people
               : strcmp(x->slice, "other") == 0 ? (span_of){0, 0, people->high}
                                                : nothing;
  note(t, x->headcount ? BP_CELL_VALUE : BP_CELL_EMPTY, &of, &nothing);
  if (x->cell[MEASURE_seats].there) add_span(&t->bottom, &x->cell[MEASURE_seats].span);
}

static void note_group(release_query *x, bin *b, size_t at) {
  const asked *a = &x->asked[at];
  tally *t = &b->of[at];
  span_of top = {0}, bottom = {0}, people = people_of(x);
  bool lower = false, bottom_lower = false;
  if (a->how == HOW_ROI && x->seats) {
    bottom = seats_of_week(x);
    add_span(&t->bottom, &bottom);
    return;
  }
  if (x->seats != (a->how == HOW_SEATS)) return;
  if (a->how == HOW_SEATS) {
    note_seats(x, t, &people);
    return;
  }
  if (a->how == HOW_MEMBERS) {
    note(t, BP_CELL_VALUE, &people, &bottom);
    return;
  }
  int state = side_of(x, &a->top, &top, &lower);
  if (a->how == HOW_ROI) {
    if (state == BP_CELL_VALUE)
      state = lower ? BP_CELL_WITHHELD : side_of(x, &a->bottom, &bottom, &bottom_lower);
    top = time_saved(x);
  }
  if (a->how == HOW_RATIO && state == BP_CELL_VALUE)
    state = side_of(x, &a->bottom, &bottom, &bottom_lower);
  if (state == BP_CELL_VALUE && a->how != HOW_SHARES) { /* shares refer to covered members only */
    t->lower |= lower;
    t->bottom_lower |= bottom_lower;
  }
  if (a->how == HOW_ADOPTION)
    note(t, state, &people, &top);
  else if (a->how == HOW_PER_MEMBER)
    note(t, state, &top, &people);
  else if (a->how == HOW_SHARES)
    note_share(t, state, &top, &people);
  else if (a->how == HOW_SIGNAL)
    note_signal(t, state, &top);
  else
    note(t, state, &top, &bottom);
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
  bin *b = bpi_release_bin(x, time_of(x, x->window), text);
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
  snprintf(x->scope, sizeof x->scope, "%s", p->cell.scope);
  snprintf(x->slice, sizeof x->slice, "%s", p->cell.slice);
  x->headcount = p->cell.headcount;
  x->roster = p->beside;
  memset(x->cell, 0, sizeof x->cell);
  x->open = true;
}

static bool is_stated(const char *scope) {
  return !strcmp(scope, RELEASE_STATED);
}

static int visit(void *user, const published_row *p) {
  release_query *x = user;
  const release_row *r = &p->cell;
  if (x->reader->scope && strcmp(r->scope, x->reader->scope) != 0) return 0;
  if (is_stated(r->scope) && !x->seats) return 0;
  bool same = x->open && p->window == x->window && p->release == x->release &&
              !strcmp(r->scope, x->scope) && !strcmp(r->slice, x->slice);
  if (!same) {
    int rc = end_group(x);
    if (rc) return rc;
    if (p->window != x->window || p->release != x->release) x->licensed = 0;
    begin_group(x, p);
  }
  if (is_stated(r->scope) && r->measure == MEASURE_seats && r->value > 0)
    x->licensed |= platform_bit(x);
  if (r->measure >= MEASURE_COUNT) return 0; /* of a newer library */
  told_cell *c = &x->cell[r->measure];
  bool bucket = (r->state & PUBLISHED_STATE) == PUBLISHED_BUCKET;
  bool summed = bpi_measures[r->measure].how == MEASURE_SUM;
  int64_t half = summed ? bpi_figure_half(r->value, (size_t)bpi_headcount_least(r->headcount)) : 0;
  int64_t end = bpi_bucket_end(r->value) - 1;
  *c = (told_cell){.there = true, .state = r->state};
  c->span = bucket ? (span_of){(r->value + end) / 2, r->value, end}
                   : (span_of){r->value, r->value - half, r->value + half};
  return 0;
}

/* A member is a group of one. The numbers are exact, or lower bounds where those of the team are:
 * it is not known which member's number made the team's a lower bound. */
static int visit_member(void *user, const individual_row *row) {
  release_query *x = user;
  bool same = x->open && row->window == x->window && !strcmp(row->member, x->slice);
  if (!same) {
    int rc = end_group(x);
    if (rc) return rc;
    begin_group(x, &(published_row){.window = row->window,
                                    .cell = {.scope = row->team, .slice = row->member}});
  }
  if (row->measure >= MEASURE_COUNT) return 0; /* of a newer library */
  x->cell[row->measure] = (told_cell){.there = true,
                                      .state = row->state & PUBLISHED_PARTIAL,
                                      .span = {row->value, row->value, row->value}};
  return 0;
}

static int read_members(release_query *x) {
  int rc = bpi_individual_each(x->c->store, x->reader->scope ? x->reader->scope : "", x->from,
                               x->until, x->c->now_us / BPI_DAY, visit_member, x, x->error);
  return rc ? rc : end_group(x);
}

static int read_rows(release_query *x, int along) {
  return bpi_read_published(x->c->store, along, MEASURE_roster, x->from, x->until, visit, x,
                            x->error);
}

static int read_cells(release_query *x) {
  if (x->by == BY_MEMBER) return read_members(x);
  bool seats = false;
  for (size_t i = 0; i < x->count; i++)
    seats |= x->asked[i].how == HOW_SEATS || x->asked[i].how == HOW_ROI;
  int rc = read_rows(x, (int)x->dimension);
  if (!rc) rc = end_group(x);
  x->seats = true;
  if (!rc && seats) rc = read_rows(x, SLICED_PLATFORM);
  return rc ? rc : end_group(x);
}

/* People in `other` may belong to any slice, so they add to the upper bound of each. */
static void add_pooled(release_query *x, size_t at, const bin *other) {
  for (size_t i = 0; i < x->bin_count; i++)
    if (x->bins[i].time == other->time && &x->bins[i] != other)
      add_most(&x->bins[i].of[at].top.high, other->of[at].top.high);
}

/* People do not add up over weeks, as they may be the same; the week with the most counts. */
static void count_people(release_query *x, size_t at) {
  for (size_t i = 0; i < x->bin_count; i++) {
    bin *b = &x->bins[i];
    if (x->asked[at].how == HOW_MEMBERS && b->of[at].told)
      b->of[at].top = (span_of){(b->most_low + b->most_high) / 2, b->most_low, b->most_high};
  }
  for (size_t i = 0; x->by == BY_SLICE && i < x->bin_count; i++)
    if (!strcmp(x->bins[i].text, "other") && x->bins[i].of[at].told) add_pooled(x, at, &x->bins[i]);
}

/* --------------------------------------------------------------------------- metrics/release.h */

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
    bpi_release_name(&list[i], "", names[i], RELEASE_NAME);
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

/* A difference may come from which weeks are published, and by which teams: this counts them. */
static int count_weeks(release_query *x, const release_query *other) {
  return bpi_read_weeks(x->c->store, x->reader->scope, x->from, x->until, other->from, other->until,
                        &x->weeks, x->error);
}

/* Reads both ranges in one snapshot. */
static int compute(release_query *x, release_query *before) {
  int rc = bpi_read_begin(x->c->store, x->error);
  if (rc) return rc;
  rc = find_windows(x, before);
  if (!rc) rc = read_windows(x);
  if (!rc && before) rc = read_windows(before);
  if (!rc && before) rc = count_weeks(x, before);
  if (!rc && before) rc = count_weeks(before, x);
  bpi_read_end(x->c->store);
  return rc;
}

static void free_query(release_query *x) {
  for (size_t i = 0; x && i < x->bin_count; i++)
    bpi_free(x->bins[i].of);
  if (x) bpi_free(x->bins);
  if (x) bpi_keymap_free(&x->known);
  bpi_free(x);
}

int bpi_release_compute(bp_result **out, const compute_context *c, const release_reader *reader,
                        const bp_query *q, bp_error **error) {
  *out = NULL;
  release_query *x = bpi_alloc_zero(1, sizeof *x), *before = NULL;
  if (!x) return bpi_fail_nomem(error);
  *x = (release_query){.c = c, .reader = reader, .q = q, .error = error, .time = DIM_COUNT};
  bpi_keymap_init(&x->known, BIN_KEY);
  int rc = plan(x);
  if (!rc && q->baseline) {
    before = bpi_alloc_zero(1, sizeof *before);
    if (before)
      *before = *x;
    else
      rc = BP_ERR_NOMEM;
  }
  if (!rc) rc = compute(x, before);
  if (!rc) rc = bpi_release_present(x, before, out);
  free_query(before);
  free_query(x);
  return rc == BP_ERR_NOMEM ? bpi_fail_nomem(error) : rc;
}
