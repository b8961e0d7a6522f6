/* metrics/report.h: the list of reports: queries that return a table of their own instead of
 * metric columns (insights, trends, comparisons). The reports themselves are in insight.c and
 * compare.c. */
#ifndef BPI_METRICS_REPORT_H
#define BPI_METRICS_REPORT_H

#include "metrics/compute.h"

typedef struct report {
  const char *id, *title, *definition;
  const char *levels; /* audience, as for a metric */
  bool takes_metrics; /* metrics named after it select what it covers */
  bool takes_sides;   /* a dimension or a baseline selects what is compared */
  int (*run)(bp_result **out, const compute_context *c, const bp_query *q, bp_error **error);
} report;

/* The family of all reports: access is decided for them together. */
#define REPORT_FAMILY "insight"
extern const report bpi_reports[];
extern const size_t bpi_report_count;

const report *bpi_report_find(const char *id); /* NULL if there is none */
/* The report that a query names as its first metric; NULL: none. */
const report *bpi_report_of(const bp_query *q);

/* The builder's failure, or INVALID for a setting that the report does not take. */
int bpi_report_check(const report *r, const bp_query *q, bp_error **error);

#endif
