/* base/disk.h: what file.c needs from the operating system, implemented for POSIX and for Windows.
 * Each function is a single request; failures are codes without text. Paths are UTF-8. */
#ifndef BPI_BASE_DISK_H
#define BPI_BASE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"

typedef intptr_t disk_file; /* a descriptor or a handle */

/* BP_OK; BP_ERR_INVALID: not a file, or a link when links are not followed; BP_ERR_NOTFOUND,
 * BP_ERR_NOMEM, BP_ERR_IO. Must not block on a FIFO or device. */
int bpi_disk_open(disk_file *out, const char *path, bool follow, file_stat *stat);
/* readable by its owner only; BP_ERR_INVALID: exists */
int bpi_disk_create(disk_file *out, const char *path);
void bpi_disk_will_read(disk_file opened, int64_t size); /* hint: will be read from start to end */
bool bpi_disk_stat(disk_file opened, file_stat *out);
int64_t bpi_disk_read(disk_file opened, int64_t offset, void *into, size_t length);
/* Writes and syncs to disk. Closing may fail, too: after a write that is a failed write. */
bool bpi_disk_write(disk_file opened, const void *data, size_t length);
bool bpi_disk_close(disk_file opened);

int bpi_disk_stat_path(const char *path, bool follow, file_stat *out);
/* Renames a finished file to `path` in one step, so that nobody sees half a file, unless the name
 * is taken (BP_ERR_INVALID). The new name is synced to disk; overwrites `temporary`. */
int bpi_disk_name(char *temporary, const char *path);
int bpi_disk_make_private(const char *path);
/* Restricts PATH plus that ending to those who may read PATH; does nothing where its creator does
 * that. */
void bpi_disk_guard(const char *path, const char *ending);
int bpi_disk_remove(const char *path);

/* Calls `entry` for each entry of a directory until it returns non-zero, and returns that;
 * otherwise BP_OK, BP_ERR_NOTFOUND (no such directory), BP_ERR_NOMEM, BP_ERR_IO (cannot be read
 * completely). */
int bpi_disk_list(const char *directory, bool follow,
                  int (*entry)(void *user, const char *name, const file_stat *stat), void *user);

#endif
