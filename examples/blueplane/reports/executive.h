/* executive.h: the report for people who decide about licences and rollout. */
#ifndef EXECUTIVE_H
#define EXECUTIVE_H

#include "../published.h"
#include "paper.h"

/* The data of the report: results for a window and the one before it. */
typedef struct executive {
  const published *x;
  window now, before;
  bool has_before; /* and they can be compared */
  bp_result *total, *past, *weeks, *teams, *projects, *platforms, *models, *windows;
  screen screen;
} executive;

/* recommend.c: the recommendations that the numbers support, most important first, at most
 * `most`. */
size_t recommend(point_made *out, size_t most, const executive *e);

#endif
