/* Copilot CLI, Gemini CLI, opencode and OTLP from hand-made files (tests/corpus): the records of
 * each row, worked out by hand; files may be cut anywhere, read through any window, and be broken.
 *
 *     test_assistants [folder of the corpora]
 */
#include "cuts.h"

#include "run_suite.h"

static const char *corpus = "tests/corpus";
static fake one, two;

/* 2026-03-02T09:00:00Z, computed with `date -u +%s`. */
#define NINE INT64_C(1772442000000000)
#define SECOND BPI_SECOND
#define HOUR (3600 * SECOND)

static char *load_bytes(const source *s, const char *name, size_t *length) {
  char folder[512];
  snprintf(folder, sizeof folder, "%s/%s", corpus, s->name);
  return fake_load(folder, name, length);
}

static void load(fake *f, const source *s, const char *name) {
  size_t length;
  char *data = load_bytes(s, name, &length);
  fake_read(f, s, name, data, length);
  ck_assert_int_eq(f->rc, BP_OK);
  ck_assert_uint_eq(f->rejects, 0);
  ck_assert_uint_eq(f->drops, 0);
  free(data);
}

static bool is_session(const record *r, const char *raw) {
  return bpi_ident_compare(r->session, fake_identify(NULL, IDENT_SESSION, raw, strlen(raw))) == 0;
}

/* The record kept for a key: the store merges rows of one key; here the last one is used. */
static const record *last_of(const fake *f, const record *first) {
  const record *last = first;
  for (size_t i = 0; i < f->count; i++)
    if (f->records[i].kind == first->kind && bpi_ident_compare(f->records[i].key, first->key) == 0)
      last = &f->records[i];
  return last;
}

typedef struct response_row {
  int64_t time, input, output, cache_read, cache_write, reasoning;
  const char *model;
  int stop;
} response_row;

static void is_response(const record *r, const response_row *want) {
  const response_record *u = &r->u.response;
  ck_assert_int_eq(r->time, want->time);
  ck_assert_int_eq(u->input, want->input);
  ck_assert_int_eq(u->output, want->output);
  ck_assert_int_eq(u->cache_read, want->cache_read);
  ck_assert_int_eq(u->cache_write_5m, want->cache_write);
  ck_assert_int_eq(u->cache_write_1h, -1);
  ck_assert_int_eq(u->reasoning, want->reasoning);
  ck_assert_str_eq(fake_text(u->model), want->model);
  ck_assert_int_eq(u->stop, want->stop);
}

/* ---------------------------------------------------------------------------------- Copilot CLI */

/* 25001 in, of which 4000 read and 1000 written: 20001, over two responses 10001 and 10000. The
 * output of both is 151, the sum 154. */
START_TEST(copilot_sums_are_spread) {
  static const response_row first[] = {
      {NINE + 20 * SECOND, 10001, 103, 2000, 500, 47, "gpt-5.3-codex-spark", STOP_END},
      {NINE + 40 * SECOND, 10000, 51, 2000, 500, 46, "gpt-5.3-codex-spark", STOP_END},
      {NINE + 70 * SECOND, 686, 30, 14848, 0, 15, "gpt-5.4-mini", STOP_END}};
  static const response_row unseen[] = {
      {NINE + 120 * SECOND, 300, 7, 34, 0, 0, "claude-haiku-4.5", STOP_END},
      {NINE + 120 * SECOND, 300, 7, 33, 0, 0, "claude-haiku-4.5", STOP_END},
      {NINE + 120 * SECOND, 300, 6, 33, 0, 0, "claude-haiku-4.5", STOP_END}};
  static const response_row again = {
      NINE + 23 * HOUR + 30 * SECOND, 1000, 40, 15000, 0, 10, "gpt-5.4-mini", STOP_END};
  load(&one, &bpi_source_copilot, "good-shutdown.jsonl");
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 3 + 3 + 3 + 2);
  for (size_t i = 0; i < 3; i++) {
    const record *r = fake_nth(&one, RECORD_RESPONSE, i);
    ck_assert_int_eq(r->u.response.input, -1);
    ck_assert_int_eq(r->u.response.stop, STOP_NONE);
    is_response(last_of(&one, r), &first[i]);
    is_response(fake_nth(&one, RECORD_RESPONSE, 6 + i), &unseen[i]);
  }
  is_response(last_of(&one, fake_nth(&one, RECORD_RESPONSE, 9)), &again);
}
END_TEST

START_TEST(copilot_session_and_prompt) {
  load(&one, &bpi_source_copilot, "good-shutdown.jsonl");
  const record *r = fake_nth(&one, RECORD_SESSION, 0);
  ck_assert_int_eq(r->time, NINE);
  ck_assert(is_session(r, "5e551011-0000-4000-8000-000000000001"));
  ck_assert_str_eq(fake_text(r->u.session_row.workspace), "/home/ada/work/engine");
  ck_assert_str_eq(fake_text(r->u.session_row.branch), "feature/loops");
  ck_assert_str_eq(fake_text(r->u.session_row.version), "1.0.64-1");
  ck_assert_int_eq(r->u.session_row.version_rank, INT64_C(1) << 40 | 64);
  ck_assert_str_eq(fake_text(fake_nth(&one, RECORD_SESSION, 1)->u.session_row.branch), "main");
  r = fake_nth(&one, RECORD_PROMPT, 0);
  ck_assert_int_eq(r->u.prompt.characters, 36);
  ck_assert_int_eq(r->u.prompt.features, PROMPT_FILE);
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 1);
  for (size_t i = 0; i < one.count; i++)
    ck_assert(one.records[i].tier == TIER_RECORD &&
              is_session(&one.records[i], "5e551011-0000-4000-8000-000000000001"));
}
END_TEST

START_TEST(copilot_tools) {
  static const struct {
    const char *tool, *file;
    int category, program, language, outcome, failure;
    int64_t asked_added, asked_removed, added, removed;
  } rows[] = {
      {"bash", "", CATEGORY_COMMAND, PROGRAM_TEST, LANGUAGE_UNKNOWN, OUTCOME_OK, FAILURE_NONE, -1,
       -1, -1, -1},
      {"create", "/home/ada/CANARY.py", CATEGORY_EDIT, PROGRAM_NONE, LANGUAGE_PYTHON, OUTCOME_OK,
       FAILURE_NONE, 3, 0, 3, 0},
      {"edit", "/home/ada/CANARY.py", CATEGORY_EDIT, PROGRAM_NONE, LANGUAGE_PYTHON, OUTCOME_OK,
       FAILURE_NONE, 2, 1, -1, -1},
      {"view", "/home/ada/CANARY.py", CATEGORY_READ, PROGRAM_NONE, LANGUAGE_PYTHON, OUTCOME_ERROR,
       FAILURE_OTHER, -1, -1, -1, -1},
      {"edit", "/home/ada/CANARY.py", CATEGORY_EDIT, PROGRAM_NONE, LANGUAGE_PYTHON,
       OUTCOME_REJECTED, FAILURE_NONE, 1, 1, -1, -1},
      {"bash", "", CATEGORY_COMMAND, PROGRAM_FILES, LANGUAGE_UNKNOWN, OUTCOME_DENIED, FAILURE_NONE,
       -1, -1, -1, -1},
  };
  load(&one, &bpi_source_copilot, "good-tools.jsonl");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const record *use = fake_nth(&one, RECORD_TOOL_USE, i),
                 *end = fake_nth(&one, RECORD_TOOL_RESULT, i);
    ck_assert_int_eq(bpi_ident_compare(use->key, end->key), 0);
    ck_assert_str_eq(fake_text(use->u.use.tool), rows[i].tool);
    ck_assert_str_eq(fake_text(use->u.use.file), rows[i].file);
    ck_assert_int_eq(use->u.use.category, rows[i].category);
    ck_assert_int_eq(use->u.use.program, rows[i].program);
    ck_assert_int_eq(use->u.use.language, rows[i].language);
    ck_assert_int_eq(use->u.use.added, rows[i].asked_added);
    ck_assert_int_eq(use->u.use.removed, rows[i].asked_removed);
    ck_assert_int_eq(end->u.result.outcome, rows[i].outcome);
    ck_assert_int_eq(end->u.result.failure, rows[i].failure);
    ck_assert_int_eq(end->u.result.added, rows[i].added);
    ck_assert_int_eq(end->u.result.removed, rows[i].removed);
  }
  ck_assert_uint_eq(fake_count(&one, RECORD_TOOL_USE), 7); /* one was interrupted */
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 0)->u.event.event, EVENT_INTERRUPT);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->u.prompt.features, PROMPT_CODE);
}
END_TEST

/* A file without its first line is identified by its folder. */
START_TEST(copilot_folder_names) {
  static const char line[] = "{\"type\":\"abort\",\"data\":{},\"id\":\"e\"}\n";
  fake_read(&one, &bpi_source_copilot, "/home/ada/.copilot/session-state/abc/events.jsonl", line,
            sizeof line - 1);
  ck_assert_uint_eq(one.count, 1);
  ck_assert(is_session(&one.records[0], "abc"));
  fake_read(&one, &bpi_source_copilot, "C:\\ada\\session-state\\abc\\events.jsonl", line,
            sizeof line - 1);
  ck_assert(is_session(&one.records[0], "abc"));
}
END_TEST

/* A response that is twice in the file gets one share, as large as its greatest row says: 101 and
 * 100 of 201; of the output, 30 and 20 plus the surplus of 5 as 3 and 2. */
START_TEST(copilot_told_twice) {
  static const char data[] =
      "{\"type\":\"assistant.message\",\"id\":\"1\",\"data\":{\"messageId\":\"a\",\"model\":\"m\",\"outputTokens\":10}}\n"
      "{\"type\":\"assistant.message\",\"id\":\"2\",\"data\":{\"messageId\":\"b\",\"model\":\"m\",\"outputTokens\":20}}\n"
      "{\"type\":\"assistant.message\",\"id\":\"1\",\"data\":{\"messageId\":\"a\",\"model\":\"m\",\"outputTokens\":30}}\n"
      "{\"type\":\"session.shutdown\",\"id\":\"3\",\"data\":{\"modelMetrics\":{\"m\":{\"usage\":"
      "{\"inputTokens\":201,\"outputTokens\":55}}}}}\n";
  fake_read(&one, &bpi_source_copilot, "", data, sizeof data - 1);
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 3 + 2);
  const response_record *a = &last_of(&one, fake_nth(&one, RECORD_RESPONSE, 0))->u.response,
                        *b = &last_of(&one, fake_nth(&one, RECORD_RESPONSE, 1))->u.response;
  ck_assert(a->input == 101 && a->output == 33);
  ck_assert(b->input == 100 && b->output == 22);
}
END_TEST

/* A provider that reported nothing to the client: zeros are not counts. */
START_TEST(copilot_told_nothing) {
  static const char data[] =
      "{\"type\":\"assistant.message\",\"id\":\"1\",\"data\":{\"messageId\":\"a\",\"model\":\"m\",\"outputTokens\":0}}\n"
      "{\"type\":\"session.shutdown\",\"id\":\"2\",\"data\":{\"modelMetrics\":{\"m\":{\"requests\":{\"count\":1},\"usage\":"
      "{\"inputTokens\":0,\"outputTokens\":0,\"cacheReadTokens\":0,\"cacheWriteTokens\":0,\"reasoningTokens\":0}}}}}\n";
  fake_read(&one, &bpi_source_copilot, "", data, sizeof data - 1);
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 1);
  const response_record *a = &fake_nth(&one, RECORD_RESPONSE, 0)->u.response;
  ck_assert(a->input == -1 && a->output == -1 && a->stop == STOP_NONE);
}
END_TEST

#define ANSWER(id)                                                                                 \
  "{\"type\":\"assistant.message\",\"id\":\"" id "\",\"data\":{\"messageId\":\"" id                \
  "\",\"model\":\"m\",\"outputTokens\":5}}\n"
#define USED(id, count, input, output)                                                             \
  "{\"type\":\"session.shutdown\",\"id\":\"" id                                                    \
  "\",\"data\":{\"modelMetrics\":{\"m\":{\"requests\":{\"count\":" count                           \
  "},\"usage\":{\"inputTokens\":" input ",\"outputTokens\":" output "}}}}}\n"
#define USED_BOTH(id, of_m, of_n)                                                                  \
  "{\"type\":\"session.shutdown\",\"id\":\"" id                                                    \
  "\",\"data\":{\"modelMetrics\":{\"n\":{\"usage\":{" of_n "}},\"m\":{\"usage\":{" of_m "}}}}}\n"
#define CHECKPOINT "{\"type\":\"session.usage_checkpoint\",\"data\":{\"totalNanoAiu\":1}}\n"
#define RESUME "{\"type\":\"session.resume\",\"id\":\"r\",\"data\":{}}\n"

static void check_input(const char *id, const char *data, int64_t input, int64_t output) {
  fake_read(&one, &bpi_source_copilot, "", data, strlen(data));
  int64_t sums[2] = {0, 0};
  for (size_t i = 0; i < fake_count(&one, RECORD_RESPONSE); i++) {
    const record *r = fake_nth(&one, RECORD_RESPONSE, i);
    if (last_of(&one, r) != r) continue;
    sums[0] += r->u.response.input > 0 ? r->u.response.input : 0;
    sums[1] += r->u.response.output > 0 ? r->u.response.output : 0;
  }
  ck_assert_msg(sums[0] == input && sums[1] == output, "%s: %lld %lld", id, (long long)sums[0],
                (long long)sums[1]);
  ck_assert_uint_eq(fake_count(&one, RECORD_SESSION),
                    strstr(data, "session.resume") == NULL ? 0 : 1);
}

/* A session that is entered again: clients with checkpoints continue their counters, earlier ones
 * start again. */
START_TEST(copilot_counts_on) {
  check_input("anew",
              ANSWER("1") USED("s", "1", "100", "5") RESUME ANSWER("2") USED("t", "2", "300", "10"),
              400, 15);
  check_input("on",
              ANSWER("1") CHECKPOINT USED("s", "1", "100", "5") RESUME ANSWER("2")
                  USED("t", "2", "300", "10"),
              300, 10);
  check_input("nothing new",
              ANSWER("1") CHECKPOINT USED("s", "1", "100", "5") RESUME USED("t", "1", "100", "5"),
              100, 5);
  check_input("less",
              ANSWER("1") CHECKPOINT USED("s", "1", "100", "5") RESUME ANSWER("2")
                  USED("t", "1", "99", "6"),
              199, 11);
  check_input("less of one of two models",
              CHECKPOINT USED_BOTH("s", "\"inputTokens\":100", "\"inputTokens\":40")
                  USED_BOTH("t", "\"inputTokens\":99", "\"inputTokens\":50"),
              289, 0);
  check_input(
      "not told",
      CHECKPOINT USED_BOTH("s", "\"inputTokens\":null,\"outputTokens\":5", "\"inputTokens\":40")
          USED_BOTH("t", "\"inputTokens\":20,\"outputTokens\":null", "\"inputTokens\":50")
              USED_BOTH("u", "\"inputTokens\":20,\"outputTokens\":7", "\"inputTokens\":50"),
      70, 7);
  check_input("unseen", CHECKPOINT USED("s", "1", "100", "5") RESUME USED("t", "3", "300", "10"),
              300, 10);
  check_input("killed", ANSWER("1") CHECKPOINT RESUME ANSWER("2") USED("t", "2", "300", "10"), 300,
              10);
}
END_TEST

/* An image without text is a prompt. */
START_TEST(copilot_picture) {
  static const char data[] =
      "{\"type\":\"user.message\",\"id\":\"1\",\"data\":{\"attachments\":[{\"type\":\"image\"}]}}\n"
      "{\"type\":\"user.message\",\"id\":\"2\",\"data\":{\"attachments\":[]}}\n";
  fake_read(&one, &bpi_source_copilot, "", data, sizeof data - 1);
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 1);
  ck_assert_int_eq(one.records[0].u.prompt.features, PROMPT_IMAGE);
}
END_TEST

/* A model's name is a key: it is read wherever it is in the window, before the window moves. */
START_TEST(copilot_keys_at_any_place) {
  char data[8192];
  for (int pad = 0; pad < 64; pad++)
    for (size_t step = 8; step < 96; step++) {
      int length = snprintf(data, sizeof data,
                            "{\"type\":\"session.shutdown\",\"id\":\"e\",\"data\":{\"x\":\"%*s\","
                            "\"modelMetrics\":{\"some-model-of-a-long-name\":"
                            "{\"usage\":{\"inputTokens\":5}}}}}\n",
                            pad, "");
      fake_read_drip(&one, &bpi_source_copilot, "", data, (size_t)length, step);
      ck_assert_uint_eq(one.count, 1);
      ck_assert_str_eq(fake_text(one.records[0].u.response.model), "some-model-of-a-long-name");
    }
}
END_TEST

/* ----------------------------------------------------------------------------------- Gemini CLI */

START_TEST(gemini_document) {
  static const response_row row = {NINE + 10 * SECOND, 9000 - 4000 + 50, 420, 4000, -1, 300,
                                   "gemini-2.5-pro",   STOP_END};
  load(&one, &bpi_source_gemini, "good-pretty.json");
  ck_assert_uint_eq(one.count, 1 + 2 * 2 + 1);
  const record *r = fake_nth(&one, RECORD_PROMPT, 0);
  ck_assert(is_session(r, "9e317100-0000-4000-8000-000000000001"));
  ck_assert_int_eq(r->time, NINE + SECOND);
  ck_assert_int_eq(r->u.prompt.characters, 23);
  ck_assert_int_eq(r->u.prompt.features, PROMPT_FILE);
  is_response(fake_nth(&one, RECORD_RESPONSE, 0), &row);
  r = fake_nth(&one, RECORD_TOOL_USE, 0);
  ck_assert_str_eq(fake_text(r->u.use.tool), "replace");
  ck_assert_str_eq(fake_text(r->u.use.file), "/home/ada/CANARY.c");
  ck_assert_int_eq(r->u.use.category, CATEGORY_EDIT);
  ck_assert_int_eq(r->u.use.language, LANGUAGE_C);
  ck_assert(r->u.use.added == 1 && r->u.use.removed == 1); /* what was asked for, */
  ck_assert_int_eq(r->time, NINE + 12 * SECOND);
  r = fake_nth(&one, RECORD_TOOL_RESULT, 0);
  ck_assert(r->u.result.added == 2 && r->u.result.removed == 1); /* and what was done */
  ck_assert_int_eq(r->time, BPI_TIME_NONE);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 1)->u.use.program, PROGRAM_TEST);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 1)->u.result.outcome, OUTCOME_ERROR);
}
END_TEST

/* Bytes and copies have no name that says document or lines: the content decides. */
START_TEST(gemini_without_name) {
  static const char *const names[] = {"", "chat.txt"};
  size_t length;
  char *data = load_bytes(&bpi_source_gemini, "good-pretty.json", &length);
  load(&two, &bpi_source_gemini, "good-pretty.json");
  for (size_t i = 0; i < 2; i++) {
    fake_read(&one, &bpi_source_gemini, names[i], data, length);
    ck_assert_uint_eq(one.rejects, 0);
    ck_assert_uint_eq(one.count, two.count);
  }
  free(data);
}
END_TEST

/* A message grows under its id; a rewind takes nothing back; a message set again is the same. */
START_TEST(gemini_lines) {
  static const int64_t output[] = {15, 45, 20, 20, 2}, input[] = {800, 807, 1100, 1100, 0};
  load(&one, &bpi_source_gemini, "good-lines.jsonl");
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 5);
  for (size_t i = 0; i < 5; i++) {
    const record *r = fake_nth(&one, RECORD_RESPONSE, i);
    ck_assert_int_eq(r->u.response.output, output[i]);
    ck_assert_int_eq(r->u.response.input, input[i]);
  }
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 4)->u.response.cache_read, 50);
  const record *a = fake_nth(&one, RECORD_RESPONSE, 0), *b = fake_nth(&one, RECORD_RESPONSE, 1);
  ck_assert_int_eq(bpi_ident_compare(a->key, b->key), 0);
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 2); /* of one key */
  load(&one, &bpi_source_gemini, "good-subagent.jsonl");
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 0);
  ck_assert_uint_eq(one.records[0].flags, RECORD_SUBAGENT | RECORD_SIDECHAIN);
}
END_TEST

/* Later clients put a subagent's chat into a folder of its parent: its records belong to the
 * parent. */
START_TEST(gemini_subagent_in_a_folder) {
  static const char *const where[] = {"/home/ada/.gemini/tmp/engine/chats/parent/child.jsonl",
                                      "C:\\engine\\chats\\parent\\child.jsonl"};
  size_t length;
  char *data = load_bytes(&bpi_source_gemini, "good-subagent.jsonl", &length);
  for (size_t i = 0; i < 2; i++) {
    fake_read(&two, &bpi_source_gemini, "session-2026-03-02T12-00-x.jsonl", data, length);
    fake_read(&one, &bpi_source_gemini, where[i], data, length);
    ck_assert_uint_eq(one.count, two.count);
    ck_assert(is_session(&one.records[0], "parent"));
    ck_assert_uint_eq(one.records[0].flags, RECORD_SUBAGENT | RECORD_SIDECHAIN);
    ck_assert_int_eq(bpi_ident_compare(one.records[0].key, two.records[0].key), 0);
    ck_assert(!is_session(&two.records[0], "parent"));
  }
  free(data);
}
END_TEST

/* ------------------------------------------------------------------------------------- opencode */

START_TEST(opencode_session) {
  static const response_row row = {NINE + 5 * SECOND, 1000,     150, 10000, 1000, 90,
                                   "gpt-5.3-codex",   STOP_TOOL};
  static const int outcomes[] = {OUTCOME_OK, OUTCOME_ERROR, OUTCOME_REJECTED, OUTCOME_OK};
  load(&one, &bpi_source_opencode, "good-session.json");
  const record *r = fake_nth(&one, RECORD_SESSION, 0);
  ck_assert(is_session(r, "ses_0001") && r->time == NINE && r->flags == 0);
  ck_assert_str_eq(fake_text(r->u.session_row.workspace), "/home/ada/work/engine");
  ck_assert_str_eq(fake_text(r->u.session_row.version), "1.2.24");
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 1); /* the other was written by the client */
  r = fake_nth(&one, RECORD_PROMPT, 0);
  ck_assert_int_eq(r->u.prompt.characters, 21);
  ck_assert_int_eq(r->u.prompt.features, PROMPT_IMAGE | PROMPT_FILE);
  is_response(fake_nth(&one, RECORD_RESPONSE, 0), &row);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 0)->u.response.cost_nano, 12345600);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 1)->u.response.stop, STOP_NONE);
  ck_assert_uint_eq(fake_count(&one, RECORD_TOOL_USE), 5);
  ck_assert_uint_eq(fake_count(&one, RECORD_TOOL_RESULT), 4); /* one runs */
  for (size_t i = 0; i < 4; i++)
    ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, i)->u.result.outcome, outcomes[i]);
  r = fake_nth(&one, RECORD_TOOL_RESULT, 0);
  ck_assert(r->u.result.added == 3 && r->u.result.removed == 1 && r->time == NINE + 7500000);
  r = fake_nth(&one, RECORD_TOOL_USE, 0);
  ck_assert(r->u.use.added == 2 && r->u.use.removed == 1 && r->time == NINE + 6 * SECOND);
  ck_assert_int_eq(r->u.use.language, LANGUAGE_RUST);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 1)->u.use.program, PROGRAM_TEST);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 3)->u.use.added, 2);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 0)->u.event.event, EVENT_INTERRUPT);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 1)->u.event.event, EVENT_API_ERROR);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 1)->u.event.detail, DETAIL_AUTH);
}
END_TEST

/* A subagent's records belong to its parent, although both use the same identifiers. */
START_TEST(opencode_child) {
  load(&two, &bpi_source_opencode, "good-session.json");
  load(&one, &bpi_source_opencode, "good-child.json");
  for (size_t i = 0; i < one.count; i++) {
    ck_assert(is_session(&one.records[i], "ses_0001"));
    ck_assert_uint_eq(one.records[i].flags, RECORD_SUBAGENT | RECORD_SIDECHAIN);
  }
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 0);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 0)->u.event.event, EVENT_SUBAGENT);
  const record *a = fake_nth(&one, RECORD_RESPONSE, 0), *b = fake_nth(&two, RECORD_RESPONSE, 0);
  ck_assert_int_ne(bpi_ident_compare(a->key, b->key), 0);
  ck_assert_int_ne(bpi_ident_compare(fake_nth(&one, RECORD_TOOL_USE, 0)->key,
                                     fake_nth(&two, RECORD_TOOL_USE, 0)->key),
                   0);
}
END_TEST

/* Messages older than their session were copied into it; the original session has them. */
START_TEST(opencode_fork) {
  load(&one, &bpi_source_opencode, "good-fork.json");
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 1);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->time, INT64_C(1772446001000000));
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 1);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 0)->time, INT64_C(1772446002000000));
  ck_assert_uint_eq(fake_count(&one, RECORD_TOOL_USE), 0);
}
END_TEST

/* Where identifiers were removed, the position identifies messages and calls. */
START_TEST(opencode_redacted) {
  load(&one, &bpi_source_opencode, "good-redacted.json");
  static const record_kind kinds[] = {RECORD_PROMPT, RECORD_RESPONSE, RECORD_TOOL_USE};
  for (size_t k = 0; k < 3; k++) {
    ck_assert_uint_eq(fake_count(&one, kinds[k]), 2);
    ck_assert_int_ne(
        bpi_ident_compare(fake_nth(&one, kinds[k], 0)->key, fake_nth(&one, kinds[k], 1)->key), 0);
  }
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 1)->u.prompt.features, PROMPT_FILE);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 0)->u.response.stop, STOP_LENGTH);
  /* reasoning is part of the output, unless the total shows that it is not */
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 0)->u.response.output, 3);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 1)->u.response.output, 4);
}
END_TEST

/* Lines before the hunks of the second file in a diff are not counted; a removed "-- a" is. */
START_TEST(opencode_diffs) {
#define FILES(first, second) "--- a/x\\n+++ b/x\\n" first "--- a/y\\n+++ b/y\\n" second
  static const struct {
    const char *diff;
    int64_t added, removed;
  } rows[] = {
      {FILES("@@ -1,2 +1,3 @@ f()\\n a\\n+b\\n c\\n", "@@ -7 +7 @@\\n-d\\n+e\\n"), 2, 1},
      {FILES("@@ -0,0 +1,2 @@\\n+a\\n+b\\n", "@@ -1,2 +0,0 @@\\n--- a\\n-b\\n"), 2, 2},
      {"@@ -1,3 +1,2 @@\\n a\\n\\n-b\\n\\\\ No newline at end of file\\n+++ c\\n", 0, 1},
      {"@@\\n-a\\n+b\\n+c\\n@@ of another\\n-d\\n", 2, 2}, /* the heads do not give counts */
      {"+a\\n@b(1) @c\\n@d@\\n+e\\n", 0, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char data[1024];
    int length = snprintf(
        data, sizeof data,
        "{\"info\":{\"id\":\"s\",\"directory\":\"/x\"},\"messages\":[{\"info\":{},\"parts\":["
        "{\"type\":\"tool\",\"callID\":\"c\",\"tool\":\"apply_patch\",\"state\":{\"status\":"
        "\"completed\",\"metadata\":{\"diff\":\"%s\"}}}]}]}",
        rows[i].diff);
    for (size_t step = 1; step < 40; step += 3) {
      fake_read_drip(&one, &bpi_source_opencode, "", data, (size_t)length, step);
      const tool_result_record *r = &fake_nth(&one, RECORD_TOOL_RESULT, 0)->u.result;
      ck_assert_msg(r->added == rows[i].added && r->removed == rows[i].removed, "%zu: %lld %lld", i,
                    (long long)r->added, (long long)r->removed);
    }
  }
}
END_TEST

/* ------------------------------------------------------------------------------------------ OTLP */

#define SENT (NINE + 123456) /* the events are sent a little after the second */

START_TEST(otlp_events) {
  static const response_row request = {SENT + 5 * SECOND, 12,      340, 18000, 1500, -1,
                                       "claude-opus-5",   STOP_END};
  static const response_row agent = {SENT + 30 * SECOND, 100,     20, 0, 0, -1,
                                     "claude-haiku-4-5", STOP_END};
  static const struct {
    const char *tool;
    int outcome;
    int64_t duration;
  } calls[] = {{"Edit", OUTCOME_OK, 1500000},    {"Bash", OUTCOME_REJECTED, -1},
               {"Bash", OUTCOME_ERROR, 2000000}, {"Bash", OUTCOME_BLOCKED, -1},
               {"Bash", OUTCOME_DENIED, -1},     {"Write", OUTCOME_INTERRUPTED, -1}};
  load(&one, &bpi_source_otlp, "good-events.jsonl");
  for (size_t i = 0; i < one.count; i++)
    ck_assert(one.records[i].tier == TIER_TELEMETRY &&
              is_session(&one.records[i], "07e10000-0000-4000-8000-000000000001"));
  ck_assert_str_eq(fake_text(fake_nth(&one, RECORD_SESSION, 0)->u.session_row.version), "2.1.214");
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 1); /* the others are commands */
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->u.prompt.characters, 42);
  const record *r = fake_nth(&one, RECORD_RESPONSE, 0);
  is_response(r, &request);
  ck_assert_int_eq(r->u.response.cost_nano, 42100000);
  ck_assert_int_eq(r->u.response.speed, SPEED_FAST);
  ck_assert_str_eq(fake_text(r->u.response.request.lo), "req_1");
  r = fake_nth(&one, RECORD_RESPONSE, 1);
  is_response(r, &agent);
  ck_assert_int_eq(r->u.response.cost_nano, 500000); /* of dollars, as a text */
  ck_assert_uint_eq(r->flags, RECORD_SUBAGENT);
  ck_assert_int_eq(bpi_ident_compare(fake_nth(&one, RECORD_RESPONSE, 3)->key,
                                     fake_nth(&one, RECORD_RESPONSE, 0)->key),
                   0);
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    const record *use = fake_nth(&one, RECORD_TOOL_USE, i),
                 *end = fake_nth(&one, RECORD_TOOL_RESULT, i);
    ck_assert_str_eq(fake_text(use->u.use.tool), calls[i].tool);
    ck_assert_int_eq(end->u.result.outcome, calls[i].outcome);
    ck_assert_int_eq(end->u.result.duration_us, calls[i].duration);
    ck_assert_int_eq(end->time - use->time, calls[i].duration < 0 ? 0 : calls[i].duration);
  }
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 0)->u.event.event, EVENT_RESPONSE_TIME);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 0)->u.event.value, 3500000);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 1)->u.event.detail, DETAIL_RATE_LIMIT);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 2)->u.event.value, 150000);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 2)->u.event.detail, DETAIL_AUTO);
  ck_assert_str_eq(fake_text(fake_nth(&one, RECORD_EVENT, 3)->u.event.command), "compact");
  ck_assert_str_eq(fake_text(fake_nth(&one, RECORD_EVENT, 4)->u.event.command), "custom");
  /* the request reported again */
  ck_assert_int_eq(
      bpi_ident_compare(fake_nth(&one, RECORD_EVENT, 5)->key, fake_nth(&one, RECORD_EVENT, 0)->key),
      0);
  ck_assert_uint_eq(fake_count(&one, RECORD_EVENT), 6);
}
END_TEST

/* The error of good-events.jsonl with each HTTP status that has a class of its own. */
START_TEST(otlp_errors) {
  static const struct {
    const char *status;
    int detail;
  } errors[] = {{"400", DETAIL_INVALID}, {"413", DETAIL_INVALID},    {"401", DETAIL_AUTH},
                {"403", DETAIL_AUTH},    {"429", DETAIL_RATE_LIMIT}, {"529", DETAIL_OVERLOADED},
                {"500", DETAIL_SERVER},  {"599", DETAIL_SERVER},     {"600", DETAIL_OTHER},
                {"404", DETAIL_INVALID}, {"402", DETAIL_BILLING},    {"none", DETAIL_OTHER}};
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    size_t length;
    char *data = load_bytes(&bpi_source_otlp, "good-events.jsonl", &length);
    char *status = strstr(data, "\"429\"");
    ck_assert_ptr_nonnull(status);
    char *made = malloc(length + 8);
    int written = snprintf(made, length + 8, "%.*s\"%s\"%s", (int)(status - data), data,
                           errors[i].status, status + 5);
    fake_read(&one, &bpi_source_otlp, "x.otlp.jsonl", made, (size_t)written);
    ck_assert_int_eq(one.rc, BP_OK);
    ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 1)->u.event.event, EVENT_API_ERROR);
    ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 1)->u.event.detail, errors[i].detail);
    free(made);
    free(data);
  }
}
END_TEST

START_TEST(otlp_spellings) {
  load(&one, &bpi_source_otlp, "good-spellings.jsonl");
  ck_assert_uint_eq(one.count, 3);
  ck_assert(one.records[0].time == NINE && one.records[0].u.response.input == 3 &&
            one.records[0].u.response.output == 4);
  ck_assert_int_eq(one.records[1].time, NINE + 600 * SECOND + 250000);
  ck_assert_int_eq(one.records[2].time, BPI_TIME_NONE);
}
END_TEST

/* Points of a minute give one row for each model; a sum since the start has one key. */
START_TEST(otlp_metrics) {
  static const response_row first = {NINE + 60 * SECOND, 12,      340, 18000, 1500, -1,
                                     "claude-opus-5",    STOP_END};
  load(&one, &bpi_source_otlp, "good-metrics-delta.jsonl");
  const record *r = fake_nth(&one, RECORD_RESPONSE, 0);
  is_response(r, &first);
  ck_assert_int_eq(r->tier, TIER_TOTAL);
  ck_assert_int_eq(r->u.response.cost_nano, 42100000);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 1)->u.response.cost_nano, 500000);
  /* the next minute */
  ck_assert_int_ne(bpi_ident_compare(fake_nth(&one, RECORD_RESPONSE, 2)->key, r->key), 0);
  /* sent twice */
  ck_assert_int_eq(bpi_ident_compare(fake_nth(&one, RECORD_RESPONSE, 3)->key, r->key), 0);
  r = fake_nth(&one, RECORD_SPAN, 0);
  ck_assert(r->u.span.added == 30 && r->u.span.removed == 4);
  ck_assert_uint_eq(fake_count(&one, RECORD_CHANGE), 2 * 3);
  ck_assert_uint_eq(fake_count(&one, RECORD_DECISION), 2 * 4);
  r = fake_nth(&one, RECORD_DECISION, 0);
  ck_assert(r->u.decision.outcome == OUTCOME_OK && r->u.decision.language == LANGUAGE_TYPESCRIPT);
  r = fake_nth(&one, RECORD_DECISION, 3);
  ck_assert(r->u.decision.outcome == OUTCOME_REJECTED && r->u.decision.language == LANGUAGE_OTHER);
  load(&one, &bpi_source_otlp, "good-metrics-cumulative.jsonl");
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 3);
  for (size_t i = 1; i < 3; i++)
    ck_assert_int_eq(bpi_ident_compare(fake_nth(&one, RECORD_RESPONSE, i)->key,
                                       fake_nth(&one, RECORD_RESPONSE, 0)->key),
                     0);
}
END_TEST

/* A line may have any number of minutes: each cost, far after its tokens, belongs to its minute. */
START_TEST(otlp_many_minutes) {
  enum { MINUTES = 600 };
  static const char *const parts[] = {"claude_code.token.usage", "claude_code.token.usage",
                                      "claude_code.cost.usage"};
  static const char *const types[] = {"input", "output", ""};
  static char data[1 << 20];
  int length =
      snprintf(data, sizeof data, "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[");
  for (int p = 0; p < 3; p++) {
    length += snprintf(data + length, sizeof data - (size_t)length,
                       "%s{\"name\":\"%s\",\"sum\":{\"dataPoints\":[", p > 0 ? "," : "", parts[p]);
    for (int i = 0; i < MINUTES; i++)
      length +=
          snprintf(data + length, sizeof data - (size_t)length,
                   "%s{\"timeUnixNano\":\"%lld000\",\"attributes\":[{\"key\":\"type\",\"value\":"
                   "{\"stringValue\":\"%s\"}}],\"asInt\":%d}",
                   i > 0 ? "," : "", (long long)(NINE + i * 60 * SECOND), types[p], i + p + 1);
    length += snprintf(data + length, sizeof data - (size_t)length, "]}}");
  }
  length += snprintf(data + length, sizeof data - (size_t)length, "]}]}]}\n");
  fake_read(&one, &bpi_source_otlp, "", data, (size_t)length);
  ck_assert_uint_eq(one.count, MINUTES);
  for (int i = 0; i < MINUTES; i++) {
    const response_record *r = &one.records[i].u.response;
    ck_assert(r->input == i + 1 && r->output == i + 2);
    ck_assert_int_eq(r->cost_nano, (i + 3) * INT64_C(1000000000));
  }
}
END_TEST

/* A point without a time has none, whatever the time of the one before. */
START_TEST(otlp_points_stand_alone) {
#define OTLP_INPUT                                                                                 \
  "\"attributes\":[{\"key\":\"type\",\"value\":{\"stringValue\":\"input\"}}],\"asInt\":"
  static const char data[] =
      "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":\"claude_code.token.usage\",\"sum\":"
      "{\"dataPoints\":[{\"timeUnixNano\":\"1772442060000000000\"," OTLP_INPUT "5},{" OTLP_INPUT
      "7}]}}]}]}]}\n";
  fake_read(&one, &bpi_source_otlp, "", data, sizeof data - 1);
  ck_assert_uint_eq(one.count, 2);
  ck_assert_int_eq(one.records[0].time, INT64_C(1772442060000000));
  ck_assert_int_eq(one.records[0].u.response.input, 5);
  ck_assert(one.records[1].time == BPI_TIME_NONE);
  ck_assert_int_eq(one.records[1].u.response.input, 7);
}
END_TEST

/* Each process of a session counts its events from zero; requests of a subagent name the agent. */
START_TEST(otlp_events_of_two_processes) {
#define TOLD(nanos, more)                                                                          \
  "{\"body\":{\"stringValue\":\"claude_code.api_request\"},\"timeUnixNano\":\"" nanos              \
  "\",\"attributes\":[{\"key\":\"event.sequence\",\"value\":{\"intValue\":\"7\"}}" more "]}"
#define ATTRIBUTE(key, text) ",{\"key\":\"" key "\",\"value\":{\"stringValue\":\"" text "\"}}"
  static const char data[] = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[" TOLD(
      "1772442000000000000",
      ATTRIBUTE(
          "query_source",
          "repl_main_thread")) "," TOLD("1772445600000000000",
                                        ATTRIBUTE(
                                            "query_source",
                                            "agent:builtin:Explore")) "," TOLD("1772445600000000000",
                                                                               ATTRIBUTE(
                                                                                   "agent.name",
                                                                                   "Explore")) "]}]}]}\n";
  fake_read(&one, &bpi_source_otlp, "", data, sizeof data - 1);
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 3);
  const record *first = fake_nth(&one, RECORD_RESPONSE, 0),
               *second = fake_nth(&one, RECORD_RESPONSE, 1),
               *again = fake_nth(&one, RECORD_RESPONSE, 2);
  ck_assert_int_ne(bpi_ident_compare(first->key, second->key), 0);
  ck_assert_int_eq(bpi_ident_compare(second->key, again->key), 0);
  ck_assert_uint_eq(first->flags, 0);
  ck_assert_uint_eq(second->flags, RECORD_SUBAGENT);
  ck_assert_uint_eq(again->flags, RECORD_SUBAGENT);
}
END_TEST

/* Two requests at the same time, told apart by their durations. An identifier that is too long is
 * dropped and counted, whether it comes before its name or after it. */
START_TEST(otlp_identifiers) {
#define REQUEST(id)                                                                                   \
  "{\"body\":{\"stringValue\":\"claude_code.api_request\"},\"timeUnixNano\":\"1772442000000000000\"," \
  "\"attributes\":[{\"key\":\"duration_ms\",\"value\":{\"intValue\":5}}," id "]}"
  static const char data[] =
      "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[" REQUEST("{\"key\":\"request_id\",\"value\":{\"stringValue\":\"r1\"}}") "," REQUEST(
          "{\"key\":\"request_id\",\"value\":{\"stringValue\":\"r2\"}}") "]}]}]}\n";
  char longer[2048];
  fake_read(&one, &bpi_source_otlp, "", data, sizeof data - 1);
  ck_assert_uint_eq(fake_count(&one, RECORD_EVENT), 2);
  ck_assert_int_ne(
      bpi_ident_compare(fake_nth(&one, RECORD_EVENT, 0)->key, fake_nth(&one, RECORD_EVENT, 1)->key),
      0);
  for (int bytes = 128; bytes < 300; bytes += 127) { /* 128, 255 */
    int length =
        snprintf(longer, sizeof longer,
                 "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[" REQUEST(
                     "{\"key\":\"request_id\",\"value\":{\"stringValue\":\"%0*d\"}},"
                     "{\"value\":{\"stringValue\":\"%0*d\"},\"key\":\"session.id\"}") "]}]}]}\n",
                 bytes, 0, bytes + 10, 0);
    fake_read(&one, &bpi_source_otlp, "", longer, (size_t)length);
    ck_assert_uint_eq(one.drops, bytes > 128 ? 2 : 1);
    ck_assert_int_eq(bpi_ident_absent(fake_nth(&one, RECORD_RESPONSE, 0)->u.response.request),
                     bytes > 128);
  }
}
END_TEST

/* -------------------------------------------------------------------------------------- all */

static const struct {
  const source *s;
  const char *name;
} good[] = {
    {&bpi_source_copilot, "good-shutdown.jsonl"},
    {&bpi_source_copilot, "good-tools.jsonl"},
    {&bpi_source_copilot, "good-places.jsonl"},
    {&bpi_source_gemini, "good-pretty.json"},
    {&bpi_source_gemini, "good-document.json"},
    {&bpi_source_gemini, "good-lines.jsonl"},
    {&bpi_source_gemini, "good-subagent.jsonl"},
    {&bpi_source_opencode, "good-session.json"},
    {&bpi_source_opencode, "good-child.json"},
    {&bpi_source_opencode, "good-redacted.json"},
    {&bpi_source_opencode, "good-fork.json"},
    {&bpi_source_otlp, "good-events.jsonl"},
    {&bpi_source_otlp, "good-spellings.jsonl"},
    {&bpi_source_otlp, "good-metrics-delta.jsonl"},
    {&bpi_source_otlp, "good-metrics-cumulative.jsonl"},
};
#define GOOD (sizeof good / sizeof *good)

START_TEST(cut_anywhere) {
  size_t length;
  char *data = load_bytes(good[_i].s, good[_i].name, &length);
  check_cut_anywhere(good[_i].s, good[_i].name, data, length, 1);
  free(data);
}
END_TEST

START_TEST(any_window) {
  size_t length;
  char *data = load_bytes(good[_i].s, good[_i].name, &length);
  check_any_window(good[_i].s, good[_i].name, data, length);
  free(data);
}
END_TEST

START_TEST(stops) {
  size_t length;
  char *data = load_bytes(good[_i].s, good[_i].name, &length);
  check_stops(good[_i].s, good[_i].name, data, length);
  free(data);
}
END_TEST

static const struct {
  const source *s;
  const char *name;
  int reason;
} bad[] = {
    {&bpi_source_copilot, "bad-count-negative.jsonl", REJECT_NUMBER},
    {&bpi_source_copilot, "bad-count-fraction.jsonl", REJECT_NUMBER},
    {&bpi_source_copilot, "bad-no-message.jsonl", REJECT_FIELD},
    {&bpi_source_copilot, "bad-no-id.jsonl", REJECT_FIELD},
    {&bpi_source_copilot, "bad-no-data.jsonl", REJECT_FIELD},
    {&bpi_source_copilot, "bad-no-call.jsonl", REJECT_FIELD},
    {&bpi_source_copilot, "bad-key-twice.jsonl", REJECT_DUPLICATE_KEY},
    {&bpi_source_copilot, "bad-array.jsonl", REJECT_SHAPE},
    {&bpi_source_copilot, "bad-scalar.jsonl", REJECT_SHAPE},
    {&bpi_source_copilot, "bad-syntax.jsonl", REJECT_SYNTAX},
    {&bpi_source_copilot, "bad-utf8.jsonl", REJECT_UTF8},
    {&bpi_source_copilot, "bad-depth.jsonl", REJECT_DEPTH},
    {&bpi_source_gemini, "bad-count-negative.jsonl", REJECT_NUMBER},
    {&bpi_source_gemini, "bad-count-fraction.jsonl", REJECT_NUMBER},
    {&bpi_source_gemini, "bad-no-id.jsonl", REJECT_FIELD},
    {&bpi_source_gemini, "bad-key-twice.jsonl", REJECT_DUPLICATE_KEY},
    {&bpi_source_gemini, "bad-call-without-id.jsonl", REJECT_FIELD},
    {&bpi_source_gemini, "bad-array.jsonl", REJECT_SHAPE},
    {&bpi_source_gemini, "bad-scalar.jsonl", REJECT_SHAPE},
    {&bpi_source_gemini, "bad-syntax.jsonl", REJECT_SYNTAX},
    {&bpi_source_gemini, "bad-utf8.jsonl", REJECT_UTF8},
    {&bpi_source_gemini, "bad-document.json", REJECT_SYNTAX},
    {&bpi_source_otlp, "bad-point.jsonl", REJECT_NUMBER},
    {&bpi_source_otlp, "bad-record.jsonl", REJECT_SHAPE},
    {&bpi_source_otlp, "bad-truth.jsonl", REJECT_SYNTAX},
    {&bpi_source_otlp, "bad-key-twice.jsonl", REJECT_DUPLICATE_KEY},
    {&bpi_source_otlp, "bad-array.jsonl", REJECT_SHAPE},
    {&bpi_source_otlp, "bad-scalar.jsonl", REJECT_SHAPE},
    {&bpi_source_otlp, "bad-syntax.jsonl", REJECT_SYNTAX},
    {&bpi_source_otlp, "bad-utf8.jsonl", REJECT_UTF8},
    {&bpi_source_opencode, "bad-count-negative.json", REJECT_NUMBER},
    {&bpi_source_opencode, "bad-no-id.json", REJECT_FIELD},
    {&bpi_source_opencode, "bad-no-call.json", REJECT_FIELD},
    {&bpi_source_opencode, "bad-message-text.json", REJECT_SHAPE},
    {&bpi_source_opencode, "bad-session-last.json", REJECT_FIELD},
    {&bpi_source_opencode, "bad-key-twice.json", REJECT_DUPLICATE_KEY},
    {&bpi_source_opencode, "bad-syntax.json", REJECT_SYNTAX},
};

START_TEST(bad_files) {
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    size_t length;
    char *data = load_bytes(bad[i].s, bad[i].name, &length);
    fake_read(&one, bad[i].s, bad[i].name, data, length);
    ck_assert_int_eq(one.rc, BP_OK);
    ck_assert_msg(one.rejects == 1 && one.reject[0].reason == bad[i].reason, "%s: %zu, %d",
                  bad[i].name, one.rejects, one.reject[0].reason);
    free(data);
  }
}
END_TEST

START_TEST(recognised) {
  for (size_t i = 0; i < GOOD; i++) {
    size_t length;
    char *data = load_bytes(good[i].s, good[i].name, &length);
    ck_assert_str_eq(bpi_source_detect("", data, length)->name, good[i].s->name);
    free(data);
  }
  static const char *const others[] = {"", "[]", "{\"type\":\"user\"}",
                                       "{\"type\":\"abort\",\"data\":1}",
                                       "{\"blueplane\":1,\"kind\":\"issue\"}"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    for (size_t k = 0; k < GOOD; k++)
      ck_assert(!good[k].s->recognise(others[i], strlen(others[i])));
}
END_TEST

static const struct {
  const source *s;
  const char *path;
  bool ours;
} paths[] = {
    {&bpi_source_copilot, "/home/ada/.copilot/session-state/x/events.jsonl", true},
    {&bpi_source_copilot, "C:\\Users\\ada\\.copilot\\session-state\\x\\events.jsonl", true},
    {&bpi_source_copilot, "events.jsonl", true},
    {&bpi_source_gemini, "/home/ada/.gemini/tmp/engine/chats/9e31/7a2b.jsonl", true},
    {&bpi_source_claude_code, "/home/ada/.gemini/tmp/engine/chats/9e31/7a2b.jsonl", false},
    {&bpi_source_gemini, "/home/ada/chat/9e31/7a2b.jsonl", false},
    {&bpi_source_gemini, "/home/ada/chats/9e31/7a2b.json", false},
    {&bpi_source_opencode_db, "/home/ada/opencode-dev.db", true},
    {&bpi_source_opencode_db, "/home/ada/opencode.db.db", false},
    {&bpi_source_copilot, "/x/old-events.jsonl", false},
    {&bpi_source_claude_code, "/x/events.jsonl", false},
    {&bpi_source_gemini, "/home/ada/.gemini/tmp/0a/chats/session-2026-03-02T09-00-0a1b2c3d.json",
     true},
    {&bpi_source_gemini, "session-2026-03-02T09-00-0a1b2c3d.jsonl", true},
    {&bpi_source_gemini, "session-2026.json", false},
    {&bpi_source_gemini, "session-2026-03-02T09-00.json.bak", false},
    {&bpi_source_gemini, "/home/ada/.gemini/tmp/0a/logs.json", false},
    {&bpi_source_opencode, "/home/ada/ses_0001.json", true},
    {&bpi_source_opencode, "C:\\x\\engine.opencode.json", true},
    {&bpi_source_opencode, "/home/ada/other.json", false},
    {&bpi_source_otlp, "/var/log/claude.otlp.jsonl", true},
    {&bpi_source_otlp, "otlp.jsonl", false},
    {&bpi_source_claude_code, "/var/log/claude.otlp.jsonl", false},
    {&bpi_source_claude_code, "session-2026-03-02T09-00-0a1b2c3d.jsonl", false},
};

START_TEST(names_of_files) {
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    ck_assert_msg((bpi_source_of(paths[i].path) == paths[i].s) == paths[i].ours, "%s",
                  paths[i].path);
}
END_TEST

int main(int argc, char **argv) {
  if (argc > 1) corpus = argv[1];
  Suite *suite = suite_create("assistants");
  TCase *c = tcase_create("assistants");
  tcase_set_timeout(c, 60);
  tcase_add_test(c, copilot_sums_are_spread);
  tcase_add_test(c, copilot_session_and_prompt);
  tcase_add_test(c, copilot_tools);
  tcase_add_test(c, copilot_folder_names);
  tcase_add_test(c, copilot_told_twice);
  tcase_add_test(c, copilot_told_nothing);
  tcase_add_test(c, copilot_counts_on);
  tcase_add_test(c, copilot_picture);
  tcase_add_test(c, copilot_keys_at_any_place);
  tcase_add_test(c, gemini_document);
  tcase_add_test(c, gemini_without_name);
  tcase_add_test(c, gemini_lines);
  tcase_add_test(c, gemini_subagent_in_a_folder);
  tcase_add_test(c, opencode_session);
  tcase_add_test(c, opencode_child);
  tcase_add_test(c, opencode_fork);
  tcase_add_test(c, opencode_redacted);
  tcase_add_test(c, opencode_diffs);
  tcase_add_test(c, otlp_events);
  tcase_add_test(c, otlp_errors);
  tcase_add_test(c, otlp_spellings);
  tcase_add_test(c, otlp_metrics);
  tcase_add_test(c, otlp_many_minutes);
  tcase_add_test(c, otlp_points_stand_alone);
  tcase_add_test(c, otlp_events_of_two_processes);
  tcase_add_test(c, otlp_identifiers);
  tcase_add_loop_test(c, cut_anywhere, 0, (int)GOOD);
  tcase_add_loop_test(c, any_window, 0, (int)GOOD);
  tcase_add_loop_test(c, stops, 0, (int)GOOD);
  tcase_add_test(c, bad_files);
  tcase_add_test(c, recognised);
  tcase_add_test(c, names_of_files);
  suite_add_tcase(suite, c);
  return run_suite(suite);
}
