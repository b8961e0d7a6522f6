/* store/consent.c */
#include "store/consent.h"

#include <string.h>

#include "store/sql.h"

#define AUDIT_WAIT_MS 100 /* a query must not wait long to write its audit row */

/* ------------------------------------------------------------------------------------ consent */

#define SAID "consents_said"

int bpi_consent_said(store *s, int64_t *count, bp_error **error) {
  return bpi_store_setting(s, SAID, 0, count, error);
}

static int count_word(store *s, bp_error **error) {
  int64_t said = 0;
  int rc = bpi_consent_said(s, &said, error);
  return rc == BP_OK ? bpi_store_set_setting(s, SAID, said + 1, error) : rc;
}

int bpi_consent_add(store *s, const consent_row *row, bp_error **error) {
  sqlite3_stmt *put = bpi_sql(s, SQL_CONSENT_INSERT, error);
  if (put == NULL) return bpi_error_code(*error);
  sqlite3_bind_text(put, 1, row->purpose, -1, SQLITE_STATIC);
  sqlite3_bind_text(put, 2, row->audience, -1, SQLITE_STATIC);
  sqlite3_bind_int(put, 3, row->granted);
  sqlite3_bind_int64(put, 4, row->at_us);
  bpi_sql_bind(put, 5, row->granted ? row->expires_us : FACT_NONE);
  int rc = bpi_sql_run(put, error);
  return rc == BP_OK ? count_word(s, error) : rc;
}

/* A person who never consented has nothing to withdraw. */
int bpi_consent_erased(store *s, bp_error **error) {
  int64_t said = 0;
  int rc = bpi_consent_said(s, &said, error);
  return rc == BP_OK && said > 0 ? count_word(s, error) : rc;
}

static void load_consent(sqlite3_stmt *get, consent_row *out) {
  out->granted = sqlite3_column_int(get, 0) != 0;
  out->at_us = sqlite3_column_int64(get, 1);
  out->expires_us = sqlite3_column_int64(get, 2); /* 0 for NULL */
}

int bpi_read_consents(store *s, int (*row)(void *user, const consent_row *row), void *user,
                      bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_CONSENTS, error);
  if (get == NULL) return bpi_error_code(*error);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    consent_row c = {.last = sqlite3_column_int(get, 5) != 0};
    load_consent(get, &c);
    rc = bpi_sql_text(get, 3, &c.purpose, error);
    if (rc == BP_OK) rc = bpi_sql_text(get, 4, &c.audience, error);
    if (rc == BP_OK) rc = row(user, &c);
    if (rc != BP_OK) {
      sqlite3_reset(get);
      break;
    }
  }
  return rc;
}

/* -------------------------------------------------------------------------------------- audit */

static int put_rows(sqlite3 *db, const audit_row *rows, size_t count, int64_t oldest) {
  sqlite3_stmt *put = NULL, *drop = NULL;
  int code = sqlite3_prepare_v2(db,
                                "INSERT OR IGNORE INTO audit (day, access, function, asked, "
                                "from_us, until_us, at_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                                -1, &put, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_prepare_v2(db, "DELETE FROM audit WHERE day < ?1", -1, &drop, NULL);
  for (size_t i = 0; i < count && code == SQLITE_OK; i++) {
    const audit_row *r = &rows[i];
    sqlite3_bind_int64(put, 1, r->day);
    sqlite3_bind_int64(put, 2, r->access);
    sqlite3_bind_text(put, 3, r->function, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 4, r->asked, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 5, r->from_us);
    sqlite3_bind_int64(put, 6, r->until_us);
    sqlite3_bind_int64(put, 7, r->at_us);
    sqlite3_step(put);
    code = sqlite3_reset(put);
  }
  if (code == SQLITE_OK) {
    sqlite3_bind_int64(drop, 1, oldest);
    sqlite3_step(drop);
    code = sqlite3_reset(drop);
  }
  sqlite3_finalize(put);
  sqlite3_finalize(drop);
  return code;
}

/* Writes all rows in one transaction, ignoring rows that exist. */
static int put_all(store *s, sqlite3 *db, const audit_row *rows, size_t count, int64_t oldest) {
  bpi_sql_wait(s, db, AUDIT_WAIT_MS);
  s->noting = true;
  int code = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  if (code == SQLITE_OK) code = put_rows(db, rows, count, oldest);
  if (code == SQLITE_OK) code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
  if (code != SQLITE_OK && !sqlite3_get_autocommit(db))
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
  s->noting = false;
  bpi_sql_wait(s, db, BPI_BUSY_MS);
  return code;
}

/* Whether the row exists: most queries then write nothing. */
static int is_known(store *s, const audit_row *r, bool *known, bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_AUDIT_FIND, error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, r->day);
  sqlite3_bind_int64(get, 2, r->access);
  sqlite3_bind_text(get, 3, r->function, -1, SQLITE_STATIC);
  sqlite3_bind_text(get, 4, r->asked, -1, SQLITE_STATIC);
  sqlite3_bind_int64(get, 5, r->from_us);
  sqlite3_bind_int64(get, 6, r->until_us);
  int rc = bpi_sql_step(get, error);
  if (rc > 0) sqlite3_reset(get);
  *known = rc > 0;
  return rc < 0 ? rc : BP_OK;
}

static int put_beside(store *s, const audit_row *rows, size_t count, int64_t oldest) {
  sqlite3 *db = NULL;
  int code = sqlite3_open_v2(sqlite3_db_filename(s->db, "main"), &db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_exec(
        db, "PRAGMA secure_delete = ON; PRAGMA fullfsync = ON; PRAGMA synchronous = NORMAL", NULL,
        NULL, NULL);
  if (code == SQLITE_OK) code = put_all(s, db, rows, count, oldest);
  sqlite3_close_v2(db);
  return code;
}

int bpi_audit_add(store *s, const audit_row *rows, size_t count, int64_t oldest, bp_error **error) {
  bool all_known = true;
  int rc = BP_OK;
  for (size_t i = 0; i < count && all_known && rc == BP_OK; i++)
    rc = is_known(s, &rows[i], &all_known, error);
  if (rc != BP_OK || all_known) return rc;
  int code = s->read_only ? put_beside(s, rows, count, oldest)
                          : put_all(s, s->db, rows, count, oldest);
  return code == SQLITE_OK ? BP_OK : bpi_sql_fail(code, error);
}

int bpi_read_audit(store *s, int (*row)(void *user, const audit_row *row), void *user,
                   bp_error **error) {
  sqlite3_stmt *get = bpi_sql(s, SQL_AUDIT, error);
  if (get == NULL) return bpi_error_code(*error);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    audit_row r = {.day = sqlite3_column_int64(get, 0),
                   .access = sqlite3_column_int64(get, 1),
                   .from_us = sqlite3_column_int64(get, 4),
                   .until_us = sqlite3_column_int64(get, 5),
                   .at_us = sqlite3_column_int64(get, 6)};
    const char *function = NULL, *asked = NULL;
    rc = bpi_sql_text(get, 2, &function, error);
    if (rc == BP_OK) rc = bpi_sql_text(get, 3, &asked, error);
    if (rc == BP_OK) {
      sqlite3_snprintf(sizeof r.function, r.function, "%s", function);
      sqlite3_snprintf(sizeof r.asked, r.asked, "%s", asked);
      rc = row(user, &r);
    }
    if (rc != BP_OK) {
      sqlite3_reset(get);
      break;
    }
  }
  return rc;
}
