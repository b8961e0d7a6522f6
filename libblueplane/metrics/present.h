/* metrics/present.h: turns rows and answers into the table of a result: columns, cell states and
 * metadata. Knows names and titles; computes nothing (metrics/answer.h does). */
#ifndef BPI_METRICS_PRESENT_H
#define BPI_METRICS_PRESENT_H

#include "metrics/rows.h"
#include "result/table.h"

typedef struct presentation {
  const plan *p;
  const rows *rows;
  answers *main, *baseline; /* baseline NULL: no comparison */
  const range *range;
  const range *units; /* the ranges of the baseline */
  size_t unit_count;
  const zone *z;
  const prices *prices;
} presentation;

int bpi_present(bp_result **out, const presentation *p, bp_error **error);

#endif
