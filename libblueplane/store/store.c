/* store/store.c: opens stores. A new file is made private before SQLite sees it; an existing one
 * must be marked as ours and not be newer than this library; the key must be the one its
 * identifiers were made with. */
#include "store/store.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/bulk.h"
#include "store/days.h"
#include "store/erase.h"
#include "store/sql.h"

#include "migrations.h"

#define RETRY_MS 10

/* Migrations of each kind; published cells have the same schema in all of them. */
static const char *const personal_steps[] = {SQL_0001_FACTS};
static const char *const team_steps[] = {SQL_PUBLISHED_0001 SQL_INDIVIDUAL_0001 SQL_TEAM_0001};
static const char *const organisation_steps[] = {SQL_PUBLISHED_0001 SQL_ORGANISATION_0001};
static const char *const release_steps[] = {SQL_PUBLISHED_0001};
static const char *const lead_steps[] = {SQL_PUBLISHED_0001 SQL_INDIVIDUAL_0001};

#define STEPS(of) .step = of, .steps = (int)(sizeof(of) / sizeof *(of))
static const struct kind {
  const char *name;
  int64_t mark; /* application_id of the file */
  bool keyed;   /* has a key file next to it */
  bool single;  /* passed around as a single file, so it has no write-ahead log */
  const char *const *step;
  int steps; /* also the version of the schema */
} kinds[STORE_KINDS] = {
    [STORE_PERSONAL] = {"personal", 0x62706c31 /* "bpl1" */, true, false, STEPS(personal_steps)},
    [STORE_TEAM] = {"team", 0x62707431 /* "bpt1" */, true, false, STEPS(team_steps)},
    [STORE_ORGANISATION] = {"organisation", 0x62706f31 /* "bpo1" */, false, true,
                            STEPS(organisation_steps)},
    [STORE_RELEASE] = {"release", 0x62707231 /* "bpr1" */, false, true, STEPS(release_steps)},
    [STORE_LEAD] = {"lead", 0x62706c65 /* "bple" */, false, true, STEPS(lead_steps)},
};

/* -------------------------------------------------------------------------------------- key */

static char *key_path_of(const char *path, const store_options *options) {
  const char *given = options->key_path;
  if (given != NULL) return bpi_strndup(given, strlen(given));
  buf b;
  bpi_buf_init(&b, 1 << 16);
  bpi_buf_text(&b, path);
  bpi_buf_text(&b, ".key");
  return bpi_buf_take(&b, NULL);
}

static int load_key(hash_key *key, const char *path, bp_error **error) {
  file *opened = NULL;
  file_stat stat;
  unsigned char bytes[BPI_KEY_BYTES + 1]; /* one more tells a longer file */
  int rc = bpi_file_open(&opened, path, &stat, error);
  if (rc != BP_OK) return rc;
  int64_t got = bpi_file_read(opened, 0, bytes, sizeof bytes);
  bpi_file_close(opened);
  if (got == BPI_KEY_BYTES) memcpy(key->bytes, bytes, sizeof key->bytes);
  bpi_hash_wipe(bytes, sizeof bytes);
  if (got == BPI_KEY_BYTES) return BP_OK;
  if (got < 0)
    bpi_fail(error, BP_ERR_IO, "cannot read the key file");
  else
    bpi_fail(error, BP_ERR_FORMAT, "the key file does not have %d bytes", BPI_KEY_BYTES);
  return bpi_fail_detail(error, "path", path);
}

/* Creates a private file with its content in one step. *made is false if another process created it
 * first. */
static int create_file(const char *path, const void *data, size_t length, bool *made,
                       bp_error **error) {
  int rc = bpi_file_create_private(path, data, length, error);
  *made = rc == BP_OK;
  if (rc != BP_ERR_INVALID) return rc;
  bpi_error_free(*error);
  *error = NULL;
  return BP_OK;
}

static int make_key(hash_key *key, const char *path, bp_error **error) {
  bool made;
  bpi_hash_random_key(key);
  int rc = create_file(path, key->bytes, sizeof key->bytes, &made, error);
  return rc != BP_OK || made ? rc : load_key(key, path, error);
}

static int open_key(store *s, const char *path, const store_options *options, bool fresh,
                    bp_error **error) {
  if (!kinds[s->kind].keyed) {
    s->keyless = true;
    return BP_OK;
  }
  if (options->in_memory && options->key_path == NULL) {
    bpi_hash_random_key(&s->key);
    return BP_OK;
  }
  char *key_path = key_path_of(path, options);
  if (key_path == NULL) return bpi_fail_nomem(error);
  file_stat stat;
  int rc = bpi_file_stat(key_path, &stat);
  if (rc == BP_OK) {
    rc = load_key(&s->key, key_path, error);
  } else if (fresh && !s->read_only) {
    rc = make_key(&s->key, key_path, error);
  } else if (s->read_only) {
    s->keyless = true; /* only ingest needs the key */
    rc = BP_OK;
  } else {
    bpi_fail(error, BP_ERR_NOTFOUND, "the key file of the store is missing");
    bpi_fail_detail(error, "path", key_path);
    rc = bpi_fail_detail(error, "hint",
                         "restore it from a backup; without it new records cannot be matched");
  }
  bpi_free(key_path);
  return rc;
}

static int check_key(store *s, bp_error **error) {
  if (s->keyless) return BP_OK;
  int64_t mark = (int64_t)bpi_hash_ident(&s->key, "check", "", 0).lo;
  int64_t stored = 0;
  int rc = bpi_store_setting(s, "key_check", 0, &stored, error);
  if (rc != BP_OK || stored == mark) return rc;
  if (stored != 0) return bpi_fail(error, BP_ERR_INVALID, "the key file belongs to another store");
  return s->read_only ? BP_OK : bpi_store_set_setting(s, "key_check", mark, error);
}

/* ------------------------------------------------------------------------------------ schema */

/* Releases and files for a lead are signed and read from memory; a database on disk that claims to
 * be one has not been verified. */
static bool find_kind(store *s, int64_t mark) {
  for (int kind = 0; kind < STORE_KINDS; kind++)
    if (kinds[kind].mark == mark && kind != STORE_RELEASE && kind != STORE_LEAD) {
      s->kind = (store_kind)kind;
      return true;
    }
  return false;
}

/* An empty file gets the kind that it is opened to become. */
static int identify(store *s, int64_t *version, bp_error **error) {
  int64_t application = 0, objects = 0;
  int rc = bpi_sql_number(s, "PRAGMA user_version", version, error);
  if (rc == BP_OK) rc = bpi_sql_number(s, "PRAGMA application_id", &application, error);
  if (rc == BP_OK) rc = bpi_sql_number(s, "PRAGMA schema_version", &objects, error);
  if (rc != BP_OK) return rc;
  bool empty = application == 0 && *version == 0 && objects == 0;
  if ((!empty && !find_kind(s, application)) || *version < 0)
    return bpi_fail(error, BP_ERR_CORRUPT, "the file is a database, but not a blueplane store");
  if (*version > kinds[s->kind].steps) {
    bpi_fail(error, BP_ERR_SCHEMA, "the store has schema %d, this library knows up to %d",
             (int)*version, kinds[s->kind].steps);
    return bpi_fail_detail(error, "hint", "use a newer libblueplane");
  }
  return BP_OK;
}

static int check_kind(const store *s, unsigned allowed, bp_error **error) {
  if (allowed == 0 || (allowed & STORE_BIT(s->kind))) return BP_OK;
  bpi_fail(error, BP_ERR_DENIED, "a store of this kind does not open for this access");
  return bpi_fail_detail(error, "name", kinds[s->kind].name);
}

/* Reads the three marks in one snapshot: another process may be creating the store at this
 * moment. */
static int look(store *s, int64_t *version, unsigned allowed, bp_error **error) {
  int rc = bpi_store_begin_read(s, error);
  if (rc == BP_OK) rc = identify(s, version, error);
  if (rc == BP_OK) rc = check_kind(s, allowed, error);
  bpi_store_rollback(s);
  return rc;
}

static int migrate_step(store *s, int64_t version, bp_error **error) {
  char sql[96];
  int rc = bpi_sql_exec(s, kinds[s->kind].step[version], error);
  if (rc != BP_OK) return rc;
  snprintf(sql, sizeof sql, "PRAGMA application_id = %lld; PRAGMA user_version = %d",
           (long long)kinds[s->kind].mark, (int)version + 1);
  return bpi_sql_exec(s, sql, error);
}

/* Applies the missing migrations one by one. */
static int migrate(store *s, int64_t now_us, bp_error **error) {
  int64_t version = 0;
  if (s->read_only)
    return bpi_fail(error, BP_ERR_READONLY,
                    "the schema is out of date: open the store for writing once");
  int rc = bpi_store_begin_write(s, error);
  if (rc == BP_OK) rc = identify(s, &version, error); /* another process may have done it */
  int64_t found = version;
  for (; rc == BP_OK && version < kinds[s->kind].steps; version++)
    rc = migrate_step(s, version, error);
  if (rc == BP_OK && found == 0) rc = bpi_store_set_setting(s, "created_us", now_us, error);
  if (rc == BP_OK) rc = bpi_store_commit(s, error);
  if (rc != BP_OK) bpi_store_rollback(s);
  return rc;
}

/* -------------------------------------------------------------------------------------- open */

/* Settings of the connection. secure_delete is read back because a build of SQLite may lack it.
 * fullfsync: on Apple's systems a sync otherwise ends in the drive's cache. */
static int configure(store *s, bp_error **error) {
  int64_t secure = 0;
  bpi_sql_wait(s, s->db, BPI_BUSY_MS);
  int rc = bpi_sql_exec(s,
                        "PRAGMA secure_delete = ON; PRAGMA fullfsync = ON;"
                        "PRAGMA temp_store = MEMORY;"
                        "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8192",
                        error);
  if (rc == BP_OK) rc = bpi_sql_number(s, "PRAGMA secure_delete", &secure, error);
  if (rc == BP_OK && secure != 1)
    return bpi_fail(error, BP_ERR_UNSUPPORTED, "this SQLite cannot delete securely");
  return rc;
}

/* Changes the file, so it is called only once the file is known to be ours. SQLite does not wait by
 * itself when two processes do this at once. EXTRA: a deleted rollback journal must not reappear
 * after a power failure, because it would roll back everything committed since, including a
 * write-ahead log. */
static int set_journal(store *s, bp_error **error) {
  const char *sql =
      kinds[s->kind].single
          ? "PRAGMA synchronous = EXTRA; PRAGMA journal_mode = DELETE"
          : "PRAGMA synchronous = EXTRA; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL";
  int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
  for (int waited = 0; (code & 0xff) == SQLITE_BUSY && waited < BPI_BUSY_MS; waited += RETRY_MS) {
    bpi_sleep_ms(RETRY_MS);
    code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
  }
  s->logged = code == SQLITE_OK && !kinds[s->kind].single;
  return code == SQLITE_OK ? BP_OK : bpi_sql_fail(code, error);
}

static int fail_path(int code, const char *what, const char *path, bp_error **error) {
  bpi_fail(error, code, "%s", what);
  return bpi_fail_detail(error, "path", path);
}

static int prepare_file(const char *path, const store_options *options, bool *fresh,
                        bp_error **error) {
  file_stat stat;
  bool made;
  int rc = bpi_file_stat(path, &stat);
  if (rc == BP_OK && stat.is_link) (void)bpi_file_stat_behind(path, &stat);
  if (rc == BP_OK && !stat.is_file && !stat.is_link)
    return fail_path(BP_ERR_INVALID, "the store's path is not a file", path, error);
  *fresh = rc != BP_OK || (stat.is_file && stat.size == 0);
  if (rc == BP_OK) return BP_OK;
  if (rc != BP_ERR_NOTFOUND) return fail_path(rc, "the store cannot be opened", path, error);
  if (options->read_only) return fail_path(rc, "there is no store", path, error);
  return create_file(path, "", 0, &made, error);
}

/* An empty file that becomes a store, even behind a link, must be private before anything is
 * written to it. */
static int claim_empty(const char *path, bp_error **error) {
  return bpi_file_make_private(path) == BP_OK
             ? BP_OK
             : fail_path(BP_ERR_READONLY, "the empty file belongs to another user", path, error);
}

/* Prefixes a path that begins with ":" or "file:", which SQLite or some builds of it would
 * interpret. `path` NULL: in memory. Returns a SQLite code. */
static int connect_to(sqlite3 **db, const char *path, int flags) {
  buf b;
  bpi_buf_init(&b, 1 << 16);
  if (path != NULL && (*path == ':' || strncmp(path, "file:", 5) == 0)) bpi_buf_text(&b, "./");
  bpi_buf_text(&b, path == NULL ? ":memory:" : path);
  char *name = bpi_buf_take(&b, NULL);
  int code = name == NULL ? SQLITE_NOMEM
                          : sqlite3_open_v2(name, db, flags | SQLITE_OPEN_NOMUTEX, NULL);
  bpi_free(name);
  return code;
}

int bpi_store_first_bytes(const char *path, void *out, size_t length) {
  file_stat stat;
  sqlite3 *db = NULL;
  sqlite3_file *opened = NULL;
  if (bpi_file_stat_behind(path, &stat) != BP_OK || !stat.is_file) return BP_ERR_NOTFOUND;
  int code = connect_to(&db, path, SQLITE_OPEN_READONLY);
  if (code == SQLITE_OK)
    code = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &opened);
  if (code == SQLITE_OK) code = opened->pMethods->xRead(opened, out, (int)length, 0);
  sqlite3_close_v2(db);
  int rc = code == SQLITE_OK ? BP_OK : bpi_sql_fail(code, NULL);
  return rc == BP_OK || rc == BP_ERR_NOMEM ? rc : BP_ERR_NOTFOUND;
}

bool bpi_store_locks(const store *s, const char *path) {
  static const char *const endings[] = {"", "-shm"};
  const char *main = sqlite3_db_filename(s->db, "main");
  file_stat asked, own;
  if (main == NULL || *main == '\0' || bpi_file_stat_behind(path, &asked) != BP_OK) return false;
  bool same = false;
  for (size_t i = 0; i < sizeof endings / sizeof *endings && !same; i++) {
    buf name;
    bpi_buf_init(&name, 1 << 16);
    bpi_buf_printf(&name, "%s%s", main, endings[i]);
    same = !name.failed && bpi_file_stat_behind(name.data, &own) == BP_OK &&
           own.inode == asked.inode && own.device == asked.device;
    bpi_buf_free(&name);
  }
  return same;
}

static int open_database(store *s, const char *path, const store_options *options,
                         bp_error **error) {
  int flags = SQLITE_OPEN_EXRESCODE;
  flags |= options->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (options->in_memory) flags |= SQLITE_OPEN_CREATE;
  int code = connect_to(&s->db, options->in_memory ? NULL : path, flags);
  if (code == SQLITE_OK && sqlite3_db_readonly(s->db, "main") > 0) s->read_only = true;
  if (code == SQLITE_OK) code = bpi_bulk_register(s);
  if (code == SQLITE_OK) return configure(s, error);
  bpi_sql_fail(code, error);
  return bpi_fail_detail(error, "path", path == NULL ? "" : path);
}

/* SQLite has created both files by now, and they hold nothing about a person yet, except what was
 * there before. */
static void guard_log(const store *s) {
  bpi_file_guard(sqlite3_db_filename(s->db, "main"), "-wal");
  bpi_file_guard(sqlite3_db_filename(s->db, "main"), "-shm");
}

/* What earlier erasures could not complete. With too little memory or room for that the store can be
 * used all the same: their note stays, and the next opening tries again. */
static int finish_erasures(store *s, bp_error **error) {
  int rc = bpi_store_erase_finish(s, error);
  if (rc != BP_ERR_NOMEM && rc != BP_ERR_IO) return rc;
  bpi_error_free(*error);
  *error = NULL;
  return BP_OK;
}

int bpi_store_open(store **out, const char *path, const store_options *options, bp_error **error) {
  *out = NULL;
  int rc = bpi_hash_init();
  if (rc != BP_OK) return bpi_fail(error, rc, "the cryptographic library cannot start");
  store *s = bpi_alloc_zero(1, sizeof *s);
  if (s == NULL) return bpi_fail_nomem(error);
  s->read_only = options->read_only;
  s->kind = options->create;
  s->worth_packing = WORTH_PACKING;
  s->layer_least = LAYER_LEAST;
  bool fresh = options->in_memory;
  int64_t version = 0;
  if (!options->in_memory) rc = prepare_file(path, options, &fresh, error);
  if (rc == BP_OK) rc = open_database(s, path, options, error);
  if (rc == BP_OK) rc = look(s, &version, options->kinds, error);
  bool on_disk = !options->in_memory && !s->read_only;
  if (rc == BP_OK && on_disk && version == 0) rc = claim_empty(path, error);
  if (rc == BP_OK && on_disk) rc = set_journal(s, error);
  if (rc == BP_OK) rc = open_key(s, path, options, fresh || version == 0, error);
  if (rc == BP_OK && version < kinds[s->kind].steps) rc = migrate(s, options->now_us, error);
  if (rc == BP_OK) rc = check_key(s, error);
  if (rc == BP_OK && s->logged) guard_log(s);
  if (rc == BP_OK && !s->read_only) rc = finish_erasures(s, error);
  if (rc != BP_OK) {
    if (path != NULL && bpi_error_detail(*error, "path") == NULL)
      bpi_fail_detail(error, "path", path);
    bpi_store_close(s);
    return rc;
  }
  *out = s;
  return BP_OK;
}

static void forget_statements(store *s) {
  for (int i = 0; i < SQL_COUNT; i++) {
    sqlite3_finalize(s->statement[i]);
    s->statement[i] = NULL;
  }
}

/* ------------------------------------------------------------------------------- restricting */

static bool is_in(const char *list, const char *word) {
  size_t length = strlen(word);
  if (strcmp(list, "*") == 0) return true;
  for (; *list != '\0'; list += strcspn(list, " "), list += strspn(list, " "))
    if (strcspn(list, " ") == length && memcmp(list, word, length) == 0) return true;
  return false;
}

/* SQLite calls it when a statement is prepared. `name` is the table, the pragma or the function. */
static int authorize(void *tables, int action, const char *name, const char *argument,
                     const char *database, const char *trigger) {
  static const char *const pragmas =
      "user_version page_size page_count freelist_count integrity_check";
  (void)argument, (void)database, (void)trigger;
  switch (action) {
  case SQLITE_SELECT:
  case SQLITE_FUNCTION:
  case SQLITE_TRANSACTION: return SQLITE_OK;
  case SQLITE_READ: /* `bulk` holds the caller's own values */
    return name != NULL && (is_in(tables, name) || strcmp(name, "bulk") == 0) ? SQLITE_OK
                                                                              : SQLITE_DENY;
  case SQLITE_PRAGMA: return name != NULL && is_in(pragmas, name) ? SQLITE_OK : SQLITE_DENY;
  default: return SQLITE_DENY;
  }
}

int bpi_store_restrict(store *s, const char *tables, bp_error **error) {
  forget_statements(s); /* they were prepared with more rights */
  sqlite3_set_authorizer(s->db, NULL, NULL);
  /* declares the virtual table, which is denied later */
  int rc = bpi_sql_exec(s, "SELECT 1 FROM bulk", error);
  if (rc == BP_OK) rc = bpi_sql_exec(s, "PRAGMA query_only = ON", error);
  if (rc == BP_OK) s->read_only = true, s->tables = tables;
  if (s->tables != NULL) sqlite3_set_authorizer(s->db, authorize, (void *)s->tables);
  return rc;
}

void bpi_store_close(store *s) {
  if (s == NULL) return;
  forget_statements(s);
  sqlite3_close_v2(s->db);
  bpi_store_abandon(s);
}

void bpi_store_abandon(store *s) {
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++)
    bpi_layers_forget(&s->layers[kind]);
  bpi_hash_wipe(&s->key, sizeof s->key);
  bpi_free(s);
}

const hash_key *bpi_store_key(const store *s) {
  return &s->key;
}
bool bpi_store_read_only(const store *s) {
  return s->read_only;
}
bool bpi_store_keyless(const store *s) {
  return s->keyless;
}
store_kind bpi_store_kind(const store *s) {
  return s->kind;
}
const char *bpi_store_kind_name(store_kind kind) {
  return kinds[kind].name;
}

void bpi_store_interrupt(store *s) {
  atomic_store(&s->interrupted, 1);
  sqlite3_interrupt(s->db);
}

void bpi_store_clear_interrupt(store *s) {
  atomic_store(&s->interrupted, 0);
}
bool bpi_store_interrupted(const store *s) {
  return atomic_load(&s->interrupted) != 0;
}

void bpi_store_while_waiting(store *s, void (*call)(void *user), void *user) {
  s->while_waiting = call;
  s->waiting = user;
}

void bpi_store_wait(store *s, bool wait) {
  bpi_sql_wait(s, s->db, wait ? BPI_BUSY_MS : 0);
}

/* ---------------------------------------------------------------------------------- settings */

int bpi_store_setting(store *s, const char *name, int64_t fallback, int64_t *out,
                      bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_META_GET, error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_text(get, 1, name, -1, SQLITE_STATIC);
  int rc = bpi_sql_step(get, error);
  *out = rc > 0 ? sqlite3_column_int64(get, 0) : fallback;
  sqlite3_reset(get);
  return rc < 0 ? rc : BP_OK;
}

int bpi_store_set_setting(store *s, const char *name, int64_t value, bp_error **error) {
  sqlite3_stmt *set = bpi_sql(s, SQL_META_SET, error);
  if (set == NULL) return bpi_error_code(*error);
  sqlite3_bind_text(set, 1, name, -1, SQLITE_STATIC);
  sqlite3_bind_int64(set, 2, value);
  return bpi_sql_run_waiting(s, set, error);
}

int bpi_store_latest(store *s, int64_t now_us, int64_t *latest_us, bp_error **error) {
  int rc = bpi_store_setting(s, "latest_us", now_us, latest_us, error);
  if (rc != BP_OK || (*latest_us > now_us)) return rc;
  *latest_us = now_us;
  return s->read_only ? BP_OK : bpi_store_set_setting(s, "latest_us", now_us, error);
}
