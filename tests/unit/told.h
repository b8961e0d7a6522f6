/* tests/unit/told.h: the records of a source as lines of text that a test can write by hand. */
#ifndef TESTS_UNIT_TOLD_H
#define TESTS_UNIT_TOLD_H

#include "fake_sink.h"

static fake one;

static inline const char *word(vocabulary v, int code) {
  const char *name = bpi_vocabulary_name(v, code);
  return name == NULL ? "?" : name;
}

/* Time as seconds since 2026-03-02T09:00:00Z, "-" for none. */
#define FROM INT64_C(1772442000000000)
static inline const char *when(int64_t time) {
  static char text[32];
  if (time == BPI_TIME_NONE) return "-";
  snprintf(text, sizeof text, "%.3f", (double)(time - FROM) / 1e6);
  return text;
}

static inline void describe(const record *r, char *out, size_t size) {
  int used = snprintf(out, size, "%s%s%s ", when(r->time),
                      r->flags & RECORD_SIDECHAIN ? " side" : "",
                      r->flags & RECORD_FORKED ? " fork" : "");
  out += used;
  size -= (size_t)used;
  switch (r->kind) {
  case RECORD_SESSION:
    snprintf(out, size, "session %s %s %s", fake_text(r->u.session_row.platform),
             fake_text(r->u.session_row.workspace), fake_text(r->u.session_row.entrypoint));
    break;
  case RECORD_PROMPT:
    snprintf(out, size, "prompt %lld features %d", (long long)r->u.prompt.characters,
             r->u.prompt.features);
    break;
  case RECORD_RESPONSE:
    snprintf(out, size, "response %s %lld %lld stop %d", fake_text(r->u.response.model),
             (long long)r->u.response.input, (long long)r->u.response.output, r->u.response.stop);
    break;
  case RECORD_TOOL_USE:
    snprintf(out, size, "use %s %s %s %s %s", fake_text(r->u.use.tool),
             word(VOCABULARY_CATEGORY, r->u.use.category),
             word(VOCABULARY_PROGRAM, r->u.use.program), fake_text(r->u.use.file),
             word(VOCABULARY_LANGUAGE, r->u.use.language));
    break;
  case RECORD_TOOL_RESULT:
    snprintf(out, size, "result %s %s %lld %lld", word(VOCABULARY_OUTCOME, r->u.result.outcome),
             word(VOCABULARY_FAILURE, r->u.result.failure), (long long)r->u.result.added,
             (long long)r->u.result.removed);
    break;
  case RECORD_DECISION:
    snprintf(out, size, "decision %s %s", word(VOCABULARY_OUTCOME, r->u.decision.outcome),
             word(VOCABULARY_LANGUAGE, r->u.decision.language));
    break;
  case RECORD_SPAN:
    snprintf(out, size, "span %lld %lld tier %d", (long long)r->u.span.added,
             (long long)r->u.span.removed, (int)r->tier);
    break;
  case RECORD_EVENT:
    snprintf(out, size, "event %s %s %lld", word(VOCABULARY_EVENT, r->u.event.event),
             word(VOCABULARY_DETAIL, r->u.event.detail), (long long)r->u.event.value);
    break;
  case RECORD_CHANGE:
    snprintf(out, size, "commit assisted %d %lld %lld", r->u.change.assisted,
             (long long)r->u.change.added, (long long)r->u.change.removed);
    break;
  case RECORD_KINDS: break;
  }
}

/* Compares with the expected lines, in any order. */
static inline void check_rows(const fake *f, const char *const *expected, size_t count) {
  bool used[FAKE_RECORDS] = {false};
  for (size_t i = 0; i < count; i++) {
    size_t at = 0;
    char text[512] = "";
    for (; at < f->count; at++) {
      describe(&f->records[at], text, sizeof text);
      if (!used[at] && strcmp(text, expected[i]) == 0) break;
    }
    if (at == f->count)
      for (size_t j = 0; j < f->count; j++) {
        describe(&f->records[j], text, sizeof text);
        if (!used[j]) fprintf(stderr, "  %s\n", text);
      }
    ck_assert_msg(at < f->count, "not told: %s", expected[i]);
    used[at] = true;
  }
  for (size_t at = 0; at < f->count; at++) {
    char text[512];
    describe(&f->records[at], text, sizeof text);
    ck_assert_msg(used[at], "told beyond what is expected: %s", text);
  }
}
#define CHECK_ROWS(...)                                                                            \
  do {                                                                                             \
    static const char *const rows[] = {__VA_ARGS__};                                               \
    ck_assert_int_eq(one.rc, BP_OK);                                                               \
    check_rows(&one, rows, sizeof rows / sizeof *rows);                                            \
  } while (0)

#endif
