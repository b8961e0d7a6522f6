/* base/file.c: files and directories over POSIX. All that knows the operating system are the small
 * functions of the first part; the others build on them. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/thread.h"

#define READ_MAX ((size_t)1 << 30) /* of one system call */
#define READ_AHEAD_MIN (256 << 10) /* a smaller file is read before advice about it pays */
#define PRIVATE_MODE 0600

struct file {
  int descriptor;
};

/* ------------------------------------------------------------------------ operating system */

static int code_of_errno(void) {
  switch (errno) {
  case ENOENT:
  case ENOTDIR: return BP_ERR_NOTFOUND;
  case ENOMEM: return BP_ERR_NOMEM;
  default: return BP_ERR_IO;
  }
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
  out->modified_ns = (int64_t)modified->tv_sec * 1000000000 + modified->tv_nsec;
  out->is_file = S_ISREG(s->st_mode);
  out->is_directory = S_ISDIR(s->st_mode);
  out->is_link = S_ISLNK(s->st_mode);
}

static bool stat_of_descriptor(int descriptor, file_stat *out) {
  struct stat s;
  if (fstat(descriptor, &s) != 0) return false;
  fill_stat(out, &s);
  return true;
}

/* O_NONBLOCK: a FIFO or device in place of a file must not hold us up. */
static int open_to_read(const char *path, int flags) {
  int descriptor;
  do
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
  while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

static int open_new(const char *path) {
  int descriptor;
  do
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, PRIVATE_MODE);
  while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

static void advise_sequential(int descriptor, int64_t size) {
#ifdef POSIX_FADV_SEQUENTIAL
  if (size >= READ_AHEAD_MIN) (void)posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
#else
  (void)descriptor;
  (void)size;
#endif
}

static int64_t read_at(int descriptor, int64_t offset, void *into, size_t length) {
  ssize_t got;
  do
    got = pread(descriptor, into, length < READ_MAX ? length : READ_MAX, (off_t)offset);
  while (got < 0 && errno == EINTR);
  return got < 0 ? BP_ERR_IO : (int64_t)got;
}

static bool write_all(int descriptor, const char *data, size_t length) {
  while (length > 0) {
    ssize_t written = write(descriptor, data, length < READ_MAX ? length : READ_MAX);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data += written;
    length -= (size_t)written;
  }
  return true;
}

/* Makes the name of a file in `directory` last, too. Some file systems cannot, and need not. */
static void sync_directory(const char *directory) {
  int descriptor = open_to_read(directory, O_DIRECTORY);
  if (descriptor < 0) return;
  (void)fsync(descriptor);
  (void)close(descriptor);
}

/* Gives a finished file its name unless that is taken, in one step, so that nobody ever sees half a
 * file. Where there are no hard links two makers could meet between the two steps. */
static bool name_file(const char *temporary, const char *path) {
  if (link(temporary, path) == 0) {
    (void)unlink(temporary);
    return true;
  }
  if (errno == EEXIST) return false;
  struct stat s;
  if (lstat(path, &s) == 0) {
    errno = EEXIST;
    return false;
  }
  return errno == ENOENT && rename(temporary, path) == 0;
}

/* ----------------------------------------------------------------------------------- reading */

int bpi_file_stat(const char *path, file_stat *out) {
  struct stat s;
  if (lstat(path, &s) != 0) return code_of_errno();
  fill_stat(out, &s);
  return BP_OK;
}

static int fail_path(bp_error **error, int code, const char *what, const char *path) {
  if (code == BP_ERR_NOMEM) return bpi_fail_nomem(error);
  bpi_fail(error, code, "%s", what);
  bpi_fail_detail(error, "path", path);
  return code;
}

static int fail_open(bp_error **error, const char *path) {
  /* ELOOP, EMLINK: the path is a link; ENXIO: a socket or a device of nobody. */
  if (errno == ELOOP || errno == EMLINK || errno == ENXIO)
    return fail_path(error, BP_ERR_INVALID, "not a regular file", path);
  int code = code_of_errno();
  return fail_path(error, code, code == BP_ERR_NOTFOUND ? "no such file" : "cannot open the file",
                   path);
}

static int open_regular(int *descriptor, const char *path, int flags, file_stat *stat,
                        bp_error **error) {
  *descriptor = open_to_read(path, flags);
  if (*descriptor < 0) return fail_open(error, path);
  int rc = BP_OK;
  if (!stat_of_descriptor(*descriptor, stat))
    rc = fail_path(error, BP_ERR_IO, "cannot read the file", path);
  else if (!stat->is_file)
    rc = fail_path(error, BP_ERR_INVALID, "not a regular file", path);
  if (rc != BP_OK) (void)close(*descriptor);
  return rc;
}

int bpi_file_open(file **out, const char *path, file_stat *stat, bp_error **error) {
  *out = NULL;
  int descriptor;
  int rc = open_regular(&descriptor, path, O_NOFOLLOW, stat, error);
  if (rc != BP_OK) return rc;
  file *f = bpi_alloc(sizeof *f);
  if (!f) {
    (void)close(descriptor);
    return bpi_fail_nomem(error);
  }
  advise_sequential(descriptor, stat->size);
  f->descriptor = descriptor;
  *out = f;
  return BP_OK;
}

int64_t bpi_file_read(file *f, int64_t offset, void *into, size_t length) {
  return read_at(f->descriptor, offset, into, length);
}

int bpi_file_restat(file *f, file_stat *out) {
  return stat_of_descriptor(f->descriptor, out) ? BP_OK : BP_ERR_IO;
}

void bpi_file_close(file *f) {
  if (!f) return;
  (void)close(f->descriptor);
  bpi_free(f);
}

/* Reads to the end, whatever `expected`, at most `limit`, says: a file may grow, and those of /proc
 * claim to be empty. */
static int read_whole(int descriptor, int64_t expected, size_t limit, char **out, size_t *length) {
  void *memory = NULL;
  size_t capacity = 0, used = 0;
  size_t want = expected > 0 ? (size_t)expected : 0;
  for (;;) {
    /* One byte beyond what is expected shows the end, and one is for the NUL. */
    if (bpi_reserve(&memory, &capacity, (want > used ? want : used) + 2, 1) != BP_OK) {
      bpi_free(memory);
      return BP_ERR_NOMEM;
    }
    char *data = memory;
    int64_t got = read_at(descriptor, (int64_t)used, data + used, capacity - 1 - used);
    if (got > 0) used += (size_t)got;
    if (got > 0 && used <= limit) continue;
    if (got == 0) {
      data[used] = '\0';
      *out = data;
      *length = used;
      return BP_OK;
    }
    bpi_free(memory);
    return got < 0 ? BP_ERR_IO : BP_ERR_LIMIT;
  }
}

int bpi_file_load(char **out, size_t *length, const char *path, size_t limit, bp_error **error) {
  *out = NULL;
  *length = 0;
  int descriptor;
  file_stat stat = {0};
  int rc = open_regular(&descriptor, path, 0, &stat, error);
  if (rc != BP_OK) return rc;
  rc = stat.size > 0 && (uint64_t)stat.size > limit
           ? BP_ERR_LIMIT
           : read_whole(descriptor, stat.size, limit, out, length);
  (void)close(descriptor);
  if (rc == BP_ERR_LIMIT) return fail_path(error, rc, "the file is too large", path);
  return rc == BP_OK ? rc : fail_path(error, rc, "cannot read the file", path);
}

/* ---------------------------------------------------------------------------------- creating */

/* "PATH.PROCESS.NUMBER.new", with the first number that is free. */
static int create_temporary(const char *path, char *temporary, size_t size, int *descriptor) {
  for (int number = 0; number < 1000; number++) {
    snprintf(temporary, size, "%s.%lu.%d.new", path, bpi_process_id(), number);
    *descriptor = open_new(temporary);
    if (*descriptor >= 0) return BP_OK;
    if (errno != EEXIST) break;
  }
  return code_of_errno();
}

/* fchmod: whatever the umask was. */
static bool fill_private(int descriptor, const void *data, size_t length) {
  bool ok = fchmod(descriptor, PRIVATE_MODE) == 0 && write_all(descriptor, data, length) &&
            fsync(descriptor) == 0;
  return close(descriptor) == 0 && ok;
}

static void sync_name(const char *path, char *spare) {
  const char *slash = strrchr(path, '/');
  if (!slash) {
    sync_directory(".");
    return;
  }
  size_t length = slash == path ? 1 : (size_t)(slash - path);
  memcpy(spare, path, length);
  spare[length] = '\0';
  sync_directory(spare);
}

int bpi_file_create_private(const char *path, const void *data, size_t length, bp_error **error) {
  size_t size = strlen(path) + 48;
  char *temporary = bpi_alloc(size);
  if (!temporary) return bpi_fail_nomem(error);
  int descriptor;
  int rc = create_temporary(path, temporary, size, &descriptor);
  if (rc == BP_OK) {
    bool named = fill_private(descriptor, data, length) && name_file(temporary, path);
    if (!named) {
      rc = errno == EEXIST ? BP_ERR_INVALID : BP_ERR_IO;
      (void)unlink(temporary);
    }
  }
  if (rc == BP_OK) sync_name(path, temporary);
  bpi_free(temporary);
  if (rc == BP_ERR_INVALID) return fail_path(error, rc, "the file exists already", path);
  if (rc == BP_ERR_NOTFOUND) return fail_path(error, rc, "no such directory", path);
  return rc == BP_OK ? rc : fail_path(error, rc, "cannot write the file", path);
}

int bpi_file_make_private(const char *path) {
  return chmod(path, PRIVATE_MODE) == 0 ? BP_OK : code_of_errno();
}

int bpi_file_remove(const char *path) {
  return unlink(path) == 0 ? BP_OK : code_of_errno();
}

/* ----------------------------------------------------------------------------------- walking */

typedef int (*visit_fn)(void *user, const char *path, const file_stat *stat);

/* Directories still to be read lie on a stack, so that one of them is open at a time and depth
 * costs no more than memory. */
typedef struct walk {
  char **pending;
  size_t count, capacity;
  char *path; /* of the entry at hand */
  size_t path_capacity;
  visit_fn visit;
  void *user;
} walk;

static int push_directory(walk *w, const char *path, size_t length) {
  void *grown = w->pending;
  if (bpi_reserve(&grown, &w->capacity, w->count + 1, sizeof *w->pending) != BP_OK)
    return BP_ERR_NOMEM;
  w->pending = grown;
  char *copy = bpi_strndup(path, length);
  if (!copy) return BP_ERR_NOMEM;
  w->pending[w->count++] = copy;
  return BP_OK;
}

/* Makes w->path DIRECTORY/NAME. */
static int join_path(walk *w, const char *directory, const char *name, size_t *length) {
  size_t front = strlen(directory), back = strlen(name);
  if (front > 0 && directory[front - 1] == '/') front--;
  *length = front + 1 + back;
  void *grown = w->path;
  if (bpi_reserve(&grown, &w->path_capacity, *length + 1, 1) != BP_OK) return BP_ERR_NOMEM;
  w->path = grown;
  memcpy(w->path, directory, front);
  w->path[front] = '/';
  memcpy(w->path + front + 1, name, back + 1);
  return BP_OK;
}

/* Every file is looked at anyway, so the type that some systems put into the directory entry would
 * save nothing. An entry that is gone by now is none; another failure is the directory's. */
static int walk_entry(walk *w, int descriptor, const char *directory, const char *name,
                      bool *readable) {
  struct stat s;
  if (fstatat(descriptor, name, &s, AT_SYMLINK_NOFOLLOW) != 0) {
    *readable = errno == ENOENT;
    return BP_OK;
  }
  if (!S_ISREG(s.st_mode) && !S_ISDIR(s.st_mode)) return BP_OK;
  size_t length;
  int rc = join_path(w, directory, name, &length);
  if (rc != BP_OK) return rc;
  if (S_ISDIR(s.st_mode)) return push_directory(w, w->path, length);
  file_stat stat;
  fill_stat(&stat, &s);
  return w->visit(w->user, w->path, &stat);
}

static bool is_self_or_parent(const char *name) {
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static int walk_entries(walk *w, DIR *stream, const char *directory) {
  bool readable = true;
  while (readable) {
    errno = 0;
    const struct dirent *entry = readdir(stream);
    if (!entry && errno == 0) return BP_OK;
    if (!entry) break;
    if (is_self_or_parent(entry->d_name)) continue;
    int rc = walk_entry(w, dirfd(stream), directory, entry->d_name, &readable);
    if (rc != 0) return rc;
  }
  return w->visit(w->user, directory, NULL);
}

/* A directory that is gone or has become something else since it was seen is none. */
static int walk_directory(walk *w, const char *directory, bool is_root) {
  int descriptor = open_to_read(directory, O_DIRECTORY | (is_root ? 0 : O_NOFOLLOW));
  DIR *stream = descriptor < 0 ? NULL : fdopendir(descriptor);
  if (!stream) {
    bool gone = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
    bool no_memory = errno == ENOMEM;
    if (descriptor >= 0) (void)close(descriptor);
    if (no_memory) return BP_ERR_NOMEM;
    if (gone) return is_root ? BP_ERR_NOTFOUND : BP_OK;
    return w->visit(w->user, directory, NULL);
  }
  int rc = walk_entries(w, stream, directory);
  (void)closedir(stream);
  return rc;
}

int bpi_walk(const char *root, int (*visit)(void *user, const char *path, const file_stat *stat),
             void *user) {
  walk w = {.visit = visit, .user = user};
  size_t length = strlen(root);
  while (length > 1 && root[length - 1] == '/')
    length--;
  int rc = push_directory(&w, root, length);
  bool is_root = true;
  while (rc == 0 && w.count > 0) {
    char *directory = w.pending[--w.count];
    rc = walk_directory(&w, directory, is_root);
    is_root = false;
    bpi_free(directory);
  }
  while (w.count > 0)
    bpi_free(w.pending[--w.count]);
  bpi_free(w.pending);
  bpi_free(w.path);
  return rc;
}
