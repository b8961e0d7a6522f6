/* metrics/plan.h: checks a query against the catalogue and turns it into steps: which kinds of
 * cells are read, and what each cell adds to which slot of its group. metrics/frame.h executes the
 * plan.
 *
 * A slot is one int64_t of a group. Every operand of every metric has a slot; equal operands share
 * one. A visit is a session within a group (for spreads over sessions and for intervals), or a task
 * (for spreads over tasks); visits have slots of their own. */
#ifndef BPI_METRICS_PLAN_H
#define BPI_METRICS_PLAN_H

#include "metrics/catalog.h"
#include "metrics/query.h"

#define PLAN_STEPS 96 /* per kind; a test plans the largest metrics together */
#define PLAN_SLOTS 2048
#define PLAN_NONE UINT32_MAX

/* clang-format off */
typedef enum step_op {
  STEP_ADD,            /* slot += the term */
  STEP_SESSION, STEP_DAY, STEP_WORKSPACE, STEP_FILE, /* slot += 1 for a value not seen before */
  STEP_LINKED,         /* slot += the term, if a session was recently active in the workspace */
  STEP_LAST,           /* slot = the latest quarter of an hour, plus one */
  STEP_HOUR, STEP_WEEKDAY, /* slot + hour, slot + weekday += the term */
  STEP_VISIT,          /* marks the session or task as one that the spread counts */
  STEP_VISIT_ADD,      /* slot of the visit += the term */
  STEP_CLUSTER_ADD,    /* the same, always on the visit of the session */
  STEP_COST, STEP_SAVINGS, STEP_PLAIN, STEP_UNPRICED, STEP_UNPRICED_SEARCHES,
  STEP_COST_WHERE_RECORDED,
  STEP_RECORDED_WHERE_WHOLE
} step_op;
/* clang-format on */

typedef struct step {
  step_op op;
  uint32_t slot;
  uint32_t weekdays; /* STEP_DAY: first of seven slots that count days by weekday, or PLAN_NONE */
  term t;
} step;

typedef struct kind_plan {
  bool read;      /* its cells are needed for any of the following */
  bool groups;    /* its cells create groups */
  bool days;      /* its cells count as active days for per_active_day */
  bool activity;  /* its cells mark a unit of the baseline as active */
  bool selective; /* its steps count only some of its cells */
  size_t steps;
  step step[PLAN_STEPS];
} kind_plan;

/* Where a metric of the query finds its sums in a group. */
#define LOWER_SLOTS 4
typedef struct planned {
  const metric *m;
  uint32_t top, bottom, missing, less;    /* slots */
  uint32_t not_final;                     /* slot of output tokens whose count is not final */
  uint32_t lower[LOWER_SLOTS];            /* slots: any above zero makes it a lower bound */
  uint32_t hours, weekdays, weekday_days; /* first of 24, 7 and 7 slots */
  uint32_t visit;                         /* slot within the visit */
  uint32_t over;                          /* of a spread: which visits count, VISITED_ */
  uint32_t cluster_top, cluster_bottom;   /* slots within the visit, for an interval */
  uint32_t top_need, bottom_need;         /* index in plan.need, a bit of the group's coverage */
  bool per_active_day;
} planned;

typedef enum filter_match {
  MATCH_KEY,
  MATCH_TEXT,
  MATCH_SESSION,
  MATCH_SOURCE,
  MATCH_FEATURE
} filter_match;
typedef struct planned_filter {
  dimension_id dim;
  bool negated;
  filter_match match;
  int64_t key;      /* for MATCH_KEY, MATCH_SOURCE (a bit), MATCH_FEATURE */
  const char *text; /* owned by the query */
  size_t length;
} planned_filter;

enum { VISITED_SESSION = 1, VISITED_TASK = 2 };
#define PLAN_NEEDS 32
typedef struct plan {
  const bp_query *query;
  size_t metrics, dimensions, filters;
  planned metric[QUERY_METRICS];
  dimension_id by[QUERY_DIMENSIONS];
  planned_filter filter[QUERY_FILTERS];
  uint64_t filtered, used; /* dimensions filtered on; filtered on or grouped by */
  kind_plan kind[ROLLUP_KINDS];
  uint32_t slots, visit_slots;
  uint32_t counted; /* slot: facts that give a group its row; PLAN_NONE: every group has one */
  unsigned need[PLAN_NEEDS]; /* distinct sets of NEED_ bits */
  size_t needs;
  bool depth;          /* uses session_depth: interactions are counted in a pass before */
  bool by_time;        /* grouped by or filtered on time: undated cells are left out */
  bool per_active_day; /* some metric has that companion */
  bool priced, tokens; /* some metric depends on prices; on tokens */
  bool linked;         /* some metric needs to know where sessions were active */
  bool tasks, assumes; /* some metric counts tasks; depends on assumptions */
  int order_metric, order_dimension; /* index of the metric or dimension to sort by; -1: none */
  bool descending;
} plan;

/* Errors: INVALID, LIMIT, NOTFOUND with "name", "hint" and "metric" or "dimension", UNSUPPORTED
 * with "metric", "dimension" and "allowed". Allocated, as a plan takes about 100 KiB. */
int bpi_plan_new(plan **out, const bp_query *q, const source_cover *covers, size_t cover_count,
                 bp_error **error);
void bpi_plan_free(plan *p);

#endif
