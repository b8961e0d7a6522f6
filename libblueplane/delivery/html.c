/* delivery/html.c: writes a result as a fragment of a page: an accessible table, cell states as
 * words with a legend below, and on request a chart (html_chart.c) before it. No scripts, styles or
 * external references; classes begin with "bp-" for the style sheet of the page. */
#include "delivery/html.h"

#include <string.h>

/* --------------------------------------------------------------------------------------- text */

void bpi_html_text(buf *out, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    switch (text[i]) {
    case '&': bpi_buf_text(out, "&amp;"); break;
    case '<': bpi_buf_text(out, "&lt;"); break;
    case '>': bpi_buf_text(out, "&gt;"); break;
    case '"': bpi_buf_text(out, "&quot;"); break;
    case '\'': bpi_buf_text(out, "&#39;"); break;
    default: bpi_buf_char(out, text[i]);
    }
  }
}

static void flush(html *h) {
  bpi_html_text(h->out, h->scratch.data, h->scratch.length);
  h->scratch.length = 0;
}

void bpi_html_value(html *h, size_t row, size_t column) {
  if (bpi_table_state(h->looks.result, row, column) != BP_CELL_VALUE) return;
  bpi_cell_shown(&h->scratch, &h->looks, row, column);
  flush(h);
}

static void write_heading(html *h, size_t column) {
  bpi_heading(&h->scratch, &h->looks, column);
  flush(h);
}

const char *bpi_html_title(const bp_result *r, size_t column) {
  const char *title = bpi_table_column_get(r, column, "title");
  return title != NULL ? title : bpi_table_column_get(r, column, "name");
}

size_t bpi_html_prefix(const char *title) {
  const char *colon = strstr(title, ": ");
  return colon == NULL ? 0 : (size_t)(colon - title) + 2;
}

bool bpi_html_has_role(const bp_result *r, size_t column, const char *role) {
  const char *own = bpi_table_column_get(r, column, "role");
  return own != NULL && strcmp(own, role) == 0;
}

/* Whether an earlier column has the same title prefix: then both are parts of one metric. */
static bool is_next_part(const bp_result *r, size_t column, const char *role) {
  const char *title = bpi_html_title(r, column);
  size_t prefix = bpi_html_prefix(title);
  for (size_t before = 0; prefix > 0 && before < column; before++)
    if (bpi_html_has_role(r, before, role) &&
        strncmp(bpi_html_title(r, before), title, prefix) == 0)
      return true;
  return false;
}

static bool has_next_part(const bp_result *r, size_t column, const char *role) {
  const char *title = bpi_html_title(r, column);
  size_t prefix = bpi_html_prefix(title);
  for (size_t next = column + 1; prefix > 0 && next < r->columns; next++)
    if (bpi_html_has_role(r, next, role) && strncmp(bpi_html_title(r, next), title, prefix) == 0)
      return true;
  return false;
}

/* For use inside a sentence: "Tool category" becomes lower case, "MCP server" does not. */
static void lower_first(buf *b) {
  if (b->length < 2 || b->data[0] < 'A' || b->data[0] > 'Z') return;
  if (b->data[1] >= 'a' && b->data[1] <= 'z') b->data[0] = (char)(b->data[0] - 'A' + 'a');
}

void bpi_html_upper_first(buf *b) {
  if (b->length > 0 && b->data[0] >= 'a' && b->data[0] <= 'z')
    b->data[0] = (char)(b->data[0] - 'a' + 'A');
}

/* Writes the titles of the columns with a role, at most `most`; for parts of one metric, only their
 * common prefix. Returns the number of titles there are. */
static size_t write_titles(html *h, const char *role, size_t most) {
  const bp_result *r = h->looks.result;
  size_t count = 0;
  for (size_t column = 0; column < r->columns; column++) {
    if (!bpi_html_has_role(r, column, role) || is_next_part(r, column, role)) continue;
    if (count++ >= most) continue;
    const char *title = bpi_html_title(r, column);
    size_t length = has_next_part(r, column, role) ? bpi_html_prefix(title) - 2 : strlen(title);
    if (count > 1) bpi_buf_text(h->out, ", ");
    bpi_text_shown(&h->scratch, title, length);
    if (strcmp(role, "dimension") == 0) lower_first(&h->scratch);
    flush(h);
  }
  return count;
}

void bpi_html_subject(html *h, size_t most) {
  const bp_result *r = h->looks.result;
  const char *topic = bpi_table_get(r, "topic");
  size_t metrics = write_titles(h, "metric", most);
  if (most > 1 && metrics > most) {
    bpi_buf_text(h->out, " and ");
    bpi_buf_int(h->out, (int64_t)(metrics - most));
    bpi_buf_text(h->out, " more");
  }
  if (metrics == 0)
    bpi_html_text(h->out, topic == NULL ? "Table" : topic, topic == NULL ? 5 : strlen(topic));
  for (size_t column = 0; metrics > 0 && column < r->columns; column++)
    if (bpi_html_has_role(r, column, "dimension")) {
      bpi_buf_text(h->out, " by ");
      write_titles(h, "dimension", SIZE_MAX);
      return;
    }
}

/* -------------------------------------------------------------------------------------- states */

bool bpi_html_is_one(const bp_result *r) {
  for (size_t column = 0; column < r->columns; column++)
    if (bpi_html_has_role(r, column, "dimension")) return false;
  return r->rows == 1;
}

/* The words that a cell may show instead of a value. */
static const struct {
  int state;
  const char *word, *meaning;
} states[] = {{BP_CELL_WITHHELD, "withheld", "kept back for privacy"},
              {BP_CELL_UNCOVERED, "not recorded", "no source that saw the activity records it"}};
#define STATES (sizeof states / sizeof *states)

const char *bpi_html_state(const bp_result *r, size_t row, size_t column) {
  int state = bpi_table_state(r, row, column);
  for (size_t i = 0; i < STATES; i++)
    if (states[i].state == state) return states[i].word;
  return NULL;
}

typedef struct seen {
  bool state[STATES], lower_bound, nothing, estimate;
} seen;

static void look_at(seen *s, const looks *l, size_t row, size_t column) {
  int state = bpi_table_state(l->result, row, column);
  for (size_t i = 0; i < STATES; i++)
    s->state[i] |= states[i].state == state;
  bool nothing = bpi_says_nothing(l->result, row, column);
  s->nothing |= nothing;
  s->lower_bound |= !nothing && bpi_table_lower_bound(l->result, row, column);
  s->estimate |= state == BP_CELL_VALUE && l->column[column].estimate;
}

static void explain(html *h, bool is, const char *mark, const char *meaning, bool *first) {
  if (!is) return;
  bpi_buf_text(h->out, *first ? "<p class=\"bp-states\">" : " ");
  bpi_buf_text(h->out, "<b>");
  bpi_buf_text(h->out, mark);
  bpi_buf_text(h->out, "</b>: ");
  bpi_buf_text(h->out, meaning);
  bpi_buf_char(h->out, '.');
  *first = false;
}

static void write_legend(html *h) {
  const bp_result *r = h->looks.result;
  seen s = {0};
  bool first = true, clock = false;
  for (size_t column = 0; column < r->columns; column++) {
    if (!bpi_is_shown(&h->looks, column)) continue;
    clock |= bpi_shows_clock(&h->looks, column);
    for (size_t row = 0; row < r->rows; row++)
      look_at(&s, &h->looks, row, column);
  }
  for (size_t i = 0; i < STATES; i++)
    explain(h, s.state[i], states[i].word, states[i].meaning, &first);
  explain(h, s.lower_bound, "\xE2\x89\xA5", "the true number is at least this", &first);
  explain(h, s.nothing, "\xE2\x80\x93", "nothing is known about it", &first);
  explain(h, s.estimate, "~", "an estimate", &first);
  explain(h, clock, "Times", bpi_zone_name(h->looks.zone), &first);
  if (!first) bpi_buf_text(h->out, "</p>\n");
}

/* --------------------------------------------------------------------------------------- table */

static void write_cell(html *h, size_t row, size_t column) {
  const bp_result *r = h->looks.result;
  bool names_row = bpi_html_has_role(r, column, "dimension");
  const char *word = bpi_html_state(r, row, column);
  bpi_buf_text(h->out, names_row ? "<th scope=\"row\"" : "<td");
  if (word != NULL) {
    bpi_buf_text(h->out, " class=\"bp-none\"");
  } else if (bpi_is_number(r, column)) {
    bpi_buf_text(h->out, " class=\"bp-number\"");
  }
  bpi_buf_char(h->out, '>');
  if (word != NULL)
    bpi_buf_text(h->out, word);
  else
    bpi_html_value(h, row, column);
  bpi_buf_text(h->out, names_row ? "</th>" : "</td>");
}

static void write_headings(html *h) {
  bpi_buf_text(h->out, "<thead><tr>");
  for (size_t column = 0; column < h->looks.result->columns; column++) {
    if (!bpi_is_shown(&h->looks, column)) continue;
    bpi_buf_text(h->out, bpi_is_number(h->looks.result, column)
                             ? "<th scope=\"col\" class=\"bp-number\">"
                             : "<th scope=\"col\">");
    write_heading(h, column);
    bpi_buf_text(h->out, "</th>");
  }
  bpi_buf_text(h->out, "</tr></thead>\n");
}

static void write_rows(html *h) {
  const bp_result *r = h->looks.result;
  write_headings(h);
  bpi_buf_text(h->out, "<tbody>\n");
  for (size_t row = 0; row < r->rows; row++) {
    bpi_buf_text(h->out, "<tr>");
    for (size_t column = 0; column < r->columns; column++)
      if (bpi_is_shown(&h->looks, column)) write_cell(h, row, column);
    bpi_buf_text(h->out, "</tr>\n");
  }
}

/* Length of the prefix common to all titles, which the caption already shows; 0: none. */
static size_t common_prefix(const html *h) {
  const bp_result *r = h->looks.result;
  const char *first = NULL;
  size_t prefix = 0;
  for (size_t column = 0; column < r->columns; column++) {
    if (!bpi_is_shown(&h->looks, column)) continue;
    const char *title = bpi_html_title(r, column);
    if (first == NULL) prefix = bpi_html_prefix(first = title);
    if (strncmp(title, first, prefix) != 0) return 0;
  }
  return h->looks.options.titles ? prefix : 0;
}

/* Lists the only row from top to bottom. */
static void write_figures(html *h) {
  size_t prefix = common_prefix(h);
  bpi_buf_text(h->out, "<thead><tr><th scope=\"col\">Figure</th><th scope=\"col\" "
                       "class=\"bp-number\">Value</th></tr></thead>\n<tbody>\n");
  for (size_t column = 0; column < h->looks.result->columns; column++) {
    if (!bpi_is_shown(&h->looks, column)) continue;
    bpi_buf_text(h->out, "<tr><th scope=\"row\">");
    const char *part = bpi_html_title(h->looks.result, column) + prefix;
    if (prefix > 0) {
      bpi_text_shown(&h->scratch, part, strlen(part));
      bpi_html_upper_first(&h->scratch);
      flush(h);
    } else {
      write_heading(h, column);
    }
    bpi_buf_text(h->out, "</th>");
    write_cell(h, 0, column);
    bpi_buf_text(h->out, "</tr>\n");
  }
}

static void write_table(html *h) {
  bpi_buf_text(h->out, "<div class=\"bp-scroll\" role=\"group\" tabindex=\"0\" aria-label=\"");
  bpi_html_subject(h, BPI_HTML_SUBJECTS);
  bpi_buf_text(h->out, "\">\n<table class=\"bp-table\">\n<caption>");
  bpi_html_subject(h, BPI_HTML_SUBJECTS);
  bpi_buf_text(h->out, "</caption>\n");
  if (bpi_html_is_one(h->looks.result))
    write_figures(h);
  else
    write_rows(h);
  bpi_buf_text(h->out, "</tbody>\n</table>\n</div>\n");
  write_legend(h);
}

void bpi_write_html(buf *out, const bp_result *r, const delivery_options *options) {
  html h = {.out = out};
  if (r->columns == 0) return;
  if (bpi_looks_init(&h.looks, r, options) != BP_OK) {
    out->failed = BP_ERR_NOMEM;
    return;
  }
  bpi_buf_init(&h.scratch, out->limit);
  if (options->chart != CHART_NONE) bpi_html_chart(&h);
  if (options->fold)
    bpi_buf_text(out, "<details class=\"bp-fold\"><summary>The numbers</summary>\n");
  write_table(&h);
  if (options->fold) bpi_buf_text(out, "</details>\n");
  if (h.scratch.failed) out->failed = h.scratch.failed;
  bpi_buf_free(&h.scratch);
  bpi_looks_free(&h.looks);
}
