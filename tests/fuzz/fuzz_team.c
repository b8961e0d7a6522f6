/* Fuzz targets of what a team shares. Keys are known to the target, because a fuzzer finds none:
 *
 *   FUZZ_MERGE         the input is described and merged as it is, and as the content of a member's
 *                      envelope, signed and sealed; the store stays intact, and a refused bundle
 *                      adds no contribution
 *   FUZZ_TEAM_STORE    a valid store of a team, an organisation or a member with changed bytes; the
 *                      first byte chooses which and what is done with it, three each make a change
 *   FUZZ_OPEN_RELEASE  the input, signed, as a release or a lead's file: described, opened with
 *                      every access and asked everything, and merged into an organisation's store
 *
 * Every call ends as interface.h says. */
#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <blueplane/blueplane.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "privacy/bundle.h"
#include "privacy/release.h"
#include "tests/fuzz/folder.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/interface.h"

#define UNUSED __attribute__((unused)) /* each target uses some of these */

#define MEMBERS 4
#define DAY INT64_C(86400000000)
#define MONDAY 20493 /* of WEEK */
#define WEEK "2026-W07"
#define NEXT_WEEK "2026-W08"
#define BEFORE ((MONDAY - 1) * DAY)
#define OPEN ((MONDAY + 8) * DAY) /* WEEK is over and still open */
#define CLOSED ((MONDAY + 10) * DAY)
#define NEXT_OPEN (OPEN + 7 * DAY)
#define NEXT_CLOSED (CLOSED + 7 * DAY)

static int64_t now = OPEN;
static int64_t clock_now(void *user) {
  (void)user;
  return now;
}

static bp_store *open_store(const char *name, uint32_t access, const char *scope) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  o.access = access;
  o.scope = scope;
  o.clock = clock_now;
  return fuzz_open(fuzz_path(name), &o);
}

/* What must succeed, as it makes the stores of the targets. */
static void must(int rc, const bp_error *error) {
  if (rc == BP_OK) return;
  fprintf(stderr, "code %d: %s\n", rc, bp_error_message(error));
  abort();
}

static void configure(bp_store *s, const char *topic, const char *json) {
  bp_error *error = NULL;
  must(bp_configure(s, topic, json, strlen(json), &error), error);
}

/* 0 is the team's store, the others are its members' devices; the last is a stranger's, or an
 * organisation's. */
static hash_key root_of(unsigned number) {
  return (hash_key){{(unsigned char)(7 + number)}};
}
static sign_keys keys_of(unsigned number) {
  hash_key root = root_of(number);
  sign_keys keys;
  bpi_sign_keys(&keys, &root);
  return keys;
}

static bp_store *make_store(const char *name, unsigned number, uint32_t access, const char *scope) {
  char key[32];
  hash_key root = root_of(number);
  snprintf(key, sizeof key, "%s.key", name);
  fuzz_write(fuzz_path(key), root.bytes, sizeof root.bytes);
  bp_store *s = open_store(name, access, scope);
  if (s == NULL) abort();
  return s;
}

static const char *roster_of(unsigned grace_days) {
  static char roster[1024];
  size_t length = (size_t)snprintf(
      roster, sizeof roster,
      "{\"blueplane.roster\":1,\"organisation\":\"acme\",\"grace_days\":%u,\"teams\":[\"t0\"],"
      "\"projects\":[{\"id\":\"p0\"}],\"seats\":[],\"members\":[",
      grace_days);
  for (unsigned i = 0; i < MEMBERS; i++) {
    char hex[2 * BPI_PUBLIC_BYTES + 1];
    bpi_hex(keys_of(1 + i).open.sign, BPI_PUBLIC_BYTES, hex);
    length += (size_t)snprintf(roster + length, sizeof roster - length,
                               "%s{\"id\":\"m%u\",\"team\":\"t0\",\"devices\":[\"%s\"]}",
                               i == 0 ? "" : ",", i, hex);
  }
  snprintf(roster + length, sizeof roster - length, "]}");
  return roster;
}

UNUSED static bp_store *make_team(const char *name) {
  bp_store *s = make_store(name, 0, BP_ACCESS_STEWARD, NULL);
  configure(s, "roster", roster_of(3));
  return s;
}

UNUSED static bp_store *make_organisation(const char *name) {
  char hex[2 * BPI_PUBLIC_BYTES + 1], trust[128];
  bpi_hex(keys_of(0).open.sign, BPI_PUBLIC_BYTES, hex);
  snprintf(trust, sizeof trust, "{\"version\":1,\"stores\":[\"%s\"]}", hex);
  bp_store *s = make_store(name, 1 + MEMBERS, BP_ACCESS_STEWARD, "organisation");
  configure(s, "trust", trust);
  return s;
}

UNUSED static void describe(const void *data, size_t size) {
  bp_result *out = NULL;
  bp_error *error = NULL;
  int rc = bp_share_describe(&out, data, size, &error);
  fuzz_gave_result(rc, error, out);
}

UNUSED static int merge(bp_store *s, const void *data, size_t size) {
  bp_result *out = NULL;
  bp_error *error = NULL;
  int rc = bp_share_merge(&out, s, data, size, &error);
  fuzz_gave_result(rc, error, out);
  return rc;
}

UNUSED static void inspect(bp_store *s, const char *topic) {
  bp_result *out = NULL;
  bp_error *error = NULL;
  int rc = bp_inspect(&out, s, topic, &error);
  fuzz_gave_result(rc, error, out);
}

UNUSED static void ask(bp_store *s, const char *json) {
  bp_query *query = NULL;
  bp_result *out = NULL;
  char *text = NULL;
  bp_error *error = NULL;
  must(bp_query_from_json(&query, json, strlen(json), &error), error);
  int rc = bp_query_run(&out, s, query, &error);
  if (fuzz_gave(rc, error, out)) must(bp_result_format(&text, NULL, out, "json", NULL), NULL);
  bp_free(text);
  bp_result_free(out);
  bp_query_free(query);
}

/* Questions to what is published: each of the last three is made for one reader, and whoever may not
 * ask one is refused. */
UNUSED static const char *const questions[] = {
    "{\"metrics\":[\"interactions\",\"lines_added\"],\"period\":\"all\"}",
    "{\"metrics\":[\"prompts\",\"cost\"],\"period\":\"all\",\"by\":[\"member\"]}",
    "{\"metrics\":[\"interactions\",\"cost\"],\"period\":\"all\",\"by\":[\"team\",\"time.week\"]}",
    "{\"metrics\":[\"prompts\",\"cost\"],\"period\":\"" WEEK
    "\",\"by\":[\"platform\"],\"compare\":\"previous\"}",
    "{\"metrics\":[\"lines_added\"],\"period\":\"all\",\"by\":[\"project\"],\"order\":\"-lines_added\",\"limit\":1}",
    "{\"metrics\":[\"active_users\",\"adoption_rate\",\"usage_distribution\",\"feature_adoption\",\"support_signals\",\"retry_rate\",\"first_try_rate\",\"rework_rate\",\"journeys\",\"journey_resolution_rate\",\"feature_tasks\",\"feature_task_time\"],\"period\":\"all\"}",
    "{\"metrics\":[\"active_users\",\"adoption_rate\",\"license_utilization\",\"cost_per_active_seat\",\"cost_per_task\",\"roi\"],\"period\":\"all\"}",
    "{\"metrics\":[\"resolution_rate\",\"time_to_resolution\",\"recovery_rate\",\"feature_adoption\",\"journeys\"],\"period\":\"all\",\"by\":[\"time.month\"]}",
};
#define QUESTIONS (sizeof questions / sizeof *questions)

#if defined(FUZZ_MERGE)

#define STORE_AT 7 /* docs/formats/bundle.md */
#define DEVICE_AT 39
#define INNER_MIN (92 + BPI_SIGNATURE_BYTES)

static size_t contributions(bp_store *s) {
  bp_result *result = NULL;
  bp_error *error = NULL;
  must(bp_inspect(&result, s, "contributions", &error), error);
  size_t rows = bp_result_rows(result);
  bp_result_free(result);
  return rows;
}

static void merge_one(bp_store *s, const void *data, size_t size) {
  size_t before = contributions(s);
  int rc = merge(s, data, size);
  if (rc == BP_ERR_CORRUPT || (rc != BP_OK && contributions(s) > before)) abort();
}

static void merge_sealed(bp_store *s, const uint8_t *data, size_t size) {
  sign_keys store = keys_of(0), device = keys_of(1 + data[0] % (MEMBERS + 1));
  unsigned char *inner = malloc(size), *sealed = NULL;
  size_t length = 0;
  if (inner == NULL) return;
  memcpy(inner, data, size);
  inner[0] = 'B';
  memcpy(inner + STORE_AT, store.open.sign, BPI_PUBLIC_BYTES);
  memcpy(inner + DEVICE_AT, device.open.sign, BPI_PUBLIC_BYTES);
  bpi_sign(inner + size - BPI_SIGNATURE_BYTES, &device, inner, size - BPI_SIGNATURE_BYTES);
  if (bpi_bundle_seal(&sealed, &length, inner, size, &store.open, NULL) == BP_OK) {
    describe(sealed, length);
    merge_one(s, sealed, length);
    bpi_free(sealed);
  }
  free(inner);
}

static void run(const uint8_t *data, size_t size) {
  static bp_store *store;
  if (store == NULL) store = make_team("team.db");
  describe(data, size);
  merge_one(store, data, size);
  if (size >= INNER_MIN) merge_sealed(store, data, size);
}

#elif defined(FUZZ_TEAM_STORE)

/* What the store merges: a member's bundle, or for an organisation the release that it has. */
static fuzz_bytes spare[2];
static char *later_roster, *invitation; /* documents for a member */

static char *document(bp_store *s, const char *topic, size_t column) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  must(bp_inspect(&r, s, topic, &error), error);
  char *text = strdup(bp_result_text(r, bp_result_rows(r) - 1, column, NULL));
  if (text == NULL) abort();
  bp_result_free(r);
  return text;
}

static bp_store *join(unsigned member, bp_store *team) {
  char name[16];
  snprintf(name, sizeof name, "m%u.db", member);
  bp_store *s = make_store(name, 1 + member, BP_ACCESS_OWNER, NULL);
  char *invited = document(team, "invitation", 0), *roster = document(team, "rosters", 1);
  configure(s, "invitation", invited);
  configure(s, "roster", roster);
  free(invited);
  free(roster);
  return s;
}

/* A prompt and a response on the Tuesdays of both weeks. */
static void work(bp_store *s, unsigned member) {
  bp_error *error = NULL;
  for (unsigned week = 0; week < 2; week++) {
    char lines[512];
    int length = snprintf(
        lines, sizeof lines,
        "{\"blueplane\":1,\"platform\":\"codex\",\"session\":\"s%u%u\",\"kind\":\"prompt\",\"id\":\"p\","
        "\"time\":\"2026-02-%uT09:00:00Z\"}\n"
        "{\"blueplane\":1,\"platform\":\"codex\",\"session\":\"s%u%u\",\"kind\":\"response\",\"id\":\"r\","
        "\"time\":\"2026-02-%uT09:0%u:00Z\",\"model\":\"gpt-5\",\"output_tokens\":1%u}\n",
        member, week, 10 + 7 * week, member, week, 10 + 7 * week, 1 + member, member);
    must(bp_ingest_bytes(s, "native", "w", lines, (size_t)length, NULL, NULL, &error), error);
  }
}

static void share(bp_store *from, const char *week, bp_store *team, bool keep) {
  void *data = NULL;
  size_t size = 0;
  bp_error *error = NULL;
  must(bp_share_export(&data, &size, from, "team", week, &error), error);
  if (keep) {
    spare[0] = (fuzz_bytes){data, size};
    return;
  }
  if (merge(team, data, size) != BP_OK) abort();
  bp_free(data);
}

static bp_result *publish(bp_store *s, const char *week, const char *path) {
  bp_result *out = NULL;
  bp_error *error = NULL;
  int rc = bp_publish(&out, s, week, path, &error);
  fuzz_gave(rc, error, out);
  return out;
}

/* A week that is published, with a member whom the lead may see, and one that waits for it. */
static fuzz_bytes good_team(void) {
  bp_store *own[MEMBERS];
  bp_error *error = NULL;
  now = BEFORE;
  bp_store *team = make_team("team.db");
  for (unsigned i = 0; i < MEMBERS; i++) {
    own[i] = join(i, team);
    work(own[i], i);
  }
  must(bp_consent_set(own[0], "activity", "lead", 1, now + 90 * DAY, &error), error);
  now = OPEN;
  for (unsigned i = 0; i < MEMBERS; i++)
    share(own[i], WEEK, team, false);
  now = CLOSED;
  bp_result_free(publish(team, WEEK, fuzz_path("first.release")));
  now = NEXT_OPEN;
  for (unsigned i = 0; i < MEMBERS; i++) {
    share(own[i], NEXT_WEEK, team, i == MEMBERS - 1);
    bp_close(own[i]);
  }
  bp_close(team);
  fuzz_bytes good = fuzz_read(fuzz_path("team.db"));
  team = open_store("team.db", BP_ACCESS_STEWARD, NULL);
  configure(team, "roster", roster_of(2));
  later_roster = document(team, "rosters", 1);
  invitation = document(team, "invitation", 0);
  bp_close(team);
  return good;
}

static fuzz_bytes good_organisation(void) {
  bp_store *s = make_organisation("above.db");
  spare[1] = fuzz_read(fuzz_path("first.release"));
  if (merge(s, spare[1].data, spare[1].size) != BP_OK) abort();
  bp_close(s);
  return fuzz_read(fuzz_path("above.db"));
}

static void erase(bp_store *s, const char *json) {
  bp_result *out = NULL;
  bp_error *error = NULL;
  int rc = bp_erase(&out, s, json, strlen(json), &error);
  fuzz_gave_result(rc, error, out);
}

static void reconfigure(bp_store *s, const char *topic, const char *json) {
  bp_error *error = NULL;
  int rc = bp_configure(s, topic, json, strlen(json), &error);
  fuzz_ended(rc, error);
}

static void publish_lead(bp_store *s) {
  bp_result *out = NULL;
  bp_error *error = NULL;
  int rc = bp_publish_lead(&out, s, WEEK, "t0", NULL, &error);
  fuzz_gave_result(rc, error, out);
}

/* Reads what a store publishes, of which its bytes may say anything. */
static void read_release(const char *path) {
  if (access(path, F_OK) != 0) return;
  bp_store *s = open_store("new.release", BP_ACCESS_MANAGER, NULL);
  if (s == NULL) return;
  for (size_t i = 0; i < QUESTIONS; i++)
    ask(s, questions[i]);
  bp_close(s);
}

static void use_as_steward(bp_store *s, bool of_team, unsigned what) {
  static const char *const topics[] = {"integrity",  "health",    "contributions",
                                       "published",  "rosters",   "identity",
                                       "invitation", "retention", "roster"};
  static const char *const selectors[] = {"{\"version\":1,\"subject\":\"m0\"}",
                                          "{\"version\":1,\"expired\":true}",
                                          "{\"version\":1,\"published\":\"" WEEK "\"}"};
  if (what < 9) {
    inspect(s, topics[what]);
  } else if (what < 12) {
    erase(s, selectors[of_team ? what - 9 : 1]);
  } else if (what < 14) {
    publish_lead(s);
  } else if (what == 14) {
    now = NEXT_OPEN;
    merge(s, spare[!of_team].data, spare[!of_team].size);
  } else if (what >= 24) {
    reconfigure(s, of_team ? "roster" : "trust",
                of_team ? roster_of(what % 3) : "{\"version\":1,\"stores\":[]}");
  } else {
    bp_result_free(publish(s, what % 2 == 0 ? WEEK : NEXT_WEEK, fuzz_path("new.release")));
    read_release(fuzz_path("new.release"));
  }
}

static void export(bp_store *s, const char *audience, const char *week) {
  void *data = NULL;
  size_t size = 0;
  bp_error *error = NULL;
  int rc = bp_share_export(&data, &size, s, audience, week, &error);
  if (fuzz_gave(rc, error, data)) describe(data, size);
  bp_free(data);
}

static void use_as_member(bp_store *s, unsigned what) {
  static const char *const topics[] = {"sharing", "shared",   "roster",  "rosters",
                                       "consent", "outgoing", "identity"};
  now = NEXT_OPEN;
  if (what < 7) {
    inspect(s, topics[what]);
  } else if (what < 10) {
    export(s, "lead", NULL);
  } else if (what < 12) {
    erase(s, "{\"version\":1,\"everything\":true}");
  } else if (what >= 24) {
    reconfigure(s, what % 2 == 0 ? "roster" : "invitation",
                what % 2 == 0 ? later_roster : invitation);
  } else {
    export(s, "team", what % 2 == 0 ? NEXT_WEEK : WEEK);
  }
}

enum { TEAM, ORGANISATION, MEMBER };

/* Bits 0 to 4 choose what is done, 5 the organisation, 6 one of its readers and 7 which; 7 without 5
 * a member. */
static void use(bp_store *s, int of, unsigned what) {
  if (of == MEMBER)
    use_as_member(s, what % 32);
  else if (of == TEAM || (what & 64) == 0)
    use_as_steward(s, of == TEAM, what % 32);
  else
    ask(s, questions[what % QUESTIONS]);
}

static uint32_t access_of(int of, unsigned what) {
  if (of == MEMBER) return BP_ACCESS_OWNER;
  if (of == TEAM || (what & 64) == 0) return BP_ACCESS_STEWARD;
  return (what & 128) == 0 ? BP_ACCESS_MANAGER : BP_ACCESS_RESEARCH;
}

static void run(const uint8_t *data, size_t size) {
  static const char *const names[][3] = {{"team.db", "team.db-wal", "team.db-shm"},
                                         {"above.db", "above.db-wal", "above.db-shm"},
                                         {"m0.db", "m0.db-wal", "m0.db-shm"}};
  static fuzz_bytes good[3];
  if (good[TEAM].data == NULL) {
    good[TEAM] = good_team();
    good[ORGANISATION] = good_organisation();
    good[MEMBER] = fuzz_read(fuzz_path("m0.db"));
  }
  unsigned what = size > 0 ? *data : 0;
  int of = (what & 32) != 0 ? ORGANISATION : (what & 128) != 0 ? MEMBER : TEAM;
  fuzz_write_spoiled(fuzz_path(names[of][0]), &good[of], data + 1, size > 0 ? size - 1 : 0);
  unlink(fuzz_path("new.release"));
  now = NEXT_CLOSED;
  bp_store *s = open_store(names[of][0], access_of(of, what), NULL);
  if (s != NULL) use(s, of, what);
  bp_close(s);
  unlink(fuzz_path(names[of][1]));
  unlink(fuzz_path(names[of][2]));
}

#else /* FUZZ_OPEN_RELEASE */

static void run(const uint8_t *data, size_t size) {
  static const uint32_t readers[] = {BP_ACCESS_LEAD, BP_ACCESS_MANAGER, BP_ACCESS_RESEARCH,
                                     BP_ACCESS_STEWARD, BP_ACCESS_DEVOPS};
  static bp_store *above;
  if (above == NULL) above = make_organisation("above.db");
  if (size < 37 + BPI_SIGNATURE_BYTES) return;
  sign_keys store = keys_of(0);
  uint8_t *copy = malloc(size);
  if (copy == NULL) return;
  memcpy(copy, data, size);
  memcpy(copy + 5, store.open.sign, BPI_PUBLIC_BYTES); /* docs/formats/release.md */
  bpi_sign(copy + size - BPI_SIGNATURE_BYTES, &store, copy, size - BPI_SIGNATURE_BYTES);
  describe(copy, size);
  merge(above, copy, size);
  fuzz_write(fuzz_path("r"), copy, size);
  free(copy);
  for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
    bp_store *s = open_store("r", readers[i], NULL);
    if (s == NULL) continue;
    for (size_t k = 0; k < QUESTIONS; k++)
      ask(s, questions[k]);
    inspect(s, "published");
    inspect(s, "integrity");
    bp_close(s);
  }
}

#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (bpi_hash_init() == 0) run(data, size);
  return 0;
}
