/* api/consent.h: what a person's consent comes to at this moment. Looked up at every call, so that taking
 * it back is in force at once, whoever holds which handle. */
#ifndef BPI_API_CONSENT_H
#define BPI_API_CONSENT_H

#include "api/handle.h"
#include "privacy/bundle.h"
#include "store/consent.h"

/* Fills what a bundle says of consent. It follows from the words alone, whatever the time is: a bundle
 * that is made again says the same, and who gets it knows the day. */
int bpi_consent_say(bp_store *s, bundle *b, bp_error **error);
/* Takes all of it back, as words of now. Inside a transaction. */
int bpi_consent_end(bp_store *s, bp_error **error);

#endif
