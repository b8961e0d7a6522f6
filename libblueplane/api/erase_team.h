/* api/erase_team.h: bp_erase of a steward's store: a person's open contributions, what was published of
 * a week, or what is older than releases are kept. */
#ifndef BPI_API_ERASE_TEAM_H
#define BPI_API_ERASE_TEAM_H

#include "api/handle.h"
#include "base/json.h"

/* Selectors: {"version":1,"expired":true}, and of a team's store {"version":1,"subject":MEMBER} or
 * {"version":1,"published":WEEK}. */
int bpi_erase_team(bp_result **out, bp_store *s, json_value root, bp_error **error);
/* BP_ERR_BUSY with detail "status" = "pending": a reader is in the way. */
int bpi_erase_pending(bp_error **error);

#endif
