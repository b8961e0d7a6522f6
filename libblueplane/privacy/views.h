/* privacy/views.h: which members who agreed to be seen alone may be shown, so that nobody who did not
 * agree is left over. Beside an aggregate of n members, views of n - 1 of them show the last one too.
 * Knows members and cells by number; knows no value, no name and no date. */
#ifndef BPI_PRIVACY_VIEWS_H
#define BPI_PRIVACY_VIEWS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct views {
  size_t people, cells;
  const bool *in;     /* by cell and person: adds something to the published cell */
  const bool *agreed; /* by person */
  /* by person: the viewer, whose own numbers are known to the viewer; NULL: nobody */
  const bool *self;
} views;

/* Fills `shown` by person: those who agreed, less those whose views wait. In every cell the people
 * unknown to the viewer number 0 or at least 2. The aggregates stay as they are. */
void bpi_views_choose(const views *v, bool *shown);

#endif
