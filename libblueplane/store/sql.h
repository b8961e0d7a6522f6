/* store/sql.h: the fields of a store and helpers over SQLite. Included only inside store/. */
#ifndef BPI_STORE_SQL_H
#define BPI_STORE_SQL_H

#include <sqlite3.h>
#include <stdatomic.h>

#include "base/err.h"
#include "store/facts.h"
#include "store/layers.h"
#include "store/read.h"
#include "store/store.h"

/* Statements that live as long as the store, prepared on first use. */
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
  SQL_FACT_CLUSTER, /* from here one per kind of fact */
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

#define BPI_BUSY_MS 5000 /* how long to wait for another writer */

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
  bool logged;        /* uses a write-ahead log, which is not synced at every commit */
  const char *tables; /* tables that may be read, in static text of the policy; NULL: all */
  atomic_int interrupted;
  int wait_ms;                       /* how long to wait for other processes */
  bool noting;                       /* writing audit rows: waits even if cancelled */
  void (*while_waiting)(void *user); /* NULL: no callback */
  void *waiting;
  sqlite3_stmt *statement[SQL_COUNT];
  const bulk *bulk; /* rows that the running statement sees as the table `bulk` */
  derived *derived; /* tasks derived in memory for the open snapshot; NULL: none */
  /* of the open transaction: whether any session has a row of a tier other than the best; -1:
   * unknown */
  int tiers;
  day_range wanted[GRAINS][ROLLUP_KINDS]; /* days.c: days to pack */
  int64_t worth_packing;                  /* WORTH_PACKING; tests lower it */
  layers layers[FACT_KINDS];
  int64_t layers_version; /* SQLite's data version up to which only this handle changed the data */
  size_t layer_least;     /* LAYER_LEAST; tests lower it */
};

/* The statement, reset and ready to bind; NULL (and *error) on failure. */
sqlite3_stmt *bpi_sql(store *s, store_statement which, bp_error **error);
/* A statement for one use; the caller finalizes it. NULL (and *error) on failure. */
sqlite3_stmt *bpi_sql_once(store *s, const char *sql, bp_error **error);
/* Steps a statement that returns no rows, and resets it. */
int bpi_sql_run(sqlite3_stmt *statement, bp_error **error);
/* Steps: 1 for a row, 0 done, negative BP_ERR_. Resets the statement unless there is a row. */
int bpi_sql_step(sqlite3_stmt *statement, bp_error **error);
int bpi_sql_exec(store *s, const char *sql, bp_error **error);
/* The first column of the first row of a one-time query; *out is unchanged if there is no row. */
int bpi_sql_number(store *s, const char *sql, int64_t *out, bp_error **error);
/* Sets how long `db`, a connection to the database, waits for others that hold it. Does not use
 * sqlite3_busy_timeout(): that counts in whole seconds where SQLite was built without HAVE_USLEEP,
 * and cannot be cancelled. */
void bpi_sql_wait(store *s, sqlite3 *db, int milliseconds);
/* bpi_sql_run for a statement that may wait: if the caller cancelled meanwhile, the error says so
 * instead of busy. */
int bpi_sql_run_waiting(const store *s, sqlite3_stmt *statement, bp_error **error);
/* BP_ERR_ for a SQLite result code; the message in *error contains no bound value. */
int bpi_sql_fail(int sqlite_code, bp_error **error);

/* FACT_NONE is NULL. */
void bpi_sql_bind(sqlite3_stmt *statement, int parameter, int64_t value);
int64_t bpi_sql_column(sqlite3_stmt *statement, int column);
/* Copies a blob of exactly this length; otherwise BP_ERR_CORRUPT, whatever the schema guarantees: a
 * damaged file need not follow it. */
int bpi_sql_blob(sqlite3_stmt *statement, int column, void *into, size_t length, bp_error **error);
/* A text until the next step; the same if there is none. */
int bpi_sql_text(sqlite3_stmt *statement, int column, const char **out, bp_error **error);
/* A number from `least` to `most`; the same for any other. */
int bpi_sql_between(sqlite3_stmt *statement, int column, int64_t least, int64_t most, int64_t *out,
                    bp_error **error);
/* A week's Monday in days since 1970; the same for any other number. */
int bpi_sql_monday(sqlite3_stmt *statement, int column, int64_t *out, bp_error **error);

int bpi_store_begin_read(store *s, bp_error **error); /* one snapshot, until rollback */
int bpi_store_begin_write(store *s, bp_error **error);
/* The same without waiting for another process that writes: *begun is then false. */
int bpi_store_try_write(store *s, bool *begun, bp_error **error);
int bpi_store_commit(store *s, bp_error **error);
void bpi_store_rollback(store *s);
/* Whether starting to write waits for another process that does. */
void bpi_store_wait(store *s, bool wait);

#endif
