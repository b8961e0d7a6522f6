/* team.h: what the dashboard of a team or an organisation asks of what is published. */
#ifndef TEAM_H
#define TEAM_H

#include "../program.h"
#include "data.h"

/* Every answer that the page can show, of the files of --release; exit code. What this access may not ask is not in it. */
int put_team(data *d, program *p);

#endif
