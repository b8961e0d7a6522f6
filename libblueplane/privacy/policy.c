/* privacy/policy.c: the matrix for a personal store. Leads, managers and research read release
 * files, never this; until those exist their accesses open nothing. */
#include "privacy/policy.h"

#include <stddef.h>

#include <blueplane/blueplane.h>

static const struct access {
  const char *name;
  bool opens;
  bool right[RIGHT_COUNT]; /* ingest, query, inspect, health, configure, preview */
} matrix[] = {
    [BP_ACCESS_NONE] = {"none", true, {false, false, false, false, false, false}},
    [BP_ACCESS_OWNER] = {"owner", true, {true, true, true, true, true, true}},
    [BP_ACCESS_LEAD] = {"lead", false, {false, false, false, false, false, false}},
    [BP_ACCESS_MANAGER] = {"manager", false, {false, false, false, false, false, false}},
    [BP_ACCESS_DEVOPS] = {"devops", true, {false, false, false, true, false, false}},
    [BP_ACCESS_RESEARCH] = {"research", false, {false, false, false, false, false, false}},
    [BP_ACCESS_STEWARD] = {"steward", false, {false, false, false, false, false, false}},
};

static const struct access *row_of(uint32_t access) {
  return access < sizeof matrix / sizeof *matrix ? &matrix[access] : NULL;
}

bool bpi_policy_allows(uint32_t access, policy_right right) {
  const struct access *row = row_of(access);
  return row != NULL && row->opens && right < RIGHT_COUNT && row->right[right];
}

bool bpi_policy_opens(uint32_t access) {
  const struct access *row = row_of(access);
  return row != NULL && row->opens;
}

const char *bpi_access_name(uint32_t access) {
  const struct access *row = row_of(access);
  return row == NULL ? NULL : row->name;
}
