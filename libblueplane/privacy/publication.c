/* privacy/publication.c: the steps of a publication: teams and pool, slices, then each measure of
 * each group of people. */
#include "privacy/publication_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/sort.h"
#include "privacy/audit.h"
#include "privacy/slices.h"

_Static_assert((int)AUDIT_DIMENSIONS >= (int)SLICED_COUNT,
               "the audit must include every dimension");

#define USAGE_MEDIUM_FROM (INT64_C(2) * 3600 * 1000000)
#define USAGE_HIGH_FROM (INT64_C(10) * 3600 * 1000000)
#define SIGNAL_CALLS 20 /* with fewer tool calls a member's error rate means nothing */

/* Comparing all people and parts can take long, so cancellation is checked often. */
static bool is_stopped(block *b) {
  if (!b->failed && b->cancelled != NULL && atomic_load(b->cancelled)) b->failed = BP_ERR_CANCELLED;
  return b->failed != 0;
}

static int64_t *value_at(const block *b, size_t person, size_t at, int measure) {
  return &b->value[(person * b->parts + at) * MEASURE_COUNT + (size_t)measure];
}

int64_t bpi_block_value(const block *b, size_t person, size_t at, int measure) {
  return *value_at(b, person, at, measure);
}

static int64_t part_value(const block *b, size_t person, size_t at) {
  return *value_at(b, person, at, b->measure);
}

static void emit(block *b, const block_part *at, int measure, int state, int64_t value) {
  publication *p = b->out;
  if (bpi_reserve((void **)&p->cells, &b->capacity, p->count + 1, sizeof *p->cells)) {
    b->failed = BP_ERR_NOMEM;
    return;
  }
  p->cells[p->count++] = (published_cell){.scope = b->scope,
                                          .dimension = at->dimension,
                                          .slice = at->slice,
                                          .measure = (uint16_t)measure,
                                          .state = (uint8_t)state,
                                          .headcount = (uint8_t)bpi_headcount_band(at->people),
                                          .value = value};
}

/* ------------------------------------------------------------------------------------- slices */

/* What a person did that is in no slice of the dimension. */
static int64_t left_open(const contributor *c, int dimension, const vector_cell *whole) {
  int64_t left = whole->value;
  for (size_t i = 0; i < c->count; i++)
    if (c->cells[i].dimension == dimension && c->cells[i].measure == whole->measure)
      left -= c->cells[i].value;
  return left;
}

typedef void (*slice_fn)(void *user, size_t person, uint32_t slice, int measure, int64_t value);

/* Calls `each` for everything people have along a dimension, including `other`. */
static void each_along(const block *b, int dimension, slice_fn each, void *user) {
  for (size_t p = 0; p < b->people; p++) {
    const contributor *c = b->who[p];
    for (size_t i = 0; i < c->count; i++) {
      const vector_cell *cell = &c->cells[i];
      if (cell->dimension == dimension && dimension != SLICED_EXPERIENCE)
        each(user, p, cell->slice, cell->measure, cell->value);
      if (cell->dimension != SLICED_WHOLE || !bpi_measure_takes(cell->measure, dimension)) continue;
      if (dimension == SLICED_EXPERIENCE)
        each(user, p, (uint32_t)c->experience, cell->measure, cell->value);
      else
        each(user, p, SLICE_OTHER, cell->measure, left_open(c, dimension, cell));
    }
  }
}

typedef struct presences {
  presence *list;
  size_t count, capacity;
  bool failed;
} presences;

static void note_presence(void *user, size_t person, uint32_t slice, int measure, int64_t value) {
  presences *all = user;
  (void)measure;
  if (value <= 0 || all->failed) return;
  presence one = {slice, (uint32_t)person};
  if (all->count && !memcmp(&all->list[all->count - 1], &one, sizeof one)) return;
  all->failed = bpi_reserve((void **)&all->list, &all->capacity, all->count + 1, sizeof one) != 0;
  if (!all->failed) all->list[all->count++] = one;
}

static void add_part(block *b, int dimension, uint32_t slice, size_t people) {
  if (bpi_reserve((void **)&b->part, &b->part_capacity, b->parts + 1, sizeof *b->part)) {
    b->failed = BP_ERR_NOMEM;
    return;
  }
  b->part[b->parts++] = (block_part){(uint16_t)dimension, (uint16_t)slice, people};
}

static bool stands_alone(const uint32_t *alone, size_t count, uint32_t slice) {
  for (size_t i = 0; i < count; i++)
    if (alone[i] == slice) return true;
  return false;
}

/* Distinct people of a slice; with SLICE_OTHER of all slices that are not published on their
 * own. */
static size_t count_people(const presences *all, const uint32_t *alone, size_t count,
                           uint32_t slice, bool *seen, size_t people) {
  size_t n = 0;
  memset(seen, 0, people * sizeof *seen);
  for (size_t i = 0; i < all->count; i++) {
    const presence *one = &all->list[i];
    bool here = slice == SLICE_OTHER ? !stands_alone(alone, count, one->slice)
                                     : one->slice == slice;
    if (!here || seen[one->person]) continue;
    seen[one->person] = true;
    n++;
  }
  return n;
}

static void cut_dimension(block *b, int dimension) {
  presences all = {0};
  each_along(b, dimension, note_presence, &all);
  uint32_t *alone = bpi_alloc_zero(all.count + 1, sizeof *alone);
  bool *seen = bpi_alloc_zero(b->people, sizeof *seen), other = false;
  size_t count = 0;
  if (all.failed || !alone || !seen) b->failed = BP_ERR_NOMEM;
  if (!b->failed &&
      bpi_slices_roll_up(all.list, &all.count, b->people, b->k, alone, &count, &other, seen)) {
    if (other)
      add_part(b, dimension, SLICE_OTHER,
               count_people(&all, alone, count, SLICE_OTHER, seen, b->people));
    for (size_t i = 0; i < count; i++)
      add_part(b, dimension, alone[i], count_people(&all, alone, count, alone[i], seen, b->people));
  }
  bpi_free(all.list);
  bpi_free(alone);
  bpi_free(seen);
}

/* Index of the part a slice belongs to; 0 if the dimension is not published. */
static size_t part_of(const block *b, int dimension, uint32_t slice) {
  size_t first = b->first[dimension], end = b->first[dimension + 1];
  for (size_t i = first; i < end; i++)
    if (b->part[i].slice == slice) return i;
  return first < end && b->part[first].slice == SLICE_OTHER ? first : 0;
}

typedef struct filling {
  block *b;
  int dimension;
} filling;

static void fill_value(void *user, size_t person, uint32_t slice, int measure, int64_t value) {
  filling *f = user;
  size_t at = value > 0 ? part_of(f->b, f->dimension, slice) : 0;
  if (at) *value_at(f->b, person, at, measure) += value;
}

static void fill_whole(block *b) {
  for (size_t p = 0; p < b->people; p++)
    for (int m = 0; m < MEASURE_COUNT; m++)
      *value_at(b, p, 0, m) =
          bpi_vector_get(b->who[p]->cells, b->who[p]->count, SLICED_WHOLE, 0, m);
}

/* Creates the parts and each person's values in them: -1 in the total if no source covers the
 * measure. */
static void cut(block *b) {
  add_part(b, SLICED_WHOLE, 0, b->people);
  for (int d = 1; d < SLICED_COUNT && !b->failed; d++) {
    b->first[d] = b->parts;
    cut_dimension(b, d);
  }
  b->first[SLICED_COUNT] = b->parts;
  if (b->failed) return;
  b->value = bpi_alloc_zero(b->people * b->parts * MEASURE_COUNT, sizeof *b->value);
  b->shown = bpi_alloc_zero(b->parts, sizeof *b->shown);
  b->published = bpi_alloc_zero(b->parts, sizeof *b->published);
  b->in = bpi_alloc_zero(b->people * b->parts, sizeof *b->in);
  b->rest = bpi_alloc_zero(b->people * AUDIT_DIMENSIONS, sizeof *b->rest);
  if (!b->value || !b->shown || !b->published || !b->in || !b->rest) b->failed = BP_ERR_NOMEM;
  if (b->failed) return;
  fill_whole(b);
  for (int d = 1; d < SLICED_COUNT; d++)
    each_along(b, d, fill_value, &(filling){b, d});
}

/* ------------------------------------------------------------------------------------ numbers */

static parts parts_of(const block *b, size_t at) {
  parts p = {0};
  for (size_t i = 0; i < b->people; i++) {
    int64_t value = part_value(b, i, at);
    if (value > 0) bpi_parts_add(&p, value);
  }
  return p;
}

/* The parts of all people but the insider; `second` is then undefined. */
static parts parts_without(const block *b, size_t at, size_t insider) {
  parts p = b->shown[at].of;
  int64_t own = insider == NOBODY ? 0 : part_value(b, insider, at);
  if (own <= 0) return p;
  p.count--;
  p.sum -= own;
  if (own == p.first) p.first = p.second;
  return p;
}

static void show(block *b, size_t at, bool exact) {
  shown_part *s = &b->shown[at];
  parts of = parts_of(b, at);
  int64_t sum = of.sum;
  *s =
      (shown_part){.part = at, .exact = exact || sum == 0, .of = of}; /* a sum of 0 hides nothing */
  if (s->exact) {
    s->value = bpi_figure_round(sum, b->part[at].people);
    s->low = s->high = sum;
  } else {
    s->value = s->low = bpi_bucket_start(sum);
    s->high = bpi_bucket_end(s->low) - 1;
  }
}

/* The range in which a reader knows a part to lie, less the reader's own value. */
static void range_of(const block *b, size_t at, size_t insider, int64_t *low, int64_t *high) {
  int64_t own = insider == NOBODY ? 0 : part_value(b, insider, at);
  if (own < 0) own = 0;
  bool alone = insider != NOBODY && parts_without(b, at, insider).count == 0;
  *low = alone || b->shown[at].low < own ? 0 : b->shown[at].low - own;
  *high = alone || b->shown[at].high < own ? 0 : b->shown[at].high - own;
}

/* How much of a part stays unknown, given the total and the other parts of its dimension. */
static int64_t width_for(const block *b, size_t at, size_t insider) {
  int d = b->part[at].dimension;
  int64_t low, high, whole_low, whole_high, others_low = 0, others_high = 0;
  range_of(b, at, insider, &low, &high);
  if (at == 0) return high - low;
  range_of(b, 0, insider, &whole_low, &whole_high);
  for (size_t i = b->first[d]; i < b->first[d + 1]; i++) {
    int64_t one_low, one_high;
    if (i == at) continue;
    range_of(b, i, insider, &one_low, &one_high);
    others_low += one_low;
    others_high += one_high;
  }
  if (whole_low - others_high > low) low = whole_low - others_high;
  if (whole_high - others_low < high) high = whole_high - others_low;
  return high - low;
}

int64_t bpi_block_width(const block *b, size_t at) {
  return width_for(b, at, NOBODY);
}

static bool is_safe(const block *b, size_t at, size_t insider) {
  parts p = parts_without(b, at, insider);
  int64_t width = width_for(b, at, insider);
  return insider == NOBODY ? bpi_parts_safe(&p, width, b->k)
                           : bpi_parts_safe_from_insider(&p, width);
}

/* Whether the total is safe, given what its parts along a dimension say. */
static bool whole_is_safe(const block *b, int dimension) {
  int64_t low = 0, high = 0;
  for (size_t i = b->first[dimension]; i < b->first[dimension + 1]; i++) {
    low += b->shown[i].low;
    high += b->shown[i].high;
  }
  if (b->shown[0].low > low) low = b->shown[0].low;
  if (b->shown[0].high < high) high = b->shown[0].high;
  return bpi_parts_safe(&b->shown[0].of, high - low, b->k);
}

/* Checks the parts of a dimension for an outsider and, if some are hidden that a person's own
 * numbers could uncover, for everybody who contributed. */
static bool are_safe(const block *b, int dimension) {
  size_t first = b->first[dimension], end = b->first[dimension + 1];
  bool hidden = false;
  for (size_t i = first; i < end; i++) {
    if (!is_safe(b, i, NOBODY)) return false;
    hidden |= !b->shown[i].exact;
  }
  for (size_t who = 0; who < b->people && hidden; who++)
    for (size_t i = first; i < end && part_value(b, who, 0) > 0; i++)
      if (!is_safe(b, i, who)) return false;
  return whole_is_safe(b, dimension);
}

/* Shows parts that one person dominates as buckets, and as many others, smallest first, as are
 * needed so that none can be computed by subtraction. False if even all of them do not suffice. */
static bool show_dimension(block *b, int dimension) {
  for (size_t i = b->first[dimension]; i < b->first[dimension + 1]; i++) {
    parts p = parts_of(b, i);
    show(b, i, bpi_parts_safe(&p, 0, b->k));
  }
  while (!are_safe(b, dimension)) {
    size_t smallest = 0;
    if (is_stopped(b)) return false;
    for (size_t i = b->first[dimension]; i < b->first[dimension + 1]; i++)
      if (b->shown[i].exact && b->shown[i].low > 0 &&
          (!smallest || b->shown[i].low < b->shown[smallest].low))
        smallest = i;
    if (!smallest) return false;
    show(b, smallest, false);
  }
  return true;
}

static bool bucket_dimension(block *b, int dimension) {
  for (size_t i = b->first[dimension]; i < b->first[dimension + 1]; i++)
    show(b, i, false);
  return are_safe(b, dimension);
}

/* ----------------------------------------------------------------------- several dimensions */

/* Whether the difference of two parts is safe, or with `whole` that of both together and the
 * total. */
static bool difference_is_safe(const block *b, size_t x, size_t y, bool whole) {
  parts p = {0};
  for (size_t i = 0; i < b->people; i++) {
    int64_t d = part_value(b, i, x) - part_value(b, i, y);
    if (whole) d = part_value(b, i, x) + part_value(b, i, y) - part_value(b, i, 0);
    if (part_value(b, i, 0) > 0) bpi_parts_add(&p, d);
  }
  int64_t width = bpi_block_width(b, x) + bpi_block_width(b, y);
  if (whole) width += bpi_block_width(b, 0);
  return bpi_parts_safe(&p, width, b->k);
}

static bool differences_are_safe(const block *b, int dimension) {
  for (size_t y = b->first[dimension]; y < b->first[dimension + 1]; y++)
    for (size_t x = 0; x < b->first[dimension]; x++)
      if (b->published[x] &&
          (!difference_is_safe(b, x, y, false) || (x && !difference_is_safe(b, x, y, true))))
        return false;
  return true;
}

/* Whether a number counts for the audit: it is exact, and published or one of the candidates
 * [first, end); parts after `end` are not decided yet. */
static bool counts_in_audit(const block *b, size_t at, size_t first, size_t end) {
  return at < end && b->shown[at].exact && (b->published[at] || at >= first);
}

/* Runs the audit over the exact numbers; true if no group is isolated. */
static bool passes_audit(block *b, size_t first, size_t end, const bool *known,
                         int32_t fewer_than) {
  uint8_t dimension_of[AUDIT_ROWS_MAX];
  size_t row[AUDIT_ROWS_MAX], rows = 0;
  for (size_t i = 0; i < end; i++) {
    if (!counts_in_audit(b, i, first, end)) continue;
    if (rows == AUDIT_ROWS_MAX) return false;
    dimension_of[rows] = (uint8_t)b->part[i].dimension;
    row[rows++] = i;
  }
  memset(b->rest, 0, b->people * AUDIT_DIMENSIONS * sizeof *b->rest);
  for (size_t p = 0; p < b->people; p++) {
    for (size_t r = 0; r < rows; r++)
      b->in[p * rows + r] = part_value(b, p, row[r]) > 0;
    for (size_t i = 1; i < b->parts; i++)
      if (part_value(b, p, i) > 0 && !counts_in_audit(b, i, first, end))
        b->rest[p * AUDIT_DIMENSIONS + b->part[i].dimension] = true;
  }
  audit a = {.rows = rows,
             .dimension = dimension_of,
             .people = b->people,
             .in = b->in,
             .rest = b->rest,
             .known = known,
             .fewer_than = fewer_than,
             .cancelled = b->cancelled};
  bool isolates;
  int rc = bpi_audit_isolates(&a, &isolates);
  if (rc) b->failed = rc;
  return !b->failed && !isolates;
}

bool bpi_block_keeps(block *b, const bool *known, int32_t fewer_than) {
  return passes_audit(b, b->parts, b->parts, known, fewer_than);
}

static bool passes(block *b, int dimension) {
  return differences_are_safe(b, dimension) &&
         passes_audit(b, b->first[dimension], b->first[dimension + 1], NULL, b->k);
}

static bool has_bucket(const block *b, size_t from, size_t until) {
  for (size_t i = from; i < until; i++)
    if (b->published[i] && !b->shown[i].exact) return true;
  return false;
}

/* A dimension is published with as few buckets as are safe, otherwise entirely in buckets,
 * otherwise not at all. Buckets in two dimensions would narrow each other, so only one may have
 * them. */
static void try_dimension(block *b, int dimension) {
  size_t first = b->first[dimension], end = b->first[dimension + 1];
  if (first == end) return;
  bool told = show_dimension(b, dimension) && passes(b, dimension);
  if (!told) told = bucket_dimension(b, dimension) && passes(b, dimension);
  for (size_t i = first; i < end; i++)
    b->published[i] = told;
  if (has_bucket(b, first, end) && has_bucket(b, 1, first))
    memset(b->published + first, 0, (end - first) * sizeof *b->published);
}

/* --------------------------------------------------------------------------------------- views */

static void emit_views(block *b, const bool *shown) {
  publication *out = b->out;
  for (size_t p = 0; p < b->people && !b->failed; p++) {
    if (!shown[p]) continue;
    b->failed = bpi_reserve((void **)&out->views, &b->view_capacity, out->view_count + 1,
                            sizeof *out->views);
    if (!b->failed)
      out->views[out->view_count++] =
          (published_view){b->who[p], (uint16_t)b->measure, part_value(b, p, 0)};
  }
}

static bool has_agreed(const block *b, size_t person) {
  const bool *agreed = b->who[person]->agreed;
  return agreed != NULL && agreed[b->measure] && part_value(b, person, 0) >= 0;
}

/* The pool of several teams has no lead. */
static void publish_views(block *b) {
  bool any = false;
  for (size_t p = 0; p < b->people; p++)
    any |= has_agreed(b, p);
  if (b->failed || !any || b->scope < 0) return;
  bool *shown = bpi_alloc_zero(b->people, sizeof *shown);
  if (shown == NULL) b->failed = BP_ERR_NOMEM;
  for (size_t p = 0; p < b->people && shown != NULL; p++)
    shown[p] = has_agreed(b, p);
  if (shown != NULL) bpi_view_rules_choose(b, shown);
  if (!b->failed) emit_views(b, shown);
  bpi_free(shown);
}

/* ------------------------------------------------------------------------------------ measures */

static size_t count_covered(const block *b) {
  size_t n = 0;
  for (size_t p = 0; p < b->people; p++)
    n += part_value(b, p, 0) >= 0;
  return n;
}

/* Whether the true value may be greater. That a value was clamped reveals the greatest person's, so
 * like a share it is reported only for many people. */
static bool is_lower(const block *b, size_t person) {
  const contributor *who = b->who[person];
  return bpi_vector_lower(who->cells, who->count, b->measure) &&
         (b->people >= PUBLICATION_FLAGS_FROM ||
          part_value(b, person, 0) != bpi_measures[b->measure].clamp);
}

/* Considers all people, for slices as for the total, so that it describes the group and never a
 * few. */
static bool is_partial(const block *b) {
  for (size_t p = 0; p < b->people; p++)
    if (part_value(b, p, 0) < 0 || is_lower(b, p)) return true;
  return false;
}

static void publish_sum(block *b) {
  if (count_covered(b) == 0) {
    emit(b, &b->part[0], b->measure, PUBLISHED_UNCOVERED, 0);
    return;
  }
  int partial = is_partial(b) ? PUBLISHED_PARTIAL : 0;
  memset(b->published, 0, b->parts * sizeof *b->published);
  memset(b->shown, 0, b->parts * sizeof *b->shown);
  parts p = parts_of(b, 0);
  show(b, 0, bpi_parts_safe(&p, 0, b->k));
  b->published[0] = true;
  /* A total that must be hidden has too little behind it to be divided: buckets along several
   * dimensions would narrow each other at their edges. */
  for (int d = 1; d < SLICED_COUNT && !b->failed && b->shown[0].exact; d++)
    if (bpi_measure_takes(b->measure, d)) try_dimension(b, d);
  for (size_t i = 0; i < b->parts && !b->failed; i++) {
    const shown_part *s = &b->shown[i];
    if (b->published[i])
      emit(b, &b->part[i], b->measure, (s->exact ? PUBLISHED_VALUE : PUBLISHED_BUCKET) | partial,
           s->value);
  }
  publish_views(b);
}

/* A share of members is published only for many people, and only in tenths. */
static void emit_share(block *b, size_t with, size_t of) {
  if (of >= PUBLICATION_FLAGS_FROM)
    emit(b, &b->part[0], b->measure, of < b->people ? PUBLISHED_PARTIAL : 0,
         bpi_share_tenths(with, of));
}

static void publish_flag(block *b) {
  size_t of = count_covered(b), with = 0;
  for (size_t p = 0; p < b->people; p++)
    with += part_value(b, p, 0) > 0;
  if (of == 0)
    emit(b, &b->part[0], b->measure, PUBLISHED_UNCOVERED, 0);
  else
    emit_share(b, with, of);
}

static int64_t whole_of(const block *b, size_t person, int measure) {
  int64_t value = *value_at(b, person, 0, measure);
  return value < 0 ? 0 : value;
}

static bool in_usage_band(int measure, int64_t active) {
  if (measure == MEASURE_usage_low) return active < USAGE_MEDIUM_FROM;
  if (measure == MEASURE_usage_high) return active >= USAGE_HIGH_FROM;
  return active >= USAGE_MEDIUM_FROM && active < USAGE_HIGH_FROM;
}

static void publish_usage(block *b) {
  size_t of = 0, with = 0;
  for (size_t p = 0; p < b->people; p++) {
    int64_t active = *value_at(b, p, 0, MEASURE_active_time);
    of += active >= 0;
    with += active >= 0 && in_usage_band(b->measure, active);
  }
  emit_share(b, with, of);
}

/* Per mille of a member's tool calls; -1 if there are too few. */
static int64_t rate_of(const block *b, size_t person, int top) {
  int64_t calls = whole_of(b, person, MEASURE_tool_ok) + whole_of(b, person, MEASURE_tool_error);
  return calls < SIGNAL_CALLS ? -1 : whole_of(b, person, top) * 1000 / calls;
}

static int64_t signal_value(const block *b, size_t person, int which) {
  if (which == 0) return rate_of(b, person, MEASURE_tool_error);
  if (which == 1) return rate_of(b, person, MEASURE_retries);
  return *value_at(b, person, 0, MEASURE_active_time);
}

/* Whether a value lies outside the quartiles by more than 1.5 times their distance. */
static bool has_outlier(int64_t *values, size_t n) {
  if (n < PUBLICATION_FLAGS_FROM) return false;
  bpi_sort_numbers(values, n);
  int64_t low = values[(n * 25 + 99) / 100 - 1], high = values[(n * 75 + 99) / 100 - 1];
  int64_t reach = (high - low) / 2 * 3;
  return values[0] < low - reach || values[n - 1] > high + reach;
}

static void publish_signal(block *b) {
  int64_t *values = bpi_alloc_zero(b->people, sizeof *values);
  bool any = false;
  if (!values) b->failed = BP_ERR_NOMEM;
  for (int which = 0; which < 3 && values; which++) {
    size_t n = 0;
    for (size_t p = 0; p < b->people; p++) {
      int64_t value = signal_value(b, p, which);
      if (value >= 0) values[n++] = value;
    }
    any |= has_outlier(values, n);
  }
  if (values && b->people >= PUBLICATION_FLAGS_FROM)
    emit(b, &b->part[0], MEASURE_support_signal, PUBLISHED_VALUE, any);
  bpi_free(values);
}

static void publish_measures(block *b, int64_t roster) {
  for (b->measure = 0; b->measure < MEASURE_COUNT && !is_stopped(b); b->measure++) {
    const measure_type *type = &bpi_measures[b->measure];
    if (type->how == MEASURE_SUM) publish_sum(b);
    if (type->how == MEASURE_FLAG && type->clamp) publish_flag(b);
    if (type->how == MEASURE_FLAG && !type->clamp) publish_usage(b);
  }
  publish_signal(b);
  emit(b, &b->part[0], MEASURE_roster, PUBLISHED_VALUE, roster);
}

typedef struct publishing {
  publication *out;
  size_t capacity, view_capacity;
  const contributor **who, **pool;
  size_t active, pooled;
  const atomic_int *cancelled;
} publishing;

static int publish_block(publishing *w, int32_t scope, int32_t k, const contributor **who,
                         size_t people, int64_t roster) {
  block b = {.out = w->out,
             .capacity = w->capacity,
             .view_capacity = w->view_capacity,
             .scope = scope,
             .k = k,
             .who = who,
             .people = people,
             .cancelled = w->cancelled};
  cut(&b);
  if (!b.failed) publish_measures(&b, roster);
  bpi_free(b.part);
  bpi_free(b.value);
  bpi_free(b.shown);
  bpi_free(b.published);
  bpi_free(b.in);
  bpi_free(b.rest);
  w->capacity = b.capacity;
  w->view_capacity = b.view_capacity;
  return b.failed;
}

/* -------------------------------------------------------------------------- teams and the pool */

static int32_t least_of(const publication_input *in) {
  return in->minimum > PUBLICATION_FLOOR ? in->minimum : PUBLICATION_FLOOR;
}

/* The k of a group of people: the minimum that members signed can only raise it. */
static int32_t least_for(const publication_input *in, const contributor *const *who, size_t n) {
  int32_t k = least_of(in);
  for (size_t i = 0; i < n; i++)
    if (who[i]->minimum > k) k = who[i]->minimum;
  return k;
}

static int by_team(const void *a, const void *b) {
  const contributor *x = *(const contributor *const *)a, *y = *(const contributor *const *)b;
  if (x->team != y->team) return x->team < y->team ? -1 : 1;
  return (x > y) - (x < y); /* any order: sums do not depend on it */
}

static int by_cell(const void *a, const void *b) {
  const published_cell *x = a, *y = b;
  if (x->scope != y->scope) return x->scope < y->scope ? -1 : 1;
  if (x->dimension != y->dimension) return x->dimension < y->dimension ? -1 : 1;
  if (x->slice != y->slice) return x->slice < y->slice ? -1 : 1;
  return (x->measure > y->measure) - (x->measure < y->measure);
}

static size_t find_active(const publication_input *in, const contributor **who) {
  size_t n = 0;
  for (size_t i = 0; i < in->count; i++) {
    const contributor *c = &in->contributors[i];
    bool known = c->team >= 0 && (size_t)c->team < in->teams;
    if (known && bpi_vector_active(c->cells, c->count)) who[n++] = c;
  }
  qsort(who, n, sizeof *who, by_team);
  return n;
}

/* `pool` has room for everybody; people of teams that are too small are collected there. */
static int publish_teams(publishing *w, const publication_input *in) {
  int64_t pool_roster = 0;
  size_t next = 0;
  int rc = BP_OK;
  for (int32_t team = 0; (size_t)team < in->teams && !rc; team++) {
    size_t first = next;
    while (next < w->active && w->who[next]->team == team)
      next++;
    size_t n = next - first;
    int32_t k = least_for(in, w->who + first, n);
    if (n >= (size_t)k) {
      rc = publish_block(w, team, k, w->who + first, n, in->roster[team]);
      w->out->teams++;
      continue;
    }
    pool_roster += in->roster[team];
    memcpy(w->pool + w->pooled, w->who + first, n * sizeof *w->pool);
    w->pooled += n;
    w->out->pooled += n > 0;
  }
  int32_t k = least_for(in, w->pool, w->pooled);
  if (rc || w->pooled == 0) return rc;
  if (w->pooled >= (size_t)k)
    return publish_block(w, SCOPE_OTHER, k, w->pool, w->pooled, pool_roster);
  w->out->dropped = w->out->pooled;
  w->out->pooled = 0;
  return BP_OK;
}

/* Platforms that are not listed are combined into `other`, with the mean price of their seats. */
static seat_count seats_on(const publication_input *in, size_t first) {
  seat_count all = {.platform = in->seats[first].platform};
  for (size_t i = first; i < in->seat_counts; i++) {
    if (in->seats[i].platform != all.platform) continue;
    all.seats += in->seats[i].seats;
    all.price += in->seats[i].seats * in->seats[i].price;
  }
  all.price = all.seats > 0 ? all.price / all.seats : 0;
  return all;
}

static bool is_stated(const publication_input *in, size_t at) {
  for (size_t i = 0; i < at; i++)
    if (in->seats[i].platform == in->seats[at].platform) return true;
  return false;
}

static int state_seats(publishing *w, const publication_input *in) {
  block b = {.out = w->out, .capacity = w->capacity, .scope = SCOPE_STATED};
  for (size_t i = 0; i < in->seat_counts; i++) {
    if (is_stated(in, i)) continue;
    seat_count seats = seats_on(in, i);
    block_part at = {SLICED_PLATFORM, (uint16_t)seats.platform, 0};
    emit(&b, &at, MEASURE_seats, PUBLISHED_VALUE, seats.seats);
    emit(&b, &at, MEASURE_seat_price, PUBLISHED_VALUE, seats.price);
  }
  w->capacity = b.capacity;
  return b.failed;
}

int bpi_publish(publication *out, const publication_input *in, bp_error **error) {
  *out = (publication){.minimum = least_of(in)};
  publishing w = {.out = out,
                  .cancelled = in->cancelled,
                  .who = bpi_alloc_zero(in->count + 1, sizeof *w.who),
                  .pool = bpi_alloc_zero(in->count + 1, sizeof *w.pool)};
  int rc = w.who && w.pool ? BP_OK : BP_ERR_NOMEM;
  if (!rc) {
    w.active = find_active(in, w.who);
    rc = publish_teams(&w, in);
  }
  if (!rc) rc = state_seats(&w, in);
  if (!rc && out->count) qsort(out->cells, out->count, sizeof *out->cells, by_cell);
  bpi_free(w.who);
  bpi_free(w.pool);
  if (!rc) return BP_OK;
  bpi_publication_free(out);
  return rc == BP_ERR_CANCELLED ? bpi_fail_cancelled(error) : bpi_fail_nomem(error);
}

void bpi_publication_free(publication *p) {
  bpi_free(p->cells);
  bpi_free(p->views);
  *p = (publication){0};
}
