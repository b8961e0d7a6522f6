/* metrics/prices.c: the reader of price tables, the lookup of a model in one, and the price of a
 * rollup cell. The built-in table is data that make_prices.py wrote at build time; given tables are
 * read here into the same form. Refuses to guess: a model it does not find has no price, and a
 * table it does not understand to the last key is no table. */
#include "metrics/prices.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "base/vocabulary.h"
#include "result/table.h"

#define TABLE_VERSION 1
#define DAY_NONE INT64_C(-1)
#define MILLI INT64_C(1000) /* multipliers are stored in thousandths */
#define PICO_PER_MICRO INT64_C(1000000)
#define NAME_LIMIT 200
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Classes in the order of the measures of ROLLUP_RESPONSE. */
enum { CLASSES = RESPONSE_CACHE_WRITE_1H + 1, BANDS = 4, TIERS = 4, GEOS = 4 };

typedef struct price_entry {
  int64_t day;                         /* valid from: days since 1970-01-01, or DAY_NONE */
  int64_t rate[TIERS][BANDS][CLASSES]; /* pico-dollars per token */
  int64_t fast;                        /* thousandths */
  int64_t geo[GEOS];                   /* thousandths */
  int64_t web_search;                  /* pico-dollars per request; -1 unknown */
} price_entry;

struct price_model {
  const char *name, *provider;
  const price_entry *entries; /* in order of day */
  size_t entry_count;
};

typedef struct price_name {
  const char *text;
  size_t length;
  const price_model *model;
} price_name;

struct prices {
  const char *digest, *date, *source;
  const price_model *models;
  size_t model_count;
  const price_name *names; /* names and aliases in order of bytes */
  size_t name_count;
};

/* A table read at run time; its text stays in the document. */
typedef struct given {
  prices table; /* first: a given table's prices * is its given * */
  char digest[65];
  json_doc *doc;
  price_entry *entries;
  price_model *models;
  price_name *names;
} given;

#include "prices_builtin.h"

static const prices builtin = {
    .digest = BUILTIN_DIGEST,
    .date = BUILTIN_DATE,
    .source = BUILTIN_SOURCE,
    .models = builtin_models,
    .model_count = COUNT(builtin_models),
    .names = builtin_names,
    .name_count = COUNT(builtin_names),
};

/* The thresholds in prompt tokens that a rollup cell can tell apart, by CLASS_BAND. */
static const int64_t thresholds[BANDS] = {0, 128000, 200000, 272000};

static const char *const class_keys[CLASSES] = {"input", "output", "cache_read", "cache_write_5m",
                                                "cache_write_1h"};

/* -------------------------------------------------------------------------- reading: the place */

typedef struct reader {
  bp_error **error;
  buf place; /* like "models[3].entries[0].input" */
} reader;

static size_t enter(reader *r, const char *key) {
  size_t back = r->place.length;
  if (back > 0) bpi_buf_char(&r->place, '.');
  bpi_buf_text(&r->place, key);
  return back;
}

static size_t enter_item(reader *r, size_t index) {
  size_t back = r->place.length;
  bpi_buf_char(&r->place, '[');
  bpi_buf_int(&r->place, (int64_t)index);
  bpi_buf_char(&r->place, ']');
  return back;
}

static void leave(reader *r, size_t back) {
  r->place.length = back;
  if (r->place.data != NULL) r->place.data[back] = '\0';
}

/* Ends the reading with an error about the present place. Only the place is named, never what
 * stands there. */
static int refuse(reader *r, int code, const char *why) {
  if (r->place.failed) return bpi_fail_nomem(r->error);
  const char *place = r->place.length > 0 ? r->place.data : "the table";
  bpi_fail(r->error, code, "price table: %s %s", place, why);
  bpi_fail_detail(r->error, "path", place);
  return code;
}

static int refuse_at(reader *r, const char *key, int code, const char *why) {
  enter(r, key);
  return refuse(r, code, why);
}

/* ------------------------------------------------------------------------- reading: the values */

/* Refuses whatever is no object, and keys beyond `allowed`: a misspelt rate must not go unseen. */
static int check_object(reader *r, json_value object, const char *const *allowed) {
  if (!bpi_json_is_object(object)) return refuse(r, BP_ERR_FORMAT, "must be an object");
  for (json_value m = bpi_json_first(object); m != NULL; m = bpi_json_next(m)) {
    size_t i = 0;
    while (allowed[i] != NULL && strcmp(allowed[i], bpi_json_key(m)) != 0)
      i++;
    if (allowed[i] != NULL) continue;
    buf list;
    bpi_buf_init(&list, 512);
    for (i = 0; allowed[i] != NULL; i++) {
      if (i > 0) bpi_buf_text(&list, ", ");
      bpi_buf_text(&list, allowed[i]);
    }
    refuse(r, BP_ERR_FORMAT, "has a key that is not known here");
    if (!list.failed) bpi_fail_detail(r->error, "allowed", list.data);
    bpi_buf_free(&list);
    return BP_ERR_FORMAT;
  }
  return BP_OK;
}

static int check_array(reader *r, const char *key, json_value v) {
  if (bpi_json_is_array(v) && bpi_json_size(v) > 0) return BP_OK;
  return refuse_at(r, key, BP_ERR_FORMAT, "must be a list that is not empty");
}

static int read_text(reader *r, json_value object, const char *key, const char **out) {
  const char *text = bpi_json_text(bpi_json_get(object, key));
  if (text == NULL || *text == '\0') return refuse_at(r, key, BP_ERR_FORMAT, "must be text");
  *out = text;
  return BP_OK;
}

static bool valid_name(const char *text) {
  if (text == NULL || *text == '\0') return false;
  size_t length = 0;
  for (; text[length] != '\0'; length++)
    if (text[length] <= ' ' || text[length] > '~' || length >= NAME_LIMIT) return false;
  return true;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* A decimal like "0.25" times ten to the power of `places`. */
static bool parse_decimal(const char *text, int places, int64_t *out) {
  int64_t value = 0;
  int digits = 0;
  if (!is_digit(*text) || (text[0] == '0' && is_digit(text[1]))) return false;
  for (; is_digit(*text); text++) {
    if (++digits > 9) return false;
    value = value * 10 + (*text - '0');
  }
  if (*text == '.' && !is_digit(*++text)) return false;
  for (; is_digit(*text); text++) {
    if (--places < 0) return false;
    value = value * 10 + (*text - '0');
  }
  if (*text != '\0') return false;
  while (places-- > 0)
    value *= 10;
  *out = value;
  return true;
}

typedef struct amount {
  int places;
  int64_t least, most;
  const char *must;
} amount;
static const amount rate_amount = {
    6, 0, BPI_PICO_PER_USD,
    "must be USD per million tokens: a decimal in quotes from 0 to 1000000, at most 6 places"};
static const amount multiplier_amount = {
    3, 1, 100 * MILLI,
    "must be a multiplier: a decimal in quotes from 0.001 to 100, at most 3 places"};
static const amount fee_amount = {
    6, 0, 100 * PICO_PER_MICRO,
    "must be USD a request: a decimal in quotes from 0 to 100, at most 6 places"};

/* Leaves *out alone where the key is absent. */
static int read_amount(reader *r, json_value object, const char *key, const amount *kind,
                       int64_t *out) {
  json_value v = bpi_json_get(object, key);
  const char *text = bpi_json_text(v);
  int64_t value;
  if (v == NULL) return BP_OK;
  if (text == NULL || !parse_decimal(text, kind->places, &value) || value < kind->least ||
      value > kind->most)
    return refuse_at(r, key, BP_ERR_FORMAT, kind->must);
  *out = value;
  return BP_OK;
}

static int read_date(reader *r, json_value object, const char *key, int64_t *day) {
  civil date;
  const char *text = bpi_json_text(bpi_json_get(object, key));
  if (text == NULL || !bpi_parse_date(text, strlen(text), &date) || date.year < 1970)
    return refuse_at(r, key, BP_ERR_FORMAT, "must be a date, YYYY-MM-DD, from 1970");
  *day = bpi_days_from_civil(date.year, date.month, date.day);
  return BP_OK;
}

/* -------------------------------------------------------------------------- reading: the rates */

/* Rates as they are written, -1 where absent. `standard` are those of the same entry's standard
 * rates, NULL when these are they: what they say of cache reads must be said here too, because
 * nobody can know it. */
static int read_card(reader *r, json_value object, const int64_t *standard, int64_t raw[CLASSES]) {
  for (int i = 0; i < CLASSES; i++) {
    raw[i] = -1;
    int rc = read_amount(r, object, class_keys[i], &rate_amount, &raw[i]);
    if (rc != BP_OK) return rc;
    bool needed = i <= RESPONSE_OUTPUT ||
                  (i == RESPONSE_CACHE_READ && standard != NULL && standard[i] >= 0);
    if (raw[i] < 0 && needed) return refuse_at(r, class_keys[i], BP_ERR_FORMAT, "is missing");
  }
  return BP_OK;
}

/* The rates in force: what the table leaves out, and what it cannot mean. */
static void complete_card(const int64_t raw[CLASSES], int64_t rate[CLASSES]) {
  int64_t input = raw[RESPONSE_INPUT], hour = raw[RESPONSE_CACHE_WRITE_1H];
  memcpy(rate, raw, CLASSES * sizeof *rate);
  if (raw[RESPONSE_CACHE_READ] < 0) rate[RESPONSE_CACHE_READ] = input;
  if (raw[RESPONSE_CACHE_WRITE_5M] < 0) rate[RESPONSE_CACHE_WRITE_5M] = (input * 5 + 2) / 4;
  /* Tables copy the price of another model or of the 5 minute write here: outside 1.5 to 2.5 times
   * input it is taken for such a slip. */
  if (2 * hour < 3 * input || 2 * hour > 5 * input) rate[RESPONSE_CACHE_WRITE_1H] = 2 * input;
}

static int read_threshold(reader *r, json_value item, int after, int *band) {
  int64_t over;
  if (!bpi_json_int(bpi_json_get(item, "over"), &over))
    return refuse_at(r, "over", BP_ERR_FORMAT, "must be a number of prompt tokens");
  for (*band = 1; *band < BANDS; ++*band)
    if (thresholds[*band] == over) break;
  if (*band == BANDS)
    return refuse_at(r, "over", BP_ERR_UNSUPPORTED,
                     "is a threshold that is not kept apart: only 128000, 200000 and 272000 are");
  if (*band <= after)
    return refuse_at(r, "over", BP_ERR_FORMAT, "must be greater than the threshold before it");
  return BP_OK;
}

/* One set of rates with its long-context bands. `raw` and `bands` (bit per band that has rates of
 * its own) come out for the tiers to be held against. */
static int read_bands(reader *r, json_value object, const int64_t *standard, int64_t raw[CLASSES],
                      unsigned *bands, int64_t rate[BANDS][CLASSES]) {
  static const char *const keys[] = {"over",           "input",          "output", "cache_read",
                                     "cache_write_5m", "cache_write_1h", NULL};
  json_value above = bpi_json_get(object, "above");
  int band = 0, rc = read_card(r, object, standard, raw);
  if (rc != BP_OK) return rc;
  for (int b = 0; b < BANDS; b++)
    complete_card(raw, rate[b]);
  *bands = 1;
  if (above == NULL) return BP_OK;
  if ((rc = check_array(r, "above", above)) != BP_OK) return rc;
  size_t list = enter(r, "above"), index = 0;
  for (json_value item = bpi_json_first(above); item != NULL; item = bpi_json_next(item), index++) {
    int64_t raw_above[CLASSES];
    size_t back = enter_item(r, index);
    if ((rc = check_object(r, item, keys)) != BP_OK) return rc;
    if ((rc = read_threshold(r, item, band, &band)) != BP_OK) return rc;
    if ((rc = read_card(r, item, raw, raw_above)) != BP_OK) return rc;
    for (int b = band; b < BANDS; b++)
      complete_card(raw_above, rate[b]);
    *bands |= 1u << band;
    leave(r, back);
  }
  leave(r, list);
  return BP_OK;
}

static void multiply_bands(int64_t standard[BANDS][CLASSES], int64_t multiplier,
                           int64_t rate[BANDS][CLASSES]) {
  for (int b = 0; b < BANDS; b++)
    for (int c = 0; c < CLASSES; c++)
      rate[b][c] = (standard[b][c] * multiplier + MILLI / 2) / MILLI;
}

/* A tier is one multiplier or a set of rates with the same bands. */
static int read_tier(reader *r, json_value tier, const int64_t raw[CLASSES], unsigned bands,
                     int64_t standard[BANDS][CLASSES], int64_t rate[BANDS][CLASSES]) {
  static const char *const multiplier_keys[] = {"multiplier", NULL};
  static const char *const rate_keys[] = {
      "input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "above", NULL};
  bool one = bpi_json_get(tier, "multiplier") != NULL;
  int64_t multiplier = 0, own_raw[CLASSES];
  unsigned own_bands;
  int rc = check_object(r, tier, one ? multiplier_keys : rate_keys);
  if (rc != BP_OK) return rc;
  if (one) {
    if ((rc = read_amount(r, tier, "multiplier", &multiplier_amount, &multiplier)) != BP_OK)
      return rc;
    multiply_bands(standard, multiplier, rate);
    return BP_OK;
  }
  if ((rc = read_bands(r, tier, raw, own_raw, &own_bands, rate)) != BP_OK) return rc;
  if (own_bands != bands)
    return refuse_at(r, "above", BP_ERR_FORMAT, "must have the thresholds of the standard rates");
  return BP_OK;
}

static int read_tiers(reader *r, json_value tiers, const int64_t raw[CLASSES], unsigned bands,
                      price_entry *e) {
  static const char *const keys[] = {"batch", "priority", "flex", NULL};
  for (int t = 1; t < TIERS; t++)
    memcpy(e->rate[t], e->rate[0], sizeof e->rate[t]);
  if (tiers == NULL) return BP_OK;
  size_t list = enter(r, "tiers");
  int rc = check_object(r, tiers, keys);
  for (json_value m = bpi_json_first(tiers); rc == BP_OK && m != NULL; m = bpi_json_next(m)) {
    int tier = bpi_vocabulary_code(VOCABULARY_TIER, bpi_json_key(m), strlen(bpi_json_key(m)));
    size_t back = enter(r, bpi_json_key(m));
    rc = read_tier(r, m, raw, bands, e->rate[0], e->rate[tier]);
    if (rc == BP_OK) leave(r, back);
  }
  if (rc == BP_OK) leave(r, list);
  return rc;
}

static int read_geo(reader *r, json_value geo, price_entry *e) {
  static const char *const keys[] = {"us", "eu", NULL};
  for (int g = 0; g < GEOS; g++)
    e->geo[g] = MILLI;
  if (geo == NULL) return BP_OK;
  size_t back = enter(r, "geo");
  int rc = check_object(r, geo, keys);
  if (rc == BP_OK) rc = read_amount(r, geo, "us", &multiplier_amount, &e->geo[GEO_US]);
  if (rc == BP_OK) rc = read_amount(r, geo, "eu", &multiplier_amount, &e->geo[GEO_EU]);
  if (rc == BP_OK) leave(r, back);
  return rc;
}

/* ------------------------------------------------------------------------- reading: the models */

static int read_entry(reader *r, json_value entry, price_entry *e) {
  static const char *const keys[] = {
      "valid_from", "input", "output", "cache_read", "cache_write_5m", "cache_write_1h",
      "above",      "tiers", "fast",   "geo",        "web_search",     NULL};
  int64_t raw[CLASSES], fee = -1;
  unsigned bands;
  int rc = check_object(r, entry, keys);
  e->day = DAY_NONE;
  e->fast = MILLI;
  if (rc == BP_OK && bpi_json_get(entry, "valid_from") != NULL)
    rc = read_date(r, entry, "valid_from", &e->day);
  if (rc == BP_OK) rc = read_bands(r, entry, NULL, raw, &bands, e->rate[0]);
  if (rc == BP_OK) rc = read_tiers(r, bpi_json_get(entry, "tiers"), raw, bands, e);
  if (rc == BP_OK) rc = read_amount(r, entry, "fast", &multiplier_amount, &e->fast);
  if (rc == BP_OK) rc = read_geo(r, bpi_json_get(entry, "geo"), e);
  if (rc == BP_OK) rc = read_amount(r, entry, "web_search", &fee_amount, &fee);
  e->web_search = fee < 0 ? -1 : fee * PICO_PER_MICRO;
  return rc;
}

static int read_entries(reader *r, json_value entries, price_entry *e) {
  size_t list = enter(r, "entries"), index = 0;
  for (json_value v = bpi_json_first(entries); v != NULL; v = bpi_json_next(v), index++) {
    size_t back = enter_item(r, index);
    int rc = read_entry(r, v, &e[index]);
    if (rc != BP_OK) return rc;
    if (index > 0 && e[index].day <= e[index - 1].day)
      return refuse_at(r, "valid_from", BP_ERR_FORMAT,
                       "must be later than that of the entry before it");
    leave(r, back);
  }
  leave(r, list);
  return BP_OK;
}

static int read_name(reader *r, const char *text, const price_model *model, price_name *out) {
  if (!valid_name(text))
    return refuse(r, BP_ERR_FORMAT, "must be a name of 1 to 200 visible ASCII characters");
  *out = (price_name){text, strlen(text), model};
  return BP_OK;
}

/* Writes one model with its entries and names; *entry and *name are the next free ones. */
static int read_model(reader *r, json_value v, price_model *m, price_entry **entry,
                      price_name **name) {
  json_value aliases = bpi_json_get(v, "aliases"), entries = bpi_json_get(v, "entries");
  size_t back = enter(r, "name"), index = 0;
  int rc = read_name(r, bpi_json_text(bpi_json_get(v, "name")), m, *name);
  if (rc != BP_OK) return rc;
  leave(r, back);
  m->name = (*name)++->text;
  if ((rc = read_text(r, v, "provider", &m->provider)) != BP_OK) return rc;
  back = enter(r, "aliases");
  for (json_value a = bpi_json_first(aliases); a != NULL; a = bpi_json_next(a)) {
    size_t list = enter_item(r, index++);
    if ((rc = read_name(r, bpi_json_text(a), m, (*name)++)) != BP_OK) return rc;
    leave(r, list);
  }
  leave(r, back);
  m->entries = *entry;
  m->entry_count = bpi_json_size(entries);
  rc = read_entries(r, entries, *entry);
  *entry += m->entry_count;
  return rc;
}

/* Checks the outline and adds up how much room the table needs. */
static int measure(reader *r, json_value models, size_t *entries, size_t *names) {
  static const char *const keys[] = {"name", "provider", "aliases", "entries", NULL};
  size_t index = 0;
  for (json_value m = bpi_json_first(models); m != NULL; m = bpi_json_next(m)) {
    json_value aliases = bpi_json_get(m, "aliases");
    size_t back = enter_item(r, index++);
    int rc = check_object(r, m, keys);
    if (rc == BP_OK && aliases != NULL) rc = check_array(r, "aliases", aliases);
    if (rc == BP_OK) rc = check_array(r, "entries", bpi_json_get(m, "entries"));
    if (rc != BP_OK) return rc;
    *entries += bpi_json_size(bpi_json_get(m, "entries"));
    *names += 1 + bpi_json_size(aliases);
    leave(r, back);
  }
  return BP_OK;
}

static int compare_text(const char *a, size_t a_length, const char *b, size_t b_length) {
  int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
  if (order != 0) return order;
  return a_length == b_length ? 0 : a_length < b_length ? -1 : 1;
}

static int compare_names(const void *a, const void *b) {
  const price_name *x = a, *y = b;
  int order = compare_text(x->text, x->length, y->text, y->length);
  return order != 0 ? order : x->model < y->model ? -1 : x->model > y->model;
}

static int sort_names(reader *r, given *g) {
  qsort(g->names, g->table.name_count, sizeof *g->names, compare_names);
  for (size_t i = 1; i < g->table.name_count; i++) {
    const price_name *a = &g->names[i - 1], *b = &g->names[i];
    if (compare_text(a->text, a->length, b->text, b->length) != 0) continue;
    enter_item(r, (size_t)(b->model - g->models));
    refuse(r, BP_ERR_FORMAT, "has a name or alias that occurs before");
    bpi_fail_detail(r->error, "name", b->text);
    return BP_ERR_FORMAT;
  }
  return BP_OK;
}

static int read_models(reader *r, json_value models, given *g) {
  size_t entries = 0, names = 0, list, index = 0;
  int rc = check_array(r, "models", models);
  if (rc != BP_OK) return rc;
  list = enter(r, "models");
  if ((rc = measure(r, models, &entries, &names)) != BP_OK) return rc;
  g->table.model_count = bpi_json_size(models);
  g->table.name_count = names;
  g->table.models = g->models = bpi_alloc_zero(g->table.model_count, sizeof *g->models);
  g->table.names = g->names = bpi_alloc_zero(names, sizeof *g->names);
  g->entries = bpi_alloc_zero(entries, sizeof *g->entries);
  if (g->models == NULL || g->names == NULL || g->entries == NULL) return bpi_fail_nomem(r->error);
  price_entry *entry = g->entries;
  price_name *name = g->names;
  for (json_value m = bpi_json_first(models); m != NULL; m = bpi_json_next(m), index++) {
    size_t back = enter_item(r, index);
    if ((rc = read_model(r, m, &g->models[index], &entry, &name)) != BP_OK) return rc;
    leave(r, back);
  }
  rc = sort_names(r, g);
  if (rc == BP_OK) leave(r, list);
  return rc;
}

static int read_table(reader *r, given *g) {
  static const char *const keys[] = {"version", "as_of", "source", "license", "models", NULL};
  json_value root = bpi_json_root(g->doc);
  int64_t version, day;
  if (!bpi_json_is_object(root)) return refuse(r, BP_ERR_FORMAT, "must be an object");
  if (!bpi_json_int(bpi_json_get(root, "version"), &version))
    return refuse_at(r, "version", BP_ERR_FORMAT, "must be a number");
  /* Before the keys: a later version may well have others. */
  if (version != TABLE_VERSION)
    return refuse_at(r, "version", BP_ERR_UNSUPPORTED, "must be 1: no other is known");
  int rc = check_object(r, root, keys);
  if (rc == BP_OK) rc = read_date(r, root, "as_of", &day);
  if (rc == BP_OK) rc = read_text(r, root, "as_of", &g->table.date);
  if (rc == BP_OK) rc = read_text(r, root, "source", &g->table.source);
  if (rc == BP_OK) rc = read_models(r, bpi_json_get(root, "models"), g);
  return rc;
}

/* ---------------------------------------------------------------------------------- the lookup */

typedef struct slice {
  const char *text;
  size_t length;
} slice;

/* clang-format off */
/* What providers, gateways and clouds put before a model's own name. */
static const char *const prefixes[] = {
    "anthropic/", "anthropic.", "openai/", "openai.", "azure/", "azure_ai/", "google/", "gemini/",
    "models/", "xai/", "x-ai/", "deepseek/", "deepseek.", "moonshot/", "moonshotai/", "moonshotai.",
    "minimax/", "minimax.", "zai/", "z-ai/", "zai-org/", "zhipuai/", "openrouter/", "opencode/",
    "github_copilot/", "github-copilot/", "us.", "us-gov.", "eu.", "apac.", "global.", "jp.", "au.",
    "ca."};
/* Of these everything up to the last slash goes: region, publisher, profile. */
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

/* "-20250929", "@20250929" or "-2025-09-29". */
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
  while (at > 0 && is_digit(text[at - 1]))
    at--;
  return end - at;
}

/* "-v1:0" of Bedrock. A bare "-v3" is a version of the model and stays. */
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
    int order = compare_text(s.text, s.length, name->text, name->length);
    if (order == 0) return name->model;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}

/* ------------------------------------------------------------------------------------ the cost */

/* The entry in force on a day: the last that has begun, the first before all of them, the newest
 * for what has no date. */
static const price_entry *entry_at(const price_model *m, int64_t quarter) {
  const price_entry *newest = &m->entries[m->entry_count - 1], *e = newest;
  if (quarter < 0) return newest;
  while (e > m->entries && e->day > quarter / BPI_DAY_QUARTERS)
    e--;
  return e;
}

/* rate * millionths / 1e6, rounded half up, without overflow: a rate is at most 1e12 and a product
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

/* A factor of one says nothing. */
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
  bpi_table_set_int(t, COLUMN_ABOVE, thresholds[band]);
  for (size_t c = 0; c < CLASSES; c++)
    bpi_table_set_int(t, COLUMN_RATE + c, rate[c] * (1000000 / BPI_PICO_PER_NANO));
  set_factor(t, COLUMN_FAST, e->fast);
  set_factor(t, COLUMN_US, e->geo[GEO_US]);
  set_factor(t, COLUMN_EU, e->geo[GEO_EU]);
  if (e->web_search >= 0) bpi_table_set_int(t, COLUMN_SEARCH, e->web_search / BPI_PICO_PER_NANO);
}

/* A tier that costs what standard costs, and a band that costs what the one before it costs, have
 * no rows. */
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

const prices *bpi_prices_builtin(void) {
  return &builtin;
}

int bpi_prices_parse(prices **out, const char *json, size_t length, bp_error **error) {
  given *g = bpi_alloc_zero(1, sizeof *g);
  *out = NULL;
  if (g == NULL) return bpi_fail_nomem(error);
  reader r = {error, {0}};
  bpi_buf_init(&r.place, 256);
  int rc = bpi_json_parse(&g->doc, json, length, error);
  if (rc == BP_OK) rc = read_table(&r, g);
  if (rc == BP_OK && r.place.failed) rc = bpi_fail_nomem(error);
  bpi_buf_free(&r.place);
  if (rc != BP_OK) {
    bpi_prices_free(&g->table);
    return rc;
  }
  bpi_hash_digest_hex(json, length, g->digest);
  g->table.digest = g->digest;
  *out = &g->table;
  return BP_OK;
}

void bpi_prices_free(prices *p) {
  if (p == NULL) return;
  given *g = (given *)(void *)p;
  bpi_free(g->entries);
  bpi_free(g->models);
  bpi_free(g->names);
  bpi_json_free(g->doc);
  bpi_free(g);
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
