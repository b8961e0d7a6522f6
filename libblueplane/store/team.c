/* store/team.c */
#include "store/team.h"

#include <string.h>

#include "store/sql.h"

#define KEY "window = ?1 AND member = ?2 AND device = ?3"

static void bind_key(sqlite3_stmt *statement, const contribution *c) {
  sqlite3_bind_int64(statement, 1, c->window);
  sqlite3_bind_text(statement, 2, c->member, -1, SQLITE_STATIC);
  sqlite3_bind_blob(statement, 3, c->device, BPI_PUBLIC_BYTES, SQLITE_STATIC);
}

static int run(sqlite3_stmt *statement, bp_error **error) {
  int rc = bpi_sql_run(statement, error);
  sqlite3_finalize(statement);
  return rc;
}

int bpi_contribution_get(store *s, const contribution *sought, contribution *found,
                         bp_error **error) {
  *found = *sought;
  found->revision = 0;
  found->payload = NULL;
  found->length = 0;
  sqlite3_stmt *get = bpi_sql_once(
      s, "SELECT revision, digest, payload IS NOT NULL FROM contribution WHERE " KEY, error);
  if (get == NULL) return bpi_error_code(*error);
  bind_key(get, sought);
  int rc = bpi_sql_step(get, error);
  if (rc > 0) {
    found->revision = sqlite3_column_int64(get, 0);
    rc = bpi_sql_blob(get, 1, found->digest, sizeof found->digest, error);
    if (sqlite3_column_int(get, 2)) found->payload = "";
  }
  sqlite3_finalize(get);
  return rc < 0 ? rc : BP_OK;
}

int bpi_contribution_put(store *s, const contribution *c, bp_error **error) {
  sqlite3_stmt *set =
      bpi_sql_once(s,
                   "INSERT OR REPLACE INTO contribution (window, member, device, revision, digest, "
                   "payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                   error);
  if (set == NULL) return bpi_error_code(*error);
  bind_key(set, c);
  sqlite3_bind_int64(set, 4, c->revision);
  sqlite3_bind_blob(set, 5, c->digest, BPI_DIGEST_BYTES, SQLITE_STATIC);
  if (c->payload != NULL) sqlite3_bind_blob(set, 6, c->payload, (int)c->length, SQLITE_STATIC);
  return run(set, error);
}

int bpi_contribution_each(store *s, int64_t window, int (*row)(void *user, const contribution *c),
                          void *user, bp_error **error) {
  sqlite3_stmt *get =
      bpi_sql_once(s,
                   "SELECT window, member, device, revision, digest, payload FROM contribution "
                   "WHERE ?1 IS NULL OR window = ?1 ORDER BY window, member, device",
                   error);
  if (get == NULL) return bpi_error_code(*error);
  bpi_sql_bind(get, 1, window);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    contribution c = {.revision = sqlite3_column_int64(get, 3),
                      .payload = sqlite3_column_blob(get, 5),
                      .length = (size_t)sqlite3_column_bytes(get, 5)};
    rc = bpi_sql_monday(get, 0, &c.window, error);
    if (rc == BP_OK) rc = bpi_sql_text(get, 1, &c.member, error);
    if (rc == BP_OK) rc = bpi_sql_blob(get, 2, c.device, sizeof c.device, error);
    if (rc == BP_OK) rc = bpi_sql_blob(get, 4, c.digest, sizeof c.digest, error);
    if (rc == BP_OK) rc = row(user, &c);
    if (rc != BP_OK) break;
  }
  sqlite3_finalize(get);
  return rc;
}

int bpi_contribution_drop(store *s, int64_t window, bp_error **error) {
  sqlite3_stmt *drop = bpi_sql_once(s, "DELETE FROM contribution WHERE window = ?1", error);
  if (drop == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(drop, 1, window);
  return run(drop, error);
}

/* ------------------------------------------------------------------------------------ consent */

int bpi_heard_put(store *s, const heard *h, bp_error **error) {
  sqlite3_stmt *set = bpi_sql_once(
      s, "INSERT OR REPLACE INTO heard (member, device, said, agreed) VALUES (?1, ?2, ?3, ?4)",
      error);
  if (set == NULL) return bpi_error_code(*error);
  sqlite3_bind_text(set, 1, h->member, -1, SQLITE_STATIC);
  sqlite3_bind_blob(set, 2, h->device, BPI_PUBLIC_BYTES, SQLITE_STATIC);
  sqlite3_bind_int64(set, 3, h->said);
  if (h->agreed != NULL) sqlite3_bind_blob(set, 4, h->agreed, (int)h->length, SQLITE_STATIC);
  return run(set, error);
}

/* sqlite3_column_blob returns NULL for an empty blob; only its type differs from NULL. */
static heard heard_at(sqlite3_stmt *row) {
  heard h = {.said = sqlite3_column_int64(row, 2),
             .agreed = sqlite3_column_blob(row, 3),
             .length = (size_t)sqlite3_column_bytes(row, 3)};
  if (h.agreed == NULL && sqlite3_column_type(row, 3) == SQLITE_BLOB) h.agreed = "";
  return h;
}

int bpi_heard_each(store *s, const char *member, int (*row)(void *user, const heard *h), void *user,
                   bp_error **error) {
  sqlite3_stmt *get = bpi_sql_once(
      s,
      member == NULL
          ? "SELECT member, device, said, agreed FROM heard ORDER BY member, device"
          : "SELECT member, device, said, agreed FROM heard WHERE member = ?1 ORDER BY device",
      error);
  if (get == NULL) return bpi_error_code(*error);
  if (member != NULL) sqlite3_bind_text(get, 1, member, -1, SQLITE_STATIC);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    heard h = heard_at(get);
    rc = bpi_sql_text(get, 0, &h.member, error);
    if (rc == BP_OK) rc = bpi_sql_blob(get, 1, h.device, sizeof h.device, error);
    if (rc == BP_OK) rc = row(user, &h);
    if (rc != BP_OK) break;
  }
  sqlite3_finalize(get);
  return rc;
}
