/* metrics/rows.h: the rows of a result: which groups, the names of their keys, and their order. The
 * order depends only on names, times and values, never on the row numbers of a store. */
#ifndef BPI_METRICS_ROWS_H
#define BPI_METRICS_ROWS_H

#include "metrics/answer.h"

/* One value of a dimension. */
typedef struct shown {
  int64_t key;
  char *text; /* NULL: not known, or a number */
  size_t length;
  ident tie;     /* breaks ties between equal texts */
  uint32_t rank; /* position in the sorted values */
} shown;

typedef struct row {
  int64_t key[QUERY_DIMENSIONS];
  uint32_t group, baseline; /* group in the frame and in that of the baseline; KEYMAP_NONE: none */
  const shown *shown[QUERY_DIMENSIONS];
  /* sort key: `last` and `by` first, then the ranks */
  bool last, descending;
  answer by;
  uint32_t rank[QUERY_DIMENSIONS];
} row;

typedef struct rows {
  row *item;
  size_t count, capacity;
  shown *shown[QUERY_DIMENSIONS]; /* per dimension, sorted by key */
  size_t shown_count[QUERY_DIMENSIONS];
} rows;

/* `baseline` may be NULL. `main` is not const because ordering by a metric computes its values. */
int bpi_rows_make(rows *r, answers *main, const frame *baseline, bp_error **error);
void bpi_rows_free(rows *r);

#endif
