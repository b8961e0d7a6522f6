/* api/erase_team.h: bp_erase for the store of a team or organisation: the open contributions of a
 * member, the published cells of a week, or releases beyond their retention. */
#ifndef BPI_API_ERASE_TEAM_H
#define BPI_API_ERASE_TEAM_H

#include "api/handle.h"
#include "base/json.h"
#include "store/erase.h"

/* Selectors: {"version":1,"expired":true}; for a team's store also {"version":1,"subject":MEMBER}
 * and {"version":1,"published":WEEK}. */
int bpi_erase_team(bp_result **out, bp_store *s, json_value root, bp_error **error);
/* Fails with BP_ERR_BUSY and detail "status" = "pending": a reader blocks the clean-up. */
int bpi_erase_pending(bp_error **error);

/* A receipt is a table of what was erased and of the search for traces that followed.
 * bpi_receipt_end consumes the table; it fails if the search found traces or is still pending. */
bp_result *bpi_receipt_new(void);
void bpi_receipt_line(bp_result *t, const char *item, int64_t count);
int bpi_receipt_end(bp_result **out, bp_result *t, const erase_search *s, bp_error **error);

#endif
