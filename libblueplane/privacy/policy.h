/* privacy/policy.h: the access matrix: who may do what with a handle. One constant table, deny by
 * default. Knows accesses and rights; knows no store. */
#ifndef BPI_PRIVACY_POLICY_H
#define BPI_PRIVACY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "privacy/kind.h"

typedef enum policy_right {
  RIGHT_INGEST, RIGHT_QUERY, RIGHT_INSPECT, RIGHT_HEALTH, RIGHT_CONFIGURE, RIGHT_PREVIEW,
  RIGHT_SHARE, RIGHT_PUBLISH,
  RIGHT_COUNT
} policy_right;

/* False also for an access this library does not serve. */
bool bpi_policy_allows(uint32_t access, policy_right right);
/* Which kinds of store an access opens, as STORE_BIT, and the kind it makes where there is none:
 * STORE_KINDS for accesses that only read. */
unsigned bpi_policy_opens(uint32_t access);
store_kind bpi_policy_makes(uint32_t access, bool organisation);
/* "owner", ...; NULL if there is no such access. */
const char *bpi_access_name(uint32_t access);

#endif
