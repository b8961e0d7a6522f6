/* base/disk_posix.c: base/disk.h for POSIX. disk_windows.c implements it for Windows. */
#include "base/disk.h"

#ifndef _WIN32

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AT_ONCE ((size_t)1 << 30)  /* per system call */
#define READ_AHEAD_MIN (256 << 10) /* for smaller files the advice costs more than it saves */
#define PRIVATE_MODE 0600

static int code_of_errno(void) {
  switch (errno) {
  case ENOENT:
  case ENOTDIR: return BP_ERR_NOTFOUND;
  case ENOMEM: return BP_ERR_NOMEM;
  case EEXIST: return BP_ERR_INVALID;
  default: return BP_ERR_IO;
  }
}

/* Files may have any date; 64 bits of nanoseconds cover 1678 to 2261, so others are clamped. */
static int64_t nanoseconds_of(const struct timespec *time) {
  const int64_t second = 1000000000, most = INT64_MAX / second - 1;
  if (time->tv_sec > most) return most * second;
  if (time->tv_sec < -most) return -most * second;
  return (int64_t)time->tv_sec * second + time->tv_nsec;
}

static void fill_stat(file_stat *out, const struct stat *s) {
#ifdef __APPLE__
  const struct timespec *modified = &s->st_mtimespec;
#else
  const struct timespec *modified = &s->st_mtim;
#endif
  out->device = (uint64_t)s->st_dev;
  out->inode = (uint64_t)s->st_ino;
  out->size = (int64_t)s->st_size;
  out->modified_ns = nanoseconds_of(modified);
  out->is_file = S_ISREG(s->st_mode);
  out->is_directory = S_ISDIR(s->st_mode);
  out->is_link = S_ISLNK(s->st_mode);
}

/* ------------------------------------------------------------------------------- an open file */

/* O_NONBLOCK: a FIFO or device must not block. */
static int open_to_read(const char *path, int flags) {
  int descriptor;
  do
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
  while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

int bpi_disk_open(disk_file *out, const char *path, bool follow, file_stat *stat) {
  int descriptor = open_to_read(path, follow ? 0 : O_NOFOLLOW);
  /* ELOOP, EMLINK: the path is a link; ENXIO: a socket, or a device without a driver. */
  if (descriptor < 0 && (errno == ELOOP || errno == EMLINK || errno == ENXIO))
    return BP_ERR_INVALID;
  if (descriptor < 0) return code_of_errno();
  *out = descriptor;
  int rc = !bpi_disk_stat(descriptor, stat) ? BP_ERR_IO : !stat->is_file ? BP_ERR_INVALID : BP_OK;
  if (rc != BP_OK) (void)close(descriptor);
  return rc;
}

/* fchmod makes the mode independent of the umask. */
int bpi_disk_create(disk_file *out, const char *path) {
  int descriptor;
  do
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, PRIVATE_MODE);
  while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return code_of_errno();
  *out = descriptor;
  if (fchmod(descriptor, PRIVATE_MODE) == 0) return BP_OK;
  (void)close(descriptor);
  (void)unlink(path);
  return BP_ERR_IO;
}

void bpi_disk_will_read(disk_file opened, int64_t size) {
#ifdef POSIX_FADV_SEQUENTIAL
  if (size >= READ_AHEAD_MIN) (void)posix_fadvise((int)opened, 0, 0, POSIX_FADV_SEQUENTIAL);
#else
  (void)opened;
  (void)size;
#endif
}

bool bpi_disk_stat(disk_file opened, file_stat *out) {
  struct stat s;
  if (fstat((int)opened, &s) != 0) return false;
  fill_stat(out, &s);
  return true;
}

int64_t bpi_disk_read(disk_file opened, int64_t offset, void *into, size_t length) {
  ssize_t got;
  do
    got = pread((int)opened, into, length < AT_ONCE ? length : AT_ONCE, (off_t)offset);
  while (got < 0 && errno == EINTR);
  return got < 0 ? BP_ERR_IO : (int64_t)got;
}

/* On Apple's systems fsync leaves the data in the drive's cache; file systems of others may know
 * nothing more. */
static bool sync_file(int descriptor) {
#ifdef F_FULLFSYNC
  if (fcntl(descriptor, F_FULLFSYNC) == 0) return true;
#endif
  return fsync(descriptor) == 0;
}

bool bpi_disk_write(disk_file opened, const void *data, size_t length) {
  const char *at = data;
  while (length > 0) {
    ssize_t written = write((int)opened, at, length < AT_ONCE ? length : AT_ONCE);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    length -= (size_t)written;
  }
  return sync_file((int)opened);
}

bool bpi_disk_close(disk_file opened) {
  return close((int)opened) == 0;
}

/* --------------------------------------------------------------------------------------- names */

int bpi_disk_stat_path(const char *path, bool follow, file_stat *out) {
  struct stat s;
  if ((follow ? stat(path, &s) : lstat(path, &s)) != 0) return code_of_errno();
  fill_stat(out, &s);
  return BP_OK;
}

/* Some file systems cannot sync a directory, and need not. */
static void sync_directory(const char *directory) {
  int descriptor = open_to_read(directory, O_DIRECTORY);
  if (descriptor < 0) return;
  (void)sync_file(descriptor);
  (void)close(descriptor);
}

static void sync_name(const char *path, char *spare) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL) {
    sync_directory(".");
    return;
  }
  size_t length = slash == path ? 1 : (size_t)(slash - path);
  memcpy(spare, path, length);
  spare[length] = '\0';
  sync_directory(spare);
}

/* Without hard links two creators could collide between the two steps. */
static int link_or_rename(const char *temporary, const char *path) {
  if (link(temporary, path) == 0) {
    (void)unlink(temporary);
    return BP_OK;
  }
  if (errno == EEXIST) return BP_ERR_INVALID;
  struct stat s;
  if (lstat(path, &s) == 0) return BP_ERR_INVALID;
  return errno == ENOENT && rename(temporary, path) == 0 ? BP_OK : BP_ERR_IO;
}

int bpi_disk_name(char *temporary, const char *path) {
  int rc = link_or_rename(temporary, path);
  if (rc == BP_OK) sync_name(path, temporary);
  return rc;
}

int bpi_disk_make_private(const char *path) {
  return chmod(path, PRIVATE_MODE) == 0 ? BP_OK : code_of_errno();
}

void bpi_disk_guard(const char *path, const char *ending) {
  (void)path, (void)ending; /* SQLite gives it the mode of its database */
}

int bpi_disk_remove(const char *path) {
  return unlink(path) == 0 ? BP_OK : code_of_errno();
}

/* --------------------------------------------------------------------------------- directories */

static bool is_self_or_parent(const char *name) {
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

/* Every entry is examined anyway, so the type that some systems put into it saves nothing. An entry
 * that has disappeared is skipped; any other failure is the directory's. */
static int list_entries(DIR *stream,
                        int (*entry)(void *user, const char *name, const file_stat *stat),
                        void *user) {
  for (;;) {
    errno = 0;
    const struct dirent *found = readdir(stream);
    if (found == NULL) return errno == 0 ? BP_OK : BP_ERR_IO;
    if (is_self_or_parent(found->d_name)) continue;
    struct stat s;
    file_stat stat;
    if (fstatat(dirfd(stream), found->d_name, &s, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) continue;
      return BP_ERR_IO;
    }
    fill_stat(&stat, &s);
    int rc = entry(user, found->d_name, &stat);
    if (rc != 0) return rc;
  }
}

int bpi_disk_list(const char *directory, bool follow,
                  int (*entry)(void *user, const char *name, const file_stat *stat), void *user) {
  int descriptor = open_to_read(directory, O_DIRECTORY | (follow ? 0 : O_NOFOLLOW));
  DIR *stream = descriptor < 0 ? NULL : fdopendir(descriptor);
  if (stream == NULL) {
    int rc = errno == ELOOP ? BP_ERR_NOTFOUND : code_of_errno();
    if (descriptor >= 0) (void)close(descriptor);
    return rc;
  }
  int rc = list_entries(stream, entry, user);
  (void)closedir(stream);
  return rc;
}

#endif
