/* Unit tests of privacy/publication.h and its parts: figures, slices, audit. Expected values are
 * worked out by hand; tests/privacy tests what an attacker can compute from them. */
#include <check.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dice.h"
#include "privacy/audit.h"
#include "privacy/figures.h"
#include "privacy/publication.h"
#include "privacy/slices.h"
#include "run_suite.h"

/* ------------------------------------------------------------------------------------ figures */

START_TEST(test_rounding) {
  static const struct {
    int64_t value;
    size_t people;
    int64_t shown, half;
  } cases[] = {{0, 9, 0, 0},
               {7, 3, 7, 0},
               {99, 3, 99, 0},
               {104, 4, 100, 5},
               {105, 4, 110, 5},
               {999, 5, 999, 0},
               {1004, 5, 1000, 5},
               {1005, 5, 1010, 5},
               {123456, 5, 123000, 500},
               {123456, 4, 120000, 5000},
               {9996, 5, 10000, 50}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ck_assert_int_eq(bpi_figure_round(cases[i].value, cases[i].people), cases[i].shown);
    ck_assert_int_eq(bpi_figure_half(cases[i].shown, cases[i].people), cases[i].half);
  }
}
END_TEST

START_TEST(test_buckets) {
  static const int64_t starts[] = {0, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};
  for (size_t i = 0; i + 1 < sizeof starts / sizeof *starts; i++) {
    ck_assert_int_eq(bpi_bucket_end(starts[i]), starts[i + 1]);
    ck_assert_int_eq(bpi_bucket_start(starts[i]), starts[i]);
    ck_assert_int_eq(bpi_bucket_start(starts[i + 1] - 1), starts[i]);
  }
  int64_t clamp = INT64_C(5000) * INT64_C(1000000000000); /* 5,000 people at the greatest clamp */
  ck_assert_int_eq(bpi_bucket_start(clamp), clamp);
  ck_assert_int_eq(bpi_bucket_end(clamp), 2 * clamp);
}
END_TEST

START_TEST(test_bands_and_tenths) {
  static const char *const names[] = {"", "3-4", "3-4", "5-9", "10-19", "20-49", "50+"};
  static const size_t people[] = {2, 3, 4, 9, 10, 49, 50};
  for (size_t i = 0; i < sizeof people / sizeof *people; i++)
    ck_assert_str_eq(bpi_headcount_name((int)bpi_headcount_band(people[i])), names[i]);
  ck_assert_int_eq(bpi_share_tenths(0, 10), 1);
  ck_assert_int_eq(bpi_share_tenths(10, 10), 9);
  ck_assert_int_eq(bpi_share_tenths(5, 10), 5);
  ck_assert_int_eq(bpi_share_tenths(5, 20), 3); /* 25 % is shown as 30 % */
}
END_TEST

static bool safe(const int64_t *values, size_t n, int64_t width, int32_t k) {
  parts p = {0};
  for (size_t i = 0; i < n; i++)
    bpi_parts_add(&p, values[i]);
  return bpi_parts_safe(&p, width, k);
}

START_TEST(test_dominance) {
  ck_assert(safe((int64_t[]){100, 50, 10}, 3, 0, 3));  /* the others are 10 % of the greatest */
  ck_assert(!safe((int64_t[]){100, 50, 9}, 3, 0, 3));  /* less */
  ck_assert(safe((int64_t[]){100, 50, 9}, 3, 1, 3));   /* the number is only known to within one */
  ck_assert(!safe((int64_t[]){5, 5}, 2, 0, 3));        /* two people */
  ck_assert(!safe((int64_t[]){5, 5, 5, 5}, 4, 0, 5));  /* k is five */
  ck_assert(safe((int64_t[]){0, 0, 0}, 3, 0, 3));      /* zeros reveal nothing */
  ck_assert(!safe((int64_t[]){-100, 50, 9}, 3, 0, 3)); /* of a difference */
}
END_TEST

/* ------------------------------------------------------------------------------------- slices */

START_TEST(test_roll_up) {
  /* Slice 1 has people 0-3, slice 2 has 4-6, slice 3 only 7: `other` must absorb slice 2. */
  presence list[] = {{1, 0}, {1, 1}, {1, 2}, {1, 3}, {2, 4}, {2, 5}, {2, 6}, {3, 7}, {3, 7}};
  size_t count = sizeof list / sizeof *list, alone_count;
  uint32_t alone[9];
  bool other, seen[8];
  ck_assert(bpi_slices_roll_up(list, &count, 8, 3, alone, &alone_count, &other, seen));
  ck_assert_uint_eq(count, 8);
  ck_assert_uint_eq(alone_count, 1);
  ck_assert_uint_eq(alone[0], 1);
  ck_assert(other);
  /* The smallest may come before others: slice 2 of three, for the one of slice 4. */
  presence amid[] = {{1, 0}, {1, 1}, {1, 2}, {1, 3}, {2, 4}, {2, 5},
                     {2, 6}, {3, 7}, {3, 0}, {3, 1}, {3, 2}, {4, 3}};
  count = 12;
  ck_assert(bpi_slices_roll_up(amid, &count, 8, 3, alone, &alone_count, &other, seen));
  ck_assert_uint_eq(alone_count, 2);
  ck_assert_uint_eq(alone[0], 1);
  ck_assert_uint_eq(alone[1], 3);
  ck_assert(other);
  /* Two people in all: nothing is published. */
  presence two[] = {{1, 0}, {2, 1}};
  count = 2;
  ck_assert(!bpi_slices_roll_up(two, &count, 8, 3, alone, &alone_count, &other, seen));
  /* All large: there is no other. */
  presence all[] = {{4, 0}, {4, 1}, {4, 2}, {5, 0}, {5, 1}, {5, 2}};
  count = 6;
  ck_assert(bpi_slices_roll_up(all, &count, 8, 3, alone, &alone_count, &other, seen));
  ck_assert_uint_eq(alone_count, 2);
  ck_assert(!other);
}
END_TEST

/* -------------------------------------------------------------------------------------- audit */

/* The whole, platforms A and B, languages X and Y; the letters of a person say where they are
 * active. */
static bool isolates(const char *const *people, size_t n, int32_t k, const bool *known) {
  static const uint8_t dimension[] = {0, 1, 1, 4, 4};
  bool in[16 * 5] = {false}, rest[16 * AUDIT_DIMENSIONS] = {false}, out;
  for (size_t p = 0; p < n; p++) {
    in[p * 5] = true;
    for (const char *c = people[p]; *c; c++)
      in[p * 5 + 1 + (size_t)(strchr("ABXY", *c) - "ABXY")] = true;
  }
  audit a = {.rows = 5,
             .dimension = dimension,
             .people = n,
             .in = in,
             .rest = rest,
             .known = known,
             .fewer_than = k};
  ck_assert_int_eq(bpi_audit_isolates(&a, &out), BP_OK);
  return out;
}

START_TEST(test_audit) {
  /* A is 1-4, X is 1-3: A - X is person 4 alone. */
  const char *const bad[] = {"AX", "AX", "AX", "AY", "BY", "BY", "BY"};
  ck_assert(isolates(bad, 7, 3, NULL));
  const char *const two[] = {"AX", "AX", "AX", "AY", "AY", "BY", "BY", "BY"};
  ck_assert(isolates(two, 8, 3, NULL)); /* A - X is two people */
  const char *const three[] = {"AX", "AX", "AX", "AY", "AY", "AY", "BY", "BY", "BY"};
  ck_assert(!isolates(three, 9, 3, NULL));
  ck_assert(isolates(three, 9, 4, NULL)); /* three are a group below 4 */
  /* Somebody on both platforms and in both languages blurs the difference. */
  const char *const blurred[] = {"AX", "AX", "AX", "AY", "BY", "BY", "BX", "ABXY", "ABXY", "ABXY"};
  ck_assert(!isolates(blurred, 10, 3, NULL));
  /* A difference with people on both sides: A - X is 4 minus 5. */
  const char *const mixed[] = {"AX", "AX", "AX", "AY", "BX", "BY", "BY", "BY"};
  ck_assert(isolates(mixed, 8, 3, NULL));
  /* Of three unknown people, knowing two reveals the third. */
  const bool known[] = {false, false, false, true, true, false, false, false, false};
  ck_assert(isolates(three, 9, 2, known));
}
END_TEST

/* The definition itself, for few people: for each small enough group, the ranks with and without
 * it, of spaces built in another way than the audit's. */
#define FEW 7
typedef struct small_world {
  audit a;
  uint8_t dimension[FEW];
  bool in[FEW * FEW], rest[FEW * AUDIT_DIMENSIONS], known[FEW];
} small_world;

typedef struct vectors {
  double of[FEW * 24][FEW];
  size_t count;
} vectors;

static size_t rank_of(vectors v) {
  size_t rank = 0;
  for (size_t r = 0; r < FEW; r++) {
    size_t at = rank;
    while (at < v.count && fabs(v.of[at][r]) < 1e-9)
      at++;
    if (at == v.count) continue;
    for (size_t k = 0; k < FEW; k++) {
      double x = v.of[at][k];
      v.of[at][k] = v.of[rank][k];
      v.of[rank][k] = x;
    }
    for (size_t i = rank + 1; i < v.count; i++)
      for (size_t k = FEW; k-- > r;)
        v.of[i][k] -= v.of[rank][k] * v.of[i][r] / v.of[rank][r];
    rank++;
  }
  return rank;
}

/* Every way of having done everything in one slice of each complete dimension from `d` on. */
static void do_all(vectors *out, const audit *a, size_t person, size_t d, double *done) {
  bool any = false;
  if (d == AUDIT_DIMENSIONS) {
    memcpy(out->of[out->count++], done, sizeof *out->of);
    return;
  }
  for (size_t r = 0; r < a->rows && !a->rest[person * AUDIT_DIMENSIONS + d]; r++) {
    if (a->dimension[r] != d || !a->in[person * a->rows + r]) continue;
    any = true;
    done[r] = 1;
    do_all(out, a, person, d + 1, done);
    done[r] = 0;
  }
  if (!any) do_all(out, a, person, d + 1, done);
}

/* What a person may have added: that, and in a dimension with a rest any amount to each slice. */
static void add_person_of(vectors *out, const audit *a, size_t person) {
  double done[FEW] = {0};
  do_all(out, a, person, 0, done);
  for (size_t r = 0; r < a->rows; r++) {
    if (!a->in[person * a->rows + r] || !a->rest[person * AUDIT_DIMENSIONS + a->dimension[r]])
      continue;
    memset(out->of[out->count], 0, sizeof *out->of);
    out->of[out->count++][r] = 1;
  }
}

static size_t rank_without(const small_world *w, unsigned group) {
  vectors v = {.count = 0};
  for (size_t p = 0; p < w->a.people; p++)
    if (!w->known[p] && !(group >> p & 1)) add_person_of(&v, &w->a, p);
  return rank_of(v);
}

static bool isolates_by_definition(const small_world *w) {
  for (unsigned group = 1; group < 1u << w->a.people; group++) {
    int32_t size = 0;
    for (size_t p = 0; p < w->a.people; p++)
      size += (int32_t)(group >> p & 1);
    if (size < w->a.fewer_than && rank_without(w, group) < rank_without(w, 0)) return true;
  }
  return false;
}

static void make_small_world(small_world *w, uint64_t *dice) {
  memset(w, 0, sizeof *w);
  size_t rows = dice_below(dice, 8) > 0, people = 3 + (size_t)dice_below(dice, FEW - 2);
  for (uint8_t d = 1; d < 3; d++)
    for (int64_t slices = dice_below(dice, 4); slices > 0; slices--)
      w->dimension[rows++] = d;
  for (size_t p = 0; p < people; p++) {
    w->known[p] = dice_below(dice, 8) == 0;
    for (size_t d = 1; d < 3; d++)
      w->rest[p * AUDIT_DIMENSIONS + d] = dice_below(dice, 4) == 0;
    for (size_t r = 0; r < rows; r++)
      w->in[p * rows + r] = w->dimension[r] == 0 || dice_below(dice, 5) < 2;
  }
  w->a = (audit){.rows = rows,
                 .dimension = w->dimension,
                 .people = people,
                 .in = w->in,
                 .rest = w->rest,
                 .known = w->known,
                 .fewer_than = 2 + (int32_t)dice_below(dice, 3)};
}

START_TEST(test_audit_by_its_definition) {
  uint64_t dice = 11;
  int found[2] = {0, 0};
  for (int i = 0; i < 4000; i++) {
    static small_world w;
    bool isolated;
    make_small_world(&w, &dice);
    ck_assert_int_eq(bpi_audit_isolates(&w.a, &isolated), BP_OK);
    ck_assert_msg(isolated == isolates_by_definition(&w), "world %d: %d", i, isolated);
    found[isolated]++;
  }
  ck_assert_int_gt(found[false], 400);
  ck_assert_int_gt(found[true], 400);
}
END_TEST

/* --------------------------------------------------------------------------------- publication */

#define PEOPLE 40
#define CELLS 24
static contributor people[PEOPLE];
static vector_cell cells[PEOPLE][CELLS];
static size_t count;

static contributor *add_person(int32_t team) {
  contributor *c = &people[count];
  *c = (contributor){.team = team, .cells = cells[count]};
  count++;
  return c;
}

static void add(contributor *c, int dimension, int slice, int measure, int64_t value) {
  cells[c - people][c->count++] =
      (vector_cell){(uint16_t)dimension, (uint16_t)slice, (uint16_t)measure, value, false};
}

static contributor *prompting(int32_t team, int64_t prompts) {
  contributor *c = add_person(team);
  add(c, SLICED_WHOLE, 0, MEASURE_prompts, prompts);
  return c;
}

static void publish(publication *out, int32_t minimum) {
  static const int64_t roster[] = {7, 8, 9, 10};
  for (size_t i = 0; i < count; i++)
    bpi_vector_shape(cells[i], &people[i].count);
  publication_input in = {
      .minimum = minimum, .teams = 4, .roster = roster, .contributors = people, .count = count};
  ck_assert_int_eq(bpi_publish(out, &in, NULL), BP_OK);
}

static const published_cell *cell_of(const publication *p, int32_t scope, int dimension, int slice,
                                     int measure) {
  for (size_t i = 0; i < p->count; i++) {
    const published_cell *c = &p->cells[i];
    if (c->scope == scope && c->dimension == dimension && c->slice == slice &&
        c->measure == measure)
      return c;
  }
  return NULL;
}

static void expect(const publication *p, int32_t scope, int dimension, int slice, int measure,
                   int state, int64_t value) {
  const published_cell *c = cell_of(p, scope, dimension, slice, measure);
  ck_assert_ptr_nonnull(c);
  ck_assert_int_eq(c->state, state);
  ck_assert_int_eq(c->value, value);
}

static void setup(void) {
  count = 0;
  memset(cells, 0, sizeof cells);
}

START_TEST(test_teams_and_pool) {
  for (int i = 0; i < 3; i++)
    prompting(0, 40);
  for (int i = 0; i < 2; i++)
    prompting(1, 30);
  prompting(2, 20);
  prompting(1, 0); /* an empty week does not count */
  publication p;
  publish(&p, 0);
  ck_assert_int_eq(p.minimum, 3);
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_prompts, PUBLISHED_VALUE, 120);
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_roster, PUBLISHED_VALUE, 7);
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_cost, PUBLISHED_UNCOVERED, 0);
  expect(&p, SCOPE_OTHER, SLICED_WHOLE, 0, MEASURE_prompts, PUBLISHED_VALUE, 80);
  expect(&p, SCOPE_OTHER, SLICED_WHOLE, 0, MEASURE_roster, PUBLISHED_VALUE, 8 + 9 + 10);
  ck_assert_ptr_null(cell_of(&p, 1, SLICED_WHOLE, 0, MEASURE_prompts));
  ck_assert_ptr_null(cell_of(&p, 2, SLICED_WHOLE, 0, MEASURE_roster));
  ck_assert_uint_eq(p.teams, 1);
  ck_assert_uint_eq(p.pooled, 2);
  bpi_publication_free(&p);
  publish(&p, PUBLICATION_HARDENED); /* 3 + 2 + 1 people: only the pool is left */
  ck_assert_uint_eq(p.teams, 0);
  expect(&p, SCOPE_OTHER, SLICED_WHOLE, 0, MEASURE_prompts, PUBLISHED_VALUE, 200);
  bpi_publication_free(&p);
}
END_TEST

START_TEST(test_a_small_pool_is_dropped) {
  prompting(1, 30);
  prompting(2, 20);
  publication p;
  publish(&p, 0);
  ck_assert_uint_eq(p.count, 0);
  ck_assert_uint_eq(p.dropped, 2);
  bpi_publication_free(&p);
}
END_TEST

START_TEST(test_the_floor_and_what_was_signed) {
  for (int i = 0; i < 3; i++)
    prompting(0, 40);
  publication p;
  publish(&p, 1); /* no policy lowers the minimum */
  ck_assert_int_eq(p.minimum, 3);
  ck_assert_uint_eq(p.teams, 1);
  bpi_publication_free(&p);
  people[2].minimum = 4; /* one of three shares only among four */
  publish(&p, 0);
  ck_assert_uint_eq(p.count, 0);
  bpi_publication_free(&p);
  prompting(0, 40);
  publish(&p, 0);
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_prompts, PUBLISHED_VALUE, 160);
  bpi_publication_free(&p);
}
END_TEST

START_TEST(test_dominated_is_a_bucket) {
  prompting(0, 400);
  prompting(0, 20);
  prompting(0, 10);
  publication p;
  publish(&p, 0);
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_prompts, PUBLISHED_BUCKET, 200);
  ck_assert_int_eq(bpi_bucket_end(200), 500);
  bpi_publication_free(&p);
}
END_TEST

START_TEST(test_a_hidden_slice_hides_another) {
  /* Platform 1: 40 each for four people. Platform 2: 5 each for four. Platform 3: 300 for one
   * person, 2 for others. */
  for (int i = 0; i < 4; i++) {
    contributor *c = prompting(0, 40 + 5 + 100 + (i ? 0 : 300));
    add(c, SLICED_PLATFORM, 1, MEASURE_prompts, 40);
    add(c, SLICED_PLATFORM, 2, MEASURE_prompts, 5);
    add(c, SLICED_PLATFORM, 3, MEASURE_prompts, i ? 2 : 300);
    add(c, SLICED_PLATFORM, 4, MEASURE_prompts, i ? 98 : 100);
  }
  publication p;
  publish(&p, 0);
  /* 3 is dominated: 306 becomes [200, 500). Alone it would follow from the whole minus the others,
   * so the smallest of them, 20 in [20, 50), is hidden too; then 306 is in [277, 306], which with
   * the 4 of the others is more than a tenth of 300. */
  expect(&p, 0, SLICED_PLATFORM, 3, MEASURE_prompts, PUBLISHED_BUCKET, 200);
  expect(&p, 0, SLICED_PLATFORM, 2, MEASURE_prompts, PUBLISHED_BUCKET, 20);
  expect(&p, 0, SLICED_PLATFORM, 1, MEASURE_prompts, PUBLISHED_VALUE, 160);
  expect(&p, 0, SLICED_PLATFORM, 4, MEASURE_prompts, PUBLISHED_VALUE, 390); /* of four people */
  bpi_publication_free(&p);
}
END_TEST

/* For strangers, buckets would do for all three: of the 804 at least 50 and 200 are elsewhere, so
 * platform 3 has 500 to 554, and with the 4 of the third person that is a tenth of 500. The first
 * person, who has 84 of the 804, knows more: 490 to 524 of the others, which with the 4 is less. */
START_TEST(test_insiders_are_readers_too) {
  static const int64_t prompts[3][3] = {{70, 4, 10}, {4, 2, 500}, {10, 200, 4}};
  for (int i = 0; i < 3; i++) {
    contributor *c = prompting(0, prompts[i][0] + prompts[i][1] + prompts[i][2]);
    for (int slice = 0; slice < 3; slice++)
      add(c, SLICED_PLATFORM, 1 + slice, MEASURE_prompts, prompts[i][slice]);
  }
  publication p;
  publish(&p, 0);
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_prompts, PUBLISHED_VALUE, 800);
  for (int slice = 0; slice < 4; slice++)
    ck_assert_ptr_null(cell_of(&p, 0, SLICED_PLATFORM, slice, MEASURE_prompts));
  bpi_publication_free(&p);
}
END_TEST

START_TEST(test_shares_of_members) {
  static const int hours[10] = {10, 0, 5, 1, 2, 1, 5, 20, 1, 5};
  for (int i = 0; i < 10; i++) {
    contributor *c = prompting(0, 40);
    add(c, SLICED_WHOLE, 0, MEASURE_active_time, INT64_C(3600000000) * hours[i]);
    add(c, SLICED_WHOLE, 0, MEASURE_used_plan, i < 3);
    add(c, SLICED_WHOLE, 0, MEASURE_used_mcp, 0);
  }
  for (int i = 0; i < 9; i++)
    add(prompting(1, 40), SLICED_WHOLE, 0, MEASURE_used_plan, 1);
  publication p;
  publish(&p, 0);
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_used_plan, PUBLISHED_VALUE, 3);
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_used_mcp, PUBLISHED_VALUE, 1); /* at most a tenth */
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_used_web, PUBLISHED_UNCOVERED,
         0); /* nobody's source has it */
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_usage_low, PUBLISHED_VALUE, 4);
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_usage_medium, PUBLISHED_VALUE, 4);
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_usage_high, PUBLISHED_VALUE, 2);
  /* 20 hours among few */
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_support_signal, PUBLISHED_VALUE, 1);
  ck_assert_ptr_null(cell_of(&p, 1, SLICED_WHOLE, 0, MEASURE_used_plan)); /* nine are too few */
  bpi_publication_free(&p);
}
END_TEST

START_TEST(test_seats_of_unlisted_platforms_are_one) {
  static const seat_count seats[] = {{SLICE_OTHER, 10, 20}, {2, 5, 7}, {SLICE_OTHER, 30, 40}};
  static const int64_t roster[] = {1};
  publication_input in = {.teams = 1, .roster = roster, .seats = seats, .seat_counts = 3};
  publication p;
  ck_assert_int_eq(bpi_publish(&p, &in, NULL), BP_OK);
  ck_assert_uint_eq(p.count, 4);
  expect(&p, SCOPE_STATED, SLICED_PLATFORM, SLICE_OTHER, MEASURE_seats, PUBLISHED_VALUE, 40);
  expect(&p, SCOPE_STATED, SLICED_PLATFORM, SLICE_OTHER, MEASURE_seat_price, PUBLISHED_VALUE, 35);
  expect(&p, SCOPE_STATED, SLICED_PLATFORM, 2, MEASURE_seats, PUBLISHED_VALUE, 5);
  bpi_publication_free(&p);
}
END_TEST
/* Five people of team 0 with these prompts. Returns how many of those agreeing are seen, each with
 * the own number. */
static size_t seen_alone(const int64_t prompts[5], const char *agreeing, int lead) {
  static bool agreed[MEASURE_COUNT];
  publication p;
  agreed[MEASURE_prompts] = agreed[MEASURE_cost] = true;
  setup();
  for (int i = 0; i < 5; i++) {
    contributor *c = prompting(0, prompts[i]);
    add(c, SLICED_WHOLE, 0, MEASURE_sessions, 5); /* so that people without prompts take part */
    if (strchr(agreeing, '0' + i)) c->agreed = agreed;
    c->leads = i == lead;
  }
  publish(&p, 0);
  size_t n = p.view_count;
  for (size_t i = 0; i < n; i++) {
    long who = (long)(p.views[i].of - people);
    ck_assert_ptr_nonnull(strchr(agreeing, (int)('0' + who)));
    ck_assert_int_eq(p.views[i].measure, MEASURE_prompts); /* nothing reveals their cost */
    ck_assert_int_eq(p.views[i].value, prompts[who]);
  }
  ck_assert_ptr_nonnull(cell_of(&p, 0, SLICED_WHOLE, 0, MEASURE_prompts)); /* the sum stays */
  bpi_publication_free(&p);
  return n;
}

/* One of four only knows a lower bound of the cost: the team's is then one, in every slice, whoever
 * is in it; the prompts are exact. A team without such a member has exact numbers. */
START_TEST(test_what_one_does_not_know_is_said_of_all) {
  for (int i = 0; i < 8; i++) {
    contributor *c = prompting(i / 4, 50);
    add(c, SLICED_WHOLE, 0, MEASURE_cost, 1000);
    add(c, SLICED_PLATFORM, i == 0 ? 2 : 1, MEASURE_cost, i == 0 ? 10 : 1000);
    cells[c - people][1].lower = i == 0;
  }
  publication p;
  publish(&p, 0);
  const published_cell *slice = cell_of(&p, 0, SLICED_PLATFORM, 1, MEASURE_cost);
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_cost, PUBLISHED_VALUE | PUBLISHED_PARTIAL, 4000);
  expect(&p, 0, SLICED_WHOLE, 0, MEASURE_prompts, PUBLISHED_VALUE, 200);
  expect(&p, 1, SLICED_WHOLE, 0, MEASURE_cost, PUBLISHED_VALUE, 4000);
  ck_assert(slice == NULL || slice->state & PUBLISHED_PARTIAL);
  for (size_t i = 0; i < p.count; i++)
    if (p.cells[i].measure == MEASURE_cost)
      ck_assert_int_eq(!!(p.cells[i].state & PUBLISHED_PARTIAL), p.cells[i].scope == 0);
  bpi_publication_free(&p);
}
END_TEST

/* Of three, who have 20,000 (cut), 8,000 and 2,000, the mark would reveal the others' numbers to
 * the last one: that a number was cut is only published for ten or more. */
START_TEST(test_a_cut_number_is_said_of_many) {
  static const int64_t done[] = {20000, 8000, 2000};
  static const size_t members[] = {3, PUBLICATION_FLAGS_FROM - 1, PUBLICATION_FLAGS_FROM};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    publication p;
    setup();
    for (size_t who = 0; who < members[i]; who++)
      prompting(0, done[who % 3]);
    cells[0][0].lower = true;
    publish(&p, 0);
    const published_cell *whole = cell_of(&p, 0, SLICED_WHOLE, 0, MEASURE_prompts);
    ck_assert_ptr_nonnull(whole);
    ck_assert_int_eq(!!(whole->state & PUBLISHED_PARTIAL), i == 2);
    bpi_publication_free(&p);
  }
}
END_TEST

START_TEST(test_views_wait_for_who_would_be_left_over) {
  static const int64_t alike[] = {40, 41, 42, 43, 44};
  ck_assert_uint_eq(seen_alone(alike, "", -1), 0);
  ck_assert_uint_eq(seen_alone(alike, "012", -1), 3);
  ck_assert_uint_eq(seen_alone(alike, "0123", -1), 0); /* the sum minus four is the fifth */
  ck_assert_uint_eq(seen_alone(alike, "01234", -1), 5);
  ck_assert_uint_eq(seen_alone(alike, "012", 0), 3);
  ck_assert_uint_eq(seen_alone(alike, "012", 3),
                    0); /* for the lead, who knows the own number, one remains */
  ck_assert_uint_eq(seen_alone(alike, "01", 3), 2);
}
END_TEST

/* Among the rest one has nearly everything: 10 of 410 is less than a tenth of 400, 40 is not. */
START_TEST(test_views_wait_for_who_would_stand_out) {
  ck_assert_uint_eq(seen_alone((int64_t[]){400, 400, 400, 400, 10}, "012", -1), 0);
  ck_assert_uint_eq(seen_alone((int64_t[]){400, 400, 400, 400, 40}, "012", -1), 3);
  ck_assert_uint_eq(seen_alone((int64_t[]){400, 400, 400, 400, 0}, "012", -1), 0);
}
END_TEST

/* If the sum minus the views is zero, or one for each of the others, it reveals their numbers. */
START_TEST(test_views_wait_for_few_who_did_little) {
  ck_assert_uint_eq(seen_alone((int64_t[]){40, 41, 42, 43, 0}, "0123", -1), 0);
  ck_assert_uint_eq(seen_alone((int64_t[]){40, 41, 42, 0, 0}, "012", -1), 0);
  ck_assert_uint_eq(seen_alone((int64_t[]){40, 41, 42, 0, 0}, "0123", -1), 0);
  ck_assert_uint_eq(seen_alone((int64_t[]){40, 41, 0, 0, 0}, "01", -1), 2); /* three are a group */
  ck_assert_uint_eq(seen_alone((int64_t[]){40, 41, 0, 0, 0}, "01", 4), 0); /* not for one of them */
  ck_assert_uint_eq(seen_alone((int64_t[]){40, 41, 42, 43, 0}, "01234", -1), 5);
  ck_assert_uint_eq(seen_alone((int64_t[]){40, 41, 42, 1, 1}, "012", -1),
                    0); /* none and two would wait */
  ck_assert_uint_eq(seen_alone((int64_t[]){40, 41, 42, 2, 1}, "012", -1), 3);
  ck_assert_uint_eq(seen_alone((int64_t[]){0, 41, 42, 43, 40}, "0123", -1),
                    0); /* a view that leaves nothing waits, too */
}
END_TEST

#define SOME 5 /* people, with none to four prompts each; each dimension has one slice */
#define CHOICES 3125

/* What a lead sees for a choice of numbers: the cells, the views (-1: none) and the own number. */
typedef struct sight {
  int64_t cell[SLICED_COUNT], view[SOME];
  int64_t prompts[SOME];
} sight;

static int by_sight(const void *a, const void *b) {
  return memcmp(a, b, offsetof(sight, prompts));
}

static bool whoever_agreed; /* the control: everybody who agreed is seen */

static sight see(int choice, int agreeing, int lead) {
  static bool agreed[MEASURE_COUNT];
  sight s = {{0}, {-1, -1, -1, -1, -1}, {0}};
  publication p;
  size_t n = 0;
  agreed[MEASURE_prompts] = true;
  setup();
  for (int i = 0; i < SOME; i++, choice /= SOME) {
    s.prompts[i] = choice % SOME;
    contributor *c = prompting(0, s.prompts[i]);
    add(c, SLICED_WHOLE, 0, MEASURE_sessions, 5);
    c->agreed = i < agreeing ? agreed : NULL;
    c->leads = i == lead;
  }
  publish(&p, 0);
  for (size_t i = 0; i < p.count; i++)
    if (p.cells[i].measure == MEASURE_prompts)
      s.cell[n++] = p.cells[i].value * 256 + p.cells[i].state;
  for (size_t i = 0; i < p.view_count; i++)
    s.view[p.views[i].of - people] = p.views[i].value;
  for (int i = 0; i < SOME; i++)
    if (i == lead || (whoever_agreed && i < agreeing)) s.view[i] = s.prompts[i];
  bpi_publication_free(&p);
  return s;
}

/* Whether all choices that look like the first one have the same number for that person. */
static bool tells(const sight *alike, size_t choices, int person) {
  for (size_t i = 1; i < choices; i++)
    if (alike[i].prompts[person] != alike[0].prompts[person]) return false;
  return true;
}

/* The number of people who did not agree and whose number the views reveal, where fewer than three
 * are not seen and together have no more than one alone can have here. */
static size_t told_beside_views(int agreeing, int lead, size_t *seen) {
  static sight all[CHOICES];
  size_t told = 0, end;
  for (int i = 0; i < CHOICES; i++)
    all[i] = see(i, agreeing, lead);
  qsort(all, CHOICES, sizeof *all, by_sight);
  for (size_t first = 0; first < CHOICES; first = end) {
    const sight *one = &all[first];
    int64_t unknown = 0, others = 0, left = 0;
    for (end = first + 1; end < CHOICES && by_sight(one, &all[end]) == 0;)
      end++;
    for (int i = 0; i < SOME; i++) {
      unknown += one->view[i] < 0;
      left += one->view[i] < 0 ? one->prompts[i] : 0;
      others += i != lead && one->view[i] >= 0;
    }
    *seen += others > 0 ? end - first : 0;
    for (int i = agreeing; i < SOME && others > 0 && unknown < 3 && left < SOME; i++)
      told += one->view[i] < 0 && tells(one, end - first, i);
  }
  return told;
}

/* All numbers of everybody and all counts of people who agree: views reveal nobody else's number,
 * not even by which of them wait. */
START_TEST(test_views_tell_of_nobody_else) {
  size_t seen = 0;
  for (int agreeing = 0; agreeing <= SOME; agreeing++)
    for (int lead = -1; lead < SOME; lead++)
      ck_assert_uint_eq(told_beside_views(agreeing, lead, &seen), 0);
  ck_assert_uint_gt(seen, CHOICES * 10);
  whoever_agreed = true;
  ck_assert_uint_gt(told_beside_views(4, -1, &seen), 1000);
  whoever_agreed = false;
}
END_TEST

/* How many of so many people, the first of whom agreed, are seen; all but the first two are active
 * for long. */
static size_t seen_of(size_t all, size_t agreeing, measure_id measure, bool with_lead) {
  bool agreed[MEASURE_COUNT] = {false};
  publication p;
  agreed[measure] = true;
  setup();
  for (size_t i = 0; i < all; i++) {
    contributor *c = prompting(0, 40);
    add(c, SLICED_WHOLE, 0, MEASURE_active_time, (i < 2 ? 1 : 11) * INT64_C(3600000000));
    c->agreed = i < agreeing ? agreed : NULL;
    c->leads = with_lead && i + 1 == all;
  }
  publish(&p, 0);
  size_t n = p.view_count;
  bpi_publication_free(&p);
  return n;
}

/* Of ten, eight are seen: the share of active people would reveal that the other two are active. */
START_TEST(test_views_wait_for_shares_of_the_rest) {
  ck_assert_uint_eq(seen_of(10, 8, MEASURE_active_time, false), 0);
  ck_assert_uint_eq(seen_of(10, 8, MEASURE_prompts, false), 8);     /* there is no share of these */
  ck_assert_uint_eq(seen_of(9, 7, MEASURE_active_time, false), 7);  /* nor one of so few people */
  ck_assert_uint_eq(seen_of(10, 7, MEASURE_active_time, false), 7); /* three are a group */
  ck_assert_uint_eq(seen_of(10, 7, MEASURE_active_time, true), 0);  /* not for one of them */
  ck_assert_uint_eq(seen_of(10, 6, MEASURE_active_time, true), 6);
  ck_assert_uint_eq(seen_of(10, 10, MEASURE_active_time, false), 10);
}
END_TEST

/* Ten people and `uncovered` more, whose sources have neither measure; whoever has some of `told`
 * is in the share of `share`. Returns how many of the first eight, who agreed, are seen. */
static size_t seen_beside_share(int told, int share, size_t some, size_t uncovered) {
  bool agreed[MEASURE_COUNT] = {false};
  publication p;
  agreed[told] = true;
  setup();
  for (size_t i = 0; i < 10 + uncovered; i++) {
    contributor *c = prompting(0, 40);
    if (i >= 10) continue;
    add(c, SLICED_WHOLE, 0, told, i < some || i >= 8 ? 5 : 0);
    if (share != told) add(c, SLICED_WHOLE, 0, share, i < some);
    c->agreed = i < 8 ? agreed : NULL;
  }
  publish(&p, 0);
  size_t n = p.view_count;
  bpi_publication_free(&p);
  return n;
}

/* For every measure that reveals who is in a share, with only the people counted in it. */
START_TEST(test_views_wait_for_every_share_they_tell_of) {
  static const struct {
    int told, share;
    bool both; /* having none reveals it, too */
  } cases[] = {{MEASURE_active_time, MEASURE_active_time, true},
               {MEASURE_resolved_time, MEASURE_active_time, true},
               {MEASURE_feature_mcp_resolved_time, MEASURE_active_time, false},
               {MEASURE_feature_background_runs_resolved_time, MEASURE_active_time, false},
               {MEASURE_subagents, MEASURE_used_subagent, true},
               {MEASURE_slash_commands, MEASURE_used_slash_command, true},
               {MEASURE_web_searches, MEASURE_used_web, false},
               {MEASURE_feature_plan_mode_resolved, MEASURE_used_plan, false},
               {MEASURE_feature_plan_mode_resolved_time, MEASURE_used_plan, false},
               {MEASURE_feature_subagents_resolved, MEASURE_used_subagent, false},
               {MEASURE_feature_skills_resolved, MEASURE_used_skill, false},
               {MEASURE_feature_mcp_resolved_time, MEASURE_used_mcp, false},
               {MEASURE_feature_slash_commands_resolved, MEASURE_used_slash_command, false},
               {MEASURE_feature_web_search_resolved, MEASURE_used_web, false},
               {MEASURE_feature_images_resolved, MEASURE_used_image, false},
               {MEASURE_tool_ok, MEASURE_tool_ok, true}, /* the sign of support */
               {MEASURE_tool_error, MEASURE_tool_error, true},
               {MEASURE_retries, MEASURE_retries, true}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ck_assert_uint_eq(seen_beside_share(cases[i].told, cases[i].share, 8, 0), 0);
    ck_assert_uint_eq(seen_beside_share(cases[i].told, cases[i].share, 8, 3), 0);
    ck_assert_uint_eq(seen_beside_share(cases[i].told, cases[i].share, 5, 0),
                      cases[i].both ? 0 : 8);
  }
  ck_assert_uint_eq(seen_beside_share(MEASURE_commits, MEASURE_used_plan, 8, 0), 8);
  ck_assert_uint_eq(
      seen_beside_share(MEASURE_feature_background_runs_resolved, MEASURE_used_plan, 8, 0), 8);
}
END_TEST

/* Ten people are active for long, and all are seen: the band would reveal it of the last, who has
 * none of `time`. */
static size_t seen_beside_band(int time, size_t idle) {
  bool agreed[MEASURE_COUNT] = {false};
  publication p;
  agreed[time] = true;
  setup();
  for (size_t i = 0; i < 10; i++) {
    contributor *c = prompting(0, 40);
    const int64_t hours = 11 * INT64_C(3600000000);
    add(c, SLICED_WHOLE, 0, MEASURE_active_time, hours);
    if (time != MEASURE_active_time) add(c, SLICED_WHOLE, 0, time, i < 10 - idle ? hours : 0);
    c->agreed = agreed;
  }
  publish(&p, 0);
  size_t n = p.view_count;
  bpi_publication_free(&p);
  return n;
}

START_TEST(test_views_of_nothing_resolved_tell_no_band) {
  ck_assert_uint_eq(seen_beside_band(MEASURE_active_time, 0), 10);
  ck_assert_uint_eq(seen_beside_band(MEASURE_resolved_time, 0), 10);
  ck_assert_uint_eq(seen_beside_band(MEASURE_resolved_time, 1), 0);
  ck_assert_uint_eq(seen_beside_band(MEASURE_resolved_time, 2), 0);
  ck_assert_uint_eq(seen_beside_band(MEASURE_resolved_time, 3), 10); /* a group */
}
END_TEST

START_TEST(test_a_pool_has_no_views) {
  bool agreed[MEASURE_COUNT] = {false};
  agreed[MEASURE_prompts] = true;
  for (int i = 0; i < 4; i++)
    prompting(1 + i / 2, 40)->agreed = agreed;
  publication p;
  publish(&p, 0);
  expect(&p, SCOPE_OTHER, SLICED_WHOLE, 0, MEASURE_prompts, PUBLISHED_VALUE, 160);
  ck_assert_uint_eq(p.view_count, 0);
  bpi_publication_free(&p);
}
END_TEST

static int any_order(const void *a, const void *b) {
  (void)a, (void)b;
  return rand() % 3 - 1;
}

START_TEST(test_order_does_not_matter) {
  for (int i = 0; i < 30; i++) {
    contributor *c = prompting(i % 3, 100 + i * 7);
    c->experience = i % 5;
    add(c, SLICED_PLATFORM, 1 + i % 4, MEASURE_prompts, 60 + i);
    add(c, SLICED_PROJECT, 1 + i % 3, MEASURE_prompts, 50);
  }
  publication first, again;
  publish(&first, 0);
  ck_assert_uint_gt(first.count, 20);
  srand(1);
  for (int round = 0; round < 20; round++) {
    qsort(people, count, sizeof *people, any_order);
    static const int64_t roster[] = {7, 8, 9, 10};
    publication_input in = {.teams = 4, .roster = roster, .contributors = people, .count = count};
    ck_assert_int_eq(bpi_publish(&again, &in, NULL), BP_OK);
    ck_assert_uint_eq(again.count, first.count);
    for (size_t i = 0; i < first.count; i++) {
      const published_cell *x = &first.cells[i], *y = &again.cells[i];
      ck_assert(x->scope == y->scope && x->dimension == y->dimension && x->slice == y->slice &&
                x->measure == y->measure && x->state == y->state && x->value == y->value &&
                x->headcount == y->headcount);
    }
    bpi_publication_free(&again);
  }
  bpi_publication_free(&first);
}
END_TEST

START_TEST(test_it_can_be_stopped) {
  atomic_int cancelled = 1;
  for (int i = 0; i < 8; i++)
    add(prompting(0, 100 + i), SLICED_PLATFORM, 1 + i % 2, MEASURE_prompts, 60);
  static const int64_t roster[] = {9};
  publication_input in = {.teams = 1,
                          .roster = roster,
                          .contributors = people,
                          .count = count,
                          .cancelled = &cancelled};
  publication p;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_publish(&p, &in, &error), BP_ERR_CANCELLED);
  ck_assert_int_eq(bp_error_code(error), BP_ERR_CANCELLED);
  ck_assert(p.cells == NULL && p.count == 0);
  bp_error_free(error);
  /* The audit can also be cancelled while groups are tried. */
  static const uint8_t dimension[] = {0, 1, 1};
  const bool members[] = {true, true, false, true, true, false, true, false, true};
  const bool rest[3 * AUDIT_DIMENSIONS] = {false};
  audit a = {.rows = 3,
             .dimension = dimension,
             .people = 3,
             .in = members,
             .rest = rest,
             .fewer_than = 3,
             .cancelled = &cancelled};
  bool isolated;
  ck_assert_int_eq(bpi_audit_isolates(&a, &isolated), BP_ERR_CANCELLED);
  atomic_store(&cancelled, 0);
  ck_assert_int_eq(bpi_audit_isolates(&a, &isolated), BP_OK);
  ck_assert_int_eq(bpi_publish(&p, &in, NULL), BP_OK);
  bpi_publication_free(&p);
}
END_TEST

START_TEST(test_memory_that_runs_out) {
  bool agreed[MEASURE_COUNT] = {false};
  agreed[MEASURE_prompts] = true;
  for (int i = 0; i < 8; i++) {
    contributor *c = prompting(0, 100 + i);
    if (i < 4) c->agreed = agreed;
    add(c, SLICED_PLATFORM, 1 + i % 2, MEASURE_prompts, 60);
    add(c, SLICED_PROJECT, 1 + i % 2, MEASURE_prompts, 50);
    bpi_vector_shape(cells[i], &c->count);
  }
  static const int64_t roster[] = {9};
  publication_input in = {.teams = 1, .roster = roster, .contributors = people, .count = count};
  int rc = BP_ERR_NOMEM;
  long allocations = 0;
  for (; rc != BP_OK; allocations++) {
    publication p;
    ck_assert_int_lt(allocations, 10000);
    bpi_mem_fail_once(allocations);
    rc = bpi_publish(&p, &in, NULL);
    bpi_mem_fail_once(-1);
    if (rc == BP_OK) ck_assert_uint_eq(p.view_count, 4);
    if (rc == BP_OK) bpi_publication_free(&p);
    ck_assert(rc == BP_OK || rc == BP_ERR_NOMEM);
  }
  ck_assert_int_gt(allocations, 20);
}
END_TEST

int main(void) {
  Suite *s = suite_create("publication");
  TCase *t = tcase_create("parts");
  tcase_add_test(t, test_rounding);
  tcase_add_test(t, test_buckets);
  tcase_add_test(t, test_bands_and_tenths);
  tcase_add_test(t, test_dominance);
  tcase_add_test(t, test_roll_up);
  tcase_add_test(t, test_audit);
  tcase_add_test(t, test_audit_by_its_definition);
  suite_add_tcase(s, t);
  t = tcase_create("publication");
  tcase_add_checked_fixture(t, setup, NULL);
  tcase_add_test(t, test_teams_and_pool);
  tcase_add_test(t, test_a_small_pool_is_dropped);
  tcase_add_test(t, test_the_floor_and_what_was_signed);
  tcase_add_test(t, test_dominated_is_a_bucket);
  tcase_add_test(t, test_a_hidden_slice_hides_another);
  tcase_add_test(t, test_insiders_are_readers_too);
  tcase_add_test(t, test_shares_of_members);
  tcase_add_test(t, test_seats_of_unlisted_platforms_are_one);
  tcase_add_test(t, test_what_one_does_not_know_is_said_of_all);
  tcase_add_test(t, test_a_cut_number_is_said_of_many);
  tcase_add_test(t, test_views_wait_for_who_would_be_left_over);
  tcase_add_test(t, test_views_wait_for_who_would_stand_out);
  tcase_add_test(t, test_views_wait_for_few_who_did_little);
  tcase_add_test(t, test_views_tell_of_nobody_else);
  tcase_add_test(t, test_views_wait_for_shares_of_the_rest);
  tcase_add_test(t, test_views_wait_for_every_share_they_tell_of);
  tcase_add_test(t, test_views_of_nothing_resolved_tell_no_band);
  tcase_add_test(t, test_a_pool_has_no_views);
  tcase_add_test(t, test_order_does_not_matter);
  tcase_add_test(t, test_it_can_be_stopped);
  tcase_add_test(t, test_memory_that_runs_out);
  suite_add_tcase(s, t);
  return run_suite(s);
}
