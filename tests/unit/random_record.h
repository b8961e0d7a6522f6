/* tests/unit/random_record.h: what records say, by dice: few distinct values, so that ties and partial ties are common.
 * Labels are small numbers, 0 for none. */
#ifndef TESTS_UNIT_RANDOM_RECORD_H
#define TESTS_UNIT_RANDOM_RECORD_H

#include "sources/record.h"

/* Below `sides`, from one throw to the next. */
int64_t below(int64_t sides);

/* How many distinct values there are. */
typedef struct record_bounds {
  int64_t counts, characters, tokens;
} record_bounds;

/* Of a record that is all zero but for its kind, what is told by that kind. Each member is a statement: in what order the
 * members of one initialiser are made, and so what each of them throws, is the compiler's to choose. */
void random_body(record *r, const record_bounds *most);

#endif
