/* walk.c */
#include "walk.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define DEEPEST 32 /* folders below each other */

static void walk_at(const char *path, const visit *v, int depth) {
  DIR *entries = depth < DEEPEST ? opendir(path) : NULL;
  if (entries == NULL) return;
  if (v->folder != NULL) v->folder(v->user, path);
  const struct dirent *entry;
  while ((entry = readdir(entries)) != NULL) {
    file_look found;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    char *below = print_text("%s/%s", path, entry->d_name);
    if (look_at(&found, below)) {
      if (found.is_folder)
        walk_at(below, v, depth + 1);
      else if (found.is_file && v->file != NULL)
        v->file(v->user, below, &found);
    }
    free(below);
  }
  closedir(entries);
}

void walk(const char *folder, const visit *v) {
  walk_at(folder, v, 0);
}
