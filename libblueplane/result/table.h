/* result/table.h: the result: a reference-counted table of typed columns, cell states and metadata.
 * Built once, then immutable. Does not know where values come from or how they are written
 * (delivery/). */
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

/* The values of a column are contiguous, as Arrow needs them: int64 or double; text as offsets into
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
  char *strings;    /* TEXT, once finished: a copy with a NUL after each cell */
  uint16_t *states; /* BP_CELL_ with flags */
} table_column;

struct bp_result {
  size_t rows, capacity;
  size_t columns;
  table_column *column;
  column_meta meta[16];
  size_t metas;
  int failed; /* while building: 0 or the first BP_ERR_; checked by bpi_table_finish */
  atomic_size_t references;
};

/* Building. After a failure, or on NULL, every call does nothing, and bpi_table_finish frees the
 * table and fails with NOMEM, LIMIT (2 GiB of text in a column), or INTERNAL if the caller broke a
 * rule stated here. */
bp_result *bpi_table_new(void); /* NULL: out of memory */
/* Only before the first row. Names are unique and do not begin with an underscore. */
size_t bpi_table_add_column(bp_result *t, int type, const char *name, const char *role);
/* Metadata must be valid UTF-8. Setting a key again replaces its value; a NULL value is ignored. */
void bpi_table_column_meta(bp_result *t, size_t column, const char *key, const char *value);
void bpi_table_meta(bp_result *t, const char *key, const char *value);
void bpi_table_add_row(bp_result *t); /* all cells BP_CELL_EMPTY */
/* These set a cell of the last row, of type BOOL, INT or TIME; and of type REAL, where a value that
 * is not finite leaves the cell empty. */
void bpi_table_set_int(bp_result *t, size_t column, int64_t value);
void bpi_table_set_real(bp_result *t, size_t column, double value);
/* Text cells of a row are set at most once, in any order of columns. NULL leaves the cell empty;
 * invalid UTF-8 becomes U+FFFD. */
void bpi_table_set_text(bp_result *t, size_t column, const char *text, size_t length);
/* Sets the state of a cell of the last row. Any state but BP_CELL_VALUE erases the value and the
 * flags, so that a withheld value is not in the result. */
void bpi_table_set_state(bp_result *t, size_t column, int state);
int bpi_table_finish(bp_result **out, bp_result *t, bp_error **error);

bp_result *bpi_table_retain(bp_result *t);
void bpi_table_release(bp_result *t);

/* Reading; row and column must exist. */
const char *bpi_table_column_get(const bp_result *t, size_t column, const char *key);
const char *bpi_table_get(const bp_result *t, const char *key);
/* BP_CELL_ without flags. */
int bpi_table_state(const bp_result *t, size_t row, size_t column);
bool bpi_table_lower_bound(const bp_result *t, size_t row, size_t column);
/* The NUL-terminated text of a cell; only for TEXT columns of a finished table. */
const char *bpi_table_text(const bp_result *t, size_t row, size_t column, size_t *length);

#endif
