/* sources/record.h: the records that every source turns its bytes into, and the sink that takes
 * them. Numbers, closed vocabulary, keyed identifiers and label numbers; there is no member that
 * could hold text of a prompt, code, a command or a message. Knows no format and no database. */
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
  RECORD_SUBAGENT = 1,  /* done by a subagent of the session */
  RECORD_SIDECHAIN = 2, /* seen on a side chain: loses ownership to a main-thread row */
  RECORD_FORKED = 4,    /* the source itself says the row was copied from another session */
  RECORD_NOISE = 8      /* background agent (warm-up, compaction helper, prompt suggestion): its
                           tokens count, its prompts, tools and events do not */
};

/* How near a row is to what was done. What a session's better rows tell of at all, its worse ones do
 * not: they are other sights of the same work, whose identifiers need not match. */
typedef enum record_tier {
  TIER_RECORD,    /* the assistant's own record of the session: transcript, database, events */
  TIER_HOOK,      /* what it called out while it worked */
  TIER_TELEMETRY, /* what it sent to be watched by */
  TIER_TOTAL,     /* sums that something else made of these */
  RECORD_TIERS
} record_tier;

/* Names that an owner may see again. Number 0 is none. */
/* clang-format off */
typedef enum label_kind {
  LABEL_PLATFORM = 1, LABEL_WORKSPACE, LABEL_BRANCH, LABEL_VERSION, LABEL_ENTRYPOINT, LABEL_MODEL,
  LABEL_TOOL, LABEL_FILE, LABEL_COMMAND, LABEL_KINDS
} label_kind;

/* What identifiers are made of; each has its own hash domain. */
typedef enum ident_kind {
  IDENT_SESSION, IDENT_RESPONSE, IDENT_REQUEST, IDENT_PROMPT, IDENT_TOOL, IDENT_EVENT,
  IDENT_DECISION, IDENT_SPAN, IDENT_CHANGE, IDENT_ORIGIN, IDENT_KINDS
} ident_kind;
/* clang-format on */

/* Attributes of a session as one row saw them. The earliest row with a workspace gives it, the same
 * for branch and entry point; the greatest version wins. */
typedef struct session_record {
  uint32_t platform, workspace, branch, version, entrypoint;
  int64_t version_rank; /* major << 40 | minor << 20 | patch; 0 unknown */
} session_record;

typedef struct prompt_record {
  int64_t characters; /* -1 unknown */
  int features;       /* PROMPT_ bits */
  int mode;           /* MODE_ */
} prompt_record;

/* Normalised: input excludes cache; output includes reasoning. -1: this source does not know. */
typedef struct response_record {
  ident request; /* request id; absent if there is none */
  uint32_t model;
  int64_t input, output, cache_read, cache_write_5m, cache_write_1h, reasoning;
  int64_t web_searches;
  int64_t cost_nano; /* recorded by the source itself; -1 none */
  int stop;          /* STOP_; STOP_NONE: no stop reason on this row */
  int speed, tier, geo;
  int placeholder; /* 1: written by a client known to write placeholder output counts */
} response_record;

/* A greater number says nothing of work that was done, and sums of many could not be held: it is as if it were not told. */
#define RECORD_MOST_COUNTED (INT64_C(1) << 40)  /* tokens, characters, lines, files */
#define RECORD_MOST_MEASURED (INT64_C(1) << 50) /* microseconds, billionths of a dollar */

/* A count where one that is not told adds nothing. */
static inline int64_t bpi_known(int64_t count) {
  return count < 0 ? 0 : count;
}

/* A sum of counts that stops where nobody believes it any more. */
static inline int64_t bpi_add_count(int64_t sum, int64_t count) {
  int64_t all = sum + bpi_known(count);
  return all > RECORD_MOST_COUNTED ? RECORD_MOST_COUNTED + 1 : all;
}

typedef struct tool_use_record {
  uint32_t tool, file;
  int category, program, language;
  int64_t added, removed; /* lines of the input's own old and new text; -1 not an edit or unknown */
  int background;         /* 1: it runs on while the assistant does other things */
} tool_use_record;

typedef struct tool_result_record {
  int outcome;            /* OUTCOME_ */
  int failure;            /* FAILURE_ */
  int64_t added, removed; /* lines of the applied patch; -1 the result does not tell */
  int64_t duration_us;    /* as the source says; -1: the difference of the two times */
  uint32_t file;          /* if only the result names it */
  int language;
} tool_result_record;

typedef struct decision_record {
  int decision, outcome, language; /* DECISION_, OUTCOME_OK or OUTCOME_REJECTED */
  int64_t lines;
} decision_record;

typedef struct span_record {
  int64_t added, removed, files; /* totals of a session that the source only gives summed */
} span_record;

typedef struct event_record {
  int event, detail; /* EVENT_, DETAIL_ */
  uint32_t command;  /* LABEL_COMMAND for slash commands of the closed list */
  int64_t value;     /* tokens before a compaction, retry number, milliseconds of a turn; -1 none */
} event_record;

typedef struct change_record {
  int change, type; /* CHANGE_, CHANGE_TYPE_ */
  int assisted;     /* 1 a trailer or the session itself says so, 0 not, -1 unknown */
  int64_t added, removed, files, rounds, open_us; /* -1 unknown */
} change_record;

typedef struct record {
  record_kind kind;
  unsigned flags; /* RECORD_ */
  record_tier tier;
  int64_t time; /* microseconds UTC or BPI_TIME_NONE */
  ident key;    /* what makes it the same record; unused for RECORD_SESSION */
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

/* Why a record was refused; stored with source, line and byte. */
#define BPI_REJECTS(X)                                                                             \
  X(SYNTAX, 1, "syntax", "not JSON")                                                               \
  X(UTF8, 2, "utf8", "invalid UTF-8")                                                              \
  X(DEPTH, 3, "depth", "nested deeper than 64 levels")                                             \
  X(SHAPE, 4, "shape", "JSON, but not an object of this format")                                   \
  X(DUPLICATE_KEY, 5, "duplicate", "a key that is read occurs twice in one object")                \
  X(NUMBER, 6, "number", "a negative, fractional or huge count, or a time in another unit")        \
  X(UNREADABLE, 7, "unreadable", "the file could not be read")                                     \
  X(FIELD, 8, "field", "a required field is missing or of another type")                           \
  X(VERSION, 9, "version", "a version of the format this library does not know")                   \
  X(COMPRESSED, 10, "compressed", "the file is compressed, and passed over")
#define X(name, number, id, text) REJECT_##name = (number),
enum { BPI_REJECTS(X) REJECT_COUNT };
#undef X

/* What became of a raw name. */
typedef struct told_label {
  uint32_t number; /* 0: none */
  bool misshapen;  /* no name of its kind: that is counted each time it is told */
} told_label;

/* Where a source's records go. The raw names end behind `identify` and `label`. */
typedef struct record_sink {
  void *self;
  ident (*identify)(void *self, ident_kind kind, const char *raw, size_t length);
  told_label (*label)(void *self, label_kind kind, const char *raw, size_t length);
  int (*put)(void *self, const record *r); /* 0 or BP_ERR_: stop */
  void (*reject)(void *self, int reason, uint64_t line, int64_t byte);
  void (*drop)(void *self); /* a field beyond its bound was left out */
} record_sink;

/* What stands behind the privacy gate: names come with their identifier and with the text that may
 * be kept (NULL: none). */
typedef struct fact_sink {
  void *self;
  uint32_t (*label)(void *self, label_kind kind, ident key, const char *text, size_t length);
  int (*put)(void *self, const record *r); /* 0 or BP_ERR_: stop */
} fact_sink;

#endif
