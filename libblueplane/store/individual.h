/* store/individual.h: values of individual people who agreed to be shown individually, for
 * published weeks. After publication rows are only deleted or end earlier. Knows rows; who may
 * appear in one is decided elsewhere. */
#ifndef BPI_STORE_INDIVIDUAL_H
#define BPI_STORE_INDIVIDUAL_H

#include "store/erase.h"

typedef struct individual_row {
  int64_t window;            /* Monday, days since 1970 */
  const char *team, *member; /* when reading: valid until the next row */
  int measure;
  int64_t value, until; /* until: the first day it is no longer shown */
  int state;            /* when reading: PUBLISHED_ state of the team's value that includes it */
} individual_row;

int bpi_individual_add(store *s, const individual_row *rows, size_t count, bp_error **error);
/* Rows of windows [from, until) and one team that are shown on `today`, by window, member and
 * measure. A callback returning non-zero stops. */
int bpi_individual_each(store *s, const char *team, int64_t from, int64_t until, int64_t today,
                        int (*row)(void *user, const individual_row *row), void *user,
                        bp_error **error);

/* Limits what is shown of a member's measure to weeks in [since, until), and until that day. Where
 * more is stored, the rows of all members for that week, team and measure are deleted or end
 * earlier: otherwise the published value minus the remaining rows would reveal the member. Adds to
 * *gone. */
int bpi_individual_limit(store *s, const char *member, int measure, int64_t since, int64_t until,
                         int64_t *gone, bp_error **error);
/* Deletes a member's rows and with them those of all members for the same weeks, teams and
 * measures; NULL: all. Adds to *gone. */
int bpi_individual_withdraw(store *s, const char *member, int64_t *gone, bp_error **error);
/* Delete rows that are no longer shown, and rows of a window. Both add to *gone. */
int bpi_individual_expire(store *s, int64_t today, int64_t *gone, bp_error **error);
int bpi_individual_drop(store *s, int64_t window, int64_t *gone, bp_error **error);
/* Notes the rows that bpi_individual_expire will delete. */
int bpi_individual_note(store *s, int64_t today, trace *t, bp_error **error);

#endif
