/* store/sharing.h: what a personal store remembers of sharing: the team store that was joined, its
 * rosters, and which weeks left in which bundles. The chain of rosters lies in a team store the same
 * way. Knows SQL and hides it; knows no document's meaning. */
#ifndef BPI_STORE_SHARING_H
#define BPI_STORE_SHARING_H

#include "base/sign.h"
#include "store/store.h"

typedef struct joined_team {
  bool joined;
  public_keys keys;
  int64_t minimum; /* active people this person wants in the team */
  int64_t agreed;  /* version of the roster whose terms this person shares under; 0: of none yet */
} joined_team;
int bpi_joined_get(store *s, joined_team *out, bp_error **error);
/* The present team from here on; its rosters are there if it was joined before. Leaves `agreed` as it
 * is. Inside a transaction. */
int bpi_joined_set(store *s, const joined_team *team, bp_error **error);
int bpi_joined_agree(store *s, int64_t version, bp_error **error);

/* Version 0 is the latest. *document is NULL where there is none; free it with bpi_free. */
int bpi_roster_load(store *s, int64_t version, char **document, size_t *length, bp_error **error);
/* All there are, in order: who joins later knows no earlier ones. A callback returning non-zero stops. */
int bpi_roster_each(store *s, int (*row)(void *user, int64_t version, const char *document),
                    void *user, bp_error **error);
int bpi_roster_save(store *s, int64_t version, const char *document, size_t length,
                    bp_error **error);

typedef struct shared_week {
  int64_t window; /* Monday, days since 1970 */
  unsigned char store[BPI_PUBLIC_BYTES];
  int64_t revision; /* 0: it has not left yet */
  unsigned char digest[BPI_DIGEST_BYTES];
  int64_t cells, shared_us;
} shared_week;
/* The row for `window` of *week; revision 0 if there is none. */
int bpi_shared_get(store *s, shared_week *week, bp_error **error);
/* The store that any bundle of the window went to; `other` false if none, or only to this one. */
int bpi_shared_elsewhere(store *s, int64_t window, const unsigned char to[BPI_PUBLIC_BYTES],
                         bool *other, bp_error **error);
int bpi_shared_set(store *s, const shared_week *week, bp_error **error);
int bpi_shared_each(store *s, int (*row)(void *user, const shared_week *week), void *user,
                    bp_error **error);

#endif
