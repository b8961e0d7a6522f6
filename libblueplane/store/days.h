/* store/days.h: cells of whole days, packed behind a question that read many of them: coarse copies, for
 * questions that do not look at the quarter of an hour or the session (cell_grain of read.h), and
 * those of tasks, which are not stored but made. Never while facts come in; whatever changes a cell
 * drops its day in the same transaction, so what is packed is always what the rows say. Knows bytes
 * of cells; does not know what they mean. Included only inside store/. */
#ifndef BPI_STORE_DAYS_H
#define BPI_STORE_DAYS_H

#include "store/sql.h"

/* clang-format off */
#define WORTH_PACKING 1000 /* cells of a kind that a question had to read for want of a packed day */
/* clang-format on */

/* Cells of any kind for bpi_read_cells, from days where they are packed, else as they are stored. */
int bpi_days_read(store *s, rollup_kind kind, cell_grain grain, int64_t from_quarter,
                  int64_t until_quarter, const cell_reader *to, bp_error **error);
/* Inside a transaction that changes cells of a kind in quarters first to last. */
int bpi_days_drop(store *s, rollup_kind kind, int64_t first, int64_t last, bp_error **error);
/* Inside a transaction that changes which sources told of a session, whose activity and tasks lie in
 * quarters first to last, or that adds another row of it. */
int bpi_days_drop_session(store *s, int64_t first, int64_t last, bp_error **error);
/* Whether any day is packed. */
int bpi_days_any(store *s, bool *out, bp_error **error);
int bpi_days_drop_all(store *s, bp_error **error);
/* Packs what was asked for since the last time, in transactions of its own, but for the last day that
 * has cells: it still grows. Where that is not possible, or another process writes, nothing
 * happens. */
void bpi_days_pack(store *s);
/* *ok becomes false if a packed day is not what its rows say. */
int bpi_days_check(store *s, bool *ok, bp_error **error);

#endif
