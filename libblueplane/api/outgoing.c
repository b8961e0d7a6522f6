/* api/outgoing.c: what the next bundle would hold: the vector of the last whole week, number by number,
 * before anything leaves. Made as sharing makes it; nothing is noted in the ledger. */
#include "api/context.h"
#include "api/inspection.h"
#include "api/team.h"
#include "base/mem.h"
#include "metrics/contribution.h"
#include "store/read.h"

#define MONDAY 4 /* 1970-01-05 */

static int project_slice(void *user, const char *folder, size_t length) {
  const roster *r = user;
  size_t project = r == NULL || folder == NULL ? ROSTER_NONE
                                               : bpi_roster_project_of(r, folder, length);
  return project == ROSTER_NONE ? SLICE_OTHER : (int)project + 1;
}

/* NULL for the whole. */
static const char *slice_name(const roster *r, const vector_cell *c) {
  if (c->dimension == SLICED_PROJECT && c->slice != SLICE_OTHER)
    return r == NULL ? NULL : r->project[c->slice - 1].id;
  return c->dimension == SLICED_WHOLE ? NULL : bpi_slice_name(c->dimension, c->slice);
}

static void put_cell(bp_result *t, int64_t monday, const roster *r, const vector_cell *c) {
  bpi_table_add_row(t);
  set_week(t, 0, monday);
  set_text(t, 1, bpi_measures[c->measure].name);
  bpi_table_set_int(t, 2, c->value);
  set_text(t, 3, bpi_measures[c->measure].unit);
  if (c->dimension != SLICED_WHOLE) set_text(t, 4, bpi_sliced_name(c->dimension));
  set_text(t, 5, slice_name(r, c));
}

static int read_week(inspection *i, roster *r, int64_t monday, bp_error **error) {
  source_cover covers[SOURCES_MAX];
  compute_context context = bpi_context(i->handle, covers);
  vector_cell *cells = NULL;
  size_t count = 0;
  int rc = bpi_contribution_read(&cells, &count, &context, monday * BPI_DAY, (monday + 7) * BPI_DAY,
                                 project_slice, r, error);
  for (size_t k = 0; k < count && rc == BP_OK; k++)
    put_cell(i->table, monday, r, &cells[k]);
  bpi_free(cells);
  return rc;
}

int bpi_inspect_outgoing(inspection *i, bp_error **error) {
  roster *r = NULL;
  COLUMNS(i->table, {BP_TYPE_TEXT, "window", NULL}, {BP_TYPE_TEXT, "measure", NULL},
          {BP_TYPE_INT, "value", NULL}, {BP_TYPE_TEXT, "unit", NULL},
          {BP_TYPE_TEXT, "dimension", NULL}, {BP_TYPE_TEXT, "slice", NULL});
  int64_t today = bpi_handle_now(i->handle) / BPI_DAY;
  int64_t monday = today - (today - MONDAY) % 7 - 7;
  int rc = bpi_team_roster(&r, i->handle, 0, error);
  bpi_read_end(i->handle->store); /* the week is computed in snapshots of its own */
  if (rc == BP_OK) rc = read_week(i, r, monday, error);
  bpi_roster_free(r);
  return rc;
}
