/* api/ingest.h: one ingest call, as its parts share it: what there is to read (candidates.c), reading and storing it by some
 * threads (ingest_read.c), and the calls themselves (ingest.c). */
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
  ident key; /* by which it is known */
  file_stat stat;
  const source *source;
  bool packed; /* it is known as the file that it was made of */
  bool unreadable;
  bool unknown; /* the store was asked, and knows nothing of it */
  bool same;    /* it is as it was when it was read */
  int64_t read; /* bytes of it that were read before */
} candidate;

typedef struct worker worker; /* ingest_read.c */

/* One ingest call. What several workers touch is guarded by `lock`; the store by `store_lock`. */
typedef struct ingest {
  bp_store *handle;
  const char *function; /* that was called */
  bp_ingest_options options;
  int64_t now_us, began_us; /* as the handle's clock and as the system's says */
  bool keep_labels;
  domain_key path_key, tail_key;
  erased_marks erased; /* what must not come back */
  int64_t erasures;    /* of the store, when it was asked for them */
  const source *only;  /* the source asked for, or NULL */
  candidate *candidate;
  size_t candidates, capacity;
  mutex *lock, *store_lock;
  size_t next; /* candidate to be read next */
  bp_ingest_report report;
  uint64_t files_done, bytes_done, bytes_total; /* as progress is told */
  bool asked_to_stop;                           /* by the callback that is told */
  apply_counts counts;
  worker *workers;
  size_t worker_count;
  size_t batch_due, batch_limit; /* a batch is stored when that is possible; at once */
  int failed;                    /* first error; others stop */
  bp_error *error;
} ingest;

/* ingest.c: the first error stands. A cancel says that what was complete is stored: where it could not be, that is what
 * went wrong. Takes over `why`; returns `code`. */
int bpi_ingest_stop(ingest *in, int code, bp_error *why);
int bpi_ingest_cancel(ingest *in);
/* The error that stands, or BP_OK. */
int bpi_ingest_failed(ingest *in);
/* Tells the caller how far we are, until the answer is to stop; of the caller's own thread only. */
bool bpi_ingest_asks(ingest *in, uint32_t phase);
/* The same; a non-zero answer or bp_cancel() stops. */
int bpi_ingest_tell(ingest *in, uint32_t phase);
/* The source of a name; NULL names none. */
int bpi_ingest_source(const source **out, const char *name, bp_error **error);
/* For files and their ends, of the store's key. */
void bpi_ingest_keys(ingest *in);
void bpi_ingest_free(ingest *in);

/* candidates.c: the files below a root that a source reads; then only those that are not as they were when they were read. */
int bpi_candidates_walk(ingest *in, const char *root, bp_error **error);
int bpi_candidates_add(ingest *in, const char *path, const file_stat *stat, const source *reader);
int bpi_candidates_choose(ingest *in, bp_error **error);

/* ingest_read.c: reads and stores all candidates, by as many threads as are asked for. */
int bpi_ingest_read_files(ingest *in);
/* Bytes lent for the call. */
typedef struct lent_bytes {
  const char *origin;
  const void *data;
  size_t length;
} lent_bytes;

int bpi_ingest_read_bytes(ingest *in, const source *reader, const lent_bytes *lent);

#endif
