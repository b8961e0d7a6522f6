/* Rosters and bundles as stores receive them: which are accepted, which are refused and with
 * which reason, and that a refusal changes nothing. The inputs and expected reasons are written
 * by hand. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/folder.h"
#include "../unit/run_suite.h"
#include "base/buf.h"
#include "base/mem.h"
#include "world.h"

#define STORE 1
static char reason[32];
static vector_cell cells[WORLD_CELLS];

static bp_store *team(const char *name, unsigned people) {
  bp_store *s = world_team_store(path_of(name), STORE);
  char *roster = world_roster(people, 3, "");
  world_now = WORLD_OPEN;
  world_configure(s, "roster", roster);
  bpi_free(roster);
  return s;
}

/* Merges a contribution of a device with the cells of a seed. */
static int give(bp_store *s, unsigned device, unsigned seed, uint32_t revision) {
  sign_keys store = world_keys(STORE);
  unsigned char *data;
  size_t length;
  bundle b = world_contribution(cells, world_cells(cells, seed), revision);
  world_bundle(&data, &length, &b, device, &store.open);
  int rc = world_merge(s, data, length, reason);
  bpi_free(data);
  return rc;
}

#define TAKEN(outcome, call)                                                                       \
  do {                                                                                             \
    int code = (call);                                                                             \
    ck_assert_msg(code == BP_OK, "%d %s", code, reason);                                           \
    ck_assert_str_eq(reason, outcome);                                                             \
  } while (0)
#define REFUSED(code, word, call)                                                                  \
  do {                                                                                             \
    ck_assert_int_eq((call), (code));                                                              \
    ck_assert_str_eq(reason, word);                                                                \
  } while (0)

/* A bundle counts once; a later revision replaces it, an earlier one is refused. */
START_TEST(bundles_are_taken_once_and_in_order_of_revision) {
  bp_store *s = team("order.db", 4);
  TAKEN("added", give(s, 100, 1, 1));
  TAKEN("known", give(s, 100, 1, 1));
  TAKEN("replaced", give(s, 100, 2, 3));
  REFUSED(BP_ERR_DENIED, "old_revision", give(s, 100, 1, 1));
  REFUSED(BP_ERR_DENIED, "old_revision", give(s, 100, 9, 2));
  TAKEN("known", give(s, 100, 2, 3));
  TAKEN("added", give(s, 101, 1, 1));
  ck_assert_uint_eq(world_rows(s, "contributions"), 2);
  bp_close(s);
}
END_TEST

/* Two contents under one revision: neither counts, whichever came first; a later revision replaces
 * both. */
START_TEST(a_conflict_refuses_both) {
  for (int first = 0; first < 2; first++) {
    bp_store *s = team(first ? "conflict1.db" : "conflict2.db", 4);
    TAKEN("added", give(s, 100, first ? 1 : 2, 1));
    REFUSED(BP_ERR_DENIED, "conflict", give(s, 100, first ? 2 : 1, 1));
    REFUSED(BP_ERR_DENIED, "conflict", give(s, 100, 1, 1));
    REFUSED(BP_ERR_DENIED, "conflict", give(s, 100, 2, 1));
    TAKEN("replaced", give(s, 100, 3, 2));
    REFUSED(BP_ERR_DENIED, "old_revision", give(s, 100, 1, 1));
    bp_close(s);
  }
}
END_TEST

/* Bundles of unknown devices, for other stores, under unknown rosters, or outside the time of
 * their week. */
START_TEST(strangers_and_weeks_are_refused) {
  sign_keys store = world_keys(STORE), other = world_keys(2);
  unsigned char *data;
  size_t length;
  bp_store *s = team("strangers.db", 4);
  REFUSED(BP_ERR_DENIED, "unknown_device", give(s, 99, 1, 1));
  bundle b = world_contribution(cells, world_cells(cells, 1), 1);
  world_bundle(&data, &length, &b, 100, &other.open);
  REFUSED(BP_ERR_DENIED, "store", world_merge(s, data, length, reason));
  bpi_free(data);
  b.roster_version = 2;
  world_bundle(&data, &length, &b, 100, &store.open);
  REFUSED(BP_ERR_DENIED, "unknown_roster", world_merge(s, data, length, reason));
  bpi_free(data);
  b.roster_version = 1;
  vector_cell beyond[] = {{SLICED_WHOLE, 0, MEASURE_prompts, 5, false},
                          {SLICED_PROJECT, 4, MEASURE_prompts, 5, false}};
  b.cell = beyond;
  b.cells = bpi_measure_takes(MEASURE_prompts, SLICED_PROJECT) ? 2 : 0;
  if (b.cells == 2) { /* the roster has projects 1 to 3 */
    world_bundle(&data, &length, &b, 100, &store.open);
    REFUSED(BP_ERR_FORMAT, "malformed", world_merge(s, data, length, reason));
    bpi_free(data);
  }
  world_now = WORLD_OPEN - 2 * WORLD_DAY;
  REFUSED(BP_ERR_DENIED, "not_over", give(s, 100, 1, 1));
  world_now = WORLD_CLOSED - 1;
  TAKEN("added", give(s, 100, 1, 1));
  world_now = WORLD_CLOSED;
  REFUSED(BP_ERR_DENIED, "closed", give(s, 101, 1, 1));
  ck_assert_uint_eq(world_rows(s, "contributions"), 1);
  bp_close(s);
}
END_TEST

/* A member who is no longer active is refused; the others are not. */
START_TEST(who_left_is_refused) {
  bp_store *s = team("left.db", 4);
  char *roster = world_roster(4, 3, "");
  char *active = strstr(roster, "\"id\":\"m01\"");
  char changed[8192];
  snprintf(changed, sizeof changed, "%.*s\"active\":false,%s", (int)(active - roster), roster,
           active);
  world_configure(s, "roster", changed);
  REFUSED(BP_ERR_DENIED, "revoked_member", give(s, 101, 1, 1));
  TAKEN("added", give(s, 100, 1, 1));
  bpi_free(roster);
  bp_close(s);
}
END_TEST

START_TEST(a_store_without_a_roster_takes_nothing) {
  bp_store *s = world_team_store(path_of("empty.db"), STORE);
  REFUSED(BP_ERR_DENIED, "no_roster", give(s, 100, 1, 1));
  bp_close(s);
}
END_TEST

/* ------------------------------------------------------------------------------------- rosters */

static char *text_of(bp_store *s, const char *topic, size_t row, size_t column) {
  bp_result *result = NULL;
  ck_assert_int_eq(bp_inspect(&result, s, topic, NULL), BP_OK);
  ck_assert_uint_lt(row, bp_result_rows(result));
  char *text = strdup(bp_result_text(result, row, column, NULL));
  bp_result_free(result);
  return text;
}

static int configure(bp_store *s, const char *topic, const char *json) {
  bp_error *error = NULL;
  int rc = bp_configure(s, topic, json, strlen(json), &error);
  const char *why = bp_error_detail(error, "reason");
  snprintf(reason, sizeof reason, "%s", why == NULL ? "" : why);
  bp_error_free(error);
  return rc;
}

/* A member accepts only rosters signed by the inviting store, in order and without gaps. */
START_TEST(a_member_checks_the_chain) {
  bp_store *s = team("chain.db", 3), *stranger = world_team_store(path_of("stranger.db"), 2);
  world_key_file(path_of("me.db.key"), 101);
  bp_store *me = world_open(path_of("me.db"), BP_ACCESS_OWNER, NULL);
  char *two = world_roster(4, 3, ",\"minimum\":4"), *three = world_roster(5, 3, ",\"minimum\":4");
  char *same = world_roster(3, 3, "");
  world_configure(s, "roster", same); /* the same content: no new version */
  world_configure(s, "roster", two);
  world_configure(s, "roster", three);
  ck_assert_uint_eq(world_rows(s, "rosters"), 3);
  world_configure(stranger, "roster", two);
  char *link[3], *foreign = text_of(stranger, "rosters", 0, 1);
  for (size_t i = 0; i < 3; i++)
    link[i] = text_of(s, "rosters", i, 1);
  char *invitation = text_of(s, "invitation", 0, 0);
  REFUSED(BP_ERR_NOTFOUND, "not_joined", configure(me, "roster", link[0]));
  world_configure(me, "invitation", invitation);
  REFUSED(BP_ERR_DENIED, "signature", configure(me, "roster", foreign));
  ck_assert_int_eq(configure(me, "roster", same), BP_ERR_FORMAT); /* not signed */
  world_configure(me, "roster", link[0]);
  REFUSED(BP_ERR_DENIED, "gap", configure(me, "roster", link[2]));
  world_configure(me, "roster", link[1]);
  world_configure(me, "roster", link[1]);
  REFUSED(BP_ERR_DENIED, "old_roster", configure(me, "roster", link[0]));
  world_configure(me, "roster", link[2]);
  /* The changes, and that this store's member is on it. */
  ck_assert_uint_eq(world_rows(me, "roster"), 5);
  char *member = text_of(me, "roster", 4, 1);
  ck_assert_str_eq(member, "m04");
  bp_result *result = NULL;
  ck_assert_int_eq(bp_inspect(&result, me, "roster", NULL), BP_OK);
  for (size_t i = 0; i < 5; i++) {
    ck_assert_str_eq(bp_result_text(result, i, 0, NULL), i == 4 ? "added" : "same");
    ck_assert_int_eq(bp_result_int(result, i, 8), i == 1);
  }
  bp_result_free(result);
  free(member);
  for (size_t i = 0; i < 3; i++)
    free(link[i]);
  free(foreign);
  free(invitation);
  bpi_free(two);
  bpi_free(three);
  bpi_free(same);
  bp_close(me);
  bp_close(s);
  bp_close(stranger);
}
END_TEST

/* Who joins when the chain is long receives only its end. */
START_TEST(a_member_joins_late) {
  bp_store *s = team("late.db", 3);
  bp_store *me = world_open(path_of("latecomer.db"), BP_ACCESS_OWNER, NULL);
  for (unsigned people = 4; people <= 6; people++) {
    char *roster = world_roster(people, 3, "");
    world_configure(s, "roster", roster);
    bpi_free(roster);
  }
  char *invitation = text_of(s, "invitation", 0, 0);
  world_configure(me, "invitation", invitation);
  for (size_t i = 2; i < 4; i++) {
    char *link = text_of(s, "rosters", i, 1);
    world_configure(me, "roster", link);
    char *known = text_of(me, "rosters", i - 2, 1), *version = text_of(me, "sharing", 3, 1);
    ck_assert_str_eq(known, link);
    ck_assert_int_eq(version[0], '1' + (int)i);
    ck_assert_uint_eq(world_rows(me, "rosters"), i - 1);
    free(version);
    free(known);
    free(link);
  }
  free(invitation);
  bp_close(me);
  bp_close(s);
}
END_TEST

/* A document that is small enough can be longer once signed, as the signed form spells everything
 * out. */
START_TEST(a_signed_roster_can_be_read) {
  buf b;
  bp_store *s = team("large.db", 3);
  bpi_buf_init(&b, (size_t)4 << 20);
  bpi_buf_text(&b,
               "{\"blueplane.roster\":1,\"organisation\":\"acme\",\"teams\":[\"t\"],\"members\":[");
  for (unsigned i = 0; i < 10000; i++) {
    bpi_buf_printf(&b, "%s{\"id\":\"%064u\",\"team\":\"t\",\"devices\":[", i == 0 ? "" : ",", i);
    for (unsigned k = 0; k < 4; k++)
      bpi_buf_printf(&b, "%s\"%064u\"", k == 0 ? "" : ",", 4 * i + k);
    bpi_buf_text(&b, "]}");
  }
  bpi_buf_text(&b, "]}");
  ck_assert_int_eq(b.failed, 0);
  REFUSED(BP_ERR_LIMIT, "too_large", configure(s, "roster", b.data));
  bpi_buf_free(&b);
  ck_assert_uint_eq(world_rows(s, "rosters"), 1);
  char *roster = world_roster(4, 3, "");
  world_configure(s, "roster", roster);
  ck_assert_uint_eq(world_rows(s, "roster"), 4);
  bpi_free(roster);
  bp_close(s);
}
END_TEST

/* Two stewards' stores with one key, as after restoring a backup: a member notices that their
 * chains differ. */
START_TEST(a_forked_chain_is_noticed) {
  bp_store *a = team("fork-a.db", 3), *b = team("fork-b.db", 4);
  world_key_file(path_of("watcher.db.key"), 101);
  bp_store *me = world_open(path_of("watcher.db"), BP_ACCESS_OWNER, NULL);
  char *next = world_roster(5, 3, "");
  world_configure(b, "roster", next);
  char *invitation = text_of(a, "invitation", 0, 0), *from_a = text_of(a, "rosters", 0, 1);
  char *from_b = text_of(b, "rosters", 0, 1), *after_b = text_of(b, "rosters", 1, 1);
  world_configure(me, "invitation", invitation);
  world_configure(me, "roster", from_a);
  REFUSED(BP_ERR_DENIED, "conflict", configure(me, "roster", from_b));
  REFUSED(BP_ERR_DENIED, "chain", configure(me, "roster", after_b));
  free(invitation);
  free(from_a);
  free(from_b);
  free(after_b);
  bpi_free(next);
  bp_close(me);
  bp_close(a);
  bp_close(b);
}
END_TEST

/* A second invitation does not undo the minimum that the person set. */
START_TEST(a_minimum_stands) {
  bp_store *s = team("minimum.db", 3);
  world_key_file(path_of("careful.db.key"), 101);
  bp_store *me = world_open(path_of("careful.db"), BP_ACCESS_OWNER, NULL);
  char *invitation = text_of(s, "invitation", 0, 0), *link = text_of(s, "rosters", 0, 1);
  void *data = NULL;
  size_t length = 0;
  world_configure(me, "invitation", invitation);
  world_configure(me, "roster", link);
  world_configure(me, "sharing", "{\"version\":1,\"minimum\":7}");
  world_configure(me, "invitation", invitation);
  ck_assert_int_eq(bp_share_export(&data, &length, me, "team", WORLD_WEEK, NULL), BP_ERR_CONSENT);
  world_configure(me, "sharing", "{\"version\":1,\"minimum\":3}");
  ck_assert_int_eq(bp_share_export(&data, &length, me, "team", WORLD_WEEK, NULL), BP_OK);
  bp_free(data);
  free(invitation);
  free(link);
  bp_close(me);
  bp_close(s);
}
END_TEST

/* Who joins another team and comes back still knows the first one's chain. */
START_TEST(a_chain_outlasts_leaving) {
  bp_store *a = team("home.db", 3), *other = world_team_store(path_of("away.db"), 2);
  world_key_file(path_of("traveller.db.key"), 101);
  bp_store *me = world_open(path_of("traveller.db"), BP_ACCESS_OWNER, NULL);
  char *two = world_roster(4, 3, ""), *abroad = world_roster(3, 3, "");
  world_configure(a, "roster", two);
  world_configure(other, "roster", abroad);
  char *home = text_of(a, "invitation", 0, 0), *away = text_of(other, "invitation", 0, 0);
  char *first = text_of(a, "rosters", 0, 1), *second = text_of(a, "rosters", 1, 1);
  char *foreign = text_of(other, "rosters", 0, 1);
  world_configure(me, "invitation", home);
  world_configure(me, "roster", first);
  world_configure(me, "roster", second);
  world_configure(me, "invitation", away);
  ck_assert_uint_eq(world_rows(me, "rosters"), 0);
  world_configure(me, "roster", foreign);
  ck_assert_uint_eq(world_rows(me, "rosters"), 1);
  REFUSED(BP_ERR_DENIED, "signature", configure(me, "roster", second));
  world_configure(me, "invitation", home);
  ck_assert_uint_eq(world_rows(me, "rosters"), 2);
  REFUSED(BP_ERR_DENIED, "old_roster", configure(me, "roster", first));
  world_configure(me, "roster", second);
  char *all[] = {home, away, first, second, foreign};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    free(all[i]);
  bpi_free(two);
  bpi_free(abroad);
  bp_close(me);
  bp_close(a);
  bp_close(other);
}
END_TEST

/* Consent was given for the lead of one team: it does not count for the next team's, and on return
 * it must be given again. The same invitation again is the same team. */
START_TEST(consent_stays_with_its_team) {
  bp_store *a = team("here.db", 3), *other = world_team_store(path_of("there.db"), 2);
  bp_store *me = world_open(path_of("migrant.db"), BP_ACCESS_OWNER, NULL);
  char *two = world_roster(4, 3, "");
  world_configure(a, "roster", two);
  world_configure(other, "roster", two);
  char *here = text_of(a, "invitation", 0, 0), *there = text_of(other, "invitation", 0, 0);
  const char *const steps[] = {here, here, there, here};
  static const char *const states[] = {"in force", "in force", "revoked", "revoked"};
  world_configure(me, "invitation", here);
  ck_assert_int_eq(bp_consent_set(me, "activity", "lead", 1, world_now + 100 * WORLD_DAY, NULL),
                   BP_OK);
  ck_assert_int_eq(bp_consent_set(me, "tokens", "lead", 1, world_now + WORLD_DAY / 2, NULL), BP_OK);
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    world_configure(me, "invitation", steps[i]);
    size_t rows = world_rows(me, "consent");
    ck_assert_uint_eq(rows, i < 2 ? 2 : 4); /* nothing is withdrawn twice */
    for (size_t k = rows - 2; k < rows; k++) {
      char *state = text_of(me, "consent", k, 2);
      ck_assert_str_eq(state, states[i]);
      free(state);
    }
  }
  free(here);
  free(there);
  bpi_free(two);
  bp_close(me);
  bp_close(a);
  bp_close(other);
}
END_TEST

static int64_t fact(bp_store *s, const char *name) {
  bp_result *r = NULL;
  int64_t value = -1;
  ck_assert_int_eq(bp_inspect(&r, s, "sharing", NULL), BP_OK);
  for (size_t row = 0; row < bp_result_rows(r); row++)
    if (strcmp(bp_result_text(r, row, 0, NULL), name) == 0)
      value = strtoll(bp_result_text(r, row, 1, NULL), NULL, 10);
  bp_result_free(r);
  return value;
}

static int share(bp_store *me) {
  void *data = NULL;
  size_t length = 0;
  bp_error *error = NULL;
  int rc = bp_share_export(&data, &length, me, "team", WORLD_WEEK, &error);
  const char *why = bp_error_detail(error, "reason");
  snprintf(reason, sizeof reason, "%s", why == NULL ? "" : why);
  bp_error_free(error);
  bp_free(data);
  return rc;
}

/* A week that was shared with one store is not shared with another. */
START_TEST(a_week_goes_to_one_store) {
  bp_store *a = team("one.db", 3), *b = world_team_store(path_of("other.db"), 2),
           *stores[] = {a, b, a};
  static const int said[] = {BP_OK, BP_ERR_DENIED, BP_OK};
  world_key_file(path_of("mover.db.key"), 101);
  bp_store *me = world_open(path_of("mover.db"), BP_ACCESS_OWNER, NULL);
  char *roster = world_roster(3, 3, "");
  world_configure(b, "roster", roster);
  for (size_t i = 0; i < 3; i++) {
    char *invitation = text_of(stores[i], "invitation", 0, 0);
    char *link = text_of(stores[i], "rosters", 0, 1);
    world_configure(me, "invitation", invitation);
    world_configure(me, "roster", link);
    REFUSED(said[i], said[i] == BP_OK ? "" : "elsewhere", share(me));
    free(invitation);
    free(link);
  }
  bpi_free(roster);
  bp_close(me);
  bp_close(a);
  bp_close(b);
}
END_TEST

/* Terms with fewer people or weeks that stay open longer are shown and can be refused; stricter
 * ones are shown and take effect. */
START_TEST(weaker_terms_need_consent) {
  bp_store *s = world_team_store(path_of("terms.db"), STORE);
  world_key_file(path_of("asked.db.key"), 101);
  bp_store *me = world_open(path_of("asked.db"), BP_ACCESS_OWNER, NULL);
  static const struct {
    const char *more;
    int64_t minimum_before, grace_before;
    bool worse;
  } steps[] = {{",\"minimum\":4", -1, -1, false},
               {",\"minimum\":5", 4, -1, false},
               {",\"minimum\":4", 5, -1, true},
               {",\"minimum\":4,\"grace_days\":9", -1, 3, true},
               {",\"minimum\":4,\"grace_days\":8", -1, 9, false}};
  world_now = WORLD_OPEN;
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    char *plain = world_roster(5, 5, steps[i].more), agreed[64];
    world_configure(s, "roster", plain);
    char *link = text_of(s, "rosters", i, 1), *invitation = text_of(s, "invitation", 0, 0);
    if (i == 0) world_configure(me, "invitation", invitation);
    world_configure(me, "roster", link);
    ck_assert_int_eq(fact(me, "minimum_of_team_before"), steps[i].minimum_before);
    ck_assert_int_eq(fact(me, "grace_days_before"), steps[i].grace_before);
    ck_assert_int_eq(fact(me, "agreed_to_roster"), steps[i].worse ? (int64_t)i : -1);
    if (steps[i].worse) {
      REFUSED(BP_ERR_CONSENT, "terms", share(me));
      snprintf(agreed, sizeof agreed, "{\"version\":1,\"roster\":%u}", (unsigned)i);
      REFUSED(BP_ERR_NOTFOUND, "no_roster", configure(me, "sharing", agreed)); /* the one before */
      snprintf(agreed, sizeof agreed, "{\"version\":1,\"roster\":%u}", (unsigned)i + 1);
      world_configure(me, "sharing", agreed);
    }
    ck_assert_msg(share(me) == BP_OK, "%s", reason);
    free(link);
    free(invitation);
    bpi_free(plain);
  }
  ck_assert_int_eq(configure(me, "sharing", "{\"version\":1}"), BP_ERR_FORMAT);
  ck_assert_int_eq(configure(me, "sharing", "{\"version\":1,\"minimum\":2}"), BP_ERR_FORMAT);
  bp_close(me);
  bp_close(s);
}
END_TEST

/* Describing a document merges nothing, and says of a bundle only where it goes. */
START_TEST(described_without_being_taken) {
  sign_keys store = world_keys(STORE);
  bp_store *s = team("described.db", 3);
  bundle b = world_contribution(cells, world_cells(cells, 1), 1);
  unsigned char *data;
  size_t length;
  bp_result *result = NULL;
  world_bundle(&data, &length, &b, 100, &store.open);
  ck_assert_int_eq(bp_share_describe(&result, data, length, NULL), BP_OK);
  ck_assert_str_eq(bp_result_text(result, 0, 1, NULL), "bundle");
  ck_assert_uint_eq(bp_result_rows(result), 3); /* kind, store, bytes: nothing of its content */
  bp_result_free(result);
  /* Cut, or of a size that is twice the greatest: no envelope, whoever looks. */
  ck_assert_uint_eq(length, 16384);
  unsigned char *longer = calloc(1, (size_t)256 << 10);
  memcpy(longer, data, length);
  static const size_t sizes[] = {16383, 16385, 24576, 262144};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    bp_error *error = NULL;
    ck_assert_int_eq(bp_share_describe(&result, longer, sizes[i], &error), BP_ERR_FORMAT);
    ck_assert_str_eq(bp_error_detail(error, "reason"), "malformed");
    bp_error_free(error);
    REFUSED(BP_ERR_FORMAT, "malformed", world_merge(s, longer, sizes[i], reason));
  }
  free(longer);
  bpi_free(data);
  char *roster = text_of(s, "rosters", 0, 1), *invitation = text_of(s, "invitation", 0, 0);
  ck_assert_int_eq(bp_share_describe(&result, roster, strlen(roster), NULL), BP_OK);
  ck_assert_str_eq(bp_result_text(result, 0, 1, NULL), "roster");
  bp_result_free(result);
  ck_assert_int_eq(bp_share_describe(&result, invitation, strlen(invitation), NULL), BP_OK);
  ck_assert_str_eq(bp_result_text(result, 0, 1, NULL), "invitation");
  bp_result_free(result);
  /* Their names are changed, so their signatures are of something else. */
  char *const altered[] = {roster, invitation};
  for (size_t i = 0; i < 2; i++) {
    bp_error *error = NULL;
    strstr(altered[i], "acme")[0] = 'b';
    ck_assert_int_eq(bp_share_describe(&result, altered[i], strlen(altered[i]), &error),
                     BP_ERR_DENIED);
    ck_assert_str_eq(bp_error_detail(error, "reason"), "signature");
    bp_error_free(error);
  }
  static const char *const neither[] = {"{}", "", "x", "BPB", "{\"blueplane.roster\":1}"};
  const size_t most = (size_t)4 << 20;
  char *blanks = malloc(most + 1);
  memset(blanks, ' ', most + 1);
  for (size_t more = 0; more < 2; more++) {
    bp_error *error = NULL;
    ck_assert_int_eq(bp_share_describe(&result, blanks, most + more, &error),
                     more ? BP_ERR_LIMIT : BP_ERR_FORMAT);
    ck_assert_str_eq(bp_error_detail(error, "reason"), more ? "too_large" : "malformed");
    bp_error_free(error);
  }
  static const char *const topics[] = {"roster", "invitation"};
  bp_store *me = world_open(path_of("reader.db"), BP_ACCESS_OWNER, NULL);
  for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
    bp_error *error = NULL;
    ck_assert_int_eq(bp_configure(me, topics[i], blanks, most + 1, &error), BP_ERR_LIMIT);
    ck_assert_str_eq(bp_error_detail(error, "reason"), "too_large");
    bp_error_free(error);
  }
  bp_close(me);
  free(blanks);
  for (size_t i = 0; i < sizeof neither / sizeof *neither; i++) {
    bp_error *error = NULL;
    ck_assert_int_eq(bp_share_describe(&result, neither[i], strlen(neither[i]), &error),
                     BP_ERR_FORMAT);
    ck_assert_str_eq(bp_error_detail(error, "reason"), "malformed");
    bp_error_free(error);
  }
  free(roster);
  free(invitation);
  bp_close(s);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("merge");
  TCase *tests = tcase_create("merge");
  tcase_add_unchecked_fixture(tests, make_folder, remove_folder);
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, bundles_are_taken_once_and_in_order_of_revision);
  tcase_add_test(tests, a_conflict_refuses_both);
  tcase_add_test(tests, strangers_and_weeks_are_refused);
  tcase_add_test(tests, who_left_is_refused);
  tcase_add_test(tests, a_store_without_a_roster_takes_nothing);
  tcase_add_test(tests, a_member_checks_the_chain);
  tcase_add_test(tests, a_member_joins_late);
  tcase_add_test(tests, a_signed_roster_can_be_read);
  tcase_add_test(tests, a_forked_chain_is_noticed);
  tcase_add_test(tests, a_minimum_stands);
  tcase_add_test(tests, a_chain_outlasts_leaving);
  tcase_add_test(tests, consent_stays_with_its_team);
  tcase_add_test(tests, a_week_goes_to_one_store);
  tcase_add_test(tests, weaker_terms_need_consent);
  tcase_add_test(tests, described_without_being_taken);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
