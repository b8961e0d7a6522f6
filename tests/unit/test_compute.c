/* test_compute.c: from cells to answers. Every expected number is worked out by hand from the cells
 * of compute_world.c; the calculation is in the comment beside it unless it is obvious. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "compute_world.h"
#include "metrics/catalog.h"
#include "run_suite.h"

static void make(void) {
  world_make(0, false);
}

#define ROWS(json, expected) ck_assert_str_eq(world_rows(json), expected)

/* -------------------------------------------------------------------- every metric, one by one */

/* Monday: session 1 at 9:00 and 9:15, session 2 at 9:00 and 21:00. Tuesday: session 1 at 10:00. */
static const struct value {
  const char *metric, *expected;
} values[] = {
    {"sessions", "2"},
    {"interactions", "30"}, /* 7 prompts, 11 responses, 6 tool calls, 6 decisions */
    {"prompts", "7"},       /* 3 + 1 + 2, 1 */
    {"responses", "11"},    /* 4 + 2 + 3, 2 */
    {"tool_calls", "6"},    /* 2 + 1 + 1 + 1 + 1 */
    {"composer_sessions", "1"},
    {"generations", "5"},
    {"active_days", "2"},
    {"sessions_per_active_day", "1 sessions=2 active_days=2"},
    {"active_time", "1320000000"}, /* 600 + 300 + 300, 120 s */
    {"lines_added", "37"},         /* 30 by edits, 7 as a total of session 2 */
    {"lines_removed", "12"},       /* 10, 2 */
    {"net_lines", "25"},
    {"files_touched", "2"},
    {"code_velocity", "100.9090909 lines_added=37 active_time=1320000000"}, /* 37 * 3600 / 1320 */
    /* One that session 1 recorded, a fix with 40 and 5 lines half an hour later in the same
     * workspace, a revert in session 2 twelve hours after anything else there. */
    {"commits", "3"},
    {"ai_commits", "2"},
    {"ai_commit_share", "0.6666666667 ai_commits=2 commits=3"},
    {"linked_commits", "2"},
    {"commit_lines_added", "40"},
    {"commit_lines_removed", "5"},
    {"revert_rate", "0.5 reverts=1 typed_commits=2"},
    {"fix_rate", "0.5 fixes=1 typed_commits=2"},
    {"pull_requests", "1"},
    {"review_rounds", "2 rounds=2 reviewed=1"},
    {"time_to_merge", "3600000000 open_time=3600000000 merged=1"},
    {"issues", "2"},
    {"bug_rate", "0.5 bugs=1 issues=2"},
    {"input_tokens", "1610"},                      /* 1000 + 10 + 500, 100 */
    {"output_tokens", "330+ not_final_tokens=20"}, /* 200 + 20 + 100, 10; the 20 are partial */
    {"cache_read_tokens", "6000"},
    {"cache_write_tokens", "400"},
    {"cache_write_5m_tokens", "300"},
    {"cache_write_1h_tokens", "100"},
    {"reasoning_tokens", "50+ not_final_tokens=20"},
    {"total_tokens", "8340+ not_final_tokens=20"}, /* 1610 + 330 + 6000 + 400 */
    {"tokens_per_prompt", "1191.428571+ total_tokens=8340+ prompts=7 not_final_tokens=20"},
    {"tokens_per_session", "4170+ total_tokens=8340+ sessions=2 not_final_tokens=20"},
    {"cache_efficiency", "0.7490636704 cache_read_tokens=6000 sent_tokens=8010"},
    {"cache_hit_ratio", "0.7884362681 cache_read_tokens=6000 read_and_input_tokens=7610"},
    {"web_searches", "1"},
    /* USD a million tokens: input 1, output 2, read 0.1, writes 1.25 and 2; a search 0.01 USD.
     * Monday, session 1: 1000 + 400 + 500 + 375 + 200 micro-dollars and 10,000 for the search =
     * 12,475; Tuesday 500 + 200 + 100 = 800; session 2: 100 + 20 = 120; 13,395 in all. Model two
     * (10 + 20 tokens) has no price. */
    {"cost", "13395000+ unpriced_tokens=30 not_final_tokens=20"},
    {"cost_recorded", "2000000+ responses_without_cost=9"},
    {"cost_difference", "1880000 recorded=2000000 cost=120000"}, /* only session 2 recorded all */
    {"cache_savings", "5400000+ unpriced_tokens=30"},            /* 6000 * (1 - 0.1) */
    /* Monday 6400 + 400 + 10,000, Tuesday 1500 + 200, session 2 120. */
    {"cost_without_cache", "18620000+ unpriced_tokens=30 not_final_tokens=20"},
    {"cost_per_session",
     "6697500+ cost=13395000+ sessions=2 unpriced_tokens=30 not_final_tokens=20"},
    {"cost_per_active_day",
     "6697500+ cost=13395000+ active_days=2 unpriced_tokens=30 not_final_tokens=20"},
    {"cost_per_line",
     "362027.027+ cost=13395000+ lines_added=37 unpriced_tokens=30 not_final_tokens=20"},
    {"cost_per_commit", "4465000+ cost=13395000+ commits=3 unpriced_tokens=30 not_final_tokens=20"},
    {"cost_per_token", /* numerator and denominator are lower bounds, the quotient is not */
     "1606.115108 cost=13395000+ total_tokens=8340+ unpriced_tokens=30 not_final_tokens=20"},
    /* Interactions by hour: 9: 5 prompts, 8 responses, 4 tool calls, 4 decisions; 10: 2, 3, 2;
     * 21: 2 decisions. */
    {"peak_hour", "9 interactions=21 active_days=2 per_active_day=10.5"},
    {"top_hours", "9 second=10 third=21 share=1 interactions=30 all_interactions=30"},
    {"peak_day", "1 interactions=23 active_days=1 per_active_day=23"},
    {"interaction_share", "1 interactions=30 all_interactions=30"},
    {"active_workspaces", "2"},
    {"last_activity", "2026-11-24T10:00:00Z"},
    /* Session 1: 6 prompts, 9 responses, 6 tool calls; session 2: 1, 2, 6 decisions. */
    {"interactions_per_session", "15 median=9 p90=21 sum=30 sessions=2"},
    /* 9:00:10 to 10:10:10 on the next day; 9:00 to 21:05. */
    {"session_duration",
     "6.705e+10 median=43500000000 p90=90600000000 sum=134100000000 sessions=2 outliers=0"},
    {"active_time_per_session",
     "660000000 median=120000000 p90=1200000000 sum=1320000000 sessions=2"},
    {"tool_success_rate", "0.75 ok=3 ok_or_error=4"},
    {"tool_error_rate", "0.25 error=1 ok_or_error=4"},
    {"tool_duration", "1333333.333 tool_time=4000000 timed_calls=3"},
    {"tool_errors", "1"},
    {"rejection_rate", "0.1666666667 rejected=1 tool_calls=6"},
    {"interruption_rate", "0.1666666667 interrupted=1 tool_calls=6"},
    {"decisions", "6+"}, /* session 1's source does not have them */
    {"acceptance_rate", "0.8333333333 accepted=5+ accepted_or_rejected=6+"},
    {"line_acceptance_rate", "0.4 lines_accepted=20+ lines_suggested=50+"},
    {"api_errors", "1"},
    {"api_retries", "2"},
    {"api_error_rate", "0.08333333333 api_errors=1 responses_and_errors=12"},
    {"compactions", "1"},
    {"context_pressure", "1320000000 active_time=1320000000 compactions=1"},
    {"interrupts", "1"},
    {"slash_commands", "4"},
    {"subagents", "1"},
    /* Session 1: debugging, resolved, 600 s; building, unresolved, 300 s; exploring, 300 s. Session 2:
     * building, resolved, 120 s. Two sessions are too few for an interval of a share, two values for
     * one of a median. */
    {"tasks", "4"},
    {"resolution_rate", "0.6666666667 resolved=2 to_resolve=3 low=- high=-"},
    {"time_to_resolution",
     "360000000 median=120000000 p90=600000000 sum=720000000 tasks=2 median_low=- median_high=-"},
    {"cost_per_task", /* 1000 + 400 micro-dollars over four; the 30 tokens of model two */
     "350000+ task_cost=1400000+ tasks=4 unpriced_tokens_of_tasks=30 not_final_tokens=20"},
    {"first_try_rate", "0.5 first_try=1 edits=2 low=- high=-"},
    {"rework_rate", "0.5 reworked=1 edits=2 low=- high=-"},
    {"retry_rate", "0.3333333333 repeats=2 attempts=6 low=- high=-"},
    {"recovery_rate", "0.5 recovered=1 repeats=2 low=- high=-"},
    {"prompt_retry_rate", "0.1428571429 prompt_retries=1 task_prompts=7 low=- high=-"},
    {"delegation", NULL},
    {"prompt_effect", NULL},
    {"tool_transitions", /* in a resolved task and in an unresolved one */
     "read > edit 2 0.5 resolved_with_it=1 tasks_with_it=2 low=- high=-"},
    {"transition_resolution_rate",
     "read > edit 0.5 resolved_with_it=1 tasks_with_it=2 low=- high=-"},
    {"task_patterns",
     "read > edit 2 0.5 resolved_with_pattern=1 tasks_with_pattern=2 low=- high=- | "
     "read > edit > command 1 1 resolved_with_pattern=1 tasks_with_pattern=1 low=- high=-"},
    {"pattern_resolution_rate",
     "read > edit 0.5 resolved_with_pattern=1 tasks_with_pattern=2 low=- high=- | "
     "read > edit > command 1 resolved_with_pattern=1 tasks_with_pattern=1 low=- high=-"},
    {"feature_usage", "images 0.3333333333 used=1 feature_tasks=3 low=- high=- | "
                      "mcp 0.3333333333 used=1 feature_tasks=3 low=- high=-"},
    {"underused_features", NULL},
    /* the task with an image was not resolved */
    {"feature_time", "images - time_with_feature=0 resolved_with_feature=0 | "
                     "mcp 600000000 time_with_feature=600000000 resolved_with_feature=1"},
    /* 37 lines at 30 s and 2 tasks at 120 s, minus 1320 s; at 12 and 0; at 60 and 300 */
    {"time_saved", "30000000 low=-876000000 high=1500000000 lines_kept=37 resolved=2 "
                   "task_time=1320000000"},
};
#define VALUES (sizeof values / sizeof *values)

START_TEST(each_metric) {
  char query[128];
  snprintf(query, sizeof query, "{'metrics':['%s'],'period':'all'}", values[_i].metric);
  if (values[_i].expected)
    ROWS(query, values[_i].expected);
  else
    world_rows(query); /* its columns are checked by sets_of_metrics */
}
END_TEST

/* Metrics that expand to several, with their grouping. */
START_TEST(sets_of_metrics) {
  ROWS("{'metrics':['delegation']}",
       "building - resolved_work=1 work=2 low=- high=- 0.5 resolved=1 to_resolve=2 low=- high=- "
       "120000000 median=120000000 p90=120000000 sum=120000000 tasks=1 median_low=- median_high=- "
       "0+ task_cost=0+ tasks=2 unpriced_tokens_of_tasks=30 not_final_tokens=20 "
       "1 repeats=1 attempts=1 low=- high=- | "
       "debugging - resolved_work=1 work=1 low=- high=- 1 resolved=1 to_resolve=1 low=- high=- "
       "600000000 median=600000000 p90=600000000 sum=600000000 tasks=1 median_low=- median_high=- "
       "1400000 task_cost=1400000 tasks=1 unpriced_tokens_of_tasks=0 not_final_tokens=0 "
       "0 repeats=0 attempts=3 low=- high=- | "
       "exploring - resolved_work=0 work=0 low=- high=- - resolved=0 to_resolve=0 low=- high=- "
       "- median=- p90=- sum=0 tasks=0 median_low=- median_high=- "
       "0 task_cost=0 tasks=1 unpriced_tokens_of_tasks=0 not_final_tokens=0 "
       "0.5 repeats=1 attempts=2 low=- high=-");
  ROWS("{'metrics':['prompt_effect']}",
       "file - first_try=0 edits=0 low=- high=- - repeats=0 attempts=0 low=- high=- "
       "- median=- p90=- sum=0 tasks=0 median_low=- median_high=- | "
       "image - first_try=0 edits=0 low=- high=- - repeats=0 attempts=0 low=- high=- "
       "- median=- p90=- sum=0 tasks=0 median_low=- median_high=- | "
       "none 0.5 first_try=1 edits=2 low=- high=- 0.3333333333 repeats=2 attempts=6 low=- high=- "
       "360000000 median=120000000 p90=600000000 sum=720000000 tasks=2 median_low=- median_high=-");
  ROWS(
      "{'metrics':['underused_features']}",
      "images - used=1 feature_tasks=3 low=- high=- 0.3333333333 used=1 feature_tasks=3 low=- high=- | "
      "mcp - used=1 feature_tasks=3 low=- high=- 0.3333333333 used=1 feature_tasks=3 low=- high=-");
  /* One that was also asked for by itself keeps its position. */
  ROWS(
      "{'metrics':['feature_usage','underused_features'],'limit':1}",
      "images 0.3333333333 used=1 feature_tasks=3 low=- high=- - used=1 feature_tasks=3 low=- high=-");
}
END_TEST

START_TEST(every_metric_has_a_case) {
  for (int id = 0; id < METRIC_COUNT; id++) {
    bool found = false;
    for (size_t i = 0; i < VALUES; i++)
      found |= !strcmp(values[i].metric, bpi_metrics[id].id);
    ck_assert_msg(found, "%s has no case in the table `values`", bpi_metrics[id].id);
  }
  ck_assert_uint_eq(VALUES, METRIC_COUNT);
}
END_TEST

/* In an empty store sums are zero and quotients are empty. */
START_TEST(nothing_is_zero_or_empty) {
  world_empty();
  ROWS(
      "{'metrics':['sessions','cost','tool_success_rate','last_activity','peak_hour','peak_day',"
      "'session_duration']}",
      "0 0 unpriced_tokens=0 not_final_tokens=0 - ok=0 ok_or_error=0 - - interactions=0 active_days=0 "
      "per_active_day=- - interactions=0 active_days=0 per_active_day=- - median=- p90=- sum=0 "
      "sessions=0 outliers=0");
  ROWS("{'metrics':['sessions'],'by':['time.day']}", "");
  ROWS("{'metrics':['sessions'],'by':['model'],'period':'today'}", "");
}
END_TEST

/* ------------------------------------------------------------- every dimension, one by one */

static const struct grouping {
  const char *by, *metric, *expected;
} groupings[] = {
    {"time.hour", "prompts", NULL},
    {"time.day", "prompts", "2026-11-23 5 | 2026-11-24 2"},
    {"time.week", "prompts", "2026-11-23 7"},
    {"time.month", "prompts", "2026-11 7"},
    {"time.quarter", "prompts", "2026-Q4 7"},
    {"time.hour_of_day", "prompts", NULL},
    {"time.day_of_week", "prompts",
     "1 5 per_active_day=5 active_days=1 | 2 2 per_active_day=2 active_days=1"},
    {"platform", "interactions", "claude_code 21 | codex 9"},
    {"workspace", "total_tokens", "api 8230+ not_final_tokens=20 | web 110 not_final_tokens=0"},
    {"session", "sessions", "111122223333 1 | aaaabbbbcccc 1"},
    {"session_depth", "sessions", "6-15 1 | 16-30 1"},
    {"branch", "prompts", "main 6 | ~feedfa 1"},
    {"client_version", "prompts", "1.0.0 6 | 2.0.0 1"},
    {"source", "prompts", "alpha 6 | gamma 1"},
    {"event", "interactions", "decision 6 | prompt 7 | response 11 | tool_call 6"},
    {"model", "responses", "one-large-1 9 | two 2"},
    {"model_family", "responses", "one-large 9 | two 2"},
    {"subagent", "responses", "main 8 | subagent 3"},
    {"tool", "tool_calls", "Bash 3 | Edit 2 | mcp__git__log 1"},
    {"tool_category", "tool_calls", "command 3 | edit 2 | mcp 1"},
    {"mcp_server", "tool_calls", "git 1 | - 5"},
    {"outcome", "tool_calls", "error 1 | interrupted 1 | ok 3 | rejected 1"},
    {"language", "lines_added", "c 10 | python 20 | unknown 7"},
    {"decision_kind", "acceptance_rate",
     "completion 1 accepted=2 accepted_or_rejected=2 | edit 0.75 accepted=3 accepted_or_rejected=4"},
    {"prompt_size", "prompts", "tiny 1 | short 5 | long 1"},
    {"prompt_feature", "prompts", "file 1 | image 1 | none 6"},
    {"change_type", "commits", "fix 1 | revert 1 | unknown 1"},
    {"assisted", "commits", "no 1 | yes 2"},
    {"task_type", "tasks", "building 2 | debugging 1 | exploring 1"},
    {"task_outcome", "tasks", "nothing_to_resolve 1 | resolved 2 | unresolved 1"},
    {"feature", "feature_usage",
     "images 0.3333333333 used=1 feature_tasks=3 low=- high=- | "
     "mcp 0.3333333333 used=1 feature_tasks=3 low=- high=-"},
    {"pattern", "tool_transitions",
     "read > edit 2 0.5 resolved_with_it=1 tasks_with_it=2 low=- high=-"},
};
#define GROUPINGS (sizeof groupings / sizeof *groupings)

START_TEST(each_dimension) {
  char query[256];
  const struct grouping *g = &groupings[_i];
  snprintf(query, sizeof query, "{'metrics':['%s'],'by':['%s']}", g->metric, g->by);
  const char *rows = world_rows(query);
  if (g->expected) ck_assert_str_eq(rows, g->expected);
}
END_TEST

START_TEST(every_dimension_has_a_case) {
  ck_assert_uint_eq(GROUPINGS, DIM_COUNT);
  for (int dim = 0; dim < DIM_COUNT; dim++)
    ck_assert_str_eq(groupings[dim].by, bpi_dimensions[dim].name);
}
END_TEST

/* All hours of both days are in the answer; three of them have prompts. */
START_TEST(hours_are_dense) {
  ROWS("{'metrics':['prompts'],'by':['time.hour'],'from':'2026-11-23T08:00:00Z',"
       "'until':'2026-11-23T11:00:00Z'}",
       "2026-11-23T08:00:00Z 0 | 2026-11-23T09:00:00Z 5 | 2026-11-23T10:00:00Z 0");
  ROWS("{'metrics':['prompts'],'by':['time.hour_of_day'],'from':'2026-11-24T09:00:00Z',"
       "'until':'2026-11-24T11:00:00Z'}",
       "9 0 per_active_day=- active_days=0 | 10 2 per_active_day=2 active_days=1");
  int code;
  bp_error *error;
  bp_result *r = world_run("{'metrics':['prompts'],'by':['time.hour_of_day']}", &code, &error);
  ck_assert_uint_eq(r->rows, 24);
  /* 5 prompts at nine, over both active days, though Tuesday has none at nine */
  ck_assert_int_eq(r->column[1].ints[9], 5);
  ck_assert_double_eq(r->column[2].reals[9], 2.5);
  ck_assert_int_eq(r->column[3].ints[9], 2);
  ck_assert_int_eq(r->column[3].ints[22], 0);
  bpi_table_release(r);
  r = world_run("{'metrics':['prompts'],'by':['time.hour']}", &code, &error);
  ck_assert_uint_eq(r->rows, 48);
  bpi_table_release(r);
}
END_TEST

/* With two dimensions only existing combinations are rows, sorted by the first. */
START_TEST(two_dimensions_are_sparse) {
  ROWS("{'metrics':['prompts'],'by':['time.day','platform']}",
       "2026-11-23 claude_code 4 | 2026-11-23 codex 1 | 2026-11-24 claude_code 2");
  ROWS("{'metrics':['interactions'],'by':['platform','time.day_of_week']}",
       "claude_code 1 14 per_active_day=14 active_days=1 | "
       "claude_code 2 7 per_active_day=7 active_days=1 | "
       "codex 1 9 per_active_day=9 active_days=1");
  ROWS("{'metrics':['interactions'],'by':['platform','time.hour_of_day'],"
       "'where':[{'dimension':'platform','value':'claude_code'}]}",
       "claude_code 9 14 per_active_day=7 active_days=2 | "
       "claude_code 10 7 per_active_day=3.5 active_days=2");
  ROWS("{'metrics':['interaction_share'],'by':['platform','event']}",
       "claude_code prompt 0.2 interactions=6 all_interactions=30 | "
       "claude_code response 0.3 interactions=9 all_interactions=30 | "
       "claude_code tool_call 0.2 interactions=6 all_interactions=30 | "
       "codex decision 0.2 interactions=6 all_interactions=30 | "
       "codex prompt 0.03333333333 interactions=1 all_interactions=30 | "
       "codex response 0.06666666667 interactions=2 all_interactions=30");
}
END_TEST

/* A group has a row if the metrics count something in it: the bug is an issue, the feature a pull
 * request. Interactions that were not counted have their rows. */
START_TEST(rows_of_what_is_counted) {
  ROWS("{'metrics':['issues'],'by':['change_type']}", "bug 1 | other 1");
  ROWS("{'metrics':['issues','commits'],'by':['change_type']}",
       "bug 1 0 | fix 0 1 | other 1 0 | revert 0 1 | unknown 0 1");
  ROWS("{'metrics':['commits'],'by':['change_type','time.day']}",
       "fix 2026-11-23 1 | revert 2026-11-23 1 | unknown 2026-11-23 1");
  ROWS("{'metrics':['tool_errors'],'by':['tool']}", "Bash 1 | Edit 0 | mcp__git__log 0");
  /* today an issue and a pull request, yesterday three commits and two issues */
  fake_cell(&world, ROLLUP_CHANGE, "2026-11-24T10:00:00Z", 1, 0,
            CLASS_PUT(CLASS_CHANGE, CHANGE_ISSUE) | CLASS_PUT(CLASS_CHANGE_TYPE, CHANGE_TYPE_FIX),
            1);
  ROWS("{'metrics':['commits'],'by':['change_type'],'period':'today','compare':'previous'}",
       "fix 0 baseline=1 difference=-1 relative=-1 | "
       "revert 0 baseline=1 difference=-1 relative=-1 | "
       "unknown 0 baseline=1 difference=-1 relative=-1");
}
END_TEST

/* Distinct counts are distinct in each group, so groups may add up to more than the whole. */
START_TEST(distinct_in_each_group) {
  ROWS("{'metrics':['sessions','active_workspaces','files_touched'],'by':['time.day']}",
       "2026-11-23 2 2 2 | 2026-11-24 1 1 0");
  ROWS("{'metrics':['sessions','active_days'],'by':['model']}", "one-large-1 2 2 | two 1 1");
  ROWS("{'metrics':['interactions_per_session'],'by':['time.day']}",
       "2026-11-23 11.5 median=9 p90=14 sum=23 sessions=2 | "
       "2026-11-24 7 median=7 p90=7 sum=7 sessions=1");
}
END_TEST

/* Metrics given by their catalogue number keep their parts. */
START_TEST(numbers_known_to_users) {
  ROWS("{'metrics':['M041']}", "decision 0.2 interactions=6 all_interactions=30 | "
                               "prompt 0.2333333333 interactions=7 all_interactions=30 | "
                               "response 0.3666666667 interactions=11 all_interactions=30 | "
                               "tool_call 0.2 interactions=6 all_interactions=30");
  ROWS("{'metrics':['M062']}", "6-15 1 | 16-30 1");
  ROWS("{'metrics':['M050','M002']}", "api 21 | web 9");
}
END_TEST

/* ---------------------------------------------------------------------------------- filters */

#define WHERE(dimension, op, value)                                                                \
  "{'metrics':['interactions'],'where':[{'dimension':'" dimension "','op':'" op                    \
  "','value':'" value "'}]}"

START_TEST(filters) {
  ROWS(WHERE("platform", "=", "codex"), "9");
  ROWS(WHERE("platform", "!=", "codex"), "21");
  ROWS(WHERE("platform", "=", "nothing"), "0");
  ROWS(WHERE("workspace", "=", "api"), "21");
  ROWS(WHERE("branch", "=", "~feedfa"), "9");
  ROWS(WHERE("branch", "!=", "main"), "9");
  ROWS(WHERE("session", "=", "1111"), "21");
  ROWS(WHERE("session", "=", "11112222333344440000000000000000"), "21");
  ROWS(WHERE("session", "!=", "1111222233334445"), "30");
  ROWS(WHERE("source", "=", "gamma"), "9");
  ROWS(WHERE("event", "!=", "decision"), "24");
  ROWS(WHERE("time.hour_of_day", "=", "9"), "21");
  ROWS(WHERE("time.day_of_week", "!=", "1"), "7");
  ROWS(WHERE("session_depth", "=", "6-15"), "9");
}
END_TEST

START_TEST(filters_of_one_kind) {
  ROWS("{'metrics':['responses'],'where':[{'dimension':'model_family','value':'one-large'}]}", "9");
  ROWS("{'metrics':['responses'],'where':[{'dimension':'model','op':'!=','value':'two'}]}", "9");
  ROWS("{'metrics':['tool_calls'],'where':[{'dimension':'outcome','value':'ok'}]}", "3");
  ROWS("{'metrics':['tool_calls'],'where':[{'dimension':'mcp_server','op':'!=','value':'git'}]}",
       "5");
  ROWS("{'metrics':['tool_success_rate'],'where':[{'dimension':'tool','value':'Bash'}]}",
       "0.5 ok=1 ok_or_error=2");
  ROWS("{'metrics':['prompts'],'where':[{'dimension':'prompt_feature','value':'image'}]}", "1");
  ROWS("{'metrics':['prompts'],'where':[{'dimension':'prompt_feature','op':'!=','value':'image'}]}",
       "6");
  ROWS("{'metrics':['prompts'],'where':[{'dimension':'prompt_feature','value':'none'}]}", "6");
  /* The total of session 2 has no language: it is not python. */
  ROWS("{'metrics':['lines_added'],'where':[{'dimension':'language','value':'python'}]}", "20");
  ROWS("{'metrics':['lines_added'],'where':[{'dimension':'language','op':'!=','value':'python'}]}",
       "17");
  ROWS("{'metrics':['lines_added'],'where':[{'dimension':'tool','value':'Edit'}]}", "30");
}
END_TEST

START_TEST(filters_all_hold) {
  ROWS(
      "{'metrics':['interactions'],'where':[{'dimension':'platform','value':'claude_code'},"
      "{'dimension':'time.day_of_week','value':'2'},{'dimension':'event','op':'!=','value':'prompt'}]}",
      "5");
}
END_TEST

/* Two folders with the same name, and another whose name is not stored. */
START_TEST(workspaces_of_one_name) {
  fake_label(&world, 40, LABEL_WORKSPACE, UINT64_C(0x9999000000000000), "api");
  fake_session(&world, 50, UINT64_C(0x5000000000000000), 1)->workspace = 40;
  fake_session(&world, 51, UINT64_C(0x5100000000000000), 1);
  fake_cell(&world, ROLLUP_PROMPT, "2026-11-23T09:00:00Z", 50, 0, 0, 100);
  fake_cell(&world, ROLLUP_PROMPT, "2026-11-23T09:00:00Z", 51, 0, 0, 1000);
  ROWS("{'metrics':['prompts'],'by':['workspace']}", "api#9999 100 | api#abcd 6 | web 1 | - 1000");
  ROWS("{'metrics':['prompts'],'where':[{'dimension':'workspace','value':'api'}]}", "106");
  ROWS("{'metrics':['prompts'],'where':[{'dimension':'workspace','value':'api#9999'}]}", "100");
  ROWS("{'metrics':['prompts'],'where':[{'dimension':'workspace','op':'!=','value':'api'}]}",
       "1001");
}
END_TEST

/* ------------------------------------------------------------------------------- order, limit */

START_TEST(order) {
  ROWS("{'metrics':['tool_calls'],'by':['tool'],'order':'-tool_calls'}",
       "Bash 3 | Edit 2 | mcp__git__log 1");
  ROWS("{'metrics':['tool_calls'],'by':['tool'],'order':'tool_calls'}",
       "mcp__git__log 1 | Edit 2 | Bash 3");
  ROWS("{'metrics':['tool_calls'],'by':['tool'],'order':'-tool'}",
       "mcp__git__log 1 | Edit 2 | Bash 3");
  ROWS("{'metrics':['tool_calls'],'by':['tool'],'order':'-tool_calls','limit':1}", "Bash 3");
  /* Equal values are sorted by name, unknown ones are last in either order. */
  ROWS("{'metrics':['tool_calls'],'by':['outcome'],'order':'-tool_calls'}",
       "ok 3 | error 1 | interrupted 1 | rejected 1");
  ROWS("{'metrics':['tool_calls'],'by':['mcp_server'],'order':'-mcp_server'}", "git 1 | - 5");
  ROWS(
      "{'metrics':['tool_success_rate'],'by':['tool'],'order':'-tool_success_rate'}",
      "Edit 1 ok=2 ok_or_error=2 | Bash 0.5 ok=1 ok_or_error=2 | mcp__git__log - ok=0 ok_or_error=0");
  ROWS(
      "{'metrics':['tool_success_rate'],'by':['tool'],'order':'tool_success_rate'}",
      "Bash 0.5 ok=1 ok_or_error=2 | Edit 1 ok=2 ok_or_error=2 | mcp__git__log - ok=0 ok_or_error=0");
  ROWS("{'metrics':['prompts'],'by':['time.day'],'order':'-time.day'}",
       "2026-11-24 2 | 2026-11-23 5");
}
END_TEST

/* Answers do not depend on the row numbers of sessions and labels in a store. */
START_TEST(numbers_of_rows_do_not_matter) {
  static const char *const queries[] = {
      "{'metrics':['cost','sessions','files_touched'],'by':['time.day','workspace']}",
      "{'metrics':['tool_calls'],'by':['tool','session']}",
      "{'metrics':['responses','cost'],'by':['model_family','branch']}",
      "{'metrics':['session_duration','peak_hour'],'by':['platform']}",
      "{'metrics':['interactions'],'by':['session'],'order':'interactions'}"};
  for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
    world_make(0, false);
    char *first = strdup(world_rows(queries[i]));
    world_make(7000000, true);
    ck_assert_str_eq(world_rows(queries[i]), first);
    world_make(0, true);
    ck_assert_str_eq(world_rows(queries[i]), first);
    free(first);
  }
}
END_TEST

/* ------------------------------------------------------------------------------ cell states */

START_TEST(uncovered) {
  /* Session 3 is only known from beta, which has prompts and times. */
  session_row *s = fake_session(&world, 60, UINT64_C(0x6000000000000000), 1 << 1);
  s->platform = 1;
  fake_label(&world, 61, LABEL_PLATFORM, 0x61, "cursor");
  s->platform = 61;
  fake_cell(&world, ROLLUP_PROMPT, "2026-11-23T09:00:00Z", 60, 0, 0, 5);
  fake_cell(&world, ROLLUP_RESPONSE, "2026-11-23T09:00:00Z", 60, 0, 0, 4);
  ROWS("{'metrics':['input_tokens','prompts','tool_calls'],'by':['platform']}",
       "claude_code 1510 6 6 | codex 100 1 0 | cursor ? 5 ?");
  /* Only a part is covered: a lower bound. */
  ROWS("{'metrics':['input_tokens','prompts','tool_calls']}", "1610+ 12 6+");
  /* What also subtracts is not a lower bound. */
  ROWS("{'metrics':['lines_added','net_lines']}", "37+ 25");
  /* The side of a ratio that is covered is shown. */
  ROWS("{'metrics':['tokens_per_prompt'],'by':['platform'],"
       "'where':[{'dimension':'platform','value':'cursor'}]}",
       "cursor ? total_tokens=? prompts=5 not_final_tokens=?");
  ROWS("{'metrics':['cost'],'by':['platform'],'where':[{'dimension':'platform','value':'cursor'}]}",
       "cursor ? unpriced_tokens=0 not_final_tokens=?");
  /* Nobody was active: zero, not uncovered. */
  ROWS("{'metrics':['input_tokens'],'period':'2026-11-01'}", "0");
  ROWS("{'metrics':['cost_recorded'],'by':['platform']}",
       "claude_code ? responses_without_cost=9 | codex 2000000 responses_without_cost=0 | "
       "cursor ? responses_without_cost=4");
}
END_TEST

/* Hooks report session 1, too: their prompts and responses do not count twice, their decisions are
 * nowhere else. Both rows are one session. */
START_TEST(shadowed) {
  session_row *s = fake_session(&world, 60, UINT64_C(0x1111222233334444), 1 << 2);
  s->tier = TIER_HOOK;
  s->shadowed = 1u << ROLLUP_PROMPT | 1u << ROLLUP_RESPONSE | 1u << ROLLUP_ACTIVE;
  fake_cell(&world, ROLLUP_PROMPT, "2026-11-23T09:00:00Z", 60, 0, 0, 40);
  fake_cell(&world, ROLLUP_PROMPT, NULL, 60, 0, 0, 40);
  fake_cell(&world, ROLLUP_RESPONSE, "2026-11-23T09:00:00Z", 60, 10, 0, 4)->m[RESPONSE_COSTED] = 4;
  fake_cell(&world, ROLLUP_ACTIVE, "2026-11-23T09:00:00Z", 60, 0, 0, 1)->m[ACTIVE_US] = 1;
  fake_cell(&world, ROLLUP_DECISION, "2026-11-23T09:00:00Z", 60, 0,
            CLASS_PUT(CLASS_OUTCOME, OUTCOME_OK), 2);
  ROWS("{'metrics':['prompts','responses','decisions','sessions','active_time'],'by':['platform']}",
       "claude_code 6 9 2 1 1200000000 | codex 1 2 6 1 120000000");
  ROWS("{'metrics':['prompts'],'by':['session_depth']}", "6-15 1 | 16-30 6");
  /* The hooks could have reported a cost, but they do not count here. */
  ROWS("{'metrics':['cost_recorded'],'by':['platform']}",
       "claude_code ? responses_without_cost=9 | codex 2000000 responses_without_cost=0");
}
END_TEST

/* Sums of money and tokens saturate and are marked. */
START_TEST(sums_stop) {
  rollup_cell *c = fake_cell(&world, ROLLUP_RESPONSE, "2026-11-23T09:00:00Z", 2, 11,
                             CLASS_PUT(CLASS_QUALITY, QUALITY_FINAL), 1);
  c->m[RESPONSE_INPUT] = INT64_MAX;
  ROWS("{'metrics':['input_tokens']}", "9223372036854775807+");
}
END_TEST

/* A response whose source has no tokens makes all token counts unknown, those of the cache, too. */
START_TEST(untold_tokens) {
  world.cells = 0;
  fake_cell(&world, ROLLUP_RESPONSE, "2026-11-23T09:00:00Z", 1, 10,
            CLASS_PUT(CLASS_QUALITY, QUALITY_UNKNOWN), 1);
  ROWS("{'metrics':['responses','input_tokens','cache_read_tokens','cache_write_5m_tokens']}",
       "1 ? ? ?");
}
END_TEST

/* -------------------------------------------------------------------------------- undated */

static void notes_are(const char *json, const char *expected) {
  int code;
  bp_error *error;
  bp_result *r = world_run(json, &code, &error);
  ck_assert_ptr_nonnull(r);
  ck_assert_str_eq(bpi_table_get(r, "notes"), expected);
  bpi_table_release(r);
}

START_TEST(undated) {
  fake_cell(&world, ROLLUP_PROMPT, NULL, 1, 0, 0, 50);
  fake_cell(&world, ROLLUP_TOOL, NULL, 1, 20, 0, 8);
  ROWS("{'metrics':['prompts','active_days'],'period':'all'}", "57 2");
  ROWS("{'metrics':['prompts'],'period':'all','by':['platform']}", "claude_code 56 | codex 1");
  ROWS("{'metrics':['prompts'],'period':'all','by':['time.month']}", "2026-11 7");
  ROWS("{'metrics':['prompts'],'period':'2026-11-23'}", "5");
  ROWS("{'metrics':['peak_hour'],'period':'all'}",
       "9 interactions=21 active_days=2 per_active_day=10.5");
  notes_are("{'metrics':['prompts'],'by':['time.day']}", "50 facts without a time are left out.");
}
END_TEST

/* Undated facts that another filter excludes are not counted as left out. */
START_TEST(undated_and_filtered) {
  fake_cell(&world, ROLLUP_PROMPT, NULL, 1, 0, 0, 50);
  notes_are("{'metrics':['prompts'],'by':['time.day'],"
            "'where':[{'dimension':'platform','value':'claude_code'}]}",
            "50 facts without a time are left out.");
  notes_are("{'metrics':['prompts'],'where':[{'dimension':'time.hour_of_day','value':'9'},"
            "{'dimension':'platform','op':'!=','value':'codex'}]}",
            "50 facts without a time are left out.");
  int code;
  bp_error *error;
  bp_result *r = world_run("{'metrics':['prompts'],'by':['time.day'],"
                           "'where':[{'dimension':'platform','value':'codex'}]}",
                           &code, &error);
  ck_assert_ptr_null(bpi_table_get(r, "notes"));
  bpi_table_release(r);
}
END_TEST

/* An edit is a tool call: one fact, also if only one of the two is asked for. */
START_TEST(undated_edits) {
  world.cells = 0;
  fake_cell(&world, ROLLUP_TOOL, NULL, 1, 20, 0, 3);
  fake_cell(&world, ROLLUP_EDIT, NULL, 1, 30, 0, 3);
  fake_cell(&world, ROLLUP_ACTIVE, NULL, 1, 0, 0, 9);
  notes_are("{'metrics':['files_touched','tool_calls','active_time'],'by':['time.day']}",
            "3 facts without a time are left out.");
  notes_are("{'metrics':['lines_added'],'by':['time.day','language']}",
            "3 facts without a time are left out.");
}
END_TEST

/* Without a time there is no day, no hour and no last activity. */
START_TEST(undated_only) {
  world.cells = 0;
  fake_cell(&world, ROLLUP_PROMPT, NULL, 1, 0, 0, 5);
  ROWS("{'metrics':['prompts','sessions','active_days','last_activity','peak_hour','peak_day']}",
       "5 1 0 - - interactions=0 active_days=0 per_active_day=- - interactions=0 active_days=0 "
       "per_active_day=-");
}
END_TEST

/* --------------------------------------------------------------------------- zones and weeks */

static void prompt_at(const char *time, int64_t n) {
  fake_cell(&world, ROLLUP_PROMPT, time, 1, 0, 0, n);
}

START_TEST(days_by_zone) {
  world.cells = 0;
  prompt_at("2026-11-22T22:45:00Z", 1); /* 23:45 in Berlin, 04:30 the next day in Kathmandu */
  prompt_at("2026-11-22T23:00:00Z", 2); /* midnight in Berlin */
  prompt_at("2026-11-23T18:00:00Z", 4); /* 23:45 in Kathmandu */
  prompt_at("2026-11-23T18:15:00Z", 8); /* midnight in Kathmandu */
  ROWS("{'metrics':['prompts'],'by':['time.day']}", "2026-11-22 3 | 2026-11-23 12");
  ROWS("{'metrics':['prompts'],'by':['time.day'],'zone':'Europe/Berlin'}",
       "2026-11-22 1 | 2026-11-23 14");
  ROWS("{'metrics':['prompts'],'by':['time.day'],'zone':'Asia/Kathmandu'}",
       "2026-11-23 7 | 2026-11-24 8");
  ROWS("{'metrics':['prompts'],'by':['time.hour'],'zone':'Asia/Kathmandu',"
       "'from':'2026-11-23T18:00:00Z','until':'2026-11-23T19:15:00Z'}",
       "2026-11-23T23:00:00+05:45 4 | 2026-11-24T00:00:00+05:45 8");
}
END_TEST

/* Summer time ends on 2026-10-25 in Berlin: the day has 25 hours, and 2 o'clock comes twice. It
 * begins on 2026-03-29: 23 hours without 2 o'clock. */
START_TEST(changed_clocks) {
  int code;
  bp_error *error;
  world.cells = 0;
  prompt_at("2026-10-25T00:00:00Z", 1); /* 02:00 summer */
  prompt_at("2026-10-25T01:00:00Z", 2); /* 02:00 winter */
  prompt_at("2026-10-25T22:45:00Z", 4); /* 23:45 */
  bp_result *r = world_run("{'metrics':['prompts'],'by':['time.hour'],'period':'2026-10-25',"
                           "'zone':'Europe/Berlin'}",
                           &code, &error);
  ck_assert_uint_eq(r->rows, 25);
  ck_assert_str_eq(bpi_table_text(r, 2, 0, NULL), "2026-10-25T02:00:00+02:00");
  ck_assert_str_eq(bpi_table_text(r, 3, 0, NULL), "2026-10-25T02:00:00+01:00");
  ck_assert_int_eq(r->column[1].ints[2], 1);
  ck_assert_int_eq(r->column[1].ints[3], 2);
  ck_assert_int_eq(r->column[1].ints[24], 4);
  bpi_table_release(r);
  ROWS(
      "{'metrics':['prompts'],'by':['time.hour_of_day'],'period':'2026-10-25','zone':'Europe/Berlin',"
      "'order':'-prompts','limit':2}",
      "23 4 per_active_day=4 active_days=1 | 2 3 per_active_day=3 active_days=1");
  r = world_run("{'metrics':['prompts'],'by':['time.hour'],'period':'2026-03-29',"
                "'zone':'Europe/Berlin'}",
                &code, &error);
  ck_assert_uint_eq(r->rows, 23);
  ck_assert_str_eq(bpi_table_text(r, 2, 0, NULL), "2026-03-29T03:00:00+02:00");
  bpi_table_release(r);
  r = world_run("{'metrics':['prompts'],'by':['time.hour_of_day'],'period':'2026-03-29',"
                "'zone':'Europe/Berlin'}",
                &code, &error);
  ck_assert_uint_eq(r->rows, 23);
  bpi_table_release(r);
}
END_TEST

/* Lord Howe moves its clock by half an hour: 2026-04-05 02:00+11 becomes 01:30+10:30. */
START_TEST(clock_turned_by_half_an_hour) {
  world.cells = 0;
  prompt_at("2026-04-04T14:45:00Z", 1); /* 01:45+11 */
  prompt_at("2026-04-04T15:00:00Z", 2); /* 01:30+10:30 */
  prompt_at("2026-04-04T15:30:00Z", 4); /* 02:00+10:30 */
  ROWS("{'metrics':['prompts'],'by':['time.hour'],'from':'2026-04-04T14:00:00Z',"
       "'until':'2026-04-04T16:00:00Z','zone':'Australia/Lord_Howe'}",
       "2026-04-05T01:00:00+11:00 1 | 2026-04-05T01:30:00+10:30 2 | 2026-04-05T02:00:00+10:30 4");
}
END_TEST

/* Samoa skipped 2011-12-30. */
START_TEST(a_day_left_out) {
  world.cells = 0;
  prompt_at("2011-12-30T09:45:00Z", 1); /* 23:45 on the 29th */
  prompt_at("2011-12-30T10:00:00Z", 2); /* 00:00 on the 31st */
  ROWS("{'metrics':['prompts'],'by':['time.day'],'period':'2011-12-29/2011-12-31',"
       "'zone':'Pacific/Apia'}",
       "2011-12-29 1 | 2011-12-31 2");
  prompt_at("2012-01-06T00:00:00Z", 4); /* the first Friday since Saturday the 24th */
  ROWS("{'metrics':['prompts'],'by':['time.day_of_week'],'period':'2011-12-24/2012-01-06',"
       "'zone':'Pacific/Apia'}",
       "1 0 per_active_day=- active_days=0 | 2 0 per_active_day=- active_days=0 | "
       "3 0 per_active_day=- active_days=0 | 4 1 per_active_day=1 active_days=1 | "
       "5 4 per_active_day=4 active_days=1 | 6 2 per_active_day=2 active_days=1 | "
       "7 0 per_active_day=- active_days=0");
  ck_assert_int_eq(
      world_fails("{'metrics':['prompts'],'period':'2011-12-30','zone':'Pacific/Apia'}", NULL,
                  NULL),
      BP_ERR_INVALID);
}
END_TEST

/* The first possible quarter of an hour, west of Greenwich: the evening of the day before. */
START_TEST(the_beginning_of_time) {
  world.cells = 0;
  prompt_at("1970-01-01T00:00:00Z", 1);
  ROWS("{'metrics':['prompts'],'by':['time.day','time.hour_of_day','time.hour'],"
       "'from':'1970-01-01T00:00:00Z','until':'1970-01-01T01:00:00Z','zone':'America/New_York'}",
       "1969-12-31 19 1969-12-31T19:00:00-05:00 1 per_active_day=1 active_days=1");
  ROWS("{'metrics':['prompts'],'period':'1970-01-01','compare':'previous'}",
       "1 baseline=0 difference=1 relative=-");
}
END_TEST

START_TEST(weeks) {
  world.cells = 0;
  prompt_at("2026-11-21T12:00:00Z", 1); /* Saturday */
  prompt_at("2026-11-22T12:00:00Z", 2); /* Sunday */
  prompt_at("2026-11-23T12:00:00Z", 4); /* Monday */
  ROWS("{'metrics':['prompts'],'by':['time.week']}", "2026-11-16 3 | 2026-11-23 4");
  ROWS("{'metrics':['prompts'],'by':['time.week'],'week_start':'sunday'}",
       "2026-11-15 1 | 2026-11-22 6");
  ROWS("{'metrics':['prompts'],'by':['time.day_of_week'],'order':'-prompts','limit':3}",
       "1 4 per_active_day=4 active_days=1 | 7 2 per_active_day=2 active_days=1 | "
       "6 1 per_active_day=1 active_days=1");
}
END_TEST

/* ------------------------------------------------------------------------------------ periods */

/* The clock is at Tuesday 2026-11-24 12:00 UTC; there is one prompt on every day from 2026-08-01 to
 * 2026-11-30, so a count is the number of days. */
START_TEST(periods) {
  static const struct {
    const char *period, *days, *from, *until;
  } cases[] = {{"today", "1", "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"},
               {"yesterday", "1", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"},
               {"week", "2", "2026-11-23T00:00:00Z", "2026-11-25T00:00:00Z"},
               {"month", "24", "2026-11-01T00:00:00Z", "2026-11-25T00:00:00Z"},
               {"quarter", "55", "2026-10-01T00:00:00Z", "2026-11-25T00:00:00Z"},
               {"year", "116", "2026-01-01T00:00:00Z", "2026-11-25T00:00:00Z"},
               {"last_week", "7", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"},
               {"last_month", "31", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"},
               {"1d", "1", "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"},
               {"30d", "30", "2026-10-26T00:00:00Z", "2026-11-25T00:00:00Z"},
               {"2026-10-05", "1", "2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z"},
               {"2026-10-05/2026-10-07", "3", "2026-10-05T00:00:00Z", "2026-10-08T00:00:00Z"},
               {"2026-09", "30", "2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z"},
               {"2026-Q3", "61", "2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z"},
               {"2026-Q4", "61", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"},
               {"2026-W31", "2", "2026-07-27T00:00:00Z", "2026-08-03T00:00:00Z"},
               {"2026-W53", "0", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"},
               {"all", "122", "2026-08-01T00:00:00Z", "2026-12-01T00:00:00Z"}};
  world.cells = 0;
  int64_t first = bpi_days_from_civil(2026, 8, 1);
  for (int64_t day = 0; day < 122; day++) {
    prompt_at("2026-08-01T12:00:00Z", 1);
    world.cell[world.cells - 1].quarter = (first + day) * 96 + 48;
  }
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char query[128];
    snprintf(query, sizeof query, "{'metrics':['prompts'],'period':'%s'}", cases[i].period);
    ck_assert_str_eq(world_rows(query), cases[i].days);
    int code;
    bp_error *error;
    bp_result *r = world_run(query, &code, &error);
    ck_assert_str_eq(bpi_table_get(r, "from"), cases[i].from);
    ck_assert_str_eq(bpi_table_get(r, "until"), cases[i].until);
    ck_assert_str_eq(bpi_table_get(r, "period"), cases[i].period);
    bpi_table_release(r);
  }
  /* In Auckland it is already Wednesday, 01:00. */
  int code;
  bp_error *error;
  bp_result *r = world_run("{'metrics':['prompts'],'period':'today','zone':'Pacific/Auckland'}",
                           &code, &error);
  ck_assert_str_eq(bpi_table_get(r, "from"), "2026-11-24T11:00:00Z");
  bpi_table_release(r);
}
END_TEST

START_TEST(open_ends) {
  ROWS("{'metrics':['prompts'],'from':'2026-11-24T00:00:00Z'}", "2");
  ROWS("{'metrics':['prompts'],'until':'2026-11-24T00:00:00Z'}", "5");
  ROWS("{'metrics':['prompts'],'from':'2027-01-01T00:00:00Z','by':['time.day']}", "");
  ROWS("{'metrics':['prompts'],'until':'2020-01-01T00:00:00Z','by':['time.day']}", "");
  ROWS("{'metrics':['prompts'],'until':'2020-01-01T00:00:00Z'}", "0");
  static const char *const empty[] = {"{'metrics':['prompts'],'from':'2027-01-01T00:00:00Z'}",
                                      "{'metrics':['prompts'],'until':'2020-01-01T00:00:00Z'}"};
  for (int i = 0; i < 2; i++) {
    int code;
    bp_error *error;
    bp_result *r = world_run(empty[i], &code, &error);
    ck_assert_str_eq(bpi_table_get(r, "from"), i ? "2020-01-01T00:00:00Z" : "2027-01-01T00:00:00Z");
    ck_assert_str_eq(bpi_table_get(r, "until"), bpi_table_get(r, "from"));
    bpi_table_release(r);
  }
}
END_TEST

/* -------------------------------------------------------------------------------- comparing */

START_TEST(previous) {
  ROWS("{'metrics':['prompts','tool_success_rate'],'period':'today','compare':'previous'}",
       "2 baseline=5 difference=-3 relative=-0.6 - ok=0 ok_or_error=0 baseline=0.75 difference=- "
       "relative=-");
  ROWS("{'metrics':['prompts'],'period':'2026-11-23','compare':'previous'}",
       "5 baseline=0 difference=5 relative=-");
  /* By model: one that is no longer used is there with zero. */
  ROWS("{'metrics':['responses'],'by':['model'],'period':'today','compare':'previous'}",
       "one-large-1 3 baseline=6 difference=-3 relative=-0.5 | "
       "two 0 baseline=2 difference=-2 relative=-1");
  /* A clock time has a baseline, but no difference. */
  ROWS("{'metrics':['peak_hour'],'period':'today','compare':'previous'}",
       "10 interactions=7 active_days=1 per_active_day=7 baseline=9");
  ROWS("{'metrics':['last_activity'],'period':'today','compare':'previous'}",
       "2026-11-24T10:00:00Z baseline=2026-11-23T21:00:00Z");
}
END_TEST

/* A lower bound stays one as a baseline; the relative difference is relative to its amount. */
START_TEST(odd_baselines) {
  ROWS("{'metrics':['output_tokens'],'period':'today','compare':'previous'}",
       "100 not_final_tokens=0 baseline=230+ difference=-130 relative=-0.5652173913");
  fake_cell(&world, ROLLUP_TOOL, "2026-11-22T10:00:00Z", 1, 20, 0, 1)->m[TOOL_REMOVED] = 50;
  ROWS("{'metrics':['net_lines'],'period':'yesterday','compare':'previous'}",
       "25 baseline=-50 difference=75 relative=1.5");
}
END_TEST

/* February is compared with January, whose last days have no counterpart. */
START_TEST(longer_baseline) {
  world.cells = 0;
  now_us += INT64_C(100) * 96 * BPI_QUARTER; /* in March */
  prompt_at("2027-01-28T10:00:00Z", 1);
  prompt_at("2027-01-29T10:00:00Z", 2);
  prompt_at("2027-02-28T10:00:00Z", 4);
  ROWS(
      "{'metrics':['prompts'],'by':['time.day','platform'],'period':'last_month','compare':'previous'}",
      "2027-02-28 claude_code 4 baseline=1 difference=3 relative=3");
  ROWS("{'metrics':['prompts'],'by':['time.day'],'period':'last_month','compare':'previous',"
       "'order':'-time.day','limit':1}",
       "2027-02-28 4 baseline=1 difference=3 relative=3");
  ROWS("{'metrics':['prompts'],'period':'last_month','compare':'previous'}",
       "4 baseline=3 difference=1 relative=0.3333333333");
}
END_TEST

/* The week so far is compared with the same days of the week before, day by day. */
START_TEST(previous_by_day) {
  prompt_at("2026-11-17T10:00:00Z", 10); /* Tuesday a week before */
  prompt_at("2026-11-18T10:00:00Z", 99); /* Wednesday: not yet reached */
  ROWS("{'metrics':['prompts'],'by':['time.day'],'period':'week','compare':'previous'}",
       "2026-11-23 5 baseline=0 difference=5 relative=- | "
       "2026-11-24 2 baseline=10 difference=-8 relative=-0.8");
  ROWS("{'metrics':['prompts'],'period':'week','compare':'previous'}",
       "7 baseline=10 difference=-3 relative=-0.3");
}
END_TEST

/* The months before: February has 28 days, October 31; the current month ends on the 24th. */
START_TEST(baselines_of_months) {
  static const struct {
    const char *period, *compare, *from, *until;
  } cases[] = {{"month", "previous", "2026-10-01", "2026-10-25"},
               {"last_month", "previous", "2026-09-01", "2026-10-01"},
               {"quarter", "previous", "2026-07-01", "2026-08-25"},
               {"year", "previous", "2025-01-01", "2025-11-25"},
               {"last_week", "previous", "2026-11-09", "2026-11-16"},
               {"30d", "previous", "2026-09-26", "2026-10-26"},
               {"2026-03-01/2026-03-31", "previous", "2026-01-29", "2026-03-01"},
               {"2026-03", "previous", "2026-02-01", "2026-03-01"},
               {"2026-Q1", "previous", "2025-10-01", "2026-01-01"},
               {"2026-W01", "previous", "2025-12-22", "2025-12-29"},
               {"week", "year", "2025-11-23", "2025-11-25"},
               {"2024-02-29", "year", "2023-02-28", "2023-03-01"},
               {"2025-02-28", "year", "2024-02-28", "2024-02-29"},
               {"today", "average", "2026-10-27", "2026-11-24"},            /* 28 days */
               {"last_week", "average", "2026-10-19", "2026-11-16"},        /* 4 times 7 days */
               {"week", "average", "2026-10-26", "2026-11-23"},             /* 14 times 2 days */
               {"last_month", "average", "2026-08-31", "2026-10-01"},       /* once 31 days */
               {"month", "average", "2026-10-08", "2026-11-01"},            /* once 24 days */
               {"today", "trailing_12w", "2026-09-01", "2026-11-24"},       /* 84 days */
               {"last_week", "trailing_12w", "2026-08-24", "2026-11-16"},   /* 12 times 7 days */
               {"last_month", "trailing_12w", "2026-07-31", "2026-10-01"}}; /* twice 31 days */
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char query[160], from[32], until[32];
    int code;
    bp_error *error;
    snprintf(query, sizeof query, "{'metrics':['prompts'],'period':'%s','compare':'%s'}",
             cases[i].period, cases[i].compare);
    snprintf(from, sizeof from, "%sT00:00:00Z", cases[i].from);
    snprintf(until, sizeof until, "%sT00:00:00Z", cases[i].until);
    bp_result *r = world_run(query, &code, &error);
    ck_assert_str_eq(bpi_table_get(r, "baseline"), cases[i].compare);
    ck_assert_str_eq(bpi_table_get(r, "baseline_from"), from);
    ck_assert_str_eq(bpi_table_get(r, "baseline_until"), until);
    bpi_table_release(r);
  }
}
END_TEST

static void baseline_is(const char *today, const char *period, const char *from,
                        const char *until) {
  char query[128];
  int code;
  bp_error *error;
  ck_assert(bpi_parse_instant(today, strlen(today), &now_us));
  snprintf(query, sizeof query, "{'metrics':['prompts'],'period':'%s','compare':'previous'}",
           period);
  bp_result *r = world_run(query, &code, &error);
  ck_assert_str_eq(bpi_table_get(r, "baseline_from"), from);
  ck_assert_str_eq(bpi_table_get(r, "baseline_until"), until);
  bpi_table_release(r);
}

/* A complete month is compared with the whole month before, a year with the same dates. */
START_TEST(ends_of_months) {
  baseline_is("2026-02-28T12:00:00Z", "month", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
  baseline_is("2026-02-27T12:00:00Z", "month", "2026-01-01T00:00:00Z", "2026-01-28T00:00:00Z");
  baseline_is("2026-03-30T12:00:00Z", "month", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
  baseline_is("2026-06-30T12:00:00Z", "quarter", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
  baseline_is("2025-02-28T12:00:00Z", "year", "2024-01-01T00:00:00Z", "2024-02-29T00:00:00Z");
  baseline_is("2024-02-29T12:00:00Z", "year", "2023-01-01T00:00:00Z", "2023-03-01T00:00:00Z");
}
END_TEST

/* A range between instants is compared with the same time before, or with the same local time a
 * year ago, also across a change to summer time. */
START_TEST(baselines_of_instants) {
  int code;
  bp_error *error;
  bp_result *r = world_run("{'metrics':['prompts'],'from':'2026-11-24T09:30:00Z',"
                           "'until':'2026-11-24T11:00:00Z','compare':'previous'}",
                           &code, &error);
  ck_assert_str_eq(bpi_table_get(r, "baseline_from"), "2026-11-24T08:00:00Z");
  ck_assert_str_eq(bpi_table_get(r, "baseline_until"), "2026-11-24T09:30:00Z");
  bpi_table_release(r);
  /* 2026-03-29 11:30 in Berlin is summer time, 2025-03-29 11:30 was not yet; 2026-10-25 11:30 no
   * longer is, 2025-10-25 11:30 still was. 2024-10-27 was the day of the change. */
  static const struct {
    const char *from, *until, *before;
  } years[] = {{"2026-03-29T09:30:00Z", "2026-03-29T10:30:00Z", "2025-03-29T10:30:00Z"},
               {"2026-10-25T10:30:00Z", "2026-10-25T11:30:00Z", "2025-10-25T09:30:00Z"},
               {"2025-10-27T10:30:00Z", "2025-10-27T11:30:00Z", "2024-10-27T10:30:00Z"},
               {"2026-06-01T09:30:00Z", "2026-06-01T10:30:00Z", "2025-06-01T09:30:00Z"}};
  for (size_t i = 0; i < 4; i++) {
    char json[256];
    snprintf(
        json, sizeof json,
        "{'metrics':['prompts'],'from':'%s','until':'%s','zone':'Europe/Berlin','compare':'year'}",
        years[i].from, years[i].until);
    r = world_run(json, &code, &error);
    ck_assert_str_eq(bpi_table_get(r, "baseline_from"), years[i].before);
    bpi_table_release(r);
  }
  /* 01:45 to 02:30 in New York; on 2024-03-10 the clock went from 02:00 to 03:00. */
  r = world_run(
      "{'metrics':['prompts'],'from':'2025-03-10T05:45:00Z','until':'2025-03-10T06:30:00Z',"
      "'zone':'America/New_York','compare':'year'}",
      &code, &error);
  ck_assert_ptr_nonnull(r);
  ck_assert_str_eq(bpi_table_get(r, "baseline_from"), "2024-03-10T06:45:00Z");
  ck_assert_str_eq(bpi_table_get(r, "baseline_until"), "2024-03-10T07:30:00Z");
  bpi_table_release(r);
  ck_assert_int_eq(world_fails("{'metrics':['prompts'],'from':'2026-11-24T09:30:00Z',"
                               "'until':'2026-11-24T11:00:00Z','compare':'average'}",
                               NULL, NULL),
                   BP_ERR_INVALID);
  ck_assert_int_eq(world_fails("{'metrics':['prompts'],'compare':'previous'}", NULL, NULL),
                   BP_ERR_INVALID);
}
END_TEST

/* Of the 28 days before Tuesday three were active: Monday and two more. */
START_TEST(average_of_days) {
  notes_are("{'metrics':['prompts'],'period':'today','compare':'average'}",
            "The baseline is the only day with an interaction among the 28 before.");
  prompt_at("2026-11-10T10:00:00Z", 10);
  prompt_at("2026-10-27T10:00:00Z", 3);  /* the first of the 28 */
  prompt_at("2026-10-26T10:00:00Z", 99); /* one too early */
  /* prompts (5 + 10 + 3) / 3; sessions (2 + 1 + 1) / 3; the rate is computed over all days
   * together */
  ROWS(
      "{'metrics':['prompts','sessions','tool_success_rate'],'period':'today','compare':'average'}",
      "2 baseline=6 difference=-4 relative=-0.6666666667 "
      "1 baseline=1.333333333 difference=-0.3333333333 relative=-0.25 "
      "- ok=0 ok_or_error=0 baseline=0.75 difference=- relative=-");
  /* A model used on one of the three active days. */
  ROWS("{'metrics':['responses'],'by':['model'],'period':'today','compare':'average'}",
       "one-large-1 3 baseline=2 difference=1 relative=0.5 | "
       "two 0 baseline=0.6666666667 difference=-0.6666666667 relative=-1");
  notes_are("{'metrics':['prompts'],'period':'today','compare':'average'}",
            "The baseline is the average of the 3 days with an interaction among the 28 before.");
  notes_are("{'metrics':['prompts'],'period':'month','compare':'average'}",
            "The baseline is the 24 days before.");
  notes_are(
      "{'metrics':['prompts'],'period':'2026-11-16/2026-11-23','compare':'average'}",
      "The baseline is the average of the 2 periods of 8 days with an interaction among the 3 "
      "before.");
  notes_are("{'metrics':['prompts'],'period':'2026-11-23/2026-11-30','compare':'average'}",
            "The baseline is the only period of 8 days with an interaction among the 3 before.");
  notes_are("{'metrics':['prompts'],'period':'2001-01-01','compare':'average'}",
            "There is no average to compare with: the 28 days before have no interactions.");
  ROWS("{'metrics':['last_activity'],'period':'today','compare':'average'}",
       "2026-11-24T10:00:00Z baseline=-");
}
END_TEST

/* Weeks: bucket by bucket, over the active weeks of four. */
START_TEST(average_of_weeks) {
  now_us += INT64_C(5) * 96 * BPI_QUARTER; /* Sunday the 29th: the week is whole */
  prompt_at("2026-11-17T10:00:00Z", 8);    /* Tuesday of the week before */
  prompt_at("2026-11-05T10:00:00Z", 2);    /* Thursday, three weeks before */
  ROWS("{'metrics':['prompts'],'period':'week','compare':'average'}",
       "7 baseline=5 difference=2 relative=0.4"); /* 10 over two active weeks */
  ROWS("{'metrics':['prompts'],'by':['time.day'],'period':'week','compare':'average','limit':4}",
       "2026-11-23 5 baseline=0 difference=5 relative=- | "
       "2026-11-24 2 baseline=4 difference=-2 relative=-0.5 | "
       "2026-11-25 0 baseline=0 difference=0 relative=- | "
       "2026-11-26 0 baseline=1 difference=-1 relative=-1");
  ROWS("{'metrics':['sessions','active_days','interactions_per_session'],'period':'week',"
       "'compare':'average'}",
       "2 baseline=1 difference=1 relative=1 2 baseline=1 difference=1 relative=1 "
       "15 median=9 p90=21 sum=30 sessions=2 baseline=5 difference=10 relative=2");
}
END_TEST

/* Interactions have no type of task, and by language there are only decisions: here the days with a
 * count are active, and days with an edit in the language. */
START_TEST(average_of_what_is_no_interaction) {
  fake_cell(&world, ROLLUP_TASK, "2026-11-17T10:00:00Z", 1, 0,
            CLASS_PUT(CLASS_TASK_TYPE, TASK_BUILDING), 4);
  fake_cell(&world, ROLLUP_TASK, "2026-11-16T10:00:00Z", 1, 0,
            CLASS_PUT(CLASS_TASK_TYPE, TASK_TESTING), 9);
  ROWS("{'metrics':['tasks'],'where':[{'dimension':'task_type','value':'building'}],"
       "'period':'today','compare':'average'}",
       "0 baseline=3 difference=-3 relative=-1"); /* 2 on Monday, 4 a week before */
  fake_cell(&world, ROLLUP_EDIT, "2026-11-17T10:00:00Z", 1, 30,
            CLASS_PUT(CLASS_LANGUAGE, LANGUAGE_PYTHON), 1)
      ->m[EDIT_ADDED] = 4;
  ROWS("{'metrics':['lines_added'],'where':[{'dimension':'language','value':'python'}],"
       "'period':'today','compare':'average'}",
       "0 baseline=12 difference=-12 relative=-1"); /* 20 and 4 */
}
END_TEST

/* Nor have they a type of change. A fix on Monday is a commit, one a week before an issue: that day
 * is no active day of commits. Nor is Tuesday, on which there is an issue at ten. */
START_TEST(active_days_of_commits) {
  int64_t issue = CLASS_PUT(CLASS_CHANGE, CHANGE_ISSUE) |
                  CLASS_PUT(CLASS_CHANGE_TYPE, CHANGE_TYPE_FIX);
  fake_cell(&world, ROLLUP_CHANGE, "2026-11-17T10:00:00Z", 1, 0, issue, 1);
  fake_cell(&world, ROLLUP_CHANGE, "2026-11-24T10:00:00Z", 1, 0, issue, 1);
  ROWS("{'metrics':['commits'],'where':[{'dimension':'change_type','value':'fix'}],"
       "'period':'today','compare':'average'}",
       "0 baseline=1 difference=-1 relative=-1");
  ROWS("{'metrics':['issues','commits'],'where':[{'dimension':'change_type','value':'fix'}],"
       "'period':'today','compare':'average'}",
       "1 baseline=0.5 difference=0.5 relative=1 0 baseline=0.5 difference=-0.5 relative=-1");
  ROWS("{'metrics':['commits'],'by':['change_type','time.hour_of_day']}",
       "fix 9 1 per_active_day=1 active_days=1 | revert 21 1 per_active_day=1 active_days=1 | "
       "unknown 9 1 per_active_day=1 active_days=1");
}
END_TEST

/* Estimates that add up have a difference, too, and an average with a fraction. */
START_TEST(average_of_what_is_estimated) {
  static const char *const wanted[] = {"cost_difference.baseline", "cost_difference.difference",
                                       "time_saved.baseline", "time_saved.difference"};
  int code;
  bp_error *error;
  bp_result *r =
      world_run("{'metrics':['cost_difference','time_saved'],'period':'today','compare':'average'}",
                &code, &error);
  for (size_t i = 0; i < 4; i++) {
    size_t at = 0;
    while (at < r->columns && strcmp(bpi_table_column_get(r, at, "name"), wanted[i]) != 0)
      at++;
    ck_assert_msg(at < r->columns, "no column %s", wanted[i]);
    ck_assert_int_eq(r->column[at].type, BP_TYPE_REAL);
  }
  bpi_table_release(r);
}
END_TEST

START_TEST(average_of_nothing) {
  ROWS("{'metrics':['prompts'],'period':'2026-06-01','compare':'average'}",
       "0 baseline=- difference=- relative=-");
}
END_TEST

/* ------------------------------------------------------------------------------------ results */

START_TEST(metadata) {
  int code;
  bp_error *error;
  bp_result *r = world_run("{'metrics':['cost','decisions'],'by':['platform'],'period':'week',"
                           "'zone':'Europe/Berlin'}",
                           &code, &error);
  ck_assert_str_eq(bpi_table_get(r, "schema"), "blueplane.result/1");
  ck_assert_str_eq(bpi_table_get(r, "zone"), "Europe/Berlin");
  ck_assert_str_eq(bpi_table_get(r, "period"), "week");
  ck_assert_str_eq(bpi_table_get(r, "from"), "2026-11-22T23:00:00Z");
  ck_assert_str_eq(bpi_table_get(r, "coverage"), "alpha without decisions; gamma");
  ck_assert_str_eq(bpi_table_get(r, "lower_bound"), "cost");
  ck_assert_int_eq(strncmp(bpi_table_get(r, "prices"), "2026-01-01 ", 11), 0);
  ck_assert_str_eq(bpi_table_get(r, "notes"),
                   "Token counts are those of local logs, which leave out some calls, so each is a "
                   "lower bound. Models without a price: two.");
  ck_assert_ptr_null(bpi_table_get(r, "baseline"));
  ck_assert_str_eq(bpi_table_column_get(r, 0, "role"), "dimension");
  ck_assert_str_eq(bpi_table_column_get(r, 1, "name"), "cost");
  ck_assert_str_eq(bpi_table_column_get(r, 1, "role"), "metric");
  ck_assert_str_eq(bpi_table_column_get(r, 1, "unit"), "nUSD");
  ck_assert_str_eq(bpi_table_column_get(r, 2, "name"), "cost.unpriced_tokens");
  ck_assert_str_eq(bpi_table_column_get(r, 2, "title"), "Cost: unpriced tokens");
  ck_assert_str_eq(bpi_table_column_get(r, 2, "role"), "companion");
  ck_assert_str_eq(bpi_table_column_get(r, 2, "of"), "cost");
  ck_assert_str_eq(bpi_table_column_get(r, 2, "unit"), "tokens");
  bpi_table_release(r);
  r = world_run("{'metrics':['prompts'],'from':'2026-11-24T09:30:00Z'}", &code, &error);
  ck_assert_ptr_null(bpi_table_get(r, "period")); /* other than for all time */
  bpi_table_release(r);
  r = world_run("{'metrics':['prompts']}", &code, &error);
  ck_assert_str_eq(bpi_table_get(r, "period"), "all");
  bpi_table_release(r);
}
END_TEST

/* The assumptions behind an estimate or a verdict are in the answer, with defaults if nothing is
 * configured. */
START_TEST(assumptions_are_in_the_answer) {
  static const struct {
    const char *query, *assumed;
  } cases[] = {
      {"{'metrics':['prompts','time_saved']}",
       "by hand a line kept takes 12 s, 30 s or 60 s, a resolved task 0 s, 120 s or 300 s besides (low, likely, "
       "high)"},
      {"{'metrics':['delegation']}", "delegation at a share of 0.7"},
      {"{'metrics':['prompts']}", NULL}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int code;
    bp_error *error;
    bp_result *r = world_run(cases[i].query, &code, &error);
    ck_assert_pstr_eq(bpi_table_get(r, "assumptions"), cases[i].assumed);
    bpi_table_release(r);
  }
}
END_TEST

/* Outliers: 1, 2, 3, 4 and 9 minutes; quartiles 2 and 4, so beyond -1 and 7 minutes. */
START_TEST(outliers) {
  world.cells = world.sessions = 0;
  const int64_t minutes[] = {9, 1, 3, 2, 4};
  for (int64_t i = 0; i < 5; i++) {
    session_row *s = fake_session(&world, i + 1, (uint64_t)i + 1, 1);
    s->first_us = 0;
    s->last_us = minutes[i] * 60 * BPI_SECOND;
    fake_cell(&world, ROLLUP_PROMPT, "2026-11-23T09:00:00Z", i + 1, 0, 0, 1);
  }
  fake_session(&world, 6, 6, 1); /* no times: no duration */
  fake_cell(&world, ROLLUP_PROMPT, "2026-11-23T09:00:00Z", 6, 0, 0, 1);
  ROWS("{'metrics':['session_duration']}",
       "228000000 median=180000000 p90=540000000 sum=1140000000 sessions=5 outliers=1");
}
END_TEST

/* The depth of a session is its interactions within the range: on Tuesday session 1 has seven. */
START_TEST(depth_within_range) {
  ROWS("{'metrics':['sessions'],'by':['session_depth'],'period':'today'}", "6-15 1");
  ROWS("{'metrics':['prompts'],'by':['session_depth'],'period':'today','compare':'previous'}",
       "6-15 2 baseline=5 difference=-3 relative=-0.6");
}
END_TEST

/* A response that reports only its output makes sums of what was sent inexact. */
START_TEST(output_alone) {
  rollup_cell *c = fake_cell(&world, ROLLUP_RESPONSE, "2026-11-23T09:00:00Z", 2, 11,
                             CLASS_PUT(CLASS_QUALITY, QUALITY_FINAL) | CLASS_PUT(CLASS_UNTOLD, 1),
                             1);
  c->m[RESPONSE_OUTPUT] = 7;
  ROWS("{'metrics':['input_tokens'],'by':['platform']}", "claude_code 1510 | codex 100+");
  ROWS("{'metrics':['cache_write_tokens']}", "400+");
  ROWS(
      "{'metrics':['output_tokens'],'by':['model'],'where':[{'dimension':'platform','value':'codex'}]}",
      "one-large-1 10 not_final_tokens=0 | two 7 not_final_tokens=0");
  ROWS("{'metrics':['total_tokens','cost'],'by':['platform'],"
       "'where':[{'dimension':'platform','value':'codex'}]}",
       "codex 117+ not_final_tokens=0 120000+ unpriced_tokens=7 not_final_tokens=0");
  /* both sides of the ratio depend on it */
  ROWS("{'metrics':['cache_efficiency'],'by':['platform'],"
       "'where':[{'dimension':'platform','value':'codex'}]}",
       "codex 0 cache_read_tokens=0+ sent_tokens=100+");
}
END_TEST

/* It is unknown what else was read from the cache. A million tokens at 1 dollar, from the cache at
 * 0.1. */
START_TEST(savings_beside_output_alone) {
  int64_t final = CLASS_PUT(CLASS_QUALITY, QUALITY_FINAL);
  world.cells = 0;
  fake_cell(&world, ROLLUP_RESPONSE, "2026-11-23T09:00:00Z", 1, 10, final, 1)
      ->m[RESPONSE_CACHE_READ] = 1000000;
  fake_cell(&world, ROLLUP_RESPONSE, "2026-11-23T09:00:00Z", 2, 10, final, 1);
  fake_cell(&world, ROLLUP_RESPONSE, "2026-11-23T09:00:00Z", 2, 10,
            final | CLASS_PUT(CLASS_UNTOLD, 1), 1);
  ROWS("{'metrics':['cache_savings'],'by':['platform']}",
       "claude_code 900000000 unpriced_tokens=0 | codex 0+ unpriced_tokens=0");
}
END_TEST

/* The cost of tasks is a lower bound if something is unknown of their own responses, also if no
 * others are read. */
START_TEST(tokens_of_tasks) {
  world.cells = 0;
  int64_t final = CLASS_PUT(CLASS_QUALITY, QUALITY_FINAL);
  const struct {
    int64_t class_, output;
    int type;
  } told[] = {{final, 10, TASK_BUILDING},
              {final | CLASS_PUT(CLASS_UNTOLD, 1), 10, TASK_DEBUGGING},
              {CLASS_PUT(CLASS_QUALITY, QUALITY_PARTIAL), 10, TASK_EXPLORING},
              {CLASS_PUT(CLASS_QUALITY, QUALITY_UNKNOWN), 0, TASK_TESTING}};
  for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
    int64_t type = CLASS_PUT(CLASS_TASK_TYPE, told[i].type);
    fake_cell(&world, ROLLUP_TASK, "2026-11-23T09:00:00Z", 1, 10, type, 1);
    fake_cell(&world, ROLLUP_TASK_COST, "2026-11-23T09:00:00Z", 1, 10, told[i].class_ | type, 1)
        ->m[RESPONSE_OUTPUT] = told[i].output;
  }
  ROWS("{'metrics':['cost_per_task'],'by':['task_type']}",
       "building 20000 task_cost=20000 tasks=1 unpriced_tokens_of_tasks=0 not_final_tokens=0 | "
       "debugging 20000+ task_cost=20000+ tasks=1 unpriced_tokens_of_tasks=0 not_final_tokens=0 | "
       "exploring 20000+ task_cost=20000+ tasks=1 unpriced_tokens_of_tasks=0 not_final_tokens=10 | "
       "testing 0+ task_cost=0+ tasks=1 unpriced_tokens_of_tasks=0 not_final_tokens=0");
}
END_TEST

/* Facts without a name are not counted among the names. */
START_TEST(nameless) {
  fake_session(&world, 70, 7, 1);
  fake_cell(&world, ROLLUP_PROMPT, "2026-11-23T09:00:00Z", 70, 0, 0, 1);
  fake_cell(&world, ROLLUP_EDIT, "2026-11-23T09:00:00Z", 70, 0, 0, 1);
  ROWS("{'metrics':['sessions','active_workspaces','files_touched']}", "3 2 2");
}
END_TEST

/* A model at half a nano-dollar a token: halves are rounded away from zero, once for the sum. */
static rollup_cell *cheap(int64_t input, int64_t read, int64_t n) {
  rollup_cell *c = fake_cell(&world, ROLLUP_RESPONSE, "2026-11-23T09:00:00Z", 1, 80,
                             CLASS_PUT(CLASS_QUALITY, QUALITY_FINAL), n);
  c->m[RESPONSE_INPUT] = input;
  c->m[RESPONSE_CACHE_READ] = read;
  return c;
}

START_TEST(money) {
  world.cells = 0;
  fake_label(&world, 80, LABEL_MODEL, 0x80, "three");
  rollup_cell *c = cheap(3, 0, 2);
  ROWS("{'metrics':['cost']}", "2 unpriced_tokens=0 not_final_tokens=0"); /* 1.5 */
  cheap(1, 0, 1);
  ROWS("{'metrics':['cost']}", "2 unpriced_tokens=0 not_final_tokens=0"); /* 2.0 */
  cheap(0, 3, 1); /* 3 from the cache; as plain input 1.5, so -1.5 saved */
  ROWS("{'metrics':['cost','cache_savings']}",
       "5 unpriced_tokens=0 not_final_tokens=0 -2 unpriced_tokens=0");
  /* One response of two recorded its cost: the cell is left out of the comparison. */
  c->m[RESPONSE_COST_NANO] = 7;
  c->m[RESPONSE_COSTED] = 1;
  world.session[0].sources = 1 << 2;
  ROWS("{'metrics':['cost_recorded','cost_difference']}",
       "7+ responses_without_cost=3 0 recorded=0 cost=0");
  ROWS("{'metrics':['cost_without_cache']}", /* 7 as plain input: 3.5 */
       "4 unpriced_tokens=0 not_final_tokens=0");
  /* A search without a fee. It is not in what was saved, with a cache or without. */
  c->m[RESPONSE_WEB_SEARCHES] = 1;
  ROWS("{'metrics':['cost','cost_per_session']}",
       "5+ unpriced_tokens=0 not_final_tokens=0 5+ cost=5+ sessions=1 unpriced_tokens=0 "
       "not_final_tokens=0");
  ROWS("{'metrics':['cost_without_cache','cache_savings']}",
       "4+ unpriced_tokens=0 not_final_tokens=0 -2 unpriced_tokens=0");
}
END_TEST

/* The recorded cost of a model without a price is in no difference. */
START_TEST(recorded_without_a_price) {
  rollup_cell *c = fake_cell(&world, ROLLUP_RESPONSE, "2026-11-23T09:00:00Z", 2, 11,
                             CLASS_PUT(CLASS_QUALITY, QUALITY_FINAL), 1);
  c->m[RESPONSE_INPUT] = 1000;
  c->m[RESPONSE_COST_NANO] = INT64_C(5000000000);
  c->m[RESPONSE_COSTED] = 1;
  ROWS("{'metrics':['cost_recorded','cost_difference'],'by':['model'],"
       "'where':[{'dimension':'platform','value':'codex'}]}",
       "one-large-1 2000000 responses_without_cost=0 1880000 recorded=2000000 cost=120000 | "
       "two 5000000000 responses_without_cost=0 0 recorded=0 cost=0");
}
END_TEST

/* A task of one moment took no time and saved some: 10 lines at 30 s and a task at 120 s. */
START_TEST(saved_in_no_time) {
  world.cells = 0;
  fake_cell(&world, ROLLUP_TASK, "2026-11-23T09:00:00Z", 1, 10,
            CLASS_PUT(CLASS_TASK_OUTCOME, TASK_OUTCOME_RESOLVED), 1)
      ->m[TASK_LINES_KEPT] = 10;
  ROWS("{'metrics':['time_saved']}",
       "420000000 low=120000000 high=900000000 lines_kept=10 resolved=1 task_time=0");
}
END_TEST

/* By language, days with an edit in it are active; for metrics without interactions, days on which
 * they are counted, at whatever hour. */
START_TEST(days_of_what_is_no_interaction) {
  rollup_cell *c = fake_cell(&world, ROLLUP_EDIT, "2026-11-24T09:00:00Z", 1, 30,
                             CLASS_PUT(CLASS_LANGUAGE, LANGUAGE_RUST), 1);
  c->m[EDIT_ADDED] = 6;
  c = fake_cell(&world, ROLLUP_EDIT, "2026-11-25T11:00:00Z", 1, 30,
                CLASS_PUT(CLASS_LANGUAGE, LANGUAGE_RUST), 1);
  c->m[EDIT_ADDED] = 8;
  ROWS("{'metrics':['lines_added'],'by':['time.hour_of_day','language'],"
       "'where':[{'dimension':'language','value':'rust'}]}",
       "9 rust 6 per_active_day=3 active_days=2 | 11 rust 8 per_active_day=4 active_days=2");
  ROWS("{'metrics':['active_days','last_activity','active_workspaces'],'by':['language'],"
       "'where':[{'dimension':'language','value':'rust'}]}",
       "rust 2 2026-11-25T11:00:00Z 1");
  ROWS(
      "{'metrics':['tasks'],'by':['time.day_of_week','task_type']}",
      "1 building 2 per_active_day=2 active_days=1 | 1 debugging 1 per_active_day=1 active_days=1 | "
      "2 exploring 1 per_active_day=1 active_days=1");
}
END_TEST

/* Two branches with one name: sorted by their keys, whatever their row numbers. */
START_TEST(equal_names) {
  for (int turn = 0; turn < 2; turn++) {
    world_make(0, false);
    fake_label(&world, turn ? 90 : 91, LABEL_BRANCH, 1, "same");
    fake_label(&world, turn ? 91 : 90, LABEL_BRANCH, 2, "same");
    fake_session(&world, 92, 8, 1)->branch = turn ? 90 : 91;
    fake_session(&world, 93, 9, 1)->branch = turn ? 91 : 90;
    fake_cell(&world, ROLLUP_PROMPT, "2026-11-23T09:00:00Z", turn ? 92 : 93, 0, 0,
              turn ? 100 : 200);
    fake_cell(&world, ROLLUP_PROMPT, "2026-11-23T10:00:00Z", turn ? 93 : 92, 0, 0,
              turn ? 200 : 100);
    ROWS("{'metrics':['prompts'],'by':['branch']}", "main 6 | same 100 | same 200 | ~feedfa 1");
  }
}
END_TEST

/* Ties for the peak go to the earliest. Monday two twice, Tuesday two once: equal means. */
START_TEST(ties) {
  world.cells = 0;
  prompt_at("2026-11-16T15:00:00Z", 2);
  prompt_at("2026-11-23T08:00:00Z", 2);
  prompt_at("2026-11-24T08:00:00Z", 2);
  prompt_at("2026-11-25T15:00:00Z", 2);
  ROWS("{'metrics':['peak_hour','peak_day','top_hours']}",
       "8 interactions=4 active_days=4 per_active_day=1 1 interactions=4 active_days=2 "
       "per_active_day=2 8 second=15 third=- share=1 interactions=8 all_interactions=8");
}
END_TEST

/* ------------------------------------------------------------------------------------- errors */

START_TEST(errors) {
  ck_assert_int_eq(world_fails("{'metrics':['costs']}", "hint", "cost"), BP_ERR_NOTFOUND);
  ck_assert_int_eq(world_fails("{'metrics':['costs']}", "metric", "costs"), BP_ERR_NOTFOUND);
  ck_assert_int_eq(world_fails("{'metrics':['cost'],'by':['day']}", "hint", "time.day"),
                   BP_ERR_NOTFOUND);
  ck_assert_int_eq(world_fails("{'metrics':['cost'],'by':['modle']}", "hint", "model"),
                   BP_ERR_NOTFOUND);
  ck_assert_int_eq(
      world_fails("{'metrics':['cost'],'zone':'Mars/Olympus'}", "zone", "Mars/Olympus"),
      BP_ERR_NOTFOUND);
  ck_assert_int_eq(world_fails("{'metrics':[]}", NULL, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(
      world_fails("{'metrics':['cost','lines_added'],'by':['model']}", "metric", "lines_added"),
      BP_ERR_UNSUPPORTED);
  ck_assert_int_eq(
      world_fails("{'metrics':['prompts'],'by':['tool']}", "allowed",
                  "time.hour, time.day, time.week, time.month, time.quarter, time.hour_of_day, "
                  "time.day_of_week, platform, workspace, session, session_depth, branch, "
                  "client_version, source, prompt_size, prompt_feature"),
      BP_ERR_UNSUPPORTED);
  /* two that exclude each other: the second is refused, and the error names the rest */
  ck_assert_int_eq(
      world_fails("{'metrics':['lines_added'],'by':['language','tool']}", "dimension", "language"),
      BP_ERR_UNSUPPORTED);
  ck_assert_int_eq(
      world_fails("{'metrics':['lines_added'],'by':['tool','language']}", "allowed",
                  "time.hour, time.day, time.week, time.month, time.quarter, time.hour_of_day, "
                  "time.day_of_week, platform, workspace, session, session_depth, branch, "
                  "client_version, source, subagent, tool, tool_category, mcp_server, outcome"),
      BP_ERR_UNSUPPORTED);
  ck_assert_int_eq(
      world_fails("{'metrics':['cost'],'by':['model'],'order':'prompts'}", "name", "prompts"),
      BP_ERR_INVALID);
  ck_assert_int_eq(
      world_fails("{'metrics':['M030','M040'],'by':['time.day','session','branch']}", NULL, NULL),
      BP_ERR_LIMIT);
  ck_assert_int_eq(world_fails("{'metrics':['cost'],'by':['time.hour'],"
                               "'from':'1970-01-01T00:00:00Z','until':'2200-01-01T00:00:00Z'}",
                               "dimension", "time.hour"),
                   BP_ERR_LIMIT);
}
END_TEST

/* A short name is similar to everything: no suggestion. */
START_TEST(no_guess) {
  int code;
  bp_error *error;
  ck_assert_ptr_null(world_run("{'metrics':['xyz']}", &code, &error));
  ck_assert_ptr_null(bpi_error_detail(error, "hint"));
  bpi_error_free(error);
}
END_TEST

START_TEST(errors_of_filters) {
#define FAILS(dimension, value, key, detail)                                                       \
  world_fails("{'metrics':['tool_calls'],'where':[{'dimension':'" dimension "','value':'" value    \
              "'}]}",                                                                              \
              key, detail)
  ck_assert_int_eq(FAILS("time.day", "2026-11-23", "dimension", "time.day"), BP_ERR_UNSUPPORTED);
  ck_assert_int_eq(FAILS("nothing", "x", "dimension", "nothing"), BP_ERR_NOTFOUND);
  ck_assert_int_eq(FAILS("outcome", "fine", "name", "fine"), BP_ERR_NOTFOUND);
  ck_assert_int_eq(FAILS("time.hour_of_day", "24", "allowed", "0 to 23"), BP_ERR_NOTFOUND);
  ck_assert_int_eq(FAILS("time.day_of_week", "0", "allowed", "1 to 7"), BP_ERR_NOTFOUND);
  ck_assert_int_eq(FAILS("session", "xyz", "allowed", "4 to 32 hex digits"), BP_ERR_NOTFOUND);
  ck_assert_int_eq(FAILS("source", "delta", "allowed", "alpha, beta, gamma"), BP_ERR_NOTFOUND);
  ck_assert_int_eq(FAILS("session_depth", "1", "allowed", "1-5, 6-15, 16-30, 31+"),
                   BP_ERR_NOTFOUND);
  ck_assert_int_eq(FAILS("prompt_size", "tiny", "metric", "tool_calls"), BP_ERR_UNSUPPORTED);
}
END_TEST

/* A store that fails, and cells that refer to missing rows. */
START_TEST(failures_of_the_store) {
  world.fail_with = BP_ERR_CANCELLED;
  ck_assert_int_eq(world_fails("{'metrics':['cost']}", NULL, NULL), BP_ERR_CANCELLED);
  world.fail_with = 0;
  fake_cell(&world, ROLLUP_PROMPT, "2026-11-23T09:00:00Z", 77, 0, 0, 1);
  ck_assert_int_eq(world_fails("{'metrics':['prompts']}", NULL, NULL), BP_ERR_CORRUPT);
  world.cells--;
  fake_cell(&world, ROLLUP_RESPONSE, "2026-11-23T09:00:00Z", 1, 99, 0, 1);
  ck_assert_int_eq(world_fails("{'metrics':['cost']}", NULL, NULL), BP_ERR_CORRUPT);
}
END_TEST

/* Every allocation may fail: then the call fails, and nothing leaks (checked by the sanitizer). */
START_TEST(failing_allocations) {
  static const char query[] =
      "{'metrics':['cost','session_duration','peak_day','files_touched','interactions'],"
      "'by':['platform','workspace','time.hour_of_day'],'period':'week','compare':'average',"
      "'where':[{'dimension':'workspace','op':'!=','value':'none'}],'order':'-cost'}";
  long count = 0;
  for (;; count++) {
    int code;
    bp_error *error;
    bpi_mem_fail_after(count);
    bp_result *r = world_run(query, &code, &error);
    bpi_mem_fail_after(-1);
    bpi_table_release(r);
    if (!code) break;
    ck_assert_int_eq(code, BP_ERR_NOMEM);
    bpi_error_free(error);
  }
  ck_assert_int_gt(count, 50);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("compute");
  TCase *numbers = tcase_create("numbers");
  tcase_add_checked_fixture(numbers, make, world_close);
  tcase_add_loop_test(numbers, each_metric, 0, (int)VALUES);
  tcase_add_test(numbers, every_metric_has_a_case);
  tcase_add_test(numbers, sets_of_metrics);
  tcase_add_test(numbers, nothing_is_zero_or_empty);
  tcase_add_loop_test(numbers, each_dimension, 0, (int)GROUPINGS);
  tcase_add_test(numbers, every_dimension_has_a_case);
  tcase_add_test(numbers, hours_are_dense);
  tcase_add_test(numbers, two_dimensions_are_sparse);
  tcase_add_test(numbers, rows_of_what_is_counted);
  tcase_add_test(numbers, distinct_in_each_group);
  tcase_add_test(numbers, numbers_known_to_users);
  tcase_add_test(numbers, filters);
  tcase_add_test(numbers, filters_of_one_kind);
  tcase_add_test(numbers, filters_all_hold);
  tcase_add_test(numbers, workspaces_of_one_name);
  tcase_add_test(numbers, order);
  tcase_add_test(numbers, numbers_of_rows_do_not_matter);
  tcase_add_test(numbers, uncovered);
  tcase_add_test(numbers, shadowed);
  tcase_add_test(numbers, sums_stop);
  tcase_add_test(numbers, outliers);
  tcase_add_test(numbers, output_alone);
  tcase_add_test(numbers, savings_beside_output_alone);
  tcase_add_test(numbers, tokens_of_tasks);
  tcase_add_test(numbers, nameless);
  tcase_add_test(numbers, money);
  tcase_add_test(numbers, recorded_without_a_price);
  tcase_add_test(numbers, saved_in_no_time);
  tcase_add_test(numbers, days_of_what_is_no_interaction);
  tcase_add_test(numbers, equal_names);
  tcase_add_test(numbers, depth_within_range);
  tcase_add_test(numbers, ties);
  tcase_add_test(numbers, metadata);
  tcase_add_test(numbers, untold_tokens);
  tcase_add_test(numbers, assumptions_are_in_the_answer);
  suite_add_tcase(suite, numbers);
  TCase *times = tcase_create("times");
  tcase_add_checked_fixture(times, make, world_close);
  tcase_add_test(times, undated);
  tcase_add_test(times, undated_and_filtered);
  tcase_add_test(times, undated_edits);
  tcase_add_test(times, undated_only);
  tcase_add_test(times, days_by_zone);
  tcase_add_test(times, changed_clocks);
  tcase_add_test(times, clock_turned_by_half_an_hour);
  tcase_add_test(times, a_day_left_out);
  tcase_add_test(times, the_beginning_of_time);
  tcase_add_test(times, weeks);
  tcase_add_test(times, periods);
  tcase_add_test(times, open_ends);
  tcase_add_test(times, previous);
  tcase_add_test(times, odd_baselines);
  tcase_add_test(times, longer_baseline);
  tcase_add_test(times, previous_by_day);
  tcase_add_test(times, baselines_of_months);
  tcase_add_test(times, ends_of_months);
  tcase_add_test(times, baselines_of_instants);
  tcase_add_test(times, average_of_days);
  tcase_add_test(times, average_of_weeks);
  tcase_add_test(times, average_of_what_is_no_interaction);
  tcase_add_test(times, active_days_of_commits);
  tcase_add_test(times, average_of_what_is_estimated);
  tcase_add_test(times, average_of_nothing);
  suite_add_tcase(suite, times);
  TCase *failures = tcase_create("failures");
  tcase_add_checked_fixture(failures, make, world_close);
  tcase_set_timeout(failures, 60);
  tcase_add_test(failures, errors);
  tcase_add_test(failures, no_guess);
  tcase_add_test(failures, errors_of_filters);
  tcase_add_test(failures, failures_of_the_store);
  tcase_add_test(failures, failing_allocations);
  suite_add_tcase(suite, failures);
  return run_suite(suite);
}
