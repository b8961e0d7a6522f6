/* metrics/coverage.h: which source can know what. Knows the promises of sources by number, as the
 * caller hands them over; does not know the sources. */
#ifndef BPI_METRICS_COVERAGE_H
#define BPI_METRICS_COVERAGE_H

#include <stddef.h>
#include <stdint.h>

/* The same bits as COVERS_ of sources/source.h; api/query.c asserts that they are. */
/* clang-format off */
enum {
  NEED_TOKENS = 1, NEED_CACHE_READ = 2, NEED_CACHE_WRITE = 4, NEED_REASONING = 8, NEED_COST = 16,
  NEED_TOOLS = 32, NEED_OUTCOMES = 64, NEED_LINES = 128, NEED_DECISIONS = 256, NEED_PROMPTS = 512,
  NEED_MODEL = 1024, NEED_TIME = 2048, NEED_EVENTS = 4096, NEED_WORKSPACE = 8192,
  NEED_CHANGES = 16384, NEED_WEB_SEARCH = 32768,
  NEED_HISTORY = 65536, NEED_REVIEWS = 131072
};
/* clang-format on */

#define SOURCES_MAX 63 /* a session remembers its sources as bits */

/* One source, at the index its bit has in a session's `sources`. */
typedef struct source_cover {
  const char *name;
  unsigned covers; /* NEED_ */
} source_cover;

/* What the sources of a set can know together. */
unsigned bpi_covers_of(const source_cover *covers, size_t count, int64_t sources);
/* What cells of these kinds tell (bit per rollup_kind). */
unsigned bpi_needs_of(unsigned kinds);
/* Name of the n-th bit ("tokens"), NULL behind the last. */
const char *bpi_need_name(size_t bit);

#endif
