/* Insights over hand-made stores: none from noise, planted effects are found, each is supported by
 * its own numbers; the sentences; what reports refuse. Developers are simulated, and the share of
 * reports with a false insight must stay within the stated rate.
 *
 * BLUEPLANE_LONG=1 simulates 10,000 developers instead of 600, the short form 60. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "fake_store.h"
#include "forms.h"
#include "metrics/insight.h"
#include "metrics/report.h"
#include "run_suite.h"

static store world;
static prices *table;
static const source_cover covers[] = {{"alpha", ~0u}};

/* Two models with one price, and cache writes that cost what cache reads save. */
static const char price_list[] =
    "{\"version\":1,\"as_of\":\"2026-01-01\",\"source\":\"test\",\"models\":["
    "{\"name\":\"model-a\",\"provider\":\"p\",\"entries\":[{\"input\":\"1\",\"output\":\"1\","
    "\"cache_read\":\"0.5\",\"cache_write_5m\":\"1.5\",\"cache_write_1h\":\"1.5\"}]},"
    "{\"name\":\"model-b\",\"provider\":\"p\",\"entries\":[{\"input\":\"1\",\"output\":\"1\","
    "\"cache_read\":\"0.5\",\"cache_write_5m\":\"1.5\",\"cache_write_1h\":\"1.5\"}]}]}";

/* ------------------------------------------------------------------------------------ chance */

/* Counter-based random numbers as in test_stats.c: a developer is a number. At most one draw is in
 * the arguments of a call or in an initialiser, because the compiler chooses their order of
 * evaluation. */
static uint64_t stream, counter;
static double uniform(void) {
  uint64_t z = (stream << 32) + ++counter;
  z *= UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return ldexp((double)((z ^ z >> 31) >> 11), -53);
}

static int64_t below(int64_t n) {
  return (int64_t)(uniform() * (double)n);
}

static double skewed(double spread) { /* median 1 */
  double sum = -6;
  for (int i = 0; i < 12; i++)
    sum += uniform();
  return bpi_exp(spread * sum);
}

static int64_t hits_of(int64_t n, double rate) {
  int64_t hits = 0;
  for (int64_t i = 0; i < n; i++)
    hits += uniform() < rate;
  return hits;
}

static double luck(void) {
  double u = uniform();
  return u < 0.5 ? 0.5 : u < 0.8 ? 1 : 2.25;
}

/* --------------------------------------------------------------------------------- a developer */

enum { TOOLS = 6, WORKSPACES = 3, WEEKS = 12 };
enum { PLATFORM = 1, WORKSPACE = 10, MODEL = 20, TOOL = 30 };
#define FIRST_DAY INT64_C(20489) /* 2026-02-05, a Thursday; the weeks begin on the Monday before */
#define FIRST_MONDAY (FIRST_DAY - 3)

/* What differs, and by which factor; 1 is no effect. */
typedef struct effect {
  double tool_0_fails, tool_1_takes, last_week_fails, cache_read;
  int64_t sessions; /* a week; 0: 2 to 8 */
  bool clumped;     /* rare things happen in one session of ten, and there often */
} effect;
static const effect none = {1, 1, 1, 1, 0, false};

static void make_labels(void) {
  static char name[TOOLS + WORKSPACES + 4][16];
  for (int i = 0; i < TOOLS; i++) {
    snprintf(name[i], sizeof *name, "Tool%d", i);
    fake_label(&world, TOOL + i, LABEL_TOOL, (uint64_t)(100 + i), name[i]);
  }
  for (int i = 0; i < WORKSPACES; i++) {
    snprintf(name[TOOLS + i], sizeof *name, "work%d", i);
    fake_label(&world, WORKSPACE + i, LABEL_WORKSPACE, (uint64_t)(200 + i), name[TOOLS + i]);
  }
  fake_label(&world, MODEL, LABEL_MODEL, 300, "model-a");
  fake_label(&world, MODEL + 1, LABEL_MODEL, 301, "model-b");
  fake_label(&world, PLATFORM, LABEL_PLATFORM, 400, "claude_code");
  fake_label(&world, PLATFORM + 1, LABEL_PLATFORM, 401, "codex");
}

static rollup_cell *cell(rollup_kind kind, int64_t quarter, int64_t session, int64_t label,
                         int64_t class_, int64_t n) {
  rollup_cell *c = fake_cell(&world, kind, NULL, session, label, class_, n);
  c->quarter = quarter;
  return c;
}

#define OUTCOME(value) CLASS_PUT(CLASS_OUTCOME, OUTCOME_##value)

/* The random properties of a session for one of its tools. */
typedef struct fate {
  double mix, fails, rejected, seconds;
} fate;

/* Calls of one tool in a quarter of an hour. */
static void call_tool(int64_t quarter, int64_t session, int tool, int64_t n, const fate *f) {
  static const int categories[TOOLS] = {CATEGORY_COMMAND, CATEGORY_READ, CATEGORY_EDIT,
                                        CATEGORY_SEARCH,  CATEGORY_WEB,  CATEGORY_COMMAND};
  int64_t errors = hits_of(n, f->fails), rejected = hits_of(n - errors, f->rejected);
  int64_t outcomes[3] = {n - errors - rejected, errors, rejected};
  static const int64_t class_of[3] = {OUTCOME(OK), OUTCOME(ERROR), OUTCOME(REJECTED)};
  for (int i = 0; i < 3; i++) {
    if (!outcomes[i]) continue;
    rollup_cell *c = cell(ROLLUP_TOOL, quarter, session, TOOL + tool,
                          class_of[i] | CLASS_PUT(CLASS_CATEGORY, categories[tool]) |
                              CLASS_PUT(CLASS_SUBAGENT, below(4) == 0),
                          outcomes[i]);
    double time = 0;
    for (int64_t k = 0; k < outcomes[i]; k++)
      time += f->seconds * skewed(1.2);
    c->m[TOOL_DURATION_US] = (int64_t)(time * 1e6);
    c->m[TOOL_TIMED] = outcomes[i];
    if (tool == 2 && i == 0) c->m[TOOL_ADDED] = (int64_t)(10 * (double)n * skewed(1));
  }
}

/* The same calls as attempts of a task, and the task where it begins. */
static void attempt(int64_t quarter, int64_t session, int tool, int64_t n, int64_t asked,
                    double rate, double first) {
  if (n <= 0) return;
  rollup_cell *c = cell(ROLLUP_ATTEMPT, quarter, session, TOOL + tool, asked, n);
  c->m[ATTEMPT_REPEATS] = hits_of(n, rate);
  c->m[ATTEMPT_RECOVERED] = hits_of(c->m[ATTEMPT_REPEATS], 0.7);
  if (tool != 2) return;
  c->m[ATTEMPT_EDITS] = n;
  c->m[ATTEMPT_FIRST_TRY] = hits_of(n, first);
  c->m[ATTEMPT_REWORKED] = hits_of(n, 0.1);
}

static void take_task(int64_t quarter, int64_t session, int64_t asked, double resolved) {
  int64_t outcome = uniform() < resolved ? TASK_OUTCOME_RESOLVED : TASK_OUTCOME_UNRESOLVED;
  cell(ROLLUP_TASK, quarter, session, MODEL, asked | CLASS_PUT(CLASS_TASK_OUTCOME, outcome), 1);
  rollup_cell *c = cell(ROLLUP_TASK_COST, quarter, session, MODEL,
                        asked | CLASS_PUT(CLASS_QUALITY, QUALITY_FINAL), 1);
  c->m[RESPONSE_INPUT] = (int64_t)(50000 * skewed(1));
}

/* A task's class, with that of the prompt it began with. */
static int64_t task_class(void) {
  int64_t type = TASK_BUILDING + below(4), size = SIZE_SHORT + below(3), features = below(4) == 0;
  return CLASS_PUT(CLASS_TASK_TYPE, type) | CLASS_PUT(CLASS_SIZE, size) |
         CLASS_PUT(CLASS_FEATURES, features);
}

static void respond(int64_t quarter, int64_t session, double model_share, double size,
                    const effect *e) {
  int64_t model = MODEL + (uniform() < model_share), subagent = below(4) == 0, n = 1 + below(20);
  rollup_cell *c =
      cell(ROLLUP_RESPONSE, quarter, session, model,
           CLASS_PUT(CLASS_QUALITY, QUALITY_FINAL) | CLASS_PUT(CLASS_SUBAGENT, subagent), n);
  double each = 2000 * size * (double)c->n;
  c->m[RESPONSE_INPUT] = (int64_t)(each * skewed(0.5));
  c->m[RESPONSE_OUTPUT] = (int64_t)(each * skewed(0.5));
  c->m[RESPONSE_CACHE_READ] = (int64_t)(each * e->cache_read * skewed(0.5));
  c->m[RESPONSE_CACHE_WRITE_5M] = (int64_t)(each * skewed(0.5));
}

static bool seldom(void) {
  return uniform() < 0.1;
}

/* Failures, rejections and one kind of tool are either very rare or all at once, for random
 * tools. */
static void clump(fate f[TOOLS]) {
  for (int i = 0; i < TOOLS; i++)
    f[i].fails /= 20, f[i].rejected = 0;
  if (seldom()) f[below(TOOLS)].fails = 0.6;
  if (seldom()) f[below(TOOLS)].rejected = 0.6;
  f[4].mix = seldom() ? 10 : 0;
}

/* A session's own rate, its own mix of tools, and for each tool its own burst. */
static void draw(fate f[TOOLS], double rate, const effect *e) {
  for (int i = 0; i < TOOLS; i++) {
    double mix = uniform(), burst = uniform() < 0.5 ? 0.6 : 1.4, seconds = skewed(0.7);
    f[i] = (fate){mix, rate * burst, 0.02, seconds};
  }
  f[0].fails *= e->tool_0_fails;
  f[1].seconds *= e->tool_1_takes;
  if (e->clumped) clump(f);
}

/* A session on one day. */
static void work(int64_t id, int64_t day, const effect *e) {
  double rate = 0.06 * luck(), size = skewed(0.7), model_share = uniform(), busy = skewed(0.6);
  double first = 0.6 + 0.3 * uniform(), resolved = 0.5 + 0.4 * uniform();
  fate tools[TOOLS];
  if (day >= FIRST_MONDAY + 7 * (WEEKS - 1)) rate *= e->last_week_fails;
  draw(tools, rate, e);
  int64_t hour = e->clumped && seldom() ? below(4) : 8 + below(12);
  if (e->clumped) rate = seldom() ? 0.6 : 0.003, first = seldom() ? 0.1 : 0.99;
  int64_t quarter = day * 96 + 4 * hour, quarters = 1 + below(8), asked = task_class();
  for (int64_t q = quarter; q < quarter + quarters; q++) {
    cell(ROLLUP_PROMPT, q, id, 0, 0, 1 + below(3));
    cell(ROLLUP_ACTIVE, q, id, 0, 0, 1)->m[ACTIVE_US] = INT64_C(60000000) * (2 + below(13));
    respond(q, id, model_share, size, e);
    if (q == quarter || below(3) == 0) take_task(q, id, asked = task_class(), resolved);
    for (int i = 0; i < TOOLS; i++) {
      int64_t n = (int64_t)(8 * tools[i].mix * busy * skewed(0.5));
      call_tool(q, id, i, n, &tools[i]);
      attempt(q, id, i, n, asked, rate / 2, first);
    }
  }
}

static void live(uint64_t number, const effect *e) {
  fake_clear(&world);
  make_labels();
  stream = number;
  counter = 0;
  int64_t id = 1, each = e->sessions ? e->sessions : 2 + below(7);
  for (int64_t week = 0; week < WEEKS; week++)
    for (int64_t i = 0; i < each; i++, id++) {
      session_row *s = fake_session(&world, id, (uint64_t)id << 32, 1);
      s->platform = PLATFORM + below(2), s->workspace = WORKSPACE + below(WORKSPACES);
      work(id, FIRST_MONDAY + 7 * week + below(6), e);
    }
}

/* --------------------------------------------------------------------------------------- asking */

static bp_result *ask(const char *json, int *code, bp_error **error) {
  bp_query *q;
  bp_result *r = NULL;
  char text[512];
  snprintf(text, sizeof text, "%s", json);
  for (char *c = text; *c; c++)
    if (*c == '\'') *c = '"';
  compute_context context = {.store = &world,
                             .prices = table,
                             .covers = covers,
                             .cover_count = 1,
                             .assumed = bpi_assumptions_builtin()};
  *code = bpi_query_from_json(&q, text, strlen(text), error);
  if (!*code) *code = bpi_compute(&r, &context, q, error);
  bpi_query_free(q);
  ck_assert_int_eq(world.begun, 0);
  return r;
}

#define LAST_WEEK "2026-04-20/2026-04-26"
static bp_result *insights(void) {
  int code;
  bp_error *error = NULL;
  bp_result *r = ask("{'metrics':['insights'],'period':'" LAST_WEEK "'}", &code, &error);
  ck_assert_msg(r != NULL, "%s", bp_error_message(error));
  return r;
}

static size_t column(const bp_result *r, const char *name) {
  for (size_t i = 0; i < r->columns; i++)
    if (!strcmp(bpi_table_column_get(r, i, "name"), name)) return i;
  ck_abort_msg("no column %s", name);
  return 0;
}

static const char *text_of(const bp_result *r, size_t row, const char *name) {
  return bpi_table_text(r, row, column(r, name), NULL);
}
static int64_t int_of(const bp_result *r, size_t row, const char *name) {
  return r->column[column(r, name)].ints[row];
}
static double real_of(const bp_result *r, size_t row, const char *name) {
  return r->column[column(r, name)].reals[row];
}

static bool finds(const bp_result *r, const char *kind, const char *subject) {
  for (size_t row = 0; row < r->rows; row++)
    if (!strcmp(text_of(r, row, "insight"), kind) && !strcmp(text_of(r, row, "subject"), subject))
      return true;
  return false;
}

/* --------------------------------------------------------------------------------------- noise */

static int developers(void) {
  return long_form() ? 10000 : short_form() ? 60 : 600;
}

/* Prints how many reports have an insight, and which; fails if more than the stated rate. */
static void tells_nothing(const char *who, int all, uint64_t first, const effect *e) {
  int alarmed = 0, of_kind[INSIGHT_COUNT] = {0};
  for (int i = 0; i < all; i++) {
    live(first + (uint64_t)i, e);
    bp_result *r = insights();
    alarmed += r->rows > 0;
    for (size_t row = 0; row < r->rows; row++)
      for (int k = 0; k < INSIGHT_COUNT; k++)
        of_kind[k] += !strcmp(bpi_insight_kinds[k].id, text_of(r, row, "insight"));
    bpi_table_release(r);
  }
  double rate = (double)alarmed / all, error = sqrt(INSIGHT_RATE * (1 - INSIGHT_RATE) / all);
  printf("%s: %d of %d reports have an insight (%.2f %%, stated at most %.0f %%)\n", who, alarmed,
         all, 100 * rate, 100 * INSIGHT_RATE);
  for (int k = 0; k < INSIGHT_COUNT; k++)
    if (of_kind[k]) printf("  %s %d\n", bpi_insight_kinds[k].id, of_kind[k]);
  ck_assert_double_le(rate, INSIGHT_RATE + 3 * error);
}

START_TEST(noise_gives_no_insight) {
  tells_nothing("effect-free", developers(), 1, &none);
}
END_TEST

/* Rare things are in few sessions, of one tool, in one hour, on one day. They must give no
 * insight. */
START_TEST(clumps_give_no_insight) {
  static const effect few = {1, 1, 1, 1, 0, true}, many = {1, 1, 1, 1, 14, true};
  tells_nothing("effect-free, clumped", developers(), 1000000, &few);
  tells_nothing("effect-free, clumped, 14 sessions a week", developers() / 2, 2000000, &many);
}
END_TEST

/* Within each session the tools swap names at random. Rates and bursts stay, but no name has a
 * meaning any more. */
static void shuffle_tools(void) {
  int64_t name[FAKE_NAMES][TOOLS];
  for (size_t s = 0; s < FAKE_NAMES; s++)
    for (int i = 0; i < TOOLS; i++) {
      int64_t at = below(i + 1);
      name[s][i] = name[s][at];
      name[s][at] = i;
    }
  for (size_t i = 0; i < world.cells; i++) {
    rollup_cell *c = &world.cell[i];
    if (c->kind == ROLLUP_TOOL || c->kind == ROLLUP_ATTEMPT)
      c->label = TOOL + name[c->session][c->label - TOOL];
  }
}

/* The same developers with planted effects, before and after the shuffle. */
START_TEST(shuffled_effects_are_gone) {
  static const effect planted = {4, 8, 1, 1, 0, false};
  int all = developers() / 2, before = 0, after = 0;
  for (int i = 0; i < all; i++) {
    live((uint64_t)i + 200000, &planted);
    bp_result *r = insights();
    before += r->rows > 0;
    bpi_table_release(r);
    shuffle_tools();
    r = insights();
    after += r->rows > 0;
    bpi_table_release(r);
  }
  double rate = (double)after / all;
  printf("shuffled: %d of %d reports have an insight (%.2f %%, stated at most %.0f %%); before the "
         "shuffle %d\n",
         after, all, 100 * rate, 100 * INSIGHT_RATE, before);
  ck_assert_int_gt(before, all / 2);
  ck_assert_double_le(rate, INSIGHT_RATE + 3 * sqrt(INSIGHT_RATE * (1 - INSIGHT_RATE) / all));
}
END_TEST

/* Planted effects are found, and little else. */
START_TEST(effects_are_found) {
  static const effect planted = {4, 8, 1, 4, 0, false};
  int all = developers() / 10, fails = 0, takes = 0, cache = 0, others = 0, told = 0;
  for (int i = 0; i < all; i++) {
    live((uint64_t)i + 500000, &planted);
    bp_result *r = insights();
    fails += finds(r, "tool_failures", "Tool0");
    takes += finds(r, "slow_tools", "Tool1");
    cache += finds(r, "cache_pays", "");
    told += (int)r->rows;
    for (size_t row = 0; row < r->rows; row++) {
      const char *kind = text_of(r, row, "insight"), *subject = text_of(r, row, "subject");
      others += strcmp(kind, "cache_pays") && strcmp(subject, "Tool0") && strcmp(subject, "Tool1");
    }
    bpi_table_release(r);
  }
  printf(
      "planted: found in %d (failures), %d (slow tool), %d (cache) of %d reports; %d of %d findings "
      "were not planted\n",
      fails, takes, cache, all, others, told);
  ck_assert_int_ge(2 * fails, all);
  ck_assert_int_ge(2 * takes, all);
  ck_assert_int_ge(2 * cache, all);
  ck_assert_int_le(others, told / 10);
}
END_TEST

/* ------------------------------------------------------------------------ supported by numbers */

/* Counts errors and calls of a tool, or of all others, by walking the cells. */
static void count_calls(int64_t label, bool rest, int64_t from, int64_t until, int64_t *errors,
                        int64_t *calls) {
  *errors = *calls = 0;
  for (size_t i = 0; i < world.cells; i++) {
    const rollup_cell *c = &world.cell[i];
    int64_t outcome = CLASS_GET(c->class_, CLASS_OUTCOME), at = c->quarter * BPI_QUARTER;
    bool in = c->kind == ROLLUP_TOOL && at >= from && at < until && (c->label == label) != rest;
    if (in && outcome == OUTCOME_ERROR) *errors += c->n;
    if (in && (outcome == OUTCOME_ERROR || outcome == OUTCOME_OK)) *calls += c->n;
  }
}

START_TEST(numbers_are_those_of_the_cells) {
  static const effect planted = {4, 1, 1, 1, 0, false};
  int checked = 0;
  for (uint64_t i = 900000; i < 900020; i++) {
    live(i, &planted);
    bp_result *r = insights();
    for (size_t row = 0; row < r->rows; row++) {
      if (strcmp(text_of(r, row, "insight"), "tool_failures") != 0) continue;
      int64_t label = TOOL + text_of(r, row, "subject")[4] - '0', hits[2], n[2];
      int64_t from = int_of(r, row, "evidence_from"), until = int_of(r, row, "evidence_until");
      count_calls(label, false, from, until, &hits[0], &n[0]);
      count_calls(label, true, from, until, &hits[1], &n[1]);
      ck_assert_int_eq(int_of(r, row, "n"), n[0]);
      ck_assert_int_eq(int_of(r, row, "n_other"), n[1]);
      ck_assert_double_eq_tol(real_of(r, row, "value"), (double)hits[0] / (double)n[0], 1e-6);
      ck_assert_double_eq_tol(real_of(r, row, "other"), (double)hits[1] / (double)n[1], 1e-6);
      ck_assert_int_eq(until - from, 28 * INT64_C(86400000000));
      ck_assert_int_eq(int_of(r, row, "rank"), (int64_t)row + 1);
      ck_assert_double_gt(real_of(r, row, "effect_low"), 0);
      ck_assert_double_le(real_of(r, row, "p"), real_of(r, row, "p_adjusted"));
      ck_assert_double_le(real_of(r, row, "p_adjusted"), INSIGHT_RATE);
      checked++;
    }
    bpi_table_release(r);
  }
  ck_assert_int_gt(checked, 5);
}
END_TEST

/* A change from the weeks before is found in the week, with the right direction. */
START_TEST(changes_are_found) {
  static const effect worse = {1, 1, 5, 1, 25, false};
  int found = 0, all = 10;
  for (int i = 0; i < all; i++) {
    live((uint64_t)i + 700000, &worse);
    bp_result *r = insights();
    for (size_t row = 0; row < r->rows; row++) {
      if (strcmp(text_of(r, row, "insight"), "failure_change") != 0) continue;
      found++;
      ck_assert_str_eq(text_of(r, row, "direction"), "higher");
      ck_assert_double_gt(real_of(r, row, "value"), real_of(r, row, "other"));
      ck_assert_int_eq(int_of(r, row, "other_until"), int_of(r, row, "evidence_from"));
    }
    bpi_table_release(r);
  }
  ck_assert_int_ge(found, all / 2);
}
END_TEST

/* An eighth of the lines in the last week: a lower amount is found like a higher one. */
START_TEST(lower_amounts_are_found) {
  static const effect busy = {1, 1, 1, 1, 25, false};
  int found = 0, all = 10;
  for (int i = 0; i < all; i++) {
    live((uint64_t)i + 700000, &busy);
    for (size_t k = 0; k < world.cells; k++)
      if (world.cell[k].quarter >= (FIRST_MONDAY + 7 * (WEEKS - 1)) * 96 &&
          world.cell[k].kind == ROLLUP_TOOL)
        world.cell[k].m[TOOL_ADDED] /= 8;
    bp_result *r = insights();
    for (size_t row = 0; row < r->rows; row++) {
      if (strcmp(text_of(r, row, "insight"), "speed_change") != 0) continue;
      found++;
      ck_assert_str_eq(text_of(r, row, "direction"), "lower");
      ck_assert_double_lt(2 * real_of(r, row, "value"), real_of(r, row, "other"));
    }
    bpi_table_release(r);
  }
  ck_assert_int_ge(found, all / 2);
}
END_TEST

/* Twenty sessions in four weeks with two assistants in turn, one of which fails more. */
static void live_with_two(int failing) {
  fake_clear(&world);
  make_labels();
  for (int64_t i = 0; i < 20; i++) {
    session_row *s = fake_session(&world, i + 1, (uint64_t)(i + 1) << 32, 1);
    s->platform = PLATFORM + i % 2;
    int64_t quarter = (FIRST_MONDAY + 7 * (WEEKS - 4) + i) * 96 + 40;
    int64_t errors = (i % 2 == failing ? 12 : 4) + i / 2 % 5;
    cell(ROLLUP_PROMPT, quarter, i + 1, 0, 0, 1);
    cell(ROLLUP_TOOL, quarter, i + 1, TOOL, OUTCOME(ERROR), errors);
    cell(ROLLUP_TOOL, quarter, i + 1, TOOL, OUTCOME(OK), 40 - errors);
  }
}

/* Of two assistants the one that fails more is reported, so its test is that of any difference:
 * that of the comparison, whose table has both directions. */
START_TEST(two_values_differ_either_way) {
  static const char *const names[] = {"claude_code", "codex"};
  for (int failing = 0; failing < 2; failing++) {
    int code;
    bp_error *error = NULL;
    live_with_two(failing);
    bp_result *r = insights(), *both = ask("{'metrics':['comparison','tool_error_rate'],"
                                           "'by':['platform'],'period':'2026-03-30/2026-04-26'}",
                                           &code, &error);
    size_t row = 0;
    while (row < r->rows && strcmp(text_of(r, row, "insight"), "platform_failures") != 0)
      row++;
    ck_assert_uint_lt(row, r->rows);
    ck_assert_str_eq(text_of(r, row, "subject"), names[failing]);
    ck_assert_uint_eq(both->rows, 1);
    ck_assert_double_gt(real_of(both, 0, "p"), 1e-9);
    ck_assert_double_eq_tol(real_of(r, row, "p") / real_of(both, 0, "p"), 1, 1e-5);
    ck_assert_int_eq(int_of(r, row, "sides"), 2);
    bpi_table_release(r);
    bpi_table_release(both);
  }
}
END_TEST

/* The report does not depend on the order of cells or on row numbers of sessions and labels. */
START_TEST(same_facts_same_report) {
  static const effect planted = {4, 8, 1, 4, 8, false};
  live(42, &planted);
  bp_result *first = insights();
  for (size_t i = 0; i < world.cells / 2; i++) {
    rollup_cell swapped = world.cell[i];
    world.cell[i] = world.cell[world.cells - 1 - i];
    world.cell[world.cells - 1 - i] = swapped;
  }
  for (size_t i = 0; i < world.cells; i++)
    world.cell[i].session = 1000 - world.cell[i].session;
  for (size_t i = 0; i < world.sessions; i++)
    world.session[i].id = 1000 - world.session[i].id;
  world.sorted = 0;
  bp_result *second = insights();
  ck_assert_uint_gt(first->rows, 1);
  ck_assert_uint_eq(first->rows, second->rows);
  for (size_t row = 0; row < first->rows; row++) {
    ck_assert_str_eq(text_of(first, row, "sentence"), text_of(second, row, "sentence"));
    double a = real_of(first, row, "p_adjusted"), b = real_of(second, row, "p_adjusted");
    ck_assert_int_eq(memcmp(&a, &b, sizeof a), 0);
  }
  bpi_table_release(first);
  bpi_table_release(second);
}
END_TEST

/* ----------------------------------------------------------------------------------- sentences */

static const insight_kind *kind_of(const char *id) {
  for (int i = 0; i < INSIGHT_COUNT; i++)
    if (!strcmp(bpi_insight_kinds[i].id, id)) return &bpi_insight_kinds[i];
  ck_abort_msg("no kind %s", id);
  return NULL;
}

static void says(const char *id, finding f, const char *wanted) {
  buf b;
  f.kind = kind_of(id);
  bpi_buf_init(&b, 1024);
  bpi_insight_sentence(&b, &f);
  ck_assert_int_eq(b.failed, 0);
  ck_assert_str_eq(b.data, wanted);
  bpi_buf_free(&b);
}

START_TEST(sentences) {
  static char tool[] = "Bash", band[] = "evening (18 to 24)", model[] = "model-a", day[] = "Friday";
  says("tool_failures",
       (finding){.subject = tool, .higher = true, .seen = {.a = 0.0816, .b = 0.02449, .n_a = 1234}},
       "Bash fails in 8.2 % of 1,234 calls, other tools in 2.4 %.");
  says("slow_tools",
       (finding){.subject = tool,
                 .higher = true,
                 .seen = {.kind = CONTRAST_FACTOR, .a = 161400000, .c.e.value = 25.4}},
       "A call of Bash takes 2 min 41 s, 25 times as long as a call of other tools.");
  says("slow_tools",
       (finding){.subject = tool,
                 .higher = true,
                 .seen = {.kind = CONTRAST_FACTOR, .a = 340400, .c.e.value = 2.04}},
       "A call of Bash takes 340 ms, 2.0 times as long as a call of other tools.");
  says("hour_failures",
       (finding){.subject = band, .higher = false, .seen = {.a = 0.01, .b = 0.05, .n_a = 50}},
       "In the evening (18 to 24), 1.0 % of 50 tool calls fail; at other times, 5.0 %.");
  says("day_speed",
       (finding){.subject = day,
                 .higher = true,
                 .seen = {.kind = CONTRAST_FACTOR, .a = 1520.4, .c.e.value = 1.96}},
       "On Fridays, you add 1,520 lines per active hour, 2.0 times as many as on other days.");
  says("model_cost",
       (finding){.subject = model,
                 .higher = true,
                 .seen = {.kind = CONTRAST_FACTOR, .a = 885.6, .c.e.value = 1.66}},
       "model-a costs $0.89 per million tokens, 1.7 times as much as your other models.");
  says("line_cost_change",
       (finding){.higher = false, .seen = {.kind = CONTRAST_FACTOR, .a = 4120000, .b = 12000000}},
       "A line added cost $0.0041; in the four weeks before, $0.012.");
  says("model_shift", (finding){.subject = model, .higher = true, .seen = {.a = 0.349, .b = 0}},
       "model-a gave 34.9 % of your responses; in the four weeks before, 0.0 %.");
  says(
      "failure_trend",
      (finding){.higher = false, .seen = {.kind = CONTRAST_SLOPE, .n_a = 11, .c.e.value = -0.0083}},
      "The share of tool calls that fail has fallen by 0.8 points a week over 11 weeks.");
  says("line_cost_trend",
       (finding){.higher = true,
                 .seen = {.kind = CONTRAST_SLOPE, .n_a = 12, .c.e.value = 1234567890}},
       "The cost of a line added has risen by $1.23 a week over 12 weeks.");
  says("prompt_cost_change",
       (finding){.higher = true,
                 .seen = {.kind = CONTRAST_FACTOR, .a = 1234567.8, .c.e.value = 3.14}},
       "A prompt used 1,234,568 tokens, 3.1 times as many as in the four weeks before.");
}
END_TEST

/* What holds for every kind: its dimension is one of its metric, its metric can be compared, and
 * its sentences use only placeholders that exist. */
START_TEST(kinds) {
  static const char *const names[] = {"{subject}", "{value}", "{other}",
                                      "{effect}",  "{n}",     "{n_other}"};
  ck_assert_int_ge(INSIGHT_COUNT, 12);
  for (int i = 0; i < INSIGHT_COUNT; i++) {
    const insight_kind *k = &bpi_insight_kinds[i];
    const metric *m = &bpi_metrics[k->metric];
    const char *told[] = {k->higher.sentence, k->lower.sentence};
    bool counts = k->contrast == INSIGHT_MIX || k->contrast == INSIGHT_BOTH;
    ck_assert_msg(counts ? m->shape == SHAPE_TOTAL : bpi_contrast_takes(m), "%s", k->id);
    ck_assert_msg(!k->by || (bpi_metric_dimensions(m) & DIM_BIT(bpi_dimension_find(k->by))), "%s",
                  k->id);
    ck_assert_msg(told[0] || told[1], "%s", k->id);
    ck_assert_msg(!k->higher.sentence == !k->higher.advice, "%s", k->id);
    ck_assert_msg(!k->lower.sentence == !k->lower.advice, "%s", k->id);
    for (int side = 0; side < 2; side++)
      for (const char *at = told[side]; at && (at = strchr(at, '{')); at++) {
        size_t known = 0;
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
          known += !strncmp(at, names[n], strlen(names[n]));
        ck_assert_msg(known == 1, "%s: %s", k->id, at);
        ck_assert_msg(k->by || strncmp(at, "{subject}", 9) != 0, "%s", k->id);
      }
  }
}
END_TEST

/* -------------------------------------------------------------------------------- other reports */

static void fails(const char *json, int wanted) {
  int code;
  bp_error *error = NULL;
  bp_result *r = ask(json, &code, &error);
  ck_assert_msg(!r && code == wanted, "%s: %d %s", json, code, bp_error_message(error));
  bpi_error_free(error);
}

START_TEST(refusals) {
  live(1, &none);
  fails("{'metrics':['insights','cost']}", BP_ERR_INVALID);
  int twice = BP_ERR_INTERNAL;
  bp_error *error = NULL;
  bpi_table_release(
      ask("{'metrics':['insights','insights'],'period':'" LAST_WEEK "'}", &twice, &error));
  ck_assert_int_eq(twice, BP_OK);
  fails("{'metrics':['insights'],'by':['tool']}", BP_ERR_INVALID);
  fails("{'metrics':['insights'],'period':'7d','compare':'previous'}", BP_ERR_INVALID);
  fails("{'metrics':['insights'],'order':'-rank'}", BP_ERR_INVALID);
  fails("{'metrics':['insights'],'zone':'Nowhere/Here'}", BP_ERR_NOTFOUND);
  fails("{'metrics':['insights'],'where':[{'dimension':'toool','value':'x'}]}", BP_ERR_NOTFOUND);
  fails("{'metrics':['cost','insights']}", BP_ERR_NOTFOUND);
  fails("{'metrics':['comparison','sessions'],'period':'7d'}", BP_ERR_UNSUPPORTED);
  fails("{'metrics':['comparison','nothing'],'period':'7d'}", BP_ERR_NOTFOUND);
  fails("{'metrics':['comparison','cost_per_line'],'by':['tool']}", BP_ERR_UNSUPPORTED);
  fails("{'metrics':['comparison'],'by':['tool','platform']}", BP_ERR_LIMIT);
  fails("{'metrics':['comparison'],'by':['tool'],'period':'7d','compare':'year'}", BP_ERR_INVALID);
  fails("{'metrics':['learning_trend'],'by':['tool']}", BP_ERR_INVALID);
  world.fail_with = BP_ERR_IO;
  fails("{'metrics':['insights'],'period':'" LAST_WEEK "'}", BP_ERR_IO);
  fails("{'metrics':['learning_trend'],'period':'" LAST_WEEK "'}", BP_ERR_IO);
}
END_TEST

START_TEST(nothing_at_all) {
  static const char *const queries[] = {"{'metrics':['insights']}",
                                        "{'metrics':['comparison'],'period':'2026-01-01'}",
                                        "{'metrics':['learning_trend']}",
                                        /* at the ends of time, beyond which reports look */
                                        "{'metrics':['insights'],'period':'1970-01-01'}",
                                        "{'metrics':['comparison'],'period':'1970-01-01'}",
                                        "{'metrics':['learning_trend'],'period':'1970-01-01'}",
                                        "{'metrics':['insights'],'period':'9999-12-31'}",
                                        "{'metrics':['comparison'],'period':'9999-12-31'}",
                                        "{'metrics':['learning_trend'],'period':'9999-12-31'}"};
  fake_clear(&world);
  for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
    int code;
    bp_error *error = NULL;
    bp_result *r = ask(queries[i], &code, &error);
    ck_assert_msg(r != NULL, "%s: %s", queries[i], bp_error_message(error));
    for (size_t row = 0; row < r->rows; row++)
      ck_assert_str_eq(text_of(r, row, "verdict"), "too little data");
    bpi_table_release(r);
  }
}
END_TEST

/* Whichever allocation fails: an error, no partial result, and the snapshot is closed. */
START_TEST(memory_runs_out) {
  static const effect few = {4, 8, 1, 1, 3, false};
  static const char *const queries[] = {
      "{'metrics':['insights'],'period':'" LAST_WEEK "'}",
      "{'metrics':['comparison'],'by':['platform'],'period':'" LAST_WEEK "'}",
      "{'metrics':['personal_baseline'],'period':'" LAST_WEEK "'}",
      "{'metrics':['learning_trend'],'period':'" LAST_WEEK "'}"};
  live(7, &few);
  for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
    bp_result *r = NULL;
    for (long k = 0; !r; k += 1 + k / 30) {
      int code;
      bp_error *error = NULL;
      bpi_mem_fail_once(k);
      r = ask(queries[i], &code, &error);
      bpi_mem_fail_once(-1);
      ck_assert_int_eq(code, r ? BP_OK : BP_ERR_NOMEM);
      bpi_error_free(error);
    }
    bpi_table_release(r);
  }
}
END_TEST

/* Computing takes long if many values are compared; it can be cancelled. */
START_TEST(a_cancel_ends_the_comparing) {
  static const effect few = {4, 8, 1, 1, 3, false};
  static const char *const queries[] = {
      "{'metrics':['insights'],'period':'" LAST_WEEK "'}",
      "{'metrics':['comparison'],'by':['session'],'period':'" LAST_WEEK "'}"};
  live(7, &few);
  for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
    int code;
    bp_error *error = NULL;
    world.interrupted = true;
    ck_assert_ptr_null(ask(queries[i], &code, &error));
    ck_assert_int_eq(code, BP_ERR_CANCELLED);
    ck_assert_int_eq(bp_error_code(error), BP_ERR_CANCELLED);
    ck_assert_int_eq(world.begun, 0);
    bpi_error_free(error);
    error = NULL;
    world.interrupted = false;
    bp_result *r = ask(queries[i], &code, &error);
    ck_assert_ptr_nonnull(r);
    bpi_table_release(r);
  }
}
END_TEST

/* The verdicts of a table by dimension: Tool0 fails four times as often as the others. */
START_TEST(comparisons) {
  static const effect planted = {5, 1, 1, 1, 8, false};
  int code;
  bp_error *error = NULL;
  live(77, &planted);
  bp_result *r = ask("{'metrics':['comparison','tool_error_rate'],'by':['tool'],"
                     "'period':'2026-02-02/2026-04-26'}",
                     &code, &error);
  ck_assert_msg(r != NULL, "%s", bp_error_message(error));
  ck_assert_uint_eq(r->rows, TOOLS);
  for (size_t row = 0; row < r->rows; row++) {
    int64_t errors, calls;
    count_calls(TOOL + (int64_t)row, false, 0, INT64_MAX, &errors, &calls);
    ck_assert_int_eq(int_of(r, row, "n"), calls);
    ck_assert_double_eq_tol(real_of(r, row, "value"), (double)errors / (double)calls, 1e-6);
  }
  ck_assert_str_eq(text_of(r, 0, "verdict"), "higher");
  ck_assert_str_eq(text_of(r, 0, "against"), "rest");
  /* Holm: the smallest p times the number of tests, the next times one fewer, none below the one
   * before. */
  bool done[TOOLS] = {false};
  double most = 0;
  for (size_t left = TOOLS; left > 0; left--) {
    size_t least = TOOLS;
    for (size_t row = 0; row < TOOLS; row++)
      if (!done[row] && (least == TOOLS || real_of(r, row, "p") < real_of(r, least, "p")))
        least = row;
    done[least] = true;
    most = fmax(most, fmin(1, (double)left * real_of(r, least, "p")));
    ck_assert_double_eq_tol(real_of(r, least, "p_adjusted"), most, 1e-6);
  }
  bpi_table_release(r);
}
END_TEST

/* What a query's filter and period exclude is excluded from the comparison, too: the last tool, and
 * everything after 1 March. */
START_TEST(comparisons_keep_to_the_question) {
  int64_t until = (FIRST_MONDAY + 28) * 96 * BPI_QUARTER; /* 2026-03-02 */
  int code;
  bp_error *error = NULL;
  live(77, &none);
  bp_result *r = ask("{'metrics':['comparison','tool_error_rate'],'by':['tool'],"
                     "'where':[{'dimension':'tool','op':'!=','value':'Tool5'}],"
                     "'period':'2026-02-02/2026-03-01'}",
                     &code, &error);
  ck_assert_msg(r != NULL, "%s", bp_error_message(error));
  ck_assert_uint_eq(r->rows, TOOLS - 1);
  int64_t errors, all = 0, of[TOOLS];
  for (int tool = 0; tool < TOOLS - 1; tool++) {
    count_calls(TOOL + tool, false, 0, until, &errors, &of[tool]);
    all += of[tool];
  }
  for (size_t row = 0; row < r->rows; row++) {
    ck_assert_int_eq(int_of(r, row, "n"), of[row]);
    ck_assert_int_eq(int_of(r, row, "n_other"), all - of[row]);
  }
  bpi_table_release(r);
}
END_TEST

/* Where the input is unknown, nothing that depends on it is compared: neither half of a ratio. */
START_TEST(comparisons_leave_out_what_is_untold) {
  int64_t prompts[2] = {0, 0}, sent[2] = {0, 0};
  int code;
  bp_error *error = NULL;
  live(81, &none);
  size_t some = 0;
  while (world.cell[some].kind != ROLLUP_RESPONSE || world.cell[some].session != 4)
    some++;
  int64_t class_ = CLASS_PUT(CLASS_QUALITY, QUALITY_FINAL) | CLASS_PUT(CLASS_UNTOLD, 1);
  cell(ROLLUP_RESPONSE, world.cell[some].quarter, 4, MODEL, class_, 1)->m[RESPONSE_OUTPUT] = 9;
  for (size_t i = 0; i < world.cells; i++) {
    const rollup_cell *c = &world.cell[i];
    size_t platform = (size_t)world.session[c->session - 1].platform - PLATFORM;
    if (c->session == 4) continue; /* of one day */
    if (c->kind == ROLLUP_PROMPT) prompts[platform] += c->n;
    for (int m = RESPONSE_INPUT; c->kind == ROLLUP_RESPONSE && m <= RESPONSE_CACHE_WRITE_1H; m++)
      sent[platform] += m == RESPONSE_OUTPUT ? 0 : c->m[m];
  }
  bp_result *r =
      ask("{'metrics':['comparison','cache_efficiency','tokens_per_prompt'],'by':['platform'],"
          "'period':'2026-02-02/2026-04-26'}",
          &code, &error);
  ck_assert_msg(r != NULL, "%s", bp_error_message(error));
  ck_assert_uint_eq(r->rows, 2);
  for (size_t row = 0; row < 2; row++) {
    ck_assert_int_eq(int_of(r, row, "n"), row == 0 ? sent[0] : prompts[0]);
    ck_assert_int_eq(int_of(r, row, "n_other"), row == 0 ? sent[1] : prompts[1]);
  }
  bpi_table_release(r);
}
END_TEST

/* A prompt with an image and a file is in both groups, so that one group overlaps the rest; each is
 * compared with the prompts that have neither. */
START_TEST(features_beside_none) {
  static const int64_t sets[] = {PROMPT_IMAGE | PROMPT_FILE, PROMPT_IMAGE, 0};
  static const struct {
    const char *subject;
    int64_t n;
  } rows[] = {{"file", 80}, {"image", 240}};
  int code;
  bp_error *error = NULL;
  fake_clear(&world);
  make_labels();
  for (int64_t i = 0; i < 8; i++) {
    fake_session(&world, i + 1, (uint64_t)(i + 1) << 32, 1)->platform = PLATFORM;
    for (int k = 0; k < 3; k++)
      cell(ROLLUP_ATTEMPT, (FIRST_MONDAY + i) * 96 + 40, i + 1, TOOL,
           CLASS_PUT(CLASS_FEATURES, sets[k]), 10 * (k + 1))
          ->m[ATTEMPT_REPEATS] = k + i % 2;
  }
  bp_result *r = ask("{'metrics':['comparison','retry_rate'],'by':['prompt_feature'],"
                     "'period':'2026-02-02/2026-02-09'}",
                     &code, &error);
  ck_assert_msg(r != NULL, "%s", bp_error_message(error));
  ck_assert_uint_eq(r->rows, 2);
  for (size_t row = 0; row < 2; row++) {
    ck_assert_str_eq(text_of(r, row, "subject"), rows[row].subject);
    ck_assert_str_eq(text_of(r, row, "against"), "none");
    ck_assert_int_eq(int_of(r, row, "n"), rows[row].n);
    ck_assert_int_eq(int_of(r, row, "n_other"), 240);
  }
  bpi_table_release(r);
}
END_TEST

/* A report does not compare prompts without features with themselves either: each feature is one
 * comparison, and all count. */
START_TEST(each_feature_is_one_comparison) {
  static const int64_t sets[] = {PROMPT_IMAGE, PROMPT_FILE, 0};
  int code;
  bp_error *error = NULL;
  fake_clear(&world);
  make_labels();
  for (int64_t i = 0; i < 8; i++) {
    fake_session(&world, i + 1, (uint64_t)(i + 1) << 32, 1)->platform = PLATFORM;
    for (int k = 0; k < 3; k++) {
      rollup_cell *c = cell(ROLLUP_ATTEMPT, (FIRST_MONDAY + i) * 96 + 40, i + 1, TOOL,
                            CLASS_PUT(CLASS_FEATURES, sets[k]), 20);
      c->m[ATTEMPT_EDITS] = 20;
      c->m[ATTEMPT_FIRST_TRY] = 8 + k + i % 3;
    }
  }
  bp_result *r = ask("{'metrics':['insights'],'period':'2026-02-02/2026-02-09'}", &code, &error);
  ck_assert_msg(r != NULL, "%s", bp_error_message(error));
  const char *told = bpi_table_get(r, "notes");
  ck_assert_msg(!strncmp(told, "2 comparisons ", 14), "%s", told);
  bpi_table_release(r);
}
END_TEST

/* A cluster is a session on a day; each of these may also be what is compared. */
START_TEST(parts_of_clusters_beside_the_rest) {
  static const struct {
    const char *by, *first;
    size_t rows;
  } sides[] = {{"session", "000000010000", 20}, {"time.day", "2026-03-30", 20}};
  live_with_two(0); /* one session on each of twenty days */
  for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
    char json[256];
    int code;
    bp_error *error = NULL;
    snprintf(json, sizeof json,
             "{'metrics':['comparison','tool_error_rate'],'by':['%s'],"
             "'period':'2026-03-30/2026-04-26'}",
             sides[i].by);
    bp_result *r = ask(json, &code, &error);
    ck_assert_msg(r != NULL, "%s", bp_error_message(error));
    ck_assert_uint_eq(r->rows, sides[i].rows);
    ck_assert_str_eq(text_of(r, 0, "subject"), sides[i].first);
    for (size_t row = 0; row < r->rows; row++) {
      ck_assert_int_eq(int_of(r, row, "n"), 40);
      ck_assert_int_eq(int_of(r, row, "n_other"), 19 * 40);
    }
    bpi_table_release(r);
  }
}
END_TEST

/* The value of a cell in a comparison by a dimension. */
static void told_as(char out[40], int by, const rollup_cell *c) {
  static const char *const bands[] = {"night (0 to 6)", "morning (6 to 12)", "afternoon (12 to 18)",
                                      "evening (18 to 24)"};
  static const char *const weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                         "Friday", "Saturday", "Sunday"};
  int64_t day = c->quarter / 96;
  if (by == 0) snprintf(out, 40, "%s", bands[c->quarter % 96 / 24]);
  if (by == 1) snprintf(out, 40, "%s", weekdays[(day - FIRST_MONDAY) % 7]);
  if (by == 2) snprintf(out, 40, "Tool%d", (int)(c->label - TOOL));
  if (by == 3) snprintf(out, 40, "%08x0000", (unsigned)c->session);
}

/* Sessions of several days with calls in several hours of a band: what a session did with one value
 * on one day is one cluster, however many parts it has. */
START_TEST(parts_of_clusters_add_up) {
  static const char *const dimensions[] = {"time.hour_of_day", "time.day_of_week", "tool",
                                           "session"};
  fake_clear(&world);
  make_labels();
  stream = 4711, counter = 0;
  for (int64_t i = 0; i < 30; i++) {
    fake_session(&world, i + 1, (uint64_t)(i + 1) << 32, 1)->platform = PLATFORM;
    for (int k = 0; k < 25; k++) {
      int64_t quarter = (FIRST_MONDAY + 21 + i % 9 + below(3)) * 96, label = TOOL + below(TOOLS);
      quarter += below(96);
      cell(ROLLUP_TOOL, quarter, i + 1, label, OUTCOME(ERROR), 1 + below(3));
      cell(ROLLUP_TOOL, quarter, i + 1, label, OUTCOME(OK), 1 + below(20));
    }
  }
  for (int by = 0; by < 4; by++) {
    char json[160];
    int code;
    bp_error *error = NULL;
    snprintf(json, sizeof json,
             "{'metrics':['comparison','tool_error_rate'],'by':['%s'],"
             "'period':'2026-02-02/2026-04-26'}",
             dimensions[by]);
    bp_result *r = ask(json, &code, &error);
    ck_assert_msg(r != NULL, "%s", bp_error_message(error));
    ck_assert_uint_gt(r->rows, 3);
    for (size_t row = 0; row < r->rows; row++) {
      int64_t errors[2] = {0}, calls[2] = {0};
      for (size_t i = 0; i < world.cells; i++) {
        char told[40];
        told_as(told, by, &world.cell[i]);
        int rest = strcmp(told, text_of(r, row, "subject")) != 0;
        if (world.cell[i].class_ == OUTCOME(ERROR)) errors[rest] += world.cell[i].n;
        calls[rest] += world.cell[i].n;
      }
      ck_assert_int_gt(calls[0], 0);
      ck_assert_int_eq(int_of(r, row, "n"), calls[0]);
      ck_assert_int_eq(int_of(r, row, "n_other"), calls[1]);
      ck_assert_double_eq_tol(real_of(r, row, "value"), (double)errors[0] / (double)calls[0], 1e-6);
      ck_assert_double_eq_tol(real_of(r, row, "other"), (double)errors[1] / (double)calls[1], 1e-6);
    }
    bpi_table_release(r);
  }
}
END_TEST

/* Two baselines: each row names its own, the table names neither. */
START_TEST(own_baselines) {
  int code;
  bp_error *error = NULL;
  live(7, &none);
  bp_result *r = ask("{'metrics':['personal_baseline','tool_error_rate'],'period':'" LAST_WEEK "'}",
                     &code, &error);
  ck_assert_msg(r != NULL, "%s", bp_error_message(error));
  ck_assert_uint_eq(r->rows, 2);
  ck_assert_str_eq(text_of(r, 0, "against"), "average");
  ck_assert_str_eq(text_of(r, 1, "against"), "trailing_12w");
  ck_assert_ptr_null(bpi_table_get(r, "baseline"));
  ck_assert_ptr_null(bpi_table_get(r, "baseline_from"));
  bpi_table_release(r);
}
END_TEST

/* Week by week, from a rate that falls by one point each week to the last. */
START_TEST(trends) {
  int code;
  bp_error *error = NULL;
  fake_clear(&world);
  make_labels();
  for (int64_t week = 0; week < WEEKS; week++) {
    session_row *s = fake_session(&world, week + 1, (uint64_t)(week + 1) << 32, 1);
    s->platform = PLATFORM;
    int64_t quarter = (FIRST_MONDAY + 7 * week) * 96 + 40;
    cell(ROLLUP_TOOL, quarter, week + 1, TOOL, OUTCOME(OK), 80 + week);
    cell(ROLLUP_TOOL, quarter, week + 1, TOOL, OUTCOME(ERROR), 20 - week);
  }
  bp_result *r = ask("{'metrics':['learning_trend','tool_error_rate'],'period':'" LAST_WEEK "'}",
                     &code, &error);
  ck_assert_msg(r != NULL, "%s", bp_error_message(error));
  ck_assert_uint_eq(r->rows, 1);
  ck_assert_str_eq(text_of(r, 0, "verdict"), "falling");
  ck_assert_double_eq_tol(real_of(r, 0, "effect"), -0.01, 1e-9);
  ck_assert_double_eq_tol(real_of(r, 0, "value"), 0.20, 1e-9);
  ck_assert_double_eq_tol(real_of(r, 0, "other"), 0.09, 1e-9);
  ck_assert_int_eq(int_of(r, 0, "n"), WEEKS);
  ck_assert_double_eq_tol(real_of(r, 0, "p"), 1e-8, 1e-8); /* 2 / 12!, shown as 1e-9 at least */
  bpi_table_release(r);
}
END_TEST

int main(void) {
  bp_error *error = NULL;
  if (bpi_prices_parse(&table, price_list, sizeof price_list - 1, &error)) return EXIT_FAILURE;
  Suite *suite = suite_create("insight");
  TCase *c = tcase_create("insight");
  tcase_set_timeout(c, 1800);
  tcase_add_test(c, kinds);
  tcase_add_test(c, sentences);
  tcase_add_test(c, refusals);
  tcase_add_test(c, nothing_at_all);
  tcase_add_test(c, memory_runs_out);
  tcase_add_test(c, a_cancel_ends_the_comparing);
  tcase_add_test(c, comparisons);
  tcase_add_test(c, comparisons_keep_to_the_question);
  tcase_add_test(c, comparisons_leave_out_what_is_untold);
  tcase_add_test(c, features_beside_none);
  tcase_add_test(c, each_feature_is_one_comparison);
  tcase_add_test(c, parts_of_clusters_beside_the_rest);
  tcase_add_test(c, parts_of_clusters_add_up);
  tcase_add_test(c, own_baselines);
  tcase_add_test(c, trends);
  tcase_add_test(c, numbers_are_those_of_the_cells);
  tcase_add_test(c, changes_are_found);
  tcase_add_test(c, lower_amounts_are_found);
  tcase_add_test(c, two_values_differ_either_way);
  tcase_add_test(c, same_facts_same_report);
  tcase_add_test(c, noise_gives_no_insight);
  tcase_add_test(c, clumps_give_no_insight);
  tcase_add_test(c, shuffled_effects_are_gone);
  tcase_add_test(c, effects_are_found);
  suite_add_tcase(suite, c);
  int failed = run_suite(suite);
  bpi_prices_free(table);
  return failed;
}
