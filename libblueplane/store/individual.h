/* store/individual.h: what single people did who agreed to be seen alone, of weeks that are published.
 * Rows only ever go. Knows rows; who may be in one is decided elsewhere. */
#ifndef BPI_STORE_INDIVIDUAL_H
#define BPI_STORE_INDIVIDUAL_H

#include "store/erase.h"

typedef struct individual_row {
  int64_t window;            /* Monday, days since 1970 */
  const char *team, *member; /* of a row that is read: until the next one */
  int measure;
  int64_t value, until; /* until: the day from which it is not shown any more */
  int state;            /* of a row that is read: PUBLISHED_ of the team's number that it is in */
} individual_row;

int bpi_individual_add(store *s, const individual_row *rows, size_t count, bp_error **error);
/* Those of windows [from, until) and one team that are shown on `today`, in order of window, member and
 * measure. A callback returning non-zero stops. */
int bpi_individual_each(store *s, const char *team, int64_t from, int64_t until, int64_t today,
                        int (*row)(void *user, const individual_row *row), void *user,
                        bp_error **error);

/* A member agrees, as far as a measure goes, to weeks that lie in [since, until) and before `until`. Where
 * that is less than what is there, the rows of all members of that week, team and measure go, or end
 * sooner: what is published less those that stay would tell who left. Adds to *gone. */
int bpi_individual_limit(store *s, const char *member, int measure, int64_t since, int64_t until,
                         int64_t *gone, bp_error **error);
/* Deletes those of a member and with them those of the same weeks, teams and measures; NULL: all. Adds to *gone. */
int bpi_individual_withdraw(store *s, const char *member, int64_t *gone, bp_error **error);
/* Deletes those that are not shown any more, and those of a window. Both add to *gone. */
int bpi_individual_expire(store *s, int64_t today, int64_t *gone, bp_error **error);
int bpi_individual_drop(store *s, int64_t window, int64_t *gone, bp_error **error);
/* What bpi_individual_expire takes, before it goes. */
int bpi_individual_note(store *s, int64_t today, trace *t, bp_error **error);

#endif
