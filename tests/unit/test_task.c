/* The rules of tasks over hand-made steps, without a store: where tasks end, what they are, and how
 * their calls relate. Expected values are worked out by hand from docs/tasks.md. Times are seconds
 * from the start of the session. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "metrics/assumptions.h"
#include "run_suite.h"
#include "store/task.h"

#define STEPS 64
#define SECOND INT64_C(1000000)
enum { EDIT_TOOL = 20, BASH_TOOL, READ_TOOL, FILE_A = 30, FILE_B, OPUS = 10, HAIKU };

static task_step step[STEPS];
static rollup_cell cost[STEPS];
static size_t steps, costs;
static task found[STEPS];
static char path[STEPS][32];
static size_t tasks;
static rollup_cell sum[ROLLUP_KINDS]; /* of the cells, by kind */

static task_step *add(task_step_kind kind, int64_t at) {
  task_step *s = &step[steps++];
  memset(s, 0, sizeof *s);
  *s = (task_step){.session = 1, .kind = kind, .time_us = at * SECOND, .end_us = at * SECOND};
  return s;
}

static void prompt(int64_t at) {
  add(TASK_STEP_PROMPT, at)->u.prompt.size = SIZE_SHORT;
}

static void event(int64_t at, int kind, int detail) {
  task_step *s = add(TASK_STEP_EVENT, at);
  s->u.event.event = kind;
  s->u.event.detail = detail;
}

static void response(int64_t at, int64_t model) {
  cost[costs] = (rollup_cell){.kind = ROLLUP_RESPONSE, .quarter = at / 900, .session = 1, .n = 1};
  cost[costs].label = model;
  cost[costs].m[RESPONSE_INPUT] = 7;
  add(TASK_STEP_RESPONSE, at)->u.response.cost = (int64_t)costs++;
}

/* A call that takes `length` seconds. */
static task_step *call(int64_t at, int64_t length, int tool, int category, int outcome) {
  task_step *s = add(TASK_STEP_CALL, at);
  s->end_us = (at + length) * SECOND;
  s->u.call.tool = tool;
  s->u.call.category = category;
  s->u.call.outcome = outcome;
  return s;
}

static task_step *run(int64_t at, int program, int outcome) {
  task_step *s = call(at, 1, BASH_TOOL, CATEGORY_COMMAND, outcome);
  s->u.call.program = program;
  return s;
}

static task_step *edit(int64_t at, int64_t file, int64_t added, int64_t removed) {
  task_step *s = call(at, 1, EDIT_TOOL, CATEGORY_EDIT, OUTCOME_OK);
  s->u.call.file = file;
  s->u.call.edit = 1;
  s->u.call.added = added;
  s->u.call.removed = removed;
  return s;
}

static int take_task(void *user, const task *t) {
  (void)user;
  found[tasks] = *t;
  for (size_t i = 0; i < t->path_length; i++)
    path[tasks][i] = "orsecapwmkq"[t->path[i]];
  path[tasks][t->path_length] = '\0';
  tasks++;
  return 0;
}

static int take_cell(void *user, const rollup_cell *cell) {
  (void)user;
  rollup_cell *all = &sum[cell->kind];
  all->n += cell->n;
  all->quarter = cell->quarter;
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    all->m[i] += cell->m[i];
  return 0;
}

static void cut(void) {
  const task_sink sink = {NULL, take_task, take_cell};
  task_step *all[STEPS];
  for (size_t i = 0; i < steps; i++)
    all[i] = &step[i];
  tasks = 0;
  memset(sum, 0, sizeof sum);
  ck_assert_int_eq(bpi_task_cut(&sink, all, steps, cost), 0);
  steps = costs = 0;
}

#define TASK(n, type_, outcome_, from, to, active)                                                 \
  do {                                                                                             \
    ck_assert_int_eq(found[n].type, TASK_##type_);                                                 \
    ck_assert_int_eq(found[n].outcome, TASK_OUTCOME_##outcome_);                                   \
    ck_assert_int_eq(found[n].start_us, (from)*SECOND);                                            \
    ck_assert_int_eq(found[n].end_us, (to)*SECOND);                                                \
    ck_assert_int_eq(found[n].active_us, (active)*SECOND);                                         \
    ck_assert_int_eq(found[n].number, n);                                                          \
  } while (0)

/* ------------------------------------------------------------------------------------- cutting */

START_TEST(nothing_is_no_task) {
  cut();
  ck_assert_uint_eq(tasks, 0);
  event(0, EVENT_SESSION_START, DETAIL_STARTUP);
  event(10, EVENT_SLASH_COMMAND, DETAIL_NONE);
  add(TASK_STEP_COMMIT, 20);
  cut();
  ck_assert_uint_eq(tasks, 0);
}
END_TEST

/* 1,800 s are no gap, a microsecond more is one; gaps count 300 s at most. */
START_TEST(gaps) {
  prompt(0);
  response(10, OPUS);
  prompt(1810);
  response(1820, OPUS);
  prompt(3620);
  step[4].time_us++, step[4].end_us++;
  cut();
  ck_assert_uint_eq(tasks, 2);
  TASK(0, CONVERSING, NONE, 0, 1820, 10 + 300 + 10);
  ck_assert_int_eq(found[1].start_us, 3620 * SECOND + 1);
  ck_assert_int_eq(found[1].active_us, 0);
  ck_assert_int_eq(found[1].quarter, 4);
}
END_TEST

/* A running call is no gap, and its result is a step. */
START_TEST(running_is_no_gap) {
  prompt(0);
  call(10, 3600, BASH_TOOL, CATEGORY_COMMAND, OUTCOME_OK);
  prompt(3700);
  cut();
  ck_assert_uint_eq(tasks, 1);
  TASK(0, OPERATING, UNRESOLVED, 0, 3700, 10 + 300 + 90);
}
END_TEST

START_TEST(clear_begins) {
  prompt(0);
  edit(10, FILE_A, 3, 0);
  event(20, EVENT_SESSION_START, DETAIL_CLEAR);
  prompt(30);
  cut();
  ck_assert_uint_eq(tasks, 2);
  TASK(0, BUILDING, RESOLVED, 0, 11, 11);
  TASK(1, CONVERSING, NONE, 20, 30, 10);
}
END_TEST

/* Git commands and closing words belong to the commit; the next prompt begins another task. */
START_TEST(commit_ends) {
  prompt(0);
  edit(10, FILE_A, 3, 0);
  run(20, PROGRAM_COMMIT, OUTCOME_OK);
  run(30, PROGRAM_GIT, OUTCOME_OK);
  response(40, OPUS);
  prompt(50);
  response(60, OPUS);
  cut();
  ck_assert_uint_eq(tasks, 2);
  TASK(0, BUILDING, RESOLVED, 0, 40, 40);
  TASK(1, CONVERSING, NONE, 50, 60, 10);
  ck_assert_int_eq(found[0].commits, 1);
}
END_TEST

/* If the assistant continues by itself, the response of the next call goes with the call; a failed
 * commit ends nothing; one known only from the history does. */
START_TEST(commit_and_on) {
  prompt(0);
  edit(10, FILE_A, 3, 0);
  run(20, PROGRAM_COMMIT, OUTCOME_ERROR);
  edit(30, FILE_A, 3, 0);
  add(TASK_STEP_COMMIT, 40);
  response(50, OPUS);
  edit(60, FILE_B, 1, 0);
  cut();
  ck_assert_uint_eq(tasks, 2);
  TASK(0, DEBUGGING, RESOLVED, 0, 31, 31);
  TASK(1, BUILDING, RESOLVED, 50, 61, 11);
  ck_assert_int_eq(found[1].size, SIZE_SHORT); /* the prompt before */
}
END_TEST

/* ------------------------------------------------------------------------------------- judging */

START_TEST(types) {
  run(0, PROGRAM_TEST, OUTCOME_OK); /* two of three commands */
  run(5, PROGRAM_TEST, OUTCOME_OK);
  run(10, PROGRAM_GIT, OUTCOME_OK);
  edit(15, FILE_A, 1, 0);
  cut();
  TASK(0, TESTING, RESOLVED, 0, 16, 16);
  run(0, PROGRAM_TEST, OUTCOME_OK); /* one of two: not most of them */
  run(5, PROGRAM_BUILD, OUTCOME_OK);
  edit(10, FILE_A, 4, 6); /* 10 lines, 2 apart, a quarter of 6 is 1 */
  cut();
  TASK(0, BUILDING, RESOLVED, 0, 11, 11);
  edit(0, FILE_A, 5, 5);
  cut();
  TASK(0, REFACTORING, RESOLVED, 0, 1, 1);
  edit(0, FILE_A, 4, 5); /* 9 lines */
  cut();
  TASK(0, BUILDING, RESOLVED, 0, 1, 1);
  edit(0, FILE_A, 60, 80); /* 20 is a quarter of 80 */
  cut();
  TASK(0, REFACTORING, RESOLVED, 0, 1, 1);
  edit(0, FILE_A, 5, 5); /* the failure comes after the edit */
  run(5, PROGRAM_BUILD, OUTCOME_ERROR);
  cut();
  TASK(0, REFACTORING, UNRESOLVED, 0, 6, 6);
  call(0, 1, READ_TOOL, CATEGORY_READ, OUTCOME_ERROR);
  cut();
  TASK(0, EXPLORING, NONE, 0, 1, 1);
  add(TASK_STEP_DECISION, 0)->u.decision.accepted_edit = 1;
  cut();
  TASK(0, BUILDING, RESOLVED, 0, 0, 0);
}
END_TEST

/* The call that ended last decides, whichever began last; unknown outcomes are skipped. */
START_TEST(last_outcome) {
  edit(0, FILE_A, 1, 0);
  call(10, 50, BASH_TOOL, CATEGORY_COMMAND, OUTCOME_ERROR);
  run(20, PROGRAM_BUILD, OUTCOME_OK);
  cut();
  ck_assert_int_eq(found[0].outcome, TASK_OUTCOME_UNRESOLVED);
  edit(0, FILE_A, 1, 0);
  run(20, PROGRAM_BUILD, OUTCOME_UNKNOWN);
  cut();
  ck_assert_int_eq(found[0].outcome, TASK_OUTCOME_RESOLVED);
}
END_TEST

/* 10 + 4 - 6 for the first file, at least 0 for the second before it grows again. */
START_TEST(lines_kept) {
  edit(0, FILE_A, 10, 0);
  edit(5, FILE_B, 2, 40);
  edit(10, FILE_A, 4, 6);
  edit(15, FILE_B, 5, 9);
  cut();
  ck_assert_int_eq(found[0].lines_kept, 8 + 5);
  edit(0, FILE_A, 10, 0);
  edit(7200, FILE_A, 1, 6); /* the next task takes nothing from this one */
  cut();
  ck_assert_uint_eq(tasks, 2);
  ck_assert_int_eq(found[0].lines_kept, 10);
  ck_assert_int_eq(found[1].lines_kept, 1);
}
END_TEST

START_TEST(prompts_again) {
  prompt(0);
  event(10, EVENT_INTERRUPT, DETAIL_NONE);
  prompt(70); /* within 60 s */
  prompt(71); /* but only once */
  event(100, EVENT_INTERRUPT, DETAIL_NONE);
  prompt(161);
  cut();
  ck_assert_int_eq(found[0].prompts, 4);
  ck_assert_int_eq(found[0].prompt_retries, 1);
}
END_TEST

START_TEST(who_and_what) {
  prompt(0);
  step[0].u.prompt.features = PROMPT_IMAGE;
  response(1, HAIKU);
  response(2, OPUS);
  response(3, OPUS);
  call(4, 1, READ_TOOL, CATEGORY_READ, OUTCOME_OK);
  call(6, 1, READ_TOOL, CATEGORY_READ, OUTCOME_OK);
  call(8, 1, READ_TOOL, CATEGORY_AGENT, OUTCOME_OK)->u.call.background = 1;
  edit(9, FILE_A, 1, 0)->subagent = 1;
  event(10, EVENT_PLAN_ACCEPTED, DETAIL_NONE);
  cut();
  ck_assert_int_eq(found[0].model, OPUS);
  ck_assert_int_eq(found[0].category, CATEGORY_READ);
  ck_assert_int_eq(found[0].features, PROMPT_IMAGE);
  ck_assert_int_eq(found[0].uses, 1 << USE_OF_IMAGES | 1 << USE_OF_SUBAGENTS |
                                      1 << USE_OF_BACKGROUND | 1 << USE_OF_PLAN_MODE);
  ck_assert_str_eq(path[0], "ra"); /* two reads are one step, the subagent's edit is none */
  ck_assert_int_eq(sum[ROLLUP_TASK_COST].n, 3);
  ck_assert_int_eq(sum[ROLLUP_TASK_COST].m[RESPONSE_INPUT], 21);
}
END_TEST

/* Costs are in the quarter where the task begins, calls in theirs. */
START_TEST(quarters) {
  prompt(890);
  response(910, OPUS);
  run(920, PROGRAM_BUILD, OUTCOME_OK);
  cut();
  ck_assert_int_eq(found[0].quarter, 0);
  ck_assert_int_eq(sum[ROLLUP_TASK_COST].quarter, 0);
  ck_assert_int_eq(sum[ROLLUP_ATTEMPT].quarter, 1);
}
END_TEST

/* --------------------------------------------------------------------------------------- calls */

#define ATTEMPTS(what) ((int)sum[ROLLUP_ATTEMPT].m[ATTEMPT_##what])

START_TEST(repeats) {
  run(0, PROGRAM_TEST, OUTCOME_ERROR);
  run(10, PROGRAM_TEST, OUTCOME_ERROR); /* again */
  run(20, PROGRAM_TEST, OUTCOME_OK);    /* again, and recovers */
  run(30, PROGRAM_TEST, OUTCOME_OK);    /* nothing had failed */
  run(40, PROGRAM_BUILD, OUTCOME_ERROR);
  run(50, PROGRAM_TEST, OUTCOME_OK); /* another target */
  run(60, PROGRAM_TEST, OUTCOME_ERROR);
  edit(70, FILE_A, 1, 0);
  run(80, PROGRAM_TEST, OUTCOME_OK); /* not immediately after it */
  cut();
  ck_assert_int_eq(sum[ROLLUP_ATTEMPT].n, 9);
  ck_assert_int_eq(ATTEMPTS(REPEATS), 2);
  ck_assert_int_eq(ATTEMPTS(RECOVERED), 1);
}
END_TEST

/* Two parallel calls fail, two more repeat them; a subagent's calls in between do not count. */
START_TEST(repeats_side_by_side) {
  for (int64_t at = 0; at < 40; at += 20) {
    for (int64_t i = 0; i < 2; i++) {
      task_step *s =
          call(at + i, 10, READ_TOOL, CATEGORY_READ, at == 0 ? OUTCOME_ERROR : OUTCOME_OK);
      s->u.call.file = i == 0 ? FILE_A : FILE_B;
    }
    if (at == 0) run(15, PROGRAM_RUN, OUTCOME_OK)->subagent = 1;
  }
  cut();
  ck_assert_int_eq(ATTEMPTS(REPEATS), 2);
  ck_assert_int_eq(ATTEMPTS(RECOVERED), 2);
}
END_TEST

START_TEST(first_tries_and_rework) {
  edit(0, FILE_A, 1, 0);   /* edited again */
  edit(300, FILE_A, 1, 0); /* 300 s later: rework; the next command is fine */
  run(310, PROGRAM_BUILD, OUTCOME_OK);
  edit(320, FILE_B, 1, 0); /* the next command fails */
  run(330, PROGRAM_BUILD, OUTCOME_ERROR);
  edit(700, FILE_B, 1, 0); /* 380 s later: no rework */
  cut();
  ck_assert_int_eq(ATTEMPTS(EDITS), 4);
  ck_assert_int_eq(ATTEMPTS(FIRST_TRY), 2);
  ck_assert_int_eq(ATTEMPTS(REWORKED), 1);
}
END_TEST

/* ------------------------------------------------------------------------------- cells of a task */

static char shown[1024];
static int show_pattern(void *user, const rollup_cell *cell) {
  (void)user;
  size_t n = strlen(shown);
  for (int i = 0; i < bpi_pattern_length(cell->label); i++)
    shown[n++] = "orsecapwmkq"[bpi_pattern_at(cell->label, i)];
  strcpy(shown + n, " ");
  ck_assert_int_eq(cell->n, 1);
  return 0;
}

START_TEST(patterns) {
  const uint8_t way[] = {CATEGORY_READ, CATEGORY_EDIT, CATEGORY_READ, CATEGORY_EDIT,
                         CATEGORY_COMMAND};
  const task t = {.path = way, .path_length = sizeof way};
  shown[0] = '\0';
  ck_assert_int_eq(bpi_task_cells(&t, ROLLUP_PATTERN, show_pattern, NULL), 0);
  ck_assert_str_eq(shown, "re rer rere er ere erec rec ec ");
  shown[0] = '\0';
  ck_assert_int_eq(bpi_task_cells(&t, ROLLUP_TRANSITION, show_pattern, NULL), 0);
  ck_assert_str_eq(shown, "re er ec ");
}
END_TEST

START_TEST(uses) {
  const task t = {.uses = 1 << USE_OF_MCP | 1 << USE_OF_IMAGES, .active_us = 70};
  memset(sum, 0, sizeof sum);
  ck_assert_int_eq(bpi_task_cells(&t, ROLLUP_USE, take_cell, NULL), 0);
  ck_assert_int_eq(sum[ROLLUP_USE].n, USES);
  ck_assert_int_eq(sum[ROLLUP_USE].m[USE_USED], 2);
  ck_assert_int_eq(sum[ROLLUP_USE].m[USE_ACTIVE_US], 140); /* of the two, not of all eight */
}
END_TEST

/* Whichever allocation fails, cutting returns an error and nothing leaks. */
START_TEST(memory_runs_out) {
  const task_sink sink = {NULL, take_task, take_cell};
  task_step *all[STEPS];
  int rc = BP_ERR_NOMEM;
  prompt(0);
  edit(10, FILE_A, 3, 0);
  edit(20, FILE_A, 3, 0);
  for (size_t i = 0; i < steps; i++)
    all[i] = &step[i];
  for (long after = 0; rc == BP_ERR_NOMEM; after++) {
    ck_assert_int_lt(after, 20);
    tasks = 0;
    bpi_mem_fail_after(after);
    rc = bpi_task_cut(&sink, all, steps, cost);
    bpi_mem_fail_after(-1);
  }
  ck_assert_int_eq(rc, 0);
  ck_assert_uint_eq(tasks, 1);
  steps = 0;
}
END_TEST

/* --------------------------------------------------------------------------------- assumptions */

static int parse(assumptions *a, const char *json, const char *at) {
  bp_error *error = NULL;
  int rc = bpi_assumptions_parse(a, json, strlen(json), &error);
  if (at != NULL) ck_assert_str_eq(bp_error_detail(error, "path"), at);
  bpi_error_free(error);
  return rc;
}

START_TEST(assumed) {
  assumptions a;
  ck_assert_int_eq(parse(&a, "{\"version\":1}", NULL), 0);
  ck_assert_int_eq(a.line_us.likely, 30 * SECOND);
  ck_assert_int_eq(parse(&a,
                         "{\"version\":1,\"time_saved\":{\"minutes_per_task\":[0.5,1,1]},"
                         "\"delegation\":{\"resolved_share\":0.9}}",
                         NULL),
                   0);
  ck_assert_int_eq(a.task_us.low, 30 * SECOND);
  ck_assert_int_eq(a.task_us.high, 60 * SECOND);
  ck_assert_int_eq(a.line_us.high, 60 * SECOND);
  ck_assert_double_eq(a.delegate_share, 0.9);
  ck_assert_double_eq(a.underused_share, 0.05);
  ck_assert_double_eq(a.hour_usd, 75);
  ck_assert_int_eq(parse(&a, "{\"version\":1,\"roi\":{\"usd_per_hour\":110.5}}", NULL), 0);
  ck_assert_double_eq(a.hour_usd, 110.5);
}
END_TEST

START_TEST(assumed_wrongly) {
  assumptions a = {.delegate_share = 42};
  static const struct {
    const char *json, *at;
  } wrong[] = {
      {"[]", ""},
      {"{}", "version"},
      {"{\"version\":\"1\"}", "version"},
      {"{\"version\":1,\"more\":{\"x\":1}}", "more"},
      {"{\"version\":1,\"more\":2}", "more"},
      {"{\"version\":1,\"more\":{}}", "more"},
      {"{\"version\":1,\"time_saved\":{\"minutes_per_line\":[1,2]}}",
       "time_saved.minutes_per_line"},
      {"{\"version\":1,\"time_saved\":{\"minutes_per_line\":[3,2,1]}}",
       "time_saved.minutes_per_line"},
      {"{\"version\":1,\"time_saved\":{\"minutes_per_line\":[-1,2,3]}}",
       "time_saved.minutes_per_line"},
      {"{\"version\":1,\"time_saved\":{\"minutes_per_task\":[0,1,1e9]}}",
       "time_saved.minutes_per_task"},
      {"{\"version\":1,\"time_saved\":{\"minutes_per_task\":5}}", "time_saved.minutes_per_task"},
      {"{\"version\":1,\"delegation\":{\"resolved_share\":1.5}}", "delegation.resolved_share"},
      {"{\"version\":1,\"features\":{\"underused_share\":\"no\"}}", "features.underused_share"},
      {"{\"version\":1,\"features\":{\"minutes_per_line\":[1,2,3]}}", "features"},
      {"{\"version\":1,\"roi\":{\"usd_per_hour\":-1}}", "roi.usd_per_hour"},
      {"{\"version\":1,\"roi\":{\"usd_per_hour\":10001}}", "roi.usd_per_hour"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    ck_assert_int_eq(parse(&a, wrong[i].json, wrong[i].at), BP_ERR_FORMAT);
  ck_assert_int_eq(parse(&a, "{\"version\":2}", "version"), BP_ERR_UNSUPPORTED);
  ck_assert_int_eq(parse(&a, "{", NULL), BP_ERR_FORMAT);
  ck_assert_double_eq(a.delegate_share, 42); /* as it was */
}
END_TEST

int main(void) {
  Suite *suite = suite_create("task");
  TCase *c = tcase_create("task");
  tcase_add_test(c, nothing_is_no_task);
  tcase_add_test(c, gaps);
  tcase_add_test(c, running_is_no_gap);
  tcase_add_test(c, clear_begins);
  tcase_add_test(c, commit_ends);
  tcase_add_test(c, commit_and_on);
  tcase_add_test(c, types);
  tcase_add_test(c, last_outcome);
  tcase_add_test(c, lines_kept);
  tcase_add_test(c, prompts_again);
  tcase_add_test(c, who_and_what);
  tcase_add_test(c, quarters);
  tcase_add_test(c, repeats);
  tcase_add_test(c, repeats_side_by_side);
  tcase_add_test(c, first_tries_and_rework);
  tcase_add_test(c, patterns);
  tcase_add_test(c, uses);
  tcase_add_test(c, memory_runs_out);
  tcase_add_test(c, assumed);
  tcase_add_test(c, assumed_wrongly);
  suite_add_tcase(suite, c);
  return run_suite(suite);
}
