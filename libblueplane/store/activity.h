/* store/activity.h: when a session was active: its moments of activity, the runs they form (gaps of
 * at most five minutes) and the active time per quarter of an hour. Active time is the sum of the
 * gaps between neighbouring moments, each capped at five minutes, so each run counts its length,
 * and every run but the last five minutes more. Included only inside store/. */
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

/* Merges the moments into the stored runs of their sessions and adds the change of active time to
 * `changes`. For sessions in `rebuild` (sorted row numbers) the stored runs are discarded first:
 * `m` then holds all their moments. */
int bpi_activity_store(store *s, moments *m, const int64_t *rebuild, size_t rebuilds,
                       cells *changes, bp_error **error);
/* Recomputes everything from `m`, which must hold all moments of the store: *ok becomes false if
 * the stored runs or extents differ. Adds the recomputed active time to `all`. */
int bpi_activity_check(store *s, moments *m, cells *all, bool *ok, bp_error **error);

#endif
