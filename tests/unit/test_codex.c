/* Codex rollouts from hand-made files (tests/corpus/codex): every number below was counted by hand.
 * Also: what a copied history shares with its original and what it does not; that the records of a
 * file are those of its complete lines, however it is cut or read; that no text gets through.
 *
 *     test_codex [folder of the corpus]
 */
#include "cuts.h"

#include "base/mem.h"
#include "run_suite.h"

static const char *corpus = "tests/corpus/codex";
static fake one, two;

static void load(fake *f, const char *name) {
  size_t length;
  char *data = fake_load(corpus, name, &length);
  fake_read(f, &bpi_source_codex, name, data, length);
  ck_assert_int_eq(f->rc, BP_OK);
  free(data);
}

static ident session(const char *id) {
  return fake_identify(NULL, IDENT_SESSION, id, strlen(id));
}

static bool same_ident(ident a, ident b) {
  return bpi_ident_compare(a, b) == 0;
}

#define SESSION_OLD "0b8f5a52-6c1e-4a5e-9d57-3f0c5b1f0a01"
static const char *session_new(void) {
  static char id[64];
  load(&two, "good-turns.jsonl");
  snprintf(id, sizeof id, "%s", fake_text(fake_nth(&two, RECORD_SESSION, 0)->session.lo));
  return id;
}

/* 2025-10-01T08:00:00Z and 2026-03-02T09:00:00Z, computed with `date -u +%s`. */
#define OLD INT64_C(1759305600000000)
#define NEW INT64_C(1772442000000000)

typedef struct response_row {
  int64_t ms, input, cached, output, reasoning;
  const char *model;
} response_row;

static void check_responses(const fake *f, int64_t from, const response_row *rows, size_t n) {
  ck_assert_uint_eq(fake_count(f, RECORD_RESPONSE), n);
  for (size_t i = 0; i < n; i++) {
    const record *r = fake_nth(f, RECORD_RESPONSE, i);
    const response_record *u = &r->u.response;
    ck_assert_int_eq(r->time, from + rows[i].ms * 1000);
    ck_assert_int_eq(u->input, rows[i].input);
    ck_assert_int_eq(u->cache_read, rows[i].cached);
    ck_assert_int_eq(u->output, rows[i].output);
    ck_assert_int_eq(u->reasoning, rows[i].reasoning);
    ck_assert_str_eq(fake_text(u->model), rows[i].model);
    ck_assert_int_eq(u->cache_write_5m, -1);
    ck_assert_int_eq(u->cache_write_1h, -1);
    ck_assert_int_eq(u->web_searches, -1);
    ck_assert_int_eq(u->cost_nano, -1);
    ck_assert_int_eq(u->stop, STOP_END);
    ck_assert_int_eq(u->placeholder, 0);
  }
}

/* First: what the line gives as last usage. Repeated: nothing. Grown: the difference, whatever the
 * last usage. Smaller: the last usage. */
START_TEST(counters) {
  static const response_row rows[] = {
      {8000, 1000, 0, 50, 20, "gpt-5-codex"},
      {13000, 1200, 900, 60, 10, "gpt-5-codex"},
      {25000, 100, 400, 10, 0, "gpt-5-codex"},
      {26000, 300, 0, 20, 5, "gpt-5-codex"},
  };
  load(&one, "good-without-turns.jsonl");
  ck_assert_uint_eq(one.rejects, 0);
  check_responses(&one, OLD, rows, 4);
}
END_TEST

START_TEST(model_of_the_turn) {
  static const response_row rows[] = {
      {7000, 2000, 8000, 200, 64, "gpt-5.5"},
      {17000, 3000, 12000, 300, 64, "gpt-5.5"},
      {603000, 500, 500, 100, 2, "gpt-5.5-mini"},
  };
  load(&one, "good-turns.jsonl");
  check_responses(&one, NEW, rows, 3);
}
END_TEST

START_TEST(sessions) {
  load(&one, "good-turns.jsonl");
  const record *r = fake_nth(&one, RECORD_SESSION, 0);
  ck_assert_uint_eq(fake_count(&one, RECORD_SESSION), 1);
  ck_assert_int_eq(r->time, NEW);
  ck_assert_str_eq(fake_text(r->u.session_row.platform), "codex");
  ck_assert_str_eq(fake_text(r->u.session_row.workspace), "/home/ada/work/engine");
  ck_assert_str_eq(fake_text(r->u.session_row.branch), "feature/loops");
  ck_assert_str_eq(fake_text(r->u.session_row.version), "0.142.5");
  ck_assert_str_eq(fake_text(r->u.session_row.entrypoint), "codex-tui");
  ck_assert_int_eq(r->u.session_row.version_rank, INT64_C(142) << 20 | 5);
  for (size_t i = 0; i < one.count; i++) {
    ck_assert(same_ident(one.records[i].session, r->session));
    ck_assert_uint_eq(one.records[i].flags, 0);
  }
}
END_TEST

START_TEST(prompts) {
  static const prompt_record old[] = {{26, 0, MODE_UNKNOWN}};
  static const prompt_record turns[] = {
      {44, PROMPT_CODE | PROMPT_FILE | PROMPT_IMAGE, MODE_BYPASS},
      {11, PROMPT_IMAGE, MODE_BYPASS}, /* "wait: Grüße" */
      {6, 0, MODE_PLAN},
  };
  load(&one, "good-without-turns.jsonl");
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 1); /* not the injected one */
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->u.prompt.characters, old[0].characters);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->u.prompt.mode, old[0].mode);
  load(&one, "good-turns.jsonl");
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 3);
  for (size_t i = 0; i < 3; i++) {
    const prompt_record *p = &fake_nth(&one, RECORD_PROMPT, i)->u.prompt;
    ck_assert_int_eq(p->characters, turns[i].characters);
    ck_assert_int_eq(p->features, turns[i].features);
    ck_assert_int_eq(p->mode, turns[i].mode);
  }
}
END_TEST

typedef struct call_row {
  const char *tool, *file;
  int category, program, language;
  int64_t asked_added, asked_removed;
  int outcome, failure;
  int64_t added, removed, duration_us;
} call_row;

/* The first result with the key of the use. */
static const record *result_of(const fake *f, const record *use) {
  for (size_t i = 0; i < f->count; i++)
    if (f->records[i].kind == RECORD_TOOL_RESULT && same_ident(f->records[i].key, use->key))
      return &f->records[i];
  return NULL;
}

static void check_calls(const fake *f, const call_row *rows, size_t n) {
  ck_assert_uint_eq(fake_count(f, RECORD_TOOL_USE), n);
  for (size_t i = 0; i < n; i++) {
    const record *use = fake_nth(f, RECORD_TOOL_USE, i), *result = result_of(f, use);
    const tool_use_record *u = &use->u.use;
    ck_assert_str_eq(fake_text(u->tool), rows[i].tool);
    ck_assert_str_eq(fake_text(u->file), rows[i].file);
    ck_assert_int_eq(u->category, rows[i].category);
    ck_assert_int_eq(u->program, rows[i].program);
    ck_assert_int_eq(u->language, rows[i].language);
    ck_assert_int_eq(u->added, rows[i].asked_added);
    ck_assert_int_eq(u->removed, rows[i].asked_removed);
    ck_assert_msg(result != NULL, "call %zu has no result", i);
    ck_assert_int_eq(result->u.result.outcome, rows[i].outcome);
    ck_assert_int_eq(result->u.result.failure, rows[i].failure);
    ck_assert_int_eq(result->u.result.added, rows[i].added);
    ck_assert_int_eq(result->u.result.removed, rows[i].removed);
    ck_assert_int_eq(result->u.result.duration_us, rows[i].duration_us);
  }
}

START_TEST(calls_without_turns) {
  static const call_row rows[] = {
      {"shell", "", CATEGORY_COMMAND, PROGRAM_TEST, LANGUAGE_UNKNOWN, -1, -1, OUTCOME_ERROR,
       FAILURE_COMMAND, -1, -1, -1},
      {"shell", "/home/ada/work/engine/src/loop.rs", CATEGORY_EDIT, PROGRAM_NONE, LANGUAGE_RUST, 5,
       1, OUTCOME_OK, FAILURE_NONE, -1, -1, -1},
      {"shell", "", CATEGORY_COMMAND, PROGRAM_OTHER, LANGUAGE_UNKNOWN, -1, -1, OUTCOME_INTERRUPTED,
       FAILURE_NONE, -1, -1, -1},
  };
  load(&one, "good-without-turns.jsonl");
  check_calls(&one, rows, 3);
  const record *aborted = result_of(&one, fake_nth(&one, RECORD_TOOL_USE, 2));
  ck_assert_int_eq(aborted->time, OLD + 20 * BPI_SECOND);
}
END_TEST

/* Lines of the first clients are bare items. Only the session has a time. */
START_TEST(first_clients) {
  static const call_row rows[] = {
      {"shell", "", CATEGORY_COMMAND, PROGRAM_TEST, LANGUAGE_UNKNOWN, -1, -1, OUTCOME_ERROR,
       FAILURE_COMMAND, -1, -1, -1},
      {"local_shell", "src/loop.rs", CATEGORY_EDIT, PROGRAM_NONE, LANGUAGE_RUST, 2, 1, OUTCOME_OK,
       FAILURE_NONE, -1, -1, -1},
      {"shell", "", CATEGORY_COMMAND, PROGRAM_FILES, LANGUAGE_UNKNOWN, -1, -1, OUTCOME_OK,
       FAILURE_NONE, -1, -1, -1},
  };
  load(&one, "good-first-clients.jsonl");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_uint_eq(one.count, 9);
  const record *r = fake_nth(&one, RECORD_SESSION, 0);
  /* date -u -d 2025-05-07T17:24:21.597Z +%s */
  ck_assert_int_eq(r->time, INT64_C(1746638661597000));
  ck_assert_str_eq(fake_text(r->u.session_row.branch), "main");
  check_calls(&one, rows, 3);
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 2);
  const record *first = fake_nth(&one, RECORD_PROMPT, 0),
               *second = fake_nth(&one, RECORD_PROMPT, 1);
  ck_assert_int_eq(first->u.prompt.characters, 26);
  ck_assert_int_eq(first->u.prompt.features, PROMPT_IMAGE);
  ck_assert_int_eq(second->u.prompt.characters, 13);
  for (size_t i = 0; i < one.count; i++)
    if (one.records[i].kind != RECORD_SESSION) ck_assert(one.records[i].time == BPI_TIME_NONE);
}
END_TEST

/* The patch's own account is used: hunk lines that look like headers are lines, a deleted file's
 * lines are removed. The search is reported twice and counts once. */
START_TEST(calls_of_turns) {
  static const call_row rows[] = {
      {"exec_command", "", CATEGORY_COMMAND, PROGRAM_COMMIT, LANGUAGE_UNKNOWN, -1, -1, OUTCOME_OK,
       FAILURE_NONE, -1, -1, -1},
      {"exec_command", "", CATEGORY_COMMAND, PROGRAM_BUILD, LANGUAGE_UNKNOWN, -1, -1, OUTCOME_ERROR,
       FAILURE_COMMAND, -1, -1, -1},
      {"apply_patch", "/home/ada/work/engine/src/loop.rs", CATEGORY_EDIT, PROGRAM_NONE,
       LANGUAGE_RUST, 2, 1, OUTCOME_OK, FAILURE_NONE, 2, 4, -1},
      {"mcp__deepwiki__ask_question", "", CATEGORY_MCP, PROGRAM_NONE, LANGUAGE_UNKNOWN, -1, -1,
       OUTCOME_ERROR, FAILURE_TOOL, -1, -1, 750000},
      {"web_search", "", CATEGORY_WEB, PROGRAM_NONE, LANGUAGE_UNKNOWN, -1, -1, OUTCOME_OK,
       FAILURE_NONE, -1, -1, -1},
      {"web_search", "", CATEGORY_WEB, PROGRAM_NONE, LANGUAGE_UNKNOWN, -1, -1, OUTCOME_OK,
       FAILURE_NONE, -1, -1, -1},
      {"tool_search", "", -1, PROGRAM_NONE, LANGUAGE_UNKNOWN, -1, -1, OUTCOME_OK, FAILURE_NONE, -1,
       -1, -1},
      {"exec_command", "", CATEGORY_COMMAND, PROGRAM_OTHER, LANGUAGE_UNKNOWN, -1, -1,
       OUTCOME_INTERRUPTED, FAILURE_NONE, -1, -1, -1},
      {"local_shell", "", CATEGORY_COMMAND, PROGRAM_TEST, LANGUAGE_UNKNOWN, -1, -1,
       OUTCOME_INTERRUPTED, FAILURE_NONE, -1, -1, -1},
  };
  load(&one, "good-turns.jsonl");
  call_row known[9];
  memcpy(known, rows, sizeof rows);
  known[6].category = bpi_category_of_tool("tool_search", 11);
  check_calls(&one, known, 9);
  ck_assert(
      same_ident(fake_nth(&one, RECORD_TOOL_USE, 4)->key, fake_nth(&one, RECORD_TOOL_USE, 5)->key));
  ck_assert_int_eq(result_of(&one, fake_nth(&one, RECORD_TOOL_USE, 4))->time, BPI_TIME_NONE);
}
END_TEST

START_TEST(events) {
  load(&one, "good-turns.jsonl");
  ck_assert_uint_eq(fake_count(&one, RECORD_EVENT), 4);
  const record *told = fake_nth(&one, RECORD_EVENT, 0), *again = fake_nth(&one, RECORD_EVENT, 1);
  ck_assert_int_eq(told->u.event.event, EVENT_COMPACTION);
  ck_assert_int_eq(again->u.event.event, EVENT_COMPACTION);
  ck_assert(same_ident(told->key, again->key));
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 2)->u.event.event, EVENT_TURN_END);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 2)->u.event.value, 14900);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 3)->u.event.event, EVENT_INTERRUPT);
}
END_TEST

START_TEST(classes_of_errors) {
  static const int details[] = {DETAIL_RATE_LIMIT, DETAIL_AUTH,   DETAIL_INVALID, DETAIL_INVALID,
                                DETAIL_OVERLOADED, DETAIL_SERVER, DETAIL_NETWORK, DETAIL_NETWORK,
                                DETAIL_OTHER,      DETAIL_OTHER};
  load(&one, "good-errors.jsonl");
  ck_assert_uint_eq(fake_count(&one, RECORD_EVENT), 12);
  for (size_t i = 0; i < 10; i++) {
    ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, i)->u.event.event, EVENT_API_ERROR);
    ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, i)->u.event.detail, details[i]);
    for (size_t j = 0; j < i; j++)
      ck_assert(
          !same_ident(fake_nth(&one, RECORD_EVENT, i)->key, fake_nth(&one, RECORD_EVENT, j)->key));
  }
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 10)->u.event.event, EVENT_API_RETRY);
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 10)->u.event.detail, DETAIL_NETWORK);
  /* Not for the review. */
  ck_assert_int_eq(fake_nth(&one, RECORD_EVENT, 11)->u.event.event, EVENT_INTERRUPT);
}
END_TEST

START_TEST(outcomes) {
  static const struct {
    int outcome, failure;
  } rows[] = {
      {OUTCOME_OK, FAILURE_NONE},
      {OUTCOME_ERROR, FAILURE_TIMEOUT},
      {OUTCOME_ERROR, FAILURE_COMMAND},
      {OUTCOME_ERROR, FAILURE_COMMAND},
      {OUTCOME_OK, FAILURE_NONE},
      {OUTCOME_OK, FAILURE_NONE},
      {OUTCOME_INTERRUPTED, FAILURE_NONE},
      {OUTCOME_REJECTED, FAILURE_NONE},
      {OUTCOME_ERROR, FAILURE_NO_MATCH},
      {OUTCOME_ERROR, FAILURE_INPUT},
      {OUTCOME_ERROR, FAILURE_NO_MATCH},
      {OUTCOME_ERROR, FAILURE_COMMAND},
      {OUTCOME_ERROR, FAILURE_COMMAND},
      {OUTCOME_ERROR, FAILURE_TOOL},
      {OUTCOME_ERROR, FAILURE_INPUT},
      {OUTCOME_ERROR, FAILURE_INPUT},
      {OUTCOME_OK, FAILURE_NONE},
      {OUTCOME_OK, FAILURE_NONE},
      {OUTCOME_ERROR, FAILURE_TOOL},
      {OUTCOME_ERROR, FAILURE_COMMAND},
      {OUTCOME_OK, FAILURE_NONE},
      {OUTCOME_OK, FAILURE_NONE},
      {OUTCOME_OK, FAILURE_NONE},
      /* reported by events */
      {OUTCOME_OK, FAILURE_NONE},
      {OUTCOME_ERROR, FAILURE_COMMAND},
      {OUTCOME_ERROR, FAILURE_COMMAND},
      {OUTCOME_REJECTED, FAILURE_NONE},
      {OUTCOME_ERROR, FAILURE_TOOL},
      {OUTCOME_REJECTED, FAILURE_NONE},
      {OUTCOME_ERROR, FAILURE_TOOL},
      {OUTCOME_OK, FAILURE_NONE},
      {OUTCOME_OK, FAILURE_NONE},
  };
  const size_t n = sizeof rows / sizeof *rows;
  load(&one, "good-outcomes.jsonl");
  ck_assert_uint_eq(fake_count(&one, RECORD_TOOL_RESULT), n);
  for (size_t i = 0; i < n; i++) {
    const tool_result_record *r = &fake_nth(&one, RECORD_TOOL_RESULT, i)->u.result;
    ck_assert_msg(r->outcome == rows[i].outcome && r->failure == rows[i].failure,
                  "call %zu: outcome %d, failure %d", i, r->outcome, r->failure);
  }
  const tool_result_record *timed = &fake_nth(&one, RECORD_TOOL_RESULT, 23)->u.result;
  ck_assert_int_eq(timed->duration_us, 2500000);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 24)->u.result.duration_us, 1);
  /* An added file of two lines, an updated one with four added and one removed; the call gets the
   * name of the larger change. A patch that failed changed nothing. */
  const tool_result_record *patch = &fake_nth(&one, RECORD_TOOL_RESULT, 31)->u.result;
  ck_assert_int_eq(patch->added, 6);
  ck_assert_int_eq(patch->removed, 1);
  ck_assert_str_eq(fake_text(patch->file), "/x/b.py");
  ck_assert_int_eq(patch->language, LANGUAGE_PYTHON);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 27)->u.result.added, -1);
}
END_TEST

/* Clients from 0.145 report prompts and ends of calls as completed items, and input written to a
 * cache. Of a script's call only the end is reported, and a patch in the script's text is not the
 * script's own. */
START_TEST(completed_items) {
  static const call_row rows[] = {
      {"exec_command", "", CATEGORY_COMMAND, PROGRAM_BUILD, LANGUAGE_UNKNOWN, -1, -1, OUTCOME_ERROR,
       FAILURE_COMMAND, -1, -1, 1500000},
      {"exec", "", CATEGORY_COMMAND, PROGRAM_NONE, LANGUAGE_UNKNOWN, -1, -1, OUTCOME_OK,
       FAILURE_NONE, -1, -1, -1},
      {"apply_patch", "/home/ada/work/engine/src/loop.rs", CATEGORY_EDIT, PROGRAM_NONE,
       LANGUAGE_RUST, -1, -1, OUTCOME_OK, FAILURE_NONE, 2, 1, -1},
      {"exec_command", "", CATEGORY_COMMAND, PROGRAM_TEST, LANGUAGE_UNKNOWN, -1, -1, OUTCOME_OK,
       FAILURE_NONE, -1, -1, 2000250},
      {"mcp__tracker__find", "", CATEGORY_MCP, PROGRAM_NONE, LANGUAGE_UNKNOWN, -1, -1,
       OUTCOME_ERROR, FAILURE_TOOL, -1, -1, 5000},
      {"apply_patch", "/home/ada/work/engine/notes.md", CATEGORY_EDIT, PROGRAM_NONE,
       LANGUAGE_MARKDOWN, 1, 0, OUTCOME_REJECTED, FAILURE_NONE, -1, -1, -1},
      {"exec", "", CATEGORY_COMMAND, PROGRAM_NONE, LANGUAGE_UNKNOWN, -1, -1, OUTCOME_ERROR,
       FAILURE_COMMAND, -1, -1, -1},
  };
  static const struct {
    int64_t input, read, written, output;
  } tokens[] = {{100, 400, 500, 50}, {400, 1500, 100, 40}};
  load(&one, "good-items.jsonl");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 2);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->u.prompt.characters, 15);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->u.prompt.features, PROMPT_IMAGE);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 1)->u.prompt.characters, 5);
  check_calls(&one, rows, 7);
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 2);
  for (size_t i = 0; i < 2; i++) {
    const response_record *r = &fake_nth(&one, RECORD_RESPONSE, i)->u.response;
    ck_assert_int_eq(r->input, tokens[i].input);
    ck_assert_int_eq(r->cache_read, tokens[i].read);
    ck_assert_int_eq(r->cache_write_5m, tokens[i].written);
    ck_assert_int_eq(r->output, tokens[i].output);
  }
}
END_TEST

START_TEST(any_order_of_members) {
  load(&one, "good-places.jsonl");
  ck_assert_uint_eq(one.rejects, 0);
  ck_assert_uint_eq(one.read, 11);
  const record *r = fake_nth(&one, RECORD_RESPONSE, 0);
  ck_assert_int_eq(r->time, BPI_TIME_NONE);
  ck_assert_int_eq(r->u.response.input, 7);
  ck_assert_int_eq(r->u.response.output, 5);
  ck_assert_int_eq(r->u.response.reasoning, -1); /* not reported */
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 2);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 0)->time, BPI_TIME_NONE);
  ck_assert_int_eq(fake_nth(&one, RECORD_PROMPT, 1)->u.prompt.characters, 5);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 0)->u.use.program, PROGRAM_OTHER); /* "a" */
  ck_assert_str_eq(fake_text(fake_nth(&one, RECORD_TOOL_USE, 1)->u.use.tool), "mcp__tracker__find");
  /* "\u0067it push" */
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_USE, 2)->u.use.program, PROGRAM_GIT);
}
END_TEST

/* ---------------------------------------------------------------------------- copied histories */

static const record *find_key(const fake *f, const record *like) {
  for (size_t i = 0; i < f->count; i++)
    if (f->records[i].kind == like->kind && same_ident(f->records[i].key, like->key))
      return &f->records[i];
  return NULL;
}

START_TEST(a_fork_shares_keys_with_its_original_and_no_others) {
  const char *parent = session_new();
  load(&one, "good-fork.jsonl");
  size_t copied = 0, own = 0;
  for (size_t i = 0; i < one.count; i++) {
    const record *r = &one.records[i];
    if (r->kind == RECORD_SESSION) continue;
    if (r->flags & RECORD_FORKED) {
      ck_assert_ptr_nonnull(find_key(&two, r));
      ck_assert(same_ident(r->session, session(parent)));
      copied++;
    } else {
      ck_assert_ptr_null(find_key(&two, r));
      ck_assert(!same_ident(r->session, session(parent)));
      ck_assert_uint_eq(r->flags, 0);
      own++;
    }
  }
  /* Two prompts, two responses, seven uses and results, three events; and three of the file
   * itself. */
  ck_assert_uint_eq(copied, 2 + 2 + 14 + 3);
  ck_assert_uint_eq(own, 3);
  /* Its counters happen to equal those of the original's next turn. */
  const response_record *mine = &fake_nth(&one, RECORD_RESPONSE, 2)->u.response;
  const response_record *theirs = &fake_nth(&two, RECORD_RESPONSE, 2)->u.response;
  ck_assert_int_eq(mine->output, theirs->output);
  ck_assert_int_eq(mine->input, theirs->input);
}
END_TEST

START_TEST(a_fork_of_a_client_without_turns) {
  load(&two, "good-without-turns.jsonl");
  load(&one, "good-fork-without-turns.jsonl");
  ck_assert_ptr_nonnull(find_key(&two, fake_nth(&one, RECORD_RESPONSE, 0)));
  ck_assert_ptr_nonnull(find_key(&two, fake_nth(&one, RECORD_PROMPT, 0)));
  ck_assert_ptr_nonnull(find_key(&two, fake_nth(&one, RECORD_TOOL_USE, 0)));
  ck_assert_ptr_nonnull(find_key(&two, fake_nth(&one, RECORD_TOOL_RESULT, 0)));
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 2);
  ck_assert_ptr_null(find_key(&two, fake_nth(&one, RECORD_RESPONSE, 1)));
  ck_assert_ptr_null(find_key(&two, fake_nth(&one, RECORD_PROMPT, 1)));
  ck_assert_uint_eq(fake_count(&one, RECORD_SESSION), 2);
  ck_assert(same_ident(fake_nth(&one, RECORD_SESSION, 1)->session, session(SESSION_OLD)));
}
END_TEST

START_TEST(a_subagent_belongs_to_the_session_above) {
  const char *parent = session_new();
  load(&one, "good-subagent.jsonl");
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 0); /* a model wrote it */
  for (size_t i = 0; i < one.count; i++) {
    const record *r = &one.records[i];
    ck_assert(same_ident(r->session, session(parent)));
    if (r->kind == RECORD_SESSION) continue;
    ck_assert_uint_eq(r->flags, RECORD_SUBAGENT | RECORD_SIDECHAIN);
    ck_assert_ptr_null(find_key(&two, r)); /* including the call with the same identifier */
  }
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 1);
  ck_assert_uint_eq(fake_count(&one, RECORD_TOOL_USE), 1);
}
END_TEST

START_TEST(a_subagent_of_a_subagent) {
  char parent[64];
  snprintf(parent, sizeof parent, "%s", session_new());
  load(&two, "good-subagent.jsonl");
  load(&one, "good-subagent-of-subagent.jsonl");
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 0);
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 2);
  const record *copy = fake_nth(&one, RECORD_RESPONSE, 0),
               *own = fake_nth(&one, RECORD_RESPONSE, 1);
  ck_assert_ptr_nonnull(find_key(&two, copy));
  ck_assert_uint_eq(copy->flags, RECORD_FORKED | RECORD_SIDECHAIN | RECORD_SUBAGENT);
  ck_assert_ptr_null(find_key(&two, own));
  ck_assert_uint_eq(own->flags, RECORD_SUBAGENT | RECORD_SIDECHAIN);
  ck_assert_int_eq(own->u.response.output, 100); /* 200 less the 100 it was given */
  ck_assert(same_ident(copy->session, session(parent)));
  ck_assert(same_ident(own->session, session(parent)));
}
END_TEST

START_TEST(background_work_is_noise) {
  load(&one, "good-background.jsonl");
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 1);
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 0);
  ck_assert_uint_eq(fake_nth(&one, RECORD_RESPONSE, 0)->flags,
                    RECORD_SUBAGENT | RECORD_SIDECHAIN | RECORD_NOISE);
}
END_TEST

/* A file without its first lines is identified by its name. */
START_TEST(named_by_the_file) {
  static const char line[] =
      "{\"timestamp\":\"2026-03-02T09:00:00Z\",\"type\":\"event_msg\",\"payload\":"
      "{\"type\":\"user_message\",\"message\":\"hi\"}}\n";
  fake_read(&one, &bpi_source_codex, "/x/rollout-2025-10-01T10-00-00-" SESSION_OLD ".jsonl", line,
            sizeof line - 1);
  ck_assert_uint_eq(one.count, 2);
  ck_assert_int_eq(one.records[0].kind, RECORD_SESSION);
  ck_assert_str_eq(fake_text(one.records[0].u.session_row.platform), "codex");
  ck_assert(same_ident(one.records[1].session, session(SESSION_OLD)));
  fake_read(&one, &bpi_source_codex, "", line, sizeof line - 1);
  ck_assert_uint_eq(one.count, 0);
  ck_assert_uint_eq(one.rejects, 1);
  ck_assert_int_eq(one.reject[0].reason, REJECT_FIELD);
}
END_TEST

/* ------------------------------------------------------------------------------- small rollouts */

/* Reads a rollout built from a session line and one line for each payload. */
static void read_lines(fake *f, const char *id, const char *const *payloads, size_t n) {
  static char text[16384];
  size_t at = (size_t)snprintf(text, sizeof text,
                               "{\"timestamp\":\"2026-03-02T09:00:00Z\",\"type\":\"session_meta\","
                               "\"payload\":{\"id\":\"%s\"}}\n",
                               id);
  for (size_t i = 0; i < n; i++) {
    bool typed = strstr(payloads[i], "\"type\":") != NULL;
    bool item = strstr(payloads[i], "call") != NULL && strstr(payloads[i], "_end\"") == NULL;
    at += (size_t)snprintf(text + at, sizeof text - at,
                           "{\"timestamp\":\"2026-03-02T09:00:01Z\",\"type\":\"%s\","
                           "\"payload\":{%s}}\n",
                           !typed ? "turn_context"
                           : item ? "response_item"
                                  : "event_msg",
                           payloads[i]);
    ck_assert_uint_lt(at, sizeof text);
  }
  fake_read(f, &bpi_source_codex, "", text, at);
  ck_assert_uint_eq(f->rejects, 0);
}
#define READ_LINES(f, id, ...)                                                                     \
  do {                                                                                             \
    static const char *const payloads[] = {__VA_ARGS__};                                           \
    read_lines(f, id, payloads, sizeof payloads / sizeof *payloads);                               \
  } while (0)

#define TURN(id) "\"turn_id\":\"" id "\",\"model\":\"m\""
#define STARTED(id) "\"type\":\"task_started\",\"turn_id\":\"" id "\""
#define SAID "\"type\":\"user_message\",\"message\":\"same\""
#define USED(total, last)                                                                          \
  "\"type\":\"token_count\",\"info\":{\"total_token_usage\":{" total                               \
  "},\"last_token_usage\":{" last "}}"
#define COUNTED(total) USED(total, "\"input_tokens\":0,\"output_tokens\":0")
#define CALLED(id) "\"type\":\"function_call\",\"name\":\"exec_command\",\"call_id\":\"" id "\""
#define ANSWERED(id) "\"type\":\"function_call_output\",\"output\":\"\",\"call_id\":\"" id "\""

static void check_distinct_keys(const fake *f, record_kind kind) {
  for (size_t i = 0; i < fake_count(f, kind); i++)
    for (size_t j = 0; j < i; j++)
      ck_assert(!same_ident(fake_nth(f, kind, i)->key, fake_nth(f, kind, j)->key));
}

/* A late event has the identifier of its own turn, which is over. */
START_TEST(late_events_do_not_turn_back) {
  READ_LINES(&one, "s", STARTED("a"), SAID, STARTED("b"), SAID,
             "\"type\":\"exec_command_end\",\"turn_id\":\"a\",\"call_id\":\"x\"", SAID, SAID);
  ck_assert_uint_eq(fake_count(&one, RECORD_PROMPT), 4);
  check_distinct_keys(&one, RECORD_PROMPT);
}
END_TEST

/* Items name the turn if its start is missing. */
START_TEST(turn_named_by_an_item) {
  READ_LINES(&one, "s", "\"type\":\"custom_tool_call_output\",\"metadata\":{\"turn_id\":\"a\"}",
             COUNTED("\"input_tokens\":5,\"output_tokens\":1"));
  READ_LINES(&two, "t", STARTED("a"), COUNTED("\"input_tokens\":5,\"output_tokens\":1"));
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 0); /* its last usage is zero */
  READ_LINES(&one, "s", "\"type\":\"custom_tool_call_output\",\"metadata\":{\"turn_id\":\"a\"}",
             SAID);
  READ_LINES(&two, "t", STARTED("a"), SAID);
  ck_assert(
      same_ident(fake_nth(&one, RECORD_PROMPT, 0)->key, fake_nth(&two, RECORD_PROMPT, 0)->key));
  READ_LINES(&two, "t", STARTED("b"), SAID);
  ck_assert(
      !same_ident(fake_nth(&one, RECORD_PROMPT, 0)->key, fake_nth(&two, RECORD_PROMPT, 0)->key));
}
END_TEST

/* Counters that only report a full window are not a response. */
START_TEST(nothing_used_is_no_response) {
  READ_LINES(&one, "s", TURN("a"),
             COUNTED("\"input_tokens\":0,\"output_tokens\":0,\"total_tokens\":9"),
             COUNTED("\"input_tokens\":0,\"output_tokens\":0,\"total_tokens\":99"),
             COUNTED("\"input_tokens\":7,\"output_tokens\":2,\"total_tokens\":108"));
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 1);
  ck_assert_int_eq(fake_nth(&one, RECORD_RESPONSE, 0)->u.response.input, 7);
}
END_TEST

/* A client without counts of cache writes continues the session of one with them: repeated counters
 * are no response, and the counters did not restart. */
START_TEST(written_by_one_client_of_two) {
#define WRITES(of) of ",\"cache_write_input_tokens\":5"
#define BEFORE "\"input_tokens\":8,\"output_tokens\":2"
  static const char *const lines[] = {
      TURN("a"),
      USED(WRITES(BEFORE), WRITES(BEFORE)),
      TURN("b"),
      USED(BEFORE, BEFORE),
      USED("\"input_tokens\":17,\"output_tokens\":5", "\"input_tokens\":1,\"output_tokens\":1"),
      USED(WRITES("\"input_tokens\":30,\"output_tokens\":6"),
           WRITES("\"input_tokens\":1,\"output_tokens\":1"))};
  static const struct {
    int64_t input, written, output;
  } want[] = {{3, 5, 2}, {9, -1, 3}, {8, 5, 1}};
  read_lines(&one, "s", lines, sizeof lines / sizeof *lines);
  ck_assert_uint_eq(fake_count(&one, RECORD_RESPONSE), 3);
  for (size_t i = 0; i < 3; i++) {
    const response_record *r = &fake_nth(&one, RECORD_RESPONSE, i)->u.response;
    ck_assert_int_eq(r->input, want[i].input);
    ck_assert_int_eq(r->cache_write_5m, want[i].written);
    ck_assert_int_eq(r->output, want[i].output);
  }
#undef WRITES
#undef BEFORE
}
END_TEST

/* What an event reported of a call is used if the turn ends without an output; a call without any
 * report stays open; an abort ends only the calls of its own turn. */
START_TEST(calls_without_output) {
  READ_LINES(&one, "s", STARTED("a"), CALLED("1"), CALLED("2"),
             "\"type\":\"exec_command_end\",\"call_id\":\"2\",\"exit_code\":3",
             "\"type\":\"task_complete\",\"turn_id\":\"a\"", STARTED("b"), CALLED("3"), CALLED("4"),
             ANSWERED("4"), "\"type\":\"turn_aborted\",\"turn_id\":\"b\"", ANSWERED("3"));
  static const int wanted[] = {-1, OUTCOME_ERROR, OUTCOME_INTERRUPTED, OUTCOME_OK};
  for (size_t i = 0; i < 4; i++) {
    const record *result = result_of(&one, fake_nth(&one, RECORD_TOOL_USE, i));
    if (wanted[i] < 0)
      ck_assert_ptr_null(result);
    else
      ck_assert_int_eq(result->u.result.outcome, wanted[i]);
  }
  /* 3: aborted, and answered after all */
  ck_assert_uint_eq(fake_count(&one, RECORD_TOOL_RESULT), 4);
}
END_TEST

/* A prompt reported in both ways is one, and the same as in a history that another client
 * copied. */
START_TEST(prompts_are_told_one_way_or_the_other) {
  static const char item[] =
      "\"type\":\"item_completed\",\"item\":{\"type\":\"UserMessage\",\"id\":\"i\","
      "\"content\":[{\"type\":\"text\",\"text\":\"same\"}]}";
  const char *const both[] = {STARTED("a"), SAID, item, item, SAID};
  const char *const items[] = {STARTED("a"), item, item};
  read_lines(&one, "s", both, 5);
  read_lines(&two, "t", items, 3);
  for (size_t i = 0; i < 4; i++)
    ck_assert(same_ident(fake_nth(&one, RECORD_PROMPT, i)->key,
                         fake_nth(&two, RECORD_PROMPT, i == 0 || i == 1 ? 0 : 1)->key));
  check_distinct_keys(&two, RECORD_PROMPT);
}
END_TEST

/* A script's call of a server tool, as clients before completed items report it. It is dropped if
 * neither call nor script is known. */
START_TEST(events_of_calls_of_a_script) {
  READ_LINES(
      &one, "s", STARTED("a"),
      "\"type\":\"mcp_tool_call_end\",\"call_id\":\"exec-1\",\"invocation\":{\"server\":\"s\","
      "\"tool\":\"t\"},\"result\":{\"Err\":\"no\"}",
      "\"type\":\"patch_apply_end\",\"call_id\":\"x\",\"success\":true,\"changes\":{}");
  ck_assert_uint_eq(fake_count(&one, RECORD_TOOL_USE), 1);
  ck_assert_str_eq(fake_text(fake_nth(&one, RECORD_TOOL_USE, 0)->u.use.tool), "mcp__s__t");
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 0)->u.result.outcome, OUTCOME_ERROR);
}
END_TEST

/* An output may be an object instead of a text; in a list the first one decides. */
START_TEST(outputs_may_be_objects) {
  READ_LINES(
      &one, "s", STARTED("a"), CALLED("x"),
      "\"type\":\"function_call_output\",\"call_id\":\"x\",\"output\":{\"content\":\"\",\"metadata\":{"
      "\"exit_code\":2}}",
      CALLED("y"),
      "\"type\":\"function_call_output\",\"call_id\":\"y\",\"output\":{\"content\":\"\",\"metadata\":{"
      "\"exit_code\":0}}",
      CALLED("z"),
      "\"type\":\"function_call_output\",\"call_id\":\"z\",\"output\":[{\"content\":\"\"},{\"metadata\":{"
      "\"exit_code\":2}}]");
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 0)->u.result.outcome, OUTCOME_ERROR);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 1)->u.result.outcome, OUTCOME_OK);
  ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 2)->u.result.outcome, OUTCOME_OK);
}
END_TEST

/* A text is read in pieces that end at each escape: of a long one, both ends are kept. */
START_TEST(outputs_in_many_pieces) {
  enum { LINES = 400 };
  static const char *const ends[][2] = {
      {"Exit code: 2\\nWall time: 1 seconds\\nOutput:\\n", ""},
      {"{\\\"output\\\":\\\"",
       "\\\",\\\"metadata\\\":{\\\"exit_code\\\":2,\\\"duration_seconds\\\":1.5}}"}};
  for (size_t form = 0; form < 2; form++) {
    static char text[LINES * 12 + 1000];
    size_t at =
        (size_t)snprintf(text, sizeof text,
                         "{\"type\":\"session_meta\",\"payload\":{\"id\":\"s\"}}\n"
                         "{\"type\":\"response_item\",\"payload\":{" CALLED(
                             "x") "}}\n"
                                  "{\"type\":\"response_item\",\"payload\":{\"type\":"
                                  "\"function_call_output\",\"call_id\":\"x\",\"output\":\"%s",
                         ends[form][0]);
    for (int i = 0; i < LINES; i++)
      at += (size_t)snprintf(text + at, sizeof text - at, "line %d\\n", i);
    at += (size_t)snprintf(text + at, sizeof text - at, "%s\"}}\n", ends[form][1]);
    fake_read(&one, &bpi_source_codex, "", text, at);
    ck_assert_uint_eq(fake_count(&one, RECORD_TOOL_RESULT), 1);
    ck_assert_int_eq(fake_nth(&one, RECORD_TOOL_RESULT, 0)->u.result.outcome, OUTCOME_ERROR);
  }
}
END_TEST

/* With more calls than are remembered at once, the oldest is forgotten, not confused. */
START_TEST(many_open_calls) {
  enum { CALLS = 300 };
  static char text[CALLS * 300];
  size_t at = (size_t)snprintf(text, sizeof text,
                               "{\"type\":\"session_meta\",\"payload\":{\"id\":\"s\"}}\n"
                               "{\"type\":\"event_msg\",\"payload\":{" STARTED("a") "}}\n");
  static const char *const types[] = {"local_shell_call", "function_call_output"};
  for (int i = 0; i < 2 * CALLS; i++)
    at += (size_t)snprintf(text + at, sizeof text - at,
                           "{\"type\":\"response_item\",\"payload\":{\"type\":\"%s\","
                           "\"call_id\":\"%d\"}}\n",
                           types[i / CALLS], i % CALLS);
  fake_read(&one, &bpi_source_codex, "", text, at);
  ck_assert_uint_eq(fake_count(&one, RECORD_TOOL_USE), CALLS);
  ck_assert_uint_eq(fake_count(&one, RECORD_TOOL_RESULT), CALLS);
  for (size_t i = 0; i < CALLS; i++) {
    const record *use = fake_nth(&one, RECORD_TOOL_USE, i),
                 *result = fake_nth(&one, RECORD_TOOL_RESULT, i);
    ck_assert(same_ident(use->key, result->key));
  }
}
END_TEST

/* A turn that looks older than its session, with no other session to copy from: the clock was set
 * back. */
START_TEST(no_copy_without_an_original) {
  READ_LINES(&one, "019cadf2-1800-7001-8000-000000000001",
             STARTED("019cadf2-1700-7001-8000-000000000001"), SAID);
  ck_assert_uint_eq(fake_nth(&one, RECORD_PROMPT, 0)->flags, 0);
}
END_TEST

/* Without turns, equal prompts are told apart by the session's counters. */
START_TEST(prompts_alike_without_turns) {
  READ_LINES(&one, "s", SAID, COUNTED("\"input_tokens\":7,\"output_tokens\":2"), SAID);
  READ_LINES(&two, "s", SAID, COUNTED("\"input_tokens\":8,\"output_tokens\":2"), SAID);
  ck_assert(
      same_ident(fake_nth(&one, RECORD_PROMPT, 0)->key, fake_nth(&two, RECORD_PROMPT, 0)->key));
  ck_assert(
      !same_ident(fake_nth(&one, RECORD_PROMPT, 1)->key, fake_nth(&two, RECORD_PROMPT, 1)->key));
}
END_TEST

START_TEST(patches) {
  READ_LINES(&one, "s",
             CALLED("1") ",\"arguments\":\"{\\\"cmd\\\":\\\"apply_patch <<'X'\\\\n"
                         "*** Begin Patch\\\\n*** Delete File: a.c\\\\n*** End Patch\\\\nX\\\"}\"",
             CALLED("2") ",\"arguments\":\"{\\\"cmd\\\":{\\\"command\\\":\\\"git push\\\"},"
                         "\\\"x\\\":\\\"*** Begin Patch\\\"}\"",
             "\"type\":\"exec_command_end\",\"call_id\":\"2\",\"changes\":{\"a.c\":{"
             "\"type\":\"update\",\"unified_diff\":"
             "\"--- a.c\\n+++ a.c\\n@@ -1 +1,2 @@\\n-a\\n+b\\n+c\\n\"}}",
             ANSWERED("2"),
             "\"type\":\"custom_tool_call\",\"name\":\"apply_patch\",\"call_id\":\"3\",\"input\":"
             "\"+ not in it\\n*** Begin Patch\\r\\n*** Add File: /x/y.go\\r\\n+1\\r\\n+2\\n"
             "*** Update File: z.go\\n@@\\n-1\\n*** End Patch\\n+ nor this\\n-\"");
  const tool_use_record *deleted = &fake_nth(&one, RECORD_TOOL_USE, 0)->u.use;
  ck_assert_int_eq(deleted->category, CATEGORY_EDIT);
  ck_assert_int_eq(deleted->added, -1); /* an envelope does not give the lines of a deleted file */
  ck_assert_str_eq(fake_text(deleted->file), "a.c");
  const tool_use_record *other = &fake_nth(&one, RECORD_TOOL_USE, 1)->u.use;
  ck_assert_int_eq(other->category, CATEGORY_COMMAND);
  ck_assert_int_eq(other->program, PROGRAM_NONE);
  const tool_result_record *diff = &result_of(&one, fake_nth(&one, RECORD_TOOL_USE, 1))->u.result;
  ck_assert_int_eq(diff->added, 2);
  ck_assert_int_eq(diff->removed, 1);
  const tool_use_record *patch = &fake_nth(&one, RECORD_TOOL_USE, 2)->u.use;
  ck_assert_int_eq(patch->added, 2);
  ck_assert_int_eq(patch->removed, 1);
  ck_assert_str_eq(fake_text(patch->file), "/x/y.go");
  ck_assert_int_eq(patch->language, LANGUAGE_GO);
}
END_TEST

/* ------------------------------------------------------------------------------ whatever comes */

static const char *const good[] = {
    "good-without-turns.jsonl", "good-fork-without-turns.jsonl", "good-turns.jsonl",
    "good-fork.jsonl",          "good-subagent.jsonl",           "good-subagent-of-subagent.jsonl",
    "good-background.jsonl",    "good-outcomes.jsonl",           "good-errors.jsonl",
    "good-places.jsonl",        "good-first-clients.jsonl",      "good-items.jsonl",
};
#define GOOD (sizeof good / sizeof *good)

/* Large files are cut at every seventh byte only. */
START_TEST(cut_anywhere) {
  size_t length;
  char *data = fake_load(corpus, good[_i], &length);
  check_cut_anywhere(&bpi_source_codex, good[_i], data, length, length > 4096 ? 7 : 1);
  free(data);
}
END_TEST

START_TEST(any_window) {
  size_t length;
  char *data = fake_load(corpus, good[_i], &length);
  check_any_window(&bpi_source_codex, good[_i], data, length);
  free(data);
}
END_TEST

/* A file's name that is longer than a key can be, at every place of the window. */
START_TEST(long_paths_at_any_place) {
  static const char meta[] = "{\"type\":\"session_meta\",\"payload\":{\"id\":\"s\"}}\n"
                             "{\"type\":\"response_item\",\"payload\":{\"type\":\"function_call\","
                             "\"name\":\"exec_command\",\"call_id\":\"c\",\"arguments\":\"{}\"}}\n";
  char data[16384];
  for (size_t pad = 3700; pad < 4100; pad += 7) {
    size_t n = (size_t)snprintf(data, sizeof data,
                                "%s{\"type\":\"event_msg\",\"payload\":{\"x\":\"%*s\","
                                "\"type\":\"patch_apply_end\",\"call_id\":\"c\",\"success\":true,"
                                "\"changes\":{\"/%0150d.c\":{\"type\":\"add\","
                                "\"content\":\"a\"}}}}\n"
                                "{\"type\":\"response_item\",\"payload\":{\"type\":"
                                "\"function_call_output\",\"call_id\":\"c\",\"output\":\"\"}}\n",
                                meta, (int)pad, "", 0);
    fake_read_drip(&one, &bpi_source_codex, "", data, n, 4096);
    const tool_result_record *r = &fake_nth(&one, RECORD_TOOL_RESULT, 0)->u.result;
    ck_assert_int_eq(r->added, 1);
    ck_assert_uint_eq(r->file, 0);
    ck_assert_uint_eq(one.drops, 1);
  }
}
END_TEST

START_TEST(bad_lines) {
  static const struct {
    const char *name;
    int reason;
    uint64_t line;
  } rows[] = {
      {"bad-count-negative.jsonl", REJECT_NUMBER, 2},
      {"bad-count-fraction.jsonl", REJECT_NUMBER, 2},
      {"bad-count-huge.jsonl", REJECT_NUMBER, 2},
      {"bad-count-text.jsonl", REJECT_FIELD, 2},
      {"bad-key-twice.jsonl", REJECT_DUPLICATE_KEY, 2},
      {"bad-no-payload.jsonl", REJECT_SHAPE, 2},
      {"bad-payload-text.jsonl", REJECT_SHAPE, 2},
      {"bad-meta-without-id.jsonl", REJECT_FIELD, 1},
      {"bad-no-session.jsonl", REJECT_FIELD, 1},
      {"bad-first-client.jsonl", REJECT_SHAPE, 2},
      {"bad-array.jsonl", REJECT_SHAPE, 2},
      {"bad-scalar.jsonl", REJECT_SHAPE, 2},
      {"bad-syntax.jsonl", REJECT_SYNTAX, 2},
      {"bad-utf8.jsonl", REJECT_UTF8, 2},
      {"bad-nul.jsonl", REJECT_SYNTAX, 2},
      {"bad-depth.jsonl", REJECT_DEPTH, 2},
  };
  static const char after[] = "{\"type\":\"session_meta\",\"payload\":{\"id\":\"s-2\"}}\n";
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t length;
    char *data = fake_load(corpus, rows[i].name, &length), both[4096];
    ck_assert_uint_lt(length + sizeof after, sizeof both);
    memcpy(both, data, length);
    memcpy(both + length, after, sizeof after);
    fake_read(&one, &bpi_source_codex, "", both, length + sizeof after - 1);
    ck_assert_int_eq(one.rc, BP_OK);
    ck_assert_msg(one.rejects == 1 && one.reject[0].reason == rows[i].reason, "%s: %zu, %d",
                  rows[i].name, one.rejects, one.reject[0].reason);
    ck_assert_uint_eq(one.reject[0].line, rows[i].line);
    /* The lines around it are read. */
    ck_assert_uint_eq(fake_count(&one, RECORD_SESSION), rows[i].line);
    ck_assert_uint_eq(one.count, rows[i].line);
    free(data);
  }
}
END_TEST

/* No identifier or name was made of a text. Runs last, because it checks everything that was
 * requested. */
START_TEST(no_text_gets_through) {
  for (size_t g = 0; g < GOOD; g++)
    load(&one, good[g]);
  ck_assert_uint_gt(fake_raw_count, 50);
  for (size_t i = 0; i < fake_raw_count; i++) {
    const fake_raw *r = &fake_raws[i];
    for (size_t at = 0; at + 6 <= r->length; at++)
      ck_assert_int_ne(memcmp(r->bytes + at, "CANARY", 6), 0);
  }
}
END_TEST

START_TEST(what_put_returns_stops) {
  size_t length;
  char *data = fake_load(corpus, "good-turns.jsonl", &length);
  for (int after = 1; after <= 29; after++) {
    one.stop_after = after;
    fake_read(&one, &bpi_source_codex, "x", data, length);
    ck_assert_int_eq(one.rc, BP_ERR_CANCELLED);
    ck_assert_uint_eq(one.count, (size_t)after);
  }
  one.stop_after = 0;
  free(data);
}
END_TEST

START_TEST(out_of_memory) {
  bpi_mem_fail_after(0);
  fake_read(&one, &bpi_source_codex, "x", "", 0);
  bpi_mem_fail_after(-1);
  ck_assert_int_eq(one.rc, BP_ERR_NOMEM);
}
END_TEST

START_TEST(recognised) {
  const source *s = &bpi_source_codex;
  ck_assert(s->whole);
  ck_assert(s->is_ours("/home/ada/.codex/sessions/2026/03/02/rollout-2026-03-02T09-00-00-x.jsonl"));
  ck_assert(s->is_ours("C:\\Users\\ada\\.codex\\archived_sessions\\rollout-1.jsonl"));
  ck_assert(!s->is_ours("/home/ada/.codex/history.jsonl"));
  ck_assert(!s->is_ours("/home/ada/rollout-1.json"));
  ck_assert(!s->is_ours("rollout-.jsonl.txt"));
  static const char *const ours[] = {
      "{\"timestamp\":\"x\",\"type\":\"session_meta\",\"payload\":{\"id\":\"cut he",
      "{\"payload\":{},\"type\":\"event_msg\"}",
      "{\"id\":\"x\",\"timestamp\":\"x\",\"instructions\":\"cut he",
  };
  static const char *const others[] = {
      "",
      "{",
      "[]",
      "{\"type\":\"session_meta\"}",
      "{\"type\":\"user\",\"payload\":{}}",
      "{\"blueplane\":1,\"kind\":\"session\"}",
      "{\"type\":\"assistant\",\"message\":{}}",
  };
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    ck_assert(s->recognise(ours[i], strlen(ours[i])));
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    ck_assert(!s->recognise(others[i], strlen(others[i])));
}
END_TEST

int main(int argc, char **argv) {
  if (argc > 1) corpus = argv[1];
  Suite *suite = suite_create("codex");
  TCase *c = tcase_create("codex");
  tcase_set_timeout(c, 60);
  tcase_add_test(c, counters);
  tcase_add_test(c, model_of_the_turn);
  tcase_add_test(c, sessions);
  tcase_add_test(c, prompts);
  tcase_add_test(c, calls_without_turns);
  tcase_add_test(c, first_clients);
  tcase_add_test(c, calls_of_turns);
  tcase_add_test(c, events);
  tcase_add_test(c, classes_of_errors);
  tcase_add_test(c, outcomes);
  tcase_add_test(c, completed_items);
  tcase_add_test(c, any_order_of_members);
  tcase_add_test(c, a_fork_shares_keys_with_its_original_and_no_others);
  tcase_add_test(c, a_fork_of_a_client_without_turns);
  tcase_add_test(c, a_subagent_belongs_to_the_session_above);
  tcase_add_test(c, a_subagent_of_a_subagent);
  tcase_add_test(c, background_work_is_noise);
  tcase_add_test(c, named_by_the_file);
  tcase_add_test(c, late_events_do_not_turn_back);
  tcase_add_test(c, turn_named_by_an_item);
  tcase_add_test(c, nothing_used_is_no_response);
  tcase_add_test(c, written_by_one_client_of_two);
  tcase_add_test(c, calls_without_output);
  tcase_add_test(c, outputs_may_be_objects);
  tcase_add_test(c, outputs_in_many_pieces);
  tcase_add_test(c, prompts_are_told_one_way_or_the_other);
  tcase_add_test(c, events_of_calls_of_a_script);
  tcase_add_test(c, many_open_calls);
  tcase_add_test(c, no_copy_without_an_original);
  tcase_add_test(c, prompts_alike_without_turns);
  tcase_add_test(c, patches);
  tcase_add_loop_test(c, cut_anywhere, 0, (int)GOOD);
  tcase_add_loop_test(c, any_window, 0, (int)GOOD);
  tcase_add_test(c, long_paths_at_any_place);
  tcase_add_test(c, bad_lines);
  tcase_add_test(c, no_text_gets_through);
  tcase_add_test(c, what_put_returns_stops);
  tcase_add_test(c, out_of_memory);
  tcase_add_test(c, recognised);
  suite_add_tcase(suite, c);
  return run_suite(suite);
}
