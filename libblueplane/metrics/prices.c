/* metrics/prices.c: looks up a model in a price table, computes the cost of a rollup cell, and
 * lists the table as a result. make_prices.py writes the built-in table at build time;
 * prices_json.c reads other tables into the same form. Never guesses: a model that is not found has
 * no price. */
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "base/time.h"
#include "base/vocabulary.h"
#include "metrics/prices_inside.h"
#include "result/table.h"

#include "prices_builtin.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const prices builtin = {
    .digest = BUILTIN_DIGEST,
    .date = BUILTIN_DATE,
    .source = BUILTIN_SOURCE,
    .models = builtin_models,
    .model_count = COUNT(builtin_models),
    .names = builtin_names,
    .name_count = COUNT(builtin_names),
};

const int64_t bpi_price_thresholds[BANDS] = {0, 128000, 200000, 272000};

/* ---------------------------------------------------------------------------------- the lookup */

typedef struct slice {
  const char *text;
  size_t length;
} slice;

/* clang-format off */
/* Prefixes that providers, gateways and clouds put before the name of a model. */
static const char *const prefixes[] = {
    "anthropic/", "anthropic.", "openai/", "openai.", "azure/", "azure_ai/", "google/", "gemini/",
    "models/", "xai/", "x-ai/", "deepseek/", "deepseek.", "moonshot/", "moonshotai/", "moonshotai.",
    "minimax/", "minimax.", "zai/", "z-ai/", "zai-org/", "zhipuai/", "openrouter/", "opencode/",
    "github_copilot/", "github-copilot/", "us.", "us-gov.", "eu.", "apac.", "global.", "jp.", "au.",
    "ca."};
/* After these, everything up to the last slash is dropped: region, publisher, profile. */
static const char *const deep_prefixes[] = {
    "bedrock/", "arn:aws:bedrock:", "arn:aws-us-gov:bedrock:", "vertex_ai/", "projects/",
    "publishers/"};
/* clang-format on */

static const char *const tags[] = {"-latest", "@latest", "@default", "[1m]"};

static bool cut_deep_prefix(slice *s) {
  size_t i = 0, cut = 0;
  while (i < COUNT(deep_prefixes) && !bpi_starts_with(s->text, s->length, deep_prefixes[i]))
    i++;
  if (i == COUNT(deep_prefixes)) return false;
  for (size_t at = 0; at < s->length; at++)
    if (s->text[at] == '/') cut = at + 1;
  s->text += cut;
  s->length -= cut;
  return cut > 0;
}

static bool cut_prefix(slice *s) {
  for (size_t i = 0; i < COUNT(prefixes); i++) {
    if (!bpi_starts_with(s->text, s->length, prefixes[i])) continue;
    s->text += strlen(prefixes[i]);
    s->length -= strlen(prefixes[i]);
    return true;
  }
  return false;
}

static bool cut_tag(slice *s) {
  for (size_t i = 0; i < COUNT(tags); i++) {
    size_t length = strlen(tags[i]);
    if (s->length < length || memcmp(s->text + s->length - length, tags[i], length) != 0) continue;
    s->length -= length;
    return true;
  }
  return false;
}

/* Drops a date: "-20250929", "@20250929" or "-2025-09-29". */
static bool cut_date(slice *s) {
  char date[11];
  civil unused;
  const char *end = s->text + s->length;
  if (s->length > 9 && (end[-9] == '-' || end[-9] == '@')) {
    memcpy(date, end - 8, 4);
    date[4] = date[7] = '-';
    memcpy(date + 5, end - 4, 2);
    memcpy(date + 8, end - 2, 2);
    if (bpi_parse_date(date, 10, &unused)) {
      s->length -= 9;
      return true;
    }
  }
  if (s->length <= 11 || end[-11] != '-' || !bpi_parse_date(end - 10, 10, &unused)) return false;
  s->length -= 11;
  return true;
}

static size_t digits_before(const char *text, size_t end) {
  size_t at = end;
  while (at > 0 && bpi_price_digit(text[at - 1]))
    at--;
  return end - at;
}

/* Drops "-v1:0" as used by Bedrock. A bare "-v3" is a version of the model and is kept. */
static bool cut_release(slice *s) {
  size_t minor = digits_before(s->text, s->length);
  if (minor == 0 || s->length < minor + 1 || s->text[s->length - minor - 1] != ':') return false;
  size_t end = s->length - minor - 1, major = digits_before(s->text, end);
  if (major == 0 || end < major + 2 || memcmp(s->text + end - major - 2, "-v", 2) != 0)
    return false;
  s->length = end - major - 2;
  return true;
}

static const price_model *find_exact(const prices *p, slice s) {
  size_t low = 0, high = p->name_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const price_name *name = &p->names[middle];
    int order = bpi_price_compare(s.text, s.length, name->text, name->length);
    if (order == 0) return name->model;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}

/* ------------------------------------------------------------------------------------ the cost */

/* The entry in force on a day: the last one that has begun, the first one before all of them. A
 * cell without a date uses the newest. */
static const price_entry *entry_at(const price_model *m, int64_t quarter) {
  const price_entry *newest = &m->entries[m->entry_count - 1], *e = newest;
  if (quarter < 0) return newest;
  while (e > m->entries && e->day > quarter / BPI_DAY_QUARTERS)
    e--;
  return e;
}

/* rate * millionths / 1e6, rounded half up. Does not overflow: a rate is at most 1e12 and a product
 * of two multipliers at most 1e10. */
static int64_t scale_rate(int64_t rate, int64_t millionths) {
  const int64_t one = MILLI * MILLI;
  return rate / one * millionths + (rate % one * millionths + one / 2) / one;
}

static int64_t multiply(int64_t count, int64_t rate, bool *saturated) {
  if (count <= 0 || rate == 0) return 0;
  if (count <= INT64_MAX / rate) return count * rate;
  *saturated = true;
  return INT64_MAX;
}

/* ----------------------------------------------------------------------------------- the table */

enum {
  COLUMN_MODEL,
  COLUMN_PROVIDER,
  COLUMN_FROM,
  COLUMN_TIER,
  COLUMN_ABOVE,
  COLUMN_RATE,
  COLUMN_FAST = COLUMN_RATE + CLASSES,
  COLUMN_US,
  COLUMN_EU,
  COLUMN_SEARCH,
  COLUMNS
};

static const struct {
  int type;
  const char *name, *role, *title, *unit;
} columns[COLUMNS] = {
    {BP_TYPE_TEXT, "model", "dimension", "Model", NULL},
    {BP_TYPE_TEXT, "provider", "dimension", "Provider", NULL},
    {BP_TYPE_TEXT, "valid_from", "dimension", "Valid from", NULL},
    {BP_TYPE_TEXT, "tier", "dimension", "Service tier", NULL},
    {BP_TYPE_INT, "above", "dimension", "Prompts above", "tokens"},
    {BP_TYPE_INT, "input", "metric", "Input, a million tokens", "price"},
    {BP_TYPE_INT, "output", "metric", "Output, a million tokens", "price"},
    {BP_TYPE_INT, "cache_read", "metric", "Cache read, a million tokens", "price"},
    {BP_TYPE_INT, "cache_write_5m", "metric", "5 minute cache write, a million tokens", "price"},
    {BP_TYPE_INT, "cache_write_1h", "metric", "1 hour cache write, a million tokens", "price"},
    {BP_TYPE_REAL, "fast", "metric", "Fast mode", "factor"},
    {BP_TYPE_REAL, "us", "metric", "Kept in the US", "factor"},
    {BP_TYPE_REAL, "eu", "metric", "Kept in the EU", "factor"},
    {BP_TYPE_INT, "web_search", "metric", "Web search, each", "price"}};

static void set_text(bp_result *t, size_t at, const char *text) {
  bpi_table_set_text(t, at, text, strlen(text));
}

static void set_day(bp_result *t, size_t at, int64_t day) {
  char instant[32];
  if (day == DAY_NONE) return;
  bpi_format_instant(day * BPI_DAY_QUARTERS * BPI_QUARTER, instant);
  bpi_table_set_text(t, at, instant, sizeof "YYYY-MM-DD" - 1);
}

/* A factor of one is left empty. */
static void set_factor(bp_result *t, size_t at, int64_t thousandths) {
  if (thousandths != MILLI) bpi_table_set_real(t, at, (double)thousandths / (double)MILLI);
}

static void add_price_row(bp_result *t, const price_model *m, const price_entry *e, int tier,
                          int band) {
  const int64_t *rate = e->rate[tier][band];
  bpi_table_add_row(t);
  set_text(t, COLUMN_MODEL, m->name);
  set_text(t, COLUMN_PROVIDER, m->provider);
  set_day(t, COLUMN_FROM, e->day);
  set_text(t, COLUMN_TIER, bpi_vocabulary_name(VOCABULARY_TIER, tier));
  bpi_table_set_int(t, COLUMN_ABOVE, bpi_price_thresholds[band]);
  for (size_t c = 0; c < CLASSES; c++)
    bpi_table_set_int(t, COLUMN_RATE + c, rate[c] * (1000000 / BPI_PICO_PER_NANO));
  set_factor(t, COLUMN_FAST, e->fast);
  set_factor(t, COLUMN_US, e->geo[GEO_US]);
  set_factor(t, COLUMN_EU, e->geo[GEO_EU]);
  if (e->web_search >= 0) bpi_table_set_int(t, COLUMN_SEARCH, e->web_search / BPI_PICO_PER_NANO);
}

/* No rows for a tier with the rates of standard, and for a band with the rates of the one
 * before. */
static void add_entry_rows(bp_result *t, const price_model *m, const price_entry *e) {
  for (int tier = 0; tier < TIERS; tier++) {
    if (tier > 0 && memcmp(e->rate[tier], e->rate[0], sizeof e->rate[0]) == 0) continue;
    for (int band = 0; band < BANDS; band++) {
      const int64_t *rate = e->rate[tier][band];
      if (band > 0 && memcmp(rate, e->rate[tier][band - 1], sizeof e->rate[0][0]) == 0) continue;
      add_price_row(t, m, e, tier, band);
    }
  }
}

/* ----------------------------------------------------------------------------- metrics/prices.h */

int bpi_price_compare(const char *a, size_t a_length, const char *b, size_t b_length) {
  int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
  if (order != 0) return order;
  return a_length == b_length ? 0 : a_length < b_length ? -1 : 1;
}

const prices *bpi_prices_builtin(void) {
  return &builtin;
}

const char *bpi_prices_digest(const prices *p) {
  return p->digest;
}

const char *bpi_prices_date(const prices *p) {
  return p->date;
}

const price_model *bpi_prices_find(const prices *p, const char *model, size_t length) {
  slice s = {model, length};
  if (model == NULL) return NULL;
  const price_model *found = find_exact(p, s);
  while (found == NULL && (cut_deep_prefix(&s) || cut_prefix(&s)))
    found = find_exact(p, s);
  while (found == NULL && (cut_tag(&s) || cut_date(&s) || cut_release(&s)))
    found = find_exact(p, s);
  return found;
}

price_cost bpi_price_cell(const price_model *model, const rollup_cell *cell) {
  price_cost out = {.priced = model != NULL};
  if (model == NULL) return out;
  const price_entry *e = entry_at(model, cell->quarter);
  const int64_t *rate =
      e->rate[CLASS_GET(cell->class_, CLASS_TIER)][CLASS_GET(cell->class_, CLASS_BAND)];
  int64_t fast = CLASS_GET(cell->class_, CLASS_SPEED) == SPEED_FAST ? e->fast : MILLI;
  int64_t millionths = fast * e->geo[CLASS_GET(cell->class_, CLASS_GEO)];
  for (int c = 0; c < CLASSES; c++) {
    int64_t plain = rate[c == RESPONSE_CACHE_READ ? RESPONSE_INPUT : c];
    int64_t cost = multiply(cell->m[c], scale_rate(rate[c], millionths), &out.saturated);
    int64_t uncached = multiply(cell->m[c], scale_rate(plain, millionths), &out.saturated);
    out.pico = bpi_price_add(out.pico, cost, &out.saturated);
    out.pico_uncached = bpi_price_add(out.pico_uncached, uncached, &out.saturated);
  }
  int64_t searches = cell->m[RESPONSE_WEB_SEARCHES];
  if (e->web_search < 0 && searches > 0) {
    out.unpriced_searches = searches;
  } else if (searches > 0) {
    int64_t fee = multiply(searches, e->web_search, &out.saturated);
    out.pico = bpi_price_add(out.pico, fee, &out.saturated);
    out.pico_uncached = bpi_price_add(out.pico_uncached, fee, &out.saturated);
  }
  return out;
}

int64_t bpi_price_add(int64_t a, int64_t b, bool *saturated) {
  if (a <= INT64_MAX - b) return a + b;
  *saturated = true;
  return INT64_MAX;
}

int bpi_prices_table(bp_result **out, const prices *p, bp_error **error) {
  bp_result *t = bpi_table_new();
  *out = NULL;
  if (t == NULL) return bpi_fail_nomem(error);
  for (size_t c = 0; c < COLUMNS; c++) {
    bpi_table_add_column(t, columns[c].type, columns[c].name, columns[c].role);
    bpi_table_column_meta(t, c, "title", columns[c].title);
    if (columns[c].unit != NULL) bpi_table_column_meta(t, c, "unit", columns[c].unit);
  }
  bpi_table_meta(t, "prices", p->digest);
  bpi_table_meta(t, "prices_date", p->date);
  bpi_table_meta(t, "prices_source", p->source);
  for (size_t m = 0; m < p->model_count; m++)
    for (size_t e = 0; e < p->models[m].entry_count; e++)
      add_entry_rows(t, &p->models[m], &p->models[m].entries[e]);
  return bpi_table_finish(out, t, error);
}
