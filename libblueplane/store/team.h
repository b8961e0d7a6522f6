/* store/team.h: a team's store below its roster: contributions as long as their week is open, and what
 * members last said of consent. Both are bytes here; what they say is known in privacy/bundle. */
#ifndef BPI_STORE_TEAM_H
#define BPI_STORE_TEAM_H

#include <stddef.h>

#include "base/sign.h"
#include "store/store.h"

typedef struct contribution {
  int64_t window; /* Monday, days since 1970 */
  const char *member;
  unsigned char device[BPI_PUBLIC_BYTES];
  int64_t revision;
  unsigned char digest[BPI_DIGEST_BYTES];
  const void *payload; /* NULL: two bundles of this revision said different things */
  size_t length;
} contribution;

/* What is known under the key of `sought` (all but revision, digest and payload): revision 0 if
 * nothing is. Of the payload only whether there is one. */
int bpi_contribution_get(store *s, const contribution *sought, contribution *found,
                         bp_error **error);
/* In place of what was there. */
int bpi_contribution_put(store *s, const contribution *c, bp_error **error);
/* Those of a window in order of member and device; INT64_MIN: of all windows. */
int bpi_contribution_each(store *s, int64_t window, int (*row)(void *user, const contribution *c),
                          void *user, bp_error **error);
/* Deletes those of a window. */
int bpi_contribution_drop(store *s, int64_t window, bp_error **error);

/* The last words of a device on consent, as they stand in its bundle. */
typedef struct heard {
  const char *member;
  unsigned char device[BPI_PUBLIC_BYTES];
  int64_t said;
  const void *agreed; /* NULL: two bundles of this word said different things */
  size_t length;
} heard;

int bpi_heard_put(store *s, const heard *h, bp_error **error);
/* Of a member, in order of device. */
int bpi_heard_each(store *s, const char *member, int (*row)(void *user, const heard *h), void *user,
                   bp_error **error);

#endif
