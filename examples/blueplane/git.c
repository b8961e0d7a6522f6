/* git.c: reads your commits of a repository with libgit2, and passes them to the library as native
 * events: time, lines, files, kind of commit, whether an assistant took part. Knows how commits are
 * marked; messages are only examined here, never passed on. Commits of others are skipped, as their
 * work is not yours.
 *
 * Linked only into the program blueplane-git, which elsewhere.c starts. */
#include "commands.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <git2.h>

#include "exits.h"
#include "interrupt.h"
#include "paths.h"

#define BATCH_BYTES ((size_t)1 << 20) /* of events, ingested at once */
#define SESSION_MAX 128               /* bytes of a session's name in an event */
/* Seconds, from 1970 to 2255: the range of times in events. A commit may claim any time. */
#define TIME_LEAST INT64_C(10000000)
#define TIME_MOST INT64_C(9007199254)

/* Addresses of assistants as co-authors of commits. */
static const char *const assistants[] = {"noreply@anthropic.com",
                                         "cursoragent@cursor.com",
                                         "noreply@openai.com",
                                         "codex@openai.com",
                                         "copilot@users.noreply.github.com",
                                         "+copilot@users.noreply.github.com",
                                         "copilot-swe-agent[bot]@users.noreply.github.com",
                                         "devin-ai-integration[bot]@users.noreply.github.com",
                                         "google-labs-jules[bot]@users.noreply.github.com",
                                         "noreply@aider.chat",
                                         "aider@aider.chat",
                                         "noreply@opencode.ai",
                                         "amp@ampcode.com",
                                         NULL};

/* Trailers that mark a commit as assisted. */
static const char *const marks[] = {"assisted-by", "ai-assisted-by", "generated-by",
                                    "ai-generated-by", NULL};

/* First words of a subject line, in lower case. */
static const struct {
  const char *word, *type;
} subjects[] = {{"revert", "revert"}, {"reverts", "revert"},  {"reverted", "revert"},
                {"fix", "fix"},       {"fixes", "fix"},       {"fixed", "fix"},
                {"fixing", "fix"},    {"bugfix", "fix"},      {"hotfix", "fix"},
                {"feat", "feature"},  {"feature", "feature"}, {"add", "feature"},
                {"adds", "feature"},  {"added", "feature"},   {NULL, "other"}};

typedef struct counts {
  int64_t taken, of_others, merges;
} counts;

typedef struct repository {
  const program *p;
  git_repository *git;
  char *origin, *session, *workspace;
  strings authors; /* addresses */
  text events;     /* not yet ingested */
  counts counts;
  bp_ingest_report report;
} repository;

/* ------------------------------------------------------------------------------------- failures */

static int complain_git(const char *path, const char *what, const char *hint) {
  const git_error *why = git_error_last();
  char *shown = text_safe(path), *said = text_safe(why != NULL ? why->message : "unknown error");
  complain(EXIT_FAILED, hint, "%s: %s: %s", shown, what, said);
  free(shown);
  free(said);
  return EXIT_FAILED;
}

/* --------------------------------------------------------------------------------- the commit */

static bool begins(const char *said, const char *word) {
  return strncasecmp(said, word, strlen(word)) == 0;
}

/* Whether the whole first word matches: "fixture" is not "fix". */
static bool first_word_is(const char *said, const char *word) {
  unsigned char next = begins(said, word) ? (unsigned char)said[strlen(word)] : 'a';
  return next < 0x80 && !isalnum(next);
}

static const char *type_of(const git_commit *commit) {
  const char *message = git_commit_message(commit);
  size_t i = 0;
  if (strstr(message, "\nThis reverts commit ") != NULL) return "revert";
  while (subjects[i].word != NULL && !first_word_is(message, subjects[i].word))
    i++;
  return subjects[i].type;
}

/* Whether "Name <address>" ends with one of the addresses. A name alone could be a person's. */
static bool is_assistant(const char *value) {
  size_t length = strlen(value);
  while (length > 0 && strchr("> \t\r", value[length - 1]) != NULL)
    length--;
  for (size_t i = 0; assistants[i] != NULL; i++) {
    size_t known = strlen(assistants[i]);
    if (length >= known && strncasecmp(value + length - known, assistants[i], known) == 0)
      return true;
  }
  return false;
}

static bool says_assisted(const git_message_trailer *trailer) {
  for (size_t i = 0; marks[i] != NULL; i++)
    if (strcasecmp(trailer->key, marks[i]) == 0) return true;
  return strcasecmp(trailer->key, "co-authored-by") == 0 && is_assistant(trailer->value);
}

static bool is_assisted(const git_commit *commit) {
  git_message_trailer_array all = {0};
  const char *message = git_commit_message(commit);
  bool assisted = strstr(message, "Generated with [Claude Code]") != NULL;
  if (git_message_trailers(&all, message) != 0) return assisted;
  for (size_t i = 0; i < all.count && !assisted; i++)
    assisted = says_assisted(&all.trailers[i]);
  git_message_trailer_array_free(&all);
  return assisted;
}

static bool is_mine(const repository *r, const git_commit *commit) {
  const git_signature *author = git_commit_author(commit);
  for (size_t i = 0; i < r->authors.count; i++)
    if (strcasecmp(author->email, r->authors.item[i]) == 0) return true;
  return false;
}

/* Lines and files changed against the parent; a file that was only moved adds no lines. */
static int measure(git_diff_stats **out, repository *r, const git_commit *commit) {
  git_commit *parent = NULL;
  git_tree *before = NULL, *after = NULL;
  git_diff *diff = NULL;
  git_diff_options how;
  git_diff_options_init(&how, GIT_DIFF_OPTIONS_VERSION);
  how.flags |= GIT_DIFF_IGNORE_SUBMODULES;
  how.context_lines = 0;
  int rc = git_commit_tree(&after, commit);
  if (rc == 0 && git_commit_parentcount(commit) > 0) {
    rc = git_commit_parent(&parent, commit, 0);
    if (rc == 0) rc = git_commit_tree(&before, parent);
  }
  if (rc == 0) rc = git_diff_tree_to_tree(&diff, r->git, before, after, &how);
  if (rc == 0) rc = git_diff_find_similar(diff, NULL);
  if (rc == 0) rc = git_diff_get_stats(out, diff);
  git_diff_free(diff);
  git_tree_free(before);
  git_tree_free(after);
  git_commit_free(parent);
  return rc;
}

static void start_event(json *j, const repository *r, const char *kind) {
  json_open(j, NULL, '{');
  json_int(j, "blueplane", 1);
  json_text(j, "kind", kind);
  json_text(j, "platform", "git");
  json_text(j, "session", r->session);
}

static void end_event(repository *r, json *j) {
  json_close(j, '}');
  text_add(&r->events, j->out.data);
  text_add(&r->events, "\n");
  text_free(&j->out);
}

static int add_commit(repository *r, const git_commit *commit) {
  git_diff_stats *lines = NULL;
  char id[GIT_OID_HEXSZ + 1];
  int rc = measure(&lines, r, commit);
  if (rc != 0) return rc;
  json j = {0};
  start_event(&j, r, "commit");
  json_text(&j, "id", git_oid_tostr(id, sizeof id, git_commit_id(commit)));
  git_time_t at = git_commit_author(commit)->when.time;
  if (at >= TIME_LEAST && at <= TIME_MOST) json_int(&j, "time", (int64_t)at * 1000000);
  json_bool(&j, "sidechain", true); /* the commit belongs to the session that recorded it */
  json_text(&j, "type", type_of(commit));
  if (is_assisted(commit)) json_bool(&j, "assisted", true);
  json_int(&j, "lines_added", (int64_t)git_diff_stats_insertions(lines));
  json_int(&j, "lines_removed", (int64_t)git_diff_stats_deletions(lines));
  json_int(&j, "files", (int64_t)git_diff_stats_files_changed(lines));
  end_event(r, &j);
  git_diff_stats_free(lines);
  r->counts.taken++;
  return 0;
}

/* ----------------------------------------------------------------------------- the repository */

static int hand_over(repository *r) {
  bp_error *error = NULL;
  bp_ingest_report report = BP_INGEST_REPORT_INIT;
  int rc = bp_ingest_bytes(r->p->store, "native", r->origin, r->events.data, r->events.length, NULL,
                           &report, &error);
  r->report.records_stored += report.records_stored;
  r->report.records_updated += report.records_updated;
  r->report.records_rejected += report.records_rejected;
  text_free(&r->events);
  r->events = (text){0};
  return rc == BP_OK ? EXIT_OK : complain_of(error);
}

static int take_commit(repository *r, const git_oid *id) {
  git_commit *commit = NULL;
  if (git_commit_lookup(&commit, r->git, id) != 0)
    return complain_git(r->workspace, "a commit cannot be read", NULL);
  int code = EXIT_OK;
  if (git_commit_parentcount(commit) > 1)
    r->counts.merges++;
  else if (!is_mine(r, commit))
    r->counts.of_others++;
  else if (add_commit(r, commit) != 0)
    code = complain_git(r->workspace, "a commit cannot be compared with its parent", NULL);
  git_commit_free(commit);
  return code != EXIT_OK || r->events.length < BATCH_BYTES ? code : hand_over(r);
}

static void add_session(repository *r) {
  json j = {0};
  start_event(&j, r, "session");
  json_text(&j, "workspace", r->workspace);
  end_event(r, &j);
}

/* Reads all commits that are reachable from local branches. */
static int walk(repository *r) {
  git_revwalk *walk = NULL;
  git_oid id;
  int rc = git_revwalk_new(&walk, r->git);
  if (rc == 0) rc = git_revwalk_push_glob(walk, "refs/heads/*");
  if (rc == 0 && !git_repository_head_unborn(r->git)) rc = git_revwalk_push_head(walk);
  int code = rc == 0 ? EXIT_OK : complain_git(r->workspace, "its branches cannot be read", NULL);
  add_session(r);
  while (code == EXIT_OK && !interrupted && (rc = git_revwalk_next(&id, walk)) == 0)
    code = take_commit(r, &id);
  if (code == EXIT_OK && rc != 0 && rc != GIT_ITEROVER)
    code = complain_git(r->workspace, "its history cannot be read", NULL);
  git_revwalk_free(walk);
  int handed = hand_over(r);
  if (code == EXIT_OK && handed == EXIT_OK && interrupted) return EXIT_INTERRUPTED;
  return code == EXIT_OK ? handed : code;
}

/* The web address of a remote like "git@host:owner/name.git", as the forge itself names it; NULL if
 * it has none. As for git, a remote without a scheme is a path if a slash comes before any colon:
 * "../name.git" means something else in each repository. */
static char *address_of(const char *remote) {
  text address = {0};
  const char *scheme = strstr(remote, "://"), *rest = scheme != NULL ? scheme + 3 : remote, *at;
  if (scheme != NULL && begins(remote, "file")) return NULL;
  if ((at = strchr(rest, '@')) != NULL && at < rest + strcspn(rest, "/")) rest = at + 1;
  size_t host = strcspn(rest, ":/");
  if (host == 0 || rest[host] == '\0') return NULL;
  if (scheme == NULL && (rest[host] == '/' || host == 1)) return NULL; /* a path, or C:\name.git */
  const char *path = rest + host + 1;
  if (scheme != NULL && rest[host] == ':') path += strspn(path, "0123456789"); /* a port */
  while (*path == '/')
    path++;
  size_t length = strlen(path);
  while (length > 0 && path[length - 1] == '/')
    length--;
  if (length > 4 && strncmp(path + length - 4, ".git", 4) == 0) length -= 4;
  text_add(&address, "https://");
  text_add_bytes(&address, rest, host);
  text_add(&address, "/");
  text_add_bytes(&address, path, length);
  return address.data;
}

/* "folder " and the path, or a hash of a path that is too long. */
static char *folder_session(const char *path) {
  char *session = print_text("folder %s", path);
  if (strlen(session) <= SESSION_MAX) return session;
  free(session);
  return print_text("folder #%016" PRIx64, hash_text(TEXT_HASH_START, path));
}

static void name_session(repository *r) {
  git_remote *remote = NULL;
  if (git_remote_lookup(&remote, r->git, "origin") == 0 && git_remote_url(remote) != NULL)
    r->session = address_of(git_remote_url(remote));
  git_remote_free(remote);
  if (r->session != NULL && strlen(r->session) <= SESSION_MAX) return;
  free(r->session);
  r->session = folder_session(r->workspace);
}

static char *without_slash(const char *path) {
  char *copy = copy_text(path);
  size_t length = strlen(copy);
  while (length > 1 && copy[length - 1] == '/')
    copy[--length] = '\0';
  return copy;
}

/* --author, or else the address that the repository uses for commits. */
static int find_authors(repository *r) {
  git_config *config = NULL;
  const char *address = NULL;
  for (size_t i = 0; i < r->p->options.author.count; i++)
    strings_add(&r->authors, r->p->options.author.item[i]);
  if (r->authors.count > 0) return EXIT_OK;
  if (git_repository_config_snapshot(&config, r->git) == 0 &&
      git_config_get_string(&address, config, "user.email") == 0)
    strings_add(&r->authors, address);
  git_config_free(config);
  if (r->authors.count > 0) return EXIT_OK;
  char *shown = text_safe(r->workspace);
  complain(EXIT_USAGE, "say who you are with --author ADDRESS, or git config user.email ADDRESS",
           "%s: it is not known which commits are yours", shown);
  free(shown);
  return EXIT_USAGE;
}

/* In a shallow clone the first commit would seem to have written everything before it. */
static int refuse_shallow(const char *path) {
  char *shown = text_safe(path);
  complain(EXIT_FAILED, "git fetch --unshallow fetches the rest",
           "%s: a shallow clone has only a part of the history", shown);
  free(shown);
  return EXIT_FAILED;
}

static int read_repository(repository *r, const char *path) {
  if (git_repository_open_ext(&r->git, path, 0, NULL) != 0)
    return complain_git(path, "not a repository",
                        "name one: blueplane git PATH, or go to one first");
  if (git_repository_is_shallow(r->git) == 1) return refuse_shallow(path);
  const char *folder = git_repository_workdir(r->git);
  r->workspace = without_slash(folder != NULL ? folder : git_repository_path(r->git));
  r->origin = print_text("git %s", r->workspace);
  name_session(r);
  int code = find_authors(r);
  return code == EXIT_OK ? walk(r) : code;
}

static void free_repository(repository *r) {
  git_repository_free(r->git);
  free(r->origin);
  free(r->session);
  free(r->workspace);
  strings_free(&r->authors);
  text_free(&r->events);
}

/* -------------------------------------------------------------------------------------- report */

static void report_text(text *t, const repository *r) {
  char *path = short_path(r->workspace);
  text_add(t, path);
  text_add(t, ": ");
  put_some(t, (uint64_t)r->counts.taken, "commit of yours, ", "commits of yours, ");
  put_count(t, (int64_t)r->report.records_stored);
  text_add(t, " new; ");
  put_count(t, r->counts.of_others);
  text_add(t, " of others and ");
  put_some(t, (uint64_t)r->counts.merges, "merge skipped", "merges skipped");
  if (r->report.records_rejected > 0) {
    text_add(t, "; ");
    put_count(t, (int64_t)r->report.records_rejected);
    text_add(t, " rejected, blueplane doctor says why");
  }
  text_add(t, "\n");
  free(path);
}

static void report_json(json *j, const repository *r) {
  json_open(j, NULL, '{');
  json_text(j, "path", r->workspace);
  json_int(j, "commits", r->counts.taken);
  json_int(j, "of_others", r->counts.of_others);
  json_int(j, "merges", r->counts.merges);
  json_int(j, "records_stored", (int64_t)r->report.records_stored);
  json_int(j, "records_updated", (int64_t)r->report.records_updated);
  json_int(j, "records_rejected", (int64_t)r->report.records_rejected);
  json_close(j, '}');
}

static int run_all(program *p, text *t, json *j) {
  static char *const here[] = {".", NULL};
  char *const *paths = p->argument_count > 0 ? p->arguments : here;
  int code = EXIT_OK;
  for (; *paths != NULL && code != EXIT_INTERRUPTED; paths++) {
    repository r = {.p = p, .report = BP_INGEST_REPORT_INIT};
    int ended = read_repository(&r, *paths);
    if (ended == EXIT_OK || ended == EXIT_INTERRUPTED) {
      report_text(t, &r);
      report_json(j, &r);
    }
    if (code == EXIT_OK || ended == EXIT_INTERRUPTED) code = ended;
    free_repository(&r);
  }
  return code;
}

int run_git(program *p) {
  text t = {0};
  json j = {0};
  int code = open_store(p, false);
  if (code != EXIT_OK) return code;
  git_libgit2_init();
  json_open(&j, NULL, '{');
  json_text(&j, "schema", "blueplane.git/1");
  json_open(&j, "repositories", '[');
  code = run_all(p, &t, &j);
  json_close(&j, ']');
  json_close(&j, '}');
  git_libgit2_shutdown();
  int written = EXIT_OK;
  if (is_json(&p->screen))
    written = write_json(&j);
  else if (t.length > 0)
    written = write_out(&t);
  if (is_json(&p->screen))
    text_free(&t);
  else
    text_free(&j.out);
  return code != EXIT_OK ? code : written;
}
