/* store/tasks.h: tasks as they are stored. A batch only records which sessions its facts changed
 * (table stale); the next query that needs tasks computes those sessions again. If the store cannot
 * be written, or another process writes, that happens in memory for one snapshot. Knows SQL and
 * what is stored; the rules are in task.h. Included only inside store/. */
#ifndef BPI_STORE_TASKS_H
#define BPI_STORE_TASKS_H

#include "store/cells.h"
#include "store/task.h"

/* Sessions whose facts a batch has changed, as a bit set of row numbers. */
typedef struct session_set {
  uint64_t *bits;
  size_t words;
  int failed;
} session_set;
void bpi_sessions_add(session_set *set, int64_t session); /* 0 is ignored */
void bpi_sessions_free(session_set *set);
/* Marks their tasks as stale. Call inside the batch's transaction. */
int bpi_tasks_mark(store *s, const session_set *changed, bp_error **error);

/* Recomputes stale tasks, in transactions of its own. Does nothing if the store is read-only, and
 * stops if another process writes. */
int bpi_tasks_refresh(store *s, bp_error **error);
/* Whether any tasks are stale. */
int bpi_tasks_stale(store *s, bool *any, bp_error **error);
/* Inside a snapshot: recomputes stale tasks in memory; valid until bpi_tasks_forget. */
int bpi_tasks_overlay(store *s, bp_error **error);
void bpi_tasks_forget(store *s);

/* Cells of a kind derived from tasks, as bpi_read_rollup returns them; the order is undefined with
 * an overlay. */
int bpi_tasks_read(store *s, rollup_kind kind, int64_t from_quarter, int64_t until_quarter,
                   int (*row)(void *user, const rollup_cell *cell), void *user, bp_error **error);

/* *ok becomes false if the stored tasks differ from what the facts give; stale sessions are
 * skipped. */
int bpi_tasks_check(store *s, bool *ok, bp_error **error);

#endif
