/* metrics/insight.h: what stands out in a range, with the test that it passed. A kind is a row of
 * insight.def; a finding is that kind for one subject. Knows which comparisons are made and which of
 * them may be told; knows no rendering beyond one sentence. */
#ifndef BPI_METRICS_INSIGHT_H
#define BPI_METRICS_INSIGHT_H

#include "metrics/contrast.h"

/* Of all findings of reports like this one, at most so many are false; where nothing is to be found,
 * at most so many reports tell of anything. */
#define INSIGHT_RATE 0.05
#define INSIGHT_MOST 2 /* findings of one kind */
/* What is too small to matter, however sure. */
#define INSIGHT_POINTS 0.02
/* Shares with fewer hits than this on both sides together, or fewer misses, are not tested: nothing
 * could be found. Which these are does not depend on how they lie on the sides, so leaving them out
 * keeps every rate (Bourgon, Gentleman & Huber 2010, PNAS 107:9546). */
#define INSIGHT_HITS 5
#define INSIGHT_FACTOR 1.25

typedef enum insight_contrast {
  INSIGHT_REST,   /* one value of a dimension beside all others, over four weeks and the range */
  INSIGHT_BOTH,   /* one total beside another, over the same */
  INSIGHT_BEFORE, /* the range beside the four weeks before it */
  INSIGHT_MIX,    /* the share of a value among all, the same way */
  INSIGHT_TREND,  /* by week over twelve weeks */
  INSIGHT_CONTRASTS
} insight_contrast;

/* What one can do something about comes before what is good to know. */
typedef enum insight_weight { INSIGHT_ACT, INSIGHT_KNOW } insight_weight;

typedef struct insight_words {
  const char *sentence, *advice; /* NULL: this direction is not told */
} insight_words;

typedef struct insight_kind {
  const char *id;
  insight_contrast contrast;
  insight_weight weight;
  metric_id metric;
  const char *by;
  insight_words higher, lower;
  metric_id beside; /* INSIGHT_BOTH */
  int64_t times;    /* how many of the unit the words speak of; 0: one */
} insight_kind;

#define INSIGHT(id, ...) INSIGHT_ID_##id,
enum {
#include "metrics/insight.def"
  INSIGHT_COUNT
};
#undef INSIGHT
extern const insight_kind bpi_insight_kinds[INSIGHT_COUNT];
contrast_kind bpi_insight_test(const insight_kind *kind);
const char *bpi_insight_contrast_name(insight_contrast of);

typedef struct finding {
  const insight_kind *kind;
  char *subject;   /* NULL: none */
  contrast seen;   /* its p is one-sided where only one direction is asked for */
  bool both_ways;  /* any difference is asked for */
  double adjusted; /* p for all tests of the report together */
  double least;    /* the factor by which the sides differ at least, by the interval */
  bool higher;
  /* of the two sides; the latter 0 where they are one */
  int64_t from, until, other_from, other_until;
} finding;

/* The sentence of a finding, in the units of its metric. */
void bpi_insight_sentence(buf *out, const finding *f);

/* The report: a row for each finding, the weightiest first. */
int bpi_insights(bp_result **out, const compute_context *c, const bp_query *q, bp_error **error);

#endif
