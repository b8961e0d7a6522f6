/* stats_page.c: the page of statistics for people: title, breakdown with bars, figures beside their
 * baseline, peaks and shares, and the meaning of the marks. Only lays it out; all numbers come from
 * stats.c. */
#include "stats.h"

#include <stdlib.h>
#include <string.h>

#include "bars.h"
#include "exits.h"

#define SHARES_SHOWN 4

/* ---------------------------------------------------------------------------------------- title */

/* How the page names a period and the period before it. */
static const struct period_name {
  const char *word, *title, *heading, *before, *before_note;
} period_names[] = {
    {"today", "Today", "today", "yesterday", NULL},
    {"yesterday", "Yesterday", "yesterday", "day before", NULL},
    {"week", "This week", "this week", "last week", "last week: only the same days"},
    {"month", "This month", "this month", "last month", "last month: only the same days"},
    {"quarter", "This quarter", "this quarter", "last quarter", "last quarter: only the same days"},
    {"year", "This year", "this year", "last year", "last year: only the same days"},
    {"last_week", "Last week", "last week", "week before", NULL},
    {"last_month", "Last month", "last month", "month before", NULL},
    {"a_week", "Week", "that week", "week before", NULL},
    {"a_month", "Month", "that month", "month before", NULL},
    {"a_quarter", "Quarter", "that quarter", "quarter before", NULL}};

static const struct period_name *name_of(const stats *s) {
  for (size_t i = 0; s->word != NULL && i < sizeof period_names / sizeof *period_names; i++)
    if (strcmp(period_names[i].word, s->word) == 0) return &period_names[i];
  return NULL;
}

static void put_title(text *t, const stats *s) {
  const screen *w = &s->program->screen;
  text title = {0};
  const struct period_name *name = name_of(s);
  if (strcmp(s->period, "all") == 0) {
    text_add(&title, "All time");
  } else {
    if (name != NULL) text_addf(&title, "%s, ", name->title);
    char *days = name_days(s->first, s->last);
    text_add(&title, days);
    free(days);
  }
  put_title_line(t, w, title.data, s->program->zone);
  text_free(&title);
}

/* --------------------------------------------------------------------------------------- totals */

/* A line of the totals: up to three metrics. */
#define SIDES 3
static const struct line {
  const char *title;
  const char *metric[SIDES];
  const char *before[SIDES]; /* prefix of each figure */
} lines[] = {{"Sessions", {"sessions"}, {""}},
             {"Interactions", {"interactions"}, {""}},
             {"Active time", {"active_time"}, {""}},
             {"Lines", {"lines_added", "lines_removed", "net_lines"}, {"+", " -", " = "}},
             {"Tokens in, out", {"input_tokens", "output_tokens"}, {"", ", "}},
             {"Cache read, write", {"cache_read_tokens", "cache_write_tokens"}, {"", ", "}},
             {"Cost", {"cost"}, {""}}};
#define LINES (sizeof lines / sizeof *lines)

/* The figures of a line in one role, as "+512 -120 = 392" or "12.3k, 45.1k". */
static char *figures(const stats *s, const struct line *l, const char *role) {
  text t = {0};
  text_add(&t, "");
  for (size_t i = 0; i < SIDES && l->metric[i] != NULL; i++) {
    int column = find_column(s->totals, role, l->metric[i]);
    char *one = figure(&s->program->screen, s->totals, 0, column);
    const char *before = l->before[i] +
                         (has_value(s->totals, 0, column) ? 0 : strspn(l->before[i], "+"));
    if (one[0] != '\0') text_addf(&t, "%s%s", before, one);
    free(one);
  }
  return t.data;
}

/* The changes of a line, without that of a sum. */
static char *changes(const stats *s, const struct line *l) {
  text t = {0};
  text_add(&t, "");
  for (size_t i = 0; i < 2 && l->metric[i] != NULL; i++) {
    char *one =
        figure(&s->program->screen, s->totals, 0, find_column(s->totals, "relative", l->metric[i]));
    if (one[0] != '\0') text_addf(&t, "%s%s", t.length > 0 ? ", " : "", one);
    free(one);
  }
  return t.data;
}

static char *value_heading(const stats *s) {
  const struct period_name *name = name_of(s);
  if (name != NULL) return copy_text(name->heading);
  if (strcmp(s->period, "all") == 0) return copy_text("all time");
  if (s->days > 1) return print_text("%d days", s->days);
  char day[16];
  format_date(day, s->first);
  return copy_text(day);
}

/* The heading of the baseline column, and in *said an explanation or NULL. */
static const char *baseline_heading(const stats *s, const char **said) {
  const struct period_name *name = name_of(s);
  *said = NULL;
  if (strcmp(s->compare, "year") == 0) return "a year before";
  if (strcmp(s->compare, "average") == 0 || strncmp(s->compare, "trailing_", 9) == 0)
    return s->days == 1 ? "average day" : "average";
  if (strcmp(s->compare, "previous") != 0) return s->compare;
  if (name == NULL) return s->days == 1 ? "day before" : "period before";
  *said = name->before_note;
  return name->before;
}

static int widest(char *const *cells, const char *heading) {
  int width = text_width(heading);
  for (size_t i = 0; i < LINES; i++) {
    int own = text_width(cells[i]);
    if (own > width) width = own;
  }
  return width;
}

#define TITLE_WIDTH 17

static void put_cell(text *t, const screen *w, const char *style, const char *cell, int width) {
  text_add(t, "  ");
  put(t, w, style, cell, -width);
}

static void put_totals(text *t, const stats *s) {
  const screen *w = &s->program->screen;
  const char *unused, *baseline = baseline_heading(s, &unused);
  char *heading = value_heading(s), *cell[3][LINES];
  bool compared = false;
  for (size_t i = 0; i < LINES; i++) {
    cell[0][i] = figures(s, &lines[i], "metric");
    cell[1][i] = figures(s, &lines[i], "baseline");
    cell[2][i] = changes(s, &lines[i]);
    compared = compared || cell[2][i][0] != '\0';
  }
  int width[3] = {widest(cell[0], heading), widest(cell[1], baseline), widest(cell[2], "change")};
  int used = TITLE_WIDTH + 2 + width[0];
  bool change = compared && (w->width == 0 || used + 2 + width[2] <= w->width);
  bool before = compared && (w->width == 0 || used + 4 + width[1] + width[2] <= w->width);
  text_repeat(t, " ", TITLE_WIDTH);
  put_cell(t, w, STYLE_DIM, heading, width[0]);
  if (before) put_cell(t, w, STYLE_DIM, baseline, width[1]);
  if (change) put_cell(t, w, STYLE_DIM, "change", width[2]);
  put_line_end(t);
  for (size_t i = 0; i < LINES; i++) {
    text_fit(t, lines[i].title, TITLE_WIDTH, w->ascii);
    put_cell(t, w, STYLE_BOLD, cell[0][i], width[0]);
    if (before) put_cell(t, w, NULL, cell[1][i], width[1]);
    if (change) put_cell(t, w, NULL, cell[2][i], width[2]);
    put_line_end(t);
  }
  for (size_t i = 0; i < LINES; i++)
    for (size_t c = 0; c < 3; c++)
      free(cell[c][i]);
  free(heading);
}

/* ------------------------------------------------------------------------------------ breakdown */

static date last_of_month(date first) {
  date next = add_days(first, 31); /* in the next month */
  return add_days(next, -next.day);
}

/* Cuts the days of a part to those of the result. True: there was something to cut. */
static bool cut_days(date *first, date *last, const bp_result *r) {
  const char *since = bp_result_meta(r, "from"), *end = bp_result_meta(r, "until");
  int64_t from, until;
  if (since == NULL || end == NULL || !parse_instant(&from, since) || !parse_instant(&until, end))
    return false;
  bool begins = instant_of(*first)<from, ends = instant_of(add_days(*last, 1))> until;
  if (begins) *first = date_of(from);
  if (ends) *last = date_of(until - 1);
  return begins || ends;
}

/* "Mon 16 Nov" for a day, "16 Nov - 22 Nov" for a week, "Nov 2026" for a month; of one that the
 * period has a part of, the days of that part. */
static char *part_name(const bp_result *r, size_t row) {
  const char *value = bp_result_text(r, row, 0, NULL), *by = bp_result_column(r, 0, "name");
  date d;
  if (value == NULL) return copy_text("undated");
  bool month = strcmp(by, "time.month") == 0;
  char *day = month ? print_text("%s-01", value) : copy_text(value);
  bool known = parse_date(&d, day);
  free(day);
  if (!known) return text_safe(value);
  if (strcmp(by, "time.day") == 0)
    return print_text("%.3s %2d %.3s", weekday_name(d.weekday), d.day, month_name(d.month));
  date end = month ? last_of_month(d) : add_days(d, 6);
  bool cut = cut_days(&d, &end, r);
  if (month && !cut) return print_text("%.3s %d", month_name(d.month), d.year);
  if (d.month == end.month && d.day == end.day)
    return print_text("%2d %.3s", d.day, month_name(d.month));
  return print_text("%2d %.3s - %2d %.3s", d.day, month_name(d.month), end.day,
                    month_name(end.month));
}

static const bar_column part_columns[] = {{"interactions", "interactions", NULL, NULL, NULL},
                                          {"sessions", "sessions", NULL, NULL, NULL},
                                          {"active_time", "active", NULL, NULL, NULL},
                                          {"cost", "cost", NULL, NULL, NULL},
                                          {"lines_added", "lines", "lines_removed", NULL, NULL},
                                          {NULL, NULL, NULL, NULL, NULL}};

/* --------------------------------------------------------------------------------------- shares */

static void put_line(text *t, const stats *s, const char *title, const char *said) {
  text_fit(t, title, TITLE_WIDTH, s->program->screen.ascii);
  text_add(t, "  ");
  put_wrapped(t, &s->program->screen, said, TITLE_WIDTH + 2);
}

/* "claude_code 82 %, codex 18 %" */
static void put_shares(text *t, const stats *s, const char *title, const bp_result *r) {
  const screen *w = &s->program->screen;
  int share = find_column(r, "metric", "interaction_share");
  text said = {0};
  for (size_t row = 0; row < bp_result_rows(r) && row < SHARES_SHOWN; row++) {
    if (has_value(r, row, share) && bp_result_real(r, row, (size_t)share) <= 0) continue;
    char *name = figure(w, r, row, 0), *part = figure(w, r, row, share);
    text_addf(&said, "%s%s %s", said.length > 0 ? ", " : "", name[0] != '\0' ? name : "(unknown)",
              part);
    free(name);
    free(part);
  }
  if (said.length > 0) put_line(t, s, title, said.data);
  text_free(&said);
}

/* "72 interactions"; the caller frees it. */
static char *interactions_of(const stats *s, const bp_result *r, size_t row) {
  int column = find_column(r, "metric", "interactions");
  bool one = has_value(r, row, column) && bp_result_int(r, row, (size_t)column) == 1;
  char *count = figure(&s->program->screen, r, row, column);
  char *said = print_text("%s interaction%s", count, one ? "" : "s");
  free(count);
  return said;
}

static void put_most_active(text *t, const stats *s) {
  const screen *w = &s->program->screen;
  int share = find_column(s->workspaces, "metric", "interaction_share");
  if (bp_result_rows(s->workspaces) == 0) return;
  char *name = figure(w, s->workspaces, 0, 0), *part = figure(w, s->workspaces, 0, share);
  char *count = interactions_of(s, s->workspaces, 0);
  char *said = print_text("%s: %s, %s", name[0] != '\0' ? name : "(unknown)", count, part);
  put_line(t, s, "Most active in", said);
  free(said);
  free(count);
  free(part);
  free(name);
}

static double interactions_at(const stats *s, int hour) {
  int column = find_column(s->hours, "metric", "interactions");
  for (size_t row = 0; row < bp_result_rows(s->hours); row++)
    if (has_value(s->hours, row, 0) && bp_result_int(s->hours, row, 0) == hour)
      return has_value(s->hours, row, column) ? bp_result_real(s->hours, row, (size_t)column) : 0;
  return 0;
}

static void put_peak_hour(text *t, const stats *s) {
  const screen *w = &s->program->screen;
  size_t best;
  int column = find_column(s->hours, "metric", "interactions");
  if (!greatest_row(s->hours, column, &best) || !has_value(s->hours, best, 0)) return;
  int hour = (int)bp_result_int(s->hours, best, 0);
  char *count = interactions_of(s, s->hours, best);
  text said = {0};
  text_addf(&said, "%02d:00 to %02d:00, %s", hour, (hour + 1) % 24, count);
  put_line(t, s, "Peak hour", said.data);
  free(count);
  if (w->blocks && (w->width == 0 || w->width >= TITLE_WIDTH + 2 + text_width(said.data) + 34)) {
    t->length--; /* append the hours of the day to the line */
    text_add(t, "   0 ");
    for (int h = 0; h < 24; h++)
      put_spark(t, w, interactions_at(s, h), bp_result_real(s->hours, best, (size_t)column));
    text_add(t, " 24\n");
  }
  text_free(&said);
}

static void put_peak_day(text *t, const stats *s) {
  size_t best;
  int column = find_column(s->parts, "metric", "interactions");
  date d;
  if (!greatest_row(s->parts, column, &best)) return;
  const char *value = bp_result_text(s->parts, best, 0, NULL);
  if (strcmp(s->by, "time.day") != 0 || value == NULL || !parse_date(&d, value)) return;
  char *count = interactions_of(s, s->parts, best);
  char *said =
      print_text("%s %d %s, %s", weekday_name(d.weekday), d.day, month_name(d.month), count);
  put_line(t, s, "Peak day", said);
  free(said);
  free(count);
}

/* ---------------------------------------------------------------------------------------- notes */

static bool any_cell(const bp_result *r, int flag, int state) {
  for (size_t column = 0; column < bp_result_columns(r); column++) {
    int cell = bp_result_cell(r, 0, column);
    if ((flag != 0 && cell & flag) || (flag == 0 && (cell & BP_CELL_STATE) == state)) return true;
  }
  return false;
}

static void add_note(text *t, const screen *s, const char *said) {
  text line = {0};
  text_wrap(&line, said, s->width, 0);
  put(t, s, STYLE_DIM, line.data, 0);
  text_add(t, "\n");
  text_free(&line);
}

/* Explains the marks, prices and coverage. */
static void put_notes(text *t, const stats *s) {
  const screen *w = &s->program->screen;
  const char *prices = bp_result_meta(s->totals, "prices"),
             *notes = bp_result_meta(s->totals, "notes");
  const char *coverage = bp_result_meta(s->totals, "coverage"), *baseline;
  text marks = {0};
  baseline_heading(s, &baseline);
  if (prices != NULL && has_value(s->totals, 0, find_column(s->totals, "metric", "cost")))
    text_addf(&marks, "~ list prices of %.10s; ", prices);
  if (any_cell(s->totals, BP_CELL_LOWER_BOUND, 0))
    text_addf(&marks, "%s at least; ", w->ascii ? ">=" : "≥");
  if (any_cell(s->totals, 0, BP_CELL_UNCOVERED))
    text_addf(&marks, "%s not recorded by any source; ", w->ascii ? "-" : "–");
  if (strcmp(s->compare, "none") != 0 && baseline != NULL) text_addf(&marks, "%s; ", baseline);
  text_add(t, "\n");
  if (marks.length > 0) {
    marks.data[marks.length - 2] = '\0';
    add_note(t, w, marks.data);
  }
  if (notes != NULL) add_note(t, w, notes);
  if (coverage != NULL && strstr(coverage, " without ") != NULL) {
    char *line = print_text("Sources: %s", coverage);
    add_note(t, w, line);
    free(line);
  }
  text_free(&marks);
}

/* ---------------------------------------------------------------------------------------- pages */

static void put_empty(text *t, const stats *s) {
  date day;
  put_title(t, s);
  text_add(t, strcmp(s->period, "today") == 0 ? "No activity yet.\n" : "No activity.\n");
  if (last_active_day(s, &day)) {
    char name[16], *said = name_days(day, day);
    format_date(name, day);
    text_addf(t, "The last active day was %s: blueplane stats --date %s\n", said, name);
    free(said);
  } else if (s->program->options.where.count > 0) {
    text_addf(t, "Nothing that matches %s\n",
              strcmp(s->period, "all") == 0 ? "is stored." : "was recorded before it either.");
  } else if (s->reaches_today) {
    text_add(t, "Nothing is stored at all; blueplane doctor shows where it looked.\n");
  } else {
    text_add(t, "Nothing was recorded before it either.\n");
  }
}

void stats_page(text *t, const stats *s) {
  if (stats_empty(s)) {
    put_empty(t, s);
    return;
  }
  put_title(t, s);
  if (s->parts != NULL) {
    put_bars(t, &s->program->screen, s->parts, part_name, part_columns);
    text_add(t, "\n");
  }
  put_totals(t, s);
  if (s->parts != NULL) put_peak_day(t, s);
  put_peak_hour(t, s);
  put_most_active(t, s);
  put_shares(t, s, "Platforms", s->platforms);
  put_notes(t, s);
}
