/* store/store.h: an open store: one SQLite database file, its key, its schema. Knows files, locks
 * and versions; knows nothing of sources or metrics. */
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
  unsigned kinds;       /* STORE_BIT of those that may be opened; 0: all */
  const char *key_path; /* NULL: path + ".key" */
  int64_t now_us;       /* for the created-at mark */
} store_options;

int bpi_store_open(store **out, const char *path, const store_options *options, bp_error **error);
/* Of what lies there, as SQLite reads them and without a lock: a store's file is opened by nothing else, as closing that
 * would take the locks away that other handles of this process have. NOTFOUND: no file with as many; NOMEM. */
int bpi_store_first_bytes(const char *path, void *out, size_t length);
/* Whether a path, or a link's end, is a file whose locks this store has: for the same reason. */
bool bpi_store_locks(const store *s, const char *path);
void bpi_store_close(store *s);
/* Forgets and frees all but the connection, and what that holds: for a child that forked off with it. */
void bpi_store_abandon(store *s);
/* From now on the connection only reads, and only the tables of the list (words with a space
 * between them, "*" for all): SQLite itself refuses everything else. Nothing undoes it. */
int bpi_store_restrict(store *s, const char *tables, bp_error **error);
const hash_key *bpi_store_key(const store *s);
bool bpi_store_read_only(const store *s);
bool bpi_store_keyless(const store *s); /* bpi_store_key is no key */
store_kind bpi_store_kind(const store *s);
/* "personal", "team", ... */
const char *bpi_store_kind_name(store_kind kind);
/* Makes the running statement end with BP_ERR_CANCELLED; any thread. */
void bpi_store_interrupt(store *s);
void bpi_store_clear_interrupt(store *s);
bool bpi_store_interrupted(const store *s);
/* From now on this is called again and again while another process is waited for; an interrupt ends the wait.
 * NULL: no longer. */
void bpi_store_while_waiting(store *s, void (*call)(void *user), void *user);
/* A setting by name; `fallback` if it was never set. */
int bpi_store_setting(store *s, const char *name, int64_t fallback, int64_t *out, bp_error **error);
/* The latest time the store was ever told of, and `now_us` is one: a clock that is turned back is
 * believed no more. */
int bpi_store_latest(store *s, int64_t now_us, int64_t *latest_us, bp_error **error);
int bpi_store_set_setting(store *s, const char *name, int64_t value, bp_error **error);

#endif
