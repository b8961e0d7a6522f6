/* Merging of facts: rules by hand, and as a property: any order and any grouping of the same rows
 * gives the same fact. Cells of facts by hand. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "random_record.h"
#include "run_suite.h"
#include "store/facts.h"
#include "store/pack.h"

/* The identifiers of sessions and labels, in the opposite order of their row numbers. */
static ident reversed(void *user, int64_t number) {
  (void)user;
  ident key = {(uint64_t)(1000 - number), 7};
  return key;
}
static const fact_names names = {NULL, reversed, reversed};

/* A session has a row for each tier; the rows have different numbers and one identifier. */
static int64_t row_of(int64_t session, record_tier tier) {
  return session * RECORD_TIERS + (int64_t)tier;
}
static ident of_row(void *user, int64_t number) {
  return reversed(user, number / RECORD_TIERS);
}
static const fact_names tiered = {NULL, of_row, reversed};

static record random_record(record_kind kind) {
  static const record_bounds few = {.counts = 3, .characters = 3, .tokens = 2};
  record r;
  memset(&r, 0, sizeof r);
  r.kind = kind;
  r.flags = (unsigned)below(8);
  r.tier = (record_tier)(below(2) ? 0 : below(RECORD_TIERS));
  r.time = below(6) == 0 ? BPI_TIME_NONE : 1000000 * below(4);
  r.key.hi = 42;
  r.key.lo = 43;
  random_body(&r, &few);
  return r;
}

#define ROWS 6

/* Merges rows[order[from..to)) in the order of a random tree. */
static void merge_tree(fact_kind kind, int64_t *out, int64_t rows[][FACT_WORDS_MAX],
                       const int *order, int from, int to) {
  if (to - from == 1) {
    memcpy(out, rows[order[from]], sizeof rows[0]);
    return;
  }
  int middle = from + 1 + (int)below(to - from - 1);
  int64_t right[FACT_WORDS_MAX];
  merge_tree(kind, out, rows, order, from, middle);
  merge_tree(kind, right, rows, order, middle, to);
  bpi_fact_merge(kind, out, right, &tiered);
}

static void shuffle(int *order) {
  for (int i = 0; i < ROWS; i++)
    order[i] = i;
  for (int i = ROWS - 1; i > 0; i--) {
    int j = (int)below(i + 1), kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
}

START_TEST(any_order_any_grouping) {
  static const record_kind kinds[] = {RECORD_PROMPT, RECORD_RESPONSE, RECORD_TOOL_USE,
                                      RECORD_EVENT,  RECORD_DECISION, RECORD_SPAN,
                                      RECORD_CHANGE};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    for (int round = 0; round < 4000; round++) {
      int64_t rows[ROWS][FACT_WORDS_MAX], first[FACT_WORDS_MAX], other[FACT_WORDS_MAX];
      fact_kind kind = FACT_KINDS;
      int order[ROWS];
      for (int i = 0; i < ROWS; i++) {
        bool result = kinds[k] == RECORD_TOOL_USE && below(2) == 0;
        record r = random_record(result ? RECORD_TOOL_RESULT : kinds[k]);
        ck_assert(bpi_fact_from_record(rows[i], &kind, &r, row_of(below(3), r.tier)));
      }
      shuffle(order);
      merge_tree(kind, first, rows, order, 0, ROWS);
      for (int again = 0; again < 4; again++) {
        shuffle(order);
        merge_tree(kind, other, rows, order, 0, ROWS);
        ck_assert_msg(memcmp(first, other, bpi_fact_words(kind) * sizeof *first) == 0,
                      "kind %d differs in round %d", (int)kind, round);
        for (int i = 0; i < ROWS; i++) /* merging a row again changes nothing */
          ck_assert(!bpi_fact_merge(kind, other, rows[i], &tiered));
      }
    }
}
END_TEST

/* Two rows that differ in one column, known or unknown: the order does not matter even then. */
START_TEST(one_column_decides) {
  static const record_kind kinds[] = {RECORD_PROMPT,      RECORD_RESPONSE, RECORD_TOOL_USE,
                                      RECORD_TOOL_RESULT, RECORD_EVENT,    RECORD_DECISION,
                                      RECORD_SPAN,        RECORD_CHANGE};
  static const int64_t values[][2] = {{FACT_NONE, 0}, {0, 1}, {1, 2}};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    int64_t one[FACT_WORDS_MAX], other[FACT_WORDS_MAX], both[FACT_WORDS_MAX];
    fact_kind kind = FACT_KINDS;
    record r = random_record(kinds[k]);
    r.time = 5;
    ck_assert(bpi_fact_from_record(one, &kind, &r, 1));
    if (kind == FACT_TOOL_CALL) ((fact_head *)(void *)one)->flags |= FACT_USE | FACT_RESULT;
    for (int column = 0; column < bpi_fact_types[kind].columns; column++)
      for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        if (bpi_fact_types[kind].roles[column] != 'V' && values[v][0] == FACT_NONE) continue;
        if (strcmp(bpi_fact_types[kind].names[column], "flags") == 0)
          continue; /* they say which halves are there */
        if (strcmp(bpi_fact_types[kind].names[column], "request") == 0)
          continue; /* they are part of the key */
        memcpy(other, one, sizeof other);
        one[column + 2] = values[v][0];
        other[column + 2] = values[v][1];
        memcpy(both, one, sizeof both);
        bpi_fact_merge(kind, both, other, &names);
        bpi_fact_merge(kind, other, one, &names);
        ck_assert_msg(memcmp(both, other, bpi_fact_words(kind) * sizeof *both) == 0, "%s.%s",
                      bpi_fact_types[kind].table, bpi_fact_types[kind].names[column]);
      }
  }
}
END_TEST

static response_fact response(int64_t time, int64_t session, int64_t flags, int64_t request,
                              int64_t input, int64_t output, int64_t traits) {
  response_fact f = {.time_us = time,
                     .session = session,
                     .flags = flags,
                     .request = request,
                     .model = 1,
                     .input = input,
                     .output = output,
                     .cache_read = 0,
                     .cache_write_5m = 0,
                     .cache_write_1h = 0,
                     .reasoning = FACT_NONE,
                     .web_searches = FACT_NONE,
                     .cost_nano = FACT_NONE,
                     .traits = traits};
  return f;
}

/* One response as three rows: the numbers of one row, the earliest time, the owner of the earliest
 * row of the main thread, finished if any row was. */
START_TEST(response_rules) {
  response_fact a = response(300, 1, 0, 9, 10, 5, 0);
  response_fact b = response(100, 2, RECORD_SIDECHAIN, 9, 11, 50, 0);
  response_fact c =
      response(200, 3, 0, 9, 12, 7, CLASS_PUT(TRAIT_STOP, STOP_END) | CLASS_PUT(TRAIT_FINISHED, 1));
  ck_assert(bpi_fact_merge(FACT_RESPONSE, (int64_t *)&a, (int64_t *)&b, &names));
  ck_assert(bpi_fact_merge(FACT_RESPONSE, (int64_t *)&a, (int64_t *)&c, &names));
  ck_assert_int_eq(a.output, 50);
  ck_assert_int_eq(a.input, 11);
  ck_assert_int_eq(a.time_us, 100);
  ck_assert_int_eq(a.session, 3);
  ck_assert_int_eq(a.owner_after_us, 100);
  ck_assert_int_eq(CLASS_GET(a.traits, TRAIT_FINISHED), 1);
  ck_assert_int_eq(CLASS_GET(a.traits, TRAIT_STOP), STOP_NONE);
}
END_TEST

static change_fact change(int64_t time, int64_t session, int64_t flags, int64_t type,
                          int64_t assisted, int64_t added, int64_t rounds) {
  change_fact f = {.time_us = time,
                   .session = session,
                   .flags = flags,
                   .change = CHANGE_COMMIT,
                   .type = type,
                   .assisted = assisted,
                   .added = added,
                   .removed = added,
                   .files = added,
                   .rounds = rounds,
                   .open_us = FACT_NONE};
  return f;
}

/* A session recorded a commit, its history has the rest: the session keeps it although the
 * history's row is earlier; lines and type come from the history. */
START_TEST(change_parts) {
  change_fact recorded = change(200, 1, 0, CHANGE_TYPE_UNKNOWN, 1, FACT_NONE, FACT_NONE);
  change_fact history = change(100, 2, RECORD_SIDECHAIN, CHANGE_TYPE_FIX, 0, 12, FACT_NONE);
  change_fact both = recorded;
  ck_assert(bpi_fact_merge(FACT_CHANGE, (int64_t *)&both, (int64_t *)&history, &names));
  ck_assert_int_eq(both.session, 1);
  ck_assert_int_eq(both.time_us, 200);
  ck_assert_int_eq(both.flags, 0);
  ck_assert_int_eq(both.assisted, 1);
  ck_assert_int_eq(both.type, CHANGE_TYPE_FIX);
  ck_assert_int_eq(both.added, 12);
  ck_assert(bpi_fact_merge(FACT_CHANGE, (int64_t *)&history, (int64_t *)&recorded, &names));
  ck_assert_mem_eq(&both, &history, sizeof both);
  ck_assert(!bpi_fact_merge(FACT_CHANGE, (int64_t *)&both, (int64_t *)&recorded, &names));
}
END_TEST

/* Several request ids are one response, unless they are more than a day apart and disagree. */
START_TEST(constant_ids) {
  const int64_t hour = 3600 * BPI_SECOND;
  response_fact out[3],
      rows[3] = {response(0, 1, 0, 1, 10, 5, 0), response(20 * hour, 1, 0, 2, 11, 6, 0),
                 response(25 * hour, 1, 0, 3, 10, 7, 0)};
  ck_assert_uint_eq(bpi_response_resolve(out, rows, 3, &names), 1); /* same input at 0 and 25 */
  ck_assert_int_eq(out[0].output, 7);
  rows[2].input = 12;
  ck_assert_uint_eq(bpi_response_resolve(out, rows, 3, &names), 3);
  rows[2].time_us = 24 * hour; /* exactly a day is not more than a day */
  ck_assert_uint_eq(bpi_response_resolve(out, rows, 3, &names), 1);
  rows[2].time_us = BPI_TIME_NONE;
  ck_assert_uint_eq(bpi_response_resolve(out, rows, 3, &names), 1);
}
END_TEST

typedef struct collected {
  rollup_cell cell[4];
  int count;
} collected;

static void collect(void *user, const rollup_cell *cell) {
  collected *c = user;
  c->cell[c->count++] = *cell;
}

START_TEST(edit_cells) {
  tool_call_fact t = {.time_us = 2 * BPI_QUARTER,
                      .session = 5,
                      .flags = FACT_USE | FACT_RESULT,
                      .tool = 3,
                      .category = CATEGORY_EDIT,
                      .file = 8,
                      .language = LANGUAGE_C,
                      .input_added = 9,
                      .input_removed = 4,
                      .result_us = 2 * BPI_QUARTER + 1500,
                      .outcome = OUTCOME_OK,
                      .duration_us = FACT_NONE,
                      .added = 6,
                      .removed = 2};
  collected c = {.count = 0};
  bpi_fact_cells(FACT_TOOL_CALL, (int64_t *)&t, 1, collect, &c);
  ck_assert_int_eq(c.count, 2);
  ck_assert_int_eq(c.cell[0].kind, ROLLUP_TOOL);
  ck_assert_int_eq(c.cell[0].quarter, 2);
  ck_assert_int_eq(c.cell[0].label, 3);
  ck_assert_int_eq(c.cell[0].m[TOOL_ADDED], 6);
  ck_assert_int_eq(c.cell[0].m[TOOL_DURATION_US], 1500);
  ck_assert_int_eq(c.cell[1].kind, ROLLUP_EDIT);
  ck_assert_int_eq(c.cell[1].label, 8);
  ck_assert_int_eq(c.cell[1].m[EDIT_REMOVED], 2);
  ck_assert_int_eq(CLASS_GET(c.cell[1].class_, CLASS_LANGUAGE), LANGUAGE_C);
  t.added = t.removed = FACT_NONE; /* the result does not say: the lines of the input */
  c.count = 0;
  bpi_fact_cells(FACT_TOOL_CALL, (int64_t *)&t, -1, collect, &c);
  ck_assert_int_eq(c.cell[0].m[TOOL_ADDED], -9);
  ck_assert_int_eq(c.cell[0].n, -1);
  t.outcome = OUTCOME_ERROR; /* not applied */
  c.count = 0;
  bpi_fact_cells(FACT_TOOL_CALL, (int64_t *)&t, 1, collect, &c);
  ck_assert_int_eq(c.count, 1);
  ck_assert_int_eq(c.cell[0].m[TOOL_ADDED], 0);
  t.flags = FACT_RESULT; /* a result without its call is not a call */
  c.count = 0;
  bpi_fact_cells(FACT_TOOL_CALL, (int64_t *)&t, 1, collect, &c);
  ck_assert_int_eq(c.count, 0);
}
END_TEST

/* What was asked, decided, done and changed is in the class, and everything that is summed has its
 * own. */
START_TEST(classes_of_cells) {
  const prompt_fact prompt = {.characters = 240, .features = PROMPT_FILE, .mode = MODE_PLAN};
  const event_fact event = {
      .event = EVENT_API_ERROR, .detail = DETAIL_RATE_LIMIT, .command = 4, .value = 7};
  const decision_fact decision = {
      .decision = DECISION_EDIT, .outcome = OUTCOME_REJECTED, .language = LANGUAGE_C, .lines = 9};
  const change_fact change = {
      .change = CHANGE_PULL_REQUEST, .type = CHANGE_TYPE_FIX, .assisted = 1, .added = 3};
  const struct {
    fact_kind kind;
    const void *fact;
    int64_t label, class_, first;
  } rows[] = {
      {FACT_PROMPT, &prompt, 0,
       CLASS_PUT(CLASS_SIZE, bpi_prompt_size(240)) | CLASS_PUT(CLASS_FEATURES, PROMPT_FILE) |
           CLASS_PUT(CLASS_MODE, MODE_PLAN),
       0},
      {FACT_EVENT, &event, 4,
       CLASS_PUT(CLASS_EVENT, EVENT_API_ERROR) | CLASS_PUT(CLASS_DETAIL, DETAIL_RATE_LIMIT), 7},
      {FACT_DECISION, &decision, 0,
       CLASS_PUT(CLASS_DECISION, DECISION_EDIT) | CLASS_PUT(CLASS_OUTCOME, OUTCOME_REJECTED) |
           CLASS_PUT(CLASS_LANGUAGE, LANGUAGE_C),
       9},
      {FACT_CHANGE, &change, 0,
       CLASS_PUT(CLASS_CHANGE, CHANGE_PULL_REQUEST) |
           CLASS_PUT(CLASS_CHANGE_TYPE, CHANGE_TYPE_FIX) | CLASS_PUT(CLASS_ASSISTED, ASSISTED_YES),
       3}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    collected c = {.count = 0};
    bpi_fact_cells(rows[i].kind, rows[i].fact, 1, collect, &c);
    ck_assert_int_eq(c.count, 1);
    ck_assert_int_eq(c.cell[0].label, rows[i].label);
    ck_assert_int_eq(c.cell[0].class_, rows[i].class_);
    ck_assert_int_eq(c.cell[0].m[0], rows[i].first);
  }
}
END_TEST

START_TEST(price_bands) {
  static const int64_t tokens[] = {128000, 128001, 200000, 200001, 272000, 272001};
  static const int bands[] = {0, 1, 1, 2, 2, 3};
  for (size_t i = 0; i < 6; i++) {
    response_fact f = response(0, 1, 0, 1, 1000, 5, 0);
    f.cache_read = tokens[i] - 3000;
    f.cache_write_5m = f.cache_write_1h = 1000;
    collected c = {.count = 0};
    bpi_fact_cells(FACT_RESPONSE, (int64_t *)&f, 1, collect, &c);
    ck_assert_int_eq(CLASS_GET(c.cell[0].class_, CLASS_BAND), bands[i]);
  }
}
END_TEST

START_TEST(background_agents) {
  int64_t fact[FACT_WORDS_MAX];
  fact_kind kind;
  record r = random_record(RECORD_PROMPT);
  r.flags = RECORD_NOISE;
  ck_assert(!bpi_fact_from_record(fact, &kind, &r, 1));
  r = random_record(RECORD_RESPONSE);
  r.flags = RECORD_NOISE;
  ck_assert(bpi_fact_from_record(fact, &kind, &r, 1));
}
END_TEST

/* A fact is packed and unpacked unchanged, whatever its words; small words take little space. */
START_TEST(packed_and_unpacked) {
  static const int64_t telling[] = {
      0,         1,  255,           256,       65535,        65536, INT64_C(1) << 40,
      INT64_MAX, -1, INT64_MIN + 1, FACT_NONE, BPI_TIME_NONE};
  for (int round = 0; round < 20000; round++) {
    int64_t fact[FACT_WORDS_MAX], packed[PACKED_WORDS_MAX + PACKED_SLACK], again[FACT_WORDS_MAX];
    size_t words = 5 + (size_t)below(FACT_WORDS_MAX - 4);
    bool wide = round % 7 == 0; /* only the widest words: the most space that is allowed for */
    for (size_t i = 0; i < words; i++)
      fact[i] = wide ? -below(1000) - 1 : telling[below(sizeof telling / sizeof *telling)];
    memset(packed, 0xAA, sizeof packed);
    size_t room = bpi_pack(packed, fact, words);
    ck_assert_uint_le(room, PACKED_WORDS_MAX);
    ck_assert_uint_eq(bpi_unpack(again, packed, words), room);
    ck_assert_mem_eq(again, fact, words * sizeof *fact);
    ck_assert_mem_eq(packed, fact, 2 * sizeof *fact); /* keys are compared in packed form */
  }
  int64_t small[FACT_WORDS_MAX] = {1, 2}, packed[PACKED_WORDS_MAX];
  ck_assert_uint_eq(bpi_pack(packed, small, FACT_WORDS_MAX), 4); /* the key, and a code for each */
}
END_TEST

int main(void) {
  Suite *suite = suite_create("facts");
  TCase *c = tcase_create("facts");
  tcase_set_timeout(c, 60);
  tcase_add_test(c, any_order_any_grouping);
  tcase_add_test(c, one_column_decides);
  tcase_add_test(c, response_rules);
  tcase_add_test(c, change_parts);
  tcase_add_test(c, constant_ids);
  tcase_add_test(c, edit_cells);
  tcase_add_test(c, classes_of_cells);
  tcase_add_test(c, price_bands);
  tcase_add_test(c, background_agents);
  tcase_add_test(c, packed_and_unpacked);
  suite_add_tcase(suite, c);
  return run_suite(suite);
}
