/* The disk refuses, fills up or goes away at every single request of what a store does: it is made, filled, filled
 * again, asked for tasks, erased from, shared from; a team's week is merged and published, a release taken in.
 *
 * Each trial runs in a process of its own on a copy of the same files, and one request of it fails. Then:
 *   - the call said so with a code that docs/errors.md has for it, or it did not matter and the call's work is done;
 *   - the store opens, SQLite finds it sound, and what is kept beside the facts is what they give;
 *   - doing the work again ends where an undisturbed run ended: the same answers, the same file.
 *
 * With BLUEPLANE_LONG=1 at every request; else at so many of each kind. */
#define _POSIX_C_SOURCE 200809L
#include <check.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "../unit/folder.h"
#include "../unit/run_suite.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "faulty.h"
#include "privacy/release.h"
#include "store/batch.h"
#include "store/read.h"
#include "world.h"

#define SESSIONS 24
#define PEOPLE 3

/* A scenario works on the files of one folder; `first` and `template` are made once. */
typedef struct scenario {
  const char *name;
  void (*prepare)(void);        /* makes the template */
  int (*act)(bp_error **error); /* may be disturbed; done again it changes nothing more */
  void (*state)(buf *out);      /* what a person sees of it */
  const char *store;            /* the file that is looked after */
  uint32_t access;
  const char *scope;
} scenario;

static const scenario *now_running;

/* ------------------------------------------------------------------------------------- answers */

static void put_result(buf *out, bp_result *result) {
  char *text = NULL;
  ck_assert_int_eq(bp_result_format(&text, NULL, result, "csv", NULL), BP_OK);
  bpi_buf_text(out, text);
  bp_free(text);
  bp_result_free(result);
}

static void put_answer(buf *out, bp_store *s, const char *json) {
  bp_query *query = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  ck_assert_int_eq(bp_query_from_json(&query, json, strlen(json), NULL), BP_OK);
  int rc = bp_query_run(&result, s, query, &error);
  ck_assert_msg(rc == BP_OK, "%s: %s", json, bp_error_message(error));
  bp_query_free(query);
  put_result(out, result);
}

static void put_topic(buf *out, bp_store *s, const char *topic) {
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_inspect(&result, s, topic, &error);
  ck_assert_msg(rc == BP_OK, "%s: %s", topic, bp_error_message(error));
  put_result(out, result);
}

static void state_of_person(buf *out) {
  static const char *const questions[] = {
      "{\"metrics\":[\"sessions\",\"prompts\",\"responses\",\"tool_calls\",\"output_tokens\",\"cost\","
      "\"active_time\"],\"period\":\"all\",\"by\":[\"time.day\",\"workspace\"]}",
      "{\"metrics\":[\"tool_calls\",\"tool_success_rate\"],\"period\":\"all\",\"by\":[\"tool\"]}",
      "{\"metrics\":[\"tasks\",\"resolution_rate\"],\"period\":\"all\"}"};
  bp_store *s = world_open(path_of("work/me.db"), BP_ACCESS_OWNER, NULL);
  for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
    put_answer(out, s, questions[i]);
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
  bp_store *s = world_open(path_of("work/team.db"), BP_ACCESS_STEWARD, NULL);
  for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
    put_topic(out, s, topics[i]);
  bp_close(s);
  put_file(out, path_of("work/week.release"));
}

static void state_of_organisation(buf *out) {
  bp_store *s = world_open(path_of("work/org.db"), BP_ACCESS_MANAGER, NULL);
  put_answer(out, s, "{\"metrics\":[\"sessions\"],\"period\":\"all\",\"by\":[\"team\"]}");
  bp_close(s);
}

/* ------------------------------------------------------------------------------------- folders */

static void copy_file(const char *from, const char *to) {
  static char data[1 << 16];
  int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ck_assert(in >= 0 && out >= 0);
  for (ssize_t got; (got = read(in, data, sizeof data)) > 0;)
    ck_assert_int_eq(write(out, data, (size_t)got), got);
  close(in);
  close(out);
}

static void copy_folder(const char *from, const char *to) {
  char one[512], other[512];
  const struct dirent *entry;
  if (access(to, F_OK) == 0) remove_tree(to);
  ck_assert_int_eq(mkdir(to, 0700), 0);
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

static void fresh_work(void) {
  copy_folder(path_of("template"), path_of("work"));
}

/* ----------------------------------------------------------------------------------- the input */

static void write_session(FILE *f, int number) {
#define LINE(rest)                                                                                 \
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
    fprintf(f, LINE("\"kind\":\"tool_result\",\"id\":\"t%d-%d\",\"outcome\":\"ok\""), WHEN, number, i);
  }
  fprintf(f, "broken\n");
}

static void write_input(int sessions) {
  mkdir(path_of("in"), 0700);
  for (int file = 0; file < 3; file++) {
    char name[64];
    snprintf(name, sizeof name, "in/%d.blueplane.jsonl", file);
    FILE *f = fopen(path_of(name), "w");
    ck_assert_ptr_nonnull(f);
    for (int i = file; i < sessions; i += 3)
      write_session(f, i);
    fclose(f);
  }
}

/* ---------------------------------------------------------------------------- what a person does */

static int64_t world_clock(void *unused) {
  (void)unused;
  return world_now;
}

static int open_work(bp_store **s, const char *name, uint32_t access, const char *scope,
                     bp_error **error) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  o.access = access;
  o.scope = scope;
  o.clock = world_clock;
  return bp_open(s, path_of(name), &o, error);
}

static int ingest(bp_error **error) {
  bp_store *s = NULL;
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  int rc = open_work(&s, "work/me.db", BP_ACCESS_OWNER, NULL, error);
  if (rc == BP_OK) rc = bp_ingest_scan(s, NULL, path_of("in"), NULL, &report, error);
  if (rc == BP_OK && report.files_failed > 0) rc = bpi_fail(error, BP_ERR_IO, "a file failed");
  bp_close(s);
  return rc;
}

static int ask_for_tasks(bp_error **error) {
  static const char json[] = "{\"metrics\":[\"tasks\"],\"period\":\"all\"}";
  bp_store *s = NULL;
  bp_query *query = NULL;
  bp_result *result = NULL;
  int rc = open_work(&s, "work/me.db", BP_ACCESS_OWNER, NULL, error);
  if (rc == BP_OK) rc = bp_query_from_json(&query, json, sizeof json - 1, error);
  if (rc == BP_OK) rc = bp_query_run(&result, s, query, error);
  bp_result_free(result);
  bp_query_free(query);
  bp_close(s);
  return rc;
}

static int erase_selected(const char *selector, bp_error **error) {
  bp_store *s = NULL;
  bp_result *result = NULL;
  int rc = open_work(&s, "work/me.db", BP_ACCESS_OWNER, NULL, error);
  if (rc == BP_OK) rc = bp_erase(&result, s, selector, strlen(selector), error);
  bp_result_free(result);
  bp_close(s);
  return rc;
}

static int erase_days(bp_error **error) { /* the 10th and 11th of February */
  return erase_selected("{\"version\":1,\"from_us\":1770681600000000,\"until_us\":1770854400000000}",
                        error);
}

static int erase_everything(bp_error **error) {
  return erase_selected("{\"version\":1,\"everything\":true}", error);
}

static int settle(bp_error **error) {
  static const char labels[] = "{\"version\":1,\"keep\":true}";
  static const char retention[] = "{\"version\":1,\"events_days\":50}";
  bp_store *s = NULL;
  int rc = open_work(&s, "work/me.db", BP_ACCESS_OWNER, NULL, error);
  if (rc == BP_OK) rc = bp_configure(s, "labels", labels, sizeof labels - 1, error);
  if (rc == BP_OK) rc = bp_configure(s, "retention", retention, sizeof retention - 1, error);
  bp_close(s);
  return rc;
}

static int share(bp_error **error) {
  bp_store *s = NULL;
  void *data = NULL;
  size_t length = 0;
  int rc = open_work(&s, "work/me.db", BP_ACCESS_OWNER, NULL, error);
  if (rc == BP_OK) rc = bp_share_export(&data, &length, s, "team", WORLD_WEEK, error);
  bp_free(data);
  bp_close(s);
  return rc;
}

static void state_of_sharing(buf *out) {
  bp_store *s = world_open(path_of("work/me.db"), BP_ACCESS_OWNER, NULL);
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
  int rc = open_work(&s, "work/team.db", BP_ACCESS_STEWARD, NULL, error);
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
  int rc = open_work(&s, "work/team.db", BP_ACCESS_STEWARD, NULL, error);
  if (rc == BP_OK)
    rc = bp_publish(&result, s, WORLD_WEEK, path_of("work/week.release"), error);
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
  int rc = open_work(&s, "work/org.db", BP_ACCESS_STEWARD, "organisation", error);
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

static void keep_as_template(void) {
  copy_folder(path_of("work"), path_of("template"));
}

static void empty_work(void) {
  world_now = WORLD_OPEN;
  mkdir(path_of("template"), 0700);
  remove_tree(path_of("template"));
  mkdir(path_of("template"), 0700);
  fresh_work();
}

static void nothing_yet(void) {
  empty_work();
  write_input(SESSIONS);
}

static void with_a_key(void) {
  nothing_yet();
  world_key_file(path_of("template/me.db.key"), 100);
  fresh_work();
}

static void half_of_it(void) {
  empty_work();
  world_key_file(path_of("work/me.db.key"), 100);
  write_input(SESSIONS / 2);
  do_it(ingest);
  keep_as_template();
  write_input(SESSIONS);
}

static void all_of_it(void) {
  with_a_key();
  do_it(ingest);
  keep_as_template();
}

static void with_tasks(void) {
  all_of_it();
  do_it(ask_for_tasks);
  keep_as_template();
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
  bp_store *team = world_team_store(path_of("steward.db"), 1);
  world_configure(team, "roster", roster);
  char *invitation = first_cell(team, "invitation", 0), *link = first_cell(team, "rosters", 1);
  bp_store *me = world_open(path_of("work/me.db"), BP_ACCESS_OWNER, NULL);
  world_configure(me, "invitation", invitation);
  world_configure(me, "roster", link);
  world_configure(me, "sharing", "{\"version\":1,\"minimum\":3}");
  bp_close(me);
  bp_close(team);
  free(invitation);
  free(link);
  keep_as_template();
}

static void a_team(void) {
  empty_work();
  world_key_file(path_of("template/team.db.key"), 1);
  fresh_work();
}

static void a_merged_week(void) {
  a_team();
  do_it(merge_week);
  keep_as_template();
}

static void an_organisation(void) {
  a_merged_week();
  do_it(publish);
  release_file = world_file(path_of("work/week.release"), &release_length);
  empty_work();
}

static const scenario scenarios[] = {
    {"make", nothing_yet, ingest, state_of_person, "work/me.db", BP_ACCESS_OWNER, NULL},
    {"ingest", with_a_key, ingest, state_of_person, "work/me.db", BP_ACCESS_OWNER, NULL},
    {"grow", half_of_it, ingest, state_of_person, "work/me.db", BP_ACCESS_OWNER, NULL},
    {"tasks", all_of_it, ask_for_tasks, state_of_person, "work/me.db", BP_ACCESS_OWNER, NULL},
    {"settle", all_of_it, settle, state_of_person, "work/me.db", BP_ACCESS_OWNER, NULL},
    {"erase", with_tasks, erase_days, state_of_person, "work/me.db", BP_ACCESS_OWNER, NULL},
    {"erase all", with_tasks, erase_everything, state_of_person, "work/me.db", BP_ACCESS_OWNER, NULL},
    {"share", joined, share, state_of_sharing, "work/me.db", BP_ACCESS_OWNER, NULL},
    {"merge", a_team, merge_week, state_of_team, "work/team.db", BP_ACCESS_STEWARD, NULL},
    {"publish", a_merged_week, publish, state_of_team, "work/team.db", BP_ACCESS_STEWARD, NULL},
    {"release", an_organisation, take_release, state_of_organisation, "work/org.db", BP_ACCESS_STEWARD,
     "organisation"},
};
#define SCENARIOS (int)(sizeof scenarios / sizeof *scenarios)

/* -------------------------------------------------------------------------------------- trials */

static struct {
  long trials, died, refused, unnoticed;
} tally;

static const char *about(const char *what, fault_way way, unsigned calls, long after) {
  static const char *const ways[] = {"never", "once", "on", "full", "die", "torn"};
  static char text[200];
  snprintf(text, sizeof text, "%s: %s, %s 0x%x, after %ld", now_running->name, what, ways[way], calls,
           after);
  return text;
}

/* The store is sound, whatever was done to it. */
static void check_sound(const char *where) {
  const char *path = path_of(now_running->store);
  bp_store *s = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  if (access(path, F_OK) != 0) return; /* it was not even begun */
  int rc = open_work(&s, now_running->store, now_running->access, now_running->scope, &error);
  ck_assert_msg(rc == BP_OK, "%s: does not open: %d %s", where, rc, bp_error_message(error));
  ck_assert_int_eq(bp_inspect(&result, s, "integrity", NULL), BP_OK);
  for (size_t row = 0; row < bp_result_rows(result); row++)
    ck_assert_msg(bp_result_int(result, row, 1) == 1, "%s: is not sound", where);
  bp_result_free(result);
  bp_close(s);
}

/* Of a personal store, that sums, runs and tasks are what the facts give. */
static void check_sums(const char *where) {
  const store_options options = {.read_only = false};
  store *s = NULL;
  int ok = 0;
  if (now_running->access != BP_ACCESS_OWNER) return;
  ck_assert_int_eq(bpi_store_open(&s, path_of(now_running->store), &options, NULL), BP_OK);
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

/* In a process of its own, as it may end in the middle: the code, or FAULT_DIED. */
static int act_apart(fault_way way, unsigned calls, long after) {
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    fault_set(way, calls, after);
    int rc = now_running->act(NULL);
    _exit(rc == BP_OK ? 0 : -rc);
  }
  int status = 0;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status), "%s", about("was killed by a signal", way, calls, after));
  return WEXITSTATUS(status);
}

/* What docs/errors.md says of a disk that refuses, and of a lock that another holds. */
static bool is_fitting(int code, unsigned calls) {
  if (code == -BP_ERR_BUSY) return calls == 1u << FAULT_LOCK;
  return code == -BP_ERR_IO;
}

static void try_once(const char *expected, fault_way way, unsigned calls, long after) {
  fresh_work();
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

/* At every request, or at so many of them, the first and the last among these. */
static void sweep(const char *expected, fault_way way, unsigned calls, long requests, long few) {
  long step = getenv("BLUEPLANE_LONG") != NULL ? 1 : 1 + (requests - 1) / few;
  for (long after = requests - 1; after >= 0; after -= step)
    try_once(expected, way, calls, after);
}

/* How many there are when nothing fails. */
static long requests_of(unsigned calls, long *pages) {
  fresh_work();
  fault_set(FAULT_NEVER, calls, 0);
  do_it(now_running->act);
  if (pages != NULL) *pages = fault_pages_added();
  return fault_counted();
}

START_TEST(at_every_request) {
  now_running = &scenarios[_i];
  roster = world_roster(PEOPLE, PEOPLE, "");
  make_bundles();
  fault_install();
  now_running->prepare();
  fresh_work();
  do_it(now_running->act);
  char *expected = state();
  check_sums("undisturbed");
  long pages = 0, changes = requests_of(FAULT_CHANGES, &pages);
  sweep(expected, FAULT_DIE, FAULT_CHANGES, changes, 24);
  sweep(expected, FAULT_TORN, FAULT_CHANGES, changes, 12);
  sweep(expected, FAULT_FULL, 1u << FAULT_WRITE, pages, 12);
  for (int call = 0; call < FAULT_CALLS; call++) {
    long requests = requests_of(1u << call, NULL);
    if (call == FAULT_READ) continue; /* what cannot be read is test_damage's */
    sweep(expected, FAULT_ONCE, 1u << call, requests, 6);
    sweep(expected, FAULT_ON, 1u << call, requests, 6);
  }
  printf("%s: %ld changes, %ld pages, %ld trials: %ld died, %ld refused, %ld made no difference\n",
         now_running->name, changes, pages, tally.trials, tally.died, tally.refused, tally.unnoticed);
  ck_assert_int_gt(tally.died, 0);
  ck_assert_int_gt(tally.refused, 0);
  bpi_free(expected);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("disk");
  TCase *tests = tcase_create("disk");
  tcase_set_timeout(tests, 3600);
  tcase_add_checked_fixture(tests, make_folder, remove_folder);
  tcase_add_loop_test(tests, at_every_request, 0, SCENARIOS);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
