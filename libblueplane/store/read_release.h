/* store/read_release.h: published cells of a team, organisation or release store, row by row. Knows
 * rows; metrics/release.h knows what they mean. */
#ifndef BPI_STORE_READ_RELEASE_H
#define BPI_STORE_READ_RELEASE_H

#include "privacy/release.h"
#include "store/store.h"

typedef struct published_row {
  int64_t window, release; /* Monday in days since 1970; the release it is part of */
  int64_t beside;          /* the scope's total of the measure `beside`; -1: none */
  release_row cell;        /* its names are valid until the next row */
} published_row;

/* Cells of a dimension in windows [from, until), by window, release, scope ("*", stated by the
 * roster for the whole organisation, before the teams), slice and measure. A callback returning
 * non-zero stops. Call between bpi_read_begin and bpi_read_end. */
int bpi_read_published(store *s, int dimension, int beside, int64_t from_window,
                       int64_t until_window, int (*row)(void *user, const published_row *p),
                       void *user, bp_error **error);
/* First and last window of any release; *any is false if there is none. */
int bpi_read_windows(store *s, int64_t *first, int64_t *last, bool *any, bp_error **error);
/* any: weeks of [from, until) in which some store has cells of the scope (NULL: of any team).
 * whole: weeks of these in which every store does that has such cells in any week of [from, until)
 * or [other_from, other_until). A team that is withheld, taken back or too old has no cells. */
typedef struct published_weeks {
  int64_t any, whole;
} published_weeks;
int bpi_read_weeks(store *s, const char *scope, int64_t from, int64_t until, int64_t other_from,
                   int64_t other_until, published_weeks *out, bp_error **error);

#endif
