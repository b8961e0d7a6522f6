/* Sources that read more than a stream of bytes, when memory runs out and when a reading is
 * cancelled: the database of an earlier Blueplane, that of opencode, and its older folder.
 * tests/e2e compares their records with other sources and an oracle; here, failures are clean, and
 * records have the right owner. */
#include "fake_sink.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "folder.h"
#include "run_suite.h"
#include "store/foreign.h"

static fake one;

/* ---------------------------------------------------------------------------------------- inputs */

static unsigned char *image;
static sqlite3_int64 image_size;

/* pack(TEXT): packs a value as the earlier program did. */
static void pack(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  const Bytef *text = sqlite3_value_text(values[0]);
  uLong length = (uLong)sqlite3_value_bytes(values[0]);
  uLongf size = compressBound(length);
  Bytef *bytes = malloc(size);
  ck_assert_ptr_nonnull(bytes);
  ck_assert_int_eq(compress(bytes, &size, text, length), Z_OK);
  sqlite3_result_blob(context, bytes, (int)size, free);
}

static void make(const char *sql) {
  sqlite3 *db = NULL;
  char *why = NULL;
  ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
  sqlite3_create_function(db, "pack", 1, SQLITE_UTF8, NULL, pack, NULL, NULL);
  ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s", why);
  image = sqlite3_serialize(db, "main", &image_size, 0);
  sqlite3_close(db);
}

static const char earlier[] =
    "CREATE TABLE claude_raw_traces (sequence INTEGER PRIMARY KEY, event_data BLOB);"
    "INSERT INTO claude_raw_traces VALUES (1, pack('{\"payload\":{\"entry_data\":{\"type\":\"user\",\"uuid\":\"u\","
    " \"sessionId\":\"s\",\"timestamp\":\"2026-03-02T09:00:00Z\",\"message\":{\"role\":\"user\",\"content\":\"hi\"}}}}'));"
    "CREATE TABLE cursor_sessions (workspace_hash TEXT, workspace_path TEXT);"
    "INSERT INTO cursor_sessions VALUES ('w', '/home/ada/work/engine');"
    "CREATE TABLE cursor_raw_traces (sequence INTEGER PRIMARY KEY, event_type TEXT, item_key TEXT,"
    " workspace_hash TEXT, event_data BLOB);"
    "INSERT INTO cursor_raw_traces VALUES"
    " (1, 'composer', 'composerData:c', '', pack('{\"composerId\":\"c\",\"fullConversationHeadersOnly\":[1]}')),"
    " (2, 'bubble', 'bubbleId:c:b', '', pack('{\"type\":1,\"bubbleId\":\"b\",\"requestId\":\"r\",\"text\":\"hi\"}')),"
    " (3, 'bubble', 'bubbleId:c:t', '', pack('{\"type\":2,\"bubbleId\":\"t\",\"toolFormerData\":{\"tool\":7,"
    "\"toolCallId\":\"k\",\"status\":\"completed\",\"result\":\"{\\\"diff\\\":{}}\"}}')),"
    " (4, 'generation', 'aiService.generations', 'w', pack('{\"generationUUID\":\"g\",\"unixMs\":1772442000000}'));";

static const char opencode[] =
    "CREATE TABLE session (id TEXT, parent_id TEXT, directory TEXT, version TEXT, time_created INTEGER);"
    "INSERT INTO session VALUES ('s', NULL, '/home/ada/work/engine', '1.2', 1772442000000), ('t', 's', '/x', '1.2', 0);"
    "CREATE TABLE message (id TEXT, session_id TEXT, data TEXT);"
    "INSERT INTO message VALUES ('m', 's', '{\"role\":\"user\"}'), ('n', 't', '{\"role\":\"assistant\",\"tokens\":{\"input\":1}}');"
    "CREATE TABLE part (id TEXT, message_id TEXT, session_id TEXT, data TEXT);"
    "INSERT INTO part VALUES ('p', 'm', 's', '{\"type\":\"text\",\"text\":\"hi\"}'),"
    " ('q', 'n', 't', '{\"type\":\"tool\",\"callID\":\"c\",\"tool\":\"edit\",\"state\":{\"status\":\"completed\","
    "\"input\":{\"filePath\":\"/a.c\",\"oldString\":\"a\",\"newString\":\"b\"}}}');";

/* Version 2, beside rows of version 1 of which it has copies. */
static const char opencode_2[] =
    "CREATE TABLE session (id TEXT, parent_id TEXT, directory TEXT, version TEXT, time_created INTEGER);"
    "CREATE TABLE session_v2 (id TEXT, parent_id TEXT, directory TEXT, version TEXT, time_created INTEGER);"
    "INSERT INTO session_v2 VALUES ('s', NULL, '/home/ada/work/engine', '2.0', 1772442000000), ('t', 's', '/x', '2.0', 0);"
    "CREATE TABLE message (id TEXT, session_id TEXT, data TEXT);"
    "INSERT INTO message VALUES ('m', 's', '{\"role\":\"user\"}');"
    "CREATE TABLE part (id TEXT, message_id TEXT, session_id TEXT, data TEXT);"
    "INSERT INTO part VALUES ('p', 'm', 's', '{\"type\":\"text\",\"text\":\"hi\"}');"
    "CREATE TABLE session_message (id TEXT, session_id TEXT, type TEXT, data TEXT);"
    "INSERT INTO session_message VALUES ('m', 's', 'user', '{\"text\":\"hi\"}'), ('o', 's', 'user', '{\"text\":\"hi\"}'),"
    " ('n', 't', 'assistant', '{\"tokens\":{\"input\":1},\"content\":[{\"type\":\"tool\",\"id\":\"c\",\"name\":\"edit\","
    "\"state\":{\"status\":\"error\",\"input\":{\"path\":\"/a.c\"},\"error\":{\"type\":\"aborted\"}}}]}'),"
    " ('k', 't', 'compaction', '{\"status\":\"completed\",\"tokens\":{\"input\":1}}'), ('i', 't', 'idle', '{}');";

static char session_path[160];

static void put_file(const char *place, const char *text) {
  char path[160];
  snprintf(path, sizeof path, "%s/%s", folder, place);
  for (char *at = strchr(path + strlen(folder) + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
    *at = '\0';
    mkdir(path, 0700);
    *at = '/';
  }
  FILE *f = fopen(path, "w");
  ck_assert_ptr_nonnull(f);
  fputs(text, f);
  fclose(f);
}

static void make_storage(void) {
  make_folder();
  put_file("storage/session/p/ses_1.json",
           "{\"id\":\"ses_1\",\"directory\":\"/home/ada/work/engine\"}");
  put_file("storage/session/p/ses_2.json", "{\"id\":\"ses_2\",\"parentID\":\"ses_1\"}");
  put_file("storage/session/p/ses_3.json", "{\"id\":\"ses_3\",\"parentID\":\"ses_2\"}");
  put_file("storage/message/ses_3/msg_1.json",
           "{\"id\":\"msg_1\",\"role\":\"assistant\",\"tokens\":{\"input\":1}}");
  put_file(
      "storage/part/msg_1/prt_1.json",
      "{\"type\":\"tool\",\"callID\":\"c\",\"tool\":\"edit\",\"state\":{\"status\":\"completed\"}}");
  snprintf(session_path, sizeof session_path, "%s/storage/session/p/ses_3.json", folder);
}

/* --------------------------------------------------------------------------------------- readings */

static const source *tellers[4];
static size_t teller_count;

static void told_by(void *user, const source *teller) {
  (void)user;
  ck_assert_uint_lt(teller_count, 4);
  tellers[teller_count++] = teller;
}

typedef struct reading {
  const source *s;
  const char *sql; /* of a database; NULL: the folder */
  size_t records;
} reading;

/* Of Cursor: session and composer, prompt and generation, a call and its end, the storage and its
 * generation. */
static const reading readings[] = {
    {&bpi_source_blueplane_db, earlier, 1 + 8}, /* a prompt of Claude Code */
    {&bpi_source_blueplane_db_cursor, earlier, 8},
    {&bpi_source_opencode_db, opencode,
     7}, /* two sessions, subagent, prompt, response, a call and its end */
    {&bpi_source_opencode_storage, NULL, 5},  /* session, subagent, response, a call and its end */
    {&bpi_source_opencode_db, opencode_2, 9}, /* a prompt of each version, and a compaction */
};
#define READINGS (sizeof readings / sizeof *readings)

/* Failures are only switched on for the reading itself. */
static int read_once(const reading *r, long fail_after) {
  record_sink sink = {&one, fake_identify, fake_label, fake_put, fake_refuse, fake_drop};
  source_input in = {.path = r->sql == NULL ? session_path : "", .sink = &sink, .told_by = told_by};
  scan s;
  char *text = NULL;
  size_t length = 0;
  if (r->sql != NULL)
    ck_assert_int_eq(bpi_foreign_open_bytes(&in.database, image, (size_t)image_size, NULL, 0, NULL),
                     BP_OK);
  else
    text = fake_load(folder, "storage/session/p/ses_3.json", &length);
  bpi_scan_init_memory(&s, text == NULL ? "" : text, length);
  in.scan = &s;
  one.count = one.rejects = one.drops = teller_count = 0;
  bpi_mem_fail_after(fail_after);
  int rc = r->s->read(&in);
  bpi_mem_fail_after(-1);
  one.read = in.records;
  bpi_scan_free(&s);
  bpi_foreign_close(in.database);
  free(text);
  return rc;
}

START_TEST(memory_and_stops) {
  const reading *r = &readings[_i];
  if (r->sql != NULL)
    make(r->sql);
  else
    make_storage();
  int rc = BP_ERR_NOMEM;
  long n = 0;
  for (; rc == BP_ERR_NOMEM; n++) {
    rc = read_once(r, n);
    ck_assert_int_lt(n, 1000);
  }
  ck_assert_int_eq(rc, BP_OK);
  ck_assert_int_gt(n, 5);
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_msg(one.count == r->records, "%s: %zu", r->s->name, one.count);
  for (int after = 1; after <= (int)r->records; after++) {
    one.stop_after = after;
    ck_assert_int_eq(read_once(r, -1), BP_ERR_CANCELLED);
    ck_assert_uint_eq(one.count, (size_t)after);
  }
  one.stop_after = 0;
  if (r->sql != NULL)
    sqlite3_free(image);
  else
    remove_folder();
}
END_TEST

START_TEST(whose_rows) {
  make(earlier);
  ck_assert_int_eq(read_once(&readings[0], -1), BP_OK);
  ck_assert_uint_eq(teller_count, 1);
  ck_assert_ptr_eq(tellers[0], &bpi_source_blueplane_db_cursor);
  ck_assert_ptr_eq(bpi_source_detect("", (const char *)image, (size_t)image_size),
                   &bpi_source_blueplane_db);
  ck_assert(bpi_source_blueplane_db.is_ours("/home/ada/.blueplane/telemetry.db"));
  ck_assert(!bpi_source_blueplane_db_cursor.is_ours("/home/ada/.blueplane/telemetry.db"));
  sqlite3_free(image);
}
END_TEST

/* Records belong to the session at the top; their keys are those of their own session. */
START_TEST(whose_session) {
  make_storage();
  ck_assert_int_eq(read_once(&readings[3], -1), BP_OK);
  for (size_t i = 0; i < one.count; i++) {
    ck_assert_str_eq(fake_text(one.records[i].session.lo), "ses_1");
    ck_assert_uint_eq(one.records[i].flags, RECORD_SUBAGENT | RECORD_SIDECHAIN);
  }
  remove_folder();
}
END_TEST

/* No two rejects have the same place and reason, and each row was read. */
static void check_refused(size_t refused, uint64_t read) {
  ck_assert_uint_eq(one.rejects, refused);
  ck_assert_uint_eq(one.read, read);
  for (size_t i = 0; i < refused; i++)
    for (size_t k = 0; k < i; k++)
      ck_assert(one.reject[i].byte != one.reject[k].byte ||
                one.reject[i].reason != one.reject[k].reason);
}

static const char bad_earlier[] =
    "CREATE TABLE claude_raw_traces (sequence INTEGER PRIMARY KEY, event_data BLOB);"
    "INSERT INTO claude_raw_traces VALUES (1, 'text'), (2, x'00'), (3, pack('{\"payload\":')),"
    " (4, pack('{\"a\":1}')), (5, pack('[]')), (6, pack('[]'));"
    "CREATE TABLE cursor_raw_traces (sequence INTEGER PRIMARY KEY, event_type TEXT, item_key TEXT,"
    " workspace_hash TEXT, event_data BLOB);"
    "INSERT INTO cursor_raw_traces VALUES (1, 'bubble', 'bubbleId:c:b', '', pack('{\"type\":3}')),"
    " (2, 'bubble', 'bubbleId:c:b', '', pack('{\"type\":3}')), (3, 'composer', 'composerData:', '', pack('{}'));";
static const char bad_opencode[] =
    "CREATE TABLE session (id TEXT, parent_id TEXT, directory TEXT, version TEXT, time_created INTEGER);"
    "INSERT INTO session VALUES (NULL, NULL, '', '', 0), (NULL, NULL, '', '', 0);"
    "CREATE TABLE message (id TEXT, session_id TEXT, data TEXT);"
    "INSERT INTO message VALUES ('m', 's', '['), ('n', 's', NULL), ('o', 's', CAST(x'7b2261223a22ff227d' AS TEXT)),"
    " ('p', 's', '{\"a\":' || replace(hex(zeroblob(40)), '00', '[[') || '}');"
    "CREATE TABLE part (id TEXT, message_id TEXT, session_id TEXT, data TEXT);"
    "INSERT INTO part VALUES ('p', 'm', NULL, '{}'), ('q', 'm', 's', '{\"type\":\"tool\"}');";

/* Rows of two tables have the same row numbers, and files the same offsets. */
START_TEST(refused_rows) {
  static const int reasons[] = {REJECT_FIELD, REJECT_FIELD, REJECT_SHAPE, REJECT_FIELD,
                                REJECT_UTF8,  REJECT_DEPTH, REJECT_FIELD, REJECT_FIELD};
  make(bad_earlier);
  ck_assert_int_eq(read_once(&(reading){&bpi_source_blueplane_db, bad_earlier, 0}, -1), BP_OK);
  check_refused(5 + 3, 6 + 3);
  sqlite3_free(image);
  make(bad_opencode);
  ck_assert_int_eq(read_once(&(reading){&bpi_source_opencode_db, bad_opencode, 0}, -1), BP_OK);
  check_refused(8, 8);
  for (size_t i = 0; i < 8; i++)
    ck_assert_int_eq(one.reject[i].reason, reasons[i]);
  sqlite3_free(image);
  make_storage();
  put_file("storage/message/ses_3/msg_2.json", "{\"id\":");
  put_file("storage/message/ses_3/msg_3.json", "{\"id\":");
  put_file("storage/message/ses_3/msg_4.json", "[7]");
  put_file("storage/message/ses_3/msg_5.json", "[7]");
  put_file("storage/message/ses_3/msg_6.json", "{}");
  put_file("storage/message/ses_3/msg_7.json", "{}");
  ck_assert_int_eq(read_once(&readings[3], -1), BP_OK);
  check_refused(6, 3 + 6);
  remove_folder();
}
END_TEST

/* Each agent had a transcript of its own: only the first one is a warm-up, whatever rows are
 * between. */
START_TEST(warm_up) {
#define LINE(agent, rest)                                                                          \
  "INSERT INTO claude_raw_traces (event_data) VALUES (pack('{\"payload\":{\"entry_data\":{"        \
  "\"sessionId\":\"s\",\"isSidechain\":true,\"agentId\":\"" agent "\"," rest "}}}'));"
#define ASKED(text) "\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"" text "\"}"
#define CALLED(id)                                                                                 \
  "\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"tool_use\",\"id\":\"" id           \
  "\",\"name\":\"Read\"}]}"
  static const char sql[] =
      "CREATE TABLE claude_raw_traces (sequence INTEGER PRIMARY KEY, event_data BLOB);" LINE(
          "a", ASKED("look")) LINE("b", ASKED("Warmup")) LINE("a", CALLED("1"))
          LINE("b", CALLED("2")) LINE("c", ASKED("Warmup")) LINE("a", CALLED("3"))
              LINE("c", CALLED("4"));
  static const bool noise[] = {false, true, false, true};
  make(sql);
  ck_assert_int_eq(read_once(&(reading){&bpi_source_blueplane_db, sql, 0}, -1), BP_OK);
  ck_assert_uint_eq(fake_count(&one, RECORD_EVENT), 1); /* one subagent */
  ck_assert_uint_eq(fake_count(&one, RECORD_TOOL_USE), 4);
  for (size_t i = 0; i < 4; i++)
    ck_assert_int_eq((fake_nth(&one, RECORD_TOOL_USE, i)->flags & RECORD_NOISE) != 0, noise[i]);
  sqlite3_free(image);
}
END_TEST

/* Columns have the same length limits as members. */
START_TEST(long_columns) {
  static const char sql[] =
      "CREATE TABLE session (id TEXT, parent_id TEXT, directory TEXT, version TEXT, time_created INTEGER);"
      "INSERT INTO session VALUES ('s', hex(zeroblob(65)), hex(zeroblob(513)), hex(zeroblob(512)), 0);";
  static const char folders[] =
      "CREATE TABLE cursor_sessions (workspace_hash TEXT, workspace_path TEXT);"
      "INSERT INTO cursor_sessions VALUES ('v', hex(zeroblob(512))), ('w', hex(zeroblob(513)));";
  make(sql);
  ck_assert_int_eq(read_once(&(reading){&bpi_source_opencode_db, sql, 0}, -1), BP_OK);
  ck_assert_uint_eq(one.drops, 2);
  sqlite3_free(image);
  make(folders);
  ck_assert_int_eq(read_once(&(reading){&bpi_source_blueplane_db, folders, 0}, -1), BP_OK);
  ck_assert_uint_eq(one.drops, 1);
  sqlite3_free(image);
}
END_TEST

static bp_store *memory_store(void) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  bp_store *s = NULL;
  o.flags = BP_OPEN_MEMORY;
  o.access = BP_ACCESS_OWNER;
  ck_assert_int_eq(bp_open(&s, NULL, &o, NULL), BP_OK);
  return s;
}

static char *counts_of(bp_store *s) {
  static const char json[] =
      "{\"metrics\":[\"sessions\",\"prompts\",\"responses\",\"tool_calls\"],\"period\":\"all\"}";
  bp_query *query = NULL;
  bp_result *result = NULL;
  char *text = NULL;
  ck_assert_int_eq(bp_query_from_json(&query, json, sizeof json - 1, NULL), BP_OK);
  ck_assert_int_eq(bp_query_run(&result, s, query, NULL), BP_OK);
  ck_assert_int_eq(bp_result_format(&text, NULL, result, "csv", NULL), BP_OK);
  bp_result_free(result);
  bp_query_free(query);
  return text;
}

/* A database passed as bytes gives the records of the file; and nothing new the second time. */
START_TEST(databases_are_lent) {
  const reading *r = &readings[_i];
  bp_store *of_bytes = memory_store(), *of_file = memory_store();
  bp_ingest_report lent = BP_INGEST_REPORT_INIT, named = BP_INGEST_REPORT_INIT;
  make_folder();
  make(r->sql);
  FILE *f = fopen(path_of("lent.db"), "wb");
  ck_assert_ptr_nonnull(f);
  ck_assert_uint_eq(fwrite(image, 1, (size_t)image_size, f), (size_t)image_size);
  fclose(f);
  ck_assert_int_eq(
      bp_ingest_bytes(of_bytes, r->s->name, "lent", image, (size_t)image_size, NULL, &lent, NULL),
      BP_OK);
  ck_assert_int_eq(bp_ingest_file(of_file, r->s->name, path_of("lent.db"), NULL, &named, NULL),
                   BP_OK);
  ck_assert_uint_gt(lent.records_stored, 0);
  ck_assert_uint_eq(lent.records_stored, named.records_stored);
  ck_assert_uint_eq(lent.records_rejected, named.records_rejected);
  ck_assert_uint_eq(lent.records_undated, named.records_undated);
  char *one_way = counts_of(of_bytes), *other = counts_of(of_file);
  ck_assert_str_eq(one_way, other);
  ck_assert_int_eq(
      bp_ingest_bytes(of_bytes, r->s->name, "lent", image, (size_t)image_size, NULL, &lent, NULL),
      BP_OK);
  ck_assert_uint_eq(lent.records_stored + lent.records_updated, 0);
  ck_assert_int_eq(bp_ingest_bytes(of_bytes, r->s->name, "lent", image, (size_t)image_size / 2,
                                   NULL, &lent, NULL),
                   BP_OK); /* damaged: counted, as for a file */
  ck_assert_uint_eq(lent.files_failed, 1);
  ck_assert_uint_eq(lent.records_stored, 0);
  bp_free(other);
  other = counts_of(of_bytes);
  ck_assert_str_eq(one_way, other);
  bp_free(one_way);
  bp_free(other);
  sqlite3_free(image);
  bp_close(of_bytes);
  bp_close(of_file);
  remove_folder();
}
END_TEST

static const struct {
  const char *path;
  const source *s;
} paths[] = {
    {"/home/ada/.local/share/opencode/storage/session/a1b2/ses_1.json",
     &bpi_source_opencode_storage},
    {"C:\\opencode\\storage\\session\\a1b2\\ses_1.json", &bpi_source_opencode_storage},
    {"/x/project/y/storage/session/info/ses_1.json", &bpi_source_opencode_storage},
    {"/x/storage/session_diff/ses_1.json", NULL},
    {"/x/storage/session/message/ses_1/msg_1.json", NULL},
    {"/x/storage/message/ses_1/msg_1.json", NULL},
    {"/x/storage/session/a1b2/note.json", NULL},
    {"/x/exports/ses_1.json", &bpi_source_opencode},
    {"ses_1.json", &bpi_source_opencode},
};

START_TEST(names_of_files) {
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    ck_assert_msg(bpi_source_opencode_storage.is_ours(paths[i].path) ==
                      (paths[i].s == &bpi_source_opencode_storage),
                  "%s", paths[i].path);
    ck_assert_msg(bpi_source_opencode.is_ours(paths[i].path) ==
                      (paths[i].s == &bpi_source_opencode),
                  "%s", paths[i].path);
  }
}
END_TEST

int main(int argc, char **argv) {
  (void)argc;
  (void)argv;
  Suite *suite = suite_create("databases");
  TCase *c = tcase_create("databases");
  tcase_set_timeout(c, 60);
  tcase_add_loop_test(c, memory_and_stops, 0, (int)READINGS);
  tcase_add_loop_test(c, databases_are_lent, 0, 3); /* those of the readings that are databases */
  tcase_add_test(c, whose_rows);
  tcase_add_test(c, whose_session);
  tcase_add_test(c, refused_rows);
  tcase_add_test(c, warm_up);
  tcase_add_test(c, long_columns);
  tcase_add_test(c, names_of_files);
  suite_add_tcase(suite, c);
  return run_suite(suite);
}
