/* metrics/present.h: rows and answers become the table of a result: columns, states, and what the
 * result says of itself. Knows words; divides nothing. */
#ifndef BPI_METRICS_PRESENT_H
#define BPI_METRICS_PRESENT_H

#include "metrics/rows.h"
#include "result/table.h"

typedef struct presentation {
  const plan *p;
  const rows *rows;
  answers *main, *baseline; /* baseline NULL: nothing to compare with */
  const range *range;
  const range *units; /* of the baseline */
  size_t unit_count;
  const zone *z;
  const prices *prices;
} presentation;

int bpi_present(bp_result **out, const presentation *p, bp_error **error);

#endif
