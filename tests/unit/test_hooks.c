/* Payloads of hooks (tests/corpus/hooks): the records of each, worked out by hand from
 * docs/sources.md; files may be cut anywhere, read through any window, run out of memory, and be
 * broken.
 *
 *     test_hooks [folder of the corpus]
 */
#include "cuts.h"
#include "told.h"

#include "run_suite.h"

static const char *corpus = "tests/corpus/hooks";

static void load(const source *s, const char *name) {
  size_t length;
  char *data = fake_load(corpus, name, &length);
  fake_read(&one, s, name, data, length);
  ck_assert_uint_eq(one.drops, 0);
  free(data);
}

static const char *key_of(record_kind kind, size_t n) {
  return fake_text(fake_nth(&one, kind, n)->key.lo);
}

/* ------------------------------------------------------------------------------------ Claude Code */

#define ROW "session claude_code  "
START_TEST(claude_code) {
  load(&bpi_source_claude_code_hooks, "good-claude.claude_code_hooks.jsonl");
  CHECK_ROWS(
      "0.000 session claude_code /home/ada/work/engine ", "0.000 event session_start startup -1",
      "5.000 session claude_code /home/ada/work/engine ", "5.000 prompt 20 features 2",
      "10.000 " ROW, "10.000 use Edit edit none /home/ada/work/engine/a.py python",
      /* the end of a call does not say when it began */
      "12.000 " ROW, "- use Edit edit none /home/ada/work/engine/a.py python",
      "12.000 result ok none -1 -1", "20.000 " ROW, "- use Bash command test  unknown",
      "20.000 result error command -1 -1", "21.000 " ROW, "- use Bash command other  unknown",
      "21.000 result interrupted none -1 -1", "22.000 " ROW, "- use Write edit none /x.c c",
      "22.000 result denied none -1 -1", "22.500 side " ROW, "22.500 side event subagent none -1",
      "23.000 side " ROW, "23.000 side event subagent none -1", "23.500 side " ROW,
      "23.500 side event subagent none -1", "24.000 " ROW, "24.000 event compaction manual -1",
      "25.000 " ROW, "25.000 event api_error overloaded -1", "26.000 " ROW,
      "26.000 event turn_end none -1", "27.500 " ROW,
      "27.500 use NotebookEdit edit none /n.ipynb notebook", "28.000 " ROW,
      "28.000 prompt 7 features 0", "30.000 " ROW, "30.000 event session_end none -1");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_uint_eq(one.read, 17);
  ck_assert_str_eq(key_of(RECORD_PROMPT, 0), "p-1");
  /* a subagent's beginning and end are one event */
  ck_assert_int_eq(
      bpi_ident_compare(fake_nth(&one, RECORD_EVENT, 1)->key, fake_nth(&one, RECORD_EVENT, 2)->key),
      0);
  /* an agent without a type was started by the client itself */
  ck_assert((fake_nth(&one, RECORD_EVENT, 2)->flags & RECORD_NOISE) == 0);
  ck_assert((fake_nth(&one, RECORD_EVENT, 3)->flags & RECORD_NOISE) != 0);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->u.prompt.mode, MODE_PLAN);
  ck_assert_str_eq(key_of(RECORD_TOOL_USE, 0), "toolu_1");
  ck_assert_str_eq(key_of(RECORD_TOOL_RESULT, 0), "toolu_1");
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 0)->u.result.duration_us, 1500000);
  /* the last of two old lines is removed, two of three new ones are added */
  const record *edit = fake_nth(&one, RECORD_TOOL_USE, 0);
  ck_assert(edit->u.use.added == 2 && edit->u.use.removed == 1);
  const record *cell = fake_nth(&one, RECORD_TOOL_USE, 5); /* of a notebook: its lines are new */
  ck_assert(cell->u.use.added == 2 && cell->u.use.removed == 0);
  for (size_t i = 0; i < one.count; i++)
    ck_assert_int_eq(one.records[i].tier, TIER_HOOK);
}
END_TEST

/* Without times and identifiers, calls are paired with their ends by tool and file, in order. */
START_TEST(older_clients) {
  load(&bpi_source_claude_code_hooks, "good-old.claude_code_hooks.json");
  CHECK_ROWS("- " ROW, "- use Read read none /a.c c", "- " ROW, "- use Read read none /a.c c",
             "- " ROW, "- use Read read none /a.c c", "- result ok none -1 -1", "- " ROW,
             "- use Read read none /b.c c", "- " ROW, "- event turn_end none -1", "- " ROW,
             "- prompt 6 features 0", "- " ROW, "- prompt 6 features 0");
  const record *calls[4], *end = fake_nth(&one, RECORD_TOOL_RESULT, 0);
  for (size_t i = 0; i < 4; i++)
    calls[i] = fake_nth(&one, RECORD_TOOL_USE, i);
  ck_assert_int_eq(bpi_ident_compare(calls[0]->key, end->key), 0);
  ck_assert_int_eq(bpi_ident_compare(calls[2]->key, end->key), 0);
  ck_assert_int_ne(bpi_ident_compare(calls[1]->key, end->key), 0);
  ck_assert_int_ne(bpi_ident_compare(calls[3]->key, end->key), 0);
  ck_assert_int_ne(bpi_ident_compare(fake_nth(&one, RECORD_PROMPT, 0)->key,
                                     fake_nth(&one, RECORD_PROMPT, 1)->key),
                   0); /* two alike are two */
}
END_TEST

/* A call without a tool is not a call. */
START_TEST(calls_without_a_tool) {
  static const char data[] =
      "[{\"session_id\":\"s\",\"hook_event_name\":\"PreToolUse\",\"tool_use_id\":\"t\"},"
      "{\"session_id\":\"s\",\"hook_event_name\":\"PostToolUse\",\"tool_use_id\":\"t\"}]";
  fake_read(&one, &bpi_source_claude_code_hooks, "", data, sizeof data - 1);
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_uint_eq(fake_count(&one, RECORD_TOOL_USE) + fake_count(&one, RECORD_TOOL_RESULT), 0);
}
END_TEST

/* ----------------------------------------------------------------------------------------- Cursor */

#define OWN "session cursor  "
START_TEST(cursor) {
  load(&bpi_source_cursor_hooks, "good-cursor.cursor_hooks.jsonl");
  CHECK_ROWS("0.000 session cursor /home/ada/work/engine ", "0.000 event session_start none -1",
             "10.000 " OWN, "10.000 prompt 22 features 2", "10.000 event generation none -1",
             "20.000 " OWN, "20.000 use run_terminal_cmd command build  unknown", "30.000 " OWN,
             "- use run_terminal_cmd command build  unknown", "30.000 result ok none -1 -1",
             /* the same call reported by its effect: how it ended is unknown */
             "30.000 " OWN, "- use run_terminal_cmd command build  unknown",
             "30.000 result unknown none -1 -1", "40.000 " OWN,
             "40.000 response gpt-5-high 23050 5947 stop 2", "40.000 event generation none -1",
             "41.000 " OWN, "41.000 response  23050 5947 stop 2", "41.000 event generation none -1",
             "41.000 event turn_end none -1", "3600.000 " OWN, "3600.000 prompt 2 features 0",
             "3600.000 event generation none -1", "3601.000 " OWN,
             "- use edit_file edit none /w/a.ts typescript", "3601.000 result ok none -1 -1",
             "3602.000 " OWN, "3602.000 event interrupt none -1");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_str_eq(key_of(RECORD_PROMPT, 0), "req-1");
  for (size_t i = 0; i < 2; i++) { /* reported twice, counted once each */
    ck_assert_str_eq(key_of(RECORD_RESPONSE, i), "req-1");
    ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, i)->u.response.cache_read, 100);
  }
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 0)->u.result.duration_us, 900000);
  /* the effect of a call counts if nothing else reported the call */
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 1)->tier, TIER_HOOK);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 2)->tier, TIER_TELEMETRY);
  const record *edit = fake_nth(&one, RECORD_TOOL_USE, 3);
  ck_assert(edit->tier == TIER_TELEMETRY && edit->u.use.added == 3 && edit->u.use.removed == 0);
}
END_TEST

/* An earlier client does not name the request whose turn ended. */
START_TEST(cursor_3_3) {
  load(&bpi_source_cursor_hooks, "good-cursor-3.3.cursor_hooks.jsonl");
  CHECK_ROWS(
      "1200.000 session cursor /home/ada/work/engine ", "1200.000 event session_start none -1",
      "1201.000 session cursor /home/ada/work/engine ", "1201.000 prompt 6 features 0",
      "1201.000 event generation none -1", "1230.000 session cursor /home/ada/work/engine ",
      "1230.000 response gpt-5-high 900 80 stop 2", "1230.000 event generation none -1",
      "1231.000 session cursor /home/ada/work/engine ", "1231.000 event turn_end none -1",
      "1260.000 session cursor /home/ada/work/engine ", "1260.000 event session_end none -1");
  ck_assert_uint_eq(one.rejects, 0);
}
END_TEST

/* Rare events, and between them events that are not read. */
START_TEST(cursor_events) {
  load(&bpi_source_cursor_hooks, "good-cursor-events.cursor_hooks.jsonl");
  CHECK_ROWS(
      "7201.000 " OWN, "- use lookup mcp none  unknown", "7201.000 result unknown none -1 -1",
      "7202.000 " OWN,
      /* the result contains the file read */
      "7202.000 use read_file read none /w/b.py python", "7202.000 result ok none -1 -1",
      "7204.000 " OWN, "7204.000 event compaction auto -1", "7205.000 " OWN,
      "7205.000 event subagent none -1",
      /* ends with a fractional duration, and the client's words for failures */
      "7209.000 " OWN, "- use Read read none /w/b.py python", "7209.000 result ok none -1 -1",
      "7210.000 " OWN, "- use Shell command build  unknown", "7210.000 result denied none -1 -1",
      "7211.000 " OWN, "- use Shell command build  unknown", "7211.000 result error timeout -1 -1",
      "7212.000 " OWN, "- use Shell command build  unknown", "7212.000 result error command -1 -1");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 0)->u.result.duration_us, 250000);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 2)->u.result.duration_us, 14726);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 4)->u.result.duration_us, 30000400);
}
END_TEST

/* -------------------------------------------------------------------------------------------- both */

static const struct {
  const source *s;
  const char *name;
} good[] = {
    {&bpi_source_claude_code_hooks, "good-claude.claude_code_hooks.jsonl"},
    {&bpi_source_claude_code_hooks, "good-old.claude_code_hooks.json"},
    {&bpi_source_cursor_hooks, "good-cursor.cursor_hooks.jsonl"},
    {&bpi_source_cursor_hooks, "good-cursor-3.3.cursor_hooks.jsonl"},
    {&bpi_source_cursor_hooks, "good-cursor-events.cursor_hooks.jsonl"},
};
#define GOOD (sizeof good / sizeof *good)

START_TEST(cut_anywhere) {
  size_t length;
  char *data = fake_load(corpus, good[_i].name, &length);
  check_cut_anywhere(good[_i].s, good[_i].name, data, length, 1);
  check_any_window(good[_i].s, good[_i].name, data, length);
  check_stops(good[_i].s, good[_i].name, data, length);
  free(data);
}
END_TEST

START_TEST(refused) {
  static const int reasons[] = {REJECT_SHAPE, REJECT_FIELD, REJECT_NUMBER, REJECT_SYNTAX,
                                REJECT_SHAPE};
  load(&bpi_source_claude_code_hooks, "bad.claude_code_hooks.jsonl");
  ck_assert_uint_eq(one.rejects, 5);
  for (size_t i = 0; i < 5; i++) {
    ck_assert_int_eq(one.reject[i].reason, reasons[i]);
    ck_assert_uint_eq(one.reject[i].line, i + 1);
  }
  CHECK_ROWS("- " ROW, "- event turn_end none -1"); /* the payload after them */
}
END_TEST

START_TEST(recognised) {
  for (size_t i = 0; i < GOOD; i++) {
    size_t length;
    char *data = fake_load(corpus, good[i].name, &length);
    ck_assert_ptr_eq(bpi_source_detect("", data, length), good[i].s);
    ck_assert(good[i].s->is_ours(good[i].name));
    ck_assert(!good[(i + 2) % GOOD].s->is_ours(good[i].name) ||
              good[(i + 2) % GOOD].s == good[i].s);
    free(data);
  }
}
END_TEST

int main(int argc, char **argv) {
  if (argc > 1) corpus = argv[1];
  Suite *suite = suite_create("hooks");
  TCase *c = tcase_create("hooks");
  tcase_set_timeout(c, 60);
  tcase_add_test(c, claude_code);
  tcase_add_test(c, calls_without_a_tool);
  tcase_add_test(c, older_clients);
  tcase_add_test(c, cursor);
  tcase_add_test(c, cursor_3_3);
  tcase_add_test(c, cursor_events);
  tcase_add_loop_test(c, cut_anywhere, 0, (int)GOOD);
  tcase_add_test(c, refused);
  tcase_add_test(c, recognised);
  suite_add_tcase(suite, c);
  return run_suite(suite);
}
