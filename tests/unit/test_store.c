/* The store as a file: opening, keys, versions, settings, and reading its content. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/handle.h"
#include "base/mem.h"
#include "run_suite.h"
#include "store/batch.h"
#include "store/read.h"
#include "store/sql.h"
#include "store_world.h"

START_TEST(read_only_stores_take_nothing) {
  store *s = open_store("readonly.db");
  const record r = prompt(1, T0, 1);
  apply_records(s, &r, 1);
  bpi_store_close(s);
  ck_assert_int_eq(try_open(&s, "readonly.db", true, NULL, NULL), BP_OK);
  ck_assert(bpi_store_read_only(s));
  batch *b = bpi_batch_new();
  apply_counts counts = {0};
  bp_error *error = NULL;
  put(b, prompt(2, T0, 1));
  ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_READONLY);
  bpi_error_free(error);
  ck_assert(verified(s));
  ck_assert_int_eq(number(s, "SELECT count(*) FROM prompt"), 1);
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

/* ----------------------------------------------------------------------------------- checking */

/* bpi_store_verify must notice every kind of damage. */
START_TEST(verify_sees_damage) {
  static const char *const damages[] = {
      "UPDATE cell SET n = n + 1 WHERE kind = 1",
      "UPDATE cell SET m1 = m1 - 1 WHERE kind = 1",
      "UPDATE cell SET quarter = quarter + 1 WHERE kind = 4",
      "UPDATE cell SET m0 = m0 + 1 WHERE kind = 6",
      "DELETE FROM cell WHERE kind = 6",
      "UPDATE rollup SET first = first - 96 WHERE id = (SELECT min(id) FROM rollup)",
      "UPDATE rollup SET last = last + 96 WHERE id = (SELECT max(id) FROM rollup)",
      "UPDATE rollup SET count = count + 1",
      "INSERT INTO cell VALUES (9, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
      "DELETE FROM prompt",
      "UPDATE response SET output = output + 1",
      "UPDATE prompt SET time = time + 2 WHERE id = (SELECT min(id) FROM prompt)",
      "DELETE FROM run",
      "UPDATE run SET end_us = end_us + 1",
      "INSERT INTO run VALUES (1, 5, 6)",
      "UPDATE session SET first_us = first_us - 1",
      "UPDATE session SET last_us = NULL",
      "DELETE FROM session WHERE id = 1",
      "DELETE FROM session WHERE id = 2", /* of a fact that is no activity */
      "UPDATE session SET workspace = 99 WHERE id = 1",
      "UPDATE tool_call SET result_file = 99",
  };
  for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
    store *s = memory_store();
    const record r[] = {response(1, 1, T0, 5, 1), prompt(3, T0 + MINUTE, 1),
                        prompt(5, T0 + 60 * MINUTE, 1), new_record(RECORD_SPAN, 7, T0, 2),
                        new_record(RECORD_TOOL_USE, 9, T0, 1)};
    apply_records(s, r, sizeof r / sizeof *r);
    ck_assert(verified(s));
    sql(s, damages[i]);
    ck_assert_msg(!verified(s), "%s", damages[i]);
    bpi_store_close(s);
  }
}
END_TEST

/* ------------------------------------------------------------------------------------ opening */

static int mode_of(const char *name) {
  struct stat st;
  return stat(world_path(name), &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static void write_file(const char *name, const void *data, size_t length) {
  FILE *f = fopen(world_path(name), "wb");
  ck_assert_ptr_nonnull(f);
  ck_assert_uint_eq(fwrite(data, 1, length, f), length);
  ck_assert_int_eq(fclose(f), 0);
}

static void copy_file(const char *from, const char *to) {
  size_t length;
  char *data = read_file(from, &length);
  write_file(to, data, length);
  bpi_free(data);
}

START_TEST(stores_are_private_and_persist) {
  umask(0);
  store *s = open_store("new.db");
  ck_assert_int_eq(mode_of("new.db"), 0600);
  ck_assert_int_eq(mode_of("new.db.key"), 0600);
  ck_assert_int_eq(mode_of("new.db-wal"), 0600);
  ck_assert_int_eq(number(s, "PRAGMA secure_delete"), 1);
  ck_assert_int_eq(number(s, "PRAGMA fullfsync"), 1);
  ck_assert_int_eq(number(s, "PRAGMA synchronous"), 1);
  ck_assert_int_eq(number(s, "SELECT value FROM meta WHERE name = 'created_us'"), T0);
  hash_key key = *bpi_store_key(s);
  const record r = prompt(1, T0, 1);
  apply_records(s, &r, 1);
  char *want = dump(s);
  bpi_store_close(s);
  ck_assert_int_eq(mode_of("new.db-wal"), -1); /* everything is in one file */
  s = open_store("new.db");
  assert_dump(s, want, "opened again");
  ck_assert_mem_eq(&key, bpi_store_key(s), sizeof key);
  bpi_free(want);
  bpi_store_close(s);
  bpi_store_close(NULL);

  write_file("empty.db", "", 0); /* an empty file becomes a store; it is made private first */
  ck_assert_int_eq(mode_of("empty.db"), 0666);
  bpi_store_close(open_store("empty.db"));
  ck_assert_int_eq(mode_of("empty.db"), 0600);
}
END_TEST

/* A killed process leaves a write-ahead log, which is part of the store. */
START_TEST(logs_left_behind_are_read) {
  store *s = open_store("killed.db");
  const record r = prompt(1, T0, 1);
  apply_records(s, &r, 1);
  copy_file("killed.db", "left.db");
  copy_file("killed.db-wal", "left.db-wal");
  copy_file("killed.db.key", "left.db.key");
  bpi_store_close(s);
  s = open_store("left.db");
  ck_assert_int_eq(number(s, "SELECT count(*) FROM prompt"), 1);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

START_TEST(files_that_are_not_stores_stay_unchanged) {
  store *s = NULL;
  char detail[128];
  sqlite3 *db = NULL;
  ck_assert_int_eq(try_open(&s, ".", false, NULL, detail), BP_ERR_INVALID);
  ck_assert_int_eq(try_open(&s, "no/where.db", false, NULL, NULL), BP_ERR_NOTFOUND);
  ck_assert_int_eq(try_open(&s, "missing.db", true, NULL, detail), BP_ERR_NOTFOUND);
  ck_assert_str_eq(detail, world_path("missing.db"));
  ck_assert_int_eq(mode_of("missing.db"), -1);
  ck_assert_int_eq(mkfifo(world_path("pipe"), 0600), 0);
  ck_assert_int_eq(try_open(&s, "pipe", false, NULL, NULL), BP_ERR_INVALID);

  static char text[5000];
  memset(text, 'x', sizeof text);
  write_file("text.db", text, sizeof text);
  ck_assert_int_eq(try_open(&s, "text.db", false, NULL, NULL), BP_ERR_CORRUPT);
  ck_assert_int_eq(try_open(&s, "text.db", true, NULL, NULL), BP_ERR_CORRUPT);
  write_file("short.db", "xy", 2);
  ck_assert_int_eq(try_open(&s, "short.db", false, NULL, NULL), BP_ERR_CORRUPT);

  ck_assert_int_eq(sqlite3_open(world_path("other.db"), &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, "CREATE TABLE theirs (x)", NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
  size_t length, still;
  char *before = read_file("other.db", &length);
  ck_assert_int_eq(try_open(&s, "other.db", false, NULL, NULL), BP_ERR_CORRUPT);
  char *after = read_file("other.db", &still);
  ck_assert_uint_eq(still, length);
  ck_assert_mem_eq(after, before, length);
  bpi_free(before);
  bpi_free(after);
  ck_assert_int_eq(mode_of("other.db.key"), -1);
}
END_TEST

START_TEST(versions_are_checked) {
  store *s = open_store("version.db");
  sql(s, "PRAGMA user_version = 99");
  bpi_store_close(s);
  ck_assert_int_eq(try_open(&s, "version.db", false, NULL, NULL), BP_ERR_SCHEMA);
  ck_assert_int_eq(try_open(&s, "version.db", true, NULL, NULL), BP_ERR_SCHEMA);
  sqlite3 *db = NULL;
  sqlite3_open(world_path("version.db"), &db);
  sqlite3_exec(db, "PRAGMA user_version = -1", NULL, NULL, NULL);
  ck_assert_int_eq(try_open(&s, "version.db", false, NULL, NULL), BP_ERR_CORRUPT);
  sqlite3_exec(db, "PRAGMA user_version = 1; DROP TABLE prompt", NULL, NULL, NULL);
  sqlite3_close(db);
  s = open_store("version.db");
  batch *b = bpi_batch_new();
  apply_counts counts = {0};
  bp_error *error = NULL;
  put(b, prompt(1, T0, 1));
  ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_CORRUPT);
  bpi_error_free(error);
  bpi_batch_free(b);
  bpi_store_close(s);

  /* An empty store can only be created by a writer. */
  write_file("zero.db", "", 0);
  ck_assert_int_eq(try_open(&s, "zero.db", true, NULL, NULL), BP_ERR_READONLY);
}
END_TEST

START_TEST(keys) {
  char detail[128];
  store *s = open_store("key.db");
  hash_key key = *bpi_store_key(s);
  bpi_store_close(s);
  bpi_store_close(open_store("stranger.db"));

  ck_assert_int_eq(rename(world_path("key.db.key"), world_path("away")), 0);
  ck_assert_int_eq(try_open(&s, "key.db", false, NULL, detail), BP_ERR_NOTFOUND);
  ck_assert_str_eq(detail, world_path("key.db.key"));
  ck_assert_int_eq(try_open(&s, "key.db", true, NULL, NULL), BP_OK); /* reading needs no key */
  bpi_store_close(s);
  ck_assert_int_eq(mode_of("key.db.key"), -1);

  ck_assert_int_eq(try_open(&s, "key.db", false, world_path("away"), NULL), BP_OK);
  ck_assert_mem_eq(&key, bpi_store_key(s), sizeof key);
  bpi_store_close(s);
  ck_assert_int_eq(try_open(&s, "key.db", false, world_path("stranger.db.key"), NULL),
                   BP_ERR_INVALID);
  ck_assert_int_eq(try_open(&s, "key.db", true, world_path("stranger.db.key"), NULL),
                   BP_ERR_INVALID);

  unsigned char bytes[5000] = {0};
  write_file("key.db.key", bytes, 31);
  ck_assert_int_eq(try_open(&s, "key.db", false, NULL, detail), BP_ERR_FORMAT);
  ck_assert_str_eq(detail, world_path("key.db.key"));
  write_file("key.db.key", bytes, sizeof bytes);
  ck_assert_int_eq(try_open(&s, "key.db", false, NULL, NULL), BP_ERR_FORMAT);
  write_file("key.db.key", bytes, 33);
  ck_assert_int_eq(try_open(&s, "key.db", false, NULL, NULL), BP_ERR_FORMAT);
  write_file("key.db.key", bytes, 32);
  ck_assert_int_eq(try_open(&s, "key.db", false, NULL, NULL), BP_ERR_INVALID);

  const store_options options = {.in_memory = true, .key_path = world_path("away")};
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_store_open(&s, NULL, &options, &error), BP_OK);
  ck_assert_mem_eq(&key, bpi_store_key(s), sizeof key);
  bpi_store_close(s);
}
END_TEST

START_TEST(settings) {
  store *s = open_store("settings.db");
  bp_error *error = NULL;
  int64_t value = 0;
  ck_assert_int_eq(bpi_store_setting(s, "x", 7, &value, &error), BP_OK);
  ck_assert_int_eq(value, 7);
  ck_assert_int_eq(bpi_store_set_setting(s, "x", -1, &error), BP_OK);
  ck_assert_int_eq(bpi_store_set_setting(s, "x", INT64_MIN, &error), BP_OK);
  bpi_store_close(s);
  s = open_store("settings.db");
  ck_assert_int_eq(bpi_store_setting(s, "x", 7, &value, &error), BP_OK);
  ck_assert_int_eq(value, INT64_MIN);
  ck_assert_ptr_null(error);
  sql(s, "DROP TABLE meta");
  bpi_store_close(s);
  ck_assert_int_eq(try_open(&s, "settings.db", false, NULL, NULL), BP_ERR_CORRUPT);
}
END_TEST

/* Processes that find no store create it together; all must end up with the same key. */
START_TEST(many_make_one_store) {
  enum { MAKERS = 6, ROUNDS = 15 };
  for (int round = 0; round < ROUNDS; round++) {
    char name[32];
    int gate[2];
    pid_t pids[MAKERS];
    snprintf(name, sizeof name, "many%d.db", round);
    ck_assert_int_eq(pipe(gate), 0);
    for (int i = 0; i < MAKERS; i++)
      if ((pids[i] = fork()) == 0) {
        char unused;
        store *s = NULL;
        const store_options options = {.now_us = T0};
        bp_error *error = NULL;
        close(gate[1]);
        if (read(gate[0], &unused, 1) != 0) _exit(100); /* all start when the gate is closed */
        int rc = bpi_store_open(&s, world_path(name), &options, &error);
        bpi_store_close(s);
        bpi_error_free(error);
        _exit(-rc);
      }
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < MAKERS; i++) {
      int status = -1;
      ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
      ck_assert_msg(status == 0, "round %d: status %d", round, status);
    }
    bpi_store_close(open_store(name));
  }
}
END_TEST

/* ---------------------------------------------------------------------------------- reading */

static int count_row(void *user, const rollup_cell *cell) {
  *(int64_t *)user += cell->n;
  return 0;
}

static int stop_at_once(void *user, const label_row *label) {
  ++*(int *)user;
  return label->text != NULL ? -77 : -78;
}

static int keep_session(void *user, const session_rows *rows) {
  *(session_row *)user = bpi_session_joined(rows);
  return 0;
}

START_TEST(reading) {
  store *s = memory_store();
  bp_error *error = NULL;
  int64_t first, last, dated = 0, all = 0;
  int calls = 0, ok = 0;
  ck_assert_int_eq(bpi_read_extent(s, &first, &last, &error), BP_OK);
  ck_assert(first == QUARTER_UNDATED && last == QUARTER_UNDATED);
  const record r[] = {prompt(1, T0, 1), prompt(3, BPI_TIME_NONE, 1), prompt(5, T0 + DAY, 1),
                      response(7, 1, T0, 1, 1)};
  apply_records(s, r, 4);

  ck_assert_int_eq(bpi_read_begin(s, &error), BP_OK);
  ck_assert_int_eq(bpi_read_extent(s, &first, &last, &error), BP_OK);
  ck_assert_int_eq(first, T0 / BPI_QUARTER);
  ck_assert_int_eq(last, (T0 + DAY) / BPI_QUARTER);
  bpi_read_rollup(s, ROLLUP_PROMPT, -5, INT64_MAX, count_row, &dated, &error);
  bpi_read_rollup(s, ROLLUP_PROMPT, INT64_MIN, INT64_MAX, count_row, &all, &error);
  ck_assert_int_eq(dated, 2);
  ck_assert_int_eq(all, 3);
  dated = 0;
  bpi_read_rollup(s, ROLLUP_PROMPT, T0 / BPI_QUARTER, (T0 + DAY) / BPI_QUARTER, count_row, &dated,
                  &error);
  ck_assert_int_eq(dated, 1); /* one of its ends is open */
  ck_assert_int_eq(bpi_read_labels(s, stop_at_once, &calls, &error), -77);
  ck_assert_int_eq(bpi_read_labels_of(s, LABEL_MODEL, stop_at_once, &calls, &error), -77);
  ck_assert_int_eq(bpi_read_labels_of(s, LABEL_BRANCH, stop_at_once, &calls, &error), BP_OK);
  ck_assert_int_eq(calls, 2);

  label_row label;
  session_row one;
  session_rows same;
  char text[256];
  ck_assert_int_eq(bpi_read_label(s, 1, &label, text, &error), BP_OK);
  ck_assert_str_eq(label.text, "name1");
  ck_assert_int_eq(label.kind, LABEL_MODEL);
  ck_assert_int_eq(bpi_read_label(s, 2, &label, text, &error), BP_ERR_NOTFOUND);
  ck_assert_int_eq(bpi_read_sessions(s, keep_session, &one, &error), BP_OK);
  ck_assert_int_eq(bpi_read_session(s, one.id, &same, &error), BP_OK);
  ck_assert_uint_eq(same.count, 1);
  ck_assert_int_eq(same.row[0].first_us, T0);
  ck_assert_int_eq(same.row[0].last_us, T0 + DAY);
  ck_assert_int_eq(bpi_read_session(s, 99, &same, &error), BP_ERR_NOTFOUND);
  bpi_read_end(s);

  store_health h;
  ck_assert_int_eq(bpi_read_health(s, true, &h, &error), BP_OK);
  ck_assert(h.schema == 1 && h.facts[FACT_PROMPT] == 3 && h.facts[FACT_RESPONSE] == 1 &&
            h.facts[FACT_KINDS] == 1 && h.undated == 1 && h.last_ingest_us == T0 &&
            h.wal_bytes == 0 && h.file_bytes == h.pages * h.page_size);
  ck_assert_int_eq(bpi_read_integrity(s, &ok, &error), BP_OK);
  ck_assert_int_eq(ok, 1);
  ck_assert_ptr_null(error);
  bpi_store_close(s);
}
END_TEST

/* Statements that SQLite refuses on a restricted connection, whoever runs them. */
START_TEST(restricted_connections_are_refused) {
  static const char *const refused[] = {"SELECT count(*) FROM session",
                                        "SELECT 1 FROM prompt",
                                        "SELECT file.hi FROM file JOIN label ON label.hi = file.hi",
                                        "INSERT INTO meta VALUES ('x', 1)",
                                        "DELETE FROM file",
                                        "CREATE TABLE x (y)",
                                        "CREATE TEMP TABLE x (y)",
                                        "ATTACH ':memory:' AS other",
                                        "PRAGMA query_only = OFF; INSERT INTO meta VALUES ('x', 1)",
                                        "PRAGMA journal_mode = DELETE"};
  static const char *const open[] = {"SELECT name, value FROM meta", "SELECT count(*) FROM file",
                                     "PRAGMA page_count", "BEGIN", "ROLLBACK"};
  store *s = open_store("restricted.db");
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_store_restrict(s, "meta file", &error), BP_OK);
  for (size_t i = 0; i < sizeof open / sizeof *open; i++)
    ck_assert_int_eq(sqlite3_exec(s->db, open[i], NULL, NULL, NULL), SQLITE_OK);
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    ck_assert_msg(sqlite3_exec(s->db, refused[i], NULL, NULL, NULL) == SQLITE_AUTH, "%s",
                  refused[i]);
  ck_assert_int_eq(bpi_store_set_setting(s, "x", 1, &error), BP_ERR_DENIED);
  bp_error_free(error);
  error = NULL;
  int most = sqlite3_limit(s->db, SQLITE_LIMIT_SQL_LENGTH, 1);
  ck_assert_int_ne(bpi_store_restrict(s, "*", &error), BP_OK); /* and it stays restricted */
  sqlite3_limit(s->db, SQLITE_LIMIT_SQL_LENGTH, most);
  bp_error_free(error);
  error = NULL;
  ck_assert_int_eq(sqlite3_exec(s->db, refused[0], NULL, NULL, NULL), SQLITE_AUTH);
  ck_assert_int_eq(sqlite3_exec(s->db, open[0], NULL, NULL, NULL), SQLITE_OK);
  ck_assert_int_eq(bpi_store_restrict(s, "", &error), BP_OK);
  ck_assert_int_eq(sqlite3_exec(s->db, open[0], NULL, NULL, NULL), SQLITE_AUTH);
  bpi_store_close(s);
}
END_TEST

/* Handles have such a connection from the start, and after narrowing. */
START_TEST(handles_are_restricted) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  bp_store *handle[2] = {NULL, NULL};
  bpi_store_close(open_store("handles.db"));
  o.access = BP_ACCESS_OWNER;
  ck_assert_int_eq(bp_open(&handle[0], world_path("handles.db"), &o, NULL), BP_OK);
  ck_assert_int_eq(sqlite3_exec(handle[0]->store->db, "SELECT 1 FROM prompt", NULL, NULL, NULL),
                   SQLITE_OK);
  ck_assert_int_eq(bp_narrow(handle[0], BP_ACCESS_DEVOPS, NULL, NULL), BP_OK);
  o.access = BP_ACCESS_DEVOPS;
  ck_assert_int_eq(bp_open(&handle[1], world_path("handles.db"), &o, NULL), BP_OK);
  for (int i = 0; i < 2; i++) {
    sqlite3 *db = handle[i]->store->db;
    ck_assert_int_eq(sqlite3_exec(db, "SELECT 1 FROM file", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "SELECT 1 FROM prompt", NULL, NULL, NULL), SQLITE_AUTH);
    bp_close(handle[i]);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("store");
  TCase *tests = tcase_create("store");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, world_begin, world_end);
  tcase_add_test(tests, read_only_stores_take_nothing);
  tcase_add_test(tests, restricted_connections_are_refused);
  tcase_add_test(tests, handles_are_restricted);
  tcase_add_test(tests, verify_sees_damage);
  tcase_add_posix_test(tests, stores_are_private_and_persist);
  tcase_add_test(tests, logs_left_behind_are_read);
  tcase_add_posix_test(tests, files_that_are_not_stores_stay_unchanged);
  tcase_add_test(tests, versions_are_checked);
  tcase_add_test(tests, keys);
  tcase_add_test(tests, settings);
  tcase_add_posix_test(tests, many_make_one_store);
  tcase_add_test(tests, reading);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
