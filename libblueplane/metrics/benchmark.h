/* metrics/benchmark.h: the reference values an organisation compares its metrics with: a versioned
 * document (docs/formats/benchmark.md) that gives each value with its source and date. Knows the
 * columns of a release (metrics/release.h); computes nothing. */
#ifndef BPI_METRICS_BENCHMARK_H
#define BPI_METRICS_BENCHMARK_H

#include <stddef.h>

#include <blueplane/blueplane.h>

#define BENCHMARK_COLUMN 64
#define BENCHMARK_SOURCE 160 /* bytes, including the terminating NUL */

typedef struct reference {
  char column[BENCHMARK_COLUMN]; /* a metric, or one of its parts: "journeys.read_edit" */
  double value;                  /* in the unit of the column */
  char source[BENCHMARK_SOURCE], date[11];
} reference;

typedef struct benchmark {
  size_t count;
  reference *reference;
} benchmark;

/* Errors: BP_ERR_FORMAT with detail "path" (no such detail: not JSON), UNSUPPORTED for another
 * version, NOTFOUND with "metric" for a column that no release has, NOMEM. */
int bpi_benchmark_parse(benchmark **out, const char *json, size_t length, bp_error **error);
void bpi_benchmark_free(benchmark *b);
const reference *bpi_benchmark_find(const benchmark *b, const char *column); /* NULL: none */

#endif
