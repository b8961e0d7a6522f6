/* store/sql.h: the store's insides and its few SQLite habits. Included only inside store/. */
#ifndef BPI_STORE_SQL_H
#define BPI_STORE_SQL_H

#include <sqlite3.h>
#include <stdatomic.h>

#include "base/err.h"
#include "store/facts.h"
#include "store/layers.h"
#include "store/read.h"
#include "store/store.h"

/* Statements that live as long as the store; prepared at first use. */
/* clang-format off */
typedef enum store_statement {
  SQL_BEGIN_READ, SQL_BEGIN_WRITE, SQL_COMMIT, SQL_ROLLBACK,
  SQL_META_GET, SQL_META_SET,
  SQL_LABELS_FIND, SQL_LABEL_LAST, SQL_LABELS_NAME, SQL_LABELS_INSERT, SQL_LABEL_GET, SQL_LABELS, SQL_LABELS_OF,
  SQL_SESSION_FIND, SQL_SESSION_INSERT, SQL_SESSION_UPDATE, SQL_SESSION_KEY, SQL_SESSION_GET,
  SQL_SESSION_OTHERS, SQL_SESSION_WHOLE, SQL_SESSION_TIERED,
  SQL_SESSIONS, SQL_SESSION_TOLD, SQL_SESSION_ROWS, SQL_SESSION_SEEN, SQL_SESSION_LATER, SQL_SESSION_FORGET, SQL_SESSION_DELETE,
  SQL_SESSION_EXTENTS, SQL_SESSION_EXTENT, SQL_SESSION_SPAN,
  SQL_RUNS, SQL_RUNS_INSERT, SQL_RUNS_DELETE,
  SQL_CELLS, SQL_CELLS_ALL, SQL_CELLS_ROWS, SQL_CELLS_PUT, SQL_CELLS_DROP, SQL_CELL_BEFORE, SQL_EXTENT,
  SQL_TOLD, SQL_TOLD_ADD, SQL_TOLD_TAKE, SQL_TOLD_DROP,
  SQL_FILE_FIND, SQL_FILES_FIND, SQL_FILE_INSERT, SQL_FILE_UPDATE, SQL_FILE_MEMORIES, SQL_FILES,
  SQL_CONSENT_INSERT, SQL_CONSENTS, SQL_AUDIT_FIND, SQL_AUDIT,
  SQL_ERASED, SQL_ERASED_INSERT, SQL_ERASED_COVERED,
  SQL_SESSION_TIERS, SQL_TASKS_ERASE, SQL_STALE_ERASE, SQL_STALE_FORGET,
  SQL_REJECT_INSERT, SQL_REJECTS_DROP, SQL_REJECTS,
  SQL_STALE, SQL_STALE_ADD, SQL_STALE_DROP, SQL_SESSIONS_FRESH,
  SQL_TASKS, SQL_TASKS_OF, SQL_TASK_INSERT, SQL_TASKS_DROP,
  SQL_OPERATION_GET, SQL_OPERATION_PUT, SQL_OPERATION_FIRST, SQL_OPERATION_NTH, SQL_OPERATIONS,
  SQL_OPERATIONS_OF, SQL_OPERATIONS_DROP, SQL_OPERATIONS_MOVE,
  SQL_DAYS, SQL_DAYS_COARSE, SQL_DAY_INSERT, SQL_DAYS_DROP, SQL_CELLS_DAYS, SQL_TASKS_DAYS,
  SQL_DATA_VERSION,
  SQL_FACT_CLUSTER, /* one each for the kinds of fact */
  SQL_FACTS_INSERT = SQL_FACT_CLUSTER + FACT_KINDS,
  SQL_FACTS_TAKEN = SQL_FACTS_INSERT + FACT_KINDS,
  SQL_FACT_UPDATE = SQL_FACTS_TAKEN + FACT_KINDS,
  SQL_FACT_ALL = SQL_FACT_UPDATE + FACT_KINDS,
  SQL_FACT_DELETE = SQL_FACT_ALL + FACT_KINDS,
  SQL_FACT_LAST = SQL_FACT_DELETE + FACT_KINDS,
  SQL_FACT_OF = SQL_FACT_LAST + FACT_KINDS,
  SQL_FACT_BEFORE = SQL_FACT_OF + FACT_KINDS,
  SQL_COUNT = SQL_FACT_BEFORE + FACT_KINDS
} store_statement;
/* clang-format on */

#define BPI_BUSY_MS 5000 /* how long another writer is waited for */

typedef struct bulk bulk;       /* bulk.h */
typedef struct derived derived; /* tasks.c */

/* Quarters of an hour from <= quarter < until. */
typedef struct day_range {
  int64_t from, until;
} day_range;

struct store {
  sqlite3 *db;
  store_kind kind;
  hash_key key;
  bool read_only, keyless;
  bool logged;        /* has a write-ahead log, which is not synced at every commit */
  const char *tables; /* that may be read, in constant text of the policy; NULL: all */
  atomic_int interrupted;
  int wait_ms;                       /* how long others are waited for */
  bool noting;                       /* rows of the audit wait, whoever is cancelled */
  void (*while_waiting)(void *user); /* NULL: nobody is told */
  void *waiting;
  sqlite3_stmt *statement[SQL_COUNT];
  const bulk *bulk; /* what a statement that runs reads as a table */
  derived *derived; /* what was derived for the snapshot that is open; NULL */
  int tiers; /* of the transaction that is open: whether sessions have other rows than the best; -1: not known */
  day_range wanted[GRAINS][ROLLUP_KINDS]; /* days.c: what is to be packed */
  int64_t worth_packing;                  /* cells that a question read by rows; a test lowers it */
  layers layers[FACT_KINDS];
  int64_t layers_version; /* of the data, as far as only this handle changed them */
  size_t layer_least;     /* LAYER_LEAST; a test lowers it */
};

/* The statement, reset and ready to bind; NULL (and *error) on failure. */
sqlite3_stmt *bpi_sql(store *s, store_statement which, bp_error **error);
/* A statement for one use: finalize it. NULL (and *error) on failure. */
sqlite3_stmt *bpi_sql_once(store *s, const char *sql, bp_error **error);
/* Steps a statement that gives no rows, and resets it. */
int bpi_sql_run(sqlite3_stmt *statement, bp_error **error);
/* Steps: 1 a row, 0 done, negative BP_ERR_. The statement is reset unless there is a row. */
int bpi_sql_step(sqlite3_stmt *statement, bp_error **error);
int bpi_sql_exec(store *s, const char *sql, bp_error **error);
/* The number of the first row of a statement for one use; *out stays if there is none. */
int bpi_sql_number(store *s, const char *sql, int64_t *out, bp_error **error);
/* From now on others who hold the database, which `db` is a connection to, are waited for so long. Not by
 * sqlite3_busy_timeout(): it counts in whole seconds where SQLite was built without HAVE_USLEEP, and knows of no cancel. */
void bpi_sql_wait(store *s, sqlite3 *db, int milliseconds);
/* bpi_sql_run of what may wait: to whom was cancelled meanwhile it says so, and not that others are there. */
int bpi_sql_run_waiting(const store *s, sqlite3_stmt *statement, bp_error **error);
/* BP_ERR_ for a SQLite result code, described in *error without any bound value. */
int bpi_sql_fail(int sqlite_code, bp_error **error);

/* FACT_NONE is NULL. */
void bpi_sql_bind(sqlite3_stmt *statement, int parameter, int64_t value);
int64_t bpi_sql_column(sqlite3_stmt *statement, int column);
/* Copies a blob of just that length. BP_ERR_CORRUPT: it is another, whatever the schema says; a file can
 * be changed behind its back. */
int bpi_sql_blob(sqlite3_stmt *statement, int column, void *into, size_t length, bp_error **error);

int bpi_store_begin_read(store *s, bp_error **error); /* one snapshot, until rollback */
int bpi_store_begin_write(store *s, bp_error **error);
/* The same without waiting for another process that writes: *begun is false then. */
int bpi_store_try_write(store *s, bool *begun, bp_error **error);
int bpi_store_commit(store *s, bp_error **error);
void bpi_store_rollback(store *s);
/* Whether beginning to write waits for another process that does. */
void bpi_store_wait(store *s, bool wait);

#endif
