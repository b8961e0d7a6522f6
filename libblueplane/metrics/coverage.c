/* metrics/coverage.c */
#include "metrics/coverage.h"

static const char *const names[] = {"tokens",        "cache_read", "cache_write", "reasoning",
                                    "cost_recorded", "tools",      "outcomes",    "lines",
                                    "decisions",     "prompts",    "model",       "time",
                                    "events",        "workspace",  "changes",     "web_searches"};

unsigned bpi_covers_of(const source_cover *covers, size_t count, int64_t sources) {
  unsigned all = 0;
  for (size_t i = 0; i < count && i < SOURCES_MAX; i++)
    if (sources >> i & 1) all |= covers[i].covers;
  return all;
}

const char *bpi_need_name(size_t bit) {
  return bit < sizeof names / sizeof *names ? names[bit] : NULL;
}
