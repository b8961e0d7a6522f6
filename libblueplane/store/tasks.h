/* store/tasks.h: tasks as they are kept beside the facts. A batch only says of which sessions the
 * facts have changed (table stale); who asks for tasks first cuts those sessions anew. Where the
 * store cannot be written, or another process is writing, that happens in memory for one snapshot. Knows SQL and what
 * is kept; the rules are in task.h. Included only inside store/. */
#ifndef BPI_STORE_TASKS_H
#define BPI_STORE_TASKS_H

#include "store/cells.h"
#include "store/task.h"

/* Sessions whose facts a batch has changed, as a set of their numbers. */
typedef struct session_set {
  uint64_t *bits;
  size_t words;
  int failed;
} session_set;
void bpi_sessions_add(session_set *set, int64_t session); /* 0 is none */
void bpi_sessions_free(session_set *set);
/* Inside the batch's transaction: their tasks are stale from now on. */
int bpi_tasks_mark(store *s, const session_set *changed, bp_error **error);

/* Cuts what is stale, in transactions of its own. Does nothing in a store that is read-only, and
 * stops where another process writes. */
int bpi_tasks_refresh(store *s, bp_error **error);
/* Whether there is anything to cut. */
int bpi_tasks_stale(store *s, bool *any, bp_error **error);
/* Inside a snapshot: cuts in memory what is still stale; until bpi_tasks_forget. */
int bpi_tasks_overlay(store *s, bp_error **error);
void bpi_tasks_forget(store *s);

/* Cells of a kind that tasks are the reason for, as bpi_read_rollup gives them; in no certain order
 * where there is an overlay. */
int bpi_tasks_read(store *s, rollup_kind kind, int64_t from_quarter, int64_t until_quarter,
                   int (*row)(void *user, const rollup_cell *cell), void *user, bp_error **error);

/* *ok becomes false if what is kept is not what the facts give; sessions that are stale are passed
 * over. */
int bpi_tasks_check(store *s, bool *ok, bp_error **error);

#endif
