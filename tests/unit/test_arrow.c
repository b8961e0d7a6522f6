/* The Arrow stream, checked field by field as the specification of the C data and stream interfaces
 * defines them: formats, buffers, bitmaps, metadata, and ownership. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <blueplane/arrow.h>
#include <blueplane/blueplane.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/thread.h"
#include "result/table.h"
#include "run_suite.h"

enum { ROWS = 11, COLUMNS = 5 };

/* Row i: bool i odd, int i * i, real i / 2, text "ab" i times, time i seconds. In each column but
 * the ints one row has no value; the last text is a lower bound, which is a value. */
static bp_result *eleven(void) {
  bp_result *t = bpi_table_new(), *r = NULL;
  static const char text[] = "abababababababababababab";
  bpi_table_meta(t, "zone", "UTC");
  bpi_table_add_column(t, BP_TYPE_BOOL, "b", "dimension");
  bpi_table_add_column(t, BP_TYPE_INT, "i", "metric");
  bpi_table_add_column(t, BP_TYPE_REAL, "r", "metric");
  bpi_table_add_column(t, BP_TYPE_TEXT, "t", NULL);
  bpi_table_add_column(t, BP_TYPE_TIME, "at", NULL);
  bpi_table_column_meta(t, 1, "unit", "nUSD");
  bpi_table_column_meta(t, 1, "definition", "\xE2\x82\xAC");
  for (int i = 0; i < ROWS; i++) {
    bpi_table_add_row(t);
    bpi_table_set_int(t, 0, i % 2);
    bpi_table_set_int(t, 1, (int64_t)i * i);
    bpi_table_set_real(t, 2, i / 2.0);
    bpi_table_set_text(t, 3, text, (size_t)i * 2);
    bpi_table_set_int(t, 4, i * INT64_C(1000000));
    if (i == 3) bpi_table_set_state(t, 0, BP_CELL_WITHHELD);
    if (i == 8) bpi_table_set_state(t, 2, BP_CELL_EMPTY);
    if (i == 9) bpi_table_set_state(t, 3, BP_CELL_UNCOVERED);
    if (i == 0) bpi_table_set_state(t, 4, BP_CELL_EMPTY);
    if (i == ROWS - 1) bpi_table_set_state(t, 3, BP_CELL_LOWER_BOUND);
  }
  ck_assert_int_eq(bpi_table_finish(&r, t, NULL), BP_OK);
  return r;
}

/* The stream over a result that the caller has already freed. */
static struct ArrowArrayStream stream_of(bp_result *r) {
  struct ArrowArrayStream stream;
  ck_assert_int_eq(bp_result_arrow(&stream, r, NULL), BP_OK);
  bp_result_free(r);
  return stream;
}

static struct ArrowArray batch_of(struct ArrowArrayStream *stream) {
  struct ArrowArray batch;
  ck_assert_int_eq(stream->get_next(stream, &batch), 0);
  ck_assert(batch.release != NULL);
  return batch;
}

static int bit(const void *bits, int at) {
  return ((const unsigned char *)bits)[at / 8] >> at % 8 & 1;
}

START_TEST(schema) {
  static const char *const names[] = {"b", "i", "r", "t", "at"};
  static const char *const formats[] = {"b", "l", "g", "u", "tsu:UTC"};
  struct ArrowArrayStream stream = stream_of(eleven());
  for (int again = 0; again < 2; again++) { /* can be requested more than once */
    struct ArrowSchema s;
    ck_assert_int_eq(stream.get_schema(&stream, &s), 0);
    ck_assert_str_eq(s.format, "+s");
    ck_assert_str_eq(s.name, "");
    ck_assert_int_eq(s.flags, 0);
    ck_assert_int_eq(s.n_children, COLUMNS);
    ck_assert_ptr_null(s.dictionary);
    for (int i = 0; i < COLUMNS; i++) {
      const struct ArrowSchema *c = s.children[i];
      ck_assert_str_eq(c->name, names[i]);
      ck_assert_str_eq(c->format, formats[i]);
      ck_assert_int_eq(c->flags, ARROW_FLAG_NULLABLE);
      ck_assert_int_eq(c->n_children, 0);
      ck_assert_ptr_null(c->children);
      ck_assert_ptr_null(c->dictionary);
    }
    s.release(&s);
    ck_assert(s.release == NULL);
  }
  stream.release(&stream);
  ck_assert(stream.release == NULL);
}
END_TEST

/* Reads one pair of Arrow's metadata and returns where the next begins. */
static const char *pair(const char *at, char key[64], char value[64]) {
  char *into[] = {key, value};
  for (int i = 0; i < 2; i++) {
    int32_t length;
    memcpy(&length, at, sizeof length);
    ck_assert_int_lt(length, 64);
    memcpy(into[i], at + sizeof length, (size_t)length);
    into[i][length] = '\0';
    at += sizeof length + (size_t)length;
  }
  return at;
}

START_TEST(metadata) {
  static const char *const expected[][2] = {
      {"role", "metric"}, {"unit", "nUSD"}, {"definition", "\xE2\x82\xAC"}};
  struct ArrowArrayStream stream = stream_of(eleven());
  struct ArrowSchema s;
  int32_t pairs;
  char key[64], value[64];
  ck_assert_int_eq(stream.get_schema(&stream, &s), 0);
  const char *at = s.children[1]->metadata;
  memcpy(&pairs, at, sizeof pairs);
  ck_assert_int_eq(pairs, 3);
  at += sizeof pairs;
  for (int i = 0; i < 3; i++) {
    at = pair(at, key, value);
    ck_assert_str_eq(key, expected[i][0]);
    ck_assert_str_eq(value, expected[i][1]);
  }
  memcpy(&pairs, s.children[3]->metadata, sizeof pairs); /* only a name */
  ck_assert_int_eq(pairs, 0);
  memcpy(&pairs, s.metadata, sizeof pairs);
  ck_assert_int_eq(pairs, 2);
  at = pair(s.metadata + sizeof pairs, key, value);
  ck_assert_str_eq(key, "schema");
  ck_assert_str_eq(value, "blueplane.result/1");
  pair(at, key, value);
  ck_assert_str_eq(key, "zone");
  ck_assert_str_eq(value, "UTC");
  s.release(&s);
  stream.release(&stream);
}
END_TEST

/* Which row of each column has no value; -1: all have. */
static const int missing[COLUMNS] = {3, -1, 8, 9, 0};

START_TEST(arrays) {
  struct ArrowArrayStream stream = stream_of(eleven());
  struct ArrowArray batch = batch_of(&stream);
  ck_assert_int_eq(batch.length, ROWS);
  ck_assert_int_eq(batch.null_count, 0);
  ck_assert_int_eq(batch.offset, 0);
  ck_assert_int_eq(batch.n_buffers, 1);
  ck_assert_ptr_null(batch.buffers[0]);
  ck_assert_int_eq(batch.n_children, COLUMNS);
  for (int i = 0; i < COLUMNS; i++) {
    const struct ArrowArray *c = batch.children[i];
    ck_assert_int_eq(c->length, ROWS);
    ck_assert_int_eq(c->offset, 0);
    ck_assert_int_eq(c->n_children, 0);
    ck_assert_ptr_null(c->dictionary);
    ck_assert_int_eq(c->n_buffers, i == 3 ? 3 : 2);
    ck_assert_int_eq(c->null_count, missing[i] < 0 ? 0 : 1);
    if (missing[i] < 0) ck_assert_ptr_null(c->buffers[0]);
    for (int row = 0; missing[i] >= 0 && row < ROWS; row++)
      ck_assert_int_eq(bit(c->buffers[0], row), row != missing[i]);
  }
  const int64_t *ints = batch.children[1]->buffers[1], *times = batch.children[4]->buffers[1];
  const double *reals = batch.children[2]->buffers[1];
  const int32_t *offsets = batch.children[3]->buffers[1];
  const char *bytes = batch.children[3]->buffers[2];
  ck_assert_int_eq(offsets[0], 0);
  for (int row = 0; row < ROWS; row++) {
    ck_assert_int_eq(bit(batch.children[0]->buffers[1], row), row == 3 ? 0 : row % 2);
    ck_assert(ints[row] == (int64_t)row * row);
    ck_assert(reals[row] == (row == 8 ? 0 : row / 2.0));
    ck_assert(times[row] == row * INT64_C(1000000));
    ck_assert_int_eq(offsets[row + 1] - offsets[row], row == 9 ? 0 : row * 2);
  }
  for (int i = 0; i < offsets[ROWS]; i++)
    ck_assert_int_eq(bytes[i], i % 2 ? 'b' : 'a');
  batch.release(&batch);
  ck_assert(batch.release == NULL);
  stream.release(&stream);
}
END_TEST

START_TEST(the_memory_is_the_results) {
  bp_result *r = eleven();
  bpi_table_retain(r);
  struct ArrowArrayStream stream = stream_of(r);
  struct ArrowArray batch = batch_of(&stream);
  ck_assert_ptr_eq(batch.children[1]->buffers[1], r->column[1].ints);
  ck_assert_ptr_eq(batch.children[2]->buffers[1], r->column[2].reals);
  ck_assert_ptr_eq(batch.children[3]->buffers[1], r->column[3].offsets);
  ck_assert_ptr_eq(batch.children[3]->buffers[2], r->column[3].bytes);
  ck_assert_ptr_eq(batch.children[4]->buffers[1], r->column[4].ints);
  batch.release(&batch);
  stream.release(&stream);
  ck_assert_uint_eq(atomic_load(&r->references), 1);
  bp_result_free(r);
}
END_TEST

START_TEST(after_the_batch_comes_the_end) {
  struct ArrowArrayStream stream = stream_of(eleven());
  struct ArrowArray batch = batch_of(&stream), end;
  for (int again = 0; again < 2; again++) {
    memset(&end, 0xff, sizeof end);
    ck_assert_int_eq(stream.get_next(&stream, &end), 0);
    ck_assert(end.release == NULL);
  }
  ck_assert_ptr_null(stream.get_last_error(&stream));
  stream.release(&stream);
  batch.release(&batch);
}
END_TEST

START_TEST(children_outlive_everything) {
  struct ArrowArrayStream stream = stream_of(eleven());
  struct ArrowArray batch = batch_of(&stream), ints, text;
  struct ArrowSchema s, field;
  ck_assert_int_eq(stream.get_schema(&stream, &s), 0);
  stream.release(&stream);
  ints = *batch.children[1]; /* moved as the specification says */
  batch.children[1]->release = NULL;
  text = *batch.children[3];
  batch.children[3]->release = NULL;
  field = *s.children[1];
  s.children[1]->release = NULL;
  batch.release(&batch);
  s.release(&s);
  ck_assert(((const int64_t *)ints.buffers[1])[10] == 100);
  ints.release(&ints);
  ck_assert_int_eq(bit(text.buffers[0], 9), 0);
  ck_assert_mem_eq(text.buffers[2], "abab", 4);
  text.release(&text);
  ck_assert_str_eq(field.name, "i");
  ck_assert_str_eq(field.format, "l");
  ck_assert_ptr_nonnull(field.metadata);
  field.release(&field);
}
END_TEST

START_TEST(no_rows) {
  bp_result *t = bpi_table_new(), *r = NULL;
  for (int type = BP_TYPE_BOOL; type <= BP_TYPE_TIME; type++) {
    char name[] = {(char)('a' + type), '\0'};
    bpi_table_add_column(t, type, name, NULL);
  }
  ck_assert_int_eq(bpi_table_finish(&r, t, NULL), BP_OK);
  struct ArrowArrayStream stream = stream_of(r);
  struct ArrowArray batch = batch_of(&stream);
  ck_assert_int_eq(batch.length, 0);
  for (int i = 0; i < COLUMNS; i++) {
    ck_assert_int_eq(batch.children[i]->length, 0);
    for (int64_t k = 1; k < batch.children[i]->n_buffers; k++)
      ck_assert_ptr_nonnull(batch.children[i]->buffers[k]);
  }
  ck_assert_int_eq(*(const int32_t *)batch.children[3]->buffers[1], 0);
  batch.release(&batch);
  stream.release(&stream);
}
END_TEST

START_TEST(no_columns) {
  bp_result *t = bpi_table_new(), *r = NULL;
  bpi_table_add_row(t);
  ck_assert_int_eq(bpi_table_finish(&r, t, NULL), BP_OK);
  struct ArrowArrayStream stream = stream_of(r);
  struct ArrowArray batch = batch_of(&stream);
  struct ArrowSchema s;
  ck_assert_int_eq(stream.get_schema(&stream, &s), 0);
  ck_assert_int_eq(s.n_children, 0);
  ck_assert_int_eq(batch.n_children, 0);
  ck_assert_int_eq(batch.length, 1);
  s.release(&s);
  batch.release(&batch);
  stream.release(&stream);
}
END_TEST

START_TEST(missing_arguments) {
  struct ArrowArrayStream stream = {NULL, NULL, NULL, NULL, &stream};
  bp_result *r = eleven();
  ck_assert_int_eq(bp_result_arrow(NULL, r, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_result_arrow(&stream, NULL, NULL), BP_ERR_INVALID);
  ck_assert(stream.release == NULL);
  ck_assert_ptr_null(stream.private_data);
  bp_result_free(r);
}
END_TEST

/* Repeats the request until memory suffices; returns the number of failures before. */
static long failures(struct ArrowArrayStream *stream, int (*ask)(struct ArrowArrayStream *)) {
  for (long n = 0;; n++) {
    bpi_mem_fail_after(n);
    int rc = ask(stream);
    bpi_mem_fail_after(-1);
    if (rc == 0) return n;
    ck_assert_int_eq(rc, ENOMEM);
    ck_assert_str_eq(stream->get_last_error(stream), "out of memory");
  }
}

static int ask_schema(struct ArrowArrayStream *stream) {
  struct ArrowSchema s;
  int rc = stream->get_schema(stream, &s);
  if (rc == 0) s.release(&s);
  ck_assert(s.release == NULL);
  return rc;
}

static int ask_batch(struct ArrowArrayStream *stream) {
  struct ArrowArray batch;
  int rc = stream->get_next(stream, &batch);
  if (rc == 0) {
    ck_assert_int_eq(batch.n_children, COLUMNS);
    batch.release(&batch);
  }
  ck_assert(batch.release == NULL);
  return rc;
}

START_TEST(every_allocation_may_fail) {
  bp_result *r = eleven();
  struct ArrowArrayStream stream = {NULL, NULL, NULL, NULL, &stream};
  bp_error *error = NULL;
  bpi_mem_fail_after(0);
  ck_assert_int_eq(bp_result_arrow(&stream, r, &error), BP_ERR_NOMEM);
  bpi_mem_fail_after(-1);
  ck_assert_int_eq(bpi_error_code(error), BP_ERR_NOMEM);
  ck_assert(stream.release == NULL);
  bpi_error_free(error);
  stream = stream_of(r);
  /* Schema: 2 for each of 6, and 2 lists. Batch: 1 for each of 6, 2 lists, 4 bitmaps, bools. */
  ck_assert_int_eq(failures(&stream, ask_schema), 14);
  ck_assert_int_eq(failures(&stream, ask_batch), 13);
  stream.release(&stream);
}
END_TEST

static void release_child(void *argument) {
  struct ArrowArray *array = argument;
  array->release(array);
}

/* For the thread sanitizer: two threads share nothing but the reference counter. */
START_TEST(released_on_other_threads) {
  for (int again = 0; again < 20; again++) {
    struct ArrowArrayStream stream = stream_of(eleven());
    struct ArrowArray batch = batch_of(&stream), moved[COLUMNS];
    thread *threads[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
      moved[i] = *batch.children[i];
      batch.children[i]->release = NULL;
      threads[i] = bpi_thread_start(release_child, &moved[i]);
      ck_assert_ptr_nonnull(threads[i]);
    }
    batch.release(&batch);
    stream.release(&stream);
    for (int i = 0; i < COLUMNS; i++) {
      bpi_thread_join(threads[i]);
      ck_assert(moved[i].release == NULL);
    }
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("arrow");
  TCase *tests = tcase_create("arrow");
  tcase_add_test(tests, schema);
  tcase_add_test(tests, metadata);
  tcase_add_test(tests, arrays);
  tcase_add_test(tests, the_memory_is_the_results);
  tcase_add_test(tests, after_the_batch_comes_the_end);
  tcase_add_test(tests, children_outlive_everything);
  tcase_add_test(tests, no_rows);
  tcase_add_test(tests, no_columns);
  tcase_add_test(tests, missing_arguments);
  tcase_add_test(tests, every_allocation_may_fail);
  tcase_add_test(tests, released_on_other_threads);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
