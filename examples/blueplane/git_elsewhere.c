/* git_elsewhere.c: the command git is a program of its own, blueplane-git: the same as this one with
 * libgit2 in it, which brings twenty libraries along that no other command should have to load. */
#include "commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exits.h"

#define OTHER "blueplane-git"

/* Comes back only if it is not in the folder; errno says why. */
static void start_in(const char *folder, size_t length, char **words) {
  text path = {0};
  text_add_bytes(&path, folder, length);
  text_add(&path, "/" OTHER);
  execv(path.data, words);
  text_free(&path);
}

/* Beside this program as it was called, else where it was installed, else on the path. */
int run_git(program *p) {
  char **words = p->words;
  const char *slash = strrchr(words[0], '/');
  if (slash != NULL) start_in(words[0], (size_t)(slash - words[0]), words);
  start_in(INSTALLED_IN, strlen(INSTALLED_IN), words);
  execvp(OTHER, words);
  if (errno != ENOENT)
    return complain(EXIT_FAILED, NULL, OTHER " cannot be started: %s", strerror(errno));
  return complain(EXIT_FAILED, "it is built and installed beside blueplane where libgit2 is",
                  "the program " OTHER ", which reads repositories, is not there");
}
