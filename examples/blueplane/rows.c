/* rows.c: CSV after RFC 4180 and JSON, row by row. */
#include "rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void csv_cell(rows *r, const char *value) {
  if (!r->first_cell) text_add(&r->out, ",");
  r->first_cell = false;
  if (value == NULL) return;
  if (value[strcspn(value, ",\"\r\n")] == '\0') {
    text_add(&r->out, value);
    return;
  }
  text_add(&r->out, "\"");
  for (; *value != '\0'; value++) {
    if (*value == '"') text_add(&r->out, "\"");
    text_add_bytes(&r->out, value, 1);
  }
  text_add(&r->out, "\"");
}

void rows_begin(rows *r, const screen *s, const char *schema, const char *const *columns) {
  *r = (rows){.screen = s,
              .csv = !is_json(s),
              .document = strcmp(s->format, "json") == 0,
              .first = true,
              .first_cell = true};
  if (r->document) text_addf(&r->out, "{\"schema\":\"%s\",\n\"rows\":[", schema);
  if (!r->csv) return;
  for (size_t i = 0; columns[i] != NULL; i++)
    csv_cell(r, columns[i]);
  text_add(&r->out, "\r\n");
}

void rows_start(rows *r) {
  r->first_cell = true;
  if (r->csv) return;
  if (r->document) text_add(&r->out, r->first ? "\n" : ",\n");
  r->first = false;
  r->row = (json){0};
  json_open(&r->row, NULL, '{');
}

void rows_text(rows *r, const char *column, const char *value) {
  if (r->csv)
    csv_cell(r, value);
  else
    json_text(&r->row, column, value);
}

void rows_real(rows *r, const char *column, double value) {
  if (!r->csv) {
    json_real(&r->row, column, value);
    return;
  }
  json digits = {0};
  json_real(&digits, NULL, value);
  csv_cell(r, digits.out.data);
  text_free(&digits.out);
}

void rows_cell(rows *r, const char *column, const bp_result *from, size_t row, int at) {
  if (!r->csv) {
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
  csv_cell(r, exact.data);
  text_free(&exact);
  text_free(&digits.out);
}

void rows_finish(rows *r) {
  if (r->csv) {
    text_add(&r->out, "\r\n");
    return;
  }
  json_close(&r->row, '}');
  text_add(&r->out, r->row.out.data);
  if (!r->document) text_add(&r->out, "\n");
  text_free(&r->row.out);
}

int rows_end(rows *r) {
  if (r->document) text_add(&r->out, r->first ? "]}\n" : "\n]}\n");
  return write_out(&r->out);
}
