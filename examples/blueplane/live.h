/* live.h: keeps the store up to date while the assistants write: reads what is there, then what comes.
 * Knows folders and the store; shows nothing. */
#ifndef LIVE_H
#define LIVE_H

#include "follow.h"
#include "paths.h"
#include "program.h"

typedef struct live {
  program *program;
  roots places;
  follower *follower;
  bool *changed;                 /* by place */
  bool *owed;                    /* changed, and not read yet */
  double rest_until, busy_until; /* seconds: when reading may go on */
} live;

/* Begins to follow, then reads what is there; exit codes, after a complaint. */
int live_open(live *l, program *p);
/* Waits for at most so many milliseconds; true if something changed, and is stored. */
bool live_step(live *l, int milliseconds);
void live_close(live *l);

#endif
