/* sources/patch.h: counting the lines that patches add and remove while their text streams by: the
 * envelope form ("*** Begin Patch") and unified diffs. Keeps counts and the name of one file, never
 * a line. */
#ifndef BPI_SOURCES_PATCH_H
#define BPI_SOURCES_PATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sources/names.h"

/* A file of an envelope and the lines it changes. */
typedef struct patch_file {
  int64_t lines; /* added and removed; -1: no file */
  size_t length;
  char path[NAME_RAW_MAX];
} patch_file;

/* An envelope, in a text that may hold more than it. The lines of a deleted file are not in it. */
typedef struct patch_text {
  bool found, open; /* an envelope began; and has not ended */
  bool counted;     /* it has a section whose lines it tells */
  int section;
  int64_t added, removed;
  patch_file now, most; /* the file of the section; the one with the most changed lines so far */
  size_t length;        /* of the line being read */
  char line[NAME_RAW_MAX + 24]; /* its beginning, if it may be a mark; else its first byte */
} patch_text;

void bpi_patch_start(patch_text *p);
void bpi_patch_feed(void *patch, const char *piece, size_t length); /* patch_text * */
void bpi_patch_end(patch_text *p);

/* Hunks of a unified diff of any number of files. A hunk has as many lines as its head says, and what
 * stands before, between and behind hunks are none; one whose head does not say goes on to the next.
 * Starts as all zero. */
typedef struct diff_text {
  int64_t added, removed;
  bool hunk, limited;
  int64_t before, after; /* lines of a limited hunk still to come */
  bool inside;           /* of a line */
  size_t length;         /* of the head of a hunk that is being read; 0: none is */
  char head[64];
} diff_text;

void bpi_diff_feed(void *diff, const char *piece, size_t length); /* diff_text * */

#endif
