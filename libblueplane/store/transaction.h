/* store/transaction.h: several changes of a store as one transaction. What it commits survives a
 * power failure; facts, which can be read again, need not. */
#ifndef BPI_STORE_TRANSACTION_H
#define BPI_STORE_TRANSACTION_H

#include "store/store.h"

int bpi_transaction_begin(store *s, bp_error **error);
/* Commits if `code` is BP_OK, otherwise rolls back. Returns the result. */
int bpi_transaction_end(store *s, int code, bp_error **error);
/* Copies committed pages into the database file and empties the write-ahead log, so that no deleted
 * data remains in it. *done is false while a reader holds the log. */
int bpi_store_truncate_log(store *s, bool *done, bp_error **error);

#endif
