/* api/team.c: rosters, invitations and trust: the documents that say who exchanges what with
 * whom. */
#include "api/team.h"

#include <string.h>

#include "api/consent.h"
#include "api/heard.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "privacy/bundle.h"
#include "privacy/invitation.h"
#include "store/erase.h"
#include "store/published.h"
#include "store/sharing.h"
#include "store/team.h"
#include "store/transaction.h"

#define TRUSTED_MAX 1000

int bpi_team_keys(sign_keys *out, const bp_store *s, bp_error **error) {
  if (bpi_store_kind(s->store) == STORE_ORGANISATION)
    return bpi_fail(error, BP_ERR_UNSUPPORTED,
                    "this is an organisation's store, which signs nothing: a team's is needed");
  if (bpi_store_keyless(s->store))
    return bpi_fail(error, BP_ERR_NOTFOUND, "the key file of the store is missing");
  bpi_sign_keys(out, bpi_store_key(s->store));
  return BP_OK;
}

static const char roster_changed[] = "the store is damaged: a roster in it was changed";

int bpi_team_roster(roster **out, const bp_store *s, int64_t version, bp_error **error) {
  char *document = NULL;
  size_t length = 0;
  bp_error *why = NULL;
  *out = NULL;
  int rc = bpi_roster_load(s->store, &version, &document, &length, error);
  if (rc == BP_OK && document != NULL) {
    bpi_roster_parse(out, document, length, true, &why);
    rc = bpi_fail_stored(error, why, roster_changed);
  }
  bpi_free(document);
  if (*out == NULL || (*out)->version == version) return rc;
  bpi_roster_free(*out);
  *out = NULL;
  return bpi_fail(error, BP_ERR_CORRUPT, "%s", roster_changed);
}

int bpi_team_roster_checked(roster **out, const bp_store *s, int64_t version, bp_error **error) {
  bp_error *why = NULL;
  int rc = bpi_team_roster(out, s, version, error);
  if (rc != BP_OK || *out == NULL) return rc;
  bpi_roster_verify(*out, (*out)->store.sign, &why);
  rc = bpi_fail_stored(error, why, roster_changed);
  if (rc == BP_OK) return rc;
  bpi_roster_free(*out);
  *out = NULL;
  return rc;
}

/* The digest of a contribution without a payload is 0. */
static bool belongs(const bundle *b, const contribution *c) {
  unsigned char digest[BPI_DIGEST_BYTES] = {0};
  if (c->payload != NULL) bpi_bundle_digest(c->payload, c->length, digest);
  return memcmp(digest, c->digest, sizeof digest) == 0 &&
         (c->payload == NULL || (b->window == c->window && b->revision == c->revision &&
                                 memcmp(b->device, c->device, sizeof b->device) == 0));
}

int bpi_team_bundle(bundle *out, const contribution *c, bp_error **error) {
  static const char changed[] = "the store is damaged: a bundle in it was changed";
  bp_error *why = NULL;
  memset(out, 0, sizeof *out);
  if (c->payload != NULL) bpi_bundle_read(out, c->payload, c->length, &why);
  int rc = bpi_fail_stored(error, why, changed);
  if (rc != BP_OK || belongs(out, c)) return rc;
  bpi_bundle_free(out);
  return bpi_fail(error, BP_ERR_CORRUPT, "%s", changed);
}

/* -------------------------------------------------------------------------------------- weeks */

week_state bpi_week_state(int64_t monday, int64_t grace_days, int64_t now_us) {
  int64_t end = (monday + 7) * BPI_DAY;
  if (now_us < end) return WEEK_RUNNING;
  return now_us < end + grace_days * BPI_DAY ? WEEK_OPEN : WEEK_CLOSED;
}

int bpi_week_read(int64_t *monday, const char *window, bp_error **error) {
  if (window != NULL && bpi_parse_week(window, strlen(window), monday)) return BP_OK;
  bpi_fail(error, BP_ERR_INVALID, "a window is an ISO week");
  return bpi_fail_detail(error, "hint", "such as 2026-W07");
}

int bpi_team_now(int64_t *now_us, bp_store *s, bp_error **error) {
  return bpi_store_latest(s->store, bpi_handle_now(s), now_us, error);
}

/* -------------------------------------------------------------------------------- traces, files */

int bpi_team_clear_traces(bp_store *s, bool *cleared, bp_error **error) {
  int64_t pending = 0;
  int rc = bpi_store_erase_finish(s->store, error);
  if (rc == BP_OK) rc = bpi_store_erase_pending(s->store, &pending, error);
  *cleared = pending == 0;
  return rc;
}

int bpi_check_place(const bp_store *s, const char *path, bp_error **error) {
  if (bpi_store_read_only(s->store))
    return bpi_fail(error, BP_ERR_READONLY, "the handle is read-only");
  if (path == NULL || !bpi_store_locks(s->store, path)) return BP_OK;
  bpi_fail(error, BP_ERR_INVALID, "the file is the store itself");
  return bpi_fail_detail(error, "path", path);
}

/* BP_ERR_INVALID if the file at `path` does not have this content. */
static int compare_file(const char *path, const void *data, size_t length) {
  char *existing = NULL;
  size_t existing_length = 0;
  bp_error *unseen = NULL;
  int rc = bpi_file_load(&existing, &existing_length, path, length, &unseen);
  bool same = rc == BP_OK && existing_length == length && memcmp(existing, data, length) == 0;
  bpi_error_free(unseen);
  bpi_free(existing);
  return same || rc == BP_ERR_NOMEM ? rc : BP_ERR_INVALID;
}

int bpi_check_unwritten(const char *path, const void *data, size_t length, bp_error **error) {
  file_stat stat;
  if (bpi_file_stat(path, &stat) != BP_OK) return BP_OK;
  int rc = compare_file(path, data, length);
  if (rc == BP_ERR_NOMEM) return bpi_fail_nomem(error);
  if (rc == BP_OK) return rc;
  bpi_fail(error, rc, "the file already exists");
  return bpi_fail_detail(error, "path", path);
}

int bpi_write_once(const char *path, const void *data, size_t length, bp_error **error) {
  int rc = bpi_file_create_private(path, data, length, error);
  if (rc != BP_ERR_INVALID) return rc;
  rc = compare_file(path, data, length);
  if (rc == BP_ERR_INVALID) return rc;
  bpi_error_free(*error);
  *error = NULL;
  return rc == BP_OK ? rc : bpi_fail_nomem(error);
}

/* ------------------------------------------------------------------------------------- roster */

static int save(bp_store *s, const roster *r, bp_error **error) {
  char *document = NULL;
  size_t length = 0;
  int rc = bpi_roster_write(&document, &length, r, error);
  if (rc == BP_OK) rc = bpi_roster_save(s->store, r->version, document, length, error);
  bpi_free(document);
  return rc;
}

/* Whether the given roster equals the latest one, apart from version and signature. */
static int says_the_same(const roster *given, const roster *latest, bool *same, bp_error **error) {
  roster plain = *latest;
  char *a = NULL, *b = NULL;
  size_t unused;
  plain.version = 0;
  int rc = bpi_roster_write(&a, &unused, given, error);
  if (rc == BP_OK) rc = bpi_roster_write(&b, &unused, &plain, error);
  *same = rc == BP_OK && strcmp(a, b) == 0;
  bpi_free(a);
  bpi_free(b);
  return rc;
}

/* Whether a member leads a team that they did not lead before. */
static bool leads_anew(const roster *before, const roster *given, const roster_member *m) {
  const roster_member *same = bpi_roster_member(before, m->id);
  return bpi_roster_leads(m) && (same == NULL || !bpi_roster_leads(same) ||
                                 strcmp(given->team[m->team], before->team[same->team]) != 0);
}

static bool has_left(const roster *given, const roster_member *before) {
  const roster_member *now = bpi_roster_member(given, before->id);
  return now == NULL || (before->active && !now->active);
}

/* Individual rows were computed for the leads at the time. A new lead may know numbers that were
 * not taken into account, so all rows are deleted then. For a member who leaves, the rows are
 * deleted, and so is the consent, which would otherwise apply again on return. */
static int end_views(bp_store *s, const roster *before, const roster *given, bp_error **error) {
  bool other_lead = false;
  int rc = BP_OK;
  for (size_t i = 0; i < given->members; i++)
    other_lead |= leads_anew(before, given, &given->member[i]);
  if (other_lead) rc = bpi_withdraw_all(s, error);
  for (size_t i = 0; i < before->members && rc == BP_OK; i++)
    if (has_left(given, &before->member[i])) rc = bpi_forget_member(s, before->member[i].id, error);
  return rc;
}

/* Adds a steward's roster to the chain, unless it equals the latest. */
static int extend_chain(bp_store *s, roster *given, bp_error **error) {
  sign_keys keys;
  roster *latest = NULL;
  bool same = false;
  int rc = bpi_team_roster(&latest, s, 0, error);
  if (rc == BP_OK && latest != NULL) rc = says_the_same(given, latest, &same, error);
  if (rc == BP_OK && !same) rc = bpi_team_keys(&keys, s, error);
  if (rc == BP_OK && !same) {
    rc = bpi_roster_sign(given, &keys, latest, error);
    bpi_sign_wipe(&keys);
    if (rc == BP_OK) rc = save(s, given, error);
    if (rc == BP_OK && latest != NULL) rc = end_views(s, latest, given, error);
  }
  bpi_roster_free(latest);
  return rc;
}

/* Checks that a received roster is the next in the chain, or the latest again (*known). */
static int follows(const roster *received, const roster *latest, bool *known, bp_error **error) {
  unsigned char digest[BPI_DIGEST_BYTES], again[BPI_DIGEST_BYTES];
  *known = false;
  if (latest == NULL) return BP_OK;
  if (received->version < latest->version)
    return bpi_refuse(error, BP_ERR_DENIED, "old_roster", "a later roster is known already");
  if (received->version > latest->version + 1)
    return bpi_refuse(error, BP_ERR_DENIED, "gap", "rosters in between are missing");
  int rc = bpi_roster_digest(latest, digest, error);
  if (rc != BP_OK) return rc;
  if (received->version == latest->version + 1)
    return memcmp(received->previous, digest, sizeof digest) == 0
               ? BP_OK
               : bpi_refuse(error, BP_ERR_DENIED, "chain",
                            "the roster does not follow the one that is stored");
  rc = bpi_roster_digest(received, again, error);
  *known = rc == BP_OK && memcmp(again, digest, sizeof digest) == 0;
  return rc != BP_OK || *known ? rc
                               : bpi_refuse(error, BP_ERR_DENIED, "conflict",
                                            "there are two rosters of this version");
}

/* The terms of the first roster are accepted by joining; later ones are accepted implicitly only if
 * they are no less careful. */
static int agree(bp_store *s, const roster *received, int64_t agreed_to, bp_error **error) {
  roster *agreed = NULL;
  int rc = agreed_to == 0 ? BP_OK : bpi_team_roster(&agreed, s, agreed_to, error);
  bool careful = agreed == NULL || bpi_roster_as_careful(received, agreed);
  bpi_roster_free(agreed);
  return rc == BP_OK && careful ? bpi_joined_agree(s->store, received->version, error) : rc;
}

/* Stores a roster received from the team store that this person has joined. */
static int take_roster(bp_store *s, roster *received, bp_error **error) {
  joined_team team;
  roster *latest = NULL;
  bool known = false;
  int rc = bpi_joined_get(s->store, &team, error);
  if (rc == BP_OK && !team.joined)
    rc = bpi_refuse(error, BP_ERR_NOTFOUND, "not_joined", "no team store was joined");
  if (rc == BP_OK) rc = bpi_roster_verify(received, team.keys.sign, error);
  if (rc == BP_OK) rc = bpi_team_roster(&latest, s, 0, error);
  if (rc == BP_OK) rc = follows(received, latest, &known, error);
  if (rc == BP_OK && !known) rc = save(s, received, error);
  if (rc == BP_OK && !known) rc = agree(s, received, team.agreed, error);
  bpi_roster_free(latest);
  return rc;
}

static int need_writing(const bp_store *s, bp_error **error) {
  return bpi_store_read_only(s->store) ? bpi_fail(error, BP_ERR_READONLY, "the handle is read-only")
                                       : BP_OK;
}

int bpi_configure_roster(bp_store *s, const char *json, size_t length, bp_error **error) {
  bool personal = bpi_store_kind(s->store) == STORE_PERSONAL, cleared;
  roster *given = NULL;
  int rc = need_writing(s, error);
  if (rc == BP_OK) rc = bpi_roster_parse(&given, json, length, personal, error);
  if (rc == BP_OK) rc = bpi_transaction_begin(s->store, error);
  if (rc == BP_OK) {
    rc = personal ? take_roster(s, given, error) : extend_chain(s, given, error);
    rc = bpi_transaction_end(s->store, rc, error);
  }
  if (rc == BP_OK && !personal) rc = bpi_team_clear_traces(s, &cleared, error);
  bpi_roster_free(given);
  return rc;
}

/* ------------------------------------------------------------------------- invitation, sharing */

/* Joins a team. When another one is left, consent ends, as it was given for the lead of that
 * team. */
static int join(bp_store *s, const joined_team *before, const joined_team *team, bp_error **error) {
  bool another = before->joined &&
                 memcmp(before->keys.sign, team->keys.sign, sizeof team->keys.sign) != 0;
  int rc = bpi_transaction_begin(s->store, error);
  if (rc != BP_OK) return rc;
  rc = another ? bpi_consent_end(s, error) : BP_OK;
  if (rc == BP_OK) rc = bpi_joined_set(s->store, team, error);
  return bpi_transaction_end(s->store, rc, error);
}

int bpi_configure_invitation(bp_store *s, const char *json, size_t length, bp_error **error) {
  joined_team before, team;
  int rc = need_writing(s, error);
  if (rc == BP_OK) rc = bpi_joined_get(s->store, &before, error);
  if (rc != BP_OK) return rc;
  team = before;
  if (!team.joined) team.minimum = ROSTER_FLOOR; /* else keep what the person chose */
  rc = bpi_invitation_read(&team.keys, json, length, error);
  return rc == BP_OK ? join(s, &before, &team, error) : rc;
}

/* The terms in the document; 0: not given. */
typedef struct sharing_terms {
  int64_t minimum, roster;
} sharing_terms;

static bool read_sharing(json_value root, sharing_terms *out) {
  int64_t version = 0;
  json_value minimum = bpi_json_get(root, "minimum"), agreed = bpi_json_get(root, "roster");
  *out = (sharing_terms){0};
  return bpi_json_is_object(root) && bpi_json_int(bpi_json_get(root, "version"), &version) &&
         version == 1 && (minimum != NULL || agreed != NULL) &&
         bpi_json_size(root) == 1 + (size_t)(minimum != NULL) + (size_t)(agreed != NULL) &&
         (minimum == NULL || (bpi_json_int(minimum, &out->minimum) &&
                              out->minimum >= ROSTER_FLOOR && out->minimum <= 100)) &&
         (agreed == NULL || (bpi_json_int(agreed, &out->roster) && out->roster > 0));
}

/* A person can only agree to the latest roster, the one they can see. */
static int agree_to(bp_store *s, int64_t version, bp_error **error) {
  roster *latest = NULL;
  int rc = bpi_team_roster(&latest, s, 0, error);
  bool known = latest != NULL && latest->version == version;
  bpi_roster_free(latest);
  if (rc != BP_OK) return rc;
  return known ? bpi_joined_agree(s->store, version, error)
               : bpi_refuse(error, BP_ERR_NOTFOUND, "no_roster",
                            "this is not the version of the latest roster");
}

/* Applies all given terms, or none (inside a transaction). */
static int share_as(bp_store *s, const sharing_terms *said, bp_error **error) {
  joined_team team;
  int rc = bpi_joined_get(s->store, &team, error);
  if (rc == BP_OK && !team.joined)
    rc = bpi_refuse(error, BP_ERR_NOTFOUND, "not_joined", "no team store was joined");
  if (rc == BP_OK && said->roster > 0) rc = agree_to(s, said->roster, error);
  if (rc != BP_OK || said->minimum == 0) return rc;
  team.minimum = said->minimum;
  return bpi_joined_set(s->store, &team, error);
}

int bpi_configure_sharing(bp_store *s, const char *json, size_t length, bp_error **error) {
  json_doc *doc = NULL;
  sharing_terms said;
  int rc = need_writing(s, error);
  if (rc == BP_OK) rc = bpi_json_parse(&doc, json, length, error);
  if (rc != BP_OK) return rc;
  bool good = read_sharing(bpi_json_root(doc), &said);
  bpi_json_free(doc);
  if (!good)
    return bpi_json_refuse(error, "a document about sharing",
                           "{\"version\":1} with \"minimum\":3 to 100, or \"roster\":VERSION");
  rc = bpi_transaction_begin(s->store, error);
  return rc == BP_OK ? bpi_transaction_end(s->store, share_as(s, &said, error), error) : rc;
}

/* -------------------------------------------------------------------------------------- trust */

static int not_trust(bp_error **error) {
  return bpi_json_refuse(error, "a document about trust",
                         "{\"version\":1,\"stores\":[KEY, ...]}, each KEY of 64 hex digits");
}

static int trust_all(bp_store *s, json_value list, bp_error **error) {
  unsigned char key[BPI_PUBLIC_BYTES];
  int rc = bpi_trusted_clear(s->store, error);
  for (json_value item = bpi_json_first(list); item != NULL && rc == BP_OK;
       item = bpi_json_next(item)) {
    const char *text = bpi_json_text(item);
    rc = text != NULL && strlen(text) == 2 * sizeof key && bpi_unhex(text, 2 * sizeof key, key)
             ? bpi_trusted_add(s->store, key, error)
             : not_trust(error);
  }
  return rc;
}

int bpi_configure_trust(bp_store *s, const char *json, size_t length, bp_error **error) {
  json_doc *doc = NULL;
  int64_t version = 0;
  int rc = need_writing(s, error);
  if (rc == BP_OK) rc = bpi_json_parse(&doc, json, length, error);
  if (rc != BP_OK) return rc;
  json_value root = bpi_json_root(doc), list = bpi_json_get(root, "stores");
  bool good = bpi_json_is_object(root) && bpi_json_size(root) == 2 &&
              bpi_json_int(bpi_json_get(root, "version"), &version) && version == 1 &&
              bpi_json_is_array(list) && bpi_json_size(list) <= TRUSTED_MAX;
  if (!good) rc = not_trust(error);
  if (rc == BP_OK) rc = bpi_transaction_begin(s->store, error);
  if (rc == BP_OK) rc = bpi_transaction_end(s->store, trust_all(s, list, error), error);
  bpi_json_free(doc);
  return rc;
}
