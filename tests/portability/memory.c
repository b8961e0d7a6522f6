/* tests/portability/memory.c: functions of the C library that clang's memory sanitizer (14) does
 * not know, implemented with ones that it knows. Linked into everything that runs under it;
 * otherwise it would report what they write as uninitialised. */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <time.h>

_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "of 64 bits both");

int stat64(const char *path, struct stat64 *out) {
  return stat(path, (struct stat *)out);
}
int lstat64(const char *path, struct stat64 *out) {
  return lstat(path, (struct stat *)out);
}
int fstat64(int descriptor, struct stat64 *out) {
  return fstat(descriptor, (struct stat *)out);
}
int fstatat64(int folder, const char *path, struct stat64 *out, int flags) {
  return fstatat(folder, path, (struct stat *)out, flags);
}

int timespec_get(struct timespec *out, int base) {
  return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, out) == 0 ? base : 0;
}
