/* The builder of results and the bp_result_ functions: values come out as they went in, withheld
 * ones are not stored, broken rules and missing memory end in one error. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <blueplane/blueplane.h>

#include "base/err.h"
#include "base/mem.h"
#include "result/table.h"
#include "run_suite.h"

static bp_result *finished(bp_result *t) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_table_finish(&r, t, &error), BP_OK);
  ck_assert_ptr_nonnull(r);
  ck_assert_ptr_null(error);
  return r;
}

static void set(bp_result *t, size_t column, const char *text) {
  bpi_table_set_text(t, column, text, strlen(text));
}

static bp_result *one_of_each(void) {
  bp_result *t = bpi_table_new();
  bpi_table_add_column(t, BP_TYPE_BOOL, "bool", "dimension");
  bpi_table_add_column(t, BP_TYPE_INT, "int", "metric");
  bpi_table_add_column(t, BP_TYPE_REAL, "real", NULL);
  bpi_table_add_column(t, BP_TYPE_TEXT, "text", NULL);
  bpi_table_add_column(t, BP_TYPE_TIME, "time", NULL);
  bpi_table_add_row(t);
  bpi_table_set_int(t, 0, 7);
  bpi_table_set_int(t, 1, INT64_MIN);
  bpi_table_set_real(t, 2, 2.5);
  set(t, 3, "caf\xC3\xA9");
  bpi_table_set_int(t, 4, 1756684800000000);
  bpi_table_add_row(t);
  return finished(t);
}

START_TEST(values_come_back) {
  bp_result *r = one_of_each();
  size_t length = 99;
  ck_assert_uint_eq(bp_result_rows(r), 2);
  ck_assert_uint_eq(bp_result_columns(r), 5);
  ck_assert_int_eq(bp_result_type(r, 0), BP_TYPE_BOOL);
  ck_assert_int_eq(bp_result_type(r, 4), BP_TYPE_TIME);
  ck_assert_int_eq(bp_result_int(r, 0, 0), 1); /* a bool is 0 or 1 */
  ck_assert(bp_result_int(r, 0, 1) == INT64_MIN);
  ck_assert(bp_result_real(r, 0, 1) == -9223372036854775808.0);
  ck_assert(bp_result_real(r, 0, 2) == 2.5);
  ck_assert_str_eq(bp_result_text(r, 0, 3, &length), "caf\xC3\xA9");
  ck_assert_uint_eq(length, 5);
  ck_assert_str_eq(bp_result_text(r, 0, 3, NULL), "caf\xC3\xA9");
  ck_assert(bp_result_int(r, 0, 4) == 1756684800000000);
  ck_assert_int_eq(bp_result_cell(r, 0, 4), BP_CELL_VALUE);
  bp_result_free(r);
}
END_TEST

START_TEST(other_types_are_nothing) {
  bp_result *r = one_of_each();
  ck_assert_int_eq(bp_result_int(r, 0, 2), 0);
  ck_assert_int_eq(bp_result_int(r, 0, 3), 0);
  ck_assert(bp_result_real(r, 0, 0) == 0);
  ck_assert(bp_result_real(r, 0, 4) == 0);
  ck_assert_ptr_null(bp_result_text(r, 0, 1, NULL));
  bp_result_free(r);
}
END_TEST

START_TEST(a_new_row_is_empty) {
  bp_result *r = one_of_each();
  size_t length = 99;
  for (size_t column = 0; column < 5; column++)
    ck_assert_int_eq(bp_result_cell(r, 1, column), BP_CELL_EMPTY);
  ck_assert_int_eq(bp_result_int(r, 1, 1), 0);
  ck_assert_ptr_null(bp_result_text(r, 1, 3, &length));
  ck_assert_uint_eq(length, 0);
  bp_result_free(r);
}
END_TEST

START_TEST(out_of_bounds_is_nothing) {
  bp_result *r = one_of_each();
  const struct {
    const bp_result *result;
    size_t row, column;
  } places[] = {{r, 2, 0}, {r, 0, 5}, {r, SIZE_MAX, SIZE_MAX}, {NULL, 0, 0}};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    const bp_result *of = places[i].result;
    size_t row = places[i].row, column = places[i].column, length = 99;
    ck_assert_int_eq(bp_result_cell(of, row, column), BP_CELL_EMPTY);
    ck_assert_int_eq(bp_result_int(of, row, column), 0);
    ck_assert(bp_result_real(of, row, column) == 0);
    ck_assert_ptr_null(bp_result_text(of, row, column, &length));
    ck_assert_uint_eq(length, 0);
  }
  ck_assert_int_eq(bp_result_type(r, 5), 0);
  ck_assert_int_eq(bp_result_type(NULL, 0), 0);
  ck_assert_ptr_null(bp_result_column(r, 5, "name"));
  ck_assert_ptr_null(bp_result_column(r, 0, NULL));
  ck_assert_ptr_null(bp_result_meta(NULL, "schema"));
  ck_assert_ptr_null(bp_result_meta(r, NULL));
  ck_assert_uint_eq(bp_result_rows(NULL), 0);
  ck_assert_uint_eq(bp_result_columns(NULL), 0);
  bp_result_free(r);
  bp_result_free(NULL);
}
END_TEST

START_TEST(metadata) {
  bp_result *t = bpi_table_new();
  size_t column = bpi_table_add_column(t, BP_TYPE_INT, "cost", "metric");
  bpi_table_column_meta(t, column, "unit", "tokens");
  bpi_table_column_meta(t, column, "unit", "nUSD"); /* the last one is used */
  bpi_table_column_meta(t, column, "title", NULL);  /* NULL: ignored */
  bpi_table_meta(t, "zone", "Europe/Berlin");
  bp_result *r = finished(t);
  ck_assert_str_eq(bp_result_column(r, 0, "name"), "cost");
  ck_assert_str_eq(bp_result_column(r, 0, "role"), "metric");
  ck_assert_str_eq(bp_result_column(r, 0, "unit"), "nUSD");
  ck_assert_ptr_null(bp_result_column(r, 0, "title"));
  ck_assert_str_eq(bp_result_meta(r, "zone"), "Europe/Berlin");
  ck_assert_str_eq(bp_result_meta(r, "schema"), "blueplane.result/1");
  ck_assert_ptr_null(bp_result_meta(r, "Zone"));
  bp_result_free(r);
}
END_TEST

START_TEST(states_take_the_value_away) {
  static const int states[] = {BP_CELL_EMPTY, BP_CELL_WITHHELD, BP_CELL_UNCOVERED};
  for (size_t i = 0; i < 3; i++) {
    bp_result *t = bpi_table_new();
    bpi_table_add_column(t, BP_TYPE_INT, "int", NULL);
    bpi_table_add_column(t, BP_TYPE_REAL, "real", NULL);
    bpi_table_add_column(t, BP_TYPE_TEXT, "text", NULL);
    bpi_table_add_row(t);
    bpi_table_set_int(t, 0, 123456789);
    bpi_table_set_real(t, 1, 1234.5);
    set(t, 2, "secret");
    for (size_t column = 0; column < 3; column++)
      bpi_table_set_state(t, column, states[i] | BP_CELL_LOWER_BOUND);
    bp_result *r = finished(t);
    for (size_t column = 0; column < 3; column++)
      ck_assert_int_eq(bp_result_cell(r, 0, column), states[i]); /* and no flag */
    ck_assert_int_eq(r->column[0].ints[0], 0);
    ck_assert(r->column[1].reals[0] == 0);
    ck_assert_int_eq(r->column[2].offsets[1], 0);
    ck_assert_uint_eq(r->column[2].bytes_length, 0);
    ck_assert_int_eq(memcmp(r->column[2].bytes, "\0\0\0\0\0\0", 6), 0);
    bp_result_free(r);
  }
}
END_TEST

START_TEST(lower_bounds) {
  bp_result *t = bpi_table_new();
  bpi_table_add_column(t, BP_TYPE_INT, "before", NULL);
  bpi_table_add_column(t, BP_TYPE_INT, "after", NULL);
  bpi_table_add_row(t);
  bpi_table_set_state(t, 0, BP_CELL_LOWER_BOUND);
  bpi_table_set_int(t, 0, 5);
  bpi_table_set_int(t, 1, 6);
  bpi_table_set_state(t, 1, BP_CELL_LOWER_BOUND);
  bp_result *r = finished(t);
  ck_assert_int_eq(bp_result_cell(r, 0, 0), BP_CELL_VALUE | BP_CELL_LOWER_BOUND);
  ck_assert_int_eq(bp_result_cell(r, 0, 1), BP_CELL_VALUE | BP_CELL_LOWER_BOUND);
  ck_assert_int_eq(bp_result_int(r, 0, 0), 5);
  ck_assert_int_eq(bp_result_int(r, 0, 1), 6);
  bp_result_free(r);
}
END_TEST

START_TEST(reals_are_finite) {
  bp_result *t = bpi_table_new();
  bpi_table_add_column(t, BP_TYPE_REAL, "nan", NULL);
  bpi_table_add_column(t, BP_TYPE_REAL, "infinite", NULL);
  bpi_table_add_column(t, BP_TYPE_REAL, "zero", NULL);
  bpi_table_add_row(t);
  bpi_table_set_real(t, 0, NAN);
  bpi_table_set_real(t, 1, -INFINITY);
  bpi_table_set_real(t, 2, -0.0);
  bp_result *r = finished(t);
  ck_assert_int_eq(bp_result_cell(r, 0, 0), BP_CELL_EMPTY);
  ck_assert_int_eq(bp_result_cell(r, 0, 1), BP_CELL_EMPTY);
  ck_assert_int_eq(bp_result_cell(r, 0, 2), BP_CELL_VALUE);
  ck_assert(!signbit(bp_result_real(r, 0, 2)));
  bp_result_free(r);
}
END_TEST

START_TEST(texts) {
  bp_result *t = bpi_table_new();
  bpi_table_add_column(t, BP_TYPE_TEXT, "a", NULL);
  bpi_table_add_column(t, BP_TYPE_TEXT, "b", NULL);
  bpi_table_add_row(t);
  set(t, 1, "second column first");
  set(t, 0, "x");
  bpi_table_add_row(t);
  set(t, 0, ""); /* a text without characters */
  bpi_table_set_text(t, 1, NULL, 0);
  bpi_table_add_row(t);
  bpi_table_set_text(t, 0, "a\0b", 3);
  bpi_table_set_text(t, 1, "\xFFy\xC3", 3);
  bp_result *r = finished(t);
  size_t length;
  ck_assert_str_eq(bp_result_text(r, 0, 1, NULL), "second column first");
  ck_assert_str_eq(bp_result_text(r, 0, 0, NULL), "x");
  ck_assert_int_eq(bp_result_cell(r, 1, 0), BP_CELL_VALUE);
  ck_assert_str_eq(bp_result_text(r, 1, 0, &length), "");
  ck_assert_uint_eq(length, 0);
  ck_assert_int_eq(bp_result_cell(r, 1, 1), BP_CELL_EMPTY);
  ck_assert_mem_eq(bp_result_text(r, 2, 0, &length), "a\0b", 4);
  ck_assert_uint_eq(length, 3);
  ck_assert_str_eq(bp_result_text(r, 2, 1, NULL), "\xEF\xBF\xBDy\xEF\xBF\xBD");
  /* Arrow's layout: no gaps. */
  ck_assert_mem_eq(r->column[0].bytes, "xa\0b", 4);
  ck_assert_int_eq(r->column[0].offsets[3], 4);
  bp_result_free(r);
}
END_TEST

START_TEST(many_rows) {
  enum { ROWS = 5000 };
  bp_result *t = bpi_table_new();
  bpi_table_add_column(t, BP_TYPE_INT, "n", NULL);
  bpi_table_add_column(t, BP_TYPE_TEXT, "t", NULL);
  for (int i = 0; i < ROWS; i++) {
    char text[16];
    bpi_table_add_row(t);
    bpi_table_set_int(t, 0, i);
    bpi_table_set_text(t, 1, text, (size_t)snprintf(text, sizeof text, "%d", i));
  }
  bp_result *r = finished(t);
  ck_assert_uint_eq(bp_result_rows(r), ROWS);
  for (int i = 0; i < ROWS; i++) {
    ck_assert_int_eq(bp_result_int(r, (size_t)i, 0), i);
    ck_assert_int_eq(strtol(bp_result_text(r, (size_t)i, 1, NULL), NULL, 10), i);
  }
  bp_result_free(r);
}
END_TEST

START_TEST(references) {
  bp_result *r = one_of_each();
  ck_assert_ptr_eq(bpi_table_retain(r), r);
  bp_result_free(r);
  ck_assert_int_eq(bp_result_int(r, 0, 0), 1); /* still there, else the sanitizer reports it */
  bp_result_free(r);
}
END_TEST

/* Each breaks one rule of table.h. */
static void no_row(bp_result *t) {
  bpi_table_set_int(t, 0, 1);
}
static void no_column(bp_result *t) {
  bpi_table_add_row(t), bpi_table_set_int(t, 9, 1);
}
static void late_column(bp_result *t) {
  bpi_table_add_row(t);
  bpi_table_add_column(t, BP_TYPE_INT, "late", NULL);
}
static void same_name(bp_result *t) {
  bpi_table_add_column(t, BP_TYPE_INT, "int", NULL);
}
static void underscore(bp_result *t) {
  bpi_table_add_column(t, BP_TYPE_INT, "_states", NULL);
}
static void no_type(bp_result *t) {
  bpi_table_add_column(t, 6, "six", NULL);
}
static void int_as_text(bp_result *t) {
  bpi_table_add_row(t), bpi_table_set_text(t, 0, "1", 1);
}
static void int_as_real(bp_result *t) {
  bpi_table_add_row(t), bpi_table_set_real(t, 0, 1);
}
static void text_as_int(bp_result *t) {
  bpi_table_add_row(t), bpi_table_set_int(t, 1, 1);
}
static void text_twice(bp_result *t) {
  bpi_table_add_row(t), set(t, 1, "a"), set(t, 1, "b");
}
static void meta_nowhere(bp_result *t) {
  bpi_table_column_meta(t, 9, "unit", "us");
}
static void meta_unbounded(bp_result *t) {
  for (int i = 0; i < 40; i++) {
    char key[16];
    snprintf(key, sizeof key, "k%d", i);
    bpi_table_meta(t, key, "v");
  }
}

static void (*const broken[])(bp_result *) = {
    no_row,      no_column,   late_column, same_name,  underscore,   no_type,
    int_as_text, int_as_real, text_as_int, text_twice, meta_nowhere, meta_unbounded};

START_TEST(broken_rules_are_reported_at_the_end) {
  bp_result *t = bpi_table_new(), *r = (bp_result *)1;
  bp_error *error = NULL;
  bpi_table_add_column(t, BP_TYPE_INT, "int", NULL);
  bpi_table_add_column(t, BP_TYPE_TEXT, "text", NULL);
  broken[_i](t);
  bpi_table_add_row(t); /* no effect any more */
  ck_assert_int_eq(bpi_table_finish(&r, t, &error), BP_ERR_INTERNAL);
  ck_assert_ptr_null(r);
  ck_assert_int_eq(bpi_error_code(error), BP_ERR_INTERNAL);
  bpi_error_free(error);
}
END_TEST

static int build(bp_result **out, bp_error **error) {
  bp_result *t = bpi_table_new();
  bpi_table_meta(t, "zone", "UTC");
  bpi_table_meta(t, "zone", "Europe/Berlin");
  for (int i = BP_TYPE_BOOL; i <= BP_TYPE_TIME; i++) {
    char name[2] = {(char)('a' + i), '\0'};
    size_t column = bpi_table_add_column(t, i, name, "metric");
    bpi_table_column_meta(t, column, "unit", "us");
  }
  for (int i = 0; i < 20; i++) {
    bpi_table_add_row(t);
    bpi_table_set_real(t, 2, i);
    bpi_table_set_text(t, 3, "text that fills the block of bytes", 34);
    bpi_table_set_int(t, 4, i);
  }
  return bpi_table_finish(out, t, error);
}

START_TEST(every_allocation_may_fail) {
  long n = 0;
  for (;; n++) {
    bp_result *r = (bp_result *)1;
    bp_error *error = NULL;
    bpi_mem_fail_after(n);
    int rc = build(&r, &error);
    bpi_mem_fail_after(-1);
    if (rc == BP_OK) {
      ck_assert_uint_eq(bp_result_rows(r), 20);
      bp_result_free(r);
      break;
    }
    ck_assert_int_eq(rc, BP_ERR_NOMEM);
    ck_assert_int_eq(bpi_error_code(error), BP_ERR_NOMEM);
    ck_assert_ptr_null(r);
    bpi_error_free(error);
  }
  ck_assert_int_gt(n, 30);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("table");
  TCase *tests = tcase_create("table");
  tcase_add_test(tests, values_come_back);
  tcase_add_test(tests, other_types_are_nothing);
  tcase_add_test(tests, a_new_row_is_empty);
  tcase_add_test(tests, out_of_bounds_is_nothing);
  tcase_add_test(tests, metadata);
  tcase_add_test(tests, states_take_the_value_away);
  tcase_add_test(tests, lower_bounds);
  tcase_add_test(tests, reals_are_finite);
  tcase_add_test(tests, texts);
  tcase_add_test(tests, many_rows);
  tcase_add_test(tests, references);
  tcase_add_loop_test(tests, broken_rules_are_reported_at_the_end, 0,
                      (int)(sizeof broken / sizeof *broken));
  tcase_add_test(tests, every_allocation_may_fail);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
