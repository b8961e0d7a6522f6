/* metrics/contribution.h: a week of a personal store as the vector that may leave it. Every number is
 * one of a metric of the catalogue, asked like any other question; what of it leaves, and in which
 * slices, is said in privacy/vector.def. Knows metrics; knows no team. */
#ifndef BPI_METRICS_CONTRIBUTION_H
#define BPI_METRICS_CONTRIBUTION_H

#include "metrics/compute.h"
#include "privacy/vector.h"

/* The slice of SLICED_PROJECT that a project folder's name belongs to; SLICE_OTHER for most. */
typedef int (*project_fn)(void *user, const char *folder, size_t length);

/* The vector of [from, until), within a snapshot of the caller that knows tasks; *cells is freed with bpi_free. Errors:
 * those of bpi_compute. */
int bpi_contribution_read(vector_cell **cells, size_t *count, const compute_context *c,
                          int64_t from_us, int64_t until_us, project_fn project, void *user,
                          bp_error **error);

/* The families, as bits by their numbers, of all that a measure is made of: who may see it agrees to each.
 * 0: it is no number of one person. */
uint32_t bpi_measure_families(int measure);

#endif
