/* store/facts.c: merging and counting, kind by kind. Each merge uses a total order over the rows
 * alone, so every order of arrival gives the same fact. */
#include "store/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define NAME(name, role) #name,
#define ROLE(name, role) #role
#define TYPE(kind, table, COLUMNS)                                                                 \
  [kind] = {table, sizeof((const char *[]){COLUMNS(NAME)}) / sizeof(char *),                       \
            (const char *const[]){COLUMNS(NAME)}, COLUMNS(ROLE)}

const fact_type bpi_fact_types[FACT_KINDS] = {
    TYPE(FACT_PROMPT, "prompt", PROMPT_COLUMNS),
    TYPE(FACT_RESPONSE, "response", RESPONSE_COLUMNS),
    TYPE(FACT_TOOL_CALL, "tool_call", TOOL_CALL_COLUMNS),
    TYPE(FACT_DECISION, "decision", DECISION_COLUMNS),
    TYPE(FACT_SPAN, "span", SPAN_COLUMNS),
    TYPE(FACT_EVENT, "event", EVENT_COLUMNS),
    TYPE(FACT_CHANGE, "change", CHANGE_COLUMNS),
};

int64_t bpi_quarter_of(int64_t time_us) {
  return time_us == BPI_TIME_NONE || time_us < 0 ? QUARTER_UNDATED : time_us / BPI_QUARTER;
}

/* ------------------------------------------------------------------------------ from records */

static int64_t low_bits(uint64_t value, int bits) {
  return (int64_t)(value & ((UINT64_C(1) << bits) - 1));
}

static int64_t known(int64_t value) {
  return value < 0 ? FACT_NONE : value;
}

static int64_t traits_of(const response_record *r) {
  return CLASS_PUT(TRAIT_STOP, r->stop) | CLASS_PUT(TRAIT_SPEED, r->speed) |
         CLASS_PUT(TRAIT_TIER, r->tier) | CLASS_PUT(TRAIT_GEO, r->geo) |
         CLASS_PUT(TRAIT_PLACEHOLDER, r->placeholder) |
         CLASS_PUT(TRAIT_FINISHED, r->stop != STOP_NONE);
}

/* An undated row has no owner time: FACT_NONE keeps the two apart if a dated row joins later. */
static void response_from(response_fact *f, const response_record *r) {
  f->owner_after_us = f->time_us == BPI_TIME_NONE ? FACT_NONE : 0;
  f->request = low_bits(r->request.hi, REQUEST_BITS);
  f->model = r->model;
  f->input = known(r->input);
  f->output = known(r->output);
  f->cache_read = known(r->cache_read);
  f->cache_write_5m = known(r->cache_write_5m);
  f->cache_write_1h = known(r->cache_write_1h);
  f->reasoning = known(r->reasoning);
  f->web_searches = known(r->web_searches);
  f->cost_nano = known(r->cost_nano);
  f->traits = traits_of(r) | CLASS_PUT(TRAIT_TOLD, CLASS_GET(f->flags, FLAG_TIER));
}

static void use_from(tool_call_fact *f, const tool_use_record *r) {
  f->flags |= FACT_USE | (r->background ? FACT_BACKGROUND : 0);
  f->tool = r->tool;
  f->category = r->category;
  f->program = r->program;
  f->language = r->language;
  f->file = r->file;
  f->input_added = known(r->added);
  f->input_removed = known(r->removed);
  f->result_us = f->duration_us = f->added = f->removed = FACT_NONE;
}

static void result_from(tool_call_fact *f, const tool_result_record *r) {
  /* only the use decides who owns the call */
  f->flags = FACT_RESULT | CLASS_PUT(FLAG_RESULT_TIER, CLASS_GET(f->flags, FLAG_TIER));
  f->result_us = f->time_us;
  f->time_us = FACT_NONE;
  f->input_added = f->input_removed = FACT_NONE;
  f->outcome = r->outcome;
  f->failure = r->failure;
  f->duration_us = known(r->duration_us);
  f->added = known(r->added);
  f->removed = known(r->removed);
  f->result_file = r->file;
  f->result_language = r->language;
}

static void prompt_from(prompt_fact *f, const prompt_record *r) {
  f->characters = known(r->characters);
  f->features = r->features;
  f->mode = r->mode;
}

static void decision_from(decision_fact *f, const decision_record *r) {
  f->decision = r->decision;
  f->outcome = r->outcome;
  f->language = r->language;
  f->lines = known(r->lines);
}

static void span_from(span_fact *f, const span_record *r) {
  f->added = known(r->added);
  f->removed = known(r->removed);
  f->files = known(r->files);
}

static void event_from(event_fact *f, const event_record *r) {
  f->event = r->event;
  f->detail = r->detail;
  f->command = r->command;
  f->value = known(r->value);
}

static void change_from(change_fact *f, const change_record *r) {
  f->change = r->change;
  f->type = r->type;
  f->assisted = known(r->assisted);
  f->added = known(r->added);
  f->removed = known(r->removed);
  f->files = known(r->files);
  f->rounds = known(r->rounds);
  f->open_us = known(r->open_us);
}

bool bpi_fact_from_record(int64_t *fact, fact_kind *kind, const record *r, int64_t session) {
  if ((r->flags & RECORD_NOISE) && r->kind != RECORD_RESPONSE) return false;
  memset(fact, 0, FACT_WORDS_MAX * sizeof *fact);
  fact_head *head = (fact_head *)(void *)fact;
  head->k1 = low_bits(r->key.hi, FACT_NUMBER_BITS);
  head->k2 = (int64_t)r->key.lo;
  head->time_us = r->time;
  head->session = session;
  head->flags = (r->flags & (RECORD_SUBAGENT | RECORD_SIDECHAIN | RECORD_FORKED)) |
                CLASS_PUT(FLAG_TIER, r->tier);
  void *f = fact;
  switch (r->kind) {
  case RECORD_PROMPT:
    prompt_from(f, &r->u.prompt);
    *kind = FACT_PROMPT;
    return true;
  case RECORD_RESPONSE:
    response_from(f, &r->u.response);
    *kind = FACT_RESPONSE;
    return true;
  case RECORD_TOOL_USE:
    use_from(f, &r->u.use);
    *kind = FACT_TOOL_CALL;
    return true;
  case RECORD_TOOL_RESULT:
    result_from(f, &r->u.result);
    *kind = FACT_TOOL_CALL;
    return true;
  case RECORD_DECISION:
    decision_from(f, &r->u.decision);
    *kind = FACT_DECISION;
    return true;
  case RECORD_SPAN:
    span_from(f, &r->u.span);
    *kind = FACT_SPAN;
    return true;
  case RECORD_EVENT:
    event_from(f, &r->u.event);
    *kind = FACT_EVENT;
    return true;
  case RECORD_CHANGE:
    change_from(f, &r->u.change);
    *kind = FACT_CHANGE;
    return true;
  case RECORD_SESSION:
  case RECORD_KINDS: break;
  }
  return false;
}

/* ----------------------------------------------------------------------------------- merging */

static int compare(int64_t a, int64_t b) {
  return a < b ? -1 : a > b;
}

/* Earlier first, unknown last. */
static int compare_time(int64_t a, int64_t b) {
  if (a == b) return 0;
  if (a == BPI_TIME_NONE) return 1;
  if (b == BPI_TIME_NONE) return -1;
  return compare(a, b);
}

/* Rows of a better tier come first, then originals before copies, then the main thread before side
 * chains. */
static int64_t owner_rank(int64_t flags) {
  return CLASS_GET(flags, FLAG_TIER) * 4 + (flags & RECORD_FORKED ? 2 : 0) +
         (flags & RECORD_SIDECHAIN ? 1 : 0);
}

static int compare_session(int64_t a, int64_t b, const fact_names *names) {
  return a == b ? 0
                : bpi_ident_compare(names->session(names->user, a), names->session(names->user, b));
}

static int compare_label(int64_t a, int64_t b, const fact_names *names) {
  return a == b ? 0 : bpi_ident_compare(names->label(names->user, a), names->label(names->user, b));
}

/* Which of two rows owns the fact; negative: the first. */
static int compare_owner(int64_t flags_a, int64_t time_a, int64_t session_a, int64_t flags_b,
                         int64_t time_b, int64_t session_b, const fact_names *names) {
  int order = compare(owner_rank(flags_a), owner_rank(flags_b));
  if (order == 0) order = compare_time(time_a, time_b);
  if (order == 0) order = compare_session(session_a, session_b, names);
  if (order == 0) order = compare(flags_a, flags_b);
  return order;
}

/* Compares columns [from, to), greater values first if `greatest`. Two rows of one session have
 * different flags if the session's tiers differ, so the session's identifier decides here. */
static int compare_columns(fact_kind kind, const int64_t *a, const int64_t *b, int from, int to,
                           bool greatest, const fact_names *names) {
  for (int i = from; i < to; i++) {
    int64_t x = a[i + 2], y = b[i + 2];
    if (x == y) continue;
    int order = greatest ? compare(y, x) : compare(x, y);
    if (bpi_fact_types[kind].roles[i] == 'S') order = compare_session(x, y, names);
    if (bpi_fact_types[kind].roles[i] == 'L') order = compare_label(x, y, names);
    if (order != 0) return order;
  }
  return 0;
}

static int compare_all(fact_kind kind, const int64_t *a, const int64_t *b, bool greatest,
                       const fact_names *names) {
  return compare_columns(kind, a, b, 0, bpi_fact_types[kind].columns, greatest, names);
}

static bool copy_if(bool better, fact_kind kind, int64_t *fact, const int64_t *row) {
  if (!better) return false;
  size_t bytes = bpi_fact_words(kind) * sizeof *fact;
  if (memcmp(fact, row, bytes) == 0) return false;
  memcpy(fact, row, bytes);
  return true;
}

/* Prompts, decisions and events: the owner's row wins; among equal owners the greatest total of an
 * event, and the longest of a prompt that was read in part. */
static bool merge_owned(fact_kind kind, int64_t *fact, const int64_t *row,
                        const fact_names *names) {
  const fact_head *a = (const fact_head *)(const void *)row,
                  *b = (const fact_head *)(const void *)fact;
  int order =
      compare_owner(a->flags, a->time_us, a->session, b->flags, b->time_us, b->session, names);
  if (order == 0 && kind == FACT_EVENT)
    order = compare(((const event_fact *)(const void *)fact)->value,
                    ((const event_fact *)(const void *)row)->value);
  if (order == 0) order = compare_all(kind, row, fact, kind == FACT_PROMPT, names);
  return copy_if(order < 0, kind, fact, row);
}

/* The number of known columns in [from, to). */
static int64_t known_among(const int64_t *fact, int from, int to) {
  int64_t count = 0;
  for (int i = from; i < to; i++)
    count += fact[i + 2] != FACT_NONE;
  return count;
}

/* For totals that grow: the row with more known columns wins, then the one with greater values. */
static int compare_totals(fact_kind kind, const int64_t *a, const int64_t *b, int from,
                          const fact_names *names) {
  int end = bpi_fact_types[kind].columns;
  int order = compare(known_among(b, from, end), known_among(a, from, end));
  return order != 0 ? order : compare_columns(kind, a, b, from, end, true, names);
}

static bool merge_span(int64_t *fact, const int64_t *row, const fact_names *names) {
  int order = compare_totals(FACT_SPAN, row, fact, 3, names);
  if (order == 0) order = compare_all(FACT_SPAN, row, fact, false, names);
  return copy_if(order < 0, FACT_SPAN, fact, row);
}

#define CHANGE_TOTALS 6 /* first column of the totals */

/* Several sources report a change, each a part of it: a session who made it, a repository its
 * lines, a forge its review rounds. So the parts merge independently: owner, type and assistance,
 * totals. */
static bool merge_change(int64_t *fact, const int64_t *row, const fact_names *names) {
  change_fact before, other;
  memcpy(&before, fact, sizeof before);
  memcpy(&other, row, sizeof other);
  change_fact after = before;
  if (compare_owner(other.flags, other.time_us, other.session, after.flags, after.time_us,
                    after.session, names) < 0) {
    after.time_us = other.time_us;
    after.session = other.session;
    after.flags = other.flags;
  }
  if (other.change > after.change) after.change = other.change;
  if (other.type > after.type) after.type = other.type;
  /* FACT_NONE is the smallest value */
  if (other.assisted > after.assisted) after.assisted = other.assisted;
  if (compare_totals(FACT_CHANGE, row, fact, CHANGE_TOTALS, names) < 0)
    memcpy(&after.added, &other.added, sizeof after - offsetof(change_fact, added));
  if (memcmp(&before, &after, sizeof after) == 0) return false;
  memcpy(fact, &after, sizeof after);
  return true;
}

static int64_t number(int64_t value) {
  return value == FACT_NONE ? 0 : value;
}

static int64_t sum_of_classes(const response_fact *r) {
  return number(r->input) + number(r->cache_read) + number(r->cache_write_5m) +
         number(r->cache_write_1h) + number(r->output);
}

/* Which of two rows supplies the numbers of a response; negative: the first. */
static int compare_winner(const response_fact *a, const response_fact *b, const fact_names *names) {
  int order = compare(a->output == FACT_NONE, b->output == FACT_NONE); /* an unknown count loses */
  if (order == 0)
    order = compare(CLASS_GET(a->traits, TRAIT_TOLD), CLASS_GET(b->traits, TRAIT_TOLD));
  if (order == 0) order = compare(b->output, a->output);
  if (order == 0)
    order = compare(CLASS_GET(b->traits, TRAIT_STOP) != STOP_NONE,
                    CLASS_GET(a->traits, TRAIT_STOP) != STOP_NONE);
  if (order == 0) order = compare(sum_of_classes(b), sum_of_classes(a));
  /* a copy may have lost the model */
  if (order == 0) order = compare(b->model != 0, a->model != 0);
  /* input to reasoning. Web searches do not belong to the row: the greatest of all rows counts */
  if (order == 0)
    order = compare_columns(FACT_RESPONSE, (const int64_t *)(const void *)a,
                            (const int64_t *)(const void *)b, 6, 12, false, names);
  if (order == 0) order = compare(a->cost_nano, b->cost_nano);
  /* belongs to the whole response, not to the row */
  int64_t finished = CLASS_PUT(TRAIT_FINISHED, 1);
  if (order == 0) order = compare(a->traits & ~finished, b->traits & ~finished);
  if (order == 0) order = compare_label(a->model, b->model, names);
  return order;
}

static int64_t earlier(int64_t a, int64_t b) {
  return compare_time(a, b) <= 0 ? a : b;
}

static int64_t owner_time(const response_fact *r) {
  return r->owner_after_us == FACT_NONE ? BPI_TIME_NONE : r->time_us + r->owner_after_us;
}

static void set_owner_time(response_fact *f, int64_t owner) {
  bool dated = owner != BPI_TIME_NONE && f->time_us != BPI_TIME_NONE;
  f->owner_after_us = dated ? owner - f->time_us : FACT_NONE;
}

/* Each part by its own rule: the owner, the start time, whether it finished, and one whole row of
 * numbers. */
static void join_response(response_fact *fact, const response_fact *row, const fact_names *names) {
  response_fact made = compare_winner(row, fact, names) < 0 ? *row : *fact;
  int64_t owner_a = owner_time(row), owner_b = owner_time(fact);
  bool row_owns = compare_owner(row->flags, owner_a, row->session, fact->flags, owner_b,
                                fact->session, names) < 0;
  made.session = row_owns ? row->session : fact->session;
  made.flags = row_owns ? row->flags : fact->flags;
  made.time_us = earlier(row->time_us, fact->time_us);
  set_owner_time(&made, row_owns ? owner_a : owner_b);
  made.traits |= (row->traits | fact->traits) & CLASS_PUT(TRAIT_FINISHED, 1);
  made.web_searches = row->web_searches > fact->web_searches ? row->web_searches
                                                             : fact->web_searches;
  made.k1 = fact->k1;
  made.k2 = fact->k2;
  made.request = fact->request;
  *fact = made;
}

static bool merge_response(int64_t *fact, const int64_t *row, const fact_names *names) {
  response_fact before, other;
  memcpy(&before, fact, sizeof before);
  memcpy(&other, row, sizeof other);
  response_fact after = before;
  join_response(&after, &other, names);
  if (memcmp(&before, &after, sizeof after) == 0) return false;
  memcpy(fact, &after, sizeof after);
  return true;
}

/* The best tier wins, then a result that reports lines, then the earliest. */
static int compare_result(const tool_call_fact *a, const tool_call_fact *b,
                          const fact_names *names) {
  int order = compare(CLASS_GET(a->flags, FLAG_RESULT_TIER), CLASS_GET(b->flags, FLAG_RESULT_TIER));
  if (order == 0) order = compare(b->added != FACT_NONE, a->added != FACT_NONE);
  if (order == 0) order = compare_time(a->result_us, b->result_us);
  if (order == 0)
    order = compare_columns(FACT_TOOL_CALL, (const int64_t *)(const void *)a,
                            (const int64_t *)(const void *)b, 10, 18, false, names);
  return order;
}

/* The flags that belong to the result. */
#define RESULT_FLAGS (FACT_RESULT | CLASS_PUT(FLAG_RESULT_TIER, 3))

static void copy_result(tool_call_fact *f, const tool_call_fact *from) {
  f->flags = (f->flags & ~RESULT_FLAGS) | (from->flags & RESULT_FLAGS);
  f->result_us = from->result_us;
  f->outcome = from->outcome;
  f->failure = from->failure;
  f->duration_us = from->duration_us;
  f->added = from->added;
  f->removed = from->removed;
  f->result_file = from->result_file;
  f->result_language = from->result_language;
}

static void copy_use(tool_call_fact *f, const tool_call_fact *from) {
  f->time_us = from->time_us;
  f->session = from->session;
  f->tool = from->tool;
  f->category = from->category;
  f->program = from->program;
  f->language = from->language;
  f->file = from->file;
  f->input_added = from->input_added;
  f->input_removed = from->input_removed;
  f->flags = (f->flags & RESULT_FLAGS) | (from->flags & ~RESULT_FLAGS);
}

static int compare_use(const tool_call_fact *a, const tool_call_fact *b, const fact_names *names) {
  int64_t halves = FACT_USE | RESULT_FLAGS;
  int order = compare_owner(a->flags & ~halves, a->time_us, a->session, b->flags & ~halves,
                            b->time_us, b->session, names);
  if (order == 0)
    order = compare_columns(FACT_TOOL_CALL, (const int64_t *)(const void *)a,
                            (const int64_t *)(const void *)b, 3, 10, false, names);
  return order;
}

static int compare_place(const tool_call_fact *a, const tool_call_fact *b,
                         const fact_names *names) {
  int order = compare(CLASS_GET(a->flags, FLAG_RESULT_TIER), CLASS_GET(b->flags, FLAG_RESULT_TIER));
  return order != 0 ? order : compare_session(a->session, b->session, names);
}

static bool merge_tool_call(int64_t *fact, const int64_t *row, const fact_names *names) {
  tool_call_fact before, after, other;
  memcpy(&before, fact, sizeof before);
  memcpy(&other, row, sizeof other);
  after = before;
  if ((other.flags & FACT_USE) &&
      (!(after.flags & FACT_USE) || compare_use(&other, &after, names) < 0))
    copy_use(&after, &other);
  if ((other.flags & FACT_RESULT) &&
      (!(after.flags & FACT_RESULT) || compare_result(&other, &after, names) < 0))
    copy_result(&after, &other);
  /* Until the use is seen, the session comes from the result row of the best tier, on a tie the one
   * with the smallest identifier. */
  if (!(after.flags & FACT_USE) && compare_place(&other, &before, names) < 0)
    after.session = other.session;
  if (memcmp(&before, &after, sizeof after) == 0) return false;
  memcpy(fact, &after, sizeof after);
  return true;
}

bool bpi_fact_merge(fact_kind kind, int64_t *fact, const int64_t *row, const fact_names *names) {
  switch (kind) {
  case FACT_RESPONSE: return merge_response(fact, row, names);
  case FACT_TOOL_CALL: return merge_tool_call(fact, row, names);
  case FACT_SPAN: return merge_span(fact, row, names);
  case FACT_CHANGE: return merge_change(fact, row, names);
  case FACT_PROMPT:
  case FACT_DECISION:
  case FACT_EVENT:
  case FACT_KINDS: break;
  }
  return merge_owned(kind, fact, row, names);
}

/* --------------------------------------------------------------- one id, several request ids */

static int by_time(const void *a, const void *b) {
  const response_fact *x = a, *y = b;
  int order = compare_time(x->time_us, y->time_us);
  return order != 0 ? order : compare(x->request, y->request);
}

/* Whether two variants (sorted by time) are more than a day apart and differ in input. */
static bool constant_id(const response_fact *sorted, size_t n) {
  const int64_t day = 86400 * BPI_SECOND;
  size_t old = 0;     /* number of variants more than a day before the current one */
  bool mixed = false; /* their inputs differ, so one of them differs from any other */
  for (size_t i = 1; i < n && sorted[i].time_us != BPI_TIME_NONE; i++) {
    for (; sorted[i].time_us - sorted[old].time_us > day; old++)
      mixed |= sorted[old].input != sorted[0].input;
    if (old > 0 && (mixed || sorted[i].input != sorted[0].input)) return true;
  }
  return false;
}

size_t bpi_response_resolve(response_fact *out, const response_fact *variants, size_t n,
                            const fact_names *names) {
  memcpy(out, variants, n * sizeof *out);
  if (n <= 1) return n;
  qsort(out, n, sizeof *out, by_time);
  if (constant_id(out, n)) return n;
  for (size_t i = 1; i < n; i++)
    join_response(&out[0], &out[i], names);
  return 1;
}

/* ------------------------------------------------------------------------------ rollup cells */

/* The price band depends on the prompt tokens. */
static int band_of(const response_fact *r) {
  int64_t prompt = number(r->input) + number(r->cache_read) + number(r->cache_write_5m) +
                   number(r->cache_write_1h);
  return prompt > 272000 ? 3 : prompt > 200000 ? 2 : prompt > 128000 ? 1 : 0;
}

static int quality_of(const response_fact *r) {
  if (r->output == FACT_NONE && r->input == FACT_NONE) return QUALITY_UNKNOWN;
  if (CLASS_GET(r->traits, TRAIT_FINISHED)) return QUALITY_FINAL;
  return CLASS_GET(r->traits, TRAIT_PLACEHOLDER) ? QUALITY_PLACEHOLDER : QUALITY_PARTIAL;
}

static int64_t subagent_of(int64_t flags) {
  return (flags & RECORD_SUBAGENT) != 0;
}

static void response_cells(const response_fact *r, rollup_cell *c) {
  c->kind = ROLLUP_RESPONSE;
  c->label = r->model;
  c->class_ = CLASS_PUT(CLASS_SUBAGENT, subagent_of(r->flags)) |
              CLASS_PUT(CLASS_QUALITY, quality_of(r)) | CLASS_PUT(CLASS_BAND, band_of(r)) |
              CLASS_PUT(CLASS_SPEED, CLASS_GET(r->traits, TRAIT_SPEED)) |
              CLASS_PUT(CLASS_TIER, CLASS_GET(r->traits, TRAIT_TIER)) |
              CLASS_PUT(CLASS_GEO, CLASS_GET(r->traits, TRAIT_GEO)) |
              CLASS_PUT(CLASS_UNTOLD, r->input == FACT_NONE && r->output != FACT_NONE);
  c->m[RESPONSE_INPUT] = number(r->input);
  c->m[RESPONSE_OUTPUT] = number(r->output);
  c->m[RESPONSE_CACHE_READ] = number(r->cache_read);
  c->m[RESPONSE_CACHE_WRITE_5M] = number(r->cache_write_5m);
  c->m[RESPONSE_CACHE_WRITE_1H] = number(r->cache_write_1h);
  c->m[RESPONSE_REASONING] = number(r->reasoning);
  c->m[RESPONSE_WEB_SEARCHES] = number(r->web_searches);
  c->m[RESPONSE_COST_NANO] = number(r->cost_nano);
  c->m[RESPONSE_COSTED] = r->cost_nano != FACT_NONE;
}

static bool both_known(int64_t a, int64_t b) {
  return a != FACT_NONE && b != FACT_NONE;
}

/* Lines come from the result, otherwise from the input; only if the edit is known to have been
 * applied. */
bool bpi_call_lines(const tool_call_fact *t, int64_t *added, int64_t *removed) {
  if (t->outcome != OUTCOME_OK) return false;
  bool told = t->added != FACT_NONE;
  int64_t plus = told ? t->added : t->input_added, minus = told ? t->removed : t->input_removed;
  if (plus == FACT_NONE && minus == FACT_NONE) return false;
  *added = number(plus);
  *removed = number(minus);
  return true;
}

static int64_t duration_of(const tool_call_fact *t) {
  if (t->duration_us != FACT_NONE) return t->duration_us;
  if (!both_known(t->time_us, t->result_us) || t->result_us < t->time_us) return FACT_NONE;
  return t->result_us - t->time_us;
}

static void tool_cells(const tool_call_fact *t, rollup_cell *c, int64_t sign, cell_fn add,
                       void *user) {
  int64_t added = 0, removed = 0, duration = duration_of(t);
  bool edit = bpi_call_lines(t, &added, &removed);
  c->kind = ROLLUP_TOOL;
  c->label = t->tool;
  c->class_ = CLASS_PUT(CLASS_SUBAGENT, subagent_of(t->flags)) |
              CLASS_PUT(CLASS_OUTCOME, t->outcome) | CLASS_PUT(CLASS_CATEGORY, t->category) |
              CLASS_PUT(CLASS_PROGRAM, t->program) | CLASS_PUT(CLASS_FAILURE, t->failure);
  c->m[TOOL_DURATION_US] = sign * number(duration);
  c->m[TOOL_TIMED] = sign * (duration != FACT_NONE);
  c->m[TOOL_ADDED] = sign * added;
  c->m[TOOL_REMOVED] = sign * removed;
  c->m[TOOL_EDITS] = sign * edit;
  add(user, c);
  if (!edit) return;
  memset(c->m, 0, sizeof c->m);
  c->kind = ROLLUP_EDIT;
  c->label = t->file != 0 ? t->file : t->result_file;
  int64_t language = t->language != LANGUAGE_UNKNOWN ? t->language : t->result_language;
  c->class_ = CLASS_PUT(CLASS_SUBAGENT, subagent_of(t->flags)) |
              CLASS_PUT(CLASS_LANGUAGE, language);
  c->m[EDIT_ADDED] = sign * added;
  c->m[EDIT_REMOVED] = sign * removed;
  add(user, c);
}

static void prompt_cells(const prompt_fact *p, rollup_cell *c) {
  int size = p->characters == FACT_NONE ? SIZE_UNKNOWN : bpi_prompt_size(p->characters);
  c->kind = ROLLUP_PROMPT;
  c->class_ = CLASS_PUT(CLASS_SIZE, size) | CLASS_PUT(CLASS_FEATURES, p->features) |
              CLASS_PUT(CLASS_MODE, p->mode);
}

static void decision_cells(const decision_fact *d, rollup_cell *c) {
  c->kind = ROLLUP_DECISION;
  c->class_ = CLASS_PUT(CLASS_OUTCOME, d->outcome) | CLASS_PUT(CLASS_LANGUAGE, d->language) |
              CLASS_PUT(CLASS_DECISION, d->decision);
  c->m[DECISION_LINES] = number(d->lines);
}

static void span_cells(const span_fact *s, rollup_cell *c) {
  c->kind = ROLLUP_SPAN;
  c->m[SPAN_ADDED] = number(s->added);
  c->m[SPAN_REMOVED] = number(s->removed);
  c->m[SPAN_FILES] = number(s->files);
}

static void event_cells(const event_fact *e, rollup_cell *c) {
  c->kind = ROLLUP_EVENT;
  c->label = e->command;
  c->class_ = CLASS_PUT(CLASS_EVENT, e->event) | CLASS_PUT(CLASS_DETAIL, e->detail);
  c->m[EVENT_VALUE] = number(e->value);
  c->m[EVENT_VALUED] = e->value != FACT_NONE;
}

static void change_cells(const change_fact *g, rollup_cell *c) {
  c->kind = ROLLUP_CHANGE;
  c->class_ = CLASS_PUT(CLASS_CHANGE, g->change) | CLASS_PUT(CLASS_CHANGE_TYPE, g->type) |
              CLASS_PUT(CLASS_ASSISTED, g->assisted == FACT_NONE ? ASSISTED_UNKNOWN
                                        : g->assisted            ? ASSISTED_YES
                                                                 : ASSISTED_NO);
  c->m[CHANGE_ADDED] = number(g->added);
  c->m[CHANGE_REMOVED] = number(g->removed);
  c->m[CHANGE_FILES] = number(g->files);
  c->m[CHANGE_ROUNDS] = number(g->rounds);
  c->m[CHANGE_ROUNDED] = g->rounds != FACT_NONE;
  c->m[CHANGE_OPEN_US] = number(g->open_us);
  c->m[CHANGE_OPENED] = g->open_us != FACT_NONE;
}

bool bpi_is_call(const tool_call_fact *t) {
  return (t->flags & FACT_USE) && t->outcome != OUTCOME_IGNORED;
}

void bpi_fact_cells(fact_kind kind, const int64_t *fact, int64_t sign, cell_fn add, void *user) {
  const fact_head *head = (const fact_head *)(const void *)fact;
  const void *f = fact;
  rollup_cell c = {0};
  c.quarter = bpi_quarter_of(head->time_us);
  c.session = head->session;
  c.n = sign;
  switch (kind) {
  case FACT_TOOL_CALL:
    if (bpi_is_call(f)) tool_cells(f, &c, sign, add, user);
    return;
  case FACT_PROMPT: prompt_cells(f, &c); break;
  case FACT_RESPONSE: response_cells(f, &c); break;
  case FACT_DECISION: decision_cells(f, &c); break;
  case FACT_SPAN: span_cells(f, &c); break;
  case FACT_EVENT: event_cells(f, &c); break;
  case FACT_CHANGE: change_cells(f, &c); break;
  case FACT_KINDS: return;
  }
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    c.m[i] *= sign;
  add(user, &c);
}

/* Edits are part of reported calls; a span's lines sum up the edits of a session; tasks and their
 * cells start at prompts. */
unsigned bpi_shadowed_by(unsigned told) {
  static const unsigned tasks = 1u << ROLLUP_ATTEMPT | 1u << ROLLUP_TASK_COST | 1u << ROLLUP_TASK |
                                1u << ROLLUP_USE | 1u << ROLLUP_PATTERN | 1u << ROLLUP_TRANSITION;
  unsigned kinds = told & ~(1u << ROLLUP_EDIT | tasks);
  if (told & 1u << ROLLUP_TOOL) kinds |= 1u << ROLLUP_EDIT;
  if (told & 1u << ROLLUP_PROMPT) kinds |= tasks;
  if (told & 1u << ROLLUP_EDIT) kinds |= 1u << ROLLUP_SPAN;
  return kinds;
}

/* Lines of a whole day, dated at noon. */
static bool is_day_sum(const event_fact *e) {
  return e->event == EVENT_LINES_SUGGESTED || e->event == EVENT_LINES_ACCEPTED;
}

int bpi_fact_moments(fact_kind kind, const int64_t *fact, int64_t out[2]) {
  const fact_head *head = (const fact_head *)(const void *)fact;
  int count = 0;
  /* reported later, no activity at that time */
  if (kind == FACT_SPAN || kind == FACT_CHANGE) return 0;
  if (kind == FACT_EVENT && is_day_sum((const void *)fact)) return 0;
  if (kind == FACT_TOOL_CALL && !bpi_is_call((const void *)fact)) return 0;
  if (head->time_us != BPI_TIME_NONE) out[count++] = head->time_us;
  if (kind == FACT_TOOL_CALL) {
    const tool_call_fact *t = (const void *)fact;
    if ((t->flags & FACT_RESULT) && t->result_us != BPI_TIME_NONE) out[count++] = t->result_us;
  }
  return count;
}
