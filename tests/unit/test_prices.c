/* test_prices.c: price tables. Expected costs are worked out by hand from the vendors' lists, in
 * the comment beside them, or come from tests/oracle/prices.py, which shares no code with the
 * library.
 *
 *     test_prices PRICES.json CELLS RANDOM.json RANDOM_CELLS
 *
 * The two files of cells are what `prices.py cells` prints for the table named before them. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/vocabulary.h"
#include "metrics/prices.h"
#include "result/table.h"
#include "run_suite.h"

static char **arguments;

/* ------------------------------------------------------------------------------------- helpers */

static char *load(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  ck_assert_msg(file != NULL, "cannot read %s", path);
  char *text = malloc(1 << 20);
  *length = fread(text, 1, 1 << 20, file);
  ck_assert_uint_lt(*length, 1 << 20);
  fclose(file);
  return text;
}

/* JSON written with ' for ". */
static char *quoted(const char *text) {
  char *json = malloc(strlen(text) + 1);
  strcpy(json, text);
  for (char *p = json; *p != '\0'; p++)
    if (*p == '\'') *p = '"';
  return json;
}

static prices *table_of(const char *text) {
  char *json = quoted(text);
  prices *p;
  bp_error *error = NULL;
  int rc = bpi_prices_parse(&p, json, strlen(json), &error);
  ck_assert_msg(rc == BP_OK, "%s", bpi_error_message(error));
  free(json);
  return p;
}

#define ENTRY_TABLE(entries)                                                                       \
  "{'version':1,'as_of':'2026-01-01','source':'s','models':[{'name':'m','provider':'p','entries':" \
  "[" entries "]}]}"

static const price_model *find(const prices *p, const char *name) {
  return bpi_prices_find(p, name, strlen(name));
}

static const price_model *builtin_model(const char *name) {
  const price_model *m = find(bpi_prices_builtin(), name);
  ck_assert_msg(m != NULL, "%s has no price", name);
  return m;
}

#define DAY_2025_06_10 INT64_C(20249) /* 55 * 365 + 14 leap days + 160 */
#define DAY_2026_03_13 INT64_C(20525) /* 56 * 365 + 14 leap days + 71 */
#define DAY_2026_07_01 INT64_C(20635)

/* 1000 input, 500 output, 10000 cache read, 2000 and 100 cache write, no search. */
static rollup_cell cell_on(int64_t day, int band, int speed, int tier, int geo) {
  rollup_cell cell = {.kind = ROLLUP_RESPONSE, .quarter = day * 96, .n = 1};
  cell.class_ = CLASS_PUT(CLASS_BAND, band) | CLASS_PUT(CLASS_SPEED, speed) |
                CLASS_PUT(CLASS_TIER, tier) | CLASS_PUT(CLASS_GEO, geo) |
                CLASS_PUT(CLASS_SUBAGENT, 1) | CLASS_PUT(CLASS_QUALITY, QUALITY_FINAL);
  cell.m[RESPONSE_INPUT] = 1000;
  cell.m[RESPONSE_OUTPUT] = 500;
  cell.m[RESPONSE_CACHE_READ] = 10000;
  cell.m[RESPONSE_CACHE_WRITE_5M] = 2000;
  cell.m[RESPONSE_CACHE_WRITE_1H] = 100;
  cell.m[RESPONSE_REASONING] = 400; /* part of the output: costs nothing of its own */
  return cell;
}

static void check_cost(const price_model *m, rollup_cell cell, int64_t pico, int64_t uncached) {
  price_cost cost = bpi_price_cell(m, &cell);
  ck_assert(cost.priced);
  ck_assert(!cost.saturated);
  ck_assert_int_eq(cost.pico, pico);
  ck_assert_int_eq(cost.pico_uncached, uncached);
}

/* The rate of one class in a table of one model "m", from the price of one token. */
static int64_t rate_of(const prices *p, int class_, int band, int tier) {
  rollup_cell cell = {.kind = ROLLUP_RESPONSE, .quarter = DAY_2026_07_01 * 96};
  cell.class_ = CLASS_PUT(CLASS_BAND, band) | CLASS_PUT(CLASS_TIER, tier);
  cell.m[class_] = 1;
  return bpi_price_cell(find(p, "m"), &cell).pico;
}

/* --------------------------------------------------------------------------------------- costs */

START_TEST(costs_standard_and_long) {
  const price_model *sonnet = builtin_model("claude-sonnet-4-5-20250929");
  /* 1000*3 + 500*15 + 10000*0.3 + 2000*3.75 + 100*6 = 21600 USD/M; uncached 10000*2.7 more. */
  check_cost(sonnet, cell_on(DAY_2026_07_01, 0, 0, 0, 0), 21600000000, 48600000000);
  check_cost(sonnet, cell_on(DAY_2026_07_01, 1, 0, 0, 0), 21600000000, 48600000000);
  /* Above 200k: 1000*6 + 500*22.5 + 10000*0.6 + 2000*7.5 + 100*12 = 39450. */
  check_cost(sonnet, cell_on(DAY_2026_07_01, 2, 0, 0, 0), 39450000000, 93450000000);
  check_cost(sonnet, cell_on(DAY_2026_07_01, 3, 0, 0, 0), 39450000000, 93450000000);

  const price_model *gpt = builtin_model("gpt-5.5");
  /* 1000*5 + 500*30 + 10000*0.5; writes 1.25 and 2 times input: 2000*6.25 + 100*10. */
  check_cost(gpt, cell_on(DAY_2026_07_01, 2, 0, 0, 0), 38500000000, 83500000000);
  /* Above 272k: 1000*10 + 500*45 + 10000*1 + 2000*12.5 + 100*20. */
  check_cost(gpt, cell_on(DAY_2026_07_01, 3, 0, 0, 0), 69500000000, 159500000000);

  /* The smallest rate of all: 1000*0.435 + 500*0.87 + 10000*0.003625 + 2000*0.435 + 100*0.87. */
  check_cost(builtin_model("deepseek-v4-pro"), cell_on(DAY_2026_07_01, 0, 0, 0, 0), 1863250000,
             6177000000);
}
END_TEST

START_TEST(costs_speed_tier_region) {
  const price_model *opus = builtin_model("claude-opus-4-6");
  /* 1000*5 + 500*25 + 10000*0.5 + 2000*6.25 + 100*10 = 36000; uncached 45000 more. */
  check_cost(opus, cell_on(DAY_2026_07_01, 0, 0, 0, 0), 36000000000, 81000000000);
  check_cost(opus, cell_on(DAY_2026_07_01, 0, SPEED_FAST, 0, 0), 216000000000, 486000000000);
  check_cost(opus, cell_on(DAY_2026_07_01, 0, 0, 0, GEO_US), 39600000000, 89100000000);
  check_cost(opus, cell_on(DAY_2026_07_01, 0, 0, 0, GEO_EU), 36000000000, 81000000000);
  check_cost(opus, cell_on(DAY_2026_07_01, 0, 0, 0, GEO_OTHER), 36000000000, 81000000000);
  check_cost(opus, cell_on(DAY_2026_07_01, 0, SPEED_FAST, 0, GEO_US), 237600000000, 534600000000);
  check_cost(opus, cell_on(DAY_2026_07_01, 0, 0, TIER_BATCH, 0), 18000000000, 40500000000);
  /* No priority or flex price is listed: the standard price applies. */
  check_cost(opus, cell_on(DAY_2026_07_01, 0, 0, TIER_PRIORITY, 0), 36000000000, 81000000000);
  check_cost(opus, cell_on(DAY_2026_07_01, 0, 0, TIER_FLEX, 0), 36000000000, 81000000000);
  /* Opus 5 costs twice as much when fast, not six times. */
  check_cost(builtin_model("claude-opus-5"), cell_on(DAY_2026_07_01, 0, SPEED_FAST, 0, 0),
             72000000000, 162000000000);

  const price_model *gpt = builtin_model("gpt-5.4");
  /* Flex is listed as 1.25, 7.5, 0.13; writes 1.25 and 2 times 1.25. */
  check_cost(gpt, cell_on(DAY_2026_07_01, 0, 0, TIER_FLEX, 0), 9675000000, 20875000000);
  /* Priority, twice 2.5, 15, 0.25, 3.125, 5. */
  check_cost(gpt, cell_on(DAY_2026_07_01, 0, 0, TIER_PRIORITY, 0), 38500000000, 83500000000);
}
END_TEST

START_TEST(costs_web_searches) {
  rollup_cell cell = {.kind = ROLLUP_RESPONSE, .quarter = DAY_2026_07_01 * 96};
  cell.m[RESPONSE_WEB_SEARCHES] = 3;
  cell.class_ = CLASS_PUT(CLASS_SPEED, SPEED_FAST) | CLASS_PUT(CLASS_TIER, TIER_BATCH) |
                CLASS_PUT(CLASS_GEO, GEO_US);
  price_cost cost = bpi_price_cell(builtin_model("claude-opus-4-6"), &cell);
  ck_assert_int_eq(cost.pico, INT64_C(30000000000)); /* no factor applies to these 3 cents */
  ck_assert_int_eq(cost.pico_uncached, INT64_C(30000000000));
  ck_assert_int_eq(cost.unpriced_searches, 0);
  cost = bpi_price_cell(builtin_model("gpt-5.5"), &cell);
  ck_assert(cost.priced);
  ck_assert_int_eq(cost.pico, 0);
  ck_assert_int_eq(cost.unpriced_searches, 3);
}
END_TEST

START_TEST(costs_by_date) {
  const price_model *o3 = builtin_model("o3");
  rollup_cell cell = {.kind = ROLLUP_RESPONSE, .m = {1, 1, 1, 0, 0}};
  static const struct {
    int64_t quarter, pico;
  } cases[] = {
      {0, 52500000},                       /* before everything: 10 + 40 + 2.5 */
      {DAY_2025_06_10 * 96 - 1, 52500000}, /* 9 June 2025, 23:45 */
      {DAY_2025_06_10 * 96, 10500000},     /* 10 June 2025, 00:00: 2 + 8 + 0.5 */
      {DAY_2025_06_10 * 96 + 95, 10500000},
      {INT64_MAX / 2, 10500000},
      {QUARTER_UNDATED, 10500000}, /* no date: the newest */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    cell.quarter = cases[i].quarter;
    ck_assert_int_eq(bpi_price_cell(o3, &cell).pico, cases[i].pico);
  }
  /* Long prompts of Opus 4.6 cost 10 + 37.5 + 1 until 12 March 2026, then 5 + 25 + 0.5. */
  const price_model *opus = builtin_model("claude-opus-4-6");
  cell.class_ = CLASS_PUT(CLASS_BAND, 2);
  cell.quarter = DAY_2026_03_13 * 96 - 1;
  ck_assert_int_eq(bpi_price_cell(opus, &cell).pico, 48500000);
  cell.quarter = DAY_2026_03_13 * 96;
  ck_assert_int_eq(bpi_price_cell(opus, &cell).pico, 30500000);
  cell.class_ = CLASS_PUT(CLASS_BAND, 1);
  cell.quarter = DAY_2026_03_13 * 96 - 1;
  ck_assert_int_eq(bpi_price_cell(opus, &cell).pico, 30500000);
}
END_TEST

START_TEST(costs_three_entries) {
  prices *p = table_of(ENTRY_TABLE("{'valid_from':'1970-01-03','input':'1','output':'1'},"
                                   "{'valid_from':'1970-01-04','input':'2','output':'1'},"
                                   "{'valid_from':'1970-02-01','input':'3','output':'1'}"));
  static const int64_t expected[][2] = {
      {0, 1}, {2 * 96, 1}, {3 * 96 - 1, 1}, {3 * 96, 2}, {31 * 96 - 1, 2}, {31 * 96, 3}, {-1, 3}};
  rollup_cell cell = {.kind = ROLLUP_RESPONSE, .m = {1}};
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    cell.quarter = expected[i][0];
    ck_assert_int_eq(bpi_price_cell(find(p, "m"), &cell).pico, expected[i][1] * 1000000);
  }
  bpi_prices_free(p);
}
END_TEST

START_TEST(costs_of_nothing) {
  rollup_cell cell = cell_on(DAY_2026_07_01, 0, 0, 0, 0);
  price_cost cost = bpi_price_cell(NULL, &cell);
  ck_assert(!cost.priced);
  ck_assert_int_eq(cost.pico, 0);
  ck_assert_int_eq(cost.pico_uncached, 0);
  memset(cell.m, 0, sizeof cell.m);
  check_cost(builtin_model("gpt-5"), cell, 0, 0);
}
END_TEST

START_TEST(costs_saturate) {
  const price_model *opus = builtin_model("claude-opus-4-6"); /* 5,000,000 pico-dollars of input */
  rollup_cell cell = {.kind = ROLLUP_RESPONSE, .quarter = DAY_2026_07_01 * 96};
  cell.m[RESPONSE_INPUT] = INT64_MAX / 5000000;
  price_cost cost = bpi_price_cell(opus, &cell);
  ck_assert(!cost.saturated);
  ck_assert_int_eq(cost.pico, INT64_MAX / 5000000 * 5000000);
  cell.m[RESPONSE_OUTPUT] = 1;
  cost = bpi_price_cell(opus, &cell);
  ck_assert(cost.saturated);
  ck_assert_int_eq(cost.pico, INT64_MAX);
  cell.m[RESPONSE_OUTPUT] = 0;
  cell.m[RESPONSE_INPUT]++;
  cost = bpi_price_cell(opus, &cell);
  ck_assert(cost.saturated);
  ck_assert_int_eq(cost.pico, INT64_MAX);
  cell.m[RESPONSE_INPUT] = INT64_MAX;
  cell.m[RESPONSE_WEB_SEARCHES] = INT64_MAX;
  cost = bpi_price_cell(opus, &cell);
  ck_assert(cost.saturated);
  ck_assert_int_eq(cost.pico, INT64_MAX);
  ck_assert_int_eq(cost.pico_uncached, INT64_MAX);

  bool saturated = false;
  ck_assert_int_eq(bpi_price_add(INT64_MAX - 1, 1, &saturated), INT64_MAX);
  ck_assert(!saturated);
  ck_assert_int_eq(bpi_price_add(INT64_MAX - 1, 2, &saturated), INT64_MAX);
  ck_assert(saturated);
}
END_TEST

/* ------------------------------------------------------------------------ what a table may omit */

START_TEST(rates_left_out) {
  /* Half a pico-dollar rounds up: 1.25 * 0.000002 is 2.5 pico-dollars. */
  prices *p = table_of(ENTRY_TABLE("{'input':'0.000002','output':'7'}"));
  ck_assert_int_eq(rate_of(p, RESPONSE_INPUT, 0, 0), 2);
  ck_assert_int_eq(rate_of(p, RESPONSE_OUTPUT, 0, 0), 7000000);
  ck_assert_int_eq(rate_of(p, RESPONSE_CACHE_READ, 0, 0), 2);
  ck_assert_int_eq(rate_of(p, RESPONSE_CACHE_WRITE_5M, 0, 0), 3);
  ck_assert_int_eq(rate_of(p, RESPONSE_CACHE_WRITE_1H, 0, 0), 4);
  bpi_prices_free(p);
}
END_TEST

START_TEST(hour_writes_within_limits) {
  /* With input 10, 1.5 to 2.5 times is taken as it is; anything else is a slip and becomes
   * twice. */
  static const struct {
    const char *entry;
    int64_t rate;
  } cases[] = {
      {ENTRY_TABLE("{'input':'10','output':'1','cache_write_1h':'15'}"), 15000000},
      {ENTRY_TABLE("{'input':'10','output':'1','cache_write_1h':'14.999999'}"), 20000000},
      {ENTRY_TABLE("{'input':'10','output':'1','cache_write_1h':'25'}"), 25000000},
      {ENTRY_TABLE("{'input':'10','output':'1','cache_write_1h':'25.000001'}"), 20000000},
      {ENTRY_TABLE("{'input':'10','output':'1','cache_write_1h':'6'}"), 20000000},
      {ENTRY_TABLE("{'input':'0','output':'1','cache_write_1h':'6'}"), 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    prices *p = table_of(cases[i].entry);
    ck_assert_int_eq(rate_of(p, RESPONSE_CACHE_WRITE_1H, 0, 0), cases[i].rate);
    bpi_prices_free(p);
  }
}
END_TEST

START_TEST(three_bands_and_tiers) {
  prices *p = table_of(ENTRY_TABLE(
      "{'input':'1','output':'1','above':[{'over':128000,'input':'2','output':'1'},"
      "{'over':200000,'input':'3','output':'1'},{'over':272000,'input':'4','output':'1'}],"
      "'tiers':{'batch':{'multiplier':'0.333'},'flex':{'input':'9','output':'1',"
      "'above':[{'over':128000,'input':'8','output':'1'},{'over':200000,'input':'7','output':'1'},"
      "{'over':272000,'input':'6','output':'1'}]}}}"));
  static const int64_t expected[4][4] = {{1000000, 2000000, 3000000, 4000000},
                                         {333000, 666000, 999000, 1332000},
                                         {1000000, 2000000, 3000000, 4000000},
                                         {9000000, 8000000, 7000000, 6000000}};
  for (int tier = 0; tier < 4; tier++)
    for (int band = 0; band < 4; band++) {
      ck_assert_int_eq(rate_of(p, RESPONSE_INPUT, band, tier), expected[tier][band]);
      ck_assert_int_eq(rate_of(p, RESPONSE_CACHE_READ, band, tier), expected[tier][band]);
    }
  ck_assert_int_eq(rate_of(p, RESPONSE_CACHE_WRITE_1H, 3, TIER_FLEX), 12000000);
  bpi_prices_free(p);
}
END_TEST

START_TEST(multipliers_round_a_rate_not_a_sum) {
  /* 5 pico-dollars times 1.1 are 5.5, rounded to 6 a token; times 3 are 15; times both 16.5,
   * rounded to 17. */
  prices *p = table_of(
      ENTRY_TABLE("{'input':'0.000005','output':'0','fast':'3','geo':{'us':'1.1','eu':'0.001'}}"));
  rollup_cell cell = {.kind = ROLLUP_RESPONSE, .quarter = 1, .m = {1000}};
  static const struct {
    int speed, geo;
    int64_t pico;
  } cases[] = {
      {0, GEO_US, 6000}, {SPEED_FAST, 0, 15000}, {SPEED_FAST, GEO_US, 17000}, {0, GEO_EU, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    cell.class_ = CLASS_PUT(CLASS_SPEED, cases[i].speed) | CLASS_PUT(CLASS_GEO, cases[i].geo);
    ck_assert_int_eq(bpi_price_cell(find(p, "m"), &cell).pico, cases[i].pico);
  }
  bpi_prices_free(p);

  /* The greatest of everything: a dollar per token, a hundredfold twice, is 10,000 USD per
   * token. */
  p = table_of(ENTRY_TABLE("{'input':'1000000','output':'0','fast':'100','geo':{'us':'100'}}"));
  cell.m[RESPONSE_INPUT] = 1;
  cell.class_ = CLASS_PUT(CLASS_SPEED, SPEED_FAST) | CLASS_PUT(CLASS_GEO, GEO_US);
  ck_assert_int_eq(bpi_price_cell(find(p, "m"), &cell).pico, INT64_C(10000000000000000));
  bpi_prices_free(p);
}
END_TEST

/* -------------------------------------------------------------------------------------- lookups */

START_TEST(names_found) {
  static const char *const cases[][2] = {
      {"claude-opus-4-6", "claude-opus-4-6"},
      {"claude-opus-4-5-20251101", "claude-opus-4-5"},
      {"claude-opus-4-5@20251101", "claude-opus-4-5"},
      {"claude-opus-4-20250514", "claude-opus-4"},
      {"claude-4-opus-20250514", "claude-opus-4"},
      {"claude-opus-4-1-20250805", "claude-opus-4-1"},
      {"claude-opus-4.8", "claude-opus-4-8"},
      {"claude-3-7-sonnet-latest", "claude-3-7-sonnet"},
      {"claude-3-5-haiku-20241022", "claude-3-5-haiku"},
      {"claude-sonnet-4-5-20250929[1m]", "claude-sonnet-4-5"},
      {"anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"},
      {"openrouter/anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"},
      {"anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"},
      {"us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"},
      {"global.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"},
      {"bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"},
      {"bedrock/converse/us-east-1/anthropic.claude-sonnet-4-5-20250929-v10:12",
       "claude-sonnet-4-5"},
      {"arn:aws:bedrock:us-east-1:1:inference-profile/eu.anthropic.claude-haiku-4-5",
       "claude-haiku-4-5"},
      {"vertex_ai/claude-haiku-4-5@20251001", "claude-haiku-4-5"},
      {"projects/p/locations/l/publishers/anthropic/models/claude-haiku-4-5@default",
       "claude-haiku-4-5"},
      {"openai/gpt-5-2025-08-07", "gpt-5"},
      {"gpt-5-chat-latest", "gpt-5-chat"},
      {"gpt-4o-2024-08-06", "gpt-4o"},
      {"gpt-4o-2024-05-13", "gpt-4o-2024-05-13"}, /* dearer: its own row */
      {"github_copilot/gpt-5.3-codex", "gpt-5.3-codex"},
      {"MiniMax-M2.7", "minimax-m2.7"},
      {"models/gemini-2.5-pro", "gemini-2.5-pro"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    ck_assert_ptr_eq(builtin_model(cases[i][0]), builtin_model(cases[i][1]));
}
END_TEST

START_TEST(names_not_found) {
  static const char *const cases[] = {"",
                                      "<synthetic>",
                                      "claude",
                                      "claude-opus",
                                      "claude-opus-4-",
                                      "claude-opus-4-55",
                                      "claude-opus-4-6-2",
                                      "claude-opus-40",
                                      "claude-opus-4-6-20261301",
                                      "claude-opus-4-6-2026020",
                                      "claude-opus-4-6-v1:",
                                      "claude-opus-4-6-v:0",
                                      "claude-opus-4-6:0",
                                      "claude-opus-4-6v1:0",
                                      "-v1:0",
                                      "1:0",
                                      ":0",
                                      "-20250929",
                                      "gpt-5.55",
                                      "gpt-5.",
                                      "gpt",
                                      "gpt-5-2025-13-07",
                                      "gpt-5-latest-x",
                                      "deepseek-chat-v3",
                                      "sonnet",
                                      "default",
                                      "anthropic/",
                                      "us.",
                                      "bedrock/",
                                      "bedrock/us-east-1/",
                                      "arn:aws:bedrock:",
                                      "/",
                                      "@",
                                      "-latest",
                                      "someone/claude-opus-4-6",
                                      "CLAUDE-OPUS-4-6",
                                      " claude-opus-4-6",
                                      "claude-opus-4-6 ",
                                      "o3-",
                                      "o",
                                      "glm-4.7",
                                      "unsloth/Qwen3-Coder-Next",
                                      "xanthropic.claude-opus-4-6"};
  const prices *p = bpi_prices_builtin();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    ck_assert_msg(find(p, cases[i]) == NULL, "%s has a price", cases[i]);
  ck_assert_ptr_null(bpi_prices_find(p, NULL, 0));
  ck_assert_ptr_null(bpi_prices_find(p, "gpt-5", 4));
  ck_assert_ptr_nonnull(bpi_prices_find(p, "gpt-5.5", 5)); /* the length counts, not the NUL */
  ck_assert_ptr_null(bpi_prices_find(p, "gpt-5\0", 6));
}
END_TEST

START_TEST(versions_do_not_reach_longer_ones) {
  prices *p = table_of(
      "{'version':1,'as_of':'2026-01-01','source':'s','models':["
      "{'name':'claude-opus-4','provider':'p','entries':[{'input':'1','output':'1'}]},"
      "{'name':'claude-opus-5-1','provider':'p','entries':[{'input':'1','output':'1'}]}]}");
  ck_assert_ptr_nonnull(find(p, "claude-opus-4"));
  ck_assert_ptr_nonnull(find(p, "claude-opus-4-20250514"));
  ck_assert_ptr_null(find(p, "claude-opus-4-5"));
  ck_assert_ptr_null(find(p, "claude-opus-4-5-20251101"));
  ck_assert_ptr_null(find(p, "claude-opus-4.5"));
  ck_assert_ptr_null(find(p, "claude-opus-41"));
  ck_assert_ptr_null(find(p, "claude-opus-5"));
  bpi_prices_free(p);
}
END_TEST

/* ----------------------------------------------------------------------------- malformed tables */

#define HEAD "{'version':1,'as_of':'2026-01-01','source':'s','models':["
#define MODEL(name, rest)                                                                          \
  "{'name':'" name "','provider':'p'" rest ",'entries':[{'input':'1','output':'1'}]}"
#define AT "models[0].entries[0]"

static const struct {
  const char *table;
  int code;
  const char *path;
} malformed[] = {
    {"", BP_ERR_FORMAT, NULL},
    {"{", BP_ERR_FORMAT, NULL},
    {HEAD MODEL("m", "") "]}x", BP_ERR_FORMAT, NULL},
    {"[]", BP_ERR_FORMAT, "the table"},
    {"{}", BP_ERR_FORMAT, "version"},
    {"{'version':'1'}", BP_ERR_FORMAT, "version"},
    {"{'version':1.5}", BP_ERR_FORMAT, "version"},
    {"{'version':2,'prices':[]}", BP_ERR_UNSUPPORTED, "version"},
    {"{'version':0}", BP_ERR_UNSUPPORTED, "version"},
    {"{'version':1,'version':1}", BP_ERR_FORMAT, NULL},
    {"{'version':1,'as_of':'2026-01-01','source':'s','model':[]}", BP_ERR_FORMAT, "the table"},
    {"{'version':1,'source':'s','models':[]}", BP_ERR_FORMAT, "as_of"},
    {"{'version':1,'as_of':'2026-02-30','source':'s','models':[]}", BP_ERR_FORMAT, "as_of"},
    {"{'version':1,'as_of':'1969-12-31','source':'s','models':[]}", BP_ERR_FORMAT, "as_of"},
    {"{'version':1,'as_of':'2026-01-01','models':[]}", BP_ERR_FORMAT, "source"},
    {"{'version':1,'as_of':'2026-01-01','source':'','models':[]}", BP_ERR_FORMAT, "source"},
    {"{'version':1,'as_of':'2026-01-01','source':'s','license':7,'models':[]}", BP_ERR_FORMAT,
     "license"},
    {"{'version':1,'as_of':'2026-01-01','source':'s','license':'MIT'}", BP_ERR_FORMAT, "models"},
    {"{'version':1,'as_of':'2026-01-01','source':'s'}", BP_ERR_FORMAT, "models"},
    {"{'version':1,'as_of':'2026-01-01','source':'s','models':{}}", BP_ERR_FORMAT, "models"},
    {HEAD "]}", BP_ERR_FORMAT, "models"},
    {HEAD "1]}", BP_ERR_FORMAT, "models[0]"},
    {HEAD "null]}", BP_ERR_FORMAT, "models[0]"},
    {HEAD MODEL("m", ",'alias':'x'") "]}", BP_ERR_FORMAT, "models[0]"},
    {HEAD MODEL("m", ",'aliases':[]") "]}", BP_ERR_FORMAT, "models[0].aliases"},
    {HEAD MODEL("m", ",'aliases':'x'") "]}", BP_ERR_FORMAT, "models[0].aliases"},
    {HEAD MODEL("m", ",'aliases':['x',1]") "]}", BP_ERR_FORMAT, "models[0].aliases[1]"},
    {HEAD MODEL("m", ",'aliases':['x y']") "]}", BP_ERR_FORMAT, "models[0].aliases[0]"},
    {HEAD MODEL("", "") "]}", BP_ERR_FORMAT, "models[0].name"},
    {HEAD MODEL("\xc3\xa9", "") "]}", BP_ERR_FORMAT, "models[0].name"},
    {HEAD "{'provider':'p','entries':[1]}]}", BP_ERR_FORMAT, "models[0].name"},
    {HEAD "{'name':'m','entries':[1]}]}", BP_ERR_FORMAT, "models[0].provider"},
    {HEAD "{'name':'m','provider':'p'}]}", BP_ERR_FORMAT, "models[0].entries"},
    {HEAD "{'name':'m','provider':'p','entries':[]}]}", BP_ERR_FORMAT, "models[0].entries"},
    {HEAD MODEL("m", "") "," MODEL("m", "") "]}", BP_ERR_FORMAT, "models[1]"},
    {HEAD MODEL("m", "") "," MODEL("n", ",'aliases':['m']") "]}", BP_ERR_FORMAT, "models[1]"},
    {HEAD MODEL("m", ",'aliases':['m']") "]}", BP_ERR_FORMAT, "models[0]"},
    {ENTRY_TABLE("'3'"), BP_ERR_FORMAT, AT},
    {ENTRY_TABLE("{'input':'1','output':'1','cach_read':'1'}"), BP_ERR_FORMAT, AT},
    {ENTRY_TABLE("{'output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'1'}"), BP_ERR_FORMAT, AT ".output"},
    {ENTRY_TABLE("{'input':1,'output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':null,'output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'-1','output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'+1','output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'','output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'.5','output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'5.','output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'05','output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'1e2','output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'1,5','output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':' 1','output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'NaN','output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'0.0000001','output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'1000000.000001','output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'99999999999999999999999999','output':'1'}"), BP_ERR_FORMAT,
     AT ".input"},
    /* 2 to the power of 64, and 1 */
    {ENTRY_TABLE("{'input':'18446744073709551617','output':'1'}"), BP_ERR_FORMAT, AT ".input"},
    {ENTRY_TABLE("{'input':'1','output':'1','cache_read':'x'}"), BP_ERR_FORMAT, AT ".cache_read"},
    {ENTRY_TABLE("{'input':'1','output':'1','fast':'0'}"), BP_ERR_FORMAT, AT ".fast"},
    {ENTRY_TABLE("{'input':'1','output':'1','fast':'0.0001'}"), BP_ERR_FORMAT, AT ".fast"},
    {ENTRY_TABLE("{'input':'1','output':'1','fast':'100.001'}"), BP_ERR_FORMAT, AT ".fast"},
    {ENTRY_TABLE("{'input':'1','output':'1','fast':6}"), BP_ERR_FORMAT, AT ".fast"},
    {ENTRY_TABLE("{'input':'1','output':'1','geo':'1.1'}"), BP_ERR_FORMAT, AT ".geo"},
    {ENTRY_TABLE("{'input':'1','output':'1','geo':{'other':'1.1'}}"), BP_ERR_FORMAT, AT ".geo"},
    {ENTRY_TABLE("{'input':'1','output':'1','geo':{'us':'-1'}}"), BP_ERR_FORMAT, AT ".geo.us"},
    {ENTRY_TABLE("{'input':'1','output':'1','web_search':'100.5'}"), BP_ERR_FORMAT,
     AT ".web_search"},
    {ENTRY_TABLE("{'input':'1','output':'1','tiers':[]}"), BP_ERR_FORMAT, AT ".tiers"},
    {ENTRY_TABLE("{'input':'1','output':'1','tiers':{'standard':{'multiplier':'1'}}}"),
     BP_ERR_FORMAT, AT ".tiers"},
    {ENTRY_TABLE("{'input':'1','output':'1','tiers':{'flex':'0.5'}}"), BP_ERR_FORMAT,
     AT ".tiers.flex"},
    {ENTRY_TABLE("{'input':'1','output':'1','tiers':{'flex':{}}}"), BP_ERR_FORMAT,
     AT ".tiers.flex.input"},
    {ENTRY_TABLE("{'input':'1','output':'1','tiers':{'flex':{'multiplier':'1','input':'1'}}}"),
     BP_ERR_FORMAT, AT ".tiers.flex"},
    {ENTRY_TABLE("{'input':'1','output':'1','tiers':{'flex':{'multiplier':'x'}}}"), BP_ERR_FORMAT,
     AT ".tiers.flex.multiplier"},
    {ENTRY_TABLE(
         "{'input':'1','output':'1','cache_read':'1','tiers':{'flex':{'input':'1','output':'1'}}}"),
     BP_ERR_FORMAT, AT ".tiers.flex.cache_read"},
    {ENTRY_TABLE("{'input':'1','output':'1','above':[{'over':200000,'input':'1','output':'1'}],"
                 "'tiers':{'flex':{'input':'1','output':'1'}}}"),
     BP_ERR_FORMAT, AT ".tiers.flex.above"},
    {ENTRY_TABLE("{'input':'1','output':'1','above':[]}"), BP_ERR_FORMAT, AT ".above"},
    {ENTRY_TABLE("{'input':'1','output':'1','above':[[]]}"), BP_ERR_FORMAT, AT ".above[0]"},
    {ENTRY_TABLE("{'input':'1','output':'1','above':[{'input':'1','output':'1'}]}"), BP_ERR_FORMAT,
     AT ".above[0].over"},
    {ENTRY_TABLE("{'input':'1','output':'1','above':[{'over':'200000','input':'1','output':'1'}]}"),
     BP_ERR_FORMAT, AT ".above[0].over"},
    {ENTRY_TABLE("{'input':'1','output':'1','above':[{'over':100000,'input':'1','output':'1'}]}"),
     BP_ERR_UNSUPPORTED, AT ".above[0].over"},
    {ENTRY_TABLE("{'input':'1','output':'1','above':[{'over':0,'input':'1','output':'1'}]}"),
     BP_ERR_UNSUPPORTED, AT ".above[0].over"},
    {ENTRY_TABLE("{'input':'1','output':'1','above':[{'over':200000,'output':'1'}]}"),
     BP_ERR_FORMAT, AT ".above[0].input"},
    {ENTRY_TABLE("{'input':'1','output':'1','cache_read':'1','above':"
                 "[{'over':200000,'input':'1','output':'1'}]}"),
     BP_ERR_FORMAT, AT ".above[0].cache_read"},
    {ENTRY_TABLE("{'input':'1','output':'1','above':[{'over':200000,'input':'1','output':'1'},"
                 "{'over':128000,'input':'1','output':'1'}]}"),
     BP_ERR_FORMAT, AT ".above[1].over"},
    {ENTRY_TABLE("{'input':'1','output':'1','above':[{'over':200000,'input':'1','output':'1'},"
                 "{'over':200000,'input':'1','output':'1'}]}"),
     BP_ERR_FORMAT, AT ".above[1].over"},
    {ENTRY_TABLE("{'input':'1','output':'1','valid_from':'2026-1-1'}"), BP_ERR_FORMAT,
     AT ".valid_from"},
    {ENTRY_TABLE("{'input':'1','output':'1','valid_from':0}"), BP_ERR_FORMAT, AT ".valid_from"},
    {ENTRY_TABLE("{'input':'1','output':'1'},{'input':'1','output':'1'}"), BP_ERR_FORMAT,
     "models[0].entries[1].valid_from"},
    {ENTRY_TABLE("{'input':'1','output':'1','valid_from':'2026-01-02'},"
                 "{'input':'1','output':'1','valid_from':'2026-01-02'}"),
     BP_ERR_FORMAT, "models[0].entries[1].valid_from"},
    {ENTRY_TABLE("{'input':'1','output':'1','valid_from':'2026-01-02'},"
                 "{'input':'1','output':'1','valid_from':'2026-01-01'}"),
     BP_ERR_FORMAT, "models[0].entries[1].valid_from"},
};

START_TEST(malformed_tables_are_refused) {
  const char *path = malformed[_i].path;
  char *json = quoted(malformed[_i].table);
  bp_error *error = NULL;
  prices *p = (prices *)arguments; /* not NULL, so that the call must set it */
  int rc = bpi_prices_parse(&p, json, strlen(json), &error);
  ck_assert_msg(rc == malformed[_i].code, "%s: %d", json, rc);
  ck_assert_ptr_null(p);
  ck_assert_int_eq(bpi_error_code(error), rc);
  if (path != NULL) {
    const char *said = bpi_error_detail(error, "path");
    ck_assert_msg(said != NULL && strcmp(said, path) == 0, "%s: %s", json,
                  said != NULL ? said : "-");
    ck_assert_ptr_nonnull(strstr(bpi_error_message(error), path));
  } else {
    ck_assert_ptr_nonnull(bpi_error_detail(error, "byte"));
  }
  bpi_error_free(error);
  ck_assert_int_eq(bpi_prices_parse(&p, json, strlen(json), NULL), rc); /* no place for the error */
  free(json);
}
END_TEST

START_TEST(errors_name_what_helps) {
  char *json = quoted(ENTRY_TABLE("{'input':'1','output':'1','geo':{'canary':'1'}}"));
  bp_error *error = NULL;
  prices *p;
  ck_assert_int_eq(bpi_prices_parse(&p, json, strlen(json), &error), BP_ERR_FORMAT);
  ck_assert_str_eq(bpi_error_detail(error, "allowed"), "us, eu");
  ck_assert_ptr_null(strstr(bpi_error_message(error), "canary"));
  bpi_error_free(error);
  free(json);

  error = NULL;
  json = quoted(HEAD MODEL("a", ",'aliases':['twice']") "," MODEL("twice", "") "]}");
  ck_assert_int_eq(bpi_prices_parse(&p, json, strlen(json), &error), BP_ERR_FORMAT);
  ck_assert_str_eq(bpi_error_detail(error, "name"), "twice");
  bpi_error_free(error);
  free(json);
}
END_TEST

START_TEST(names_have_a_limit) {
  char name[202], json[512];
  memset(name, 'n', sizeof name);
  for (int length = 200; length <= 201; length++) {
    name[length] = '\0';
    snprintf(json, sizeof json, HEAD MODEL("%s", "") "]}", name);
    char *text = quoted(json);
    prices *p;
    int rc = bpi_prices_parse(&p, text, strlen(text), NULL);
    ck_assert_int_eq(rc, length == 200 ? BP_OK : BP_ERR_FORMAT);
    bpi_prices_free(p);
    free(text);
    name[length] = 'n';
  }
}
END_TEST

START_TEST(a_torn_table_is_refused) {
  char *json =
      quoted(ENTRY_TABLE("{'input':'1','output':'1','tiers':{'flex':{'multiplier':'1'}}}"));
  for (size_t length = 0; length < strlen(json); length++) {
    prices *p;
    ck_assert_int_eq(bpi_prices_parse(&p, json, length, NULL), BP_ERR_FORMAT);
  }
  free(json);
}
END_TEST

/* ----------------------------------------------------------------------- the built-in and given */

static void compare_tables(const bp_result *a, const bp_result *b) {
  ck_assert_uint_eq(a->rows, b->rows);
  ck_assert_uint_eq(a->columns, b->columns);
  for (size_t c = 0; c < a->columns; c++) {
    const table_column *x = &a->column[c], *y = &b->column[c];
    ck_assert_int_eq(x->type, y->type);
    ck_assert_mem_eq(x->states, y->states, a->rows * sizeof *x->states);
    if (x->type == BP_TYPE_INT) {
      ck_assert_mem_eq(x->ints, y->ints, a->rows * sizeof *x->ints);
    } else if (x->type == BP_TYPE_REAL) {
      ck_assert_mem_eq(x->reals, y->reals, a->rows * sizeof *x->reals);
    } else {
      ck_assert_uint_eq(x->bytes_length, y->bytes_length);
      ck_assert_mem_eq(x->bytes, y->bytes, x->bytes_length);
      ck_assert_mem_eq(x->offsets, y->offsets, (a->rows + 1) * sizeof *x->offsets);
    }
  }
}

START_TEST(built_in_equals_its_file) {
  size_t length;
  char *json = load(arguments[1], &length);
  prices *p;
  bp_error *error = NULL;
  ck_assert_msg(bpi_prices_parse(&p, json, length, &error) == BP_OK, "%s",
                bpi_error_message(error));
  ck_assert_str_eq(bpi_prices_digest(p), bpi_prices_digest(bpi_prices_builtin()));
  ck_assert_str_eq(bpi_prices_date(p), bpi_prices_date(bpi_prices_builtin()));
  bp_result *a, *b;
  ck_assert_int_eq(bpi_prices_table(&a, p, NULL), BP_OK);
  ck_assert_int_eq(bpi_prices_table(&b, bpi_prices_builtin(), NULL), BP_OK);
  ck_assert_uint_gt(a->rows, 100);
  compare_tables(a, b);
  ck_assert_str_eq(bp_result_meta(a, "prices_source"), bp_result_meta(b, "prices_source"));
  bpi_table_release(a);
  bpi_table_release(b);
  bpi_prices_free(p);

  /* One byte more gives another digest, although the prices are the same. */
  json[length] = '\n';
  ck_assert_int_eq(bpi_prices_parse(&p, json, length + 1, NULL), BP_OK);
  ck_assert_str_ne(bpi_prices_digest(p), bpi_prices_digest(bpi_prices_builtin()));
  bpi_prices_free(p);
  free(json);
}
END_TEST

START_TEST(digest_is_blake2b_256) {
  /* From Python: hashlib.blake2b(json, digest_size=32).hexdigest() */
  prices *p = table_of(ENTRY_TABLE("{'input':'1','output':'1'}"));
  ck_assert_str_eq(bpi_prices_digest(p),
                   "38b00b5412c2263faa4dd87b1712742160117da3b9e85f351864ce594b3f0751");
  ck_assert_str_eq(bpi_prices_date(p), "2026-01-01");
  bp_result *table;
  ck_assert_int_eq(bpi_prices_table(&table, p, NULL), BP_OK);
  ck_assert_str_eq(bp_result_meta(table, "prices_source"), "s");
  bpi_table_release(table);
  bpi_prices_free(p);
  bpi_prices_free(NULL);
}
END_TEST

/* ----------------------------------------------------------------------------------- the oracle */

static void check_line(const prices *p, const char *line) {
  char name[256];
  int64_t quarter, m[5], searches, pico, uncached, unpriced;
  int band, speed, tier, geo, priced, saturated;
  int fields = sscanf(line,
                      "%255s %" SCNd64 " %d %d %d %d %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64
                      " %" SCNd64 " %" SCNd64 " | %d %d %" SCNd64 " %" SCNd64 " %" SCNd64,
                      name, &quarter, &band, &speed, &tier, &geo, &m[0], &m[1], &m[2], &m[3], &m[4],
                      &searches, &priced, &saturated, &pico, &uncached, &unpriced);
  ck_assert_msg(fields == 17, "not a cell: %s", line);
  rollup_cell cell = {.kind = ROLLUP_RESPONSE, .quarter = quarter, .n = 1};
  cell.class_ = CLASS_PUT(CLASS_BAND, band) | CLASS_PUT(CLASS_SPEED, speed) |
                CLASS_PUT(CLASS_TIER, tier) | CLASS_PUT(CLASS_GEO, geo);
  memcpy(cell.m, m, sizeof m);
  cell.m[RESPONSE_WEB_SEARCHES] = searches;
  price_cost cost = bpi_price_cell(find(p, name), &cell);
  ck_assert_msg(cost.priced == priced && cost.saturated == saturated && cost.pico == pico &&
                    cost.pico_uncached == uncached && cost.unpriced_searches == unpriced,
                "%s: %d %d %" PRId64 " %" PRId64 " %" PRId64, line, cost.priced, cost.saturated,
                cost.pico, cost.pico_uncached, cost.unpriced_searches);
}

static void check_cells(const prices *p, const char *path) {
  FILE *file = fopen(path, "r");
  char line[1024];
  int lines = 0;
  ck_assert_msg(file != NULL, "cannot read %s", path);
  for (; fgets(line, sizeof line, file) != NULL; lines++)
    check_line(p, line);
  fclose(file);
  ck_assert_int_ge(lines, 1000);
}

START_TEST(oracle_prices_the_built_in_alike) {
  check_cells(bpi_prices_builtin(), arguments[2]);
}
END_TEST

START_TEST(oracle_prices_a_random_table_alike) {
  size_t length;
  char *json = load(arguments[3], &length);
  prices *p;
  bp_error *error = NULL;
  ck_assert_msg(bpi_prices_parse(&p, json, length, &error) == BP_OK, "%s",
                bpi_error_message(error));
  free(json); /* a table has its own copy of the text */
  check_cells(p, arguments[4]);
  bpi_prices_free(p);
}
END_TEST

/* ---------------------------------------------------------------------------------- the listing */

static int64_t int_at(const bp_result *t, const char *name, size_t row) {
  for (size_t c = 0; c < t->columns; c++)
    if (strcmp(bpi_table_column_get(t, c, "name"), name) == 0) {
      ck_assert_int_eq(t->column[c].states[row], BP_CELL_VALUE);
      return t->column[c].ints[row];
    }
  ck_abort_msg("no column %s", name);
  return 0;
}

static const char *text_at(const bp_result *t, const char *name, size_t row) {
  static char text[256];
  for (size_t c = 0; c < t->columns; c++)
    if (strcmp(bpi_table_column_get(t, c, "name"), name) == 0) {
      const table_column *x = &t->column[c];
      if (x->states[row] != BP_CELL_VALUE) return NULL;
      size_t length = (size_t)(x->offsets[row + 1] - x->offsets[row]);
      memcpy(text, x->bytes + x->offsets[row], length);
      text[length] = '\0';
      return text;
    }
  ck_abort_msg("no column %s", name);
  return NULL;
}

START_TEST(table_lists_what_differs) {
  prices *p = table_of(ENTRY_TABLE(
      "{'input':'1','output':'2','cache_read':'0.003625'},"
      "{'valid_from':'2026-01-02','input':'3','output':'4','above':["
      "{'over':200000,'input':'5','output':'6'}],"
      "'tiers':{'batch':{'multiplier':'0.5'},'flex':{'multiplier':'1'}},'geo':{'us':'1.1'},"
      "'web_search':'0.01'}"));
  bp_result *t;
  ck_assert_int_eq(bpi_prices_table(&t, p, NULL), BP_OK);
  /* Entry 1; entry 2 standard, above 200000, batch, batch above 200000. Flex is standard. */
  static const struct {
    const char *from, *tier;
    int64_t above, input, cache_read;
  } rows[] = {{NULL, "standard", 0, 1000000000, 3625000},
              {"2026-01-02", "standard", 0, 3000000000, 3000000000},
              {"2026-01-02", "standard", 200000, 5000000000, 5000000000},
              {"2026-01-02", "batch", 0, 1500000000, 1500000000},
              {"2026-01-02", "batch", 200000, 2500000000, 2500000000}};
  ck_assert_uint_eq(t->rows, sizeof rows / sizeof *rows);
  for (size_t i = 0; i < t->rows; i++) {
    ck_assert_str_eq(text_at(t, "model", i), "m");
    ck_assert_str_eq(text_at(t, "provider", i), "p");
    ck_assert_str_eq(text_at(t, "tier", i), rows[i].tier);
    const char *from = text_at(t, "valid_from", i);
    ck_assert(rows[i].from == NULL ? from == NULL
                                   : from != NULL && strcmp(from, rows[i].from) == 0);
    ck_assert_int_eq(int_at(t, "above", i), rows[i].above);
    ck_assert_int_eq(int_at(t, "input", i), rows[i].input);
    ck_assert_int_eq(int_at(t, "cache_read", i), rows[i].cache_read);
    if (i > 0) ck_assert_int_eq(int_at(t, "web_search", i), 10000000);
  }
  ck_assert_int_eq(int_at(t, "cache_write_5m", 0), 1250000000);
  ck_assert_int_eq(int_at(t, "cache_write_1h", 0), 2000000000);
  ck_assert_str_eq(bpi_table_get(t, "prices"), bpi_prices_digest(p));
  ck_assert_str_eq(bpi_table_get(t, "prices_date"), "2026-01-01");
  bpi_table_release(t);
  bpi_prices_free(p);
}
END_TEST

/* -------------------------------------------------------------------------------- out of memory */

START_TEST(every_allocation_may_fail) {
  char *json = quoted(
      ENTRY_TABLE("{'input':'1','output':'1','above':[{'over':200000,'input':'1','output':'1'}],"
                  "'tiers':{'flex':{'multiplier':'1'}},'geo':{'us':'1.1'}}"));
  int rc = BP_ERR_NOMEM;
  prices *p = NULL;
  for (long n = 0; rc != BP_OK && n < 1000; n++) {
    bp_error *error = NULL;
    bpi_mem_fail_after(n);
    rc = bpi_prices_parse(&p, json, strlen(json), &error);
    bpi_mem_fail_after(-1);
    ck_assert(rc == BP_OK || (rc == BP_ERR_NOMEM && p == NULL));
    bpi_error_free(error);
  }
  ck_assert_int_eq(rc, BP_OK);
  bp_result *t = NULL;
  rc = BP_ERR_NOMEM;
  for (long n = 0; rc != BP_OK && n < 1000; n++) {
    bpi_mem_fail_after(n);
    rc = bpi_prices_table(&t, p, NULL);
    bpi_mem_fail_after(-1);
    ck_assert(rc == BP_OK || (rc == BP_ERR_NOMEM && t == NULL));
  }
  ck_assert_int_eq(rc, BP_OK);
  bpi_table_release(t);
  bpi_prices_free(p);
  /* Without memory for its details, a refusal is still a refusal or plainly out of memory. */
  free(json);
  json = quoted(ENTRY_TABLE("{'input':'1','output':'1','geo':{'x':'1'}}"));
  for (long n = 0; n < 60; n++) {
    bp_error *error = NULL;
    bpi_mem_fail_after(n);
    rc = bpi_prices_parse(&p, json, strlen(json), &error);
    bpi_mem_fail_after(-1);
    ck_assert(rc == BP_ERR_NOMEM || rc == BP_ERR_FORMAT);
    ck_assert_ptr_null(p);
    bpi_error_free(error);
  }
  ck_assert_int_eq(rc, BP_ERR_FORMAT);
  free(json);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("prices");
  TCase *cost = tcase_create("cost"), *lookup = tcase_create("lookup"),
        *table = tcase_create("table");
  tcase_add_test(cost, costs_standard_and_long);
  tcase_add_test(cost, costs_speed_tier_region);
  tcase_add_test(cost, costs_web_searches);
  tcase_add_test(cost, costs_by_date);
  tcase_add_test(cost, costs_three_entries);
  tcase_add_test(cost, costs_of_nothing);
  tcase_add_test(cost, costs_saturate);
  tcase_add_test(cost, rates_left_out);
  tcase_add_test(cost, hour_writes_within_limits);
  tcase_add_test(cost, three_bands_and_tiers);
  tcase_add_test(cost, multipliers_round_a_rate_not_a_sum);
  tcase_add_test(cost, oracle_prices_the_built_in_alike);
  tcase_add_test(cost, oracle_prices_a_random_table_alike);
  tcase_add_test(lookup, names_found);
  tcase_add_test(lookup, names_not_found);
  tcase_add_test(lookup, versions_do_not_reach_longer_ones);
  tcase_add_loop_test(table, malformed_tables_are_refused, 0,
                      (int)(sizeof malformed / sizeof *malformed));
  tcase_add_test(table, errors_name_what_helps);
  tcase_add_test(table, names_have_a_limit);
  tcase_add_test(table, a_torn_table_is_refused);
  tcase_add_test(table, built_in_equals_its_file);
  tcase_add_test(table, digest_is_blake2b_256);
  tcase_add_test(table, table_lists_what_differs);
  tcase_add_test(table, every_allocation_may_fail);
  suite_add_tcase(s, cost);
  suite_add_tcase(s, lookup);
  suite_add_tcase(s, table);
  return s;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: test_prices PRICES.json CELLS RANDOM.json RANDOM_CELLS\n");
    return 2;
  }
  arguments = argv;
  return run_suite(suite());
}
