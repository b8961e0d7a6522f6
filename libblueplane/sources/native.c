/* sources/native.c: native events, the versioned format with which a tool supplies its own facts,
 * specified in docs/formats/native-events.md. One JSON object per line, complete in itself. Knows
 * every member of the format and nothing else: no member can hold content, and members not in the
 * table below are skipped unread. */
#include "sources/source.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sources/object.h"

#define NATIVE_VERSION 1
#define PLATFORM_MAX 32
#define COMMAND_MAX 32
/* Smaller numbers were meant as seconds or milliseconds: in microseconds they would be before May
 * 1970, while current times in milliseconds are smaller than this. */
#define TIME_LEAST INT64_C(10000000000000)

/* clang-format off */
typedef enum native_kind {
  KIND_SESSION, KIND_PROMPT, KIND_RESPONSE, KIND_TOOL_USE, KIND_TOOL_RESULT, KIND_TOOL_CALL,
  KIND_DECISION, KIND_SPAN, KIND_EVENT, KIND_COMMIT, KIND_REVIEW, KIND_ISSUE, KINDS
} native_kind;
/* clang-format on */

static const char *const kind_words[] = {
    "session", "prompt", "response", "tool_use", "tool_result", "tool_call", "decision",
    "span",    "event",  "commit",   "review",   "issue",       NULL};

typedef enum member_type {
  TYPE_VERSION,
  TYPE_KIND,
  TYPE_ID,   /* detail: index in native.ids */
  TYPE_NAME, /* detail: index in native.texts */
  TYPE_WORD, /* detail: the vocabulary */
  TYPE_TIME,
  TYPE_COUNT,
  TYPE_FLAG,
  TYPE_FEATURES
} member_type;

enum { ID_SESSION, ID_OWN, ID_REQUEST, IDS };
enum {
  TEXT_PLATFORM,
  TEXT_WORKSPACE,
  TEXT_BRANCH,
  TEXT_VERSION,
  TEXT_ENTRYPOINT,
  TEXT_MODEL,
  TEXT_TOOL,
  TEXT_SERVER,
  TEXT_FILE,
  TEXT_COMMAND,
  TEXTS
};

/* Sets of kinds. */
#define ON(kind) (1u << KIND_##kind)
#define ON_CHANGE (ON(COMMIT) | ON(REVIEW) | ON(ISSUE))
#define ON_ALL ((1u << KINDS) - 1)
#define ON_FACT (ON_ALL & ~ON(SESSION))
#define ON_SESSION_FACT (ON_ALL & ~ON_CHANGE)
#define ON_CALL (ON(TOOL_USE) | ON(TOOL_CALL))
#define ON_END (ON(TOOL_RESULT) | ON(TOOL_CALL))
#define ON_TOOL (ON_CALL | ON_END)
#define ON_LINES (ON_TOOL | ON(SPAN) | ON_CHANGE)

/* Every member: its number, key, type and detail, the kinds that have it, and those that require
 * it. */
#define MEMBERS(X)                                                                                 \
  X(M_BLUEPLANE, "blueplane", VERSION, 0, ON_ALL, ON_ALL)                                          \
  X(M_KIND, "kind", KIND, 0, ON_ALL, ON_ALL)                                                       \
  X(M_PLATFORM, "platform", NAME, TEXT_PLATFORM, ON_ALL, ON_ALL)                                   \
  X(M_SESSION, "session", ID, ID_SESSION, ON_ALL, ON_SESSION_FACT)                                 \
  X(M_ID, "id", ID, ID_OWN, ON_FACT, ON_FACT)                                                      \
  X(M_TIME, "time", TIME, 0, ON_ALL, 0)                                                            \
  X(M_SUBAGENT, "subagent", FLAG, 0, ON_ALL, 0)                                                    \
  X(M_SIDECHAIN, "sidechain", FLAG, 0, ON_ALL, 0)                                                  \
  X(M_FORKED, "forked", FLAG, 0, ON_ALL, 0)                                                        \
  X(M_BACKGROUND, "background", FLAG, 0, ON_ALL, 0)                                                \
  X(M_WORKSPACE, "workspace", NAME, TEXT_WORKSPACE, ON(SESSION), 0)                                \
  X(M_BRANCH, "branch", NAME, TEXT_BRANCH, ON(SESSION), 0)                                         \
  X(M_VERSION, "client_version", NAME, TEXT_VERSION, ON(SESSION), 0)                               \
  X(M_ENTRYPOINT, "entrypoint", NAME, TEXT_ENTRYPOINT, ON(SESSION), 0)                             \
  X(M_CHARACTERS, "characters", COUNT, 0, ON(PROMPT), 0)                                           \
  X(M_FEATURES, "features", FEATURES, 0, ON(PROMPT), 0)                                            \
  X(M_MODE, "mode", WORD, VOCABULARY_MODE, ON(PROMPT), 0)                                          \
  X(M_REQUEST, "request", ID, ID_REQUEST, ON(RESPONSE), 0)                                         \
  X(M_MODEL, "model", NAME, TEXT_MODEL, ON(RESPONSE), 0)                                           \
  X(M_INPUT, "input_tokens", COUNT, 0, ON(RESPONSE), 0)                                            \
  X(M_OUTPUT, "output_tokens", COUNT, 0, ON(RESPONSE), 0)                                          \
  X(M_CACHE_READ, "cache_read_tokens", COUNT, 0, ON(RESPONSE), 0)                                  \
  X(M_CACHE_WRITE_5M, "cache_write_5m_tokens", COUNT, 0, ON(RESPONSE), 0)                          \
  X(M_CACHE_WRITE_1H, "cache_write_1h_tokens", COUNT, 0, ON(RESPONSE), 0)                          \
  X(M_REASONING, "reasoning_tokens", COUNT, 0, ON(RESPONSE), 0)                                    \
  X(M_SEARCHES, "web_searches", COUNT, 0, ON(RESPONSE), 0)                                         \
  X(M_COST, "cost_nano_usd", COUNT, 0, ON(RESPONSE), 0)                                            \
  X(M_STOP, "stop", WORD, VOCABULARY_STOP, ON(RESPONSE), 0)                                        \
  X(M_SPEED, "speed", WORD, VOCABULARY_SPEED, ON(RESPONSE), 0)                                     \
  X(M_TIER, "tier", WORD, VOCABULARY_TIER, ON(RESPONSE), 0)                                        \
  X(M_GEO, "geo", WORD, VOCABULARY_GEO, ON(RESPONSE), 0)                                           \
  X(M_PLACEHOLDER, "placeholder", FLAG, 0, ON(RESPONSE), 0)                                        \
  X(M_TOOL, "tool", NAME, TEXT_TOOL, ON_CALL, ON_CALL)                                             \
  X(M_SERVER, "mcp_server", NAME, TEXT_SERVER, ON_CALL, 0)                                         \
  X(M_CATEGORY, "category", WORD, VOCABULARY_CATEGORY, ON_CALL, 0)                                 \
  X(M_PROGRAM, "program", WORD, VOCABULARY_PROGRAM, ON_CALL, 0)                                    \
  X(M_FILE, "file", NAME, TEXT_FILE, ON_TOOL, 0)                                                   \
  X(M_LANGUAGE, "language", WORD, VOCABULARY_LANGUAGE, ON_TOOL | ON(DECISION), 0)                  \
  X(M_ADDED, "lines_added", COUNT, 0, ON_LINES, 0)                                                 \
  X(M_REMOVED, "lines_removed", COUNT, 0, ON_LINES, 0)                                             \
  X(M_OUTCOME, "outcome", WORD, VOCABULARY_OUTCOME, ON_END, ON_END)                                \
  X(M_FAILURE, "failure", WORD, VOCABULARY_FAILURE, ON_END, 0)                                     \
  X(M_DURATION, "duration_us", COUNT, 0, ON_END, 0)                                                \
  X(M_DECISION, "decision", WORD, VOCABULARY_DECISION, ON(DECISION), 0)                            \
  X(M_ACCEPTED, "accepted", FLAG, 0, ON(DECISION), ON(DECISION))                                   \
  X(M_LINES, "lines", COUNT, 0, ON(DECISION), 0)                                                   \
  X(M_FILES, "files", COUNT, 0, ON(SPAN) | ON_CHANGE, 0)                                           \
  X(M_EVENT, "event", WORD, VOCABULARY_EVENT, ON(EVENT), ON(EVENT))                                \
  X(M_DETAIL, "detail", WORD, VOCABULARY_DETAIL, ON(EVENT), 0)                                     \
  X(M_COMMAND, "command", NAME, TEXT_COMMAND, ON(EVENT), 0)                                        \
  X(M_VALUE, "value", COUNT, 0, ON(EVENT), 0)                                                      \
  X(M_TYPE, "type", WORD, VOCABULARY_CHANGE_TYPE, ON_CHANGE, 0)                                    \
  X(M_ASSISTED, "assisted", FLAG, 0, ON_CHANGE, 0)                                                 \
  X(M_ROUNDS, "rounds", COUNT, 0, ON_CHANGE, 0)                                                    \
  X(M_OPEN, "open_us", COUNT, 0, ON_CHANGE, 0)

#define X(name, key, type, detail, on, required) name,
enum { MEMBERS(X) MEMBER_COUNT };
#undef X
#define X(name, key, type, detail, on, required) key,
static const char *const member_keys[] = {MEMBERS(X) NULL};
#undef X
#define X(name, key, type, detail, on, required) {TYPE_##type, detail, on, required},
static const struct {
  member_type type;
  int detail;
  unsigned on, required;
} members[] = {MEMBERS(X)};
#undef X
_Static_assert(MEMBER_COUNT <= 64, "bpi_object_member() tells members apart by the bits of a word");

static const struct {
  const char *word;
  int bit;
} features[] = {
    {"image", PROMPT_IMAGE},   {"file", PROMPT_FILE},       {"code", PROMPT_CODE},
    {"queued", PROMPT_QUEUED}, {"command", PROMPT_COMMAND},
};

typedef struct native {
  source_input *in;
  names names;
  ident announced;      /* session whose row was reported last */
  int64_t announced_us; /* time of that row */
  /* the current event */
  native_kind kind;
  uint64_t there; /* bit per member that has a value */
  unsigned dropped[MEMBER_COUNT];
  int reject[MEMBER_COUNT];     /* the REJECT_ reason for each member's value */
  int64_t number[MEMBER_COUNT]; /* of counts, flags and words; -1: none */
  int64_t time;
  id_text ids[IDS];
  name_text texts[TEXTS];
} native;

/* ------------------------------------------------------------------------------------ reading */

/* The code of a word. A word that is not in the vocabulary becomes `other`, or none if the
 * vocabulary has no `other`. */
static int64_t read_word(scan *s, vocabulary v, unsigned *dropped, int *reject) {
  char word[40];
  size_t length;
  bool whole;
  if (!bpi_scan_text(s, word, sizeof word, &length, &whole)) {
    *reject = REJECT_FIELD;
    return -1;
  }
  int code = whole ? bpi_vocabulary_code(v, word, length) : -1;
  if (code < 0) code = bpi_vocabulary_code(v, "other", 5);
  if (code < 0) ++*dropped;
  return code;
}

static int64_t read_count(scan *s, int *reject) {
  int64_t value = -1;
  bool bad = false;
  if (!bpi_scan_count(s, &value, &bad)) *reject = bad ? REJECT_NUMBER : REJECT_FIELD;
  return value;
}

static int64_t read_flag(scan *s, int *reject) {
  bool value = false;
  if (!bpi_scan_bool(s, &value)) *reject = REJECT_FIELD;
  return value;
}

static int64_t read_version(scan *s, int *reject) {
  int64_t version = read_count(s, reject);
  if (*reject == REJECT_NUMBER || (*reject == 0 && version != NATIVE_VERSION))
    *reject = REJECT_VERSION;
  return version;
}

/* An instant as RFC 3339 text or as microseconds since the epoch. */
static int64_t read_time(scan *s, int *reject) {
  char text[40];
  size_t length;
  bool whole;
  int64_t time = BPI_TIME_NONE;
  if (bpi_scan_peek(s) == SCAN_NUMBER) {
    time = read_count(s, reject);
    if (*reject == 0 && time < TIME_LEAST) *reject = REJECT_NUMBER;
  } else if (!bpi_scan_text(s, text, sizeof text, &length, &whole) || !whole ||
             !bpi_parse_instant(text, length, &time)) {
    *reject = REJECT_FIELD;
  }
  return time;
}

static int64_t read_features(scan *s, unsigned *dropped, int *reject) {
  char word[16];
  size_t length;
  bool whole;
  int64_t bits = 0;
  if (!bpi_scan_enter_array(s)) *reject = REJECT_FIELD;
  while (*reject == 0 && bpi_scan_item(s)) {
    int bit = 0;
    if (bpi_scan_text(s, word, sizeof word, &length, &whole) && whole)
      for (size_t i = 0; i < sizeof features / sizeof *features; i++)
        if (strlen(features[i].word) == length && memcmp(features[i].word, word, length) == 0)
          bit = features[i].bit;
    if (bit == 0) ++*dropped;
    bits |= bit;
  }
  return bits;
}

static void read_member(native *n, scan *s, int m) {
  int *reject = &n->reject[m], detail = members[m].detail;
  unsigned *dropped = &n->dropped[m];
  if (bpi_scan_peek(s) == SCAN_NULL) { /* the same as absent */
    bpi_scan_skip(s);
    return;
  }
  n->there |= UINT64_C(1) << m;
  switch (members[m].type) {
  case TYPE_VERSION: n->number[m] = read_version(s, reject); break;
  case TYPE_KIND: n->kind = (native_kind)bpi_object_word(s, kind_words); break;
  case TYPE_ID:
    if (!bpi_object_into(s, &n->ids[detail], dropped) || n->ids[detail].length == 0)
      *reject = REJECT_FIELD;
    break;
  case TYPE_NAME:
    if (!bpi_object_into(s, &n->texts[detail], dropped)) *reject = REJECT_FIELD;
    break;
  case TYPE_WORD: n->number[m] = read_word(s, (vocabulary)detail, dropped, reject); break;
  case TYPE_TIME: n->time = read_time(s, reject); break;
  case TYPE_COUNT: n->number[m] = read_count(s, reject); break;
  case TYPE_FLAG: n->number[m] = read_flag(s, reject); break;
  case TYPE_FEATURES: n->number[m] = read_features(s, dropped, reject); break;
  }
}

static void start(native *n) {
  n->kind = KINDS;
  n->there = 0;
  n->time = BPI_TIME_NONE;
  for (int m = 0; m < MEMBER_COUNT; m++) {
    n->reject[m] = 0;
    n->dropped[m] = 0;
    n->number[m] = -1;
  }
  for (int i = 0; i < IDS; i++)
    n->ids[i].length = 0;
  for (int i = 0; i < TEXTS; i++)
    n->texts[i].length = 0;
}

static bool has(const native *n, int m) {
  return (n->there >> m & 1) != 0;
}

static bool all_in(const name_text *t, size_t most, const char *others) {
  for (size_t i = 0; i < t->length; i++) {
    char c = t->at[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!plain && (c == '\0' || strchr(others, c) == NULL)) return false;
  }
  return t->length > 0 && t->length <= most;
}

/* The REJECT_ reason for the whole event. Members that its kind does not have are ignored, because
 * a later version may define them. */
static int judge(const native *n) {
  if (!has(n, M_BLUEPLANE)) return REJECT_FIELD;
  if (n->reject[M_BLUEPLANE] != 0) return n->reject[M_BLUEPLANE];
  if (!has(n, M_KIND)) return REJECT_FIELD;
  if ((int)n->kind < 0 || n->kind >= KINDS) return REJECT_SHAPE;
  unsigned bit = 1u << n->kind;
  for (int m = 0; m < MEMBER_COUNT; m++) {
    if ((members[m].on & bit) == 0) continue;
    if (n->reject[m] != 0) return n->reject[m];
    if ((members[m].required & bit) != 0 && !has(n, m)) return REJECT_FIELD;
  }
  bool tool = (members[M_TOOL].required & bit) == 0 || n->texts[TEXT_TOOL].length > 0;
  return tool && all_in(&n->texts[TEXT_PLATFORM], PLATFORM_MAX, "_-") ? 0 : REJECT_FIELD;
}

static int take(void *self, scan *s) {
  native *n = self;
  uint64_t seen = 0;
  int twice = 0;
  start(n);
  for (int m; (m = bpi_object_member(s, member_keys, &seen, &twice)) >= 0;)
    read_member(n, s, m);
  int reject = judge(n);
  return reject == 0 ? twice : reject;
}

/* -------------------------------------------------------------------------------- putting out */

static bool is_address(const id_text *id) {
  return bpi_starts_with(id->at, id->length, "https://");
}

/* Identifiers are unique per platform, except URLs, which are the same for all. */
static ident ident_of(native *n, ident_kind kind, const id_text *id) {
  const name_text *platform = &n->texts[TEXT_PLATFORM];
  char raw[PLATFORM_MAX + 1 + IDENT_RAW_MAX];
  if (id->length == 0) return (ident){0, 0};
  if (is_address(id)) return bpi_memo_ident(&n->names, kind, id->at, id->length);
  memcpy(raw, platform->at, platform->length);
  raw[platform->length] = '\n';
  memcpy(raw + platform->length + 1, id->at, id->length);
  return bpi_memo_ident(&n->names, kind, raw, platform->length + 1 + id->length);
}

/* A commit is identified by its hash, which other sources report as well. */
static ident change_key(native *n, int change) {
  const id_text *id = &n->ids[ID_OWN];
  bool hash = change == CHANGE_COMMIT && (id->length == 40 || id->length == 64);
  return hash ? bpi_memo_commit(&n->names, id->at, id->length) : ident_of(n, IDENT_CHANGE, id);
}

static name label(native *n, label_kind kind, int text) {
  return bpi_memo_label(&n->names, kind, n->texts[text].at, n->texts[text].length);
}

/* The code of a word, or `none`. */
static int word(const native *n, int m, int none) {
  return n->number[m] < 0 ? none : (int)n->number[m];
}

static void start_row(native *n, record *r, record_kind kind) {
  static const struct {
    int member;
    unsigned flag;
  } flags[] = {{M_SUBAGENT, RECORD_SUBAGENT},
               {M_SIDECHAIN, RECORD_SIDECHAIN},
               {M_FORKED, RECORD_FORKED},
               {M_BACKGROUND, RECORD_NOISE}};
  memset(r, 0, sizeof *r);
  r->kind = kind;
  r->time = n->time;
  r->session = ident_of(n, IDENT_SESSION, &n->ids[ID_SESSION]);
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
    if (n->number[flags[i].member] == 1) r->flags |= flags[i].flag;
}

static void start_fact(native *n, record *r, record_kind kind, ident_kind key) {
  start_row(n, r, kind);
  r->key = ident_of(n, key, &n->ids[ID_OWN]);
}

static int put(native *n, const record *r) {
  return n->in->sink->put(n->in->sink->self, r);
}

/* Reports a session's row: for a session event, and for the first event of a session, which gives
 * its platform, or an earlier one that comes later. */
static int put_session(native *n) {
  record r;
  bool of_session = n->kind == KIND_SESSION;
  start_row(n, &r, RECORD_SESSION);
  if (bpi_ident_absent(r.session)) return BP_OK;
  bool again = bpi_ident_compare(r.session, n->announced) == 0;
  bool earlier = r.time != BPI_TIME_NONE &&
                 (n->announced_us == BPI_TIME_NONE || r.time < n->announced_us);
  if (!of_session && again && !earlier) return BP_OK;
  n->announced = r.session;
  n->announced_us = r.time;
  session_record *row = &r.u.session_row;
  row->platform = label(n, LABEL_PLATFORM, TEXT_PLATFORM).label;
  if (of_session) {
    name version = label(n, LABEL_VERSION, TEXT_VERSION);
    row->workspace = label(n, LABEL_WORKSPACE, TEXT_WORKSPACE).label;
    row->branch = label(n, LABEL_BRANCH, TEXT_BRANCH).label;
    row->entrypoint = label(n, LABEL_ENTRYPOINT, TEXT_ENTRYPOINT).label;
    row->version = version.label;
    row->version_rank = version.number;
  }
  return put(n, &r);
}

static int put_prompt(native *n) {
  record r;
  start_fact(n, &r, RECORD_PROMPT, IDENT_PROMPT);
  r.u.prompt = (prompt_record){n->number[M_CHARACTERS], word(n, M_FEATURES, 0),
                               word(n, M_MODE, MODE_UNKNOWN)};
  return put(n, &r);
}

/* A response without a stop reason is complete; one that is still being written has "none". */
static int put_response(native *n) {
  record r;
  start_fact(n, &r, RECORD_RESPONSE, IDENT_RESPONSE);
  r.u.response = (response_record){
      .request = ident_of(n, IDENT_REQUEST, &n->ids[ID_REQUEST]),
      .model = label(n, LABEL_MODEL, TEXT_MODEL).label,
      .input = n->number[M_INPUT],
      .output = n->number[M_OUTPUT],
      .cache_read = n->number[M_CACHE_READ],
      .cache_write_5m = n->number[M_CACHE_WRITE_5M],
      .cache_write_1h = n->number[M_CACHE_WRITE_1H],
      .reasoning = n->number[M_REASONING],
      .web_searches = n->number[M_SEARCHES],
      .cost_nano = n->number[M_COST],
      .stop = word(n, M_STOP, STOP_OTHER),
      .speed = word(n, M_SPEED, SPEED_STANDARD),
      .tier = word(n, M_TIER, TIER_STANDARD),
      .geo = word(n, M_GEO, GEO_NONE),
      .placeholder = n->number[M_PLACEHOLDER] == 1,
  };
  return put(n, &r);
}

/* Whether the name has the form "mcp__server__tool", so that "mcp_server" adds nothing. */
static bool names_server(const name_text *tool) {
  return tool->length > 8 && bpi_starts_with(tool->at, tool->length, "mcp__") &&
         !bpi_starts_with(tool->at, tool->length, "mcp____") &&
         bpi_contains(tool->at + 6, tool->length - 7, "__");
}

/* A server's tool is named "mcp__server__tool". A server that could not be parsed from that name,
 * or makes it too long, is left out. */
static name tool_label(native *n) {
  const name_text *tool = &n->texts[TEXT_TOOL], *server = &n->texts[TEXT_SERVER];
  char full[NAME_RAW_MAX];
  size_t length = 5 + server->length + 2;
  if (server->length == 0 || names_server(tool)) return label(n, LABEL_TOOL, TEXT_TOOL);
  if (length + tool->length > sizeof full || server->at[server->length - 1] == '_' ||
      bpi_contains(server->at, server->length, "__")) {
    n->in->sink->drop(n->in->sink->self);
    return label(n, LABEL_TOOL, TEXT_TOOL);
  }
  memcpy(full, "mcp__", 5);
  memcpy(full + 5, server->at, server->length);
  memcpy(full + length - 2, "__", 2);
  memcpy(full + length, tool->at, tool->length);
  return bpi_memo_label(&n->names, LABEL_TOOL, full, length + tool->length);
}

static int put_use(native *n, bool lines) {
  record r;
  name tool = tool_label(n), file = label(n, LABEL_FILE, TEXT_FILE);
  start_fact(n, &r, RECORD_TOOL_USE, IDENT_TOOL);
  r.u.use = (tool_use_record){
      .tool = tool.label,
      .file = file.label,
      .category = word(n, M_CATEGORY, (int)tool.number),
      .program = word(n, M_PROGRAM, PROGRAM_NONE),
      .language = word(n, M_LANGUAGE, (int)file.number),
      .added = lines ? n->number[M_ADDED] : -1,
      .removed = lines ? n->number[M_REMOVED] : -1,
  };
  return put(n, &r);
}

static int put_result(native *n, int64_t time) {
  record r;
  name file = label(n, LABEL_FILE, TEXT_FILE);
  start_fact(n, &r, RECORD_TOOL_RESULT, IDENT_TOOL);
  r.time = time;
  r.u.result = (tool_result_record){
      .outcome = word(n, M_OUTCOME, OUTCOME_UNKNOWN),
      .failure = word(n, M_FAILURE, FAILURE_NONE),
      .added = n->number[M_ADDED],
      .removed = n->number[M_REMOVED],
      .duration_us = n->number[M_DURATION],
      .file = file.label,
      .language = word(n, M_LANGUAGE, (int)file.number),
  };
  return put(n, &r);
}

/* A call and its end in one event. Without a plausible duration the time of the end is unknown. */
static int put_call(native *n) {
  int64_t duration = n->number[M_DURATION];
  bool ends = n->time != BPI_TIME_NONE && duration >= 0 && duration <= RECORD_MOST_MEASURED;
  int rc = put_use(n, false);
  return rc != BP_OK ? rc : put_result(n, ends ? n->time + duration : BPI_TIME_NONE);
}

static int put_decision(native *n) {
  record r;
  start_fact(n, &r, RECORD_DECISION, IDENT_DECISION);
  r.u.decision = (decision_record){word(n, M_DECISION, DECISION_OTHER),
                                   n->number[M_ACCEPTED] == 1 ? OUTCOME_OK : OUTCOME_REJECTED,
                                   word(n, M_LANGUAGE, LANGUAGE_UNKNOWN), n->number[M_LINES]};
  return put(n, &r);
}

static int put_span(native *n) {
  record r;
  start_fact(n, &r, RECORD_SPAN, IDENT_SPAN);
  r.u.span = (span_record){n->number[M_ADDED], n->number[M_REMOVED], n->number[M_FILES]};
  return put(n, &r);
}

static int put_event(native *n) {
  record r;
  bool command = all_in(&n->texts[TEXT_COMMAND], COMMAND_MAX, "_-:");
  start_fact(n, &r, RECORD_EVENT, IDENT_EVENT);
  r.u.event = (event_record){word(n, M_EVENT, EVENT_OTHER), word(n, M_DETAIL, DETAIL_NONE),
                             command ? label(n, LABEL_COMMAND, TEXT_COMMAND).label : 0,
                             n->number[M_VALUE]};
  if (!command && n->texts[TEXT_COMMAND].length > 0) n->in->sink->drop(n->in->sink->self);
  return put(n, &r);
}

static int put_change(native *n, int change) {
  record r;
  start_row(n, &r, RECORD_CHANGE);
  r.key = change_key(n, change);
  /* loses against one that knows its session */
  if (bpi_ident_absent(r.session)) r.flags |= RECORD_SIDECHAIN;
  r.u.change = (change_record){
      .change = change,
      .type = word(n, M_TYPE, CHANGE_TYPE_UNKNOWN),
      .assisted = (int)n->number[M_ASSISTED],
      .added = n->number[M_ADDED],
      .removed = n->number[M_REMOVED],
      .files = n->number[M_FILES],
      .rounds = n->number[M_ROUNDS],
      .open_us = n->number[M_OPEN],
  };
  return put(n, &r);
}

/* Counts what was left out of the members that the kind has. */
static void tell_dropped(const native *n) {
  for (int m = 0; m < MEMBER_COUNT; m++)
    for (unsigned i = 0; (members[m].on & 1u << n->kind) != 0 && i < n->dropped[m]; i++)
      n->in->sink->drop(n->in->sink->self);
}

static int emit(void *self) {
  native *n = self;
  tell_dropped(n);
  int rc = put_session(n);
  if (rc != BP_OK) return rc;
  switch (n->kind) {
  case KIND_PROMPT: return put_prompt(n);
  case KIND_RESPONSE: return put_response(n);
  case KIND_TOOL_USE: return put_use(n, true);
  case KIND_TOOL_RESULT: return put_result(n, n->time);
  case KIND_TOOL_CALL: return put_call(n);
  case KIND_DECISION: return put_decision(n);
  case KIND_SPAN: return put_span(n);
  case KIND_EVENT: return put_event(n);
  case KIND_COMMIT: return put_change(n, CHANGE_COMMIT);
  case KIND_REVIEW: return put_change(n, CHANGE_PULL_REQUEST);
  case KIND_ISSUE: return put_change(n, CHANGE_ISSUE);
  case KIND_SESSION:
  case KINDS: break;
  }
  return BP_OK;
}

/* --------------------------------------------------------------------------------- the source */

static int read_events(source_input *in) {
  native *n = bpi_alloc_zero(1, sizeof *n);
  if (n == NULL) return BP_ERR_NOMEM;
  object_reader reader = {.take = take, .emit = emit, .self = n};
  n->in = in;
  n->names.sink = in->sink;
  int rc = bpi_read_objects(in, &reader);
  bpi_free(n);
  return rc;
}

static bool is_events(const char *path) {
  return bpi_ends_with(path, ".blueplane.jsonl") && bpi_base_name(path)[0] != '.';
}

/* Whether the first object has a number as "blueplane". */
static bool recognise(const char *bytes, size_t length) {
  static const char *const keys[] = {"blueplane", NULL};
  return bpi_object_first(bytes, length, false, keys, SCAN_NUMBER) != 0;
}

static const field_rule rules[] = {
    {"blueplane", FIELD_COMPARED, "version of the format"},
    {"kind", FIELD_COMPARED, "which kind of event it is"},
    {"platform", FIELD_LABEL, "platform"},
    {"session", FIELD_HASHED, "keyed hash: same session"},
    {"id", FIELD_HASHED, "keyed hash: same event"},
    {"time", FIELD_KEPT, "when it happened"},
    {"subagent", FIELD_KEPT, "whether a subagent did it"},
    {"sidechain", FIELD_KEPT, "whether the main thread owns it"},
    {"forked", FIELD_KEPT, "whether it was copied from another session"},
    {"background", FIELD_KEPT, "whether it is background work of the client"},
    {"workspace", FIELD_LABEL, "project: last component of the folder"},
    {"branch", FIELD_LABEL, "branch"},
    {"client_version", FIELD_LABEL, "version of the client"},
    {"entrypoint", FIELD_LABEL, "entry point of the client"},
    {"characters", FIELD_KEPT, "size of a prompt"},
    {"features[]", FIELD_KEPT, "closed vocabulary: features of a prompt"},
    {"mode", FIELD_KEPT, "closed vocabulary: permission mode"},
    {"request", FIELD_HASHED, "keyed hash: same request"},
    {"model", FIELD_LABEL, "model"},
    {"input_tokens", FIELD_KEPT, "tokens"},
    {"output_tokens", FIELD_KEPT, "tokens"},
    {"cache_read_tokens", FIELD_KEPT, "tokens"},
    {"cache_write_5m_tokens", FIELD_KEPT, "tokens"},
    {"cache_write_1h_tokens", FIELD_KEPT, "tokens"},
    {"reasoning_tokens", FIELD_KEPT, "tokens"},
    {"web_searches", FIELD_KEPT, "web searches of a response"},
    {"cost_nano_usd", FIELD_KEPT, "cost as the tool recorded it"},
    {"stop", FIELD_KEPT, "closed vocabulary: why a response stopped"},
    {"speed", FIELD_KEPT, "closed vocabulary: list price"},
    {"tier", FIELD_KEPT, "closed vocabulary: list price"},
    {"geo", FIELD_KEPT, "closed vocabulary: list price"},
    {"placeholder", FIELD_KEPT, "whether the output count is a placeholder"},
    {"tool", FIELD_LABEL, "tool"},
    {"mcp_server", FIELD_LABEL, "tool: the server in its name"},
    {"category", FIELD_KEPT, "closed vocabulary: kind of tool"},
    {"program", FIELD_KEPT, "closed vocabulary: kind of program of a command"},
    {"file", FIELD_LABEL, "file name"},
    {"language", FIELD_KEPT, "closed vocabulary: language of a file"},
    {"lines_added", FIELD_KEPT, "lines"},
    {"lines_removed", FIELD_KEPT, "lines"},
    {"outcome", FIELD_KEPT, "closed vocabulary: how a tool call ended"},
    {"failure", FIELD_KEPT, "closed vocabulary: why a tool call failed"},
    {"duration_us", FIELD_KEPT, "how long a tool call took"},
    {"decision", FIELD_KEPT, "closed vocabulary: subject of a decision"},
    {"accepted", FIELD_KEPT, "whether it was accepted"},
    {"lines", FIELD_KEPT, "lines"},
    {"files", FIELD_KEPT, "files"},
    {"event", FIELD_KEPT, "closed vocabulary: kind of event"},
    {"detail", FIELD_KEPT, "closed vocabulary: detail of an event"},
    {"command", FIELD_LABEL, "slash command"},
    {"value", FIELD_KEPT, "number of an event"},
    {"type", FIELD_KEPT, "closed vocabulary: kind of change"},
    {"assisted", FIELD_KEPT, "whether an assistant contributed to a change"},
    {"rounds", FIELD_KEPT, "review rounds"},
    {"open_us", FIELD_KEPT, "how long a review or an issue was open"},
    {NULL, FIELD_KEPT, NULL},
};

const source bpi_source_native = {
    .name = "native",
    .title = "Native events",
    .platform = NULL, /* every event names its own */
    .covers = COVERS_TOKENS | COVERS_CACHE_READ | COVERS_CACHE_WRITE | COVERS_REASONING |
              COVERS_COST | COVERS_TOOLS | COVERS_OUTCOMES | COVERS_LINES | COVERS_DECISIONS |
              COVERS_PROMPTS | COVERS_MODEL | COVERS_TIME | COVERS_EVENTS | COVERS_WORKSPACE |
              COVERS_CHANGES | COVERS_WEB_SEARCH | COVERS_HISTORY | COVERS_REVIEWS,
    .is_ours = is_events,
    .recognise = recognise,
    .read = read_events,
    .rules = rules,
};
