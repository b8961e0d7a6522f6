/* store/bulk.c: a virtual table without a file, whose rows are those of the running statement. */
#include "store/bulk.h"

#include "base/mem.h"

typedef struct bulk_table {
  sqlite3_vtab base; /* must be first: SQLite knows only this part */
  store *s;
} bulk_table;

typedef struct bulk_cursor {
  sqlite3_vtab_cursor base;
  const bulk *rows;
  size_t at;
} bulk_cursor;

static const bulk nothing;

static int attach(sqlite3 *db, void *self, int count, const char *const *arguments,
                  sqlite3_vtab **out, char **message) {
  (void)count, (void)arguments, (void)message;
  int code = sqlite3_declare_vtab(db, "CREATE TABLE bulk (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, "
                                      "c10, c11, c12, c13, c14, c15, c16, c17, c18, c19)");
  if (code != SQLITE_OK) return code;
  bulk_table *table = bpi_alloc_zero(1, sizeof *table);
  if (table == NULL) return SQLITE_NOMEM;
  table->s = self;
  *out = &table->base;
  return SQLITE_OK;
}

static int detach(sqlite3_vtab *table) {
  bpi_free(table);
  return SQLITE_OK;
}

/* The only way to read it is from the first row to the last. */
static int best_index(sqlite3_vtab *table, sqlite3_index_info *plan) {
  (void)table;
  plan->estimatedCost = 1000;
  return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
  (void)table;
  bulk_cursor *cursor = bpi_alloc_zero(1, sizeof *cursor);
  if (cursor == NULL) return SQLITE_NOMEM;
  cursor->rows = &nothing;
  *out = &cursor->base;
  return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor) {
  bpi_free(cursor);
  return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *text, int count,
                  sqlite3_value **values) {
  (void)number, (void)text, (void)count, (void)values;
  bulk_cursor *cursor = (bulk_cursor *)base;
  const store *s = ((const bulk_table *)base->pVtab)->s;
  cursor->rows = s->bulk == NULL ? &nothing : s->bulk;
  cursor->at = 0;
  return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base) {
  ((bulk_cursor *)base)->at++;
  return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *base) {
  const bulk_cursor *cursor = (const bulk_cursor *)base;
  return cursor->at >= cursor->rows->count;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *into, int number) {
  const bulk_cursor *cursor = (const bulk_cursor *)base;
  cursor->rows->column(cursor->rows->rows, cursor->at, number, into);
  return SQLITE_OK;
}

static int row_number(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  *out = (sqlite3_int64)((const bulk_cursor *)base)->at;
  return SQLITE_OK;
}

/* Without xCreate the table exists by its name alone and is part of no schema. */
static const sqlite3_module module = {
    .xConnect = attach,
    .xDisconnect = detach,
    .xBestIndex = best_index,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = at_end,
    .xColumn = column,
    .xRowid = row_number,
};

int bpi_bulk_register(store *s) {
  return sqlite3_create_module_v2(s->db, "bulk", &module, s, NULL);
}

void bpi_bulk_word(const void *rows, size_t row, int column_number, sqlite3_context *into) {
  int64_t value = ((const int64_t *const *)rows)[row][column_number];
  /* without a result the value is NULL */
  if (value != FACT_NONE) sqlite3_result_int64(into, value);
}

void bpi_bulk_number(const void *rows, size_t row, int column_number, sqlite3_context *into) {
  (void)column_number;
  sqlite3_result_int64(into, ((const int64_t *)rows)[row]);
}

int bpi_bulk_step(store *s, sqlite3_stmt *statement, const bulk *rows, bp_error **error) {
  s->bulk = rows;
  int rc = bpi_sql_step(statement, error);
  s->bulk = NULL;
  return rc;
}

int bpi_bulk_run(store *s, store_statement which, const bulk *rows, bp_error **error) {
  if (rows->count == 0) return BP_OK;
  sqlite3_stmt *statement = bpi_sql(s, which, error);
  if (statement == NULL) return bpi_error_code(*error);
  int rc = bpi_bulk_step(s, statement, rows, error);
  if (rc > 0) sqlite3_reset(statement);
  return rc < 0 ? rc : BP_OK;
}

int bpi_bulk_mark(store *s, store_statement which, const bulk *rows, unsigned char *marks,
                  bp_error **error) {
  sqlite3_stmt *statement = bpi_sql(s, which, error);
  if (statement == NULL) return bpi_error_code(*error);
  int rc = bpi_bulk_step(s, statement, rows, error);
  for (; rc > 0; rc = bpi_sql_step(statement, error))
    marks[sqlite3_column_int64(statement, 0)] = (unsigned char)sqlite3_column_int(statement, 1);
  return rc;
}
