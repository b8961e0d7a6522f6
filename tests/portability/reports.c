/* tests/portability/reports.c: makes gcc's address, undefined behaviour and thread sanitizers write
 * their findings to files, whichever process of a test they are in: a test may tolerate a failing
 * child, or start one without an environment. Linked into everything that runs under them; REPORTS
 * is the prefix of the files' names. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT const char *__asan_default_options(void);
EXPORT const char *__ubsan_default_options(void);
EXPORT const char *__tsan_default_options(void);

const char *__asan_default_options(void) {
  return "log_path=" REPORTS ".address";
}
const char *__ubsan_default_options(void) {
  return "halt_on_error=1:print_stacktrace=1";
}
const char *__tsan_default_options(void) {
  return "log_path=" REPORTS ".thread";
}

/* The undefined behaviour sanitizer has a path of its own, which no option sets if the address
 * sanitizer's library is also there: both libraries have the function that sets it, and the first
 * one is found. */
__attribute__((constructor)) static void tell_undefined(void) {
  void *library = dlopen("libubsan.so.1", RTLD_NOLOAD | RTLD_LAZY);
  void (*set_path)(const char *) = NULL;
  if (library == NULL) return;
  *(void **)&set_path = dlsym(library, "__sanitizer_set_report_path");
  if (set_path != NULL) set_path(REPORTS ".undefined");
}
