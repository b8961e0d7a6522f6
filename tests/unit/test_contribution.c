/* Unit tests of metrics/contribution.h: a week of hand-made events, and the vector counted from
 * them by hand. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/handle.h"
#include "base/buf.h"
#include "base/mem.h"
#include "metrics/contribution.h"
#include "run_suite.h"
#include "sources/source.h"

#define MONDAY INT64_C(1772409600000000) /* 2026-03-02T00:00:00Z */
#define WEEK (INT64_C(7) * 86400 * 1000000)
#define LINE(platform, session, rest)                                                              \
  "{\"blueplane\":1,\"platform\":\"" platform "\",\"session\":\"" session "\"," rest "}\n"

/* Two sessions on two platforms in the week, one in the week after. */
static const char events[] = LINE(
    "codex", "s1",
    "\"kind\":\"session\",\"time\":\"2026-03-02T09:00:00Z\",\"workspace\":\"/home/ada/engine\"")
    LINE(
        "codex", "s1",
        "\"kind\":\"prompt\",\"id\":\"p1\",\"time\":\"2026-03-02T09:00:00Z\",\"features\":[\"image\"]")
        LINE(
            "codex", "s1",
            "\"kind\":\"response\",\"id\":\"r1\",\"time\":\"2026-03-02T09:01:00Z\",\"model\":\"gpt-5\","
            "\"input_tokens\":1000,\"output_tokens\":200,\"stop\":\"tool_use\"")
            LINE(
                "codex", "s1",
                "\"kind\":\"tool_call\",\"id\":\"t1\",\"time\":\"2026-03-02T09:02:00Z\",\"tool\":\"apply\",\"category\":\"edit\","
                "\"file\":\"/home/ada/engine/a.rs\",\"language\":\"rust\",\"outcome\":\"ok\",\"lines_added\":30,\"lines_removed\":4")
                LINE(
                    "codex", "s1",
                    "\"kind\":\"tool_call\",\"id\":\"t2\",\"time\":\"2026-03-02T09:03:00Z\",\"tool\":\"run\",\"category\":\"command\","
                    "\"outcome\":\"error\"") LINE("codex", "s1",
                                                  "\"kind\":\"tool_call\",\"id\":\"t3\",\"time\":\"2026-03-02T09:03:30Z\",\"tool\":\"ask\",\"category\":\"mcp\","
                                                  "\"outcome\":\"denied\"")
                    LINE(
                        "secret-tool", "s2",
                        "\"kind\":\"session\",\"time\":\"2026-03-03T09:00:00Z\",\"workspace\":\"/home/ada/diary\"")
                        LINE("secret-tool", "s2",
                             "\"kind\":\"prompt\",\"id\":\"p2\",\"time\":\"2026-03-03T09:00:00Z\"")
                            LINE(
                                "secret-tool", "s2",
                                "\"kind\":\"response\",\"id\":\"r2\",\"time\":\"2026-03-03T09:01:00Z\",\"model\":\"house-model\","
                                "\"input_tokens\":70,\"output_tokens\":7,\"stop\":\"end_turn\"")
                                LINE(
                                    "secret-tool", "s2",
                                    "\"kind\":\"decision\",\"id\":\"d1\",\"time\":\"2026-03-03T09:01:10Z\",\"decision\":\"edit\",\"accepted\":false,\"language\":\"go\"")
                                    LINE(
                                        "codex", "s3",
                                        "\"kind\":\"prompt\",\"id\":\"p3\",\"time\":\"2026-03-09T00:00:00Z\"");

static int project(void *user, const char *folder, size_t length) {
  (void)user;
  return length == 6 && !memcmp(folder, "engine", 6) ? 1 : SLICE_OTHER;
}

static void read_of(vector_cell **cells, size_t *count, int64_t from, const char *lines,
                    size_t length, project_fn of_folder) {
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER;
  bp_store *s = NULL;
  bp_error *error = NULL;
  ck_assert_int_eq(bp_open(&s, NULL, &options, &error), BP_OK);
  ck_assert_int_eq(bp_ingest_bytes(s, "native", "by hand", lines, length, NULL, NULL, &error),
                   BP_OK);
  source_cover covers[SOURCES_MAX];
  size_t sources = bpi_source_count();
  for (size_t i = 0; i < sources; i++)
    covers[i] = (source_cover){bpi_source_at(i)->name, bpi_source_at(i)->covers};
  compute_context c = {.store = s->store,
                       .prices = s->prices,
                       .assumed = bpi_assumptions_builtin(),
                       .covers = covers,
                       .cover_count = sources,
                       .now_us = from};
  ck_assert_int_eq(bpi_read_begin_tasks(s->store, &error), BP_OK);
  ck_assert_int_eq(
      bpi_contribution_read(cells, count, &c, from, from + WEEK, of_folder, NULL, &error), BP_OK);
  bpi_read_end(s->store);
  bp_close(s);
}

static void read_week(vector_cell **cells, size_t *count, int64_t from) {
  read_of(cells, count, from, events, sizeof events - 1, project);
}

START_TEST(test_a_week_by_hand) {
  static const struct {
    int dimension;
    const char *slice;
    measure_id measure;
    int64_t value; /* -1: there is no cell */
  } expected[] = {
      {SLICED_WHOLE, "other", MEASURE_sessions, 2},
      {SLICED_WHOLE, "other", MEASURE_prompts, 2},
      {SLICED_WHOLE, "other", MEASURE_active_days, 2},
      {SLICED_WHOLE, "other", MEASURE_active_time, INT64_C(280000000)}, /* 210 s and 70 s */
      {SLICED_PLATFORM, "codex", MEASURE_active_time, 210000000},
      {SLICED_PLATFORM, "codex", MEASURE_sessions, 1},
      {SLICED_PLATFORM, "other", MEASURE_sessions, 1}, /* unlisted names are not shared */
      {SLICED_WHOLE, "other", MEASURE_input_tokens, 1070},
      {SLICED_MODEL, "gpt-5", MEASURE_input_tokens, 1000},
      {SLICED_MODEL, "other", MEASURE_input_tokens, 70},
      {SLICED_WHOLE, "other", MEASURE_unpriced_tokens, 77},
      /* gpt-5: 1.25 and 10 dollars for a million tokens */
      {SLICED_MODEL, "gpt-5", MEASURE_cost, 1000 * 1250 + 200 * 10000},
      {SLICED_WHOLE, "other", MEASURE_tool_ok, 1},
      {SLICED_WHOLE, "other", MEASURE_tool_error, 1},
      {SLICED_WHOLE, "other", MEASURE_tool_unsettled, 1},
      {SLICED_CATEGORY, "command", MEASURE_tool_error, 1},
      {SLICED_CATEGORY, "edit", MEASURE_tool_error, -1},
      {SLICED_WHOLE, "other", MEASURE_lines_added, 30},
      {SLICED_LANGUAGE, "rust", MEASURE_lines_added, 30},
      {SLICED_WHOLE, "other", MEASURE_rejected, 1},
      {SLICED_WHOLE, "other", MEASURE_accepted, 0},
      {SLICED_LANGUAGE, "go", MEASURE_rejected, 1},
      {SLICED_WHOLE, "other", MEASURE_used_image, 1},
      {SLICED_WHOLE, "other", MEASURE_used_mcp, 1},
      {SLICED_WHOLE, "other", MEASURE_used_plan, 0},
      {SLICED_WHOLE, "other", MEASURE_compactions, 0},
      /* one task: an edit, a command that fails, an MCP call that is refused, which is no error at
       * the end */
      {SLICED_WHOLE, "other", MEASURE_journey_edit_command_resolved, 1},
      {SLICED_WHOLE, "other", MEASURE_journey_edit_command_unresolved, 0},
      {SLICED_WHOLE, "other", MEASURE_journey_other_resolved, 1},
      {SLICED_WHOLE, "other", MEASURE_journey_other_unresolved, 0},
      {SLICED_WHOLE, "other", MEASURE_journey_read_edit_unresolved, 0},
      /* it began with an image and used MCP, so its 210 s count for both features, and for no
       * other */
      {SLICED_WHOLE, "other", MEASURE_feature_images_resolved, 1},
      {SLICED_WHOLE, "other", MEASURE_feature_images_resolved_time, 210000000},
      {SLICED_WHOLE, "other", MEASURE_feature_mcp_resolved, 1},
      {SLICED_WHOLE, "other", MEASURE_feature_mcp_resolved_time, 210000000},
      {SLICED_WHOLE, "other", MEASURE_feature_skills_resolved, 0},
      {SLICED_WHOLE, "other", MEASURE_feature_skills_resolved_time, 0},
  };
  vector_cell *v = NULL;
  size_t n = 0;
  read_week(&v, &n, MONDAY);
  ck_assert(bpi_vector_valid(v, n, 2));
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    int slice = bpi_slice_find(expected[i].dimension, expected[i].slice, strlen(expected[i].slice));
    int64_t value = bpi_vector_get(v, n, expected[i].dimension, slice, (int)expected[i].measure);
    ck_assert_msg(value == expected[i].value, "%s %s: %lld", expected[i].slice,
                  bpi_measures[expected[i].measure].name, (long long)value);
  }
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_PROJECT, 1, MEASURE_prompts), 1);
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_PROJECT, SLICE_OTHER, MEASURE_prompts), 1);
  bpi_free(v);
}
END_TEST

/* Of two responses one reports only its output: the input is at least that of the other, and so is
 * the cost; the output is the sum. In another week, tokens of a model without a price make the cost
 * a lower bound, but not the tokens. */
START_TEST(test_what_is_known_at_least) {
  static const char lines[] = LINE(
      "codex", "s1", "\"kind\":\"prompt\",\"id\":\"p1\",\"time\":\"2026-03-02T09:00:00Z\"")
      LINE(
          "codex", "s1",
          "\"kind\":\"response\",\"id\":\"r1\",\"time\":\"2026-03-02T09:01:00Z\",\"model\":\"gpt-5\","
          "\"input_tokens\":1000,\"output_tokens\":200,\"stop\":\"end_turn\"")
          LINE(
              "codex", "s1",
              "\"kind\":\"response\",\"id\":\"r2\",\"time\":\"2026-03-02T09:02:00Z\",\"model\":\"gpt-5\","
              "\"output_tokens\":30,\"stop\":\"end_turn\"");
  static const struct {
    measure_id measure;
    int64_t value;
    bool lower;
  } expected[] = {
      {MEASURE_responses, 2, false},
      {MEASURE_input_tokens, 1000, true},
      {MEASURE_cache_read_tokens, 0, true},
      {MEASURE_output_tokens, 230, false},
      {MEASURE_cost, 1000 * 1250 + 230 * 10000, true},
      {MEASURE_prompts, 1, false},
  };
  vector_cell *v = NULL;
  size_t n = 0;
  read_of(&v, &n, MONDAY, lines, sizeof lines - 1, project);
  ck_assert(bpi_vector_valid(v, n, 2));
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    int m = (int)expected[i].measure;
    ck_assert_int_eq(bpi_vector_get(v, n, SLICED_WHOLE, 0, m), expected[i].value);
    ck_assert_msg(bpi_vector_lower(v, n, m) == expected[i].lower, "%s", bpi_measures[m].name);
  }
  bpi_free(v);
  read_week(&v, &n, MONDAY);
  ck_assert(bpi_vector_lower(v, n, MEASURE_cost));
  ck_assert(!bpi_vector_lower(v, n, MEASURE_input_tokens));
  bpi_free(v);
}
END_TEST

START_TEST(test_a_week_without_activity) {
  vector_cell *v = NULL;
  size_t n = 0;
  read_week(&v, &n, MONDAY - WEEK);
  ck_assert(bpi_vector_valid(v, n, 2));
  ck_assert(!bpi_vector_active(v, n));
  bpi_free(v);
}
END_TEST

/* To-do lists are tools of planning; plan mode is a mode of prompts. */
START_TEST(test_plan_mode) {
  static const char lists[] =
      LINE("codex", "s1", "\"kind\":\"prompt\",\"id\":\"p1\",\"time\":\"2026-03-02T09:00:00Z\"")
          LINE("codex", "s1",
               "\"kind\":\"tool_call\",\"id\":\"t1\",\"time\":\"2026-03-02T09:01:00Z\","
               "\"tool\":\"update_plan\",\"category\":\"plan\",\"outcome\":\"ok\"");
  static const char planned[] =
      LINE("codex", "s1",
           "\"kind\":\"prompt\",\"id\":\"p1\",\"time\":\"2026-03-02T09:00:00Z\",\"mode\":\"plan\"");
  static const struct {
    const char *lines;
    size_t length;
    int64_t used;
  } weeks[] = {{lists, sizeof lists - 1, 0}, {planned, sizeof planned - 1, 1}};
  for (size_t i = 0; i < 2; i++) {
    vector_cell *v = NULL;
    size_t n = 0;
    read_of(&v, &n, MONDAY, weeks[i].lines, weeks[i].length, project);
    ck_assert_int_eq(bpi_vector_get(v, n, SLICED_WHOLE, 0, MEASURE_used_plan), weeks[i].used);
    bpi_free(v);
  }
}
END_TEST

/* A web search by the model's provider is not a tool call of the assistant. */
START_TEST(test_searches_of_the_provider) {
  static const char lines[] = LINE(
      "codex", "s1", "\"kind\":\"prompt\",\"id\":\"p1\",\"time\":\"2026-03-02T09:00:00Z\"")
      LINE(
          "codex", "s1",
          "\"kind\":\"response\",\"id\":\"r1\",\"time\":\"2026-03-02T09:01:00Z\",\"model\":\"gpt-5\","
          "\"input_tokens\":10,\"output_tokens\":2,\"web_searches\":3");
  vector_cell *v = NULL;
  size_t n = 0;
  read_of(&v, &n, MONDAY, lines, sizeof lines - 1, project);
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_WHOLE, 0, MEASURE_used_web), 1);
  bpi_free(v);
}
END_TEST

static int project_by_number(void *user, const char *folder, size_t length) {
  (void)user;
  (void)length;
  return atoi(folder + 1) + 1;
}

static size_t cells_of_project(const vector_cell *v, size_t n, int slice) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++)
    count += v[i].dimension == SLICED_PROJECT && v[i].slice == slice;
  return count;
}

/* More projects than a bundle can hold: the last ones become `other`, each as a whole, and the
 * bundle is valid. */
START_TEST(test_a_week_of_many_projects) {
  enum { FOLDERS = 900 };
  buf lines;
  vector_cell *v = NULL;
  size_t n = 0;
  bpi_buf_init(&lines, 1 << 20);
  for (int i = 0; i < FOLDERS; i++)
    bpi_buf_printf(
        &lines,
        LINE("codex", "s%d",
             "\"kind\":\"session\",\"time\":\"2026-03-02T09:00:00Z\",\"workspace\":\"f%d\"")
            LINE("codex", "s%d",
                 "\"kind\":\"prompt\",\"id\":\"p%d\",\"time\":\"2026-03-02T09:00:00Z\"")
                LINE("codex", "s%d",
                     "\"kind\":\"response\",\"id\":\"r%d\",\"time\":\"2026-03-02T09:01:00Z\","
                     "\"model\":\"gpt-5\",\"input_tokens\":10,\"output_tokens\":2,"
                     "\"cache_read_tokens\":3,\"cache_write_5m_tokens\":4"),
        i, i, i, i, i, i);
  read_of(&v, &n, MONDAY, lines.data, lines.length, project_by_number);
  size_t of_one = cells_of_project(v, n, 1);
  ck_assert_uint_gt(of_one, 1);
  ck_assert_uint_le(n, VECTOR_CELLS_MAX);
  ck_assert_uint_gt(n + of_one, VECTOR_CELLS_MAX);
  ck_assert_uint_eq(cells_of_project(v, n, v[n - 1].slice), of_one);
  ck_assert(bpi_vector_valid(v, n, FOLDERS + 1));
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_WHOLE, 0, MEASURE_prompts), FOLDERS);
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_PLATFORM, 2, MEASURE_prompts), FOLDERS);
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_PROJECT, 1, MEASURE_prompts), 1);
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_PROJECT, FOLDERS, MEASURE_prompts), -1);
  bpi_free(v);
  bpi_buf_free(&lines);
}
END_TEST

static int project_of_mark(void *user, const char *folder, size_t length) {
  (void)user;
  if (length == 8 && !memcmp(folder, "net#core", 8)) return 1;
  return length == 4 && !memcmp(folder, "shop", 4) ? 2 : SLICE_OTHER;
}

/* Two folders with one name get a mark, which is not part of the project's name; a name that only
 * looks marked stays. */
START_TEST(test_marks_of_folders) {
  static const char lines[] = LINE(
      "codex", "s1",
      "\"kind\":\"session\",\"time\":\"2026-03-02T09:00:00Z\",\"workspace\":\"/a/shop\"")
      LINE("codex", "s1", "\"kind\":\"prompt\",\"id\":\"p1\",\"time\":\"2026-03-02T09:00:00Z\"") LINE(
          "codex", "s2",
          "\"kind\":\"session\",\"time\":\"2026-03-02T09:00:00Z\",\"workspace\":\"/b/shop\"")
          LINE("codex", "s2", "\"kind\":\"prompt\",\"id\":\"p2\",\"time\":\"2026-03-02T09:00:00Z\"")
              LINE(
                  "codex", "s3",
                  "\"kind\":\"session\",\"time\":\"2026-03-02T09:00:00Z\",\"workspace\":\"/net#core\"")
                  LINE("codex", "s3",
                       "\"kind\":\"prompt\",\"id\":\"p3\",\"time\":\"2026-03-02T09:00:00Z\"");
  vector_cell *v = NULL;
  size_t n = 0;
  read_of(&v, &n, MONDAY, lines, sizeof lines - 1, project_of_mark);
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_PROJECT, 1, MEASURE_prompts), 1);
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_PROJECT, 2, MEASURE_prompts), 2);
  ck_assert_int_eq(bpi_vector_get(v, n, SLICED_PROJECT, SLICE_OTHER, MEASURE_prompts), -1);
  bpi_free(v);
}
END_TEST

int main(void) {
  Suite *s = suite_create("contribution");
  TCase *t = tcase_create("contribution");
  tcase_add_test(t, test_a_week_by_hand);
  tcase_add_test(t, test_what_is_known_at_least);
  tcase_add_test(t, test_a_week_without_activity);
  tcase_add_test(t, test_plan_mode);
  tcase_add_test(t, test_searches_of_the_provider);
  tcase_add_test(t, test_a_week_of_many_projects);
  tcase_add_test(t, test_marks_of_folders);
  suite_add_tcase(s, t);
  return run_suite(s);
}
