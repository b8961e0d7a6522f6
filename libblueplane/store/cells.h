/* store/cells.h: rollup differences gathered in memory and added to the file in key order. Knows
 * cells; knows no facts. Included only inside store/. */
#ifndef BPI_STORE_CELLS_H
#define BPI_STORE_CELLS_H

#include "store/sql.h"

typedef struct cells {
  rollup_cell *cell;
  size_t count, capacity;
  uint32_t *index;
  size_t slots;
  int failed;
} cells;

void bpi_cells_free(cells *c);
/* Adds to the cell of the same key. The signature of cell_fn; `user` is a cells. */
void bpi_cells_add(void *user, const rollup_cell *cell);
/* Adds what the cells say of which kinds each session tells (ROLLUP_TOLD). */
void bpi_cells_tell(cells *c);
bool bpi_cell_is_zero(const rollup_cell *cell);
/* Adds all to the rollup table, in key order; cells that end at zero leave no row. */
int bpi_cells_store(cells *c, store *s, bp_error **error);

/* Stored cells of a kind with from <= quarter < until, in order of quarter, then session. Undated
 * ones come only when from is INT64_MIN. Stops where `row` returns something other than 0. */
int bpi_cells_read(store *s, rollup_kind kind, int64_t from_quarter, int64_t until_quarter,
                   int (*row)(void *user, const rollup_cell *cell), void *user, bp_error **error);

#endif
