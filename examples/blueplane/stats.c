/* stats.c: statistics of a day, a week or any period. Runs a handful of queries, each for as many
 * metrics as possible; knows which metrics belong together, not their meaning. */
#include "stats.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "exits.h"
#include "listing.h"

#define DAYS_AS_DAYS 14  /* longer periods are broken down by week, */
#define DAYS_AS_WEEKS 92 /* and still longer ones by month */
#define WORKSPACES_MOST 5

static const char *const totals[] = {"sessions",
                                     "interactions",
                                     "active_time",
                                     "lines_added",
                                     "lines_removed",
                                     "net_lines",
                                     "input_tokens",
                                     "output_tokens",
                                     "cache_read_tokens",
                                     "cache_write_tokens",
                                     "cost",
                                     "tool_success_rate",
                                     NULL};
static const char *const activity[] = {"interactions", "interaction_share", NULL};
static const char *const breakdown[] = {
    "sessions", "interactions", "active_time", "lines_added", "lines_removed", "cost", NULL};

/* -------------------------------------------------------------------------------------- period */

/* The week or month that contains a day. */
static char *around(const program *p, date day, bool week) {
  if (!week) return print_text("%04d-%02d", day.year, day.month);
  date first = week_start(day, begins_on_sunday(&p->options));
  char a[16], b[16];
  format_date(a, first);
  format_date(b, add_days(first, 6));
  return print_text("%s/%s", a, b);
}

/* Under which name the page shows a period: of one by number it says only what it is. */
static const char *word_of(const char *period) {
  size_t length = strlen(period);
  if (length == strlen("2026-W07") && period[5] == 'W') return "a_week";
  if (length != strlen("2026-03") || period[4] != '-') return period;
  return period[5] == 'Q' ? "a_quarter" : "a_month";
}

/* "week" or "month" with --date: the week or month that contains the date. */
static int choose_period(stats *s) {
  const program *p = s->program;
  const char *word = p->argument_count > 0 ? p->arguments[0] : NULL;
  if (word != NULL && !is_period(word)) return refuse_period(word);
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
    s->word = week ? "a_week" : "a_month";
    return EXIT_OK;
  }
  bool dates = dated || (p->options.given & range && !given(&p->options, OPTION_PERIOD));
  s->word = dates ? NULL : word_of(s->period);
  return EXIT_OK;
}

/* Whether the period is a single day, judged by its name. */
static bool is_day(const char *period) {
  date day;
  return strcmp(period, "today") == 0 || strcmp(period, "yesterday") == 0 ||
         strcmp(period, "1d") == 0 || parse_date(&day, period);
}

static void choose_baseline(stats *s) {
  assert(s->period != NULL);
  const char *asked = s->program->options.value[OPTION_COMPARE];
  bool all = strcmp(s->period, "all") == 0;
  s->compare = asked != NULL ? asked : all ? "none" : is_day(s->period) ? "average" : "previous";
}

static bool same_day(date a, date b) {
  return a.year == b.year && a.month == b.month && a.day == b.day;
}

static int days_between(date a, date b) {
  int days = 0;
  if (b.year - a.year > 60) return 60 * 365;
  char last[16], at[16];
  format_date(last, b);
  for (date d = a; format_date(at, d), strcmp(at, last) < 0; d = add_days(d, 1))
    days++;
  return days;
}

/* Reads the days of the result, as the library resolved them. "all" of an empty store has none. */
static void read_range(stats *s) {
  const char *from = bp_result_meta(s->totals, "from"), *until = bp_result_meta(s->totals, "until");
  int64_t first, end;
  s->last = s->first = today();
  s->days = is_day(s->period) ? 1 : DAYS_AS_WEEKS + 1;
  if (from != NULL && until != NULL && parse_instant(&first, from) && parse_instant(&end, until) &&
      first < end) {
    s->first = date_of(first);
    s->last = date_of(end - 1);
    s->days = days_between(s->first, s->last) + 1;
  }
  s->reaches_today = days_between(today(), s->last) > 0 || same_day(today(), s->last);
}

/* ------------------------------------------------------------------------------------ questions */

static int ask_all(stats *s) {
  const program *p = s->program;
  question q = {.metrics = totals, .period = s->period, .compare = s->compare};
  int code = ask(&s->totals, p, &q);
  if (code != EXIT_OK) return code;
  read_range(s);
  q = (question){
      .metrics = activity, .by = {"platform"}, .period = s->period, .order = "-interactions"};
  code = ask(&s->platforms, p, &q);
  q.by[0] = "workspace";
  q.limit = WORKSPACES_MOST;
  if (code == EXIT_OK) code = ask(&s->workspaces, p, &q);
  q = (question){.metrics = activity, .by = {"time.hour_of_day"}, .period = s->period};
  if (code == EXIT_OK) code = ask(&s->hours, p, &q);
  if (s->days == 1 || code != EXIT_OK) return code;
  s->by = s->days <= DAYS_AS_DAYS    ? "time.day"
          : s->days <= DAYS_AS_WEEKS ? "time.week"
                                     : "time.month";
  q = (question){.metrics = breakdown, .by = {s->by}, .period = s->period};
  return ask(&s->parts, p, &q);
}

bool stats_empty(const stats *s) {
  int column = find_column(s->totals, "metric", "interactions");
  return !has_value(s->totals, 0, column) || bp_result_int(s->totals, 0, (size_t)column) == 0;
}

bool last_active_day(const stats *s, date *out) {
  static const char *const last[] = {"last_activity", NULL};
  char until[16], *period;
  format_date(until, s->last);
  period = print_text("1970-01-01/%s", until);
  question q = {.metrics = last, .period = period};
  bp_result *r = NULL;
  bool found = ask(&r, s->program, &q) == EXIT_OK &&
               has_value(r, 0, find_column(r, "metric", "last_activity"));
  if (found) *out = date_of(bp_result_int(r, 0, (size_t)find_column(r, "metric", "last_activity")));
  bp_result_free(r);
  free(period);
  return found;
}

bool greatest_row(const bp_result *r, int column, size_t *best) {
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

void stats_json(json *j, const stats *s) {
  static const char *const said[] = {"coverage", "lower_bound", "prices", "notes"};
  date day;
  char last[16];
  bool empty = stats_empty(s);
  bool known = empty && last_active_day(s, &day);
  if (known) format_date(last, day);
  json_open(j, NULL, '{');
  json_text(j, "schema", "blueplane.stats/1");
  json_text(j, "period", s->period);
  json_text(j, "from", bp_result_meta(s->totals, "from"));
  json_text(j, "until", bp_result_meta(s->totals, "until"));
  json_text(j, "zone", s->program->zone);
  json_text(j, "compare", strcmp(s->compare, "none") == 0 ? NULL : s->compare);
  json_bool(j, "empty", empty);
  json_text(j, "last_active_day", known ? last : NULL);
  json_totals(j, s);
  json_peaks(j, s);
  json_groups(j, "platforms", "platform", s->platforms);
  json_groups(j, "workspaces", "workspace", s->workspaces);
  json_groups(j, "hours", "hour", s->hours);
  if (s->parts != NULL) json_groups(j, "breakdown", s->by, s->parts);
  for (size_t i = 0; i < sizeof said / sizeof *said; i++)
    json_text(j, said[i], bp_result_meta(s->totals, said[i]));
  json_close(j, '}');
}

/* -------------------------------------------------------------------------------------- command */

void stats_free(stats *s) {
  free(s->period);
  bp_result_free(s->totals);
  bp_result_free(s->platforms);
  bp_result_free(s->workspaces);
  bp_result_free(s->hours);
  bp_result_free(s->parts);
}

int stats_ask(stats *s, program *p, const char *period) {
  *s = (stats){.program = p, .period = copy_text(period)};
  s->word = s->period;
  choose_baseline(s);
  return ask_all(s);
}

static int show(const stats *s) {
  const screen *on = &s->program->screen;
  text t = {0};
  json j = {0};
  int code;
  if (is_json(on)) {
    stats_json(&j, s);
    code = write_json(&j);
  } else if (is_table(on)) {
    stats_page(&t, s);
    code = write_out(&t);
  } else {
    return write_result(on, s->parts != NULL ? s->parts : s->totals, LISTING_TABLE);
  }
  return code == EXIT_OK && stats_empty(s) ? EXIT_NOTHING : code;
}

int run_stats(program *p) {
  stats s = {.program = p};
  int code = choose_period(&s);
  if (code == EXIT_OK) {
    choose_baseline(&s);
    code = ask_all(&s);
  }
  if (code == EXIT_OK) code = show(&s);
  stats_free(&s);
  return code;
}
