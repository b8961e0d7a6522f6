/* 01_open_and_ingest.c: opens a store, reads the same transcript twice, and prints how many records
 * were new. Your program would give bp_open() a path instead of BP_OPEN_MEMORY, and
 * bp_ingest_scan() the folder of the transcripts. */
#include <stdio.h>
#include <string.h>

#include <blueplane/blueplane.h>

static const char transcript[] =
    "{\"type\":\"user\",\"uuid\":\"u1\",\"sessionId\":\"s1\",\"cwd\":\"/home/ada/engine\","
    "\"timestamp\":\"2026-03-02T09:00:00.000Z\","
    "\"message\":{\"role\":\"user\",\"content\":\"Hello\"}}\n"
    "{\"type\":\"assistant\",\"uuid\":\"u2\",\"sessionId\":\"s1\",\"cwd\":\"/home/ada/engine\","
    "\"timestamp\":\"2026-03-02T09:00:08.000Z\",\"requestId\":\"r1\",\"message\":{\"id\":\"m1\","
    "\"role\":\"assistant\",\"model\":\"claude-sonnet-4-5-20250929\",\"stop_reason\":\"end_turn\","
    "\"content\":[{\"type\":\"text\",\"text\":\"Good morning.\"}],"
    "\"usage\":{\"input_tokens\":1200,\"output_tokens\":340}}}\n";

static int failed(const char *what, bp_error *error) {
  fprintf(stderr, "%s: %s\n", what, bp_error_message(error));
  bp_error_free(error);
  return 1;
}

int main(void) {
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  bp_store *store = NULL;
  bp_error *error = NULL;
  int status = 0;

  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER; /* your own numbers; zero would give no access at all */
  if (bp_open(&store, NULL, &options, &error) != BP_OK) return failed("open", error);

  for (int time = 1; time <= 2 && status == 0; time++) {
    if (bp_ingest_bytes(store, "claude_code", "first example", transcript, strlen(transcript), NULL,
                        &report, &error) != BP_OK)
      status = failed("ingest", error);
    else
      printf("reading %d: %d records, %d new facts, %d known already\n", time,
             (int)report.records_read, (int)report.records_stored, (int)report.records_duplicate);
  }
  bp_close(store);
  return status;
}
