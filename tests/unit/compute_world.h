/* compute_world.h: what the tests of the computation share: a small world of cells, running a query
 * that is written as JSON with ' for ", and a result as one line of text. */
#ifndef COMPUTE_WORLD_H
#define COMPUTE_WORLD_H

#include "fake_store.h"
#include "metrics/compute.h"

extern store world;
extern int64_t now_us; /* the clock of the computation */

/* Two sessions, two days, every kind of cell. `shift` is added to every number of a session and
 * label, `reversed` hands numbers out in the other order: no answer may depend on either. */
void world_make(int64_t shift, bool reversed);
void world_empty(void);
/* The result of a query; NULL with *code and *error (freed by world_done) set on failure. */
bp_result *world_run(const char *json, int *code, bp_error **error);
/* Rows divided by " | ", cells by " "; "-" empty, "?" uncovered, "+" behind a lower bound. Columns
 * after the dimensions carry their name without the metric's: "0.5 ok=1 ok_or_error=2". */
char *world_rows(const char *json);
/* The code of a failing query; fails the test if it does not fail. */
int world_fails(const char *json, const char *key, const char *detail);
void world_close(void);

#endif
