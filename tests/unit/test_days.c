/* Packed days: reading packed cells gives the sums of the rows, and damaged packed cells do no
 * harm. Expected sums come from the rows. */
#include <check.h>
#include <stdio.h>

#include "random_record.h"
#include "run_suite.h"
#include "store/cells.h"
#include "store/read.h"
#include "store/sql.h"
#include "store/tasks.h"
#include "store_world.h"

static int add_cell(void *user, const rollup_cell *cell) {
  bpi_cells_add(user, cell);
  return 0;
}

static int take_cell(void *user, const rollup_cell *cell) {
  rollup_cell less = *cell;
  less.n = -less.n;
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    less.m[i] = -less.m[i];
  bpi_cells_add(user, &less);
  return 0;
}

static int64_t shown(store *s) {
  cells all = {0};
  bp_error *error = NULL;
  ck_assert_int_eq(
      bpi_read_rollup(s, ROLLUP_RESPONSE, INT64_MIN, INT64_MAX, add_cell, &all, &error), BP_OK);
  ck_assert_uint_eq(all.count, 1);
  int64_t sum = all.cell[0].m[0];
  bpi_cells_free(&all);
  return sum;
}

/* Sums that overflow are shown as the greatest number, and are right again once the excess is
 * subtracted, both before storing and in the store. */
START_TEST(sums_come_back_from_beyond_the_end) {
  store *s = memory_store();
  bp_error *error = NULL;
  const rollup_cell small = {
      .kind = ROLLUP_RESPONSE, .quarter = T0 / BPI_QUARTER, .n = 1, .m = {7}};
  const rollup_cell great = {
      .kind = ROLLUP_RESPONSE, .quarter = T0 / BPI_QUARTER, .m = {INT64_MAX}};
  cells all = {0};
  for (int i = 0; i < 2; i++) {
    add_cell(&all, i == 0 ? &small : &great);
    add_cell(&all, &great);
    ck_assert_int_eq(bpi_cells_store(&all, s, &error), BP_OK);
    bpi_cells_free(&all);
    if (i == 0) ck_assert_int_eq(shown(s), INT64_MAX); /* 7 too many */
  }
  for (int i = 0; i < 3; i++)
    take_cell(&all, &great);
  ck_assert_int_eq(bpi_cells_store(&all, s, &error), BP_OK);
  bpi_cells_free(&all);
  ck_assert_int_eq(shown(s), 7);
  ck_assert_int_eq(bpi_cells_read(s, ROLLUP_RESPONSE, INT64_MIN, INT64_MAX, add_cell, &all, &error),
                   BP_OK);
  ck_assert_uint_eq(all.count, 1);
  ck_assert_mem_eq(&all.cell[0], &small, sizeof small);
  bpi_cells_free(&all);
  bpi_store_close(s);
}
END_TEST

/* A cell of less than no facts comes only from damage. */
START_TEST(counts_below_zero_are_damage) {
  store *s = memory_store();
  bp_error *error = NULL;
  const record r = response(1, 1, T0, 100, 1);
  cells all = {0};
  apply_records(s, &r, 1);
  sql(s, "UPDATE rollup SET cells = x'1000ffffffffffffffffff01'"); /* the count alone: -1 */
  ck_assert_int_eq(
      bpi_read_rollup(s, ROLLUP_RESPONSE, INT64_MIN, INT64_MAX, add_cell, &all, &error),
      BP_ERR_CORRUPT);
  ck_assert_uint_eq(all.count, 0);
  bp_error_free(error);
  bpi_store_close(s);
}
END_TEST

/* Sums of cells of one grain, minus the rows' values. */
typedef struct grain_sum {
  store *s;
  cell_grain grain;
  rollup_kind kind;
  int64_t like;
  cells all;
  session_rows known[64]; /* by row number */
} grain_sum;

static const session_rows *rows_of(grain_sum *g, int64_t session) {
  bp_error *error = NULL;
  ck_assert_int_lt(session, 64);
  if (g->known[session].count == 0)
    ck_assert_int_eq(bpi_read_session(g->s, session, &g->known[session], &error), BP_OK);
  return &g->known[session];
}

/* A cell with everything that the grain does not distinguish removed. */
static rollup_cell seen_in(grain_sum *g, const rollup_cell *cell) {
  rollup_cell seen = *cell;
  const session_rows *rows = rows_of(g, cell->session);
  bool quarter = g->grain == GRAIN_CELL || g->grain == GRAIN_QUARTER;
  if (!quarter && seen.quarter >= 0) seen.quarter -= seen.quarter % 96;
  if (g->grain >= GRAIN_QUARTER)
    seen.session = rows->count > 1 ? rows->row[0].id : 1000 + rows->row[0].sources;
  if (g->grain != GRAIN_SESSION) return seen;
  seen.class_ &= bpi_session_grain[g->kind].class_;
  if (!bpi_session_grain[g->kind].label) seen.label = 0;
  return seen;
}

static int add_seen(void *user, const rollup_cell *cell) {
  grain_sum *g = user;
  rollup_cell seen = seen_in(g, cell);
  if (g->like != 0) {
    const session_rows *one = rows_of(g, cell->session);
    ck_assert_uint_eq(one->count, 1);
    ck_assert_int_eq(one->row[0].sources, rows_of(g, g->like)->row[0].sources);
  }
  return add_cell(&g->all, &seen);
}

static int take_seen(void *user, const rollup_cell *cell) {
  grain_sum *g = user;
  rollup_cell seen = seen_in(g, cell);
  return take_cell(&g->all, &seen);
}

static int set_like(void *user, int64_t session) {
  ((grain_sum *)user)->like = session;
  return 0;
}

static void compare_range(store *s, rollup_kind kind, cell_grain grain, int64_t from,
                          int64_t until) {
  bp_error *error = NULL;
  grain_sum g = {.s = s, .kind = kind, .grain = grain};
  const cell_reader to = {add_seen, set_like, &g};
  ck_assert_int_eq(bpi_read_cells(s, kind, grain, from, until, &to, &error), BP_OK);
  ck_assert_int_eq(g.like, 0);
  int rc = kind < ROLLUP_ATTEMPT ? bpi_cells_read(s, kind, from, until, take_seen, &g, &error)
                                 : bpi_tasks_read(s, kind, from, until, take_seen, &g, &error);
  ck_assert_int_eq(rc, BP_OK);
  for (size_t i = 0; i < g.all.count; i++)
    ck_assert_msg(bpi_cell_is_zero(&g.all.cell[i]), "a cell of kind %d in grain %d", kind, grain);
  bpi_cells_free(&g.all);
}

static void compare_grain(store *s, rollup_kind kind, cell_grain grain) {
  int64_t from = T0 / BPI_QUARTER + below(200) - 4, until = from + below(400);
  if (below(3) == 0) from = INT64_MIN;
  if (below(3) == 0) until = INT64_MAX;
  compare_range(s, kind, grain, from, until);
}

/* Reading gives the sums of the rows, in any range. */
static void read_and_compare(store *s) {
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_read_begin_tasks(s, &error), BP_OK);
  for (rollup_kind kind = ROLLUP_RESPONSE; kind < ROLLUP_KINDS; kind++)
    for (cell_grain grain = GRAIN_CELL; grain < GRAINS; grain++)
      compare_grain(s, kind, grain);
  bpi_read_end(s);
}

#define DAYS "SELECT count(*) FROM day"
/* Reads by day, which packs the days read. */
static void pack_all(store *s, rollup_kind kind) {
  cells all = {0};
  const cell_reader to = {.cell = add_cell, .user = &all};
  bp_error *error = NULL;
  ck_assert_int_eq(bpi_read_begin(s, &error), BP_OK);
  ck_assert_int_eq(bpi_read_cells(s, kind, GRAIN_DAY, INT64_MIN, INT64_MAX, &to, &error), BP_OK);
  bpi_read_end(s);
  bpi_cells_free(&all);
}

/* Packed days that only a session without activity touches are dropped like the others when another
 * row of it is added. */
START_TEST(packed_days_of_what_was_only_told) {
  record told[] = {of_tier(RECORD_SPAN, 1, T0, TIER_TELEMETRY),
                   response(2, 2, T0 + 2 * DAY, 100, 9)};
  const record better = of_tier(RECORD_SESSION, 1, BPI_TIME_NONE, TIER_RECORD);
  told[0].u.span = (span_record){5, 7, 1};
  store *s = memory_store();
  s->worth_packing = 1;
  apply_records(s, told, 2);
  pack_all(s, ROLLUP_SPAN);
  ck_assert_int_gt(number(s, DAYS), 0);
  apply_records(s, &better, 1);
  ck_assert_int_eq(number(s, DAYS), 0);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* A session's tasks belong to the first of its rows, even to one without facts. */
START_TEST(tasks_move_to_a_better_row) {
  const record told = of_tier(RECORD_PROMPT, 1, T0, TIER_HOOK);
  const record better = of_tier(RECORD_SESSION, 1, BPI_TIME_NONE, TIER_RECORD);
  store *s = memory_store();
  apply_records(s, &told, 1);
  ck_assert_int_eq(bpi_tasks_refresh(s, NULL), BP_OK);
  ck_assert_int_eq(number(s, "SELECT session.tier FROM task JOIN session ON session = session.id"),
                   TIER_HOOK);
  apply_records(s, &better, 1);
  ck_assert(verified(s));
  ck_assert_int_eq(bpi_tasks_refresh(s, NULL), BP_OK);
  ck_assert_int_eq(number(s, "SELECT session.tier FROM task JOIN session ON session = session.id"),
                   TIER_RECORD);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

static int pass_cell(void *user, const rollup_cell *cell) {
  (void)user, (void)cell;
  return 0;
}

/* Numbers outside their vocabulary are not shifted into classes, nor used as an index into a table
 * of patterns. */
START_TEST(tasks_may_be_damaged) {
  static const char *const damages[] = {"type = 1 << 40",     "outcome = -1",  "size = 8",
                                        "features = 32",      "category = 16", "path = x'ff030404'",
                                        "path = x'14141414'", "path = x'03f4'"};
  for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
    store *s = memory_store();
    const record r[] = {prompt(1, T0, 1), of_tier(RECORD_TOOL_USE, 2, T0 + 1, TIER_RECORD)};
    char text[120];
    apply_records(s, r, 2);
    ck_assert_int_eq(bpi_tasks_refresh(s, NULL), BP_OK);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM task"), 1);
    snprintf(text, sizeof text, "UPDATE task SET %s", damages[i]);
    execute(s, "PRAGMA ignore_check_constraints = ON");
    execute(s, text);
    for (rollup_kind kind = ROLLUP_TASK; kind < ROLLUP_KINDS; kind++) {
      bp_error *error = NULL;
      int rc = bpi_tasks_read(s, kind, INT64_MIN, INT64_MAX, pass_cell, NULL, &error);
      ck_assert_msg(rc == BP_ERR_CORRUPT, "%s: %d", damages[i], rc);
      ck_assert_int_eq(bpi_error_code(error), BP_ERR_CORRUPT);
      bpi_error_free(error);
    }
    ck_assert(!verified(s));
    bpi_store_close(s);
  }
}
END_TEST

START_TEST(packed_days_are_what_rows_say) {
  int64_t most = 0;
  for (int round = 0; round < 12; round++) {
    store *s = memory_store();
    s->worth_packing = 1;
    for (int step = 0; step < 40; step++) {
      record r[12];
      size_t count = 1 + (size_t)below(12);
      for (size_t i = 0; i < count; i++)
        r[i] = random_record();
      apply_records(s, r, count);
      ck_assert(verified(s)); /* a day that changed is no longer packed */
      read_and_compare(s);
      int64_t packed = number(s, DAYS);
      if (packed > most) most = packed;
      ck_assert_int_eq(number(s, "SELECT count(*) FROM day WHERE (id & 0xffffffff) >= "
                                 "(SELECT max(quarter) / 96 FROM cell)"),
                       0);
      ck_assert(verified(s));
    }
    erase_session(s, 1);
    ck_assert_int_eq(number(s, DAYS), 0);
    bpi_store_close(s);
  }
  ck_assert_int_gt(most, 10); /* in one day all kinds except those missing in random records */
}
END_TEST

/* A packed day has no parts: a day that is only partly wanted is read from cells, wherever it is
 * cut. */
START_TEST(parts_of_packed_days) {
  store *s = memory_store();
  s->worth_packing = 1;
  static const int64_t quarters[] = {0, 1, 50, 95}; /* at the ends of a day and in the middle */
  const int64_t day = T0 / BPI_DAY;
  record r[12];
  for (int i = 0; i < 12; i++) {
    int64_t quarter = (day + i / 4) * BPI_DAY_QUARTERS + quarters[i % 4];
    r[i] = of_tier(RECORD_PROMPT, (uint64_t)i + 1, quarter * BPI_QUARTER, TIER_RECORD);
  }
  apply_records(s, r, sizeof r / sizeof *r);
  pack_all(s, ROLLUP_PROMPT);
  ck_assert_int_gt(number(s, DAYS), 0);
  bp_error *error = NULL;
  for (int64_t cut = day * BPI_DAY_QUARTERS; cut <= (day + 2) * BPI_DAY_QUARTERS; cut++) {
    ck_assert_int_eq(bpi_read_begin(s, &error), BP_OK);
    compare_range(s, ROLLUP_PROMPT, GRAIN_DAY, INT64_MIN, cut);
    compare_range(s, ROLLUP_PROMPT, GRAIN_DAY, cut, INT64_MAX);
    bpi_read_end(s);
  }
  bpi_store_close(s);
}
END_TEST

START_TEST(packed_days_may_be_damaged) {
  static const char *const damage[] = {
      "UPDATE day SET cells = substr(cells, 1, length(cells) - 1)",
      "UPDATE day SET cells = x'ffff80'", "UPDATE day SET cells = x'00'",
      "UPDATE day SET cells = x'0300'", "UPDATE day SET cells = x'1000ffffffffffffffffff01'"};
  const record r[] = {response(1, 1, T0, 100, 1), response(2, 2, T0 + 2 * DAY, 100, 1)};
  for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
    store *s = memory_store();
    bp_error *error = NULL;
    cells all = {0};
    s->worth_packing = 1;
    apply_records(s, r, 2);
    pack_all(s, ROLLUP_RESPONSE);
    ck_assert(verified(s));
    sql(s, damage[i]);
    ck_assert(!verified(s));
    ck_assert_int_eq(bpi_read_begin(s, &error), BP_OK);
    const cell_reader to = {.cell = add_cell, .user = &all};
    int rc = bpi_read_cells(s, ROLLUP_RESPONSE, GRAIN_DAY, INT64_MIN, INT64_MAX, &to, &error);
    ck_assert_int_eq(rc, BP_ERR_CORRUPT);
    bp_error_free(error);
    bpi_read_end(s);
    bpi_cells_free(&all);
    bpi_store_close(s);
  }
}
END_TEST

/* If hardly any days of a range have cells, only those are read. */
START_TEST(packed_days_far_apart) {
  const record r[] = {response(1, 1, T0, 100, 1), response(2, 2, T0 + 2 * DAY, 100, 1),
                      response(3, 3, BPI_TIME_LAST, 100, 1)};
  store *s = memory_store();
  s->worth_packing = 1;
  apply_records(s, r, 3);
  pack_all(s, ROLLUP_RESPONSE);
  ck_assert_int_eq(number(s, DAYS), 2);
  ck_assert_int_lt(sqlite3_stmt_status(s->statement[SQL_DAYS], SQLITE_STMTSTATUS_RUN, 0), 20);
  ck_assert(verified(s));
  bpi_store_close(s);
}
END_TEST

/* A packed day of an unknown kind or grain is not looked up in a table. */
START_TEST(packed_days_of_no_kind) {
  for (int64_t grain = 0; grain <= GRAINS; grain += GRAIN_SESSION)
    for (int64_t kind = 0; kind < 256; kind += ROLLUP_KINDS) {
      const record r[] = {prompt(1, T0, 1), response(2, 2, T0, 100, 1)};
      store *s = memory_store();
      char text[120];
      apply_records(s, r, 2);
      ck_assert_int_eq(bpi_tasks_refresh(s, NULL), BP_OK);
      snprintf(text, sizeof text, "INSERT INTO day VALUES (%lld << 40 | %lld << 32 | %lld, x'00')",
               (long long)grain, (long long)kind, (long long)(T0 / DAY));
      execute(s, text);
      ck_assert(!verified(s));
      bpi_store_close(s);
    }
}
END_TEST

/* A handle that cannot write reads the rows. */
START_TEST(packing_is_not_waited_for) {
  const record r[] = {response(1, 1, T0, 100, 1), response(2, 2, T0 + 2 * DAY, 100, 1)};
  store *writer = open_store("days.db"), *reader = NULL;
  ck_assert_int_eq(try_open(&reader, "days.db", true, NULL, NULL), BP_OK);
  apply_records(writer, r, 2);
  reader->worth_packing = writer->worth_packing = 1;
  read_and_compare(reader);
  ck_assert_int_eq(number(writer, DAYS), 0);
  read_and_compare(writer);
  ck_assert_int_gt(number(writer, DAYS), 0);
  read_and_compare(reader);
  bpi_store_close(reader);
  bpi_store_close(writer);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("days");
  TCase *tests = tcase_create("days");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, world_begin, world_end);
  tcase_add_test(tests, sums_come_back_from_beyond_the_end);
  tcase_add_test(tests, counts_below_zero_are_damage);
  tcase_add_test(tests, packed_days_of_what_was_only_told);
  tcase_add_test(tests, tasks_move_to_a_better_row);
  tcase_add_test(tests, tasks_may_be_damaged);
  tcase_add_test(tests, packed_days_are_what_rows_say);
  tcase_add_test(tests, parts_of_packed_days);
  tcase_add_test(tests, packed_days_may_be_damaged);
  tcase_add_test(tests, packed_days_far_apart);
  tcase_add_test(tests, packed_days_of_no_kind);
  tcase_add_test(tests, packing_is_not_waited_for);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
