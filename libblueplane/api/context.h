/* api/context.h: makes the compute_context of a handle: its store and prices, and what each source
 * of the registry can record. */
#ifndef BPI_API_CONTEXT_H
#define BPI_API_CONTEXT_H

#include "api/handle.h"
#include "metrics/compute.h"

/* Fills `covers`, which the result points to and which must live as long. */
compute_context bpi_context(const bp_store *s, source_cover covers[SOURCES_MAX]);

#endif
