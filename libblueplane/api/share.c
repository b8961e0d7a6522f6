/* api/share.c: bp_share_export: what leaves a personal store for a team. A week becomes a vector;
 * the vector and the person's consent become a signed bundle; the bundle is sealed for the team's
 * store. The store records it (store/sharing.h) before it leaves. */
#include <string.h>

#include "api/consent.h"
#include "api/context.h"
#include "api/team.h"
#include "base/mem.h"
#include "base/time.h"
#include "metrics/contribution.h"
#include "privacy/bundle.h"
#include "store/sharing.h"

#define DAY_US (86400 * BPI_SECOND)

/* One week on its way out. */
typedef struct departure {
  bp_store *handle;
  joined_team team;
  sign_keys keys;
  roster *roster;
  const roster_member *me;
  shared_week ledger;
  bundle bundle;
  unsigned char *data; /* signed bytes */
  size_t length;
} departure;

/* --------------------------------------------------------------------------------------- checks */

static int find_team(departure *d, bp_error **error) {
  int rc = bpi_joined_get(d->handle->store, &d->team, error);
  if (rc == BP_OK && !d->team.joined)
    return bpi_refuse(error, BP_ERR_NOTFOUND, "not_joined", "no team store was joined");
  if (rc == BP_OK) rc = bpi_team_keys(&d->keys, d->handle, error);
  memcpy(d->bundle.store, d->team.keys.sign, sizeof d->bundle.store);
  memcpy(d->bundle.device, d->keys.open.sign, sizeof d->bundle.device);
  return rc;
}

static int find_myself(departure *d, bp_error **error) {
  int rc = bpi_team_roster_checked(&d->roster, d->handle, 0, error);
  if (rc == BP_OK && d->roster == NULL)
    return bpi_refuse(error, BP_ERR_NOTFOUND, "no_roster",
                      "the team's roster has not been received yet");
  if (rc != BP_OK) return rc;
  d->me = bpi_roster_device(d->roster, d->keys.open.sign);
  if (d->me == NULL)
    return bpi_refuse(error, BP_ERR_DENIED, "unknown_device",
                      "the roster does not have this device");
  return d->me->active ? BP_OK
                       : bpi_refuse(error, BP_ERR_DENIED, "revoked_member",
                                    "this member is not active in the roster");
}

/* Checks that the roster has enough active members to hide this person's numbers among them. */
static int check_company(const departure *d, bp_error **error) {
  size_t active = bpi_roster_active(d->roster, d->me->team);
  if (d->me->service || active >= (size_t)d->team.minimum) return BP_OK;
  bpi_refuse(error, BP_ERR_CONSENT, "too_few",
             "the team has fewer active people than this person wants");
  return bpi_fail_detail_int(error, "minimum", d->team.minimum);
}

/* Less careful terms of the roster need the person's agreement first. */
static int check_terms(const departure *d, bp_error **error) {
  roster *agreed = NULL;
  int rc = bpi_team_roster_checked(&agreed, d->handle, d->team.agreed, error);
  if (rc != BP_OK) return rc;
  bool careful = agreed == NULL || bpi_roster_as_careful(d->roster, agreed);
  bpi_roster_free(agreed);
  if (careful) return BP_OK;
  bpi_refuse(error, BP_ERR_CONSENT, "terms",
             "the roster asks for fewer people behind a number, or keeps a week open longer, than "
             "this person agreed to");
  return bpi_fail_detail_int(error, "roster", d->roster->version);
}

static int check_week(const departure *d, bp_error **error) {
  int64_t now = 0;
  bool elsewhere = false;
  int rc = bpi_team_now(&now, d->handle, error);
  if (rc != BP_OK) return rc;
  week_state state = bpi_week_state(d->bundle.window, d->roster->grace_days, now);
  if (state == WEEK_RUNNING)
    return bpi_refuse(error, BP_ERR_DENIED, "not_over", "the week is not over");
  if (state == WEEK_CLOSED) return bpi_refuse(error, BP_ERR_DENIED, "closed", "the week is closed");
  rc = bpi_shared_elsewhere(d->handle->store, d->bundle.window, d->team.keys.sign, &elsewhere,
                            error);
  return rc != BP_OK || !elsewhere
             ? rc
             : bpi_refuse(error, BP_ERR_DENIED, "elsewhere", "the week went to another store");
}

/* ---------------------------------------------------------------------------------- what leaves */

static int project_slice(void *user, const char *folder, size_t length) {
  const departure *d = user;
  size_t project = folder == NULL ? ROSTER_NONE : bpi_roster_project_of(d->roster, folder, length);
  return project == ROSTER_NONE ? SLICE_OTHER : (int)project + 1;
}

static int read_week(departure *d, bp_error **error) {
  source_cover covers[SOURCES_MAX];
  compute_context context = bpi_context(d->handle, covers);
  int64_t from = (int64_t)d->bundle.window * DAY_US;
  return bpi_contribution_read(&d->bundle.cell, &d->bundle.cells, &context, from, from + 7 * DAY_US,
                               project_slice, d, error);
}

static int write_signed(departure *d, bp_error **error) {
  return bpi_bundle_write(&d->data, &d->length, &d->bundle, &d->keys, error);
}

static int write_revision(departure *d, uint32_t revision, unsigned char digest[BPI_DIGEST_BYTES],
                          bp_error **error) {
  bpi_free(d->data);
  d->data = NULL;
  d->bundle.revision = revision;
  int rc = write_signed(d, error);
  if (rc == BP_OK) bpi_bundle_digest(d->data, d->length, digest);
  return rc;
}

/* The same revision as before if nothing changed, else the next one. */
static int write_bundle(departure *d, bp_error **error) {
  unsigned char digest[BPI_DIGEST_BYTES];
  shared_week *before = &d->ledger;
  before->window = d->bundle.window;
  int rc = bpi_consent_say(d->handle, &d->bundle, error);
  if (rc == BP_OK) rc = bpi_shared_get(d->handle->store, before, error);
  if (rc != BP_OK) return rc;
  if (before->revision > 0) {
    rc = write_revision(d, (uint32_t)before->revision, digest, error);
    if (rc != BP_OK || memcmp(digest, before->digest, sizeof digest) == 0) return rc;
  }
  rc = write_revision(d, (uint32_t)before->revision + 1, digest, error);
  if (rc != BP_OK) return rc;
  memcpy(before->store, d->team.keys.sign, sizeof before->store);
  memcpy(before->digest, digest, sizeof digest);
  before->revision++;
  before->cells = (int64_t)d->bundle.cells;
  before->shared_us = bpi_handle_now(d->handle);
  return bpi_shared_set(d->handle->store, before, error);
}

/* In one transaction, so that a later revision of a week, from any handle, includes later facts. */
static int make_bundle(departure *d, bp_error **error) {
  int64_t minimum = d->team.minimum > d->roster->minimum ? d->team.minimum : d->roster->minimum;
  d->bundle.kind = BUNDLE_CONTRIBUTION;
  d->bundle.minimum = (uint8_t)minimum;
  d->bundle.roster_version = (uint32_t)d->roster->version;
  int rc = bpi_read_begin_writing(d->handle->store, error);
  if (rc != BP_OK) return rc;
  rc = read_week(d, error);
  if (rc == BP_OK) rc = write_bundle(d, error);
  return bpi_read_end_writing(d->handle->store, rc, error);
}

static int make_week(departure *d, const char *window, bp_error **error) {
  int64_t monday = 0;
  int rc = bpi_week_read(&monday, window, error);
  d->bundle.window = (uint32_t)monday;
  if (rc == BP_OK) rc = find_team(d, error);
  if (rc == BP_OK) rc = find_myself(d, error);
  if (rc == BP_OK) rc = check_company(d, error);
  if (rc == BP_OK) rc = check_terms(d, error);
  if (rc == BP_OK) rc = check_week(d, error);
  return rc == BP_OK ? make_bundle(d, error) : rc;
}

/* Possible at any time for anyone who joined, even if no longer active, so that consent can always
 * be withdrawn. */
static int make_consent(departure *d, const char *window, bp_error **error) {
  if (window != NULL) return bpi_fail(error, BP_ERR_INVALID, "consent is not exported for a week");
  d->bundle.kind = BUNDLE_CONSENT;
  int rc = find_team(d, error);
  if (rc == BP_OK) rc = bpi_consent_say(d->handle, &d->bundle, error);
  return rc == BP_OK ? write_signed(d, error) : rc;
}

static const struct audience {
  const char *name;
  int (*make)(departure *d, const char *window, bp_error **error);
} audiences[] = {{"team", make_week}, {"lead", make_consent}};

static const struct audience *find_audience(const char *name) {
  if (name == NULL) return &audiences[0];
  for (size_t i = 0; i < sizeof audiences / sizeof *audiences; i++)
    if (strcmp(audiences[i].name, name) == 0) return &audiences[i];
  return NULL;
}

static int export(void **out, size_t *length, bp_store *s, const char *audience, const char *window,
                  bp_error **error) {
  departure d = {.handle = s};
  unsigned char *sealed = NULL;
  const struct audience *to = find_audience(audience);
  if (bpi_store_read_only(s->store))
    return bpi_fail(error, BP_ERR_READONLY, "the handle is read-only");
  if (to == NULL) {
    bpi_fail(error, BP_ERR_NOTFOUND, "unknown audience");
    return bpi_fail_detail(error, "allowed", "team, lead");
  }
  int rc = to->make(&d, window, error);
  if (rc == BP_OK) rc = bpi_bundle_seal(&sealed, length, d.data, d.length, &d.team.keys, error);
  *out = sealed;
  bpi_free_wiped(d.data, d.length);
  bpi_bundle_free(&d.bundle);
  bpi_roster_free(d.roster);
  bpi_sign_wipe(&d.keys);
  return rc;
}

int bp_share_export(void **out, size_t *length, bp_store *s, const char *audience,
                    const char *window, bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  if (out != NULL) *out = NULL;
  int rc = out == NULL || length == NULL
               ? bpi_fail(error, BP_ERR_INVALID, "no place for the bundle or its length")
               : bpi_enter(s, "bp_share_export", NULL, error);
  if (rc == BP_OK) rc = bpi_leave(s, export(out, length, s, audience, window, error));
  return bpi_error_end(rc, unseen);
}
