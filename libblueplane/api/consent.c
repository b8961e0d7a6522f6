/* api/consent.c: bp_consent_set: what a person allows others to see of the person alone. */
#include "api/consent.h"

#include <string.h>

#include "metrics/catalog.h"

bool bpi_consent_known_audience(const char *name, uint32_t *access) {
  for (*access = 0; bpi_access_name(*access) != NULL; ++*access)
    if (strcmp(bpi_access_name(*access), name) == 0)
      return bpi_policy_dimension(STORE_RELEASE, *access, "member");
  return false;
}

static int family_of(const char *name) {
  for (int family = 0; family < FAMILY_COUNT; family++)
    if (strcmp(bpi_family_name((metric_family)family), name) == 0) return family;
  return -1;
}

int bpi_consent_allows(bp_store *s, const char *purpose, const char *audience, bool *allowed,
                       int64_t *expires_us, bp_error **error) {
  consent_row last = {0};
  int64_t latest = 0;
  *allowed = false;
  int rc = bpi_store_latest(s->store, bpi_handle_now(s), &latest, error);
  if (rc == BP_OK) rc = bpi_consent_find(s->store, purpose, audience, &last, error);
  if (rc == BP_ERR_NOTFOUND) return BP_OK;
  *allowed = rc == BP_OK && last.granted && last.at_us <= latest && latest < last.expires_us;
  *expires_us = last.expires_us;
  return rc;
}

int bpi_consent_families(bp_store *s, const char *audience, uint32_t *families, int64_t *expires_us,
                         bp_error **error) {
  int rc = BP_OK;
  *families = 0;
  *expires_us = INT64_MAX;
  for (int family = 0; family < FAMILY_COUNT && rc == BP_OK; family++) {
    bool allowed = false;
    int64_t expires = 0;
    rc = bpi_consent_allows(s, bpi_family_name((metric_family)family), audience, &allowed, &expires,
                            error);
    if (rc != BP_OK || !allowed) continue;
    *families |= UINT32_C(1) << family;
    if (expires < *expires_us) *expires_us = expires;
  }
  return rc;
}

/* ------------------------------------------------------------------------------- exported call */

static int check(const char *purpose, const char *audience, int granted, bp_error **error) {
  uint32_t access;
  if (purpose == NULL || audience == NULL || (granted != 0 && granted != 1))
    return bpi_fail(error, BP_ERR_INVALID, "a purpose, an audience and 0 or 1 are needed");
  if (family_of(purpose) < 0) {
    bpi_fail(error, BP_ERR_NOTFOUND, "there is no such family of metrics");
    bpi_fail_detail(error, "name", purpose);
    return bpi_fail_detail(error, "hint", "bp_catalog \"metrics\" lists them");
  }
  if (bpi_consent_known_audience(audience, &access)) return BP_OK;
  bpi_fail(error, BP_ERR_UNSUPPORTED, "nobody's own numbers are ever shown to this audience");
  bpi_fail_detail(error, "name", audience);
  return bpi_fail_detail(error, "allowed", "lead");
}

/* Not retroactive: it begins now, by the latest time ever seen. */
static int set(bp_store *s, const char *purpose, const char *audience, bool granted,
               int64_t expires_us, bp_error **error) {
  int64_t latest = 0;
  if (bpi_store_read_only(s->store))
    return bpi_fail(error, BP_ERR_READONLY, "the handle is read-only");
  int rc = bpi_store_latest(s->store, bpi_handle_now(s), &latest, error);
  if (rc != BP_OK) return rc;
  if (granted && (expires_us <= latest || expires_us - latest > CONSENT_MOST_US)) {
    bpi_fail(error, BP_ERR_INVALID, "consent ends in the future, within 180 days");
    return bpi_fail_detail(error, "name", "expires_us");
  }
  consent_row row = {purpose, audience, granted, latest, expires_us, true};
  return bpi_consent_add(s->store, &row, error);
}

int bp_consent_set(bp_store *s, const char *purpose, const char *audience, int granted,
                   int64_t expires_us, bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  int rc = bpi_enter(s, "bp_consent_set", NULL, error);
  if (rc == BP_OK) {
    rc = check(purpose, audience, granted, error);
    if (rc == BP_OK) rc = set(s, purpose, audience, granted != 0, expires_us, error);
    rc = bpi_leave(s, rc);
  }
  return bpi_error_end(rc, unseen);
}
