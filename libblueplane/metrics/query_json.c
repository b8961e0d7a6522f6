/* metrics/query_json.c: reads and writes the JSON form of a query. The output is canonical: members
 * in a fixed order, defaults left out, aliases resolved, filters sorted, no white space. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "metrics/query.h"

#define SCHEMA "blueplane.query/1"
#define JSON_LIMIT ((size_t)1 << 20)

/* ---------------------------------------------------------------------------------- reading */

typedef struct reader {
  bp_query *q;
  bp_error **error;
  const char *from, *until, *period, *zone; /* borrowed from the document */
} reader;

static int malformed(reader *r, const char *member, const char *hint) {
  bpi_fail(r->error, BP_ERR_FORMAT, "the query's member \"%s\" is malformed", member);
  bpi_fail_detail(r->error, "name", member);
  if (hint) bpi_fail_detail(r->error, "hint", hint);
  return BP_ERR_FORMAT;
}

/* Turns a failure of the builder into an error about a member of the document. */
static int built(reader *r, const char *member, int rc) {
  if (!rc || rc == BP_ERR_NOMEM) return rc ? bpi_fail_nomem(r->error) : BP_OK;
  if (rc == BP_ERR_INVALID) return malformed(r, member, r->q->hint ? r->q->hint : r->q->complaint);
  return bpi_query_check(r->q, r->error);
}

static int read_list(reader *r, json_value v, const char *member,
                     int (*add)(bp_query *, const char *)) {
  if (!bpi_json_is_array(v)) return malformed(r, member, "a list of names");
  int rc = BP_OK;
  for (json_value item = bpi_json_first(v); item && !rc; item = bpi_json_next(item))
    rc = built(r, member, add(r->q, bpi_json_text(item)));
  return rc;
}

static int read_metrics(reader *r, json_value v) {
  return read_list(r, v, "metrics", bpi_query_metric);
}

static int read_by(reader *r, json_value v) {
  return read_list(r, v, "by", bpi_query_by);
}

static int read_filter(reader *r, json_value v) {
  const char *dimension = NULL, *op = "=", *value = NULL;
  if (!bpi_json_is_object(v)) return malformed(r, "where", "objects with dimension, op and value");
  for (json_value m = bpi_json_first(v); m; m = bpi_json_next(m)) {
    const char *key = bpi_json_key(m), *text = bpi_json_text(m);
    if (!strcmp(key, "dimension"))
      dimension = text;
    else if (!strcmp(key, "op"))
      op = text;
    else if (!strcmp(key, "value"))
      value = text;
    else
      return malformed(r, "where", "objects with dimension, op and value");
  }
  return built(r, "where", bpi_query_where(r->q, dimension, op, value));
}

static int read_where(reader *r, json_value v) {
  if (!bpi_json_is_array(v)) return malformed(r, "where", "a list of filters");
  int rc = BP_OK;
  for (json_value item = bpi_json_first(v); item && !rc; item = bpi_json_next(item))
    rc = read_filter(r, item);
  return rc;
}

static int keep_text(reader *r, json_value v, const char *member, const char **into) {
  *into = bpi_json_text(v);
  return *into ? BP_OK : malformed(r, member, "a text");
}

static int read_period(reader *r, json_value v) {
  return keep_text(r, v, "period", &r->period);
}
static int read_from(reader *r, json_value v) {
  return keep_text(r, v, "from", &r->from);
}
static int read_until(reader *r, json_value v) {
  return keep_text(r, v, "until", &r->until);
}
static int read_zone(reader *r, json_value v) {
  return keep_text(r, v, "zone", &r->zone);
}

static int read_compare(reader *r, json_value v) {
  const char *text;
  int rc = keep_text(r, v, "compare", &text);
  return rc ? rc : built(r, "compare", bpi_query_compare(r->q, text));
}

static int read_option(reader *r, json_value v, const char *key) {
  const char *text;
  int rc = keep_text(r, v, key, &text);
  return rc ? rc : built(r, key, bpi_query_set(r->q, key, text));
}

static int read_week_start(reader *r, json_value v) {
  return read_option(r, v, "week_start");
}
static int read_order(reader *r, json_value v) {
  return read_option(r, v, "order");
}

static int read_limit(reader *r, json_value v) {
  int64_t limit;
  if (!bpi_json_int(v, &limit) || limit < 1 || limit > QUERY_LIMIT)
    return malformed(r, "limit", "a whole number of 1 to 1000000");
  r->q->limit = limit;
  return BP_OK;
}

static int read_schema(reader *r, json_value v) {
  const char *text = bpi_json_text(v);
  return text && !strcmp(text, SCHEMA) ? BP_OK : malformed(r, "schema", SCHEMA);
}

static const struct member {
  const char *name;
  int (*read)(reader *r, json_value v);
} members[] = {{"schema", read_schema},   {"metrics", read_metrics},
               {"period", read_period},   {"from", read_from},
               {"until", read_until},     {"zone", read_zone},
               {"by", read_by},           {"where", read_where},
               {"compare", read_compare}, {"week_start", read_week_start},
               {"order", read_order},     {"limit", read_limit}};

static int read_member(reader *r, json_value v) {
  for (size_t i = 0; i < sizeof members / sizeof *members; i++)
    if (!strcmp(members[i].name, bpi_json_key(v))) return members[i].read(r, v);
  return malformed(
      r, bpi_json_key(v),
      "schema, metrics, period, from, until, zone, by, where, compare, week_start, order "
      "or limit");
}

static int read_instant(reader *r, const char *text, const char *member, int64_t *out) {
  if (!text || bpi_parse_instant(text, strlen(text), out)) return BP_OK;
  return malformed(r, member, "an instant like 2026-11-23T00:00:00Z");
}

/* The range needs several members, so it is set after all of them are read; one after the other, so
 * that the error names the wrong one. */
static int read_range(reader *r) {
  int64_t from = INT64_MIN, until = INT64_MAX;
  if (r->period && (r->from || r->until))
    return malformed(r, "period", "either a period or from and until");
  int rc = built(r, "zone", bpi_query_range(r->q, from, until, r->zone)); /* an open range */
  if (!rc && r->period) return built(r, "period", bpi_query_period(r->q, r->period, r->zone));
  if (!rc) rc = read_instant(r, r->from, "from", &from);
  if (!rc) rc = built(r, "from", bpi_query_range(r->q, from, INT64_MAX, r->zone));
  if (!rc) rc = read_instant(r, r->until, "until", &until);
  return rc ? rc : built(r, "until", bpi_query_range(r->q, from, until, r->zone));
}

static int read_query(reader *r, json_value root) {
  int rc = BP_OK;
  if (!bpi_json_is_object(root))
    return bpi_fail(r->error, BP_ERR_FORMAT, "a query is a JSON object");
  for (json_value m = bpi_json_first(root); m && !rc; m = bpi_json_next(m))
    rc = read_member(r, m);
  if (!rc) rc = read_range(r);
  return rc ? rc : bpi_query_check(r->q, r->error);
}

int bpi_query_from_json(bp_query **out, const char *json, size_t length, bp_error **error) {
  json_doc *doc;
  *out = NULL;
  if (length > JSON_LIMIT) return bpi_fail(error, BP_ERR_LIMIT, "a query is at most 1 MiB");
  int rc = bpi_json_parse(&doc, json, length, error);
  if (rc) return rc;
  reader r = {.error = error};
  rc = bpi_query_new(&r.q, error);
  if (!rc) rc = read_query(&r, bpi_json_root(doc));
  bpi_json_free(doc);
  if (!rc)
    *out = r.q;
  else
    bpi_query_free(r.q);
  return rc;
}

/* ---------------------------------------------------------------------------------- writing */

static void add_text(buf *b, const char *text) {
  bpi_buf_json_text(b, text, strlen(text));
}

static void add_member(buf *b, const char *name) {
  bpi_buf_char(b, ',');
  add_text(b, name);
  bpi_buf_char(b, ':');
}

static void add_text_member(buf *b, const char *name, const char *text) {
  add_member(b, name);
  add_text(b, text);
}

static void add_list(buf *b, const char *name, const char *const *list, size_t count) {
  add_member(b, name);
  bpi_buf_char(b, '[');
  for (size_t i = 0; i < count; i++) {
    if (i) bpi_buf_char(b, ',');
    add_text(b, list[i]);
  }
  bpi_buf_char(b, ']');
}

static void add_instant(buf *b, const char *name, int64_t us) {
  char text[32];
  bpi_format_instant(us, text);
  add_text_member(b, name, text);
}

static void add_range(buf *b, const bp_query *q) {
  if (q->period)
    add_text_member(b, "period", q->period);
  else if (q->from == INT64_MIN && q->until == INT64_MAX)
    add_text_member(b, "period", "all");
  else {
    if (q->from != INT64_MIN) add_instant(b, "from", q->from);
    if (q->until != INT64_MAX) add_instant(b, "until", q->until);
  }
  if (q->zone) add_text_member(b, "zone", q->zone);
}

static int compare_filters(const void *a, const void *b) {
  const query_filter *x = *(const query_filter *const *)a, *y = *(const query_filter *const *)b;
  int order = strcmp(x->dimension, y->dimension);
  if (!order) order = (int)x->negated - (int)y->negated;
  return order ? order : strcmp(x->value, y->value);
}

static void add_filters(buf *b, const bp_query *q) {
  const query_filter *sorted[QUERY_FILTERS];
  for (size_t i = 0; i < q->filters; i++)
    sorted[i] = &q->where[i];
  qsort(sorted, q->filters, sizeof *sorted, compare_filters);
  add_member(b, "where");
  bpi_buf_char(b, '[');
  for (size_t i = 0; i < q->filters; i++) {
    if (i && !compare_filters(&sorted[i - 1], &sorted[i])) continue;
    bpi_buf_text(b, i ? ",{\"dimension\":" : "{\"dimension\":");
    add_text(b, sorted[i]->dimension);
    add_text_member(b, "op", sorted[i]->negated ? "!=" : "=");
    add_text_member(b, "value", sorted[i]->value);
    bpi_buf_char(b, '}');
  }
  bpi_buf_char(b, ']');
}

static void add_order(buf *b, const bp_query *q) {
  bool descending;
  const char *order = bpi_query_order(q, &descending);
  if (!order) return;
  char text[QUERY_TEXT + 2];
  snprintf(text, sizeof text, "%s%s", descending ? "-" : "", order);
  add_text_member(b, "order", text);
}

int bpi_query_to_json(char **out, size_t *length, const bp_query *q, bp_error **error) {
  const char *list[QUERY_DIMENSIONS + QUERY_METRICS];
  *out = NULL;
  int rc = bpi_query_check(q, error);
  if (rc) return rc;
  buf b;
  bpi_buf_init(&b, JSON_LIMIT);
  bpi_buf_text(&b, "{\"schema\":\"" SCHEMA "\"");
  add_list(&b, "metrics", list, bpi_query_metrics(q, list));
  add_range(&b, q);
  size_t dimensions = bpi_query_dimensions(q, list);
  if (dimensions) add_list(&b, "by", list, dimensions);
  if (q->filters) add_filters(&b, q);
  if (q->baseline) add_text_member(&b, "compare", bpi_baseline_name(q));
  if (q->sunday) add_text_member(&b, "week_start", "sunday");
  add_order(&b, q);
  if (q->limit) {
    add_member(&b, "limit");
    bpi_buf_int(&b, q->limit);
  }
  bpi_buf_char(&b, '}');
  *out = bpi_buf_take(&b, length);
  return *out ? BP_OK : bpi_fail_nomem(error);
}
