/* tests/fault/failalloc.c: loaded before the C library (LD_PRELOAD), makes every allocation of a
 * program fail in turn, whichever library asks for it. Before main() the process is forked once
 * for each number, one copy after the other, and in the copy that allocation fails; so the
 * program is loaded only once. Knows nothing of what the program does.
 *
 *     FAILALLOC_STEP   try every so many numbers
 *     FAILALLOC_ONCE   only that allocation fails; else all from it on
 *     FAILALLOC_OUT    the file for the copies' output
 *     FAILALLOC_CHECK  a shell command run after each copy, with the copy's status in STATUS
 *
 * Errors are reported on standard error: a copy that a signal ended, or a check that failed. The
 * first copy in which no allocation failed ends the series; the process then prints the number
 * of copies and the number of allocations of that one, and exits with status 0, or 1 after an
 * error. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static long left = -1; /* negative: no allocation fails */
static bool once;
static long *asked, *failures; /* by the copy; memory shared with it */

static bool must_fail(void) {
  long now = __atomic_load_n(&left, __ATOMIC_RELAXED);
  if (now < 0) return false;
  __atomic_add_fetch(asked, 1, __ATOMIC_RELAXED);
  if (now > 0 || once) __atomic_store_n(&left, now - 1, __ATOMIC_RELAXED);
  if (now > 0) return false;
  __atomic_add_fetch(failures, 1, __ATOMIC_RELAXED);
  errno = ENOMEM;
  return true;
}

void *malloc(size_t size) {
  return must_fail() ? NULL : __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
  return must_fail() ? NULL : __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
  return must_fail() ? NULL : __libc_realloc(memory, size);
}

static void become_the_copy(const char *out, long after) {
  int file = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || dup2(file, 1) < 0 || dup2(file, 2) < 0) _exit(3);
  close(file);
  alarm(60);
  __atomic_store_n(&left, after, __ATOMIC_RELAXED);
}

static bool is_well(long after, int status, const char *check) {
  char number[16];
  bool well = WIFEXITED(status);
  if (!well) fprintf(stderr, "allocation %ld: signal %d\n", after, WTERMSIG(status));
  snprintf(number, sizeof number, "%d", well ? WEXITSTATUS(status) : 128);
  setenv("STATUS", number, 1);
  if (check != NULL && system(check) != 0) {
    fprintf(stderr, "allocation %ld: the check failed after status %s\n", after, number);
    well = false;
  }
  return well;
}

__attribute__((constructor)) static void let_them_fail(void) {
  const char *step = getenv("FAILALLOC_STEP"), *out = getenv("FAILALLOC_OUT");
  const char *check = getenv("FAILALLOC_CHECK");
  long every = step == NULL ? 1 : strtol(step, NULL, 10), copies = 0, bad = 0;
  if (out == NULL) return;
  unsetenv("LD_PRELOAD");
  unsetenv("FAILALLOC_OUT");
  once = getenv("FAILALLOC_ONCE") != NULL;
  asked = mmap(NULL, 2 * sizeof *asked, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (asked == MAP_FAILED) _exit(3);
  failures = asked + 1;
  for (long after = 0;; after += every) {
    int status = 0;
    *asked = *failures = 0;
    pid_t copy = fork();
    if (copy == 0) {
      become_the_copy(out, after);
      return; /* to main() */
    }
    if (copy < 0 || waitpid(copy, &status, 0) != copy) _exit(3);
    copies++;
    bad += !is_well(after, status, check);
    if (*failures == 0) {
      fprintf(stderr, "%ld copies, %ld bad, %ld allocations\n", copies, bad, *asked);
      _exit(bad > 0);
    }
  }
}
