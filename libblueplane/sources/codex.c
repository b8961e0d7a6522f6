/* sources/codex.c: rollouts of the Codex clients, one JSON object per line in
 * sessions/YYYY/MM/DD/rollout-*.jsonl and archived_sessions/. Knows how lines relate: turns,
 * cumulative counters, calls and their ends, histories copied into new files. codex_line.h knows
 * single lines.
 *
 * Keys. A fork or a subagent has a file of its own that may begin with a copy of its parent's
 * lines, rewritten with the time of the copy. So a key never contains a file, an offset or a time,
 * only what a copy preserves: the identifier of the turn and, within the turn, the cumulative
 * counters (responses), the call's identifier (tools) or the index among records of the same kind
 * (prompts, events). Original and copy thus get the same key whichever is read first, and equal
 * numbers in different turns stay apart. In files of clients whose turns had no identifiers, the
 * session at the root of the copied history replaces the turn. A row is marked as a copy if its
 * turn is older than the session of the file.
 *
 * A line means little without those before it, so a file that grew is read from its start. What is
 * reported for a line depends only on the lines up to it. */
#include "sources/source.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sources/codex_line.h"
#include "sources/codex_tool.h"

#define PLAIN ".jsonl"
#define PACKED ".zst"

/* A tool call that may still end. */
typedef struct open_call {
  uint64_t hash; /* of the raw identifier */
  ident key;
  unsigned turn;
  bool used, ended; /* the slot is in use; an end was reported */
  bool told;        /* `ending` holds what an event reported before the output */
  codex_ending ending;
  uint32_t file;
  int language;
} open_call;
#define OPEN_CALLS 256

/* Counters within a turn that distinguish records of the same kind. */
enum {
  NTH_PROMPT,
  NTH_PROMPT_ITEM,
  NTH_COMPACTED,
  NTH_CONTEXT_COMPACTED,
  NTH_ABORT,
  NTH_ERROR,
  NTH_RETRY,
  NTH_END,
  NTH_SEARCH_CALL,
  NTH_SEARCH_END,
  NTH_KINDS
};

typedef struct codex {
  source_input *in;
  codex_line line;
  names names;
  /* the session */
  bool named;                 /* by a session_meta, otherwise perhaps by the file's name */
  bool announced;             /* a session record was reported */
  id_text id, root;           /* root: where the copied history began, if the file says so */
  int64_t born_ms;            /* -1: unknown */
  ident session, origin;      /* the session of the file's own rows, and of copied rows */
  unsigned flags, copy_flags; /* flags of the file's own rows, and of copied rows */
  name_text cwd;
  /* the turn */
  id_text turn;
  unsigned turn_number;
  bool copied; /* its rows are copies */
  ident scope; /* part of keys: the turn, otherwise the root */
  unsigned nth[NTH_KINDS];
  uint32_t model;
  int mode;
  /* the counters */
  bool counted;
  int64_t counters[USAGE_FIELDS];
  /* the calls */
  unsigned next_call;
  open_call calls[OPEN_CALLS];
} codex;

/* ----------------------------------------------------------------------------- rows and keys */

static bool same_id(const id_text *a, const id_text *b) {
  return a->length == b->length && memcmp(a->at, b->at, a->length) == 0;
}

static void copy_id(id_text *to, const id_text *from) {
  to->length = from->length;
  memcpy(to->at, from->at, from->length);
}

static ident ident_of(codex *c, ident_kind kind, const id_text *id) {
  return bpi_memo_ident(&c->names, kind, id->at, id->length);
}

static void start_row(const codex *c, record *r, record_kind kind) {
  memset(r, 0, sizeof *r);
  r->kind = kind;
  r->time = c->line.time;
  r->session = c->copied ? c->origin : c->session;
  r->flags = c->copied ? c->copy_flags : c->flags;
}

static int put(const codex *c, const record *r) {
  return c->in->sink->put(c->in->sink->self, r);
}

static void start_key(const codex *c, composite *key) {
  bpi_composite_start(key);
  bpi_composite_ident(key, c->scope);
}

static ident end_key(const codex *c, ident_kind kind, const composite *key) {
  return c->in->sink->identify(c->in->sink->self, kind, (const char *)key->bytes, key->length);
}

/* Leaves out tokens written to a cache: a copy by another client may lack them. */
static void add_counters(const codex *c, composite *key) {
  for (int i = 0; i <= USAGE_TOTAL; i++)
    bpi_composite_number(key, c->counters[i]);
}

/* The key of the nth record of its kind. Without turn identifiers the counters also show how far
 * the session had come. */
static ident nth_key(codex *c, ident_kind kind, int64_t what, int nth) {
  composite key;
  start_key(c, &key);
  bpi_composite_number(&key, what);
  bpi_composite_number(&key, c->nth[nth]++);
  if (c->turn.length == 0 && nth != NTH_COMPACTED && nth != NTH_CONTEXT_COMPACTED)
    add_counters(c, &key);
  return end_key(c, kind, &key);
}

/* ----------------------------------------------------------------------------------- sessions */

static bool is_uuid(const char *p, size_t length) {
  if (length != 36) return false;
  for (size_t i = 0; i < length; i++) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? p[i] != '-' : bpi_hex_digit(p[i]) < 0) return false;
  }
  return true;
}

/* The time in a version 7 UUID, milliseconds since the epoch; -1 for other identifiers. */
static int64_t uuid_time_ms(const id_text *id) {
  if (!is_uuid(id->at, id->length) || id->at[14] != '7') return -1;
  int64_t ms = 0;
  for (int i = 0; i < 13; i++)
    if (i != 8) ms = ms << 4 | bpi_hex_digit(id->at[i]);
  return ms;
}

static void set_scope(codex *c) {
  c->scope = c->turn.length > 0 ? ident_of(c, IDENT_PROMPT, &c->turn)
                                : ident_of(c, IDENT_SESSION, &c->root);
}

/* The session that the one of this session_meta is a part or a copy of; NULL if none. A subagent's
 * session_id is that of the top session. */
static const id_text *parent_of(const codex_line *l, const id_text *id) {
  bool subagent = l->origin != ORIGIN_PERSON;
  if (subagent && l->session_id.length > 0 && !same_id(&l->session_id, id)) return &l->session_id;
  if (subagent && l->parent.length > 0) return &l->parent;
  if (l->forked_from.length > 0) return &l->forked_from;
  return l->parent.length > 0 ? &l->parent : NULL;
}

/* Reports the session of the line: the file's own, or one whose history was copied. */
static int put_session(codex *c, const id_text *id) {
  const codex_line *l = &c->line;
  const id_text *parent = parent_of(l, id);
  bool subagent = l->origin != ORIGIN_PERSON;
  name version = bpi_memo_label(&c->names, LABEL_VERSION, l->version.at, l->version.length);
  record r;
  start_row(c, &r, RECORD_SESSION);
  if (l->born != BPI_TIME_NONE) r.time = l->born;
  r.session = ident_of(c, IDENT_SESSION, subagent && parent != NULL ? parent : id);
  r.flags = subagent ? RECORD_SUBAGENT | RECORD_SIDECHAIN : 0;
  session_record *s = &r.u.session_row;
  s->platform = bpi_memo_label(&c->names, LABEL_PLATFORM, "codex", 5).label;
  s->workspace = bpi_memo_label(&c->names, LABEL_WORKSPACE, l->cwd.at, l->cwd.length).label;
  s->branch = bpi_memo_label(&c->names, LABEL_BRANCH, l->branch.at, l->branch.length).label;
  s->entrypoint =
      bpi_memo_label(&c->names, LABEL_ENTRYPOINT, l->originator.at, l->originator.length).label;
  s->version = version.label;
  s->version_rank = version.number;
  c->announced = true;
  return put(c, &r);
}

/* Reports a subagent. Its identifier alone is the key: a client that resumes writes its
 * session_meta again. */
static int put_agent(codex *c) {
  composite key;
  record r;
  if ((c->flags & RECORD_SUBAGENT) == 0) return BP_OK;
  start_row(c, &r, RECORD_EVENT);
  if (c->line.born != BPI_TIME_NONE) r.time = c->line.born;
  bpi_composite_start(&key);
  bpi_composite_number(&key, EVENT_SUBAGENT);
  bpi_composite_bytes(&key, c->id.at, c->id.length);
  r.key = end_key(c, IDENT_EVENT, &key);
  r.u.event = (event_record){.event = EVENT_SUBAGENT, .value = -1};
  return put(c, &r);
}

/* The first session_meta is the file's own; those of copied histories follow. */
static void take_identity(codex *c, const id_text *id) {
  const codex_line *l = &c->line;
  const id_text *parent = parent_of(l, id);
  c->named = true;
  copy_id(&c->id, id);
  copy_id(&c->root, id);
  c->born_ms = uuid_time_ms(id);
  if (c->born_ms < 0 && l->born != BPI_TIME_NONE) c->born_ms = l->born / 1000;
  c->flags = l->origin == ORIGIN_PERSON       ? 0
             : l->origin == ORIGIN_BACKGROUND ? RECORD_SUBAGENT | RECORD_SIDECHAIN | RECORD_NOISE
                                              : RECORD_SUBAGENT | RECORD_SIDECHAIN;
  bool nested = l->session_id.length > 0 && l->parent.length > 0 &&
                !same_id(&l->session_id, &l->parent);
  c->copy_flags = RECORD_FORKED | RECORD_SIDECHAIN | (nested ? RECORD_SUBAGENT : 0);
  c->origin = ident_of(c, IDENT_SESSION, parent != NULL ? parent : id);
  c->session = c->flags != 0 ? c->origin : ident_of(c, IDENT_SESSION, id);
  c->cwd = l->cwd;
}

static int on_session_meta(codex *c) {
  const codex_line *l = &c->line;
  id_text id;
  copy_id(&id, l->id.length > 0 ? &l->id : &l->session_id);
  bool untouched = c->turn.length == 0 && !c->counted;
  bool first = !c->named;
  if (first) {
    take_identity(c, &id);
  } else if (untouched && same_id(&c->root, &c->id) && !same_id(&id, &c->id)) {
    copy_id(&c->root, &id); /* a copied history from a client that does not mark it */
    c->origin = ident_of(c, IDENT_SESSION, &id);
  }
  const id_text *parent = parent_of(l, &id);
  if (untouched && parent != NULL && same_id(&id, &c->root)) copy_id(&c->root, parent);
  set_scope(c);
  int rc = put_session(c, &id);
  return rc == BP_OK && first ? put_agent(c) : rc;
}

/* -------------------------------------------------------------------------------------- turns */

static void take_turn(codex *c) {
  const codex_line *l = &c->line;
  const id_text *turn = l->turn.length > 0 ? &l->turn : &l->passing_turn;
  bool begins = l->top == TOP_TURN_CONTEXT || l->kind == KIND_TASK_STARTED ||
                l->kind == KIND_TURN_STARTED;
  if (!begins && c->turn.length > 0) return; /* an event of an earlier turn may come late */
  if (turn->length == 0 || same_id(turn, &c->turn)) return;
  copy_id(&c->turn, turn);
  c->turn_number++;
  memset(c->nth, 0, sizeof c->nth);
  int64_t begun_ms = uuid_time_ms(turn);
  if (begun_ms < 0 && l->started_at_s >= 0 && l->started_at_s < INT64_C(1) << 40)
    begun_ms = l->started_at_s * 1000 + 999;
  bool has_origin = !same_id(&c->root, &c->id);
  c->copied = has_origin && begun_ms >= 0 && c->born_ms >= 0 && begun_ms < c->born_ms;
  set_scope(c);
}

static int on_turn_context(codex *c) {
  const codex_line *l = &c->line;
  c->mode = l->mode;
  if (l->model.length > 0)
    c->model = bpi_memo_label(&c->names, LABEL_MODEL, l->model.at, l->model.length).label;
  if (l->cwd.length > 0) c->cwd = l->cwd;
  return BP_OK;
}

/* A subagent's prompts are written by a model, and so may be the prompts it copied. */
static int on_user_message(codex *c, int nth) {
  const codex_line *l = &c->line;
  record r;
  if (l->injected || c->flags != 0) return BP_OK;
  start_row(c, &r, RECORD_PROMPT);
  r.key = nth_key(c, IDENT_PROMPT, l->characters, nth);
  r.u.prompt = (prompt_record){l->characters, l->features, c->mode};
  return put(c, &r);
}

static int put_event(codex *c, int event, int detail, int64_t value, int nth) {
  record r;
  start_row(c, &r, RECORD_EVENT);
  r.key = nth_key(c, IDENT_EVENT, event, nth);
  r.u.event = (event_record){event, detail, 0, value};
  return put(c, &r);
}

/* ------------------------------------------------------------------------------------- tokens */

static int64_t at_most(int64_t value, int64_t limit) {
  return value < limit ? value : limit;
}

/* `told`: says which counts the line has. */
static int put_response(codex *c, const int64_t usage[USAGE_FIELDS], const codex_usage *told) {
  composite key;
  record r;
  start_row(c, &r, RECORD_RESPONSE);
  start_key(c, &key);
  add_counters(c, &key);
  r.key = end_key(c, IDENT_RESPONSE, &key);
  int64_t cached = at_most(usage[USAGE_CACHED], usage[USAGE_INPUT]);
  int64_t written = at_most(usage[USAGE_WRITTEN], usage[USAGE_INPUT] - cached);
  r.u.response = (response_record){.model = c->model,
                                   .input = usage[USAGE_INPUT] - cached - written,
                                   .output = usage[USAGE_OUTPUT],
                                   .cache_read = cached,
                                   .cache_write_5m = told->wrote ? written : -1,
                                   .cache_write_1h = -1,
                                   .reasoning = told->reasoned ? usage[USAGE_REASONING] : -1,
                                   .web_searches = -1,
                                   .cost_nano = -1,
                                   .stop = STOP_END};
  return put(c, &r);
}

/* The counters of a session are repeated whenever anything about them changes, which is no
 * response, and restart when the client lost them. Tokens written to a cache are part of the input;
 * a client that does not know them continues the session without them. */
static int on_token_count(codex *c) {
  const codex_usage *total = &c->line.total;
  const codex_usage *last = c->line.last.known ? &c->line.last : total;
  int64_t usage[USAGE_FIELDS];
  bool grown = c->counted, any = false;
  if (!total->known) return BP_OK;
  for (int i = 0; i <= USAGE_TOTAL; i++)
    grown = grown && total->of[i] >= c->counters[i];
  for (int i = 0; i < USAGE_FIELDS; i++) {
    bool differs = grown && total->of[i] >= c->counters[i];
    usage[i] = differs ? total->of[i] - c->counters[i] : last->of[i];
    any = any || (usage[i] > 0 && i < USAGE_TOTAL);
  }
  memcpy(c->counters, total->of, sizeof c->counters);
  c->counted = true;
  return any ? put_response(c, usage, grown ? total : last) : BP_OK;
}

/* ---------------------------------------------------------------------------------- tool calls */

static uint64_t hash_of(const id_text *id) {
  return bpi_hash_mix(id->at, id->length, 0);
}

static open_call *find_call(codex *c, const id_text *id) {
  uint64_t hash = hash_of(id);
  for (unsigned back = 1; back <= OPEN_CALLS; back++) { /* latest first */
    open_call *call = &c->calls[(c->next_call - back) % OPEN_CALLS];
    if (!call->used) return NULL;
    if (call->hash == hash) return call;
  }
  return NULL;
}

static ident call_key(const codex *c, const id_text *id) {
  composite key;
  start_key(c, &key);
  bpi_composite_bytes(&key, id->at, id->length);
  return end_key(c, IDENT_TOOL, &key);
}

/* Paths in a patch are relative to the turn's folder. */
static name file_label(codex *c, const name_text *file) {
  name_text path;
  bool absolute = file->length > 0 && (file->at[0] == '/' || file->at[0] == '\\' ||
                                       (file->length > 1 && file->at[1] == ':'));
  path.length = 0;
  bool joins = file->length > 0 && !absolute && c->cwd.length > 0;
  if (joins && c->cwd.length + 1 + file->length <= sizeof path.at) {
    memcpy(path.at, c->cwd.at, c->cwd.length);
    path.at[c->cwd.length] = '/';
    path.length = c->cwd.length + 1;
  }
  if (path.length + file->length > sizeof path.at) path.length = 0;
  memcpy(path.at + path.length, file->at, file->length);
  return bpi_memo_label(&c->names, LABEL_FILE, path.at, path.length + file->length);
}

/* A server's tool is named "mcp__server__tool", however the client's generation writes it. */
static name tool_label(codex *c, const char *alone) {
  const codex_line *l = &c->line;
  static const char prefix[] = "mcp__";
  const size_t prefix_length = sizeof prefix - 1;
  char full[2 * NAME_RAW_MAX];
  size_t length = 0, space = l->space.length;
  if (alone != NULL) return bpi_memo_label(&c->names, LABEL_TOOL, alone, strlen(alone));
  while (space > 0 && l->space.at[space - 1] == '_')
    space--;
  if (bpi_starts_with(l->space.at, space, prefix) && space + 2 + l->tool.length <= sizeof full) {
    memcpy(full, l->space.at, space);
    memcpy(full + space, "__", 2);
    length = space + 2;
  } else if (bpi_contains(l->tool.at, l->tool.length, "__") &&
             !bpi_starts_with(l->tool.at, l->tool.length, prefix)) {
    memcpy(full, prefix, prefix_length);
    length = prefix_length;
  }
  memcpy(full + length, l->tool.at, l->tool.length);
  return bpi_memo_label(&c->names, LABEL_TOOL, full, length + l->tool.length);
}

static void describe_use(codex *c, tool_use_record *use, const char *alone) {
  const codex_line *l = &c->line;
  name tool = tool_label(c, alone), file = file_label(c, &l->file);
  *use = (tool_use_record){tool.label,       file.label, (int)tool.number, PROGRAM_NONE,
                           (int)file.number, l->added,   l->removed,       0};
  if (use->category == CATEGORY_COMMAND && l->patch) use->category = CATEGORY_EDIT;
  if (use->category == CATEGORY_COMMAND) use->program = l->program;
}

/* A patch in the text of a script is not the script's own: what it calls is reported separately. */
static void pass_over_script(codex_line *l) {
  bool script = l->kind == KIND_CUSTOM_CALL && l->tool.length == 4 &&
                memcmp(l->tool.at, "exec", 4) == 0;
  if (!script) return;
  l->patch = false;
  l->added = l->removed = -1;
  l->file.length = 0;
}

static int on_call(codex *c, const char *alone) {
  codex_line *l = &c->line;
  record r;
  if (l->call.length == 0) return BP_OK; /* a shell call of a client that does not identify calls */
  pass_over_script(l);
  start_row(c, &r, RECORD_TOOL_USE);
  r.key = call_key(c, &l->call);
  describe_use(c, &r.u.use, alone);
  open_call *call = &c->calls[c->next_call++ % OPEN_CALLS];
  *call = (open_call){.hash = hash_of(&l->call),
                      .key = r.key,
                      .turn = c->turn_number,
                      .used = true,
                      .ending = {OUTCOME_OK, FAILURE_NONE, -1, -1, -1}};
  return put(c, &r);
}

static int put_ending(const codex *c, const open_call *call, const codex_ending *e, int64_t time) {
  record r;
  bool failed = e->outcome != OUTCOME_OK;
  start_row(c, &r, RECORD_TOOL_RESULT);
  r.time = time;
  r.key = call->key;
  r.u.result = (tool_result_record){
      e->outcome,     e->failure, failed ? -1 : e->added, failed ? -1 : e->removed,
      e->duration_us, call->file, call->language};
  return put(c, &r);
}

/* Merges two reports of one end, each of which may lack something. */
static void join_ending(codex_ending *to, const codex_ending *from) {
  bpi_codex_end(to, from->outcome, from->failure);
  if (to->duration_us < 0) to->duration_us = from->duration_us;
  if (to->added < 0) {
    to->added = from->added;
    to->removed = from->removed;
  }
}

/* A call made by a model's script, which is reported only when it ends. */
static int on_script_call(codex *c, const char *alone) {
  const codex_line *l = &c->line;
  record r;
  open_call call = {.key = call_key(c, &l->call)};
  start_row(c, &r, RECORD_TOOL_USE);
  r.key = call.key;
  describe_use(c, &r.u.use, alone);
  int rc = put(c, &r);
  return rc != BP_OK ? rc : put_ending(c, &call, &l->ending, BPI_TIME_NONE);
}

/* An event about a call, usually before its output. `alone` names the tool if the call may be a
 * script's. */
static int on_call_event(codex *c, const char *alone) {
  static const char script[] = "exec-";
  open_call *call = find_call(c, &c->line.call);
  if (call == NULL && bpi_starts_with(c->line.call.at, c->line.call.length, script))
    return on_script_call(c, alone);
  if (c->line.call.length == 0 || call == NULL) return BP_OK;
  join_ending(&call->ending, &c->line.ending);
  if (c->line.file.length > 0) {
    name file = file_label(c, &c->line.file);
    call->file = file.label;
    call->language = (int)file.number;
  }
  call->told = true;
  return call->ended ? put_ending(c, call, &call->ending, c->line.time) : BP_OK;
}

static int on_output(codex *c) {
  const codex_line *l = &c->line;
  open_call *call = find_call(c, &l->call), unknown = {.ending = l->ending};
  if (l->call.length == 0) return BP_OK;
  if (call == NULL) {
    unknown.key = call_key(c, &l->call);
    return put_ending(c, &unknown, &unknown.ending, l->time);
  }
  join_ending(&call->ending, &l->ending);
  call->ended = true;
  return put_ending(c, call, &call->ending, c->line.time);
}

/* At the end of a turn, its calls without an output end too: as an event reported, or by the
 * abort. */
static int end_calls(codex *c, bool aborted) {
  static const codex_ending interrupted = {OUTCOME_INTERRUPTED, FAILURE_NONE, -1, -1, -1};
  int rc = BP_OK;
  for (unsigned back = OPEN_CALLS; back > 0 && rc == BP_OK; back--) {
    open_call *call = &c->calls[(c->next_call - back) % OPEN_CALLS];
    if (!call->used || call->ended || call->turn != c->turn_number) continue;
    if (!call->told && !aborted) continue;
    call->ended = true;
    rc = put_ending(c, call, call->told ? &call->ending : &interrupted, c->line.time);
  }
  return rc;
}

/* A web search is reported by an event at its end and by the item of its call. Only the event
 * always has an identifier, so both use their index in the turn as key. The duration is unknown. */
static int on_search(codex *c, int nth) {
  static const codex_ending ended = {OUTCOME_OK, FAILURE_NONE, -1, -1, -1};
  record r;
  open_call call = {.key = nth_key(c, IDENT_TOOL, KIND_SEARCH_CALL, nth)};
  start_row(c, &r, RECORD_TOOL_USE);
  r.key = call.key;
  describe_use(c, &r.u.use, "web_search");
  int rc = put(c, &r);
  return rc != BP_OK ? rc : put_ending(c, &call, &ended, BPI_TIME_NONE);
}

/* -------------------------------------------------------------------------------------- lines */

static int on_turn_end(codex *c, bool aborted) {
  int rc = end_calls(c, aborted);
  if (rc != BP_OK) return rc;
  if (!aborted) return put_event(c, EVENT_TURN_END, DETAIL_NONE, c->line.duration_ms, NTH_END);
  return c->line.review_ended ? BP_OK : put_event(c, EVENT_INTERRUPT, DETAIL_NONE, -1, NTH_ABORT);
}

static int on_item(codex *c) {
  switch (c->line.item) {
  case ITEM_USER_MESSAGE: return on_user_message(c, NTH_PROMPT_ITEM);
  case ITEM_COMMAND: return on_call_event(c, "exec_command");
  case ITEM_FILE_CHANGE: return on_call_event(c, "apply_patch");
  case ITEM_MCP_CALL: return on_call_event(c, NULL);
  case ITEM_OTHER: break;
  }
  return BP_OK;
}

static int on_payload(codex *c) {
  switch (c->line.kind) {
  case KIND_USER_MESSAGE: return on_user_message(c, NTH_PROMPT);
  case KIND_ITEM: return on_item(c);
  case KIND_TOKEN_COUNT: return on_token_count(c);
  case KIND_TASK_COMPLETE:
  case KIND_TURN_COMPLETE: return on_turn_end(c, false);
  case KIND_TURN_ABORTED: return on_turn_end(c, true);
  case KIND_CONTEXT_COMPACTED:
    return put_event(c, EVENT_COMPACTION, DETAIL_NONE, -1, NTH_CONTEXT_COMPACTED);
  case KIND_ERROR: return put_event(c, EVENT_API_ERROR, c->line.error, -1, NTH_ERROR);
  case KIND_STREAM_ERROR: return put_event(c, EVENT_API_RETRY, c->line.error, -1, NTH_RETRY);
  case KIND_EXEC_END: return on_call_event(c, "exec_command");
  case KIND_PATCH_END: return on_call_event(c, "apply_patch");
  case KIND_MCP_END: return on_call_event(c, NULL);
  case KIND_SEARCH_CALL: return on_search(c, NTH_SEARCH_CALL);
  case KIND_SEARCH_END: return on_search(c, NTH_SEARCH_END);
  case KIND_FUNCTION_CALL:
  case KIND_CUSTOM_CALL: return on_call(c, NULL);
  case KIND_SHELL_CALL: return on_call(c, "local_shell");
  case KIND_TOOL_SEARCH_CALL: return on_call(c, "tool_search");
  case KIND_FUNCTION_OUTPUT:
  case KIND_CUSTOM_OUTPUT:
  case KIND_TOOL_SEARCH_OUTPUT: return on_output(c);
  case KIND_TASK_STARTED:
  case KIND_TURN_STARTED:
  case KIND_MESSAGE:
  case KIND_OTHER: break;
  }
  return BP_OK;
}

static int emit(void *self) {
  codex *c = self;
  int rc;
  for (unsigned i = 0; i < c->line.dropped; i++)
    c->in->sink->drop(c->in->sink->self);
  if (c->line.top == TOP_SESSION_META) return on_session_meta(c);
  if (c->line.top == TOP_OTHER || c->id.length == 0) return BP_OK;
  if (!c->announced && (rc = put_session(c, &c->id)) != BP_OK) return rc;
  take_turn(c);
  switch (c->line.top) {
  case TOP_TURN_CONTEXT: return on_turn_context(c);
  case TOP_RESPONSE_ITEM:
  case TOP_EVENT: return on_payload(c);
  case TOP_COMPACTED: return put_event(c, EVENT_COMPACTION, DETAIL_NONE, -1, NTH_COMPACTED);
  case TOP_SESSION_META:
  case TOP_OTHER: break;
  }
  return BP_OK;
}

static int take(void *self, scan *s) {
  codex *c = self;
  const codex_line *l = &c->line;
  int reject = bpi_codex_line_read(&c->line, s);
  if (reject != 0) return reject;
  if (l->top == TOP_SESSION_META)
    return l->id.length > 0 || l->session_id.length > 0 ? 0 : REJECT_FIELD;
  bool fact = l->top == TOP_COMPACTED || (l->kind != KIND_OTHER && l->top != TOP_OTHER);
  return fact && c->id.length == 0 ? REJECT_FIELD : 0; /* belongs to no session */
}

/* --------------------------------------------------------------------------------- the source */

/* If the session_meta is missing, the file's name identifies the session:
 * rollout-<time>-<uuid>.jsonl. */
static void take_name(codex *c) {
  const char *id = bpi_base_name(c->in->path);
  size_t length = strlen(id), skip = sizeof PLAIN - 1;
  if (length <= skip || strcmp(id + length - skip, PLAIN) != 0) return;
  length -= skip;
  if (length > 36 && is_uuid(id + length - 36, 36)) {
    id += length - 36;
    length = 36;
  }
  if (length > sizeof c->id.at) return;
  c->id.length = length;
  memcpy(c->id.at, id, length);
  copy_id(&c->root, &c->id);
  c->session = c->origin = ident_of(c, IDENT_SESSION, &c->id);
  set_scope(c);
}

/* Codex compresses rollouts unused for a week, if the user enabled that. */
static bool is_packed(const char *path) {
  return bpi_ends_with(path, PLAIN PACKED);
}

static int read_rollout(source_input *in) {
  if (is_packed(in->path)) {
    in->sink->reject(in->sink->self, REJECT_COMPRESSED, 0, 0);
    return BP_OK;
  }
  codex *c = bpi_alloc_zero(1, sizeof *c);
  if (c == NULL) return BP_ERR_NOMEM;
  object_reader reader = {.take = take, .emit = emit, .self = c};
  c->in = in;
  c->names.sink = in->sink;
  c->born_ms = -1;
  take_name(c);
  int rc = bpi_read_objects(in, &reader);
  bpi_free(c);
  return rc;
}

static bool is_rollout(const char *path) {
  const char *base = bpi_base_name(path);
  return bpi_starts_with(base, strlen(base), "rollout-") &&
         (bpi_ends_with(base, PLAIN) || is_packed(base));
}

static const field_rule rules[] = {
    {"timestamp", FIELD_KEPT, "when it happened"},
    {"type", FIELD_COMPARED, "which kind of line it is"},
    {"payload.type", FIELD_COMPARED, "which kind of item or event it is"},
    {"payload.id", FIELD_HASHED, "keyed hash: same session"},
    {"payload.session_id", FIELD_HASHED, "keyed hash: same session"},
    {"payload.forked_from_id", FIELD_HASHED, "keyed hash: session whose history was copied"},
    {"payload.parent_thread_id", FIELD_HASHED, "keyed hash: session of a subagent"},
    {"payload.source.subagent.thread_spawn.parent_thread_id", FIELD_HASHED,
     "keyed hash: session of a subagent"},
    {"payload.source.subagent", FIELD_COMPARED, "whether it is a subagent, and of which kind"},
    {"payload.source.internal", FIELD_COMPARED, "whether it is background work of the client"},
    {"payload.thread_source", FIELD_COMPARED, "whether it is a subagent"},
    {"payload.timestamp", FIELD_KEPT, "when the session began"},
    {"payload.cwd", FIELD_LABEL, "project: last component of the folder"},
    {"payload.git.branch", FIELD_LABEL, "branch"},
    {"payload.cli_version", FIELD_LABEL, "version of the client"},
    {"payload.originator", FIELD_LABEL, "entry point of the client"},
    {"payload.turn_id", FIELD_HASHED, "keyed hash: same turn"},
    {"payload.metadata.turn_id", FIELD_HASHED, "keyed hash: same turn"},
    {"payload.internal_chat_message_metadata_passthrough.turn_id", FIELD_HASHED,
     "keyed hash: same turn"},
    {"payload.started_at", FIELD_COMPARED, "whether the turn was copied from another session"},
    {"payload.model", FIELD_LABEL, "model"},
    {"payload.approval_policy", FIELD_COMPARED, "permission mode"},
    {"payload.sandbox_policy", FIELD_COMPARED, "permission mode"},
    {"payload.sandbox_policy.mode", FIELD_COMPARED, "permission mode"},
    {"payload.sandbox_policy.type", FIELD_COMPARED, "permission mode"},
    {"payload.collaboration_mode", FIELD_COMPARED, "permission mode"},
    {"payload.collaboration_mode.mode", FIELD_COMPARED, "permission mode"},
    {"payload.collaboration_mode.type", FIELD_COMPARED, "permission mode"},
    {"payload.message", FIELD_COUNTED, "characters of a prompt; whether it holds code or a file"},
    {"payload.kind", FIELD_COMPARED, "whether a person wrote the prompt"},
    {"payload.images[]", FIELD_COUNTED, "whether a prompt has an image"},
    {"payload.local_images[]", FIELD_COUNTED, "whether a prompt has an image"},
    {"payload.info.total_token_usage.input_tokens", FIELD_KEPT, "tokens"},
    {"payload.info.total_token_usage.cached_input_tokens", FIELD_KEPT, "tokens"},
    {"payload.info.total_token_usage.output_tokens", FIELD_KEPT, "tokens"},
    {"payload.info.total_token_usage.reasoning_output_tokens", FIELD_KEPT, "tokens"},
    {"payload.info.total_token_usage.total_tokens", FIELD_KEPT, "tokens"},
    {"payload.info.total_token_usage.cache_write_input_tokens", FIELD_KEPT, "tokens"},
    {"payload.info.last_token_usage.input_tokens", FIELD_KEPT, "tokens"},
    {"payload.info.last_token_usage.cached_input_tokens", FIELD_KEPT, "tokens"},
    {"payload.info.last_token_usage.output_tokens", FIELD_KEPT, "tokens"},
    {"payload.info.last_token_usage.reasoning_output_tokens", FIELD_KEPT, "tokens"},
    {"payload.info.last_token_usage.total_tokens", FIELD_KEPT, "tokens"},
    {"payload.info.last_token_usage.cache_write_input_tokens", FIELD_KEPT, "tokens"},
    {"payload.reason", FIELD_COMPARED, "whether a turn was interrupted"},
    {"payload.duration_ms", FIELD_KEPT, "how long a turn took"},
    {"payload.codex_error_info", FIELD_COMPARED, "class of an error"},
    {"payload.call_id", FIELD_HASHED, "keyed hash: same tool call"},
    {"payload.name", FIELD_LABEL, "tool"},
    {"payload.namespace", FIELD_LABEL, "server of a tool"},
    {"payload.arguments", FIELD_COMPARED,
     "kind of program of a command; lines, file name and language of a patch"},
    {"payload.action.command[]", FIELD_COMPARED,
     "kind of program of a command; lines, file name and language of a patch"},
    {"payload.input", FIELD_COUNTED, "lines, file name and language of a patch"},
    {"payload.output", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.output.content", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.output.text", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.output.success", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.output.metadata.exit_code", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.output[].text", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.output[].content", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.output[].success", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.output[].metadata.exit_code", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.status", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.success", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.exit_code", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.result.Err", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.result.Ok.isError", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.result.Ok.is_error", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.duration.secs", FIELD_KEPT, "how long a tool call took"},
    {"payload.duration.nanos", FIELD_KEPT, "how long a tool call took"},
    {"payload.changes.*.type", FIELD_COMPARED, "kind of a change; the key: file name, language"},
    {"payload.changes.*.unified_diff", FIELD_COUNTED, "lines added and removed"},
    {"payload.changes.*.content", FIELD_COUNTED, "lines added or removed"},
    {"payload.invocation.server", FIELD_LABEL, "server of a tool"},
    {"payload.invocation.tool", FIELD_LABEL, "tool"},
    {"payload.item.type", FIELD_COMPARED, "whether it is a prompt or the end of a tool call"},
    {"payload.item.id", FIELD_HASHED, "keyed hash: same tool call"},
    {"payload.item.content[].type", FIELD_COMPARED, "whether a prompt has an image"},
    {"payload.item.content[].text", FIELD_COUNTED,
     "characters of a prompt; whether it holds code or a file"},
    {"payload.item.command[]", FIELD_COMPARED,
     "kind of program of a command; lines, file name and language of a patch"},
    {"payload.item.status", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.item.exit_code", FIELD_COMPARED, "whether a tool call failed"},
    {"payload.item.duration.secs", FIELD_KEPT, "how long a tool call took"},
    {"payload.item.duration.nanos", FIELD_KEPT, "how long a tool call took"},
    {"payload.item.changes.*.type", FIELD_COMPARED,
     "kind of a change; the key: file name, language"},
    {"payload.item.changes.*.unified_diff", FIELD_COUNTED, "lines added and removed"},
    {"payload.item.changes.*.content", FIELD_COUNTED, "lines added or removed"},
    {"payload.item.server", FIELD_LABEL, "server of a tool"},
    {"payload.item.tool", FIELD_LABEL, "tool"},
    {"id", FIELD_HASHED, "keyed hash: same session"},
    {"git.branch", FIELD_LABEL, "branch"},
    {"role", FIELD_COMPARED, "whether a person wrote it"},
    {"content[].type", FIELD_COMPARED, "whether a prompt has an image"},
    {"content[].text", FIELD_COUNTED, "characters of a prompt; whether it holds code or a file"},
    {"call_id", FIELD_HASHED, "keyed hash: same tool call"},
    {"name", FIELD_LABEL, "tool"},
    {"arguments", FIELD_COMPARED,
     "kind of program of a command; lines, file name and language of a patch"},
    {"action.command[]", FIELD_COMPARED,
     "kind of program of a command; lines, file name and language of a patch"},
    {"output", FIELD_COMPARED, "whether a tool call failed"},
    {"status", FIELD_COMPARED, "whether a tool call failed"},
    {NULL, FIELD_KEPT, NULL},
};

const source bpi_source_codex = {
    .name = "codex",
    .title = "Codex rollouts",
    .platform = "codex",
    .covers = COVERS_TOKENS | COVERS_CACHE_READ | COVERS_CACHE_WRITE | COVERS_REASONING |
              COVERS_TOOLS | COVERS_OUTCOMES | COVERS_LINES | COVERS_PROMPTS | COVERS_MODEL |
              COVERS_TIME | COVERS_EVENTS | COVERS_WORKSPACE,
    .is_ours = is_rollout,
    .recognise = bpi_codex_line_recognise,
    .read = read_rollout,
    .rules = rules,
    .whole = true,
    .packed = PACKED,
};
