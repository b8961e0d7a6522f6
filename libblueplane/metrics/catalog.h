/* metrics/catalog.h: what every metric means, as data. Knows how a metric is made of the cells of
 * the rollup; knows no query, no store and no value. */
#ifndef BPI_METRICS_CATALOG_H
#define BPI_METRICS_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "metrics/coverage.h"
#include "metrics/dimension.h"

/* Their numbers travel in bundles: new ones go to the end. */
/* clang-format off */
typedef enum metric_family {
  FAMILY_ACTIVITY, FAMILY_OUTPUT, FAMILY_TOKENS, FAMILY_TIME, FAMILY_PLATFORM, FAMILY_WORKSPACE,
  FAMILY_DEPTH, FAMILY_QUALITY, FAMILY_CHANGES, FAMILY_TASKS, FAMILY_COUNT
} metric_family;
/* clang-format on */

/* Those cells whose class field has one of certain values. */
typedef struct condition {
  class_field field; /* FIELD_NONE: all cells */
  uint64_t values;   /* bit per value of the field */
  bool open;         /* the field is a dimension all the same: groups of other values are zero */
} condition;

/* One addend: the count or a measure of a kind's cells, of all or of those that meet conditions. */
#define TERM_CONDITIONS 2
#define TAKE_N (-1)
typedef struct term {
  rollup_kind kind; /* 0: no term */
  int take;         /* TAKE_N or a measure */
  int sign;         /* 1, -1 */
  bool aside;       /* joins in although its kind knows fewer dimensions: then they are unknown */
  condition only[TERM_CONDITIONS];
} term;

typedef enum operand_kind {
  OPERAND_NONE,
  OPERAND_SUM,        /* of its terms */
  OPERAND_SESSIONS,   /* distinct sessions with a cell of its terms */
  OPERAND_DAYS,       /* distinct civil days with one */
  OPERAND_WORKSPACES, /* distinct workspaces with one */
  OPERAND_FILES,      /* distinct files edited */
  OPERAND_LAST,       /* start of the last quarter of an hour with one */
  OPERAND_LINKED,     /* sum of its terms where a session had just been active in the workspace */
  OPERAND_DURATION,   /* per session only: from its first to its last record */
  OPERAND_COST,       /* list price */
  OPERAND_SAVINGS,    /* list price had every cache read been plain input, minus list price */
  OPERAND_PLAIN,      /* list price had everything sent been plain input */
  OPERAND_UNPRICED,   /* tokens without a price */
  OPERAND_COST_WHERE_RECORDED, /* list price where every response recorded its cost */
  OPERAND_RECORDED_WHERE_WHOLE /* recorded cost where every response recorded it and has a price */
} operand_kind;

/* Something that cells add up to: a whole number per group. */
typedef struct operand {
  operand_kind kind;
  const char *name, *unit;
  unsigned needs;      /* NEED_: a source without it cannot tell */
  const term *terms;   /* up to the first of kind 0; NULL: none */
  const term *instead; /* other cells with the same total and other dimensions */
} operand;

typedef enum metric_shape {
  SHAPE_TOTAL,      /* top */
  SHAPE_RATIO,      /* top * scale / bottom */
  SHAPE_DIFFERENCE, /* top - bottom */
  SHAPE_SHARE,      /* top / top of the whole result */
  SHAPE_SPREAD,     /* mean, median and 90th percentile of top over what bottom visits */
  SHAPE_VERDICT,    /* a word, where the interval of top / bottom allows one */
  SHAPE_ESTIMATE,   /* top and bottom times what is assumed of them, minus `less` */
  SHAPE_SET,        /* no value of its own: the metrics beside it */
  SHAPE_PEAK_HOUR,
  SHAPE_TOP_HOURS,
  SHAPE_PEAK_DAY /* of top */
} metric_shape;

/* The share that an interval must lie above or below, and the words for it; NULL: none. */
typedef struct verdict {
  size_t line; /* offset in assumptions */
  const char *above, *below;
} verdict;

#define METRICS_BESIDE 4
typedef struct metric {
  const char *id, *title, *definition;
  metric_family family;
  const char *levels; /* for: D developer, L lead, M manager, O operations, R research */
  metric_shape shape;
  const char *unit; /* count, tokens, lines, us, nUSD, ratio, hour, day, time; NULL: top's */
  operand top, bottom;
  int64_t scale; /* of a ratio */
  operand less;  /* of an estimate: what is taken off */
  bool interval; /* 95 % interval: of a ratio, of the median of a spread */
  verdict verdict;
  const char *beside[METRICS_BESIDE]; /* metrics that are asked for with it */
  uint64_t implies;                   /* the one dimension it is always told by, as a bit; 0 none */
  operand missing;  /* counts what the value leaves out: any makes it a lower bound */
  bool outliers;    /* of a spread: counts them */
  bool by_event;    /* may be told by kind of interaction */
  uint64_t without; /* dimensions that would make no sense */
} metric;

#define METRIC(id, ...) METRIC_##id,
typedef enum metric_id {
#include "metrics/catalog.def"
  METRIC_COUNT
} metric_id;
#undef METRIC

extern const metric bpi_metrics[METRIC_COUNT];

/* Numbers by which some users know the metrics; one may imply a grouping: M030 is interactions by
 * hour of day. */
typedef struct metric_alias {
  const char *name;
  metric_id metric;
  dimension_id by; /* DIM_COUNT: none */
} metric_alias;
extern const metric_alias bpi_metric_aliases[];
extern const size_t bpi_metric_alias_count;

/* By id or alias; METRIC_COUNT if there is none. *by is DIM_COUNT or what the name implies. */
metric_id bpi_metric_find(const char *name, dimension_id *by);
const char *bpi_family_name(metric_family family);
const char *bpi_metric_unit(const metric *m);
bool bpi_metric_is_real(const metric *m); /* its value is a fraction */
bool bpi_metric_is_text(const metric *m); /* its value is a word */
/* The dimensions a metric takes, and the bits of NEED_ it rests on. */
uint64_t bpi_metric_dimensions(const metric *m);
unsigned bpi_metric_needs(const metric *m);
/* Whether an operand can be told by all dimensions of a set at once, and by which terms. */
const term *bpi_operand_terms(const operand *o, uint64_t dimensions);
/* Cost or a sum over output tokens: as good as the quality of the output counts. */
bool bpi_operand_rests_on_output(const operand *o);
/* The same of what was sent: input and what was read from and written to the cache. */
bool bpi_operand_rests_on_input(const operand *o);
/* How it is computed, in the names of the rollup: "tool.n[outcome=ok] / tool.n". */
void bpi_metric_formula(buf *out, const metric *m);

#endif
