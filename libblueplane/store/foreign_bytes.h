/* store/foreign_bytes.h: a database file as pages of one consistent state: committed pages of the
 * write-ahead log replace those of the file. Knows the layout of SQLite's two files and how to
 * detect that they changed; knows nothing of the pages' content. For foreign.c only. */
#ifndef BPI_STORE_FOREIGN_BYTES_H
#define BPI_STORE_FOREIGN_BYTES_H

#include "base/file.h"

/* A file, or bytes that the caller owns. */
typedef struct foreign_part {
  file *file;
  const char *data;
  int64_t size;
} foreign_part;

#define FOREIGN_WAL_HEADER 32

typedef struct foreign_bytes {
  const char *path; /* of the main file; NULL: both parts are bytes in memory */
  foreign_part main, wal;
  file_stat stat; /* of the main file when the state was taken */
  int64_t size;   /* of the database */
  int64_t page;   /* bytes of a page */
  char wal_header[FOREIGN_WAL_HEADER];
  int64_t (*frames)[2]; /* page number and offset of its bytes in the log, by page number */
  size_t frame_count, frame_capacity;
} foreign_bytes;

/* Takes the current state of the files. Before the first call the caller sets `path` or the bytes
 * of the parts. 0, BP_ERR_NOTFOUND, BP_ERR_INVALID (not a regular file), BP_ERR_FORMAT,
 * BP_ERR_BUSY, BP_ERR_IO, BP_ERR_NOMEM. */
int bpi_foreign_bytes_take(foreign_bytes *b);
void bpi_foreign_bytes_drop(foreign_bytes *b);
/* Whether the files still hold that state, so that everything read so far belongs to it. */
bool bpi_foreign_bytes_same(const foreign_bytes *b);
/* Reads bytes of the state. Returns their number, less than `length` only at its end, or
 * BP_ERR_IO. */
int64_t bpi_foreign_bytes_read(const foreign_bytes *b, int64_t offset, void *into, size_t length);

/* A copy of `path` with `ending` appended; NULL when out of memory. */
char *bpi_foreign_beside(const char *path, const char *ending);

#endif
