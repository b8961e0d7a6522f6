/* sources/patch.h: counts the lines that patches add and remove while their text streams by: the
 * envelope form ("*** Begin Patch") and unified diffs. Keeps counts and the name of one file, never
 * a line. */
#ifndef BPI_SOURCES_PATCH_H
#define BPI_SOURCES_PATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sources/names.h"

/* A file in an envelope, and the number of lines it changes. */
typedef struct patch_file {
  int64_t lines; /* added and removed; -1: no file */
  size_t length;
  char path[NAME_RAW_MAX];
} patch_file;

/* An envelope, possibly inside a longer text. It does not contain the lines of deleted files. */
typedef struct patch_text {
  bool found, open; /* an envelope was found; it has not ended */
  bool counted;     /* it has a section that shows its lines */
  int section;
  int64_t added, removed;
  /* the file of the current section; the file with the most changed lines so far */
  patch_file now, most;
  size_t length;                /* of the current line */
  char line[NAME_RAW_MAX + 24]; /* its beginning if it may be a mark, otherwise its first byte */
} patch_text;

void bpi_patch_start(patch_text *p);
void bpi_patch_feed(void *patch, const char *piece, size_t length); /* patch_text * */
void bpi_patch_end(patch_text *p);

/* The hunks of a unified diff of any number of files. A hunk has as many lines as its header says,
 * and lines outside of hunks do not count; a hunk without a length extends to the next one. Starts
 * as all zero. */
typedef struct diff_text {
  int64_t added, removed;
  bool hunk, limited;
  int64_t before, after; /* remaining lines of a limited hunk */
  bool inside;           /* in the middle of a line */
  size_t length;         /* of a hunk's header being read; 0: none */
  char head[64];
} diff_text;

void bpi_diff_feed(void *diff, const char *piece, size_t length); /* diff_text * */

#endif
