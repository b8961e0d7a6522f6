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
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------ vocabularies */

typedef struct name {
  const char *text;
  size_t length;
} name;

typedef struct name_list {
  const name *names;
  int count;
} name_list;

#define X(member, number, text) [number] = {text, sizeof(text) - 1},
static const name outcomes[] = {BPI_OUTCOMES(X)};
static const name failures[] = {BPI_ERROR_CLASSES(X)};
static const name categories[] = {BPI_CATEGORIES(X)};
static const name program_kinds[] = {BPI_PROGRAMS(X)};
static const name languages[] = {BPI_LANGUAGES(X)};
static const name events[] = {BPI_EVENTS(X)};
static const name details[] = {BPI_EVENT_DETAILS(X)};
static const name stops[] = {BPI_STOPS(X)};
static const name speeds[] = {BPI_SPEEDS(X)};
static const name tiers[] = {BPI_TIERS(X)};
static const name geos[] = {BPI_GEOS(X)};
static const name qualities[] = {BPI_QUALITIES(X)};
static const name modes[] = {BPI_MODES(X)};
static const name sizes[] = {BPI_SIZES(X)};
static const name decisions[] = {BPI_DECISION_KINDS(X)};
static const name changes[] = {BPI_CHANGE_KINDS(X)};
static const name change_types[] = {BPI_CHANGE_TYPES(X)};
#undef X

#define LIST(array)                                                                                \
  { array, (int)(sizeof(array) / sizeof *(array)) }
static const name_list vocabularies[VOCABULARY_COUNT] = {
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
};

int bpi_vocabulary_size(vocabulary v) {
  return (unsigned)v < VOCABULARY_COUNT ? vocabularies[v].count : 0;
}

const char *bpi_vocabulary_name(vocabulary v, int code) {
  return code >= 0 && code < bpi_vocabulary_size(v) ? vocabularies[v].names[code].text : NULL;
}

int bpi_vocabulary_code(vocabulary v, const char *text, size_t length) {
  for (int code = 0; code < bpi_vocabulary_size(v); code++) {
    const name *n = &vocabularies[v].names[code];
    if (n->length == length && memcmp(n->text, text, length) == 0) return code;
  }
  return -1;
}

int bpi_prompt_size(int64_t characters) {
  if (characters <= 0) return SIZE_UNKNOWN;
  if (characters < 50) return SIZE_TINY;
  if (characters < 200) return SIZE_SHORT;
  if (characters < 1000) return SIZE_MEDIUM;
  return characters < 5000 ? SIZE_LONG : SIZE_HUGE;
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

static int compare_row(const void *key, const void *row) {
  const name *wanted = key;
  const char *const *row_name = row;
  return compare_name(wanted->text, wanted->length, *row_name);
}

static const void *find_row(const void *rows, size_t count, size_t size, const char *p,
                            size_t length) {
  name key = {p, length};
  return bsearch(&key, rows, count, size, compare_row);
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
  SHELL                 /* -c: the next word is a command line; else a script */
} program_rule;

typedef struct subcommand {
  const char *name;
  int code;
  program_rule rule;
} subcommand;

typedef struct special_program {
  const char *name;
  int code; /* without a word that tells more */
  program_rule rule;
  const char *family;  /* whose subcommands it has; NULL: its own */
  const char *options; /* those that take a word */
} special_program;

/* PROGRAM_NONE: tells nothing of a line's purpose. */
/* clang-format off */
static const name_code programs[] = {
    {".", PROGRAM_NONE}, {"7z", PROGRAM_FILES}, {":", PROGRAM_NONE}, {"Rscript", PROGRAM_RUN},
    {"[", PROGRAM_NONE}, {"[[", PROGRAM_NONE}, {"ack", PROGRAM_SEARCH},
    {"actionlint", PROGRAM_LINT}, {"ag", PROGRAM_SEARCH}, {"alembic", PROGRAM_DATABASE},
    {"alias", PROGRAM_NONE}, {"ansible-lint", PROGRAM_LINT}, {"ant", PROGRAM_BUILD},
    {"apk", PROGRAM_PACKAGE}, {"apply_patch", PROGRAM_FILES}, {"apt", PROGRAM_PACKAGE},
    {"apt-cache", PROGRAM_PACKAGE}, {"apt-get", PROGRAM_PACKAGE}, {"aptitude", PROGRAM_PACKAGE},
    {"ar", PROGRAM_BUILD}, {"argocd", PROGRAM_CONTAINER}, {"asdf", PROGRAM_PACKAGE},
    {"ast-grep", PROGRAM_SEARCH}, {"autoconf", PROGRAM_BUILD}, {"autoflake", PROGRAM_LINT},
    {"autogen.sh", PROGRAM_BUILD}, {"automake", PROGRAM_BUILD}, {"autopep8", PROGRAM_LINT},
    {"autoreconf", PROGRAM_BUILD}, {"ava", PROGRAM_TEST}, {"awk", PROGRAM_FILES},
    {"babel", PROGRAM_BUILD}, {"bandit", PROGRAM_LINT}, {"base64", PROGRAM_FILES},
    {"basedpyright", PROGRAM_LINT}, {"basename", PROGRAM_FILES}, {"bat", PROGRAM_FILES},
    {"bats", PROGRAM_TEST}, {"bcp", PROGRAM_DATABASE}, {"behave", PROGRAM_TEST},
    {"black", PROGRAM_LINT}, {"blue", PROGRAM_LINT}, {"brakeman", PROGRAM_LINT},
    {"break", PROGRAM_NONE}, {"brew", PROGRAM_PACKAGE}, {"browser-sync", PROGRAM_RUN},
    {"buck", PROGRAM_BUILD}, {"buck2", PROGRAM_BUILD}, {"buf", PROGRAM_BUILD},
    {"buildah", PROGRAM_CONTAINER}, {"buildifier", PROGRAM_LINT}, {"bunzip2", PROGRAM_FILES},
    {"busted", PROGRAM_TEST}, {"bzip2", PROGRAM_FILES}, {"c++", PROGRAM_BUILD},
    {"c8", PROGRAM_TEST}, {"caddy", PROGRAM_RUN}, {"cargo-clippy", PROGRAM_LINT},
    {"cargo-fmt", PROGRAM_LINT}, {"cargo-nextest", PROGRAM_TEST}, {"cargo-tarpaulin", PROGRAM_TEST},
    {"carthage", PROGRAM_PACKAGE}, {"case", PROGRAM_NONE}, {"cat", PROGRAM_FILES},
    {"cc", PROGRAM_BUILD}, {"cd", PROGRAM_NONE}, {"celery", PROGRAM_RUN},
    {"changeset", PROGRAM_PACKAGE}, {"checkov", PROGRAM_LINT}, {"checkstyle", PROGRAM_LINT},
    {"chgrp", PROGRAM_FILES}, {"chmod", PROGRAM_FILES}, {"choco", PROGRAM_PACKAGE},
    {"chown", PROGRAM_FILES}, {"cl", PROGRAM_BUILD}, {"clang", PROGRAM_BUILD},
    {"clang++", PROGRAM_BUILD}, {"clang-cl", PROGRAM_BUILD}, {"clang-format", PROGRAM_LINT},
    {"clang-tidy", PROGRAM_LINT}, {"clear", PROGRAM_NONE}, {"clickhouse", PROGRAM_DATABASE},
    {"clickhouse-client", PROGRAM_DATABASE}, {"clojure", PROGRAM_RUN},
    {"cloudflared", PROGRAM_NETWORK}, {"cmake", PROGRAM_BUILD}, {"cmp", PROGRAM_FILES},
    {"codecept", PROGRAM_TEST}, {"codespell", PROGRAM_LINT}, {"colima", PROGRAM_CONTAINER},
    {"column", PROGRAM_FILES}, {"comm", PROGRAM_FILES}, {"command", PROGRAM_NONE},
    {"commitlint", PROGRAM_LINT}, {"conan", PROGRAM_PACKAGE}, {"concurrently", PROGRAM_RUN},
    {"conda", PROGRAM_PACKAGE}, {"configure", PROGRAM_BUILD}, {"continue", PROGRAM_NONE},
    {"corepack", PROGRAM_PACKAGE}, {"coverage", PROGRAM_TEST}, {"cp", PROGRAM_FILES},
    {"cpan", PROGRAM_PACKAGE}, {"cpanm", PROGRAM_PACKAGE}, {"cppcheck", PROGRAM_LINT},
    {"cpplint", PROGRAM_LINT}, {"cqlsh", PROGRAM_DATABASE}, {"createdb", PROGRAM_DATABASE},
    {"credo", PROGRAM_LINT}, {"crictl", PROGRAM_CONTAINER}, {"cspell", PROGRAM_LINT},
    {"csplit", PROGRAM_FILES}, {"ctest", PROGRAM_TEST}, {"cucumber", PROGRAM_TEST},
    {"curl", PROGRAM_NETWORK}, {"cut", PROGRAM_FILES}, {"cypress", PROGRAM_TEST},
    {"cython", PROGRAM_BUILD}, {"daphne", PROGRAM_RUN}, {"date", PROGRAM_NONE},
    {"dbmate", PROGRAM_DATABASE}, {"dd", PROGRAM_FILES}, {"declare", PROGRAM_NONE},
    {"depcheck", PROGRAM_LINT}, {"detekt", PROGRAM_LINT}, {"detox", PROGRAM_TEST},
    {"devcontainer", PROGRAM_CONTAINER}, {"df", PROGRAM_FILES}, {"dialyzer", PROGRAM_LINT},
    {"diesel", PROGRAM_DATABASE}, {"diff", PROGRAM_FILES}, {"dig", PROGRAM_NETWORK},
    {"dirname", PROGRAM_FILES}, {"dirs", PROGRAM_NONE}, {"djlint", PROGRAM_LINT},
    {"dmd", PROGRAM_BUILD}, {"dnf", PROGRAM_PACKAGE}, {"docker", PROGRAM_CONTAINER},
    {"docker-compose", PROGRAM_CONTAINER}, {"doctest", PROGRAM_TEST}, {"done", PROGRAM_NONE},
    {"dos2unix", PROGRAM_FILES}, {"doxygen", PROGRAM_BUILD}, {"dpkg", PROGRAM_PACKAGE},
    {"dprint", PROGRAM_LINT}, {"drizzle-kit", PROGRAM_DATABASE}, {"dropdb", PROGRAM_DATABASE},
    {"du", PROGRAM_FILES}, {"duckdb", PROGRAM_DATABASE}, {"echo", PROGRAM_NONE},
    {"egrep", PROGRAM_SEARCH}, {"electron-builder", PROGRAM_BUILD}, {"emcc", PROGRAM_BUILD},
    {"emcmake", PROGRAM_BUILD}, {"emmake", PROGRAM_BUILD}, {"ensurepip", PROGRAM_PACKAGE},
    {"erl", PROGRAM_RUN}, {"esac", PROGRAM_NONE}, {"esbuild", PROGRAM_BUILD},
    {"eslint", PROGRAM_LINT}, {"eval", PROGRAM_NONE}, {"exa", PROGRAM_FILES},
    {"exit", PROGRAM_NONE}, {"expand", PROGRAM_FILES}, {"export", PROGRAM_NONE},
    {"eza", PROGRAM_FILES}, {"false", PROGRAM_NONE}, {"fd", PROGRAM_SEARCH},
    {"fdfind", PROGRAM_SEARCH}, {"ffmpeg", PROGRAM_RUN}, {"fgrep", PROGRAM_SEARCH},
    {"fi", PROGRAM_NONE}, {"file", PROGRAM_FILES}, {"find", PROGRAM_SEARCH},
    {"flake8", PROGRAM_LINT}, {"flask", PROGRAM_RUN}, {"flatc", PROGRAM_BUILD},
    {"flatpak", PROGRAM_PACKAGE}, {"flyway", PROGRAM_DATABASE}, {"fmt", PROGRAM_FILES},
    {"fnm", PROGRAM_PACKAGE}, {"fold", PROGRAM_FILES}, {"for", PROGRAM_NONE},
    {"fourmolu", PROGRAM_LINT}, {"ftp", PROGRAM_NETWORK}, {"function", PROGRAM_NONE},
    {"fzf", PROGRAM_SEARCH}, {"g++", PROGRAM_BUILD}, {"gawk", PROGRAM_FILES},
    {"gcc", PROGRAM_BUILD}, {"gdb", PROGRAM_RUN}, {"gem", PROGRAM_PACKAGE}, {"gh", PROGRAM_GIT},
    {"ghc", PROGRAM_BUILD}, {"ginkgo", PROGRAM_TEST}, {"git-absorb", PROGRAM_GIT},
    {"git-cliff", PROGRAM_GIT}, {"git-filter-repo", PROGRAM_GIT}, {"git-lfs", PROGRAM_GIT},
    {"glab", PROGRAM_GIT}, {"gn", PROGRAM_BUILD}, {"gofmt", PROGRAM_LINT},
    {"gofumpt", PROGRAM_LINT}, {"goimports", PROGRAM_LINT}, {"golangci-lint", PROGRAM_LINT},
    {"golint", PROGRAM_LINT}, {"goose", PROGRAM_DATABASE}, {"goreleaser", PROGRAM_BUILD},
    {"gotestsum", PROGRAM_TEST}, {"govulncheck", PROGRAM_LINT}, {"gradio", PROGRAM_RUN},
    {"grep", PROGRAM_SEARCH}, {"grpcurl", PROGRAM_NETWORK}, {"gsed", PROGRAM_FILES},
    {"guile", PROGRAM_RUN}, {"gunicorn", PROGRAM_RUN}, {"gunzip", PROGRAM_FILES},
    {"gzip", PROGRAM_FILES}, {"hadolint", PROGRAM_LINT}, {"hash", PROGRAM_NONE},
    {"head", PROGRAM_FILES}, {"helm", PROGRAM_CONTAINER}, {"helmfile", PROGRAM_CONTAINER},
    {"hexdump", PROGRAM_FILES}, {"hlint", PROGRAM_LINT}, {"host", PROGRAM_NETWORK},
    {"hostname", PROGRAM_NONE}, {"http", PROGRAM_NETWORK}, {"http-server", PROGRAM_RUN},
    {"http.server", PROGRAM_NETWORK}, {"httpie", PROGRAM_NETWORK}, {"https", PROGRAM_NETWORK},
    {"hub", PROGRAM_GIT}, {"hugo", PROGRAM_BUILD}, {"husky", PROGRAM_LINT},
    {"hypercorn", PROGRAM_RUN}, {"hyperfine", PROGRAM_RUN}, {"iconv", PROGRAM_FILES},
    {"id", PROGRAM_NONE}, {"iex", PROGRAM_RUN}, {"ifconfig", PROGRAM_NETWORK}, {"in", PROGRAM_NONE},
    {"include-what-you-use", PROGRAM_LINT}, {"influx", PROGRAM_DATABASE},
    {"initdb", PROGRAM_DATABASE}, {"install", PROGRAM_FILES}, {"ip", PROGRAM_NETWORK},
    {"ipython", PROGRAM_RUN}, {"irb", PROGRAM_RUN}, {"isort", PROGRAM_LINT},
    {"jasmine", PROGRAM_TEST}, {"java", PROGRAM_RUN}, {"javac", PROGRAM_BUILD},
    {"jekyll", PROGRAM_BUILD}, {"jest", PROGRAM_TEST}, {"join", PROGRAM_FILES},
    {"jq", PROGRAM_FILES}, {"jshell", PROGRAM_RUN}, {"json.tool", PROGRAM_FILES},
    {"jsonlint", PROGRAM_LINT}, {"julia", PROGRAM_RUN}, {"jupyter", PROGRAM_RUN},
    {"jupyter-lab", PROGRAM_RUN}, {"k3d", PROGRAM_CONTAINER}, {"k3s", PROGRAM_CONTAINER},
    {"k6", PROGRAM_TEST}, {"k9s", PROGRAM_CONTAINER}, {"karma", PROGRAM_TEST},
    {"kind", PROGRAM_CONTAINER}, {"knex", PROGRAM_DATABASE}, {"knip", PROGRAM_LINT},
    {"kotlinc", PROGRAM_BUILD}, {"ktlint", PROGRAM_LINT}, {"kubectl", PROGRAM_CONTAINER},
    {"kustomize", PROGRAM_CONTAINER}, {"latexmk", PROGRAM_BUILD}, {"lazygit", PROGRAM_GIT},
    {"ld", PROGRAM_BUILD}, {"ld.lld", PROGRAM_BUILD}, {"ldc2", PROGRAM_BUILD},
    {"lerna-changelog", PROGRAM_PACKAGE}, {"less", PROGRAM_FILES}, {"let", PROGRAM_NONE},
    {"lima", PROGRAM_CONTAINER}, {"limactl", PROGRAM_CONTAINER}, {"lint-staged", PROGRAM_LINT},
    {"liquibase", PROGRAM_DATABASE}, {"litecli", PROGRAM_DATABASE}, {"live-server", PROGRAM_RUN},
    {"lldb", PROGRAM_RUN}, {"ln", PROGRAM_FILES}, {"local", PROGRAM_NONE},
    {"locate", PROGRAM_SEARCH}, {"locust", PROGRAM_TEST}, {"ls", PROGRAM_FILES},
    {"lsd", PROGRAM_FILES}, {"ltrace", PROGRAM_RUN}, {"luacheck", PROGRAM_LINT},
    {"luarocks", PROGRAM_PACKAGE}, {"madge", PROGRAM_LINT}, {"mamba", PROGRAM_PACKAGE},
    {"man", PROGRAM_NONE}, {"mariadb", PROGRAM_DATABASE}, {"markdownlint", PROGRAM_LINT},
    {"markdownlint-cli2", PROGRAM_LINT}, {"maturin", PROGRAM_BUILD}, {"mawk", PROGRAM_FILES},
    {"md5", PROGRAM_FILES}, {"md5sum", PROGRAM_FILES}, {"mdfind", PROGRAM_SEARCH},
    {"metro", PROGRAM_BUILD}, {"micromamba", PROGRAM_PACKAGE}, {"migrate", PROGRAM_DATABASE},
    {"minikube", PROGRAM_CONTAINER}, {"minitest", PROGRAM_TEST}, {"mise", PROGRAM_PACKAGE},
    {"mkdir", PROGRAM_FILES}, {"mkdocs", PROGRAM_BUILD}, {"mktemp", PROGRAM_FILES},
    {"mocha", PROGRAM_TEST}, {"mongo", PROGRAM_DATABASE}, {"mongodump", PROGRAM_DATABASE},
    {"mongorestore", PROGRAM_DATABASE}, {"mongosh", PROGRAM_DATABASE}, {"more", PROGRAM_FILES},
    {"msbuild", PROGRAM_BUILD}, {"mtr", PROGRAM_NETWORK}, {"multipass", PROGRAM_CONTAINER},
    {"mutmut", PROGRAM_TEST}, {"mv", PROGRAM_FILES}, {"mycli", PROGRAM_DATABASE},
    {"mypy", PROGRAM_LINT}, {"mysql", PROGRAM_DATABASE}, {"mysqladmin", PROGRAM_DATABASE},
    {"mysqldump", PROGRAM_DATABASE}, {"nasm", PROGRAM_BUILD}, {"nc", PROGRAM_NETWORK},
    {"ncat", PROGRAM_NETWORK}, {"ncu", PROGRAM_PACKAGE}, {"nerdctl", PROGRAM_CONTAINER},
    {"netcat", PROGRAM_NETWORK}, {"netstat", PROGRAM_NETWORK}, {"newman", PROGRAM_TEST},
    {"nginx", PROGRAM_RUN}, {"ngrok", PROGRAM_NETWORK}, {"nix", PROGRAM_PACKAGE},
    {"nix-env", PROGRAM_PACKAGE}, {"nix-shell", PROGRAM_PACKAGE}, {"nl", PROGRAM_FILES},
    {"nm", PROGRAM_BUILD}, {"nmake", PROGRAM_BUILD}, {"nmap", PROGRAM_NETWORK},
    {"nodemon", PROGRAM_RUN}, {"nose2", PROGRAM_TEST}, {"nosetests", PROGRAM_TEST},
    {"nox", PROGRAM_TEST}, {"npm-check-updates", PROGRAM_PACKAGE}, {"nslookup", PROGRAM_NETWORK},
    {"nuget", PROGRAM_PACKAGE}, {"nuitka", PROGRAM_BUILD}, {"nvm", PROGRAM_PACKAGE},
    {"nyc", PROGRAM_TEST}, {"objdump", PROGRAM_BUILD}, {"oc", PROGRAM_CONTAINER},
    {"ocamlc", PROGRAM_BUILD}, {"od", PROGRAM_FILES}, {"opam", PROGRAM_PACKAGE},
    {"open", PROGRAM_RUN}, {"openssl", PROGRAM_NETWORK}, {"ormolu", PROGRAM_LINT},
    {"osascript", PROGRAM_RUN}, {"oxlint", PROGRAM_LINT}, {"pacman", PROGRAM_PACKAGE},
    {"pandoc", PROGRAM_BUILD}, {"parcel", PROGRAM_BUILD}, {"paste", PROGRAM_FILES},
    {"patch", PROGRAM_FILES}, {"pdflatex", PROGRAM_BUILD}, {"perf", PROGRAM_RUN},
    {"pest", PROGRAM_TEST}, {"pg_ctl", PROGRAM_DATABASE}, {"pg_dump", PROGRAM_DATABASE},
    {"pg_isready", PROGRAM_DATABASE}, {"pg_restore", PROGRAM_DATABASE}, {"pgcli", PROGRAM_DATABASE},
    {"php-cs-fixer", PROGRAM_LINT}, {"phpcbf", PROGRAM_LINT}, {"phpcs", PROGRAM_LINT},
    {"phpstan", PROGRAM_LINT}, {"phpunit", PROGRAM_TEST}, {"ping", PROGRAM_NETWORK},
    {"pint", PROGRAM_LINT}, {"pip", PROGRAM_PACKAGE}, {"pip-compile", PROGRAM_PACKAGE},
    {"pip-sync", PROGRAM_PACKAGE}, {"pipx", PROGRAM_PACKAGE}, {"pm2", PROGRAM_RUN},
    {"pmd", PROGRAM_LINT}, {"pod", PROGRAM_PACKAGE}, {"podman", PROGRAM_CONTAINER},
    {"podman-compose", PROGRAM_CONTAINER}, {"popd", PROGRAM_NONE}, {"port", PROGRAM_PACKAGE},
    {"powershell", PROGRAM_RUN}, {"pre-commit", PROGRAM_LINT}, {"prettier", PROGRAM_LINT},
    {"printenv", PROGRAM_NONE}, {"printf", PROGRAM_NONE}, {"prisma", PROGRAM_DATABASE},
    {"protoc", PROGRAM_BUILD}, {"prove", PROGRAM_TEST}, {"psalm", PROGRAM_LINT},
    {"psql", PROGRAM_DATABASE}, {"pushd", PROGRAM_NONE}, {"pwd", PROGRAM_NONE},
    {"pwsh", PROGRAM_RUN}, {"py.test", PROGRAM_TEST}, {"pydocstyle", PROGRAM_LINT},
    {"pyenv", PROGRAM_PACKAGE}, {"pyinstaller", PROGRAM_BUILD}, {"pylint", PROGRAM_LINT},
    {"pyre", PROGRAM_LINT}, {"pyright", PROGRAM_LINT}, {"pytest", PROGRAM_TEST},
    {"pytype", PROGRAM_LINT}, {"pyupgrade", PROGRAM_LINT}, {"racket", PROGRAM_RUN},
    {"radon", PROGRAM_LINT}, {"ranlib", PROGRAM_BUILD}, {"rbenv", PROGRAM_PACKAGE},
    {"read", PROGRAM_NONE}, {"readlink", PROGRAM_FILES}, {"readonly", PROGRAM_NONE},
    {"realpath", PROGRAM_FILES}, {"rector", PROGRAM_LINT}, {"redis-cli", PROGRAM_DATABASE},
    {"redis-server", PROGRAM_DATABASE}, {"reek", PROGRAM_LINT}, {"rename", PROGRAM_FILES},
    {"return", PROGRAM_NONE}, {"rev", PROGRAM_FILES}, {"revive", PROGRAM_LINT},
    {"rg", PROGRAM_SEARCH}, {"rm", PROGRAM_FILES}, {"rmdir", PROGRAM_FILES},
    {"robot", PROGRAM_TEST}, {"rollup", PROGRAM_BUILD}, {"rpm", PROGRAM_PACKAGE},
    {"rq", PROGRAM_RUN}, {"rspec", PROGRAM_TEST}, {"rsync", PROGRAM_FILES},
    {"rubocop", PROGRAM_LINT}, {"ruff", PROGRAM_LINT}, {"rustc", PROGRAM_BUILD},
    {"rustfmt", PROGRAM_LINT}, {"rustup", PROGRAM_PACKAGE}, {"samu", PROGRAM_BUILD},
    {"sbcl", PROGRAM_RUN}, {"scala", PROGRAM_RUN}, {"scalac", PROGRAM_BUILD},
    {"scalafix", PROGRAM_LINT}, {"scalafmt", PROGRAM_LINT}, {"scons", PROGRAM_BUILD},
    {"scoop", PROGRAM_PACKAGE}, {"scp", PROGRAM_NETWORK}, {"sdk", PROGRAM_PACKAGE},
    {"sed", PROGRAM_FILES}, {"select", PROGRAM_NONE}, {"semgrep", PROGRAM_LINT},
    {"seq", PROGRAM_NONE}, {"sequelize", PROGRAM_DATABASE}, {"sequelize-cli", PROGRAM_DATABASE},
    {"serve", PROGRAM_RUN}, {"set", PROGRAM_NONE}, {"sftp", PROGRAM_NETWORK},
    {"sg", PROGRAM_SEARCH}, {"sha1sum", PROGRAM_FILES}, {"sha256sum", PROGRAM_FILES},
    {"shasum", PROGRAM_FILES}, {"shellcheck", PROGRAM_LINT}, {"shfmt", PROGRAM_LINT},
    {"shopt", PROGRAM_NONE}, {"shred", PROGRAM_FILES}, {"skaffold", PROGRAM_CONTAINER},
    {"skopeo", PROGRAM_CONTAINER}, {"sleep", PROGRAM_NONE}, {"snap", PROGRAM_PACKAGE},
    {"socat", PROGRAM_NETWORK}, {"sort", PROGRAM_FILES}, {"source", PROGRAM_NONE},
    {"sourcery", PROGRAM_LINT}, {"sphinx-build", PROGRAM_BUILD}, {"split", PROGRAM_FILES},
    {"spotbugs", PROGRAM_LINT}, {"sqlcmd", PROGRAM_DATABASE}, {"sqlfluff", PROGRAM_LINT},
    {"sqlite", PROGRAM_DATABASE}, {"sqlite3", PROGRAM_DATABASE}, {"sqlplus", PROGRAM_DATABASE},
    {"sqlx", PROGRAM_DATABASE}, {"ss", PROGRAM_NETWORK}, {"ssh", PROGRAM_NETWORK},
    {"ssh-add", PROGRAM_NETWORK}, {"ssh-keygen", PROGRAM_NETWORK}, {"ssh-keyscan", PROGRAM_NETWORK},
    {"standard", PROGRAM_LINT}, {"standardrb", PROGRAM_LINT}, {"stat", PROGRAM_FILES},
    {"staticcheck", PROGRAM_LINT}, {"stern", PROGRAM_CONTAINER}, {"stestr", PROGRAM_TEST},
    {"strace", PROGRAM_RUN}, {"streamlit", PROGRAM_RUN}, {"strings", PROGRAM_FILES},
    {"stryker", PROGRAM_TEST}, {"stylelint", PROGRAM_LINT}, {"stylish-haskell", PROGRAM_LINT},
    {"stylua", PROGRAM_LINT}, {"supabase", PROGRAM_DATABASE}, {"svelte-check", PROGRAM_LINT},
    {"swc", PROGRAM_BUILD}, {"swiftc", PROGRAM_BUILD}, {"swiftformat", PROGRAM_LINT},
    {"swiftlint", PROGRAM_LINT}, {"tac", PROGRAM_FILES}, {"tail", PROGRAM_FILES},
    {"tap", PROGRAM_TEST}, {"tape", PROGRAM_TEST}, {"tar", PROGRAM_FILES}, {"tcc", PROGRAM_BUILD},
    {"tcpdump", PROGRAM_NETWORK}, {"tee", PROGRAM_FILES}, {"telnet", PROGRAM_NETWORK},
    {"test", PROGRAM_NONE}, {"testcafe", PROGRAM_TEST}, {"tflint", PROGRAM_LINT},
    {"tfsec", PROGRAM_LINT}, {"tig", PROGRAM_GIT}, {"tilt", PROGRAM_CONTAINER},
    {"touch", PROGRAM_FILES}, {"tox", PROGRAM_TEST}, {"tr", PROGRAM_FILES},
    {"traceroute", PROGRAM_NETWORK}, {"trap", PROGRAM_NONE}, {"trash", PROGRAM_FILES},
    {"tree", PROGRAM_FILES}, {"trial", PROGRAM_TEST}, {"true", PROGRAM_NONE},
    {"truncate", PROGRAM_FILES}, {"tsc", PROGRAM_LINT}, {"tsup", PROGRAM_BUILD},
    {"ty", PROGRAM_LINT}, {"type", PROGRAM_NONE}, {"typeorm", PROGRAM_DATABASE},
    {"typeset", PROGRAM_NONE}, {"typos", PROGRAM_LINT}, {"typst", PROGRAM_BUILD},
    {"ugrep", PROGRAM_SEARCH}, {"ulimit", PROGRAM_NONE}, {"umask", PROGRAM_NONE},
    {"uname", PROGRAM_NONE}, {"uniq", PROGRAM_FILES}, {"unittest", PROGRAM_TEST},
    {"unix2dos", PROGRAM_FILES}, {"unset", PROGRAM_NONE}, {"unxz", PROGRAM_FILES},
    {"unzip", PROGRAM_FILES}, {"unzstd", PROGRAM_FILES}, {"uvicorn", PROGRAM_RUN},
    {"uvu", PROGRAM_TEST}, {"vagrant", PROGRAM_CONTAINER}, {"valac", PROGRAM_BUILD},
    {"vale", PROGRAM_LINT}, {"valgrind", PROGRAM_RUN}, {"valkey-cli", PROGRAM_DATABASE},
    {"vcpkg", PROGRAM_PACKAGE}, {"venv", PROGRAM_PACKAGE}, {"virtualenv", PROGRAM_PACKAGE},
    {"vitest", PROGRAM_TEST}, {"volta", PROGRAM_PACKAGE}, {"vue-tsc", PROGRAM_LINT},
    {"vulture", PROGRAM_LINT}, {"wait", PROGRAM_NONE}, {"wasm-pack", PROGRAM_BUILD},
    {"wasmer", PROGRAM_RUN}, {"wasmtime", PROGRAM_RUN}, {"wc", PROGRAM_FILES},
    {"wdio", PROGRAM_TEST}, {"webpack", PROGRAM_BUILD}, {"webpack-cli", PROGRAM_BUILD},
    {"websocat", PROGRAM_NETWORK}, {"wget", PROGRAM_NETWORK}, {"whereis", PROGRAM_NONE},
    {"which", PROGRAM_NONE}, {"whoami", PROGRAM_NONE}, {"whois", PROGRAM_NETWORK},
    {"winget", PROGRAM_PACKAGE}, {"xargs", PROGRAM_NONE}, {"xcodebuild", PROGRAM_BUILD},
    {"xdg-open", PROGRAM_RUN}, {"xelatex", PROGRAM_BUILD}, {"xh", PROGRAM_NETWORK},
    {"xo", PROGRAM_LINT}, {"xxd", PROGRAM_FILES}, {"xz", PROGRAM_FILES}, {"yalc", PROGRAM_PACKAGE},
    {"yamllint", PROGRAM_LINT}, {"yapf", PROGRAM_LINT}, {"yay", PROGRAM_PACKAGE},
    {"yes", PROGRAM_NONE}, {"yq", PROGRAM_FILES}, {"yum", PROGRAM_PACKAGE}, {"zcat", PROGRAM_FILES},
    {"zgrep", PROGRAM_SEARCH}, {"zip", PROGRAM_FILES}, {"zstd", PROGRAM_FILES},
    {"zypper", PROGRAM_PACKAGE},
};
/* clang-format on */

/* clang-format off */
static const special_program specials[] = {
    {"artisan", PROGRAM_RUN, SUBCOMMAND, NULL, NULL},
    {"astro", PROGRAM_RUN, SCRIPT, NULL, NULL},
    {"bash", PROGRAM_OTHER, SHELL, NULL, NULL},
    {"bazel", PROGRAM_BUILD, SUBCOMMAND, NULL, NULL},
    {"bazelisk", PROGRAM_BUILD, SUBCOMMAND, "bazel", NULL},
    {"biome", PROGRAM_LINT, SUBCOMMAND, NULL, NULL},
    {"builtin", PROGRAM_OTHER, WRAPPER, NULL, NULL},
    {"bun", PROGRAM_RUN, SUBCOMMAND_OR_SCRIPT, "npm", "--cwd --filter -e --eval -p --print"},
    {"bundle", PROGRAM_PACKAGE, SUBCOMMAND, NULL, NULL},
    {"bunx", PROGRAM_RUN, WRAPPER, NULL, "-p --package"},
    {"cabal", PROGRAM_BUILD, SUBCOMMAND, NULL, NULL},
    {"caffeinate", PROGRAM_OTHER, WRAPPER, NULL, "-t -w"},
    {"cargo", PROGRAM_BUILD, SUBCOMMAND, NULL, "--manifest-path --config --color -Z -C"},
    {"composer", PROGRAM_PACKAGE, SUBCOMMAND_OR_SCRIPT, NULL, "-d --working-dir"},
    {"cross-env", PROGRAM_OTHER, WRAPPER, NULL, NULL},
    {"dart", PROGRAM_RUN, SUBCOMMAND, NULL, NULL},
    {"dash", PROGRAM_OTHER, SHELL, NULL, NULL},
    {"deno", PROGRAM_RUN, SUBCOMMAND, NULL, "-c --config"},
    {"direnv", PROGRAM_OTHER, SUBCOMMAND, NULL, NULL},
    {"django-admin", PROGRAM_RUN, SUBCOMMAND, "manage.py", NULL},
    {"doas", PROGRAM_OTHER, WRAPPER, NULL, "-u -C"},
    {"doppler", PROGRAM_OTHER, SUBCOMMAND, NULL, NULL},
    {"dotenv", PROGRAM_OTHER, WRAPPER, NULL, "-e -f"},
    {"dotnet", PROGRAM_BUILD, SUBCOMMAND, NULL, NULL},
    {"env", PROGRAM_OTHER, WRAPPER, NULL, "-u -C -S --unset --chdir"},
    {"exec", PROGRAM_OTHER, WRAPPER, NULL, "-a"},
    {"expo", PROGRAM_RUN, SCRIPT, NULL, NULL},
    {"fish", PROGRAM_OTHER, SHELL, NULL, NULL},
    {"flutter", PROGRAM_BUILD, SUBCOMMAND, NULL, "-d"},
    {"fvm", PROGRAM_BUILD, WRAPPER, NULL, NULL},
    {"git", PROGRAM_GIT, SUBCOMMAND, NULL, "-C -c --git-dir --work-tree --namespace"},
    {"gmake", PROGRAM_BUILD, TARGETS, NULL, "-C -f -I -o -W --directory --file"},
    {"go", PROGRAM_BUILD, SUBCOMMAND, NULL, "-C"},
    {"gradle", PROGRAM_BUILD, TARGETS, NULL, "-p -b -x --project-dir --tests --exclude-task"},
    {"gradlew", PROGRAM_BUILD, TARGETS, NULL, "-p -b -x --project-dir --tests --exclude-task"},
    {"grunt", PROGRAM_BUILD, SCRIPT, NULL, NULL},
    {"gtimeout", PROGRAM_OTHER, WRAPPER_AFTER_ONE, NULL, "-k -s --kill-after --signal"},
    {"gulp", PROGRAM_BUILD, SCRIPT, NULL, NULL},
    {"hatch", PROGRAM_PACKAGE, SUBCOMMAND, NULL, "-e --env"},
    {"hg", PROGRAM_GIT, SUBCOMMAND, NULL, "-R --cwd --config"},
    {"invoke", PROGRAM_RUN, TARGETS, NULL, NULL},
    {"ionice", PROGRAM_OTHER, WRAPPER, NULL, "-c -n"},
    {"jj", PROGRAM_GIT, SUBCOMMAND, NULL, "-R --repository"},
    {"just", PROGRAM_RUN, TARGETS, NULL, "-f --justfile -d --working-directory"},
    {"ksh", PROGRAM_OTHER, SHELL, NULL, NULL},
    {"lein", PROGRAM_BUILD, TARGETS, NULL, NULL},
    {"lerna", PROGRAM_PACKAGE, SUBCOMMAND_OR_SCRIPT, NULL, "--scope"},
    {"lua", PROGRAM_RUN, WRAPPER, NULL, "-e -l"},
    {"mage", PROGRAM_BUILD, TARGETS, NULL, NULL},
    {"make", PROGRAM_BUILD, TARGETS, NULL, "-C -f -I -o -W --directory --file"},
    {"manage.py", PROGRAM_RUN, SUBCOMMAND, NULL, NULL},
    {"meson", PROGRAM_BUILD, SUBCOMMAND, NULL, NULL},
    {"mix", PROGRAM_BUILD, SUBCOMMAND, NULL, NULL},
    {"mvn", PROGRAM_BUILD, TARGETS, NULL, "-f -pl -s -P --file --projects --settings"},
    {"mvnd", PROGRAM_BUILD, TARGETS, NULL, "-f -pl -s -P --file --projects --settings"},
    {"mvnw", PROGRAM_BUILD, TARGETS, NULL, "-f -pl -s -P --file --projects --settings"},
    {"next", PROGRAM_RUN, SCRIPT, NULL, NULL},
    {"ng", PROGRAM_RUN, SCRIPT, NULL, NULL},
    {"nice", PROGRAM_OTHER, WRAPPER, NULL, "-n --adjustment"},
    {"ninja", PROGRAM_BUILD, TARGETS, NULL, "-C -f -j -k"},
    {"node", PROGRAM_RUN, WRAPPER, NULL, "-e -p -r --eval --print --require --import --loader"},
    {"nohup", PROGRAM_OTHER, WRAPPER, NULL, NULL},
    {"npm", PROGRAM_PACKAGE, SUBCOMMAND, NULL, "--prefix -C -w --workspace"},
    {"npx", PROGRAM_RUN, WRAPPER, NULL, "-p --package"},
    {"nuxi", PROGRAM_RUN, SCRIPT, NULL, NULL},
    {"nuxt", PROGRAM_RUN, SCRIPT, NULL, NULL},
    {"nx", PROGRAM_BUILD, SUBCOMMAND_OR_SCRIPT, NULL, "-t --target"},
    {"pdm", PROGRAM_PACKAGE, SUBCOMMAND, "poetry", "-p --project"},
    {"perl", PROGRAM_RUN, WRAPPER, NULL, "-e -E -I"},
    {"php", PROGRAM_RUN, WRAPPER, NULL, "-r -d"},
    {"pipenv", PROGRAM_PACKAGE, SUBCOMMAND, "poetry", NULL},
    {"pixi", PROGRAM_PACKAGE, SUBCOMMAND, "poetry", NULL},
    {"playwright", PROGRAM_TEST, SUBCOMMAND, NULL, NULL},
    {"pnpm", PROGRAM_PACKAGE, SUBCOMMAND_OR_SCRIPT, "npm", "--prefix -C --dir --filter -F"},
    {"pnpx", PROGRAM_RUN, WRAPPER, NULL, NULL},
    {"poetry", PROGRAM_PACKAGE, SUBCOMMAND, NULL, "-C --directory -P --project"},
    {"py", PROGRAM_RUN, WRAPPER, NULL, "-c -W -X"},
    {"pypy", PROGRAM_RUN, WRAPPER, NULL, "-c -W -X"},
    {"python", PROGRAM_RUN, WRAPPER, NULL, "-c -W -X"},
    {"rails", PROGRAM_RUN, SUBCOMMAND, NULL, NULL},
    {"rake", PROGRAM_BUILD, TARGETS, NULL, "-f"},
    {"react-scripts", PROGRAM_RUN, SCRIPT, NULL, NULL},
    {"remix", PROGRAM_RUN, SCRIPT, NULL, NULL},
    {"rtk", PROGRAM_OTHER, WRAPPER, NULL, NULL},
    {"ruby", PROGRAM_RUN, WRAPPER, NULL, "-e -I -r"},
    {"rush", PROGRAM_PACKAGE, SUBCOMMAND_OR_SCRIPT, NULL, NULL},
    {"rye", PROGRAM_PACKAGE, SUBCOMMAND, "poetry", NULL},
    {"sbt", PROGRAM_BUILD, TARGETS, NULL, NULL},
    {"setsid", PROGRAM_OTHER, WRAPPER, NULL, NULL},
    {"sh", PROGRAM_OTHER, SHELL, NULL, NULL},
    {"stack", PROGRAM_BUILD, SUBCOMMAND, NULL, "--stack-yaml"},
    {"stdbuf", PROGRAM_OTHER, WRAPPER, NULL, "-i -o -e"},
    {"storybook", PROGRAM_RUN, SCRIPT, NULL, NULL},
    {"sudo", PROGRAM_OTHER, WRAPPER, NULL, "-u -g -h -p -C -D -R -T"},
    {"svn", PROGRAM_GIT, SUBCOMMAND, NULL, NULL},
    {"swift", PROGRAM_BUILD, SUBCOMMAND, NULL, "--package-path"},
    {"task", PROGRAM_RUN, TARGETS, NULL, "-d --dir -t --taskfile"},
    {"time", PROGRAM_OTHER, WRAPPER, NULL, "-f -o"},
    {"timeout", PROGRAM_OTHER, WRAPPER_AFTER_ONE, NULL, "-k -s --kill-after --signal"},
    {"ts-node", PROGRAM_RUN, WRAPPER, NULL, "-e -P --project"},
    {"tsx", PROGRAM_RUN, WRAPPER, NULL, "-e --tsconfig"},
    {"turbo", PROGRAM_BUILD, SUBCOMMAND_OR_SCRIPT, NULL, "--filter -F"},
    {"uv", PROGRAM_PACKAGE, SUBCOMMAND, NULL,
     "--directory --project --with --python -p --extra --group"},
    {"uvx", PROGRAM_RUN, WRAPPER, NULL, "--from --with --python -p"},
    {"vite", PROGRAM_RUN, SCRIPT, NULL, "-c --config"},
    {"vue-cli-service", PROGRAM_RUN, SCRIPT, NULL, NULL},
    {"watch", PROGRAM_OTHER, WRAPPER, NULL, "-n --interval"},
    {"wrangler", PROGRAM_RUN, SCRIPT, NULL, NULL},
    {"xvfb-run", PROGRAM_OTHER, WRAPPER, NULL, "-s -n"},
    {"yarn", PROGRAM_PACKAGE, SUBCOMMAND_OR_SCRIPT, "npm", "--cwd"},
    {"zig", PROGRAM_BUILD, SUBCOMMAND, NULL, NULL},
    {"zsh", PROGRAM_OTHER, SHELL, NULL, NULL},
};
/* clang-format on */

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
    {"meson test", PROGRAM_TEST, PLAIN}, {"mix credo", PROGRAM_LINT, PLAIN},
    {"mix deps.compile", PROGRAM_PACKAGE, PLAIN}, {"mix deps.get", PROGRAM_PACKAGE, PLAIN},
    {"mix deps.update", PROGRAM_PACKAGE, PLAIN}, {"mix dialyzer", PROGRAM_LINT, PLAIN},
    {"mix ecto.create", PROGRAM_DATABASE, PLAIN}, {"mix ecto.drop", PROGRAM_DATABASE, PLAIN},
    {"mix ecto.gen.migration", PROGRAM_DATABASE, PLAIN},
    {"mix ecto.migrate", PROGRAM_DATABASE, PLAIN}, {"mix ecto.reset", PROGRAM_DATABASE, PLAIN},
    {"mix ecto.rollback", PROGRAM_DATABASE, PLAIN}, {"mix ecto.setup", PROGRAM_DATABASE, PLAIN},
    {"mix format", PROGRAM_LINT, PLAIN}, {"mix hex.info", PROGRAM_PACKAGE, PLAIN},
    {"mix new", PROGRAM_PACKAGE, PLAIN}, {"mix phx.new", PROGRAM_PACKAGE, PLAIN},
    {"mix phx.server", PROGRAM_RUN, PLAIN}, {"mix run", PROGRAM_RUN, PLAIN},
    {"mix test", PROGRAM_TEST, PLAIN}, {"npm add", PROGRAM_PACKAGE, PLAIN},
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
    {"npm workspaces", PROGRAM_RUN, SCRIPT}, {"npm x", PROGRAM_RUN, WRAPPER},
    {"nx affected", PROGRAM_BUILD, SCRIPT}, {"nx run", PROGRAM_BUILD, SCRIPT},
    {"nx run-many", PROGRAM_BUILD, SCRIPT}, {"playwright codegen", PROGRAM_RUN, PLAIN},
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
    {"zig fetch", PROGRAM_PACKAGE, PLAIN}, {"zig fmt", PROGRAM_LINT, PLAIN},
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

/* What stands before the name of a program. */
static size_t skip_prefixes(const words *w, size_t i) {
  static const char keywords[] = "do then else elif if while until ! { }";
  while (i < w->count && (is_assignment(w->word[i]) || in_list(keywords, w->word[i])))
    i++;
  return i;
}

static const char *base_name(const char *word) {
  const char *slash = strrchr(word, '/');
  return slash ? slash + 1 : word;
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

static bool find_exactly(const char *p, size_t length, special_program *out) {
  const special_program *special = FIND(specials, p, length);
  if (special) {
    *out = *special;
    return true;
  }
  const name_code *plain = FIND(programs, p, length);
  if (plain) *out = (special_program){plain->name, plain->code, PLAIN, NULL, NULL};
  return plain != NULL;
}

static bool find_program(const char *word, special_program *out) {
  const char *p = base_name(word);
  size_t length = strlen(p);
  if (ends_with(p, length, ".exe") || ends_with(p, length, ".cmd")) length -= 4;
  return find_exactly(p, length, out) || find_exactly(p, without_version(p, length), out);
}

static const subcommand *find_subcommand(const special_program *program, const char *word) {
  char both[48];
  const char *first = program->family ? program->family : program->name;
  size_t front = strlen(first), back = strlen(word);
  if (front + 1 + back > sizeof both) return NULL;
  memcpy(both, first, front);
  both[front] = ' ';
  memcpy(both + front + 1, word, back);
  return FIND(subcommands, both, front + 1 + back);
}

static bool is_script_path(const char *word) {
  size_t length = strlen(word);
  return strchr(word, '/') || ends_with(word, length, ".sh") || ends_with(word, length, ".py");
}

static int classify_targets(const words *w, size_t i, const special_program *program) {
  int best = PROGRAM_NONE;
  while ((i = skip_options(w, i, program->options)) < w->count) {
    if (!is_assignment(w->word[i])) best = more_telling(best, classify_target(w->word[i]));
    i++;
  }
  return best == PROGRAM_NONE ? program->code : best;
}

static int classify_shell(const words *w, size_t i, int nesting) {
  for (; i < w->count && w->word[i][0] == '-'; i++)
    if (w->word[i][1] != '-' && strchr(w->word[i], 'c') && i + 1 < w->count)
      return nesting < NESTING_MAX
                 ? classify_line(w->word[i + 1], strlen(w->word[i + 1]), nesting + 1)
                 : PROGRAM_OTHER;
  return i < w->count ? classify_script(base_name(w->word[i]), PROGRAM_RUN) : PROGRAM_OTHER;
}

/* Turns the rule of "NAME WORD" into that of the two together; *i moves behind what was used. */
static void apply_subcommand(const words *w, size_t *i, special_program *program) {
  bool may_be_script = program->rule == SUBCOMMAND_OR_SCRIPT;
  program->rule = PLAIN;
  *i = skip_options(w, *i, program->options);
  if (*i == w->count) return;
  const subcommand *sub = find_subcommand(program, w->word[*i]);
  if (sub) {
    program->rule = sub->rule;
    program->code = sub->code;
    ++*i;
  } else if (may_be_script) {
    program->rule = WRAPPER;
    program->code = PROGRAM_RUN;
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
    special_program program;
    bool known = find_program(word, &program);
    if (known && program.code == PROGRAM_NONE && wrapped_in != PROGRAM_RUN) return PROGRAM_NONE;
    if (!known || program.code == PROGRAM_NONE) return classify_unknown(word, wrapped_in);
    if (program.rule == SUBCOMMAND || program.rule == SUBCOMMAND_OR_SCRIPT)
      apply_subcommand(w, &i, &program);
    switch (program.rule) {
    case SCRIPT:
      i = skip_options(w, i, program.options);
      return i < w->count ? classify_script(w->word[i], program.code) : program.code;
    case TARGETS: return classify_targets(w, i, &program);
    case SHELL: return classify_shell(w, i, nesting);
    case WRAPPER:
    case WRAPPER_AFTER_ONE:
      i = skip_options(w, i, program.options);
      if (program.rule == WRAPPER_AFTER_ONE) i = skip_options(w, i + 1, NULL);
      if (wrapped_in != PROGRAM_RUN) wrapped_in = program.code;
      break;
    default: return program.code;
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

static void add_char(words *w, char c) {
  if (w->used < sizeof w->text - 1) w->text[w->used++] = c;
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
    if (*l->at == '\\' && l->at + 1 < l->end) l->at++;
    add_char(&l->words, *l->at++);
  }
  if (l->at < l->end) l->at++;
}

static void read_single_quoted(line *l) {
  const char *from = ++l->at;
  skip_to(l, '\'');
  while (from < l->at)
    add_char(&l->words, *from++);
  if (l->at < l->end) l->at++;
}

static bool is_one_of(char c, const char *set) {
  return c != '\0' && strchr(set, c);
}

/* Reads a word without its quotes; what a substitution would print is unknown and left out. */
static void read_word(line *l) {
  while (l->at < l->end && !is_one_of(*l->at, " \t\r\n;|&()<>")) {
    switch (*l->at) {
    case '"': read_double_quoted(l); break;
    case '\'': read_single_quoted(l); break;
    case '\\':
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
    default: add_char(&l->words, *l->at++);
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
  while (is_one_of(peek(l, 0), "<>&|-"))
    l->at++;
  while (peek(l, 0) == ' ' || peek(l, 0) == '\t')
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
    } else if (c == ' ' || c == '\t' || c == '\r') {
      l->at++;
    } else if (c == '<' || c == '>' || (c == '&' && peek(l, 1) == '>')) {
      skip_redirection(l);
    } else if (is_one_of(c, "\n;|&()")) {
      l->at++;
      if (c == '\n') skip_document(l);
      return true;
    } else {
      size_t from = l->words.used;
      read_word(l);
      bool descriptor = peek(l, 0) == '<' || peek(l, 0) == '>';
      if (descriptor && is_number(l->words.text + from, l->words.used - from)) l->words.used = from;
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
