/* completion.c: generates completion scripts for three shells from the tables of commands and
 * options. The names of metrics and dimensions come from the linked library. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "exits.h"

/* Writes the values that option_info.values stands for, each followed by a space. */
static void put_words(text *t, const char *values) {
  if (values == NULL || strcmp(values, "@files") == 0) return;
  if (strcmp(values, "@commands") == 0) {
    for (const command *c = command_table; c->name != NULL; c++)
      text_addf(t, "%s ", c->name);
  } else if (values[0] == '@') {
    bp_result *r = NULL;
    if (bp_catalog(&r, values + 1, NULL) != BP_OK) return;
    for (size_t row = 0; row < bp_result_rows(r); row++)
      text_addf(t, "%s ", bp_result_text(r, row, 0, NULL));
    bp_result_free(r);
  } else {
    text_addf(t, "%s ", values);
  }
}

static char *words_of(const char *values) {
  text t = {0};
  put_words(&t, values);
  while (t.length > 0 && t.data[t.length - 1] == ' ')
    t.data[--t.length] = '\0';
  return t.data != NULL ? t.data : copy_text("");
}

static bool is_files(const char *values) {
  return values != NULL && strcmp(values, "@files") == 0;
}

/* Whether the command takes files, as its first argument or later. */
static bool takes_files(const command *c) {
  static const char *const named[] = {"FILE", "STORE", "PATH", "DIR", "WORD..."};
  for (size_t i = 0; i < sizeof named / sizeof *named; i++)
    if (strstr(c->arguments, named[i]) != NULL) return true;
  return false;
}

static uint64_t options_of(const command *c) {
  return c->options | OPTIONS_GLOBAL;
}

static void put_bash_names(text *t, const option_info *o) {
  text_addf(t, "--%s", o->name);
  if (o->letter != 0) text_addf(t, "|-%c", o->letter);
}

/* The beginning of the script: the current word, the word before it, and the command. Bash treats
 * the = of --name=value as a word of its own. */
static void write_bash_head(text *t) {
  text_add(t,
           "# completion for blueplane in bash: source <(blueplane completion bash)\n"
           "_blueplane_files() {\n"
           "  local one\n"
           "  while IFS= read -r one; do COMPREPLY+=(\"$one\"); done < <(compgen -f -- \"$word\")\n"
           "  compopt -o filenames 2>/dev/null\n"
           "}\n"
           "_blueplane() {\n"
           "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
           "  local command= i words=\n"
           "  if [[ $word == = ]]; then word=; fi\n"
           "  if [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
           "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "    case ${COMP_WORDS[i]} in\n"
           "      ");
  bool first = true;
  for (const option_info *o = option_table; o->name != NULL; o++) {
    if (o->argument == NULL) continue;
    if (!first) text_add(t, "|");
    put_bash_names(t, o);
    first = false;
  }
  text_add(t, ") if [[ ${COMP_WORDS[i+1]} == = ]]; then ((i++)); fi; ((i++)) ;;\n"
              "      -*) ;;\n"
              "      *) command=${COMP_WORDS[i]}; break ;;\n"
              "    esac\n"
              "  done\n"
              "  COMPREPLY=()\n");
}

static void write_bash(text *t) {
  write_bash_head(t);
  text_add(t, "  case $before in\n");
  for (const option_info *o = option_table; o->name != NULL; o++) {
    if (o->argument == NULL) continue;
    text_add(t, "    ");
    put_bash_names(t, o);
    char *words = words_of(o->values);
    if (is_files(o->values))
      text_add(t, ") _blueplane_files; return ;;\n");
    else
      text_addf(t, ") COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n", words);
    free(words);
  }
  char *commands = words_of("@commands");
  text_addf(t, "  esac\n  case $command in\n    '') words='%s' ;;\n", commands);
  free(commands);
  for (const command *c = command_table; c->name != NULL; c++) {
    char *words = words_of(c->words);
    text_addf(t, "    %s) ", c->name);
    if (takes_files(c)) text_add(t, "[[ $word == -* ]] || _blueplane_files; ");
    text_addf(t, "words='%s", words);
    for (const option_info *o = option_table; o->name != NULL; o++)
      if (options_of(c) & OPTION_BIT(o->id)) text_addf(t, " --%s", o->name);
    text_add(t, "' ;;\n");
    free(words);
  }
  text_add(t, "  esac\n"
              "  COMPREPLY+=($(compgen -W \"$words\" -- \"$word\"))\n"
              "}\n"
              "complete -F _blueplane blueplane\n");
}

/* Escapes text for single quotes and brackets in a zsh specification. */
static void put_zsh(text *t, const char *string) {
  for (; *string != '\0'; string++) {
    if (*string == '\'')
      text_add(t, "'\\''");
    else if (strchr("[]:\\", *string) != NULL)
      text_addf(t, "\\%c", *string);
    else
      text_add_bytes(t, string, 1);
  }
}

static void write_zsh_options(text *t, uint64_t set) {
  for (const option_info *o = option_table; o->name != NULL; o++) {
    if (!(set & OPTION_BIT(o->id))) continue;
    text_addf(t, " \\\n      '%s--%s[", o->several ? "*" : "", o->name);
    put_zsh(t, o->help);
    text_add(t, "]");
    if (o->argument != NULL) {
      char *words = words_of(o->values);
      text_add(t, ":");
      put_zsh(t, o->argument);
      if (is_files(o->values))
        text_add(t, ":_files");
      else
        text_addf(t, ":(%s)", words);
      free(words);
    }
    text_add(t, "'");
  }
}

static void write_zsh(text *t) {
  text_add(t, "#compdef blueplane\n"
              "# completion for blueplane in zsh: source <(blueplane completion zsh)\n"
              "_blueplane() {\n"
              "  local -a commands\n"
              "  commands=(\n");
  for (const command *c = command_table; c->name != NULL; c++) {
    text_addf(t, "    '%s:", c->name);
    put_zsh(t, c->summary);
    text_add(t, "'\n");
  }
  text_add(t, "  )\n"
              "  if (( CURRENT == 2 )); then\n"
              "    _describe command commands\n"
              "    return\n"
              "  fi\n"
              "  case $words[2] in\n");
  for (const command *c = command_table; c->name != NULL; c++) {
    char *words = words_of(c->words);
    text_addf(t, "    %s) shift words; (( CURRENT-- )); _arguments", c->name);
    write_zsh_options(t, options_of(c));
    if (words[0] != '\0')
      text_addf(t, " \\\n      '%s:word:(%s)'", takes_files(c) ? "1" : "*", words);
    if (takes_files(c)) text_add(t, " \\\n      '*:file:_files'");
    text_add(t, " ;;\n");
    free(words);
  }
  text_add(t, "  esac\n"
              "}\n"
              "if [ \"$funcstack[1]\" = _blueplane ]; then _blueplane \"$@\"\n"
              "else compdef _blueplane blueplane; fi\n");
}

static void put_fish(text *t, const char *string) {
  for (; *string != '\0'; string++) {
    if (*string == '\'' || *string == '\\') text_add(t, "\\");
    text_add_bytes(t, string, 1);
  }
}

/* Writes fish's condition for the commands that take the option. */
static void put_fish_condition(text *t, option_id id) {
  if (OPTIONS_GLOBAL & OPTION_BIT(id)) return;
  text_add(t, " -n '__fish_seen_subcommand_from");
  for (const command *c = command_table; c->name != NULL; c++)
    if (c->options & OPTION_BIT(id)) text_addf(t, " %s", c->name);
  text_add(t, "'");
}

static void write_fish(text *t) {
  text_add(t, "# completion for blueplane in fish: blueplane completion fish | source\n"
              "complete -c blueplane -f\n");
  for (const command *c = command_table; c->name != NULL; c++) {
    text_addf(t, "complete -c blueplane -n __fish_use_subcommand -a %s -d '", c->name);
    put_fish(t, c->summary);
    text_add(t, "'\n");
    char *words = words_of(c->words);
    if (words[0] != '\0')
      text_addf(t, "complete -c blueplane -n '__fish_seen_subcommand_from %s' -a '%s'\n", c->name,
                words);
    if (takes_files(c))
      text_addf(t, "complete -c blueplane -n '__fish_seen_subcommand_from %s' -F\n", c->name);
    free(words);
  }
  for (const option_info *o = option_table; o->name != NULL; o++) {
    text_add(t, "complete -c blueplane");
    put_fish_condition(t, o->id);
    text_addf(t, " -l %s", o->name);
    if (o->letter != 0) text_addf(t, " -s %c", o->letter);
    if (is_files(o->values)) {
      text_add(t, " -r -F");
    } else if (o->argument != NULL) {
      char *words = words_of(o->values);
      text_addf(t, " -x -a '%s'", words);
      free(words);
    }
    text_add(t, " -d '");
    put_fish(t, o->help);
    text_add(t, "'\n");
  }
}

int run_completion(program *p) {
  static const struct {
    const char *shell;
    void (*write)(text *t);
  } shells[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};
  for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
    if (strcmp(shells[i].shell, p->arguments[0]) != 0) continue;
    text t = {0};
    shells[i].write(&t);
    return write_out(&t);
  }
  char *shown = text_safe(p->arguments[0]);
  complain(EXIT_USAGE, "it is available for bash, zsh and fish", "no completion for \"%s\"", shown);
  free(shown);
  return EXIT_USAGE;
}
