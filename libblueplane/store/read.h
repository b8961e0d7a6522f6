/* store/read.h: everything that can be read from a store, row by row, within one snapshot. Hides
 * SQL; knows nothing of metrics. */
#ifndef BPI_STORE_READ_H
#define BPI_STORE_READ_H

#include "base/hash.h"
#include "store/facts.h"
#include "store/store.h"

/* A session as one tier reported it, or as all tiers together (bpi_session_joined). */
typedef struct session_row {
  int64_t id;
  ident key;
  int64_t tier;                                             /* record_tier */
  int64_t platform, workspace, branch, version, entrypoint; /* label numbers; 0 none */
  int64_t sources;           /* bit per index of bpi_source_at that reported it */
  int64_t first_us, last_us; /* of its dated facts; BPI_TIME_NONE if it has none */
  /* bit per rollup_kind: better rows report these, so this row's cells do not count */
  unsigned shadowed;
  int64_t shadowed_facts; /* facts that do not count for that reason */
} session_row;

/* The rows of one session, the best tier first. */
typedef struct session_rows {
  size_t count;
  session_row row[RECORD_TIERS];
} session_rows;

/* All rows as one: each name from the best tier that has it, all sources. */
session_row bpi_session_joined(const session_rows *rows);

typedef struct label_row {
  int64_t id, kind; /* label_kind */
  ident key;
  const char *text; /* NULL: not stored */
  size_t length;
} label_row;

/* One snapshot for all reads between begin and end. */
int bpi_read_begin(store *s, bp_error **error);
/* The same for reads that include cells of tasks: brings them up to date first, in the store or, if
 * it cannot be written now, in memory. */
int bpi_read_begin_tasks(store *s, bp_error **error);
void bpi_read_end(store *s);
/* The same in a transaction (store/transaction.h), so that no other process writes between reading
 * and writing. */
int bpi_read_begin_writing(store *s, bp_error **error);
int bpi_read_end_writing(store *s, int code, bp_error **error);
/* For long computations over what was read: whether the caller cancelled. */
bool bpi_read_cancelled(const store *s);

/* Cells of one kind with from <= quarter < until; those of a session and quarter are adjacent, the
 * order is otherwise undefined. Undated cells (QUARTER_UNDATED) are included only if from is
 * INT64_MIN. A callback returning non-zero stops. */
int bpi_read_rollup(store *s, rollup_kind kind, int64_t from_quarter, int64_t until_quarter,
                    int (*row)(void *user, const rollup_cell *cell), void *user, bp_error **error);

/* Which parts of a cell's key the caller needs. Cells that differ in the rest may be summed into
 * one, in the latest of their quarters, or not. Never summed are cells of different days (UTC),
 * responses that all report their cost with others, and sessions reported by different sources. */
typedef enum cell_grain {
  GRAIN_CELL,    /* the whole key */
  GRAIN_SESSION, /* day, session and what bpi_session_grain keeps; tasks are summed, too */
  GRAIN_QUARTER, /* quarter, label, class; the session is any one with the same sources */
  GRAIN_DAY,     /* day, label, class */
  GRAINS
} cell_grain;

/* What GRAIN_SESSION keeps besides day and session: the label, bits of the class. */
typedef struct session_grain {
  bool label;
  int64_t class_;
} session_grain;
extern const session_grain bpi_session_grain[ROLLUP_KINDS];

/* Both callbacks stop the read by returning non-zero. `like` may be NULL. Called with a session:
 * each session that follows has one row and the same sources as this one. Called with 0: sessions
 * that follow have the sources named by their rows. */
typedef struct cell_reader {
  int (*cell)(void *user, const rollup_cell *cell);
  int (*like)(void *user, int64_t session);
  void *user;
} cell_reader;
/* Like bpi_read_rollup, but cells of a session and quarter need not be adjacent. */
int bpi_read_cells(store *s, rollup_kind kind, cell_grain grain, int64_t from_quarter,
                   int64_t until_quarter, const cell_reader *to, bp_error **error);

/* Sessions, labels, files and rejects are ordered by key, independent of the order of arrival. */
int bpi_read_sessions(store *s, int (*session)(void *user, const session_rows *rows), void *user,
                      bp_error **error);
/* All rows of the session that has a row with this number; BP_ERR_NOTFOUND. */
int bpi_read_session(store *s, int64_t id, session_rows *out, bp_error **error);
int bpi_read_labels(store *s, int (*row)(void *user, const label_row *label), void *user,
                    bp_error **error);
/* Labels of one kind, which must not be the kind of files. Uses the index over names, so that many
 * files cost nothing. */
int bpi_read_labels_of(store *s, int64_t kind, int (*row)(void *user, const label_row *label),
                       void *user, bp_error **error);
int bpi_read_label(store *s, int64_t id, label_row *out, char text[256], bp_error **error);
/* First and last quarter with any cell; both QUARTER_UNDATED if there is none. */
int bpi_read_extent(store *s, int64_t *first_quarter, int64_t *last_quarter, bp_error **error);

/* Figures for the operator. */
typedef struct store_health {
  int64_t schema, page_size, pages, free_pages, wal_bytes, file_bytes;
  int64_t facts[8]; /* prompt, response, tool_call, decision, span, event, change, session */
  int64_t shadowed; /* facts among these that a better source of their session reports as well */
  int64_t cells, files, rejects, undated, last_ingest_us, erasures_pending;
} store_health;
/* With `activity` false the counts of a person's activity (facts, cells, undated) stay 0. */
int bpi_read_health(store *s, bool activity, store_health *out, bp_error **error);
int bpi_read_integrity(store *s, int *ok, bp_error **error); /* SQLite's full check: slow */
/* Whether every session and name that a row refers to is there. */
int bpi_read_references(store *s, int *ok, bp_error **error);
/* Whether cells, runs and tasks match what the facts give. Slow, and needs memory for all of it. */
int bpi_read_sums(store *s, int *ok, bp_error **error);

typedef struct file_row {
  int64_t id, source; /* index of bpi_source_at; -1: bytes from memory */
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
