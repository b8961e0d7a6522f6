/* sources/opencode.c: sessions exported by opencode: one document with a session, its messages and
 * their parts. Knows the document and the content of messages and parts. */
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "sources/opencode.h"

#define DOCUMENT_KEYS(X) X(K_INFO, "info") X(K_MESSAGES, "messages")
OBJECT_KEYS(document_keys, DOCUMENT_KEYS);
/* clang-format off */
#define SESSION_KEYS(X)                                                                            \
  X(S_ID, "id") X(S_PARENT, "parentID") X(S_DIRECTORY, "directory") X(S_VERSION, "version")        \
  X(S_TIME, "time")
OBJECT_KEYS(session_keys, SESSION_KEYS);
#define TIME_KEYS(X)                                                                               \
  X(TIME_CREATED, "created") X(TIME_START, "start") X(TIME_END, "end") X(TIME_RAN, "ran")          \
  X(TIME_COMPLETED, "completed")
OBJECT_KEYS(time_keys, TIME_KEYS);
#define MESSAGE_KEYS(X) X(M_INFO, "info") X(M_PARTS, "parts")
OBJECT_KEYS(message_keys, MESSAGE_KEYS);
#define INFO_KEYS(X)                                                                               \
  X(I_ID, "id") X(I_ROLE, "role") X(I_TIME, "time") X(I_MODEL, "modelID") X(I_COST, "cost")        \
  X(I_TOKENS, "tokens") X(I_FINISH, "finish") X(I_ERROR, "error")
OBJECT_KEYS(info_keys, INFO_KEYS);
#define TOKEN_KEYS(X)                                                                              \
  X(T_INPUT, "input") X(T_OUTPUT, "output") X(T_REASONING, "reasoning") X(T_TOTAL, "total")        \
  X(T_CACHE, "cache")
OBJECT_KEYS(token_keys, TOKEN_KEYS);
#define CACHE_KEYS(X) X(CACHE_READ, "read") X(CACHE_WRITE, "write")
OBJECT_KEYS(cache_keys, CACHE_KEYS);
#define ERROR_KEYS(X) X(ERROR_NAME, "name") X(ERROR_TYPE, "type")
OBJECT_KEYS(error_keys, ERROR_KEYS);
#define PART_KEYS(X)                                                                               \
  X(P_TYPE, "type") X(P_TEXT, "text") X(P_SYNTHETIC, "synthetic") X(P_MIME, "mime")                \
  X(P_CALL, "callID") X(P_TOOL, "tool") X(P_STATE, "state")
OBJECT_KEYS(part_keys, PART_KEYS);
#define STATE_KEYS(X)                                                                              \
  X(STATE_STATUS, "status") X(STATE_INPUT, "input") X(STATE_ERROR, "error")                        \
  X(STATE_METADATA, "metadata") X(STATE_TIME, "time")
/* clang-format on */
OBJECT_KEYS(state_keys, STATE_KEYS);
#define METADATA_KEYS(X) X(METADATA_DIFF, "diff") X(METADATA_FILES, "files")
OBJECT_KEYS(metadata_keys, METADATA_KEYS);
#define CHANGED_KEYS(X) X(CHANGED_ADDED, "additions") X(CHANGED_REMOVED, "deletions")
OBJECT_KEYS(changed_keys, CHANGED_KEYS);
#define PROBLEM_KEYS(X) X(PROBLEM_TYPE, "type") X(PROBLEM_MESSAGE, "message")
OBJECT_KEYS(problem_keys, PROBLEM_KEYS);

/* Keys of version 2, which stores a message with everything in it. */
/* clang-format off */
#define STEP_KEYS(X)                                                                               \
  X(W_TIME, "time") X(W_MODEL, "model") X(W_COST, "cost") X(W_TOKENS, "tokens")                    \
  X(W_FINISH, "finish") X(W_ERROR, "error") X(W_STATUS, "status") X(W_TEXT, "text")                \
  X(W_FILES, "files")
OBJECT_KEYS(step_keys, STEP_KEYS);
#define MODEL_KEYS(X) X(MODEL_ID, "id")
OBJECT_KEYS(model_keys, MODEL_KEYS);
#define FILE_KEYS(X) X(FILE_MIME, "mime")
OBJECT_KEYS(file_keys, FILE_KEYS);
#define CONTENT_KEYS(X) X(W_CONTENT, "content")
OBJECT_KEYS(content_keys, CONTENT_KEYS);
#define CALL_KEYS(X)                                                                               \
  X(V_TYPE, "type") X(V_ID, "id") X(V_NAME, "name") X(V_STATE, "state") X(V_TIME, "time")
/* clang-format on */
OBJECT_KEYS(call_keys, CALL_KEYS);

static const char *const roles[] = {"user", "assistant", NULL};
static const char *const part_words[] = {"tool", "text", "file", NULL};
enum { STATUS_COMPLETED, STATUS_ERROR };
static const char *const status_words[] = {"completed", "error", NULL};
static const char *const finish_words[] = {"stop", "tool-calls", "length", NULL};
static const int finish_stops[] = {STOP_END, STOP_TOOL, STOP_LENGTH};
enum { ERROR_OTHER = -1, ERROR_ABORTED, ERROR_AUTH, ERROR_LENGTH };
static const char *const error_words[] = {"MessageAbortedError", "ProviderAuthError",
                                          "MessageOutputLengthError", "aborted", NULL};
static const int error_classes[] = {ERROR_ABORTED, ERROR_AUTH, ERROR_LENGTH, ERROR_ABORTED};
static const char redacted[] = "REDACTED"; /* what publishers write in place of identifiers */

/* Beginnings of the error of a call that the person or one of their rules ended, */
static const struct {
  const char *prefix;
  int outcome;
} endings[] = {{"The user rejected permission", OUTCOME_REJECTED},
               {"The user declined", OUTCOME_REJECTED},
               {"Permission denied", OUTCOME_DENIED},
               {"Tool execution aborted", OUTCOME_INTERRUPTED}};
/* and the error types that say so by themselves. */
static const char *const problem_words[] = {"permission.rejected", "aborted", NULL};
static const int problem_outcomes[] = {OUTCOME_REJECTED, OUTCOME_INTERRUPTED};

/* -------------------------------------------------------------------------------------- times */

typedef struct times {
  int64_t created, start, end;
} times;

static times read_times(scan *s, int *reject) {
  times t = {BPI_TIME_NONE, BPI_TIME_NONE, BPI_TIME_NONE};
  int64_t *const into[] = {&t.created, &t.start, &t.end, &t.start, &t.end};
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return t;
  for (int m; (m = bpi_object_member(s, time_keys, &seen, reject)) >= 0;)
    *into[m] = bpi_object_time_ms(s);
  return t;
}

/* -------------------------------------------------------------------------------------- parts */

/* The outcome of an error's text; -1 if it decides nothing. */
static int read_ending(scan *s) {
  char head[64];
  size_t length;
  int outcome = -1;
  if (!bpi_scan_text(s, head, sizeof head, &length, NULL)) return -1;
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
    if (bpi_starts_with(head, length, endings[i].prefix)) outcome = endings[i].outcome;
  bpi_hash_wipe(head, length);
  return outcome;
}

/* A text; in version 2 an object with a type and a text. */
static void read_error(opencode_part *p, scan *s, int *reject) {
  uint64_t seen = 0;
  int type = -1, ending = -1;
  if (bpi_scan_peek(s) == SCAN_TEXT)
    ending = read_ending(s);
  else if (bpi_scan_enter_object(s))
    for (int m; (m = bpi_object_member(s, problem_keys, &seen, reject)) >= 0;) {
      if (m == PROBLEM_TYPE)
        type = bpi_object_word(s, problem_words);
      else
        ending = read_ending(s);
    }
  if (ending < 0 && type >= 0) ending = problem_outcomes[type];
  if (ending >= 0) p->ending = ending;
}

/* The lines of the files that a call of version 2 changed; other tools list other things there. */
static bool read_changed(scan *s, diff_text *lines) {
  bool told = false;
  int bad = 0;
  if (!bpi_scan_enter_array(s)) return false;
  while (bpi_scan_item(s)) {
    uint64_t seen = 0;
    if (!bpi_scan_enter_object(s)) continue;
    for (int m; (m = bpi_object_member(s, changed_keys, &seen, &bad)) >= 0; told = true) {
      int64_t *sum = m == CHANGED_ADDED ? &lines->added : &lines->removed;
      *sum = bpi_add_count(*sum, bpi_object_count(s, &bad));
    }
  }
  return told && bad == 0;
}

/* A diff takes precedence over a list of files. */
static void read_metadata(opencode_part *p, scan *s, int *reject) {
  uint64_t seen = 0;
  bool listed = false;
  diff_text lines = {0};
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, metadata_keys, &seen, reject)) >= 0;) {
    if (m == METADATA_FILES)
      listed = read_changed(s, &lines);
    else
      p->diffed = bpi_scan_text_feed(s, bpi_diff_feed, &p->diff);
  }
  if (listed && !p->diffed) p->diff = lines;
  p->diffed |= listed;
}

static void read_state(opencode_part *p, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, state_keys, &seen, reject)) >= 0;) {
    times t;
    switch (m) {
    case STATE_STATUS: p->status = bpi_object_word(s, status_words); break;
    case STATE_INPUT: bpi_content_input(s, &p->input, &p->dropped, reject); break;
    case STATE_ERROR: read_error(p, s, reject); break;
    case STATE_METADATA: read_metadata(p, s, reject); break;
    default:
      t = read_times(s, reject);
      p->start = t.start;
      p->end = t.end;
    }
  }
}

static bool read_image(scan *s) {
  char head[8];
  size_t length;
  return bpi_scan_text(s, head, sizeof head, &length, NULL) &&
         bpi_starts_with(head, length, "image/");
}

static void start_part(opencode_part *p) {
  p->type = p->status = -1;
  p->ending = OUTCOME_ERROR;
  p->synthetic = p->image = p->diffed = false;
  p->dropped = 0;
  p->number++;
  p->start = p->end = BPI_TIME_NONE;
  p->diff = (diff_text){0};
  p->call.length = p->tool.length = 0;
  p->text = (prompt_facts){false, 0, 0};
  bpi_content_input_start(&p->input);
}

int bpi_opencode_take_part(void *self, scan *s) {
  opencode_part *p = &((opencode *)self)->part;
  uint64_t seen = 0;
  int reject = 0;
  start_part(p);
  for (int m; (m = bpi_object_member(s, part_keys, &seen, &reject)) >= 0;) {
    switch (m) {
    case P_TYPE: p->type = bpi_object_word(s, part_words); break;
    case P_TEXT: bpi_content_prompt(s, &p->text, &reject); break;
    case P_SYNTHETIC: p->synthetic = bpi_object_true(s); break;
    case P_MIME: p->image = read_image(s); break;
    case P_CALL: bpi_object_into(s, &p->call, &p->dropped); break;
    case P_TOOL: bpi_object_into(s, &p->tool, &p->dropped); break;
    default: read_state(p, s, &reject);
    }
  }
  bool named = p->call.length > 0 && !bpi_ident_absent(((opencode *)self)->rows.session);
  if (reject == 0 && p->type == PART_TOOL && !named) reject = REJECT_FIELD;
  return reject;
}

static bool is_redacted(const id_text *id) {
  return id->length == sizeof redacted - 1 && memcmp(id->at, redacted, id->length) == 0;
}

/* The key of an identifier within the session; if it was redacted, of its index. */
static ident key_of(opencode *o, ident_kind kind, const id_text *id, int64_t place) {
  return bpi_row_key(&o->rows, kind, id, is_redacted(id) ? place : 0);
}

bool bpi_opencode_is_copy(const opencode *o, int64_t time) {
  return time != BPI_TIME_NONE && o->born != BPI_TIME_NONE && time < o->born;
}

int bpi_opencode_put_call(opencode *o) {
  const opencode_part *p = &o->part;
  rows *r = &o->rows;
  if (bpi_opencode_is_copy(o, p->start)) return BP_OK;
  r->time = p->start;
  record use = bpi_row(r, RECORD_TOOL_USE);
  use.key = key_of(o, IDENT_TOOL, &p->call, o->messages << 20 | p->number);
  use.u.use = bpi_content_use(&p->input, bpi_row_name(r, LABEL_TOOL, &p->tool),
                              bpi_row_name(r, LABEL_FILE, &p->input.file));
  int rc = bpi_row_put(r, &use);
  if (rc != BP_OK || p->status < 0) return rc;
  r->time = p->end;
  record end = bpi_row(r, RECORD_TOOL_RESULT);
  bool good = p->status == STATUS_COMPLETED;
  end.key = use.key;
  end.u.result = (tool_result_record){.outcome = good ? OUTCOME_OK : p->ending,
                                      .added = good && p->diffed ? p->diff.added : -1,
                                      .removed = good && p->diffed ? p->diff.removed : -1,
                                      .duration_us = -1};
  if (end.u.result.outcome == OUTCOME_ERROR) end.u.result.failure = FAILURE_OTHER;
  return bpi_row_put(r, &end);
}

void bpi_opencode_add_text(prompt_facts *into, const opencode_part *p) {
  if (p->type == PART_FILE) into->features |= p->image ? PROMPT_IMAGE : PROMPT_FILE;
  if (p->type != PART_TEXT || p->synthetic) return;
  into->there = true;
  into->characters += p->text.characters;
  into->features |= p->text.features;
}

int bpi_opencode_put_part(opencode *o) {
  bpi_row_dropped(&o->rows, o->part.dropped);
  if (o->part.type == PART_TOOL) return bpi_opencode_put_call(o);
  bpi_opencode_add_text(&o->message.prompt, &o->part);
  return BP_OK;
}

static int emit_part(void *self) {
  return bpi_opencode_put_part(self);
}

/* ----------------------------------------------------------------------------------- messages */

static void read_cache(opencode_message *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, cache_keys, &seen, reject)) >= 0;)
    *(m == CACHE_READ ? &l->read : &l->written) = bpi_object_count(s, reject);
}

static void read_tokens(opencode_message *l, scan *s, int *reject) {
  int64_t *const into[] = {&l->input, &l->output, &l->reasoning, &l->total};
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  l->counted = true;
  for (int m; (m = bpi_object_member(s, token_keys, &seen, reject)) >= 0;) {
    if (m == T_CACHE)
      read_cache(l, s, reject);
    else
      *into[m] = bpi_object_count(s, reject);
  }
}

/* Converts dollars to billionths; -1 if the value is invalid. */
static int64_t read_cost(scan *s) {
  double cost = -1;
  if (!bpi_scan_real(s, &cost) || !(cost >= 0 && cost < 1e6)) return -1;
  return (int64_t)(cost * 1e9 + 0.5);
}

static void read_failure(opencode_message *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  l->failed = true;
  while (bpi_object_member(s, error_keys, &seen, reject) >= 0) {
    int word = bpi_object_word(s, error_words);
    if (word >= 0) l->error = error_classes[word];
  }
}

static int read_stop(scan *s) {
  if (bpi_scan_peek(s) != SCAN_TEXT) {
    bpi_scan_skip(s);
    return STOP_NONE;
  }
  int word = bpi_object_word(s, finish_words);
  return word < 0 ? STOP_OTHER : finish_stops[word];
}

/* Reads the members of the open object. */
static void read_info(opencode_message *l, scan *s, int *reject) {
  uint64_t seen = 0;
  for (int m; (m = bpi_object_member(s, info_keys, &seen, reject)) >= 0;) {
    switch (m) {
    case I_ID: bpi_object_into(s, &l->id, &l->dropped); break;
    case I_ROLE: l->role = bpi_object_word(s, roles); break;
    case I_TIME: l->time = read_times(s, reject).created; break;
    case I_MODEL: bpi_object_into(s, &l->model, &l->dropped); break;
    case I_COST: l->cost = read_cost(s); break;
    case I_TOKENS: read_tokens(l, s, reject); break;
    case I_FINISH: l->stop = read_stop(s); break;
    default: read_failure(l, s, reject);
    }
  }
}

static void start_message(opencode_message *l) {
  l->role = ROLE_OTHER;
  l->stop = STOP_NONE;
  l->error = ERROR_OTHER;
  l->counted = l->failed = false;
  l->dropped = 0;
  l->time = BPI_TIME_NONE;
  l->cost = l->input = l->output = l->reasoning = l->total = l->read = l->written = -1;
  l->id.length = l->model.length = 0;
  l->prompt = (prompt_facts){false, 0, 0};
}

int bpi_opencode_take_info(void *self, scan *s) {
  opencode *o = self;
  int reject = 0;
  start_message(&o->message);
  read_info(&o->message, s, &reject);
  return reject;
}

static int take_message(void *self, scan *s) {
  opencode *o = self;
  object_reader parts = {.take = bpi_opencode_take_part, .emit = emit_part, .self = o};
  uint64_t seen = 0;
  int reject = 0, rc = BP_OK;
  start_message(&o->message);
  o->messages++;
  o->part.number = 0;
  for (int m; rc == BP_OK && (m = bpi_object_member(s, message_keys, &seen, &reject)) >= 0;) {
    if (m == M_PARTS)
      rc = bpi_read_items(o->rows.in, &parts);
    else if (bpi_scan_enter_object(s))
      read_info(&o->message, s, &reject);
  }
  if (rc != BP_OK) return rc;
  bool named = o->message.id.length > 0 && !bpi_ident_absent(o->rows.session);
  if (reject == 0 && o->message.role != ROLE_OTHER && !named) reject = REJECT_FIELD;
  return reject;
}

/* Output includes reasoning here. Later clients report it separately, which shows in their
 * total. */
static int64_t output_of(const opencode_message *l) {
  if (l->output < 0 || l->reasoning <= 0) return l->output;
  int64_t both = l->output + l->reasoning;
  return l->total - bpi_known(l->input) - bpi_known(l->read) - bpi_known(l->written) < both
             ? l->output
             : both;
}

/* The client's input excludes the cache. */
static int put_response(opencode *o) {
  const opencode_message *l = &o->message;
  record row = bpi_row_response(&o->rows);
  response_record *r = &row.u.response;
  row.key = key_of(o, IDENT_RESPONSE, &l->id, o->messages);
  r->model = bpi_row_name(&o->rows, LABEL_MODEL, &l->model).label;
  r->input = l->input;
  r->output = output_of(l);
  r->cache_read = l->read;
  r->cache_write_5m = l->written;
  r->reasoning = l->reasoning;
  r->cost_nano = l->cost;
  r->stop = l->stop;
  return bpi_row_put(&o->rows, &row);
}

static int put_failure(opencode *o) {
  static const int details[] = {DETAIL_NONE, DETAIL_AUTH, DETAIL_MAX_OUTPUT};
  const opencode_message *l = &o->message;
  bool aborted = l->error == ERROR_ABORTED;
  record row = bpi_row(&o->rows, RECORD_EVENT);
  row.key = key_of(o, IDENT_EVENT, &l->id, o->messages);
  row.u.event = (event_record){.event = aborted ? EVENT_INTERRUPT : EVENT_API_ERROR,
                               .detail = l->error < 0 ? DETAIL_OTHER : details[l->error],
                               .value = -1};
  return bpi_row_put(&o->rows, &row);
}

/* A subagent's prompts are written by a model. */
static int put_prompt(opencode *o) {
  const opencode_message *l = &o->message;
  bool asked = l->prompt.there || l->prompt.features != 0;
  if (!asked || (o->rows.flags & RECORD_SUBAGENT) || bpi_opencode_is_copy(o, l->time)) return BP_OK;
  record row = bpi_row(&o->rows, RECORD_PROMPT);
  row.key = key_of(o, IDENT_PROMPT, &l->id, o->messages);
  row.u.prompt = (prompt_record){l->prompt.characters, l->prompt.features, MODE_UNKNOWN};
  return bpi_row_put(&o->rows, &row);
}

int bpi_opencode_put_answer(opencode *o) {
  const opencode_message *l = &o->message;
  if (l->role != ROLE_ASSISTANT || bpi_opencode_is_copy(o, l->time)) return BP_OK;
  int rc = l->counted ? put_response(o) : BP_OK;
  return rc == BP_OK && l->failed ? put_failure(o) : rc;
}

int bpi_opencode_put_message(opencode *o) {
  const opencode_message *l = &o->message;
  bpi_row_dropped(&o->rows, l->dropped);
  o->rows.time = l->time;
  return l->role == ROLE_USER ? put_prompt(o) : bpi_opencode_put_answer(o);
}

static int emit_message(void *self) {
  return bpi_opencode_put_message(self);
}

/* ----------------------------------------------------------------------- messages of version 2 */

static void read_model(opencode_message *l, scan *s, int *reject) {
  uint64_t seen = 0;
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_object_member(s, model_keys, &seen, reject) >= 0)
    bpi_object_into(s, &l->model, &l->dropped);
}

static void read_files(opencode_message *l, scan *s, int *reject) {
  if (!bpi_scan_enter_array(s)) return;
  while (bpi_scan_item(s)) {
    uint64_t seen = 0;
    bool image = false;
    if (!bpi_scan_enter_object(s)) continue;
    while (bpi_object_member(s, file_keys, &seen, reject) >= 0)
      image = read_image(s);
    l->prompt.features |= image ? PROMPT_IMAGE : PROMPT_FILE;
  }
}

/* The output in version 2 excludes reasoning. A compaction has a status but no stop reason. */
int bpi_opencode_take_step(void *self, scan *s) {
  opencode_message *l = &((opencode *)self)->message;
  prompt_facts text = {false, 0, 0};
  uint64_t seen = 0;
  int reject = 0;
  bool ended = false;
  start_message(l);
  for (int m; (m = bpi_object_member(s, step_keys, &seen, &reject)) >= 0;) {
    switch (m) {
    case W_TIME: l->time = read_times(s, &reject).created; break;
    case W_MODEL: read_model(l, s, &reject); break;
    case W_COST: l->cost = read_cost(s); break;
    case W_TOKENS: read_tokens(l, s, &reject); break;
    case W_FINISH: l->stop = read_stop(s); break;
    case W_ERROR: read_failure(l, s, &reject); break;
    case W_STATUS: ended = bpi_object_word(s, status_words) == STATUS_COMPLETED; break;
    case W_TEXT: bpi_content_prompt(s, &text, &reject); break;
    default: read_files(l, s, &reject);
    }
  }
  l->prompt.there = text.there;
  l->prompt.characters = text.characters;
  l->prompt.features |= text.features;
  if (ended && l->stop == STOP_NONE) l->stop = STOP_END;
  if (l->output >= 0) l->output += bpi_known(l->reasoning);
  l->total = -1;
  return reject;
}

static int take_call(opencode *o, scan *s) {
  opencode_part *p = &o->part;
  times t = {BPI_TIME_NONE, BPI_TIME_NONE, BPI_TIME_NONE};
  uint64_t seen = 0;
  int reject = 0;
  start_part(p);
  for (int m; (m = bpi_object_member(s, call_keys, &seen, &reject)) >= 0;) {
    switch (m) {
    case V_TYPE: p->type = bpi_object_word(s, part_words); break;
    case V_ID: bpi_object_into(s, &p->call, &p->dropped); break;
    case V_NAME: bpi_object_into(s, &p->tool, &p->dropped); break;
    case V_STATE: read_state(p, s, &reject); break;
    default: t = read_times(s, &reject);
    }
  }
  p->start = t.start != BPI_TIME_NONE ? t.start : t.created;
  p->end = t.end;
  return reject == 0 && p->type == PART_TOOL && p->call.length == 0 ? REJECT_FIELD : reject;
}

int bpi_opencode_put_calls(void *self, scan *s) {
  opencode *o = self;
  uint64_t seen = 0;
  int refused = 0, twice = 0;
  while (bpi_object_member(s, content_keys, &seen, &twice) >= 0) {
    if (!bpi_scan_enter_array(s)) continue;
    while (bpi_scan_item(s)) {
      int reject = bpi_scan_enter_object(s) ? take_call(o, s) : REJECT_SHAPE;
      if (reject == 0 && o->part.type == PART_TOOL) {
        bpi_row_dropped(&o->rows, o->part.dropped);
        reject = bpi_opencode_put_call(o);
      }
      if (reject < 0) return reject;
      if (refused == 0) refused = reject;
    }
  }
  return refused != 0 ? refused : twice;
}

/* ----------------------------------------------------------------------------------- sessions */

/* Reads the members of the open object. */
int bpi_opencode_take_session(void *self, scan *s) {
  opencode_session *is = &((opencode *)self)->session;
  uint64_t seen = 0;
  int reject = 0;
  is->dropped = 0;
  is->time = BPI_TIME_NONE;
  is->id.length = is->parent.length = is->directory.length = is->version.length = 0;
  for (int m; (m = bpi_object_member(s, session_keys, &seen, &reject)) >= 0;) {
    switch (m) {
    case S_ID: bpi_object_into(s, &is->id, &is->dropped); break;
    case S_PARENT: bpi_object_into(s, &is->parent, &is->dropped); break;
    case S_DIRECTORY: bpi_object_into(s, &is->directory, &is->dropped); break;
    case S_VERSION: bpi_object_into(s, &is->version, &is->dropped); break;
    default: is->time = read_times(s, &reject).created;
    }
  }
  return reject;
}

int bpi_opencode_put_session(opencode *o) {
  const opencode_session *is = &o->session;
  rows *r = &o->rows;
  bool child = is->parent.length > 0;
  bpi_row_dropped(r, is->dropped);
  if (is->id.length == 0) return BP_OK;
  bpi_rows_session(r, is->id.at, is->id.length);
  if (child) bpi_rows_belong(r, is->parent.at, is->parent.length);
  if (child && !bpi_ident_absent(o->root)) r->session = o->root;
  r->flags = child ? RECORD_SUBAGENT | RECORD_SIDECHAIN : 0;
  r->time = o->born = is->time;
  name version = bpi_row_name(r, LABEL_VERSION, &is->version);
  record row = bpi_row(r, RECORD_SESSION);
  row.u.session_row =
      (session_record){.workspace = bpi_row_name(r, LABEL_WORKSPACE, &is->directory).label,
                       .version = version.label,
                       .version_rank = version.number};
  int rc = bpi_row_put(r, &row);
  return rc == BP_OK && child ? bpi_row_event(r, EVENT_SUBAGENT, DETAIL_NONE, &is->id) : rc;
}

static int take(void *self, scan *s) {
  opencode *o = self;
  object_reader messages = {.take = take_message, .emit = emit_message, .self = o};
  uint64_t seen = 0;
  int reject = 0, rc = BP_OK;
  o->messages = 0;
  o->born = BPI_TIME_NONE;
  o->rows.session = o->rows.scope = (ident){0, 0};
  for (int m; rc == BP_OK && (m = bpi_object_member(s, document_keys, &seen, &reject)) >= 0;) {
    if (m == K_MESSAGES) {
      rc = bpi_read_items(o->rows.in, &messages);
      continue;
    }
    memset(&o->session, 0, sizeof o->session);
    int refused = bpi_scan_enter_object(s) ? bpi_opencode_take_session(o, s) : 0;
    if (reject == 0) reject = refused;
    if (!bpi_scan_failed(s)) rc = bpi_opencode_put_session(o);
  }
  return rc != BP_OK ? rc : reject;
}

static int emit(void *self) {
  (void)self; /* everything was reported while it was read */
  return BP_OK;
}

/* --------------------------------------------------------------------------------- the source */

static int read_export(source_input *in) {
  opencode *o = bpi_alloc_zero(1, sizeof *o);
  if (o == NULL) return BP_ERR_NOMEM;
  object_reader reader = {.take = take, .emit = emit, .self = o, .lists = true};
  bpi_rows_start(&o->rows, in, TIER_RECORD);
  int rc = bpi_read_objects(in, &reader);
  bpi_content_input_free(&o->part.input);
  bpi_free(o);
  return rc;
}

/* Whether the last `count` components start with `folders`, in which "/" stands for any
 * separator. */
static bool lies_in(const char *path, int count, const char *folders) {
  const char *at = bpi_last_parts(path, count);
  for (; *folders != '\0'; folders++, at++)
    if (*at != *folders && !(*folders == '/' && *at == '\\')) return false;
  return true;
}

static bool is_session(const char *path) {
  const char *base = bpi_base_name(path);
  return strncmp(base, "ses_", 4) == 0 && bpi_ends_with(base, ".json");
}

bool bpi_opencode_is_stored(const char *path) {
  return is_session(path) && lies_in(path, 4, "storage/session/");
}

/* ses_….json, or any name that ends in .opencode.json. The client's own folder has files with such
 * names that are not exports. */
static bool is_export(const char *path) {
  if (bpi_ends_with(path, ".opencode.json")) return true;
  return is_session(path) && !lies_in(path, 3, "storage/") && !lies_in(path, 4, "storage/");
}

/* Whether it has a session's info with a folder, and messages. */
static bool recognise(const char *bytes, size_t length) {
  static const char *const inner[] = {"id", "directory", NULL};
  uint64_t seen = 0, info = 0;
  int twice = 0;
  scan s;
  bpi_scan_init_memory(&s, bytes, length);
  s.document = true;
  if (bpi_scan_value(&s) == SCAN_OBJECT)
    for (int m; seen != 3 && (m = bpi_object_member(&s, document_keys, &seen, &twice)) >= 0;) {
      if (m == K_INFO && bpi_scan_enter_object(&s))
        while (bpi_object_member(&s, inner, &info, &twice) >= 0)
          bpi_scan_skip(&s);
      else
        bpi_scan_skip(&s);
    }
  bpi_scan_free(&s);
  return seen == 3 && info == 3;
}

static const field_rule rules[] = {
    {"info.id", FIELD_HASHED, "keyed hash: same session"},
    {"info.parentID", FIELD_HASHED, "keyed hash: session of a subagent"},
    {"info.directory", FIELD_LABEL, "project: last component of the folder"},
    {"info.version", FIELD_LABEL, "version of the client"},
    {"info.time.created", FIELD_KEPT, "when the session began"},
    {"messages[].info.id", FIELD_HASHED, "keyed hash: same message"},
    {"messages[].info.role", FIELD_COMPARED, "who wrote the message"},
    {"messages[].info.time.created", FIELD_KEPT, "when it happened"},
    {"messages[].info.modelID", FIELD_LABEL, "model"},
    {"messages[].info.cost", FIELD_KEPT, "cost as the client recorded it"},
    {"messages[].info.tokens.input", FIELD_KEPT, "tokens"},
    {"messages[].info.tokens.output", FIELD_KEPT, "tokens"},
    {"messages[].info.tokens.reasoning", FIELD_KEPT, "tokens"},
    {"messages[].info.tokens.total", FIELD_COMPARED, "whether output includes reasoning"},
    {"messages[].info.tokens.cache.read", FIELD_KEPT, "tokens"},
    {"messages[].info.tokens.cache.write", FIELD_KEPT, "tokens"},
    {"messages[].info.finish", FIELD_KEPT, "closed vocabulary: why a response stopped"},
    {"messages[].info.error.name", FIELD_COMPARED, "class of an error"},
    {"messages[].parts[].type", FIELD_COMPARED, "which kind of part it is"},
    {"messages[].parts[].text", FIELD_COUNTED,
     "characters of a prompt; whether it holds code or a file"},
    {"messages[].parts[].synthetic", FIELD_COMPARED, "whether a person wrote it"},
    {"messages[].parts[].mime", FIELD_COMPARED, "whether a prompt has an image"},
    {"messages[].parts[].callID", FIELD_HASHED, "keyed hash: same tool call"},
    {"messages[].parts[].tool", FIELD_LABEL, "tool"},
    {"messages[].parts[].state.status", FIELD_COMPARED, "how a tool call ended"},
    {"messages[].parts[].state.error", FIELD_COMPARED, "how a tool call ended"},
    {"messages[].parts[].state.metadata.diff", FIELD_COUNTED, "lines"},
    {"messages[].parts[].state.time.start", FIELD_KEPT, "when it happened"},
    {"messages[].parts[].state.time.end", FIELD_KEPT, "when it ended"},
    CONTENT_INPUT_RULES("messages[].parts[].state.input"),
    {NULL, FIELD_KEPT, NULL},
};

const source bpi_source_opencode = {
    .name = "opencode",
    .title = "opencode sessions",
    .platform = "opencode",
    .covers = OPENCODE_COVERS,
    .is_ours = is_export,
    .recognise = recognise,
    .read = read_export,
    .rules = rules,
    .whole = true,
};
