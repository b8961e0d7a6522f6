/* Erasing: the store is left as one that never had the erased records, and no trace stays in the
 * database file or the log. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "random_record.h"
#include "run_suite.h"
#include "store/batch.h"
#include "store/cells.h"
#include "store/erase.h"
#include "store/form.h"
#include "store/personal.h"
#include "store/read.h"
#include "store/sql.h"
#include "store/trace.h"
#include "store/transaction.h"
#include "store_world.h"

/* ------------------------------------------------------------------------------------ erasing */

/* Forty keys of three sessions, with eight for each row number: wherever rows are removed, the
 * others are found, and the numbers are used again. */
START_TEST(erased_rows_leave_no_gap) {
  enum { PROMPTS = 40, SESSIONS = 3 };
  for (uint64_t first = 0; first < SESSIONS; first++) {
    record all[PROMPTS];
    store *s = layered_store((int64_t)first);
    for (uint64_t i = 0; i < PROMPTS; i++) {
      all[i] = prompt(i / 8 * 8, T0 + (int64_t)i, 1 + i % SESSIONS);
      all[i].key.lo = 1000 + i;
    }
    apply_records(s, all, PROMPTS / 2);
    apply_records(s, all + PROMPTS / 2, PROMPTS / 2);
    int64_t left = PROMPTS;
    for (uint64_t turn = 0; turn < SESSIONS; turn++) {
      uint64_t gone = (first + turn) % SESSIONS;
      int64_t erased = erase_session(s, 1 + gone).facts[FACT_PROMPT];
      left -= erased;
      ck_assert_int_ge(erased, PROMPTS / SESSIONS);
      ck_assert_int_eq(number(s, "SELECT count(*) FROM prompt WHERE session > 0"), left);
      ck_assert_int_eq(number(s, "SELECT coalesce(sum(n), 0) FROM cell WHERE kind = 4"), left);
      for (uint64_t i = 0; i < PROMPTS; i++) { /* the remaining ones are recognised */
        bool is_left = (i % SESSIONS + SESSIONS - first) % SESSIONS > turn;
        if (is_left) ck_assert_uint_eq(apply_records(s, &all[i], 1).duplicate, 1);
      }
    }
    ck_assert_int_eq(number(s, "SELECT count(*) FROM prompt"), 0); /* no markers remain */
    ck_assert_int_eq(number(s, "SELECT count(*) FROM session"), 0);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM run"), 0);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM cell"), 0);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM label"), 0);
    apply_records(s, all, PROMPTS);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM prompt"), PROMPTS);
    ck_assert(verified(s));
    bpi_store_close(s);
  }
}
END_TEST

/* For any records, cells, runs and sessions are those of the remaining facts. */
START_TEST(what_is_left_is_what_it_was) {
  for (int round = 0; round < 20; round++) {
    store *s = layered_store(round % 2 * 5);
    record r[RECORDS];
    for (size_t i = 0; i < RECORDS; i++)
      r[i] = random_record();
    apply_divided(s, r, RECORDS, 60);
    int64_t from = T0 + below(DAY), until = T0 + DAY + below(DAY);
    const erase_selector what = {NULL, 0, ERASED_ANY_SOURCE, from, until};
    erase_receipt receipt;
    bp_error *error = NULL;
    ck_assert_int_eq(bpi_store_erase(s, &what, T0 + 3 * DAY, &receipt, &error), BP_OK);
    ck_assert(verified(s));
    char question[160];
    snprintf(question, sizeof question,
             "SELECT count(*) FROM prompt_words WHERE time_us >= %lld AND time_us < %lld",
             (long long)what.from_us, (long long)what.until_us);
    ck_assert_int_eq(number(s, question), 0);
    bpi_store_close(s);
  }
}
END_TEST

/* Names last seen at the end of an erased range were seen after it, so they stay. */
START_TEST(names_seen_at_the_end_of_a_range_stay) {
  record named = new_record(RECORD_SESSION, 0, T0, 1), later = named;
  named.u.session_row.workspace = 1;
  later.time = T0 + MINUTE;
  later.u.session_row.workspace = 2;
  for (int64_t until = T0; until <= T0 + 1; until++) {
    const record gone = prompt(1, T0 - MINUTE, 1), left = prompt(5, T0 + MINUTE, 1);
    const erase_selector what = {NULL, 0, ERASED_ANY_SOURCE, T0 - DAY, until};
    erase_receipt receipt;
    bp_error *error = NULL;
    store *s = memory_store();
    apply_records(s, &named, 1);
    apply_records(s, &gone, 1);
    apply_records(s, &left, 1);
    ck_assert_int_eq(bpi_store_erase(s, &what, T0 + DAY, &receipt, &error), BP_OK);
    ck_assert_int_eq(receipt.facts[FACT_PROMPT], 1);
    apply_records(s, &later, 1);
    ck_assert_int_eq(number(s, "SELECT l.hi FROM session x JOIN label l ON l.id = x.workspace"),
                     until == T0 ? 1 : 2);
    bpi_store_close(s);
  }
}
END_TEST

/* Names of a session without facts have the time at which they were seen. */
START_TEST(names_go_with_the_time_they_were_seen) {
  static const struct {
    int64_t from, until, time;
    int left; /* sessions with a name; 2: with the time it was seen */
  } cases[] = {{T0 - DAY, T0, T0, 2},
               {INT64_MIN, T0, T0, 2},
               {T0, T0 + 1, T0, 0},
               {INT64_MIN, T0 + 1, T0, 0},
               {T0, T0 + DAY, BPI_TIME_NONE, 1},
               {INT64_MIN, T0, BPI_TIME_NONE, 0}};
  for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
    const bool goes_on = i % 2; /* it has facts later */
    const int64_t from = cases[i / 2].from, until = cases[i / 2].until;
    const erase_selector what = {NULL, 0, ERASED_ANY_SOURCE, from, until};
    const record later = prompt(1, T0 + 2 * DAY, 1);
    record named = new_record(RECORD_SESSION, 0, cases[i / 2].time, 1);
    named.u.session_row.workspace = 1;
    erase_receipt receipt;
    bp_error *error = NULL;
    store *s = memory_store();
    apply_records(s, &named, 1);
    if (goes_on) apply_records(s, &later, 1);
    ck_assert_int_eq(bpi_store_erase(s, &what, T0 + 3 * DAY, &receipt, &error), BP_OK);
    ck_assert(verified(s));
    int64_t sessions = number(s, "SELECT count(*) FROM session WHERE workspace > 0");
    int64_t dated = number(s, "SELECT count(*) FROM session WHERE workspace_us IS NOT NULL");
    ck_assert_msg(sessions == (goes_on || cases[i / 2].left > 0), "case %zu", i);
    ck_assert_msg(dated == (cases[i / 2].left == 2), "case %zu", i);
    bpi_store_close(s);
  }
}
END_TEST

/* Erased records may be from tomorrow, by a wrong clock: the mark ends after them, not today. */
START_TEST(what_was_of_tomorrow_stays_erased) {
  const erase_selector what = {NULL, 0, ERASED_ANY_SOURCE, INT64_MIN, INT64_MAX};
  const record late = prompt(1, T0 + 2 * DAY, 1);
  erase_receipt receipt;
  bp_error *error = NULL;
  store *s = memory_store();
  apply_records(s, &late, 1);
  ck_assert_int_eq(bpi_store_erase(s, &what, T0 + DAY, &receipt, &error), BP_OK);
  ck_assert_int_eq(receipt.facts[FACT_PROMPT], 1);
  /* the clock was a day behind: so much later may the fact's other lines be */
  ck_assert_int_eq(number(s, "SELECT max(until_us) FROM erased"), T0 + 3 * DAY + 1);
  bpi_store_close(s);
}
END_TEST

/* Another process erases while this one checks for the bytes of its own erasure, and dies. */
static int erase_beside(unsigned event, void *other, void *statement, void *text) {
  const char *made = sqlite3_sql(statement);
  bool alone = sqlite3_get_autocommit(sqlite3_db_handle(statement)) != 0;
  (void)event, (void)text;
  if (!alone || strstr(made, " meta ") == NULL || strncmp(made, "SELECT", 6) == 0) return 0;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_store_begin_write(other, &error), BP_OK);
  ck_assert_int_eq(bpi_store_erase_note(other, &error), BP_OK);
  ck_assert_int_eq(bpi_store_commit(other, &error), BP_OK);
  return 0;
}

START_TEST(an_erasure_meanwhile_is_not_forgotten) {
  const record r = prompt(1, T0, 1);
  store *s = open_store("meanwhile.db"), *other = open_store("meanwhile.db");
  int64_t pending = 0;
  bp_error *error = NULL;
  apply_records(s, &r, 1);
  sqlite3_trace_v2(s->db, SQLITE_TRACE_STMT, erase_beside, other);
  erase_session(s, 1);
  sqlite3_trace_v2(s->db, 0, NULL, NULL);
  ck_assert_int_eq(bpi_store_erase_pending(s, &pending, &error), BP_OK);
  ck_assert_int_gt(pending, 0);
  bpi_store_close(other);
  bpi_store_close(s);
  s = open_store("meanwhile.db"); /* completes the other's erasure */
  ck_assert_int_eq(bpi_store_erase_pending(s, &pending, &error), BP_OK);
  ck_assert_int_eq(pending, 0);
  bpi_store_close(s);
}
END_TEST

/* A damaged counter of erasures does not overflow; the sanitizers would see it. */
#define PENDING_ERASURES "SELECT value FROM meta WHERE name = 'erasures_pending'"

/* Completing an erasure rewrites the file, for which there may be too little memory: the store can be
 * used, and the erasure is completed when there is enough. */
START_TEST(too_little_memory_to_complete) {
  store *s = open_store("large.db");
  sqlite3_exec(s->db,
               "INSERT INTO meta VALUES ('erasures_pending', 1);"
               "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
               "INSERT INTO meta SELECT hex(randomblob(1000)) || i, i FROM n",
               NULL, NULL, NULL);
  ck_assert_int_gt(number(s, "SELECT count(*) FROM meta"), 3000);
  bpi_store_close(s);
  sqlite3_hard_heap_limit64(sqlite3_memory_used() + ((sqlite3_int64)4 << 20));
  s = open_store("large.db");
  ck_assert_int_eq(number(s, PENDING_ERASURES), 1);
  bpi_store_close(s);
  sqlite3_hard_heap_limit64(0);
  s = open_store("large.db");
  ck_assert_int_eq(number(s, PENDING_ERASURES), 0);
  bpi_store_close(s);
}
END_TEST

START_TEST(erasures_beyond_counting) {
  const record r = prompt(1, T0, 1);
  store *s = memory_store();
  apply_records(s, &r, 1);
  sql(s, "INSERT OR REPLACE INTO meta VALUES ('erasures', 9223372036854775807), "
         "('erasures_pending', 9223372036854775807)");
  erase_session(s, 1);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM prompt"), 0);
  ck_assert_int_eq(number(s, "SELECT value FROM meta WHERE name = 'erasures'"), INT64_MAX);
  bpi_store_close(s);
}
END_TEST

/* All rows of an id that a gateway gives to every response are removed with the last of them, in
 * time proportional to their number. */
START_TEST(many_variants_are_erased) {
  const int many = 200000;
  const record last = response(1, (uint64_t)many, T0, 1, 2);
  store *s = memory_store();
  batch *b = bpi_batch_new();
  for (int i = 0; i < many; i++)
    put(b, response(1, (uint64_t)i, T0 + i * MINUTE, i, 1));
  put(b, response(9, 1, T0, 1,
                  1)); /* would get a number among them, so it is after them: they become markers */
  apply(s, b);
  apply_records(s, &last, 1);
  ck_assert_int_eq(erase_session(s, 2).facts[FACT_RESPONSE], many + 1);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM response WHERE session > 0"), 1);
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

/* -------------------------------------------------------------------------------------- lives */

/* Interrupts a statement after so many of its steps; 0: never. */
static int64_t steps_left;
static int one_step(void *user) {
  (void)user;
  return --steps_left < 0;
}

static void stop_soon(store *s) {
  steps_left = below(4) == 0 ? 1 + below(300) : 0;
  if (steps_left > 0) sqlite3_progress_handler(s->db, 20, one_step, NULL);
}

/* Whether it was done; else it was interrupted. No transaction stays open either way. */
static bool was_done(store *s, int rc, bp_error *error) {
  sqlite3_progress_handler(s->db, 0, NULL, NULL);
  ck_assert_msg(rc == BP_OK || rc == BP_ERR_CANCELLED, "%d: %s", rc, bpi_error_message(error));
  ck_assert(sqlite3_get_autocommit(s->db));
  bpi_error_free(error);
  return rc == BP_OK;
}

typedef struct told {
  record r[40];
  size_t count;
  int source;
} told;

static told random_told(void) {
  told t;
  t.count = 1 + (size_t)below(40);
  t.source = (int)below(3);
  random_records(t.r, t.count, 1 + below(6));
  return t;
}

static bool tell(store *s, const told *t) {
  batch *b = bpi_batch_new();
  apply_counts counts = {0};
  bp_error *error = NULL;
  int64_t erasures = 0;
  ck_assert_int_eq(bpi_store_erasures(s, &erasures, &error), BP_OK);
  bpi_batch_erasures(b, erasures);
  bpi_batch_source(b, t->source, 0);
  for (size_t i = 0; i < t->count; i++)
    put(b, t->r[i]);
  int rc = bpi_store_apply(s, b, T0, true, &counts, &error);
  bpi_batch_free(b);
  return was_done(s, rc, error);
}

static int pass_over(void *user, const rollup_cell *cell) {
  (void)user, (void)cell;
  return 0;
}

/* Cuts tasks, and packs the days read. */
static void ask_all(store *s) {
  const cell_reader to = {.cell = pass_over};
  bp_error *error = NULL;
  s->worth_packing = 1;
  int rc = bpi_read_begin_tasks(s, &error);
  for (rollup_kind kind = ROLLUP_RESPONSE; kind < ROLLUP_KINDS && rc == BP_OK; kind++)
    for (cell_grain grain = GRAIN_CELL; grain < GRAINS && rc == BP_OK; grain++)
      rc = bpi_read_cells(s, kind, grain, INT64_MIN, INT64_MAX, &to, &error);
  bpi_read_end(s);
  was_done(s, rc, error);
}

/* Random: of a session, a source or everything; of a range of time or all. */
static erase_selector random_selector(ident *key) {
  erase_selector what = {NULL, 0, ERASED_ANY_SOURCE, INT64_MIN, INT64_MAX};
  int64_t how = below(5);
  uint64_t session = (uint64_t)below(4);
  *key = (ident){900 - session, session};
  if (how < 2) what.session = key, what.sessions = 1;
  if (how == 2) what.source = below(3);
  if (how == 0) return what;
  if (below(4) > 0) what.from_us = T0 + below(3 * DAY);
  what.until_us = T0 + 3 * DAY - below(3 * DAY);
  if (what.until_us <= what.from_us) what.until_us = what.from_us + 20 * MINUTE;
  return what;
}

#define ERASURES "SELECT coalesce((SELECT value FROM meta WHERE name = 'erasures'), 0)"

/* An erasure interrupted after its transaction is done all the same. */
static bool erase_some(store *s, const erase_selector *what) {
  erase_receipt receipt;
  bp_error *error = NULL;
  int64_t before = number(s, ERASURES);
  int rc = bpi_store_erase(s, what, T0 + 5 * DAY, &receipt, &error);
  was_done(s, rc, error);
  return number(s, ERASURES) > before;
}

/* Which rows need a marker depends on their row numbers. */
static char *without_markers(char *dumped) {
  char *to = dumped;
  for (char *line = dumped, *next; *line != '\0'; line = next) {
    next = strchr(line, '\n') + 1;
    const char *found = strstr(line, " k2=0 time_us=0 session=- ");
    if (found != NULL && found < next) continue;
    memmove(to, line, (size_t)(next - line));
    to += next - line;
  }
  *to = '\0';
  return dumped;
}

/* Two handles alternately write, query and erase, and are interrupted or opened again: the store
 * equals one in memory with the same steps, one by one and undisturbed. */
START_TEST(random_histories) {
  for (int round = 0; round < 4; round++) {
    char name[24];
    snprintf(name, sizeof name, "lives%d.db", round);
    store *calm = memory_store(), *handle[2] = {open_store(name), open_store(name)};
    for (int step = 0; step < 40; step++) {
      store **s = &handle[below(2)];
      if (below(8) == 0) {
        bpi_store_close(*s);
        *s = open_store(name);
      }
      (*s)->layer_least = 1 + (size_t)below(6);
      stop_soon(*s);
      int64_t what = below(10);
      const told t = random_told();
      ident key;
      const erase_selector which = random_selector(&key);
      bool done = what < 5 ? tell(*s, &t) : what < 8 && erase_some(*s, &which);
      if (what >= 8) ask_all(*s);
      steps_left = 0;
      if (done && what < 5) tell(calm, &t);
      if (done && what >= 5) erase_some(calm, &which);
      ck_assert(verified(handle[below(2)]));
      ask_all(*s);
      ask_all(calm);
      char *want = without_markers(dump(calm)), *got = without_markers(dump(*s));
      ck_assert_msg(strcmp(got, want) == 0, "round %d, step %d", round, step);
      bpi_free(want);
      bpi_free(got);
    }
    bpi_store_close(handle[0]);
    bpi_store_close(handle[1]);
    bpi_store_close(calm);
  }
}
END_TEST

/* -------------------------------------------------------------------------------- traces */

/* Counts a number in a file, as SQLite writes it, or as the index of its log might. */
static int64_t count_in(const char *name, int64_t number, int64_t *bytes) {
  size_t length;
  unsigned char forward[8], backward[8];
  char *data = read_file(name, &length);
  int64_t found = 0;
  for (int i = 0; i < 8; i++)
    forward[i] = backward[7 - i] = (unsigned char)((uint64_t)number >> (56 - 8 * i));
  for (size_t at = 0; at + 8 <= length; at++)
    found += memcmp(data + at, forward, 8) == 0 || memcmp(data + at, backward, 8) == 0;
  *bytes += (int64_t)length;
  bpi_free(data);
  return found;
}

/* The search for traces finds them where they are: in the log, too, while a reader keeps it. */
START_TEST(traces_lie_in_the_log) {
  const record r = prompt(1, T0, 1);
  store *s = open_store("trace.db");
  trace t = {0};
  bp_error *error = NULL;
  int64_t searched = 0, found = 0, bytes = 0;
  apply_records(s, &r, 1);
  int64_t k2 = number(s, "SELECT k2 FROM prompt"), in_log;
  bpi_trace_add(&t, k2);
  ck_assert_uint_eq(bpi_trace_count(&t), 1);
  ck_assert_int_eq(bpi_trace_search(&t, s, &searched, &found, &error), BP_OK);
  in_log = count_in("trace.db-wal", k2, &bytes);
  ck_assert_int_gt(in_log, 0);
  ck_assert_int_eq(found, in_log + count_in("trace.db", k2, &bytes) +
                              count_in("trace.db-shm", k2, &bytes));
  ck_assert_int_eq(searched, bytes);
  bpi_trace_free(&t);
  bpi_store_close(s);
}
END_TEST

static sqlite3_stmt *ask(store *s, const char *text) {
  bp_error *error = NULL;
  sqlite3_stmt *get = bpi_sql_once(s, text, &error);
  ck_assert_msg(get != NULL, "%s: %s", text, bpi_error_message(error));
  return get;
}

/* Rows with the same ending: each is found where it is, and no other. */
START_TEST(traces_of_very_many_rows) {
  const int many = 100000;
  store *s = open_store("rows.db");
  trace t = {0};
  bp_error *error = NULL;
  bool done;
  int64_t searched = 0, found = 0;
  execute(s, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) "
             "INSERT INTO reject SELECT i, 7, 1, 5, 1767225600000000 FROM n");
  ck_assert_int_eq(bpi_store_truncate_log(s, &done, &error), BP_OK);
  ck_assert_int_eq(
      bpi_trace_add_rows(
          &t, ask(s, "SELECT file, byte, reason, line, at_us FROM reject WHERE file % 2"), &error),
      BP_OK);
  ck_assert_uint_eq(bpi_trace_count(&t), (size_t)many);
  ck_assert_int_eq(bpi_trace_search(&t, s, &searched, &found, &error), BP_OK);
  ck_assert_int_ge(found, many); /* a page that was split may still contain some twice */
  ck_assert_int_lt(found, many + many / 2);
  bpi_trace_free(&t);
  bpi_store_close(s);
}
END_TEST

/* Recording traces takes a few bytes per row, however long the row is. */
START_TEST(traces_of_long_rows) {
  store *s = memory_store();
  trace t = {0};
  bp_error *error = NULL;
  int rc = bpi_trace_add_rows(
      &t,
      ask(s, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) "
             "SELECT i, zeroblob(300) FROM n"),
      &error);
  ck_assert_int_eq(rc, BP_OK);
  ck_assert_uint_eq(bpi_trace_count(&t), 300000);
  bpi_trace_free(&t);
  bpi_store_close(s);
}
END_TEST

START_TEST(what_was_begun_before_an_erasure_is_refused) {
  store *s = memory_store();
  const record r = prompt(1, T0, 1);
  batch *b = bpi_batch_new();
  apply_counts counts = {0};
  bp_error *error = NULL;
  apply_records(s, &r, 1);
  put(b, r);
  erase_session(s, 1);
  ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_BUSY);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM prompt"), 0);
  bp_error_free(error);
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

/* A table that the erasing code does not handle would keep its content. */
START_TEST(every_table_says_how_it_is_erased) {
  store *s = memory_store();
  int64_t listed = 0;
  for (const personal_table *t = bpi_personal_tables; t->name != NULL; t++, listed++) {
    char text[128];
    snprintf(text, sizeof text,
             "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '%s'", t->name);
    ck_assert_msg(number(s, text) == 1, "%s", t->name);
    for (int i = 0; i < PERSONAL_LABELS && t->labels[i] != NULL; i++) {
      snprintf(text, sizeof text, "SELECT count(*) FROM pragma_table_info('%s') WHERE name = '%s'",
               t->name, t->labels[i]);
      ck_assert_msg(number(s, text) == 1, "%s.%s", t->name, t->labels[i]);
    }
  }
  ck_assert_int_eq(number(s, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"), listed);
  for (fact_kind kind = 0; kind < FACT_KINDS;
       kind++) { /* every label of a fact is a reference, too */
    const fact_type *f = &bpi_fact_types[kind];
    const personal_table *t = bpi_personal_tables;
    while (strcmp(t->name, f->table) != 0)
      t++;
    ck_assert_int_eq(t->how, PERSONAL_FACT);
    int labels = 0, known = 0;
    for (int i = 0; i < f->columns; i++)
      labels += f->roles[i] == 'L';
    while (known < PERSONAL_LABELS && t->labels[known] != NULL)
      known++;
    ck_assert_msg(labels == known, "%s", f->table);
  }
  bpi_store_close(s);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("erase");
  TCase *tests = tcase_create("erase");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, world_begin, world_end);
  tcase_add_test(tests, erased_rows_leave_no_gap);
  tcase_add_test(tests, what_is_left_is_what_it_was);
  tcase_add_test(tests, random_histories);
  tcase_add_test(tests, what_was_of_tomorrow_stays_erased);
  tcase_add_test(tests, many_variants_are_erased);
  tcase_add_test(tests, names_seen_at_the_end_of_a_range_stay);
  tcase_add_test(tests, names_go_with_the_time_they_were_seen);
  tcase_add_test(tests, an_erasure_meanwhile_is_not_forgotten);
  tcase_add_test(tests, too_little_memory_to_complete);
  tcase_add_test(tests, erasures_beyond_counting);
  tcase_add_posix_test(tests, traces_lie_in_the_log);
  tcase_add_test(tests, traces_of_very_many_rows);
  tcase_add_test(tests, traces_of_long_rows);
  tcase_add_test(tests, what_was_begun_before_an_erasure_is_refused);
  tcase_add_test(tests, every_table_says_how_it_is_erased);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
