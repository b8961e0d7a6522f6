/* tests/fault/faulty.c: implements faulty.h. */
#include "faulty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "power_loss.h"

const char *const fault_names[FAULT_CALLS] = {"open",     "read",   "write", "sync",
                                              "truncate", "delete", "name",  "lock"};

static fault_way way;
static unsigned wanted;
static long left, counted, added; /* added: in bytes */
static unsigned luck;

void fault_luck(unsigned how) {
  luck = how;
}

void fault_power_off(void) {
  if (way != FAULT_POWER) return;
  power_loss(luck);
  _exit(FAULT_DIED);
}

void fault_set(fault_way how, unsigned calls, long after) {
  way = how;
  wanted = calls;
  left = how == FAULT_FULL ? after * FAULT_PAGE : after;
  counted = added = 0;
  power_watch(how == FAULT_POWER);
}

long fault_counted(void) {
  return counted;
}
long fault_pages_added(void) {
  return (added + FAULT_PAGE - 1) / FAULT_PAGE;
}

/* Whether this request fails. `torn`: it must end the process in its middle instead. */
static bool fails(fault_call call, bool *torn) {
  *torn = false;
  if (!(wanted & 1u << call)) return false;
  counted++;
  if (way == FAULT_NEVER || way == FAULT_FULL) return false;
  if (left > 0) {
    left--;
    return false;
  }
  if (left < 0) return false; /* FAULT_ONCE, and that request has passed */
  if (way == FAULT_DIE) _exit(FAULT_DIED);
  fault_power_off();
  if (way == FAULT_ONCE) left = -1;
  *torn = way == FAULT_TORN;
  if (*torn && call != FAULT_WRITE) _exit(FAULT_DIED);
  return !*torn;
}

static bool fails_whole(fault_call call) {
  bool torn;
  return fails(call, &torn);
}

/* Whether a file may become so many bytes longer. */
static bool grows(long bytes) {
  if (bytes <= 0) return true;
  added += bytes;
  if (way != FAULT_FULL) return true;
  if (left < bytes) return false;
  left -= bytes;
  return true;
}

/* ---------------------------------------------------------------------- the file system of SQLite */

typedef struct faulty_file {
  sqlite3_file base;
  sqlite3_file *real;
  const char *path; /* SQLite's string; NULL: a file without a name */
} faulty_file;

static sqlite3_vfs faulty;
static sqlite3_vfs *system_vfs;

#define REAL(file) (((faulty_file *)(file))->real)
#define PATH(file) (((faulty_file *)(file))->path)
#define CALL(file, method) REAL(file)->pMethods->method

static int file_close(sqlite3_file *f) {
  int code = REAL(f)->pMethods != NULL ? CALL(f, xClose)(REAL(f)) : SQLITE_OK;
  free(REAL(f));
  REAL(f) = NULL;
  return code;
}

static int file_read(sqlite3_file *f, void *into, int length, sqlite3_int64 at) {
  return fails_whole(FAULT_READ) ? SQLITE_IOERR_READ : CALL(f, xRead)(REAL(f), into, length, at);
}

static int file_write(sqlite3_file *f, const void *data, int length, sqlite3_int64 at) {
  bool torn;
  sqlite3_int64 size = 0;
  if (fails(FAULT_WRITE, &torn)) return SQLITE_IOERR_WRITE;
  if (torn) {
    (void)CALL(f, xWrite)(REAL(f), data, length / 2, at);
    _exit(FAULT_DIED);
  }
  (void)CALL(f, xFileSize)(REAL(f), &size);
  if ((wanted & 1u << FAULT_WRITE) && !grows((long)(at + length - size))) return SQLITE_FULL;
  power_write(PATH(f), at, data, (size_t)length);
  return CALL(f, xWrite)(REAL(f), data, length, at);
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size) {
  if (fails_whole(FAULT_TRUNCATE)) return SQLITE_IOERR_TRUNCATE;
  power_truncate(PATH(f), size);
  return CALL(f, xTruncate)(REAL(f), size);
}

static int file_sync(sqlite3_file *f, int flags) {
  (void)flags;
  if (fails_whole(FAULT_SYNC)) return SQLITE_IOERR_FSYNC;
  power_sync(PATH(f));
  return SQLITE_OK;
}

static int file_size(sqlite3_file *f, sqlite3_int64 *size) {
  return CALL(f, xFileSize)(REAL(f), size);
}

static int file_lock(sqlite3_file *f, int level) {
  return fails_whole(FAULT_LOCK) ? SQLITE_BUSY : CALL(f, xLock)(REAL(f), level);
}

static int file_unlock(sqlite3_file *f, int level) {
  return CALL(f, xUnlock)(REAL(f), level);
}

static int file_reserved(sqlite3_file *f, int *out) {
  return CALL(f, xCheckReservedLock)(REAL(f), out);
}

static int file_control(sqlite3_file *f, int what, void *about) {
  return CALL(f, xFileControl)(REAL(f), what, about);
}

static int file_sector(sqlite3_file *f) {
  return CALL(f, xSectorSize)(REAL(f));
}

static int file_device(sqlite3_file *f) {
  return CALL(f, xDeviceCharacteristics)(REAL(f));
}

static int shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **out) {
  if (extend && fails_whole(FAULT_OPEN)) return SQLITE_IOERR_SHMMAP;
  return CALL(f, xShmMap)(REAL(f), region, size, extend, out);
}

static int shm_lock(sqlite3_file *f, int offset, int count, int flags) {
  if ((flags & SQLITE_SHM_LOCK) && fails_whole(FAULT_LOCK)) return SQLITE_BUSY;
  return CALL(f, xShmLock)(REAL(f), offset, count, flags);
}

static void shm_barrier(sqlite3_file *f) {
  CALL(f, xShmBarrier)(REAL(f));
}

static int shm_unmap(sqlite3_file *f, int remove) {
  return CALL(f, xShmUnmap)(REAL(f), remove);
}

static const sqlite3_io_methods methods = {
    2,         file_close,  file_read,     file_write,   file_truncate, file_sync,   file_size,
    file_lock, file_unlock, file_reserved, file_control, file_sector,   file_device, shm_map,
    shm_lock,  shm_barrier, shm_unmap,     NULL,         NULL};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *opened, int flags, int *out) {
  faulty_file *f = (faulty_file *)opened;
  (void)vfs;
  f->base.pMethods = NULL;
  f->path = name;
  if (fails_whole(FAULT_OPEN)) return SQLITE_CANTOPEN;
  f->real = calloc(1, (size_t)system_vfs->szOsFile);
  if (f->real == NULL) return SQLITE_NOMEM;
  int code = system_vfs->xOpen(system_vfs, name, f->real, flags, out);
  if (code == SQLITE_OK)
    f->base.pMethods = &methods;
  else
    free(f->real);
  return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync) {
  (void)vfs;
  if (fails_whole(FAULT_DELETE)) return SQLITE_IOERR_DELETE;
  power_delete(name, sync != 0);
  return system_vfs->xDelete(system_vfs, name, 0);
}

/* A wait for a lock need not really take time. */
static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
  (void)vfs;
  return microseconds;
}

void fault_install(void) {
  if (system_vfs != NULL) return; /* else it would call itself */
  system_vfs = sqlite3_vfs_find(NULL);
  faulty = *system_vfs; /* methods that take no file are the system's */
  faulty.zName = "faulty";
  faulty.szOsFile = (int)sizeof(faulty_file);
  faulty.pNext = NULL;
  faulty.xOpen = vfs_open;
  faulty.xDelete = vfs_delete;
  faulty.xSleep = vfs_sleep;
  if (sqlite3_vfs_register(&faulty, 1) != SQLITE_OK) abort();
}

/* ------------------------------------------------------------------------- calls of base/file.c */

/* With the linker option --wrap=NAME, calls of NAME reach __wrap_NAME, and __real_NAME is the
 * original. */
ssize_t __real_write(int descriptor, const void *data, size_t length);
ssize_t __wrap_write(int descriptor, const void *data, size_t length);
int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);
int __wrap_fsync(int descriptor);
int __wrap_nanosleep(const struct timespec *time, struct timespec *rest);

static int refuse(int code) {
  errno = code;
  return -1;
}

/* The path a descriptor was opened with; an empty text if unknown. */
static const char *path_of(int descriptor) {
  static char path[512];
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = '\0';
  return path;
}

ssize_t __wrap_write(int descriptor, const void *data, size_t length) {
  bool torn;
  if (fails(FAULT_WRITE, &torn)) return refuse(EIO);
  if (torn) {
    (void)!__real_write(descriptor, data, length / 2);
    _exit(FAULT_DIED);
  }
  if ((wanted & 1u << FAULT_WRITE) && !grows((long)length)) return refuse(ENOSPC);
  if (way == FAULT_POWER)
    power_write(path_of(descriptor), lseek(descriptor, 0, SEEK_CUR), data, length);
  return __real_write(descriptor, data, length);
}

int __wrap_open64(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  int mode = flags & O_CREAT ? va_arg(list, int) : 0;
  va_end(list);
  return fails_whole(FAULT_OPEN) ? refuse(EMFILE) : __real_open64(path, flags, mode);
}

int __wrap_link(const char *from, const char *to) {
  if (fails_whole(FAULT_NAME)) return refuse(EIO);
  int code = __real_link(from, to);
  if (code == 0) power_name(from, to);
  return code;
}

int __wrap_fsync(int descriptor) {
  if (fails_whole(FAULT_SYNC)) return refuse(EIO);
  if (way == FAULT_POWER) power_sync(path_of(descriptor));
  return 0;
}

int __wrap_nanosleep(const struct timespec *time, struct timespec *rest) {
  (void)time, (void)rest;
  return 0;
}
