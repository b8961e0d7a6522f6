/* metrics/prices_json.c: reads a price table from JSON. A table with anything unknown is refused as
 * a whole. Errors give the path of the value, never the value itself. */
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
#include "metrics/prices_inside.h"

#define TABLE_VERSION 1
#define PICO_PER_MICRO INT64_C(1000000)
#define NAME_LIMIT 200

/* A table read at run time; its text stays in the document. */
typedef struct given {
  prices table; /* must be first: bpi_prices_free casts prices * to given * */
  char digest[65];
  json_doc *doc;
  price_entry *entries;
  price_model *models;
  price_name *names;
} given;

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

/* Fails with an error about the current place; names only the place, never its value. */
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

/* Refuses anything but an object, and keys not in `allowed`: a misspelt rate must not be
 * ignored. */
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
    refuse(r, BP_ERR_FORMAT, "has an unknown key");
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

/* Nothing reads it, but a table that is not as documented is not taken. */
static int check_license(reader *r, json_value v) {
  return v == NULL || bpi_json_text(v) != NULL
             ? BP_OK
             : refuse_at(r, "license", BP_ERR_FORMAT, "must be text");
}

static bool valid_name(const char *text) {
  if (text == NULL || *text == '\0') return false;
  size_t length = 0;
  for (; text[length] != '\0'; length++)
    if (text[length] <= ' ' || text[length] > '~' || length >= NAME_LIMIT) return false;
  return true;
}

/* Parses a decimal like "0.25"; *out is the value times ten to the power of `places`. */
static bool parse_decimal(const char *text, int places, int64_t *out) {
  int64_t value = 0;
  int digits = 0;
  if (!bpi_price_digit(*text) || (text[0] == '0' && bpi_price_digit(text[1]))) return false;
  for (; bpi_price_digit(*text); text++) {
    if (++digits > 9) return false;
    value = value * 10 + (*text - '0');
  }
  if (*text == '.' && !bpi_price_digit(*++text)) return false;
  for (; bpi_price_digit(*text); text++) {
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

/* Leaves *out unchanged if the key is absent. */
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

/* Reads rates as written; -1: absent. `standard` are the standard rates of the same entry, or NULL
 * when reading those. If they have a rate for cache reads, these must have one, too, as it cannot
 * be derived. */
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

/* The rates in force: fills in what the table leaves out and corrects implausible values. */
static void complete_card(const int64_t raw[CLASSES], int64_t rate[CLASSES]) {
  int64_t input = raw[RESPONSE_INPUT], hour = raw[RESPONSE_CACHE_WRITE_1H];
  memcpy(rate, raw, CLASSES * sizeof *rate);
  if (raw[RESPONSE_CACHE_READ] < 0) rate[RESPONSE_CACHE_READ] = input;
  if (raw[RESPONSE_CACHE_WRITE_5M] < 0) rate[RESPONSE_CACHE_WRITE_5M] = (input * 5 + 2) / 4;
  /* Published tables sometimes have the price of another model or of the 5 minute write here. A
   * rate outside 1.5 to 2.5 times input is taken as such an error. */
  if (2 * hour < 3 * input || 2 * hour > 5 * input) rate[RESPONSE_CACHE_WRITE_1H] = 2 * input;
}

static int read_threshold(reader *r, json_value item, int after, int *band) {
  int64_t over;
  if (!bpi_json_int(bpi_json_get(item, "over"), &over))
    return refuse_at(r, "over", BP_ERR_FORMAT, "must be a number of prompt tokens");
  for (*band = 1; *band < BANDS; ++*band)
    if (bpi_price_thresholds[*band] == over) break;
  if (*band == BANDS)
    return refuse_at(r, "over", BP_ERR_UNSUPPORTED,
                     "is not a supported threshold: only 128000, 200000 and 272000 are");
  if (*band <= after)
    return refuse_at(r, "over", BP_ERR_FORMAT, "must be greater than the threshold before it");
  return BP_OK;
}

/* One set of rates with its long-context bands. Returns `raw` and `bands` (bit per band with rates
 * of its own), against which the tiers are checked. */
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

/* A tier is either one multiplier or a set of rates with the same bands. */
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

/* Reads one model with its entries and names; *entry and *name point to the next free ones. */
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

/* Checks the structure and counts entries and names, so that they can be allocated. */
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

static int compare_names(const void *a, const void *b) {
  const price_name *x = a, *y = b;
  int order = bpi_price_compare(x->text, x->length, y->text, y->length);
  return order != 0 ? order : x->model < y->model ? -1 : x->model > y->model;
}

static int sort_names(reader *r, given *g) {
  qsort(g->names, g->table.name_count, sizeof *g->names, compare_names);
  for (size_t i = 1; i < g->table.name_count; i++) {
    const price_name *a = &g->names[i - 1], *b = &g->names[i];
    if (bpi_price_compare(a->text, a->length, b->text, b->length) != 0) continue;
    enter_item(r, (size_t)(b->model - g->models));
    refuse(r, BP_ERR_FORMAT, "has a name or alias that was used before");
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
  /* Checked before the keys: a later version may have other keys. */
  if (version != TABLE_VERSION)
    return refuse_at(r, "version", BP_ERR_UNSUPPORTED, "must be 1, the only known version");
  int rc = check_object(r, root, keys);
  if (rc == BP_OK) rc = read_date(r, root, "as_of", &day);
  if (rc == BP_OK) rc = read_text(r, root, "as_of", &g->table.date);
  if (rc == BP_OK) rc = read_text(r, root, "source", &g->table.source);
  if (rc == BP_OK) rc = check_license(r, bpi_json_get(root, "license"));
  if (rc == BP_OK) rc = read_models(r, bpi_json_get(root, "models"), g);
  return rc;
}

/* ----------------------------------------------------------------------------- metrics/prices.h */

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
