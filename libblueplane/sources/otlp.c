/* sources/otlp.c: telemetry of Claude Code as lines of OTLP/JSON, as the file exporter of a
 * collector writes them: events, and sums per minute. Knows the envelope and the names of both;
 * ignores data of other programs. */
#include <string.h>

#include "base/hash.h"
#include "base/ident_set.h"
#include "base/mem.h"
#include "base/text.h"
#include "sources/rows.h"

#define TEXT_MAX 256      /* longer values are not used */
#define NUMBER_MAX 40     /* length of a number sent as text */
#define MOST_AT_ONCE 1000 /* decisions or commits per point */
#define MOST_AMOUNT 1e9   /* per point; fits into 64 bits even in billionths */

/* Names may follow the JSON mapping or the protocol. Both are read; the number of the second is
 * that of the first plus one. */
/* clang-format off */
#define TOP_KEYS(X)                                                                                \
  X(TOP_LOGS, "resourceLogs") X(TOP_LOGS_TOO, "resource_logs") X(TOP_METRICS, "resourceMetrics")   \
  X(TOP_METRICS_TOO, "resource_metrics")
OBJECT_KEYS(top_keys, TOP_KEYS);
#define RESOURCE_KEYS(X)                                                                           \
  X(R_LOGS, "scopeLogs") X(R_LOGS_TOO, "scope_logs") X(R_METRICS, "scopeMetrics")                  \
  X(R_METRICS_TOO, "scope_metrics")
OBJECT_KEYS(resource_keys, RESOURCE_KEYS);
#define SCOPE_KEYS(X)                                                                              \
  X(SCOPE_RECORDS, "logRecords") X(SCOPE_RECORDS_TOO, "log_records") X(SCOPE_METRICS, "metrics")
OBJECT_KEYS(scope_keys, SCOPE_KEYS);
#define RECORD_KEYS(X)                                                                             \
  X(L_TIME, "timeUnixNano") X(L_TIME_TOO, "time_unix_nano") X(L_SEEN, "observedTimeUnixNano")      \
  X(L_SEEN_TOO, "observed_time_unix_nano") X(L_NAME, "eventName") X(L_NAME_TOO, "event_name")      \
  X(L_BODY, "body") X(L_ATTRIBUTES, "attributes")
OBJECT_KEYS(record_keys, RECORD_KEYS);
#define PAIR_KEYS(X) X(PAIR_KEY, "key") X(PAIR_VALUE, "value")
OBJECT_KEYS(pair_keys, PAIR_KEYS);
#define VALUE_KEYS(X)                                                                              \
  X(V_STRING, "stringValue") X(V_STRING_TOO, "string_value") X(V_INT, "intValue")                  \
  X(V_INT_TOO, "int_value") X(V_DOUBLE, "doubleValue") X(V_DOUBLE_TOO, "double_value")             \
  X(V_BOOL, "boolValue") X(V_BOOL_TOO, "bool_value")
OBJECT_KEYS(value_keys, VALUE_KEYS);
#define METRIC_KEYS(X) X(METRIC_NAME, "name") X(METRIC_SUM, "sum")
OBJECT_KEYS(metric_keys, METRIC_KEYS);
#define SUM_KEYS(X)                                                                                \
  X(SUM_POINTS, "dataPoints") X(SUM_POINTS_TOO, "data_points")                                     \
  X(SUM_TEMPORALITY, "aggregationTemporality") X(SUM_TEMPORALITY_TOO, "aggregation_temporality")
OBJECT_KEYS(sum_keys, SUM_KEYS);
#define POINT_KEYS(X)                                                                              \
  X(POINT_ATTRIBUTES, "attributes") X(POINT_START, "startTimeUnixNano")                            \
  X(POINT_START_TOO, "start_time_unix_nano") X(POINT_TIME, "timeUnixNano")                         \
  X(POINT_TIME_TOO, "time_unix_nano") X(POINT_INT, "asInt") X(POINT_INT_TOO, "as_int")             \
  X(POINT_DOUBLE, "asDouble") X(POINT_DOUBLE_TOO, "as_double")
OBJECT_KEYS(point_keys, POINT_KEYS);

/* Attributes of events and points. */
#define ATTRIBUTES(X)                                                                              \
  X(A_EVENT, "event.name") X(A_TIME, "event.timestamp") X(A_SEQUENCE, "event.sequence")            \
  X(A_SESSION, "session.id") X(A_PROMPT, "prompt.id") X(A_VERSION, "app.version")                  \
  X(A_MODEL, "model") X(A_COST, "cost_usd") X(A_COST_MICROS, "cost_usd_micros")                    \
  X(A_DURATION, "duration_ms") X(A_INPUT, "input_tokens") X(A_OUTPUT, "output_tokens")             \
  X(A_READ, "cache_read_tokens") X(A_WRITE, "cache_creation_tokens") X(A_REQUEST, "request_id")    \
  X(A_SPEED, "speed") X(A_QUERY, "query_source") X(A_TOOL, "tool_name") X(A_CALL, "tool_use_id")   \
  X(A_SUCCESS, "success") X(A_DECISION, "decision") X(A_SOURCE, "source")                          \
  X(A_LENGTH, "prompt_length") X(A_COMMAND, "command_name") X(A_COMMAND_SOURCE, "command_source")  \
  X(A_TRIGGER, "trigger") X(A_PRE_TOKENS, "pre_tokens") X(A_STATUS, "status_code")                 \
  X(A_TYPE, "type") X(A_LANGUAGE, "language") X(A_EFFORT, "effort") X(A_AGENT, "agent.name")       \
  X(A_SKILL, "skill.name") X(A_PLUGIN, "plugin.name") X(A_SERVER, "mcp_server.name")               \
  X(A_SERVER_TOOL, "mcp_tool.name")
/* clang-format on */
OBJECT_KEYS(attribute_keys, ATTRIBUTES);
enum { ATTRIBUTE_COUNT = A_SERVER_TOOL + 1 };

typedef enum event_name {
  NAME_OTHER = -1,
  NAME_PROMPT,
  NAME_REQUEST,
  NAME_ERROR,
  NAME_RESULT,
  NAME_DECISION,
  NAME_COMPACTION
} event_name;
static const char *const event_names[] = {
    "user_prompt", "api_request", "api_error", "tool_result", "tool_decision", "compaction", NULL};
static const char product[] = "claude_code.";

typedef enum metric_name {
  METRIC_OTHER = -1,
  METRIC_TOKENS,
  METRIC_COST,
  METRIC_LINES,
  METRIC_COMMITS,
  METRIC_REVIEWS,
  METRIC_DECISIONS
} metric_name;
static const char *const metric_names[] = {"claude_code.token.usage",
                                           "claude_code.cost.usage",
                                           "claude_code.lines_of_code.count",
                                           "claude_code.commit.count",
                                           "claude_code.pull_request.count",
                                           "claude_code.code_edit_tool.decision",
                                           NULL};
#define TEMPORALITY_CUMULATIVE 2

/* A value of any type; numbers are often sent as texts. */
typedef struct value {
  double number; /* -1: not a number, or negative */
  size_t length; /* 0: no text */
  char at[TEXT_MAX];
} value;

/* An event, or the attributes of a point. */
typedef struct line {
  unsigned dropped;
  event_name name;
  int64_t time, seen;
  value attribute[ATTRIBUTE_COUNT];
} line;

/* Amounts used, changed or decided in a period, for one series: collected from points. */
typedef struct sum {
  metric_name metric;
  ident series;
  int64_t start;
  bool cumulative, accepted;
  double count; /* for changes and decisions */
  record row;   /* tokens and cost or lines: the whole sum; otherwise a template for each */
} sum;

typedef struct otlp {
  rows rows;
  line line;
  value value; /* a value whose key is not known yet, or of a point */
  metric_name metric;
  int64_t start, time; /* of the current point */
  double amount;
  ident_set sums; /* of the current line */
  sum *sum;
  size_t capacity;
} otlp;

/* ------------------------------------------------------------------------------------- values */

static void forget(value *v) {
  v->number = -1;
  v->length = 0;
}

/* Parses a text that is a number. The newline lets the scanner see that the number has ended. */
static double number_in(const char *p, size_t length) {
  double number = -1;
  char ended[NUMBER_MAX + 1];
  scan s;
  if (length == 0 || length > NUMBER_MAX) return number;
  memcpy(ended, p, length);
  ended[length] = '\n';
  bpi_scan_init_memory(&s, ended, length + 1);
  if (bpi_scan_value(&s) == SCAN_NUMBER && !bpi_scan_real(&s, &number)) number = -1;
  bpi_scan_free(&s);
  return number >= 0 ? number : -1;
}

/* Reads a text, a number, or a boolean, which is stored as its word. */
static void read_plain(scan *s, value *into, unsigned *dropped) {
  bool truth = false;
  forget(into);
  switch (bpi_scan_peek(s)) {
  case SCAN_TEXT:
    bpi_object_into(s, into, dropped);
    into->number = number_in(into->at, into->length);
    break;
  case SCAN_TRUE:
  case SCAN_FALSE:
    if (!bpi_scan_bool(s, &truth)) break;
    into->length = truth ? 4 : 5;
    memcpy(into->at, truth ? "true" : "false", into->length);
    break;
  default:
    if (!bpi_scan_real(s, &into->number) || !(into->number >= 0)) into->number = -1;
  }
}

/* Reads an AnyValue if it is a simple value. */
static void read_any(scan *s, value *into, unsigned *dropped, int *reject) {
  uint64_t seen = 0;
  forget(into);
  if (!bpi_scan_enter_object(s)) return;
  while (bpi_object_member(s, value_keys, &seen, reject) >= 0)
    read_plain(s, into, dropped);
}

static bool is_word(const value *v, const char *word) {
  return v->length == strlen(word) && memcmp(v->at, word, v->length) == 0;
}

/* The value as a whole number; -1 if it is none. */
static int64_t count_of(const value *v) {
  return v->number >= 0 && v->number <= 9007199254740992.0 ? (int64_t)v->number : -1;
}

/* Nanoseconds since the epoch, usually a text because a JSON number cannot hold them. */
static int64_t read_nanos(scan *s) {
  char digits[24];
  size_t length;
  double real;
  int64_t nanos = -1;
  if (bpi_scan_peek(s) == SCAN_TEXT) {
    if (!bpi_scan_text(s, digits, sizeof digits, &length, NULL) ||
        !bpi_parse_int(digits, length, &nanos))
      nanos = -1;
  } else if (bpi_scan_real(s, &real) && real >= 0 && real < 9.2e18) {
    nanos = (int64_t)real;
  }
  return nanos > 0 ? nanos / 1000 : BPI_TIME_NONE;
}

/* ---------------------------------------------------------------------------------- attributes */

enum { UNTOLD = -2 }; /* the key has not been read yet */

/* Reads one attribute. Its value is kept if the key is wanted; a value that comes before its key is
 * held until then, if it is short. */
static void read_pair(otlp *o, scan *s, int *reject) {
  uint64_t seen = 0;
  unsigned passed = 0;
  int key = UNTOLD;
  if (!bpi_scan_enter_object(s)) return;
  forget(&o->value);
  for (int m; (m = bpi_object_member(s, pair_keys, &seen, reject)) >= 0;) {
    if (m == PAIR_KEY)
      key = bpi_object_word(s, attribute_keys);
    else if (key == -1)
      bpi_scan_skip(s);
    else
      read_any(s, &o->value, key == UNTOLD ? &passed : &o->line.dropped, reject);
  }
  if (key >= 0) {
    o->line.attribute[key] = o->value;
    o->line.dropped += passed;
  }
}

static void read_attributes(otlp *o, scan *s, int *reject) {
  if (!bpi_scan_enter_array(s)) return;
  while (bpi_scan_item(s))
    read_pair(o, s, reject);
  bpi_hash_wipe(&o->value, sizeof o->value);
}

static void start_line(line *l) {
  l->dropped = 0;
  l->name = NAME_OTHER;
  l->time = l->seen = BPI_TIME_NONE;
  for (int i = 0; i < ATTRIBUTE_COUNT; i++)
    forget(&l->attribute[i]);
}

static const value *attribute(const otlp *o, int which) {
  return &o->line.attribute[which];
}

/* An identifier; one that is too long is left out and counted. */
static const value *id_of(otlp *o, int which) {
  value *v = &o->line.attribute[which];
  if (v->length > IDENT_RAW_MAX) bpi_row_dropped(&o->rows, 1);
  if (v->length > IDENT_RAW_MAX) forget(v);
  return v;
}

/* Sums name the kind of requester; events its kind and name ("agent:builtin:Explore"), newer ones
 * the agent separately. */
static bool is_subagent(const otlp *o) {
  const value *who = attribute(o, A_QUERY);
  return is_word(who, "subagent") || bpi_starts_with(who->at, who->length, "agent:") ||
         attribute(o, A_AGENT)->length > 0;
}

/* Sets the session and flags of the following rows. */
static void enter_session(otlp *o) {
  const value *id = id_of(o, A_SESSION);
  o->rows.session = o->rows.scope = (ident){0, 0};
  if (id->length > 0) bpi_rows_session(&o->rows, id->at, id->length);
  o->rows.flags = is_subagent(o) ? RECORD_SUBAGENT : 0;
}

static name label_of(otlp *o, label_kind kind, int which) {
  const value *v = attribute(o, which);
  return bpi_memo_label(&o->rows.names, kind, v->at, v->length);
}

static ident key_of(otlp *o, ident_kind kind, const composite *key) {
  record_sink *sink = o->rows.in->sink;
  return sink->identify(sink->self, kind, (const char *)key->bytes, key->length);
}

/* ------------------------------------------------------------------------------------- events */

/* The key of an event without identifier: its sequence number and its time, because each process of
 * a session counts from zero. */
static ident event_key(otlp *o, ident_kind kind) {
  composite key;
  bpi_composite_start(&key);
  bpi_composite_ident(&key, o->rows.session);
  bpi_composite_number(&key, o->line.name);
  bpi_composite_number(&key, count_of(attribute(o, A_SEQUENCE)));
  bpi_composite_number(&key, o->rows.time);
  return key_of(o, kind, &key);
}

/* The language with this name, as editors write it. */
static int language_of(const char *word, size_t length) {
  char lower[24];
  if (length == 0 || length > sizeof lower) return LANGUAGE_UNKNOWN;
  for (size_t i = 0; i < length; i++)
    lower[i] = (char)(word[i] >= 'A' && word[i] <= 'Z' ? word[i] | 0x20 : word[i]);
  int code = bpi_vocabulary_code(VOCABULARY_LANGUAGE, lower, length);
  return code < 0 ? LANGUAGE_OTHER : code;
}

static ident id_key(otlp *o, ident_kind kind, int which) {
  const value *v = id_of(o, which);
  if (v->length == 0) return event_key(o, kind);
  return bpi_memo_ident(&o->rows.names, kind, v->at, v->length);
}

static int put_session(otlp *o) {
  record row = bpi_row(&o->rows, RECORD_SESSION);
  name version = label_of(o, LABEL_VERSION, A_VERSION);
  if (version.label == 0 || bpi_ident_absent(row.session)) return BP_OK;
  row.u.session_row.version = version.label;
  row.u.session_row.version_rank = version.number;
  return bpi_row_put(&o->rows, &row);
}

static int put_command(otlp *o) {
  record row = bpi_row(&o->rows, RECORD_EVENT);
  bool own = is_word(attribute(o, A_COMMAND_SOURCE), "builtin");
  row.key = event_key(o, IDENT_EVENT);
  row.u.event = (event_record){.event = EVENT_SLASH_COMMAND, .value = -1};
  row.u.event.command = own ? label_of(o, LABEL_COMMAND, A_COMMAND).label
                            : bpi_memo_label(&o->rows.names, LABEL_COMMAND, "custom", 6).label;
  return bpi_row_put(&o->rows, &row);
}

static int put_prompt(otlp *o) {
  if (attribute(o, A_COMMAND)->length > 0) return put_command(o);
  record row = bpi_row(&o->rows, RECORD_PROMPT);
  row.key = id_key(o, IDENT_PROMPT, A_PROMPT);
  row.u.prompt = (prompt_record){count_of(attribute(o, A_LENGTH)), 0, MODE_UNKNOWN};
  return bpi_row_put(&o->rows, &row);
}

static int64_t nano_cost(const otlp *o) {
  double micros = attribute(o, A_COST_MICROS)->number, dollars = attribute(o, A_COST)->number;
  if (micros >= 0 && micros < 1e12) return (int64_t)(micros * 1e3 + 0.5);
  return dollars >= 0 && dollars < 1e6 ? (int64_t)(dollars * 1e9 + 0.5) : -1;
}

static int put_event(otlp *o, ident key, int event, int detail, int64_t number) {
  record row = bpi_row(&o->rows, RECORD_EVENT);
  row.key = key;
  row.u.event = (event_record){.event = event, .detail = detail, .value = number};
  return bpi_row_put(&o->rows, &row);
}

/* Microseconds; -1: unknown. */
static int64_t duration_of(const otlp *o) {
  int64_t ms = count_of(attribute(o, A_DURATION));
  return ms < 0 || ms > INT64_MAX / 1000 ? -1 : ms * 1000;
}

/* The lifetime of a cache write is not reported, so 5 minutes are assumed, as for other sources. */
static int put_request(otlp *o) {
  record row = bpi_row_response(&o->rows);
  response_record *r = &row.u.response;
  row.key = id_key(o, IDENT_RESPONSE, A_REQUEST);
  const value *request = attribute(o, A_REQUEST);
  if (request->length > 0)
    r->request = bpi_memo_ident(&o->rows.names, IDENT_REQUEST, request->at, request->length);
  r->model = label_of(o, LABEL_MODEL, A_MODEL).label;
  r->input = count_of(attribute(o, A_INPUT));
  r->output = count_of(attribute(o, A_OUTPUT));
  r->cache_read = count_of(attribute(o, A_READ));
  r->cache_write_5m = count_of(attribute(o, A_WRITE));
  r->cost_nano = nano_cost(o);
  r->speed = is_word(attribute(o, A_SPEED), "fast") ? SPEED_FAST : SPEED_STANDARD;
  r->stop = STOP_END;
  int rc = bpi_row_put(&o->rows, &row);
  int64_t took_us = duration_of(o);
  if (rc != BP_OK || took_us < 0) return rc;
  return put_event(o, id_key(o, IDENT_EVENT, A_REQUEST), EVENT_RESPONSE_TIME, DETAIL_NONE, took_us);
}

static int put_compaction(otlp *o) {
  const value *trigger = attribute(o, A_TRIGGER);
  int detail = is_word(trigger, "auto")     ? DETAIL_AUTO
               : is_word(trigger, "manual") ? DETAIL_MANUAL
                                            : DETAIL_NONE;
  return put_event(o, event_key(o, IDENT_EVENT), EVENT_COMPACTION, detail,
                   count_of(attribute(o, A_PRE_TOKENS)));
}

/* Reports a call with this outcome. The event is sent when the call ends. */
static int put_call(otlp *o, int outcome, int64_t duration_us) {
  rows *r = &o->rows;
  int64_t end = r->time;
  record use = bpi_row(r, RECORD_TOOL_USE), result = bpi_row(r, RECORD_TOOL_RESULT);
  name tool = label_of(o, LABEL_TOOL, A_TOOL);
  use.key = result.key = id_key(o, IDENT_TOOL, A_CALL);
  if (end != BPI_TIME_NONE && duration_us >= 0 && duration_us <= end) use.time = end - duration_us;
  use.u.use = (tool_use_record){.tool = tool.label,
                                .category = (int)tool.number,
                                .program = PROGRAM_NONE,
                                .added = -1,
                                .removed = -1};
  result.u.result =
      (tool_result_record){.outcome = outcome,
                           .failure = outcome == OUTCOME_ERROR ? FAILURE_OTHER : FAILURE_NONE,
                           .added = -1,
                           .removed = -1,
                           .duration_us = duration_us};
  int rc = bpi_row_put(r, &use);
  return rc == BP_OK ? bpi_row_put(r, &result) : rc;
}

static int put_result(otlp *o) {
  bool good = is_word(attribute(o, A_SUCCESS), "true");
  return put_call(o, good ? OUTCOME_OK : OUTCOME_ERROR, duration_of(o));
}

/* An accepted call is reported by its result. */
static int put_decision(otlp *o) {
  const value *who = attribute(o, A_SOURCE);
  if (!is_word(attribute(o, A_DECISION), "reject")) return BP_OK;
  int outcome = is_word(who, "hook")         ? OUTCOME_BLOCKED
                : is_word(who, "config")     ? OUTCOME_DENIED
                : is_word(who, "user_abort") ? OUTCOME_INTERRUPTED
                                             : OUTCOME_REJECTED;
  return put_call(o, outcome, -1);
}

/* "api_request", possibly with the product in front; other names are ignored. */
static event_name name_in(const char *p, size_t length) {
  size_t skip = bpi_starts_with(p, length, product) ? sizeof product - 1 : 0;
  return (event_name)bpi_list_index(event_names, p + skip, length - skip);
}

static void read_name(otlp *o, scan *s) {
  unsigned none = 0;
  read_plain(s, &o->value, &none);
  event_name found = name_in(o->value.at, o->value.length);
  if (found != NAME_OTHER) o->line.name = found;
  bpi_hash_wipe(&o->value, sizeof o->value);
}

static void read_body(otlp *o, scan *s, int *reject) {
  unsigned none = 0; /* a long body is not counted as left out */
  read_any(s, &o->value, &none, reject);
  event_name found = name_in(o->value.at, o->value.length);
  if (found != NAME_OTHER) o->line.name = found;
  bpi_hash_wipe(&o->value, sizeof o->value);
}

static int take_event(void *self, scan *s) {
  otlp *o = self;
  line *l = &o->line;
  uint64_t seen = 0;
  int reject = 0;
  start_line(l);
  for (int m; (m = bpi_object_member(s, record_keys, &seen, &reject)) >= 0;) {
    switch (m) {
    case L_TIME:
    case L_TIME_TOO: l->time = read_nanos(s); break;
    case L_SEEN:
    case L_SEEN_TOO: l->seen = read_nanos(s); break;
    case L_NAME:
    case L_NAME_TOO: read_name(o, s); break;
    case L_BODY: read_body(o, s, &reject); break;
    default: read_attributes(o, s, &reject);
    }
  }
  const value *told = attribute(o, A_EVENT);
  if (l->name == NAME_OTHER) l->name = name_in(told->at, told->length);
  return reject;
}

static int64_t moment_of(const otlp *o) {
  const value *told = attribute(o, A_TIME);
  int64_t time;
  if (told->length > 0 && bpi_parse_instant(told->at, told->length, &time)) return time;
  return o->line.time != BPI_TIME_NONE ? o->line.time : o->line.seen;
}

static int emit_event(void *self) {
  otlp *o = self;
  if (o->line.name == NAME_OTHER) return BP_OK;
  o->rows.tier = TIER_TELEMETRY;
  o->rows.time = moment_of(o);
  bpi_row_dropped(&o->rows, o->line.dropped);
  enter_session(o);
  int rc = put_session(o);
  if (rc != BP_OK) return rc;
  switch (o->line.name) {
  case NAME_PROMPT: return put_prompt(o);
  case NAME_REQUEST: return put_request(o);
  case NAME_ERROR:
    return put_event(o, event_key(o, IDENT_EVENT), EVENT_API_ERROR,
                     bpi_detail_of_status(count_of(attribute(o, A_STATUS))), -1);
  case NAME_RESULT: return put_result(o);
  case NAME_DECISION: return put_decision(o);
  case NAME_COMPACTION: return put_compaction(o);
  case NAME_OTHER: break;
  }
  return BP_OK;
}

/* ------------------------------------------------------------------------------------ metrics */

/* Identifies a series apart from its type: by the attributes that distinguish usage. */
static ident series_of(otlp *o) {
  static const int parts[] = {A_MODEL,  A_QUERY,  A_SPEED,       A_EFFORT, A_AGENT,  A_SKILL,
                              A_PLUGIN, A_SERVER, A_SERVER_TOOL, A_TOOL,   A_SOURCE, A_LANGUAGE};
  enum { PARTS = sizeof parts / sizeof *parts };
  char joined[PARTS * (TEXT_MAX + 1)];
  size_t length = 0;
  for (size_t i = 0; i < PARTS; i++) {
    const value *v = attribute(o, parts[i]);
    memcpy(joined + length, v->at, v->length);
    length += v->length;
    joined[length++] = '\0';
  }
  return o->rows.in->sink->identify(o->rows.in->sink->self, IDENT_ORIGIN, joined, length);
}

static void sum_parts(composite *key, const sum *is) {
  bpi_composite_start(key);
  bpi_composite_ident(key, is->row.session);
  bpi_composite_ident(key, is->series);
  bpi_composite_number(key, is->metric);
  bpi_composite_number(key, is->start);
}

/* A cumulative sum grows and keeps its key until it restarts, so the row with the greatest value
 * counts. A sum since the last export has a key of its own. */
static ident sum_key(otlp *o, const sum *is, ident_kind kind, int64_t nth) {
  composite key;
  sum_parts(&key, is);
  bpi_composite_number(&key, is->cumulative ? 0 : is->row.time);
  bpi_composite_number(&key, nth);
  return key_of(o, kind, &key);
}

/* Identifies the points that belong to one sum. */
static ident name_of(otlp *o, const sum *is) {
  composite key;
  sum_parts(&key, is);
  bpi_composite_number(&key, is->row.time);
  bpi_composite_number(&key, is->accepted);
  return key_of(o, IDENT_ORIGIN, &key);
}

static record empty_row(otlp *o) {
  const value *language = attribute(o, A_LANGUAGE);
  record row;
  switch (o->metric) {
  case METRIC_LINES:
    row = bpi_row(&o->rows, RECORD_SPAN);
    row.u.span = (span_record){-1, -1, -1};
    break;
  case METRIC_DECISIONS:
    row = bpi_row(&o->rows, RECORD_DECISION);
    row.u.decision.decision = DECISION_EDIT;
    row.u.decision.language = language_of(language->at, language->length);
    row.u.decision.lines = -1;
    break;
  case METRIC_COMMITS:
  case METRIC_REVIEWS:
    row = bpi_row(&o->rows, RECORD_CHANGE);
    row.u.change = (change_record){
        .assisted = 1, .added = -1, .removed = -1, .files = -1, .rounds = -1, .open_us = -1};
    row.u.change.change = o->metric == METRIC_COMMITS ? CHANGE_COMMIT : CHANGE_PULL_REQUEST;
    break;
  default:
    row = bpi_row_response(&o->rows);
    row.u.response.model = label_of(o, LABEL_MODEL, A_MODEL).label;
    row.u.response.stop = STOP_END;
  }
  return row;
}

/* The sum that the point belongs to. Tokens and cost belong to the same responses. */
static sum *sum_of(otlp *o) {
  sum made = {.metric = o->metric == METRIC_COST ? METRIC_TOKENS : o->metric,
              .start = o->start,
              .series = series_of(o),
              .accepted = is_word(attribute(o, A_DECISION), "accept"),
              .row = empty_row(o)};
  void *items = o->sum;
  size_t before = o->sums.count;
  int64_t number =
      bpi_ident_set_put(&o->sums, name_of(o, &made), &items, &o->capacity, sizeof *o->sum);
  o->sum = items;
  if (number < 0) return NULL;
  if ((size_t)number == before) o->sum[number] = made;
  return &o->sum[number];
}

static void add_to(int64_t *into, double amount) {
  if (*into < 0) *into = 0;
  if (*into < INT64_C(1) << 61)
    *into += (int64_t)(amount + 0.5); /* larger sums are not plausible */
}

static void add_tokens(otlp *o, response_record *r) {
  const value *type = attribute(o, A_TYPE);
  if (is_word(type, "input")) add_to(&r->input, o->amount);
  if (is_word(type, "output")) add_to(&r->output, o->amount);
  if (is_word(type, "cacheRead")) add_to(&r->cache_read, o->amount);
  if (is_word(type, "cacheCreation")) add_to(&r->cache_write_5m, o->amount);
}

static int take_point(void *self, scan *s) {
  otlp *o = self;
  uint64_t seen = 0;
  int reject = 0;
  start_line(&o->line);
  o->start = o->time = BPI_TIME_NONE;
  o->amount = -1;
  for (int m; (m = bpi_object_member(s, point_keys, &seen, &reject)) >= 0;) {
    switch (m) {
    case POINT_ATTRIBUTES: read_attributes(o, s, &reject); break;
    case POINT_START:
    case POINT_START_TOO: o->start = read_nanos(s); break;
    case POINT_TIME:
    case POINT_TIME_TOO: o->time = read_nanos(s); break;
    default: read_plain(s, &o->value, &o->line.dropped); o->amount = o->value.number;
    }
  }
  if (reject == 0 && !(o->amount >= 0 && o->amount < MOST_AMOUNT)) reject = REJECT_NUMBER;
  return reject;
}

/* Only collects: whether the sum is cumulative may come after its points. */
static int emit_point(void *self) {
  otlp *o = self;
  if (!(o->amount > 0)) return BP_OK;
  o->rows.tier = TIER_TOTAL;
  o->rows.time = o->time;
  bpi_row_dropped(&o->rows, o->line.dropped);
  enter_session(o);
  sum *is = sum_of(o);
  if (is == NULL) return BP_ERR_NOMEM;
  span_record *lines = &is->row.u.span;
  switch (o->metric) {
  case METRIC_TOKENS: add_tokens(o, &is->row.u.response); break;
  case METRIC_COST: add_to(&is->row.u.response.cost_nano, o->amount * 1e9); break;
  case METRIC_LINES:
    add_to(is_word(attribute(o, A_TYPE), "removed") ? &lines->removed : &lines->added, o->amount);
    break;
  default: is->count += o->amount;
  }
  return BP_OK;
}

static int read_sum(otlp *o, scan *s, int *reject) {
  object_reader points = {.take = take_point, .emit = emit_point, .self = o};
  uint64_t seen = 0;
  size_t first = o->sums.count;
  bool cumulative = false;
  int rc = BP_OK;
  if (o->metric == METRIC_OTHER || bpi_scan_peek(s) != SCAN_OBJECT) {
    bpi_scan_skip(s);
    return rc;
  }
  bpi_scan_enter_object(s);
  for (int m; rc == BP_OK && (m = bpi_object_member(s, sum_keys, &seen, reject)) >= 0;) {
    if (m <= SUM_POINTS_TOO) {
      rc = bpi_read_items(o->rows.in, &points);
      continue;
    }
    read_plain(s, &o->value, &o->line.dropped);
    cumulative = o->value.number == TEMPORALITY_CUMULATIVE;
  }
  for (; first < o->sums.count; first++)
    o->sum[first].cumulative = cumulative;
  return rc;
}

/* Decisions and changes of a sum become a row each. */
static int put_each(otlp *o, sum *is) {
  int rc = BP_OK;
  ident_kind kind = is->metric == METRIC_DECISIONS ? IDENT_DECISION : IDENT_CHANGE;
  if (kind == IDENT_DECISION)
    is->row.u.decision.outcome = is->accepted ? OUTCOME_OK : OUTCOME_REJECTED;
  for (int64_t i = 0; i < MOST_AT_ONCE && (double)i + 0.5 < is->count && rc == BP_OK; i++) {
    is->row.key = sum_key(o, is, kind, i * 2 + is->accepted);
    rc = bpi_row_put(&o->rows, &is->row);
  }
  return rc;
}

static int put_sums(otlp *o) {
  int rc = BP_OK;
  for (size_t i = 0; i < o->sums.count && rc == BP_OK; i++) {
    sum *is = &o->sum[i];
    if (is->metric != METRIC_TOKENS && is->metric != METRIC_LINES) {
      rc = put_each(o, is);
      continue;
    }
    is->row.key = sum_key(o, is, is->metric == METRIC_LINES ? IDENT_SPAN : IDENT_RESPONSE, 0);
    rc = bpi_row_put(&o->rows, &is->row);
  }
  return rc;
}

/* A metric's name must come before its sum; otherwise it is skipped. */
static int take_metric(void *self, scan *s) {
  otlp *o = self;
  uint64_t seen = 0;
  int reject = 0;
  o->metric = METRIC_OTHER;
  for (int m; (m = bpi_object_member(s, metric_keys, &seen, &reject)) >= 0;) {
    int rc = BP_OK;
    if (m == METRIC_NAME)
      o->metric = (metric_name)bpi_object_word(s, metric_names);
    else
      rc = read_sum(o, s, &reject);
    if (rc != BP_OK) return rc;
  }
  return reject;
}

static int emit_nothing(void *self) {
  (void)self; /* everything was reported while it was read */
  return BP_OK;
}

/* ----------------------------------------------------------------------------------- envelope */

static int take_scope(void *self, scan *s) {
  otlp *o = self;
  object_reader events = {.take = take_event, .emit = emit_event, .self = o};
  object_reader metrics = {.take = take_metric, .emit = emit_nothing, .self = o};
  uint64_t seen = 0;
  int reject = 0, rc = BP_OK;
  for (int m; rc == BP_OK && (m = bpi_object_member(s, scope_keys, &seen, &reject)) >= 0;)
    rc = bpi_read_items(o->rows.in, m == SCOPE_METRICS ? &metrics : &events);
  return rc != BP_OK ? rc : reject;
}

static int take_resource(void *self, scan *s) {
  otlp *o = self;
  object_reader scopes = {.take = take_scope, .emit = emit_nothing, .self = o};
  uint64_t seen = 0;
  int reject = 0, rc = BP_OK;
  while (rc == BP_OK && bpi_object_member(s, resource_keys, &seen, &reject) >= 0)
    rc = bpi_read_items(o->rows.in, &scopes);
  return rc != BP_OK ? rc : reject;
}

static int take(void *self, scan *s) {
  otlp *o = self;
  object_reader resources = {.take = take_resource, .emit = emit_nothing, .self = o};
  uint64_t seen = 0;
  int reject = 0, rc = BP_OK;
  bpi_ident_set_free(&o->sums);
  while (rc == BP_OK && bpi_object_member(s, top_keys, &seen, &reject) >= 0)
    rc = bpi_read_items(o->rows.in, &resources);
  return rc != BP_OK ? rc : reject;
}

static int emit(void *self) {
  return put_sums(self);
}

/* --------------------------------------------------------------------------------- the source */

static int read_telemetry(source_input *in) {
  otlp *o = bpi_alloc_zero(1, sizeof *o);
  if (o == NULL) return BP_ERR_NOMEM;
  object_reader reader = {.take = take, .emit = emit, .self = o};
  bpi_rows_start(&o->rows, in, TIER_TELEMETRY);
  int rc = bpi_read_objects(in, &reader);
  bpi_ident_set_free(&o->sums);
  bpi_free(o->sum);
  bpi_hash_wipe(o, sizeof *o);
  bpi_free(o);
  return rc;
}

static bool is_telemetry(const char *path) {
  return bpi_ends_with(path, ".otlp.jsonl") || bpi_ends_with(path, ".otlp.json");
}

static bool recognise(const char *bytes, size_t length) {
  return bpi_object_first(bytes, length, false, top_keys, SCAN_ARRAY) != 0;
}

/* For attributes the path ends with the attribute's name, as if it were a key. */
#define LOG "resourceLogs[].scopeLogs[].logRecords[]"
#define SUM "resourceMetrics[].scopeMetrics[].metrics[].sum"
#define VALUE(at)                                                                                  \
  {at ".attributes[].value.stringValue", FIELD_COMPARED, "by its key: see docs/sources.md"},       \
      {at ".attributes[].value.intValue", FIELD_KEPT,                                              \
       "by its key: tokens, cost, duration, length"},                                              \
      {at ".attributes[].value.doubleValue", FIELD_KEPT,                                           \
       "by its key: tokens, cost, duration, length"},                                              \
      {at ".attributes[].value.boolValue", FIELD_COMPARED, "how a tool call ended"}, {             \
    at ".attributes[].key", FIELD_COMPARED, "which attribute it is"                                \
  }

static const field_rule rules[] = {
    {LOG ".timeUnixNano", FIELD_KEPT, "when it happened"},
    {LOG ".observedTimeUnixNano", FIELD_KEPT, "when it happened"},
    {LOG ".eventName", FIELD_COMPARED, "which event it is"},
    {LOG ".body.stringValue", FIELD_COMPARED, "which event it is"},
    VALUE(LOG),
    {"resourceMetrics[].scopeMetrics[].metrics[].name", FIELD_COMPARED, "which metric it is"},
    {SUM ".aggregationTemporality", FIELD_COMPARED, "whether the sum is a delta or cumulative"},
    {SUM ".dataPoints[].startTimeUnixNano", FIELD_HASHED, "keyed hash: same sum"},
    {SUM ".dataPoints[].timeUnixNano", FIELD_KEPT, "when it happened"},
    {SUM ".dataPoints[].asInt", FIELD_KEPT, "tokens, lines, changes, decisions"},
    {SUM ".dataPoints[].asDouble", FIELD_KEPT, "tokens, cost"},
    VALUE(SUM ".dataPoints[]"),
    {NULL, FIELD_KEPT, NULL},
};

const source bpi_source_otlp = {
    .name = "otlp",
    .title = "Telemetry of Claude Code (OTLP/JSON)",
    .platform = "claude_code",
    .covers = COVERS_TOKENS | COVERS_CACHE_READ | COVERS_CACHE_WRITE | COVERS_COST | COVERS_TOOLS |
              COVERS_OUTCOMES | COVERS_LINES | COVERS_DECISIONS | COVERS_PROMPTS | COVERS_MODEL |
              COVERS_TIME | COVERS_EVENTS | COVERS_CHANGES,
    .is_ours = is_telemetry,
    .recognise = recognise,
    .read = read_telemetry,
    .rules = rules,
};
