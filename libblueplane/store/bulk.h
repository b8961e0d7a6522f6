/* store/bulk.h: rows in memory exposed to SQL as a table, so that one statement inserts or looks up
 * many rows without binding and stepping for each. Knows values; does not know what they mean.
 * Included only inside store/. */
#ifndef BPI_STORE_BULK_H
#define BPI_STORE_BULK_H

#include "store/sql.h"

/* In SQL: a table `bulk` with the columns c0 to c19. */
struct bulk {
  size_t count;
  const void *rows;
  /* Returns column `column` of row `row` through a sqlite3_result_ function. */
  void (*column)(const void *rows, size_t row, int column, sqlite3_context *into);
};

/* The common case: `rows` is an array of pointers to words; FACT_NONE becomes NULL. */
void bpi_bulk_word(const void *rows, size_t row, int column, sqlite3_context *into);

/* `rows` is an array of numbers, returned as c0. */
void bpi_bulk_number(const void *rows, size_t row, int column, sqlite3_context *into);

/* Registers the virtual table with the connection; 0 or a SQLite code. */
int bpi_bulk_register(store *s);
/* The first step of a statement that reads the table. The statement must open the table within this
 * step, and only once. `rows` must stay unchanged until its last step. */
int bpi_bulk_step(store *s, sqlite3_stmt *statement, const bulk *rows, bp_error **error);
/* Runs a statement that reads `rows` as the table. */
int bpi_bulk_run(store *s, store_statement which, const bulk *rows, bp_error **error);
/* The same for a statement that returns (index, mark) rows: sets marks[index] = mark. */
int bpi_bulk_mark(store *s, store_statement which, const bulk *rows, unsigned char *marks,
                  bp_error **error);

#endif
