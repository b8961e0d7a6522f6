/* metrics/frame.h: one pass over the cells of some slices of time. It collects groups, their sums,
 * and the sessions (visits) behind them. Knows the plan and the cells; metrics/answer.h turns the
 * sums into values. */
#ifndef BPI_METRICS_FRAME_H
#define BPI_METRICS_FRAME_H

#include "base/sum.h"
#include "metrics/assumptions.h"
#include "metrics/names.h"
#include "metrics/plan.h"
#include "metrics/timeline.h"

#define KEY_NONE NAME_NONE /* the value of a dimension is not known */

typedef struct group {
  uint32_t some, all;     /* bit per need: met by the sources of some, of all of its sessions */
  uint32_t parent;        /* the group of its keys without the hour of day, or KEYMAP_NONE */
  uint32_t last_visit[2]; /* cache: cells of a session come in runs, so often the next one needed */
  int64_t last_visitor[2][2]; /* of a session, of a task */
} group;

/* Identifies a visit. */
typedef struct visit_key {
  int64_t place;   /* group and slice */
  int64_t visitor; /* session number, or a negative number for a task */
  uint32_t before; /* the session's previous visit plus one; 0: none */
} visit_key;

typedef struct frame {
  const plan *p;
  const timeline *t;
  name_cache *n;
  const prices *prices;
  const assumptions *assumed;
  keymap groups; /* from the keys of the dimensions, in query order */
  group *group;
  size_t group_capacity;
  int64_t *slot; /* groups * slots of the plan */
  size_t slot_capacity;
  visit_key *visit_key;
  size_t visits, visit_key_capacity;
  uint32_t *first_visit; /* per session: head of its list of visits (visit_key.before); 0: none */
  size_t first_visits;
  int64_t *visit; /* visits * visit slots of the plan */
  size_t visit_capacity;
  uint8_t *visited; /* per visit: VISITED_ bits, which kinds of spread it counts in */
  size_t visited_capacity;
  keymap seen;    /* (group, slot and slice; value): values already counted as distinct */
  keymap busy;    /* (workspace; quarter of an hour) with session activity */
  keymap parents; /* from keys without the hour of day */
  int64_t *parent_days;
  size_t parent_capacity;
  bool active[BASELINE_UNITS]; /* per slice: has an interaction, or what stands for one */
  int64_t sources;             /* bits of the sources of all sessions seen */
  int64_t undated;             /* facts left out because they have no time */
  /* state of the current cell */
  place place; /* if not `timed`, only its quarter and whether it is dated */
  bool timed;
  uint32_t needs_met; /* bit per need that the sources of its session meet */
  int64_t last_session, last_number;
  uint32_t visits_before; /* first_visit of the session before its current run of cells */
  int64_t like; /* number of a session with the same sources as the current one, or KEY_NONE */
  /* caches of the last look-ups: cells of one session and group come in runs */
  int64_t last_keys[QUERY_DIMENSIONS], last_new[2];
  uint32_t last_group;
  int64_t tasks;        /* tasks seen so far; numbers the visits of tasks */
  uint32_t token_needs; /* bits of plan.need that a response of unknown quality does not meet */
  bool shadowed;        /* a better row of the same session has this kind: skip */
  int failed;
  rollup_kind kind;
} frame;

void bpi_frame_init(frame *f, const plan *p, const timeline *t, name_cache *n, const prices *table,
                    const assumptions *assumed);
void bpi_frame_free(frame *f);
/* Reads all cells of the plan within the slices; with `undated`, also those without a time. */
int bpi_frame_fill(frame *f, store *s, bool undated, bp_error **error);
/* Counts the interactions of each session for session_depth; runs before frames are filled. */
int bpi_frame_count_depth(const plan *p, const timeline *t, name_cache *n, store *s, bool undated,
                          bp_error **error);

/* The group and the session of a visit. */
uint32_t bpi_visit_group(const frame *f, uint32_t visit);
uint32_t bpi_visit_session(const frame *f, uint32_t visit);
/* The group with these keys, or KEYMAP_NONE. */
uint32_t bpi_frame_find(const frame *f, const int64_t *keys);
static inline int64_t bpi_frame_slot(const frame *f, uint32_t number, uint32_t slot) {
  if (number == KEYMAP_NONE || slot == PLAN_NONE) return 0;
  return f->slot[(size_t)number * f->p->slots + slot];
}

#endif
