/* Two writers and eight readers, each in a process of its own, share a store for 20 seconds; with
 * BLUEPLANE_LONG=1 for ten minutes. Writers append sessions to their transcripts and ingest all of
 * them; readers open the store, query and close it, or stay and query again. The only error is
 * BUSY, totals never go back, and each answer is of one moment; at the end every session is there
 * once. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#define _POSIX_C_SOURCE 200809L
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../unit/forms.h"
#include "../unit/run_suite.h"
#include "day.h"
#include "world.h"

#define WRITERS 2
#define READERS 8
#define SESSIONS_A_ROUND 3
#define PROMPTS 4 /* per session; as many responses of 7 tokens each */

/* What the processes report, in shared memory. */
static struct said {
  long sessions[WRITERS], ingests[WRITERS], answers[READERS], busy;
  int stop;
} * said;

static void pause_a_little(long microseconds) {
  const struct timespec rest = {0, microseconds * 1000};
  nanosleep(&rest, NULL);
}

static void fail_process(const char *who, int number, int rc, const char *why) {
  fprintf(stderr, "%s %d: %d %s\n", who, number, rc, why);
  _exit(1);
}

/* Whether to try again; any other error ends the process. */
static bool is_busy(const char *who, int number, int rc, bp_error *error) {
  if (rc != BP_OK && rc != BP_ERR_BUSY) fail_process(who, number, rc, bp_error_message(error));
  if (rc == BP_ERR_BUSY) __atomic_add_fetch(&said->busy, 1, __ATOMIC_RELAXED);
  bp_error_free(error);
  return rc == BP_ERR_BUSY;
}

/* ------------------------------------------------------------------------------------- writing */

static void add_sessions(int writer, long from) {
  char name[64];
  snprintf(name, sizeof name, DAY_FILE, writer);
  FILE *f = fopen(day_path(name), "a");
  if (f == NULL) fail_process("writer", writer, BP_ERR_IO, name);
  for (long s = from; s < from + SESSIONS_A_ROUND; s++)
    for (int i = 0; i < PROMPTS; i++) {
#define HEAD                                                                                       \
  "{\"blueplane\":1,\"platform\":\"tool\",\"session\":\"w%d-%ld\",\"time\":\"2026-02-%02ldT%02ld:%02d:00Z\","
      fprintf(f, HEAD "\"kind\":\"prompt\",\"id\":\"p%d-%ld-%d\"}\n", writer, s, 1 + s % 20, s % 24,
              i, writer, s, i);
      fprintf(f,
              HEAD
              "\"kind\":\"response\",\"id\":\"r%d-%ld-%d\",\"model\":\"m\",\"output_tokens\":7}\n",
              writer, s, 1 + s % 20, s % 24, i, writer, s, i);
    }
  if (fclose(f) != 0) fail_process("writer", writer, BP_ERR_IO, name);
}

static void write_on(int writer) {
  while (!__atomic_load_n(&said->stop, __ATOMIC_RELAXED)) {
    bp_error *error = NULL;
    add_sessions(writer, said->sessions[writer]);
    said->sessions[writer] += SESSIONS_A_ROUND;
    if (!is_busy("writer", writer, day_ingest(&error), error)) said->ingests[writer]++;
    pause_a_little(20000);
  }
  _exit(0);
}

/* ------------------------------------------------------------------------------------- reading */

typedef struct totals {
  int64_t sessions, prompts, responses, tokens;
} totals;

static int ask(totals *out, bp_store *s, bp_error **error) {
  static const char json[] =
      "{\"metrics\":[\"sessions\",\"prompts\",\"responses\",\"output_tokens\"],\"period\":\"all\"}";
  bp_query *query = NULL;
  bp_result *result = NULL;
  int64_t *const into[] = {&out->sessions, &out->prompts, &out->responses, &out->tokens};
  static const char *const names[] = {"sessions", "prompts", "responses", "output_tokens"};
  int rc = bp_query_from_json(&query, json, sizeof json - 1, error);
  if (rc == BP_OK) rc = bp_query_run(&result, s, query, error);
  for (size_t column = 0; column < bp_result_columns(result); column++)
    for (size_t i = 0; i < 4; i++)
      if (strcmp(bp_result_column(result, column, "name"), names[i]) == 0)
        *into[i] = bp_result_int(result, 0, column);
  bp_result_free(result);
  bp_query_free(query);
  return rc;
}

/* An answer is of the moment between two ingests. A writer may then be between a prompt and its
 * response, so prompts exceed responses by one per writer at most. */
static void check_moment(int reader, const totals *now, const totals *before) {
  if (now->prompts < before->prompts || now->tokens < before->tokens)
    fail_process("reader", reader, 0, "an answer goes back");
  if (now->tokens != 7 * now->responses || now->prompts - now->responses > WRITERS ||
      now->responses > now->prompts)
    fail_process("reader", reader, 0, "an answer is of two moments");
}

static void read_on(int reader) {
  totals before = {0};
  while (!__atomic_load_n(&said->stop, __ATOMIC_RELAXED) || said->answers[reader] == 0) {
    bp_store *s = NULL;
    bp_error *error = NULL;
    if (is_busy("reader", reader, day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, &error), error))
      continue;
    for (int again = 0; again < 1 + reader * 5; again++) {
      totals now = {0};
      error = NULL;
      if (is_busy("reader", reader, ask(&now, s, &error), error)) continue;
      check_moment(reader, &now, &before);
      before = now;
      said->answers[reader]++;
      pause_a_little(3000);
    }
    bp_close(s);
  }
  _exit(0);
}

/* ---------------------------------------------------------------------------------------- test */

static pid_t start(void (*run)(int), int number) {
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) run(number);
  return child;
}

/* All processes at once; afterwards every session is counted once. */
START_TEST(writers_and_readers) {
  pid_t process[WRITERS + READERS];
  long answers = 0;
  int seconds = long_form() ? 600 : 20;
  world_now = WORLD_OPEN;
  said = mmap(NULL, sizeof *said, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert(said != MAP_FAILED);
  day_empty();
  mkdir(day_path("in"), 0700);
  ck_assert_int_eq(day_ingest(NULL), BP_OK);
  for (int i = 0; i < WRITERS + READERS; i++)
    process[i] = i < WRITERS ? start(write_on, i) : start(read_on, i - WRITERS);
  sleep((unsigned)seconds);
  said->stop = 1;
  for (int i = 0; i < WRITERS + READERS; i++) {
    int status = 0;
    ck_assert_int_eq(waitpid(process[i], &status, 0), process[i]);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "process %d", i);
  }
  for (int i = 0; i < READERS; i++)
    answers += said->answers[i];
  ck_assert_int_eq(day_ingest(NULL), BP_OK); /* adds what the last ingests were too busy for */
  bp_store *s = world_open(day_path(DAY_STORE), BP_ACCESS_OWNER, NULL);
  bp_result *result = NULL;
  totals all = {0};
  ck_assert_int_eq(ask(&all, s, NULL), BP_OK);
  long sessions = said->sessions[0] + said->sessions[1];
  printf("%d s: %ld sessions by %ld ingests, %ld answers, %ld times busy\n", seconds, sessions,
         said->ingests[0] + said->ingests[1], answers, said->busy);
  ck_assert_int_eq(all.sessions, sessions);
  ck_assert_int_eq(all.prompts, sessions * PROMPTS);
  ck_assert_int_eq(all.responses, sessions * PROMPTS);
  ck_assert_int_eq(all.tokens, sessions * PROMPTS * 7);
  ck_assert_int_eq(bp_inspect(&result, s, "integrity", NULL), BP_OK);
  ck_assert_uint_eq(bp_result_rows(result), 4);
  for (size_t row = 0; row < 4; row++)
    ck_assert_int_eq(bp_result_int(result, row, 1), 1);
  bp_result_free(result);
  bp_close(s);
  ck_assert_int_gt(answers, READERS);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("processes");
  TCase *tests = tcase_create("processes");
  tcase_set_timeout(tests, 1200);
  tcase_add_checked_fixture(tests, day_folder, day_remove);
  tcase_add_test(tests, writers_and_readers);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
