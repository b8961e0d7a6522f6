/* tests/unit/folder.h: a folder of a test program's own, made before its tests and removed behind
 * them; and paths in it. */
#ifndef BPI_TESTS_FOLDER_H
#define BPI_TESTS_FOLDER_H

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static inline void make_folder(void) {
  strcpy(folder, "/tmp/blueplane-test-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

/* Where syncing costs nothing, if there is such a place: for a test that commits some thousand times and is about
 * something else than the disk. */
static inline void make_folder_in_memory(void) {
  strcpy(folder, "/dev/shm/blueplane-test-XXXXXX");
  if (mkdtemp(folder) == NULL) make_folder();
}

static inline void remove_tree(const char *path) {
  DIR *entries = opendir(path);
  const struct dirent *entry;
  ck_assert_ptr_nonnull(entries);
  while ((entry = readdir(entries)) != NULL) {
    char below[512];
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    int length = snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
    ck_assert(length > 0 && (size_t)length < sizeof below);
    if (remove(below) == 0) continue;
    chmod(below, 0700); /* a folder that is not empty, perhaps closed by a test */
    remove_tree(below);
  }
  closedir(entries);
  ck_assert_int_eq(rmdir(path), 0);
}

static inline void remove_folder(void) {
  remove_tree(folder);
}

/* One of four places, so that a few paths may be used at once. */
static inline const char *path_of(const char *name) {
  static char paths[4][160];
  static unsigned next;
  char *path = paths[next++ % 4];
  int length = snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  ck_assert(length > 0 && (size_t)length < sizeof paths[0]);
  return path;
}

#endif
