/* made.h: an organisation that does not exist, for demonstrations: its people work by chance, their stores
 * share and its steward publishes by the same calls as anybody's. */
#ifndef MADE_H
#define MADE_H

#include "text.h"

#define MADE_PEOPLE 60
#define MADE_TEAMS 10
#define MADE_WEEKS_MOST 104
#define MADE_LEAD_WEEKS 9 /* the last ones, in which some agreed to be seen */

typedef struct made {
  const char *folder; /* is there, and empty */
  int weeks;
  int64_t monday_us; /* the Monday behind the last week, in UTC */
} made;

/* Leaves in the folder `acme.db`, the organisation's store; `WEEK.release`, what was published of each week;
 * `WEEK.lead`, what the lead of `made_team` gets of the last ones; `developer.db`, the store of one of its people, who also worked in the week after. The same numbers for the
 * same weeks. An exit code. */
int make_organisation(const made *m);

/* The name of the team that has the most members. */
extern const char *const made_team;

/* work.c: what one of the people did in a week, as native events. */
typedef struct worker {
  int number, team, experience; /* 0 junior to 3 principal */
  uint64_t chance;              /* state of the generator */
} worker;
void put_week(text *t, worker *w, int week, int64_t monday_us, int days);

#endif
