/* store/task.c: divides a session into tasks first, then judges each task by the steps between its
 * ends. */
#include "store/task.h"

#include <string.h>

#include "base/mem.h"
#include "base/sort.h"
#include "base/sum.h"

/* ----------------------------------------------------------------------------- facts to steps */

static int64_t outcome_end(const tool_call_fact *t) {
  bool told = (t->flags & FACT_RESULT) && t->result_us != BPI_TIME_NONE;
  return told && t->result_us > t->time_us ? t->result_us : t->time_us;
}

static bool call_step(task_step *s, const tool_call_fact *t) {
  if (!bpi_is_call(t)) return false;
  s->kind = TASK_STEP_CALL;
  s->end_us = outcome_end(t);
  s->u.call.tool = t->tool;
  s->u.call.category = t->category;
  s->u.call.program = t->program;
  s->u.call.outcome = t->outcome;
  s->u.call.file = t->file != 0 ? t->file : t->result_file;
  s->u.call.edit = bpi_call_lines(t, &s->u.call.added, &s->u.call.removed) ||
                   (t->category == CATEGORY_EDIT && t->outcome == OUTCOME_OK);
  s->u.call.background = (t->flags & FACT_BACKGROUND) != 0;
  return true;
}

static bool prompt_step(task_step *s, const prompt_fact *p) {
  s->kind = TASK_STEP_PROMPT;
  s->u.prompt.features = p->features;
  s->u.prompt.size = p->characters == FACT_NONE ? SIZE_UNKNOWN : bpi_prompt_size(p->characters);
  s->u.prompt.mode = p->mode;
  return true;
}

static bool decision_step(task_step *s, const decision_fact *d) {
  bool edit = d->decision == DECISION_EDIT || d->decision == DECISION_COMPLETION;
  s->kind = TASK_STEP_DECISION;
  s->u.decision.accepted_edit = edit && d->outcome == OUTCOME_OK;
  return true;
}

bool bpi_task_step(task_step *out, fact_kind kind, const int64_t *fact, int64_t cost) {
  const fact_head *head = (const fact_head *)(const void *)fact;
  const void *f = fact;
  memset(out, 0, sizeof *out);
  if (head->time_us == BPI_TIME_NONE || head->session == 0) return false;
  out->session = head->session;
  out->time_us = out->end_us = head->time_us;
  out->tie = head->k2;
  out->subagent = (head->flags & RECORD_SUBAGENT) != 0;
  switch (kind) {
  case FACT_TOOL_CALL: return call_step(out, f);
  case FACT_PROMPT: return prompt_step(out, f);
  case FACT_DECISION: return decision_step(out, f);
  case FACT_RESPONSE:
    out->kind = TASK_STEP_RESPONSE;
    out->u.response.cost = cost;
    out->u.response.searches = ((const response_fact *)f)->web_searches > 0;
    return true;
  case FACT_EVENT:
    out->kind = TASK_STEP_EVENT;
    out->u.event.event = ((const event_fact *)f)->event;
    out->u.event.detail = ((const event_fact *)f)->detail;
    return true;
  case FACT_CHANGE:
    out->kind = TASK_STEP_COMMIT;
    return ((const change_fact *)f)->change == CHANGE_COMMIT;
  case FACT_SPAN:
  case FACT_KINDS: break;
  }
  return false;
}

/* ------------------------------------------------------------------------------------- cutting */

typedef task_step *const *steps;

/* State for one session; the arrays have an entry per step. */
typedef struct cutter {
  const task_sink *sink;
  steps step;
  size_t count;
  const rollup_cell *costs;
  /* indexes of the previous and next edit of the same file; NOWHERE: none */
  size_t *before, *after;
  int64_t *time; /* scratch space for the moments of a task, two per step */
  uint8_t *path;
  int64_t number;
  const task_step *prompt; /* the last prompt so far */
} cutter;
#define NOWHERE SIZE_MAX

static bool is_clear(const task_step *s) {
  return s->kind == TASK_STEP_EVENT && s->u.event.event == EVENT_SESSION_START &&
         s->u.event.detail == DETAIL_CLEAR;
}

static bool is_error(const task_step *s) {
  return s->u.call.outcome == OUTCOME_ERROR;
}

static bool is_command(const task_step *s) {
  return s->kind == TASK_STEP_CALL && s->u.call.category == CATEGORY_COMMAND;
}

static bool is_commit(const task_step *s) {
  if (s->kind == TASK_STEP_COMMIT) return true;
  return s->kind == TASK_STEP_CALL && s->u.call.program == PROGRAM_COMMIT &&
         s->u.call.outcome == OUTCOME_OK;
}

/* Whether a step after a commit begins the next task: a prompt or a call does, except further git
 * commands and updates of a plan. Responses after the commit still belong to the task. */
static bool begins_next_task(const task_step *s) {
  if (s->subagent) return false;
  if (s->kind == TASK_STEP_PROMPT) return true;
  if (s->kind != TASK_STEP_CALL || s->u.call.category == CATEGORY_PLAN) return false;
  return !is_command(s) ||
         (s->u.call.program != PROGRAM_GIT && s->u.call.program != PROGRAM_COMMIT);
}

/* Index where the next task begins: responses stay with the old task, except those directly before
 * a call, which made it. */
static size_t with_response(const cutter *c, size_t from, size_t at) {
  bool own = c->step[at]->kind == TASK_STEP_CALL;
  while (own && at > from && c->step[at - 1]->kind == TASK_STEP_RESPONSE)
    at--;
  return at;
}

/* The end (exclusive) of the task that begins at `from`. */
static size_t end_of_task(const cutter *c, size_t from) {
  int64_t reach = INT64_MIN;
  bool committed = false;
  for (size_t i = from; i < c->count; i++) {
    const task_step *s = c->step[i];
    if (s->kind != TASK_STEP_COMMIT) { /* a commit may be reported later and is no activity */
      if (i > from && is_clear(s)) return i;
      if (reach != INT64_MIN && bpi_span(reach, s->time_us) > TASK_GAP) return i;
      if (s->end_us > reach) reach = s->end_us;
    }
    if (committed && begins_next_task(s)) {
      size_t end = with_response(c, from, i);
      return end > from ? end : i;
    }
    committed |= is_commit(s);
  }
  return c->count;
}

/* Whether the steps form a task: events and commits alone do not. */
static bool is_task(const cutter *c, size_t from, size_t to) {
  for (size_t i = from; i < to; i++)
    if (c->step[i]->kind != TASK_STEP_EVENT && c->step[i]->kind != TASK_STEP_COMMIT) return true;
  return false;
}

/* ------------------------------------------------------------------------- edits of the same file */

/* Links consecutive edits of each file. */
static int link_edits(cutter *c) {
  enum { LINK_FILE, LINK_AT, LINK_WORDS };
  int64_t(*link)[LINK_WORDS] = bpi_alloc(c->count * sizeof *link);
  int64_t **row = bpi_alloc(c->count * sizeof *row);
  size_t edits = 0;
  int rc = link == NULL || row == NULL ? BP_ERR_NOMEM : BP_OK;
  for (size_t i = 0; i < c->count && rc == BP_OK; i++) {
    const task_step *s = c->step[i];
    c->before[i] = c->after[i] = NOWHERE;
    if (s->kind != TASK_STEP_CALL || !s->u.call.edit || s->u.call.file == 0) continue;
    link[edits][LINK_FILE] = s->u.call.file;
    link[edits][LINK_AT] = (int64_t)i;
    row[edits] = link[edits];
    edits++;
  }
  if (rc == BP_OK) rc = bpi_sort_rows(row, edits, LINK_WORDS);
  for (size_t i = 1; i < edits && rc == BP_OK; i++) {
    if (row[i - 1][LINK_FILE] != row[i][LINK_FILE]) continue;
    size_t one = (size_t)row[i - 1][LINK_AT], other = (size_t)row[i][LINK_AT];
    c->after[one] = other;
    c->before[other] = one;
  }
  bpi_free(link);
  bpi_free(row);
  return rc;
}

/* -------------------------------------------------------------------------------------- repeats */

/* Calls that ran concurrently: each began before the first of them had ended. */
typedef struct batch_of_calls {
  size_t from, to, members;
  int64_t first_end;
} batch_of_calls;

static bool same_target(const task_step *a, const task_step *b) {
  if (a->u.call.tool != b->u.call.tool) return false;
  if (a->u.call.file != 0 || b->u.call.file != 0) return a->u.call.file == b->u.call.file;
  return !is_command(a) || a->u.call.program == b->u.call.program;
}

/* Whether a call repeats a failed call of the batch before it. */
static bool repeats(const cutter *c, const batch_of_calls *last, const task_step *call) {
  for (size_t i = last->from; last->members > 0 && i < last->to; i++) {
    const task_step *s = c->step[i];
    if (s->kind == TASK_STEP_CALL && s->subagent == call->subagent && is_error(s) &&
        same_target(s, call))
      return true;
  }
  return false;
}

/* Calls of the main thread or of the subagents, which are compared separately. */
typedef struct sequence {
  batch_of_calls last, current;
} sequence;

static void follow(sequence *q, size_t at, const task_step *call) {
  if (q->current.members == 0 || call->time_us >= q->current.first_end) {
    q->last = q->current;
    q->current = (batch_of_calls){.from = at, .first_end = call->end_us};
  }
  if (call->end_us < q->current.first_end) q->current.first_end = call->end_us;
  q->current.members++;
  q->current.to = at + 1;
}

/* ------------------------------------------------------------------------------------- judging */

/* Sums the capped gaps between neighbouring moments. A call that ends after the next task began is
 * cut off there. */
static void measure_time(cutter *c, task *t, size_t from, size_t to) {
  int64_t until = to < c->count ? c->step[to]->time_us : INT64_MAX;
  size_t n = 0;
  for (size_t i = from; i < to; i++) {
    const task_step *s = c->step[i];
    if (s->kind == TASK_STEP_COMMIT) continue;
    c->time[n++] = s->time_us;
    if (s->end_us > s->time_us) c->time[n++] = s->end_us < until ? s->end_us : until;
  }
  bpi_sort_numbers(c->time, n);
  t->start_us = c->time[0];
  t->end_us = c->time[n - 1];
  for (size_t i = 1; i < n; i++) {
    int64_t gap = bpi_span(c->time[i - 1], c->time[i]);
    t->active_us += gap < TASK_GAP_ACTIVE ? gap : TASK_GAP_ACTIVE;
  }
  t->quarter = bpi_quarter_of(t->start_us);
}

/* What decides the type and the outcome of a task. */
typedef struct evidence {
  int64_t calls, commands, test_runs, edit_calls, added, removed;
  bool failed_command, edited_after_failure;
  bool success;  /* an edit, a commit or a test run succeeded */
  bool accepted; /* an edit was accepted whose call is not recorded */
  int64_t last_end, last_outcome;
} evidence;

static void weigh_call(evidence *e, const task_step *s) {
  bool edits = s->u.call.category == CATEGORY_EDIT || s->u.call.edit;
  bool ok = s->u.call.outcome == OUTCOME_OK, command = is_command(s);
  bool test = command && s->u.call.program == PROGRAM_TEST;
  e->calls++;
  e->commands += command;
  e->test_runs += test;
  e->edit_calls += edits;
  e->added += s->u.call.added;
  e->removed += s->u.call.removed;
  e->edited_after_failure |= edits && e->failed_command;
  e->failed_command |= command && is_error(s);
  e->success |= s->u.call.edit || (test && ok) || is_commit(s);
  if (s->u.call.outcome == OUTCOME_UNKNOWN || s->end_us < e->last_end) return;
  e->last_end = s->end_us;
  e->last_outcome = s->u.call.outcome;
}

static evidence weigh(const cutter *c, size_t from, size_t to) {
  evidence e = {.last_end = INT64_MIN, .last_outcome = OUTCOME_UNKNOWN};
  for (size_t i = from; i < to; i++) {
    const task_step *s = c->step[i];
    if (s->kind == TASK_STEP_CALL) weigh_call(&e, s);
    if (s->kind == TASK_STEP_COMMIT) e.success = true;
    if (s->kind == TASK_STEP_DECISION) e.accepted |= s->u.decision.accepted_edit != 0;
  }
  return e;
}

static bool is_balanced(int64_t added, int64_t removed) {
  int64_t greater = added > removed ? added : removed, less = added + removed - greater;
  return added + removed >= TASK_REFACTORING_LINES &&
         greater - less <= greater / TASK_REFACTORING_PART;
}

static int type_of(const evidence *e) {
  bool edits = e->edit_calls > 0;
  if (e->edited_after_failure) return TASK_DEBUGGING;
  if (e->test_runs * 2 > e->commands) return TASK_TESTING;
  if (edits && is_balanced(e->added, e->removed)) return TASK_REFACTORING;
  if (edits || (e->accepted && e->commands == 0)) return TASK_BUILDING;
  if (e->commands > 0) return TASK_OPERATING;
  return e->calls > 0 ? TASK_EXPLORING : TASK_CONVERSING;
}

static int outcome_of(const evidence *e, int type) {
  bool success = e->success || (e->accepted && e->edit_calls == 0);
  if (type == TASK_EXPLORING || type == TASK_CONVERSING) return TASK_OUTCOME_NONE;
  return success && e->last_outcome != OUTCOME_ERROR ? TASK_OUTCOME_RESOLVED
                                                     : TASK_OUTCOME_UNRESOLVED;
}

static int64_t uses_of_call(const task_step *s) {
  int64_t uses = 0;
  switch (s->u.call.category) {
  case CATEGORY_AGENT: uses |= 1 << USE_OF_SUBAGENTS; break;
  case CATEGORY_SKILL: uses |= 1 << USE_OF_SKILLS; break;
  case CATEGORY_MCP: uses |= 1 << USE_OF_MCP; break;
  case CATEGORY_WEB: uses |= 1 << USE_OF_WEB; break;
  default: break;
  }
  if (s->u.call.background) uses |= 1 << USE_OF_BACKGROUND;
  return uses;
}

static int64_t uses_of_event(const task_step *s) {
  switch (s->u.event.event) {
  case EVENT_PLAN_ACCEPTED: return 1 << USE_OF_PLAN_MODE;
  case EVENT_SUBAGENT: return 1 << USE_OF_SUBAGENTS;
  case EVENT_SLASH_COMMAND: return 1 << USE_OF_SLASH_COMMANDS;
  default: return 0;
  }
}

static int64_t uses_of(const task_step *s) {
  bool plan, image;
  switch (s->kind) {
  case TASK_STEP_CALL: return uses_of_call(s);
  case TASK_STEP_EVENT: return uses_of_event(s);
  case TASK_STEP_RESPONSE: return s->u.response.searches ? 1 << USE_OF_WEB : 0;
  case TASK_STEP_PROMPT:
    plan = s->u.prompt.mode == MODE_PLAN;
    image = s->u.prompt.features & PROMPT_IMAGE;
    return (plan ? 1 << USE_OF_PLAN_MODE : 0) | (image ? 1 << USE_OF_IMAGES : 0);
  default: return 0;
  }
}

/* The most frequent category; on a tie the smallest number. */
static int64_t main_category(const cutter *c, size_t from, size_t to) {
  int64_t count[1 << CLASS_CATEGORY_BITS] = {0}, best = 0;
  for (size_t i = from; i < to; i++)
    if (c->step[i]->kind == TASK_STEP_CALL) count[c->step[i]->u.call.category]++;
  for (int64_t category = 1; category < 1 << CLASS_CATEGORY_BITS; category++)
    if (count[category] > count[best]) best = category;
  return best;
}

/* The most frequent model; on a tie the first one seen. */
#define MODELS_TOLD_APART 32
static int64_t main_model(const cutter *c, size_t from, size_t to) {
  struct {
    int64_t model, count;
  } known[MODELS_TOLD_APART];
  size_t models = 0, best = 0;
  for (size_t i = from; i < to; i++) {
    if (c->step[i]->kind != TASK_STEP_RESPONSE) continue;
    int64_t model = c->costs[c->step[i]->u.response.cost].label;
    size_t at = 0;
    while (at < models && known[at].model != model)
      at++;
    if (at == MODELS_TOLD_APART) continue;
    if (at == models) known[models++].model = model, known[at].count = 0;
    known[at].count++;
  }
  for (size_t at = 1; at < models; at++)
    if (known[at].count > known[best].count) best = at;
  return models > 0 ? known[best].model : 0;
}

static void count_prompts(const cutter *c, task *t, size_t from, size_t to) {
  int64_t interrupted = INT64_MIN;
  for (size_t i = from; i < to; i++) {
    const task_step *s = c->step[i];
    if (s->kind == TASK_STEP_EVENT && s->u.event.event == EVENT_INTERRUPT) interrupted = s->time_us;
    if (s->kind != TASK_STEP_PROMPT) continue;
    t->prompts++;
    t->prompt_retries += interrupted != INT64_MIN &&
                         bpi_span(interrupted, s->time_us) <= TASK_PROMPT_RETRY;
    interrupted = INT64_MIN; /* only the first prompt after an interrupt is a retry */
  }
}

/* Added lines that no later edit of the same file in the task removed. */
static int64_t lines_kept(const cutter *c, size_t from, size_t to) {
  int64_t all = 0;
  for (size_t i = from; i < to; i++) {
    const task_step *s = c->step[i];
    if (s->kind != TASK_STEP_CALL || !s->u.call.edit) continue;
    /* counted at the file's first edit in the task */
    if (c->before[i] != NOWHERE && c->before[i] >= from) continue;
    int64_t kept = 0;
    for (size_t at = i; at != NOWHERE && at < to; at = c->after[at]) {
      const task_step *edit = c->step[at];
      kept = kept > edit->u.call.removed ? kept - edit->u.call.removed : 0;
      kept += edit->u.call.added;
    }
    all += kept;
  }
  return all;
}

static void walk_path(cutter *c, task *t, size_t from, size_t to) {
  t->path = c->path;
  for (size_t i = from; i < to; i++) {
    const task_step *s = c->step[i];
    if (s->kind != TASK_STEP_CALL || s->subagent) continue;
    uint8_t category = (uint8_t)s->u.call.category;
    if (t->path_length == 0 || c->path[t->path_length - 1] != category)
      c->path[t->path_length++] = category;
  }
}

static const task_step *opening_prompt(const cutter *c, size_t from, size_t to) {
  for (size_t i = from; i < to; i++) {
    if (c->step[i]->kind == TASK_STEP_PROMPT) return c->step[i];
    if (c->step[i]->kind == TASK_STEP_CALL) break; /* the task began without a prompt of its own */
  }
  return c->prompt;
}

/* --------------------------------------------------------------------------- cells beside tasks */

static int64_t prompt_class(const task_step *prompt) {
  if (prompt == NULL) return 0;
  return CLASS_PUT(CLASS_SIZE, prompt->u.prompt.size) |
         CLASS_PUT(CLASS_FEATURES, prompt->u.prompt.features);
}

static int64_t task_class(const task *t) {
  return CLASS_PUT(CLASS_TASK_TYPE, t->type) | CLASS_PUT(CLASS_TASK_OUTCOME, t->outcome) |
         CLASS_PUT(CLASS_SIZE, t->size) | CLASS_PUT(CLASS_FEATURES, t->features);
}

/* Emits the cells of a task's responses, all in the quarter in which it begins, so that any time
 * range contains a task and its cost together. */
static int tell_costs(const cutter *c, const task *t, size_t from, size_t to) {
  int rc = BP_OK;
  for (size_t i = from; i < to && rc == BP_OK; i++) {
    if (c->step[i]->kind != TASK_STEP_RESPONSE) continue;
    rollup_cell cell = c->costs[c->step[i]->u.response.cost];
    cell.kind = ROLLUP_TASK_COST;
    cell.quarter = t->quarter;
    cell.class_ |= task_class(t);
    rc = c->sink->cell(c->sink->user, &cell);
  }
  return rc;
}

/* First try: an edit not repeated in the task and not followed by a failed command. `next` is the
 * outcome of the next command. */
static void judge_edit(const cutter *c, rollup_cell *cell, size_t at, size_t to, int64_t next) {
  const task_step *s = c->step[at];
  if (!s->u.call.edit || s->u.call.file == 0) return;
  bool again = c->after[at] != NOWHERE && c->after[at] < to;
  cell->m[ATTEMPT_EDITS] = 1;
  cell->m[ATTEMPT_FIRST_TRY] = !again && next != OUTCOME_ERROR;
  if (c->before[at] == NOWHERE) return;
  cell->m[ATTEMPT_REWORKED] = bpi_span(c->step[c->before[at]]->time_us, s->time_us) <= TASK_REWORK;
}

/* Sets next[i] to the outcome of the first command after step i, walking backwards. */
static void note_commands(const cutter *c, int64_t *next, size_t from, size_t to) {
  int64_t outcome = OUTCOME_UNKNOWN;
  for (size_t i = to; i-- > from;) {
    next[i] = outcome;
    if (is_command(c->step[i])) outcome = c->step[i]->u.call.outcome;
  }
}

static int tell_attempts(cutter *c, const task *t, size_t from, size_t to) {
  sequence of[2] = {0};
  int64_t *next = c->time; /* the moments are no longer needed */
  int rc = BP_OK;
  note_commands(c, next, from, to);
  for (size_t i = from; i < to && rc == BP_OK; i++) {
    const task_step *s = c->step[i];
    if (s->kind == TASK_STEP_PROMPT) c->prompt = s;
    if (s->kind != TASK_STEP_CALL) continue;
    rollup_cell cell = {
        .kind = ROLLUP_ATTEMPT, .session = s->session, .label = s->u.call.tool, .n = 1};
    cell.quarter = bpi_quarter_of(s->time_us);
    cell.class_ = CLASS_PUT(CLASS_SUBAGENT, s->subagent) |
                  CLASS_PUT(CLASS_CATEGORY, s->u.call.category) |
                  CLASS_PUT(CLASS_TASK_TYPE, t->type) | prompt_class(c->prompt);
    follow(&of[s->subagent], i, s);
    bool repeat = repeats(c, &of[s->subagent].last, s);
    cell.m[ATTEMPT_REPEATS] = repeat;
    cell.m[ATTEMPT_RECOVERED] = repeat && s->u.call.outcome == OUTCOME_OK;
    judge_edit(c, &cell, i, to, next[i]);
    rc = c->sink->cell(c->sink->user, &cell);
  }
  return rc;
}

static int tell_task(cutter *c, size_t from, size_t to) {
  evidence e = weigh(c, from, to);
  const task_step *opening = opening_prompt(c, from, to);
  task t = {.session = c->step[from]->session, .number = c->number++};
  measure_time(c, &t, from, to);
  t.type = type_of(&e);
  t.outcome = outcome_of(&e, (int)t.type);
  t.size = opening == NULL ? SIZE_UNKNOWN : opening->u.prompt.size;
  t.features = opening == NULL ? 0 : opening->u.prompt.features;
  t.model = main_model(c, from, to);
  t.category = main_category(c, from, to);
  t.calls = e.calls;
  t.lines_kept = lines_kept(c, from, to);
  count_prompts(c, &t, from, to);
  walk_path(c, &t, from, to);
  for (size_t i = from; i < to; i++) {
    t.uses |= uses_of(c->step[i]);
    t.commits += is_commit(c->step[i]);
  }
  int rc = c->sink->task(c->sink->user, &t);
  if (rc == BP_OK) rc = tell_costs(c, &t, from, to);
  return rc == BP_OK ? tell_attempts(c, &t, from, to) : rc;
}

static int cut(cutter *c) {
  int rc = link_edits(c);
  for (size_t from = 0; from < c->count && rc == BP_OK;) {
    size_t to = end_of_task(c, from);
    if (is_task(c, from, to)) rc = tell_task(c, from, to);
    from = to;
  }
  return rc;
}

int bpi_task_cut(const task_sink *sink, task_step *const *step, size_t count,
                 const rollup_cell *costs) {
  cutter c = {.sink = sink, .step = step, .count = count, .costs = costs};
  c.before = bpi_alloc(count * sizeof *c.before);
  c.after = bpi_alloc(count * sizeof *c.after);
  c.time = bpi_alloc(2 * count * sizeof *c.time);
  c.path = bpi_alloc(count);
  bool whole = c.before != NULL && c.after != NULL && c.time != NULL && c.path != NULL;
  int rc = whole ? cut(&c) : BP_ERR_NOMEM;
  bpi_free(c.before);
  bpi_free(c.after);
  bpi_free(c.time);
  bpi_free(c.path);
  return rc;
}

/* ------------------------------------------------------------------------- cells of stored tasks */

static rollup_cell cell_of(const task *t, rollup_kind kind) {
  rollup_cell cell = {.kind = kind, .quarter = t->quarter, .session = t->session, .n = 1};
  cell.class_ = task_class(t);
  return cell;
}

static rollup_cell task_cell(const task *t) {
  rollup_cell cell = cell_of(t, ROLLUP_TASK);
  cell.label = t->model;
  cell.class_ |= CLASS_PUT(CLASS_CATEGORY, t->category);
  cell.m[TASK_ACTIVE_US] = t->active_us;
  cell.m[TASK_PROMPTS] = t->prompts;
  cell.m[TASK_PROMPT_RETRIES] = t->prompt_retries;
  cell.m[TASK_CALLS] = t->calls;
  cell.m[TASK_LINES_KEPT] = t->lines_kept;
  return cell;
}

static int use_cells(const task *t, int (*row)(void *user, const rollup_cell *cell), void *user) {
  rollup_cell cell = cell_of(t, ROLLUP_USE);
  int64_t class_ = cell.class_;
  int rc = 0;
  for (int use = 0; use < USES && rc == 0; use++) {
    cell.class_ = class_ | CLASS_PUT(CLASS_USE, use);
    cell.m[USE_USED] = t->uses >> use & 1;
    cell.m[USE_ACTIVE_US] = cell.m[USE_USED] ? t->active_us : 0;
    rc = row(user, &cell);
  }
  return rc;
}

/* A bit per pattern: those of two digits come first, then three, then four. */
#define PATTERN_PLACES (1 << 8 | 1 << 12 | 1 << 16)
static size_t place_of(int64_t digits, int length) {
  return (size_t)digits + (length > 2 ? 1 << 8 : 0) + (length > 3 ? 1 << 12 : 0);
}

static int pattern_cells(const task *t, rollup_kind kind,
                         int (*row)(void *user, const rollup_cell *cell), void *user) {
  uint64_t seen[PATTERN_PLACES / 64 + 1] = {0};
  int most = kind == ROLLUP_TRANSITION ? 2 : PATTERN_MOST;
  rollup_cell cell = cell_of(t, kind);
  int rc = 0;
  for (size_t from = 0; from + 1 < t->path_length; from++) {
    int64_t digits = t->path[from];
    for (int n = PATTERN_LEAST; n <= most && from + (size_t)n <= t->path_length; n++) {
      digits = digits << 4 | t->path[from + (size_t)n - 1];
      size_t place = place_of(digits, n);
      if (seen[place / 64] >> place % 64 & 1) continue;
      seen[place / 64] |= UINT64_C(1) << place % 64;
      cell.label = (int64_t)n << 4 * PATTERN_MOST | digits;
      if ((rc = row(user, &cell)) != 0) return rc;
    }
  }
  return rc;
}

int bpi_task_cells(const task *t, rollup_kind kind, int (*row)(void *user, const rollup_cell *cell),
                   void *user) {
  if (kind == ROLLUP_USE) return use_cells(t, row, user);
  if (kind != ROLLUP_TASK) return pattern_cells(t, kind, row, user);
  rollup_cell cell = task_cell(t);
  return row(user, &cell);
}
