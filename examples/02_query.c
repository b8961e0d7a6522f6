/* 02_query.c: asks for metrics by a dimension, prints the answer as a table, and reads its cells: each
 * has a value or says why it has none. */
#include <stdio.h>
#include <string.h>

#include <blueplane/blueplane.h>

/* One session, of which the source does not say how many tokens were used. */
static const char events[] =
    "{\"type\":\"user\",\"uuid\":\"u1\",\"sessionId\":\"s1\",\"cwd\":\"/home/ada/engine\","
    "\"timestamp\":\"2026-03-02T09:00:00.000Z\",\"message\":{\"role\":\"user\",\"content\":\"Hello\"}}\n"
    "{\"type\":\"assistant\",\"uuid\":\"u2\",\"sessionId\":\"s1\",\"timestamp\":\"2026-03-02T09:00:08.000Z\","
    "\"message\":{\"id\":\"m1\",\"role\":\"assistant\",\"model\":\"claude-sonnet-4-5-20250929\","
    "\"stop_reason\":\"end_turn\",\"content\":[],"
    "\"usage\":{\"input_tokens\":1200,\"output_tokens\":340}}}\n"
    "{\"type\":\"assistant\",\"uuid\":\"u3\",\"sessionId\":\"s1\",\"timestamp\":\"2026-03-03T22:30:00.000Z\","
    "\"message\":{\"id\":\"m2\",\"role\":\"assistant\",\"model\":\"claude-sonnet-4-5-20250929\","
    "\"stop_reason\":\"end_turn\",\"content\":[],"
    "\"usage\":{\"input_tokens\":2000,\"output_tokens\":500}}}\n";

static int failed(const char *what, bp_error *error) {
  const char *hint = bp_error_detail(error, "hint");
  fprintf(stderr, "%s: %s%s%s\n", what, bp_error_message(error), hint ? "; " : "", hint ? hint : "");
  bp_error_free(error);
  return 1;
}

static int open_filled(bp_store **store, bp_error **error) {
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER;
  int rc = bp_open(store, NULL, &options, error);
  if (rc == BP_OK)
    rc = bp_ingest_bytes(*store, "claude_code", "", events, strlen(events), NULL, NULL, error);
  return rc;
}

/* The builder's calls need no check of their own: bp_query_run tells of the first failure. */
static int ask(bp_result **result, bp_store *store, bp_error **error) {
  bp_query *query = NULL;
  int rc = bp_query_new(&query, error);
  if (rc != BP_OK) return rc;
  bp_query_metric(query, "responses");
  bp_query_metric(query, "output_tokens");
  bp_query_metric(query, "tool_success_rate");
  bp_query_by(query, "time.day");
  bp_query_period(query, "2026-03-01/2026-03-07", "Europe/Berlin");
  rc = bp_query_run(result, store, query, error);
  bp_query_free(query);
  return rc;
}

static void print_cells(const bp_result *result) {
  static const char *const states[] = {"value", "empty", "withheld", "uncovered"};
  for (size_t row = 0; row < bp_result_rows(result); row++) {
    printf("%s:", bp_result_text(result, row, 0, NULL));
    for (size_t column = 1; column < bp_result_columns(result); column++) {
      int state = bp_result_cell(result, row, column) & BP_CELL_STATE;
      printf(" %s=", bp_result_column(result, column, "name"));
      if (state == BP_CELL_VALUE)
        printf("%g", bp_result_real(result, row, column));
      else
        printf("(%s)", states[state]);
    }
    printf("\n");
  }
}

int main(void) {
  bp_store *store = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  char *table = NULL;
  int status = 0;

  if (open_filled(&store, &error) != BP_OK || ask(&result, store, &error) != BP_OK ||
      bp_result_format(&table, NULL, result, "table", &error) != BP_OK) {
    status = failed("query", error);
  } else {
    printf("%s\n", table);
    print_cells(result);
  }
  bp_free(table);
  bp_result_free(result);
  bp_close(store);
  return status;
}
