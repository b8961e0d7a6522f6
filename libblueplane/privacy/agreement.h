/* privacy/agreement.h: the consent of a person as it is carried in bundles: the weeks in which an
 * audience may see the person individually, per family of metrics. Knows days and numbers; knows no
 * name, no store and no reason. */
#ifndef BPI_PRIVACY_AGREEMENT_H
#define BPI_PRIVACY_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define AGREEMENTS_MAX 32
#define AGREEMENT_BYTES 10
#define AGREEMENT_FAMILIES 32

/* Covers weeks that lie in [since, until), which may be shown before `until`; in days since 1970.
 * Withdrawn consent is no agreement, and consent given again starts a new one. */
typedef struct agreement {
  uint8_t audience, family; /* BP_ACCESS_; number of the family in the catalogue */
  uint32_t since, until;
} agreement;

/* Whether the list is strictly ascending by audience and family, and each range has its end after
 * its beginning. */
bool bpi_agreements_valid(const agreement *list, size_t count);
/* The days whose weeks may be shown; empty unless `since` is before `until`. */
typedef struct agreed_span {
  uint32_t since, until;
} agreed_span;

#define AGREED_ALWAYS ((agreed_span){0, UINT32_MAX})
/* The range that is agreed for all of the families (bits by number). */
agreed_span bpi_agreements_span(const agreement *list, size_t count, unsigned audience,
                                uint32_t families);
agreed_span bpi_agreed_both(agreed_span a, agreed_span b);
bool bpi_agreed_week(agreed_span span, int64_t monday);

/* AGREEMENT_BYTES each; the only encoding. */
void bpi_agreements_put(buf *out, const agreement *list, size_t count);
/* Whether they were there and are valid. */
bool bpi_agreements_take(bytes *from, agreement *list, size_t count);

#endif
