/* Answers from a release, through the public interface alone: leads, managers and researchers get
 * what was published and sums of it, nothing else. Random weeks are published, written as a signed
 * file and opened with each access, and every metric is asked along every dimension; each sum in an
 * answer is computed here again from the published cells. So what test_differencing.py shows for
 * cells holds for everything that can be asked. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <blueplane/blueplane.h>

#include "base/mem.h"
#include "privacy/figures.h"
#include "privacy/publication.h"
#include "privacy/release.h"
#include "run_suite.h"

#define TEAMS 5
#define PEOPLE 36
#define CELLS 64
#define MONDAY 20493 /* 2026-02-09 */
#define FILE_NAME "test_answers.bpr"

static const char *const team_names[TEAMS] = {"apps", "core", "infra", "tools", "web"};
/* Metrics that are one measure, and some others. */
static const struct {
  const char *metric;
  measure_id measure;
} sums[] = {{"sessions", MEASURE_sessions},         {"prompts", MEASURE_prompts},
            {"responses", MEASURE_responses},       {"active_time", MEASURE_active_time},
            {"lines_added", MEASURE_lines_added},   {"cost", MEASURE_cost},
            {"input_tokens", MEASURE_input_tokens}, {"tool_errors", MEASURE_tool_error}};
#define SUMS (sizeof sums / sizeof *sums)
static const char *const others[] = {"interactions",
                                     "tool_calls",
                                     "acceptance_rate",
                                     "cost_per_line",
                                     "tool_success_rate",
                                     "adoption_rate",
                                     "active_users",
                                     "usage_distribution",
                                     "feature_adoption",
                                     "support_signals",
                                     "license_utilization",
                                     "cost_per_active_seat",
                                     "retry_rate",
                                     "resolution_rate",
                                     "time_to_resolution",
                                     "last_activity",
                                     "peak_hour",
                                     "session_duration",
                                     "files_touched",
                                     "active_workspaces",
                                     "journeys",
                                     "journey_resolution_rate",
                                     "feature_tasks",
                                     "feature_task_time",
                                     "salary_of_members"};
static const char *const dimensions[] = {
    NULL,       "platform",        "model_family", "tool_category", "language", "task_type",
    "project",  "experience",      "team",         "workspace",     "session",  "branch",
    "time.day", "time.hour_of_day"};
#define DIMENSIONS (sizeof dimensions / sizeof *dimensions)

static contributor people[PEOPLE];
static vector_cell cells[PEOPLE][CELLS];
static publication published;
static release_row *rows;

/* ------------------------------------------------------------------------------------ a week */

static void add(contributor *c, int dimension, int slice, measure_id measure, int64_t value) {
  cells[c - people][c->count++] =
      (vector_cell){(uint16_t)dimension, (uint16_t)slice, (uint16_t)measure, value, false};
}

static void make_week(unsigned seed) {
  static const int64_t roster[TEAMS] = {12, 10, 6, 5, 3};
  static const seat_count seats[] = {{2, 30, 20}};
  static const int sizes[TEAMS] = {12, 9, 7, 5, 3};
  size_t n = 0;
  srand(seed);
  for (int32_t team = 0; team < TEAMS; team++)
    for (int i = 0; i < sizes[team]; i++) {
      contributor *c = &people[n];
      *c = (contributor){.team = team, .experience = rand() % 5, .cells = cells[n]};
      n++;
      for (size_t m = 0; m < SUMS; m++) {
        int64_t value = 1 + rand() % 500;
        if (sums[m].measure == MEASURE_tool_error && rand() % 2) value = 0;
        add(c, SLICED_WHOLE, 0, sums[m].measure, value);
        if (value) add(c, SLICED_PLATFORM, 1 + rand() % 3, sums[m].measure, value);
      }
      add(c, SLICED_WHOLE, 0, MEASURE_used_plan, rand() % 2);
      bpi_vector_shape(cells[n - 1], &c->count);
    }
  publication_input in = {.teams = TEAMS,
                          .roster = roster,
                          .contributors = people,
                          .count = n,
                          .seats = seats,
                          .seat_counts = 1};
  ck_assert_int_eq(bpi_publish(&published, &in, NULL), BP_OK);
}

static const char *scope_name(int32_t scope) {
  return scope == SCOPE_OTHER ? "" : scope == SCOPE_STATED ? "*" : team_names[scope];
}

static const char *slice_name(const published_cell *c) {
  return c->dimension == SLICED_WHOLE ? "" : bpi_slice_name(c->dimension, c->slice);
}

static void write_release(void) {
  release r = {.window = MONDAY, .edition = 1, .minimum = 3, .organisation = "acme"};
  r.row = rows = bpi_alloc_zero(published.count, sizeof *rows);
  for (size_t i = 0; i < published.count; i++) {
    const published_cell *c = &published.cells[i];
    rows[r.rows++] = (release_row){.scope = scope_name(c->scope),
                                   .slice = slice_name(c),
                                   .dimension = c->dimension,
                                   .measure = c->measure,
                                   .state = c->state,
                                   .headcount = c->headcount,
                                   .value = c->value};
  }
  hash_key root;
  sign_keys keys;
  unsigned char *data = NULL;
  size_t length = 0;
  memset(&root, 1, sizeof root);
  ck_assert_int_eq(bpi_hash_init(), BP_OK);
  bpi_sign_keys(&keys, &root);
  memcpy(r.store, keys.open.sign, sizeof r.store);
  ck_assert_int_eq(bpi_release_write(&data, &length, &r, &keys, NULL), BP_OK);
  FILE *file = fopen(FILE_NAME, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(data, 1, length, file), length);
  fclose(file);
  bpi_free(data);
}

/* ------------------------------------------------------------------------------------ asking */

static bp_store *open_release(uint32_t access, const char *team) {
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  bp_store *s = NULL;
  options.access = access;
  options.flags = BP_OPEN_READONLY;
  ck_assert_int_eq(bp_open(&s, FILE_NAME, &options, NULL), BP_OK);
  if (team) ck_assert_int_eq(bp_narrow(s, access, team, NULL), BP_OK);
  return s;
}

static int ask(bp_result **out, bp_store *s, const char *metric, const char *by) {
  bp_query *q = NULL;
  ck_assert_int_eq(bp_query_new(&q, NULL), BP_OK);
  bp_query_metric(q, metric);
  if (by) bp_query_by(q, by);
  bp_query_period(q, "2026-02-09/2026-02-15", NULL);
  int rc = bp_query_run(out, s, q, NULL);
  bp_query_free(q);
  return rc;
}

/* The number shown for a cell: rounded, or the middle of its bucket; if it is a lower bound, the
 * least possible value. */
static int64_t shown(const published_cell *c, bool least) {
  bool bucket = (c->state & PUBLISHED_STATE) == PUBLISHED_BUCKET;
  if (bucket) return least ? c->value : (c->value + bpi_bucket_end(c->value) - 1) / 2;
  size_t heads = (size_t)bpi_headcount_least(c->headcount);
  return least ? c->value - bpi_figure_half(c->value, heads) : c->value;
}

/* The sum over the scopes a reader may see; false if there is none. */
static bool sum_of(int dimension, const char *slice, const char *scope, measure_id measure,
                   bool least, int64_t *sum) {
  bool any = false;
  *sum = 0;
  for (size_t i = 0; i < published.count; i++) {
    const published_cell *c = &published.cells[i];
    if (c->dimension != dimension || c->measure != measure || c->scope == SCOPE_STATED) continue;
    if (strcmp(slice_name(c), slice) != 0 || (scope && strcmp(scope_name(c->scope), scope) != 0))
      continue;
    if ((c->state & PUBLISHED_STATE) == PUBLISHED_UNCOVERED) continue;
    *sum += shown(c, least);
    any = true;
  }
  return any;
}

static size_t compare(const bp_result *t, const char *by, const char *scope, measure_id measure) {
  size_t column = by ? 2 : 1, compared = 0;
  bool team = by && !strcmp(by, "team");
  int dimension = by && !team ? (int)bpi_sliced_find(by) : SLICED_WHOLE;
  for (size_t row = 0; row < bp_result_rows(t); row++) {
    const char *text = by ? bp_result_text(t, row, 0, NULL) : "";
    const char *of = team               ? (strcmp(text, "other") ? text : "")
                     : scope && !*scope ? "nobody"
                                        : scope;
    int64_t sum;
    bool least = bp_result_cell(t, row, column) & BP_CELL_LOWER_BOUND;
    bool there = sum_of(dimension, team ? "" : text, of, measure, least, &sum);
    int state = bp_result_cell(t, row, column) & BP_CELL_STATE;
    ck_assert_int_eq(state == BP_CELL_VALUE, there);
    if (there) ck_assert_int_eq(bp_result_int(t, row, column), sum);
    compared++;
  }
  return compared;
}

static const struct {
  uint32_t access;
  const char *team;
} readers[] = {{BP_ACCESS_LEAD, "core"},  {BP_ACCESS_LEAD, "web"},   {BP_ACCESS_LEAD, "nobody"},
               {BP_ACCESS_LEAD, ""}, /* without a team: the pool is for managers */
               {BP_ACCESS_MANAGER, NULL}, {BP_ACCESS_RESEARCH, NULL}};

static size_t told, compared, refused;

static void ask_everything(size_t reader) {
  bp_store *s = open_release(readers[reader].access, readers[reader].team);
  for (size_t d = 0; d < DIMENSIONS; d++) {
    for (size_t m = 0; m < SUMS; m++) {
      bp_result *t = NULL;
      if (ask(&t, s, sums[m].metric, dimensions[d]) != BP_OK) {
        refused++;
        continue;
      }
      told++;
      compared += compare(t, dimensions[d], readers[reader].team, sums[m].measure);
      bp_result_free(t);
    }
    for (size_t m = 0; m < sizeof others / sizeof *others; m++) {
      bp_result *t = NULL;
      int rc = ask(&t, s, others[m], dimensions[d]);
      ck_assert_msg(rc == BP_OK || rc == BP_ERR_DENIED || rc == BP_ERR_UNSUPPORTED ||
                        rc == BP_ERR_NOTFOUND,
                    "%s: %d", others[m], rc);
      told += rc == BP_OK;
      refused += rc != BP_OK;
      bp_result_free(t);
    }
  }
  bp_close(s);
}

START_TEST(test_everything_that_can_be_asked) {
  for (unsigned seed = 1; seed <= 5; seed++) {
    make_week(seed);
    write_release();
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
      ask_everything(i);
    bpi_publication_free(&published);
    bpi_free(rows);
  }
  printf("%zu questions answered, %zu refused, %zu sums computed again\n", told, refused, compared);
  ck_assert_uint_gt(compared, 500);
  ck_assert_uint_gt(told, 300);
  remove(FILE_NAME);
}
END_TEST

/* Which accesses may ask metrics that only groups have. */
START_TEST(test_group_metrics_by_access) {
  static const struct {
    uint32_t access;
    const char *metric, *by;
    int code;
  } cases[] = {
      {BP_ACCESS_LEAD, "usage_distribution", NULL, BP_OK},
      {BP_ACCESS_LEAD, "license_utilization", NULL, BP_ERR_DENIED},
      {BP_ACCESS_LEAD, "prompts", "team", BP_ERR_DENIED},
      {BP_ACCESS_MANAGER, "license_utilization", "platform", BP_OK},
      {BP_ACCESS_MANAGER, "adoption_rate", "team", BP_OK},
      {BP_ACCESS_MANAGER, "cost", "project", BP_OK},
      {BP_ACCESS_MANAGER, "cost", "session", BP_ERR_DENIED},
      {BP_ACCESS_MANAGER, "prompts", NULL, BP_ERR_DENIED}, /* metrics.md lists D L R */
      {BP_ACCESS_RESEARCH, "prompts", "language", BP_ERR_UNSUPPORTED},
      {BP_ACCESS_RESEARCH, "cost", NULL, BP_ERR_DENIED},
      {BP_ACCESS_RESEARCH, "prompts", "team", BP_ERR_DENIED},
      {BP_ACCESS_RESEARCH, "feature_adoption", NULL, BP_OK},
  };
  make_week(7);
  write_release();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bp_store *s = open_release(cases[i].access, NULL);
    bp_result *t = NULL;
    int rc = ask(&t, s, cases[i].metric, cases[i].by);
    ck_assert_msg(rc == cases[i].code, "case %zu: %d", i, rc);
    bp_result_free(t);
    bp_close(s);
  }
  bpi_publication_free(&published);
  bpi_free(rows);
  remove(FILE_NAME);
}
END_TEST

int main(void) {
  Suite *s = suite_create("answers");
  TCase *t = tcase_create("answers");
  tcase_set_timeout(t, 100);
  tcase_add_test(t, test_everything_that_can_be_asked);
  tcase_add_test(t, test_group_metrics_by_access);
  suite_add_tcase(s, t);
  return run_suite(s);
}
