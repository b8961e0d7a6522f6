/* api/publish.c: bp_publish: turns a closed week of a team store into a release, once and for
 * all. privacy/publication.c decides what is published; this file gathers its input and, in one
 * transaction, stores the cells and the individual rows for leads (publish_lead.c writes those
 * to a file) and deletes the contributions. Publishing again writes the same file from the
 * stored cells. */
#include <string.h>

#include "api/heard.h"
#include "api/inspection.h"
#include "api/team.h"
#include "base/mem.h"
#include "privacy/bundle.h"
#include "privacy/publication.h"
#include "privacy/release.h"
#include "store/erase.h"
#include "store/individual.h"
#include "store/person.h"
#include "store/published.h"
#include "store/team.h"
#include "store/transaction.h"

#define SCOPE_STATED_NAME "*" /* not a valid name of a team */

/* ---------------------------------------------------------------------------------- gathering */

/* A member's vector, summed over all devices, and what the lead may see of it. */
typedef struct person {
  const roster_member *member;
  int32_t minimum;
  vector_cell *cells;
  size_t count;
  agreed_span span[MEASURE_COUNT];
  bool agreed[MEASURE_COUNT];
} person;

/* The slices of the latest roster for the projects of another; SLICE_OTHER: it has them no more. */
typedef struct numbering {
  int64_t version;
  size_t projects;
  uint16_t *slice;
} numbering;

typedef struct gathering {
  bp_store *handle;
  const roster *latest;
  numbering *numbering; /* of the rosters that bundles refer to */
  size_t numberings, room;
  person *person;
  size_t persons, capacity;
  bp_error **error;
} gathering;

static int number_projects(gathering *g, const roster *r) {
  void *items = g->numbering;
  int rc = bpi_reserve(&items, &g->room, g->numberings + 1, sizeof *g->numbering);
  g->numbering = items;
  uint16_t *slice = rc == BP_OK ? bpi_alloc_zero(r->projects, sizeof *slice) : NULL;
  if (slice == NULL) return bpi_fail_nomem(g->error);
  for (size_t i = 0; i < r->projects; i++) {
    size_t now = bpi_roster_project(g->latest, r->project[i].id);
    slice[i] = now == ROSTER_NONE ? SLICE_OTHER : (uint16_t)(now + 1);
  }
  g->numbering[g->numberings++] = (numbering){r->version, r->projects, slice};
  return BP_OK;
}

/* Each roster is read once, however the bundles of several alternate. */
static int find_numbering(gathering *g, int64_t version, numbering *out) {
  roster *r = NULL;
  int rc = BP_OK;
  for (size_t i = 0; i < g->numberings; i++) {
    *out = g->numbering[i];
    if (out->version == version) return BP_OK;
  }
  rc = bpi_team_roster_checked(&r, g->handle, version, g->error);
  if (rc == BP_OK && r == NULL)
    rc = bpi_fail(g->error, BP_ERR_CORRUPT, "a roster is missing from the chain");
  if (rc == BP_OK) rc = number_projects(g, r);
  if (rc == BP_OK) *out = g->numbering[g->numberings - 1];
  bpi_roster_free(r);
  return rc;
}

/* Renumbers projects from the roster of the bundle to the latest; removed ones become `other`. */
static int renumber_projects(gathering *g, bundle *b) {
  numbering n = {0};
  int rc = find_numbering(g, b->roster_version, &n);
  if (rc == BP_OK && !bpi_vector_valid(b->cell, b->cells, (int)n.projects + 1))
    rc = bpi_fail(g->error, BP_ERR_CORRUPT,
                  "a bundle names a project that its roster does not have");
  if (rc != BP_OK || n.version == g->latest->version) return rc;
  for (size_t i = 0; i < b->cells; i++) {
    vector_cell *cell = &b->cell[i];
    if (cell->dimension == SLICED_PROJECT && cell->slice != SLICE_OTHER)
      cell->slice = n.slice[cell->slice - 1];
  }
  bpi_vector_shape(b->cell, &b->cells);
  return BP_OK;
}

/* Rows are sorted by member, so another device of a member follows directly. */
static person *person_of(gathering *g, const roster_member *member) {
  if (g->persons > 0 && g->person[g->persons - 1].member == member)
    return &g->person[g->persons - 1];
  void *items = g->person;
  int rc = bpi_reserve(&items, &g->capacity, g->persons + 1, sizeof *g->person);
  g->person = items;
  if (rc != BP_OK) return NULL;
  person *made = &g->person[g->persons++];
  *made = (person){.member = member};
  return made;
}

static int add_device(gathering *g, const roster_member *member, const bundle *b) {
  person *p = person_of(g, member);
  vector_cell *sum = p == NULL ? NULL : bpi_alloc_zero(p->count + b->cells, sizeof *sum);
  if (sum == NULL) return bpi_fail_nomem(g->error);
  size_t count = 0;
  bpi_vector_add(sum, &count, p->cells, p->count, b->cell, b->cells);
  bpi_free(p->cells);
  p->cells = sum;
  p->count = count;
  if (b->minimum > p->minimum) p->minimum = b->minimum;
  return BP_OK;
}

/* The latest roster decides who counts: not members who left, devices that changed hands, or
 * service accounts. */
static int gather(void *user, const contribution *c) {
  gathering *g = user;
  bundle b;
  const roster_member *member = bpi_roster_device(g->latest, c->device);
  if (member == NULL || !member->active || member->service || strcmp(member->id, c->member) != 0)
    return 0;
  int rc = bpi_team_bundle(&b, c, g->error);
  if (rc != BP_OK || c->payload == NULL) return rc;
  rc = renumber_projects(g, &b);
  if (rc == BP_OK) rc = add_device(g, member, &b);
  bpi_bundle_free(&b);
  return rc;
}

/* The latest consent statements count, even if they arrived after the numbers. */
static int ask_consent(gathering *g, int64_t window) {
  int64_t now = 0;
  measure_families families = bpi_families_of_measures();
  int rc = bpi_team_now(&now, g->handle, g->error);
  for (size_t i = 0; i < g->persons && rc == BP_OK; i++) {
    person *p = &g->person[i];
    rc = bpi_heard_spans(p->span, g->handle, p->member, &families, g->error);
    for (int m = 0; m < MEASURE_COUNT && rc == BP_OK; m++)
      p->agreed[m] = bpi_agreed_week(p->span[m], window) && now / BPI_DAY < p->span[m].until;
  }
  return rc;
}

static void forget(gathering *g) {
  for (size_t i = 0; i < g->persons; i++) {
    if (g->person[i].cells != NULL)
      bpi_hash_wipe(g->person[i].cells, g->person[i].count * sizeof(vector_cell));
    bpi_free(g->person[i].cells);
  }
  bpi_free(g->person);
  for (size_t i = 0; i < g->numberings; i++)
    bpi_free(g->numbering[i].slice);
  bpi_free(g->numbering);
}

/* ---------------------------------------------------------------------------------- computing */

#define NANO_USD_PER_CENT 10000000

/* The input of bpi_publish, freed together. */
typedef struct input {
  contributor *people;
  int64_t *sizes;
  seat_count *seats;
  publication_input in;
} input;

static void make_input(input *n, const gathering *g) {
  const roster *r = g->latest;
  for (size_t i = 0; i < g->persons; i++) {
    const person *p = &g->person[i];
    n->people[i] = (contributor){.team = (int32_t)p->member->team,
                                 .experience = p->member->experience,
                                 .minimum = p->minimum,
                                 .cells = p->cells,
                                 .count = p->count,
                                 .agreed = p->agreed,
                                 .leads = bpi_roster_leads(p->member)};
  }
  for (size_t i = 0; i < r->teams; i++)
    n->sizes[i] = (int64_t)bpi_roster_active(r, i);
  for (size_t i = 0; i < r->seats; i++) {
    const char *name = r->seat[i].platform;
    n->seats[i] = (seat_count){.platform = bpi_slice_find(SLICED_PLATFORM, name, strlen(name)),
                               .seats = r->seat[i].seats,
                               .price = r->seat[i].price_cents * NANO_USD_PER_CENT};
  }
  n->in = (publication_input){.minimum = (int32_t)r->minimum,
                              .teams = r->teams,
                              .roster = n->sizes,
                              .contributors = n->people,
                              .count = g->persons,
                              .seats = n->seats,
                              .seat_counts = r->seats,
                              .cancelled = &g->handle->cancelled};
}

/* *out points into `n`: free `n` after it. */
static int compute(publication *out, input *n, const gathering *g, bp_error **error) {
  n->people = bpi_alloc_zero(g->persons, sizeof *n->people);
  n->sizes = bpi_alloc_zero(g->latest->teams, sizeof *n->sizes);
  n->seats = bpi_alloc_zero(g->latest->seats, sizeof *n->seats);
  if (n->people == NULL || n->sizes == NULL || n->seats == NULL) return bpi_fail_nomem(error);
  make_input(n, g);
  return bpi_publish(out, &n->in, error);
}

static void free_input(input *n) {
  bpi_free(n->people);
  bpi_free(n->sizes);
  bpi_free(n->seats);
}

/* ------------------------------------------------------------------------------------- naming */

static const char *scope_name(const roster *r, int32_t scope) {
  if (scope == SCOPE_STATED) return SCOPE_STATED_NAME;
  return scope == SCOPE_OTHER ? "" : r->team[scope];
}

static const char *slice_name(const roster *r, int dimension, int slice) {
  if (dimension == SLICED_WHOLE) return "";
  if (dimension == SLICED_PROJECT && slice != SLICE_OTHER) return r->project[slice - 1].id;
  return bpi_slice_name(dimension, slice);
}

/* The names are borrowed from the roster and the vocabulary. */
static int name_cells(release *out, const publication *p, const roster *r, bp_error **error) {
  out->row = bpi_alloc_zero(p->count, sizeof *out->row);
  if (out->row == NULL) return bpi_fail_nomem(error);
  out->rows = p->count;
  out->minimum = (uint32_t)p->minimum;
  for (size_t i = 0; i < p->count; i++) {
    const published_cell *c = &p->cells[i];
    out->row[i] = (release_row){.scope = scope_name(r, c->scope),
                                .dimension = c->dimension,
                                .slice = slice_name(r, c->dimension, c->slice),
                                .measure = c->measure,
                                .state = c->state,
                                .headcount = c->headcount,
                                .value = c->value};
  }
  return BP_OK;
}

/* ---------------------------------------------------------------------------------- publishing */

typedef struct publishing {
  bp_store *handle;
  sign_keys keys;
  int64_t window;
  bool again; /* it was published before */
  release release;
  unsigned char *file;
  size_t length;
} publishing;

static int write_file_bytes(publishing *p, bp_error **error) {
  return bpi_release_write(&p->file, &p->length, &p->release, &p->keys, error);
}

/* Inside the transaction: stores the cells and deletes the contributions. */
static int keep_and_delete(publishing *p, bp_error **error) {
  unsigned char digest[BPI_DIGEST_BYTES];
  int rc = write_file_bytes(p, error);
  if (rc != BP_OK) return rc;
  bpi_release_digest(p->file, p->length, digest);
  rc = bpi_published_write(p->handle->store, &p->release, digest, error);
  if (rc == BP_OK) rc = bpi_contribution_drop(p->handle->store, p->window, error);
  if (rc == BP_OK) rc = bpi_forgotten_expire(p->handle->store, p->window, error);
  return rc == BP_OK ? bpi_store_erase_note(p->handle->store, error) : rc;
}

/* ------------------------------------------------------------------------------- for the lead */

/* What the lead may see, as rows. Views of the same team and measure are adjacent. */
typedef struct shown {
  const publication *made;
  const input *n;
  const gathering *g;
  individual_row *row;
} shown;

static const person *person_at(const shown *v, size_t i) {
  return &v->g->person[v->made->views[i].of - v->n->people];
}

static bool same_measure(const published_view *a, const published_view *b) {
  return a->measure == b->measure && a->of->team == b->of->team;
}

static void fill_row(const shown *v, size_t i, int64_t window) {
  const published_view *view = &v->made->views[i];
  const person *p = person_at(v, i);
  v->row[i] = (individual_row){.window = window,
                               .team = v->g->latest->team[view->of->team],
                               .member = p->member->id,
                               .measure = view->measure,
                               .value = view->value,
                               .until = p->span[view->measure].until};
}

/* All rows of a team and measure expire together, at the earliest date: the ones that remained
 * would reveal who left. */
static size_t fill_measure(const shown *v, size_t first, int64_t window) {
  const published_view *views = v->made->views;
  int64_t until = INT64_MAX;
  size_t end = first;
  for (; end < v->made->view_count && same_measure(&views[first], &views[end]); end++) {
    fill_row(v, end, window);
    if (v->row[end].until < until) until = v->row[end].until;
  }
  for (size_t i = first; i < end; i++)
    v->row[i].until = until;
  return end;
}

static int keep_views(publishing *p, const publication *made, const input *n, const gathering *g,
                      bp_error **error) {
  shown v = {made, n, g, bpi_alloc_zero(made->view_count, sizeof *v.row)};
  if (v.row == NULL) return bpi_fail_nomem(error);
  for (size_t i = 0; i < made->view_count;)
    i = fill_measure(&v, i, p->window);
  int rc = bpi_individual_add(p->handle->store, v.row, made->view_count, error);
  bpi_free(v.row);
  return rc;
}

/* -------------------------------------------------------------------------------- once for all */

static int publish_cells(publishing *p, const gathering *g, bp_error **error) {
  publication made = {0};
  input n = {0};
  int rc = compute(&made, &n, g, error);
  if (rc == BP_OK) rc = name_cells(&p->release, &made, g->latest, error);
  if (rc == BP_OK) rc = keep_views(p, &made, &n, g, error);
  if (rc == BP_OK) rc = keep_and_delete(p, error);
  bpi_publication_free(&made);
  free_input(&n);
  bpi_free(p->release.row);
  p->release.row = NULL;
  return rc;
}

static int check_closed(const publishing *p, const roster *r, bp_error **error) {
  int64_t now = 0;
  int rc = bpi_team_now(&now, p->handle, error);
  if (rc != BP_OK || bpi_week_state(p->window, r->grace_days, now) == WEEK_CLOSED) return rc;
  return bpi_refuse(error, BP_ERR_DENIED, "open", "the week is not closed yet");
}

static int publish_first(publishing *p, bp_error **error) {
  roster *latest = NULL;
  int rc = bpi_team_roster_checked(&latest, p->handle, 0, error);
  if (rc == BP_OK && latest == NULL)
    rc = bpi_refuse(error, BP_ERR_NOTFOUND, "no_roster", "the store has no roster yet");
  if (rc == BP_OK) rc = check_closed(p, latest, error);
  if (rc == BP_OK) {
    gathering g = {.handle = p->handle, .latest = latest, .error = error};
    p->release.organisation = latest->organisation;
    p->release.edition = 1;
    rc = bpi_contribution_each(p->handle->store, p->window, gather, &g, error);
    if (rc == BP_OK) rc = ask_consent(&g, p->window);
    if (rc == BP_OK) rc = publish_cells(p, &g, error);
    forget(&g);
  }
  p->release.organisation = NULL;
  bpi_roster_free(latest);
  return rc;
}

static int publish_again(publishing *p, bp_error **error) {
  release kept;
  int rc =
      bpi_published_load(p->handle->store, p->keys.open.sign, (uint32_t)p->window, &kept, error);
  if (rc != BP_OK) return rc;
  size_t rows = kept.rows;
  uint32_t edition = kept.edition;
  rc = bpi_release_write(&p->file, &p->length, &kept, &p->keys, error);
  bpi_release_free(&kept);
  p->release.rows = rows;
  p->release.edition = edition;
  return rc;
}

static int publish_once(publishing *p, bp_error **error) {
  unsigned char digest[BPI_DIGEST_BYTES];
  int64_t edition = 0;
  memcpy(p->release.store, p->keys.open.sign, sizeof p->release.store);
  p->release.window = (uint32_t)p->window;
  int rc = bpi_withdraw_expired(p->handle, error);
  if (rc == BP_OK)
    rc = bpi_published_find(p->handle->store, p->keys.open.sign, (uint32_t)p->window, &p->again,
                            &edition, digest, error);
  if (rc != BP_OK) return rc;
  return p->again ? publish_again(p, error) : publish_first(p, error);
}

/* A file in the way is found before anything is published, as that cannot be undone. */
static int publish_to(publishing *p, const char *path, bp_error **error) {
  int rc = publish_once(p, error);
  return rc == BP_OK && path != NULL ? bpi_check_unwritten(path, p->file, p->length, error) : rc;
}

static int make_result(bp_result **out, const publishing *p, bool cleared, bp_error **error) {
  bp_result *t = bpi_table_new();
  if (t == NULL) return bpi_fail_nomem(error);
  COLUMNS(t, {BP_TYPE_TEXT, "window", NULL}, {BP_TYPE_INT, "edition", NULL},
          {BP_TYPE_INT, "cells", "count"}, {BP_TYPE_INT, "bytes", "bytes"},
          {BP_TYPE_TEXT, "outcome", NULL}, {BP_TYPE_TEXT, "contributions", NULL});
  bpi_table_meta(t, "topic", "publish");
  bpi_table_add_row(t);
  set_week(t, 0, p->window);
  bpi_table_set_int(t, 1, p->release.edition);
  bpi_table_set_int(t, 2, (int64_t)p->release.rows);
  bpi_table_set_int(t, 3, (int64_t)p->length);
  set_text(t, 4, p->again ? "known" : "published");
  set_text(t, 5, cleared ? "deleted" : "pending");
  return bpi_table_finish(out, t, error);
}

static int publish(bp_result **out, bp_store *s, const char *window, const char *path,
                   bp_error **error) {
  publishing p = {.handle = s};
  bool cleared = false;
  int rc = bpi_check_place(s, path, error);
  if (rc == BP_OK) rc = bpi_week_read(&p.window, window, error);
  if (rc == BP_OK) rc = bpi_team_keys(&p.keys, s, error);
  if (rc == BP_OK) rc = bpi_transaction_begin(s->store, error);
  if (rc == BP_OK) rc = bpi_transaction_end(s->store, publish_to(&p, path, error), error);
  if (rc == BP_OK) rc = bpi_team_clear_traces(s, &cleared, error);
  if (rc == BP_OK && path != NULL) rc = bpi_write_once(path, p.file, p.length, error);
  if (rc == BP_OK) rc = make_result(out, &p, cleared, error);
  bpi_sign_wipe(&p.keys);
  bpi_free(p.file);
  return rc;
}

int bp_publish(bp_result **out, bp_store *s, const char *window, const char *release_path,
               bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  if (out != NULL) *out = NULL;
  int rc = out == NULL ? bpi_fail(error, BP_ERR_INVALID, "no place for the result")
                       : bpi_enter(s, "bp_publish", NULL, error);
  if (rc == BP_OK) rc = bpi_leave(s, publish(out, s, window, release_path, error));
  return bpi_error_end(rc, unseen);
}
