/* catalog.c: prints and searches the catalogues of the library. */
#include "commands.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "rows.h"

static bool holds(const char *string, const char *word) {
  size_t length = strlen(word);
  for (; string != NULL && *string != '\0'; string++) {
    size_t same = 0;
    while (same < length &&
           tolower((unsigned char)string[same]) == tolower((unsigned char)word[same]))
      same++;
    if (same == length) return true;
  }
  return false;
}

static const char *cell_text(const bp_result *r, size_t row, const char *column) {
  int at = find_column(r, NULL, column);
  return at >= 0 ? bp_result_text(r, row, (size_t)at, NULL) : NULL;
}

/* Searches for a word in the name, which is the first column, and in these columns. */
static bool row_holds(const bp_result *r, size_t row, const char *word) {
  static const char *const columns[] = {"title", "family", "definition", "aliases"};
  bool found = holds(bp_result_text(r, row, 0, NULL), word);
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    found = found || holds(cell_text(r, row, columns[i]), word);
  return found;
}

/* The name, family and unit on one line, as far as they fit, and the definition below. */
static void put_brief(text *t, const screen *s, const bp_result *r, size_t row) {
  static const char *const columns[] = {"family", "unit"};
  const char *name = bp_result_text(r, row, 0, NULL);
  int used = text_width(name);
  put(t, s, STYLE_BOLD, name, 0);
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
    const char *value = cell_text(r, row, columns[i]);
    if (value == NULL) continue;
    used += 2 + text_width(value);
    if (s->width > 0 && used > s->width) break;
    text_add(t, "  ");
    put(t, s, STYLE_DIM, value, 0);
  }
  text_add(t, "\n    ");
  put_wrapped(t, s, cell_text(r, row, "definition"), 4);
}

#define DETAIL_WIDTH 14

/* All columns of one row. */
static void put_full(text *t, const screen *s, const bp_result *r, size_t row) {
  for (size_t column = 0; column < bp_result_columns(r); column++) {
    const char *value = bp_result_text(r, row, column, NULL);
    if (value == NULL) continue;
    text_fit(t, bp_result_column(r, column, "name"), DETAIL_WIDTH, s->ascii);
    if (column == 0) {
      put(t, s, STYLE_BOLD, value, 0);
      text_add(t, "\n");
    } else {
      put_wrapped(t, s, value, DETAIL_WIDTH);
    }
  }
}

/* The row with this exact name or alias, or -1. */
static long row_named(const bp_result *r, const char *word) {
  for (size_t row = 0; word != NULL && row < bp_result_rows(r); row++) {
    const char *alias = cell_text(r, row, "aliases");
    if (strcmp(bp_result_text(r, row, 0, NULL), word) == 0 ||
        (alias != NULL && strcmp(alias, word) == 0))
      return (long)row;
  }
  return -1;
}

/* Writes the rows that contain the word, in a format for programs. */
static int write_found(const program *p, const bp_result *r, const char *word) {
  const char *columns[32] = {NULL};
  size_t count = bp_result_columns(r), found = 0;
  for (size_t i = 0; i < count && i < 31; i++)
    columns[i] = bp_result_column(r, i, "name");
  rows out;
  rows_begin(&out, &p->screen, "blueplane.catalog/1", columns);
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    if (!row_holds(r, row, word)) continue;
    rows_start(&out);
    for (size_t i = 0; columns[i] != NULL; i++)
      rows_cell(&out, columns[i], r, row, (int)i);
    rows_finish(&out);
    found++;
  }
  int code = rows_end(&out);
  return code == EXIT_OK && found == 0 ? EXIT_NOTHING : code;
}

static int show_found(const program *p, const bp_result *r, const char *word) {
  text t = {0};
  size_t shown = 0;
  long named = row_named(r, word);
  if (named >= 0) {
    put_full(&t, &p->screen, r, (size_t)named);
    shown = 1;
  }
  for (size_t row = 0; row < bp_result_rows(r) && named < 0; row++) {
    if (word != NULL && !row_holds(r, row, word)) continue;
    put_brief(&t, &p->screen, r, row);
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
  const char *topic = p->options.arguments.item[0]; /* the topic has the command's name */
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
