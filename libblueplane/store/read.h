/* store/read.h: what may be read out of a store, row by row, inside one snapshot. Knows SQL and
 * hides it; knows nothing of metrics. */
#ifndef BPI_STORE_READ_H
#define BPI_STORE_READ_H

#include "base/hash.h"
#include "store/facts.h"
#include "store/store.h"

/* A session as one tier told of it, or as all of them together (bpi_session_joined). */
typedef struct session_row {
  int64_t id;
  ident key;
  int64_t tier;                                             /* record_tier */
  int64_t platform, workspace, branch, version, entrypoint; /* label numbers; 0 none */
  int64_t sources;           /* bit per index of bpi_source_at that told of it */
  int64_t first_us, last_us; /* of its dated facts; BPI_TIME_NONE if it has none */
  unsigned shadowed; /* bit per rollup_kind: better rows tell of it, its own cells do not count */
  int64_t shadowed_facts; /* facts that do not count for that */
} session_row;

/* The rows of one session, the best tier first. */
typedef struct session_rows {
  size_t count;
  session_row row[RECORD_TIERS];
} session_rows;

/* One row of them: the names that the best tier which has one gives, all sources. */
session_row bpi_session_joined(const session_rows *rows);

typedef struct label_row {
  int64_t id, kind; /* label_kind */
  ident key;
  const char *text; /* NULL: not kept */
  size_t length;
} label_row;

/* One snapshot for everything read between begin and end. */
int bpi_read_begin(store *s, bp_error **error);
/* The same where cells of tasks are to be read: brings them up to date before, in the store or, if it
 * cannot be written now, in memory. */
int bpi_read_begin_tasks(store *s, bp_error **error);
void bpi_read_end(store *s);
/* The same in a transaction (store/transaction.h): nobody writes between what is read and what is written of it. */
int bpi_read_begin_writing(store *s, bp_error **error);
int bpi_read_end_writing(store *s, int code, bp_error **error);
/* For who computes long of what was read: whoever asked does no longer want it. */
bool bpi_read_cancelled(const store *s);

/* Cells of one kind with from <= quarter < until; those of a session and quarter stand together, more is
 * not said of the order. Undated cells
 * (QUARTER_UNDATED) come only when from is INT64_MIN. A callback returning non-zero stops. */
int bpi_read_rollup(store *s, rollup_kind kind, int64_t from_quarter, int64_t until_quarter,
                    int (*row)(void *user, const rollup_cell *cell), void *user, bp_error **error);

/* How much of a cell must be told apart. What need not be may come summed up, in the last of its
 * quarters; or as it is. Never summed up are cells of different days (UTC), responses that all told
 * their cost and others, and sessions of which different sources told. */
typedef enum cell_grain {
  GRAIN_CELL,    /* everything */
  GRAIN_SESSION, /* day, session, and what bpi_session_grain says; tasks are summed up, too */
  GRAIN_QUARTER, /* quarter, label, class; the session is any of which the same sources told */
  GRAIN_DAY,     /* day, label, class */
  GRAINS
} cell_grain;

/* What GRAIN_SESSION keeps beside day and session: the label, bits of the class. */
typedef struct session_grain {
  bool label;
  int64_t class_;
} session_grain;
extern const session_grain bpi_session_grain[ROLLUP_KINDS];

/* Both stop at what is not zero. `like` may be NULL: what follows is of sessions of which the same
 * sources told as of this one, and each of them has one row; 0: of each what its rows say. */
typedef struct cell_reader {
  int (*cell)(void *user, const rollup_cell *cell);
  int (*like)(void *user, int64_t session);
  void *user;
} cell_reader;
/* As bpi_read_rollup; cells that belong together need not stand together. */
int bpi_read_cells(store *s, rollup_kind kind, cell_grain grain, int64_t from_quarter,
                   int64_t until_quarter, const cell_reader *to, bp_error **error);

/* Sessions, labels, files and rejects come in the order of their keys, whatever came first. */
int bpi_read_sessions(store *s, int (*session)(void *user, const session_rows *rows), void *user,
                      bp_error **error);
/* All rows of the session that has a row of this number; BP_ERR_NOTFOUND. */
int bpi_read_session(store *s, int64_t id, session_rows *out, bp_error **error);
int bpi_read_labels(store *s, int (*row)(void *user, const label_row *label), void *user,
                    bp_error **error);
/* Labels of one kind only, which is not that of files; by the index over names, so many files cost nothing. */
int bpi_read_labels_of(store *s, int64_t kind, int (*row)(void *user, const label_row *label),
                       void *user, bp_error **error);
int bpi_read_label(store *s, int64_t id, label_row *out, char text[256], bp_error **error);
/* First and last quarter that holds any cell; both QUARTER_UNDATED if none. */
int bpi_read_extent(store *s, int64_t *first_quarter, int64_t *last_quarter, bp_error **error);

/* Operations facts. */
typedef struct store_health {
  int64_t schema, page_size, pages, free_pages, wal_bytes, file_bytes;
  int64_t facts[8]; /* prompt, response, tool_call, decision, span, event, change, session */
  int64_t shadowed; /* of these, facts that a better source of their session tells */
  int64_t cells, files, rejects, undated, last_ingest_us;
} store_health;
/* `activity` false: without the counts of what a person did (facts, cells, undated), which stay 0. */
int bpi_read_health(store *s, bool activity, store_health *out, bp_error **error);
int bpi_read_integrity(store *s, int *ok, bp_error **error); /* SQLite's full check: slow */
/* Whether cells, runs and tasks are what the facts give: slow, and in memory. */
int bpi_read_sums(store *s, int *ok, bp_error **error);

typedef struct file_row {
  int64_t id, source; /* index of bpi_source_at; -1 bytes */
  ident key;          /* of the path or origin */
  int64_t size, position, lines, records, rejects, read_us;
} file_row;
int bpi_read_files(store *s, int (*row)(void *user, const file_row *f), void *user,
                   bp_error **error);
typedef struct reject_row {
  ident file; /* key of its path or origin */
  int64_t source, reason, line, byte, at_us;
} reject_row;
int bpi_read_rejects(store *s, int (*row)(void *user, const reject_row *r), void *user,
                     bp_error **error);

#endif
