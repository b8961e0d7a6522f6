/* store/sharing.h: what a personal store keeps about sharing: the team store it joined, that team's
 * rosters, and which weeks were sent in which bundles. A team store keeps its chain of rosters the
 * same way. Hides SQL; does not know what a document means. */
#ifndef BPI_STORE_SHARING_H
#define BPI_STORE_SHARING_H

#include "base/sign.h"
#include "store/store.h"

typedef struct joined_team {
  bool joined;
  public_keys keys;
  int64_t minimum; /* smallest number of active people this person requires in the team */
  int64_t agreed;  /* version of the roster whose terms this person accepted; 0: none yet */
} joined_team;
int bpi_joined_get(store *s, joined_team *out, bp_error **error);
/* Sets the joined team; rosters saved for it before are still there. Leaves `agreed` unchanged.
 * Call inside a transaction. */
int bpi_joined_set(store *s, const joined_team *team, bp_error **error);
int bpi_joined_agree(store *s, int64_t version, bp_error **error);

/* Version 0 is the latest, whose version it becomes. *document is NULL if there is none; free it with
 * bpi_free. */
int bpi_roster_load(store *s, int64_t *version, char **document, size_t *length, bp_error **error);
/* All stored rosters in order; a person who joined late has no earlier ones. A callback returning
 * non-zero stops. */
int bpi_roster_each(store *s, int (*row)(void *user, int64_t version, const char *document),
                    void *user, bp_error **error);
int bpi_roster_save(store *s, int64_t version, const char *document, size_t length,
                    bp_error **error);

typedef struct shared_week {
  int64_t window; /* Monday, days since 1970 */
  unsigned char store[BPI_PUBLIC_BYTES];
  int64_t revision; /* 0: not sent yet */
  unsigned char digest[BPI_DIGEST_BYTES];
  int64_t cells, shared_us;
} shared_week;
/* Loads the row for week->window; revision 0 if there is none. */
int bpi_shared_get(store *s, shared_week *week, bp_error **error);
/* Whether a bundle of the window was sent to any store other than `to`. */
int bpi_shared_elsewhere(store *s, int64_t window, const unsigned char to[BPI_PUBLIC_BYTES],
                         bool *other, bp_error **error);
int bpi_shared_set(store *s, const shared_week *week, bp_error **error);
int bpi_shared_each(store *s, int (*row)(void *user, const shared_week *week), void *user,
                    bp_error **error);

#endif
