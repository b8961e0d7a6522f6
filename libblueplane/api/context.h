/* api/context.h: what a computation rests on beside its question: the handle's store and prices, and
 * what the sources of the registry can know. */
#ifndef BPI_API_CONTEXT_H
#define BPI_API_CONTEXT_H

#include "api/handle.h"
#include "metrics/compute.h"

/* `covers` is filled and must live as long as what is returned. */
compute_context bpi_context(const bp_store *s, source_cover covers[SOURCES_MAX]);

#endif
