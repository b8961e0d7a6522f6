/* privacy/agreement.h: what a person agreed to, as it travels in bundles: in which weeks an audience may
 * see the person alone in a family of metrics. Knows days and numbers; knows no name, no store and no
 * reason. */
#ifndef BPI_PRIVACY_AGREEMENT_H
#define BPI_PRIVACY_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define AGREEMENTS_MAX 32
#define AGREEMENT_BYTES 10
#define AGREEMENT_FAMILIES 32

/* Of weeks that lie in [since, until) and to be seen before `until`; days since 1970. Consent that was
 * taken back is no agreement, and one that was given again begins anew. */
typedef struct agreement {
  uint8_t audience, family; /* BP_ACCESS_; the family's number in the catalogue */
  uint32_t since, until;
} agreement;

/* Ascending by audience and family, none twice, each with an end behind its beginning. Whatever comes
 * from elsewhere passes here first. */
bool bpi_agreements_valid(const agreement *list, size_t count);
/* The weeks that may be seen; none if `since` does not lie before `until`. */
typedef struct agreed_span {
  uint32_t since, until;
} agreed_span;

#define AGREED_ALWAYS ((agreed_span){0, UINT32_MAX})
/* What is agreed to of all the families, bits by their numbers, together. */
agreed_span bpi_agreements_span(const agreement *list, size_t count, unsigned audience,
                                uint32_t families);
agreed_span bpi_agreed_both(agreed_span a, agreed_span b);
bool bpi_agreed_week(agreed_span span, int64_t monday);

/* AGREEMENT_BYTES each; the one encoding. */
void bpi_agreements_put(buf *out, const agreement *list, size_t count);
void bpi_agreements_take(bytes *from, agreement *list, size_t count);

#endif
