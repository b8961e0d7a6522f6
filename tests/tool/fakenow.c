/* tests/tool/fakenow.c: loaded before the C library (LD_PRELOAD), replaces the current time by
 * FAKE_NOW, seconds since 1970. For tests that go through weeks in a second. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void pretend(struct timespec *out) {
  const char *fake = getenv("FAKE_NOW");
  if (fake != NULL) *out = (struct timespec){(time_t)strtoll(fake, NULL, 10), 0};
}

int timespec_get(struct timespec *out, int base) {
  static int (*real)(struct timespec *, int);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "timespec_get");
  int made = real(out, base);
  pretend(out);
  return made;
}

time_t time(time_t *out) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  if (out != NULL) *out = now.tv_sec;
  return now.tv_sec;
}
