/* api/ingest.h: the state of one ingest call, shared by its parts: finding files (candidates.c),
 * reading and storing them with several threads (ingest_read.c), and the exported calls
 * (ingest.c). */
#ifndef BPI_API_INGEST_H
#define BPI_API_INGEST_H

#include "api/handle.h"
#include "base/file.h"
#include "base/thread.h"
#include "privacy/gate.h"
#include "sources/source.h"
#include "store/batch.h"
#include "store/erase.h"

typedef struct candidate {
  char *path;
  ident key; /* keyed hash of its path, by which the store knows it */
  file_stat stat;
  const source *source;
  bool packed; /* compressed; its key is that of the original file */
  bool unreadable;
  bool unknown; /* the store was asked and does not know it */
  bool same;    /* unchanged since it was read */
  int64_t read; /* bytes read in earlier calls */
} candidate;

typedef struct worker worker; /* ingest_read.c */

/* One ingest call. `lock` guards what several workers change, `store_lock` the store. */
typedef struct ingest {
  bp_store *handle;
  const char *function; /* name of the exported function */
  bp_ingest_options options;
  int64_t now_us, began_us; /* start, by the clock of the handle and of the system */
  bool keep_labels;
  domain_key path_key, tail_key;
  erased_marks erased; /* what was erased and must not be stored again */
  int64_t erasures;    /* the store's number of erasures when `erased` was read */
  const source *only;  /* the source the caller named, or NULL */
  candidate *candidate;
  size_t candidates, capacity;
  mutex *lock, *store_lock;
  size_t next; /* index of the next candidate to read */
  bp_ingest_report report;
  uint64_t files_done, bytes_done, bytes_total; /* for progress */
  bool asked_to_stop;                           /* the progress callback returned non-zero */
  apply_counts counts;
  worker *workers;
  size_t worker_count;
  size_t batch_due, batch_limit; /* batch size from which to store when possible; in any case */
  int failed;                    /* first error; makes the other workers stop */
  bp_error *error;
} ingest;

/* ingest.c: records an error; the first one is kept. An error replaces a cancel, as the message
 * of a cancel promises that everything complete was stored. Takes ownership of `why`; returns
 * `code`. */
int bpi_ingest_stop(ingest *in, int code, bp_error *why);
int bpi_ingest_cancel(ingest *in);
/* The recorded error, or BP_OK. */
int bpi_ingest_failed(ingest *in);
/* Calls the progress callback, unless it already asked to stop; true if it asks to stop. Only on
 * the caller's thread. */
bool bpi_ingest_asks(ingest *in, uint32_t phase);
/* The same, but turns a request to stop or bp_cancel() into an error. */
int bpi_ingest_tell(ingest *in, uint32_t phase);
/* The source of a name; NULL: none. */
int bpi_ingest_source(const source **out, const char *name, bp_error **error);
/* Derives path_key and tail_key from the store's key. */
void bpi_ingest_keys(ingest *in);
void bpi_ingest_free(ingest *in);

/* candidates.c: finds the files under a root that a source reads; then drops those that are
 * unchanged. */
int bpi_candidates_walk(ingest *in, const char *root, bp_error **error);
int bpi_candidates_add(ingest *in, const char *path, const file_stat *stat, const source *reader);
int bpi_candidates_choose(ingest *in, bp_error **error);

/* ingest_read.c: reads and stores all candidates, with as many threads as the options ask for. */
int bpi_ingest_read_files(ingest *in);
/* Bytes borrowed from the caller for the duration of the call. */
typedef struct lent_bytes {
  const char *origin;
  const void *data;
  size_t length;
} lent_bytes;

int bpi_ingest_read_bytes(ingest *in, const source *reader, const lent_bytes *lent);

#endif
