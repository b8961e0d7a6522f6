/* catalog.c: the catalogues of the library, for reading and searching. */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "rows.h"
#include "rows.h"

/* Does any text of the row hold the word, case apart? */
static bool row_holds(const bp_result *r, size_t row, const char *word) {
  for (size_t column = 0; column < bp_result_columns(r); column++) {
    const char *at = bp_result_text(r, row, column, NULL);
    size_t length = strlen(word);
    for (; at != NULL && *at != '\0'; at++) {
      size_t same = 0;
      while (same < length && at[same] != '\0' && (at[same] | 0x20) == (word[same] | 0x20)) same++;
      if (same == length) return true;
    }
  }
  return false;
}

/* Name and title in bold, the definition below it. */
static void put_catalog_row(text *t, const screen *s, const bp_result *r, size_t row) {
  int name = find_column(r, NULL, "name"), definition = find_column(r, NULL, "definition");
  if (name < 0) name = 0;
  char *id = figure(s, r, row, name);
  put(t, s, STYLE_BOLD, id, 0);
  free(id);
  for (size_t column = 0; column < bp_result_columns(r); column++) {
    const char *key = bp_result_column(r, column, "name");
    if (strcmp(key, "unit") != 0 && strcmp(key, "aliases") != 0 && strcmp(key, "family") != 0) continue;
    char *value = figure(s, r, row, (int)column);
    if (value[0] != '\0') {
      text_add(t, "  ");
      put(t, s, STYLE_DIM, value, 0);
    }
    free(value);
  }
  text_add(t, "\n    ");
  char *said = figure(s, r, row, definition);
  put_wrapped(t, s, said, 4);
  free(said);
}

/* The rows that hold the word, for programs. */
static int write_found(const program *p, const bp_result *r, const char *word) {
  const char *columns[32] = {NULL};
  size_t count = bp_result_columns(r), found = 0;
  for (size_t i = 0; i < count && i < 31; i++) columns[i] = bp_result_column(r, i, "name");
  rows out;
  rows_begin(&out, &p->screen, "blueplane.catalog/1", columns);
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    if (!row_holds(r, row, word)) continue;
    rows_start(&out);
    for (size_t i = 0; columns[i] != NULL; i++) rows_cell(&out, columns[i], r, row, (int)i);
    rows_finish(&out);
    found++;
  }
  int code = rows_end(&out);
  return code == EXIT_OK && found == 0 ? EXIT_NOTHING : code;
}

static int show_found(const program *p, const bp_result *r, const char *word) {
  text t = {0};
  size_t shown = 0;
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    if (word != NULL && !row_holds(r, row, word)) continue;
    put_catalog_row(&t, &p->screen, r, row);
    shown++;
  }
  int code = write_out(&t);
  if (code != EXIT_OK || shown > 0) return code;
  char *safe = text_safe(word);
  note(&p->screen, "nothing found with \"%s\"", safe);
  free(safe);
  return EXIT_NOTHING;
}

int run_catalog(program *p) {
  const char *topic = p->options.arguments.item[0]; /* the command is named after it */
  const char *word = p->argument_count > 0 ? p->arguments[0] : NULL;
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (bp_catalog(&r, topic, &error) != BP_OK) return complain_of(error);
  int code;
  if (is_table(&p->screen))
    code = show_found(p, r, word);
  else
    code = word != NULL ? write_found(p, r, word) : write_result(&p->screen, r, NULL);
  bp_result_free(r);
  return code;
}
