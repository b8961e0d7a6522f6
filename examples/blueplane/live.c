/* live.c: see live.h. */
#include "live.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "commands.h"
#include "exits.h"
#include "interrupt.h"
#include "system.h"

#define AGAIN 0.5      /* seconds before retrying a store that another process has locked */
#define RETRY 5        /* seconds before retrying after another failure, for example a full disk */
#define STEP 0.5       /* longest wait in seconds */
#define REST_FACTOR 10 /* rest after a read, in multiples of its processor time */

/* Stands still while this process waits for another one that writes: that is no work to rest
 * from. */
static double seconds_worked(void) {
  struct timespec worked;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &worked);
  return (double)worked.tv_sec + (double)worked.tv_nsec / 1e9;
}

int live_open(live *l, program *p) {
  *l = (live){.program = p, .places = find_roots()};
  size_t count = l->places.count;
  const char **folders = need(calloc(count + 1, sizeof *folders));
  for (size_t i = 0; i < count; i++)
    folders[i] = l->places.item[i].path;
  l->changed = need(calloc(count + 1, sizeof *l->changed));
  l->owed = need(calloc(count + 1, sizeof *l->owed));
  l->follower = follow_open(folders, count, given(&p->options, OPTION_POLL));
  free(folders);
  int code = sync_before(p);
  for (size_t i = 0; i < count; i++)
    l->owed[i].due = p->behind ? 0 : INFINITY;
  return code;
}

/* Reads a place. False: it stays owed. What is wrong is told once, except that another process is
 * writing. */
static bool read_place(live *l, size_t number) {
  const root *place = &l->places.item[number];
  owed *o = &l->owed[number];
  bp_error *error = NULL;
  text wrong = {0};
  int rc = sync_place(l->program, place->source, place->path, &error);
  /* nothing is owed of a place that is gone, nor to a store that cannot be written, as was told */
  bool read = rc == BP_OK || rc == BP_ERR_NOTFOUND || rc == BP_ERR_READONLY;
  o->due = read ? INFINITY : seconds_now() + (rc == BP_ERR_BUSY ? AGAIN : RETRY);
  gather_complaints(&wrong);
  if (read || rc == BP_ERR_BUSY || rc == BP_ERR_CANCELLED)
    bp_error_free(error);
  else
    complain_of(error);
  gather_complaints(NULL);
  tell_news(&o->told, &wrong);
  return read;
}

/* Reads the places that are due. Returns whether any was read, even if another process had already
 * stored its records. */
static bool read_due(live *l) {
  double now = seconds_now(), worked = seconds_worked();
  bool read = false;
  for (size_t i = 0; i < l->places.count && !interrupted; i++)
    if (l->owed[i].due <= now) read |= read_place(l, i);
  l->rest_until = seconds_now() + REST_FACTOR * (seconds_worked() - worked);
  return read;
}

/* When to read next; infinity: nothing is owed. */
static double next_due(const live *l) {
  double soonest = INFINITY;
  for (size_t i = 0; i < l->places.count; i++)
    if (l->owed[i].due < soonest) soonest = l->owed[i].due;
  return soonest > l->rest_until ? soonest : l->rest_until;
}

/* Milliseconds to wait: until a place is due, at most STEP, as a signal between two waits
 * interrupts neither. */
static int patience(const live *l, double left) {
  double until_due = next_due(l) - seconds_now();
  if (until_due < left) left = until_due > 0 ? until_due : 0;
  return (int)((left < STEP ? left : STEP) * 1000 + 1);
}

bool live_step(live *l, int milliseconds) {
  double end = seconds_now() + milliseconds / 1000.0, left;
  while ((left = end - seconds_now()) > 0 && !interrupted) {
    if (follow_wait(l->follower, patience(l, left), l->changed))
      for (size_t i = 0; i < l->places.count; i++)
        if (l->changed[i] && isinf(l->owed[i].due)) l->owed[i].due = 0;
    if (next_due(l) <= seconds_now() && read_due(l)) return true;
  }
  return false;
}

void live_close(live *l) {
  follow_close(l->follower);
  for (size_t i = 0; i < l->places.count; i++)
    text_free(&l->owed[i].told);
  roots_free(&l->places);
  free(l->changed);
  free(l->owed);
}
