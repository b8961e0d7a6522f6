/* store/cells.h: rollup changes collected in memory and added to the file. The cells of one kind
 * and day (UTC) are packed into one row: with a row each, three quarters of the bytes would be row
 * headers and zeros. Knows cells and their encoding; knows no facts. Included only inside
 * store/. */
#ifndef BPI_STORE_CELLS_H
#define BPI_STORE_CELLS_H

#include "store/sql.h"

typedef struct cells {
  rollup_cell *cell;
  size_t count, capacity;
  uint32_t *index;
  size_t slots;
  /* rows from which the cells of some sessions are removed while they are stored */
  int64_t *forget;
  size_t forgets, forget_capacity;
  bool (*is_gone)(const void *user, int64_t session);
  const void *gone;
  int failed;
} cells;

void bpi_cells_free(cells *c);
/* Adds to the cell with the same key. Has the signature of cell_fn; `user` is a cells. */
void bpi_cells_add(void *user, const rollup_cell *cell);
/* Subtracts from the cell with the same key. */
void bpi_cells_take(cells *c, const rollup_cell *cell);
/* Derives the changes of ROLLUP_TOLD, which counts the facts of each kind per session. */
void bpi_cells_tell(cells *c);
bool bpi_cell_is_zero(const rollup_cell *cell);
/* Marks the stored cells of a kind in the days of these quarters for removal where c->is_gone is
 * true for the session. */
int bpi_cells_forget(cells *c, store *s, rollup_kind kind, int64_t first, int64_t last,
                     bp_error **error);
/* Adds all changes to what is stored; cells that become zero are dropped. Consumes the cells. */
int bpi_cells_store(cells *c, store *s, bp_error **error);

/* *good becomes false if the columns first, last or count of a row do not match its packed
 * cells. */
int bpi_cells_check(store *s, bool *good, bp_error **error);

/* Stored cells of a kind with from <= quarter < until, by day, then session, then quarter. Undated
 * cells are included only if from is INT64_MIN. Stops when `row` returns non-zero. */
int bpi_cells_read(store *s, rollup_kind kind, int64_t from_quarter, int64_t until_quarter,
                   int (*row)(void *user, const rollup_cell *cell), void *user, bp_error **error);

#endif
