/* Unit tests of privacy/vector.h: the vocabulary is closed and consistent; a vector has exactly one
 * form. */
#include <check.h>
#include <string.h>

#include "privacy/vector.h"
#include "run_suite.h"

#define CELL(dimension, slice, measure, value)                                                     \
  { SLICED_##dimension, slice, MEASURE_##measure, value, false }
#define LOWER(dimension, slice, measure, value)                                                    \
  { SLICED_##dimension, slice, MEASURE_##measure, value, true }

START_TEST(test_vocabulary_is_consistent) {
  for (int m = 0; m < MEASURE_COUNT; m++) {
    const measure_type *type = &bpi_measures[m];
    for (int other = 0; other < m; other++)
      ck_assert_str_ne(type->name, bpi_measures[other].name);
    ck_assert(bpi_measure_takes(m, SLICED_WHOLE));
    /* A measure that no vector has is a flag made at publication, or stated by the roster. */
    if (type->clamp == 0) ck_assert(type->how == MEASURE_FLAG || type->how == MEASURE_STATED);
    if (type->how == MEASURE_STATED) ck_assert_int_eq(type->clamp, 0);
    if (type->how == MEASURE_FLAG) ck_assert_uint_eq(type->dimensions, 0);
  }
  for (int d = 1; d < SLICED_COUNT; d++) {
    ck_assert_int_eq(bpi_sliced_find(bpi_sliced_name(d)), d);
    for (int s = 1; s < bpi_slice_count(d); s++) {
      const char *name = bpi_slice_name(d, s);
      if (name) ck_assert_int_eq(bpi_slice_find(d, name, strlen(name)), s);
    }
  }
}
END_TEST

START_TEST(test_an_unknown_name_is_other) {
  ck_assert_int_eq(bpi_slice_find(SLICED_MODEL, "secret-model", 12), SLICE_OTHER);
  ck_assert_int_eq(bpi_slice_find(SLICED_PROJECT, "apollo", 6), SLICE_OTHER);
  ck_assert_str_eq(bpi_slice_name(SLICED_LANGUAGE, SLICE_OTHER), "other");
  /* "other" and "unknown" have only one slice in a vocabulary. */
  ck_assert_int_eq(bpi_slice_find(SLICED_LANGUAGE, "other", 5), SLICE_OTHER);
  ck_assert_ptr_null(bpi_slice_name(SLICED_PLATFORM, 999));
}
END_TEST

START_TEST(test_shape_sorts_adds_and_cuts) {
  vector_cell v[] = {CELL(PLATFORM, 2, prompts, 30),    CELL(WHOLE, 0, prompts, 19990),
                     CELL(PLATFORM, 1, prompts, 19980), CELL(WHOLE, 0, prompts, 50),
                     CELL(LANGUAGE, 5, lines_added, 7), CELL(WHOLE, 0, tool_error, 0),
                     CELL(PLATFORM, 1, tool_error, 0)};
  size_t n = sizeof v / sizeof *v;
  bpi_vector_shape(v, &n);
  /* 19990 + 50 is cut to the clamp of 20000; slices do not exceed it, in order; a slice without a
   * whole and a zero slice are removed. */
  ck_assert_uint_eq(n, 4);
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_WHOLE, 0, MEASURE_prompts), 20000);
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_WHOLE, 0, MEASURE_tool_error), 0);
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_PLATFORM, 1, MEASURE_prompts), 19980);
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_PLATFORM, 2, MEASURE_prompts), 20);
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_LANGUAGE, 5, MEASURE_lines_added), -1);
  ck_assert(bpi_vector_valid(v, n, 1));
  ck_assert(bpi_vector_active(v, n));
}
END_TEST

/* A number that was cut is a lower bound, alone or in a sum; days and flags are never cut. */
START_TEST(test_cut_sums_are_lower_bounds) {
  vector_cell v[] = {CELL(WHOLE, 0, prompts, 20001),    CELL(PLATFORM, 1, prompts, 20001),
                     CELL(WHOLE, 0, responses, 200000), CELL(WHOLE, 0, active_days, 9),
                     CELL(WHOLE, 0, used_plan, 2),      CELL(WHOLE, 0, sessions, 1999),
                     CELL(WHOLE, 0, sessions, 2)};
  size_t n = sizeof v / sizeof *v;
  bpi_vector_shape(v, &n);
  ck_assert_uint_eq(n, 6);
  ck_assert(bpi_vector_valid(v, n, 1));
  ck_assert(bpi_vector_lower(v, n, MEASURE_prompts));
  ck_assert(bpi_vector_lower(v, n, MEASURE_sessions));
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_WHOLE, 0, MEASURE_sessions), 2000);
  ck_assert(!bpi_vector_lower(v, n, MEASURE_responses));
  ck_assert(!bpi_vector_lower(v, n, MEASURE_active_days));
  ck_assert(!bpi_vector_lower(v, n, MEASURE_used_plan));
}
END_TEST

START_TEST(test_invalid_vectors) {
  static const struct {
    size_t count;
    vector_cell cells[3];
  } bad[] = {
      {2, {CELL(WHOLE, 0, prompts, 1), CELL(WHOLE, 0, prompts, 1)}},    /* twice */
      {2, {CELL(WHOLE, 0, responses, 1), CELL(WHOLE, 0, prompts, 1)}},  /* order */
      {1, {CELL(WHOLE, 0, prompts, -1)}},                               /* negative */
      {1, {CELL(WHOLE, 0, prompts, 20001)}},                            /* beyond its clamp */
      {1, {CELL(PLATFORM, 1, prompts, 1)}},                             /* no whole */
      {2, {CELL(WHOLE, 0, prompts, 1), CELL(PLATFORM, 1, prompts, 2)}}, /* more than the whole */
      {3,
       {CELL(WHOLE, 0, prompts, 3), CELL(PLATFORM, 1, prompts, 2), CELL(PLATFORM, 2, prompts, 2)}},
      {2, {CELL(WHOLE, 0, prompts, 3), CELL(PLATFORM, 1, prompts, 0)}},   /* a slice of nothing */
      {2, {CELL(WHOLE, 0, prompts, 3), CELL(LANGUAGE, 5, prompts, 1)}},   /* not its dimension */
      {2, {CELL(WHOLE, 0, prompts, 3), CELL(PLATFORM, 999, prompts, 1)}}, /* no such slice */
      {2, {CELL(WHOLE, 0, prompts, 3), CELL(PROJECT, 3, prompts, 1)}},    /* no such project */
      {2, {CELL(WHOLE, 0, prompts, 3), CELL(EXPERIENCE, 1, prompts, 1)}}, /* the roster's */
      {1, {CELL(WHOLE, 0, roster, 1)}},                                   /* the same */
      {2,
       {CELL(WHOLE, 0, prompts, 3), LOWER(PLATFORM, 1, prompts, 2)}}, /* marked without its whole */
      {1, {LOWER(WHOLE, 0, used_plan, 1)}},                           /* not a number */
      {1, {{SLICED_WHOLE, 0, MEASURE_COUNT, 1, false}}},
      {1, {{SLICED_COUNT, 0, MEASURE_prompts, 1, false}}},
      {1, {{SLICED_WHOLE, 1, MEASURE_prompts, 1, false}}},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(!bpi_vector_valid(bad[i].cells, bad[i].count, 3), "case %zu", i);
  ck_assert(bpi_vector_valid(NULL, 0, 1));
}
END_TEST

START_TEST(test_two_devices_are_one_person) {
  const vector_cell a[] = {CELL(WHOLE, 0, prompts, 5), CELL(WHOLE, 0, used_plan, 1),
                           CELL(PLATFORM, 1, prompts, 5)};
  const vector_cell b[] = {CELL(WHOLE, 0, prompts, 2), CELL(WHOLE, 0, used_plan, 1),
                           CELL(PLATFORM, 2, prompts, 2)};
  vector_cell sum[6];
  size_t n;
  bpi_vector_add(sum, &n, a, 3, b, 3);
  ck_assert_uint_eq(n, 4);
  ck_assert_int_eq(bpi_vector_get(sum, n, SLICED_WHOLE, 0, MEASURE_prompts), 7);
  ck_assert_int_eq(bpi_vector_get(sum, n, SLICED_WHOLE, 0, MEASURE_used_plan), 1);
  ck_assert_int_eq(bpi_vector_get(sum, n, SLICED_PLATFORM, 2, MEASURE_prompts), 2);
  ck_assert(bpi_vector_valid(sum, n, 1));
}
END_TEST

/* For a person with two devices, a sum is a lower bound if it is on one device, or if one has no
 * such number. */
START_TEST(test_what_a_device_does_not_tell) {
  const vector_cell a[] = {CELL(WHOLE, 0, prompts, 5), LOWER(WHOLE, 0, responses, 4),
                           CELL(WHOLE, 0, used_plan, 1)},
                    b[] = {CELL(WHOLE, 0, prompts, 2), CELL(WHOLE, 0, responses, 1),
                           CELL(WHOLE, 0, active_days, 3)},
                    idle[] = {CELL(WHOLE, 0, prompts, 0)};
  vector_cell sum[6], back[6];
  size_t n = 0, m = 0;
  bpi_vector_add(sum, &n, a, 3, b, 3);
  ck_assert(bpi_vector_valid(sum, n, 1));
  ck_assert(!bpi_vector_lower(sum, n, MEASURE_prompts));
  ck_assert(bpi_vector_lower(sum, n, MEASURE_responses));
  ck_assert(bpi_vector_lower(sum, n, MEASURE_active_days));
  ck_assert(!bpi_vector_lower(sum, n, MEASURE_used_plan));
  ck_assert(!bpi_vector_lower(sum, n, MEASURE_cost));
  bpi_vector_add(back, &m, b, 3, a, 3);
  for (size_t i = 0; i < n && n == m; i++)
    ck_assert_int_eq(back[i].lower, sum[i].lower);
  bpi_vector_add(sum, &n, b, 3, idle, 1); /* a device without activity has nothing to say */
  ck_assert(!bpi_vector_lower(sum, n, MEASURE_active_days));
}
END_TEST

START_TEST(test_a_week_of_zeros_is_no_activity) {
  const vector_cell quiet[] = {CELL(WHOLE, 0, prompts, 0), CELL(WHOLE, 0, tool_ok, 0)};
  ck_assert(bpi_vector_valid(quiet, 2, 1));
  ck_assert(!bpi_vector_active(quiet, 2));
  ck_assert(!bpi_vector_active(NULL, 0));
}
END_TEST

int main(void) {
  Suite *s = suite_create("vector");
  TCase *t = tcase_create("vector");
  tcase_add_test(t, test_vocabulary_is_consistent);
  tcase_add_test(t, test_an_unknown_name_is_other);
  tcase_add_test(t, test_shape_sorts_adds_and_cuts);
  tcase_add_test(t, test_cut_sums_are_lower_bounds);
  tcase_add_test(t, test_invalid_vectors);
  tcase_add_test(t, test_two_devices_are_one_person);
  tcase_add_test(t, test_what_a_device_does_not_tell);
  tcase_add_test(t, test_a_week_of_zeros_is_no_activity);
  suite_add_tcase(s, t);
  return run_suite(s);
}
