/* metrics/answer.h: from the sums of a group to the value of a metric and of what stands beside it.
 * The only place where one number is divided by another. Knows frames; knows no table. */
#ifndef BPI_METRICS_ANSWER_H
#define BPI_METRICS_ANSWER_H

#include "metrics/frame.h"
#include "metrics/stats.h"

/* What a column of a metric shows. */
/* clang-format off */
typedef enum answer_part {
  PART_VALUE,
  PART_TOP, PART_BOTTOM,             /* numerator, denominator; the two sides of a difference */
  PART_MISSING, PART_NOT_FINAL,
  PART_MEDIAN, PART_P90, PART_SUM, PART_N, PART_OUTLIERS,
  PART_SECOND, PART_THIRD, PART_SHARE, PART_IN_PEAK,
  PART_PER_ACTIVE_DAY, PART_ACTIVE_DAYS,
  PART_LOW, PART_HIGH, PART_LESS,    /* of an interval, of an estimate; what an estimate takes off */
  PART_BASELINE, PART_DIFFERENCE, PART_RELATIVE
} answer_part;
/* clang-format on */

typedef struct answer {
  int state; /* BP_CELL_ without flags */
  bool real, lower;
  int64_t whole;
  double fraction;
  const char *word; /* of a verdict; static */
} answer;

/* A column beside a metric's own, in the order shown. */
typedef struct companion {
  answer_part part;
  const char *suffix; /* NULL: the operand's name */
  const char *unit;   /* NULL: the operand's or the metric's */
  bool real;
  const char *definition;
} companion;
#define COMPANIONS_MAX 8
size_t bpi_companions(const planned *x, companion out[COMPANIONS_MAX]);
/* Name and unit of a companion, NULL replaced. */
const char *bpi_companion_suffix(const planned *x, const companion *c);
const char *bpi_companion_unit(const planned *x, const companion *c);

typedef struct spread {
  size_t n;
  int64_t sum, median, p90, outliers;
  estimate around; /* the median */
} spread;

typedef struct answers {
  const frame *f;
  bool average; /* totals are divided by the active units of time */
  int64_t units;
  int64_t *total;       /* by metric: over all groups, for shares */
  uint32_t *visit;      /* visits sorted by group */
  size_t *visit_start;  /* by group, and one more */
  int64_t *values;      /* of one group's visits */
  cluster *clusters;    /* the same, for an interval */
  uint32_t known_group; /* whose spread is at hand */
  size_t known_metric;
  spread known;
  uint32_t share_group; /* whose interval is at hand */
  size_t share_metric;
  estimate share;
} answers;

/* With `average` the frame holds several units of time and totals are per active unit. */
int bpi_answers_init(answers *a, const frame *f, bool average, bp_error **error);
void bpi_answers_free(answers *a);
/* `number` is a group of the frame or KEYMAP_NONE for one without any activity. */
answer bpi_answer(answers *a, uint32_t number, size_t index, answer_part part);
/* The share on which side of which an interval must lie for a verdict. */
double bpi_verdict_line(const metric *m, const assumptions *assumed);
/* PART_DIFFERENCE and PART_RELATIVE of two values. */
answer bpi_answer_compare(const answer *value, const answer *baseline, answer_part part);

#endif
