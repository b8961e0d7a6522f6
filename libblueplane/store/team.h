/* store/team.h: the data of a team's store other than its roster: contributions of weeks that are
 * still open, and the latest consent statements of members. Both are opaque bytes here;
 * privacy/bundle.h knows their content. */
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
  const void *payload; /* NULL: two different bundles had this revision */
  size_t length;
} contribution;

/* Loads what is stored under the key of `sought` (all fields but revision, digest and payload):
 * revision 0 if nothing is. Of the payload, only whether there is one is reported. */
int bpi_contribution_get(store *s, const contribution *sought, contribution *found,
                         bp_error **error);
/* Replaces what was stored. */
int bpi_contribution_put(store *s, const contribution *c, bp_error **error);
/* Contributions of a window by member and device; INT64_MIN: of all windows. */
int bpi_contribution_each(store *s, int64_t window, int (*row)(void *user, const contribution *c),
                          void *user, bp_error **error);
/* Deletes the contributions of a window. */
int bpi_contribution_drop(store *s, int64_t window, bp_error **error);

/* The latest consent statements of a device, as they appear in its bundle. */
typedef struct heard {
  const char *member;
  unsigned char device[BPI_PUBLIC_BYTES];
  int64_t said;
  const void *agreed; /* NULL: two different bundles had this number */
  size_t length;
} heard;

int bpi_heard_put(store *s, const heard *h, bp_error **error);
/* The statements of a member, or of all (NULL), by member and device. */
int bpi_heard_each(store *s, const char *member, int (*row)(void *user, const heard *h), void *user,
                   bp_error **error);

#endif
