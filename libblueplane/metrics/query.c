/* metrics/query.c: the builder, and the names of a query with aliases resolved. */
#include "metrics/query.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "metrics/catalog.h"
#include "metrics/period.h"

#define LAST_INSTANT INT64_C(253402299900000000) /* start of the last quarter of an hour of 9999 */

/* Keeps the first failure. */
static int refuse(bp_query *q, int code, const char *complaint, const char *hint) {
  if (!q->failure) {
    q->failure = code;
    q->complaint = complaint;
    q->hint = hint;
  }
  return code;
}

static bool is_text(const char *text) {
  if (!text || !*text) return false;
  size_t length = strlen(text);
  return length <= QUERY_TEXT && bpi_utf8_valid(text, length);
}

/* Replaces a text member with a copy of `text`. */
static int set_text(bp_query *q, char **member, const char *text) {
  char *copy = bpi_strndup(text, strlen(text));
  if (!copy) return refuse(q, BP_ERR_NOMEM, "out of memory", NULL);
  bpi_free(*member);
  *member = copy;
  return BP_OK;
}

static int set_zone(bp_query *q, const char *zone_name) {
  if (zone_name && strcmp(zone_name, "UTC") != 0) {
    if (!is_text(zone_name))
      return refuse(q, BP_ERR_INVALID, "the zone is not a valid name", "an IANA zone name");
    return set_text(q, &q->zone, zone_name);
  }
  bpi_free(q->zone);
  q->zone = NULL;
  return BP_OK;
}

int bpi_query_new(bp_query **out, bp_error **error) {
  *out = bpi_alloc_zero(1, sizeof **out);
  if (!*out) return bpi_fail_nomem(error);
  (*out)->from = INT64_MIN;
  (*out)->until = INT64_MAX;
  return BP_OK;
}

void bpi_query_free(bp_query *q) {
  if (!q) return;
  for (size_t i = 0; i < q->metrics; i++)
    bpi_free(q->metric[i]);
  for (size_t i = 0; i < q->dimensions; i++)
    bpi_free(q->by[i]);
  for (size_t i = 0; i < q->filters; i++) {
    bpi_free(q->where[i].dimension);
    bpi_free(q->where[i].value);
  }
  bpi_free(q->period);
  bpi_free(q->zone);
  bpi_free(q->order);
  bpi_free(q->baseline_period);
  bpi_free(q);
}

int bpi_query_metric(bp_query *q, const char *name) {
  if (!is_text(name))
    return refuse(q, BP_ERR_INVALID, "a metric is not a valid name",
                  "an id from the catalogue of metrics");
  if (q->metrics == QUERY_METRICS)
    return refuse(q, BP_ERR_LIMIT, "a query takes at most 16 metrics", NULL);
  int rc = set_text(q, &q->metric[q->metrics], name);
  if (!rc) q->metrics++;
  return rc;
}

static bool is_instant(int64_t us, int64_t open) {
  return us == open || (us >= 0 && us <= LAST_INSTANT);
}

static bool is_aligned(int64_t us, int64_t open) {
  return us == open || us % BPI_QUARTER == 0;
}

static int refuse_reversed(bp_query *q) {
  return refuse(q, BP_ERR_INVALID, "the range ends before it begins", NULL);
}

int bpi_query_range(bp_query *q, int64_t from_us, int64_t until_us, const char *zone_name) {
  if (!is_instant(from_us, INT64_MIN) || !is_instant(until_us, INT64_MAX))
    return refuse(q, BP_ERR_INVALID, "an end of the range lies outside the years 1970 to 9999",
                  "microseconds since 1970-01-01 UTC; INT64_MIN and INT64_MAX leave an end open");
  if (from_us >= until_us) return refuse_reversed(q);
  if (!is_aligned(from_us, INT64_MIN) || !is_aligned(until_us, INT64_MAX))
    return refuse(q, BP_ERR_INVALID, "an end of the range is not on a quarter of an hour",
                  "ranges begin and end at minutes 00, 15, 30 or 45, seconds 00");
  int rc = set_zone(q, zone_name);
  if (rc) return rc;
  bpi_free(q->period);
  q->period = NULL;
  q->from = from_us;
  q->until = until_us;
  return BP_OK;
}

int bpi_query_period(bp_query *q, const char *period, const char *zone_name) {
  if (!is_text(period) || !bpi_period_known(period))
    return refuse(q, BP_ERR_INVALID, "the period has an unknown form",
                  "today, yesterday, week, month, quarter, year, last_week, last_month, Nd, "
                  "YYYY-MM-DD, YYYY-MM-DD/YYYY-MM-DD, YYYY-MM, YYYY-Qn, YYYY-Www or all");
  if (bpi_period_reversed(period)) return refuse_reversed(q);
  if (!strcmp(period, "all")) return bpi_query_range(q, INT64_MIN, INT64_MAX, zone_name);
  int rc = set_zone(q, zone_name);
  return rc ? rc : set_text(q, &q->period, period);
}

int bpi_query_by(bp_query *q, const char *name) {
  if (!is_text(name))
    return refuse(q, BP_ERR_INVALID, "a dimension is not a valid name",
                  "a name from the catalogue of dimensions");
  if (q->dimensions == QUERY_DIMENSIONS)
    return refuse(q, BP_ERR_LIMIT, "a query groups by at most 4 dimensions", NULL);
  int rc = set_text(q, &q->by[q->dimensions], name);
  if (!rc) q->dimensions++;
  return rc;
}

int bpi_query_where(bp_query *q, const char *name, const char *op, const char *value) {
  if (!is_text(name) || !is_text(value))
    return refuse(q, BP_ERR_INVALID, "a filter lacks its dimension or its value", NULL);
  if (!op || (strcmp(op, "=") != 0 && strcmp(op, "!=") != 0))
    return refuse(q, BP_ERR_INVALID, "a filter has an unknown operator", "= or !=");
  if (q->filters == QUERY_FILTERS)
    return refuse(q, BP_ERR_LIMIT, "a query takes at most 16 filters", NULL);
  query_filter *f = &q->where[q->filters];
  int rc = set_text(q, &f->dimension, name);
  if (!rc) rc = set_text(q, &f->value, value);
  f->negated = *op == '!';
  q->filters++; /* even after a failure, so that free releases a partial filter */
  return rc;
}

/* The first name of each baseline is the canonical one. */
static const struct baseline_name {
  query_baseline baseline;
  const char *name;
} baselines[] = {{BASELINE_PREVIOUS, "previous"},
                 {BASELINE_YEAR, "year"},
                 {BASELINE_TRAILING_4W, "average"},
                 {BASELINE_TRAILING_4W, "trailing_4w"},
                 {BASELINE_TRAILING_12W, "trailing_12w"}};
#define BASELINES (sizeof baselines / sizeof *baselines)

const char *bpi_baseline_word(query_baseline baseline) {
  for (size_t i = 0; i < BASELINES; i++)
    if (baselines[i].baseline == baseline) return baselines[i].name;
  return NULL;
}

const char *bpi_baseline_name(const bp_query *q) {
  return q->baseline == BASELINE_PERIOD ? q->baseline_period : bpi_baseline_word(q->baseline);
}

int bpi_query_compare(bp_query *q, const char *baseline) {
  if (!baseline) {
    q->baseline = BASELINE_NONE;
    return BP_OK;
  }
  for (size_t i = 0; i < BASELINES; i++) {
    if (strcmp(baselines[i].name, baseline) != 0) continue;
    q->baseline = baselines[i].baseline;
    return BP_OK;
  }
  if (!is_text(baseline) || !bpi_period_known(baseline) || !strcmp(baseline, "all"))
    return refuse(q, BP_ERR_INVALID, "the baseline is unknown",
                  "previous, year, average, trailing_4w, trailing_12w or a period");
  if (bpi_period_reversed(baseline)) return refuse_reversed(q);
  q->baseline = BASELINE_PERIOD;
  return set_text(q, &q->baseline_period, baseline);
}

static int set_week_start(bp_query *q, const char *value) {
  bool sunday = !strcmp(value, "sunday");
  if (!sunday && strcmp(value, "monday") != 0)
    return refuse(q, BP_ERR_INVALID, "weeks cannot start on this day", "monday or sunday");
  q->sunday = sunday;
  return BP_OK;
}

static int set_limit(bp_query *q, const char *value) {
  int64_t limit;
  if (!bpi_parse_int(value, strlen(value), &limit) || limit < 1 || limit > QUERY_LIMIT)
    return refuse(q, BP_ERR_INVALID, "the limit is not a number of rows", "1 to 1000000");
  q->limit = limit;
  return BP_OK;
}

int bpi_query_set(bp_query *q, const char *key, const char *value) {
  if (!key || !is_text(value)) return refuse(q, BP_ERR_INVALID, "an option lacks its value", NULL);
  if (!strcmp(key, "week_start")) return set_week_start(q, value);
  if (!strcmp(key, "limit")) return set_limit(q, value);
  if (!strcmp(key, "order")) return set_text(q, &q->order, value);
  return refuse(q, BP_ERR_INVALID, "the option is unknown", "week_start, order or limit");
}

int bpi_query_check(const bp_query *q, bp_error **error) {
  const char *by[QUERY_DIMENSIONS + QUERY_METRICS];
  if (!q->failure && bpi_query_dimensions(q, by) <= QUERY_DIMENSIONS) return BP_OK;
  if (!q->failure)
    return bpi_fail(error, BP_ERR_LIMIT,
                    "a query groups by at most 4 dimensions, including those that its metrics "
                    "imply");
  if (q->failure == BP_ERR_NOMEM) return bpi_fail_nomem(error);
  int rc = bpi_fail(error, q->failure, "%s", q->complaint);
  if (q->hint) bpi_fail_detail(error, "hint", q->hint);
  return rc;
}

/* ---------------------------------------------------------------- names without duplicates */

static const char *metric_of(const char *name, dimension_id *by) {
  metric_id id = bpi_metric_find(name, by);
  return id == METRIC_COUNT ? name : bpi_metrics[id].id;
}

static size_t add_once(const char **list, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (!strcmp(list[i], name)) return count;
  list[count] = name;
  return count + 1;
}

size_t bpi_query_metrics(const bp_query *q, const char *out[QUERY_METRICS]) {
  size_t count = 0;
  dimension_id by;
  for (size_t i = 0; i < q->metrics; i++)
    count = add_once(out, count, metric_of(q->metric[i], &by));
  return count;
}

size_t bpi_query_dimensions(const bp_query *q, const char *out[QUERY_DIMENSIONS + QUERY_METRICS]) {
  size_t count = 0;
  for (size_t i = 0; i < q->dimensions; i++)
    count = add_once(out, count, q->by[i]);
  for (size_t i = 0; i < q->metrics; i++) {
    dimension_id by;
    metric_of(q->metric[i], &by);
    if (by != DIM_COUNT) count = add_once(out, count, bpi_dimensions[by].name);
  }
  return count;
}

const char *bpi_query_order(const bp_query *q, bool *descending) {
  *descending = false;
  if (!q->order) return NULL;
  *descending = *q->order == '-';
  dimension_id by;
  return metric_of(q->order + *descending, &by);
}
