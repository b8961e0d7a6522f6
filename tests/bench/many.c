/* many.c: a store of millions of facts, and how long every metric of the catalogue takes to answer
 * from it, for the case "many" of bench.py. Through the public interface alone.
 *
 *     many fill STORE FACTS               that many facts in 400 days, as native events
 *     many ask STORE RANGE ROUNDS [NAME]  every metric, and some groupings, over 30d, all or another period:
 *                                         "name median p95 max" in microseconds, and a line "all
 *                                         questions" for all of them; with NAME only that one
 *     many write FILE FACTS               the same events into a file, for other programs
 *     many tokens STORE RANGE             total tokens by model, tab-separated
 *     many first STORE                    the first query about tasks, which cuts them: microseconds
 *
 * The data of the person are synthetic: sessions of about 170 facts, one hour each, twelve
 * workspaces with three hundred files, five tools, three models. The same FACTS give the same
 * store. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <blueplane/blueplane.h>

#include "../unit/dice.h"
#include "clock.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
#define DAYS 400
#define SESSION_FACTS 170
#define END (INT64_C(20454) * DAY) /* 2026-01-01 */
#define PIECE ((size_t)32 << 20)   /* bytes of events that are ingested at once */

static void die(const char *what, bp_error *error) {
  fprintf(stderr, "many: %s: %s\n", what, bp_error_message(error));
  exit(1);
}

static int64_t fixed_clock(void *unused) {
  (void)unused;
  return END - 6 * 3600 * SECOND; /* the evening of the last day */
}

static bp_store *open_store(const char *path) {
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  bp_error *error = NULL;
  bp_store *store = NULL;
  options.access = BP_ACCESS_OWNER;
  options.clock = fixed_clock;
  if (bp_open(&store, path, &options, &error) != BP_OK) die("open", error);
  return store;
}

/* --------------------------------------------------------------------------------------- fill */

static uint64_t state = 1;

/* At most one random number per statement, because the compiler chooses the order in which
 * arguments are evaluated. */
static int below(int n) {
  return (int)((dice_roll(&state) >> 11) % (uint64_t)n);
}

typedef struct writer {
  bp_store *store; /* NULL: write to the file */
  FILE *into;
  char *events;
  size_t length;
  int64_t facts;
  int session, workspace;
  int64_t at;
  int file; /* the file that the session edits */
} writer;

static void hand_over(writer *w) {
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  bp_error *error = NULL;
  size_t length = w->length;
  w->length = 0;
  if (w->store == NULL) {
    if (fwrite(w->events, 1, length, w->into) != length) die("write", NULL);
    return;
  }
  if (bp_ingest_bytes(w->store, "native", "many", w->events, length, NULL, &report, &error) !=
      BP_OK)
    die("ingest", error);
  if (report.records_rejected != 0) die("ingest: an event was rejected", NULL);
}

static void put(writer *w, const char *kind, const char *rest) {
  char id[48] = "";
  if (strcmp(kind, "session") != 0) snprintf(id, sizeof id, "\"id\":\"%" PRId64 "\",", w->facts++);
  w->length += (size_t)snprintf(
      w->events + w->length, 1024,
      "{\"blueplane\":1,\"kind\":\"%s\",\"platform\":\"many\",\"session\":\"%d\",%s"
      "\"time\":%" PRId64 "%s}\n",
      kind, w->session, id, w->at, rest);
  if (w->length > PIECE - 1024) hand_over(w);
}

static void put_prompt(writer *w) {
  char rest[256];
  static const char *const features[] = {"",         "",          "\"file\"",
                                         "\"code\"", "\"image\"", "\"command\""};
  const char *mode = below(8) == 0 ? "plan" : "default", *feature = features[below(6)];
  snprintf(rest, sizeof rest, ",\"characters\":%d,\"features\":[%s],\"mode\":\"%s\"",
           10 + below(3000), feature, mode);
  put(w, "prompt", rest);
}

static void put_response(writer *w) {
  char rest[512];
  static const char *const models[] = {"claude-sonnet-4-5", "claude-opus-4-5", "claude-haiku-4-5"};
  int cache_write = below(4000), cache_read = 10000 + below(100000), output = 20 + below(800),
      input = below(50);
  snprintf(rest, sizeof rest,
           ",\"model\":\"%s\",\"input_tokens\":%d,\"output_tokens\":%d,\"cache_read_tokens\":%d,"
           "\"cache_write_5m_tokens\":%d,\"stop\":\"tool_use\"",
           models[(w->session + (below(8) == 0)) % 3], input, output, cache_read, cache_write);
  put(w, "response", rest);
}

static void put_call(writer *w) {
  char rest[512], lines[96] = "";
  static const struct {
    const char *tool, *category, *program;
    bool edits;
  } tools[] = {{"Read", "read", "none", false},
               {"Read", "read", "none", false},
               {"Edit", "edit", "none", true},
               {"Edit", "edit", "none", true},
               {"Bash", "command", "test", false},
               {"Bash", "command", "git", false},
               {"Bash", "command", "build", false},
               {"Grep", "search", "none", false},
               {"mcp__tracker__find", "mcp", "none", false}};
  int which = below(9);
  if (below(5) == 0) w->file = below(300);
  if (tools[which].edits) {
    int removed = below(20), added = below(40);
    snprintf(lines, sizeof lines, ",\"lines_added\":%d,\"lines_removed\":%d", added, removed);
  }
  int duration = 1000 + below(3000000);
  const char *outcome = below(16) == 0 ? "error" : "ok";
  snprintf(
      rest, sizeof rest,
      ",\"tool\":\"%s\",\"category\":\"%s\",\"program\":\"%s\",\"file\":\"/w/%d/f%d.%s\",\"outcome\":\"%s\","
      "\"duration_us\":%d%s",
      tools[which].tool, tools[which].category, tools[which].program, w->workspace, w->file,
      w->file % 3 == 0 ? "c" : "py", outcome, duration, lines);
  put(w, "tool_call", rest);
}

static void put_session(writer *w, int64_t until) {
  char rest[160];
  w->session++;
  w->workspace = below(12);
  w->file = below(300);
  w->at = END - DAY * (1 + below(DAYS));
  w->at += (7 + below(12)) * 3600 * SECOND;
  w->at += below(3600) * SECOND;
  snprintf(rest, sizeof rest,
           ",\"workspace\":\"/w/%d\",\"client_version\":\"2.%d.0\",\"entrypoint\":\"cli\"",
           w->workspace, below(20));
  put(w, "session", rest);
  for (int i = 0; i < SESSION_FACTS && w->facts < until; i++) {
    w->at += below(100) == 0 ? 40 * 60 * SECOND : (2 + below(30)) * SECOND;
    if (i % 17 == 0)
      put_prompt(w);
    else if (i % 33 == 32)
      put(w, "event", ",\"event\":\"turn_end\",\"value\":9000");
    else if (i % 85 == 84)
      put(w, "commit", ",\"type\":\"fix\",\"lines_added\":9,\"lines_removed\":1,\"files\":2");
    else if (i % 2 == 0)
      put_response(w);
    else
      put_call(w);
  }
}

static void make(writer *w, int64_t facts) {
  w->events = malloc(PIECE);
  if (w->events == NULL) die("out of memory", NULL);
  while (w->facts < facts)
    put_session(w, facts);
  hand_over(w);
  free(w->events);
  printf("facts\t%" PRId64 "\nsessions\t%d\n", w->facts, w->session);
}

static int fill(const char *path, int64_t facts) {
  writer w = {.store = open_store(path)};
  make(&w, facts);
  bp_close(w.store);
  return 0;
}

static int write_events(const char *path, int64_t facts) {
  writer w = {.into = fopen(path, "w")};
  if (w.into == NULL) die(path, NULL);
  make(&w, facts);
  if (fclose(w.into) != 0) die(path, NULL);
  return 0;
}

/* ---------------------------------------------------------------------------------------- ask */

typedef struct times {
  double *us;
  size_t count, capacity;
} times;

static void note(times *t, double us) {
  if (t->count == t->capacity) {
    t->capacity = t->capacity == 0 ? 64 : t->capacity * 2;
    t->us = realloc(t->us, t->capacity * sizeof *t->us);
    if (t->us == NULL) die("out of memory", NULL);
  }
  t->us[t->count++] = us;
}

static void report(const char *name, times *t) {
  qsort(t->us, t->count, sizeof *t->us, by_value);
  printf("%s\t%.0f\t%.0f\t%.0f\n", name, t->us[t->count / 2], t->us[t->count * 95 / 100],
         t->us[t->count - 1]);
}

static bp_result *ask(bp_store *store, const char *json) {
  bp_query *query = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  if (bp_query_from_json(&query, json, strlen(json), &error) != BP_OK ||
      bp_query_run(&result, store, query, &error) != BP_OK)
    die(json, error);
  bp_query_free(query);
  return result;
}

static const char *only; /* measures only this one; NULL: all */

static void measure(bp_store *store, const char *name, const char *json, int rounds, times *all) {
  times own = {0};
  if (only != NULL && strcmp(only, name) != 0) return;
  for (int i = 0; i < rounds; i++) {
    double start = now();
    bp_result_free(ask(store, json));
    note(&own, now() - start);
    note(all, own.us[own.count - 1]);
  }
  report(name, &own);
  free(own.us);
}

/* Common groupings; the metrics come from the catalogue. */
static const struct {
  const char *name, *metrics, *by;
} grouped[] = {{"tokens by model", "\"total_tokens\"", "\"model\""},
               {"tokens by day and model",
                "\"input_tokens\",\"output_tokens\",\"cache_read_tokens\"",
                "\"time.day\",\"model\""},
               {"cost by day", "\"cost\"", "\"time.day\""},
               {"sessions by day", "\"sessions\"", "\"time.day\""},
               {"interactions by hour of day", "\"interactions\"", "\"time.hour_of_day\""},
               {"lines by workspace", "\"lines_added\",\"lines_removed\"", "\"workspace\""},
               {"calls by tool and outcome", "\"tool_calls\"", "\"tool\",\"outcome\""},
               {"lines by language", "\"lines_added\"", "\"language\""},
               {"one session's tokens", "\"total_tokens\",\"cost\"", "\"session\""}};

static int ask_all(const char *path, const char *range, int rounds) {
  bp_store *store = open_store(path);
  bp_result *catalog = NULL;
  bp_error *error = NULL;
  char json[1024];
  times all = {0};
  if (bp_catalog(&catalog, "metrics", &error) != BP_OK) die("catalog", error);
  for (size_t i = 0; i < bp_result_rows(catalog); i++) {
    const char *name = bp_result_text(catalog, i, 0, NULL);
    snprintf(
        json, sizeof json,
        "{\"schema\":\"blueplane.query/1\",\"metrics\":[\"%s\"],\"period\":\"%s\",\"zone\":\"UTC\"}",
        name, range);
    measure(store, name, json, rounds, &all);
  }
  for (size_t i = 0; i < sizeof grouped / sizeof *grouped; i++) {
    snprintf(
        json, sizeof json,
        "{\"schema\":\"blueplane.query/1\",\"metrics\":[%s],\"by\":[%s],\"period\":\"%s\",\"zone\":\"UTC\"}",
        grouped[i].metrics, grouped[i].by, range);
    measure(store, grouped[i].name, json, rounds, &all);
  }
  if (only == NULL) report("all questions", &all);
  free(all.us);
  bp_result_free(catalog);
  bp_close(store);
  return 0;
}

static int tokens(const char *path, const char *range) {
  bp_store *store = open_store(path);
  char json[256];
  snprintf(json, sizeof json,
           "{\"schema\":\"blueplane.query/1\",\"metrics\":[\"total_tokens\"],\"by\":[\"model\"],"
           "\"period\":\"%s\",\"zone\":\"UTC\"}",
           range);
  bp_result *result = ask(store, json);
  for (size_t row = 0; row < bp_result_rows(result); row++)
    printf("%s\t%" PRId64 "\n", bp_result_text(result, row, 0, NULL),
           bp_result_int(result, row, 1));
  bp_result_free(result);
  bp_close(store);
  return 0;
}

static int first(const char *path) {
  bp_store *store = open_store(path);
  double start = now();
  bp_result_free(ask(store,
                     "{\"schema\":\"blueplane.query/1\",\"metrics\":[\"tasks\"],\"period\":\"30d\","
                     "\"zone\":\"UTC\"}"));
  printf("tasks\t%.0f\n", now() - start);
  bp_close(store);
  return 0;
}

int main(int count, char **argument) {
  const char *what = count > 1 ? argument[1] : "";
  if (count == 4 && strcmp(what, "fill") == 0)
    return fill(argument[2], strtoll(argument[3], NULL, 10));
  if (count == 4 && strcmp(what, "write") == 0)
    return write_events(argument[2], strtoll(argument[3], NULL, 10));
  if (count == 4 && strcmp(what, "tokens") == 0) return tokens(argument[2], argument[3]);
  only = count == 6 ? argument[5] : NULL;
  if ((count == 5 || count == 6) && strcmp(what, "ask") == 0)
    return ask_all(argument[2], argument[3], atoi(argument[4]));
  if (count == 3 && strcmp(what, "first") == 0) return first(argument[2]);
  fprintf(stderr,
          "usage: many fill STORE FACTS | write FILE FACTS | ask STORE RANGE ROUNDS [NAME] | "
          "tokens STORE RANGE | first STORE\n");
  return 2;
}
