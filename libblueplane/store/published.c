/* store/published.c */
#include "store/published.h"

#include <string.h>

#include "base/mem.h"
#include "store/sql.h"
#include "store/trace.h"

static sqlite3_stmt *of_store(store *s, const char *sql, const unsigned char *of,
                              bp_error **error) {
  sqlite3_stmt *statement = bpi_sql_once(s, sql, error);
  if (statement != NULL) sqlite3_bind_blob(statement, 1, of, BPI_PUBLIC_BYTES, SQLITE_STATIC);
  return statement;
}

static sqlite3_stmt *of_week(store *s, const char *sql, const unsigned char *of, uint32_t window,
                             bp_error **error) {
  sqlite3_stmt *statement = of_store(s, sql, of, error);
  if (statement != NULL) sqlite3_bind_int64(statement, 2, window);
  return statement;
}

int bpi_published_find(store *s, const unsigned char of[BPI_PUBLIC_BYTES], uint32_t window,
                       bool *found, int64_t *edition, unsigned char digest[BPI_DIGEST_BYTES],
                       bp_error **error) {
  *found = false;
  sqlite3_stmt *get = of_week(
      s, "SELECT edition, digest FROM release WHERE store = ?1 AND window = ?2", of, window, error);
  if (get == NULL) return bpi_error_code(*error);
  int rc = bpi_sql_step(get, error);
  if (rc > 0) {
    *found = true;
    *edition = sqlite3_column_int64(get, 0);
    rc = bpi_sql_blob(get, 1, digest, BPI_DIGEST_BYTES, error);
  }
  sqlite3_finalize(get);
  return rc < 0 ? rc : BP_OK;
}

/* ----------------------------------------------------------------------------------- loading */

static int damaged(bp_error **error) {
  return bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged: it has cells that no week has");
}

int bpi_published_row(release_row *out, struct sqlite3_stmt *get, int first, bp_error **error) {
  int64_t dimension = 0, measure = 0, state = 0, headcount = 0;
  int rc = bpi_sql_text(get, first, &out->scope, error);
  if (rc == BP_OK) rc = bpi_sql_between(get, first + 1, 0, UINT8_MAX, &dimension, error);
  if (rc == BP_OK) rc = bpi_sql_text(get, first + 2, &out->slice, error);
  if (rc == BP_OK) rc = bpi_sql_between(get, first + 3, 0, UINT16_MAX, &measure, error);
  if (rc == BP_OK) rc = bpi_sql_between(get, first + 5, 0, UINT8_MAX, &state, error);
  if (rc == BP_OK) rc = bpi_sql_between(get, first + 6, 0, UINT8_MAX, &headcount, error);
  if (rc != BP_OK) return rc;
  out->dimension = (uint16_t)dimension;
  out->measure = (uint16_t)measure;
  out->value = sqlite3_column_int64(get, first + 4);
  out->state = (uint8_t)state;
  out->headcount = (uint8_t)headcount;
  return bpi_release_row_fits(out) ? BP_OK : damaged(error);
}

/* Window, edition, organisation and minimum of a release, in the columns from `first`. */
static int read_head(release *r, sqlite3_stmt *get, int first, bp_error **error) {
  int64_t window = 0, edition = 0, minimum = 0;
  int rc = bpi_sql_monday(get, first, &window, error);
  if (rc == BP_OK) rc = bpi_sql_between(get, first + 1, 1, UINT32_MAX, &edition, error);
  if (rc == BP_OK) rc = bpi_sql_text(get, first + 2, &r->organisation, error);
  if (rc == BP_OK) rc = bpi_sql_between(get, first + 3, 0, UINT8_MAX, &minimum, error);
  r->window = (uint32_t)window;
  r->edition = (uint32_t)edition;
  r->minimum = (uint32_t)minimum;
  return rc;
}

/* The text buffer is allocated in its full size first, so that pointers into it stay valid. */
typedef struct loading {
  release *r;
  char *text;
  size_t left, rows;
  unsigned char digest[BPI_DIGEST_BYTES]; /* of the file that was published */
} loading;

/* The index by which the size was summed may differ from the rows, if it is damaged. */
static int keep(const char **kept, loading *l, const char *name, bp_error **error) {
  size_t size = strlen(name) + 1;
  if (size > l->left) return damaged(error);
  *kept = memcpy(l->text, name, size);
  l->text += size;
  l->left -= size;
  return BP_OK;
}

static int load_head(loading *l, sqlite3_stmt *get, int64_t *id, bp_error **error) {
  release *r = l->r;
  int rc = read_head(r, get, 1, error);
  if (rc == BP_OK) rc = bpi_sql_blob(get, 7, l->digest, sizeof l->digest, error);
  if (rc != BP_OK) return rc;
  const char *organisation = r->organisation;
  *id = sqlite3_column_int64(get, 0);
  l->rows = (size_t)sqlite3_column_int64(get, 5);
  l->left = (size_t)sqlite3_column_int64(get, 6) + strlen(organisation) + 1;
  l->text = r->text = bpi_alloc(l->left);
  r->row = bpi_alloc_zero(l->rows, sizeof *r->row);
  if (r->text == NULL || r->row == NULL) return bpi_fail_nomem(error);
  return keep(&r->organisation, l, organisation, error);
}

static int load_rows(loading *l, sqlite3_stmt *get, bp_error **error) {
  int rc = BP_OK;
  while (l->r->rows < l->rows && (rc = bpi_sql_step(get, error)) > 0) {
    release_row *row = &l->r->row[l->r->rows++], read;
    rc = bpi_published_row(&read, get, 0, error);
    *row = read;
    if (rc == BP_OK) rc = keep(&row->scope, l, read.scope, error);
    if (rc == BP_OK) rc = keep(&row->slice, l, read.slice, error);
    if (rc != BP_OK) break;
  }
  return rc < 0 ? rc : BP_OK;
}

static int find_head(loading *l, store *s, const unsigned char *of, uint32_t window, int64_t *id,
                     bp_error **error) {
  sqlite3_stmt *get = of_week(
      s,
      "SELECT id, window, edition, organisation, minimum, (SELECT count(*) FROM published p WHERE "
      "p.release = r.id), (SELECT ifnull(sum(length(CAST(scope AS BLOB)) + length(CAST(slice AS BLOB)) + 2), 0) "
      "FROM published p WHERE p.release = r.id), digest FROM release r WHERE store = ?1 AND window = ?2",
      of, window, error);
  if (get == NULL) return bpi_error_code(*error);
  int rc = bpi_sql_step(get, error);
  if (rc > 0) {
    memcpy(l->r->store, of, BPI_PUBLIC_BYTES);
    rc = load_head(l, get, id, error);
  }
  sqlite3_finalize(get);
  return rc;
}

/* In an organisation's store, a release whose cells grew too old has none and keeps its digest; a
 * team's store has written another edition then. */
static int check_rows(const loading *l, const store *s, bp_error **error) {
  unsigned char digest[BPI_DIGEST_BYTES];
  if (!bpi_release_fits(l->r)) return damaged(error);
  if (l->rows == 0 && s->kind == STORE_ORGANISATION) return BP_OK;
  int rc = bpi_release_digest_of(digest, l->r, error);
  if (rc != BP_OK || memcmp(digest, l->digest, sizeof digest) == 0) return rc;
  return bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged: a published week was changed");
}

static int find_rows(loading *l, store *s, int64_t id, bp_error **error) {
  sqlite3_stmt *get =
      bpi_sql_once(s,
                   "SELECT scope, dimension, slice, measure, value, state, headcount FROM "
                   "published WHERE release = ?1 ORDER BY scope, dimension, slice, measure",
                   error);
  if (get == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(get, 1, id);
  int rc = load_rows(l, get, error);
  sqlite3_finalize(get);
  return rc == BP_OK ? check_rows(l, s, error) : rc;
}

int bpi_published_load(store *s, const unsigned char of[BPI_PUBLIC_BYTES], uint32_t window,
                       release *out, bp_error **error) {
  memset(out, 0, sizeof *out);
  loading l = {.r = out};
  int64_t id = 0;
  int rc = find_head(&l, s, of, window, &id, error);
  if (rc == BP_OK && out->organisation != NULL) rc = find_rows(&l, s, id, error);
  if (rc != BP_OK) bpi_release_free(out);
  return rc;
}

int bpi_published_head(store *s, const unsigned char of[BPI_PUBLIC_BYTES], uint32_t window,
                       release *out, int64_t *cells, bp_error **error) {
  memset(out, 0, sizeof *out);
  loading l = {.r = out};
  int64_t id = 0;
  int rc = find_head(&l, s, of, window, &id, error);
  *cells = (int64_t)l.rows;
  if (rc == BP_OK && out->organisation != NULL && l.rows == 0) rc = check_rows(&l, s, error);
  if (rc != BP_OK) bpi_release_free(out);
  return rc;
}

/* ----------------------------------------------------------------------------------- writing */

static int drop(store *s, const char *sql, const release *r, bp_error **error) {
  sqlite3_stmt *run = of_week(s, sql, r->store, r->window, error);
  int rc = bpi_sql_run(run, error);
  sqlite3_finalize(run);
  return rc;
}

int bpi_published_empty(store *s, const release *r, int64_t *cells, bp_error **error) {
  int rc =
      drop(s,
           "DELETE FROM published WHERE release = (SELECT id FROM release WHERE store = ?1 AND "
           "window = ?2)",
           r, error);
  if (rc == BP_OK) *cells += sqlite3_changes(s->db);
  return rc;
}

int bpi_published_note(store *s, const unsigned char of[BPI_PUBLIC_BYTES], uint32_t window,
                       trace *t, bp_error **error) {
  int rc = bpi_trace_add_rows(
      t,
      of_week(s,
              "SELECT release, scope, dimension, slice, measure, value, state, headcount FROM "
              "published WHERE release = (SELECT id FROM release WHERE store = ?1 AND window = ?2)",
              of, window, error),
      error);
  if (rc != BP_OK || s->kind != STORE_TEAM) return rc;
  sqlite3_stmt *seen = bpi_sql_once(
      s, "SELECT window, team, measure, member, value, until FROM individual WHERE window = ?1",
      error);
  if (seen != NULL) sqlite3_bind_int64(seen, 1, window);
  return bpi_trace_add_rows(t, seen, error);
}

static int drop_release(store *s, const release *r, bp_error **error) {
  int64_t cells = 0;
  int rc = bpi_published_empty(s, r, &cells, error);
  return rc == BP_OK ? drop(s, "DELETE FROM release WHERE store = ?1 AND window = ?2", r, error)
                     : rc;
}

static int write_head(store *s, const release *r, const unsigned char *digest, int64_t *id,
                      bp_error **error) {
  sqlite3_stmt *set = of_week(s,
                              "INSERT INTO release (store, window, edition, organisation, "
                              "minimum, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                              r->store, r->window, error);
  if (set == NULL) return bpi_error_code(*error);
  sqlite3_bind_int64(set, 3, r->edition);
  sqlite3_bind_text(set, 4, r->organisation, -1, SQLITE_STATIC);
  sqlite3_bind_int64(set, 5, r->minimum);
  sqlite3_bind_blob(set, 6, digest, BPI_DIGEST_BYTES, SQLITE_STATIC);
  int rc = bpi_sql_run(set, error);
  *id = sqlite3_last_insert_rowid(s->db);
  sqlite3_finalize(set);
  return rc;
}

static int write_rows(store *s, const release *r, int64_t id, bp_error **error) {
  sqlite3_stmt *set =
      bpi_sql_once(s,
                   "INSERT INTO published (release, scope, dimension, slice, measure, value, "
                   "state, headcount) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                   error);
  if (set == NULL) return bpi_error_code(*error);
  int rc = BP_OK;
  for (size_t i = 0; i < r->rows && rc == BP_OK; i++) {
    const release_row *row = &r->row[i];
    sqlite3_bind_int64(set, 1, id);
    sqlite3_bind_text(set, 2, row->scope, -1, SQLITE_STATIC);
    sqlite3_bind_int(set, 3, row->dimension);
    sqlite3_bind_text(set, 4, row->slice, -1, SQLITE_STATIC);
    sqlite3_bind_int(set, 5, row->measure);
    sqlite3_bind_int64(set, 6, row->value);
    sqlite3_bind_int(set, 7, row->state);
    sqlite3_bind_int(set, 8, row->headcount);
    rc = bpi_sql_run(set, error);
  }
  sqlite3_finalize(set);
  return rc;
}

int bpi_published_write(store *s, const release *r, const unsigned char digest[BPI_DIGEST_BYTES],
                        bp_error **error) {
  int64_t id = 0;
  int rc = drop_release(s, r, error);
  if (rc == BP_OK) rc = write_head(s, r, digest, &id, error);
  return rc == BP_OK ? write_rows(s, r, id, error) : rc;
}

int bpi_published_each(store *s, int (*row)(void *user, const release *r, int64_t cells),
                       void *user, bp_error **error) {
  sqlite3_stmt *get =
      bpi_sql_once(s,
                   "SELECT store, window, edition, organisation, minimum, (SELECT count(*) FROM "
                   "published p WHERE p.release = r.id) FROM release r ORDER BY window, store",
                   error);
  if (get == NULL) return bpi_error_code(*error);
  int rc;
  while ((rc = bpi_sql_step(get, error)) > 0) {
    release r = {.rows = 0};
    rc = read_head(&r, get, 1, error);
    if (rc == BP_OK) rc = bpi_sql_blob(get, 0, r.store, sizeof r.store, error);
    if (rc == BP_OK) rc = row(user, &r, sqlite3_column_int64(get, 5));
    if (rc != BP_OK) break;
  }
  sqlite3_finalize(get);
  return rc;
}

int bpi_published_check(store *s, bp_error **error) {
  int64_t strays = 0;
  int rc = bpi_sql_number(
      s, "SELECT EXISTS (SELECT 1 FROM published WHERE release NOT IN (SELECT id FROM release))",
      &strays, error);
  return rc == BP_OK && strays != 0 ? damaged(error) : rc;
}

/* -------------------------------------------------------------------------------------- trust */

int bpi_trusted_clear(store *s, bp_error **error) {
  return bpi_sql_exec(s, "DELETE FROM trusted", error);
}

int bpi_trusted_add(store *s, const unsigned char of[BPI_PUBLIC_BYTES], bp_error **error) {
  sqlite3_stmt *set = of_store(s, "INSERT OR IGNORE INTO trusted (store) VALUES (?1)", of, error);
  int rc = bpi_sql_run(set, error);
  sqlite3_finalize(set);
  return rc;
}

int bpi_trusted_has(store *s, const unsigned char of[BPI_PUBLIC_BYTES], bool *trusted,
                    bp_error **error) {
  sqlite3_stmt *get = of_store(s, "SELECT 1 FROM trusted WHERE store = ?1", of, error);
  *trusted = false;
  if (get == NULL) return bpi_error_code(*error);
  int rc = bpi_sql_step(get, error);
  *trusted = rc > 0;
  sqlite3_finalize(get);
  return rc < 0 ? rc : BP_OK;
}
