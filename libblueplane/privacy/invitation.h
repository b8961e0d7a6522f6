/* privacy/invitation.h: how a person learns of a team store: its public keys and its organisation
 * in a small signed JSON document. People compare the key to make sure that it is the right store;
 * from then on their store accepts rosters of this store only. Knows the document. */
#ifndef BPI_PRIVACY_INVITATION_H
#define BPI_PRIVACY_INVITATION_H

#include "base/sign.h"

#define INVITATION_BYTES 512

/* Writes text with a terminating NUL; returns its length. */
size_t bpi_invitation_write(char out[INVITATION_BYTES], const char *organisation,
                            const sign_keys *store);
/* Errors: FORMAT; DENIED with "reason" "signature"; NOMEM. */
int bpi_invitation_read(public_keys *store, const char *json, size_t length, bp_error **error);

#endif
