/* base/command.c: parses a command line like a shell, as far as needed to find the names of its
 * programs: words, quotes, here-documents, lists and pipes. Only a program's name and the word that
 * names its task ("git commit", "npm run lint") are looked up. The most telling program represents
 * the line, on a tie the first: a commit, then tests, then any other known one, then those that
 * only look at or move files. So `npm install && npm test | tail` is a test run. Keeps nothing of
 * the command line. */
#include "base/command.h"

#include <stdbool.h>
#include <string.h>

#include "base/lookup.h"
#include "base/programs.h"
#include "base/text.h"
#include "base/vocabulary.h"

#define COMMAND_MAX 256 /* bytes examined */
#define WORDS_MAX 24    /* per command */
#define NESTING_MAX 2   /* of sh -c */

static int classify_line(const char *command, size_t length, int nesting);

static int rank(int code) {
  switch (code) {
  case PROGRAM_NONE: return 0;
  case PROGRAM_OTHER: return 1;
  case PROGRAM_FILES:
  case PROGRAM_SEARCH: return 2;
  case PROGRAM_TEST: return 4;
  case PROGRAM_COMMIT: return 5;
  default: return 3;
  }
}

static int more_telling(int a, int b) {
  return rank(b) > rank(a) ? b : a;
}

/* Targets are built from the project itself, so installing them is part of building. */
static int classify_target(const char *word) {
  if (strcmp(word, "check") == 0) return PROGRAM_TEST;
  int code = bpi_script_purpose(word, PROGRAM_NONE);
  return code == PROGRAM_PACKAGE ? PROGRAM_NONE : code;
}

/* ------------------------------------------------------------- one command: words to a program */

typedef struct words {
  char text[COMMAND_MAX + WORDS_MAX]; /* one after another, each with its NUL */
  size_t used;
  const char *word[WORDS_MAX];
  size_t count;
} words;

static bool in_list(const char *list, const char *word) {
  size_t length = strlen(word);
  for (const char *p = list; p && *p; p += strcspn(p, " "), p += *p == ' ')
    if (strncmp(p, word, length) == 0 && (p[length] == ' ' || p[length] == '\0')) return true;
  return false;
}

static bool is_assignment(const char *word) {
  size_t i = 0;
  while (is_letter(word[i]) || word[i] == '_' || (i > 0 && is_digit(word[i])))
    i++;
  return i > 0 && word[i] == '=';
}

/* Index of the first word from `i` on that is not an option, an option's argument or
 * "+toolchain". */
static size_t skip_options(const words *w, size_t i, const char *with_word) {
  for (; i < w->count; i++) {
    const char *word = w->word[i];
    if (strcmp(word, "--") == 0) return i + 1;
    if (word[0] != '-' && word[0] != '+') return i;
    if (in_list(with_word, word)) i++;
  }
  return w->count;
}

/* Skips assignments and keywords before a program's name. */
static size_t skip_prefixes(const words *w, size_t i) {
  static const char keywords[] = "do then else elif if while until ! { }";
  for (; i < w->count; i++) {
    const char *word = w->word[i];
    bool may_be_keyword = strlen(word) <= 5;
    if (!is_assignment(word) && !(may_be_keyword && in_list(keywords, word))) break;
  }
  return i;
}

static bool is_script_path(const char *word) {
  return strpbrk(word, "/\\") || bpi_ends_with(word, ".sh") || bpi_ends_with(word, ".py");
}

static int classify_targets(const words *w, size_t i, const program *r) {
  int best = PROGRAM_NONE;
  while ((i = skip_options(w, i, r->options)) < w->count) {
    if (!is_assignment(w->word[i])) best = more_telling(best, classify_target(w->word[i]));
    i++;
  }
  return best == PROGRAM_NONE ? r->code : best;
}

static int classify_nested(const char *line, int nesting) {
  return nesting < NESTING_MAX ? classify_line(line, strlen(line), nesting + 1) : PROGRAM_OTHER;
}

/* Whether a word is the last one and contains several. */
static bool is_line(const words *w, size_t i) {
  return i + 1 == w->count && strchr(w->word[i], ' ');
}

static int classify_shell(const words *w, size_t i, int nesting) {
  for (; i < w->count && w->word[i][0] == '-'; i++)
    if (w->word[i][1] != '-' && strchr(w->word[i], 'c') && i + 1 < w->count)
      return classify_nested(w->word[i + 1], nesting);
  return i < w->count ? bpi_script_purpose(bpi_base_name(w->word[i]), PROGRAM_RUN) : PROGRAM_OTHER;
}

/* Finds the first row among the options and the word after them; *i becomes the index of its word,
 * or of that word. */
static const subcommand *next_subcommand(const words *w, size_t *i, const program *r) {
  size_t end = skip_options(w, *i, r->options);
  const subcommand *sub = NULL;
  for (; *i < end && !sub; ++*i)
    if (w->word[*i][0] == '-') sub = bpi_subcommand_find(r, w->word[*i]);
  if (sub) --*i;
  return sub || *i == w->count ? sub : bpi_subcommand_find(r, w->word[*i]);
}

/* Replaces the rule of NAME by that of "NAME WORD"; *i moves past the words used. */
static void apply_subcommand(const words *w, size_t *i, program *r) {
  bool may_be_script = r->rule == SUBCOMMAND_OR_SCRIPT;
  r->rule = PLAIN;
  const subcommand *sub = next_subcommand(w, i, r);
  if (sub && sub->rule == AGAIN_AFTER_ONE) {
    *i = *i + 2 < w->count ? *i + 2 : w->count;
    sub = next_subcommand(w, i, r);
  }
  if (*i == w->count) return;
  if (sub) {
    r->rule = sub->rule;
    r->code = sub->code;
    ++*i;
  } else if (may_be_script) {
    r->rule = WRAPPER;
    r->code = PROGRAM_RUN;
  }
}

static int classify_unknown(const char *word, int wrapped_in) {
  if (wrapped_in == PROGRAM_RUN || is_script_path(word))
    return bpi_script_purpose(bpi_base_name(word), PROGRAM_RUN);
  return PROGRAM_OTHER;
}

/* Goes from wrapper to wrapped command until a program is found. A wrapper that runs programs of
 * the project (PROGRAM_RUN) may also run a script named like a builtin: `yarn test`. */
static int classify_words(const words *w, int nesting) {
  int wrapped_in = PROGRAM_NONE;
  size_t i = 0;
  while ((i = skip_prefixes(w, i)) < w->count) {
    const char *word = w->word[i++];
    const program *found = bpi_program_find(bpi_base_name(word));
    bool tells = found && found->code != PROGRAM_NONE;
    if (found && !tells && wrapped_in != PROGRAM_RUN) return PROGRAM_NONE;
    if (!tells) return classify_unknown(word, wrapped_in);
    program r = *found;
    if (r.rule == SUBCOMMAND || r.rule == SUBCOMMAND_OR_SCRIPT) apply_subcommand(w, &i, &r);
    switch (r.rule) {
    case SCRIPT:
      i = skip_options(w, i, r.options);
      return i < w->count ? bpi_script_purpose(w->word[i], r.code) : r.code;
    case TARGETS: return classify_targets(w, i, &r);
    case SHELL: return classify_shell(w, i, nesting);
    case WRAPPER:
    case WRAPPER_AFTER_ONE:
    case WRAPPER_OF_LINE:
      i = skip_options(w, i, r.options);
      if (r.rule == WRAPPER_OF_LINE && is_line(w, i)) return classify_nested(w->word[i], nesting);
      if (r.rule == WRAPPER_AFTER_ONE) i = skip_options(w, i + 1, NULL);
      if (wrapped_in != PROGRAM_RUN) wrapped_in = r.code;
      break;
    default: return r.code;
    }
  }
  return wrapped_in;
}

/* ------------------------------------------------------------------ a line: bytes to commands */

typedef struct line {
  const char *at, *end;
  /* delimiter of a here-document that begins at the next newline; "": none */
  char document_end[32];
  words words; /* of the current command */
} line;

static char peek(const line *l, size_t ahead) {
  return (size_t)(l->end - l->at) > ahead ? l->at[ahead] : '\0';
}

static void skip_to(line *l, char c) {
  const char *found = memchr(l->at, c, (size_t)(l->end - l->at));
  l->at = found ? found : l->end;
}

static void add_text(words *w, const char *p, size_t length) {
  size_t room = sizeof w->text - 1 - w->used;
  if (length > room) length = room;
  memcpy(w->text + w->used, p, length);
  w->used += length;
}

static void add_char(words *w, char c) {
  add_text(w, &c, 1);
}

/* Moves past the bracket that closes "$(". A here-document inside it extends to the end, because
 * what follows cannot be told from its text. */
static void skip_substitution(line *l) {
  int open = 0;
  for (; l->at < l->end; l->at++) {
    char c = *l->at;
    if (c == '\\') {
      if (l->at + 1 < l->end) l->at++;
    } else if (c == '\'') {
      l->at++;
      skip_to(l, '\'');
      if (l->at == l->end) return;
    } else if (c == '<' && peek(l, 1) == '<' && peek(l, 2) != '<') {
      l->at = l->end;
      return;
    } else if (c == '(') {
      open++;
    } else if (c == ')' && --open == 0) {
      l->at++;
      return;
    }
  }
}

static void read_double_quoted(line *l) {
  l->at++;
  while (l->at < l->end && *l->at != '"') {
    if (*l->at == '$' && peek(l, 1) == '(') {
      l->at++;
      skip_substitution(l);
      continue;
    }
    if (*l->at == '\\' && l->at + 1 < l->end && strchr("\"\\$`\n", l->at[1])) l->at++;
    add_char(&l->words, *l->at++);
  }
  if (l->at < l->end) l->at++;
}

static void read_single_quoted(line *l) {
  const char *from = ++l->at;
  skip_to(l, '\'');
  add_text(&l->words, from, (size_t)(l->at - from));
  if (l->at < l->end) l->at++;
}

/* Whether the character ends a command. */
static bool is_separator(char c) {
  return c == '\n' || c == ';' || c == '|' || c == '&' || c == '(' || c == ')';
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

static bool is_arrow(char c) {
  return c == '<' || c == '>';
}

static bool ends_word(char c) {
  return is_space(c) || is_separator(c) || is_arrow(c);
}

/* Characters that have a meaning inside a word or end it. */
static const bool is_mark[256] = {
    [' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true, [';'] = true, ['|'] = true,
    ['&'] = true, ['('] = true,  [')'] = true,  ['<'] = true,  ['>'] = true, ['"'] = true,
    ['`'] = true, ['\''] = true, ['\\'] = true, ['$'] = true,
};

static void read_plain(line *l) {
  const char *from = l->at;
  while (l->at < l->end && !is_mark[(unsigned char)*l->at])
    l->at++;
  add_text(&l->words, from, (size_t)(l->at - from));
}

/* Whether the word so far begins like a Windows path, ".\\x" or "C:\\x", and continues like one. */
static bool is_windows_path(const line *l, size_t from) {
  const char *p = l->words.text + from, next = peek(l, 1);
  bool drive = l->words.used > from + 1 && is_letter(p[0]) && p[1] == ':';
  bool begins = drive || (l->words.used > from && p[0] == '.');
  return begins && (is_letter(next) || is_digit(next) || next == '.' || next == '_');
}

/* Reads a word without its quotes; the output of a substitution is unknown and left out. */
static void read_word(line *l) {
  size_t from = l->words.used;
  while (l->at < l->end && !ends_word(*l->at)) {
    switch (*l->at) {
    case '"': read_double_quoted(l); break;
    case '\'': read_single_quoted(l); break;
    case '\\':
      if (is_windows_path(l, from)) add_char(&l->words, '\\');
      l->at++;
      if (l->at < l->end && *l->at != '\n') add_char(&l->words, *l->at);
      if (l->at < l->end) l->at++;
      break;
    case '`':
      l->at++;
      skip_to(l, '`');
      if (l->at < l->end) l->at++;
      break;
    case '$':
      add_char(&l->words, *l->at++);
      if (peek(l, 0) == '(') skip_substitution(l);
      break;
    default: read_plain(l);
    }
  }
}

/* Keeps the word read since `from`. */
static void end_word(line *l, size_t from) {
  words *w = &l->words;
  if (w->used == from) return;
  if (w->count == WORDS_MAX) {
    w->used = from;
    return;
  }
  w->text[w->used] = '\0';
  w->word[w->count++] = w->text + from;
  w->used += w->used < sizeof w->text - 1;
}

static bool is_number(const char *p, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!is_digit(p[i])) return false;
  return length > 0;
}

/* "> file", "2>&1", "<<'END'" are not part of the command. The delimiter of a here-document is
 * kept. */
static void skip_redirection(line *l) {
  bool document = peek(l, 0) == '<' && peek(l, 1) == '<' && peek(l, 2) != '<';
  while (is_arrow(peek(l, 0)) || peek(l, 0) == '&' || peek(l, 0) == '|' || peek(l, 0) == '-')
    l->at++;
  while (is_space(peek(l, 0)))
    l->at++;
  size_t from = l->words.used;
  read_word(l);
  size_t length = l->words.used - from;
  if (document && length > 0 && length < sizeof l->document_end) {
    memcpy(l->document_end, l->words.text + from, length);
    l->document_end[length] = '\0';
  }
  l->words.used = from;
}

static void skip_document(line *l) {
  size_t length = strlen(l->document_end);
  while (length > 0 && l->at < l->end) {
    while (peek(l, 0) == '\t')
      l->at++;
    const char *from = l->at;
    skip_to(l, '\n');
    bool found = (size_t)(l->at - from) == length && memcmp(from, l->document_end, length) == 0;
    if (l->at < l->end) l->at++;
    if (found) break;
  }
  l->document_end[0] = '\0';
}

/* Reads the words of the next command. False at the end of the line. */
static bool read_command(line *l) {
  l->words.used = l->words.count = 0;
  while (l->at < l->end) {
    char c = *l->at;
    if (c == '#') {
      skip_to(l, '\n');
    } else if (is_space(c)) {
      l->at++;
    } else if (is_arrow(c) || (c == '&' && peek(l, 1) == '>')) {
      skip_redirection(l);
    } else if (is_separator(c)) {
      l->at++;
      if (c == '\n') skip_document(l);
      return true;
    } else {
      size_t from = l->words.used;
      read_word(l);
      if (is_arrow(peek(l, 0)) && is_number(l->words.text + from, l->words.used - from))
        l->words.used = from;
      end_word(l, from);
    }
  }
  return l->words.count > 0;
}

static int classify_line(const char *command, size_t length, int nesting) {
  line l;
  l.at = command;
  l.end = command + (length < COMMAND_MAX ? length : COMMAND_MAX);
  l.document_end[0] = '\0';
  int best = length == 0 ? PROGRAM_NONE : PROGRAM_OTHER;
  while (read_command(&l))
    best = more_telling(best, classify_words(&l.words, nesting));
  return best;
}

int bpi_program_of_command(const char *command, size_t length) {
  return classify_line(command, length, 0);
}
