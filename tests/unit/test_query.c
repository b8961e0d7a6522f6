/* test_query.c: the query builder, the JSON form and its canonical text. Expected documents are
 * written by hand from docs/formats/query.md. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "metrics/query.h"
#include "run_suite.h"

static char *quoted(const char *text) {
  char *json = strdup(text);
  for (char *c = json; *c; c++)
    if (*c == '\'') *c = '"';
  return json;
}

static bp_query *fresh(void) {
  bp_query *q;
  ck_assert_int_eq(bpi_query_new(&q, NULL), BP_OK);
  return q;
}

static void writes(const bp_query *q, const char *expected) {
  char *text, *wanted = quoted(expected);
  size_t length;
  bp_error *error = NULL;
  int rc = bpi_query_to_json(&text, &length, q, &error);
  ck_assert_msg(rc == BP_OK, "%s", error ? bpi_error_message(error) : "");
  ck_assert_str_eq(text, wanted);
  ck_assert_uint_eq(length, strlen(text));
  bpi_free(text);
  free(wanted);
}

/* Reads a document and expects this canonical form, which must read back as itself. */
static void reads_as(const char *json, const char *expected) {
  char *text = quoted(json), *again = quoted(expected);
  bp_query *q;
  bp_error *error = NULL;
  int rc = bpi_query_from_json(&q, text, strlen(text), &error);
  ck_assert_msg(rc == BP_OK, "%s: %s", json, error ? bpi_error_message(error) : "");
  writes(q, expected);
  bpi_query_free(q);
  ck_assert_int_eq(bpi_query_from_json(&q, again, strlen(again), &error), BP_OK);
  writes(q, expected);
  bpi_query_free(q);
  free(text);
  free(again);
}

#define S "{'schema':'blueplane.query/1',"

START_TEST(canonical) {
  reads_as("{'metrics':['cost']}", S "'metrics':['cost'],'period':'all'}");
  reads_as(" { \"limit\" : 5 ,\n 'metrics' : [ 'cost' , 'sessions' ] } ",
           S "'metrics':['cost','sessions'],'period':'all','limit':5}");
  reads_as("{'order':'-cost','week_start':'sunday','compare':'year','by':['model','time.day'],"
           "'zone':'Europe/Berlin','period':'30d','metrics':['cost']}",
           S "'metrics':['cost'],'period':'30d','zone':'Europe/Berlin','by':['model','time.day'],"
             "'compare':'year','week_start':'sunday','order':'-cost'}");
  /* defaults are left out */
  reads_as(S "'metrics':['cost'],'week_start':'monday','zone':'UTC','where':[],'by':[]}",
           S "'metrics':['cost'],'period':'all'}");
  reads_as("{'metrics':['cost'],'from':'2026-11-23T01:00:00+01:00','until':'2026-11-24T00:00:00Z'}",
           S "'metrics':['cost'],'from':'2026-11-23T00:00:00Z','until':'2026-11-24T00:00:00Z'}");
  /* the example of the page */
  static const char example[] = S
      "'metrics':['cost','lines_added'],'period':'30d','zone':'Europe/Berlin',"
      "'by':['time.week','platform'],'where':[{'dimension':'branch','op':'!=','value':'main'}],"
      "'compare':'previous','order':'-cost','limit':20}";
  reads_as(example, example);
  reads_as("{'metrics':['cost'],'until':'2026-11-24T00:15:00Z'}",
           S "'metrics':['cost'],'until':'2026-11-24T00:15:00Z'}");
}
END_TEST

START_TEST(aliases) {
  reads_as("{'metrics':['M023','cost','M001'],'order':'-M023'}",
           S "'metrics':['cost','sessions'],'period':'all','order':'-cost'}");
  /* An alias may imply a grouping, which is added after those asked for. */
  reads_as("{'metrics':['M030','M040'],'by':['platform']}",
           S "'metrics':['interactions','interaction_share'],'period':'all',"
             "'by':['platform','time.hour_of_day']}");
  reads_as("{'metrics':['nothing','nothing']}", S "'metrics':['nothing'],'period':'all'}");
}
END_TEST

START_TEST(filters) {
  reads_as(
      "{'metrics':['cost'],'where':[{'value':'b','dimension':'model','op':'!='},"
      "{'dimension':'model','value':'a'},{'dimension':'branch','op':'=','value':'\\u00e4\\\"'},"
      "{'dimension':'model','op':'=','value':'a'}]}",
      S "'metrics':['cost'],'period':'all','where':["
        "{'dimension':'branch','op':'=','value':'\xc3\xa4\\''},"
        "{'dimension':'model','op':'=','value':'a'},"
        "{'dimension':'model','op':'!=','value':'b'}]}");
}
END_TEST

/* The builder and the document give the same query. */
START_TEST(builder) {
  bp_query *q = fresh();
  ck_assert_int_eq(bpi_query_metric(q, "M023"), BP_OK);
  ck_assert_int_eq(bpi_query_period(q, "week", NULL), BP_OK);
  ck_assert_int_eq(bpi_query_range(q, INT64_C(1795392000000000), INT64_MAX, "Asia/Tokyo"), BP_OK);
  ck_assert_int_eq(bpi_query_by(q, "model"), BP_OK);
  ck_assert_int_eq(bpi_query_where(q, "platform", "!=", "codex"), BP_OK);
  ck_assert_int_eq(bpi_query_compare(q, "previous"), BP_OK);
  ck_assert_int_eq(bpi_query_compare(q, NULL), BP_OK);
  ck_assert_int_eq(bpi_query_set(q, "week_start", "sunday"), BP_OK);
  ck_assert_int_eq(bpi_query_set(q, "week_start", "monday"), BP_OK);
  ck_assert_int_eq(bpi_query_set(q, "limit", "1000000"), BP_OK);
  ck_assert_int_eq(bpi_query_set(q, "order", "model"), BP_OK);
  writes(q, S "'metrics':['cost'],'from':'2026-11-23T00:00:00Z','zone':'Asia/Tokyo','by':['model'],"
              "'where':[{'dimension':'platform','op':'!=','value':'codex'}],'order':'model',"
              "'limit':1000000}");
  ck_assert_int_eq(bpi_query_period(q, "2026-01-01/2026-01-31", "UTC"), BP_OK);
  writes(q, S "'metrics':['cost'],'period':'2026-01-01/2026-01-31','by':['model'],"
              "'where':[{'dimension':'platform','op':'!=','value':'codex'}],'order':'model',"
              "'limit':1000000}");
  bpi_query_free(q);
  bpi_query_free(NULL);
}
END_TEST

/* The last possible range reads back as it was written. */
START_TEST(the_end_of_time) {
  bp_query *q = fresh();
  ck_assert_int_eq(bpi_query_range(q, 0, INT64_C(253402300800000000), NULL), BP_ERR_INVALID);
  bpi_query_free(q);
  q = fresh();
  ck_assert_int_eq(bpi_query_metric(q, "cost"), BP_OK);
  ck_assert_int_eq(bpi_query_range(q, 0, INT64_C(253402300800000000) - 900000000, NULL), BP_OK);
  writes(q, S "'metrics':['cost'],'from':'1970-01-01T00:00:00Z','until':'9999-12-31T23:45:00Z'}");
  bpi_query_free(q);
}
END_TEST

/* Each call on a fresh query fails with INVALID, and the query keeps the error. */
static int call_of(bp_query *q, int i) {
  static char long_name[QUERY_TEXT + 2];
  memset(long_name, 'a', QUERY_TEXT + 1);
  switch (i) {
  case 0: return bpi_query_metric(q, NULL);
  case 1: return bpi_query_metric(q, "");
  case 2: return bpi_query_metric(q, long_name);
  case 3: return bpi_query_metric(q, "\xff");
  case 4: return bpi_query_range(q, 900000000, 900000000, NULL);
  case 5: return bpi_query_range(q, 1800000000, 900000000, NULL);
  case 6: return bpi_query_range(q, 900000001, 1800000000, NULL);
  case 7: return bpi_query_range(q, 0, 1000000, NULL);
  case 8: return bpi_query_range(q, -900000000, 0, NULL);
  case 9: return bpi_query_range(q, 0, INT64_C(253402300800000000) + 900000000, NULL);
  case 10: return bpi_query_range(q, 0, 900000000, "");
  case 11: return bpi_query_period(q, NULL, NULL);
  case 12: return bpi_query_period(q, "tomorrow", NULL);
  case 13: return bpi_query_period(q, "07d", NULL);
  case 14: return bpi_query_period(q, "10000d", NULL);
  case 15: return bpi_query_period(q, "-1d", NULL);
  case 16: return bpi_query_period(q, "+1d", NULL);
  case 17: return bpi_query_period(q, "d", NULL);
  case 18: return bpi_query_period(q, "2026-02-29", NULL);
  case 19: return bpi_query_period(q, "1969-12-31", NULL);
  case 20: return bpi_query_period(q, "2026-01-02/2026-01-01", NULL);
  case 21: return bpi_query_period(q, "2026-01-01/", NULL);
  case 22: return bpi_query_period(q, "2026-01-01 ", NULL);
  case 23: return bpi_query_period(q, "today", long_name);
  case 24: return bpi_query_by(q, NULL);
  case 25: return bpi_query_where(q, NULL, "=", "x");
  case 26: return bpi_query_where(q, "model", NULL, "x");
  case 27: return bpi_query_where(q, "model", "<", "x");
  case 28: return bpi_query_where(q, "model", "=", NULL);
  case 29: return bpi_query_where(q, "model", "=", "");
  case 30: return bpi_query_compare(q, "next");
  case 31: return bpi_query_set(q, NULL, "x");
  case 32: return bpi_query_set(q, "limit", NULL);
  case 33: return bpi_query_set(q, "limit", "0");
  case 34: return bpi_query_set(q, "limit", "1000001");
  case 35: return bpi_query_set(q, "limit", "ten");
  case 36: return bpi_query_set(q, "week_start", "friday");
  default: return bpi_query_set(q, "nothing", "x");
  }
}
#define CALLS 38

START_TEST(refused_calls) {
  bp_query *q = fresh();
  bp_error *error = NULL;
  char *text;
  size_t length;
  ck_assert_int_eq(call_of(q, _i), BP_ERR_INVALID);
  ck_assert_int_eq(bpi_query_metric(q, "cost"), BP_OK);
  ck_assert_int_eq(bpi_query_check(q, &error), BP_ERR_INVALID);
  ck_assert_str_ne(bpi_error_message(error), "");
  bpi_error_free(error);
  error = NULL;
  ck_assert_int_eq(bpi_query_to_json(&text, &length, q, &error), BP_ERR_INVALID);
  ck_assert_ptr_null(text);
  bpi_error_free(error);
  bpi_query_free(q);
}
END_TEST

/* A reversed range has another error than one that cannot be parsed. */
START_TEST(reversed_days_say_so) {
  for (int i = 0; i < 2; i++) {
    bp_query *q = fresh();
    bp_error *error = NULL;
    int rc = i ? bpi_query_compare(q, "2026-03-09/2026-03-01")
               : bpi_query_period(q, "2026-03-09/2026-03-01", NULL);
    ck_assert_int_eq(rc, BP_ERR_INVALID);
    bpi_query_check(q, &error);
    ck_assert_str_eq(bp_error_message(error), "the range ends before it begins");
    bpi_error_free(error);
    bpi_query_free(q);
  }
}
END_TEST

/* The whole is in the name, or it is no period: calendars do not round. */
START_TEST(periods_no_calendar_has) {
  static const char *const names[] = {
      "2026-13",  "2026-00",  "2026-1",   "2026-Q0",  "2026-Q5",  "2026-Q",  "2026-q1",
      "2026-W00", "2026-W54", "2025-W53", "1970-W01", "9999-W52", "1969-12", "2026-01/2026-02"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    bp_query *q = fresh();
    ck_assert_msg(bpi_query_period(q, names[i], NULL) == BP_ERR_INVALID, "%s", names[i]);
    bpi_query_free(q);
  }
}
END_TEST

START_TEST(first_failure_is_remembered) {
  bp_query *q = fresh();
  bp_error *error = NULL;
  bpi_query_compare(q, "next");
  bpi_query_set(q, "limit", "0");
  ck_assert_int_eq(bpi_query_check(q, &error), BP_ERR_INVALID);
  ck_assert_str_eq(bpi_error_message(error), "the baseline is unknown");
  ck_assert_str_eq(bpi_error_detail(error, "hint"),
                   "previous, year, average, trailing_4w, trailing_12w or a period");
  bpi_error_free(error);
  bpi_query_free(q);
}
END_TEST

START_TEST(limits) {
  bp_query *q = fresh();
  for (int i = 0; i < QUERY_METRICS; i++)
    ck_assert_int_eq(bpi_query_metric(q, "cost"), BP_OK);
  ck_assert_int_eq(bpi_query_metric(q, "cost"), BP_ERR_LIMIT);
  bpi_query_free(q);
  q = fresh();
  for (int i = 0; i < QUERY_DIMENSIONS; i++)
    ck_assert_int_eq(bpi_query_by(q, "model"), BP_OK);
  ck_assert_int_eq(bpi_query_by(q, "model"), BP_ERR_LIMIT);
  bpi_query_free(q);
  q = fresh();
  for (int i = 0; i < QUERY_FILTERS; i++)
    ck_assert_int_eq(bpi_query_where(q, "model", "=", "x"), BP_OK);
  ck_assert_int_eq(bpi_query_where(q, "model", "=", "x"), BP_ERR_LIMIT);
  bpi_query_free(q);
}
END_TEST

/* Invalid queries, and the member that the error names. */
static const struct malformed {
  const char *json, *member;
  int code;
} malformed[] = {
    {"", NULL, BP_ERR_FORMAT},
    {"{", NULL, BP_ERR_FORMAT},
    {"[]", NULL, BP_ERR_FORMAT},
    {"null", NULL, BP_ERR_FORMAT},
    {"{'metrics':['cost']} x", NULL, BP_ERR_FORMAT},
    {"{'metrics':['cost'],'metrics':['cost']}", NULL, BP_ERR_FORMAT},
    {"{'metric':['cost']}", "metric", BP_ERR_FORMAT},
    {"{'schema':'blueplane.query/2','metrics':['cost']}", "schema", BP_ERR_FORMAT},
    {"{'schema':1}", "schema", BP_ERR_FORMAT},
    {"{'metrics':'cost'}", "metrics", BP_ERR_FORMAT},
    {"{'metrics':[1]}", "metrics", BP_ERR_FORMAT},
    {"{'metrics':['']}", "metrics", BP_ERR_FORMAT},
    {"{'by':'model'}", "by", BP_ERR_FORMAT},
    {"{'by':[null]}", "by", BP_ERR_FORMAT},
    {"{'by':['a','b','c','d','e']}", NULL, BP_ERR_LIMIT},
    {"{'metrics':['pattern_resolution_rate'],'by':['a','b','c','d']}", NULL, BP_ERR_LIMIT},
    {"{'period':7}", "period", BP_ERR_FORMAT},
    {"{'period':'tomorrow'}", "period", BP_ERR_FORMAT},
    {"{'period':'today','from':'2026-01-01T00:00:00Z'}", "period", BP_ERR_FORMAT},
    {"{'from':'2026-01-01'}", "from", BP_ERR_FORMAT},
    {"{'from':0}", "from", BP_ERR_FORMAT},
    {"{'from':'2026-01-01T00:01:00Z'}", "from", BP_ERR_FORMAT},
    {"{'until':true}", "until", BP_ERR_FORMAT},
    {"{'until':'2026-01-01T00:01:00Z'}", "until", BP_ERR_FORMAT},
    {"{'from':'2026-01-02T00:00:00Z','until':'2026-01-01T00:00:00Z'}", "until", BP_ERR_FORMAT},
    {"{'zone':3}", "zone", BP_ERR_FORMAT},
    {"{'zone':''}", "zone", BP_ERR_FORMAT},
    {"{'zone':'','period':'today'}", "zone", BP_ERR_FORMAT},
    {"{'where':{}}", "where", BP_ERR_FORMAT},
    {"{'where':['model=x']}", "where", BP_ERR_FORMAT},
    {"{'where':[{'dimension':'model'}]}", "where", BP_ERR_FORMAT},
    {"{'where':[{'value':'x'}]}", "where", BP_ERR_FORMAT},
    {"{'where':[{'dimension':'model','value':1}]}", "where", BP_ERR_FORMAT},
    {"{'where':[{'dimension':'model','op':'>','value':'x'}]}", "where", BP_ERR_FORMAT},
    {"{'where':[{'dimension':'model','value':'x','more':1}]}", "where", BP_ERR_FORMAT},
    {"{'compare':'next'}", "compare", BP_ERR_FORMAT},
    {"{'compare':[]}", "compare", BP_ERR_FORMAT},
    {"{'week_start':'friday'}", "week_start", BP_ERR_FORMAT},
    {"{'order':5}", "order", BP_ERR_FORMAT},
    {"{'limit':0}", "limit", BP_ERR_FORMAT},
    {"{'limit':1.5}", "limit", BP_ERR_FORMAT},
    {"{'limit':'5'}", "limit", BP_ERR_FORMAT},
    {"{'limit':1000001}", "limit", BP_ERR_FORMAT},
};

START_TEST(malformed_documents) {
  const struct malformed *m = &malformed[_i];
  char *text = quoted(m->json);
  bp_query *q = (bp_query *)text;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_query_from_json(&q, text, strlen(text), &error), m->code);
  ck_assert_ptr_null(q);
  ck_assert_int_eq(bpi_error_code(error), m->code);
  const char *found = bpi_error_detail(error, "name");
  if (m->member) ck_assert_msg(found && !strcmp(found, m->member), "%s: %s", m->json, found);
  bpi_error_free(error);
  free(text);
}
END_TEST

START_TEST(failing_allocations) {
  char *text =
      quoted("{'metrics':['cost','M030'],'period':'week','zone':'Europe/Berlin',"
             "'by':['model'],'where':[{'dimension':'model','value':'x'}],'order':'-cost'}");
  for (long count = 0;; count++) {
    bp_query *q;
    bp_error *error = NULL;
    char *json = NULL;
    size_t length;
    bpi_mem_fail_after(count);
    int rc = bpi_query_from_json(&q, text, strlen(text), &error);
    if (!rc) rc = bpi_query_to_json(&json, &length, q, &error);
    bpi_mem_fail_after(-1);
    bpi_query_free(q);
    bpi_free(json);
    bpi_error_free(error);
    if (!rc) break;
    ck_assert_int_eq(rc, BP_ERR_NOMEM);
  }
  free(text);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("query");
  TCase *forms = tcase_create("forms");
  tcase_add_test(forms, canonical);
  tcase_add_test(forms, aliases);
  tcase_add_test(forms, filters);
  tcase_add_test(forms, builder);
  tcase_add_test(forms, the_end_of_time);
  tcase_add_loop_test(forms, refused_calls, 0, CALLS);
  tcase_add_test(forms, reversed_days_say_so);
  tcase_add_test(forms, periods_no_calendar_has);
  tcase_add_test(forms, first_failure_is_remembered);
  tcase_add_test(forms, limits);
  tcase_add_loop_test(forms, malformed_documents, 0, (int)(sizeof malformed / sizeof *malformed));
  tcase_add_test(forms, failing_allocations);
  suite_add_tcase(suite, forms);
  return run_suite(suite);
}
