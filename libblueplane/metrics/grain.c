/* metrics/grain.c: collects what a plan looks at in the cells of a kind, then takes the coarsest
 * grain that keeps it. */
#include "metrics/grain.h"

#include <string.h>

/* What the plan looks at in the cells of a kind. */
typedef enum resolution { ANY_TIME, WHOLE_DAYS, QUARTERS } resolution;
typedef struct look {
  resolution time;
  bool session, label, cell; /* cell: every single cell, no aggregate */
  int64_t class_;
} look;

static void look_at_time(look *l, resolution time) {
  if (time > l->time) l->time = time;
}

/* clang-format off */
#define PRICED_FIELDS                                                                              \
  (CLASS_MASK(CLASS_QUALITY) | CLASS_MASK(CLASS_BAND) | CLASS_MASK(CLASS_SPEED) | CLASS_MASK(CLASS_TIER) | CLASS_MASK(CLASS_GEO))
/* clang-format on */

static void look_by(look *l, dimension_id dim, rollup_kind kind) {
  const dimension *d = &bpi_dimensions[dim];
  if (!(d->kinds & KIND_BIT(kind))) return; /* unknown for all its cells alike */
  switch (d->how) {
  case FROM_BUCKET: look_at_time(l, dim == DIM_TIME_HOUR ? QUARTERS : WHOLE_DAYS); return;
  case FROM_HOUR: look_at_time(l, QUARTERS); return;
  case FROM_WEEKDAY: look_at_time(l, WHOLE_DAYS); return;
  case FROM_SESSION:
  case FROM_SESSION_LABEL:
  case FROM_DEPTH: l->session = true; return;
  case FROM_SOURCES:
  case FROM_KIND: return;
  case FROM_LABEL:
  case FROM_FAMILY:
  case FROM_SERVER:
  case FROM_PATTERN: l->label = true; return;
  case FROM_FIELD: l->class_ |= bpi_field_mask(d->field); return;
  case FROM_FEATURES: l->class_ |= CLASS_MASK(CLASS_FEATURES); return;
  }
}

static void look_in_step(look *l, const step *s, rollup_kind kind) {
  for (size_t i = 0; i < TERM_CONDITIONS; i++)
    l->class_ |= bpi_field_mask(s->t.only[i].field);
  switch (s->op) {
  case STEP_ADD:
  case STEP_LAST: return; /* an aggregated cell has the last quarter of its facts */
  case STEP_VISIT:
  case STEP_VISIT_ADD:
    l->cell |= kind == ROLLUP_TASK; /* each task is one cell */
    l->session = true;
    return;
  case STEP_SESSION:
  case STEP_WORKSPACE:
  case STEP_CLUSTER_ADD: l->session = true; return;
  case STEP_FILE: l->label = true; return;
  case STEP_DAY:
  case STEP_WEEKDAY: look_at_time(l, WHOLE_DAYS); return;
  case STEP_HOUR: look_at_time(l, QUARTERS); return;
  case STEP_LINKED: l->cell = true; return;
  case STEP_COST:
  case STEP_SAVINGS:
  case STEP_PLAIN:
  case STEP_UNPRICED:
  case STEP_UNPRICED_SEARCHES:
  case STEP_COST_WHERE_RECORDED:
  case STEP_RECORDED_WHERE_WHOLE:
    l->label = true;
    l->class_ |= PRICED_FIELDS;
    return;
  }
}

cell_grain bpi_grain_of(const plan *p, const timeline *t, rollup_kind kind, bool *timed) {
  const kind_plan *k = &p->kind[kind];
  look l = {.time = t->slices > 1 || k->days ? WHOLE_DAYS : ANY_TIME};
  for (size_t i = 0; i < p->dimensions; i++)
    look_by(&l, p->by[i], kind);
  for (size_t i = 0; i < p->filters; i++)
    look_by(&l, p->filter[i].dim, kind);
  for (size_t i = 0; i < k->steps; i++)
    look_in_step(&l, &k->step[i], kind);
  /* the quality says whether token counts are known */
  if (kind == ROLLUP_RESPONSE) l.class_ |= CLASS_MASK(CLASS_QUALITY);
  *timed = l.time != ANY_TIME;
  bool days_are_utc = strcmp(bpi_zone_name(t->z), "UTC") == 0;
  bool quarters = l.time == QUARTERS || (l.time == WHOLE_DAYS && !days_are_utc);
  const session_grain *kept = &bpi_session_grain[kind];
  if (l.cell || (l.session && quarters)) return GRAIN_CELL;
  if (!l.session) return quarters ? GRAIN_QUARTER : GRAIN_DAY;
  return (l.label && !kept->label) || (l.class_ & ~kept->class_) ? GRAIN_CELL : GRAIN_SESSION;
}
