/* The promises of docs/threading.md that no other test covers: what may be called from which
 * thread, what a call leaves unchanged in the process, who waits for whom. Handles of one process
 * lock each other out of a file like those of two processes. */
#define _POSIX_C_SOURCE 200809L
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <blueplane/arrow.h>
#include <sqlite3.h>

#include "../unit/forms.h"
#include "../unit/run_suite.h"
#include "day.h"
#include "world.h"

static const char *header; /* blueplane.h */
static const char line[] =
    "{\"blueplane\":1,\"kind\":\"prompt\",\"platform\":\"tool\",\"session\":\"s\","
    "\"id\":\"p\",\"time\":\"2026-02-13T09:00:00Z\"}\n";

static int take_line(bp_store *s) {
  return bp_ingest_bytes(s, "native", "here", line, sizeof line - 1, NULL, NULL, NULL);
}

static int64_t first_number(bp_store *s, const bp_query *query) {
  bp_result *result = NULL;
  ck_assert_int_eq(bp_query_run(&result, s, query, NULL), BP_OK);
  int64_t value = bp_result_int(result, 0, 0);
  bp_result_free(result);
  return value;
}

static bp_query *ask_for(const char *metric) {
  bp_query *query = NULL;
  ck_assert_int_eq(bp_query_new(&query, NULL), BP_OK);
  ck_assert_int_eq(bp_query_metric(query, metric), BP_OK);
  ck_assert_int_eq(bp_query_period(query, "all", NULL), BP_OK);
  return query;
}

static int64_t figure(bp_store *s, const char *metric) {
  bp_query *query = ask_for(metric);
  int64_t value = first_number(s, query);
  bp_query_free(query);
  return value;
}

static bp_store *open_day(const char *name) {
  return world_open(day_path(name), BP_ACCESS_OWNER, NULL);
}

static void make_folders(void) {
  day_folder();
  day_empty();
}

/* -------------------------------------------------------------------------------------- objects */

static int use_the_other(void *user, const bp_progress *progress) {
  (void)progress;
  return take_line(user) != BP_OK || figure(user, "prompts") != 1;
}

/* While a call on one store runs, calls on another return. */
START_TEST(stores_do_not_wait_for_each_other) {
  bp_store *one = open_day("work/one.db"), *other = open_day("work/other.db");
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  day_input(DAY_SESSIONS);
  options.threads = 3;
  options.progress = use_the_other;
  options.progress_user = other;
  ck_assert_int_eq(bp_ingest_scan(one, NULL, day_path("in"), &options, NULL, NULL), BP_OK);
  ck_assert_int_eq(figure(one, "prompts"), 4 * DAY_SESSIONS);
  ck_assert_int_eq(figure(other, "prompts"), 1);
  bp_close(one);
  bp_close(other);
}
END_TEST

typedef struct asked {
  bp_store *store;
  bp_query *query;
  int64_t value;
} asked;

static void *run_query(void *user) {
  asked *a = user;
  a->value = first_number(a->store, a->query);
  return NULL;
}

/* A query may be run on several stores, one after the other and on other threads. */
START_TEST(a_query_goes_from_store_to_store) {
  bp_store *empty = open_day("work/one.db"), *full = open_day("work/other.db");
  asked a = {empty, ask_for("prompts"), -1};
  pthread_t thread;
  ck_assert_int_eq(take_line(full), BP_OK);
  for (int round = 0; round < 4; round++) {
    a.store = round % 2 ? full : empty;
    ck_assert_int_eq(pthread_create(&thread, NULL, run_query, &a), 0);
    pthread_join(thread, NULL);
    ck_assert_int_eq(a.value, round % 2);
  }
  bp_query_free(a.query);
  bp_close(empty);
  bp_close(full);
}
END_TEST

static void *read_result(void *user) {
  char *text = NULL;
  if (bp_result_format(&text, NULL, user, "json", NULL) != BP_OK) return NULL;
  for (size_t row = 0; row < bp_result_rows(user); row++)
    if (bp_result_cell(user, row, 1) != BP_CELL_VALUE) return NULL;
  return text;
}

static void *drain_stream(void *user) {
  struct ArrowArrayStream *stream = user;
  struct ArrowArray array;
  ck_assert_int_eq(stream->get_next(stream, &array), 0);
  ck_assert_int_gt(array.length, 0);
  stream->release(stream); /* an array outlives the stream it came from */
  array.release(&array);
  return NULL;
}

/* The last user frees it; the address sanitizer finds wrong frees and leaks. */
START_TEST(a_result_is_read_by_many) {
  enum { READERS = 4 };
  bp_store *s = open_day(DAY_STORE);
  bp_result *result = NULL;
  pthread_t thread[READERS];
  struct ArrowArrayStream stream[READERS];
  ck_assert_int_eq(take_line(s), BP_OK);
  ck_assert_int_eq(bp_inspect(&result, s, "health", NULL), BP_OK);
  bp_close(s);
  for (int i = 0; i < READERS; i++)
    ck_assert_int_eq(pthread_create(&thread[i], NULL, read_result, result), 0);
  char *want = read_result(result);
  ck_assert_ptr_nonnull(want);
  for (int i = 0; i < READERS; i++) {
    void *text = NULL;
    pthread_join(thread[i], &text);
    ck_assert_ptr_nonnull(text);
    ck_assert_str_eq(text, want);
    bp_free(text);
  }
  bp_free(want);
  for (int i = 0; i < READERS; i++)
    ck_assert_int_eq(bp_result_arrow(&stream[i], result, NULL), BP_OK);
  for (int i = 0; i < READERS; i++)
    ck_assert_int_eq(pthread_create(&thread[i], NULL, drain_stream, &stream[i]), 0);
  bp_result_free(result);
  for (int i = 0; i < READERS; i++)
    pthread_join(thread[i], NULL);
}
END_TEST

static void *use_no_store(void *user) {
  (void)user;
  for (int i = 0; i < 20; i++) {
    bp_result *result = NULL;
    int32_t seconds = 0;
    ck_assert_str_eq(bp_version_string(), BP_VERSION_STRING);
    ck_assert_int_eq(bp_feature("source:native"), 1);
    ck_assert_str_ne(bp_strerror(BP_ERR_BUSY), "");
    ck_assert_int_eq(bp_zone_offset(&seconds, NULL, NULL, "Asia/Kathmandu", WORLD_OPEN, NULL),
                     BP_OK);
    ck_assert_int_eq(seconds, 20700);
    ck_assert_int_eq(bp_catalog(&result, "metrics", NULL), BP_OK);
    ck_assert_uint_gt(bp_result_rows(result), 50);
    bp_result_free(result);
    ck_assert_int_eq(bp_share_describe(&result, line, sizeof line - 1, NULL), BP_ERR_FORMAT);
  }
  return NULL;
}

/* Functions without a store may be called from several threads at once. */
START_TEST(no_store_is_needed) {
  enum { USERS = 4 };
  pthread_t thread[USERS];
  for (int i = 0; i < USERS; i++)
    ck_assert_int_eq(pthread_create(&thread[i], NULL, use_no_store, NULL), 0);
  for (int i = 0; i < USERS; i++)
    pthread_join(thread[i], NULL);
}
END_TEST

/* ------------------------------------------------------------------------------------ callbacks */

typedef struct callbacks {
  pthread_t caller;
  int elsewhere, lines, steps, moments, most_threads;
} callbacks;

static void *end_at_once(void *user) {
  return user;
}

/* Threads of this process; 0 if the system does not list them. */
static int count_threads(void) {
  DIR *tasks = opendir("/proc/self/task");
  const struct dirent *entry;
  int count = 0;
  while (tasks != NULL && (entry = readdir(tasks)) != NULL)
    count += entry->d_name[0] != '.';
  if (tasks != NULL) closedir(tasks);
  return count;
}

/* A thread that has ended is listed until the system has removed it, which may be after it was
 * joined. */
static bool are_gone(int before) {
  const struct timespec moment = {0, 1000000};
  for (int wait = 0; wait < 10000 && count_threads() > before; wait++)
    nanosleep(&moment, NULL);
  return count_threads() <= before;
}

/* The number of threads at rest. Under the thread sanitizer the first thread starts another, its
 * own, which stays. */
static int count_resting_threads(void) {
  pthread_t first;
  ck_assert_int_eq(pthread_create(&first, NULL, end_at_once, NULL), 0);
  ck_assert_int_eq(pthread_join(first, NULL), 0);
  return count_threads();
}

static void note(callbacks *c) {
  if (!pthread_equal(pthread_self(), c->caller)) c->elsewhere++;
}

static void on_log(void *user, int level, int code, int64_t a, int64_t b) {
  callbacks *c = user;
  (void)level, (void)code, (void)a, (void)b;
  note(c);
  c->lines++;
}

static int on_progress(void *user, const bp_progress *progress) {
  callbacks *c = user;
  int threads = count_threads();
  (void)progress;
  note(c);
  c->steps++;
  if (threads > c->most_threads) c->most_threads = threads;
  return 0;
}

static int64_t on_clock(void *user) {
  callbacks *c = user;
  note(c);
  c->moments++;
  return WORLD_OPEN;
}

/* There are no threads but those asked for, which end, and none of them runs a callback. */
START_TEST(threads_are_asked_for) {
  callbacks c = {.caller = pthread_self()};
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  bp_store *s = NULL;
  int before = count_resting_threads();
  day_input(DAY_SESSIONS);
  o.access = BP_ACCESS_OWNER;
  o.log_level = BP_LOG_DEBUG;
  o.log = on_log;
  o.clock = on_clock;
  o.log_user = o.clock_user = options.progress_user = &c;
  options.progress = on_progress;
  ck_assert_int_eq(bp_open(&s, day_path(DAY_STORE), &o, NULL), BP_OK);
  for (uint32_t threads = 0; threads <= 4; threads += 2) {
    options.flags = BP_INGEST_RESTART;
    options.threads = threads;
    c.most_threads = 0;
    ck_assert_int_eq(bp_ingest_scan(s, NULL, day_path("in"), &options, NULL, NULL), BP_OK);
    ck_assert_int_le(c.most_threads, before + (threads > 1 ? (int)threads : 0));
    ck_assert(are_gone(before));
  }
  ck_assert_int_eq(figure(s, "prompts"), 4 * DAY_SESSIONS);
  bp_close(s);
  ck_assert(are_gone(before));
  ck_assert(c.lines > 0 && c.steps > 0 && c.moments > 0);
  ck_assert_int_eq(c.elsewhere, 0);
}
END_TEST

#ifdef THREADS_WRAPPED

/* The linker makes the library call this one. */
static int threads_left = -1; /* that can be created; -1: no limit */

int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument) {
  if (threads_left == 0) return EAGAIN;
  if (threads_left > 0) threads_left--;
  return __real_pthread_create(thread, attributes, start, argument);
}

/* If the system gives fewer threads than asked for, the ingest uses those it got. */
START_TEST(fewer_threads_are_enough) {
  day_input(DAY_SESSIONS);
  for (int given = 0; given <= 2; given++) {
    bp_store *s = open_day(DAY_STORE);
    bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
    options.flags = BP_INGEST_RESTART;
    options.threads = 4;
    threads_left = given;
    ck_assert_int_eq(bp_ingest_scan(s, NULL, day_path("in"), &options, NULL, NULL), BP_OK);
    ck_assert_int_eq(threads_left, 0);
    ck_assert_int_eq(figure(s, "prompts"), 4 * DAY_SESSIONS);
    bp_close(s);
  }
  threads_left = -1; /* for the tests that follow in this process, if check does not fork */
}
END_TEST

#endif

/* ----------------------------------------------------------------------------------- cancelling */

static int cancel(void *user, const bp_progress *progress) {
  if (progress->phase == 1) bp_cancel(user);
  return 0;
}

/* Cancelling is allowed in a callback; while no call runs it cancels nothing, not the next call
 * either. */
START_TEST(a_cancel_is_of_one_call) {
  bp_store *s = open_day(DAY_STORE);
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  day_input(DAY_SESSIONS);
  options.progress = cancel;
  options.progress_user = s;
  bp_cancel(s);
  ck_assert_int_eq(take_line(s), BP_OK);
  ck_assert_int_eq(bp_ingest_scan(s, NULL, day_path("in"), &options, NULL, NULL), BP_ERR_CANCELLED);
  bp_cancel(s);
  ck_assert_int_eq(bp_ingest_scan(s, NULL, day_path("in"), NULL, NULL, NULL), BP_OK);
  ck_assert_int_eq(figure(s, "prompts"), 4 * DAY_SESSIONS + 1);
  bp_close(s);
}
END_TEST

/* From now on no file can grow; the system reports it like a full disk. */
static int fill_the_disk(void *user, const bp_progress *progress) {
  const struct rlimit none = {0, RLIM_INFINITY};
  (void)user;
  if (progress->bytes_done == 0) return 0;
  setrlimit(RLIMIT_FSIZE, &none);
  return 1;
}

/* If complete records cannot be stored after a cancel, the call returns IO; the next ingest
 * stores them. */
START_TEST(what_was_complete_cannot_be_stored) {
  const struct rlimit usual = {RLIM_INFINITY, RLIM_INFINITY};
  bp_store *s = open_day(DAY_STORE);
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  signal(SIGXFSZ, SIG_IGN);
  day_input(DAY_SESSIONS);
  options.progress = fill_the_disk;
  ck_assert_int_eq(bp_ingest_scan(s, NULL, day_path("in"), &options, NULL, NULL), BP_ERR_IO);
  setrlimit(RLIMIT_FSIZE, &usual);
  ck_assert_int_eq(figure(s, "prompts"), 0);
  ck_assert_int_eq(bp_ingest_scan(s, NULL, day_path("in"), NULL, NULL, NULL), BP_OK);
  ck_assert_int_eq(figure(s, "prompts"), 4 * DAY_SESSIONS);
  bp_close(s);
}
END_TEST

/* ---------------------------------------------------------------------------------- the process */

static void use_all(bp_store *s) {
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  bp_result *result = NULL;
  options.threads = 3;
  ck_assert_int_eq(bp_ingest_scan(s, NULL, day_path("in"), &options, NULL, NULL), BP_OK);
  ck_assert_int_eq(figure(s, "prompts"), 4 * DAY_SESSIONS);
  ck_assert_int_eq(bp_inspect(&result, s, "integrity", NULL), BP_OK);
  bp_result_free(result);
}

/* Calls change no signal handler, signal mask, working directory, locale or umask. */
START_TEST(the_process_stays_as_it_was) {
  struct sigaction before[64], after;
  sigset_t mask_before, mask_after;
  char place_before[512], place_after[512];
  char *locale = strdup(setlocale(LC_ALL, ""));
  mode_t created = umask(027);
  day_input(DAY_SESSIONS);
  for (int i = 1; i < 64; i++)
    sigaction(i, NULL, &before[i]);
  sigprocmask(SIG_BLOCK, NULL, &mask_before);
  ck_assert_ptr_nonnull(getcwd(place_before, sizeof place_before));
  bp_store *s = open_day(DAY_STORE);
  use_all(s);
  bp_close(s);
  for (int i = 1; i < 64; i++)
    ck_assert(sigaction(i, NULL, &after) != 0 || after.sa_handler == before[i].sa_handler);
  sigprocmask(SIG_BLOCK, NULL, &mask_after);
  for (int i = 1; i < 64; i++)
    ck_assert_int_eq(sigismember(&mask_after, i), sigismember(&mask_before, i));
  ck_assert_ptr_nonnull(getcwd(place_after, sizeof place_after));
  ck_assert_str_eq(place_before, place_after);
  ck_assert_str_eq(setlocale(LC_ALL, NULL), locale);
  ck_assert_uint_eq(umask(created), 027);
  free(locale);
}
END_TEST

/* A relative path is resolved at the call: a store stays where it was opened, and what is ingested
 * next is relative to the folder at that time. */
START_TEST(relative_paths_are_of_the_call) {
  day_input(DAY_SESSIONS);
  ck_assert_int_eq(chdir(day_path("work")), 0);
  bp_store *s = world_open("me.db", BP_ACCESS_OWNER, NULL);
  ck_assert_int_eq(chdir(day_path("in")), 0);
  ck_assert_int_eq(bp_ingest_scan(s, NULL, ".", NULL, NULL, NULL), BP_OK);
  ck_assert_int_eq(figure(s, "prompts"), 4 * DAY_SESSIONS);
  bp_store *same = open_day(DAY_STORE);
  ck_assert_int_eq(figure(same, "prompts"), 4 * DAY_SESSIONS);
  bp_close(same);
  bp_result *receipt = NULL;
  static const char all[] = "{\"version\":1,\"everything\":true}";
  ck_assert_int_eq(bp_erase(&receipt, s, all, sizeof all - 1, NULL), BP_OK);
  bp_result_free(receipt);
  bp_close(s);
  ck_assert_int_eq(access("me.db", F_OK), -1);
  ck_assert_int_eq(access("me.db.key", F_OK), -1);
  s = open_day(DAY_STORE);
  ck_assert_int_eq(figure(s, "prompts"), 0);
  bp_close(s);
  ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

/* Names that have a special meaning for SQLite are ordinary file names. */
START_TEST(any_name_is_a_file) {
  static const char *const names[] = {":memory:", "file:me.db", "file:me.db?mode=memory"};
  ck_assert_int_eq(chdir(day_path("work")), 0);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    bp_store *s = world_open(names[i], BP_ACCESS_OWNER, NULL);
    ck_assert_int_eq(take_line(s), BP_OK);
    bp_close(s);
    s = world_open(names[i], BP_ACCESS_OWNER, NULL);
    ck_assert_int_eq(figure(s, "prompts"), 1);
    bp_close(s);
    ck_assert_int_eq(access(names[i], F_OK), 0);
  }
  ck_assert_int_eq(access("me.db", F_OK), -1);
  ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

/* A link may lead to a store. One that leads to a FIFO is refused without waiting, and the FIFO is
 * not changed. */
START_TEST(a_link_leads_to_a_file) {
  struct stat before, after;
  ck_assert_int_eq(chdir(day_path("work")), 0);
  ck_assert_int_eq(mkfifo("pipe", 0644), 0);
  ck_assert_int_eq(chmod("pipe", 0644), 0);
  ck_assert_int_eq(stat("pipe", &before), 0);
  ck_assert_int_eq(symlink("pipe", "link.db"), 0);
  for (uint32_t i = BP_ACCESS_OWNER; i <= BP_ACCESS_STEWARD; i++) {
    bp_store *s = NULL;
    ck_assert_int_eq(day_open(&s, "work/link.db", i, NULL, NULL), BP_ERR_INVALID);
  }
  ck_assert_int_eq(stat("pipe", &after), 0);
  ck_assert_int_eq(before.st_mode, after.st_mode);
  ck_assert_int_eq(access("link.db.key", F_OK), -1);
  ck_assert_int_eq(unlink("link.db"), 0);
  ck_assert_int_eq(symlink("me.db", "link.db"), 0);
  bp_close(open_day(DAY_STORE));
  ck_assert_int_eq(rename("me.db.key", "link.db.key"), 0);
  bp_close(open_day("work/link.db"));
  ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

/* ----------------------------------------------------------------------------------------- fork */

/* Every function that takes a handle. */
#define ON_A_HANDLE(X)                                                                             \
  X(bp_narrow, s, BP_ACCESS_OWNER, NULL)                                                           \
  X(bp_configure, s, "labels", "{}", 2)                                                            \
  X(bp_inspect, &out, s, "health")                                                                 \
  X(bp_ingest_bytes, s, "native", "x", line, 1, NULL, NULL)                                        \
  X(bp_ingest_file, s, NULL, "x", NULL, NULL)                                                      \
  X(bp_ingest_scan, s, NULL, ".", NULL, NULL)                                                      \
  X(bp_ingest_pending, &out, s, NULL, ".")                                                         \
  X(bp_query_run, &out, s, query)                                                                  \
  X(bp_privacy_preview, &out, s, "native", line, 1)                                                \
  X(bp_share_export, &sealed, &length, s, NULL, WORLD_WEEK)                                        \
  X(bp_share_merge, &out, s, line, 1)                                                              \
  X(bp_consent_set, s, "quality", "lead", 0, 0)                                                    \
  X(bp_erase, &out, s, "{}", 2)                                                                    \
  X(bp_publish, &out, s, WORLD_WEEK, NULL)                                                         \
  X(bp_publish_lead, &out, s, WORLD_WEEK, "t0", NULL)

/* The number of them that are refused. */
static int count_refused(bp_store *s) {
  bp_query *query = ask_for("prompts");
  bp_result *out = NULL;
  void *sealed = NULL;
  size_t length = 0;
  int refused = 0;
#define COUNT(function, ...) refused += function(__VA_ARGS__, NULL) == BP_ERR_INVALID;
  ON_A_HANDLE(COUNT)
#undef COUNT
  bp_query_free(query);
  return out == NULL && sealed == NULL ? refused : 0;
}

/* Checks that the list has all functions of the header that take a handle, except those that free
 * it or return no code. */
static void check_names(void) {
#define NAME(function, ...) " " #function "(",
  static const char *const names[] = {ON_A_HANDLE(NAME)};
#undef NAME
  size_t length, found = 0;
  char *text = (char *)world_file(header, &length), *open = text;
  text[length] = '\0';
  while ((open = strstr(open, "BP_API int ")) != NULL) {
    char *end = strchr(open, ';');
    *end = '\0';
    bool takes = strstr(open, "bp_store *store") != NULL, listed = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
      listed |= strstr(open, names[i]) != NULL;
    ck_assert_msg(takes == listed, "%s", open);
    found += takes;
    open = end + 1;
  }
  ck_assert_uint_eq(found, sizeof names / sizeof *names);
  free(text);
}

/* After fork(), every function refuses the parent's handle, and the store stays unchanged. */
START_TEST(a_child_is_refused_everything) {
#define ONE(...) +1
  enum { FUNCTIONS = 0 ON_A_HANDLE(ONE) };
#undef ONE
  check_names();
  bp_store *s = open_day(DAY_STORE);
  ck_assert_int_eq(take_line(s), BP_OK);
  size_t length, length_after;
  unsigned char *before = world_file(day_path(DAY_STORE), &length);
  pid_t child = fork();
  if (child == 0) {
    int refused = count_refused(s);
    bp_cancel(s);
    bp_close(s);
    _exit(refused == FUNCTIONS ? 0 : 1);
  }
  int status = -1;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status, 0);
  unsigned char *after = world_file(day_path(DAY_STORE), &length_after);
  ck_assert_uint_eq(length, length_after);
  ck_assert_mem_eq(before, after, length);
  ck_assert_int_eq(figure(s, "prompts"), 1);
  bp_close(s);
  free(before);
  free(after);
}
END_TEST

/* -------------------------------------------------------------------------------------- waiting */

static sqlite3 *hold(const char *path, const char *how) {
  sqlite3 *db = NULL;
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, how, NULL, NULL, NULL), SQLITE_OK);
  return db;
}

static int take_prompt(bp_store *s, int number) {
  char text[sizeof line + 8];
  int length =
      snprintf(text, sizeof text,
               "{\"blueplane\":1,\"kind\":\"prompt\",\"platform\":\"tool\",\"session\":\"s\","
               "\"id\":\"%d\",\"time\":\"2026-02-13T09:00:00Z\"}\n",
               number);
  return bp_ingest_bytes(s, "native", "here", text, (size_t)length, NULL, NULL, NULL);
}

#define LIKE_A_SOURCE "work/telemetry.jsonl" /* named like a file of the source */

/* Another process, running before this one opened a store: for each byte it receives, it opens the
 * store, writes and closes it. */
static pid_t begin_other(int *ask, int *answer) {
  int to[2], from[2];
  char turn;
  ck_assert_int_eq(pipe(to), 0);
  ck_assert_int_eq(pipe(from), 0);
  pid_t other = fork();
  if (other == 0) {
    close(to[1]);
    while (read(to[0], &turn, 1) == 1) {
      bp_store *s = open_day(LIKE_A_SOURCE);
      bool taken = take_prompt(s, turn) == BP_OK;
      bp_close(s);
      if (!taken || write(from[1], &turn, 1) != 1) _exit(1);
    }
    _exit(0);
  }
  close(to[0]);
  close(from[1]);
  *ask = to[1];
  *answer = from[0];
  return other;
}

/* File locks belong to a process: opening and closing a store again must not drop locks that
 * another handle of the process holds, nor may a store ingest itself. Else the next process would
 * believe it is alone and remove the log under this one. */
START_TEST(a_second_handle_takes_no_locks_away) {
  int ask, answer, status = -1;
  char turn;
  bp_ingest_report told = BP_INGEST_REPORT_INIT;
  pid_t other = begin_other(&ask, &answer);
  bp_store *s = open_day(LIKE_A_SOURCE);
  for (turn = 0; turn < 8; turn += 2) {
    bp_close(open_day(LIKE_A_SOURCE));
    ck_assert_int_eq(bp_ingest_file(s, NULL, day_path(LIKE_A_SOURCE), NULL, NULL, NULL),
                     BP_ERR_INVALID);
    ck_assert_int_eq(bp_ingest_file(s, "native", day_path(LIKE_A_SOURCE "-shm"), NULL, NULL, NULL),
                     BP_ERR_INVALID);
    ck_assert_int_eq(bp_ingest_scan(s, NULL, day_path("work"), NULL, &told, NULL), BP_OK);
    ck_assert_uint_eq(told.files_seen, 0);
    ck_assert_int_eq(write(ask, &turn, 1), 1);
    ck_assert_int_eq(read(answer, &turn, 1), 1);
    ck_assert_int_eq(take_prompt(s, turn + 1), BP_OK);
  }
  close(ask);
  close(answer);
  ck_assert_int_eq(waitpid(other, &status, 0), other);
  ck_assert_int_eq(status, 0);
  ck_assert_int_eq(figure(s, "prompts"), 8);
  bp_close(s);
  s = open_day(LIKE_A_SOURCE);
  ck_assert_int_eq(figure(s, "prompts"), 8);
  bp_close(s);
}
END_TEST

typedef struct writer {
  int (*write)(bp_store *s, const struct writer *w, bp_error **error);
  const char *name; /* of the store */
  uint32_t access;
  const void *bundle;
  size_t length;
  bp_store *store;
  pthread_t thread;
  int rc;
  bp_error *error;
  atomic_bool done;
} writer;

static int write_ingest(bp_store *s, const writer *w, bp_error **error) {
  (void)w;
  return bp_ingest_bytes(s, "native", "here", line, sizeof line - 1, NULL, NULL, error);
}

static int write_labels(bp_store *s, const writer *w, bp_error **error) {
  static const char json[] = "{\"version\":1,\"keep\":false}";
  (void)w;
  return bp_configure(s, "labels", json, sizeof json - 1, error);
}

static int write_consent(bp_store *s, const writer *w, bp_error **error) {
  (void)w;
  return bp_consent_set(s, "quality", "lead", 1, WORLD_OPEN + WORLD_DAY, error);
}

static int write_erasure(bp_store *s, const writer *w, bp_error **error) {
  static const char json[] = "{\"version\":1,\"everything\":true}";
  bp_result *out = NULL;
  (void)w;
  int rc = bp_erase(&out, s, json, sizeof json - 1, error);
  bp_result_free(out);
  return rc;
}

static int write_bundle(bp_store *s, const writer *w, bp_error **error) {
  bp_result *out = NULL;
  int rc = bp_share_merge(&out, s, w->bundle, w->length, error);
  bp_result_free(out);
  return rc;
}

static int write_release(bp_store *s, const writer *w, bp_error **error) {
  bp_result *out = NULL;
  (void)w;
  int rc = bp_publish(&out, s, WORLD_WEEK, NULL, error);
  bp_result_free(out);
  return rc;
}

static void *write_now(void *user) {
  writer *w = user;
  w->rc = w->write(w->store, w, &w->error);
  return NULL;
}

/* A team of three with a bundle of its first member, which is merged if the week is to be
 * published. */
static void make_team(const char *name, int64_t now, unsigned char **bundle_out, size_t *length) {
  vector_cell cells[WORLD_CELLS];
  char reason[32];
  const public_keys keys = world_keys(1).open;
  world_now = WORLD_OPEN;
  bp_store *s = world_team_store(day_path(name), 1);
  char *roster = world_roster(3, 3, "");
  world_configure(s, "roster", roster);
  bundle b = world_contribution(cells, world_cells(cells, 100), 1);
  world_bundle(bundle_out, length, &b, 100, &keys);
  if (now == WORLD_CLOSED) ck_assert_int_eq(world_merge(s, *bundle_out, *length, reason), BP_OK);
  bp_close(s);
  bp_free(roster);
}

static int64_t closed_clock(void *unused) {
  (void)unused;
  return WORLD_CLOSED;
}

static bp_store *open_closed(const char *name) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  bp_store *s = NULL;
  o.access = BP_ACCESS_STEWARD;
  o.clock = closed_clock;
  ck_assert_int_eq(bp_open(&s, day_path(name), &o, NULL), BP_OK);
  return s;
}

static void write_together(writer *w, size_t count) {
  for (size_t i = 0; i < count; i++)
    ck_assert_int_eq(pthread_create(&w[i].thread, NULL, write_now, &w[i]), 0);
  for (size_t i = 0; i < count; i++)
    pthread_join(w[i].thread, NULL);
}

/* While another handle writes, all writers wait at the same time, give up at the same time and have
 * changed nothing; afterwards each succeeds. */
START_TEST(writers_wait_and_are_busy) {
  static const char *const stores[] = {DAY_STORE, "work/open.db", "work/closed.db"};
  enum { STORES = sizeof stores / sizeof *stores };
  unsigned char *open_bundle, *closed_bundle, *before[STORES];
  size_t open_length, closed_length, length[STORES];
  sqlite3 *other[STORES];
  make_team(stores[1], WORLD_OPEN, &open_bundle, &open_length);
  make_team(stores[2], WORLD_CLOSED, &closed_bundle, &closed_length);
  bp_close(open_day(DAY_STORE));
  writer w[] = {
      {.write = write_ingest, .name = DAY_STORE},
      {.write = write_labels, .name = DAY_STORE},
      {.write = write_consent, .name = DAY_STORE},
      {.write = write_erasure, .name = DAY_STORE},
      {.write = write_bundle, .name = stores[1], .bundle = open_bundle, .length = open_length},
      {.write = write_release, .name = stores[2]}};
  enum { WRITERS = sizeof w / sizeof *w };
  for (size_t i = 0; i < WRITERS; i++)
    w[i].store = w[i].name == stores[0]   ? open_day(w[i].name)
                 : w[i].name == stores[1] ? world_open(day_path(w[i].name), BP_ACCESS_STEWARD, NULL)
                                          : open_closed(w[i].name);
  for (size_t i = 0; i < STORES; i++) {
    char log[512];
    other[i] = hold(day_path(stores[i]), "BEGIN IMMEDIATE");
    snprintf(log, sizeof log, "%s-wal", day_path(stores[i]));
    before[i] = world_file(log, &length[i]);
  }
  write_together(w, WRITERS);
  for (size_t i = 0; i < WRITERS; i++) {
    ck_assert_msg(w[i].rc == BP_ERR_BUSY, "%zu: %d %s", i, w[i].rc, bp_error_message(w[i].error));
    ck_assert_ptr_null(bp_error_detail(w[i].error, "status"));
    bp_error_free(w[i].error);
    w[i].error = NULL;
  }
  for (size_t i = 0; i < STORES; i++) {
    char log[512];
    size_t length_after;
    snprintf(log, sizeof log, "%s-wal", day_path(stores[i]));
    unsigned char *after = world_file(log, &length_after);
    ck_assert_uint_eq(length[i], length_after);
    if (length_after > 0) ck_assert_mem_eq(before[i], after, length_after);
    free(before[i]);
    free(after);
    sqlite3_close(other[i]);
  }
  for (size_t i = 0; i < WRITERS; i++) {
    write_now(&w[i]);
    ck_assert_msg(w[i].rc == BP_OK, "%zu: %d %s", i, w[i].rc, bp_error_message(w[i].error));
    bp_close(w[i].store);
  }
  bp_free(open_bundle);
  bp_free(closed_bundle);
}
END_TEST

static void *write_and_say(void *user) {
  writer *w = user;
  write_now(w);
  atomic_store(&w->done, true);
  return NULL;
}

static int ask_published(bp_store *s, const writer *w, bp_error **error) {
  bp_query *query = ask_for("interactions");
  bp_result *result = NULL;
  (void)w;
  int rc = bp_query_run(&result, s, query, error);
  bp_result_free(result);
  bp_query_free(query);
  return rc;
}

static int look_at_published(bp_store *s, const writer *w, bp_error **error) {
  bp_result *result = NULL;
  (void)w;
  int rc = bp_inspect(&result, s, "published", error);
  bp_result_free(result);
  return rc;
}

/* Cancels a call repeatedly, from its begin to its return, while another handle holds the store. */
static void stop_waiting(writer *w, const char *name, const char *hold_by) {
  const struct timespec rest = {0, 10000000};
  sqlite3 *other = hold(day_path(name), hold_by);
  ck_assert_int_eq(pthread_create(&w->thread, NULL, write_and_say, w), 0);
  while (!atomic_load(&w->done)) {
    nanosleep(&rest, NULL);
    bp_cancel(w->store);
  }
  pthread_join(w->thread, NULL);
  ck_assert_int_eq(w->rc, BP_ERR_CANCELLED);
  ck_assert_int_eq(bp_error_code(w->error), BP_ERR_CANCELLED);
  bp_error_free(w->error);
  w->error = NULL;
  sqlite3_close(other);
  write_now(w);
  ck_assert_int_eq(w->rc, BP_OK);
}

/* A call that waits for another handle can be cancelled, and then does not return BUSY. */
START_TEST(a_cancel_ends_the_wait) {
  bp_store *s = open_day(DAY_STORE);
  writer w[] = {{.write = write_ingest},
                {.write = write_labels},
                {.write = write_consent},
                {.write = write_erasure}};
  for (size_t i = 0; i < sizeof w / sizeof *w; i++) {
    w[i].store = s;
    stop_waiting(&w[i], DAY_STORE, "BEGIN IMMEDIATE");
  }
  bp_close(s);
}
END_TEST

static int stop_when_it_waits(void *user, const bp_progress *progress) {
  int *told = user;
  return progress->phase == 2 && ++*told > 1;
}

/* A progress callback is called while nothing proceeds, and may stop the call. */
START_TEST(a_callback_ends_the_wait) {
  for (uint32_t threads = 1; threads <= 3; threads += 2) {
    const char *name = threads == 1 ? "work/one.db" : DAY_STORE;
    bp_store *s = open_day(name);
    bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
    int told = 0;
    options.threads = threads;
    options.progress = stop_when_it_waits;
    options.progress_user = &told;
    day_input(DAY_SESSIONS);
    sqlite3 *other = hold(day_path(name), "BEGIN IMMEDIATE");
    ck_assert_int_eq(bp_ingest_scan(s, NULL, day_path("in"), &options, NULL, NULL),
                     BP_ERR_CANCELLED);
    ck_assert_int_eq(told, 2);
    sqlite3_close(other);
    ck_assert_int_eq(figure(s, "prompts"), 0);
    ck_assert_int_eq(bp_ingest_scan(s, NULL, day_path("in"), NULL, NULL, NULL), BP_OK);
    ck_assert_int_eq(figure(s, "prompts"), 4 * DAY_SESSIONS);
    bp_close(s);
  }
}
END_TEST

/* An organisation's store has no WAL: readers wait for a publication. */
START_TEST(a_cancel_ends_a_readers_wait) {
  static const char name[] = "work/org.db";
  bp_store *s = NULL;
  writer w[] = {{.write = ask_published, .access = BP_ACCESS_MANAGER},
                {.write = look_at_published, .access = BP_ACCESS_STEWARD}};
  ck_assert_int_eq(day_open(&s, name, BP_ACCESS_STEWARD, "organisation", NULL), BP_OK);
  bp_close(s);
  for (size_t i = 0; i < sizeof w / sizeof *w; i++) {
    ck_assert_int_eq(day_open(&w[i].store, name, w[i].access, NULL, NULL), BP_OK);
    stop_waiting(&w[i], name, "BEGIN EXCLUSIVE");
    bp_close(w[i].store);
  }
}
END_TEST

/* Readers do not block a writer, nor it them, even where an answer would be stored for the next
 * time. */
START_TEST(readers_wait_for_nobody) {
  bp_store *s = open_day(DAY_STORE), *again = open_day(DAY_STORE);
  bp_result *result = NULL;
  day_input(DAY_SESSIONS);
  ck_assert_int_eq(bp_ingest_scan(s, NULL, day_path("in"), NULL, NULL, NULL), BP_OK);
  sqlite3 *other = hold(day_path(DAY_STORE), "BEGIN IMMEDIATE");
  ck_assert_int_eq(figure(s, "prompts"), 4 * DAY_SESSIONS);
  int64_t tasks = figure(s, "tasks");
  ck_assert_int_eq(bp_inspect(&result, s, "sessions", NULL), BP_OK);
  ck_assert_uint_eq(bp_result_rows(result), DAY_SESSIONS);
  bp_result_free(result);
  bp_store *late = open_day(DAY_STORE);
  ck_assert_int_eq(figure(late, "prompts"), 4 * DAY_SESSIONS);
  bp_close(late);
  sqlite3_close(other);
  ck_assert_int_eq(figure(again, "tasks"), tasks);
  ck_assert_int_gt(tasks, 0);
  bp_close(again);
  bp_close(s);
}
END_TEST

/* Opening a store that another process is creating waits, then returns BUSY; afterwards it
 * works. */
START_TEST(a_store_that_is_being_made_is_waited_for) {
  sqlite3 *other = hold(day_path(DAY_STORE), "BEGIN EXCLUSIVE");
  bp_store *s = NULL;
  bp_error *error = NULL;
  ck_assert_int_eq(day_open(&s, DAY_STORE, BP_ACCESS_OWNER, NULL, &error), BP_ERR_BUSY);
  ck_assert_ptr_null(s);
  bp_error_free(error);
  sqlite3_close(other);
  s = open_day(DAY_STORE);
  ck_assert_int_eq(take_line(s), BP_OK);
  bp_close(s);
}
END_TEST

static void *let_go(void *held) {
  const struct timespec rest = {0, 30000000};
  nanosleep(&rest, NULL);
  sqlite3_close(held);
  return NULL;
}

static int64_t cancelling_clock(void *user) {
  if (*(bp_store **)user != NULL) bp_cancel(*(bp_store **)user);
  return WORLD_OPEN;
}

/* Queries are recorded in the audit when the store is closed, which waits briefly for others; a
 * cancelled last call does not prevent it. */
START_TEST(a_cancel_takes_no_note_away) {
  bp_store *s = NULL, *cancelled = NULL;
  bp_result *result = NULL;
  pthread_t thread;
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  bp_close(open_day(DAY_STORE));
  o.access = BP_ACCESS_OWNER;
  o.clock = cancelling_clock;
  o.clock_user = &cancelled;
  ck_assert_int_eq(bp_open(&s, day_path(DAY_STORE), &o, NULL), BP_OK);
  ck_assert_int_eq(take_line(s), BP_OK);
  ck_assert_int_eq(figure(s, "prompts"), 1);
  cancelled = s;
  bp_inspect(&result, s, "health", NULL);
  bp_result_free(result);
  ck_assert_int_eq(
      pthread_create(&thread, NULL, let_go, hold(day_path(DAY_STORE), "BEGIN IMMEDIATE")), 0);
  bp_close(s);
  pthread_join(thread, NULL);
  s = open_day(DAY_STORE);
  ck_assert_int_eq(bp_inspect(&result, s, "audit", NULL), BP_OK);
  ck_assert_uint_gt(bp_result_rows(result), 0);
  bp_result_free(result);
  bp_close(s);
}
END_TEST

/* A preview looks at it before each value, of a text and of the rows of a database. */
START_TEST(a_cancel_ends_a_preview) {
  bp_store *s = NULL, *cancelled = NULL;
  bp_result *result = NULL;
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  sqlite3 *db = NULL;
  sqlite3_int64 size;
  ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db,
                                "CREATE TABLE cursorDiskKV (key TEXT PRIMARY KEY, value BLOB);"
                                "INSERT INTO cursorDiskKV VALUES ('bubbleId:c:b', '{\"type\":1}')",
                                NULL, NULL, NULL),
                   SQLITE_OK);
  unsigned char *image = sqlite3_serialize(db, "main", &size, 0);
  ck_assert_ptr_nonnull(image);
  o.access = BP_ACCESS_OWNER;
  o.clock = cancelling_clock;
  o.clock_user = &cancelled;
  ck_assert_int_eq(bp_open(&s, day_path(DAY_STORE), &o, NULL), BP_OK);
  ck_assert_int_eq(bp_privacy_preview(&result, s, "cursor", image, (size_t)size, NULL), BP_OK);
  ck_assert_str_eq(bp_result_text(result, 0, 0, NULL), "bubbleId.type");
  bp_result_free(result);
  cancelled = s;
  ck_assert_int_eq(bp_privacy_preview(&result, s, "cursor", image, (size_t)size, NULL),
                   BP_ERR_CANCELLED);
  ck_assert_int_eq(bp_privacy_preview(&result, s, "native", line, sizeof line - 1, NULL),
                   BP_ERR_CANCELLED);
  ck_assert_ptr_null(result);
  sqlite3_free(image);
  sqlite3_close(db);
  bp_close(s);
}
END_TEST

/* ------------------------------------------------------------- cancelling what is being stored */

typedef struct late_cancel {
  bp_store *store;
  sqlite3 *writer;
} late_cancel;

static void *cancel_late(void *user) {
  const late_cancel *c = user;
  const struct timespec rest = {0, 700000000};
  nanosleep(
      &rest,
      NULL); /* in which a worker holds as much as memory allows, unless the machine is slow */
  bp_cancel(c->store);
  ck_assert_int_eq(sqlite3_exec(c->writer, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
  return NULL;
}

/* A worker's batch is not stored, and its files are read again later; those of other workers are
 * stored. */
START_TEST(a_cancel_meets_a_worker_that_stores) {
  const int many = short_form() ? 240 : 12000; /* in the short form no worker fills its memory */
  bp_store *s = open_day(DAY_STORE);
  bp_ingest_options options = BP_INGEST_OPTIONS_INIT;
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  late_cancel c = {s, hold(day_path(DAY_STORE), "BEGIN IMMEDIATE")};
  pthread_t thread;
  day_input(many);
  options.threads = 3;
  ck_assert_int_eq(pthread_create(&thread, NULL, cancel_late, &c), 0);
  ck_assert_int_eq(bp_ingest_scan(s, NULL, day_path("in"), &options, &report, NULL),
                   BP_ERR_CANCELLED);
  pthread_join(thread, NULL);
  sqlite3_close(c.writer);
  ck_assert(short_form() || report.records_stored > 0);
  ck_assert_int_eq(bp_ingest_scan(s, NULL, day_path("in"), &options, NULL, NULL), BP_OK);
  ck_assert_int_eq(figure(s, "prompts"), 4 * many);
  bp_close(s);
}
END_TEST

int main(int count, char **arguments) {
  Suite *suite = suite_create("threading");
  TCase *tests = tcase_create("threading");
  header = count > 1 ? arguments[1] : "include/blueplane/blueplane.h";
  tcase_set_timeout(tests, 120);
  tcase_add_checked_fixture(tests, make_folders, day_remove);
  tcase_add_test(tests, stores_do_not_wait_for_each_other);
  tcase_add_test(tests, a_query_goes_from_store_to_store);
  tcase_add_test(tests, a_result_is_read_by_many);
  tcase_add_test(tests, no_store_is_needed);
  tcase_add_test(tests, threads_are_asked_for);
#ifdef THREADS_WRAPPED
  tcase_add_test(tests, fewer_threads_are_enough);
#endif
  tcase_add_test(tests, a_cancel_is_of_one_call);
  tcase_add_test(tests, what_was_complete_cannot_be_stored);
  tcase_add_test(tests, the_process_stays_as_it_was);
  tcase_add_test(tests, relative_paths_are_of_the_call);
  tcase_add_test(tests, any_name_is_a_file);
  tcase_add_test(tests, a_link_leads_to_a_file);
  tcase_add_test(tests, a_child_is_refused_everything);
  tcase_add_test(tests, a_second_handle_takes_no_locks_away);
  tcase_add_test(tests, writers_wait_and_are_busy);
  tcase_add_test(tests, a_cancel_ends_the_wait);
  tcase_add_test(tests, a_callback_ends_the_wait);
  tcase_add_test(tests, a_cancel_ends_a_readers_wait);
  tcase_add_test(tests, a_cancel_takes_no_note_away);
  tcase_add_test(tests, a_cancel_ends_a_preview);
  tcase_add_test(tests, readers_wait_for_nobody);
  tcase_add_test(tests, a_store_that_is_being_made_is_waited_for);
  tcase_add_test(tests, a_cancel_meets_a_worker_that_stores);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
