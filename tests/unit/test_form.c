/* The forms in which facts are stored in rows: they match the schema, and keep every word of every
 * fact. Stored values are read back through oracle/words.sql, a second implementation in SQL. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "random_record.h"
#include "run_suite.h"
#include "store/bulk.h"
#include "store/form.h"
#include "store/sql.h"
#include "store_world.h"
#include "words.h" /* oracle/words.sql */

/* Compares the columns of a table with their names in C. */
static void check_columns(store *s, fact_kind kind) {
  const fact_type *t = &bpi_fact_types[kind];
  const fact_form *form = &bpi_fact_forms[kind];
  char text[120];
  snprintf(text, sizeof text, "SELECT name, type FROM pragma_table_xinfo('%s')", t->table);
  sqlite3_stmt *get = NULL;
  ck_assert_int_eq(sqlite3_prepare_v2(s->db, text, -1, &get, NULL), SQLITE_OK);
  for (int i = -2; i < form->columns; i++) {
    ck_assert_int_eq(sqlite3_step(get), SQLITE_ROW);
    const char *name = i == -2 ? "id" : i == -1 ? "k2" : form->column[i].name;
    ck_assert_str_eq((const char *)sqlite3_column_text(get, 0), name);
    ck_assert_str_eq((const char *)sqlite3_column_text(get, 1), "INTEGER");
  }
  ck_assert_int_eq(sqlite3_step(get), SQLITE_DONE);
  sqlite3_finalize(get);
  ck_assert_uint_eq(bpi_fact_words(kind), (size_t)t->columns + 2);
  ck_assert_uint_le(bpi_fact_words(kind), FACT_WORDS_MAX);
  ck_assert_int_le(bpi_stored_words(kind), STORED_WORDS_MAX);
  ck_assert_uint_eq(strlen(t->roles), (size_t)t->columns);
}

/* The schema is written in SQL and once more in form.c. */
START_TEST(schema_is_what_forms_say) {
  store *s = memory_store();
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++)
    check_columns(s, kind);
  ck_assert_int_eq(
      number(s,
             "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%STRICT%'"),
      0);
  bpi_store_close(s);
}
END_TEST

/* The width of a word from a vocabulary; 0: it is not one. */
static int width_of(fact_kind kind, const char *name) {
  static const struct {
    const char *name;
    int bits;
  } widths[] = {{"flags", 11},   {"features", 5}, {"mode", 3},           {"traits", 12},
                {"category", 4}, {"program", 4},  {"outcome", 4},        {"language", 8},
                {"failure", 4},  {"decision", 3}, {"event", 5},          {"detail", 5},
                {"change", 2},   {"type", 3},     {"result_language", 8}};
  for (size_t i = 0; kind != FACT_SPAN && i < sizeof widths / sizeof *widths; i++)
    if (strcmp(widths[i].name, name) == 0) return widths[i].bits;
  return 0;
}

/* A plausible random word; times are in every relation to each other and to the millisecond. */
static int64_t some_word(fact_kind kind, int word) {
  const char *name = bpi_fact_types[kind].names[word];
  int bits = width_of(kind, name);
  if (bits > 0) return below(INT64_C(1) << bits);
  if (strcmp(name, "time_us") == 0 || strcmp(name, "result_us") == 0) {
    static const int64_t times[] = {FACT_NONE, 0, 1, 999, -1, -1000, T0, T0 + 1, T0 + 1000};
    return times[below(sizeof times / sizeof *times)];
  }
  return strcmp(name, "assisted") == 0 ? below(2) : below(INT64_C(1) << below(40));
}

/* Selects all words of a table's rows, as words.sql computes them. */
static sqlite3_stmt *ask_words(store *s, fact_kind kind) {
  const fact_type *t = &bpi_fact_types[kind];
  sqlite3_stmt *get = NULL;
  buf text;
  bpi_buf_init(&text, 4096);
  for (int i = 0; i < t->columns; i++)
    bpi_buf_printf(&text, "%s%s", i == 0 ? "SELECT " : ", ", t->names[i]);
  bpi_buf_printf(&text, " FROM %s_words", t->table);
  ck_assert_int_eq(text.failed, 0);
  ck_assert_int_eq(sqlite3_prepare_v2(s->db, text.data, -1, &get, NULL), SQLITE_OK);
  bpi_buf_free(&text);
  return get;
}

static void random_fact(int64_t *fact, fact_kind kind) {
  fact[0] = 7;
  fact[1] = below(1000);
  for (int i = 0; i < bpi_fact_types[kind].columns; i++)
    fact[i + 2] = some_word(kind, i);
}

static void store_row(store *s, fact_kind kind, int64_t *row) {
  int64_t *rows[] = {row};
  const bulk all = {1, rows, bpi_bulk_word};
  bp_error *error = NULL;
  store_statement insert = (store_statement)(SQL_FACTS_INSERT + (int)kind);
  ck_assert_int_eq(bpi_bulk_run(s, insert, &all, &error), BP_OK);
}

/* Stored facts read back are equal, and so is what words.sql computes from the columns. */
static void check_form(store *s, fact_kind kind) {
  const fact_type *t = &bpi_fact_types[kind];
  sqlite3_stmt *get = ask_words(s, kind);
  char clear[80];
  snprintf(clear, sizeof clear, "DELETE FROM %s", t->table);
  for (int round = 0; round < 300; round++) {
    int64_t fact[FACT_WORDS_MAX], again[FACT_WORDS_MAX], row[STORED_WORDS_MAX];
    random_fact(fact, kind);
    bpi_form_store(kind, row, fact);
    bpi_form_load(kind, again, row);
    ck_assert_mem_eq(again, fact, bpi_fact_words(kind) * sizeof *fact);
    store_row(s, kind, row);
    ck_assert_int_eq(sqlite3_step(get), SQLITE_ROW);
    for (int i = 0; i < t->columns; i++) {
      bool none = sqlite3_column_type(get, i) == SQLITE_NULL;
      if (none ? fact[i + 2] != FACT_NONE
               : fact[i + 2] == FACT_NONE || sqlite3_column_int64(get, i) != fact[i + 2])
        ck_abort_msg("%s.%s", t->table, t->names[i]);
    }
    sqlite3_reset(get);
    execute(s, clear);
  }
  sqlite3_finalize(get);
}

START_TEST(forms_keep_every_word) {
  store *s = memory_store();
  execute(s, SQL_WORDS);
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++)
    check_form(s, kind);
  bpi_store_close(s);
}
END_TEST

/* Words made of a damaged row can still be added and subtracted without overflow. */
START_TEST(damaged_rows_do_not_overflow) {
  static const int64_t values[] = {
      INT64_MAX, INT64_MAX - 1, INT64_MIN + 1, INT64_MIN + 2, INT64_C(20000000000000000), -1};
  const int64_t most = INT64_C(1) << 60;
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++)
    for (int round = 0; round < 200; round++) {
      int64_t row[STORED_WORDS_MAX], fact[FACT_WORDS_MAX];
      for (int i = 0; i < STORED_WORDS_MAX; i++)
        row[i] = values[below(sizeof values / sizeof *values)];
      bpi_form_load(kind, fact, row);
      for (int i = 0; i < bpi_fact_types[kind].columns; i++)
        ck_assert(fact[i + 2] >= -most && fact[i + 2] <= most);
      bool late = row[2] > 0; /* the first column is the time of all kinds */
      ck_assert(late ? fact[2] > T0 : fact[2] < 0);
    }
}
END_TEST

/* Every word of what a reader saves, whichever of them are 0. */
START_TEST(memories_keep_every_word) {
  for (int round = 0; round < 1000; round++) {
    int64_t words[FILE_MEMORY], again[FILE_MEMORY];
    unsigned char bytes[MEMORY_BYTES_MAX];
    for (int i = 0; i < FILE_MEMORY; i++) {
      int64_t shift = below(2);
      words[i] = below(4) == 0 ? (int64_t)((uint64_t)below(INT64_MAX) << shift) : 0;
    }
    size_t length = bpi_memory_store(bytes, words);
    bpi_memory_load(again, bytes, length);
    ck_assert_mem_eq(again, words, sizeof words);
    bpi_memory_load(again, bytes, length / 2); /* a truncated memory is not read beyond its end */
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("form");
  TCase *tests = tcase_create("form");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, world_begin, world_end);
  tcase_add_test(tests, schema_is_what_forms_say);
  tcase_add_test(tests, forms_keep_every_word);
  tcase_add_test(tests, damaged_rows_do_not_overflow);
  tcase_add_test(tests, memories_keep_every_word);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
