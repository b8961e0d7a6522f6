/* Unpacking in pieces: what zlib packed comes out unchanged; damage, truncated input and running
 * out of memory are reported. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/inflate.h"
#include "base/mem.h"
#include "run_suite.h"

#define LENGTH 20000
static unsigned char plain[LENGTH], packed[LENGTH * 2];
static size_t packed_length;

/* Text with repetitions. */
static void prepare(void) {
  for (size_t i = 0; i < LENGTH; i++)
    plain[i] = (unsigned char)('a' + (i * i / 7 + i / 100) % 26);
  uLongf length = sizeof packed;
  if (compress2(packed, &length, plain, LENGTH, 6) != Z_OK) abort();
  packed_length = length;
}

/* The length unpacked in pieces of `step`, or -1 after a failure; *got is what came before it. */
static int64_t unpack(inflater *z, const void *data, size_t length, size_t step, unsigned char *out,
                      size_t *got) {
  int64_t n;
  *got = 0;
  bpi_inflater_start(z, data, length);
  while ((n = bpi_inflater_read(z, out + *got, step)) > 0) {
    ck_assert_int_le(n, (int64_t)step);
    *got += (size_t)n;
  }
  return n;
}

START_TEST(any_step) {
  static const size_t steps[] = {1, 3, 1000, LENGTH, LENGTH + 5};
  static unsigned char out[LENGTH * 2];
  inflater *z = bpi_inflater_new();
  size_t got;
  ck_assert(bpi_is_deflated(packed, packed_length));
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) { /* reuses one inflater */
    ck_assert_int_eq(unpack(z, packed, packed_length, steps[i], out, &got), 0);
    ck_assert_uint_eq(got, LENGTH);
    ck_assert_int_eq(memcmp(out, plain, LENGTH), 0);
  }
  bpi_inflater_free(z);
}
END_TEST

START_TEST(damage) {
  static unsigned char out[LENGTH * 2], broken[sizeof packed];
  inflater *z = bpi_inflater_new();
  size_t got;
  for (size_t cut = 0; cut < packed_length;
       cut += 97) { /* truncated input fails after its complete part was returned */
    ck_assert_int_eq(unpack(z, packed, cut, 512, out, &got), -1);
    ck_assert_int_eq(memcmp(out, plain, got), 0);
    ck_assert_int_eq(bpi_inflater_read(z, out, 1), -1);
  }
  memcpy(broken, packed, packed_length);
  broken[packed_length - 1] ^= 1; /* of the checksum */
  ck_assert_int_eq(unpack(z, broken, packed_length, 512, out, &got), -1);
  ck_assert_uint_eq(got, LENGTH); /* noticed with the last piece, which is returned first */
  ck_assert_int_eq(memcmp(out, plain, LENGTH), 0);
  ck_assert_int_eq(unpack(z, "{\"a\":1}", 7, 512, out, &got), -1);
  ck_assert(!bpi_is_deflated("{\"a\":1}", 7) && !bpi_is_deflated("x", 1) &&
            !bpi_is_deflated("", 0));
  ck_assert_int_eq(unpack(z, packed, packed_length, 512, out, &got),
                   0); /* no state is left behind */
  ck_assert_uint_eq(got, LENGTH);
  bpi_inflater_free(z);
  bpi_inflater_free(NULL);
}
END_TEST

START_TEST(out_of_memory) {
  static unsigned char out[LENGTH * 2];
  size_t got;
  int64_t rc = -1;
  for (long n = 0; rc != 0; n++) {
    bpi_mem_fail_after(n);
    inflater *z = bpi_inflater_new();
    if (z != NULL) rc = unpack(z, packed, packed_length, 512, out, &got);
    bpi_inflater_free(z);
    bpi_mem_fail_after(-1);
    ck_assert(rc == 0 || rc == -1);
  }
  ck_assert_uint_eq(got, LENGTH);
}
END_TEST

int main(void) {
  prepare();
  Suite *suite = suite_create("inflate");
  TCase *tests = tcase_create("inflate");
  tcase_add_test(tests, any_step);
  tcase_add_test(tests, damage);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
