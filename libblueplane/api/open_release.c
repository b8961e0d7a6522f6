/* api/open_release.c: opens a release file or a lead's file: verifies it and puts its cells into
 * a store in memory, so that published cells are always read the same way. Never writes to the
 * file. */
#include <string.h>

#include "api/team.h"
#include "base/file.h"
#include "base/mem.h"
#include "privacy/invitation.h"
#include "privacy/release.h"
#include "store/individual.h"
#include "store/published.h"
#include "store/store.h"
#include "store/transaction.h"

#define INVITATION_FILE_MAX 4096

int bpi_release_file(const char *path, store_kind *kind) {
  char head[8];
  int rc = bpi_store_first_bytes(path, head, sizeof head);
  if (rc != BP_OK) return rc;
  *kind = bpi_lead_is(head, sizeof head) ? STORE_LEAD : STORE_RELEASE;
  return *kind == STORE_LEAD || bpi_release_is(head, sizeof head) ? BP_OK : BP_ERR_NOTFOUND;
}

/* Checks that the key in the invitation file signed the release. */
static int check_signer(const release *r, const char *invitation, bp_error **error) {
  char *json = NULL;
  size_t length = 0;
  public_keys pinned;
  if (invitation == NULL) return BP_OK;
  int rc = bpi_file_load(&json, &length, invitation, INVITATION_FILE_MAX, error);
  if (rc == BP_OK) rc = bpi_invitation_read(&pinned, json, length, error);
  bpi_free(json);
  if (rc != BP_OK || memcmp(pinned.sign, r->store, sizeof pinned.sign) == 0) return rc;
  return bpi_refuse(error, BP_ERR_DENIED, "untrusted", "another store signed the release");
}

static int read_file(release *r, unsigned char digest[BPI_DIGEST_BYTES], store_kind kind,
                     const char *path, bp_error **error) {
  char *data = NULL;
  size_t length = 0;
  int rc = bpi_hash_init();
  if (rc != BP_OK) return bpi_fail(error, rc, "the cryptographic library cannot start");
  rc = bpi_file_load(&data, &length, path, RELEASE_BYTES_MAX, error);
  if (rc == BP_OK)
    rc = kind == STORE_LEAD ? bpi_lead_read(r, data, length, error)
                            : bpi_release_read(r, data, length, error);
  if (rc == BP_OK) bpi_release_digest(data, length, digest);
  bpi_free(data);
  return rc;
}

static int write_views(store *s, const release *r, bp_error **error) {
  individual_row *rows = bpi_alloc_zero(r->views, sizeof *rows);
  if (rows == NULL) return bpi_fail_nomem(error);
  for (size_t i = 0; i < r->views; i++)
    rows[i] = (individual_row){.window = r->window,
                               .team = r->team,
                               .member = r->view[i].member,
                               .measure = r->view[i].measure,
                               .value = r->view[i].value,
                               .until = r->view[i].until};
  int rc = bpi_individual_add(s, rows, r->views, error);
  bpi_free(rows);
  return rc;
}

static int fill(store *s, const release *r, const unsigned char digest[BPI_DIGEST_BYTES],
                bp_error **error) {
  int rc = bpi_published_write(s, r, digest, error);
  return rc == BP_OK && r->views > 0 ? write_views(s, r, error) : rc;
}

int bpi_open_release(store **out, char **team, store_kind kind, const char *path,
                     const char *invitation, int64_t now_us, bp_error **error) {
  const store_options options = {.in_memory = true, .create = kind, .now_us = now_us};
  unsigned char digest[BPI_DIGEST_BYTES];
  release r;
  *out = NULL;
  int rc = read_file(&r, digest, kind, path, error);
  if (rc != BP_OK) return bpi_fail_detail(error, "path", path);
  rc = check_signer(&r, invitation, error);
  if (rc == BP_OK && r.team != NULL && (*team = bpi_strndup(r.team, strlen(r.team))) == NULL)
    rc = bpi_fail_nomem(error);
  if (rc == BP_OK) rc = bpi_store_open(out, NULL, &options, error);
  if (rc == BP_OK) rc = bpi_transaction_begin(*out, error);
  if (rc == BP_OK) rc = bpi_transaction_end(*out, fill(*out, &r, digest, error), error);
  bpi_release_free(&r);
  if (rc == BP_OK) return BP_OK;
  bpi_store_close(*out);
  *out = NULL;
  return rc;
}
