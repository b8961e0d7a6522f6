/* When reports state a change between two ranges, checked by hand: only if the ranges do not
 * overlap and both are known. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/run_suite.h"
#include "reports/spans.h"

static span between(double low, double value, double high) {
  return (span){
      .has = true, .has_low = true, .has_high = true, .low = low, .value = value, .high = high};
}

static void expect(span now, span before, const char *said) {
  char *change = change_between(&now, &before);
  ck_assert_str_eq(change, said);
  free(change);
}

START_TEST(changes) {
  span withheld = {.has = false}, half = between(0.5, 0.5, 0.5), most = between(0.75, 0.76, 0.77);
  half.share = most.share = true;
  expect(between(111, 112, 113), between(99, 100, 101), "+12 %");
  expect(between(49, 50, 51), between(99, 100, 101), "−50 %");
  expect(between(100, 112, 124), between(90, 100, 110), "no clear change");
  expect(most, half, "+26.0 points");
  expect(between(61, 62, 63), between(0, 0, 0), "up from none");
  expect(between(0, 0, 0), between(61, 62, 63), "−100 %");
  expect(between(0, 0, 0), between(0, 0, 0), "no clear change");
  expect(between(0, 2, 4), between(0, 0, 0), "no clear change");
  expect(between(61, 62, 63), withheld, "");
  expect(withheld, between(61, 62, 63), "");
  expect(between(2, 3, 4), between(-2, -1, 0), "");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("spans");
  TCase *tests = tcase_create("spans");
  tcase_add_test(tests, changes);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
