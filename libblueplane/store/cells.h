/* store/cells.h: rollup differences gathered in memory and added to the file. Cells of a kind and a day
 * (UTC) lie packed in one row: a row for each would be three quarters head and zeros. Knows cells and
 * their bytes; knows no facts. Included only inside store/. */
#ifndef BPI_STORE_CELLS_H
#define BPI_STORE_CELLS_H

#include "store/sql.h"

typedef struct cells {
  rollup_cell *cell;
  size_t count, capacity;
  uint32_t *index;
  size_t slots;
  /* rows out of which the cells of some sessions are taken as they are stored */
  int64_t *forget;
  size_t forgets, forget_capacity;
  bool (*is_gone)(const void *user, int64_t session);
  const void *gone;
  int failed;
} cells;

void bpi_cells_free(cells *c);
/* Adds to the cell of the same key. The signature of cell_fn; `user` is a cells. */
void bpi_cells_add(void *user, const rollup_cell *cell);
/* Takes it away again. */
void bpi_cells_take(cells *c, const rollup_cell *cell);
/* Adds what the cells say of which kinds each session tells (ROLLUP_TOLD). */
void bpi_cells_tell(cells *c);
bool bpi_cell_is_zero(const rollup_cell *cell);
/* What is stored of a kind in the days of these quarters goes where c->is_gone says so of its session. */
int bpi_cells_forget(cells *c, store *s, rollup_kind kind, int64_t first, int64_t last,
                     bp_error **error);
/* Adds all to what is stored; cells that end at zero leave nothing. The cells are spent. */
int bpi_cells_store(cells *c, store *s, bp_error **error);

/* *good becomes false if what stands beside the cells of a row is not of them. */
int bpi_cells_check(store *s, bool *good, bp_error **error);

/* Stored cells of a kind with from <= quarter < until, by day, then in order of session, then quarter.
 * Undated ones come only when from is INT64_MIN. Stops where `row` returns something other than 0. */
int bpi_cells_read(store *s, rollup_kind kind, int64_t from_quarter, int64_t until_quarter,
                   int (*row)(void *user, const rollup_cell *cell), void *user, bp_error **error);

#endif
