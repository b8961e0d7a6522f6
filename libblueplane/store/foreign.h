/* store/foreign.h: reads rows of an SQLite file that belongs to another program, which may be
 * writing to it at this moment. The file and its write-ahead log are only read: no lock is taken,
 * nothing is created, changed or copied next to it, and its content reaches no temporary file.
 * Knows SQLite; knows no table or meaning: a source names the columns and receives bytes.
 *
 * Each row is read from one state of the file. Different rows may come from different states, where
 * a later state never misses what an earlier one had; a file that changed is read again later. */
#ifndef BPI_STORE_FOREIGN_H
#define BPI_STORE_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"

typedef struct foreign foreign;

/* A row with a larger value is unreadable. */
#define FOREIGN_VALUE_MAX ((size_t)256 << 20)
#define FOREIGN_COLUMNS 16

typedef enum foreign_type {
  FOREIGN_ABSENT, /* the table has no such column */
  FOREIGN_NULL,
  FOREIGN_INTEGER,
  FOREIGN_REAL,
  FOREIGN_TEXT,
  FOREIGN_BLOB
} foreign_type;

/* Bytes of a text or blob exactly as stored. Valid until the row callback returns. */
typedef struct foreign_value {
  foreign_type type;
  const char *bytes;
  size_t length;
  int64_t integer;
  double real;
} foreign_value;

/* Which rows of which table. Only the columns named here can be read; if a column is an alias of
 * the rowid, it must be among them. */
typedef struct foreign_query {
  const char *table;
  /* in the order of the values, at most FOREIGN_COLUMNS; ends with NULL */
  const char *const *columns;
  const char *key;    /* only rows whose text in this column starts with `prefix`, */
  const char *prefix; /* at most 64 bytes; NULL: all rows */
} foreign_query;

/* Receives a row and its rowid; `values` is NULL if it could not be read. Non-zero stops. */
typedef int (*foreign_row_fn)(void *user, int64_t row, const foreign_value *values);

/* BP_ERR_NOTFOUND, BP_ERR_IO, BP_ERR_INVALID (not a regular file), BP_ERR_FORMAT (not a database),
 * BP_ERR_BUSY (in the middle of a change), BP_ERR_NOMEM. `stat` (may be NULL) receives what
 * bpi_foreign_stat() would report for the state that is read. */
int bpi_foreign_open(foreign **out, const char *path, file_stat *stat, bp_error **error);
/* The same for bytes in memory, which the caller keeps; `wal` may be NULL. */
int bpi_foreign_open_bytes(foreign **out, const void *data, size_t length, const void *wal,
                           size_t wal_length, bp_error **error);
void bpi_foreign_close(foreign *f);

/* Whether the table exists and, if `column` is not NULL, has that column. */
bool bpi_foreign_has(foreign *f, const char *table, const char *column);

/* Passes the rows to `take` in order of rowid and returns what it returned. BP_ERR_NOTFOUND: no
 * such table, or its rows have no rowid; BP_ERR_CORRUPT: the file is damaged where rows are listed,
 * and those found were passed; BP_ERR_BUSY: the file kept changing; BP_ERR_IO, BP_ERR_NOMEM. */
int bpi_foreign_each(foreign *f, const foreign_query *query, foreign_row_fn take, void *user);

/* Adds the size and time of a database's write-ahead log to its stat: a database in use changes
 * there first. */
void bpi_foreign_stat(const char *path, file_stat *stat);

#endif
