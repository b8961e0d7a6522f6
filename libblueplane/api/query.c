/* api/query.c: bp_query_*: the exported builder, and running a query on a store. The folder metrics
 * knows what a query means; this file adds the handle, its lock and the registry of sources. */
#include <string.h>

#include "api/ask.h"
#include "api/audit.h"
#include "api/context.h"
#include "api/handle.h"
#include "base/buf.h"
#include "base/time.h"
#include "metrics/release.h"
#include "result/table.h"
#include "sources/source.h"
#include "store/consent.h"

/* The folder metrics may not include the sources, so it has its own names for what they cover. */
#define SAME(name) _Static_assert((int)NEED_##name == (int)COVERS_##name, #name)
SAME(TOKENS);
SAME(CACHE_READ);
SAME(CACHE_WRITE);
SAME(REASONING);
SAME(COST);
SAME(TOOLS);
SAME(OUTCOMES);
SAME(LINES);
SAME(DECISIONS);
SAME(PROMPTS);
SAME(MODEL);
SAME(TIME);
SAME(EVENTS);
SAME(WORKSPACE);
SAME(CHANGES);
SAME(WEB_SEARCH);
SAME(HISTORY);
SAME(REVIEWS);
#undef SAME

int bp_query_new(bp_query **out, bp_error **error) {
  if (error) *error = NULL;
  return out ? bpi_query_new(out, error)
             : bpi_fail(error, BP_ERR_INVALID, "no place for the query");
}

int bp_query_from_json(bp_query **out, const char *json, size_t length, bp_error **error) {
  if (error) *error = NULL;
  if (!out) return bpi_fail(error, BP_ERR_INVALID, "no place for the query");
  *out = NULL;
  if (!json) return bpi_fail(error, BP_ERR_INVALID, "no JSON");
  return bpi_query_from_json(out, json, length, error);
}

int bp_query_metric(bp_query *query, const char *metric) {
  return query ? bpi_query_metric(query, metric) : BP_ERR_INVALID;
}

int bp_query_range(bp_query *query, int64_t from_us, int64_t until_us, const char *zone_name) {
  return query ? bpi_query_range(query, from_us, until_us, zone_name) : BP_ERR_INVALID;
}

int bp_query_period(bp_query *query, const char *period, const char *zone_name) {
  return query ? bpi_query_period(query, period, zone_name) : BP_ERR_INVALID;
}

int bp_query_by(bp_query *query, const char *dimension) {
  return query ? bpi_query_by(query, dimension) : BP_ERR_INVALID;
}

int bp_query_where(bp_query *query, const char *dimension, const char *op, const char *value) {
  return query ? bpi_query_where(query, dimension, op, value) : BP_ERR_INVALID;
}

int bp_query_compare(bp_query *query, const char *baseline) {
  return query ? bpi_query_compare(query, baseline) : BP_ERR_INVALID;
}

int bp_query_set(bp_query *query, const char *key, const char *value) {
  return query ? bpi_query_set(query, key, value) : BP_ERR_INVALID;
}

int bp_query_to_json(char **out, size_t *length, const bp_query *query, bp_error **error) {
  size_t unused;
  if (error) *error = NULL;
  if (out) *out = NULL;
  if (!out || !query) return bpi_fail(error, BP_ERR_INVALID, "no query, or no place for its JSON");
  return bpi_query_to_json(out, length ? length : &unused, query, error);
}

void bp_query_free(bp_query *query) {
  bpi_query_free(query);
}

/* Notes the metrics and dimensions of a query, as ids, and its range. */
static void note_question(bp_store *s, const bp_query *q, const bp_result *answer) {
  const char *names[QUERY_DIMENSIONS + QUERY_METRICS];
  buf asked;
  bpi_buf_init(&asked, AUDIT_ASKED_MAX);
  size_t count = bpi_query_metrics(q, names);
  for (size_t i = 0; i < count; i++)
    bpi_buf_printf(&asked, "%s%s", i == 0 ? "" : " ", names[i]);
  count = bpi_query_dimensions(q, names);
  for (size_t i = 0; i < count; i++)
    bpi_buf_printf(&asked, "%s%s", i == 0 ? " by " : " ", names[i]);
  int64_t from = INT64_MIN, until = INT64_MAX;
  const char *text = bpi_table_get(answer, "from");
  if (text != NULL) bpi_parse_instant(text, strlen(text), &from);
  text = bpi_table_get(answer, "until");
  if (text != NULL) bpi_parse_instant(text, strlen(text), &until);
  bpi_note(s, "bp_query_run", asked.failed ? "many metrics" : asked.data, from, until);
  bpi_buf_free(&asked);
}

/* A lead sees one team; without a scope, a team that does not exist. */
static release_reader reader_of(const bp_store *s) {
  const char *scope = s->scope;
  if (s->access == BP_ACCESS_LEAD) return (release_reader){'L', scope && *scope ? scope : "?"};
  return (release_reader){s->access == BP_ACCESS_MANAGER ? 'M' : 'R', scope};
}

compute_context bpi_context(const bp_store *s, source_cover covers[SOURCES_MAX]) {
  size_t count = bpi_source_count() < SOURCES_MAX ? bpi_source_count() : SOURCES_MAX;
  for (size_t i = 0; i < count; i++) {
    const source *known = bpi_source_at(i);
    covers[i] = (source_cover){known->name, known->covers};
  }
  return (compute_context){.store = s->store,
                           .prices = s->prices,
                           .assumed = &s->assumed,
                           .benchmark = s->benchmark,
                           .covers = covers,
                           .cover_count = count,
                           .now_us = bpi_handle_now(s)};
}

static int run(bp_result **out, bp_store *s, const bp_query *query, bp_error **error) {
  int rc = bpi_ask_allowed(s, query, error);
  if (rc != BP_OK) return rc;
  source_cover covers[SOURCES_MAX];
  compute_context context = bpi_context(s, covers);
  bool personal = bpi_store_kind(s->store) == STORE_PERSONAL;
  release_reader reader = reader_of(s);
  rc = personal ? bpi_compute(out, &context, query, error)
                : bpi_release_compute(out, &context, &reader, query, error);
  if (rc == BP_OK) note_question(s, query, *out);
  return rc;
}

int bp_query_run(bp_result **out, bp_store *s, const bp_query *query, bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  int rc = out && query ? BP_OK
                        : bpi_fail(error, BP_ERR_INVALID, "no query, or no place for its result");
  if (out) *out = NULL;
  if (!rc) rc = bpi_enter(s, "bp_query_run", NULL, error);
  if (!rc) rc = bpi_leave(s, run(out, s, query, error));
  return bpi_error_end(rc, unseen);
}
