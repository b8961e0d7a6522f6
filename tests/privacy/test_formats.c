/* The documents that are exchanged: rosters, invitations, bundles, releases and leads' files. Rosters,
 * bundles, releases and leads' files are written and read back, have exactly one encoding, and are
 * refused with any byte changed or cut off. The expected bytes of a small bundle, release and lead's
 * file are written by hand. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/run_suite.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "privacy/bundle.h"
#include "privacy/invitation.h"
#include "privacy/release.h"
#include "privacy/roster.h"
#include "privacy/vector.h"

static sign_keys keys_of(unsigned char number) {
  hash_key root = {{number}};
  sign_keys keys;
  ck_assert_int_eq(bpi_hash_init(), BP_OK);
  bpi_sign_keys(&keys, &root);
  return keys;
}

/* The call fails with the code and, unless NULL, the reason. */
#define REFUSED(expected, reason, call)                                                            \
  do {                                                                                             \
    bp_error *problem = NULL, **seen = &problem;                                                   \
    ck_assert_int_eq((call), (expected));                                                          \
    ck_assert_int_eq(bpi_error_code(problem), (expected));                                         \
    if ((reason) != NULL) ck_assert_pstr_eq(bpi_error_detail(problem, "reason"), (reason));        \
    bpi_error_free(problem);                                                                       \
  } while (0)

/* Receives errors that the test does not examine; internal functions require one. */
static bp_error *told;
#define SEEN (bpi_error_free(told), told = NULL, &told)

/* -------------------------------------------------------------------------------------- weeks */

/* ISO weeks and their Mondays, by a calendar; malformed weeks are refused. */
START_TEST(weeks) {
  static const struct {
    const char *name;
    int32_t year, month, day; /* of its Monday, from a calendar */
  } known[] = {{"2026-W01", 2025, 12, 29}, {"2026-W07", 2026, 2, 9}, {"2020-W53", 2020, 12, 28},
               {"2021-W01", 2021, 1, 4},   {"2024-W01", 2024, 1, 1}, {"1970-W02", 1970, 1, 5}};
  int64_t monday;
  char name[16];
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    ck_assert(bpi_parse_week(known[i].name, strlen(known[i].name), &monday));
    ck_assert_int_eq(monday, bpi_days_from_civil(known[i].year, known[i].month, known[i].day));
    bpi_format_week(monday, name);
    ck_assert_str_eq(name, known[i].name);
  }
  static const char *const wrong[] = {"",         "2026-W00", "2026-W54", "2021-W53",
                                      "2026-w07", "2026W07",  "2026-W7",  "1969-W01",
                                      "1970-W01", "20x6-W07", "2026-W071"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    ck_assert_msg(!bpi_parse_week(wrong[i], strlen(wrong[i]), &monday), "%s", wrong[i]);
}
END_TEST

/* -------------------------------------------------------------------------------------- roster */

#define DEVICE_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DEVICE_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
static const char plain[] =
    "{\"blueplane.roster\":1,\"organisation\":\"acme\",\"minimum\":4,"
    "\"teams\":[\"web\",\"core\"],"
    "\"projects\":[{\"id\":\"shop\",\"folders\":[\"shop\",\"basket\"]},{\"id\":\"api\"}],"
    "\"seats\":[{\"platform\":\"codex\",\"seats\":5,\"price_cents\":2000}],"
    "\"members\":[{\"id\":\"z\",\"team\":\"web\",\"devices\":[\"" DEVICE_B "\"]},"
    "{\"id\":\"a\",\"team\":\"core\",\"role\":\"developer\",\"experience\":\"senior\","
    "\"devices\":[\"" DEVICE_A "\"]},"
    "{\"id\":\"robot\",\"team\":\"core\",\"service\":true},"
    "{\"id\":\"gone\",\"team\":\"core\",\"active\":false}]}";

static roster *parsed(const char *json, bool signed_one) {
  roster *r = NULL;
  bp_error *error = NULL;
  int rc = bpi_roster_parse(&r, json, strlen(json), signed_one, &error);
  ck_assert_msg(rc == BP_OK, "%s at %s", bpi_error_message(error),
                bpi_error_detail(error, "path") ? bpi_error_detail(error, "path") : "?");
  return r;
}

static char *written(const roster *r) {
  char *text = NULL;
  size_t length = 0;
  ck_assert_int_eq(bpi_roster_write(&text, &length, r, NULL), BP_OK);
  ck_assert_uint_eq(strlen(text), length);
  return text;
}

/* Every member of a roster's document reaches its field. */
START_TEST(roster_is_understood) {
  roster *r = parsed(plain, false);
  unsigned char device[BPI_PUBLIC_BYTES];
  ck_assert_int_eq(r->minimum, 4);
  ck_assert_int_eq(r->grace_days, 3);
  ck_assert_uint_eq(r->teams, 2);
  ck_assert_str_eq(r->team[0], "core");
  ck_assert_uint_eq(bpi_roster_team(r, "web"), 1);
  ck_assert_uint_eq(bpi_roster_team(r, "none"), ROSTER_NONE);
  ck_assert_uint_eq(bpi_roster_active(r, 0), 1); /* not the robot, not the one who left */
  ck_assert_uint_eq(bpi_roster_project_of(r, "basket", 6), bpi_roster_project(r, "shop"));
  ck_assert_uint_eq(bpi_roster_project_of(r, "baske", 5), ROSTER_NONE);
  memset(device, 0xaa, sizeof device);
  ck_assert_str_eq(bpi_roster_device(r, device)->id, "a");
  ck_assert_int_eq(bpi_roster_member(r, "a")->experience,
                   bpi_slice_find(SLICED_EXPERIENCE, "senior", 6));
  memset(device, 0xcc, sizeof device);
  ck_assert_ptr_null(bpi_roster_device(r, device));
  ck_assert_int_eq(r->seat[0].price_cents, 2000);
  bpi_roster_free(r);
}
END_TEST

/* The same roster with its lists in different orders. */
#define LISTED(teams, projects, members)                                                           \
  "{\"blueplane.roster\":1,\"organisation\":\"acme\",\"teams\":[" teams                            \
  "],\"projects\":[" projects "],\"members\":[" members "]}"
#define ADA "{\"id\":\"ada\",\"team\":\"core\",\"devices\":[\"" DEVICE_B "\"]}"
#define BEN "{\"id\":\"ben\",\"team\":\"web\",\"devices\":[\"" DEVICE_A "\"]}"
static const char *const turned[] = {
    LISTED("\"core\",\"web\"",
           "{\"id\":\"api\",\"folders\":[\"a\",\"b\"]},{\"id\":\"shop\",\"folders\":[\"c\",\"d\"]}",
           ADA "," BEN),
    LISTED("\"web\",\"core\"",
           "{\"id\":\"shop\",\"folders\":[\"d\",\"c\"]},{\"id\":\"api\",\"folders\":[\"b\",\"a\"]}",
           BEN "," ADA)};

/* A roster written, read and written again is the same text, whatever the order of its lists. */
START_TEST(roster_has_one_form) {
  roster *r = parsed(plain, false);
  char *once = written(r);
  roster *again = parsed(once, false);
  char *twice = written(again);
  ck_assert_str_eq(once, twice);
  bpi_roster_free(again);
  bpi_roster_free(r);
  bpi_free(once);
  bpi_free(twice);
  r = parsed(turned[0], false);
  again = parsed(turned[1], false);
  once = written(r);
  twice = written(again);
  ck_assert_str_eq(once, twice);
  bpi_roster_free(again);
  bpi_roster_free(r);
  bpi_free(once);
  bpi_free(twice);
}
END_TEST

/* Each change makes the document invalid, and the error names the member. */
START_TEST(roster_refuses) {
  static const struct {
    const char *find, *put, *path;
  } changes[] = {{"\"blueplane.roster\":1", "\"blueplane.roster\":2", "blueplane.roster"},
                 {"\"acme\"", "\"Acme Inc\"", "organisation"},
                 {"\"minimum\":4", "\"minimum\":2", "minimum"},
                 {"\"minimum\":4", "\"maximum\":4", ""},
                 {"\"minimum\":4", "\"version\":4", ""},
                 {"[\"web\",\"core\"]", "[\"web\",\"web\"]", "teams"},
                 {"[\"web\",\"core\"]", "\"web\"", "teams"},
                 {"[\"web\",\"core\"]", "[\"web\",\"other\"]", "teams[1]"},
                 {"\"api\"}", "\"other\"}", "projects[1].id"},
                 {"\"api\"}", "\"shop\"}", "projects"},
                 {"\"api\"}", "\"api\",\"folders\":[\"shop\"]}", "projects"},
                 {"\"basket\"", "\"a/b\"", "projects[0].folders"},
                 {"\"seats\":5", "\"seats\":-5", "seats[0].seats"},
                 {"\"team\":\"web\"", "\"team\":\"wob\"", "members[0].team"},
                 {"\"senior\"", "\"wise\"", "members[1].experience"},
                 {"\"service\":true", "\"service\":1", "members[2].service"},
                 {"\"id\":\"robot\"", "\"id\":\"a\"", "members"},
                 {"\"id\":\"robot\"", "\"name\":\"robot\"", "members[2]"},
                 {DEVICE_B, DEVICE_A, "members"},
                 {DEVICE_B, "BB", "members[0].devices"}};
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    char text[4096];
    const char *at = strstr(plain, changes[i].find);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - plain), plain, changes[i].put,
             at + strlen(changes[i].find));
    roster *r = NULL;
    bp_error *error = NULL;
    ck_assert_msg(bpi_roster_parse(&r, text, strlen(text), false, &error) == BP_ERR_FORMAT,
                  "change %d passes", (int)i);
    ck_assert_pstr_eq(bpi_error_detail(error, "path"), changes[i].path);
    ck_assert_ptr_null(r);
    bpi_error_free(error);
  }
}
END_TEST

/* What is wrong with a name of allowed characters is where they stand. */
START_TEST(roster_says_how_names_begin) {
  static const char json[] =
      "{\"blueplane.roster\":1,\"organisation\":\"_acme\",\"teams\":[\"t\"]}";
  roster *r = NULL;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_roster_parse(&r, json, sizeof json - 1, false, &error), BP_ERR_FORMAT);
  ck_assert_pstr_eq(bpi_error_detail(error, "path"), "organisation");
  ck_assert_ptr_nonnull(strstr(bpi_error_detail(error, "hint"), "begins with a letter or digit"));
  bpi_error_free(error);
}
END_TEST

/* A signed roster refers to the one before it; changes are refused. */
START_TEST(roster_chain) {
  sign_keys store = keys_of(1), stranger = keys_of(2);
  roster *first = parsed(plain, false), *second = parsed(plain, false);
  unsigned char digest[BPI_DIGEST_BYTES];
  ck_assert_int_eq(bpi_roster_sign(first, &store, NULL, NULL), BP_OK);
  ck_assert_int_eq(bpi_roster_sign(second, &store, first, NULL), BP_OK);
  ck_assert_int_eq(first->version, 1);
  ck_assert_int_eq(second->version, 2);
  ck_assert_int_eq(bpi_roster_digest(first, digest, NULL), BP_OK);
  ck_assert_mem_eq(second->previous, digest, sizeof digest);
  char *text = written(second);
  roster *came = parsed(text, true);
  ck_assert_int_eq(bpi_roster_verify(came, store.open.sign, NULL), BP_OK);
  REFUSED(BP_ERR_DENIED, "signature", bpi_roster_verify(came, stranger.open.sign, seen));
  roster *r = NULL;
  ck_assert_int_eq(bpi_roster_parse(&r, text, strlen(text), false, NULL), BP_ERR_FORMAT);
  size_t refused = 0, length = strlen(text);
  for (size_t i = 0; i < length; i++) {
    text[i] ^= 1;
    if (bpi_roster_parse(&r, text, length, true, NULL) == BP_OK) {
      refused += bpi_roster_verify(r, store.open.sign, SEEN) == BP_ERR_DENIED;
      bpi_roster_free(r);
    } else {
      refused++;
    }
    text[i] ^= 1;
  }
  ck_assert_uint_eq(refused, length);
  first->version = 1000000; /* the greatest version allowed */
  REFUSED(BP_ERR_LIMIT, NULL, bpi_roster_sign(second, &store, first, seen));
  bpi_free(text);
  bpi_roster_free(came);
  bpi_roster_free(first);
  bpi_roster_free(second);
}
END_TEST

/* -------------------------------------------------------------------------------------- bundle */

static vector_cell week[] = {{0, 0, 0, 5, false}, {0, 0, 2, 300, true}};

static bundle small_bundle(const sign_keys *store, const sign_keys *device) {
  bundle b = {.kind = BUNDLE_CONTRIBUTION,
              .minimum = 3,
              .window = 20493, /* Monday 2026-02-09 */
              .revision = 2,
              .roster_version = 7,
              .said = 9,
              .agreed = {{BP_ACCESS_LEAD, 2, 20486, 20600}},
              .agreements = 1,
              .cell = week,
              .cells = 2};
  memcpy(b.store, store->open.sign, sizeof b.store);
  memcpy(b.device, device->open.sign, sizeof b.device);
  return b;
}

START_TEST(bundle_byte_by_byte) {
  sign_keys store = keys_of(1), device = keys_of(2);
  bundle b = small_bundle(&store, &device), back;
  unsigned char *data, *expected = calloc(1, 1000);
  size_t length;
  ck_assert_int_eq(bpi_bundle_write(&data, &length, &b, &device, NULL), BP_OK);
  static const unsigned char head[] = {'B', 'P', 'L', 'B', 1, 1, 3};
  static const unsigned char numbers[] = {
      0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 9, 1, 0, 0, 0, 2, 2, 2, 0, 0, 80, 6, 0, 0, 80, 120, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 1, 0, 0, 0, 0, 2, 0, 0, 0,  0, 0, 0, 1,  44};
  memcpy(expected, head, 7);
  memcpy(expected + 7, store.open.sign, 32);
  memcpy(expected + 39, device.open.sign, 32);
  expected[73] = (unsigned char)(b.window >> 8);
  expected[74] = (unsigned char)b.window;
  memcpy(expected + 75, numbers, sizeof numbers);
  ck_assert_uint_eq(length, 92 + 10 + 2 * 14 + 64);
  ck_assert_mem_eq(data, expected, 92 + 10 + 2 * 14);
  ck_assert_int_eq(bpi_bundle_read(&back, data, length, NULL), BP_OK);
  ck_assert_uint_eq(back.cells, 2);
  ck_assert_int_eq(back.cell[1].value, 300);
  ck_assert(back.cell[1].lower && !back.cell[0].lower);
  ck_assert_uint_eq(back.revision, 2);
  ck_assert_uint_eq(back.said, 9);
  ck_assert_uint_eq(back.agreements, 1);
  ck_assert_uint_eq(back.agreed[0].until, 20600);
  bpi_bundle_free(&back);
  free(expected);
  bpi_free(data);
}
END_TEST

START_TEST(bundle_refuses) {
  sign_keys store = keys_of(1), device = keys_of(2), stranger = keys_of(3);
  bundle b = small_bundle(&store, &device), back;
  unsigned char *data, *sealed, *opened;
  size_t length, sealed_length, opened_length;
  ck_assert_int_eq(bpi_bundle_write(&data, &length, &b, &device, NULL), BP_OK);
  for (size_t i = 0; i < length; i++) {
    data[i] ^= 4;
    ck_assert_int_ne(bpi_bundle_read(&back, data, length, NULL), BP_OK);
    data[i] ^= 4;
    ck_assert_int_ne(bpi_bundle_read(&back, data, i, NULL), BP_OK);
  }
  bpi_free(data);
  ck_assert_int_eq(bpi_bundle_write(&data, &length, &b, &stranger, NULL), BP_OK);
  REFUSED(BP_ERR_DENIED, "signature", bpi_bundle_read(&back, data, length, seen));
  ck_assert_int_eq(bpi_bundle_seal(&sealed, &sealed_length, data, length, &store.open, NULL),
                   BP_OK);
  ck_assert_int_eq(bpi_bundle_open(&opened, &opened_length, sealed, sealed_length, &store, NULL),
                   BP_OK);
  ck_assert_uint_eq(opened_length, length);
  ck_assert_mem_eq(opened, data, length);
  bpi_free(opened);
  REFUSED(BP_ERR_DENIED, "store",
          bpi_bundle_open(&opened, &opened_length, sealed, sealed_length, &stranger, seen));
  for (size_t i = 0; i < sealed_length; i++) {
    sealed[i] ^= 64;
    ck_assert_int_ne(bpi_bundle_open(&opened, &opened_length, sealed, sealed_length, &store, NULL),
                     BP_OK);
    sealed[i] ^= 64;
    ck_assert_int_ne(bpi_bundle_open(&opened, &opened_length, sealed, i, &store, NULL), BP_OK);
  }
  bpi_free(sealed);
  bpi_free(data);
}
END_TEST

/* The size of an envelope reveals nothing: it is the same for an empty week and a busy one. The
 * padding is zeros, and exactly as long as it must be. */
START_TEST(envelope_tells_no_size) {
  sign_keys store = keys_of(1), device = keys_of(2);
  static const struct {
    size_t cells, size;
  } of[] = {{0, 16 << 10}, {2, 16 << 10}, {1000, 16 << 10}, {1200, 32 << 10}, {8192, 128 << 10}};
  unsigned char *data, *sealed, *opened, *wrong;
  size_t length, sealed_length, opened_length;
  for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
    bundle b = small_bundle(&store, &device);
    vector_cell *cells = calloc(8192, sizeof *cells);
    b.cell = cells;
    b.cells = of[i].cells;
    ck_assert_int_eq(bpi_bundle_write(&data, &length, &b, &device, NULL), BP_OK);
    ck_assert_int_eq(bpi_bundle_seal(&sealed, &sealed_length, data, length, &store.open, NULL),
                     BP_OK);
    ck_assert_uint_eq(sealed_length, of[i].size);
    ck_assert_int_eq(bpi_bundle_open(&opened, &opened_length, sealed, sealed_length, &store, NULL),
                     BP_OK);
    ck_assert_uint_eq(opened_length, length);
    ck_assert_mem_eq(opened, data, length);
    bpi_free(sealed);
    bpi_free(opened);
    wrong =
        calloc(1, length + 20000); /* one byte appended; then as many zeros as fill the next size */
    memcpy(wrong, data, length);
    for (int k = 0; k < 2; k++) {
      wrong[length] = k == 0;
      size_t filled = length + (k == 0 ? 1 : of[i].size);
      if (filled > length + 20000) continue;
      ck_assert_int_eq(bpi_bundle_seal(&sealed, &sealed_length, wrong, filled, &store.open, NULL),
                       BP_OK);
      REFUSED(BP_ERR_FORMAT, "malformed",
              bpi_bundle_open(&opened, &opened_length, sealed, sealed_length, &store, seen));
      ck_assert_ptr_null(opened);
      bpi_free(sealed);
    }
    free(wrong);
    free(cells);
    bpi_free(data);
  }
}
END_TEST

/* Signed by the right device and still invalid: each member out of its bounds. */
START_TEST(bundle_has_one_encoding) {
  sign_keys store = keys_of(1), device = keys_of(2);
  bundle b = small_bundle(&store, &device), back;
  static const struct {
    size_t at;
    unsigned char value;
  } wrong[] = {{5, 0},     {5, 2},   {5, 3},   {6, 2},     {74, 0},    {78, 0},  {82, 0}, {86, 0},
               {87, 0},    {87, 2},  {91, 1},  {91, 3},    {92, 0},    {93, 32}, {94, 1}, {98, 1},
               {103, 200}, {105, 9}, {107, 3}, {107, 255}, {108, 128}, {121, 0}};
  unsigned char *data, signature[BPI_SIGNATURE_BYTES];
  size_t length;
  ck_assert_int_eq(bpi_bundle_write(&data, &length, &b, &device, NULL), BP_OK);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    unsigned char kept = data[wrong[i].at];
    data[wrong[i].at] = wrong[i].value;
    bpi_sign(signature, &device, data, length - sizeof signature);
    memcpy(data + length - sizeof signature, signature, sizeof signature);
    ck_assert_msg(bpi_bundle_read(&back, data, length, SEEN) == BP_ERR_FORMAT, "change %d", (int)i);
    data[wrong[i].at] = kept;
  }
  bpi_free(data);
}
END_TEST

/* ------------------------------------------------------------------------------------- release */

static release_row rows[] = {{"web", "codex", 1, 2, 1, 1, 500}, {"core", "", 0, 0, 0, 2, 12}};

static release small_release(const sign_keys *store) {
  release r = {
      .window = 20493, .edition = 1, .minimum = 3, .organisation = "acme", .row = rows, .rows = 2};
  memcpy(r.store, store->open.sign, sizeof r.store);
  return r;
}

START_TEST(release_byte_by_byte) {
  sign_keys store = keys_of(1);
  release r = small_release(&store), back;
  unsigned char *data, *again, expected[256] = {'B', 'P', 'L', 'R', 1};
  size_t length, again_length;
  ck_assert_int_eq(bpi_release_write(&data, &length, &r, &store, NULL), BP_OK);
  static const unsigned char rest[] = {
      0, 0,   0,   1,   3,   4,   'a', 'c', 'm', 'e', 0, 0, 0, 2,  4, 'c', 'o', 'r', 'e',
      0, 0,   0,   0,   0,   2,   0,   0,   0,   0,   0, 0, 0, 12, 3, 'w', 'e', 'b', 1,
      5, 'c', 'o', 'd', 'e', 'x', 0,   2,   1,   1,   0, 0, 0, 0,  0, 0,   1,   244};
  memcpy(expected + 5, store.open.sign, 32);
  expected[39] = (unsigned char)(r.window >> 8);
  expected[40] = (unsigned char)r.window;
  memcpy(expected + 41, rest, sizeof rest);
  ck_assert_uint_eq(length, 41 + sizeof rest + 64);
  ck_assert_mem_eq(data, expected, 41 + sizeof rest);
  ck_assert_int_eq(bpi_release_read(&back, data, length, NULL), BP_OK);
  ck_assert_uint_eq(back.rows, 2);
  ck_assert_str_eq(back.row[1].slice, "codex");
  ck_assert_int_eq(bpi_release_write(&again, &again_length, &back, &store, NULL), BP_OK);
  ck_assert_uint_eq(again_length, length);
  ck_assert_mem_eq(again, data, length);
  bpi_release_free(&back);
  for (size_t i = 0; i < length; i++) {
    data[i] ^= 1;
    ck_assert_int_ne(bpi_release_read(&back, data, length, NULL), BP_OK);
    data[i] ^= 1;
    ck_assert_int_ne(bpi_release_read(&back, data, i, NULL), BP_OK);
  }
  bpi_free(data);
  bpi_free(again);
}
END_TEST

/* Signed, but with numbers that no store can compute: adding them up would overflow. */
START_TEST(release_is_too_large) {
  const size_t length = ((size_t)64 << 20) + 1;
  unsigned char *data = calloc(1, length);
  release back;
  ck_assert_ptr_nonnull(data);
  REFUSED(BP_ERR_LIMIT, "too_large", bpi_release_read(&back, data, length, seen));
  REFUSED(BP_ERR_FORMAT, "malformed", bpi_release_read(&back, data, length - 1, seen));
  free(data);
}
END_TEST

START_TEST(release_refuses) {
  sign_keys store = keys_of(1);
  release r = small_release(&store);
  release_row row = rows[0];
  unsigned char *data;
  size_t length;
  r.row = &row;
  r.rows = 1;
  static const struct {
    uint16_t measure;
    int64_t
        most; /* by hand: 10,000 people, each the clamp of vector.def; rounding at most doubles */
  } most[] = {{MEASURE_prompts, INT64_C(400000000)},
              {MEASURE_cost, INT64_C(2000000000000000000)},
              {MEASURE_used_plan, 20000},
              {MEASURE_seats, 5000000},
              {MEASURE_seat_price, INT64_C(1000000000000)}};
  for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
    row = (release_row){"web", "codex", 1, most[i].measure, 1, 1, most[i].most};
    ck_assert_int_eq(bpi_release_write(&data, &length, &r, &store, SEEN), BP_OK);
    bpi_free(data);
    row.value++;
    ck_assert_int_eq(bpi_release_write(&data, &length, &r, &store, SEEN), BP_ERR_INTERNAL);
  }
  for (unsigned state = 0; state < 16; state++) {
    row = rows[0];
    row.state = (uint8_t)state;
    bool listed = state < 3 || (state >= 4 && state < 7);
    int rc = bpi_release_write(&data, &length, &r, &store, SEEN);
    ck_assert_int_eq(rc, listed ? BP_OK : BP_ERR_INTERNAL);
    if (listed) bpi_free(data);
  }
  static const uint32_t weeks_that_are_none[] = {0, 20494, 2932897 + 6, 4294967295u - 3};
  row = rows[0];
  for (size_t i = 0; i < sizeof weeks_that_are_none / sizeof *weeks_that_are_none; i++) {
    r.window = weeks_that_are_none[i];
    ck_assert_int_eq(bpi_release_write(&data, &length, &r, &store, SEEN), BP_ERR_INTERNAL);
  }
}
END_TEST

/* ------------------------------------------------------------------------------------ lead's file */

static release_view views[] = {{"ben", 1, 20600, 300}, {"ana", 1, 20601, 7}};

static release small_lead(const sign_keys *store) {
  release r = small_release(store);
  r.team = "core";
  r.row = &rows[rows[0].scope[0] == 'c' ? 0 : 1]; /* writing sorts them */
  r.rows = 1;
  r.view = views;
  r.views = 2;
  return r;
}

START_TEST(lead_byte_by_byte) {
  sign_keys store = keys_of(1);
  release r = small_lead(&store), back;
  unsigned char *data, *again, expected[256] = {'B', 'P', 'L', 'L', 1};
  size_t length, again_length;
  ck_assert_int_eq(bpi_release_write(&data, &length, &r, &store, NULL), BP_OK);
  static const unsigned char
      rest[] = {0,   0, 0,  1,   3, 4,   'a', 'c', 'm', 'e', 4,   'c', 'o', 'r',
                'e', 0, 0,  0,   1, 4,   'c', 'o', 'r', 'e', 0,   0,   0,   0,
                0,   2, 0,  0,   0, 0,   0,   0,   0,   12, /* views */
                0,   0, 0,  2,   3, 'a', 'n', 'a', 0,   1,   0,   0,   80,  121,
                0,   0, 0,  0,   0, 0,   0,   7,   3,   'b', 'e', 'n', 0,   1,
                0,   0, 80, 120, 0, 0,   0,   0,   0,   0,   1,   44};
  memcpy(expected + 5, store.open.sign, 32);
  expected[39] = (unsigned char)(r.window >> 8);
  expected[40] = (unsigned char)r.window;
  memcpy(expected + 41, rest, sizeof rest);
  ck_assert_uint_eq(length, 41 + sizeof rest + 64);
  ck_assert_mem_eq(data, expected, 41 + sizeof rest);
  ck_assert_int_eq(bpi_lead_read(&back, data, length, NULL), BP_OK);
  ck_assert_uint_eq(back.views, 2);
  ck_assert_str_eq(back.view[0].member, "ana");
  ck_assert_str_eq(back.team, "core");
  ck_assert_int_eq(bpi_release_write(&again, &again_length, &back, &store, NULL), BP_OK);
  ck_assert_uint_eq(again_length, length);
  ck_assert_mem_eq(again, data, length);
  bpi_release_free(&back);
  /* A release is not read as a lead's file, nor the other way round. */
  REFUSED(BP_ERR_FORMAT, "malformed", bpi_release_read(&back, data, length, seen));
  for (size_t i = 0; i < length; i++) {
    data[i] ^= 1;
    ck_assert_int_ne(bpi_lead_read(&back, data, length, NULL), BP_OK);
    data[i] ^= 1;
    ck_assert_int_ne(bpi_lead_read(&back, data, i, NULL), BP_OK);
  }
  bpi_free(data);
  bpi_free(again);
}
END_TEST

/* Signed and still not a lead's file: another team's row, a member without a name, a duplicate, a
 * number that is no sum or more than one person can do in a week, an end within the week. */
START_TEST(lead_refuses) {
  sign_keys store = keys_of(1);
  static const release_view wrong[] = {{"", 1, 20600, 3},
                                       {"a b", 1, 20600, 3},
                                       {"\nana", 1, 20600, 3},
                                       {"ana", MEASURE_roster, 20600, 3},
                                       {"ana", MEASURE_used_plan, 20600, 1},
                                       {"ana", MEASURE_prompts, 20600, 20001},
                                       {"ana", MEASURE_prompts, 20600, -1},
                                       {"ana", MEASURE_prompts, 20499, 3},
                                       {"ana", MEASURE_prompts, 2932897, 3},
                                       {"ana", MEASURE_COUNT, 20600, (INT64_C(1) << 61) + 1}};
  unsigned char *data;
  size_t length;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    release r = small_lead(&store);
    release_view one = wrong[i];
    r.view = &one;
    r.views = 1;
    ck_assert_msg(bpi_release_write(&data, &length, &r, &store, SEEN) == BP_ERR_INTERNAL, "view %d",
                  (int)i);
  }
  release_view twice[] = {views[0], views[0]};
  release_view fits[] = {{"ana", MEASURE_prompts, 20500, 20000},
                         {"ana", MEASURE_COUNT, 20500, INT64_C(1) << 61}}; /* a newer library's */
  release r = small_lead(&store);
  r.view = twice;
  ck_assert_int_eq(bpi_release_write(&data, &length, &r, &store, SEEN), BP_ERR_INTERNAL);
  r.view = fits;
  ck_assert_int_eq(bpi_release_write(&data, &length, &r, &store, SEEN), BP_OK);
  bpi_free(data);
  r.team = "web";
  ck_assert_int_eq(bpi_release_write(&data, &length, &r, &store, SEEN), BP_ERR_INTERNAL);
  r = small_release(&store); /* a release has no views */
  r.view = views;
  r.views = 2;
  ck_assert_int_eq(bpi_release_write(&data, &length, &r, &store, SEEN), BP_ERR_INTERNAL);
}
END_TEST

/* An invitation is signed by the store that it names, and names an organisation. */
START_TEST(invitation_is_understood) {
  char longest[66] = {0}; /* one more than a name may have */
  memset(longest, 'a', 65);
  const struct {
    const char *organisation;
    int code;
  } cases[] = {{"acme", BP_OK},
               {"a", BP_OK},
               {longest + 1, BP_OK},
               {longest, BP_ERR_FORMAT},
               {"", BP_ERR_FORMAT},
               {"Acme", BP_ERR_FORMAT},
               {"acme corp", BP_ERR_FORMAT}};
  sign_keys store = keys_of(1);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[INVITATION_BYTES];
    public_keys of;
    size_t length = bpi_invitation_write(text, cases[i].organisation, &store);
    ck_assert_msg(bpi_invitation_read(&of, text, length, SEEN) == cases[i].code, "%s",
                  cases[i].organisation);
    if (cases[i].code == BP_OK) ck_assert_mem_eq(&of, &store.open, sizeof of);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("formats");
  TCase *tests = tcase_create("formats");
  tcase_add_test(tests, weeks);
  tcase_add_test(tests, invitation_is_understood);
  tcase_add_test(tests, roster_is_understood);
  tcase_add_test(tests, roster_has_one_form);
  tcase_add_test(tests, roster_refuses);
  tcase_add_test(tests, roster_says_how_names_begin);
  tcase_add_test(tests, roster_chain);
  tcase_add_test(tests, bundle_byte_by_byte);
  tcase_add_test(tests, bundle_refuses);
  tcase_add_test(tests, envelope_tells_no_size);
  tcase_add_test(tests, bundle_has_one_encoding);
  tcase_add_test(tests, release_byte_by_byte);
  tcase_add_test(tests, release_is_too_large);
  tcase_add_test(tests, release_refuses);
  tcase_add_test(tests, lead_byte_by_byte);
  tcase_add_test(tests, lead_refuses);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
