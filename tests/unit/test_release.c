/* Unit tests of metrics/release.h: published cells written by hand, and the answers worked out from
 * them by hand. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "metrics/catalog.h"
#include "metrics/release.h"
#include "privacy/figures.h"
#include "privacy/publication.h"
#include "privacy/roster.h"
#include "run_suite.h"
#include "store/published.h"
#include "store/sql.h"

#define MONDAY 20514 /* 2026-03-02 */
#define DAY (INT64_C(86400) * 1000000)

static store *s;

static const struct {
  int64_t week;
  const char *scope;
  int dimension;
  const char *slice;
  measure_id measure;
  int state, headcount;
  int64_t value;
} rows[] = {
    {0, "core", 0, "", MEASURE_prompts, 0, HEADCOUNT_5, 1200}, /* to within 5 */
    {0, "core", 0, "", MEASURE_cost, 0, HEADCOUNT_5, 5000},
    {0, "core", 0, "", MEASURE_lines_added, 0, HEADCOUNT_5, 500},
    {0, "core", 0, "", MEASURE_roster, 0, HEADCOUNT_5, 10},
    {0, "core", 0, "", MEASURE_active_time, 0, HEADCOUNT_5,
     900000000}, /* 15 minutes, to half a second */
    {0, "core", 0, "", MEASURE_resolved, 0, HEADCOUNT_5, 30},
    {0, "core", 1, "codex", MEASURE_prompts, 0, HEADCOUNT_5, 900},
    {0, "core", 1, "other", MEASURE_prompts, 0, HEADCOUNT_3, 300},
    {0, "web", 0, "", MEASURE_prompts, PUBLISHED_BUCKET, HEADCOUNT_3, 200}, /* up to 499 */
    {0, "web", 0, "", MEASURE_cost, 0, HEADCOUNT_3, 900},
    {0, "web", 0, "", MEASURE_roster, 0, HEADCOUNT_3, 4},
    {0, "web", 1, "codex", MEASURE_prompts, PUBLISHED_BUCKET, HEADCOUNT_3, 200},
    {0, "large", 0, "", MEASURE_usage_low, 0, HEADCOUNT_10, 2},
    {0, "large", 0, "", MEASURE_usage_medium, 0, HEADCOUNT_10, 7},
    {0, "large", 0, "", MEASURE_usage_high, 0, HEADCOUNT_10, 1},
    {0, "large", 0, "", MEASURE_roster, 0, HEADCOUNT_10, 20},
    {0, "large", 0, "", MEASURE_prompts, PUBLISHED_UNCOVERED, HEADCOUNT_10, 0},
    {0, "large", 0, "", MEASURE_support_signal, 0, HEADCOUNT_10, 1},
    {0, "*", 1, "codex", MEASURE_seats, 0, 0, 40},
    {0, "*", 1, "codex", MEASURE_seat_price, 0, 0, 100},
    {0, "core", 0, "", MEASURE_journey_read_edit_resolved, 0, HEADCOUNT_5, 60},
    {0, "core", 0, "", MEASURE_journey_read_edit_unresolved, 0, HEADCOUNT_5, 20},
    {0, "core", 0, "", MEASURE_journey_edit_command_resolved, PUBLISHED_BUCKET, HEADCOUNT_5,
     20}, /* up to 49 */
    {0, "core", 0, "", MEASURE_journey_edit_command_unresolved, 0, HEADCOUNT_5, 10},
    {0, "web", 0, "", MEASURE_journey_read_edit_resolved, 0, HEADCOUNT_3, 40},
    {0, "core", 0, "", MEASURE_feature_mcp_resolved, 0, HEADCOUNT_5, 20},
    {0, "core", 0, "", MEASURE_feature_mcp_resolved_time, 0, HEADCOUNT_5, 12000},
    {0, "core", 0, "", MEASURE_feature_images_resolved, PUBLISHED_BUCKET, HEADCOUNT_5, 20},
    {0, "core", 0, "", MEASURE_feature_images_resolved_time, 0, HEADCOUNT_5, 12000},
    {0, "core", 0, "", MEASURE_feature_skills_resolved, PUBLISHED_UNCOVERED, HEADCOUNT_5, 0},
    {0, "core", 0, "", MEASURE_feature_skills_resolved_time, PUBLISHED_UNCOVERED, HEADCOUNT_5, 0},
    {7, "core", 0, "", MEASURE_prompts, 0, HEADCOUNT_5, 2000},
    {7, "core", 0, "", MEASURE_roster, 0, HEADCOUNT_5, 10},
    {35, "core", 0, "", MEASURE_prompts, 0, HEADCOUNT_5, 77}, /* 2026-04-06 */
    {35, "core", 0, "", MEASURE_roster, 0, HEADCOUNT_5, 10},
};

static void publish(const release *r) {
  const unsigned char digest[BPI_DIGEST_BYTES] = {0};
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_store_begin_write(s, &error), BP_OK);
  ck_assert_int_eq(bpi_published_write(s, r, digest, &error), BP_OK);
  ck_assert_int_eq(bpi_store_commit(s, &error), BP_OK);
}

static void setup(void) {
  store_options o = {.in_memory = true, .create = STORE_ORGANISATION, .now_us = 1};
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_store_open(&s, NULL, &o, &error), BP_OK);
  for (size_t i = 0; i < sizeof rows / sizeof *rows;) {
    release_row list[64];
    release r = {.window = (uint32_t)(MONDAY + rows[i].week),
                 .edition = 1,
                 .minimum = 3,
                 .organisation = "acme",
                 .row = list};
    size_t first = i;
    for (; i < sizeof rows / sizeof *rows && rows[i].week == rows[first].week; i++)
      list[r.rows++] = (release_row){.scope = rows[i].scope,
                                     .slice = rows[i].slice,
                                     .dimension = (uint16_t)rows[i].dimension,
                                     .measure = (uint16_t)rows[i].measure,
                                     .state = (uint8_t)rows[i].state,
                                     .headcount = (uint8_t)rows[i].headcount,
                                     .value = rows[i].value};
    publish(&r);
  }
}

static void teardown(void) {
  bpi_store_close(s);
}

static const benchmark *beside;
static const assumptions *assumed;

static int ask(bp_result **out, char level, const char *scope, const char *json) {
  bp_query *q = NULL;
  bp_error *error = NULL;
  compute_context c = {.store = s,
                       .assumed = assumed,
                       .benchmark = beside,
                       .now_us = (MONDAY + 17) * DAY}; /* Thursday of the third week */
  release_reader reader = {level, scope};
  ck_assert_int_eq(bpi_query_from_json(&q, json, strlen(json), &error), BP_OK);
  int rc = bpi_release_compute(out, &c, &reader, q, &error);
  bpi_error_free(error);
  bpi_query_free(q);
  return rc;
}

static size_t column_of(const bp_result *t, const char *name) {
  for (size_t i = 0; i < t->columns; i++)
    if (!strcmp(bpi_table_column_get(t, i, "name"), name)) return i;
  ck_abort_msg("no column %s", name);
  return 0;
}

static void expect(const bp_result *t, size_t row, const char *column, double value) {
  size_t at = column_of(t, column);
  ck_assert_uint_lt(row, t->rows);
  ck_assert_int_eq(bpi_table_state(t, row, at), BP_CELL_VALUE);
  double got = t->column[at].type == BP_TYPE_REAL ? t->column[at].reals[row]
                                                  : (double)t->column[at].ints[row];
  ck_assert_msg(got - value < 1e-9 && value - got < 1e-9, "%s: %f", column, got);
}

static void expect_text(const bp_result *t, size_t row, const char *column, const char *text) {
  ck_assert_str_eq(bpi_table_text(t, row, column_of(t, column), NULL), text);
}

static void expect_state(const bp_result *t, size_t row, const char *column, int state) {
  ck_assert_int_eq(bpi_table_state(t, row, column_of(t, column)), state);
}

#define Q(rest) "{\"schema\":\"blueplane.query/1\"," rest "}"

START_TEST(test_a_team_and_a_week) {
  bp_result *t = NULL;
  ck_assert_int_eq(
      ask(&t, 'L', "core",
          Q("\"metrics\":[\"prompts\",\"cost_per_line\",\"adoption_rate\",\"active_users\"],\"period\":\"2026-03-02/2026-03-08\"")),
      BP_OK);
  ck_assert_uint_eq(t->rows, 1);
  expect_text(t, 0, "contributors", "5-9");
  expect(t, 0, "prompts", 1200);
  expect(t, 0, "prompts.at_least", 1195);
  expect(t, 0, "prompts.at_most", 1205);
  expect(t, 0, "cost_per_line", 10);
  expect(t, 0, "cost_per_line.at_most", 5005.0 / 500);
  expect(t, 0, "adoption_rate.at_least", 0.5);
  expect(t, 0, "adoption_rate.at_most", 0.9);
  expect(t, 0, "active_users.at_least", 5);
  bpi_table_release(t);
}
END_TEST

/* 2000 and 1200, each to within 5, so that they lie 800 apart to within 10. */
START_TEST(test_beside_another_window) {
  static const char *const baselines[] = {"previous", "2026-03-02/2026-03-08"};
  for (size_t i = 0; i < 2; i++) {
    char json[300];
    bp_result *t = NULL;
    snprintf(
        json, sizeof json,
        Q("\"metrics\":[\"prompts\",\"cost_per_line\"],\"period\":\"2026-03-09/2026-03-15\",\"compare\":\"%s\""),
        baselines[i]);
    ck_assert_int_eq(ask(&t, 'L', "core", json), BP_OK);
    ck_assert_uint_eq(t->rows, 1);
    expect(t, 0, "prompts", 2000);
    expect(t, 0, "prompts.baseline", 1200);
    expect(t, 0, "prompts.difference", 800);
    expect(t, 0, "prompts.difference.at_least", 790);
    expect(t, 0, "prompts.difference.at_most", 810);
    expect(t, 0, "prompts.relative", 800.0 / 1200);
    /* The later week has no number of lines, so the difference has none and no bounds. */
    expect_state(t, 0, "cost_per_line", BP_CELL_WITHHELD);
    expect(t, 0, "cost_per_line.baseline", 10);
    expect_state(t, 0, "cost_per_line.difference", BP_CELL_WITHHELD);
    expect_state(t, 0, "cost_per_line.difference.at_least", BP_CELL_WITHHELD);
    expect_state(t, 0, "cost_per_line.relative", BP_CELL_WITHHELD);
    bpi_table_release(t);
  }
  /* A slice that no longer exists; a week before which nothing was published. */
  bp_result *t = NULL;
  ck_assert_int_eq(
      ask(&t, 'L', "core",
          Q("\"metrics\":[\"prompts\"],\"by\":[\"platform\"],\"period\":\"2026-03-09/2026-03-15\",\"compare\":\"previous\"")),
      BP_OK);
  ck_assert_uint_eq(t->rows, 2);
  expect_text(t, 0, "platform", "codex");
  expect_state(t, 0, "prompts", BP_CELL_WITHHELD);
  expect(t, 0, "prompts.baseline", 900);
  expect_state(t, 0, "prompts.difference", BP_CELL_WITHHELD);
  bpi_table_release(t);
  ck_assert_int_eq(
      ask(&t, 'L', "core",
          Q("\"metrics\":[\"prompts\"],\"period\":\"2026-03-02/2026-03-08\",\"compare\":\"previous\"")),
      BP_OK);
  expect(t, 0, "prompts", 1200);
  expect_state(t, 0, "prompts.baseline", BP_CELL_WITHHELD);
  expect_state(t, 0, "prompts.difference", BP_CELL_WITHHELD);
  bpi_table_release(t);
}
END_TEST

/* March has two of the four weeks of this store, and only the first of another. There is no other
 * of core. A week with seats only and one of which nothing is left do not count. */
START_TEST(test_weeks_that_are_compared) {
  static const struct {
    const char *period, *coverage, *of_core;
  } windows[] = {
      {"2026-03-09/2026-03-15",
       "1 of 1 weeks, 1 of them not by every team's store; baseline: 1 of 1 weeks", NULL},
      {"2026-04-01/2026-04-30",
       "1 of 5 weeks, 1 of them not by every team's store; baseline: 2 of 4 weeks, 1 of them not "
       "by every team's store",
       "1 of 5 weeks; baseline: 2 of 4 weeks"},
  };
  release_row seats = {"*", "codex", 1, MEASURE_seats, 0, 0, 40};
  release_row row = {"ops", "", 0, MEASURE_prompts, 0, HEADCOUNT_5, 100};
  release r = {
      .window = MONDAY, .edition = 1, .minimum = 3, .organisation = "acme", .row = &row, .rows = 1};
  memset(r.store, 7, sizeof r.store);
  publish(&r);
  memset(r.store, 0, sizeof r.store);
  r.window = MONDAY + 14;
  r.row = &seats;
  publish(&r);
  r.window = MONDAY + 21;
  r.rows = 0;
  publish(&r);
  for (size_t i = 0; i < 2; i++) {
    char json[200];
    bp_result *t = NULL;
    snprintf(json, sizeof json,
             Q("\"metrics\":[\"prompts\"],\"period\":\"%s\",\"compare\":\"previous\""),
             windows[i].period);
    ck_assert_int_eq(ask(&t, 'R', NULL, json), BP_OK);
    ck_assert_str_eq(bp_result_meta(t, "coverage"), windows[i].coverage);
    bpi_table_release(t);
    ck_assert_int_eq(ask(&t, 'L', "core", json), BP_OK);
    ck_assert_pstr_eq(bp_result_meta(t, "coverage"), windows[i].of_core);
    bpi_table_release(t);
  }
}
END_TEST

/* Buckets widen a difference by everything they leave open: web had 200 to 499. */
START_TEST(test_difference_of_buckets) {
  bp_result *t = NULL;
  ck_assert_int_eq(
      ask(&t, 'R', NULL,
          Q("\"metrics\":[\"prompts\"],\"period\":\"2026-03-09/2026-03-15\",\"compare\":\"previous\"")),
      BP_OK);
  expect(t, 0, "prompts", 2000);
  /* A third team had no source with it: a lower bound before, so the difference has no least
   * value. */
  double was = 1195 + 200, most = 2005 - was;
  expect(t, 0, "prompts.baseline", was);
  expect(t, 0, "prompts.difference", 2000 - was);
  expect_state(t, 0, "prompts.difference.at_least", BP_CELL_EMPTY);
  expect(t, 0, "prompts.difference.at_most", most);
  ck_assert_ptr_null(bp_result_meta(t, "coverage"));
  bpi_table_release(t);
}
END_TEST

/* A team that does not exist, one with too few people, a week not yet closed: the same bytes. */
START_TEST(test_refusals_are_alike) {
  static const char *const scopes[] = {"core", "nobody", "?"};
  static const char *const periods[] = {"2026-03-16/2026-03-22", "2026-03-16/2026-03-22",
                                        "2026-03-16/2026-03-22"};
  bp_result *t = NULL;
  for (size_t i = 0; i < 3; i++) {
    char json[256];
    snprintf(json, sizeof json, Q("\"metrics\":[\"prompts\",\"cost_per_line\"],\"period\":\"%s\""),
             periods[i]);
    ck_assert_int_eq(ask(&t, 'L', scopes[i], json), BP_OK);
    ck_assert_uint_eq(t->rows, 1);
    for (size_t column = 0; column < t->columns; column++)
      ck_assert_int_eq(bpi_table_state(t, 0, column), BP_CELL_WITHHELD);
    bpi_table_release(t);
  }
}
END_TEST

START_TEST(test_the_organisation_is_a_sum) {
  bp_result *t = NULL;
  ck_assert_int_eq(
      ask(&t, 'R', NULL, Q("\"metrics\":[\"prompts\"],\"period\":\"2026-03-02/2026-03-08\"")),
      BP_OK);
  /* 1200 and 200 to 499; a third team has no source with it: a lower bound without a greatest
   * value. */
  expect_text(t, 0, "contributors", "18-32");
  expect(t, 0, "prompts", 1195 + 200);
  ck_assert(bpi_table_lower_bound(t, 0, column_of(t, "prompts")));
  expect(t, 0, "prompts.at_least", 1195 + 200);
  expect_state(t, 0, "prompts.at_most", BP_CELL_EMPTY);
  bpi_table_release(t);
  ck_assert_int_eq(
      ask(&t, 'M', NULL,
          Q("\"metrics\":[\"cost\",\"cost_per_line\"],\"period\":\"2026-03-02/2026-03-08\"")),
      BP_OK);
  expect(t, 0, "cost", 5890); /* 5,000 and 900, each to within 5, at the least */
  ck_assert(bpi_table_lower_bound(t, 0, column_of(t, "cost"))); /* one team has no cost */
  expect_state(t, 0, "cost.at_most", BP_CELL_EMPTY);
  /* Of the one team that has both: that of all may be anything. */
  expect(t, 0, "cost_per_line", 10);
  ck_assert(!bpi_table_lower_bound(t, 0, column_of(t, "cost_per_line")));
  expect_state(t, 0, "cost_per_line.at_least", BP_CELL_EMPTY);
  expect_state(t, 0, "cost_per_line.at_most", BP_CELL_EMPTY);
  bpi_table_release(t);
}
END_TEST

/* A week of a team with lower bounds: a number has its least value and no greatest; a ratio is a
 * lower bound if its numerator is one, an upper bound if its denominator is one, and neither if
 * both are. */
START_TEST(test_lower_bounds) {
  release_row list[] = {
      {"core", "", 0, MEASURE_prompts, 0, HEADCOUNT_5, 1200}, /* to within 5 */
      {"core", "", 0, MEASURE_sessions, PUBLISHED_PARTIAL, HEADCOUNT_5, 100},
      {"core", "", 0, MEASURE_active_days, 0, HEADCOUNT_5, 20},
      {"core", "", 0, MEASURE_cost, PUBLISHED_PARTIAL, HEADCOUNT_5, 5000}, /* to within 5 */
      {"core", "", 0, MEASURE_commits, PUBLISHED_PARTIAL | PUBLISHED_BUCKET, HEADCOUNT_5, 20},
      {"core", "", 0, MEASURE_lines_added, 0, HEADCOUNT_5, 500},
      {"core", "", 0, MEASURE_usage_low, PUBLISHED_PARTIAL, HEADCOUNT_10, 3},
  };
  release r = {.window = MONDAY + 70,
               .edition = 1,
               .minimum = 3,
               .organisation = "acme",
               .row = list,
               .rows = sizeof list / sizeof *list};
  static const struct {
    const char *metric;
    bool lower, least, most; /* marked; with bounds */
    double value, at_least, at_most;
  } told[] = {
      {"prompts", false, true, true, 1200, 1195, 1205},
      {"cost", true, true, false, 4995, 4995, 0},
      {"commits", true, true, false, 20, 20, 0},
      {"cost_per_line", true, true, false, 4995.0 / 500, 4995.0 / 500, 0},
      {"cost_per_active_day", true, true, false, 4995.0 / 20, 4995.0 / 20, 0},
      {"cost_per_session", false, false, false, 50, 0, 0},
      {"sessions_per_active_day", true, true, false, 5, 5, 0},
      {"cost_per_active_seat", true, true, false, 4995.0 / 9, 4995.0 / 9, 0},
      {"usage_distribution", false, true, true, 0.3, 0.25, 0.35},
  };
  publish(&r);
  for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
    char query[160], name[64];
    bp_result *t = NULL;
    snprintf(
        query, sizeof query,
        "{\"schema\":\"blueplane.query/1\",\"metrics\":[\"%s\"],\"period\":\"2026-05-11/2026-05-17\"}",
        told[i].metric);
    bool shares = strcmp(told[i].metric, "usage_distribution") == 0,
         seats = strstr(told[i].metric, "seat");
    ck_assert_int_eq(ask(&t, seats ? 'M' : 'L', "core", query), BP_OK);
    const char *part = shares ? ".low" : "";
    snprintf(name, sizeof name, "%s%s", told[i].metric, part);
    expect(t, 0, name, told[i].value);
    ck_assert_msg(bpi_table_lower_bound(t, 0, column_of(t, name)) == told[i].lower, "%s", name);
    snprintf(name, sizeof name, "%s%s.at_least", told[i].metric, part);
    if (told[i].least) expect(t, 0, name, told[i].at_least);
    if (!told[i].least) expect_state(t, 0, name, BP_CELL_EMPTY);
    snprintf(name, sizeof name, "%s%s.at_most", told[i].metric, part);
    if (told[i].most) expect(t, 0, name, told[i].at_most);
    if (!told[i].most) expect_state(t, 0, name, BP_CELL_EMPTY);
    bpi_table_release(t);
  }
}
END_TEST

START_TEST(test_windows) {
  bp_result *t = NULL;
  /* March has the weeks of the Thursdays 5, 12, 19, 26. 6 April is in the second quarter. */
  ck_assert_int_eq(ask(&t, 'L', "core", Q("\"metrics\":[\"prompts\"],\"period\":\"month\"")),
                   BP_OK);
  expect(t, 0, "prompts", 3200);
  bpi_table_release(t);
  ck_assert_int_eq(ask(&t, 'L', "core", Q("\"metrics\":[\"prompts\"],\"by\":[\"time.quarter\"]")),
                   BP_OK);
  ck_assert_uint_eq(t->rows, 2);
  expect_text(t, 0, "time.quarter", "2026-Q1");
  expect(t, 0, "prompts", 3200);
  expect(t, 1, "prompts", 77);
  bpi_table_release(t);
  ck_assert_int_eq(ask(&t, 'L', "core",
                       Q("\"metrics\":[\"prompts\"],\"by\":[\"time.week\"],\"period\":\"month\"")),
                   BP_OK);
  ck_assert_uint_eq(t->rows, 4);
  expect_text(t, 0, "time.week", "2026-03-02");
  expect(t, 1, "prompts", 2000);
  expect_state(t, 2, "prompts", BP_CELL_WITHHELD);
  /* From the first Monday to the end of the last Sunday; a query for one week is answered for seven
   * days. */
  ck_assert_str_eq(bp_result_meta(t, "from"), "2026-03-02T00:00:00Z");
  ck_assert_str_eq(bp_result_meta(t, "until"), "2026-03-30T00:00:00Z");
  bpi_table_release(t);
  ck_assert_int_eq(
      ask(&t, 'L', "core",
          Q("\"metrics\":[\"prompts\"],\"period\":\"last_week\",\"compare\":\"previous\"")),
      BP_OK);
  ck_assert_str_eq(bp_result_meta(t, "from"), "2026-03-09T00:00:00Z");
  ck_assert_str_eq(bp_result_meta(t, "until"), "2026-03-16T00:00:00Z");
  ck_assert_str_eq(bp_result_meta(t, "baseline_from"), "2026-03-02T00:00:00Z");
  ck_assert_str_eq(bp_result_meta(t, "baseline_until"), "2026-03-09T00:00:00Z");
  bpi_table_release(t);
  /* A month is compared with the month before it, also if it is given by its days and is a day
   * shorter. */
  ck_assert_int_eq(
      ask(&t, 'L', "core",
          Q("\"metrics\":[\"prompts\"],\"period\":\"2026-04-01/2026-04-30\",\"compare\":\"previous\"")),
      BP_OK);
  expect(t, 0, "prompts", 77);
  expect(t, 0, "prompts.baseline", 3200);
  bpi_table_release(t);
  static const char *const no_windows[] = {"30d", "today", "2026-03-03/2026-03-09",
                                           "2026-03-02/2026-03-15"};
  for (size_t i = 0; i < 4; i++) {
    char json[256];
    snprintf(json, sizeof json, Q("\"metrics\":[\"prompts\"],\"period\":\"%s\""), no_windows[i]);
    ck_assert_int_eq(ask(&t, 'L', "core", json), BP_ERR_UNSUPPORTED);
  }
}
END_TEST

START_TEST(test_slices_and_teams) {
  bp_result *t = NULL;
  ck_assert_int_eq(
      ask(&t, 'R', NULL,
          Q("\"metrics\":[\"prompts\"],\"by\":[\"platform\"],\"period\":\"2026-03-02/2026-03-08\"")),
      BP_OK);
  ck_assert_uint_eq(t->rows, 2);
  ck_assert_str_eq(bpi_table_column_get(t, 0, "title"), "Platform");
  expect_text(t, 0, "platform", "codex");
  expect(t, 0, "prompts.at_least", 900 + 200);
  expect(t, 1, "prompts", 300);
  bpi_table_release(t);
  /* Top and bottom: by team, ordered by the metric. */
  ck_assert_int_eq(
      ask(&t, 'M', NULL,
          Q("\"metrics\":[\"cost\"],\"by\":[\"team\"],\"order\":\"-cost\",\"period\":\"2026-03-02/2026-03-08\"")),
      BP_OK);
  expect_text(t, 0, "team", "core");
  expect_text(t, 1, "team", "web");
  expect_state(t, 2, "cost", BP_CELL_WITHHELD);
  bpi_table_release(t);
}
END_TEST

/* A dimension that a release offers for a metric must exist for it in a personal store, where the
 * numbers come from. */
START_TEST(test_what_is_promised_is_told) {
  static const struct {
    sliced_id along;
    uint64_t personal;
  } dimensions[] = {
      {SLICED_PLATFORM, DIM_BIT(DIM_PLATFORM)},      {SLICED_MODEL, DIM_BIT(DIM_MODEL_FAMILY)},
      {SLICED_CATEGORY, DIM_BIT(DIM_TOOL_CATEGORY)}, {SLICED_LANGUAGE, DIM_BIT(DIM_LANGUAGE)},
      {SLICED_TASK, DIM_BIT(DIM_TASK_TYPE)},         {SLICED_PROJECT, DIM_BIT(DIM_WORKSPACE)}};
  release_metric r;
  for (size_t i = 0; bpi_release_metric(i, &r); i++) {
    dimension_id by;
    metric_id id = bpi_metric_find(r.id, &by);
    for (size_t d = 0; id != METRIC_COUNT && d < sizeof dimensions / sizeof *dimensions; d++)
      ck_assert_msg(!(r.slices & SLICED_BIT(dimensions[d].along)) ||
                        bpi_metric_dimensions(&bpi_metrics[id]) & dimensions[d].personal,
                    "%s by %s", r.id, bpi_sliced_name((int)dimensions[d].along));
  }
}
END_TEST

START_TEST(test_seats_shares_and_signals) {
  bp_result *t = NULL;
  ck_assert_int_eq(
      ask(&t, 'M', NULL,
          Q("\"metrics\":[\"license_utilization\"],\"by\":[\"platform\"],\"period\":\"2026-03-02/2026-03-08\"")),
      BP_OK);
  ck_assert_uint_eq(t->rows, 2);
  expect(t, 0, "license_utilization.at_least", 8.0 / 40);
  expect(t, 0, "license_utilization.at_most", 17.0 / 40); /* four of core are in other */
  bpi_table_release(t);
  ck_assert_int_eq(
      ask(&t, 'L', "large",
          Q("\"metrics\":[\"usage_distribution\",\"support_signals\"],\"period\":\"2026-03-02/2026-03-08\"")),
      BP_OK);
  expect(t, 0, "usage_distribution.low", 0.2);
  expect(t, 0, "usage_distribution.medium.at_most", 0.75);
  expect(t, 0, "usage_distribution.high.at_least", 0);
  expect(t, 0, "support_signals", 1);
  bpi_table_release(t);
}
END_TEST

/* Of two platforms one has seats, and in one of two weeks only: for the others only the members who
 * may use them are counted. */
START_TEST(test_seats_of_some_platforms) {
  static release_row list[] = {{"core", "codex", 1, MEASURE_prompts, 0, HEADCOUNT_5, 1},
                               {"core", "cursor", 1, MEASURE_prompts, 0, HEADCOUNT_10, 1},
                               {"core", "other", 1, MEASURE_prompts, 0, HEADCOUNT_3, 1},
                               {"*", "codex", 1, MEASURE_seats, 0, 0, 40}};
  static const char *const by[] = {"", "\"platform\""};
  for (uint32_t week = 0; week < 2; week++) {
    release r = {
        .window = MONDAY + 63 + week * 7, .edition = 1, .minimum = 3, .organisation = "acme"};
    r.row = list;
    r.rows = 4 - week;
    publish(&r);
  }
  for (size_t i = 0; i < 2; i++) {
    bp_result *t = NULL;
    char json[200];
    snprintf(
        json, sizeof json,
        Q("\"metrics\":[\"license_utilization\"],\"by\":[%s],\"period\":\"2026-05-01/2026-05-31\""),
        by[i]);
    ck_assert_int_eq(ask(&t, 'M', NULL, json), BP_OK);
    expect(t, 0, "license_utilization", 7.0 / 40);
    expect(t, 0, "license_utilization.at_least", 5.0 / 40);
    expect(t, 0, "license_utilization.at_most", (9.0 + 2 * 4) / 40);
    if (i > 0) expect_text(t, 1, "platform", "cursor");
    if (i > 0) expect_state(t, 1, "license_utilization", BP_CELL_EMPTY);
    bpi_table_release(t);
  }
}
END_TEST

/* 5 to 9, 3 to 4 and 10 to 19 in the first week, fewer later: nobody is counted twice. In the roster of
 * core there are 10, so that 5 to 9 stay; web has 4. */
START_TEST(test_people_of_several_weeks) {
  bp_result *t = NULL;
  ck_assert_int_eq(ask(&t, 'M', NULL, Q("\"metrics\":[\"active_users\"],\"period\":\"all\"")),
                   BP_OK);
  expect(t, 0, "active_users", 25);
  expect(t, 0, "active_users.at_least", 18);
  expect(t, 0, "active_users.at_most", 32);
  bpi_table_release(t);
}
END_TEST

/* The last band is open: it ends with the roster, for a slice with its team's roster, or with the
 * greatest possible. */
START_TEST(test_people_of_the_open_band) {
  static release_row list[] = {{"few", "", 0, MEASURE_roster, 0, HEADCOUNT_50, 62},
                               {"few", "codex", 1, MEASURE_cost, 0, HEADCOUNT_50, 62000},
                               {"many", "", 0, MEASURE_roster, 0, HEADCOUNT_50, 1500},
                               {"old", "", 0, MEASURE_cost, 0, HEADCOUNT_50, 1}};
  static const struct {
    const char *scope, *by;
    double most;
  } told[] = {{"few", "", 62}, {"few", "\"platform\"", 62}, {"many", "", 1500}, {"old", "", 10000}};
  release r = {.window = MONDAY + 14, .edition = 1, .minimum = 3, .organisation = "acme"};
  r.row = list;
  r.rows = sizeof list / sizeof *list;
  publish(&r);
  for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
    bp_result *t = NULL;
    char json[200];
    snprintf(json, sizeof json,
             Q("\"metrics\":[\"active_users\"],\"by\":[%s],\"period\":\"2026-03-16/2026-03-22\""),
             told[i].by);
    ck_assert_int_eq(ask(&t, 'M', told[i].scope, json), BP_OK);
    ck_assert_uint_eq(t->rows, 1);
    expect_text(t, 0, "contributors", "50+");
    expect(t, 0, "active_users.at_least", 50);
    expect(t, 0, "active_users.at_most", told[i].most);
    bpi_table_release(t);
  }
}
END_TEST

/* The mean of a feature is its time divided by its tasks, with the bounds of both. */
START_TEST(test_features) {
  bp_result *t = NULL;
  ck_assert_int_eq(
      ask(&t, 'L', "core",
          Q("\"metrics\":[\"feature_tasks\",\"feature_task_time\"],\"period\":\"2026-03-02/2026-03-08\"")),
      BP_OK);
  expect(t, 0, "feature_tasks.mcp", 20);
  expect(t, 0, "feature_task_time.mcp", 600);
  expect(t, 0, "feature_tasks.images.at_least", 20);
  expect(t, 0, "feature_tasks.images.at_most", 49);
  expect(t, 0, "feature_task_time.images.at_most", 12050.0 / 20); /* of 12,000 to within 50 */
  expect(t, 0, "feature_task_time.images.at_least", 11950.0 / 49);
  expect_state(t, 0, "feature_task_time.skills", BP_CELL_UNCOVERED);
  expect_state(t, 0, "feature_task_time.plan_mode", BP_CELL_WITHHELD);
  bpi_table_release(t);
  ck_assert_int_eq(ask(&t, 'M', NULL, Q("\"metrics\":[\"feature_task_time\"]")), BP_ERR_DENIED);
  ck_assert_int_eq(
      ask(&t, 'R', NULL, Q("\"metrics\":[\"feature_task_time\"],\"by\":[\"experience\"]")), BP_OK);
  bpi_table_release(t);
}
END_TEST

/* A path is answered if both its sides are known: web only has the resolved ones. */
START_TEST(test_journeys) {
  bp_result *t = NULL;
  ck_assert_int_eq(
      ask(&t, 'L', "core",
          Q("\"metrics\":[\"journeys\",\"journey_resolution_rate\"],\"period\":\"2026-03-02/2026-03-08\"")),
      BP_OK);
  expect(t, 0, "journeys.read_edit", 80);
  expect(t, 0, "journey_resolution_rate.read_edit", 0.75);
  expect(t, 0, "journeys.edit_command.at_least", 30);
  expect(t, 0, "journeys.edit_command.at_most", 59);
  expect(t, 0, "journey_resolution_rate.edit_command.at_least", 20.0 / 59);
  expect(t, 0, "journey_resolution_rate.edit_command.at_most", 1); /* not 49 / 30 */
  expect_state(t, 0, "journeys.other", BP_CELL_WITHHELD);
  bpi_table_release(t);
  ck_assert_int_eq(
      ask(&t, 'R', NULL, Q("\"metrics\":[\"journeys\"],\"period\":\"2026-03-02/2026-03-08\"")),
      BP_OK);
  expect(t, 0, "journeys.read_edit.at_least", 80);
  ck_assert(bpi_table_lower_bound(t, 0, column_of(t, "journeys.read_edit")));
  bpi_table_release(t);
}
END_TEST

/* 500 lines at 12, 30, 60 s and 30 tasks at 0, 120, 300 s, less 900 s: 5100, 17700, 38100 s. An hour of
 * 75 dollars makes 106.25, 368.75, 793.75; against 5000 nano-dollars and 40 seats of 100 a month, which
 * are 923 a week. */
START_TEST(test_return_on_cost) {
  bp_result *t = NULL;
  ck_assert_int_eq(
      ask(&t, 'M', "core", Q("\"metrics\":[\"roi\"],\"period\":\"2026-03-02/2026-03-08\"")), BP_OK);
  double cost = 5000; /* a team has no seat costs of its own */
  size_t at = column_of(t, "roi");
  ck_assert_double_eq_tol(t->column[at].reals[0], 368.75e9 / cost, 1);
  ck_assert_double_eq_tol(t->column[at + 1].reals[0], (5100 - 0.5) * 75e9 / 3600 / 5005, 1);
  ck_assert_double_eq_tol(t->column[at + 2].reals[0], (38100 + 0.5) * 75e9 / 3600 / 4995, 1);
  ck_assert_ptr_nonnull(strstr(bpi_table_get(t, "notes"), "75 USD"));
  bpi_table_release(t);
  ck_assert_int_eq(
      ask(&t, 'M', NULL, Q("\"metrics\":[\"roi\"],\"period\":\"2026-03-02/2026-03-08\"")), BP_OK);
  ck_assert_double_eq_tol(t->column[column_of(t, "roi")].reals[0], 368.75e9 / (5000 + 923), 1);
  bpi_table_release(t);
}
END_TEST

#define REFERENCE(metric, value, date)                                                             \
  "{\"version\":1,\"references\":[{\"metric\":\"" metric "\",\"value\":" value                     \
  ",\"source\":\"a survey\",\"date\":\"" date "\"}]}"

START_TEST(test_benchmark) {
  static const char good[] = REFERENCE("journeys.read_edit", "70.5", "2026-01-31");
  static const struct {
    const char *json, *key, *detail;
    int code;
  } wrong[] = {
      {REFERENCE("salary", "1", "2026-01-31"), "metric", "salary", BP_ERR_NOTFOUND},
      {REFERENCE("journeys", "1", "2026-01-31"), "metric", "journeys", BP_ERR_NOTFOUND},
      {REFERENCE("usage_distribution", "1", "2026-01-31"), "allowed",
       "usage_distribution.low, usage_distribution.medium, usage_distribution.high",
       BP_ERR_NOTFOUND},
      {REFERENCE("cost", "\"1\"", "2026-01-31"), "path", "references[0].value", BP_ERR_FORMAT},
      {REFERENCE("cost", "1", "2026-02-31"), "path", "references[0].date", BP_ERR_FORMAT},
      {"{\"version\":1}", "path", "", BP_ERR_FORMAT},
      {"{\"version\":1,\"references\":[7]}", "path", "references[0]", BP_ERR_FORMAT},
      {"{\"version\":2,\"references\":[]}", "path", "version", BP_ERR_UNSUPPORTED},
      {"{", NULL, NULL, BP_ERR_FORMAT},
  };
  benchmark *b = NULL;
  bp_result *t = NULL;
  bp_error *error = NULL;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    ck_assert_int_eq(bpi_benchmark_parse(&b, wrong[i].json, strlen(wrong[i].json), &error),
                     wrong[i].code);
    if (wrong[i].key) ck_assert_str_eq(bp_error_detail(error, wrong[i].key), wrong[i].detail);
    bpi_error_free(error);
    error = NULL;
  }
  ck_assert_int_eq(bpi_benchmark_parse(&b, good, sizeof good - 1, &error), BP_OK);
  beside = b;
  ck_assert_int_eq(
      ask(&t, 'L', "core",
          Q("\"metrics\":[\"journeys\",\"prompts\"],\"period\":\"2026-03-02/2026-03-08\"")),
      BP_OK);
  beside = NULL;
  expect(t, 0, "journeys.read_edit.benchmark", 70.5);
  expect(t, 0, "journeys.read_edit", 80);
  expect(t, 0, "prompts", 1200); /* after the inserted column */
  ck_assert_ptr_nonnull(
      strstr(bpi_table_column_get(t, column_of(t, "journeys.read_edit.benchmark"), "definition"),
             "a survey, 2026-01-31"));
  bpi_table_release(t);
  bpi_benchmark_free(b);
}
END_TEST

/* At twice the price of an hour, the return is twice as high. */
START_TEST(test_assumed_hour) {
  assumptions a = *bpi_assumptions_builtin();
  bp_result *t = NULL;
  a.hour_usd = 150;
  assumed = &a;
  ck_assert_int_eq(
      ask(&t, 'M', "core", Q("\"metrics\":[\"roi\"],\"period\":\"2026-03-02/2026-03-08\"")), BP_OK);
  assumed = NULL;
  ck_assert_double_eq_tol(t->column[column_of(t, "roi")].reals[0], 2 * 368.75e9 / 5000, 1);
  ck_assert_ptr_nonnull(strstr(bpi_table_get(t, "notes"), "150 USD"));
  bpi_table_release(t);
}
END_TEST

/* Sorted by a dimension of the query, in either direction; equal ones by the other dimension,
 * ascending. */
START_TEST(test_order_of_rows) {
  static const struct {
    const char *order, *rows;
  } orders[] = {{"time.week", "03-02 core, 03-02 large, 03-02 web, 03-09 core, 04-06 core, "},
                {"-time.week", "04-06 core, 03-09 core, 03-02 core, 03-02 large, 03-02 web, "},
                {"team", "03-02 core, 03-09 core, 04-06 core, 03-02 large, 03-02 web, "},
                {"-team", "03-02 web, 03-02 large, 03-02 core, 03-09 core, 04-06 core, "}};
  for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
    char json[300], told[300] = "";
    bp_result *t = NULL;
    snprintf(json, sizeof json,
             Q("\"metrics\":[\"cost\"],\"by\":[\"time.week\",\"team\"],\"order\":\"%s\""),
             orders[i].order);
    ck_assert_int_eq(ask(&t, 'M', NULL, json), BP_OK);
    for (size_t row = 0; row < t->rows; row++)
      snprintf(told + strlen(told), sizeof told - strlen(told), "%s %s, ",
               bpi_table_text(t, row, 0, NULL) + strlen("2026-"), bpi_table_text(t, row, 1, NULL));
    ck_assert_str_eq(told, orders[i].rows);
    bpi_table_release(t);
  }
}
END_TEST

/* By the catalogue numbers. */
START_TEST(test_numbers_known_to_users) {
  bp_result *t = NULL;
  ck_assert_int_eq(
      ask(&t, 'L', "core",
          Q("\"metrics\":[\"M081\",\"M082\",\"active_users\"],\"period\":\"2026-03-02/2026-03-08\",\"order\":\"-M081\"")),
      BP_OK);
  expect(t, 0, "active_users.at_least", 5);
  expect(t, 0, "adoption_rate.at_least", 0.5);
  bpi_table_release(t);
  ck_assert_int_eq(ask(&t, 'M', NULL, Q("\"metrics\":[\"M080\"]")), BP_OK);
  ck_assert_str_eq(bpi_table_column_get(t, column_of(t, "sessions"), "role"), "metric");
  bpi_table_release(t);
}
END_TEST

/* Two weeks with a signal and one without: there was one, not two. */
START_TEST(test_signals_of_several_weeks) {
  static const int64_t signals[] = {1, 0, 1};
  for (int week = 0; week < 3; week++) {
    release_row row = {"help", "", 0, MEASURE_support_signal, 0, HEADCOUNT_10, signals[week]};
    release r = {.window = (uint32_t)(MONDAY + 7 + 7 * week),
                 .edition = 1,
                 .minimum = 3,
                 .organisation = "help",
                 .row = &row,
                 .rows = 1,
                 .store = {2}};
    unsigned char digest[BPI_DIGEST_BYTES] = {0};
    bp_error *error = NULL;
    ck_assert_int_eq(bpi_store_begin_write(s, &error), BP_OK);
    ck_assert_int_eq(bpi_published_write(s, &r, digest, &error), BP_OK);
    ck_assert_int_eq(bpi_store_commit(s, &error), BP_OK);
  }
  bp_result *t = NULL;
  ck_assert_int_eq(
      ask(&t, 'L', "help", Q("\"metrics\":[\"support_signals\"],\"period\":\"month\"")), BP_OK);
  expect(t, 0, "support_signals", 1);
  expect(t, 0, "support_signals.at_most", 1);
  bpi_table_release(t);
  ck_assert_int_eq(ask(&t, 'L', "help",
                       Q("\"metrics\":[\"support_signals\"],\"period\":\"2026-03-16/2026-03-22\"")),
                   BP_OK);
  expect(t, 0, "support_signals", 0);
  bpi_table_release(t);
}
END_TEST

/* Nothing saved, so the 900 s (to within half a second) are a loss: of a negative value the
 * greatest is that of the greatest cost, the least that of the least. */
START_TEST(test_loss) {
  assumptions a = *bpi_assumptions_builtin();
  bp_result *t = NULL;
  memset(&a.line_us, 0, sizeof a.line_us);
  memset(&a.task_us, 0, sizeof a.task_us);
  assumed = &a;
  ck_assert_int_eq(
      ask(&t, 'M', "core", Q("\"metrics\":[\"roi\"],\"period\":\"2026-03-02/2026-03-08\"")), BP_OK);
  assumed = NULL;
  size_t at = column_of(t, "roi");
  ck_assert_double_eq_tol(t->column[at].reals[0], -900 * 75e9 / 3600 / 5000, 1);
  ck_assert_double_eq_tol(t->column[at + 1].reals[0], -900.5 * 75e9 / 3600 / 4995, 1);
  ck_assert_double_eq_tol(t->column[at + 2].reals[0], -899.5 * 75e9 / 3600 / 5005, 1);
  bpi_table_release(t);
}
END_TEST

/* The greatest numbers that a release can have, with the longest times that can be assumed: the
 * result saturates and never wraps around. */
START_TEST(test_greatest_return) {
  static const char longest[] = "{\"version\":1,\"time_saved\":{\"minutes_per_line\":[10080,10080,"
                                "10080],\"minutes_per_task\":[10080,10080,10080]}}";
  static release_row list[] = {{"vast", "", 0, MEASURE_active_time, 0, HEADCOUNT_50, 1},
                               {"vast", "", 0, MEASURE_lines_added, 0, HEADCOUNT_50, INT64_MAX},
                               {"vast", "", 0, MEASURE_cost, 0, HEADCOUNT_50, 1000},
                               {"vast", "", 0, MEASURE_resolved, 0, HEADCOUNT_50, INT64_MAX}};
  release r = {
      .window = MONDAY + 7, .edition = 1, .minimum = 3, .organisation = "vast", .row = list};
  assumptions a;
  bp_result *t = NULL;
  bp_error *error = NULL;
  r.rows = sizeof list / sizeof *list;
  for (size_t i = 0; i < r.rows; i++)
    if (list[i].value == INT64_MAX)
      list[i].value = bpi_measures[list[i].measure].clamp * 2 *
                      ROSTER_MEMBERS_MAX; /* rounding at most doubles a value */
  r.store[0] = 1;
  ck_assert_int_eq(bpi_assumptions_parse(&a, longest, sizeof longest - 1, &error), BP_OK);
  publish(&r);
  assumed = &a;
  ck_assert_int_eq(
      ask(&t, 'M', "vast", Q("\"metrics\":[\"roi\"],\"period\":\"2026-03-09/2026-03-15\"")), BP_OK);
  assumed = NULL;
  expect_text(t, 0, "contributors", "50+");
  size_t at = column_of(t, "roi");
  for (size_t part = 0; part < 3; part++) {
    ck_assert_int_eq(bpi_table_state(t, 0, at + part) & BP_CELL_STATE, BP_CELL_VALUE);
    /* 2^62 us at 75 USD an hour, by 1000 nUSD */
    ck_assert_double_gt(t->column[at + part].reals[0], 9e16);
  }
  bpi_table_release(t);
}
END_TEST

/* A cost divided by the 5 to 9 people who caused it; 5 if there are no more. Shares of two weeks
 * are between the least and the greatest of both: 2 and 5 tenths of as many. */
START_TEST(test_by_members) {
  static release_row list[] = {{"full", "", 0, MEASURE_cost, 0, HEADCOUNT_5, 5000},
                               {"full", "", 0, MEASURE_roster, 0, HEADCOUNT_5, 5},
                               {"large", "", 0, MEASURE_roster, 0, HEADCOUNT_10, 20},
                               {"large", "", 0, MEASURE_usage_low, 0, HEADCOUNT_10, 5},
                               {"full", "codex", 1, MEASURE_prompts, 0, HEADCOUNT_5, 900},
                               {"*", "codex", 1, MEASURE_seats, 0, 0, 4}};
  release r = {
      .window = MONDAY + 14, .edition = 1, .minimum = 3, .organisation = "acme", .row = list};
  bp_result *t = NULL;
  r.rows = sizeof list / sizeof *list;
  publish(&r);
  ck_assert_int_eq(
      ask(&t, 'M', NULL,
          Q("\"metrics\":[\"cost_per_active_seat\",\"active_users\"],\"by\":[\"time.week\",\"team\"]")),
      BP_OK);
  expect_text(t, 0, "team", "core");
  expect(t, 0, "cost_per_active_seat", 5000.0 / 7);
  expect(t, 0, "cost_per_active_seat.at_least", 4995.0 / 9);
  expect(t, 0, "cost_per_active_seat.at_most", 5005.0 / 5);
  size_t full = 0;
  while (full < t->rows && strcmp(bpi_table_text(t, full, 1, NULL), "full") != 0)
    full++;
  expect(t, full, "cost_per_active_seat", 1000);
  expect(t, full, "cost_per_active_seat.at_least", 4995.0 / 5);
  expect(t, full, "active_users", 5);
  expect(t, full, "active_users.at_most", 5);
  bpi_table_release(t);
  ck_assert_int_eq(
      ask(&t, 'L', "large", Q("\"metrics\":[\"usage_distribution\"],\"period\":\"all\"")), BP_OK);
  expect(t, 0, "usage_distribution.low", 0.35);
  expect(t, 0, "usage_distribution.low.at_least", 3.0 / 20);
  expect(t, 0, "usage_distribution.low.at_most", 11.0 / 20);
  bpi_table_release(t);
  ck_assert_int_eq(
      ask(&t, 'M', NULL,
          Q("\"metrics\":[\"license_utilization\"],\"by\":[\"platform\"],\"period\":\"2026-03-16/2026-03-22\"")),
      BP_OK);
  expect(t, 0, "license_utilization", 1); /* of 4 seats, which more than one uses */
  bpi_table_release(t);
}
END_TEST

/* Finding the row of a cell must not search all others: with so many the test would not end in
 * time. */
START_TEST(test_very_many_rows) {
  enum { MANY = 60000 };
  static char names[MANY][8];
  static release_row list[MANY];
  bp_result *t;
  for (uint32_t week = 0; week < 2; week++) {
    release r = {
        .window = MONDAY + 14 + week * 7, .edition = 1, .minimum = 3, .organisation = "acme"};
    for (r.row = list; r.rows < MANY; r.rows++) {
      snprintf(names[r.rows], sizeof names[r.rows], "p%05u", (unsigned)r.rows % 100000);
      list[r.rows] = (release_row){.scope = "core",
                                   .slice = names[r.rows],
                                   .dimension = SLICED_PROJECT,
                                   .measure = MEASURE_cost,
                                   .headcount = HEADCOUNT_5,
                                   .value = 1000 * (int64_t)(week + 1)};
    }
    publish(&r);
  }
  ck_assert_int_eq(ask(&t, 'L', NULL,
                       Q("\"metrics\":[\"cost\"],\"by\":[\"project\"],\"period\":\"2026-03-23/"
                         "2026-03-29\",\"compare\":\"previous\"")),
                   BP_OK);
  ck_assert_uint_eq(t->rows, MANY);
  for (size_t i = 0; i < MANY; i += MANY - 1) {
    expect_text(t, i, "project", names[i]);
    expect(t, i, "cost", 2000);
    expect(t, i, "cost.baseline", 1000);
  }
  bpi_table_release(t);
}
END_TEST

START_TEST(test_what_is_refused) {
  bp_result *t = NULL;
  static const struct {
    char level;
    const char *json;
    int code;
  } cases[] = {
      {'L', Q("\"metrics\":[\"last_activity\"]"), BP_ERR_UNSUPPORTED},
      {'L', Q("\"metrics\":[\"salary\"]"), BP_ERR_NOTFOUND},
      {'L', Q("\"metrics\":[\"license_utilization\"]"), BP_ERR_DENIED},
      {'M', Q("\"metrics\":[\"support_signals\"]"), BP_ERR_DENIED},
      {'M', Q("\"metrics\":[\"journeys\"]"), BP_ERR_DENIED},
      {'L', Q("\"metrics\":[\"journeys\"],\"by\":[\"platform\"]"), BP_ERR_UNSUPPORTED},
      {'L', Q("\"metrics\":[\"prompts\"],\"by\":[\"platform\",\"language\"]"), BP_ERR_UNSUPPORTED},
      {'L', Q("\"metrics\":[\"prompts\"],\"by\":[\"session\"]"), BP_ERR_UNSUPPORTED},
      {'L',
       Q("\"metrics\":[\"prompts\"],\"where\":[{\"dimension\":\"platform\",\"value\":\"codex\"}]"),
       BP_ERR_UNSUPPORTED},
      {'L', Q("\"metrics\":[\"usage_distribution\"],\"by\":[\"platform\"]"), BP_ERR_UNSUPPORTED},
      {'L', Q("\"metrics\":[\"prompts\"],\"compare\":\"average\",\"period\":\"last_week\""),
       BP_ERR_UNSUPPORTED},
      {'L', Q("\"metrics\":[\"prompts\"],\"compare\":\"5d\",\"period\":\"last_week\""),
       BP_ERR_UNSUPPORTED},
      {'L', Q("\"metrics\":[\"prompts\"],\"compare\":\"previous\",\"period\":\"all\""),
       BP_ERR_INVALID},
      {'L',
       Q("\"metrics\":[\"prompts\"],\"compare\":\"previous\",\"period\":\"last_week\",\"by\":[\"time.week\"]"),
       BP_ERR_UNSUPPORTED},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    ck_assert_msg(ask(&t, cases[i].level, NULL, cases[i].json) == cases[i].code, "case %zu", i);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("release");
  TCase *t = tcase_create("release");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, test_a_team_and_a_week);
  tcase_add_test(t, test_what_is_promised_is_told);
  tcase_add_test(t, test_numbers_known_to_users);
  tcase_add_test(t, test_signals_of_several_weeks);
  tcase_add_test(t, test_refusals_are_alike);
  tcase_add_test(t, test_beside_another_window);
  tcase_add_test(t, test_weeks_that_are_compared);
  tcase_add_test(t, test_difference_of_buckets);
  tcase_add_test(t, test_the_organisation_is_a_sum);
  tcase_add_test(t, test_lower_bounds);
  tcase_add_test(t, test_windows);
  tcase_add_test(t, test_slices_and_teams);
  tcase_add_test(t, test_seats_shares_and_signals);
  tcase_add_test(t, test_seats_of_some_platforms);
  tcase_add_test(t, test_people_of_several_weeks);
  tcase_add_test(t, test_people_of_the_open_band);
  tcase_add_test(t, test_journeys);
  tcase_add_test(t, test_features);
  tcase_add_test(t, test_return_on_cost);
  tcase_add_test(t, test_benchmark);
  tcase_add_test(t, test_assumed_hour);
  tcase_add_test(t, test_order_of_rows);
  tcase_add_test(t, test_loss);
  tcase_add_test(t, test_greatest_return);
  tcase_add_test(t, test_by_members);
  tcase_add_test(t, test_very_many_rows);
  tcase_add_test(t, test_what_is_refused);
  suite_add_tcase(suite, t);
  return run_suite(suite);
}
