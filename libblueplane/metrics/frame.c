/* metrics/frame.c: the inner loop. Each cell goes through its place in time, its session, the
 * filters, its keys, its group, and the steps of its kind. A cell of a known group allocates
 * nothing. */
#include "metrics/frame.h"

#include <string.h>

#include "base/mem.h"
#include "metrics/grain.h"

/* Bit widths of slice and slot where they are packed into one integer of a key. */
#define SLICE_BITS 7
#define SLOT_BITS 12
#define LINK_QUARTERS 2                       /* quarters of an hour before that of the commit */
#define DAYS_OF_PARENT ((1 << SLOT_BITS) - 1) /* used in place of a slot */

/* Bits of the plan's needs that involve token counts. */
static uint32_t token_needs(const plan *p) {
  uint32_t bits = 0;
  for (size_t i = 0; i < p->needs; i++)
    if (p->need[i] & (NEED_TOKENS | NEED_CACHE_READ | NEED_CACHE_WRITE | NEED_REASONING))
      bits |= UINT32_C(1) << i;
  return bits;
}

void bpi_frame_init(frame *f, const plan *p, const timeline *t, name_cache *n, const prices *table,
                    const assumptions *assumed) {
  memset(f, 0, sizeof *f);
  f->p = p;
  f->t = t;
  f->n = n;
  f->prices = table;
  f->assumed = assumed;
  f->token_needs = token_needs(p);
  f->last_group = KEYMAP_NONE;
  f->last_new[0] = -1; /* no key */
  f->like = KEY_NONE;
  f->timed = true;
  bpi_keymap_init(&f->groups, p->dimensions ? p->dimensions : 1);
  bpi_keymap_init(&f->parents, QUERY_DIMENSIONS);
  bpi_keymap_init(&f->seen, 2);
  bpi_keymap_init(&f->busy, 2);
}

void bpi_frame_free(frame *f) {
  bpi_keymap_free(&f->groups);
  bpi_keymap_free(&f->parents);
  bpi_free(f->visit_key);
  bpi_free(f->first_visit);
  bpi_keymap_free(&f->seen);
  bpi_keymap_free(&f->busy);
  bpi_free(f->group);
  bpi_free(f->slot);
  bpi_free(f->visit);
  bpi_free(f->visited);
  bpi_free(f->parent_days);
}

/* --------------------------------------------------------------------------------- growing */

static void fail(frame *f) {
  if (!f->failed) f->failed = BP_ERR_NOMEM;
}

/* Makes room for item `number`, which is `width` integers, and sets it to zero. */
static bool make_room(frame *f, int64_t **items, size_t *capacity, uint32_t number, size_t width) {
  void *moved = *items;
  size_t need = ((size_t)number + 1) * width;
  if (bpi_reserve(&moved, capacity, need, sizeof **items)) return fail(f), false;
  *items = moved;
  memset(*items + (size_t)number * width, 0, width * sizeof **items);
  return true;
}

static uint32_t parent_of(frame *f, const int64_t *keys) {
  int64_t outer[QUERY_DIMENSIONS];
  bool fresh;
  memcpy(outer, keys, sizeof outer);
  for (size_t i = 0; i < f->p->dimensions; i++)
    if (f->p->by[i] == DIM_HOUR_OF_DAY) outer[i] = KEY_NONE;
  uint32_t number = bpi_keymap_put(&f->parents, outer, &fresh);
  if (number == KEYMAP_NONE) return fail(f), number;
  if (fresh && !make_room(f, &f->parent_days, &f->parent_capacity, number, 1)) return KEYMAP_NONE;
  return number;
}

static uint32_t group_of(frame *f, const int64_t *keys) {
  bool fresh;
  if (f->failed) return KEYMAP_NONE; /* the last group may have a number but no memory */
  if (f->last_group != KEYMAP_NONE && memcmp(f->last_keys, keys, sizeof f->last_keys) == 0)
    return f->last_group;
  uint32_t number = bpi_keymap_put(&f->groups, keys, &fresh);
  if (number == KEYMAP_NONE) return fail(f), number;
  memcpy(f->last_keys, keys, sizeof f->last_keys);
  f->last_group = number;
  if (!fresh) return number;
  void *items = f->group;
  if (bpi_reserve(&items, &f->group_capacity, (size_t)number + 1, sizeof *f->group))
    return fail(f), KEYMAP_NONE;
  f->group = items;
  f->group[number] = (group){.some = 0,
                             .all = UINT32_MAX,
                             .parent = KEYMAP_NONE,
                             .last_visit = {KEYMAP_NONE, KEYMAP_NONE}};
  if (f->p->per_active_day) f->group[number].parent = parent_of(f, keys);
  return make_room(f, &f->slot, &f->slot_capacity, number, f->p->slots) ? number : KEYMAP_NONE;
}

/* Searches the visits from before the current run of cells; a visit made since then is the
 * last_visit of its group and needs no search. */
static uint32_t find_visit(const frame *f, int64_t where, int64_t visitor) {
  if (visitor < 0) return KEYMAP_NONE; /* a task has only one cell */
  for (uint32_t at = f->visits_before; at != 0; at = f->visit_key[at - 1].before)
    if (f->visit_key[at - 1].place == where) return at - 1;
  return KEYMAP_NONE;
}

static bool link_visit(frame *f, uint32_t visit, int64_t session) {
  void *items = f->first_visit;
  size_t had = f->first_visits;
  if ((size_t)session >= had) {
    if (bpi_reserve(&items, &f->first_visits, (size_t)session + 1, sizeof *f->first_visit))
      return fail(f), false;
    f->first_visit = items;
    memset(f->first_visit + had, 0, (f->first_visits - had) * sizeof *f->first_visit);
  }
  f->visit_key[visit].before = f->first_visit[session];
  f->first_visit[session] = visit + 1;
  return true;
}

static uint32_t add_visit(frame *f, int64_t where, int64_t visitor) {
  if (f->visits >= KEYMAP_NONE - 1) return fail(f), KEYMAP_NONE;
  uint32_t visit = (uint32_t)f->visits;
  void *keys = f->visit_key, *marks = f->visited;
  if (bpi_reserve(&keys, &f->visit_key_capacity, f->visits + 1, sizeof *f->visit_key))
    return fail(f), KEYMAP_NONE;
  f->visit_key = keys;
  if (bpi_reserve(&marks, &f->visited_capacity, f->visits + 1, sizeof *f->visited))
    return fail(f), KEYMAP_NONE;
  f->visited = marks;
  if (!make_room(f, &f->visit, &f->visit_capacity, visit, f->p->visit_slots)) return KEYMAP_NONE;
  f->visit_key[visit] = (visit_key){.place = where, .visitor = visitor};
  f->visited[visit] = 0;
  f->visits++;
  return visitor < 0 || link_visit(f, visit, visitor) ? visit : KEYMAP_NONE;
}

static uint32_t visit_of(frame *f, uint32_t number, int64_t visitor) {
  int64_t key[2] = {(int64_t)number << SLICE_BITS | (int64_t)f->place.slice, visitor};
  if (f->failed) return KEYMAP_NONE;
  group *g = &f->group[number];
  bool task = visitor < 0; /* kept apart: between the tasks of a session comes the session itself */
  if (g->last_visit[task] != KEYMAP_NONE && memcmp(g->last_visitor[task], key, sizeof key) == 0)
    return g->last_visit[task];
  uint32_t visit = find_visit(f, key[0], visitor);
  if (visit == KEYMAP_NONE) visit = add_visit(f, key[0], visitor);
  if (visit == KEYMAP_NONE) return visit;
  memcpy(g->last_visitor[task], key, sizeof key);
  return g->last_visit[task] = visit;
}

/* Whether a value is seen for the first time by a slot of a group (or parent) in this slice. */
static bool is_new(frame *f, uint32_t number, uint32_t slot, int64_t value) {
  int64_t key[2] = {((int64_t)number << SLOT_BITS | slot) << SLICE_BITS | (int64_t)f->place.slice,
                    value};
  bool fresh;
  if (memcmp(f->last_new, key, sizeof key) == 0) return false;
  memcpy(f->last_new, key, sizeof key);
  if (bpi_keymap_put(&f->seen, key, &fresh) == KEYMAP_NONE) fail(f);
  return fresh;
}

/* ------------------------------------------------------------------------------------- keys */

static int64_t label_in_session(const frame *f, const dimension *d) {
  const session_row *row = bpi_names_session_row(f->n, f->last_number);
  int64_t label;
  memcpy(&label, (const char *)row + d->offset, sizeof label);
  return bpi_names_label(f->n, label);
}

static int64_t bucket_at(const frame *f, dimension_id dim) {
  for (size_t i = 0; i < f->t->lists; i++)
    if (f->t->list[i].dim == dim) return f->place.bucket[i];
  return KEY_NONE;
}

/* The key of a dimension that a kind does not have; language has a value for this. */
static int64_t key_untold(const dimension *d) {
  return d->field == FIELD_LANGUAGE ? LANGUAGE_UNKNOWN : KEY_NONE;
}

/* The key of a cell in a dimension; for prompt features, the set of bits. */
static int64_t key_of(frame *f, dimension_id dim, const rollup_cell *cell) {
  const dimension *d = &bpi_dimensions[dim];
  if (!(d->kinds & KIND_BIT(cell->kind))) return key_untold(d);
  switch (d->how) {
  case FROM_BUCKET: return bucket_at(f, dim);
  case FROM_HOUR: return f->place.hour;
  case FROM_WEEKDAY: return f->place.weekday;
  case FROM_SESSION: return f->last_number;
  case FROM_SESSION_LABEL: return label_in_session(f, d);
  case FROM_SOURCES: return f->n->session[f->last_number].row.sources;
  case FROM_DEPTH: return bpi_depth_of(f->n->session[f->last_number].interactions);
  case FROM_KIND: return cell->kind;
  case FROM_LABEL: return bpi_names_label(f->n, cell->label);
  case FROM_FAMILY: return bpi_names_family(f->n, bpi_names_label(f->n, cell->label));
  case FROM_SERVER: return bpi_names_server(f->n, bpi_names_label(f->n, cell->label));
  case FROM_FIELD: return bpi_field_get(d->field, cell->class_);
  case FROM_FEATURES: return CLASS_GET(cell->class_, CLASS_FEATURES);
  case FROM_PATTERN: return cell->label;
  }
  return KEY_NONE;
}

/* ---------------------------------------------------------------------------------- filters */

static bool text_is(const buf *b, const planned_filter *f) {
  return !b->failed && b->length == f->length && !memcmp(b->data, f->text, f->length);
}

/* Matches the text or the display form of a name; the result is cached per name. */
static bool name_matches(frame *f, size_t index, int64_t number) {
  const planned_filter *filter = &f->p->filter[index];
  uint32_t bit = UINT32_C(1) << index;
  if (number == NAME_NONE) return false;
  if (!(f->n->name[number].judged & bit)) {
    const label_name *shown = bpi_names_loaded(f->n, number);
    if (!shown) return false;
    buf b;
    bpi_buf_init(&b, (size_t)4 * QUERY_TEXT);
    bpi_name_show(&b, shown);
    if (b.failed) fail(f);
    bool same = shown->text && shown->length == filter->length &&
                !memcmp(shown->text, filter->text, filter->length);
    if (same || text_is(&b, filter)) f->n->name[number].passed |= bit;
    bpi_buf_free(&b);
    f->n->name[number].judged |= bit;
  }
  return f->n->name[number].passed & bit;
}

static bool session_matches(const planned_filter *filter, ident key) {
  for (size_t i = 0; i < filter->length; i++) {
    uint64_t half = i < 16 ? key.hi : key.lo;
    if ("0123456789abcdef"[half >> (60 - 4 * (i % 16)) & 15] != filter->text[i]) return false;
  }
  return true;
}

static bool matches(frame *f, size_t index, const rollup_cell *cell) {
  const planned_filter *filter = &f->p->filter[index];
  int64_t key = key_of(f, filter->dim, cell);
  switch (filter->match) {
  case MATCH_KEY: return key == filter->key;
  case MATCH_TEXT: return name_matches(f, index, key);
  case MATCH_SESSION:
    return session_matches(filter, bpi_names_session_row(f->n, f->last_number)->key);
  case MATCH_SOURCE: return key >> filter->key & 1;
  case MATCH_FEATURE:
    if (key < 0) return false;
    return filter->key == PROMPT_FEATURE_BITS ? key == 0 : (key >> filter->key & 1) != 0;
  }
  return false;
}

/* Filters on time do not apply to undated cells; take_cell leaves those out. */
static bool passes(frame *f, const rollup_cell *cell) {
  for (size_t i = 0; i < f->p->filters; i++) {
    const planned_filter *filter = &f->p->filter[i];
    if (!f->place.dated && bpi_dimension_is_time(filter->dim)) continue;
    if (matches(f, i, cell) == filter->negated) return false;
  }
  return true;
}

/* ------------------------------------------------------------------------------------ steps */

static int64_t value_of(const term *t, const rollup_cell *cell) {
  return t->sign * (t->take == TAKE_N ? cell->n : cell->m[t->take]);
}

static bool meets(const condition *c, const rollup_cell *cell) {
  return c->field == FIELD_NONE || (c->values >> bpi_field_get(c->field, cell->class_) & 1);
}

/* Whether the plan counts the cell: to a query for commits, an issue is no activity. */
static bool is_counted(const kind_plan *k, const rollup_cell *cell) {
  for (size_t i = 0; k->selective && i < k->steps; i++)
    if (meets(&k->step[i].t.only[0], cell) && meets(&k->step[i].t.only[1], cell)) return true;
  return !k->selective;
}

static int64_t tokens_of(const rollup_cell *cell) {
  int64_t tokens = 0;
  for (int i = RESPONSE_INPUT; i <= RESPONSE_CACHE_WRITE_1H; i++)
    bpi_add_to(&tokens, cell->m[i]);
  return tokens;
}

/* The cost if everything sent had been plain input. */
static int64_t plain_cost(frame *f, const rollup_cell *cell) {
  rollup_cell plain = *cell;
  for (int i = RESPONSE_CACHE_READ; i <= RESPONSE_CACHE_WRITE_1H; i++) {
    bpi_add_to(&plain.m[RESPONSE_INPUT], cell->m[i]);
    plain.m[i] = 0;
  }
  return bpi_price_cell(bpi_names_price(f->n, f->prices, bpi_names_label(f->n, cell->label)),
                        &plain)
      .pico;
}

static int64_t priced_value(const step *s, const rollup_cell *cell, const price_cost *cost) {
  bool recorded = cell->m[RESPONSE_COSTED] == cell->n && cost->priced;
  switch (s->op) {
  case STEP_COST: return cost->pico;
  case STEP_SAVINGS: return cost->pico_uncached - cost->pico;
  case STEP_UNPRICED: return cost->priced ? 0 : tokens_of(cell);
  case STEP_UNPRICED_SEARCHES: return cost->unpriced_searches;
  case STEP_COST_WHERE_RECORDED: return recorded ? cost->pico : 0;
  case STEP_RECORDED_WHERE_WHOLE: return recorded ? cell->m[RESPONSE_COST_NANO] : 0;
  default: return 0;
  }
}

/* The cost of a cell, computed by the first step that needs it. */
typedef struct cell_cost {
  bool known;
  price_cost cost;
} cell_cost;

static const price_cost *cost_of(frame *f, const rollup_cell *cell, cell_cost *c) {
  if (!c->known) {
    const price_model *m = bpi_names_price(f->n, f->prices, bpi_names_label(f->n, cell->label));
    c->cost = bpi_price_cell(m, cell);
    c->known = true;
  }
  return &c->cost;
}

static void visit_step(frame *f, uint32_t number, const step *s, const rollup_cell *cell) {
  bool task = f->kind == ROLLUP_TASK && s->op != STEP_CLUSTER_ADD;
  uint32_t visit = visit_of(f, number, task ? -f->tasks : f->last_number);
  if (visit == KEYMAP_NONE) return;
  if (s->op == STEP_VISIT)
    f->visited[visit] = task ? VISITED_TASK : VISITED_SESSION;
  else
    bpi_add_to(&f->visit[(size_t)visit * f->p->visit_slots + s->slot], value_of(&s->t, cell));
}

static void day_step(frame *f, uint32_t number, const step *s, int64_t *slot) {
  if (!f->place.dated || !is_new(f, number, s->slot, f->place.day)) return;
  slot[s->slot]++;
  if (s->weekdays != PLAN_NONE) slot[s->weekdays + (uint32_t)f->place.weekday - 1]++;
}

static void distinct_step(frame *f, uint32_t number, const step *s, int64_t value, int64_t *slot) {
  if (is_new(f, number, s->slot, value)) slot[s->slot]++;
}

/* Whether a session was active in the workspace in the cell's quarter of an hour or in the
 * LINK_QUARTERS before it. */
static bool is_linked(const frame *f, const rollup_cell *cell) {
  int64_t workspace = bpi_names_session_row(f->n, f->last_number)->workspace;
  for (int64_t back = 0; workspace != 0 && back <= LINK_QUARTERS; back++) {
    int64_t key[2] = {workspace, cell->quarter - back};
    if (bpi_keymap_find(&f->busy, key) != KEYMAP_NONE) return true;
  }
  return false;
}

static void take_step(frame *f, uint32_t number, const step *s, const rollup_cell *cell,
                      cell_cost *cost) {
  int64_t *slot = f->slot + (size_t)number * f->p->slots;
  if (!meets(&s->t.only[0], cell) || !meets(&s->t.only[1], cell)) return;
  switch (s->op) {
  case STEP_ADD: bpi_add_to(&slot[s->slot], value_of(&s->t, cell)); return;
  case STEP_SESSION: distinct_step(f, number, s, f->last_number, slot); return;
  case STEP_DAY: day_step(f, number, s, slot); return;
  case STEP_WORKSPACE: {
    int64_t workspace = bpi_names_session_row(f->n, f->last_number)->workspace;
    if (workspace) distinct_step(f, number, s, workspace, slot);
    return;
  }
  case STEP_FILE:
    if (cell->label) distinct_step(f, number, s, cell->label, slot);
    return;
  case STEP_LINKED:
    if (is_linked(f, cell)) bpi_add_to(&slot[s->slot], value_of(&s->t, cell));
    return;
  case STEP_LAST: /* stored plus one, so that 0 means none */
    if (cell->quarter >= slot[s->slot]) slot[s->slot] = cell->quarter + 1;
    return;
  case STEP_HOUR:
    if (f->place.dated) bpi_add_to(&slot[s->slot + (uint32_t)f->place.hour], value_of(&s->t, cell));
    return;
  case STEP_WEEKDAY:
    if (f->place.dated)
      bpi_add_to(&slot[s->slot + (uint32_t)f->place.weekday - 1], value_of(&s->t, cell));
    return;
  case STEP_VISIT:
  case STEP_VISIT_ADD:
  case STEP_CLUSTER_ADD: visit_step(f, number, s, cell); return;
  case STEP_PLAIN: bpi_add_to(&slot[s->slot], plain_cost(f, cell)); return;
  default: bpi_add_to(&slot[s->slot], priced_value(s, cell, cost_of(f, cell, cost))); return;
  }
}

static void take_group(frame *f, const int64_t *keys, const rollup_cell *cell, cell_cost *cost) {
  const kind_plan *k = &f->p->kind[f->kind];
  if (k->days && f->place.dated && is_counted(k, cell)) {
    uint32_t parent = parent_of(f, keys);
    if (parent == KEYMAP_NONE) return;
    if (is_new(f, parent, DAYS_OF_PARENT, f->place.day)) f->parent_days[parent]++;
  }
  if (!k->groups) return;
  uint32_t number = group_of(f, keys);
  if (number == KEYMAP_NONE) return;
  bool untold = (f->kind == ROLLUP_RESPONSE || f->kind == ROLLUP_TASK_COST) &&
                CLASS_GET(cell->class_, CLASS_QUALITY) == QUALITY_UNKNOWN;
  uint32_t met = untold ? f->needs_met & ~f->token_needs : f->needs_met;
  f->group[number].some |= met;
  f->group[number].all &= met;
  for (size_t i = 0; i < k->steps && !f->failed; i++)
    take_step(f, number, &k->step[i], cell, cost);
}

/* A prompt with several features counts in the group of each feature. */
static void take_keys(frame *f, const rollup_cell *cell) {
  int64_t keys[QUERY_DIMENSIONS] = {0}, features = 0;
  int feature_at = -1;
  cell_cost cost = {.known = false};
  for (size_t i = 0; i < f->p->dimensions; i++) {
    keys[i] = key_of(f, f->p->by[i], cell);
    if (f->p->by[i] != DIM_PROMPT_FEATURE) continue;
    feature_at = (int)i;
    features = keys[i];
  }
  if (f->n->failed) return;
  if (feature_at >= 0 && features == 0) keys[feature_at] = PROMPT_FEATURE_BITS;
  if (feature_at < 0 || features <= 0) {
    take_group(f, keys, cell, &cost);
    return;
  }
  for (int bit = 0; bit < PROMPT_FEATURE_BITS && !f->failed; bit++) {
    if (!(features >> bit & 1)) continue;
    keys[feature_at] = bit;
    take_group(f, keys, cell, &cost);
  }
}

/* ------------------------------------------------------------------------------------ cells */

static void meet_needs(frame *f) {
  const session_info *s = &f->n->session[f->last_number];
  f->needs_met = 0;
  for (size_t i = 0; i < f->p->needs; i++)
    if ((s->covers & f->p->need[i]) == f->p->need[i]) f->needs_met |= UINT32_C(1) << i;
}

static void look_up_session(frame *f, int64_t id) {
  session_place row = bpi_names_session(f->n, id);
  f->last_number = row.number;
  f->shadowed = row.shadowed >> f->kind & 1;
  if (!f->n->failed) meet_needs(f);
}

static void enter_session(frame *f, int64_t id) {
  if (f->last_session == id) return;
  f->last_session = id;
  if (f->like == KEY_NONE)
    look_up_session(f, id);
  else /* needs_met stays as it is: the sources are the same */
    f->last_number = bpi_names_session_like(f->n, id, f->like);
  bool known = !f->n->failed && (size_t)f->last_number < f->first_visits;
  f->visits_before = known ? f->first_visit[f->last_number] : 0;
}

/* Called before cells of sessions with the same sources as `session`, each with a single row, so
 * nothing is shadowed; 0 ends such a run. */
static int enter_like(void *user, int64_t session) {
  frame *f = user;
  f->last_session = INT64_MIN;
  f->like = KEY_NONE;
  if (session == 0) return 0;
  enter_session(f, session);
  f->like = f->last_number;
  return f->n->failed;
}

/* Whether cells of the current kind count facts. An edit is also a tool call and counts only if
 * those are not read. */
static bool is_fact(const frame *f) {
  if (f->kind == ROLLUP_EDIT) return !f->p->kind[ROLLUP_TOOL].read;
  return f->kind != ROLLUP_ACTIVE;
}

static void enter_quarter(frame *f, int64_t quarter) {
  size_t slice = f->place.slice;
  if (!f->timed) {
    f->place.quarter = quarter;
    f->place.dated = quarter != QUARTER_UNDATED;
    return;
  }
  bpi_timeline_place(f->t, quarter, &f->place);
  if (f->place.slice != slice) f->last_session = INT64_MIN; /* visits are per slice */
}

static int take_cell(void *user, const rollup_cell *cell) {
  frame *f = user;
  if (cell->quarter != f->place.quarter) enter_quarter(f, cell->quarter);
  enter_session(f, cell->session);
  if (f->n->failed || f->shadowed) return f->n->failed;
  if (!passes(f, cell)) return f->failed || f->n->failed;
  if (!f->place.dated && f->p->by_time) {
    if (is_fact(f)) f->undated += cell->n;
    return 0;
  }
  f->tasks += f->kind == ROLLUP_TASK;
  f->sources |= f->n->session[f->last_number].row.sources;
  const kind_plan *k = &f->p->kind[f->kind];
  if (k->activity && f->place.dated && is_counted(k, cell)) f->active[f->place.slice] = true;
  if (k->groups || k->days) take_keys(f, cell);
  return f->failed || f->n->failed;
}

static int read_kind(frame *f, store *s, rollup_kind kind, cell_grain grain, bool undated,
                     bp_error **error, int (*take)(void *, const rollup_cell *)) {
  const timeline *t = f->t;
  const cell_reader to = {.cell = take, .like = enter_like, .user = f};
  f->kind = kind;
  f->place.quarter = INT64_MIN; /* none yet */
  enter_like(f, 0);
  int rc = bpi_read_cells(s, kind, grain, undated ? INT64_MIN : t->from[0], t->until[t->slices - 1],
                          &to, error);
  if (f->n->failed) return f->n->failed;
  return f->failed ? f->failed : rc;
}

static int note_busy(void *user, const rollup_cell *cell) {
  frame *f = user;
  enter_session(f, cell->session);
  if (f->n->failed) return 1;
  int64_t key[2] = {bpi_names_session_row(f->n, f->last_number)->workspace, cell->quarter};
  bool fresh;
  if (key[0] != 0 && bpi_keymap_put(&f->busy, key, &fresh) == KEYMAP_NONE) fail(f);
  return f->failed;
}

/* Records where and when any session was active, regardless of filters. */
static int read_busy(frame *f, store *s, bp_error **error) {
  const timeline *t = f->t;
  f->last_session = INT64_MIN;
  int rc = bpi_read_rollup(s, ROLLUP_ACTIVE, t->from[0] - LINK_QUARTERS, t->until[t->slices - 1],
                           note_busy, f, error);
  if (f->n->failed) return f->n->failed;
  return f->failed ? f->failed : rc;
}

int bpi_frame_fill(frame *f, store *s, bool undated, bp_error **error) {
  int rc = f->p->linked ? read_busy(f, s, error) : BP_OK;
  for (rollup_kind kind = ROLLUP_TOLD + 1; kind < ROLLUP_KINDS && !rc; kind++) {
    if (!f->p->kind[kind].read) continue;
    cell_grain grain = bpi_grain_of(f->p, f->t, kind, &f->timed);
    rc = read_kind(f, s, kind, grain, undated, error, take_cell);
  }
  return rc;
}

static int count_cell(void *user, const rollup_cell *cell) {
  frame *f = user;
  enter_session(f, cell->session);
  if (f->n->failed) return 1;
  if (f->shadowed) return 0;
  bpi_add_to(&f->n->session[f->last_number].interactions, cell->n);
  return 0;
}

int bpi_frame_count_depth(const plan *p, const timeline *t, name_cache *n, store *s, bool undated,
                          bp_error **error) {
  frame f;
  int rc = BP_OK;
  bpi_frame_init(&f, p, t, n, NULL, NULL);
  for (size_t i = 0; i < n->sessions; i++)
    n->session[i].interactions = 0;
  for (int kind = 1; kind < ROLLUP_KINDS && !rc; kind++)
    if (KIND_BIT(kind) & INTERACTION_KINDS)
      rc = read_kind(&f, s, (rollup_kind)kind, GRAIN_SESSION, undated, error, count_cell);
  bpi_frame_free(&f);
  return rc;
}

uint32_t bpi_visit_group(const frame *f, uint32_t visit) {
  return (uint32_t)(f->visit_key[visit].place >> SLICE_BITS);
}

uint32_t bpi_visit_session(const frame *f, uint32_t visit) {
  return (uint32_t)f->visit_key[visit].visitor;
}

uint32_t bpi_frame_find(const frame *f, const int64_t *keys) {
  return bpi_keymap_find(&f->groups, keys);
}
