/* metrics/assumptions.h: what some metrics take for granted and no log can tell: how long work would
 * have taken by hand, and where a share is high or low. Given as a versioned document
 * (docs/formats/assumptions.md), shown with every number that rests on it. Knows no metric. */
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
  assumed_range line_us;  /* what a line that was kept would have taken by hand */
  assumed_range task_us;  /* what a resolved task would have taken beside its lines */
  double delegate_share;  /* resolved tasks of a type: above it delegate, below it rather not */
  double underused_share; /* tasks with a feature: below it the feature is underused */
  double hour_usd;        /* what an hour of a member costs, all included */
} assumptions;

const assumptions *bpi_assumptions_builtin(void);
/* Members that are missing stay as built in. BP_ERR_FORMAT with "path" (NULL: not JSON), and
 * BP_ERR_UNSUPPORTED for another version. */
int bpi_assumptions_parse(assumptions *out, const char *json, size_t length, bp_error **error);
/* In words what time saved rests on: "by hand a line kept takes 12 s, 30 s or 60 s, ...". */
void bpi_assumptions_show_time(buf *out, const assumptions *a);

/* And what turns it into money: "an hour of a member costs 75 USD". */
void bpi_assumptions_show_hour(buf *out, const assumptions *a);

#endif
