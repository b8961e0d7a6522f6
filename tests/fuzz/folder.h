/* tests/fuzz/folder.h: the files of fuzz targets, in a temporary folder (run.sh names one in
 * memory): with bytes of an input, with a few bytes changed, or many from the lines of an input, each
 * the letter of a file, a tab and what is added to that file. */
#ifndef BPI_TESTS_FUZZ_FOLDER_H
#define BPI_TESTS_FUZZ_FOLDER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A path in the folder, which is made with the first. */
static inline const char *fuzz_path(const char *name) {
  static char folder[160], path[320];
  const char *temporary = getenv("TMPDIR");
  if (*folder == '\0') {
    int length = snprintf(folder, sizeof folder, "%s/blueplane-fuzz-XXXXXX",
                          temporary == NULL ? "/tmp" : temporary);
    if (length >= (int)sizeof folder || mkdtemp(folder) == NULL) abort();
  }
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static inline void fuzz_write(const char *path, const void *data, size_t size) {
  FILE *f = fopen(path, "wb");
  if (f == NULL || fwrite(data, 1, size, f) != size) abort();
  fclose(f);
}

typedef struct fuzz_bytes {
  uint8_t *data;
  size_t size;
} fuzz_bytes;

static inline fuzz_bytes fuzz_read(const char *path) {
  const size_t most = 1 << 20;
  fuzz_bytes all = {malloc(most), 0};
  FILE *f = fopen(path, "rb");
  if (f == NULL || all.data == NULL) abort();
  all.size = fread(all.data, 1, most, f);
  if (all.size == most) abort();
  fclose(f);
  return all;
}

/* Writes good bytes with changes of three bytes each: place, place, value. */
static inline void fuzz_write_spoiled(const char *path, const fuzz_bytes *good, const uint8_t *data,
                                      size_t size) {
  FILE *f = fopen(path, "wb");
  if (f == NULL || fwrite(good->data, 1, good->size, f) != good->size) abort();
  for (size_t i = 0; i + 2 < size; i += 3) {
    size_t at = ((size_t)data[i] << 8 | data[i + 1]) * good->size >> 16;
    fseek(f, (long)(at ^ (data[i + 2] & 7)), SEEK_SET);
    fputc(data[i + 2], f);
  }
  fclose(f);
}

/* A letter 0 ends a table of them. */
typedef struct folder_file {
  char letter;
  const char *path;
} folder_file;

/* The folders above a file. */
static inline void make_folders_of(const char *name) {
  for (const char *slash = strchr(name, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    char folder[160];
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - name), name);
    mkdir(fuzz_path(folder), 0700);
  }
}

static inline void add_to_file(const char *name, const char *data, size_t length) {
  FILE *f = fopen(fuzz_path(name), "ab");
  if (f == NULL) make_folders_of(name);
  if (f == NULL) f = fopen(fuzz_path(name), "ab");
  if (f == NULL || fwrite(data, 1, length, f) != length || fclose(f) != 0) abort();
}

static inline void fill_folder(const folder_file *files, const char *data, size_t size) {
  for (const char *end = data + size, *next; data < end; data = next) {
    const char *newline = memchr(data, '\n', (size_t)(end - data));
    next = newline == NULL ? end : newline + 1;
    if (end - data < 2 || data[1] != '\t') continue;
    for (const folder_file *f = files; f->letter != 0; f++)
      if (f->letter == data[0]) add_to_file(f->path, data + 2, (size_t)(next - data) - 2);
  }
}

static inline void empty_folder(const folder_file *files) {
  for (const folder_file *f = files; f->letter != 0; f++)
    unlink(fuzz_path(f->path));
}

#endif
