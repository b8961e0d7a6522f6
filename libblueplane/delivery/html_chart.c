/* delivery/html_chart.c: draws the first metric of a result as SVG without scripts: bars for
 * groups, a line for times, a bar divided into shares. Values are written next to the marks, the
 * range between a value's bounds is drawn in a lighter colour, and withheld values are marked.
 * Coordinates are written from integers, so that equal results give equal bytes. Colours can be
 * overridden through classes. */
#include "delivery/html.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"

#define CHART_POINTS 120 /* further points are in the table only */
#define LABEL_LETTERS 26
#define LABEL_DAYS 24 /* letters of a label at a time axis */

typedef struct point {
  size_t row, column;
  bool has, has_low, has_high;
  double value, low, high;
} point;

typedef struct chart {
  html *h;
  const bp_result *r;
  size_t metric; /* the column drawn */
  bool across;   /* a single row: one point per metric of the same unit */
  point *points;
  size_t count, left_out;
  double least, most; /* range drawn, always including zero */
  /* over all points, including those not drawn */
  point highest, lowest;
  size_t missing; /* points without a number */
  bool bounds;    /* some values are lower bounds */
  double whole;   /* sum of all positive values */
} chart;

/* -------------------------------------------------------------------------------------- points */

static double real_of(const bp_result *r, size_t row, size_t column) {
  const table_column *c = &r->column[column];
  return c->type == BP_TYPE_REAL ? c->reals[row] : (double)c->ints[row];
}

static const char *name_of(const bp_result *r, size_t column) {
  return bpi_table_column_get(r, column, "name");
}

/* Reads the number in the column "NAME.END" of a point's row. */
static bool read_end(const chart *c, const point *p, const char *end, double *out) {
  const char *name = name_of(c->r, p->column);
  size_t length = strlen(name);
  for (size_t column = 0; column < c->r->columns; column++) {
    const char *other = name_of(c->r, column);
    if (strncmp(other, name, length) != 0 || other[length] != '.') continue;
    if (strcmp(other + length + 1, end) != 0 || !bpi_is_number(c->r, column)) continue;
    if (bpi_table_state(c->r, p->row, column) != BP_CELL_VALUE) return false;
    *out = real_of(c->r, p->row, column);
    return true;
  }
  return false;
}

static void stretch(chart *c, double value) {
  if (value < c->least) c->least = value;
  if (value > c->most) c->most = value;
}

static void note(chart *c, const point *p) {
  c->bounds |= bpi_table_lower_bound(c->r, p->row, p->column);
  if (!p->has) {
    c->missing++;
    return;
  }
  if (p->value > 0) c->whole += p->value;
  if (!c->highest.has || p->value > c->highest.value) c->highest = *p;
  if (!c->lowest.has || p->value < c->lowest.value) c->lowest = *p;
}

static void add_point(chart *c, size_t row, size_t column) {
  point at = {.row = row, .column = column};
  at.has = bpi_table_state(c->r, row, column) == BP_CELL_VALUE;
  if (at.has) at.value = real_of(c->r, row, column);
  note(c, &at);
  if (c->count == CHART_POINTS) {
    c->left_out++;
    return;
  }
  point *p = &c->points[c->count++];
  *p = at;
  if (!p->has) return;
  p->has_low = read_end(c, p, "at_least", &p->low);
  p->has_high = read_end(c, p, "at_most", &p->high);
  stretch(c, p->value);
  if (p->has_low) stretch(c, p->low);
  if (p->has_high) stretch(c, p->high);
}

static bool same_unit(const bp_result *r, size_t a, size_t b) {
  const char *x = bpi_table_column_get(r, a, "unit"), *y = bpi_table_column_get(r, b, "unit");
  return x == y || (x != NULL && y != NULL && strcmp(x, y) == 0);
}

static bool is_metric(const bp_result *r, size_t column) {
  return bpi_html_has_role(r, column, "metric") && bpi_is_number(r, column);
}

/* Collects the points; false if there is nothing to draw. */
static bool collect(chart *c) {
  size_t first = 0;
  while (first < c->r->columns && !is_metric(c->r, first))
    first++;
  if (first == c->r->columns || c->r->rows == 0) return false;
  c->metric = first;
  c->across = bpi_html_is_one(c->r);
  for (size_t row = 0; !c->across && row < c->r->rows; row++)
    add_point(c, row, first);
  for (size_t column = first; c->across && column < c->r->columns; column++)
    if (is_metric(c->r, column) && same_unit(c->r, first, column)) add_point(c, 0, column);
  return c->count > 0;
}

/* --------------------------------------------------------------------------------------- texts */

/* Shortens a day for an axis: "2026-03-23" becomes "23 Mar". */
static void shorten_day(buf *text, size_t from) {
  const char *day = text->data + from;
  if (text->failed || text->length - from != 10 || day[4] != '-' || day[7] != '-') return;
  int month = (day[5] - '0') * 10 + day[6] - '0';
  char shown[8] = {day[8], day[9]};
  if (month < 1 || month > 12) return;
  text->length = from;
  bpi_buf_add(text, shown + (shown[0] == '0'), shown[0] == '0' ? 1 : 2);
  bpi_buf_char(text, ' ');
  bpi_buf_text(text, bpi_month_name(month));
}

/* Writes the name of a point, at most `letters` characters of it. */
static void write_label(const chart *c, const point *p, size_t letters) {
  bool is_short = letters == LABEL_DAYS;
  html *h = c->h;
  buf text;
  bool first = true;
  bpi_buf_init(&text, h->out->limit);
  for (size_t column = 0; !c->across && column < c->r->columns; column++) {
    if (!bpi_html_has_role(c->r, column, "dimension")) continue;
    if (bpi_table_state(c->r, p->row, column) != BP_CELL_VALUE) continue;
    if (!first) bpi_buf_text(&text, ", ");
    size_t from = text.length;
    bpi_cell_shown(&text, &h->looks, p->row, column);
    if (is_short) shorten_day(&text, from);
    first = false;
  }
  const char *title = bpi_html_title(c->r, p->column);
  if (c->across) title += bpi_html_prefix(title);
  if (c->across) bpi_text_shown(&text, title, strlen(title));
  if (c->across) bpi_html_upper_first(&text);
  const char *at = text.data, *end = text.data + text.length;
  for (size_t i = 0; at < end && i < letters; i++) {
    size_t step = bpi_utf8_step(at, end);
    at += step == 0 ? 1 : step;
  }
  if (text.length > 0) bpi_html_text(h->out, text.data, (size_t)(at - text.data));
  if (at < end) bpi_buf_text(h->out, "\xE2\x80\xA6");
  if (text.failed) h->out->failed = text.failed;
  bpi_buf_free(&text);
}

/* Writes a number at an axis, exactly and not rounded as values are. */
static void write_level(const chart *c, double value) {
  html *h = c->h;
  bpi_level_shown(&h->scratch, &h->looks, c->metric, value);
  if (h->scratch.length > 0) bpi_html_text(h->out, h->scratch.data, h->scratch.length);
  h->scratch.length = 0;
}

/* Writes the value, or the word for why there is none. */
static void write_value(const chart *c, const point *p) {
  const char *word = bpi_html_state(c->r, p->row, p->column);
  if (p->has)
    bpi_html_value(c->h, p->row, p->column);
  else
    bpi_buf_text(c->h->out, word != NULL ? word : "none");
}

static void describe_point(const chart *c, const char *what, const point *p) {
  bpi_buf_text(c->h->out, what);
  write_label(c, p, SIZE_MAX);
  bpi_buf_text(c->h->out, ", ");
  write_value(c, p);
  bpi_buf_char(c->h->out, '.');
}

/* Describes the drawing in words, including what it leaves out. */
static void write_summary(const chart *c) {
  buf *out = c->h->out;
  if (!c->highest.has) {
    bpi_buf_text(out, "No number can be shown.");
    return;
  }
  /* With lower bounds, another point may really be the highest. */
  describe_point(c, c->bounds ? "Highest known: " : "Highest: ", &c->highest);
  bool one = c->highest.row == c->lowest.row && c->highest.column == c->lowest.column;
  if (!one && !c->bounds) describe_point(c, " Lowest: ", &c->lowest);
  if (c->missing > 0) {
    bpi_buf_char(out, ' ');
    bpi_buf_int(out, (int64_t)c->missing);
    bpi_buf_text(out, " without a number.");
  }
  if (c->left_out > 0) {
    bpi_buf_char(out, ' ');
    bpi_buf_int(out, (int64_t)c->left_out);
    bpi_buf_text(out, " more in the table only.");
  }
  if (c->h->looks.options.chart == CHART_SHARE && (c->bounds || c->missing > 0))
    bpi_buf_text(out, " Shares are of what is known.");
}

/* ------------------------------------------------------------------------------------- drawing */

static void write_at(buf *out, const char *attribute, int64_t tenths) {
  int64_t size = tenths < 0 ? -tenths : tenths;
  bpi_buf_printf(out, " %s=\"%s%lld", attribute, tenths < 0 ? "-" : "", (long long)(size / 10));
  if (size % 10) bpi_buf_printf(out, ".%lld", (long long)(size % 10));
  bpi_buf_char(out, '"');
}

/* value / of * to, rounded; `to` is in tenths of a pixel. 0 if the result is out of range, as with
 * sums that overflow a double. */
static int64_t scaled(double value, double of, int64_t to) {
  double at = of > 0 ? value / of * (double)to : 0;
  if (!(at > -1e9 && at < 1e9)) return 0;
  return (int64_t)(at < 0 ? at - 0.5 : at + 0.5);
}

/* Distance from the least value. Halved operands avoid overflow of most - least. */
static int64_t above_least(const chart *c, double value, int64_t to) {
  return scaled(value / 2 - c->least / 2, c->most / 2 - c->least / 2, to);
}

/* Writes a shape with its attributes and four coordinates. */
static void write_shape(buf *out, const char *shape, const char *const names[4],
                        const int64_t numbers[4]) {
  bpi_buf_printf(out, "<%s", shape);
  for (size_t i = 0; i < 4; i++)
    write_at(out, names[i], numbers[i]);
  bpi_buf_text(out, "/>");
}

static void write_rect(buf *out, const char *attributes, int64_t x, int64_t y, int64_t width,
                       int64_t height) {
  static const char *const names[] = {"x", "y", "width", "height"};
  write_shape(out, attributes, names, (const int64_t[]){x, y, width, height});
}

static void write_line(buf *out, const char *attributes, int64_t x1, int64_t y1, int64_t x2,
                       int64_t y2) {
  static const char *const names[] = {"x1", "y1", "x2", "y2"};
  write_shape(out, attributes, names, (const int64_t[]){x1, y1, x2, y2});
}

/* Opens a text element; the caller closes it. */
static void begin_text(buf *out, const char *anchor, int64_t x, int64_t y) {
  bpi_buf_text(out, "<text");
  write_at(out, "x", x);
  write_at(out, "y", y);
  if (anchor != NULL) bpi_buf_printf(out, " text-anchor=\"%s\"", anchor);
  bpi_buf_char(out, '>');
}

#define BAR "rect " DOT
#define DOT "class=\"bp-bar\" fill=\"#2b6cb0\""
#define HIDDEN                                                                                     \
  "rect class=\"bp-hidden\" fill=\"none\" stroke=\"currentColor\" stroke-dasharray=\"3 3\" "       \
  "opacity=\"0.5\""
#define AXIS "line class=\"bp-axis\" stroke=\"currentColor\" opacity=\"0.25\""
#define REACH "rect class=\"bp-reach\" fill=\"#2b6cb0\" opacity=\"0.3\""
#define MIDDLE "line class=\"bp-middle\" stroke=\"currentColor\" stroke-width=\"1.5\""

static void begin(const chart *c, int64_t height) {
  buf *out = c->h->out;
  size_t subjects = c->across ? BPI_HTML_SUBJECTS : 1;
  bpi_buf_text(out, "<figure class=\"bp-chart\">\n<figcaption><b>");
  bpi_html_subject(c->h, subjects);
  bpi_buf_text(out, "</b> <span>");
  write_summary(c);
  bpi_buf_printf(
      out,
      "</span></figcaption>\n<svg class=\"bp-svg\" role=\"img\" viewBox=\"0 0 640 %lld\" "
      "width=\"640\" height=\"%lld\" font-size=\"12\" fill=\"currentColor\" "
      "xmlns=\"http://www.w3.org/2000/svg\">\n<title>",
      (long long)(height / 10), (long long)(height / 10));
  bpi_html_subject(c->h, subjects);
  bpi_buf_text(out, "</title>\n<desc>");
  write_summary(c);
  bpi_buf_text(out, "</desc>\n");
}

static void end(const chart *c) {
  bpi_buf_text(c->h->out, "</svg>\n</figure>\n");
}

/* ---------------------------------------------------------------------------------------- bars */

enum { BAR_LEFT = 1700, BAR_WIDTH = 3700, BAR_STEP = 240, BAR_HEIGHT = 120, TEXT_RISE = 40 };

static int64_t bar_x(const chart *c, double value) {
  return BAR_LEFT + above_least(c, value, BAR_WIDTH);
}

static void draw_span(const chart *c, const char *attributes, int64_t a, int64_t b,
                      int64_t middle) {
  write_rect(c->h->out, attributes, a < b ? a : b, middle - BAR_HEIGHT / 2, a < b ? b - a : a - b,
             BAR_HEIGHT);
}

/* Draws the bar in full colour up to the nearer bound, the range between the bounds lighter, and
 * the value as a line. Returns the x where it ends. */
static int64_t draw_value(const chart *c, const point *p, int64_t middle) {
  int64_t zero = bar_x(c, 0), x = bar_x(c, p->value);
  int64_t low = p->has_low ? bar_x(c, p->low) : x, high = p->has_high ? bar_x(c, p->high) : x;
  int64_t sure = high - low < 20 ? x : p->value >= 0 ? low : high;
  bool spans = high - low >= 20;
  if (spans && (p->value >= 0 ? sure < zero : sure > zero)) sure = zero;
  draw_span(c, BAR, zero, sure, middle);
  if (spans) draw_span(c, REACH, p->value >= 0 ? low > zero ? low : zero : low, high, middle);
  if (spans) write_line(c->h->out, MIDDLE, x, middle - BAR_HEIGHT / 2, x, middle + BAR_HEIGHT / 2);
  x = spans && high > x ? high : x;
  return x < zero ? zero : x;
}

static void draw_bar(const chart *c, const point *p, size_t at) {
  buf *out = c->h->out;
  int64_t middle = (int64_t)at * BAR_STEP + BAR_STEP / 2, x = bar_x(c, 0);
  begin_text(out, NULL, 0, middle + TEXT_RISE);
  write_label(c, p, LABEL_LETTERS);
  bpi_buf_text(out, "</text>");
  if (p->has) {
    x = draw_value(c, p, middle);
  } else if (bpi_html_state(c->r, p->row, p->column) != NULL) {
    write_rect(out, HIDDEN, x, middle - BAR_HEIGHT / 2, 400, BAR_HEIGHT);
    x += 400;
  }
  begin_text(out, NULL, x + 60, middle + TEXT_RISE);
  write_value(c, p);
  bpi_buf_text(out, "</text>\n");
}

static void draw_bars(chart *c) {
  int64_t height = (int64_t)c->count * BAR_STEP;
  begin(c, height);
  for (size_t i = 0; i < c->count; i++)
    draw_bar(c, &c->points[i], i);
  write_line(c->h->out, AXIS, bar_x(c, 0), 0, bar_x(c, 0), height);
  end(c);
}

/* ---------------------------------------------------------------------------------------- line */

enum {
  LINE_LEFT = 640,
  LINE_WIDTH = 5720,
  LINE_TOP = 120,
  LINE_HEIGHT = 1640,
  LINE_LABELS = 8,
  LABEL_HALF = 300,
  CHART_WIDTH = 6400
};

/* A round number not below the value, whose half is round, too. Durations and money have units of
 * their own; whole numbers have coarser steps below 100. */
static double round_up(double value, const char *unit, bool whole) {
  static const double coarse[] = {1, 2, 4, 6, 8, 10},
                      fine[] = {1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10};
  double base = 1;
  bool times = unit != NULL && strcmp(unit, "us") == 0;
  bool money = unit != NULL && strcmp(unit, "nUSD") == 0;
  if (!(value > 0)) return times ? 6e7 : money ? 1e9 : 1; /* one minute, one dollar, 1 */
  if (times) base = value >= 7.2e9 ? 3.6e9 : value >= 1.2e8 ? 6e7 : value >= 2e6 ? 1e6 : 1;
  if (value > 1e300) return value; /* rounding up could overflow */
  double size = value / base, power = 1;
  while (size > 10 * power)
    power *= 10;
  while (size <= power && power > 1e-12)
    power /= 10;
  bool is_fine = power * base >= 100 || !whole;
  const double *steps = is_fine ? fine : coarse;
  for (size_t i = 0; i < (is_fine ? sizeof fine / sizeof *fine : sizeof coarse / sizeof *coarse);
       i++)
    if (size <= steps[i] * power) return steps[i] * power * base;
  return 10 * power * base;
}

static int64_t line_x(const chart *c, size_t at) {
  return LINE_LEFT + (int64_t)(2 * at + 1) * LINE_WIDTH / (int64_t)(2 * c->count);
}

static int64_t line_y(const chart *c, double value) {
  return LINE_TOP + LINE_HEIGHT - above_least(c, value, LINE_HEIGHT);
}

static void draw_level(const chart *c, double value) {
  buf *out = c->h->out;
  write_line(out, AXIS, LINE_LEFT, line_y(c, value), LINE_LEFT + LINE_WIDTH, line_y(c, value));
  begin_text(out, "end", LINE_LEFT - 60, line_y(c, value) + TEXT_RISE);
  write_level(c, value);
  bpi_buf_text(out, "</text>\n");
}

static void write_pair(buf *out, int64_t x, int64_t y) {
  bpi_buf_printf(out, " %lld.%lld,%lld.%lld", (long long)(x / 10), (long long)(x % 10),
                 (long long)(y / 10), (long long)(y % 10));
}

/* Draws consecutive points [first, last): the band between their bounds, then the line. */
static void draw_stretch(const chart *c, size_t first, size_t last) {
  buf *out = c->h->out;
  bool ends = true;
  for (size_t i = first; i < last; i++)
    ends &= c->points[i].has_low && c->points[i].has_high;
  if (ends) {
    bpi_buf_text(out, "<polygon class=\"bp-band\" fill=\"#2b6cb0\" opacity=\"0.18\" points=\"");
    for (size_t i = first; i < last; i++)
      write_pair(out, line_x(c, i), line_y(c, c->points[i].high));
    for (size_t i = last; i-- > first;)
      write_pair(out, line_x(c, i), line_y(c, c->points[i].low));
    bpi_buf_text(out, "\"/>");
  }
  bpi_buf_text(out,
               "<polyline class=\"bp-line\" fill=\"none\" stroke=\"#2b6cb0\" stroke-width=\"2\" "
               "points=\"");
  for (size_t i = first; i < last; i++)
    write_pair(out, line_x(c, i), line_y(c, c->points[i].value));
  bpi_buf_text(out, "\"/>\n");
  for (size_t i = first; i < last; i++) {
    bpi_buf_text(out, "<circle " DOT " r=\"2.5\"");
    write_at(out, "cx", line_x(c, i));
    write_at(out, "cy", line_y(c, c->points[i].value));
    bpi_buf_text(out, "/>");
  }
  bpi_buf_char(out, '\n');
}

static void draw_times(const chart *c) {
  size_t step = (c->count + LINE_LABELS - 1) / LINE_LABELS;
  int64_t slot = LINE_WIDTH / (int64_t)c->count;
  for (size_t i = 0; i < c->count; i++) {
    const point *p = &c->points[i];
    if (!p->has && bpi_html_state(c->r, p->row, p->column) != NULL)
      write_rect(c->h->out, HIDDEN, line_x(c, i) - slot / 2, LINE_TOP, slot, LINE_HEIGHT);
    if (i % step != 0) continue;
    bool ends = line_x(c, i) + LABEL_HALF > CHART_WIDTH;
    begin_text(c->h->out, ends ? "end" : "middle", ends ? CHART_WIDTH : line_x(c, i),
               LINE_TOP + LINE_HEIGHT + 200);
    write_label(c, p, LABEL_DAYS);
    bpi_buf_text(c->h->out, "</text>\n");
  }
}

static void draw_line(chart *c) {
  const char *unit = bpi_table_column_get(c->r, c->metric, "unit");
  bool whole = c->r->column[c->metric].type == BP_TYPE_INT;
  if (c->most > 0 || c->least >= 0) c->most = round_up(c->most, unit, whole);
  if (c->least < 0) c->least = -round_up(-c->least, unit, whole);
  begin(c, LINE_TOP + LINE_HEIGHT + 280);
  draw_level(c, 0);
  if (c->most > 0) draw_level(c, c->most);
  if (c->most > 0 && (!whole || c->most >= 2)) draw_level(c, c->most / 2);
  if (c->least < 0) draw_level(c, c->least);
  draw_times(c);
  for (size_t first = 0; first < c->count; first++) {
    size_t last = first;
    while (last < c->count && c->points[last].has)
      last++;
    if (last > first) draw_stretch(c, first, last);
    first = last;
  }
  end(c);
}

/* --------------------------------------------------------------------------------------- share */

enum { SHARE_WIDTH = 6400, SHARE_HEIGHT = 280, SHARE_STEP = 210, SHARE_COLORS = 8 };

static const char *const share_colors[SHARE_COLORS] = {
    "rect class=\"bp-s0\" fill=\"#2b6cb0\"", "rect class=\"bp-s1\" fill=\"#d97706\"",
    "rect class=\"bp-s2\" fill=\"#15803d\"", "rect class=\"bp-s3\" fill=\"#7c3aed\"",
    "rect class=\"bp-s4\" fill=\"#be185d\"", "rect class=\"bp-s5\" fill=\"#0e7490\"",
    "rect class=\"bp-s6\" fill=\"#a16207\"", "rect class=\"bp-s7\" fill=\"#6b7280\""};

static void write_share(const chart *c, double part, double sum) {
  buf *out = c->h->out;
  uint64_t tenths = (uint64_t)scaled(part, sum, 1000);
  if (c->h->looks.options.compact && tenths >= 100) {
    bpi_buf_printf(out, "%llu %%", (unsigned long long)((tenths + 5) / 10));
    return;
  }
  bpi_buf_printf(out, "%llu.%llu %%", (unsigned long long)(tenths / 10),
                 (unsigned long long)(tenths % 10));
}

/* The first seven points have their own colours, the others share the eighth. */
static const char *color_of(size_t at) {
  return share_colors[at < SHARE_COLORS ? at : SHARE_COLORS - 1];
}

static void draw_shares(chart *c) {
  double sum = c->whole, before = 0;
  begin(c, SHARE_HEIGHT + 60 + (int64_t)c->count * SHARE_STEP);
  for (size_t i = 0; i < c->count; i++) {
    const point *p = &c->points[i];
    if (!p->has || p->value <= 0) continue;
    int64_t from = scaled(before, sum, SHARE_WIDTH);
    before += p->value;
    write_rect(c->h->out, color_of(i), from, 0, scaled(before, sum, SHARE_WIDTH) - from,
               SHARE_HEIGHT);
  }
  for (size_t i = 0; i < c->count; i++) {
    const point *p = &c->points[i];
    int64_t y = SHARE_HEIGHT + 60 + (int64_t)i * SHARE_STEP;
    if (p->has)
      write_rect(c->h->out, color_of(i), 0, y + 30, 120, 120);
    else
      write_rect(c->h->out, HIDDEN, 0, y + 30, 120, 120);
    begin_text(c->h->out, NULL, 200, y + 130);
    write_label(c, p, SIZE_MAX);
    bpi_buf_text(c->h->out, ": ");
    if (p->has && sum > 0 && p->value >= 0) {
      write_share(c, p->value, sum);
      bpi_buf_text(c->h->out, ", ");
    }
    write_value(c, p);
    bpi_buf_text(c->h->out, "</text>\n");
  }
  end(c);
}

void bpi_html_chart(html *h) {
  chart c = {.h = h, .r = h->looks.result};
  c.points = bpi_alloc_zero(CHART_POINTS, sizeof *c.points);
  if (c.points == NULL) {
    h->out->failed = BP_ERR_NOMEM;
    return;
  }
  if (collect(&c)) {
    if (h->looks.options.chart == CHART_BARS) draw_bars(&c);
    if (h->looks.options.chart == CHART_LINE) draw_line(&c);
    if (h->looks.options.chart == CHART_SHARE) draw_shares(&c);
  }
  bpi_free(c.points);
}
