/* bench.c: the operations that bench.py measures, through the library's public interface alone.
 *
 *     bench ingest STORE DIR THREADS      one bp_ingest_scan; the whole process is measured
 *     bench tokens STORE                  tokens by UTC day and model, tab-separated
 *     bench append STORE FILE COUNT NOW   lines appended to FILE: time until stored, until answered
 *     bench today STORE COUNT NOW         open, query today, close; and open and close alone
 *     bench run FILE COMMAND...           runs a command with its output in FILE; prints "wall CPU peak"
 *                                         in seconds and KiB. A small parent is needed because the
 *                                         peak of a process includes that of its parent at the fork
 *
 * NOW, in seconds since 1970, is the clock that decides what today is. Latencies are printed as
 * "name count median p90 p99" in microseconds. */
#define _DEFAULT_SOURCE /* wait4 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <blueplane/blueplane.h>

#include "clock.h"

static void die(const char *what, bp_error *error) {
  fprintf(stderr, "bench: %s: %s\n", what, bp_error_message(error));
  exit(1);
}

static int64_t fixed_clock(void *now_us) {
  return *(const int64_t *)now_us;
}

static bp_store *open_store(const char *path, int64_t *now_us) {
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  bp_error *error = NULL;
  bp_store *store = NULL;
  options.access = BP_ACCESS_OWNER;
  if (now_us != NULL) {
    options.clock = fixed_clock;
    options.clock_user = now_us;
  }
  if (bp_open(&store, path, &options, &error) != BP_OK) die("open", error);
  return store;
}

/* Runs a query; the caller frees the result. */
static bp_result *ask(bp_store *store, const char *json) {
  bp_query *query = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  if (bp_query_from_json(&query, json, strlen(json), &error) != BP_OK ||
      bp_query_run(&result, store, query, &error) != BP_OK)
    die("query", error);
  bp_query_free(query);
  return result;
}

/* ---------------------------------------------------------------------------------- latencies */

static void report(const char *name, double *us, size_t count) {
  qsort(us, count, sizeof *us, by_value);
  printf("%s\t%zu\t%.1f\t%.1f\t%.1f\n", name, count, us[count / 2], us[count * 9 / 10],
         us[count * 99 / 100]);
}

static double *numbers(size_t count) {
  double *memory = calloc(count, sizeof *memory);
  if (memory == NULL) die("out of memory", NULL);
  return memory;
}

/* -------------------------------------------------------------------------------------- cases */

static int ingest(const char *path, const char *root, uint32_t threads) {
  bp_store *store = open_store(path, NULL);
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  bp_ingest_report report_of = BP_INGEST_REPORT_INIT;
  bp_error *error = NULL;
  options.threads = threads;
  if (bp_ingest_scan(store, NULL, root, &options, &report_of, &error) != BP_OK)
    die("ingest", error);
  printf("files\t%llu\nbytes\t%llu\nrecords\t%llu\nstored\t%llu\nrejected\t%llu\n",
         (unsigned long long)report_of.files_changed, (unsigned long long)report_of.bytes_read,
         (unsigned long long)report_of.records_read, (unsigned long long)report_of.records_stored,
         (unsigned long long)report_of.records_rejected);
  bp_close(store);
  return 0;
}

static const char tokens_query[] =
    "{\"schema\":\"blueplane.query/1\",\"metrics\":[\"input_tokens\",\"output_tokens\",\"cache_read_tokens\","
    "\"cache_write_tokens\"],\"period\":\"all\",\"zone\":\"UTC\",\"by\":[\"time.day\",\"model\"]}";

static const char today_query[] =
    "{\"schema\":\"blueplane.query/1\",\"metrics\":[\"sessions\",\"interactions\",\"lines_added\",\"total_tokens\","
    "\"cost\"],\"period\":\"today\",\"zone\":\"UTC\"}";

static int tokens(const char *path) {
  bp_store *store = open_store(path, NULL);
  bp_result *result = ask(store, tokens_query);
  for (size_t row = 0; row < bp_result_rows(result); row++) {
    const char *day = bp_result_text(result, row, 0, NULL);
    const char *model = bp_result_text(result, row, 1, NULL);
    printf("%s\t%s", day == NULL ? "" : day, model == NULL ? "" : model);
    for (size_t column = 2; column < bp_result_columns(result); column++)
      if (strcmp(bp_result_column(result, column, "role"), "metric") == 0)
        printf("\t%lld", (long long)bp_result_int(result, row, column));
    printf("\n");
  }
  bp_result_free(result);
  bp_close(store);
  return 0;
}

static void append_line(FILE *file, size_t i, int64_t now_us) {
  time_t seconds = (time_t)(now_us / 1000000);
  struct tm utc;
  char when[32];
  gmtime_r(&seconds, &utc);
  strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &utc);
  fprintf(
      file,
      "{\"type\":\"assistant\",\"uuid\":\"bench-%zu\",\"sessionId\":\"bench\",\"cwd\":\"/bench\","
      "\"version\":\"2.1.119\",\"timestamp\":\"%s.%03zuZ\",\"requestId\":\"req_bench_%zu\","
      "\"message\":{\"id\":\"msg_bench_%zu\",\"role\":\"assistant\","
      "\"model\":\"claude-sonnet-4-5-20250929\",\"stop_reason\":\"end_turn\",\"content\":[],"
      "\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}}\n",
      i, when, i % 1000, i, i);
  fflush(file);
}

/* The clock starts when the line is in the file. */
static int append(const char *path, const char *file_path, size_t count, int64_t now_us) {
  bp_store *store = open_store(path, &now_us);
  FILE *file = fopen(file_path, "a");
  double *stored = numbers(count), *answered = numbers(count);
  if (file == NULL) die(file_path, NULL);
  for (size_t i = 0; i < count; i++) {
    bp_ingest_report report_of = BP_INGEST_REPORT_INIT;
    bp_error *error = NULL;
    append_line(file, i, now_us);
    double start = now();
    if (bp_ingest_file(store, NULL, file_path, NULL, &report_of, &error) != BP_OK)
      die("append", error);
    stored[i] = now() - start;
    if (report_of.records_stored + report_of.records_duplicate != 1) die("append: no record", NULL);
    bp_result_free(ask(store, today_query));
    answered[i] = now() - start;
  }
  fclose(file);
  bp_close(store);
  report("stored", stored, count);
  report("answered", answered, count);
  free(stored);
  free(answered);
  return 0;
}

static int today(const char *path, size_t count, int64_t now_us) {
  double *whole = numbers(count), *opened = numbers(count), *closed = numbers(count);
  for (size_t i = 0; i < count; i++) {
    double start = now();
    bp_store *store = open_store(path, &now_us);
    opened[i] = now() - start;
    bp_result_free(ask(store, today_query));
    whole[i] = now() - start;
    bp_close(store);
    start = now();
    bp_close(open_store(path, &now_us));
    closed[i] = now() - start;
  }
  report("open", opened, count);
  report("close", closed, count);
  report("today", whole, count);
  free(closed);
  free(whole);
  free(opened);
  return 0;
}

static double seconds(struct timeval t) {
  return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

/* Returns the command's exit status, 127 if it could not be started. */
static int run(const char *output, char **command) {
  double start = now();
  pid_t child = fork();
  if (child == 0) {
    int into = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (into >= 0 && dup2(into, 1) == 1) execvp(command[0], command);
    _exit(127);
  }
  int status = 0;
  struct rusage used;
  if (child < 0 || wait4(child, &status, 0, &used) != child) die("run", NULL);
  printf("%.6f %.6f %ld\n", (now() - start) * 1e-6, seconds(used.ru_utime) + seconds(used.ru_stime),
         used.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

int main(int count, char **argument) {
  const char *what = count > 1 ? argument[1] : "";
  if (count == 5 && strcmp(what, "ingest") == 0)
    return ingest(argument[2], argument[3], (uint32_t)strtoul(argument[4], NULL, 10));
  if (count == 3 && strcmp(what, "tokens") == 0) return tokens(argument[2]);
  if (count == 6 && strcmp(what, "append") == 0)
    return append(argument[2], argument[3], strtoul(argument[4], NULL, 10),
                  strtoll(argument[5], NULL, 10) * 1000000);
  if (count > 3 && strcmp(what, "run") == 0) return run(argument[2], argument + 3);
  if (count == 5 && strcmp(what, "today") == 0)
    return today(argument[2], strtoul(argument[3], NULL, 10),
                 strtoll(argument[4], NULL, 10) * 1000000);
  fprintf(stderr, "usage: bench ingest STORE DIR THREADS | tokens STORE | append STORE FILE COUNT "
                  "NOW | today STORE COUNT NOW | run FILE COMMAND...\n");
  return 2;
}
