/* made.c: the stores of fictional people, combined into an organisation's. Uses a simulated clock,
 * fixed keys, and only the public header. */
#include "made.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <utime.h>

#include <blueplane/blueplane.h>

#include "calendar.h"
#include "exits.h"
#include "interrupt.h"
#include "program.h"

#define WEEK_US (7 * DAY_US)
#define AGREED_DAYS 180 /* the longest consent there is */

static const struct {
  const char *name;
  int members;
} teams[MADE_TEAMS] = {{"atlas", 15}, {"basalt", 12}, {"cedar", 6},  {"delta", 5}, {"ember", 5},
                       {"fjord", 5},  {"grove", 3},   {"harbor", 3}, {"iris", 3},  {"juniper", 3}};
const char *const made_team = "atlas";
static const char *const levels[] = {"junior", "intermediate", "senior", "principal"};

typedef struct organisation {
  const made *made;
  bp_store *person[MADE_PEOPLE], *team, *all;
  worker worker[MADE_PEOPLE];
  bp_error *error;
} organisation;

/* The clock of all stores here. */
static int64_t now_us;

static int64_t tell_now(void *unused) {
  (void)unused;
  return now_us;
}

/* Writes a fixed key: the numbers should be reproducible, and there are no secrets to protect. */
static bool write_key(const char *path, int number) {
  FILE *file = fopen(path, "wb");
  bool written = file != NULL && chmod(path, S_IRUSR | S_IWUSR) == 0;
  for (int i = 0; written && i < 32; i++)
    written = fputc(i == 0 ? number : 0x5a, file) != EOF;
  return file != NULL && fclose(file) == 0 && written;
}

/* Opens a store; `name` NULL: in memory. */
static int open_one(organisation *o, bp_store **out, const char *name, int number, uint32_t access,
                    const char *scope) {
  bp_open_options how = BP_OPEN_OPTIONS_INIT;
  char *path = print_text("%s/%s", o->made->folder, name != NULL ? name : "member");
  char *key = print_text("%s.key", path);
  how.access = access;
  how.scope = scope;
  how.clock = tell_now;
  how.key_path = key;
  if (name == NULL) how.flags = BP_OPEN_MEMORY;
  int rc = BP_ERR_IO;
  if (write_key(key, number)) rc = bp_open(out, path, &how, &o->error);
  if (name == NULL) remove(key);
  free(path);
  free(key);
  return rc;
}

/* The second column of the row whose first is `name`. */
static const char *row_named(const bp_result *r, const char *name) {
  for (size_t row = 0; row < bp_result_rows(r); row++)
    if (strcmp(bp_result_text(r, row, 0, NULL), name) == 0) return bp_result_text(r, row, 1, NULL);
  return "";
}

static int people_work(organisation *o, int number) {
  const made *m = o->made;
  text events = {0};
  bool developer = number == 0;
  int rc = open_one(o, &o->person[number], developer ? "developer.db" : NULL, number + 1,
                    BP_ACCESS_OWNER, NULL);
  text_add(&events, "");
  for (int week = 0; week < m->weeks; week++)
    put_week(&events, &o->worker[number], week, m->monday_us - (m->weeks - week) * WEEK_US, 5);
  if (rc == BP_OK)
    rc = bp_ingest_bytes(o->person[number], "native", "made", events.data, events.length, NULL,
                         NULL, &o->error);
  text_free(&events);
  return rc;
}

static int hire(organisation *o) {
  int number = 0, rc = BP_OK;
  for (int team = 0; team < MADE_TEAMS; team++)
    for (int i = 0; i < teams[team].members; i++, number++)
      o->worker[number] =
          (worker){.number = number, .team = team, .experience = (number * 3 + i) % 4};
  for (number = 0; number < MADE_PEOPLE && rc == BP_OK; number++)
    rc = interrupted ? BP_ERR_CANCELLED : people_work(o, number);
  return rc;
}

static int put_members(organisation *o, json *j) {
  json_open(j, "members", '[');
  for (int i = 0; i < MADE_PEOPLE; i++) {
    bp_result *r = NULL;
    char id[16];
    if (bp_inspect(&r, o->person[i], "identity", &o->error) != BP_OK)
      return bp_error_code(o->error);
    snprintf(id, sizeof id, "m-%02d", i + 1);
    json_open(j, NULL, '{');
    json_text(j, "id", id);
    json_text(j, "team", teams[o->worker[i].team].name);
    json_text(j, "experience", levels[o->worker[i].experience]);
    json_open(j, "devices", '[');
    json_text(j, NULL, row_named(r, "device"));
    json_close(j, ']');
    json_close(j, '}');
    bp_result_free(r);
  }
  json_close(j, ']');
  return BP_OK;
}

static void put_seat(json *j, const char *platform, int seats, int cents) {
  json_open(j, NULL, '{');
  json_text(j, "platform", platform);
  json_int(j, "seats", seats);
  json_int(j, "price_cents", cents);
  json_close(j, '}');
}

static void put_organisation(json *j) {
  static const char *const projects[] = {"checkout", "search",   "billing",
                                         "mobile",   "platform", "docs"};
  json_int(j, "blueplane.roster", 1);
  json_text(j, "organisation", "acme");
  json_open(j, "teams", '[');
  for (int i = 0; i < MADE_TEAMS; i++)
    json_text(j, NULL, teams[i].name);
  json_close(j, ']');
  json_open(j, "projects", '[');
  for (size_t i = 0; i < sizeof projects / sizeof *projects; i++) {
    json_open(j, NULL, '{');
    json_text(j, "id", projects[i]);
    json_open(j, "folders", '[');
    json_text(j, NULL, projects[i]);
    json_close(j, ']');
    json_close(j, '}');
  }
  json_close(j, ']');
  json_open(j, "seats", '[');
  put_seat(j, "claude_code", MADE_PEOPLE, 2000);
  put_seat(j, "codex", 40, 2000);
  put_seat(j, "cursor", 70, 4000);
  json_close(j, ']');
}

static int configure(organisation *o, bp_store *s, const char *topic, const char *document) {
  return bp_configure(s, topic, document, strlen(document), &o->error);
}

static int write_roster(organisation *o) {
  json j = {0};
  json_open(&j, NULL, '{');
  put_organisation(&j);
  int rc = put_members(o, &j);
  json_close(&j, '}');
  if (rc == BP_OK) rc = configure(o, o->team, "roster", j.out.data);
  text_free(&j.out);
  return rc;
}

/* The last document of a topic in the team's store; the caller frees it. */
static char *document_of(organisation *o, const char *topic, const char *column) {
  bp_result *r = NULL;
  char *document = NULL;
  if (bp_inspect(&r, o->team, topic, &o->error) != BP_OK) return NULL;
  for (size_t c = 0; c < bp_result_columns(r); c++)
    if (strcmp(bp_result_column(r, c, "name"), column) == 0)
      document = copy_text(bp_result_text(r, bp_result_rows(r) - 1, c, NULL));
  bp_result_free(r);
  return document;
}

static int trust(organisation *o, const char *invitation) {
  bp_result *r = NULL;
  int rc = bp_share_describe(&r, invitation, strlen(invitation), &o->error);
  if (rc != BP_OK) return rc;
  char *document = print_text("{\"version\":1,\"stores\":[\"%s\"]}", row_named(r, "store"));
  rc = configure(o, o->all, "trust", document);
  free(document);
  bp_result_free(r);
  return rc;
}

/* The steward writes the roster, and all people join. */
static int found(organisation *o) {
  int rc = open_one(o, &o->team, NULL, 250, BP_ACCESS_STEWARD, NULL);
  if (rc == BP_OK) rc = open_one(o, &o->all, "acme.db", 251, BP_ACCESS_STEWARD, "organisation");
  if (rc == BP_OK) rc = write_roster(o);
  if (rc != BP_OK) return rc;
  char *invitation = document_of(o, "invitation", "document");
  char *roster = document_of(o, "rosters", "document");
  rc = invitation != NULL && roster != NULL ? trust(o, invitation) : BP_ERR_INTERNAL;
  for (int i = 0; i < MADE_PEOPLE && rc == BP_OK; i++) {
    rc = configure(o, o->person[i], "invitation", invitation);
    if (rc == BP_OK) rc = configure(o, o->person[i], "roster", roster);
  }
  free(invitation);
  free(roster);
  return rc;
}

static int hand_over(organisation *o, int from, const char *window) {
  void *bundle = NULL;
  size_t length = 0;
  bp_result *r = NULL;
  int rc = bp_share_export(&bundle, &length, o->person[from], "team", window, &o->error);
  if (rc == BP_OK) rc = bp_share_merge(&r, o->team, bundle, length, &o->error);
  bp_free(bundle);
  bp_result_free(r);
  return rc;
}

static int merge_release(organisation *o, const char *path) {
  text release = {0};
  bp_result *r = NULL;
  int rc = load_file(&release, path) == EXIT_OK ? BP_OK : BP_ERR_IO;
  if (rc == BP_OK) rc = bp_share_merge(&r, o->all, release.data, release.length, &o->error);
  bp_result_free(r);
  text_free(&release);
  return rc;
}

/* Some members of the lead's team consent, each to families of their choice. */
static int agree(organisation *o) {
  static const struct {
    int person;
    const char *families[5];
  } said[] = {{0, {"activity", "output", "tokens", "tasks"}},
              {3, {"activity", "output"}},
              {7, {"activity", "output", "tokens", "quality", "tasks"}},
              {11, {"activity"}}};
  int rc = BP_OK;
  for (size_t i = 0; i < sizeof said / sizeof *said; i++)
    for (size_t k = 0; k < 5 && said[i].families[k] != NULL && rc == BP_OK; k++)
      rc = bp_consent_set(o->person[said[i].person], said[i].families[k], "lead", 1,
                          now_us + AGREED_DAYS * DAY_US, &o->error);
  return rc;
}

static int write_lead(organisation *o, const char *window) {
  bp_result *r = NULL;
  char *path = print_text("%s/%s.lead", o->made->folder, window);
  int rc = bp_publish_lead(&r, o->team, window, made_team, path, &o->error);
  bp_result_free(r);
  free(path);
  return rc;
}

/* All share the week that ends at this Monday; then it closes and is published. */
static int close_week(organisation *o, int64_t monday_us, bool lead) {
  char window[16];
  int rc = BP_OK;
  bp_result *r = NULL;
  put_week_name(window, monday_us / DAY_US - 7);
  now_us = monday_us + DAY_US / 3;
  for (int i = 0; i < MADE_PEOPLE && rc == BP_OK; i++)
    rc = interrupted ? BP_ERR_CANCELLED : hand_over(o, i, window);
  now_us += 3 * DAY_US;
  char *path = print_text("%s/%s.release", o->made->folder, window);
  if (rc == BP_OK) rc = bp_publish(&r, o->team, window, path, &o->error);
  if (rc == BP_OK) rc = merge_release(o, path);
  if (rc == BP_OK && lead) rc = write_lead(o, window);
  bp_result_free(r);
  free(path);
  return rc;
}

/* ------------------------------------------------------------------------------ the developer's week */

static bool append(const char *path, const char *lines, size_t length, int64_t at_us) {
  struct utimbuf when = {(time_t)(at_us / 1000000), (time_t)(at_us / 1000000)};
  FILE *file = fopen(path, "ab");
  bool written = file != NULL && fwrite(lines, 1, length, file) == length;
  written = file != NULL && fclose(file) == 0 && written;
  return written && utime(path, &when) == 0;
}

/* The time of the last of these lines. */
static int64_t time_of_last(const char *lines, size_t length) {
  static const char key[] = "\"time\":";
  for (size_t at = length; at-- > 0;)
    if (length - at > sizeof key && memcmp(lines + at, key, sizeof key - 1) == 0)
      return strtoll(lines + at + sizeof key - 1, NULL, 10);
  return 0;
}

/* Length of the first `count` lines, or of all. */
static size_t lines_from(const char *lines, int count) {
  const char *at = lines;
  while (*at != '\0' && count-- > 0)
    at += strcspn(at, "\n") + 1;
  return (size_t)(at - lines);
}

/* The current week is in a file that grew and was read soon after each write, so that the health
 * page has delays to show. */
static int follow_week(organisation *o) {
  text events = {0};
  char *path = print_text("%s/developer.jsonl", o->made->folder);
  int rc = BP_OK, turn = 0;
  put_week(&events, &o->worker[0], o->made->weeks, o->made->monday_us, 7);
  for (size_t at = 0; at < events.length && rc == BP_OK; turn++) {
    size_t length = lines_from(events.data + at, 12 + turn * 5 % 23);
    int64_t written = time_of_last(events.data + at, length);
    if (interrupted) rc = BP_ERR_CANCELLED;
    if (rc != BP_OK || written / 1000000 > (int64_t)time(NULL))
      break; /* never write events of the future */
    if (!append(path, events.data + at, length, written)) rc = BP_ERR_IO;
    now_us = written + 300000 + (int64_t)(turn * turn * 37 % 4200) * 1000;
    if (rc == BP_OK) rc = bp_ingest_file(o->person[0], "native", path, NULL, NULL, &o->error);
    at += length;
  }
  remove(path);
  text_free(&events);
  free(path);
  return rc;
}

int make_organisation(const made *m) {
  organisation o = {.made = m};
  now_us = m->monday_us - (m->weeks - 1) * WEEK_US;
  int rc = hire(&o);
  if (rc == BP_OK) rc = found(&o);
  for (int back = m->weeks - 1; back >= 0 && rc == BP_OK; back--) {
    if (back == MADE_LEAD_WEEKS || m->weeks <= MADE_LEAD_WEEKS) rc = agree(&o);
    if (rc == BP_OK) rc = close_week(&o, m->monday_us - back * WEEK_US, back < MADE_LEAD_WEEKS);
  }
  if (rc == BP_OK) rc = follow_week(&o);
  for (int i = 0; i < MADE_PEOPLE; i++)
    bp_close(o.person[i]);
  bp_close(o.team);
  bp_close(o.all);
  if (rc == BP_OK) return EXIT_OK;
  if (rc == BP_ERR_CANCELLED) return EXIT_INTERRUPTED;
  return o.error != NULL ? complain_of(o.error)
                         : complain(EXIT_FAILED, NULL, "cannot write to %s", m->folder);
}
