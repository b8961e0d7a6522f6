/* metrics/grain.h: how coarse the cells of a kind may be read for a plan, given what its
 * dimensions, filters and steps look at. Knows plans; reads nothing. */
#ifndef BPI_METRICS_GRAIN_H
#define BPI_METRICS_GRAIN_H

#include "metrics/plan.h"
#include "metrics/timeline.h"

/* *timed is set if the position of a cell within the range matters. */
cell_grain bpi_grain_of(const plan *p, const timeline *t, rollup_kind kind, bool *timed);

#endif
