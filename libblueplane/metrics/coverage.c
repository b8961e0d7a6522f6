/* metrics/coverage.c: the names of the needs, and which kinds of cells carry which of them. */
#include "metrics/coverage.h"

#include "store/read.h"

static const char *const names[] = {
    "tokens",   "cache_read", "cache_write", "reasoning",    "cost_recorded", "tools",
    "outcomes", "lines",      "decisions",   "prompts",      "model",         "time",
    "events",   "workspace",  "changes",     "web_searches", "history",       "reviews"};

unsigned bpi_covers_of(const source_cover *covers, size_t count, int64_t sources) {
  unsigned all = 0;
  for (size_t i = 0; i < count && i < SOURCES_MAX; i++)
    if (sources >> i & 1) all |= covers[i].covers;
  return all;
}

unsigned bpi_needs_of(unsigned kinds) {
  static const unsigned needs[ROLLUP_KINDS] = {
      [ROLLUP_RESPONSE] = NEED_TOKENS | NEED_CACHE_READ | NEED_CACHE_WRITE | NEED_REASONING |
                          NEED_COST | NEED_MODEL | NEED_WEB_SEARCH,
      [ROLLUP_TOOL] = NEED_TOOLS | NEED_OUTCOMES,
      [ROLLUP_EDIT] = NEED_LINES,
      [ROLLUP_PROMPT] = NEED_PROMPTS,
      [ROLLUP_EVENT] = NEED_EVENTS,
      [ROLLUP_DECISION] = NEED_DECISIONS,
      [ROLLUP_CHANGE] = NEED_CHANGES | NEED_HISTORY | NEED_REVIEWS,
  };
  unsigned all = 0;
  for (int kind = 0; kind < ROLLUP_KINDS; kind++)
    if (kinds >> kind & 1) all |= needs[kind];
  return all;
}

const char *bpi_need_name(size_t bit) {
  return bit < sizeof names / sizeof *names ? names[bit] : NULL;
}
