/* tests/unit/folder.h: a temporary folder for a test program, made before its tests and removed
 * after them, and paths in it. */
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

/* In memory, if there is such a file system, where syncs cost nothing: for tests with thousands of
 * commits that are not about the disk. */
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
    chmod(below, 0700); /* not empty, perhaps made inaccessible by a test */
    remove_tree(below);
  }
  closedir(entries);
  ck_assert_int_eq(rmdir(path), 0);
}

static inline void remove_folder(void) {
  remove_tree(folder);
}

/* A path in the folder, in one of four buffers used in turn, so that a few can be used at once. */
static inline const char *path_of(const char *name) {
  static char paths[4][160];
  static unsigned next;
  char *path = paths[next++ % 4];
  int length = snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  ck_assert(length > 0 && (size_t)length < sizeof paths[0]);
  return path;
}

#endif
