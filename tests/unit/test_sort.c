/* Sorting rows by their first words, compared with the C library's qsort with the position as the
 * last criterion. */
#include <check.h>
#include <stdlib.h>

#include "base/sort.h"
#include "dice.h"
#include "run_suite.h"

#define WIDTH 4
#define ROWS 3000

static uint64_t seed = 1;
static int64_t number(int64_t spread) {
  if (spread == 0) return (int64_t)dice_roll(&seed); /* any number, negative ones too */
  return dice_below(&seed, spread) - spread / 2;
}

static size_t sorted_words;

static int by_words(const void *a, const void *b) {
  const int64_t *x = *(int64_t *const *)a, *y = *(int64_t *const *)b;
  for (size_t i = 0; i < sorted_words; i++)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return x < y ? -1 : x > y; /* rows are in the order of their addresses */
}

START_TEST(equals_qsort) {
  static const int64_t spreads[] = {0, 2, 7, 1000, INT64_C(1) << 40};
  static const size_t counts[] = {0, 1, 2, 3, 17, 255, 256, 257, ROWS};
  static int64_t words[ROWS][WIDTH];
  static int64_t *rows[ROWS], *wanted[ROWS];
  for (size_t s = 0; s < sizeof spreads / sizeof *spreads; s++)
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
      for (sorted_words = 1; sorted_words <= 3; sorted_words++) {
        for (size_t i = 0; i < counts[c]; i++) {
          for (size_t w = 0; w < WIDTH; w++)
            words[i][w] = number(spreads[s]);
          rows[i] = wanted[i] = words[i];
        }
        ck_assert_int_eq(bpi_sort_rows(rows, counts[c], sorted_words), 0);
        if (counts[c] > 0) qsort(wanted, counts[c], sizeof *wanted, by_words);
        for (size_t i = 0; i < counts[c]; i++)
          ck_assert_ptr_eq(rows[i], wanted[i]);
      }
}
END_TEST

static int by_value(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

START_TEST(numbers_equal_qsort) {
  static const int64_t spreads[] = {0, 1, 7, INT64_C(1) << 40};
  static const size_t counts[] = {0, 1, 2, 255, 256, ROWS};
  static int64_t numbers[ROWS], wanted[ROWS];
  for (size_t s = 0; s < sizeof spreads / sizeof *spreads; s++)
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
      for (size_t i = 0; i < counts[c]; i++)
        numbers[i] = wanted[i] = number(spreads[s]);
      qsort(wanted, counts[c], sizeof *wanted, by_value);
      for (int again = 0; again < 2; again++) {
        bpi_sort_numbers(numbers, counts[c]);
        ck_assert_mem_eq(numbers, wanted, counts[c] * sizeof *wanted);
      }
    }
}
END_TEST

START_TEST(each_number_once) {
  int64_t numbers[] = {7, -1, 7, 3, INT64_MIN, 3, 7}, wanted[] = {INT64_MIN, -1, 3, 7};
  ck_assert_uint_eq(bpi_sort_unique(numbers, 7), 4);
  ck_assert_mem_eq(numbers, wanted, sizeof wanted);
  ck_assert_uint_eq(bpi_sort_unique(numbers, 0), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("sort");
  TCase *c = tcase_create("sort");
  tcase_add_test(c, equals_qsort);
  tcase_add_test(c, numbers_equal_qsort);
  tcase_add_test(c, each_number_once);
  suite_add_tcase(suite, c);
  return run_suite(suite);
}
