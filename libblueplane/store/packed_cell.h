/* store/packed_cell.h: a cell in bytes, told by what differs from the cell before it. One form for the cells that are stored
 * and for packed days. Knows bytes; does not know rows, or in which order cells come. Included only inside store/. */
#ifndef BPI_STORE_PACKED_CELL_H
#define BPI_STORE_PACKED_CELL_H

#include "base/buf.h"
#include "base/varint.h"
#include "store/sql.h"

/* `like`: the session whose sources tell as much as those of the cell's own; 0: only its own do. */
typedef struct packed_cell {
  rollup_cell cell;
  int64_t like;
} packed_cell;

void bpi_put_cell(buf *out, const packed_cell *put, const packed_cell *before);
/* Turns the cell before into the next one, but for its kind, which no cell says. */
void bpi_take_cell(varints *from, packed_cell *into);
/* The cells in a column of the row on which a statement stands. */
varints bpi_cells_of(sqlite3_stmt *row, int column);

#endif
