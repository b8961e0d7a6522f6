/* store/group.h: the rows stored under one key, what they count as together, and a visit of all
 * there are. Several rows of one key are a response told under several request ids; all other kinds have
 * one. Included only inside store/. */
#ifndef BPI_STORE_GROUP_H
#define BPI_STORE_GROUP_H

#include "store/activity.h"
#include "store/cells.h"

typedef struct group {
  int64_t *words;
  size_t count;    /* rows */
  size_t capacity; /* words */
} group;

static inline int64_t *bpi_group_at(const group *g, fact_kind kind, size_t i) {
  return g->words + i * bpi_fact_words(kind);
}
static inline const fact_head *bpi_head(const int64_t *fact) {
  return (const fact_head *)(const void *)fact;
}

/* 0 or BP_ERR_NOMEM. */
int bpi_group_add(group *g, fact_kind kind, const int64_t *fact);
int bpi_group_copy(group *to, const group *from, fact_kind kind);
/* The facts that the rows of `from` count as. */
int bpi_group_resolve(group *to, const group *from, fact_kind kind, const fact_names *names);

/* Of resolved groups: what they add to the rollup, and when they show somebody active. */
void bpi_group_cells(cells *c, const group *g, fact_kind kind, int64_t sign);
void bpi_group_moments(moments *m, const group *g, fact_kind kind);

/* Reads the row of a statement that selects id, k2 and the stored columns of its kind; binds one that
 * sets them. */
void bpi_bind_fact(sqlite3_stmt *put, fact_kind kind, const int64_t *fact);
void bpi_load_fact(sqlite3_stmt *row, fact_kind kind, int64_t *fact);

/* Identifiers of stored numbers, for merging. A name that cannot be read would decide a merge by
 * chance: `failed` then is the reason, and the transaction must not stand. */
typedef struct stored_names {
  store *s;
  bp_error **error;
  int failed;
} stored_names;
fact_names bpi_stored_names(stored_names *n);

/* Calls `visit` with each resolved group of the store that has a row of one of the sessions, which
 * are in ascending order; NULL: with each there is. Returns what it returned, or BP_ERR_. */
typedef int (*group_fn)(void *user, fact_kind kind, const group *g);
int bpi_visit_groups(store *s, const int64_t *sessions, size_t count, group_fn visit, void *user,
                     bp_error **error);

/* The same, row by row: each run of neighbouring numbers that has a row of one of the sessions, with the
 * markers of what was erased. Rows must not be changed before it returns. */
int bpi_visit_clusters(store *s, const int64_t *sessions, size_t count, group_fn visit, void *user,
                       bp_error **error);

#endif
