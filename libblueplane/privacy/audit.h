/* privacy/audit.h: the linear audit: whether numbers that are published together let somebody
 * compute the exact number of a group that is too small. Knows which person adds something to which
 * number; knows no value, so its verdict holds for all of them.
 *
 * The published numbers are linear equations in what each person did in each slice; what a person
 * did is the same sum along every dimension. A group is isolated if some combination of the
 * equations is left with unknowns of the group alone, that is, if the rank of the equations falls
 * when the group's unknowns are taken out. Ranks are exact: they are computed modulo as many primes
 * as the bound of Hadamard asks for. */
#ifndef BPI_PRIVACY_AUDIT_H
#define BPI_PRIVACY_AUDIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUDIT_ROWS_MAX 256
#define AUDIT_DIMENSIONS 8 /* 0: the whole */

typedef struct audit {
  size_t rows;              /* numbers published exactly, those of a dimension together */
  const uint8_t *dimension; /* by row: 0 the whole, of which there is at most one row */
  size_t people;
  const bool *in;     /* by person and row: adds something to it */
  const bool *rest;   /* by person and dimension: something lies outside of its rows */
  const bool *known;  /* by person: the reader knows all of the person's numbers; NULL: of nobody */
  int32_t fewer_than; /* what no group smaller than this may be isolated */
  const atomic_int *cancelled; /* looked at for each group that is tried; NULL: never stops */
} audit;

/* Also true where there are too many groups to try. 0, BP_ERR_NOMEM or BP_ERR_CANCELLED. */
int bpi_audit_isolates(const audit *a, bool *isolates);

#endif
