/* The clock jumps between calls: back by years, to the beginning and to the end of time. Every call
 * succeeds or ends with a code of docs/errors.md, what is stored is the same whatever the jump, and
 * only retention erases by the clock. That consent does not come back with a clock set back is in
 * ../privacy/test_erasure.py. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/forms.h"
#include "../unit/run_suite.h"
#include "base/mem.h"
#include "day.h"
#include "world.h"

#define YEAR (365 * WORLD_DAY)

static const int64_t moments[] = {INT64_MIN,
                                  INT64_MIN + 1,
                                  -WORLD_DAY,
                                  -1,
                                  0,
                                  1,
                                  WORLD_OPEN,
                                  WORLD_OPEN - 9 * YEAR,
                                  WORLD_OPEN + 9 * YEAR,
                                  WORLD_CLOSED,
                                  INT64_MAX - 1,
                                  INT64_MAX};
#define MOMENTS (int)(sizeof moments / sizeof *moments)

static void fine(int rc, bp_error **error) {
  ck_assert_msg(rc != BP_ERR_INTERNAL && rc != BP_ERR_CORRUPT && rc != BP_ERR_NOMEM &&
                    rc != BP_ERR_IO,
                "at %lld: %d %s", (long long)world_now, rc, bp_error_message(*error));
  ck_assert((rc == BP_OK) == (*error == NULL));
  bp_error_free(*error);
  *error = NULL;
}

static void ask_for(bp_store *s, const char *period, const char *compare) {
  bp_query *query = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  ck_assert_int_eq(bp_query_new(&query, NULL), BP_OK);
  ck_assert_int_eq(bp_query_metric(query, "prompts"), BP_OK);
  ck_assert_int_eq(bp_query_period(query, period, "Pacific/Chatham"), BP_OK);
  ck_assert_int_eq(bp_query_by(query, "time.week"), BP_OK);
  ck_assert_int_eq(bp_query_compare(query, compare), BP_OK);
  int rc = bp_query_run(&result, s, query, &error);
  fine(rc, &error);
  bp_result_free(result);
  bp_query_free(query);
}

/* Everything that uses the clock, in this order or backwards. */
static void do_all(bp_store *s, bool backwards) {
  static const char *const periods[] = {"today",   "yesterday", "week",      "month",
                                        "quarter", "year",      "last_week", "last_month",
                                        "7d",      "9999d",     "all"};
  static const char *const baselines[] = {"previous", "year", "average", "trailing_12w", NULL};
  static const char *const topics[] = {"health",   "consent", "audit", "retention",
                                       "outgoing", "shared",  "stored"};
  bp_result *result = NULL;
  bp_error *error = NULL;
  void *sealed = NULL;
  size_t length = 0;
  for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
    for (size_t k = 0; k < sizeof baselines / sizeof *baselines; k++)
      ask_for(s, periods[backwards ? sizeof periods / sizeof *periods - 1 - i : i], baselines[k]);
  for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
    int rc = bp_inspect(&result, s, topics[i], &error);
    fine(rc, &error);
    bp_result_free(result);
    result = NULL;
  }
  int64_t expires[] = {INT64_MIN, 0, world_now,
                       world_now < INT64_MAX - WORLD_DAY ? world_now + WORLD_DAY : 0, INT64_MAX};
  for (size_t i = 0; i < sizeof expires / sizeof *expires; i++) {
    int rc = bp_consent_set(s, "quality", "lead", 1, expires[i], &error);
    fine(rc, &error);
  }
  fine(bp_consent_set(s, "quality", "lead", 0, 0, &error), &error);
  fine(bp_share_export(&sealed, &length, s, "team", WORLD_WEEK, &error), &error);
  bp_free(sealed);
}

static bp_store *open_now(void) {
  bp_store *s = NULL;
  bp_error *error = NULL;
  fine(day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, &error), &error);
  ck_assert_ptr_nonnull(s);
  return s;
}

static char *state(void) {
  buf b;
  bpi_buf_init(&b, 1 << 20);
  world_now = WORLD_OPEN;
  ck_assert_int_eq(day_state(&b, NULL), BP_OK);
  return bpi_buf_take(&b, NULL);
}

/* In the short form each moment is left once and reached once, else every one from every other.
 * Staying at a moment is always included: the clock stands still. */
static bool is_jump(int from, int to) {
  return !short_form() || to == from || to == (from + 7) % MOMENTS;
}

/* Half of the work at one moment, the rest at another: the same figures in the end. */
START_TEST(the_clock_jumps) {
  char *expected = NULL;
  for (int to = 0; to < MOMENTS; to++) {
    if (!is_jump(_i, to)) continue;
    world_now = moments[_i];
    day_empty();
    world_key_file(day_path("work/me.db.key"), 100);
    day_input(DAY_SESSIONS / 2);
    bp_error *error = NULL;
    fine(day_ingest(&error), &error);
    bp_store *s = open_now();
    do_all(s, false);
    world_now = moments[to];
    do_all(s, true);
    bp_close(s);
    day_input(DAY_SESSIONS);
    fine(day_ingest(&error), &error);
    char *found = state();
    if (expected == NULL) expected = found;
    ck_assert_str_eq(found, expected);
    ck_assert_ptr_nonnull(strstr(found, ","));
    if (found != expected) bpi_free(found);
  }
  ck_assert_ptr_nonnull(strstr(expected, "2026-02-13"));
  bpi_free(expected);
}
END_TEST

/* Retention, and only retention, erases by the clock. */
START_TEST(expiry_is_by_the_clock) {
  static const char expired[] = "{\"version\":1,\"expired\":true}";
  for (int i = 0; i < MOMENTS; i++) {
    bp_result *result = NULL;
    bp_error *error = NULL;
    world_now = WORLD_OPEN;
    day_empty();
    world_key_file(day_path("work/me.db.key"), 100);
    day_input(DAY_SESSIONS);
    ck_assert_int_eq(day_ingest(NULL), BP_OK);
    char *before = state();
    world_now = moments[i];
    bp_store *s = open_now();
    fine(bp_erase(&result, s, expired, sizeof expired - 1, &error), &error);
    bp_result_free(result);
    bp_close(s);
    char *after = state();
    bool later = moments[i] > WORLD_OPEN + YEAR;
    ck_assert_msg((strcmp(before, after) == 0) == !later, "at %lld", (long long)moments[i]);
    bpi_free(before);
    bpi_free(after);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("clock");
  TCase *tests = tcase_create("clock");
  tcase_set_timeout(tests, 600);
  tcase_add_checked_fixture(tests, day_folder, day_remove);
  tcase_add_loop_test(tests, the_clock_jumps, 0, MOMENTS);
  tcase_add_test(tests, expiry_is_by_the_clock);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
