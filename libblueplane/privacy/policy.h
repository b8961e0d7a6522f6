/* privacy/policy.h: the access matrix: who may do what with a handle. One constant table, deny by
 * default. Knows accesses and rights; knows no store. */
#ifndef BPI_PRIVACY_POLICY_H
#define BPI_PRIVACY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

typedef enum policy_right {
  RIGHT_INGEST, RIGHT_QUERY, RIGHT_INSPECT, RIGHT_HEALTH, RIGHT_CONFIGURE, RIGHT_PREVIEW,
  RIGHT_COUNT
} policy_right;

/* False also for an access this library does not serve. */
bool bpi_policy_allows(uint32_t access, policy_right right);
/* Whether a personal store can be opened with this access at all. */
bool bpi_policy_opens(uint32_t access);
/* "owner", ...; NULL if there is no such access. */
const char *bpi_access_name(uint32_t access);

#endif
