/* system_posix.c: implements system.h for POSIX; system_windows.c does for Windows. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "system.h"

#ifndef _WIN32

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

void system_begin(void (*handler)(int number)) {
  struct sigaction action = {0};
  action.sa_handler = handler;
  action.sa_flags = (int)SA_RESETHAND;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
}

unsigned processor_count(void) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  return processors < 1 ? 1 : (unsigned)processors;
}

double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ------------------------------------------------------------------------- terminal and input */

bool is_terminal(FILE *stream) {
  return isatty(fileno(stream)) == 1;
}

int terminal_width(void) {
  struct winsize size;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

size_t read_soon(void *into, size_t size, int milliseconds) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  if (poll(&input, 1, milliseconds) <= 0) return 0;
  ssize_t got = read(STDIN_FILENO, into, size);
  return got > 0 ? (size_t)got : 0;
}

bool sleep_on(int descriptor, int milliseconds) {
  struct pollfd on = {.fd = descriptor, .events = POLLIN}; /* poll ignores a negative one */
  return poll(&on, 1, milliseconds) >= 0;
}

/* -------------------------------------------------------------------------------------- places */

char *home_folder(void) {
  const char *home = getenv("HOME");
  if (home != NULL && home[0] != '\0') return copy_text(home);
  const struct passwd *person = getpwuid(getuid());
  return copy_text(person != NULL && person->pw_dir != NULL ? person->pw_dir : "/");
}

char *plain_path(const char *path) {
  return copy_text(path);
}

char *temporary_folder(void) {
  const char *temporary = getenv(TEMPORARY);
  bool named = temporary != NULL && temporary[0] != '\0';
  char *path = print_text("%s/blueplane-XXXXXX", named ? temporary : "/tmp");
  if (mkdtemp(path) != NULL) return path;
  free(path);
  return NULL;
}

char *real_path(const char *path) {
  return realpath(path, NULL);
}

bool read_link(char *target, size_t size, const char *path) {
  ssize_t length = readlink(path, target, size - 1);
  if (length <= 0) return false;
  target[length] = '\0';
  return true;
}

bool is_absolute(const char *path) {
  return path[0] == '/';
}

/* --------------------------------------------------------------------------- files and folders */

bool look_at(file_look *out, const char *path) {
  struct stat status;
  if (lstat(path, &status) != 0) return false;
#if defined(__APPLE__)
  int64_t nanoseconds = status.st_mtimespec.tv_nsec;
#else
  int64_t nanoseconds = status.st_mtim.tv_nsec;
#endif
  /* Unsigned, as distant times overflow in nanoseconds. */
  uint64_t modified = (uint64_t)status.st_mtime * 1000000000 + (uint64_t)nanoseconds;
  *out = (file_look){.is_file = S_ISREG(status.st_mode),
                     .is_folder = S_ISDIR(status.st_mode),
                     .size = (int64_t)status.st_size,
                     .modified_ns = (int64_t)modified};
  return true;
}

bool is_folder(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_special(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

bool may_list(const char *path) {
  return access(path, R_OK | X_OK) == 0;
}

double room_left(const char *path) {
  struct statvfs disk;
  return statvfs(path, &disk) == 0 ? (double)disk.f_bavail * (double)disk.f_frsize : -1;
}

int make_private_folder(const char *path) {
  return mkdir(path, 0700) == 0 ? 0 : errno;
}

FILE *create_private(const char *path) {
  int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return NULL;
  FILE *file = fdopen(descriptor, "wb");
  if (file != NULL) return file;
  int why = errno;
  close(descriptor);
  unlink(path); /* else the next attempt would fail with EEXIST */
  errno = why;
  return NULL;
}

int append_private(const char *path, const char *data, size_t length) {
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return errno;
  ssize_t written = write(file, data, length);
  int failed = written == (ssize_t)length ? 0 : written < 0 ? errno : EIO;
  if (close(file) != 0 && failed == 0) failed = errno;
  return failed;
}

int replace_file(const char *from, const char *to) {
  return rename(from, to) == 0 ? 0 : errno;
}

privacy privacy_of(char said[64], const char *path) {
  struct stat file;
  said[0] = '\0';
  if (stat(path, &file) != 0) return PRIVACY_UNKNOWN;
  snprintf(said, 64, "mode %04o", (unsigned)(file.st_mode & 07777));
  if (file.st_uid != geteuid()) return PRIVACY_FOREIGN;
  return (file.st_mode & 077) != 0 ? PRIVACY_SHARED : PRIVACY_OWN;
}

int become(const char *program, char **words) {
  execvp(program, words);
  return errno;
}

#endif
