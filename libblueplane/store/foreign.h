/* store/foreign.h: rows of an SQLite file that belongs to another program, which may be writing to
 * it this moment. The file and its write-ahead log are only ever read: no lock is taken, nothing is
 * created, changed or copied beside it, and what it holds reaches no temporary file. Knows SQLite;
 * knows no table and no meaning: a source names the columns and is given bytes.
 *
 * A row that is handed over was read from one state of the file. Rows may be of different states, a
 * later one never missing what an earlier one had; a file that changed is read again later. */
#ifndef BPI_STORE_FOREIGN_H
#define BPI_STORE_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"

typedef struct foreign foreign;

/* A greater value makes its row unreadable. */
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

/* Bytes of a text or blob, as they are stored: any bytes. They live until the row was taken. */
typedef struct foreign_value {
  foreign_type type;
  const char *bytes;
  size_t length;
  int64_t integer;
  double real;
} foreign_value;

/* Which rows of which table. Nothing but the columns named here can be read; one that is the number
 * of the row by another name must be among them. */
typedef struct foreign_query {
  const char *table;
  /* in the order of the values, at most FOREIGN_COLUMNS; ends with NULL */
  const char *const *columns;
  const char *key;    /* only rows whose text in this column begins with `prefix`, at */
  const char *prefix; /* most 64 bytes; NULL: all rows */
} foreign_query;

/* Takes a row; `values` is NULL if it could not be read. `row` is its number. Not 0: stop. */
typedef int (*foreign_row_fn)(void *user, int64_t row, const foreign_value *values);

/* BP_ERR_NOTFOUND, BP_ERR_IO, BP_ERR_INVALID (no regular file), BP_ERR_FORMAT (no database),
 * BP_ERR_BUSY (in the middle of a change), BP_ERR_NOMEM. `stat` (may be NULL) is what
 * bpi_foreign_stat() says of the state that is read. */
int bpi_foreign_open(foreign **out, const char *path, file_stat *stat, bp_error **error);
/* The same of bytes in memory, which the caller keeps; `wal` may be NULL. */
int bpi_foreign_open_bytes(foreign **out, const void *data, size_t length, const void *wal,
                           size_t wal_length, bp_error **error);
void bpi_foreign_close(foreign *f);

/* Whether there is such a table and, if not NULL, such a column. */
bool bpi_foreign_has(foreign *f, const char *table, const char *column);

/* Gives the rows to `take`, in the order of their numbers. Returns what `take` returned;
 * BP_ERR_NOTFOUND: there is no such table, or its rows have no numbers; BP_ERR_CORRUPT: the file is
 * damaged where rows are listed, and those found were given; BP_ERR_BUSY: it changed again and again;
 * BP_ERR_IO, BP_ERR_NOMEM. */
int bpi_foreign_each(foreign *f, const foreign_query *query, foreign_row_fn take, void *user);

/* Adds to the stat of a database what its write-ahead log says: a live one changes there first. */
void bpi_foreign_stat(const char *path, file_stat *stat);

#endif
