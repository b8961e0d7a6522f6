/* sync.c: reads new records and shows the progress. Knows progress bars and reports; paths.h knows
 * the folders. */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "interrupt.h"
#include "paths.h"
#include "system.h"

#define PATIENCE 0.5 /* seconds before a bar is shown */
#define REDRAW 0.1   /* seconds between two updates */
#define SOON 1.0     /* most seconds to read when a person waits for one line */
#define THREADS_MAX 4

typedef struct meter {
  const screen *screen;
  const char *name;    /* of the source being read */
  double start, drawn; /* seconds; drawn 0: not yet */
  double until;        /* stop reading then; 0: never */
} meter;

/* A place and what was read from it. */
typedef struct part {
  const char *source; /* NULL: to be detected */
  char *path;
  bp_ingest_report report;
} part;

typedef struct parts {
  part *item;
  size_t count;
} parts;

/* ------------------------------------------------------------------------------------ progress */

static void put_left(text *t, double left) {
  if (left >= 3600)
    text_addf(t, "%.0f h %02.0f min left", left / 3600, (left - 3600 * (int)(left / 3600)) / 60);
  else if (left >= 60)
    text_addf(t, "%.0f min left", left / 60);
  else
    text_addf(t, "%.0f s left", left < 1 ? 1 : left);
}

/* Draws the progress in one line: name, bar, percentage, files, time left. */
static void draw(meter *m, const bp_progress *progress, double now) {
  text line = {0};
  double done =
      progress->bytes_total > 0 ? (double)progress->bytes_done / (double)progress->bytes_total : 0;
  screen plain = *m->screen;
  plain.blocks = !plain.ascii; /* standard error is a terminal, unlike perhaps standard output */
  plain.color = false;
  text_addf(&line, "\r%s ", m->name);
  if (progress->phase == 0) {
    text_add(&line, "looking for files: ");
    put_count(&line, (int64_t)progress->files_total);
  } else {
    put_bar(&line, &plain, done, 1, 24);
    text_addf(&line, " %3.0f %%  ", done * 100);
    put_count(&line, (int64_t)progress->files_done);
    text_add(&line, " of ");
    put_count(&line, (int64_t)progress->files_total);
    text_add(&line, " files  ");
    if (done > 0.01) put_left(&line, (now - m->start) / done * (1 - done));
  }
  text_add(&line, "\x1b[K");
  fputs(line.data, stderr);
  fflush(stderr);
  text_free(&line);
  m->drawn = now;
}

static int on_progress(void *user, const bp_progress *progress) {
  meter *m = user;
  double now = seconds_now();
  bool shows = m->screen->talks_to_terminal && !m->screen->quiet;
  if (shows && now - m->start > PATIENCE && now - m->drawn > REDRAW) draw(m, progress, now);
  return interrupted || (m->until > 0 && now > m->until);
}

static void wipe(const meter *m) {
  if (m->drawn > 0) fputs("\r\x1b[K", stderr);
}

/* --------------------------------------------------------------------------------------- reads */

static uint32_t thread_count(void) {
  unsigned processors = processor_count();
  return processors > THREADS_MAX ? THREADS_MAX : processors;
}

/* Reads one folder or file and returns the library's code. `until`: when to stop; 0: never. */
static int read_place(const program *p, part *where, bool whole_folder, double until,
                      bp_error **error) {
  bp_ingest_options how = BP_INGEST_OPTIONS_INIT;
  meter m = {&p->screen, where->source != NULL ? where->source : "reading", seconds_now(), 0,
             until};
  how.threads = thread_count();
  how.progress = on_progress;
  how.progress_user = &m;
  if (given(&p->options, OPTION_RESTART)) how.flags |= BP_INGEST_RESTART;
  where->report = (bp_ingest_report)BP_INGEST_REPORT_INIT;
  int rc = whole_folder
               ? bp_ingest_scan(p->store, where->source, where->path, &how, &where->report, error)
               : bp_ingest_file(p->store, where->source, where->path, &how, &where->report, error);
  wipe(&m);
  return rc;
}

int sync_place(const program *p, const char *source, const char *path, bp_error **error) {
  part where = {source, copy_text(path), BP_INGEST_REPORT_INIT};
  int rc = read_place(p, &where, true, 0, error);
  free(where.path);
  return rc;
}

static part *add_part(parts *all, const char *source, const char *path) {
  all->item = need(realloc(all->item, (all->count + 1) * sizeof *all->item));
  part *added = &all->item[all->count++];
  *added = (part){source, copy_text(path), BP_INGEST_REPORT_INIT};
  return added;
}

static void free_parts(parts *all) {
  for (size_t i = 0; i < all->count; i++)
    free(all->item[i].path);
  free(all->item);
  *all = (parts){NULL, 0};
}

/* Whether an error is about this place only: others are still read. Errors of the store end all
 * reading. */
static bool concerns_place(int rc) {
  return rc == BP_ERR_IO || rc == BP_ERR_NOTFOUND;
}

/* Reads all known places that exist. *failed: some could not be read, which was reported. Returns
 * the first other error of the library. */
static int read_roots(const program *p, parts *all, bool *failed, bp_error **error) {
  roots known = find_roots();
  double until = p->soon ? seconds_now() + SOON : 0;
  int rc = BP_OK;
  for (size_t i = 0; i < known.count && rc == BP_OK && !interrupted; i++) {
    if (!known.item[i].exists) continue;
    part *where = add_part(all, known.item[i].source, known.item[i].path);
    rc = read_place(p, where, true, until, error);
    if (!concerns_place(rc)) continue;
    complain_of(*error);
    *error = NULL;
    *failed = true;
    rc = BP_OK;
  }
  roots_free(&known);
  return rc == BP_OK && interrupted ? BP_ERR_CANCELLED : rc;
}

static bp_ingest_report sum(const parts *all) {
  bp_ingest_report total = BP_INGEST_REPORT_INIT;
  for (size_t i = 0; i < all->count; i++) {
    const bp_ingest_report *r = &all->item[i].report;
    total.files_seen += r->files_seen;
    total.files_changed += r->files_changed;
    total.files_failed += r->files_failed;
    total.bytes_read += r->bytes_read;
    total.bytes_pending += r->bytes_pending;
    total.records_read += r->records_read;
    total.records_stored += r->records_stored;
    total.records_updated += r->records_updated;
    total.records_duplicate += r->records_duplicate;
    total.records_rejected += r->records_rejected;
    total.records_undated += r->records_undated;
    total.fields_dropped += r->fields_dropped;
    total.records_erased += r->records_erased;
  }
  return total;
}

int sync_before(program *p) {
  parts all = {NULL, 0};
  bp_error *error = NULL;
  bool failed = false;
  int rc = read_roots(p, &all, &failed, &error);
  bp_ingest_report total = sum(&all);
  free_parts(&all);
  if (rc == BP_ERR_CANCELLED) {
    bp_error_free(error);
    if (!interrupted) return EXIT_OK; /* SOON has passed */
    note(&p->screen, "interrupted; what was read so far is kept");
    return EXIT_INTERRUPTED;
  }
  if (total.files_failed > 0) {
    text files = {0};
    put_some(&files, total.files_failed, "file", "files");
    note(&p->screen, "note: %s could not be read; blueplane doctor says more", files.data);
    text_free(&files);
  }
  p->behind = rc != BP_OK && rc != BP_ERR_READONLY;
  if (rc == BP_ERR_BUSY || rc == BP_ERR_READONLY) {
    note(&p->screen,
         rc == BP_ERR_BUSY
             ? "note: another process is reading right now; this answer is as of its last commit"
             : "note: the store is read-only; this answer is as of the last sync");
    bp_error_free(error);
  } else if (rc != BP_OK) {
    complain_of(error);
    note(&p->screen, "  reading stopped there; this answer covers what is stored");
  }
  return EXIT_OK;
}

/* -------------------------------------------------------------------------------------- report */

static void json_report(json *j, const bp_ingest_report *r) {
  const struct {
    const char *name;
    uint64_t value;
  } members[] = {{"files_seen", r->files_seen},
                 {"files_changed", r->files_changed},
                 {"files_failed", r->files_failed},
                 {"bytes_read", r->bytes_read},
                 {"bytes_pending", r->bytes_pending},
                 {"records_read", r->records_read},
                 {"records_stored", r->records_stored},
                 {"records_updated", r->records_updated},
                 {"records_duplicate", r->records_duplicate},
                 {"records_rejected", r->records_rejected},
                 {"records_undated", r->records_undated},
                 {"fields_dropped", r->fields_dropped},
                 {"records_erased", r->records_erased}};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++)
    json_int(j, members[i].name, (int64_t)members[i].value);
}

static int report_json(const parts *all, bool interrupted_here) {
  json j = {0};
  bp_ingest_report total = sum(all);
  json_open(&j, NULL, '{');
  json_text(&j, "schema", "blueplane.sync/1");
  json_bool(&j, "interrupted", interrupted_here);
  json_report(&j, &total);
  json_open(&j, "places", '[');
  for (size_t i = 0; i < all->count; i++) {
    json_open(&j, NULL, '{');
    json_text(&j, "source", all->item[i].source);
    json_text(&j, "path", all->item[i].path);
    json_report(&j, &all->item[i].report);
    json_close(&j, '}');
  }
  json_close(&j, ']');
  json_close(&j, '}');
  return write_json(&j);
}

static void put_place(text *t, const screen *s, const part *where) {
  char *path = short_path(where->path);
  text_fit(t, where->source != NULL ? where->source : "", 18, s->ascii);
  text_add(t, path);
  text_add(t, ": ");
  put_some(t, where->report.files_seen, "file", "files");
  text_add(t, ", ");
  put_count(t, (int64_t)where->report.files_changed);
  text_add(t, " new or changed, ");
  put_bytes(t, where->report.bytes_read);
  text_add(t, " read\n");
  free(path);
}

static int report_text(const screen *s, const parts *all) {
  text t = {0};
  bp_ingest_report total = sum(all);
  for (size_t i = 0; i < all->count; i++)
    put_place(&t, s, &all->item[i]);
  put_some(&t, total.records_stored, "new fact", "new facts");
  text_add(&t, ", ");
  put_count(&t, (int64_t)total.records_updated);
  text_add(&t, " completed, ");
  put_count(&t, (int64_t)total.records_duplicate);
  text_add(&t, " known already\n");
  if (total.records_rejected > 0) {
    put_some(&t, total.records_rejected, "record", "records");
    text_add(&t, " rejected; blueplane doctor says why\n");
  }
  if (total.records_erased > 0) {
    put_some(&t, total.records_erased, "record", "records");
    text_add(&t, " left out: erased, or too old to be kept\n");
  }
  if (total.files_failed > 0) {
    put_some(&t, total.files_failed, "file", "files");
    text_add(&t, " could not be read; blueplane doctor says more\n");
  }
  return write_out(&t);
}

static int report(const screen *s, const parts *all, bool interrupted_here) {
  return is_json(s) ? report_json(all, interrupted_here) : report_text(s, all);
}

static void take_out_expired(const program *p) {
  bp_result *receipt = erase_expired(p->store);
  uint64_t facts = 0;
  for (size_t row = 0; row < bp_result_rows(receipt) && row < 7; row++)
    facts += (uint64_t)bp_result_int(receipt, row, 1);
  bp_result_free(receipt);
  if (facts == 0) return;
  text said = {0};
  put_some(&said, facts, "fact was", "facts were");
  note(&p->screen,
       "%s removed because of their age; blueplane privacy audit says how long things are kept",
       said.data);
  text_free(&said);
}

/* ------------------------------------------------------------------------------------- command */

static int read_arguments(const program *p, parts *all, bp_error **error) {
  int rc = BP_OK;
  for (size_t i = 0; i < p->argument_count && rc == BP_OK; i++) {
    const char *path = p->arguments[i];
    part *where = add_part(all, p->options.value[OPTION_SOURCE], path);
    rc = read_place(p, where, is_folder(path), 0, error);
  }
  return rc;
}

static int explain_nothing(const screen *s) {
  roots known = find_roots();
  note(s, "nothing found: no folder of a coding assistant where one is expected:");
  for (size_t i = 0; i < known.count; i++) {
    char *path = short_path(known.item[i].path);
    note(s, "  %-17s %s", known.item[i].source, path);
    free(path);
  }
  note(s,
       "name another with CLAUDE_CONFIG_DIR or CODEX_HOME, or read one with blueplane sync PATH");
  roots_free(&known);
  return EXIT_NOTHING;
}

int run_sync(program *p) {
  parts all = {NULL, 0};
  bp_error *error = NULL;
  bool failed = false;
  int rc = p->argument_count > 0 ? read_arguments(p, &all, &error)
                                 : read_roots(p, &all, &failed, &error);
  int code;
  if (rc == BP_ERR_CANCELLED) {
    bp_error_free(error);
    note(&p->screen, "interrupted; what was read so far is kept");
    report(&p->screen, &all, true);
    code = EXIT_INTERRUPTED;
  } else if (rc != BP_OK) {
    code = complain_of(error);
    if (code == EXIT_USAGE && rc != BP_ERR_NOTFOUND) code = EXIT_FAILED;
  } else {
    code = all.count > 0 || is_json(&p->screen) ? report(&p->screen, &all, false) : EXIT_OK;
    if (code == EXIT_OK && all.count == 0) code = explain_nothing(&p->screen);
    if (code == EXIT_OK && sum(&all).files_seen == 0) code = EXIT_NOTHING;
    if (failed) code = EXIT_FAILED;
    take_out_expired(p);
  }
  free_parts(&all);
  return code;
}
