/* base/file.h: reading files and directories, creating private files. Hides the operating system;
 * knows no format. Paths are UTF-8. */
#ifndef BPI_BASE_FILE_H
#define BPI_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

typedef struct file_stat {
  uint64_t device, inode;
  int64_t size;
  int64_t modified_ns;
  bool is_file, is_directory, is_link;
} file_stat;

typedef struct file file; /* open for reading */

/* 0, BP_ERR_NOTFOUND, BP_ERR_IO; does not follow links */
int bpi_file_stat(const char *path, file_stat *out);
int bpi_file_stat_behind(const char *path, file_stat *out); /* follows links */
/* only regular files */
int bpi_file_open(file **out, const char *path, file_stat *stat, bp_error **error);
/* number of bytes, 0 at the end, or BP_ERR_IO */
int64_t bpi_file_read(file *f, int64_t offset, void *into, size_t length);
int bpi_file_restat(file *f, file_stat *out); /* current stat of the open file; 0 or BP_ERR_IO */
void bpi_file_close(file *f);

/* Reads a whole file; BP_ERR_LIMIT if it has more than `limit` bytes. */
int bpi_file_load(char **out, size_t *length, const char *path, size_t limit, bp_error **error);
/* Creates a file of mode 0600 with `data`, synced to disk; fails if it exists (BP_ERR_INVALID). */
int bpi_file_create_private(const char *path, const void *data, size_t length, bp_error **error);
int bpi_file_make_private(const char *path); /* chmod 0600 */
/* Restricts PATH plus that ending, which SQLite created, to those who may read PATH. */
void bpi_file_guard(const char *path, const char *ending);
int bpi_file_remove(const char *path); /* 0 or BP_ERR_IO */

/* Calls `visit` for every regular file below `root` in no particular order; links are not followed.
 * A directory that cannot be read is passed with stat NULL. `visit` returns 0 to continue. Returns
 * what visit returned, or BP_ERR_NOTFOUND, BP_ERR_NOMEM. */
int bpi_walk(const char *root, int (*visit)(void *user, const char *path, const file_stat *stat),
             void *user);

#endif
