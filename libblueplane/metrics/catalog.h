/* metrics/catalog.h: the definition of every metric, as data: which rollup cells it counts and how.
 * Does not know queries, stores or values. The entries are in catalog.def. */
#ifndef BPI_METRICS_CATALOG_H
#define BPI_METRICS_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "metrics/coverage.h"
#include "metrics/dimension.h"

/* The numbers are part of the bundle format: append new families at the end. */
/* clang-format off */
typedef enum metric_family {
  FAMILY_ACTIVITY, FAMILY_OUTPUT, FAMILY_TOKENS, FAMILY_TIME, FAMILY_PLATFORM, FAMILY_WORKSPACE,
  FAMILY_DEPTH, FAMILY_QUALITY, FAMILY_CHANGES, FAMILY_TASKS, FAMILY_COUNT
} metric_family;
/* clang-format on */

/* Selects cells by the value of one class field. */
typedef struct condition {
  class_field field; /* FIELD_NONE: all cells */
  uint64_t values;   /* one bit per accepted value of the field */
  bool open;         /* the field may still be a dimension: groups of other values are zero */
} condition;

/* One addend: the count or a measure of the cells of a kind, optionally only of those that meet
 * the conditions. */
#define TERM_CONDITIONS 2
#define TAKE_N (-1)
typedef struct term {
  rollup_kind kind; /* 0: end of a list of terms */
  int take;         /* TAKE_N or a measure */
  int sign;         /* 1, -1 */
  bool aside;       /* added although its kind has fewer dimensions; the missing ones are unknown */
  condition only[TERM_CONDITIONS];
} term;

typedef enum operand_kind {
  OPERAND_NONE,
  OPERAND_SUM,        /* sum of its terms */
  OPERAND_SESSIONS,   /* distinct sessions with a cell of its terms */
  OPERAND_DAYS,       /* distinct civil days with one */
  OPERAND_WORKSPACES, /* distinct workspaces with one */
  OPERAND_FILES,      /* distinct files edited */
  OPERAND_LAST,       /* start of the last quarter of an hour with one */
  OPERAND_LINKED,     /* sum of its terms where a session was recently active in the workspace */
  OPERAND_DURATION,   /* per session only: time from its first to its last record */
  OPERAND_COST,       /* list price */
  OPERAND_SAVINGS,    /* list price had every cache read been plain input, minus list price */
  OPERAND_PLAIN,      /* list price had everything sent been plain input */
  OPERAND_UNPRICED,   /* tokens without a price */
  OPERAND_COST_WHERE_RECORDED, /* list price where every response recorded its cost */
  OPERAND_RECORDED_WHERE_WHOLE /* recorded cost where every response recorded it and has a price */
} operand_kind;

/* A whole number per group, computed from cells. */
typedef struct operand {
  operand_kind kind;
  const char *name, *unit;
  unsigned needs;      /* NEED_ bits: a source without them does not record it */
  const term *terms;   /* ends with a term of kind 0; NULL: none */
  const term *instead; /* alternative terms: other cells with the same total, other dimensions */
} operand;

typedef enum metric_shape {
  SHAPE_TOTAL,      /* top */
  SHAPE_RATIO,      /* top * scale / bottom */
  SHAPE_DIFFERENCE, /* top - bottom */
  SHAPE_SHARE,      /* top / top of the whole result */
  SHAPE_SPREAD,     /* mean, median and 90th percentile of top, per session or task of bottom */
  SHAPE_VERDICT,    /* a word, if the interval of top / bottom allows one */
  SHAPE_ESTIMATE,   /* top and bottom times their assumed factors, minus `less` */
  SHAPE_SET,        /* no value of its own, only the metrics in `beside` */
  SHAPE_PEAK_HOUR,
  SHAPE_TOP_HOURS,
  SHAPE_PEAK_DAY /* of top */
} metric_shape;

/* The share that an interval must lie above or below, and the word for each; NULL: no word. */
typedef struct verdict {
  size_t line; /* offset of the share in struct assumptions */
  const char *above, *below;
} verdict;

#define METRICS_BESIDE 4
typedef struct metric {
  const char *id, *title, *definition;
  metric_family family;
  const char *levels; /* audience: D developer, L lead, M manager, O operations, R research */
  metric_shape shape;
  const char *unit; /* count, tokens, lines, us, nUSD, ratio, hour, day, time; NULL: top's */
  operand top, bottom;
  int64_t scale; /* of a ratio */
  operand less;  /* of an estimate: what is subtracted */
  bool interval; /* has a 95 % interval: of the ratio, or of the median of a spread */
  verdict verdict;
  const char *beside[METRICS_BESIDE]; /* metrics that a query for this one includes */
  uint64_t implies;                   /* bit of the dimension it is always grouped by; 0: none */
  operand missing;  /* counts what the value leaves out: if above 0, the value is a lower bound */
  bool outliers;    /* of a spread: also counts outliers */
  bool by_event;    /* can be grouped by kind of interaction */
  uint64_t without; /* bits of dimensions that would make no sense */
} metric;

#define METRIC(id, ...) METRIC_##id,
typedef enum metric_id {
#include "metrics/catalog.def"
  METRIC_COUNT
} metric_id;
#undef METRIC

extern const metric bpi_metrics[METRIC_COUNT];

/* Numbers that some users know the metrics by. An alias may imply a grouping: M030 is interactions
 * by hour of day. */
typedef struct metric_alias {
  const char *name;
  metric_id metric;
  dimension_id by; /* DIM_COUNT: none */
} metric_alias;
extern const metric_alias bpi_metric_aliases[];
extern const size_t bpi_metric_alias_count;

/* By id or alias; METRIC_COUNT if there is none. *by is the implied dimension or DIM_COUNT. */
metric_id bpi_metric_find(const char *name, dimension_id *by);
const char *bpi_family_name(metric_family family);
const char *bpi_metric_unit(const metric *m);
bool bpi_metric_is_real(const metric *m); /* its value is a fraction */
bool bpi_metric_is_text(const metric *m); /* its value is a word */
/* The dimensions a metric can be grouped by, and the NEED_ bits it depends on. */
uint64_t bpi_metric_dimensions(const metric *m);
unsigned bpi_metric_needs(const metric *m);
/* The terms by which an operand can be grouped by all dimensions of a set at once; NULL: it
 * cannot. */
const term *bpi_operand_terms(const operand *o, uint64_t dimensions);
/* Whether the operand is a cost or a sum over output tokens, and so only as exact as their
 * counts. */
bool bpi_operand_rests_on_output(const operand *o);
/* The same for what was sent: input, cache reads and cache writes. */
bool bpi_operand_rests_on_input(const operand *o);
/* The formula in terms of the rollup: "tool.n[outcome=ok] / tool.n". */
void bpi_metric_formula(buf *out, const metric *m);

#endif
