/* interrupt.h: lets Ctrl-C cancel library calls that have no progress callback. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <blueplane/blueplane.h>

typedef struct interruptible {
  bp_store *store;
  pthread_t thread;
  bool runs;
  atomic_bool over;
} interruptible;

/* Between begin and end, Ctrl-C cancels the running call on the store. */
void interruptible_begin(interruptible *i, bp_store *store);
void interruptible_end(interruptible *i);

#endif
