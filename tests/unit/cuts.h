/* Checks that hold for every source of lines: its records do not depend on where a file is cut or
 * through which window it is read, and it stops cleanly when memory runs out. */
#ifndef TESTS_UNIT_CUTS_H
#define TESTS_UNIT_CUTS_H

#include "base/mem.h"
#include "fake_sink.h"

static fake cuts_whole, cuts_part;

/* The records of a prefix are a prefix of the records: complete lines are read, a cut one waits,
 * and nothing is refused. Every `step`th cut is tried. */
static inline void check_cut_anywhere(const source *s, const char *name, const char *data,
                                      size_t length, size_t step) {
  size_t before = 0;
  fake_read(&cuts_whole, s, name, data, length);
  for (size_t cut = length % step; cut <= length; cut += step) {
    fake_read(&cuts_part, s, name, data, cut);
    ck_assert_int_eq(cuts_part.rc, BP_OK);
    ck_assert_uint_eq(cuts_part.rejects, 0);
    ck_assert_uint_le(cuts_part.count, cuts_whole.count);
    ck_assert_uint_ge(cuts_part.count, before);
    if (step == 1 && cuts_part.count > before) ck_assert_int_eq(data[cut - 1], '}');
    before = cuts_part.count;
    for (size_t i = 0; i < cuts_part.count; i++)
      ck_assert(fake_same(&cuts_whole.records[i], &cuts_part.records[i]));
  }
  ck_assert_uint_eq(before, cuts_whole.count);
}

static inline void check_any_window(const source *s, const char *name, const char *data,
                                    size_t length) {
  static const size_t steps[] = {1, 2, 3, 5, 7, 61, 64, 1000, 4095};
  fake_read(&cuts_whole, s, name, data, length);
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    fake_read_drip(&cuts_part, s, name, data, length, steps[i]);
    ck_assert_int_eq(cuts_part.rc, BP_OK);
    ck_assert_uint_eq(cuts_part.count, cuts_whole.count);
    ck_assert_uint_eq(cuts_part.rejects, cuts_whole.rejects);
    ck_assert_uint_eq(cuts_part.drops, cuts_whole.drops);
    for (size_t k = 0; k < cuts_whole.count; k++)
      ck_assert(fake_same(&cuts_whole.records[k], &cuts_part.records[k]));
  }
}

/* An error from the sink ends the reading and is returned; so is running out of memory at any
 * allocation. */
static inline void check_stops(const source *s, const char *name, const char *data, size_t length) {
  cuts_part.stop_after = 1;
  fake_read(&cuts_part, s, name, data, length);
  cuts_part.stop_after = 0;
  ck_assert_int_eq(cuts_part.rc, BP_ERR_CANCELLED);
  ck_assert_uint_eq(cuts_part.count, 1);
  fake_read(&cuts_whole, s, name, data, length);
  int rc = BP_ERR_NOMEM;
  for (long n = 0; rc == BP_ERR_NOMEM; n++) {
    bpi_mem_fail_after(n);
    fake_read(&cuts_part, s, name, data, length);
    bpi_mem_fail_after(-1);
    rc = cuts_part.rc;
    ck_assert(rc == BP_OK || rc == BP_ERR_NOMEM);
  }
  ck_assert_uint_eq(cuts_part.count, cuts_whole.count);
}

#endif
