/* interrupt.h: what Ctrl-C sets, and how it cancels library calls that have no progress callback. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <blueplane/blueplane.h>

/* Set by Ctrl-C and read by other threads; a second Ctrl-C ends the program at once. */
extern atomic_bool interrupted;
void on_interrupt(int signal_number); /* a signal handler: sets it */

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
