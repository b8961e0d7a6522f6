/* metrics/assumptions.h: numbers that some metrics assume because no log records them: how long
 * work would have taken by hand, and which shares count as high or low. Read from a versioned
 * document (docs/formats/assumptions.md) and shown with every number that depends on them. Knows no
 * metric. */
#ifndef BPI_METRICS_ASSUMPTIONS_H
#define BPI_METRICS_ASSUMPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

#include "base/buf.h"

typedef struct assumed_range {
  int64_t low, likely, high; /* microseconds */
} assumed_range;

typedef struct assumptions {
  assumed_range line_us;  /* time by hand for a line that was kept */
  assumed_range task_us;  /* time by hand for a resolved task, in addition to its lines */
  double delegate_share;  /* share of resolved tasks of a type: above it delegate, below it keep */
  double underused_share; /* share of tasks that use a feature: below it the feature is underused */
  double hour_usd;        /* full cost of an hour of a member */
} assumptions;

const assumptions *bpi_assumptions_builtin(void);
/* Members missing from the document keep their built-in value. Errors: BP_ERR_FORMAT with detail
 * "path" (no such detail: not JSON), BP_ERR_UNSUPPORTED for another version. */
int bpi_assumptions_parse(assumptions *out, const char *json, size_t length, bp_error **error);
/* The assumptions behind time saved, in words: "by hand a line kept takes 12 s, 30 s or 60 s,
 * ...". */
void bpi_assumptions_show_time(buf *out, const assumptions *a);

/* The assumption that turns time into money: "an hour of a member costs 75 USD". */
void bpi_assumptions_show_hour(buf *out, const assumptions *a);

#endif
