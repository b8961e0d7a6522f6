/* The store from inside: opening, keys and schema; and that a store is a function of the records it
 * was given, in whatever division and order they came. Two stores are compared by everything in them,
 * with identifiers in the place of numbers; what a few records by hand must give was worked out by
 * hand. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "folder.h"
#include "random_record.h"
#include "run_suite.h"
#include "store/batch.h"
#include "store/batch_inside.h"
#include "store/bulk.h"
#include "store/days.h"
#include "store/erase.h"
#include "store/form.h"
#include "store/personal.h"
#include "store/read.h"
#include "store/sql.h"
#include "store/tasks.h"
#include "store/trace.h"
#include "store/transaction.h"
#include "words.h" /* oracle/words.sql */

#define T0 INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z, a quarter of an hour begins */
#define MINUTE (60 * BPI_SECOND)
#define DAY (1440 * MINUTE)

/* ------------------------------------------------------------------------------------ stores */

static int try_open(store **s, const char *name, bool read_only, const char *key, char *detail) {
  store_options options = {.read_only = read_only, .key_path = key, .now_us = T0};
  bp_error *error = NULL;
  int rc = bpi_store_open(s, path_of(name), &options, &error);
  ck_assert_int_eq(rc, bpi_error_code(error));
  ck_assert((rc == BP_OK) == (*s != NULL));
  if (detail != NULL) {
    const char *text = bpi_error_detail(error, "path");
    snprintf(detail, 128, "%s", text == NULL ? "" : text);
  }
  bpi_error_free(error);
  return rc;
}

static store *open_store(const char *name) {
  store *s = NULL;
  ck_assert_int_eq(try_open(&s, name, false, NULL, NULL), BP_OK);
  return s;
}

static store *memory_store(void) {
  store *s = NULL;
  bp_error *error = NULL;
  const store_options options = {.in_memory = true, .now_us = T0};
  ck_assert_int_eq(bpi_store_open(&s, NULL, &options, &error), BP_OK);
  ck_assert_ptr_null(error);
  return s;
}

static void execute(store *s, const char *text) {
  char *message = NULL;
  ck_assert_msg(sqlite3_exec(s->db, text, NULL, NULL, &message) == SQLITE_OK, "%s: %s", text,
                message);
}

/* Cells lie packed: a statement that names them sees them in a temporary table. That stays, as SQLite compiles every
 * statement anew when a table comes or goes. */
static int unpack_cell(void *user, const rollup_cell *cell) {
  const int64_t *words = &cell->kind;
  for (int i = 0; i < 6 + ROLLUP_MEASURES; i++)
    sqlite3_bind_int64(user, i + 1, words[i]);
  sqlite3_step(user);
  return sqlite3_reset(user);
}

static bool names_cells(const char *text) {
  const char *found = strstr(text, " cell");
  return found != NULL && found[5] != 's';
}

/* And one that names words of facts sees them in views. */
static bool unpack(store *s, const char *text) {
  if (strstr(text, "_words") != NULL) execute(s, SQL_WORDS);
  if (!names_cells(text)) return false;
  sqlite3_stmt *put = NULL;
  bp_error *error = NULL;
  execute(s, "CREATE TEMP TABLE IF NOT EXISTS cell (kind, quarter, session, label, class, n, m0, "
             "m1, m2, m3, m4, m5, m6, m7, m8); DELETE FROM temp.cell");
  ck_assert_int_eq(sqlite3_prepare_v2(s->db,
                                      "INSERT INTO temp.cell VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                                      "?, ?, ?, ?, ?)",
                                      -1, &put, NULL),
                   SQLITE_OK);
  for (rollup_kind kind = ROLLUP_TOLD; kind < ROLLUP_STORED_KINDS; kind++)
    ck_assert_int_eq(bpi_cells_read(s, kind, INT64_MIN, INT64_MAX, unpack_cell, put, &error),
                     BP_OK);
  sqlite3_finalize(put);
  return true;
}

/* Puts back what a statement has made of them. */
static void pack(store *s) {
  cells all = {0};
  bp_error *error = NULL;
  sqlite3_stmt *get = NULL;
  execute(s, "DELETE FROM rollup; DELETE FROM told");
  ck_assert_int_eq(sqlite3_prepare_v2(s->db, "SELECT * FROM temp.cell", -1, &get, NULL), SQLITE_OK);
  while (sqlite3_step(get) == SQLITE_ROW) {
    rollup_cell cell;
    int64_t *words = &cell.kind;
    for (int i = 0; i < 6 + ROLLUP_MEASURES; i++)
      words[i] = sqlite3_column_int64(get, i);
    bpi_cells_add(&all, &cell);
  }
  sqlite3_finalize(get);
  ck_assert_int_eq(bpi_cells_store(&all, s, &error), BP_OK);
  bpi_cells_free(&all);
}

static void sql(store *s, const char *text) {
  bool unpacked = unpack(s, text);
  execute(s, text);
  if (unpacked) pack(s);
}

static int64_t number(store *s, const char *text) {
  sqlite3_stmt *get = NULL;
  unpack(s, text);
  ck_assert_msg(sqlite3_prepare_v2(s->db, text, -1, &get, NULL) == SQLITE_OK, "%s", text);
  int64_t value = sqlite3_step(get) == SQLITE_ROW ? sqlite3_column_int64(get, 0) : -1;
  sqlite3_finalize(get);
  return value;
}

/* The whole of a file; free with bpi_free. */
static char *read_file(const char *name, size_t *length) {
  char *data = NULL;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_file_load(&data, length, path_of(name), (size_t)1 << 24, &error), BP_OK);
  return data;
}

static bool verified(store *s) {
  bp_error *error = NULL;
  int ok = -1;
  ck_assert_int_eq(bpi_store_verify(s, &ok, &error), BP_OK);
  ck_assert_ptr_null(error);
  return ok == 1;
}

/* ------------------------------------------------------------------------------------ dumping */

/* Expressions for a column: numbers of sessions and labels become identifiers. */
static void add_column(buf *b, const char *name, char role) {
  if (role == 'S')
    bpi_buf_printf(b, "(SELECT hi || '.' || lo || '.' || tier FROM session x WHERE x.id = t.%s)",
                   name);
  else if (role == 'L')
    bpi_buf_printf(b, "(SELECT kind || '.' || hi || '.' || lo FROM label x WHERE x.id = t.%s)",
                   name);
  else
    bpi_buf_printf(b, "t.%s", name);
}

static void dump_query(store *s, buf *out, const char *title, const char *text) {
  sqlite3_stmt *get = NULL;
  unpack(s, text);
  ck_assert_msg(sqlite3_prepare_v2(s->db, text, -1, &get, NULL) == SQLITE_OK, "%s: %s", text,
                sqlite3_errmsg(s->db));
  while (sqlite3_step(get) == SQLITE_ROW) {
    bpi_buf_text(out, title);
    for (int i = 0; i < sqlite3_column_count(get); i++) {
      const char *value = (const char *)sqlite3_column_text(get, i);
      bpi_buf_printf(out, " %s=%s", sqlite3_column_name(get, i), value == NULL ? "-" : value);
    }
    bpi_buf_char(out, '\n');
  }
  sqlite3_finalize(get);
}

static void dump_facts(store *s, buf *out, fact_kind kind) {
  const fact_type *t = &bpi_fact_types[kind];
  buf text;
  bpi_buf_init(&text, 65536);
  bpi_buf_text(&text, "SELECT k2");
  for (int i = 0; i < t->columns; i++) {
    bpi_buf_text(&text, ", ");
    add_column(&text, t->names[i], t->roles[i]);
    bpi_buf_printf(&text, " AS %s", t->names[i]);
  }
  bpi_buf_printf(&text, " FROM %s_words t ORDER BY k2", t->table);
  for (int i = 0; i < t->columns; i++)
    bpi_buf_printf(&text, ", %d", i + 2);
  ck_assert_int_eq(text.failed, 0);
  dump_query(s, out, t->table, text.data);
  bpi_buf_free(&text);
}

/* All that a store knows, but for places and numbers. Free with bpi_free. */
static char *dump(store *s) {
  buf out;
  bpi_buf_init(&out, (size_t)64 << 20);
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++)
    dump_facts(s, &out, kind);
  dump_query(
      s, &out, "cell",
      "SELECT kind, quarter, (SELECT hi || '.' || lo || '.' || tier FROM session x WHERE x.id = t.session) AS s, "
      "(SELECT kind || '.' || hi FROM label x WHERE x.id = t.label) AS l, class, n, m0, m1, m2, m3, "
      "m4, m5, m6, m7, m8 FROM cell t ORDER BY 1, 2, 3, 4, 5");
  dump_query(
      s, &out, "run",
      "SELECT (SELECT hi || '.' || lo || '.' || tier FROM session x WHERE x.id = t.session) AS s, start_us, end_us "
      "FROM run t ORDER BY 1, 2");
  buf text;
  bpi_buf_init(&text, 65536);
  bpi_buf_text(&text,
               "SELECT hi, lo, tier, sources, platform_us, workspace_us, branch_us, entrypoint_us, "
               "version_rank, first_us, last_us");
  static const char *const labels[] = {"platform", "workspace", "branch", "entrypoint", "version"};
  for (size_t i = 0; i < 5; i++) {
    bpi_buf_text(&text, ", ");
    add_column(&text, labels[i], 'L');
  }
  bpi_buf_text(&text, " FROM session t ORDER BY hi, lo, tier");
  dump_query(s, &out, "session", text.data);
  bpi_buf_free(&text);
  dump_query(s, &out, "label", "SELECT kind, hi, lo, text FROM label ORDER BY kind, hi, lo");
  char *all = bpi_buf_take(&out, NULL);
  ck_assert_ptr_nonnull(all);
  return all;
}

static void assert_same(const char *got, const char *want, const char *how) {
  if (strcmp(got, want) == 0) return;
  while (*got == *want)
    got++, want++;
  ck_abort_msg("%s: differs from '%.200s', is '%.200s'", how, want, got);
}

static void assert_dump(store *s, const char *want, const char *how) {
  char *got = dump(s);
  assert_same(got, want, how);
  bpi_free(got);
}

/* ----------------------------------------------------------------------------------- records */

/* A record whose labels are not numbers yet: 0 is none, others are made as it is given to a batch. */
static uint32_t label_of(const fact_sink *sink, label_kind kind, uint32_t which) {
  char text[16];
  if (which == 0) return 0;
  snprintf(text, sizeof text, "name%u", which);
  return sink->label(sink->self, kind, (ident){which, 99}, kind == LABEL_FILE ? NULL : text,
                     kind == LABEL_FILE ? 0 : strlen(text));
}

static void put(batch *b, record r) {
  const fact_sink sink = bpi_batch_sink(b);
  switch (r.kind) {
  case RECORD_SESSION: {
    session_record *s = &r.u.session_row;
    s->platform = label_of(&sink, LABEL_PLATFORM, s->platform);
    s->workspace = label_of(&sink, LABEL_WORKSPACE, s->workspace);
    s->branch = label_of(&sink, LABEL_BRANCH, s->branch);
    s->version = label_of(&sink, LABEL_VERSION, s->version);
    s->entrypoint = label_of(&sink, LABEL_ENTRYPOINT, s->entrypoint);
    break;
  }
  case RECORD_RESPONSE:
    r.u.response.model = label_of(&sink, LABEL_MODEL, r.u.response.model);
    break;
  case RECORD_TOOL_USE:
    r.u.use.tool = label_of(&sink, LABEL_TOOL, r.u.use.tool);
    r.u.use.file = label_of(&sink, LABEL_FILE, r.u.use.file);
    break;
  case RECORD_TOOL_RESULT: r.u.result.file = label_of(&sink, LABEL_FILE, r.u.result.file); break;
  case RECORD_EVENT: r.u.event.command = label_of(&sink, LABEL_COMMAND, r.u.event.command); break;
  default: break;
  }
  ck_assert_int_eq(sink.put(sink.self, &r), BP_OK);
}

static apply_counts apply(store *s, batch *b) {
  apply_counts counts = {0};
  bp_error *error = NULL;
  int rc = bpi_store_apply(s, b, T0, true, &counts, &error);
  ck_assert_msg(rc == BP_OK, "%d: %s", rc, bpi_error_message(error));
  ck_assert_ptr_null(error);
  return counts;
}

static apply_counts apply_records(store *s, const record *r, size_t count) {
  batch *b = bpi_batch_new();
  bp_error *error = NULL;
  int64_t erasures = 0;
  ck_assert_int_eq(bpi_store_erasures(s, &erasures, &error), BP_OK);
  bpi_batch_erasures(b, erasures);
  for (size_t i = 0; i < count; i++)
    put(b, r[i]);
  apply_counts counts = apply(s, b);
  bpi_batch_free(b);
  return counts;
}

/* By number of its key and of its session. Neighbouring keys want the same place or one beside it:
 * the row number is made of the upper half without its last bit. */
static record new_record(record_kind kind, uint64_t key, int64_t time, uint64_t session) {
  record r;
  memset(&r, 0, sizeof r);
  r.kind = kind;
  r.time = time;
  r.key =
      (ident){UINT64_C(0x7000000000000000) + key / 4, (1000 + key) * UINT64_C(0x9E3779B97F4A7C15)};
  r.session = (ident){900 - session, session};
  return r;
}

static record random_record(void) {
  static const record_bounds many = {.counts = 9, .characters = 3000, .tokens = 300000};
  record_kind kind = (record_kind)below(RECORD_KINDS);
  int64_t time = T0 + below(12) * 2 * MINUTE;
  time += below(2) * DAY / 2;
  time += below(2) * 2 * DAY;
  uint64_t key = (uint64_t)below(12), session = (uint64_t)below(4);
  record r = new_record(kind, key, below(8) == 0 ? BPI_TIME_NONE : time, session);
  r.flags = (unsigned)(below(2) ? below(8) : below(16));
  r.tier = (record_tier)(below(2) ? 0 : below(RECORD_TIERS));
  random_body(&r, &many);
  if (kind == RECORD_RESPONSE) r.u.response.request = (ident){(uint64_t)below(3) * 2, 5};
  return r;
}

static void shuffle(record *r, size_t count) {
  for (size_t i = count - 1; i > 0; i--) {
    size_t j = (size_t)below((int64_t)i + 1);
    record kept = r[i];
    r[i] = r[j];
    r[j] = kept;
  }
}

/* Nearly every batch makes layers, where a store of its own makes one. */
static store *layered_store(int64_t least) {
  store *s = memory_store();
  if (least > 0) s->layer_least = (size_t)least;
  return s;
}

/* ------------------------------------------------------------------------------ order, division */

#define RECORDS 240

/* Keys want one place in a few, or in so many that most are free and batches make layers. */
static void random_records(record *r, size_t count, int64_t spread) {
  for (size_t i = 0; i < count; i++) {
    r[i] = random_record();
    r[i].key.hi += (uint64_t)below(spread) * 1000;
  }
}

/* In batches of at most `most`, now and then two joined into one. */
static void apply_divided(store *s, const record *r, size_t count, int64_t most) {
  for (size_t from = 0; from < count;) {
    size_t n = 1 + (size_t)below(most);
    if (n > count - from) n = count - from;
    batch *b = bpi_batch_new(), *other = bpi_batch_new();
    size_t own = below(2) ? n : (size_t)below((int64_t)n + 1);
    for (size_t i = 0; i < n; i++)
      put(i < own ? b : other, r[from + i]);
    ck_assert_int_eq(bpi_batch_join(b, other), BP_OK);
    apply(s, b);
    bpi_batch_free(b);
    bpi_batch_free(other);
    from += n;
  }
}

START_TEST(any_order_any_division) {
  for (int round = 0; round < 12; round++) {
    record r[RECORDS];
    random_records(r, RECORDS, 1 + round % 4 * 5);
    store *whole = memory_store();
    apply_records(whole, r, RECORDS);
    ck_assert(verified(whole));
    char *want = dump(whole);
    apply_counts again = apply_records(whole, r, RECORDS);
    ck_assert_uint_eq(again.stored + again.updated, 0);
    assert_dump(whole, want, "twice");
    static const int64_t sizes[] = {1, 7, 60};
    for (size_t k = 0; k < 3; k++) {
      store *s = layered_store(round % 20);
      shuffle(r, RECORDS);
      apply_divided(s, r, RECORDS, sizes[k]);
      ck_assert(verified(s));
      assert_dump(s, want, "shuffled and divided");
      bpi_store_close(s);
    }
    bpi_free(want);
    bpi_store_close(whole);
  }
}
END_TEST

/* A batch that lives on, as a scanning thread's does: its numbers of sessions and labels stay. */
START_TEST(one_batch_many_times) {
  record r[RECORDS];
  for (size_t i = 0; i < RECORDS; i++)
    r[i] = random_record();
  store *whole = memory_store(), *s = layered_store(2);
  apply_records(whole, r, RECORDS);
  char *want = dump(whole);
  batch *b = bpi_batch_new(), *other = bpi_batch_new();
  for (size_t i = 0; i < RECORDS; i++) {
    put(below(2) ? b : other, r[i]);
    if (below(9) == 0) apply(s, b);
    if (below(9) == 0) apply(s, other);
  }
  ck_assert_int_eq(bpi_batch_join(b, other), BP_OK); /* both were applied before */
  apply(s, b);
  ck_assert(verified(s));
  assert_dump(s, want, "in one batch");
  bpi_batch_free(b);
  bpi_batch_free(other);
  bpi_free(want);
  bpi_store_close(whole);
  bpi_store_close(s);
}
END_TEST

/* What joins a batch that was applied already is new to the store; what joined one stays whole. */
START_TEST(batches_join_at_any_time) {
  store *s = memory_store();
  batch *b = bpi_batch_new(), *other = bpi_batch_new();
  record workspace = new_record(RECORD_SESSION, 0, T0, 1), branch = workspace, filler = workspace;
  workspace.u.session_row.workspace = 3;
  branch.u.session_row.branch = 2;
  filler.session.lo = 77; /* so that numbers of labels differ between the two */
  filler.u.session_row.workspace = 1;
  put(b, branch);
  apply(s, b);
  put(other, workspace);
  put(other, filler);
  ck_assert_int_eq(bpi_batch_join(b, other), BP_OK);
  apply(s, b);
#define WORKSPACE "SELECT l.hi FROM session x JOIN label l ON l.id = x.workspace WHERE x.lo = 1"
  ck_assert_int_eq(number(s, WORKSPACE), 3);
  workspace.u.session_row.workspace = 0;
  put(other, workspace);
  apply(s, other);
  ck_assert_int_eq(number(s, WORKSPACE), 3);
  bpi_batch_free(b);
  bpi_batch_free(other);
  bpi_store_close(s);
}
END_TEST

/* -------------------------------------------------------------------------------------- by hand */

static record response(uint64_t key, uint64_t request, int64_t time, int64_t input,
                       uint64_t session) {
  record r = new_record(RECORD_RESPONSE, key, time, session);
  r.u.response = (response_record){.request = {request * 2, request},
                                   .model = 1,
                                   .input = input,
                                   .output = 10,
                                   .stop = STOP_END,
                                   .cost_nano = -1};
  return r;
}

static record of_tier(record_kind kind, uint64_t key, int64_t time, record_tier tier) {
  record r = new_record(kind, key, time, 1);
  r.tier = tier;
  if (kind == RECORD_RESPONSE) r.u.response.output = 10;
  if (kind == RECORD_TOOL_RESULT)
    r.u.result = (tool_result_record){.outcome = OUTCOME_OK, .added = 2};
  return r;
}

static record prompt(uint64_t key, int64_t time, uint64_t session) {
  record r = new_record(RECORD_PROMPT, key, time, session);
  r.u.prompt.characters = 5;
  return r;
}

#define RESPONSES "SELECT coalesce(sum(n), 0) FROM cell WHERE kind = 1"
#define INPUT "SELECT coalesce(sum(m0), 0) FROM cell WHERE kind = 1"
#define ANOMALIES "SELECT coalesce(sum(n), 0) FROM cell WHERE kind = 5"

/* One id under several request ids: one response, until two of them lie more than a day apart and
 * disagree; then each counts, whichever came first. */
START_TEST(constant_ids) {
  const record a = response(1, 1, T0, 100, 1), b = response(1, 2, T0 + DAY, 200, 1),
               c = response(1, 3, T0 + 3 * DAY, 200, 1), d = response(1, 4, T0 + 3 * DAY, 100, 1);
  const struct {
    record r[3];
    int count;
    int64_t responses, input, anomalies;
  } cases[] = {
      {{a, b}, 2, 1, 200, 0}, /* a day apart, not more: one response, the greater sum */
      {{b, c}, 2, 1, 200, 0}, /* two days apart, but they agree */
      {{a, c}, 2, 2, 300, 1},    {{c, a}, 2, 2, 300, 1},    {{a, d}, 2, 1, 100, 0},
      {{a, b, c}, 3, 3, 500, 1}, /* a and c tell that the id is constant, so b is one more */
      {{b, c, a}, 3, 3, 500, 1}, {{a, b, d}, 3, 3, 400, 1}, /* b and d */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    store *s = memory_store();
    for (int k = 0; k < cases[i].count; k++) {
      apply_records(s, &cases[i].r[k], 1);
      ck_assert(verified(s));
    }
    ck_assert_int_eq(number(s, "SELECT count(*) FROM response"), cases[i].count);
    ck_assert_int_eq(number(s, RESPONSES), cases[i].responses);
    ck_assert_int_eq(number(s, INPUT), cases[i].input);
    ck_assert_int_eq(number(s, ANOMALIES), cases[i].anomalies);
    bpi_store_close(s);
  }
}
END_TEST

/* Many request ids on one response are no reason to take forever. */
START_TEST(many_variants) {
  store *s = memory_store();
  batch *b = bpi_batch_new();
  const int many = 200000;
  for (int i = 0; i < many; i++)
    put(b, response(1, (uint64_t)i, T0 + i * MINUTE, i, 1));
  apply(s, b);
  ck_assert_int_eq(number(s, RESPONSES), many);
  for (int i = many; i < many + 4; i++) { /* nor is one more */
    put(b, response(1, (uint64_t)i, T0, 7, 1));
    apply(s, b);
  }
  ck_assert_int_eq(number(s, RESPONSES), many + 4);
  ck_assert_int_eq(number(s, ANOMALIES), 1);
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

/* A side chain tells of a response first; then the thread it belongs to does. Everything moves. */
START_TEST(owners_change) {
  store *s = memory_store();
  record chain = response(1, 1, T0, 100, 1), thread = response(1, 1, T0 + MINUTE, 100, 2);
  chain.flags = RECORD_SIDECHAIN;
  apply_records(s, &chain, 1);
  ck_assert_int_eq(number(s, "SELECT session FROM cell WHERE kind = 1"), 1);
  ck_assert_int_eq(number(s, "SELECT first_us FROM session WHERE id = 1"), T0);
  apply_counts counts = apply_records(s, &thread, 1);
  ck_assert_uint_eq(counts.updated, 1);
  ck_assert_int_eq(number(s, RESPONSES), 1);
  ck_assert_int_eq(number(s, "SELECT session FROM cell WHERE kind = 1"), 2);
  /* the earliest of all rows */
  ck_assert_int_eq(number(s, "SELECT time_us FROM response_words"), T0);
  ck_assert_int_eq(
      number(s, "SELECT first_us IS NULL AND last_us IS NULL FROM session WHERE id = 1"), 1);
  ck_assert_int_eq(number(s, "SELECT first_us FROM session WHERE id = 2"), T0);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM run"), 1);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

#define ACTIVE "SELECT coalesce(sum(m0), 0) FROM cell WHERE kind = 6"

/* Gaps of at most five minutes are activity; of a longer one five minutes are. */
START_TEST(activity_by_hand) {
  store *s = memory_store();
  static const struct {
    int64_t minute, active, runs;
  } steps[] = {{0, 0, 1},    /* a single moment */
               {20, 5, 2},   /* five minutes of the gap */
               {25, 10, 2},  /* exactly five minutes belong together */
               {4, 14, 2},   /* 0 to 4, five minutes, 20 to 25 */
               {9, 19, 2},   /* 0 to 9, five minutes, 20 to 25 */
               {14, 24, 2},  /* 0 to 14, five minutes */
               {15, 25, 1}}; /* closes the gap: 0 to 25 */
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    record r = prompt(10 * i, T0 + steps[i].minute * MINUTE, 1);
    apply_records(s, &r, 1);
    ck_assert_int_eq(number(s, ACTIVE), steps[i].active * MINUTE);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM run"), steps[i].runs);
    ck_assert(verified(s));
  }
  /* By quarter of an hour: 0 to 15 and 15 to 25. */
  ck_assert_int_eq(number(s, "SELECT m0 FROM cell WHERE kind = 6 ORDER BY quarter"), 15 * MINUTE);
  ck_assert_int_eq(number(s, "SELECT m0 FROM cell WHERE kind = 6 ORDER BY quarter DESC"),
                   10 * MINUTE);
  bpi_store_close(s);
}
END_TEST

/* A response turns out to have begun earlier: the moment moves, and with it the day and the run. */
START_TEST(earlier_times_arrive_late) {
  store *s = memory_store();
  const record late = response(1, 1, T0 + 20 * MINUTE, 100, 1),
               other = prompt(3, T0 + 24 * MINUTE, 1), early = response(1, 1, T0, 100, 1);
  apply_records(s, &late, 1);
  apply_records(s, &other, 1);
  ck_assert_int_eq(number(s, ACTIVE), 4 * MINUTE);
  apply_records(s, &early, 1);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM run WHERE start_us = end_us"), 2);
  ck_assert_int_eq(number(s, ACTIVE), 5 * MINUTE);
  ck_assert_int_eq(number(s, "SELECT quarter FROM cell WHERE kind = 1"), T0 / BPI_QUARTER);
  ck_assert_int_eq(number(s, "SELECT first_us FROM session"), T0);
  ck_assert_int_eq(number(s, "SELECT last_us FROM session"), T0 + 24 * MINUTE);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* A tool call from its result alone is dated by it, and counts as soon as its use is known. */
START_TEST(halves_of_tool_calls) {
  store *s = memory_store();
  record use = new_record(RECORD_TOOL_USE, 1, T0, 1),
         result = new_record(RECORD_TOOL_RESULT, 1, T0 + MINUTE, 2);
  use.u.use = (tool_use_record){.tool = 1, .file = 2, .added = 3, .removed = 1};
  result.u.result =
      (tool_result_record){.outcome = OUTCOME_OK, .added = -1, .removed = -1, .duration_us = -1};
  apply_counts counts = apply_records(s, &result, 1);
  ck_assert_uint_eq(counts.stored, 1);
  ck_assert_uint_eq(counts.undated, 0);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM cell"), 0);
  counts = apply_records(s, &use, 1);
  ck_assert_uint_eq(counts.updated, 1);
  ck_assert_int_eq(number(s, "SELECT m0 FROM cell WHERE kind = 2"), MINUTE);
  ck_assert_int_eq(number(s, "SELECT m2 FROM cell WHERE kind = 2"), 3);
  ck_assert_int_eq(number(s, "SELECT m1 FROM cell WHERE kind = 3"), 1);
  ck_assert_int_eq(number(s, "SELECT hi FROM session WHERE id = (SELECT session FROM tool_call)"),
                   899);
  ck_assert(verified(s));

  record undated = result;
  undated.key.lo = 5;
  undated.time = BPI_TIME_NONE;
  ck_assert_uint_eq(apply_records(s, &undated, 1).undated, 1);
  bpi_store_close(s);
}
END_TEST

/* A negative difference of one cell and a positive one of another, and a cell that is left empty. */
START_TEST(cells_are_taken_away_again) {
  store *s = memory_store();
  record partial = response(1, 1, T0, 100, 1), whole = response(1, 1, T0, 100, 1);
  partial.u.response.stop = STOP_NONE;
  partial.u.response.output = 3;
  apply_records(s, &partial, 1);
  apply_records(s, &whole, 1);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM cell WHERE kind = 1"), 1);
  ck_assert_int_eq(number(s, "SELECT m1 FROM cell WHERE kind = 1"), 10);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* ---------------------------------------------------------------------------------- row numbers */

/* Keys that want one place, and keys that want the places these then took. */
START_TEST(rows_find_a_place) {
  enum { PROMPTS = 40 };
  for (int way = 0; way < 4; way++) {
    bool backwards = way % 2;
    store *s = layered_store(way / 2); /* a layer for each, or one for all */
    for (uint64_t i = 0; i < PROMPTS; i++) {
      uint64_t key = backwards ? PROMPTS - 1 - i : i;
      record r = prompt(key / 8 * 8, T0 + (int64_t)key, 1); /* eight want each place */
      r.key.lo = 1000 + key;
      apply_records(s, &r, 1);
    }
    ck_assert_int_eq(number(s, "SELECT count(*) FROM prompt"), PROMPTS);
    ck_assert_int_eq(number(s, "SELECT sum(n) FROM cell WHERE kind = 4"), PROMPTS);
    ck_assert_int_eq(number(s, "SELECT count(DISTINCT k2) FROM prompt"), PROMPTS);
    for (uint64_t key = 0; key < PROMPTS; key++) { /* each is found again */
      record r = prompt(key / 8 * 8, T0 + (int64_t)key, 1);
      r.key.lo = 1000 + key;
      ck_assert_uint_eq(apply_records(s, &r, 1).duplicate, 1);
    }
    ck_assert(verified(s));
    bpi_store_close(s);
  }
}
END_TEST

/* Several new rows of one key, and behind the first free place the next is taken already. */
START_TEST(rows_go_around_each_other) {
  store *s = memory_store();
  const record neighbour = response(4, 1, T0, 1, 1); /* wants the place behind that of key 2 */
  record variants[3];
  for (uint64_t i = 0; i < 3; i++)
    variants[i] = response(2, 1 + i, T0, 5, 1);
  variants[0].key.hi = variants[1].key.hi = variants[2].key.hi = neighbour.key.hi - 1;
  apply_records(s, &neighbour, 1);
  apply_records(s, variants, 3);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM response"), 4);
  ck_assert_int_eq(number(s, "SELECT max(id) - min(id) FROM response"), 3);
  ck_assert_int_eq(number(s, RESPONSES), 2);
  ck_assert_uint_eq(apply_records(s, variants, 3).duplicate, 3);
  ck_assert_uint_eq(apply_records(s, &neighbour, 1).duplicate, 1);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

#define LAYERS "SELECT count(DISTINCT id >> 36) FROM response"

/* Large batches lie behind each other, small ones in the last layer; whatever layer a key is in, it is found
 * there, and what is new of it goes there. */
START_TEST(layers_hold_their_keys) {
  enum { BATCH = 200, BATCHES = 4 };
  record r[BATCH];
  store *s = layered_store(BATCH / 2);
  for (uint64_t round = 0; round < BATCHES; round++) {
    for (uint64_t i = 0; i < BATCH; i++)
      r[i] = response(round * BATCH + i, 1, T0, 1, 1);
    apply_records(s, r, BATCH);
    ck_assert_int_eq(number(s, LAYERS), (int64_t)round + 1);
  }
  const record few = response(BATCHES * BATCH, 1, T0, 1, 1);
  apply_records(s, &few, 1);
  ck_assert_int_eq(number(s, LAYERS), BATCHES);
  for (int again = 0; again < 2; again++) { /* then by a handle that made none of the layers */
    for (uint64_t key = 0; key <= BATCHES * BATCH; key += 37) {
      record known = response(key, 1, T0, 1, 1),
             variant = response(key, 2 + (uint64_t)again, T0, 1, 1);
      ck_assert_uint_eq(apply_records(s, &known, 1).duplicate, 1);
      ck_assert_uint_eq(apply_records(s, &variant, 1).stored, 1);
      ck_assert_uint_eq(apply_records(s, &variant, 1).duplicate, 1);
    }
    for (fact_kind kind = 0; kind < FACT_KINDS; kind++)
      bpi_layers_forget(&s->layers[kind]);
  }
  for (uint64_t i = 0; i < BATCH; i++) /* a large batch that brings nothing new makes none */
    r[i] = response(i, 1, T0, 1, 1);
  ck_assert_uint_eq(apply_records(s, r, BATCH).duplicate, BATCH);
  ck_assert_int_eq(number(s, LAYERS), BATCHES);
  ck_assert_int_eq(number(s, RESPONSES), BATCHES * BATCH + 1);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* Nobody has as many layers as a damaged number says; to look into all of them would take for ever. */
START_TEST(layers_of_a_damaged_store) {
  static const char *const numbers[] = {"9223372036854775807", "-9223372036854775807"};
  const record r = response(1, 1, T0, 1, 1), other = response(2, 1, T0, 1, 1);
  for (size_t i = 0; i < 2; i++) {
    store *s = memory_store();
    char text[96];
    apply_counts counts = {0};
    bp_error *error = NULL;
    int ok = -1;
    batch *b = bpi_batch_new();
    apply_records(s, &r, 1);
    snprintf(text, sizeof text, "UPDATE response SET id = %s", numbers[i]);
    sql(s, text);
    put(b, other);
    ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_CORRUPT);
    bpi_error_free(error);
    error = NULL;
    ck_assert_int_eq(bpi_store_verify(s, &ok, &error), BP_ERR_CORRUPT);
    bpi_error_free(error);
    bpi_batch_free(b);
    bpi_store_close(s);
  }
}
END_TEST

/* Nobody is active without a pause for centuries, or at no time; to tell of every quarter of an hour would take for ever. */
START_TEST(runs_of_a_damaged_store) {
  static const char *const ends[] = {"start_us + 3600000000 * 24 * 365 * 50", "253402300799000000",
                                     "9223372036854775807", "start_us - 1"};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    store *s = memory_store();
    char text[96];
    apply_counts counts = {0};
    bp_error *error = NULL;
    batch *b = bpi_batch_new();
    const record r = prompt(1, T0, 1);
    apply_records(s, &r, 1);
    snprintf(text, sizeof text, "UPDATE run SET end_us = %s", ends[i]);
    sql(s, "PRAGMA ignore_check_constraints = ON");
    sql(s, text);
    put(b, prompt(2, T0 + 1, 1));
    ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_CORRUPT);
    bpi_error_free(error);
    bpi_batch_free(b);
    bpi_store_close(s);
  }
}
END_TEST

/* A second has parts, the last of all times, too. */
START_TEST(a_run_at_the_end_of_all_times) {
  const record r = prompt(1, BPI_TIME_LAST, 1), last = prompt(5, BPI_TIME_LAST + BPI_SECOND - 1, 1);
  store *s = memory_store();
  apply_records(s, &last, 1);
  apply_records(s, &r, 1);
  ck_assert_int_eq(number(s, "SELECT end_us - start_us FROM run"), BPI_SECOND - 1);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* Nor as many sessions. */
START_TEST(sessions_of_a_damaged_store) {
  const record r = response(1, 1, T0, 1, 1), other = response(1, 2, T0, 1, 1);
  store *s = memory_store();
  apply_counts counts = {0};
  bp_error *error = NULL;
  batch *b = bpi_batch_new();
  apply_records(s, &r, 1);
  execute(s, "UPDATE session SET id = 1 << 62; UPDATE response SET session = 1 << 62");
  put(b, other);
  ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_CORRUPT);
  bpi_error_free(error);
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

static int take_session(void *user, const session_rows *rows) {
  (void)user, (void)rows;
  return 0;
}

/* More rows of one session than there are tiers. */
START_TEST(tiers_of_a_damaged_store) {
  store *s = memory_store();
  bp_error *error = NULL;
  session_rows rows;
  execute(s, "PRAGMA ignore_check_constraints = ON; INSERT INTO session (hi, lo, tier, sources) "
             "VALUES (1, 1, 0, 1), (1, 1, 1, 1), (1, 1, 2, 1), (1, 1, 3, 1), (1, 1, 4, 1)");
  ck_assert_int_eq(bpi_read_sessions(s, take_session, NULL, &error), BP_ERR_CORRUPT);
  ck_assert_int_eq(bpi_error_code(error), BP_ERR_CORRUPT);
  bpi_error_free(error);
  error = NULL;
  ck_assert_int_eq(bpi_read_begin(s, &error), BP_OK);
  ck_assert_int_eq(bpi_read_session(s, 1, &rows, &error), BP_ERR_CORRUPT);
  ck_assert_int_eq(bpi_error_code(error), BP_ERR_CORRUPT);
  bpi_error_free(error);
  bpi_read_end(s);
  bpi_store_close(s);
}
END_TEST

/* A question over all times goes from the first quarter to the last. */
START_TEST(quarters_of_a_damaged_store) {
  static const char *const damages[] = {"last = 1 << 53", "first = -2", "first = last + 1"};
  const record r = prompt(1, T0, 1);
  for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
    store *s = memory_store();
    bp_error *error = NULL;
    int64_t first = 0, last = 0;
    char text[80];
    apply_records(s, &r, 1);
    ck_assert_int_eq(bpi_read_extent(s, &first, &last, &error), BP_OK);
    ck_assert_int_eq(first, T0 / BPI_QUARTER);
    ck_assert_int_eq(last, first);
    snprintf(text, sizeof text, "UPDATE rollup SET %s", damages[i]);
    execute(s, "PRAGMA ignore_check_constraints = ON");
    execute(s, text);
    ck_assert_int_eq(bpi_read_extent(s, &first, &last, &error), BP_ERR_CORRUPT);
    bpi_error_free(error);
    bpi_store_close(s);
  }
}
END_TEST

/* The longest that a store of its size holds: a prompt each five minutes for six weeks. */
START_TEST(a_run_without_a_pause) {
  enum { PROMPTS = 12 * 24 * 42, EACH = 1000 };
  store *s = memory_store();
  record r[EACH];
  for (int from = 0; from < PROMPTS; from += EACH) {
    int count = PROMPTS - from < EACH ? PROMPTS - from : EACH;
    for (int i = 0; i < count; i++)
      r[i] = prompt((uint64_t)(from + i + 1), T0 + (from + i) * INT64_C(300000000), 1);
    apply_records(s, r, (size_t)count);
  }
  ck_assert_int_eq(number(s, "SELECT count(*) FROM run"), 1);
  ck_assert_int_eq(number(s, "SELECT end_us - start_us FROM run"),
                   (PROMPTS - 1) * INT64_C(300000000));
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* What another handle put into a layer is found, though this one made the layer and knew all of it. */
START_TEST(layers_of_two_writers) {
  enum { BATCH = 50 };
  record r[BATCH];
  store *s = open_store("layers.db"), *other = open_store("layers.db");
  s->layer_least = BATCH;
  for (uint64_t i = 0; i < BATCH; i++)
    r[i] = response(2 * i, 1, T0, 1, 1);
  apply_records(s, r, BATCH);
  for (uint64_t i = 0; i < BATCH; i++)
    r[i].key = response(2 * i + 1, 1, T0, 1, 1).key;
  apply_records(other, r, BATCH); /* between those of the first */
  ck_assert_int_eq(number(s, LAYERS), 1);
  ck_assert_uint_eq(apply_records(s, r, BATCH).duplicate, BATCH);
  ck_assert_int_eq(number(s, RESPONSES), 2 * BATCH);
  ck_assert(verified(s));
  bpi_store_close(s);
  bpi_store_close(other);
}
END_TEST

/* A batch that is stopped, or of which nothing is kept. */
static void apply_in_vain(store *s, const record *r, size_t count, bool stopped) {
  batch *b = bpi_batch_new();
  apply_counts counts = {0};
  bp_error *error = NULL;
  for (size_t i = 0; i < count; i++)
    put(b, r[i]);
  if (stopped) atomic_store(&s->interrupted, 1);
  int rc = bpi_store_apply(s, b, T0, false, &counts, &error);
  ck_assert_int_eq(rc == BP_OK || (stopped && rc == BP_ERR_CANCELLED), true);
  bpi_store_clear_interrupt(s);
  bpi_error_free(error);
  bpi_batch_free(b);
}

/* By turns two handles write, try in vain, are stopped and opened anew: what is stored is what one batch
 * stores. */
START_TEST(layers_of_a_life) {
  for (int round = 0; round < 8; round++) {
    char name[24];
    record r[RECORDS];
    snprintf(name, sizeof name, "life%d.db", round);
    store *whole = memory_store(), *handle[2] = {open_store(name), open_store(name)};
    random_records(r, RECORDS, 8);
    apply_records(whole, r, RECORDS);
    char *want = dump(whole);
    for (size_t from = 0, n; from < RECORDS; from += n) {
      store **s = &handle[below(2)];
      if (below(6) == 0) {
        bpi_store_close(*s);
        *s = open_store(name);
      }
      (*s)->layer_least = 1 + (size_t)below(2);
      n = 1 + (size_t)below(30);
      if (n > RECORDS - from) n = RECORDS - from;
      if (below(3) == 0) apply_in_vain(*s, r + from, n, below(2) != 0);
      apply_records(*s, r + from, n);
    }
    ck_assert_int_ge(number(handle[0], LAYERS), 3);
    ck_assert(verified(handle[0]));
    assert_dump(handle[1], want, "by two handles");
    bpi_free(want);
    bpi_store_close(handle[0]);
    bpi_store_close(handle[1]);
    bpi_store_close(whole);
  }
}
END_TEST

/* There are only so many layers; then the last one grows, and keys of all are found. */
START_TEST(layers_end) {
  enum { BATCH = 20 };
  record r[2 * BATCH];
  store *s = layered_store(BATCH);
  for (uint64_t i = 0; i < 2 * BATCH; i++) {
    r[i] = response(i, 1, T0, 1, 1);
    r[i].key.hi += i * 1000; /* each a place of its own */
  }
  apply_records(s, r, BATCH);
  char text[96];
  snprintf(text, sizeof text, "UPDATE response SET id = id + %lld",
           (long long)bpi_layer_start(LAYERS_MOST - 1));
  sql(s, text);
  bpi_layers_forget(&s->layers[FACT_RESPONSE]);
  ck_assert_uint_eq(apply_records(s, r + BATCH, BATCH).stored, BATCH);
  ck_assert_int_eq(number(s, LAYERS), 1);
  ck_assert_uint_eq(apply_records(s, r, 2 * BATCH).duplicate, 2 * BATCH);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* No key is missed; of those that are not there one of a hundred may be taken for one that is. */
START_TEST(layers_know_their_keys) {
  enum { KEYS = 20000 };
  layers l = {0};
  int mistaken = 0;
  ck_assert(bpi_layer_may_hold(&l, 3, 1)); /* nothing is known of it */
  bpi_layer_begin(&l, 3, KEYS);
  ck_assert(bpi_layer_known(&l, 3) && !bpi_layer_known(&l, 2));
  for (uint64_t i = 0; i < KEYS; i++)
    bpi_layer_add(&l, 3, (int64_t)(i * UINT64_C(0x9E3779B97F4A7C15)));
  for (uint64_t i = 0; i < KEYS; i++)
    ck_assert(bpi_layer_may_hold(&l, 3, (int64_t)(i * UINT64_C(0x9E3779B97F4A7C15))));
  for (uint64_t i = KEYS; i < 2 * KEYS; i++)
    mistaken += bpi_layer_may_hold(&l, 3, (int64_t)(i * UINT64_C(0x9E3779B97F4A7C15)));
  ck_assert_int_lt(mistaken, KEYS / 50);
  bpi_layer_forget(&l, 3);
  ck_assert(bpi_layer_may_hold(&l, 3, 1));
  bpi_layers_forget(&l);
}
END_TEST

/* ------------------------------------------------------------------------------------ erasing */

static erase_receipt erase_session(store *s, uint64_t session) {
  const ident key = {900 - session, session};
  const erase_selector what = {&key, 1, ERASED_ANY_SOURCE, INT64_MIN, INT64_MAX};
  erase_receipt receipt;
  bp_error *error = NULL;
  int rc = bpi_store_erase(s, &what, T0 + DAY, &receipt, &error);
  ck_assert_msg(rc == BP_OK, "%d: %s", rc, bpi_error_message(error));
  ck_assert(verified(s));
  return receipt;
}

/* Forty keys of three sessions, eight of which want each place: wherever rows are taken out, the
 * others are found, and the places serve again. */
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
      for (uint64_t i = 0; i < PROMPTS; i++) { /* who is left is found again; nobody twice */
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

/* Whatever records there are: the cells, runs and sessions are those of the facts that are left. */
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

/* What was seen at the end of an erased range was seen behind it. */
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

/* Another process erases while this one is done looking after the bytes of what it erased, and dies. */
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
  s = open_store("meanwhile.db"); /* looks after it */
  ck_assert_int_eq(bpi_store_erase_pending(s, &pending, &error), BP_OK);
  ck_assert_int_eq(pending, 0);
  bpi_store_close(s);
}
END_TEST

/* A damaged count of erasures goes no further; the sanitizers see it. */
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

/* All rows of an id that a gateway gives to every response go with the last of them, and it costs what they are. */
START_TEST(many_variants_are_erased) {
  const int many = 200000;
  const record last = response(1, (uint64_t)many, T0, 1, 2);
  store *s = memory_store();
  batch *b = bpi_batch_new();
  for (int i = 0; i < many; i++)
    put(b, response(1, (uint64_t)i, T0 + i * MINUTE, i, 1));
  put(b, response(9, 1, T0, 1,
                  1)); /* wants a place among them, so it lies behind: they become markers */
  apply(s, b);
  apply_records(s, &last, 1);
  ck_assert_int_eq(erase_session(s, 2).facts[FACT_RESPONSE], many + 1);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM response WHERE session > 0"), 1);
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

/* -------------------------------------------------------------------------------- packed days */

static int add_cell(void *user, const rollup_cell *cell) {
  bpi_cells_add(user, cell);
  return 0;
}

static int take_cell(void *user, const rollup_cell *cell) {
  rollup_cell less = *cell;
  less.n = -less.n;
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    less.m[i] = -less.m[i];
  bpi_cells_add(user, &less);
  return 0;
}

/* Sums that do not fit are right again once what was too much is taken away: on the way in, and with what is stored. */
START_TEST(sums_come_back_from_beyond_the_end) {
  store *s = memory_store();
  bp_error *error = NULL;
  const rollup_cell small = {
      .kind = ROLLUP_RESPONSE, .quarter = T0 / BPI_QUARTER, .n = 1, .m = {7}};
  const rollup_cell great = {
      .kind = ROLLUP_RESPONSE, .quarter = T0 / BPI_QUARTER, .m = {INT64_MAX}};
  cells all = {0};
  for (int i = 0; i < 2; i++) {
    add_cell(&all, i == 0 ? &small : &great);
    add_cell(&all, &great);
    ck_assert_int_eq(bpi_cells_store(&all, s, &error), BP_OK);
    bpi_cells_free(&all);
  }
  for (int i = 0; i < 3; i++)
    take_cell(&all, &great);
  ck_assert_int_eq(bpi_cells_store(&all, s, &error), BP_OK);
  bpi_cells_free(&all);
  ck_assert_int_eq(bpi_cells_read(s, ROLLUP_RESPONSE, INT64_MIN, INT64_MAX, add_cell, &all, &error),
                   BP_OK);
  ck_assert_uint_eq(all.count, 1);
  ck_assert_mem_eq(&all.cell[0], &small, sizeof small);
  bpi_cells_free(&all);
  bpi_store_close(s);
}
END_TEST

/* Cells of one grain, less what the rows say of it. */
typedef struct grain_sum {
  store *s;
  cell_grain grain;
  rollup_kind kind;
  int64_t like;
  cells all;
  session_rows known[64]; /* by number */
} grain_sum;

static const session_rows *rows_of(grain_sum *g, int64_t session) {
  bp_error *error = NULL;
  ck_assert_int_lt(session, 64);
  if (g->known[session].count == 0)
    ck_assert_int_eq(bpi_read_session(g->s, session, &g->known[session], &error), BP_OK);
  return &g->known[session];
}

/* What must be told apart, spelled out. */
static rollup_cell seen_in(grain_sum *g, const rollup_cell *cell) {
  rollup_cell seen = *cell;
  const session_rows *rows = rows_of(g, cell->session);
  bool quarter = g->grain == GRAIN_CELL || g->grain == GRAIN_QUARTER;
  if (!quarter && seen.quarter >= 0) seen.quarter -= seen.quarter % 96;
  if (g->grain >= GRAIN_QUARTER)
    seen.session = rows->count > 1 ? rows->row[0].id : 1000 + rows->row[0].sources;
  if (g->grain != GRAIN_SESSION) return seen;
  seen.class_ &= bpi_session_grain[g->kind].class_;
  if (!bpi_session_grain[g->kind].label) seen.label = 0;
  return seen;
}

static int add_seen(void *user, const rollup_cell *cell) {
  grain_sum *g = user;
  rollup_cell seen = seen_in(g, cell);
  if (g->like != 0) {
    const session_rows *one = rows_of(g, cell->session);
    ck_assert_uint_eq(one->count, 1);
    ck_assert_int_eq(one->row[0].sources, rows_of(g, g->like)->row[0].sources);
  }
  return add_cell(&g->all, &seen);
}

static int take_seen(void *user, const rollup_cell *cell) {
  grain_sum *g = user;
  rollup_cell seen = seen_in(g, cell);
  return take_cell(&g->all, &seen);
}

static int set_like(void *user, int64_t session) {
  ((grain_sum *)user)->like = session;
  return 0;
}

static void compare_grain(store *s, rollup_kind kind, cell_grain grain) {
  bp_error *error = NULL;
  int64_t from = T0 / BPI_QUARTER + below(200) - 4, until = from + below(400);
  if (below(3) == 0) from = INT64_MIN;
  if (below(3) == 0) until = INT64_MAX;
  grain_sum g = {.s = s, .kind = kind, .grain = grain};
  const cell_reader to = {add_seen, set_like, &g};
  ck_assert_int_eq(bpi_read_cells(s, kind, grain, from, until, &to, &error), BP_OK);
  ck_assert_int_eq(g.like, 0);
  int rc = kind < ROLLUP_ATTEMPT ? bpi_cells_read(s, kind, from, until, take_seen, &g, &error)
                                 : bpi_tasks_read(s, kind, from, until, take_seen, &g, &error);
  ck_assert_int_eq(rc, BP_OK);
  for (size_t i = 0; i < g.all.count; i++)
    ck_assert_msg(bpi_cell_is_zero(&g.all.cell[i]), "a cell of kind %d in grain %d", kind, grain);
  bpi_cells_free(&g.all);
}

/* What is read is what the rows say, in any range. */
static void read_and_compare(store *s) {
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_read_begin_tasks(s, &error), BP_OK);
  for (rollup_kind kind = ROLLUP_RESPONSE; kind < ROLLUP_KINDS; kind++)
    for (cell_grain grain = GRAIN_CELL; grain < GRAINS; grain++)
      compare_grain(s, kind, grain);
  bpi_read_end(s);
}

#define DAYS "SELECT count(*) FROM day"

/* Reads by day, which packs behind it. */
static void pack_all(store *s, rollup_kind kind) {
  cells all = {0};
  const cell_reader to = {.cell = add_cell, .user = &all};
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_read_begin(s, &error), BP_OK);
  ck_assert_int_eq(bpi_read_cells(s, kind, GRAIN_DAY, INT64_MIN, INT64_MAX, &to, &error), BP_OK);
  bpi_read_end(s);
  bpi_cells_free(&all);
}

/* Days that only a session without any activity lies on are dropped with the others when another row of it is added. */
START_TEST(packed_days_of_what_was_only_told) {
  record told[] = {of_tier(RECORD_SPAN, 1, T0, TIER_TELEMETRY),
                   response(2, 2, T0 + 2 * DAY, 100, 9)};
  const record better = of_tier(RECORD_SESSION, 1, BPI_TIME_NONE, TIER_RECORD);
  told[0].u.span = (span_record){5, 7, 1};
  store *s = memory_store();
  s->worth_packing = 1;
  apply_records(s, told, 2);
  pack_all(s, ROLLUP_SPAN);
  ck_assert_int_gt(number(s, DAYS), 0);
  apply_records(s, &better, 1);
  ck_assert_int_eq(number(s, DAYS), 0);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* A session's tasks stand under the first of its rows, also under one that told of nothing. */
START_TEST(tasks_move_to_a_better_row) {
  const record told = of_tier(RECORD_PROMPT, 1, T0, TIER_HOOK);
  const record better = of_tier(RECORD_SESSION, 1, BPI_TIME_NONE, TIER_RECORD);
  store *s = memory_store();
  apply_records(s, &told, 1);
  ck_assert_int_eq(bpi_tasks_refresh(s, NULL), BP_OK);
  ck_assert_int_eq(number(s, "SELECT session.tier FROM task JOIN session ON session = session.id"),
                   TIER_HOOK);
  apply_records(s, &better, 1);
  ck_assert(verified(s));
  ck_assert_int_eq(bpi_tasks_refresh(s, NULL), BP_OK);
  ck_assert_int_eq(number(s, "SELECT session.tier FROM task JOIN session ON session = session.id"),
                   TIER_RECORD);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

static int pass_cell(void *user, const rollup_cell *cell) {
  (void)user, (void)cell;
  return 0;
}

/* What is no number of its vocabulary is not shifted into classes, nor taken for a place in a table of patterns. */
START_TEST(tasks_may_be_damaged) {
  static const char *const damages[] = {"type = 1 << 40",     "outcome = -1",  "size = 8",
                                        "features = 32",      "category = 16", "path = x'ff030404'",
                                        "path = x'14141414'", "path = x'03f4'"};
  for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
    store *s = memory_store();
    const record r[] = {prompt(1, T0, 1), of_tier(RECORD_TOOL_USE, 2, T0 + 1, TIER_RECORD)};
    char text[120];
    apply_records(s, r, 2);
    ck_assert_int_eq(bpi_tasks_refresh(s, NULL), BP_OK);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM task"), 1);
    snprintf(text, sizeof text, "UPDATE task SET %s", damages[i]);
    execute(s, "PRAGMA ignore_check_constraints = ON");
    execute(s, text);
    for (rollup_kind kind = ROLLUP_TASK; kind < ROLLUP_KINDS; kind++) {
      bp_error *error = NULL;
      int rc = bpi_tasks_read(s, kind, INT64_MIN, INT64_MAX, pass_cell, NULL, &error);
      ck_assert_msg(rc == BP_ERR_CORRUPT, "%s: %d", damages[i], rc);
      ck_assert_int_eq(bpi_error_code(error), BP_ERR_CORRUPT);
      bpi_error_free(error);
    }
    ck_assert(!verified(s));
    bpi_store_close(s);
  }
}
END_TEST

START_TEST(packed_days_are_what_rows_say) {
  int64_t most = 0;
  for (int round = 0; round < 12; round++) {
    store *s = memory_store();
    s->worth_packing = 1;
    for (int step = 0; step < 40; step++) {
      record r[12];
      size_t count = 1 + (size_t)below(12);
      for (size_t i = 0; i < count; i++)
        r[i] = random_record();
      apply_records(s, r, count);
      ck_assert(verified(s)); /* a day that changed is packed no more */
      read_and_compare(s);
      int64_t packed = number(s, DAYS);
      if (packed > most) most = packed;
      ck_assert_int_eq(number(s, "SELECT count(*) FROM day WHERE (id & 0xffffffff) >= "
                                 "(SELECT max(quarter) / 96 FROM cell)"),
                       0);
      ck_assert(verified(s));
    }
    erase_session(s, 1);
    ck_assert_int_eq(number(s, DAYS), 0);
    bpi_store_close(s);
  }
  ck_assert_int_gt(most, 10); /* of one day all kinds but those that random records lack */
}
END_TEST

START_TEST(packed_days_may_be_damaged) {
  static const char *const damage[] = {"UPDATE day SET cells = substr(cells, 1, length(cells) - 1)",
                                       "UPDATE day SET cells = x'ffff80'",
                                       "UPDATE day SET cells = x'00'",
                                       "UPDATE day SET cells = x'0300'"};
  const record r[] = {response(1, 1, T0, 100, 1), response(2, 2, T0 + 2 * DAY, 100, 1)};
  for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
    store *s = memory_store();
    bp_error *error = NULL;
    cells all = {0};
    s->worth_packing = 1;
    apply_records(s, r, 2);
    pack_all(s, ROLLUP_RESPONSE);
    ck_assert(verified(s));
    sql(s, damage[i]);
    ck_assert(!verified(s));
    ck_assert_int_eq(bpi_read_begin(s, &error), BP_OK);
    const cell_reader to = {.cell = add_cell, .user = &all};
    int rc = bpi_read_cells(s, ROLLUP_RESPONSE, GRAIN_DAY, INT64_MIN, INT64_MAX, &to, &error);
    ck_assert_int_eq(rc, BP_ERR_CORRUPT);
    bp_error_free(error);
    bpi_read_end(s);
    bpi_cells_free(&all);
    bpi_store_close(s);
  }
}
END_TEST

/* Of a time in which hardly a day has cells, only those are looked at. */
START_TEST(packed_days_far_apart) {
  const record r[] = {response(1, 1, T0, 100, 1), response(2, 2, T0 + 2 * DAY, 100, 1),
                      response(3, 3, BPI_TIME_LAST, 100, 1)};
  store *s = memory_store();
  s->worth_packing = 1;
  apply_records(s, r, 3);
  pack_all(s, ROLLUP_RESPONSE);
  ck_assert_int_eq(number(s, DAYS), 2);
  ck_assert_int_lt(sqlite3_stmt_status(s->statement[SQL_DAYS], SQLITE_STMTSTATUS_RUN, 0), 20);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* A packed day of a kind or grain that there is not; nobody looks it up in a table. */
START_TEST(packed_days_of_no_kind) {
  for (int64_t grain = 0; grain <= GRAINS; grain += GRAIN_SESSION)
    for (int64_t kind = 0; kind < 256; kind += ROLLUP_KINDS) {
      const record r[] = {prompt(1, T0, 1), response(2, 2, T0, 100, 1)};
      store *s = memory_store();
      char text[120];
      apply_records(s, r, 2);
      ck_assert_int_eq(bpi_tasks_refresh(s, NULL), BP_OK);
      snprintf(text, sizeof text, "INSERT INTO day VALUES (%lld << 40 | %lld << 32 | %lld, x'00')",
               (long long)grain, (long long)kind, (long long)(T0 / DAY));
      execute(s, text);
      ck_assert(!verified(s));
      bpi_store_close(s);
    }
}
END_TEST

/* Who cannot write reads rows. */
START_TEST(packing_is_not_waited_for) {
  const record r[] = {response(1, 1, T0, 100, 1), response(2, 2, T0 + 2 * DAY, 100, 1)};
  store *writer = open_store("days.db"), *reader = NULL;
  ck_assert_int_eq(try_open(&reader, "days.db", true, NULL, NULL), BP_OK);
  apply_records(writer, r, 2);
  reader->worth_packing = writer->worth_packing = 1;
  read_and_compare(reader);
  ck_assert_int_eq(number(writer, DAYS), 0);
  read_and_compare(writer);
  ck_assert_int_gt(number(writer, DAYS), 0);
  read_and_compare(reader);
  bpi_store_close(reader);
  bpi_store_close(writer);
}
END_TEST

/* The bytes of a number as SQLite writes it, or as its index of a log might, in a file. */
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

/* What an erasure looks for is found where it is: in the log, too, while a reader keeps it. */
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

/* Rows that all end alike: each is found where it lies, and no other. */
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
  ck_assert_int_ge(found, many); /* a page that was divided may still hold some twice */
  ck_assert_int_lt(found, many + many / 2);
  bpi_trace_free(&t);
  bpi_store_close(s);
}
END_TEST

/* Noting takes a few bytes for a row, however long it is. */
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

/* A table that nobody thought of when erasing would keep what is in it. */
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
       kind++) { /* and every label of a fact is a reference */
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

/* ----------------------------------------------------------------------------- all or nothing */

START_TEST(a_dry_run_stores_nothing) {
  record r[RECORDS];
  for (size_t i = 0; i < RECORDS; i++)
    r[i] = random_record();
  store *s = layered_store(3), *whole = memory_store();
  apply_records(s, r, RECORDS / 2);
  char *before = dump(s);
  batch *b = bpi_batch_new();
  apply_counts dry = {0}, wet = {0};
  bp_error *error = NULL;
  for (size_t i = 0; i < RECORDS; i++)
    put(b, r[i]);
  ck_assert_int_eq(bpi_store_apply(s, b, T0, false, &dry, &error), BP_OK);
  assert_dump(s, before, "dry");
  for (size_t i = 0; i < RECORDS; i++)
    put(b, r[i]); /* the numbers it gave out are forgotten */
  wet = apply(s, b);
  ck_assert_mem_eq(&dry, &wet, sizeof dry);
  apply_records(whole, r, RECORDS);
  char *want = dump(whole);
  assert_dump(s, want, "after a dry run");
  bpi_free(before);
  bpi_free(want);
  bpi_batch_free(b);
  bpi_store_close(whole);
  bpi_store_close(s);
}
END_TEST

/* Whatever fails on the way: the store is as before, the batch is spent, the next one is stored. */
START_TEST(a_failure_stores_nothing) {
  record r[60];
  for (size_t i = 0; i < 60; i++)
    r[i] = random_record();
  store *s = layered_store(2);
  apply_records(s, r, 30);
  char *before = dump(s);
  int rc = BP_ERR_NOMEM;
  for (long after = 0; rc != BP_OK; after++) {
    batch *b = bpi_batch_new();
    apply_counts counts = {0};
    bp_error *error = NULL;
    for (size_t i = 0; i < 60; i++)
      put(b, r[i]);
    bpi_mem_fail_after(after);
    rc = bpi_store_apply(s, b, T0, true, &counts, &error);
    bpi_mem_fail_after(-1);
    if (rc != BP_OK) {
      ck_assert_int_eq(rc, BP_ERR_NOMEM);
      ck_assert_uint_eq(counts.stored + counts.updated + counts.duplicate, 0);
      ck_assert(sqlite3_get_autocommit(s->db));
      assert_dump(s, before, "without memory");
      bpi_error_free(error);
      error = NULL;
      ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_NOMEM);
    }
    bpi_error_free(error);
    bpi_batch_free(b);
  }
  store *whole = memory_store();
  apply_records(whole, r, 60);
  char *want = dump(whole);
  assert_dump(s, want, "when there was memory");
  ck_assert(verified(s));
  bpi_free(before);
  bpi_free(want);
  bpi_store_close(whole);
  bpi_store_close(s);
}
END_TEST

/* One allocation alone fails: the batch fails, or what is known of its layers was all that it was for. */
START_TEST(layers_without_memory) {
  record r[60];
  random_records(r, 60, 8);
  store *whole = memory_store();
  apply_records(whole, r, 60);
  char *want = dump(whole);
  int stored = 0, failed = 0;
  for (long after = 0; after < 200; after++) {
    store *s = layered_store(2);
    apply_counts counts = {0};
    bp_error *error = NULL;
    apply_records(s, r, 20);
    batch *b = bpi_batch_new();
    for (size_t i = 10; i < 40; i++)
      put(b, r[i]);
    bpi_mem_fail_once(after);
    int rc = bpi_store_apply(s, b, T0, true, &counts, &error);
    bpi_mem_fail_after(-1);
    ck_assert(rc == BP_OK || rc == BP_ERR_NOMEM);
    stored += rc == BP_OK;
    failed += rc != BP_OK;
    apply_records(s, r, 60);
    assert_dump(s, want, "without an allocation");
    bpi_error_free(error);
    bpi_batch_free(b);
    bpi_store_close(s);
  }
  ck_assert_int_gt(stored, 0);
  ck_assert_int_gt(failed, 0);
  bpi_free(want);
  bpi_store_close(whole);
}
END_TEST

START_TEST(an_interrupt_stores_nothing) {
  store *s = memory_store();
  const record r = prompt(1, T0, 1);
  batch *b = bpi_batch_new();
  apply_counts counts = {0};
  bp_error *error = NULL;
  put(b, r);
  bpi_store_interrupt(s);
  ck_assert(bpi_store_interrupted(s));
  ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_CANCELLED);
  ck_assert_int_eq(bpi_error_code(error), BP_ERR_CANCELLED);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM prompt"), 0);
  bpi_error_free(error);
  bpi_store_clear_interrupt(s);
  ck_assert_uint_eq(apply_records(s, &r, 1).stored, 1);
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

START_TEST(somebody_else_is_writing) {
  store *s = open_store("busy.db"), *other = open_store("busy.db");
  const record r = prompt(1, T0, 1);
  batch *b = bpi_batch_new();
  apply_counts counts = {0};
  bp_error *error = NULL;
  put(b, r);
  sql(other, "BEGIN IMMEDIATE");
  bpi_sql_wait(s, s->db, 20);
  ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_BUSY);
  sql(other, "ROLLBACK");
  bpi_error_free(error);
  ck_assert_uint_eq(apply_records(s, &r, 1).stored, 1);
  ck_assert_int_eq(number(other, "SELECT count(*) FROM prompt"), 1);
  bpi_batch_free(b);
  bpi_store_close(s);
  bpi_store_close(other);
}
END_TEST

START_TEST(read_only_stores_take_nothing) {
  store *s = open_store("readonly.db");
  const record r = prompt(1, T0, 1);
  apply_records(s, &r, 1);
  bpi_store_close(s);
  ck_assert_int_eq(try_open(&s, "readonly.db", true, NULL, NULL), BP_OK);
  ck_assert(bpi_store_read_only(s));
  batch *b = bpi_batch_new();
  apply_counts counts = {0};
  bp_error *error = NULL;
  put(b, prompt(2, T0, 1));
  ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_READONLY);
  bpi_error_free(error);
  ck_assert(verified(s));
  ck_assert_int_eq(number(s, "SELECT count(*) FROM prompt"), 1);
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

/* ------------------------------------------------------------------------- names, files, rejects */

/* A name that was not kept at first is filled in when it is kept. */
START_TEST(names_are_filled_in) {
  store *s = memory_store();
  const ident key = {5, 6};
  for (int round = 0; round < 3; round++) {
    batch *b = bpi_batch_new();
    const fact_sink sink = bpi_batch_sink(b);
    record r = new_record(RECORD_TOOL_USE, 1, T0, 1);
    r.u.use.tool =
        sink.label(sink.self, LABEL_TOOL, key, round == 1 ? "Bash" : NULL, round == 1 ? 4 : 0);
    ck_assert_int_eq(sink.put(sink.self, &r), BP_OK);
    apply(s, b);
    bpi_batch_free(b);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM label"), 1);
    ck_assert_int_eq(number(s, "SELECT text IS 'Bash' FROM label"), round > 0);
  }
  bpi_store_close(s);
}
END_TEST

static void take_file(void *files, size_t at, const file_state *known) {
  ((file_state *)files)[at] = *known;
}

START_TEST(files_and_rejects) {
  store *s = memory_store();
  const ident key = {11, 12};
  file_state state = {.key = key,
                      .source = 2,
                      .device = 3,
                      .inode = -4,
                      .size = 5,
                      .modified_ns = 6,
                      .position = 7,
                      .line = 8,
                      .tail = -9,
                      .records = 10,
                      .restarted = true},
             got;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_store_file(s, key, &got, &error), BP_ERR_NOTFOUND);
  ck_assert_ptr_null(error);
  state.memory[0] = INT64_MIN;
  state.memory[23] = 1;
  batch *b = bpi_batch_new();
  bpi_batch_file(b, &state);
  state.position = 70;
  bpi_batch_file(b, &state); /* still the same file */
  bpi_batch_reject(b, key, REJECT_SYNTAX, 3, 33);
  bpi_batch_reject(b, key, REJECT_SYNTAX, 3, 33);
  bpi_batch_reject(b, key, REJECT_UTF8, 3, 33);
  bpi_batch_reject(b, (ident){1, 1}, REJECT_UTF8, 3, 33); /* of no file that is known */
  apply(s, b);
  ck_assert_int_eq(bpi_store_file(s, key, &got, &error), BP_OK);
  ck_assert_int_eq(got.id, 1);
  ck_assert_int_eq(got.position, 70);
  ck_assert(got.source == 2 && got.device == 3 && got.inode == -4 && got.size == 5 &&
            got.modified_ns == 6 && got.line == 8 && got.tail == -9 && got.records == 10 &&
            !got.restarted);
  ck_assert_mem_eq(got.memory, state.memory, sizeof got.memory);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM reject"), 2);
  const ident keys[] = {{11, 13}, {12, 12}, key, {1, 1}};
  file_state many[4] = {{0}};
  ck_assert_int_eq(bpi_store_files(s, keys, 4, take_file, many, &error), BP_OK);
  ck_assert(many[0].id == 0 && many[1].id == 0 && many[3].id == 0);
  ck_assert(many[2].id == 1 && many[2].key.lo == 12 && many[2].position == 70);
  ck_assert_mem_eq(many[2].memory, got.memory, sizeof got.memory);

  state.restarted = false; /* the file grew: what was refused before still is */
  memset(state.memory, 0, sizeof state.memory);
  bpi_batch_file(b, &state);
  bpi_batch_reject(b, key, REJECT_DEPTH, 4, 44);
  apply(s, b);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM reject"), 3);
  ck_assert_int_eq(number(s, "SELECT memory IS NULL FROM file"), 1);

  state.restarted = true; /* it was written anew */
  bpi_batch_file(b, &state);
  bpi_batch_reject(b, key, REJECT_DEPTH, 9, 99);
  apply(s, b);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM reject"), 1);
  ck_assert_int_eq(number(s, "SELECT byte FROM reject"), 99);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM file"), 1);
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

/* ----------------------------------------------------------------------------------- checking */

/* The check must see every kind of damage, or it is none. */
START_TEST(verify_sees_damage) {
  static const char *const damages[] = {
      "UPDATE cell SET n = n + 1 WHERE kind = 1",
      "UPDATE cell SET m1 = m1 - 1 WHERE kind = 1",
      "UPDATE cell SET quarter = quarter + 1 WHERE kind = 4",
      "UPDATE cell SET m0 = m0 + 1 WHERE kind = 6",
      "DELETE FROM cell WHERE kind = 6",
      "UPDATE rollup SET first = first - 96 WHERE id = (SELECT min(id) FROM rollup)",
      "UPDATE rollup SET last = last + 96 WHERE id = (SELECT max(id) FROM rollup)",
      "UPDATE rollup SET count = count + 1",
      "INSERT INTO cell VALUES (9, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
      "DELETE FROM prompt",
      "UPDATE response SET output = output + 1",
      "UPDATE prompt SET time = time + 2 WHERE id = (SELECT min(id) FROM prompt)",
      "DELETE FROM run",
      "UPDATE run SET end_us = end_us + 1",
      "INSERT INTO run VALUES (1, 5, 6)",
      "UPDATE session SET first_us = first_us - 1",
      "UPDATE session SET last_us = NULL",
      "DELETE FROM session WHERE id = 1",
  };
  for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
    store *s = memory_store();
    const record r[] = {response(1, 1, T0, 5, 1), prompt(3, T0 + MINUTE, 1),
                        prompt(5, T0 + 60 * MINUTE, 1)};
    apply_records(s, r, 3);
    ck_assert(verified(s));
    sql(s, damages[i]);
    ck_assert_msg(!verified(s), "%s", damages[i]);
    bpi_store_close(s);
  }
}
END_TEST

/* The columns of a table against the names that C has for them. */
static void check_columns(store *s, fact_kind kind) {
  const fact_type *t = &bpi_fact_types[kind];
  const fact_form *form = &bpi_fact_forms[kind];
  char text[120];
  snprintf(text, sizeof text, "SELECT name, type FROM pragma_table_xinfo('%s')", t->table);
  sqlite3_stmt *get = NULL;
  ck_assert_int_eq(sqlite3_prepare_v2(s->db, text, -1, &get, NULL), SQLITE_OK);
  for (int i = -2; i < form->columns; i++) {
    ck_assert_int_eq(sqlite3_step(get), SQLITE_ROW);
    const char *name = i == -2 ? "id" : i == -1 ? "k2" : form->column[i].name;
    ck_assert_str_eq((const char *)sqlite3_column_text(get, 0), name);
    ck_assert_str_eq((const char *)sqlite3_column_text(get, 1), "INTEGER");
  }
  ck_assert_int_eq(sqlite3_step(get), SQLITE_DONE);
  sqlite3_finalize(get);
  ck_assert_uint_eq(bpi_fact_words(kind), (size_t)t->columns + 2);
  ck_assert_uint_le(bpi_fact_words(kind), FACT_WORDS_MAX);
  ck_assert_int_le(bpi_stored_words(kind), STORED_WORDS_MAX);
  ck_assert_uint_eq(strlen(t->roles), (size_t)t->columns);
}

/* The schema is written down in SQL and once more in form.c. */
START_TEST(schema_is_what_forms_say) {
  store *s = memory_store();
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++)
    check_columns(s, kind);
  ck_assert_int_eq(
      number(s,
             "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%STRICT%'"),
      0);
  bpi_store_close(s);
}
END_TEST

/* How wide what comes from a vocabulary is; 0: it is not. */
static int width_of(fact_kind kind, const char *name) {
  static const struct {
    const char *name;
    int bits;
  } widths[] = {{"flags", 11},   {"features", 5}, {"mode", 3},           {"traits", 12},
                {"category", 4}, {"program", 4},  {"outcome", 4},        {"language", 8},
                {"failure", 4},  {"decision", 3}, {"event", 5},          {"detail", 5},
                {"change", 2},   {"type", 3},     {"result_language", 8}};
  for (size_t i = 0; kind != FACT_SPAN && i < sizeof widths / sizeof *widths; i++)
    if (strcmp(widths[i].name, name) == 0) return widths[i].bits;
  return 0;
}

/* A word as it might be; times in every relation to each other and to the millisecond. */
static int64_t some_word(fact_kind kind, int word) {
  const char *name = bpi_fact_types[kind].names[word];
  int bits = width_of(kind, name);
  if (bits > 0) return below(INT64_C(1) << bits);
  if (strcmp(name, "time_us") == 0 || strcmp(name, "result_us") == 0) {
    static const int64_t times[] = {FACT_NONE, 0, 1, 999, -1, -1000, T0, T0 + 1, T0 + 1000};
    return times[below(sizeof times / sizeof *times)];
  }
  return strcmp(name, "assisted") == 0 ? below(2) : below(INT64_C(1) << below(40));
}

/* Asks for all words of a table's rows, as words.sql computes them. */
static sqlite3_stmt *ask_words(store *s, fact_kind kind) {
  const fact_type *t = &bpi_fact_types[kind];
  sqlite3_stmt *get = NULL;
  buf text;
  bpi_buf_init(&text, 4096);
  for (int i = 0; i < t->columns; i++)
    bpi_buf_printf(&text, "%s%s", i == 0 ? "SELECT " : ", ", t->names[i]);
  bpi_buf_printf(&text, " FROM %s_words", t->table);
  ck_assert_int_eq(text.failed, 0);
  ck_assert_int_eq(sqlite3_prepare_v2(s->db, text.data, -1, &get, NULL), SQLITE_OK);
  bpi_buf_free(&text);
  return get;
}

static void random_fact(int64_t *fact, fact_kind kind) {
  fact[0] = 7;
  fact[1] = below(1000);
  for (int i = 0; i < bpi_fact_types[kind].columns; i++)
    fact[i + 2] = some_word(kind, i);
}

static void store_row(store *s, fact_kind kind, int64_t *row) {
  int64_t *rows[] = {row};
  const bulk all = {1, rows, bpi_bulk_word};
  bp_error *error = NULL;
  store_statement insert = (store_statement)(SQL_FACTS_INSERT + (int)kind);
  ck_assert_int_eq(bpi_bulk_run(s, insert, &all, &error), BP_OK);
}

/* What is stored comes back, and what SQL computes of it, in words.sql, is the same. */
static void check_form(store *s, fact_kind kind) {
  const fact_type *t = &bpi_fact_types[kind];
  sqlite3_stmt *get = ask_words(s, kind);
  char clear[80];
  snprintf(clear, sizeof clear, "DELETE FROM %s", t->table);
  for (int round = 0; round < 300; round++) {
    int64_t fact[FACT_WORDS_MAX], again[FACT_WORDS_MAX], row[STORED_WORDS_MAX];
    random_fact(fact, kind);
    bpi_form_store(kind, row, fact);
    bpi_form_load(kind, again, row);
    ck_assert_mem_eq(again, fact, bpi_fact_words(kind) * sizeof *fact);
    store_row(s, kind, row);
    ck_assert_int_eq(sqlite3_step(get), SQLITE_ROW);
    for (int i = 0; i < t->columns; i++) {
      bool none = sqlite3_column_type(get, i) == SQLITE_NULL;
      if (none ? fact[i + 2] != FACT_NONE
               : fact[i + 2] == FACT_NONE || sqlite3_column_int64(get, i) != fact[i + 2])
        ck_abort_msg("%s.%s", t->table, t->names[i]);
    }
    sqlite3_reset(get);
    execute(s, clear);
  }
  sqlite3_finalize(get);
}

START_TEST(forms_keep_every_word) {
  store *s = memory_store();
  execute(s, SQL_WORDS);
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++)
    check_form(s, kind);
  bpi_store_close(s);
}
END_TEST

/* Whatever a damaged row says, what is made of it can be added up and subtracted. */
START_TEST(forms_bear_any_row) {
  static const int64_t values[] = {
      INT64_MAX, INT64_MAX - 1, INT64_MIN + 1, INT64_MIN + 2, INT64_C(20000000000000000), -1};
  const int64_t most = INT64_C(1) << 60;
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++)
    for (int round = 0; round < 200; round++) {
      int64_t row[STORED_WORDS_MAX], fact[FACT_WORDS_MAX];
      for (int i = 0; i < STORED_WORDS_MAX; i++)
        row[i] = values[below(sizeof values / sizeof *values)];
      bpi_form_load(kind, fact, row);
      for (int i = 0; i < bpi_fact_types[kind].columns; i++)
        ck_assert(fact[i + 2] >= -most && fact[i + 2] <= most);
      bool late = row[2] > 0; /* the first column is the time of all kinds */
      ck_assert(late ? fact[2] > T0 : fact[2] < 0);
    }
}
END_TEST

/* Every word of what a reader keeps, whichever of them are 0. */
START_TEST(memories_keep_every_word) {
  for (int round = 0; round < 1000; round++) {
    int64_t words[FILE_MEMORY], again[FILE_MEMORY];
    unsigned char bytes[MEMORY_BYTES_MAX];
    for (int i = 0; i < FILE_MEMORY; i++) {
      int64_t shift = below(2);
      words[i] = below(4) == 0 ? (int64_t)((uint64_t)below(INT64_MAX) << shift) : 0;
    }
    size_t length = bpi_memory_store(bytes, words);
    bpi_memory_load(again, bytes, length);
    ck_assert_mem_eq(again, words, sizeof words);
    bpi_memory_load(again, bytes, length / 2); /* what does not fit is no reason to read beyond */
  }
}
END_TEST

/* ------------------------------------------------------------------------------------ opening */

static int mode_of(const char *name) {
  struct stat st;
  return stat(path_of(name), &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static void write_file(const char *name, const void *data, size_t length) {
  FILE *f = fopen(path_of(name), "wb");
  ck_assert_ptr_nonnull(f);
  ck_assert_uint_eq(fwrite(data, 1, length, f), length);
  ck_assert_int_eq(fclose(f), 0);
}

static void copy_file(const char *from, const char *to) {
  size_t length;
  char *data = read_file(from, &length);
  write_file(to, data, length);
  bpi_free(data);
}

START_TEST(stores_are_private_and_last) {
  umask(0);
  store *s = open_store("new.db");
  ck_assert_int_eq(mode_of("new.db"), 0600);
  ck_assert_int_eq(mode_of("new.db.key"), 0600);
  ck_assert_int_eq(mode_of("new.db-wal"), 0600);
  ck_assert_int_eq(number(s, "PRAGMA secure_delete"), 1);
  ck_assert_int_eq(number(s, "PRAGMA synchronous"), 1);
  ck_assert_int_eq(number(s, "SELECT value FROM meta WHERE name = 'created_us'"), T0);
  hash_key key = *bpi_store_key(s);
  const record r = prompt(1, T0, 1);
  apply_records(s, &r, 1);
  char *want = dump(s);
  bpi_store_close(s);
  ck_assert_int_eq(mode_of("new.db-wal"), -1); /* all is in one file */
  s = open_store("new.db");
  assert_dump(s, want, "opened again");
  ck_assert_mem_eq(&key, bpi_store_key(s), sizeof key);
  bpi_free(want);
  bpi_store_close(s);
  bpi_store_close(NULL);

  write_file("empty.db", "", 0); /* an empty file is a store to be; it becomes private first */
  ck_assert_int_eq(mode_of("empty.db"), 0666);
  bpi_store_close(open_store("empty.db"));
  ck_assert_int_eq(mode_of("empty.db"), 0600);
}
END_TEST

/* A process that was killed leaves a write-ahead log: it is part of the store. */
START_TEST(logs_left_behind_are_read) {
  store *s = open_store("killed.db");
  const record r = prompt(1, T0, 1);
  apply_records(s, &r, 1);
  copy_file("killed.db", "left.db");
  copy_file("killed.db-wal", "left.db-wal");
  copy_file("killed.db.key", "left.db.key");
  bpi_store_close(s);
  s = open_store("left.db");
  ck_assert_int_eq(number(s, "SELECT count(*) FROM prompt"), 1);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

START_TEST(what_is_no_store_is_left_alone) {
  store *s = NULL;
  char detail[128];
  sqlite3 *db = NULL;
  ck_assert_int_eq(try_open(&s, ".", false, NULL, detail), BP_ERR_INVALID);
  ck_assert_int_eq(try_open(&s, "no/where.db", false, NULL, NULL), BP_ERR_NOTFOUND);
  ck_assert_int_eq(try_open(&s, "missing.db", true, NULL, detail), BP_ERR_NOTFOUND);
  ck_assert_str_eq(detail, path_of("missing.db"));
  ck_assert_int_eq(mode_of("missing.db"), -1);
  ck_assert_int_eq(mkfifo(path_of("pipe"), 0600), 0);
  ck_assert_int_eq(try_open(&s, "pipe", false, NULL, NULL), BP_ERR_INVALID);

  static char text[5000];
  memset(text, 'x', sizeof text);
  write_file("text.db", text, sizeof text);
  ck_assert_int_eq(try_open(&s, "text.db", false, NULL, NULL), BP_ERR_CORRUPT);
  ck_assert_int_eq(try_open(&s, "text.db", true, NULL, NULL), BP_ERR_CORRUPT);
  write_file("short.db", "xy", 2);
  ck_assert_int_eq(try_open(&s, "short.db", false, NULL, NULL), BP_ERR_CORRUPT);

  ck_assert_int_eq(sqlite3_open(path_of("other.db"), &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, "CREATE TABLE theirs (x)", NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
  size_t length, still;
  char *before = read_file("other.db", &length);
  ck_assert_int_eq(try_open(&s, "other.db", false, NULL, NULL), BP_ERR_CORRUPT);
  char *after = read_file("other.db", &still);
  ck_assert_uint_eq(still, length);
  ck_assert_mem_eq(after, before, length);
  bpi_free(before);
  bpi_free(after);
  ck_assert_int_eq(mode_of("other.db.key"), -1);
}
END_TEST

START_TEST(versions_are_looked_at) {
  store *s = open_store("version.db");
  sql(s, "PRAGMA user_version = 99");
  bpi_store_close(s);
  ck_assert_int_eq(try_open(&s, "version.db", false, NULL, NULL), BP_ERR_SCHEMA);
  ck_assert_int_eq(try_open(&s, "version.db", true, NULL, NULL), BP_ERR_SCHEMA);
  sqlite3 *db = NULL;
  sqlite3_open(path_of("version.db"), &db);
  sqlite3_exec(db, "PRAGMA user_version = -1", NULL, NULL, NULL);
  ck_assert_int_eq(try_open(&s, "version.db", false, NULL, NULL), BP_ERR_CORRUPT);
  sqlite3_exec(db, "PRAGMA user_version = 1; DROP TABLE prompt", NULL, NULL, NULL);
  sqlite3_close(db);
  s = open_store("version.db");
  batch *b = bpi_batch_new();
  apply_counts counts = {0};
  bp_error *error = NULL;
  put(b, prompt(1, T0, 1));
  ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_CORRUPT);
  bpi_error_free(error);
  bpi_batch_free(b);
  bpi_store_close(s);

  /* A store that is still empty is for a writer to make. */
  write_file("zero.db", "", 0);
  ck_assert_int_eq(try_open(&s, "zero.db", true, NULL, NULL), BP_ERR_READONLY);
}
END_TEST

START_TEST(keys) {
  char detail[128];
  store *s = open_store("key.db");
  hash_key key = *bpi_store_key(s);
  bpi_store_close(s);
  bpi_store_close(open_store("stranger.db"));

  ck_assert_int_eq(rename(path_of("key.db.key"), path_of("away")), 0);
  ck_assert_int_eq(try_open(&s, "key.db", false, NULL, detail), BP_ERR_NOTFOUND);
  ck_assert_str_eq(detail, path_of("key.db.key"));
  ck_assert_int_eq(try_open(&s, "key.db", true, NULL, NULL), BP_OK); /* reading needs no key */
  bpi_store_close(s);
  ck_assert_int_eq(mode_of("key.db.key"), -1);

  ck_assert_int_eq(try_open(&s, "key.db", false, path_of("away"), NULL), BP_OK);
  ck_assert_mem_eq(&key, bpi_store_key(s), sizeof key);
  bpi_store_close(s);
  ck_assert_int_eq(try_open(&s, "key.db", false, path_of("stranger.db.key"), NULL), BP_ERR_INVALID);
  ck_assert_int_eq(try_open(&s, "key.db", true, path_of("stranger.db.key"), NULL), BP_ERR_INVALID);

  unsigned char bytes[40] = {0};
  write_file("key.db.key", bytes, 31);
  ck_assert_int_eq(try_open(&s, "key.db", false, NULL, detail), BP_ERR_FORMAT);
  ck_assert_str_eq(detail, path_of("key.db.key"));
  write_file("key.db.key", bytes, 33);
  ck_assert_int_eq(try_open(&s, "key.db", false, NULL, NULL), BP_ERR_FORMAT);
  write_file("key.db.key", bytes, 32);
  ck_assert_int_eq(try_open(&s, "key.db", false, NULL, NULL), BP_ERR_INVALID);

  const store_options options = {.in_memory = true, .key_path = path_of("away")};
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_store_open(&s, NULL, &options, &error), BP_OK);
  ck_assert_mem_eq(&key, bpi_store_key(s), sizeof key);
  bpi_store_close(s);
}
END_TEST

START_TEST(settings) {
  store *s = open_store("settings.db");
  bp_error *error = NULL;
  int64_t value = 0;
  ck_assert_int_eq(bpi_store_setting(s, "x", 7, &value, &error), BP_OK);
  ck_assert_int_eq(value, 7);
  ck_assert_int_eq(bpi_store_set_setting(s, "x", -1, &error), BP_OK);
  ck_assert_int_eq(bpi_store_set_setting(s, "x", INT64_MIN, &error), BP_OK);
  bpi_store_close(s);
  s = open_store("settings.db");
  ck_assert_int_eq(bpi_store_setting(s, "x", 7, &value, &error), BP_OK);
  ck_assert_int_eq(value, INT64_MIN);
  ck_assert_ptr_null(error);
  sql(s, "DROP TABLE meta");
  bpi_store_close(s);
  ck_assert_int_eq(try_open(&s, "settings.db", false, NULL, NULL), BP_ERR_CORRUPT);
}
END_TEST

/* Processes that find no store make it together; each must come out with the same key. */
START_TEST(many_make_one_store) {
  enum { MAKERS = 6, ROUNDS = 15 };
  for (int round = 0; round < ROUNDS; round++) {
    char name[32];
    int gate[2];
    pid_t pids[MAKERS];
    snprintf(name, sizeof name, "many%d.db", round);
    ck_assert_int_eq(pipe(gate), 0);
    for (int i = 0; i < MAKERS; i++)
      if ((pids[i] = fork()) == 0) {
        char unused;
        store *s = NULL;
        const store_options options = {.now_us = T0};
        bp_error *error = NULL;
        close(gate[1]);
        if (read(gate[0], &unused, 1) != 0) _exit(100); /* all start when the gate is closed */
        int rc = bpi_store_open(&s, path_of(name), &options, &error);
        bpi_store_close(s);
        bpi_error_free(error);
        _exit(-rc);
      }
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < MAKERS; i++) {
      int status = -1;
      ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
      ck_assert_msg(status == 0, "round %d: status %d", round, status);
    }
    bpi_store_close(open_store(name));
  }
}
END_TEST

/* ------------------------------------------------------------------------------------ reading */

/* ---------------------------------------------------------------------------------- tiers */

/* A transcript, hooks and telemetry of one session. The prompt has another identifier in each; the
 * tool call has the same one in all. Only the hooks tell of a decision, only the sums of a span. */
static const record_tier sights[] = {TIER_RECORD, TIER_HOOK, TIER_TELEMETRY, TIER_TOTAL};

static size_t sight(record *out, record_tier tier) {
  size_t n = 0;
  int64_t late = T0 + (int64_t)tier * MINUTE;
  uint64_t key = 100 * ((uint64_t)tier + 1);
  if (tier == TIER_TOTAL) {
    out[n] = of_tier(RECORD_RESPONSE, key, late, tier);
    out[n++].u.response.output = 7;
    out[n++] = of_tier(RECORD_SPAN, key, late, tier);
    return n;
  }
  out[n++] = of_tier(RECORD_PROMPT, key, late, tier);
  out[n++] = of_tier(RECORD_TOOL_USE, 7, late, tier);
  out[n] = of_tier(RECORD_TOOL_RESULT, 7, late + MINUTE, tier);
  out[n++].u.result.duration_us = 1 + (int64_t)tier;
  if (tier == TIER_HOOK) out[n++] = of_tier(RECORD_DECISION, key, late, tier);
  if (tier != TIER_HOOK) out[n++] = of_tier(RECORD_RESPONSE, key, late, tier);
  return n;
}

static int one_session(void *user, const session_rows *rows) {
  *(session_rows *)user = *rows;
  return 0;
}

/* By hand, what each row of the session counts: bits of `shadowed`. */
static void shadows_are(store *s, size_t count, const unsigned *shadowed, int64_t facts) {
  session_rows rows = {.count = 0};
  store_health h;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_read_sessions(s, one_session, &rows, &error), BP_OK);
  ck_assert_uint_eq(rows.count, count);
  for (size_t i = 0; i < count; i++)
    ck_assert_msg(rows.row[i].shadowed == shadowed[i], "row %zu: %#x", i, rows.row[i].shadowed);
  ck_assert_int_eq(bpi_read_health(s, true, &h, &error), BP_OK);
  ck_assert_int_eq(h.facts[FACT_KINDS], 1);
  ck_assert_int_eq(h.shadowed, facts);
}

START_TEST(better_rows_shadow) {
  enum {
    P = 1 << ROLLUP_PROMPT | 1 << ROLLUP_ATTEMPT | 1 << ROLLUP_TASK_COST | 1 << ROLLUP_TASK |
        1 << ROLLUP_USE | 1 << ROLLUP_PATTERN |
        1 << ROLLUP_TRANSITION, /* tasks are cut by prompts */

    R = 1 << ROLLUP_RESPONSE,
    A = 1 << ROLLUP_ACTIVE,
    S = 1 << ROLLUP_SPAN,
    D = 1 << ROLLUP_DECISION,
    T = 1 << ROLLUP_TOOL | 1 << ROLLUP_EDIT
  };
  static const unsigned all[] = {0, P | R | A | T | S, P | R | A | T | S | D,
                                 P | R | A | T | S | D};
  static const unsigned without_transcript[] = {0, P | A | T | S | D, P | R | A | T | S | D};
  for (int first = 0; first < 4; first++) { /* any order of arrival, in steps of one */
    store *s = memory_store();
    for (int i = 0; i < 4; i++) {
      record rows[8];
      apply_records(s, rows, sight(rows, sights[(first + i * 3) % 4]));
    }
    ck_assert(verified(s));
    /* The call has one row, the best; prompts of two tiers, responses of two and a span do not count. */
    shadows_are(s, 4, all, 5);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM tool_call"), 1);
    ck_assert_int_eq(number(s, "SELECT duration_us FROM tool_call"), 1);
    ck_assert_int_eq(
        number(s, "SELECT tier FROM session WHERE id = (SELECT session FROM tool_call)"), 0);
    bpi_store_close(s);
  }
  store *s = memory_store();
  for (size_t i = 4; i-- > 1;) {
    record rows[8];
    apply_records(s, rows, sight(rows, sights[i]));
  }
  shadows_are(s, 3, without_transcript, 3);
  bpi_store_close(s);
}
END_TEST

static int count_row(void *user, const rollup_cell *cell) {
  *(int64_t *)user += cell->n;
  return 0;
}

static int stop_at_once(void *user, const label_row *label) {
  ++*(int *)user;
  return label->text != NULL ? -77 : -78;
}

static int keep_session(void *user, const session_rows *rows) {
  *(session_row *)user = bpi_session_joined(rows);
  return 0;
}

START_TEST(reading) {
  store *s = memory_store();
  bp_error *error = NULL;
  int64_t first, last, dated = 0, all = 0;
  int calls = 0, ok = 0;
  ck_assert_int_eq(bpi_read_extent(s, &first, &last, &error), BP_OK);
  ck_assert(first == QUARTER_UNDATED && last == QUARTER_UNDATED);
  const record r[] = {prompt(1, T0, 1), prompt(3, BPI_TIME_NONE, 1), prompt(5, T0 + DAY, 1),
                      response(7, 1, T0, 1, 1)};
  apply_records(s, r, 4);

  ck_assert_int_eq(bpi_read_begin(s, &error), BP_OK);
  ck_assert_int_eq(bpi_read_extent(s, &first, &last, &error), BP_OK);
  ck_assert_int_eq(first, T0 / BPI_QUARTER);
  ck_assert_int_eq(last, (T0 + DAY) / BPI_QUARTER);
  bpi_read_rollup(s, ROLLUP_PROMPT, -5, INT64_MAX, count_row, &dated, &error);
  bpi_read_rollup(s, ROLLUP_PROMPT, INT64_MIN, INT64_MAX, count_row, &all, &error);
  ck_assert_int_eq(dated, 2);
  ck_assert_int_eq(all, 3);
  dated = 0;
  bpi_read_rollup(s, ROLLUP_PROMPT, T0 / BPI_QUARTER, (T0 + DAY) / BPI_QUARTER, count_row, &dated,
                  &error);
  ck_assert_int_eq(dated, 1); /* half open */
  ck_assert_int_eq(bpi_read_labels(s, stop_at_once, &calls, &error), -77);
  ck_assert_int_eq(bpi_read_labels_of(s, LABEL_MODEL, stop_at_once, &calls, &error), -77);
  ck_assert_int_eq(bpi_read_labels_of(s, LABEL_BRANCH, stop_at_once, &calls, &error), BP_OK);
  ck_assert_int_eq(calls, 2);

  label_row label;
  session_row one;
  session_rows same;
  char text[256];
  ck_assert_int_eq(bpi_read_label(s, 1, &label, text, &error), BP_OK);
  ck_assert_str_eq(label.text, "name1");
  ck_assert_int_eq(label.kind, LABEL_MODEL);
  ck_assert_int_eq(bpi_read_label(s, 2, &label, text, &error), BP_ERR_NOTFOUND);
  ck_assert_int_eq(bpi_read_sessions(s, keep_session, &one, &error), BP_OK);
  ck_assert_int_eq(bpi_read_session(s, one.id, &same, &error), BP_OK);
  ck_assert_uint_eq(same.count, 1);
  ck_assert_int_eq(same.row[0].first_us, T0);
  ck_assert_int_eq(same.row[0].last_us, T0 + DAY);
  ck_assert_int_eq(bpi_read_session(s, 99, &same, &error), BP_ERR_NOTFOUND);
  bpi_read_end(s);

  store_health h;
  ck_assert_int_eq(bpi_read_health(s, true, &h, &error), BP_OK);
  ck_assert(h.schema == 1 && h.facts[FACT_PROMPT] == 3 && h.facts[FACT_RESPONSE] == 1 &&
            h.facts[FACT_KINDS] == 1 && h.undated == 1 && h.last_ingest_us == T0 &&
            h.wal_bytes == 0 && h.file_bytes == h.pages * h.page_size);
  ck_assert_int_eq(bpi_read_integrity(s, &ok, &error), BP_OK);
  ck_assert_int_eq(ok, 1);
  ck_assert_ptr_null(error);
  bpi_store_close(s);
}
END_TEST

/* What SQLite itself refuses a connection that was restricted, whoever asks. */
START_TEST(restricted_connections_are_refused) {
  static const char *const refused[] = {"SELECT count(*) FROM session",
                                        "SELECT 1 FROM prompt",
                                        "SELECT file.hi FROM file JOIN label ON label.hi = file.hi",
                                        "INSERT INTO meta VALUES ('x', 1)",
                                        "DELETE FROM file",
                                        "CREATE TABLE x (y)",
                                        "CREATE TEMP TABLE x (y)",
                                        "ATTACH ':memory:' AS other",
                                        "PRAGMA query_only = OFF; INSERT INTO meta VALUES ('x', 1)",
                                        "PRAGMA journal_mode = DELETE"};
  static const char *const open[] = {"SELECT name, value FROM meta", "SELECT count(*) FROM file",
                                     "PRAGMA page_count", "BEGIN", "ROLLBACK"};
  store *s = open_store("restricted.db");
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_store_restrict(s, "meta file", &error), BP_OK);
  for (size_t i = 0; i < sizeof open / sizeof *open; i++)
    ck_assert_int_eq(sqlite3_exec(s->db, open[i], NULL, NULL, NULL), SQLITE_OK);
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    ck_assert_msg(sqlite3_exec(s->db, refused[i], NULL, NULL, NULL) == SQLITE_AUTH, "%s",
                  refused[i]);
  ck_assert_int_eq(bpi_store_set_setting(s, "x", 1, &error), BP_ERR_DENIED);
  bp_error_free(error);
  error = NULL;
  int most = sqlite3_limit(s->db, SQLITE_LIMIT_SQL_LENGTH, 1);
  ck_assert_int_ne(bpi_store_restrict(s, "*", &error), BP_OK); /* and it stays as it was */
  sqlite3_limit(s->db, SQLITE_LIMIT_SQL_LENGTH, most);
  bp_error_free(error);
  error = NULL;
  ck_assert_int_eq(sqlite3_exec(s->db, refused[0], NULL, NULL, NULL), SQLITE_AUTH);
  ck_assert_int_eq(sqlite3_exec(s->db, open[0], NULL, NULL, NULL), SQLITE_OK);
  ck_assert_int_eq(bpi_store_restrict(s, "", &error), BP_OK);
  ck_assert_int_eq(sqlite3_exec(s->db, open[0], NULL, NULL, NULL), SQLITE_AUTH);
  bpi_store_close(s);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("store");
  TCase *tests = tcase_create("store");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, make_folder, remove_folder);
  tcase_add_test(tests, any_order_any_division);
  tcase_add_test(tests, one_batch_many_times);
  tcase_add_test(tests, batches_join_at_any_time);
  tcase_add_test(tests, constant_ids);
  tcase_add_test(tests, many_variants);
  tcase_add_test(tests, owners_change);
  tcase_add_test(tests, activity_by_hand);
  tcase_add_test(tests, earlier_times_arrive_late);
  tcase_add_test(tests, halves_of_tool_calls);
  tcase_add_test(tests, cells_are_taken_away_again);
  tcase_add_test(tests, rows_find_a_place);
  tcase_add_test(tests, rows_go_around_each_other);
  tcase_add_test(tests, layers_hold_their_keys);
  tcase_add_test(tests, layers_of_a_damaged_store);
  tcase_add_test(tests, runs_of_a_damaged_store);
  tcase_add_test(tests, a_run_without_a_pause);
  tcase_add_test(tests, a_run_at_the_end_of_all_times);
  tcase_add_test(tests, sessions_of_a_damaged_store);
  tcase_add_test(tests, quarters_of_a_damaged_store);
  tcase_add_test(tests, tiers_of_a_damaged_store);
  tcase_add_test(tests, layers_of_two_writers);
  tcase_add_test(tests, layers_of_a_life);
  tcase_add_test(tests, layers_end);
  tcase_add_test(tests, layers_know_their_keys);
  tcase_add_test(tests, erased_rows_leave_no_gap);
  tcase_add_test(tests, what_is_left_is_what_it_was);
  tcase_add_test(tests, many_variants_are_erased);
  tcase_add_test(tests, names_seen_at_the_end_of_a_range_stay);
  tcase_add_test(tests, an_erasure_meanwhile_is_not_forgotten);
  tcase_add_test(tests, erasures_beyond_counting);
  tcase_add_test(tests, sums_come_back_from_beyond_the_end);
  tcase_add_test(tests, packed_days_of_what_was_only_told);
  tcase_add_test(tests, tasks_move_to_a_better_row);
  tcase_add_test(tests, tasks_may_be_damaged);
  tcase_add_test(tests, packed_days_are_what_rows_say);
  tcase_add_test(tests, packed_days_may_be_damaged);
  tcase_add_test(tests, packed_days_far_apart);
  tcase_add_test(tests, packed_days_of_no_kind);
  tcase_add_test(tests, packing_is_not_waited_for);
  tcase_add_posix_test(tests, traces_lie_in_the_log);
  tcase_add_test(tests, traces_of_very_many_rows);
  tcase_add_test(tests, traces_of_long_rows);
  tcase_add_test(tests, what_was_begun_before_an_erasure_is_refused);
  tcase_add_test(tests, every_table_says_how_it_is_erased);
  tcase_add_test(tests, a_dry_run_stores_nothing);
  tcase_add_test(tests, a_failure_stores_nothing);
  tcase_add_test(tests, layers_without_memory);
  tcase_add_test(tests, an_interrupt_stores_nothing);
  tcase_add_test(tests, somebody_else_is_writing);
  tcase_add_test(tests, read_only_stores_take_nothing);
  tcase_add_test(tests, names_are_filled_in);
  tcase_add_test(tests, files_and_rejects);
  tcase_add_test(tests, restricted_connections_are_refused);
  tcase_add_test(tests, verify_sees_damage);
  tcase_add_test(tests, schema_is_what_forms_say);
  tcase_add_test(tests, forms_keep_every_word);
  tcase_add_test(tests, forms_bear_any_row);
  tcase_add_test(tests, memories_keep_every_word);
  tcase_add_posix_test(tests, stores_are_private_and_last);
  tcase_add_test(tests, logs_left_behind_are_read);
  tcase_add_posix_test(tests, what_is_no_store_is_left_alone);
  tcase_add_test(tests, versions_are_looked_at);
  tcase_add_test(tests, keys);
  tcase_add_test(tests, settings);
  tcase_add_posix_test(tests, many_make_one_store);
  tcase_add_test(tests, reading);
  tcase_add_test(tests, better_rows_shadow);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
