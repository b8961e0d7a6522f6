/* The public functions that open, fill and inspect a store: arguments, reports, cancelling,
 * threads, forks. Uses the public header only. Every number that a call must report was counted by
 * hand from the lines below. */
#include <check.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <blueplane/arrow.h>
#include <blueplane/blueplane.h>

#include "end_child.h"
#include "folder.h"
#include "run_suite.h"

#define T0 INT64_C(1772442000000000) /* 2026-03-02T09:00:00Z */

#define HEAD "{\"blueplane\":1,\"platform\":\"mytool\",\"session\":\"s1\","
#define SESSION                                                                                    \
  HEAD                                                                                             \
      "\"kind\":\"session\",\"time\":\"2026-03-02T09:00:00Z\",\"workspace\":\"/home/ada/engine\"}\n"
#define PROMPT(id, minute)                                                                         \
  HEAD "\"kind\":\"prompt\",\"id\":\"" id "\",\"time\":\"2026-03-02T09:" minute ":00Z\"}\n"
#define RESPONSE(id, output)                                                                       \
  HEAD "\"kind\":\"response\",\"id\":\"" id                                                        \
       "\",\"time\":\"2026-03-02T09:02:00Z\",\"model\":\"m-1\","                                   \
       "\"input_tokens\":5,\"output_tokens\":" output "}\n"
#define UNDATED HEAD "\"kind\":\"prompt\",\"id\":\"undated\"}\n"
#define TOOL(id, name)                                                                             \
  HEAD "\"kind\":\"tool_use\",\"id\":\"" id                                                        \
       "\",\"time\":\"2026-03-02T09:03:00Z\",\"tool\":\"" name "\"}\n"
#define BROKEN HEAD "\"kind\":\n"
#define TORN HEAD "\"kind\":\"prompt\",\"id\":\"torn\""
#define REST ",\"time\":\"2026-03-02T09:09:00Z\"}\n"

/* ------------------------------------------------------------------------------------- files */

static void write_file(const char *name, const char *mode, const char *text) {
  FILE *f = fopen(path_of(name), mode);
  ck_assert_ptr_nonnull(f);
  ck_assert_uint_eq(fwrite(text, 1, strlen(text), f), strlen(text));
  ck_assert_int_eq(fclose(f), 0);
}

/* ------------------------------------------------------------------------------------- calls */

static int64_t three_hours_later(void *user) {
  (void)user;
  return T0 + INT64_C(3) * 3600 * 1000000;
}

static bp_open_options owner(void) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  o.access = BP_ACCESS_OWNER;
  o.clock = three_hours_later;
  return o;
}

static bp_store *open_with(const char *path, const bp_open_options *o) {
  bp_store *store = NULL;
  bp_error *error = (bp_error *)(void *)&store; /* not NULL, so that the call must set it */
  int rc = bp_open(&store, path, o, &error);
  ck_assert_msg(rc == BP_OK, "%s", bp_error_message(error));
  ck_assert_ptr_null(error);
  return store;
}

static bp_store *memory_store(void) {
  bp_open_options o = owner();
  o.flags = BP_OPEN_MEMORY;
  return open_with(NULL, &o);
}

/* What a failing call must do, with and without a place for the error. */
static void failed(int rc, bp_error *error, int want, const char *detail, const char *value) {
  ck_assert_msg(rc == want, "%d instead of %d: %s", rc, want, bp_error_message(error));
  ck_assert_int_eq(bp_error_code(error), want);
  ck_assert_str_ne(bp_error_message(error), "");
  if (detail != NULL) {
    ck_assert_ptr_nonnull(bp_error_detail(error, detail));
    if (value != NULL) ck_assert_str_eq(bp_error_detail(error, detail), value);
  }
  bp_error_free(error);
}

#define FAILS(want, detail, value, call)                                                           \
  do {                                                                                             \
    bp_error *error = NULL, **seen = &error;                                                       \
    int rc_ = call;                                                                                \
    failed(rc_, error, want, detail, value);                                                       \
    seen = NULL;                                                                                   \
    ck_assert_int_eq(call, want);                                                                  \
  } while (0)

static bp_ingest_report ingest(bp_store *store, const char *text,
                               const bp_ingest_options *options) {
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  bp_error *error = NULL;
  int rc = bp_ingest_bytes(store, "native", "here", text, strlen(text), options, &report, &error);
  ck_assert_msg(rc == BP_OK, "%s", bp_error_message(error));
  return report;
}

static bp_ingest_report ingest_file(bp_store *store, const char *name,
                                    const bp_ingest_options *options) {
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  bp_error *error = NULL;
  int rc = bp_ingest_file(store, NULL, path_of(name), options, &report, &error);
  ck_assert_msg(rc == BP_OK, "%s", bp_error_message(error));
  return report;
}

static bp_ingest_report ingest_folder(bp_store *store, const char *name,
                                      const bp_ingest_options *options) {
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  bp_error *error = NULL;
  int rc = bp_ingest_scan(store, NULL, path_of(name), options, &report, &error);
  ck_assert_msg(rc == BP_OK, "%s", bp_error_message(error));
  return report;
}

static char *format(const bp_result *result, const char *how) {
  char *text = NULL;
  ck_assert_int_eq(bp_result_format(&text, NULL, result, how, NULL), BP_OK);
  return text;
}

static bp_result *inspect(bp_store *store, const char *topic) {
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_inspect(&result, store, topic, &error);
  ck_assert_msg(rc == BP_OK, "%s: %s", topic, bp_error_message(error));
  return result;
}

static bp_result *run(bp_store *store, const char *metric, const char *period) {
  bp_query *query = NULL;
  bp_result *result = NULL;
  ck_assert_int_eq(bp_query_new(&query, NULL), BP_OK);
  ck_assert_int_eq(bp_query_metric(query, metric), BP_OK);
  ck_assert_int_eq(bp_query_period(query, period, NULL), BP_OK);
  ck_assert_int_eq(bp_query_run(&result, store, query, NULL), BP_OK);
  bp_query_free(query);
  return result;
}

static int64_t metric(bp_store *store, const char *name, const char *period) {
  bp_result *result = run(store, name, period);
  int64_t value = bp_result_int(result, 0, 0);
  bp_result_free(result);
  return value;
}

/* A row of the topic "health". */
static int64_t health(bp_store *store, const char *name) {
  bp_result *result = inspect(store, "health");
  int64_t value = -1;
  for (size_t row = 0; row < bp_result_rows(result); row++)
    if (strcmp(bp_result_text(result, row, 0, NULL), name) == 0)
      value = bp_result_int(result, row, 1);
  bp_result_free(result);
  return value;
}

/* ------------------------------------------------------------------------------------ opening */

START_TEST(opening_checks_its_arguments) {
  bp_store *store = NULL;
  bp_open_options o = owner();
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_open(NULL, path_of("x.db"), &o, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_open(&store, NULL, &o, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_open(&store, "", &o, seen));
  static const struct {
    uint32_t flags, access, log_level;
    const char *scope;
    int code;
    const char *detail, *value;
  } wrong[] = {
      {1u << 5, BP_ACCESS_OWNER, 0, NULL, BP_ERR_INVALID, NULL, NULL},
      {BP_OPEN_MEMORY | BP_OPEN_READONLY, BP_ACCESS_OWNER, 0, NULL, BP_ERR_INVALID, NULL, NULL},
      {0, 7, 0, NULL, BP_ERR_INVALID, NULL, NULL},
      {0, BP_ACCESS_OWNER, BP_LOG_DEBUG + 1, NULL, BP_ERR_INVALID, NULL, NULL},
      {0, BP_ACCESS_OWNER, 0, "team", BP_ERR_UNSUPPORTED, NULL, NULL},
      {0, BP_ACCESS_STEWARD, 0, "nonsense", BP_ERR_UNSUPPORTED, NULL, NULL},
      {0, BP_ACCESS_LEAD, 0, NULL, BP_ERR_NOTFOUND, "path", NULL},
      {0, BP_ACCESS_MANAGER, 0, NULL, BP_ERR_NOTFOUND, "path", NULL},
      {0, BP_ACCESS_RESEARCH, 0, NULL, BP_ERR_NOTFOUND, "path", NULL},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    o.flags = wrong[i].flags;
    o.access = wrong[i].access;
    o.log_level = wrong[i].log_level;
    o.scope = wrong[i].scope;
    store = (bp_store *)(void *)&o;
    FAILS(wrong[i].code, wrong[i].detail, wrong[i].value,
          bp_open(&store, path_of("x.db"), &o, seen));
    ck_assert_ptr_null(store);
  }
  ck_assert_int_ne(access(path_of("x.db"), F_OK), 0);
  /* With the least access and no options, nothing is created. */
  FAILS(BP_ERR_NOTFOUND, "path", path_of("x.db"), bp_open(&store, path_of("x.db"), NULL, seen));
}
END_TEST

START_TEST(kinds_of_store_open_for_their_accesses_only) {
  static const struct {
    uint32_t access;
    const char *scope, *path;
    bool opens[3]; /* owner, steward, lead */
  } made[] = {{BP_ACCESS_OWNER, NULL, "kind1.db", {true, false, false}},
              {BP_ACCESS_STEWARD, NULL, "kind2.db", {false, true, false}},
              {BP_ACCESS_STEWARD, "organisation", "kind3.db", {false, true, false}}};
  static const uint32_t accesses[] = {BP_ACCESS_OWNER, BP_ACCESS_STEWARD, BP_ACCESS_LEAD};
  for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
    bp_open_options o = owner();
    o.access = made[i].access;
    o.scope = made[i].scope;
    bp_close(open_with(path_of(made[i].path), &o));
    o.scope = NULL;
    for (size_t k = 0; k < 3; k++) {
      bp_store *store = NULL;
      o.access = accesses[k];
      if (made[i].opens[k])
        bp_close(open_with(path_of(made[i].path), &o));
      else
        FAILS(BP_ERR_DENIED, "name", NULL, bp_open(&store, path_of(made[i].path), &o, seen));
    }
  }
}
END_TEST

static int cell_state(const bp_result *r, const char *row, size_t column) {
  for (size_t i = 0; i < bp_result_rows(r); i++)
    if (strcmp(bp_result_text(r, i, 0, NULL), row) == 0) return bp_result_cell(r, i, column);
  return -1;
}

START_TEST(access_narrows_and_never_widens) {
  bp_open_options o = owner();
  bp_result *result = NULL;
  bp_store *store = open_with(path_of("narrow.db"), &o);
  ck_assert_int_eq(bp_ingest_bytes(store, NULL, "a", SESSION, strlen(SESSION), NULL, NULL, NULL),
                   BP_OK);
  result = inspect(store, "health");
  ck_assert_int_eq(cell_state(result, "sessions", 1), BP_CELL_VALUE);
  bp_result_free(result);
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_narrow(store, 7, NULL, seen));
  FAILS(BP_ERR_DENIED, "name", "owner", bp_narrow(store, BP_ACCESS_LEAD, NULL, seen));
  FAILS(BP_ERR_UNSUPPORTED, NULL, NULL, bp_narrow(store, BP_ACCESS_OWNER, "team", seen));
  ck_assert_int_eq(bp_narrow(store, BP_ACCESS_OWNER, NULL, NULL), BP_OK);
  ck_assert_int_eq(bp_narrow(store, BP_ACCESS_DEVOPS, NULL, NULL), BP_OK);
  FAILS(BP_ERR_DENIED, "name", "devops", bp_narrow(store, BP_ACCESS_OWNER, NULL, seen));
  FAILS(BP_ERR_DENIED, "name", "devops",
        bp_ingest_bytes(store, NULL, "a", SESSION, strlen(SESSION), NULL, NULL, seen));
  FAILS(BP_ERR_DENIED, "name", "devops", bp_inspect(&result, store, "sessions", seen));
  /* Figures of the system, not of activity. */
  result = inspect(store, "health");
  static const char *const hidden[] = {"prompts", "responses", "tool_calls", "decisions",   "spans",
                                       "events",  "changes",   "sessions",   "rollup_cells"};
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
    ck_assert_int_eq(cell_state(result, hidden[i], 1), BP_CELL_WITHHELD);
  ck_assert_int_eq(cell_state(result, "storage_bytes", 1), BP_CELL_VALUE);
  ck_assert_int_eq(cell_state(result, "files", 1), BP_CELL_VALUE);
  bp_result_free(result);
  result = inspect(store, "sources");
  ck_assert_int_eq(bp_result_cell(result, 0, 5), BP_CELL_WITHHELD);
  bp_result_free(result);
  ck_assert_int_eq(bp_narrow(store, BP_ACCESS_NONE, NULL, NULL), BP_OK);
  FAILS(BP_ERR_DENIED, "name", "none", bp_inspect(&result, store, "health", seen));
  FAILS(BP_ERR_DENIED, "name", "none", bp_narrow(store, BP_ACCESS_NONE, NULL, seen));
  bp_close(store);
}
END_TEST

START_TEST(access_is_fixed_at_open) {
  static const char document[] = "{\"version\":1,\"keep\":true}";
  bp_open_options o = owner();
  bp_result *result = NULL;
  bp_query *query = NULL;
  bp_close(open_with(path_of("access.db"), &o));
  for (uint32_t access = BP_ACCESS_NONE; access <= BP_ACCESS_DEVOPS; access += BP_ACCESS_DEVOPS) {
    o.access = access;
    bp_store *store = open_with(path_of("access.db"), &o);
    FAILS(BP_ERR_DENIED, "name", NULL,
          bp_ingest_bytes(store, NULL, NULL, SESSION, 5, NULL, NULL, seen));
    FAILS(BP_ERR_DENIED, NULL, NULL,
          bp_configure(store, "labels", document, strlen(document), seen));
    FAILS(BP_ERR_DENIED, NULL, NULL, bp_privacy_preview(&result, store, "native", "", 0, seen));
    static const char *const own[] = {"files",    "coverage", "prices",
                                      "unpriced", "labels",   "sessions"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
      FAILS(BP_ERR_DENIED, NULL, NULL, bp_inspect(&result, store, own[i], seen));
    bp_query_new(&query, NULL);
    bp_query_metric(query, "sessions");
    FAILS(BP_ERR_DENIED, NULL, NULL, bp_query_run(&result, store, query, seen));
    bp_query_free(query);
    static const char *const operations[] = {"health", "integrity", "sources", "rejects"};
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
      if (access == BP_ACCESS_NONE)
        FAILS(BP_ERR_DENIED, NULL, NULL, bp_inspect(&result, store, operations[i], seen));
      else
        bp_result_free(inspect(store, operations[i]));
    }
    bp_close(store);
  }
}
END_TEST

START_TEST(read_only_handles_write_nothing) {
  static const char document[] = "{\"version\":1,\"keep\":false}";
  bp_open_options o = owner();
  bp_store *store = open_with(path_of("ro.db"), &o);
  ingest(store, SESSION PROMPT("p1", "01"), NULL);
  bp_close(store);
  o.flags = BP_OPEN_READONLY;
  store = open_with(path_of("ro.db"), &o);
  FAILS(BP_ERR_READONLY, NULL, NULL,
        bp_ingest_bytes(store, NULL, NULL, SESSION, 5, NULL, NULL, seen));
  FAILS(BP_ERR_READONLY, NULL, NULL,
        bp_configure(store, "labels", document, strlen(document), seen));
  bp_result *result;
  void *bundle;
  size_t length;
  static const char limits[] = "{\"version\":1,\"events_days\":50}";
  static const char all[] = "{\"version\":1,\"everything\":true}";
  FAILS(BP_ERR_READONLY, NULL, NULL,
        bp_configure(store, "retention", limits, sizeof limits - 1, seen));
  FAILS(BP_ERR_READONLY, NULL, NULL, bp_consent_set(store, "quality", "lead", 0, 0, seen));
  FAILS(BP_ERR_READONLY, NULL, NULL, bp_erase(&result, store, all, sizeof all - 1, seen));
  FAILS(BP_ERR_READONLY, NULL, NULL,
        bp_share_export(&bundle, &length, store, NULL, "2026-W07", seen));
  ck_assert_int_eq(metric(store, "prompts", "all"), 1);
  bp_close(store);
}
END_TEST

static int64_t last_clock(void *unused) {
  (void)unused;
  return INT64_C(253402300799000000) - INT64_C(86400) * 1000000;
}

/* A consent with an unknown word or an impossible end is refused and changes nothing. */
START_TEST(consent_checks_its_arguments) {
  const int64_t now = three_hours_later(NULL), day = INT64_C(86400) * 1000000;
  static const struct {
    const char *purpose, *audience;
    int granted;
    int64_t days;
    int code;
  } wrong[] = {{NULL, "lead", 1, 1, BP_ERR_INVALID},
               {"quality", NULL, 1, 1, BP_ERR_INVALID},
               {"quality", "lead", 2, 1, BP_ERR_INVALID},
               {"happiness", "lead", 1, 1, BP_ERR_NOTFOUND},
               {"quality", "manager", 1, 1, BP_ERR_UNSUPPORTED},
               {"quality", "lead", 1, 0, BP_ERR_INVALID},
               {"quality", "lead", 1, -1, BP_ERR_INVALID},
               {"quality", "lead", 1, 181, BP_ERR_INVALID}};
  const int64_t last = INT64_C(253402300799000000); /* 9999-12-31T23:59:59Z */
  bp_store *store = memory_store();
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    FAILS(wrong[i].code, NULL, NULL,
          bp_consent_set(store, wrong[i].purpose, wrong[i].audience, wrong[i].granted,
                         now + wrong[i].days * day, seen));
  bp_result *result = inspect(store, "consent");
  ck_assert_uint_eq(bp_result_rows(result), 0);
  bp_result_free(result);
  bp_close(store);
  /* With a wrong clock there are days that a bundle cannot express. */
  bp_open_options o = owner();
  o.flags = BP_OPEN_MEMORY;
  o.clock = last_clock;
  store = open_with(NULL, &o);
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_consent_set(store, "quality", "lead", 1, last + day, seen));
  ck_assert_int_eq(bp_consent_set(store, "quality", "lead", 1, last, NULL), BP_OK);
  bp_close(store);
}
END_TEST

/* A time after the greatest one possible, from a source with milliseconds or as the end of a call,
 * counts as no time; the store does not look damaged because of it. */
START_TEST(times_behind_all_times) {
  static const char ended_later[] = HEAD
      "\"kind\":\"tool_call\",\"id\":\"t1\",\"time\":\"9999-12-31T23:59:59Z\",\"tool\":\"Read\","
      "\"outcome\":\"ok\",\"duration_us\":300000000}\n" HEAD
      "\"kind\":\"prompt\",\"id\":\"p1\",\"time\":\"9999-12-31T23:59:58Z\"}\n";
  static const char milliseconds[] =
      "{\"info\":{\"id\":\"s\",\"directory\":\"/x\",\"time\":{\"created\":9007199254740991}},\"messages\":["
      "{\"info\":{\"id\":\"m\",\"role\":\"user\",\"time\":{\"created\":9007199254740991}},\"parts\":["
      "{\"type\":\"text\",\"text\":\"a\"}]}]}";
  bp_store *store = memory_store();
  ingest(store, ended_later, NULL);
  ck_assert_int_eq(bp_ingest_bytes(store, "opencode", "far", milliseconds, sizeof milliseconds - 1,
                                   NULL, NULL, NULL),
                   BP_OK);
  ingest(store,
         PROMPT("p2", "01") HEAD "\"kind\":\"prompt\",\"id\":\"p3\","
                                 "\"time\":\"9999-12-31T23:59:57Z\"}\n",
         NULL);
  ck_assert_int_eq(metric(store, "prompts", "all"), 4);
  ck_assert_int_eq(health(store, "undated"), 1);
  bp_result *result = inspect(store, "integrity");
  ck_assert_int_eq(bp_result_int(result, 0, 1), 1);
  bp_result_free(result);
  bp_close(store);
}
END_TEST

/* Erasing everything removes the record of queries, too, also of those not written yet; that there
 * was an erasure stays. */
START_TEST(everything_is_all_that_was_asked) {
  static const char everything[] = "{\"version\":1,\"everything\":true}";
  bp_open_options o = owner();
  bp_store *store = open_with(path_of("asked.db"), &o);
  bp_result *result;
  ingest(store, SESSION PROMPT("p1", "01"), NULL);
  ck_assert_int_eq(metric(store, "prompts", "all"), 1);
  bp_result_free(inspect(store, "sessions"));
  ck_assert_int_eq(bp_erase(&result, store, everything, strlen(everything), NULL), BP_OK);
  bp_result_free(result);
  bp_close(store);
  store = open_with(path_of("asked.db"), &o);
  result = inspect(store, "audit");
  ck_assert_uint_eq(bp_result_rows(result), 1);
  ck_assert_str_eq(bp_result_text(result, 0, 2, NULL), "bp_erase");
  bp_result_free(result);
  bp_close(store);
}
END_TEST

/* The record has what was asked through the handle that reads it, though it is written in batches. */
START_TEST(the_audit_has_what_this_handle_asked) {
  bp_open_options o = owner();
  bp_store *store = open_with(path_of("asking.db"), &o);
  ingest(store, SESSION PROMPT("p1", "01"), NULL);
  ck_assert_int_eq(metric(store, "prompts", "all"), 1);
  bp_result_free(inspect(store, "sessions"));
  bp_result *result = inspect(store, "audit");
  ck_assert_uint_eq(bp_result_rows(result), 2);
  ck_assert_str_eq(bp_result_text(result, 0, 3, NULL), "sessions");
  ck_assert_str_eq(bp_result_text(result, 1, 3, NULL), "prompts");
  bp_result_free(result);
  bp_close(store);
}
END_TEST

/* A selector that does not select exactly one thing erases nothing. */
START_TEST(erasing_checks_its_selector) {
  static const struct {
    const char *selector;
    int code;
  } wrong[] = {{"", BP_ERR_FORMAT},
               {"{\"version\":1}", BP_ERR_FORMAT},
               {"{\"version\":2,\"everything\":true}", BP_ERR_FORMAT},
               {"{\"version\":1,\"everything\":false}", BP_ERR_FORMAT},
               {"{\"version\":1,\"everything\":true,\"source\":\"native\"}", BP_ERR_FORMAT},
               {"{\"version\":1,\"everything\":true,\"expired\":true}", BP_ERR_FORMAT},
               {"{\"version\":1,\"person\":\"ada\"}", BP_ERR_FORMAT},
               {"{\"version\":1,\"from_us\":5,\"until_us\":5}", BP_ERR_FORMAT},
               {"{\"version\":1,\"session\":\"abc\"}", BP_ERR_INVALID},
               {"{\"version\":1,\"session\":\"../../etc\"}", BP_ERR_INVALID},
               {"{\"version\":1,\"session\":\"00000000\"}", BP_ERR_NOTFOUND},
               {"{\"version\":1,\"workspace\":\"nowhere\"}", BP_ERR_NOTFOUND},
               {"{\"version\":1,\"source\":\"nothing\"}", BP_ERR_NOTFOUND}};
  bp_store *store = memory_store();
  bp_result *result;
  ingest(store, SESSION PROMPT("p1", "01"), NULL);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    FAILS(wrong[i].code, NULL, NULL,
          bp_erase(&result, store, wrong[i].selector, strlen(wrong[i].selector), seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_erase(NULL, store, "{}", 2, seen));
  ck_assert_int_eq(metric(store, "prompts", "all"), 1);
  bp_close(store);
}
END_TEST

static int64_t first_clock(void *unused) {
  (void)unused;
  return 0;
}

START_TEST(clocks_decide_what_today_is) {
  bp_store *store = memory_store();
  ingest(store, PROMPT("p1", "01"), NULL);
  ck_assert_int_eq(metric(store, "prompts", "today"), 1); /* three hours later */
  ck_assert_int_eq(metric(store, "prompts", "yesterday"), 0);
  ck_assert_int_eq(health(store, "ingest_age"), 0);
  bp_close(store);
  /* A clock without a battery: no week is over, so none can be shared. */
  bp_open_options o = owner();
  o.flags = BP_OPEN_MEMORY;
  o.clock = first_clock;
  store = open_with(NULL, &o);
  bp_result *outgoing = inspect(store, "outgoing");
  ck_assert_uint_eq(bp_result_rows(outgoing), 0);
  bp_result_free(outgoing);
  bp_close(store);
}
END_TEST

/* --------------------------------------------------------------------------------- configuring */

START_TEST(configuring) {
  bp_store *store = memory_store();
  static const char *const bad[] = {"",
                                    "x",
                                    "{}",
                                    "[]",
                                    "{\"version\":2,\"keep\":true}",
                                    "{\"version\":1,\"keep\":1}",
                                    "{\"version\":1,\"keep\":true,\"x\":1}"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    FAILS(BP_ERR_FORMAT, i < 2 ? "byte" : "hint",
          i < 2 ? "0" : "{\"version\":1,\"keep\":true or false}",
          bp_configure(store, "labels", bad[i], strlen(bad[i]), seen));
  FAILS(BP_ERR_FORMAT, NULL, NULL, bp_configure(store, "prices", "{}", 2, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_configure(store, NULL, "{}", 2, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_configure(store, "labels", NULL, 0, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_configure(store, "labels", NULL, 2, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_configure(NULL, "labels", "{}", 2, seen));
  FAILS(BP_ERR_NOTFOUND, "topic", "nonsense", bp_configure(store, "nonsense", "{}", 2, seen));
  FAILS(BP_ERR_NOTFOUND, "allowed",
        "prices, labels, roster, invitation, sharing, trust, assumptions, benchmark, retention",
        bp_configure(store, "nonsense", "{}", 2, seen));

  /* From now on names are not stored; once allowed again, names that come again are stored. */
  const char *off = "{\"version\":1,\"keep\":false}", *on = "{\"version\":1,\"keep\":true}";
  ck_assert_int_eq(bp_configure(store, "labels", off, strlen(off), NULL), BP_OK);
  ingest(store, SESSION TOOL("t1", "Hammer") RESPONSE("r1", "7"), NULL);
  bp_result *result = inspect(store, "labels");
  char *text = format(result, "csv");
  ck_assert_ptr_null(strstr(text, "Hammer"));
  ck_assert_ptr_null(strstr(text, "engine"));
  ck_assert_ptr_nonnull(strstr(text, "m-1")); /* prices need it */
  bp_free(text);
  bp_result_free(result);
  ck_assert_int_eq(bp_configure(store, "labels", on, strlen(on), NULL), BP_OK);
  ingest(store, SESSION TOOL("t1", "Hammer"), NULL);
  result = inspect(store, "labels");
  text = format(result, "csv");
  ck_assert_ptr_nonnull(strstr(text, "Hammer"));
  ck_assert_ptr_nonnull(strstr(text, "engine"));
  bp_free(text);
  bp_result_free(result);
  bp_close(store);
}
END_TEST

/* ------------------------------------------------------------------------------- lent structs */

typedef struct long_report {
  bp_ingest_report known;
  unsigned char more[16];
} long_report;

typedef struct long_options {
  bp_ingest_options known;
  unsigned char more[16];
} long_options;

START_TEST(ingest_checks_lent_structs) {
  bp_store *store = memory_store();
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  const char *text = SESSION PROMPT("p1", "01");
  size_t length = strlen(text);
#define BYTES(o, r) bp_ingest_bytes(store, "native", "here", text, length, o, r, seen)
  options.flags = 4;
  FAILS(BP_ERR_INVALID, NULL, NULL, BYTES(&options, &report));
  options.flags = 0, options.reserved = 1;
  FAILS(BP_ERR_INVALID, NULL, NULL, BYTES(&options, &report));
  options.reserved = 0, options.threads = 65;
  FAILS(BP_ERR_LIMIT, NULL, NULL, BYTES(&options, &report));
  options.threads = 64;
  static const uint32_t sizes[] = {0, 4, sizeof options - 1, 100000};
  for (size_t i = 0; i < 4; i++) {
    options.struct_size = sizes[i];
    FAILS(BP_ERR_ABI, NULL, NULL, BYTES(&options, &report));
  }
  for (size_t i = 0; i < 4; i++) {
    memset(&report, 0x55, sizeof report);
    report.struct_size = i == 2 ? sizeof report - 1 : sizes[i];
    FAILS(BP_ERR_ABI, NULL, NULL, BYTES(NULL, &report));
    ck_assert_uint_eq(report.files_seen, UINT64_C(0x5555555555555555)); /* not written to */
  }

  long_options later;
  memset(&later, 0, sizeof later);
  later.known.struct_size = sizeof later;
  later.more[15] = 1;
  FAILS(BP_ERR_ABI, NULL, NULL, BYTES(&later.known, NULL));
  later.more[15] = 0;
  long_report whole;
  memset(&whole, 0x55, sizeof whole);
  whole.known.struct_size = sizeof whole;
  ck_assert_int_eq(
      bp_ingest_bytes(store, "native", "here", text, length, &later.known, &whole.known, NULL),
      BP_OK);
  ck_assert_uint_eq(whole.known.struct_size, sizeof whole);
  ck_assert_uint_eq(whole.known.flags, 0);
  ck_assert_uint_eq(whole.known.records_stored, 1);
  ck_assert_int_eq(whole.more[0], 0x55);
  bp_close(store);
}
END_TEST

START_TEST(ingest_checks_its_arguments) {
  bp_store *store = memory_store();
  bp_ingest_report report;
#define REPORT (memset(&report, 0x55, sizeof report), report.struct_size = sizeof report, &report)
  FAILS(BP_ERR_INVALID, NULL, NULL,
        bp_ingest_bytes(NULL, "native", "x", "{}", 2, NULL, REPORT, seen));
  ck_assert_uint_eq(report.records_read, 0); /* filled, whether or not the call succeeds */
  FAILS(BP_ERR_INVALID, NULL, NULL,
        bp_ingest_bytes(store, "native", "x", NULL, 2, NULL, REPORT, seen));
  ck_assert_uint_eq(report.records_read, 0);
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_ingest_file(store, "native", NULL, NULL, REPORT, seen));
  ck_assert_uint_eq(report.records_read, 0);
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_ingest_scan(store, "native", NULL, NULL, REPORT, seen));
  ck_assert_uint_eq(report.records_read, 0);
  FAILS(BP_ERR_NOTFOUND, "name", "nonsense",
        bp_ingest_bytes(store, "nonsense", "x", "{}", 2, NULL, REPORT, seen));
  FAILS(BP_ERR_NOTFOUND, "hint", NULL,
        bp_ingest_scan(store, "nonsense", folder, NULL, REPORT, seen));
  FAILS(BP_ERR_UNSUPPORTED, "hint", NULL,
        bp_ingest_bytes(store, NULL, "x", "{}", 2, NULL, REPORT, seen));
  FAILS(BP_ERR_UNSUPPORTED, "hint", NULL,
        bp_ingest_bytes(store, NULL, "x", NULL, 0, NULL, REPORT, seen));
  ck_assert_int_eq(bp_ingest_bytes(store, "native", NULL, NULL, 0, NULL, REPORT, NULL), BP_OK);
  ck_assert_uint_eq(report.bytes_read + report.records_read + report.files_seen, 0);

  write_file("unknown.txt", "w", "nothing we know\n");
  if (HAS_LINKS) ck_assert_int_eq(symlink(path_of("unknown.txt"), path_of("link")), 0);
  FAILS(BP_ERR_NOTFOUND, "path", path_of("no"),
        bp_ingest_file(store, NULL, path_of("no"), NULL, REPORT, seen));
  ck_assert_uint_eq(report.files_seen, 0);
  FAILS(BP_ERR_INVALID, "path", folder, bp_ingest_file(store, NULL, folder, NULL, REPORT, seen));
  FAILS(HAS_LINKS ? BP_ERR_INVALID : BP_ERR_NOTFOUND, "path", NULL,
        bp_ingest_file(store, NULL, path_of("link"), NULL, REPORT, seen));
  FAILS(BP_ERR_UNSUPPORTED, "path", path_of("unknown.txt"),
        bp_ingest_file(store, NULL, path_of("unknown.txt"), NULL, REPORT, seen));
  FAILS(BP_ERR_NOTFOUND, "path", path_of("no"),
        bp_ingest_scan(store, NULL, path_of("no"), NULL, REPORT, seen));
  FAILS(BP_ERR_NOTFOUND, "path", NULL,
        bp_ingest_scan(store, NULL, path_of("unknown.txt"), NULL, REPORT, seen));
  bp_close(store);
}
END_TEST

/* ------------------------------------------------------------------------------------- bytes */

START_TEST(bytes_by_hand) {
  static const char text[] = SESSION PROMPT("p1", "01") RESPONSE("r1", "7")
      BROKEN PROMPT("p1", "01") UNDATED TOOL("t1", "not a name") TORN;
  bp_store *store = memory_store();
  bp_ingest_report r = ingest(store, text, NULL);
  ck_assert_uint_eq(r.bytes_read, strlen(text));
  ck_assert_uint_eq(r.bytes_pending, strlen(TORN));
  ck_assert_uint_eq(r.records_read, 7);   /* all lines but the torn one */
  ck_assert_uint_eq(r.records_stored, 4); /* p1, r1, the undated prompt, t1 */
  ck_assert_uint_eq(r.records_updated, 0);
  ck_assert_uint_eq(r.records_duplicate, 1); /* p1 */
  ck_assert_uint_eq(r.records_rejected, 1);
  ck_assert_uint_eq(r.records_undated, 1);
  ck_assert_uint_eq(r.fields_dropped, 1); /* the tool's name */
  ck_assert_uint_eq(r.files_seen + r.files_changed + r.files_failed, 0);

  r = ingest(store, text, NULL); /* nothing of it is new */
  ck_assert_uint_eq(r.records_stored + r.records_updated, 0);
  ck_assert_uint_eq(r.records_duplicate, 5);
  r = ingest(store, TORN REST, NULL);
  ck_assert_uint_eq(r.records_stored, 1);
  ck_assert_uint_eq(r.bytes_pending, 0);
  r = ingest(store, RESPONSE("r1", "9"), NULL); /* tells more */
  ck_assert_uint_eq(r.records_updated, 1);
  ck_assert_int_eq(metric(store, "prompts", "all"), 3);
  ck_assert_int_eq(metric(store, "prompts", "today"), 2);
  ck_assert_int_eq(metric(store, "output_tokens", "all"), 9);

  bp_result *rejects = inspect(store, "rejects"); /* of one origin, at one place: one reject */
  ck_assert_uint_eq(bp_result_rows(rejects), 1);
  ck_assert_str_eq(bp_result_text(rejects, 0, 1, NULL), "native");
  ck_assert_str_eq(bp_result_text(rejects, 0, 2, NULL), "syntax");
  ck_assert_int_eq(bp_result_int(rejects, 0, 3), 4);
  ck_assert_int_eq(bp_result_int(rejects, 0, 4), /* where the value of "kind" should begin */
                   (int64_t)strlen(SESSION PROMPT("p1", "01") RESPONSE("r1", "7") BROKEN) - 1);
  bp_result_free(rejects);
  bp_close(store);
}
END_TEST

/* A line with five invalid names; `number` makes the line and, in two of three, the tool
 * distinct. */
static void bad_names(char line[640], int number) {
  snprintf(
      line, 640,
      "{\"type\":\"assistant\",\"uuid\":\"u%d\",\"sessionId\":\"s\",\"version\":\"one two\","
      "\"gitBranch\":\"a branch\",\"entrypoint\":\"in words\",\"timestamp\":\"2026-03-02T09:00:00Z\","
      "\"message\":{\"id\":\"m%d\",\"model\":\"no model\",\"usage\":{\"output_tokens\":1},"
      "\"content\":[{\"type\":\"tool_use\",\"id\":\"t%d\",\"name\":\"no tool %d\",\"input\":{}}]}}\n",
      number, number, number, number % 3 == 0 ? 0 : number);
}

/* An invalid name counts each time it is read, even if the gate remembers it: in one piece, in
 * pieces, and in files read by several threads. */
START_TEST(bad_names_count_each_time) {
  enum { LINES = 300, FILES = 6 };
  static char line[640], all[LINES * 640];
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  bp_ingest_report r = BP_INGEST_REPORT_INIT;
  bp_store *store = memory_store();
  ck_assert_int_eq(mkdir(path_of("many"), 0700), 0);
  for (int i = 0; i < LINES; i++) {
    char name[32];
    snprintf(name, sizeof name, "many/%d.jsonl", i % FILES);
    bad_names(line, i);
    strcat(all, line);
    write_file(name, "a", line);
    r = (bp_ingest_report)BP_INGEST_REPORT_INIT;
    ck_assert_int_eq(
        bp_ingest_bytes(store, "claude_code", "pieces", line, strlen(line), NULL, &r, NULL), BP_OK);
    ck_assert_uint_eq(r.fields_dropped, 5);
  }
  r = (bp_ingest_report)BP_INGEST_REPORT_INIT;
  ck_assert_int_eq(bp_ingest_bytes(store, "claude_code", "whole", all, strlen(all), NULL, &r, NULL),
                   BP_OK);
  ck_assert_uint_eq(r.fields_dropped, 5 * LINES);
  for (options.threads = 1; options.threads < 4; options.threads++) {
    options.flags = BP_INGEST_RESTART;
    ck_assert_uint_eq(ingest_folder(store, "many", &options).fields_dropped, 5 * LINES);
  }
  bp_close(store);
}
END_TEST

/* A broken line is refused as a whole, also when it arrives in pieces: its rest is not read as a
 * line. */
START_TEST(broken_lines_in_pieces) {
  bp_store *store = memory_store();
  bp_ingest_report r = ingest(store, PROMPT("p1", "01") "broken " PROMPT("p2", "02"), NULL);
  ck_assert(r.records_stored == 1 && r.records_rejected == 1 && r.bytes_pending == 0);
  r = ingest(store, PROMPT("p1", "01") "broken ", NULL);
  ck_assert(r.records_duplicate == 1 && r.records_rejected == 0);
  ck_assert_uint_eq(r.bytes_pending, strlen("broken "));
  r = ingest(store, "broken " PROMPT("p2", "02"), NULL);
  ck_assert(r.records_stored == 0 && r.records_rejected == 1 && r.bytes_pending == 0);
  bp_close(store);
}
END_TEST

START_TEST(a_dry_run_counts) {
  bp_store *store = memory_store();
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  options.flags = BP_INGEST_DRY_RUN;
  bp_ingest_report r = ingest(store, SESSION PROMPT("p1", "01") BROKEN, &options);
  ck_assert_uint_eq(r.records_stored, 1);
  ck_assert_uint_eq(r.records_rejected, 1);
  ck_assert_int_eq(health(store, "prompts"), 0);
  ck_assert_int_eq(health(store, "sessions"), 0);
  ck_assert_int_eq(health(store, "rejects"), 0);
  ck_assert_int_eq(health(store, "files"), 0);
  bp_close(store);
}
END_TEST

/* ------------------------------------------------------------------------------------- files */

START_TEST(files_grow) {
  static const char first[] = SESSION PROMPT("p1", "01") BROKEN TORN;
  bp_store *store = memory_store();
  bp_ingest_options again = BP_INGEST_OPTIONS_INIT;
  again.flags = BP_INGEST_RESTART;
  write_file("a.blueplane.jsonl", "w", first);
  bp_ingest_report r = ingest_file(store, "a.blueplane.jsonl", NULL);
  ck_assert(r.files_seen == 1 && r.files_changed == 1 && r.files_failed == 0);
  ck_assert_uint_eq(r.bytes_read, strlen(first));
  ck_assert_uint_eq(r.bytes_pending, strlen(TORN));
  ck_assert(r.records_read == 3 && r.records_stored == 1 && r.records_rejected == 1);

  r = ingest_file(store, "a.blueplane.jsonl", NULL); /* it did not change */
  ck_assert(r.files_seen == 1 && r.files_changed == 0 && r.bytes_read == 0 && r.records_read == 0);

  write_file("a.blueplane.jsonl", "a", REST PROMPT("p2", "02"));
  r = ingest_file(store, "a.blueplane.jsonl", NULL); /* from the incomplete line on */
  ck_assert_uint_eq(r.bytes_read, strlen(TORN REST PROMPT("p2", "02")));
  ck_assert(r.files_changed == 1 && r.records_read == 2 && r.records_stored == 2 &&
            r.bytes_pending == 0);
  ck_assert_uint_eq(r.records_duplicate, 0);

  r = ingest_file(store, "a.blueplane.jsonl", &again);
  ck_assert(r.records_read == 5 && r.records_stored == 0 && r.records_duplicate == 3 &&
            r.records_rejected == 1);
  bp_result *files = inspect(store, "files");
  ck_assert_uint_eq(bp_result_rows(files), 1);
  ck_assert_int_eq(bp_result_int(files, 0, 2),
                   (int64_t)strlen(SESSION PROMPT("p1", "01") BROKEN TORN REST PROMPT("p2", "02")));
  ck_assert_int_eq(bp_result_int(files, 0, 3), 6); /* the next line */
  ck_assert_int_eq(bp_result_int(files, 0, 4), 5);
  ck_assert_int_eq(bp_result_int(files, 0, 5), 1);
  bp_result_free(files);
  bp_close(store);
}
END_TEST

/* A file that is rewritten is read again; its known facts stay, its rejects are replaced. */
START_TEST(files_are_rewritten) {
  bp_store *store = memory_store();
  write_file("b.blueplane.jsonl", "w", SESSION PROMPT("p1", "01") BROKEN BROKEN);
  ingest_file(store, "b.blueplane.jsonl", NULL);
  ck_assert_int_eq(health(store, "rejects"), 2);
  write_file("b.blueplane.jsonl", "w",
             SESSION PROMPT("p2", "02") PROMPT("p3", "03") PROMPT("p4", "04") BROKEN);
  bp_ingest_report r = ingest_file(store, "b.blueplane.jsonl", NULL);
  ck_assert(r.records_read == 5 && r.records_stored == 3);
  ck_assert_int_eq(metric(store, "prompts", "all"), 4);
  ck_assert_int_eq(health(store, "rejects"), 1);
  write_file("b.blueplane.jsonl", "w", PROMPT("p5", "05")); /* shorter than before */
  r = ingest_file(store, "b.blueplane.jsonl", NULL);
  ck_assert(r.records_read == 1 && r.records_stored == 1);
  ck_assert_int_eq(metric(store, "prompts", "all"), 5);
  ck_assert_int_eq(health(store, "rejects"), 0);
  bp_close(store);
}
END_TEST

/* -------------------------------------------------------------------------------------- scans */

#define RACING 20000 /* lines: more than two windows */

static void write_prompts(const char *name) {
  FILE *f = fopen(path_of("race.blueplane.jsonl"), "w"); /* the same file, emptied */
  ck_assert_ptr_nonnull(f);
  for (int i = 0; i < RACING; i++)
    fprintf(f, HEAD "\"kind\":\"prompt\",\"id\":\"%s-%06d\",\"time\":\"2026-03-02T09:00:00Z\"}\n",
            name, i);
  ck_assert_int_eq(fclose(f), 0);
}

static void rewrite_race(void) {
  write_prompts("new");
}

static void empty_race(void) {
  write_file("race.blueplane.jsonl", "w", "");
}

/* What another program does to the file once a part of it was read. */
typedef struct intrusion {
  void (*act)(void);
  bool done;
} intrusion;

static int intrude(void *user, const bp_progress *progress) {
  intrusion *other = user;
  if (!other->done && progress->bytes_done > 0) {
    other->done = true;
    other->act();
  }
  return 0;
}

/* Reads the file while it changes. */
static bp_ingest_report ingest_race(bp_store *store, void (*act)(void)) {
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  intrusion other = {act, false};
  write_prompts("old");
  options.progress = intrude;
  options.progress_user = &other;
  bp_ingest_report report = ingest_file(store, "race.blueplane.jsonl", &options);
  ck_assert(other.done);
  return report;
}

/* A file that another program replaces in place while it is read, by one of the same size: nothing
 * of the new one is lost, as the next call reads it from its start. */
START_TEST(a_file_is_rewritten_while_it_is_read) {
  bp_store *store = memory_store();
  ingest_race(store, rewrite_race);
  ck_assert_uint_eq(ingest_file(store, "race.blueplane.jsonl", NULL).records_stored, RACING);
  ck_assert_uint_eq(ingest_file(store, "race.blueplane.jsonl", NULL).bytes_read, 0);
  bp_close(store);
}
END_TEST

/* A log that is emptied while it is read was not unreadable: what was read of it counts, and what is
 * written into it from then on is read from its start. */
START_TEST(a_file_is_emptied_while_it_is_read) {
  bp_store *store = memory_store();
  bp_ingest_report report = ingest_race(store, empty_race);
  ck_assert(report.files_failed == 0 && report.files_changed == 1);
  ck_assert(report.records_stored > 0 && report.records_stored < RACING);
  ck_assert_int_eq(health(store, "rejects"), 0);
  write_file("race.blueplane.jsonl", "w", PROMPT("p1", "01") PROMPT("p2", "02"));
  ingest_file(store, "race.blueplane.jsonl", NULL);
  ck_assert_int_eq(metric(store, "prompts", "all"), (int64_t)report.records_stored + 2);
  bp_close(store);
}
END_TEST

START_TEST(scans_find_their_files) {
  bp_store *store = memory_store();
  ck_assert_int_eq(mkdir(path_of("scan"), 0700), 0);
  ck_assert_int_eq(mkdir(path_of("scan/below"), 0700), 0);
  ck_assert_int_eq(mkdir(path_of("scan/folder.blueplane.jsonl"), 0700), 0);
  write_file("scan/a.blueplane.jsonl", "w", SESSION PROMPT("p1", "01"));
  write_file("scan/below/b.blueplane.jsonl", "w", PROMPT("p1", "01") PROMPT("p2", "02"));
  write_file("scan/notes.txt", "w", "not ours");
  if (HAS_LINKS)
    ck_assert_int_eq(symlink(path_of("scan/notes.txt"), path_of("scan/c.blueplane.jsonl")), 0);
  bp_ingest_report r = ingest_folder(store, "scan", NULL);
  ck_assert(r.files_seen == 2 && r.files_changed == 2 && r.files_failed == 0);
  ck_assert(r.records_read == 4 && r.records_stored == 2 && r.records_duplicate == 1);
  r = ingest_folder(store, "scan///", NULL);
  ck_assert(r.files_seen == 2 && r.files_changed == 0 && r.bytes_read == 0);

  /* A source given by name reads only its own files. */
  bp_ingest_report other = BP_INGEST_REPORT_INIT;
  ck_assert_int_eq(bp_ingest_scan(store, "codex", path_of("scan"), NULL, &other, NULL), BP_OK);
  ck_assert_uint_eq(other.files_seen, 0);

  ck_assert_int_eq(unlink(path_of("scan/a.blueplane.jsonl")), 0); /* a removed file stays known */
  ingest_folder(store, "scan", NULL);
  ck_assert_int_eq(metric(store, "prompts", "all"), 2);
  bp_close(store);
}
END_TEST

/* Root may read everything, so it takes another user id for a while. */
static void become(uid_t user) {
  if (getuid() == 0) ck_assert_int_eq(seteuid(user), 0);
}

/* If the system does not allow writing, the handle is read-only and answers all the same. */
START_TEST(files_that_cannot_be_written) {
  static const char *const endings[] = {"", "-wal", "-shm", ".key"};
  bp_open_options o = owner();
  bp_store *other = open_with(path_of("mine.db"), &o); /* creates the log */
  ingest(other, SESSION PROMPT("p1", "01"), NULL);
  ck_assert_int_eq(chmod(folder, 0755), 0);
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    char name[32];
    snprintf(name, sizeof name, "mine.db%s", endings[i]);
    ck_assert_int_eq(chmod(path_of(name), 0444), 0);
  }
  become(65534);
  bp_store *store = open_with(path_of("mine.db"), &o);
  ck_assert_int_eq(metric(store, "prompts", "all"), 1);
  ck_assert_int_eq(metric(store, "tasks", "all"), 1); /* tasks are computed, but not stored */
  FAILS(BP_ERR_READONLY, NULL, NULL,
        bp_ingest_bytes(store, NULL, NULL, SESSION, 5, NULL, NULL, seen));
  become(0);
  bp_close(store);
  bp_close(other);
  write_file("void.db", "w", "");
  ck_assert_int_eq(chmod(path_of("void.db"), 0444), 0);
  ck_assert_int_eq(chmod(folder, 0777), 0);
  become(65534);
  ck_assert_int_ne(bp_open(&store, path_of("void.db"), &o, NULL), BP_OK);
  ck_assert_int_eq(access(path_of("void.db.key"), F_OK), -1);
  become(0);
}
END_TEST

START_TEST(what_cannot_be_read_is_counted) {
  bp_store *store = memory_store();
  ck_assert_int_eq(chmod(folder, 0755), 0);
  ck_assert_int_eq(mkdir(path_of("part"), 0755), 0);
  ck_assert_int_eq(mkdir(path_of("part/closed"), 0), 0);
  write_file("part/a.blueplane.jsonl", "w", SESSION PROMPT("p1", "01"));
  write_file("part/b.blueplane.jsonl", "w", PROMPT("p2", "02"));
  ck_assert_int_eq(chmod(path_of("part/b.blueplane.jsonl"), 0), 0);
  become(65534);
  for (int again = 0; again < 2; again++) {
    bp_ingest_report r = ingest_folder(store, "part", NULL);
    ck_assert_uint_eq(r.files_seen, 3);
    ck_assert_uint_eq(r.files_failed, 2);
    ck_assert_uint_eq(r.records_stored, again ? 0 : 1);
  }
  bp_error *error = NULL;
  int rc = bp_ingest_scan(store, NULL, path_of("part/closed/"), NULL, NULL, &error);
  failed(rc, error, BP_ERR_IO, "path", NULL);
  become(0);
  bp_result *rejects = inspect(store, "rejects");
  ck_assert_uint_eq(bp_result_rows(rejects), 2);
  ck_assert_str_eq(bp_result_text(rejects, 0, 2, NULL), "unreadable");
  bp_result_free(rejects);
  ck_assert_int_eq(chmod(path_of("part/b.blueplane.jsonl"), 0600), 0);
  ck_assert_uint_eq(ingest_folder(store, "part", NULL).records_stored, 1); /* tried again */
  ck_assert_int_eq(health(store, "rejects"), 1);

  write_file("part/b.blueplane.jsonl", "a",
             PROMPT("p3", "03")); /* readable before, then not, then again */
  ck_assert_int_eq(chmod(path_of("part/b.blueplane.jsonl"), 0), 0);
  become(65534);
  ck_assert_uint_eq(ingest_folder(store, "part", NULL).files_failed, 2);
  become(0);
  ck_assert_int_eq(health(store, "rejects"), 2);
  ck_assert_int_eq(chmod(path_of("part/b.blueplane.jsonl"), 0600), 0);
  ck_assert_uint_eq(ingest_folder(store, "part", NULL).records_stored, 1);
  ck_assert_int_eq(health(store, "rejects"), 1);
  bp_close(store);
}
END_TEST

/* ----------------------------------------------------------------------------------- progress */

#define FILES 12
#define LINES 400

static void write_many(const char *name) {
  char path[64], line[256];
  ck_assert_int_eq(mkdir(path_of(name), 0700), 0);
  for (int file = 0; file < FILES; file++) {
    snprintf(path, sizeof path, "%s/%d.blueplane.jsonl", name, file);
    FILE *f = fopen(path_of(path), "w");
    ck_assert_ptr_nonnull(f);
    for (int i = 0; i < LINES; i++) { /* each prompt is in two files */
      snprintf(line, sizeof line,
               "%s\"kind\":\"prompt\",\"id\":\"%d\",\"time\":\"2026-03-02T09:%02d:00Z\"}\n", HEAD,
               (file / 2) * LINES + i, i % 60);
      fputs(line, f);
    }
    fclose(f);
  }
}

typedef struct watch {
  unsigned calls, stop_at;
  uint32_t phase;
  bp_progress last;
  pthread_t caller;
} watch;

static int on_progress(void *user, const bp_progress *p) {
  watch *w = user;
  ck_assert_uint_eq(p->struct_size, sizeof *p);
  ck_assert_uint_ge(p->phase, w->phase); /* listing, reading, storing */
  ck_assert_uint_ge(p->bytes_done, w->last.bytes_done);
  ck_assert_uint_le(p->bytes_done, p->bytes_total);
  ck_assert_uint_le(p->files_done, p->files_total);
  ck_assert(pthread_equal(w->caller, pthread_self()));
  w->phase = p->phase;
  w->last = *p;
  return ++w->calls == w->stop_at;
}

START_TEST(progress_is_reported) {
  write_many("progress");
  for (uint32_t threads = 1; threads <= 4; threads += 3) {
    bp_store *store = memory_store();
    for (int again = 0; again < 2; again++) { /* the second time nothing is new */
      watch w = {.caller = pthread_self()};
      bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
      options.threads = threads;
      options.progress = on_progress;
      options.progress_user = &w;
      bp_ingest_report r = ingest_folder(store, "progress", &options);
      ck_assert_uint_eq(r.records_stored, again ? 0 : LINES * FILES / 2);
      ck_assert_uint_ge(w.calls, again ? 1 : 2); /* other threads may read all files */
      ck_assert_uint_eq(w.phase, again ? 0 : 2);
      ck_assert_uint_eq(w.last.files_done, again ? 0 : FILES);
      ck_assert_uint_eq(w.last.files_done, w.last.files_total);
      ck_assert_uint_eq(w.last.bytes_done, w.last.bytes_total);
    }
    bp_close(store);
  }
}
END_TEST

/* Cancelled at the first progress call, the second, and so on: what was done stays done. */
START_TEST(progress_may_stop) {
  write_many("stop");
  for (uint32_t threads = 1; threads <= 4; threads += 3) {
    unsigned stop_at = 1;
    int rc = BP_ERR_CANCELLED;
    for (; rc != BP_OK; stop_at++) {
      bp_store *store = memory_store();
      watch w = {.stop_at = stop_at, .caller = pthread_self()};
      bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
      bp_ingest_report r = BP_INGEST_REPORT_INIT;
      bp_error *error = NULL;
      options.threads = threads;
      options.progress = on_progress;
      options.progress_user = &w;
      rc = bp_ingest_scan(store, NULL, path_of("stop"), &options, &r, &error);
      if (rc == BP_OK) {
        ck_assert_uint_lt(w.calls, stop_at);
      } else {
        failed(rc, error, BP_ERR_CANCELLED, NULL, NULL);
        ck_assert_uint_eq(w.calls, stop_at); /* not called again after it cancelled */
      }
      ck_assert_int_eq(metric(store, "prompts", "all"), (int64_t)r.records_stored);
      ck_assert_uint_eq(r.records_stored + ingest_folder(store, "stop", NULL).records_stored,
                        LINES * FILES / 2);
      bp_close(store);
    }
    ck_assert_uint_ge(stop_at, 4);
  }
}
END_TEST

/* Ingesting bytes can be cancelled, too; complete records are stored. */
START_TEST(bytes_may_stop) {
  enum { MANY = 60000 };
  bp_store *store = memory_store();
  char *text = malloc(MANY * 200);
  size_t length = 0;
  for (int i = 0; i < MANY; i++)
    length += (size_t)sprintf(
        text + length, "%s\"kind\":\"prompt\",\"id\":\"%d\",\"time\":\"2026-03-02T09:01:00Z\"}\n",
        HEAD, i);
  watch w = {.stop_at = 2, .caller = pthread_self()};
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  bp_ingest_report r = BP_INGEST_REPORT_INIT;
  options.progress = on_progress;
  options.progress_user = &w;
  ck_assert_int_eq(bp_ingest_bytes(store, NULL, "x", text, length, &options, &r, NULL),
                   BP_ERR_CANCELLED);
  ck_assert_uint_gt(r.records_stored, 1000);
  ck_assert_uint_lt(r.records_stored, MANY);
  ck_assert_int_eq(health(store, "prompts"), (int64_t)r.records_stored);
  ck_assert_int_eq(bp_ingest_bytes(store, NULL, "x", text, length, NULL, NULL, NULL), BP_OK);
  ck_assert_int_eq(health(store, "prompts"), MANY);
  free(text);
  bp_close(store);
}
END_TEST

/* A file continues after what was stored: the record at which it stopped counts once. */
START_TEST(a_file_may_stop) {
  enum { MANY = 40000 };
  bp_store *store = memory_store();
  const char *path = path_of("long.blueplane.jsonl");
  FILE *f = fopen(path, "w");
  ck_assert_ptr_nonnull(f);
  for (int i = 0; i < MANY; i++)
    fprintf(f, "%s\"kind\":\"prompt\",\"id\":\"%d\"}\n", HEAD, i);
  fclose(f);
  for (int call = 0; call < 3; call++) {
    watch w = {.stop_at = 2, .caller = pthread_self()};
    bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
    options.progress = on_progress;
    options.progress_user = &w;
    ck_assert_int_eq(bp_ingest_file(store, NULL, path, call < 2 ? &options : NULL, NULL, NULL),
                     call < 2 ? BP_ERR_CANCELLED : BP_OK);
  }
  bp_result *files = inspect(store, "files");
  ck_assert_int_eq(bp_result_int(files, 0, 4), MANY);
  ck_assert_int_eq(health(store, "prompts"), MANY);
  bp_result_free(files);
  bp_close(store);
}
END_TEST

typedef struct canceller {
  bp_store *store;
  pthread_mutex_t lock;
  bool done;
} canceller;

static void rest(long microseconds) {
  struct timespec t = {0, microseconds * 1000};
  nanosleep(&t, NULL);
}

static void *cancel_often(void *user) {
  canceller *c = user;
  bool done = false;
  for (long pause = 50; !done; pause += 50) { /* less and less often, so that a call completes */
    bp_cancel(c->store);
    rest(pause);
    pthread_mutex_lock(&c->lock);
    done = c->done;
    pthread_mutex_unlock(&c->lock);
  }
  return NULL;
}

/* Cancelled by another thread at any moment, a call is either done or cancelled; all facts are
 * there as soon as one is done. */
START_TEST(cancel_at_any_moment) {
  write_many("cancel");
  for (uint32_t threads = 1; threads <= 3; threads += 2) {
    bp_open_options o = owner();
    char name[32];
    snprintf(name, sizeof name, "cancel%u.db", (unsigned)threads);
    canceller c = {.store = open_with(path_of(name), &o)};
    pthread_t thread;
    pthread_mutex_init(&c.lock, NULL);
    ck_assert_int_eq(pthread_create(&thread, NULL, cancel_often, &c), 0);
    int rc = BP_ERR_CANCELLED;
    while (rc != BP_OK) {
      bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
      bp_result *result = NULL;
      bp_error *error = NULL;
      options.threads = threads;
      rc = bp_ingest_scan(c.store, NULL, path_of("cancel"), &options, NULL, &error);
      ck_assert_msg(rc == BP_OK || rc == BP_ERR_CANCELLED, "%d: %s", rc, bp_error_message(error));
      bp_error_free(error);
      int asked = bp_inspect(&result, c.store, "health", NULL);
      ck_assert(asked == BP_OK || asked == BP_ERR_CANCELLED);
      ck_assert((asked == BP_OK) == (result != NULL));
      bp_result_free(result);
    }
    pthread_mutex_lock(&c.lock);
    c.done = true;
    pthread_mutex_unlock(&c.lock);
    pthread_join(thread, NULL);
    pthread_mutex_destroy(&c.lock);
    ck_assert_int_eq(metric(c.store, "prompts", "all"), LINES * FILES / 2);
    bp_close(c.store);
  }
}
END_TEST

/* ------------------------------------------------------------------------------------ threads */

static void *use_store(void *user) {
  bp_store *store = user;
  char line[256];
  for (int i = 0; i < 30; i++) {
    snprintf(line, sizeof line,
             "%s\"kind\":\"prompt\",\"id\":\"%d\",\"time\":\"2026-03-02T09:01:00Z\"}\n", HEAD, i);
    ingest(store, line, NULL);
    ck_assert_int_ge(metric(store, "prompts", "all"), i + 1);
    bp_result_free(inspect(store, "sessions"));
  }
  return NULL;
}

START_TEST(one_store_many_threads) {
  enum { USERS = 4 };
  bp_store *store = memory_store();
  pthread_t thread[USERS];
  for (int i = 0; i < USERS; i++)
    ck_assert_int_eq(pthread_create(&thread[i], NULL, use_store, store), 0);
  for (int i = 0; i < USERS; i++)
    pthread_join(thread[i], NULL);
  ck_assert_int_eq(metric(store, "prompts", "all"), 30);
  bp_close(store);
}
END_TEST

START_TEST(threads_change_nothing) {
  char *answers[3];
  write_many("threads");
  for (uint32_t i = 0; i < 3; i++) {
    bp_store *store = memory_store();
    bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
    options.threads = i == 0 ? 0 : i == 1 ? 4 : 64;
    bp_ingest_report r = ingest_folder(store, "threads", &options);
    ck_assert(r.files_changed == FILES && r.records_read == LINES * FILES);
    ck_assert(r.records_stored == LINES * FILES / 2 && r.records_duplicate == LINES * FILES / 2);
    bp_result *result = run(store, "prompts", "today");
    answers[i] = format(result, "json");
    bp_result_free(result);
    bp_close(store);
  }
  ck_assert_str_eq(answers[0], answers[1]);
  ck_assert_str_eq(answers[0], answers[2]);
  for (int i = 0; i < 3; i++)
    bp_free(answers[i]);
}
END_TEST

#define MANY_FILES 3
#define MANY_LINES 55000 /* a third of the facts that an ingest keeps in memory, and some more */

/* Batches are stored while files are still read, once all workers together hold enough. */
START_TEST(workers_store_together) {
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  ck_assert_int_eq(mkdir(path_of("together"), 0700), 0);
  for (int file = 0; file < MANY_FILES; file++) {
    char name[64];
    snprintf(name, sizeof name, "together/%d.blueplane.jsonl", file);
    FILE *f = fopen(path_of(name), "w");
    ck_assert_ptr_nonnull(f);
    for (int i = 0; i < MANY_LINES; i++)
      fprintf(f, "%s\"kind\":\"prompt\",\"id\":\"%d-%d\",\"time\":\"2026-03-02T09:%02d:00Z\"}\n",
              HEAD, file, i, i % 60);
    fclose(f);
  }
  for (uint32_t threads = 1; threads <= MANY_FILES; threads += MANY_FILES - 1) {
    bp_store *store = memory_store();
    options.threads = threads;
    bp_ingest_report r = ingest_folder(store, "together", &options);
    ck_assert_uint_eq(r.records_stored, MANY_FILES * MANY_LINES);
    ck_assert_int_eq(metric(store, "prompts", "all"), MANY_FILES * MANY_LINES);
    bp_close(store);
  }
}
END_TEST

/* A handle can only be used in the process that opened it. */
START_TEST(forks_are_refused) {
  bp_open_options o = owner();
  bp_store *store = open_with(path_of("fork.db"), &o);
  ingest(store, SESSION PROMPT("p1", "01"), NULL);
  pid_t child = fork();
  if (child == 0) {
    bp_result *result = NULL;
    int codes = bp_inspect(&result, store, "health", NULL) == BP_ERR_INVALID &&
                bp_ingest_bytes(store, "native", "x", SESSION, strlen(SESSION), NULL, NULL, NULL) ==
                    BP_ERR_INVALID &&
                bp_configure(store, "labels", "{}", 2, NULL) == BP_ERR_INVALID && result == NULL;
    bp_cancel(store);
    bp_close(store); /* does not touch the parent's database */
    end_child(codes);
  }
  int status = -1;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status, 0);
  ingest(store, PROMPT("p2", "02"), NULL);
  ck_assert_int_eq(metric(store, "prompts", "all"), 2);
  bp_close(store);
}
END_TEST

/* ------------------------------------------------------------------------------------ results */

START_TEST(results_outlive_their_store) {
  bp_store *store = memory_store();
  ingest(store, SESSION PROMPT("p1", "01") TOOL("t1", "Hammer"), NULL);
  bp_result *labels = inspect(store, "labels"), *answer = run(store, "prompts", "all");
  struct ArrowArrayStream stream;
  ck_assert_int_eq(bp_result_arrow(&stream, labels, NULL), BP_OK);
  bp_close(store);
  ck_assert_int_eq(bp_result_int(answer, 0, 0), 1);
  char *text = format(labels, "csv");
  ck_assert_ptr_nonnull(strstr(text, "Hammer"));
  bp_free(text);
  bp_result_free(labels);
  bp_result_free(answer);
  struct ArrowArray array;
  ck_assert_int_eq(stream.get_next(&stream, &array), 0);
  ck_assert_int_gt(array.length, 0);
  array.release(&array);
  stream.release(&stream);
}
END_TEST

START_TEST(results_have_bounds) {
  bp_store *store = memory_store();
  bp_result *r = inspect(store, "health");
  size_t rows = bp_result_rows(r), columns = bp_result_columns(r), length = 7;
  char *text = (char *)&length;
  ck_assert(rows > 10 && columns == 4);
  ck_assert_int_eq(bp_result_type(r, columns), 0);
  ck_assert_ptr_null(bp_result_column(r, columns, "name"));
  ck_assert_ptr_null(bp_result_column(r, 0, NULL));
  ck_assert_ptr_null(bp_result_column(r, 0, "nonsense"));
  ck_assert_ptr_null(bp_result_meta(r, NULL));
  ck_assert_str_eq(bp_result_meta(r, "topic"), "health");
  ck_assert_int_eq(bp_result_cell(r, rows, 0), BP_CELL_EMPTY);
  ck_assert_int_eq(bp_result_int(r, rows, 1), 0);
  ck_assert_int_eq(bp_result_int(r, 0, 0), 0); /* the column is a text */
  ck_assert_double_eq(bp_result_real(r, 0, columns), 0);
  ck_assert_double_eq(bp_result_real(r, 0, 1), (double)bp_result_int(r, 0, 1));
  ck_assert_ptr_null(bp_result_text(r, 0, 1, &length));
  ck_assert_uint_eq(length, 0);
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_result_format(NULL, NULL, r, "json", seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_result_format(&text, &length, NULL, "json", seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_result_format(&text, &length, r, NULL, seen));
  FAILS(BP_ERR_NOTFOUND, "allowed", NULL, bp_result_format(&text, &length, r, "nonsense", seen));
  ck_assert_ptr_null(text);
  struct ArrowArrayStream stream;
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_result_arrow(NULL, r, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_result_arrow(&stream, NULL, seen));
  ck_assert_ptr_null((void *)(uintptr_t)stream.release);
  ck_assert(bp_result_rows(NULL) == 0 && bp_result_columns(NULL) == 0 &&
            bp_result_type(NULL, 0) == 0);
  ck_assert(bp_result_cell(NULL, 0, 0) == BP_CELL_EMPTY && bp_result_int(NULL, 0, 0) == 0);
  ck_assert_ptr_null(bp_result_text(NULL, 0, 0, NULL));
  ck_assert_ptr_null(bp_result_meta(NULL, "topic"));
  bp_result_free(r);
  bp_close(store);
}
END_TEST

START_TEST(queries_check_their_arguments) {
  bp_store *store = memory_store();
  bp_query *query = NULL, *parsed = (bp_query *)(void *)&store;
  bp_result *result = (bp_result *)(void *)&store;
  char *text = NULL;
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_query_new(NULL, seen));
  ck_assert_int_eq(bp_query_new(&query, NULL), BP_OK);
  ck_assert_int_eq(bp_query_metric(NULL, "cost"), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_range(NULL, 0, 1, NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_period(NULL, "today", NULL), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_by(NULL, "tool"), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_where(NULL, "tool", "=", "x"), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_compare(NULL, "previous"), BP_ERR_INVALID);
  ck_assert_int_eq(bp_query_set(NULL, "limit", "1"), BP_ERR_INVALID);
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_query_from_json(NULL, "{}", 2, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_query_from_json(&parsed, NULL, 0, seen));
  FAILS(BP_ERR_FORMAT, "byte", NULL, bp_query_from_json(&parsed, "{]", 2, seen));
  ck_assert_ptr_null(parsed);
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_query_to_json(NULL, NULL, query, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_query_to_json(&text, NULL, NULL, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_query_run(NULL, store, query, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_query_run(&result, store, NULL, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_query_run(&result, NULL, query, seen));
  ck_assert_ptr_null(result);
  bp_query_free(query);
  ck_assert_int_eq(bp_query_new(&query, NULL), BP_OK);
  bp_query_metric(query, "nonsense");
  FAILS(BP_ERR_NOTFOUND, "metric", "nonsense", bp_query_run(&result, store, query, seen));
  bp_query_free(query);
  bp_close(store);
}
END_TEST

/* --------------------------------------------------------------------------------- inspecting */

static void columns_are(const bp_result *r, const char *promised) {
  static const char *const types[] = {NULL, "bool", "int", "real", NULL, "time"};
  char list[512] = "";
  for (size_t i = 0; i < bp_result_columns(r); i++) {
    const char *type = types[bp_result_type(r, i)];
    snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s%s%s", i == 0 ? "" : ", ",
             bp_result_column(r, i, "name"), type == NULL ? "" : ":", type == NULL ? "" : type);
  }
  if (promised != NULL) ck_assert_str_eq(list, promised);
}

/* A steward's store with a roster. */
static bp_store *team_in_memory(void) {
  static const char roster[] =
      "{\"blueplane.roster\":1,\"organisation\":\"acme\","
      "\"teams\":[\"core\"],\"members\":[{\"id\":\"a\",\"team\":\"core\"}]}";
  bp_open_options o = owner();
  o.flags = BP_OPEN_MEMORY;
  o.access = BP_ACCESS_STEWARD;
  bp_store *team = open_with(NULL, &o);
  ck_assert_int_eq(bp_configure(team, "roster", roster, strlen(roster), NULL), BP_OK);
  return team;
}

/* Each topic is available in a person's store, in a team's, or in both. */
START_TEST(topics_have_the_columns_they_promise) {
  bp_store *stores[] = {memory_store(), team_in_memory()};
  bp_result *topics = NULL, *r;
  unsigned checked = 0;
  ingest(stores[0], SESSION PROMPT("p1", "01") RESPONSE("r1", "7") BROKEN, NULL);
  ck_assert_int_eq(bp_catalog(&topics, "topics", NULL), BP_OK);
  for (size_t row = 0; row < bp_result_rows(topics); row++) {
    const char *topic = bp_result_text(topics, row, 1, NULL);
    unsigned opened = 0;
    if (strcmp(bp_result_text(topics, row, 0, NULL), "bp_inspect") != 0) continue;
    for (size_t i = 0; i < 2; i++) {
      int rc = bp_inspect(&r, stores[i], topic, NULL);
      if (rc == BP_ERR_DENIED) continue;
      ck_assert_msg(rc == BP_OK, "%s: %s", topic, bp_strerror(rc));
      ck_assert_str_eq(bp_result_meta(r, "topic"), topic);
      columns_are(r, bp_result_text(topics, row, 2, NULL));
      bp_result_free(r);
      opened++;
    }
    ck_assert_msg(opened > 0, "%s opens nowhere", topic);
    checked++;
  }
  ck_assert_uint_eq(checked, 23);
  bp_result_free(topics);
  bp_close(stores[0]);
  bp_close(stores[1]);
}
END_TEST

START_TEST(inspecting_by_hand) {
  bp_store *store = memory_store();
  bp_result *result = (bp_result *)(void *)&store;
  FAILS(BP_ERR_NOTFOUND, "topic", "nonsense", bp_inspect(&result, store, "nonsense", seen));
  FAILS(BP_ERR_NOTFOUND, "hint", NULL, bp_inspect(&result, store, NULL, seen));
  ck_assert_ptr_null(result);
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_inspect(NULL, store, "health", seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_inspect(&result, NULL, "health", seen));

  ingest(store, SESSION PROMPT("p1", "01") RESPONSE("r1", "7") TOOL("t1", "Hammer") BROKEN UNDATED,
         NULL);
  static const struct {
    const char *name;
    int64_t value;
  } healthy[] = {{"schema", 1},    {"prompts", 2},         {"responses", 1}, {"tool_calls", 1},
                 {"decisions", 0}, {"spans", 0},           {"events", 0},    {"changes", 0},
                 {"sessions", 1},  {"files", 1},           {"rejects", 1},   {"undated", 1},
                 {"wal_bytes", 0}, {"erasures_pending", 0}};
  for (size_t i = 0; i < sizeof healthy / sizeof *healthy; i++)
    ck_assert_msg(health(store, healthy[i].name) == healthy[i].value, "%s", healthy[i].name);

  result = inspect(store, "integrity"); /* the database, names, references, sums */
  ck_assert_uint_eq(bp_result_rows(result), 4);
  for (size_t i = 0; i < 4; i++)
    ck_assert_int_eq(bp_result_int(result, i, 1), 1);
  bp_result_free(result);
  result = inspect(store, "labels");
  ck_assert_str_eq(bp_result_text(result, 0, 0, NULL), "platform");
  ck_assert_str_eq(bp_result_text(result, 0, 2, NULL), "mytool");
  bp_result_free(result);
  result = inspect(store, "stored"); /* from the prompt of 09:01 to the call of 09:03 */
  ck_assert_str_eq(bp_result_text(result, 7, 1, NULL), "sessions");
  ck_assert_int_eq(bp_result_int(result, 7, 2), 1);
  ck_assert_int_eq(bp_result_int(result, 7, 3), INT64_C(1772442060000000));
  ck_assert_int_eq(bp_result_int(result, 7, 4), INT64_C(1772442180000000));
  bp_result_free(result);
  result = inspect(store, "sources"); /* claude_code, codex, native */
  ck_assert_str_eq(bp_result_text(result, 2, 0, NULL), "native");
  ck_assert_int_eq(bp_result_int(result, 0, 1), 0);
  ck_assert_int_eq(bp_result_int(result, 2, 1), 1);
  ck_assert_int_eq(bp_result_int(result, 2, 3), 6);
  ck_assert_int_eq(bp_result_int(result, 2, 4), 1);
  ck_assert_int_eq(bp_result_int(result, 2, 5), 1);
  ck_assert_int_eq(bp_result_cell(result, 0, 6), BP_CELL_EMPTY);
  ck_assert_int_eq(bp_result_int(result, 2, 6), three_hours_later(NULL));
  bp_result_free(result);
  result = inspect(store, "unpriced");
  ck_assert_uint_eq(bp_result_rows(result), 1);
  ck_assert_str_eq(bp_result_text(result, 0, 0, NULL), "m-1");
  ck_assert_int_eq(bp_result_int(result, 0, 1), 1);
  ck_assert_int_eq(bp_result_int(result, 0, 2), 12);
  bp_result_free(result);
  result = inspect(store, "sessions");
  ck_assert_uint_eq(bp_result_rows(result), 1);
  ck_assert_str_eq(bp_result_text(result, 0, 1, NULL), "mytool");
  ck_assert_str_eq(bp_result_text(result, 0, 2, NULL), "engine");
  ck_assert_int_eq(bp_result_cell(result, 0, 3), BP_CELL_EMPTY);
  ck_assert_int_eq(bp_result_int(result, 0, 6), T0 + 60000000);
  ck_assert_int_eq(bp_result_int(result, 0, 7), T0 + 180000000);
  bp_result_free(result);

  /* A reject refers to a row of the files. */
  bp_result *rejects = inspect(store, "rejects"), *files = inspect(store, "files");
  ck_assert_str_eq(bp_result_text(rejects, 0, 0, NULL), bp_result_text(files, 0, 0, NULL));
  bp_result_free(rejects);
  bp_result_free(files);
  bp_close(store);
}
END_TEST

/* ------------------------------------------------------------------------------------ preview */

static char *preview(bp_store *store, const char *source, const char *text) {
  bp_result *result = NULL;
  ck_assert_int_eq(bp_privacy_preview(&result, store, source, text, strlen(text), NULL), BP_OK);
  char *csv = format(result, "csv");
  bp_result_free(result);
  return csv;
}

START_TEST(previews_show_rules_and_no_values) {
  bp_store *store = memory_store();
  char *csv = preview(
      store, NULL,
      "{\"blueplane\":1,\"platform\":\"SECRET\",\"SECRET\":1,\"model\":{\"SECRET\":[\"SECRET\"]},"
      "\"features\":[\"SECRET\",{\"SECRET\":\"SECRET\"}],\"id.SECRET\":1,\"*\":2,\"id\":3}\n"
      "{\"id\":\"SECRET\",\"SEC\\u0052ET\":{\"id\":\"SECRET\"}}\nSECRET\n{\"id\":1,SECRET\n");
  ck_assert_ptr_null(strstr(csv, "SECRET"));
  static const char *const rows[] = {"blueplane,compared,", "platform,label,",
                                     "id,hashed,keyed hash: same event,3", "features[],kept,",
                                     "*,dropped,not on the list of fields that are read,4"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_msg(strstr(csv, rows[i]) != NULL, "%s in %s", rows[i], csv);
  bp_free(csv);
  bp_close(store);
}
END_TEST

/* Arrays in arrays at a known field, and objects in them, make up no more paths than these. */
START_TEST(previews_have_few_paths) {
  static const char head[] = "field,use,rule,count";
  char nested[512] = "{\"id\":";
  for (int i = 0; i < 60; i++)
    strcat(nested, "[0,");
  strcat(nested, "{\"a\":[[1]]}");
  for (int i = 0; i < 60; i++)
    strcat(nested, "]");
  strcat(nested, ",\"event\":[{\"a\":{\"b\":[{\"c\":1}]}}],\"id\":2}\n");
  bp_store *store = memory_store();
  char *csv = preview(store, "native", nested);
  ck_assert_int_eq(strncmp(csv, head, sizeof head - 1), 0);
  ck_assert_str_eq(strchr(csv, '\n') + 1,
                   "id[],dropped,not on the list of fields that are read,2\r\n"
                   "event[].*,dropped,not on the list of fields that are read,1\r\n"
                   "id,hashed,keyed hash: same event,1\r\n");
  bp_free(csv);
  bp_close(store);
}
END_TEST

START_TEST(previews_end) {
  static const char *const texts[] = {"",
                                      "1",
                                      "1\n",
                                      "null true \"x\"\n",
                                      "[1,[2]]\n[]",
                                      "{\"id\":",
                                      "}",
                                      "\xFF\n{}",
                                      "{\"id\":[[[[{\"id\":[1]}]]]]}",
                                      "12 {} 13"};
  bp_store *store = memory_store();
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    bp_free(preview(store, "native", texts[i]));
  char deep[4001];
  memset(deep, '[', 4000);
  deep[4000] = '\0';
  bp_free(preview(store, "native", deep));
  for (size_t i = 0; i < 3996; i += 6)
    memcpy(deep + i, "{\"id\":", 6);
  bp_free(preview(store, "native", deep));
  bp_close(store);
}
END_TEST

START_TEST(previews_check_their_arguments) {
  bp_store *store = memory_store();
  bp_result *result = (bp_result *)(void *)&store;
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_privacy_preview(NULL, store, "native", "{}", 2, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_privacy_preview(&result, store, "native", NULL, 2, seen));
  FAILS(BP_ERR_INVALID, NULL, NULL, bp_privacy_preview(&result, NULL, "native", "{}", 2, seen));
  FAILS(BP_ERR_NOTFOUND, "name", "nonsense",
        bp_privacy_preview(&result, store, "nonsense", "{}", 2, seen));
  FAILS(BP_ERR_UNSUPPORTED, NULL, NULL, bp_privacy_preview(&result, store, NULL, "{}", 2, seen));
  ck_assert_ptr_null(result);
  ck_assert_int_eq(bp_privacy_preview(&result, store, "native", NULL, 0, NULL), BP_OK);
  ck_assert_uint_eq(bp_result_rows(result), 0);
  bp_result_free(result);
  bp_close(store);
}
END_TEST

/* ---------------------------------------------------------------------------------------- log */

typedef struct log_lines {
  unsigned count;
  int level[8], code[8];
  int64_t a[8], b[8];
} log_lines;

static void on_log(void *user, int level, int code, int64_t a, int64_t b) {
  log_lines *l = user;
  ck_assert_uint_lt(l->count, 8);
  l->level[l->count] = level;
  l->code[l->count] = code;
  l->a[l->count] = a;
  l->b[l->count++] = b;
}

static void assert_line(const log_lines *l, unsigned i, int level, int code, int64_t a, int64_t b) {
  ck_assert_uint_lt(i, l->count);
  ck_assert(l->level[i] == level && l->code[i] == code && l->a[i] == a && l->b[i] == b);
}

START_TEST(logs_are_numbers) {
  for (uint32_t level = 0; level <= BP_LOG_DEBUG; level++) {
    log_lines lines = {0};
    bp_result *result = NULL;
    bp_open_options o = owner();
    o.flags = BP_OPEN_MEMORY;
    o.log_level = level;
    o.log = on_log;
    o.log_user = &lines;
    bp_store *store = open_with(NULL, &o);
    ingest(store, SESSION PROMPT("p1", "01") BROKEN BROKEN, NULL);
    ck_assert_int_eq(bp_privacy_preview(&result, store, NULL, "?", 1, NULL), BP_ERR_UNSUPPORTED);
    unsigned next = 0;
    if (level >= BP_LOG_WARN) assert_line(&lines, next++, BP_LOG_WARN, BP_ERR_FORMAT, 2, 0);
    if (level >= BP_LOG_INFO) assert_line(&lines, next++, BP_LOG_INFO, BP_OK, 1, 0);
    if (level >= BP_LOG_ERROR) assert_line(&lines, next++, BP_LOG_ERROR, BP_ERR_UNSUPPORTED, 0, 0);
    ck_assert_int_eq(bp_narrow(store, BP_ACCESS_DEVOPS, NULL, NULL), BP_OK);
    ck_assert_int_eq(bp_inspect(&result, store, "sessions", NULL), BP_ERR_DENIED);
    if (level >= BP_LOG_ERROR) assert_line(&lines, next++, BP_LOG_ERROR, BP_ERR_DENIED, 0, 0);
    ck_assert_uint_eq(lines.count, next);
    bp_close(store);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("api");
  TCase *tests = tcase_create("api");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, make_folder, remove_folder);
  tcase_add_test(tests, opening_checks_its_arguments);
  tcase_add_test(tests, kinds_of_store_open_for_their_accesses_only);
  tcase_add_test(tests, access_is_fixed_at_open);
  tcase_add_test(tests, access_narrows_and_never_widens);
  tcase_add_test(tests, read_only_handles_write_nothing);
  tcase_add_test(tests, consent_checks_its_arguments);
  tcase_add_test(tests, times_behind_all_times);
  tcase_add_test(tests, everything_is_all_that_was_asked);
  tcase_add_test(tests, the_audit_has_what_this_handle_asked);
  tcase_add_test(tests, erasing_checks_its_selector);
  tcase_add_test(tests, clocks_decide_what_today_is);
  tcase_add_test(tests, configuring);
  tcase_add_test(tests, ingest_checks_lent_structs);
  tcase_add_test(tests, ingest_checks_its_arguments);
  tcase_add_test(tests, bytes_by_hand);
  tcase_add_test(tests, bad_names_count_each_time);
  tcase_add_test(tests, broken_lines_in_pieces);
  tcase_add_test(tests, a_dry_run_counts);
  tcase_add_test(tests, files_grow);
  tcase_add_test(tests, files_are_rewritten);
  tcase_add_posix_test(tests, a_file_is_rewritten_while_it_is_read);
  tcase_add_posix_test(tests, a_file_is_emptied_while_it_is_read);
  tcase_add_test(tests, scans_find_their_files);
  tcase_add_posix_test(tests, files_that_cannot_be_written);
  tcase_add_posix_test(tests, what_cannot_be_read_is_counted);
  tcase_add_test(tests, progress_is_reported);
  tcase_add_test(tests, progress_may_stop);
  tcase_add_test(tests, bytes_may_stop);
  tcase_add_test(tests, a_file_may_stop);
  tcase_add_test(tests, cancel_at_any_moment);
  tcase_add_test(tests, one_store_many_threads);
  tcase_add_test(tests, threads_change_nothing);
  tcase_add_test(tests, workers_store_together);
  tcase_add_posix_test(tests, forks_are_refused);
  tcase_add_test(tests, results_outlive_their_store);
  tcase_add_test(tests, results_have_bounds);
  tcase_add_test(tests, queries_check_their_arguments);
  tcase_add_test(tests, topics_have_the_columns_they_promise);
  tcase_add_test(tests, inspecting_by_hand);
  tcase_add_test(tests, previews_show_rules_and_no_values);
  tcase_add_test(tests, previews_have_few_paths);
  tcase_add_test(tests, previews_end);
  tcase_add_test(tests, previews_check_their_arguments);
  tcase_add_test(tests, logs_are_numbers);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
