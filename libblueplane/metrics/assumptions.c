/* metrics/assumptions.c: the built-in values, the reader of the document, and the values in
 * words. */
#include "metrics/assumptions.h"

#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/time.h"

#define MINUTES_MOST 10080.0 /* a week */
#define USD_MOST 10000.0     /* per hour */

static const assumptions builtin = {.line_us = {12 * BPI_SECOND, 30 * BPI_SECOND, 60 * BPI_SECOND},
                                    .task_us = {0, 120 * BPI_SECOND, 300 * BPI_SECOND},
                                    .delegate_share = 0.7,
                                    .underused_share = 0.05,
                                    .hour_usd = 75};

const assumptions *bpi_assumptions_builtin(void) {
  return &builtin;
}

static int bad(const char *path, bp_error **error) {
  bpi_fail(error, BP_ERR_FORMAT, "the assumptions document is not valid");
  return bpi_fail_detail(error, "path", path);
}

/* Three numbers in minutes, ascending. */
static bool read_range(assumed_range *out, json_value v) {
  int64_t *const into[] = {&out->low, &out->likely, &out->high};
  double before = 0;
  if (!bpi_json_is_array(v) || bpi_json_size(v) != 3) return false;
  for (size_t i = 0; i < 3; i++) {
    double minutes;
    if (!bpi_json_real(bpi_json_item(v, i), &minutes)) return false;
    if (!(minutes >= before && minutes <= MINUTES_MOST)) return false;
    *into[i] = (int64_t)(minutes * 60.0 * (double)BPI_SECOND + 0.5);
    before = minutes;
  }
  return true;
}

static bool read_number(double *out, double most, json_value v) {
  return bpi_json_real(v, out) && *out >= 0 && *out <= most;
}

/* A member of the document and where its value is stored: a range or a number. */
typedef struct member {
  const char *section, *name, *path;
  assumed_range *range;
  double *number, most; /* 0 to `most` */
} member;

static int read_member(const member *list, size_t count, const char *section, json_value v,
                       bp_error **error) {
  for (size_t i = 0; i < count; i++) {
    const member *m = &list[i];
    if (strcmp(m->section, section) != 0 || strcmp(m->name, bpi_json_key(v)) != 0) continue;
    bool good = m->range ? read_range(m->range, v) : read_number(m->number, m->most, v);
    return good ? BP_OK : bad(m->path, error);
  }
  return bad(section, error);
}

static bool is_section(const member *list, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(list[i].section, name) == 0) return true;
  return false;
}

static int read_document(assumptions *a, json_value root, bp_error **error) {
  const member list[] = {
      {"time_saved", "minutes_per_line", "time_saved.minutes_per_line", &a->line_us, NULL, 0},
      {"time_saved", "minutes_per_task", "time_saved.minutes_per_task", &a->task_us, NULL, 0},
      {"delegation", "resolved_share", "delegation.resolved_share", NULL, &a->delegate_share, 1},
      {"features", "underused_share", "features.underused_share", NULL, &a->underused_share, 1},
      {"roi", "usd_per_hour", "roi.usd_per_hour", NULL, &a->hour_usd, USD_MOST}};
  const size_t count = sizeof list / sizeof *list;
  int64_t version;
  if (!bpi_json_is_object(root)) return bad("", error);
  if (!bpi_json_int(bpi_json_get(root, "version"), &version)) return bad("version", error);
  if (version != 1) {
    bpi_fail(error, BP_ERR_UNSUPPORTED, "the assumptions have an unknown version");
    return bpi_fail_detail(error, "path", "version");
  }
  for (json_value section = bpi_json_first(root); section; section = bpi_json_next(section)) {
    if (!strcmp(bpi_json_key(section), "version")) continue;
    if (!bpi_json_is_object(section) || !is_section(list, count, bpi_json_key(section)))
      return bad(bpi_json_key(section), error);
    for (json_value v = bpi_json_first(section); v; v = bpi_json_next(v)) {
      int rc = read_member(list, count, bpi_json_key(section), v, error);
      if (rc != BP_OK) return rc;
    }
  }
  return BP_OK;
}

int bpi_assumptions_parse(assumptions *out, const char *json, size_t length, bp_error **error) {
  json_doc *doc = NULL;
  assumptions made = builtin;
  int rc = bpi_json_parse(&doc, json, length, error);
  if (rc != BP_OK) return rc;
  rc = read_document(&made, bpi_json_root(doc), error);
  bpi_json_free(doc);
  if (rc == BP_OK) *out = made;
  return rc;
}

static void show_range(buf *out, const assumed_range *r) {
  const int64_t *const values[] = {&r->low, &r->likely, &r->high};
  for (size_t i = 0; i < 3; i++) {
    if (i > 0) bpi_buf_text(out, i == 1 ? ", " : " or ");
    bpi_buf_real(out, (double)*values[i] / (double)BPI_SECOND);
    bpi_buf_text(out, " s");
  }
}

void bpi_assumptions_show_time(buf *out, const assumptions *a) {
  bpi_buf_text(out, "by hand a line kept takes ");
  show_range(out, &a->line_us);
  bpi_buf_text(out, ", a resolved task ");
  show_range(out, &a->task_us);
  bpi_buf_text(out, " besides (low, likely, high)");
}

void bpi_assumptions_show_hour(buf *out, const assumptions *a) {
  bpi_buf_text(out, "an hour of a member costs ");
  bpi_buf_real(out, a->hour_usd);
  bpi_buf_text(out, " USD");
}
