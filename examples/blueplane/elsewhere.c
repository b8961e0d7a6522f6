/* elsewhere.c: starts commands that are programs of their own, blueplane-git and blueplane-serve.
 * They are this program plus libgit2 or libmicrohttpd, which pull in twenty libraries that other
 * commands should not have to load. Compiled for each program, without the commands that it
 * contains itself. */
#include "commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "system.h"

/* Returns only if the program is not in the folder. */
static void start_in(const char *folder, size_t length, const char *other, char **words) {
  text path = {0};
  text_add_bytes(&path, folder, length);
  text_addf(&path, "/%s", other);
  (void)become(path.data, words);
  text_free(&path);
}

/* Looks in the folder of this program as it was called, then where it was installed, then on
 * PATH. */
static int start_other(program *p, const char *other, const char *task, const char *library) {
  char **words = p->words;
  const char *slash = strrchr(words[0], '/');
  if (slash != NULL) start_in(words[0], (size_t)(slash - words[0]), other, words);
  start_in(INSTALLED_IN, strlen(INSTALLED_IN), other, words);
  int failed = become(other, words);
  if (failed != ENOENT)
    return complain(EXIT_FAILED, NULL, "%s cannot be started: %s", other, strerror(failed));
  char *hint = print_text("it is built and installed with blueplane if %s is available", library);
  complain(EXIT_FAILED, hint, "the program %s, which %s, was not found", other, task);
  free(hint);
  return EXIT_FAILED;
}

#ifndef GIT_IS_HERE
int run_git(program *p) {
  return start_other(p, "blueplane-git", "reads repositories", "libgit2");
}
#endif

#ifndef SERVE_IS_HERE
int run_serve(program *p) {
  return start_other(p, "blueplane-serve", "serves live pages", "libmicrohttpd");
}
#endif
