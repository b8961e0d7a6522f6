/* What the library frees holds no content. Every text of the corpus that has a blank gets a marker
 * at its end, and each block that the library frees is searched for it. Texts without a blank may
 * be names, which may be kept. What SQLite, zlib and a growing buffer leave behind is not searched
 * (docs/privacy.md).
 *
 *     test_freed CORPUS
 *
 * The linker replaces malloc(), realloc() and free() in the library and in this program. */
#include <check.h>
#include <cJSON.h>
#include <dirent.h>
#include <malloc.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <blueplane/blueplane.h>

#include "../unit/drip.h"
#include "../unit/folder.h"
#include "../unit/run_suite.h"
#include "base/mem.h"
#include "base/scan.h"

#define MARK " qzxv wombat quickstep"

static const char *corpus;

/* ------------------------------------------------------------------------------- what is freed */

static const char *const volatile wanted = MARK; /* compilers know what free() is */
static volatile int watching;
static size_t seen, held, blank; /* blocks freed meanwhile; with the marker; all zero */

/* The linker's names of the C library's functions, and of those that replace them. */
void __real_free(void *memory);
void __wrap_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *memory, size_t size);

static int holds_mark(const char *block, size_t size) {
  size_t length = strlen(wanted);
  for (size_t at = 0; at + length <= size; at++)
    if (block[at] == MARK[0] && memcmp(block + at, wanted, length) == 0) return 1;
  return 0;
}

static int is_blank(const char *block, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (block[i] != 0) return 0;
  return 1;
}

void __wrap_free(void *memory) {
  if (watching && memory != NULL) {
    seen++;
    held += (size_t)holds_mark(memory, malloc_usable_size(memory));
    blank += (size_t)is_blank(memory, malloc_usable_size(memory));
  }
  __real_free(memory);
}

/* A new block has nothing of what others freed. */
void *__wrap_malloc(size_t size) {
  return calloc(1, size);
}

void *__wrap_realloc(void *memory, size_t size) {
  char *grown = calloc(1, size);
  if (grown == NULL || memory == NULL) return grown;
  size_t before = malloc_usable_size(memory);
  memcpy(grown, memory, before < size ? before : size);
  __real_free(memory);
  return grown;
}

static void watch(void) {
  seen = held = blank = 0;
  watching = 1;
}

static void expect_nothing(const char *about) {
  watching = 0;
  ck_assert_msg(seen > 0 && held == 0, "%s: the marker is in %zu of %zu freed blocks", about, held,
                seen);
}

START_TEST(a_freed_text_is_found) {
  watch();
  bpi_free(bpi_strndup("text" MARK, 4 + strlen(MARK)));
  watching = 0;
  ck_assert_uint_eq(seen, 1);
  ck_assert_uint_eq(held, 1);
}
END_TEST

/* ----------------------------------------------------------------------------------- a window */

#define LONGER "{\"a\":\"\\u20ac" MARK "\"}\n{\"b\":\"\\ud83d\\ude00" MARK "\"}\n"

static int64_t write_and_fail(void *user, void *into, size_t length) {
  (void)user;
  memset(into, ' ', length);
  memcpy((char *)into + length - sizeof MARK, MARK, sizeof MARK);
  return -1;
}

static void read_all(scan *s, drip *from) {
  bpi_scan_reset(s, drip_read, from, 0, 1);
  while (bpi_scan_value(s) == SCAN_OBJECT) {
    const char *key;
    size_t length;
    while (bpi_scan_key(s, &key, &length))
      bpi_scan_skip(s);
  }
}

static size_t to_wipe; /* windows that had the whole marker: not after the smallest pieces */

static void free_watched(scan *s, const char *about) {
  to_wipe += (size_t)holds_mark(s->window, 4096);
  watch();
  bpi_scan_free(s);
  watching = 0;
  ck_assert_msg(seen == 1 && blank == 1, "%s: %zu windows, %zu of them wiped", about, seen, blank);
}

/* Inputs of other lengths in one window, in pieces of any size; a read that fails. */
START_TEST(windows) {
  scan s;
  for (size_t step = 1; step <= sizeof LONGER; step++)
    for (int longer_first = 0; longer_first <= 1; longer_first++) {
      drip longer = {LONGER, sizeof LONGER - 1, 0, step}, shorter = {"{}", 2, 0, step};
      ck_assert_int_eq(bpi_scan_init(&s, drip_read, &shorter, 4096, 0, 1), BP_OK);
      read_all(&s, longer_first ? &longer : &shorter);
      read_all(&s, longer_first ? &shorter : &longer);
      free_watched(&s, longer_first ? "longer, then shorter" : "shorter, then longer");
    }
  ck_assert_int_eq(bpi_scan_init(&s, write_and_fail, NULL, 4096, 0, 1), BP_OK);
  ck_assert_int_eq(bpi_scan_value(&s), SCAN_ERROR);
  free_watched(&s, "a read that fails");
  ck_assert_uint_gt(to_wipe, 20);
}
END_TEST

/* ------------------------------------------------------------------------------- marked input */

static size_t marks;

static void mark(cJSON *value);

/* A text that is itself JSON stays JSON. */
static char *marked_text(const char *text) {
  if (*text == '{' || *text == '[') {
    cJSON *inside = cJSON_Parse(text);
    if (inside != NULL) {
      mark(inside);
      char *again = cJSON_PrintUnformatted(inside);
      cJSON_Delete(inside);
      return again;
    }
  }
  char *longer = malloc(strlen(text) + sizeof MARK);
  ck_assert_ptr_nonnull(longer);
  sprintf(longer, "%s%s", text, MARK);
  marks++;
  return longer;
}

/* Texts with a blank, and what the corpus calls a canary; others may be names. */
static int is_content(const cJSON *value) {
  const char *text = value->valuestring;
  if (strchr(text, ' ') != NULL) return 1;
  const char *key = value->string == NULL ? "" : value->string;
  return strstr(text, "CANARY") != NULL && strchr(text, '/') == NULL && strcmp(key, "name") != 0 &&
         strcmp(key, "tool") != 0;
}

static void mark(cJSON *value) {
  cJSON *member;
  cJSON_ArrayForEach (member, value)
    mark(member);
  if (!cJSON_IsString(value) || !is_content(value)) return;
  char *text = marked_text(value->valuestring);
  ck_assert_ptr_nonnull(text);
  ck_assert_ptr_nonnull(cJSON_SetValuestring(value, text));
  free(text);
}

/* Writes the values of a text to a file, marked, one in a line. */
static size_t write_marked(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  size_t before = marks;
  ck_assert_ptr_nonnull(file);
  for (const char *end; *text != '\0'; text = end) {
    cJSON *value = cJSON_ParseWithOpts(text, &end, 0);
    if (value == NULL) break;
    mark(value);
    char *line = cJSON_PrintUnformatted(value);
    fprintf(file, "%s\n", line);
    cJSON_free(line);
    cJSON_Delete(value);
    end += strspn(end, " \t\r\n");
  }
  ck_assert_int_eq(fclose(file), 0);
  return marks - before;
}

static char *load(const char *path) {
  char *text = calloc(1, 1 << 20);
  FILE *file = fopen(path, "r");
  ck_assert(text != NULL && file != NULL);
  ck_assert_uint_lt(fread(text, 1, (1 << 20) - 1, file), (1 << 20) - 1);
  fclose(file);
  return text;
}

/* -------------------------------------------------------------------------------------- ingest */

static void ingest(const char *source, const char *path) {
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  bp_store *store = NULL;
  bp_error *error = NULL;
  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER;
  ck_assert_int_eq(bp_open(&store, NULL, &options, NULL), BP_OK);
  watch();
  int rc = bp_ingest_file(store, source, path, NULL, NULL, &error);
  bp_close(store);
  expect_nothing(path);
  ck_assert_msg(rc == BP_OK || source == NULL, "%s: %s", path, bp_error_message(error));
  bp_error_free(error);
}

/* The source of a file of hooks is in its name; else it is that of the folder. */
static const char *source_of(const char *folder_name, const char *name) {
  if (strstr(name, ".claude_code_hooks.") != NULL) return "claude_code_hooks";
  if (strstr(name, ".cursor_hooks.") != NULL) return "cursor_hooks";
  return folder_name;
}

static size_t ingest_folder(const char *name) {
  char from[512];
  size_t marked = 0;
  snprintf(from, sizeof from, "%s/%s", corpus, name);
  DIR *entries = opendir(from);
  ck_assert_ptr_nonnull(entries);
  for (const struct dirent *e; (e = readdir(entries)) != NULL;) {
    if (strstr(e->d_name, ".json") == NULL) continue;
    char full[1024];
    snprintf(full, sizeof full, "%s/%s", from, e->d_name);
    char *text = load(full);
    const char *path = path_of(e->d_name);
    marked += write_marked(path, text);
    free(text);
    ingest(source_of(name, e->d_name), path);
    ingest(NULL, path); /* its source is recognised, or not */
  }
  closedir(entries);
  return marked;
}

START_TEST(files) {
  static const struct {
    const char *folder;
    size_t least; /* texts marked in its files, about */
  } folders[] = {{"claude_code", 100}, {"codex", 150},   {"copilot", 40}, {"gemini", 40},
                 {"hooks", 50},        {"opencode", 50}, {"otlp", 150},   {"forge", 15}};
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    size_t marked = ingest_folder(folders[i].folder);
    ck_assert_msg(marked >= folders[i].least, "%s: %zu marks", folders[i].folder, marked);
  }
}
END_TEST

static void execute(sqlite3 *db, const char *statements) {
  ck_assert_msg(sqlite3_exec(db, statements, NULL, NULL, NULL) == SQLITE_OK, "%s",
                sqlite3_errmsg(db));
}

/* Its rows are still in the log, as while the assistant is running. */
START_TEST(a_database_with_a_log) {
  sqlite3 *db;
  char from[512];
  const char *path = path_of("state.vscdb");
  snprintf(from, sizeof from, "%s/cursor/good-global.sql", corpus);
  char *rows = load(from);
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  execute(db, "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
  execute(db, rows);
  execute(db, "UPDATE cursorDiskKV SET value = replace(value, 'CANARY', 'CANARY" MARK "')");
  ck_assert_int_ge(sqlite3_changes(db), 20);
  free(rows);
  watch();
  sqlite3_free(sqlite3_malloc(1));
  watching = 0;
  if (seen == 0) /* else it is linked statically, and its own memory would be searched */
    ingest("cursor", path);
  sqlite3_close(db);
}
END_TEST

int main(int argc, char **argv) {
  corpus = argc > 1 ? argv[1] : "tests/corpus";
  Suite *suite = suite_create("freed");
  TCase *c = tcase_create("freed");
  tcase_add_unchecked_fixture(c, make_folder, remove_folder);
  tcase_add_test(c, a_freed_text_is_found);
  tcase_add_test(c, windows);
  tcase_add_test(c, files);
  tcase_add_test(c, a_database_with_a_log);
  suite_add_tcase(suite, c);
  return run_suite(suite);
}
