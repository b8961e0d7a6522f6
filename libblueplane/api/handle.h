/* api/handle.h: what is behind the opaque handle, and the one way in: every exported function that
 * takes a store enters it (which checks the process, the access and takes the lock) and leaves it. */
#ifndef BPI_API_HANDLE_H
#define BPI_API_HANDLE_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/thread.h"
#include "metrics/assumptions.h"
#include "metrics/benchmark.h"
#include "metrics/prices.h"
#include "privacy/policy.h"
#include "store/store.h"

struct bp_store {
  store *store;
  mutex *lock;
  assumptions assumed;
  benchmark *benchmark;  /* what a manager compares with, or NULL */
  const prices *prices;  /* the table in force */
  prices *given_prices;  /* the same, if it was given at run time; else NULL */
  uint32_t access;       /* BP_ACCESS_; only ever narrowed */
  char *scope;           /* of a lead: the team; NULL */
  unsigned long process; /* the handle is refused in another one, after a fork */
  atomic_int cancelled;  /* since the running call began */
  atomic_int running;
  bool audited;           /* what is asked is noted */
  struct audit_row *note; /* questions that wait to be written down */
  size_t notes, note_capacity;
  uint32_t log_level;
  bp_log_fn log;
  void *log_user;
  int64_t (*clock)(void *clock_user);
  void *clock_user;
};

/* Locks the store for a call of an exported function, if the policy lets this handle call it (with
 * this topic, for those that have some; else NULL). On failure nothing is locked. */
int bpi_enter(bp_store *s, const char *function, const char *topic, bp_error **error);
/* Whether the policy lets this handle be told figures of a person's activity. */
bool bpi_tells_activity(const bp_store *s);
/* Unlocks it; a failure is logged. Returns `code`. */
int bpi_leave(bp_store *s, int code);
int64_t bpi_handle_now(const bp_store *s);
void bpi_handle_log(const bp_store *s, int level, int code, int64_t a, int64_t b);

/* Copies a lent struct of the caller's size into ours: shorter ones are filled with zeros, longer
 * ones must hold zeros beyond what we know. `lent` NULL: all zeros. */
int bpi_lend(void *ours, size_t size, const void *lent, size_t oldest, bp_error **error);
/* The other way: fills as much of the caller's struct as its size allows. */
void bpi_give(void *lent, const void *ours, size_t size);
/* BP_OK if struct_size of a struct to be filled is acceptable. */
int bpi_lent_size(const void *lent, size_t oldest, bp_error **error);

#endif
