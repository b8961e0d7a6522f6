/* api/inspect_own.c: topics of bp_inspect that show a person what a store holds about that person:
 * kinds and counts, decisions on consent, the audit log, retention. */
#include "api/consent.h"
#include "api/inspection.h"
#include "api/retention.h"
#include "metrics/coverage.h"
#include "privacy/gate.h"
#include "sources/source.h"
#include "store/read.h"

/* ------------------------------------------------------------------------------------- stored */

typedef struct stored_span {
  int64_t sessions, facts, first_us, last_us;
} stored_span;

static void widen(stored_span *w, int64_t first_us, int64_t last_us) {
  if (first_us == BPI_TIME_NONE) return;
  if (w->first_us == BPI_TIME_NONE || first_us < w->first_us) w->first_us = first_us;
  if (w->last_us == BPI_TIME_NONE || last_us > w->last_us) w->last_us = last_us;
}

typedef struct stored_visit {
  stored_span of[SOURCES_MAX], all;
} stored_visit;

static int add_rows(void *user, const session_rows *rows) {
  stored_visit *v = user;
  session_row joined = bpi_session_joined(rows);
  v->all.sessions++;
  widen(&v->all, joined.first_us, joined.last_us);
  for (int i = 0; i < SOURCES_MAX; i++)
    if (joined.sources >> i & 1) {
      v->of[i].sessions++;
      widen(&v->of[i], joined.first_us, joined.last_us);
    }
  return BP_OK;
}

static void stored_row(bp_result *t, const char *kind, const char *what, int64_t count,
                       const stored_span *when) {
  bpi_table_add_row(t);
  set_text(t, 0, kind);
  set_text(t, 1, what);
  bpi_table_set_int(t, 2, count);
  if (when == NULL) return;
  set_time(t, 3, when->first_us);
  set_time(t, 4, when->last_us);
}

typedef struct label_counts {
  int64_t kept[LABEL_KINDS], hidden[LABEL_KINDS];
} label_counts;

static int count_label(void *user, const label_row *l) {
  label_counts *c = user;
  if (l->kind <= 0 || l->kind >= LABEL_KINDS) return BP_OK;
  if (l->text != NULL)
    c->kept[l->kind]++;
  else
    c->hidden[l->kind]++;
  return BP_OK;
}

static void stored_facts(bp_result *t, const store_health *h, const stored_span *when) {
  static const char *const facts[] = {"prompts", "responses", "tool_calls", "decisions",
                                      "spans",   "events",    "changes",    "sessions"};
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
    stored_row(t, "facts", facts[i], h->facts[i],
               i + 1 == sizeof facts / sizeof *facts ? when : NULL);
  stored_row(t, "sums", "cells", h->cells, NULL);
  stored_row(t, "places", "files", h->files, NULL);
  stored_row(t, "places", "rejects", h->rejects, NULL);
}

static int stored_names(bp_result *t, store *s, bp_error **error) {
  label_counts names;
  memset(&names, 0, sizeof names);
  int rc = bpi_read_labels(s, count_label, &names, error);
  for (int kind = 1; kind < LABEL_KINDS && rc == BP_OK; kind++) {
    stored_row(t, "names kept", bpi_label_kind_name(kind), names.kept[kind], NULL);
    stored_row(t, "names as hashes", bpi_label_kind_name(kind), names.hidden[kind], NULL);
  }
  return rc;
}

int bpi_inspect_stored(inspection *i, bp_error **error) {
  bp_store *s = i->handle;
  bp_result *t = i->table;
  static const stored_span none = {0, 0, BPI_TIME_NONE, BPI_TIME_NONE};
  stored_visit v;
  store_health h;
  v.all = none;
  for (int k = 0; k < SOURCES_MAX; k++)
    v.of[k] = none;
  COLUMNS(t, {BP_TYPE_TEXT, "kind", NULL}, {BP_TYPE_TEXT, "what", NULL},
          {BP_TYPE_INT, "count", "count"}, {BP_TYPE_TIME, "since", NULL},
          {BP_TYPE_TIME, "until", NULL});
  int rc = bpi_read_sessions(s->store, add_rows, &v, error);
  if (rc == BP_OK) rc = bpi_read_health(s->store, true, &h, error);
  if (rc != BP_OK) return rc;
  stored_facts(t, &h, &v.all);
  for (size_t k = 0; k < bpi_source_count(); k++)
    stored_row(t, "sessions by source", bpi_source_at(k)->name, v.of[k].sessions, &v.of[k]);
  return stored_names(t, s->store, error);
}

/* ------------------------------------------------------------------------------ consent, audit */

typedef struct consent_list {
  bp_result *table;
  int64_t latest_us;
} consent_list;

static const char *consent_state(const consent_row *c, int64_t latest_us) {
  if (!c->granted) return "revoked";
  if (!c->last) return "replaced";
  return latest_us < c->expires_us ? "in force" : "expired";
}

static int consent_line(void *user, const consent_row *c) {
  const consent_list *list = user;
  bp_result *t = list->table;
  bpi_table_add_row(t);
  set_text(t, 0, c->purpose);
  set_text(t, 1, c->audience);
  set_text(t, 2, consent_state(c, list->latest_us));
  set_time(t, 3, c->at_us);
  if (c->granted) set_time(t, 4, c->expires_us);
  return BP_OK;
}

int bpi_inspect_consent(inspection *i, bp_error **error) {
  bp_store *s = i->handle;
  bp_result *t = i->table;
  consent_list list = {t, 0};
  COLUMNS(t, {BP_TYPE_TEXT, "purpose", NULL}, {BP_TYPE_TEXT, "audience", NULL},
          {BP_TYPE_TEXT, "state", NULL}, {BP_TYPE_TIME, "at", NULL},
          {BP_TYPE_TIME, "expires", NULL});
  int rc = bpi_store_setting(s->store, "latest_us", 0, &list.latest_us, error);
  if (bpi_handle_now(s) > list.latest_us) list.latest_us = bpi_handle_now(s);
  return rc == BP_OK ? bpi_read_consents(s->store, consent_line, &list, error) : rc;
}

static int audit_line(void *user, const audit_row *a) {
  bp_result *t = user;
  bpi_table_add_row(t);
  set_time(t, 0, a->at_us);
  set_text(t, 1, bpi_access_name((uint32_t)a->access));
  set_text(t, 2, a->function);
  set_text(t, 3, a->asked);
  set_time(t, 4, a->from_us);
  if (a->until_us != INT64_MAX) set_time(t, 5, a->until_us);
  return BP_OK;
}

int bpi_inspect_audit(inspection *i, bp_error **error) {
  bp_store *s = i->handle;
  bp_result *t = i->table;
  COLUMNS(t, {BP_TYPE_TIME, "at", NULL}, {BP_TYPE_TEXT, "access", NULL},
          {BP_TYPE_TEXT, "function", NULL}, {BP_TYPE_TEXT, "asked", NULL},
          {BP_TYPE_TIME, "from", NULL}, {BP_TYPE_TIME, "until", NULL});
  return bpi_read_audit(s->store, audit_line, t, error);
}

int bpi_inspect_retention(inspection *i, bp_error **error) {
  bp_store *s = i->handle;
  bp_result *t = i->table;
  static const char *const names[] = {"events_days", "releases_days", "audit_days"};
  COLUMNS(t, {BP_TYPE_TEXT, "limit", NULL}, {BP_TYPE_INT, "days", "count"});
  int rc = BP_OK;
  for (size_t k = 0; k < sizeof names / sizeof *names && rc == BP_OK; k++) {
    int64_t days = 0;
    rc = bpi_retention_days(s, names[k], &days, error);
    bpi_table_add_row(t);
    set_text(t, 0, names[k]);
    if (days > 0) bpi_table_set_int(t, 1, days);
  }
  return rc;
}
