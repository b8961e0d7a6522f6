/* doctor.c: checks everything the program depends on, and reports for each thing whether it is fine
 * and, if not, how to resolve it. Changes nothing: the store is opened read-only. */
#include "commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exits.h"
#include "interrupt.h"
#include "paths.h"
#include "system.h"
#include "vitals.h"
#include "zone.h"

#define NAMES_SHOWN 3

typedef enum status { WELL, WARNING, PROBLEM } status;

typedef struct finding {
  status status;
  const char *about;
  char *said, *mend; /* mend may be NULL */
} finding;

typedef struct doctor {
  program *program;
  finding *item;
  size_t count;
} doctor;

/* Takes ownership of `said` and `mend`. */
static void find(doctor *d, status how, const char *about, char *said, char *mend) {
  d->item = need(realloc(d->item, (d->count + 1) * sizeof *d->item));
  finding *f = &d->item[d->count++];
  f->status = how;
  f->about = about;
  f->said = said;
  f->mend = mend;
}

/* --------------------------------------------------------------------------------------- checks */

static void check_zone(doctor *d) {
  const char *from = d->program->zone_from;
  char *said = print_text("%s, from %s", d->program->zone, from);
  if (d->program->zone_ignored)
    find(
        d, WARNING, "time zone", said,
        copy_text(
            "TZ is set, but is not an IANA name; set it to one like Europe/Berlin, or use --zone"));
  else if (strcmp(from, "default") == 0)
    find(d, WARNING, "time zone", said,
         copy_text(
             "this machine does not name one; use --zone, or zone = NAME in the configuration"));
  else
    find(d, WELL, "time zone", said, NULL);
}

static void check_config(doctor *d) {
  char *path = config_path(), *shown = short_path(path);
  find(d, WELL, "configuration",
       print_text("%s%s", shown,
                  access(path, F_OK) == 0 ? "" : ", which does not exist: all defaults"),
       NULL);
  free(shown);
  free(path);
}

static void check_roots(doctor *d) {
  roots known = find_roots();
  size_t existing = 0;
  for (size_t i = 0; i < known.count; i++) {
    const root *r = &known.item[i];
    char *shown = short_path(r->path);
    bool named = strcmp(r->from, "default") != 0;
    existing += r->exists;
    if (r->exists && r->readable)
      find(d, WELL, r->source, print_text("%s", shown), NULL);
    else if (r->exists)
      find(d, PROBLEM, r->source, print_text("%s cannot be read", shown),
           print_text("give yourself permission: " HOW_TO_OPEN, r->path));
    else if (named)
      find(d, WARNING, r->source, print_text("%s does not exist, but %s names it", shown, r->from),
           print_text("unset %s, or set it to the folder the assistant writes to", r->from));
    else
      find(d, WELL, r->source, print_text("%s does not exist: not used here", shown), NULL);
    free(shown);
  }
  if (existing == 0)
    find(d, WARNING, "sources",
         copy_text("no coding assistant has left records in the known places"),
         copy_text("name them: CLAUDE_CONFIG_DIR, CODEX_HOME; or read one: blueplane sync PATH"));
  roots_free(&known);
}

/* Assistants delete their records after some weeks, so the store may be the only copy: it is moved,
 * never removed. */
#define HOW_TO_BEGIN_ANEW                                                                          \
  "move '%s' away and run blueplane sync: it reads again what the assistants still keep"

static char *mend_unseen(const doctor *d, int problem) {
  return problem == ENOENT
             ? print_text("restore it from a backup; if there is none, " HOW_TO_BEGIN_ANEW,
                          d->program->store_path)
             : copy_text("give yourself permission for its folder, or name another store: --store, "
                         "or BLUEPLANE_STORE");
}

/* Checks that only its owner can read a file. */
static void check_private(doctor *d, const char *about, const char *path) {
  char said[64], *shown = short_path(path);
  privacy how = privacy_of(said, path);
  int problem = errno;
  if (how == PRIVACY_UNKNOWN)
    find(d, PROBLEM, about, print_text("%s: %s", shown, strerror(problem)),
         mend_unseen(d, problem));
  else if (how == PRIVACY_FOREIGN)
    find(d, WARNING, about, print_text("%s belongs to another person", shown),
         copy_text("use a store of your own: --store, or BLUEPLANE_STORE"));
  else if (how == PRIVACY_SHARED)
    find(d, PROBLEM, about, print_text("%s has %s: others can access it", shown, said),
         print_text(HOW_TO_CLOSE, path));
  else
    find(d, WELL, about, print_text("%s, %s", shown, said), NULL);
  free(shown);
}

/* Takes ownership of an error of the store. */
static void find_failure(doctor *d, const char *about, bp_error *error) {
  static const struct {
    int code;
    const char *mend;
  } mends[] = {
      {BP_ERR_READONLY, "give yourself permission for it and its folder: chmod u+rw"},
      {BP_ERR_IO, "give yourself permission for it and its folder, and see that the disk has "
                  "room: df"},
      {BP_ERR_INVALID, "name another store: --store, or BLUEPLANE_STORE"},
      {BP_ERR_BUSY, "wait for the process that writes, or end it; then run blueplane doctor "
                    "again"}};
  const char *hint = bp_error_detail(error, "hint");
  char *mend = hint != NULL ? text_safe(hint) : NULL;
  if (mend == NULL && bp_error_code(error) == BP_ERR_CORRUPT)
    mend = print_text(HOW_TO_BEGIN_ANEW, d->program->store_path);
  for (size_t i = 0; mend == NULL && i < sizeof mends / sizeof *mends; i++)
    if (mends[i].code == bp_error_code(error)) mend = copy_text(mends[i].mend);
  find(d, PROBLEM, about, text_safe(bp_error_message(error)), mend);
  bp_error_free(error);
}

static void check_integrity(doctor *d, bool shared) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  interruptible call;
  interruptible_begin(&call, d->program->store);
  int rc = bp_inspect(&r, d->program->store, "integrity", &error);
  interruptible_end(&call);
  if (rc != BP_OK) {
    find_failure(d, "integrity", error);
    return;
  }
  bool well = true;
  for (size_t row = 0; row < bp_result_rows(r); row++)
    well = well && bp_result_int(r, row, 1);
  if (well)
    find(d, WELL, "integrity",
         copy_text(shared ? "the database is sound, and what was published, merged and signed is "
                            "unchanged"
                          : "the database is sound and whole, and its names and sums agree with "
                            "its facts"),
         NULL);
  else
    find(d, PROBLEM, "integrity", copy_text("the database is damaged"),
         shared ? copy_text("restore it and its key from a backup")
                : print_text(HOW_TO_BEGIN_ANEW, d->program->store_path));
  bp_result_free(r);
}

static int64_t health_figure(const bp_result *r, const char *name) {
  for (size_t row = 0; row < bp_result_rows(r); row++)
    if (strcmp(bp_result_text(r, row, 0, NULL), name) == 0) return bp_result_int(r, row, 1);
  return 0;
}

/* Whether the disk has room for another day of a store, as health judges it. */
static void check_room(doctor *d, double used, double growth) {
  double room = room_left(d->program->store_path);
  if (room < 0) return;
  double days = days_until(used + room, used, growth);
  text said = {0};
  put_bytes(&said, (uint64_t)room);
  text_add(&said, " left on the store's disk");
  if (days < 0 || days >= 1)
    find(d, WELL, "room", said.data, NULL);
  else
    find(d, PROBLEM, "room", said.data,
         copy_text(
             "free space there, or move the store and its key and name their place: --store, or "
             "BLUEPLANE_STORE"));
}

/* Opening a store for writing completes its erasures, unless something prevents it. */
static void check_erasures(doctor *d, int64_t pending) {
  text said = {0};
  if (pending == 0) return;
  put_some(&said, (uint64_t)pending, "erasure is", "erasures are");
  text_add(&said, " not complete: bytes of what was erased may still be in the store's files");
  find(
      d, WARNING, "erasures", said.data,
      copy_text("end what has the store open and see that its disk has room for a second one; "
                "then the next command that writes to it, such as blueplane sync, completes them"));
}

static void check_facts(doctor *d, const bp_result *r) {
  text said = {0};
  put_some(&said, (uint64_t)health_figure(r, "sessions"), "session, ", "sessions, ");
  put_some(&said, (uint64_t)health_figure(r, "responses"), "response, ", "responses, ");
  put_some(&said, (uint64_t)health_figure(r, "tool_calls"), "tool call in ", "tool calls in ");
  put_bytes(&said, (uint64_t)health_figure(r, "storage_bytes"));
  find(d, WELL, "content", said.data, NULL);
  if (health_figure(r, "undated") > 0) {
    text undated = {0};
    put_some(&undated, (uint64_t)health_figure(r, "undated"),
             "record has no usable time and is not in any period",
             "records have no usable time and are not in any period");
    find(d, WARNING, "undated", undated.data, copy_text("--period all counts them"));
  }
}

static void check_content(doctor *d, bool shared) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (bp_inspect(&r, d->program->store, "health", &error) != BP_OK) {
    find_failure(d, "content", error);
    return;
  }
  if (!shared) check_facts(d, r);
  check_erasures(d, health_figure(r, "erasures_pending"));
  check_room(d, (double)(health_figure(r, "storage_bytes") - health_figure(r, "free_bytes")),
             (double)health_figure(r, "growth"));
  bp_result_free(r);
}

static size_t count_reason(const bp_result *rejects, const char *reason) {
  int at = find_column(rejects, NULL, "reason");
  size_t count = 0;
  for (size_t row = 0; row < bp_result_rows(rejects); row++) {
    const char *own = bp_result_text(rejects, row, (size_t)at, NULL);
    count += own != NULL && strcmp(own, reason) == 0;
  }
  return count;
}

/* Reasons why a whole file is rejected. */
static const struct {
  const char *reason, *one, *many, *mend;
} of_files[] = {
    {"unreadable", "file could not be read", "files could not be read",
     "look at their permissions; every sync tries them again"},
    {"compressed", "compressed file was skipped", "compressed files were skipped",
     "decompress them in place (zstd -d) and sync again"},
};

static bool is_of_files(const char *reason) {
  for (size_t i = 0; i < sizeof of_files / sizeof *of_files; i++)
    if (strcmp(of_files[i].reason, reason) == 0) return true;
  return false;
}

static void judge_files(doctor *d, const bp_result *rejects) {
  for (size_t i = 0; i < sizeof of_files / sizeof *of_files; i++) {
    size_t count = count_reason(rejects, of_files[i].reason);
    text files = {0};
    if (count == 0) continue;
    put_some(&files, count, of_files[i].one, of_files[i].many);
    find(d, WARNING, of_files[i].reason, files.data, copy_text(of_files[i].mend));
  }
}

/* Rejected records by reason. */
static void judge_rejects(doctor *d, const bp_result *reasons, const bp_result *rejects) {
  int at = find_column(reasons, NULL, "reason");
  text said = {0};
  judge_files(d, rejects);
  for (size_t row = 0; row < bp_result_rows(reasons); row++) {
    const char *reason = bp_result_text(reasons, row, (size_t)at, NULL);
    size_t count = reason != NULL && !is_of_files(reason) ? count_reason(rejects, reason) : 0;
    if (count > 0) text_addf(&said, "%s%zu %s", said.length > 0 ? ", " : "", count, reason);
  }
  if (said.length > 0)
    find(d, WARNING, "rejected", print_text("records that break their format: %s", said.data),
         copy_text("they are not counted; the store keeps their line and byte, not their text"));
  else
    find(d, WELL, "rejected", copy_text("no record was rejected"), NULL);
  text_free(&said);
}

static void check_rejects(doctor *d) {
  bp_result *reasons = NULL, *rejects = NULL;
  bp_error *error = NULL;
  if (bp_catalog(&reasons, "rejects", &error) == BP_OK &&
      bp_inspect(&rejects, d->program->store, "rejects", &error) == BP_OK) {
    judge_rejects(d, reasons, rejects);
  } else {
    find_failure(d, "rejected", error);
  }
  bp_result_free(rejects);
  bp_result_free(reasons);
}

static void check_unpriced(doctor *d) {
  bp_result *r = NULL;
  if (bp_inspect(&r, d->program->store, "unpriced", NULL) != BP_OK) return;
  size_t models = bp_result_rows(r);
  text said = {0};
  double tokens = 0;
  for (size_t row = 0; row < models; row++) {
    char *name = figure(&d->program->screen, r, row, 0);
    tokens += bp_result_real(r, row, 2);
    if (row < NAMES_SHOWN)
      text_addf(&said, "%s%s", row > 0 ? ", " : "", name[0] != '\0' ? name : "(not named)");
    free(name);
  }
  if (models > NAMES_SHOWN) text_addf(&said, " and %zu more", models - NAMES_SHOWN);
  if (models > 0 && tokens > 0)
    find(d, WARNING, "unpriced", print_text("%s: their tokens are not in any cost", said.data),
         copy_text(
             "supply a table with them: --prices FILE; blueplane prices --unpriced lists them"));
  else
    find(d, WELL, "prices", copy_text("every model with tokens has a price"), NULL);
  text_free(&said);
  bp_result_free(r);
}

/* As its owner, or else the steward of a team's or an organisation's store. */
static int open_any(program *p, bool *shared, bp_error **error) {
  bp_open_options how = BP_OPEN_OPTIONS_INIT;
  how.flags = BP_OPEN_READONLY;
  how.access = BP_ACCESS_OWNER;
  int rc = bp_open(&p->store, p->store_path, &how, error);
  *shared = rc == BP_ERR_DENIED;
  if (!*shared) return rc;
  bp_error_free(*error);
  *error = NULL;
  how.access = BP_ACCESS_STEWARD;
  return bp_open(&p->store, p->store_path, &how, error);
}

static void check_open_store(doctor *d, bool shared) {
  check_integrity(d, shared);
  check_content(d, shared);
  if (shared) return;
  check_rejects(d);
  check_unpriced(d);
}

static void check_store(doctor *d) {
  program *p = d->program;
  bp_error *error = NULL;
  bool shared = false;
  char *shown = short_path(p->store_path), *key = print_text("%s.key", p->store_path);
  if (access(p->store_path, F_OK) != 0 && errno == ENOENT) {
    find(d, WARNING, "store", print_text("%s does not exist yet", shown),
         copy_text("blueplane sync creates it"));
  } else {
    check_private(d, "store", p->store_path);
    check_private(d, "key", key);
    if (open_any(p, &shared, &error) == BP_OK) {
      check_open_store(d, shared);
    } else {
      find_failure(d, "store", error);
      check_room(d, 0, 0);
    }
  }
  free(key);
  free(shown);
}

/* --------------------------------------------------------------------------------------- report */

static const char *const names[] = {"ok", "warning", "problem"};

static int report_json(const doctor *d, const size_t counts[3]) {
  json j = {0};
  json_open(&j, NULL, '{');
  json_text(&j, "schema", "blueplane.doctor/1");
  json_int(&j, "warnings", (int64_t)counts[WARNING]);
  json_int(&j, "problems", (int64_t)counts[PROBLEM]);
  json_open(&j, "checks", '[');
  for (size_t i = 0; i < d->count; i++) {
    json_open(&j, NULL, '{');
    json_text(&j, "check", d->item[i].about);
    json_text(&j, "status", names[d->item[i].status]);
    json_text(&j, "said", d->item[i].said);
    json_text(&j, "mend", d->item[i].mend);
    json_close(&j, '}');
  }
  json_close(&j, ']');
  json_close(&j, '}');
  return write_json(&j);
}

#define INDENT 27
#define INDENT_NARROW 4
#define WIDTH_NARROW 72

static void put_finding(text *t, const screen *s, const finding *f) {
  static const char *const styles[] = {STYLE_GOOD, STYLE_WARN, STYLE_BAD};
  int indent = s->width > 0 && s->width < WIDTH_NARROW ? INDENT_NARROW : INDENT;
  put(t, s, styles[f->status], names[f->status], 9);
  if (indent == INDENT) {
    text_fit(t, f->about, INDENT - 9, s->ascii);
  } else {
    text_addf(t, "%s\n", f->about);
    text_repeat(t, " ", indent);
  }
  put_wrapped(t, s, f->said, indent);
  if (f->mend == NULL) return;
  text_repeat(t, " ", indent);
  put_wrapped(t, s, f->mend, indent);
}

static int report_text(const doctor *d, const size_t counts[3]) {
  text t = {0};
  for (size_t i = 0; i < d->count; i++)
    put_finding(&t, &d->program->screen, &d->item[i]);
  text_addf(&t, "\n%zu problem%s, %zu warning%s\n", counts[PROBLEM],
            counts[PROBLEM] == 1 ? "" : "s", counts[WARNING], counts[WARNING] == 1 ? "" : "s");
  return write_out(&t);
}

int run_doctor(program *p) {
  doctor d = {p, NULL, 0};
  size_t counts[3] = {0};
  find(&d, WELL, "program",
       print_text("blueplane %s with libblueplane %s", BP_VERSION_STRING, bp_version_string()),
       NULL);
  check_config(&d);
  check_zone(&d);
  check_roots(&d);
  check_store(&d);
  for (size_t i = 0; i < d.count; i++)
    counts[d.item[i].status]++;
  int code = interrupted           ? complain(EXIT_INTERRUPTED, NULL, "interrupted")
             : is_json(&p->screen) ? report_json(&d, counts)
                                   : report_text(&d, counts);
  for (size_t i = 0; i < d.count; i++) {
    free(d.item[i].said);
    free(d.item[i].mend);
  }
  free(d.item);
  return code == EXIT_OK && counts[PROBLEM] > 0 ? EXIT_FAILED : code;
}
