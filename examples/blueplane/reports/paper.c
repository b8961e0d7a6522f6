/* paper.c: writes reports in each form. Texts are escaped only here. Knows no metric. */
#include "paper.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../pages/page.h"

static bool is_page(const paper *p) {
  return p->form == PAPER_HTML || p->form == PAPER_MAIL;
}

/* The first space between a number and its unit, or NULL. */
static const char *unit_space(const char *said) {
  static const char *const units[] = {"%", "points", "s", "USD"};
  for (const char *c = strchr(said, ' '); c != NULL; c = strchr(c + 1, ' ')) {
    if (c == said || !isdigit((unsigned char)c[-1])) continue;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
      size_t length = strlen(units[i]);
      if (strncmp(c + 1, units[i], length) == 0 && !isalnum((unsigned char)c[1 + length])) return c;
    }
  }
  return NULL;
}

/* Text of a page, in which a line does not end between a number and its unit. */
static void put_words(paper *p, const char *said) {
  for (const char *space; (space = unit_space(said)) != NULL; said = space + 1) {
    char *before = print_text("%.*s", (int)(space - said), said);
    html_text(&p->out, before);
    text_add(&p->out, "\u00a0");
    free(before);
  }
  html_text(&p->out, said);
}

/* <tag>said</tag> */
static void element(paper *p, const char *open, const char *said, const char *close) {
  text_add(&p->out, open);
  put_words(p, said);
  text_add(&p->out, close);
}

/* ------------------------------------------------------------------------------------ plain text */

#define TEXT_WIDTH 72

static void wrapped(paper *p, const char *said, int indent) {
  text_wrap(&p->out, said, TEXT_WIDTH, indent);
  text_add(&p->out, "\n");
}

static void underlined(paper *p, const char *title, const char *line) {
  text_addf(&p->out, "%s\n", title);
  text_repeat(&p->out, line, text_width(title));
  text_add(&p->out, "\n");
}

/* Escapes text for Markdown. */
static void marked(paper *p, const char *said) {
  for (const char *c = said; *c != '\0'; c++) {
    if (strchr("\\`*_[]<>|~#", *c) != NULL) text_add(&p->out, "\\");
    text_add_bytes(&p->out, c, 1);
  }
}

/* ------------------------------------------------------------------------------------------- csv */

static void field(paper *p, const char *value, bool last) {
  bool quotes = value[strcspn(value, ",\"\r\n")] != '\0';
  if (quotes) text_add(&p->out, "\"");
  for (const char *c = value; *c != '\0'; c++) {
    if (*c == '"') text_add(&p->out, "\"");
    text_add_bytes(&p->out, c, 1);
  }
  if (quotes) text_add(&p->out, "\"");
  text_add(&p->out, last ? "\r\n" : ",");
}

static void exact_field(paper *p, const bp_result *r, size_t row, int column) {
  json j = {0};
  if (has_value(r, row, column)) json_value(&j, NULL, r, row, column);
  field(p, j.out.data != NULL ? j.out.data : "", false);
  text_free(&j.out);
}

static int companion(const bp_result *r, size_t column, const char *end) {
  char *name = print_text("%s.%s", bp_result_column(r, column, "name"), end);
  int found = find_column(r, NULL, name);
  free(name);
  return found;
}

static const char *said_of(const bp_result *r, size_t column, const char *key) {
  const char *value = bp_result_column(r, column, key);
  return value != NULL ? value : "";
}

/* section, group, metric, title, unit, value, at_least, at_most, state */
static void put_cell_row(paper *p, const bp_result *r, size_t row, size_t column) {
  static const char *const states[] = {"value", "empty", "withheld", "uncovered"};
  text group = {0};
  int cell = bp_result_cell(r, row, column);
  text_add(&group, "");
  for (size_t c = 0; c < bp_result_columns(r); c++) {
    if (strcmp(said_of(r, c, "role"), "dimension") != 0) continue;
    text_addf(&group, "%s%s", group.length > 0 ? "; " : "", bp_result_text(r, row, c, NULL));
  }
  field(p, p->section, false);
  field(p, group.data, false);
  field(p, said_of(r, column, "name"), false);
  field(p, said_of(r, column, "title"), false);
  field(p, said_of(r, column, "unit"), false);
  exact_field(p, r, row, (int)column);
  exact_field(p, r, row, companion(r, column, "at_least"));
  exact_field(p, r, row, companion(r, column, "at_most"));
  field(p, cell & BP_CELL_LOWER_BOUND ? "lower_bound" : states[cell & 3], true);
  text_free(&group);
}

static void put_cell_rows(paper *p, const bp_result *r) {
  for (size_t row = 0; row < bp_result_rows(r); row++)
    for (size_t column = 0; column < bp_result_columns(r); column++)
      if (strcmp(said_of(r, column, "role"), "metric") == 0) put_cell_row(p, r, row, column);
}

/* -------------------------------------------------------------------------------------- sections */

void paper_begin(paper *p, paper_form form, const char *title, const char *subtitle) {
  *p = (paper){.form = form, .section = "", .screen = {.format = "table", .ascii = false}};
  if (form == PAPER_CSV) {
    text_add(&p->out, "section,group,metric,title,unit,value,at_least,at_most,state\r\n");
  } else if (is_page(p)) {
    text_add(&p->out,
             form == PAPER_MAIL ? "" : "<main class=\"page report\">\n<header class=\"head\">\n");
    element(p, "<h1>", title, "</h1>\n");
    element(p, "<p class=\"subtitle\">", subtitle, "</p>\n");
    if (form == PAPER_HTML) text_add(&p->out, "</header>\n");
  } else if (form == PAPER_MARKDOWN) {
    text_add(&p->out, "# ");
    marked(p, title);
    text_add(&p->out, "\n\n");
    marked(p, subtitle);
    text_add(&p->out, "\n");
  } else {
    underlined(p, title, "=");
    wrapped(p, subtitle, 0);
  }
}

static void close_section(paper *p) {
  if (p->open) text_add(&p->out, "</section>\n");
  p->open = false;
}

void paper_section(paper *p, const char *mark, const char *title) {
  p->section = title;
  close_section(p);
  if (is_page(p)) {
    text_addf(&p->out, "<section class=\"%s\">\n", mark);
    element(p, "<h2>", title, "</h2>\n");
    p->open = true;
  } else if (p->form == PAPER_MARKDOWN) {
    text_add(&p->out, "\n## ");
    marked(p, title);
    text_add(&p->out, "\n");
  } else if (p->form == PAPER_TEXT) {
    text_add(&p->out, "\n");
    underlined(p, title, "-");
  }
}

void paper_say(paper *p, const char *said) {
  if (is_page(p)) {
    element(p, "<p>", said, "</p>\n");
  } else if (p->form == PAPER_MARKDOWN) {
    text_add(&p->out, "\n");
    marked(p, said);
    text_add(&p->out, "\n");
  } else if (p->form == PAPER_TEXT) {
    wrapped(p, said, 0);
  }
}

void paper_take(paper *p, char *said) {
  paper_say(p, said);
  free(said);
}

void paper_part(paper *p, const char *said, const bp_result *r, const char *chart, bool fold) {
  if (p->form == PAPER_HTML) text_add(&p->out, "<div class=\"part\">\n");
  if (said != NULL) paper_say(p, said);
  paper_result(p, r, chart, fold);
  if (p->form == PAPER_HTML) text_add(&p->out, "</div>\n");
}

/* ----------------------------------------------------------------------------------------- tiles */

/* Adds the exact number to the one that is shown. */
static void put_data(paper *p, const tile *t) {
  json j = {0};
  bool exact = t->result != NULL && has_value(t->result, t->row, t->column);
  if (exact) {
    json_value(&j, NULL, t->result, t->row, t->column);
    text_add(&p->out, "<data value=\"");
    html_text(&p->out, j.out.data);
    text_add(&p->out, "\">");
    text_free(&j.out);
  }
  put_words(p, t->value);
  if (exact) text_add(&p->out, "</data>");
}

static void put_page_tiles(paper *p, const tile *tiles, size_t count) {
  text_add(&p->out, "<dl class=\"tiles\">\n");
  for (size_t i = 0; i < count; i++) {
    element(p, "<div class=\"tile\"><dt class=\"tile-label\">", tiles[i].label,
            "</dt><dd class=\"tile-value\">");
    put_data(p, &tiles[i]);
    element(p, "</dd><dd class=\"tile-delta\">", tiles[i].detail, "</dd></div>\n");
  }
  text_add(&p->out, "</dl>\n");
}

void paper_tiles(paper *p, tile *tiles, size_t count) {
  if (p->form == PAPER_HTML) {
    put_page_tiles(p, tiles, count);
  } else {
    const char **cells = need(calloc(3 * (count + 1), sizeof *cells));
    cells[0] = "Figure", cells[1] = "Value", cells[2] = "Detail";
    for (size_t i = 0; i < count; i++) {
      cells[3 * i + 3] = tiles[i].label;
      cells[3 * i + 4] = tiles[i].value;
      cells[3 * i + 5] = tiles[i].detail;
    }
    paper_grid(p, "Headline figures", cells, 3, count + 1, 1);
    free(cells);
  }
  for (size_t i = 0; i < count; i++) {
    free(tiles[i].value);
    free(tiles[i].detail);
  }
}

/* ---------------------------------------------------------------------------------------- points */

void paper_points(paper *p, point_made *points, size_t count) {
  if (is_page(p)) text_add(&p->out, "<ol class=\"points\">\n");
  for (size_t i = 0; i < count; i++) {
    point_made *m = &points[i];
    if (is_page(p)) {
      element(p, "<li><h3>", m->title, "</h3>");
      element(p, "<p>", m->text, "</p>");
      element(p, "<p class=\"note\">Rule: ", m->rule, "</p></li>\n");
    } else if (p->form == PAPER_MARKDOWN) {
      text_addf(&p->out, "\n%zu. **", i + 1);
      marked(p, m->title);
      text_add(&p->out, ".** ");
      marked(p, m->text);
      text_add(&p->out, " *Rule: ");
      marked(p, m->rule);
      text_add(&p->out, "*\n");
    } else if (p->form == PAPER_TEXT) {
      text_addf(&p->out, "%zu. %s\n   ", i + 1, m->title);
      wrapped(p, m->text, 3);
    } else {
      field(p, p->section, false);
      field(p, m->title, false);
      text_add(&p->out, ",");
      field(p, m->text, false);
      text_add(&p->out, ",,,,\r\n");
    }
    free(m->title);
    free(m->text);
    free(m->rule);
  }
  if (is_page(p)) text_add(&p->out, "</ol>\n");
}

/* ---------------------------------------------------------------------------------------- tables */

void paper_result(paper *p, const bp_result *r, const char *chart, bool fold) {
  char *formatted = NULL, *format = NULL;
  size_t length = 0;
  if (r == NULL || bp_result_rows(r) == 0) {
    paper_say(p, "Nothing of this is published.");
    return;
  }
  if (p->form == PAPER_CSV) {
    put_cell_rows(p, r);
    return;
  }
  if (p->form == PAPER_HTML && chart != NULL)
    format = print_text("html:titles,words,compact,brief,chart=%s%s", chart, fold ? ",fold" : "");
  else if (p->form == PAPER_TEXT)
    format = print_text("table:titles,words,compact,brief,width=%d", TEXT_WIDTH);
  else
    format = print_text("%s:titles,words,compact,brief", is_page(p) ? "html" : "markdown");
  if (p->form == PAPER_MARKDOWN) text_add(&p->out, "\n");
  if (bp_result_format(&formatted, &length, r, format, NULL) == BP_OK)
    text_add_bytes(&p->out, formatted, length);
  bp_free(formatted);
  free(format);
}

static void put_page_grid(paper *p, const char *caption, const char *const *cells, size_t columns,
                          size_t rows, size_t names) {
  text_add(&p->out, "<div class=\"bp-scroll\" role=\"group\" tabindex=\"0\" aria-label=\"");
  html_text(&p->out, caption);
  element(p, "\">\n<table class=\"bp-table\">\n<caption>", caption, "</caption>\n<thead>");
  for (size_t row = 0; row < rows; row++) {
    text_add(&p->out, "<tr>");
    for (size_t column = 0; column < columns; column++) {
      bool heading = row == 0 || column == 0;
      text_addf(&p->out, "<%s%s%s>", heading ? "th scope=" : "td",
                row == 0  ? "\"col\""
                : heading ? "\"row\""
                          : "",
                column >= names ? " class=\"bp-number\"" : "");
      put_words(p, cells[row * columns + column]);
      text_add(&p->out, heading ? "</th>" : "</td>");
    }
    text_add(&p->out, row == 0 ? "</tr></thead>\n<tbody>\n" : "</tr>\n");
  }
  text_add(&p->out, "</tbody>\n</table>\n</div>\n");
}

static void put_marked_grid(paper *p, const char *const *cells, size_t columns, size_t rows,
                            size_t names) {
  text_add(&p->out, "\n");
  for (size_t row = 0; row < rows; row++) {
    text_add(&p->out, "|");
    for (size_t column = 0; column < columns; column++) {
      text_add(&p->out, " ");
      marked(p, cells[row * columns + column]);
      text_add(&p->out, " |");
    }
    text_add(&p->out, row == 0 ? "\n|" : "\n");
    for (size_t column = 0; row == 0 && column < columns; column++)
      text_add(&p->out, column < names ? " --- |" : " ---: |");
    if (row == 0) text_add(&p->out, "\n");
  }
}

static void put_text_grid(paper *p, const char *const *cells, size_t columns, size_t rows,
                          size_t names) {
  for (size_t row = 0; row < rows; row++) {
    for (size_t column = 0; column < columns; column++) {
      int width = 0;
      for (size_t r = 0; r < rows; r++) {
        int own = text_width(cells[r * columns + column]);
        if (own > width) width = own;
      }
      if (column > 0) text_add(&p->out, "  ");
      if (column + 1 == columns && column < names) width = 0;
      text_fit(&p->out, cells[row * columns + column], column < names ? width : -width, false);
    }
    put_line_end(&p->out);
  }
}

void paper_grid(paper *p, const char *caption, const char *const *cells, size_t columns,
                size_t rows, size_t names) {
  if (is_page(p))
    put_page_grid(p, caption, cells, columns, rows, names);
  else if (p->form == PAPER_MARKDOWN)
    put_marked_grid(p, cells, columns, rows, names);
  else if (p->form == PAPER_TEXT)
    put_text_grid(p, cells, columns, rows, names);
}

text paper_end(paper *p, const char *title, const char *const *styles) {
  text whole = {0};
  close_section(p);
  if (p->form != PAPER_HTML) return p->out;
  text_add(&p->out, "</main>\n");
  const page sheet = {.title = title, .styles = styles, .body = p->out.data};
  write_page(&whole, &sheet);
  text_free(&p->out);
  return whole;
}
