/* api/consent.h: what a person's consent allows at this moment, judged by the latest time the store
 * has ever seen. Looked up at every call, so that taking it back is in force at once, whoever holds
 * which handle. */
#ifndef BPI_API_CONSENT_H
#define BPI_API_CONSENT_H

#include "api/handle.h"
#include "store/consent.h"

/* Whether single people may be shown to an audience at all; by the policy. */
bool bpi_consent_known_audience(const char *name, uint32_t *access);
/* Whether a view of a family of metrics is allowed; *expires_us until when. */
int bpi_consent_allows(bp_store *s, const char *purpose, const char *audience, bool *allowed,
                       int64_t *expires_us, bp_error **error);
/* All families that are, a bit for each by its number in the catalogue, and when the first of them
 * ends. */
int bpi_consent_families(bp_store *s, const char *audience, uint32_t *families, int64_t *expires_us,
                         bp_error **error);

#endif
