/* What an operator is shown: how late changes were stored, what is pending, what was refused, how
 * the store grows and how providers answered. Uses the public header only; every figure was
 * computed by hand. */
#include <check.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <blueplane/blueplane.h>

#include "folder.h"
#include "run_suite.h"

#define T0 INT64_C(1772442000000000) /* 2026-03-02T09:00:00Z */
#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

static int64_t now;

static int64_t told_time(void *user) {
  (void)user;
  return now;
}

static bp_store *open_as(uint32_t access, const char *name) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  bp_store *store = NULL;
  bp_error *error = NULL;
  o.access = access;
  o.clock = told_time;
  ck_assert_msg(bp_open(&store, path_of(name), &o, &error) == BP_OK, "%s", bp_error_message(error));
  return store;
}

/* Appends to a file that was last changed so many seconds ago. */
static void write_lines(const char *name, const char *lines, int64_t seconds_ago) {
  FILE *file = fopen(path_of(name), "a");
  ck_assert_ptr_nonnull(file);
  fputs(lines, file);
  fclose(file);
  int64_t at = now - seconds_ago * SECOND;
  struct timespec times[2] = {{.tv_sec = (time_t)(at / SECOND)}, {.tv_sec = (time_t)(at / SECOND)}};
  ck_assert_int_eq(utimensat(AT_FDCWD, path_of(name), times, 0), 0);
}

static void line(char out[256], const char *kind, const char *id, int64_t at_us, const char *more) {
  int64_t s = (at_us - T0) / SECOND + 9 * 3600;
  snprintf(
      out, 256,
      "{\"blueplane\":1,\"platform\":\"mytool\",\"session\":\"s1\",\"kind\":\"%s\",\"id\":\"%s\","
      "\"time\":\"2026-03-%02dT%02d:%02d:%02dZ\"%s}\n",
      kind, id, (int)(2 + s / 86400), (int)(s / 3600 % 24), (int)(s / 60 % 60), (int)(s % 60),
      more);
}

static void scan(bp_store *store) {
  bp_error *error = NULL;
  int rc = bp_ingest_scan(store, "native", path_of("work"), NULL, NULL, &error);
  ck_assert_msg(rc == BP_OK, "%s", bp_error_message(error));
}

/* A figure, or that of the part `of`; -1: there is none. */
static int64_t figure(bp_store *store, const char *name, const char *of) {
  bp_result *r = NULL;
  int64_t value = -1;
  ck_assert_int_eq(bp_inspect(&r, store, "health", NULL), BP_OK);
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    const char *part = bp_result_text(r, row, 3, NULL);
    bool same = of == NULL ? part == NULL : part != NULL && strcmp(part, of) == 0;
    if (same && strcmp(bp_result_text(r, row, 0, NULL), name) == 0)
      value = bp_result_int(r, row, 1);
  }
  bp_result_free(r);
  return value;
}

static void about(int64_t us, int64_t seconds) { /* reading itself takes a moment */
  ck_assert_msg(us >= seconds * SECOND && us < (seconds + 30) * SECOND, "%lld us, not %lld s",
                (long long)us, (long long)seconds);
}

/* ---------------------------------------------------------------------------------------- lag */

START_TEST(lag_is_from_a_change_to_its_storing) {
  char text[256];
  now = T0;
  mkdir(path_of("work"), 0700);
  bp_store *store = open_as(BP_ACCESS_OWNER, "lag.db");
  line(text, "prompt", "p1", T0, "");
  write_lines("work/old.blueplane.jsonl", text, 90 * 86400);
  scan(store);
  ck_assert_int_eq(figure(store, "lag_p50", NULL), -1); /* what was there before is no lag */
  now = T0 + 600 * SECOND;
  line(text, "prompt", "p2", T0, "");
  write_lines("work/old.blueplane.jsonl", text, 40); /* a known file that grew */
  line(text, "prompt", "p3", T0, "");
  write_lines("work/new.blueplane.jsonl", text, 200);   /* a new one since the last reading */
  write_lines("work/moved.blueplane.jsonl", text, 700); /* and one from before */
  scan(store);
  about(figure(store, "lag_p50", NULL), 40);
  about(figure(store, "lag_p95", NULL), 200);
  about(figure(store, "lag_p99", NULL), 200);
  bp_ingest_options again = BP_INGEST_OPTIONS_INIT;
  again.flags = BP_INGEST_RESTART;
  now += 86400 * SECOND;
  ck_assert_int_eq(bp_ingest_scan(store, "native", path_of("work"), &again, NULL, NULL), BP_OK);
  about(figure(store, "lag_p99", NULL), 200); /* reading again is no lag */
  bp_close(store);
  store = open_as(BP_ACCESS_DEVOPS, "lag.db");
  about(figure(store, "lag_p50", NULL), 40);
  bp_close(store);
}
END_TEST

/* The latest thousand readings count: of 1..1000 s, by rank, the 500th, 950th and 990th. */
START_TEST(lags_are_of_the_latest_readings) {
  char text[256], id[16];
  now = T0;
  mkdir(path_of("work"), 0700);
  bp_store *store = open_as(BP_ACCESS_OWNER, "ring.db");
  line(text, "prompt", "p", T0, "");
  write_lines("work/r.blueplane.jsonl", text, 0);
  scan(store);
  for (int i = 0; i < 1200; i++) { /* the first 200 drop out; they are later than all others */
    now += 5000 * SECOND;
    snprintf(id, sizeof id, "q%d", i);
    line(text, "prompt", id, T0, "");
    write_lines("work/r.blueplane.jsonl", text, i < 200 ? 4000 : 1200 - i);
    scan(store);
  }
  about(figure(store, "lag_p50", NULL), 500);
  about(figure(store, "lag_p95", NULL), 950);
  about(figure(store, "lag_p99", NULL), 990);
  bp_close(store);
}
END_TEST

/* ------------------------------------------------------------------------------------- pending */

static void expect_pending(bp_store *store, int64_t files, int64_t pending, int64_t bytes,
                           int64_t age_s) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  int rc = bp_ingest_pending(&r, store, NULL, path_of("work"), &error);
  ck_assert_msg(rc == BP_OK, "%s", bp_error_message(error));
  ck_assert_uint_eq(bp_result_rows(r), 1);
  ck_assert_str_eq(bp_result_text(r, 0, 0, NULL), "native");
  ck_assert_int_eq(bp_result_int(r, 0, 1), files);
  ck_assert_int_eq(bp_result_int(r, 0, 2), pending);
  ck_assert_int_eq(bp_result_int(r, 0, 3), bytes);
  ck_assert_int_eq(bp_result_cell(r, 0, 4), pending > 0 ? BP_CELL_VALUE : BP_CELL_EMPTY);
  ck_assert_int_eq(bp_result_int(r, 0, 4), age_s * SECOND);
  bp_result_free(r);
}

START_TEST(pending_files_are_reported) {
  char a[256], b[256];
  now = T0;
  mkdir(path_of("work"), 0700);
  bp_store *store = open_as(BP_ACCESS_OWNER, "pending.db");
  line(a, "prompt", "p1", T0, "");
  line(b, "prompt", "p2", T0, "");
  write_lines("work/a.blueplane.jsonl", a, 60);
  write_lines("work/b.blueplane.jsonl", b, 3600);
  write_lines("work/notes.txt", "nothing of ours\n", 9999);
  expect_pending(store, 2, 2, (int64_t)(strlen(a) + strlen(b)), 3600);
  scan(store);
  expect_pending(store, 2, 0, 0, 0);
  write_lines("work/a.blueplane.jsonl", b, 5); /* only the appended part is pending */
  expect_pending(store, 2, 1, (int64_t)strlen(b), 5);
  bp_close(store);

  store =
      open_as(BP_ACCESS_DEVOPS, "pending.db"); /* an operator sees the same, and reads nothing */
  expect_pending(store, 2, 1, (int64_t)strlen(b), 5);
  bp_result *r = NULL;
  bp_error *error = NULL;
  ck_assert_int_eq(bp_ingest_pending(&r, store, NULL, path_of("nowhere"), &error), BP_ERR_NOTFOUND);
  ck_assert_ptr_null(r);
  bp_error_free(error);
  ck_assert_int_eq(bp_ingest_pending(&r, store, "nonsense", path_of("work"), NULL),
                   BP_ERR_NOTFOUND);
  ck_assert_int_eq(bp_ingest_pending(NULL, store, NULL, path_of("work"), NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_ingest_pending(&r, store, NULL, NULL, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_ingest_pending(&r, NULL, NULL, path_of("work"), NULL), BP_ERR_INVALID);
  bp_close(store);
}
END_TEST

/* ------------------------------------------------------------------------------------- rejects */

START_TEST(rejects_are_reported_by_reason) {
  char text[256];
  now = T0;
  mkdir(path_of("work"), 0700);
  bp_store *store = open_as(BP_ACCESS_OWNER, "rejects.db");
  for (int i = 0; i < 7; i++) {
    char id[8];
    snprintf(id, sizeof id, "p%d", i);
    line(text, "prompt", id, T0, "");
    write_lines("work/r.blueplane.jsonl", text, 0);
  }
  write_lines("work/r.blueplane.jsonl", "{\"blueplane\":1,\"kind\":\n{]\n{\"blueplane\":77}\n", 0);
  scan(store);
  ck_assert_int_eq(figure(store, "rejects", NULL), 3);
  ck_assert_int_eq(figure(store, "rejects_by_reason", "syntax"), 2);
  ck_assert_int_eq(figure(store, "rejects_by_reason", "version"), 1);
  ck_assert_int_eq(figure(store, "rejects_by_reason", "utf8"), 0);
  ck_assert_int_eq(figure(store, "reject_rate", NULL), 300000); /* 3 of 10 */
  bp_close(store);
}
END_TEST

/* ------------------------------------------------------------------------------------- growth */

START_TEST(growth_is_by_the_day) {
  static const char *const sides[] = {"storage_bytes", "free_bytes"};
  char text[256], id[16];
  now = T0;
  mkdir(path_of("work"), 0700);
  bp_store *store = open_as(BP_ACCESS_OWNER, "growth.db");
  int64_t used[2] = {0, 0};
  for (int day = 0; day < 2; day++) {
    for (int i = 0; i < 400; i++) {
      snprintf(id, sizeof id, "p%d-%d", day, i);
      line(text, "prompt", id, T0 + day * DAY, "");
      write_lines("work/g.blueplane.jsonl", text, 0);
    }
    if (day == 1) now = T0 + 4 * DAY;
    scan(store);
    if (day == 0) ck_assert_int_eq(figure(store, "growth", NULL), -1); /* there is no earlier day */
    used[day] = figure(store, sides[0], NULL) - figure(store, sides[1], NULL);
  }
  /* The first size was recorded within the transaction that filled the store. */
  ck_assert_int_eq(figure(store, "growth", NULL), (used[1] - used[0]) / 4);
  ck_assert_int_gt(used[1], used[0]);
  now = T0 + 40 * DAY; /* both are too long ago */
  ck_assert_int_eq(figure(store, "growth", NULL), -1);
  bp_close(store);
}
END_TEST

/* ------------------------------------------------------------------------------------- answers */

START_TEST(providers_are_reported_in_shares) {
  char text[256], id[16], more[128];
  now = T0 + 3600 * SECOND;
  mkdir(path_of("work"), 0700);
  bp_store *store = open_as(BP_ACCESS_OWNER, "answers.db");
  for (int i = 0; i < 16; i++) {
    snprintf(id, sizeof id, "r%d", i);
    line(text, "response", id, T0 + i * SECOND, ",\"model\":\"m-1\",\"output_tokens\":1");
    write_lines("work/a.blueplane.jsonl", text, 0);
  }
  for (int i = 0; i < 4; i++) {
    snprintf(id, sizeof id, "e%d", i);
    snprintf(more, sizeof more, ",\"event\":\"api_error\",\"detail\":\"%s\"",
             i == 0 ? "overloaded" : "rate_limit");
    line(text, "event", id, T0 + i * SECOND, more);
    write_lines("work/a.blueplane.jsonl", text, 0);
  }
  static const int64_t took[] = {500000, 500001, 1900000, 70 * SECOND, 1000 * SECOND};
  for (int i = 0; i < 5; i++) {
    snprintf(id, sizeof id, "t%d", i);
    snprintf(more, sizeof more, ",\"event\":\"response_time\",\"value\":%lld", (long long)took[i]);
    line(text, "event", id, T0 + i * SECOND, more);
    write_lines("work/a.blueplane.jsonl", text, 0);
  }
  line(text, "event", "old", T0 - 9 * 3600 * SECOND, ",\"event\":\"api_retry\",\"value\":1");
  write_lines("work/a.blueplane.jsonl", text, 0);
  scan(store);
  line(text, "response", "r0", T0, ",\"model\":\"m-1\",\"output_tokens\":9"); /* grew: still one */
  write_lines("work/a.blueplane.jsonl", text, 0);
  scan(store);
  bp_close(store);
  store = open_as(BP_ACCESS_DEVOPS, "answers.db");
  ck_assert_int_eq(figure(store, "provider_error_rate", NULL), 200000); /* 4 of 20 */
  ck_assert_int_eq(figure(store, "provider_errors", "rate_limit"), 150000);
  ck_assert_int_eq(figure(store, "provider_errors", "overloaded"), 50000);
  ck_assert_int_eq(figure(store, "provider_errors", "auth"), -1);
  ck_assert_int_eq(figure(store, "provider_retry_rate", NULL), 47619); /* 1 of 21 */
  ck_assert_int_eq(figure(store, "provider_latency", "0.5"), 200000);
  ck_assert_int_eq(figure(store, "provider_latency", "1"), 400000);
  ck_assert_int_eq(figure(store, "provider_latency", "2"), 600000);
  ck_assert_int_eq(figure(store, "provider_latency", "60"), 600000);
  ck_assert_int_eq(figure(store, "provider_latency", "120"), 800000);
  ck_assert_int_eq(figure(store, "provider_latency", "+Inf"), 1000000);
  bp_close(store);
}
END_TEST

/* An import of facts older than a week says nothing about now; the oldest answers are forgotten. */
START_TEST(providers_are_judged_by_late_answers) {
  char text[256], id[16];
  now = T0 + 10 * DAY;
  mkdir(path_of("work"), 0700);
  bp_store *store = open_as(BP_ACCESS_OWNER, "late.db");
  line(text, "event", "e", T0, ",\"event\":\"api_error\",\"detail\":\"auth\"");
  write_lines("work/l.blueplane.jsonl", text, 0);
  scan(store);
  ck_assert_int_eq(figure(store, "provider_error_rate", NULL), -1);
  int number = 0;
  for (int generation = 0; generation < 3; generation++) {
    if (generation == 0) {
      line(text, "event", "e2", now - DAY, ",\"event\":\"api_error\",\"detail\":\"auth\"");
      write_lines("work/l.blueplane.jsonl", text, 0);
    }
    for (int i = 0; i < 500; i++) {
      snprintf(id, sizeof id, "r%d", number++);
      line(text, "response", id, now - DAY, ",\"model\":\"m-1\",\"output_tokens\":1");
      write_lines("work/l.blueplane.jsonl", text, 0);
    }
    scan(store);
    int64_t errors = figure(store, "provider_error_rate", NULL);
    if (generation == 0) ck_assert_int_eq(errors, 1000000 / 501);
    if (generation == 1) ck_assert_int_eq(errors, 1000000 / 1001);
    if (generation == 2) ck_assert_int_eq(errors, 0);
  }
  bp_result *receipt = NULL;
  static const char everything[] = "{\"version\":1,\"everything\":true}";
  ck_assert_int_eq(bp_erase(&receipt, store, everything, sizeof everything - 1, NULL), BP_OK);
  bp_result_free(receipt);
  ck_assert_int_eq(figure(store, "provider_error_rate", NULL), -1);
  bp_close(store);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("health");
  TCase *tests = tcase_create("health");
  tcase_add_checked_fixture(tests, make_folder, remove_folder);
  tcase_add_test(tests, lag_is_from_a_change_to_its_storing);
  tcase_add_test(tests, lags_are_of_the_latest_readings);
  tcase_add_test(tests, pending_files_are_reported);
  tcase_add_test(tests, rejects_are_reported_by_reason);
  tcase_add_test(tests, growth_is_by_the_day);
  tcase_add_test(tests, providers_are_reported_in_shares);
  tcase_add_test(tests, providers_are_judged_by_late_answers);
  tcase_set_timeout(tests, 60);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
