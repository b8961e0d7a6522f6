/* made.h: generates a fictional organisation for demonstrations. Its people act at random, but its
 * stores share and its steward publishes through the same calls as real ones. */
#ifndef MADE_H
#define MADE_H

#include "text.h"

#define MADE_PEOPLE 60
#define MADE_TEAMS 10
#define MADE_WEEKS_MOST 104
#define MADE_LEAD_WEEKS 9 /* the last ones, with consents for the lead */

typedef struct made {
  const char *folder; /* exists, and is empty */
  int weeks;
  int64_t monday_us; /* the Monday after the last week, in UTC */
} made;

/* Writes to the folder: `acme.db`, the organisation's store; `WEEK.release`, the release of each
 * week; `WEEK.lead`, the files for the lead of `made_team`, for the last weeks; `developer.db`, the
 * store of one person, who also worked in the week after. The same weeks give the same numbers.
 * Returns an exit code. */
int make_organisation(const made *m);

/* The name of the largest team. */
extern const char *const made_team;

/* work.c: writes what one person did in a week, as native events. */
typedef struct worker {
  int number, team, experience; /* 0 junior to 3 principal */
  uint64_t chance;              /* state of the random generator */
} worker;
void put_week(text *t, worker *w, int week, int64_t monday_us, int days);

#endif
