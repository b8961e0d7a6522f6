/* base/disk.h: what file.c asks of the operating system, once for POSIX and once for Windows. Knows no
 * more than one request at a time; a refusal is a code and never a text. Paths are UTF-8. */
#ifndef BPI_BASE_DISK_H
#define BPI_BASE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"

typedef intptr_t disk_file; /* a descriptor or a handle */

/* BP_OK; BP_ERR_INVALID: something else than a file, or a link where none is followed; else
 * BP_ERR_NOTFOUND, BP_ERR_NOMEM, BP_ERR_IO. A FIFO or device in place of a file must not hold us up. */
int bpi_disk_open(disk_file *out, const char *path, bool follow, file_stat *stat);
/* for its owner alone; BP_ERR_INVALID: exists */
int bpi_disk_create(disk_file *out, const char *path);
void bpi_disk_will_read(disk_file opened, int64_t size); /* from its beginning to its end */
bool bpi_disk_stat(disk_file opened, file_stat *out);
int64_t bpi_disk_read(disk_file opened, int64_t offset, void *into, size_t length);
/* Writes and makes it last. Closing may fail, too: after a write that is a failed write. */
bool bpi_disk_write(disk_file opened, const void *data, size_t length);
bool bpi_disk_close(disk_file opened);

int bpi_disk_stat_path(const char *path, bool follow, file_stat *out);
/* Gives a finished file its name unless that is taken (BP_ERR_INVALID), in one step, so that nobody
 * ever sees half a file. The name lasts; `temporary` is written over. */
int bpi_disk_name(char *temporary, const char *path);
int bpi_disk_make_private(const char *path);
/* PATH with that ending is for those alone who may read PATH; nothing where whoever makes it sees to that. */
void bpi_disk_guard(const char *path, const char *ending);
int bpi_disk_remove(const char *path);

/* Calls `entry` for what lies in a directory until it does not return 0, and returns that; else BP_OK,
 * BP_ERR_NOTFOUND: no such directory, BP_ERR_NOMEM, BP_ERR_IO: it cannot be read, or not to its end. */
int bpi_disk_list(const char *directory, bool follow,
                  int (*entry)(void *user, const char *name, const file_stat *stat), void *user);

#endif
