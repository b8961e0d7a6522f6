/* store/bulk.h: rows in memory as a table that SQL can read, so that one statement puts many rows
 * into the file: no binding, no new start for each. Knows values; does not know what they mean.
 * Included only inside store/. */
#ifndef BPI_STORE_BULK_H
#define BPI_STORE_BULK_H

#include "store/sql.h"

/* In SQL: a table `bulk` with columns c0 to c19. */
struct bulk {
  size_t count;
  const void *rows;
  /* Gives column `column` of row `row` by a sqlite3_result_ function. */
  void (*column)(const void *rows, size_t row, int column, sqlite3_context *into);
};

/* The usual rows: `rows` is a list of pointers to words, FACT_NONE is NULL. */
void bpi_bulk_word(const void *rows, size_t row, int column, sqlite3_context *into);

/* `rows` is a list of numbers, all in c0. */
void bpi_bulk_number(const void *rows, size_t row, int column, sqlite3_context *into);

/* Makes the table known to the connection; 0 or a SQLite code. */
int bpi_bulk_register(store *s);
/* The first step of a statement that begins to read the table in it, once. `rows` stay as they are until its last. */
int bpi_bulk_step(store *s, sqlite3_stmt *statement, const bulk *rows, bp_error **error);
/* Runs a statement that reads the table, over `rows`. */
int bpi_bulk_run(store *s, store_statement which, const bulk *rows, bp_error **error);
/* The same for one that gives numbers and how each is marked. */
int bpi_bulk_mark(store *s, store_statement which, const bulk *rows, unsigned char *marks,
                  bp_error **error);

#endif
