/* metrics/insight.h: finds what stands out in a range, with the test it passed. A kind is an entry
 * of insight.def; a finding is a kind with one subject. Knows which comparisons are made and which
 * results are reported; renders one sentence each (insight_text.c) and nothing else. */
#ifndef BPI_METRICS_INSIGHT_H
#define BPI_METRICS_INSIGHT_H

#include "metrics/contrast.h"

/* False discovery rate: the greatest expected share of false findings, and, if there is nothing to
 * find, of reports with any finding. */
#define INSIGHT_RATE 0.05
#define INSIGHT_MOST 2 /* findings of one kind */
/* Smallest effect that is reported, however certain: difference of shares, and (below) factor. */
#define INSIGHT_POINTS 0.02
/* Shares with fewer hits, or fewer misses, than this on both sides together are not tested: nothing
 * could be found. This does not depend on how the hits are divided between the sides, so leaving
 * such shares out keeps every rate (Bourgon, Gentleman & Huber 2010, PNAS 107:9546). */
#define INSIGHT_HITS 5
#define INSIGHT_FACTOR 1.25

typedef enum insight_contrast {
  INSIGHT_REST,   /* one value of a dimension against all others, over the range and four weeks */
  INSIGHT_BOTH,   /* one total against another, over the same time */
  INSIGHT_BEFORE, /* the range against the four weeks before it */
  INSIGHT_MIX,    /* the share of a value among all values, the same way */
  INSIGHT_TREND,  /* by week over twelve weeks */
  INSIGHT_CONTRASTS
} insight_contrast;

/* Findings one can act on are ranked before those that are only good to know. */
typedef enum insight_weight { INSIGHT_ACT, INSIGHT_KNOW } insight_weight;

typedef struct insight_words {
  const char *sentence, *advice; /* NULL: this direction is not reported */
} insight_words;

typedef struct insight_kind {
  const char *id;
  insight_contrast contrast;
  insight_weight weight;
  metric_id metric;
  const char *by;
  insight_words higher, lower;
  metric_id beside; /* INSIGHT_BOTH: the other total */
  int64_t times;    /* how many units the sentence refers to ("a million tokens"); 0: one */
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
  contrast seen;   /* its p is one-sided if only one direction is tested */
  bool both_ways;  /* tested in both directions */
  double adjusted; /* p, adjusted for all tests of the report */
  double least;    /* smallest factor between the sides that the interval allows */
  bool higher;
  /* ranges of the two sides; the other 0 if both sides have the same range */
  int64_t from, until, other_from, other_until;
} finding;

/* The sentence of a finding, in the units of its metric. */
void bpi_insight_sentence(buf *out, const finding *f);

/* The report: one row per finding, the most important first. */
int bpi_insights(bp_result **out, const compute_context *c, const bp_query *q, bp_error **error);

#endif
