/* store/task.h: what a session was spent on: where one task ends and the next begins, of which type
 * a task is, whether it was resolved, and how its calls stand to each other (repeats, rework, first
 * tries). Pure functions over what happened in a session, in order; know no SQL. The rules are
 * written for people in docs/tasks.md and a second time in tests/oracle/tasks.py. */
#ifndef BPI_STORE_TASK_H
#define BPI_STORE_TASK_H

#include "store/facts.h"

#define TASK_GAP (1800 * BPI_SECOND)       /* more without activity ends a task */
#define TASK_GAP_ACTIVE (300 * BPI_SECOND) /* of each gap that counts as active time at most */
#define TASK_REWORK (300 * BPI_SECOND) /* an edit of a file this soon after another reworks it */
#define TASK_PROMPT_RETRY (60 * BPI_SECOND) /* a prompt this soon after an interrupt tries again */
/* Refactoring: at least so many lines changed, of which added and removed differ by no more than a
 * quarter of the greater. */
#define TASK_REFACTORING_LINES 10
#define TASK_REFACTORING_PART 4

/* In the order in which they stand at the same moment. */
typedef enum task_step_kind {
  TASK_STEP_EVENT,
  TASK_STEP_PROMPT,
  TASK_STEP_RESPONSE,
  TASK_STEP_CALL,
  TASK_STEP_DECISION,
  TASK_STEP_COMMIT
} task_step_kind;

/* One thing that happened. Its first words are what steps are sorted by. */
#define TASK_STEP_ORDER 4
typedef struct task_step {
  int64_t session, time_us, kind, tie;
  int64_t end_us; /* when a call's result came; else its time */
  int64_t subagent;
  union {
    struct {
      int64_t features, size, mode;
    } prompt;
    struct {
      int64_t event, detail;
    } event;
    struct {
      int64_t accepted_edit;
    } decision;
    struct {
      int64_t cost, searches;
    } response; /* place of its cell in the list beside the steps */
    struct {
      int64_t tool, category, program, outcome, file; /* 0: names no file */
      /* edit: lines were applied, or a file was edited with success */
      int64_t edit, added, removed;
      int64_t background;
    } call;
  } u;
} task_step;
/* The step of a fact; false: it is none (undated, a total, something told later). `cost` is only kept. */
bool bpi_task_step(task_step *out, fact_kind kind, const int64_t *fact, int64_t cost);

typedef struct task {
  int64_t quarter, session, number; /* number: from 0 within the session */
  int64_t start_us, end_us, active_us;
  int64_t type, outcome;   /* TASK_, TASK_OUTCOME_ */
  int64_t size, features;  /* of the prompt it began with, else of the last before it */
  int64_t model, category; /* of most responses, of most calls */
  int64_t uses;            /* bit per USE_OF_ */
  int64_t prompts, prompt_retries, calls, lines_kept, commits;
  const uint8_t *path; /* categories of the main thread's calls; equal neighbours are one */
  size_t path_length;
} task;

/* Where tasks and their cells go; the path lives until `task` returns. Both 0 or BP_ERR_. */
typedef struct task_sink {
  void *user;
  int (*task)(void *user, const task *t);
  int (*cell)(void *user, const rollup_cell *cell);
} task_sink;

/* Cuts the steps of one session, sorted, into tasks. `costs` are the cells of its responses as
 * facts.h makes them. 0, BP_ERR_NOMEM or what the sink returned. */
int bpi_task_cut(const task_sink *sink, task_step *const *steps, size_t count,
                 const rollup_cell *costs);

/* The cells of a stored task: kinds ROLLUP_TASK to ROLLUP_TRANSITION. Stops where `row`
 * returns something other than 0, and returns it. */
int bpi_task_cells(const task *t, rollup_kind kind, int (*row)(void *user, const rollup_cell *cell),
                   void *user);

#endif
