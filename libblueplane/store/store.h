/* store/store.h: an open store: one SQLite database file with its key and schema. Knows files,
 * locks and versions; knows nothing of sources or metrics. */
#ifndef BPI_STORE_STORE_H
#define BPI_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

#include "base/hash.h"
#include "privacy/kind.h"

typedef struct store store;

typedef struct store_options {
  bool read_only, in_memory;
  store_kind create;    /* what is made where there is nothing yet */
  unsigned kinds;       /* STORE_BIT of the kinds that may be opened; 0: all */
  const char *key_path; /* NULL: path + ".key" */
  int64_t now_us;       /* for the time of creation */
} store_options;

int bpi_store_open(store **out, const char *path, const store_options *options, bp_error **error);
/* Reads the first bytes of a file through SQLite and without a lock. A store's file must not be
 * opened in any other way: closing it would release the locks of other handles in this process.
 * BP_ERR_NOTFOUND: no file, or a shorter one; BP_ERR_NOMEM. */
int bpi_store_first_bytes(const char *path, void *out, size_t length);
/* Whether a path, with links followed, is a file on which this store holds locks, for the same
 * reason. */
bool bpi_store_locks(const store *s, const char *path);
void bpi_store_close(store *s);
/* Frees everything but the connection and what it holds, without touching the files: for a child
 * process that forked with an open store. */
void bpi_store_abandon(store *s);
/* From now on the connection can only read, and only the tables of the list (names separated by
 * spaces, "*" for all): SQLite itself refuses everything else. Cannot be undone. */
int bpi_store_restrict(store *s, const char *tables, bp_error **error);
const hash_key *bpi_store_key(const store *s);
bool bpi_store_read_only(const store *s);
bool bpi_store_keyless(const store *s); /* bpi_store_key returns no key */
store_kind bpi_store_kind(const store *s);
/* "personal", "team", ... */
const char *bpi_store_kind_name(store_kind kind);
/* Makes the running statement end with BP_ERR_CANCELLED. May be called from any thread. */
void bpi_store_interrupt(store *s);
void bpi_store_clear_interrupt(store *s);
bool bpi_store_interrupted(const store *s);
/* Sets a function that is called repeatedly while waiting for another process; an interrupt ends
 * the wait. NULL: none. */
void bpi_store_while_waiting(store *s, void (*call)(void *user), void *user);
/* A setting by name; `fallback` if it was never set. */
int bpi_store_setting(store *s, const char *name, int64_t fallback, int64_t *out, bp_error **error);
/* The latest time the store has seen, `now_us` included, so that a clock set back cannot move time
 * backwards. */
int bpi_store_latest(store *s, int64_t now_us, int64_t *latest_us, bp_error **error);
int bpi_store_set_setting(store *s, const char *name, int64_t value, bp_error **error);

#endif
