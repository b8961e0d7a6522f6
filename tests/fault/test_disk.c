/* The disk refuses, fills up or goes away at every request: while a store is created, brought to the
 * next schema (next/migrations.h), filled, filled again, asked for tasks, erased from, shared from;
 * while a team's week is merged and published, and a release taken in.
 *
 * Each trial runs in a process of its own on a copy of the same files, and one request of it fails.
 * Then:
 *   - the call returned a code that docs/errors.md has for it, or its work is done all the same;
 *   - the store opens, SQLite finds it sound, and its sums, runs and tasks are what its facts give;
 *   - doing the work again gives the state of an undisturbed run: the same answers, the same file.
 *
 * With BLUEPLANE_LONG=1 at every request; else at some of each kind. */
#define _GNU_SOURCE /* memmem */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "../unit/forms.h"
#include "../unit/run_suite.h"
#include "api/handle.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "day.h"
#include "faulty.h"
#include "privacy/release.h"
#include "store/batch.h"
#include "store/read.h"
#include "store/sql.h"
#include "world.h"

#define PEOPLE 3

/* A scenario works on the files of one folder; `prepare` runs once. */
typedef struct scenario {
  const char *name;
  void (*prepare)(void);        /* makes the template */
  int (*act)(bp_error **error); /* is disturbed; repeating it changes nothing more */
  void (*state)(buf *out);      /* what a person sees of the store */
  const char *store;            /* the store to check */
  uint32_t access;
  const char *scope;
} scenario;

static const scenario *now_running;

/* ------------------------------------------------------------------------------------- answers */

static void put_topic(buf *out, bp_store *s, const char *topic) {
  bp_result *result = NULL;
  bp_error *error = NULL;
  char *text = NULL;
  int rc = bp_inspect(&result, s, topic, &error);
  if (rc == BP_OK) rc = bp_result_format(&text, NULL, result, "csv", &error);
  ck_assert_msg(rc == BP_OK, "%s: %s", topic, bp_error_message(error));
  bpi_buf_text(out, text);
  bp_free(text);
  bp_result_free(result);
}

static void state_of_person(buf *out) {
  bp_error *error = NULL;
  int rc = day_state(out, &error);
  ck_assert_msg(rc == BP_OK, "%d: %s", rc, bp_error_message(error));
  bp_store *s = world_open(day_path(DAY_STORE), BP_ACCESS_OWNER, NULL);
  rc = day_ask(out, s, "{\"metrics\":[\"sessions\"],\"period\":\"all\",\"by\":[\"workspace\"]}",
               &error);
  ck_assert_msg(rc == BP_OK, "%d: %s", rc, bp_error_message(error));
  bpi_buf_printf(out, "%d rejects\n", (int)world_rows(s, "rejects"));
  bp_close(s);
}

static void put_file(buf *out, const char *path) {
  size_t length;
  if (access(path, F_OK) != 0) return;
  unsigned char *data = world_file(path, &length);
  bpi_buf_add(out, data, length);
  free(data);
}

static void state_of_team(buf *out) {
  static const char *const topics[] = {"roster", "contributions", "published"};
  bp_store *s = world_open(day_path("work/team.db"), BP_ACCESS_STEWARD, NULL);
  for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
    put_topic(out, s, topics[i]);
  bp_close(s);
  put_file(out, day_path("work/week.release"));
}

static void state_of_organisation(buf *out) {
  bp_store *s = world_open(day_path("work/org.db"), BP_ACCESS_MANAGER, NULL);
  static const char json[] = "{\"metrics\":[\"sessions\"],\"period\":\"all\",\"by\":[\"team\"]}";
  bp_error *error = NULL;
  int rc = day_ask(out, s, json, &error);
  ck_assert_msg(rc == BP_OK, "%d: %s", rc, bp_error_message(error));
  bp_close(s);
}

/* A number from the file itself, read without the library, which would migrate it; -1 if there is
 * none. */
static int64_t number_in_file(const char *sql) {
  sqlite3 *db = NULL;
  sqlite3_stmt *ask = NULL;
  int64_t number = -1;
  ck_assert_int_eq(sqlite3_open(day_path(DAY_STORE), &db), SQLITE_OK);
  if (sqlite3_prepare_v2(db, sql, -1, &ask, NULL) == SQLITE_OK && sqlite3_step(ask) == SQLITE_ROW)
    number = sqlite3_column_int64(ask, 0);
  sqlite3_finalize(ask);
  sqlite3_close(db);
  return number;
}

static int64_t rows_of_the_next(void) {
  return number_in_file("SELECT count(*) FROM next");
}

static size_t layers_of_prompts(void) {
  return bpi_layer_of(number_in_file("SELECT max(id) FROM prompt")) + 1;
}

static void state_of_layers(buf *out) {
  bpi_buf_printf(out, "%d layers\n", (int)layers_of_prompts());
  state_of_person(out);
}

static void state_of_upgraded(buf *out) {
  bpi_buf_printf(out, "%d rows in the next schema\n", (int)rows_of_the_next());
  state_of_person(out);
}

/* ---------------------------------------------------------------------------- what a person does */

static int upgrade(bp_error **error) {
  bp_store *s = NULL;
  int rc = day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, error);
  bp_close(s);
  return rc;
}

static int ask_for_tasks(bp_error **error) {
  static const char json[] = "{\"metrics\":[\"tasks\"],\"period\":\"all\"}";
  bp_store *s = NULL;
  bp_query *query = NULL;
  bp_result *result = NULL;
  int rc = day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, error);
  if (rc == BP_OK) rc = bp_query_from_json(&query, json, sizeof json - 1, error);
  if (rc == BP_OK) rc = bp_query_run(&result, s, query, error);
  bp_result_free(result);
  bp_query_free(query);
  bp_close(s);
  return rc;
}

/* Each file in a transaction of its own, with its new facts in a layer of their own; every file
 * from its start, so that known keys are looked up in all layers. */
static int ingest_in_layers(bp_error **error) {
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  bp_store *s = NULL;
  int rc = day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, error);
  if (rc == BP_OK) s->store->layer_least = 4;
  options.flags = BP_INGEST_RESTART;
  for (int file = 0; file < DAY_FILES && rc == BP_OK; file++) {
    char name[64];
    snprintf(name, sizeof name, DAY_FILE, file);
    rc = bp_ingest_file(s, NULL, day_path(name), &options, &report, error);
    if (rc == BP_OK && report.files_failed > 0) rc = bpi_fail(error, BP_ERR_IO, "a file failed");
  }
  bp_close(s);
  return rc;
}

static int erase_selected(const char *selector, bp_error **error) {
  bp_store *s = NULL;
  bp_result *result = NULL;
  int rc = day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, error);
  if (rc == BP_OK) rc = bp_erase(&result, s, selector, strlen(selector), error);
  bp_result_free(result);
  bp_close(s);
  return rc;
}

static int erase_days(bp_error **error) { /* the 10th and 11th of February */
  return erase_selected(
      "{\"version\":1,\"from_us\":1770681600000000,\"until_us\":1770854400000000}", error);
}

static int erase_everything(bp_error **error) {
  return erase_selected("{\"version\":1,\"everything\":true}", error);
}

static int settle(bp_error **error) {
  static const char labels[] = "{\"version\":1,\"keep\":true}";
  static const char retention[] = "{\"version\":1,\"events_days\":50}";
  bp_store *s = NULL;
  int rc = day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, error);
  if (rc == BP_OK) rc = bp_configure(s, "labels", labels, sizeof labels - 1, error);
  if (rc == BP_OK) rc = bp_configure(s, "retention", retention, sizeof retention - 1, error);
  bp_close(s);
  return rc;
}

static int share(bp_error **error) {
  bp_store *s = NULL;
  void *data = NULL;
  size_t length = 0;
  int rc = day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, error);
  if (rc == BP_OK) rc = bp_share_export(&data, &length, s, "team", WORLD_WEEK, error);
  bp_free(data);
  bp_close(s);
  return rc;
}

static void state_of_sharing(buf *out) {
  bp_store *s = world_open(day_path("work/me.db"), BP_ACCESS_OWNER, NULL);
  put_topic(out, s, "shared");
  bp_close(s);
  state_of_person(out);
}

/* ------------------------------------------------------------------------------ what a team does */

static char *roster;
static struct {
  unsigned char *data;
  size_t length;
} bundles[PEOPLE];

static void make_bundles(void) {
  sign_keys keys = world_keys(1);
  vector_cell cells[WORLD_CELLS];
  for (unsigned i = 0; i < PEOPLE; i++) {
    bundle b = world_contribution(cells, world_cells(cells, i), 1);
    world_bundle(&bundles[i].data, &bundles[i].length, &b, 100 + i, &keys.open);
  }
}

static int merge_week(bp_error **error) {
  bp_store *s = NULL;
  bp_result *result = NULL;
  int rc = day_open(&s, "work/team.db", BP_ACCESS_STEWARD, NULL, error);
  if (rc == BP_OK) rc = bp_configure(s, "roster", roster, strlen(roster), error);
  for (size_t i = 0; i < PEOPLE && rc == BP_OK; i++) {
    rc = bp_share_merge(&result, s, bundles[i].data, bundles[i].length, error);
    bp_result_free(result);
    result = NULL;
  }
  bp_close(s);
  return rc;
}

static int publish(bp_error **error) {
  bp_store *s = NULL;
  bp_result *result = NULL;
  world_now = WORLD_CLOSED;
  int rc = day_open(&s, "work/team.db", BP_ACCESS_STEWARD, NULL, error);
  if (rc == BP_OK) rc = bp_publish(&result, s, WORLD_WEEK, day_path("work/week.release"), error);
  bp_result_free(result);
  bp_close(s);
  return rc;
}

static unsigned char *release_file;
static size_t release_length;

static int take_release(bp_error **error) {
  char trust[160], key[65];
  sign_keys keys = world_keys(1);
  bp_store *s = NULL;
  bp_result *result = NULL;
  bpi_hex(keys.open.sign, 32, key);
  snprintf(trust, sizeof trust, "{\"version\":1,\"stores\":[\"%s\"]}", key);
  int rc = day_open(&s, "work/org.db", BP_ACCESS_STEWARD, "organisation", error);
  if (rc == BP_OK) rc = bp_configure(s, "trust", trust, strlen(trust), error);
  if (rc == BP_OK) rc = bp_share_merge(&result, s, release_file, release_length, error);
  bp_result_free(result);
  bp_close(s);
  return rc;
}

/* ----------------------------------------------------------------------------------- templates */

static void do_it(int (*act)(bp_error **)) {
  bp_error *error = NULL;
  int rc = act(&error);
  ck_assert_msg(rc == BP_OK, "undisturbed: %d: %s", rc, bp_error_message(error));
}

static void empty_work(void) {
  world_now = WORLD_OPEN;
  day_empty();
}

static void nothing_yet(void) {
  empty_work();
  day_input(DAY_SESSIONS);
}

static void with_a_key(void) {
  nothing_yet();
  world_key_file(day_path("template/me.db.key"), 100);
  day_fresh();
}

static void in_layers(void) {
  with_a_key();
  do_it(ingest_in_layers);
  ck_assert_uint_eq(layers_of_prompts(), DAY_FILES);
  with_a_key();
}

static void half_of_it(void) {
  empty_work();
  world_key_file(day_path("work/me.db.key"), 100);
  day_input(DAY_SESSIONS / 2);
  do_it(day_ingest);
  day_keep();
  day_input(DAY_SESSIONS);
}

static void all_of_it(void) {
  with_a_key();
  do_it(day_ingest);
  day_keep();
}

/* The store as the release before left it. */
static void of_the_schema_before(void) {
  sqlite3 *db = NULL;
  all_of_it();
  ck_assert_int_eq(sqlite3_open(day_path(DAY_STORE), &db), SQLITE_OK);
  ck_assert_int_eq(
      sqlite3_exec(db, "DROP TABLE next; PRAGMA user_version = 1; VACUUM", NULL, NULL, NULL),
      SQLITE_OK);
  sqlite3_close(db);
  ck_assert_int_eq(rows_of_the_next(), -1);
  day_keep();
  ck_assert_int_eq(upgrade(NULL), BP_OK);
  ck_assert_int_eq(rows_of_the_next(), 4 * DAY_SESSIONS);
}

static void with_tasks(void) {
  all_of_it();
  do_it(ask_for_tasks);
  day_keep();
}

static char *first_cell(bp_store *s, const char *topic, size_t column) {
  bp_result *result = NULL;
  ck_assert_int_eq(bp_inspect(&result, s, topic, NULL), BP_OK);
  char *text = strdup(bp_result_text(result, 0, column, NULL));
  bp_result_free(result);
  return text;
}

static void joined(void) {
  all_of_it();
  bp_store *team = world_team_store(day_path("steward.db"), 1);
  world_configure(team, "roster", roster);
  char *invitation = first_cell(team, "invitation", 0), *link = first_cell(team, "rosters", 1);
  bp_store *me = world_open(day_path("work/me.db"), BP_ACCESS_OWNER, NULL);
  world_configure(me, "invitation", invitation);
  world_configure(me, "roster", link);
  world_configure(me, "sharing", "{\"version\":1,\"minimum\":3}");
  bp_close(me);
  bp_close(team);
  free(invitation);
  free(link);
  day_keep();
}

static void a_team(void) {
  empty_work();
  world_key_file(day_path("template/team.db.key"), 1);
  day_fresh();
}

static void a_merged_week(void) {
  a_team();
  do_it(merge_week);
  day_keep();
}

static void an_organisation(void) {
  a_merged_week();
  do_it(publish);
  release_file = world_file(day_path("work/week.release"), &release_length);
  empty_work();
}

static const scenario scenarios[] = {
    {"make", nothing_yet, day_ingest, state_of_person, DAY_STORE, BP_ACCESS_OWNER, NULL},
    {"upgrade", of_the_schema_before, upgrade, state_of_upgraded, DAY_STORE, BP_ACCESS_OWNER, NULL},
    {"ingest", with_a_key, day_ingest, state_of_person, DAY_STORE, BP_ACCESS_OWNER, NULL},
    {"layers", in_layers, ingest_in_layers, state_of_layers, DAY_STORE, BP_ACCESS_OWNER, NULL},
    {"grow", half_of_it, day_ingest, state_of_person, DAY_STORE, BP_ACCESS_OWNER, NULL},
    {"tasks", all_of_it, ask_for_tasks, state_of_person, DAY_STORE, BP_ACCESS_OWNER, NULL},
    {"settle", all_of_it, settle, state_of_person, DAY_STORE, BP_ACCESS_OWNER, NULL},
    {"erase", with_tasks, erase_days, state_of_person, DAY_STORE, BP_ACCESS_OWNER, NULL},
    {"erase all", with_tasks, erase_everything, state_of_person, DAY_STORE, BP_ACCESS_OWNER, NULL},
    {"share", joined, share, state_of_sharing, DAY_STORE, BP_ACCESS_OWNER, NULL},
    {"merge", a_team, merge_week, state_of_team, "work/team.db", BP_ACCESS_STEWARD, NULL},
    {"publish", a_merged_week, publish, state_of_team, "work/team.db", BP_ACCESS_STEWARD, NULL},
    {"release", an_organisation, take_release, state_of_organisation, "work/org.db",
     BP_ACCESS_STEWARD, "organisation"},
};
#define SCENARIOS (int)(sizeof scenarios / sizeof *scenarios)

/* -------------------------------------------------------------------------------------- trials */

static struct { long trials, died, refused, unnoticed; } tally;

static const char *about(const char *what, fault_way way, unsigned calls, long after) {
  static const char *const ways[] = {"never", "once", "on", "full", "die", "torn", "power"};
  static char text[200];
  snprintf(text, sizeof text, "%s: %s, %s 0x%x, after %ld", now_running->name, what, ways[way],
           calls, after);
  return text;
}

/* The store is sound, whatever happened to it. */
static void check_sound(const char *where) {
  const char *path = day_path(now_running->store);
  bp_store *s = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  if (access(path, F_OK) != 0) return; /* it was not even created */
  int rc = day_open(&s, now_running->store, now_running->access, now_running->scope, &error);
  ck_assert_msg(rc == BP_OK, "%s: does not open: %d %s", where, rc, bp_error_message(error));
  ck_assert_int_eq(bp_inspect(&result, s, "integrity", NULL), BP_OK);
  for (size_t row = 0; row < bp_result_rows(result); row++)
    ck_assert_msg(bp_result_int(result, row, 1) == 1, "%s: is not sound", where);
  bp_result_free(result);
  bp_close(s);
}

/* In a personal store: sums, runs and tasks are what the facts give. */
static void check_sums(const char *where) {
  const store_options options = {.read_only = false};
  store *s = NULL;
  int ok = 0;
  if (now_running->access != BP_ACCESS_OWNER) return;
  ck_assert_int_eq(bpi_store_open(&s, day_path(now_running->store), &options, NULL), BP_OK);
  ck_assert_int_eq(bpi_store_verify(s, &ok, NULL), BP_OK);
  ck_assert_msg(ok, "%s: sums are not what the facts give", where);
  bpi_store_close(s);
}

static char *state(void) {
  buf b;
  bpi_buf_init(&b, 1 << 24);
  now_running->state(&b);
  return bpi_buf_take(&b, NULL);
}

/* Runs in a process of its own, as it may end in the middle. Returns the code, or FAULT_DIED. */
static int act_apart(fault_way way, unsigned calls, long after) {
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    fault_set(way, calls, after);
    int rc = now_running->act(NULL);
    fault_power_off();
    _exit(rc == BP_OK ? 0 : -rc);
  }
  int status = 0;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status), "%s", about("was killed by a signal", way, calls, after));
  return WEXITSTATUS(status);
}

/* The codes that docs/errors.md has for a failing disk, and for a lock held by another process. */
static bool is_fitting(int code, unsigned calls) {
  if (code == -BP_ERR_BUSY) return calls == 1u << FAULT_LOCK;
  return code == -BP_ERR_IO;
}

static void try_once(const char *expected, fault_way way, unsigned calls, long after) {
  day_fresh();
  int code = act_apart(way, calls, after);
  char where[200];
  snprintf(where, sizeof where, "%s", about("afterwards", way, calls, after));
  tally.trials++;
  if (code == FAULT_DIED) {
    tally.died++;
  } else if (code == 0) {
    tally.unnoticed++;
    char *after_it = state();
    ck_assert_msg(strcmp(after_it, expected) == 0, "%s: was said to be done and is not", where);
    bpi_free(after_it);
  } else {
    tally.refused++;
    ck_assert_msg(is_fitting(code, calls), "%s: code -%d", where, code);
  }
  check_sound(where);
  do_it(now_running->act);
  char *in_the_end = state();
  size_t same = 0;
  while (in_the_end[same] != '\0' && in_the_end[same] == expected[same])
    same++;
  ck_assert_msg(strcmp(in_the_end, expected) == 0, "%s: ends differently: %.60s, not %.60s", where,
                in_the_end + same, expected + same);
  bpi_free(in_the_end);
  check_sums(where);
}

/* At every request, or at some, the last always among them. */
static void sweep(const char *expected, fault_way way, unsigned calls, long requests, long few) {
  long step = long_form() ? 1 : 1 + (requests - 1) / (short_form() ? 2 : few);
  for (long after = requests - 1; after >= 0; after -= step)
    try_once(expected, way, calls, after);
}

/* The power fails at every request and after the last: all unsynced changes are lost, none, or
 * some. */
static void sweep_power(const char *expected, long requests) {
  bool all = long_form();
  long step = all ? 1 : 1 + (requests - 1) / (short_form() ? 2 : 8);
  for (unsigned luck = 0; luck < (all ? 12 : short_form() ? 2 : 4); luck++) {
    fault_luck(luck);
    for (long after = requests; after >= 0; after -= step)
      try_once(expected, FAULT_POWER, FAULT_CHANGES, after);
  }
}

/* The number of requests when nothing fails. */
static long requests_of(unsigned calls, long *pages) {
  day_fresh();
  fault_set(FAULT_NEVER, calls, 0);
  do_it(now_running->act);
  if (pages != NULL) *pages = fault_pages_added();
  return fault_counted();
}

/* One scenario: every way of failing at its requests. */
START_TEST(at_every_request) {
  now_running = &scenarios[_i];
  roster = world_roster(PEOPLE, PEOPLE, "");
  make_bundles();
  fault_install();
  now_running->prepare();
  day_fresh();
  do_it(now_running->act);
  char *expected = state();
  check_sums("undisturbed");
  long pages = 0, changes = requests_of(FAULT_CHANGES, &pages);
  sweep(expected, FAULT_DIE, FAULT_CHANGES, changes, 24);
  sweep(expected, FAULT_TORN, FAULT_CHANGES, changes, 12);
  sweep_power(expected, changes);
  sweep(expected, FAULT_FULL, 1u << FAULT_WRITE, pages, 12);
  for (int call = 0; call < FAULT_CALLS; call++) {
    long requests = requests_of(1u << call, NULL);
    sweep(expected, FAULT_ONCE, 1u << call, requests, 6);
    sweep(expected, FAULT_ON, 1u << call, requests, 6);
  }
  printf("%s: %ld changes, %ld pages, %ld trials: %ld died, %ld refused, %ld made no difference\n",
         now_running->name, changes, pages, tally.trials, tally.died, tally.refused,
         tally.unnoticed);
  ck_assert_int_gt(tally.died, 0);
  ck_assert_int_gt(tally.refused, 0);
  bpi_free(expected);
}
END_TEST

/* In one session, so that the log has what was there before. */
static int ingest_and_erase(bp_error **error) {
  static const char everything[] = "{\"version\":1,\"everything\":true}";
  bp_store *s = NULL;
  bp_result *result = NULL;
  int rc = day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, error);
  if (rc == BP_OK) rc = bp_ingest_scan(s, NULL, day_path("in"), NULL, NULL, error);
  if (rc == BP_OK) rc = bp_erase(&result, s, everything, sizeof everything - 1, error);
  bp_result_free(result);
  if (rc == BP_OK) fault_power_off();
  bp_close(s);
  return rc;
}

static bool is_in_file(const char *name, const char *word) {
  size_t length;
  if (access(day_path(name), F_OK) != 0) return false;
  unsigned char *held = world_file(day_path(name), &length);
  bool found = memmem(held, length, word, strlen(word)) != NULL;
  free(held);
  return found;
}

/* What bp_erase reported as erased stays erased, whatever the disk had not synced. */
START_TEST(what_is_erased_does_not_come_back_with_the_power) {
  static const char word[] = "Tool"; /* part of every tool's name */
  scenario both = {"ingest and erase", all_of_it, ingest_and_erase, NULL, DAY_STORE,
                   BP_ACCESS_OWNER,    NULL};
  now_running = &both;
  fault_install();
  both.prepare();
  ck_assert(is_in_file("template/me.db", word));
  with_a_key();
  for (unsigned luck = 0; luck < 16; luck++) {
    fault_luck(luck);
    day_fresh();
    ck_assert_int_eq(act_apart(FAULT_POWER, FAULT_CHANGES, LONG_MAX), FAULT_DIED);
    ck_assert_msg(!is_in_file("work/me.db", word), "luck %u: in the database", luck);
    ck_assert_msg(!is_in_file("work/me.db-wal", word), "luck %u: in the log", luck);
  }
}
END_TEST

/* ------------------------------------------------------------------------ what was said is done */

static int decide(bp_error **error) {
  bp_store *s = NULL;
  static const char limits[] = "{\"version\":1,\"events_days\":50}";
  int rc = day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, error);
  if (rc == BP_OK) rc = bp_consent_set(s, "quality", "lead", 1, world_now + WORLD_DAY, error);
  if (rc == BP_OK) rc = bp_configure(s, "retention", limits, sizeof limits - 1, error);
  if (rc == BP_OK) rc = bp_consent_set(s, "quality", "lead", 0, 0, error);
  if (rc == BP_OK) fault_power_off();
  bp_close(s);
  return rc;
}

static void state_of_decisions(buf *out) {
  bp_store *s = world_open(day_path(DAY_STORE), BP_ACCESS_OWNER, NULL);
  put_topic(out, s, "consent");
  put_topic(out, s, "retention");
  bp_close(s);
}

static int merge_one(bp_error **error) {
  bp_store *s = NULL;
  bp_result *result = NULL;
  int rc = day_open(&s, "work/team.db", BP_ACCESS_STEWARD, NULL, error);
  if (rc == BP_OK) rc = bp_configure(s, "roster", roster, strlen(roster), error);
  if (rc == BP_OK) rc = bp_share_merge(&result, s, bundles[0].data, bundles[0].length, error);
  bp_result_free(result);
  if (rc == BP_OK) fault_power_off();
  bp_close(s);
  return rc;
}

/* Facts are read again from their files, but nobody repeats decisions, or sends a merged bundle
 * again. */
START_TEST(what_was_decided_outlives_the_power) {
  static const scenario decisions[] = {
      {"decide", all_of_it, decide, state_of_decisions, DAY_STORE, BP_ACCESS_OWNER, NULL},
      {"merge one", a_team, merge_one, state_of_team, "work/team.db", BP_ACCESS_STEWARD, NULL}};
  roster = world_roster(PEOPLE, PEOPLE, "");
  make_bundles();
  fault_install();
  now_running = &decisions[_i];
  now_running->prepare();
  day_fresh();
  do_it(now_running->act);
  char *expected = state();
  for (unsigned luck = 0; luck < 16; luck++) {
    fault_luck(luck);
    day_fresh();
    ck_assert_int_eq(act_apart(FAULT_POWER, FAULT_CHANGES, LONG_MAX), FAULT_DIED);
    char *after = state();
    ck_assert_str_eq(after, expected);
    bpi_free(after);
  }
  bpi_free(expected);
}
END_TEST

static void leave(void) {
  bpi_free(roster);
  roster = NULL;
  for (size_t i = 0; i < PEOPLE; i++)
    bpi_free(bundles[i].data);
  memset(bundles, 0, sizeof bundles);
  memset(&tally, 0, sizeof tally);
  day_remove();
}

int main(void) {
  Suite *suite = suite_create("disk");
  TCase *tests = tcase_create("disk");
  tcase_set_timeout(tests, 3600);
  tcase_add_checked_fixture(tests, day_folder, leave);
  tcase_add_loop_test(tests, at_every_request, 0, SCENARIOS);
  tcase_add_loop_test(tests, what_was_decided_outlives_the_power, 0, 2);
  tcase_add_test(tests, what_is_erased_does_not_come_back_with_the_power);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
