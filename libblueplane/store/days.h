/* store/days.h: cells of whole days, packed after a query that had to read many of them. There are
 * coarse copies for queries that need neither the quarter of an hour nor the session (cell_grain in
 * read.h), and packed cells of tasks, which are otherwise recomputed on each read. Days are never
 * packed during ingest; a change to a cell drops its packed day in the same transaction, so packed
 * days always agree with the rows. Knows the encoding of cells; does not know what they mean.
 * Included only inside store/. */
#ifndef BPI_STORE_DAYS_H
#define BPI_STORE_DAYS_H

#include "store/sql.h"

/* clang-format off */
/* cells of a kind that a query read unpacked; from here on packing pays */
#define WORTH_PACKING 1000
/* clang-format on */

/* Reads cells of any kind for bpi_read_cells, from packed days where there are any, otherwise from
 * the rows. */
int bpi_days_read(store *s, rollup_kind kind, cell_grain grain, int64_t from_quarter,
                  int64_t until_quarter, const cell_reader *to, bp_error **error);
/* Call inside a transaction that changes cells of a kind in quarters first to last. */
int bpi_days_drop(store *s, rollup_kind kind, int64_t first, int64_t last, bp_error **error);
/* Call inside a transaction that changes which sources reported a session, or adds another row for
 * it; its activity and tasks lie in quarters first to last. */
int bpi_days_drop_session(store *s, int64_t first, int64_t last, bp_error **error);
/* Whether any day is packed. */
int bpi_days_any(store *s, bool *out, bp_error **error);
int bpi_days_drop_all(store *s, bp_error **error);
/* Packs the days that queries requested since the last call, each kind in a transaction of its own.
 * The last day with cells is left out because it still grows. Does nothing if the store is
 * read-only or another process writes. */
void bpi_days_pack(store *s);
/* *ok becomes false if a packed day differs from its rows. */
int bpi_days_check(store *s, bool *ok, bp_error **error);

#endif
