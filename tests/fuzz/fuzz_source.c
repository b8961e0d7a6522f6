/* Fuzz target: one source (FUZZ_SOURCE), through the privacy gate into a batch. From memory and in
 * pieces it must give the same records, and numbers always stay in their vocabulary. A source of
 * databases (FUZZ_DATABASE) gets the bytes as a database file, or as rows of a valid one: a line is
 * a key and, after a tab, its value, which are inserted into every table that any of these sources
 * reads. A source of folders (FUZZ_FOLDER) gets the bytes as one file, or as lines of several. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "privacy/gate.h"
#include "sources/source.h"
#include "store/batch.h"
#include "tests/fuzz/fuzz.h"
#ifdef FUZZ_DATABASE
#include <sqlite3.h>
#include <zlib.h>

#include "store/foreign.h"
#include "tests/fuzz/folder.h"
#endif
#ifdef FUZZ_FOLDER
#include "base/file.h"
#include "base/mem.h"
#include "tests/fuzz/folder.h"
#endif

static char path[320]; /* of the file that is read; "" while it is only bytes */

typedef struct target {
  batch *batch;
  fact_sink into;
  fuzz_digest digest;
} target;

static uint32_t label(void *self, label_kind kind, ident key, const char *text, size_t length) {
  target *t = self;
  if (length > 128) abort();
  return t->into.label(t->into.self, kind, key, text, length);
}

static void check(const record *r) {
  if (r->kind >= RECORD_KINDS) abort();
  if (r->time != BPI_TIME_NONE && r->time < 0) abort();
  if (r->kind != RECORD_SESSION && bpi_ident_absent(r->key)) abort();
  if (r->kind == RECORD_RESPONSE &&
      (r->u.response.output < -1 || r->u.response.stop < 0 || r->u.response.stop > STOP_PAUSE))
    abort();
  if (r->kind == RECORD_TOOL_RESULT &&
      bpi_vocabulary_name(VOCABULARY_OUTCOME, r->u.result.outcome) == NULL)
    abort();
  if (r->kind == RECORD_EVENT && bpi_vocabulary_name(VOCABULARY_EVENT, r->u.event.event) == NULL)
    abort();
}

static int put(void *self, const record *r) {
  target *t = self;
  check(r);
  fuzz_digest_add(&t->digest, &r->kind, sizeof r->kind);
  fuzz_digest_add(&t->digest, &r->flags, sizeof r->flags);
  fuzz_digest_add(&t->digest, &r->time, sizeof r->time);
  fuzz_digest_add(&t->digest, &r->key, sizeof r->key);
  fuzz_digest_add(&t->digest, &r->session, sizeof r->session);
  return t->into.put(t->into.self, r);
}

static int checkpoint(void *user, source_input *in) {
  (void)user;
  (void)in;
  return 0;
}

static uint64_t read_all(scan *s, struct foreign *database) {
  static const hash_key key = {{1, 2, 3}};
  target t = {.batch = bpi_batch_new()};
  if (t.batch == NULL) return 0;
  t.into = bpi_batch_sink(t.batch);
  fact_sink facts = {&t, label, put};
  gate *g = bpi_gate_new(&key, &facts, true);
  record_sink sink = bpi_gate_sink(g);
  source_input in = {
      .path = path, .scan = s, .database = database, .sink = &sink, .checkpoint = checkpoint};
  FUZZ_SOURCE.read(&in);
  fuzz_digest_add(&t.digest, &bpi_gate_counts(g)->rejects, sizeof(uint64_t));
  bpi_gate_free(g);
  bpi_batch_free(t.batch);
  return t.digest.hash;
}

#ifdef FUZZ_DATABASE

/* The tables of all these sources; ?1 is the key, ?2 the value. */
static const struct {
  const char *table, *insert;
  bool packed; /* except for keys that begin with "!" */
} tables[] = {
    {"ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)", "ItemTable VALUES (?1, ?2)",
     false},
    {"cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)",
     "cursorDiskKV VALUES (?1, ?2)", false},
    {"claude_raw_traces (sequence INTEGER PRIMARY KEY, event_data BLOB)",
     "claude_raw_traces (event_data) VALUES (?2)", true},
    {"cursor_raw_traces (sequence INTEGER PRIMARY KEY, event_type TEXT, item_key TEXT, workspace_hash TEXT,"
     " event_data BLOB)",
     "cursor_raw_traces (event_type, item_key, workspace_hash, event_data) VALUES (CASE WHEN ?1 GLOB 'b*' THEN"
     " 'bubble' WHEN ?1 GLOB 'c*' THEN 'composer' ELSE 'generation' END, ?1, substr(?1, -1), ?2)",
     true},
    {"composerHeaders (composerId TEXT, value TEXT, lastUpdatedAt INTEGER)",
     "composerHeaders VALUES (?1, ?2, nullif(length(?2) % 3, 0))", false},
    {"ai_code_hashes (source TEXT, requestId TEXT, conversationId TEXT, timestamp INTEGER, createdAt INTEGER,"
     " model TEXT)",
     "ai_code_hashes VALUES (CASE WHEN ?1 GLOB 'c*' THEN 'composer' ELSE 'cli' END, ?1, substr(?1, -1),"
     " nullif(length(?2) % 3, 0) * 600000000000, length(?2) * 1000000000, ?2)",
     false},
    {"scored_commits (commitHash TEXT, commitDate TEXT, scoredAt INTEGER, linesAdded INTEGER,"
     " linesDeleted INTEGER, tabLinesAdded INTEGER, tabLinesDeleted INTEGER, composerLinesAdded INTEGER,"
     " composerLinesDeleted INTEGER)",
     "scored_commits VALUES (?1, ?2, length(?2) * 1000000000, unicode(?1), length(?2) - 9, nullif(length(?1), 2),"
     " NULL, length(?1) % 2, 0)",
     false},
    {"cursor_sessions (workspace_hash TEXT, workspace_path TEXT)",
     "cursor_sessions VALUES (substr(?1, -1), ?2)", false},
    {"session (id TEXT, parent_id TEXT, directory TEXT, version TEXT, time_created INTEGER)",
     "session VALUES (?1, ?2, ?2, ?2, length(?2) * 1000000000)", false},
    {"message (id TEXT, session_id TEXT, data TEXT)", "message VALUES (?1, substr(?1, 1, 1), ?2)",
     false},
    {"part (id TEXT, message_id TEXT, session_id TEXT, data TEXT)",
     "part VALUES (?1, ?1, substr(?1, 1, 1), ?2)", false},
    {"session_v2 (id TEXT, parent_id TEXT, directory TEXT, version TEXT, time_created INTEGER)",
     "session_v2 VALUES (?1, ?2, ?2, ?2, length(?2) * 1000000000)", false},
    {"session_message (id TEXT, session_id TEXT, type TEXT, data TEXT)",
     "session_message VALUES ('2' || ?1, substr(?1, 1, 1), CASE substr(?1, -1) WHEN 'u' THEN 'user' WHEN 'c' THEN"
     " 'compaction' ELSE 'assistant' END, ?2)",
     false},
};
#define TABLES (sizeof tables / sizeof *tables)

/* A small window, allocated once: what zlib allocates otherwise is more than everything else that
 * an input needs. */
static size_t pack(Bytef *out, size_t room, const char *value, size_t length) {
  static z_stream z;
  if (z.state == NULL && deflateInit2(&z, 1, Z_DEFLATED, 10, 1, Z_DEFAULT_STRATEGY) != Z_OK)
    abort();
  deflateReset(&z);
  z.next_in = (Bytef *)(uintptr_t)value;
  z.avail_in = (uInt)length;
  z.next_out = out;
  z.avail_out = (uInt)room;
  return deflate(&z, Z_FINISH) == Z_STREAM_END ? z.total_out : 0;
}

static void bind_value(sqlite3_stmt *statement, const char *value, size_t length, bool packed) {
  static Bytef bytes[1 << 13];
  size_t size = packed ? pack(bytes, sizeof bytes, value, length) : 0;
  if (size > 0)
    sqlite3_bind_blob(statement, 2, bytes, (int)size, SQLITE_TRANSIENT);
  else
    sqlite3_bind_text(statement, 2, value, (int)length, SQLITE_STATIC);
}

typedef struct filling {
  sqlite3 *db;
  sqlite3_stmt *insert[TABLES];
} filling;

/* A database with empty tables, made once. */
static const unsigned char *empty_tables(sqlite3_int64 *length) {
  static unsigned char *made;
  static sqlite3_int64 made_length;
  sqlite3 *db;
  *length = made_length;
  if (made != NULL) return made;
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) abort();
  for (size_t i = 0; i < TABLES; i++) {
    char sql[320];
    snprintf(sql, sizeof sql, "CREATE TABLE %s", tables[i].table);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) abort();
  }
  made = sqlite3_serialize(db, "main", &made_length, 0);
  sqlite3_close(db);
  *length = made_length;
  return made;
}

static void add_row(filling *f, const char *line, size_t length) {
  const char *tab = memchr(line, '\t', length);
  if (tab == NULL) return;
  for (size_t i = 0; i < TABLES; i++) {
    sqlite3_bind_text(f->insert[i], 1, line, (int)(tab - line), SQLITE_STATIC);
    if (sqlite3_bind_parameter_count(f->insert[i]) > 1)
      bind_value(f->insert[i], tab + 1, (size_t)(line + length - tab - 1),
                 tables[i].packed && *line != '!');
    sqlite3_step(f->insert[i]);
    sqlite3_reset(f->insert[i]);
  }
}

static void open_tables(filling *f) {
  sqlite3_int64 length;
  const unsigned char *empty = empty_tables(&length);
  unsigned char *copy = sqlite3_malloc64((sqlite3_uint64)length);
  if (empty == NULL || copy == NULL || sqlite3_open(":memory:", &f->db) != SQLITE_OK) abort();
  memcpy(copy, empty, (size_t)length);
  if (sqlite3_deserialize(f->db, "main", copy, length, length,
                          SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) !=
      SQLITE_OK)
    abort();
  for (size_t i = 0; i < TABLES; i++) {
    char sql[320];
    snprintf(sql, sizeof sql, "INSERT OR IGNORE INTO %s", tables[i].insert);
    if (sqlite3_prepare_v2(f->db, sql, -1, &f->insert[i], NULL) != SQLITE_OK) abort();
  }
}

static unsigned char *make_database(const char *data, size_t size, sqlite3_int64 *length) {
  filling f;
  open_tables(&f);
  sqlite3_exec(f.db, "BEGIN", NULL, NULL, NULL);
  for (const char *end = data + size; data < end;) {
    const char *newline = memchr(data, '\n', (size_t)(end - data));
    size_t line = (size_t)((newline == NULL ? end : newline) - data);
    add_row(&f, data, line);
    data += line + (newline != NULL);
  }
  sqlite3_exec(f.db, "COMMIT", NULL, NULL, NULL);
  for (size_t i = 0; i < TABLES; i++)
    sqlite3_finalize(f.insert[i]);
  unsigned char *bytes = sqlite3_serialize(f.db, "main", length, 0);
  sqlite3_close(f.db);
  return bytes;
}

/* Beside the database of a workspace. */
static const folder_file files[] = {{'W', "workspaceStorage/1a2b/workspace.json"}, {0}};

static uint64_t read_bytes(const void *bytes, size_t length) {
  foreign *f = NULL;
  if (bpi_foreign_open_bytes(&f, bytes, length, NULL, 0, NULL) != BP_OK) return 0;
  uint64_t digest = read_all(NULL, f);
  bpi_foreign_close(f);
  return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sqlite3_int64 length = (sqlite3_int64)size;
  unsigned char *made = NULL;
  if (bpi_hash_init() != 0) return 0;
  if (size < 16 || memcmp(data, "SQLite format 3", 16) != 0)
    made = make_database((const char *)data, size, &length);
  snprintf(path, sizeof path, "%s", fuzz_path("workspaceStorage/1a2b/state.vscdb"));
  fill_folder(files, (const char *)data, size);
  const void *bytes = made != NULL ? (const void *)made : data;
  uint64_t first = read_bytes(bytes, (size_t)length);
  if (size % 8 == 0 && first != read_bytes(bytes, (size_t)length)) abort();
  sqlite3_free(made);
  empty_folder(files);
  return 0;
}

#else

static void read_twice(const void *data, size_t size) {
  scan s;
  bpi_scan_init_memory(&s, data, size);
  uint64_t whole = read_all(&s, NULL);
  drip d = {data, size, 0, size > 0 ? 1 + ((const uint8_t *)data)[size - 1] % 61u : 1};
  if (bpi_scan_init(&s, drip_read, &d, 1, 0, 1) != 0) return;
  uint64_t pieces = read_all(&s, NULL);
  bpi_scan_free(&s);
  if (whole != pieces) abort();
}

#ifdef FUZZ_FOLDER

/* A session in the two layouts; the others are its messages, their parts, and other sessions. */
static const folder_file files[] = {{'s', "storage/session/p/ses_s.json"},
                                    {'S', "storage/session/info/ses_s.json"},
                                    {'t', "storage/session/p/ses_t.json"},
                                    {'T', "storage/session/info/ses_t.json"},
                                    {'m', "storage/message/ses_s/m.json"},
                                    {'n', "storage/message/ses_s/n.json"},
                                    {'M', "storage/session/message/ses_s/m.json"},
                                    {'a', "storage/part/m/a.json"},
                                    {'b', "storage/part/m/b.json"},
                                    {'c', "storage/part/n/c.json"},
                                    {'A', "storage/session/part/ses_s/m/a.json"},
                                    {'B', "storage/session/part/ses_s/m/b.json"},
                                    {0}};
#define LAYOUTS 2

static void read_session(const char *name) {
  char *text = NULL;
  size_t length = 0;
  file_stat stat;
  snprintf(path, sizeof path, "%s", fuzz_path(name));
  if (bpi_file_stat(path, &stat) != BP_OK) return;
  FUZZ_SOURCE.beside(path, &stat);
  if (bpi_file_load(&text, &length, path, 1 << 20, NULL) != BP_OK) abort();
  read_twice(text, length);
  bpi_free(text);
}

#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (bpi_hash_init() != 0) return 0;
  path[0] = '\0';
  read_twice(data, size);
#ifdef FUZZ_FOLDER
  fill_folder(files, (const char *)data, size);
  for (int i = 0; i < LAYOUTS; i++)
    read_session(files[i].path);
  empty_folder(files);
#endif
  return 0;
}

#endif
