/* BLUEPLANE_SHORT=1: the short form of a test, where files are slow, the processor is emulated or every access to memory is
 * looked at. It goes through the same code in fewer of its places. */
#ifndef TESTS_UNIT_SHORT_FORM_H
#define TESTS_UNIT_SHORT_FORM_H

#include <stdbool.h>
#include <stdlib.h>

static inline bool short_form(void) {
  return getenv("BLUEPLANE_SHORT") != NULL;
}

/* Where to fail next: everywhere; in the short form up to the 16th place, then in steps of a 16th. */
static inline long next_place(long after) {
  return after + 1 + (short_form() ? after / 16 : 0);
}

#endif
