/* tests/fault/day.h: a small day's work on a disk: an assistant's files, a template folder, a
 * working folder copied from it for each trial, and the figures of the store in it. All folders are
 * inside that of unit/folder.h. */
#ifndef TESTS_FAULT_DAY_H
#define TESTS_FAULT_DAY_H

#include <blueplane/blueplane.h>

#include "base/buf.h"

#define DAY_SESSIONS 24
#define DAY_STORE "work/me.db"
#define DAY_FILES 3 /* input files */
#define DAY_FILE "in/%d.blueplane.jsonl"

/* A path in the folder, in one of eight buffers used in turn. */
const char *day_path(const char *name);
void day_folder(void); /* before a test; day_remove() after it */
void day_remove(void);

/* Copies all files of a folder without subfolders; `to` is emptied first. */
void day_copy(const char *from, const char *to);
void day_fresh(void); /* copies the template to work */
void day_keep(void);  /* copies work to the template */
void day_empty(void); /* empties both */
/* cuts the file at size, or if size is negative flips one bit */
void day_spoil(const char *name, long size, long byte, int bit);

/* Writes the transcripts of the first so many sessions. */
void day_input(int sessions);

/* These return the library's code; stores are opened with the clock of world.h. */
int day_open(bp_store **s, const char *name, uint32_t access, const char *scope, bp_error **error);
int day_ingest(bp_error **error);
int day_ask(buf *out, bp_store *s, const char *json, bp_error **error); /* as CSV */
/* Figures of the store, except those that depend on its key, and without attributes of sessions. */
int day_state(buf *out, bp_error **error);

#endif
