/* editor.c: how a tool links the library in. The tool writes an event when something happens,
 * ingests it at once, and shows a panel of its own numbers. Everything stays in one process and one
 * file; no text of the person leaves the tool's memory, as events have no field for it.
 *
 * The rest of the tool would only see the functions recorder_*, record and show_panel. */
#include <stdio.h>
#include <string.h>

#include <blueplane/blueplane.h>

/* --------------------------------------------------------------------------------- the recorder */

typedef struct recorder {
  bp_store *store;
  const char *session;
  unsigned next; /* number of events since the tool started */
} recorder;

static void report(const char *what, bp_error *error) {
  const char *hint = bp_error_detail(error, "hint");
  fprintf(stderr, "%s: %s%s%s\n", what, bp_error_message(error), hint ? "; " : "",
          hint ? hint : "");
  bp_error_free(error);
}

/* A long-running tool opens its store once. The example uses a store in memory and a fixed clock,
 * to leave nothing behind and to be reproducible. */
static int64_t noon(void *user) {
  (void)user;
  return INT64_C(1772452800000000); /* 2026-03-02T12:00:00Z */
}

static int recorder_open(recorder *r, const char *session) {
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  bp_error *error = NULL;
  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER;
  options.clock = noon;
  *r = (recorder){NULL, session, 0};
  if (bp_open(&r->store, NULL, &options, &error) == BP_OK) return 0;
  report("opening the store", error);
  return -1;
}

/* Records one event, with its members as JSON: `"kind":"prompt"`, ... An id must never be reused,
 * so it contains the time: after a restart the counter begins again. A refused event is a defect of
 * the tool, and affects no other event. */
static void record(recorder *r, const char *time, const char *members) {
  char line[1024];
  bp_error *error = NULL;
  bp_ingest_report told = BP_INGEST_REPORT_INIT;
  int length =
      snprintf(line, sizeof line,
               "{\"blueplane\":1,\"platform\":\"myeditor\",\"session\":\"%s\",\"id\":\"%s-%s-%u\","
               "\"time\":\"%s\",%s}\n",
               r->session, r->session, time, r->next++, time, members);
  if (length < 0 || (size_t)length >= sizeof line) return;
  int rc =
      bp_ingest_bytes(r->store, "native", r->session, line, (size_t)length, NULL, &told, &error);
  if (rc != BP_OK) report("recording", error);
  if (told.records_rejected > 0) fprintf(stderr, "an event was rejected: %s", line);
}

/* The panel: two days side by side, as the library formats them. A tool with its own widgets reads
 * the cells instead (02_query.c). */
static void show_panel(recorder *r) {
  static const char *const metrics[] = {"prompts",     "output_tokens",   "cost",
                                        "lines_added", "acceptance_rate", "tool_success_rate"};
  bp_query *query = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  char *panel = NULL;
  size_t length = 0;
  int rc = bp_query_new(&query, &error);
  for (size_t i = 0; rc == BP_OK && i < sizeof metrics / sizeof *metrics; i++)
    rc = bp_query_metric(query, metrics[i]);
  if (rc == BP_OK) rc = bp_query_period(query, "2d", "UTC");
  if (rc == BP_OK) rc = bp_query_by(query, "time.day");
  if (rc == BP_OK) rc = bp_query_run(&result, r->store, query, &error);
  if (rc == BP_OK)
    rc = bp_result_format(&panel, &length, result, "table:ascii,titles,brief", &error);
  if (rc == BP_OK)
    fwrite(panel, 1, length, stdout);
  else
    report("the panel", error);
  bp_free(panel);
  bp_result_free(result);
  bp_query_free(query);
}

static void recorder_close(recorder *r) {
  bp_close(r->store);
}

/* ------------------------------------------------------------------------------ a day of editing */

int main(void) {
  recorder r;
  if (recorder_open(&r, "window-7") != 0) return 1;
  record(&r, "2026-03-01T16:00:00Z", "\"kind\":\"prompt\",\"characters\":80");
  record(
      &r, "2026-03-01T16:00:09Z",
      "\"kind\":\"response\",\"model\":\"claude-sonnet-4-5\",\"input_tokens\":900,\"output_tokens\":210,"
      "\"cache_read_tokens\":4000,\"cache_write_5m_tokens\":0,\"cache_write_1h_tokens\":0");
  record(&r, "2026-03-02T09:10:00Z",
         "\"kind\":\"prompt\",\"characters\":240,\"features\":[\"file\"]");
  record(
      &r, "2026-03-02T09:10:12Z",
      "\"kind\":\"response\",\"model\":\"claude-sonnet-4-5\",\"input_tokens\":1200,\"output_tokens\":640,"
      "\"cache_read_tokens\":8000,\"cache_write_5m_tokens\":0,\"cache_write_1h_tokens\":0");
  record(
      &r, "2026-03-02T09:10:13Z",
      "\"kind\":\"tool_call\",\"tool\":\"apply_edit\",\"category\":\"edit\",\"file\":\"src/loop.rs\","
      "\"outcome\":\"ok\",\"lines_added\":14,\"lines_removed\":3,\"duration_us\":90000");
  record(
      &r, "2026-03-02T09:10:20Z",
      "\"kind\":\"tool_call\",\"tool\":\"run_tests\",\"category\":\"command\",\"program\":\"test\","
      "\"outcome\":\"error\",\"failure\":\"command\",\"duration_us\":4100000");
  record(
      &r, "2026-03-02T09:11:00Z",
      "\"kind\":\"decision\",\"decision\":\"completion\",\"accepted\":true,\"language\":\"rust\",\"lines\":2");
  record(
      &r, "2026-03-02T09:12:00Z",
      "\"kind\":\"decision\",\"decision\":\"completion\",\"accepted\":false,\"language\":\"rust\",\"lines\":5");
  show_panel(&r);
  recorder_close(&r);
  return 0;
}
