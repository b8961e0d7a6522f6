/* The vocabularies, and the tables that map names of assistants, tools and files to them. Expected
 * values are listed by hand. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/vocabulary.h"
#include "groups.h"
#include "run_suite.h"

/* ------------------------------------------------------------------------------ vocabularies */

START_TEST(names_and_numbers_belong_together) {
  ck_assert_int_eq(bpi_vocabulary_size(VOCABULARY_OUTCOME), 9);
  ck_assert_int_eq(bpi_vocabulary_size(VOCABULARY_SPEED), 2);
  for (int v = 0; v < VOCABULARY_COUNT; v++) {
    int size = bpi_vocabulary_size((vocabulary)v);
    ck_assert_int_ge(size, 2);
    for (int code = 0; code < size; code++) {
      const char *name = bpi_vocabulary_name((vocabulary)v, code);
      ck_assert_ptr_nonnull(name);
      ck_assert_int_eq(bpi_vocabulary_code((vocabulary)v, name, strlen(name)), code);
      ck_assert_int_ne(bpi_vocabulary_code((vocabulary)v, name, strlen(name) - 1), code);
    }
    ck_assert_ptr_null(bpi_vocabulary_name((vocabulary)v, size));
    ck_assert_ptr_null(bpi_vocabulary_name((vocabulary)v, -1));
    ck_assert_int_eq(bpi_vocabulary_code((vocabulary)v, "nonsense", 8), -1);
    ck_assert_int_eq(bpi_vocabulary_code((vocabulary)v, "", 0), -1);
  }
}
END_TEST

/* Numbers are stored, so they must never change. */
START_TEST(numbers_stay) {
  static const struct {
    vocabulary v;
    const char *name;
    int code;
  } rows[] = {
      {VOCABULARY_OUTCOME, "ignored", 8},  {VOCABULARY_FAILURE, "changed", 8},
      {VOCABULARY_CATEGORY, "ask", 10},    {VOCABULARY_PROGRAM, "commit", 13},
      {VOCABULARY_LANGUAGE, "svelte", 36}, {VOCABULARY_LANGUAGE, "python", 20},
      {VOCABULARY_EVENT, "subagent", 15},  {VOCABULARY_DETAIL, "manual", 16},
      {VOCABULARY_STOP, "pause_turn", 7},  {VOCABULARY_SPEED, "fast", 1},
      {VOCABULARY_TIER, "flex", 3},        {VOCABULARY_GEO, "other", 3},
      {VOCABULARY_QUALITY, "final", 2},    {VOCABULARY_MODE, "auto", 6},
      {VOCABULARY_SIZE, "huge", 5},        {VOCABULARY_DECISION, "command", 3},
      {VOCABULARY_CHANGE, "issue", 2},     {VOCABULARY_CHANGE_TYPE, "bug", 5},
      {VOCABULARY_ASSISTED, "yes", 2},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ck_assert_int_eq(bpi_vocabulary_code(rows[i].v, rows[i].name, strlen(rows[i].name)),
                     rows[i].code);
    ck_assert_int_eq(bpi_vocabulary_size(rows[i].v) > rows[i].code, 1);
  }
}
END_TEST

START_TEST(prompt_sizes) {
  static const struct {
    int64_t characters;
    int size;
  } cases[] = {
      {-1, SIZE_UNKNOWN}, {0, SIZE_UNKNOWN}, {1, SIZE_TINY},     {49, SIZE_TINY},
      {50, SIZE_SHORT},   {199, SIZE_SHORT}, {200, SIZE_MEDIUM}, {999, SIZE_MEDIUM},
      {1000, SIZE_LONG},  {4999, SIZE_LONG}, {5000, SIZE_VAST},  {INT64_MAX, SIZE_VAST},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    ck_assert_int_eq(bpi_prompt_size(cases[i].characters), cases[i].size);
}
END_TEST

/* -------------------------------------------------------------------------------------- lists */

static const group tools[] = {
    {CATEGORY_READ,
     "Read View NotebookRead read view read_file read_file_v2 read_many_files list_dir "
     "list_dir_v2 list_directory list_files list ls LS LSTool LSP lsp ReadFile ReadLints "
     "read_lints get_errors view_image show_file copilot_readFile copilot_listDirectory "
     "copilot_getErrors readFile listDirectory problems get_changed_files "
     "copilot_getNotebookSummary read_notebook_cell_output get_internal_docs read_files"},
    {CATEGORY_SEARCH,
     "Grep Glob GrepTool GlobTool grep glob rg search SemanticSearch codebase_search "
     "code_search codesearch semantic_search semantic_search_full file_search fileSearch "
     "textSearch codebase glob_file_search grep_search grep_files ripgrep_raw_search "
     "ripgrep search_file_content search_files test_search list_code_usages "
     "copilot_searchCodebase copilot_findFiles copilot_findTextInFiles "
     "copilot_listCodeUsages find list_code_definition_names"},
    {CATEGORY_EDIT,
     "Edit MultiEdit Write NotebookEdit Replace StrReplace Delete EditNotebook ApplyPatch "
     "edit write create multiedit patch apply_patch apply_diff replace write_file "
     "write_to_file replace_in_file edit_file edit_file_v2 edit_notebook "
     "edit_notebook_file search_replace delete_file create_file create_directory "
     "insert_edit_into_file replace_string_in_file multi_replace_string_in_file "
     "str_replace_editor str_replace_based_edit_tool text_editor_code_execution reapply "
     "insert_content append_file copilot_createFile copilot_createDirectory "
     "copilot_replaceString copilot_multiReplaceString copilot_applyPatch "
     "copilot_insertEdit copilot_editNotebook editFiles createFile createDirectory "
     "editNotebook"},
    {CATEGORY_COMMAND,
     "Bash BashOutput TaskOutput TaskStop KillShell KillBash PowerShell Shell REPL Monitor bash read_bash "
     "write_bash stop_bash list_bash powershell read_powershell write_powershell "
     "stop_powershell list_powershell shell shell_command local_shell local_shell_call "
     "container.exec exec exec_command write_stdin unified_exec run_shell_command "
     "run_shell run_terminal_cmd run_terminal_command run_terminal_command_v2 "
     "run_in_terminal get_terminal_output send_to_terminal kill_terminal "
     "terminal_last_command execute_command runInTerminal getTerminalOutput runTests "
     "run_tests run_task create_and_run_task run_notebook_cell runNotebookCell "
     "copilot_runNotebookCell bash_code_execution code_execution js_repl wait"},
    {CATEGORY_AGENT,
     "Task Agent AgentOutputTool SendMessage TeamCreate TeamDelete "
     "task task_v2 agent runSubagent run_subagent spawn_agent send_input wait_agent "
     "close_agent resume_agent list_agents read_agent write_agent delegate_to_agent "
     "codebase_investigator generalist advisor Workflow invoke_agent"},
    {CATEGORY_PLAN,
     "TodoWrite TodoRead TaskCreate TaskUpdate TaskList TaskGet ExitPlanMode "
     "EnterPlanMode exit_plan_mode enter_plan_mode plan_enter plan_exit CreatePlan "
     "create_plan SwitchMode switch_mode update_plan update_todo update_todo_list "
     "todowrite todoread todo_write todo_read write_todos manage_todo_list manageTodoList "
     "report_intent create_goal get_goal update_goal tracker_create_task tracker_update_task "
     "tracker_get_task tracker_list_tasks tracker_add_dependency tracker_visualize"},
    {CATEGORY_WEB,
     "WebFetch WebSearch web_fetch web_search web_search_call google_web_search webfetch "
     "websearch fetch fetch_url fetch_webpage fetchWebPage copilot_fetchWebPage "
     "fetch_copilot_cli_documentation github_repo open_simple_browser openSimpleBrowser "
     "browser_action"},
    {CATEGORY_MCP, "CallMcpTool FetchMcpResource ListMcpResources ListMcpResourcesTool "
                   "ReadMcpResourceTool list_mcp_resources list_mcp_resource_templates "
                   "read_mcp_resource use_mcp_tool access_mcp_resource mcp"},
    {CATEGORY_SKILL, "Skill SlashCommand skill activate_skill fetch_rules"},
    {CATEGORY_ASK, "AskUserQuestion AskQuestion ask_user ask_question ask_followup_question "
                   "request_user_input request_permissions question"},
};

static void check_tool(const char *name, int code) {
  ck_assert_msg(bpi_category_of_tool(name, strlen(name)) == code, "%s", name);
}

START_TEST(tools_have_categories) {
  EACH(tools, check_tool);
  check_tool("mcp__github__create_issue", CATEGORY_MCP);
  check_tool("mcp__x", CATEGORY_MCP);
  check_tool("mcp_server_tool", CATEGORY_MCP);
  const char *others[] = {"",           "R",
                          "Rea",        "Readx",
                          "READ",       "rEAD",
                          "zzz",        "mcp_",
                          "MCP__x",     "Bash ",
                          "ToolSearch", "StructuredOutput",
                          "Edit\n",     "A whole sentence that a model took for a tool."};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    check_tool(others[i], CATEGORY_OTHER);
  ck_assert_int_eq(bpi_category_of_tool("Read\0", 5), CATEGORY_OTHER);
  ck_assert_int_eq(bpi_category_of_tool("Readme", 4), CATEGORY_READ);
}
END_TEST

static const group api_errors[] = {
    {DETAIL_AUTH, "authentication_failed oauth_org_not_allowed cloud_credential_error"},
    {DETAIL_BILLING, "billing_error"},
    {DETAIL_INVALID, "invalid_request model_not_found"},
    {DETAIL_MAX_OUTPUT, "max_output_tokens"},
    {DETAIL_OVERLOADED, "overloaded"},
    {DETAIL_RATE_LIMIT, "rate_limit"},
    {DETAIL_SERVER, "server_error"},
    {DETAIL_OTHER, "unknown rate_limits rate Rate_limit"},
};

static void check_api_error(const char *word, int code) {
  ck_assert_int_eq(bpi_detail_of_error(word, strlen(word)), code);
}

START_TEST(api_errors_have_classes) {
  EACH(api_errors, check_api_error);
  ck_assert_int_eq(bpi_detail_of_error("", 0), DETAIL_OTHER);
}
END_TEST

static const group permissions[] = {
    {MODE_DEFAULT, "default manual"},
    {MODE_ACCEPT_EDITS, "acceptEdits"},
    {MODE_PLAN, "plan"},
    {MODE_BYPASS, "bypassPermissions"},
    {MODE_AUTO, "auto"},
    {MODE_OTHER, "dontAsk bubble Plan"}, /* the first denies what is not known to be allowed */
};

static void check_permission(const char *word, int code) {
  ck_assert_int_eq(bpi_mode_of_permission(word, strlen(word)), code);
}

START_TEST(permissions_have_modes) {
  EACH(permissions, check_permission);
  ck_assert_int_eq(bpi_mode_of_permission("", 0), MODE_OTHER);
}
END_TEST

static const group endings[] = {
    {LANGUAGE_C, "c h"},
    {LANGUAGE_CPP, "cc cpp cxx c++ hh hpp hxx h++ ipp inl tpp cppm ixx ino cu cuh"},
    {LANGUAGE_CSHARP, "cs csx razor cshtml"},
    {LANGUAGE_CSS, "css scss sass less styl pcss"},
    {LANGUAGE_DART, "dart"},
    {LANGUAGE_ELIXIR, "ex exs eex heex leex"},
    {LANGUAGE_GO, "go"},
    {LANGUAGE_HASKELL, "hs lhs"},
    {LANGUAGE_HTML, "html htm xhtml"},
    {LANGUAGE_JAVA, "java"},
    {LANGUAGE_JAVASCRIPT, "js jsx mjs cjs"},
    {LANGUAGE_JSON, "json jsonc json5 jsonl ndjson geojson webmanifest har"},
    {LANGUAGE_KOTLIN, "kt kts"},
    {LANGUAGE_LUA, "lua luau"},
    {LANGUAGE_MARKDOWN, "md mdx markdown qmd mdc"},
    {LANGUAGE_OBJC, "m mm"},
    {LANGUAGE_PERL, "pl pm t"},
    {LANGUAGE_PHP, "php phtml"},
    {LANGUAGE_PYTHON, "py pyi pyw pyx"},
    {LANGUAGE_R, "r rmd"},
    {LANGUAGE_RUBY, "rb erb rake gemspec ru podspec"},
    {LANGUAGE_RUST, "rs"},
    {LANGUAGE_SCALA, "scala sc sbt"},
    {LANGUAGE_SHELL, "sh bash zsh fish ksh ps1 psm1 bat cmd bats"},
    {LANGUAGE_SQL, "sql psql"},
    {LANGUAGE_SWIFT, "swift"},
    {LANGUAGE_TOML, "toml"},
    {LANGUAGE_TYPESCRIPT, "ts tsx mts cts"},
    {LANGUAGE_VUE, "vue"},
    {LANGUAGE_XML,
     "xml xsd xsl xslt svg plist xaml csproj vbproj fsproj props targets resx storyboard "
     "xib wsdl"},
    {LANGUAGE_YAML, "yaml yml"},
    {LANGUAGE_ZIG, "zig zon"},
    {LANGUAGE_NOTEBOOK, "ipynb"},
    {LANGUAGE_TEXT, "txt text rst adoc asciidoc log org tex"},
    {LANGUAGE_SVELTE, "svelte"},
};

static const group file_names[] = {
    {LANGUAGE_OTHER, "makefile gnumakefile dockerfile containerfile jenkinsfile justfile procfile "
                     "cmakelists.txt"},
    {LANGUAGE_RUBY, "gemfile rakefile vagrantfile podfile brewfile fastfile"},
    {LANGUAGE_SHELL, ".bashrc .bash_profile .bash_aliases .zshrc .zshenv .profile .envrc"},
    {LANGUAGE_TEXT,
     "license licence copying readme notice authors changelog contributing codeowners"},
    {LANGUAGE_TOML, "cargo.lock poetry.lock pipfile uv.lock"},
    {LANGUAGE_JSON, ".prettierrc .eslintrc .babelrc composer.lock pipfile.lock"},
    {LANGUAGE_PYTHON, "sconstruct sconscript wscript"},
    {LANGUAGE_YAML, ".clang-format .clang-tidy .clangd"},
};

static void check_path(const char *path, int code) {
  ck_assert_msg(bpi_language_of_path(path, strlen(path)) == code, "%s", path);
}

static void check_ending(const char *name, int code) {
  static const char *const fronts[] = {"a.", "src/x.y.", "C:\\src\\b.", "/deep.down/.hidden."};
  for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
    char path[64];
    snprintf(path, sizeof path, "%s%s", fronts[i], name);
    check_path(path, code);
    for (char *p = path + strlen(fronts[i]); *p; p++)
      if (*p >= 'a' && *p <= 'z') *p = (char)(*p - 32);
    check_path(path, code);
  }
}

static void check_file_name(const char *name, int code) {
  char path[64];
  snprintf(path, sizeof path, "/src/%s", name);
  check_path(name, code);
  check_path(path, code);
}

START_TEST(paths_have_languages) {
  EACH(endings, check_ending);
  EACH(file_names, check_file_name);
  check_path("src/Makefile", LANGUAGE_OTHER);
  check_path("Dockerfile", LANGUAGE_OTHER);
  check_path("Dockerfile.dev", LANGUAGE_OTHER);
  check_path("CMakeLists.txt", LANGUAGE_OTHER);
  check_path("notes.txt", LANGUAGE_TEXT);
  check_path("Gemfile", LANGUAGE_RUBY);
  check_path("types.d.ts", LANGUAGE_TYPESCRIPT);
  check_path("photo.png", LANGUAGE_OTHER);
  check_path(".gitignore", LANGUAGE_OTHER);
  check_path("x.thisendingislongerthananyknown", LANGUAGE_OTHER);
  /* A name without information. */
  check_path("", LANGUAGE_UNKNOWN);
  check_path("program", LANGUAGE_UNKNOWN);
  check_path("src.py/", LANGUAGE_UNKNOWN);
  check_path("src.py/program", LANGUAGE_UNKNOWN);
  check_path("program.", LANGUAGE_UNKNOWN);
  ck_assert_int_eq(bpi_language_of_path("a.pyc", 4), LANGUAGE_PYTHON);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("vocabulary");
  TCase *tests = tcase_create("vocabulary");
  tcase_set_timeout(tests, 30);
  tcase_add_test(tests, names_and_numbers_belong_together);
  tcase_add_test(tests, numbers_stay);
  tcase_add_test(tests, prompt_sizes);
  tcase_add_test(tests, tools_have_categories);
  tcase_add_test(tests, api_errors_have_classes);
  tcase_add_test(tests, permissions_have_modes);
  tcase_add_test(tests, paths_have_languages);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
