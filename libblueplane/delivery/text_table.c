/* delivery/text_table.c: writes a result as a table for the terminal, aligned by display width,
 * with notes below on what its marks mean and which columns did not fit. The only user of utf8proc.
 * Does not look at the terminal: width and colour are options. */
#include "delivery/delivery.h"

#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "delivery/cell.h"

#define GAP 2           /* spaces between columns */
#define TEXT_MINIMUM 20 /* a text column may shrink to this before another column is dropped, */
#define NAME_MINIMUM 8  /* and the first one to this before the only number is dropped */

#define BOLD "\x1b[1m"
#define DIM "\x1b[2m"
#define PLAIN "\x1b[0m"

/* A cell or heading as shown. */
typedef struct box {
  size_t start, length; /* its text within layout.text */
  size_t width;         /* display width in terminal columns */
} box;

typedef struct lane {
  size_t natural, minimum, width;
  bool shown;
} lane;

typedef struct layout {
  const bp_result *result;
  looks looks;
  buf text;
  box *boxes;  /* row by row; the headings come first */
  lane *lanes; /* one per column */
} layout;

/* The marks of the shown cells, each explained below the table. */
typedef struct marks {
  bool lower_bound, nothing, estimate, withheld, uncovered, clock, exact; /* exact: a clock, too */
} marks;

/* ------------------------------------------------------------------------------------- width */

/* Length in bytes of the first grapheme cluster, and its width: a terminal draws a cluster at most
 * two cells wide, however many characters it has. */
static size_t next_cluster(const char *text, size_t length, size_t *width) {
  utf8proc_int32_t state = 0, before = -1, c;
  size_t at = 0;
  *width = 0;
  while (at < length) {
    utf8proc_ssize_t step =
        utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(length - at), &c);
    if (step <= 0) return at > 0 ? at : 1; /* not reached: results hold only valid UTF-8 */
    if (before >= 0 && utf8proc_grapheme_break_stateful(before, c, &state)) break;
    *width += (size_t)utf8proc_charwidth(c);
    before = c;
    at += (size_t)step;
  }
  if (*width > 2) *width = 2;
  return at;
}

static size_t text_width(const char *text, size_t length) {
  size_t total = 0, at = 0, width;
  while (at < length) {
    at += next_cluster(text + at, length - at, &width);
    total += width;
  }
  return total;
}

/* Length in bytes of the longest prefix at most *room wide; *room becomes its width. */
static size_t fitting(const char *text, size_t length, size_t *room) {
  size_t total = 0, at = 0, width;
  while (at < length) {
    size_t step = next_cluster(text + at, length - at, &width);
    if (total + width > *room) break;
    at += step;
    total += width;
  }
  *room = total;
  return at;
}

/* ------------------------------------------------------------------------------------- boxes */

static box *box_at(const layout *l, size_t line, size_t column) {
  return &l->boxes[line * l->result->columns + column];
}

static void write_box_text(layout *l, size_t line, size_t column) {
  if (line == 0) {
    bpi_heading(&l->text, &l->looks, column);
    return;
  }
  switch (bpi_table_state(l->result, line - 1, column)) {
  case BP_CELL_VALUE: bpi_cell_shown(&l->text, &l->looks, line - 1, column); break;
  case BP_CELL_WITHHELD: bpi_buf_text(&l->text, "withheld"); break;
  case BP_CELL_UNCOVERED:
    bpi_buf_text(&l->text, l->looks.options.ascii ? "-" : "\xE2\x80\x93");
    break;
  }
}

static void fill_box(layout *l, size_t line, size_t column) {
  box *b = box_at(l, line, column);
  b->start = l->text.length;
  write_box_text(l, line, column);
  b->length = l->text.length - b->start;
  if (b->length > 0) b->width = text_width(l->text.data + b->start, b->length);
  if (b->width > l->lanes[column].natural) l->lanes[column].natural = b->width;
}

/* 0 or BP_ERR_. */
static int fill_boxes(layout *l) {
  const bp_result *r = l->result;
  l->lanes = bpi_alloc_zero(r->columns, sizeof *l->lanes);
  l->boxes = bpi_alloc_zero(r->rows + 1, r->columns * sizeof *l->boxes);
  if (l->lanes == NULL || l->boxes == NULL) return BP_ERR_NOMEM;
  for (size_t line = 0; line <= r->rows; line++)
    for (size_t column = 0; column < r->columns; column++)
      fill_box(l, line, column);
  return l->text.failed;
}

/* ------------------------------------------------------------------------------------- lanes */

static bool is_text(const layout *l, size_t column) {
  return l->result->column[column].type == BP_TYPE_TEXT;
}

static bool is_companion(const layout *l, size_t column) {
  const char *role = bpi_table_column_get(l->result, column, "role");
  return role != NULL && strcmp(role, "companion") == 0;
}

static size_t total_width(const layout *l, size_t (*of)(const lane *)) {
  size_t total = 0;
  for (size_t i = 0; i < l->result->columns; i++)
    if (l->lanes[i].shown) total += of(&l->lanes[i]) + (total > 0 ? GAP : 0);
  return total;
}

static size_t minimum_of(const lane *a) {
  return a->minimum;
}

static size_t width_of(const lane *a) {
  return a->width;
}

/* The column to drop first: the last companion, else the last column; never the first. 0: none
 * left. */
static size_t least_important(const layout *l) {
  size_t last = 0;
  for (size_t i = l->result->columns - 1; i > 0; i--) {
    if (!l->lanes[i].shown) continue;
    if (is_companion(l, i)) return i;
    if (last == 0) last = i;
  }
  return last;
}

static lane *widest_text(const layout *l) {
  lane *widest = NULL;
  for (size_t i = 0; i < l->result->columns; i++) {
    lane *a = &l->lanes[i];
    if (!a->shown || !is_text(l, i) || a->width <= a->minimum) continue;
    if (widest == NULL || a->width > widest->width) widest = a;
  }
  return widest;
}

/* Takes `excess` from the first column, if it is text and can spare it, for the last number. */
static bool narrow_name(layout *l, size_t excess, size_t other) {
  for (size_t i = 1; i < l->result->columns; i++)
    if (i != other && l->lanes[i].shown) return false;
  if (!is_text(l, 0) || !bpi_is_number(l->result, other) ||
      l->lanes[0].minimum < NAME_MINIMUM + excess)
    return false;
  l->lanes[0].minimum -= excess;
  return true;
}

/* Fits the columns into the width: drops columns, then narrows text. Numbers are never cut; the
 * first column may be cut below TEXT_MINIMUM if it is text. */
static void fit(layout *l) {
  size_t room = l->looks.options.width, needed, least;
  for (size_t i = 0; i < l->result->columns; i++) {
    lane *a = &l->lanes[i];
    a->shown = bpi_is_shown(&l->looks, i);
    a->width = a->minimum = a->natural;
    if (is_text(l, i) && a->minimum > TEXT_MINIMUM) a->minimum = TEXT_MINIMUM;
  }
  if (room == 0) return;
  while ((needed = total_width(l, minimum_of)) > room && (least = least_important(l)) != 0 &&
         !narrow_name(l, needed - room, least))
    l->lanes[least].shown = false;
  if (total_width(l, minimum_of) > room && is_text(l, 0)) l->lanes[0].minimum = room;
  lane *widest;
  while (total_width(l, width_of) > room && (widest = widest_text(l)) != NULL)
    widest->width--;
}

/* ------------------------------------------------------------------------------------- lines */

static void write_spaces(buf *out, size_t count) {
  while (count-- > 0)
    bpi_buf_char(out, ' ');
}

/* Writes the text of a box, cut with an ellipsis to at most `width`; returns its width. */
static size_t write_cut(buf *out, const layout *l, const box *b, size_t width) {
  const char *ellipsis = l->looks.options.ascii ? "..." : "\xE2\x80\xA6";
  size_t dots = l->looks.options.ascii ? 3 : 1;
  if (dots > width) dots = width;
  size_t room = width - dots;
  size_t length = fitting(l->text.data + b->start, b->length, &room);
  bpi_buf_add(out, l->text.data + b->start, length);
  bpi_buf_add(out, ellipsis, l->looks.options.ascii ? dots : strlen(ellipsis));
  return room + dots;
}

static const char *style_of(const layout *l, size_t line, size_t column) {
  if (!l->looks.options.color) return NULL;
  if (line == 0) return BOLD;
  int state = bpi_table_state(l->result, line - 1, column);
  return state == BP_CELL_WITHHELD || state == BP_CELL_UNCOVERED ? DIM : NULL;
}

/* Writes a box with its style; returns its width. */
static size_t write_box(buf *out, const layout *l, size_t line, size_t column) {
  const box *b = box_at(l, line, column);
  const char *style = style_of(l, line, column);
  size_t width = b->width;
  if (style != NULL) bpi_buf_text(out, style);
  if (width <= l->lanes[column].width)
    bpi_buf_add(out, l->text.data + b->start, b->length);
  else
    width = write_cut(out, l, b, l->lanes[column].width);
  if (style != NULL) bpi_buf_text(out, PLAIN);
  return width;
}

/* Spaces are delayed until something follows them, so that no line ends with spaces. */
static void write_line(buf *out, const layout *l, size_t line) {
  size_t waiting = 0;
  for (size_t column = 0; column < l->result->columns; column++) {
    const lane *a = &l->lanes[column];
    if (!a->shown) continue;
    const box *b = box_at(l, line, column);
    size_t used = bpi_is_number(l->result, column) ? a->width - b->width : 0;
    waiting += used;
    if (b->length > 0) {
      write_spaces(out, waiting);
      used += write_box(out, l, line, column);
      waiting = 0;
    }
    waiting += a->width - used + GAP;
  }
  bpi_buf_char(out, '\n');
}

static void write_rule(buf *out, const layout *l) {
  bool first = true;
  for (size_t column = 0; column < l->result->columns; column++) {
    if (!l->lanes[column].shown) continue;
    if (!first) write_spaces(out, GAP);
    for (size_t i = 0; i < l->lanes[column].width; i++)
      bpi_buf_text(out, l->looks.options.ascii ? "-" : "\xE2\x94\x80");
    first = false;
  }
  bpi_buf_char(out, '\n');
}

/* ------------------------------------------------------------------------------------- notes */

/* Metrics know instants to the quarter of an hour. */
static bool is_quarter(const layout *l, size_t column) {
  const char *unit = bpi_table_column_get(l->result, column, "unit");
  return unit != NULL && strcmp(unit, "time") == 0;
}

static void mark_cell(marks *m, const layout *l, size_t row, size_t column) {
  int state = bpi_table_state(l->result, row, column);
  m->withheld |= state == BP_CELL_WITHHELD;
  m->uncovered |= state == BP_CELL_UNCOVERED;
  bool nothing = bpi_says_nothing(l->result, row, column);
  m->nothing |= nothing;
  m->lower_bound |= !nothing && bpi_table_lower_bound(l->result, row, column);
  m->estimate |= state == BP_CELL_VALUE && l->looks.column[column].estimate;
  bool clock = state == BP_CELL_VALUE && bpi_shows_clock(&l->looks, column);
  m->clock |= clock;
  m->exact |= clock && !is_quarter(l, column);
}

static marks find_marks(const layout *l) {
  marks m = {false, false, false, false, false, false, false};
  for (size_t column = 0; column < l->result->columns; column++)
    for (size_t row = 0; l->lanes[column].shown && row < l->result->rows; row++)
      mark_cell(&m, l, row, column);
  return m;
}

/* Wraps words at `room` columns (0: no limit); continuation lines are indented. */
static void write_wrapped(buf *out, const char *text, size_t room) {
  size_t used = 0;
  while (*text != '\0') {
    const char *space = strchr(text, ' ');
    size_t length = space == NULL ? strlen(text) : (size_t)(space - text);
    size_t width = text_width(text, length);
    if (used > 0 && room > 0 && used + 1 + width > room) {
      bpi_buf_text(out, "\n ");
      used = 1;
    }
    if (used > 0) bpi_buf_char(out, ' ');
    bpi_buf_add(out, text, length);
    used += width + (used > 0);
    text += length + (space != NULL);
  }
  bpi_buf_char(out, '\n');
}

static void write_dropped(buf *note, const layout *l) {
  bool first = true;
  for (size_t column = 0; column < l->result->columns; column++) {
    if (l->lanes[column].shown || !bpi_is_shown(&l->looks, column)) continue;
    bpi_buf_text(note, first ? "not shown for lack of room: " : ", ");
    bpi_heading(note, &l->looks, column);
    first = false;
  }
}

/* Writes a note, if it is not empty, and clears it. A blank line precedes the first note. */
static void flush_note(buf *out, buf *note, const layout *l, bool *first) {
  if (note->length == 0 || note->failed) return;
  if (*first) bpi_buf_char(out, '\n');
  *first = false;
  write_wrapped(out, note->data, l->looks.options.width);
  note->length = 0;
}

static void write_notes(buf *out, const layout *l) {
  marks m = find_marks(l);
  bool ascii = l->looks.options.ascii, first = true;
  const struct {
    bool said;
    const char *text;
  } texts[] = {
      {l->result->rows == 0, "no rows"},
      {m.lower_bound, ascii ? ">= the true number is at least this"
                            : "\xE2\x89\xA5 the true number is at least this"},
      {m.uncovered && !m.nothing,
       ascii ? "- not recorded by any source" : "\xE2\x80\x93 not recorded by any source"},
      {m.nothing, ascii ? "- nothing is known about it, or not recorded by any source"
                        : "\xE2\x80\x93 nothing is known about it, or not recorded by any source"},
      {m.estimate, "~ an estimate"},
      {m.withheld, "withheld: kept back for privacy"}};
  buf note;
  bpi_buf_init(&note, out->limit);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (texts[i].said) bpi_buf_text(&note, texts[i].text);
    flush_note(out, &note, l, &first);
  }
  if (m.clock) {
    bpi_buf_text(&note, "times are in ");
    bpi_buf_text(&note, bpi_zone_name(l->looks.zone));
    if (!m.exact) bpi_buf_text(&note, ", to the quarter of an hour");
  }
  flush_note(out, &note, l, &first);
  write_dropped(&note, l);
  flush_note(out, &note, l, &first);
  if (note.failed) out->failed = note.failed;
  bpi_buf_free(&note);
}

void bpi_write_text_table(buf *out, const bp_result *r, const delivery_options *options) {
  layout l;
  if (r->columns == 0) return;
  memset(&l, 0, sizeof l);
  l.result = r;
  bpi_buf_init(&l.text, out->limit);
  int rc = bpi_looks_init(&l.looks, r, options);
  if (rc == BP_OK) rc = fill_boxes(&l);
  if (rc == BP_OK) {
    fit(&l);
    write_line(out, &l, 0);
    write_rule(out, &l);
    for (size_t row = 0; row < r->rows; row++)
      write_line(out, &l, row + 1);
    write_notes(out, &l);
  } else if (out->failed == 0) {
    out->failed = rc;
  }
  bpi_looks_free(&l.looks);
  bpi_buf_free(&l.text);
  bpi_free(l.boxes);
  bpi_free(l.lanes);
}
