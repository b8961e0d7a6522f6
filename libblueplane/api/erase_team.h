/* api/erase_team.h: bp_erase of a team's store: a person's open contributions, or what was published of
 * a week. */
#ifndef BPI_API_ERASE_TEAM_H
#define BPI_API_ERASE_TEAM_H

#include "api/handle.h"
#include "base/json.h"

/* Selectors: {"version":1,"subject":MEMBER} or {"version":1,"published":WEEK}. */
int bpi_erase_team(bp_result **out, bp_store *s, json_value root, bp_error **error);
/* BP_ERR_BUSY with detail "status" = "pending": a reader is in the way. */
int bpi_erase_pending(bp_error **error);

#endif
