/* metrics/compute.c: runs the stages in order: plan, range, cells, baseline, answers, rows,
 * table. */
#include "metrics/compute.h"

#include <string.h>

#include "base/err.h"
#include "metrics/present.h"
#include "metrics/report.h"

/* Everything one computation owns, so that it is freed in one place. */
typedef struct computation {
  const compute_context *c;
  const bp_query *q;
  bp_error **error;
  plan *p;
  zone *z;
  name_cache names;
  bool open; /* the range has no start: facts without a time are included */
  range range, units[BASELINE_UNITS];
  size_t unit_count;
  timeline timeline, unit_timeline;
  frame frame, unit_frame;
  answers answers, unit_answers;
  rows rows;
} computation;

/* --------------------------------------------------------------------------------- the range */

/* Replaces an open end by the start or end of the days with data. */
static int close_ends(const compute_context *c, const zone *z, int64_t *from, int64_t *until,
                      bp_error **error) {
  int64_t first, last;
  int rc = bpi_read_extent(c->store, &first, &last, error);
  if (rc) return rc;
  bool empty = first == QUARTER_UNDATED;
  if (*from == INT64_MIN)
    *from = empty ? 0 : bpi_day_start(z, bpi_zone_local_days(z, first * BPI_QUARTER));
  if (*from > *until) *from = *until; /* nothing before the end */
  if (*until == INT64_MAX)
    *until = empty ? *from : bpi_day_start(z, bpi_zone_local_days(z, last * BPI_QUARTER) + 1);
  if (*until < *from) *until = *from;
  return BP_OK;
}

int bpi_compute_range(range *out, const compute_context *c, const bp_query *q, const zone *z,
                      bp_error **error) {
  int64_t from = q->from, until = q->until;
  if (q->period) {
    bpi_period_resolve(out, q->period, z, c->now_us, q->sunday);
    if (out->from < out->until) return BP_OK;
    return bpi_fail(error, BP_ERR_INVALID, "this date does not exist in the zone");
  }
  if (from != INT64_MIN && until != INT64_MAX) {
    bpi_period_between(out, z, from, until);
    return BP_OK;
  }
  if (q->baseline) {
    bpi_fail(error, BP_ERR_INVALID, "a range with an open end has no baseline");
    bpi_fail_detail(error, "hint", "name a period or both ends");
    return BP_ERR_INVALID;
  }
  int rc = close_ends(c, z, &from, &until, error);
  *out = (range){.kind = PERIOD_INSTANTS, .from = from, .until = until};
  return rc;
}

int bpi_compute_baseline(range out[BASELINE_UNITS], size_t *units, const range *of,
                         query_baseline baseline, const compute_context *c, const bp_query *q,
                         const zone *z, bp_error **error) {
  if (baseline != BASELINE_PERIOD) return bpi_period_baseline(out, units, of, baseline, z, error);
  *units = 1;
  bpi_period_resolve(out, q->baseline_period, z, c->now_us, q->sunday);
  if (out->from < out->until) return BP_OK;
  return bpi_fail(error, BP_ERR_INVALID, "this date does not exist in the zone");
}

/* --------------------------------------------------------------------------------- the cells */

static int fill(computation *x, frame *f, timeline *t, const range *ranges, size_t count,
                bool undated) {
  int rc =
      bpi_timeline_init(t, x->z, x->q->sunday, ranges, count, x->p->by, x->p->dimensions, x->error);
  if (rc) return rc;
  bpi_frame_init(f, x->p, t, &x->names, x->c->prices, x->c->assumed);
  if (x->p->depth) rc = bpi_frame_count_depth(x->p, t, &x->names, x->c->store, undated, x->error);
  if (!rc) rc = bpi_frame_fill(f, x->c->store, undated, x->error);
  return rc == BP_ERR_NOMEM ? bpi_fail_nomem(x->error) : rc;
}

static int fill_baseline(computation *x) {
  query_baseline baseline = x->q->baseline;
  int rc = bpi_compute_baseline(x->units, &x->unit_count, &x->range, baseline, x->c, x->q, x->z,
                                x->error);
  if (!rc) rc = fill(x, &x->unit_frame, &x->unit_timeline, x->units, x->unit_count, false);
  if (rc) return rc;
  return bpi_answers_init(&x->unit_answers, &x->unit_frame, bpi_baseline_is_average(baseline),
                          x->error);
}

/* -------------------------------------------------------------------------------- the answers */

static int present(computation *x, bp_result **out) {
  bool compared = x->q->baseline != BASELINE_NONE;
  int rc = bpi_answers_init(&x->answers, &x->frame, false, x->error);
  if (!rc) rc = bpi_rows_make(&x->rows, &x->answers, compared ? &x->unit_frame : NULL, x->error);
  if (rc) return rc;
  presentation p = {.p = x->p,
                    .rows = &x->rows,
                    .main = &x->answers,
                    .baseline = compared ? &x->unit_answers : NULL,
                    .range = &x->range,
                    .units = x->units,
                    .unit_count = x->unit_count,
                    .z = x->z,
                    .prices = x->c->prices};
  return bpi_present(out, &p, x->error);
}

static int compute(computation *x, bp_result **out) {
  int rc = bpi_compute_range(&x->range, x->c, x->q, x->z, x->error);
  if (rc) return rc;
  x->open = !x->q->period && x->q->from == INT64_MIN;
  if (x->p->used & DIM_BIT(DIM_WORKSPACE)) bpi_names_tell_workspaces_apart(&x->names);
  if (x->names.failed) return x->names.failed;
  rc = fill(x, &x->frame, &x->timeline, &x->range, 1, x->open);
  if (!rc && x->q->baseline) rc = fill_baseline(x);
  return rc ? rc : present(x, out);
}

static void free_all(computation *x) {
  bpi_rows_free(&x->rows);
  bpi_answers_free(&x->answers);
  bpi_answers_free(&x->unit_answers);
  bpi_frame_free(&x->frame);
  bpi_frame_free(&x->unit_frame);
  bpi_timeline_free(&x->timeline);
  bpi_timeline_free(&x->unit_timeline);
  bpi_names_free(&x->names);
  bpi_zone_free(x->z);
  bpi_plan_free(x->p);
}

static int run(bp_result **out, const compute_context *c, const bp_query *q, bool within,
               bp_error **error) {
  computation x;
  memset(&x, 0, sizeof x);
  *out = NULL;
  x.c = c;
  x.q = q;
  x.error = error;
  bpi_names_init(&x.names, c->store, c->covers, c->cover_count, error);
  int rc = bpi_plan_new(&x.p, q, c->covers, c->cover_count, error);
  if (!rc) rc = bpi_zone_open(&x.z, q->zone, error);
  if (!rc && !within)
    rc = x.p->tasks ? bpi_read_begin_tasks(c->store, error) : bpi_read_begin(c->store, error);
  if (!rc) {
    rc = compute(&x, out);
    if (!within) bpi_read_end(c->store);
  }
  free_all(&x);
  if (rc == BP_ERR_NOMEM) bpi_fail_nomem(error);
  return rc;
}

int bpi_compute_within(bp_result **out, const compute_context *c, const bp_query *q,
                       bp_error **error) {
  return run(out, c, q, true, error);
}

static int run_report(bp_result **out, const compute_context *c, const report *r, const bp_query *q,
                      bp_error **error) {
  *out = NULL;
  int rc = bpi_report_check(r, q, error);
  if (!rc) rc = bpi_read_begin_tasks(c->store, error);
  if (rc) return rc;
  rc = r->run(out, c, q, error);
  bpi_read_end(c->store);
  return rc;
}

int bpi_compute(bp_result **out, const compute_context *c, const bp_query *q, bp_error **error) {
  const report *r = bpi_report_of(q);
  return r ? run_report(out, c, r, q, error) : run(out, c, q, false, error);
}
