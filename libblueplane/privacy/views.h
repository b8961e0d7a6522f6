/* privacy/views.h: which members who agreed to be shown individually may be shown without revealing
 * one who did not: next to an aggregate of n members, views of n - 1 of them reveal the last. Knows
 * members and cells by number; knows no values, names or dates. */
#ifndef BPI_PRIVACY_VIEWS_H
#define BPI_PRIVACY_VIEWS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct views {
  size_t people, cells;
  const bool *in;     /* by cell and person: contributes to the published cell */
  const bool *agreed; /* by person */
  /* by person: the viewer, who knows their own numbers; NULL: nobody */
  const bool *self;
} views;

/* Sets `shown` by person: those who agreed, except whose views are withheld. In every cell the
 * number of people unknown to the viewer is then 0 or at least 2. The aggregates do not change. */
void bpi_views_choose(const views *v, bool *shown);

#endif
