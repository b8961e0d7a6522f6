/* interrupt.c: sets a flag and cancels from a second thread, as a signal handler may not call the
 * library. */
#include "interrupt.h"

#include "system.h"

#define LOOK_AGAIN 20 /* ms */

atomic_bool interrupted;

void on_interrupt(int signal_number) {
  (void)signal_number;
  interrupted = true;
}

static void *cancel_when_interrupted(void *context) {
  interruptible *i = context;
  while (!atomic_load(&i->over)) {
    if (interrupted) bp_cancel(i->store); /* repeatedly: the call may not have started yet */
    sleep_on(-1, LOOK_AGAIN);
  }
  return NULL;
}

/* If the thread cannot be started, only a second Ctrl-C ends the program. */
void interruptible_begin(interruptible *i, bp_store *store) {
  i->store = store;
  atomic_init(&i->over, false);
  i->runs = pthread_create(&i->thread, NULL, cancel_when_interrupted, i) == 0;
}

void interruptible_end(interruptible *i) {
  atomic_store(&i->over, true);
  if (i->runs) pthread_join(i->thread, NULL);
}
