/* metrics/report.c: the table of reports, and which settings of a query each accepts. */
#include "metrics/report.h"

#include <string.h>

#include "base/err.h"
#include "metrics/compare.h"
#include "metrics/insight.h"

const report bpi_reports[] = {
    {"insights", "Insights",
     "What stands out in the range: each finding with its numbers, its test, and what to try.", "D",
     false, false, bpi_insights},
    {"comparison", "Comparison",
     "Rates of the range compared with its baseline, or of each value of a dimension compared with "
     "all others: difference or factor, interval, test and verdict.",
     "D L", true, true, bpi_comparison},
    {"personal_baseline", "Personal baseline",
     "Rates of the range compared with one's own four and twelve weeks before.", "D", true, false,
     bpi_personal_baseline},
    {"learning_trend", "Learning trend",
     "Change per week of rates over the twelve weeks up to the end of the range.", "D L", true,
     false, bpi_learning_trend},
};
const size_t bpi_report_count = sizeof bpi_reports / sizeof *bpi_reports;

const report *bpi_report_find(const char *id) {
  for (size_t i = 0; i < bpi_report_count; i++)
    if (!strcmp(bpi_reports[i].id, id)) return &bpi_reports[i];
  return NULL;
}

const report *bpi_report_of(const bp_query *q) {
  return q->metrics ? bpi_report_find(q->metric[0]) : NULL;
}

static int refuse(const report *r, const char *what, const char *hint, bp_error **error) {
  bpi_fail(error, BP_ERR_INVALID, "%s takes no %s", r->id, what);
  bpi_fail_detail(error, "name", r->id);
  bpi_fail_detail(error, "hint", hint);
  return BP_ERR_INVALID;
}

int bpi_report_check(const report *r, const bp_query *q, bp_error **error) {
  const char *ids[QUERY_METRICS];
  int rc = bpi_query_check(q, error);
  if (rc) return rc;
  if (q->order) return refuse(r, "order", "its rows have a fixed order", error);
  if (!r->takes_metrics && bpi_query_metrics(q, ids) > 1)
    return refuse(r, "metrics", "it chooses its metrics itself", error);
  if (!r->takes_sides && (q->dimensions || q->baseline))
    return refuse(r, "dimension and no baseline", "it accepts only filters and a range", error);
  if (q->dimensions && q->baseline)
    return refuse(r, "dimension together with a baseline", "name one of them", error);
  return BP_OK;
}
