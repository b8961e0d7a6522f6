/* paths.h: where things lie on this machine: the store, the configuration, and what the coding
 * assistants left behind. Knows the environment; opens nothing. */
#ifndef PATHS_H
#define PATHS_H

#include <stdbool.h>
#include <stddef.h>

/* BLUEPLANE_STORE, else ${XDG_DATA_HOME:-~/.local/share}/blueplane/blueplane.db. */
char *default_store(void);
/* ${XDG_CONFIG_HOME:-~/.config}/blueplane/config */
char *config_path(void);

/* What a command wrote for the person to open: ${XDG_STATE_HOME:-~/.local/state}/blueplane/NAME. */
char *state_path(const char *name);
/* Where payloads of an assistant's hooks are kept: ${XDG_STATE_HOME:-~/.local/state}/blueplane. */
char *hooks_folder(const char *assistant);

/* A folder to look for new records in. */
typedef struct root {
  const char *source; /* as the library names it */
  char *path;         /* without links where it exists */
  const char *from;   /* the variable that names it, or "default" */
  bool exists, readable;
} root;

typedef struct roots {
  root *item;
  size_t count;
} roots;

/* All known places, each once, also those that do not exist. */
roots find_roots(void);
void roots_free(roots *r);

/* Makes the folder a file will lie in, and those above it, with mode 0700. 0 or errno. */
int make_folder_of(const char *path);

/* The path as people write it: with ~ for the home folder. */
char *short_path(const char *path);
/* The other way; the caller frees it. */
char *expand_home(const char *path);

#endif
