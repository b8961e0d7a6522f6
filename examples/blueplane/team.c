/* team.c: commands that move numbers from people to a team: stewards' stores, invitations, rosters,
 * bundles and releases. All of these are files; sending them is up to the people. */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exits.h"
#include "interrupt.h"
#include "paths.h"
#include "system.h"

/* --------------------------------------------------------------------------------------- files */

static int failed_file(const char *what, const char *path, int why) {
  char *shown = short_path(path);
  int code = complain(EXIT_FAILED, NULL, "cannot %s %s: %s", what, shown, strerror(why));
  free(shown);
  return code;
}

/* Never overwrites a file, as it may be the only copy. NULL: an error was printed. */
static FILE *open_new(const char *path) {
  FILE *file = create_private(path);
  if (file == NULL) failed_file("write", path, errno);
  return file;
}

/* Writes and closes the file. On an error removes it, as it would block the next attempt. */
static int fill_new(FILE *file, const char *path, const void *data, size_t length) {
  int failed = fwrite(data, 1, length, file) == length ? 0 : errno;
  if (fclose(file) != 0 && failed == 0) failed = errno;
  if (failed == 0) return EXIT_OK;
  remove(path);
  return failed_file("write", path, failed);
}

/* ------------------------------------------------------------------------------- other stores */

/* Opens another store instead of the person's own. */
static int open_other(program *p, const char *path, uint32_t access, const char *scope,
                      uint32_t flags) {
  bp_open_options how = BP_OPEN_OPTIONS_INIT;
  bp_error *error = NULL;
  how.access = access;
  how.scope = scope;
  how.flags = flags;
  return bp_open(&p->store, path, &how, &error) == BP_OK ? EXIT_OK : complain_of(error);
}

/* Opens an existing store: steward access would make a missing one. */
static int open_steward(program *p, const char *path) {
  if (access(path, F_OK) != 0) return failed_file("open", path, errno);
  return open_other(p, path, BP_ACCESS_STEWARD, NULL, 0);
}

int show_topic(const program *p, const char *topic) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (bp_inspect(&r, p->store, topic, &error) != BP_OK) return complain_of(error);
  int code = write_result(&p->screen, r, "titles");
  bp_result_free(r);
  return code;
}

/* Prints the last document of a topic unchanged, to be saved as a file. */
static int print_document(program *p, const char *topic, size_t column, const char *none) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (bp_inspect(&r, p->store, topic, &error) != BP_OK) return complain_of(error);
  size_t rows = bp_result_rows(r);
  text t = {0};
  if (rows > 0) text_addf(&t, "%s\n", bp_result_text(r, rows - 1, column, NULL));
  int code = rows > 0 ? write_out(&t) : complain(EXIT_NOTHING, NULL, "%s", none);
  bp_result_free(r);
  return code;
}

/* An unknown file is parsed as a roster, so the library would report invalid JSON. */
static int complain_of_file(const char *path, bp_error *error) {
  const char *byte = bp_error_detail(error, "byte");
  bool other = bp_error_code(error) == BP_ERR_FORMAT && byte != NULL && strcmp(byte, "0") == 0;
  if (!other) return complain_of_content(path, error);
  bp_error_free(error);
  char *shown = short_path(path);
  complain(EXIT_FAILED, NULL, "%s is not a bundle, release, invitation or signed roster", shown);
  free(shown);
  return EXIT_FAILED;
}

int describe_file(bp_result **out, const char *path) {
  text data = {0};
  bp_error *error = NULL;
  int code = load_file(&data, path);
  if (code == EXIT_OK &&
      bp_share_describe(out, data.length > 0 ? data.data : "", data.length, &error) != BP_OK)
    code = complain_of_file(path, error);
  text_free(&data);
  return code;
}

/* Gets the kind of a file and, unless `key` is NULL, the key of its store. */
static int describe(char kind[16], text *key, const char *path) {
  bp_result *r = NULL;
  int code = describe_file(&r, path);
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    const char *name = bp_result_text(r, row, 0, NULL), *value = bp_result_text(r, row, 1, NULL);
    if (strcmp(name, "kind") == 0) snprintf(kind, 16, "%s", value);
    if (strcmp(name, "store") == 0 && key != NULL) text_add(key, value);
  }
  bp_result_free(r);
  return code;
}

/* ----------------------------------------------------------------------------- team and its steward */

static int team_init(program *p) {
  bool organisation = p->argument_count == 3;
  if (organisation && strcmp(p->arguments[2], "organisation") != 0)
    return complain(EXIT_USAGE, NULL, "a store is for a team, or for an organisation");
  int code =
      open_other(p, p->arguments[1], BP_ACCESS_STEWARD, organisation ? "organisation" : "team", 0);
  if (code != EXIT_OK || organisation) return code;
  return show_topic(p, "identity");
}

static int team_roster(program *p) {
  int code = open_steward(p, p->arguments[1]);
  if (code == EXIT_OK && p->argument_count > 2)
    code = configure_from(p->store, "roster", p->arguments[2]);
  return code == EXIT_OK ? show_topic(p, "roster") : code;
}

static int team_signed(program *p) {
  int code = open_steward(p, p->arguments[1]);
  return code == EXIT_OK ? print_document(p, "rosters", 1, "there is no roster yet") : code;
}

static int team_invite(program *p) {
  int code = open_steward(p, p->arguments[1]);
  return code == EXIT_OK ? print_document(p, "invitation", 0, "") : code;
}

/* Shows contributions that were merged but not published yet. */
static int team_open(program *p) {
  int code = open_steward(p, p->arguments[1]);
  return code == EXIT_OK ? show_topic(p, "contributions") : code;
}

/* Erases a member or a week for good, with the selector {"version":1,WHAT:NAME}. */
static int erase_named(program *p, const char *what) {
  json selector = {0};
  int code = open_steward(p, p->arguments[1]);
  if (code != EXIT_OK) return code;
  json_open(&selector, NULL, '{');
  json_int(&selector, "version", 1);
  json_text(&selector, what, p->arguments[2]);
  json_close(&selector, '}');
  code = erase_for_good(p, &selector, false);
  text_free(&selector.out);
  return code;
}

static int team_erase(program *p) {
  return erase_named(p, "subject");
}

static int team_retract(program *p) {
  return erase_named(p, "published");
}

static int team_trust(program *p) {
  text document = {0};
  bp_error *error = NULL;
  int code = open_steward(p, p->arguments[1]);
  text_add(&document, "{\"version\":1,\"stores\":[");
  for (size_t i = 2; i < p->argument_count && code == EXIT_OK; i++) {
    char kind[16] = "";
    text key = {0};
    code = describe(kind, &key, p->arguments[i]);
    if (code == EXIT_OK && strcmp(kind, "invitation") != 0)
      code = complain(EXIT_FAILED, "team invite makes one", "%s is not an invitation",
                      p->arguments[i]);
    text_addf(&document, "%s\"%s\"", i == 2 ? "" : ",", key.data != NULL ? key.data : "");
    text_free(&key);
  }
  text_add(&document, "]}");
  if (code == EXIT_OK &&
      bp_configure(p->store, "trust", document.data, document.length, &error) != BP_OK)
    code = complain_of(error);
  text_free(&document);
  return code;
}

/* --------------------------------------------------------------------------- the person's own side */

/* Accepts an invitation or a signed roster. */
static int take(program *p, const char *path) {
  char kind[16] = "";
  int code = describe(kind, NULL, path);
  if (code != EXIT_OK) return code;
  if (strcmp(kind, "invitation") != 0 && strcmp(kind, "roster") != 0)
    return complain(EXIT_FAILED, NULL, "%s is neither an invitation nor a signed roster", path);
  return configure_from(p->store, kind, path);
}

/* Prints two tables, or one JSON document. */
static int show_both(const program *p) {
  static const char *const topics[] = {"identity", "sharing", NULL};
  bp_result *r[] = {NULL, NULL};
  bp_error *error = NULL;
  int code = EXIT_OK;
  for (size_t i = 0; i < 2 && code == EXIT_OK; i++)
    if (bp_inspect(&r[i], p->store, topics[i], &error) != BP_OK) code = complain_of(error);
  if (code == EXIT_OK && strcmp(p->screen.format, "json") == 0) {
    code = write_documents("blueplane.sharing/1", topics, (const bp_result *const *)r);
    if (code == EXIT_OK && bp_result_rows(r[1]) == 0) code = EXIT_NOTHING;
  } else {
    for (size_t i = 0; i < 2 && code == EXIT_OK; i++)
      code = write_result(&p->screen, r[i], "titles");
  }
  bp_result_free(r[0]);
  bp_result_free(r[1]);
  return code;
}

static int show_sharing(program *p) {
  int code = show_both(p);
  if (code == EXIT_NOTHING && is_table(&p->screen))
    note(&p->screen, "you have joined no team's store: nothing leaves this machine");
  return code;
}

static int team_join(program *p) {
  int code = open_store(p, false);
  for (size_t i = 1; i < p->argument_count && code == EXIT_OK; i++)
    code = take(p, p->arguments[i]);
  return code == EXIT_OK ? show_sharing(p) : code;
}

static int team_status(program *p) {
  int code = open_store(p, false);
  return code == EXIT_OK ? show_sharing(p) : code;
}

/* Configures {"version":1,"MEMBER":NUMBER}; the library checks the number. */
static int set_sharing(program *p, const char *member) {
  char *end = NULL;
  errno = 0;
  long number = strtol(p->arguments[1], &end, 10);
  if (*end != '\0' || end == p->arguments[1] || errno != 0)
    return complain(EXIT_USAGE, NULL, "%s is not a number", p->arguments[1]);
  int code = open_store(p, false);
  if (code != EXIT_OK) return code;
  bp_error *error = NULL;
  char *document = print_text("{\"version\":1,\"%s\":%ld}", member, number);
  int rc = bp_configure(p->store, "sharing", document, strlen(document), &error);
  free(document);
  return rc == BP_OK ? show_sharing(p) : complain_of(error);
}

static int team_minimum(program *p) {
  return set_sharing(p, "minimum");
}

static int team_agree(program *p) {
  return set_sharing(p, "roster");
}

/* Shows the members, and what the latest roster changed. */
static int team_members(program *p) {
  int code = open_store(p, false);
  return code == EXIT_OK ? show_topic(p, "roster") : code;
}

static const struct action {
  const char *name, *arguments;
  size_t least, most; /* number of arguments after the name */
  int (*run)(program *p);
} actions[] = {{"init", "STORE [organisation]", 1, 2, team_init},
               {"roster", "STORE [FILE]", 1, 2, team_roster},
               {"signed", "STORE", 1, 1, team_signed},
               {"invite", "STORE", 1, 1, team_invite},
               {"open", "STORE", 1, 1, team_open},
               {"erase", "STORE MEMBER", 2, 2, team_erase},
               {"retract", "STORE WEEK", 2, 2, team_retract},
               {"trust", "STORE INVITATION...", 1, 1000, team_trust},
               {"join", "FILE...", 1, 1000, team_join},
               {"status", "", 0, 0, team_status},
               {"members", "", 0, 0, team_members},
               {"minimum", "PEOPLE", 1, 1, team_minimum},
               {"agree", "ROSTER", 1, 1, team_agree}};

int run_team(program *p) {
  const char *name = p->arguments[0];
  for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
    const struct action *a = &actions[i];
    size_t words = p->argument_count - 1;
    if (strcmp(a->name, name) != 0) continue;
    if (words >= a->least && words <= a->most) return a->run(p);
    char *usage = print_text("usage: blueplane team %s %s", a->name, a->arguments);
    complain(EXIT_USAGE, usage, "team %s takes other arguments", name);
    free(usage);
    return EXIT_USAGE;
  }
  char *shown = text_safe(name);
  complain(EXIT_USAGE, "blueplane help team lists the actions", "team has no action %s", shown);
  free(shown);
  return EXIT_USAGE;
}

/* ------------------------------------------------------------------------- bundles and releases */

int run_share(program *p) {
  void *bundle = NULL;
  size_t length = 0;
  bp_error *error = NULL;
  const char *path = p->arguments[1];
  bool consent = strcmp(p->arguments[0], "consent") == 0;
  int code = open_store(p, false);
  if (code == EXIT_OK && !consent && !given(&p->options, OPTION_NO_SYNC)) code = sync_before(p);
  if (code != EXIT_OK) return code;
  FILE *file = open_new(path); /* before the export, which records that the bundle was shared */
  if (file == NULL) return EXIT_FAILED;
  if (bp_share_export(&bundle, &length, p->store, consent ? "lead" : "team",
                      consent ? NULL : p->arguments[0], &error) != BP_OK) {
    fclose(file);
    remove(path);
    return complain_of(error);
  }
  code = fill_new(file, path, bundle, length);
  bp_free(bundle);
  if (code == EXIT_OK) note(&p->screen, "%s: %zu bytes, sealed", path, length);
  return code;
}

static int merge_file(bp_result **out, program *p, const char *path) {
  text data = {0};
  bp_error *error = NULL;
  int code = load_file(&data, path);
  if (code == EXIT_OK &&
      bp_share_merge(out, p->store, data.length > 0 ? data.data : "", data.length, &error) != BP_OK)
    code = complain_of_content(path, error);
  text_free(&data);
  return code;
}

static int put_merged(json *j, const char *path, const bp_result *r) {
  char *document = NULL;
  bp_error *error = NULL;
  if (bp_result_format(&document, NULL, r, "json", &error) != BP_OK) return complain_of(error);
  json_open(j, NULL, '{');
  json_text(j, "file", path);
  json_document(j, "result", document);
  json_close(j, '}');
  bp_free(document);
  return EXIT_OK;
}

/* Tries every file, so that a refused one does not block the others. */
int run_merge(program *p) {
  bool whole = strcmp(p->screen.format, "json") == 0; /* one document for all files */
  bool first = true;
  json j = {0};
  int worst = open_steward(p, p->arguments[0]);
  if (worst != EXIT_OK) return worst;
  json_open(&j, NULL, '{');
  json_text(&j, "schema", "blueplane.merge/1");
  json_open(&j, "files", '[');
  for (size_t i = 1; i < p->argument_count; i++) {
    bp_result *r = NULL;
    int code = merge_file(&r, p, p->arguments[i]);
    if (r != NULL) {
      code = whole   ? put_merged(&j, p->arguments[i], r)
             : first ? write_result(&p->screen, r, "titles")
                     : write_further(&p->screen, r, "titles");
      first = false;
    }
    if (code != EXIT_OK) worst = code;
    bp_result_free(r);
  }
  json_close(&j, ']');
  json_close(&j, '}');
  bp_result_free(erase_expired(p->store));
  if (!whole) {
    text_free(&j.out);
    return worst;
  }
  int written = write_json(&j);
  return worst != EXIT_OK ? worst : written;
}

int run_publish(program *p) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  int code = open_steward(p, p->arguments[0]);
  if (code != EXIT_OK) return code;
  const char *team = p->options.value[OPTION_TEAM];
  interruptible call;
  interruptible_begin(&call, p->store);
  int rc = team == NULL
               ? bp_publish(&r, p->store, p->arguments[1], p->arguments[2], &error)
               : bp_publish_lead(&r, p->store, p->arguments[1], team, p->arguments[2], &error);
  interruptible_end(&call);
  if (rc != BP_OK) return complain_of(error);
  code = write_result(&p->screen, r, "titles");
  bp_result_free(r);
  bp_result_free(erase_expired(p->store));
  return code;
}
