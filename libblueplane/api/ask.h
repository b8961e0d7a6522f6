/* api/ask.h: whether the policy lets a handle ask a question: its metrics, dimensions and filters. */
#ifndef BPI_API_ASK_H
#define BPI_API_ASK_H

#include "api/handle.h"
#include "metrics/query.h"

/* BP_ERR_DENIED with "metric" or "dimension" if not. Names that the catalogue does not know pass: the
 * query itself says that there are none. */
int bpi_ask_allowed(const bp_store *s, const bp_query *q, bp_error **error);

#endif
