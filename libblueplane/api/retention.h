/* api/retention.h: the retention limits of a store. */
#ifndef BPI_API_RETENTION_H
#define BPI_API_RETENTION_H

#include "api/handle.h"

/* bp_configure "retention": {"version":1} with any of events_days, releases_days, audit_days; null:
 * no limit. */
int bpi_retention_configure(bp_store *s, const char *json, size_t length, bp_error **error);
/* Data from before *until_us has exceeded the named limit; INT64_MIN: there is no limit. */
int bpi_retention_limit(bp_store *s, const char *name, int64_t *until_us, bp_error **error);
/* The named limit in days; 0: no limit. */
int bpi_retention_days(bp_store *s, const char *name, int64_t *days, bp_error **error);

#endif
