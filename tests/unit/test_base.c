/* Memory, buffers, errors and hashes. The expected hashes come from Python:
 *
 *     key = bytes(range(32))
 *     tests/oracle/siphash.py prints those of identifiers
 *     hashlib.blake2b(data, digest_size=32).hexdigest() */
#include <check.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "dice.h"
#include "folder.h"
#include "run_suite.h"

/* ------------------------------------------------------------------------------------ memory */

START_TEST(nothing_can_be_allocated) {
  void *none = bpi_alloc(0), *zero = bpi_alloc_zero(0, 8);
  ck_assert_ptr_nonnull(none);
  ck_assert_ptr_nonnull(zero);
  none = bpi_realloc(none, 0, 8);
  ck_assert_ptr_nonnull(none);
  bpi_free(none);
  bpi_free(zero);
  bpi_free(NULL);
}
END_TEST

START_TEST(sizes_do_not_overflow) {
  void *items = NULL;
  size_t capacity = 0;
  ck_assert_ptr_null(bpi_realloc(NULL, SIZE_MAX / 2 + 1, 2));
  ck_assert_int_eq(bpi_reserve(&items, &capacity, SIZE_MAX / 4, 8), BP_ERR_NOMEM);
  ck_assert_int_eq(bpi_reserve(&items, &capacity, SIZE_MAX, 1), BP_ERR_NOMEM);
  ck_assert_ptr_null(items);
  ck_assert_uint_eq(capacity, 0);
}
END_TEST

START_TEST(arrays_grow_and_keep) {
  void *items = NULL;
  size_t capacity = 0;
  for (size_t count = 0; count < 1000; count++) {
    ck_assert_int_eq(bpi_reserve(&items, &capacity, count + 1, sizeof(size_t)), BP_OK);
    ck_assert_uint_ge(capacity, count + 1);
    ((size_t *)items)[count] = count;
  }
  for (size_t i = 0; i < 1000; i++)
    ck_assert_uint_eq(((size_t *)items)[i], i);
  bpi_mem_fail_after(0);
  void *before = items;
  ck_assert_int_eq(bpi_reserve(&items, &capacity, capacity + 1, sizeof(size_t)), BP_ERR_NOMEM);
  ck_assert_int_eq(bpi_reserve(&items, &capacity, capacity, sizeof(size_t)), BP_OK);
  bpi_mem_fail_after(-1);
  ck_assert_ptr_eq(items, before);
  bpi_free(items);
}
END_TEST

START_TEST(memory_fails_when_told) {
  bpi_mem_fail_after(2);
  void *a = bpi_alloc(1), *b = bpi_alloc_zero(1, 1);
  ck_assert_ptr_nonnull(a);
  ck_assert_ptr_nonnull(b);
  ck_assert_ptr_null(bpi_alloc(1));
  ck_assert_ptr_null(bpi_strndup("x", 1));
  ck_assert_ptr_null(bpi_realloc(a, 2, 1));
  bpi_mem_fail_after(-1);
  char *text = bpi_strndup("text and more", 4);
  ck_assert_str_eq(text, "text");
  bpi_free(text);
  bpi_free(a);
  bpi_free(b);
}
END_TEST

/* ----------------------------------------------------------------------------------- buffers */

static void expect(buf *b, const char *text) {
  size_t length = 0;
  char *taken = bpi_buf_take(b, &length);
  ck_assert_ptr_nonnull(taken);
  ck_assert_str_eq(taken, text);
  ck_assert_uint_eq(length, strlen(text));
  ck_assert_uint_eq(b->length, 0); /* can be used again */
  bpi_free(taken);
}

START_TEST(buffers_gather) {
  buf b;
  bpi_buf_init(&b, 4096);
  expect(&b, "");
  bpi_buf_text(&b, "one ");
  bpi_buf_char(&b, '2');
  bpi_buf_add(&b, " three", 3);
  bpi_buf_printf(&b, "%s=%d", "four", 4);
  expect(&b, "one 2 thfour=4");
  const int64_t numbers[] = {0, -1, 42, INT64_MAX, INT64_MIN};
  for (size_t i = 0; i < 5; i++) {
    bpi_buf_int(&b, numbers[i]);
    bpi_buf_char(&b, ' ');
  }
  expect(&b, "0 -1 42 9223372036854775807 -9223372036854775808 ");
}
END_TEST

/* An empty range may have a NULL pointer; adding to NULL would be undefined behaviour. */
START_TEST(no_bytes_may_be_nowhere) {
  bytes none = bpi_bytes(NULL, 0);
  ck_assert_ptr_nonnull(bpi_take(&none, 0));
  ck_assert(!none.failed);
  ck_assert_ptr_null(bpi_take(&none, 1));
  ck_assert(none.failed);
}
END_TEST

START_TEST(long_formats) {
  char many[1001];
  buf b;
  memset(many, 'x', 1000);
  many[1000] = '\0';
  bpi_buf_init(&b, 4096);
  for (size_t length = 250; length < 260;
       length++) { /* about the size of the small buffer inside */
    bpi_buf_printf(&b, "%.*s", (int)length, many);
    expect(&b, many + 1000 - length);
  }
  bpi_buf_printf(&b, "%s", many);
  expect(&b, many);
}
END_TEST

START_TEST(buffers_have_a_ceiling) {
  buf b;
  bpi_buf_init(&b, 8);
  bpi_buf_text(&b, "12345678");
  ck_assert_int_eq(b.failed, 0);
  bpi_buf_char(&b, '9');
  ck_assert_int_eq(b.failed, BP_ERR_LIMIT);
  bpi_buf_printf(&b, "%s", "more"); /* after the first failure calls have no effect */
  bpi_buf_real(&b, 1.5);
  ck_assert_uint_eq(b.length, 8);
  ck_assert_ptr_null(bpi_buf_take(&b, NULL));
  ck_assert_ptr_null(b.data);

  bpi_buf_init(&b, 600); /* by a text that is formatted right into it */
  bpi_buf_printf(&b, "%0601d", 1);
  ck_assert_int_eq(b.failed, BP_ERR_LIMIT);
  bpi_buf_free(&b);

  bpi_buf_init(&b, 8);
  bpi_mem_fail_after(0);
  bpi_buf_char(&b, 'x');
  bpi_mem_fail_after(-1);
  ck_assert_int_eq(b.failed, BP_ERR_NOMEM);
  bpi_buf_char(&b, 'x');
  ck_assert_int_eq(b.failed, BP_ERR_NOMEM);
  ck_assert_ptr_null(bpi_buf_take(&b, NULL));
}
END_TEST

/* As Python's repr() for the same numbers, except for the form of exponents and whole numbers. */
static const struct real {
  double value;
  const char *text;
} reals[] = {
    {0.0, "0"},
    {-0.0, "0"},
    {0.1, "0.1"},
    {1.0 / 3, "0.3333333333333333"},
    {0.1 + 0.2, "0.30000000000000004"},
    {-2.5, "-2.5"},
    {100, "100"},
    {4.35, "4.35"},
    {0.0001, "0.0001"},
    {0.00001, "1e-05"},
    {9007199254740992.0, "9007199254740992"},
    {123456789012345680.0, "1.2345678901234568e+17"},
    {1e22, "1e+22"},
    {1e23, "1e+23"},
    {1.7976931348623157e308, "1.7976931348623157e+308"},
};

static void check_reals(void) {
  buf b;
  bpi_buf_init(&b, 4096);
  for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
    bpi_buf_real(&b, reals[i].value);
    expect(&b, reals[i].text);
  }
  bpi_buf_real(&b, NAN);
  bpi_buf_char(&b, ' ');
  bpi_buf_real(&b, -INFINITY);
  expect(&b, "null null");
}

START_TEST(reals_read_back) {
  check_reals();
  uint64_t bits = 88172645463325252u;
  buf b;
  bpi_buf_init(&b, 4096);
  for (int i = 0; i < 20000; i++) {
    double value;
    dice_roll(&bits);
    memcpy(&value, &bits, sizeof value);
    if (!isfinite(value)) continue;
    bpi_buf_real(&b, value);
    char *text = bpi_buf_take(&b, NULL);
    ck_assert_msg(strtod(text, NULL) == value, "%s", text);
    bpi_free(text);
  }
}
END_TEST

/* A locale of the system, else one built here; false if neither is available. */
static bool comma_locale(const char *name) {
  char command[512];
  if (setlocale(LC_NUMERIC, name) != NULL) return true;
  snprintf(command, sizeof command, "localedef -i %.5s -f UTF-8 %s/%s 2>/dev/null", name, folder,
           name);
  if (system(command) != 0) return false; // NOLINT(cert-env33-c): only that program makes locales
  setenv("LOCPATH", folder, 1);
  return setlocale(LC_NUMERIC, name) != NULL;
}

/* A comma, and a sign of two bytes. */
START_TEST(reals_know_no_locale) {
  static const char *const names[] = {"de_DE.UTF-8", "ps_AF.UTF-8"};
  make_folder();
  for (size_t i = 0; i < 2; i++) {
    char number[16];
    if (!comma_locale(names[i])) {
      fprintf(stderr, "no locale %s: not tested\n", names[i]);
      continue;
    }
    snprintf(number, sizeof number, "%.1f", 0.5);
#ifdef __GLIBC__ /* other libraries accept any name and change nothing */
    ck_assert_str_ne(number, "0.5");
#endif
    check_reals();
  }
  setlocale(LC_NUMERIC, "C");
  remove_folder();
}
END_TEST

START_TEST(json_texts) {
  static const struct {
    const char *raw;
    size_t length;
    const char *json;
  } texts[] = {
      {"", 0, "\"\""},
      {"a\"b\\c/", 6, "\"a\\\"b\\\\c/\""},
      {"\n\t\x01\x7f\x00z", 6, "\"\\u000a\\u0009\\u0001\\u007f\\u0000z\""},
      {"\xC3\xA9\xF0\x9F\x98\x80", 6, "\"\xC3\xA9\xF0\x9F\x98\x80\""},
      {"x\xFFy", 3, "\"x\xEF\xBF\xBDy\""},
      {"\xE2\x82", 2, "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"\xED\xA0\x80", 3, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
  };
  buf b;
  bpi_buf_init(&b, 4096);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    bpi_buf_json_text(&b, texts[i].raw, texts[i].length);
    expect(&b, texts[i].json);
  }
}
END_TEST

/* ------------------------------------------------------------------------------------ errors */

START_TEST(errors_say_what_and_where) {
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_fail(&error, BP_ERR_FORMAT, "line %d", 7), BP_ERR_FORMAT);
  ck_assert_int_eq(bpi_fail_detail(&error, "path", "/a/b"), BP_ERR_FORMAT);
  ck_assert_int_eq(bpi_fail_detail_int(&error, "byte", INT64_MIN), BP_ERR_FORMAT);
  ck_assert_int_eq(bpi_fail_detail(&error, "hint", NULL), BP_ERR_FORMAT);
  ck_assert_int_eq(bpi_error_code(error), BP_ERR_FORMAT);
  ck_assert_str_eq(bpi_error_message(error), "line 7");
  ck_assert_str_eq(bpi_error_detail(error, "path"), "/a/b");
  ck_assert_str_eq(bpi_error_detail(error, "byte"), "-9223372036854775808");
  ck_assert_ptr_null(bpi_error_detail(error, "hint"));
  ck_assert_ptr_null(bpi_error_detail(error, NULL));
  ck_assert_int_eq(bpi_fail(&error, BP_ERR_IO, "later"), BP_ERR_IO); /* the first error stays */
  ck_assert_str_eq(bpi_error_message(error), "line 7");
  bpi_error_free(error);
}
END_TEST

START_TEST(errors_need_no_place) {
  bp_error *unseen;
  ck_assert_int_eq(bpi_fail(NULL, BP_ERR_IO, "nobody looks"), BP_ERR_IO);
  ck_assert_int_eq(bpi_fail_nomem(NULL), BP_ERR_NOMEM);
  bpi_fail_detail(NULL, "path", "x");
  ck_assert_int_eq(bpi_error_code(NULL), BP_OK);
  ck_assert_str_eq(bpi_error_message(NULL), "");
  ck_assert_ptr_null(bpi_error_detail(NULL, "path"));
  bpi_error_free(NULL);

  bp_error **place = bpi_error_begin(NULL, &unseen);
  ck_assert_int_eq(bpi_fail(place, BP_ERR_IO, "inside"), BP_ERR_IO);
  ck_assert_int_eq(bpi_error_code(*place), BP_ERR_IO);
  ck_assert_int_eq(bpi_error_end(BP_ERR_IO, unseen), BP_ERR_IO);

  bp_error *seen = (bp_error *)(void *)&unseen; /* not NULL, so that the call must set it */
  ck_assert_ptr_eq(bpi_error_begin(&seen, &unseen), &seen);
  ck_assert_ptr_null(seen);
  ck_assert_int_eq(bpi_error_end(BP_OK, unseen), BP_OK);
}
END_TEST

START_TEST(errors_have_room_for_so_much) {
  char much[2000], key[16];
  bp_error *error = NULL;
  memset(much, 'x', sizeof much);
  much[sizeof much - 1] = '\0';
  /* The message is cut at its 383rd byte, which is inside a character of two bytes. */
  memcpy(much + 382, "\xC3\xA9", 2);
  bpi_fail(&error, BP_ERR_IO, "%s", much);
  ck_assert_uint_eq(strlen(bpi_error_message(error)), 382);
  for (int i = 0; i < 20; i++) {
    snprintf(key, sizeof key, "key%d", i);
    bpi_fail_detail(&error, key, much);
  }
  ck_assert_str_eq(bpi_error_detail(error, "key0"), much); /* a path may have any length */
  ck_assert_ptr_nonnull(bpi_error_detail(error, "key7"));
  ck_assert_ptr_null(bpi_error_detail(error, "key8"));
  bpi_error_free(error);
}
END_TEST

START_TEST(errors_without_memory) {
  bp_error *error = NULL, *other = NULL;
  bpi_mem_fail_after(0);
  ck_assert_int_eq(bpi_fail(&error, BP_ERR_IO, "cannot be said"), BP_ERR_IO);
  ck_assert_int_eq(bpi_fail_nomem(&other), BP_ERR_NOMEM);
  bpi_fail_detail(&error, "path", "x");
  bpi_mem_fail_after(-1);
  ck_assert_ptr_eq(error, other); /* one static object represents all of them */
  ck_assert_int_eq(bpi_error_code(error), BP_ERR_NOMEM);
  ck_assert_str_eq(bpi_error_message(error), "out of memory");
  ck_assert_ptr_null(bpi_error_detail(error, "path"));
  bpi_error_free(error);
  bpi_error_free(other);

  error = NULL;
  bpi_fail(&error, BP_ERR_IO, "can be said");
  bpi_mem_fail_once(0);
  ck_assert_int_eq(bpi_fail_detail(&error, "path", "x"), BP_ERR_IO);
  bpi_mem_fail_once(-1);
  ck_assert_ptr_null(bpi_error_detail(error, "path"));
  ck_assert_int_eq(bpi_fail_detail(&error, "path", "y"), BP_ERR_IO);
  ck_assert_str_eq(bpi_error_detail(error, "path"), "y");
  bpi_error_free(error);
}
END_TEST

/* ------------------------------------------------------------------------------------ hashes */

START_TEST(identifiers_are_siphash_under_a_key_of_their_domain) {
  hash_key key;
  unsigned char long_data[1024];
  char many_x[92];
  for (size_t i = 0; i < sizeof key.bytes; i++)
    key.bytes[i] = (unsigned char)i;
  for (size_t i = 0; i < sizeof long_data; i++)
    long_data[i] = (unsigned char)i;
  memset(many_x, 'x', sizeof many_x);
  ck_assert_int_eq(bpi_hash_init(), BP_OK);
  ck_assert_int_eq(bpi_hash_init(), BP_OK);
  const struct {
    const char *domain;
    const void *data;
    size_t length;
    ident is;
  } vectors[] = {
      {"session", "", 0, {0x55c7b7dbcd4031e6, 0xccbe7431e3a71b44}},
      {"session", NULL, 0, {0x55c7b7dbcd4031e6, 0xccbe7431e3a71b44}},
      {"session", "abc", 3, {0x68b7a8c2961e55ad, 0xce8105f7499292f4}},
      {"session", "\0abc", 4, {0x94966354e900de91, 0x74769af641a531c0}},
      {"prompt", "abc", 3, {0x761b319595201c08, 0x0eba3af827419b97}},
      {"path", many_x, 91, {0x356cbf79d11480bd, 0xc2e4e76cbc82d74f}},
      {"path", many_x, 92, {0x63c3cd020b1ede7d, 0xa4fd3b8b8db53e0f}},
      {"path", long_data, 1024, {0x618bd9f7ce073fa6, 0x9b0b833a2659ec68}},
  };
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    ident is = bpi_hash_ident(&key, vectors[i].domain, vectors[i].data, vectors[i].length);
    ck_assert_msg(bpi_ident_compare(is, vectors[i].is) == 0, "vector %zu", i);
    domain_key under = bpi_hash_domain(&key, vectors[i].domain);
    is = bpi_hash_under(&under, vectors[i].data, vectors[i].length);
    ck_assert_msg(bpi_ident_compare(is, vectors[i].is) == 0, "vector %zu, by its domain", i);
  }
}
END_TEST

START_TEST(digests_are_blake2b) {
  char hex[65];
  bpi_hash_digest_hex("", 0, hex);
  ck_assert_str_eq(hex, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  bpi_hash_digest_hex("abc", 3, hex);
  ck_assert_str_eq(hex, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}
END_TEST

START_TEST(keys_are_random_and_can_be_wiped) {
  static const hash_key none;
  hash_key a, b;
  bpi_hash_random_key(&a);
  bpi_hash_random_key(&b);
  ck_assert_mem_ne(a.bytes, b.bytes, sizeof a.bytes);
  bpi_hash_wipe(&a, sizeof a);
  ck_assert_mem_eq(a.bytes, none.bytes, sizeof a.bytes);
}
END_TEST

START_TEST(identifiers_have_an_order) {
  const ident none = {0, 0}, low = {0, 1}, middle = {1, 0}, high = {UINT64_MAX, 0};
  ck_assert(bpi_ident_absent(none) && !bpi_ident_absent(low) && !bpi_ident_absent(middle));
  ck_assert_int_eq(bpi_ident_compare(low, middle), -1);
  ck_assert_int_eq(bpi_ident_compare(high, middle), 1);
  ck_assert_int_eq(bpi_ident_compare(low, low), 0);
}
END_TEST

/* Each of the first bits, bytes and seeds changes about half of the bits of the hash. */
START_TEST(mixer_spreads) {
  unsigned char data[24] = {0};
  const uint64_t plain = bpi_hash_mix(data, sizeof data, 1);
  int least = 64, most = 0;
  for (size_t bit = 0; bit < sizeof data * 8; bit++) {
    data[bit / 8] ^= (unsigned char)(1u << bit % 8);
    int changed = __builtin_popcountll(plain ^ bpi_hash_mix(data, sizeof data, 1));
    data[bit / 8] ^= (unsigned char)(1u << bit % 8);
    if (changed < least) least = changed;
    if (changed > most) most = changed;
  }
  ck_assert_msg(least >= 8 && most <= 56, "%d to %d", least, most);
  ck_assert_uint_ne(bpi_hash_mix(data, 7, 1), bpi_hash_mix(data, 8, 1)); /* zeros count */
  ck_assert_uint_ne(bpi_hash_mix(data, 8, 1), bpi_hash_mix(data, 8, 2));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("base");
  TCase *tests = tcase_create("base");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, nothing_can_be_allocated);
  tcase_add_test(tests, sizes_do_not_overflow);
  tcase_add_test(tests, arrays_grow_and_keep);
  tcase_add_test(tests, memory_fails_when_told);
  tcase_add_test(tests, buffers_gather);
  tcase_add_test(tests, no_bytes_may_be_nowhere);
  tcase_add_test(tests, long_formats);
  tcase_add_test(tests, buffers_have_a_ceiling);
  tcase_add_test(tests, reals_read_back);
  tcase_add_test(tests, reals_know_no_locale);
  tcase_add_test(tests, json_texts);
  tcase_add_test(tests, errors_say_what_and_where);
  tcase_add_test(tests, errors_need_no_place);
  tcase_add_test(tests, errors_have_room_for_so_much);
  tcase_add_test(tests, errors_without_memory);
  tcase_add_test(tests, identifiers_are_siphash_under_a_key_of_their_domain);
  tcase_add_test(tests, digests_are_blake2b);
  tcase_add_test(tests, keys_are_random_and_can_be_wiped);
  tcase_add_test(tests, identifiers_have_an_order);
  tcase_add_test(tests, mixer_spreads);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
