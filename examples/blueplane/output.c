/* output.c: writes to standard output and standard error: results in their formats, notes, and
 * errors with hints. */
#include "output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "paths.h"
#include "system.h"
#include "zone.h"

/* -------------------------------------------------------------------------------------- output */

int write_out(text *t) {
  bool written = t->length == 0 || fwrite(t->data, 1, t->length, stdout) == t->length;
  int failed = errno;
  text_free(t);
  if (!written || fflush(stdout) != 0) {
    if (written) failed = errno;
    return complain(EXIT_FAILED, NULL, "cannot write to standard output: %s", strerror(failed));
  }
  return EXIT_OK;
}

/* Writes everything, and closes the file. Returns 0 or errno; `file` NULL: it could not be
 * opened. */
static int write_whole(FILE *file, const text *t) {
  bool whole = file != NULL && fwrite(t->data, 1, t->length, file) == t->length;
  int failed = whole ? 0 : errno;
  if (file != NULL && fclose(file) != 0 && failed == 0) failed = errno;
  return failed;
}

/* Writes a new file beside the old one, then renames it. A link is followed, and its target must
 * exist. */
static int write_anew(const char *path, const text *t) {
  char *real = real_path(path);
  file_look found;
  if (real == NULL && look_at(&found, path)) return ENOENT;
  if (real == NULL) real = copy_text(path);
  char *beside = print_text("%s.XXXXXX", real);
  int descriptor = mkstemp(beside); /* mode 0600 */
  int failed = write_whole(descriptor < 0 ? NULL : fdopen(descriptor, "wb"), t);
  if (failed == 0) failed = replace_file(beside, real);
  if (failed != 0 && descriptor >= 0) remove(beside);
  free(beside);
  free(real);
  return failed;
}

/* Devices and pipes are written directly: replacing them with a file would break them for
 * everybody. */
int write_file(const char *path, text *t) {
  if (strcmp(path, "-") == 0) return write_out(t);
  int failed = make_folder_of(path);
  if (failed == 0)
    failed = is_special(path) ? write_whole(fopen(path, "wb"), t) : write_anew(path, t);
  text_free(t);
  if (failed == 0) return EXIT_OK;
  char *shown = short_path(path);
  complain(EXIT_FAILED, NULL, "cannot write %s: %s", shown, strerror(failed));
  free(shown);
  return EXIT_FAILED;
}

static char *format_of(const screen *s, const char *table_options) {
  text format = {0};
  text_add(&format, s->format);
  const char *sign = ":";
  if (is_table(s)) {
    if (s->width > 0) {
      text_addf(&format, "%swidth=%d", sign, s->width);
      sign = ",";
    }
    if (s->color) {
      text_addf(&format, "%scolor", sign);
      sign = ",";
    }
    if (s->ascii) {
      text_addf(&format, "%sascii", sign);
      sign = ",";
    }
  }
  bool takes = is_table(s) || is_markup(s);
  if (takes && table_options != NULL) text_addf(&format, "%s%s", sign, table_options);
  return format.data;
}

/* Whether some cell is withheld, and no cell except dimensions has a value. */
static bool all_withheld(const bp_result *r) {
  bool withheld = false;
  for (size_t row = 0; row < bp_result_rows(r); row++)
    for (size_t column = 0; column < bp_result_columns(r); column++) {
      const char *role = bp_result_column(r, column, "role");
      if (role != NULL && strcmp(role, "dimension") == 0) continue;
      int state = bp_result_cell(r, row, column) & BP_CELL_STATE;
      if (state == BP_CELL_VALUE) return false;
      withheld = withheld || state == BP_CELL_WITHHELD;
    }
  return withheld;
}

/* Offset of the first row, after the header. */
static size_t rows_begin_at(const screen *s, const char *formatted) {
  int lines = strcmp(s->format, "csv") == 0 ? 1 : strcmp(s->format, "markdown") == 0 ? 2 : 0;
  const char *at = formatted;
  for (const char *end; lines > 0 && (end = strchr(at, '\n')) != NULL; lines--)
    at = end + 1;
  return (size_t)(at - formatted);
}

static int write_formatted(const screen *s, const bp_result *r, const char *table_options,
                           bool further) {
  char *format = format_of(s, table_options), *formatted;
  bp_error *error = NULL;
  size_t length;
  int rc = bp_result_format(&formatted, &length, r, format, &error);
  free(format);
  if (rc != BP_OK) return complain_of(error);
  text t = {0};
  size_t from = further ? rows_begin_at(s, formatted) : 0;
  text_add_bytes(&t, formatted + from, length - from);
  bp_free(formatted);
  int code = write_out(&t);
  if (code != EXIT_OK) return code;
  if (bp_result_rows(r) == 0) return EXIT_NOTHING;
  return all_withheld(r) ? EXIT_WITHHELD : EXIT_OK;
}

int write_result(const screen *s, const bp_result *r, const char *table_options) {
  return write_formatted(s, r, table_options, false);
}

int write_further(const screen *s, const bp_result *r, const char *table_options) {
  return write_formatted(s, r, table_options, true);
}

int write_documents(const char *schema, const char *const *names, const bp_result *const *results) {
  json j = {0};
  json_open(&j, NULL, '{');
  json_text(&j, "schema", schema);
  for (size_t i = 0; names[i] != NULL; i++) {
    char *document = NULL;
    bp_error *error = NULL;
    if (bp_result_format(&document, NULL, results[i], "json", &error) != BP_OK) {
      text_free(&j.out);
      return complain_of(error);
    }
    json_document(&j, names[i], document);
    bp_free(document);
  }
  json_close(&j, '}');
  return write_json(&j);
}

int write_json(json *j) {
  text_add(&j->out, "\n");
  return write_out(&j->out);
}

/* -------------------------------------------------------------------------------------- errors */

static text *gathered; /* receives errors instead of standard error */

void gather_complaints(text *into) {
  gathered = into;
}

static void tell(const char *said) {
  if (gathered != NULL)
    text_add(gathered, said);
  else
    fputs(said, stderr);
}

TEXT_FORMAT(1, 2) static void tellf(const char *format, ...) {
  text said = {0};
  va_list arguments;
  va_start(arguments, format);
  text_addv(&said, format, arguments);
  va_end(arguments);
  tell(said.data);
  text_free(&said);
}

void tell_news(text *told, text *said) {
  if (said->data != NULL && (told->data == NULL || strcmp(told->data, said->data) != 0))
    fputs(said->data, stderr);
  text_free(told);
  *told = *said;
}

void note(const screen *s, const char *format, ...) {
  if (s->quiet) return;
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
}

int complain(int code, const char *hint, const char *format, ...) {
  text said = {0};
  va_list arguments;
  va_start(arguments, format);
  text_addv(&said, format, arguments);
  va_end(arguments);
  tellf("blueplane: %s\n", said.data);
  if (hint != NULL) tellf("  %s\n", hint);
  text_free(&said);
  return code;
}

static int exit_of(int code) {
  switch (code) {
  case BP_ERR_DENIED:
  case BP_ERR_CONSENT: return EXIT_WITHHELD;
  case BP_ERR_BUSY: return EXIT_BUSY;
  case BP_ERR_CANCELLED: return EXIT_INTERRUPTED;
  case BP_ERR_INVALID:
  case BP_ERR_NOTFOUND:
  case BP_ERR_UNSUPPORTED: return EXIT_USAGE;
  default: return EXIT_FAILED;
  }
}

/* Catalogue topics for the names in error details. */
static const struct {
  const char *detail, *topic;
} catalogues[] = {{"metric", "metrics"}, {"dimension", "dimensions"}, {NULL, NULL}};

static char *nearest_in(const char *topic, const char *typed) {
  bp_result *r = NULL;
  if (bp_catalog(&r, topic, NULL) != BP_OK) return NULL;
  nearest n = {typed, NULL, 0};
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    const char *name = bp_result_text(r, row, 0, NULL);
    if (name != NULL) nearest_try(&n, name);
  }
  char *best = n.best != NULL ? copy_text(n.best) : NULL;
  bp_result_free(r);
  return best;
}

/* Prints the nearest known name as a line of the error. */
static void suggest(const bp_error *error) {
  const char *zone = bp_error_detail(error, "zone");
  for (size_t i = 0; catalogues[i].detail != NULL; i++) {
    const char *typed = bp_error_detail(error, catalogues[i].detail);
    if (typed == NULL || bp_error_code(error) != BP_ERR_NOTFOUND) continue;
    char *best = nearest_in(catalogues[i].topic, typed);
    if (best != NULL)
      tellf("  did you mean \"%s\"?\n", best);
    else
      tellf("  blueplane %s lists them all\n", catalogues[i].topic);
    free(best);
    return;
  }
  if (zone == NULL) return;
  char *best = nearest_zone(zone);
  if (best != NULL)
    tellf("  did you mean \"%s\"?\n", best);
  else
    tell("  zones have IANA names like Europe/Berlin\n");
  free(best);
}

static void list_sources(void) {
  bp_result *r = NULL;
  if (bp_catalog(&r, "sources", NULL) != BP_OK) return;
  tell("  --source names one of:");
  for (size_t row = 0; row < bp_result_rows(r); row++)
    tellf(" %s", bp_result_text(r, row, 0, NULL));
  tell("\n");
  bp_result_free(r);
}

/* The library's hints address programmers: a hint that names a call is replaced by what to type
 * here. */
static void say_hint(int code, const char *hint) {
  if (strstr(hint, "bp_catalog \"sources\"") != NULL) {
    list_sources();
    return;
  }
  bool families = strstr(hint, "bp_catalog \"metrics\"") != NULL;
  bool name = code == BP_ERR_NOTFOUND && strchr(hint, ' ') == NULL;
  char *safe = text_safe(families ? "blueplane metrics shows the family of each metric" : hint);
  tellf(name ? "  did you mean \"%s\"?\n" : "  %s\n", safe);
  free(safe);
}

int complain_of_name(const char *what, const nearest *n, const char *hint) {
  char *shown = text_safe(n->typed);
  char *meant = n->best != NULL ? print_text("did you mean \"%s\"?", n->best) : NULL;
  complain(EXIT_USAGE, meant != NULL ? meant : hint, "%s \"%s\"", what, shown);
  free(meant);
  free(shown);
  return EXIT_USAGE;
}

int complain_of_content(const char *path, bp_error *error) {
  static const char *const shown[] = {"path", "byte", "reason", "minimum", "roster", "withdrawn"};
  int code = exit_of(bp_error_code(error));
  const char *message = bp_error_message(error), *hint = bp_error_detail(error, "hint");
  const char *allowed = bp_error_detail(error, "allowed");
  char *safe = text_safe(message[0] != '\0' ? message : bp_strerror(bp_error_code(error)));
  tellf("blueplane: %s\n", safe);
  free(safe);
  if (path != NULL) {
    char *file = short_path(path);
    tellf("  file: %s\n", file);
    free(file);
  }
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
    const char *value = bp_error_detail(error, shown[i]);
    if (value == NULL || strstr(message, value) != NULL) continue;
    char *safe_value = text_safe(value);
    tellf("  %s: %s\n", shown[i], safe_value);
    free(safe_value);
  }
  if (hint != NULL)
    say_hint(bp_error_code(error), hint);
  else if (bp_error_code(error) == BP_ERR_CORRUPT)
    tell("  blueplane doctor says what can be done\n");
  else if (bp_error_code(error) == BP_ERR_READONLY) /* the index of the log is made to read it */
    tell("  reading writes a file beside it, too: give yourself permission for it and its folder,\n"
         "  or name a copy of the store and its key with --store\n");
  else if (allowed == NULL)
    suggest(error);
  if (allowed != NULL) tellf("  allowed: %s\n", allowed);
  bp_error_free(error);
  return code;
}

int complain_of(bp_error *error) {
  return complain_of_content(NULL, error);
}
