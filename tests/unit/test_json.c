/* Small JSON documents: what is read, and the offsets of errors in bad documents, counted by
 * hand. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "run_suite.h"

static json_doc *parse(const char *text) {
  json_doc *doc;
  bp_error *error = NULL;
  ck_assert_msg(bpi_json_parse(&doc, text, strlen(text), &error) == BP_OK, "%s: %s", text,
                bpi_error_message(error));
  ck_assert_ptr_null(error);
  return doc;
}

/* ------------------------------------------------------------------------------------ reading */

START_TEST(values_are_found) {
  json_doc *doc = parse(" {\"metrics\": [\"cost\", 7, -0.5, true, false, null, {}], \"a\\u0062\":"
                        "{\"x\":1}, \"A\":2, \"a\":3, \"\": 4}\r\n");
  json_value root = bpi_json_root(doc), metrics = bpi_json_get(root, "metrics");
  int64_t whole;
  double real;
  bool flag;
  ck_assert(bpi_json_is_object(root) && !bpi_json_is_array(root));
  ck_assert(bpi_json_is_array(metrics) && !bpi_json_is_object(metrics));
  ck_assert_uint_eq(bpi_json_size(root), 5);
  ck_assert_uint_eq(bpi_json_size(metrics), 7);
  ck_assert_str_eq(bpi_json_text(bpi_json_item(metrics, 0)), "cost");
  ck_assert(bpi_json_int(bpi_json_item(metrics, 1), &whole) && whole == 7);
  ck_assert(bpi_json_real(bpi_json_item(metrics, 1), &real) && real == 7.0);
  ck_assert(bpi_json_real(bpi_json_item(metrics, 2), &real) && real == -0.5);
  ck_assert(!bpi_json_int(bpi_json_item(metrics, 2), &whole));
  ck_assert(bpi_json_bool(bpi_json_item(metrics, 3), &flag) && flag);
  ck_assert(bpi_json_bool(bpi_json_item(metrics, 4), &flag) && !flag);
  ck_assert_ptr_nonnull(bpi_json_item(metrics, 5));
  ck_assert_uint_eq(bpi_json_size(bpi_json_item(metrics, 6)), 0);
  ck_assert_ptr_null(bpi_json_item(metrics, 7));
  /* Keys are case-sensitive and escapes are decoded. */
  ck_assert(bpi_json_int(bpi_json_get(root, "A"), &whole) && whole == 2);
  ck_assert(bpi_json_int(bpi_json_get(root, "a"), &whole) && whole == 3);
  ck_assert(bpi_json_int(bpi_json_get(root, ""), &whole) && whole == 4);
  ck_assert(bpi_json_int(bpi_json_get(bpi_json_get(root, "ab"), "x"), &whole) && whole == 1);
  ck_assert_ptr_null(bpi_json_get(root, "METRICS"));
  bpi_json_free(doc);
}
END_TEST

START_TEST(members_come_in_order) {
  json_doc *doc = parse("{\"z\":1,\"a\":2,\"m\":3}");
  const char *keys[] = {"z", "a", "m"};
  size_t i = 0;
  for (json_value v = bpi_json_first(bpi_json_root(doc)); v; v = bpi_json_next(v), i++)
    ck_assert_str_eq(bpi_json_key(v), keys[i]);
  ck_assert_uint_eq(i, 3);
  bpi_json_free(doc);
}
END_TEST

START_TEST(other_types_are_nothing) {
  json_doc *doc = parse("{\"text\":\"7\",\"number\":7,\"array\":[1],\"null\":null,\"true\":true}");
  json_value root = bpi_json_root(doc);
  int64_t whole = 99;
  double real = 99;
  bool flag = true;
  ck_assert(!bpi_json_int(bpi_json_get(root, "text"), &whole));
  ck_assert(!bpi_json_real(bpi_json_get(root, "text"), &real));
  ck_assert(!bpi_json_bool(bpi_json_get(root, "number"), &flag));
  ck_assert(!bpi_json_int(bpi_json_get(root, "true"), &whole));
  ck_assert(!bpi_json_int(bpi_json_get(root, "null"), &whole));
  ck_assert_ptr_null(bpi_json_text(bpi_json_get(root, "number")));
  ck_assert_ptr_null(bpi_json_get(bpi_json_get(root, "array"), "0"));
  ck_assert_ptr_null(bpi_json_key(root));
  ck_assert(whole == 99 && real == 99 && flag);
  /* Members of nothing are nothing. */
  ck_assert_ptr_null(bpi_json_get(NULL, "a"));
  ck_assert_ptr_null(bpi_json_first(NULL));
  ck_assert_ptr_null(bpi_json_next(NULL));
  ck_assert_ptr_null(bpi_json_item(NULL, 0));
  ck_assert_ptr_null(bpi_json_text(NULL));
  ck_assert_ptr_null(bpi_json_key(NULL));
  ck_assert_uint_eq(bpi_json_size(NULL), 0);
  ck_assert(!bpi_json_int(NULL, &whole) && !bpi_json_real(NULL, &real));
  ck_assert(!bpi_json_bool(NULL, &flag) && !bpi_json_is_object(NULL) && !bpi_json_is_array(NULL));
  bpi_json_free(doc);
  bpi_json_free(NULL);
}
END_TEST

START_TEST(numbers) {
  static const struct {
    const char *text;
    bool is_whole;
    int64_t whole;
    double real;
  } cases[] = {
      {"0", true, 0, 0},
      {"-0", true, 0, 0},
      {"9007199254740992", true, 9007199254740992, 9007199254740992.0},
      {"-9007199254740992", true, -9007199254740992, -9007199254740992.0},
      {"1e3", true, 1000, 1000},
      {"2.50E+1", true, 25, 25},
      {"25e-1", false, 0, 2.5},
      {"1e300", false, 0, 1e300},
      {"0.1", false, 0, 0.1},
      {"9007199254740994.0", false, 0, 9007199254740994.0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    json_doc *doc = parse(cases[i].text);
    int64_t whole = 0;
    double real = -1;
    ck_assert_int_eq(bpi_json_int(bpi_json_root(doc), &whole), cases[i].is_whole);
    if (cases[i].is_whole) ck_assert_int_eq(whole, cases[i].whole);
    ck_assert(bpi_json_real(bpi_json_root(doc), &real) && real == cases[i].real);
    bpi_json_free(doc);
  }
  json_doc *doc = parse("1e999"); /* grammatical, but no double */
  double real = -1;
  ck_assert(!bpi_json_real(bpi_json_root(doc), &real) && real == -1);
  bpi_json_free(doc);
}
END_TEST

START_TEST(texts) {
  json_doc *doc = parse("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\xE2\x82\xAC\"");
  ck_assert_str_eq(bpi_json_text(bpi_json_root(doc)),
                   "a\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80\xE2\x82\xAC");
  bpi_json_free(doc);
}
END_TEST

/* ----------------------------------------------------------------------------------- refusing */

#define BAD(text, byte)                                                                            \
  { text, sizeof(text) - 1, byte }
static const struct {
  const char *text;
  size_t length;
  int byte;
} bad[] = {
    BAD("", 0),
    BAD("   ", 3),
    BAD("{", 1),
    BAD("[1,2", 4),
    BAD("{\"a\"", 4),
    BAD("{\"a\":", 5),
    BAD("{\"a\":1", 6),
    BAD("{\"a\" 1}", 5),
    BAD("{\"a\":1,}", 7),
    BAD("{a:1}", 1),
    BAD("{,}", 1),
    BAD("[1,]", 3),
    BAD("[,1]", 1),
    BAD("[1 2]", 3),
    BAD("[1}", 2),
    BAD("]", 0),
    BAD("{} {}", 3),
    BAD("{}x", 2),
    BAD("{}\0", 2),
    BAD("\0{}", 0),
    BAD("[1,\0]", 3),
    BAD("\x01{}", 0), /* cJSON takes control characters for white space */
    BAD("\xEF\xBB\xBF{}", 0),
    BAD("nul", 0),
    BAD("[nullx]", 5),
    BAD("True", 0),
    BAD("'a'", 0),
    BAD("\"abc", 4),
    BAD("\"abc\\\"", 6),
    BAD("\"a\nb\"", 2),
    BAD("\"a\0b\"", 2),
    BAD("\"a\x1F\"", 2),
    BAD("\"\\x\"", 2),
    BAD("\"\\u12g4\"", 5),
    BAD("\"\\u12\"", 5),
    BAD("\"a\\u0000\"", 2),
    BAD("\"\\ud83d\"", 1),
    BAD("\"\\ud83dx\"", 1),
    BAD("\"\\ud83d\\u0041\"", 1),
    BAD("\"\\ude00\"", 1),
    BAD("\"\x80\"", 1),
    BAD("\"ab\xC3\"", 3),
    BAD("\"\xC0\x80\"", 1),
    BAD("\"\xED\xA0\x80\"", 1),
    BAD("\"\xF4\x90\x80\x80\"", 1),
    BAD("01", 0),
    BAD("[-01]", 2),
    BAD("-", 1),
    BAD("+1", 0),
    BAD(".5", 0),
    BAD("1.", 2),
    BAD("1.e3", 2),
    BAD("1e", 2),
    BAD("1e+", 3),
    BAD("0x10", 1),
    BAD("NaN", 0),
    BAD("Infinity", 0),
    BAD("[9007199254740993]", 1),
    BAD("[-9007199254740993]", 1),
    BAD("[99999999999999999999]", 1),
    BAD("[0.1234567890123456789012345678901234567890123456789012345678901234]", 1),
    BAD("// no\n{}", 0),
    BAD("{\"a\":1,\"a\":2}", 7),
    BAD("{\"a\":1,\"b\":2,\"\\u0061\":3}", 13), /* the same key with an escape */
    BAD("{\"x\":{\"a\":1,\"b\":[{\"c\":1,\"d\":2,\"c\":1}]}}", 30),
    BAD("{\"q\":{\"r\":1},\"q\":{\"r\":1}}", 13),
    BAD("{\"\":1,\"\":1}", 6),
};

START_TEST(errors_have_offsets) {
  /* On the heap, so that a read beyond the end is seen. */
  char *copy = malloc(bad[_i].length + 1);
  memcpy(copy, bad[_i].text, bad[_i].length);
  char *exact = realloc(copy, bad[_i].length ? bad[_i].length : 1);
  json_doc *doc = (json_doc *)exact;
  bp_error *error = NULL;
  int rc = bpi_json_parse(&doc, exact, bad[_i].length, &error);
  ck_assert_msg(rc == BP_ERR_FORMAT, "%s: %d", bad[_i].text, rc);
  ck_assert_ptr_null(doc);
  ck_assert_int_eq(bpi_error_code(error), BP_ERR_FORMAT);
  ck_assert_msg(atoi(bpi_error_detail(error, "byte")) == bad[_i].byte, "%s: byte %s", bad[_i].text,
                bpi_error_detail(error, "byte"));
  bpi_error_free(error);
  free(exact);
}
END_TEST

/* Error messages have the offset, never the content. */
START_TEST(errors_hold_no_content) {
  const char *text = "{\"sekret\":1,\"sekret\":sekret}";
  json_doc *doc;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_json_parse(&doc, text, strlen(text), &error), BP_ERR_FORMAT);
  ck_assert_ptr_null(strstr(bpi_error_message(error), "sekret"));
  bpi_error_free(error);
}
END_TEST

START_TEST(keys_of_different_objects_may_be_equal) {
  bpi_json_free(parse("{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":1}],\"A\":1,\"aa\":1}"));
}
END_TEST

START_TEST(depth_is_bounded) {
  char text[80];
  for (int depth = 31; depth < 40; depth++) {
    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    json_doc *doc;
    bp_error *error = NULL;
    int rc = bpi_json_parse(&doc, text, (size_t)depth * 2, &error);
    ck_assert_int_eq(rc, depth <= 32 ? BP_OK : BP_ERR_FORMAT);
    if (rc != BP_OK) ck_assert_str_eq(bpi_error_detail(error, "byte"), "32");
    bpi_error_free(error);
    bpi_json_free(doc);
  }
  /* A document of the maximal length that is nested all the way. */
  size_t length = (size_t)4 << 20;
  char *deep = malloc(length);
  json_doc *doc;
  ck_assert_ptr_nonnull(deep);
  memset(deep, '[', length);
  ck_assert_int_eq(bpi_json_parse(&doc, deep, length, NULL), BP_ERR_FORMAT);
  free(deep);
}
END_TEST

START_TEST(size_is_bounded) {
  size_t limit = (size_t)4 << 20;
  char *text = malloc(limit + 1);
  ck_assert_ptr_nonnull(text);
  memset(text, ' ', limit + 1);
  text[0] = '7';
  json_doc *doc;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_json_parse(&doc, text, limit, &error), BP_OK);
  bpi_json_free(doc);
  ck_assert_int_eq(bpi_json_parse(&doc, text, limit + 1, &error), BP_ERR_LIMIT);
  ck_assert_ptr_null(doc);
  bpi_error_free(error);
  free(text);
}
END_TEST

/* The search for duplicates among many keys is fast, and finds the last one. */
START_TEST(many_keys) {
  enum { KEYS = 300000, SIZE = 13 };
  char *text = malloc((size_t)KEYS * SIZE + 2);
  ck_assert_ptr_nonnull(text);
  char *p = text;
  *p++ = '{';
  for (int i = 0; i < KEYS; i++) {
    char key[8];
    for (int digit = 0, rest = i; digit < 7; digit++, rest /= 8)
      key[digit] = (char)('a' + rest % 8);
    *p++ = '"';
    memcpy(p, key, 7);
    p += 7;
    memcpy(p, "\":1,", 4);
    p += 4;
  }
  p[-1] = '}';
  json_doc *doc;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_json_parse(&doc, text, (size_t)(p - text), &error), BP_OK);
  ck_assert_uint_eq(bpi_json_size(bpi_json_root(doc)), KEYS);
  bpi_json_free(doc);
  memcpy(text + 1 + 12 * (KEYS - 1), "\"aaaaaaa\"", 9);
  ck_assert_int_eq(bpi_json_parse(&doc, text, (size_t)(p - text), &error), BP_ERR_FORMAT);
  ck_assert_int_eq(atoi(bpi_error_detail(error, "byte")), 1 + 12 * (KEYS - 1));
  bpi_error_free(error);
  free(text);
}
END_TEST

START_TEST(memory_may_be_missing) {
  const char *text = "{\"a\":{\"x\":1,\"y\":2},\"b\":2}";
  int rc = BP_ERR_NOMEM;
  for (long count = 0; rc != BP_OK; count++) {
    json_doc *doc;
    bp_error *error = NULL;
    bpi_mem_fail_after(count);
    rc = bpi_json_parse(&doc, text, strlen(text), &error);
    bpi_mem_fail_after(-1);
    ck_assert(rc == BP_OK ? doc != NULL : rc == BP_ERR_NOMEM && doc == NULL);
    ck_assert_int_eq(bpi_error_code(error), rc);
    ck_assert_int_lt(count, 10);
    bpi_error_free(error);
    bpi_json_free(doc);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json");
  TCase *tests = tcase_create("json");
  tcase_add_test(tests, values_are_found);
  tcase_add_test(tests, members_come_in_order);
  tcase_add_test(tests, other_types_are_nothing);
  tcase_add_test(tests, numbers);
  tcase_add_test(tests, texts);
  tcase_add_loop_test(tests, errors_have_offsets, 0, (int)(sizeof bad / sizeof *bad));
  tcase_add_test(tests, errors_hold_no_content);
  tcase_add_test(tests, keys_of_different_objects_may_be_equal);
  tcase_add_test(tests, depth_is_bounded);
  tcase_add_test(tests, size_is_bounded);
  tcase_add_test(tests, many_keys);
  tcase_add_test(tests, memory_may_be_missing);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
