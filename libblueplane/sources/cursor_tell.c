/* sources/cursor_tell.c: assigns keys. A composer is a session; a subagent's composer belongs to
 * the one that started it. A prompt and the assistant's answers share the identifier of a request,
 * which hooks report, too; in early versions without one each bubble is a request of its own. The
 * editor reports a generation a second time, per workspace and without its composer; that row loses
 * against one that has the composer and a time. */
#include "sources/cursor_tell.h"

#include <string.h>

#include "base/mem.h"

/* --------------------------------------------------------------------------------- rows and names */

static void put(cursor_teller *t, const record *r) {
  if (t->failed == BP_OK) t->failed = t->sink->put(t->sink->self, r);
}

void bpi_cursor_enter_row(cursor_teller *t, source_input *in, int64_t row) {
  t->row = row;
  t->nth = (int64_t)++in->records;
}

/* Rows are numbered per table, so the position is the index among all rows. */
void bpi_cursor_reject(cursor_teller *t, int reason) {
  t->sink->reject(t->sink->self, reason, (uint64_t)t->row, t->nth);
}

void bpi_cursor_drop(cursor_teller *t, unsigned count) {
  for (; count > 0; count--)
    t->sink->drop(t->sink->self);
}

static record new_record(record_kind kind, ident session, int64_t time) {
  record r;
  memset(&r, 0, sizeof r);
  r.kind = kind;
  r.session = session;
  r.time = time;
  return r;
}

static ident ident_of(cursor_teller *t, ident_kind kind, const id_text *id) {
  return bpi_memo_ident(&t->names, kind, id->at, id->length);
}

static uint32_t label(cursor_teller *t, label_kind kind, const name_text *text) {
  return bpi_memo_label(&t->names, kind, text->at, text->length).label;
}

/* The key of something within a session; for a tool call the same as hooks use. */
static ident key_in(cursor_teller *t, ident_kind kind, ident session, const id_text *id,
                    int64_t number) {
  composite key;
  bpi_composite_start(&key);
  bpi_composite_ident(&key, session);
  bpi_composite_number(&key, number);
  if (id != NULL) bpi_composite_bytes(&key, id->at, id->length);
  return bpi_memo_ident(&t->names, kind, (const char *)key.bytes, key.length);
}

static void put_event(cursor_teller *t, int event, ident key, ident session, int64_t time,
                      unsigned flags) {
  record r = new_record(RECORD_EVENT, session, time);
  r.key = key;
  r.flags = flags;
  r.u.event = (event_record){.event = event, .detail = DETAIL_NONE, .value = -1};
  put(t, &r);
}

static void put_session(cursor_teller *t, ident session, int64_t time, uint32_t workspace,
                        uint32_t entrypoint) {
  record r = new_record(RECORD_SESSION, session, time);
  r.u.session_row =
      (session_record){.platform = bpi_memo_label(&t->names, LABEL_PLATFORM, "cursor", 6).label,
                       .workspace = workspace,
                       .entrypoint = entrypoint};
  put(t, &r);
}

static int64_t earlier(int64_t a, int64_t b) {
  if (a == BPI_TIME_NONE || b == BPI_TIME_NONE) return a == BPI_TIME_NONE ? b : a;
  return a < b ? a : b;
}

/* --------------------------------------------------------------------------------------- requests */

/* The request with this identifier, created for the current composer if it is new; NULL when out of
 * memory. */
static generation *generation_of(cursor_teller *t, const id_text *id) {
  void *items = t->generation;
  size_t before = t->generations.count;
  int64_t number = bpi_ident_set_put(&t->generations, ident_of(t, IDENT_RESPONSE, id), &items,
                                     &t->generation_capacity, sizeof *t->generation);
  t->generation = items;
  if (number < 0) {
    t->failed = BP_ERR_NOMEM;
    return NULL;
  }
  generation *g = &t->generation[number];
  if (t->generations.count > before)
    *g = (generation){.event = ident_of(t, IDENT_EVENT, id),
                      .composer = t->composer,
                      .session = t->session,
                      .flags = t->flags,
                      .asked = BPI_TIME_NONE,
                      .time = BPI_TIME_NONE,
                      .input = -1,
                      .output = -1};
  return g;
}

/* Several bubbles may report tokens of one request; the greatest count is used. */
static void add_to_generation(cursor_teller *t, const cursor_bubble *b) {
  generation *g = generation_of(t, b->generation.length > 0 ? &b->generation : &b->id);
  if (g == NULL) return;
  if (b->output > g->output || (b->output == g->output && b->input > g->input)) {
    g->input = b->input;
    g->output = b->output;
  }
  bool answer = b->type == BUBBLE_ASSISTANT;
  int64_t *time = answer ? &g->time : &g->asked;
  *time = earlier(*time, b->time);
  g->answered |= answer;
  if (g->model == 0) g->model = label(t, LABEL_MODEL, &b->model);
}

/* If no bubble names a model, the composer's setting is used. */
static void put_response(cursor_teller *t, ident key, const generation *g) {
  int64_t composer = g->model == 0 ? bpi_ident_set_find(&t->composers, g->composer) : -1;
  bool told = g->input >= 0 || g->output >= 0;
  record r = new_record(RECORD_RESPONSE, g->session, g->time);
  r.key = key;
  r.flags = g->flags;
  r.u.response = (response_record){.model = composer >= 0 ? t->known[composer].model : g->model,
                                   .input = g->input,
                                   .output = g->output,
                                   .cache_read = -1,
                                   .cache_write_5m = -1,
                                   .cache_write_1h = -1,
                                   .reasoning = -1,
                                   .web_searches = -1,
                                   .cost_nano = -1,
                                   .stop = told ? STOP_END : STOP_NONE};
  put(t, &r);
}

static void put_generation(cursor_teller *t, ident key, const generation *g) {
  int64_t time = earlier(g->asked, g->time);
  if (g->answered) put_response(t, key, g);
  put_event(t, EVENT_GENERATION, g->event, g->session, time,
            g->flags | (time != BPI_TIME_NONE ? 0 : RECORD_FORKED | RECORD_SIDECHAIN));
}

/* --------------------------------------------------------------------------------------- bubbles */

static void put_prompt(cursor_teller *t, const cursor_bubble *b) {
  record r = new_record(RECORD_PROMPT, t->session, b->time);
  r.key = ident_of(t, IDENT_PROMPT, b->generation.length > 0 ? &b->generation : &b->id);
  r.u.prompt = (prompt_record){b->characters, b->features, MODE_UNKNOWN};
  put(t, &r);
}

static void put_tool(cursor_teller *t, const cursor_bubble *b) {
  const cursor_tool *c = &b->tool;
  name tool = bpi_memo_label(&t->names, LABEL_TOOL, c->name.at, c->name.length);
  name file = bpi_memo_label(&t->names, LABEL_FILE, c->file.at, c->file.length);
  int category = c->mcp ? CATEGORY_MCP : (int)tool.number;
  record r = new_record(RECORD_TOOL_USE, t->session, b->time);
  r.key = key_in(t, IDENT_TOOL, t->composer, c->call.length > 0 ? &c->call : &b->id, 0);
  r.flags = t->flags;
  r.u.use = (tool_use_record){.tool = tool.label,
                              .file = file.label,
                              .category = category,
                              .program = category == CATEGORY_COMMAND ? c->program : PROGRAM_NONE,
                              .language = (int)file.number,
                              .added = -1,
                              .removed = -1};
  put(t, &r);
  if (c->outcome == OUTCOME_UNKNOWN) return;
  r.kind = RECORD_TOOL_RESULT;
  r.time = BPI_TIME_NONE; /* the end time is unknown */
  memset(&r.u, 0, sizeof r.u);
  r.u.result = (tool_result_record){.outcome = c->outcome,
                                    .failure = c->failure,
                                    .added = c->added,
                                    .removed = c->removed,
                                    .duration_us = -1,
                                    .file = file.label,
                                    .language = (int)file.number};
  put(t, &r);
}

int bpi_cursor_tell_bubble(cursor_teller *t, const cursor_bubble *b) {
  if (b->type == BUBBLE_OTHER || b->id.length == 0) return REJECT_FIELD;
  bpi_cursor_drop(t, b->dropped);
  if (b->type == BUBBLE_USER && t->flags == 0)
    put_prompt(t, b); /* a subagent's prompts are written by a model */
  if (b->tool.there) put_tool(t, b);
  bool answer = b->type == BUBBLE_ASSISTANT && (b->plain || b->input >= 0 || b->output >= 0);
  if (answer || b->generation.length > 0) add_to_generation(t, b);
  return 0;
}

/* ------------------------------------------------------------------------------------- composers */

static void enter(cursor_teller *t, ident composer) {
  int64_t number = bpi_ident_set_find(&t->composers, composer);
  bool child = number >= 0 && !bpi_ident_absent(t->known[number].root);
  t->composer = composer;
  t->session = child ? t->known[number].root : composer;
  t->flags = child ? RECORD_SUBAGENT : 0;
}

void bpi_cursor_enter(cursor_teller *t, const id_text *composer) {
  enter(t, ident_of(t, IDENT_SESSION, composer));
}

/* The totals of a composer are used only if no edit in it reports lines. */
static void put_span(cursor_teller *t, const cursor_composer *composer) {
  if (composer->added < 0 && composer->removed < 0) return;
  record r = new_record(RECORD_SPAN, t->session, composer->created);
  r.tier = TIER_TOTAL;
  r.key = ident_of(t, IDENT_SPAN, &composer->id);
  r.u.span = (span_record){composer->added, composer->removed, -1};
  put(t, &r);
}

/* The first of several rows of a composer that names a model or a parent is used: databases are
 * always read completely, so the order is stable. */
static void remember(cursor_teller *t, ident own, const cursor_composer *composer) {
  void *items = t->known;
  size_t before = t->composers.count;
  int64_t number =
      bpi_ident_set_put(&t->composers, own, &items, &t->known_capacity, sizeof *t->known);
  t->known = items;
  if (number < 0) {
    t->failed = BP_ERR_NOMEM;
    return;
  }
  composer_known *known = &t->known[number];
  if ((size_t)number == before) *known = (composer_known){0};
  if (known->model == 0) known->model = label(t, LABEL_MODEL, &composer->model);
  if (bpi_ident_absent(known->root) && composer->parent.length > 0)
    known->root = ident_of(t, IDENT_SESSION, &composer->parent);
}

/* A draft is not a session. The list of a workspace contains only heads, and one that was never
 * changed again is a draft. */
void bpi_cursor_tell_composer(cursor_teller *t, const cursor_composer *composer) {
  ident own = ident_of(t, IDENT_SESSION, &composer->id);
  bpi_cursor_drop(t, composer->dropped);
  remember(t, own, composer);
  enter(t, own);
  if (!composer->bubbles && !composer->touched) return;
  if (t->flags != 0) {
    put_event(t, EVENT_SUBAGENT, ident_of(t, IDENT_EVENT, &composer->id), t->session,
              composer->created, t->flags);
    return;
  }
  uint32_t workspace = label(t, LABEL_WORKSPACE, &composer->workspace);
  put_session(t, t->session, composer->created, t->workspace != 0 ? t->workspace : workspace,
              label(t, LABEL_ENTRYPOINT, &composer->mode));
  if (!composer->bubbles) return;
  put_event(t, EVENT_COMPOSER, ident_of(t, IDENT_EVENT, &composer->id), t->session,
            composer->created, 0);
  put_span(t, composer);
}

/* In early versions a block has no identifier but its index in the list of its file. */
void bpi_cursor_tell_block(cursor_teller *t, const cursor_block *b) {
  bpi_cursor_drop(t, b->dropped);
  if (b->outcome == OUTCOME_UNKNOWN) return;
  record r = new_record(RECORD_DECISION, t->session, b->time);
  if (b->id.length > 0) {
    r.key = key_in(t, IDENT_DECISION, t->composer, &b->id, 0);
  } else {
    ident file = t->sink->identify(t->sink->self, IDENT_ORIGIN, b->uri.at, b->uri.length);
    composite key;
    bpi_composite_start(&key);
    bpi_composite_ident(&key, file);
    bpi_composite_ident(&key, t->composer);
    bpi_composite_number(&key, b->number);
    r.key = bpi_memo_ident(&t->names, IDENT_DECISION, (const char *)key.bytes, key.length);
  }
  r.u.decision = (decision_record){DECISION_EDIT, b->outcome, b->language, -1};
  put(t, &r);
}

/* ------------------------------------------------------------------------------------- the storage */

ident bpi_cursor_place(cursor_teller *t, const char *folder, size_t length,
                       const id_text *machine) {
  static const char kind[] = "cursor storage";
  composite key;
  bpi_composite_start(&key);
  bpi_composite_bytes(&key, kind, sizeof kind - 1);
  bpi_composite_bytes(&key, folder, length < IDENT_RAW_MAX ? length : IDENT_RAW_MAX);
  bpi_composite_bytes(&key, machine->at, machine->length);
  return bpi_memo_ident(&t->names, IDENT_SESSION, (const char *)key.bytes, key.length);
}

uint32_t bpi_cursor_workspace(cursor_teller *t, const name_text *path) {
  return label(t, LABEL_WORKSPACE, path);
}

void bpi_cursor_enter_place(cursor_teller *t, ident place, uint32_t workspace) {
  t->place_told &= bpi_ident_compare(t->place, place) == 0;
  t->place = place;
  t->workspace = workspace;
}

static void tell_place(cursor_teller *t) {
  if (!t->place_told) put_session(t, t->place, BPI_TIME_NONE, t->workspace, 0);
  t->place_told = true;
}

void bpi_cursor_tell_generation(cursor_teller *t, const cursor_generation *g) {
  tell_place(t);
  put_event(t, EVENT_GENERATION, ident_of(t, IDENT_EVENT, &g->id), t->place, g->time,
            t->kept ? RECORD_FORKED | RECORD_SIDECHAIN : RECORD_SIDECHAIN);
}

static void put_lines(cursor_teller *t, const cursor_day *d, int event, int detail, int64_t lines) {
  if (lines < 0) return;
  record r = new_record(RECORD_EVENT, t->place, d->time);
  r.key = key_in(t, IDENT_EVENT, t->place, NULL, d->time + INT64_C(32) * event + detail);
  r.u.event = (event_record){.event = event, .detail = detail, .value = lines};
  put(t, &r);
}

void bpi_cursor_tell_day(cursor_teller *t, const cursor_day *d) {
  tell_place(t);
  put_lines(t, d, EVENT_LINES_SUGGESTED, DETAIL_COMPLETION, d->tab_suggested);
  put_lines(t, d, EVENT_LINES_ACCEPTED, DETAIL_COMPLETION, d->tab_accepted);
  put_lines(t, d, EVENT_LINES_SUGGESTED, DETAIL_EDIT, d->composer_suggested);
  put_lines(t, d, EVENT_LINES_ACCEPTED, DETAIL_EDIT, d->composer_accepted);
}

void bpi_cursor_tell_line(cursor_teller *t, const id_text *request, const name_text *model,
                          int64_t time) {
  generation *g = generation_of(t, request);
  if (g == NULL) return;
  g->answered = true;
  g->time = earlier(g->time, time);
  if (g->model == 0) g->model = label(t, LABEL_MODEL, model);
}

/* A source that saw the commit being made knows more about it. */
void bpi_cursor_tell_commit(cursor_teller *t, const id_text *hash, int64_t time,
                            const change_record *change) {
  tell_place(t);
  record r = new_record(RECORD_CHANGE, t->place, time);
  r.key = bpi_memo_commit(&t->names, hash->at, hash->length);
  r.flags = RECORD_SIDECHAIN;
  r.u.change = *change;
  put(t, &r);
}

/* ------------------------------------------------------------------------------------- a reading */

void bpi_cursor_start(cursor_teller *t, record_sink *sink) {
  t->sink = t->names.sink = sink;
}

void bpi_cursor_end(cursor_teller *t) {
  for (size_t i = 0; i < t->generations.count; i++)
    put_generation(t, t->generations.of[i], &t->generation[i]);
}

void bpi_cursor_free(cursor_teller *t) {
  bpi_ident_set_free(&t->composers);
  bpi_ident_set_free(&t->generations);
  bpi_free(t->known);
  bpi_free(t->generation);
}
