/* api/publish_lead.c: bp_publish_lead: writes the file for the lead of a team: the published cells
 * of the team, and the rows of members whose consent is in force. It is made from stored rows, so
 * it can be made again; a member who withdrew consent is in no file made later. */
#include <stdio.h>
#include <string.h>

#include "api/inspection.h"
#include "api/team.h"
#include "base/file.h"
#include "base/mem.h"
#include "privacy/release.h"
#include "store/individual.h"
#include "store/published.h"
#include "store/transaction.h"

typedef struct lead_file {
  bp_store *handle;
  const char *team;
  int64_t window;
  sign_keys keys;
  release of; /* all published cells of the week, then reduced to the team */
  size_t capacity, members;
  unsigned char *data;
  size_t length;
  bp_error **error;
} lead_file;

/* ----------------------------------------------------------------------------------- gathering */

static int check_team(const lead_file *f, bp_error **error) {
  roster *latest = NULL;
  int rc = bpi_team_roster(&latest, f->handle, 0, error);
  if (rc == BP_OK && latest == NULL)
    rc = bpi_refuse(error, BP_ERR_NOTFOUND, "no_roster", "the store has no roster yet");
  if (rc == BP_OK && bpi_roster_team(latest, f->team) == ROSTER_NONE) {
    bpi_fail(error, BP_ERR_NOTFOUND, "the roster has no such team");
    rc = bpi_fail_detail(error, "name", f->team);
  }
  bpi_roster_free(latest);
  return rc;
}

static int load_published(lead_file *f, bp_error **error) {
  int rc =
      bpi_published_load(f->handle->store, f->keys.open.sign, (uint32_t)f->window, &f->of, error);
  if (rc == BP_OK && f->of.organisation == NULL)
    return bpi_refuse(error, BP_ERR_DENIED, "unpublished", "the week is not published yet");
  return rc;
}

static void keep_team(lead_file *f) {
  release *r = &f->of;
  size_t kept = 0;
  for (size_t i = 0; i < r->rows; i++)
    if (strcmp(r->row[i].scope, f->team) == 0) r->row[kept++] = r->row[i];
  r->rows = kept;
  r->team = f->team;
}

/* Copies the name, as that of a row is valid only during the call. */
static int add_view(void *user, const individual_row *row) {
  lead_file *f = user;
  release *r = &f->of;
  void *items = r->view;
  bool known = r->views > 0 && strcmp(r->view[r->views - 1].member, row->member) == 0;
  char *member = known ? (char *)r->view[r->views - 1].member
                       : bpi_strndup(row->member, strlen(row->member));
  if (member == NULL) return bpi_fail_nomem(f->error);
  if (bpi_reserve(&items, &f->capacity, r->views + 1, sizeof *r->view) != BP_OK) {
    if (!known) bpi_free(member);
    return bpi_fail_nomem(f->error);
  }
  r->view = items;
  r->view[r->views++] =
      (release_view){member, (uint16_t)row->measure, (uint32_t)row->until, row->value};
  f->members += !known;
  return BP_OK;
}

static int load_views(lead_file *f, bp_error **error) {
  int64_t now = 0;
  int rc = bpi_team_now(&now, f->handle, error);
  return rc == BP_OK ? bpi_individual_each(f->handle->store, f->team, f->window, f->window + 7,
                                           now / BPI_DAY, add_view, f, error)
                     : rc;
}

/* Views are sorted by member and share the name with the one before, so each is freed once. */
static void free_views(lead_file *f) {
  const char *last = NULL;
  for (size_t i = 0; i < f->of.views; i++) {
    if (f->of.view[i].member != last) bpi_free((void *)f->of.view[i].member);
    last = f->of.view[i].member;
  }
}

static int make(lead_file *f, bp_error **error) {
  int rc = check_team(f, error);
  if (rc == BP_OK) rc = load_published(f, error);
  if (rc == BP_OK) keep_team(f);
  if (rc == BP_OK) rc = load_views(f, error);
  if (rc == BP_OK && !bpi_release_fits(&f->of))
    rc = bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged: it has views that no week has");
  return rc == BP_OK ? bpi_release_write(&f->data, &f->length, &f->of, &f->keys, error) : rc;
}

/* ---------------------------------------------------------------------------------- delivering */

/* Whether a file is an earlier one of this store, team and week; it may show members who have
 * withdrawn consent since. */
static bool is_earlier(const lead_file *f, const release *existing) {
  return memcmp(existing->store, f->of.store, sizeof existing->store) == 0 &&
         existing->window == f->of.window && strcmp(existing->team, f->team) == 0;
}

/* Removes an earlier file. Any other file stays, and bpi_write_once will report it. */
static int make_place(const lead_file *f, const char *path, bp_error **error) {
  char *existing = NULL;
  size_t length = 0;
  release before = {.rows = 0};
  bp_error *unseen = NULL;
  int rc = bpi_file_load(&existing, &length, path, RELEASE_BYTES_MAX, &unseen);
  if (rc == BP_OK && (length != f->length || memcmp(existing, f->data, length) != 0))
    rc = bpi_lead_read(&before, existing, length, &unseen);
  if (rc == BP_OK && before.team != NULL && is_earlier(f, &before)) rc = bpi_file_remove(path);
  bpi_release_free(&before);
  bpi_error_free(unseen);
  bpi_free_wiped(existing, length);
  if (rc == BP_ERR_NOMEM) return bpi_fail_nomem(error);
  return rc == BP_ERR_IO ? bpi_fail(error, rc, "the existing file cannot be read or replaced")
                         : BP_OK;
}

static int make_result(bp_result **out, const lead_file *f, bp_error **error) {
  bp_result *t = bpi_table_new();
  if (t == NULL) return bpi_fail_nomem(error);
  COLUMNS(t, {BP_TYPE_TEXT, "window", NULL}, {BP_TYPE_TEXT, "team", NULL},
          {BP_TYPE_INT, "edition", NULL}, {BP_TYPE_INT, "cells", "count"},
          {BP_TYPE_INT, "members", "count"}, {BP_TYPE_INT, "bytes", "bytes"});
  bpi_table_meta(t, "topic", "publish_lead");
  bpi_table_add_row(t);
  set_week(t, 0, f->window);
  set_text(t, 1, f->team);
  bpi_table_set_int(t, 2, f->of.edition);
  bpi_table_set_int(t, 3, (int64_t)f->of.rows);
  bpi_table_set_int(t, 4, (int64_t)f->members);
  bpi_table_set_int(t, 5, (int64_t)f->length);
  return bpi_table_finish(out, t, error);
}

static int publish_lead(bp_result **out, bp_store *s, const char *window, const char *team,
                        const char *path, bp_error **error) {
  lead_file f = {.handle = s, .team = team, .error = error};
  int rc = bpi_check_place(s, path, error);
  if (rc == BP_OK) rc = bpi_week_read(&f.window, window, error);
  if (rc == BP_OK) rc = bpi_team_keys(&f.keys, s, error);
  if (rc == BP_OK) rc = bpi_transaction_begin(s->store, error); /* no withdrawal in between */
  if (rc == BP_OK) rc = bpi_transaction_end(s->store, make(&f, error), error);
  if (rc == BP_OK && path != NULL) rc = make_place(&f, path, error);
  if (rc == BP_OK && path != NULL) rc = bpi_write_once(path, f.data, f.length, error);
  if (rc == BP_OK) rc = make_result(out, &f, error);
  bpi_free_wiped(f.data, f.length);
  free_views(&f);
  bpi_release_free(&f.of);
  bpi_sign_wipe(&f.keys);
  return rc;
}

int bp_publish_lead(bp_result **out, bp_store *s, const char *window, const char *team,
                    const char *path, bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  if (out != NULL) *out = NULL;
  int rc = out == NULL || team == NULL
               ? bpi_fail(error, BP_ERR_INVALID, "a team and a place for the result are needed")
               : bpi_enter(s, "bp_publish_lead", NULL, error);
  if (rc == BP_OK) rc = bpi_leave(s, publish_lead(out, s, window, team, path, error));
  return bpi_error_end(rc, unseen);
}
