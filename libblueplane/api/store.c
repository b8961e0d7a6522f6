/* api/store.c: bp_open, bp_close, bp_narrow, bp_cancel and bp_configure; entering and leaving a
 * handle. */
#include <string.h>

#include "api/audit.h"
#include "api/handle.h"
#include "api/retention.h"
#include "api/team.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/time.h"
#include "store/transaction.h"

/* ---------------------------------------------------------------------- structs of the caller */

#define LENT_MAX 4096 /* a greater struct_size is taken as garbage */

int bpi_lent_size(const void *lent, size_t oldest, bp_error **error) {
  uint32_t size;
  memcpy(&size, lent, sizeof size);
  if (size < oldest || size > LENT_MAX)
    return bpi_fail(error, BP_ERR_ABI, "struct_size %lu is not a size this struct ever had",
                    (unsigned long)size);
  return BP_OK;
}

int bpi_lend(void *ours, size_t size, const void *lent, size_t oldest, bp_error **error) {
  memset(ours, 0, size);
  if (lent == NULL) return BP_OK;
  int rc = bpi_lent_size(lent, oldest, error);
  if (rc != BP_OK) return rc;
  uint32_t theirs;
  memcpy(&theirs, lent, sizeof theirs);
  const unsigned char *bytes = lent;
  for (size_t i = size; i < theirs; i++)
    if (bytes[i] != 0)
      return bpi_fail(error, BP_ERR_ABI, "the struct uses a member this library does not know");
  memcpy(ours, lent, theirs < size ? theirs : size);
  return BP_OK;
}

void bpi_give(void *lent, const void *ours, size_t size) {
  uint32_t theirs;
  memcpy(&theirs, lent, sizeof theirs);
  size_t skip = sizeof theirs;
  size_t until = theirs < size ? theirs : size;
  memcpy((char *)lent + skip, (const char *)ours + skip, until - skip);
}

/* ------------------------------------------------------------------------------------ options */

static int64_t system_clock(void *unused) {
  (void)unused;
  return bpi_now();
}

/* A steward creates a team's store, unless the scope is "organisation". */
static bool for_organisation(const bp_open_options *o) {
  return o->access == BP_ACCESS_STEWARD && o->scope != NULL &&
         strcmp(o->scope, "organisation") == 0;
}

static bool known_scope(const bp_open_options *o) {
  return o->access == BP_ACCESS_LEAD || for_organisation(o) ||
         (o->access == BP_ACCESS_STEWARD && strcmp(o->scope, "team") == 0);
}

static int check_options(const bp_open_options *o, const char *path, bp_error **error) {
  if (o->flags & ~(uint32_t)(BP_OPEN_READONLY | BP_OPEN_MEMORY))
    return bpi_fail(error, BP_ERR_INVALID, "unknown flags");
  if ((o->flags & BP_OPEN_READONLY) && (o->flags & BP_OPEN_MEMORY))
    return bpi_fail(error, BP_ERR_INVALID, "a store in memory cannot be read-only");
  if (o->log_level > BP_LOG_DEBUG) return bpi_fail(error, BP_ERR_INVALID, "unknown log level");
  if (bpi_access_name(o->access) == NULL) return bpi_fail(error, BP_ERR_INVALID, "unknown access");
  if (o->scope != NULL && !known_scope(o))
    return bpi_fail(error, BP_ERR_UNSUPPORTED, "this access has no such scope");
  if (!(o->flags & BP_OPEN_MEMORY) && (path == NULL || *path == '\0'))
    return bpi_fail(error, BP_ERR_INVALID, "a path is needed");
  return BP_OK;
}

/* -------------------------------------------------------------------------------------- scope */

static int denied(uint32_t access, bp_error **error) {
  bpi_fail(error, BP_ERR_DENIED, "access does not allow this");
  return bpi_fail_detail(error, "name", bpi_access_name(access));
}

#define SCOPE_MAX 64

/* A scope can be set once. To not reveal which teams exist, an unknown team is accepted, and
 * everything in it is withheld. */
static int narrow_scope(bp_store *s, uint32_t access, const char *scope, bp_error **error) {
  if (scope == NULL || (s->scope != NULL && strcmp(s->scope, scope) == 0)) return BP_OK;
  if (s->scope != NULL) return denied(s->access, error);
  if (access != BP_ACCESS_LEAD || bpi_store_kind(s->store) != STORE_RELEASE)
    return bpi_fail(error, BP_ERR_UNSUPPORTED, "this access has no such scope");
  if (strlen(scope) > SCOPE_MAX) return bpi_fail(error, BP_ERR_LIMIT, "the scope is too long");
  s->scope = bpi_strndup(scope, strlen(scope));
  return s->scope == NULL ? bpi_fail_nomem(error) : BP_OK;
}

/* ------------------------------------------------------------------------------------ opening */

/* Second line of defence behind the policy: the connection itself can read only the tables of its
 * access and cannot write. */
static int restrict_to(bp_store *s, uint32_t access, bp_error **error) {
  if (bpi_policy_writes(access)) return BP_OK;
  const char *tables = bpi_policy_tables(bpi_store_kind(s->store), access);
  return bpi_store_restrict(s->store, tables == NULL ? "" : tables, error);
}

/* Signed files are recognised by their first bytes. A lead's file sets the scope to its team. */
static int open_file(bp_store *s, const char *path, const bp_open_options *o,
                     const store_options *options, bp_error **error) {
  store_kind kind;
  int found = options->in_memory ? BP_ERR_NOTFOUND : bpi_release_file(path, &kind);
  if (found == BP_ERR_NOTFOUND) return bpi_store_open(&s->store, path, options, error);
  if (found != BP_OK) return bpi_fail_nomem(error);
  if (options->kinds & STORE_BIT(kind))
    return bpi_open_release(&s->store, &s->scope, kind, path, o->key_path, options->now_us, error);
  bpi_fail(error, BP_ERR_DENIED, "a store of this kind does not open for this access");
  bpi_fail_detail(error, "name", bpi_store_kind_name(kind));
  return bpi_fail_detail(error, "path", path);
}

static int make_handle(bp_store **out, const char *path, const bp_open_options *o,
                       bp_error **error) {
  bp_store *s = bpi_alloc_zero(1, sizeof *s);
  if (s == NULL || (s->lock = bpi_mutex_new()) == NULL) {
    bpi_free(s);
    return bpi_fail_nomem(error);
  }
  s->access = o->access;
  s->process = bpi_process_id();
  s->audited = !(o->flags & (BP_OPEN_READONLY | BP_OPEN_MEMORY));
  s->log_level = o->log_level;
  s->log = o->log;
  s->log_user = o->log_user;
  s->clock = o->clock != NULL ? o->clock : system_clock;
  s->clock_user = o->clock_user;
  s->prices = bpi_prices_builtin();
  s->assumed = *bpi_assumptions_builtin();
  /* An access that cannot create stores cannot write to them: open the database read-only as
   * well. */
  store_kind makes = bpi_policy_makes(o->access, for_organisation(o));
  bool writes = makes != STORE_KINDS;
  store_options options = {.read_only = (o->flags & BP_OPEN_READONLY) ||
                                        (!writes && !(o->flags & BP_OPEN_MEMORY)),
                           .create = writes ? makes : STORE_PERSONAL,
                           .kinds = bpi_policy_opens(o->access),
                           .in_memory = (o->flags & BP_OPEN_MEMORY) != 0,
                           .key_path = o->key_path,
                           .now_us = bpi_handle_now(s)};
  int rc = open_file(s, path, o, &options, error);
  if (rc == BP_OK) rc = restrict_to(s, o->access, error);
  if (rc == BP_OK && o->access == BP_ACCESS_LEAD) rc = narrow_scope(s, o->access, o->scope, error);
  if (rc != BP_OK) {
    bpi_store_close(s->store);
    bpi_free(s->scope);
    bpi_mutex_free(s->lock);
    bpi_free(s);
    return rc;
  }
  *out = s;
  return BP_OK;
}

int bp_open(bp_store **out, const char *path, const bp_open_options *options, bp_error **error) {
  bp_error *unseen;
  bp_open_options o;
  error = bpi_error_begin(error, &unseen);
  if (out != NULL) *out = NULL;
  int rc = out == NULL ? bpi_fail(error, BP_ERR_INVALID, "no place for the store")
                       : bpi_lend(&o, sizeof o, options, sizeof o, error);
  if (rc == BP_OK) rc = check_options(&o, path, error);
  if (rc == BP_OK) rc = make_handle(out, path, &o, error);
  return bpi_error_end(rc, unseen);
}

void bp_close(bp_store *s) {
  if (s == NULL) return;
  /* After a fork, the database belongs to the parent; closing it here would break the parent's
   * locks. */
  if (s->process == bpi_process_id()) {
    bpi_note_down(s);
    bpi_store_close(s->store);
  } else {
    bpi_store_abandon(s->store);
  }
  bpi_note_free(s);
  bpi_prices_free(s->given_prices);
  bpi_benchmark_free(s->benchmark);
  bpi_mutex_free(s->lock);
  bpi_free(s->scope);
  bpi_free(s);
}

/* ----------------------------------------------------------------------------------- entering */

bool bpi_tells_activity(const bp_store *s) {
  return bpi_policy_activity(bpi_store_kind(s->store), s->access);
}

int bpi_enter(bp_store *s, const char *function, const char *topic, bp_error **error) {
  if (s == NULL) return bpi_fail(error, BP_ERR_INVALID, "no store");
  if (s->process != bpi_process_id())
    return bpi_fail(error, BP_ERR_INVALID,
                    "the store was opened in another process; open it again");
  bpi_mutex_lock(s->lock);
  if (!bpi_policy_allows(bpi_store_kind(s->store), s->access, function, topic)) {
    denied(s->access, error);
    bpi_handle_log(s, BP_LOG_ERROR, BP_ERR_DENIED, 0, 0);
    bpi_mutex_unlock(s->lock);
    return BP_ERR_DENIED;
  }
  atomic_store(&s->cancelled, 0);
  bpi_store_clear_interrupt(s->store);
  atomic_store(&s->running, 1);
  return BP_OK;
}

int bpi_leave(bp_store *s, int code) {
  if (code != BP_OK) bpi_handle_log(s, BP_LOG_ERROR, code, 0, 0);
  atomic_store(&s->running, 0);
  bpi_mutex_unlock(s->lock);
  return code;
}

void bp_cancel(bp_store *s) {
  if (s == NULL || !atomic_load(&s->running)) return;
  atomic_store(&s->cancelled, 1);
  bpi_store_interrupt(s->store);
}

/* Clamped to 1970 to 9999, the range of all times, as a clock may be wrong by any amount. */
int64_t bpi_handle_now(const bp_store *s) {
  int64_t now = s->clock(s->clock_user);
  return now < 0 ? 0 : now > BPI_TIME_LAST ? BPI_TIME_LAST : now;
}

void bpi_handle_log(const bp_store *s, int level, int code, int64_t a, int64_t b) {
  if (s->log != NULL && (uint32_t)level <= s->log_level) s->log(s->log_user, level, code, a, b);
}

/* ---------------------------------------------------------------------------------- narrowing */

static int narrow(bp_store *s, uint32_t access, const char *scope, bp_error **error) {
  if (bpi_access_name(access) == NULL) return bpi_fail(error, BP_ERR_INVALID, "unknown access");
  if (!bpi_policy_narrower(bpi_store_kind(s->store), s->access, access))
    return denied(s->access, error);
  int rc = narrow_scope(s, access, scope, error);
  if (rc == BP_OK) rc = restrict_to(s, access, error);
  if (rc == BP_OK) s->access = access;
  return rc;
}

int bp_narrow(bp_store *s, uint32_t access, const char *scope, bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  int rc = bpi_enter(s, "bp_narrow", NULL, error);
  if (rc == BP_OK) rc = bpi_leave(s, narrow(s, access, scope, error));
  return bpi_error_end(rc, unseen);
}

/* -------------------------------------------------------------------------------- configuring */

static int configure_prices(bp_store *s, const char *json, size_t length, bp_error **error) {
  prices *given = NULL;
  int rc = bpi_prices_parse(&given, json, length, error);
  if (rc != BP_OK) return rc;
  bpi_prices_free(s->given_prices);
  s->prices = s->given_prices = given;
  return BP_OK;
}

static int configure_labels(bp_store *s, const char *json, size_t length, bp_error **error) {
  json_doc *doc = NULL;
  int rc = bpi_json_parse(&doc, json, length, error);
  if (rc != BP_OK) return rc;
  int64_t version = 0;
  bool keep = false;
  json_value root = bpi_json_root(doc);
  bool good = bpi_json_is_object(root) && bpi_json_size(root) == 2 &&
              bpi_json_int(bpi_json_get(root, "version"), &version) && version == 1 &&
              bpi_json_bool(bpi_json_get(root, "keep"), &keep);
  bpi_json_free(doc);
  if (!good)
    return bpi_json_refuse(error, "a document about labels",
                           "{\"version\":1,\"keep\":true or false}");
  if (bpi_store_read_only(s->store))
    return bpi_fail(error, BP_ERR_READONLY, "the handle is read-only");
  rc = bpi_transaction_begin(s->store, error);
  if (rc != BP_OK) return rc;
  rc = bpi_store_set_setting(s->store, "keep_labels", keep, error);
  return bpi_transaction_end(s->store, rc, error);
}

static int configure_assumptions(bp_store *s, const char *json, size_t length, bp_error **error) {
  return bpi_assumptions_parse(&s->assumed, json, length, error);
}

static int configure_benchmark(bp_store *s, const char *json, size_t length, bp_error **error) {
  benchmark *given = NULL;
  int rc = bpi_benchmark_parse(&given, json, length, error);
  if (rc != BP_OK) return rc;
  bpi_benchmark_free(s->benchmark);
  s->benchmark = given;
  return BP_OK;
}

static const struct topic {
  const char *name;
  int (*set)(bp_store *s, const char *json, size_t length, bp_error **error);
} topics[] = {{"prices", configure_prices},           {"labels", configure_labels},
              {"roster", bpi_configure_roster},       {"invitation", bpi_configure_invitation},
              {"sharing", bpi_configure_sharing},     {"trust", bpi_configure_trust},
              {"assumptions", configure_assumptions}, {"benchmark", configure_benchmark},
              {"retention", bpi_retention_configure}};

static int find_topic(const struct topic **out, const char *topic, bp_error **error) {
  for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
    if (strcmp(topics[i].name, topic) == 0) {
      *out = &topics[i];
      return BP_OK;
    }
  bpi_fail(error, BP_ERR_NOTFOUND, "unknown topic");
  bpi_fail_detail(error, "topic", topic);
  bpi_fail_detail(error, "allowed",
                  "prices, labels, roster, invitation, sharing, trust, assumptions, benchmark, "
                  "retention");
  return BP_ERR_NOTFOUND;
}

int bp_configure(bp_store *s, const char *topic, const char *json, size_t length,
                 bp_error **error) {
  bp_error *unseen;
  error = bpi_error_begin(error, &unseen);
  const struct topic *found = NULL;
  int rc = topic == NULL || json == NULL
               ? bpi_fail(error, BP_ERR_INVALID, "a topic and a document are needed")
               : find_topic(&found, topic, error);
  if (rc == BP_OK) rc = bpi_enter(s, "bp_configure", topic, error);
  if (rc == BP_OK) rc = bpi_leave(s, found->set(s, json, length, error));
  return bpi_error_end(rc, unseen);
}
