/* Databases made with SQLite in a fresh folder and read as another program's: which rows and values
 * are read, which are not, and that no file beside the database changes. */
#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "folder.h"
#include "run_suite.h"
#include "store/foreign.h"

static char path[96];

static void make_root(void) {
  make_folder();
  snprintf(path, sizeof path, "%s/state.vscdb", folder);
}

static void run(sqlite3 *db, const char *sql) {
  char *why = NULL;
  int code = sqlite3_exec(db, sql, NULL, NULL, &why);
  ck_assert_msg(code == SQLITE_OK, "%s: %s", sql, why);
}

static sqlite3 *writer(const char *sql) {
  sqlite3 *db = NULL;
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  if (sql != NULL) run(db, sql);
  return db;
}

static void make(const char *sql) {
  sqlite3_close(writer(sql));
}

/* ----------------------------------------------------------------------------------- what came */

#define TABLE "CREATE TABLE kv (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);"

static const char *const columns[] = {"key", "value", NULL};
static const foreign_query everything = {"kv", columns, NULL, NULL};
static const foreign_query some = {"kv", columns, "key", "a:"};

typedef struct seen {
  int rows, unreadable, stop_at;
  size_t length;
  char text[4096]; /* "row key=value " of each row, values cut at 16 bytes */
  void (*between)(int row);
} seen;

static void append(seen *s, const foreign_value *v) {
  size_t room = sizeof s->text - s->length, length = v->length < 16 ? v->length : 16;
  static const char *const words[] = {"absent", "null", "", "", "", ""};
  int added;
  switch (v->type) {
  case FOREIGN_INTEGER:
    added = snprintf(s->text + s->length, room, "%lld", (long long)v->integer);
    break;
  case FOREIGN_REAL: added = snprintf(s->text + s->length, room, "%g", v->real); break;
  case FOREIGN_TEXT:
  case FOREIGN_BLOB:
    added = snprintf(s->text + s->length, room, "%.*s", (int)length, v->bytes ? v->bytes : "");
    break;
  default: added = snprintf(s->text + s->length, room, "%s", words[v->type]);
  }
  s->length += (size_t)added;
  ck_assert_uint_lt(s->length, sizeof s->text);
}

static int take(void *user, int64_t row, const foreign_value *values) {
  seen *s = user;
  s->rows++;
  if (values == NULL) s->unreadable++;
  if (values != NULL && s->length < 3000) {
    s->length +=
        (size_t)snprintf(s->text + s->length, sizeof s->text - s->length, "%lld ", (long long)row);
    append(s, &values[0]);
    s->text[s->length++] = '=';
    append(s, &values[1]);
    s->text[s->length++] = ' ';
    s->text[s->length] = '\0';
  }
  if (s->between != NULL) s->between(s->rows);
  return s->stop_at != 0 && s->rows == s->stop_at ? -77 : 0;
}

static foreign *open_path(void) {
  foreign *f = NULL;
  bp_error *why = NULL;
  int rc = bpi_foreign_open(&f, path, NULL, &why);
  ck_assert_msg(rc == BP_OK, "%s", bpi_error_message(why));
  return f;
}

static int read_path(const foreign_query *q, seen *s) {
  foreign *f = open_path();
  int rc = bpi_foreign_each(f, q, take, s);
  bpi_foreign_close(f);
  return rc;
}

/* ------------------------------------------------------------------------------------ values */

START_TEST(every_type_comes_as_it_is) {
  make(TABLE "INSERT INTO kv VALUES ('a', 7), (NULL, 2.5), ('c', NULL), ('d', x'41'), ('e', 'x')");
  seen s = {0};
  ck_assert_int_eq(read_path(&everything, &s), BP_OK);
  ck_assert_str_eq(s.text, "1 a=7 2 null=2.5 3 c=null 4 d=A 5 e=x ");
}
END_TEST

START_TEST(a_prefix_narrows_and_null_keys_do_not_begin_with_it) {
  make(TABLE "INSERT INTO kv VALUES ('a:2', 2), (NULL, 3), ('a', 4), ('a:', 5), ('a:1', 6), "
             "('a;', 7), ('b:', 8), (x'613a', 9)");
  seen s = {0};
  ck_assert_int_eq(read_path(&some, &s), BP_OK);
  ck_assert_str_eq(s.text, "1 a:2=2 4 a:=5 5 a:1=6 ");
}
END_TEST

START_TEST(columns_and_tables_may_be_missing) {
  make("CREATE TABLE kv (key TEXT); INSERT INTO kv VALUES ('a:'); CREATE TABLE w (key PRIMARY KEY, "
       "value) WITHOUT ROWID");
  seen s = {0};
  ck_assert_int_eq(read_path(&some, &s), BP_OK);
  ck_assert_str_eq(s.text, "1 a:=absent ");
  const foreign_query missing = {"nothing", columns, NULL, NULL},
                      unnumbered = {"w", columns, NULL, NULL};
  ck_assert_int_eq(read_path(&missing, &s), BP_ERR_NOTFOUND);
  ck_assert_int_eq(read_path(&unnumbered, &s), BP_ERR_NOTFOUND);
  foreign *f = open_path();
  ck_assert(bpi_foreign_has(f, "kv", NULL));
  ck_assert(bpi_foreign_has(f, "kv", "key"));
  ck_assert(!bpi_foreign_has(f, "kv", "value"));
  ck_assert(!bpi_foreign_has(f, "nothing", NULL));
  bpi_foreign_close(f);
}
END_TEST

START_TEST(other_encodings_and_page_sizes_read_alike) {
  static const char *const pragmas[] = {"PRAGMA encoding='UTF-16le';",
                                        "PRAGMA encoding='UTF-16be';", "PRAGMA page_size=512;",
                                        "PRAGMA page_size=65536;", "PRAGMA auto_vacuum=FULL;"};
  for (size_t i = 0; i < sizeof pragmas / sizeof *pragmas; i++) {
    sqlite3 *db = writer(pragmas[i]);
    run(db, TABLE "INSERT INTO kv VALUES ('a:é', 'wörd'), ('b', 'x')");
    sqlite3_close(db);
    seen s = {0};
    ck_assert_int_eq(read_path(&some, &s), BP_OK);
    ck_assert_str_eq(s.text, "1 a:é=wörd ");
    unlink(path);
  }
}
END_TEST

START_TEST(what_take_returns_stops) {
  make(TABLE "INSERT INTO kv VALUES ('a', 1), ('b', 2), ('c', 3)");
  seen s = {.stop_at = 2};
  ck_assert_int_eq(read_path(&everything, &s), -77);
  ck_assert_int_eq(s.rows, 2);
}
END_TEST

/* -------------------------------------------------------------------------------- a live file */

/* Everything in the folder: names, sizes and bytes. */
static void folder_state(char out[65]) {
  char command[256];
  snprintf(command, sizeof command, "cd '%s' && for f in *; do echo $f; cksum <$f; done", folder);
  FILE *p = popen(command, "r");
  char text[4096];
  size_t length = fread(text, 1, sizeof text, p);
  ck_assert_int_eq(pclose(p), 0);
  bpi_hash_digest_hex(text, length, out);
}

START_TEST(a_log_is_read_and_left_alone) {
  sqlite3 *db = writer("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;" TABLE
                       "INSERT INTO kv VALUES ('a:1', 'old'), ('a:2', 'two')");
  run(db, "PRAGMA wal_checkpoint(FULL); UPDATE kv SET value='new' WHERE key='a:1'");
  run(db, "INSERT INTO kv SELECT 'a:3', hex(zeroblob(20000))");
  run(db, "BEGIN; INSERT INTO kv VALUES ('a:9', 'uncommitted')");
  char before[65], after[65];
  folder_state(before);
  for (int readable = 1; readable >= 0; readable--) { /* a directory that cannot be written to */
    chmod(folder, readable ? 0700 : 0500);
    seen s = {0};
    ck_assert_int_eq(read_path(&some, &s), BP_OK);
    ck_assert_str_eq(s.text, "1 a:1=new 2 a:2=two 3 a:3=0000000000000000 ");
    folder_state(after);
    ck_assert_str_eq(before, after);
  }
  chmod(folder, 0700);
  run(db, "COMMIT"); /* we held no lock against the writer */
  sqlite3_close(db);
}
END_TEST

/* The writer's files without the writer: as after a crash. */
START_TEST(a_log_nobody_owns_is_read_too) {
  sqlite3 *db = writer("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;" TABLE);
  run(db, "INSERT INTO kv VALUES ('a:1', 'one')");
  char command[512];
  snprintf(command, sizeof command, "cd '%s' && cp state.vscdb x && cp state.vscdb-wal x-wal",
           folder);
  ck_assert_int_eq(system(command), 0);
  sqlite3_close(db);
  snprintf(path, sizeof path, "%s/x", folder);
  seen s = {0};
  ck_assert_int_eq(read_path(&some, &s), BP_OK);
  ck_assert_str_eq(s.text, "1 a:1=one ");
}
END_TEST

static sqlite3 *other;
static void change(int row) {
  if (row == 2)
    run(other, "INSERT INTO kv VALUES ('a:2', 'again'), ('a:4', 'four'); DELETE FROM kv WHERE "
               "key='a:3'; PRAGMA wal_checkpoint(TRUNCATE)");
}

/* 'a:2' is a new row after it is replaced, so it is read again. */
static void changing(const char *mode) {
  other = writer(mode);
  run(other, TABLE "INSERT INTO kv VALUES ('a:1', 'one'), ('a:2', 'two'), ('a:3', 'three')");
  seen s = {.between = change};
  ck_assert_int_eq(read_path(&some, &s), BP_OK);
  ck_assert_str_eq(s.text, "1 a:1=one 2 a:2=two 4 a:2=again 5 a:4=four ");
  sqlite3_close(other);
}

START_TEST(a_change_between_rows_is_seen) {
  changing("PRAGMA journal_mode=WAL");
  unlink(path);
  changing("PRAGMA journal_mode=DELETE");
}
END_TEST

static void always(int row) {
  (void)row;
  run(other, "UPDATE kv SET value = value + 1");
}

START_TEST(a_file_that_always_changes_is_read_all_the_same) {
  other = writer(TABLE "INSERT INTO kv VALUES ('a:1', 1), ('a:2', 1), ('a:3', 1)");
  seen s = {.between = always};
  ck_assert_int_eq(read_path(&some, &s), BP_OK);
  ck_assert_str_eq(s.text, "1 a:1=1 2 a:2=2 3 a:3=3 ");
  sqlite3_close(other);
}
END_TEST

START_TEST(the_middle_of_a_transaction_is_not_read) {
  sqlite3 *db =
      writer("PRAGMA journal_mode=DELETE; PRAGMA cache_size=1; PRAGMA cache_spill=1;" TABLE);
  run(db, "INSERT INTO kv VALUES ('a:1', 'one'); BEGIN");
  for (int i = 0; i < 40; i++)
    run(db, "INSERT INTO kv SELECT hex(randomblob(8)), hex(zeroblob(4000))");
  foreign *f = NULL;
  bp_error *why = NULL;
  ck_assert_int_eq(bpi_foreign_open(&f, path, NULL, &why), BP_ERR_BUSY);
  bpi_error_free(why);
  run(db, "ROLLBACK");
  sqlite3_close(db);
  seen s = {0};
  ck_assert_int_eq(read_path(&everything, &s), BP_OK);
  ck_assert_str_eq(s.text, "1 a:1=one ");
}
END_TEST

START_TEST(the_stat_grows_with_the_log) {
  sqlite3 *db = writer("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;" TABLE);
  run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
  file_stat alone, with, opened;
  ck_assert_int_eq(bpi_file_stat(path, &alone), BP_OK);
  run(db, "INSERT INTO kv VALUES ('a:1', 1)");
  with = alone;
  bpi_foreign_stat(path, &with);
  ck_assert_int_gt(with.size, alone.size);
  foreign *f = NULL;
  ck_assert_int_eq(bpi_foreign_open(&f, path, &opened, NULL), BP_OK);
  ck_assert_int_eq(opened.size, with.size);
  ck_assert_int_eq(opened.modified_ns, with.modified_ns);
  bpi_foreign_close(f);
  sqlite3_close(db);
}
END_TEST

/* ------------------------------------------------------------------------------ what is refused */

START_TEST(a_view_in_place_of_a_table_is_refused) {
  make("CREATE TABLE secret (key, value); INSERT INTO secret VALUES ('a:', 'SECRET');"
       "CREATE VIEW kv AS SELECT key, value FROM secret");
  seen s = {0};
  ck_assert_int_eq(read_path(&everything, &s), BP_ERR_NOTFOUND);
  ck_assert_str_eq(s.text, "");
}
END_TEST

START_TEST(files_that_are_not_databases_are_recognised) {
  foreign *f = NULL;
  ck_assert_int_eq(bpi_foreign_open(&f, path, NULL, NULL), BP_ERR_NOTFOUND);
  ck_assert_int_eq(bpi_foreign_open(&f, folder, NULL, NULL), BP_ERR_INVALID);
  FILE *out = fopen(path, "wb");
  ck_assert_int_eq(fclose(out), 0);
  ck_assert_int_eq(bpi_foreign_open(&f, path, NULL, NULL), BP_ERR_FORMAT);
  out = fopen(path, "wb");
  for (int i = 0; i < 500; i++)
    fputs("no database ", out);
  ck_assert_int_eq(fclose(out), 0);
  ck_assert_int_eq(bpi_foreign_open(&f, path, NULL, NULL), BP_ERR_FORMAT);
  ck_assert_ptr_null(f);
}
END_TEST

/* ------------------------------------------------------------------------------------- damage */

typedef struct bytes {
  char *at;
  size_t length;
} bytes;

static bytes load(const char *ending) {
  char name[128];
  bytes b = {0};
  snprintf(name, sizeof name, "%s%s", path, ending);
  ck_assert_int_eq(bpi_file_load(&b.at, &b.length, name, 1 << 24, NULL), BP_OK);
  return b;
}

static int read_bytes(bytes main, bytes wal, seen *s) {
  foreign *f = NULL;
  int rc = bpi_foreign_open_bytes(&f, main.at, main.length, wal.at, wal.length, NULL);
  if (rc != BP_OK) return rc;
  rc = bpi_foreign_each(f, &everything, take, s);
  bpi_foreign_close(f);
  return rc;
}

static const bytes no_bytes = {NULL, 0};

/* A row in which one value has pages of its own, which are damaged. */
START_TEST(a_damaged_row_costs_that_row) {
  make("PRAGMA page_size=512;" TABLE "INSERT INTO kv VALUES ('a', 'one'), ('b', "
       "replace(hex(zeroblob(4000)), '0', 'Z')), ('c', 'three')");
  bytes b = load("");
  for (size_t at = 0; at + 512 <= b.length; at += 512)
    if (memcmp(b.at + at + 4, "ZZZZZZZZ", 8) == 0) memset(b.at + at, 0xff, 4); /* next page */
  seen s = {0};
  ck_assert_int_eq(read_bytes(b, no_bytes, &s), BP_OK);
  ck_assert_int_eq(s.rows, 3);
  ck_assert_int_eq(s.unreadable, 1);
  ck_assert_str_eq(s.text, "1 a=one 3 c=three ");
  bpi_free(b.at);
}
END_TEST

static void make_many(bytes *main, bytes *wal) {
  sqlite3 *db =
      writer("PRAGMA page_size=512; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;" TABLE);
  run(db,
      "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO kv SELECT "
      "'a:' || i, hex(zeroblob(i * 9)) FROM n; PRAGMA wal_checkpoint(FULL)");
  run(db, "UPDATE kv SET value = 'short' WHERE rowid % 3 = 0");
  run(db, "DELETE FROM kv WHERE rowid % 7 = 0");
  *main = load("");
  *wal = load("-wal");
  sqlite3_close(db);
}

/* 60 rows, 8 of which are deleted in the log's second transaction. */
START_TEST(a_cut_is_noticed_or_costs_nothing) {
  bytes main, wal;
  make_many(&main, &wal);
  seen s = {0};
  ck_assert_int_eq(read_bytes(main, wal, &s), BP_OK);
  ck_assert_int_eq(s.rows, 52);
  ck_assert_int_eq(s.unreadable, 0);
  for (size_t cut = 0; cut <= wal.length; cut += 67) {
    seen part = {0};
    ck_assert_int_eq(read_bytes(main, (bytes){wal.at, cut}, &part), BP_OK);
    ck_assert(part.rows == 60 || part.rows == 52);
    ck_assert_int_eq(part.unreadable, 0);
  }
  for (size_t cut = 0; cut < main.length; cut += 256) {
    seen part = {0};
    int rc = read_bytes((bytes){main.at, cut}, no_bytes, &part);
    ck_assert(rc != BP_OK || part.unreadable > 0 || part.rows == 60);
  }
  bpi_free(main.at);
  bpi_free(wal.at);
}
END_TEST

/* Any damage gives rows and perhaps an error code. A damaged frame ends the log. */
START_TEST(any_byte_may_be_wrong) {
  bytes main, wal;
  make_many(&main, &wal);
  unsigned random = 1;
  for (int i = 0; i < 3000; i++) {
    bytes *which = i % 3 == 0 ? &wal : &main;
    random = random * 1103515245u + 12345u;
    size_t at = (random >> 8) % which->length;
    char was = which->at[at];
    which->at[at] = (char)(random >> 3);
    seen s = {0};
    int rc = read_bytes(main, wal, &s);
    ck_assert(rc == BP_OK || rc == BP_ERR_CORRUPT || rc == BP_ERR_FORMAT || rc == BP_ERR_NOTFOUND ||
              rc == BP_ERR_IO);
    if (which == &wal && which->at[at] != was) ck_assert(s.rows == 52 || s.rows == 60);
    which->at[at] = was;
  }
  bpi_free(main.at);
  bpi_free(wal.at);
}
END_TEST

/* Memory runs out at any of our allocations. */
START_TEST(memory_may_end) {
  sqlite3 *db = writer("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;" TABLE
                       "INSERT INTO kv VALUES ('a:1', 1), ('a:2', 2)");
  int rc = BP_ERR_NOMEM;
  for (int count = 0; rc == BP_ERR_NOMEM; count++) {
    ck_assert_int_lt(count, 100);
    foreign *f = NULL;
    seen s = {0};
    bpi_mem_fail_after(count);
    rc = bpi_foreign_open(&f, path, NULL, NULL);
    if (rc == BP_OK) rc = bpi_foreign_each(f, &some, take, &s);
    bpi_mem_fail_after(-1);
    bpi_foreign_close(f);
    if (rc == BP_OK) ck_assert_str_eq(s.text, "1 a:1=1 2 a:2=2 ");
  }
  ck_assert_int_eq(rc, BP_OK);
  sqlite3_close(db);
}
END_TEST

static int take_length(void *user, int64_t row, const foreign_value *values) {
  (void)row;
  *(size_t *)user = values == NULL ? 0 : values[1].length;
  return 0;
}

/* A text that SQLite has no memory to convert to UTF-8 is not read as empty. */
START_TEST(a_text_needs_memory) {
  size_t length = 0;
  make("PRAGMA encoding = 'UTF-16le';" TABLE "INSERT INTO kv VALUES ('a', hex(zeroblob(50000)))");
  foreign *f = open_path();
  int rc = BP_ERR_NOMEM, failed = 0;
  for (int64_t more = 1024; rc == BP_ERR_NOMEM; more += 4096, failed++) {
    sqlite3_hard_heap_limit64(sqlite3_memory_used() + more);
    rc = bpi_foreign_each(f, &everything, take_length, &length);
    sqlite3_hard_heap_limit64(0);
  }
  ck_assert_int_eq(rc, BP_OK);
  ck_assert_uint_eq(length, 100000);
  ck_assert_int_gt(failed, 10);
  bpi_foreign_close(f);
}
END_TEST

static Suite *foreign_suite(void) {
  Suite *suite = suite_create("foreign");
  TCase *tests = tcase_create("rows");
  tcase_add_checked_fixture(tests, make_root, remove_folder);
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, every_type_comes_as_it_is);
  tcase_add_test(tests, a_prefix_narrows_and_null_keys_do_not_begin_with_it);
  tcase_add_test(tests, columns_and_tables_may_be_missing);
  tcase_add_test(tests, other_encodings_and_page_sizes_read_alike);
  tcase_add_test(tests, what_take_returns_stops);
  tcase_add_posix_test(tests, a_log_is_read_and_left_alone);
  tcase_add_posix_test(tests, a_log_nobody_owns_is_read_too);
  tcase_add_test(tests, a_change_between_rows_is_seen);
  tcase_add_test(tests, a_file_that_always_changes_is_read_all_the_same);
  tcase_add_test(tests, the_middle_of_a_transaction_is_not_read);
  tcase_add_test(tests, the_stat_grows_with_the_log);
  tcase_add_test(tests, a_view_in_place_of_a_table_is_refused);
  tcase_add_test(tests, files_that_are_not_databases_are_recognised);
  tcase_add_test(tests, a_damaged_row_costs_that_row);
  tcase_add_test(tests, a_cut_is_noticed_or_costs_nothing);
  tcase_add_test(tests, any_byte_may_be_wrong);
  tcase_add_test(tests, memory_may_end);
  tcase_add_test(tests, a_text_needs_memory);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(foreign_suite());
}
