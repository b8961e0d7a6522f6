/* report.c: chooses the report and its form, and writes it. */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "../commands.h"
#include "../exits.h"
#include "../pages/page.h"

static int use_reference(const published *x, const char *path, const char *topic) {
  return path == NULL ? EXIT_OK : configure_from(x->store, topic, path);
}

int use_references(const program *p, const published *x) {
  int code = use_reference(x, p->options.value[OPTION_ASSUMPTIONS], "assumptions");
  return code != EXIT_OK ? code : use_reference(x, p->options.value[OPTION_BENCHMARK], "benchmark");
}

int write_paper(const program *p, paper *written, const char *title) {
  const char *const styles[] = {page_base_css, page_report_css, NULL};
  const char *path = p->options.value[OPTION_OUTPUT];
  text whole = paper_end(written, title, styles);
  return write_file(path != NULL ? path : "-", &whole);
}

/* -------------------------------------------------------------------------------------- the last page */

#define DEFINED_MOST 64

/* Adds a metric's definition unless it is there already; the parts of a metric, named after a colon
 * in the title, are one row. */
static void add_definition(char **cells, size_t *rows, const bp_result *r, size_t column) {
  const char *role = bp_result_column(r, column, "role"),
             *title = bp_result_column(r, column, "title");
  const char *definition = bp_result_column(r, column, "definition");
  if (role == NULL || strcmp(role, "metric") != 0 || title == NULL || definition == NULL) return;
  for (size_t row = 1; row < *rows; row++)
    if (strcmp(cells[2 * row + 1], definition) == 0) return;
  if (*rows == DEFINED_MOST) return;
  cells[2 * *rows] = print_text("%.*s", (int)strcspn(title, ":"), title);
  cells[2 * (*rows)++ + 1] = copy_text(definition);
}

void put_definitions(paper *p, const bp_result *const *results, size_t count) {
  char *cells[2 * DEFINED_MOST] = {copy_text("Figure"), copy_text("Definition")};
  size_t rows = 1;
  for (size_t i = 0; i < count; i++)
    for (size_t column = 0; results[i] != NULL && column < bp_result_columns(results[i]); column++)
      add_definition(cells, &rows, results[i], column);
  paper_section(p, "sheet", "Definitions, and what is hidden");
  paper_grid(p, "What each figure means", (const char *const *)cells, 2, rows, 2);
  for (size_t i = 0; i < 2 * rows; i++)
    free(cells[i]);
  paper_say(
      p,
      "Every number here was published by a team's store: aggregated over at least three contributors, rounded to "
      "three digits or given as a range, once. The files that this report is made from identify "
      "no person. What fewer than three contributed to is pooled or withheld, and a sum without "
      "such a part is marked as a lower bound.");
}

/* The form of --format; HTML by default. */
static bool choose_form(paper_form *form, const program *p) {
  static const struct {
    const char *name;
    paper_form form;
  } forms[] = {{"html", PAPER_HTML}, {"markdown", PAPER_MARKDOWN}, {"csv", PAPER_CSV}};
  *form = PAPER_HTML;
  if (!given(&p->options, OPTION_FORMAT)) return true;
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (strcmp(p->screen.format, forms[i].name) == 0) {
      *form = forms[i].form;
      return true;
    }
  return false;
}

int run_report(program *p) {
  paper_form form;
  if (!choose_form(&form, p)) return complain(EXIT_USAGE, NULL, "a report is html, md or csv");
  if (strcmp(p->arguments[0], "executive") == 0) return report_executive(p, form);
  if (strcmp(p->arguments[0], "research") == 0) return report_research(p, form);
  char *shown = text_safe(p->arguments[0]);
  complain(EXIT_USAGE, "executive or research", "there is no report \"%s\"", shown);
  free(shown);
  return EXIT_USAGE;
}
