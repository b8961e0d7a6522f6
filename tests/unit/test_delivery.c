/* The text formats. Expected texts are written by hand from docs/formats/result.md; the exactness of
 * json, ndjson and csv over random tables is delivery_oracle.py's. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <blueplane/blueplane.h>

#include "base/mem.h"
#include "delivery/delivery.h"
#include "result/table.h"

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
  ck_assert_msg(rc == BP_OK, "%s: %s", format, bp_error_message(error));
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
         "| 2025-09-01 | claude_code | $1,234.56 | " AT_LEAST
         "1,234,567 | 12.3 % | 1h 23m | 12 |\n"
         "| 2025-09-02 | a\\|b\"c,\\\\n | $0.0012 | *not recorded* |  | *withheld* | 0 |\n");
}
END_TEST

START_TEST(table) {
  expect(two_days(), "table",
         "time.day    platform          cost      tokens   cache    active   n\n" RULE_8 RULE_2
         "  " RULE_8 RULE_2 RULE_1 "  " RULE_8 RULE_1 "  " RULE_8 RULE_2 "  " RULE_4 RULE_2
         "  " RULE_8 "  " RULE_2 "\n"
         "2025-09-01  claude_code  $1,234.56  " AT_LEAST "1,234,567  12.3 %    1h 23m  12\n"
         "2025-09-02  a|b\"c,\\n       $0.0012           " DASH "          withheld   0\n"
         "\n" AT_LEAST " the true number is at least this\n" DASH " not recorded by any source\n"
         "withheld: kept back for privacy\n");
}
END_TEST

START_TEST(table_in_ascii_with_titles) {
  expect(two_days(), "table:ascii,titles,compact",
         "Day         platform          Cost  tokens   cache    active   n\n"
         "----------  -----------  ---------  ------  ------  --------  --\n"
         "2025-09-01  claude_code  $1,234.56  >=1.2M  12.3 %    1h 23m  12\n"
         "2025-09-02  a|b\"c,\\n       $0.0012       -          withheld   0\n"
         "\n>= the true number is at least this\n- not recorded by any source\n"
         "withheld: kept back for privacy\n");
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

/* The full table is 69 wide. */
static const struct {
  const char *format, *expected;
} widths[] = {
    {"table:ascii,width=69",
     "time.day    platform          cost      tokens   cache    active   n\n"
     "----------  -----------  ---------  -----------  ------  --------  --\n"},
    {"table:ascii,width=68", /* the companion goes first */
     "time.day    platform          cost      tokens   cache    active\n"},
    {"table:ascii,width=64", /* then from the right */
     "time.day    platform          cost       tokens   cache\n"},
};

static char *first_line(const char *text) {
  return bpi_strndup(text, strcspn(text, "\n"));
}

START_TEST(table_drops_columns_until_it_fits) {
  static const struct {
    const char *format, *headings, *note;
  } cases[] = {
      /* 10 + 11 + 9 + 11 + 6 + 8 + 2 and six gaps: 69 */
      {"table:ascii,width=69",
       "time.day    platform          cost       tokens   cache    active   n", NULL},
      {"table:ascii,width=68",
       "time.day    platform          cost       tokens   cache    active",
       "\nnot shown for lack of room: n\n"},
      {"table:ascii,width=64",
       "time.day    platform          cost       tokens   cache",
       "\nnot shown for lack of room: active, n\n"},
      {"table:ascii,width=23",
       "time.day    platform",
       "\nnot shown for lack of\n  room: cost, tokens,\n  cache, active, n\n"},
      {"table:ascii,width=22", "time.day", "\nnot shown for lack of\n  room: platform,\n"},
      {"table:ascii,width=1", "time.day", ": platform,\n"},
  };
  (void)widths;
  bp_result *r = two_days();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *text = formatted(r, cases[i].format);
    char *headings = first_line(text);
    ck_assert_str_eq(headings, cases[i].headings);
    if (cases[i].note == NULL)
      ck_assert_ptr_null(strstr(text, "not shown"));
    else
      ck_assert_msg(strstr(text, cases[i].note) != NULL, "%s", text);
    bpi_free(headings);
    bpi_free(text);
  }
  bp_result_free(r);
}
END_TEST
