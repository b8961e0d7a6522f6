/* api/retention.c: limits are settings of the store, in days. bp_erase {"expired":true} deletes
 * what is older; the program calls it after reading new data. */
#include "api/retention.h"

#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "store/transaction.h"

#define DAYS_MOST 36500

static const struct limit {
  const char *name;
  int64_t days; /* default */
} limits[] = {{"events_days", 400}, {"releases_days", INT64_C(3) * 365}, {"audit_days", 90}};
#define LIMITS (sizeof limits / sizeof *limits)

int bpi_retention_days(bp_store *s, const char *name, int64_t *days, bp_error **error) {
  for (size_t i = 0; i < LIMITS; i++)
    if (strcmp(limits[i].name, name) == 0)
      return bpi_store_setting(s->store, name, limits[i].days, days, error);
  return bpi_fail(error, BP_ERR_INTERNAL, "no such limit");
}

int bpi_retention_limit(bp_store *s, const char *name, int64_t *until_us, bp_error **error) {
  int64_t days = 0, latest = 0;
  int rc = bpi_retention_days(s, name, &days, error);
  if (rc == BP_OK) rc = bpi_store_latest(s->store, bpi_handle_now(s), &latest, error);
  *until_us = days == 0 ? INT64_MIN : latest - days * BPI_DAY;
  return rc;
}

static bool read_limit(json_value value, int64_t *days) {
  *days = 0;
  if (bpi_json_is_null(value)) return true;
  return bpi_json_int(value, days) && *days >= 1 && *days <= DAYS_MOST;
}

/* Checks all limits before setting any. */
static int set_limits(bp_store *s, json_value root, bp_error **error) {
  int64_t days[LIMITS], version = 0;
  bool given[LIMITS] = {false};
  bool good = bpi_json_is_object(root) && bpi_json_int(bpi_json_get(root, "version"), &version) &&
              version == 1;
  size_t known = 1;
  for (size_t i = 0; i < LIMITS && good; i++) {
    json_value value = bpi_json_get(root, limits[i].name);
    given[i] = value != NULL;
    known += given[i];
    good = !given[i] || read_limit(value, &days[i]);
  }
  if (!good || bpi_json_size(root) != known)
    return bpi_json_refuse(error, "a document about retention",
                           "{\"version\":1} with events_days, releases_days, audit_days: days or "
                           "null");
  if (bpi_store_read_only(s->store))
    return bpi_fail(error, BP_ERR_READONLY, "the handle is read-only");
  int rc = bpi_transaction_begin(s->store, error);
  if (rc != BP_OK) return rc;
  for (size_t i = 0; i < LIMITS && rc == BP_OK; i++)
    if (given[i]) rc = bpi_store_set_setting(s->store, limits[i].name, days[i], error);
  return bpi_transaction_end(s->store, rc, error);
}

int bpi_retention_configure(bp_store *s, const char *json, size_t length, bp_error **error) {
  json_doc *doc = NULL;
  int rc = bpi_json_parse(&doc, json, length, error);
  if (rc == BP_OK) rc = set_limits(s, bpi_json_root(doc), error);
  bpi_json_free(doc);
  return rc;
}
