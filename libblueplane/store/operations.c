/* store/operations.c */
#include "store/operations.h"

#include <assert.h>
#include <string.h>

#include "store/group.h"
#include "store/sql.h"

/* Kinds of rows. The key is the index in the ring for a lag, the day for a size, the kind of answer
 * for answers. */
enum { ROW_LAG, ROW_SIZE, ROW_ANSWERS, ROW_ANSWERS_BEFORE, ROW_NEXT_LAG };

#define DAY (86400 * BPI_SECOND)

/* Runs a statement with up to three number parameters. */
static int run(store *s, store_statement which, int64_t a, int64_t b, int64_t c, bp_error **error) {
  sqlite3_stmt *statement = bpi_sql(s, which, error);
  if (statement == NULL) return bpi_error_code(*error);
  const int64_t values[] = {a, b, c};
  int count = sqlite3_bind_parameter_count(statement);
  assert(count <= 3);
  for (int i = 0; i < count; i++)
    sqlite3_bind_int64(statement, i + 1, values[i]);
  return bpi_sql_run(statement, error);
}

/* *out is FACT_NONE if there is no row, and on error. */
static int get(store *s, int64_t kind, int64_t key, int64_t *out, bp_error **error) {
  *out = FACT_NONE;
  sqlite3_stmt *find = bpi_sql(s, SQL_OPERATION_GET, error);
  if (find == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(find, 1, kind);
  sqlite3_bind_int64(find, 2, key);
  int rc = bpi_sql_step(find, error);
  if (rc > 0) *out = sqlite3_column_int64(find, 0);
  sqlite3_reset(find);
  return rc < 0 ? rc : BP_OK;
}

static int put(store *s, int64_t kind, int64_t key, int64_t value, bp_error **error) {
  return run(s, SQL_OPERATION_PUT, kind, key, value, error);
}

/* --------------------------------------------------------------------------------------- lags */

int bpi_operations_lag(store *s, int64_t lag_us, bp_error **error) {
  int64_t next;
  int rc = get(s, ROW_NEXT_LAG, 0, &next, error);
  if (next == FACT_NONE) next = 0;
  if (rc == BP_OK) rc = put(s, ROW_LAG, next, lag_us < 0 ? 0 : lag_us, error);
  return rc == BP_OK ? put(s, ROW_NEXT_LAG, 0, (next + 1) % BPI_LAGS, error) : rc;
}

static int read_lags(store *s, operations_figures *out, bp_error **error) {
  static const int per_cent[] = {50, 95, 99};
  sqlite3_stmt *count = bpi_sql(s, SQL_OPERATIONS, error);
  sqlite3_stmt *nth = bpi_sql(s, SQL_OPERATION_NTH, error);
  if (count == NULL || nth == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(count, 1, ROW_LAG);
  int rc = bpi_sql_step(count, error);
  if (rc > 0) out->lags = sqlite3_column_int64(count, 0);
  sqlite3_reset(count);
  for (size_t i = 0; i < 3 && rc >= 0 && out->lags > 0; i++) {
    int64_t rank = (out->lags * per_cent[i] + 99) / 100; /* counted from 1 */
    sqlite3_bind_int64(nth, 1, ROW_LAG);
    sqlite3_bind_int64(nth, 2, rank - 1);
    rc = bpi_sql_step(nth, error);
    if (rc > 0) out->lag_us[i] = sqlite3_column_int64(nth, 0);
    sqlite3_reset(nth);
  }
  return rc < 0 ? rc : BP_OK;
}

/* -------------------------------------------------------------------------------------- growth */

/* Bytes in use, without free pages. */
static int used_bytes(store *s, int64_t *out, bp_error **error) {
  return bpi_sql_number(s,
                        "SELECT (page_count - freelist_count) * page_size FROM "
                        "pragma_page_count(), pragma_freelist_count(), pragma_page_size()",
                        out, error);
}

/* Keeps the first size of each day. */
static int note_size(store *s, int64_t now_us, bp_error **error) {
  int64_t known, bytes = 0, day = now_us / DAY;
  int rc = get(s, ROW_SIZE, day, &known, error);
  if (rc != BP_OK || known != FACT_NONE) return rc;
  rc = used_bytes(s, &bytes, error);
  if (rc == BP_OK) rc = run(s, SQL_OPERATIONS_DROP, ROW_SIZE, day - BPI_GROWTH_DAYS, 0, error);
  return rc == BP_OK ? put(s, ROW_SIZE, day, bytes, error) : rc;
}

static int read_growth(store *s, int64_t bytes, int64_t now_us, operations_figures *out,
                       bp_error **error) {
  sqlite3_stmt *first = bpi_sql(s, SQL_OPERATION_FIRST, error);
  if (first == NULL) return bpi_error_code(*error);
  int64_t today = now_us / DAY;
  sqlite3_bind_int64(first, 1, ROW_SIZE);
  sqlite3_bind_int64(first, 2, today - BPI_GROWTH_DAYS);
  int rc = bpi_sql_step(first, error);
  int64_t days = rc > 0 ? today - sqlite3_column_int64(first, 0) : 0;
  out->growth = days > 0 ? (bytes - sqlite3_column_int64(first, 1)) / days : FACT_NONE;
  sqlite3_reset(first);
  return rc < 0 ? rc : BP_OK;
}

/* ------------------------------------------------------------------------------------- answers */

static int class_of(int64_t us) {
#define X(number, text, limit)                                                                     \
  if (us <= limit) return number;
  BPI_ANSWER_SECONDS(X)
#undef X
  return BPI_ANSWER_CLASSES - 1;
}

void bpi_operations_note(operations *o, fact_kind kind, const int64_t *fact, int sign) {
  if (kind != FACT_RESPONSE && kind != FACT_EVENT) return;
  int64_t at = bpi_head(fact)->time_us;
  if (at == BPI_TIME_NONE || at < o->since_us) return;
  if (kind == FACT_RESPONSE) {
    o->answers[ANSWER_RESPONSE] += sign;
    return;
  }
  const event_fact *e = (const void *)fact;
  if (e->event == EVENT_API_ERROR && e->detail >= 0 && e->detail < 1 << CLASS_DETAIL_BITS)
    o->answers[ANSWER_ERROR + e->detail] += sign; /* a damaged row may hold any value */
  if (e->event == EVENT_API_RETRY) o->answers[ANSWER_RETRY] += sign;
  if (e->event == EVENT_RESPONSE_TIME && e->value != FACT_NONE)
    o->answers[ANSWER_WITHIN + class_of(e->value)] += sign;
}

static int64_t at_least_zero(int64_t number) {
  return number > 0 ? number : 0;
}

static int read_answers(store *s, int64_t kind, int64_t *answers, bp_error **error) {
  sqlite3_stmt *all = bpi_sql(s, SQL_OPERATIONS_OF, error);
  if (all == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(all, 1, kind);
  int rc;
  while ((rc = bpi_sql_step(all, error)) > 0) {
    int64_t key = sqlite3_column_int64(all, 0);
    if (key >= 0 && key < ANSWER_KINDS) answers[key] += at_least_zero(sqlite3_column_int64(all, 1));
  }
  return rc;
}

/* Deletes the previous generation and makes the current one the previous. */
static int next_generation(store *s, bp_error **error) {
  int rc = run(s, SQL_OPERATIONS_DROP, ROW_ANSWERS_BEFORE, ANSWER_KINDS, 0, error);
  if (rc != BP_OK) return rc;
  return run(s, SQL_OPERATIONS_MOVE, ROW_ANSWERS, ROW_ANSWERS_BEFORE, 0, error);
}

static int64_t calls_of(const int64_t *answers) {
  int64_t calls = answers[ANSWER_RESPONSE];
  for (int detail = 0; detail < 1 << CLASS_DETAIL_BITS; detail++)
    calls += answers[ANSWER_ERROR + detail];
  return calls;
}

static int add_answers(store *s, const operations *o, bp_error **error) {
  static const int64_t nothing[ANSWER_KINDS];
  int64_t stored[ANSWER_KINDS] = {0};
  if (memcmp(o->answers, nothing, sizeof nothing) == 0) return BP_OK;
  int rc = read_answers(s, ROW_ANSWERS, stored, error);
  if (rc == BP_OK && calls_of(stored) >= BPI_ANSWERS) {
    rc = next_generation(s, error);
    memset(stored, 0, sizeof stored);
  }
  for (int kind = 0; kind < ANSWER_KINDS && rc == BP_OK; kind++)
    if (o->answers[kind] != 0)
      rc = put(s, ROW_ANSWERS, kind, at_least_zero(stored[kind] + o->answers[kind]), error);
  return rc;
}

/* ------------------------------------------------------------------------------------ the whole */

int bpi_operations_add(store *s, const operations *o, int64_t now_us, bp_error **error) {
  int rc = add_answers(s, o, error);
  return rc == BP_OK ? note_size(s, now_us, error) : rc;
}

int bpi_read_operations(store *s, int64_t bytes, int64_t now_us, operations_figures *out,
                        bp_error **error) {
  memset(out, 0, sizeof *out);
  int rc = read_lags(s, out, error);
  if (rc == BP_OK) rc = read_growth(s, bytes, now_us, out, error);
  if (rc == BP_OK) rc = read_answers(s, ROW_ANSWERS, out->answers, error);
  return rc == BP_OK ? read_answers(s, ROW_ANSWERS_BEFORE, out->answers, error) : rc;
}
