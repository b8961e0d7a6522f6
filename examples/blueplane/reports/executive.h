/* executive.h: the report for those who decide about licences and rollout. */
#ifndef EXECUTIVE_H
#define EXECUTIVE_H

#include "../published.h"
#include "paper.h"

/* What the report rests on: answers about a window and the one before it. */
typedef struct executive {
  const published *x;
  window now, before;
  bool has_before; /* and can be compared with */
  bp_result *total, *past, *weeks, *teams, *projects, *platforms, *models, *windows;
  screen screen;
} executive;

/* recommend.c: what the numbers support, the first first; at most `most`. */
size_t recommend(point_made *out, size_t most, const executive *e);

#endif
