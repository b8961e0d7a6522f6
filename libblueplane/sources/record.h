/* sources/record.h: the records that every source produces, and the sink that takes them. They
 * consist of numbers, closed vocabulary, keyed identifiers and label numbers; no member can hold
 * text of a prompt, code, a command or a message. Knows no format and no database. */
#ifndef BPI_SOURCES_RECORD_H
#define BPI_SOURCES_RECORD_H

#include <stdint.h>

#include "base/hash.h"
#include "base/time.h"
#include "base/vocabulary.h"

/* clang-format off */
typedef enum record_kind {
  RECORD_SESSION, RECORD_PROMPT, RECORD_RESPONSE, RECORD_TOOL_USE, RECORD_TOOL_RESULT,
  RECORD_DECISION, RECORD_SPAN, RECORD_EVENT, RECORD_CHANGE, RECORD_KINDS
} record_kind;
/* clang-format on */

enum {
  RECORD_SUBAGENT = 1, /* done by a subagent of the session */
  /* seen on a side chain: a row of the main thread takes precedence as owner */
  RECORD_SIDECHAIN = 2,
  RECORD_FORKED = 4, /* the source itself says the row was copied from another session */
  /* background agent (warm-up, compaction helper, prompt suggestion): only its tokens count, not
   * its prompts, tools and events */
  RECORD_NOISE = 8
};

/* How directly a row reports what was done. Facts of a kind that a better tier reports for a
 * session are not counted again from a worse one: they describe the same work, and their
 * identifiers need not match. */
typedef enum record_tier {
  TIER_RECORD,    /* the assistant's own record of the session: transcript, database, events */
  TIER_HOOK,      /* what it reported to hooks while it worked */
  TIER_TELEMETRY, /* telemetry it sent */
  TIER_TOTAL,     /* sums of these, made by something else */
  RECORD_TIERS
} record_tier;

/* Names that may be shown to the owner. Number 0 is none. */
/* clang-format off */
typedef enum label_kind {
  LABEL_PLATFORM = 1, LABEL_WORKSPACE, LABEL_BRANCH, LABEL_VERSION, LABEL_ENTRYPOINT, LABEL_MODEL,
  LABEL_TOOL, LABEL_FILE, LABEL_COMMAND, LABEL_KINDS
} label_kind;

/* The kinds of identifiers; each has its own hash domain. */
typedef enum ident_kind {
  IDENT_SESSION, IDENT_RESPONSE, IDENT_REQUEST, IDENT_PROMPT, IDENT_TOOL, IDENT_EVENT,
  IDENT_DECISION, IDENT_SPAN, IDENT_CHANGE, IDENT_ORIGIN, IDENT_KINDS
} ident_kind;
/* clang-format on */

/* The attributes of a session in one row. Workspace, branch and entry point come from the earliest
 * row that has them; the greatest version wins. */
typedef struct session_record {
  uint32_t platform, workspace, branch, version, entrypoint;
  int64_t version_rank; /* major << 40 | minor << 20 | patch; 0: unknown */
} session_record;

typedef struct prompt_record {
  int64_t characters; /* -1: unknown */
  int features;       /* PROMPT_ bits */
  int mode;           /* MODE_ */
} prompt_record;

/* Normalised: input excludes the cache, output includes reasoning. -1: unknown to this source. */
typedef struct response_record {
  ident request; /* absent if there is none */
  uint32_t model;
  int64_t input, output, cache_read, cache_write_5m, cache_write_1h, reasoning;
  int64_t web_searches;
  int64_t cost_nano; /* recorded by the source itself; -1: none */
  int stop;          /* STOP_; STOP_NONE: no stop reason on this row */
  int speed, tier, geo;
  int placeholder; /* 1: written by a client known to write placeholder output counts */
} response_record;

/* Greater numbers are not plausible, and sums of many would overflow, so they count as unknown. */
#define RECORD_MOST_COUNTED (INT64_C(1) << 40)  /* tokens, characters, lines, files */
#define RECORD_MOST_MEASURED (INT64_C(1) << 50) /* microseconds, billionths of a dollar */

/* A count, with unknown as 0. */
static inline int64_t bpi_known(int64_t count) {
  return count < 0 ? 0 : count;
}

/* Adds counts; the sum saturates just above the plausible maximum. */
static inline int64_t bpi_add_count(int64_t sum, int64_t count) {
  int64_t all = sum + bpi_known(count);
  return all > RECORD_MOST_COUNTED ? RECORD_MOST_COUNTED + 1 : all;
}

typedef struct tool_use_record {
  uint32_t tool, file;
  int category, program, language;
  int64_t added, removed; /* lines of the input's old and new text; -1: not an edit, or unknown */
  int background;         /* 1: continues while the assistant does other things */
} tool_use_record;

typedef struct tool_result_record {
  int outcome;            /* OUTCOME_ */
  int failure;            /* FAILURE_ */
  int64_t added, removed; /* lines of the applied patch; -1: not reported */
  int64_t duration_us;    /* reported by the source; -1: use the difference of the two times */
  uint32_t file;          /* if only the result names it */
  int language;
} tool_result_record;

typedef struct decision_record {
  int decision, outcome, language; /* DECISION_, OUTCOME_OK or OUTCOME_REJECTED */
  int64_t lines;
} decision_record;

typedef struct span_record {
  int64_t added, removed, files; /* totals of a session, if the source has nothing finer */
} span_record;

typedef struct event_record {
  int event, detail; /* EVENT_, DETAIL_ */
  uint32_t command;  /* LABEL_COMMAND for slash commands of the closed list */
  /* by event: tokens before a compaction, retry number, milliseconds of a turn, microseconds of a
   * response, lines; -1: none */
  int64_t value;
} event_record;

typedef struct change_record {
  int change, type; /* CHANGE_, CHANGE_TYPE_ */
  int assisted;     /* 1: a trailer or the session itself says so; 0: no; -1: unknown */
  int64_t added, removed, files, rounds, open_us; /* -1: unknown */
} change_record;

typedef struct record {
  record_kind kind;
  unsigned flags; /* RECORD_ */
  record_tier tier;
  int64_t time; /* microseconds UTC or BPI_TIME_NONE */
  ident key;    /* identifies the record; unused for RECORD_SESSION */
  ident session;
  union {
    session_record session_row;
    prompt_record prompt;
    response_record response;
    tool_use_record use;
    tool_result_record result;
    decision_record decision;
    span_record span;
    event_record event;
    change_record change;
  } u;
} record;

/* Why a record was rejected; stored with source, line and byte. */
#define BPI_REJECTS(X)                                                                             \
  X(SYNTAX, 1, "syntax", "not JSON")                                                               \
  X(UTF8, 2, "utf8", "invalid UTF-8")                                                              \
  X(DEPTH, 3, "depth", "nested deeper than 64 levels")                                             \
  X(SHAPE, 4, "shape", "JSON, but not an object of this format")                                   \
  X(DUPLICATE_KEY, 5, "duplicate", "a key that is read occurs twice in one object")                \
  X(NUMBER, 6, "number", "a negative, fractional or huge count, or a time in another unit")        \
  X(UNREADABLE, 7, "unreadable", "the file could not be read")                                     \
  X(FIELD, 8, "field", "a required field is missing or of another type")                           \
  X(VERSION, 9, "version", "an unknown version of the format")                                     \
  X(COMPRESSED, 10, "compressed", "the file is compressed and was skipped")
#define X(name, number, id, text) REJECT_##name = (number),
enum { BPI_REJECTS(X) REJECT_COUNT };
#undef X

/* The result for a raw name. */
typedef struct told_label {
  uint32_t number; /* 0: none */
  bool misshapen;  /* badly shaped for its kind, which is counted each time */
} told_label;

/* Receives the records of a source. Raw names do not pass `identify` and `label`. */
typedef struct record_sink {
  void *self;
  ident (*identify)(void *self, ident_kind kind, const char *raw, size_t length);
  told_label (*label)(void *self, label_kind kind, const char *raw, size_t length);
  int (*put)(void *self, const record *r); /* 0, or BP_ERR_ to stop */
  void (*reject)(void *self, int reason, uint64_t line, int64_t byte);
  void (*drop)(void *self); /* a value beyond its limit was left out */
} record_sink;

/* The sink behind the privacy gate: labels come with their identifier and the text that may be kept
 * (NULL: none). */
typedef struct fact_sink {
  void *self;
  uint32_t (*label)(void *self, label_kind kind, ident key, const char *text, size_t length);
  int (*put)(void *self, const record *r); /* 0, or BP_ERR_ to stop */
} fact_sink;

#endif
