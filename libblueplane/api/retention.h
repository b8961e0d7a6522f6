/* api/retention.h: how long things are kept. */
#ifndef BPI_API_RETENTION_H
#define BPI_API_RETENTION_H

#include "api/handle.h"

/* bp_configure "retention": {"version":1} with any of events_days, releases_days, audit_days; null
 * keeps for ever. */
int bpi_retention_configure(bp_store *s, const char *json, size_t length, bp_error **error);
/* What is before this moment is beyond its time, by the name of its limit; INT64_MIN: nothing is. */
int bpi_retention_limit(bp_store *s, const char *name, int64_t *until_us, bp_error **error);
/* The limit in days of one of the above by its name; 0: for ever. */
int bpi_retention_days(bp_store *s, const char *name, int64_t *days, bp_error **error);

#endif
