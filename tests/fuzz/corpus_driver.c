/* Runs a fuzz target over the files in folders: whole, line by line, and cut at about 200 places.
 * So a corpus is an ordinary test under any compiler. What the target writes is removed. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static unsigned long runs;

static void run(const uint8_t *data, size_t size) {
  LLVMFuzzerTestOneInput(data, size);
  runs++;
}

static int run_file(const char *path) {
  FILE *f = fopen(path, "rb");
  if (f == NULL) {
    perror(path);
    return 1;
  }
  static uint8_t data[1 << 20];
  size_t size = fread(data, 1, sizeof data, f), from = 0;
  fclose(f);
  run(data, size);
  for (size_t i = 0; i < size; i++)
    if (data[i] == '\n') {
      run(data + from, i + 1 - from);
      from = i + 1;
    }
  size_t step = size / 200 + 7;
  for (size_t cut = 0; cut < size; cut += step)
    run(data, cut);
  return 0;
}

static int run_folder(const char *folder) {
  DIR *d = opendir(folder);
  int failed = d == NULL;
  const struct dirent *entry;
  while (d != NULL && (entry = readdir(d)) != NULL) {
    char path[4096];
    if (entry->d_name[0] == '.') continue;
    int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    failed |= length >= (int)sizeof path || run_file(path);
  }
  if (d != NULL) closedir(d);
  return failed;
}

static void remove_tree(const char *path) {
  DIR *d = opendir(path);
  const struct dirent *entry;
  while (d != NULL && (entry = readdir(d)) != NULL) {
    char below[1024];
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    int length = snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
    if (length < (int)sizeof below && remove(below) != 0) remove_tree(below);
  }
  if (d != NULL) closedir(d);
  rmdir(path);
}

int main(int count, char **arguments) {
  char temporary[] = "/tmp/blueplane-corpus-XXXXXX";
  int failed = mkdtemp(temporary) == NULL || setenv("TMPDIR", temporary, 1) != 0;
  for (int i = 1; i < count; i++)
    failed |= run_folder(arguments[i]);
  remove_tree(temporary);
  printf("%lu inputs\n", runs);
  return failed || runs == 0;
}
