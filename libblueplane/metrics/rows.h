/* metrics/rows.h: the rows of a result: which groups, what their keys are called, in what order.
 * The order depends on names and times alone, never on the numbers a store happens to give. */
#ifndef BPI_METRICS_ROWS_H
#define BPI_METRICS_ROWS_H

#include "metrics/answer.h"

/* One value of a dimension. */
typedef struct shown {
  int64_t key;
  char *text; /* NULL: not known, or a number */
  size_t length;
  ident tie; /* orders equal texts */
  uint32_t rank;
} shown;

typedef struct row {
  int64_t key[QUERY_DIMENSIONS];
  uint32_t group, baseline; /* KEYMAP_NONE: none in that frame */
  const shown *shown[QUERY_DIMENSIONS];
  /* the order: by the first, then by the ranks */
  bool last, descending;
  answer by;
  uint32_t rank[QUERY_DIMENSIONS];
} row;

typedef struct rows {
  row *item;
  size_t count, capacity;
  shown *shown[QUERY_DIMENSIONS]; /* by dimension, in order of keys */
  size_t shown_count[QUERY_DIMENSIONS];
} rows;

/* `baseline` may be NULL. Values are answered to find the order. */
int bpi_rows_make(rows *r, answers *main, const frame *baseline, bp_error **error);
void bpi_rows_free(rows *r);

#endif
