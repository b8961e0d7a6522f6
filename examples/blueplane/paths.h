/* paths.h: where files are on this machine: the store, the configuration, and the records of the
 * coding assistants. Reads the environment; opens no file. */
#ifndef PATHS_H
#define PATHS_H

#include <stdbool.h>
#include <stddef.h>

/* BLUEPLANE_STORE, else ${XDG_DATA_HOME:-~/.local/share}/blueplane/blueplane.db. */
char *default_store(void);
/* ${XDG_CONFIG_HOME:-~/.config}/blueplane/config */
char *config_path(void);

/* A file that a command writes for the user: ${XDG_STATE_HOME:-~/.local/state}/blueplane/NAME. */
char *state_path(const char *name);
/* The folder for payloads of an assistant's hooks: ${XDG_STATE_HOME:-~/.local/state}/blueplane. */
char *hooks_folder(const char *assistant);

/* A folder to look for new records in. */
typedef struct root {
  const char *source; /* as the library names it */
  char *path;         /* with links resolved, if it exists */
  const char *from;   /* the variable that names it, or "default" */
  bool exists, readable;
} root;

typedef struct roots {
  root *item;
  size_t count;
} roots;

/* All known places, each once, whether or not they exist. */
roots find_roots(void);
void roots_free(roots *r);

/* Makes the folder of a file and its parents, with mode 0700. Returns 0 or errno. */
int make_folder_of(const char *path);

/* The path for people, with ~ for the home folder. */
char *short_path(const char *path);
/* The inverse of short_path; the caller frees it. */
char *expand_home(const char *path);

#endif
