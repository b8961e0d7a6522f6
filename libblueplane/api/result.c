/* api/result.c: bp_result_*: the exported functions of a result. Out-of-range access gives an empty
 * value, never a crash. */
#include <blueplane/blueplane.h>

#include <blueplane/arrow.h>

#include <string.h>

#include "base/err.h"
#include "delivery/delivery.h"
#include "result/table.h"

static bool has_column(const bp_result *result, size_t column) {
  return result != NULL && column < result->columns;
}

/* The column, if the cell exists and has a value; else NULL. */
static const table_column *with_value(const bp_result *result, size_t row, size_t column) {
  if (!has_column(result, column) || row >= result->rows) return NULL;
  return bpi_table_state(result, row, column) == BP_CELL_VALUE ? &result->column[column] : NULL;
}

size_t bp_result_rows(const bp_result *result) {
  return result == NULL ? 0 : result->rows;
}

size_t bp_result_columns(const bp_result *result) {
  return result == NULL ? 0 : result->columns;
}

int bp_result_type(const bp_result *result, size_t column) {
  return has_column(result, column) ? result->column[column].type : 0;
}

const char *bp_result_column(const bp_result *result, size_t column, const char *key) {
  return has_column(result, column) && key != NULL ? bpi_table_column_get(result, column, key)
                                                   : NULL;
}

const char *bp_result_meta(const bp_result *result, const char *key) {
  return result != NULL && key != NULL ? bpi_table_get(result, key) : NULL;
}

int bp_result_cell(const bp_result *result, size_t row, size_t column) {
  if (!has_column(result, column) || row >= result->rows) return BP_CELL_EMPTY;
  return result->column[column].states[row];
}

int64_t bp_result_int(const bp_result *result, size_t row, size_t column) {
  const table_column *c = with_value(result, row, column);
  return c != NULL && c->ints != NULL ? c->ints[row] : 0;
}

double bp_result_real(const bp_result *result, size_t row, size_t column) {
  const table_column *c = with_value(result, row, column);
  if (c == NULL) return 0;
  if (c->type == BP_TYPE_INT) return (double)c->ints[row];
  return c->type == BP_TYPE_REAL ? c->reals[row] : 0;
}

const char *bp_result_text(const bp_result *result, size_t row, size_t column, size_t *length) {
  const table_column *c = with_value(result, row, column);
  if (length != NULL) *length = 0;
  return c != NULL && c->type == BP_TYPE_TEXT ? bpi_table_text(result, row, column, length) : NULL;
}

int bp_result_format(char **out, size_t *length, const bp_result *result, const char *format,
                     bp_error **error) {
  if (error != NULL) *error = NULL;
  if (out == NULL) return bpi_fail(error, BP_ERR_INVALID, "out is NULL");
  *out = NULL;
  if (length != NULL) *length = 0;
  if (result == NULL) return bpi_fail(error, BP_ERR_INVALID, "result is NULL");
  if (format == NULL) return bpi_fail(error, BP_ERR_INVALID, "format is NULL");
  return bpi_deliver(out, length, result, format, error);
}

int bp_result_arrow(struct ArrowArrayStream *out, bp_result *result, bp_error **error) {
  if (error != NULL) *error = NULL;
  if (out == NULL) return bpi_fail(error, BP_ERR_INVALID, "out is NULL");
  memset(out, 0, sizeof *out);
  if (result == NULL) return bpi_fail(error, BP_ERR_INVALID, "result is NULL");
  return bpi_deliver_arrow(out, result) == BP_OK ? BP_OK : bpi_fail_nomem(error);
}

void bp_result_free(bp_result *result) {
  bpi_table_release(result);
}
