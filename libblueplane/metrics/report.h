/* metrics/report.h: questions that are answered by a table of their own and not by a column: insights,
 * trends, comparisons. Knows which there are and what they are called; each is made elsewhere. */
#ifndef BPI_METRICS_REPORT_H
#define BPI_METRICS_REPORT_H

#include "metrics/compute.h"

typedef struct report {
  const char *id, *title, *definition;
  const char *levels; /* as of a metric */
  bool takes_metrics; /* metrics behind it say what it is about */
  bool takes_sides;   /* a dimension or a baseline says what is compared */
  int (*run)(bp_result **out, const compute_context *c, const bp_query *q, bp_error **error);
} report;

/* All reports are of one family: who may ask is decided for them together. */
#define REPORT_FAMILY "insight"
extern const report bpi_reports[];
extern const size_t bpi_report_count;

const report *bpi_report_find(const char *id); /* NULL if there is none */
/* The report that a query names first, NULL if it names none. */
const report *bpi_report_of(const bp_query *q);

/* The builder's failure, or INVALID for what the report does not take. */
int bpi_report_check(const report *r, const bp_query *q, bp_error **error);

#endif
