/* store/facts.h: the layout of facts and rollup cells, and the rules that depend on nothing else:
 * how two rows of the same fact merge, and what a fact adds to the rollup. Pure functions; knows no
 * SQL.
 *
 * Rollup cell: (kind, quarter, session, label, class) -> n and measures. `class` packs the
 * enumerated attributes of a row; the layouts below are the only ones. */
#ifndef BPI_STORE_FACTS_H
#define BPI_STORE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sources/record.h"

#define ROLLUP_MEASURES 9
#define QUARTER_UNDATED INT64_C(-1)

typedef enum rollup_kind {
  ROLLUP_TOLD,     /* class: a kind; n: all facts of that kind in the session. Undated */
  ROLLUP_RESPONSE, /* label: model */
  ROLLUP_TOOL,     /* label: tool */
  ROLLUP_EDIT,     /* label: file */
  ROLLUP_PROMPT,   /* label: none */
  ROLLUP_EVENT,    /* label: command */
  ROLLUP_ACTIVE,   /* label: none; active time */
  ROLLUP_DECISION,
  ROLLUP_SPAN,
  ROLLUP_CHANGE,
  /* derived from tasks (task.h), later than the facts arrive */
  ROLLUP_ATTEMPT,   /* label: tool; a call as part of its task */
  ROLLUP_TASK_COST, /* label: model; the responses of a task, in the quarter where it begins */
  ROLLUP_STORED_KINDS,
  /* one per task, computed from its row when read. label: model */
  ROLLUP_TASK = ROLLUP_STORED_KINDS,
  ROLLUP_USE,        /* label: none; whether a task used a feature, for each feature there is */
  ROLLUP_PATTERN,    /* label: the pattern; a task that holds it */
  ROLLUP_TRANSITION, /* the same for patterns of length two */
  ROLLUP_KINDS
} rollup_kind;

/* Indexes of measures in m[], by kind. */
enum {
  RESPONSE_INPUT,
  RESPONSE_OUTPUT,
  RESPONSE_CACHE_READ,
  RESPONSE_CACHE_WRITE_5M,
  RESPONSE_CACHE_WRITE_1H,
  RESPONSE_REASONING,
  RESPONSE_WEB_SEARCHES,
  RESPONSE_COST_NANO,
  RESPONSE_COSTED /* responses with a recorded cost */
};
enum {
  TOOL_DURATION_US,
  TOOL_TIMED, /* calls with a duration */
  TOOL_ADDED,
  TOOL_REMOVED,
  TOOL_EDITS
};
enum { EDIT_ADDED, EDIT_REMOVED };
enum { EVENT_VALUE, EVENT_VALUED };
enum { ACTIVE_US };
enum { DECISION_LINES };
enum { SPAN_ADDED, SPAN_REMOVED, SPAN_FILES };
enum {
  CHANGE_ADDED,
  CHANGE_REMOVED,
  CHANGE_FILES,
  CHANGE_ROUNDS,
  CHANGE_ROUNDED,
  CHANGE_OPEN_US,
  CHANGE_OPENED
};
enum { ATTEMPT_REPEATS, ATTEMPT_RECOVERED, ATTEMPT_EDITS, ATTEMPT_FIRST_TRY, ATTEMPT_REWORKED };
enum { TASK_ACTIVE_US, TASK_PROMPTS, TASK_PROMPT_RETRIES, TASK_CALLS, TASK_LINES_KEPT };
enum { USE_USED, USE_ACTIVE_US /* active time of tasks that used it */ };

/* Class layouts: FIELD_SHIFT and FIELD_BITS. */
#define CLASS_GET(class_, field) (((class_) >> field##_SHIFT) & ((INT64_C(1) << field##_BITS) - 1))
#define CLASS_MASK(field) (((INT64_C(1) << field##_BITS) - 1) << field##_SHIFT)
#define CLASS_PUT(field, value) ((int64_t)(value) << field##_SHIFT)
/* clang-format off */
enum {
  CLASS_SUBAGENT_SHIFT = 0, CLASS_SUBAGENT_BITS = 1,   /* response, tool, edit */
  /* response */
  CLASS_QUALITY_SHIFT = 1, CLASS_QUALITY_BITS = 2,     /* QUALITY_ */
  CLASS_BAND_SHIFT = 3, CLASS_BAND_BITS = 2,           /* prompt tokens: <=128k, <=200k, <=272k, more */
  CLASS_SPEED_SHIFT = 5, CLASS_SPEED_BITS = 1,
  CLASS_TIER_SHIFT = 6, CLASS_TIER_BITS = 2,
  CLASS_GEO_SHIFT = 8, CLASS_GEO_BITS = 2,
  CLASS_UNTOLD_SHIFT = 10, CLASS_UNTOLD_BITS = 1,      /* only the output tokens are known */
  /* tool */
  CLASS_OUTCOME_SHIFT = 1, CLASS_OUTCOME_BITS = 4,     /* tool, decision */
  CLASS_CATEGORY_SHIFT = 5, CLASS_CATEGORY_BITS = 4,
  CLASS_PROGRAM_SHIFT = 9, CLASS_PROGRAM_BITS = 4,
  CLASS_FAILURE_SHIFT = 13, CLASS_FAILURE_BITS = 4,
  /* edit, decision */
  CLASS_LANGUAGE_SHIFT = 5, CLASS_LANGUAGE_BITS = 8,
  CLASS_DECISION_SHIFT = 13, CLASS_DECISION_BITS = 3,
  /* prompt; for cells of tasks, the prompt before them */
  CLASS_SIZE_SHIFT = 20, CLASS_SIZE_BITS = 3,
  CLASS_FEATURES_SHIFT = 23, CLASS_FEATURES_BITS = 5,
  CLASS_MODE_SHIFT = 28, CLASS_MODE_BITS = 3,
  /* event */
  CLASS_EVENT_SHIFT = 0, CLASS_EVENT_BITS = 5,
  CLASS_DETAIL_SHIFT = 5, CLASS_DETAIL_BITS = 5,
  /* change */
  CLASS_CHANGE_SHIFT = 0, CLASS_CHANGE_BITS = 2,
  CLASS_CHANGE_TYPE_SHIFT = 2, CLASS_CHANGE_TYPE_BITS = 3,
  CLASS_ASSISTED_SHIFT = 5, CLASS_ASSISTED_BITS = 2,   /* ASSISTED_ */
  /* attempt (with the fields of tool), task_cost (of response), task (with its main category), use,
   * pattern */
  CLASS_TASK_TYPE_SHIFT = 28, CLASS_TASK_TYPE_BITS = 3,
  CLASS_TASK_OUTCOME_SHIFT = 31, CLASS_TASK_OUTCOME_BITS = 2,
  CLASS_USE_SHIFT = 0, CLASS_USE_BITS = 3
};
/* clang-format on */

typedef struct rollup_cell {
  int64_t kind, quarter, session, label, class_, n;
  int64_t m[ROLLUP_MEASURES];
} rollup_cell;

/* Labels of patterns: two to four categories, one per hexadecimal digit with the last in the
 * lowest, and above them their count. */
#define PATTERN_LEAST 2
#define PATTERN_MOST 4
static inline int bpi_pattern_length(int64_t pattern) {
  return (int)(pattern >> 4 * PATTERN_MOST);
}
static inline int bpi_pattern_at(int64_t pattern, int i) {
  return (int)(pattern >> 4 * (bpi_pattern_length(pattern) - 1 - i)) & 15;
}

/* ------------------------------------------------------------------------------------- facts */

#define FACT_NONE INT64_MIN /* unknown; NULL in the file */

/* clang-format off */
typedef enum fact_kind {
  FACT_PROMPT, FACT_RESPONSE, FACT_TOOL_CALL, FACT_DECISION, FACT_SPAN, FACT_EVENT, FACT_CHANGE,
  FACT_KINDS
} fact_kind;

/* Columns of each kind: V a value, S a session number, L a label number. */
#define PROMPT_COLUMNS(X)                                                                          \
  X(time_us, V) X(session, S) X(flags, V) X(characters, V) X(features, V) X(mode, V)
#define RESPONSE_COLUMNS(X)                                                                        \
  X(time_us, V) X(session, S) X(flags, V) X(owner_after_us, V) X(request, V) X(model, L)           \
  X(input, V) X(output, V) X(cache_read, V) X(cache_write_5m, V) X(cache_write_1h, V)              \
  X(reasoning, V) X(web_searches, V) X(cost_nano, V) X(traits, V)
#define TOOL_CALL_COLUMNS(X)                                                                       \
  X(time_us, V) X(session, S) X(flags, V) X(tool, L) X(category, V) X(program, V) X(language, V)   \
  X(file, L) X(input_added, V) X(input_removed, V) X(result_us, V) X(outcome, V) X(failure, V)     \
  X(duration_us, V) X(added, V) X(removed, V) X(result_file, L) X(result_language, V)
#define DECISION_COLUMNS(X)                                                                        \
  X(time_us, V) X(session, S) X(flags, V) X(decision, V) X(outcome, V) X(language, V) X(lines, V)
#define SPAN_COLUMNS(X)                                                                            \
  X(time_us, V) X(session, S) X(flags, V) X(added, V) X(removed, V) X(files, V)
#define EVENT_COLUMNS(X)                                                                           \
  X(time_us, V) X(session, S) X(flags, V) X(event, V) X(detail, V) X(command, L) X(value, V)
#define CHANGE_COLUMNS(X)                                                                          \
  X(time_us, V) X(session, S) X(flags, V) X(change, V) X(type, V) X(assisted, V) X(added, V)       \
  X(removed, V) X(files, V) X(rounds, V) X(open_us, V)
/* clang-format on */

/* A fact is an array of int64_t: its key, then its columns, so that one loop handles all kinds;
 * form.h knows how they are stored in a row. k1 is the row number it asks for, k2 the rest of its
 * identifier. */
#define FACT_NUMBER_BITS 35 /* at most five bytes in the file */
#define REQUEST_BITS 47     /* at most six; distinguishes the requests of one response */
#define FACT_MEMBER(name, role) int64_t name;
/* clang-format off */
typedef struct prompt_fact { int64_t k1, k2; PROMPT_COLUMNS(FACT_MEMBER) } prompt_fact;
typedef struct response_fact { int64_t k1, k2; RESPONSE_COLUMNS(FACT_MEMBER) } response_fact;
typedef struct tool_call_fact { int64_t k1, k2; TOOL_CALL_COLUMNS(FACT_MEMBER) } tool_call_fact;
typedef struct decision_fact { int64_t k1, k2; DECISION_COLUMNS(FACT_MEMBER) } decision_fact;
typedef struct span_fact { int64_t k1, k2; SPAN_COLUMNS(FACT_MEMBER) } span_fact;
typedef struct event_fact { int64_t k1, k2; EVENT_COLUMNS(FACT_MEMBER) } event_fact;
typedef struct change_fact { int64_t k1, k2; CHANGE_COLUMNS(FACT_MEMBER) } change_fact;
/* clang-format on */
/* The fields that all kinds begin with. */
typedef struct fact_head {
  int64_t k1, k2, time_us, session, flags;
} fact_head;
#define FACT_WORDS_MAX 20
#define FACT_SESSION_WORD 3
/* Session number of a row that only keeps the place of an erased fact. */
#define FACT_MARKER INT64_C(-1)

typedef struct fact_type {
  const char *table;
  int columns; /* not counting k1 and k2 */
  const char *const *names;
  const char *roles; /* 'V', 'S' or 'L' for each column */
} fact_type;
extern const fact_type bpi_fact_types[FACT_KINDS];

static inline size_t bpi_fact_words(fact_kind kind) {
  return (size_t)bpi_fact_types[kind].columns + 2;
}

/* Flags of a stored fact: RECORD_SUBAGENT, RECORD_SIDECHAIN, RECORD_FORKED and the tier of its
 * owner row; for tool calls also which halves (use, result) are present and the tier of the
 * result. */
enum { FACT_USE = 16, FACT_RESULT = 32 };
enum {
  FLAG_TIER_SHIFT = 6,
  FLAG_TIER_BITS = 2,
  FLAG_RESULT_TIER_SHIFT = 8,
  FLAG_RESULT_TIER_BITS = 2
};
enum { FACT_BACKGROUND = 1024 }; /* the call runs on in the background */

/* Traits of a response: FIELD_SHIFT and FIELD_BITS, as for classes. */
/* clang-format off */
enum {
  TRAIT_STOP_SHIFT = 0, TRAIT_STOP_BITS = 3,
  TRAIT_SPEED_SHIFT = 3, TRAIT_SPEED_BITS = 1,
  TRAIT_TIER_SHIFT = 4, TRAIT_TIER_BITS = 2,
  TRAIT_GEO_SHIFT = 6, TRAIT_GEO_BITS = 2,
  TRAIT_PLACEHOLDER_SHIFT = 8, TRAIT_PLACEHOLDER_BITS = 1,
  TRAIT_FINISHED_SHIFT = 9, TRAIT_FINISHED_BITS = 1, /* some row of the response had a stop reason */
  TRAIT_TOLD_SHIFT = 10, TRAIT_TOLD_BITS = 2 /* tier of the row that supplied the token counts */
};
/* clang-format on */

/* Session and label numbers depend on the order of arrival, so ties are broken by identifier. */
typedef struct fact_names {
  void *user;
  ident (*session)(void *user, int64_t number);
  ident (*label)(void *user, int64_t number);
} fact_names;

/* Builds the fact of a record; false if the record is not a fact (a session, or noise of background
 * agents). The caller supplies the session number. */
bool bpi_fact_from_record(int64_t *fact, fact_kind *kind, const record *r, int64_t session);

/* Merges `row` into `fact` (same kind and key; for responses also the same request). The result
 * does not depend on the order of merging. True if `fact` changed. */
bool bpi_fact_merge(fact_kind kind, int64_t *fact, const int64_t *row, const fact_names *names);

/* Resolves responses with one id under several request ids: they are one fact, or, if a gateway
 * sends a constant id, one each. Writes at most n facts to `out` and returns their number, which is
 * 1 unless they count separately. */
size_t bpi_response_resolve(response_fact *out, const response_fact *variants, size_t n,
                            const fact_names *names);

/* Calls `add` for each rollup cell of a fact; counts and measures are multiplied by `sign`. */
typedef void (*cell_fn)(void *user, const rollup_cell *cell);
void bpi_fact_cells(fact_kind kind, const int64_t *fact, int64_t sign, cell_fn add, void *user);

/* Lines added and removed by an applied edit; false if the call is none or they are unknown. */
bool bpi_call_lines(const tool_call_fact *call, int64_t *added, int64_t *removed);
/* Whether the use of the call was seen. The answer to a warm-up request is not a call: it is stored
 * to recognise it when it is read again, and counted nowhere. */
bool bpi_is_call(const tool_call_fact *call);

/* The moments of activity of a fact; returns their number, at most 2. */
int bpi_fact_moments(fact_kind kind, const int64_t *fact, int64_t out[2]);

int64_t bpi_quarter_of(int64_t time_us);

/* The kinds of cells (bit per rollup_kind) of a session's row that do not count because better rows
 * report the kinds in `told`. */
unsigned bpi_shadowed_by(unsigned told);

#endif
