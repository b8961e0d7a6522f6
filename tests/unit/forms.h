/* The forms of a test, by the environment. BLUEPLANE_LONG=1: it goes through all of its places, which may take half an hour.
 * BLUEPLANE_SHORT=1: through fewer than usual, of the same code, where files are slow, the processor is emulated or every
 * access to memory is looked at. */
#ifndef TESTS_UNIT_FORMS_H
#define TESTS_UNIT_FORMS_H

#include <stdbool.h>
#include <stdlib.h>

static inline bool long_form(void) {
  return getenv("BLUEPLANE_LONG") != NULL;
}

static inline bool short_form(void) {
  return getenv("BLUEPLANE_SHORT") != NULL;
}

/* Where to fail next: everywhere in the long form; usually up to the 64th place, then in steps of a 64th; in the short
 * form the same with a 16th. */
static inline long next_place(long after) {
  return after + 1 + (long_form() ? 0 : after / (short_form() ? 16 : 64));
}

#endif
