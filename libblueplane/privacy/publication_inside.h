/* privacy/publication_inside.h: a cell of people on its way to what is published of it, for publication.c and
 * view_rules.c alone. */
#ifndef BPI_PRIVACY_PUBLICATION_INSIDE_H
#define BPI_PRIVACY_PUBLICATION_INSIDE_H

#include "privacy/figures.h"
#include "privacy/publication.h"

#define NOBODY SIZE_MAX /* as an insider */

/* One slice of a cell of people, or all of it. */
typedef struct block_part {
  uint16_t dimension, slice;
  size_t people;
} block_part;

/* How a number of a part is shown: exactly but for rounding, or as a bucket; and what a reader who
 * knows everything else along the dimension can say of it. */
typedef struct shown_part {
  size_t part;
  bool exact;
  int64_t value, low, high;
  parts of;
} shown_part;

/* A cell of people: a team that stands alone, or the pool. */
typedef struct block {
  publication *out;
  size_t capacity, view_capacity; /* of out->cells and out->views */
  int32_t scope, k;
  const contributor **who;
  size_t people;
  block_part *part; /* 0 is the whole, those of a dimension are neighbours */
  size_t parts, part_capacity;
  size_t first[SLICED_COUNT + 1]; /* part of a dimension */
  int64_t *value;                 /* by person, part and measure */
  /* of the measure at hand */
  int measure;
  shown_part *shown; /* by part: those that are published */
  bool *published;   /* by part */
  bool *in, *rest;   /* what the audit asks */
  const atomic_int *cancelled;
  int failed; /* BP_ERR_NOMEM, BP_ERR_CANCELLED */
} block;

/* What a person has of a measure in a part; of the whole -1 where no source tells. */
int64_t bpi_block_value(const block *b, size_t person, size_t at, int measure);
/* How much of a part of the measure at hand the whole and the other parts of its dimension leave open. */
int64_t bpi_block_width(const block *b, size_t at);
/* Whether all that is published of the measure at hand tells who knows the numbers of `known` of no group of fewer. */
bool bpi_block_keeps(block *b, const bool *known, int32_t fewer_than);

/* view_rules.c: of those who agreed leaves in `shown`, by person, whom the lead may see of the measure at hand. A failure is
 * the block's. */
void bpi_view_rules_choose(block *b, bool *shown);

#endif
