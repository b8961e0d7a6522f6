/* A program from the time of 0.1: built with the frozen header, run with the present library. It
 * calls every function and prints the results, which must be the same whatever was added to the
 * library since. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <blueplane/arrow.h>
#include <blueplane/blueplane.h>

#define DAY INT64_C(86400000000)
#define CHECK(what)                                                                                \
  do {                                                                                             \
    if (!(what)) {                                                                                 \
      fprintf(stderr, "client.c:%d: %s\n", __LINE__, #what);                                       \
      exit(1);                                                                                     \
    }                                                                                              \
  } while (0)

static const char line[] =
    "{\"type\":\"assistant\",\"uuid\":\"u1\",\"sessionId\":\"s1\",\"timestamp\":\"2026-03-02T09:00:00Z\","
    "\"message\":{\"id\":\"m1\",\"model\":\"claude-sonnet-4-5\",\"stop_reason\":\"end_turn\",\"content\":[],"
    "\"usage\":{\"input_tokens\":12,\"output_tokens\":34}}}\n";

static int64_t noon(void *user) {
  (void)user;
  return INT64_C(1772453000000000); /* 2026-03-02T12:03:20Z */
}

static int counted;
static void on_log(void *user, int level, int code, int64_t a, int64_t b) {
  (void)user, (void)code, (void)a, (void)b;
  counted += level <= BP_LOG_INFO;
}
static int on_progress(void *user, const bp_progress *p) {
  (void)user;
  CHECK(p->struct_size >= sizeof *p);
  return 0;
}

static bp_store *open_memory(void) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  bp_store *store = NULL;
  bp_error *error = NULL;
  o.flags = BP_OPEN_MEMORY;
  o.access = BP_ACCESS_OWNER;
  o.log_level = BP_LOG_INFO;
  o.log = on_log;
  o.clock = noon;
  CHECK(bp_open(&store, NULL, &o, &error) == BP_OK && error == NULL);
  return store;
}

static void ingest(bp_store *store) {
  bp_ingest_options o = BP_INGEST_OPTIONS_INIT;
  struct { /* nothing may be written after the caller's report */
    bp_ingest_report report;
    unsigned char guard[64];
  } lent;
  memset(&lent, 0xa5, sizeof lent);
  lent.report = (bp_ingest_report)BP_INGEST_REPORT_INIT;
  o.progress = on_progress;
  CHECK(bp_ingest_bytes(store, "claude_code", "here", line, sizeof line - 1, &o, &lent.report,
                        NULL) == BP_OK);
  CHECK(lent.report.records_stored == 1 && lent.report.records_rejected == 0);
  for (size_t i = 0; i < sizeof lent.guard; i++)
    CHECK(lent.guard[i] == 0xa5);
  CHECK(counted > 0);
}

static void ask(bp_store *store) {
  bp_query *query = NULL;
  bp_result *result = NULL;
  char *json = NULL, *text = NULL;
  size_t length = 0;
  CHECK(bp_query_new(&query, NULL) == BP_OK);
  CHECK(bp_query_metric(query, "output_tokens") == BP_OK &&
        bp_query_by(query, "time.day") == BP_OK);
  CHECK(bp_query_period(query, "today", "UTC") == BP_OK &&
        bp_query_set(query, "limit", "5") == BP_OK);
  CHECK(bp_query_compare(query, NULL) == BP_OK &&
        bp_query_where(query, "model", "!=", "x") == BP_OK);
  CHECK(bp_query_to_json(&json, &length, query, NULL) == BP_OK && strlen(json) == length);
  CHECK(bp_query_run(&result, store, query, NULL) == BP_OK);
  CHECK(bp_result_rows(result) == 1 && bp_result_columns(result) >= 2);
  CHECK(bp_result_type(result, 1) == BP_TYPE_INT &&
        (bp_result_cell(result, 0, 1) & BP_CELL_STATE) == BP_CELL_VALUE);
  CHECK(bp_result_int(result, 0, 1) == 34 && bp_result_real(result, 0, 1) == 34.0);
  CHECK(strcmp(bp_result_column(result, 1, "name"), "output_tokens") == 0 &&
        bp_result_meta(result, "zone") != NULL);
  CHECK(bp_result_format(&text, &length, result, "csv", NULL) == BP_OK &&
        strstr(text, "34") != NULL);
  struct ArrowArrayStream stream;
  CHECK(bp_result_arrow(&stream, result, NULL) == BP_OK);
  bp_result_free(result);
  stream.release(&stream);
  bp_free(json);
  bp_free(text);
  bp_query_free(query);
}

/* By instants and as a document: the same day, the same number; its name is text. */
static void ask_otherwise(bp_store *store) {
  static const char json[] =
      "{\"metrics\":[\"output_tokens\"],\"by\":[\"model\"],\"period\":\"today\"}";
  bp_query *query = NULL;
  bp_result *result = NULL;
  size_t length = 0;
  CHECK(bp_query_new(&query, NULL) == BP_OK && bp_query_metric(query, "output_tokens") == BP_OK);
  CHECK(bp_query_range(query, noon(NULL) / DAY * DAY, noon(NULL) / DAY * DAY + DAY, "UTC") ==
        BP_OK);
  CHECK(bp_query_run(&result, store, query, NULL) == BP_OK && bp_result_int(result, 0, 0) == 34);
  bp_result_free(result);
  bp_query_free(query);
  CHECK(bp_query_from_json(&query, json, sizeof json - 1, NULL) == BP_OK);
  CHECK(bp_query_run(&result, store, query, NULL) == BP_OK && bp_result_int(result, 0, 1) == 34);
  CHECK(strcmp(bp_result_text(result, 0, 0, &length), "claude-sonnet-4-5") == 0 && length == 17);
  bp_result_free(result);
  bp_query_free(query);
}

/* Calls that need files or a team return an error and no result. */
static void ask_in_vain(bp_store *store) {
  bp_result *result = NULL;
  void *bundle = NULL;
  size_t length = 0;
  CHECK(bp_ingest_file(store, NULL, "no/such/file", NULL, NULL, NULL) == BP_ERR_NOTFOUND);
  CHECK(bp_ingest_scan(store, "claude_code", "no/such/folder", NULL, NULL, NULL) ==
        BP_ERR_NOTFOUND);
  CHECK(bp_ingest_pending(&result, store, "claude_code", "no/such/folder", NULL) ==
        BP_ERR_NOTFOUND);
  CHECK(bp_share_export(&bundle, &length, store, "team", "2026-W08", NULL) == BP_ERR_NOTFOUND);
  CHECK(bp_share_describe(&result, "nothing", 7, NULL) == BP_ERR_FORMAT);
  CHECK(bp_share_merge(&result, store, "nothing", 7, NULL) == BP_ERR_DENIED);
  CHECK(bp_publish(&result, store, "2026-W08", NULL, NULL) == BP_ERR_DENIED);
  CHECK(bp_publish_lead(&result, store, "2026-W08", "core", NULL, NULL) == BP_ERR_DENIED);
  CHECK(result == NULL && bundle == NULL);
}

static void look(bp_store *store) {
  bp_result *result = NULL;
  bp_error *error = NULL;
  CHECK(bp_inspect(&result, store, "health", NULL) == BP_OK && bp_result_rows(result) > 4);
  bp_result_free(result);
  CHECK(bp_catalog(&result, "metrics", NULL) == BP_OK && bp_result_rows(result) > 20);
  bp_result_free(result);
  CHECK(bp_privacy_preview(&result, store, NULL, line, sizeof line - 1, NULL) == BP_OK);
  bp_result_free(result);
  CHECK(bp_inspect(&result, store, "nonsense", &error) == BP_ERR_NOTFOUND && result == NULL);
  CHECK(bp_error_code(error) == BP_ERR_NOTFOUND && *bp_error_message(error) != '\0');
  CHECK(bp_error_detail(error, "nonsense") == NULL);
  bp_error_free(error);
  CHECK(bp_configure(store, "labels", "{\"version\":1,\"keep\":true}", 25, NULL) == BP_OK);
  CHECK(bp_consent_set(store, "quality", "lead", 0, 0, NULL) == BP_OK);
  CHECK(bp_erase(&result, store, "{\"version\":1,\"everything\":true}", 31, NULL) == BP_OK);
  bp_result_free(result);
  bp_cancel(store);
  CHECK(bp_narrow(store, BP_ACCESS_DEVOPS, NULL, NULL) == BP_OK);
}

int main(void) {
  bp_store *store = open_memory();
  CHECK(bp_version() >=
        ((uint32_t)BP_VERSION_MAJOR << 16 | BP_VERSION_MINOR << 8 | BP_VERSION_PATCH));
  CHECK(bp_feature("source:claude_code") == 1 && *bp_strerror(BP_ERR_BUSY) != '\0');
  int32_t seconds = -1;
  CHECK(bp_zone_offset(&seconds, NULL, NULL, "UTC", 0, NULL) == BP_OK && seconds == 0);
  ingest(store);
  ask(store);
  ask_otherwise(store);
  ask_in_vain(store);
  look(store);
  bp_close(store);
  printf("built against %s, run with %s\n", BP_VERSION_STRING, bp_version_string());
  return 0;
}
