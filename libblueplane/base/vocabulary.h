/* base/vocabulary.h: the closed vocabularies, as data. The numbers are stored and never change
 * meaning; an unlisted name becomes `other` and is counted. Knows names; knows no format. */
#ifndef BPI_BASE_VOCABULARY_H
#define BPI_BASE_VOCABULARY_H

#include <stddef.h>
#include <stdint.h>

/* clang-format off */
#define BPI_OUTCOMES(X)                                                                            \
  X(UNKNOWN, 0, "unknown") X(OK, 1, "ok") X(ERROR, 2, "error") X(REJECTED, 3, "rejected")          \
  X(INTERRUPTED, 4, "interrupted") X(CANCELLED, 5, "cancelled") X(BLOCKED, 6, "blocked")           \
  X(DENIED, 7, "denied") X(IGNORED, 8, "ignored")

#define BPI_ERROR_CLASSES(X)                                                                       \
  X(NONE, 0, "none") X(OTHER, 1, "other") X(TOOL, 2, "tool") X(COMMAND, 3, "command")              \
  X(INPUT, 4, "input") X(TIMEOUT, 5, "timeout") X(NOT_READ, 6, "not_read")                         \
  X(NO_MATCH, 7, "no_match") X(CHANGED, 8, "changed")

#define BPI_CATEGORIES(X)                                                                          \
  X(OTHER, 0, "other") X(READ, 1, "read") X(SEARCH, 2, "search") X(EDIT, 3, "edit")                \
  X(COMMAND, 4, "command") X(AGENT, 5, "agent") X(PLAN, 6, "plan") X(WEB, 7, "web")                \
  X(MCP, 8, "mcp") X(SKILL, 9, "skill") X(ASK, 10, "ask")

#define BPI_PROGRAMS(X)                                                                            \
  X(NONE, 0, "none") X(OTHER, 1, "other") X(TEST, 2, "test") X(BUILD, 3, "build")                  \
  X(LINT, 4, "lint") X(GIT, 5, "git") X(PACKAGE, 6, "package") X(RUN, 7, "run")                    \
  X(FILES, 8, "files") X(SEARCH, 9, "search") X(NETWORK, 10, "network")                            \
  X(CONTAINER, 11, "container") X(DATABASE, 12, "database") X(COMMIT, 13, "commit")

#define BPI_LANGUAGES(X)                                                                           \
  X(UNKNOWN, 0, "unknown") X(OTHER, 1, "other") X(C, 2, "c") X(CPP, 3, "c++") X(CSHARP, 4, "c#")   \
  X(CSS, 5, "css") X(DART, 6, "dart") X(ELIXIR, 7, "elixir") X(GO, 8, "go")                        \
  X(HASKELL, 9, "haskell") X(HTML, 10, "html") X(JAVA, 11, "java") X(JAVASCRIPT, 12, "javascript") \
  X(JSON, 13, "json") X(KOTLIN, 14, "kotlin") X(LUA, 15, "lua") X(MARKDOWN, 16, "markdown")        \
  X(OBJC, 17, "objective-c") X(PERL, 18, "perl") X(PHP, 19, "php") X(PYTHON, 20, "python")         \
  X(R, 21, "r") X(RUBY, 22, "ruby") X(RUST, 23, "rust") X(SCALA, 24, "scala")                      \
  X(SHELL, 25, "shell") X(SQL, 26, "sql") X(SWIFT, 27, "swift") X(TOML, 28, "toml")                \
  X(TYPESCRIPT, 29, "typescript") X(VUE, 30, "vue") X(XML, 31, "xml") X(YAML, 32, "yaml")          \
  X(ZIG, 33, "zig") X(NOTEBOOK, 34, "notebook") X(TEXT, 35, "text") X(SVELTE, 36, "svelte")

#define BPI_EVENTS(X)                                                                              \
  X(OTHER, 0, "other") X(SESSION_START, 1, "session_start") X(SESSION_END, 2, "session_end")       \
  X(COMPACTION, 3, "compaction") X(MICROCOMPACTION, 4, "microcompaction")                          \
  X(COMPACTION_SUMMARY, 5, "compaction_summary") X(API_ERROR, 6, "api_error")                      \
  X(API_RETRY, 7, "api_retry") X(INTERRUPT, 8, "interrupt") X(SLASH_COMMAND, 9, "slash_command")   \
  X(BASH_COMMAND, 10, "bash_command") X(PLAN_ACCEPTED, 11, "plan_accepted")                        \
  X(TURN_END, 12, "turn_end") X(ANOMALY, 13, "anomaly") X(FEATURE, 14, "feature")                  \
  X(SUBAGENT, 15, "subagent") X(GENERATION, 16, "generation") X(COMPOSER, 17, "composer")  \
  X(LINES_SUGGESTED, 18, "lines_suggested") X(LINES_ACCEPTED, 19, "lines_accepted") \
  X(RESPONSE_TIME, 20, "response_time")

/* Details of an event: the class of an API error, the kind of a session start or compaction. */
#define BPI_EVENT_DETAILS(X)                                                                       \
  X(NONE, 0, "none") X(OTHER, 1, "other") X(RATE_LIMIT, 2, "rate_limit") X(AUTH, 3, "auth")        \
  X(INVALID, 4, "invalid_request") X(SERVER, 5, "server_error") X(OVERLOADED, 6, "overloaded")     \
  X(BILLING, 7, "billing") X(MAX_OUTPUT, 8, "max_output") X(NETWORK, 9, "network")                 \
  X(STARTUP, 10, "startup") X(RESUME, 11, "resume") X(CLEAR, 12, "clear")                          \
  X(COMPACT, 13, "compact") X(FORK, 14, "fork") X(AUTO, 15, "auto") X(MANUAL, 16, "manual")   \
  X(COMPLETION, 17, "completion") X(EDIT, 18, "edit")

#define BPI_STOPS(X)                                                                               \
  X(NONE, 0, "none") X(OTHER, 1, "other") X(END, 2, "end_turn") X(TOOL, 3, "tool_use")             \
  X(LENGTH, 4, "max_tokens") X(SEQUENCE, 5, "stop_sequence") X(REFUSAL, 6, "refusal")              \
  X(PAUSE, 7, "pause_turn")

#define BPI_SPEEDS(X) X(STANDARD, 0, "standard") X(FAST, 1, "fast")
#define BPI_TIERS(X)                                                                               \
  X(STANDARD, 0, "standard") X(BATCH, 1, "batch") X(PRIORITY, 2, "priority") X(FLEX, 3, "flex")
#define BPI_GEOS(X) X(NONE, 0, "none") X(US, 1, "us") X(EU, 2, "eu") X(OTHER, 3, "other")
#define BPI_QUALITIES(X) X(PLACEHOLDER, 0, "placeholder") X(PARTIAL, 1, "partial") X(FINAL, 2, "final") X(UNKNOWN, 3, "unknown")
#define BPI_MODES(X)                                                                               \
  X(UNKNOWN, 0, "unknown") X(OTHER, 1, "other") X(DEFAULT, 2, "default")                           \
  X(ACCEPT_EDITS, 3, "accept_edits") X(PLAN, 4, "plan") X(BYPASS, 5, "bypass") X(AUTO, 6, "auto")
/* Prompt length in characters: 1-49, 50-199, 200-999, 1000-4999, 5000 and more. */
#define BPI_SIZES(X)                                                                               \
  X(UNKNOWN, 0, "unknown") X(TINY, 1, "tiny") X(SHORT, 2, "short") X(MEDIUM, 3, "medium")          \
  X(LONG, 4, "long") X(VAST, 5, "huge") /* HUGE is a macro on some systems */
#define BPI_DECISION_KINDS(X)                                                                      \
  X(OTHER, 0, "other") X(EDIT, 1, "edit") X(COMPLETION, 2, "completion") X(COMMAND, 3, "command")
#define BPI_CHANGE_KINDS(X)                                                                        \
  X(COMMIT, 0, "commit") X(PULL_REQUEST, 1, "pull_request") X(ISSUE, 2, "issue")
#define BPI_CHANGE_TYPES(X)                                                                        \
  X(UNKNOWN, 0, "unknown") X(OTHER, 1, "other") X(FEATURE, 2, "feature") X(FIX, 3, "fix")          \
  X(REVERT, 4, "revert") X(BUG, 5, "bug")
#define BPI_ASSISTANCE(X) X(UNKNOWN, 0, "unknown") X(NO, 1, "no") X(YES, 2, "yes")
/* Tasks, see store/task.h. A task gets the first type that fits in the order of the rules, which is
 * not the order of the numbers. */
#define BPI_TASK_TYPES(X)                                                                          \
  X(CONVERSING, 0, "conversing") X(EXPLORING, 1, "exploring") X(OPERATING, 2, "operating")         \
  X(BUILDING, 3, "building") X(REFACTORING, 4, "refactoring") X(TESTING, 5, "testing")             \
  X(DEBUGGING, 6, "debugging")
#define BPI_TASK_OUTCOMES(X)                                                                       \
  X(NONE, 0, "nothing_to_resolve") X(UNRESOLVED, 1, "unresolved") X(RESOLVED, 2, "resolved")
/* Features of an assistant that people may overlook. */
#define BPI_USES(X)                                                                                \
  X(PLAN_MODE, 0, "plan_mode") X(SUBAGENTS, 1, "subagents") X(SKILLS, 2, "skills")                 \
  X(MCP, 3, "mcp") X(SLASH_COMMANDS, 4, "slash_commands") X(BACKGROUND, 5, "background_runs")      \
  X(WEB, 6, "web_search") X(IMAGES, 7, "images")
/* clang-format on */

#define BPI_ENUM_MEMBER(prefix, name, number) prefix##name = (number),
#define X(name, number, text) BPI_ENUM_MEMBER(OUTCOME_, name, number)
enum { BPI_OUTCOMES(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(FAILURE_, name, number)
enum { BPI_ERROR_CLASSES(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(CATEGORY_, name, number)
enum { BPI_CATEGORIES(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(PROGRAM_, name, number)
enum { BPI_PROGRAMS(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(LANGUAGE_, name, number)
enum { BPI_LANGUAGES(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(EVENT_, name, number)
enum { BPI_EVENTS(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(DETAIL_, name, number)
enum { BPI_EVENT_DETAILS(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(STOP_, name, number)
enum { BPI_STOPS(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(SPEED_, name, number)
enum { BPI_SPEEDS(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(TIER_, name, number)
enum { BPI_TIERS(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(GEO_, name, number)
enum { BPI_GEOS(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(QUALITY_, name, number)
enum { BPI_QUALITIES(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(MODE_, name, number)
enum { BPI_MODES(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(SIZE_, name, number)
enum { BPI_SIZES(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(DECISION_, name, number)
enum { BPI_DECISION_KINDS(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(CHANGE_, name, number)
enum { BPI_CHANGE_KINDS(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(CHANGE_TYPE_, name, number)
enum { BPI_CHANGE_TYPES(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(ASSISTED_, name, number)
enum { BPI_ASSISTANCE(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(TASK_, name, number)
enum { BPI_TASK_TYPES(X) TASK_TYPES };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(TASK_OUTCOME_, name, number)
enum { BPI_TASK_OUTCOMES(X) };
#undef X
#define X(name, number, text) BPI_ENUM_MEMBER(USE_OF_, name, number)
enum { BPI_USES(X) USES };
#undef X

/* Features of a prompt, as bits. */
enum {
  PROMPT_IMAGE = 1,
  PROMPT_FILE = 2,
  PROMPT_CODE = 4,
  PROMPT_QUEUED = 8,
  PROMPT_COMMAND = 16,
  PROMPT_FEATURE_BITS = 5
};

/* clang-format off */
typedef enum vocabulary {
  VOCABULARY_OUTCOME, VOCABULARY_FAILURE, VOCABULARY_CATEGORY, VOCABULARY_PROGRAM,
  VOCABULARY_LANGUAGE, VOCABULARY_EVENT, VOCABULARY_DETAIL, VOCABULARY_STOP, VOCABULARY_SPEED,
  VOCABULARY_TIER, VOCABULARY_GEO, VOCABULARY_QUALITY, VOCABULARY_MODE, VOCABULARY_SIZE,
  VOCABULARY_DECISION, VOCABULARY_CHANGE, VOCABULARY_CHANGE_TYPE, VOCABULARY_ASSISTED,
  VOCABULARY_TASK_TYPE, VOCABULARY_TASK_OUTCOME, VOCABULARY_USE, VOCABULARY_COUNT
} vocabulary;
/* clang-format on */

const char *bpi_vocabulary_name(vocabulary v, int code);                /* NULL if there is none */
int bpi_vocabulary_code(vocabulary v, const char *name, size_t length); /* -1 if there is none */
int bpi_vocabulary_size(vocabulary v);

/* Lookups that map text to codes. Case-sensitive unless noted. */
int bpi_language_of_path(const char *path, size_t length); /* by file name or extension, any case */
int bpi_category_of_tool(const char *tool, size_t length); /* of any assistant */
int bpi_detail_of_status(int64_t status);                  /* by the HTTP status of an API error */
/* by the class the client gives an error */
int bpi_detail_of_error(const char *word, size_t length);
int bpi_mode_of_permission(const char *word, size_t length); /* by Claude Code's names */
int bpi_prompt_size(int64_t characters);

#endif
