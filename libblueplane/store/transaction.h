/* store/transaction.h: several changes of a store as one: all or nothing; and what was committed so outlives
 * the power, other than facts, which are read again. */
#ifndef BPI_STORE_TRANSACTION_H
#define BPI_STORE_TRANSACTION_H

#include "store/store.h"

int bpi_transaction_begin(store *s, bp_error **error);
/* Commits if `code` is BP_OK, else takes all back. Returns what came of it. */
int bpi_transaction_end(store *s, int code, bp_error **error);
/* Writes what is committed into the database file and empties the write-ahead log, so that nothing
 * of what was deleted is left in it. *done is false while a reader holds the log. */
int bpi_store_truncate_log(store *s, bool *done, bp_error **error);

#endif
