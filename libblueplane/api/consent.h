/* api/consent.h: the current consent of a person, computed from the store at every call, so that a
 * withdrawal takes effect at once for all handles. */
#ifndef BPI_API_CONSENT_H
#define BPI_API_CONSENT_H

#include "api/handle.h"
#include "privacy/bundle.h"
#include "store/consent.h"

/* Fills in the agreements of a bundle. They depend only on the recorded consents, not on the
 * current time: a bundle that is made again is identical, and the receiver checks the dates. */
int bpi_consent_say(bp_store *s, bundle *b, bp_error **error);
/* Withdraws all consent as of now. Must be called inside a transaction. */
int bpi_consent_end(bp_store *s, bp_error **error);

#endif
