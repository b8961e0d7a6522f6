/* result/table.h: the result: an immutable table of typed columns, cell states and metadata, with a
 * reference count. Built once by a builder, then only read. Knows nothing of where values come from
 * or how they are written out. */
#ifndef BPI_RESULT_TABLE_H
#define BPI_RESULT_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

#define BPI_RESULT_SCHEMA "blueplane.result/1" /* metadata "schema" of every result */

typedef struct column_meta {
  const char *key, *value; /* owned by the result */
} column_meta;

/* A column's values lie one after another, ready for Arrow: int64 or double, text as offsets into
 * one block of bytes. */
typedef struct table_column {
  int type;             /* BP_TYPE_ */
  column_meta meta[10]; /* "name", "title", "role", "of", "unit", "definition", ... */
  size_t metas;
  int64_t *ints;    /* BOOL, INT, TIME */
  double *reals;    /* REAL */
  int32_t *offsets; /* TEXT: rows + 1 */
  char *bytes;      /* TEXT */
  size_t bytes_length, bytes_capacity;
  char *strings;    /* TEXT, once finished: the same, each cell with a NUL behind it */
  uint16_t *states; /* BP_CELL_ with flags */
} table_column;

struct bp_result {
  size_t rows, capacity;
  size_t columns;
  table_column *column;
  column_meta meta[16];
  size_t metas;
  int failed; /* builder: 0 or the first failure, BP_ERR_; checked once by finish */
  atomic_size_t references;
};

/* Building. Every call after a failure, or on NULL, does nothing; finish then frees and fails:
 * NOMEM, LIMIT (2 GiB of text in a column), or INTERNAL where the caller broke a rule here. */
bp_result *bpi_table_new(void); /* NULL when out of memory */
/* Before any row. Names are unique and do not begin with an underscore. */
size_t bpi_table_add_column(bp_result *t, int type, const char *name, const char *role);
/* Metadata is valid UTF-8; a key set again is replaced, a NULL value sets nothing. */
void bpi_table_column_meta(bp_result *t, size_t column, const char *key, const char *value);
void bpi_table_meta(bp_result *t, const char *key, const char *value);
void bpi_table_add_row(bp_result *t); /* all cells BP_CELL_EMPTY */
/* These fill a cell of the last row: BOOL, INT or TIME; REAL, where what is not finite leaves it
 * empty. */
void bpi_table_set_int(bp_result *t, size_t column, int64_t value);
void bpi_table_set_real(bp_result *t, size_t column, double value);
/* Text cells of a row are set at most once and in any column order. NULL text leaves it empty;
 * invalid UTF-8 becomes U+FFFD. */
void bpi_table_set_text(bp_result *t, size_t column, const char *text, size_t length);
/* Of the last row. Any state but BP_CELL_VALUE takes the value and the flags away: what is withheld
 * is not in the result. */
void bpi_table_set_state(bp_result *t, size_t column, int state);
int bpi_table_finish(bp_result **out, bp_result *t, bp_error **error);

bp_result *bpi_table_retain(bp_result *t);
void bpi_table_release(bp_result *t);

/* Reading; row and column exist. */
const char *bpi_table_column_get(const bp_result *t, size_t column, const char *key);
const char *bpi_table_get(const bp_result *t, const char *key);
/* BP_CELL_ without flags. */
int bpi_table_state(const bp_result *t, size_t row, size_t column);
bool bpi_table_lower_bound(const bp_result *t, size_t row, size_t column);
/* NUL-terminated; of a TEXT column of a finished table. */
const char *bpi_table_text(const bp_result *t, size_t row, size_t column, size_t *length);

#endif
