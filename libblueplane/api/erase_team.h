/* api/erase_team.h: bp_erase of a steward's store: a person's open contributions, what was published of
 * a week, or what is older than releases are kept. */
#ifndef BPI_API_ERASE_TEAM_H
#define BPI_API_ERASE_TEAM_H

#include "api/handle.h"
#include "base/json.h"
#include "store/erase.h"

/* Selectors: {"version":1,"expired":true}, and of a team's store {"version":1,"subject":MEMBER} or
 * {"version":1,"published":WEEK}. */
int bpi_erase_team(bp_result **out, bp_store *s, json_value root, bp_error **error);
/* BP_ERR_BUSY with detail "status" = "pending": a reader is in the way. */
int bpi_erase_pending(bp_error **error);

/* A receipt: what went, line by line, and what was then looked for, which fails where that is still there
 * or has to wait. */
bp_result *bpi_receipt_new(void);
void bpi_receipt_line(bp_result *t, const char *item, int64_t count);
int bpi_receipt_end(bp_result **out, bp_result *t, const erase_search *s, bp_error **error);

#endif
