/* privacy/gate.c: hashing and shaping of names, with a small cache of recent labels, because the
 * same files and tools occur again and again. Identifiers are hashed each time, which is faster
 * than a lookup. The cache lives no longer than an ingest. */
#include "privacy/gate.h"

#include <stddef.h>
#include <string.h>

#include "base/ident_set.h"
#include "base/mem.h"
#include "base/text.h"

#define RAW_MAX 96      /* longer names are not cached */
#define FOLDER_MAX 1024 /* a longer folder is used as it is written */
#define SLOTS 2048
#define BLOCK (SLOTS / 64) /* slots wiped together */

typedef struct withheld {
  record row;   /* the session row with the names */
  bool pending; /* no dated row of the session has carried them yet */
} withheld;

typedef struct remembered {
  uint8_t used, kind, length;
  told_label is;
  char raw[RAW_MAX];
} remembered;

struct gate {
  const hash_key *key;
  domain_key ident_keys[IDENT_KINDS], label_keys[LABEL_KINDS];
  fact_sink out;
  bool keep_labels;
  gate_counts counts;
  void (*reject)(void *user, int reason, uint64_t line, int64_t byte);
  void *reject_user;
  const erased_marks *erased; /* NULL: nothing was erased */
  int64_t source;
  ident session, session_mark; /* the session looked up last, and its hash as used in marks */
  int64_t last_us;             /* the time of its last record in this input */
  ident_set erased_sessions;   /* sessions whose row of names was erased, */
  withheld *withheld;          /* and those rows */
  size_t withheld_capacity;
  uint64_t written; /* bit per block that holds a name */
  remembered labels[SLOTS];
};

static const char *const ident_domains[IDENT_KINDS] = {
    [IDENT_SESSION] = "session",   [IDENT_RESPONSE] = "response", [IDENT_REQUEST] = "request",
    [IDENT_PROMPT] = "prompt",     [IDENT_TOOL] = "tool",         [IDENT_EVENT] = "event",
    [IDENT_DECISION] = "decision", [IDENT_SPAN] = "span",         [IDENT_CHANGE] = "change",
    [IDENT_ORIGIN] = "origin",
};

/* -------------------------------------------------------------------------- shapes of labels */

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* ASCII letters, digits and the given punctuation. */
static bool only(const char *p, size_t length, const char *marks) {
  for (size_t i = 0; i < length; i++)
    if (!is_word(p[i]) && (p[i] == '\0' || strchr(marks, p[i]) == NULL)) return false;
  return length > 0;
}

static bool plain_text(const char *p, size_t length) {
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f) return false;
  return length > 0 && bpi_utf8_valid(p, length);
}

static bool shape_name(const char *p, size_t length) {
  return only(p, length, "._:/@+-");
}
static bool shape_model(const char *p, size_t length) {
  return only(p, length, "._:/@+-[]");
}
static bool shape_token(const char *p, size_t length) {
  return only(p, length, "_-");
}
static bool shape_version(const char *p, size_t length) {
  return only(p, length, ".+-") && p[0] >= '0' && p[0] <= '9';
}
static bool shape_branch(const char *p, size_t length) {
  return plain_text(p, length) && memchr(p, ' ', length) == NULL;
}
static bool shape_never(const char *p, size_t length) {
  (void)p;
  (void)length;
  return false;
}

/* Which text each kind of label keeps: its shape and length, and when. */
static const struct label_rule {
  const char *domain;
  size_t longest;
  bool (*shape)(const char *p, size_t length);
  bool always;   /* kept even if the owner keeps no labels: needed for prices and totals */
  bool or_other; /* a badly shaped one becomes `other` instead of a label without text */
} label_rules[LABEL_KINDS] = {
    [LABEL_PLATFORM] = {"platform", 32, shape_token, true, true},
    [LABEL_WORKSPACE] = {"workspace", 96, plain_text, false, false},
    [LABEL_BRANCH] = {"branch", 96, shape_branch, false, false},
    [LABEL_VERSION] = {"version", 32, shape_version, true, true},
    [LABEL_ENTRYPOINT] = {"entrypoint", 32, shape_token, true, true},
    [LABEL_MODEL] = {"model", 80, shape_model, true, true},
    [LABEL_TOOL] = {"tool", 96, shape_name, false, true},
    [LABEL_FILE] = {"file", 0, shape_never, false, false},
    [LABEL_COMMAND] = {"command", 48, shape_name, false, true},
};

const char *bpi_label_kind_name(int64_t kind) {
  return kind > 0 && kind < LABEL_KINDS ? label_rules[kind].domain : NULL;
}

bool bpi_label_fits(const hash_key *key, int64_t kind, ident known, const char *text,
                    size_t length) {
  if (bpi_label_kind_name(kind) == NULL) return false;
  if (kind == LABEL_WORKSPACE) return true;
  return bpi_ident_compare(bpi_hash_ident(key, label_rules[kind].domain, text, length), known) == 0;
}

/* The owner recognises a folder by its last component. */
static void last_component(const char **p, size_t *length) {
  const char *end = *p + *length;
  while (end > *p && (end[-1] == '/' || end[-1] == '\\'))
    end--;
  const char *start = end;
  while (start > *p && start[-1] != '/' && start[-1] != '\\')
    start--;
  *p = start;
  *length = (size_t)(end - start);
}

static bool is_separator(char c) {
  return c == '/' || c == '\\';
}

static bool is_drive(const char *p, const char *end) {
  char lower = end - p > 1 ? (char)(p[0] | 0x20) : '\0';
  return lower >= 'a' && lower <= 'z' && p[1] == ':';
}

static bool is_share(const char *p, const char *end) {
  return end - p > 2 && is_separator(p[0]) && is_separator(p[1]) && !is_separator(p[2]);
}

/* Skips what may precede a drive: the slash of a URL path, or the prefix of long Windows paths. */
static const char *without_front(const char *raw, const char *end) {
  static const char verbatim[] = "\\\\?\\";
  size_t skip = sizeof verbatim - 1;
  if (end - raw > 1 && *raw == '/' && is_drive(raw + 1, end)) return raw + 1;
  bool is_long = bpi_starts_with(raw, (size_t)(end - raw), verbatim);
  return is_long && is_drive(raw + skip, end) ? raw + skip : raw;
}

/* Normalises a folder so that it is the same however it is written: without a trailing separator;
 * on Windows with backslashes and an upper-case drive. */
static size_t usual_folder(const char *raw, size_t length, char *into) {
  const char *end = raw + length;
  while (end - raw > 1 && is_separator(end[-1]))
    end--;
  raw = without_front(raw, end);
  length = (size_t)(end - raw);
  memcpy(into, raw, length);
  bool drive = is_drive(raw, end);
  if (!drive && !is_share(raw, end)) return length;
  if (drive && into[0] >= 'a') into[0] = (char)(into[0] - 'a' + 'A');
  for (size_t i = 0; i < length; i++)
    if (into[i] == '/') into[i] = '\\';
  return length;
}

/* ----------------------------------------------------------------------------------- memory */

static remembered *recall(gate *g, int kind, const char *raw, size_t length) {
  uint64_t at = bpi_hash_mix(raw, length, (uint64_t)kind);
  return &g->labels[(at ^ at >> 32) & (SLOTS - 1)];
}

static bool is_same(const remembered *r, int kind, const char *raw, size_t length) {
  return r->used && r->kind == kind && r->length == length && memcmp(r->raw, raw, length) == 0;
}

static void remember(gate *g, remembered *r, int kind, const char *raw, size_t length,
                     told_label is) {
  g->written |= UINT64_C(1) << (r - g->labels) / BLOCK;
  r->used = 1;
  r->kind = (uint8_t)kind;
  r->length = (uint8_t)length;
  r->is = is;
  memcpy(r->raw, raw, length);
}

/* ------------------------------------------------------------------------------- the sink */

static ident identify(void *self, ident_kind kind, const char *raw, size_t length) {
  const gate *g = self;
  if (length == 0) return (ident){0, 0};
  return bpi_hash_under(&g->ident_keys[kind], raw, length);
}

static told_label make_label(gate *g, label_kind kind, const char *raw, size_t length) {
  const struct label_rule *rule = &label_rules[kind];
  char folder[FOLDER_MAX];
  if (kind == LABEL_WORKSPACE && length <= sizeof folder) {
    length = usual_folder(raw, length, folder);
    raw = folder;
  }
  const char *text = raw;
  size_t text_length = length;
  if (kind == LABEL_WORKSPACE) last_component(&text, &text_length);
  bool shaped = text_length <= rule->longest && rule->shape(text, text_length);
  bool misshapen = !shaped && rule->longest > 0;
  if (!shaped && rule->or_other) {
    raw = text = "other";
    length = text_length = 5;
    shaped = true;
  }
  bool keep = shaped && (g->keep_labels || rule->always);
  ident key = bpi_hash_under(&g->label_keys[kind], raw, length);
  uint32_t number =
      g->out.label(g->out.self, kind, key, keep ? text : NULL, keep ? text_length : 0);
  return (told_label){number, misshapen};
}

static told_label find_label(gate *g, label_kind kind, const char *raw, size_t length) {
  if (length > RAW_MAX) return make_label(g, kind, raw, length);
  remembered *r = recall(g, (int)kind, raw, length);
  if (!is_same(r, (int)kind, raw, length))
    remember(g, r, (int)kind, raw, length, make_label(g, kind, raw, length));
  return r->is;
}

static told_label label(void *self, label_kind kind, const char *raw, size_t length) {
  gate *g = self;
  if (length == 0) return (told_label){0, false};
  told_label is = find_label(g, kind, raw, length);
  g->counts.drops += is.misshapen;
  return is;
}

static void bound(gate *g, int64_t *value, int64_t most) {
  if (*value <= most) return;
  *value = -1;
  g->counts.drops++;
}

static void bound_counts(gate *g, int64_t *const *counts, size_t n) {
  for (size_t i = 0; i < n; i++)
    bound(g, counts[i], RECORD_MOST_COUNTED);
}
#define COUNTS(g, ...)                                                                             \
  bound_counts(g, (int64_t *const[]){__VA_ARGS__},                                                 \
               sizeof((int64_t *const[]){__VA_ARGS__}) / sizeof(int64_t *))

static void bound_numbers(gate *g, record *r) {
  response_record *a = &r->u.response;
  change_record *c = &r->u.change;
  switch (r->kind) {
  case RECORD_PROMPT: bound(g, &r->u.prompt.characters, RECORD_MOST_COUNTED); break;
  case RECORD_RESPONSE:
    COUNTS(g, &a->input, &a->output, &a->cache_read, &a->cache_write_5m, &a->cache_write_1h,
           &a->reasoning, &a->web_searches);
    bound(g, &a->cost_nano, RECORD_MOST_MEASURED);
    break;
  case RECORD_TOOL_USE: COUNTS(g, &r->u.use.added, &r->u.use.removed); break;
  case RECORD_TOOL_RESULT:
    COUNTS(g, &r->u.result.added, &r->u.result.removed);
    bound(g, &r->u.result.duration_us, RECORD_MOST_MEASURED);
    break;
  case RECORD_DECISION: bound(g, &r->u.decision.lines, RECORD_MOST_COUNTED); break;
  case RECORD_SPAN: COUNTS(g, &r->u.span.added, &r->u.span.removed, &r->u.span.files); break;
  case RECORD_EVENT: bound(g, &r->u.event.value, RECORD_MOST_MEASURED); break;
  case RECORD_CHANGE:
    COUNTS(g, &c->added, &c->removed, &c->files, &c->rounds);
    bound(g, &c->open_us, RECORD_MOST_MEASURED);
    break;
  case RECORD_SESSION:
  case RECORD_KINDS: break;
  }
}

/* A time outside the calendar counts as none. */
static int64_t dated(int64_t time) {
  return time >= 0 && time < BPI_TIME_END ? time : BPI_TIME_NONE;
}

static bool is_erased(gate *g, const record *r) {
  if (bpi_ident_compare(g->session, r->session) != 0) {
    g->session = r->session;
    g->session_mark = bpi_erased_session(g->key, r->session);
  }
  return bpi_erased_covers(g->erased, g->session_mark, g->source, r->time);
}

/* Fills in what a row leaves out from an earlier one. */
static void complete(session_record *row, const session_record *before) {
  if (row->platform == 0) row->platform = before->platform;
  if (row->workspace == 0) row->workspace = before->workspace;
  if (row->branch == 0) row->branch = before->branch;
  if (row->entrypoint == 0) row->entrypoint = before->entrypoint;
  if (row->version != 0 || row->version_rank != 0) return;
  row->version = before->version;
  row->version_rank = before->version_rank;
}

static int withhold(gate *g, const record *r) {
  g->counts.erased++;
  if (r->kind != RECORD_SESSION) return BP_OK;
  void *items = g->withheld;
  size_t before = g->erased_sessions.count;
  int64_t number = bpi_ident_set_put(&g->erased_sessions, r->session, &items, &g->withheld_capacity,
                                     sizeof *g->withheld);
  g->withheld = items;
  if (number < 0) return BP_ERR_NOMEM;
  withheld names = {*r, true}, *known = &g->withheld[number];
  if (g->erased_sessions.count == before)
    complete(&names.row.u.session_row, &known->row.u.session_row);
  *known = names;
  return BP_OK;
}

/* A source reports a session's names once, and again when they change. If that row was erased and
 * the session continued, the names belong to what remains of it. */
static int put_names(gate *g, record *r) {
  int64_t number = bpi_ident_set_find(&g->erased_sessions, r->session);
  if (number < 0 || !g->withheld[number].pending) return BP_OK;
  withheld *names = &g->withheld[number];
  names->pending = r->time == BPI_TIME_NONE;
  if (r->kind == RECORD_SESSION) {
    complete(&r->u.session_row, &names->row.u.session_row);
    return BP_OK;
  }
  names->row.time = r->time;
  return g->out.put(g->out.self, &names->row);
}

static int put(void *self, const record *r) {
  gate *g = self;
  record bounded = *r;
  bounded.time = dated(r->time);
  if (g->erased != NULL) {
    bool erased = is_erased(g, &bounded);
    if (bounded.time != BPI_TIME_NONE) g->last_us = bounded.time;
    if (erased) return withhold(g, &bounded);
    int rc = put_names(g, &bounded);
    if (rc != BP_OK) return rc;
  }
  bound_numbers(g, &bounded);
  g->counts.records++;
  return g->out.put(g->out.self, &bounded);
}

static void reject(void *self, int reason, uint64_t line, int64_t byte) {
  gate *g = self;
  g->counts.rejects++;
  if (g->reject != NULL) g->reject(g->reject_user, reason, line, byte);
}

static void drop(void *self) {
  gate *g = self;
  g->counts.drops++;
}

record_sink bpi_gate_sink(gate *g) {
  record_sink sink = {g, identify, label, put, reject, drop};
  return sink;
}

void bpi_gate_erased(gate *g, const erased_marks *marks) {
  g->erased = marks->count > 0 ? marks : NULL;
  g->session_mark = bpi_erased_session(g->key, g->session);
}

void bpi_gate_source(gate *g, int64_t source) {
  g->source = source;
  g->last_us = BPI_TIME_NONE;
  bpi_ident_set_free(&g->erased_sessions);
}

void bpi_gate_on_reject(gate *g,
                        void (*on_reject)(void *user, int reason, uint64_t line, int64_t byte),
                        void *user) {
  g->reject = on_reject;
  g->reject_user = user;
}

bool bpi_gate_withholds(const gate *g, int64_t since_us) {
  int64_t number = bpi_ident_set_find(&g->erased_sessions, g->session);
  return number >= 0 && g->withheld[number].pending && g->last_us != BPI_TIME_NONE &&
         g->last_us >= since_us;
}

const gate_counts *bpi_gate_counts(const gate *g) {
  return &g->counts;
}

gate *bpi_gate_new(const hash_key *key, const fact_sink *out, bool keep_labels) {
  gate *g = bpi_alloc_zero(1, sizeof *g);
  if (g == NULL) return NULL;
  g->key = key;
  g->out = *out;
  g->keep_labels = keep_labels;
  for (int kind = 0; kind < IDENT_KINDS; kind++)
    g->ident_keys[kind] = bpi_hash_domain(key, ident_domains[kind]);
  for (int kind = 1; kind < LABEL_KINDS; kind++)
    g->label_keys[kind] = bpi_hash_domain(key, label_rules[kind].domain);
  return g;
}

void bpi_gate_free(gate *g) {
  if (g == NULL) return;
  /* The cache held raw names. A small file has few, so blocks that were never written are not
   * touched. */
  for (size_t i = 0; i < SLOTS; i += BLOCK)
    if (g->written >> i / BLOCK & 1) bpi_hash_wipe(&g->labels[i], BLOCK * sizeof *g->labels);
  bpi_ident_set_free(&g->erased_sessions);
  bpi_free(g->withheld);
  bpi_hash_wipe(g, offsetof(gate, labels));
  bpi_free(g);
}
