/* api/handle.h: the struct behind the opaque handle. Every exported function that takes a store
 * calls bpi_enter, which checks the process and the access and takes the lock, and then
 * bpi_leave. */
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
  benchmark *benchmark;  /* reference values for a manager, or NULL */
  const prices *prices;  /* the table in force */
  prices *given_prices;  /* the same, if it was configured at run time; else NULL */
  uint32_t access;       /* BP_ACCESS_; can only be narrowed */
  char *scope;           /* the team of a lead, or NULL */
  unsigned long process; /* the handle is refused in another process, after a fork */
  atomic_int cancelled;  /* bp_cancel was called since the running call began */
  atomic_int running;
  bool audited;           /* calls are noted in the audit log */
  struct audit_row *note; /* notes not yet written */
  size_t notes, note_capacity;
  uint32_t log_level;
  bp_log_fn log;
  void *log_user;
  int64_t (*clock)(void *clock_user);
  void *clock_user;
};

/* Locks the store for a call of an exported function, if the policy allows this handle to call it
 * with this topic (NULL for functions without topics). On failure nothing is locked. */
int bpi_enter(bp_store *s, const char *function, const char *topic, bp_error **error);
/* Whether the policy allows this handle to see figures about a person's activity. */
bool bpi_tells_activity(const bp_store *s);
/* Unlocks the store and logs `code` if it is a failure. Returns `code`. */
int bpi_leave(bp_store *s, int code);
int64_t bpi_handle_now(const bp_store *s);
void bpi_handle_log(const bp_store *s, int level, int code, int64_t a, int64_t b);

/* Copies a struct of the caller (of struct_size) into ours: a shorter one is padded with zeros, a
 * longer one must be zero beyond what we know. `lent` NULL: all zeros. `oldest` is the smallest
 * valid size. */
int bpi_lend(void *ours, size_t size, const void *lent, size_t oldest, bp_error **error);
/* The other direction: fills as much of the caller's struct as its size allows. */
void bpi_give(void *lent, const void *ours, size_t size);
/* BP_OK if the struct_size of an output struct is acceptable. */
int bpi_lent_size(const void *lent, size_t oldest, bp_error **error);

#endif
