/* metrics/frame.h: one pass over the cells of some slices of time: groups, what cells add to them,
 * and which sessions stand behind them. Knows the plan and the cells; does not know what becomes of
 * the sums. */
#ifndef BPI_METRICS_FRAME_H
#define BPI_METRICS_FRAME_H

#include "base/sum.h"
#include "metrics/assumptions.h"
#include "metrics/names.h"
#include "metrics/plan.h"
#include "metrics/timeline.h"

#define KEY_NONE NAME_NONE /* a dimension's value is not known */

typedef struct group {
  uint32_t some, all;  /* needs that some, that all of its sessions' sources can tell */
  uint32_t parent;     /* its group without the hour of day; KEYMAP_NONE */
  uint32_t last_visit; /* as a session's cells come in runs, often the one that is asked for */
  int64_t last_visitor[2];
} group;

/* Whose visit it is. */
typedef struct visit_key {
  int64_t place;   /* group and slice */
  int64_t visitor; /* session, or a negative number for a task */
  uint32_t before; /* one more than another visit of the session; 0 none */
} visit_key;

typedef struct frame {
  const plan *p;
  const timeline *t;
  name_cache *n;
  const prices *prices;
  const assumptions *assumed;
  keymap groups; /* keys of the dimensions, in order */
  group *group;
  size_t group_capacity;
  int64_t *slot; /* groups * plan's slots */
  size_t slot_capacity;
  visit_key *visit_key;
  size_t visits, visit_key_capacity;
  uint32_t *first_visit; /* by session, one more than the last of its visits; 0 none */
  size_t first_visits;
  int64_t *visit; /* visits * plan's visit slots */
  size_t visit_capacity;
  uint8_t *visited; /* VISITED_: a spread is over it */
  size_t visited_capacity;
  keymap seen;    /* group, slot and slice; value: what is distinct */
  keymap busy;    /* workspace and quarter of an hour with activity of a session */
  keymap parents; /* keys without the hour of day */
  int64_t *parent_days;
  size_t parent_capacity;
  bool active[BASELINE_UNITS]; /* slices with an interaction, or what stands for one */
  int64_t sources;             /* that told of any session seen */
  int64_t undated;             /* facts left out because they have no place in time */
  /* of the cell at hand */
  place place; /* where nothing is timed, only its quarter and whether it is dated */
  bool timed;
  uint32_t needs_met; /* of its session, bit per need */
  int64_t last_session, last_number;
  uint32_t visits_before; /* one more than its last visit before its cells came; 0 none */
  int64_t like; /* number of a session that says of its sources what this one would; KEY_NONE */
  /* what was looked up last: cells of one session and group come in runs */
  int64_t last_keys[QUERY_DIMENSIONS], last_new[2];
  uint32_t last_group;
  int64_t tasks;        /* seen so far: a task has no number of its own here */
  uint32_t token_needs; /* of plan.need, those that a response of unknown quality does not meet */
  bool shadowed;        /* a better row of its session tells of this kind */
  int failed;
  rollup_kind kind;
} frame;

void bpi_frame_init(frame *f, const plan *p, const timeline *t, name_cache *n, const prices *table,
                    const assumptions *assumed);
void bpi_frame_free(frame *f);
/* Reads all cells of the plan within the slices; with `undated`, those without a time too. */
int bpi_frame_fill(frame *f, store *s, bool undated, bp_error **error);
/* Counts the interactions of each session for the session depth, before frames are filled. */
int bpi_frame_count_depth(const plan *p, const timeline *t, name_cache *n, store *s, bool undated,
                          bp_error **error);

/* Whose visit it is. */
uint32_t bpi_visit_group(const frame *f, uint32_t visit);
uint32_t bpi_visit_session(const frame *f, uint32_t visit);
/* The group of these keys, KEYMAP_NONE if there is none. */
uint32_t bpi_frame_find(const frame *f, const int64_t *keys);
static inline int64_t bpi_frame_slot(const frame *f, uint32_t number, uint32_t slot) {
  if (number == KEYMAP_NONE || slot == PLAN_NONE) return 0;
  return f->slot[(size_t)number * f->p->slots + slot];
}

#endif
