/* privacy/invitation.h: how a person comes to know a team store: its public keys and whose it is, as
 * a small signed JSON document. Whether it is the store it claims to be is compared by people, by its
 * key; from then on the person's store takes rosters of this store only. Knows the document. */
#ifndef BPI_PRIVACY_INVITATION_H
#define BPI_PRIVACY_INVITATION_H

#include "base/sign.h"

#define INVITATION_BYTES 512

/* Text with a NUL, and its length. */
size_t bpi_invitation_write(char out[INVITATION_BYTES], const char *organisation,
                            const sign_keys *store);
/* Errors: FORMAT; DENIED with "reason" "signature"; NOMEM. */
int bpi_invitation_read(public_keys *store, const char *json, size_t length, bp_error **error);

#endif
