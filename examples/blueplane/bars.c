/* bars.c: lays out bars and figures for the available width. */
#include "bars.h"

#include <stdlib.h>

#include "exits.h"
#include "rows.h"

#define BAR_MOST 32
#define BAR_LEAST 6
#define WIDTH_OTHERWISE 100

typedef struct layout {
  const screen *screen;
  const bp_result *result;
  row_name name;
  const bar_column *columns;
  int column[BAR_COLUMNS_MOST]; /* in the result */
  int second[BAR_COLUMNS_MOST]; /* -1: none */
  int width[BAR_COLUMNS_MOST];  /* 0: does not fit */
  int names, bar;               /* widths */
  double most;
} layout;

static double bar_value(const layout *l, size_t row) {
  return has_value(l->result, row, l->column[0])
             ? bp_result_real(l->result, row, (size_t)l->column[0])
             : 0;
}

static char *cell_text(const layout *l, size_t row, size_t at) {
  const bar_column *c = &l->columns[at];
  if (c->low != NULL) return range_figure(l->screen, l->result, row, c->name, c->low, c->high);
  char *first = figure(l->screen, l->result, row, l->column[at]);
  if (l->second[at] < 0 || !has_value(l->result, row, l->column[at])) return first;
  char *second = figure(l->screen, l->result, row, l->second[at]);
  char *both = print_text("+%s -%s", first, second);
  free(first);
  free(second);
  return both;
}

static int widest_figure(const layout *l, size_t at) {
  int width = text_width(l->columns[at].heading);
  for (size_t row = 0; row < bp_result_rows(l->result); row++) {
    char *cell = cell_text(l, row, at);
    int own = text_width(cell);
    if (own > width) width = own;
    free(cell);
  }
  return width;
}

static void measure(layout *l) {
  for (size_t row = 0; row < bp_result_rows(l->result); row++) {
    char *name = l->name(l->result, row);
    int own = text_width(name);
    if (own > l->names) l->names = own;
    free(name);
    if (bar_value(l, row) > l->most) l->most = bar_value(l, row);
  }
  int room = (l->screen->width == 0 ? WIDTH_OTHERWISE : l->screen->width) - l->names - 2 -
             BAR_LEAST;
  for (size_t at = 0; l->columns[at].name != NULL; at++) {
    int own = widest_figure(l, at);
    if (at > 0 && own + 2 > room) continue; /* that of the bars is always shown */
    l->width[at] = own;
    room -= own + 2;
  }
  l->bar = room + BAR_LEAST > BAR_MOST ? BAR_MOST : room + BAR_LEAST < 0 ? 0 : room + BAR_LEAST;
}

static void put_headings(text *t, const layout *l) {
  text_repeat(t, " ", l->names + 2 + l->bar);
  for (size_t at = 0; l->columns[at].name != NULL; at++) {
    if (l->width[at] == 0) continue;
    text_add(t, "  ");
    put(t, l->screen, STYLE_DIM, l->columns[at].heading, -l->width[at]);
  }
  put_line_end(t);
}

/* The row with the largest value is bold, rows without activity are dim. */
static void put_row(text *t, const layout *l, size_t row) {
  double value = bar_value(l, row);
  const char *style = value > 0 ? NULL : STYLE_DIM;
  char *name = l->name(l->result, row);
  put(t, l->screen, value > 0 && value >= l->most ? STYLE_BOLD : style, name, l->names);
  free(name);
  text_add(t, "  ");
  put_bar(t, l->screen, value, l->most, l->bar);
  for (size_t at = 0; l->columns[at].name != NULL; at++) {
    if (l->width[at] == 0) continue;
    char *cell = cell_text(l, row, at);
    text_add(t, "  ");
    put(t, l->screen, style, cell, -l->width[at]);
    free(cell);
  }
  put_line_end(t);
}

static layout layout_of(const screen *s, const bp_result *r, row_name name,
                        const bar_column *columns) {
  layout l = {.screen = s, .result = r, .name = name, .columns = columns};
  for (size_t at = 0; columns[at].name != NULL; at++) {
    l.column[at] = find_column(r, NULL, columns[at].name);
    l.second[at] = columns[at].second != NULL ? find_column(r, NULL, columns[at].second) : -1;
  }
  return l;
}

int write_bar_columns(const screen *s, const bp_result *r, row_name name,
                      const bar_column *columns) {
  layout l = layout_of(s, r, name, columns);
  const char *headings[BAR_COLUMNS_MOST + 1] = {bp_result_column(r, 0, "title")};
  for (size_t at = 0; columns[at].name != NULL; at++)
    headings[at + 1] = columns[at].heading;
  rows out;
  rows_begin(&out, s, NULL, headings);
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    rows_start(&out);
    char *said = name(r, row);
    rows_text(&out, NULL, said);
    free(said);
    for (size_t at = 0; columns[at].name != NULL; at++) {
      char *cell = cell_text(&l, row, at);
      rows_text(&out, NULL, cell);
      free(cell);
    }
    rows_finish(&out);
  }
  int code = rows_end(&out);
  return code == EXIT_OK && bp_result_rows(r) == 0 ? EXIT_NOTHING : code;
}

static void put_dropped(text *t, const layout *l) {
  text said = {0};
  for (size_t at = 0; l->columns[at].name != NULL; at++)
    if (l->width[at] == 0)
      text_addf(&said, "%s%s",
                said.length > 0 ? ", " : "not shown for lack of room: ", l->columns[at].heading);
  if (said.length > 0) put_wrapped(t, l->screen, said.data, 0);
  text_free(&said);
}

void put_bars(text *t, const screen *s, const bp_result *r, row_name name,
              const bar_column *columns) {
  layout l = layout_of(s, r, name, columns);
  measure(&l);
  put_headings(t, &l);
  for (size_t row = 0; row < bp_result_rows(r); row++)
    put_row(t, &l, row);
  put_dropped(t, &l);
}
