/* api/inspect_team.c: topics of bp_inspect about teams: keys, rosters, what was shared,
 * contributions, what is published. */
#include "api/inspection.h"

#include <assert.h>

#include "api/heard.h"
#include "api/team.h"
#include "privacy/bundle.h"
#include "privacy/invitation.h"
#include "store/published.h"
#include "store/sharing.h"
#include "store/team.h"

/* ---------------------------------------------------------------------------------------- keys */

int bpi_inspect_identity(inspection *i, bp_error **error) {
  bool personal = bpi_store_kind(i->handle->store) == STORE_PERSONAL;
  sign_keys keys;
  int rc = bpi_team_keys(&keys, i->handle, error);
  if (rc != BP_OK) return rc;
  fact_columns(i->table);
  fact_key(i->table, personal ? "device" : "store", keys.open.sign);
  if (!personal) fact_key(i->table, "box", keys.open.box);
  bpi_sign_wipe(&keys);
  return BP_OK;
}

int bpi_inspect_invitation(inspection *i, bp_error **error) {
  char text[INVITATION_BYTES];
  sign_keys keys;
  roster *r = NULL;
  int rc = bpi_team_roster(&r, i->handle, 0, error);
  if (rc == BP_OK && r == NULL)
    rc = bpi_refuse(error, BP_ERR_NOTFOUND, "no_roster", "the store has no roster yet");
  if (rc == BP_OK) rc = bpi_team_keys(&keys, i->handle, error);
  if (rc == BP_OK) {
    COLUMNS(i->table, {BP_TYPE_TEXT, "document", NULL});
    bpi_table_add_row(i->table);
    bpi_table_set_text(i->table, 0, text, bpi_invitation_write(text, r->organisation, &keys));
    bpi_sign_wipe(&keys);
  }
  bpi_roster_free(r);
  return rc;
}

/* ------------------------------------------------------------------------------------- roster */

static bool same_member(const roster *a, const roster_member *x, const roster *b,
                        const roster_member *y) {
  return strcmp(a->team[x->team], b->team[y->team]) == 0 && strcmp(x->role, y->role) == 0 &&
         x->experience == y->experience && x->service == y->service && x->active == y->active &&
         x->devices == y->devices &&
         memcmp(x->device, y->device, x->devices * sizeof x->device[0]) == 0;
}

static void member_row(inspection *i, const char *change, const roster *r, const roster_member *m,
                       const unsigned char *own) {
  bp_result *t = i->table;
  bool you = false;
  for (size_t k = 0; k < m->devices && own != NULL; k++)
    you |= memcmp(m->device[k], own, BPI_PUBLIC_BYTES) == 0;
  bpi_table_add_row(t);
  set_text(t, 0, change);
  set_text(t, 1, m->id);
  set_text(t, 2, r->team[m->team]);
  set_text(t, 3, m->role);
  set_text(t, 4, bpi_slice_name(SLICED_EXPERIENCE, m->experience));
  bpi_table_set_int(t, 5, m->service);
  bpi_table_set_int(t, 6, m->active);
  bpi_table_set_int(t, 7, (int64_t)m->devices);
  bpi_table_set_int(t, 8, you);
}

/* Merges the members of both versions; both lists are sorted by id. */
static void member_rows(inspection *i, const roster *r, const roster *before,
                        const unsigned char *own) {
  size_t a = 0, b = 0, old = before == NULL ? 0 : before->members;
  while (a < r->members || b < old) {
    int order = a == r->members ? 1 : b == old ? -1 : strcmp(r->member[a].id, before->member[b].id);
    if (order > 0) {
      assert(before != NULL); /* as b < old */
      member_row(i, "removed", before, &before->member[b++], own);
    } else if (order < 0) {
      member_row(i, "added", r, &r->member[a++], own);
    } else {
      bool same = same_member(r, &r->member[a], before, &before->member[b++]);
      member_row(i, same ? "same" : "changed", r, &r->member[a++], own);
    }
  }
}

int bpi_inspect_roster(inspection *i, bp_error **error) {
  roster *r = NULL, *before = NULL;
  sign_keys keys = {0};
  int rc = bpi_team_roster(&r, i->handle, 0, error);
  if (rc == BP_OK && r != NULL && r->version > 1)
    rc = bpi_team_roster(&before, i->handle, r->version - 1, error);
  if (rc == BP_OK && !bpi_store_keyless(i->handle->store))
    rc = bpi_team_keys(&keys, i->handle, error);
  if (rc == BP_OK) {
    COLUMNS(i->table, {BP_TYPE_TEXT, "change", NULL}, {BP_TYPE_TEXT, "member", NULL},
            {BP_TYPE_TEXT, "team", NULL}, {BP_TYPE_TEXT, "role", NULL},
            {BP_TYPE_TEXT, "experience", NULL}, {BP_TYPE_BOOL, "service", NULL},
            {BP_TYPE_BOOL, "active", NULL}, {BP_TYPE_INT, "devices", "count"},
            {BP_TYPE_BOOL, "you", NULL});
    if (r != NULL) member_rows(i, r, before, keys.open.sign);
  }
  bpi_sign_wipe(&keys);
  bpi_roster_free(before);
  bpi_roster_free(r);
  return rc;
}

static int roster_line(void *user, int64_t version, const char *document) {
  bp_result *t = user;
  bpi_table_add_row(t);
  bpi_table_set_int(t, 0, version);
  set_text(t, 1, document);
  return 0;
}

int bpi_inspect_rosters(inspection *i, bp_error **error) {
  COLUMNS(i->table, {BP_TYPE_INT, "version", NULL}, {BP_TYPE_TEXT, "document", NULL});
  return bpi_roster_each(i->handle->store, roster_line, i->table, error);
}

/* ------------------------------------------------------------------------------------- sharing */

/* The previous terms of the roster, where it changed them. */
static int changed_facts(inspection *i, const roster *r, bp_error **error) {
  roster *before = NULL;
  int rc = r->version == 1 ? BP_OK : bpi_team_roster(&before, i->handle, r->version - 1, error);
  if (before != NULL && before->minimum != r->minimum)
    fact_number(i->table, "minimum_of_team_before", before->minimum);
  if (before != NULL && before->grace_days != r->grace_days)
    fact_number(i->table, "grace_days_before", before->grace_days);
  bpi_roster_free(before);
  return rc;
}

/* The terms a member agreed to, if those of the roster are less careful. */
static int agreed_facts(inspection *i, const roster *r, int64_t version, bp_error **error) {
  roster *agreed = NULL;
  int rc = bpi_team_roster(&agreed, i->handle, version, error);
  if (rc == BP_OK && agreed != NULL && !bpi_roster_as_careful(r, agreed)) {
    fact_number(i->table, "agreed_to_roster", version);
    fact_number(i->table, "agreed_minimum", agreed->minimum);
    fact_number(i->table, "agreed_grace_days", agreed->grace_days);
  }
  bpi_roster_free(agreed);
  return rc;
}

static void roster_facts(bp_result *t, const roster *r, const unsigned char *device) {
  const roster_member *me = bpi_roster_device(r, device);
  fact_text(t, "organisation", r->organisation);
  fact_number(t, "roster", r->version);
  fact_number(t, "minimum_of_team", r->minimum);
  fact_number(t, "grace_days", r->grace_days);
  fact_text(t, "member", me == NULL ? "" : me->id);
  fact_text(t, "team", me == NULL ? "" : r->team[me->team]);
  if (me != NULL) fact_number(t, "active_in_team", (int64_t)bpi_roster_active(r, me->team));
}

int bpi_inspect_sharing(inspection *i, bp_error **error) {
  joined_team team;
  sign_keys keys = {0};
  roster *r = NULL;
  fact_columns(i->table);
  int rc = bpi_joined_get(i->handle->store, &team, error);
  if (rc != BP_OK || !team.joined) return rc;
  rc = bpi_team_roster(&r, i->handle, 0, error);
  if (rc == BP_OK) rc = bpi_team_keys(&keys, i->handle, error);
  if (rc == BP_OK) {
    fact_key(i->table, "store", team.keys.sign);
    fact_number(i->table, "minimum", team.minimum);
    if (r != NULL) roster_facts(i->table, r, keys.open.sign);
    if (r != NULL) rc = changed_facts(i, r, error);
    if (r != NULL && rc == BP_OK) rc = agreed_facts(i, r, team.agreed, error);
  }
  bpi_sign_wipe(&keys);
  bpi_roster_free(r);
  return rc;
}

static int shared_row(void *user, const shared_week *week) {
  bp_result *t = user;
  bpi_table_add_row(t);
  set_week(t, 0, week->window);
  set_hex(t, 1, week->store, sizeof week->store);
  bpi_table_set_int(t, 2, week->revision);
  bpi_table_set_int(t, 3, week->cells);
  bpi_table_set_int(t, 4, week->shared_us);
  return 0;
}

int bpi_inspect_shared(inspection *i, bp_error **error) {
  COLUMNS(i->table, {BP_TYPE_TEXT, "window", NULL}, {BP_TYPE_TEXT, "store", NULL},
          {BP_TYPE_INT, "revision", NULL}, {BP_TYPE_INT, "cells", "count"},
          {BP_TYPE_TIME, "shared_at", NULL});
  return bpi_shared_each(i->handle->store, shared_row, i->table, error);
}

/* ------------------------------------------------------------------- contributions, published */

static int contribution_row(void *user, const contribution *c) {
  bp_result *t = user;
  bpi_table_add_row(t);
  set_week(t, 0, c->window);
  set_text(t, 1, c->member);
  set_hex(t, 2, c->device, sizeof c->device);
  bpi_table_set_int(t, 3, c->revision);
  set_text(t, 4, c->payload != NULL ? "counts" : "conflict");
  return 0;
}

int bpi_inspect_contributions(inspection *i, bp_error **error) {
  COLUMNS(i->table, {BP_TYPE_TEXT, "window", NULL}, {BP_TYPE_TEXT, "member", NULL},
          {BP_TYPE_TEXT, "device", NULL}, {BP_TYPE_INT, "revision", NULL},
          {BP_TYPE_TEXT, "state", NULL});
  return bpi_contribution_each(i->handle->store, INT64_MIN, contribution_row, i->table, error);
}

static int release_line(void *user, const release *r, int64_t cells) {
  bp_result *t = user;
  bpi_table_add_row(t);
  set_week(t, 0, r->window);
  set_text(t, 1, r->organisation);
  set_hex(t, 2, r->store, sizeof r->store);
  bpi_table_set_int(t, 3, r->edition);
  bpi_table_set_int(t, 4, r->minimum);
  bpi_table_set_int(t, 5, cells);
  return 0;
}

int bpi_inspect_published(inspection *i, bp_error **error) {
  COLUMNS(i->table, {BP_TYPE_TEXT, "window", NULL}, {BP_TYPE_TEXT, "organisation", NULL},
          {BP_TYPE_TEXT, "store", NULL}, {BP_TYPE_INT, "edition", NULL},
          {BP_TYPE_INT, "minimum", "members"}, {BP_TYPE_INT, "cells", "count"});
  return bpi_published_each(i->handle->store, release_line, i->table, error);
}

/* ----------------------------------------------------------------------------------- integrity */

/* Each returns CORRUPT for what is not as it was stored. */
static int check_week(void *user, const release *r, int64_t cells) {
  inspection *i = user;
  release loaded;
  (void)cells;
  int rc = bpi_published_load(i->handle->store, r->store, r->window, &loaded, i->error);
  bpi_release_free(&loaded);
  return rc;
}

int bpi_check_published(inspection *i, bp_error **error) {
  int rc = bpi_published_each(i->handle->store, check_week, i, error);
  return rc == BP_OK ? bpi_published_check(i->handle->store, error) : rc;
}

static int check_bundle(void *user, const contribution *c) {
  inspection *i = user;
  bundle b;
  int rc = bpi_team_bundle(&b, c, i->error);
  bpi_bundle_free(&b);
  return rc;
}

typedef struct chain {
  inspection *i;
  int64_t last;
} chain;

/* A team's store has all versions since the first. */
static int check_roster(void *user, int64_t version, const char *document) {
  chain *c = user;
  roster *r = NULL;
  (void)document;
  if (version != ++c->last)
    return bpi_fail(c->i->error, BP_ERR_CORRUPT, "a roster is missing from the chain");
  int rc = bpi_team_roster_checked(&r, c->i->handle, version, c->i->error);
  bpi_roster_free(r);
  return rc;
}

int bpi_check_documents(inspection *i, bp_error **error) {
  chain c = {i, 0};
  int rc = bpi_roster_each(i->handle->store, check_roster, &c, error);
  if (rc == BP_OK) rc = bpi_contribution_each(i->handle->store, FACT_NONE, check_bundle, i, error);
  return rc == BP_OK ? bpi_heard_check(i->handle, error) : rc;
}
