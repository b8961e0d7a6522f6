/* 03_compare.c: compares a week with the week before. With a baseline, a query adds three columns
 * for each metric: the baseline's value, the difference and the relative difference. */
#include <stdio.h>
#include <string.h>

#include <blueplane/blueplane.h>

/* Two responses in the first week of March 2026, three in the second. */
static const char *const times[] = {"2026-03-03T10:00:00Z", "2026-03-05T15:00:00Z",
                                    "2026-03-10T08:00:00Z", "2026-03-10T11:00:00Z",
                                    "2026-03-12T17:00:00Z"};
static const char line_format[] =
    "{\"type\":\"assistant\",\"uuid\":\"u%zu\",\"sessionId\":\"s%zu\",\"timestamp\":\"%s\","
    "\"message\":{\"id\":\"m%zu\",\"model\":\"claude-sonnet-4-5-20250929\","
    "\"stop_reason\":\"end_turn\",\"content\":[],"
    "\"usage\":{\"input_tokens\":1000,\"output_tokens\":%zu}}}\n";

static int failed(const char *what, bp_error *error) {
  fprintf(stderr, "%s: %s\n", what, bp_error_message(error));
  bp_error_free(error);
  return 1;
}

static int fill(bp_store *store, bp_error **error) {
  char line[512];
  int rc = BP_OK;
  for (size_t i = 0; i < sizeof times / sizeof *times && rc == BP_OK; i++) {
    int length = snprintf(line, sizeof line, line_format, i, i, times[i], i, 100 * (i + 1));
    rc = bp_ingest_bytes(store, "claude_code", times[i], line, (size_t)length, NULL, NULL, error);
  }
  return rc;
}

/* A query can be written as JSON, too. */
static int ask(bp_result **result, bp_store *store, bp_error **error) {
  static const char json[] =
      "{\"schema\":\"blueplane.query/1\",\"metrics\":[\"responses\",\"output_tokens\"],"
      "\"period\":\"2026-03-09/2026-03-15\",\"compare\":\"previous\"}";
  bp_query *query = NULL;
  int rc = bp_query_from_json(&query, json, strlen(json), error);
  if (rc == BP_OK) rc = bp_query_run(result, store, query, error);
  bp_query_free(query);
  return rc;
}

int main(void) {
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  bp_store *store = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  int status = 0;

  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER;
  if (bp_open(&store, NULL, &options, &error) != BP_OK || fill(store, &error) != BP_OK ||
      ask(&result, store, &error) != BP_OK) {
    status = failed("compare", error);
  } else {
    for (size_t column = 0; column < bp_result_columns(result); column++)
      if (strcmp(bp_result_column(result, column, "role"), "companion") != 0)
        printf("%-24s %g\n", bp_result_column(result, column, "name"),
               bp_result_real(result, 0, column));
  }
  bp_result_free(result);
  bp_close(store);
  return status;
}
