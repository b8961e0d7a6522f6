/* store/batch.h: facts gathered in memory, merged as they come, until they are applied to a store
 * in one transaction. One batch belongs to one scanning thread. Knows records and facts; knows no
 * SQL. */
#ifndef BPI_STORE_BATCH_H
#define BPI_STORE_BATCH_H

#include "store/facts.h"
#include "store/store.h"

typedef struct batch batch;

/* Session attributes, each beside the time of the row it is from. */
typedef struct session_attributes {
  int64_t sources;
  int64_t platform, platform_us, workspace, workspace_us, branch, branch_us, entrypoint,
      entrypoint_us, version, version_rank;
} session_attributes;

/* Takes over what `row` knows better: the earlier name, the greater version. True if changed. */
bool bpi_session_merge(session_attributes *into, const session_attributes *row,
                       const fact_names *names);

#define FILE_MEMORY 24 /* words that a reader keeps */

/* What a batch knows of one file, stored with its facts. */
typedef struct file_state {
  int64_t id; /* 0: not stored yet */
  ident key;
  int64_t source, device, inode, size, modified_ns, position, line, tail, records;
  int64_t memory[FILE_MEMORY];
  int64_t changed_us; /* the change that is read now, where it is new to the store; 0: none */
  bool fresh;         /* nothing was known of it when it was opened */
  bool restarted;     /* it is read from its start: what is known of it is of an older reading */
} file_state;

batch *bpi_batch_new(void);
void bpi_batch_free(batch *b);
/* Forgets facts, sessions, files and rejects. Labels keep their numbers, as the reader in between may
 * remember them. */
void bpi_batch_clear(batch *b);
/* The batch as the place where records end. `source` is the bit index told with every session. */
fact_sink bpi_batch_sink(batch *b);
void bpi_batch_source(batch *b, int source, uint32_t platform);
/* How many erasures the store had seen when the reading began (bpi_store_erasures). */
void bpi_batch_erasures(batch *b, int64_t count);
int bpi_batch_reject(batch *b, ident file, int reason, uint64_t line, int64_t byte);
/* The latest word on a file stands. */
int bpi_batch_file(batch *b, const file_state *file);
/* Memory that is let go when it is cleared: what stays would have every record stored by itself in the end. */
size_t bpi_batch_bytes(const batch *b);
bool bpi_batch_empty(const batch *b); /* nothing to apply */
/* Storing it was cancelled: what is left of it is a part. */
bool bpi_batch_cancelled(const batch *b);
/* How long the reading has taken so far: what is stored now is so much later than the call's time. */
void bpi_batch_took(batch *b, int64_t us);
/* Merges everything of `from` into `into` and clears `from`; 0 or BP_ERR_NOMEM. */
int bpi_batch_join(batch *into, batch *from);

typedef struct apply_counts {
  uint64_t stored, updated, duplicate, undated;
} apply_counts;

/* Stores the batch in one transaction: facts, rollup, positions and rejects, or nothing. Clears it
 * and adds to *counts on success; on failure the batch is spent and takes no more. With `keep` false
 * the transaction is undone: only counted. */
int bpi_store_apply(store *s, batch *b, int64_t now_us, bool keep, apply_counts *counts,
                    bp_error **error);

/* What is stored of a file: BP_ERR_NOTFOUND if it is not known. */
int bpi_store_file(store *s, ident key, file_state *out, bp_error **error);
/* The same of many: those that are known are told, by their number in `keys`. */
int bpi_store_files(store *s, const ident *keys, size_t count,
                    void (*known)(void *user, size_t number, const file_state *file), void *user,
                    bp_error **error);

/* bpi_read_sums of a snapshot of its own, for tests. */
int bpi_store_verify(store *s, int *ok, bp_error **error);

#endif
