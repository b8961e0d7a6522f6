/* store/batch.h: facts collected in memory, merged as they arrive, until they are applied to a
 * store in one transaction. Each scanning thread has its own batch. Knows records and facts; knows
 * no SQL. */
#ifndef BPI_STORE_BATCH_H
#define BPI_STORE_BATCH_H

#include "store/facts.h"
#include "store/store.h"

typedef struct batch batch;

/* Session attributes, each with the time of the row it came from. */
typedef struct session_attributes {
  int64_t sources;
  int64_t platform, platform_us, workspace, workspace_us, branch, branch_us, entrypoint,
      entrypoint_us, version, version_rank;
} session_attributes;

/* Takes from `row` every attribute that wins: the earlier name, the greater version. True if
 * changed. */
bool bpi_session_merge(session_attributes *into, const session_attributes *row,
                       const fact_names *names);

#define FILE_MEMORY 24 /* words of state a reader keeps per file */

/* What a batch knows of one file; stored together with the facts. */
typedef struct file_state {
  int64_t id; /* 0: not stored yet */
  ident key;
  int64_t source, device, inode, size, modified_ns, position, line, tail, records;
  int64_t memory[FILE_MEMORY];
  int64_t changed_us; /* time of the change being read now, if the store has not seen it; 0: none */
  bool fresh;         /* the store knew nothing of it when it was opened */
  bool restarted;     /* read again from the start: stored data comes from an earlier reading */
} file_state;

batch *bpi_batch_new(void);
void bpi_batch_free(batch *b);
/* Removes facts, sessions, files and rejects. Labels keep their numbers because the reader may
 * still hold them. */
void bpi_batch_clear(batch *b);
/* The sink that adds records to this batch. */
fact_sink bpi_batch_sink(batch *b);
void bpi_batch_source(batch *b, int source, uint32_t platform);
/* The number of erasures the store had seen when reading began (bpi_store_erasures). */
void bpi_batch_erasures(batch *b, int64_t count);
int bpi_batch_reject(batch *b, ident file, int reason, uint64_t line, int64_t byte);
/* A later state of the same file replaces the earlier one. */
int bpi_batch_file(batch *b, const file_state *file);
/* Bytes added since the last clear. Labels kept from before do not count: in the end they alone
 * would make the batch look full after every record. */
size_t bpi_batch_bytes(const batch *b);
bool bpi_batch_empty(const batch *b); /* nothing to apply */
/* Storing the batch was cancelled; part of its content is lost. */
bool bpi_batch_cancelled(const batch *b);
/* How long reading has taken so far. Added to the call's time where the age of a file's change is
 * computed. */
void bpi_batch_took(batch *b, int64_t us);
/* Merges everything of `from` into `into` and clears `from`; 0 or BP_ERR_NOMEM. */
int bpi_batch_join(batch *into, batch *from);

typedef struct apply_counts {
  uint64_t stored, updated, duplicate, undated;
} apply_counts;

/* Stores the batch in one transaction: facts, rollup, positions and rejects, or nothing. On success
 * clears it and adds to *counts; on failure the batch accepts nothing more. With `keep` false the
 * transaction is rolled back and only the counts are computed. */
int bpi_store_apply(store *s, batch *b, int64_t now_us, bool keep, apply_counts *counts,
                    bp_error **error);

/* The stored state of a file; BP_ERR_NOTFOUND if it is unknown. */
int bpi_store_file(store *s, ident key, file_state *out, bp_error **error);
/* The same for many files: calls `known` for each one found, with its index in `keys`. */
int bpi_store_files(store *s, const ident *keys, size_t count,
                    void (*known)(void *user, size_t number, const file_state *file), void *user,
                    bp_error **error);

/* bpi_read_sums in a snapshot of its own, for tests. */
int bpi_store_verify(store *s, int *ok, bp_error **error);

#endif
