/* compute_world.h: what the tests of the computation share: a small store of cells written by hand,
 * running a query given as JSON with ' for ", and a result as one line of text. */
#ifndef COMPUTE_WORLD_H
#define COMPUTE_WORLD_H

#include "fake_store.h"
#include "metrics/compute.h"

extern store world;
extern int64_t now_us; /* the clock of the computation */

/* Two sessions, two days, every kind of cell. `shift` is added to the row numbers of sessions and
 * labels, `reversed` assigns them in the opposite order: no answer may depend on either. */
void world_make(int64_t shift, bool reversed);
void world_empty(void);
/* The result of a query; NULL with *code and *error (which world_done frees) set on failure. */
bp_result *world_run(const char *json, int *code, bp_error **error);
/* The rows of the result, separated by " | ", their cells by " "; "-" is empty, "?" uncovered, a
 * trailing "+" marks a lower bound. Columns after the dimensions carry their name without the
 * metric's: "0.5 ok=1 ok_or_error=2". */
char *world_rows(const char *json);
/* The code of a failing query; the test fails if the query succeeds. */
int world_fails(const char *json, const char *key, const char *detail);
void world_close(void);

#endif
