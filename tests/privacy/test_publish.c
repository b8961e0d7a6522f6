/* From bundles to releases: the same bytes in any order, published once and for ever, and nothing
 * of a person left behind. Sums are computed by hand; order tests compare with the first file. With
 * BLUEPLANE_LONG=1 a thousand orders instead of thirty. */
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../unit/dice.h"
#include "../unit/folder.h"
#include "../unit/forms.h"
#include "../unit/run_suite.h"
#include "base/mem.h"
#include "base/text.h"
#include "privacy/publication.h"
#include "privacy/release.h"
#include "world.h"

#define STORE 1
#define PEOPLE 11
static char reason[32];

static unsigned orders(void) {
  return long_form() ? 1000 : 30;
}

static uint64_t dice = 88172645463325252u;
static unsigned roll(unsigned sides) {
  return (unsigned)dice_below(&dice, sides);
}

static bp_store *team(const char *path) {
  bp_store *s = world_team_store(path, STORE);
  char *roster = world_roster(PEOPLE, 4, "");
  world_now = WORLD_OPEN;
  world_configure(s, "roster", roster);
  bpi_free(roster);
  return s;
}

static void drop(const char *path) {
  static const char *const ends[] = {"", ".key", "-wal", "-shm"};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    char name[512];
    snprintf(name, sizeof name, "%s%s", path, ends[i]);
    unlink(name);
  }
}

/* ----------------------------------------------------------------------------------- the bundles */

typedef struct parcel {
  unsigned char *data;
  size_t length;
} parcel;

/* The bundles of every order: two revisions of everybody, a conflict, and one device that
 * contradicts itself. */
#define PARCELS (2 * PEOPLE + 2)
static parcel parcels[PARCELS];

static parcel make(unsigned device, unsigned seed, uint32_t revision) {
  sign_keys store = world_keys(STORE);
  vector_cell cells[WORLD_CELLS];
  bundle b = world_contribution(cells, world_cells(cells, seed), revision);
  parcel p;
  world_bundle(&p.data, &p.length, &b, device, &store.open);
  return p;
}

static void make_all(void) {
  for (unsigned i = 0; i < PEOPLE; i++) {
    parcels[2 * i] = make(100 + i, i, 1);
    parcels[2 * i + 1] = make(100 + i, 50 + i, 2);
  }
  parcels[2 * PEOPLE] = make(100, 70, 2);     /* two contents of m00 under revision 2 */
  parcels[2 * PEOPLE + 1] = make(101, 71, 1); /* two of m01 under revision 1, which 2 replaces */
}

static void free_all(void) {
  for (size_t i = 0; i < PARCELS; i++)
    bpi_free(parcels[i].data);
}

/* Merges every bundle at least once in a random order, through several handles. */
static void merge_in_some_order(const char *path) {
  unsigned list[3 * PARCELS], count = 0;
  for (unsigned i = 0; i < PARCELS; i++)
    for (unsigned times = 1 + roll(3); times > 0; times--)
      list[count++] = i;
  for (unsigned i = count - 1; i > 0; i--) {
    unsigned k = roll(i + 1), kept = list[i];
    list[i] = list[k];
    list[k] = kept;
  }
  bp_store *s = world_open(path, BP_ACCESS_STEWARD, NULL);
  for (unsigned i = 0; i < count; i++) {
    world_merge(s, parcels[list[i]].data, parcels[list[i]].length, reason);
    if (roll(10) > 0) continue;
    bp_close(s);
    s = world_open(path, BP_ACCESS_STEWARD, NULL);
  }
  bp_close(s);
}

static int publish(bp_store *s, const char *path, char outcome[32]) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  int rc = bp_publish(&r, s, WORLD_WEEK, path, &error);
  const char *said = rc == BP_OK ? bp_result_text(r, 0, 4, NULL) : bp_error_detail(error, "reason");
  snprintf(outcome, 32, "%s", said == NULL ? bp_error_message(error) : said);
  bp_result_free(r);
  bp_error_free(error);
  return rc;
}

/* Bundles merged in any order and several times give the same file; afterwards none is left. */
START_TEST(any_order_gives_the_same_bytes) {
  char outcome[32], path[200], file[200];
  unsigned char *first = NULL;
  size_t first_length = 0;
  make_all();
  for (unsigned order = 0; order < orders(); order++) {
    snprintf(path, sizeof path, "%s", path_of("order.db"));
    snprintf(file, sizeof file, "%s", path_of("order.release"));
    bp_close(team(path));
    merge_in_some_order(path);
    world_now = WORLD_CLOSED;
    bp_store *s = world_open(path, BP_ACCESS_STEWARD, NULL);
    ck_assert_uint_eq(world_rows(s, "contributions"), PEOPLE);
    ck_assert_msg(publish(s, file, outcome) == BP_OK, "%s", outcome);
    ck_assert_uint_eq(world_rows(s, "contributions"), 0);
    bp_close(s);
    size_t length;
    unsigned char *data = world_file(file, &length);
    if (first == NULL) {
      first = data;
      first_length = length;
    } else {
      ck_assert_uint_eq(length, first_length);
      ck_assert_mem_eq(data, first, length);
      free(data);
    }
    drop(path);
    unlink(file);
  }
  /* The control: with one bundle less the file differs. */
  bp_close(team(path));
  bp_store *s = world_open(path, BP_ACCESS_STEWARD, NULL);
  for (unsigned i = 0; i < PARCELS; i++)
    if (i / 2 != 5) world_merge(s, parcels[i].data, parcels[i].length, reason);
  world_now = WORLD_CLOSED;
  ck_assert_int_eq(publish(s, file, outcome), BP_OK);
  bp_close(s);
  size_t length;
  unsigned char *data = world_file(file, &length);
  ck_assert(length != first_length || memcmp(data, first, length) != 0);
  printf(
      "%u orders of %d bundles with repeats and splits: one release of %zu bytes; control differs\n",
      orders(), PARCELS, first_length);
  free(data);
  free(first);
  free_all();
}
END_TEST

/* A week is published once it is closed; later calls write the same file whatever changed since. */
START_TEST(published_once_and_for_ever) {
  char outcome[32];
  make_all();
  bp_store *s = team(path_of("once.db"));
  merge_in_some_order(path_of("once.db"));
  ck_assert_int_eq(publish(s, path_of("early"), outcome), BP_ERR_DENIED);
  ck_assert_str_eq(outcome, "open");
  world_now = WORLD_CLOSED;
  ck_assert_int_eq(publish(s, path_of("once.db"), outcome), BP_ERR_INVALID); /* the store itself */
  /* A file in the way: nothing is published yet. */
  FILE *f = fopen(path_of("taken"), "wb");
  fputs("mine", f);
  fclose(f);
  ck_assert_int_eq(publish(s, path_of("taken"), outcome), BP_ERR_INVALID);
  ck_assert_uint_eq(world_rows(s, "published"), 0);
  ck_assert_uint_eq(world_rows(s, "contributions"), PEOPLE);
  ck_assert_int_eq(publish(s, path_of("a"), outcome), BP_OK);
  ck_assert_str_eq(outcome, "published");
  /* Again, to another file, to the same file, after a roster that differs, with the clock set
   * back. */
  ck_assert_int_eq(publish(s, path_of("b"), outcome), BP_OK);
  ck_assert_str_eq(outcome, "known");
  ck_assert_int_eq(publish(s, path_of("a"), outcome), BP_OK);
  char *roster = world_roster(3, 3, ",\"minimum\":9,\"grace_days\":28");
  world_configure(s, "roster", roster);
  world_now = WORLD_OPEN;
  ck_assert_int_eq(world_merge(s, parcels[4].data, parcels[4].length, reason), BP_ERR_DENIED);
  ck_assert_str_eq(reason, "closed");
  ck_assert_int_eq(publish(s, path_of("c"), outcome), BP_OK);
  ck_assert_str_eq(outcome, "known");
  size_t a, b, c;
  unsigned char *one = world_file(path_of("a"), &a), *two = world_file(path_of("b"), &b);
  unsigned char *three = world_file(path_of("c"), &c);
  ck_assert_uint_eq(a, b);
  ck_assert_uint_eq(a, c);
  ck_assert_mem_eq(one, two, a);
  ck_assert_mem_eq(one, three, a);
  /* Another file in the way is never overwritten. */
  ck_assert_int_eq(publish(s, path_of("taken"), outcome), BP_ERR_INVALID);
  size_t length;
  unsigned char *kept = world_file(path_of("taken"), &length);
  ck_assert_uint_eq(length, 4);
  free(kept);
  free(one);
  free(two);
  free(three);
  bpi_free(roster);
  free_all();
  bp_close(s);
}
END_TEST

/* Sums by hand: a team of four, all in one cell. */
START_TEST(sums_are_those_of_the_people) {
  char outcome[32];
  sign_keys store = world_keys(STORE);
  bp_store *s = team(path_of("sums.db"));
  int64_t expected = 0;
  for (unsigned i = 0; i < PEOPLE; i++) {
    vector_cell cells[] = {{SLICED_WHOLE, 0, MEASURE_prompts, 100 + (int64_t)i, false}};
    bundle b = world_contribution(cells, 1, 1);
    unsigned char *data;
    size_t length;
    world_bundle(&data, &length, &b, 100 + i, &store.open);
    ck_assert_int_eq(world_merge(s, data, length, reason), BP_OK);
    bpi_free(data);
    if (i < 4) expected += 100 + (int64_t)i;
  }
  world_now = WORLD_CLOSED;
  ck_assert_int_eq(publish(s, path_of("sums"), outcome), BP_OK);
  size_t length;
  release r;
  unsigned char *data = world_file(path_of("sums"), &length);
  ck_assert_int_eq(bpi_release_read(&r, data, length, NULL), BP_OK);
  int found = 0;
  for (size_t i = 0; i < r.rows; i++) {
    if (strcmp(r.row[i].scope, "t0") != 0 || r.row[i].dimension != SLICED_WHOLE ||
        r.row[i].measure != MEASURE_prompts)
      continue;
    found++;
    ck_assert_int_eq(r.row[i].state, PUBLISHED_VALUE);
    /* 406, at 2 significant digits below five people */
    ck_assert_int_eq(expected, 406);
    ck_assert_int_eq(r.row[i].value, 410);
    ck_assert_int_eq(r.row[i].headcount, 1);
  }
  ck_assert_int_eq(found, 1);
  bpi_release_free(&r);
  free(data);
  bp_close(s);
}
END_TEST

/* ------------------------------------------------------------------------------------- traces */

static bool holds(const char *path, const void *what, size_t length) {
  FILE *f = fopen(path, "rb");
  if (f == NULL) return false;
  static unsigned char data[1 << 22];
  size_t size = fread(data, 1, sizeof data, f);
  fclose(f);
  for (size_t i = 0; i + length <= size; i++)
    if (memcmp(data + i, what, length) == 0) return true;
  return false;
}

static unsigned files_with(const char *path, const void *what, size_t length) {
  static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
  unsigned found = 0;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    char name[512];
    snprintf(name, sizeof name, "%s%s", path, ends[i]);
    found += holds(name, what, length);
  }
  return found;
}

/* What a person sent is in the store while the week is open, and in no file once it is
 * published. */
START_TEST(nothing_of_a_person_stays) {
  char outcome[32], path[200];
  make_all();
  snprintf(path, sizeof path, "%s", path_of("traces.db"));
  bp_store *s = team(path);
  merge_in_some_order(path);
  unsigned present = 0, left = 0;
  for (unsigned i = 1; i < PEOPLE; i++) { /* m00's two contradict each other: none is kept */
    unsigned char *inner;
    size_t length;
    bp_error *error = NULL;
    sign_keys store = world_keys(STORE);
    ck_assert_int_eq(bpi_bundle_open(&inner, &length, parcels[2 * i + 1].data,
                                     parcels[2 * i + 1].length, &store, &error),
                     BP_OK);
    present += files_with(path, inner + 92, 28) > 0;
    bpi_free(inner);
  }
  world_now = WORLD_CLOSED;
  ck_assert_int_eq(publish(s, path_of("traces.release"), outcome), BP_OK);
  for (unsigned i = 0; i < PARCELS; i++) {
    unsigned char *inner;
    size_t length;
    bp_error *error = NULL;
    sign_keys store = world_keys(STORE);
    ck_assert_int_eq(
        bpi_bundle_open(&inner, &length, parcels[i].data, parcels[i].length, &store, &error),
        BP_OK);
    left += files_with(path, inner + 92, 28);
    left += files_with(path, inner + length - 64, 32);        /* its signature */
    left += holds(path_of("traces.release"), inner + 39, 32); /* a device in the release */
    bpi_free(inner);
  }
  printf("traces of contributions: %u of %d while the week is open, %u once it is published\n",
         present, PEOPLE - 1, left);
  ck_assert_uint_eq(present, PEOPLE - 1);
  ck_assert_uint_eq(left, 0);
  bp_close(s);
  free_all();
}
END_TEST

/* A reader of an old state holds the log: the bytes are still there, which is reported; they go
 * with the next opening. */
START_TEST(a_reader_delays_the_clearing) {
  char path[200];
  make_all();
  snprintf(path, sizeof path, "%s", path_of("held.db"));
  bp_close(team(path));
  merge_in_some_order(path);
  unsigned char *inner;
  size_t length;
  bp_error *error = NULL;
  sign_keys store = world_keys(STORE);
  ck_assert_int_eq(
      bpi_bundle_open(&inner, &length, parcels[3].data, parcels[3].length, &store, &error), BP_OK);
  sqlite3 *reader = NULL;
  ck_assert_int_eq(sqlite3_open_v2(path, &reader, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  ck_assert_int_eq(
      sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM contribution", NULL, NULL, NULL),
      SQLITE_OK);
  world_now = WORLD_CLOSED;
  bp_store *s = world_open(path, BP_ACCESS_STEWARD, NULL);
  bp_result *r = NULL;
  ck_assert_int_eq(bp_publish(&r, s, WORLD_WEEK, NULL, NULL), BP_OK);
  ck_assert_str_eq(bp_result_text(r, 0, 5, NULL), "pending");
  bp_result_free(r);
  ck_assert_uint_gt(files_with(path, inner + 92, 28), 0);
  ck_assert_int_eq(sqlite3_exec(reader, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(reader);
  bp_close(s);
  bp_close(world_open(path, BP_ACCESS_STEWARD, NULL));
  ck_assert_uint_eq(files_with(path, inner + 92, 28), 0);
  bpi_free(inner);
  free_all();
}
END_TEST

/* ------------------------------------------------------------------------------------- killed */

static int64_t clock_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void wait_us(unsigned us) {
  const struct timespec pause = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
  nanosleep(&pause, NULL);
}

/* Merges and publishes until it is killed; what is there then is completed to the same file. */
START_TEST(killed_at_any_moment) {
  char path[200], file[200], reference[200], outcome[32];
  unsigned kills = 0, complete = 0, rounds = long_form() ? 200 : 16;
  make_all();
  snprintf(path, sizeof path, "%s", path_of("killed.db"));
  snprintf(file, sizeof file, "%s", path_of("killed.release"));
  snprintf(reference, sizeof reference, "%s", path_of("reference.release"));
  bp_close(team(path));
  int64_t begin = clock_us();
  merge_in_some_order(path);
  world_now = WORLD_CLOSED;
  bp_store *s = world_open(path, BP_ACCESS_STEWARD, NULL);
  ck_assert_int_eq(publish(s, reference, outcome), BP_OK);
  bp_close(s);
  int64_t usual = clock_us() - begin;
  drop(path);
  for (unsigned round = 0; round < rounds; round++) {
    bp_close(team(path));
    fflush(NULL);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
      merge_in_some_order(path);
      world_now = WORLD_CLOSED;
      s = world_open(path, BP_ACCESS_STEWARD, NULL);
      publish(s, file, outcome);
      bp_close(s);
      _exit(0);
    }
    wait_us(roll((unsigned)(usual + usual / 4)));
    kill(child, SIGKILL);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    kills += WIFSIGNALED(status);
    complete += access(file, F_OK) == 0;
    world_now = WORLD_OPEN;
    merge_in_some_order(path); /* refused as closed if the publication was complete */
    world_now = WORLD_CLOSED;
    s = world_open(path, BP_ACCESS_STEWARD, NULL);
    ck_assert_msg(publish(s, file, outcome) == BP_OK, "%s", outcome);
    bp_close(s);
    size_t a, b;
    unsigned char *one = world_file(file, &a), *two = world_file(reference, &b);
    ck_assert_uint_eq(a, b);
    ck_assert_mem_eq(one, two, a);
    free(one);
    free(two);
    drop(path);
    unlink(file);
  }
  printf(
      "killed %u times in %u rounds, %u of them behind the release: the same release each time\n",
      kills, rounds, complete);
  ck_assert_uint_gt(kills, 0);
  free_all();
}
END_TEST

/* -------------------------------------------------------------------------------- organisation */

static void trust(bp_store *s, unsigned a, unsigned b) {
  char text[256], one[65], two[65];
  sign_keys first = world_keys(a), second = world_keys(b);
  bpi_hex(first.open.sign, 32, one);
  bpi_hex(second.open.sign, 32, two);
  snprintf(text, sizeof text, "{\"version\":1,\"stores\":[\"%s\",\"%s\"]}", one, two);
  world_configure(s, "trust", text);
}

static parcel release_of(unsigned store, uint32_t edition, size_t rows, int64_t value) {
  static release_row all[] = {{"t0", "", 0, MEASURE_sessions, 0, 1, 410},
                              {"t0", "", 0, MEASURE_prompts, 0, 1, 40},
                              {"t1", "", 0, MEASURE_prompts, 0, 1, 300}};
  sign_keys keys = world_keys(store);
  bp_error *error = NULL;
  release r = {.window = WORLD_MONDAY,
               .edition = edition,
               .minimum = 3,
               .organisation = "acme",
               .row = all,
               .rows = rows};
  parcel p;
  all[0].value = value;
  memcpy(r.store, keys.open.sign, sizeof r.store);
  ck_assert_int_eq(bpi_release_write(&p.data, &p.length, &r, &keys, &error), BP_OK);
  return p;
}

#define OUTCOME_IN(s, code, word, p)                                                               \
  do {                                                                                             \
    ck_assert_int_eq(world_merge(s, (p).data, (p).length, reason), (code));                        \
    ck_assert_str_eq(reason, word);                                                                \
  } while (0)
#define OUTCOME(code, word, p) OUTCOME_IN(s, code, word, p)

/* An organisation takes releases of trusted stores; a later edition may only withdraw cells. */
START_TEST(an_organisation_merges_releases) {
  bp_store *s = world_open(path_of("org.db"), BP_ACCESS_STEWARD, "organisation");
  parcel a = release_of(1, 1, 3, 410), b = release_of(2, 1, 3, 410), c = release_of(3, 1, 3, 410);
  parcel other = release_of(1, 1, 3, 420), less = release_of(1, 2, 2, 410);
  parcel changed = release_of(1, 3, 2, 420), more = release_of(1, 3, 3, 410);
  OUTCOME(BP_ERR_DENIED, "untrusted", a);
  trust(s, 1, 2);
  OUTCOME(BP_OK, "added", a);
  OUTCOME(BP_OK, "known", a);
  OUTCOME(BP_OK, "added", b);
  OUTCOME(BP_ERR_DENIED, "untrusted", c);
  OUTCOME(BP_ERR_DENIED, "conflict", other);
  OUTCOME(BP_OK, "replaced", less); /* a cell was withdrawn */
  OUTCOME(BP_ERR_DENIED, "old_revision", a);
  OUTCOME(BP_ERR_DENIED, "recomputed", changed);
  OUTCOME(BP_ERR_DENIED, "recomputed", more); /* what was withdrawn never comes back */
  ck_assert_uint_eq(world_rows(s, "published"), 2);
  a.data[50] ^= 1;
  ck_assert_int_ne(world_merge(s, a.data, a.length, reason), BP_OK);
  const parcel all[] = {a, b, c, other, less, changed, more};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    bpi_free(all[i].data);
  bp_close(s);
}
END_TEST

static int64_t published_cells(bp_store *s, int64_t *edition) {
  bp_result *r = NULL;
  ck_assert_int_eq(bp_inspect(&r, s, "published", NULL), BP_OK);
  ck_assert_uint_eq(bp_result_rows(r), 1);
  int64_t cells = bp_result_int(r, 0, 5);
  *edition = bp_result_int(r, 0, 3);
  bp_result_free(r);
  return cells;
}

/* The number of erased cells. */
static int64_t erase_expired(bp_store *s) {
  static const char selector[] = "{\"version\":1,\"expired\":true}";
  bp_result *r = NULL;
  bp_error *error = NULL;
  int rc = bp_erase(&r, s, selector, sizeof selector - 1, &error);
  ck_assert_msg(rc == BP_OK, "%s", bp_error_message(error));
  int64_t cells = bp_result_int(r, 1, 1);
  bp_result_free(r);
  return cells;
}

/* What a store of one kind erases is not a selector of another; the error has the form that is. */
START_TEST(selectors_have_their_stores) {
  static const char everything[] = "{\"version\":1,\"everything\":true}";
  static const char *const forms[] = {"{\"version\":1} with subject, published or expired",
                                      "{\"version\":1} with expired"};
  bp_store *const stores[] = {
      world_team_store(path_of("selectors.db"), STORE),
      world_open(path_of("selectors.above"), BP_ACCESS_STEWARD, "organisation")};
  for (size_t i = 0; i < 2; i++) {
    bp_result *r = NULL;
    bp_error *error = NULL;
    ck_assert_int_eq(bp_erase(&r, stores[i], everything, sizeof everything - 1, &error),
                     BP_ERR_FORMAT);
    ck_assert_str_eq(bp_error_detail(error, "hint"), forms[i]);
    bp_error_free(error);
    bp_close(stores[i]);
  }
}
END_TEST

/* Releases are erased after three years, or when the steward says so, from a team's store and an
 * organisation's; neither comes back. */
START_TEST(releases_grow_old) {
  char outcome[32];
  int64_t edition;
  make_all();
  bp_store *s = team(path_of("old.db"));
  merge_in_some_order(path_of("old.db"));
  world_now = WORLD_CLOSED;
  ck_assert_int_eq(publish(s, path_of("old.release"), outcome), BP_OK);
  parcel p = {0};
  p.data = world_file(path_of("old.release"), &p.length);
  bp_store *above = world_open(path_of("above.db"), BP_ACCESS_STEWARD, "organisation");
  trust(above, STORE, STORE);
  OUTCOME_IN(above, BP_OK, "added", p);
  const int64_t end = (WORLD_MONDAY + 7 + INT64_C(3) * 365) * WORLD_DAY;
  bp_store *const both[] = {s, above};
  for (size_t i = 0; i < 2; i++) {
    world_now = end - 1;
    ck_assert_int_eq(erase_expired(both[i]), 0);
    int64_t cells = published_cells(both[i], &edition);
    ck_assert_int_gt(cells, 100);
    world_now = end;
    ck_assert_int_eq(erase_expired(both[i]), cells);
    ck_assert_int_eq(published_cells(both[i], &edition), 0);
    ck_assert_int_eq(edition, i == 0 ? 2 : 1);
    ck_assert_int_eq(erase_expired(both[i]), 0);
  }
  ck_assert_int_eq(publish(s, path_of("old.2"), outcome), BP_OK);
  ck_assert_str_eq(outcome, "known");
  OUTCOME_IN(above, BP_OK, "known", p);
  ck_assert_int_eq(published_cells(above, &edition), 0);
  bp_close(s);
  bp_close(above);
  free(p.data);
  free_all();
}
END_TEST

/* Releases from before the retention period and from the future: what is kept for ever stays, what
 * is kept for a day goes; a week that is not over was published by no honest store. */
START_TEST(releases_of_other_times) {
  int64_t edition;
  world_now = WORLD_OPEN - 2 * WORLD_DAY; /* the week's Sunday */
  bp_store *s = world_open(path_of("times.db"), BP_ACCESS_STEWARD, "organisation");
  parcel p = release_of(1, 1, 3, 410);
  trust(s, 1, 2);
  OUTCOME(BP_ERR_DENIED, "not_over", p);
  world_now = WORLD_OPEN - WORLD_DAY;
  OUTCOME(BP_OK, "added", p);
  world_configure(s, "retention", "{\"version\":1,\"releases_days\":null}");
  world_now = WORLD_OPEN + 100 * 365 * WORLD_DAY;
  ck_assert_int_eq(erase_expired(s), 0);
  world_configure(s, "retention", "{\"version\":1,\"releases_days\":1}");
  ck_assert_int_gt(erase_expired(s), 0);
  ck_assert_int_eq(published_cells(s, &edition), 0);
  bpi_free(p.data);
  bp_close(s);
  ck_assert_int_ne(access(path_of("times.db-shm"), F_OK),
                   0); /* it is one file, also after it was searched */
}
END_TEST

/* A release opens for the accesses that read published numbers, if the expected store signed it. */
START_TEST(a_release_opens_as_a_store) {
  static const uint32_t readers[] = {BP_ACCESS_LEAD, BP_ACCESS_MANAGER, BP_ACCESS_RESEARCH,
                                     BP_ACCESS_DEVOPS, BP_ACCESS_STEWARD};
  parcel p = release_of(1, 1, 3, 410);
  FILE *f = fopen(path_of("a.release"), "wb");
  fwrite(p.data, 1, p.length, f);
  fclose(f);
  for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
    bp_close(world_open(path_of("a.release"), readers[i], NULL));
  bp_store *s = world_open(path_of("a.release"), BP_ACCESS_MANAGER, NULL);
  ck_assert_uint_eq(world_rows(s, "published"), 1);
  bp_result *r = NULL;
  ck_assert_int_eq(bp_inspect(&r, s, "contributions", NULL), BP_ERR_DENIED);
  ck_assert_int_eq(bp_inspect(&r, s, "roster", NULL), BP_ERR_DENIED);
  bp_close(s);
  bp_error *error = NULL;
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  o.access = BP_ACCESS_OWNER;
  ck_assert_int_ne(bp_open(&s, path_of("a.release"), &o, &error), BP_OK);
  bp_error_free(error);
  /* Pinned to the invitation of the store that signed it, and of another. */
  char roster[] = "{\"blueplane.roster\":1,\"organisation\":\"acme\",\"teams\":[\"t\"]}";
  for (unsigned store = 1; store <= 2; store++) {
    char name[32];
    snprintf(name, sizeof name, "signer%u.db", store);
    bp_store *signer = world_team_store(path_of(name), store);
    world_configure(signer, "roster", roster);
    ck_assert_int_eq(bp_inspect(&r, signer, "invitation", NULL), BP_OK);
    f = fopen(path_of("invitation"), "wb");
    fputs(bp_result_text(r, 0, 0, NULL), f);
    fclose(f);
    bp_result_free(r);
    bp_close(signer);
    o.access = BP_ACCESS_LEAD;
    o.key_path = path_of("invitation");
    int rc = bp_open(&s, path_of("a.release"), &o, &error);
    ck_assert_int_eq(rc, store == 1 ? BP_OK : BP_ERR_DENIED);
    if (store == 2) ck_assert_str_eq(bp_error_detail(error, "reason"), "untrusted");
    bp_error_free(error);
    bp_close(s);
  }
  bpi_free(p.data);
}
END_TEST

/* A large team with a high minimum: computing what may be published takes minutes. */
#define CROWD 80
static vector_cell of_crowd[WORLD_CELLS];

static uint16_t some_language(void) {
  int slice = SLICE_OTHER;
  while (slice == SLICE_OTHER || bpi_slice_name(SLICED_LANGUAGE, slice) == NULL)
    slice = (int)roll((unsigned)bpi_slice_count(SLICED_LANGUAGE));
  return (uint16_t)slice;
}

static void give_of_many_languages(bp_store *s, unsigned device) {
  static const int measures[] = {MEASURE_lines_added, MEASURE_lines_removed};
  sign_keys store = world_keys(STORE);
  size_t count = 0;
  for (size_t m = 0; m < 2; m++) {
    of_crowd[count++] = (vector_cell){SLICED_WHOLE, 0, (uint16_t)measures[m], 90 + roll(90), false};
    for (unsigned i = 0; i < 6; i++)
      of_crowd[count++] = (vector_cell){SLICED_LANGUAGE, some_language(), (uint16_t)measures[m],
                                        1 + roll(12), false};
  }
  bpi_vector_shape(of_crowd, &count);
  bundle b = world_contribution(of_crowd, count, 1);
  b.minimum = 8;
  parcel p;
  world_bundle(&p.data, &p.length, &b, device, &store.open);
  ck_assert_int_eq(world_merge(s, p.data, p.length, reason), BP_OK);
  bpi_free(p.data);
}

typedef struct cancelling {
  bp_store *store;
  atomic_int over;
} cancelling;

static void *cancel_until_over(void *user) {
  cancelling *c = user;
  const struct timespec pause = {0, 20000000};
  while (!atomic_load(&c->over)) {
    nanosleep(&pause, NULL);
    bp_cancel(c->store);
  }
  return NULL;
}

/* A cancelled publication has published nothing and kept every contribution. */
START_TEST(a_cancel_ends_the_computing) {
  bp_store *s = world_team_store(path_of("crowd.db"), STORE);
  char *roster = world_roster(CROWD, CROWD, ",\"minimum\":8"), outcome[32];
  world_now = WORLD_OPEN;
  world_configure(s, "roster", roster);
  bpi_free(roster);
  for (unsigned i = 0; i < CROWD; i++)
    give_of_many_languages(s, 100 + i);
  world_now = WORLD_CLOSED;
  cancelling c = {.store = s};
  pthread_t thread;
  ck_assert_int_eq(pthread_create(&thread, NULL, cancel_until_over, &c), 0);
  ck_assert_int_eq(publish(s, path_of("crowd.release"), outcome), BP_ERR_CANCELLED);
  atomic_store(&c.over, 1);
  pthread_join(thread, NULL);
  ck_assert_uint_eq(world_rows(s, "contributions"), CROWD);
  ck_assert_uint_eq(world_rows(s, "published"), 0);
  ck_assert_int_eq(access(path_of("crowd.release"), F_OK), -1);
  bp_close(s);
}
END_TEST

/* A clock that cancels: the call reads it at several places before it computes. */
static bp_store *to_cancel;
static int readings;
static int64_t cancelling_clock(void *unused) {
  (void)unused;
  if (to_cancel != NULL && --readings == 0) bp_cancel(to_cancel);
  return world_now;
}

/* Wherever a call is cancelled nothing has changed, and the next publication gives the same
 * file. */
START_TEST(a_cancel_leaves_everything) {
  char path[2][200], file[2][200], outcome[32];
  unsigned char *data[2];
  size_t length[2];
  int cancelled = 0;
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  o.access = BP_ACCESS_STEWARD;
  o.clock = cancelling_clock;
  make_all();
  for (int i = 0; i < 2; i++) {
    snprintf(path[i], sizeof *path, "%s%d", path_of("twin.db"), i);
    snprintf(file[i], sizeof *file, "%s%d", path_of("twin.release"), i);
    bp_close(team(path[i]));
    merge_in_some_order(path[i]);
  }
  world_now = WORLD_CLOSED;
  bp_store *s = world_open(path[0], BP_ACCESS_STEWARD, NULL);
  ck_assert_int_eq(publish(s, file[0], outcome), BP_OK);
  bp_close(s);
  ck_assert_int_eq(bp_open(&to_cancel, path[1], &o, NULL), BP_OK);
  s = to_cancel;
  for (;; cancelled++) {
    readings = cancelled + 1;
    int rc = publish(s, file[1], outcome);
    if (rc == BP_OK) break;
    ck_assert_int_eq(rc, BP_ERR_CANCELLED);
    ck_assert_str_eq(outcome, "cancelled");
    readings = 0;
    ck_assert_uint_eq(world_rows(s, "contributions"), PEOPLE);
    ck_assert_uint_eq(world_rows(s, "published"), 0);
    ck_assert_int_eq(access(file[1], F_OK), -1);
  }
  to_cancel = NULL;
  ck_assert_str_eq(outcome, "published");
  ck_assert_int_gt(cancelled, 1);
  bp_close(s);
  for (int i = 0; i < 2; i++)
    data[i] = world_file(file[i], &length[i]);
  ck_assert_uint_eq(length[0], length[1]);
  ck_assert_mem_eq(data[0], data[1], length[0]);
  free(data[0]);
  free(data[1]);
  free_all();
}
END_TEST

/* A database that claims to be a release but was signed by nobody. */
START_TEST(a_database_is_no_release) {
  sqlite3 *forged = NULL;
  bp_store *s;
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  ck_assert_int_eq(sqlite3_open(path_of("forged.release"), &forged), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(forged,
                                "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER);"
                                "PRAGMA application_id = 1651536433; PRAGMA user_version = 1",
                                NULL, NULL, NULL),
                   SQLITE_OK); /* "bpr1" */
  sqlite3_close(forged);
  for (o.access = BP_ACCESS_OWNER; o.access <= BP_ACCESS_STEWARD; o.access++)
    ck_assert_int_eq(bp_open(&s, path_of("forged.release"), &o, NULL), BP_ERR_CORRUPT);
}
END_TEST

static int asked_code(const char *path) {
  bp_store *s = world_open(path, BP_ACCESS_RESEARCH, NULL);
  bp_query *q = NULL;
  bp_result *r = NULL;
  ck_assert_int_eq(bp_query_new(&q, NULL), BP_OK);
  bp_query_metric(q, "prompts");
  bp_query_period(q, "all", NULL);
  int rc = bp_query_run(&r, s, q, NULL);
  bp_result_free(r);
  bp_query_free(q);
  bp_close(s);
  return rc;
}

/* A store whose file was changed against its own schema, or has a week that is none. */
START_TEST(a_value_of_another_length) {
  static const char *const changes[] = {
      "UPDATE release SET digest = x'00'", "UPDATE release SET store = x'', digest = x''",
      "UPDATE published SET value = -5", "UPDATE release SET window = 9223372036854775807",
      "UPDATE release SET window = window + 1"};
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    char name[32];
    snprintf(name, sizeof name, "short%u.db", (unsigned)i);
    bp_store *s = world_open(path_of(name), BP_ACCESS_STEWARD, "organisation");
    parcel p = release_of(1, 1, 3, 410);
    trust(s, 1, 2);
    OUTCOME(BP_OK, "added", p);
    bp_close(s);
    world_damage(path_of(name), changes[i]);
    s = world_open(path_of(name), BP_ACCESS_STEWARD, NULL);
    bp_result *r = NULL;
    int rc = i == 0   ? world_merge(s, p.data, p.length, reason)
             : i == 1 ? bp_inspect(&r, s, "published", NULL)
                      : asked_code(path_of(name));
    ck_assert_int_eq(rc, BP_ERR_CORRUPT);
    bpi_free(p.data);
    bp_close(s);
  }
}
END_TEST

/* Whether a check of bp_inspect "integrity" found nothing; the rows are in this order. */
enum { DATABASE, PUBLISHED, DOCUMENTS };
static bool sound(bp_store *s, size_t check) {
  static const char *const names[] = {"database", "published", "documents"};
  bp_result *r = NULL;
  ck_assert_int_eq(bp_inspect(&r, s, "integrity", NULL), BP_OK);
  ck_assert_uint_gt(bp_result_rows(r), check);
  ck_assert_str_eq(bp_result_text(r, check, 0, NULL), names[check]);
  bool ok = bp_result_int(r, check, 1) != 0;
  bp_result_free(r);
  return ok;
}

static int publish_lead_code(bp_store *s) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  int rc = bp_publish_lead(&r, s, WORLD_WEEK, "t0", NULL, &error);
  bp_result_free(r);
  bp_error_free(error);
  return rc;
}

static const char the_week[] = "{\"version\":1,\"published\":\"" WORLD_WEEK "\"}";
static const char what_expired[] = "{\"version\":1,\"expired\":true}";
static int erase_code(bp_store *s, const char *selector) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  int rc = bp_erase(&r, s, selector, strlen(selector), &error);
  ck_assert_ptr_null(bp_error_detail(error, "hint")); /* which says that something was erased */
  bp_result_free(r);
  bp_error_free(error);
  return rc;
}

/* A team's store with the bundle of everybody. */
static bp_store *merged_team(const char *path) {
  bp_store *s = team(path);
  for (unsigned k = 0; k < PEOPLE; k++)
    world_merge(s, parcels[2 * k].data, parcels[2 * k].length, reason);
  return s;
}

/* A team's store with a published week, one of whose cells was changed: nothing is made of it, but
 * the week can be taken back, if it can be found. */
START_TEST(a_damaged_cell_is_told) {
  static const struct {
    const char *sql;
    int erased; /* what taking the week back returns */
  } changes[] = {
      {"UPDATE published SET value = -1 WHERE measure = 0 AND dimension = 0", BP_OK},
      {"UPDATE published SET value = 4611686018427387904 WHERE measure = 0 AND dimension = 0",
       BP_OK},
      {"UPDATE published SET measure = measure + 65536 WHERE measure = 0 AND dimension = 0", BP_OK},
      {"UPDATE published SET state = 264 WHERE measure = 0 AND dimension = 0", BP_OK},
      {"UPDATE published SET value = value + 10 WHERE measure = 0 AND dimension = 0", BP_OK},
      {"DELETE FROM published WHERE measure = 0 AND dimension = 0", BP_OK},
      {"UPDATE published SET slice = 'a slice' WHERE measure = 0 AND dimension = 0", BP_OK},
      {"DELETE FROM published", BP_ERR_CORRUPT},
      {"UPDATE published SET release = release + 1", BP_ERR_CORRUPT},
      {"UPDATE release SET id = 0", BP_ERR_CORRUPT},
      {"UPDATE release SET organisation = 'two words'", BP_ERR_CORRUPT}};
  char outcome[32], path[200];
  make_all();
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    snprintf(path, sizeof path, "%s", path_of("damaged.db"));
    bp_store *s = merged_team(path);
    world_now = WORLD_CLOSED;
    ck_assert_int_eq(publish(s, NULL, outcome), BP_OK);
    ck_assert(sound(s, PUBLISHED) && sound(s, DOCUMENTS));
    bp_close(s);
    world_damage(path, changes[i].sql);
    s = world_open(path, BP_ACCESS_STEWARD, NULL);
    ck_assert(!sound(s, PUBLISHED) && sound(s, DOCUMENTS) == sound(s, DATABASE));
    ck_assert_msg(publish(s, NULL, outcome) == BP_ERR_CORRUPT, "%s: %s", changes[i].sql, outcome);
    ck_assert_int_eq(publish_lead_code(s), BP_ERR_CORRUPT);
    ck_assert_int_eq(erase_code(s, the_week), changes[i].erased);
    bp_close(s);
    drop(path);
  }
  free_all();
}
END_TEST

/* Cells of no week in an organisation's store, where a week without cells is not damage by itself. */
START_TEST(stray_cells_are_told) {
  static const char *const changes[] = {"UPDATE published SET release = release + 1",
                                        "UPDATE release SET id = 0", "DELETE FROM release"};
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    bp_store *s = world_open(path_of("stray.db"), BP_ACCESS_STEWARD, "organisation");
    parcel p = release_of(1, 1, 3, 410);
    trust(s, 1, 2);
    OUTCOME(BP_OK, "added", p);
    bp_close(s);
    world_damage(path_of("stray.db"), changes[i]);
    s = world_open(path_of("stray.db"), BP_ACCESS_STEWARD, NULL);
    ck_assert(sound(s, DATABASE) && !sound(s, PUBLISHED));
    bp_close(s);
    bpi_free(p.data);
    drop(path_of("stray.db"));
  }
}
END_TEST

/* What was verified when it came is not taken for a faulty document of today, nor for one of another
 * week, device or version. */
START_TEST(damaged_documents_are_told) {
  static const struct {
    const char *sql;
    int published;
  } changes[] = {
      {"UPDATE contribution SET payload = CAST(substr(payload, 1, length(payload) - 1) || x'00' AS BLOB)",
       BP_ERR_CORRUPT},
      {"UPDATE contribution SET payload = NULL", BP_ERR_CORRUPT},
      {"UPDATE contribution SET digest = zeroblob(32)", BP_ERR_CORRUPT},
      {"UPDATE contribution SET revision = revision + 1", BP_ERR_CORRUPT},
      {"UPDATE contribution SET window = window - 7", BP_OK}, /* not found where it was */
      {"UPDATE contribution SET (digest, payload) = (SELECT digest, payload FROM contribution "
       "WHERE member = 'm02') WHERE member = 'm00'",
       BP_ERR_CORRUPT},
      {"UPDATE roster SET document = replace(document, '\"minimum\":3', '\"minimum\":4')",
       BP_ERR_CORRUPT},
      {"UPDATE roster SET document = substr(document, 2)", BP_ERR_CORRUPT},
      {"UPDATE roster SET document = (SELECT document FROM roster WHERE version = 1)",
       BP_ERR_CORRUPT},
      {"UPDATE roster SET version = 3 WHERE version = 2", BP_ERR_CORRUPT},
      {"DELETE FROM roster WHERE version = 1", BP_ERR_CORRUPT}};
  char outcome[32], path[200];
  make_all();
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    snprintf(path, sizeof path, "%s", path_of("documents.db"));
    bp_store *s = merged_team(path);
    char *roster = world_roster(PEOPLE, 4, ",\"grace_days\":2");
    world_merge(s, parcels[2 * PEOPLE + 1].data, parcels[2 * PEOPLE + 1].length, reason);
    ck_assert_str_eq(reason, "conflict"); /* is no damage */
    world_configure(s, "roster", roster);
    bpi_free(roster);
    ck_assert(sound(s, DATABASE) && sound(s, DOCUMENTS));
    bp_close(s);
    world_damage(path, changes[i].sql);
    world_now = WORLD_CLOSED;
    s = world_open(path, BP_ACCESS_STEWARD, NULL);
    ck_assert(sound(s, PUBLISHED) && !sound(s, DOCUMENTS));
    ck_assert_msg(publish(s, NULL, outcome) == changes[i].published, "%s: %s", changes[i].sql,
                  outcome);
    bp_close(s);
    drop(path);
  }
  free_all();
}
END_TEST

static int topic_code(bp_store *s, const char *topic) {
  bp_result *r = NULL;
  int rc = bp_inspect(&r, s, topic, NULL);
  bp_result_free(r);
  return rc;
}

/* A week that begins on no Monday of the years 1970 to 9999 is neither shown as another one nor
 * calculated with, and does not end an erasure before other weeks had their turn. */
START_TEST(weeks_that_no_calendar_has) {
  static const char *const windows[] = {
      "window + 1", "window + 4294967296", "9223372036854775807", "-9223372036854775807", "-3",
      "2932897"};
  char sql[160];
  for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
    parcel p = release_of(1, 1, 3, 410);
    bp_store *s = world_open(path_of("beyond.above"), BP_ACCESS_STEWARD, "organisation");
    trust(s, 1, 2);
    OUTCOME(BP_OK, "added", p);
    bp_close(s);
    snprintf(sql, sizeof sql, "UPDATE release SET window = %s", windows[i]);
    world_damage(path_of("beyond.above"), sql);
    ck_assert_int_eq(asked_code(path_of("beyond.above")), BP_ERR_CORRUPT);
    s = world_open(path_of("beyond.above"), BP_ACCESS_STEWARD, NULL);
    ck_assert_int_eq(topic_code(s, "published"), BP_ERR_CORRUPT);
    ck_assert_int_eq(erase_code(s, what_expired), BP_ERR_CORRUPT);
    ck_assert(!sound(s, PUBLISHED));
    bp_close(s);
    drop(path_of("beyond.above"));
    bpi_free(p.data);

    s = team(path_of("beyond.db"));
    p = make(100, 0, 1);
    OUTCOME(BP_OK, "added", p);
    bp_close(s);
    snprintf(sql, sizeof sql, "UPDATE contribution SET window = %s", windows[i]);
    world_damage(path_of("beyond.db"), sql);
    s = world_open(path_of("beyond.db"), BP_ACCESS_STEWARD, NULL);
    ck_assert_int_eq(topic_code(s, "contributions"), BP_ERR_CORRUPT);
    ck_assert(sound(s, PUBLISHED) && !sound(s, DOCUMENTS));
    bp_close(s);
    drop(path_of("beyond.db"));
    bpi_free(p.data);

    bp_close(world_open(path_of("beyond.own"), BP_ACCESS_OWNER, NULL));
    snprintf(sql, sizeof sql,
             "INSERT INTO shared SELECT %s, zeroblob(32), 1, zeroblob(32), 0, 0 FROM "
             "(SELECT 4 AS window)",
             windows[i]);
    world_damage(path_of("beyond.own"), sql);
    s = world_open(path_of("beyond.own"), BP_ACCESS_OWNER, NULL);
    ck_assert_int_eq(topic_code(s, "shared"), BP_ERR_CORRUPT);
    bp_close(s);
    drop(path_of("beyond.own"));
  }
}
END_TEST

/* A release may be opened through a link. */
START_TEST(a_release_behind_a_link) {
  parcel p = release_of(1, 1, 3, 410);
  FILE *f = fopen(path_of("far.release"), "wb");
  fwrite(p.data, 1, p.length, f);
  fclose(f);
  ck_assert_int_eq(symlink("far.release", path_of("near.release")), 0);
  bp_store *s = world_open(path_of("near.release"), BP_ACCESS_MANAGER, NULL);
  ck_assert_uint_eq(world_rows(s, "published"), 1);
  bp_close(s);
  bpi_free(p.data);
}
END_TEST

/* A store reached by a link to an empty file is private, too. */
START_TEST(private_behind_a_link) {
  struct stat of;
  FILE *f = fopen(path_of("empty"), "wb");
  fclose(f);
  ck_assert_int_eq(chmod(path_of("empty"), 0644), 0);
  ck_assert_int_eq(symlink("empty", path_of("link.db")), 0);
  bp_close(world_open(path_of("link.db"), BP_ACCESS_STEWARD, NULL));
  ck_assert_int_eq(stat(path_of("empty"), &of), 0);
  ck_assert_int_eq(of.st_mode & 0777, 0600);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("publish");
  TCase *tests = tcase_create("publish");
  tcase_add_unchecked_fixture(tests, make_folder, remove_folder);
  tcase_set_timeout(tests, 1200);
  tcase_add_test(tests, any_order_gives_the_same_bytes);
  tcase_add_test(tests, published_once_and_for_ever);
  tcase_add_test(tests, sums_are_those_of_the_people);
  tcase_add_test(tests, nothing_of_a_person_stays);
  tcase_add_test(tests, a_reader_delays_the_clearing);
  tcase_add_posix_test(tests, killed_at_any_moment);
  tcase_add_test(tests, an_organisation_merges_releases);
  tcase_add_test(tests, selectors_have_their_stores);
  tcase_add_test(tests, releases_grow_old);
  tcase_add_test(tests, releases_of_other_times);
  tcase_add_test(tests, a_release_opens_as_a_store);
  tcase_add_test(tests, a_cancel_ends_the_computing);
  tcase_add_test(tests, a_cancel_leaves_everything);
  tcase_add_test(tests, a_database_is_no_release);
  tcase_add_test(tests, a_value_of_another_length);
  tcase_add_test(tests, a_damaged_cell_is_told);
  tcase_add_test(tests, stray_cells_are_told);
  tcase_add_test(tests, damaged_documents_are_told);
  tcase_add_test(tests, weeks_that_no_calendar_has);
  tcase_add_posix_test(tests, a_release_behind_a_link);
  tcase_add_posix_test(tests, private_behind_a_link);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
