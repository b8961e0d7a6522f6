/* Storing records: the content of a store depends only on the records, not on their order or their
 * division into batches, and a batch that fails, is dry or is interrupted leaves nothing. Two
 * stores are compared as text with identifiers in place of row numbers; expected rows of single
 * cases were worked out by hand. */
#include <check.h>
#include <string.h>

#include "base/mem.h"
#include "random_record.h"
#include "run_suite.h"
#include "store/batch.h"
#include "store/batch_inside.h"
#include "store/read.h"
#include "store/sql.h"
#include "store_world.h"

/* ------------------------------------------------------------------------------ order, division */

START_TEST(any_order_any_division) {
  for (int round = 0; round < 12; round++) {
    record r[RECORDS];
    random_records(r, RECORDS, 1 + round % 4 * 5);
    store *whole = memory_store();
    apply_records(whole, r, RECORDS);
    ck_assert(verified(whole));
    char *want = dump(whole);
    apply_counts again = apply_records(whole, r, RECORDS);
    ck_assert_uint_eq(again.stored + again.updated, 0);
    assert_dump(whole, want, "twice");
    static const int64_t sizes[] = {1, 7, 60};
    for (size_t k = 0; k < 3; k++) {
      store *s = layered_store(round % 20);
      shuffle(r, RECORDS);
      apply_divided(s, r, RECORDS, sizes[k]);
      ck_assert(verified(s));
      assert_dump(s, want, "shuffled and divided");
      bpi_store_close(s);
    }
    bpi_free(want);
    bpi_store_close(whole);
  }
}
END_TEST

/* A batch that is reused, like a scanning thread's, keeps its label numbers. */
START_TEST(one_batch_many_times) {
  record r[RECORDS];
  for (size_t i = 0; i < RECORDS; i++)
    r[i] = random_record();
  store *whole = memory_store(), *s = layered_store(2);
  apply_records(whole, r, RECORDS);
  char *want = dump(whole);
  batch *b = bpi_batch_new(), *other = bpi_batch_new();
  for (size_t i = 0; i < RECORDS; i++) {
    put(below(2) ? b : other, r[i]);
    if (below(9) == 0) apply(s, b);
    if (below(9) == 0) apply(s, other);
  }
  ck_assert_int_eq(bpi_batch_join(b, other), BP_OK); /* both were applied before */
  apply(s, b);
  ck_assert(verified(s));
  assert_dump(s, want, "in one batch");
  bpi_batch_free(b);
  bpi_batch_free(other);
  bpi_free(want);
  bpi_store_close(whole);
  bpi_store_close(s);
}
END_TEST

/* Batches can be joined before and after being applied, and nothing is lost. */
START_TEST(batches_join_at_any_time) {
  store *s = memory_store();
  batch *b = bpi_batch_new(), *other = bpi_batch_new();
  record workspace = new_record(RECORD_SESSION, 0, T0, 1), branch = workspace, filler = workspace;
  workspace.u.session_row.workspace = 3;
  branch.u.session_row.branch = 2;
  filler.session.lo = 77; /* so that label numbers differ between the two */
  filler.u.session_row.workspace = 1;
  put(b, branch);
  apply(s, b);
  put(other, workspace);
  put(other, filler);
  ck_assert_int_eq(bpi_batch_join(b, other), BP_OK);
  apply(s, b);
#define WORKSPACE "SELECT l.hi FROM session x JOIN label l ON l.id = x.workspace WHERE x.lo = 1"
  ck_assert_int_eq(number(s, WORKSPACE), 3);
  workspace.u.session_row.workspace = 0;
  put(other, workspace);
  apply(s, other);
  ck_assert_int_eq(number(s, WORKSPACE), 3);
  bpi_batch_free(b);
  bpi_batch_free(other);
  bpi_store_close(s);
}
END_TEST

/* -------------------------------------------------------------------------------------- by hand */

#define INPUT "SELECT coalesce(sum(m0), 0) FROM cell WHERE kind = 1"
#define ANOMALIES "SELECT coalesce(sum(n), 0) FROM cell WHERE kind = 5"
/* One id under several request ids is one response, unless two of them are more than a day apart
 * and disagree; then each counts, whichever came first. */
START_TEST(constant_ids) {
  const record a = response(1, 1, T0, 100, 1), b = response(1, 2, T0 + DAY, 200, 1),
               c = response(1, 3, T0 + 3 * DAY, 200, 1), d = response(1, 4, T0 + 3 * DAY, 100, 1);
  const struct {
    record r[3];
    int count;
    int64_t responses, input, anomalies;
  } cases[] = {
      {{a, b}, 2, 1, 200, 0}, /* exactly a day apart: one response, the greater sum */
      {{b, c}, 2, 1, 200, 0}, /* two days apart, but they agree */
      {{a, c}, 2, 2, 300, 1},    {{c, a}, 2, 2, 300, 1},    {{a, d}, 2, 1, 100, 0},
      {{a, b, c}, 3, 3, 500, 1}, /* a and c show that the id is constant, so b counts separately */
      {{b, c, a}, 3, 3, 500, 1}, {{a, b, d}, 3, 3, 400, 1}, /* b and d */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    store *s = memory_store();
    for (int k = 0; k < cases[i].count; k++) {
      apply_records(s, &cases[i].r[k], 1);
      ck_assert(verified(s));
    }
    ck_assert_int_eq(number(s, "SELECT count(*) FROM response"), cases[i].count);
    ck_assert_int_eq(number(s, RESPONSES), cases[i].responses);
    ck_assert_int_eq(number(s, INPUT), cases[i].input);
    ck_assert_int_eq(number(s, ANOMALIES), cases[i].anomalies);
    bpi_store_close(s);
  }
}
END_TEST

/* Variants of one response arrive in any order, and each is recognised when it is read again. */
START_TEST(variants_are_found_again) {
  const uint64_t requests[] = {3, 1, 2};
  store *s = memory_store();
  for (int again = 0; again < 2; again++)
    for (size_t i = 0; i < 3; i++) {
      record r = response(1, requests[i], T0 + (int64_t)requests[i], 100, 1);
      apply_counts counts = apply_records(s, &r, 1);
      ck_assert_uint_eq(counts.stored, again ? 0 : 1);
      ck_assert_uint_eq(counts.duplicate, again ? 1 : 0);
    }
  bpi_store_close(s);
}
END_TEST

/* Very many request ids of one response do not take quadratic time. */
START_TEST(many_variants) {
  store *s = memory_store();
  batch *b = bpi_batch_new();
  const int many = 200000;
  for (int i = 0; i < many; i++)
    put(b, response(1, (uint64_t)i, T0 + i * MINUTE, i, 1));
  apply(s, b);
  ck_assert_int_eq(number(s, RESPONSES), many);
  for (int i = many; i < many + 4; i++) { /* adding more does not either */
    put(b, response(1, (uint64_t)i, T0, 7, 1));
    apply(s, b);
  }
  ck_assert_int_eq(number(s, RESPONSES), many + 4);
  ck_assert_int_eq(number(s, ANOMALIES), 1);
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

/* A response is first reported by a side chain, then by its own thread, and moves there with
 * everything. */
START_TEST(owners_change) {
  store *s = memory_store();
  record chain = response(1, 1, T0, 100, 1), thread = response(1, 1, T0 + MINUTE, 100, 2);
  chain.flags = RECORD_SIDECHAIN;
  apply_records(s, &chain, 1);
  ck_assert_int_eq(number(s, "SELECT session FROM cell WHERE kind = 1"), 1);
  ck_assert_int_eq(number(s, "SELECT first_us FROM session WHERE id = 1"), T0);
  apply_counts counts = apply_records(s, &thread, 1);
  ck_assert_uint_eq(counts.updated, 1);
  ck_assert_int_eq(number(s, RESPONSES), 1);
  ck_assert_int_eq(number(s, "SELECT session FROM cell WHERE kind = 1"), 2);
  /* the earliest of all rows */
  ck_assert_int_eq(number(s, "SELECT time_us FROM response_words"), T0);
  ck_assert_int_eq(
      number(s, "SELECT first_us IS NULL AND last_us IS NULL FROM session WHERE id = 1"), 1);
  ck_assert_int_eq(number(s, "SELECT first_us FROM session WHERE id = 2"), T0);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM run"), 1);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

#define ACTIVE "SELECT coalesce(sum(m0), 0) FROM cell WHERE kind = 6"
/* Gaps of up to five minutes are active; of a longer gap the first five minutes are. */
START_TEST(activity_by_hand) {
  store *s = memory_store();
  static const struct {
    int64_t minute, active, runs;
  } steps[] = {{0, 0, 1},    /* a single moment */
               {20, 5, 2},   /* five minutes of the gap */
               {25, 10, 2},  /* exactly five minutes belong together */
               {4, 14, 2},   /* 0 to 4, five minutes, 20 to 25 */
               {9, 19, 2},   /* 0 to 9, five minutes, 20 to 25 */
               {14, 24, 2},  /* 0 to 14, five minutes */
               {15, 25, 1}}; /* closes the gap: 0 to 25 */
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    record r = prompt(10 * i, T0 + steps[i].minute * MINUTE, 1);
    apply_records(s, &r, 1);
    ck_assert_int_eq(number(s, ACTIVE), steps[i].active * MINUTE);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM run"), steps[i].runs);
    ck_assert(verified(s));
  }
  /* By quarter of an hour: 0 to 15 and 15 to 25. */
  ck_assert_int_eq(number(s, "SELECT m0 FROM cell WHERE kind = 6 ORDER BY quarter"), 15 * MINUTE);
  ck_assert_int_eq(number(s, "SELECT m0 FROM cell WHERE kind = 6 ORDER BY quarter DESC"),
                   10 * MINUTE);
  bpi_store_close(s);
}
END_TEST

/* A response turns out to have begun earlier: its time moves, and with it the day and the run. */
START_TEST(earlier_times_arrive_late) {
  store *s = memory_store();
  const record late = response(1, 1, T0 + 20 * MINUTE, 100, 1),
               other = prompt(3, T0 + 24 * MINUTE, 1), early = response(1, 1, T0, 100, 1);
  apply_records(s, &late, 1);
  apply_records(s, &other, 1);
  ck_assert_int_eq(number(s, ACTIVE), 4 * MINUTE);
  apply_records(s, &early, 1);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM run WHERE start_us = end_us"), 2);
  ck_assert_int_eq(number(s, ACTIVE), 5 * MINUTE);
  ck_assert_int_eq(number(s, "SELECT quarter FROM cell WHERE kind = 1"), T0 / BPI_QUARTER);
  ck_assert_int_eq(number(s, "SELECT first_us FROM session"), T0);
  ck_assert_int_eq(number(s, "SELECT last_us FROM session"), T0 + 24 * MINUTE);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* A tool call known only by its result has the result's time, and counts once its use is known. */
START_TEST(halves_of_tool_calls) {
  store *s = memory_store();
  record use = new_record(RECORD_TOOL_USE, 1, T0, 1),
         result = new_record(RECORD_TOOL_RESULT, 1, T0 + MINUTE, 2);
  use.u.use = (tool_use_record){.tool = 1, .file = 2, .added = 3, .removed = 1};
  result.u.result =
      (tool_result_record){.outcome = OUTCOME_OK, .added = -1, .removed = -1, .duration_us = -1};
  apply_counts counts = apply_records(s, &result, 1);
  ck_assert_uint_eq(counts.stored, 1);
  ck_assert_uint_eq(counts.undated, 0);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM cell"), 0);
  counts = apply_records(s, &use, 1);
  ck_assert_uint_eq(counts.updated, 1);
  ck_assert_int_eq(number(s, "SELECT m0 FROM cell WHERE kind = 2"), MINUTE);
  ck_assert_int_eq(number(s, "SELECT m2 FROM cell WHERE kind = 2"), 3);
  ck_assert_int_eq(number(s, "SELECT m1 FROM cell WHERE kind = 3"), 1);
  ck_assert_int_eq(number(s, "SELECT hi FROM session WHERE id = (SELECT session FROM tool_call)"),
                   899);
  ck_assert(verified(s));

  record undated = result;
  undated.key.lo = 5;
  undated.time = BPI_TIME_NONE;
  ck_assert_uint_eq(apply_records(s, &undated, 1).undated, 1);
  bpi_store_close(s);
}
END_TEST

/* A negative difference in one cell, a positive one in another, and a cell that becomes empty. */
START_TEST(cells_are_taken_away_again) {
  store *s = memory_store();
  record partial = response(1, 1, T0, 100, 1), whole = response(1, 1, T0, 100, 1);
  partial.u.response.stop = STOP_NONE;
  partial.u.response.output = 3;
  apply_records(s, &partial, 1);
  apply_records(s, &whole, 1);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM cell WHERE kind = 1"), 1);
  ck_assert_int_eq(number(s, "SELECT m1 FROM cell WHERE kind = 1"), 10);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* ----------------------------------------------------------------------------- all or nothing */

START_TEST(a_dry_run_stores_nothing) {
  record r[RECORDS];
  for (size_t i = 0; i < RECORDS; i++)
    r[i] = random_record();
  store *s = layered_store(3), *whole = memory_store();
  apply_records(s, r, RECORDS / 2);
  char *before = dump(s);
  batch *b = bpi_batch_new();
  apply_counts dry = {0}, wet = {0};
  bp_error *error = NULL;
  for (size_t i = 0; i < RECORDS; i++)
    put(b, r[i]);
  ck_assert_int_eq(bpi_store_apply(s, b, T0, false, &dry, &error), BP_OK);
  assert_dump(s, before, "dry");
  for (size_t i = 0; i < RECORDS; i++)
    put(b, r[i]); /* the row numbers assigned by the dry run are forgotten */
  wet = apply(s, b);
  ck_assert_mem_eq(&dry, &wet, sizeof dry);
  apply_records(whole, r, RECORDS);
  char *want = dump(whole);
  assert_dump(s, want, "after a dry run");
  bpi_free(before);
  bpi_free(want);
  bpi_batch_free(b);
  bpi_store_close(whole);
  bpi_store_close(s);
}
END_TEST

/* Whatever fails: the store is unchanged, the batch is empty, and the next one is stored. */
START_TEST(a_failure_stores_nothing) {
  record r[60];
  for (size_t i = 0; i < 60; i++)
    r[i] = random_record();
  store *s = layered_store(2);
  apply_records(s, r, 30);
  char *before = dump(s);
  int rc = BP_ERR_NOMEM;
  for (long after = 0; rc != BP_OK; after++) {
    batch *b = bpi_batch_new();
    apply_counts counts = {0};
    bp_error *error = NULL;
    for (size_t i = 0; i < 60; i++)
      put(b, r[i]);
    bpi_mem_fail_after(after);
    rc = bpi_store_apply(s, b, T0, true, &counts, &error);
    bpi_mem_fail_after(-1);
    if (rc != BP_OK) {
      ck_assert_int_eq(rc, BP_ERR_NOMEM);
      ck_assert_uint_eq(counts.stored + counts.updated + counts.duplicate, 0);
      ck_assert(sqlite3_get_autocommit(s->db));
      assert_dump(s, before, "without memory");
      bpi_error_free(error);
      error = NULL;
      ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_NOMEM);
    }
    bpi_error_free(error);
    bpi_batch_free(b);
  }
  store *whole = memory_store();
  apply_records(whole, r, 60);
  char *want = dump(whole);
  assert_dump(s, want, "when there was memory");
  ck_assert(verified(s));
  bpi_free(before);
  bpi_free(want);
  bpi_store_close(whole);
  bpi_store_close(s);
}
END_TEST

/* Once applied, a batch counts no bytes, however many sessions and names it remembers; otherwise
 * everything after them would be stored line by line. */
START_TEST(what_is_stored_weighs_nothing) {
  store *s = memory_store();
  batch *b = bpi_batch_new();
  fact_sink sink = bpi_batch_sink(b);
  for (uint64_t round = 1; round <= 3; round++) {
    ck_assert(bpi_batch_empty(b));
    for (uint64_t i = 1; i <= 300; i++) {
      record r = response(1000 * round + i, 1, T0, 5, 1000 * round + i);
      r.u.response.model =
          sink.label(sink.self, LABEL_MODEL, (ident){i % 10 + round, 1}, "model", 5);
      put(b, r);
    }
    ck_assert_uint_ge(bpi_batch_bytes(b), 300 * sizeof(batch_session));
    apply(s, b);
    ck_assert_uint_eq(bpi_batch_bytes(b), 0);
  }
  ck_assert_int_eq(number(s, "SELECT count(DISTINCT session) FROM response"), 900);
  ck_assert_int_eq(number(s, "SELECT count(DISTINCT model) FROM response"), 12);
  ck_assert(verified(s));
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

START_TEST(an_interrupt_stores_nothing) {
  store *s = memory_store();
  const record r = prompt(1, T0, 1);
  batch *b = bpi_batch_new();
  apply_counts counts = {0};
  bp_error *error = NULL;
  put(b, r);
  bpi_store_interrupt(s);
  ck_assert(bpi_store_interrupted(s));
  ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_CANCELLED);
  ck_assert_int_eq(bpi_error_code(error), BP_ERR_CANCELLED);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM prompt"), 0);
  bpi_error_free(error);
  bpi_store_clear_interrupt(s);
  ck_assert_uint_eq(apply_records(s, &r, 1).stored, 1);
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

START_TEST(somebody_else_is_writing) {
  store *s = open_store("busy.db"), *other = open_store("busy.db");
  const record r = prompt(1, T0, 1);
  batch *b = bpi_batch_new();
  apply_counts counts = {0};
  bp_error *error = NULL;
  put(b, r);
  sql(other, "BEGIN IMMEDIATE");
  bpi_sql_wait(s, s->db, 20);
  ck_assert_int_eq(bpi_store_apply(s, b, T0, true, &counts, &error), BP_ERR_BUSY);
  sql(other, "ROLLBACK");
  bpi_error_free(error);
  ck_assert_uint_eq(apply_records(s, &r, 1).stored, 1);
  ck_assert_int_eq(number(other, "SELECT count(*) FROM prompt"), 1);
  bpi_batch_free(b);
  bpi_store_close(s);
  bpi_store_close(other);
}
END_TEST

/* ------------------------------------------------------------------------- names, files, rejects */

/* A name that was not stored at first is added once it may be. */
START_TEST(names_are_filled_in) {
  store *s = memory_store();
  const ident key = {5, 6};
  for (int round = 0; round < 3; round++) {
    batch *b = bpi_batch_new();
    const fact_sink sink = bpi_batch_sink(b);
    record r = new_record(RECORD_TOOL_USE, 1, T0, 1);
    r.u.use.tool =
        sink.label(sink.self, LABEL_TOOL, key, round == 1 ? "Bash" : NULL, round == 1 ? 4 : 0);
    ck_assert_int_eq(sink.put(sink.self, &r), BP_OK);
    apply(s, b);
    bpi_batch_free(b);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM label"), 1);
    ck_assert_int_eq(number(s, "SELECT text IS 'Bash' FROM label"), round > 0);
  }
  bpi_store_close(s);
}
END_TEST

static void take_file(void *files, size_t at, const file_state *known) {
  ((file_state *)files)[at] = *known;
}

START_TEST(files_and_rejects) {
  store *s = memory_store();
  const ident key = {11, 12};
  file_state state = {.key = key,
                      .source = 2,
                      .device = 3,
                      .inode = -4,
                      .size = 5,
                      .modified_ns = 6,
                      .position = 7,
                      .line = 8,
                      .tail = -9,
                      .records = 10,
                      .restarted = true},
             got;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_store_file(s, key, &got, &error), BP_ERR_NOTFOUND);
  ck_assert_ptr_null(error);
  state.memory[0] = INT64_MIN;
  state.memory[23] = 1;
  batch *b = bpi_batch_new();
  bpi_batch_file(b, &state);
  state.position = 70;
  bpi_batch_file(b, &state); /* still the same file */
  bpi_batch_reject(b, key, REJECT_SYNTAX, 3, 33);
  bpi_batch_reject(b, key, REJECT_SYNTAX, 3, 33);
  bpi_batch_reject(b, key, REJECT_UTF8, 3, 33);
  bpi_batch_reject(b, (ident){1, 1}, REJECT_UTF8, 3, 33); /* of an unknown file */
  apply(s, b);
  ck_assert_int_eq(bpi_store_file(s, key, &got, &error), BP_OK);
  ck_assert_int_eq(got.id, 1);
  ck_assert_int_eq(got.position, 70);
  ck_assert(got.source == 2 && got.device == 3 && got.inode == -4 && got.size == 5 &&
            got.modified_ns == 6 && got.line == 8 && got.tail == -9 && got.records == 10 &&
            !got.restarted);
  ck_assert_mem_eq(got.memory, state.memory, sizeof got.memory);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM reject"), 2);
  const ident keys[] = {{11, 13}, {12, 12}, key, {1, 1}};
  file_state many[4] = {{0}};
  ck_assert_int_eq(bpi_store_files(s, keys, 4, take_file, many, &error), BP_OK);
  ck_assert(many[0].id == 0 && many[1].id == 0 && many[3].id == 0);
  ck_assert(many[2].id == 1 && many[2].key.lo == 12 && many[2].position == 70);
  ck_assert_mem_eq(many[2].memory, got.memory, sizeof got.memory);

  state.restarted = false; /* the file grew: its earlier rejects stay */
  memset(state.memory, 0, sizeof state.memory);
  bpi_batch_file(b, &state);
  bpi_batch_reject(b, key, REJECT_DEPTH, 4, 44);
  apply(s, b);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM reject"), 3);
  ck_assert_int_eq(number(s, "SELECT memory IS NULL FROM file"), 1);

  state.restarted = true; /* it was rewritten */
  bpi_batch_file(b, &state);
  bpi_batch_reject(b, key, REJECT_DEPTH, 9, 99);
  apply(s, b);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM reject"), 1);
  ck_assert_int_eq(number(s, "SELECT byte FROM reject"), 99);
  ck_assert_int_eq(number(s, "SELECT count(*) FROM file"), 1);
  bpi_batch_free(b);
  bpi_store_close(s);
}
END_TEST

/* ---------------------------------------------------------------------------------- tiers */

/* A transcript, hooks and telemetry of one session. The prompt has another identifier in each; the
 * tool call has the same in all. Only the hooks have a decision, only the sums a span. */
static const record_tier sights[] = {TIER_RECORD, TIER_HOOK, TIER_TELEMETRY, TIER_TOTAL};

static size_t sight(record *out, record_tier tier) {
  size_t n = 0;
  int64_t late = T0 + (int64_t)tier * MINUTE;
  uint64_t key = 100 * ((uint64_t)tier + 1);
  if (tier == TIER_TOTAL) {
    out[n] = of_tier(RECORD_RESPONSE, key, late, tier);
    out[n++].u.response.output = 7;
    out[n++] = of_tier(RECORD_SPAN, key, late, tier);
    return n;
  }
  out[n++] = of_tier(RECORD_PROMPT, key, late, tier);
  out[n++] = of_tier(RECORD_TOOL_USE, 7, late, tier);
  out[n] = of_tier(RECORD_TOOL_RESULT, 7, late + MINUTE, tier);
  out[n++].u.result.duration_us = 1 + (int64_t)tier;
  if (tier == TIER_HOOK) out[n++] = of_tier(RECORD_DECISION, key, late, tier);
  if (tier != TIER_HOOK) out[n++] = of_tier(RECORD_RESPONSE, key, late, tier);
  return n;
}

static int one_session(void *user, const session_rows *rows) {
  *(session_rows *)user = *rows;
  return 0;
}

/* Expected by hand for each row of the session: bits of `shadowed`. */
static void shadows_are(store *s, size_t count, const unsigned *shadowed, int64_t facts) {
  session_rows rows = {.count = 0};
  store_health h;
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_read_sessions(s, one_session, &rows, &error), BP_OK);
  ck_assert_uint_eq(rows.count, count);
  for (size_t i = 0; i < count; i++)
    ck_assert_msg(rows.row[i].shadowed == shadowed[i], "row %zu: %#x", i, rows.row[i].shadowed);
  ck_assert_int_eq(bpi_read_health(s, true, &h, &error), BP_OK);
  ck_assert_int_eq(h.facts[FACT_KINDS], 1);
  ck_assert_int_eq(h.shadowed, facts);
}

START_TEST(better_rows_shadow) {
  enum {
    P = 1 << ROLLUP_PROMPT | 1 << ROLLUP_ATTEMPT | 1 << ROLLUP_TASK_COST | 1 << ROLLUP_TASK |
        1 << ROLLUP_USE | 1 << ROLLUP_PATTERN |
        1 << ROLLUP_TRANSITION, /* tasks are cut by prompts */

    R = 1 << ROLLUP_RESPONSE,
    A = 1 << ROLLUP_ACTIVE,
    S = 1 << ROLLUP_SPAN,
    D = 1 << ROLLUP_DECISION,
    T = 1 << ROLLUP_TOOL | 1 << ROLLUP_EDIT
  };
  static const unsigned all[] = {0, P | R | A | T | S, P | R | A | T | S | D,
                                 P | R | A | T | S | D};
  static const unsigned without_transcript[] = {0, P | A | T | S | D, P | R | A | T | S | D};
  for (int first = 0; first < 4; first++) { /* any source first, the others in turn */
    store *s = memory_store();
    for (int i = 0; i < 4; i++) {
      record rows[8];
      apply_records(s, rows, sight(rows, sights[(first + i * 3) % 4]));
    }
    ck_assert(verified(s));
    /* The call has one row, of the best tier; prompts of two tiers, responses of two and a span do
     * not count. */
    shadows_are(s, 4, all, 5);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM tool_call"), 1);
    ck_assert_int_eq(number(s, "SELECT duration_us FROM tool_call"), 1);
    ck_assert_int_eq(
        number(s, "SELECT tier FROM session WHERE id = (SELECT session FROM tool_call)"), 0);
    bpi_store_close(s);
  }
  store *s = memory_store();
  for (size_t i = 4; i-- > 1;) {
    record rows[8];
    apply_records(s, rows, sight(rows, sights[i]));
  }
  shadows_are(s, 3, without_transcript, 3);
  bpi_store_close(s);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("apply");
  TCase *tests = tcase_create("apply");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, world_begin, world_end);
  tcase_add_test(tests, any_order_any_division);
  tcase_add_test(tests, one_batch_many_times);
  tcase_add_test(tests, batches_join_at_any_time);
  tcase_add_test(tests, constant_ids);
  tcase_add_test(tests, variants_are_found_again);
  tcase_add_test(tests, many_variants);
  tcase_add_test(tests, owners_change);
  tcase_add_test(tests, activity_by_hand);
  tcase_add_test(tests, earlier_times_arrive_late);
  tcase_add_test(tests, halves_of_tool_calls);
  tcase_add_test(tests, cells_are_taken_away_again);
  tcase_add_test(tests, a_dry_run_stores_nothing);
  tcase_add_test(tests, a_failure_stores_nothing);
  tcase_add_test(tests, what_is_stored_weighs_nothing);
  tcase_add_test(tests, an_interrupt_stores_nothing);
  tcase_add_test(tests, somebody_else_is_writing);
  tcase_add_test(tests, names_are_filled_in);
  tcase_add_test(tests, files_and_rejects);
  tcase_add_test(tests, better_rows_shadow);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
