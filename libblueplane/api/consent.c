/* api/consent.c: bp_consent_set, which records what a person allows others to see of that person
 * alone, and the evaluation of all recorded consents. */
#include "api/consent.h"

#include <string.h>

#include "base/time.h"
#include "metrics/catalog.h"
#include "store/transaction.h"

_Static_assert((int)FAMILY_COUNT <= (int)AGREEMENT_FAMILIES, "bundles have room for each");
_Static_assert((int)FAMILY_COUNT <= (int)AGREEMENTS_MAX, "and for all");

/* Whether the policy ever allows an audience to see single people; sets its access. */
static bool is_audience(const char *name, uint32_t *access) {
  for (*access = 0; bpi_access_name(*access) != NULL; ++*access)
    if (strcmp(bpi_access_name(*access), name) == 0)
      return bpi_policy_dimension(STORE_LEAD, *access, "member");
  return false;
}

static int family_of(const char *name) {
  for (int family = 0; family < FAMILY_COUNT; family++)
    if (strcmp(bpi_family_name((metric_family)family), name) == 0) return family;
  return -1;
}

/* ------------------------------------------------------------------------------- evaluation */

/* The latest decision on a family and audience; since_us is when consent began that was renewed
 * without interruption. */
typedef struct decision {
  bool granted;
  int64_t since_us, expires_us;
} decision;

typedef struct decisions {
  decision on[BP_ACCESS_STEWARD + 1][FAMILY_COUNT];
} decisions;

static int note_decision(void *user, const consent_row *row) {
  decisions *h = user;
  uint32_t access;
  int family = family_of(row->purpose);
  if (family < 0 || !is_audience(row->audience, &access)) return BP_OK;
  decision *last = &h->on[access][family];
  bool prolongs = last->granted && row->at_us <= last->expires_us;
  if (row->granted && !prolongs) last->since_us = row->at_us;
  last->granted = row->granted;
  last->expires_us = row->expires_us;
  return BP_OK;
}

/* Adds an agreement for the whole days within the consent. */
static void add_agreement(bundle *b, uint32_t access, int family, const decision *last) {
  int64_t since = (last->since_us + BPI_DAY - 1) / BPI_DAY, until = last->expires_us / BPI_DAY;
  if (!last->granted || since < 0 || since >= until) return;
  b->agreed[b->agreements++] =
      (agreement){(uint8_t)access, (uint8_t)family, (uint32_t)since, (uint32_t)until};
}

int bpi_consent_say(bp_store *s, bundle *b, bp_error **error) {
  decisions h = {0};
  int64_t said = 0;
  int rc = bpi_consent_said(s->store, &said, error);
  if (rc == BP_OK) rc = bpi_read_consents(s->store, note_decision, &h, error);
  b->said = (uint32_t)said;
  b->agreements = 0;
  for (uint32_t access = 0; access <= BP_ACCESS_STEWARD && rc == BP_OK; access++)
    for (int family = 0; family < FAMILY_COUNT; family++)
      add_agreement(b, access, family, &h.on[access][family]);
  return rc;
}

int bpi_consent_end(bp_store *s, bp_error **error) {
  decisions h = {0};
  consent_row row = {.granted = false};
  int rc = bpi_store_latest(s->store, bpi_handle_now(s), &row.at_us, error);
  if (rc == BP_OK) rc = bpi_read_consents(s->store, note_decision, &h, error);
  for (uint32_t access = 0; access <= BP_ACCESS_STEWARD; access++)
    for (int family = 0; family < FAMILY_COUNT && rc == BP_OK; family++) {
      const decision *last = &h.on[access][family];
      if (!last->granted || last->expires_us <= row.at_us) continue;
      row.purpose = bpi_family_name((metric_family)family);
      row.audience = bpi_access_name(access);
      rc = bpi_consent_add(s->store, &row, error);
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
  if (is_audience(audience, &access)) return BP_OK;
  bpi_fail(error, BP_ERR_UNSUPPORTED, "individual numbers are never shown to this audience");
  bpi_fail_detail(error, "name", audience);
  return bpi_fail_detail(error, "allowed", "lead");
}

/* Consent is not retroactive: it begins now, by the latest time the store has seen. */
static int set(bp_store *s, const char *purpose, const char *audience, bool granted,
               int64_t expires_us, bp_error **error) {
  int64_t latest = 0;
  if (bpi_store_read_only(s->store))
    return bpi_fail(error, BP_ERR_READONLY, "the handle is read-only");
  int rc = bpi_store_latest(s->store, bpi_handle_now(s), &latest, error);
  if (rc != BP_OK) return rc;
  if (granted && (expires_us <= latest || expires_us - latest > CONSENT_MOST_US ||
                  expires_us > BPI_TIME_LAST)) {
    bpi_fail(error, BP_ERR_INVALID, "consent must end in the future, within 180 days");
    return bpi_fail_detail(error, "name", "expires_us");
  }
  consent_row row = {purpose, audience, granted, latest, expires_us, true};
  rc = bpi_transaction_begin(s->store, error);
  return rc == BP_OK ? bpi_transaction_end(s->store, bpi_consent_add(s->store, &row, error), error)
                     : rc;
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
