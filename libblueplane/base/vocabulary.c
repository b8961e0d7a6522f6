/* base/vocabulary.c: the closed vocabularies, and the tables that map tool names and file
 * extensions to their codes; rows with names are sorted by byte for binary search. Keeps nothing of
 * what it looks up. */
#include "base/vocabulary.h"

#include <stdbool.h>
#include <string.h>

#include "base/lookup.h"

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
    {"TaskOutput", CATEGORY_COMMAND}, {"TaskStop", CATEGORY_COMMAND}, {"TaskUpdate", CATEGORY_PLAN},
    {"TeamCreate", CATEGORY_AGENT}, {"TeamDelete", CATEGORY_AGENT}, {"TodoRead", CATEGORY_PLAN},
    {"TodoWrite", CATEGORY_PLAN}, {"View", CATEGORY_READ}, {"WebFetch", CATEGORY_WEB},
    {"WebSearch", CATEGORY_WEB}, {"Workflow", CATEGORY_AGENT}, {"Write", CATEGORY_EDIT},
    {"access_mcp_resource", CATEGORY_MCP}, {"activate_skill", CATEGORY_SKILL},
    {"advisor", CATEGORY_AGENT}, {"agent", CATEGORY_AGENT}, {"append_file", CATEGORY_EDIT},
    {"apply_diff", CATEGORY_EDIT}, {"apply_patch", CATEGORY_EDIT},
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
    {"insert_edit_into_file", CATEGORY_EDIT}, {"invoke_agent", CATEGORY_AGENT},
    {"js_repl", CATEGORY_COMMAND}, {"kill_terminal", CATEGORY_COMMAND}, {"list", CATEGORY_READ},
    {"listDirectory", CATEGORY_READ}, {"list_agents", CATEGORY_AGENT},
    {"list_bash", CATEGORY_COMMAND}, {"list_code_definition_names", CATEGORY_SEARCH},
    {"list_code_usages", CATEGORY_SEARCH}, {"list_dir", CATEGORY_READ},
    {"list_dir_v2", CATEGORY_READ}, {"list_directory", CATEGORY_READ},
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
    {"tracker_add_dependency", CATEGORY_PLAN}, {"tracker_create_task", CATEGORY_PLAN},
    {"tracker_get_task", CATEGORY_PLAN}, {"tracker_list_tasks", CATEGORY_PLAN},
    {"tracker_update_task", CATEGORY_PLAN}, {"tracker_visualize", CATEGORY_PLAN},
    {"unified_exec", CATEGORY_COMMAND}, {"update_goal", CATEGORY_PLAN},
    {"update_plan", CATEGORY_PLAN}, {"update_todo", CATEGORY_PLAN},
    {"update_todo_list", CATEGORY_PLAN}, {"use_mcp_tool", CATEGORY_MCP}, {"view", CATEGORY_READ},
    {"view_image", CATEGORY_READ}, {"wait", CATEGORY_COMMAND}, {"wait_agent", CATEGORY_AGENT},
    {"web_fetch", CATEGORY_WEB}, {"web_search", CATEGORY_WEB}, {"web_search_call", CATEGORY_WEB},
    {"webfetch", CATEGORY_WEB}, {"websearch", CATEGORY_WEB}, {"write", CATEGORY_EDIT},
    {"write_agent", CATEGORY_AGENT}, {"write_bash", CATEGORY_COMMAND},
    {"write_file", CATEGORY_EDIT}, {"write_powershell", CATEGORY_COMMAND},
    {"write_stdin", CATEGORY_COMMAND}, {"write_to_file", CATEGORY_EDIT},
    {"write_todos", CATEGORY_PLAN},
};
/* clang-format on */

/* Tools that wait for a background command or stop it may also do so for a subagent, so they do not
 * count as starting one. */
int bpi_category_of_tool(const char *tool, size_t length) {
  if (length > 4 && memcmp(tool, "mcp_", 4) == 0) return CATEGORY_MCP;
  return code_of(FIND(tools, tool, length), CATEGORY_OTHER);
}

/* ------------------------------------------------------------------------------------ errors */

int bpi_detail_of_status(int64_t status) {
  switch (status) {
  case 400:
  case 404:
  case 413:
  case 422: return DETAIL_INVALID;
  case 401:
  case 403: return DETAIL_AUTH;
  case 402: return DETAIL_BILLING;
  case 429: return DETAIL_RATE_LIMIT;
  case 529: return DETAIL_OVERLOADED;
  default: return status >= 500 && status < 600 ? DETAIL_SERVER : DETAIL_OTHER;
  }
}

static const name_code api_errors[] = {
    {"authentication_failed", DETAIL_AUTH},   {"billing_error", DETAIL_BILLING},
    {"cloud_credential_error", DETAIL_AUTH},  {"invalid_request", DETAIL_INVALID},
    {"max_output_tokens", DETAIL_MAX_OUTPUT}, {"model_not_found", DETAIL_INVALID},
    {"oauth_org_not_allowed", DETAIL_AUTH},   {"overloaded", DETAIL_OVERLOADED},
    {"rate_limit", DETAIL_RATE_LIMIT},        {"server_error", DETAIL_SERVER},
};

int bpi_detail_of_error(const char *word, size_t length) {
  return code_of(FIND(api_errors, word, length), DETAIL_OTHER);
}

/* --------------------------------------------------------------------------------- permissions */

/* "manual" is a later name of the default. "dontAsk" is not listed: it never asks, because it
 * denies what no rule allows. */
static const name_code permissions[] = {
    {"acceptEdits", MODE_ACCEPT_EDITS}, {"auto", MODE_AUTO},
    {"bypassPermissions", MODE_BYPASS}, {"default", MODE_DEFAULT},
    {"manual", MODE_DEFAULT},           {"plan", MODE_PLAN},
};

int bpi_mode_of_permission(const char *word, size_t length) {
  return code_of(FIND(permissions, word, length), MODE_OTHER);
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
