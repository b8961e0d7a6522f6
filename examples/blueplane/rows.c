/* rows.c: writes CSV as in RFC 4180, JSON, and Markdown and HTML tables, row by row. */
#include "rows.h"

#include <string.h>

#include "pages/page.h"

static bool is_object(const rows *r) {
  return r->form == ROWS_DOCUMENT || r->form == ROWS_LINES;
}

static void put_csv(text *t, const char *value) {
  if (value[strcspn(value, ",\"\r\n")] == '\0') {
    text_add(t, value);
    return;
  }
  text_add(t, "\"");
  for (; *value != '\0'; value++) {
    if (*value == '"') text_add(t, "\"");
    text_add_bytes(t, value, 1);
  }
  text_add(t, "\"");
}

static void put_markdown(text *t, const char *value) {
  for (; *value != '\0'; value++) {
    if (strchr("\\|<~", *value) != NULL) text_add(t, "\\");
    text_add_bytes(t, *value == '\n' || *value == '\r' ? " " : value, 1);
  }
}

/* Writes a cell of a format other than JSON; `tag` is the HTML element. */
static void put_cell(rows *r, const char *tag, const char *value) {
  text *t = &r->out;
  if (value == NULL) value = "";
  switch (r->form) {
  case ROWS_MARKDOWN:
    text_add(t, r->first_cell ? "| " : " ");
    put_markdown(t, value);
    text_add(t, " |");
    break;
  case ROWS_HTML:
    text_addf(t, "<%s>", tag);
    html_text(t, value);
    text_addf(t, "</%s>", tag);
    break;
  default:
    if (!r->first_cell) text_add(t, ",");
    put_csv(t, value);
  }
  r->first_cell = false;
}

static void begin_line(rows *r) {
  r->first_cell = true;
  if (r->form == ROWS_HTML) text_add(&r->out, "<tr>");
}

static void end_line(rows *r) {
  text_add(&r->out, r->form == ROWS_HTML ? "</tr>\n" : r->form == ROWS_MARKDOWN ? "\n" : "\r\n");
}

static row_form form_of(const screen *s) {
  static const struct {
    const char *format;
    row_form form;
  } forms[] = {{"markdown", ROWS_MARKDOWN},
               {"html", ROWS_HTML},
               {"json", ROWS_DOCUMENT},
               {"ndjson", ROWS_LINES}};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (strcmp(forms[i].format, s->format) == 0) return forms[i].form;
  return ROWS_CSV;
}

void rows_begin(rows *r, const screen *s, const char *schema, const char *const *columns) {
  *r = (rows){.form = form_of(s), .first = true};
  if (r->form == ROWS_DOCUMENT) text_addf(&r->out, "{\"schema\":\"%s\",\n\"rows\":[", schema);
  if (is_object(r)) return;
  if (r->form == ROWS_HTML) text_add(&r->out, "<table>\n<thead>");
  begin_line(r);
  for (size_t i = 0; columns[i] != NULL; i++)
    put_cell(r, "th", columns[i]);
  end_line(r);
  if (r->form == ROWS_HTML) text_add(&r->out, "</thead>\n<tbody>\n");
  for (size_t i = 0; columns[i] != NULL && r->form == ROWS_MARKDOWN; i++)
    text_add(&r->out, i == 0 ? "| --- |" : " --- |");
  if (r->form == ROWS_MARKDOWN) text_add(&r->out, "\n");
}

void rows_start(rows *r) {
  if (!is_object(r)) {
    begin_line(r);
    return;
  }
  if (r->form == ROWS_DOCUMENT) text_add(&r->out, r->first ? "\n" : ",\n");
  r->first = false;
  r->row = (json){0};
  json_open(&r->row, NULL, '{');
}

void rows_text(rows *r, const char *column, const char *value) {
  if (is_object(r))
    json_text(&r->row, column, value);
  else
    put_cell(r, "td", value);
}

void rows_real(rows *r, const char *column, double value) {
  if (is_object(r)) {
    json_real(&r->row, column, value);
    return;
  }
  json digits = {0};
  json_real(&digits, NULL, value);
  put_cell(r, "td", digits.out.data);
  text_free(&digits.out);
}

void rows_cell(rows *r, const char *column, const bp_result *from, size_t row, int at) {
  if (is_object(r)) {
    json_value(&r->row, column, from, row, at);
    return;
  }
  text exact = {0};
  json digits = {0};
  bool is_text = at >= 0 && bp_result_type(from, (size_t)at) == BP_TYPE_TEXT;
  if (has_value(from, row, at) && !is_text) {
    json_value(&digits, NULL, from, row, at);
    text_add(&exact, digits.out.data);
  } else if (has_value(from, row, at)) {
    text_add(&exact, bp_result_text(from, row, (size_t)at, NULL));
  }
  put_cell(r, "td", exact.data);
  text_free(&exact);
  text_free(&digits.out);
}

void rows_finish(rows *r) {
  if (!is_object(r)) {
    end_line(r);
    return;
  }
  json_close(&r->row, '}');
  text_add(&r->out, r->row.out.data);
  if (r->form == ROWS_LINES) text_add(&r->out, "\n");
  text_free(&r->row.out);
}

int rows_end(rows *r) {
  if (r->form == ROWS_DOCUMENT) text_add(&r->out, r->first ? "]}\n" : "\n]}\n");
  if (r->form == ROWS_HTML) text_add(&r->out, "</tbody>\n</table>\n");
  return write_out(&r->out);
}
