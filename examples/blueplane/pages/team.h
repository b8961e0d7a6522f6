/* team.h: the queries of the dashboard of a team or an organisation, over published releases. */
#ifndef TEAM_H
#define TEAM_H

#include "../program.h"
#include "data.h"

/* Writes all data that the page can show, from the files of --release; exit code. Leaves out what
 * the access does not allow. */
int put_team(data *d, program *p);

#endif
