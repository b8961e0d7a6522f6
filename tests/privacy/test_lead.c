/* Individual views end to end, through the public interface alone: what a member agrees to, and the
 * week that is shared, merged, published, written for the lead and queried by the lead. What may be
 * seen is computed here independently from who agreed to what. With BLUEPLANE_LONG=1, teams of up
 * to eight people and a thousand orders instead of thirty. */
#include <check.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/dice.h"
#include "../unit/end_child.h"
#include "../unit/folder.h"
#include "../unit/forms.h"
#include "../unit/run_suite.h"
#include "api/handle.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "metrics/catalog.h"
#include "metrics/contribution.h"
#include "privacy/release.h"
#include "store/sql.h"
#include "world.h"

#define STORE 1
#define HOUR (WORLD_DAY / 24)

static int64_t monday_of(unsigned week) {
  return (WORLD_MONDAY + 7 * (int64_t)week) * WORLD_DAY;
}

static const char *week_name(unsigned week) {
  static char name[16];
  bpi_format_week(WORLD_MONDAY + 7 * (int64_t)week, name);
  return name;
}

/* ------------------------------------------------------------------------------------ the people */

#define NO_LEADER UINT_MAX

/* A team "core" of people "m00", ... from `first` on, one of whom leads it. Devices are numbered
 * from 100, second devices from 200. */
static char *roster_of(unsigned first, unsigned people, unsigned leader, unsigned second_devices) {
  buf b;
  bpi_buf_init(&b, 1 << 16);
  bpi_buf_text(
      &b, "{\"blueplane.roster\":1,\"organisation\":\"acme\",\"teams\":[\"core\"],\"members\":[");
  for (unsigned i = first; i < people; i++) {
    bpi_buf_printf(&b, "%s{\"id\":\"m%02u\",\"team\":\"core\",\"role\":\"%s\",\"devices\":[",
                   i == first ? "" : ",", i, i == leader ? "lead" : "developer");
    for (unsigned k = 0; k <= (i < second_devices); k++) {
      char hex[2 * BPI_PUBLIC_BYTES + 1];
      sign_keys keys = world_keys(100 + 100 * k + i);
      bpi_hex(keys.open.sign, BPI_PUBLIC_BYTES, hex);
      bpi_buf_printf(&b, "%s\"%s\"", k == 0 ? "" : ",", hex);
    }
    bpi_buf_text(&b, "]}");
  }
  bpi_buf_text(&b, "]}");
  return bpi_buf_take(&b, NULL);
}

static char *document(bp_store *s, const char *topic, size_t column) {
  bp_result *r = NULL;
  ck_assert_int_eq(bp_inspect(&r, s, topic, NULL), BP_OK);
  char *text = strdup(bp_result_text(r, bp_result_rows(r) - 1, column, NULL));
  bp_result_free(r);
  return text;
}

static bp_store *steward(const char *path, unsigned people, bool led, unsigned second_devices) {
  world_now = monday_of(0) - 10 * WORLD_DAY;
  bp_store *s = world_team_store(path, STORE);
  char *roster = roster_of(0, people, led ? 0 : NO_LEADER, second_devices);
  world_configure(s, "roster", roster);
  bpi_free(roster);
  return s;
}

/* A member's own store that has joined the team. */
static bp_store *member(const char *path, unsigned device, bp_store *team) {
  char key[300];
  snprintf(key, sizeof key, "%s.key", path);
  world_key_file(key, device);
  bp_store *s = world_open(path, BP_ACCESS_OWNER, NULL);
  char *invitation = document(team, "invitation", 0), *roster = document(team, "rosters", 1);
  world_configure(s, "invitation", invitation);
  world_configure(s, "roster", roster);
  free(invitation);
  free(roster);
  return s;
}

/* So many prompts and as many responses on the Tuesday of the week. A response has ten input tokens
 * at 1.25 dollars per million and one output token at ten, in nano-dollars. */
#define RESPONSE_COST (10 * 1250 + 10000)
static void work(bp_store *s, unsigned week, unsigned prompts) {
  buf b;
  bp_error *error = NULL;
  bpi_buf_init(&b, 1 << 20);
  for (unsigned i = 0; i < prompts; i++) {
    char when[32];
    bpi_format_instant(monday_of(week) + WORLD_DAY + (int64_t)i * 60 * 1000000, when);
    bpi_buf_printf(
        &b,
        "{\"blueplane\":1,\"platform\":\"codex\",\"session\":\"s%u\",\"kind\":\"prompt\","
        "\"id\":\"p%u-%u\",\"time\":\"%s\"}\n",
        week, week, i, when);
    bpi_buf_printf(
        &b,
        "{\"blueplane\":1,\"platform\":\"codex\",\"session\":\"s%u\",\"kind\":\"response\","
        "\"id\":\"r%u-%u\",\"time\":\"%s\",\"model\":\"gpt-5\",\"input_tokens\":10,"
        "\"output_tokens\":1,\"stop\":\"end_turn\"}\n",
        week, week, i, when);
  }
  ck_assert_int_eq(bp_ingest_bytes(s, "native", "w", b.data, b.length, NULL, NULL, &error), BP_OK);
  bpi_buf_free(&b);
}

static void say(bp_store *s, const char *family, bool granted, int64_t expires_us) {
  bp_error *error = NULL;
  int rc = bp_consent_set(s, family, "lead", granted, expires_us, &error);
  ck_assert_msg(rc == BP_OK, "%s", bp_error_message(error));
}

/* ---------------------------------------------------------------------------------- the bundles */

typedef struct parcel {
  void *data;
  size_t length;
} parcel;

static parcel exported(bp_store *s, const char *audience, const char *window) {
  parcel p = {NULL, 0};
  bp_error *error = NULL;
  int rc = bp_share_export(&p.data, &p.length, s, audience, window, &error);
  ck_assert_msg(rc == BP_OK, "%s", bp_error_message(error));
  return p;
}

typedef struct received {
  int code;
  char word[32], consent[32], status[32]; /* outcome or reason */
  int64_t withdrawn;
} received;

/* The arrays that a call returns last only as long as its expression. */
#define ck_assert_told(call, field, expected)                                                      \
  do {                                                                                             \
    const received told = call;                                                                    \
    ck_assert_str_eq(told.field, expected);                                                        \
  } while (0)

static received give(bp_store *team, const parcel *p) {
  received got = {.code = BP_OK};
  bp_result *r = NULL;
  bp_error *error = NULL;
  got.code = bp_share_merge(&r, team, p->data, p->length, &error);
  const char *word = got.code == BP_OK ? bp_result_text(r, 0, 5, NULL)
                                       : bp_error_detail(error, "reason");
  const char *consent = bp_result_text(r, 0, 6, NULL), *status = bp_result_meta(r, "status");
  snprintf(got.word, sizeof got.word, "%s", word == NULL ? "" : word);
  snprintf(got.consent, sizeof got.consent, "%s", consent == NULL ? "" : consent);
  snprintf(got.status, sizeof got.status, "%s", status == NULL ? "" : status);
  const char *refused = bp_error_detail(error, "withdrawn"); /* also if sums are refused */
  got.withdrawn = refused == NULL ? bp_result_int(r, 0, 7) : strtoll(refused, NULL, 10);
  bp_result_free(r);
  bp_error_free(error);
  return got;
}

static received pass_on(bp_store *from, const char *audience, const char *window, bp_store *team) {
  parcel p = exported(from, audience, window);
  received got = give(team, &p);
  bp_free(p.data);
  return got;
}

static void publish(bp_store *team, unsigned week, const char *path) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  int rc = bp_publish(&r, team, week_name(week), path, &error);
  ck_assert_msg(rc == BP_OK, "%s", bp_error_message(error));
  bp_result_free(r);
}

/* Returns the number of members in the file. */
static int64_t write_lead(bp_store *team, unsigned week, const char *path) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  int rc = bp_publish_lead(&r, team, week_name(week), "core", path, &error);
  ck_assert_msg(rc == BP_OK, "%s", bp_error_message(error));
  int64_t members = bp_result_int(r, 0, 4);
  bp_result_free(r);
  return members;
}

/* ----------------------------------------------------------------------------------- the lead */

static bp_result *asked(bp_store *lead, const char *of, const char *by) {
  bp_query *q = NULL;
  bp_result *r = NULL;
  bp_error *error = NULL;
  ck_assert_int_eq(bp_query_new(&q, NULL), BP_OK);
  bp_query_metric(q, of);
  if (by != NULL) bp_query_by(q, by);
  bp_query_period(q, "all", NULL);
  int rc = bp_query_run(&r, lead, q, &error);
  ck_assert_msg(rc == BP_OK, "%s", bp_error_message(error));
  bp_query_free(q);
  return r;
}

#define NOBODY (-1) /* the answer has no such member */
#define WITHHELD (-2)

/* The number that the lead sees of a member in the file at `path`. */
static int64_t seen_in(const char *path, const char *of, const char *who) {
  bp_store *lead = world_open(path, BP_ACCESS_LEAD, NULL);
  bp_result *r = asked(lead, of, "member");
  int64_t value = NOBODY;
  for (size_t i = 0; i < bp_result_rows(r); i++) {
    if (strcmp(bp_result_text(r, i, 0, NULL), who) != 0) continue;
    bool told = (bp_result_cell(r, i, 1) & BP_CELL_STATE) == BP_CELL_VALUE;
    value = told ? bp_result_int(r, i, 1) : WITHHELD;
    if (!told) ck_assert_int_eq(bp_result_cell(r, i, 1) & BP_CELL_STATE, BP_CELL_WITHHELD);
  }
  bp_result_free(r);
  bp_close(lead);
  return value;
}

static int64_t seen(bp_store *team, unsigned week, const char *of, const char *who) {
  char path[200];
  snprintf(path, sizeof path, "%s", path_of("seen.lead"));
  write_lead(team, week, path);
  int64_t value = seen_in(path, of, who);
  unlink(path);
  return value;
}

/* ------------------------------------------------------------------------------ a week by hand */

#define PEOPLE 5
#define SCOPE_MOST 64 /* docs/limits.md */
typedef struct company {
  bp_store *team, *own[8];
  unsigned people;
} company;

static company gathered(const char *name, unsigned people, bool led) {
  company c = {.people = people};
  char path[200];
  c.team = steward(path_of(name), people, led, 0);
  for (unsigned i = 0; i < people; i++) {
    snprintf(path, sizeof path, "%s/%s-m%02u.db", folder, name, i);
    c.own[i] = member(path, 100 + i, c.team);
  }
  return c;
}

static void dismiss(company *c) {
  for (unsigned i = 0; i < c->people; i++)
    bp_close(c->own[i]);
  bp_close(c->team);
}

static void share_all(const company *c, unsigned week) {
  for (unsigned i = 0; i < c->people; i++) {
    received got = pass_on(c->own[i], "team", week_name(week), c->team);
    ck_assert_msg(got.code == BP_OK, "%s", got.word);
  }
}

static void before(unsigned week) {
  world_now = monday_of(week) - HOUR;
}
static void shared(unsigned week) {
  world_now = monday_of(week + 1) + HOUR;
}
static void closed(unsigned week) {
  world_now = monday_of(week + 1) + 3 * WORLD_DAY;
}

/* Two of five agree, one to one family and one to two. The numbers are those of `work`. */
START_TEST(what_is_agreed_to_is_seen) {
  char everybody[200], lead[200];
  company c = gathered("hand.db", PEOPLE, false);
  before(0);
  say(c.own[0], "activity", true, monday_of(8));
  say(c.own[1], "activity", true, monday_of(8));
  say(c.own[1], "tokens", true, monday_of(8));
  for (unsigned i = 0; i < PEOPLE; i++)
    work(c.own[i], 0, 20 + i);
  shared(0);
  share_all(&c, 0);
  snprintf(everybody, sizeof everybody, "%s", path_of("hand.release"));
  snprintf(lead, sizeof lead, "%s", path_of("hand.lead"));
  bp_error *error = NULL;
  bp_result *r = NULL;
  ck_assert_int_eq(bp_publish_lead(&r, c.team, week_name(0), "core", lead, &error), BP_ERR_DENIED);
  ck_assert_str_eq(bp_error_detail(error, "reason"), "unpublished");
  bp_error_free(error);
  closed(0);
  publish(c.team, 0, everybody);
  ck_assert_int_eq(bp_publish_lead(&r, c.team, week_name(0), "web", lead, NULL), BP_ERR_NOTFOUND);
  ck_assert_int_eq(write_lead(c.team, 0, lead), 2);
  ck_assert_int_eq(seen_in(lead, "prompts", "m00"), 20);
  ck_assert_int_eq(seen_in(lead, "prompts", "m01"), 21);
  ck_assert_int_eq(seen_in(lead, "cost", "m00"), WITHHELD);
  ck_assert_int_eq(seen_in(lead, "cost", "m01"), 21 * RESPONSE_COST);
  for (unsigned i = 2; i < PEOPLE; i++) {
    char who[8];
    snprintf(who, sizeof who, "m%02u", i);
    ck_assert_int_eq(seen_in(lead, "prompts", who), NOBODY);
  }
  /* The team's numbers are those of the release: 20 + ... + 24 prompts, three digits. */
  bp_store *s = world_open(lead, BP_ACCESS_LEAD, NULL),
           *plain = world_open(everybody, BP_ACCESS_LEAD, NULL);
  char beyond[SCOPE_MOST + 2] = {0};
  memset(beyond, 't', SCOPE_MOST + 1);
  ck_assert_int_eq(bp_narrow(plain, BP_ACCESS_LEAD, beyond, NULL), BP_ERR_LIMIT);
  ck_assert_int_eq(bp_narrow(plain, BP_ACCESS_LEAD, "core", NULL), BP_OK);
  bp_result *own = asked(s, "prompts", NULL), *all = asked(plain, "prompts", NULL);
  ck_assert_int_eq(bp_result_int(own, 0, 1), 110);
  ck_assert_int_eq(bp_result_int(all, 0, 1), 110);
  bp_result *adoption = asked(plain, "adoption_rate", NULL); /* all five of five */
  ck_assert_double_eq(bp_result_real(adoption, 0, 1), 1);
  bp_result_free(adoption);
  ck_assert_int_eq(bp_narrow(s, BP_ACCESS_LEAD, "core", NULL), BP_OK);
  ck_assert_int_eq(bp_narrow(s, BP_ACCESS_LEAD, "web", NULL), BP_ERR_DENIED);
  bp_result_free(own);
  bp_result_free(all);
  bp_close(s);
  bp_close(plain);
  dismiss(&c);
}
END_TEST

/* A response with output tokens only: one token, a minute after those of `work`. */
static void work_untold(bp_store *s, unsigned week) {
  char line[300], when[32];
  bpi_format_instant(monday_of(week) + 2 * WORLD_DAY, when);
  int length =
      snprintf(line, sizeof line,
               "{\"blueplane\":1,\"platform\":\"codex\",\"session\":\"s%u\",\"kind\":\"response\","
               "\"id\":\"untold\",\"time\":\"%s\",\"model\":\"gpt-5\",\"output_tokens\":1,"
               "\"stop\":\"end_turn\"}\n",
               week, when);
  ck_assert_int_eq(bp_ingest_bytes(s, "native", "u", line, (size_t)length, NULL, NULL, NULL),
                   BP_OK);
}

/* Expects that the number of `who`, or of the only row, is marked as a lower bound with this least
 * value and no greatest one. */
static void expect_least(bp_store *s, const char *of, const char *who, int64_t least) {
  bp_result *r = asked(s, of, who == NULL ? NULL : "member");
  size_t row = 0, rows = bp_result_rows(r);
  while (who != NULL && row < rows && strcmp(bp_result_text(r, row, 0, NULL), who) != 0)
    row++;
  ck_assert_uint_lt(row, rows);
  ck_assert_int_eq(bp_result_cell(r, row, 1), BP_CELL_VALUE | BP_CELL_LOWER_BOUND);
  ck_assert_int_eq(bp_result_int(r, row, 1), least);
  ck_assert_int_eq(bp_result_int(r, row, 2), least);
  ck_assert_int_eq(bp_result_cell(r, row, 3), BP_CELL_EMPTY);
  bp_result_free(r);
}

/* One of five does not know the input of one response. The input tokens and the cost of the week
 * are then lower bounds for the team and for every member seen, so that nobody is pointed out;
 * prompts are exact. 30 + ... + 34 prompts are 160, of ten tokens and 22,500 nano-dollars each, and
 * 10,000 for the one response. */
START_TEST(what_one_does_not_know) {
  char everybody[200], lead[200];
  company c = gathered("least.db", PEOPLE, false);
  before(0);
  for (unsigned i = 0; i < 6; i++)
    say(c.own[i / 2], i % 2 ? "tokens" : "activity", true, monday_of(8));
  for (unsigned i = 0; i < PEOPLE; i++)
    work(c.own[i], 0, 30 + i);
  work_untold(c.own[4], 0);
  shared(0);
  share_all(&c, 0);
  closed(0);
  snprintf(everybody, sizeof everybody, "%s", path_of("least.release"));
  snprintf(lead, sizeof lead, "%s", path_of("least.lead"));
  publish(c.team, 0, everybody);
  ck_assert_int_eq(write_lead(c.team, 0, lead), 3);
  bp_store *plain = world_open(everybody, BP_ACCESS_LEAD, NULL),
           *own = world_open(lead, BP_ACCESS_LEAD, NULL);
  ck_assert_int_eq(bp_narrow(plain, BP_ACCESS_LEAD, "core", NULL), BP_OK);
  expect_least(plain, "cost", NULL, 3605000); /* 3,610,000, to within 5,000 */
  expect_least(own, "cost", NULL, 3605000);
  expect_least(own, "cost", "m00", 30 * RESPONSE_COST);
  expect_least(own, "cost", "m01", 31 * RESPONSE_COST);
  bp_result *r = asked(plain, "prompts", NULL);
  ck_assert_int_eq(bp_result_cell(r, 0, 1), BP_CELL_VALUE);
  ck_assert_int_eq(bp_result_int(r, 0, 1), 160);
  bp_result_free(r);
  r = asked(own, "prompts", "member");
  ck_assert_uint_eq(bp_result_rows(r), 3);
  ck_assert_int_eq(bp_result_cell(r, 0, 1), BP_CELL_VALUE);
  bp_result_free(r);
  bp_close(plain);
  bp_close(own);
  dismiss(&c);
}
END_TEST

/* ------------------------------------------------------------------------------- when consent counts */

/* The consent of m00 from a table, with the others never agreeing; what the lead sees of m00 in
 * week 1. */
typedef struct word {
  bool granted;
  int64_t at, expires; /* hours from the Monday of week 1 */
} word;

static const struct {
  const char *what;
  word said[4];
  bool shown;
} stories[] = {
    {"granted before, until after", {{true, -1, 24 * 30}}, true},
    {"never", {{0}}, false},
    {"granted after the week began", {{true, 1, 24 * 30}}, false},
    {"ends before the week does", {{true, -1, 24 * 7 - 1}}, false},
    {"ends with the week", {{true, -1, 24 * 7}}, false},
    {"ended before it is published", {{true, -1, 24 * 9}}, false},
    {"ends the day after it is published", {{true, -1, 24 * 11}}, true},
    {"withdrawn before the week", {{true, -2, 24 * 30}, {false, -1, 0}}, false},
    {"withdrawn after the week", {{true, -2, 24 * 30}, {false, 24 * 7, 0}}, false},
    {"withdrawn, granted again", {{true, -2, 24 * 30}, {false, 1, 0}, {true, 2, 24 * 30}}, false},
    {"prolonged in the week", {{true, -1, 24 * 5}, {true, 24 * 4, 24 * 30}}, true},
    {"granted again after it ended", {{true, -50, 10}, {true, 24 * 4, 24 * 30}}, false},
    {"shortened", {{true, -1, 24 * 30}, {true, 3, 24 * 6}}, false},
};
#define STORIES (sizeof stories / sizeof *stories)

/* Consent counts only for weeks that begin after it was given, and only if it is still in force when
 * the week is published: stories by hand. */
START_TEST(consent_counts_for_whole_weeks_behind_it) {
  for (size_t i = 0; i < STORIES; i++) {
    char name[32], path[200];
    snprintf(name, sizeof name, "story%d.db", (int)i);
    company c = gathered(name, PEOPLE, false);
    for (unsigned k = 0; k < PEOPLE; k++)
      work(c.own[k], 1, 20 + k);
    bool over = false;
    for (size_t k = 0; k < 4; k++) {
      const word *w = &stories[i].said[k];
      if (w->at == 0 && !w->granted) break;
      world_now = monday_of(1) + w->at * HOUR;
      over |= w->at >= 24 * 7;
      say(c.own[0], "activity", w->granted, monday_of(1) + w->expires * HOUR);
    }
    if (!over) shared(1);
    share_all(&c, 1);
    closed(1);
    publish(c.team, 1, NULL);
    snprintf(path, sizeof path, "%s", path_of("story.lead"));
    write_lead(c.team, 1, path);
    ck_assert_msg(seen_in(path, "prompts", "m00") == (stories[i].shown ? 20 : NOBODY), "%s",
                  stories[i].what);
    unlink(path);
    dismiss(&c);
  }
  printf("%d stories of consent\n", (int)STORIES);
}
END_TEST

/* After the end of the consent neither an open file nor one written then shows anybody. */
START_TEST(what_ends_is_seen_no_more) {
  char path[200];
  company c = gathered("ends.db", PEOPLE, false);
  before(0);
  say(c.own[0], "activity", true, monday_of(5));
  say(c.own[1], "activity", true, monday_of(3)); /* and with it all views of that measure */
  for (unsigned i = 0; i < PEOPLE; i++)
    work(c.own[i], 0, 20 + i);
  shared(0);
  share_all(&c, 0);
  closed(0);
  publish(c.team, 0, NULL);
  snprintf(path, sizeof path, "%s", path_of("ends.lead"));
  ck_assert_int_eq(write_lead(c.team, 0, path), 2);
  world_now = monday_of(3) - 1;
  ck_assert_int_eq(seen_in(path, "prompts", "m00"), 20);
  bp_store *open = world_open(path, BP_ACCESS_LEAD, NULL);
  world_now = monday_of(3);
  ck_assert_int_eq(seen_in(path, "prompts", "m00"), NOBODY);
  ck_assert_int_eq(seen_in(path, "prompts", "m01"), NOBODY);
  bp_result *r = asked(open, "prompts", "member"); /* a handle opened before */
  ck_assert_uint_eq(bp_result_rows(r), 0);
  bp_result_free(r);
  r = asked(open, "prompts", NULL);
  ck_assert_int_eq(bp_result_int(r, 0, 1), 110);
  bp_result_free(r);
  bp_close(open);
  ck_assert_int_eq(write_lead(c.team, 0, path), 0);
  dismiss(&c);
}
END_TEST

/* A person with two devices agrees on both or not at all, since one device's numbers are not the
 * person's. */
START_TEST(on_every_device) {
  for (int both = 0; both < 2; both++) {
    char path[200];
    snprintf(path, sizeof path, "%s", path_of(both ? "two.db" : "one.db"));
    bp_store *team = steward(path, PEOPLE, false, 1), *own[PEOPLE + 1];
    for (unsigned i = 0; i <= PEOPLE; i++) {
      snprintf(path, sizeof path, "%s/%d-device%u.db", folder, both, i);
      own[i] = member(path, i < PEOPLE ? 100 + i : 200, team);
    }
    before(0);
    say(own[0], "activity", true, monday_of(8));
    if (both) say(own[PEOPLE], "activity", true, monday_of(8));
    for (unsigned i = 0; i <= PEOPLE; i++)
      work(own[i], 0, 20);
    shared(0);
    for (unsigned i = 0; i <= PEOPLE; i++)
      ck_assert_int_eq(pass_on(own[i], "team", week_name(0), team).code, BP_OK);
    closed(0);
    publish(team, 0, NULL);
    ck_assert_int_eq(seen(team, 0, "prompts", "m00"), both ? 40 : NOBODY);
    /* Withdrawing on one of them is enough. */
    say(own[PEOPLE], "activity", false, 0);
    ck_assert_int_eq(pass_on(own[PEOPLE], "lead", NULL, team).code, BP_OK);
    ck_assert_int_eq(seen(team, 0, "prompts", "m00"), NOBODY);
    for (unsigned i = 0; i <= PEOPLE; i++)
      bp_close(own[i]);
    bp_close(team);
  }
}
END_TEST

/* ------------------------------------------------------------------------------- the remainder */

static int bits(unsigned set) {
  int n = 0;
  for (; set != 0; set &= set - 1)
    n++;
  return n;
}

/* The rule itself: for a lead from elsewhere, and for one within the team, the members of whom
 * nothing is known are none or at least two. */
static bool may_be_shown(unsigned agreed, unsigned all, bool led) {
  int outside = bits(all & ~agreed), within = bits(all & ~(agreed | 1u));
  return outside != 1 && (!led || within != 1);
}

typedef struct tally {
  int64_t weeks, views, alone, alone_without_rule;
} tally;

/* Every set of people who agree, each in a week of its own. */
static void every_set(tally *t, unsigned people, bool led) {
  char name[32], path[200];
  snprintf(name, sizeof name, "set%u%d.db", people, led);
  company c = gathered(name, people, led);
  unsigned all = (1u << people) - 1;
  snprintf(path, sizeof path, "%s", path_of("set.lead"));
  for (unsigned set = 0; set <= all; set++) {
    unsigned week =
        2 * set; /* a week is published in the next one, when consent to that one comes too late */
    before(week);
    for (unsigned i = 0; i < people; i++) {
      say(c.own[i], "activity", set >> i & 1, monday_of(week + 4));
      work(c.own[i], week, 20 + i);
    }
    shared(week);
    share_all(&c, week);
    closed(week);
    publish(c.team, week, NULL);
    int64_t shown = write_lead(c.team, week, path);
    unsigned visible = 0;
    for (unsigned i = 0; i < people; i++) {
      char who[8];
      snprintf(who, sizeof who, "m%02u", i);
      int64_t value = seen_in(path, "prompts", who);
      ck_assert_msg(value == NOBODY || value == 20 + (int64_t)i, "set %u: %s %lld", set, who,
                    (long long)value);
      visible |= (unsigned)(value != NOBODY) << i;
    }
    unlink(path);
    ck_assert_int_eq(bits(visible), shown);
    ck_assert_msg(visible == (may_be_shown(set, all, led) ? set : 0),
                  "%u people, led %d, set %x: %x", people, led, set, visible);
    t->weeks++;
    t->views += shown;
    t->alone += visible != 0 && !may_be_shown(visible, all, led);
    t->alone_without_rule += set != 0 && !may_be_shown(set, all, led);
  }
  dismiss(&c);
}

/* No week of any set of agreeing people has exactly one unknown member; the control without the
 * rule has. */
START_TEST(nobody_is_left_over) {
  tally t = {0, 0, 0, 0};
  for (unsigned people = 3; people <= (long_form() ? 8 : 4); people++)
    for (int led = 0; led < 2; led++)
      every_set(&t, people, led != 0);
  printf("%lld weeks from share to the lead's file, %lld views, %lld leave one unknown; control, "
         "everybody who agreed: %lld do\n",
         (long long)t.weeks, (long long)t.views, (long long)t.alone,
         (long long)t.alone_without_rule);
  ck_assert_int_eq(t.alone, 0);
  ck_assert_int_gt(t.views, 0);
  ck_assert_int_gt(t.alone_without_rule, 0);
}
END_TEST

/* --------------------------------------------------------------------------------- taken back */

static uint64_t dice = 88172645463325252u;
static unsigned roll(unsigned sides) {
  return (unsigned)dice_below(&dice, sides);
}

/* The week of m00 with consent, the decision that withdraws it, the week again; the weeks of the
 * others; m01's without and with consent. */
#define BUNDLES (PEOPLE + 3)
static void make_bundles(parcel *p, company *c) {
  before(0);
  say(c->own[0], "activity", true, monday_of(8));
  say(c->own[2], "activity", true, monday_of(8));
  for (unsigned i = 0; i < PEOPLE; i++)
    work(c->own[i], 0, 20 + i);
  shared(0);
  for (unsigned i = 0; i < PEOPLE; i++)
    p[i] = exported(c->own[i], "team", week_name(0));
  say(c->own[0], "activity", false, 0);
  p[PEOPLE] = exported(c->own[0], "lead", NULL);
  p[PEOPLE + 1] = exported(c->own[0], "team", week_name(0));
  p[PEOPLE + 2] = exported(c->own[0], "lead", NULL);
}

static unsigned char *lead_after(const parcel *p, unsigned without, size_t *length,
                                 const company *c) {
  char path[200], file[200];
  unsigned list[3 * BUNDLES], count = 0;
  snprintf(path, sizeof path, "%s", path_of("any.db"));
  snprintf(file, sizeof file, "%s", path_of("any.lead"));
  for (unsigned i = 0; i < BUNDLES; i++)
    for (unsigned times = i >= without ? 0 : 1 + roll(3); times > 0; times--)
      list[count++] = i;
  for (unsigned i = count - 1; i > 0; i--) {
    unsigned k = roll(i + 1), kept = list[i];
    list[i] = list[k];
    list[k] = kept;
  }
  bp_close(steward(path, PEOPLE, false, 0));
  shared(0);
  bp_store *s = world_open(path, BP_ACCESS_STEWARD, NULL);
  for (unsigned i = 0; i < count; i++) {
    give(s, &p[list[i]]);
    if (roll(5) > 0) continue;
    bp_close(s);
    s = world_open(path, BP_ACCESS_STEWARD, NULL);
  }
  (void)c;
  closed(0);
  publish(s, 0, NULL);
  write_lead(s, 0, file);
  bp_close(s);
  unsigned char *data = world_file(file, length);
  unlink(file);
  static const char *const ends[] = {"", ".key", "-wal", "-shm"};
  for (size_t i = 0; i < 4; i++) {
    char name[256];
    snprintf(name, sizeof name, "%s%s", path, ends[i]);
    unlink(name);
  }
  return data;
}

/* In whatever order bundles arrive, and however often, the latest decision counts. */
START_TEST(the_latest_decision_counts_in_any_order) {
  parcel p[BUNDLES];
  company c = gathered("order.db", PEOPLE, false);
  make_bundles(p, &c);
  unsigned char *first = NULL;
  size_t first_length = 0, length = 0;
  unsigned orders = long_form() ? 1000 : 30;
  for (unsigned i = 0; i < orders; i++) {
    unsigned char *data = lead_after(p, BUNDLES, &length, &c);
    if (first == NULL) {
      first = data;
      first_length = length;
      continue;
    }
    ck_assert_uint_eq(length, first_length);
    ck_assert_mem_eq(data, first, length);
    free(data);
  }
  release r, with;
  ck_assert_int_eq(bpi_lead_read(&r, first, first_length, NULL), BP_OK);
  ck_assert_uint_gt(r.views, 0);
  for (size_t i = 0; i < r.views; i++)
    ck_assert_str_eq(r.view[i].member, "m02");
  /* The control: without the withdrawal, m00 is in the file. */
  unsigned char *control = lead_after(p, PEOPLE, &length, &c);
  ck_assert_int_eq(bpi_lead_read(&with, control, length, NULL), BP_OK);
  ck_assert_str_eq(with.view[0].member, "m00");
  printf("%u orders of %d bundles with repeats: one lead's file of %zu bytes; control differs\n",
         orders, BUNDLES, first_length);
  bpi_release_free(&r);
  bpi_release_free(&with);
  free(first);
  free(control);
  for (size_t i = 0; i < BUNDLES; i++)
    bp_free(p[i].data);
  dismiss(&c);
}
END_TEST

/* The decisions in a bundle count although its numbers are too late; an older decision than the
 * known one changes nothing. */
START_TEST(a_late_bundle) {
  company c = gathered("late.db", PEOPLE, false);
  before(0);
  say(c.own[0], "activity", true, monday_of(8));
  for (unsigned i = 0; i < PEOPLE; i++)
    work(c.own[i], 0, 20 + i);
  shared(0);
  parcel agreed = exported(c.own[0], "team", week_name(0));
  say(c.own[0], "activity", false, 0);
  parcel last = exported(c.own[0], "team", week_name(0));
  ck_assert_int_eq(give(c.team, &agreed).code, BP_OK);
  for (unsigned i = 1; i < PEOPLE; i++)
    pass_on(c.own[i], "team", week_name(0), c.team);
  closed(0);
  publish(c.team, 0, NULL);
  ck_assert_int_eq(seen(c.team, 0, "prompts", "m00"), 20);
  received got = give(c.team, &last);
  ck_assert_int_eq(got.code, BP_ERR_DENIED);
  ck_assert_str_eq(got.word, "closed");
  ck_assert_int_gt(got.withdrawn,
                   0); /* otherwise nobody would know that the lead's file must be written again */
  ck_assert_int_eq(seen(c.team, 0, "prompts", "m00"), NOBODY);
  /* The next week, agreed to in the first decision, arrives late. */
  got = give(c.team, &agreed);
  ck_assert_str_eq(got.word, "closed");
  ck_assert_int_eq(got.withdrawn, 0);
  parcel alone = exported(c.own[0], "lead", NULL);
  got = give(c.team, &alone);
  ck_assert_str_eq(got.consent, "known");
  bp_free(agreed.data);
  bp_free(last.data);
  bp_free(alone.data);
  dismiss(&c);
}
END_TEST

/* A week of five, two of them seen; then m00 withdraws. The files are searched for m00's cost, six
 * bytes as SQLite stores it. */
#define MARK INT64_C(0x5a3c96e1d2)
typedef struct seen_week {
  company c;
  char path[200], lead[200];
} seen_week;

static seen_week gathered_week(const char *name) {
  seen_week w;
  snprintf(w.path, sizeof w.path, "%s", path_of(name));
  snprintf(w.lead, sizeof w.lead, "%s/%s.lead", folder, name);
  w.c = gathered(name, PEOPLE, false);
  before(0);
  say(w.c.own[0], "tokens", true, monday_of(8));
  say(w.c.own[1], "activity", true, monday_of(8));
  shared(0);
  sign_keys keys = world_keys(STORE);
  for (unsigned i = 0; i < PEOPLE; i++) {
    vector_cell cells[] = {{SLICED_WHOLE, 0, MEASURE_prompts, 20 + (int64_t)i, false},
                           {SLICED_WHOLE, 0, MEASURE_cost, MARK + (int64_t)i * 7, false}};
    bundle b = world_contribution(cells, 2, 1);
    if (i < 2) {
      b.said = 1;
      b.agreements = 1;
      b.agreed[0] = (agreement){BP_ACCESS_LEAD, i == 0 ? FAMILY_TOKENS : FAMILY_ACTIVITY,
                                WORLD_MONDAY, WORLD_MONDAY + 56};
    }
    unsigned char *data;
    size_t length;
    world_bundle(&data, &length, &b, 100 + i, &keys.open);
    parcel p = {data, length};
    ck_assert_int_eq(give(w.c.team, &p).code, BP_OK);
    bpi_free(data);
  }
  return w;
}

static seen_week published_week(const char *name) {
  seen_week w = gathered_week(name);
  closed(0);
  publish(w.c.team, 0, NULL);
  ck_assert_int_eq(write_lead(w.c.team, 0, w.lead), 2);
  ck_assert_int_eq(seen_in(w.lead, "cost", "m00"), MARK);
  return w;
}

static parcel taken_back(const seen_week *w) {
  say(w->c.own[0], "tokens", false, 0);
  return exported(w->c.own[0], "lead", NULL);
}

static unsigned traces(const char *path) {
  static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
  const unsigned char mark[] = {0x5a, 0x3c, 0x96, 0xe1, 0xd2};
  unsigned found = 0;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    char name[256];
    snprintf(name, sizeof name, "%s%s", path, ends[i]);
    FILE *f = fopen(name, "rb");
    if (f == NULL) continue;
    static unsigned char data[1 << 22];
    size_t size = fread(data, 1, sizeof data, f);
    fclose(f);
    for (size_t k = 0; k + sizeof mark <= size; k++)
      found += memcmp(data + k, mark, sizeof mark) == 0;
  }
  return found;
}

/* The lead's file is written again over the old one and has nothing of m00; the other files stay as
 * they are. */
static void check_withdrawn(seen_week *w) {
  ck_assert_int_eq(write_lead(w->c.team, 0, w->lead), 1);
  ck_assert_int_eq(seen_in(w->lead, "cost", "m00"), NOBODY);
  ck_assert_int_eq(seen_in(w->lead, "prompts", "m01"), 21);
  ck_assert_uint_eq(traces(w->lead), 0);
  bp_store *s = world_open(w->lead, BP_ACCESS_LEAD, NULL);
  bp_result *r = asked(s, "prompts", NULL);
  ck_assert_int_eq(bp_result_int(r, 0, 1), 110);
  bp_result_free(r);
  bp_close(s);
}

/* Members' numbers that no week has: nothing is written for the lead, who would take them as true. */
START_TEST(damaged_views_are_told) {
  static const char *const changes[] = {
      "UPDATE individual SET window = window + 1", "UPDATE individual SET measure = 65536",
      "UPDATE individual SET value = -1", "UPDATE individual SET until = 2932897",
      "UPDATE individual SET member = 'm 0' WHERE member = 'm00'"};
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    char name[16];
    snprintf(name, sizeof name, "views%zu.db", i);
    seen_week w = published_week(name);
    bp_close(w.c.team);
    world_damage(w.path, changes[i]);
    w.c.team = world_open(w.path, BP_ACCESS_STEWARD, NULL);
    bp_result *r = NULL;
    ck_assert_msg(bp_publish_lead(&r, w.c.team, week_name(0), "core", path_of("views"), NULL) ==
                      BP_ERR_CORRUPT,
                  "%s", changes[i]);
    ck_assert_int_ne(access(path_of("views"), F_OK), 0);
    dismiss(&w.c);
  }
}
END_TEST

static bool documents_are_sound(bp_store *s) {
  bp_result *r = NULL;
  ck_assert_int_eq(bp_inspect(&r, s, "integrity", NULL), BP_OK);
  ck_assert_str_eq(bp_result_text(r, 2, 0, NULL), "documents");
  bool sound = bp_result_int(r, 2, 1) != 0;
  bp_result_free(r);
  return sound;
}

/* What was heard of a member, changed to what nobody can say: it shows nothing, and the member can
 * still withdraw. */
START_TEST(a_damaged_statement_agrees_to_nothing) {
  static const char *const changes[] = {
      "UPDATE heard SET agreed = x'02dd0000000000ffff00' WHERE member = 'm00'",
      "UPDATE heard SET agreed = zeroblob(330) WHERE member = 'm00'",
      "UPDATE heard SET agreed = CAST(substr(agreed, 1, 6) || x'ffffffff' AS BLOB) WHERE member = 'm00'",
      "UPDATE heard SET agreed = CAST(agreed || x'00' AS BLOB) WHERE member = 'm00'"};
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    char name[16];
    snprintf(name, sizeof name, "said%zu.db", i);
    seen_week w = gathered_week(name);
    ck_assert(documents_are_sound(w.c.team));
    bp_close(w.c.team);
    world_damage(w.path, changes[i]);
    w.c.team = world_open(w.path, BP_ACCESS_STEWARD, NULL);
    ck_assert_msg(!documents_are_sound(w.c.team), "%s", changes[i]);
    closed(0);
    publish(w.c.team, 0, NULL);
    check_withdrawn(&w);
    parcel p = taken_back(&w);
    ck_assert_str_eq(give(w.c.team, &p).consent, "heard");
    ck_assert(documents_are_sound(w.c.team));
    bp_free(p.data);
    dismiss(&w.c);
  }
}
END_TEST

/* A member's copy of the roster, which says how many are behind a number, is verified before anything
 * leaves. */
START_TEST(a_damaged_roster_shares_nothing) {
  char path[200];
  void *data = NULL;
  size_t length;
  company c = gathered("copy.db", PEOPLE, false);
  snprintf(path, sizeof path, "%s/copy.db-m00.db", folder);
  before(0);
  work(c.own[0], 0, 3);
  shared(0);
  bp_close(c.own[0]);
  world_damage(path, "UPDATE roster SET document = replace(document, '\"m02\"', '\"m20\"')");
  c.own[0] = world_open(path, BP_ACCESS_OWNER, NULL);
  ck_assert_int_eq(bp_share_export(&data, &length, c.own[0], "team", week_name(0), NULL),
                   BP_ERR_CORRUPT);
  ck_assert_ptr_null(data);
  dismiss(&c);
}
END_TEST

/* A withdrawal removes the numbers from every file at once; the release stays as it was. */
START_TEST(taken_back_when_idle) {
  seen_week w = published_week("idle.db");
  ck_assert_uint_gt(traces(w.path), 0); /* the control: found while it is there */
  ck_assert_uint_gt(traces(w.lead), 0);
  size_t length, again;
  publish(w.c.team, 0, path_of("idle.release"));
  unsigned char *first = world_file(path_of("idle.release"), &length);
  parcel p = taken_back(&w);
  received got = give(w.c.team, &p);
  ck_assert_str_eq(got.consent, "heard");
  ck_assert_int_eq(got.withdrawn, 1);
  ck_assert_str_eq(got.status, "erased");
  ck_assert_uint_eq(traces(w.path), 0);
  check_withdrawn(&w);
  /* What was published stays as it was, and publishing again changes nothing. */
  publish(w.c.team, 0, path_of("idle2.release"));
  unsigned char *later = world_file(path_of("idle2.release"), &again);
  ck_assert_uint_eq(length, again);
  ck_assert_mem_eq(first, later, length);
  got = give(w.c.team, &p);
  ck_assert_str_eq(got.consent, "known");
  ck_assert_int_eq(got.withdrawn, 0);
  free(first);
  free(later);
  bp_free(p.data);
  dismiss(&w.c);
}
END_TEST

/* A withdrawal under a reader: seen by nobody at once, and cleared after the reader ends. */
START_TEST(taken_back_under_a_reader) {
  seen_week w = published_week("reader.db");
  parcel p = taken_back(&w);
  sqlite3 *reader = NULL;
  ck_assert_int_eq(sqlite3_open_v2(w.path, &reader, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM individual", NULL, NULL, NULL),
                   SQLITE_OK);
  received got = give(w.c.team, &p);
  ck_assert_int_eq(got.withdrawn, 1);
  ck_assert_str_eq(got.status, "pending");
  check_withdrawn(&w); /* at the next call, even while a reader holds the old state */
  ck_assert_uint_gt(traces(w.path), 0);
  ck_assert_int_eq(sqlite3_exec(reader, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(reader);
  bp_close(w.c.team);
  w.c.team = world_open(w.path, BP_ACCESS_STEWARD, NULL);
  ck_assert_uint_eq(traces(w.path), 0);
  bp_free(p.data);
  dismiss(&w.c);
}
END_TEST

/* Another process merges the withdrawal; this one's handle, open since before, sees it at its next
 * call. */
START_TEST(taken_back_in_another_process) {
  seen_week w = published_week("process.db");
  parcel p = taken_back(&w);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    bp_store *s = world_open(w.path, BP_ACCESS_STEWARD, NULL);
    bool good = give(s, &p).withdrawn == 1;
    bp_close(s);
    end_child(good);
  }
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(WEXITSTATUS(status), 0);
  check_withdrawn(&w);
  bp_close(w.c.team);
  w.c.team = world_open(w.path, BP_ACCESS_STEWARD, NULL);
  ck_assert_uint_eq(traces(w.path), 0);
  bp_free(p.data);
  dismiss(&w.c);
}
END_TEST

/* Killed while a reader delays the clearing: committed but not cleared. The next opening clears. */
START_TEST(taken_back_and_killed) {
  seen_week w = published_week("killed.db");
  parcel p = taken_back(&w);
  bp_close(w.c.team);
  int done[2];
  char told = 0;
  ck_assert_int_eq(pipe(done), 0);
  sqlite3 *reader = NULL;
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    sqlite3_open_v2(w.path, &reader, SQLITE_OPEN_READONLY, NULL);
    sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM individual", NULL, NULL, NULL);
    bp_store *s = world_open(w.path, BP_ACCESS_STEWARD, NULL);
    told = strcmp(give(s, &p).status, "pending") == 0 ? 'p' : 'x';
    if (write(done[1], &told, 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  ck_assert_int_eq(read(done[0], &told, 1), 1);
  kill(child, SIGKILL);
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFSIGNALED(status));
  ck_assert_int_eq(told, 'p');
  ck_assert_uint_gt(traces(w.path), 0); /* committed, and the bytes are still there */
  w.c.team = world_open(w.path, BP_ACCESS_STEWARD, NULL);
  ck_assert_uint_eq(traces(w.path), 0);
  check_withdrawn(&w);
  close(done[0]);
  close(done[1]);
  bp_free(p.data);
  dismiss(&w.c);
}
END_TEST

/* Views of the same number are withdrawn together, since those that stay would reveal who left. */
START_TEST(views_are_withdrawn_together) {
  company c = gathered("leave.db", 3, false);
  before(0);
  for (unsigned i = 0; i < 3; i++) {
    say(c.own[i], "activity", true, monday_of(8));
    say(c.own[i], "tokens", true, monday_of(8));
    work(c.own[i], 0, 20 + i);
  }
  shared(0);
  share_all(&c, 0);
  closed(0);
  publish(c.team, 0, NULL);
  for (unsigned i = 0; i < 3; i++) {
    char who[8];
    snprintf(who, sizeof who, "m%02u", i);
    ck_assert_int_eq(seen(c.team, 0, "prompts", who), 20 + (int64_t)i);
  }
  say(c.own[0], "activity", false, 0);
  ck_assert_int_gt(pass_on(c.own[0], "lead", NULL, c.team).withdrawn, 0);
  for (unsigned i = 0; i < 3; i++) {
    char who[8];
    snprintf(who, sizeof who, "m%02u", i);
    ck_assert_int_eq(seen(c.team, 0, "prompts", who), WITHHELD);
    ck_assert_int_eq(seen(c.team, 0, "cost", who), (20 + (int64_t)i) * RESPONSE_COST);
  }
  dismiss(&c);
}
END_TEST

/* What a steward erases, and a member who erased everything. */
START_TEST(erased) {
  static const char *const selectors[] = {"{\"version\":1,\"subject\":\"m00\"}",
                                          "{\"version\":1,\"published\":\"" WORLD_WEEK "\"}"};
  for (size_t i = 0; i < 2; i++) {
    seen_week w = published_week(i == 0 ? "subject.db" : "retracted.db");
    bp_result *r = NULL;
    ck_assert_int_eq(bp_erase(&r, w.c.team, selectors[i], strlen(selectors[i]), NULL), BP_OK);
    ck_assert_str_eq(bp_result_text(r, 2, 0, NULL), "individual_numbers");
    ck_assert_int_eq(bp_result_int(r, 2, 1), i == 0 ? 1 : 2);
    bp_result_free(r);
    ck_assert_uint_eq(traces(w.path), 0);
    ck_assert_int_eq(seen(w.c.team, 0, "cost", "m00"), NOBODY);
    dismiss(&w.c);
  }
  seen_week w = published_week("everything.db");
  static const char everything[] = "{\"version\":1,\"everything\":true}";
  bp_result *r = NULL;
  char *invitation = document(w.c.team, "invitation", 0);
  ck_assert_int_eq(bp_erase(&r, w.c.own[0], everything, strlen(everything), NULL), BP_OK);
  bp_result_free(r);
  world_configure(w.c.own[0], "invitation", invitation);
  received got = pass_on(w.c.own[0], "lead", NULL, w.c.team);
  ck_assert_str_eq(got.consent, "heard");
  ck_assert_int_eq(got.withdrawn, 1);
  free(invitation);
  dismiss(&w.c);
}
END_TEST

/* Views whose consent ended are erased, also if nothing more is published. */
START_TEST(ended_and_gone) {
  static const char expired[] = "{\"version\":1,\"expired\":true}";
  seen_week w = published_week("ended.db");
  const int64_t gone[] = {0, 2, 0};
  for (size_t i = 0; i < 3; i++) {
    if (i == 1) world_now = monday_of(30);
    bp_result *r = NULL;
    ck_assert_int_eq(bp_erase(&r, w.c.team, expired, strlen(expired), NULL), BP_OK);
    ck_assert_str_eq(bp_result_text(r, 2, 0, NULL), "individual_numbers");
    ck_assert_int_eq(bp_result_int(r, 2, 1), gone[i]);
    ck_assert_int_eq(bp_result_int(r, 4, 1) > 0, gone[i] > 0); /* searched for */
    bp_result_free(r);
    ck_assert_int_eq(traces(w.path) > 0, i == 0);
  }
  dismiss(&w.c);
}
END_TEST

static void erase_member(bp_store *team, const char *who, int64_t contributions, int64_t words) {
  char selector[64];
  bp_result *r = NULL;
  bp_error *error = NULL;
  int length = snprintf(selector, sizeof selector, "{\"version\":1,\"subject\":\"%s\"}", who);
  int rc = bp_erase(&r, team, selector, (size_t)length, &error);
  ck_assert_msg(rc == BP_OK, "%s", bp_error_message(error));
  ck_assert_int_eq(bp_result_int(r, 0, 1), contributions);
  ck_assert_str_eq(bp_result_text(r, 3, 0, NULL), "words_on_consent");
  ck_assert_int_eq(bp_result_int(r, 3, 1), words);
  ck_assert_str_eq(bp_result_text(r, 6, 0, NULL), "traces_found");
  ck_assert_int_eq(bp_result_int(r, 6, 1), 0);
  bp_result_free(r);
}

/* Bundles from before an erasure bring nothing back, whoever kept them; what the member decides and
 * shares afterwards counts. */
START_TEST(erased_does_not_come_back) {
  company c = gathered("again.db", PEOPLE, false);
  before(0);
  say(c.own[0], "activity", true, monday_of(8));
  for (unsigned i = 0; i < PEOPLE; i++)
    for (unsigned week = 0; week < 3; week++)
      work(c.own[i], week, 20 + i + 10 * week);
  shared(0);
  parcel week = exported(c.own[0], "team", week_name(0)), words = exported(c.own[0], "lead", NULL);
  share_all(&c, 0);
  erase_member(c.team, "m00", 1, 1);
  received got = give(c.team, &week);
  ck_assert_int_eq(got.code, BP_ERR_DENIED);
  ck_assert_str_eq(got.word, "erased");
  got = give(c.team, &words);
  ck_assert_str_eq(got.consent, "erased");
  closed(0);
  publish(c.team, 0, NULL);
  ck_assert_int_eq(seen(c.team, 0, "prompts", "m00"), NOBODY);
  got = give(c.team, &week);
  ck_assert_str_eq(got.word, "closed");
  /* The numbers of the next week are taken; the decisions beside them are the erased ones. */
  shared(1);
  share_all(&c, 1);
  closed(1);
  publish(c.team, 1, NULL);
  ck_assert_int_eq(seen(c.team, 1, "prompts", "m00"), NOBODY);
  /* A new decision is taken, and with it what was decided beside it. */
  before(2);
  say(c.own[0], "quality", true, monday_of(8));
  ck_assert_told(pass_on(c.own[0], "lead", NULL, c.team), consent, "heard");
  ck_assert_told(give(c.team, &words), consent, "late");
  shared(2);
  share_all(&c, 2);
  closed(2);
  publish(c.team, 2, NULL);
  ck_assert_int_eq(seen(c.team, 2, "prompts", "m00"), 40);
  bp_free(week.data);
  bp_free(words.data);
  dismiss(&c);
}
END_TEST

/* A device that has said nothing since its decisions were erased does not leave the decision to the
 * other one. */
START_TEST(erased_on_one_device) {
  sign_keys keys = world_keys(STORE);
  for (int again = 0; again < 2; again++) {
    bp_store *team = steward(path_of(again ? "silent1.db" : "silent0.db"), 3, false, 1);
    shared(0);
    for (unsigned device = 100; device < 103; device++) {
      vector_cell cells[] = {{SLICED_WHOLE, 0, MEASURE_prompts, 20, false}};
      bundle b = world_contribution(cells, 1, 1);
      unsigned char *data;
      size_t length;
      b.said = 1; /* m00 disagrees on the first device */
      world_bundle(&data, &length, &b, device, &keys.open);
      parcel p = {data, length};
      ck_assert_int_eq(give(team, &p).code, BP_OK);
      bpi_free(data);
      if (device == 100) erase_member(team, "m00", 1, 1);
    }
    for (unsigned count = 1; count <= 2; count++) {
      bundle b = {.kind = BUNDLE_CONSENT, .said = count, .agreements = 1};
      b.agreed[0] = (agreement){BP_ACCESS_LEAD, FAMILY_ACTIVITY, WORLD_MONDAY, WORLD_MONDAY + 56};
      unsigned char *data;
      size_t length;
      world_bundle(&data, &length, &b, count == 1 ? 200 : 100, &keys.open);
      parcel p = {data, length};
      if (count == 1 || again) ck_assert_told(give(team, &p), consent, "heard");
      bpi_free(data);
    }
    vector_cell cells[] = {{SLICED_WHOLE, 0, MEASURE_prompts, 20, false}};
    bundle b = world_contribution(cells, 1, 2);
    unsigned char *data;
    size_t length;
    b.said = again ? 2 : 1;
    b.agreements = (size_t)again;
    b.agreed[0] = (agreement){BP_ACCESS_LEAD, FAMILY_ACTIVITY, WORLD_MONDAY, WORLD_MONDAY + 56};
    world_bundle(&data, &length, &b, 100, &keys.open);
    parcel p = {data, length};
    ck_assert_told(give(team, &p), word, "added");
    bpi_free(data);
    closed(0);
    publish(team, 0, NULL);
    ck_assert_int_eq(seen(team, 0, "prompts", "m00"), again ? 20 : NOBODY);
    bp_close(team);
  }
}
END_TEST

/* --------------------------------------------------------------------------- the member's own store */

static size_t agreed_in(bp_store *own) {
  parcel p = exported(own, "lead", NULL);
  sign_keys keys = world_keys(STORE);
  unsigned char *inner;
  size_t length;
  bundle b;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_bundle_open(&inner, &length, p.data, p.length, &keys, &error), BP_OK);
  ck_assert_int_eq(bpi_bundle_read(&b, inner, length, &error), BP_OK);
  size_t count = b.agreements;
  bpi_bundle_free(&b);
  bpi_free(inner);
  bp_free(p.data);
  return count;
}

/* In force at the next call of every handle, in this process and another. */
START_TEST(every_handle_knows_at_once) {
  company c = gathered("handles.db", 3, false);
  char path[200];
  snprintf(path, sizeof path, "%s/handles.db-m00.db", folder);
  bp_store *second = world_open(path, BP_ACCESS_OWNER, NULL);
  ck_assert_uint_eq(agreed_in(second), 0);
  say(c.own[0], "activity", true, world_now + 60 * WORLD_DAY);
  ck_assert_uint_eq(agreed_in(second), 1);
  ck_assert_uint_eq(agreed_in(c.own[0]), 1);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    bp_store *s = world_open(path, BP_ACCESS_OWNER, NULL);
    bool good = bp_consent_set(s, "activity", "lead", 0, 0, NULL) == BP_OK;
    bp_close(s);
    end_child(good);
  }
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(WEXITSTATUS(status), 0);
  ck_assert_uint_eq(agreed_in(second), 0);
  ck_assert_uint_eq(agreed_in(c.own[0]), 0);
  void *data = NULL;
  size_t length = 0;
  ck_assert_int_eq(bp_share_export(&data, &length, second, "lead", WORLD_WEEK, NULL),
                   BP_ERR_INVALID);
  ck_assert_int_eq(bp_share_export(&data, &length, second, "manager", NULL, NULL), BP_ERR_NOTFOUND);
  bp_close(second);
  dismiss(&c);
}
END_TEST

/* What a person is shown before anything is shared is what the lead will see. */
START_TEST(shown_before_it_leaves) {
  company c = gathered("outgoing.db", PEOPLE, false);
  before(0);
  say(c.own[0], "activity", true, monday_of(8));
  for (unsigned i = 0; i < PEOPLE; i++)
    work(c.own[i], 0, 20 + i);
  shared(0);
  bp_result *r = NULL;
  ck_assert_int_eq(bp_inspect(&r, c.own[0], "outgoing", NULL), BP_OK);
  unsigned seen_alone = 0;
  for (size_t i = 0; i < bp_result_rows(r); i++) {
    const char *measure = bp_result_text(r, i, 1, NULL);
    bool whole = bp_result_cell(r, i, 4) == BP_CELL_EMPTY,
         told = bp_result_cell(r, i, 6) == BP_CELL_VALUE;
    if (!strcmp(measure, "prompts")) ck_assert_int_eq(told, whole);
    if (!strcmp(measure, "cost")) ck_assert(!told);
    seen_alone += told;
  }
  bp_result_free(r);
  share_all(&c, 0);
  closed(0);
  publish(c.team, 0, NULL);
  char path[200];
  size_t length;
  snprintf(path, sizeof path, "%s", path_of("outgoing.lead"));
  write_lead(c.team, 0, path);
  unsigned char *data = world_file(path, &length);
  release lead;
  ck_assert_int_eq(bpi_lead_read(&lead, data, length, NULL), BP_OK);
  ck_assert_uint_eq(lead.views, seen_alone);
  bpi_release_free(&lead);
  free(data);
  dismiss(&c);
}
END_TEST

/* Sharing a week again gives the same revision, and a new one if a decision was made. */
START_TEST(a_decision_is_a_revision) {
  company c = gathered("revision.db", 3, false);
  work(c.own[0], 0, 20);
  shared(0);
  ck_assert_told(pass_on(c.own[0], "team", week_name(0), c.team), word, "added");
  ck_assert_told(pass_on(c.own[0], "team", week_name(0), c.team), word, "known");
  say(c.own[0], "activity", true, world_now + 60 * WORLD_DAY);
  received got = pass_on(c.own[0], "team", week_name(0), c.team);
  ck_assert_str_eq(got.word, "replaced");
  ck_assert_str_eq(got.consent, "heard");
  dismiss(&c);
}
END_TEST

static int64_t revision_of_week(bp_store *s) {
  bp_result *r = NULL;
  ck_assert_int_eq(bp_inspect(&r, s, "shared", NULL), BP_OK);
  int64_t revision = bp_result_int(r, 0, 2);
  bp_result_free(r);
  return revision;
}

/* Whenever one handle is about to begin a transaction, another one ingests one more prompt and
 * shares the week. */
static int share_beside(unsigned event, void *other, void *statement, void *text) {
  static unsigned prompts = 20;
  (void)event, (void)text;
  if (strcmp(sqlite3_sql(statement), "BEGIN IMMEDIATE") != 0) return 0;
  work(other, 0, ++prompts);
  parcel p = exported(other, "team", week_name(0));
  bp_free(p.data);
  return 0;
}

/* Whoever begins to write last shares what is there by then: older sums never get the later
 * revision. */
START_TEST(two_handles_share_a_week) {
  company c = gathered("beside.db", 3, false);
  char path[200];
  snprintf(path, sizeof path, "%s/beside.db-m00.db", folder);
  bp_store *other = world_open(path, BP_ACCESS_OWNER, NULL);
  work(c.own[0], 0, 20);
  shared(0);
  sqlite3_trace_v2(c.own[0]->store->db, SQLITE_TRACE_STMT, share_beside, other);
  parcel p = exported(c.own[0], "team", week_name(0));
  sqlite3_trace_v2(c.own[0]->store->db, 0, NULL, NULL);
  int64_t revision = revision_of_week(other);
  ck_assert_int_gt(revision, 0);
  parcel again = exported(other, "team", week_name(0));
  ck_assert_int_eq(revision_of_week(other), revision); /* it shares the same */
  ck_assert_told(give(c.team, &p), word, "added");
  ck_assert_told(give(c.team, &again), word, "known");
  bp_free(p.data);
  bp_free(again.data);
  bp_close(other);
  dismiss(&c);
}
END_TEST

/* Two stores with one key, as after restoring a backup, give two decisions with one number: nothing
 * is agreed to, whichever came first, until the next one. */
START_TEST(two_decisions_with_one_number) {
  sign_keys keys = world_keys(STORE);
  for (int first = 0; first < 2; first++) {
    bp_store *team = steward(path_of(first ? "tale1.db" : "tale2.db"), 3, false, 0);
    for (int i = 0; i < 3; i++) {
      bundle b = {.kind = BUNDLE_CONSENT, .said = i == 2 ? 2 : 1};
      b.agreements = (size_t)((i == first) || i == 2);
      b.agreed[0] = (agreement){BP_ACCESS_LEAD, FAMILY_ACTIVITY, WORLD_MONDAY, WORLD_MONDAY + 56};
      unsigned char *data;
      size_t length;
      world_bundle(&data, &length, &b, 100, &keys.open);
      parcel p = {data, length};
      received got = give(team, &p);
      ck_assert_str_eq(got.consent, i == 1 ? "conflict" : "heard");
      ck_assert_str_eq(got.word, "");
      bpi_free(data);
    }
    bp_close(team);
  }
}
END_TEST

/* ------------------------------------------------------------------------- the file and its place */

/* No store merges a lead's file, only the lead opens it, and the release beside it has no
 * members. */
START_TEST(for_the_lead_alone) {
  seen_week w = published_week("alone.db");
  char everybody[200];
  size_t length;
  snprintf(everybody, sizeof everybody, "%s", path_of("alone.release"));
  publish(w.c.team, 0, everybody);
  ck_assert_uint_eq(traces(everybody), 0);
  ck_assert_uint_gt(traces(w.lead), 0);
  unsigned char *data = world_file(w.lead, &length);
  parcel p = {data, length};
  world_now += HOUR;
  bp_store *acme = world_open(path_of("acme.db"), BP_ACCESS_STEWARD, "organisation");
  bp_store *stores[] = {w.c.team, acme};
  for (size_t i = 0; i < 2; i++) {
    received got = give(stores[i], &p);
    ck_assert_int_eq(got.code, BP_ERR_DENIED);
    ck_assert_str_eq(got.word, "lead_file");
  }
  bp_close(acme);
  static const uint32_t others[] = {BP_ACCESS_OWNER, BP_ACCESS_MANAGER, BP_ACCESS_DEVOPS,
                                    BP_ACCESS_RESEARCH, BP_ACCESS_STEWARD};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    bp_open_options o = BP_OPEN_OPTIONS_INIT;
    bp_store *s = NULL;
    o.access = others[i];
    ck_assert_int_eq(bp_open(&s, w.lead, &o, NULL), BP_ERR_DENIED);
  }
  /* Another file in the way stays; one of this team and week is replaced. */
  bp_result *r = NULL;
  FILE *f = fopen(path_of("mine"), "wb");
  fputs("mine", f);
  fclose(f);
  ck_assert_int_eq(bp_publish_lead(&r, w.c.team, WORLD_WEEK, "core", path_of("mine"), NULL),
                   BP_ERR_INVALID);
  ck_assert_int_eq(bp_publish_lead(&r, w.c.team, WORLD_WEEK, "core", everybody, NULL),
                   BP_ERR_INVALID);
  write_lead(w.c.team, 0, w.lead);
  size_t again;
  unsigned char *same = world_file(w.lead, &again);
  ck_assert_uint_eq(again, length);
  ck_assert_mem_eq(same, data, length);
  free(same);
  free(data);
  dismiss(&w.c);
}
END_TEST

/* Which families a number is made of, from what the catalogue says about its metric: by hand. */
START_TEST(families_by_hand) {
  static const struct {
    measure_id measure;
    const char *families;
  } known[] = {{MEASURE_sessions, "activity"},
               {MEASURE_prompts, "activity"},
               {MEASURE_active_time, "activity"},
               {MEASURE_lines_added, "output"},
               {MEASURE_commits, "changes"},
               {MEASURE_cost, "tokens"},
               {MEASURE_input_tokens, "tokens"},
               {MEASURE_tool_ok, "quality"},
               {MEASURE_tool_error, "quality"},
               {MEASURE_retries, "tasks"},
               {MEASURE_resolved, "tasks"},
               {MEASURE_journey_other_resolved, "tasks"},
               {MEASURE_feature_images_resolved_time, "tasks"},
               {MEASURE_tool_unsettled, "activity quality"},
               {MEASURE_roster, ""},
               {MEASURE_seats, ""},
               {MEASURE_usage_low, ""}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    char text[64] = "";
    for (int f = 0; f < FAMILY_COUNT; f++)
      if (bpi_measure_families((int)known[i].measure) >> f & 1) {
        if (*text != '\0') strcat(text, " ");
        strcat(text, bpi_family_name((metric_family)f));
      }
    ck_assert_msg(strcmp(text, known[i].families) == 0, "%s: %s",
                  bpi_measures[known[i].measure].name, text);
  }
  for (int m = 0; m < MEASURE_COUNT; m++)
    if (bpi_measures[m].how == MEASURE_SUM)
      ck_assert_msg(bpi_measure_families(m) != 0, "%s is of no family", bpi_measures[m].name);
  /* The families of numbers that are shared. */
  static const char *const numbers[] = {"activity",  "output", "tokens",  "time",    "platform",
                                        "workspace", "depth",  "quality", "changes", "tasks"};
  ck_assert_int_eq(FAMILY_COUNT, sizeof numbers / sizeof *numbers);
  for (int f = 0; f < FAMILY_COUNT; f++)
    ck_assert_str_eq(bpi_family_name((metric_family)f), numbers[f]);
}
END_TEST

/* ---------------------------------------------------------------------------- another roster */

/* The first member of a roster stays listed but is no longer active. */
static char *without_first(const char *roster) {
  static const char mark[] = "\"devices\"";
  const char *at = strstr(roster, mark);
  buf b;
  bpi_buf_init(&b, 1 << 16);
  bpi_buf_add(&b, roster, (size_t)(at - roster));
  bpi_buf_text(&b, "\"active\":false,");
  bpi_buf_text(&b, at);
  return bpi_buf_take(&b, NULL);
}

static int seen_after(const char *name, unsigned first, unsigned leader, bool inactive) {
  company c = gathered(name, PEOPLE, false);
  before(0);
  for (unsigned i = 0; i < 3; i++)
    say(c.own[i], "activity", true, monday_of(8));
  for (unsigned i = 0; i < PEOPLE; i++)
    work(c.own[i], 0, 20 + i);
  shared(0);
  share_all(&c, 0);
  closed(0);
  publish(c.team, 0, path_of("roster.release"));
  char *roster = roster_of(first, PEOPLE, leader, 0), *other = without_first(roster);
  world_configure(c.team, "roster", inactive ? other : roster);
  bpi_free(roster);
  bpi_free(other);
  int members = (int)write_lead(c.team, 0, path_of("roster.lead"));
  unlink(path_of("roster.lead"));
  dismiss(&c);
  return members;
}

/* A new lead knows a number that the choice of views did not take into account: the own one. And
 * who is on no roster, or has returned the device, cannot withdraw anything. */
START_TEST(another_roster_ends_views) {
  ck_assert_int_eq(seen_after("same.db", 0, NO_LEADER, false), 3); /* the control */
  ck_assert_int_eq(seen_after("leads.db", 0, 3, false), 0);
  ck_assert_int_eq(seen_after("left.db", 1, NO_LEADER, false), 0);
  ck_assert_int_eq(seen_after("inactive.db", 0, NO_LEADER, true), 0);
}
END_TEST

/* Who left the roster and comes back has agreed to nothing until they decide again. */
START_TEST(who_comes_back_must_agree_again) {
  for (int again = 0; again < 2; again++) {
    company c = gathered(again ? "back1.db" : "back0.db", PEOPLE, false);
    before(0);
    say(c.own[0], "activity", true, monday_of(8));
    for (unsigned i = 0; i < PEOPLE; i++)
      work(c.own[i], 0, 20 + i);
    parcel words = exported(c.own[0], "lead", NULL);
    ck_assert_told(give(c.team, &words), consent, "heard");
    for (unsigned first = 2; first-- > 0;) {
      char *roster = roster_of(first, PEOPLE, NO_LEADER, 0);
      world_configure(c.team, "roster", roster);
      bpi_free(roster);
    }
    ck_assert_told(give(c.team, &words), consent, "erased");
    if (again) say(c.own[0], "tokens", true, monday_of(8));
    shared(0);
    share_all(&c, 0);
    closed(0);
    publish(c.team, 0, NULL);
    ck_assert_int_eq(seen(c.team, 0, "prompts", "m00"), again ? 20 : NOBODY);
    bp_free(words.data);
    dismiss(&c);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("lead");
  TCase *tests = tcase_create("lead");
  tcase_add_unchecked_fixture(tests, make_folder, remove_folder);
  tcase_set_timeout(tests, 1200);
  tcase_add_test(tests, what_is_agreed_to_is_seen);
  tcase_add_test(tests, what_one_does_not_know);
  tcase_add_test(tests, another_roster_ends_views);
  tcase_add_test(tests, consent_counts_for_whole_weeks_behind_it);
  tcase_add_test(tests, what_ends_is_seen_no_more);
  tcase_add_test(tests, on_every_device);
  tcase_add_test(tests, nobody_is_left_over);
  tcase_add_test(tests, the_latest_decision_counts_in_any_order);
  tcase_add_test(tests, a_late_bundle);
  tcase_add_test(tests, damaged_views_are_told);
  tcase_add_test(tests, a_damaged_statement_agrees_to_nothing);
  tcase_add_test(tests, a_damaged_roster_shares_nothing);
  tcase_add_test(tests, taken_back_when_idle);
  tcase_add_test(tests, taken_back_under_a_reader);
  tcase_add_posix_test(tests, taken_back_in_another_process);
  tcase_add_posix_test(tests, taken_back_and_killed);
  tcase_add_test(tests, views_are_withdrawn_together);
  tcase_add_test(tests, erased);
  tcase_add_test(tests, ended_and_gone);
  tcase_add_test(tests, erased_does_not_come_back);
  tcase_add_test(tests, erased_on_one_device);
  tcase_add_test(tests, who_comes_back_must_agree_again);
  tcase_add_posix_test(tests, every_handle_knows_at_once);
  tcase_add_test(tests, shown_before_it_leaves);
  tcase_add_test(tests, a_decision_is_a_revision);
  tcase_add_test(tests, two_handles_share_a_week);
  tcase_add_test(tests, two_decisions_with_one_number);
  tcase_add_test(tests, for_the_lead_alone);
  tcase_add_test(tests, families_by_hand);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
