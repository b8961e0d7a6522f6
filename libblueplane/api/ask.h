/* api/ask.h: checks whether the policy allows a query to a handle: its metrics, dimensions,
 * filters. */
#ifndef BPI_API_ASK_H
#define BPI_API_ASK_H

#include "api/handle.h"
#include "metrics/query.h"

/* BP_ERR_DENIED with "metric" or "dimension" if not. Names unknown to the catalogue pass: planning
 * reports them as not found. */
int bpi_ask_allowed(const bp_store *s, const bp_query *q, bp_error **error);

#endif
