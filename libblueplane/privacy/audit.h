/* privacy/audit.h: the linear audit: whether numbers published together allow somebody to compute
 * the exact number of a group that is too small. Knows which person contributes to which number;
 * knows no values, so its result holds for all of them.
 *
 * The published numbers are linear equations in each person's value per slice; a person's values
 * have the same sum along every dimension. A group is isolated if some combination of the equations
 * contains only unknowns of the group, that is, if the rank of the equations falls when the group's
 * unknowns are removed. Ranks are exact: they are computed modulo as many primes as Hadamard's
 * bound requires. */
#ifndef BPI_PRIVACY_AUDIT_H
#define BPI_PRIVACY_AUDIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUDIT_ROWS_MAX 256
#define AUDIT_DIMENSIONS 8 /* 0: the total */

typedef struct audit {
  size_t rows;              /* numbers published exactly, grouped by dimension */
  const uint8_t *dimension; /* by row: 0 for the total, of which there is at most one row */
  size_t people;
  const bool *in;     /* by person and row: contributes to it */
  const bool *rest;   /* by person and dimension: has a part outside its rows */
  const bool *known;  /* by person: the reader knows all of the person's numbers; NULL: of nobody */
  int32_t fewer_than; /* groups of fewer people must not be isolated */
  const atomic_int *cancelled; /* checked for each group tried; NULL: cannot be cancelled */
} audit;

/* *isolates is also true if there are too many groups to try. 0, BP_ERR_NOMEM or
 * BP_ERR_CANCELLED. */
int bpi_audit_isolates(const audit *a, bool *isolates);

#endif
