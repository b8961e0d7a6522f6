/* api/catalog.c: bp_catalog: what the library knows without a store, as results. Each topic is an
 * entry of one table; the topic "topics" lists that table, including the topics of bp_inspect and
 * bp_configure. */
#include <string.h>

#include "base/err.h"
#include "delivery/delivery.h"
#include "metrics/answer.h"
#include "metrics/insight.h"
#include "metrics/release.h"
#include "metrics/report.h"
#include "privacy/policy.h"
#include "privacy/vector.h"
#include "result/table.h"
#include "result/words.h"
#include "sources/source.h"
#include "store/store.h"

#define TEXT_MAX ((size_t)8 << 10)

/* The table being filled; cells of a row are set from left to right. */
typedef struct page {
  bp_result *t;
  size_t next;
} page;

static void new_row(page *p) {
  bpi_table_add_row(p->t);
  p->next = 0;
}

static void add_text(page *p, const char *text) {
  size_t column = p->next++;
  if (text && *text) bpi_table_set_text(p->t, column, text, strlen(text));
}

static void add_int(page *p, int64_t value) {
  bpi_table_set_int(p->t, p->next++, value);
}

/* Adds the text of a buffer and frees the buffer. */
static void add_buf(page *p, buf *b) {
  size_t column = p->next++;
  if (b->failed)
    p->t->failed = b->failed;
  else if (b->length)
    bpi_table_set_text(p->t, column, b->data, b->length);
  bpi_buf_free(b);
}

static void add_item(buf *b, const char *text) {
  if (b->length) bpi_buf_text(b, ", ");
  bpi_buf_text(b, text);
}

/* ----------------------------------------------------------------------------------- metrics */

static void add_aliases(page *p, metric_id id) {
  buf b;
  bpi_buf_init(&b, TEXT_MAX);
  for (size_t i = 0; i < bpi_metric_alias_count; i++) {
    const metric_alias *alias = &bpi_metric_aliases[i];
    if (alias->metric != id) continue;
    add_item(&b, alias->name);
    if (alias->by != DIM_COUNT) bpi_buf_printf(&b, " by %s", bpi_dimensions[alias->by].name);
  }
  add_buf(p, &b);
}

static void add_formula(page *p, const metric *m) {
  buf b;
  bpi_buf_init(&b, TEXT_MAX);
  bpi_metric_formula(&b, m);
  add_buf(p, &b);
}

static void add_dimensions(page *p, const metric *m) {
  buf b;
  bpi_buf_init(&b, TEXT_MAX);
  bpi_dimension_list(&b, bpi_metric_dimensions(m));
  add_buf(p, &b);
}

static void add_companions(page *p, const metric *m) {
  companion list[COMPANIONS_MAX];
  planned x = {.m = m,
               .missing = m->missing.kind ? 0 : PLAN_NONE,
               .not_final = bpi_operand_rests_on_output(&m->top) ? 0 : PLAN_NONE};
  size_t count = bpi_companions(&x, list);
  buf b;
  bpi_buf_init(&b, TEXT_MAX);
  for (size_t i = 0; i < count; i++)
    add_item(&b, bpi_companion_suffix(&x, &list[i]));
  add_buf(p, &b);
}

/* The metrics it brings with it, and the dimension it is always grouped by. */
static void add_beside(page *p, const metric *m) {
  buf beside, implies;
  bpi_buf_init(&beside, TEXT_MAX);
  bpi_buf_init(&implies, TEXT_MAX);
  for (int i = 0; i < METRICS_BESIDE && m->beside[i]; i++)
    add_item(&beside, m->beside[i]);
  bpi_dimension_list(&implies, m->implies);
  add_buf(p, &beside);
  add_buf(p, &implies);
}

static void add_needs(page *p, unsigned needs) {
  buf b;
  bpi_buf_init(&b, TEXT_MAX);
  for (size_t bit = 0; bpi_need_name(bit); bit++)
    if (needs >> bit & 1) add_item(&b, bpi_need_name(bit));
  add_buf(p, &b);
}

static const char *type_name(const metric *m) {
  return bpi_metric_is_text(m)                 ? "text"
         : bpi_metric_is_real(m)               ? "real"
         : !strcmp(bpi_metric_unit(m), "time") ? "time"
                                               : "int";
}

/* The accesses that may ask for a metric, or group by a dimension (m NULL), in any kind of
 * store. */
static void add_accesses(page *p, const char *family, const metric *m, const char *slice) {
  buf b;
  bpi_buf_init(&b, TEXT_MAX);
  for (uint32_t access = 0; bpi_access_name(access) != NULL; access++) {
    bool may = false;
    for (int kind = 0; kind < STORE_KINDS; kind++)
      may = may ||
            (m == NULL ? bpi_policy_dimension((store_kind)kind, access, slice)
                       : bpi_policy_metric((store_kind)kind, access, family, m->id, m->levels));
    if (may) add_item(&b, bpi_access_name(access));
  }
  add_buf(p, &b);
}

static void fill_metrics(page *p) {
  for (int id = 0; id < METRIC_COUNT; id++) {
    const metric *m = &bpi_metrics[id];
    new_row(p);
    add_text(p, m->id);
    add_text(p, m->title);
    add_text(p, bpi_family_name(m->family));
    add_text(p, bpi_metric_unit(m));
    add_text(p, type_name(m));
    add_text(p, m->levels);
    add_text(p, m->definition);
    add_formula(p, m);
    add_aliases(p, (metric_id)id);
    add_dimensions(p, m);
    add_companions(p, m);
    add_beside(p, m);
    add_needs(p, bpi_metric_needs(m));
    add_accesses(p, bpi_family_name(m->family), m, NULL);
  }
}

/* -------------------------------------------------------------------------------- dimensions */

static void fill_dimensions(page *p) {
  for (int dim = 0; dim < DIM_COUNT; dim++) {
    const dimension *d = &bpi_dimensions[dim];
    buf values;
    bpi_buf_init(&values, TEXT_MAX);
    bpi_dimension_values(&values, (dimension_id)dim);
    new_row(p);
    add_text(p, d->name);
    add_text(p, d->title);
    add_text(p, d->type == BP_TYPE_INT ? "int" : "text");
    add_text(p, d->definition);
    add_buf(p, &values);
    add_accesses(p, NULL, NULL, d->name);
  }
}

/* ------------------------------------------------------------------------------------ access */

static void fill_access(page *p) {
  for (size_t i = 0; i < bpi_policy_rows; i++) {
    const policy_row *row = &bpi_policy[i];
    new_row(p);
    add_text(p, bpi_store_kind_name(row->store));
    add_text(p, bpi_access_name(row->access));
    add_text(p, row->functions);
    add_text(p, row->families);
    add_text(p, row->metrics);
    add_text(p, row->dimensions);
    add_text(p, row->ranges);
  }
}

/* ---------------------------------------------------------------------------------- releases */

static void fill_releases(page *p) {
  release_metric m;
  char names[RELEASE_PARTS][RELEASE_NAME];
  for (size_t i = 0; bpi_release_metric(i, &m); i++) {
    buf columns, dimensions;
    bpi_buf_init(&columns, TEXT_MAX);
    bpi_buf_init(&dimensions, TEXT_MAX);
    size_t count = bpi_release_columns(i, names);
    for (size_t k = 0; k < count; k++)
      add_item(&columns, names[k]);
    for (int d = 0; d < SLICED_COUNT; d++)
      if (m.slices & SLICED_BIT(d)) add_item(&dimensions, bpi_sliced_name(d));
    new_row(p);
    add_text(p, m.id);
    add_text(p, m.title);
    add_text(p, m.unit);
    add_text(p, m.levels);
    add_text(p, m.definition);
    add_buf(p, &columns);
    add_buf(p, &dimensions);
  }
}

/* ----------------------------------------------------------------------- reports and insights */

static void fill_reports(page *p) {
  for (size_t i = 0; i < bpi_report_count; i++) {
    const report *r = &bpi_reports[i];
    new_row(p);
    add_text(p, r->id);
    add_text(p, r->title);
    add_text(p, r->levels);
    add_text(p, r->takes_metrics ? "metrics, where" : "where");
    add_text(p, r->definition);
  }
}

static void fill_insights(page *p) {
  for (size_t i = 0; i < INSIGHT_COUNT; i++) {
    const insight_kind *kind = &bpi_insight_kinds[i];
    new_row(p);
    add_text(p, kind->id);
    add_text(p, bpi_insight_contrast_name(kind->contrast));
    add_text(p, bpi_metrics[kind->metric].id);
    add_text(p, kind->by);
    add_text(p, bpi_contrast_test_name(bpi_insight_test(kind)));
    add_text(p, kind->weight == INSIGHT_ACT ? "act" : "know");
    add_text(p, kind->higher.sentence);
    add_text(p, kind->higher.advice);
    add_text(p, kind->lower.sentence);
    add_text(p, kind->lower.advice);
  }
}

/* ------------------------------------------------------------------ sources, formats, errors */

static void fill_sources(page *p) {
  for (size_t i = 0; i < bpi_source_count(); i++) {
    const source *s = bpi_source_at(i);
    new_row(p);
    add_text(p, s->name);
    add_text(p, s->title);
    add_text(p, s->platform);
    add_needs(p, s->covers);
  }
}

static void fill_formats(page *p) {
  for (const delivery_format *f = bpi_delivery_formats; f->name; f++) {
    new_row(p);
    add_text(p, f->name);
    add_text(p, f->media_type);
    add_text(p, f->options);
    add_text(p, f->description);
  }
}

static void fill_errors(page *p) {
  static const char *const names[] = {[-BP_OK] = "BP_OK",
                                      [-BP_ERR_INVALID] = "BP_ERR_INVALID",
                                      [-BP_ERR_NOMEM] = "BP_ERR_NOMEM",
                                      [-BP_ERR_IO] = "BP_ERR_IO",
                                      [-BP_ERR_BUSY] = "BP_ERR_BUSY",
                                      [-BP_ERR_NOTFOUND] = "BP_ERR_NOTFOUND",
                                      [-BP_ERR_FORMAT] = "BP_ERR_FORMAT",
                                      [-BP_ERR_UNSUPPORTED] = "BP_ERR_UNSUPPORTED",
                                      [-BP_ERR_DENIED] = "BP_ERR_DENIED",
                                      [-BP_ERR_CONSENT] = "BP_ERR_CONSENT",
                                      [-BP_ERR_READONLY] = "BP_ERR_READONLY",
                                      [-BP_ERR_CORRUPT] = "BP_ERR_CORRUPT",
                                      [-BP_ERR_SCHEMA] = "BP_ERR_SCHEMA",
                                      [-BP_ERR_ABI] = "BP_ERR_ABI",
                                      [-BP_ERR_CANCELLED] = "BP_ERR_CANCELLED",
                                      [-BP_ERR_LIMIT] = "BP_ERR_LIMIT",
                                      [-BP_ERR_INTERNAL] = "BP_ERR_INTERNAL"};
  for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) {
    new_row(p);
    add_int(p, -i);
    add_text(p, names[i]);
    add_text(p, bp_strerror(-i));
  }
}

static void fill_rejects(page *p) {
#define X(name, number, id, text) {number, id, text},
  static const struct reject {
    int number;
    const char *id, *text;
  } all[] = {BPI_REJECTS(X)};
#undef X
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    new_row(p);
    add_int(p, all[i].number);
    add_text(p, all[i].id);
    add_text(p, all[i].text);
  }
}

static void fill_words(page *p) {
  for (const word_title *w = bpi_words; w->dimension; w++) {
    new_row(p);
    add_text(p, w->dimension);
    add_text(p, w->word);
    add_text(p, w->title);
  }
}

/* ------------------------------------------------------------------------------------ topics */

static void fill_topics(page *p);

/* In `columns`, a name may be followed by a colon and its type; otherwise it is text. */
static const struct topic {
  const char *call, *name, *columns, *definition;
  void (*fill)(page *p);
} topics[] = {
    {"bp_catalog", "metrics",
     "metric, title, family, unit, type, levels, definition, formula, aliases, dimensions, "
     "companions, beside, implies, needs, access",
     "Every metric: its definition, its formula, the dimensions it can be grouped by, and its "
     "companion columns.",
     fill_metrics},
    {"bp_catalog", "dimensions", "dimension, title, type, definition, values, access",
     "Everything a query can group by or filter on.", fill_dimensions},
    {"bp_catalog", "releases", "metric, title, unit, levels, definition, columns, dimensions",
     "Every metric of a release or an organisation's store, and the dimensions it can be grouped "
     "by.",
     fill_releases},
    {"bp_catalog", "reports", "report, title, levels, arguments, definition",
     "Every report: a query that is answered by a table of its own.", fill_reports},
    {"bp_catalog", "insights",
     "insight, contrast, metric, by, test, weight, higher, higher_advice, lower, lower_advice",
     "Every kind of insight: what is compared, by which test, and the wording of a finding.",
     fill_insights},
    {"bp_catalog", "sources", "source, title, platform, covers",
     "Every format that can be ingested, and what it can record.", fill_sources},
    {"bp_catalog", "formats", "format, media_type, options, definition",
     "Every way to write a result as text.", fill_formats},
    {"bp_catalog", "errors", "code:int, name, definition", "Every error code.", fill_errors},
    {"bp_catalog", "rejects", "number:int, reason, definition",
     "Every reason for which a record is rejected.", fill_rejects},
    {"bp_catalog", "access", "store, access, functions, families, metrics, dimensions, ranges",
     "Who may do and ask what; everything that is not listed is denied.", fill_access},
    {"bp_catalog", "words", "dimension, word, title",
     "Display titles of dimension values; any other value is shown with spaces for underscores.",
     fill_words},
    {"bp_catalog", "topics", "call, topic, columns, definition", "This list.", fill_topics},
    {"bp_inspect", "health", "name, value:int, unit, of",
     "Size, age, growth and counts of the store, and of reading: how late changes were stored "
     "(lag), what was refused, how the model's providers answered. `of` names the part that a "
     "figure is about. Shares are in millionths.",
     NULL},
    {"bp_inspect", "integrity", "check, ok:bool",
     "A full, slow check of the database and, if this access may see facts, of whether all that "
     "they refer to is there, and names and sums match them.",
     NULL},
    {"bp_inspect", "sources",
     "source, files:int, bytes:int, records:int, rejects:int, sessions:int, last_read:time",
     "What was read from each source.", NULL},
    {"bp_inspect", "files",
     "file, source, position:int, line:int, records:int, rejects:int, read_at:time",
     "How far each file was read; files are shown by keyed hash.", NULL},
    {"bp_inspect", "rejects", "file, source, reason, line:int, byte:int, read_at:time",
     "Where records were rejected, and why.", NULL},
    {"bp_inspect", "coverage", "source, measure, covered:bool, sessions:int",
     "What each source can record, and for how many sessions.", NULL},
    {"bp_inspect", "prices",
     "model, provider, valid_from, tier, above:int, input:int, output:int, cache_read:int, "
     "cache_write_5m:int, cache_write_1h:int, fast:real, us:real, eu:real, web_search:int",
     "The price table in force.", NULL},
    {"bp_inspect", "unpriced", "model, responses:int, tokens:int",
     "Models that are not in the price table.", NULL},
    {"bp_inspect", "labels", "kind, key, text", "Every name that is stored.", NULL},
    {"bp_inspect", "sessions",
     "session, platform, workspace, branch, version, entrypoint, first:time, last:time",
     "Every session.", NULL},
    {"bp_inspect", "stored", "kind, what, count:int, since:time, until:time",
     "What is stored about the person, by kind.", NULL},
    {"bp_inspect", "outgoing", "window, measure, value:int, unit, dimension, slice, seen_by",
     "What the next bundle would contain: the last whole week, number by number, and who may see "
     "each individually.",
     NULL},
    {"bp_inspect", "consent", "purpose, audience, state, at:time, expires:time",
     "What the person agreed to and withdrew.", NULL},
    {"bp_inspect", "audit", "at:time, access, function, asked, from:time, until:time",
     "Who asked what: once for each day and question.", NULL},
    {"bp_inspect", "retention", "limit, days:int", "How long things are kept.", NULL},
    {"bp_inspect", "identity", "name, value", "The public keys of this device or team store.",
     NULL},
    {"bp_inspect", "invitation", "document", "A team store's keys, signed, for those who join it.",
     NULL},
    {"bp_inspect", "roster",
     "change, member, team, role, experience, service:bool, active:bool, devices:int, you:bool",
     "The latest roster, and how it differs from the one before.", NULL},
    {"bp_inspect", "rosters", "version:int, document", "Every roster, signed, as a chain.", NULL},
    {"bp_inspect", "sharing", "name, value", "The team store that was joined, and as whom.", NULL},
    {"bp_inspect", "shared", "window, store, revision:int, cells:int, shared_at:time",
     "What was exported in bundles.", NULL},
    {"bp_inspect", "contributions", "window, member, device, revision:int, state",
     "Bundles of weeks that are not published yet.", NULL},
    {"bp_inspect", "published", "window, organisation, store, edition:int, minimum:int, cells:int",
     "The weeks that are published.", NULL},
    {"bp_configure", "prices", NULL, "A price table that replaces the built-in one.", NULL},
    {"bp_configure", "assumptions", NULL, "The assumptions of some metrics.", NULL},
    {"bp_configure", "benchmark", NULL, "Reference values for the metrics of a release.", NULL},
    {"bp_configure", "labels", NULL, "Whether names are stored from now on.", NULL},
    {"bp_configure", "roster", NULL, "Who belongs to a team's store.", NULL},
    {"bp_configure", "invitation", NULL, "The team store to share with.", NULL},
    {"bp_configure", "sharing", NULL, "The terms of sharing.", NULL},
    {"bp_configure", "trust", NULL, "Whose releases an organisation accepts.", NULL},
    {"bp_configure", "retention", NULL, "How many days things are kept.", NULL},
};
#define TOPICS (sizeof topics / sizeof *topics)

static void fill_topics(page *p) {
  for (size_t i = 0; i < TOPICS; i++) {
    new_row(p);
    add_text(p, topics[i].call);
    add_text(p, topics[i].name);
    add_text(p, topics[i].columns);
    add_text(p, topics[i].definition);
  }
}

/* Adds the columns of such a list. */
static void add_columns(bp_result *t, const char *list) {
  while (*list) {
    char name[32];
    size_t length = strcspn(list, ",:");
    int type = list[length] == ':' ? BP_TYPE_INT : BP_TYPE_TEXT;
    memcpy(name, list, length);
    name[length] = '\0';
    bpi_table_add_column(t, type, name, NULL);
    list += strcspn(list, ",");
    list += strspn(list, ", ");
  }
}

static const struct topic *find_topic(const char *name) {
  for (size_t i = 0; i < TOPICS; i++)
    if (topics[i].fill && name && !strcmp(topics[i].name, name)) return &topics[i];
  return NULL;
}

static int unknown_topic(const char *name, bp_error **error) {
  buf allowed;
  bpi_buf_init(&allowed, TEXT_MAX);
  for (size_t i = 0; i < TOPICS; i++)
    if (topics[i].fill) add_item(&allowed, topics[i].name);
  bpi_fail(error, BP_ERR_NOTFOUND, "unknown topic");
  bpi_fail_detail(error, "topic", name ? name : "");
  if (!allowed.failed) bpi_fail_detail(error, "allowed", allowed.data);
  bpi_buf_free(&allowed);
  return BP_ERR_NOTFOUND;
}

int bp_catalog(bp_result **out, const char *name, bp_error **error) {
  if (error) *error = NULL;
  if (!out) return bpi_fail(error, BP_ERR_INVALID, "no place for the result");
  *out = NULL;
  const struct topic *found = find_topic(name);
  if (!found) return unknown_topic(name, error);
  page p = {.t = bpi_table_new()};
  if (!p.t) return bpi_fail_nomem(error);
  add_columns(p.t, found->columns);
  bpi_table_meta(p.t, "topic", name);
  found->fill(&p);
  return bpi_table_finish(out, p.t, error);
}
