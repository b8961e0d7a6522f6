/* sources/claude_code_prompt.c: the phrases are in tables; their order is the order of the
 * checks. */
#include "sources/claude_code_prompt.h"

#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/vocabulary.h"

/* ------------------------------------------------------------------------- texts of the user */

enum { PHASE_OPENING, PHASE_INSIDE, PHASE_BEHIND, PHASE_TEXT };
/* State of the search for an "@" reference: not possible here, possible here (after a character
 * that may precede one), inside a reference, or after a dot inside one. */
enum { REFERENCE_NONE, REFERENCE_POSSIBLE, REFERENCE_INSIDE, REFERENCE_STOP };

/* Text that an editor puts in front of a prompt. */
static const struct {
  const char *opening, *closing;
} editor_tags[] = {
    {"<ide_opened_file>", "</ide_opened_file>"},
    {"<ide_selection>", "</ide_selection>"},
};

static const struct {
  const char *prefix;
  user_text is;
} user_prefixes[] = {
    {"This session is being continued", USER_TEXT_SUMMARY},
    {"[Request interrupted by user", USER_TEXT_INTERRUPT},
    {"<local-command-stdout>", USER_TEXT_INJECTED},
    {"<local-command-stderr>", USER_TEXT_INJECTED},
    {"<local-command-caveat>", USER_TEXT_INJECTED},
    {"<bash-stdout>", USER_TEXT_INJECTED},
    {"<bash-stderr>", USER_TEXT_INJECTED},
    {"<task-notification>", USER_TEXT_INJECTED},
    {"<teammate-message", USER_TEXT_INJECTED},
    {"<system-reminder>", USER_TEXT_INJECTED},
    {"<user-memory-input>", USER_TEXT_INJECTED},
    {"Caveat: The messages below", USER_TEXT_INJECTED},
    {"<command-name>", USER_TEXT_SLASH},
    {"<command-message>", USER_TEXT_SLASH},
    {"<bash-input>", USER_TEXT_BASH},
};

/* The client's built-in slash commands; all others come from a person or a plugin. */
/* clang-format off */
static const char *const commands[] = {
    "add-dir", "agents", "bashes", "branch", "btw", "bug", "chrome", "clear", "color", "compact",
    "config", "context", "copy", "cost", "debug", "desktop", "diff", "doctor", "effort", "exit",
    "export", "extra-usage", "fast", "feedback", "fork", "help", "hooks", "ide", "init", "insights",
    "install-github-app", "install-slack-app", "keybindings", "login", "logout", "loop", "mcp",
    "memory", "migrate-installer", "mobile", "model", "output-style", "passes", "permissions",
    "plan", "plugin", "pr-comments", "privacy-settings", "quit", "release-notes", "reload-plugins",
    "remote-control", "remote-env", "rename", "resume", "review", "rewind", "sandbox", "schedule",
    "security-review", "simplify", "skills", "stats", "status", "statusline", "tasks",
    "terminal-setup", "theme", "todos", "upgrade", "usage", "vim", "voice",
};
/* clang-format on */

static bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

void bpi_prompt_start(prompt_text *p) {
  memset(p, 0, offsetof(prompt_text, head));
}

void bpi_prompt_block(prompt_text *p) {
  p->phase = p->characters > 0 ? PHASE_TEXT : PHASE_OPENING;
  p->opening_length = 0;
  p->ticks = 0;
  p->reference = REFERENCE_POSSIBLE;
}

static void find_fence(prompt_text *p, const char *piece, size_t length) {
  for (size_t i = 0; i < length && !p->code; i++) {
    if (p->ticks == 0) {
      const char *tick = memchr(piece + i, '`', length - i);
      if (tick == NULL) return;
      i = (size_t)(tick - piece);
    }
    p->ticks = piece[i] == '`' ? p->ticks + 1 : 0;
    p->code = p->ticks == 3;
  }
}

/* A reference is "@" at the start of a word, followed by a name that contains a "/", or a "." not
 * at its end: "@src/main.c", but not "@override" or "a@b.c". `c` is the "@" or a later byte. */
static void step_reference(prompt_text *p, char c) {
  char lower = (char)(c | 0x20);
  bool named = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
  if (p->reference != REFERENCE_POSSIBLE)
    p->file = c == '/' || (p->reference == REFERENCE_STOP && named);
  p->reference = c == '.' ? REFERENCE_STOP : REFERENCE_INSIDE;
}

static bool opens_word(char c) {
  return is_space(c) || c == '(' || c == '[' || c == '"' || c == '\'';
}

static void find_reference(prompt_text *p, const char *piece, size_t length) {
  for (size_t i = 0; i < length && !p->file; i++) {
    char c = piece[i];
    bool inside = p->reference == REFERENCE_INSIDE || p->reference == REFERENCE_STOP;
    if (!inside && c != '@') { /* skips to the next "@"; only the byte before it matters */
      const char *at = memchr(piece + i, '@', length - i);
      i = at == NULL ? length - 1 : (size_t)(at - piece) - 1;
      p->reference = opens_word(piece[i]) ? REFERENCE_POSSIBLE : REFERENCE_NONE;
    } else if (opens_word(c)) {
      p->reference = REFERENCE_POSSIBLE;
    } else if (p->reference != REFERENCE_NONE) {
      step_reference(p, c);
    }
  }
}

/* Counts UTF-8 characters (bytes that are not continuation bytes), eight bytes at a time. */
static int64_t characters_in(const char *piece, size_t length) {
  const uint64_t ones = UINT64_C(0x0101010101010101);
  size_t i = 0;
  int64_t characters = (int64_t)length;
  for (; length - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
    uint64_t word;
    memcpy(&word, piece + i, sizeof word);
    uint64_t continues = word >> 7 & ~(word >> 6) & ones;
    characters -= (int64_t)(continues * ones >> 56);
  }
  for (; i < length; i++)
    characters -= ((unsigned char)piece[i] & 0xC0) == 0x80;
  return characters;
}

static void take_text(prompt_text *p, const char *piece, size_t length) {
  size_t room = sizeof p->head - p->head_length, kept = length < room ? length : room;
  memcpy(p->head + p->head_length, piece, kept);
  p->head_length += kept;
  p->characters += characters_in(piece, length);
  if (!p->code) find_fence(p, piece, length);
  if (!p->file) find_reference(p, piece, length);
}

static void flush_opening(prompt_text *p) {
  p->phase = PHASE_TEXT;
  take_text(p, p->opening, p->opening_length);
  p->opening_length = 0;
}

/* Takes a byte at the start of a text that may belong to an editor's tag. */
static void take_opening(prompt_text *p, char c) {
  p->opening[p->opening_length++] = c;
  for (size_t i = 0; i < sizeof editor_tags / sizeof *editor_tags; i++) {
    const char *tag = editor_tags[i].opening;
    if (strncmp(tag, p->opening, p->opening_length) != 0) continue;
    if (tag[p->opening_length] != '\0') return;
    p->phase = PHASE_INSIDE;
    p->closing = editor_tags[i].closing;
    p->matched = p->opening_length = 0;
    return;
  }
  flush_opening(p);
}

static void take_inside(prompt_text *p, char c) {
  if (c != p->closing[p->matched]) p->matched = 0;
  if (c == p->closing[p->matched] && p->closing[++p->matched] == '\0') p->phase = PHASE_BEHIND;
}

void bpi_prompt_feed(void *prompt, const char *piece, size_t length) {
  prompt_text *p = prompt;
  const char *end = piece + length;
  while (piece < end && p->phase != PHASE_TEXT) {
    if (p->phase == PHASE_INSIDE) {
      take_inside(p, *piece++);
    } else if (p->phase == PHASE_BEHIND && is_space(*piece)) {
      piece++;
    } else {
      p->phase = PHASE_OPENING;
      take_opening(p, *piece++);
    }
  }
  if (piece < end) take_text(p, piece, (size_t)(end - piece));
}

void bpi_prompt_block_end(prompt_text *p) {
  if (p->phase == PHASE_OPENING) flush_opening(p);
}

int bpi_prompt_features(const prompt_text *p) {
  return (p->code ? PROMPT_CODE : 0) | (p->file ? PROMPT_FILE : 0);
}

user_text bpi_prompt_classify(const prompt_text *p) {
  static const char warmup[] = "Warmup";
  if (p->characters == 0) return USER_TEXT_NONE;
  if (p->head_length == sizeof warmup - 1 && memcmp(p->head, warmup, sizeof warmup - 1) == 0)
    return USER_TEXT_WARMUP;
  for (size_t i = 0; i < sizeof user_prefixes / sizeof *user_prefixes; i++)
    if (bpi_starts_with(p->head, p->head_length, user_prefixes[i].prefix))
      return user_prefixes[i].is;
  return USER_TEXT_PROMPT;
}

static const char *find(const char *p, const char *end, const char *needle) {
  size_t length = strlen(needle);
  for (; (size_t)(end - p) >= length; p++)
    if (memcmp(p, needle, length) == 0) return p;
  return NULL;
}

const char *bpi_prompt_command(const char *head, size_t length) {
  static const char opening[] = "<command-name>";
  const char *end = head + length, *name = find(head, end, opening);
  if (name == NULL) return "custom";
  name += sizeof opening - 1;
  if (name < end && *name == '/') name++;
  const char *stop = memchr(name, '<', (size_t)(end - name));
  size_t name_length = (size_t)((stop == NULL ? end : stop) - name);
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strlen(commands[i]) == name_length && memcmp(commands[i], name, name_length) == 0)
      return commands[i];
  return "custom";
}

void bpi_prompt_wipe(prompt_text *p) {
  bpi_hash_wipe(p->opening, sizeof p->opening);
  bpi_hash_wipe(p->head, p->head_length);
  p->head_length = p->opening_length = 0;
}

/* ----------------------------------------------------------------------- texts of tool results */

enum { WHOLE, AT_START, ANYWHERE };
typedef struct phrase {
  const char *text;
  int where, means;
} phrase;

/* Phrases that say a call was ended from outside, in the order of the checks. */
static const phrase endings[] = {
    {"The user doesn't want to proceed with this tool use", ANYWHERE, OUTCOME_REJECTED},
    {"The user doesn't want to take this action right now", ANYWHERE, OUTCOME_REJECTED},
    {"User rejected tool use", WHOLE, OUTCOME_REJECTED},
    {"[Request interrupted by user", ANYWHERE, OUTCOME_INTERRUPTED},
    {"Sibling tool call errored", ANYWHERE, OUTCOME_CANCELLED},
    {"Cancelled: parallel tool call", ANYWHERE, OUTCOME_CANCELLED},
    {"Error: Warmup", AT_START, OUTCOME_IGNORED},
    {"Warmup", WHOLE, OUTCOME_IGNORED},
};
/* Beginnings of results of a call that ran: the rest is output of the tool or command. */
static const phrase own[] = {
    {"<tool_use_error>", AT_START, FAILURE_TOOL},
    {"Exit code", AT_START, FAILURE_COMMAND},
    {"Error: Exit code", AT_START, FAILURE_COMMAND},
};
/* Phrases that say a call was not allowed to run. */
static const phrase refusals[] = {
    {"PreToolUse:", ANYWHERE, OUTCOME_BLOCKED},
    {"PostToolUse:", ANYWHERE, OUTCOME_BLOCKED},
    {"PreToolUse hook", ANYWHERE, OUTCOME_BLOCKED},
    {"hook error", ANYWHERE, OUTCOME_BLOCKED},
    {"hook blocking error", ANYWHERE, OUTCOME_BLOCKED},
    {"blocked by hook", ANYWHERE, OUTCOME_BLOCKED},
    {"stopped by hook", ANYWHERE, OUTCOME_BLOCKED},
    {"permission", ANYWHERE, OUTCOME_DENIED},
    {"requires approval", ANYWHERE, OUTCOME_DENIED},
    {"denied", ANYWHERE, OUTCOME_DENIED},
};
/* Known reasons of failures. */
static const phrase reasons[] = {
    {"has not been read yet", ANYWHERE, FAILURE_NOT_READ},
    {"String to replace not found", ANYWHERE, FAILURE_NO_MATCH},
    {"has been modified since", ANYWHERE, FAILURE_CHANGED},
    {"has been unexpectedly modified", ANYWHERE, FAILURE_CHANGED},
    {"InputValidationError", ANYWHERE, FAILURE_INPUT},
    {"Command timed out", ANYWHERE, FAILURE_TIMEOUT},
};

static bool says(const phrase *p, const char *head, size_t length) {
  switch (p->where) {
  case WHOLE: return strlen(p->text) == length && memcmp(p->text, head, length) == 0;
  case AT_START: return bpi_starts_with(head, length, p->text);
  default: return bpi_contains(head, length, p->text);
  }
}

static int means(const phrase *list, size_t count, const char *head, size_t length, int otherwise) {
  for (size_t i = 0; i < count; i++)
    if (says(&list[i], head, length)) return list[i].means;
  return otherwise;
}
#define MEANS(list, otherwise) means(list, sizeof list / sizeof *list, head, length, otherwise)

int bpi_result_ending(const char *head, size_t length) {
  return MEANS(endings, OUTCOME_UNKNOWN);
}

void bpi_result_classify(const char *head, size_t length, int *outcome, int *failure) {
  *failure = FAILURE_NONE;
  *outcome = bpi_result_ending(head, length);
  if (*outcome != OUTCOME_UNKNOWN) return;
  int kind = MEANS(own, FAILURE_OTHER);
  *outcome = kind == FAILURE_OTHER ? MEANS(refusals, OUTCOME_ERROR) : OUTCOME_ERROR;
  if (*outcome == OUTCOME_ERROR) *failure = MEANS(reasons, kind);
}
