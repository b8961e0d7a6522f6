/* stats.c: a day, a week or any period at a glance. Asks a handful of questions, each for as many
 * metrics as it can, and lays the answers out; knows which metrics belong on the page and none of
 * their meaning. */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "zone.h"

#define DAYS_AS_DAYS 14  /* longer periods are broken down by week, */
#define DAYS_AS_WEEKS 92 /* and still longer ones by month */
#define SHARES_SHOWN 4

static const char *const totals[] = {
    "sessions",         "interactions",      "active_time",        "lines_added",
    "lines_removed",    "net_lines",         "input_tokens",       "output_tokens",
    "cache_read_tokens", "cache_write_tokens", "cost",              "tool_success_rate",
    NULL};
static const char *const activity[] = {"interactions", "interaction_share", NULL};
static const char *const breakdown[] = {"sessions",      "interactions", "active_time", "lines_added",
                                        "lines_removed", "cost",         NULL};

typedef struct stats {
  program *program;
  const char *word;     /* the period as it was asked for: "today", "week", ..., or NULL: dates */
  char *period;         /* in the words of bp_query_period */
  const char *compare;
  date first, last;     /* days, both included */
  int days;
  const char *by;       /* time dimension of the breakdown; NULL: a single day */
  bp_result *totals, *platforms, *workspaces, *hours, *parts;
} stats;

/* -------------------------------------------------------------------------------------- period */

static const char *const words[] = {"today", "yesterday", "week",      "month",      "quarter",
                                    "year",  "last_week", "last_month", "all",       NULL};

static bool is_day_count(const char *word) {
  size_t digits = strspn(word, "0123456789");
  return digits > 0 && strcmp(word + digits, "d") == 0;
}

static bool is_period_word(const char *word) {
  for (size_t i = 0; words[i] != NULL; i++)
    if (strcmp(words[i], word) == 0) return true;
  date day;
  return is_day_count(word) || parse_date(&day, word);
}

static int refuse_word(const char *word) {
  nearest n = {word, NULL, 0};
  for (size_t i = 0; words[i] != NULL; i++) nearest_try(&n, words[i]);
  char *hint = n.best != NULL ? print_text("did you mean \"%s\"?", n.best)
                              : copy_text("blueplane help stats lists the periods");
  char *shown = text_safe(word);
  complain(EXIT_USAGE, hint, "there is no period \"%s\"", shown);
  free(shown);
  free(hint);
  return EXIT_USAGE;
}

/* The week or month that holds a day, as two dates. */
static char *around(const program *p, date day, bool week) {
  const char *start = p->options.value[OPTION_WEEK_START];
  bool sunday = start != NULL && strcmp(start, "sunday") == 0;
  date first, last;
  if (week) {
    first = add_days(day, -(sunday ? (day.weekday + 1) % 7 : day.weekday));
    last = add_days(first, 6);
  } else {
    first = day;
    first.day = 1;
    last = add_days(first, 31);
    last.day = 1;
    last = add_days(last, -1);
  }
  char a[16], b[16];
  format_date(a, first);
  format_date(b, last);
  return print_text("%s/%s", a, b);
}

/* A word and --date together: the day, week or month that holds the date. */
static int choose_period(stats *s) {
  const program *p = s->program;
  const char *word = p->argument_count > 0 ? p->arguments[0] : NULL;
  if (word != NULL && !is_period_word(word)) return refuse_word(word);
  bool week = word != NULL && strcmp(word, "week") == 0;
  bool month = word != NULL && strcmp(word, "month") == 0;
  uint64_t range = OPTION_BIT(OPTION_PERIOD) | OPTION_BIT(OPTION_SINCE) | OPTION_BIT(OPTION_UNTIL);
  bool dated = given(&p->options, OPTION_DATE);
  if (word != NULL && (p->options.given & range || (dated && !week && !month)))
    return complain(EXIT_USAGE, "week and month go with --date", "a period was named twice");
  s->period = period_of(p, word != NULL ? word : "today");
  if (s->period == NULL) return EXIT_USAGE;
  if (dated && (week || month)) {
    date day;
    parse_date(&day, s->period);
    free(s->period);
    s->period = around(p, day, week);
  }
  s->word = p->options.given & range || dated ? NULL : s->period;
  if (given(&p->options, OPTION_PERIOD)) s->word = s->period;
  return EXIT_OK;
}

/* Whether the period is a single day is known by its name. */
static bool is_day(const char *period) {
  date day;
  return strcmp(period, "today") == 0 || strcmp(period, "yesterday") == 0 ||
         strcmp(period, "1d") == 0 || parse_date(&day, period);
}

static void choose_baseline(stats *s) {
  const char *asked = s->program->options.value[OPTION_COMPARE];
  bool all = strcmp(s->period, "all") == 0;
  s->compare = asked != NULL ? asked : all ? "none" : is_day(s->period) ? "average" : "previous";
}

static int days_between(date a, date b) {
  int days = 0;
  if (b.year - a.year > 60) return 60 * 365;
  char last[16], at[16];
  format_date(last, b);
  for (date d = a; format_date(at, d), strcmp(at, last) < 0; d = add_days(d, 1)) days++;
  return days;
}

/* The days the answer is about, as the library resolved them. */
static void read_range(stats *s) {
  const char *from = bp_result_meta(s->totals, "from"), *until = bp_result_meta(s->totals, "until");
  int64_t us;
  s->last = s->first = today();
  s->days = is_day(s->period) ? 1 : DAYS_AS_WEEKS + 1;
  if (until != NULL && parse_instant(&us, until)) s->last = date_of(us - 1);
  if (from == NULL || until == NULL || !parse_instant(&us, from)) return; /* open: everything */
  s->first = date_of(us);
  s->days = days_between(s->first, s->last) + 1;
}

/* ------------------------------------------------------------------------------------ questions */

static int ask_all(stats *s) {
  const program *p = s->program;
  question q = {.metrics = totals, .period = s->period, .compare = s->compare};
  int code = ask(&s->totals, p, &q);
  if (code != EXIT_OK) return code;
  read_range(s);
  q = (question){.metrics = activity, .by = {"platform"}, .period = s->period,
                 .order = "-interactions"};
  code = ask(&s->platforms, p, &q);
  q.by[0] = "workspace";
  q.limit = SHARES_SHOWN;
  if (code == EXIT_OK) code = ask(&s->workspaces, p, &q);
  q = (question){.metrics = activity, .by = {"time.hour_of_day"}, .period = s->period};
  if (code == EXIT_OK) code = ask(&s->hours, p, &q);
  if (s->days == 1 || code != EXIT_OK) return code;
  s->by = s->days <= DAYS_AS_DAYS ? "time.day" : s->days <= DAYS_AS_WEEKS ? "time.week" : "time.month";
  q = (question){.metrics = breakdown, .by = {s->by}, .period = s->period};
  return ask(&s->parts, p, &q);
}

static bool is_empty(const stats *s) {
  int column = find_column(s->totals, "metric", "interactions");
  return !has_value(s->totals, 0, column) || bp_result_int(s->totals, 0, (size_t)column) == 0;
}

/* The last day with an interaction up to the end of the period. */
static bool last_active_day(const stats *s, date *out) {
  static const char *const last[] = {"last_activity", NULL};
  char until[16], *period;
  format_date(until, s->last);
  period = print_text("1970-01-01/%s", until);
  question q = {.metrics = last, .period = period};
  bp_result *r = NULL;
  bool found = ask(&r, s->program, &q) == EXIT_OK && has_value(r, 0, find_column(r, "metric", "last_activity"));
  if (found)
    *out = date_of(bp_result_int(r, 0, (size_t)find_column(r, "metric", "last_activity")));
  bp_result_free(r);
  free(period);
  return found;
}

/* The row with the greatest value of a column, the first of equals; false if all are nothing. */
static bool greatest_row(const bp_result *r, int column, size_t *best) {
  bool found = false;
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    if (!has_value(r, row, column) || bp_result_real(r, row, (size_t)column) <= 0) continue;
    if (found && bp_result_real(r, row, (size_t)column) <= bp_result_real(r, *best, (size_t)column))
      continue;
    *best = row;
    found = true;
  }
  return found;
}

/* ---------------------------------------------------------------------------------------- title */

static void put_day(text *t, date d, bool year) {
  text_addf(t, "%s %d %s", weekday_name(d.weekday), d.day, month_name(d.month));
  if (year) text_addf(t, " %d", d.year);
}

static void put_range(text *t, date a, date b) {
  if (a.year != b.year)
    text_addf(t, "%d %s %d to %d %s %d", a.day, month_name(a.month), a.year, b.day,
              month_name(b.month), b.year);
  else if (a.month != b.month)
    text_addf(t, "%d %s to %d %s %d", a.day, month_name(a.month), b.day, month_name(b.month), b.year);
  else
    text_addf(t, "%d to %d %s %d", a.day, b.day, month_name(b.month), b.year);
}

static const char *title_of(const stats *s) {
  static const struct {
    const char *word, *title;
  } titles[] = {{"today", "Today"},           {"yesterday", "Yesterday"}, {"week", "This week"},
                {"month", "This month"},      {"quarter", "This quarter"}, {"year", "This year"},
                {"last_week", "Last week"},   {"last_month", "Last month"}};
  for (size_t i = 0; s->word != NULL && i < sizeof titles / sizeof *titles; i++)
    if (strcmp(titles[i].word, s->word) == 0) return titles[i].title;
  return NULL;
}

static void put_title(text *t, const stats *s) {
  const screen *w = &s->program->screen;
  text title = {0};
  const char *name = title_of(s);
  if (strcmp(s->period, "all") == 0) {
    text_add(&title, "All time");
  } else {
    if (name != NULL) text_addf(&title, "%s, ", name);
    if (s->days == 1)
      put_day(&title, s->first, true);
    else
      put_range(&title, s->first, s->last);
  }
  put(t, w, STYLE_BOLD, title.data, 0);
  int used = text_width(title.data) + 3 + text_width(s->program->zone);
  if (w->width == 0 || used <= w->width) {
    text zone = {0};
    text_addf(&zone, "  (%s)", s->program->zone);
    put(t, w, STYLE_DIM, zone.data, 0);
    text_free(&zone);
  }
  text_add(t, "\n");
  text_free(&title);
}

/* --------------------------------------------------------------------------------------- totals */

/* One line of the page: one metric or two side by side. */
static const struct line {
  const char *title;
  const char *metric[2];
  const char *sign[2]; /* written before each figure */
} lines[] = {{"Sessions", {"sessions", NULL}, {"", ""}},
             {"Interactions", {"interactions", NULL}, {"", ""}},
             {"Active time", {"active_time", NULL}, {"", ""}},
             {"Lines", {"lines_added", "lines_removed"}, {"+", "-"}},
             {"Net lines", {"net_lines", NULL}, {"", ""}},
             {"Tokens in, out", {"input_tokens", "output_tokens"}, {"", ""}},
             {"Cache read, write", {"cache_read_tokens", "cache_write_tokens"}, {"", ""}},
             {"Tool success", {"tool_success_rate", NULL}, {"", ""}},
             {"Cost", {"cost", NULL}, {"", ""}}};
#define LINES (sizeof lines / sizeof *lines)

/* The figures of a line in one role, as "+512 -120" or "12.3k, 45.1k". */
static char *figures(const stats *s, const struct line *l, const char *role) {
  text t = {0};
  text_add(&t, "");
  for (size_t i = 0; i < 2 && l->metric[i] != NULL; i++) {
    int column = find_column(s->totals, role, l->metric[i]);
    char *one = figure(&s->program->screen, s->totals, 0, column);
    if (one[0] != '\0' && t.length > 0) text_add(&t, l->sign[0][0] != '\0' && strcmp(role, "relative") != 0 ? " " : ", ");
    bool number = has_value(s->totals, 0, column) && bp_result_real(s->totals, 0, (size_t)column) != 0;
    if (number && strcmp(role, "relative") != 0) text_add(&t, l->sign[i]);
    text_add(&t, one);
    free(one);
  }
  return t.data;
}

static const char *heading_of(const stats *s) {
  return s->word == NULL || strcmp(s->word, s->period) != 0 ? "" : s->word;
}

static char *value_heading(const stats *s) {
  static const struct {
    const char *word, *heading;
  } headings[] = {{"today", "today"},           {"yesterday", "yesterday"}, {"week", "this week"},
                  {"month", "this month"},      {"quarter", "this quarter"}, {"year", "this year"},
                  {"last_week", "last week"},   {"last_month", "last month"}};
  for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
    if (strcmp(heading_of(s), headings[i].word) == 0) return copy_text(headings[i].heading);
  if (s->days > 1) return print_text("%d days", s->days);
  char day[16];
  format_date(day, s->first);
  return copy_text(day);
}

/* What the baseline column is called, and in *note what that means. */
static const char *baseline_heading(const stats *s, const char **note_text) {
  *note_text = NULL;
  if (strcmp(s->compare, "year") == 0) return "a year before";
  if (strcmp(s->compare, "average") == 0) {
    *note_text = s->days == 1 ? "average: of the active days in the 28 days before"
                              : "average: of the active periods of this length in the 28 days before";
    return s->days == 1 ? "average day" : "average";
  }
  if (s->days == 1) return "day before";
  if (strcmp(heading_of(s), "week") == 0) {
    *note_text = "last week: its same days";
    return "last week";
  }
  if (strcmp(heading_of(s), "month") == 0) {
    *note_text = "last month: its same days";
    return "last month";
  }
  return "period before";
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
  static const char *const roles[] = {"metric", "baseline", "relative"};
  bool compared = false;
  for (size_t i = 0; i < LINES; i++)
    for (size_t c = 0; c < 3; c++) {
      cell[c][i] = figures(s, &lines[i], roles[c]);
      compared = compared || (c == 2 && cell[c][i][0] != '\0');
    }
  int width[3] = {widest(cell[0], heading), widest(cell[1], baseline), widest(cell[2], "change")};
  int used = TITLE_WIDTH + 2 + width[0];
  bool change = compared && (w->width == 0 || used + 2 + width[2] <= w->width);
  bool before = compared && (w->width == 0 || used + 4 + width[1] + width[2] <= w->width);
  text_fit(t, "", TITLE_WIDTH, w->ascii);
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
    for (size_t c = 0; c < 3; c++) free(cell[c][i]);
  free(heading);
}

/* ------------------------------------------------------------------------------------ breakdown */

/* "Mon 16 Nov", "16 Nov", "Nov 2026" for the values of the time dimensions. */
static char *part_name(const stats *s, size_t row) {
  const char *value = bp_result_text(s->parts, row, 0, NULL);
  date d;
  if (value == NULL) return copy_text("undated");
  if (!parse_date(&d, value)) return text_safe(value);
  if (strcmp(s->by, "time.day") == 0)
    return print_text("%.3s %2d %.3s", weekday_name(d.weekday), d.day, month_name(d.month));
  date end = add_days(d, 6);
  return print_text("%2d %.3s - %2d %.3s", d.day, month_name(d.month), end.day, month_name(end.month));
}

/* The columns of the breakdown, the least needed last. */
static const struct part_column {
  const char *heading, *metric, *second;
} part_columns[] = {{"interactions", "interactions", NULL},
                    {"sessions", "sessions", NULL},
                    {"active", "active_time", NULL},
                    {"cost", "cost", NULL},
                    {"lines", "lines_added", "lines_removed"}};
#define PART_COLUMNS (sizeof part_columns / sizeof *part_columns)
#define BAR_MOST 24
#define BAR_LEAST 8

static char *part_cell(const stats *s, size_t row, const struct part_column *c) {
  const screen *w = &s->program->screen;
  int column = find_column(s->parts, "metric", c->metric);
  if (c->second == NULL) return figure(w, s->parts, row, column);
  int second = find_column(s->parts, "metric", c->second);
  char *a = figure(w, s->parts, row, column), *b = figure(w, s->parts, row, second);
  bool numbers = has_value(s->parts, row, column) && has_value(s->parts, row, second);
  char *both = numbers ? print_text("+%s -%s", a, b) : copy_text(a);
  free(a);
  free(b);
  return both;
}

/* Widths of the columns that find room; 0 for those that do not. Returns what is left for the bar. */
static int fit_parts(const stats *s, int name_width, int width[PART_COLUMNS]) {
  const screen *w = &s->program->screen;
  int room = (w->width == 0 ? 100 : w->width) - name_width - BAR_LEAST - 2;
  for (size_t c = 0; c < PART_COLUMNS; c++) {
    width[c] = text_width(part_columns[c].heading);
    for (size_t row = 0; row < bp_result_rows(s->parts); row++) {
      char *cell = part_cell(s, row, &part_columns[c]);
      int own = text_width(cell);
      if (own > width[c]) width[c] = own;
      free(cell);
    }
    if (width[c] + 2 <= room)
      room -= width[c] + 2;
    else
      width[c] = 0;
  }
  int bar = room + BAR_LEAST;
  return bar > BAR_MOST ? BAR_MOST : bar;
}

static void put_part_bar(text *t, const stats *s, size_t row, double most, int width) {
  const screen *w = &s->program->screen;
  int column = find_column(s->parts, "metric", "interactions");
  double value = has_value(s->parts, row, column) ? bp_result_real(s->parts, row, (size_t)column) : 0;
  text bar = {0};
  screen plain = *w;
  plain.color = false;
  put_bar(&bar, &plain, value, most, width);
  put(t, w, STYLE_BAR, bar.length > 0 ? bar.data : "", 0);
  text_repeat(t, " ", width - (bar.length > 0 ? text_width(bar.data) : 0));
  text_free(&bar);
}

static void put_parts(text *t, const stats *s) {
  const screen *w = &s->program->screen;
  int width[PART_COLUMNS], name_width = 0;
  size_t best = 0, rows = bp_result_rows(s->parts);
  for (size_t row = 0; row < rows; row++) {
    char *name = part_name(s, row);
    if (text_width(name) > name_width) name_width = text_width(name);
    free(name);
  }
  int bar = fit_parts(s, name_width, width);
  int column = find_column(s->parts, "metric", "interactions");
  double most = greatest_row(s->parts, column, &best) ? bp_result_real(s->parts, best, (size_t)column) : 0;
  text_repeat(t, " ", name_width);
  for (size_t c = 0; c < PART_COLUMNS; c++) {
    if (width[c] > 0) put_cell(t, w, STYLE_DIM, part_columns[c].heading, width[c]);
    if (c == 0 && bar > 0) text_repeat(t, " ", bar + 2);
  }
  put_line_end(t);
  for (size_t row = 0; row < rows; row++) {
    char *name = part_name(s, row);
    put(t, w, most > 0 && row == best ? STYLE_BOLD : NULL, name, name_width);
    free(name);
    for (size_t c = 0; c < PART_COLUMNS; c++) {
      if (width[c] > 0) {
        char *cell = part_cell(s, row, &part_columns[c]);
        put_cell(t, w, NULL, cell, width[c]);
        free(cell);
      }
      if (c == 0 && bar > 0) {
        text_add(t, "  ");
        put_part_bar(t, s, row, most, bar);
      }
    }
    put_line_end(t);
  }
  text_add(t, "\n");
}

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
    text_addf(&said, "%s%s %s", said.length > 0 ? ", " : "", name[0] != '\0' ? name : "(unknown)", part);
    free(name);
    free(part);
  }
  if (said.length > 0) put_line(t, s, title, said.data);
  text_free(&said);
}

static void put_most_active(text *t, const stats *s) {
  const screen *w = &s->program->screen;
  int share = find_column(s->workspaces, "metric", "interaction_share");
  if (bp_result_rows(s->workspaces) == 0) return;
  char *name = figure(w, s->workspaces, 0, 0), *part = figure(w, s->workspaces, 0, share);
  char *count = figure(w, s->workspaces, 0, find_column(s->workspaces, "metric", "interactions"));
  char *said = print_text("%s: %s interactions, %s", name[0] != '\0' ? name : "(unknown)", count, part);
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
  char *count = figure(w, s->hours, best, column);
  text said = {0};
  text_addf(&said, "%02d:00 to %02d:00, %s interactions", hour, (hour + 1) % 24, count);
  put_line(t, s, "Peak hour", said.data);
  free(count);
  if (w->blocks && (w->width == 0 || w->width >= TITLE_WIDTH + 2 + text_width(said.data) + 34)) {
    t->length--; /* the day's course goes on the same line */
    text_add(t, "   0 ");
    for (int h = 0; h < 24; h++)
      put_spark(t, w, interactions_at(s, h), bp_result_real(s->hours, best, (size_t)column));
    text_add(t, " 24\n");
  }
  text_free(&said);
}

static void put_peak_day(text *t, const stats *s) {
  const screen *w = &s->program->screen;
  size_t best;
  int column = find_column(s->parts, "metric", "interactions");
  date d;
  if (!greatest_row(s->parts, column, &best)) return;
  const char *value = bp_result_text(s->parts, best, 0, NULL);
  if (strcmp(s->by, "time.day") != 0 || value == NULL || !parse_date(&d, value)) return;
  char *count = figure(w, s->parts, best, column);
  text said = {0};
  put_day(&said, d, false);
  text_addf(&said, ", %s interactions", count);
  put_line(t, s, "Peak day", said.data);
  text_free(&said);
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

/* What the marks mean and what the numbers rest on. */
static void put_notes(text *t, const stats *s) {
  const screen *w = &s->program->screen;
  const char *prices = bp_result_meta(s->totals, "prices"), *said;
  const char *keys[] = {"coverage", "lower_bound", "notes"};
  text_add(t, "\n");
  if (has_value(s->totals, 0, find_column(s->totals, "metric", "cost"))) {
    char *line = prices != NULL ? print_text("~ at list prices: %s", prices)
                                : copy_text("~ at list prices");
    add_note(t, w, line);
    free(line);
  }
  baseline_heading(s, &said);
  if (strcmp(s->compare, "none") != 0 && said != NULL) add_note(t, w, said);
  if (any_cell(s->totals, BP_CELL_LOWER_BOUND, 0))
    add_note(t, w, w->ascii ? ">= the true number is at least this" : "≥ the true number is at least this");
  if (any_cell(s->totals, 0, BP_CELL_UNCOVERED))
    add_note(t, w, w->ascii ? "- not recorded by any source" : "– not recorded by any source");
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const char *value = bp_result_meta(s->totals, keys[i]);
    if (value != NULL && value[0] != '\0') add_note(t, w, value);
  }
}

/* ---------------------------------------------------------------------------------------- pages */

static int show_empty(const stats *s) {
  const screen *w = &s->program->screen;
  text t = {0};
  date day;
  put_title(&t, s);
  text_add(&t, strcmp(s->period, "today") == 0 ? "No activity yet.\n" : "No activity.\n");
  if (last_active_day(s, &day)) {
    char name[16];
    format_date(name, day);
    text_add(&t, "The last active day was ");
    put_day(&t, day, true);
    text_addf(&t, ": blueplane stats --date %s\n", name);
  } else {
    text_add(&t, "Nothing is stored yet; blueplane doctor says where was looked.\n");
  }
  (void)w;
  int code = write_out(&t);
  return code == EXIT_OK ? EXIT_NOTHING : code;
}

static int show_page(const stats *s) {
  text t = {0};
  put_title(&t, s);
  text_add(&t, "\n");
  if (s->parts != NULL) put_parts(&t, s);
  put_totals(&t, s);
  text_add(&t, "\n");
  if (s->parts != NULL) put_peak_day(&t, s);
  put_peak_hour(&t, s);
  put_most_active(&t, s);
  put_shares(&t, s, "Platforms", s->platforms);
  put_notes(&t, s);
  return write_out(&t);
}

/* ----------------------------------------------------------------------------------------- JSON */

static void json_groups(json *j, const char *key, const char *name, const bp_result *r) {
  json_open(j, key, '[');
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    json_open(j, NULL, '{');
    if (bp_result_type(r, 0) == BP_TYPE_INT && has_value(r, row, 0))
      json_int(j, name, bp_result_int(r, row, 0));
    else
      json_text(j, name, bp_result_text(r, row, 0, NULL));
    for (size_t column = 1; column < bp_result_columns(r); column++) {
      const char *role = bp_result_column(r, column, "role");
      if (role == NULL || strcmp(role, "metric") != 0) continue;
      json_cell(j, bp_result_column(r, column, "name"), r, row, (int)column);
    }
    json_close(j, '}');
  }
  json_close(j, ']');
}

static void json_totals(json *j, const stats *s) {
  json_open(j, "totals", '{');
  for (size_t i = 0; totals[i] != NULL; i++)
    json_cell(j, totals[i], s->totals, 0, find_column(s->totals, "metric", totals[i]));
  json_close(j, '}');
}

static void json_peaks(json *j, const stats *s) {
  size_t best;
  if (greatest_row(s->hours, find_column(s->hours, "metric", "interactions"), &best))
    json_int(j, "peak_hour", bp_result_int(s->hours, best, 0));
  else
    json_null(j, "peak_hour");
  bool days = s->parts != NULL && strcmp(s->by, "time.day") == 0;
  if (days && greatest_row(s->parts, find_column(s->parts, "metric", "interactions"), &best))
    json_text(j, "peak_day", bp_result_text(s->parts, best, 0, NULL));
  else
    json_null(j, "peak_day");
}

static int show_json(const stats *s) {
  static const char *const said[] = {"coverage", "lower_bound", "prices", "notes"};
  json j = {0};
  date day;
  char last[16];
  bool empty = is_empty(s);
  bool known = empty && last_active_day(s, &day);
  if (known) format_date(last, day);
  json_open(&j, NULL, '{');
  json_text(&j, "schema", "blueplane.stats/1");
  json_text(&j, "period", s->period);
  json_text(&j, "from", bp_result_meta(s->totals, "from"));
  json_text(&j, "until", bp_result_meta(s->totals, "until"));
  json_text(&j, "zone", s->program->zone);
  json_text(&j, "compare", strcmp(s->compare, "none") == 0 ? NULL : s->compare);
  json_bool(&j, "empty", empty);
  json_text(&j, "last_active_day", known ? last : NULL);
  json_totals(&j, s);
  json_peaks(&j, s);
  json_groups(&j, "platforms", "platform", s->platforms);
  json_groups(&j, "workspaces", "workspace", s->workspaces);
  json_groups(&j, "hours", "hour", s->hours);
  if (s->parts != NULL) json_groups(&j, "breakdown", s->by, s->parts);
  for (size_t i = 0; i < sizeof said / sizeof *said; i++)
    json_text(&j, said[i], bp_result_meta(s->totals, said[i]));
  json_close(&j, '}');
  int code = write_json(&j);
  return code == EXIT_OK && empty ? EXIT_NOTHING : code;
}

/* -------------------------------------------------------------------------------------- command */

static void free_stats(stats *s) {
  free(s->period);
  bp_result_free(s->totals);
  bp_result_free(s->platforms);
  bp_result_free(s->workspaces);
  bp_result_free(s->hours);
  bp_result_free(s->parts);
}

int run_stats(program *p) {
  stats s = {.program = p};
  int code = choose_period(&s);
  if (code == EXIT_OK) {
    choose_baseline(&s);
    code = ask_all(&s);
  }
  if (code == EXIT_OK) {
    if (is_json(&p->screen))
      code = show_json(&s);
    else if (!is_table(&p->screen))
      code = write_result(&p->screen, s.parts != NULL ? s.parts : s.totals, NULL);
    else
      code = is_empty(&s) ? show_empty(&s) : show_page(&s);
  }
  free_stats(&s);
  return code;
}

/* ----------------------------------------------------------------------------------- statusline */

static void put_part(text *t, const screen *s, const char *said) {
  if (t->length > 0) text_add(t, s->ascii ? " | " : " · ");
  text_add(t, said);
}

int run_statusline(program *p) {
  static const char *const shown[] = {"sessions", "active_time", "lines_added", "lines_removed", "cost",
                                      "interactions", NULL};
  const screen *s = &p->screen;
  question q = {.metrics = shown, .period = "today"};
  bp_result *r = NULL;
  int code = ask(&r, p, &q);
  if (code != EXIT_OK) return code;
  if (!is_table(s)) {
    code = write_result(s, r, NULL);
    bp_result_free(r);
    return code == EXIT_NOTHING ? EXIT_OK : code;
  }
  text t = {0};
  int interactions = find_column(r, "metric", "interactions");
  if (!has_value(r, 0, interactions) || bp_result_int(r, 0, (size_t)interactions) == 0) {
    text_add(&t, "today: nothing yet");
  } else {
    int64_t count = bp_result_int(r, 0, (size_t)find_column(r, "metric", "sessions"));
    char *figures_of[5];
    for (size_t i = 0; i < 5; i++) figures_of[i] = figure(s, r, 0, find_column(r, "metric", shown[i]));
    char *sessions = print_text("today %s session%s", figures_of[0], count == 1 ? "" : "s");
    char *edits = print_text("+%s -%s", figures_of[2], figures_of[3]);
    put_part(&t, s, sessions);
    put_part(&t, s, figures_of[1]);
    if (has_value(r, 0, find_column(r, "metric", "lines_added"))) put_part(&t, s, edits);
    put_part(&t, s, figures_of[4]);
    for (size_t i = 0; i < 5; i++) free(figures_of[i]);
    free(sessions);
    free(edits);
  }
  text_add(&t, "\n");
  bp_result_free(r);
  return write_out(&t);
}
