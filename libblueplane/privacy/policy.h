/* privacy/policy.h: who may do what, as one constant table: for each kind of store and each access the
 * functions, metric families, dimensions and ranges that are open. What no row names is denied. Knows
 * names; knows no store and no metric. */
#ifndef BPI_PRIVACY_POLICY_H
#define BPI_PRIVACY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "privacy/kind.h"

/* Words with one space between them; "*" is every word there is. */
typedef struct policy_row {
  store_kind store;
  uint32_t access;
  const char *functions; /* exported functions; "bp_inspect:health" is one topic of one */
  const char *families;  /* metric families that may be asked */
  const char *metrics;   /* and single metrics of other families */
  /* of these only metrics for this reader, a letter of the catalogue's levels; 0: all */
  char made_for;
  const char *dimensions; /* to group by */
  const char *ranges;     /* "any": any range and any filter; "published": published windows only */
  const char *tables;     /* what the authorizer of a read-only connection lets through */
} policy_row;

extern const policy_row bpi_policy[];
extern const size_t bpi_policy_rows;

/* Which kinds of store an access opens, as STORE_BIT, and the kind it makes where there is none:
 * STORE_KINDS for accesses that only read. */
unsigned bpi_policy_opens(uint32_t access);
store_kind bpi_policy_makes(uint32_t access, bool organisation);
/* `topic` NULL: the function has none. */
bool bpi_policy_allows(store_kind store, uint32_t access, const char *function, const char *topic);
/* `levels` are the letters for whom the metric is made; NULL: not known here. */
bool bpi_policy_metric(store_kind store, uint32_t access, const char *family, const char *metric,
                       const char *levels);
bool bpi_policy_dimension(store_kind store, uint32_t access, const char *dimension);
/* Whether the caller chooses ranges and filters; else there are published windows only. */
bool bpi_policy_any_range(store_kind store, uint32_t access);
/* Whether figures of a person's activity may be told (counts of facts, of sessions). */
bool bpi_policy_activity(store_kind store, uint32_t access);
/* Owner and steward: all others get a read-only connection with an authorizer. */
bool bpi_policy_writes(uint32_t access);
/* NULL: such a store does not open for this access. */
const char *bpi_policy_tables(store_kind store, uint32_t access);
/* Whether all that `to` may do is among what `from` may do. */
bool bpi_policy_narrower(store_kind store, uint32_t from, uint32_t to);
/* "owner", ...; NULL if there is no such access. */
const char *bpi_access_name(uint32_t access);

#endif
