/* base/file.c: reading files, creating private ones, walking folders. Knows which requests are made
 * in which order; disk.h makes them. */
#include "base/file.h"

#include <stdio.h>
#include <string.h>

#include "base/disk.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/thread.h"

struct file {
  disk_file opened;
};

/* ----------------------------------------------------------------------------------- reading */

int bpi_file_stat(const char *path, file_stat *out) {
  return bpi_disk_stat_path(path, false, out);
}

int bpi_file_stat_behind(const char *path, file_stat *out) {
  return bpi_disk_stat_path(path, true, out);
}

static int fail_path(bp_error **error, int code, const char *what, const char *path) {
  if (code == BP_ERR_NOMEM) return bpi_fail_nomem(error);
  bpi_fail(error, code, "%s", what);
  bpi_fail_detail(error, "path", path);
  return code;
}

static int open_regular(disk_file *opened, const char *path, bool follow, file_stat *stat,
                        bp_error **error) {
  int rc = bpi_disk_open(opened, path, follow, stat);
  switch (rc) {
  case BP_OK: return rc;
  case BP_ERR_INVALID: return fail_path(error, rc, "not a regular file", path);
  case BP_ERR_NOTFOUND: return fail_path(error, rc, "no such file", path);
  default: return fail_path(error, rc, "cannot open the file", path);
  }
}

int bpi_file_open(file **out, const char *path, file_stat *stat, bp_error **error) {
  *out = NULL;
  disk_file opened;
  int rc = open_regular(&opened, path, false, stat, error);
  if (rc != BP_OK) return rc;
  file *f = bpi_alloc(sizeof *f);
  if (!f) {
    (void)bpi_disk_close(opened);
    return bpi_fail_nomem(error);
  }
  bpi_disk_will_read(opened, stat->size);
  f->opened = opened;
  *out = f;
  return BP_OK;
}

int64_t bpi_file_read(file *f, int64_t offset, void *into, size_t length) {
  return bpi_disk_read(f->opened, offset, into, length);
}

int bpi_file_restat(file *f, file_stat *out) {
  return bpi_disk_stat(f->opened, out) ? BP_OK : BP_ERR_IO;
}

void bpi_file_close(file *f) {
  if (!f) return;
  (void)bpi_disk_close(f->opened);
  bpi_free(f);
}

/* Reads to the end regardless of `expected` (at most `limit`): a file may grow, and those in /proc
 * claim to be empty. */
static int read_whole(disk_file opened, int64_t expected, size_t limit, char **out,
                      size_t *length) {
  void *memory = NULL;
  size_t capacity = 0, used = 0;
  size_t want = expected > 0 ? (size_t)expected : 0;
  for (;;) {
    /* One extra byte detects the end, another is for the NUL. */
    if (bpi_reserve(&memory, &capacity, (want > used ? want : used) + 2, 1) != BP_OK) {
      bpi_free_wiped(memory, used);
      return BP_ERR_NOMEM;
    }
    char *data = memory;
    int64_t got = bpi_disk_read(opened, (int64_t)used, data + used, capacity - 1 - used);
    if (got > 0) used += (size_t)got;
    if (got > 0 && used <= limit) continue;
    if (got == 0) {
      data[used] = '\0';
      *out = data;
      *length = used;
      return BP_OK;
    }
    bpi_free_wiped(memory, used);
    return got < 0 ? BP_ERR_IO : BP_ERR_LIMIT;
  }
}

int bpi_file_load(char **out, size_t *length, const char *path, size_t limit, bp_error **error) {
  *out = NULL;
  *length = 0;
  disk_file opened;
  file_stat stat = {0};
  int rc = open_regular(&opened, path, true, &stat, error);
  if (rc != BP_OK) return rc;
  rc = stat.size > 0 && (uint64_t)stat.size > limit
           ? BP_ERR_LIMIT
           : read_whole(opened, stat.size, limit, out, length);
  (void)bpi_disk_close(opened);
  if (rc == BP_ERR_LIMIT) return fail_path(error, rc, "the file is too large", path);
  return rc == BP_OK ? rc : fail_path(error, rc, "cannot read the file", path);
}

/* ---------------------------------------------------------------------------------- creating */

/* Creates "PATH.PROCESS.NUMBER.new" with the first unused number. */
static int create_temporary(const char *path, char *temporary, size_t size, disk_file *made) {
  int rc = BP_ERR_IO;
  for (int number = 0; number < 1000; number++) {
    snprintf(temporary, size, "%s.%lu.%d.new", path, bpi_process_id(), number);
    rc = bpi_disk_create(made, temporary);
    if (rc != BP_ERR_INVALID) return rc;
  }
  return rc;
}

static bool fill(disk_file made, const void *data, size_t length) {
  bool written = bpi_disk_write(made, data, length);
  return bpi_disk_close(made) && written;
}

int bpi_file_create_private(const char *path, const void *data, size_t length, bp_error **error) {
  size_t size = strlen(path) + 48;
  char *temporary = bpi_alloc(size);
  if (!temporary) return bpi_fail_nomem(error);
  disk_file made;
  int rc = create_temporary(path, temporary, size, &made);
  if (rc == BP_OK) {
    rc = fill(made, data, length) ? bpi_disk_name(temporary, path) : BP_ERR_IO;
    if (rc != BP_OK) (void)bpi_disk_remove(temporary);
  }
  bpi_free(temporary);
  if (rc == BP_ERR_INVALID) return fail_path(error, rc, "the file already exists", path);
  if (rc == BP_ERR_NOTFOUND) return fail_path(error, rc, "no such directory", path);
  return rc == BP_OK ? rc : fail_path(error, rc, "cannot write the file", path);
}

int bpi_file_make_private(const char *path) {
  return bpi_disk_make_private(path);
}

void bpi_file_guard(const char *path, const char *ending) {
  bpi_disk_guard(path, ending);
}

int bpi_file_remove(const char *path) {
  return bpi_disk_remove(path);
}

/* ----------------------------------------------------------------------------------- walking */

typedef int (*visit_fn)(void *user, const char *path, const file_stat *stat);

/* Pending directories are on a stack, so that only one is open at a time and depth costs only
 * memory. */
typedef struct walk {
  char **pending;
  size_t count, capacity;
  const char *directory; /* the current one */
  int stopped;           /* non-zero ends the walk */
  char *path;            /* of the current entry */
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

/* Sets w->path to DIRECTORY/NAME. */
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

static int walk_entry(void *user, const char *name, const file_stat *stat) {
  walk *w = user;
  if (!stat->is_file && !stat->is_directory) return BP_OK;
  size_t length;
  int rc = join_path(w, w->directory, name, &length);
  if (rc == BP_OK)
    rc = stat->is_directory ? push_directory(w, w->path, length) : w->visit(w->user, w->path, stat);
  w->stopped = rc;
  return rc;
}

/* A directory that has disappeared or been replaced since it was found is skipped. */
static int walk_directory(walk *w, const char *directory, bool is_root) {
  w->directory = directory;
  int rc = bpi_disk_list(directory, is_root, walk_entry, w);
  if (w->stopped != 0 || rc == BP_OK || rc == BP_ERR_NOMEM) return rc;
  if (rc == BP_ERR_NOTFOUND) return is_root ? rc : BP_OK;
  return w->visit(w->user, directory, NULL);
}

/* Windows also separates paths by a backslash; visited paths contain only '/'. */
static bool is_divider(char c) {
#ifdef _WIN32
  if (c == '\\') return true;
#endif
  return c == '/';
}

int bpi_walk(const char *root, int (*visit)(void *user, const char *path, const file_stat *stat),
             void *user) {
  walk w = {.visit = visit, .user = user};
  size_t length = strlen(root);
  while (length > 1 && is_divider(root[length - 1]) && root[length - 2] != ':')
    length--;
  int rc = push_directory(&w, root, length);
  for (size_t i = 0; rc == BP_OK && i < length; i++)
    if (is_divider(root[i])) w.pending[0][i] = '/';
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
