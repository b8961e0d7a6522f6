/* metrics/answer.h: computes the value of a metric and of its companion columns from the sums of a
 * group. The only place where one number is divided by another. Reads frames (metrics/frame.h);
 * does not know the result table. */
#ifndef BPI_METRICS_ANSWER_H
#define BPI_METRICS_ANSWER_H

#include "metrics/frame.h"
#include "metrics/stats.h"

/* Which part of a metric a column shows. */
/* clang-format off */
typedef enum answer_part {
  PART_VALUE,
  PART_TOP, PART_BOTTOM,             /* numerator, denominator; the two sides of a difference */
  PART_MISSING, PART_NOT_FINAL,
  PART_MEDIAN, PART_P90, PART_SUM, PART_N, PART_OUTLIERS,
  PART_SECOND, PART_THIRD, PART_SHARE, PART_IN_PEAK,
  PART_PER_ACTIVE_DAY, PART_ACTIVE_DAYS,
  PART_LOW, PART_HIGH, PART_LESS,    /* bounds of interval or estimate; what estimates subtract */
  PART_BASELINE, PART_DIFFERENCE, PART_RELATIVE
} answer_part;
/* clang-format on */

typedef struct answer {
  int state; /* BP_CELL_ without flags */
  bool real, lower;
  int64_t whole;
  double fraction;
  const char *word; /* a verdict, static string; otherwise NULL */
} answer;

/* A column shown beside a metric's own, in display order. */
typedef struct companion {
  answer_part part;
  const char *suffix; /* NULL: the operand's name */
  const char *unit;   /* NULL: the operand's or the metric's */
  bool real;
  const char *definition;
} companion;
#define COMPANIONS_MAX 8
size_t bpi_companions(const planned *x, companion out[COMPANIONS_MAX]);
/* Name and unit of a companion, with the defaults for NULL filled in. */
const char *bpi_companion_suffix(const planned *x, const companion *c);
const char *bpi_companion_unit(const planned *x, const companion *c);

typedef struct spread {
  size_t n;
  int64_t sum, median, p90, outliers;
  estimate around; /* interval of the median */
} spread;

typedef struct answers {
  const frame *f;
  bool average;         /* totals are divided by the active units of time */
  int64_t units;        /* active units of time, if `average` */
  int64_t *total;       /* per metric: sum over all groups, for shares */
  uint32_t *visit;      /* visit numbers, sorted by group */
  size_t *visit_start;  /* per group: index of its first in `visit`, and an end */
  int64_t *values;      /* scratch: values of one group's visits */
  cluster *clusters;    /* scratch: their clusters, for an interval */
  uint32_t known_group; /* group and metric of the spread cached in `known` */
  size_t known_metric;
  spread known;
  uint32_t share_group; /* group and metric of the interval cached in `share` */
  size_t share_metric;
  estimate share;
} answers;

/* With `average`, the frame holds several units of time and totals are means per active unit. */
int bpi_answers_init(answers *a, const frame *f, bool average, bp_error **error);
void bpi_answers_free(answers *a);
/* `number` is a group of the frame, or KEYMAP_NONE for a group without any activity. */
answer bpi_answer(answers *a, uint32_t number, size_t index, answer_part part);
/* The threshold that the whole interval must lie above or below for a verdict. */
double bpi_verdict_line(const metric *m, const assumptions *assumed);
/* PART_DIFFERENCE or PART_RELATIVE of a value and its baseline. */
answer bpi_answer_compare(const answer *value, const answer *baseline, answer_part part);

#endif
