/* api/merge.c: bp_share_merge and bp_share_describe: received bundles and releases. Everything is
 * checked before anything is written. Merging twice, or in another order, results in the same
 * store. */
#include <string.h>

#include "api/heard.h"
#include "api/inspection.h"
#include "api/team.h"
#include "base/mem.h"
#include "privacy/bundle.h"
#include "privacy/invitation.h"
#include "privacy/release.h"
#include "store/person.h"
#include "store/published.h"
#include "store/team.h"
#include "store/transaction.h"

/* What a merge did, as one row. */
typedef struct merged {
  const char *kind, *outcome; /* "added", "replaced", "known"; NULL: a bundle with consent only */
  int64_t window, revision, cells;
  const char *from;    /* member or organisation */
  const char *consent; /* of a member: *how of bpi_hear (api/heard.h) */
  int64_t withdrawn;   /* rows that the lead may no longer see */
  bool cleared;        /* their bytes are gone, too */
} merged;

static int make_result(bp_result **out, const merged *m, bp_error **error) {
  bp_result *t = bpi_table_new();
  if (t == NULL) return bpi_fail_nomem(error);
  COLUMNS(t, {BP_TYPE_TEXT, "kind", NULL}, {BP_TYPE_TEXT, "window", NULL},
          {BP_TYPE_TEXT, "from", NULL}, {BP_TYPE_INT, "revision", NULL},
          {BP_TYPE_INT, "cells", "count"}, {BP_TYPE_TEXT, "outcome", NULL},
          {BP_TYPE_TEXT, "consent", NULL}, {BP_TYPE_INT, "withdrawn", "count"});
  bpi_table_meta(t, "topic", "merge");
  bpi_table_add_row(t);
  set_text(t, 0, m->kind);
  set_text(t, 2, m->from);
  if (m->outcome != NULL) {
    set_week(t, 1, m->window);
    bpi_table_set_int(t, 3, m->revision);
    bpi_table_set_int(t, 4, m->cells);
    set_text(t, 5, m->outcome);
  }
  set_text(t, 6, m->consent);
  if (m->consent != NULL) bpi_table_set_int(t, 7, m->withdrawn);
  if (m->withdrawn > 0) bpi_table_meta(t, "status", m->cleared ? "erased" : "pending");
  return bpi_table_finish(out, t, error);
}

/* ------------------------------------------------------------------------------------ bundles */

/* A received bundle on its way into a team's store. */
typedef struct arrival {
  bp_store *handle;
  unsigned char *data; /* signed bytes */
  size_t length;
  bundle bundle;
  roster *latest;
  const roster_member *member; /* of the latest roster */
} arrival;

static int open_envelope(arrival *a, const void *sealed, size_t length, bp_error **error) {
  sign_keys keys;
  int rc = bpi_team_keys(&keys, a->handle, error);
  if (rc != BP_OK) return rc;
  rc = bpi_bundle_open(&a->data, &a->length, sealed, length, &keys, error);
  if (rc == BP_OK) rc = bpi_bundle_read(&a->bundle, a->data, a->length, error);
  if (rc == BP_OK && memcmp(a->bundle.store, keys.open.sign, BPI_PUBLIC_BYTES) != 0)
    rc = bpi_refuse(error, BP_ERR_DENIED, "store", "the bundle was made for another store");
  bpi_sign_wipe(&keys);
  return rc;
}

/* The cells number projects as in the roster that the device had. */
static int check_projects(const arrival *a, bp_error **error) {
  roster *known = NULL;
  int rc = bpi_team_roster(&known, a->handle, a->bundle.roster_version, error);
  if (rc != BP_OK) return rc;
  if (known == NULL)
    rc = bpi_refuse(error, BP_ERR_DENIED, "unknown_roster",
                    "the bundle refers to a roster that this store does not have");
  else if (!bpi_vector_valid(a->bundle.cell, a->bundle.cells, (int)known->projects + 1))
    rc = bpi_refuse(error, BP_ERR_FORMAT, "malformed", "the bundle names an unknown project");
  bpi_roster_free(known);
  return rc;
}

static int find_sender(arrival *a, bp_error **error) {
  int rc = bpi_team_roster(&a->latest, a->handle, 0, error);
  if (rc != BP_OK) return rc;
  if (a->latest == NULL)
    return bpi_refuse(error, BP_ERR_DENIED, "no_roster", "the store has no roster yet");
  a->member = bpi_roster_device(a->latest, a->bundle.device);
  return a->member != NULL ? BP_OK
                           : bpi_refuse(error, BP_ERR_DENIED, "unknown_device",
                                        "no member of the roster has this device");
}

static int check_sender(const arrival *a, bp_error **error) {
  if (!a->member->active)
    return bpi_refuse(error, BP_ERR_DENIED, "revoked_member", "the member is no longer active");
  return check_projects(a, error);
}

static int check_week(const arrival *a, bp_error **error) {
  int64_t now = 0, edition;
  bool published = false;
  unsigned char digest[BPI_DIGEST_BYTES];
  int rc = bpi_team_now(&now, a->handle, error);
  if (rc == BP_OK)
    rc = bpi_published_find(a->handle->store, a->bundle.store, a->bundle.window, &published,
                            &edition, digest, error);
  if (rc != BP_OK) return rc;
  week_state state = bpi_week_state(a->bundle.window, a->latest->grace_days, now);
  if (state == WEEK_RUNNING)
    return bpi_refuse(error, BP_ERR_DENIED, "not_over", "the week is not over");
  return state == WEEK_OPEN && !published
             ? BP_OK
             : bpi_refuse(error, BP_ERR_DENIED, "closed", "the week is closed");
}

/* An erased contribution must not return with the same file. */
static int check_erased(const arrival *a, bp_error **error) {
  int64_t revision = FORGOTTEN_NONE;
  int rc = bpi_forgotten(a->handle->store, a->bundle.device, a->bundle.window, &revision, error);
  return rc == BP_OK && revision >= a->bundle.revision
             ? bpi_refuse(error, BP_ERR_DENIED, "erased", "this bundle of the week was erased")
             : rc;
}

static int put(const arrival *a, merged *m, bool *conflicting, bp_error **error) {
  contribution c = {.window = a->bundle.window,
                    .member = a->member->id,
                    .revision = a->bundle.revision,
                    .payload = a->data,
                    .length = a->length};
  contribution found;
  memcpy(c.device, a->bundle.device, sizeof c.device);
  bpi_bundle_digest(a->data, a->length, c.digest);
  int rc = check_erased(a, error);
  if (rc == BP_OK) rc = bpi_contribution_get(a->handle->store, &c, &found, error);
  if (rc != BP_OK) return rc;
  if (found.revision > c.revision)
    return bpi_refuse(error, BP_ERR_DENIED, "old_revision",
                      "a later bundle of the week is already stored");
  m->outcome = found.revision == 0 ? "added" : "replaced";
  if (found.revision < c.revision) return bpi_contribution_put(a->handle->store, &c, error);
  m->outcome = "known";
  *conflicting = found.payload == NULL || memcmp(found.digest, c.digest, sizeof c.digest) != 0;
  if (!*conflicting || found.payload == NULL) return BP_OK;
  /* Two bundles of one revision differ: neither counts, whichever came first. */
  memset(c.digest, 0, sizeof c.digest);
  c.payload = NULL;
  return bpi_contribution_put(a->handle->store, &c, error);
}

/* The consent statement of every bundle signed by a member is recorded, even if its numbers come
 * too late, so that a withdrawal is never refused. */
static int hear(arrival *a, merged *m, bp_error **error) {
  store *s = a->handle->store;
  int rc = bpi_transaction_begin(s, error);
  if (rc != BP_OK) return rc;
  rc = find_sender(a, error);
  if (rc == BP_OK)
    rc = bpi_hear(a->handle, a->member, &a->bundle, &m->consent, &m->withdrawn, error);
  rc = bpi_transaction_end(s, rc, error);
  if (rc != BP_OK) m->withdrawn = 0;
  return m->withdrawn > 0 ? bpi_team_clear_traces(a->handle, &m->cleared, error) : rc;
}

static int take_numbers(arrival *a, merged *m, bool *conflicting, bp_error **error) {
  int rc = bpi_transaction_begin(a->handle->store, error);
  if (rc != BP_OK) return rc;
  rc = check_sender(a, error);
  if (rc == BP_OK) rc = check_week(a, error);
  if (rc == BP_OK) rc = put(a, m, conflicting, error);
  return bpi_transaction_end(a->handle->store, rc, error);
}

static int merge_bundle(bp_result **out, arrival *a, const void *sealed, size_t length,
                        bp_error **error) {
  bool conflicting = false;
  int rc = open_envelope(a, sealed, length, error);
  if (rc != BP_OK) return rc;
  bool numbers = a->bundle.kind == BUNDLE_CONTRIBUTION;
  merged m = {.kind = numbers ? "contribution" : "consent",
              .window = a->bundle.window,
              .revision = a->bundle.revision,
              .cells = (int64_t)a->bundle.cells};
  rc = hear(a, &m, error);
  if (rc == BP_OK && numbers) rc = take_numbers(a, &m, &conflicting, error);
  if (rc == BP_OK && conflicting)
    rc = bpi_refuse(error, BP_ERR_DENIED, "conflict",
                    "two bundles of this revision differ; neither counts");
  m.from = a->member == NULL ? NULL : a->member->id;
  if (rc == BP_OK) return make_result(out, &m, error);
  return m.withdrawn > 0 ? bpi_fail_detail_int(error, "withdrawn", m.withdrawn) : rc;
}

static int merge_into_team(bp_result **out, bp_store *s, const void *data, size_t length,
                           bp_error **error) {
  arrival a = {.handle = s};
  int rc = merge_bundle(out, &a, data, length, error);
  bpi_free_wiped(a.data, a.length);
  bpi_bundle_free(&a.bundle);
  bpi_roster_free(a.latest);
  return rc;
}

/* ----------------------------------------------------------------------------------- releases */

/* A later edition may only withdraw cells: published cells are never computed again. */
static bool only_withdraws(const release *later, const release *before) {
  size_t at = 0;
  if (later->minimum != before->minimum || strcmp(later->organisation, before->organisation) != 0)
    return false;
  for (size_t i = 0; i < later->rows; i++, at++) {
    const release_row *row = &later->row[i];
    while (at < before->rows && bpi_release_compare(&before->row[at], row) < 0)
      at++;
    if (at == before->rows || bpi_release_compare(&before->row[at], row) != 0) return false;
    const release_row *was = &before->row[at];
    if (was->value != row->value || was->state != row->state || was->headcount != row->headcount)
      return false;
  }
  return true;
}

static int check_edition(bp_store *s, const release *received, const unsigned char *digest,
                         merged *m, bp_error **error) {
  unsigned char known[BPI_DIGEST_BYTES];
  int64_t edition = 0;
  bool found = false;
  release before;
  m->outcome = "added";
  int rc = bpi_published_find(s->store, received->store, received->window, &found, &edition, known,
                              error);
  if (rc != BP_OK || !found) return rc;
  if (edition > received->edition)
    return bpi_refuse(error, BP_ERR_DENIED, "old_revision",
                      "a later edition of the week is already stored");
  m->outcome = edition == received->edition ? "known" : "replaced";
  if (edition == received->edition)
    return memcmp(known, digest, sizeof known) == 0
               ? BP_OK
               : bpi_refuse(error, BP_ERR_DENIED, "conflict", "two releases of one edition differ");
  rc = bpi_published_load(s->store, received->store, received->window, &before, error);
  if (rc == BP_OK && !only_withdraws(received, &before))
    rc = bpi_refuse(error, BP_ERR_DENIED, "recomputed",
                    "a later edition can only withdraw cells, and this one changes them");
  bpi_release_free(&before);
  return rc;
}

/* An organisation does not know how long a week stays open, as that is in the roster; but no store
 * can have published a week that is not over. */
static int check_over(bp_store *s, const release *received, bp_error **error) {
  int64_t now = 0;
  int rc = bpi_team_now(&now, s, error);
  if (rc != BP_OK || bpi_week_state(received->window, 0, now) != WEEK_RUNNING) return rc;
  return bpi_refuse(error, BP_ERR_DENIED, "not_over", "the week is not over");
}

static int put_release(bp_store *s, const release *received, const unsigned char *digest, merged *m,
                       bp_error **error) {
  bool trusted = false;
  int rc = bpi_trusted_has(s->store, received->store, &trusted, error);
  if (rc == BP_OK && !trusted)
    rc = bpi_refuse(error, BP_ERR_DENIED, "untrusted",
                    "it was not signed by a store that this organisation trusts");
  if (rc == BP_OK) rc = check_over(s, received, error);
  if (rc == BP_OK) rc = check_edition(s, received, digest, m, error);
  if (rc == BP_OK && strcmp(m->outcome, "known") != 0)
    rc = bpi_published_write(s->store, received, digest, error);
  return rc;
}

static int merge_into_organisation(bp_result **out, bp_store *s, const void *data, size_t length,
                                   bp_error **error) {
  unsigned char digest[BPI_DIGEST_BYTES];
  release received;
  int rc = bpi_release_read(&received, data, length, error);
  if (rc != BP_OK) return rc;
  bpi_release_digest(data, length, digest);
  merged m = {.kind = "release",
              .window = received.window,
              .revision = received.edition,
              .cells = (int64_t)received.rows,
              .from = received.organisation};
  rc = bpi_transaction_begin(s->store, error);
  if (rc == BP_OK)
    rc = bpi_transaction_end(s->store, put_release(s, &received, digest, &m, error), error);
  if (rc == BP_OK) rc = make_result(out, &m, error);
  bpi_release_free(&received);
  return rc;
}

static int merge(bp_result **out, bp_store *s, const void *data, size_t length, bp_error **error) {
  if (bpi_store_read_only(s->store))
    return bpi_fail(error, BP_ERR_READONLY, "the handle is read-only");
  if (bpi_lead_is(data, length))
    return bpi_refuse(error, BP_ERR_DENIED, "lead_file",
                      "a lead's file is only for the lead and cannot be merged");
  return bpi_store_kind(s->store) == STORE_TEAM
             ? merge_into_team(out, s, data, length, error)
             : merge_into_organisation(out, s, data, length, error);
}

int bp_share_merge(bp_result **out, bp_store *s, const void *bundle_bytes, size_t length,
                   bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  if (out != NULL) *out = NULL;
  int rc = out == NULL || bundle_bytes == NULL
               ? bpi_fail(error, BP_ERR_INVALID, "a bundle and a place for the result are needed")
               : bpi_enter(s, "bp_share_merge", NULL, error);
  if (rc == BP_OK) rc = bpi_leave(s, merge(out, s, bundle_bytes, length, error));
  return bpi_error_end(rc, unseen);
}

/* --------------------------------------------------------------------------------- describing */

/* A bundle is sealed, so only the store it is for can be shown. */
static int describe_bundle(bp_result *t, const void *data, size_t length, bp_error **error) {
  unsigned char key[BPI_PUBLIC_BYTES];
  int rc = bpi_bundle_envelope(key, data, length, error);
  if (rc != BP_OK) return rc;
  fact_text(t, "kind", "bundle");
  fact_key(t, "store", key);
  return BP_OK;
}

/* For a lead's file, does not show its members. */
static int describe_release(bp_result *t, const void *data, size_t length, bp_error **error) {
  release r;
  char name[16];
  bool lead = bpi_lead_is(data, length);
  int rc = lead ? bpi_lead_read(&r, data, length, error)
                : bpi_release_read(&r, data, length, error);
  if (rc != BP_OK) return rc;
  fact_text(t, "kind", lead ? "lead's file" : "release");
  fact_key(t, "store", r.store);
  fact_text(t, "organisation", r.organisation);
  if (lead) fact_text(t, "team", r.team);
  bpi_format_week(r.window, name);
  fact_text(t, "window", name);
  fact_number(t, "edition", r.edition);
  fact_number(t, "minimum", r.minimum);
  fact_number(t, "cells", (int64_t)r.rows);
  bpi_release_free(&r);
  return BP_OK;
}

static int describe_roster(bp_result *t, const roster *r, bp_error **error) {
  int rc = bpi_roster_verify(r, r->store.sign, error);
  if (rc != BP_OK) return rc;
  fact_text(t, "kind", "roster");
  fact_key(t, "store", r->store.sign);
  fact_text(t, "organisation", r->organisation);
  fact_number(t, "version", r->version);
  fact_number(t, "minimum", r->minimum);
  fact_number(t, "members", (int64_t)r->members);
  return BP_OK;
}

/* Describes an invitation, or else a roster: only what has the form of neither is malformed. */
static int describe_document(bp_result *t, const char *json, size_t length, bp_error **error) {
  public_keys key;
  int rc = bpi_invitation_read(&key, json, length, error);
  if (rc == BP_OK) {
    fact_text(t, "kind", "invitation");
    fact_key(t, "store", key.sign);
  }
  if (rc != BP_ERR_FORMAT) return rc;
  bpi_error_free(*error);
  *error = NULL;
  roster *r = NULL;
  rc = bpi_roster_parse(&r, json, length, true, error);
  if (rc == BP_OK) rc = describe_roster(t, r, error);
  bpi_roster_free(r);
  return rc;
}

static int describe(bp_result **out, const void *data, size_t length, bp_error **error) {
  bp_result *t = bpi_table_new();
  if (t == NULL) return bpi_fail_nomem(error);
  fact_columns(t);
  bpi_table_meta(t, "topic", "describe");
  int rc = bpi_bundle_is(data, length) ? describe_bundle(t, data, length, error)
           : bpi_release_is(data, length) || bpi_lead_is(data, length)
               ? describe_release(t, data, length, error)
               : describe_document(t, data, length, error);
  if (rc == BP_OK) {
    fact_number(t, "bytes", (int64_t)length);
    return bpi_table_finish(out, t, error);
  }
  bpi_table_release(t);
  return rc;
}

int bp_share_describe(bp_result **out, const void *bundle_bytes, size_t length, bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  if (out != NULL) *out = NULL;
  int rc = out == NULL || bundle_bytes == NULL
               ? bpi_fail(error, BP_ERR_INVALID, "bytes and a place for the result are needed")
           : bpi_hash_init() != BP_OK
               ? bpi_fail(error, BP_ERR_INTERNAL, "the cryptographic library cannot start")
               : describe(out, bundle_bytes, length, error);
  return bpi_error_end(rc, unseen);
}
