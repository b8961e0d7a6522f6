/* privacy/policy.c: the matrix. Facts of a person open for that person; a team store opens for its
 * steward; leads, managers, operators and researchers open what holds no person at all. */
#include "privacy/policy.h"

#include <stddef.h>

#include <blueplane/blueplane.h>

#define PERSONAL STORE_BIT(STORE_PERSONAL)
#define TEAM STORE_BIT(STORE_TEAM)
#define PUBLISHED (STORE_BIT(STORE_ORGANISATION) | STORE_BIT(STORE_RELEASE))

static const struct access {
  const char *name;
  unsigned opens;
  bool right[RIGHT_COUNT]; /* ingest, query, inspect, health, configure, preview, share, publish */
} matrix[] = {
    [BP_ACCESS_NONE] = {"none", PERSONAL, {false}},
    [BP_ACCESS_OWNER] = {"owner", PERSONAL, {true, true, true, true, true, true, true, false}},
    [BP_ACCESS_LEAD] = {"lead", PUBLISHED, {false}},
    [BP_ACCESS_MANAGER] = {"manager", PUBLISHED, {false}},
    [BP_ACCESS_DEVOPS] = {"devops",
                          PERSONAL | PUBLISHED,
                          {false, false, false, true, false, false, false, false}},
    [BP_ACCESS_RESEARCH] = {"research", PUBLISHED, {false}},
    [BP_ACCESS_STEWARD] = {"steward",
                           TEAM | PUBLISHED,
                           {false, false, true, true, true, false, false, true}},
};

static const struct access *row_of(uint32_t access) {
  return access < sizeof matrix / sizeof *matrix ? &matrix[access] : NULL;
}

bool bpi_policy_allows(uint32_t access, policy_right right) {
  const struct access *row = row_of(access);
  return row != NULL && right < RIGHT_COUNT && row->right[right];
}

unsigned bpi_policy_opens(uint32_t access) {
  const struct access *row = row_of(access);
  return row == NULL ? 0 : row->opens;
}

store_kind bpi_policy_makes(uint32_t access, bool organisation) {
  if (access == BP_ACCESS_OWNER) return STORE_PERSONAL;
  if (access != BP_ACCESS_STEWARD) return STORE_KINDS;
  return organisation ? STORE_ORGANISATION : STORE_TEAM;
}

const char *bpi_access_name(uint32_t access) {
  const struct access *row = row_of(access);
  return row == NULL ? NULL : row->name;
}
