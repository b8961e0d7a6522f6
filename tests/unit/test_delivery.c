/* The text formats. Expected texts are written by hand from docs/formats/result.md;
 * delivery_oracle.py checks that json, ndjson and csv are exact for random tables. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <blueplane/blueplane.h>

#include "base/err.h"
#include "base/mem.h"
#include "delivery/delivery.h"
#include "result/table.h"
#include "run_suite.h"

#define AT_LEAST "\xE2\x89\xA5"
#define DASH "\xE2\x80\x93"
#define RULE_1 "\xE2\x94\x80"
#define RULE_2 RULE_1 RULE_1
#define RULE_4 RULE_2 RULE_2
#define RULE_8 RULE_4 RULE_4
#define DOTS "\xE2\x80\xA6"

static void set(bp_result *t, size_t column, const char *text) {
  bpi_table_set_text(t, column, text, strlen(text));
}

static bp_result *finished(bp_result *t) {
  bp_result *r = NULL;
  ck_assert_int_eq(bpi_table_finish(&r, t, NULL), BP_OK);
  return r;
}

static char *formatted(const bp_result *r, const char *format) {
  char *text = NULL;
  size_t length = 0;
  bp_error *error = NULL;
  int rc = bp_result_format(&text, &length, r, format, &error);
  ck_assert_msg(rc == BP_OK, "%s: %s", format, bpi_error_message(error));
  ck_assert_uint_eq(strlen(text), length);
  return text;
}

static void expect(bp_result *r, const char *format, const char *expected) {
  char *text = formatted(r, format);
  ck_assert_msg(strcmp(text, expected) == 0, "%s gave\n%s\nnot\n%s", format, text, expected);
  bpi_free(text);
  bp_result_free(r);
}

/* Each state, each type but bool, each unit. */
static bp_result *two_days(void) {
  bp_result *t = bpi_table_new();
  size_t day = bpi_table_add_column(t, BP_TYPE_TIME, "time.day", "dimension");
  size_t platform = bpi_table_add_column(t, BP_TYPE_TEXT, "platform", "dimension");
  size_t cost = bpi_table_add_column(t, BP_TYPE_INT, "cost", "metric");
  size_t tokens = bpi_table_add_column(t, BP_TYPE_INT, "tokens", "metric");
  size_t cache = bpi_table_add_column(t, BP_TYPE_REAL, "cache", "metric");
  size_t active = bpi_table_add_column(t, BP_TYPE_INT, "active", "metric");
  size_t n = bpi_table_add_column(t, BP_TYPE_INT, "n", "companion");
  bpi_table_meta(t, "zone", "UTC");
  bpi_table_meta(t, "notes", "hand-made");
  bpi_table_column_meta(t, day, "title", "Day");
  bpi_table_column_meta(t, cost, "unit", "nUSD");
  bpi_table_column_meta(t, cost, "title", "Cost");
  bpi_table_column_meta(t, tokens, "unit", "tokens");
  bpi_table_column_meta(t, cache, "unit", "ratio");
  bpi_table_column_meta(t, active, "unit", "us");
  bpi_table_column_meta(t, n, "of", "cost");
  bpi_table_add_row(t);
  bpi_table_set_int(t, day, 1756684800000000);
  set(t, platform, "claude_code");
  bpi_table_set_int(t, cost, 1234560000000);
  bpi_table_set_int(t, tokens, 1234567);
  bpi_table_set_state(t, tokens, BP_CELL_LOWER_BOUND);
  bpi_table_set_real(t, cache, 0.1234);
  bpi_table_set_int(t, active, 4980000000);
  bpi_table_set_int(t, n, 12);
  bpi_table_add_row(t);
  bpi_table_set_int(t, day, 1756771200000000);
  set(t, platform, "a|b\"c,\n");
  bpi_table_set_int(t, cost, 1200000);
  bpi_table_set_state(t, tokens, BP_CELL_UNCOVERED);
  bpi_table_set_state(t, active, BP_CELL_WITHHELD);
  bpi_table_set_int(t, n, 0);
  return finished(t);
}

static bp_result *no_rows(void) {
  bp_result *t = bpi_table_new();
  bpi_table_add_column(t, BP_TYPE_INT, "x", NULL);
  return finished(t);
}

START_TEST(json) {
  expect(two_days(), "json",
         "{\"schema\":\"blueplane.result/1\",\n"
         "\"meta\":{\"zone\":\"UTC\",\"notes\":\"hand-made\"},\n"
         "\"columns\":[\n"
         "{\"name\":\"time.day\",\"type\":\"time\",\"role\":\"dimension\",\"title\":\"Day\"},\n"
         "{\"name\":\"platform\",\"type\":\"text\",\"role\":\"dimension\"},\n"
         "{\"name\":\"cost\",\"type\":\"int\",\"role\":\"metric\",\"unit\":\"nUSD\","
         "\"title\":\"Cost\"},\n"
         "{\"name\":\"tokens\",\"type\":\"int\",\"role\":\"metric\",\"unit\":\"tokens\"},\n"
         "{\"name\":\"cache\",\"type\":\"real\",\"role\":\"metric\",\"unit\":\"ratio\"},\n"
         "{\"name\":\"active\",\"type\":\"int\",\"role\":\"metric\",\"unit\":\"us\"},\n"
         "{\"name\":\"n\",\"type\":\"int\",\"role\":\"companion\",\"of\":\"cost\"}\n"
         "],\n"
         "\"rows\":[\n"
         "{\"time.day\":\"2025-09-01T00:00:00Z\",\"platform\":\"claude_code\","
         "\"cost\":1234560000000,\"tokens\":1234567,\"cache\":0.1234,\"active\":4980000000,"
         "\"n\":12},\n"
         "{\"time.day\":\"2025-09-02T00:00:00Z\",\"platform\":\"a|b\\\"c,\\u000a\","
         "\"cost\":1200000,\"tokens\":null,\"cache\":null,\"active\":null,\"n\":0}\n"
         "],\n"
         "\"states\":[\n"
         "{\"row\":0,\"column\":\"tokens\",\"state\":\"lower_bound\"},\n"
         "{\"row\":1,\"column\":\"tokens\",\"state\":\"uncovered\"},\n"
         "{\"row\":1,\"column\":\"active\",\"state\":\"withheld\"}\n"
         "]}\n");
}
END_TEST

START_TEST(ndjson) {
  expect(two_days(), "ndjson",
         "{\"time.day\":\"2025-09-01T00:00:00Z\",\"platform\":\"claude_code\","
         "\"cost\":1234560000000,\"tokens\":1234567,\"cache\":0.1234,\"active\":4980000000,"
         "\"n\":12,\"_states\":{\"tokens\":\"lower_bound\"}}\n"
         "{\"time.day\":\"2025-09-02T00:00:00Z\",\"platform\":\"a|b\\\"c,\\u000a\","
         "\"cost\":1200000,\"tokens\":null,\"cache\":null,\"active\":null,\"n\":0,"
         "\"_states\":{\"tokens\":\"uncovered\",\"active\":\"withheld\"}}\n");
}
END_TEST

START_TEST(csv) {
  expect(two_days(), "csv",
         "time.day,platform,cost,tokens,tokens.state,cache,active,active.state,n\r\n"
         "2025-09-01T00:00:00Z,claude_code,1234560000000,1234567,lower_bound,0.1234,4980000000,"
         "value,12\r\n"
         "2025-09-02T00:00:00Z,\"a|b\"\"c,\n\",1200000,,uncovered,,,withheld,0\r\n");
}
END_TEST

START_TEST(markdown) {
  expect(two_days(), "markdown",
         "| time.day | platform | cost | tokens | cache | active | n |\n"
         "| --- | --- | ---: | ---: | ---: | ---: | ---: |\n"
         "| 2025-09-01 | claude_code | $1,234.56 | " AT_LEAST "1,234,567 | 12.3 % | 1h 23m | 12 |\n"
         "| 2025-09-02 | a\\|b\"c,\\\\n | $0.00120 | *not recorded* |  | *withheld* | 0 |\n");
}
END_TEST

START_TEST(html) {
  expect(
      two_days(), "html:titles,brief",
      "<div class=\"bp-scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Cost, tokens, cache and 1 "
      "more by day, platform\">\n"
      "<table class=\"bp-table\">\n"
      "<caption>Cost, tokens, cache and 1 more by day, platform</caption>\n"
      "<thead><tr><th scope=\"col\">Day</th><th scope=\"col\">platform</th>"
      "<th scope=\"col\" class=\"bp-number\">Cost</th><th scope=\"col\" "
      "class=\"bp-number\">tokens</th><th scope=\"col\" class=\"bp-number\">cache</th>"
      "<th scope=\"col\" class=\"bp-number\">active</th></tr></thead>\n"
      "<tbody>\n"
      "<tr><th scope=\"row\">2025-09-01</th><th scope=\"row\">claude_code</th>"
      "<td class=\"bp-number\">$1,234.56</td><td class=\"bp-number\">" AT_LEAST "1,234,567</td>"
      "<td class=\"bp-number\">12.3 %</td><td class=\"bp-number\">1h 23m</td></tr>\n"
      "<tr><th scope=\"row\">2025-09-02</th><th scope=\"row\">a|b&quot;c,\\n</th>"
      "<td class=\"bp-number\">$0.00120</td><td class=\"bp-none\">not recorded</td>"
      "<td class=\"bp-number\"></td><td class=\"bp-none\">withheld</td></tr>\n"
      "</tbody>\n"
      "</table>\n"
      "</div>\n"
      "<p class=\"bp-states\"><b>withheld</b>: kept back for privacy. <b>not recorded</b>: no source "
      "that saw the activity records it. <b>" AT_LEAST
      "</b>: the true number is at least this.</p>\n");
}
END_TEST

/* Three groups: a number with bounds, a negative one, and a withheld one. */
static bp_result *three_groups(void) {
  bp_result *t = bpi_table_new();
  size_t team = bpi_table_add_column(t, BP_TYPE_TEXT, "team", "dimension");
  size_t lines = bpi_table_add_column(t, BP_TYPE_INT, "lines", "metric");
  size_t low = bpi_table_add_column(t, BP_TYPE_INT, "lines.at_least", "companion");
  size_t high = bpi_table_add_column(t, BP_TYPE_INT, "lines.at_most", "companion");
  bpi_table_add_row(t);
  set(t, team, "<core> & co");
  bpi_table_set_int(t, lines, 300);
  bpi_table_set_int(t, low, 200);
  bpi_table_set_int(t, high, 400);
  bpi_table_add_row(t);
  set(t, team, "abcdefghijklmnopqrstuvwxyzabcdefgh");
  bpi_table_set_int(t, lines, -100);
  bpi_table_add_row(t);
  set(t, team, "web");
  bpi_table_set_state(t, lines, BP_CELL_WITHHELD);
  return finished(t);
}

static void expect_within(bp_result *r, const char *format, const char *const *pieces) {
  char *text = formatted(r, format);
  for (; *pieces != NULL; pieces++)
    ck_assert_msg(strstr(text, *pieces) != NULL, "%s has no %s:\n%s", format, *pieces, text);
  bpi_free(text);
  bp_result_free(r);
}

/* 500 from end to end are 370 pixels from x = 170; zero is at 170 + 100 / 500 * 370 = 244. */
START_TEST(html_bars) {
  static const char *const pieces[] = {
      "<title>lines by team</title>\n<desc>Highest: &lt;core&gt; &amp; co, 300. Lowest: "
      "abcdefghijklmnopqrstuvwxyzabcdefgh, −100. 1 without a number.</desc>",
      "<text x=\"0\" y=\"16\">&lt;core&gt; &amp; co</text>",
      "fill=\"#2b6cb0\" x=\"244\" y=\"6\" width=\"148\" height=\"12\"/>", /* 200 for sure */
      "opacity=\"0.3\" x=\"392\" y=\"6\" width=\"148\" height=\"12\"/>",  /* to 400 */
      "x1=\"466\" y1=\"6\" x2=\"466\" y2=\"18\"/>",                       /* 300 */
      "<text x=\"546\" y=\"16\">300</text>",
      ">abcdefghijklmnopqrstuvwxyz" DOTS "</text>",
      "fill=\"#2b6cb0\" x=\"170\" y=\"30\" width=\"74\" height=\"12\"/>",
      "<text x=\"250\" y=\"40\">−100</text>",
      "opacity=\"0.5\" x=\"244\" y=\"54\" width=\"40\" height=\"12\"/>"
      "<text x=\"290\" y=\"64\">withheld</text>",
      "</svg>\n</figure>\n<div class=\"bp-scroll\"",
      NULL};
  expect_within(three_groups(), "html:chart=bars", pieces);
}
END_TEST

/* A day each, 64 + 572 / 4 pixels from the left; up to 1,234.56 dollars, that is 126.5 of the 164 pixels of 1,600. */
START_TEST(html_line) {
  static const char *const pieces[] = {
      ">$1,600</text>",
      ">$800</text>",
      "points=\" 207.0,49.5 493.0,176.0\"/>",
      "<text x=\"207\" y=\"196\" text-anchor=\"middle\">1 Sep, claude_code</text>",
      "<details class=\"bp-fold\"><summary>The numbers</summary>\n<div",
      "</p>\n</details>\n",
      NULL};
  expect_within(two_days(), "html:chart=line,fold", pieces);
}
END_TEST

/* Two numbers whose difference is greater than either of them. */
static bp_result *far_apart(void) {
  bp_result *t = bpi_table_new();
  size_t team = bpi_table_add_column(t, BP_TYPE_TEXT, "team", "dimension");
  size_t ratio = bpi_table_add_column(t, BP_TYPE_REAL, "ratio", "metric");
  for (int i = 0; i < 2; i++) {
    bpi_table_add_row(t);
    set(t, team, i == 0 ? "low" : "high");
    bpi_table_set_real(t, ratio, i == 0 ? -1.7e308 : 1.7e308);
  }
  return finished(t);
}

/* Zero is in the middle. */
START_TEST(html_of_numbers_far_apart) {
  static const char *const bars[] = {"x=\"170\" y=\"6\" width=\"185\"",
                                     "x=\"355\" y=\"30\" width=\"185\"", NULL};
  static const char *const line[] = {"points=\" 207.0,176.0 493.0,12.0\"/>",
                                     "y1=\"94\" x2=\"636\" y2=\"94\"", NULL};
  static const char *const share[] = {"high: 100.0 %", NULL};
  expect_within(far_apart(), "html:chart=bars", bars);
  expect_within(far_apart(), "html:chart=line", line);
  expect_within(far_apart(), "html:chart=share", share);
}
END_TEST

/* Days with values of a metric, the last one a lower bound. */
static bp_result *days_of(const char *unit, int type, const double *values, size_t count,
                          bool last_is_lower) {
  bp_result *t = bpi_table_new();
  size_t day = bpi_table_add_column(t, BP_TYPE_TEXT, "time.day", "dimension");
  size_t metric = bpi_table_add_column(t, type, "metric", "metric");
  bpi_table_column_meta(t, metric, "unit", unit);
  for (size_t i = 0; i < count; i++) {
    bpi_table_add_row(t);
    set(t, day, "2026-03-01");
    if (type == BP_TYPE_INT)
      bpi_table_set_int(t, metric, (int64_t)values[i]);
    else
      bpi_table_set_real(t, metric, values[i]);
  }
  if (last_is_lower) bpi_table_set_state(t, metric, BP_CELL_LOWER_BOUND);
  return finished(t);
}

/* Labels of grid lines keep enough digits: 0.12 % and its half are not both "0.1 %", nor is 1.2
 * cents 1 cent. */
START_TEST(html_levels) {
  static const struct {
    const char *unit;
    int type;
    double value;
    const char *pieces[3];
  } cases[] = {
      {"ratio", BP_TYPE_REAL, 0.00115, {">0.12 %</text>", ">0.06 %</text>", NULL}},
      {"ratio", BP_TYPE_REAL, 0.9, {">100 %</text>", ">50 %</text>", NULL}},
      {"nUSD", BP_TYPE_INT, 1.1e7, {">$0.012</text>", ">$0.006</text>", NULL}},
      {"nUSD", BP_TYPE_INT, 1.1e9, {">$1.20</text>", ">$0.60</text>", NULL}},
      {"nUSD", BP_TYPE_REAL, 2.9e7, {">$0.03</text>", ">$0.015</text>", NULL}},
      {"nUSD", BP_TYPE_INT, 0, {">$1</text>", ">$0.50</text>", NULL}},
      {"us", BP_TYPE_INT, 0, {">1m 00s</text>", ">30.0s</text>", NULL}},
      {"", BP_TYPE_INT, -3, {">0</text>\n<line", ">−4</text>", NULL}}, /* nothing above zero */
      {"tokens", BP_TYPE_INT, 1150, {">1.2k</text>", ">600</text>", NULL}},
      {"", BP_TYPE_REAL, 0.011, {">0.012</text>", ">0.006</text>", NULL}},
      {"", BP_TYPE_INT, 1150, {">1,200</text>", ">600</text>", NULL}}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    expect_within(days_of(cases[i].unit, cases[i].type, &cases[i].value, 1, false),
                  "html:chart=line,compact", cases[i].pieces);
}
END_TEST

/* A share is of all rows, also of those not shown: 1 of 208. The greatest may be one of these. */
START_TEST(html_share_of_many) {
  static const char *const pieces[] = {
      "<desc>Highest: 2026-03-01, 9. Lowest: 2026-03-01, 1. 80 more in the table only.</desc>",
      "x=\"0\" y=\"0\" width=\"3.1\"", ": 0.5 %, 1</text>", NULL};
  static const char *const partly[] = {
      "<desc>Highest known: 2026-03-01, 9. 80 more in the table only. Shares are of what is known.</desc>",
      NULL};
  double values[200];
  for (size_t i = 0; i < 200; i++)
    values[i] = i == 150 ? 9 : 1;
  expect_within(days_of("", BP_TYPE_INT, values, 200, false), "html:chart=share", pieces);
  expect_within(days_of("", BP_TYPE_INT, values, 200, true), "html:chart=share", partly);
}
END_TEST

/* Lower bounds cannot be compared for the least; "at least 0" says nothing, so a dash is shown. */
START_TEST(lower_bounds) {
  static const char *const chart[] = {
      "<desc>Highest known: a, " AT_LEAST "7. Shares are of what is known.</desc>",
      "<b>" AT_LEAST "</b>: the true number is at least this. <b>" DASH
      "</b>: nothing is known about it.</p>",
      NULL};
  bp_result *both[2];
  for (size_t i = 0; i < 2; i++) {
    bp_result *t = bpi_table_new();
    size_t name = bpi_table_add_column(t, BP_TYPE_TEXT, "name", "dimension");
    size_t count = bpi_table_add_column(t, BP_TYPE_INT, "count", "metric");
    for (int row = 0; row < 2; row++) {
      bpi_table_add_row(t);
      set(t, name, row == 0 ? "a" : "b");
      bpi_table_set_int(t, count, row == 0 ? 7 : 0);
      bpi_table_set_state(t, count, BP_CELL_LOWER_BOUND);
    }
    both[i] = finished(t);
  }
  expect_within(both[0], "html:chart=share", chart);
  expect(
      both[1], "table:ascii",
      "name  count\n----  -----\na       >=7\nb         -\n\n>= the true number is at least this\n"
      "- nothing is known about it, or not recorded by any source\n");
}
END_TEST

/* The total is 300. */
START_TEST(html_share) {
  static const char *const pieces[] = {
      "1 without a number. Shares are of what is known.</desc>",
      "class=\"bp-s0\" fill=\"#2b6cb0\" x=\"0\" y=\"0\" width=\"640\" height=\"28\"/>",
      "&lt;core&gt; &amp; co: 100.0 %, 300</text>",
      "abcdefgh: −100</text>",
      "web: withheld</text>",
      NULL};
  expect_within(three_groups(), "html:chart=share", pieces);
}
END_TEST

START_TEST(table) {
  expect(two_days(), "table",
         "time.day    platform          cost      tokens   cache    active   n\n" RULE_8 RULE_2
         "  " RULE_8 RULE_2 RULE_1 "  " RULE_8 RULE_1 "  " RULE_8 RULE_2 "  " RULE_4 RULE_2
         "  " RULE_8 "  " RULE_2 "\n"
         "2025-09-01  claude_code  $1,234.56  " AT_LEAST "1,234,567  12.3 %    1h 23m  12\n"
         "2025-09-02  a|b\"c,\\n      $0.00120           " DASH "          withheld   0\n"
         "\n" AT_LEAST " the true number is at least this\n" DASH " not recorded by any source\n"
         "withheld: kept back for privacy\n");
}
END_TEST

START_TEST(table_in_ascii_with_titles) {
  expect(two_days(), "table:ascii,titles,compact",
         "Day         platform          Cost  tokens  cache    active   n\n"
         "----------  -----------  ---------  ------  -----  --------  --\n"
         "2025-09-01  claude_code  $1,234.56  >=1.2M   12 %    1h 23m  12\n"
         "2025-09-02  a|b\"c,\\n      $0.00120       -         withheld   0\n"
         "\n>= the true number is at least this\n- not recorded by any source\n"
         "withheld: kept back for privacy\n");
}
END_TEST

START_TEST(brief_has_no_companions) {
  expect(two_days(), "table:ascii,compact,brief",
         "time.day    platform          cost  tokens  cache    active\n"
         "----------  -----------  ---------  ------  -----  --------\n"
         "2025-09-01  claude_code  $1,234.56  >=1.2M   12 %    1h 23m\n"
         "2025-09-02  a|b\"c,\\n      $0.00120       -         withheld\n"
         "\n>= the true number is at least this\n- not recorded by any source\n"
         "withheld: kept back for privacy\n");
  bp_result *r = two_days();
  char *text = formatted(r, "markdown:brief");
  ck_assert_ptr_nonnull(strstr(text, "| active |\n| --- |"));
  ck_assert_ptr_null(strstr(text, "| n |"));
  bpi_free(text);
  bp_result_free(r);
}
END_TEST

START_TEST(table_in_color) {
  bp_result *t = bpi_table_new();
  bpi_table_add_column(t, BP_TYPE_TEXT, "name", NULL);
  bpi_table_add_column(t, BP_TYPE_INT, "x", NULL);
  bpi_table_add_row(t);
  set(t, 0, "a");
  bpi_table_set_state(t, 1, BP_CELL_UNCOVERED);
  bpi_table_add_row(t);
  bpi_table_set_state(t, 0, BP_CELL_WITHHELD);
  bpi_table_set_int(t, 1, 5);
  expect(finished(t), "table:color,ascii",
         "\x1b[1mname\x1b[0m      \x1b[1mx\x1b[0m\n"
         "--------  -\n"
         "a         \x1b[2m-\x1b[0m\n"
         "\x1b[2mwithheld\x1b[0m  5\n"
         "\n- not recorded by any source\nwithheld: kept back for privacy\n");
}
END_TEST

START_TEST(table_drops_columns_until_it_fits) {
  /* Widths 10, 11, 9, 11, 6, 8, 2 and six gaps of 2 are 69. The companion column is dropped first,
   * then columns from the right; the first stays. */
  static const struct {
    const char *format, *headings, *note;
  } cases[] = {
      {"table:ascii,width=69",
       "time.day    platform          cost       tokens   cache    active   n\n", NULL},
      {"table:ascii,width=68",
       "time.day    platform          cost       tokens   cache    active\n",
       "\nnot shown for lack of room: n\n"},
      {"table:ascii,width=64", "time.day    platform          cost       tokens   cache\n",
       "\nnot shown for lack of room: active, n\n"},
      {"table:ascii,width=23", "time.day    platform\n",
       "\nnot shown for lack of\n  room: cost, tokens,\n  cache, active, n\n"},
      {"table:ascii,width=22", "time.day\n",
       "\nnot shown for lack of\n  room: platform,\n  cost, tokens, cache,\n  active, n\n"},
      {"table:ascii,width=1", "time.day\n", "\nnot\n  shown\n  for\n  lack\n  of\n  room:\n"},
  };
  bp_result *r = two_days();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *text = formatted(r, cases[i].format);
    ck_assert_msg(strncmp(text, cases[i].headings, strlen(cases[i].headings)) == 0, "%s", text);
    if (cases[i].note == NULL)
      ck_assert_ptr_null(strstr(text, "not shown"));
    else
      ck_assert_msg(strstr(text, cases[i].note) != NULL, "%s", text);
    bpi_free(text);
  }
  bp_result_free(r);
}
END_TEST

START_TEST(table_drops_companions_first) {
  static const char *const roles[] = {"companion", "companion", "metric", "companion", "metric"};
  static const char *const names[] = {"first", "n_cost", "cost", "n_lines", "lines"};
  bp_result *t = bpi_table_new();
  for (size_t i = 0; i < 5; i++)
    bpi_table_add_column(t, BP_TYPE_INT, names[i], roles[i]);
  bp_result *r = finished(t);
  /* 5 + 6 + 4 + 7 + 5 and four gaps are 35. */
  static const struct {
    const char *format, *headings;
  } cases[] = {{"table:width=35", "first  n_cost  cost  n_lines  lines\n"},
               {"table:width=34", "first  n_cost  cost  lines\n"},
               {"table:width=25", "first  cost  lines\n"},
               {"table:width=17", "first  cost\n"},
               {"table:width=10", "first\n"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *text = formatted(r, cases[i].format);
    ck_assert_msg(strncmp(text, cases[i].headings, strlen(cases[i].headings)) == 0, "%s", text);
    bpi_free(text);
  }
  bp_result_free(r);
}
END_TEST

static bp_result *texts(const char *a, const char *b) {
  bp_result *t = bpi_table_new();
  bpi_table_add_column(t, BP_TYPE_TEXT, "a", NULL);
  bpi_table_add_column(t, BP_TYPE_TEXT, "b", NULL);
  bpi_table_add_row(t);
  set(t, 0, a);
  set(t, 1, b);
  return finished(t);
}

START_TEST(table_shortens_text_before_it_drops) {
  /* 30 + 2 + 24 = 56; in 48 the first, then both shrink, to 23 each; in 42 to 20, the least. */
  const char *a = "abcdefghijklmnopqrstuvwxyz0123", *b = "ABCDEFGHIJKLMNOPQRSTUVWX";
  expect(texts(a, b), "table:ascii,width=48",
         "a                        b\n-----------------------  -----------------------\n"
         "abcdefghijklmnopqrst...  ABCDEFGHIJKLMNOPQRST...\n");
  expect(texts(a, b), "table:width=42",
         "a                     b\n" RULE_8 RULE_8 RULE_4 "  " RULE_8 RULE_8 RULE_4 "\n"
         "abcdefghijklmnopqrs" DOTS "  ABCDEFGHIJKLMNOPQRS" DOTS "\n");
  expect(texts(a, b), "table:width=41",
         "a\n" RULE_8 RULE_8 RULE_8 RULE_4 RULE_2 "\n"
         "abcdefghijklmnopqrstuvwxyz0123\n\nnot shown for lack of room: b\n");
  expect(texts(a, b), "table:ascii,width=2",
         "a\n--\n..\n\nnot\n  shown\n  for\n  lack\n  of\n  room:\n  b\n");
}
END_TEST

/* Without its number a row says nothing, so names shrink further, to 8, for the last one. */
START_TEST(table_shortens_names_for_the_last_number) {
  const char *const wanted[] = {
      [15] = "n             x\n--------  -----\nabcde...  1,234\n",
      [14] = "n\n--------------\nabcdefghijk...\n\nnot shown for\n  lack of\n  room: x\n"};
  for (int width = 15; width >= 14; width--) {
    char format[32];
    bp_result *t = bpi_table_new();
    bpi_table_add_column(t, BP_TYPE_TEXT, "n", NULL);
    bpi_table_add_column(t, BP_TYPE_INT, "x", NULL);
    bpi_table_add_row(t);
    set(t, 0, "abcdefghijklmnopqrstuvwxyz");
    bpi_table_set_int(t, 1, 1234);
    snprintf(format, sizeof format, "table:ascii,width=%d", width);
    expect(finished(t), format, wanted[width]);
  }
}
END_TEST

START_TEST(table_aligns_by_display_width) {
  bp_result *t = bpi_table_new();
  static const char *const names[] = {
      "\xE6\x97\xA5\xE6\x9C\xAC", /* two wide characters: 4 */
      "e\xCC\x81",                /* e and an accent: 1 */
      "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7", /* family: 2 */
      "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA"}; /* two letters, a flag: 2 */
  bpi_table_add_column(t, BP_TYPE_TEXT, "n", NULL);
  bpi_table_add_column(t, BP_TYPE_TEXT, "x", NULL);
  for (size_t i = 0; i < 4; i++) {
    bpi_table_add_row(t);
    set(t, 0, names[i]);
    set(t, 1, "|");
  }
  expect(finished(t), "table:ascii",
         "n     x\n----  -\n"
         "\xE6\x97\xA5\xE6\x9C\xAC  |\n"
         "e\xCC\x81     |\n"
         "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7    |\n"
         "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA    |\n");
  /* A wide character is not cut in half. */
  expect(texts("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", "x"), "table:width=4",
         "a\n" RULE_4 "\n\xE6\x97\xA5" DOTS
         "\n\nnot\n  shown\n  for\n  lack\n  of\n  room:\n  b\n");
}
END_TEST

START_TEST(nothing_raw_reaches_the_terminal) {
  expect(texts("\x1b[31m\x07\t\r\x7f", "\xC2\x9B\xE2\x80\xAEz\xE2\x81\xA6\xE2\x80\xA8\xD8\x9C"),
         "table:ascii",
         "a                     b\n"
         "--------------------  -------------------------------\n"
         "\\x1b[31m\\x07\\t\\r\\x7f  \\u009b\\u202ez\\u2066\\u2028\\u061c\n");
  bp_result *t = bpi_table_new();
  size_t column = bpi_table_add_column(t, BP_TYPE_INT, "x", NULL);
  bpi_table_column_meta(t, column, "title", "\x1b]0;title\x07");
  expect(finished(t), "table:ascii,titles", "\\x1b]0;title\\x07\n----------------\n\nno rows\n");
}
END_TEST

START_TEST(markdown_is_only_text) {
  expect(texts("*a* _b_ __c__ snake_case <i> [x](y) `d` \\| ~e~ &amp;", "l1\nl2"), "markdown",
         "| a | b |\n| --- | --- |\n"
         "| \\*a\\* \\_b\\_ \\_\\_c\\_\\_ snake_case \\<i\\> \\[x\\](y) \\`d\\` \\\\\\| \\~e\\~ "
         "\\&amp; | l1\\\\nl2 |\n");
}
END_TEST

START_TEST(csv_quotes) {
  expect(texts("", " x"), "csv", "a,b\r\n\"\",\" x\"\r\n");
  expect(texts("\r", "say \"hi\""), "csv", "a,b\r\n\"\r\",\"say \"\"hi\"\"\"\r\n");
  expect(texts("-1;2\t3", "caf\xC3\xA9"), "csv", "a,b\r\n-1;2\t3,caf\xC3\xA9\r\n");
  /* An empty text beside other columns, and alone, where a blank line would be no row. */
  bp_result *t = bpi_table_new();
  bpi_table_add_column(t, BP_TYPE_TEXT, "a", NULL);
  bpi_table_add_row(t);
  bpi_table_add_row(t);
  set(t, 0, "x");
  expect(finished(t), "csv", "a,a.state\r\n,empty\r\nx,value\r\n");
}
END_TEST

START_TEST(csv_titles) {
  bp_result *t = bpi_table_new();
  size_t column = bpi_table_add_column(t, BP_TYPE_BOOL, "x", NULL);
  bpi_table_column_meta(t, column, "title", "Yes, or \"no\"");
  bpi_table_add_row(t);
  bpi_table_set_int(t, 0, 1);
  bpi_table_add_row(t);
  bpi_table_set_state(t, 0, BP_CELL_WITHHELD);
  expect(finished(t), "csv:titles",
         "\"Yes, or \"\"no\"\"\",\"Yes, or \"\"no\"\".state\"\r\ntrue,value\r\n,withheld\r\n");
}
END_TEST

START_TEST(without_rows_or_columns) {
  expect(no_rows(), "json",
         "{\"schema\":\"blueplane.result/1\",\n\"meta\":{},\n\"columns\":[\n"
         "{\"name\":\"x\",\"type\":\"int\"}\n],\n\"rows\":[],\n\"states\":[]}\n");
  expect(no_rows(), "ndjson", "");
  expect(no_rows(), "csv", "x\r\n");
  expect(no_rows(), "markdown", "| x |\n| ---: |\n");
  expect(no_rows(), "table:ascii", "x\n-\n\nno rows\n");
  expect(finished(bpi_table_new()), "json",
         "{\"schema\":\"blueplane.result/1\",\n\"meta\":{},\n\"columns\":[],\n\"rows\":[],\n"
         "\"states\":[]}\n");
  expect(finished(bpi_table_new()), "ndjson", "");
  expect(finished(bpi_table_new()), "csv", "");
  expect(finished(bpi_table_new()), "markdown", "");
  expect(finished(bpi_table_new()), "table", "");
}
END_TEST

/* ------------------------------------------------------------------------------------ numbers */

/* The only cell of a table, as shown in a terminal. */
static void expect_shown(bp_result *t, const char *format, const char *expected) {
  bp_result *r = finished(t);
  char *text = formatted(r, format);
  char *line = strchr(strchr(text, '\n') + 1, '\n') + 1;
  line += strspn(line, " ");
  line[strcspn(line, "\n")] = '\0';
  ck_assert_str_eq(line, expected);
  bpi_free(text);
  bp_result_free(r);
}

static bp_result *cell(int type, const char *unit, const char *role) {
  bp_result *t = bpi_table_new();
  size_t column = bpi_table_add_column(t, type, "x", role);
  bpi_table_column_meta(t, column, "unit", unit);
  bpi_table_add_row(t);
  return t;
}

static const struct {
  const char *unit;
  int64_t value;
  const char *shown;
} ints[] = {
    {NULL, 0, "0"},
    {NULL, 999, "999"},
    {NULL, 1234567, "1,234,567"},
    {NULL, -1000, "−1,000"},
    {NULL, INT64_MIN, "−9,223,372,036,854,775,808"},
    {"unheard", 1000, "1,000"},
    {"tokens", 1234567, "1,234,567"},
    {"nUSD", 0, "$0.00"},
    {"nUSD", 1, "$0.000000001"},
    {"nUSD", -49999, "−$0.0000500"},
    {"nUSD", 50049, "$0.0000500"},
    {"nUSD", 50050, "$0.0000501"},
    {"nUSD", 1200000, "$0.00120"},
    {"nUSD", 9994999, "$0.00999"},
    {"nUSD", 9995000, "$0.0100"},
    {"nUSD", 12849999, "$0.0128"},
    {"nUSD", 484000000, "$0.484"},
    {"nUSD", 999499999, "$0.999"},
    {"nUSD", 999500000, "$1.00"},
    {"nUSD", 1004999999, "$1.00"},
    {"nUSD", 1005000000, "$1.01"},
    {"nUSD", -2500000000, "−$2.50"},
    {"nUSD", INT64_MAX, "$9,223,372,036.85"},
    {"nUSD", INT64_MIN, "−$9,223,372,036.85"},
    {"price", 0, "$0.00"},
    {"price", 3000000000, "$3.00"},
    {"price", 75000000, "$0.075"},
    {"price", 12345678901, "$12.345678901"},
    {"price", INT64_MAX, "$9,223,372,036.854775807"},
    {"us", 0, "0s"},
    {"us", 1, "1\xC2\xB5s"},
    {"us", 999, "999\xC2\xB5s"},
    {"us", 1000, "1ms"},
    {"us", 1499, "1ms"},
    {"us", 999499, "999ms"},
    {"us", 999500, "1.0s"},
    {"us", 1200000, "1.2s"},
    {"us", 59949999, "59.9s"},
    {"us", 59950000, "1m 00s"},
    {"us", 245000000, "4m 05s"},
    {"us", 3599499999, "59m 59s"},
    {"us", 3599500000, "1h 00m"},
    {"us", 3629999999, "1h 00m"},
    {"us", 3630000000, "1h 01m"},
    {"us", 4980000000, "1h 23m"},
    {"us", 3600000000000, "1,000h 00m"},
    {"us", -1200000, "−1.2s"},
};

START_TEST(shown_ints) {
  bp_result *t = cell(BP_TYPE_INT, ints[_i].unit, "metric");
  bpi_table_set_int(t, 0, ints[_i].value);
  expect_shown(t, "table", ints[_i].shown);
}
END_TEST

static const struct {
  int64_t value;
  const char *shown;
} compact[] = {{0, "0"},         {999, "999"},           {1000, "1.0k"},
               {1049, "1.0k"},   {1050, "1.1k"},         {999949, "999.9k"},
               {999950, "1.0M"}, {1234567, "1.2M"},      {1500000000, "1.5B"},
               {-1500, "−1.5k"}, {999950000000, "1.0T"}, {2000000000000000, "2,000.0T"}};

START_TEST(shown_compact) {
  bp_result *t = cell(BP_TYPE_INT, "tokens", "metric");
  bpi_table_set_int(t, 0, compact[_i].value);
  expect_shown(t, "table:compact", compact[_i].shown);
}
END_TEST

static const struct {
  double value;
  const char *shown;
} shares[] = {{0, "0 %"},       {0.001, "0.1 %"}, {0.0994, "9.9 %"},  {0.0996, "10 %"},
              {0.1234, "12 %"}, {1, "100 %"},     {-0.051, "−5.1 %"}, {-0.5, "−50 %"}};

START_TEST(shown_compact_shares) {
  bp_result *t = cell(BP_TYPE_REAL, "ratio", "metric");
  bpi_table_set_real(t, 0, shares[_i].value);
  expect_shown(t, "table:compact", shares[_i].shown);
}
END_TEST

/* Words of vocabularies are spelled for people only if asked for, and names never. */
START_TEST(shown_words) {
  static const char *const cases[][3] = {{"platform", "claude_code", "Claude Code"},
                                         {"platform", "my_own_tool", "my own tool"},
                                         {"task_type", "bug_fix", "bug fix"},
                                         {"workspace", "my_shop", "my_shop"}};
  bp_result *t = bpi_table_new();
  bpi_table_add_column(t, BP_TYPE_TEXT, cases[_i][0], "dimension");
  bpi_table_add_row(t);
  bpi_table_set_text(t, 0, cases[_i][1], strlen(cases[_i][1]));
  expect_shown(t, "table:words", cases[_i][2]);
}
END_TEST

static const struct {
  const char *unit, *role;
  double value;
  const char *shown;
} reals[] = {
    {NULL, "metric", 0, "0.00"},
    {NULL, "metric", 2.5, "2.50"},
    {NULL, "metric", 1234567.891, "1,234,567.89"},
    {NULL, "metric", 0.05, "0.05"},
    {NULL, "metric", 0.0012, "0.0012"},
    {NULL, "metric", 0.001, "0.0010"},
    {NULL, "metric", -0.00099, "−0.00099"},
    {NULL, "metric", 1e-12, "0.000000000"},
    {NULL, "metric", -1e300, "−1e+300"},
    {"ratio", "metric", 0, "0.0 %"},
    {"ratio", "metric", 0.1234, "12.3 %"},
    {"ratio", "metric", 1, "100.0 %"},
    {"ratio", "metric", 12.345, "1,234.5 %"},
    {"ratio", "metric", -0.5, "−50.0 %"},
    {"ratio", "metric", -0.0001, "0.0 %"},
    {"ratio", "relative", 0.5, "+50.0 %"},
    {"ratio", "relative", -0.5, "−50.0 %"},
    {"ratio", "relative", 0.0001, "0.0 %"},
    {"nUSD", "metric", 1234567891.5, "$1.23"},
    {"nUSD", "difference", 1e9, "+$1.00"},
    {"us", "difference", 1.5e6, "+1.5s"},
    {"us", "metric", 1e22, "1e+22"}, /* such hours cannot be counted exactly */
    {"nUSD", "metric", -1e22, "−1e+22"},
    {NULL, "difference", 3, "+3.00"},
};

START_TEST(shown_reals) {
  bp_result *t = cell(BP_TYPE_REAL, reals[_i].unit, reals[_i].role);
  bpi_table_set_real(t, 0, reals[_i].value);
  expect_shown(t, "table", reals[_i].shown);
}
END_TEST

START_TEST(shown_marks) {
  bp_result *t = cell(BP_TYPE_INT, "tokens", "metric");
  bpi_table_column_meta(t, 0, "estimate", "true");
  bpi_table_set_int(t, 0, 1000);
  expect(finished(t), "table:ascii", "     x\n------\n~1,000\n\n~ an estimate\n");
  for (int ascii = 0; ascii < 2; ascii++) {
    t = cell(BP_TYPE_INT, "tokens", "metric");
    bpi_table_column_meta(t, 0, "estimate", "true");
    bpi_table_set_int(t, 0, 1000);
    bpi_table_set_state(t, 0, BP_CELL_LOWER_BOUND);
    expect_shown(t, ascii ? "table:ascii" : "table", ascii ? ">=~1,000" : AT_LEAST "~1,000");
  }
  t = cell(BP_TYPE_INT, "us", NULL);
  bpi_table_set_int(t, 0, 7);
  expect_shown(t, "table:ascii", "7us");
  t = cell(BP_TYPE_BOOL, NULL, NULL);
  bpi_table_set_int(t, 0, 1);
  expect_shown(t, "table", "yes");
}
END_TEST

/* -------------------------------------------------------------------------------------- times */

static bp_result *time_cell(const char *zone, int64_t us) {
  bp_result *t = cell(BP_TYPE_TIME, NULL, "dimension");
  bpi_table_meta(t, "zone", zone);
  bpi_table_set_int(t, 0, us);
  return finished(t);
}

START_TEST(times) {
  const int64_t september = 1756684800000000; /* 2025-09-01T00:00:00Z */
  expect(time_cell("UTC", september), "table:ascii", "x\n----------\n2025-09-01\n");
  expect(time_cell("Europe/Berlin", september), "table:ascii",
         "x\n----------------\n2025-09-01 02:00\n\ntimes are in Europe/Berlin\n");
  expect(time_cell("Europe/Berlin", september - INT64_C(7200000000)), "table:ascii",
         "x\n----------\n2025-09-01\n");
  expect(time_cell(NULL, september + 61000000), "table:ascii",
         "x\n-------------------\n2025-09-01 00:01:01\n\ntimes are in UTC\n");
  expect(time_cell("Nowhere/Land", september + 60000000), "table:ascii",
         "x\n----------------\n2025-09-01 00:01\n\ntimes are in UTC\n");
  bp_result *quarter = time_cell("UTC", september + INT64_C(2700000000));
  bpi_table_column_meta(quarter, 0, "unit", "time");
  expect(quarter, "table:ascii",
         "x\n----------------\n2025-09-01 00:45\n\ntimes are in UTC, to the quarter of an hour\n");
  expect(time_cell("Europe/Berlin", september + 1), "json",
         "{\"schema\":\"blueplane.result/1\",\n\"meta\":{\"zone\":\"Europe/Berlin\"},\n"
         "\"columns\":[\n{\"name\":\"x\",\"type\":\"time\",\"role\":\"dimension\"}\n],\n"
         "\"rows\":[\n{\"x\":\"2025-09-01T00:00:00.000001Z\"}\n],\n\"states\":[]}\n");
  expect(time_cell("Europe/Berlin", september), "markdown",
         "| x |\n| --- |\n| 2025-09-01 02:00 |\n\nTimes are in Europe/Berlin.\n");
}
END_TEST

/* -------------------------------------------------------------------------------------- names */

static const struct {
  const char *format;
  int code;
  const char *name, *allowed;
} wrong[] = {
    {"xml", BP_ERR_NOTFOUND, "xml", "json, ndjson, csv, markdown, html, table"},
    {"", BP_ERR_NOTFOUND, "", "json, ndjson, csv, markdown, html, table"},
    {"JSON", BP_ERR_NOTFOUND, "JSON", "json, ndjson, csv, markdown, html, table"},
    {"jso", BP_ERR_NOTFOUND, "jso", "json, ndjson, csv, markdown, html, table"},
    {"json:titles", BP_ERR_NOTFOUND, "titles", ""},
    {"csv:color", BP_ERR_NOTFOUND, "color", "titles"},
    {"table:color,colour", BP_ERR_NOTFOUND, "colour",
     "width, color, ascii, titles, words, compact, brief"},
    {"table:width", BP_ERR_INVALID, NULL, NULL},
    {"table:width=", BP_ERR_INVALID, NULL, NULL},
    {"table:width=0", BP_ERR_INVALID, NULL, NULL},
    {"table:width=-5", BP_ERR_INVALID, NULL, NULL},
    {"table:width=10001", BP_ERR_INVALID, NULL, NULL},
    {"table:width=8x", BP_ERR_INVALID, NULL, NULL},
    {"table:color=yes", BP_ERR_INVALID, NULL, NULL},
    {"html:chart", BP_ERR_INVALID, NULL, NULL},
    {"html:chart=cake", BP_ERR_INVALID, NULL, NULL},
};

START_TEST(wrong_formats) {
  bp_result *r = no_rows();
  char *text = (char *)1;
  size_t length = 9;
  bp_error *error = NULL;
  int rc = bp_result_format(&text, &length, r, wrong[_i].format, &error);
  ck_assert_int_eq(rc, wrong[_i].code);
  ck_assert_int_eq(bpi_error_code(error), wrong[_i].code);
  ck_assert_ptr_null(text);
  ck_assert_uint_eq(length, 0);
  ck_assert_pstr_eq(bpi_error_detail(error, "name"), wrong[_i].name);
  ck_assert_pstr_eq(bpi_error_detail(error, "allowed"), wrong[_i].allowed);
  bpi_error_free(error);
  ck_assert_int_eq(bp_result_format(&text, NULL, r, wrong[_i].format, NULL), wrong[_i].code);
  bp_result_free(r);
}
END_TEST

START_TEST(a_long_wrong_name_is_cut) {
  char name[301];
  bp_result *r = no_rows();
  char *text;
  bp_error *error = NULL;
  memset(name, 'x', 300);
  memcpy(name + 62, "\xC3\xA9", 2); /* across the place where it is cut */
  name[300] = '\0';
  ck_assert_int_eq(bp_result_format(&text, NULL, r, name, &error), BP_ERR_NOTFOUND);
  ck_assert_uint_eq(strlen(bpi_error_detail(error, "name")), 62);
  bpi_error_free(error);
  bp_result_free(r);
}
END_TEST

START_TEST(missing_arguments) {
  bp_result *r = no_rows();
  char *text = (char *)1;
  ck_assert_int_eq(bp_result_format(NULL, NULL, r, "json", NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_result_format(&text, NULL, NULL, "json", NULL), BP_ERR_INVALID);
  ck_assert_ptr_null(text);
  ck_assert_int_eq(bp_result_format(&text, NULL, r, NULL, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_result_format(&text, NULL, r, "table:", NULL), BP_OK); /* no options */
  bpi_free(text);
  bp_result_free(r);
}
END_TEST

START_TEST(every_allocation_may_fail) {
  static const char *const formats[] = {"json",  "ndjson",          "csv",
                                        "table", "markdown",        "table:width=20,color",
                                        "html",  "html:chart=bars", "html:chart=line,fold"};
  bp_result *r = two_days();
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    long n = 0;
    char *text = NULL, *expected = formatted(r, formats[i]);
    for (;; n++) {
      bp_error *error = NULL;
      bpi_mem_fail_after(n);
      int rc = bp_result_format(&text, NULL, r, formats[i], &error);
      bpi_mem_fail_after(-1);
      if (rc == BP_OK) break;
      ck_assert_int_eq(rc, BP_ERR_NOMEM);
      ck_assert_int_eq(bpi_error_code(error), BP_ERR_NOMEM);
      ck_assert_ptr_null(text);
      bpi_error_free(error);
    }
    ck_assert_int_gt(n, 2);
    ck_assert_str_eq(text, expected);
    bpi_free(text);
    bpi_free(expected);
  }
  bp_result_free(r);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

int main(void) {
  Suite *suite = suite_create("delivery");
  TCase *tests = tcase_create("delivery");
  tcase_add_test(tests, json);
  tcase_add_test(tests, ndjson);
  tcase_add_test(tests, csv);
  tcase_add_test(tests, csv_quotes);
  tcase_add_test(tests, csv_titles);
  tcase_add_test(tests, markdown);
  tcase_add_test(tests, markdown_is_only_text);
  tcase_add_test(tests, html);
  tcase_add_test(tests, html_bars);
  tcase_add_test(tests, html_line);
  tcase_add_test(tests, html_of_numbers_far_apart);
  tcase_add_test(tests, html_share);
  tcase_add_test(tests, html_share_of_many);
  tcase_add_test(tests, html_levels);
  tcase_add_test(tests, lower_bounds);
  tcase_add_test(tests, table);
  tcase_add_test(tests, table_in_ascii_with_titles);
  tcase_add_test(tests, table_in_color);
  tcase_add_test(tests, table_drops_columns_until_it_fits);
  tcase_add_test(tests, brief_has_no_companions);
  tcase_add_test(tests, table_drops_companions_first);
  tcase_add_test(tests, table_shortens_text_before_it_drops);
  tcase_add_test(tests, table_shortens_names_for_the_last_number);
  tcase_add_test(tests, table_aligns_by_display_width);
  tcase_add_test(tests, nothing_raw_reaches_the_terminal);
  tcase_add_test(tests, without_rows_or_columns);
  tcase_add_loop_test(tests, shown_ints, 0, COUNT(ints));
  tcase_add_loop_test(tests, shown_compact_shares, 0, COUNT(shares));
  tcase_add_loop_test(tests, shown_words, 0, 4);
  tcase_add_loop_test(tests, shown_compact, 0, COUNT(compact));
  tcase_add_loop_test(tests, shown_reals, 0, COUNT(reals));
  tcase_add_test(tests, shown_marks);
  tcase_add_test(tests, times);
  tcase_add_loop_test(tests, wrong_formats, 0, COUNT(wrong));
  tcase_add_test(tests, a_long_wrong_name_is_cut);
  tcase_add_test(tests, missing_arguments);
  tcase_add_test(tests, every_allocation_may_fail);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
