/* live.c: see live.h. */
#include "live.h"

#include <stdlib.h>
#include <time.h>

#include "commands.h"
#include "exits.h"
#include "interrupt.h"

#define AGAIN 0.5      /* seconds before retrying a store that another process has locked */
#define STEP 0.5       /* longest wait in seconds */
#define REST_FACTOR 10 /* rest after a read, in multiples of its processor time */

static double seconds_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double seconds(void) {
  return seconds_of(CLOCK_MONOTONIC);
}

/* Stands still while this process waits for another one that writes: that is no work to rest
 * from. */
static double seconds_worked(void) {
  return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
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
  return sync_before(p);
}

/* Reads the places that changed; places that cannot be read now stay owed. Returns whether any was
 * read, even if another process had already stored its records. */
static bool read_owed(live *l) {
  double now = seconds(), worked = seconds_worked();
  bool read = false;
  if (now < l->rest_until || now < l->busy_until) return false;
  for (size_t i = 0; i < l->places.count && !interrupted; i++) {
    const root *place = &l->places.item[i];
    if (!l->owed[i]) continue;
    l->owed[i] = sync_place(l->program, place->source, place->path) == BP_ERR_BUSY;
    if (l->owed[i]) l->busy_until = seconds() + AGAIN;
    read = read || !l->owed[i];
  }
  l->rest_until = seconds() + REST_FACTOR * (seconds_worked() - worked);
  return read;
}

static bool is_owed(const live *l) {
  bool any = false;
  for (size_t i = 0; i < l->places.count; i++)
    any = any || l->owed[i];
  return any;
}

/* Milliseconds to wait: until owed places may be read, at most STEP, as a signal between two waits
 * interrupts neither. */
static int patience(const live *l, double left) {
  double until = l->rest_until > l->busy_until ? l->rest_until : l->busy_until;
  double rest = until - seconds();
  if (is_owed(l) && rest < left) left = rest > 0 ? rest : 0;
  return (int)((left < STEP ? left : STEP) * 1000 + 1);
}

bool live_step(live *l, int milliseconds) {
  double end = seconds() + milliseconds / 1000.0, left;
  while ((left = end - seconds()) > 0 && !interrupted) {
    if (follow_wait(l->follower, patience(l, left), l->changed))
      for (size_t i = 0; i < l->places.count; i++)
        l->owed[i] = l->owed[i] || l->changed[i];
    if (is_owed(l) && read_owed(l)) return true;
  }
  return false;
}

void live_close(live *l) {
  follow_close(l->follower);
  roots_free(&l->places);
  free(l->changed);
  free(l->owed);
}
