/* tests/fault/day.c: implements day.h. */
#define _POSIX_C_SOURCE 200809L
#include "day.h"

#include <check.h>
#include <fcntl.h>

#include "../unit/folder.h"
#include "base/err.h"
#include "world.h"

/* ------------------------------------------------------------------------------------- folders */

const char *day_path(const char *name) {
  static char paths[8][160];
  static unsigned next;
  char *path = paths[next++ % 8];
  ck_assert_int_lt(snprintf(path, sizeof paths[0], "%s/%s", folder, name), (int)sizeof paths[0]);
  return path;
}

void day_folder(void) {
  make_folder_in_memory();
}
void day_remove(void) {
  remove_folder();
}

static void copy_file(const char *from, const char *to) {
  static char data[1 << 16];
  int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ck_assert(in >= 0 && out >= 0);
  for (ssize_t got; (got = read(in, data, sizeof data)) > 0;)
    ck_assert(write(out, data, (unsigned)got) == got);
  close(in);
  close(out);
}

static void empty_folder(const char *path) {
  if (access(path, F_OK) == 0) remove_tree(path);
  ck_assert_int_eq(mkdir(path, 0700), 0);
}

void day_copy(const char *from, const char *to) {
  char one[512], other[512];
  const struct dirent *entry;
  empty_folder(to);
  DIR *entries = opendir(from);
  ck_assert_ptr_nonnull(entries);
  while ((entry = readdir(entries)) != NULL) {
    if (entry->d_name[0] == '.') continue;
    ck_assert_int_lt(snprintf(one, sizeof one, "%s/%s", from, entry->d_name), (int)sizeof one);
    ck_assert_int_lt(snprintf(other, sizeof other, "%s/%s", to, entry->d_name), (int)sizeof other);
    copy_file(one, other);
  }
  closedir(entries);
}

void day_fresh(void) {
  day_copy(day_path("template"), day_path("work"));
}
void day_keep(void) {
  day_copy(day_path("work"), day_path("template"));
}
void day_empty(void) {
  empty_folder(day_path("work"));
  empty_folder(day_path("template"));
}

void day_spoil(const char *name, long size, long byte, int bit) {
  int f = open(day_path(name), O_RDWR);
  unsigned char old;
  ck_assert_int_ge(f, 0);
  if (size >= 0) {
    ck_assert_int_eq(ftruncate(f, size), 0);
  } else {
    ck_assert_int_eq(pread(f, &old, 1, byte), 1);
    old = (unsigned char)(old ^ 1u << bit);
    ck_assert_int_eq(pwrite(f, &old, 1, byte), 1);
  }
  close(f);
}

/* --------------------------------------------------------------------------------------- input */

static void write_session(FILE *f, int number) {
#define LINE(rest)                                                                                           \
  "{\"blueplane\":1,\"platform\":\"tool%d\",\"session\":\"s%d\",\"time\":\"2026-02-%02dT09:%02d:00Z\"," rest \
  "}\n"
#define WHEN number % 3, number, 9 + number % 5, number % 60
  fprintf(f, LINE("\"kind\":\"session\",\"workspace\":\"/home/ada/p%d\""), WHEN, number % 3);
  for (int i = 0; i < 4; i++) {
    fprintf(f, LINE("\"kind\":\"prompt\",\"id\":\"p%d-%d\""), WHEN, number, i);
    fprintf(f,
            LINE("\"kind\":\"response\",\"id\":\"r%d-%d\",\"model\":\"claude-sonnet-4-5\","
                 "\"output_tokens\":%d"),
            WHEN, number, i, 10 + i);
    fprintf(f, LINE("\"kind\":\"tool_use\",\"id\":\"t%d-%d\",\"tool\":\"Tool%d\""), WHEN, number, i,
            number % 7);
    fprintf(f, LINE("\"kind\":\"tool_result\",\"id\":\"t%d-%d\",\"outcome\":\"ok\""), WHEN, number,
            i);
  }
  fprintf(f, "broken\n");
}

void day_input(int sessions) {
  mkdir(day_path("in"), 0700);
  for (int file = 0; file < DAY_FILES; file++) {
    char name[64];
    snprintf(name, sizeof name, DAY_FILE, file);
    FILE *f = fopen(day_path(name), "w");
    ck_assert_ptr_nonnull(f);
    for (int i = file; i < sessions; i += DAY_FILES)
      write_session(f, i);
    fclose(f);
  }
}

/* ---------------------------------------------------------------------------------------- work */

static int64_t world_clock(void *unused) {
  (void)unused;
  return world_now;
}

int day_open(bp_store **s, const char *name, uint32_t access, const char *scope, bp_error **error) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  o.access = access;
  o.scope = scope;
  o.clock = world_clock;
  return bp_open(s, day_path(name), &o, error);
}

int day_ingest(bp_error **error) {
  bp_store *s = NULL;
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  int rc = day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, error);
  if (rc == BP_OK) rc = bp_ingest_scan(s, NULL, day_path("in"), NULL, &report, error);
  if (rc == BP_OK && report.files_failed > 0) rc = bpi_fail(error, BP_ERR_IO, "a file failed");
  bp_close(s);
  return rc;
}

int day_ask(buf *out, bp_store *s, const char *json, bp_error **error) {
  bp_query *query = NULL;
  bp_result *result = NULL;
  char *text = NULL;
  int rc = bp_query_from_json(&query, json, strlen(json), error);
  if (rc == BP_OK) rc = bp_query_run(&result, s, query, error);
  if (rc == BP_OK) rc = bp_result_format(&text, NULL, result, "csv", error);
  if (rc == BP_OK) bpi_buf_text(out, text);
  bp_free(text);
  bp_result_free(result);
  bp_query_free(query);
  return rc;
}

int day_state(buf *out, bp_error **error) {
  static const char *const questions[] = {
      ("{\"metrics\":[\"sessions\",\"prompts\",\"responses\",\"tool_calls\",\"output_tokens\",\"cost\","
       "\"active_time\"],\"period\":\"all\",\"by\":[\"time.day\"]}"),
      "{\"metrics\":[\"tool_calls\",\"tool_success_rate\"],\"period\":\"all\",\"by\":[\"tool\"]}",
      "{\"metrics\":[\"tasks\",\"resolution_rate\"],\"period\":\"all\"}"};
  bp_store *s = NULL;
  int rc = day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, error);
  for (size_t i = 0; i < sizeof questions / sizeof *questions && rc == BP_OK; i++)
    rc = day_ask(out, s, questions[i], error);
  bp_close(s);
  return rc;
}
