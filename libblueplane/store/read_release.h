/* store/read_release.h: published cells of a team, organisation or release store, row by row. Knows
 * rows; what they mean is for metrics/release.h. */
#ifndef BPI_STORE_READ_RELEASE_H
#define BPI_STORE_READ_RELEASE_H

#include "store/store.h"

typedef struct published_row {
  int64_t window, release;   /* Monday in days since 1970; which release it came in */
  const char *scope, *slice; /* until the next row */
  int dimension, measure, state, headcount;
  int64_t value, beside; /* what the whole of the scope has of the measure beside it, -1: nothing */
} published_row;

/* Cells of a dimension in windows [from, until), in order of window, release, scope ("*", what is stated of all, before the teams),
 * slice and measure. A callback returning non-zero stops. Inside bpi_read_begin and bpi_read_end. */
int bpi_read_published(store *s, int dimension, int beside, int64_t from_window,
                       int64_t until_window, int (*row)(void *user, const published_row *p),
                       void *user, bp_error **error);
/* First and last window of any release; false in *any if there is none. */
int bpi_read_windows(store *s, int64_t *first, int64_t *last, bool *any, bp_error **error);
/* Of how many weeks of [from, until) something is told of the scope (NULL: of any team), and of how many by every store
 * that tells of any week of it or of [other_from, other_until). Who was withheld, taken back or is too old is not told. */
typedef struct published_weeks {
  int64_t any, whole;
} published_weeks;
int bpi_read_weeks(store *s, const char *scope, int64_t from, int64_t until, int64_t other_from,
                   int64_t other_until, published_weeks *out, bp_error **error);

#endif
