/* vitals.c: see vitals.h. */
#include "vitals.h"

#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "interrupt.h"
#include "paths.h"
#include "queue.h"
#include "system.h"

#define BEHIND 900.0 /* seconds that a change may wait before the status is behind */

/* clang-format off */
const vital_info vital_table[] = {
    {"status", VITAL_COUNT, NULL, NULL, "status", NULL, NULL, "0 ok, 1 behind, 2 failing"},
    {"ingest_age", VITAL_SECONDS, "Reading", "since the last record", "ingest_age_seconds", NULL, NULL, "Time since something was last stored"},
    {"lag_p50", VITAL_SECONDS, "Reading", "lag, median", "lag_seconds", "quantile", NULL, "Time from a file's change until it is stored, over the last 1000 readings"},
    {"lag_p95", VITAL_SECONDS, "Reading", "lag, 95 of 100", "lag_seconds", "quantile", NULL, NULL},
    {"lag_p99", VITAL_SECONDS, "Reading", "lag, 99 of 100", "lag_seconds", "quantile", NULL, NULL},
    {"pending_files", VITAL_COUNT, "Reading", "files waiting", "pending_files", NULL, NULL, "Files with content that is not read yet"},
    {"pending_bytes", VITAL_BYTES, "Reading", "bytes waiting", "pending_bytes", NULL, NULL, "Bytes that are not read yet"},
    {"pending_age", VITAL_SECONDS, "Reading", "oldest waits for", "pending_age_seconds", NULL, NULL, "Age of the oldest change that is not read yet; 0 without one"},
    {"queue_entries", VITAL_COUNT, "Reading", "entries in the queue", "queue_entries", NULL, NULL, "Waiting entries of the Redis stream"},
    {"files", VITAL_COUNT, "Reading", "files known", "files", NULL, NULL, "Files that were ever read"},
    {"rejects", VITAL_COUNT, "Rejected", "records rejected", "rejects", NULL, "reject_rate", "Records that break their format in all files, as they are now"},
    {"reject_rate", VITAL_SHARE, "Rejected", "of all records", "reject_ratio", NULL, "reject_rate", "Share of the records that were rejected"},
    {"rejects_by_reason", VITAL_COUNT, "Rejected", "reason", "rejects_by_reason", "reason", NULL, "Records rejected, by reason"},
    {"storage_bytes", VITAL_BYTES, "Store", "size", "storage_bytes", NULL, NULL, "Size of the store"},
    {"free_bytes", VITAL_BYTES, "Store", "unused", "free_bytes", NULL, NULL, "Unused bytes in the store"},
    {"wal_bytes", VITAL_BYTES, "Store", "write-ahead log", "wal_bytes", NULL, NULL, "Size of the write-ahead log"},
    {"erasures_pending", VITAL_COUNT, "Store", "erasures to complete", "erasures_pending", NULL, NULL, "Erasures whose bytes may still be in the store's files"},
    {"growth", VITAL_BYTES, "Store", "growth a day", "growth_bytes_per_day", NULL, NULL, "Growth a day, over the last 28 days"},
    {"limit_bytes", VITAL_BYTES, "Store", "limit", "limit_bytes", NULL, NULL, "Size limit of the store: --size-limit, or what fits on the disk"},
    {"days_to_limit", VITAL_DAYS, "Store", "limit reached in", "days_to_limit", NULL, NULL, "Days until the limit is reached at this growth"},
    {"schema", VITAL_COUNT, "Store", "schema", "schema_version", NULL, NULL, "Version of the store's schema"},
    {"integrity", VITAL_COUNT, "Store", "file is sound", "integrity_ok", NULL, NULL, "1 if the last check of the whole file found nothing wrong"},
    {"provider_error_rate", VITAL_SHARE, "Providers", "calls that failed", "provider_error_ratio", NULL, "provider_error_rate", "Share of the last 500 to 1000 calls that failed"},
    {"provider_errors", VITAL_SHARE, "Providers", "failed", "provider_error_ratio_by_class", "class", "provider_errors", "Share of these calls that failed, by class"},
    {"provider_retry_rate", VITAL_SHARE, "Providers", "calls repeated", "provider_retry_ratio", NULL, "provider_retry_rate", "Share of the calls that were repeated"},
    {"provider_latency", VITAL_SHARE, "Providers", "answered within", "provider_latency_share", "le", NULL, "Share of the timed calls that took at most so many seconds"},
    {NULL, VITAL_COUNT, NULL, NULL, NULL, NULL, NULL, NULL}};
/* clang-format on */

const vital_info *find_vital(const char *name) {
  const vital_info *info = vital_table;
  while (info->name != NULL && strcmp(info->name, name) != 0)
    info++;
  return info->name == NULL ? NULL : info;
}

const vital *vital_of(const vitals *v, const char *name) {
  for (size_t i = 0; i < v->count; i++)
    if (v->item[i].of == NULL && strcmp(v->item[i].info->name, name) == 0) return &v->item[i];
  return NULL;
}

void vitals_free(vitals *v) {
  for (size_t i = 0; i < v->count; i++)
    free(v->item[i].of);
  free(v->item);
  free(v->reasons);
  *v = (vitals){0};
}

/* ------------------------------------------------------------------------------------ gathering */

static void add(vitals *v, const char *name, const char *of, double value) {
  const vital_info *info = find_vital(name);
  if (info == NULL) return; /* figures not in the table are not shown */
  v->item = need(realloc(v->item, (v->count + 1) * sizeof *v->item));
  v->item[v->count++] = (vital){info, of == NULL ? NULL : copy_text(of), value};
}

static double in_base_unit(double value, const char *unit) {
  if (unit == NULL) return value;
  return strcmp(unit, "us") == 0 || strcmp(unit, "ppm") == 0 ? value / 1e6 : value;
}

/* A damaged store answers with an error: record that as a figure, too. */
static int no_answer(vitals *v, bp_error *error) {
  if (bp_error_code(error) == BP_ERR_CORRUPT) add(v, "integrity", NULL, 0);
  return complain_of(error);
}

static int add_told(vitals *v, bp_store *operator) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (bp_inspect(&r, operator, "health", &error) != BP_OK) return no_answer(v, error);
  for (size_t row = 0; row < bp_result_rows(r); row++)
    if (has_value(r, row, 1))
      add(v, bp_result_text(r, row, 0, NULL), bp_result_text(r, row, 3, NULL),
          in_base_unit(bp_result_real(r, row, 1), bp_result_text(r, row, 2, NULL)));
  bp_result_free(r);
  return EXIT_OK;
}

/* Skips places that cannot be read; doctor reports them. */
static void add_pending(vitals *v, bp_store *operator) {
  roots known = find_roots();
  double files = 0, bytes = 0, age = 0;
  bool looked = false;
  for (size_t i = 0; i < known.count; i++) {
    bp_result *r = NULL;
    if (!known.item[i].exists) continue;
    looked |= bp_ingest_pending(&r, operator, known.item[i].source, known.item[i].path, NULL) ==
              BP_OK;
    for (size_t row = 0; row < bp_result_rows(r); row++) {
      double oldest = bp_result_real(r, row, 4) / 1e6;
      files += bp_result_real(r, row, 2);
      bytes += bp_result_real(r, row, 3);
      if (oldest > age) age = oldest;
    }
    bp_result_free(r);
  }
  roots_free(&known);
  if (!looked) return;
  add(v, "pending_files", NULL, files);
  add(v, "pending_bytes", NULL, bytes);
  add(v, "pending_age", NULL, age);
}

static int add_queue(vitals *v, const program *p) {
  const char *url = p->options.value[OPTION_QUEUE];
  double entries;
  if (url == NULL) return EXIT_OK;
  int code = read_queue(&entries, url);
  if (code == EXIT_OK) add(v, "queue_entries", NULL, entries);
  return code;
}

static double number_of(const vitals *v, const char *name) {
  const vital *found = vital_of(v, name);
  return found == NULL ? 0 : found->value;
}

double days_until(double limit, double used, double growth) {
  if (limit <= used) return 0; /* a full store no longer grows */
  return growth > 0 ? (limit - used) / growth : -1;
}

/* The size limit of the store, and when it is reached. */
static void add_limit(vitals *v, const program *p) {
  const char *asked = p->options.value[OPTION_SIZE_LIMIT];
  double used = number_of(v, "storage_bytes") - number_of(v, "free_bytes"), limit;
  if (asked != NULL)
    parse_bytes(&limit, asked);
  else if ((limit = room_left(p->store_path)) >= 0)
    limit += used;
  else
    return;
  double days = days_until(limit, used, number_of(v, "growth"));
  add(v, "limit_bytes", NULL, limit);
  if (days >= 0) add(v, "days_to_limit", NULL, days);
}

static int add_integrity(vitals *v, bp_store *operator) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  interruptible call;
  interruptible_begin(&call, operator);
  int rc = bp_inspect(&r, operator, "integrity", &error);
  interruptible_end(&call);
  if (rc != BP_OK) return no_answer(v, error);
  add(v, "integrity", NULL, (double)bp_result_int(r, 0, 1));
  bp_result_free(r);
  return EXIT_OK;
}

/* Sets the status. `wrong`: what could not be read, or NULL. */
static void judge(vitals *v, const char *wrong) {
  const vital *sound = vital_of(v, "integrity"), *waits = vital_of(v, "pending_age");
  const vital *left = vital_of(v, "days_to_limit");
  text why = {0};
  if (sound != NULL && sound->value < 1) {
    v->status = STATUS_FAILING;
    text_add(&why, "the store's file is damaged");
  } else if (wrong != NULL) {
    v->status = STATUS_FAILING;
    text_add(&why, wrong);
  } else if (left != NULL && left->value < 1) {
    v->status = STATUS_FAILING;
    text_add(&why, "the store reaches its limit within a day");
  } else if (waits != NULL && waits->value > BEHIND) {
    v->status = STATUS_BEHIND;
    text_add(&why, "a change has waited for ");
    put_number(&why, NULL, "us", waits->value * 1e6, false);
  }
  v->reasons = why.data;
  add(v, "status", NULL, v->status);
}

/* Opens the store read-only, with an operator's access. */
static int open_for_operator(bp_store **out, vitals *v, const program *p) {
  bp_open_options how = BP_OPEN_OPTIONS_INIT;
  bp_error *error = NULL;
  how.access = BP_ACCESS_DEVOPS;
  int rc = bp_open(out, p->store_path, &how, &error);
  if (rc == BP_OK) return EXIT_OK;
  if (rc == BP_ERR_NOTFOUND) {
    bp_error_free(error);
    char *path = short_path(p->store_path);
    complain(EXIT_FAILED, "blueplane sync creates it",
             "there is no store, or its key is missing: %s", path);
    free(path);
    return EXIT_FAILED;
  }
  int code = no_answer(v, error);
  return code == EXIT_USAGE ? EXIT_FAILED : code;
}

/* Opens the store each time, as its file may have been replaced. */
static int ask_store(vitals *v, const program *p, const double *sound) {
  bp_store *operator= NULL;
  int code = open_for_operator(&operator, v, p);
  if (code == EXIT_OK) code = add_told(v, operator);
  if (code == EXIT_OK) {
    add_pending(v, operator);
    add_limit(v, p);
  }
  if (code == EXIT_OK && sound == NULL) code = add_integrity(v, operator);
  if (code == EXIT_OK && sound != NULL && *sound >= 0) add(v, "integrity", NULL, *sound);
  bp_close(operator);
  return code;
}

int read_vitals(vitals *v, const program *p, const double *sound) {
  *v = (vitals){0};
  int code = ask_store(v, p, sound), queue = add_queue(v, p);
  judge(v, code != EXIT_OK    ? "the store cannot be read"
           : queue != EXIT_OK ? "the queue does not answer"
                              : NULL);
  return code != EXIT_OK ? code : queue;
}

/* ------------------------------------------------------------------------------------- showing */

const char *status_name(vital_status status) {
  static const char *const names[] = {"ok", "behind", "failing"};
  return names[status];
}

bool vital_is_shown(const vital *v) {
  if (v->info->title == NULL) return false;
  return v->of == NULL || (v->value > 0 && strcmp(v->of, "+Inf") != 0);
}

#define DAYS_TOLD 3650 /* longer forecasts mean nothing */
void put_vital(text *t, const vital *v) {
  switch (v->info->unit) {
  case VITAL_BYTES: put_bytes(t, v->value > 0 ? (uint64_t)v->value : 0); break;
  case VITAL_SECONDS:
    if (v->value >= 1 && v->value < 9.95)
      text_addf(t, "%.1fs", v->value);
    else
      put_number(t, NULL, "us", v->value * 1e6, false);
    break;
  case VITAL_SHARE: put_number(t, NULL, "ratio", v->value, false); break;
  case VITAL_DAYS:
    if (v->value > DAYS_TOLD) {
      text_add(t, "over ten years");
      break;
    }
    put_count(t, (int64_t)v->value);
    text_add(t, (int64_t)v->value == 1 ? " day" : " days");
    break;
  case VITAL_COUNT:
    if (strcmp(v->info->name, "integrity") == 0)
      text_add(t, v->value >= 1 ? "yes" : "no");
    else
      put_count(t, (int64_t)v->value);
  }
}

/* The quantiles are one metric with a label each. */
static const char *label_of(const vital *v) {
  static const char *const quantiles[][2] = {
      {"lag_p50", "0.5"}, {"lag_p95", "0.95"}, {"lag_p99", "0.99"}};
  for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
    if (strcmp(quantiles[i][0], v->info->name) == 0) return quantiles[i][1];
  return v->of;
}

void put_exposition(text *t, const vitals *v) {
  for (const vital_info *info = vital_table; info->name != NULL; info++) {
    bool first = info->help != NULL;
    for (size_t i = 0; i < v->count; i++) {
      const vital *one = &v->item[i];
      if (one->info != info) continue;
      if (first)
        text_addf(t, "# HELP blueplane_%s %s\n# TYPE blueplane_%s gauge\n", info->metric,
                  info->help, info->metric);
      first = false;
      text_addf(t, "blueplane_%s", info->metric);
      if (info->label != NULL) text_addf(t, "{%s=\"%s\"}", info->label, label_of(one));
      text_addf(t, " %.15g\n", one->value);
    }
  }
}

static const char *unit_name(vital_unit unit) {
  static const char *const names[] = {[VITAL_COUNT] = "count",
                                      [VITAL_BYTES] = "bytes",
                                      [VITAL_SECONDS] = "s",
                                      [VITAL_SHARE] = "ratio",
                                      [VITAL_DAYS] = "days"};
  return names[unit];
}

void json_vitals(json *j, const vitals *v) {
  json_open(j, NULL, '{');
  json_text(j, "schema", "blueplane.health/1");
  json_text(j, "status", status_name(v->status));
  json_text(j, "reason", v->reasons);
  json_open(j, "figures", '[');
  for (size_t i = 0; i < v->count; i++) {
    json_open(j, NULL, '{');
    json_text(j, "name", v->item[i].info->name);
    json_text(j, "of", v->item[i].of);
    json_real(j, "value", v->item[i].value);
    json_text(j, "unit", unit_name(v->item[i].info->unit));
    json_close(j, '}');
  }
  json_close(j, ']');
  json_close(j, '}');
}
