/* metrics/answer.c: one section per shape of a metric; bpi_answer chooses among them. */
#include "metrics/answer.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/sort.h"

/* ------------------------------------------------------------------------------- companions */

#define NUMERATOR "The numerator."
#define DENOMINATOR "The denominator."
static const companion of_ratio[] = {{PART_TOP, NULL, NULL, false, NUMERATOR},
                                     {PART_BOTTOM, NULL, NULL, false, DENOMINATOR}};
static const companion of_difference[] = {{PART_TOP, NULL, NULL, false, "What is subtracted from."},
                                          {PART_BOTTOM, NULL, NULL, false, "What is subtracted."}};
static const companion of_share[] = {{PART_TOP, NULL, NULL, false, NUMERATOR},
                                     {PART_BOTTOM, "all_interactions", NULL, false, DENOMINATOR}};
static const companion of_spread[] = {
    {PART_MEDIAN, "median", NULL, false, "The median, by nearest rank."},
    {PART_P90, "p90", NULL, false, "The 90th percentile, by nearest rank."},
    {PART_SUM, "sum", NULL, false, "The sum over the sessions."},
    {PART_N, "sessions", "count", false, "How many sessions the mean is taken over."}};
static const companion of_peak[] = {
    {PART_IN_PEAK, "interactions", "count", false, "Interactions in that hour or day."},
    {PART_ACTIVE_DAYS, "active_days", "count", false, "Active days over which it is averaged."},
    {PART_PER_ACTIVE_DAY, "per_active_day", "count", true,
     "Interactions in that hour or day, per active day."}};
static const companion of_top_hours[] = {
    {PART_SECOND, "second", NULL, false, "The second of the three hours."},
    {PART_THIRD, "third", NULL, false, "The third of the three hours."},
    {PART_SHARE, "share", "ratio", true, "Interactions in the three hours divided by all."},
    {PART_IN_PEAK, "interactions", "count", false, "Interactions in the three hours."},
    {PART_BOTTOM, "all_interactions", "count", false, "All interactions."}};
static const companion of_tasks[] = {
    {PART_MEDIAN, "median", NULL, false, "The median, by nearest rank."},
    {PART_P90, "p90", NULL, false, "The 90th percentile, by nearest rank."},
    {PART_SUM, "sum", NULL, false, "The sum over the tasks."},
    {PART_N, "tasks", "count", false, "How many tasks the mean is taken over."}};
static const companion of_estimate[] = {
    {PART_LOW, "low", NULL, false, "With the lowest assumed values."},
    {PART_HIGH, "high", NULL, false, "With the highest assumed values."},
    {PART_TOP, NULL, NULL, false, "What the estimate is based on."},
    {PART_BOTTOM, NULL, NULL, false, "What the estimate is based on."},
    {PART_LESS, NULL, NULL, false, "What the estimate subtracts."}};
static const companion of_interval[] = {
    {PART_LOW, "low", "ratio", true,
     "Lower end of the 95 % interval; empty if there are too few sessions."},
    {PART_HIGH, "high", "ratio", true, "Upper end of that interval."}};
static const companion of_median[] = {
    {PART_LOW, "median_low", NULL, false,
     "Lower end of the 95 % interval of the median; empty if there are too few values."},
    {PART_HIGH, "median_high", NULL, false, "Upper end of that interval."}};
static const companion outliers = {
    PART_OUTLIERS, "outliers", "count", false,
    "Sessions more than 1.5 interquartile ranges outside the quartiles."};
static const companion missing = {PART_MISSING, NULL, NULL, false,
                                  "What the value leaves out; if above 0, the value is a lower "
                                  "bound."};
static const companion not_final = {
    PART_NOT_FINAL, "not_final_tokens", "tokens", false,
    "Output tokens whose count is partial or a placeholder; if above 0, the value is a lower "
    "bound."};
static const companion per_active_day[] = {
    {PART_PER_ACTIVE_DAY, "per_active_day", NULL, true, "The value divided by active days."},
    {PART_ACTIVE_DAYS, "active_days", "count", false,
     "Active days of the group, whatever the hour of day."}};

static size_t add(companion *out, size_t count, const companion *list, size_t n) {
  memcpy(out + count, list, n * sizeof *list);
  return count + n;
}

#define ADD(list) count = add(out, count, list, sizeof(list) / sizeof *(list))
size_t bpi_companions(const planned *x, companion out[COMPANIONS_MAX]) {
  size_t count = 0;
  switch (x->m->shape) {
  case SHAPE_TOTAL: break;
  case SHAPE_RATIO: ADD(of_ratio); break;
  case SHAPE_DIFFERENCE: ADD(of_difference); break;
  case SHAPE_SHARE: ADD(of_share); break;
  case SHAPE_SPREAD:
    if (x->m->bottom.kind == OPERAND_SESSIONS)
      ADD(of_spread);
    else
      ADD(of_tasks);
    break;
  case SHAPE_VERDICT: ADD(of_ratio); break;
  case SHAPE_ESTIMATE: ADD(of_estimate); break;
  case SHAPE_SET: break;
  case SHAPE_PEAK_HOUR:
  case SHAPE_PEAK_DAY: ADD(of_peak); break;
  case SHAPE_TOP_HOURS: ADD(of_top_hours); break;
  }
  if (x->m->interval && x->m->shape == SHAPE_SPREAD)
    ADD(of_median);
  else if (x->m->interval)
    ADD(of_interval);
  if (x->m->outliers) count = add(out, count, &outliers, 1);
  if (x->missing != PLAN_NONE) count = add(out, count, &missing, 1);
  if (x->not_final != PLAN_NONE) count = add(out, count, &not_final, 1);
  if (x->per_active_day) ADD(per_active_day);
  return count;
}
#undef ADD

static const operand *operand_of(const planned *x, answer_part part) {
  switch (part) {
  case PART_BOTTOM: return &x->m->bottom;
  case PART_MISSING: return &x->m->missing;
  case PART_LESS: return &x->m->less;
  default: return &x->m->top;
  }
}

const char *bpi_companion_suffix(const planned *x, const companion *c) {
  return c->suffix ? c->suffix : operand_of(x, c->part)->name;
}

const char *bpi_companion_unit(const planned *x, const companion *c) {
  if (c->unit) return c->unit;
  bool operand_unit = c->part == PART_TOP || c->part == PART_BOTTOM || c->part == PART_MISSING ||
                      c->part == PART_LESS;
  if (operand_unit && operand_of(x, c->part)->unit) return operand_of(x, c->part)->unit;
  return operand_unit ? "count" : bpi_metric_unit(x->m);
}

/* ------------------------------------------------------------------------------ preparation */

/* Sorts the visits by group (counting sort). */
static int sort_visits(answers *a, bp_error **error) {
  const frame *f = a->f;
  uint32_t groups = f->groups.count, visits = (uint32_t)f->visits;
  a->visit = bpi_alloc_zero(visits, sizeof *a->visit);
  a->visit_start = bpi_alloc_zero((size_t)groups + 2, sizeof *a->visit_start);
  a->values = bpi_alloc_zero(visits, sizeof *a->values);
  a->clusters = bpi_alloc_zero(visits, sizeof *a->clusters);
  if (!a->visit || !a->visit_start || !a->values || !a->clusters) return bpi_fail_nomem(error);
  for (uint32_t v = 0; v < visits; v++)
    a->visit_start[bpi_visit_group(f, v) + 2]++;
  for (uint32_t g = 0; g < groups; g++)
    a->visit_start[g + 2] += a->visit_start[g + 1];
  for (uint32_t v = 0; v < visits; v++)
    a->visit[a->visit_start[bpi_visit_group(f, v) + 1]++] = v;
  return BP_OK;
}

static void add_totals(answers *a) {
  for (size_t i = 0; i < a->f->p->metrics; i++)
    for (uint32_t g = 0; g < a->f->groups.count; g++)
      bpi_add_to(&a->total[i], bpi_frame_slot(a->f, g, a->f->p->metric[i].top));
}

int bpi_answers_init(answers *a, const frame *f, bool average, bp_error **error) {
  memset(a, 0, sizeof *a);
  a->f = f;
  a->average = average;
  a->known_group = a->share_group = KEYMAP_NONE;
  for (size_t i = 0; average && i < f->t->slices; i++)
    a->units += f->active[i];
  a->total = bpi_alloc_zero(QUERY_METRICS, sizeof *a->total);
  if (!a->total) return bpi_fail_nomem(error);
  add_totals(a);
  int rc = f->p->visit_slots ? sort_visits(a, error) : BP_OK;
  if (rc) bpi_answers_free(a);
  return rc;
}

void bpi_answers_free(answers *a) {
  bpi_free(a->total);
  bpi_free(a->visit);
  bpi_free(a->visit_start);
  bpi_free(a->values);
  bpi_free(a->clusters);
  memset(a, 0, sizeof *a);
}

/* --------------------------------------------------------------------------------- coverage */

static bool is_uncovered(const answers *a, uint32_t number, uint32_t need) {
  if (number == KEYMAP_NONE || need == PLAN_NONE) return false;
  return !(a->f->group[number].some >> need & 1);
}

static bool is_partly_covered(const answers *a, uint32_t number, uint32_t need) {
  if (number == KEYMAP_NONE || need == PLAN_NONE) return false;
  return !(a->f->group[number].all >> need & 1);
}

static bool only_adds(const operand *o) {
  for (const term *t = o->terms; t && t->kind; t++)
    if (t->sign < 0) return false;
  return true;
}

/* Whether the numerator (or total) is a lower bound of the true one. */
static bool top_is_lower(const answers *a, uint32_t number, const planned *x) {
  if (!only_adds(&x->m->top)) return false;
  bool lower = is_partly_covered(a, number, x->top_need) ||
               bpi_frame_slot(a->f, number, x->top) == INT64_MAX;
  for (int i = 0; i < LOWER_SLOTS; i++)
    lower |= bpi_frame_slot(a->f, number, x->lower[i]) > 0;
  return lower;
}

static bool bottom_is_lower(const answers *a, uint32_t number, const planned *x) {
  const operand *bottom = &x->m->bottom;
  bool rests = bpi_operand_rests_on_output(bottom) || bpi_operand_rests_on_input(bottom);
  bool lower = rests && top_is_lower(a, number, x);
  return lower || is_partly_covered(a, number, x->bottom_need);
}

/* ----------------------------------------------------------------------------------- values */

static answer nothing(int state) {
  return (answer){.state = state};
}
static answer whole(int64_t value) {
  return (answer){.state = BP_CELL_VALUE, .whole = value};
}
static answer fraction(double value) {
  return (answer){.state = BP_CELL_VALUE, .real = true, .fraction = value};
}

static answer divide(int64_t top, int64_t scale, int64_t bottom) {
  if (!bottom) return nothing(BP_CELL_EMPTY);
  return fraction((double)top * (double)scale / (double)bottom);
}

/* Pico-dollars to nano-dollars, rounded half away from zero. */
static int64_t nano(int64_t pico) {
  int64_t nano = pico / BPI_PICO_PER_NANO, rest = pico % BPI_PICO_PER_NANO;
  return nano + (rest >= BPI_PICO_PER_NANO / 2) - (rest <= -BPI_PICO_PER_NANO / 2);
}

static int64_t sum_as(const operand *o, int64_t sum) {
  bool money = o->kind == OPERAND_COST || o->kind == OPERAND_SAVINGS || o->kind == OPERAND_PLAIN ||
               o->kind == OPERAND_COST_WHERE_RECORDED;
  return money ? nano(sum) : sum;
}

static int64_t slot_as(const answers *a, uint32_t number, const operand *o, uint32_t slot) {
  return sum_as(o, bpi_frame_slot(a->f, number, slot));
}

/* A total; for an average, its mean over the active units of time. */
static answer total(const answers *a, const operand *o, int64_t value) {
  if (o->kind == OPERAND_LAST) {
    if (!value || a->average) return nothing(BP_CELL_EMPTY);
    return whole((value - 1) * BPI_QUARTER);
  }
  return a->average ? divide(value, 1, a->units) : whole(value);
}

/* ---------------------------------------------------------------------------------- spreads */

/* Nearest rank: the smallest value with at least `percent` of all values at or below it. */
static int64_t rank(const int64_t *sorted, size_t n, size_t percent) {
  return sorted[(n * percent + 99) / 100 - 1];
}

static int64_t count_outliers(const int64_t *sorted, size_t n) {
  int64_t low = rank(sorted, n, 25), high = rank(sorted, n, 75), count = 0;
  double distance = 1.5 * (double)(high - low);
  for (size_t i = 0; i < n; i++)
    count += (double)(low - sorted[i]) > distance || (double)(sorted[i] - high) > distance;
  return count;
}

/* The value of a visit; false if it has none. */
static bool visit_value(const frame *f, const planned *x, uint32_t visit, int64_t *out) {
  if (!(f->visited[visit] & x->over)) return false;
  if (x->m->top.kind != OPERAND_DURATION) {
    *out = f->visit[(size_t)visit * f->p->visit_slots + x->visit];
    return true;
  }
  const session_row *row = bpi_names_session_row(f->n, bpi_visit_session(f, visit));
  *out = row->last_us - row->first_us;
  return row->first_us != BPI_TIME_NONE && row->last_us != BPI_TIME_NONE;
}

static const spread *spread_of(answers *a, uint32_t number, size_t index) {
  const planned *x = &a->f->p->metric[index];
  spread *s = &a->known;
  if (a->known_group == number && a->known_metric == index) return s;
  a->known_group = number;
  a->known_metric = index;
  memset(s, 0, sizeof *s);
  for (size_t i = a->visit_start[number]; i < a->visit_start[number + 1]; i++) {
    int64_t value;
    if (!visit_value(a->f, x, a->visit[i], &value)) continue;
    a->values[s->n++] = value;
    bpi_add_to(&s->sum, value);
  }
  if (!s->n) return s;
  bpi_sort_numbers(a->values, s->n);
  s->median = rank(a->values, s->n, 50);
  s->p90 = rank(a->values, s->n, 90);
  s->outliers = count_outliers(a->values, s->n);
  if (x->m->interval) s->around = bpi_median(a->values, s->n);
  return s;
}

static answer spread_part(answers *a, uint32_t number, size_t index, answer_part part) {
  static const spread none;
  const spread *s = number == KEYMAP_NONE ? &none : spread_of(a, number, index);
  switch (part) {
  case PART_VALUE: return divide(s->sum, 1, (int64_t)s->n);
  case PART_N: return whole((int64_t)s->n);
  case PART_SUM: return whole(s->sum);
  case PART_OUTLIERS: return whole(s->outliers);
  default: break;
  }
  if (!s->n) return nothing(BP_CELL_EMPTY);
  if (part == PART_LOW || part == PART_HIGH) {
    if (!s->around.known) return nothing(BP_CELL_EMPTY);
    return whole((int64_t)(part == PART_LOW ? s->around.low : s->around.high));
  }
  return whole(part == PART_MEDIAN ? s->median : s->p90);
}

/* ---------------------------------------------------------------------------------- intervals */

/* The interval of a share; each session of the group is one cluster. */
static const estimate *interval_of(answers *a, uint32_t number, size_t index) {
  const planned *x = &a->f->p->metric[index];
  size_t n = 0;
  if (a->share_group == number && a->share_metric == index) return &a->share;
  a->share_group = number;
  a->share_metric = index;
  for (size_t i = a->visit_start[number]; i < a->visit_start[number + 1]; i++) {
    const int64_t *visit = a->f->visit + (size_t)a->visit[i] * a->f->p->visit_slots;
    a->clusters[n++] = (cluster){visit[x->cluster_top], visit[x->cluster_bottom]};
  }
  a->share = bpi_cluster_share(a->clusters, n);
  return &a->share;
}

static answer interval_part(answers *a, uint32_t number, size_t index, answer_part part) {
  if (number == KEYMAP_NONE) return nothing(BP_CELL_EMPTY);
  const estimate *e = interval_of(a, number, index);
  if (!e->known) return nothing(BP_CELL_EMPTY);
  return fraction(bpi_round_digits(part == PART_LOW ? e->low : e->high, STATS_DIGITS));
}

double bpi_verdict_line(const metric *m, const assumptions *assumed) {
  double line;
  memcpy(&line, (const char *)assumed + m->verdict.line, sizeof line);
  return line;
}

/* A word if the whole interval lies on one side of the line. */
static answer verdict_of(answers *a, uint32_t number, size_t index) {
  const verdict *v = &a->f->p->metric[index].m->verdict;
  double line = bpi_verdict_line(a->f->p->metric[index].m, a->f->assumed);
  if (number == KEYMAP_NONE) return nothing(BP_CELL_EMPTY);
  const estimate *e = interval_of(a, number, index);
  const char *word = !e->known ? NULL : e->low > line ? v->above : e->high < line ? v->below : NULL;
  return word ? (answer){.state = BP_CELL_VALUE, .word = word} : nothing(BP_CELL_EMPTY);
}

/* ---------------------------------------------------------------------------------- estimates */

static int64_t assumed(const assumed_range *r, answer_part part) {
  return part == PART_LOW ? r->low : part == PART_HIGH ? r->high : r->likely;
}

static answer estimate_part(const answers *a, uint32_t number, const planned *x, answer_part part) {
  int64_t top = bpi_frame_slot(a->f, number, x->top), less = bpi_frame_slot(a->f, number, x->less);
  int64_t bottom = bpi_frame_slot(a->f, number, x->bottom);
  if (part == PART_TOP) return whole(top);
  if (part == PART_BOTTOM) return whole(bottom);
  if (part == PART_LESS) return whole(less);
  if (!top && !bottom && !less) return nothing(BP_CELL_EMPTY); /* no activity */
  int64_t us = bpi_times(top, assumed(&a->f->assumed->line_us, part));
  bpi_add_to(&us, bpi_times(bottom, assumed(&a->f->assumed->task_us, part)));
  bpi_add_to(&us, -less);
  return a->average ? divide(us, 1, a->units) : whole(us);
}

/* ------------------------------------------------------------------------------------ peaks */

static int64_t hour_sum(const answers *a, uint32_t number, const planned *x, int hour) {
  return bpi_frame_slot(a->f, number, x->hours + (uint32_t)hour);
}

/* The three hours with the greatest sums, greatest first; -1 if there are fewer. */
static void greatest_hours(const answers *a, uint32_t number, const planned *x, int out[3]) {
  for (int i = 0; i < 3; i++) {
    int64_t best = 0;
    out[i] = -1;
    for (int hour = 0; hour < 24; hour++) {
      bool taken = (i > 0 && hour == out[0]) || (i > 1 && hour == out[1]);
      int64_t sum = hour_sum(a, number, x, hour);
      if (taken || sum <= best) continue;
      best = sum;
      out[i] = hour;
    }
  }
}

static answer hour_answer(int hour) {
  return hour < 0 ? nothing(BP_CELL_EMPTY) : whole(hour);
}

static answer peak_hour_part(const answers *a, uint32_t number, const planned *x,
                             answer_part part) {
  int hour[3];
  greatest_hours(a, number, x, hour);
  int64_t days = bpi_frame_slot(a->f, number, x->bottom);
  if (part == PART_VALUE) return hour_answer(hour[0]);
  if (part == PART_ACTIVE_DAYS) return whole(days);
  int64_t sum = hour[0] < 0 ? 0 : hour_sum(a, number, x, hour[0]);
  return part == PART_IN_PEAK ? whole(sum) : divide(sum, 1, days);
}

static answer top_hours_part(const answers *a, uint32_t number, const planned *x,
                             answer_part part) {
  int hour[3];
  int64_t in_three = 0, all = bpi_frame_slot(a->f, number, x->top);
  greatest_hours(a, number, x, hour);
  for (int i = 0; i < 3; i++)
    in_three += hour[i] < 0 ? 0 : hour_sum(a, number, x, hour[i]);
  switch (part) {
  case PART_VALUE: return hour_answer(hour[0]);
  case PART_SECOND: return hour_answer(hour[1]);
  case PART_THIRD: return hour_answer(hour[2]);
  case PART_IN_PEAK: return whole(in_three);
  case PART_BOTTOM: return whole(all);
  default: return divide(in_three, 1, all);
  }
}

static answer peak_day_part(const answers *a, uint32_t number, const planned *x, answer_part part) {
  int peak = -1;
  double best = 0;
  for (uint32_t day = 0; day < 7 && x->weekday_days != PLAN_NONE; day++) {
    int64_t days = bpi_frame_slot(a->f, number, x->weekday_days + day);
    double mean = days ? (double)bpi_frame_slot(a->f, number, x->weekdays + day) / (double)days : 0;
    if (mean <= best) continue;
    best = mean;
    peak = (int)day;
  }
  if (part == PART_VALUE) return peak < 0 ? nothing(BP_CELL_EMPTY) : whole(peak + 1);
  int64_t sum = peak < 0 ? 0 : bpi_frame_slot(a->f, number, x->weekdays + (uint32_t)peak);
  int64_t days = peak < 0 ? 0 : bpi_frame_slot(a->f, number, x->weekday_days + (uint32_t)peak);
  if (part == PART_IN_PEAK) return whole(sum);
  return part == PART_ACTIVE_DAYS ? whole(days) : divide(sum, 1, days);
}

/* ------------------------------------------------------------------------------------ whole */

static int64_t parent_days(const frame *f, uint32_t number) {
  uint32_t parent = number == KEYMAP_NONE ? KEYMAP_NONE : f->group[number].parent;
  return parent == KEYMAP_NONE ? 0 : f->parent_days[parent];
}

static answer value_part(const answers *a, uint32_t number, size_t index) {
  const planned *x = &a->f->p->metric[index];
  const metric *m = x->m;
  int64_t top = slot_as(a, number, &m->top, x->top);
  int64_t bottom = slot_as(a, number, &m->bottom, x->bottom);
  answer value;
  switch (m->shape) {
  case SHAPE_RATIO:
    value = divide(top, m->scale, bottom);
    value.lower = top_is_lower(a, number, x) && !bottom_is_lower(a, number, x);
    return value;
  case SHAPE_DIFFERENCE: return total(a, &m->top, top - bottom);
  case SHAPE_SHARE: return divide(top, 1, sum_as(&m->top, a->total[index]));
  default:
    value = total(a, &m->top, top);
    value.lower = top_is_lower(a, number, x) && m->top.kind != OPERAND_LAST;
    return value;
  }
}

static answer simple_part(const answers *a, uint32_t number, size_t index, answer_part part) {
  const planned *x = &a->f->p->metric[index];
  answer value;
  switch (part) {
  case PART_TOP:
    value = whole(slot_as(a, number, &x->m->top, x->top));
    value.lower = x->m->shape != SHAPE_DIFFERENCE && top_is_lower(a, number, x);
    return value;
  case PART_BOTTOM:
    if (x->m->shape == SHAPE_SHARE) return whole(a->total[index]);
    value = whole(slot_as(a, number, &x->m->bottom, x->bottom));
    value.lower = x->m->shape != SHAPE_DIFFERENCE && bottom_is_lower(a, number, x);
    return value;
  case PART_MISSING: return whole(bpi_frame_slot(a->f, number, x->missing));
  case PART_NOT_FINAL: return whole(bpi_frame_slot(a->f, number, x->not_final));
  case PART_ACTIVE_DAYS: return whole(parent_days(a->f, number));
  case PART_PER_ACTIVE_DAY:
    return divide(slot_as(a, number, &x->m->top, x->top), 1, parent_days(a->f, number));
  default: return value_part(a, number, index);
  }
}

/* A side of a ratio needs only its own coverage; everything else needs both. */
static bool part_is_uncovered(const answers *a, uint32_t number, const planned *x,
                              answer_part part) {
  bool top = is_uncovered(a, number, x->top_need), bottom = is_uncovered(a, number, x->bottom_need);
  if (part == PART_ACTIVE_DAYS || part == PART_MISSING) return false;
  return part == PART_TOP ? top : part == PART_BOTTOM ? bottom : top || bottom;
}

answer bpi_answer(answers *a, uint32_t number, size_t index, answer_part part) {
  const planned *x = &a->f->p->metric[index];
  bool interval = x->m->interval && x->m->shape != SHAPE_SPREAD;
  if (part_is_uncovered(a, number, x, part)) return nothing(BP_CELL_UNCOVERED);
  if (interval && (part == PART_LOW || part == PART_HIGH))
    return interval_part(a, number, index, part);
  switch (x->m->shape) {
  case SHAPE_SPREAD: return spread_part(a, number, index, part);
  case SHAPE_PEAK_HOUR: return peak_hour_part(a, number, x, part);
  case SHAPE_TOP_HOURS: return top_hours_part(a, number, x, part);
  case SHAPE_PEAK_DAY: return peak_day_part(a, number, x, part);
  case SHAPE_ESTIMATE: return estimate_part(a, number, x, part);
  case SHAPE_VERDICT:
    return part == PART_VALUE ? verdict_of(a, number, index) : simple_part(a, number, index, part);
  default: return simple_part(a, number, index, part);
  }
}

static double as_real(const answer *a) {
  return a->real ? a->fraction : (double)a->whole;
}

answer bpi_answer_compare(const answer *value, const answer *baseline, answer_part part) {
  if (value->state != BP_CELL_VALUE) return nothing(value->state);
  if (baseline->state != BP_CELL_VALUE) return nothing(baseline->state);
  answer difference = fraction(as_real(value) - as_real(baseline));
  if (!value->real && !baseline->real) {
    difference = whole(value->whole);
    bpi_add_to(&difference.whole, baseline->whole == INT64_MIN ? INT64_MAX : -baseline->whole);
  }
  if (part == PART_DIFFERENCE) return difference;
  double base = as_real(baseline);
  if (base == 0) return nothing(BP_CELL_EMPTY);
  return fraction(as_real(&difference) / (base < 0 ? -base : base));
}
