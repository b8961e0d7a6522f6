/* store/sharing.c */
#include "store/sharing.h"

#include <string.h>

#include "base/mem.h"
#include "store/sql.h"

/* ------------------------------------------------------------------------------ joined, roster */

int bpi_joined_get(store *s, joined_team *out, bp_error **error) {
  memset(out, 0, sizeof *out);
  sqlite3_stmt *get =
      bpi_sql_once(s, "SELECT store, box, minimum, agreed FROM joined WHERE present", error);
  if (get == NULL) return bpi_error_code(*error);
  int rc = bpi_sql_step(get, error);
  if (rc > 0) {
    out->joined = true;
    rc = bpi_sql_blob(get, 0, out->keys.sign, BPI_PUBLIC_BYTES, error);
    if (rc == BP_OK) rc = bpi_sql_blob(get, 1, out->keys.box, BPI_PUBLIC_BYTES, error);
    out->minimum = sqlite3_column_int64(get, 2);
    out->agreed = sqlite3_column_int64(get, 3);
  }
  sqlite3_finalize(get);
  return rc < 0 ? rc : BP_OK;
}

static int write_joined(store *s, const joined_team *team, bp_error **error) {
  sqlite3_stmt *set = bpi_sql_once(
      s,
      "INSERT INTO joined (store, box, minimum, agreed, present) VALUES (?1, ?2, ?3, 0, 1) "
      "ON CONFLICT (store) DO UPDATE SET box = ?2, minimum = ?3, present = 1",
      error);
  if (set == NULL) return bpi_error_code(*error);
  sqlite3_bind_blob(set, 1, team->keys.sign, BPI_PUBLIC_BYTES, SQLITE_STATIC);
  sqlite3_bind_blob(set, 2, team->keys.box, BPI_PUBLIC_BYTES, SQLITE_STATIC);
  sqlite3_bind_int64(set, 3, team->minimum);
  int rc = bpi_sql_run(set, error);
  sqlite3_finalize(set);
  return rc;
}

int bpi_joined_set(store *s, const joined_team *team, bp_error **error) {
  int rc = bpi_sql_exec(s, "UPDATE joined SET present = 0", error);
  return rc == BP_OK ? write_joined(s, team, error) : rc;
}

int bpi_joined_agree(store *s, int64_t version, bp_error **error) {
  sqlite3_stmt *set = bpi_sql_once(s, "UPDATE joined SET agreed = ?1 WHERE present", error);
  if (set == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(set, 1, version);
  int rc = bpi_sql_run(set, error);
  sqlite3_finalize(set);
  return rc;
}

/* A team's store has one chain, a personal store one for each team it joined. */
#define OF_CHAIN(before, after)                                                                    \
  (bpi_store_kind(s) == STORE_PERSONAL ? before "(SELECT id FROM joined WHERE present)" after      \
                                       : before "0" after)

int bpi_roster_load(store *s, int64_t *version, char **document, size_t *length, bp_error **error) {
  *document = NULL;
  *length = 0;
  sqlite3_stmt *get =
      bpi_sql_once(s,
                   OF_CHAIN("SELECT document, version FROM roster WHERE chain = ",
                            " AND version BETWEEN ?1 AND ?2 ORDER BY version DESC LIMIT 1"),
                   error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, *version);
  sqlite3_bind_int64(get, 2, *version == 0 ? INT64_MAX : *version);
  int rc = bpi_sql_step(get, error);
  if (rc > 0) {
    const char *text = NULL;
    *version = sqlite3_column_int64(get, 1);
    rc = bpi_sql_text(get, 0, &text, error);
    *length = (size_t)sqlite3_column_bytes(get, 0);
    *document = rc != BP_OK ? NULL : bpi_strndup(text, *length);
    if (rc == BP_OK && *document == NULL) rc = bpi_fail_nomem(error);
  }
  sqlite3_finalize(get);
  return rc < 0 ? rc : BP_OK;
}

int bpi_roster_each(store *s, int (*row)(void *user, int64_t version, const char *document),
                    void *user, bp_error **error) {
  sqlite3_stmt *get = bpi_sql_once(
      s, OF_CHAIN("SELECT version, document FROM roster WHERE chain = ", " ORDER BY version"),
      error);
  if (get == NULL) return bpi_error_code(*error);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    const char *document = NULL;
    rc = bpi_sql_text(get, 1, &document, error);
    if (rc == BP_OK) rc = row(user, sqlite3_column_int64(get, 0), document);
    if (rc != BP_OK) break;
  }
  sqlite3_finalize(get);
  return rc;
}

int bpi_roster_save(store *s, int64_t version, const char *document, size_t length,
                    bp_error **error) {
  sqlite3_stmt *set = bpi_sql_once(
      s, OF_CHAIN("INSERT INTO roster (chain, version, document) VALUES (", ", ?1, ?2)"), error);
  if (set == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(set, 1, version);
  sqlite3_bind_text(set, 2, document, (int)length, SQLITE_STATIC);
  int rc = bpi_sql_run(set, error);
  sqlite3_finalize(set);
  return rc;
}

/* ------------------------------------------------------------------------------------- shared */

static int read_week(sqlite3_stmt *row, shared_week *week, bp_error **error) {
  week->revision = sqlite3_column_int64(row, 2);
  week->cells = sqlite3_column_int64(row, 4);
  week->shared_us = sqlite3_column_int64(row, 5);
  int rc = bpi_sql_monday(row, 0, &week->window, error);
  if (rc == BP_OK) rc = bpi_sql_blob(row, 1, week->store, BPI_PUBLIC_BYTES, error);
  return rc == BP_OK ? bpi_sql_blob(row, 3, week->digest, BPI_DIGEST_BYTES, error) : rc;
}

#define WEEK "SELECT window, store, revision, digest, cells, shared_us FROM shared "

int bpi_shared_get(store *s, shared_week *week, bp_error **error) {
  week->revision = 0;
  sqlite3_stmt *get = bpi_sql_once(s, WEEK "WHERE window = ?1", error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, week->window);
  int rc = bpi_sql_step(get, error);
  if (rc > 0) rc = read_week(get, week, error);
  sqlite3_finalize(get);
  return rc < 0 ? rc : BP_OK;
}

int bpi_shared_elsewhere(store *s, int64_t window, const unsigned char to[BPI_PUBLIC_BYTES],
                         bool *other, bp_error **error) {
  *other = false;
  sqlite3_stmt *get =
      bpi_sql_once(s, "SELECT 1 FROM shared WHERE window = ?1 AND store <> ?2", error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, window);
  sqlite3_bind_blob(get, 2, to, BPI_PUBLIC_BYTES, SQLITE_STATIC);
  int rc = bpi_sql_step(get, error);
  *other = rc > 0;
  sqlite3_finalize(get);
  return rc < 0 ? rc : BP_OK;
}

int bpi_shared_set(store *s, const shared_week *week, bp_error **error) {
  sqlite3_stmt *set =
      bpi_sql_once(s,
                   "INSERT OR REPLACE INTO shared (window, store, revision, digest, cells, "
                   "shared_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                   error);
  if (set == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(set, 1, week->window);
  sqlite3_bind_blob(set, 2, week->store, BPI_PUBLIC_BYTES, SQLITE_STATIC);
  sqlite3_bind_int64(set, 3, week->revision);
  sqlite3_bind_blob(set, 4, week->digest, BPI_DIGEST_BYTES, SQLITE_STATIC);
  sqlite3_bind_int64(set, 5, week->cells);
  sqlite3_bind_int64(set, 6, week->shared_us);
  int rc = bpi_sql_run(set, error);
  sqlite3_finalize(set);
  return rc;
}

int bpi_shared_each(store *s, int (*row)(void *user, const shared_week *week), void *user,
                    bp_error **error) {
  sqlite3_stmt *get = bpi_sql_once(s, WEEK "ORDER BY window", error);
  if (get == NULL) return bpi_error_code(*error);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    shared_week week = {0};
    rc = read_week(get, &week, error);
    if (rc == BP_OK) rc = row(user, &week);
    if (rc != BP_OK) break;
  }
  sqlite3_finalize(get);
  return rc;
}
