/* metrics/benchmark.h: what an organisation holds its metrics against: a versioned document of
 * reference values (docs/formats/benchmark.md), each with where it is from and of which day. Knows
 * the columns that a release has; computes nothing. */
#ifndef BPI_METRICS_BENCHMARK_H
#define BPI_METRICS_BENCHMARK_H

#include <stddef.h>

#include <blueplane/blueplane.h>

#define BENCHMARK_COLUMN 64
#define BENCHMARK_SOURCE 160 /* bytes, the end included */

typedef struct reference {
  char column[BENCHMARK_COLUMN]; /* a metric, or a part of it: "journeys.read_edit" */
  double value;                  /* in the unit of the column */
  char source[BENCHMARK_SOURCE], date[11];
} reference;

typedef struct benchmark {
  size_t count;
  reference *reference;
} benchmark;

/* BP_ERR_FORMAT with "path" (NULL: not JSON), UNSUPPORTED for another version, NOTFOUND with
 * "metric" for one that no release tells, NOMEM. */
int bpi_benchmark_parse(benchmark **out, const char *json, size_t length, bp_error **error);
void bpi_benchmark_free(benchmark *b);
const reference *bpi_benchmark_find(const benchmark *b, const char *column); /* NULL: none */

#endif
