/* tests/portability/reports.c: what gcc's address, undefined and thread sanitizers find goes to files, whoever called the
 * program that they found it in: a test may bear with a child that fails, or give it no environment. Linked into everything
 * that runs under them; REPORTS is the beginning of the files' names. */
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

/* Beside the address sanitizer's library that of undefined behaviour has a path of its own, which no option sets: the function
 * for it is in both, and the first one is found. */
__attribute__((constructor)) static void tell_undefined(void) {
  void *library = dlopen("libubsan.so.1", RTLD_NOLOAD | RTLD_LAZY);
  void (*set_path)(const char *) = NULL;
  if (library == NULL) return;
  *(void **)&set_path = dlsym(library, "__sanitizer_set_report_path");
  if (set_path != NULL) set_path(REPORTS ".undefined");
}
