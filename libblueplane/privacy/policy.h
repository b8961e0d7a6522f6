/* privacy/policy.h: who may do what, as one constant table: for each kind of store and each access
 * the functions, metric families, dimensions and ranges that are allowed. What no row names is
 * denied. Knows names; knows no store and no metric. */
#ifndef BPI_PRIVACY_POLICY_H
#define BPI_PRIVACY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "privacy/kind.h"

/* Lists are words separated by one space; "*" means all. */
typedef struct policy_row {
  store_kind store;
  uint32_t access;
  const char *functions; /* exported functions; "bp_inspect:health" is one topic of a function */
  const char *families;  /* metric families that may be queried */
  const char *metrics;   /* additional metrics of other families */
  /* restricts these to metrics for one reader, a letter of the catalogue's levels; 0: no
   * restriction */
  char made_for;
  const char *dimensions; /* to group by */
  const char *ranges;     /* "any": any range and filter; "published": published windows only */
  const char *tables;     /* what the authorizer of a read-only connection allows */
} policy_row;

extern const policy_row bpi_policy[];
extern const size_t bpi_policy_rows;

/* The kinds of store an access opens, as STORE_BIT, and the kind it creates where there is none:
 * STORE_KINDS if the access only reads. */
unsigned bpi_policy_opens(uint32_t access);
store_kind bpi_policy_makes(uint32_t access, bool organisation);
/* `topic` NULL: the function has none. */
bool bpi_policy_allows(store_kind store, uint32_t access, const char *function, const char *topic);
/* `levels`: letters of the readers the metric is made for; NULL: unknown here. */
bool bpi_policy_metric(store_kind store, uint32_t access, const char *family, const char *metric,
                       const char *levels);
bool bpi_policy_dimension(store_kind store, uint32_t access, const char *dimension);
/* Whether the caller may choose ranges and filters; otherwise there are only published windows. */
bool bpi_policy_any_range(store_kind store, uint32_t access);
/* Whether figures about a person's activity (counts of facts or sessions) may be shown. */
bool bpi_policy_activity(store_kind store, uint32_t access);
/* True for owner and steward; all others get a read-only connection with an authorizer. */
bool bpi_policy_writes(uint32_t access);
/* NULL: the access does not open such a store. */
const char *bpi_policy_tables(store_kind store, uint32_t access);
/* Whether `to` may do only what `from` may do. */
bool bpi_policy_narrower(store_kind store, uint32_t from, uint32_t to);
/* "owner", ...; NULL if there is no such access. */
const char *bpi_access_name(uint32_t access);

#endif
