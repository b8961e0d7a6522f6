/* api/team.h: shared by the calls about teams: keys and rosters of a store, the states of a week,
 * and files. */
#ifndef BPI_API_TEAM_H
#define BPI_API_TEAM_H

#include "api/handle.h"
#include "privacy/roster.h"

/* The keys derived from the store's key file; the caller wipes them. BP_ERR_NOTFOUND if it is
 * missing. */
int bpi_team_keys(sign_keys *out, const bp_store *s, bp_error **error);
/* The roster of the store with a version (0: the latest); *out is NULL if there is none. */
int bpi_team_roster(roster **out, const bp_store *s, int64_t version, bp_error **error);
/* The same, with its signature verified again, to notice what changed in the store. */
int bpi_team_roster_checked(roster **out, const bp_store *s, int64_t version, bp_error **error);
/* The bundle of a stored contribution, verified again; all zero without a payload. CORRUPT if it is not
 * the one that was stored there. Free it with bpi_bundle_free. */
struct bundle;
struct contribution;
int bpi_team_bundle(struct bundle *out, const struct contribution *c, bp_error **error);

/* A week can be shared from its end until it closes, `grace_days` later; then it can be
 * published. */
typedef enum week_state { WEEK_RUNNING, WEEK_OPEN, WEEK_CLOSED } week_state;
week_state bpi_week_state(int64_t monday, int64_t grace_days, int64_t now_us);
/* Parses "2026-W07" into its Monday. BP_ERR_INVALID with "hint". */
int bpi_week_read(int64_t *monday, const char *window, bp_error **error);
/* The latest time this store has ever seen, so that setting the clock back does not reopen a
 * week. */
int bpi_team_now(int64_t *now_us, bp_store *s, bp_error **error);

/* Removes deleted data that was noted (bpi_store_erase_note) from the write-ahead log and the
 * file. If a reader holds the log, *cleared is false, and the next writer that opens the store
 * does it. */
int bpi_team_clear_traces(bp_store *s, bool *cleared, bp_error **error);

/* Checks that the store is writable (else READONLY) and that `path` is not its own file (else
 * INVALID). `path` NULL: no file. */
int bpi_check_place(const bp_store *s, const char *path, bp_error **error);
/* BP_ERR_INVALID if a file exists at `path` that does not have this content. */
int bpi_check_unwritten(const char *path, const void *data, size_t length, bp_error **error);
/* Creates a private file. Succeeds if the file exists with the same content; BP_ERR_INVALID if it
 * has other content. */
int bpi_write_once(const char *path, const void *data, size_t length, bp_error **error);

/* Whether a file begins like a release or a lead's file (*kind): BP_OK, BP_ERR_NOTFOUND,
 * BP_ERR_NOMEM. */
int bpi_release_file(const char *path, store_kind *kind);
/* Opens a release file or a lead's file as a store in memory. `invitation`: a file with the key
 * that must have signed it; NULL: any signer. *team is the team of a lead's file, else NULL; free
 * it with bpi_free. Errors: those of reading a release; DENIED with "reason" "untrusted". */
int bpi_open_release(store **out, char **team, store_kind kind, const char *path,
                     const char *invitation, int64_t now_us, bp_error **error);

/* Topics of bp_configure. */
int bpi_configure_roster(bp_store *s, const char *json, size_t length, bp_error **error);
int bpi_configure_invitation(bp_store *s, const char *json, size_t length, bp_error **error);
int bpi_configure_sharing(bp_store *s, const char *json, size_t length, bp_error **error);
int bpi_configure_trust(bp_store *s, const char *json, size_t length, bp_error **error);

#endif
