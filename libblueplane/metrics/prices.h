/* metrics/prices.h: what tokens cost: price tables, how the name of a model is matched to a row,
 * and the cost of a rollup cell. Does not know stores or queries.
 *
 * Money is int64 pico-dollars (1e-12 USD): "3" USD per million tokens in a table is 3,000,000 per
 * token. Multipliers (fast mode, data residency) are applied to the rate of one token, rounded half
 * up to a whole pico-dollar, never to a sum. So cost is linear in the tokens: the same tokens cost
 * the same however they are divided into cells. docs/formats/prices.md has the rules. */
#ifndef BPI_METRICS_PRICES_H
#define BPI_METRICS_PRICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

#include "store/read.h"

#define BPI_PICO_PER_NANO INT64_C(1000)
#define BPI_PICO_PER_USD INT64_C(1000000000000)

typedef struct prices prices;           /* immutable; shared by threads */
typedef struct price_model price_model; /* owned by its prices */

/* The table the library was built with. Static: never freed. */
const prices *bpi_prices_builtin(void);

/* Reads a table in the form of docs/formats/prices.md. Errors: FORMAT, with detail "path" like
 * "models[3].entries[0].input" ("byte" if it is not JSON, "allowed" for an unknown key);
 * UNSUPPORTED for another version or a long-context threshold that rollup cells do not distinguish;
 * NOMEM. */
int bpi_prices_parse(prices **out, const char *json, size_t length, bp_error **error);
void bpi_prices_free(prices *p); /* accepts NULL */

const char *bpi_prices_digest(const prices *p); /* BLAKE2b-256 of the document's bytes in hex */
const char *bpi_prices_date(const prices *p);   /* "as_of": YYYY-MM-DD */

/* The row for a model as a source names it: an exact match, else one without provider prefix, date
 * and release suffix. NULL: unpriced. Does not allocate; callers cache the result per label. */
const price_model *bpi_prices_find(const prices *p, const char *model, size_t length);

typedef struct price_cost {
  bool priced;               /* false: no row for the model; everything below is 0 */
  bool saturated;            /* an amount beyond int64 (9.2 million USD) was clamped to INT64_MAX */
  int64_t pico;              /* the cost */
  int64_t pico_uncached;     /* the cost if every cache read had been plain input */
  int64_t unpriced_searches; /* web searches without a fee in the row; not part of the cost */
} price_cost;

/* The cost of a ROLLUP_RESPONSE cell: its measures at the rates for its day, band, speed, tier and
 * region. `model` may be NULL. */
price_cost bpi_price_cell(const price_model *model, const rollup_cell *cell);

/* a + b for amounts that are never negative; on overflow INT64_MAX, and *saturated is set. */
int64_t bpi_price_add(int64_t a, int64_t b, bool *saturated);

/* The whole list for bp_inspect "prices": one row per model, entry, tier and band that has its own
 * rates. */
int bpi_prices_table(bp_result **out, const prices *p, bp_error **error);

#endif
