/* privacy/publication_inside.h: the state of publishing one group of people, for publication.c and
 * view_rules.c only. */
#ifndef BPI_PRIVACY_PUBLICATION_INSIDE_H
#define BPI_PRIVACY_PUBLICATION_INSIDE_H

#include "privacy/figures.h"
#include "privacy/publication.h"

#define NOBODY SIZE_MAX /* in place of an insider */

/* One slice of a group of people, or its total. */
typedef struct block_part {
  uint16_t dimension, slice;
  size_t people;
} block_part;

/* How a part is shown: exact up to rounding, or as a bucket; and the range in which a reader who
 * knows everything else along the dimension can place it. */
typedef struct shown_part {
  size_t part;
  bool exact;
  int64_t value, low, high;
  parts of;
} shown_part;

/* A group of people: a team on its own, or the pool. */
typedef struct block {
  publication *out;
  size_t capacity, view_capacity; /* of out->cells and out->views */
  int32_t scope, k;
  const contributor **who;
  size_t people;
  block_part *part; /* 0 is the total; parts of a dimension are adjacent */
  size_t parts, part_capacity;
  size_t first[SLICED_COUNT + 1]; /* index of the first part of each dimension */
  int64_t *value;                 /* by person, part and measure */
  /* for the current measure */
  int measure;
  shown_part *shown; /* by part; valid for published ones */
  bool *published;   /* by part */
  bool *in, *rest;   /* input of the audit */
  const atomic_int *cancelled;
  int failed; /* BP_ERR_NOMEM, BP_ERR_CANCELLED */
} block;

/* A person's value of a measure in a part; -1 in the total if no source covers it. */
int64_t bpi_block_value(const block *b, size_t person, size_t at, int measure);
/* How much of a part of the current measure stays unknown, given the total and the other parts of
 * its dimension. */
int64_t bpi_block_width(const block *b, size_t at);
/* Whether the published numbers of the current measure isolate no group of fewer than `fewer_than`
 * people for a reader who knows the numbers of `known`. */
bool bpi_block_keeps(block *b, const bool *known, int32_t fewer_than);

/* view_rules.c: clears in `shown` (by person, initially those who agreed) everybody the lead may
 * not see for the current measure. Failures are set in the block. */
void bpi_view_rules_choose(block *b, bool *shown);

#endif
