/* Row numbers of facts: numbers by key, layers of keys, and both in a damaged store. Stores are
 * compared with what one batch stores. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "random_record.h"
#include "run_suite.h"
#include "store/batch.h"
#include "store/read.h"
#include "store/sql.h"
#include "store_world.h"

/* Keys that want the same number, and keys that want the numbers which these then got. */
START_TEST(rows_find_a_place) {
  enum { PROMPTS = 40 };
  for (int way = 0; way < 4; way++) {
    bool backwards = way % 2;
    store *s = layered_store(way / 2); /* a layer for each, or one for all */
    for (uint64_t i = 0; i < PROMPTS; i++) {
      uint64_t key = backwards ? PROMPTS - 1 - i : i;
      record r = prompt(key / 8 * 8, T0 + (int64_t)key, 1); /* eight want each place */
      r.key.lo = 1000 + key;
      apply_records(s, &r, 1);
    }
    ck_assert_int_eq(number(s, "SELECT count(*) FROM prompt"), PROMPTS);
    ck_assert_int_eq(number(s, "SELECT sum(n) FROM cell WHERE kind = 4"), PROMPTS);
    ck_assert_int_eq(number(s, "SELECT count(DISTINCT k2) FROM prompt"), PROMPTS);
    for (uint64_t key = 0; key < PROMPTS; key++) { /* each is found again */
      record r = prompt(key / 8 * 8, T0 + (int64_t)key, 1);
      r.key.lo = 1000 + key;
      ck_assert_uint_eq(apply_records(s, &r, 1).duplicate, 1);
    }
    ck_assert(verified(s));
    bpi_store_close(s);
  }
}
END_TEST

/* Several new rows of one key, where the number after the first free one is already used. */
START_TEST(rows_go_around_each_other) {
  store *s = memory_store();
  const record neighbour = response(4, 1, T0, 1, 1); /* wants the number after that of key 2 */
  record variants[3];
  for (uint64_t i = 0; i < 3; i++)
    variants[i] = response(2, 1 + i, T0, 5, 1);
  variants[0].key.hi = variants[1].key.hi = variants[2].key.hi = neighbour.key.hi - 1;
  apply_records(s, &neighbour, 1);
  apply_records(s, variants, 3);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM response"), 4);
  ck_assert_int_eq(number(s, "SELECT max(id) - min(id) FROM response"), 3);
  ck_assert_int_eq(number(s, RESPONSES), 2);
  ck_assert_uint_eq(apply_records(s, variants, 3).duplicate, 3);
  ck_assert_uint_eq(apply_records(s, &neighbour, 1).duplicate, 1);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

#define LAYERS "SELECT count(DISTINCT id >> 36) FROM response"
/* Large batches are placed after each other, small ones in the last layer; whichever layer has a
 * key, the key is found there, and its new rows go there. */
START_TEST(layers_hold_their_keys) {
  enum { BATCH = 200, BATCHES = 4 };
  record r[BATCH];
  store *s = layered_store(BATCH / 2);
  for (uint64_t round = 0; round < BATCHES; round++) {
    for (uint64_t i = 0; i < BATCH; i++)
      r[i] = response(round * BATCH + i, 1, T0, 1, 1);
    apply_records(s, r, BATCH);
    ck_assert_int_eq(number(s, LAYERS), (int64_t)round + 1);
  }
  const record few = response(BATCHES * BATCH, 1, T0, 1, 1);
  apply_records(s, &few, 1);
  ck_assert_int_eq(number(s, LAYERS), BATCHES);
  for (int again = 0; again < 2; again++) { /* then by a handle that made none of the layers */
    for (uint64_t key = 0; key <= BATCHES * BATCH; key += 37) {
      record known = response(key, 1, T0, 1, 1),
             variant = response(key, 2 + (uint64_t)again, T0, 1, 1);
      ck_assert_uint_eq(apply_records(s, &known, 1).duplicate, 1);
      ck_assert_uint_eq(apply_records(s, &variant, 1).stored, 1);
      ck_assert_uint_eq(apply_records(s, &variant, 1).duplicate, 1);
    }
    for (fact_kind kind = 0; kind < FACT_KINDS; kind++)
      bpi_layers_forget(&s->layers[kind]);
  }
  for (uint64_t i = 0; i < BATCH; i++) /* a large batch without anything new makes none */
    r[i] = response(i, 1, T0, 1, 1);
  ck_assert_uint_eq(apply_records(s, r, BATCH).duplicate, BATCH);
  ck_assert_int_eq(number(s, LAYERS), BATCHES);
  ck_assert_int_eq(number(s, RESPONSES), BATCHES * BATCH + 1);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* A damaged number of layers is impossibly large; searching all of them would not end. */
START_TEST(layers_of_a_damaged_store) {
  static const char *const numbers[] = {"9223372036854775807", "-9223372036854775807"};
  const record r = response(1, 1, T0, 1, 1), other = response(2, 1, T0, 1, 1);
  for (size_t i = 0; i < 2; i++) {
    store *s = memory_store();
    char text[96];
    apply_counts counts = {0};
    bp_error *error = NULL;
    int ok = -1;
    batch *b = bpi_batch_new();
    apply_records(s, &r, 1);
    snprintf(text, sizeof text, "UPDATE response SET id = %s", numbers[i]);
    sql(s, text);
    put(b, other);
    ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_CORRUPT);
    bpi_error_free(error);
    error = NULL;
    ck_assert_int_eq(bpi_store_verify(s, &ok, &error), BP_ERR_CORRUPT);
    bpi_error_free(error);
    bpi_batch_free(b);
    bpi_store_close(s);
  }
}
END_TEST

/* A damaged run lasts centuries or has no time; reporting every quarter of an hour would not
 * end. */
START_TEST(runs_of_a_damaged_store) {
  static const char *const ends[] = {"start_us + 3600000000 * 24 * 365 * 50", "253402300799000000",
                                     "9223372036854775807", "start_us - 1"};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    store *s = memory_store();
    char text[96];
    apply_counts counts = {0};
    bp_error *error = NULL;
    batch *b = bpi_batch_new();
    const record r = prompt(1, T0, 1);
    apply_records(s, &r, 1);
    snprintf(text, sizeof text, "UPDATE run SET end_us = %s", ends[i]);
    sql(s, "PRAGMA ignore_check_constraints = ON");
    sql(s, text);
    put(b, prompt(2, T0 + 1, 1));
    ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_CORRUPT);
    bpi_error_free(error);
    bpi_batch_free(b);
    bpi_store_close(s);
  }
}
END_TEST

/* At the end of all times, fractions of a second count, too. */
START_TEST(a_run_at_the_end_of_all_times) {
  const record r = prompt(1, BPI_TIME_LAST, 1), last = prompt(5, BPI_TIME_LAST + BPI_SECOND - 1, 1);
  store *s = memory_store();
  apply_records(s, &last, 1);
  apply_records(s, &r, 1);
  ck_assert_int_eq(number(s, "SELECT end_us - start_us FROM run"), BPI_SECOND - 1);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* So is a damaged number of sessions. */
START_TEST(sessions_of_a_damaged_store) {
  const record r = response(1, 1, T0, 1, 1), other = response(1, 2, T0, 1, 1);
  store *s = memory_store();
  apply_counts counts = {0};
  bp_error *error = NULL;
  batch *b = bpi_batch_new();
  apply_records(s, &r, 1);
  execute(s, "UPDATE session SET id = 1 << 62; UPDATE response SET session = 1 << 62");
  put(b, other);
  ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_CORRUPT);
  bpi_error_free(error);
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

static int take_session(void *user, const session_rows *rows) {
  (void)user, (void)rows;
  return 0;
}

/* More rows of one session than there are tiers. */
START_TEST(tiers_of_a_damaged_store) {
  store *s = memory_store();
  bp_error *error = NULL;
  session_rows rows;
  execute(s, "PRAGMA ignore_check_constraints = ON; INSERT INTO session (hi, lo, tier, sources) "
             "VALUES (1, 1, 0, 1), (1, 1, 1, 1), (1, 1, 2, 1), (1, 1, 3, 1), (1, 1, 4, 1)");
  ck_assert_int_eq(bpi_read_sessions(s, take_session, NULL, &error), BP_ERR_CORRUPT);
  ck_assert_int_eq(bpi_error_code(error), BP_ERR_CORRUPT);
  bpi_error_free(error);
  error = NULL;
  ck_assert_int_eq(bpi_read_begin(s, &error), BP_OK);
  ck_assert_int_eq(bpi_read_session(s, 1, &rows, &error), BP_ERR_CORRUPT);
  ck_assert_int_eq(bpi_error_code(error), BP_ERR_CORRUPT);
  bpi_error_free(error);
  bpi_read_end(s);
  bpi_store_close(s);
}
END_TEST

/* A query over all times covers the first quarter to the last, but reads only those that exist. */
START_TEST(quarters_of_a_damaged_store) {
  static const char *const damages[] = {"last = 1 << 53", "first = -2", "first = last + 1"};
  const record r = prompt(1, T0, 1);
  for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
    store *s = memory_store();
    bp_error *error = NULL;
    int64_t first = 0, last = 0;
    char text[80];
    apply_records(s, &r, 1);
    ck_assert_int_eq(bpi_read_extent(s, &first, &last, &error), BP_OK);
    ck_assert_int_eq(first, T0 / BPI_QUARTER);
    ck_assert_int_eq(last, first);
    snprintf(text, sizeof text, "UPDATE rollup SET %s", damages[i]);
    execute(s, "PRAGMA ignore_check_constraints = ON");
    execute(s, text);
    ck_assert_int_eq(bpi_read_extent(s, &first, &last, &error), BP_ERR_CORRUPT);
    bpi_error_free(error);
    bpi_store_close(s);
  }
}
END_TEST

/* The longest run that a store of its size can have: a prompt every five minutes for six weeks. */
START_TEST(a_run_without_a_pause) {
  enum { PROMPTS = 12 * 24 * 42, EACH = 1000 };
  store *s = memory_store();
  record r[EACH];
  for (int from = 0; from < PROMPTS; from += EACH) {
    int count = PROMPTS - from < EACH ? PROMPTS - from : EACH;
    for (int i = 0; i < count; i++)
      r[i] = prompt((uint64_t)(from + i + 1), T0 + (from + i) * INT64_C(300000000), 1);
    apply_records(s, r, (size_t)count);
  }
  ck_assert_int_eq(number(s, "SELECT count(*) FROM run"), 1);
  ck_assert_int_eq(number(s, "SELECT end_us - start_us FROM run"),
                   (PROMPTS - 1) * INT64_C(300000000));
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* What another handle put into a layer is found, although this handle made the layer and knew all
 * of it. */
START_TEST(layers_of_two_writers) {
  enum { BATCH = 50 };
  record r[BATCH];
  store *s = open_store("layers.db"), *other = open_store("layers.db");
  s->layer_least = BATCH;
  for (uint64_t i = 0; i < BATCH; i++)
    r[i] = response(2 * i, 1, T0, 1, 1);
  apply_records(s, r, BATCH);
  for (uint64_t i = 0; i < BATCH; i++)
    r[i].key = response(2 * i + 1, 1, T0, 1, 1).key;
  apply_records(other, r, BATCH); /* between those of the first handle */
  ck_assert_int_eq(number(s, LAYERS), 1);
  ck_assert_uint_eq(apply_records(s, r, BATCH).duplicate, BATCH);
  ck_assert_int_eq(number(s, RESPONSES), 2 * BATCH);
  ck_assert(verified(s));
  bpi_store_close(s);
  bpi_store_close(other);
}
END_TEST

/* A batch that is cancelled, or of which nothing is stored. */
static void apply_in_vain(store *s, const record *r, size_t count, bool stopped) {
  batch *b = bpi_batch_new();
  apply_counts counts = {0};
  bp_error *error = NULL;
  for (size_t i = 0; i < count; i++)
    put(b, r[i]);
  if (stopped) atomic_store(&s->interrupted, 1);
  int rc = bpi_store_apply(s, b, T0, false, &counts, &error);
  ck_assert_int_eq(rc == BP_OK || (stopped && rc == BP_ERR_CANCELLED), true);
  bpi_store_clear_interrupt(s);
  bpi_error_free(error);
  bpi_batch_free(b);
}

/* Two handles alternately write, fail, are cancelled and opened again: the store equals one filled
 * by one batch. */
START_TEST(layers_of_a_random_history) {
  for (int round = 0; round < 8; round++) {
    char name[24];
    record r[RECORDS];
    snprintf(name, sizeof name, "life%d.db", round);
    store *whole = memory_store(), *handle[2] = {open_store(name), open_store(name)};
    random_records(r, RECORDS, 8);
    apply_records(whole, r, RECORDS);
    char *want = dump(whole);
    for (size_t from = 0, n; from < RECORDS; from += n) {
      store **s = &handle[below(2)];
      if (below(6) == 0) {
        bpi_store_close(*s);
        *s = open_store(name);
      }
      (*s)->layer_least = 1 + (size_t)below(2);
      n = 1 + (size_t)below(30);
      if (n > RECORDS - from) n = RECORDS - from;
      if (below(3) == 0) apply_in_vain(*s, r + from, n, below(2) != 0);
      apply_records(*s, r + from, n);
    }
    ck_assert_int_ge(number(handle[0], LAYERS), 3);
    ck_assert(verified(handle[0]));
    assert_dump(handle[1], want, "by two handles");
    bpi_free(want);
    bpi_store_close(handle[0]);
    bpi_store_close(handle[1]);
    bpi_store_close(whole);
  }
}
END_TEST

/* The number of layers is limited; then the last one grows, and keys of all are found. */
START_TEST(layers_end) {
  enum { BATCH = 20 };
  record r[2 * BATCH];
  store *s = layered_store(BATCH);
  for (uint64_t i = 0; i < 2 * BATCH; i++) {
    r[i] = response(i, 1, T0, 1, 1);
    r[i].key.hi += i * 1000; /* each with a number of its own */
  }
  apply_records(s, r, BATCH);
  char text[96];
  snprintf(text, sizeof text, "UPDATE response SET id = id + %lld",
           (long long)bpi_layer_start(LAYERS_MOST - 1));
  sql(s, text);
  bpi_layers_forget(&s->layers[FACT_RESPONSE]);
  ck_assert_uint_eq(apply_records(s, r + BATCH, BATCH).stored, BATCH);
  ck_assert_int_eq(number(s, LAYERS), 1);
  ck_assert_uint_eq(apply_records(s, r, 2 * BATCH).duplicate, 2 * BATCH);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* The filter misses no key; of absent keys it reports at most one in a hundred as present. */
START_TEST(layers_know_their_keys) {
  enum { KEYS = 20000 };
  layers l = {0};
  int mistaken = 0;
  ck_assert(bpi_layer_may_hold(&l, 3, 1)); /* the filter is empty: unknown */
  bpi_layer_begin(&l, 3, KEYS);
  ck_assert(bpi_layer_known(&l, 3) && !bpi_layer_known(&l, 2));
  for (uint64_t i = 0; i < KEYS; i++)
    bpi_layer_add(&l, 3, (int64_t)(i * UINT64_C(0x9E3779B97F4A7C15)));
  for (uint64_t i = 0; i < KEYS; i++)
    ck_assert(bpi_layer_may_hold(&l, 3, (int64_t)(i * UINT64_C(0x9E3779B97F4A7C15))));
  for (uint64_t i = KEYS; i < 2 * KEYS; i++)
    mistaken += bpi_layer_may_hold(&l, 3, (int64_t)(i * UINT64_C(0x9E3779B97F4A7C15)));
  ck_assert_int_lt(mistaken, KEYS / 50);
  bpi_layer_forget(&l, 3);
  ck_assert(bpi_layer_may_hold(&l, 3, 1));
  bpi_layers_forget(&l);
}
END_TEST

/* A single allocation fails: either the batch fails, or it was only needed for the filter of a
 * layer. */
START_TEST(layers_without_memory) {
  record r[60];
  random_records(r, 60, 8);
  store *whole = memory_store();
  apply_records(whole, r, 60);
  char *want = dump(whole);
  int stored = 0, failed = 0;
  for (long after = 0; after < 200; after++) {
    store *s = layered_store(2);
    apply_counts counts = {0};
    bp_error *error = NULL;
    apply_records(s, r, 20);
    batch *b = bpi_batch_new();
    for (size_t i = 10; i < 40; i++)
      put(b, r[i]);
    bpi_mem_fail_once(after);
    int rc = bpi_store_apply(s, b, T0, true, &counts, &error);
    bpi_mem_fail_after(-1);
    ck_assert(rc == BP_OK || rc == BP_ERR_NOMEM);
    stored += rc == BP_OK;
    failed += rc != BP_OK;
    apply_records(s, r, 60);
    assert_dump(s, want, "without an allocation");
    bpi_error_free(error);
    bpi_batch_free(b);
    bpi_store_close(s);
  }
  ck_assert_int_gt(stored, 0);
  ck_assert_int_gt(failed, 0);
  bpi_free(want);
  bpi_store_close(whole);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("rows");
  TCase *tests = tcase_create("rows");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, world_begin, world_end);
  tcase_add_test(tests, rows_find_a_place);
  tcase_add_test(tests, rows_go_around_each_other);
  tcase_add_test(tests, layers_hold_their_keys);
  tcase_add_test(tests, layers_of_a_damaged_store);
  tcase_add_test(tests, runs_of_a_damaged_store);
  tcase_add_test(tests, a_run_without_a_pause);
  tcase_add_test(tests, a_run_at_the_end_of_all_times);
  tcase_add_test(tests, sessions_of_a_damaged_store);
  tcase_add_test(tests, quarters_of_a_damaged_store);
  tcase_add_test(tests, tiers_of_a_damaged_store);
  tcase_add_test(tests, layers_of_two_writers);
  tcase_add_test(tests, layers_of_a_random_history);
  tcase_add_test(tests, layers_end);
  tcase_add_test(tests, layers_know_their_keys);
  tcase_add_test(tests, layers_without_memory);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
