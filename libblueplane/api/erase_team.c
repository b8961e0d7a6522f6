/* api/erase_team.c: erases for good what was published. The week remains on record: in a team's
 * store as a new edition without cells, so that it is never computed again, and in an
 * organisation's store as the received edition, so that importing the same file does not restore
 * it. */
#include "api/erase_team.h"

#include <string.h>

#include "api/heard.h"
#include "api/retention.h"
#include "api/team.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/time.h"
#include "result/table.h"
#include "store/individual.h"
#include "store/person.h"
#include "store/published.h"
#include "store/transaction.h"

typedef struct team_erasure {
  bp_store *handle;
  const char *member, *week;
  bool expired;
  int64_t cells, views;
  person_receipt person;
  trace *trace; /* bytes of published rows, to search for afterwards */
} team_erasure;

/* Writes the next edition, which is empty, with the digest that its file will have. */
static int write_empty(const team_erasure *e, release *r, const sign_keys *keys, bp_error **error) {
  unsigned char *data = NULL, digest[BPI_DIGEST_BYTES];
  size_t length = 0;
  r->edition++;
  if (!bpi_release_fits(r))
    return bpi_fail(error, BP_ERR_CORRUPT, "the store is damaged: the head of a week was changed");
  int rc = bpi_release_write(&data, &length, r, keys, error);
  if (rc == BP_OK) {
    bpi_release_digest(data, length, digest);
    rc = bpi_published_write(e->handle->store, r, digest, error);
  }
  bpi_free(data);
  return rc;
}

static int retract(team_erasure *e, uint32_t monday, bp_error **error) {
  sign_keys keys = {0};
  release r = {.rows = 0};
  int64_t cells = 0;
  int rc = bpi_team_keys(&keys, e->handle, error);
  if (rc == BP_OK)
    rc = bpi_published_note(e->handle->store, keys.open.sign, monday, e->trace, error);
  if (rc == BP_OK)
    rc = bpi_published_head(e->handle->store, keys.open.sign, monday, &r, &cells, error);
  if (rc == BP_OK && cells > 0) rc = write_empty(e, &r, &keys, error);
  if (rc == BP_OK) e->cells += cells;
  if (rc == BP_OK) rc = bpi_individual_drop(e->handle->store, monday, &e->views, error);
  bpi_release_free(&r);
  bpi_sign_wipe(&keys);
  return rc;
}

static int retract_week(team_erasure *e, bp_error **error) {
  int64_t monday = 0;
  int rc = bpi_week_read(&monday, e->week, error);
  if (rc == BP_OK) rc = retract(e, (uint32_t)monday, error);
  if (rc != BP_OK || e->cells > 0) return rc;
  bpi_fail(error, BP_ERR_NOTFOUND, "nothing of this week is published");
  return bpi_fail_detail(error, "name", e->week);
}

/* The releases that exceed the retention limit and still have cells: their stores and weeks. */
typedef struct ageing {
  int64_t until_us;
  release *old;
  size_t count, capacity;
  bp_error **error;
} ageing;

static int note_old(void *user, const release *r, int64_t cells) {
  ageing *a = user;
  bool old = (int64_t)(r->window + 7) * BPI_DAY <= a->until_us;
  if (!old || cells == 0) return BP_OK;
  void *items = a->old;
  int rc = bpi_reserve(&items, &a->capacity, a->count + 1, sizeof *a->old);
  a->old = items;
  if (rc != BP_OK) return bpi_fail_nomem(a->error);
  a->old[a->count] = (release){.window = r->window};
  memcpy(a->old[a->count++].store, r->store, sizeof r->store);
  return BP_OK;
}

static int drop_old(team_erasure *e, const release *r, bp_error **error) {
  store *s = e->handle->store;
  if (bpi_store_kind(s) == STORE_TEAM) return retract(e, r->window, error);
  int rc = bpi_published_note(s, r->store, r->window, e->trace, error);
  return rc == BP_OK ? bpi_published_empty(s, r, &e->cells, error) : rc;
}

/* Deletes individual rows whose consent has ended. */
static int drop_ended(team_erasure *e, bp_error **error) {
  store *s = e->handle->store;
  int64_t now = 0;
  int rc = bpi_team_now(&now, e->handle, error);
  if (rc == BP_OK) rc = bpi_individual_note(s, now / BPI_DAY, e->trace, error);
  return rc == BP_OK ? bpi_individual_expire(s, now / BPI_DAY, &e->views, error) : rc;
}

static int drop_expired(team_erasure *e, bp_error **error) {
  ageing a = {.error = error};
  int rc = bpi_retention_limit(e->handle, "releases_days", &a.until_us, error);
  if (rc == BP_OK) rc = bpi_published_each(e->handle->store, note_old, &a, error);
  for (size_t i = 0; i < a.count && rc == BP_OK; i++)
    rc = drop_old(e, &a.old[i], error);
  bpi_free(a.old);
  return rc == BP_OK && bpi_store_kind(e->handle->store) == STORE_TEAM ? drop_ended(e, error) : rc;
}

static int erase_person(team_erasure *e, bp_error **error) {
  person_receipt *p = &e->person;
  int rc = bpi_person_erase(e->handle->store, e->member, p, error);
  if (rc != BP_OK || p->contributions + p->words + p->views > 0) return rc;
  if (p->search.pending) return bpi_erase_pending(error); /* from an earlier erasure */
  bpi_fail(error, BP_ERR_NOTFOUND, "nothing of this member is stored");
  return bpi_fail_detail(error, "name", e->member);
}

/* Deletes rows in one transaction, then clears their bytes. */
static int erase_published(team_erasure *e, bp_error **error) {
  store *s = e->handle->store;
  bool cleared = false;
  e->trace = bpi_trace_new();
  if (e->trace == NULL) return bpi_fail_nomem(error);
  int rc = bpi_transaction_begin(s, error);
  if (rc != BP_OK) return rc;
  rc = e->expired ? drop_expired(e, error) : retract_week(e, error);
  if (rc == BP_OK && e->cells + e->views > 0) rc = bpi_store_erase_note(s, error);
  rc = bpi_transaction_end(s, rc, error);
  if (rc == BP_OK && e->cells + e->views > 0)
    return bpi_trace_clear(e->trace, s, &e->person.search, error);
  if (rc == BP_OK) rc = bpi_team_clear_traces(e->handle, &cleared, error);
  return rc == BP_OK && !cleared ? bpi_erase_pending(error) : rc;
}

/* What was erased, and the search for traces. */
static int receipt(bp_result **out, const team_erasure *e, bp_error **error) {
  bp_result *t = bpi_receipt_new();
  if (t == NULL) return bpi_fail_nomem(error);
  bpi_receipt_line(t, "contributions", e->person.contributions);
  bpi_receipt_line(t, "published_cells", e->cells);
  bpi_receipt_line(t, "individual_numbers", e->person.views + e->views);
  bpi_receipt_line(t, "words_on_consent", e->person.words);
  return bpi_receipt_end(out, t, &e->person.search, error);
}

int bpi_erase_team(bp_result **out, bp_store *s, json_value root, bp_error **error) {
  int64_t version = 0;
  bool team = bpi_store_kind(s->store) == STORE_TEAM;
  team_erasure e = {.handle = s,
                    .member = bpi_json_text(bpi_json_get(root, "subject")),
                    .week = bpi_json_text(bpi_json_get(root, "published"))};
  bpi_json_bool(bpi_json_get(root, "expired"), &e.expired);
  bool good = bpi_json_is_object(root) && bpi_json_size(root) == 2 &&
              bpi_json_int(bpi_json_get(root, "version"), &version) && version == 1 &&
              (e.expired || (team && (e.member != NULL || e.week != NULL)));
  if (!good)
    return bpi_json_refuse(error, "a selector of what this store erases",
                           team ? "{\"version\":1} with subject, published or expired"
                                : "{\"version\":1} with expired");
  int rc = e.member != NULL ? erase_person(&e, error) : erase_published(&e, error);
  bpi_trace_drop(e.trace);
  return rc == BP_OK ? receipt(out, &e, error) : rc;
}
