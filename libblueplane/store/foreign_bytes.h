/* store/foreign_bytes.h: the pages of a database file as one state of it: those of its write-ahead
 * log that are committed lie over those of the file. Knows the layout of SQLite's two files and how
 * to notice that they changed; knows nothing of what pages hold. For foreign.c alone. */
#ifndef BPI_STORE_FOREIGN_BYTES_H
#define BPI_STORE_FOREIGN_BYTES_H

#include "base/file.h"

/* A file, or bytes of the caller's. */
typedef struct foreign_part {
  file *file;
  const char *data;
  int64_t size;
} foreign_part;

#define FOREIGN_WAL_HEADER 32

typedef struct foreign_bytes {
  const char *path; /* of the main file; NULL: both parts are bytes */
  foreign_part main, wal;
  file_stat stat; /* of the main file when the state was taken */
  int64_t size;   /* of the database */
  int64_t page;   /* bytes of a page */
  char wal_header[FOREIGN_WAL_HEADER];
  int64_t (*frames)[2]; /* page number and offset of its bytes in the log, by page number */
  size_t frame_count, frame_capacity;
} foreign_bytes;

/* Takes the state the files are in now, after `path` or the bytes of the parts were set, or anew. 0,
 * BP_ERR_NOTFOUND, BP_ERR_INVALID (no regular file), BP_ERR_FORMAT, BP_ERR_BUSY, BP_ERR_IO,
 * BP_ERR_NOMEM. */
int bpi_foreign_bytes_take(foreign_bytes *b);
void bpi_foreign_bytes_drop(foreign_bytes *b);
/* Whether what was read until now is of that state. */
bool bpi_foreign_bytes_same(const foreign_bytes *b);
/* Bytes of the state: how many, fewer than asked for at its end only; or BP_ERR_IO. */
int64_t bpi_foreign_bytes_read(const foreign_bytes *b, int64_t offset, void *into, size_t length);

/* A copy of `path` with `ending` behind it; NULL when out of memory. */
char *bpi_foreign_beside(const char *path, const char *ending);

#endif
