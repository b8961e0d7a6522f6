/* store/activity.h: when a session was active. Its moments of activity, the runs they form (gaps of
 * at most five minutes) and the active time by quarter of an hour. Active time is the sum of the
 * gaps between neighbouring moments, each capped at five minutes: a run's length, and five minutes
 * more for every run but the last. Included only inside store/. */
#ifndef BPI_STORE_ACTIVITY_H
#define BPI_STORE_ACTIVITY_H

#include "store/cells.h"

#define ACTIVE_GAP (300 * BPI_SECOND)

typedef struct moment {
  int64_t session, time_us;
} moment;

typedef struct moments {
  moment *moment;
  size_t count, capacity;
  int failed;
} moments;

void bpi_moments_add(moments *m, int64_t session, int64_t time_us);
void bpi_moments_free(moments *m);

/* Adds the moments to the stored runs of their sessions, and what changes to `changes`. Sessions in
 * `rebuild` (sorted numbers) forget their stored runs first: `m` holds all their moments. */
int bpi_activity_store(store *s, moments *m, const int64_t *rebuild, size_t rebuilds,
                       cells *changes, bp_error **error);
/* With `m` holding all moments there are: *ok becomes false if the stored runs or extents are not
 * what they give. Adds the active time they give to `all`. */
int bpi_activity_check(store *s, moments *m, cells *all, bool *ok, bp_error **error);

#endif
