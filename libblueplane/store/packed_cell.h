/* store/packed_cell.h: the byte encoding of a cell as its difference from the cell before it. Used
 * for stored cells and for packed days. Knows bytes; does not know rows or the order of cells.
 * Included only inside store/. */
#ifndef BPI_STORE_PACKED_CELL_H
#define BPI_STORE_PACKED_CELL_H

#include "base/buf.h"
#include "base/varint.h"
#include "store/sql.h"

/* `like`: a session with the same sources that represents the cell's own; 0: none. */
typedef struct packed_cell {
  rollup_cell cell;
  int64_t like;
} packed_cell;

void bpi_put_cell(buf *out, const packed_cell *put, const packed_cell *before);
/* Decodes the next cell in place of the one before. The kind is not encoded and stays. */
void bpi_take_cell(varints *from, packed_cell *into);
/* The encoded cells in a column of the current row. */
varints bpi_cells_of(sqlite3_stmt *row, int column);

#endif
