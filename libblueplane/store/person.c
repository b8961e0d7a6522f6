/* store/person.c: notes each row as SQLite has written it before deleting it, so that the files can
 * be searched for it. */
#include "store/person.h"

#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "store/sql.h"
#include "store/trace.h"
#include "store/transaction.h"

/* --------------------------------------------------------------------------------------- marks */

/* A keyed hash: only with both the device's key and the store's key can the mark be linked to the
 * device. */
static ident mark_of(const store *s, const unsigned char *device, int64_t window) {
  unsigned char of[BPI_PUBLIC_BYTES + 8];
  memcpy(of, device, BPI_PUBLIC_BYTES);
  for (int i = 0; i < 8; i++)
    of[BPI_PUBLIC_BYTES + i] = (unsigned char)((uint64_t)window >> (56 - 8 * i));
  return bpi_hash_ident(&s->key, "forgotten", of, sizeof of);
}

static sqlite3_stmt *of_mark(store *s, const char *sql, const unsigned char *device, int64_t window,
                             bp_error **error) {
  ident mark = mark_of(s, device, window);
  sqlite3_stmt *statement = bpi_sql_once(s, sql, error);
  if (statement == NULL) return NULL;
  sqlite3_bind_int64(statement, 1, (int64_t)mark.hi);
  sqlite3_bind_int64(statement, 2, (int64_t)mark.lo);
  return statement;
}

static int run(sqlite3_stmt *statement, bp_error **error) {
  int rc = statement == NULL ? bpi_error_code(*error) : bpi_sql_run(statement, error);
  sqlite3_finalize(statement);
  return rc;
}

static int mark(store *s, const unsigned char *device, int64_t window, int64_t number,
                bp_error **error) {
  sqlite3_stmt *put = of_mark(s,
                              "INSERT INTO forgotten (hi, lo, window, number) VALUES (?1, ?2, ?3, "
                              "?4) ON CONFLICT DO UPDATE SET number = max(number, ?4)",
                              device, window, error);
  if (put != NULL) sqlite3_bind_int64(put, 3, window);
  if (put != NULL) sqlite3_bind_int64(put, 4, number);
  return run(put, error);
}

int bpi_forgotten(store *s, const unsigned char device[BPI_PUBLIC_BYTES], int64_t window,
                  int64_t *number, bp_error **error) {
  *number = FORGOTTEN_NONE;
  sqlite3_stmt *get =
      of_mark(s, "SELECT number FROM forgotten WHERE hi = ?1 AND lo = ?2", device, window, error);
  if (get == NULL) return bpi_error_code(*error);
  int rc = bpi_sql_step(get, error);
  if (rc > 0) *number = sqlite3_column_int64(get, 0);
  sqlite3_finalize(get);
  return rc < 0 ? rc : BP_OK;
}

int bpi_forgotten_drop(store *s, const unsigned char device[BPI_PUBLIC_BYTES], int64_t window,
                       bp_error **error) {
  return run(of_mark(s, "DELETE FROM forgotten WHERE hi = ?1 AND lo = ?2", device, window, error),
             error);
}

int bpi_forgotten_expire(store *s, int64_t window, bp_error **error) {
  sqlite3_stmt *drop = bpi_sql_once(s, "DELETE FROM forgotten WHERE window = ?1", error);
  if (drop != NULL) sqlite3_bind_int64(drop, 1, window);
  return run(drop, error);
}

/* -------------------------------------------------------------------------------------- erasing */

#define OF_MEMBER " WHERE member = ?1"
/* Individual values are removed together for a week, team and measure: the remaining ones would
 * reveal who left. */
#define SEEN_WITH                                                                                   \
  " WHERE (window, team, measure) IN (SELECT window, team, measure FROM individual WHERE member = " \
  "?1)"

/* The tables with data about a person: their columns in stored order, as traces need them, and
 * which column holds the device's last number, if the rows belong to devices. */
static const struct kept {
  const char *name, *columns, *where;
  int window, device, number; /* column indexes; -1: none */
} of_words = {"heard", "member, device, said, agreed", OF_MEMBER, -1, 1, 2},
  of_weeks =
      {"contribution", "window, member, device, revision, digest, payload", OF_MEMBER, 0, 2, 3},
  of_views = {"individual", "window, team, measure, member, value, until", SEEN_WITH, -1, -1, -1};

#define PAYLOAD 5
#define SIGNATURE_BYTES 64

typedef struct forgetting {
  store *s;
  const char *member;
  trace trace;
  bp_error **error;
} forgetting;

static sqlite3_stmt *of_member(forgetting *f, const char *verb, const struct kept *k) {
  char sql[512];
  sqlite3_snprintf(sizeof sql, sql, "%s FROM %s%s", verb, k->name, k->where);
  sqlite3_stmt *statement = bpi_sql_once(f->s, sql, f->error);
  if (statement != NULL) sqlite3_bind_text(statement, 1, f->member, -1, SQLITE_STATIC);
  return statement;
}

static int note_row(forgetting *f, const struct kept *k, sqlite3_stmt *row) {
  unsigned char device[BPI_PUBLIC_BYTES];
  bpi_trace_add_row(&f->trace, row);
  if (k->device < 0) return BP_OK;
  int rc = bpi_sql_blob(row, k->device, device, sizeof device, f->error);
  if (rc != BP_OK) return rc;
  bpi_trace_add_bytes(&f->trace, device, sizeof device);
  const unsigned char *payload = k == &of_weeks ? sqlite3_column_blob(row, PAYLOAD) : NULL;
  size_t length = payload == NULL ? 0 : (size_t)sqlite3_column_bytes(row, PAYLOAD);
  if (length > SIGNATURE_BYTES)
    bpi_trace_add_bytes(&f->trace, payload + length - SIGNATURE_BYTES, SIGNATURE_BYTES);
  int64_t window = k->window < 0 ? FORGOTTEN_WORDS : sqlite3_column_int64(row, k->window);
  return mark(f->s, device, window, sqlite3_column_int64(row, k->number), f->error);
}

static int note_rows(forgetting *f, const struct kept *k) {
  char verb[256];
  sqlite3_snprintf(sizeof verb, verb, "SELECT %s", k->columns);
  sqlite3_stmt *get = of_member(f, verb, k);
  if (get == NULL) return bpi_error_code(*f->error);
  int rc;
  while ((rc = bpi_sql_step(get, f->error)) > 0)
    if ((rc = note_row(f, k, get)) != BP_OK) break;
  sqlite3_finalize(get);
  return rc == BP_OK && f->trace.failed ? bpi_fail_nomem(f->error) : rc;
}

static int forget(forgetting *f, const struct kept *k, int64_t *gone) {
  int rc = note_rows(f, k);
  if (rc == BP_OK) rc = run(of_member(f, "DELETE", k), f->error);
  if (rc == BP_OK) *gone += sqlite3_changes(f->s->db);
  return rc;
}

int bpi_person_silence(store *s, const char *member, int64_t *gone, bp_error **error) {
  forgetting f = {.s = s, .member = member, .error = error};
  int rc = forget(&f, &of_words, gone);
  bpi_trace_free(&f.trace);
  return rc;
}

static int forget_all(forgetting *f, person_receipt *out) {
  int rc = forget(f, &of_words, &out->words);
  if (rc == BP_OK) rc = forget(f, &of_weeks, &out->contributions);
  if (rc == BP_OK) rc = forget(f, &of_views, &out->views);
  if (rc != BP_OK || out->words + out->contributions + out->views == 0) return rc;
  return bpi_store_erase_note(f->s, f->error);
}

int bpi_person_erase(store *s, const char *member, person_receipt *out, bp_error **error) {
  forgetting f = {.s = s, .member = member, .error = error};
  memset(out, 0, sizeof *out);
  int rc = bpi_transaction_begin(s, error);
  if (rc == BP_OK) rc = bpi_transaction_end(s, forget_all(&f, out), error);
  if (rc == BP_OK) rc = bpi_trace_clear(&f.trace, s, &out->search, error);
  bpi_trace_free(&f.trace);
  return rc;
}
