/* Fuzz targets of the interface itself, through the public header alone:
 *
 *   FUZZ_QUERY     a query as JSON: if it is read, writing and reading it again gives the same
 *                  query; it runs or is refused
 *   FUZZ_DOCUMENT  bytes as every document of bp_configure, and as a selector of what to erase
 *   FUZZ_STORE     a valid store with changed bytes; the first byte chooses what is done with it,
 *                  three each make a change: place, place, value; one left over chooses the
 *                  store with more in it
 *   FUZZ_OPEN      bytes as a file to open and as its key; the last byte chooses the access
 *   FUZZ_INGEST    bytes of an unknown source: recognised, previewed field by field, ingested; a
 *                  second time adds nothing
 *   FUZZ_FORMAT    the name of a format with its options, for several results
 *   FUZZ_CALLS     a byte for each call: any calls in any order, with valid and invalid arguments
 *
 * Every call ends as interface.h says. */
#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <blueplane/arrow.h>
#include <blueplane/blueplane.h>

#include "tests/fuzz/folder.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/interface.h"

#define UNUSED __attribute__((unused)) /* each target uses some of these */

static const char line[] =
    "{\"blueplane\":1,\"platform\":\"tool\",\"session\":\"s1\",\"kind\":\"prompt\",\"id\":\"p1\",\"time\":\"2026-03-02T09:00:00Z\"}\n"
    "{\"blueplane\":1,\"platform\":\"tool\",\"session\":\"s1\",\"kind\":\"response\",\"id\":\"r1\",\"model\":\"claude-sonnet-4-5\","
    "\"output_tokens\":7,\"time\":\"2026-03-02T09:01:00Z\"}\n"
    "{\"blueplane\":1,\"platform\":\"tool\",\"session\":\"s1\",\"kind\":\"tool_use\",\"id\":\"t1\",\"tool\":\"Hammer\",\"time\":\"2026-03-02T09:02:00Z\"}\n";

static int64_t noon(void *user) {
  (void)user;
  return INT64_C(1772453000000000); /* 2026-03-02T12:03:20Z */
}

static bp_store *open_store(const char *path, uint32_t access, uint32_t flags) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  o.access = access;
  o.flags = flags;
  o.clock = noon;
  return fuzz_open(path, &o);
}

UNUSED static void ingest(bp_store *s) {
  bp_error *error = NULL;
  int rc = bp_ingest_bytes(s, "native", "here", line, sizeof line - 1, NULL, NULL, &error);
  fuzz_ended(rc, error);
}

static void write_out(bp_result *result, const char *format) {
  char *text = NULL;
  bp_error *error = NULL;
  int rc = bp_result_format(&text, NULL, result, format, &error);
  fuzz_gave(rc, error, text);
  bp_free(text);
}

UNUSED static void inspect(bp_store *s, const char *topic) {
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_inspect(&result, s, topic, &error);
  if (fuzz_gave(rc, error, result)) write_out(result, "csv");
  bp_result_free(result);
}

UNUSED static void erase(bp_store *s, const char *json, size_t length) {
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_erase(&result, s, json, length, &error);
  fuzz_gave_result(rc, error, result);
}

UNUSED static void ask(bp_store *s, const bp_query *query) {
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_query_run(&result, s, query, &error);
  if (fuzz_gave(rc, error, result)) write_out(result, "json");
  bp_result_free(result);
}

UNUSED static bp_query *read_query(const char *json, size_t length) {
  bp_query *query = NULL;
  bp_error *error = NULL;
  int rc = bp_query_from_json(&query, json, length, &error);
  fuzz_gave(rc, error, query);
  return query;
}

UNUSED static void ask_text(bp_store *s, const char *json) {
  bp_query *query = read_query(json, strlen(json));
  if (query == NULL) abort();
  ask(s, query);
  bp_query_free(query);
}

#if defined(FUZZ_QUERY)

static void run(const uint8_t *data, size_t size) {
  static bp_store *store;
  char *once = NULL, *twice = NULL;
  size_t a = 0, b = 0;
  if (store == NULL) {
    store = open_store(NULL, BP_ACCESS_OWNER, BP_OPEN_MEMORY);
    ingest(store);
  }
  bp_query *query = read_query((const char *)data, size);
  if (query == NULL) return;
  if (bp_query_to_json(&once, &a, query, NULL) == BP_OK) {
    bp_query *again = read_query(once, a);
    if (again == NULL || bp_query_to_json(&twice, &b, again, NULL) != BP_OK || a != b ||
        memcmp(once, twice, a) != 0)
      abort();
    bp_query_free(again);
  }
  ask(store, query);
  bp_free(once);
  bp_free(twice);
  bp_query_free(query);
}

#elif defined(FUZZ_DOCUMENT)

#include "metrics/benchmark.h"

/* Only a handle on a release may set it. */
static void read_benchmark(const char *json, size_t length) {
  benchmark *b = NULL;
  bp_error *error = NULL;
  int rc = bpi_benchmark_parse(&b, json, length, &error);
  fuzz_gave(rc, error, b);
  bpi_benchmark_free(b);
}

static void run(const uint8_t *data, size_t size) {
  static const char *const topics[] = {"prices", "assumptions", "benchmark", "retention", "labels",
                                       "roster", "invitation",  "sharing",   "trust"};
  static const uint32_t accesses[] = {BP_ACCESS_OWNER, BP_ACCESS_STEWARD};
  static bp_store *stores[2];
  for (size_t i = 0; i < 2; i++) {
    if (stores[i] == NULL) stores[i] = open_store(NULL, accesses[i], BP_OPEN_MEMORY);
    for (size_t t = 0; t < sizeof topics / sizeof *topics; t++) {
      bp_error *error = NULL;
      int rc = bp_configure(stores[i], topics[t], (const char *)data, size, &error);
      fuzz_ended(rc, error);
    }
    erase(stores[i], (const char *)data, size);
  }
  read_benchmark((const char *)data, size);
  ask_text(stores[0], "{\"metrics\":[\"cost\",\"time_saved\"],\"period\":\"all\"}");
}

#elif defined(FUZZ_STORE) || defined(FUZZ_OPEN)

#ifdef FUZZ_STORE

/* Four days of two sessions each, with a call that fails every third time and is then repeated. */
static void ingest_days(bp_store *s) {
  bp_error *error = NULL;
  char lines[16384];
  size_t at = 0;
#define SAY(kind, minute, more, ...)                                                               \
  at += (size_t)snprintf(                                                                          \
      lines + at, sizeof lines - at,                                                               \
      "{\"blueplane\":1,\"platform\":\"tool\",\"session\":\"s%u\",\"kind\":\"" kind                \
      "\",\"id\":\"%u-%u\",\"time\":\"2026-02-2%uT%02u:%02u:00Z\"," more "}\n",                    \
      session, session, minute, 3 + session / 2, 9 + session % 2, minute, __VA_ARGS__)
  for (unsigned session = 0; session < 8; session++) {
    SAY("session", 0u, "\"workspace\":\"/w%u\",\"branch\":\"main\"", session % 2);
    for (unsigned turn = 0; turn < 3; turn++) {
      const char *outcome = (session + turn) % 3 == 0 ? "error" : "ok";
      SAY("prompt", 10 * turn + 1, "\"characters\":%u", 40 << session);
      SAY("response", 10 * turn + 2, "\"model\":\"gpt-5\",\"output_tokens\":%u", 9 + turn);
      SAY("tool_call", 10 * turn + 3,
          "\"tool\":\"patch\",\"category\":\"edit\",\"file\":\"/w/%u.c\",\"outcome\":\"%s\","
          "\"lines_added\":%u,\"duration_us\":%u",
          turn, outcome, turn, 1000 << turn);
    }
    SAY("decision", 40u, "\"accepted\":%s", session % 2 == 0 ? "true" : "false");
  }
#undef SAY
  if (at >= sizeof lines ||
      bp_ingest_bytes(s, "native", "days", lines, at, NULL, NULL, &error) != BP_OK)
    abort();
}

/* One with a few facts, and one with some of every kind. */
static fuzz_bytes good[2];

static void make_good(size_t which) {
  static const uint8_t key[32] = {10};
  fuzz_write(fuzz_path("s.db.key"), key, sizeof key); /* so that an input always does the same */
  unlink(fuzz_path("s.db"));
  bp_store *s = open_store(fuzz_path("s.db"), BP_ACCESS_OWNER, 0);
  ingest(s);
  if (which == 1) ingest_days(s);
  bp_close(s);
  good[which] = fuzz_read(fuzz_path("s.db"));
}

static const char *const questions[] = {
    "{\"metrics\":[\"tasks\",\"cost\",\"prompts\",\"tool_success_rate\"],\"period\":\"all\",\"by\":[\"workspace\"]}",
    "{\"metrics\":[\"comparison\"],\"period\":\"today\",\"compare\":\"previous\"}",
    "{\"metrics\":[\"comparison\",\"prompts\",\"cost\"],\"period\":\"all\",\"by\":[\"prompt_size\"]}",
    "{\"metrics\":[\"insights\"],\"period\":\"7d\"}",
    "{\"metrics\":[\"learning_trend\"],\"period\":\"all\"}",
    "{\"metrics\":[\"session_duration\",\"tool_duration\",\"peak_hour\"],\"period\":\"all\",\"by\":[\"session\"]}",
    "{\"metrics\":[\"active_time\",\"active_days\",\"time_to_resolution\",\"tool_transitions\"],\"period\":\"all\",\"by\":[\"time.day\"]}",
    "{\"metrics\":[\"prompts\",\"responses\"],\"period\":\"today\",\"by\":[\"time.hour\",\"model\",\"tool\"]}",
    "{\"metrics\":[\"feature_usage\",\"delegation\",\"prompt_effect\",\"task_patterns\"],\"period\":\"all\"}",
    "{\"metrics\":[\"last_activity\",\"interaction_share\"],\"period\":\"all\",\"by\":[\"platform\",\"branch\"]}",
};
#define QUESTIONS (sizeof questions / sizeof *questions)

static void use(bp_store *s, unsigned what, unsigned which) {
  static const char *const topics[] = {"integrity", "sessions", "labels", "rejects",
                                       "files",     "coverage", "stored", "consent"};
  if (what < sizeof topics / sizeof *topics) {
    inspect(s, topics[what]);
  } else if (what % 2 == 0) {
    ask_text(s, questions[which % QUESTIONS]);
  } else {
    ingest(s);
    erase(s, "{\"version\":1,\"source\":\"native\"}", 31);
  }
}

static void run(const uint8_t *data, size_t size) {
  size_t which = size % 3 == 2; /* there is a byte that changes nothing */
  if (good[which].data == NULL) make_good(which);
  unsigned what = size > 0 ? *data : 0;
  fuzz_write_spoiled(fuzz_path("s.db"), &good[which], data + 1, size > 0 ? size - 1 : 0);
  bp_store *s =
      open_store(fuzz_path("s.db"), BP_ACCESS_OWNER, what / 10 % 2 == 0 ? BP_OPEN_READONLY : 0);
  if (s != NULL) use(s, what % 10, what / 20);
  bp_close(s);
  unlink(fuzz_path("s.db-wal"));
  unlink(fuzz_path("s.db-shm"));
}

#else /* FUZZ_OPEN */

static void run(const uint8_t *data, size_t size) {
  static const uint32_t accesses[] = {BP_ACCESS_OWNER,   BP_ACCESS_STEWARD, BP_ACCESS_LEAD,
                                      BP_ACCESS_MANAGER, BP_ACCESS_DEVOPS,  BP_ACCESS_RESEARCH};
  unsigned how = size > 0 ? data[--size] : 0;
  fuzz_write(fuzz_path("s.db"), data, size);
  fuzz_write(fuzz_path("s.db.key"), data, size % 64);
  bp_store *s =
      open_store(fuzz_path("s.db"), accesses[how % 6], how / 6 % 2 == 0 ? 0 : BP_OPEN_READONLY);
  if (s != NULL) inspect(s, "integrity");
  bp_close(s);
  unlink(fuzz_path("s.db"));
  if (size % 64 == 32) bp_close(open_store(fuzz_path("s.db"), BP_ACCESS_OWNER, 0));
  unlink(fuzz_path("s.db"));
  unlink(fuzz_path("s.db.key"));
}

#endif

#elif defined(FUZZ_INGEST)

static void preview(bp_store *s, const uint8_t *data, size_t size) {
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_privacy_preview(&result, s, NULL, data, size, &error);
  if (fuzz_gave(rc, error, result)) write_out(result, "json");
  bp_result_free(result);
}

static bp_ingest_report take_bytes(bp_store *s, const uint8_t *data, size_t size) {
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  bp_error *error = NULL;
  int rc = bp_ingest_bytes(s, NULL, "here", data, size, NULL, &report, &error);
  fuzz_ended(rc, error);
  return report;
}

/* A store is used for a number of inputs, because making one takes longer than using it. */
static void run(const uint8_t *data, size_t size) {
  static bp_store *s;
  static unsigned inputs;
  if (inputs++ % 32 == 0) {
    bp_close(s);
    s = open_store(NULL, BP_ACCESS_OWNER, BP_OPEN_MEMORY);
  }
  preview(s, data, size);
  take_bytes(s, data, size);
  bp_ingest_report again = take_bytes(s, data, size);
  if (again.records_stored != 0) abort();
  inspect(s, "rejects");
  ask_text(
      s,
      "{\"metrics\":[\"tasks\",\"cost\",\"prompts\",\"tool_success_rate\"],\"period\":\"all\",\"by\":[\"platform\"]}");
}

#elif defined(FUZZ_FORMAT)

static bp_result *answer(const char *json) {
  bp_store *s = open_store(NULL, BP_ACCESS_OWNER, BP_OPEN_MEMORY);
  bp_query *query = read_query(json, strlen(json));
  bp_result *result = NULL;
  ingest(s);
  if (bp_query_run(&result, s, query, NULL) != BP_OK) abort();
  bp_query_free(query);
  bp_close(s);
  return result;
}

static void run(const uint8_t *data, size_t size) {
  static bp_result *results[3];
  if (results[0] == NULL) {
    results[0] =
        answer("{\"metrics\":[\"prompts\",\"cost\",\"tool_success_rate\"],\"period\":\"all\"}");
    results[1] = answer(
        "{\"metrics\":[\"prompts\"],\"period\":\"2026-03-02\",\"by\":[\"time.hour\"],\"compare\":\"previous\"}");
    if (bp_catalog(&results[2], "metrics", NULL) != BP_OK) abort();
  }
  char *format = malloc(size + 1);
  if (format == NULL) return;
  memcpy(format, data, size);
  format[size] = '\0';
  for (size_t i = 0; i < 3; i++)
    write_out(results[i], format);
  free(format);
}

#else /* FUZZ_CALLS */

static const char *const words[] = {NULL,        "",         "today",          "all",
                                    "cost",      "tasks",    "insights",       "time.day",
                                    "workspace", "session",  "model",          "=",
                                    "!=",        "previous", "limit",          "order",
                                    "3",         "-cost",    "Europe/Berlin",  "2026-03-02",
                                    "team",      "json",     "table:width=20", "health",
                                    "labels",    "2026-W09", "native",         "quality",
                                    "lead",      "\xff"};

typedef struct player {
  const uint8_t *data;
  size_t size, at;
  bp_store *store;
  bp_query *query;
  bp_result *result;
} player;

static uint8_t take(player *p) {
  return p->at < p->size ? p->data[p->at++] : 0;
}
static const char *word(player *p) {
  return words[take(p) % (sizeof words / sizeof *words)];
}

static void query_call(player *p, unsigned which) {
  const char *a = word(p), *b = word(p), *c = word(p);
  if (p->query == NULL) bp_query_new(&p->query, NULL);
  switch (which) {
  case 0: bp_query_metric(p->query, a); break;
  case 1: bp_query_by(p->query, a); break;
  case 2: bp_query_where(p->query, a, b, c); break;
  case 3: bp_query_period(p->query, a, b); break;
  case 4: bp_query_compare(p->query, a); break;
  case 5: bp_query_set(p->query, a, b); break;
  case 6:
    bp_query_range(p->query, (int64_t)(take(p) - 100) * INT64_C(900000000), INT64_MAX, a);
    break;
  default: bp_query_free(p->query); p->query = NULL;
  }
}

static void store_call(player *p, unsigned which) {
  bp_error *error = NULL;
  const char *a = word(p), *b = word(p);
  int rc;
  switch (which) {
  case 0: ingest(p->store); break;
  case 1:
    bp_result_free(p->result);
    p->result = NULL;
    rc = bp_query_run(&p->result, p->store, p->query, &error);
    fuzz_gave(rc, error, p->result);
    break;
  case 2: inspect(p->store, a); break;
  case 3:
    rc = bp_configure(p->store, a, b, b == NULL ? 0 : strlen(b), &error);
    fuzz_ended(rc, error);
    break;
  case 4:
    rc = bp_consent_set(p->store, a, b, take(p) & 1, noon(NULL) + take(p), &error);
    fuzz_ended(rc, error);
    break;
  case 5: erase(p->store, "{\"version\":1,\"everything\":true}", 31); break;
  case 6:
    rc = bp_narrow(p->store, take(p) % 8, a, &error);
    fuzz_ended(rc, error);
    break;
  case 7: bp_cancel(p->store); break;
  case 8:
    bp_close(p->store);
    p->store = open_store(NULL, take(p) % 8, BP_OPEN_MEMORY);
    break;
  default: {
    void *sealed = NULL;
    size_t length = 0;
    rc = bp_share_export(&sealed, &length, p->store, a, b, &error);
    fuzz_gave(rc, error, sealed);
    bp_free(sealed);
  }
  }
}

/* What a team's steward calls, and what needs no store or no file. */
static void other_call(player *p, unsigned which) {
  bp_error *error = NULL;
  bp_result *out = NULL;
  const char *a = word(p), *b = word(p);
  size_t length = a == NULL ? 0 : strlen(a);
  int32_t seconds = 0;
  int rc;
  switch (which) {
  case 0: rc = bp_publish(&out, p->store, a, NULL, &error); break;
  case 1: rc = bp_publish_lead(&out, p->store, a, b, NULL, &error); break;
  case 2: rc = bp_share_merge(&out, p->store, a, length, &error); break;
  case 3: rc = bp_privacy_preview(&out, p->store, b, a, length, &error); break;
  case 4: rc = bp_share_describe(&out, a, length, &error); break;
  case 5: rc = bp_catalog(&out, a, &error); break;
  case 6: rc = bp_ingest_pending(&out, p->store, a, "/nowhere", &error); break;
  case 7:
    rc = bp_ingest_scan(p->store, a, "/nowhere", NULL, NULL, &error);
    fuzz_ended(rc, error);
    return;
  default:
    rc = bp_zone_offset(&seconds, NULL, NULL, a, noon(NULL), &error);
    fuzz_ended(rc, error);
    return;
  }
  fuzz_gave(rc, error, out);
  bp_result_free(p->result);
  p->result = out;
}

static void result_call(player *p, unsigned which) {
  size_t row = take(p), column = take(p), length = 0;
  const char *a = word(p);
  struct ArrowArrayStream stream;
  bp_error *error = NULL;
  switch (which) {
  case 0: bp_result_text(p->result, row, column, &length); break;
  case 1: bp_result_int(p->result, row, column); break;
  case 2: bp_result_column(p->result, column, a); break;
  case 3: {
    int rc = bp_result_arrow(&stream, p->result, &error);
    if (fuzz_ended(rc, error)) stream.release(&stream);
    break;
  }
  default: write_out(p->result, a);
  }
  (void)(bp_result_real(p->result, row, column) + bp_result_cell(p->result, row, column) +
         bp_result_type(p->result, column));
}

static void run(const uint8_t *data, size_t size) {
  player p = {.data = data, .size = size};
  while (p.at < p.size) {
    unsigned call = take(&p);
    if (call < 100)
      store_call(&p, call % 10);
    else if (call < 200)
      query_call(&p, call % 8);
    else if (call < 220)
      other_call(&p, call % 9);
    else
      result_call(&p, call % 5);
  }
  bp_result_free(p.result);
  bp_query_free(p.query);
  bp_close(p.store);
}

#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  run(data, size);
  return 0;
}
