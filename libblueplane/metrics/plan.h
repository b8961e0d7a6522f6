/* metrics/plan.h: a query checked against the catalogue and turned into steps: which kinds of cells
 * are read, and what each cell adds to which slot of its group. Knows no cell yet.
 *
 * A slot is one int64_t of a group; every operand of every metric has one, and each distinct
 * operand only once. A visit is a session within a group, for what is spread over sessions and for
 * intervals, or a task, for what is spread over tasks. */
#ifndef BPI_METRICS_PLAN_H
#define BPI_METRICS_PLAN_H

#include "metrics/catalog.h"
#include "metrics/query.h"

#define PLAN_STEPS 96 /* of one kind; a test plans the largest metrics together */
#define PLAN_SLOTS 2048
#define PLAN_NONE UINT32_MAX

/* clang-format off */
typedef enum step_op {
  STEP_ADD,            /* slot += the term */
  STEP_SESSION, STEP_DAY, STEP_WORKSPACE, STEP_FILE, /* slot += 1 for a value not seen before */
  STEP_LINKED,         /* slot += the term, if a session was active nearby */
  STEP_LAST,           /* slot = the quarter of an hour */
  STEP_HOUR, STEP_WEEKDAY, /* slot + hour, slot + weekday += the term */
  STEP_VISIT,          /* the session, or the task, is one of those that the spread is over */
  STEP_VISIT_ADD,      /* slot of the visit += the term */
  STEP_CLUSTER_ADD,    /* the same, of the session whatever the cell is of */
  STEP_COST, STEP_SAVINGS, STEP_PLAIN, STEP_UNPRICED, STEP_UNPRICED_SEARCHES,
  STEP_COST_WHERE_RECORDED,
  STEP_RECORDED_WHERE_WHOLE
} step_op;
/* clang-format on */

typedef struct step {
  step_op op;
  uint32_t slot;
  uint32_t weekdays; /* STEP_DAY: seven slots that count the days by weekday, or PLAN_NONE */
  term t;
} step;

typedef struct kind_plan {
  bool read;     /* anything of the below */
  bool groups;   /* its cells make groups */
  bool days;     /* its cells make the active days of per_active_day */
  bool activity; /* its cells show that a unit of the baseline was active */
  size_t steps;
  step step[PLAN_STEPS];
} kind_plan;

/* What a metric of the query looks up in a group. */
#define LOWER_SLOTS 4
typedef struct planned {
  const metric *m;
  uint32_t top, bottom, missing, less;    /* slots */
  uint32_t not_final;                     /* output tokens whose count is not final */
  uint32_t lower[LOWER_SLOTS];            /* any above zero makes it a lower bound */
  uint32_t hours, weekdays, weekday_days; /* first of 24, 7 and 7 slots */
  uint32_t visit;                         /* slot of the visit */
  uint32_t over;                          /* of a spread: VISITED_ */
  uint32_t cluster_top, cluster_bottom;   /* slots of the visit, for an interval */
  uint32_t top_need, bottom_need;         /* bits of the group's coverage */
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
  int64_t key;      /* MATCH_KEY, MATCH_SOURCE (bit), MATCH_FEATURE */
  const char *text; /* belongs to the query */
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
  uint64_t filtered, used; /* dimensions filtered on; those grouped by, too */
  kind_plan kind[ROLLUP_KINDS];
  uint32_t slots, visit_slots;
  unsigned need[PLAN_NEEDS]; /* sets of NEED_ bits, each once */
  size_t needs;
  bool depth;          /* sessions must be counted before */
  bool by_time;        /* grouped by or filtered on time: undated cells have no place */
  bool per_active_day; /* some metric has it */
  bool priced, tokens; /* some metric rests on prices; on tokens */
  bool linked;         /* some metric asks where sessions were active */
  bool tasks, assumes; /* some metric is of tasks; rests on assumptions */
  int order_metric, order_dimension; /* -1: none */
  bool descending;
} plan;

/* Errors: INVALID, LIMIT, NOTFOUND with "name", "hint" and "metric" or "dimension", UNSUPPORTED
 * with "metric", "dimension" and "allowed". The plan holds about 100 KiB: it is allocated. */
int bpi_plan_new(plan **out, const bp_query *q, const source_cover *covers, size_t cover_count,
                 bp_error **error);
void bpi_plan_free(plan *p);

#endif
