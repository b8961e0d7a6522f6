/* tests/portability/windows/posix.h: the POSIX interfaces that the tests use, on Windows; the
 * compiler includes it before each test. What Windows has under another name works; the rest only
 * compiles, and tests that need it are left out by tcase_add_posix_test. */
#ifndef TESTS_PORTABILITY_WINDOWS_POSIX_H
#define TESTS_PORTABILITY_WINDOWS_POSIX_H

#include <direct.h>
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/utime.h>
#include <time.h>
#include <unistd.h>

#include <pthread.h>

/* Files are opened in binary mode. */
static __attribute__((constructor)) void open_files_as_bytes(void) {
  _fmode = _O_BINARY;
}

static inline char *mkdtemp(char *template) {
  size_t length = strlen(template);
  for (int i = 0; i < 100000; i++) {
    unsigned number = (unsigned)getpid() * 7919u + (unsigned)i;
    for (size_t at = length - 6; at < length; at++, number /= 36)
      template[at] = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
    if (_mkdir(template) == 0) return template;
    if (errno != EEXIST) return NULL;
  }
  return NULL;
}

#define mkdir(path, mode) _mkdir(path)
#define lstat stat
#define utimensat(folder, path, times, flags) posix_utimes(path, times)
#define AT_FDCWD 0

static inline int posix_utimes(const char *path, const struct timespec *times) {
  struct __utimbuf64 both = {times[0].tv_sec, times[1].tv_sec};
  return _utime64(path, &both);
}

static inline int setenv(const char *name, const char *value, int replace) {
  (void)replace;
  return _putenv_s(name, value);
}

static inline int64_t pread(int descriptor, void *into, size_t length, int64_t offset) {
  return _lseeki64(descriptor, offset, SEEK_SET) < 0 ? -1
                                                     : _read(descriptor, into, (unsigned)length);
}

static inline int64_t pwrite(int descriptor, const void *data, size_t length, int64_t offset) {
  return _lseeki64(descriptor, offset, SEEK_SET) < 0 ? -1
                                                     : _write(descriptor, data, (unsigned)length);
}

static inline int symlink(const char *to, const char *path) {
  (void)to, (void)path;
  return -1;
}

static inline int mkfifo(const char *path, int mode) {
  (void)path, (void)mode;
  return -1;
}

static inline int pipe(int ends[2]) {
  ends[0] = ends[1] = -1;
  return -1;
}

static inline pid_t fork(void) {
  return -1;
}

static inline pid_t waitpid(pid_t child, int *status, int options) {
  (void)child, (void)options;
  *status = -1;
  return -1;
}

static inline int kill(pid_t process, int number) {
  (void)process, (void)number;
  return -1;
}

typedef int uid_t;

static inline int seteuid(uid_t user) {
  (void)user;
  return 0;
}

static inline uid_t getuid(void) {
  return 1;
}

static inline int pause(void) {
  return -1;
}

#define SIGKILL 9
#define WIFEXITED(status) ((status) == 0)
#define WEXITSTATUS(status) (status)
#define WIFSIGNALED(status) ((status) < 0)
#define WTERMSIG(status) (status)

#endif
