/* base/vocabulary.c: the closed vocabularies and the lists by which names turn into their numbers.
 * All of it is tables; rows with names are sorted by byte for binary search. Knows names of tools,
 * programs and file endings; keeps nothing of what it is asked about.
 *
 * A command line is read the way a shell would, as far as that is needed to find the names of its
 * programs: words, quotes, here-documents, lists and pipes. Only a program's name and the word that
 * names its task ("git commit", "npm run lint") are looked up. The most telling program speaks for
 * the line, the first among equals: a commit, then tests, then anything else that is known, then
 * what only looks at or moves files. So `npm install && npm test | tail` is a test run. */
#include "base/vocabulary.h"

#include <stdbool.h>
#include <string.h>

/* ------------------------------------------------------------------------------ vocabularies */

typedef struct entry {
  const char *name;
  size_t length;
} entry;

typedef struct entry_list {
  const entry *entries;
  int count;
} entry_list;

#define X(member, number, text) [number] = {text, sizeof(text) - 1},
static const entry outcomes[] = {BPI_OUTCOMES(X)};
static const entry failures[] = {BPI_ERROR_CLASSES(X)};
static const entry categories[] = {BPI_CATEGORIES(X)};
static const entry program_kinds[] = {BPI_PROGRAMS(X)};
static const entry languages[] = {BPI_LANGUAGES(X)};
static const entry events[] = {BPI_EVENTS(X)};
static const entry details[] = {BPI_EVENT_DETAILS(X)};
static const entry stops[] = {BPI_STOPS(X)};
static const entry speeds[] = {BPI_SPEEDS(X)};
static const entry tiers[] = {BPI_TIERS(X)};
static const entry geos[] = {BPI_GEOS(X)};
static const entry qualities[] = {BPI_QUALITIES(X)};
static const entry modes[] = {BPI_MODES(X)};
static const entry sizes[] = {BPI_SIZES(X)};
static const entry decisions[] = {BPI_DECISION_KINDS(X)};
static const entry changes[] = {BPI_CHANGE_KINDS(X)};
static const entry change_types[] = {BPI_CHANGE_TYPES(X)};
static const entry assistance[] = {BPI_ASSISTANCE(X)};
static const entry task_types[] = {BPI_TASK_TYPES(X)};
static const entry task_outcomes[] = {BPI_TASK_OUTCOMES(X)};
static const entry uses[] = {BPI_USES(X)};
#undef X

#define LIST(array)                                                                                \
  { array, (int)(sizeof(array) / sizeof *(array)) }
static const entry_list vocabularies[VOCABULARY_COUNT] = {
    [VOCABULARY_OUTCOME] = LIST(outcomes),
    [VOCABULARY_FAILURE] = LIST(failures),
    [VOCABULARY_CATEGORY] = LIST(categories),
    [VOCABULARY_PROGRAM] = LIST(program_kinds),
    [VOCABULARY_LANGUAGE] = LIST(languages),
    [VOCABULARY_EVENT] = LIST(events),
    [VOCABULARY_DETAIL] = LIST(details),
    [VOCABULARY_STOP] = LIST(stops),
    [VOCABULARY_SPEED] = LIST(speeds),
    [VOCABULARY_TIER] = LIST(tiers),
    [VOCABULARY_GEO] = LIST(geos),
    [VOCABULARY_QUALITY] = LIST(qualities),
    [VOCABULARY_MODE] = LIST(modes),
    [VOCABULARY_SIZE] = LIST(sizes),
    [VOCABULARY_DECISION] = LIST(decisions),
    [VOCABULARY_CHANGE] = LIST(changes),
    [VOCABULARY_CHANGE_TYPE] = LIST(change_types),
    [VOCABULARY_ASSISTED] = LIST(assistance),
    [VOCABULARY_TASK_TYPE] = LIST(task_types),
    [VOCABULARY_TASK_OUTCOME] = LIST(task_outcomes),
    [VOCABULARY_USE] = LIST(uses),
};

int bpi_vocabulary_size(vocabulary v) {
  return (unsigned)v < VOCABULARY_COUNT ? vocabularies[v].count : 0;
}

const char *bpi_vocabulary_name(vocabulary v, int code) {
  return code >= 0 && code < bpi_vocabulary_size(v) ? vocabularies[v].entries[code].name : NULL;
}

int bpi_vocabulary_code(vocabulary v, const char *name, size_t length) {
  for (int code = 0; code < bpi_vocabulary_size(v); code++) {
    const entry *e = &vocabularies[v].entries[code];
    if (e->length == length && memcmp(e->name, name, length) == 0) return code;
  }
  return -1;
}

int bpi_prompt_size(int64_t characters) {
  if (characters <= 0) return SIZE_UNKNOWN;
  if (characters < 50) return SIZE_TINY;
  if (characters < 200) return SIZE_SHORT;
  if (characters < 1000) return SIZE_MEDIUM;
  return characters < 5000 ? SIZE_LONG : SIZE_VAST;
}

/* ----------------------------------------------------------------------------------- lookups */

/* Every table of names has rows that begin with the name. */
typedef struct name_code {
  const char *name;
  int code;
} name_code;

static int compare_name(const char *p, size_t length, const char *row_name) {
  for (size_t i = 0; i < length; i++) {
    unsigned char a = (unsigned char)p[i], b = (unsigned char)row_name[i];
    if (b == '\0') return 1;
    if (a != b) return a < b ? -1 : 1;
  }
  return row_name[length] == '\0' ? 0 : -1;
}

/* bsearch() with the comparison in place: commands are looked up often. */
static const void *find_row(const void *rows, size_t count, size_t size, const char *p,
                            size_t length) {
  const char *first = rows;
  while (count > 0) {
    const void *middle = first + count / 2 * size;
    const char *const *row_name = middle;
    int order = compare_name(p, length, *row_name);
    if (order == 0) return middle;
    if (order > 0) {
      first += (count / 2 + 1) * size;
      count -= count / 2 + 1;
    } else {
      count /= 2;
    }
  }
  return NULL;
}

#define FIND(table, p, length)                                                                     \
  find_row(table, sizeof(table) / sizeof *(table), sizeof *(table), p, length)

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c) {
  return is_upper(c) || (c >= 'a' && c <= 'z');
}

static char lower(char c) {
  return is_upper(c) ? (char)(c + ('a' - 'A')) : c;
}

/* Lower-cases what fits: more than the names that are looked up in lower case have. */
#define LOWERED 24
static size_t copy_lower(const char *p, size_t length, char into[LOWERED]) {
  if (length > LOWERED) length = LOWERED;
  for (size_t i = 0; i < length; i++)
    into[i] = lower(p[i]);
  return length;
}

static int code_of(const name_code *row, int otherwise) {
  return row ? row->code : otherwise;
}

/* ------------------------------------------------------------------------------------- tools */

/* clang-format off */
static const name_code tools[] = {
    {"Agent", CATEGORY_AGENT}, {"AgentOutputTool", CATEGORY_AGENT}, {"ApplyPatch", CATEGORY_EDIT},
    {"AskQuestion", CATEGORY_ASK}, {"AskUserQuestion", CATEGORY_ASK}, {"Bash", CATEGORY_COMMAND},
    {"BashOutput", CATEGORY_COMMAND}, {"CallMcpTool", CATEGORY_MCP}, {"CreatePlan", CATEGORY_PLAN},
    {"Delete", CATEGORY_EDIT}, {"Edit", CATEGORY_EDIT}, {"EditNotebook", CATEGORY_EDIT},
    {"EnterPlanMode", CATEGORY_PLAN}, {"ExitPlanMode", CATEGORY_PLAN},
    {"FetchMcpResource", CATEGORY_MCP}, {"Glob", CATEGORY_SEARCH}, {"GlobTool", CATEGORY_SEARCH},
    {"Grep", CATEGORY_SEARCH}, {"GrepTool", CATEGORY_SEARCH}, {"KillBash", CATEGORY_COMMAND},
    {"KillShell", CATEGORY_COMMAND}, {"LS", CATEGORY_READ}, {"LSP", CATEGORY_READ},
    {"LSTool", CATEGORY_READ}, {"ListMcpResources", CATEGORY_MCP},
    {"ListMcpResourcesTool", CATEGORY_MCP}, {"Monitor", CATEGORY_COMMAND},
    {"MultiEdit", CATEGORY_EDIT}, {"NotebookEdit", CATEGORY_EDIT}, {"NotebookRead", CATEGORY_READ},
    {"PowerShell", CATEGORY_COMMAND}, {"REPL", CATEGORY_COMMAND}, {"Read", CATEGORY_READ},
    {"ReadFile", CATEGORY_READ}, {"ReadLints", CATEGORY_READ},
    {"ReadMcpResourceTool", CATEGORY_MCP}, {"Replace", CATEGORY_EDIT},
    {"SemanticSearch", CATEGORY_SEARCH}, {"SendMessage", CATEGORY_AGENT},
    {"Shell", CATEGORY_COMMAND}, {"Skill", CATEGORY_SKILL}, {"SlashCommand", CATEGORY_SKILL},
    {"StrReplace", CATEGORY_EDIT}, {"SwitchMode", CATEGORY_PLAN}, {"Task", CATEGORY_AGENT},
    {"TaskCreate", CATEGORY_PLAN}, {"TaskGet", CATEGORY_PLAN}, {"TaskList", CATEGORY_PLAN},
    {"TaskOutput", CATEGORY_AGENT}, {"TaskStop", CATEGORY_AGENT}, {"TaskUpdate", CATEGORY_PLAN},
    {"TeamCreate", CATEGORY_AGENT}, {"TeamDelete", CATEGORY_AGENT}, {"TodoRead", CATEGORY_PLAN},
    {"TodoWrite", CATEGORY_PLAN}, {"View", CATEGORY_READ}, {"WebFetch", CATEGORY_WEB},
    {"WebSearch", CATEGORY_WEB}, {"Write", CATEGORY_EDIT}, {"access_mcp_resource", CATEGORY_MCP},
    {"activate_skill", CATEGORY_SKILL}, {"advisor", CATEGORY_AGENT}, {"agent", CATEGORY_AGENT},
    {"append_file", CATEGORY_EDIT}, {"apply_diff", CATEGORY_EDIT}, {"apply_patch", CATEGORY_EDIT},
    {"ask_followup_question", CATEGORY_ASK}, {"ask_question", CATEGORY_ASK},
    {"ask_user", CATEGORY_ASK}, {"bash", CATEGORY_COMMAND},
    {"bash_code_execution", CATEGORY_COMMAND}, {"browser_action", CATEGORY_WEB},
    {"close_agent", CATEGORY_AGENT}, {"code_execution", CATEGORY_COMMAND},
    {"code_search", CATEGORY_SEARCH}, {"codebase", CATEGORY_SEARCH},
    {"codebase_investigator", CATEGORY_AGENT}, {"codebase_search", CATEGORY_SEARCH},
    {"codesearch", CATEGORY_SEARCH}, {"container.exec", CATEGORY_COMMAND},
    {"copilot_applyPatch", CATEGORY_EDIT}, {"copilot_createDirectory", CATEGORY_EDIT},
    {"copilot_createFile", CATEGORY_EDIT}, {"copilot_editNotebook", CATEGORY_EDIT},
    {"copilot_fetchWebPage", CATEGORY_WEB}, {"copilot_findFiles", CATEGORY_SEARCH},
    {"copilot_findTextInFiles", CATEGORY_SEARCH}, {"copilot_getErrors", CATEGORY_READ},
    {"copilot_getNotebookSummary", CATEGORY_READ}, {"copilot_insertEdit", CATEGORY_EDIT},
    {"copilot_listCodeUsages", CATEGORY_SEARCH}, {"copilot_listDirectory", CATEGORY_READ},
    {"copilot_multiReplaceString", CATEGORY_EDIT}, {"copilot_readFile", CATEGORY_READ},
    {"copilot_replaceString", CATEGORY_EDIT}, {"copilot_runNotebookCell", CATEGORY_COMMAND},
    {"copilot_searchCodebase", CATEGORY_SEARCH}, {"create", CATEGORY_EDIT},
    {"createDirectory", CATEGORY_EDIT}, {"createFile", CATEGORY_EDIT},
    {"create_and_run_task", CATEGORY_COMMAND}, {"create_directory", CATEGORY_EDIT},
    {"create_file", CATEGORY_EDIT}, {"create_goal", CATEGORY_PLAN}, {"create_plan", CATEGORY_PLAN},
    {"delegate_to_agent", CATEGORY_AGENT}, {"delete_file", CATEGORY_EDIT}, {"edit", CATEGORY_EDIT},
    {"editFiles", CATEGORY_EDIT}, {"editNotebook", CATEGORY_EDIT}, {"edit_file", CATEGORY_EDIT},
    {"edit_file_v2", CATEGORY_EDIT}, {"edit_notebook", CATEGORY_EDIT},
    {"edit_notebook_file", CATEGORY_EDIT}, {"enter_plan_mode", CATEGORY_PLAN},
    {"exec", CATEGORY_COMMAND}, {"exec_command", CATEGORY_COMMAND},
    {"execute_command", CATEGORY_COMMAND}, {"exit_plan_mode", CATEGORY_PLAN},
    {"fetch", CATEGORY_WEB}, {"fetchWebPage", CATEGORY_WEB},
    {"fetch_copilot_cli_documentation", CATEGORY_WEB}, {"fetch_rules", CATEGORY_SKILL},
    {"fetch_url", CATEGORY_WEB}, {"fetch_webpage", CATEGORY_WEB}, {"fileSearch", CATEGORY_SEARCH},
    {"file_search", CATEGORY_SEARCH}, {"find", CATEGORY_SEARCH}, {"generalist", CATEGORY_AGENT},
    {"getTerminalOutput", CATEGORY_COMMAND}, {"get_changed_files", CATEGORY_READ},
    {"get_errors", CATEGORY_READ}, {"get_goal", CATEGORY_PLAN},
    {"get_internal_docs", CATEGORY_READ}, {"get_terminal_output", CATEGORY_COMMAND},
    {"github_repo", CATEGORY_WEB}, {"glob", CATEGORY_SEARCH}, {"glob_file_search", CATEGORY_SEARCH},
    {"google_web_search", CATEGORY_WEB}, {"grep", CATEGORY_SEARCH}, {"grep_files", CATEGORY_SEARCH},
    {"grep_search", CATEGORY_SEARCH}, {"insert_content", CATEGORY_EDIT},
    {"insert_edit_into_file", CATEGORY_EDIT}, {"js_repl", CATEGORY_COMMAND},
    {"kill_terminal", CATEGORY_COMMAND}, {"list", CATEGORY_READ}, {"listDirectory", CATEGORY_READ},
    {"list_agents", CATEGORY_AGENT}, {"list_bash", CATEGORY_COMMAND},
    {"list_code_definition_names", CATEGORY_SEARCH}, {"list_code_usages", CATEGORY_SEARCH},
    {"list_dir", CATEGORY_READ}, {"list_dir_v2", CATEGORY_READ}, {"list_directory", CATEGORY_READ},
    {"list_files", CATEGORY_READ}, {"list_mcp_resource_templates", CATEGORY_MCP},
    {"list_mcp_resources", CATEGORY_MCP}, {"list_powershell", CATEGORY_COMMAND},
    {"local_shell", CATEGORY_COMMAND}, {"local_shell_call", CATEGORY_COMMAND},
    {"ls", CATEGORY_READ}, {"lsp", CATEGORY_READ}, {"manageTodoList", CATEGORY_PLAN},
    {"manage_todo_list", CATEGORY_PLAN}, {"mcp", CATEGORY_MCP},
    {"multi_replace_string_in_file", CATEGORY_EDIT}, {"multiedit", CATEGORY_EDIT},
    {"openSimpleBrowser", CATEGORY_WEB}, {"open_simple_browser", CATEGORY_WEB},
    {"patch", CATEGORY_EDIT}, {"plan_enter", CATEGORY_PLAN}, {"plan_exit", CATEGORY_PLAN},
    {"powershell", CATEGORY_COMMAND}, {"problems", CATEGORY_READ}, {"question", CATEGORY_ASK},
    {"read", CATEGORY_READ}, {"readFile", CATEGORY_READ}, {"read_agent", CATEGORY_AGENT},
    {"read_bash", CATEGORY_COMMAND}, {"read_file", CATEGORY_READ}, {"read_file_v2", CATEGORY_READ},
    {"read_files", CATEGORY_READ}, {"read_lints", CATEGORY_READ},
    {"read_many_files", CATEGORY_READ}, {"read_mcp_resource", CATEGORY_MCP},
    {"read_notebook_cell_output", CATEGORY_READ}, {"read_powershell", CATEGORY_COMMAND},
    {"reapply", CATEGORY_EDIT}, {"replace", CATEGORY_EDIT}, {"replace_in_file", CATEGORY_EDIT},
    {"replace_string_in_file", CATEGORY_EDIT}, {"report_intent", CATEGORY_PLAN},
    {"request_permissions", CATEGORY_ASK}, {"request_user_input", CATEGORY_ASK},
    {"resume_agent", CATEGORY_AGENT}, {"rg", CATEGORY_SEARCH}, {"ripgrep", CATEGORY_SEARCH},
    {"ripgrep_raw_search", CATEGORY_SEARCH}, {"runInTerminal", CATEGORY_COMMAND},
    {"runNotebookCell", CATEGORY_COMMAND}, {"runSubagent", CATEGORY_AGENT},
    {"runTests", CATEGORY_COMMAND}, {"run_in_terminal", CATEGORY_COMMAND},
    {"run_notebook_cell", CATEGORY_COMMAND}, {"run_shell", CATEGORY_COMMAND},
    {"run_shell_command", CATEGORY_COMMAND}, {"run_subagent", CATEGORY_AGENT},
    {"run_task", CATEGORY_COMMAND}, {"run_terminal_cmd", CATEGORY_COMMAND},
    {"run_terminal_command", CATEGORY_COMMAND}, {"run_terminal_command_v2", CATEGORY_COMMAND},
    {"run_tests", CATEGORY_COMMAND}, {"search", CATEGORY_SEARCH},
    {"search_file_content", CATEGORY_SEARCH}, {"search_files", CATEGORY_SEARCH},
    {"search_replace", CATEGORY_EDIT}, {"semantic_search", CATEGORY_SEARCH},
    {"semantic_search_full", CATEGORY_SEARCH}, {"send_input", CATEGORY_AGENT},
    {"send_to_terminal", CATEGORY_COMMAND}, {"shell", CATEGORY_COMMAND},
    {"shell_command", CATEGORY_COMMAND}, {"show_file", CATEGORY_READ}, {"skill", CATEGORY_SKILL},
    {"spawn_agent", CATEGORY_AGENT}, {"stop_bash", CATEGORY_COMMAND},
    {"stop_powershell", CATEGORY_COMMAND}, {"str_replace_based_edit_tool", CATEGORY_EDIT},
    {"str_replace_editor", CATEGORY_EDIT}, {"switch_mode", CATEGORY_PLAN}, {"task", CATEGORY_AGENT},
    {"task_v2", CATEGORY_AGENT}, {"terminal_last_command", CATEGORY_COMMAND},
    {"test_search", CATEGORY_SEARCH}, {"textSearch", CATEGORY_SEARCH},
    {"text_editor_code_execution", CATEGORY_EDIT}, {"todo_read", CATEGORY_PLAN},
    {"todo_write", CATEGORY_PLAN}, {"todoread", CATEGORY_PLAN}, {"todowrite", CATEGORY_PLAN},
    {"unified_exec", CATEGORY_COMMAND}, {"update_goal", CATEGORY_PLAN},
    {"update_plan", CATEGORY_PLAN}, {"update_todo", CATEGORY_PLAN},
    {"update_todo_list", CATEGORY_PLAN}, {"use_mcp_tool", CATEGORY_MCP}, {"view", CATEGORY_READ},
    {"view_image", CATEGORY_READ}, {"wait", CATEGORY_AGENT}, {"wait_agent", CATEGORY_AGENT},
    {"web_fetch", CATEGORY_WEB}, {"web_search", CATEGORY_WEB}, {"web_search_call", CATEGORY_WEB},
    {"webfetch", CATEGORY_WEB}, {"websearch", CATEGORY_WEB}, {"write", CATEGORY_EDIT},
    {"write_agent", CATEGORY_AGENT}, {"write_bash", CATEGORY_COMMAND},
    {"write_file", CATEGORY_EDIT}, {"write_powershell", CATEGORY_COMMAND},
    {"write_stdin", CATEGORY_COMMAND}, {"write_to_file", CATEGORY_EDIT},
    {"write_todos", CATEGORY_PLAN},
};
/* clang-format on */

int bpi_category_of_tool(const char *tool, size_t length) {
  if (length > 4 && memcmp(tool, "mcp_", 4) == 0) return CATEGORY_MCP;
  return code_of(FIND(tools, tool, length), CATEGORY_OTHER);
}

/* --------------------------------------------------------------------------------- languages */

/* clang-format off */
static const name_code endings[] = {
    {"adoc", LANGUAGE_TEXT}, {"asciidoc", LANGUAGE_TEXT}, {"bash", LANGUAGE_SHELL},
    {"bat", LANGUAGE_SHELL}, {"bats", LANGUAGE_SHELL}, {"c", LANGUAGE_C}, {"c++", LANGUAGE_CPP},
    {"cc", LANGUAGE_CPP}, {"cjs", LANGUAGE_JAVASCRIPT}, {"cmd", LANGUAGE_SHELL},
    {"cpp", LANGUAGE_CPP}, {"cppm", LANGUAGE_CPP}, {"cs", LANGUAGE_CSHARP},
    {"cshtml", LANGUAGE_CSHARP}, {"csproj", LANGUAGE_XML}, {"css", LANGUAGE_CSS},
    {"csx", LANGUAGE_CSHARP}, {"cts", LANGUAGE_TYPESCRIPT}, {"cu", LANGUAGE_CPP},
    {"cuh", LANGUAGE_CPP}, {"cxx", LANGUAGE_CPP}, {"dart", LANGUAGE_DART}, {"eex", LANGUAGE_ELIXIR},
    {"erb", LANGUAGE_RUBY}, {"ex", LANGUAGE_ELIXIR}, {"exs", LANGUAGE_ELIXIR},
    {"fish", LANGUAGE_SHELL}, {"fsproj", LANGUAGE_XML}, {"gemspec", LANGUAGE_RUBY},
    {"geojson", LANGUAGE_JSON}, {"go", LANGUAGE_GO}, {"h", LANGUAGE_C}, {"h++", LANGUAGE_CPP},
    {"har", LANGUAGE_JSON}, {"heex", LANGUAGE_ELIXIR}, {"hh", LANGUAGE_CPP}, {"hpp", LANGUAGE_CPP},
    {"hs", LANGUAGE_HASKELL}, {"htm", LANGUAGE_HTML}, {"html", LANGUAGE_HTML},
    {"hxx", LANGUAGE_CPP}, {"inl", LANGUAGE_CPP}, {"ino", LANGUAGE_CPP}, {"ipp", LANGUAGE_CPP},
    {"ipynb", LANGUAGE_NOTEBOOK}, {"ixx", LANGUAGE_CPP}, {"java", LANGUAGE_JAVA},
    {"js", LANGUAGE_JAVASCRIPT}, {"json", LANGUAGE_JSON}, {"json5", LANGUAGE_JSON},
    {"jsonc", LANGUAGE_JSON}, {"jsonl", LANGUAGE_JSON}, {"jsx", LANGUAGE_JAVASCRIPT},
    {"ksh", LANGUAGE_SHELL}, {"kt", LANGUAGE_KOTLIN}, {"kts", LANGUAGE_KOTLIN},
    {"leex", LANGUAGE_ELIXIR}, {"less", LANGUAGE_CSS}, {"lhs", LANGUAGE_HASKELL},
    {"log", LANGUAGE_TEXT}, {"lua", LANGUAGE_LUA}, {"luau", LANGUAGE_LUA}, {"m", LANGUAGE_OBJC},
    {"markdown", LANGUAGE_MARKDOWN}, {"md", LANGUAGE_MARKDOWN}, {"mdc", LANGUAGE_MARKDOWN},
    {"mdx", LANGUAGE_MARKDOWN}, {"mjs", LANGUAGE_JAVASCRIPT}, {"mm", LANGUAGE_OBJC},
    {"mts", LANGUAGE_TYPESCRIPT}, {"ndjson", LANGUAGE_JSON}, {"org", LANGUAGE_TEXT},
    {"pcss", LANGUAGE_CSS}, {"php", LANGUAGE_PHP}, {"phtml", LANGUAGE_PHP}, {"pl", LANGUAGE_PERL},
    {"plist", LANGUAGE_XML}, {"pm", LANGUAGE_PERL}, {"podspec", LANGUAGE_RUBY},
    {"props", LANGUAGE_XML}, {"ps1", LANGUAGE_SHELL}, {"psm1", LANGUAGE_SHELL},
    {"psql", LANGUAGE_SQL}, {"py", LANGUAGE_PYTHON}, {"pyi", LANGUAGE_PYTHON},
    {"pyw", LANGUAGE_PYTHON}, {"pyx", LANGUAGE_PYTHON}, {"qmd", LANGUAGE_MARKDOWN},
    {"r", LANGUAGE_R}, {"rake", LANGUAGE_RUBY}, {"razor", LANGUAGE_CSHARP}, {"rb", LANGUAGE_RUBY},
    {"resx", LANGUAGE_XML}, {"rmd", LANGUAGE_R}, {"rs", LANGUAGE_RUST}, {"rst", LANGUAGE_TEXT},
    {"ru", LANGUAGE_RUBY}, {"sass", LANGUAGE_CSS}, {"sbt", LANGUAGE_SCALA}, {"sc", LANGUAGE_SCALA},
    {"scala", LANGUAGE_SCALA}, {"scss", LANGUAGE_CSS}, {"sh", LANGUAGE_SHELL},
    {"sql", LANGUAGE_SQL}, {"storyboard", LANGUAGE_XML}, {"styl", LANGUAGE_CSS},
    {"svelte", LANGUAGE_SVELTE}, {"svg", LANGUAGE_XML}, {"swift", LANGUAGE_SWIFT},
    {"t", LANGUAGE_PERL}, {"targets", LANGUAGE_XML}, {"tex", LANGUAGE_TEXT},
    {"text", LANGUAGE_TEXT}, {"toml", LANGUAGE_TOML}, {"tpp", LANGUAGE_CPP},
    {"ts", LANGUAGE_TYPESCRIPT}, {"tsx", LANGUAGE_TYPESCRIPT}, {"txt", LANGUAGE_TEXT},
    {"vbproj", LANGUAGE_XML}, {"vue", LANGUAGE_VUE}, {"webmanifest", LANGUAGE_JSON},
    {"wsdl", LANGUAGE_XML}, {"xaml", LANGUAGE_XML}, {"xhtml", LANGUAGE_HTML}, {"xib", LANGUAGE_XML},
    {"xml", LANGUAGE_XML}, {"xsd", LANGUAGE_XML}, {"xsl", LANGUAGE_XML}, {"xslt", LANGUAGE_XML},
    {"yaml", LANGUAGE_YAML}, {"yml", LANGUAGE_YAML}, {"zig", LANGUAGE_ZIG}, {"zon", LANGUAGE_ZIG},
    {"zsh", LANGUAGE_SHELL},
};
/* clang-format on */

/* clang-format off */
static const name_code file_names[] = {
    {".babelrc", LANGUAGE_JSON}, {".bash_aliases", LANGUAGE_SHELL},
    {".bash_profile", LANGUAGE_SHELL}, {".bashrc", LANGUAGE_SHELL},
    {".clang-format", LANGUAGE_YAML}, {".clang-tidy", LANGUAGE_YAML}, {".clangd", LANGUAGE_YAML},
    {".envrc", LANGUAGE_SHELL}, {".eslintrc", LANGUAGE_JSON}, {".prettierrc", LANGUAGE_JSON},
    {".profile", LANGUAGE_SHELL}, {".zshenv", LANGUAGE_SHELL}, {".zshrc", LANGUAGE_SHELL},
    {"authors", LANGUAGE_TEXT}, {"brewfile", LANGUAGE_RUBY}, {"cargo.lock", LANGUAGE_TOML},
    {"changelog", LANGUAGE_TEXT}, {"cmakelists.txt", LANGUAGE_OTHER}, {"codeowners", LANGUAGE_TEXT},
    {"composer.lock", LANGUAGE_JSON}, {"containerfile", LANGUAGE_OTHER},
    {"contributing", LANGUAGE_TEXT}, {"copying", LANGUAGE_TEXT}, {"dockerfile", LANGUAGE_OTHER},
    {"fastfile", LANGUAGE_RUBY}, {"gemfile", LANGUAGE_RUBY}, {"gnumakefile", LANGUAGE_OTHER},
    {"jenkinsfile", LANGUAGE_OTHER}, {"justfile", LANGUAGE_OTHER}, {"licence", LANGUAGE_TEXT},
    {"license", LANGUAGE_TEXT}, {"makefile", LANGUAGE_OTHER}, {"notice", LANGUAGE_TEXT},
    {"pipfile", LANGUAGE_TOML}, {"pipfile.lock", LANGUAGE_JSON}, {"podfile", LANGUAGE_RUBY},
    {"poetry.lock", LANGUAGE_TOML}, {"procfile", LANGUAGE_OTHER}, {"rakefile", LANGUAGE_RUBY},
    {"readme", LANGUAGE_TEXT}, {"sconscript", LANGUAGE_PYTHON}, {"sconstruct", LANGUAGE_PYTHON},
    {"uv.lock", LANGUAGE_TOML}, {"vagrantfile", LANGUAGE_RUBY}, {"wscript", LANGUAGE_PYTHON},
};
/* clang-format on */

static size_t file_name_length(const char *path, size_t length) {
  size_t from = length;
  while (from > 0 && path[from - 1] != '/' && path[from - 1] != '\\')
    from--;
  return length - from;
}

int bpi_language_of_path(const char *path, size_t length) {
  size_t name_length = file_name_length(path, length);
  const char *file_name = path + (length - name_length);
  char lowered[LOWERED] = "";
  const name_code *whole = FIND(file_names, lowered, copy_lower(file_name, name_length, lowered));
  if (whole) return whole->code;

  size_t ending_length = 0;
  while (ending_length < name_length && file_name[name_length - 1 - ending_length] != '.')
    ending_length++;
  if (ending_length == 0 || ending_length == name_length) return LANGUAGE_UNKNOWN;
  const char *ending = file_name + (name_length - ending_length);
  return code_of(FIND(endings, lowered, copy_lower(ending, ending_length, lowered)),
                 LANGUAGE_OTHER);
}

/* ---------------------------------------------------------------------------------- programs */

typedef enum program_rule {
  PLAIN,                /* the name says it */
  SUBCOMMAND,           /* "NAME WORD" may be a row of `subcommands` */
  SUBCOMMAND_OR_SCRIPT, /* the same, else the word is a program or script to run */
  SCRIPT,               /* the next word is a script of the project */
  TARGETS,              /* all words are targets */
  WRAPPER,              /* runs the command behind its options; alone it is `code` */
  WRAPPER_AFTER_ONE,    /* the same, with an argument of its own before it */
  WRAPPER_OF_LINE,      /* the same, also of a command line in one word */
  AGAIN_AFTER_ONE,      /* of a subcommand: behind its argument comes another */
  SHELL                 /* -c: the next word is a command line; else a script */
} program_rule;

typedef struct subcommand {
  const char *name;
  int code;
  program_rule rule;
} subcommand;

typedef struct program {
  const char *name;
  int code; /* without a word that tells more; PROGRAM_NONE: nothing of a line's purpose */
  program_rule rule;
  const char *family;  /* whose subcommands it has; NULL: its own */
  const char *options; /* those that take a word */
} program;

#define P(name, code)                                                                              \
  { name, PROGRAM_##code, PLAIN, NULL, NULL }
/* clang-format off */
static const program programs[] = {
    P(".", NONE), P("7z", FILES), P(":", NONE), P("Rscript", RUN), P("[", NONE), P("[[", NONE),
    P("ack", SEARCH), P("actionlint", LINT), P("ag", SEARCH), P("alembic", DATABASE),
    P("alias", NONE), P("ansible-lint", LINT), P("ant", BUILD), P("apk", PACKAGE),
    P("apply_patch", FILES), P("apt", PACKAGE), P("apt-cache", PACKAGE), P("apt-get", PACKAGE),
    P("aptitude", PACKAGE), P("ar", BUILD), P("argocd", CONTAINER),
    {"artisan", PROGRAM_RUN, SUBCOMMAND, NULL, NULL},
    P("asdf", PACKAGE), P("ast-grep", SEARCH),
    {"astro", PROGRAM_RUN, SCRIPT, NULL, NULL},
    P("autoconf", BUILD), P("autoflake", LINT), P("autogen.sh", BUILD), P("automake", BUILD),
    P("autopep8", LINT), P("autoreconf", BUILD), P("ava", TEST), P("awk", FILES), P("babel", BUILD),
    P("bandit", LINT), P("base64", FILES), P("basedpyright", LINT), P("basename", FILES),
    {"bash", PROGRAM_OTHER, SHELL, NULL, NULL},
    P("bat", FILES), P("bats", TEST),
    {"bazel", PROGRAM_BUILD, SUBCOMMAND, NULL, NULL},
    {"bazelisk", PROGRAM_BUILD, SUBCOMMAND, "bazel", NULL},
    P("bcp", DATABASE), P("behave", TEST),
    {"biome", PROGRAM_LINT, SUBCOMMAND, NULL, NULL},
    P("black", LINT), P("blue", LINT), P("brakeman", LINT), P("break", NONE), P("brew", PACKAGE),
    P("browser-sync", RUN), P("buck", BUILD), P("buck2", BUILD), P("buf", BUILD),
    P("buildah", CONTAINER), P("buildifier", LINT),
    {"builtin", PROGRAM_OTHER, WRAPPER, NULL, NULL},
    {"bun", PROGRAM_RUN, SUBCOMMAND_OR_SCRIPT, "npm", "--cwd --filter -e --eval -p --print"},
    {"bundle", PROGRAM_PACKAGE, SUBCOMMAND, NULL, NULL},
    {"bunx", PROGRAM_RUN, WRAPPER, NULL, "-p --package"},
    P("bunzip2", FILES), P("busted", TEST), P("bzip2", FILES), P("c++", BUILD), P("c8", TEST),
    {"cabal", PROGRAM_BUILD, SUBCOMMAND, NULL, NULL},
    P("caddy", RUN),
    {"caffeinate", PROGRAM_OTHER, WRAPPER, NULL, "-t -w"},
    {"cargo", PROGRAM_BUILD, SUBCOMMAND, NULL, "--manifest-path --config --color -Z -C"},
    P("cargo-clippy", LINT), P("cargo-fmt", LINT), P("cargo-nextest", TEST),
    P("cargo-tarpaulin", TEST), P("carthage", PACKAGE), P("case", NONE), P("cat", FILES),
    P("cc", BUILD), P("cd", NONE), P("celery", RUN), P("changeset", PACKAGE), P("checkov", LINT),
    P("checkstyle", LINT), P("chgrp", FILES), P("chmod", FILES), P("choco", PACKAGE),
    P("chown", FILES), P("cl", BUILD), P("clang", BUILD), P("clang++", BUILD), P("clang-cl", BUILD),
    P("clang-format", LINT), P("clang-tidy", LINT), P("clear", NONE), P("clickhouse", DATABASE),
    P("clickhouse-client", DATABASE), P("clojure", RUN), P("cloudflared", NETWORK),
    P("cmake", BUILD), P("cmp", FILES), P("codecept", TEST), P("codespell", LINT),
    P("colima", CONTAINER), P("column", FILES), P("comm", FILES), P("command", NONE),
    P("commitlint", LINT),
    {"composer", PROGRAM_PACKAGE, SUBCOMMAND_OR_SCRIPT, NULL, "-d --working-dir"},
    P("conan", PACKAGE), P("concurrently", RUN),
    {"conda", PROGRAM_PACKAGE, SUBCOMMAND, NULL, "-n -p --name --prefix --cwd"},
    P("configure", BUILD),
    P("continue", NONE), P("corepack", PACKAGE), P("coverage", TEST), P("cp", FILES),
    P("cpan", PACKAGE), P("cpanm", PACKAGE), P("cppcheck", LINT), P("cpplint", LINT),
    P("cqlsh", DATABASE), P("createdb", DATABASE), P("credo", LINT), P("crictl", CONTAINER),
    {"cross-env", PROGRAM_OTHER, WRAPPER, NULL, NULL},
    P("cspell", LINT), P("csplit", FILES), P("ctest", TEST), P("cucumber", TEST),
    P("curl", NETWORK), P("cut", FILES), P("cypress", TEST), P("cython", BUILD), P("daphne", RUN),
    {"dart", PROGRAM_RUN, SUBCOMMAND, NULL, NULL},
    {"dash", PROGRAM_OTHER, SHELL, NULL, NULL},
    P("date", NONE), P("dbmate", DATABASE), P("dd", FILES), P("declare", NONE),
    {"deno", PROGRAM_RUN, SUBCOMMAND, NULL, "-c --config"},
    P("depcheck", LINT), P("detekt", LINT), P("detox", TEST), P("devcontainer", CONTAINER),
    P("df", FILES), P("dialyzer", LINT), P("diesel", DATABASE), P("diff", FILES), P("dig", NETWORK),
    {"direnv", PROGRAM_OTHER, SUBCOMMAND, NULL, NULL},
    P("dirname", FILES), P("dirs", NONE),
    {"django-admin", PROGRAM_RUN, SUBCOMMAND, "manage.py", NULL},
    P("djlint", LINT), P("dmd", BUILD), P("dnf", PACKAGE),
    {"doas", PROGRAM_OTHER, WRAPPER, NULL, "-u -C"},
    P("docker", CONTAINER), P("docker-compose", CONTAINER), P("doctest", TEST), P("done", NONE),
    {"doppler", PROGRAM_OTHER, SUBCOMMAND, NULL, NULL},
    P("dos2unix", FILES),
    {"dotenv", PROGRAM_OTHER, WRAPPER, NULL, "-e -f"},
    {"dotnet", PROGRAM_BUILD, SUBCOMMAND, NULL, NULL},
    P("doxygen", BUILD), P("dpkg", PACKAGE), P("dprint", LINT), P("drizzle-kit", DATABASE),
    P("dropdb", DATABASE), P("du", FILES), P("duckdb", DATABASE), P("echo", NONE),
    P("egrep", SEARCH), P("electron-builder", BUILD), P("emcc", BUILD), P("emcmake", BUILD),
    P("emmake", BUILD), P("ensurepip", PACKAGE),
    {"env", PROGRAM_OTHER, WRAPPER, NULL, "-u -C -S --unset --chdir"},
    P("erl", RUN), P("esac", NONE), P("esbuild", BUILD), P("eslint", LINT), P("eval", NONE),
    P("exa", FILES),
    {"exec", PROGRAM_OTHER, WRAPPER, NULL, "-a"},
    P("exit", NONE), P("expand", FILES),
    {"expo", PROGRAM_RUN, SCRIPT, NULL, NULL},
    P("export", NONE), P("eza", FILES), P("false", NONE), P("fd", SEARCH), P("fdfind", SEARCH),
    P("ffmpeg", RUN), P("fgrep", SEARCH), P("fi", NONE), P("file", FILES), P("find", SEARCH),
    {"fish", PROGRAM_OTHER, SHELL, NULL, NULL},
    P("flake8", LINT), P("flask", RUN), P("flatc", BUILD), P("flatpak", PACKAGE),
    {"flutter", PROGRAM_BUILD, SUBCOMMAND, NULL, "-d"},
    P("flyway", DATABASE), P("fmt", FILES), P("fnm", PACKAGE), P("fold", FILES), P("for", NONE),
    P("fourmolu", LINT), P("ftp", NETWORK), P("function", NONE),
    {"fvm", PROGRAM_BUILD, WRAPPER, NULL, NULL},
    P("fzf", SEARCH), P("g++", BUILD), P("gawk", FILES), P("gcc", BUILD), P("gdb", RUN),
    P("gem", PACKAGE), P("gh", GIT), P("ghc", BUILD), P("ginkgo", TEST),
    {"git", PROGRAM_GIT, SUBCOMMAND, NULL, "-C -c --git-dir --work-tree --namespace"},
    P("git-absorb", GIT), P("git-cliff", GIT), P("git-filter-repo", GIT), P("git-lfs", GIT),
    P("glab", GIT),
    {"gmake", PROGRAM_BUILD, TARGETS, NULL, "-C -f -I -o -W --directory --file"},
    P("gn", BUILD),
    {"go", PROGRAM_BUILD, SUBCOMMAND, NULL, "-C"},
    P("gofmt", LINT), P("gofumpt", LINT), P("goimports", LINT), P("golangci-lint", LINT),
    P("golint", LINT), P("goose", DATABASE), P("goreleaser", BUILD), P("gotestsum", TEST),
    P("govulncheck", LINT), P("gradio", RUN),
    {"gradle", PROGRAM_BUILD, TARGETS, NULL, "-p -b -x --project-dir --tests --exclude-task"},
    {"gradlew", PROGRAM_BUILD, TARGETS, NULL, "-p -b -x --project-dir --tests --exclude-task"},
    P("grep", SEARCH), P("grpcurl", NETWORK),
    {"grunt", PROGRAM_BUILD, SCRIPT, NULL, NULL},
    P("gsed", FILES),
    {"gtimeout", PROGRAM_OTHER, WRAPPER_AFTER_ONE, NULL, "-k -s --kill-after --signal"},
    P("guile", RUN),
    {"gulp", PROGRAM_BUILD, SCRIPT, NULL, NULL},
    P("gunicorn", RUN), P("gunzip", FILES), P("gzip", FILES), P("hadolint", LINT), P("hash", NONE),
    {"hatch", PROGRAM_PACKAGE, SUBCOMMAND, NULL, "-e --env"},
    P("head", FILES), P("helm", CONTAINER), P("helmfile", CONTAINER), P("hexdump", FILES),
    {"hg", PROGRAM_GIT, SUBCOMMAND, NULL, "-R --cwd --config"},
    P("hlint", LINT), P("host", NETWORK), P("hostname", NONE), P("http", NETWORK),
    P("http-server", RUN), P("http.server", NETWORK), P("httpie", NETWORK), P("https", NETWORK),
    P("hub", GIT), P("hugo", BUILD), P("husky", LINT), P("hypercorn", RUN), P("hyperfine", RUN),
    P("iconv", FILES), P("id", NONE), P("iex", RUN), P("ifconfig", NETWORK), P("in", NONE),
    P("include-what-you-use", LINT), P("influx", DATABASE), P("initdb", DATABASE),
    P("install", FILES),
    {"invoke", PROGRAM_RUN, TARGETS, NULL, NULL},
    {"ionice", PROGRAM_OTHER, WRAPPER, NULL, "-c -n"},
    P("ip", NETWORK), P("ipython", RUN), P("irb", RUN), P("isort", LINT), P("jasmine", TEST),
    P("java", RUN), P("javac", BUILD), P("jekyll", BUILD), P("jest", TEST),
    {"jj", PROGRAM_GIT, SUBCOMMAND, NULL, "-R --repository"},
    P("join", FILES), P("jq", FILES), P("jshell", RUN), P("json.tool", FILES), P("jsonlint", LINT),
    P("julia", RUN), P("jupyter", RUN), P("jupyter-lab", RUN),
    {"just", PROGRAM_RUN, TARGETS, NULL, "-f --justfile -d --working-directory"},
    P("k3d", CONTAINER), P("k3s", CONTAINER), P("k6", TEST), P("k9s", CONTAINER), P("karma", TEST),
    P("kind", CONTAINER), P("knex", DATABASE), P("knip", LINT), P("kotlinc", BUILD),
    {"ksh", PROGRAM_OTHER, SHELL, NULL, NULL},
    P("ktlint", LINT), P("kubectl", CONTAINER), P("kustomize", CONTAINER), P("latexmk", BUILD),
    P("lazygit", GIT), P("ld", BUILD), P("ld.lld", BUILD), P("ldc2", BUILD),
    {"lein", PROGRAM_BUILD, TARGETS, NULL, NULL},
    {"lerna", PROGRAM_PACKAGE, SUBCOMMAND_OR_SCRIPT, NULL, "--scope"},
    P("lerna-changelog", PACKAGE), P("less", FILES), P("let", NONE), P("lima", CONTAINER),
    P("limactl", CONTAINER), P("lint-staged", LINT), P("liquibase", DATABASE),
    P("litecli", DATABASE), P("live-server", RUN), P("lldb", RUN), P("ln", FILES), P("local", NONE),
    P("locate", SEARCH), P("locust", TEST), P("ls", FILES), P("lsd", FILES), P("ltrace", RUN),
    {"lua", PROGRAM_RUN, WRAPPER, NULL, "-e -l"},
    P("luacheck", LINT), P("luarocks", PACKAGE), P("madge", LINT),
    {"mage", PROGRAM_BUILD, TARGETS, NULL, NULL},
    {"make", PROGRAM_BUILD, TARGETS, NULL, "-C -f -I -o -W --directory --file"},
    {"mamba", PROGRAM_PACKAGE, SUBCOMMAND, "conda", "-n -p --name --prefix --cwd"},
    P("man", NONE),
    {"manage.py", PROGRAM_RUN, SUBCOMMAND, NULL, NULL},
    P("mariadb", DATABASE), P("markdownlint", LINT), P("markdownlint-cli2", LINT),
    P("maturin", BUILD), P("mawk", FILES), P("md5", FILES), P("md5sum", FILES), P("mdfind", SEARCH),
    {"meson", PROGRAM_BUILD, SUBCOMMAND, NULL, NULL},
    P("metro", BUILD),
    {"micromamba", PROGRAM_PACKAGE, SUBCOMMAND, "conda", "-n -p --name --prefix --cwd"},
    P("migrate", DATABASE), P("minikube", CONTAINER), P("minitest", TEST),
    {"mise", PROGRAM_PACKAGE, SUBCOMMAND, NULL, "-C --cd -E --env"},
    {"mix", PROGRAM_BUILD, SUBCOMMAND, NULL, NULL},
    P("mkdir", FILES), P("mkdocs", BUILD), P("mktemp", FILES), P("mocha", TEST),
    P("mongo", DATABASE), P("mongodump", DATABASE), P("mongorestore", DATABASE),
    P("mongosh", DATABASE), P("more", FILES), P("msbuild", BUILD), P("mtr", NETWORK),
    P("multipass", CONTAINER), P("mutmut", TEST), P("mv", FILES),
    {"mvn", PROGRAM_BUILD, TARGETS, NULL, "-f -pl -s -P --file --projects --settings"},
    {"mvnd", PROGRAM_BUILD, TARGETS, NULL, "-f -pl -s -P --file --projects --settings"},
    {"mvnw", PROGRAM_BUILD, TARGETS, NULL, "-f -pl -s -P --file --projects --settings"},
    P("mycli", DATABASE), P("mypy", LINT), P("mysql", DATABASE), P("mysqladmin", DATABASE),
    P("mysqldump", DATABASE), P("nasm", BUILD), P("nc", NETWORK), P("ncat", NETWORK),
    P("ncu", PACKAGE), P("nerdctl", CONTAINER), P("netcat", NETWORK), P("netstat", NETWORK),
    P("newman", TEST),
    {"next", PROGRAM_RUN, SCRIPT, NULL, NULL},
    {"ng", PROGRAM_RUN, SCRIPT, NULL, NULL},
    P("nginx", RUN), P("ngrok", NETWORK),
    {"nice", PROGRAM_OTHER, WRAPPER, NULL, "-n --adjustment"},
    {"ninja", PROGRAM_BUILD, TARGETS, NULL, "-C -f -j -k"},
    P("nix", PACKAGE), P("nix-env", PACKAGE), P("nix-shell", PACKAGE), P("nl", FILES),
    P("nm", BUILD), P("nmake", BUILD), P("nmap", NETWORK),
    {"node", PROGRAM_RUN, SUBCOMMAND_OR_SCRIPT, NULL,
     "-e -p -r --eval --print --require --import --loader"},
    P("nodemon", RUN),
    {"nohup", PROGRAM_OTHER, WRAPPER, NULL, NULL},
    P("nose2", TEST), P("nosetests", TEST), P("nox", TEST),
    {"npm", PROGRAM_PACKAGE, SUBCOMMAND, NULL, "--prefix -C -w --workspace"},
    P("npm-check-updates", PACKAGE),
    {"npx", PROGRAM_RUN, WRAPPER, NULL, "-p --package"},
    P("nslookup", NETWORK), P("nuget", PACKAGE), P("nuitka", BUILD),
    {"nuxi", PROGRAM_RUN, SCRIPT, NULL, NULL},
    {"nuxt", PROGRAM_RUN, SCRIPT, NULL, NULL},
    P("nvm", PACKAGE),
    {"nx", PROGRAM_BUILD, SUBCOMMAND_OR_SCRIPT, NULL, "-t --target"},
    P("nyc", TEST), P("objdump", BUILD), P("oc", CONTAINER), P("ocamlc", BUILD), P("od", FILES),
    P("opam", PACKAGE), P("open", RUN), P("openssl", NETWORK), P("ormolu", LINT),
    P("osascript", RUN), P("oxlint", LINT), P("pacman", PACKAGE), P("pandoc", BUILD),
    P("parcel", BUILD), P("paste", FILES), P("patch", FILES), P("pdflatex", BUILD),
    {"pdm", PROGRAM_PACKAGE, SUBCOMMAND, "poetry", "-p --project"},
    P("perf", RUN),
    {"perl", PROGRAM_RUN, WRAPPER, NULL, "-e -E -I"},
    P("pest", TEST), P("pg_ctl", DATABASE), P("pg_dump", DATABASE), P("pg_isready", DATABASE),
    P("pg_restore", DATABASE), P("pgcli", DATABASE),
    {"php", PROGRAM_RUN, WRAPPER, NULL, "-r -d"},
    P("php-cs-fixer", LINT), P("phpcbf", LINT), P("phpcs", LINT), P("phpstan", LINT),
    P("phpunit", TEST), P("ping", NETWORK), P("pint", LINT), P("pip", PACKAGE),
    P("pip-compile", PACKAGE), P("pip-sync", PACKAGE),
    {"pipenv", PROGRAM_PACKAGE, SUBCOMMAND, "poetry", NULL},
    {"pipx", PROGRAM_PACKAGE, SUBCOMMAND, NULL, "--spec --python --pip-args"},
    {"pixi", PROGRAM_PACKAGE, SUBCOMMAND, "poetry", NULL},
    {"playwright", PROGRAM_TEST, SUBCOMMAND, NULL, NULL},
    P("pm2", RUN), P("pmd", LINT),
    {"pnpm", PROGRAM_PACKAGE, SUBCOMMAND_OR_SCRIPT, "npm", "--prefix -C --dir --filter -F"},
    {"pnpx", PROGRAM_RUN, WRAPPER, NULL, NULL},
    P("pod", PACKAGE), P("podman", CONTAINER), P("podman-compose", CONTAINER),
    {"poetry", PROGRAM_PACKAGE, SUBCOMMAND, NULL, "-C --directory -P --project"},
    P("popd", NONE), P("port", PACKAGE),
    {"powershell", PROGRAM_RUN, WRAPPER_OF_LINE, NULL, "-ExecutionPolicy -WorkingDirectory"},
    P("pre-commit", LINT),
    P("prettier", LINT), P("printenv", NONE), P("printf", NONE), P("prisma", DATABASE),
    P("protoc", BUILD), P("prove", TEST), P("psalm", LINT), P("psql", DATABASE), P("pushd", NONE),
    P("pwd", NONE),
    {"pwsh", PROGRAM_RUN, WRAPPER_OF_LINE, NULL, "-ExecutionPolicy -WorkingDirectory"},
    {"py", PROGRAM_RUN, WRAPPER, NULL, "-c -W -X"},
    P("py.test", TEST), P("pydocstyle", LINT), P("pyenv", PACKAGE), P("pyinstaller", BUILD),
    P("pylint", LINT),
    {"pypy", PROGRAM_RUN, WRAPPER, NULL, "-c -W -X"},
    P("pyre", LINT), P("pyright", LINT), P("pytest", TEST),
    {"python", PROGRAM_RUN, WRAPPER, NULL, "-c -W -X"},
    P("pytype", LINT), P("pyupgrade", LINT), P("racket", RUN), P("radon", LINT),
    {"rails", PROGRAM_RUN, SUBCOMMAND, NULL, NULL},
    {"rake", PROGRAM_BUILD, TARGETS, NULL, "-f"},
    P("ranlib", BUILD), P("rbenv", PACKAGE),
    {"react-scripts", PROGRAM_RUN, SCRIPT, NULL, NULL},
    P("read", NONE), P("readlink", FILES), P("readonly", NONE), P("realpath", FILES),
    P("rector", LINT), P("redis-cli", DATABASE), P("redis-server", DATABASE), P("reek", LINT),
    {"remix", PROGRAM_RUN, SCRIPT, NULL, NULL},
    P("rename", FILES), P("return", NONE), P("rev", FILES), P("revive", LINT), P("rg", SEARCH),
    P("rm", FILES), P("rmdir", FILES), P("robot", TEST), P("rollup", BUILD), P("rpm", PACKAGE),
    P("rq", RUN), P("rspec", TEST), P("rsync", FILES),
    {"rtk", PROGRAM_OTHER, WRAPPER, NULL, NULL},
    P("rubocop", LINT),
    {"ruby", PROGRAM_RUN, WRAPPER, NULL, "-e -I -r"},
    P("ruff", LINT),
    {"rush", PROGRAM_PACKAGE, SUBCOMMAND_OR_SCRIPT, NULL, NULL},
    P("rustc", BUILD), P("rustfmt", LINT), P("rustup", PACKAGE),
    {"rye", PROGRAM_PACKAGE, SUBCOMMAND, "poetry", NULL},
    P("samu", BUILD), P("sbcl", RUN),
    {"sbt", PROGRAM_BUILD, TARGETS, NULL, NULL},
    P("scala", RUN), P("scalac", BUILD), P("scalafix", LINT), P("scalafmt", LINT),
    P("scons", BUILD), P("scoop", PACKAGE), P("scp", NETWORK), P("sdk", PACKAGE), P("sed", FILES),
    P("select", NONE), P("semgrep", LINT), P("seq", NONE), P("sequelize", DATABASE),
    P("sequelize-cli", DATABASE), P("serve", RUN), P("set", NONE),
    {"setsid", PROGRAM_OTHER, WRAPPER, NULL, NULL},
    P("sftp", NETWORK), P("sg", SEARCH),
    {"sh", PROGRAM_OTHER, SHELL, NULL, NULL},
    P("sha1sum", FILES), P("sha256sum", FILES), P("shasum", FILES), P("shellcheck", LINT),
    P("shfmt", LINT), P("shopt", NONE), P("shred", FILES), P("skaffold", CONTAINER),
    P("skopeo", CONTAINER), P("sleep", NONE), P("snap", PACKAGE), P("socat", NETWORK),
    P("sort", FILES), P("source", NONE), P("sourcery", LINT), P("sphinx-build", BUILD),
    P("split", FILES), P("spotbugs", LINT), P("sqlcmd", DATABASE), P("sqlfluff", LINT),
    P("sqlite", DATABASE), P("sqlite3", DATABASE), P("sqlplus", DATABASE), P("sqlx", DATABASE),
    P("ss", NETWORK), P("ssh", NETWORK), P("ssh-add", NETWORK), P("ssh-keygen", NETWORK),
    P("ssh-keyscan", NETWORK),
    {"stack", PROGRAM_BUILD, SUBCOMMAND, NULL, "--stack-yaml"},
    P("standard", LINT), P("standardrb", LINT), P("stat", FILES), P("staticcheck", LINT),
    {"stdbuf", PROGRAM_OTHER, WRAPPER, NULL, "-i -o -e"},
    P("stern", CONTAINER), P("stestr", TEST),
    {"storybook", PROGRAM_RUN, SCRIPT, NULL, NULL},
    P("strace", RUN), P("streamlit", RUN), P("strings", FILES), P("stryker", TEST),
    P("stylelint", LINT), P("stylish-haskell", LINT), P("stylua", LINT),
    {"sudo", PROGRAM_OTHER, WRAPPER, NULL, "-u -g -h -p -C -D -R -T"},
    P("supabase", DATABASE), P("svelte-check", LINT),
    {"svn", PROGRAM_GIT, SUBCOMMAND, NULL, NULL},
    P("swc", BUILD),
    {"swift", PROGRAM_BUILD, SUBCOMMAND, NULL, "--package-path"},
    P("swiftc", BUILD), P("swiftformat", LINT), P("swiftlint", LINT), P("tac", FILES),
    P("tail", FILES), P("tap", TEST), P("tape", TEST), P("tar", FILES),
    {"task", PROGRAM_RUN, TARGETS, NULL, "-d --dir -t --taskfile"},
    P("tcc", BUILD), P("tcpdump", NETWORK), P("tee", FILES), P("telnet", NETWORK), P("test", NONE),
    P("testcafe", TEST), P("tflint", LINT), P("tfsec", LINT), P("tig", GIT), P("tilt", CONTAINER),
    {"time", PROGRAM_OTHER, WRAPPER, NULL, "-f -o"},
    {"timeout", PROGRAM_OTHER, WRAPPER_AFTER_ONE, NULL, "-k -s --kill-after --signal"},
    P("touch", FILES), P("tox", TEST), P("tr", FILES), P("traceroute", NETWORK), P("trap", NONE),
    P("trash", FILES), P("tree", FILES), P("trial", TEST), P("true", NONE), P("truncate", FILES),
    {"ts-node", PROGRAM_RUN, WRAPPER, NULL, "-e -P --project"},
    P("tsc", LINT), P("tsup", BUILD),
    {"tsx", PROGRAM_RUN, SUBCOMMAND_OR_SCRIPT, "node", "-e --tsconfig"},
    {"turbo", PROGRAM_BUILD, SUBCOMMAND_OR_SCRIPT, NULL, "--filter -F"},
    P("ty", LINT), P("type", NONE), P("typeorm", DATABASE), P("typeset", NONE), P("typos", LINT),
    P("typst", BUILD), P("ugrep", SEARCH), P("ulimit", NONE), P("umask", NONE), P("uname", NONE),
    P("uniq", FILES), P("unittest", TEST), P("unix2dos", FILES), P("unset", NONE), P("unxz", FILES),
    P("unzip", FILES), P("unzstd", FILES),
    {"uv", PROGRAM_PACKAGE, SUBCOMMAND, NULL,
     "--directory --project --with --python -p --extra --group"},
    P("uvicorn", RUN), P("uvu", TEST),
    {"uvx", PROGRAM_RUN, WRAPPER, NULL, "--from --with --python -p"},
    P("vagrant", CONTAINER), P("valac", BUILD), P("vale", LINT), P("valgrind", RUN),
    P("valkey-cli", DATABASE), P("vcpkg", PACKAGE), P("venv", PACKAGE), P("virtualenv", PACKAGE),
    {"vite", PROGRAM_RUN, SCRIPT, NULL, "-c --config"},
    P("vitest", TEST), P("volta", PACKAGE),
    {"vue-cli-service", PROGRAM_RUN, SCRIPT, NULL, NULL},
    P("vue-tsc", LINT), P("vulture", LINT), P("wait", NONE), P("wasm-pack", BUILD),
    P("wasmer", RUN), P("wasmtime", RUN),
    {"watch", PROGRAM_OTHER, WRAPPER_OF_LINE, NULL, "-n --interval"},
    P("wc", FILES), P("wdio", TEST), P("webpack", BUILD), P("webpack-cli", BUILD),
    P("websocat", NETWORK), P("wget", NETWORK), P("whereis", NONE), P("which", NONE),
    P("whoami", NONE), P("whois", NETWORK), P("winget", PACKAGE),
    {"wrangler", PROGRAM_RUN, SCRIPT, NULL, NULL},
    P("xargs", NONE),
    {"xcodebuild", PROGRAM_BUILD, SUBCOMMAND, NULL,
     "-scheme -project -workspace -destination -configuration -sdk -arch -derivedDataPath "
     "-resultBundlePath -testPlan"},
    P("xdg-open", RUN), P("xelatex", BUILD),
    P("xh", NETWORK), P("xo", LINT),
    {"xvfb-run", PROGRAM_OTHER, WRAPPER, NULL, "-s -n"},
    P("xxd", FILES), P("xz", FILES), P("yalc", PACKAGE), P("yamllint", LINT), P("yapf", LINT),
    {"yarn", PROGRAM_PACKAGE, SUBCOMMAND_OR_SCRIPT, "npm", "--cwd"},
    P("yay", PACKAGE), P("yes", NONE), P("yq", FILES), P("yum", PACKAGE), P("zcat", FILES),
    P("zgrep", SEARCH),
    {"zig", PROGRAM_BUILD, SUBCOMMAND, NULL, NULL},
    P("zip", FILES),
    {"zsh", PROGRAM_OTHER, SHELL, NULL, NULL},
    P("zstd", FILES), P("zypper", PACKAGE),
};
/* clang-format on */
#undef P

/* clang-format off */
static const subcommand subcommands[] = {
    {"artisan db:seed", PROGRAM_DATABASE, PLAIN}, {"artisan db:wipe", PROGRAM_DATABASE, PLAIN},
    {"artisan migrate", PROGRAM_DATABASE, PLAIN},
    {"artisan migrate:fresh", PROGRAM_DATABASE, PLAIN},
    {"artisan migrate:refresh", PROGRAM_DATABASE, PLAIN},
    {"artisan migrate:rollback", PROGRAM_DATABASE, PLAIN},
    {"artisan migrate:status", PROGRAM_DATABASE, PLAIN}, {"artisan test", PROGRAM_TEST, PLAIN},
    {"bazel aquery", PROGRAM_SEARCH, PLAIN}, {"bazel coverage", PROGRAM_TEST, PLAIN},
    {"bazel cquery", PROGRAM_SEARCH, PLAIN}, {"bazel query", PROGRAM_SEARCH, PLAIN},
    {"bazel run", PROGRAM_RUN, PLAIN}, {"bazel test", PROGRAM_TEST, PLAIN},
    {"bundle exec", PROGRAM_RUN, WRAPPER}, {"cabal install", PROGRAM_PACKAGE, PLAIN},
    {"cabal repl", PROGRAM_RUN, PLAIN}, {"cabal run", PROGRAM_RUN, PLAIN},
    {"cabal test", PROGRAM_TEST, PLAIN}, {"cabal update", PROGRAM_PACKAGE, PLAIN},
    {"cargo add", PROGRAM_PACKAGE, PLAIN}, {"cargo audit", PROGRAM_LINT, PLAIN},
    {"cargo bench", PROGRAM_TEST, PLAIN}, {"cargo c", PROGRAM_LINT, PLAIN},
    {"cargo check", PROGRAM_LINT, PLAIN}, {"cargo clippy", PROGRAM_LINT, PLAIN},
    {"cargo deny", PROGRAM_LINT, PLAIN}, {"cargo fetch", PROGRAM_PACKAGE, PLAIN},
    {"cargo fmt", PROGRAM_LINT, PLAIN}, {"cargo generate-lockfile", PROGRAM_PACKAGE, PLAIN},
    {"cargo init", PROGRAM_PACKAGE, PLAIN}, {"cargo install", PROGRAM_PACKAGE, PLAIN},
    {"cargo llvm-cov", PROGRAM_TEST, PLAIN}, {"cargo machete", PROGRAM_LINT, PLAIN},
    {"cargo miri", PROGRAM_TEST, PLAIN}, {"cargo mutants", PROGRAM_TEST, PLAIN},
    {"cargo new", PROGRAM_PACKAGE, PLAIN}, {"cargo nextest", PROGRAM_TEST, PLAIN},
    {"cargo publish", PROGRAM_PACKAGE, PLAIN}, {"cargo r", PROGRAM_RUN, PLAIN},
    {"cargo remove", PROGRAM_PACKAGE, PLAIN}, {"cargo rm", PROGRAM_PACKAGE, PLAIN},
    {"cargo run", PROGRAM_RUN, PLAIN}, {"cargo search", PROGRAM_PACKAGE, PLAIN},
    {"cargo t", PROGRAM_TEST, PLAIN}, {"cargo tarpaulin", PROGRAM_TEST, PLAIN},
    {"cargo test", PROGRAM_TEST, PLAIN}, {"cargo tree", PROGRAM_PACKAGE, PLAIN},
    {"cargo uninstall", PROGRAM_PACKAGE, PLAIN}, {"cargo update", PROGRAM_PACKAGE, PLAIN},
    {"cargo vendor", PROGRAM_PACKAGE, PLAIN}, {"composer create-project", PROGRAM_PACKAGE, PLAIN},
    {"composer dump-autoload", PROGRAM_PACKAGE, PLAIN},
    {"composer dumpautoload", PROGRAM_PACKAGE, PLAIN}, {"composer exec", PROGRAM_RUN, WRAPPER},
    {"composer install", PROGRAM_PACKAGE, PLAIN}, {"composer outdated", PROGRAM_PACKAGE, PLAIN},
    {"composer remove", PROGRAM_PACKAGE, PLAIN}, {"composer require", PROGRAM_PACKAGE, PLAIN},
    {"composer run", PROGRAM_RUN, SCRIPT}, {"composer run-script", PROGRAM_RUN, SCRIPT},
    {"composer show", PROGRAM_PACKAGE, PLAIN}, {"composer update", PROGRAM_PACKAGE, PLAIN},
    {"conda run", PROGRAM_RUN, WRAPPER},
    {"dart analyze", PROGRAM_LINT, PLAIN}, {"dart compile", PROGRAM_BUILD, PLAIN},
    {"dart create", PROGRAM_PACKAGE, PLAIN}, {"dart fix", PROGRAM_LINT, PLAIN},
    {"dart format", PROGRAM_LINT, PLAIN}, {"dart pub", PROGRAM_PACKAGE, PLAIN},
    {"dart test", PROGRAM_TEST, PLAIN}, {"deno add", PROGRAM_PACKAGE, PLAIN},
    {"deno bench", PROGRAM_TEST, PLAIN}, {"deno bundle", PROGRAM_BUILD, PLAIN},
    {"deno cache", PROGRAM_PACKAGE, PLAIN}, {"deno check", PROGRAM_LINT, PLAIN},
    {"deno compile", PROGRAM_BUILD, PLAIN}, {"deno coverage", PROGRAM_TEST, PLAIN},
    {"deno fmt", PROGRAM_LINT, PLAIN}, {"deno install", PROGRAM_PACKAGE, PLAIN},
    {"deno lint", PROGRAM_LINT, PLAIN}, {"deno outdated", PROGRAM_PACKAGE, PLAIN},
    {"deno remove", PROGRAM_PACKAGE, PLAIN}, {"deno task", PROGRAM_RUN, SCRIPT},
    {"deno test", PROGRAM_TEST, PLAIN}, {"direnv exec", PROGRAM_OTHER, WRAPPER_AFTER_ONE},
    {"doppler run", PROGRAM_OTHER, WRAPPER}, {"dotnet add", PROGRAM_PACKAGE, PLAIN},
    {"dotnet ef", PROGRAM_DATABASE, PLAIN}, {"dotnet format", PROGRAM_LINT, PLAIN},
    {"dotnet list", PROGRAM_PACKAGE, PLAIN}, {"dotnet new", PROGRAM_PACKAGE, PLAIN},
    {"dotnet nuget", PROGRAM_PACKAGE, PLAIN}, {"dotnet remove", PROGRAM_PACKAGE, PLAIN},
    {"dotnet restore", PROGRAM_PACKAGE, PLAIN}, {"dotnet run", PROGRAM_RUN, PLAIN},
    {"dotnet sln", PROGRAM_PACKAGE, PLAIN}, {"dotnet test", PROGRAM_TEST, PLAIN},
    {"dotnet tool", PROGRAM_PACKAGE, PLAIN}, {"dotnet vstest", PROGRAM_TEST, PLAIN},
    {"dotnet watch", PROGRAM_RUN, PLAIN}, {"dotnet workload", PROGRAM_PACKAGE, PLAIN},
    {"flutter analyze", PROGRAM_LINT, PLAIN}, {"flutter create", PROGRAM_PACKAGE, PLAIN},
    {"flutter drive", PROGRAM_TEST, PLAIN}, {"flutter format", PROGRAM_LINT, PLAIN},
    {"flutter pub", PROGRAM_PACKAGE, PLAIN}, {"flutter run", PROGRAM_RUN, PLAIN},
    {"flutter test", PROGRAM_TEST, PLAIN}, {"flutter upgrade", PROGRAM_PACKAGE, PLAIN},
    {"git commit", PROGRAM_COMMIT, PLAIN}, {"go fmt", PROGRAM_LINT, PLAIN},
    {"go get", PROGRAM_PACKAGE, PLAIN}, {"go install", PROGRAM_PACKAGE, PLAIN},
    {"go mod", PROGRAM_PACKAGE, PLAIN}, {"go run", PROGRAM_RUN, PLAIN},
    {"go test", PROGRAM_TEST, PLAIN}, {"go vet", PROGRAM_LINT, PLAIN},
    {"go work", PROGRAM_PACKAGE, PLAIN}, {"hatch fmt", PROGRAM_LINT, PLAIN},
    {"hatch run", PROGRAM_RUN, WRAPPER}, {"hatch test", PROGRAM_TEST, PLAIN},
    {"hg ci", PROGRAM_COMMIT, PLAIN}, {"hg commit", PROGRAM_COMMIT, PLAIN},
    {"jj ci", PROGRAM_COMMIT, PLAIN}, {"jj commit", PROGRAM_COMMIT, PLAIN},
    {"lerna exec", PROGRAM_RUN, WRAPPER}, {"lerna run", PROGRAM_RUN, SCRIPT},
    {"manage.py dbshell", PROGRAM_DATABASE, PLAIN}, {"manage.py dumpdata", PROGRAM_DATABASE, PLAIN},
    {"manage.py flush", PROGRAM_DATABASE, PLAIN}, {"manage.py loaddata", PROGRAM_DATABASE, PLAIN},
    {"manage.py makemigrations", PROGRAM_DATABASE, PLAIN},
    {"manage.py migrate", PROGRAM_DATABASE, PLAIN},
    {"manage.py showmigrations", PROGRAM_DATABASE, PLAIN},
    {"manage.py sqlmigrate", PROGRAM_DATABASE, PLAIN}, {"manage.py test", PROGRAM_TEST, PLAIN},
    {"meson fmt", PROGRAM_LINT, PLAIN}, {"meson format", PROGRAM_LINT, PLAIN},
    {"meson test", PROGRAM_TEST, PLAIN}, {"mise exec", PROGRAM_RUN, WRAPPER},
    {"mise run", PROGRAM_RUN, SCRIPT}, {"mix credo", PROGRAM_LINT, PLAIN},
    {"mix deps.compile", PROGRAM_PACKAGE, PLAIN}, {"mix deps.get", PROGRAM_PACKAGE, PLAIN},
    {"mix deps.update", PROGRAM_PACKAGE, PLAIN}, {"mix dialyzer", PROGRAM_LINT, PLAIN},
    {"mix ecto.create", PROGRAM_DATABASE, PLAIN}, {"mix ecto.drop", PROGRAM_DATABASE, PLAIN},
    {"mix ecto.gen.migration", PROGRAM_DATABASE, PLAIN},
    {"mix ecto.migrate", PROGRAM_DATABASE, PLAIN}, {"mix ecto.reset", PROGRAM_DATABASE, PLAIN},
    {"mix ecto.rollback", PROGRAM_DATABASE, PLAIN}, {"mix ecto.setup", PROGRAM_DATABASE, PLAIN},
    {"mix format", PROGRAM_LINT, PLAIN}, {"mix hex.info", PROGRAM_PACKAGE, PLAIN},
    {"mix new", PROGRAM_PACKAGE, PLAIN}, {"mix phx.new", PROGRAM_PACKAGE, PLAIN},
    {"mix phx.server", PROGRAM_RUN, PLAIN}, {"mix run", PROGRAM_RUN, PLAIN},
    {"mix test", PROGRAM_TEST, PLAIN}, {"node --test", PROGRAM_TEST, PLAIN}, {"npm add", PROGRAM_PACKAGE, PLAIN},
    {"npm audit", PROGRAM_PACKAGE, PLAIN}, {"npm cache", PROGRAM_PACKAGE, PLAIN},
    {"npm ci", PROGRAM_PACKAGE, PLAIN}, {"npm config", PROGRAM_PACKAGE, PLAIN},
    {"npm create", PROGRAM_PACKAGE, PLAIN}, {"npm dedupe", PROGRAM_PACKAGE, PLAIN},
    {"npm dlx", PROGRAM_RUN, WRAPPER}, {"npm exec", PROGRAM_RUN, WRAPPER},
    {"npm i", PROGRAM_PACKAGE, PLAIN}, {"npm import", PROGRAM_PACKAGE, PLAIN},
    {"npm info", PROGRAM_PACKAGE, PLAIN}, {"npm init", PROGRAM_PACKAGE, PLAIN},
    {"npm install", PROGRAM_PACKAGE, PLAIN}, {"npm install-test", PROGRAM_TEST, PLAIN},
    {"npm it", PROGRAM_TEST, PLAIN}, {"npm link", PROGRAM_PACKAGE, PLAIN},
    {"npm list", PROGRAM_PACKAGE, PLAIN}, {"npm ls", PROGRAM_PACKAGE, PLAIN},
    {"npm outdated", PROGRAM_PACKAGE, PLAIN}, {"npm pack", PROGRAM_PACKAGE, PLAIN},
    {"npm patch", PROGRAM_PACKAGE, PLAIN}, {"npm prune", PROGRAM_PACKAGE, PLAIN},
    {"npm publish", PROGRAM_PACKAGE, PLAIN}, {"npm rebuild", PROGRAM_PACKAGE, PLAIN},
    {"npm remove", PROGRAM_PACKAGE, PLAIN}, {"npm restart", PROGRAM_RUN, PLAIN},
    {"npm rm", PROGRAM_PACKAGE, PLAIN}, {"npm root", PROGRAM_PACKAGE, PLAIN},
    {"npm rum", PROGRAM_RUN, SCRIPT}, {"npm run", PROGRAM_RUN, SCRIPT},
    {"npm run-script", PROGRAM_RUN, SCRIPT}, {"npm set", PROGRAM_PACKAGE, PLAIN},
    {"npm start", PROGRAM_RUN, PLAIN}, {"npm store", PROGRAM_PACKAGE, PLAIN},
    {"npm t", PROGRAM_TEST, PLAIN}, {"npm test", PROGRAM_TEST, PLAIN},
    {"npm tst", PROGRAM_TEST, PLAIN}, {"npm un", PROGRAM_PACKAGE, PLAIN},
    {"npm uninstall", PROGRAM_PACKAGE, PLAIN}, {"npm unlink", PROGRAM_PACKAGE, PLAIN},
    {"npm up", PROGRAM_PACKAGE, PLAIN}, {"npm update", PROGRAM_PACKAGE, PLAIN},
    {"npm upgrade", PROGRAM_PACKAGE, PLAIN}, {"npm version", PROGRAM_PACKAGE, PLAIN},
    {"npm view", PROGRAM_PACKAGE, PLAIN}, {"npm why", PROGRAM_PACKAGE, PLAIN},
    {"npm workspace", PROGRAM_PACKAGE, AGAIN_AFTER_ONE}, {"npm workspaces", PROGRAM_RUN, SCRIPT}, {"npm x", PROGRAM_RUN, WRAPPER},
    {"nx affected", PROGRAM_BUILD, SCRIPT}, {"nx run", PROGRAM_BUILD, SCRIPT},
    {"nx run-many", PROGRAM_BUILD, SCRIPT}, {"pipx run", PROGRAM_RUN, WRAPPER},
    {"playwright codegen", PROGRAM_RUN, PLAIN},
    {"playwright install", PROGRAM_PACKAGE, PLAIN},
    {"playwright install-deps", PROGRAM_PACKAGE, PLAIN}, {"playwright open", PROGRAM_RUN, PLAIN},
    {"playwright show-report", PROGRAM_RUN, PLAIN}, {"poetry build", PROGRAM_BUILD, PLAIN},
    {"poetry fmt", PROGRAM_LINT, PLAIN}, {"poetry lint", PROGRAM_LINT, PLAIN},
    {"poetry run", PROGRAM_RUN, WRAPPER}, {"poetry test", PROGRAM_TEST, PLAIN},
    {"rails db:create", PROGRAM_DATABASE, PLAIN}, {"rails db:drop", PROGRAM_DATABASE, PLAIN},
    {"rails db:migrate", PROGRAM_DATABASE, PLAIN}, {"rails db:prepare", PROGRAM_DATABASE, PLAIN},
    {"rails db:reset", PROGRAM_DATABASE, PLAIN}, {"rails db:rollback", PROGRAM_DATABASE, PLAIN},
    {"rails db:seed", PROGRAM_DATABASE, PLAIN}, {"rails db:setup", PROGRAM_DATABASE, PLAIN},
    {"rails dbconsole", PROGRAM_DATABASE, PLAIN}, {"rails spec", PROGRAM_TEST, PLAIN},
    {"rails test", PROGRAM_TEST, PLAIN}, {"rush add", PROGRAM_PACKAGE, PLAIN},
    {"rush install", PROGRAM_PACKAGE, PLAIN}, {"rush update", PROGRAM_PACKAGE, PLAIN},
    {"stack exec", PROGRAM_RUN, WRAPPER}, {"stack ghci", PROGRAM_RUN, PLAIN},
    {"stack run", PROGRAM_RUN, PLAIN}, {"stack test", PROGRAM_TEST, PLAIN},
    {"svn ci", PROGRAM_COMMIT, PLAIN}, {"svn commit", PROGRAM_COMMIT, PLAIN},
    {"swift format", PROGRAM_LINT, PLAIN}, {"swift package", PROGRAM_PACKAGE, PLAIN},
    {"swift run", PROGRAM_RUN, PLAIN}, {"swift test", PROGRAM_TEST, PLAIN},
    {"turbo run", PROGRAM_BUILD, SCRIPT}, {"uv build", PROGRAM_BUILD, PLAIN},
    {"uv format", PROGRAM_LINT, PLAIN}, {"uv run", PROGRAM_RUN, WRAPPER},
    {"xcodebuild test", PROGRAM_TEST, PLAIN},
    {"xcodebuild test-without-building", PROGRAM_TEST, PLAIN},
    {"zig build", PROGRAM_BUILD, TARGETS}, {"zig fetch", PROGRAM_PACKAGE, PLAIN}, {"zig fmt", PROGRAM_LINT, PLAIN},
    {"zig init", PROGRAM_PACKAGE, PLAIN}, {"zig run", PROGRAM_RUN, PLAIN},
    {"zig test", PROGRAM_TEST, PLAIN},
};
/* clang-format on */

/* Parts of the names that projects give their scripts and targets. */
/* clang-format off */
static const name_code script_words[] = {
    {"assets", PROGRAM_BUILD}, {"biome", PROGRAM_LINT}, {"bootstrap", PROGRAM_PACKAGE},
    {"build", PROGRAM_BUILD}, {"builds", PROGRAM_BUILD}, {"bundle", PROGRAM_BUILD},
    {"check", PROGRAM_LINT}, {"checks", PROGRAM_LINT}, {"clippy", PROGRAM_LINT},
    {"codegen", PROGRAM_BUILD}, {"compile", PROGRAM_BUILD}, {"compose", PROGRAM_CONTAINER},
    {"container", PROGRAM_CONTAINER}, {"containers", PROGRAM_CONTAINER}, {"cov", PROGRAM_TEST},
    {"coverage", PROGRAM_TEST}, {"cypress", PROGRAM_TEST}, {"database", PROGRAM_DATABASE},
    {"db", PROGRAM_DATABASE}, {"demo", PROGRAM_RUN}, {"dependencies", PROGRAM_PACKAGE},
    {"deps", PROGRAM_PACKAGE}, {"dev", PROGRAM_RUN}, {"develop", PROGRAM_RUN},
    {"dist", PROGRAM_BUILD}, {"docker", PROGRAM_CONTAINER}, {"docs", PROGRAM_BUILD},
    {"e2e", PROGRAM_TEST}, {"eslint", PROGRAM_LINT}, {"fmt", PROGRAM_LINT},
    {"format", PROGRAM_LINT}, {"formatting", PROGRAM_LINT}, {"generate", PROGRAM_BUILD},
    {"install", PROGRAM_PACKAGE}, {"integration", PROGRAM_TEST}, {"jest", PROGRAM_TEST},
    {"k8s", PROGRAM_CONTAINER}, {"lint", PROGRAM_LINT}, {"linter", PROGRAM_LINT},
    {"linting", PROGRAM_LINT}, {"migrate", PROGRAM_DATABASE}, {"migration", PROGRAM_DATABASE},
    {"migrations", PROGRAM_DATABASE}, {"mypy", PROGRAM_LINT}, {"playwright", PROGRAM_TEST},
    {"prettier", PROGRAM_LINT}, {"preview", PROGRAM_RUN}, {"prisma", PROGRAM_DATABASE},
    {"pytest", PROGRAM_TEST}, {"rebuild", PROGRAM_BUILD}, {"release", PROGRAM_BUILD},
    {"ruff", PROGRAM_LINT}, {"run", PROGRAM_RUN}, {"seed", PROGRAM_DATABASE},
    {"serve", PROGRAM_RUN}, {"server", PROGRAM_RUN}, {"setup", PROGRAM_PACKAGE},
    {"smoke", PROGRAM_TEST}, {"spec", PROGRAM_TEST}, {"specs", PROGRAM_TEST},
    {"start", PROGRAM_RUN}, {"style", PROGRAM_LINT}, {"test", PROGRAM_TEST},
    {"testing", PROGRAM_TEST}, {"tests", PROGRAM_TEST}, {"tsc", PROGRAM_LINT},
    {"type", PROGRAM_LINT}, {"typecheck", PROGRAM_LINT}, {"types", PROGRAM_LINT},
    {"unit", PROGRAM_TEST}, {"verify", PROGRAM_TEST}, {"vitest", PROGRAM_TEST},
    {"watch", PROGRAM_RUN}, {"webpack", PROGRAM_BUILD},
};
/* clang-format on */

#define COMMAND_MAX 256 /* bytes looked at */
#define WORDS_MAX 24    /* of one command */
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

/* -------- what a script of a project is for, by its name: "test:unit", "bootRun", "check-types" */

static bool is_word_end(const char *p, size_t length, size_t i) {
  if (i == length || (!is_letter(p[i]) && !is_digit(p[i]))) return true;
  return i > 0 && is_upper(p[i]) && !is_upper(p[i - 1]);
}

static int classify_script(const char *p, int otherwise) {
  size_t length = strlen(p), from = 0;
  int best = PROGRAM_NONE;
  char lowered[LOWERED];
  for (size_t i = 0; i <= length; i++) {
    if (!is_word_end(p, length, i)) continue;
    if (from < i && !is_letter(p[from]) && !is_digit(p[from])) from++;
    if (i > from) {
      size_t n = copy_lower(p + from, i - from, lowered);
      int code = code_of(FIND(script_words, lowered, n), PROGRAM_NONE);
      /* Tests say most, and running is what all scripts do. */
      bool better = best == PROGRAM_NONE || best == PROGRAM_RUN || code == PROGRAM_TEST;
      if (code != PROGRAM_NONE && better) best = code;
    }
    from = i;
  }
  return best == PROGRAM_NONE ? otherwise : best;
}

/* Targets are built from the project itself: to install them is part of building. */
static int classify_target(const char *word) {
  if (strcmp(word, "check") == 0) return PROGRAM_TEST;
  int code = classify_script(word, PROGRAM_NONE);
  return code == PROGRAM_PACKAGE ? PROGRAM_NONE : code;
}

/* ------------------------------------------------------------- one command: words to a program */

typedef struct words {
  char text[COMMAND_MAX + WORDS_MAX]; /* one behind the other, each with its NUL */
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

/* First word at or behind `i` that is no option, no option's word and no "+toolchain". */
static size_t skip_options(const words *w, size_t i, const char *with_word) {
  for (; i < w->count; i++) {
    const char *word = w->word[i];
    if (strcmp(word, "--") == 0) return i + 1;
    if (word[0] != '-' && word[0] != '+') return i;
    if (in_list(with_word, word)) i++;
  }
  return w->count;
}

/* What stands before the name of a r. */
static size_t skip_prefixes(const words *w, size_t i) {
  static const char keywords[] = "do then else elif if while until ! { }";
  for (; i < w->count; i++) {
    const char *word = w->word[i];
    bool may_be_keyword = strlen(word) <= 5;
    if (!is_assignment(word) && !(may_be_keyword && in_list(keywords, word))) break;
  }
  return i;
}

static bool is_slash(char c) {
  return c == '/' || c == '\\';
}

static const char *base_name(const char *word) {
  const char *name = word + strlen(word);
  while (name > word && !is_slash(name[-1]))
    name--;
  return name;
}

static bool ends_with(const char *p, size_t length, const char *ending) {
  size_t n = strlen(ending);
  return length > n && memcmp(p + length - n, ending, n) == 0;
}

/* "python3.11", "clang-format-14": the length without the version. */
static size_t without_version(const char *p, size_t length) {
  while (length > 1 && (is_digit(p[length - 1]) || p[length - 1] == '.'))
    length--;
  return length > 1 && p[length - 1] == '-' ? length - 1 : length;
}

static const program *find_program(const char *word) {
  const char *p = base_name(word);
  size_t length = strlen(p);
  if (ends_with(p, length, ".exe") || ends_with(p, length, ".cmd") || ends_with(p, length, ".bat"))
    length -= 4;
  const program *found = FIND(programs, p, length);
  size_t shorter = without_version(p, length);
  return found || shorter == length ? found : FIND(programs, p, shorter);
}

static const subcommand *find_subcommand(const program *r, const char *word) {
  char both[48];
  const char *first = r->family ? r->family : r->name;
  size_t front = strlen(first), back = strlen(word);
  if (front + 1 + back > sizeof both) return NULL;
  memcpy(both, first, front);
  both[front] = ' ';
  memcpy(both + front + 1, word, back);
  return FIND(subcommands, both, front + 1 + back);
}

static bool is_script_path(const char *word) {
  size_t length = strlen(word);
  return strpbrk(word, "/\\") || ends_with(word, length, ".sh") || ends_with(word, length, ".py");
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

/* Whether a word is the last and holds several. */
static bool is_line(const words *w, size_t i) {
  return i + 1 == w->count && strchr(w->word[i], ' ');
}

static int classify_shell(const words *w, size_t i, int nesting) {
  for (; i < w->count && w->word[i][0] == '-'; i++)
    if (w->word[i][1] != '-' && strchr(w->word[i], 'c') && i + 1 < w->count)
      return classify_nested(w->word[i + 1], nesting);
  return i < w->count ? classify_script(base_name(w->word[i]), PROGRAM_RUN) : PROGRAM_OTHER;
}

/* Of the options and the word behind them the first that is a row; *i moves to it, or to that word. */
static const subcommand *next_subcommand(const words *w, size_t *i, const program *r) {
  size_t end = skip_options(w, *i, r->options);
  const subcommand *sub = NULL;
  for (; *i < end && !sub; ++*i)
    if (w->word[*i][0] == '-') sub = find_subcommand(r, w->word[*i]);
  if (sub) --*i;
  return sub || *i == w->count ? sub : find_subcommand(r, w->word[*i]);
}

/* Turns the rule of "NAME WORD" into that of the two together; *i moves behind what was used. */
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
    return classify_script(base_name(word), PROGRAM_RUN);
  return PROGRAM_OTHER;
}

/* Goes from wrapper to wrapped until a program is found. What runs programs of the project
 * (PROGRAM_RUN) may also run a script named like a builtin: `yarn test`. */
static int classify_words(const words *w, int nesting) {
  int wrapped_in = PROGRAM_NONE;
  size_t i = 0;
  while ((i = skip_prefixes(w, i)) < w->count) {
    const char *word = w->word[i++];
    const program *found = find_program(word);
    bool tells = found && found->code != PROGRAM_NONE;
    if (found && !tells && wrapped_in != PROGRAM_RUN) return PROGRAM_NONE;
    if (!tells) return classify_unknown(word, wrapped_in);
    program r = *found;
    if (r.rule == SUBCOMMAND || r.rule == SUBCOMMAND_OR_SCRIPT) apply_subcommand(w, &i, &r);
    switch (r.rule) {
    case SCRIPT:
      i = skip_options(w, i, r.options);
      return i < w->count ? classify_script(w->word[i], r.code) : r.code;
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
  char document_end[32]; /* delimiter of a here-document that begins at the next newline; "" none */
  words words;           /* of the command at hand */
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

/* Moves behind the bracket that closes "$(". A here-document inside is text up to the end: nothing
 * behind it can be told from it. */
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

/* Ends a command. */
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

/* What in a word is more than itself, or ends it. */
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

/* Whether what was read of a word begins like a path of Windows, ".\\x" or "C:\\x", and goes on like one. */
static bool is_windows_path(const line *l, size_t from) {
  const char *p = l->words.text + from, next = peek(l, 1);
  bool drive = l->words.used > from + 1 && is_letter(p[0]) && p[1] == ':';
  bool begins = drive || (l->words.used > from && p[0] == '.');
  return begins && (is_letter(next) || is_digit(next) || next == '.' || next == '_');
}

/* Reads a word without its quotes; what a substitution would print is unknown and left out. */
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

/* Keeps the word that was read from `from` on. */
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

/* "> file", "2>&1", "<<'END'": no part of the command. Of a here-document the end is noted. */
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

/* Reads the words up to the end of a command. False at the end of the line. */
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
