/* tests/unit/random_record.h: random contents of records, from few distinct values, so that
 * complete and partial ties are common. Labels are small numbers, 0 for none. */
#ifndef TESTS_UNIT_RANDOM_RECORD_H
#define TESTS_UNIT_RANDOM_RECORD_H

#include "sources/record.h"

/* A random number below `sides`. */
int64_t below(int64_t sides);

/* The number of distinct values of each kind. */
typedef struct record_bounds {
  int64_t counts, characters, tokens;
} record_bounds;

/* Fills the members that the record's kind uses; the others must be zero. One statement per member,
 * because the order of evaluation in an initialiser, and so the random numbers, would be up to the
 * compiler. */
void random_body(record *r, const record_bounds *most);

#endif
