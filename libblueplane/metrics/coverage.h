/* metrics/coverage.h: what each source can record at all. The caller passes the sources as a table
 * indexed by source number; the sources themselves are not known here. */
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

#define SOURCES_MAX 63 /* a session stores its sources as bits of an int64_t */

/* One source; its index in the table is its bit in a session's `sources`. */
typedef struct source_cover {
  const char *name;
  unsigned covers; /* NEED_ bits */
} source_cover;

/* NEED_ bits that the sources of a set (bit per source) can record together. */
unsigned bpi_covers_of(const source_cover *covers, size_t count, int64_t sources);
/* NEED_ bits that cells of these kinds carry (bit per rollup_kind). */
unsigned bpi_needs_of(unsigned kinds);
/* Name of the n-th bit ("tokens"), NULL after the last. */
const char *bpi_need_name(size_t bit);

#endif
