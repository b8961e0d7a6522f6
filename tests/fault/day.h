/* tests/fault/day.h: a small day's work on a disk: the files of an assistant, a template and a working folder
 * that is made from it again and again, and what a person sees of the store in it. Works on the folder of
 * unit/folder.h. */
#ifndef TESTS_FAULT_DAY_H
#define TESTS_FAULT_DAY_H

#include <blueplane/blueplane.h>

#include "base/buf.h"

#define DAY_SESSIONS 24
#define DAY_STORE "work/me.db"
#define DAY_FILES 3 /* of the input */
#define DAY_FILE "in/%d.blueplane.jsonl"

/* A path in the folder; one of eight places. */
const char *day_path(const char *name);
void day_folder(void); /* made before a test, and removed behind it */
void day_remove(void);

/* All files of a folder that holds no other folder; `to` is made anew. */
void day_copy(const char *from, const char *to);
void day_fresh(void); /* work from the template */
void day_keep(void);  /* the template from work */
void day_empty(void); /* both without a file */
/* cut at size, or one bit turned */
void day_spoil(const char *name, long size, long byte, int bit);

/* The transcripts of the first so many sessions. */
void day_input(int sessions);

/* By the code that they give: opened with the clock of world.h. */
int day_open(bp_store **s, const char *name, uint32_t access, const char *scope, bp_error **error);
int day_ingest(bp_error **error);
int day_ask(buf *out, bp_store *s, const char *json, bp_error **error); /* as CSV */
/* Figures of the store: none that depends on the store's key, none by attributes of sessions. */
int day_state(buf *out, bp_error **error);

#endif
