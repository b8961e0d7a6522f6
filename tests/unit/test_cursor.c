/* Databases of Cursor made from tests/corpus/cursor: the records of each, row by row, worked out by
 * hand from the rules; a refused value costs only itself; no text gets through.
 *
 *     test_cursor [folder of the corpus]
 */
#include "told.h"

#include <sqlite3.h>
#include <unistd.h>

#include "base/mem.h"
#include "run_suite.h"
#include "store/foreign.h"

static const char *corpus = "tests/corpus/cursor";

/* The bytes of the database that a file of SQL makes. */
static unsigned char *make(const char *name, sqlite3_int64 *size) {
  sqlite3 *db = NULL;
  char *why = NULL;
  size_t length;
  char *sql = fake_load(corpus, name, &length);
  ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
  sql[length] = '\0';
  ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s: %s", name, why);
  unsigned char *bytes = sqlite3_serialize(db, "main", size, 0);
  ck_assert_ptr_nonnull(bytes);
  sqlite3_close(db);
  free(sql);
  return bytes;
}

static void load(fake *f, const char *name, const char *path) {
  sqlite3_int64 size = 0;
  unsigned char *bytes = make(name, &size);
  record_sink sink = {f, fake_identify, fake_label, fake_put, fake_refuse, fake_drop};
  source_input in;
  memset(&in, 0, sizeof in);
  in.path = path;
  in.sink = &sink;
  ck_assert_int_eq(bpi_foreign_open_bytes(&in.database, bytes, (size_t)size, NULL, 0, NULL), BP_OK);
  f->count = f->rejects = f->drops = 0;
  f->rc = bpi_source_cursor.read(&in);
  f->read = in.records;
  bpi_foreign_close(in.database);
  sqlite3_free(bytes);
}

/* ------------------------------------------------------------------------------------- versions */

/* 12:00 on 2 March is 10,800 s later; stop 2 is the end of a turn. */
START_TEST(global_storage) {
  load(&one, "good-global.sql", "/x/globalStorage/state.vscdb");
  CHECK_ROWS("- session cursor  ", "10800.000 event lines_suggested completion 40",
             "10800.000 event lines_accepted completion 10",
             "10800.000 event lines_suggested edit 200", "10800.000 event lines_accepted edit 150",
             "97200.000 event lines_suggested completion 5",
             "97200.000 event lines_accepted completion 0", "- side commit assisted -1 -1 -1",
             /* the composer */
             "0.000 session cursor  agent", "0.000 event composer none -1",
             "0.000 span 90 12 tier 3", "70.000 decision ok rust", "80.000 decision rejected c++",
             "10.000 prompt 22 features 3", "60.000 use apply_patch edit none src/main.rs rust",
             "- result ok none 9 3", "100.000 use run_terminal_cmd command test  unknown",
             "- result rejected none -1 -1", "- use edit_file edit none  unknown",
             "- result rejected none -1 -1", "- use run_terminal_cmd command git  unknown",
             "- result error command -1 -1", "- use run_terminal_cmd command none  unknown",
             "- result error timeout -1 -1", "- use run_terminal_cmd command none  unknown",
             "- use read_file read none lib/util.py python", "- result error tool -1 -1",
             "- use grep search none  unknown", "- result cancelled none -1 -1",
             "- use edit_file edit none  unknown", "- result ok none -1 -1",
             "- use mcp_docs_search mcp none  unknown", "- result ok none -1 -1",
             "3600.000 prompt 28 features 6", "7200.000 prompt 2 features 0",
             /* its requests: the model of the first one is in the bubble of the prompt */
             "11.000 response gpt-5-high 23050 5947 stop 2", "10.000 event generation none -1",
             "- response gpt-5 -1 -1 stop 0", "3600.000 event generation none -1",
             "7200.000 event generation none -1",
             /* the other composer */
             "86400.000 session cursor  chat", "86400.000 event composer none -1",
             "86400.000 span 33 4 tier 3", "86400.000 prompt 2 features 0",
             "86400.000 event generation none -1");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_uint_eq(one.drops, 0);
  ck_assert_uint_eq(one.read, 3 + 3 + 17); /* rows with a value that were read */
}
END_TEST

START_TEST(version_3) {
  load(&one, "good-version-3.sql", "");
  /* created on 2025-03-10T09:46:40Z */
  CHECK_ROWS("-30842000.000 session cursor  agent", "-30842000.000 event composer none -1",
             "- prompt 8 features 0", "- use run_terminal_cmd command package  unknown",
             "- result ok none -1 -1", "- use  other none  unknown", "- result ok none -1 -1",
             "- response  100 20 stop 2", "- side fork event generation none -1");
  ck_assert_uint_eq(one.rejects, 0);
}
END_TEST

/* Heads separate from their composers have the folder, and the parent of a subagent: everything
 * belongs to comp-h. */
START_TEST(heads) {
  load(&one, "good-heads.sql", "/x/globalStorage/state.vscdb");
  CHECK_ROWS("0.000 session cursor /home/ada/work/engine agent", "- session cursor  agent",
             "1.000 session cursor c:\\work\\all.code-workspace ", "0.000 session cursor  agent",
             "0.000 event composer none -1", "0.000 span 4 -1 tier 3", "10.000 prompt 6 features 0",
             "11.000 response gpt-5.4 7 9 stop 2", "10.000 event generation none -1",
             "100.000 event subagent none -1", "100.000 event subagent none -1",
             "200.000 event subagent none -1", "111.000 response composer-2.5 70 90 stop 2",
             "110.000 event generation none -1", "210.000 use grep search none  unknown",
             "- result ok none -1 -1");
  ident own = fake_nth(&one, RECORD_PROMPT, 0)->session;
  for (size_t i = 0; i < one.count; i++) {
    const record *r = &one.records[i];
    bool child = r->time >= FROM + 100000000 || r->kind == RECORD_TOOL_RESULT;
    ck_assert_int_eq((r->flags & RECORD_SUBAGENT) != 0, child);
    if (r->kind != RECORD_SESSION) ck_assert_int_eq(bpi_ident_compare(r->session, own), 0);
  }
  ck_assert_uint_eq(one.rejects, 0);
}
END_TEST

START_TEST(inline_conversation) {
  load(&one, "good-inline.sql", "");
  CHECK_ROWS("-34442000.000 session cursor  edit", "-34442000.000 event composer none -1",
             "- prompt 12 features 0", "- use read_file read none a/b.ts typescript",
             "- result ok none -1 -1", "- response claude-3.5-sonnet 7 9 stop 2",
             "- side fork event generation none -1");
  ck_assert_uint_eq(one.rejects, 2); /* a bubble without a type, a text instead of a bubble */
  ck_assert_int_eq(one.reject[0].reason, REJECT_FIELD);
  ck_assert_int_eq(one.reject[1].reason, REJECT_SHAPE);
}
END_TEST

START_TEST(early_workspace) {
  load(&one, "good-early.sql", "");
  CHECK_ROWS("-40642000.000 session cursor  ", "-40642000.000 event composer none -1",
             "- prompt 6 features 0", "- decision ok typescript", "- decision rejected typescript",
             "- response  -1 -1 stop 0", "- side fork event generation none -1",
             /* the chat */
             "- session cursor  ", "- event composer none -1", "- prompt 7 features 2",
             "- response claude-3.5-sonnet -1 -1 stop 0", "- side fork event generation none -1");
  ck_assert_uint_eq(one.rejects, 1); /* a composer without an identifier */
}
END_TEST

START_TEST(workspace_storage) {
  load(&one, "good-workspace.sql", "/x/workspaceStorage/0a1b/state.vscdb");
  CHECK_ROWS("- session cursor  ", "10.500 side event generation none -1",
             "300.000 side event generation none -1", "- side event generation none -1",
             "0.000 session cursor  agent");
  ck_assert_uint_eq(one.rejects, 2);
}
END_TEST

START_TEST(fields_left_out) {
  load(&one, "good-small.sql", "");
  CHECK_ROWS("0.000 session cursor /home/ada/work/engine ", "0.000 event composer none -1",
             "0.000 prompt -1 features 0");
}
END_TEST

/* -------------------------------------------------------------------------------- line tracking */

START_TEST(tracking) {
  load(&one, "good-tracking-without-model.sql", "/x/ai-code-tracking.db");
  CHECK_ROWS("19.000 response  -1 -1 stop 0", "19.000 event generation none -1");
  load(&one, "good-tracking-model-last.sql", "/x/ai-code-tracking.db");
  /* 15:54:33 +0530 is 10:24:33Z */
  CHECK_ROWS("21.000 response composer-1 -1 -1 stop 0", "21.000 event generation none -1",
             "50.000 response  -1 -1 stop 0", "50.000 event generation none -1",
             "- session cursor  ", "5073.000 side commit assisted -1 -1 -1",
             "5073.000 side commit assisted 1 120 30", "58002.000 side commit assisted 0 3 1",
             "58003.000 side commit assisted -1 -1 -1");
  const record *a = fake_nth(&one, RECORD_CHANGE, 0), *b = fake_nth(&one, RECORD_CHANGE, 1);
  ck_assert_int_eq(bpi_ident_compare(a->key, b->key), 0); /* one commit of two branches */
  load(&one, "good-tracking-model-first.sql", "/x/ai-code-tracking.db");
  CHECK_ROWS("60.000 response gpt-5.5 -1 -1 stop 0", "60.000 event generation none -1");
}
END_TEST

/* ----------------------------------------------------------------------------------------- keys */

static ident key_of(record_kind kind, size_t n) {
  return fake_nth(&one, kind, n)->key;
}

/* Hooks, the workspace and bubbles give the same keys for a request. */
START_TEST(keys_meet) {
  load(&one, "good-global.sql", "/x/globalStorage/state.vscdb");
  ck_assert_str_eq(fake_text(key_of(RECORD_PROMPT, 0).lo), "req-1");
  ck_assert_str_eq(fake_text(key_of(RECORD_RESPONSE, 0).lo), "req-1");
  size_t generation = 0;
  while (fake_nth(&one, RECORD_EVENT, generation)->u.event.event != EVENT_GENERATION)
    generation++;
  ident told = key_of(RECORD_EVENT, generation);
  ck_assert_str_eq(fake_text(fake_nth(&one, RECORD_PROMPT, 0)->session.lo), "comp-a");
  load(&one, "good-workspace.sql", "/x/workspaceStorage/0a1b/state.vscdb");
  ck_assert_int_eq(bpi_ident_compare(key_of(RECORD_EVENT, 0), told), 0);
  load(&one, "good-tracking-without-model.sql", "");
  ck_assert_str_eq(fake_text(key_of(RECORD_RESPONSE, 0).lo), "req-1");
}
END_TEST

/* Storage copied into a folder of the same name is the same storage; another machine's is not. */
START_TEST(storage_is_known_by_folder_and_machine) {
  load(&one, "good-global.sql", "/x/globalStorage/state.vscdb");
  ident first = fake_nth(&one, RECORD_SESSION, 0)->session;
  load(&one, "good-global.sql", "/elsewhere/globalStorage/state.vscdb.backup");
  ck_assert_int_eq(bpi_ident_compare(fake_nth(&one, RECORD_SESSION, 0)->session, first), 0);
  load(&one, "good-workspace.sql", "/x/globalStorage/state.vscdb");
  ck_assert_int_ne(bpi_ident_compare(fake_nth(&one, RECORD_SESSION, 0)->session, first), 0);
}
END_TEST

START_TEST(a_workspace_is_that_of_the_file_beside_it) {
  char folder[] = "/tmp/blueplane-cursor-XXXXXX", name[128], text[256];
  static const char *const uris[][3] = {
      {"folder", "file:///home/ada/My%20Work%2fengine", "/home/ada/My Work/engine"},
      {"folder", "file:///c%3A/Users/Ada/engine", "/c:/Users/Ada/engine"},
      {"folder", "file://host/Ada/engine", "\\\\host\\Ada\\engine"},
      {"folder", "vscode-remote://wsl%2Bubuntu/home/ada/engine", "/home/ada/engine"},
      {"folder", "vscode-remote://wsl%2Bubuntu", ""},
      {"folder", "file://", ""},
      {"folder", "untitled:/home/ada", ""},
      {"workspace", "file:///home/ada/all.code-workspace", "/home/ada/all.code-workspace"},
      {"configuration", "file:///home/ada/all.code-workspace", "/home/ada/all.code-workspace"},
  };
  ck_assert_ptr_nonnull(mkdtemp(folder));
  for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
    snprintf(name, sizeof name, "%s/workspace.json", folder);
    FILE *out = fopen(name, "wb");
    fprintf(out, "{\n  \"%s\": \"%s\"\n}", uris[i][0], uris[i][1]);
    ck_assert_int_eq(fclose(out), 0);
    snprintf(text, sizeof text, "%s/state.vscdb", folder);
    load(&one, "good-workspace.sql", text);
    ck_assert_str_eq(fake_text(fake_nth(&one, RECORD_SESSION, 1)->u.session_row.workspace),
                     uris[i][2]);
  }
  remove(name);
  ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* ---------------------------------------------------------------------------------------- faults */

START_TEST(bad_values) {
  static const int reasons[] = {
      REJECT_FIELD,  REJECT_SHAPE,  REJECT_FIELD, /* of ItemTable; then in the order of the rows */
      REJECT_FIELD,                               /* a composer without an identifier */
      REJECT_SYNTAX, REJECT_SYNTAX, REJECT_UTF8,  REJECT_SYNTAX,        REJECT_SYNTAX,
      REJECT_SHAPE,  REJECT_SHAPE,  REJECT_SHAPE, REJECT_DUPLICATE_KEY, REJECT_NUMBER,
      REJECT_NUMBER, REJECT_NUMBER, REJECT_FIELD, REJECT_FIELD,         REJECT_FIELD,
      REJECT_FIELD,  REJECT_FIELD,  REJECT_DEPTH};
  load(&one, "bad-values.sql", "");
  CHECK_ROWS("- prompt 1 features 0");
  ck_assert_uint_eq(one.rejects, sizeof reasons / sizeof *reasons);
  for (size_t i = 0; i < one.rejects; i++)
    ck_assert_int_eq(one.reject[i].reason, reasons[i]);
  for (size_t i = 0; i < one.rejects; i++) /* the store identifies them by place and reason */
    for (size_t k = 0; k < i; k++)
      ck_assert(one.reject[i].byte != one.reject[k].byte ||
                one.reject[i].reason != one.reject[k].reason);
}
END_TEST

/* Columns have the same length limits as members. */
START_TEST(long_columns) {
  load(&one, "bad-tracking-long.sql", "");
  CHECK_ROWS("2.000 response  -1 -1 stop 0", "2.000 event generation none -1");
  ck_assert_uint_eq(one.drops, 2);
}
END_TEST

START_TEST(no_text_gets_through) {
  static const char *const names[] = {"good-global.sql",
                                      "good-version-3.sql",
                                      "good-inline.sql",
                                      "good-early.sql",
                                      "good-workspace.sql",
                                      "good-small.sql",
                                      "good-tracking-without-model.sql",
                                      "good-tracking-model-last.sql",
                                      "good-tracking-model-first.sql",
                                      "bad-values.sql"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    load(&one, names[i], "");
  for (size_t i = 0; i < fake_raw_count; i++)
    ck_assert_msg(strstr(fake_raws[i].bytes, "CANARY") == NULL, "%s", fake_raws[i].bytes);
}
END_TEST

/* Credentials long enough to have pages of their own, which are damaged: reading the value would be
 * noticed. */
START_TEST(credentials_are_not_read) {
  static const char sql[] =
      "PRAGMA page_size=512; CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);"
      "INSERT INTO ItemTable VALUES ('cursorAuth/accessToken', replace(hex(zeroblob(4000)), '0', 'Z')),"
      "('aiService.generations', '[{\"unixMs\":1772442010500,\"generationUUID\":\"g\"}]')";
  sqlite3 *db = NULL;
  sqlite3_int64 size = 0;
  record_sink sink = {&one, fake_identify, fake_label, fake_put, fake_refuse, fake_drop};
  source_input in = {.path = "", .sink = &sink};
  ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  unsigned char *bytes = sqlite3_serialize(db, "main", &size, 0);
  sqlite3_close(db);
  int damaged = 0;
  for (sqlite3_int64 at = 0; at + 512 <= size; at += 512)
    if (memcmp(bytes + at + 4, "ZZZZZZZZ", 8) == 0) memset(bytes + at, 0xff, 4), damaged++;
  ck_assert_int_gt(damaged, 10);
  one.count = one.rejects = one.drops = 0;
  ck_assert_int_eq(bpi_foreign_open_bytes(&in.database, bytes, (size_t)size, NULL, 0, NULL), BP_OK);
  ck_assert_int_eq(bpi_source_cursor.read(&in), BP_OK);
  bpi_foreign_close(in.database);
  sqlite3_free(bytes);
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_uint_eq(fake_count(&one, RECORD_EVENT), 1);
}
END_TEST

START_TEST(a_sink_that_stops_ends_the_reading) {
  one.stop_after = 9;
  load(&one, "good-global.sql", "");
  one.stop_after = 0;
  ck_assert_int_eq(one.rc, BP_ERR_CANCELLED);
  ck_assert_uint_eq(one.count, 9);
}
END_TEST

START_TEST(memory_may_end) {
  int rc = BP_ERR_NOMEM;
  for (int count = 0; rc == BP_ERR_NOMEM; count++) {
    sqlite3_int64 size = 0;
    unsigned char *bytes = make("good-early.sql", &size);
    record_sink sink = {&one, fake_identify, fake_label, fake_put, fake_refuse, fake_drop};
    source_input in = {.path = "", .sink = &sink};
    one.count = one.rejects = one.drops = 0;
    ck_assert_int_lt(count, 200);
    ck_assert_int_eq(bpi_foreign_open_bytes(&in.database, bytes, (size_t)size, NULL, 0, NULL),
                     BP_OK);
    bpi_mem_fail_after(count);
    rc = bpi_source_cursor.read(&in);
    bpi_mem_fail_after(-1);
    bpi_foreign_close(in.database);
    sqlite3_free(bytes);
  }
  ck_assert_int_eq(rc, BP_OK);
  ck_assert_uint_eq(one.count, 12);
}
END_TEST

START_TEST(names_and_bytes_that_are_ours) {
  static const char *const ours[] = {"state.vscdb",        "/a/state.vscdb.backup",
                                     "C:\\b\\state.vscdb", "/a/state.vscdb.v2",
                                     "/a/x.vscdb",         "/c/ai-code-tracking.db"};
  static const char *const others[] = {"/a/state.vscdb-wal", "/a/state.vscdb-shm",
                                       "/a/state.db",        "/a/state.vscdb-journal",
                                       "/a/x.jsonl",         "/a/vscdb"};
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    ck_assert(bpi_source_cursor.is_ours(ours[i]));
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    ck_assert(!bpi_source_cursor.is_ours(others[i]));
  sqlite3_int64 size = 0;
  unsigned char *bytes = make("good-tracking-model-last.sql", &size);
  ck_assert_ptr_eq(bpi_source_detect("", (const char *)bytes, (size_t)size), &bpi_source_cursor);
  ck_assert(!bpi_source_cursor.recognise("SQLite format 3\0 and nothing", 29));
  sqlite3_free(bytes);
}
END_TEST

int main(int argc, char **argv) {
  if (argc > 1) corpus = argv[1];
  Suite *suite = suite_create("cursor");
  TCase *tests = tcase_create("cursor");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, global_storage);
  tcase_add_test(tests, version_3);
  tcase_add_test(tests, heads);
  tcase_add_test(tests, inline_conversation);
  tcase_add_test(tests, early_workspace);
  tcase_add_test(tests, workspace_storage);
  tcase_add_test(tests, fields_left_out);
  tcase_add_test(tests, tracking);
  tcase_add_test(tests, keys_meet);
  tcase_add_test(tests, storage_is_known_by_folder_and_machine);
  tcase_add_test(tests, a_workspace_is_that_of_the_file_beside_it);
  tcase_add_test(tests, bad_values);
  tcase_add_test(tests, long_columns);
  tcase_add_test(tests, no_text_gets_through);
  tcase_add_test(tests, credentials_are_not_read);
  tcase_add_test(tests, a_sink_that_stops_ends_the_reading);
  tcase_add_test(tests, memory_may_end);
  tcase_add_test(tests, names_and_bytes_that_are_ours);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
