/* metrics/contribution.h: computes a week of a personal store as the vector that may leave it.
 * Every number comes from an ordinary query for metrics of the catalogue; which measures leave, and
 * in which slices, is defined in privacy/vector.def. Knows metrics; knows no team. */
#ifndef BPI_METRICS_CONTRIBUTION_H
#define BPI_METRICS_CONTRIBUTION_H

#include "metrics/compute.h"
#include "privacy/vector.h"

/* Maps the name of a project folder to its slice of SLICED_PROJECT, usually SLICE_OTHER. */
typedef int (*project_fn)(void *user, const char *folder, size_t length);

/* The vector of [from, until). The caller holds a snapshot that includes tasks
 * (bpi_read_begin_tasks) and frees *cells with bpi_free. Errors: those of bpi_compute. */
int bpi_contribution_read(vector_cell **cells, size_t *count, const compute_context *c,
                          int64_t from_us, int64_t until_us, project_fn project, void *user,
                          bp_error **error);

/* The families (bit per metric_family) of all metrics a measure is made of: consent is needed for
 * each of them. 0: the measure does not come from a person's metrics. */
uint32_t bpi_measure_families(int measure);

#endif
