/* live.h: keeps the store up to date while assistants write: reads what exists, then each change.
 * Knows folders and the store; prints nothing but errors. */
#ifndef LIVE_H
#define LIVE_H

#include "follow.h"
#include "paths.h"
#include "program.h"

/* When a place is to be read, in monotonic seconds, and why it could not be read last time. */
typedef struct owed {
  double due; /* infinity: it did not change */
  text told;
} owed;

typedef struct live {
  program *program;
  roots places;
  follower *follower;
  bool *changed;     /* by place, set by the last wait */
  owed *owed;        /* by place */
  double rest_until; /* monotonic seconds before which nothing is read */
} live;

/* Starts to follow, then reads what exists. Returns an exit code; prints errors. */
int live_open(live *l, program *p);
/* Waits at most `milliseconds`. True: something changed and is stored. */
bool live_step(live *l, int milliseconds);
void live_close(live *l);

#endif
