/* sources/claude_code_line.c: reads a line into the frame, its keys in any order. */
#include "sources/claude_code_line.h"

#include <assert.h>

#include "base/text.h"

static const word line_types[] = {
    WORD("user", TYPE_USER),
    WORD("assistant", TYPE_ASSISTANT),
    WORD("system", TYPE_SYSTEM),
    WORD("attachment", TYPE_ATTACHMENT),
    WORD("pr-link", TYPE_PULL_REQUEST),
    NO_WORD,
};
static const word subtypes[] = {
    WORD("compact_boundary", SUBTYPE_COMPACT), WORD("microcompact_boundary", SUBTYPE_MICROCOMPACT),
    WORD("api_error", SUBTYPE_API_ERROR),      WORD("turn_duration", SUBTYPE_TURN),
    WORD("local_command", SUBTYPE_COMMAND),    NO_WORD,
};
static const word roles[] = {
    WORD("assistant", ROLE_ASSISTANT),
    WORD("user", ROLE_USER),
    NO_WORD,
};
static const word origins[] = {
    WORD("human", ORIGIN_HUMAN),
    NO_WORD,
};
static const word triggers[] = {
    WORD("auto", DETAIL_AUTO),
    WORD("manual", DETAIL_MANUAL),
    NO_WORD,
};
static const word tiers[] = {
    WORD("batch", TIER_BATCH),
    WORD("priority", TIER_PRIORITY),
    WORD("flex", TIER_FLEX),
    NO_WORD,
};
static const word speeds[] = {
    WORD("fast", SPEED_FAST),
    NO_WORD,
};
static const word geos[] = {
    WORD("us", GEO_US),
    WORD("eu", GEO_EU),
    WORD("", GEO_NONE),
    WORD("global", GEO_NONE),
    WORD("not_available", GEO_NONE),
    NO_WORD,
};
static const word queued[] = {
    WORD("queued_command", 1),
    NO_WORD,
};
static const word prompt_mode[] = {
    WORD("prompt", 1),
    NO_WORD,
};
static const word part_kinds[] = {
    WORD("advisor_message", PART_ADVISOR),
    WORD("compaction", PART_COMPACTION),
    WORD("message", PART_ATTEMPT),
    WORD("fallback_message", PART_TAKEN_OVER),
    NO_WORD,
};

/* -------------------------------------------------------------------------------------- usage */

static void read_creation(reader *r, usage *u) {
  seen was = bpi_cc_no_keys(r, IN_CREATION);
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = bpi_cc_next_key(r, &was)) != KEY_NONE;)
    bpi_scan_count(r->s, key == KEY_WRITE_5M ? &u->write_5m : &u->write_1h, &u->bad);
}

static void read_usage_member(reader *r, usage *u, int key) {
  switch (key) {
  case KEY_INPUT_TOKENS: u->has_input = bpi_scan_count(r->s, &u->input, &u->bad); break;
  case KEY_OUTPUT_TOKENS: u->has_output = bpi_scan_count(r->s, &u->output, &u->bad); break;
  case KEY_CACHE_READ: bpi_scan_count(r->s, &u->cache_read, &u->bad); break;
  case KEY_CACHE_WRITE: bpi_scan_count(r->s, &u->cache_write, &u->bad); break;
  case KEY_CREATION: read_creation(r, u); break;
  case KEY_SERVER: bpi_cc_inner_count(r, IN_SERVER, &u->web_searches, &u->bad); break;
  case KEY_DETAILS: bpi_cc_inner_count(r, IN_DETAILS, &u->reasoning, &u->bad); break;
  case KEY_TIER: u->tier = bpi_cc_word(r, tiers, TIER_STANDARD, TIER_STANDARD); break;
  case KEY_SPEED: u->speed = bpi_cc_word(r, speeds, SPEED_STANDARD, SPEED_STANDARD); break;
  case KEY_GEO: u->geo = bpi_cc_word(r, geos, GEO_OTHER, GEO_NONE); break;
  default: bpi_scan_skip(r->s);
  }
}

static void start_usage(usage *u) {
  memset(u, 0, sizeof *u);
  u->reasoning = -1; /* most clients do not report it */
}

/* Iterations that repeat the counts need not be stored. */
static void keep_part(reader *r, message *m, const response_part *p) {
  if (p->kind == PART_TAKEN_OVER) {
    m->taken_over = true;
    m->heir = p->model;
  } else if (p->kind != PART_NONE && m->parts < PARTS_MAX) {
    m->part[m->parts++] = *p;
  } else if (p->kind != PART_NONE && p->kind != PART_ATTEMPT) {
    r->sink->drop(r->sink->self);
  }
}

/* Reads one of usage.iterations[]. */
static void read_iteration(reader *r, message *m, int64_t index) {
  response_part p = {.index = index};
  seen was = bpi_cc_no_keys(r, IN_ITERATION);
  start_usage(&p.usage);
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = bpi_cc_next_key(r, &was)) != KEY_NONE;) {
    if (key == KEY_TYPE)
      p.kind = bpi_cc_word(r, part_kinds, PART_NONE, PART_NONE);
    else if (key == KEY_MODEL)
      p.model = bpi_cc_name(r, LABEL_MODEL).label;
    else
      read_usage_member(r, &p.usage, key);
  }
  keep_part(r, m, &p);
}

static void read_usage(reader *r, message *m) {
  seen was = bpi_cc_no_keys(r, IN_USAGE);
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = bpi_cc_next_key(r, &was)) != KEY_NONE;) {
    if (key != KEY_ITERATIONS) {
      read_usage_member(r, &m->usage, key);
    } else if (bpi_scan_enter_array(r->s)) {
      for (int64_t index = 0; bpi_scan_item(r->s); index++)
        read_iteration(r, m, index);
    }
  }
}

/* ------------------------------------------------------------------------------------ message */

void bpi_cc_read_user_text(reader *r) {
  if (bpi_scan_peek(r->s) != SCAN_TEXT) {
    bpi_scan_skip(r->s);
    return;
  }
  if (!r->f.text_there) bpi_prompt_start(&r->text);
  r->f.text_there = true;
  bpi_prompt_block(&r->text);
  bpi_scan_text_feed(r->s, bpi_prompt_feed, &r->text);
  bpi_prompt_block_end(&r->text);
}

/* message.content: text, or an array of blocks. */
static void read_content(reader *r, bool of_user, bool nested) {
  if (bpi_scan_peek(r->s) != SCAN_ARRAY) {
    if (of_user)
      bpi_cc_read_user_text(r);
    else
      bpi_scan_skip(r->s);
    return;
  }
  if (!bpi_scan_enter_array(r->s)) return;
  while (bpi_scan_item(r->s))
    bpi_cc_read_block(r, of_user, nested);
}

static void read_model(reader *r, message *m) {
  static const char synthetic[] = "<synthetic>";
  if (!bpi_cc_text(r, m->model_raw, sizeof m->model_raw, &m->model_length)) return;
  m->synthetic = m->model_length == sizeof synthetic - 1 &&
                 memcmp(m->model_raw, synthetic, sizeof synthetic - 1) == 0;
  if (!m->synthetic)
    m->model = bpi_memo_label(&r->names, LABEL_MODEL, m->model_raw, m->model_length).label;
}

static int read_stop(reader *r) {
  char spare[40];
  const char *text;
  size_t length;
  bool whole;
  if (!bpi_scan_view(r->s, spare, sizeof spare, &text, &length, &whole)) return STOP_NONE;
  int stop = whole ? bpi_vocabulary_code(VOCABULARY_STOP, text, length) : STOP_OTHER;
  return stop > STOP_NONE ? stop : STOP_OTHER;
}

static void start_message(message *m) {
  memset(m, 0, offsetof(message, model_raw));
  start_usage(&m->usage);
}

static void read_message_member(reader *r, message *m, int key, bool nested) {
  switch (key) {
  case KEY_ID: bpi_cc_text(r, m->id, sizeof m->id, &m->id_length); break;
  case KEY_MODEL: read_model(r, m); break;
  case KEY_ROLE: m->role = bpi_cc_word(r, roles, ROLE_UNKNOWN, ROLE_UNKNOWN); break;
  case KEY_STOP: m->stop = read_stop(r); break;
  case KEY_USAGE: read_usage(r, m); break;
  case KEY_CONTENT: read_content(r, !nested && m->role != ROLE_ASSISTANT, nested); break;
  default: bpi_scan_skip(r->s);
  }
}

static void read_message(reader *r, message *m, bool nested) {
  seen was = bpi_cc_no_keys(r, IN_MESSAGE);
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = bpi_cc_next_key(r, &was)) != KEY_NONE;)
    read_message_member(r, m, key, nested);
}

/* --------------------------------------------------------------------------------- envelopes */

static void read_time(reader *r, envelope *e) {
  char text[48];
  size_t length;
  e->has_time = bpi_scan_peek(r->s) != SCAN_NULL;
  e->time = BPI_TIME_NONE;
  if (!bpi_cc_text(r, text, sizeof text, &length)) return;
  int64_t time;
  if (bpi_parse_instant(text, length, &time)) e->time = time;
}

static void start_envelope(envelope *e) {
  memset(e, 0, offsetof(envelope, message));
  start_message(&e->message);
  e->time = BPI_TIME_NONE;
}

/* An API error: the name of its class, or an object with its status. */
static void read_error(reader *r, envelope *e) {
  if (bpi_scan_peek(r->s) != SCAN_TEXT)
    bpi_cc_inner_count(r, IN_ERROR, &e->status, &e->bad_event);
  else
    e->error_detail = bpi_object_code(r->s, bpi_detail_of_error, DETAIL_OTHER, DETAIL_NONE);
}

/* The members that a line shares with a nested line. */
static void read_envelope_member(reader *r, envelope *e, int key, bool nested) {
  switch (key) {
  case KEY_UUID: bpi_cc_text(r, e->uuid, sizeof e->uuid, &e->uuid_length); break;
  case KEY_TIMESTAMP: read_time(r, e); break;
  case KEY_REQUEST: bpi_cc_text(r, e->request, sizeof e->request, &e->request_length); break;
  case KEY_RESULT: bpi_cc_read_result(r, &e->result); break;
  case KEY_MESSAGE: read_message(r, &e->message, nested); break;
  case KEY_API_ERROR: e->api_error = bpi_cc_true(r); break;
  case KEY_ERROR: read_error(r, e); break;
  case KEY_ERROR_STATUS: bpi_scan_count(r->s, &e->status, &e->bad_event); break;
  default: bpi_scan_skip(r->s);
  }
}

/* line.data.message: a line that contains a message; in older clients the message itself. */
static void read_nested(reader *r) {
  envelope *e = &r->nested;
  bool is_line = false;
  seen was = bpi_cc_no_keys(r, IN_NESTED);
  if (!bpi_scan_enter_object(r->s)) return;
  start_envelope(e);
  e->there = true;
  for (int key; (key = bpi_cc_next_key(r, &was)) != KEY_NONE;) {
    switch (key) {
    case KEY_MESSAGE:
      is_line = bpi_scan_peek(r->s) == SCAN_OBJECT;
      if (is_line) start_message(&e->message);
      read_message(r, &e->message, true);
      break;
    case KEY_ID:
    case KEY_MODEL:
    case KEY_ROLE:
    case KEY_STOP:
    case KEY_USAGE:
    case KEY_CONTENT:
      if (is_line)
        bpi_scan_skip(r->s);
      else
        read_message_member(r, &e->message, key, true);
      break;
    default: read_envelope_member(r, e, key, true);
    }
  }
}

static void read_data(reader *r) {
  seen was = bpi_cc_no_keys(r, IN_DATA);
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = bpi_cc_next_key(r, &was)) != KEY_NONE;) {
    if (key == KEY_MESSAGE)
      read_nested(r);
    else
      bpi_cc_text(r, r->f.nested_agent, sizeof r->f.nested_agent, &r->f.nested_agent_length);
  }
}

static void read_origin(reader *r, int *origin) {
  seen was = bpi_cc_no_keys(r, IN_ORIGIN);
  if (!bpi_scan_enter_object(r->s)) return;
  while (bpi_cc_next_key(r, &was) != KEY_NONE)
    *origin = bpi_cc_word(r, origins, ORIGIN_OTHER, ORIGIN_ABSENT);
}

static void read_attachment(reader *r) {
  frame *f = &r->f;
  seen was = bpi_cc_no_keys(r, IN_ATTACHMENT);
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = bpi_cc_next_key(r, &was)) != KEY_NONE;) {
    switch (key) {
    case KEY_TYPE: f->queued = bpi_cc_word(r, queued, 0, 0) != 0; break;
    case KEY_COMMAND_MODE: f->command_mode = bpi_cc_word(r, prompt_mode, 0, 0) != 0; break;
    case KEY_ORIGIN: read_origin(r, &f->attachment_origin); break;
    case KEY_PROMPT: read_content(r, true, false); break;
    default: bpi_scan_skip(r->s);
    }
  }
}

static void read_compaction(reader *r) {
  frame *f = &r->f;
  seen was = bpi_cc_no_keys(r, IN_COMPACT);
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = bpi_cc_next_key(r, &was)) != KEY_NONE;) {
    if (key == KEY_TRIGGER)
      f->compact_detail = bpi_cc_word(r, triggers, DETAIL_OTHER, DETAIL_NONE);
    else
      bpi_scan_count(r->s, &f->tokens_before, &r->own.bad_event);
  }
}

/* The branch; a detached HEAD is none. */
static name read_branch(reader *r) {
  char raw[NAME_RAW_MAX];
  size_t length;
  name again;
  if (bpi_memo_label_again(&r->names, LABEL_BRANCH, r->s, &again)) return again;
  if (!bpi_cc_text(r, raw, sizeof raw, &length)) return (name){0};
  if (length == 4 && memcmp(raw, "HEAD", 4) == 0) return (name){0};
  return bpi_memo_label(&r->names, LABEL_BRANCH, raw, length);
}

/* The text of a system line, which may be a slash command. */
static void read_line_content(reader *r) {
  char head[RESULT_HEAD];
  size_t length;
  if (r->f.type != TYPE_SYSTEM && r->f.type != TYPE_UNKNOWN) {
    bpi_scan_skip(r->s);
    return;
  }
  if (!bpi_scan_text(r->s, head, sizeof head, &length, NULL)) return;
  if (bpi_starts_with(head, length, "<command-name>") ||
      bpi_starts_with(head, length, "<command-message>"))
    r->f.command = bpi_prompt_command(head, length);
  bpi_hash_wipe(head, length);
}

/* Recent clients write the session under two keys; the first one takes precedence. */
static void read_session(reader *r, int key) {
  ident id = bpi_cc_ident(r, IDENT_SESSION);
  if (key == KEY_SESSION ? !bpi_ident_absent(id) : bpi_ident_absent(r->f.of.session))
    r->f.of.session = id;
}

static void read_line_member(reader *r, int key) {
  frame *f = &r->f;
  switch (key) {
  case KEY_TYPE: f->type = bpi_cc_word(r, line_types, TYPE_OTHER, TYPE_OTHER); break;
  case KEY_SUBTYPE: f->subtype = bpi_cc_word(r, subtypes, SUBTYPE_OTHER, SUBTYPE_OTHER); break;
  case KEY_SESSION:
  case KEY_SESSION_TOO: read_session(r, key); break;
  case KEY_CWD: f->of.workspace = bpi_cc_name(r, LABEL_WORKSPACE); break;
  case KEY_BRANCH: f->of.branch = read_branch(r); break;
  case KEY_VERSION: f->of.version = bpi_cc_name(r, LABEL_VERSION); break;
  case KEY_ENTRYPOINT: f->of.entrypoint = bpi_cc_name(r, LABEL_ENTRYPOINT); break;
  case KEY_SIDECHAIN: f->sidechain = bpi_cc_true(r); break;
  case KEY_AGENT: bpi_cc_text(r, f->agent, sizeof f->agent, &f->agent_length); break;
  case KEY_META: f->meta = bpi_cc_true(r); break;
  case KEY_SUMMARY:
  case KEY_HIDDEN: f->summary |= bpi_cc_true(r); break;
  case KEY_MODE:
    f->mode = bpi_object_code(r->s, bpi_mode_of_permission, MODE_OTHER, MODE_UNKNOWN);
    break;
  case KEY_ORIGIN: read_origin(r, &f->origin); break;
  case KEY_DATA: read_data(r); break;
  case KEY_ATTACHMENT: read_attachment(r); break;
  case KEY_CONTENT: read_line_content(r); break;
  case KEY_COMPACT:
  case KEY_MICROCOMPACT: read_compaction(r); break;
  case KEY_DURATION: bpi_scan_count(r->s, &f->duration, &r->own.bad_event); break;
  case KEY_RETRY: bpi_scan_count(r->s, &f->retry, &r->own.bad_event); break;
  case KEY_PULL_REQUEST: bpi_cc_text(r, f->url, sizeof f->url, &f->url_length); break;
  case KEY_CAUSE: f->cause = bpi_cc_present(r); break;
  case KEY_FORKED: f->forked = bpi_cc_present(r); break;
  default: read_envelope_member(r, &r->own, key, false);
  }
}

/* ------------------------------------------------------------------------- whose a line is */

#define KEY_BIT(key) (UINT64_C(1) << (key))
#define OWNER_KEYS                                                                                 \
  (KEY_BIT(KEY_SESSION) | KEY_BIT(KEY_CWD) | KEY_BIT(KEY_BRANCH) | KEY_BIT(KEY_VERSION) |          \
   KEY_BIT(KEY_ENTRYPOINT))
static_assert(KEY_ENTRYPOINT < 64, "bits of owner keys");

static bool says_owner(int key) {
  return key < 64 && (OWNER_KEYS & KEY_BIT(key)) != 0;
}

/* Takes over the owner of the last line if the next bytes repeat it exactly. */
static bool read_again(reader *r, seen *was) {
  repeated *a = &r->again;
  scan *s = r->s;
  if (a->length == 0 || a->first != was->last || (size_t)(s->end - s->at) <= a->length ||
      memcmp(s->at, a->bytes, a->length + 1) != 0)
    return false;
  s->at += a->length;
  was->bits[0] |= a->keys;
  was->last = a->last;
  r->f.of = a->says;
  return true;
}

static void begin_again(reader *r, int key) {
  r->again.from = r->s->at;
  r->again.base = r->s->base;
  r->again.line = r->s->line;
  r->again.first = key;
  r->again.length = 0; /* discards what an earlier key began */
}

/* Badly shaped names must be counted each time they are read, so they are not remembered. */
static bool is_misshapen(const owner *o) {
  return o->workspace.misshapen || o->branch.misshapen || o->version.misshapen ||
         o->entrypoint.misshapen;
}

/* Remembers the bytes up to here after another value was read. */
static void extend_again(reader *r, const seen *was) {
  repeated *a = &r->again;
  const scan *s = r->s;
  size_t length = (size_t)(s->at - a->from);
  bool there = !bpi_scan_failed(s) && s->at < s->end && s->base == a->base && s->line == a->line;
  if (!there || length >= sizeof a->bytes || r->f.reject != 0 || is_misshapen(&r->f.of)) {
    a->from = NULL;
    return;
  }
  memcpy(a->bytes, a->from, length + 1);
  a->length = length;
  a->last = was->last;
  a->keys = was->bits[0] & OWNER_KEYS;
  a->says = r->f.of;
}

static void read_owner(reader *r, seen *was, int key) {
  bool first = (was->bits[0] & (OWNER_KEYS | KEY_BIT(KEY_SESSION_TOO))) == KEY_BIT(key);
  if (first && read_again(r, was)) {
    r->again.from = NULL;
    return;
  }
  if (first) begin_again(r, key);
  read_line_member(r, key);
  if (r->again.from != NULL) extend_again(r, was);
}

void bpi_cc_read_line(reader *r) {
  seen was = bpi_cc_no_keys(r, IN_LINE);
  memset(&r->f, 0, offsetof(frame, agent));
  r->f.tokens_before = r->f.duration = r->f.retry = -1;
  r->nested.there = false;
  start_envelope(&r->own);
  for (int key; (key = bpi_cc_next_key(r, &was)) != KEY_NONE;) {
    if (says_owner(key)) {
      read_owner(r, &was, key);
    } else {
      r->again.from = NULL;
      read_line_member(r, key);
    }
  }
}
