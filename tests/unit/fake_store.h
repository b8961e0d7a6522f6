/* fake_store.h: a store with cells, sessions and labels in arrays. It replaces store/read.c, so
 * that what is computed from cells is tested without a database. */
#ifndef FAKE_STORE_H
#define FAKE_STORE_H

#include "store/read.h"

#define FAKE_CELLS 65536
#define FAKE_NAMES 512

struct store {
  rollup_cell cell[FAKE_CELLS];
  size_t cells, sorted; /* sorted: how many of them are in order */
  session_row session[FAKE_NAMES];
  size_t sessions;
  label_row label[FAKE_NAMES];
  size_t labels;
  int begun;     /* open snapshots */
  int fail_with; /* the BP_ERR_ code that the next reading of cells returns */
  bool interrupted;
};

void fake_clear(store *s);
/* The caller assigns the row numbers of labels and sessions; answers must not depend on them. */
void fake_label(store *s, int64_t id, label_kind kind, uint64_t key, const char *text);
session_row *fake_session(store *s, int64_t id, uint64_t key, int sources);
/* `time` is the quarter of an hour as "2026-11-23T09:00:00Z", NULL for undated. The caller may set
 * the cell's measures through the returned pointer. */
rollup_cell *fake_cell(store *s, rollup_kind kind, const char *time, int64_t session, int64_t label,
                       int64_t class_, int64_t n);

#endif
