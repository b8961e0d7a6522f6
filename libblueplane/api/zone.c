/* api/zone.c: bp_zone_offset: gives callers the zones that queries use, to show instants the same
 * way. */
#include "base/err.h"
#include "base/time.h"

int bp_zone_offset(int32_t *seconds, int64_t *from_us, int64_t *until_us, const char *zone_name,
                   int64_t us, bp_error **error) {
  int64_t from, until;
  zone *z;
  if (error != NULL) *error = NULL;
  if (seconds == NULL) return bpi_fail(error, BP_ERR_INVALID, "no place for the offset");
  *seconds = 0;
  int rc = bpi_zone_open(&z, zone_name, error);
  if (rc != BP_OK) return rc;
  *seconds = bpi_zone_stretch(z, us, &from, &until);
  if (from_us != NULL) *from_us = from;
  if (until_us != NULL) *until_us = until;
  bpi_zone_free(z);
  return BP_OK;
}
