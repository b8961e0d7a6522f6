/* api/erase.c: bp_erase: resolves a JSON selector to what the store erases (store/erase.h), and
 * returns the receipt as a result. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/audit.h"
#include "api/erase_team.h"
#include "api/handle.h"
#include "api/retention.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "metrics/names.h"
#include "result/table.h"
#include "sources/source.h"
#include "store/erase.h"
#include "store/read.h"

#define SESSION_DIGITS_LEAST 4
#define SESSION_DIGITS_MOST 32

/* The document, and the selector it resolves to. */
typedef struct selection {
  bp_store *handle;
  const char *session, *workspace, *source;
  bool everything, expired, ranged;
  erase_selector selector;
  ident *keys; /* of the selected sessions */
  size_t count, capacity;
  bool *workspace_label; /* per label number, `labels` entries: is the selected workspace */
  size_t labels;
  bp_error **error;
} selection;

/* -------------------------------------------------------------------------------- the document */

static bool read_member(selection *s, const char *key, json_value value) {
  int64_t version = 0;
  if (strcmp(key, "version") == 0) return bpi_json_int(value, &version) && version == 1;
  if (strcmp(key, "session") == 0) return (s->session = bpi_json_text(value)) != NULL;
  if (strcmp(key, "workspace") == 0) return (s->workspace = bpi_json_text(value)) != NULL;
  if (strcmp(key, "source") == 0) return (s->source = bpi_json_text(value)) != NULL;
  if (strcmp(key, "everything") == 0) return bpi_json_bool(value, &s->everything) && s->everything;
  if (strcmp(key, "expired") == 0) return bpi_json_bool(value, &s->expired) && s->expired;
  s->ranged = true;
  if (strcmp(key, "from_us") == 0) return bpi_json_int(value, &s->selector.from_us);
  if (strcmp(key, "until_us") == 0) return bpi_json_int(value, &s->selector.until_us);
  return false;
}

static int read_document(selection *s, json_value root) {
  bool good = bpi_json_is_object(root) && bpi_json_get(root, "version") != NULL;
  for (json_value m = good ? bpi_json_first(root) : NULL; m != NULL && good; m = bpi_json_next(m))
    good = read_member(s, bpi_json_key(m), m);
  bool narrow = s->session || s->workspace || s->source || s->ranged;
  int whole = s->everything + s->expired;
  good = good && (whole == 0 ? narrow : whole == 1 && !narrow) &&
         s->selector.from_us < s->selector.until_us;
  if (good) return BP_OK;
  return bpi_json_refuse(s->error, "a selector of what to erase",
                         "{\"version\":1} with session, workspace, source, from_us, until_us, "
                         "or with everything or expired alone");
}

/* ----------------------------------------------------------------------------------- resolving */

static int not_found(selection *s, const char *what, const char *name) {
  bpi_fail(s->error, BP_ERR_NOTFOUND, "there is no such %s", what);
  return bpi_fail_detail(s->error, "name", name);
}

static int find_source(selection *s) {
  for (size_t i = 0; i < bpi_source_count(); i++)
    if (strcmp(bpi_source_at(i)->name, s->source) == 0) {
      s->selector.source = (int64_t)i;
      return BP_OK;
    }
  return not_found(s, "source", s->source);
}

static bool begins_with(ident key, const char *digits, size_t length) {
  char shown[SESSION_DIGITS_MOST + 1];
  snprintf(shown, sizeof shown, "%016llx%016llx", (unsigned long long)key.hi,
           (unsigned long long)key.lo);
  return memcmp(shown, digits, length) == 0;
}

/* Whether a label has a name as results show it: plain, with # and four digits of its key, or, if
 * its text is not stored, ~ and six digits. */
static bool is_named(const label_row *l, const char *name) {
  size_t length = strlen(name);
  if (l->text == NULL) return length == 7 && name[0] == '~' && begins_with(l->key, name + 1, 6);
  if (length == l->length) return memcmp(l->text, name, length) == 0;
  return length == l->length + 5 && memcmp(l->text, name, l->length) == 0 &&
         name[l->length] == '#' && begins_with(l->key, name + l->length + 1, 4);
}

static int note_label(void *user, const label_row *l) {
  selection *s = user;
  if (!is_named(l, s->workspace)) return BP_OK;
  size_t wanted = (size_t)l->id + 1, capacity = s->labels;
  void *items = s->workspace_label;
  if (wanted > s->labels) {
    if (bpi_reserve(&items, &capacity, wanted, sizeof *s->workspace_label) != BP_OK)
      return bpi_fail_nomem(s->error);
    s->workspace_label = items;
    memset(s->workspace_label + s->labels, 0, (capacity - s->labels) * sizeof *s->workspace_label);
    s->labels = capacity;
  }
  s->workspace_label[l->id] = true;
  return BP_OK;
}

static bool in_workspace(const selection *s, const session_rows *rows) {
  for (size_t i = 0; i < rows->count; i++) {
    size_t label = (size_t)rows->row[i].workspace;
    if (label < s->labels && s->workspace_label[label]) return true;
  }
  return false;
}

static int note_session(void *user, const session_rows *rows) {
  selection *s = user;
  ident key = rows->row[0].key;
  if (s->session != NULL && !begins_with(key, s->session, strlen(s->session))) return BP_OK;
  if (s->workspace != NULL && !in_workspace(s, rows)) return BP_OK;
  void *items = s->keys;
  if (bpi_reserve(&items, &s->capacity, s->count + 1, sizeof *s->keys) != BP_OK)
    return bpi_fail_nomem(s->error);
  s->keys = items;
  s->keys[s->count++] = key;
  return BP_OK;
}

static int check_digits(selection *s) {
  size_t length = strlen(s->session);
  if (length >= SESSION_DIGITS_LEAST && length <= SESSION_DIGITS_MOST &&
      strspn(s->session, "0123456789abcdef") == length)
    return BP_OK;
  bpi_fail(s->error, BP_ERR_INVALID, "a session is named by 4 to 32 hex digits");
  return bpi_fail_detail(s->error, "hint", "bp_inspect \"sessions\" shows them");
}

static int find_sessions(selection *s) {
  store *db = s->handle->store;
  int rc = s->session == NULL ? BP_OK : check_digits(s);
  if (rc == BP_OK && s->workspace != NULL)
    rc = bpi_read_labels_of(db, LABEL_WORKSPACE, note_label, s, s->error);
  if (rc == BP_OK) rc = bpi_read_sessions(db, note_session, s, s->error);
  if (rc != BP_OK) return rc;
  if (s->count == 0)
    return s->session != NULL ? not_found(s, "session", s->session)
                              : not_found(s, "workspace", s->workspace);
  if (s->session != NULL && s->count > 1) {
    bpi_fail(s->error, BP_ERR_INVALID, "several sessions begin with these digits");
    return bpi_fail_detail(s->error, "hint", "give more digits");
  }
  qsort(s->keys, s->count, sizeof *s->keys, bpi_ident_order);
  s->selector.session = s->keys;
  s->selector.sessions = s->count;
  return BP_OK;
}

static int resolve(selection *s) {
  int rc = s->source == NULL ? BP_OK : find_source(s);
  if (rc != BP_OK || (s->session == NULL && s->workspace == NULL)) return rc;
  rc = bpi_read_begin(s->handle->store, s->error);
  if (rc == BP_OK) rc = find_sessions(s);
  bpi_read_end(s->handle->store);
  return rc;
}

/* Selects facts older than the retention limit; facts without a time never expire. Uses the current
 * clock, but no time after the store's last fact: a clock that once was ahead must not delete what
 * is added until it is right again. */
static int find_expired(selection *s, bool *any) {
  store *db = s->handle->store;
  int64_t days = 0, first, last = QUARTER_UNDATED, *until = &s->selector.until_us;
  int rc = bpi_retention_days(s->handle, "events_days", &days, s->error);
  *any = days > 0;
  s->selector.from_us = INT64_MIN + 1;
  if (rc != BP_OK || !*any) return rc;
  *until = bpi_handle_now(s->handle) - days * BPI_DAY;
  rc = bpi_store_has_before(db, *until, any, s->error);
  if (rc == BP_OK && *any) rc = bpi_read_extent(db, &first, &last, s->error);
  if (*until > (last + 1) * BPI_QUARTER) *until = (last + 1) * BPI_QUARTER;
  return rc;
}

/* The audit log says by which kind of selector, not what was selected. */
static void note_erasure(const selection *s) {
  const char *by = s->everything  ? "everything"
                   : s->expired   ? "expired"
                   : s->session   ? "session"
                   : s->workspace ? "workspace"
                   : s->source    ? "source"
                                  : "range";
  bpi_note(s->handle, "bp_erase", by, INT64_MIN, INT64_MAX);
}

static int erase_expired(selection *s, erase_receipt *done) {
  store *db = s->handle->store;
  int64_t now = bpi_handle_now(s->handle), days = 0;
  bool any = true;
  int rc = find_expired(s, &any);
  if (rc == BP_OK && any) rc = bpi_store_erase(db, &s->selector, now, done, s->error);
  if (rc == BP_OK) note_erasure(s);
  if (rc == BP_OK) rc = bpi_retention_days(s->handle, "audit_days", &days, s->error);
  if (rc != BP_OK || days == 0) return rc;
  return bpi_store_erase_asked(db, now / BPI_DAY - days, done, s->error);
}

static int erase_selected(selection *s, erase_receipt *done) {
  bp_store *handle = s->handle;
  int rc = resolve(s);
  if (rc != BP_OK) return rc;
  if (s->everything) bpi_note_down(handle); /* so that earlier notes are erased, too */
  rc = bpi_store_erase(handle->store, &s->selector, bpi_handle_now(handle), done, s->error);
  if (rc == BP_OK) note_erasure(s);
  return rc;
}

/* ------------------------------------------------------------------------------------- receipt */

bp_result *bpi_receipt_new(void) {
  bp_result *t = bpi_table_new();
  if (t == NULL) return NULL;
  bpi_table_add_column(t, BP_TYPE_TEXT, "item", NULL);
  bpi_table_add_column(t, BP_TYPE_INT, "count", NULL);
  bpi_table_meta(t, "topic", "erasure");
  bpi_table_meta(t, "status", "erased");
  return t;
}

void bpi_receipt_line(bp_result *t, const char *item, int64_t count) {
  bpi_table_add_row(t);
  bpi_table_set_text(t, 0, item, strlen(item));
  bpi_table_set_int(t, 1, count);
}

int bpi_erase_pending(bp_error **error) {
  bpi_fail(error, BP_ERR_BUSY,
           "erased, but a reader still holds the old state: traces remain until it ends");
  bpi_fail_detail(error, "status", "pending");
  return bpi_fail_detail(error, "hint", "the erasure is completed when the store is next opened");
}

/* Rows that a damaged index does not lead to are not deleted. Rewriting the database may have mended
 * it. */
static int check_search(const erase_search *s, bp_error **error) {
  if (s->pending) return bpi_erase_pending(error);
  if (s->found == 0) return BP_OK;
  bpi_fail(error, BP_ERR_CORRUPT,
           "the store was damaged: of what was erased, traces remain in %lld places",
           (long long)s->found);
  return bpi_fail_detail(
      error, "hint",
      "erase it again; if that fails, only deleting the store's files erases the rest");
}

int bpi_receipt_end(bp_result **out, bp_result *t, const erase_search *s, bp_error **error) {
  int rc = check_search(s, error);
  if (rc != BP_OK) {
    bp_result_free(t);
    return rc;
  }
  bpi_receipt_line(t, "identifiers_searched", s->identifiers);
  bpi_receipt_line(t, "bytes_searched", s->searched);
  bpi_receipt_line(t, "traces_found", s->found);
  return bpi_table_finish(out, t, error);
}

static int receipt(bp_result **out, const erase_receipt *r, bp_error **error) {
  static const char *const facts[FACT_KINDS] = {
      [FACT_PROMPT] = "prompts",     [FACT_RESPONSE] = "responses", [FACT_TOOL_CALL] = "tool_calls",
      [FACT_DECISION] = "decisions", [FACT_SPAN] = "spans",         [FACT_EVENT] = "events",
      [FACT_CHANGE] = "changes"};
  bp_result *t = bpi_receipt_new();
  if (t == NULL) return bpi_fail_nomem(error);
  for (fact_kind kind = 0; kind < FACT_KINDS; kind++)
    bpi_receipt_line(t, facts[kind], r->facts[kind]);
  bpi_receipt_line(t, "sessions", r->sessions);
  bpi_receipt_line(t, "names", r->labels);
  bpi_receipt_line(t, "files", r->files);
  bpi_receipt_line(t, "rejects", r->rejects);
  bpi_receipt_line(t, "consents_and_questions", r->decisions);
  return bpi_receipt_end(out, t, &r->search, error);
}

/* ------------------------------------------------------------------------------- exported call */

static int erase(bp_result **out, bp_store *s, json_value root, bp_error **error) {
  selection chosen = {
      .handle = s, .selector = {NULL, 0, ERASED_ANY_SOURCE, INT64_MIN, INT64_MAX}, .error = error};
  erase_receipt done;
  memset(&done, 0, sizeof done);
  int rc = read_document(&chosen, root);
  if (rc == BP_OK)
    rc = chosen.expired ? erase_expired(&chosen, &done) : erase_selected(&chosen, &done);
  if (rc == BP_OK) rc = receipt(out, &done, error);
  bpi_free(chosen.keys);
  bpi_free(chosen.workspace_label);
  return rc;
}

int bp_erase(bp_result **out, bp_store *s, const char *selector_json, size_t length,
             bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  if (out != NULL) *out = NULL;
  json_doc *doc = NULL;
  int rc = out == NULL || selector_json == NULL
               ? bpi_fail(error, BP_ERR_INVALID, "a selector and a place for the result are needed")
               : bpi_json_parse(&doc, selector_json, length, error);
  if (rc == BP_OK) rc = bpi_enter(s, "bp_erase", NULL, error);
  if (rc == BP_OK) {
    json_value root = bpi_json_root(doc);
    if (bpi_store_read_only(s->store))
      rc = bpi_fail(error, BP_ERR_READONLY, "the handle is read-only");
    else
      rc = bpi_store_kind(s->store) == STORE_PERSONAL ? erase(out, s, root, error)
                                                      : bpi_erase_team(out, s, root, error);
    rc = bpi_leave(s, rc);
  }
  bpi_json_free(doc);
  return bpi_error_end(rc, unseen);
}
