/* tests/tool/bpt.c: the public interface by hand, for tests written in scripts. It knows the public
 * header and nothing else; what a call did is printed as one JSON object on a line of its own.
 *
 *     bpt ingest STORE PATH...           folders are scanned, files read
 *     bpt file|scan STORE PATH...        as a file or as a folder, whatever it is
 *     bpt bytes STORE FILE...            the file's bytes from memory; the path is the origin
 *     bpt prefixes STORE FILE STEP       every STEP-th prefix of every line, as bytes, not ended
 *     bpt query STORE JSON [FORMAT]
 *     bpt inspect STORE TOPIC [FORMAT]
 *     bpt catalog TOPIC [FORMAT]
 *     bpt preview STORE FILE [FORMAT]
 *     bpt configure STORE TOPIC JSON
 *     bpt share STORE WEEK|consent FILE  bpt merge STORE FILE  bpt publish STORE WEEK FILE [TEAM]
 *     bpt erase STORE JSON [FORMAT]
 *     bpt consent STORE PURPOSE AUDIENCE 0|1 EXPIRES
 *
 *     --access NAME  --scope NAME  --readonly  --memory  --key FILE  --now MICROSECONDS  --log
 *     --source NAME  --threads N  --restart  --dry-run
 *     --chunks SEED  (bytes) in random pieces, giving again what was pending
 *     --stop N       (ingest, bytes) stop at the Nth progress call
 *     --retry N      try again, N times at most, while the store is busy
 *     --hold         keep the store open and do it again for each line of the input
 *
 * Status 0: done; 1: the library gave an error, which is printed; 2: wrong usage. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <blueplane/blueplane.h>

#include "../unit/dice.h"

#define ARGUMENTS_MAX 4096
#define NOW INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z, the default */

typedef struct call {
  const char *argument[ARGUMENTS_MAX];
  int arguments;
  bp_open_options open;
  bp_ingest_options ingest;
  const char *source;
  int64_t now;
  bool chunks, hold;
  uint64_t seed;
  long stop, retry;
  int as; /* how paths are read */
  bp_store *store;
} call;

/* ----------------------------------------------------------------------------------- printing */

static void put_text(const char *text) {
  putchar('"');
  for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
    if (*p == '"' || *p == '\\')
      printf("\\%c", *p);
    else if (*p < 0x20)
      printf("\\u%04x", *p);
    else
      putchar(*p);
  }
  putchar('"');
}

static void put_error(const bp_error *error) {
  static const char *const keys[] = {"path", "line", "byte", "metric", "dimension", "allowed",
                                     "name", "hint", "zone", "topic",  "status",    "reason"};
  printf("{\"code\":%d,\"message\":", bp_error_code(error));
  put_text(bp_error_message(error));
  printf(",\"details\":{");
  const char *comma = "";
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const char *value = bp_error_detail(error, keys[i]);
    if (value == NULL) continue;
    printf("%s\"%s\":", comma, keys[i]);
    put_text(value);
    comma = ",";
  }
  printf("}}");
}

static int failed(bp_error *error) {
  printf("{\"error\":");
  put_error(error);
  printf("}\n");
  bp_error_free(error);
  return 1;
}

static void put_report(const bp_ingest_report *r) {
  const struct {
    const char *name;
    uint64_t value;
  } counts[] = {{"files_seen", r->files_seen},
                {"files_changed", r->files_changed},
                {"files_failed", r->files_failed},
                {"bytes_read", r->bytes_read},
                {"bytes_pending", r->bytes_pending},
                {"records_read", r->records_read},
                {"records_stored", r->records_stored},
                {"records_updated", r->records_updated},
                {"records_duplicate", r->records_duplicate},
                {"records_rejected", r->records_rejected},
                {"records_undated", r->records_undated},
                {"fields_dropped", r->fields_dropped},
                {"records_erased", r->records_erased}};
  putchar('{');
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    printf("%s\"%s\":%" PRIu64, i == 0 ? "" : ",", counts[i].name, counts[i].value);
  putchar('}');
}

static int put_ingested(const bp_ingest_report *report, int rc, bp_error *error) {
  printf("{\"code\":%d,\"report\":", rc);
  put_report(report);
  if (rc != BP_OK) {
    printf(",\"error\":");
    put_error(error);
  }
  printf("}\n");
  bp_error_free(error);
  return rc == BP_OK ? 0 : 1;
}

static int put_result(bp_result *result, const char *format) {
  char *text = NULL;
  size_t length = 0;
  bp_error *error = NULL;
  int rc = bp_result_format(&text, &length, result, format, &error);
  bp_result_free(result);
  if (rc != BP_OK) return failed(error);
  fwrite(text, 1, length, stdout);
  bp_free(text);
  return 0;
}

/* ------------------------------------------------------------------------------------ options */

static void on_log(void *user, int level, int code, int64_t a, int64_t b) {
  (void)user;
  fprintf(stderr, "log %d %d %" PRId64 " %" PRId64 "\n", level, code, a, b);
}

static int64_t on_clock(void *user) {
  return ((const call *)user)->now;
}

static int on_progress(void *user, const bp_progress *progress) {
  call *c = user;
  (void)progress;
  return --c->stop == 0;
}

static uint32_t access_of(const char *name) {
  static const char *const names[] = {"none",   "owner",    "lead",   "manager",
                                      "devops", "research", "steward"};
  for (uint32_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], name) == 0) return i;
  return (uint32_t)strtoul(name, NULL, 10);
}

static bool take_flag(call *c, const char *flag) {
  if (strcmp(flag, "--readonly") == 0)
    c->open.flags |= BP_OPEN_READONLY;
  else if (strcmp(flag, "--memory") == 0)
    c->open.flags |= BP_OPEN_MEMORY;
  else if (strcmp(flag, "--restart") == 0)
    c->ingest.flags |= BP_INGEST_RESTART;
  else if (strcmp(flag, "--dry-run") == 0)
    c->ingest.flags |= BP_INGEST_DRY_RUN;
  else if (strcmp(flag, "--log") == 0)
    c->open.log_level = BP_LOG_DEBUG;
  else if (strcmp(flag, "--hold") == 0)
    c->hold = true;
  else
    return false;
  return true;
}

static bool take_option(call *c, const char *name, const char *value) {
  if (strcmp(name, "--access") == 0) {
    c->open.access = access_of(value);
  } else if (strcmp(name, "--scope") == 0) {
    c->open.scope = value;
  } else if (strcmp(name, "--key") == 0) {
    c->open.key_path = value;
  } else if (strcmp(name, "--now") == 0) {
    c->now = strtoll(value, NULL, 10);
  } else if (strcmp(name, "--source") == 0) {
    c->source = value;
  } else if (strcmp(name, "--threads") == 0) {
    c->ingest.threads = (uint32_t)strtoul(value, NULL, 10);
  } else if (strcmp(name, "--chunks") == 0) {
    c->chunks = true;
    c->seed = strtoull(value, NULL, 10) * UINT64_C(0x9E3779B97F4A7C15) + 1;
  } else if (strcmp(name, "--stop") == 0) {
    c->stop = strtol(value, NULL, 10);
    c->ingest.progress = on_progress;
  } else if (strcmp(name, "--retry") == 0) {
    c->retry = strtol(value, NULL, 10);
  } else {
    return false;
  }
  return true;
}

static bool take_arguments(call *c, int count, char **given) {
  for (int i = 1; i < count; i++) {
    if (strncmp(given[i], "--", 2) != 0) {
      if (c->arguments == ARGUMENTS_MAX) return false;
      c->argument[c->arguments++] = given[i];
    } else if (!take_flag(c, given[i])) {
      if (i + 1 == count || !take_option(c, given[i], given[i + 1])) return false;
      i++;
    }
  }
  return c->arguments > 0;
}

static const char *argument(const call *c, int index, const char *otherwise) {
  return index < c->arguments ? c->argument[index] : otherwise;
}

/* --------------------------------------------------------------------------------- ingesting */

typedef struct bytes {
  char *data;
  size_t length;
} bytes;

static bool load(bytes *b, const char *path) {
  struct stat about;
  FILE *file = fopen(path, "rb");
  if (file == NULL || fstat(fileno(file), &about) != 0) {
    if (file != NULL) fclose(file);
    return false;
  }
  b->length = (size_t)about.st_size;
  b->data = malloc(b->length + 1);
  bool whole = b->data != NULL && fread(b->data, 1, b->length, file) == b->length;
  fclose(file);
  return whole;
}

enum { WHATEVER, AS_FILE, AS_FOLDER };

static bool is_folder(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static void wait_a_little(void) {
  const struct timespec pause = {0, 20000000};
  nanosleep(&pause, NULL);
}

/* One call, repeated while another process holds the store. `data` is NULL for files and
 * folders. */
static int ingest_once(const call *c, const char *path, const bytes *data, size_t from,
                       size_t length, bp_ingest_report *report, bp_error **error) {
  for (long tries = c->retry;; tries--) {
    *report = (bp_ingest_report)BP_INGEST_REPORT_INIT;
    int rc = data != NULL ? bp_ingest_bytes(c->store, c->source, path, data->data + from, length,
                                            &c->ingest, report, error)
             : c->as == AS_FOLDER || (c->as == WHATEVER && is_folder(path))
                 ? bp_ingest_scan(c->store, c->source, path, &c->ingest, report, error)
                 : bp_ingest_file(c->store, c->source, path, &c->ingest, report, error);
    if (rc != BP_ERR_BUSY || tries <= 0) return rc;
    bp_error_free(*error);
    *error = NULL;
    wait_a_little();
  }
}

static int ingest(call *c) {
  int status = 0;
  for (int i = 2; i < c->arguments; i++) {
    bp_ingest_report report;
    bp_error *error = NULL;
    int rc = ingest_once(c, c->argument[i], NULL, 0, 0, &report, &error);
    status |= put_ingested(&report, rc, error);
  }
  return status;
}

static int ingest_file(call *c) {
  c->as = AS_FILE;
  return ingest(c);
}

static int ingest_folder(call *c) {
  c->as = AS_FOLDER;
  return ingest(c);
}

/* A random length; all orders of magnitude are equally likely. */
static size_t random_length(uint64_t *state, size_t most) {
  size_t length = 1 + (size_t)(dice_roll(state) >> (44 + dice_roll(state) % 20));
  return length < most ? length : most;
}

/* Adds the report of a piece to the sum; pending bytes are those of the last piece. */
static void add_report(bp_ingest_report *sum, const bp_ingest_report *r) {
  sum->bytes_read += r->bytes_read;
  sum->bytes_pending = r->bytes_pending;
  sum->records_read += r->records_read;
  sum->records_stored += r->records_stored;
  sum->records_updated += r->records_updated;
  sum->records_duplicate += r->records_duplicate;
  sum->records_rejected += r->records_rejected;
  sum->records_undated += r->records_undated;
  sum->fields_dropped += r->fields_dropped;
}

static int give_pieces(call *c, const char *path, const bytes *b, bp_ingest_report *sum,
                       bp_error **error) {
  size_t from = 0, until = 0;
  while (until < b->length) {
    bp_ingest_report report;
    until += c->chunks ? random_length(&c->seed, b->length - until) : b->length;
    int rc = ingest_once(c, path, b, from, until - from, &report, error);
    if (rc != BP_OK) return rc;
    from = until - (size_t)report.bytes_pending;
    add_report(sum, &report);
  }
  return BP_OK;
}

static int ingest_bytes(call *c) {
  int status = 0;
  for (int i = 2; i < c->arguments; i++) {
    bytes b;
    if (!load(&b, c->argument[i])) return 2;
    bp_ingest_report sum = BP_INGEST_REPORT_INIT;
    bp_error *error = NULL;
    int rc = give_pieces(c, c->argument[i], &b, &sum, &error);
    status |= put_ingested(&sum, rc, error);
    free(b.data);
  }
  return status;
}

static int line_prefixes(call *c, const bytes *b, size_t from, size_t length, size_t step,
                         bp_ingest_report *sum, uint64_t *strange, bp_error **error) {
  for (size_t cut = 1; cut < length; cut += step) {
    bp_ingest_report report;
    int rc = ingest_once(c, "prefix", b, from, cut, &report, error);
    if (rc != BP_OK) return rc;
    *strange += report.bytes_pending != cut || report.records_read != 0 ||
                report.records_rejected != 0 || report.records_stored != 0;
    sum->bytes_read += report.bytes_read;
    sum->files_seen++;
  }
  return BP_OK;
}

/* An incomplete line waits: nothing of it is read, nothing refused. Counts the prefixes
 * (files_seen) and those with any other outcome (files_failed). */
static int prefixes(call *c) {
  bytes b;
  if (c->arguments != 4 || !load(&b, c->argument[2])) return 2;
  size_t step = (size_t)strtoul(c->argument[3], NULL, 10);
  bp_ingest_report sum = BP_INGEST_REPORT_INIT;
  bp_error *error = NULL;
  int rc = BP_OK;
  for (size_t from = 0; from < b.length && rc == BP_OK;) {
    const char *end = memchr(b.data + from, '\n', b.length - from);
    size_t length = end == NULL ? b.length - from : (size_t)(end - b.data) - from;
    rc = line_prefixes(c, &b, from, length, step == 0 ? 1 : step, &sum, &sum.files_failed, &error);
    from += length + 1;
  }
  free(b.data);
  return put_ingested(&sum, rc, error);
}

/* ------------------------------------------------------------------------------------- asking */

static int query(call *c) {
  if (c->arguments < 3) return 2;
  bp_query *q = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_query_from_json(&q, c->argument[2], strlen(c->argument[2]), &error);
  if (rc == BP_OK) rc = bp_query_run(&result, c->store, q, &error);
  bp_query_free(q);
  return rc != BP_OK ? failed(error) : put_result(result, argument(c, 3, "json"));
}

static int inspect(call *c) {
  if (c->arguments < 3) return 2;
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_inspect(&result, c->store, c->argument[2], &error);
  return rc != BP_OK ? failed(error) : put_result(result, argument(c, 3, "json"));
}

static int catalog(call *c) {
  if (c->arguments < 2) return 2;
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_catalog(&result, c->argument[1], &error);
  return rc != BP_OK ? failed(error) : put_result(result, argument(c, 2, "json"));
}

static int preview(call *c) {
  bytes b;
  if (c->arguments < 3 || !load(&b, c->argument[2])) return 2;
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_privacy_preview(&result, c->store, c->source, b.data, b.length, &error);
  free(b.data);
  return rc != BP_OK ? failed(error) : put_result(result, argument(c, 3, "json"));
}

static int configure(call *c) {
  if (c->arguments < 4) return 2;
  bp_error *error = NULL;
  int rc = bp_configure(c->store, c->argument[2], c->argument[3], strlen(c->argument[3]), &error);
  return rc != BP_OK ? failed(error) : 0;
}

static int erase(call *c) {
  if (c->arguments < 3) return 2;
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_erase(&result, c->store, c->argument[2], strlen(c->argument[2]), &error);
  return rc != BP_OK ? failed(error) : put_result(result, argument(c, 3, "json"));
}

static int consent(call *c) {
  if (c->arguments < 6) return 2;
  bp_error *error = NULL;
  int rc = bp_consent_set(c->store, c->argument[2], c->argument[3], atoi(c->argument[4]),
                          strtoll(c->argument[5], NULL, 10), &error);
  return rc != BP_OK ? failed(error) : 0;
}

/* ------------------------------------------------------------------------------------- sharing */

static int share(call *c) {
  if (c->arguments < 4) return 2;
  void *bundle = NULL;
  size_t length = 0;
  bp_error *error = NULL;
  bool consent = strcmp(c->argument[2], "consent") == 0;
  if (bp_share_export(&bundle, &length, c->store, consent ? "lead" : NULL,
                      consent ? NULL : c->argument[2], &error) != BP_OK)
    return failed(error);
  FILE *file = fopen(c->argument[3], "wb");
  bool whole = file != NULL && fwrite(bundle, 1, length, file) == length;
  if (file != NULL) fclose(file);
  bp_free(bundle);
  return whole ? 0 : 2;
}

static int merge(call *c) {
  bytes b;
  if (c->arguments < 3 || !load(&b, c->argument[2])) return 2;
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_share_merge(&result, c->store, b.data, b.length, &error);
  free(b.data);
  return rc != BP_OK ? failed(error) : put_result(result, "json");
}

static int publish(call *c) {
  if (c->arguments < 4) return 2;
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = c->arguments > 4 ? bp_publish_lead(&result, c->store, c->argument[2], c->argument[4],
                                              c->argument[3], &error)
                            : bp_publish(&result, c->store, c->argument[2], c->argument[3], &error);
  return rc != BP_OK ? failed(error) : put_result(result, "json");
}

/* --------------------------------------------------------------------------------------- main */

static const struct command {
  const char *name;
  bool opens;
  int (*run)(call *c);
} commands[] = {
    {"ingest", true, ingest},       {"file", true, ingest_file},  {"scan", true, ingest_folder},
    {"bytes", true, ingest_bytes},  {"prefixes", true, prefixes}, {"query", true, query},
    {"inspect", true, inspect},     {"catalog", false, catalog},  {"preview", true, preview},
    {"share", true, share},         {"merge", true, merge},       {"publish", true, publish},
    {"configure", true, configure}, {"erase", true, erase},       {"consent", true, consent},
};

/* Whether there was another line. */
static bool another_line(void) {
  int got;
  fflush(stdout);
  while ((got = getchar()) != EOF && got != '\n')
    ;
  return got == '\n';
}

static int run(const struct command *command, call *c) {
  if (!command->opens) return command->run(c);
  bp_error *error = NULL;
  if (c->arguments < 2) return 2;
  long tries = c->retry;
  while (bp_open(&c->store, c->argument[1], &c->open, &error) != BP_OK) {
    if (bp_error_code(error) != BP_ERR_BUSY || tries-- <= 0) return failed(error);
    bp_error_free(error);
    wait_a_little();
  }
  int status = command->run(c);
  while (c->hold && another_line())
    status |= command->run(c);
  bp_close(c->store);
  return status;
}

int main(int count, char **given) {
  static call c = {.open = BP_OPEN_OPTIONS_INIT, .ingest = BP_INGEST_OPTIONS_INIT, .now = NOW};
  c.open.access = BP_ACCESS_OWNER;
  c.open.clock = on_clock;
  c.open.clock_user = c.ingest.progress_user = &c;
  c.open.log = on_log;
  int status = 2;
  if (take_arguments(&c, count, given))
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
      if (strcmp(commands[i].name, c.argument[0]) == 0) status = run(&commands[i], &c);
  if (status == 2) fprintf(stderr, "bpt: see the head of tests/tool/bpt.c\n");
  return fflush(stdout) == 0 ? status : 1;
}
