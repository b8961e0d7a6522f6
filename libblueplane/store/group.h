/* store/group.h: the rows stored under one key, the facts they count as, and a walk over all of
 * them. Only a response reported under several request ids has more than one row per key. Included
 * only inside store/. */
#ifndef BPI_STORE_GROUP_H
#define BPI_STORE_GROUP_H

#include "store/activity.h"
#include "store/cells.h"

typedef struct group {
  int64_t *words;
  size_t count;    /* rows */
  size_t capacity; /* in words */
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
/* Resolves the rows of `from` into the facts they count as. */
int bpi_group_resolve(group *to, const group *from, fact_kind kind, const fact_names *names);

/* For resolved groups: their rollup cells, and their moments of activity. */
void bpi_group_cells(cells *c, const group *g, fact_kind kind, int64_t sign);
void bpi_group_moments(moments *m, const group *g, fact_kind kind);

/* Binds a fact to, and loads it from, a statement with the columns id, k2 and the stored columns of
 * its kind. */
void bpi_bind_fact(sqlite3_stmt *put, fact_kind kind, const int64_t *fact);
void bpi_load_fact(sqlite3_stmt *row, fact_kind kind, int64_t *fact);

/* Looks up identifiers of stored numbers for merging. If a lookup fails, a merge would be decided
 * by chance: `failed` then holds the error and the transaction must be rolled back. */
typedef struct stored_names {
  store *s;
  bp_error **error;
  int failed;
} stored_names;
fact_names bpi_stored_names(stored_names *n);

/* Calls `visit` with each resolved group that has a row of one of `sessions` (ascending); NULL:
 * with every group. Returns what `visit` returned, or BP_ERR_. */
typedef int (*group_fn)(void *user, fact_kind kind, const group *g);
int bpi_visit_groups(store *s, const int64_t *sessions, size_t count, group_fn visit, void *user,
                     bp_error **error);

/* The same for raw rows: each run of consecutive row numbers that has a row of one of the sessions,
 * including markers of erased facts. Rows must not be changed during the visit. */
int bpi_visit_clusters(store *s, const int64_t *sessions, size_t count, group_fn visit, void *user,
                       bp_error **error);

#endif
