/* api/heard.c: for each device, the statement with the greatest count is valid, so the order in
 * which bundles arrive does not matter. */
#include "api/heard.h"

#include <string.h>

#include "api/team.h"
#include "base/mem.h"
#include "base/time.h"
#include "metrics/contribution.h"
#include "store/individual.h"
#include "store/person.h"
#include "store/team.h"

/* ----------------------------------------------------------------------------------- evaluation */

typedef struct spans {
  const roster_member *member;
  const measure_families *families;
  agreed_span *of; /* per measure */
  size_t devices;
} spans;

static bool has_device(const roster_member *m, const unsigned char device[BPI_PUBLIC_BYTES]) {
  for (size_t i = 0; i < m->devices; i++)
    if (memcmp(m->device[i], device, BPI_PUBLIC_BYTES) == 0) return true;
  return false;
}

/* Whether the statement is as one that was heard. */
static bool read_agreed(const heard *h, agreement list[AGREEMENTS_MAX], size_t *count) {
  bytes from = bpi_bytes(h->agreed == NULL ? "" : h->agreed, h->length);
  *count = h->length / AGREEMENT_BYTES;
  return h->length % AGREEMENT_BYTES == 0 && bpi_agreements_take(&from, list, *count);
}

/* A damaged statement agrees to nothing, so that it does not stand in the way of a withdrawal. */
static int narrow_by(void *user, const heard *h) {
  spans *s = user;
  agreement list[AGREEMENTS_MAX];
  size_t count;
  if (!has_device(s->member, h->device)) return BP_OK;
  if (!read_agreed(h, list, &count)) count = 0;
  for (int m = 0; m < MEASURE_COUNT; m++)
    s->of[m] = bpi_agreed_both(
        s->of[m], bpi_agreements_span(list, count, BP_ACCESS_LEAD, s->families->of[m]));
  s->devices++;
  return BP_OK;
}

measure_families bpi_families_of_measures(void) {
  measure_families families;
  for (int m = 0; m < MEASURE_COUNT; m++)
    families.of[m] = bpi_measure_families(m);
  return families;
}

/* *any: some device's statements were erased; then it agrees to nothing until it makes a new
 * one. */
static int find_silenced(const spans *s, store *db, bool *any, bp_error **error) {
  int rc = BP_OK;
  for (size_t i = 0; i < s->member->devices && rc == BP_OK && !*any; i++) {
    int64_t number = FORGOTTEN_NONE;
    rc = bpi_forgotten(db, s->member->device[i], FORGOTTEN_WORDS, &number, error);
    *any = number != FORGOTTEN_NONE;
  }
  return rc;
}

int bpi_heard_spans(agreed_span out[MEASURE_COUNT], bp_store *s, const roster_member *member,
                    const measure_families *families, bp_error **error) {
  spans all = {.member = member, .families = families, .of = out};
  bool silenced = false;
  for (int m = 0; m < MEASURE_COUNT; m++)
    out[m] = AGREED_ALWAYS;
  int rc = bpi_heard_each(s->store, member->id, narrow_by, &all, error);
  if (rc == BP_OK) rc = find_silenced(&all, s->store, &silenced, error);
  if (rc != BP_OK || all.devices == 0 || silenced) memset(out, 0, MEASURE_COUNT * sizeof *out);
  return rc;
}

static int check(void *user, const heard *h) {
  agreement list[AGREEMENTS_MAX];
  size_t count;
  if (read_agreed(h, list, &count)) return BP_OK;
  return bpi_fail(user, BP_ERR_CORRUPT, "the store is damaged: a statement in it was changed");
}

int bpi_heard_check(const bp_store *s, bp_error **error) {
  return bpi_heard_each(s->store, NULL, check, error, error);
}

/* ----------------------------------------------------------------------------------- receiving */

/* If rows were deleted, marks the store so that their bytes are cleared as well. */
static int note_gone(bp_store *s, int64_t gone, bp_error **error) {
  return gone > 0 ? bpi_store_erase_note(s->store, error) : BP_OK;
}

static int limit(bp_store *s, const char *member, const agreed_span *of, int64_t *withdrawn,
                 bp_error **error) {
  int rc = BP_OK;
  int64_t before = *withdrawn;
  for (int m = 0; m < MEASURE_COUNT && rc == BP_OK; m++)
    rc = bpi_individual_limit(s->store, member, m, of[m].since, of[m].until, withdrawn, error);
  return rc == BP_OK ? note_gone(s, *withdrawn - before, error) : rc;
}

int bpi_withdraw_expired(bp_store *s, bp_error **error) {
  int64_t now = 0, gone = 0;
  int rc = bpi_team_now(&now, s, error);
  if (rc == BP_OK) rc = bpi_individual_expire(s->store, now / BPI_DAY, &gone, error);
  return rc == BP_OK ? note_gone(s, gone, error) : rc;
}

int bpi_withdraw_all(bp_store *s, bp_error **error) {
  int64_t gone = 0;
  int rc = bpi_individual_withdraw(s->store, NULL, &gone, error);
  return rc == BP_OK ? note_gone(s, gone, error) : rc;
}

int bpi_forget_member(bp_store *s, const char *member, bp_error **error) {
  int64_t gone = 0;
  int rc = bpi_individual_withdraw(s->store, member, &gone, error);
  if (rc == BP_OK) rc = bpi_person_silence(s->store, member, &gone, error);
  return rc == BP_OK ? note_gone(s, gone, error) : rc;
}

/* The stored statement of a device, compared with the received one. */
typedef struct comparison {
  const heard *received;
  bool found, contradicts;
  int64_t said;
} comparison;

static int compare(void *user, const heard *h) {
  comparison *c = user;
  if (memcmp(h->device, c->received->device, sizeof h->device) != 0) return BP_OK;
  c->found = true;
  c->said = h->said;
  c->contradicts = h->agreed == NULL || h->length != c->received->length ||
                   memcmp(h->agreed, c->received->agreed, h->length) != 0;
  return BP_OK;
}

/* Replaces the statement of the device, and the mark that an earlier one was erased. */
static int put(bp_store *s, const heard *received, bp_error **error) {
  int rc = bpi_forgotten_drop(s->store, received->device, FORGOTTEN_WORDS, error);
  return rc == BP_OK ? bpi_heard_put(s->store, received, error) : rc;
}

static int note(bp_store *s, const roster_member *from, heard *received, const char **how,
                int64_t *withdrawn, bp_error **error) {
  agreed_span of[MEASURE_COUNT];
  comparison c = {.received = received};
  int64_t erased = FORGOTTEN_NONE;
  int rc = bpi_heard_each(s->store, from->id, compare, &c, error);
  if (rc == BP_OK) rc = bpi_forgotten(s->store, received->device, FORGOTTEN_WORDS, &erased, error);
  bool gone = erased >= received->said;
  bool late = c.found && c.said > received->said, same = c.found && c.said == received->said;
  *how = gone ? "erased" : late ? "late" : !same ? "heard" : c.contradicts ? "conflict" : "known";
  if (rc != BP_OK || gone || late || (same && !c.contradicts)) return rc;
  if (same) {
    received->agreed = NULL;
    received->length = 0;
  }
  rc = put(s, received, error);
  measure_families families = bpi_families_of_measures();
  if (rc == BP_OK) rc = bpi_heard_spans(of, s, from, &families, error);
  return rc == BP_OK ? limit(s, from->id, of, withdrawn, error) : rc;
}

int bpi_hear(bp_store *s, const roster_member *from, const bundle *b, const char **how,
             int64_t *withdrawn, bp_error **error) {
  buf agreed;
  heard received = {.member = from->id, .said = b->said};
  bpi_buf_init(&agreed, (size_t)AGREEMENTS_MAX * AGREEMENT_BYTES);
  bpi_agreements_put(&agreed, b->agreed, b->agreements);
  memcpy(received.device, b->device, sizeof received.device);
  received.agreed = agreed.data == NULL ? "" : agreed.data;
  received.length = agreed.length;
  int rc = agreed.failed ? bpi_fail_nomem(error) : note(s, from, &received, how, withdrawn, error);
  bpi_buf_free(&agreed);
  return rc;
}
