/* Memory runs out at allocations (in the long form at every one) of a small day's work: open,
 * ingest, configure, query, inspect, format, erase, close. Every call that fails returns an error
 * and no result; nothing leaks (build with the address sanitizer); days without a failure give the
 * answers of the first, undisturbed one; at the end the store opens and holds what it should.
 *
 * Allocations fail in the library's own allocator, in SQLite's or in cJSON's; one of them, or all
 * from one on. */
#include <check.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <sqlite3.h>

#include <blueplane/arrow.h>
#include <blueplane/blueplane.h>

#include "base/mem.h"

#include "../unit/folder.h"
#include "../unit/forms.h"
#include "../unit/run_suite.h"

/* ----------------------------------------------------------------------- allocators that fail */

/* Counters as in base/mem.c, for the allocators of others. */
static atomic_long left = -1;
static atomic_int once;

static bool must_fail(void) {
  long now = atomic_load(&left);
  if (now < 0) return false;
  if (now > 0 || atomic_load(&once)) atomic_store(&left, now - 1);
  return now == 0;
}

static sqlite3_mem_methods plain;

static void *sql_malloc(int size) {
  return must_fail() ? NULL : plain.xMalloc(size);
}
static void *sql_realloc(void *memory, int size) {
  return must_fail() ? NULL : plain.xRealloc(memory, size);
}
static void *json_malloc(size_t size) {
  return must_fail() ? NULL : malloc(size);
}

/* Where tests do not run in processes of their own, SQLite is initialised already, perhaps with our
 * allocator. */
static void prepare_sqlite(void) {
  sqlite3_mem_methods failing;
  ck_assert_int_eq(sqlite3_shutdown(), SQLITE_OK);
  if (plain.xMalloc == NULL)
    ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain), SQLITE_OK);
  failing = plain;
  failing.xMalloc = sql_malloc;
  failing.xRealloc = sql_realloc;
  ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing), SQLITE_OK);
  /* Lookaside memory would hide failures of small allocations. */
  ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK);
}

static void prepare_cjson(void) {
  ck_assert_int_eq(sqlite3_shutdown(), SQLITE_OK);
  if (plain.xMalloc != NULL)
    ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &plain), SQLITE_OK);
  cJSON_Hooks hooks = {json_malloc, free};
  cJSON_InitHooks(&hooks);
}

static void fail_foreign(long after) {
  atomic_store(&once, 0);
  atomic_store(&left, after);
}

static void fail_foreign_once(long after) {
  atomic_store(&once, 1);
  atomic_store(&left, after);
}

/* ------------------------------------------------------------------------------------ the work */

static char store_path[96], key_path[96], input_path[96];

#define HEAD "{\"blueplane\":1,\"platform\":\"mytool\",\"session\":\"s1\","
#define LINE(rest) HEAD rest ",\"time\":\"2026-03-02T09:00:00Z\"}\n"

static const char first[] =
    LINE("\"kind\":\"session\",\"workspace\":\"/home/ada/engine\",\"branch\":\"main\"")
        LINE("\"kind\":\"prompt\",\"id\":\"p1\"")
            LINE("\"kind\":\"tool_use\",\"id\":\"t1\",\"tool\":\"Hammer\"") HEAD "broken\n";
static const char second[] =
    LINE("\"kind\":\"response\",\"id\":\"r1\",\"model\":\"claude-sonnet-4-5\",\"output_tokens\":7")
        LINE("\"kind\":\"tool_result\",\"id\":\"t1\",\"outcome\":\"ok\"")
            LINE("\"kind\":\"prompt\",\"id\":\"p1\"");
static const char bytes[] =
    "{\"type\":\"user\",\"uuid\":\"u1\",\"sessionId\":\"c1\",\"timestamp\":\"2026-03-02T10:00:00Z\",\"cwd\":\"/x/y\","
    "\"message\":{\"role\":\"user\",\"content\":\"Hello\"}}\n"
    "{\"type\":\"assistant\",\"uuid\":\"u2\",\"sessionId\":\"c1\",\"timestamp\":\"2026-03-02T10:00:01Z\","
    "\"message\":{\"id\":\"m1\",\"model\":\"claude-sonnet-4-5\",\"stop_reason\":\"end_turn\",\"usage\":"
    "{\"input_tokens\":3,\"output_tokens\":5}}}\n";
static const char question[] =
    "{\"metrics\":[\"prompts\",\"output_tokens\",\"cost\",\"tool_success_rate\"],\"period\":\"2026-03-02\","
    "\"by\":[\"time.day\",\"platform\"],\"compare\":\"previous\"}";
static const char of_tasks[] =
    "{\"metrics\":[\"delegation\",\"time_saved\",\"first_try_rate\"],\"period\":\"2026-03-02\"}";
static const char labels_on[] = "{\"version\":1,\"keep\":true}";

static void make_input(void) {
  make_folder_in_memory();
  snprintf(store_path, sizeof store_path, "%s/store.db", folder);
  snprintf(key_path, sizeof key_path, "%s/key", folder);
  snprintf(input_path, sizeof input_path, "%s/in", folder);
  ck_assert_int_eq(mkdir(input_path, 0700), 0);
  for (int i = 0; i < 2; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s/%d.blueplane.jsonl", input_path, i);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(i == 0 ? first : second, f);
    fclose(f);
  }
}

static void remove_store(void) {
  static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s%s", store_path, ends[i]);
    unlink(path);
  }
}

static int64_t clock_stands_still(void *user) {
  (void)user;
  return INT64_C(1772453000000000); /* 2026-03-02T12:03:20Z */
}

/* Calls that failed so far, and before this day; a call may fail only for lack of memory. */
static unsigned failures, failures_before;

static bool done(int rc, bp_error *error, const void *out) {
  ck_assert_msg(rc == BP_OK || rc == BP_ERR_NOMEM, "%d: %s", rc, bp_error_message(error));
  ck_assert((rc == BP_OK) == (error == NULL));
  if (rc != BP_OK) {
    ck_assert_int_eq(bp_error_code(error), BP_ERR_NOMEM);
    ck_assert_ptr_null(out);
    failures++;
  }
  bp_error_free(error);
  return rc == BP_OK;
}

static bp_store *open_store(uint32_t flags) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  bp_store *store = NULL;
  bp_error *error = NULL;
  o.access = BP_ACCESS_OWNER;
  o.flags = flags;
  o.clock = clock_stands_still;
  o.key_path = key_path;
  int rc = bp_open(&store, store_path, &o, &error);
  done(rc, error, store);
  return store;
}

static void feed(bp_store *store) {
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  bp_error *error = NULL;
  options.threads = 2;
  int rc = bp_ingest_scan(store, NULL, input_path, &options, NULL, &error);
  done(rc, error, NULL);
  rc = bp_ingest_bytes(store, NULL, "here", bytes, sizeof bytes - 1, NULL, NULL, &error);
  done(rc, error, NULL);
  rc = bp_configure(store, "labels", labels_on, sizeof labels_on - 1, &error);
  done(rc, error, NULL);
}

/* A day without a failure must give the answers of the first day, on which nothing could fail. */
#define ANSWERS 32
static char *answers[ANSWERS];
static unsigned answered;

static void compare(char *text) {
  ck_assert_uint_lt(answered, ANSWERS);
  char **known = &answers[answered++];
  if (*known == NULL)
    *known = text;
  else if (text != NULL && failures == failures_before)
    ck_assert_str_eq(text, *known);
  if (*known != text) bp_free(text);
}

static void write_as(const bp_result *result, const char *format) {
  char *text = NULL;
  bp_error *error = NULL;
  int rc = bp_result_format(&text, NULL, result, format, &error);
  done(rc, error, text);
  compare(text);
}

static void write_out(bp_result *result) {
  struct ArrowArrayStream stream;
  bp_error *error = NULL;
  write_as(result, "json");
  write_as(result, "csv");
  write_as(result, "markdown");
  write_as(result, "html:chart=bars");
  write_as(result, "table:ascii");
  int rc = bp_result_arrow(&stream, result, &error);
  if (done(rc, error, NULL)) stream.release(&stream);
}

/* A read-only handle computes tasks in memory; the first one that may write stores them. */
static void ask_about_tasks(bp_store *store) {
  bp_query *query = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_query_from_json(&query, of_tasks, sizeof of_tasks - 1, &error);
  if (!done(rc, error, query)) return;
  rc = bp_query_run(&result, store, query, &error);
  if (done(rc, error, result)) write_as(result, "json");
  bp_query_free(query);
  bp_result_free(result);
}

static void ask(bp_store *store) {
  bp_query *query = NULL;
  bp_result *result = NULL;
  char *json = NULL;
  bp_error *error = NULL;
  int rc = bp_query_from_json(&query, question, sizeof question - 1, &error);
  if (!done(rc, error, query)) return;
  rc = bp_query_to_json(&json, NULL, query, &error);
  done(rc, error, json);
  rc = bp_query_run(&result, store, query, &error);
  if (done(rc, error, result)) write_out(result);
  bp_free(json);
  bp_query_free(query);
  bp_result_free(result);
}

static void look(bp_store *store) {
  static const char *const topics[] = {"integrity", "rejects",  "prices",  "unpriced", "labels",
                                       "sessions",  "coverage", "sources", "files",    "health"};
  bp_error *error = NULL;
  bp_result *result = NULL;
  for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
    int rc = bp_inspect(&result, store, topics[i], &error);
    if (done(rc, error, result) && i < 7)
      write_as(result, "csv"); /* the last results are histories */
    bp_result_free(result);
  }
  int rc = bp_privacy_preview(&result, store, NULL, bytes, sizeof bytes - 1, &error);
  if (done(rc, error, result)) write_as(result, "csv");
  bp_result_free(result);
}

/* In a store of its own, because what is erased does not come back. */
static void erase(void) {
  static const char *const selectors[] = {"{\"version\":1,\"from_us\":1,\"until_us\":2}",
                                          "{\"version\":1,\"source\":\"native\"}",
                                          "{\"version\":1,\"everything\":true}"};
  static const char *const topics[] = {"stored", "consent", "audit", "retention"};
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  bp_store *store = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  o.access = BP_ACCESS_OWNER;
  o.flags = BP_OPEN_MEMORY;
  o.clock = clock_stands_still;
  int rc = bp_open(&store, NULL, &o, &error);
  if (!done(rc, error, store)) return;
  rc = bp_ingest_bytes(store, NULL, "here", bytes, sizeof bytes - 1, NULL, NULL, &error);
  done(rc, error, NULL);
  rc = bp_consent_set(store, "quality", "lead", 1, clock_stands_still(NULL) + 1000000, &error);
  done(rc, error, NULL);
  for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
    rc = bp_inspect(&result, store, topics[i], &error);
    done(rc, error, result);
    bp_result_free(result);
  }
  for (size_t i = 0; i < sizeof selectors / sizeof *selectors; i++) {
    rc = bp_erase(&result, store, selectors[i], strlen(selectors[i]), &error);
    done(rc, error, result);
    bp_result_free(result);
  }
  rc = bp_narrow(store, BP_ACCESS_DEVOPS, NULL, &error);
  done(rc, error, NULL);
  bp_close(store);
}

static void work(void) {
  failures_before = failures;
  answered = 0;
  bp_store *store = open_store(0);
  if (store == NULL) return;
  feed(store);
  bp_store *reader = open_store(BP_OPEN_READONLY);
  if (reader != NULL) ask_about_tasks(reader);
  bp_close(reader);
  ask_about_tasks(store);
  ask(store);
  look(store);
  bp_close(store);
  erase();
}

/* What must be there at the end, whatever failed before. */
static void check_store(void) {
  bp_store *store = open_store(0);
  ck_assert_ptr_nonnull(store);
  feed(store);
  bp_query *query = NULL;
  bp_result *result = NULL;
  char *text = NULL;
  ck_assert_int_eq(bp_query_from_json(&query, question, sizeof question - 1, NULL), BP_OK);
  ck_assert_int_eq(bp_query_run(&result, store, query, NULL), BP_OK);
  ck_assert_uint_eq(bp_result_rows(result), 2); /* one day of two platforms: claude_code, mytool */
  for (size_t row = 0; row < 2; row++) {
    bool ours = strcmp(bp_result_text(result, row, 1, NULL), "mytool") == 0;
    ck_assert_str_eq(bp_result_column(result, 2, "name"), "prompts");
    ck_assert_int_eq(bp_result_int(result, row, 2), 1);
    for (size_t column = 0; column < bp_result_columns(result); column++)
      if (strcmp(bp_result_column(result, column, "name"), "output_tokens") == 0)
        ck_assert_int_eq(bp_result_int(result, row, column), ours ? 7 : 5);
  }
  bp_query_free(query);
  bp_result_free(result);
  ck_assert_int_eq(bp_inspect(&result, store, "labels", NULL), BP_OK);
  ck_assert_int_eq(bp_result_format(&text, NULL, result, "csv", NULL), BP_OK);
  ck_assert_ptr_nonnull(strstr(text, "Hammer"));
  bp_free(text);
  bp_result_free(result);
  bp_close(store);
}

/* Repeats the day with later and later failures until it needs no more memory. */
static void run_out(void (*starve)(long after)) {
  long after = 0, days = 0;
  /* Days without a failure, one after the other: with threads, a single one may be chance. */
  int enough = short_form() ? 3 : 40;
  work();
  for (int calm = 0; calm < enough; days++) {
    if (days % 8 == 0) remove_store(); /* sometimes it must be created first */
    starve(after);
    work();
    starve(-1);
    calm = failures == failures_before ? calm + 1 : 0;
    check_store();
    after = next_place(after);
  }
  ck_assert_int_gt(days, enough + 20);
  for (size_t i = 0; i < ANSWERS; i++)
    bp_free(answers[i]);
  memset(answers, 0, sizeof answers);
}

START_TEST(ours_from_then_on) {
  run_out(bpi_mem_fail_after);
}
END_TEST
START_TEST(ours_once) {
  run_out(bpi_mem_fail_once);
}
END_TEST

START_TEST(sqlite_from_then_on) {
  prepare_sqlite();
  run_out(fail_foreign);
}
END_TEST
START_TEST(sqlite_once) {
  prepare_sqlite();
  run_out(fail_foreign_once);
}
END_TEST

START_TEST(cjson_from_then_on) {
  prepare_cjson();
  run_out(fail_foreign);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("alloc");
  TCase *tests = tcase_create("alloc");
  tcase_set_timeout(tests, 1200);
  tcase_add_unchecked_fixture(tests, make_input, remove_folder);
  tcase_add_test(tests, ours_from_then_on);
  tcase_add_test(tests, ours_once);
  tcase_add_test(tests, sqlite_from_then_on);
  tcase_add_test(tests, sqlite_once);
  tcase_add_test(tests, cjson_from_then_on);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
