/* 06_privacy_preview.c: shows what would be kept of a line, before anything is stored. The result
 * names fields and rules, but has no values. */
#include <stdio.h>
#include <string.h>

#include <blueplane/blueplane.h>

static const char line[] =
    "{\"type\":\"user\",\"uuid\":\"u1\",\"sessionId\":\"s1\",\"cwd\":\"/home/ada/engine\","
    "\"timestamp\":\"2026-03-02T09:00:00.000Z\",\"mood\":\"curious\","
    "\"message\":{\"role\":\"user\",\"content\":\"What the person wrote\"}}\n";

int main(void) {
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  bp_store *store = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  char *table = NULL;
  int status = 0;

  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER;
  if (bp_open(&store, NULL, &options, &error) != BP_OK ||
      bp_privacy_preview(&result, store, "claude_code", line, strlen(line), &error) != BP_OK ||
      bp_result_format(&table, NULL, result, "table", &error) != BP_OK) {
    fprintf(stderr, "preview: %s\n", bp_error_message(error));
    bp_error_free(error);
    status = 1;
  } else {
    printf("%s", table);
  }
  bp_free(table);
  bp_result_free(result);
  bp_close(store);
  return status;
}
