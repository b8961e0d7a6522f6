/* Memory runs out at allocations (in the long form at every one) of a team's week: roster, sharing
 * of documents, merging, publishing. Each call that fails returns an error and no result; repeated,
 * it gives the same as without failures. Nothing leaks (build with the address sanitizer). */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/folder.h"
#include "../unit/forms.h"
#include "../unit/run_suite.h"
#include "base/mem.h"
#include "world.h"

#define PEOPLE 3

static struct {
  unsigned char *data;
  size_t length;
} bundles[PEOPLE];
static char *roster, key_path[128];

static int64_t now(void *unused) {
  (void)unused;
  return world_now;
}

static bp_store *open_team(void) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  bp_store *s = NULL;
  o.flags = BP_OPEN_MEMORY;
  o.access = BP_ACCESS_STEWARD;
  o.clock = now;
  o.key_path = key_path;
  return bp_open(&s, NULL, &o, NULL) == BP_OK ? s : NULL;
}

static void make_bundles(void) {
  sign_keys store = world_keys(1);
  vector_cell cells[WORLD_CELLS];
  for (unsigned i = 0; i < PEOPLE; i++) {
    bundle b = world_contribution(cells, world_cells(cells, i), 1);
    b.said = 1;
    b.agreements = 1;
    b.agreed[0] = (agreement){BP_ACCESS_LEAD, 0, WORLD_MONDAY, WORLD_MONDAY + 60};
    world_bundle(&bundles[i].data, &bundles[i].length, &b, 100 + i, &store.open);
  }
}

static const char asked[] =
    "{\"metrics\":[\"prompts\",\"sessions\"],\"period\":\"all\",\"by\":[\"member\"]}";

static void settled(int rc, const bp_result *r) {
  ck_assert_msg(rc == BP_OK || rc == BP_ERR_NOMEM, "%d", rc);
  ck_assert_int_eq(r != NULL, rc == BP_OK);
}

/* Runs all steps, each whether or not the one before it succeeded. Returns how many failed, or with
 * `must` the number of published cells. */
static int64_t week(bp_store *s, bool must) {
  static const char *const topics[] = {"roster",        "rosters",   "invitation", "identity",
                                       "contributions", "published", "health"};
  bp_result *r = NULL;
  int64_t failed = 0;
  world_now = WORLD_OPEN;
  int rc = bp_configure(s, "roster", roster, strlen(roster), NULL);
  ck_assert_msg(rc == BP_OK || rc == BP_ERR_NOMEM, "%d", rc);
  if (must) ck_assert_int_eq(rc, BP_OK);
  failed += rc != BP_OK;
  for (unsigned i = 0; i < PEOPLE; i++) {
    rc = bp_share_merge(&r, s, bundles[i].data, bundles[i].length, NULL);
    if (rc != BP_ERR_DENIED) settled(rc, r); /* denied: there is no roster */
    if (must) ck_assert_int_eq(rc, BP_OK);
    failed += rc != BP_OK;
    bp_result_free(r);
    r = NULL;
    rc = bp_share_describe(&r, bundles[i].data, bundles[i].length, NULL);
    settled(rc, r);
    failed += rc != BP_OK;
    bp_result_free(r);
    r = NULL;
  }
  for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
    rc = bp_inspect(&r, s, topics[i], NULL);
    if (rc != BP_ERR_NOTFOUND) settled(rc, r);
    failed += rc != BP_OK;
    bp_result_free(r);
    r = NULL;
  }
  if (!must) return failed;
  world_now = WORLD_CLOSED;
  ck_assert_int_eq(bp_publish(&r, s, WORLD_WEEK, NULL, NULL), BP_OK);
  int64_t cells = bp_result_int(r, 0, 2);
  bp_result_free(r);
  return cells;
}

/* Writes, opens and queries the lead's file; then one of the members seen withdraws, and nobody is
 * seen. */
static bool lead_week(bp_store *s, const char *path, int64_t members) {
  bp_result *r = NULL;
  bp_query *q = NULL;
  bp_store *lead = NULL;
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  o.access = BP_ACCESS_LEAD;
  o.clock = now;
  int rc = bp_publish_lead(&r, s, WORLD_WEEK, "t0", path, NULL);
  settled(rc, r);
  if (rc == BP_OK) ck_assert_int_eq(bp_result_int(r, 0, 4), members);
  bp_result_free(r);
  r = NULL;
  if (rc == BP_OK) rc = bp_open(&lead, path, &o, NULL);
  if (rc == BP_OK) rc = bp_query_from_json(&q, asked, sizeof asked - 1, NULL);
  if (rc == BP_OK) {
    rc = bp_query_run(&r, lead, q, NULL);
    settled(rc, r);
    if (rc == BP_OK) ck_assert_int_eq((int64_t)bp_result_rows(r), members);
  }
  bp_result_free(r);
  bp_query_free(q);
  bp_close(lead);
  return rc == BP_OK;
}

static void lead_runs_out(bp_store *s) {
  sign_keys store = world_keys(1);
  bundle b = {.kind = BUNDLE_CONSENT, .said = 2};
  unsigned char *data;
  char path[200];
  size_t length;
  long places = 0;
  snprintf(path, sizeof path, "%s", path_of("faults.lead"));
  world_bundle(&data, &length, &b, 100, &store.open);
  for (int64_t members = PEOPLE; members >= 0; members -= PEOPLE) {
    bool whole = false;
    for (long count = 0; !whole; count = next_place(count), places++) {
      bpi_mem_fail_after(count);
      whole = lead_week(s, path, members);
      bpi_mem_fail_after(-1);
    }
    int rc = BP_ERR_NOMEM;
    for (long count = 0; rc == BP_ERR_NOMEM; count = next_place(count), places++) {
      bpi_mem_fail_after(count);
      bp_result *r = NULL;
      rc = bp_share_merge(&r, s, data, length, NULL);
      bpi_mem_fail_after(-1);
      settled(rc, r);
      bp_result_free(r);
    }
  }
  unlink(path);
  bpi_free(data);
  printf("%ld places of failing allocations in the lead's file and the withdrawal\n", places);
}

/* Tried on its own, as a week is published only once: a call that fails has published nothing. */
static void publishing_runs_out(bp_store *s, int64_t expected) {
  bp_result *r = NULL;
  int rc = BP_ERR_NOMEM;
  week(s, false);
  world_now = WORLD_CLOSED;
  for (long count = 0; rc != BP_OK; count = next_place(count)) {
    bpi_mem_fail_after(count);
    rc = bp_publish(&r, s, WORLD_WEEK, NULL, NULL);
    bpi_mem_fail_after(-1);
    settled(rc, r);
  }
  ck_assert_int_eq(bp_result_int(r, 0, 2), expected);
  bp_result_free(r);
  lead_runs_out(s);
  bp_close(s);
}

/* Until a whole week passes without a failure; each attempt continues in the same store. */
static void week_runs_out(void (*run_out)(long count)) {
  roster = world_roster(PEOPLE, PEOPLE, "");
  snprintf(key_path, sizeof key_path, "%s", path_of("key"));
  world_key_file(key_path, 1);
  make_bundles();
  bp_store *s = open_team();
  int64_t expected = week(s, true);
  ck_assert_int_gt(expected, 0);
  bp_close(s);
  publishing_runs_out(open_team(), expected);
  unsigned failures = 0;
  for (long count = 0, whole = 0; !whole; count = next_place(count)) {
    run_out(count);
    s = open_team();
    whole = s != NULL && week(s, false) == 0;
    bpi_mem_fail_after(-1);
    failures++;
    if (s == NULL) s = open_team();
    ck_assert_int_eq(week(s, true), expected);
    bp_close(s);
  }
  printf("%u places of failing allocations, the same %d cells after each\n", failures,
         (int)expected);
  for (unsigned i = 0; i < PEOPLE; i++)
    bpi_free(bundles[i].data);
  bpi_free(roster);
}

START_TEST(from_then_on) {
  week_runs_out(bpi_mem_fail_after);
}
END_TEST

START_TEST(once) {
  week_runs_out(bpi_mem_fail_once);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("faults");
  TCase *tests = tcase_create("faults");
  tcase_add_unchecked_fixture(tests, make_folder, remove_folder);
  tcase_set_timeout(tests, 600);
  tcase_add_test(tests, from_then_on);
  tcase_add_test(tests, once);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
