/* tests/unit/forms.h: how much a test tries, set by the environment. BLUEPLANE_LONG=1: everything,
 * which may take half an hour. BLUEPLANE_SHORT=1: less than usual, of the same code, where files
 * are slow, the processor is emulated or every memory access is checked. */
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

/* The next place to fail at: in the long form each; usually each up to the 64th, then in steps of
 * 1/64; in the short form the same with 16. */
static inline long next_place(long after) {
  return after + 1 + (long_form() ? 0 : after / (short_form() ? 16 : 64));
}

#endif
