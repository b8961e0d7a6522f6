/* sources/claude_code_tell.c: turns the frame of a line into records. Every row is reported; the
 * store decides which of several rows of one fact counts. */
#include "sources/claude_code_line.h"

#include "base/text.h"

/* The origin of a record: the line itself, or the line nested in it. */
typedef struct place {
  const envelope *e;
  unsigned flags;
  int64_t time;
} place;

static void put(reader *r, const record *told) {
  if (r->status == BP_OK) r->status = r->sink->put(r->sink->self, told);
}

/* Rejects the current value, or a part of it. */
static void reject(reader *r, int reason) {
  r->sink->reject(r->sink->self, reason, r->s->record_line, r->s->record_start);
}

static record new_record(const reader *r, const place *at, record_kind kind) {
  record told;
  memset(&told, 0, sizeof told);
  told.kind = kind;
  told.flags = at->flags;
  told.time = at->time;
  told.session = r->f.of.session;
  return told;
}

/* The key of what a line reports: from its uuid, otherwise from what else is known of it. */
static ident line_key(reader *r, const place *at, ident_kind kind, int64_t detail) {
  const envelope *e = at->e;
  if (e->uuid_length > 0) return bpi_memo_ident(&r->names, kind, e->uuid, e->uuid_length);
  composite c;
  bpi_composite_start(&c);
  bpi_composite_ident(&c, r->f.of.session);
  bpi_composite_number(&c, at->time);
  bpi_composite_number(&c, detail);
  return bpi_memo_ident(&r->names, kind, (const char *)c.bytes, c.length);
}

/* Whether a session record would repeat the last one without being earlier, as it nearly always
 * would. */
static bool is_repeated(const reader *r, const place *at) {
  const frame *f = &r->f;
  const record *last = &r->session;
  const session_record *was = &last->u.session_row;
  bool earlier = at->time != BPI_TIME_NONE &&
                 (last->time == BPI_TIME_NONE || at->time < last->time);
  return r->session_told && !earlier && bpi_ident_compare(f->of.session, last->session) == 0 &&
         at->flags == last->flags && f->of.workspace.label == was->workspace &&
         f->of.branch.label == was->branch && f->of.version.label == was->version &&
         f->of.entrypoint.label == was->entrypoint && f->of.version.number == was->version_rank;
}

static void put_session(reader *r, const place *at) {
  const frame *f = &r->f;
  if (is_repeated(r, at)) return;
  record told = new_record(r, at, RECORD_SESSION);
  session_record *is = &told.u.session_row;
  is->workspace = f->of.workspace.label;
  is->branch = f->of.branch.label;
  is->version = f->of.version.label;
  is->entrypoint = f->of.entrypoint.label;
  is->version_rank = f->of.version.number;
  bool says = (is->workspace | is->branch | is->version | is->entrypoint) != 0 || is->version_rank;
  if (!says || bpi_ident_absent(told.session)) return;
  is->platform = bpi_memo_label(&r->names, LABEL_PLATFORM, bpi_source_claude_code.platform,
                                strlen(bpi_source_claude_code.platform))
                     .label;
  r->session_told = true;
  r->session = told;
  put(r, &told);
}

static size_t append_decimal(char *to, int64_t value) {
  char digits[20];
  size_t length = 0, written = 0;
  do
    digits[length++] = (char)('0' + value % 10);
  while ((value /= 10) > 0);
  while (length > 0)
    to[written++] = digits[--length];
  return written;
}

/* `asked`: index in usage.iterations, or -1 for the response itself. */
static ident response_key(reader *r, const place *at, const usage *u, int64_t asked) {
  static const char mark[] = "#part";
  const envelope *e = at->e;
  const message *m = &e->message;
  const char *raw = m->id_length > 0 ? m->id : e->uuid;
  size_t length = m->id_length > 0 ? m->id_length : e->uuid_length;
  if (length > 0 && asked < 0) return bpi_memo_ident(&r->names, IDENT_RESPONSE, raw, length);
  if (length > 0) {
    char text[IDENT_RAW_MAX + sizeof mark + 20];
    memcpy(text, raw, length);
    memcpy(text + length, mark, sizeof mark - 1);
    length += sizeof mark - 1;
    length += append_decimal(text + length, asked);
    return bpi_memo_ident(&r->names, IDENT_RESPONSE, text, length);
  }
  const int64_t numbers[] = {at->time,       u->input,    u->output,   u->cache_read,
                             u->cache_write, u->write_5m, u->write_1h, asked};
  composite c;
  bpi_composite_start(&c);
  bpi_composite_ident(&c, r->f.of.session);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    bpi_composite_number(&c, numbers[i]);
  bpi_composite_bytes(&c, m->model_raw, m->model_length);
  return bpi_memo_ident(&r->names, IDENT_RESPONSE, (const char *)c.bytes, c.length);
}

#define RANK(major, minor, patch) (INT64_C(major) << 40 | INT64_C(minor) << 20 | INT64_C(patch))

static void put_response(reader *r, const place *at, const usage *u, uint32_t model,
                         int64_t asked) {
  if (u->bad) {
    reject(r, REJECT_NUMBER);
    return;
  }
  if (!u->has_input || !u->has_output) return;
  record told = new_record(r, at, RECORD_RESPONSE);
  response_record *is = &told.u.response;
  const envelope *e = at->e;
  int64_t version = r->f.of.version.number, split = u->write_5m + u->write_1h;
  told.key = response_key(r, at, u, asked);
  if (e->request_length > 0)
    is->request = bpi_memo_ident(&r->names, IDENT_REQUEST, e->request, e->request_length);
  is->model = model;
  is->input = u->input;
  is->output = u->output;
  is->cache_read = u->cache_read;
  is->cache_write_5m = u->write_5m + (u->cache_write > split ? u->cache_write - split : 0);
  is->cache_write_1h = u->write_1h;
  is->reasoning = u->reasoning;
  is->web_searches = u->web_searches;
  is->cost_nano = -1;
  is->stop = e->message.stop;
  is->speed = u->speed;
  is->tier = u->tier;
  is->geo = u->geo;
  is->placeholder = version >= RANK(2, 1, 11) && version <= RANK(2, 1, 29);
  put(r, &told);
}

/* An attempt that declined before any output is not charged. */
static bool counts(const message *m, const response_part *p) {
  return p->kind != PART_ATTEMPT || (m->taken_over && (p->usage.output > 0 || p->usage.bad));
}

/* Only an advisor reports everything its price depends on; a compaction does not even name its
 * model. */
static void put_part(reader *r, const place *at, const response_part *p, uint32_t model) {
  const usage *whole = &at->e->message.usage;
  usage u = p->usage;
  if (p->kind != PART_ADVISOR) {
    u.speed = whole->speed;
    u.tier = whole->tier;
    u.geo = whole->geo;
  }
  bool same = p->kind == PART_COMPACTION && p->model == 0;
  put_response(r, at, &u, same ? model : p->model, p->index);
}

static void put_responses(reader *r, const place *at) {
  const message *m = &at->e->message;
  uint32_t model = m->heir != 0 ? m->heir : m->model;
  if (m->synthetic) return;
  put_response(r, at, &m->usage, model, -1);
  for (size_t i = 0; i < m->parts; i++)
    if (counts(m, &m->part[i])) put_part(r, at, &m->part[i], model);
}

static void put_event(reader *r, const place *at, ident key, event_record event) {
  record told = new_record(r, at, RECORD_EVENT);
  told.key = key;
  told.u.event = event;
  put(r, &told);
}

/* An event that occurs at most once per line. */
static void put_line_event(reader *r, const place *at, int event, int detail, int64_t value) {
  put_event(r, at, line_key(r, at, IDENT_EVENT, event),
            (event_record){.event = event, .detail = detail, .value = value});
}

static void put_command(reader *r, const place *at, const char *command) {
  uint32_t label = bpi_memo_label(&r->names, LABEL_COMMAND, command, strlen(command)).label;
  put_event(r, at, line_key(r, at, IDENT_EVENT, EVENT_SLASH_COMMAND),
            (event_record){.event = EVENT_SLASH_COMMAND, .command = label, .value = -1});
}

/* Reports a subagent once, and again if an earlier line of it is found. Only its identifier is in
 * the key: a resumed session repeats its lines under another session. */
static void put_agent(reader *r, const place *at, const char *raw, size_t length) {
  agent_memory *known = NULL;
  for (size_t i = 0; i < AGENTS_MAX && known == NULL; i++)
    if (r->agents[i].length == length && memcmp(r->agents[i].raw, raw, length) == 0)
      known = &r->agents[i];
  if (known != NULL &&
      (at->time == BPI_TIME_NONE || (known->time != BPI_TIME_NONE && known->time <= at->time)))
    return;
  if (known == NULL) {
    composite c;
    bpi_composite_start(&c);
    bpi_composite_number(&c, EVENT_SUBAGENT);
    bpi_composite_bytes(&c, raw, length);
    known = &r->agents[r->next_agent++ % AGENTS_MAX];
    known->key = bpi_memo_ident(&r->names, IDENT_EVENT, (const char *)c.bytes, c.length);
    known->length = length;
    memcpy(known->raw, raw, length);
  }
  known->time = at->time;
  put_event(r, at, known->key, (event_record){.event = EVENT_SUBAGENT, .value = -1});
}

static void put_use(reader *r, const place *at, const tool_use *use) {
  record told = new_record(r, at, RECORD_TOOL_USE);
  told.key = use->key;
  told.u.use = use->is;
  put(r, &told);
}

static void put_plan(reader *r, const place *at, ident tool) {
  composite c;
  bpi_composite_start(&c);
  bpi_composite_number(&c, EVENT_PLAN_ACCEPTED);
  bpi_composite_ident(&c, tool);
  put_event(r, at, bpi_memo_ident(&r->names, IDENT_EVENT, (const char *)c.bytes, c.length),
            (event_record){.event = EVENT_PLAN_ACCEPTED, .value = -1});
}

/* Combines the outcome of the result itself with that of toolUseResult. */
static int outcome_with(int outcome, const result_facts *facts) {
  if (facts->ending == OUTCOME_REJECTED) return OUTCOME_REJECTED;
  if (outcome == OUTCOME_ERROR && facts->ending != OUTCOME_UNKNOWN) return facts->ending;
  return outcome == OUTCOME_OK && facts->interrupted ? OUTCOME_INTERRUPTED : outcome;
}

/* `facts`: the content of toolUseResult; NULL if it does not belong to this result alone. */
static void put_result(reader *r, const place *at, const tool_result *result,
                       const result_facts *facts) {
  record told = new_record(r, at, RECORD_TOOL_RESULT);
  tool_result_record *is = &told.u.result;
  told.key = result->key;
  *is = (tool_result_record){.outcome = result->outcome,
                             .failure = result->failure,
                             .added = -1,
                             .removed = -1,
                             .duration_us = -1};
  if (facts != NULL) {
    is->file = facts->file.label;
    is->language = (int)facts->file.number;
    is->outcome = outcome_with(result->outcome, facts);
    if (is->outcome != OUTCOME_ERROR) is->failure = FAILURE_NONE;
    bool whole_file = facts->created && facts->counted && facts->added + facts->removed == 0;
    if (whole_file || facts->patched) {
      is->added = whole_file ? facts->content_lines : facts->added;
      is->removed = facts->removed;
    }
  }
  put(r, &told);
  if (facts != NULL && facts->plan && is->outcome == OUTCOME_OK) put_plan(r, at, result->key);
}

static void put_change(reader *r, const place *at, int change, ident key) {
  record told = new_record(r, at, RECORD_CHANGE);
  told.key = key;
  told.u.change = (change_record){.change = change,
                                  .type = CHANGE_TYPE_UNKNOWN,
                                  .assisted = 1,
                                  .added = -1,
                                  .removed = -1,
                                  .files = -1,
                                  .rounds = -1,
                                  .open_us = -1};
  put(r, &told);
}

/* Reports the tool uses and results found at `at`; those without an identifier are rejected. */
static void put_tools(reader *r, const place *at, bool nested) {
  const result_facts *facts = &at->e->result;
  size_t mine = 0;
  for (size_t i = 0; i < r->f.uses; i++) {
    if (r->use[i].nested != nested) continue;
    if (bpi_ident_absent(r->use[i].key))
      reject(r, REJECT_FIELD);
    else
      put_use(r, at, &r->use[i]);
  }
  for (size_t i = 0; i < r->f.results; i++)
    mine += r->result[i].nested == nested;
  for (size_t i = 0; i < r->f.results; i++) {
    if (r->result[i].nested != nested) continue;
    if (bpi_ident_absent(r->result[i].key))
      reject(r, REJECT_FIELD);
    else
      put_result(r, at, &r->result[i], mine == 1 ? facts : NULL);
  }
  if (!bpi_ident_absent(facts->commit)) put_change(r, at, CHANGE_COMMIT, facts->commit);
}

static void tell_system(reader *r, const place *at) {
  const frame *f = &r->f;
  if (at->e->bad_event) {
    reject(r, REJECT_NUMBER);
    return;
  }
  switch (f->subtype) {
  case SUBTYPE_COMPACT:
    put_line_event(r, at, EVENT_COMPACTION, f->compact_detail, f->tokens_before);
    break;
  case SUBTYPE_MICROCOMPACT:
    put_line_event(r, at, EVENT_MICROCOMPACTION, f->compact_detail, f->tokens_before);
    break;
  case SUBTYPE_API_ERROR:
    put_line_event(r, at, EVENT_API_RETRY,
                   at->e->status == 0 && f->cause ? DETAIL_NETWORK
                                                  : bpi_detail_of_status(at->e->status),
                   f->retry);
    break;
  case SUBTYPE_TURN: put_line_event(r, at, EVENT_TURN_END, DETAIL_NONE, f->duration); break;
  case SUBTYPE_COMMAND:
    if (f->command != NULL) put_command(r, at, f->command);
    break;
  default: break;
  }
}

/* An API error that the client shows as a separate message. */
static void tell_api_error(reader *r, const place *at) {
  const envelope *e = at->e;
  if (!e->message.synthetic || !e->api_error) return;
  if (e->bad_event) {
    reject(r, REJECT_NUMBER);
    return;
  }
  int detail = e->error_detail;
  if (detail == DETAIL_NONE && e->status != 0) detail = bpi_detail_of_status(e->status);
  put_line_event(r, at, EVENT_API_ERROR, detail, -1);
}

static void put_prompt(reader *r, const place *at, int more_features) {
  record told = new_record(r, at, RECORD_PROMPT);
  int64_t characters = r->f.text_there ? r->text.characters : 0;
  told.key = line_key(r, at, IDENT_PROMPT, characters);
  told.u.prompt.characters = characters;
  told.u.prompt.mode = r->f.mode;
  told.u.prompt.features = more_features | (r->f.image ? PROMPT_IMAGE : 0);
  if (r->f.text_there) told.u.prompt.features |= bpi_prompt_features(&r->text);
  put(r, &told);
}

/* Decides which user lines are prompts. The order of the checks is the rule. */
static void tell_user(reader *r, const place *at, user_text text) {
  const frame *f = &r->f;
  if (at->e->result.there || f->results > 0 || f->meta) return;
  if (f->summary || text == USER_TEXT_SUMMARY) {
    put_line_event(r, at, EVENT_COMPACTION_SUMMARY, DETAIL_NONE, -1);
    return;
  }
  if ((at->flags & RECORD_SUBAGENT) != 0 || f->origin == ORIGIN_OTHER) return;
  switch (text) {
  case USER_TEXT_INTERRUPT: put_line_event(r, at, EVENT_INTERRUPT, DETAIL_NONE, -1); break;
  case USER_TEXT_BASH: put_line_event(r, at, EVENT_BASH_COMMAND, DETAIL_NONE, -1); break;
  case USER_TEXT_SLASH:
    put_command(r, at, bpi_prompt_command(r->text.head, r->text.head_length));
    break;
  case USER_TEXT_NONE:
    if (f->image) put_prompt(r, at, 0);
    break;
  case USER_TEXT_PROMPT:
  case USER_TEXT_WARMUP: put_prompt(r, at, 0); break;
  case USER_TEXT_SUMMARY:
  case USER_TEXT_INJECTED: break;
  }
}

/* A prompt typed while the model was working. */
static void tell_attachment(reader *r, const place *at, user_text text) {
  const frame *f = &r->f;
  int origin = f->attachment_origin != ORIGIN_ABSENT ? f->attachment_origin : f->origin;
  if (!f->queued || !f->command_mode || origin != ORIGIN_HUMAN || f->meta) return;
  if ((at->flags & RECORD_SUBAGENT) != 0) return;
  if (text == USER_TEXT_PROMPT || text == USER_TEXT_WARMUP || (text == USER_TEXT_NONE && f->image))
    put_prompt(r, at, PROMPT_QUEUED);
}

/* ----------------------------------------------------------------------------------- subagents */

bool bpi_cc_is_noise_agent(const char *raw, size_t length) {
  return bpi_starts_with(raw, length, "acompact-") ||
         bpi_starts_with(raw, length, "aprompt_suggestion-");
}

/* A file whose first prompt is that of a warm-up agent belongs to that agent, until a line of the
 * main thread or another prompt shows otherwise. */
static void watch_warmup(reader *r, bool subagent, user_text text) {
  int64_t *state = &r->in->memory[MEMORY_WARMUP];
  const frame *f = &r->f;
  if (f->type != TYPE_USER && f->type != TYPE_ASSISTANT) return;
  bool prompts = f->type == TYPE_USER && !f->meta && !r->own.result.there && f->results == 0 &&
                 (text == USER_TEXT_PROMPT || text == USER_TEXT_WARMUP);
  if (*state == WARMUP_UNDECIDED && prompts)
    *state = subagent && text == USER_TEXT_WARMUP ? WARMUP_RUNNING : WARMUP_NO;
  else if (!subagent || (prompts && text != USER_TEXT_WARMUP))
    *state = WARMUP_NO;
}

static unsigned flags_of_line(reader *r, user_text text) {
  const frame *f = &r->f;
  bool subagent = f->sidechain || f->agent_length > 0 || r->agent_file;
  unsigned flags = f->forked ? RECORD_FORKED : 0;
  watch_warmup(r, subagent, text);
  if (!subagent) return flags;
  flags |= RECORD_SUBAGENT | RECORD_SIDECHAIN;
  if (r->noise_file || bpi_cc_is_noise_agent(f->agent, f->agent_length) ||
      r->in->memory[MEMORY_WARMUP] == WARMUP_RUNNING)
    flags |= RECORD_NOISE;
  return flags;
}

static void tell_agent(reader *r, const place *at) {
  const frame *f = &r->f;
  bool speaks = f->type == TYPE_USER || f->type == TYPE_ASSISTANT;
  if (!speaks || (at->flags & RECORD_SUBAGENT) == 0 || (at->flags & RECORD_NOISE) != 0) return;
  if (f->agent_length > 0)
    put_agent(r, at, f->agent, f->agent_length);
  else if (r->file_agent_length > 0)
    put_agent(r, at, r->file_agent, r->file_agent_length);
}

static void tell_nested(reader *r, unsigned flags) {
  const frame *f = &r->f;
  place at = {&r->nested, flags | RECORD_SUBAGENT | RECORD_SIDECHAIN,
              r->nested.has_time ? r->nested.time : r->own.time};
  if (bpi_cc_is_noise_agent(f->nested_agent, f->nested_agent_length)) at.flags |= RECORD_NOISE;
  if (f->nested_agent_length > 0 && (at.flags & RECORD_NOISE) == 0)
    put_agent(r, &at, f->nested_agent, f->nested_agent_length);
  put_responses(r, &at);
  put_tools(r, &at, true);
  tell_api_error(r, &at);
}

void bpi_cc_tell_line(reader *r) {
  frame *f = &r->f;
  user_text text = f->text_there ? bpi_prompt_classify(&r->text) : USER_TEXT_NONE;
  place at = {&r->own, flags_of_line(r, text), r->own.time};

  put_session(r, &at);
  tell_agent(r, &at);
  put_responses(r, &at);
  put_tools(r, &at, false);
  tell_api_error(r, &at);
  if (r->nested.there) tell_nested(r, at.flags);
  switch (f->type) {
  case TYPE_USER: tell_user(r, &at, text); break;
  case TYPE_SYSTEM: tell_system(r, &at); break;
  case TYPE_ATTACHMENT: tell_attachment(r, &at, text); break;
  case TYPE_PULL_REQUEST:
    if (f->url_length > 0)
      put_change(r, &at, CHANGE_PULL_REQUEST,
                 bpi_memo_ident(&r->names, IDENT_CHANGE, f->url, f->url_length));
    break;
  default: break;
  }
}
