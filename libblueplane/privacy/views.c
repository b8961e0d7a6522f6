/* privacy/views.c: a person whose view is withheld is unknown in all cells, which may leave one
 * person alone in another cell; so this repeats until nobody is. The set only shrinks, so it ends,
 * at the latest with nobody shown. */
#include "privacy/views.h"

#include <string.h>

static bool is_self(const views *v, size_t person) {
  return v->self != NULL && v->self[person];
}

static size_t unknown(const views *v, size_t cell, const bool *shown) {
  size_t count = 0;
  for (size_t person = 0; person < v->people; person++)
    count += v->in[cell * v->people + person] && !shown[person] && !is_self(v, person);
  return count;
}

/* Withholds all views in the cell; false if there were none. */
static bool wait(const views *v, size_t cell, bool *shown) {
  bool any = false;
  for (size_t person = 0; person < v->people; person++)
    if (v->in[cell * v->people + person] && shown[person]) {
      shown[person] = false;
      any = true;
    }
  return any;
}

void bpi_views_choose(const views *v, bool *shown) {
  if (v->people > 0) memcpy(shown, v->agreed, v->people * sizeof *shown);
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t cell = 0; cell < v->cells; cell++)
      if (unknown(v, cell, shown) == 1 && wait(v, cell, shown)) changed = true;
  }
}
