/* 02_query.c: queries metrics by a dimension, prints the result as a table, and reads its cells:
 * each has a value or a state that says why not. */
#include <stdio.h>
#include <string.h>

#include <blueplane/blueplane.h>

#define MODEL "\"model\":\"claude-sonnet-4-5-20250929\",\"stop_reason\":\"end_turn\",\"content\":[]"

/* Two responses. No tool was used, so the tool success rate divides by zero and is empty. */
static const char transcript[] =
    "{\"type\":\"assistant\",\"uuid\":\"u1\",\"sessionId\":\"s1\","
    "\"timestamp\":\"2026-03-02T09:00:00Z\",\"message\":{\"id\":\"m1\"," MODEL
    ",\"usage\":{\"input_tokens\":1200,\"output_tokens\":340}}}\n"
    "{\"type\":\"assistant\",\"uuid\":\"u2\",\"sessionId\":\"s1\","
    "\"timestamp\":\"2026-03-02T23:30:00Z\",\"message\":{\"id\":\"m2\"," MODEL
    ",\"usage\":{\"input_tokens\":2000,\"output_tokens\":500}}}\n";

static int failed(const char *what, bp_error *error) {
  const char *hint = bp_error_detail(error, "hint");
  fprintf(stderr, "%s: %s%s%s\n", what, bp_error_message(error), hint ? "; " : "",
          hint ? hint : "");
  bp_error_free(error);
  return 1;
}

static int open_filled(bp_store **store, bp_error **error) {
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER;
  int rc = bp_open(store, NULL, &options, error);
  if (rc != BP_OK) return rc;
  return bp_ingest_bytes(*store, "claude_code", "", transcript, strlen(transcript), NULL, NULL,
                         error);
}

/* The builder's calls need no checks: bp_query_run reports the first failure. The time of the
 * second response is already the next day in Berlin. */
static int ask(bp_result **result, bp_store *store, bp_error **error) {
  bp_query *query = NULL;
  int rc = bp_query_new(&query, error);
  if (rc != BP_OK) return rc;
  bp_query_metric(query, "responses");
  bp_query_metric(query, "output_tokens");
  bp_query_metric(query, "tool_success_rate");
  bp_query_by(query, "time.day");
  bp_query_period(query, "2026-03-02/2026-03-03", "Europe/Berlin");
  rc = bp_query_run(result, store, query, error);
  bp_query_free(query);
  return rc;
}

/* Each metric is followed by its companions, such as both parts of a ratio. */
static void print_metrics(const bp_result *result) {
  static const char *const states[] = {"value", "empty", "withheld", "uncovered"};
  for (size_t row = 0; row < bp_result_rows(result); row++) {
    printf("%s\n", bp_result_text(result, row, 0, NULL));
    for (size_t column = 1; column < bp_result_columns(result); column++) {
      int state = bp_result_cell(result, row, column) & BP_CELL_STATE;
      if (strcmp(bp_result_column(result, column, "role"), "metric") != 0) continue;
      printf("  %s: ", bp_result_column(result, column, "name"));
      if (state == BP_CELL_VALUE)
        printf("%g\n", bp_result_real(result, row, column));
      else
        printf("(%s)\n", states[state]);
    }
  }
}

int main(void) {
  bp_store *store = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  char *table = NULL;
  int status = 0;

  if (open_filled(&store, &error) != BP_OK || ask(&result, store, &error) != BP_OK ||
      bp_result_format(&table, NULL, result, "table:titles,brief", &error) != BP_OK) {
    status = failed("query", error);
  } else {
    printf("%s\n", table);
    print_metrics(result);
  }
  bp_free(table);
  bp_result_free(result);
  bp_close(store);
  return status;
}
