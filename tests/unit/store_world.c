/* store_world.c: implements store_world.h: stores under test are made, filled, queried by SQL and
 * written as text. */
#include "store_world.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "folder.h"
#include "random_record.h"
#include "store/batch.h"
#include "store/batch_inside.h"
#include "store/cells.h"
#include "store/erase.h"
#include "store/form.h"
#include "store/read.h"
#include "store/sql.h"
#include "words.h" /* oracle/words.sql */

/* ------------------------------------------------------------------------------------ stores */

void world_begin(void) {
  make_folder();
}

void world_end(void) {
  remove_folder();
}

const char *world_path(const char *name) {
  return path_of(name);
}

int try_open(store **s, const char *name, bool read_only, const char *key, char *detail) {
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

store *open_store(const char *name) {
  store *s = NULL;
  ck_assert_int_eq(try_open(&s, name, false, NULL, NULL), BP_OK);
  return s;
}

store *memory_store(void) {
  store *s = NULL;
  bp_error *error = NULL;
  const store_options options = {.in_memory = true, .now_us = T0};
  ck_assert_int_eq(bpi_store_open(&s, NULL, &options, &error), BP_OK);
  ck_assert_ptr_null(error);
  return s;
}

void execute(store *s, const char *text) {
  char *message = NULL;
  ck_assert_msg(sqlite3_exec(s->db, text, NULL, NULL, &message) == SQLITE_OK, "%s: %s", text,
                message);
}

/* Cells are packed, so a statement that names them gets them in a temporary table. The table stays,
 * because SQLite compiles every statement again when a table is created or dropped. */
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

/* A statement that names the words of facts gets them in views. */
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

/* Writes back what a statement changed in the temporary table. */
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

void sql(store *s, const char *text) {
  bool unpacked = unpack(s, text);
  execute(s, text);
  if (unpacked) pack(s);
}

int64_t number(store *s, const char *text) {
  sqlite3_stmt *get = NULL;
  unpack(s, text);
  ck_assert_msg(sqlite3_prepare_v2(s->db, text, -1, &get, NULL) == SQLITE_OK, "%s", text);
  int64_t value = sqlite3_step(get) == SQLITE_ROW ? sqlite3_column_int64(get, 0) : -1;
  sqlite3_finalize(get);
  return value;
}

char *read_file(const char *name, size_t *length) {
  char *data = NULL;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_file_load(&data, length, path_of(name), (size_t)1 << 24, &error), BP_OK);
  return data;
}

bool verified(store *s) {
  bp_error *error = NULL;
  int ok = -1;
  ck_assert_int_eq(bpi_store_verify(s, &ok, &error), BP_OK);
  ck_assert_ptr_null(error);
  return ok == 1;
}

/* ------------------------------------------------------------------------------------ dumping */

/* Expressions for a column: row numbers of sessions and labels become identifiers. */
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

char *dump(store *s) {
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

void assert_dump(store *s, const char *want, const char *how) {
  char *got = dump(s);
  assert_same(got, want, how);
  bpi_free(got);
}

/* ----------------------------------------------------------------------------------- records */

/* Labels of these records are no row numbers yet: 0 is none, others are created when the record is
 * given to a batch. */
static uint32_t label_of(const fact_sink *sink, label_kind kind, uint32_t which) {
  char text[16];
  if (which == 0) return 0;
  snprintf(text, sizeof text, "name%u", which);
  return sink->label(sink->self, kind, (ident){which, 99}, kind == LABEL_FILE ? NULL : text,
                     kind == LABEL_FILE ? 0 : strlen(text));
}

void put(batch *b, record r) {
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

apply_counts apply(store *s, batch *b) {
  apply_counts counts = {0};
  bp_error *error = NULL;
  int rc = bpi_store_apply(s, b, T0, true, &counts, &error);
  ck_assert_msg(rc == BP_OK, "%d: %s", rc, bpi_error_message(error));
  ck_assert_ptr_null(error);
  return counts;
}

apply_counts apply_records(store *s, const record *r, size_t count) {
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

record new_record(record_kind kind, uint64_t key, int64_t time, uint64_t session) {
  record r;
  memset(&r, 0, sizeof r);
  r.kind = kind;
  r.time = time;
  r.key =
      (ident){UINT64_C(0x7000000000000000) + key / 4, (1000 + key) * UINT64_C(0x9E3779B97F4A7C15)};
  r.session = (ident){900 - session, session};
  return r;
}

record random_record(void) {
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

void shuffle(record *r, size_t count) {
  for (size_t i = count - 1; i > 0; i--) {
    size_t j = (size_t)below((int64_t)i + 1);
    record kept = r[i];
    r[i] = r[j];
    r[j] = kept;
  }
}

store *layered_store(int64_t least) {
  store *s = memory_store();
  if (least > 0) s->layer_least = (size_t)least;
  return s;
}

void random_records(record *r, size_t count, int64_t spread) {
  for (size_t i = 0; i < count; i++) {
    r[i] = random_record();
    r[i].key.hi += (uint64_t)below(spread) * 1000;
  }
}

void apply_divided(store *s, const record *r, size_t count, int64_t most) {
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

record response(uint64_t key, uint64_t request, int64_t time, int64_t input, uint64_t session) {
  record r = new_record(RECORD_RESPONSE, key, time, session);
  r.u.response = (response_record){.request = {request * 2, request},
                                   .model = 1,
                                   .input = input,
                                   .output = 10,
                                   .stop = STOP_END,
                                   .cost_nano = -1};
  return r;
}

record of_tier(record_kind kind, uint64_t key, int64_t time, record_tier tier) {
  record r = new_record(kind, key, time, 1);
  r.tier = tier;
  if (kind == RECORD_RESPONSE) r.u.response.output = 10;
  if (kind == RECORD_TOOL_RESULT)
    r.u.result = (tool_result_record){.outcome = OUTCOME_OK, .added = 2};
  return r;
}

record prompt(uint64_t key, int64_t time, uint64_t session) {
  record r = new_record(RECORD_PROMPT, key, time, session);
  r.u.prompt.characters = 5;
  return r;
}

erase_receipt erase_session(store *s, uint64_t session) {
  const ident key = {900 - session, session};
  const erase_selector what = {&key, 1, ERASED_ANY_SOURCE, INT64_MIN, INT64_MAX};
  erase_receipt receipt;
  bp_error *error = NULL;
  int rc = bpi_store_erase(s, &what, T0 + DAY, &receipt, &error);
  ck_assert_msg(rc == BP_OK, "%d: %s", rc, bpi_error_message(error));
  ck_assert(verified(s));
  return receipt;
}
