/* UTF-8, numbers and small ASCII helpers. UTF-8 is checked against the code points themselves: all
 * of them, and every pair of bytes followed by bytes around every limit, which must be valid
 * exactly if encoding some code point gives them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "run_suite.h"

/* --------------------------------------------------------------------------------- UTF-8 */

/* By the table of RFC 3629, with divisions instead of shifts. */
static size_t encode_by_hand(uint32_t c, unsigned char out[4]) {
  if (c < 128) {
    out[0] = (unsigned char)c;
    return 1;
  }
  size_t length = c < 2048 ? 2 : c < 65536 ? 3 : 4;
  const unsigned char lead[] = {0, 0, 192, 224, 240};
  for (size_t i = length - 1; i > 0; i--, c /= 64)
    out[i] = (unsigned char)(128 + c % 64);
  out[0] = (unsigned char)(lead[length] + c);
  return length;
}

static bool is_scalar(uint32_t c) {
  return c < 0x110000 && !(c >= 0xD800 && c < 0xE000);
}

START_TEST(every_code_point) {
  for (uint32_t c = 0; c < 0x110100; c++) {
    unsigned char expected[4];
    char got[4];
    size_t length = bpi_utf8_encode(c, got);
    if (!is_scalar(c)) {
      ck_assert_uint_eq(length, 0);
      continue;
    }
    size_t right = encode_by_hand(c, expected);
    if (length != right || memcmp(got, expected, length) != 0) ck_abort_msg("U+%X", c);
    if (bpi_utf8_step(got, got + length) != length) ck_abort_msg("U+%X", c);
    if (bpi_utf8_step(got, got + length - 1) != 0) ck_abort_msg("cut U+%X", c);
    if (!bpi_utf8_valid(got, length)) ck_abort_msg("U+%X", c);
  }
  char out[4];
  ck_assert_uint_eq(bpi_utf8_encode(UINT32_MAX, out), 0);
}
END_TEST

/* The length of the sequence that begins here, found by encoding what it would decode to. */
static size_t step_by_hand(const unsigned char *p) {
  if (p[0] < 128) return 1;
  size_t length = p[0] >= 240 ? 4 : p[0] >= 224 ? 3 : p[0] >= 192 ? 2 : 0;
  if (length == 0 || p[0] >= 248) return 0;
  uint32_t c = p[0] - (length == 2 ? 192u : length == 3 ? 224u : 240u);
  for (size_t i = 1; i < length; i++) {
    if (p[i] < 128 || p[i] > 191) return 0;
    c = c * 64 + p[i] - 128u;
  }
  unsigned char again[4];
  return is_scalar(c) && encode_by_hand(c, again) == length ? length : 0;
}

START_TEST(every_sequence_of_two_bytes_and_the_bounds_of_more) {
  static const unsigned char tails[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
  const size_t n = sizeof tails;
  for (unsigned lead = 0; lead < 256; lead++) {
    for (unsigned second = 0; second < 256; second++) {
      for (size_t k = 0; k < n * n; k++) {
        unsigned char b[4] = {(unsigned char)lead, (unsigned char)second, tails[k / n],
                              tails[k % n]};
        const char *p = (const char *)b;
        if (bpi_utf8_step(p, p + 4) != step_by_hand(b))
          ck_abort_msg("%02x %02x %02x %02x", b[0], b[1], b[2], b[3]);
      }
    }
  }
}
END_TEST

START_TEST(valid_wherever_it_stands) {
  ck_assert(bpi_utf8_valid("", 0));
  ck_assert(bpi_utf8_valid(NULL, 0));
  /* A sequence at every offset of a long text, complete, cut and broken. */
  for (size_t at = 0; at < 40; at++) {
    char text[44];
    memset(text, 'a', sizeof text);
    memcpy(text + at, "\xE2\x82\xAC", 3);
    ck_assert(bpi_utf8_valid(text, sizeof text));
    ck_assert(bpi_utf8_valid(text, at + 3));
    ck_assert(!bpi_utf8_valid(text, at + 2));
    ck_assert(!bpi_utf8_valid(text, at + 1));
    text[at + 1] = 'a';
    ck_assert(!bpi_utf8_valid(text, sizeof text));
  }
  ck_assert(bpi_utf8_valid("a\0b", 3));
  const char empty[] = "";
  ck_assert_uint_eq(bpi_utf8_step(empty, empty), 0);
}
END_TEST

/* --------------------------------------------------------------------------------- helpers */

START_TEST(equal_without_case) {
  ck_assert(bpi_ascii_equal_nocase("Content", 7, "cONTENT"));
  ck_assert(bpi_ascii_equal_nocase("", 0, ""));
  ck_assert(!bpi_ascii_equal_nocase("abc", 3, "abcd"));
  ck_assert(!bpi_ascii_equal_nocase("abcd", 4, "abc"));
  ck_assert(bpi_ascii_equal_nocase("abcd", 3, "ABC")); /* only three bytes are compared */
  ck_assert(!bpi_ascii_equal_nocase("@", 1, "`"));     /* 32 apart, but not letters */
  ck_assert(!bpi_ascii_equal_nocase("[", 1, "{"));
  ck_assert(!bpi_ascii_equal_nocase("\xC4", 1, "\xE4")); /* nor outside ASCII */
  ck_assert(!bpi_ascii_equal_nocase("a\0b", 3, "a"));
}
END_TEST

START_TEST(prefixes) {
  ck_assert(bpi_starts_with("abc", 3, "ab"));
  ck_assert(bpi_starts_with("abc", 3, "abc"));
  ck_assert(bpi_starts_with("abc", 3, ""));
  ck_assert(bpi_starts_with(NULL, 0, ""));
  ck_assert(!bpi_starts_with("abc", 2, "abc"));
  ck_assert(!bpi_starts_with("abc", 3, "b"));
}
END_TEST

START_TEST(contents) {
  ck_assert(bpi_contains("mississippi", 11, "issip"));
  ck_assert(bpi_contains("mississippi", 11, "mis"));
  ck_assert(bpi_contains("mississippi", 11, "ppi"));
  ck_assert(!bpi_contains("mississippi", 10, "ppi"));
  ck_assert(!bpi_contains("mississippi", 11, "issim"));
  ck_assert(bpi_contains("a\0b", 3, "b"));
  ck_assert(bpi_contains("", 0, ""));
  ck_assert(!bpi_contains("", 0, "a"));
  ck_assert(bpi_contains("aaab", 4, "aab"));
}
END_TEST

START_TEST(integers) {
  static const struct {
    const char *text;
    int64_t value;
  } good[] = {{"0", 0},
              {"-0", 0},
              {"+7", 7},
              {"-7", -7},
              {"007", 7},
              {"9223372036854775807", INT64_MAX},
              {"+9223372036854775807", INT64_MAX},
              {"-9223372036854775808", INT64_MIN},
              {"-9223372036854775807", INT64_MIN + 1},
              {"00000000000000000000000000000001", 1}};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    int64_t value = 99;
    ck_assert_msg(bpi_parse_int(good[i].text, strlen(good[i].text), &value), "%s", good[i].text);
    ck_assert(value == good[i].value);
  }
  static const char *const bad[] = {"",
                                    "-",
                                    "+",
                                    "--1",
                                    "+-1",
                                    " 1",
                                    "1 ",
                                    "1.0",
                                    "1e3",
                                    "0x1",
                                    "9223372036854775808",
                                    "-9223372036854775809",
                                    "92233720368547758070",
                                    "18446744073709551616",
                                    "1a",
                                    "1\n"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    int64_t value = 99;
    ck_assert_msg(!bpi_parse_int(bad[i], strlen(bad[i]), &value), "%s", bad[i]);
    ck_assert(value == 99);
  }
  int64_t value;
  ck_assert(bpi_parse_int("123", 2, &value) && value == 12);
}
END_TEST

/* The edit distance by trying every edit: exponential, so for short words only. */
static unsigned try_edits(const char *a, const char *b) {
  if (!*a) return (unsigned)strlen(b);
  if (!*b) return (unsigned)strlen(a);
  if (*a == *b) return try_edits(a + 1, b + 1);
  unsigned best = try_edits(a + 1, b), other = try_edits(a, b + 1);
  if (other < best) best = other;
  other = try_edits(a + 1, b + 1);
  if (other < best) best = other;
  if (a[1] && b[1] && a[0] == b[1] && a[1] == b[0]) {
    other = try_edits(a + 2, b + 2);
    if (other < best) best = other;
  }
  return best + 1;
}

START_TEST(distances) {
  ck_assert_uint_eq(bpi_edit_distance("sessions", "sesions", 9), 1);
  ck_assert_uint_eq(bpi_edit_distance("cost", "cots", 9), 1);
  ck_assert_uint_eq(bpi_edit_distance("kitten", "sitting", 9), 3);
  ck_assert_uint_eq(bpi_edit_distance("", "abc", 9), 3);
  ck_assert_uint_eq(bpi_edit_distance("abc", "abc", 9), 0);
  ck_assert_uint_eq(bpi_edit_distance("abc", "xyz", 2), 2);
  ck_assert_uint_eq(bpi_edit_distance("a", "abcdefgh", 4), 4);
  ck_assert_uint_eq(bpi_edit_distance("abc", "abd", 0), 0);
  char longest[100];
  memset(longest, 'a', 99);
  longest[99] = '\0';
  ck_assert_uint_eq(bpi_edit_distance(longest, longest, 5), 0);
  ck_assert_uint_eq(bpi_edit_distance(longest, longest + 1, 5), 5);
}
END_TEST

START_TEST(distances_of_all_short_words) {
  char words[364][6]; /* of up to five of the letters a, b, c */
  size_t count = 0;
  for (int length = 0; length <= 5; length++) {
    int all = 1;
    for (int i = 0; i < length; i++)
      all *= 3;
    for (int number = 0; number < all; number++, count++) {
      int rest = number;
      for (int i = 0; i < length; i++, rest /= 3)
        words[count][i] = (char)('a' + rest % 3);
      words[count][length] = '\0';
    }
  }
  ck_assert_uint_eq(count, 364);
  for (size_t i = 0; i < count; i += 3) {
    for (size_t j = 0; j < count; j++) {
      unsigned right = try_edits(words[i], words[j]),
               got = bpi_edit_distance(words[i], words[j], 9);
      if (right != got) ck_abort_msg("%s %s: %u, not %u", words[i], words[j], got, right);
    }
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("text");
  TCase *tests = tcase_create("text");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, every_code_point);
  tcase_add_test(tests, every_sequence_of_two_bytes_and_the_bounds_of_more);
  tcase_add_test(tests, valid_wherever_it_stands);
  tcase_add_test(tests, equal_without_case);
  tcase_add_test(tests, prefixes);
  tcase_add_test(tests, contents);
  tcase_add_test(tests, integers);
  tcase_add_test(tests, distances);
  tcase_add_test(tests, distances_of_all_short_words);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
