/* paths.c: where each assistant and the XDG specification keep files. */
#include "paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "system.h"
#include "text.h"

/* A variable's value; NULL if it is not set or empty. */
static const char *variable(const char *name) {
  const char *value = getenv(name);
  return value != NULL && value[0] != '\0' ? value : NULL;
}

/* An XDG base directory. The specification says to ignore relative paths. */
static char *xdg_folder(const char *name, const char *below_home) {
  const char *value = variable(name);
  if (value != NULL && is_absolute(value)) return plain_path(value);
  char *home = home_folder();
  char *path = print_text("%s/%s", home, below_home);
  free(home);
  return path;
}

/* The base directory for our own files, which on Windows a variable names. */
static char *own_folder(const char *name, const char *below_home, const char *on_windows) {
#ifdef _WIN32
  const char *value = variable(name) == NULL ? variable(on_windows) : NULL;
  if (value != NULL) return plain_path(value);
#endif
  (void)on_windows;
  return xdg_folder(name, below_home);
}

char *default_store(void) {
  const char *store = variable("BLUEPLANE_STORE");
  if (store != NULL) return copy_text(store);
  char *data = own_folder("XDG_DATA_HOME", ".local/share", "LOCALAPPDATA");
  char *path = print_text("%s/blueplane/blueplane.db", data);
  free(data);
  return path;
}

char *config_path(void) {
  char *config = own_folder("XDG_CONFIG_HOME", ".config", "APPDATA");
  char *path = print_text("%s/blueplane/config", config);
  free(config);
  return path;
}

char *state_path(const char *name) {
  char *state = own_folder("XDG_STATE_HOME", ".local/state", "LOCALAPPDATA");
  char *path = print_text("%s/blueplane/%s", state, name);
  free(state);
  return path;
}

char *hooks_folder(const char *assistant) {
  char *name = print_text("%s_hooks", assistant), *path = state_path(name);
  free(name);
  return path;
}

/* --------------------------------------------------------------------------------------- roots */

/* Takes ownership of `path`. */
static void add_root(roots *r, const char *source, char *path, const char *from) {
  char *real = real_path(path);
  if (real != NULL) {
    free(path);
    path = real;
  }
  for (size_t i = 0; i < r->count; i++) {
    if (strcmp(r->item[i].path, path) != 0) continue;
    free(path);
    return;
  }
  r->item = need(realloc(r->item, (r->count + 1) * sizeof *r->item));
  bool exists = is_folder(path);
  r->item[r->count++] = (root){source, path, from, exists, exists && may_list(path)};
}

/* The subfolder "projects" if it exists, else the folder, which may itself be a projects folder. */
static char *projects_of(const char *folder) {
  char *projects = print_text("%s/projects", folder);
  if (is_folder(projects)) return projects;
  free(projects);
  return copy_text(folder);
}

char *expand_home(const char *path) {
  if (path[0] != '~' || (path[1] != '\0' && strchr(PATH_DIVIDERS, path[1]) == NULL))
    return plain_path(path);
  char *home = home_folder();
  char *expanded = print_text("%s%s", home, path + 1);
  free(home);
  return expanded;
}

static void add_claude_roots(roots *r) {
  const char *list = variable("CLAUDE_CONFIG_DIR");
  if (list == NULL) {
    char *config = xdg_folder("XDG_CONFIG_HOME", ".config"), *home = home_folder();
    add_root(r, "claude_code", print_text("%s/claude/projects", config), "default");
    add_root(r, "claude_code", print_text("%s/.claude/projects", home), "default");
    free(config);
    free(home);
    return;
  }
  strings folders = {0};
  strings_add_list(&folders, list);
  for (size_t i = 0; i < folders.count; i++) {
    char *folder = expand_home(folders.item[i] + strspn(folders.item[i], " "));
    add_root(r, "claude_code", projects_of(folder), "CLAUDE_CONFIG_DIR");
    free(folder);
  }
  strings_free(&folders);
}

static void add_codex_roots(roots *r) {
  const char *variable_home = variable("CODEX_HOME");
  const char *from = variable_home != NULL ? "CODEX_HOME" : "default";
  char *home = home_folder();
  char *folder = variable_home != NULL ? expand_home(variable_home) : print_text("%s/.codex", home);
  char *archived = print_text("%s/archived_sessions", folder);
  char *sessions = print_text("%s/sessions", folder);
  /* the folder itself may hold a copy of rollouts */
  bool bare = variable_home != NULL && is_folder(folder) && !is_folder(sessions) &&
              !is_folder(archived);
  add_root(r, "codex", bare ? copy_text(folder) : copy_text(sessions), from);
  if (is_folder(archived)) add_root(r, "codex", copy_text(archived), from);
  free(sessions);
  free(archived);
  free(folder);
  free(home);
}

/* Adds a folder below an assistant's home, which a variable may name. */
static void add_root_of(roots *r, const char *source, const char *name, const char *home_name,
                        const char *below) {
  const char *value = name == NULL ? NULL : variable(name);
  char *home = home_folder();
  char *folder = value != NULL ? expand_home(value) : print_text("%s/%s", home, home_name);
  char *path = below == NULL ? copy_text(folder) : print_text("%s/%s", folder, below);
  add_root(r, source, path, value != NULL ? name : "default");
  free(folder);
  free(home);
}

/* Adds the folders of the editor's databases, which differ between systems. */
static void add_cursor_roots(roots *r) {
  static const char *const storage[] = {"globalStorage", "workspaceStorage"};
  char *home = home_folder();
#if defined(__APPLE__)
  char *user = print_text("%s/Library/Application Support/Cursor/User", home);
#elif defined(_WIN32)
  const char *named = variable("APPDATA");
  char *data = named != NULL ? plain_path(named) : print_text("%s/AppData/Roaming", home);
  char *user = print_text("%s/Cursor/User", data);
  free(data);
#else
  char *config = xdg_folder("XDG_CONFIG_HOME", ".config");
  char *user = print_text("%s/Cursor/User", config);
  free(config);
#endif
  for (size_t i = 0; i < sizeof storage / sizeof *storage; i++)
    add_root(r, "cursor", print_text("%s/%s", user, storage[i]), "default");
  add_root(r, "cursor", print_text("%s/.cursor/ai-tracking", home), "default");
  free(user);
  free(home);
}

static void add_hook_roots(roots *r) {
  static const char *const assistants[][2] = {{"claude_code", "claude_code_hooks"},
                                              {"cursor", "cursor_hooks"}};
  for (size_t i = 0; i < sizeof assistants / sizeof *assistants; i++)
    add_root(r, assistants[i][1], hooks_folder(assistants[i][0]), "default");
}

roots find_roots(void) {
  roots r = {NULL, 0};
  add_claude_roots(&r);
  add_codex_roots(&r);
  add_root_of(&r, "gemini", NULL, ".gemini", "tmp");
  add_root_of(&r, "copilot", "COPILOT_HOME", ".copilot", "session-state");
  add_cursor_roots(&r);
  add_hook_roots(&r);
  char *data = xdg_folder("XDG_DATA_HOME", ".local/share");
  add_root(&r, "opencode_db", print_text("%s/opencode", data), "default");
  add_root(&r, "opencode_storage", print_text("%s/opencode/storage", data), "default");
  add_root(&r, "opencode_storage", print_text("%s/opencode/project", data), "default");
  free(data);
  add_root_of(&r, "blueplane_db", NULL, ".blueplane", NULL);
  return r;
}

void roots_free(roots *r) {
  for (size_t i = 0; i < r->count; i++)
    free(r->item[i].path);
  free(r->item);
  *r = (roots){NULL, 0};
}

/* ------------------------------------------------------------------------------------- folders */

/* Earlier failures do not matter if the last folder exists or can be made: the name of a server,
 * for instance, is not a folder. */
int make_folder_of(const char *path) {
  char *folder = copy_text(path);
  int first = 0, failed = 0;
  for (char *at = folder + 1; (at = strpbrk(at, PATH_DIVIDERS)) != NULL; at++) {
    char divider = *at;
    *at = '\0';
    failed = is_folder(folder) ? 0 : make_private_folder(folder);
    if (failed == EEXIST) failed = 0;
    if (first == 0) first = failed;
    *at = divider;
  }
  free(folder);
  return failed == 0 ? 0 : first;
}

char *short_path(const char *path) {
  char *home = home_folder(), *shown;
  size_t length = strlen(home);
  if (length > 1 && strncmp(path, home, length) == 0 && path[length] == '/')
    shown = print_text("~%s", path + length);
  else
    shown = copy_text(path);
  free(home);
  char *safe = text_safe(shown);
  free(shown);
  return safe;
}
