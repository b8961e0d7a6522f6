/* store/foreign.c: SQLite reads the state of foreign_bytes.h through a VFS that contains only that
 * one file and refuses to open, create or delete any other. The VFS is registered only while a
 * connection is opened. */
#include "store/foreign.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/sort.h"
#include "base/thread.h"
#include "store/foreign_bytes.h"

#define ATTEMPTS_MAX 50 /* to find the file unchanged while one row is read */
#define RETRY_MS 20
#define PREFIX_MAX 64
#define SQL_MAX 4096

struct foreign {
  foreign_bytes bytes;
  char *path;
  sqlite3_vfs vfs;
  char vfs_name[48];
  sqlite3 *db;
  const foreign_query *allowed; /* what may be read; NULL: only the schema */
};

/* The only open file. */
typedef struct foreign_file {
  sqlite3_file base;
  foreign *f;
} foreign_file;

/* -------------------------------------------------------------------------- the file of SQLite */

static int file_close(sqlite3_file *opened) {
  (void)opened;
  return SQLITE_OK;
}

static int file_read(sqlite3_file *opened, void *into, int length, sqlite3_int64 offset) {
  const foreign_file *own = (foreign_file *)(void *)opened;
  int64_t got = bpi_foreign_bytes_read(&own->f->bytes, offset, into, (size_t)length);
  if (got == length) return SQLITE_OK;
  return got < 0 ? SQLITE_IOERR_READ : SQLITE_CORRUPT; /* zeros instead could be taken for values */
}

static int file_write(sqlite3_file *opened, const void *from, int length, sqlite3_int64 offset) {
  (void)opened, (void)from, (void)length, (void)offset;
  return SQLITE_READONLY;
}

static int file_truncate(sqlite3_file *opened, sqlite3_int64 size) {
  (void)opened, (void)size;
  return SQLITE_READONLY;
}

static int file_sync(sqlite3_file *opened, int flags) {
  (void)opened, (void)flags;
  return SQLITE_OK;
}

static int file_size(sqlite3_file *opened, sqlite3_int64 *size) {
  *size = ((foreign_file *)(void *)opened)->f->bytes.size;
  return SQLITE_OK;
}

static int file_lock(sqlite3_file *opened, int level) {
  (void)opened, (void)level;
  return SQLITE_OK;
}

static int file_reserved(sqlite3_file *opened, int *reserved) {
  (void)opened;
  *reserved = 0;
  return SQLITE_OK;
}

static int file_control(sqlite3_file *opened, int operation, void *argument) {
  (void)opened, (void)operation, (void)argument;
  return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *opened) {
  (void)opened;
  return 4096;
}

static int file_traits(sqlite3_file *opened) {
  (void)opened;
  return SQLITE_IOCAP_IMMUTABLE;
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_lock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *opened, int flags, int *out) {
  foreign_file *own = (foreign_file *)(void *)opened;
  (void)name;
  own->base.pMethods = NULL;
  if (!(flags & SQLITE_OPEN_MAIN_DB)) return SQLITE_CANTOPEN;
  own->f = vfs->pAppData;
  own->base.pMethods = &file_methods;
  if (out != NULL) *out = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
  return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync) {
  (void)vfs, (void)name, (void)sync;
  return SQLITE_READONLY;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out) {
  (void)vfs, (void)name, (void)flags;
  *out = 0;
  return SQLITE_OK;
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int size, char *out) {
  (void)vfs;
  snprintf(out, (size_t)size, "%s", name);
  return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int length, char *out) {
  (void)vfs;
  memset(out, 0, (size_t)length);
  return length;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
  (void)vfs;
  return microseconds;
}

static int vfs_time(sqlite3_vfs *vfs, double *out) {
  (void)vfs;
  *out = 0;
  return SQLITE_OK;
}

static void name_vfs(foreign *f) {
  snprintf(f->vfs_name, sizeof f->vfs_name, "blueplane-foreign-%p", (void *)f);
  f->vfs = (sqlite3_vfs){
      .iVersion = 1,
      .szOsFile = sizeof(foreign_file),
      .mxPathname = 64,
      .zName = f->vfs_name,
      .pAppData = f,
      .xOpen = vfs_open,
      .xDelete = vfs_delete,
      .xAccess = vfs_access,
      .xFullPathname = vfs_full_name,
      .xRandomness = vfs_random,
      .xSleep = vfs_sleep,
      .xCurrentTime = vfs_time,
  };
}

/* -------------------------------------------------------------------------------- what is read */

static bool may_read(const foreign_query *q, const char *table, const char *column) {
  if (q == NULL || table == NULL || sqlite3_stricmp(table, q->table) != 0) return false;
  if (column == NULL || column[0] == '\0' || sqlite3_stricmp(column, "ROWID") == 0) return true;
  if (q->key != NULL && sqlite3_stricmp(column, q->key) == 0) return true;
  for (int i = 0; q->columns[i] != NULL; i++)
    if (sqlite3_stricmp(column, q->columns[i]) == 0) return true;
  return false;
}

/* Denies everything the schema of a foreign file could smuggle into our statements, such as a view
 * or a generated column. */
static int authorize(void *user, int action, const char *table, const char *column,
                     const char *database, const char *source) {
  const foreign *f = user;
  (void)database;
  if (action == SQLITE_SELECT) return SQLITE_OK;
  bool read = action == SQLITE_READ && source == NULL && may_read(f->allowed, table, column);
  return read ? SQLITE_OK : SQLITE_DENY;
}

static int code_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
  case SQLITE_OK:
  case SQLITE_ROW:
  case SQLITE_DONE: return BP_OK;
  case SQLITE_NOMEM: return BP_ERR_NOMEM;
  case SQLITE_IOERR: return BP_ERR_IO;
  case SQLITE_NOTADB: return BP_ERR_FORMAT;
  default: return BP_ERR_CORRUPT;
  }
}

static int configure(sqlite3 *db) {
  static const int off[] = {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER,
                            SQLITE_DBCONFIG_ENABLE_VIEW, SQLITE_DBCONFIG_DQS_DML,
                            SQLITE_DBCONFIG_DQS_DDL};
  for (size_t i = 0; i < sizeof off / sizeof *off; i++)
    sqlite3_db_config(db, off[i], 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, (int)FOREIGN_VALUE_MAX);
  return sqlite3_exec(db, "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON", NULL, NULL,
                      NULL);
}

static int connect_state(foreign *f) {
  int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  int code = sqlite3_vfs_register(&f->vfs, 0);
  if (code != SQLITE_OK) return code_of(code);
  code = sqlite3_open_v2("foreign", &f->db, flags, f->vfs_name);
  sqlite3_vfs_unregister(&f->vfs);
  if (code == SQLITE_OK) code = configure(f->db);
  if (code == SQLITE_OK) sqlite3_set_authorizer(f->db, authorize, f);
  return code_of(code);
}

static void disconnect(foreign *f) {
  sqlite3_close(f->db);
  f->db = NULL;
}

/* Takes the current state, waiting until the file is not being changed. */
static int take_state(foreign *f) {
  disconnect(f);
  int rc = bpi_foreign_bytes_take(&f->bytes);
  for (int i = 0; i < ATTEMPTS_MAX && rc == BP_ERR_BUSY; i++) {
    bpi_sleep_ms(RETRY_MS);
    rc = bpi_foreign_bytes_take(&f->bytes);
  }
  return rc == BP_OK ? connect_state(f) : rc;
}

/* ------------------------------------------------------------------------------------- opening */

static int fail(int code, const char *path, bp_error **error) {
  switch (code) {
  case BP_OK: return BP_OK;
  case BP_ERR_NOMEM: return bpi_fail_nomem(error);
  case BP_ERR_NOTFOUND: bpi_fail(error, code, "no such file"); break;
  case BP_ERR_INVALID: bpi_fail(error, code, "not a regular file"); break;
  case BP_ERR_FORMAT: bpi_fail(error, code, "not an SQLite database"); break;
  case BP_ERR_BUSY: bpi_fail(error, code, "the database is being changed"); break;
  case BP_ERR_CORRUPT: bpi_fail(error, code, "the database is damaged"); break;
  default: bpi_fail(error, code, "cannot read the database");
  }
  if (path != NULL) bpi_fail_detail(error, "path", path);
  return code;
}

static int open_parts(foreign **out, foreign *f, bp_error **error) {
  name_vfs(f);
  int rc = fail(take_state(f), f->path, error);
  if (rc == BP_OK) {
    *out = f;
    return BP_OK;
  }
  bpi_foreign_close(f);
  return rc;
}

int bpi_foreign_open(foreign **out, const char *path, file_stat *stat, bp_error **error) {
  *out = NULL;
  foreign *f = bpi_alloc_zero(1, sizeof *f);
  if (f == NULL) return bpi_fail_nomem(error);
  f->path = bpi_strndup(path, strlen(path));
  if (f->path == NULL) {
    bpi_free(f);
    return bpi_fail_nomem(error);
  }
  f->bytes.path = f->path;
  /* stat of the log before it is read, so that a later change is noticed next time */
  file_stat before = {0};
  bpi_foreign_stat(path, &before);
  int rc = open_parts(out, f, error);
  if (rc != BP_OK || stat == NULL) return rc;
  *stat = (*out)->bytes.stat;
  stat->size += before.size;
  if (before.modified_ns > stat->modified_ns) stat->modified_ns = before.modified_ns;
  return BP_OK;
}

int bpi_foreign_open_bytes(foreign **out, const void *data, size_t length, const void *wal,
                           size_t wal_length, bp_error **error) {
  *out = NULL;
  foreign *f = bpi_alloc_zero(1, sizeof *f);
  if (f == NULL) return bpi_fail_nomem(error);
  f->bytes.main = (foreign_part){NULL, data, (int64_t)length};
  f->bytes.wal = (foreign_part){NULL, wal, (int64_t)wal_length};
  return open_parts(out, f, error);
}

void bpi_foreign_close(foreign *f) {
  if (f == NULL) return;
  disconnect(f);
  bpi_foreign_bytes_drop(&f->bytes);
  bpi_free(f->path);
  bpi_free(f);
}

void bpi_foreign_stat(const char *path, file_stat *stat) {
  file_stat wal;
  char *name = bpi_foreign_beside(path, "-wal");
  if (name == NULL) return;
  if (bpi_file_stat(name, &wal) == BP_OK && wal.is_file) {
    stat->size += wal.size;
    if (wal.modified_ns > stat->modified_ns) stat->modified_ns = wal.modified_ns;
  }
  bpi_free(name);
}

/* ---------------------------------------------------------------------------------------- rows */

bool bpi_foreign_has(foreign *f, const char *table, const char *column) {
  return sqlite3_table_column_metadata(f->db, "main", table, column, NULL, NULL, NULL, NULL,
                                       NULL) == SQLITE_OK;
}

/* A query in progress. */
typedef struct walk {
  foreign *f;
  const foreign_query *query;
  foreign_row_fn take;
  void *user;
  bool there[FOREIGN_COLUMNS];
  int values;
  bool any;      /* a row was passed to the caller */
  int64_t after; /* the last row that was */
  bool changed;  /* the file changed */
  int64_t *row;
  size_t rows, capacity;
} walk;

/* Frees `sql`. */
static int prepare(const walk *w, buf *sql, sqlite3_stmt **out) {
  int code = SQLITE_NOMEM;
  w->f->allowed = w->query;
  if (!sql->failed) code = sqlite3_prepare_v2(w->f->db, sql->data, (int)sql->length + 1, out, NULL);
  bpi_buf_free(sql);
  bool refused = (code & 0xff) == SQLITE_ERROR || (code & 0xff) == SQLITE_AUTH;
  return refused ? BP_ERR_NOTFOUND : code_of(code);
}

/* Binds the range from the prefix to the smallest text that is greater than all that begin with
 * it. */
static void bind_prefix(sqlite3_stmt *statement, const char *prefix) {
  char beyond[PREFIX_MAX + 1];
  size_t length = (size_t)snprintf(beyond, sizeof beyond, "%s", prefix);
  beyond[length - 1]++;
  sqlite3_bind_text(statement, 1, prefix, -1, SQLITE_STATIC);
  sqlite3_bind_text(statement, 2, beyond, -1, SQLITE_TRANSIENT);
}

static int prepare_list(const walk *w, sqlite3_stmt **out) {
  const foreign_query *q = w->query;
  buf sql;
  bpi_buf_init(&sql, SQL_MAX);
  bpi_buf_printf(&sql, "SELECT rowid FROM \"%s\"", q->table);
  if (q->prefix != NULL)
    bpi_buf_printf(&sql, " WHERE \"%s\" >= ?1 AND \"%s\" < ?2", q->key, q->key);
  int rc = prepare(w, &sql, out);
  if (rc == BP_OK && q->prefix != NULL) bind_prefix(*out, q->prefix);
  return rc;
}

static int add_row(walk *w, int64_t row) {
  void *rows = w->row;
  int rc = bpi_reserve(&rows, &w->capacity, w->rows + 1, sizeof *w->row);
  w->row = rows;
  if (rc == BP_OK) w->row[w->rows++] = row;
  return rc;
}

/* Lists the rows not yet passed on. What can be listed of a damaged table is kept. */
static int list_rows(walk *w) {
  sqlite3_stmt *statement = NULL;
  int code = SQLITE_DONE;
  w->rows = 0;
  int rc = prepare_list(w, &statement);
  while (rc == BP_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
    int64_t row = sqlite3_column_int64(statement, 0);
    if (!w->any || row > w->after) rc = add_row(w, row);
  }
  sqlite3_finalize(statement);
  bpi_sort_numbers(w->row, w->rows);
  return rc != BP_OK ? rc : code_of(code);
}

static int prepare_row(walk *w, sqlite3_stmt **out) {
  const foreign_query *q = w->query;
  buf sql;
  bpi_buf_init(&sql, SQL_MAX);
  for (w->values = 0; q->columns[w->values] != NULL; w->values++) {
    const char *column = q->columns[w->values];
    w->there[w->values] = bpi_foreign_has(w->f, q->table, column);
    bpi_buf_text(&sql, w->values == 0 ? "SELECT " : ", ");
    if (w->there[w->values])
      bpi_buf_printf(&sql, "\"%s\"", column);
    else
      bpi_buf_text(&sql, "NULL");
  }
  bpi_buf_printf(&sql, " FROM \"%s\" WHERE rowid = ?1", q->table);
  return prepare(w, &sql, out);
}

static foreign_value value_of(sqlite3_stmt *statement, int column) {
  foreign_value v = {0};
  switch (sqlite3_column_type(statement, column)) {
  case SQLITE_INTEGER:
    v.type = FOREIGN_INTEGER;
    v.integer = sqlite3_column_int64(statement, column);
    break;
  case SQLITE_FLOAT:
    v.type = FOREIGN_REAL;
    v.real = sqlite3_column_double(statement, column);
    break;
  case SQLITE_TEXT:
    v.type = FOREIGN_TEXT;
    v.bytes = (const char *)sqlite3_column_text(statement, column);
    break;
  case SQLITE_BLOB:
    v.type = FOREIGN_BLOB;
    v.bytes = sqlite3_column_blob(statement, column);
    break;
  default: v.type = FOREIGN_NULL;
  }
  if (v.bytes != NULL) v.length = (size_t)sqlite3_column_bytes(statement, column);
  return v;
}

static int changed(walk *w) {
  w->changed = true;
  return BP_ERR_BUSY;
}

/* Passes one row on, unless the file changed while it was read. */
static int give_row(walk *w, sqlite3_stmt *statement, int64_t row) {
  foreign_value values[FOREIGN_COLUMNS];
  sqlite3_reset(statement);
  sqlite3_bind_int64(statement, 1, row);
  int code = sqlite3_step(statement);
  for (int i = 0; i < w->values && code == SQLITE_ROW; i++) {
    values[i] = value_of(statement, i);
    if (!w->there[i]) values[i].type = FOREIGN_ABSENT;
    /* out of memory in the conversion to UTF-8 */
    bool lost = values[i].type == FOREIGN_TEXT && values[i].bytes == NULL;
    if (lost) code = SQLITE_NOMEM;
  }
  if (!bpi_foreign_bytes_same(&w->f->bytes)) return changed(w);
  if ((code & 0xff) == SQLITE_NOMEM) return BP_ERR_NOMEM;
  w->any = true;
  w->after = row;
  return w->take(w->user, row, code == SQLITE_ROW ? values : NULL);
}

/* Passes on all rows of the current state that were not passed on before. */
static int walk_state(walk *w) {
  sqlite3_stmt *statement = NULL;
  w->changed = false;
  int listed = list_rows(w);
  if (listed != BP_OK && listed != BP_ERR_CORRUPT) return listed;
  int rc = prepare_row(w, &statement);
  for (size_t i = 0; i < w->rows && rc == BP_OK; i++)
    rc = give_row(w, statement, w->row[i]);
  sqlite3_finalize(statement);
  if (rc == BP_OK && !bpi_foreign_bytes_same(&w->f->bytes)) rc = changed(w);
  return rc == BP_OK ? listed : rc;
}

int bpi_foreign_each(foreign *f, const foreign_query *query, foreign_row_fn take, void *user) {
  walk w = {.f = f, .query = query, .take = take, .user = user};
  int rc = walk_state(&w);
  for (int attempts = 0; w.changed && attempts < ATTEMPTS_MAX; attempts++) {
    int64_t before = w.after;
    rc = take_state(f);
    if (rc != BP_OK) break;
    rc = walk_state(&w);
    if (w.after != before) attempts = 0;
  }
  bpi_free(w.row);
  f->allowed = NULL;
  return rc;
}
