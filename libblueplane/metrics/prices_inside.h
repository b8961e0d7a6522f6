/* metrics/prices_inside.h: a price table in memory; private to prices.c and prices_json.c. */
#ifndef BPI_METRICS_PRICES_INSIDE_H
#define BPI_METRICS_PRICES_INSIDE_H

#include "metrics/prices.h"

#define DAY_NONE INT64_C(-1)
#define MILLI INT64_C(1000) /* multipliers are stored in thousandths */

/* Token classes are numbered as the measures of ROLLUP_RESPONSE. */
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
  const price_entry *entries; /* sorted by day */
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
  const price_name *names; /* names and aliases, sorted by bytes */
  size_t name_count;
};

/* The long-context thresholds (prompt tokens) that rollup cells distinguish, by CLASS_BAND. */
extern const int64_t bpi_price_thresholds[BANDS];

static inline bool bpi_price_digit(char c) {
  return c >= '0' && c <= '9';
}

/* The order of names in a table: by bytes. */
int bpi_price_compare(const char *a, size_t a_length, const char *b, size_t b_length);

#endif
