/* store/task.h: divides a session into tasks: where one ends and the next begins, the type of each,
 * whether it was resolved, and how its calls relate (repeats, rework, first tries). Pure functions
 * over the ordered events of a session; knows no SQL. The rules are documented in docs/tasks.md and
 * implemented independently in tests/oracle/tasks.py. */
#ifndef BPI_STORE_TASK_H
#define BPI_STORE_TASK_H

#include "store/facts.h"

#define TASK_GAP (1800 * BPI_SECOND)       /* a longer gap without activity ends a task */
#define TASK_GAP_ACTIVE (300 * BPI_SECOND) /* most of a gap that counts as active time */
#define TASK_REWORK (300 * BPI_SECOND)     /* an edit of a file this soon after another is rework */
#define TASK_PROMPT_RETRY (60 * BPI_SECOND) /* a prompt this soon after an interrupt is a retry */
/* Refactoring: at least so many lines changed, with added and removed differing by at most a
 * quarter of the greater. */
#define TASK_REFACTORING_LINES 10
#define TASK_REFACTORING_PART 4

/* In the order of steps at the same moment. */
typedef enum task_step_kind {
  TASK_STEP_EVENT,
  TASK_STEP_PROMPT,
  TASK_STEP_RESPONSE,
  TASK_STEP_CALL,
  TASK_STEP_DECISION,
  TASK_STEP_COMMIT
} task_step_kind;

/* One event of a session. Steps are sorted by the first TASK_STEP_ORDER words. */
#define TASK_STEP_ORDER 4
typedef struct task_step {
  int64_t session, time_us, kind, tie;
  int64_t end_us; /* time of a call's result, otherwise its own time */
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
    } response; /* cost: index of its cell in the list passed with the steps */
    struct {
      int64_t tool, category, program, outcome, file; /* 0: names no file */
      /* edit: lines were applied, or a file was edited successfully */
      int64_t edit, added, removed;
      int64_t background;
    } call;
  } u;
} task_step;
/* Makes the step of a fact; false if it has none (undated, a total, or reported later). `cost` is
 * stored in the step. */
bool bpi_task_step(task_step *out, fact_kind kind, const int64_t *fact, int64_t cost);

typedef struct task {
  int64_t quarter, session, number; /* number: from 0 within the session */
  int64_t start_us, end_us, active_us;
  int64_t type, outcome;   /* TASK_, TASK_OUTCOME_ */
  int64_t size, features;  /* of the prompt it began with, otherwise of the last one before */
  int64_t model, category; /* most frequent among its responses, and among its calls */
  int64_t uses;            /* bit per USE_OF_ */
  int64_t prompts, prompt_retries, calls, lines_kept, commits;
  const uint8_t *path; /* categories of the main thread's calls, with equal neighbours collapsed */
  size_t path_length;
} task;

/* Receives tasks and their cells; the path is valid until `task` returns. Both return 0 or
 * BP_ERR_. */
typedef struct task_sink {
  void *user;
  int (*task)(void *user, const task *t);
  int (*cell)(void *user, const rollup_cell *cell);
} task_sink;

/* Divides the sorted steps of one session into tasks. `costs` are the cells of its responses as
 * facts.h makes them. 0, BP_ERR_NOMEM or what the sink returned. */
int bpi_task_cut(const task_sink *sink, task_step *const *steps, size_t count,
                 const rollup_cell *costs);

/* The cells of a stored task, of kinds ROLLUP_TASK to ROLLUP_TRANSITION. Stops when `row` returns
 * non-zero, and returns it. */
int bpi_task_cells(const task *t, rollup_kind kind, int (*row)(void *user, const rollup_cell *cell),
                   void *user);

#endif
