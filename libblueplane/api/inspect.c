/* api/inspect.c: bp_inspect: facts about a store, as results. Each topic is one function. */
#include <stdio.h>
#include <string.h>

#include "api/audit.h"
#include "api/inspection.h"
#include "base/mem.h"
#include "base/sum.h"
#include "base/time.h"
#include "metrics/coverage.h"
#include "metrics/keymap.h"
#include "privacy/gate.h"
#include "sources/source.h"
#include "store/operations.h"
#include "store/read.h"

/* Shows the first 12 digits of a keyed identifier, enough to tell two apart. */
static void set_key(bp_result *t, size_t column, ident key) {
  char text[17];
  snprintf(text, sizeof text, "%012llx", (unsigned long long)(key.hi >> 16));
  set_text(t, column, text);
}

static const char *source_name(int64_t index) {
  return index >= 0 && (size_t)index < bpi_source_count() ? bpi_source_at((size_t)index)->name
                                                          : NULL;
}

/* ------------------------------------------------------------------------------------- health */

/* Marks a cell that this access may not see as withheld, not as empty. */
static void withhold(bp_result *t, size_t column) {
  bpi_table_set_state(t, column, BP_CELL_WITHHELD);
}

/* A figure of the whole (`of` NULL), or of a part. */
static void part_row(bp_result *t, const char *name, const char *of, int64_t value,
                     const char *unit) {
  bpi_table_add_row(t);
  set_text(t, 0, name);
  bpi_table_set_int(t, 1, value);
  set_text(t, 2, unit);
  set_text(t, 3, of);
}

static void health_row(bp_result *t, const char *name, int64_t value, const char *unit) {
  part_row(t, name, NULL, value, unit);
}

static void activity_row(const inspection *i, const char *name, int64_t value, const char *unit) {
  health_row(i->table, name, value, unit);
  if (!bpi_tells_activity(i->handle)) withhold(i->table, 1);
}

typedef struct reject_counts {
  int64_t of[REJECT_COUNT], records;
} reject_counts;

static int count_reject(void *user, const reject_row *r) {
  reject_counts *c = user;
  if (r->reason > 0 && r->reason < REJECT_COUNT) c->of[r->reason]++;
  return 0;
}

static int count_records(void *user, const file_row *f) {
  ((reject_counts *)user)->records += f->records;
  return 0;
}

static const char *reject_name(int64_t reason);

#define MILLION INT64_C(1000000)

/* No row for a share of nothing. */
static void share_row(bp_result *t, const char *name, const char *of, int64_t part, int64_t whole) {
  if (whole > 0) part_row(t, name, of, part * MILLION / whole, "ppm");
}

static int reject_rows(inspection *i, bp_error **error) {
  bp_result *t = i->table;
  reject_counts c = {{0}, 0};
  int64_t all = 0;
  int rc = bpi_read_rejects(i->handle->store, count_reject, &c, error);
  if (rc == BP_OK) rc = bpi_read_files(i->handle->store, count_records, &c, error);
  for (int reason = 1; reason < REJECT_COUNT; reason++)
    all += c.of[reason];
  health_row(t, "rejects", all, "records");
  share_row(t, "reject_rate", NULL, all,
            c.records > all ? c.records
                            : all); /* an unreadable file is a reject but not a record */
  for (int reason = 1; reason < REJECT_COUNT; reason++)
    part_row(t, "rejects_by_reason", reject_name(reason), c.of[reason], "records");
  return rc;
}

static const char *error_class(int detail) {
#define X(name, number, text)                                                                      \
  case number: return text;
  switch (detail) {
    BPI_EVENT_DETAILS(X)
  default: return NULL;
  }
#undef X
}

static void answer_rows(bp_result *t, const int64_t *answers) {
  static const char *const within[] = {
#define X(number, text, us) text,
      BPI_ANSWER_SECONDS(X)
#undef X
  };
  int64_t errors = 0, calls, timed = 0, so_far = 0;
  for (int detail = 0; detail < 1 << CLASS_DETAIL_BITS; detail++)
    errors += answers[ANSWER_ERROR + detail];
  calls = answers[ANSWER_RESPONSE] + errors;
  share_row(t, "provider_error_rate", NULL, errors, calls);
  for (int detail = 0; detail < 1 << CLASS_DETAIL_BITS; detail++)
    if (answers[ANSWER_ERROR + detail] > 0)
      share_row(t, "provider_errors", error_class(detail), answers[ANSWER_ERROR + detail], calls);
  share_row(t, "provider_retry_rate", NULL, answers[ANSWER_RETRY], calls + answers[ANSWER_RETRY]);
  for (int k = 0; k < BPI_ANSWER_CLASSES; k++)
    timed += answers[ANSWER_WITHIN + k];
  for (int k = 0; k < BPI_ANSWER_CLASSES; k++) {
    so_far += answers[ANSWER_WITHIN + k];
    share_row(t, "provider_latency", within[k], so_far, timed);
  }
}

static int operation_rows(inspection *i, const store_health *h, bp_error **error) {
  static const char *const lags[] = {"lag_p50", "lag_p95", "lag_p99"};
  bp_result *t = i->table;
  operations_figures f;
  int rc = bpi_read_operations(i->handle->store, (h->pages - h->free_pages) * h->page_size,
                               bpi_handle_now(i->handle), &f, error);
  if (rc != BP_OK) return rc;
  for (size_t k = 0; k < 3 && f.lags > 0; k++)
    health_row(t, lags[k], f.lag_us[k], "us");
  if (f.growth != FACT_NONE) health_row(t, "growth", f.growth, "bytes/day");
  answer_rows(t, f.answers);
  return BP_OK;
}

static int health(inspection *i, bp_error **error) {
  static const char *const facts[] = {"prompts", "responses", "tool_calls", "decisions",
                                      "spans",   "events",    "changes",    "sessions"};
  bp_result *t = i->table;
  store_health h;
  int rc = bpi_read_health(i->handle->store, bpi_tells_activity(i->handle), &h, error);
  if (rc != BP_OK) return rc;
  COLUMNS(t, {BP_TYPE_TEXT, "name", NULL}, {BP_TYPE_INT, "value", NULL},
          {BP_TYPE_TEXT, "unit", NULL}, {BP_TYPE_TEXT, "of", NULL});
  health_row(t, "schema", h.schema, "version");
  health_row(t, "storage_bytes", h.file_bytes, "bytes");
  health_row(t, "free_bytes", h.free_pages * h.page_size, "bytes");
  health_row(t, "wal_bytes", h.wal_bytes, "bytes");
  health_row(t, "erasures_pending", h.erasures_pending, "erasures");
  if (bpi_store_kind(i->handle->store) != STORE_PERSONAL) return BP_OK;
  for (size_t kind = 0; kind < sizeof facts / sizeof *facts; kind++)
    activity_row(i, facts[kind], h.facts[kind], "rows");
  activity_row(i, "rollup_cells", h.cells, "rows");
  health_row(t, "files", h.files, "files");
  rc = reject_rows(i, error);
  if (rc != BP_OK) return rc;
  activity_row(i, "undated", h.undated, "records");
  activity_row(i, "shadowed", h.shadowed, "records");
  if (h.last_ingest_us != BPI_TIME_NONE) {
    int64_t age = bpi_handle_now(i->handle) - h.last_ingest_us;
    health_row(t, "ingest_age", age < 0 ? 0 : age / BPI_SECOND, "s");
  }
  return operation_rows(i, &h, error);
}

typedef struct names_check {
  const hash_key *key;
  int right;
} names_check;

static int check_name(void *user, const label_row *l) {
  names_check *c = user;
  if (l->text != NULL && !bpi_label_fits(c->key, l->kind, l->key, l->text, l->length)) c->right = 0;
  return 0;
}

/* Whether names fit their keyed hashes; without its key, a store cannot check. */
static int check_names(store *s, int *right, bp_error **error) {
  names_check c = {bpi_store_key(s), 1};
  int rc = bpi_store_keyless(s) ? BP_OK : bpi_read_labels(s, check_name, &c, error);
  *right = c.right;
  return rc;
}

static int check_row(bp_result *t, const char *name, int rc, int ok, bp_error **error) {
  if (rc != BP_OK && rc != BP_ERR_CORRUPT) return rc;
  bpi_error_free(*error);
  *error = NULL;
  bpi_table_add_row(t);
  set_text(t, 0, name);
  bpi_table_set_int(t, 1, rc == BP_OK && ok);
  return BP_OK;
}

/* What a steward's store holds for others: in a damaged database it counts as failed. */
static int integrity_of_team(inspection *i, int sound, bp_error **error) {
  bool team = bpi_store_kind(i->handle->store) == STORE_TEAM;
  int rc = sound ? bpi_check_published(i, error) : BP_OK;
  rc = check_row(i->table, "published", rc, sound, error);
  if (rc != BP_OK || !team) return rc;
  if (sound) rc = bpi_check_documents(i, error);
  return check_row(i->table, "documents", rc, sound, error);
}

/* Facts and names are checked only if this access may see facts; in a damaged database they count as
 * failed. */
static int integrity(inspection *i, bp_error **error) {
  static const struct {
    const char *name;
    int (*check)(store *s, int *ok, bp_error **error);
  } inner[] = {
      {"names", check_names}, {"references", bpi_read_references}, {"sums", bpi_read_sums}};
  store *s = i->handle->store;
  bp_result *t = i->table;
  int sound = 0;
  int rc = bpi_read_integrity(s, &sound, error);
  if (rc != BP_OK) return rc;
  COLUMNS(t, {BP_TYPE_TEXT, "check", NULL}, {BP_TYPE_BOOL, "ok", NULL});
  rc = check_row(t, "database", rc, sound, error);
  store_kind kind = bpi_store_kind(s);
  bool shared = kind == STORE_TEAM || kind == STORE_ORGANISATION;
  if (rc == BP_OK && shared && i->handle->access == BP_ACCESS_STEWARD)
    return integrity_of_team(i, sound, error);
  if (kind != STORE_PERSONAL || !bpi_tells_activity(i->handle)) return rc;
  for (size_t k = 0; k < sizeof inner / sizeof *inner; k++) {
    int ok = 0;
    if (rc == BP_OK && sound) rc = inner[k].check(s, &ok, error);
    rc = check_row(t, inner[k].name, rc, ok, error);
  }
  return rc;
}

/* ------------------------------------------------------------------- sources, files, rejects */

typedef struct source_totals {
  int64_t files, bytes, records, rejects, sessions, last_us;
} source_totals;

static int add_file(void *user, const file_row *f) {
  source_totals *all = user;
  if (f->source < 0 || f->source >= SOURCES_MAX) return 0;
  source_totals *of = &all[f->source];
  of->files++;
  of->bytes += f->position;
  of->records += f->records;
  of->rejects += f->rejects;
  if (f->read_us > of->last_us) of->last_us = f->read_us;
  return 0;
}

static int add_session(void *user, const session_rows *rows) {
  source_totals *all = user;
  int64_t told = bpi_session_joined(rows).sources;
  for (int i = 0; i < SOURCES_MAX; i++)
    all[i].sessions += told >> i & 1;
  return 0;
}

static int sources(inspection *i, bp_error **error) {
  source_totals all[SOURCES_MAX];
  bp_result *t = i->table;
  memset(all, 0, sizeof all);
  int rc = bpi_read_files(i->handle->store, add_file, all, error);
  bool activity = bpi_tells_activity(i->handle);
  if (rc == BP_OK && activity) rc = bpi_read_sessions(i->handle->store, add_session, all, error);
  if (rc != BP_OK) return rc;
  COLUMNS(t, {BP_TYPE_TEXT, "source", NULL}, {BP_TYPE_INT, "files", "count"},
          {BP_TYPE_INT, "bytes", "bytes"}, {BP_TYPE_INT, "records", "count"},
          {BP_TYPE_INT, "rejects", "count"}, {BP_TYPE_INT, "sessions", "count"},
          {BP_TYPE_TIME, "last_read", NULL});
  for (size_t k = 0; k < bpi_source_count(); k++) {
    bpi_table_add_row(t);
    set_text(t, 0, bpi_source_at(k)->name);
    const int64_t values[] = {all[k].files, all[k].bytes, all[k].records, all[k].rejects,
                              all[k].sessions};
    for (size_t c = 0; c < sizeof values / sizeof *values; c++)
      bpi_table_set_int(t, c + 1, values[c]);
    if (!activity) withhold(t, 5);
    if (all[k].last_us != 0) bpi_table_set_int(t, 6, all[k].last_us);
  }
  return BP_OK;
}

static int file_line(void *user, const file_row *f) {
  bp_result *t = user;
  bpi_table_add_row(t);
  set_key(t, 0, f->key);
  set_text(t, 1, source_name(f->source));
  bpi_table_set_int(t, 2, f->position);
  bpi_table_set_int(t, 3, f->lines);
  bpi_table_set_int(t, 4, f->records);
  bpi_table_set_int(t, 5, f->rejects);
  bpi_table_set_int(t, 6, f->read_us);
  return 0;
}

static int files(inspection *i, bp_error **error) {
  COLUMNS(i->table, {BP_TYPE_TEXT, "file", NULL}, {BP_TYPE_TEXT, "source", NULL},
          {BP_TYPE_INT, "position", "bytes"}, {BP_TYPE_INT, "line", "count"},
          {BP_TYPE_INT, "records", "count"}, {BP_TYPE_INT, "rejects", "count"},
          {BP_TYPE_TIME, "read_at", NULL});
  return bpi_read_files(i->handle->store, file_line, i->table, error);
}

static const char *reject_name(int64_t reason) {
#define X(name, number, id, text)                                                                  \
  case number: return id;
  switch (reason) {
    BPI_REJECTS(X)
  default: return NULL;
  }
#undef X
}

/* The file is withheld along with activity, as a file corresponds to a session or a day of one. */
static int reject_line(void *user, const reject_row *r) {
  const inspection *i = user;
  bp_result *t = i->table;
  bpi_table_add_row(t);
  set_key(t, 0, r->file);
  if (!bpi_tells_activity(i->handle)) withhold(t, 0);
  set_text(t, 1, source_name(r->source));
  set_text(t, 2, reject_name(r->reason));
  bpi_table_set_int(t, 3, r->line);
  bpi_table_set_int(t, 4, r->byte);
  bpi_table_set_int(t, 5, r->at_us);
  return 0;
}

static int rejects(inspection *i, bp_error **error) {
  COLUMNS(i->table, {BP_TYPE_TEXT, "file", NULL}, {BP_TYPE_TEXT, "source", NULL},
          {BP_TYPE_TEXT, "reason", NULL}, {BP_TYPE_INT, "line", "count"},
          {BP_TYPE_INT, "byte", "bytes"}, {BP_TYPE_TIME, "read_at", NULL});
  return bpi_read_rejects(i->handle->store, reject_line, i, error);
}

/* ------------------------------------------------------------------------------------ coverage */

static int coverage(inspection *i, bp_error **error) {
  source_totals all[SOURCES_MAX];
  bp_result *t = i->table;
  memset(all, 0, sizeof all);
  int rc = bpi_read_sessions(i->handle->store, add_session, all, error);
  if (rc != BP_OK) return rc;
  COLUMNS(t, {BP_TYPE_TEXT, "source", NULL}, {BP_TYPE_TEXT, "measure", NULL},
          {BP_TYPE_BOOL, "covered", NULL}, {BP_TYPE_INT, "sessions", "count"});
  for (size_t k = 0; k < bpi_source_count(); k++)
    for (size_t bit = 0; bpi_need_name(bit) != NULL; bit++) {
      bpi_table_add_row(t);
      set_text(t, 0, bpi_source_at(k)->name);
      set_text(t, 1, bpi_need_name(bit));
      bpi_table_set_int(t, 2, bpi_source_at(k)->covers >> bit & 1);
      bpi_table_set_int(t, 3, all[k].sessions);
    }
  return BP_OK;
}

/* -------------------------------------------------------------------------- prices, unpriced */

static int price_list(inspection *i, bp_error **error) {
  bp_result *made = NULL;
  int rc = bpi_prices_table(&made, i->handle->prices, error);
  if (rc != BP_OK) return rc;
  bpi_table_release(i->table);
  i->table = made;
  return BP_OK;
}

typedef struct model_total {
  int64_t responses, tokens;
} model_total;

typedef struct model_totals {
  inspection *i;
  keymap labels; /* of the models; a label's number is its place in `total` */
  model_total *total;
  size_t capacity;
  int64_t last_session;
  bool shadowed;
} model_totals;

/* Sets all->shadowed: a better row of the cell's session replaces this kind. */
static int is_shadowed(model_totals *all, const rollup_cell *cell) {
  session_rows rows;
  if (cell->session == all->last_session) return BP_OK;
  int rc = bpi_read_session(all->i->handle->store, cell->session, &rows, all->i->error);
  all->last_session = cell->session;
  all->shadowed = false;
  for (size_t i = 0; rc == BP_OK && i < rows.count; i++)
    if (rows.row[i].id == cell->session) all->shadowed = rows.row[i].shadowed >> cell->kind & 1;
  return rc;
}

static int add_model(void *user, const rollup_cell *cell) {
  model_totals *all = user;
  bool fresh = false;
  int failed = is_shadowed(all, cell);
  if (failed != BP_OK || all->shadowed) return failed;
  uint32_t at = bpi_keymap_put(&all->labels, &cell->label, &fresh);
  void *items = all->total;
  if (at == KEYMAP_NONE ||
      bpi_reserve(&items, &all->capacity, all->labels.count, sizeof *all->total) != BP_OK)
    return BP_ERR_NOMEM;
  all->total = items;
  if (fresh) all->total[at] = (model_total){0, 0};
  bpi_add_to(&all->total[at].responses, cell->n);
  for (int m = RESPONSE_INPUT; m <= RESPONSE_CACHE_WRITE_1H; m++)
    bpi_add_to(&all->total[at].tokens, cell->m[m]);
  return 0;
}

/* Reads a label by its number; the text is NULL if there is no label or its text is not stored. */
static int read_label(const inspection *i, int64_t number, label_row *label, char text[256]) {
  memset(label, 0, sizeof *label);
  if (number == 0) return BP_OK;
  int rc = bpi_read_label(i->handle->store, number, label, text, i->error);
  return rc == BP_ERR_NOTFOUND ? BP_OK : rc;
}

static int unpriced(inspection *i, bp_error **error) {
  model_totals all = {.i = i, .last_session = INT64_MIN};
  bp_result *t = i->table;
  COLUMNS(t, {BP_TYPE_TEXT, "model", NULL}, {BP_TYPE_INT, "responses", "count"},
          {BP_TYPE_INT, "tokens", "tokens"});
  bpi_keymap_init(&all.labels, 1);
  int rc = bpi_read_rollup(i->handle->store, ROLLUP_RESPONSE, INT64_MIN, INT64_MAX, add_model, &all,
                           error);
  for (uint32_t k = 0; k < all.labels.count && rc == BP_OK; k++) {
    label_row label;
    char text[256];
    rc = read_label(i, *bpi_keymap_key(&all.labels, k), &label, text);
    if (rc != BP_OK || (label.text != NULL &&
                        bpi_prices_find(i->handle->prices, label.text, label.length) != NULL))
      continue;
    bpi_table_add_row(t);
    bpi_table_set_text(t, 0, label.text, label.length);
    bpi_table_set_int(t, 1, all.total[k].responses);
    bpi_table_set_int(t, 2, all.total[k].tokens);
  }
  bpi_keymap_free(&all.labels);
  bpi_free(all.total);
  return rc == BP_ERR_NOMEM ? bpi_fail_nomem(error) : rc;
}

/* -------------------------------------------------------------------------- labels, sessions */

static int label_line(void *user, const label_row *l) {
  bp_result *t = user;
  bpi_table_add_row(t);
  set_text(t, 0, bpi_label_kind_name(l->kind));
  set_key(t, 1, l->key);
  bpi_table_set_text(t, 2, l->text, l->length);
  return 0;
}

static int labels(inspection *i, bp_error **error) {
  COLUMNS(i->table, {BP_TYPE_TEXT, "kind", NULL}, {BP_TYPE_TEXT, "key", NULL},
          {BP_TYPE_TEXT, "text", NULL});
  return bpi_read_labels(i->handle->store, label_line, i->table, error);
}

static int session_line(void *user, const session_rows *rows) {
  inspection *i = user;
  session_row s = bpi_session_joined(rows);
  const int64_t names[] = {s.platform, s.workspace, s.branch, s.version, s.entrypoint};
  bpi_table_add_row(i->table);
  set_key(i->table, 0, s.key);
  for (size_t c = 0; c < sizeof names / sizeof *names; c++) {
    label_row label;
    char text[256];
    int rc = read_label(i, names[c], &label, text);
    if (rc != BP_OK) return rc;
    bpi_table_set_text(i->table, c + 1, label.text, label.length);
  }
  set_time(i->table, 6, s.first_us);
  set_time(i->table, 7, s.last_us);
  return 0;
}

static int sessions(inspection *i, bp_error **error) {
  COLUMNS(i->table, {BP_TYPE_TEXT, "session", NULL}, {BP_TYPE_TEXT, "platform", NULL},
          {BP_TYPE_TEXT, "workspace", NULL}, {BP_TYPE_TEXT, "branch", NULL},
          {BP_TYPE_TEXT, "version", NULL}, {BP_TYPE_TEXT, "entrypoint", NULL},
          {BP_TYPE_TIME, "first", NULL}, {BP_TYPE_TIME, "last", NULL});
  return bpi_read_sessions(i->handle->store, session_line, i, error);
}

/* ------------------------------------------------------------------------------- exported call */

static const struct topic {
  const char *name;
  int (*fill)(inspection *i, bp_error **error);
} topics[] = {
    {"health", health},
    {"integrity", integrity},
    {"sources", sources},
    {"files", files},
    {"rejects", rejects},
    {"coverage", coverage},
    {"prices", price_list},
    {"unpriced", unpriced},
    {"labels", labels},
    {"sessions", sessions},
    {"stored", bpi_inspect_stored},
    {"outgoing", bpi_inspect_outgoing},
    {"consent", bpi_inspect_consent},
    {"audit", bpi_inspect_audit},
    {"retention", bpi_inspect_retention},
    {"identity", bpi_inspect_identity},
    {"invitation", bpi_inspect_invitation},
    {"roster", bpi_inspect_roster},
    {"rosters", bpi_inspect_rosters},
    {"sharing", bpi_inspect_sharing},
    {"shared", bpi_inspect_shared},
    {"contributions", bpi_inspect_contributions},
    {"published", bpi_inspect_published},
};

static int find_topic(const struct topic **out, const char *name, bp_error **error) {
  for (size_t k = 0; k < sizeof topics / sizeof *topics; k++)
    if (name != NULL && strcmp(topics[k].name, name) == 0) {
      *out = &topics[k];
      return BP_OK;
    }
  bpi_fail(error, BP_ERR_NOTFOUND, "unknown topic");
  bpi_fail_detail(error, "topic", name == NULL ? "" : name);
  bpi_fail_detail(error, "hint", "bp_catalog \"topics\" lists them");
  return BP_ERR_NOTFOUND;
}

static int fill_topic(inspection *i, const struct topic *topic) {
  int rc = bpi_read_begin(i->handle->store, i->error);
  if (rc != BP_OK) return rc;
  rc = topic->fill(i, i->error);
  bpi_read_end(i->handle->store);
  return rc;
}

static int inspect(bp_result **out, bp_store *s, const struct topic *topic, bp_error **error) {
  inspection i = {s, bpi_table_new(), error};
  int rc = i.table == NULL ? bpi_fail_nomem(error) : fill_topic(&i, topic);
  if (rc != BP_OK) {
    bpi_table_release(i.table);
    return rc;
  }
  bpi_table_meta(i.table, "topic", topic->name);
  return bpi_table_finish(out, i.table, error);
}

int bp_inspect(bp_result **out, bp_store *s, const char *name, bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  if (out != NULL) *out = NULL;
  int rc = out == NULL ? bpi_fail(error, BP_ERR_INVALID, "no place for the result") : BP_OK;
  const struct topic *topic = NULL;
  if (rc == BP_OK) rc = find_topic(&topic, name, error);
  if (rc == BP_OK) rc = bpi_enter(s, "bp_inspect", topic->name, error);
  if (rc == BP_OK) {
    if (topic->fill == bpi_inspect_audit) bpi_note_down(s); /* what this handle asked, too */
    bpi_note(s, "bp_inspect", topic->name, INT64_MIN, INT64_MAX);
    rc = bpi_leave(s, inspect(out, s, topic, error));
  }
  return bpi_error_end(rc, unseen);
}
