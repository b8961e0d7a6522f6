/* test_catalog.c: what holds for every entry of the catalogue: names, dimensions, formulas, and
 * that the columns of bp_catalog and bp_inspect are the declared ones. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <blueplane/blueplane.h>

#include "base/err.h"
#include "base/mem.h"
#include "metrics/names.h"
#include "metrics/plan.h"
#include "run_suite.h"

static const source_cover covers[] = {{"alpha", 0xffff}};

static bool is_id(const char *text) {
  return *text && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(text);
}

START_TEST(entries) {
  static const char *const units[] = {"count", "tokens", "lines", "us",  "nUSD",   "ratio",
                                      "hour",  "day",    "time",  "set", "verdict"};
  for (int i = 0; i < METRIC_COUNT; i++) {
    const metric *m = &bpi_metrics[i];
    bool known_unit = false;
    for (size_t u = 0; u < sizeof units / sizeof *units; u++)
      known_unit |= !strcmp(units[u], bpi_metric_unit(m));
    ck_assert_msg(known_unit, "%s has unit %s", m->id, bpi_metric_unit(m));
    ck_assert_msg(is_id(m->id) && *m->title, "%s", m->id);
    ck_assert_msg(m->definition[strlen(m->definition) - 1] == '.', "%s: no sentence", m->id);
    ck_assert_msg(strspn(m->levels, "DLMOR ") == strlen(m->levels) && *m->levels, "%s", m->id);
    for (int j = 0; j < i; j++)
      ck_assert_str_ne(bpi_metrics[j].id, m->id);
    ck_assert_msg((m->shape == SHAPE_RATIO) == (m->scale > 0), "%s: scale", m->id);
    dimension_id by;
    ck_assert_int_eq(bpi_metric_find(m->id, &by), i);
    ck_assert_uint_eq(by == DIM_COUNT ? 0 : DIM_BIT(by), m->implies);
  }
}
END_TEST

START_TEST(aliases) {
  for (size_t i = 0; i < bpi_metric_alias_count; i++) {
    const metric_alias *a = &bpi_metric_aliases[i];
    dimension_id by;
    ck_assert_int_eq(bpi_metric_find(a->name, &by), a->metric);
    ck_assert_int_eq(by, a->by);
    if (by != DIM_COUNT) ck_assert(bpi_metric_dimensions(&bpi_metrics[a->metric]) & DIM_BIT(by));
    if (i) ck_assert_int_lt(strcmp(bpi_metric_aliases[i - 1].name, a->name), 0);
  }
}
END_TEST

static bool same_term(const term *a, const term *b) {
  return a->kind == b->kind && a->take == b->take && a->sign == b->sign && a->aside == b->aside &&
         memcmp(a->only, b->only, sizeof a->only) == 0;
}

static bool same_terms(const term *a, const term *b) {
  if (!a || !b) return !a && !b;
  for (; a->kind && b->kind; a++, b++)
    if (!same_term(a, b)) return false;
  return a->kind == b->kind;
}

/* Operands are the same if kind and name are. */
START_TEST(operands_of_one_name) {
  const operand *all[METRIC_COUNT * 3];
  size_t count = 0;
  for (int i = 0; i < METRIC_COUNT; i++) {
    const metric *m = &bpi_metrics[i];
    if (m->top.kind) all[count++] = &m->top;
    if (m->bottom.kind) all[count++] = &m->bottom;
    if (m->missing.kind) all[count++] = &m->missing;
  }
  for (size_t i = 0; i < count; i++) {
    ck_assert_msg(is_id(all[i]->name), "%s", all[i]->name);
    for (size_t j = 0; j < i; j++) {
      if (all[i]->kind != all[j]->kind || strcmp(all[i]->name, all[j]->name)) continue;
      ck_assert_str_eq(all[i]->unit, all[j]->unit);
      ck_assert_msg(same_terms(all[i]->terms, all[j]->terms), "%s", all[i]->name);
      ck_assert_msg(same_terms(all[i]->instead, all[j]->instead), "%s", all[i]->name);
    }
  }
}
END_TEST

/* The metrics that can be asked together with any others. */
static size_t free_metrics(const char *out[METRIC_COUNT]) {
  size_t count = 0;
  for (int i = 0; i < METRIC_COUNT; i++)
    if (!bpi_metrics[i].implies) out[count++] = bpi_metrics[i].id;
  return count;
}

static int plan_of(const char *const *metrics, size_t count, const char *by) {
  bp_query *q;
  plan *p = NULL;
  ck_assert_int_eq(bpi_query_new(&q, NULL), 0);
  for (size_t i = 0; i < count; i++)
    bpi_query_metric(q, metrics[i]);
  if (by) bpi_query_by(q, by);
  int rc = bpi_plan_new(&p, q, covers, 1, NULL);
  ck_assert((rc == 0) == (p != NULL));
  bpi_plan_free(p);
  bpi_query_free(q);
  return rc;
}

/* A metric accepts exactly the dimensions it declares. */
START_TEST(dimensions_taken) {
  for (int i = 0; i < METRIC_COUNT; i++) {
    uint64_t allowed = bpi_metric_dimensions(&bpi_metrics[i]);
    ck_assert_msg(allowed & DIM_BIT(DIM_PLATFORM), "%s", bpi_metrics[i].id);
    for (int dim = 0; dim < DIM_COUNT; dim++) {
      int wanted = allowed & DIM_BIT(dim) ? BP_OK : BP_ERR_UNSUPPORTED;
      ck_assert_msg(plan_of(&bpi_metrics[i].id, 1, bpi_dimensions[dim].name) == wanted, "%s by %s",
                    bpi_metrics[i].id, bpi_dimensions[dim].name);
    }
  }
}
END_TEST

/* A sample of useful and senseless combinations, by hand. */
START_TEST(dimensions_by_hand) {
#define TAKES(metric, dim)                                                                         \
  ((bpi_metric_dimensions(&bpi_metrics[METRIC_##metric]) & DIM_BIT(DIM_##dim)) != 0)
  ck_assert(TAKES(total_tokens, MODEL) && !TAKES(total_tokens, TOOL) &&
            !TAKES(total_tokens, EVENT));
  ck_assert(TAKES(cost, MODEL_FAMILY) && TAKES(cost, SUBAGENT) && !TAKES(cost, LANGUAGE));
  ck_assert(TAKES(lines_added, LANGUAGE) && TAKES(lines_added, TOOL) && !TAKES(lines_added, MODEL));
  ck_assert(TAKES(tool_calls, OUTCOME) && !TAKES(tool_success_rate, OUTCOME));
  ck_assert(TAKES(tool_success_rate, MCP_SERVER) && !TAKES(tool_errors, OUTCOME));
  ck_assert(TAKES(acceptance_rate, LANGUAGE) && !TAKES(acceptance_rate, OUTCOME));
  ck_assert(TAKES(interactions, EVENT) && !TAKES(interactions, MODEL) && !TAKES(prompts, EVENT));
  ck_assert(TAKES(sessions, MODEL) && TAKES(sessions, PROMPT_SIZE) && !TAKES(sessions, TOOL));
  ck_assert(TAKES(active_days, TOOL) && !TAKES(sessions_per_active_day, TOOL));
  ck_assert(!TAKES(peak_hour, HOUR_OF_DAY) && TAKES(peak_hour, DAY_OF_WEEK));
  ck_assert(!TAKES(cost_per_line, MODEL) && TAKES(cost_per_token, MODEL));
}
END_TEST

/* Any sixteen neighbours fit into one plan. */
START_TEST(sixteen_metrics) {
  const char *all[METRIC_COUNT];
  size_t count = free_metrics(all);
  for (size_t first = 0; first < count; first++) {
    const char *ids[QUERY_METRICS];
    for (size_t i = 0; i < QUERY_METRICS; i++)
      ids[i] = all[(first + i * 7) % count];
    ck_assert_int_eq(plan_of(ids, QUERY_METRICS, "platform"), BP_OK);
    for (size_t i = 0; i < QUERY_METRICS; i++)
      ids[i] = all[(first + i) % count];
    ck_assert_int_eq(plan_of(ids, QUERY_METRICS, "workspace"), BP_OK);
  }
}
END_TEST

static void formula_is(metric_id id, const char *expected) {
  buf b;
  bpi_buf_init(&b, 4096);
  bpi_metric_formula(&b, &bpi_metrics[id]);
  ck_assert_str_eq(b.data, expected);
  bpi_buf_free(&b);
}

START_TEST(formulas) {
  formula_is(METRIC_sessions, "distinct_sessions(prompt, response)");
  formula_is(METRIC_net_lines, "tool.added - tool.removed + span.added - span.removed");
  formula_is(METRIC_code_velocity, "(tool.added + span.added) * 3600000000 / active.us");
  formula_is(METRIC_tool_success_rate, "tool.n[outcome=ok] / tool.n[outcome=ok|error]");
  formula_is(METRIC_session_duration,
             "mean, median, p90 over sessions of session.last - session.first");
}
END_TEST

/* Finding the family of a model must not search all others: with so many the test would not end in
 * time. */
START_TEST(very_many_families) {
  enum { MANY = 100000 };
  name_cache n;
  char text[32];
  bpi_names_init(&n, NULL, NULL, 0, NULL);
  for (int64_t i = 0; i < 2 * MANY; i++) {
    int64_t model = bpi_names_label(&n, i + 1);
    int length = snprintf(text, sizeof text, "m%dx-line-%d", (int)(i % MANY), (int)(i / MANY));
    n.name[model].loaded = true;
    n.name[model].text = bpi_strndup(text, (size_t)length);
    n.name[model].length = (size_t)length;
    int64_t number = bpi_names_family(&n, model);
    const label_name *family = &n.name[number];
    ck_assert_uint_eq(family->length, (size_t)length - 2);
    ck_assert_int_eq(memcmp(family->text, text, family->length), 0);
  }
  ck_assert_uint_eq(n.label_map.count, 3 * MANY); /* each family once */
  bpi_names_free(&n);
}
END_TEST

START_TEST(model_families) {
  static const char *const names[][2] = {
      {"claude-opus-4-5-20251101", "claude-opus"},
      {"claude-sonnet-4-5", "claude-sonnet"},
      {"claude-3-5-haiku-20241022", "claude-haiku"},
      {"claude-3-7-sonnet@20250219", "claude-sonnet"},
      {"us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet"},
      {"anthropic/claude-opus-4.1", "claude-opus"},
      {"gpt-5.1-codex-mini", "gpt-5"},
      {"gpt-4o", "gpt-4"},
      {"GPT-5", "gpt-5"},
      {"openai/gpt-oss-120b", "gpt-oss"},
      {"gpt-oss:20b", "gpt-oss"},
      {"kimi-k2-0905-preview", "kimi"},
      {"grok-4-latest", "grok"},
      {"gemini-3-pro-preview", "gemini-pro"},
      {"openai/gpt-4.1-mini", "gpt-4"},
      {"o3-mini", "o3-mini"},
      {"gemini-2.5-pro", "gemini-pro"},
      {"models/gemini-2.5-flash", "gemini-flash"},
      {"grok-code-fast-1", "grok-code"},
      {"llama3", "llama3"},
      {"-", ""},
      {"", ""}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char family[64];
    size_t n = bpi_model_family(names[i][0], strlen(names[i][0]), family, sizeof family - 1);
    family[n] = '\0';
    ck_assert_str_eq(family, names[i][1]);
  }
  char cut[4];
  ck_assert_uint_eq(bpi_model_family("claude-opus-4", 13, cut, sizeof cut), 4);
}
END_TEST

START_TEST(mcp_servers) {
  static const char *const names[][2] = {
      {"mcp__git__log", "git"}, {"mcp__my_server__a__b", "my_server"},
      {"mcp__alone", "alone"},  {"mcp____log", NULL},
      {"mcp__", NULL},          {"Bash", NULL}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *server;
    size_t n;
    bool found = bpi_mcp_server(names[i][0], strlen(names[i][0]), &server, &n);
    ck_assert_int_eq(found, names[i][1] != NULL);
    if (found) ck_assert(n == strlen(names[i][1]) && !memcmp(server, names[i][1], n));
  }
}
END_TEST

START_TEST(depths) {
  static const int bounds[][2] = {{0, -1}, {1, 0},  {5, 0},  {6, 1},
                                  {15, 1}, {16, 2}, {30, 2}, {31, 3}};
  for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
    ck_assert_int_eq(bpi_depth_of(bounds[i][0]), bounds[i][1]);
}
END_TEST

/* -------------------------------------------------------------------------------- the lists */

static const char *const types[] = {"", "bool", "int", "real", "text", "time"};

/* The columns that the topics declare: "name, value:int". */
static void columns_are(const bp_result *r, const char *expected, const char *topic) {
  char text[512] = "";
  for (size_t i = 0; i < bp_result_columns(r); i++) {
    size_t n = strlen(text);
    bool plain = bp_result_type(r, i) == BP_TYPE_TEXT;
    snprintf(text + n, sizeof text - n, "%s%s%s%s", i ? ", " : "", bp_result_column(r, i, "name"),
             plain ? "" : ":", plain ? "" : types[bp_result_type(r, i)]);
  }
  ck_assert_msg(!strcmp(text, expected), "%s has %s instead of %s", topic, text, expected);
}

START_TEST(topics) {
  bp_result *list, *page;
  bp_store *s;
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER;
  ck_assert_int_eq(bp_open(&s, NULL, &options, NULL), BP_OK);
  ck_assert_int_eq(bp_catalog(&list, "topics", NULL), BP_OK);
  for (size_t i = 0; i < bp_result_rows(list); i++) {
    const char *call = bp_result_text(list, i, 0, NULL), *name = bp_result_text(list, i, 1, NULL);
    const char *columns = bp_result_text(list, i, 2, NULL);
    if (!strcmp(call, "bp_configure")) continue;
    int rc = !strcmp(call, "bp_catalog") ? bp_catalog(&page, name, NULL)
                                         : bp_inspect(&page, s, name, NULL);
    if (rc == BP_ERR_DENIED) continue; /* of a team's store: test_api.c tests those */
    ck_assert_msg(rc == BP_OK, "%s %s", call, name);
    ck_assert_str_eq(bp_result_meta(page, "topic"), name);
    ck_assert_msg(columns != NULL, "%s does not tell its columns", name);
    columns_are(page, columns, name);
    if (!strcmp(call, "bp_catalog")) ck_assert_uint_gt(bp_result_rows(page), 0);
    bp_result_free(page);
  }
  bp_result_free(list);
  bp_close(s);
}
END_TEST

START_TEST(errors_of_the_catalogue) {
  bp_error *error;
  bp_result *r = (bp_result *)(void *)&error;
  ck_assert_int_eq(bp_catalog(&r, "nothing", &error), BP_ERR_NOTFOUND);
  ck_assert_ptr_null(r);
  ck_assert_str_eq(bp_error_detail(error, "topic"), "nothing");
  ck_assert_str_eq(
      bp_error_detail(error, "allowed"),
      "metrics, dimensions, releases, reports, insights, sources, formats, errors, rejects, access, words, topics");
  bp_error_free(error);
  ck_assert_int_eq(bp_catalog(&r, NULL, NULL), BP_ERR_NOTFOUND);
  ck_assert_int_eq(bp_catalog(NULL, "metrics", NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_catalog(&r, "errors", NULL), BP_OK);
  for (size_t i = 0; i < bp_result_rows(r); i++) {
    ck_assert_int_eq(bp_result_int(r, i, 0), -(int64_t)i);
    ck_assert_str_eq(bp_result_text(r, i, 2, NULL), bp_strerror(-(int)i));
  }
  ck_assert_int_eq(bp_result_int(r, bp_result_rows(r) - 1, 0), BP_ERR_INTERNAL);
  bp_result_free(r);
}
END_TEST

/* The exported calls refuse missing arguments and run complete queries. */
START_TEST(queries_of_a_store) {
  bp_store *s;
  bp_query *q;
  bp_result *r;
  bp_error *error = NULL;
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER;
  ck_assert_int_eq(bp_open(&s, NULL, &options, NULL), BP_OK);
  ck_assert_int_eq(bp_query_new(&q, NULL), BP_OK);
  ck_assert_int_eq(bp_query_metric(q, "sessions"), BP_OK);
  ck_assert_int_eq(bp_query_run(&r, s, q, NULL), BP_OK);
  ck_assert_uint_eq(bp_result_rows(r), 1);
  ck_assert_int_eq(bp_result_int(r, 0, 0), 0);
  bp_result_free(r);
  char *unwritten = (char *)s;
  ck_assert_int_eq(bp_query_to_json(&unwritten, NULL, NULL, NULL), BP_ERR_INVALID);
  ck_assert_ptr_null(unwritten);
  ck_assert_int_eq(bp_query_run(NULL, s, q, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_run(&r, NULL, q, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_run(&r, s, NULL, &error), BP_ERR_INVALID);
  ck_assert_int_eq(bp_error_code(error), BP_ERR_INVALID);
  bp_error_free(error);
  ck_assert_int_eq(bp_query_by(q, "nothing"), BP_OK);
  ck_assert_int_eq(bp_query_run(&r, s, q, &error), BP_ERR_NOTFOUND);
  ck_assert_ptr_null(r);
  bp_error_free(error);
  ck_assert_int_eq(bp_query_compare(q, "next"), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_run(&r, s, q, NULL), BP_ERR_INVALID);
  bp_query_free(q);
  bp_close(s);
  ck_assert_int_eq(bp_query_new(NULL, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_from_json(&q, NULL, 0, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_from_json(NULL, "{}", 2, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_metric(NULL, "cost"), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_range(NULL, 0, 900000000, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_period(NULL, "today", NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_by(NULL, "model"), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_where(NULL, "model", "=", "x"), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_compare(NULL, "year"), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_set(NULL, "limit", "1"), BP_ERR_INVALID);
  bp_query_free(NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("catalog");
  TCase *all = tcase_create("all");
  tcase_add_test(all, entries);
  tcase_add_test(all, aliases);
  tcase_add_test(all, operands_of_one_name);
  tcase_add_test(all, dimensions_taken);
  tcase_add_test(all, dimensions_by_hand);
  tcase_add_test(all, sixteen_metrics);
  tcase_add_test(all, formulas);
  tcase_add_test(all, model_families);
  tcase_add_test(all, very_many_families);
  tcase_add_test(all, mcp_servers);
  tcase_add_test(all, depths);
  tcase_add_test(all, topics);
  tcase_add_test(all, errors_of_the_catalogue);
  tcase_add_test(all, queries_of_a_store);
  suite_add_tcase(suite, all);
  return run_suite(suite);
}
