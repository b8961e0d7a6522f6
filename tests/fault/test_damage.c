/* A store's files are cut off, get bits flipped or values changed, or were copied during a write.
 * Then:
 *   - nothing crashes, hangs or reads beyond memory (build with the sanitizers);
 *   - either every figure is as in the undamaged store, or a call or bp_inspect "integrity" reports
 *     damage: never a wrong number without a report;
 *   - a log that is cut or damaged loses what was written last, and the next ingest brings it back.
 *
 * With BLUEPLANE_LONG=1: 20,000 bits, forty values of each column, and the database of every moment
 * beside the log of every other. */
#define _POSIX_C_SOURCE 200809L
#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/dice.h"
#include "../unit/forms.h"
#include "../unit/run_suite.h"
#include "base/mem.h"
#include "day.h"
#include "faulty.h"
#include "world.h"

static char *expected; /* the figures of an undamaged store */

static char *state_now(int *rc) {
  buf b;
  bpi_buf_init(&b, 1 << 20);
  *rc = day_state(&b, NULL);
  return bpi_buf_take(&b, NULL);
}

static void prepare(void) {
  int rc;
  world_now = WORLD_OPEN;
  fault_install();
  day_empty();
  world_key_file(day_path("work/me.db.key"), 100);
  day_keep();
  day_input(DAY_SESSIONS);
  ck_assert_int_eq(day_ingest(NULL), BP_OK);
  expected = state_now(&rc);
  ck_assert_int_eq(rc, BP_OK);
}

/* -------------------------------------------------------------------------------------- verdicts */

typedef enum verdict {
  UNHARMED,  /* every figure is as expected */
  REFUSED,   /* a call returns an error */
  FOUND,     /* bp_inspect "integrity" reports it */
  COMPLETED, /* figures were missing, and the next ingest completed them */
  WRONG,     /* figures differ without a report */
  STRANGE,   /* an error that means something else */
  VERDICTS
} verdict;

static const char *const verdict_names[VERDICTS] = {"unharmed",  "refused", "found by integrity",
                                                    "completed", "wrong",   "strange"};

/* The codes that docs/errors.md has for a changed file: changed marks can also say that it is of a
 * newer library, of another kind, for another key, or read-only. */
static bool is_clear(int rc) {
  return rc == BP_ERR_CORRUPT || rc == BP_ERR_SCHEMA || rc == BP_ERR_INVALID ||
         rc == BP_ERR_DENIED || rc == BP_ERR_READONLY;
}

static int whole(bool *out) {
  bp_store *s = NULL;
  bp_result *result = NULL;
  int rc = day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, NULL);
  if (rc == BP_OK) rc = bp_inspect(&result, s, "integrity", NULL);
  *out = rc == BP_OK;
  for (size_t row = 0; row < bp_result_rows(result); row++)
    *out = *out && bp_result_int(result, row, 1);
  bp_result_free(result);
  bp_close(s);
  return rc;
}

static bool is_as_expected(int *rc) {
  char *text = state_now(rc);
  bool same = *rc == BP_OK && text != NULL &&
              strcmp(text, expected) == 0; /* NULL: too long for the buffer */
  bpi_free(text);
  return same;
}

/* Runs in a process of its own. */
static int judge(void) {
  bool sound;
  int rc;
  bool same = is_as_expected(&rc);
  if (rc != BP_OK) return is_clear(rc) ? REFUSED : STRANGE;
  rc = whole(&sound);
  if (rc != BP_OK) return is_clear(rc) ? REFUSED : STRANGE;
  if (!sound) {
    (void)day_ingest(NULL); /* whatever it returns */
    return FOUND;
  }
  rc = day_ingest(NULL); /* reads what no query has read */
  if (rc != BP_OK) return is_clear(rc) ? REFUSED : STRANGE;
  if (!is_as_expected(&rc)) return WRONG;
  return same ? UNHARMED : COMPLETED;
}

static verdict judge_apart(const char *about) {
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    alarm(120);
    _exit(judge());
  }
  int status = 0;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status), "%s: killed by signal %d", about, WTERMSIG(status));
  ck_assert_msg(WEXITSTATUS(status) < WRONG, "%s: %s", about,
                WEXITSTATUS(status) < VERDICTS ? verdict_names[WEXITSTATUS(status)] : "died");
  return (verdict)WEXITSTATUS(status);
}

static long tally[VERDICTS];

static void tell(const char *what) {
  printf("%s:", what);
  for (int i = 0; i < WRONG; i++)
    printf(" %ld %s%s", tally[i], verdict_names[i], i + 1 < WRONG ? "," : "\n");
}

static long size_of(const char *name) {
  struct stat about;
  return stat(day_path(name), &about) == 0 ? (long)about.st_size : 0;
}

static void try_spoiled(const char *name, long size, long byte, int bit) {
  char about[120];
  snprintf(about, sizeof about, "%s size %ld byte %ld bit %d", name, size, byte, bit);
  day_fresh();
  day_spoil(name, size, byte, bit);
  tally[judge_apart(about)]++;
}

/* ----------------------------------------------------------------------------------- the database */

static uint64_t dice = 88172645463325252u;

static void with_all_in_the_database(void) {
  prepare();
  day_keep();
  ck_assert_int_eq(size_of("template/me.db-wal"), 0);
}

/* Any bit of the database, in the header more of them. */
START_TEST(a_bit_is_flipped) {
  with_all_in_the_database();
  long size = size_of("template/me.db");
  for (long byte = 0; byte < 100; byte += short_form() ? 7 : 1) /* the header of the file */
    for (int bit = 0; bit < 8; bit += long_form() ? 1 : 7)
      try_spoiled(DAY_STORE, -1, byte, bit);
  for (int i = 0; i < (long_form() ? 20000 : short_form() ? 70 : 700); i++)
    try_spoiled(DAY_STORE, -1, (long)(dice_roll(&dice) % (uint64_t)size),
                (int)(dice_roll(&dice) % 8));
  tell("a flipped bit of the database");
  ck_assert_int_gt(tally[REFUSED], 0);
  ck_assert_int_gt(tally[FOUND], 0);
  ck_assert_int_eq(tally[COMPLETED], 0);
  bpi_free(expected);
}
END_TEST

/* ------------------------------------------------------------------------------------- its values */

/* The limits of integers, of vocabularies, lines and times, or any number with one bit flipped. */
static int64_t other_value(int64_t now) {
  static const int64_t ends[] = {INT64_MAX,
                                 INT64_MIN + 1,
                                 INT64_C(1) << 62,
                                 -(INT64_C(1) << 62),
                                 INT64_C(1) << 53,
                                 INT64_C(1) << 32,
                                 INT64_C(1) << 31,
                                 INT64_C(4000000000000000),
                                 255,
                                 -1,
                                 0};
  const uint64_t count = sizeof ends / sizeof *ends;
  if (dice_roll(&dice) % 2 == 0) return ends[dice_roll(&dice) % count];
  return (int64_t)((uint64_t)now ^ UINT64_C(1) << dice_roll(&dice) % 63);
}

static int64_t ask_number(sqlite3 *db, const char *sql) {
  sqlite3_stmt *get = NULL;
  ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &get, NULL), SQLITE_OK);
  int64_t number = sqlite3_step(get) == SQLITE_ROW ? sqlite3_column_int64(get, 0) : 0;
  sqlite3_finalize(get);
  return number;
}

/* Changes one value of a column of a table, whatever the schema allows. */
static void spoil_value(const char *table, const char *column, char about[200]) {
  char sql[400];
  sqlite3 *db = NULL;
  ck_assert_int_eq(sqlite3_open(day_path(DAY_STORE), &db), SQLITE_OK);
  snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
  int64_t rows = ask_number(db, sql);
  ck_assert_int_gt(rows, 0);
  int64_t row = (int64_t)(dice_roll(&dice) % (uint64_t)rows);
  snprintf(sql, sizeof sql, "SELECT %s FROM %s LIMIT 1 OFFSET %lld", column, table, (long long)row);
  int64_t value = other_value(ask_number(db, sql));
  snprintf(about, 200, "%s.%s of row %lld = %lld", table, column, (long long)row, (long long)value);
  snprintf(sql, sizeof sql,
           "PRAGMA ignore_check_constraints = ON; UPDATE OR IGNORE %s SET %s = %lld WHERE %s IS "
           "(SELECT %s FROM %s LIMIT 1 OFFSET %lld)",
           table, column, (long long)value, column, column, table, (long long)row);
  ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

/* Any value of any column, to one that the schema may not allow. */
START_TEST(a_value_is_changed) {
  static const char *const columns[][2] = {{"prompt", "id"},
                                           {"prompt", "time"},
                                           {"prompt", "session"},
                                           {"prompt", "bits"},
                                           {"response", "id"},
                                           {"response", "time"},
                                           {"response", "bits"},
                                           {"response", "request"},
                                           {"response", "output"},
                                           {"response", "input"},
                                           {"response", "cost_nano"},
                                           {"response", "owner_after_us"},
                                           {"response", "model"},
                                           {"tool_call", "id"},
                                           {"tool_call", "time"},
                                           {"tool_call", "result"},
                                           {"tool_call", "session"},
                                           {"tool_call", "tool"},
                                           {"tool_call", "bits"},
                                           {"run", "session"},
                                           {"run", "start_us"},
                                           {"run", "end_us"},
                                           {"session", "id"},
                                           {"session", "tier"},
                                           {"session", "first_us"},
                                           {"session", "last_us"},
                                           {"told", "session"},
                                           {"told", "kind"},
                                           {"told", "n"},
                                           {"rollup", "id"},
                                           {"rollup", "first"},
                                           {"rollup", "last"},
                                           {"rollup", "count"},
                                           {"task", "quarter"},
                                           {"task", "session"},
                                           {"task", "number"},
                                           {"task", "start_us"},
                                           {"task", "end_us"},
                                           {"task", "active_us"},
                                           {"task", "type"},
                                           {"task", "outcome"},
                                           {"task", "size"},
                                           {"task", "features"},
                                           {"task", "category"},
                                           {"task", "uses"},
                                           {"task", "lines_kept"},
                                           {"task", "calls"}};
  const size_t count = sizeof columns / sizeof *columns;
  with_all_in_the_database();
  for (size_t i = 0; i < count * (long_form() ? 40 : short_form() ? 1 : 4); i++) {
    char about[200];
    day_fresh();
    spoil_value(columns[i % count][0], columns[i % count][1], about);
    tally[judge_apart(about)]++;
  }
  tell("a changed value of the database");
  ck_assert_int_eq(tally[COMPLETED], 0);
  ck_assert_int_gt(tally[FOUND], 0);
  ck_assert_int_gt(tally[REFUSED], 0);
  bpi_free(expected);
}
END_TEST

/* Every byte as a category in the paths of tasks; most are no category. */
START_TEST(a_path_is_changed) {
  with_all_in_the_database();
  for (int byte = 0; byte < 256; byte += short_form() ? 51 : 5) {
    sqlite3 *db = NULL;
    char sql[120];
    day_fresh();
    ck_assert_int_eq(sqlite3_open(day_path(DAY_STORE), &db), SQLITE_OK);
    snprintf(sql, sizeof sql, "UPDATE task SET path = x'00%02x%02x%02x01'", byte, byte, byte);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    tally[judge_apart(sql)]++;
  }
  tell("a changed path of tasks");
  ck_assert_int_eq(tally[COMPLETED], 0);
  ck_assert_int_gt(tally[REFUSED], 0);
  bpi_free(expected);
}
END_TEST

/* The database cut at pages, within pages and near its beginning. */
START_TEST(the_database_is_cut) {
  with_all_in_the_database();
  long size = size_of("template/me.db");
  for (long page = 1; page * FAULT_PAGE < size; page += short_form() ? 8 : 1) {
    try_spoiled(DAY_STORE, page * FAULT_PAGE, 0, 0);
    try_spoiled(DAY_STORE, page * FAULT_PAGE + (long)(dice_roll(&dice) % FAULT_PAGE), 0, 0);
  }
  for (long cut = 2; cut < 1024; cut += 73)
    try_spoiled(DAY_STORE, cut, 0, 0);
  ck_assert_int_eq(tally[COMPLETED], 0);
  tell("a database that is cut");
  for (long cut = 0; cut < 2; cut++) /* nothing is left: no store yet, so it is filled again */
    try_spoiled(DAY_STORE, cut, 0, 0);
  ck_assert_int_eq(tally[COMPLETED], 2);
  bpi_free(expected);
}
END_TEST

/* ---------------------------------------------------------------------------------------- the log */

/* An ingest that is ended before this request; false if it finished before. */
static bool die_at(long after) {
  int status = 0;
  day_fresh();
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    fault_set(FAULT_DIE, FAULT_CHANGES, after);
    _exit(day_ingest(NULL) == BP_OK ? 0 : 1);
  }
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == FAULT_DIED));
  return WEXITSTATUS(status) == FAULT_DIED;
}

static long requests_of_ingest(void) {
  day_fresh();
  fault_set(FAULT_NEVER, FAULT_CHANGES, 0);
  ck_assert_int_eq(day_ingest(NULL), BP_OK);
  return fault_counted();
}

/* Leaves the longest log that an ended process can leave. */
static void leave_a_log(void) {
  long best = -1, longest = 0, requests = requests_of_ingest();
  for (long after = 0; after < requests; after += 3)
    if (die_at(after) && size_of("work/me.db-wal") > longest) {
      longest = size_of("work/me.db-wal");
      best = after;
    }
  ck_assert_int_gt(longest, 10L * FAULT_PAGE);
  ck_assert(die_at(best));
  day_keep();
}

/* The log cut or with bits flipped: figures are missing at most until the next ingest. */
START_TEST(the_log_is_damaged) {
  prepare();
  leave_a_log();
  long size = size_of("template/me.db-wal");
  int few = long_form() ? 4000 : short_form() ? 12 : 60;
  for (int i = 0; i < few; i++) {
    long at = (long)(dice_roll(&dice) % (uint64_t)size);
    try_spoiled("work/me.db-wal", at, 0, 0);
    try_spoiled("work/me.db-wal", -1, at, (int)(dice_roll(&dice) % 8));
  }
  for (long byte = 0; byte < 32; byte += short_form() ? 5 : 1)
    try_spoiled("work/me.db-wal", -1, byte, (int)(dice_roll(&dice) % 8));
  tell("a log that is cut or damaged");
  ck_assert_int_gt(tally[COMPLETED], 0);
  bpi_free(expected);
}
END_TEST

/* The database of one moment beside the log of another, as a copy of the files one after the other
 * has them. */
START_TEST(copied_while_somebody_writes) {
  prepare();
  long requests = requests_of_ingest(),
       step = long_form() ? 1 : 1 + requests / (short_form() ? 4 : 12);
  for (long one = 0; one < requests; one += step)
    for (long other = 0; other < requests; other += step) {
      char about[80];
      snprintf(about, sizeof about, "database of %ld, log of %ld", one, other);
      if (!die_at(other)) continue;
      day_copy(day_path("work"), day_path("later"));
      if (!die_at(one)) continue;
      unlink(day_path("work/me.db-wal"));
      unlink(day_path("work/me.db-shm"));
      if (link(day_path("later/me.db-wal"), day_path("work/me.db-wal")) != 0) continue;
      tally[judge_apart(about)]++;
    }
  tell("a copy of two moments");
  ck_assert_int_gt(tally[COMPLETED], 0);
  bpi_free(expected);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("damage");
  TCase *tests = tcase_create("damage");
  tcase_set_timeout(tests, 7200);
  tcase_add_checked_fixture(tests, day_folder, day_remove);
  tcase_add_test(tests, a_bit_is_flipped);
  tcase_add_test(tests, a_value_is_changed);
  tcase_add_test(tests, a_path_is_changed);
  tcase_add_test(tests, the_database_is_cut);
  tcase_add_test(tests, the_log_is_damaged);
  tcase_add_test(tests, copied_while_somebody_writes);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
