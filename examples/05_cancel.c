/* 05_cancel.c: stops an ingest halfway and continues it later. Complete records are kept, the
 * next call reads the rest, and the facts are the same as after a single call. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <blueplane/blueplane.h>

#define FILES 3

static int failed(const char *what, bp_error *error) {
  fprintf(stderr, "%s: %s\n", what, bp_error_message(error));
  bp_error_free(error);
  return 1;
}

static void path_of(char *path, size_t size, const char *folder, int i) {
  snprintf(path, size, "%s/session-%d.jsonl", folder, i);
}

static const char line_format[] =
    "{\"type\":\"assistant\",\"uuid\":\"u%d\",\"sessionId\":\"s%d\","
    "\"timestamp\":\"2026-03-02T09:0%d:00Z\",\"message\":{\"id\":\"m%d\","
    "\"model\":\"claude-sonnet-4-5-20250929\",\"stop_reason\":\"end_turn\",\"content\":[],"
    "\"usage\":{\"input_tokens\":1200,\"output_tokens\":340}}}\n";

/* Writes transcripts with one response each. */
static int write_files(const char *folder) {
  for (int i = 0; i < FILES; i++) {
    char path[256];
    path_of(path, sizeof path, folder, i);
    FILE *file = fopen(path, "w");
    if (file == NULL) return 1;
    int written = fprintf(file, line_format, i, i, i, i);
    if (fclose(file) != 0 || written < 0) return 1;
  }
  return 0;
}

static void remove_files(const char *folder) {
  for (int i = 0; i < FILES; i++) {
    char path[256];
    path_of(path, sizeof path, folder, i);
    unlink(path);
  }
  rmdir(folder);
}

/* Returns nonzero to stop the ingest. bp_cancel() does the same from any other thread. */
static int stop_after_first(void *user, const bp_progress *progress) {
  (void)user;
  return progress->files_done >= 1;
}

static int read_folder(bp_store *store, const char *folder, bp_progress_fn progress) {
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  bp_error *error = NULL;
  options.progress = progress;
  int rc = bp_ingest_scan(store, "claude_code", folder, &options, &report, &error);
  if (rc != BP_OK && rc != BP_ERR_CANCELLED) return failed("scan", error);
  printf("%s: %d of %d files read, %d new facts\n", rc == BP_OK ? "finished" : "cancelled",
         (int)report.files_changed, (int)report.files_seen, (int)report.records_stored);
  bp_error_free(error);
  return 0;
}

int main(void) {
  char folder[] = "/tmp/blueplane-example-XXXXXX";
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  bp_store *store = NULL;
  bp_error *error = NULL;

  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER;
  if (mkdtemp(folder) == NULL) return 1;
  int status = write_files(folder);
  if (status == 0 && bp_open(&store, NULL, &options, &error) != BP_OK)
    status = failed("open", error);
  if (status == 0) status = read_folder(store, folder, stop_after_first);
  if (status == 0) status = read_folder(store, folder, NULL);
  bp_close(store);
  remove_files(folder);
  return status;
}
