/* Native events from hand-made files (tests/corpus/native): each member reaches the right record,
 * missing ones stay unknown, each bad file is refused for its reason. Expected values are read off
 * the files by hand.
 *
 *     test_native [folder of the corpus]
 */
#include "cuts.h"

#include "base/mem.h"
#include "run_suite.h"

static const char *corpus = "tests/corpus/native";
static fake one;

/* 2026-03-02T09:00:00Z, computed with `date -u +%s`. */
#define NINE INT64_C(1772442000000000)

static void load(fake *f, const char *name) {
  size_t length;
  char *data = fake_load(corpus, name, &length);
  fake_read(f, &bpi_source_native, name, data, length);
  ck_assert_int_eq(f->rc, BP_OK);
  free(data);
}

static bool is_key(ident key, ident_kind kind, const char *raw) {
  return bpi_ident_compare(key, fake_identify(NULL, kind, raw, strlen(raw))) == 0;
}

START_TEST(every_member) {
  load(&one, "good-every-member.jsonl");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_uint_eq(one.drops, 0);
  ck_assert_uint_eq(one.read, 12);
  ck_assert_uint_eq(one.count, 13); /* a tool_call gives two records */
  for (size_t i = 0; i < one.count; i++)
    ck_assert_uint_eq(one.records[i].flags, 0);

  const record *r = fake_nth(&one, RECORD_SESSION, 0);
  ck_assert_int_eq(r->time, NINE);
  ck_assert(is_key(r->session, IDENT_SESSION, "mytool\ns-1"));
  ck_assert_str_eq(fake_text(r->u.session_row.platform), "mytool");
  ck_assert_str_eq(fake_text(r->u.session_row.workspace), "/home/ada/work/engine");
  ck_assert_str_eq(fake_text(r->u.session_row.branch), "feature/loops");
  ck_assert_str_eq(fake_text(r->u.session_row.version), "2.14.3");
  ck_assert_int_eq(r->u.session_row.version_rank, INT64_C(2) << 40 | 14 << 20 | 3);
  ck_assert_str_eq(fake_text(r->u.session_row.entrypoint), "vscode");

  r = fake_nth(&one, RECORD_PROMPT, 0);
  ck_assert(is_key(r->key, IDENT_PROMPT, "mytool\np-1"));
  ck_assert_int_eq(r->time, NINE + 5250000);
  ck_assert_int_eq(r->u.prompt.characters, 240);
  ck_assert_int_eq(r->u.prompt.features, 31);
  ck_assert_int_eq(r->u.prompt.mode, MODE_PLAN);

  r = fake_nth(&one, RECORD_RESPONSE, 0);
  const response_record *u = &r->u.response;
  ck_assert(is_key(r->key, IDENT_RESPONSE, "mytool\nr-1"));
  ck_assert(is_key(u->request, IDENT_REQUEST, "mytool\nreq-1"));
  ck_assert_str_eq(fake_text(u->model), "house-model-2");
  ck_assert_int_eq(u->input, 12);
  ck_assert_int_eq(u->output, 340);
  ck_assert_int_eq(u->cache_read, 18000);
  ck_assert_int_eq(u->cache_write_5m, 1200);
  ck_assert_int_eq(u->cache_write_1h, 300);
  ck_assert_int_eq(u->reasoning, 90);
  ck_assert_int_eq(u->web_searches, 1);
  ck_assert_int_eq(u->cost_nano, 1234500);
  ck_assert_int_eq(u->stop, STOP_TOOL);
  ck_assert_int_eq(u->speed, SPEED_FAST);
  ck_assert_int_eq(u->tier, TIER_PRIORITY);
  ck_assert_int_eq(u->geo, GEO_EU);
  ck_assert_int_eq(u->placeholder, 0);
}
END_TEST

START_TEST(every_member_of_tools) {
  load(&one, "good-every-member.jsonl");
  const record *r = fake_nth(&one, RECORD_TOOL_USE, 0);
  ck_assert(is_key(r->key, IDENT_TOOL, "mytool\nt-1"));
  ck_assert_str_eq(fake_text(r->u.use.tool), "mcp__files__edit_file");
  ck_assert_str_eq(fake_text(r->u.use.file), "/home/ada/work/engine/src/loop.rs");
  ck_assert_int_eq(r->u.use.category, CATEGORY_EDIT);
  ck_assert_int_eq(r->u.use.program, PROGRAM_NONE);
  ck_assert_int_eq(r->u.use.language, LANGUAGE_RUST);
  ck_assert_int_eq(r->u.use.added, 7);
  ck_assert_int_eq(r->u.use.removed, 2);

  const record *end = fake_nth(&one, RECORD_TOOL_RESULT, 0);
  ck_assert_int_eq(bpi_ident_compare(end->key, r->key), 0);
  ck_assert_int_eq(end->time, NINE + 11 * BPI_SECOND);
  ck_assert_int_eq(end->u.result.outcome, OUTCOME_OK);
  ck_assert_int_eq(end->u.result.failure, FAILURE_NONE);
  ck_assert_int_eq(end->u.result.added, 6);
  ck_assert_int_eq(end->u.result.removed, 1);
  ck_assert_int_eq(end->u.result.duration_us, 850000);
  ck_assert_uint_eq(end->u.result.file, r->u.use.file);
  ck_assert_int_eq(end->u.result.language, LANGUAGE_RUST);

  r = fake_nth(&one, RECORD_TOOL_USE, 1); /* of the tool_call: starts at 12 s, takes 30 s */
  end = fake_nth(&one, RECORD_TOOL_RESULT, 1);
  ck_assert(is_key(r->key, IDENT_TOOL, "mytool\nt-2"));
  ck_assert_int_eq(bpi_ident_compare(end->key, r->key), 0);
  ck_assert_int_eq(r->time, NINE + 12 * BPI_SECOND);
  ck_assert_int_eq(end->time, NINE + 42 * BPI_SECOND);
  ck_assert_int_eq(r->u.use.program, PROGRAM_TEST);
  ck_assert_int_eq(r->u.use.category, CATEGORY_COMMAND);
  ck_assert_int_eq(r->u.use.added, -1);
  ck_assert_int_eq(end->u.result.outcome, OUTCOME_ERROR);
  ck_assert_int_eq(end->u.result.failure, FAILURE_TIMEOUT);
  ck_assert_int_eq(end->u.result.added, 0);
}
END_TEST

START_TEST(every_member_of_the_rest) {
  load(&one, "good-every-member.jsonl");
  const record *r = fake_nth(&one, RECORD_DECISION, 0);
  ck_assert(is_key(r->key, IDENT_DECISION, "mytool\nd-1"));
  ck_assert_int_eq(r->u.decision.decision, DECISION_COMPLETION);
  ck_assert_int_eq(r->u.decision.outcome, OUTCOME_REJECTED);
  ck_assert_int_eq(r->u.decision.language, LANGUAGE_RUST);
  ck_assert_int_eq(r->u.decision.lines, 4);

  r = fake_nth(&one, RECORD_SPAN, 0);
  ck_assert(is_key(r->key, IDENT_SPAN, "mytool\nsum-1"));
  ck_assert_int_eq(r->u.span.added, 120);
  ck_assert_int_eq(r->u.span.removed, 45);
  ck_assert_int_eq(r->u.span.files, 6);

  r = fake_nth(&one, RECORD_EVENT, 0);
  ck_assert(is_key(r->key, IDENT_EVENT, "mytool\ne-1"));
  ck_assert_int_eq(r->u.event.event, EVENT_SLASH_COMMAND);
  ck_assert_int_eq(r->u.event.detail, DETAIL_MANUAL);
  ck_assert_str_eq(fake_text(r->u.event.command), "compact");
  ck_assert_int_eq(r->u.event.value, 182000);

  static const change_record changes[] = {
      {CHANGE_COMMIT, CHANGE_TYPE_FIX, 1, 6, 1, 2, 0, 0},
      {CHANGE_PULL_REQUEST, CHANGE_TYPE_FEATURE, 0, 300, 20, 9, 2, INT64_C(93600000000)},
      {CHANGE_ISSUE, CHANGE_TYPE_BUG, 1, 1, 1, 1, 3, INT64_C(172800000000)},
  };
  static const char *const keys[] = {"mytool\nc0ffee1", "mytool\nengine#41", "mytool\nengine#40"};
  for (size_t i = 0; i < 3; i++) {
    r = fake_nth(&one, RECORD_CHANGE, i);
    ck_assert(is_key(r->key, IDENT_CHANGE, keys[i]));
    ck_assert_int_eq(r->u.change.change, changes[i].change);
    ck_assert_int_eq(r->u.change.type, changes[i].type);
    ck_assert_int_eq(r->u.change.assisted, changes[i].assisted);
    ck_assert_int_eq(r->u.change.added, changes[i].added);
    ck_assert_int_eq(r->u.change.removed, changes[i].removed);
    ck_assert_int_eq(r->u.change.files, changes[i].files);
    ck_assert_int_eq(r->u.change.rounds, changes[i].rounds);
    ck_assert_int_eq(r->u.change.open_us, changes[i].open_us);
  }
}
END_TEST

static void check_unknown(const response_record *u) {
  ck_assert_uint_eq(u->model, 0);
  ck_assert(bpi_ident_absent(u->request));
  ck_assert_int_eq(u->input, -1);
  ck_assert_int_eq(u->cache_read, -1);
  ck_assert_int_eq(u->cache_write_5m, -1);
  ck_assert_int_eq(u->cache_write_1h, -1);
  ck_assert_int_eq(u->reasoning, -1);
  ck_assert_int_eq(u->web_searches, -1);
  ck_assert_int_eq(u->cost_nano, -1);
  ck_assert_int_eq(u->stop, STOP_OTHER); /* complete, for an unknown reason */
  ck_assert_int_eq(u->speed, SPEED_STANDARD);
  ck_assert_int_eq(u->tier, TIER_STANDARD);
  ck_assert_int_eq(u->geo, GEO_NONE);
  ck_assert_int_eq(u->placeholder, 0);
}

START_TEST(unknown_is_not_zero) {
  load(&one, "good-required-only.jsonl");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_uint_eq(one.read, 12);
  ck_assert_uint_eq(one.count, 13);
  for (size_t i = 0; i < one.count; i++)
    ck_assert_int_eq(one.records[i].time, BPI_TIME_NONE);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->u.prompt.characters, -1);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->u.prompt.mode, MODE_UNKNOWN);
  check_unknown(&fake_nth(&one, RECORD_RESPONSE, 0)->u.response);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 0)->u.response.output, -1);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 0)->u.use.added, -1);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 0)->u.use.program, PROGRAM_NONE);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 0)->u.result.added, -1);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 0)->u.result.duration_us, -1);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 1)->u.result.outcome, OUTCOME_REJECTED);
  ck_assert_int_eq(fake_nth(&one, RECORD_DECISION, 0)->u.decision.outcome, OUTCOME_OK);
  ck_assert_int_eq(fake_nth(&one, RECORD_DECISION, 0)->u.decision.lines, -1);
  ck_assert_int_eq(fake_nth(&one, RECORD_SPAN, 0)->u.span.files, -1);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 0)->u.event.value, -1);
  ck_assert_int_eq(fake_nth(&one, RECORD_CHANGE, 0)->u.change.assisted, -1);
  ck_assert_int_eq(fake_nth(&one, RECORD_CHANGE, 2)->u.change.open_us, -1);
  ck_assert(bpi_ident_absent(fake_nth(&one, RECORD_CHANGE, 0)->session));

  load(&one, "good-null-is-absent.jsonl");
  ck_assert_uint_eq(one.rejects, 0);
  check_unknown(&fake_nth(&one, RECORD_RESPONSE, 0)->u.response);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 0)->u.response.output, 5);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->u.prompt.characters, -1);
  ck_assert_int_eq(fake_nth(&one, RECORD_CHANGE, 0)->u.change.files, -1);
}
END_TEST

/* The platform of a session is that of its first event, once; every event of kind session is a
 * record. */
START_TEST(platform_of_a_session) {
  load(&one, "good-null-is-absent.jsonl");
  ck_assert_uint_eq(fake_count(&one, RECORD_SESSION), 1);
  ck_assert_int_eq(one.records[0].kind, RECORD_SESSION);
  ck_assert_str_eq(fake_text(one.records[0].u.session_row.platform), "mytool");
  static const char twice[] =
      "{\"blueplane\":1,\"kind\":\"event\",\"platform\":\"a\",\"session\":\"1\",\"id\":\"1\","
      "\"event\":\"interrupt\"}\n"
      "{\"blueplane\":1,\"kind\":\"event\",\"platform\":\"b\",\"session\":\"1\",\"id\":\"1\","
      "\"event\":\"interrupt\"}\n"
      "{\"blueplane\":1,\"kind\":\"session\",\"platform\":\"b\",\"session\":\"1\"}\n"
      "{\"blueplane\":1,\"kind\":\"session\",\"platform\":\"b\",\"session\":\"1\"}\n";
  fake_read(&one, &bpi_source_native, "", twice, sizeof twice - 1);
  ck_assert_uint_eq(fake_count(&one, RECORD_SESSION), 4);
  const record *a = fake_nth(&one, RECORD_EVENT, 0), *b = fake_nth(&one, RECORD_EVENT, 1);
  ck_assert_int_ne(bpi_ident_compare(a->session, b->session), 0);
  ck_assert_int_ne(bpi_ident_compare(a->key, b->key), 0);
}
END_TEST

START_TEST(other_words) {
  load(&one, "good-other-words.jsonl");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->u.prompt.mode, MODE_OTHER);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->u.prompt.features, PROMPT_FILE);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 0)->u.response.stop, STOP_OTHER);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 0)->u.response.speed, SPEED_STANDARD);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 0)->u.response.tier, TIER_STANDARD);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 0)->u.response.geo, GEO_OTHER);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 0)->u.use.category, CATEGORY_OTHER);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 0)->u.use.program, PROGRAM_OTHER);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 0)->u.use.language, LANGUAGE_OTHER);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 0)->u.result.outcome, OUTCOME_UNKNOWN);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 0)->u.result.failure, FAILURE_OTHER);
  ck_assert_int_eq(fake_nth(&one, RECORD_DECISION, 0)->u.decision.decision, DECISION_OTHER);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 0)->u.event.event, EVENT_OTHER);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 0)->u.event.detail, DETAIL_OTHER);
  ck_assert_int_eq(fake_nth(&one, RECORD_CHANGE, 0)->u.change.type, CHANGE_TYPE_OTHER);
  /* Dropped because there is no "other": the feature, speed, tier and outcome. */
  ck_assert_uint_eq(one.drops, 4);
}
END_TEST

START_TEST(unknown_members_are_skipped) {
  load(&one, "good-unknown-members.jsonl");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_uint_eq(one.drops, 0); /* members of other kinds are ignored */
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->u.prompt.characters, 9);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 0)->u.event.value, 1500);
}
END_TEST

START_TEST(times) {
  static const int64_t wanted[] = {NINE, NINE, NINE, 0, BPI_TIME_NONE};
  load(&one, "good-times.jsonl");
  for (size_t i = 0; i < 5; i++)
    ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, i)->time, wanted[i]);
  /* The smallest valid number. */
  static const char lines[] =
      "{\"blueplane\":1,\"kind\":\"event\",\"platform\":\"a\",\"session\":\"1\",\"id\":\"1\","
      "\"event\":\"turn_end\",\"time\":9999999999999}\n"
      "{\"blueplane\":1,\"kind\":\"event\",\"platform\":\"a\",\"session\":\"1\",\"id\":\"2\","
      "\"event\":\"turn_end\",\"time\":10000000000000}\n";
  fake_read(&one, &bpi_source_native, "", lines, sizeof lines - 1);
  ck_assert_uint_eq(one.rejects, 1);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 0)->time, 10000000000000);
}
END_TEST

START_TEST(flags) {
  static const unsigned wanted[] = {RECORD_SUBAGENT | RECORD_SIDECHAIN, RECORD_FORKED,
                                    RECORD_NOISE};
  load(&one, "good-subagent.jsonl");
  for (size_t i = 0; i < 3; i++)
    ck_assert_uint_eq(fake_nth(&one, RECORD_RESPONSE, i)->flags, wanted[i]);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 1)->u.response.stop, STOP_NONE);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 1)->u.response.placeholder, 1);
}
END_TEST

/* What follows from the name of a tool or file if the event does not say it. */
START_TEST(derived) {
  static const char lines[] =
      "{\"blueplane\":1,\"kind\":\"tool_use\",\"platform\":\"a\",\"session\":\"1\",\"id\":\"1\","
      "\"tool\":\"mcp__tracker__find\",\"file\":\"x/y.py\"}\n"
      "{\"blueplane\":1,\"kind\":\"tool_use\",\"platform\":\"a\",\"session\":\"1\",\"id\":\"2\","
      "\"tool\":\"knit\",\"mcp_server\":\"wool\",\"file\":\"y.py\",\"language\":\"go\"}\n"
      "{\"blueplane\":1,\"kind\":\"tool_call\",\"platform\":\"a\",\"session\":\"1\",\"id\":\"3\","
      "\"tool\":\"Read\",\"outcome\":\"ok\",\"time\":1772442000000005}\n"
      "{\"blueplane\":1,\"kind\":\"event\",\"platform\":\"a\",\"session\":\"1\",\"id\":\"4\","
      "\"event\":\"slash_command\",\"command\":\"Delete Everything\"}\n";
  fake_read(&one, &bpi_source_native, "", lines, sizeof lines - 1);
  const tool_use_record *u = &fake_nth(&one, RECORD_TOOL_USE, 0)->u.use;
  ck_assert_str_eq(fake_text(u->tool), "mcp__tracker__find");
  ck_assert_int_eq(u->category, CATEGORY_MCP);
  ck_assert_int_eq(u->language, LANGUAGE_PYTHON);
  u = &fake_nth(&one, RECORD_TOOL_USE, 1)->u.use;
  ck_assert_str_eq(fake_text(u->tool), "mcp__wool__knit");
  ck_assert_int_eq(u->category, CATEGORY_MCP);
  ck_assert_int_eq(u->language, LANGUAGE_GO);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 2)->u.use.category, CATEGORY_READ);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 2)->time, 1772442000000005);
  /* It is unknown when it ended. */
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 0)->time, BPI_TIME_NONE);
  ck_assert_uint_eq(fake_nth(&one, RECORD_EVENT, 0)->u.event.command, 0);
  ck_assert_uint_eq(one.drops, 1);
}
END_TEST

/* The server's name becomes part of the tool's, unless that has one; it is dropped if that is too
 * long. */
START_TEST(servers) {
  enum { MOST = 1024 - 5 - 2 - 4 }; /* "mcp__", "__", "knit" */
  char most[MOST + 1] = "", over[MOST + 2] = "", full[1024 + 1];
  memset(most, 's', MOST);
  memset(over, 's', MOST + 1);
  snprintf(full, sizeof full, "mcp__%s__knit", most);
  ck_assert_uint_eq(strlen(full), 1024);
  const struct {
    const char *tool, *server, *name;
    int category;
    unsigned drops;
  } rows[] = {
      {"knit", "wool", "mcp__wool__knit", CATEGORY_MCP, 0},
      {"Read", "my_files", "mcp__my_files__Read", CATEGORY_MCP, 0},
      {"Read", "_x", "mcp___x__Read", CATEGORY_MCP, 0},
      {"Read", "", "Read", CATEGORY_READ, 0},
      {"mcp__silk__knit", "wool", "mcp__silk__knit", CATEGORY_MCP, 0},
      {"mcp__s__k", "wool", "mcp__s__k", CATEGORY_MCP, 0},
      {"mcp__silk", "wool", "mcp__wool__mcp__silk", CATEGORY_MCP, 0},
      {"mcp__silk__", "wool", "mcp__wool__mcp__silk__", CATEGORY_MCP, 0},
      {"mcp____knit", "wool", "mcp__wool__mcp____knit", CATEGORY_MCP, 0},
      {"mcp____a__b", "wool", "mcp__wool__mcp____a__b", CATEGORY_MCP, 0},
      {"Read", "a__b", "Read", CATEGORY_READ, 1},
      {"Read", "wool_", "Read", CATEGORY_READ, 1},
      {"knit", most, full, CATEGORY_MCP, 0},
      {"Read", over, "Read", CATEGORY_READ, 1},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char line[2048];
    size_t n = (size_t)snprintf(line, sizeof line,
                                "{\"blueplane\":1,\"kind\":\"tool_call\",\"platform\":\"a\","
                                "\"session\":\"1\",\"id\":\"1\",\"outcome\":\"ok\","
                                "\"tool\":\"%s\",\"mcp_server\":\"%s\"}\n",
                                rows[i].tool, rows[i].server);
    fake_read(&one, &bpi_source_native, "", line, n);
    const tool_use_record *u = &fake_nth(&one, RECORD_TOOL_USE, 0)->u.use;
    ck_assert_str_eq(fake_text(u->tool), rows[i].name);
    ck_assert_int_eq(u->category, rows[i].category);
    ck_assert_uint_eq(one.drops, rows[i].drops);
    ck_assert_uint_eq(one.rejects, 0);
  }
}
END_TEST

START_TEST(bounds) {
  char line[8192], long_name[1200];
  memset(long_name, 'x', sizeof long_name);
  static const struct {
    int length;
    uint32_t kept;
  } rows[] = {{1024, 1}, {1025, 0}};
  for (size_t i = 0; i < 2; i++) {
    size_t n = (size_t)snprintf(line, sizeof line,
                                "{\"blueplane\":1,\"kind\":\"response\",\"platform\":\"a\","
                                "\"session\":\"1\",\"id\":\"1\",\"model\":\"%.*s\"}\n",
                                rows[i].length, long_name);
    fake_read(&one, &bpi_source_native, "", line, n);
    ck_assert_uint_eq(one.rejects, 0);
    ck_assert_uint_eq(fake_nth(&one, RECORD_RESPONSE, 0)->u.response.model != 0, rows[i].kept);
    ck_assert_uint_eq(one.drops, 1 - rows[i].kept);
  }
  size_t n = (size_t)snprintf(line, sizeof line,
                              "{\"blueplane\":1,\"kind\":\"response\",\"platform\":\"%.32s\","
                              "\"session\":\"%.128s\",\"id\":\"%.128s\",\"output_tokens\":"
                              "9007199254740992}\n",
                              long_name, long_name, long_name);
  fake_read(&one, &bpi_source_native, "", line, n);
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 0)->u.response.output, INT64_C(1) << 53);
  /* The end of a call is no later than the greatest duration after its beginning. */
  for (int64_t more = 0; more < 2; more++) {
    n = (size_t)snprintf(
        line, sizeof line,
        "{\"blueplane\":1,\"kind\":\"tool_call\",\"platform\":\"a\",\"session\":\"1\","
        "\"id\":\"1\",\"tool\":\"x\",\"outcome\":\"ok\",\"time\":%lld,\"duration_us\":%lld}\n",
        (long long)NINE, (1LL << 50) + more);
    fake_read(&one, &bpi_source_native, "", line, n);
    ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 0)->time,
                     more == 0 ? NINE + (INT64_C(1) << 50) : BPI_TIME_NONE);
  }
}
END_TEST

START_TEST(bad_events) {
  static const struct {
    const char *name;
    int reason;
    int64_t byte; /* the offset of the error; for a refused complete object its beginning */
  } rows[] = {
      {"version-unknown", REJECT_VERSION, 0},
      {"version-fraction", REJECT_VERSION, 0},
      {"version-text", REJECT_FIELD, 0},
      {"version-missing", REJECT_FIELD, 0},
      {"kind-missing", REJECT_FIELD, 0},
      {"kind-unknown", REJECT_SHAPE, 0},
      {"platform-missing", REJECT_FIELD, 0},
      {"platform-shape", REJECT_FIELD, 0},
      {"platform-long", REJECT_FIELD, 0},
      {"session-missing", REJECT_FIELD, 0},
      {"session-null", REJECT_FIELD, 0},
      {"id-missing", REJECT_FIELD, 0},
      {"id-empty", REJECT_FIELD, 0},
      {"id-long", REJECT_FIELD, 0},
      {"id-number", REJECT_FIELD, 0},
      {"tool-missing", REJECT_FIELD, 0},
      {"tool-empty", REJECT_FIELD, 0},
      {"outcome-missing", REJECT_FIELD, 0},
      {"accepted-missing", REJECT_FIELD, 0},
      {"event-missing", REJECT_FIELD, 0},
      {"count-negative", REJECT_NUMBER, 0},
      {"count-fraction", REJECT_NUMBER, 0},
      {"count-huge", REJECT_NUMBER, 0},
      {"count-text", REJECT_FIELD, 0},
      {"flag-number", REJECT_FIELD, 0},
      {"word-number", REJECT_FIELD, 0},
      {"features-text", REJECT_FIELD, 0},
      {"time-without-zone", REJECT_FIELD, 0},
      {"time-no-date", REJECT_FIELD, 0},
      {"time-negative", REJECT_NUMBER, 0},
      {"time-seconds", REJECT_NUMBER, 0},
      {"time-milliseconds", REJECT_NUMBER, 0},
      {"member-twice", REJECT_DUPLICATE_KEY, 0},
      {"array", REJECT_SHAPE, 0},
      {"scalar", REJECT_SHAPE, 0},
      {"syntax", REJECT_SYNTAX, 78},
      {"nul", REJECT_SYNTAX, 77},
      {"utf8", REJECT_UTF8, 87},
      {"depth", REJECT_DEPTH, 148},
  };
  static const char after[] =
      "{\"blueplane\":1,\"kind\":\"issue\",\"platform\":\"mytool\",\"id\":\"after\"}\n";
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char name[64], both[4096];
    size_t length;
    snprintf(name, sizeof name, "bad-%s.jsonl", rows[i].name);
    char *data = fake_load(corpus, name, &length);
    ck_assert_uint_lt(length + sizeof after, sizeof both);
    memcpy(both, data, length);
    memcpy(both + length, after, sizeof after);
    fake_read(&one, &bpi_source_native, "", both, length + sizeof after - 1);
    ck_assert_msg(one.rejects == 1 && one.reject[0].reason == rows[i].reason, "%s: %zu, %d", name,
                  one.rejects, one.reject[0].reason);
    ck_assert_uint_eq(one.reject[0].line, 1);
    ck_assert_int_eq(one.reject[0].byte, rows[i].byte);
    ck_assert_uint_eq(one.drops, 0);
    ck_assert_uint_eq(one.count, 1); /* the line after it */
    ck_assert_int_eq(one.records[0].kind, RECORD_CHANGE);
    free(data);
  }
}
END_TEST

static const char *const good[] = {
    "good-every-member.jsonl",  "good-required-only.jsonl",   "good-null-is-absent.jsonl",
    "good-other-words.jsonl",   "good-unknown-members.jsonl", "good-times.jsonl",
    "good-two-on-a-line.jsonl", "good-subagent.jsonl",
};
#define GOOD (sizeof good / sizeof *good)

START_TEST(cut_anywhere) {
  size_t length;
  char *data = fake_load(corpus, good[_i], &length);
  check_cut_anywhere(&bpi_source_native, "", data, length, 1);
  free(data);
}
END_TEST

START_TEST(any_window) {
  size_t length;
  char *data = fake_load(corpus, good[_i], &length);
  check_any_window(&bpi_source_native, "", data, length);
  free(data);
}
END_TEST

START_TEST(two_on_a_line) {
  load(&one, "good-two-on-a-line.jsonl");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_uint_eq(one.read, 3);
  ck_assert_uint_eq(fake_count(&one, RECORD_EVENT), 3);
}
END_TEST

START_TEST(out_of_memory) {
  bpi_mem_fail_after(0);
  fake_read(&one, &bpi_source_native, "", "", 0);
  bpi_mem_fail_after(-1);
  ck_assert_int_eq(one.rc, BP_ERR_NOMEM);
}
END_TEST

START_TEST(recognised) {
  const source *s = &bpi_source_native;
  ck_assert(s->is_ours("/home/ada/.mytool/2026.blueplane.jsonl"));
  ck_assert(!s->is_ours("/home/ada/.mytool/blueplane.jsonl"));
  ck_assert(!s->is_ours(".blueplane.jsonl"));
  ck_assert(!s->is_ours("/home/ada/x.blueplane.jsonl.gz"));
  ck_assert(!s->whole);
  static const char *const ours[] = {"{\"blueplane\":1,\"ki", " {\"x\":[1],\"blueplane\":7}\n"};
  static const char *const others[] = {"", "[]", "{\"blueplane\":\"1\"}",
                                       "{\"x\":{\"blueplane\":1}}", "{\"type\":\"user\"}"};
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    ck_assert(s->recognise(ours[i], strlen(ours[i])));
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    ck_assert(!s->recognise(others[i], strlen(others[i])));
}
END_TEST

/* The privacy preview lists every member that is read, and no other. */
START_TEST(rules_name_every_member) {
  size_t length;
  char *page = fake_load(corpus, "good-every-member.jsonl", &length), key[64];
  size_t rules = 0;
  for (const field_rule *r = bpi_source_native.rules; r->path != NULL; r++, rules++) {
    size_t n = strcspn(r->path, "[");
    snprintf(key, sizeof key, "\"%.*s\":", (int)n, r->path);
    ck_assert_msg(strstr(page, key) != NULL, "%s is in no event", r->path);
  }
  ck_assert_uint_eq(rules, 55); /* members of the format */
  free(page);
}
END_TEST

int main(int argc, char **argv) {
  if (argc > 1) corpus = argv[1];
  Suite *suite = suite_create("native");
  TCase *c = tcase_create("native");
  tcase_set_timeout(c, 60);
  tcase_add_test(c, every_member);
  tcase_add_test(c, every_member_of_tools);
  tcase_add_test(c, every_member_of_the_rest);
  tcase_add_test(c, unknown_is_not_zero);
  tcase_add_test(c, platform_of_a_session);
  tcase_add_test(c, other_words);
  tcase_add_test(c, unknown_members_are_skipped);
  tcase_add_test(c, times);
  tcase_add_test(c, flags);
  tcase_add_test(c, derived);
  tcase_add_test(c, servers);
  tcase_add_test(c, bounds);
  tcase_add_test(c, bad_events);
  tcase_add_loop_test(c, cut_anywhere, 0, (int)GOOD);
  tcase_add_loop_test(c, any_window, 0, (int)GOOD);
  tcase_add_test(c, two_on_a_line);
  tcase_add_test(c, out_of_memory);
  tcase_add_test(c, recognised);
  tcase_add_test(c, rules_name_every_member);
  suite_add_tcase(suite, c);
  return run_suite(suite);
}
