/* interrupt.h: Ctrl-C, and calls of the library that do not ask for it themselves. */
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

/* Between the two Ctrl-C cancels the call that is running on the store. */
void interruptible_begin(interruptible *i, bp_store *store);
void interruptible_end(interruptible *i);

#endif
