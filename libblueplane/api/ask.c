/* api/ask.c: looks up the family and levels of each name in the catalogue and asks the policy. */
#include "api/ask.h"

#include "metrics/catalog.h"
#include "metrics/report.h"

static int not_open(const bp_store *s, const char *what, const char *name, bp_error **error) {
  bpi_fail(error, BP_ERR_DENIED, "access does not allow this query");
  bpi_fail_detail(error, "name", bpi_access_name(s->access));
  return bpi_fail_detail(error, what, name);
}

static int check_metrics(const bp_store *s, const bp_query *q, bp_error **error) {
  const char *names[QUERY_METRICS];
  size_t count = bpi_query_metrics(q, names);
  bool release = bpi_store_kind(s->store) != STORE_PERSONAL;
  for (size_t i = 0; i < count; i++) {
    dimension_id by;
    metric_id id = bpi_metric_find(names[i], &by);
    const report *r = bpi_report_find(names[i]);
    const metric *m = id == METRIC_COUNT ? NULL : &bpi_metrics[id];
    const char *family = r   ? REPORT_FAMILY
                         : m ? bpi_family_name(m->family)
                             : "adoption"; /* in a release: metrics that only groups have */
    const char *levels = r ? r->levels : m ? m->levels : NULL;
    if ((r || m || release) &&
        !bpi_policy_metric(bpi_store_kind(s->store), s->access, family, names[i], levels))
      return not_open(s, "metric", names[i], error);
  }
  return BP_OK;
}

/* Published windows are grouped by one dimension at a time, without filters: freely chosen
 * overlapping groups could be subtracted from each other. */
static int check_dimensions(const bp_store *s, const bp_query *q, bp_error **error) {
  store_kind kind = bpi_store_kind(s->store);
  bool free_choice = bpi_policy_any_range(kind, s->access);
  const char *names[QUERY_DIMENSIONS + QUERY_METRICS];
  size_t count = bpi_query_dimensions(q, names), slices = 0;
  if (!free_choice && q->filters > 0) return not_open(s, "dimension", q->where[0].dimension, error);
  for (size_t i = 0; i < count; i++) {
    dimension_id dim = bpi_dimension_find(names[i]);
    slices += dim == DIM_COUNT || !bpi_dimension_is_time(dim);
    bool open = bpi_policy_dimension(kind, s->access, names[i]) ||
                (dim == DIM_COUNT && kind == STORE_PERSONAL);
    if (!open || (!free_choice && slices > 1)) return not_open(s, "dimension", names[i], error);
  }
  return BP_OK;
}

int bpi_ask_allowed(const bp_store *s, const bp_query *q, bp_error **error) {
  int rc = check_metrics(s, q, error);
  return rc == BP_OK ? check_dimensions(s, q, error) : rc;
}
