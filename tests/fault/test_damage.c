/* A store's files are cut off, a bit of them is turned, or they were copied while somebody wrote. Whatever is left:
 *   - nothing crashes, hangs or reaches beyond memory (build with the sanitizers);
 *   - either every figure is as it was, or a call or bp_inspect "integrity" says that the store is damaged: never a
 *     wrong number without a word;
 *   - a log that is cut or damaged costs what was written last, and the next ingest brings it back.
 *
 * With BLUEPLANE_LONG=1 20,000 bits are turned, and every moment is copied beside every other. */
#define _POSIX_C_SOURCE 200809L
#include <check.h>
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

static char *expected; /* what an undisturbed store says */

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
  UNHARMED,  /* every figure is as it was */
  REFUSED,   /* a call says that it cannot */
  FOUND,     /* bp_inspect "integrity" says so */
  COMPLETED, /* figures were missing, and the next ingest brought them */
  WRONG,     /* figures differ and nobody says so */
  STRANGE,   /* an error that means something else */
  VERDICTS
} verdict;

static const char *const verdict_names[VERDICTS] = {"unharmed",  "refused", "found by integrity",
                                                    "completed", "wrong",   "strange"};

/* What docs/errors.md has for a file that is not as we made it: bits of its marks say that it is of a newer
 * library, of another kind, for another key, or not to be written. */
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
  bool same = *rc == BP_OK && strcmp(text, expected) == 0;
  bpi_free(text);
  return same;
}

/* In a process of its own. */
static int judge(void) {
  bool sound;
  int rc;
  bool same = is_as_expected(&rc);
  if (rc != BP_OK) return is_clear(rc) ? REFUSED : STRANGE;
  rc = whole(&sound);
  if (rc != BP_OK) return is_clear(rc) ? REFUSED : STRANGE;
  if (!sound) {
    (void)day_ingest(NULL); /* whatever it says */
    return FOUND;
  }
  rc = day_ingest(NULL); /* reads what no question read */
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

START_TEST(a_bit_is_turned) {
  with_all_in_the_database();
  long size = size_of("template/me.db");
  for (long byte = 0; byte < 100; byte += short_form() ? 7 : 1) /* the header of the file */
    for (int bit = 0; bit < 8; bit += long_form() ? 1 : 7)
      try_spoiled(DAY_STORE, -1, byte, bit);
  for (int i = 0; i < (long_form() ? 20000 : short_form() ? 70 : 700); i++)
    try_spoiled(DAY_STORE, -1, (long)(dice_roll(&dice) % (uint64_t)size),
                (int)(dice_roll(&dice) % 8));
  tell("a bit of the database");
  ck_assert_int_gt(tally[REFUSED], 0);
  ck_assert_int_gt(tally[FOUND], 0);
  ck_assert_int_eq(tally[COMPLETED], 0);
  bpi_free(expected);
}
END_TEST

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
  for (long cut = 0; cut < 2; cut++) /* nothing of it is left: no store yet, and filled again */
    try_spoiled(DAY_STORE, cut, 0, 0);
  ck_assert_int_eq(tally[COMPLETED], 2);
  bpi_free(expected);
}
END_TEST

/* ---------------------------------------------------------------------------------------- the log */

/* An ingest that dies before this request; false when it does not get that far. */
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

/* The longest log that a process which died left behind. */
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

/* The database of one moment beside the log of another, as who copies files one after the other gets them. */
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
  tcase_add_test(tests, a_bit_is_turned);
  tcase_add_test(tests, the_database_is_cut);
  tcase_add_test(tests, the_log_is_damaged);
  tcase_add_test(tests, copied_while_somebody_writes);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
