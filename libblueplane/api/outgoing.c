/* api/outgoing.c: bp_inspect "outgoing": what the next bundle would contain, before anything
 * leaves: the vector of the last whole week, number by number, and who may see which of them
 * individually. Computed as api/share.c does, but nothing is recorded as shared. */
#include "api/consent.h"
#include "api/context.h"
#include "api/inspection.h"
#include "api/team.h"
#include "base/mem.h"
#include "metrics/contribution.h"
#include "store/read.h"

static int project_slice(void *user, const char *folder, size_t length) {
  const roster *r = user;
  size_t project = r == NULL || folder == NULL ? ROSTER_NONE
                                               : bpi_roster_project_of(r, folder, length);
  return project == ROSTER_NONE ? SLICE_OTHER : (int)project + 1;
}

/* The name of a cell's slice; NULL for the whole. */
static const char *slice_name(const roster *r, const vector_cell *c) {
  if (c->dimension == SLICED_PROJECT && c->slice != SLICE_OTHER)
    return r == NULL ? NULL : r->project[c->slice - 1].id;
  return c->dimension == SLICED_WHOLE ? NULL : bpi_slice_name(c->dimension, c->slice);
}

/* The week shown, and the agreements in force. */
typedef struct week {
  bp_result *table;
  const roster *roster;
  int64_t monday, today;
  bundle said; /* only its agreements */
} week;

static bool may_be_seen(const week *w, const vector_cell *c) {
  if (c->dimension != SLICED_WHOLE || bpi_measures[c->measure].how != MEASURE_SUM) return false;
  agreed_span span = bpi_agreements_span(w->said.agreed, w->said.agreements, BP_ACCESS_LEAD,
                                         bpi_measure_families(c->measure));
  return bpi_agreed_week(span, w->monday) && w->today < span.until;
}

static void put_cell(const week *w, const vector_cell *c) {
  bp_result *t = w->table;
  bpi_table_add_row(t);
  set_week(t, 0, w->monday);
  set_text(t, 1, bpi_measures[c->measure].name);
  bpi_table_set_int(t, 2, c->value);
  if (c->lower) bpi_table_set_state(t, 2, BP_CELL_VALUE | BP_CELL_LOWER_BOUND);
  set_text(t, 3, bpi_measures[c->measure].unit);
  if (c->dimension != SLICED_WHOLE) set_text(t, 4, bpi_sliced_name(c->dimension));
  set_text(t, 5, slice_name(w->roster, c));
  if (may_be_seen(w, c)) set_text(t, 6, bpi_access_name(BP_ACCESS_LEAD));
}

static int read_week(const week *w, const inspection *i, bp_error **error) {
  source_cover covers[SOURCES_MAX];
  compute_context context = bpi_context(i->handle, covers);
  vector_cell *cells = NULL;
  size_t count = 0;
  int rc = bpi_contribution_read(&cells, &count, &context, w->monday * BPI_DAY,
                                 (w->monday + 7) * BPI_DAY, project_slice, (void *)w->roster,
                                 error);
  for (size_t k = 0; k < count && rc == BP_OK; k++)
    put_cell(w, &cells[k]);
  bpi_free(cells);
  return rc;
}

int bpi_inspect_outgoing(inspection *i, bp_error **error) {
  roster *r = NULL;
  COLUMNS(i->table, {BP_TYPE_TEXT, "window", NULL}, {BP_TYPE_TEXT, "measure", NULL},
          {BP_TYPE_INT, "value", NULL}, {BP_TYPE_TEXT, "unit", NULL},
          {BP_TYPE_TEXT, "dimension", NULL}, {BP_TYPE_TEXT, "slice", NULL},
          {BP_TYPE_TEXT, "seen_by", NULL});
  week w = {.table = i->table, .today = bpi_handle_now(i->handle) / BPI_DAY};
  w.monday = w.today - bpi_day_of_week(w.today) - 7;
  bpi_read_end(i->handle->store); /* replaced by a snapshot that includes tasks */
  int rc = bpi_read_begin_tasks(i->handle->store, error);
  if (rc == BP_OK) rc = bpi_team_roster(&r, i->handle, 0, error);
  if (rc == BP_OK) rc = bpi_consent_say(i->handle, &w.said, error);
  w.roster = r;
  if (rc == BP_OK && bpi_is_monday(w.monday))
    rc = read_week(&w, i, error); /* else no week is over */
  bpi_roster_free(r);
  return rc;
}
