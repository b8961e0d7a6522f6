/* findings.c: prints reports of the library as pages: insights, comparisons of two sides, the trend
 * of twelve weeks. Knows the columns of the reports; the library does the statistical tests. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "exits.h"
#include "listing.h"
#include "rows.h"
#include "zone.h"

#define METRICS_MOST 15 /* after the report's name */
#define TREND_WEEKS 12
#define NAME_WIDTH 22
#define FIGURE_WIDTH 12
#define EFFECT_WIDTH 46

static bool is_trend(const bp_result *r) {
  const char *topic = bp_result_meta(r, "topic");
  return topic != NULL && strcmp(topic, "learning_trend") == 0;
}

static int column(const bp_result *r, const char *name) {
  return find_column(r, NULL, name);
}

static double real_at(const bp_result *r, size_t row, const char *name) {
  int at = column(r, name);
  return at < 0 ? 0 : bp_result_real(r, row, (size_t)at);
}

static const char *text_at(const bp_result *r, size_t row, const char *name) {
  int at = column(r, name);
  return at < 0 ? NULL : bp_result_text(r, row, (size_t)at, NULL);
}

/* -------------------------------------------------------------------------------------- asking */

/* Runs the report for the metrics named on the command line. */
static int ask_report(bp_result **out, const program *p, const char *report, question *q,
                      char *const *metrics) {
  const char *list[METRICS_MOST + 2] = {report};
  size_t count = 1;
  for (; metrics != NULL && *metrics != NULL; metrics++) {
    if (count > METRICS_MOST)
      return complain(EXIT_USAGE, NULL, "at most %d metrics at a time", METRICS_MOST);
    list[count++] = *metrics;
  }
  const char *limit = p->options.value[OPTION_LIMIT];
  q->metrics = list;
  q->limit = limit != NULL ? strtoll(limit, NULL, 10) : 0;
  int code = ask(out, p, q);
  q->metrics = NULL; /* the list is local to this function */
  return code;
}

/* ------------------------------------------------------------------------------------- effects */

/* Points, with a sign unless they round to none. */
static void put_points(text *t, const screen *s, double x) {
  int tenths = (int)(fabs(x) * 1000 + 0.5);
  text_addf(t, "%s%d.%d", tenths == 0 ? "" : x < 0 ? minus(s) : "+", tenths / 10, tenths % 10);
}

/* Writes the size of an effect: in points, as a factor, or as a change per week. */
static void put_size(text *t, const screen *s, const char *kind, const char *unit, double x) {
  if (strcmp(kind, "factor") == 0)
    text_addf(t, "%d.%02d", (int)fmin(x + 0.005, 1e9), (int)(fmod(x + 0.005, 1) * 100));
  else if (unit != NULL && strcmp(unit, "ratio") == 0)
    put_points(t, s, x);
  else
    put_number(t, s, unit, x, true);
}

static char *effect_of(const screen *s, const bp_result *r, size_t row) {
  const char *kind = text_at(r, row, "effect_kind"), *unit = text_at(r, row, "unit");
  text t = {0};
  if (kind == NULL || !has_value(r, row, column(r, "effect"))) return copy_text("");
  if (strcmp(kind, "factor") == 0) text_add(&t, s->ascii ? "x " : "× ");
  put_size(&t, s, kind, unit, real_at(r, row, "effect"));
  if (strcmp(kind, "factor") != 0 && unit != NULL && strcmp(unit, "ratio") == 0)
    text_add(&t, " points");
  if (strcmp(kind, "slope") == 0) text_add(&t, " a week");
  text_add(&t, " (");
  put_size(&t, s, kind, unit, real_at(r, row, "effect_low"));
  text_add(&t, " to ");
  put_size(&t, s, kind, unit, real_at(r, row, "effect_high"));
  text_add(&t, ")");
  return t.data;
}

static char *value_of(const screen *s, const bp_result *r, size_t row, const char *name) {
  text t = {0};
  if (!has_value(r, row, column(r, name))) return copy_text("-");
  put_number(&t, s, text_at(r, row, "unit"), real_at(r, row, name), false);
  return t.data;
}

/* ------------------------------------------------------------------------------------ insights */

static char *evidence_of(const screen *s, const bp_result *r, size_t row) {
  text t = {0};
  char *effect = effect_of(s, r, row);
  double p = real_at(r, row, "p_adjusted");
  int64_t from = bp_result_int(r, row, (size_t)column(r, "evidence_from"));
  int64_t until = bp_result_int(r, row, (size_t)column(r, "evidence_until"));
  char *days = name_days(date_of(from), date_of(until - 1));
  text_addf(&t, "%s: %s; p ", text_at(r, row, "metric"), effect);
  if (p < 0.0001)
    text_add(&t, "below 0.0001");
  else
    text_addf(&t, "0.%04d", (int)(p * 10000 + 0.5));
  text_addf(&t, "; %lld session days, %s", (long long)real_at(r, row, "clusters"), days);
  free(days);
  free(effect);
  return t.data;
}

static void put_finding(text *t, const screen *s, const bp_result *r, size_t row) {
  char *evidence = evidence_of(s, r, row), *sentence = text_safe(text_at(r, row, "sentence"));
  text_addf(t, "%2lld. ", (long long)real_at(r, row, "rank"));
  put_wrapped(t, s, sentence, 4);
  text_add(t, "    ");
  put_wrapped(t, s, text_at(r, row, "advice"), 4);
  text_add(t, "    ");
  put_wrapped(t, s, evidence, 4);
  text_add(t, "\n");
  free(evidence);
  free(sentence);
}

static int show_insights(const program *p, const bp_result *r) {
  text t = {0};
  put_listing_title(&t, p, r, NULL);
  for (size_t row = 0; row < bp_result_rows(r); row++)
    put_finding(&t, &p->screen, r, row);
  const char *notes = bp_result_meta(r, "notes");
  if (notes != NULL) put_wrapped(&t, &p->screen, notes, 0);
  return write_out(&t);
}

/* The same as a table. */
static int write_insights(const screen *s, const bp_result *r) {
  static const char *const columns[] = {"Finding", "What to try", "Evidence", NULL};
  rows out;
  rows_begin(&out, s, NULL, columns);
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    char *evidence = evidence_of(s, r, row);
    rows_start(&out);
    rows_text(&out, NULL, text_at(r, row, "sentence"));
    rows_text(&out, NULL, text_at(r, row, "advice"));
    rows_text(&out, NULL, evidence);
    rows_finish(&out);
    free(evidence);
  }
  int code = rows_end(&out);
  return code == EXIT_OK && bp_result_rows(r) == 0 ? EXIT_NOTHING : code;
}

int run_insights(program *p) {
  char *period = period_of(p, "7d");
  if (period == NULL) return EXIT_USAGE;
  question q = {.period = period};
  bp_result *r = NULL;
  int code = ask_report(&r, p, "insights", &q, NULL);
  if (code == EXIT_OK && is_markup(&p->screen)) {
    code = write_insights(&p->screen, r);
  } else if (code == EXIT_OK && !is_table(&p->screen)) {
    code = write_result(&p->screen, r, NULL);
  } else if (code == EXIT_OK && bp_result_rows(r) == 0) {
    const char *notes = bp_result_meta(r, "notes");
    note(&p->screen, "nothing stands out. %s", notes != NULL ? notes : "");
    code = EXIT_NOTHING;
  } else if (code == EXIT_OK) {
    code = show_insights(p, r);
  }
  bp_result_free(r);
  free(period);
  return code;
}

/* ------------------------------------------------------------------------------- side by side */

static const char *style_of(const char *verdict) {
  bool said = strcmp(verdict, "higher") == 0 || strcmp(verdict, "lower") == 0 ||
              strcmp(verdict, "rising") == 0 || strcmp(verdict, "falling") == 0;
  return said ? STYLE_BOLD : STYLE_DIM;
}

static char *name_of(const bp_result *r, size_t row, bool subjects) {
  const char *metric = text_at(r, row, "metric"), *subject = text_at(r, row, "subject");
  const char *against = text_at(r, row, "against");
  if (subjects && subject != NULL) {
    bool rest = strcmp(against, "rest") == 0;
    char *both = rest ? copy_text(subject) : print_text("%s / %s", subject, against);
    char *safe = text_safe(both);
    free(both);
    return safe;
  }
  char *name = copy_text(metric);
  for (char *c = name; *c != '\0'; c++)
    if (*c == '_') *c = ' ';
  return name;
}

/* Whether all columns fit side by side. */
static bool is_wide(const screen *s) {
  return s->width == 0 || s->width >= NAME_WIDTH + 2 * FIGURE_WIDTH + 2 + EFFECT_WIDTH + 20;
}

static void put_row(text *t, const screen *s, const bp_result *r, size_t row, bool subjects) {
  char *name = name_of(r, row, subjects), *value = value_of(s, r, row, "value");
  char *other = value_of(s, r, row, "other"), *effect = effect_of(s, r, row);
  const char *verdict = text_at(r, row, "verdict");
  if (is_wide(s)) {
    text_fit(t, name, NAME_WIDTH, s->ascii);
    text_fit(t, value, -FIGURE_WIDTH, s->ascii);
    text_fit(t, other, -FIGURE_WIDTH, s->ascii);
    text_add(t, "  ");
    text_fit(t, effect, EFFECT_WIDTH, s->ascii);
    put(t, s, style_of(verdict), verdict, 0);
    put_line_end(t);
  } else {
    char *first = print_text("%s: %s", name, verdict);
    char *rest = print_text("%s | %s  %s", value, other, effect);
    put_wrapped(t, s, first, 2);
    text_add(t, "  ");
    put_wrapped(t, s, rest, 2);
    free(first);
    free(rest);
  }
  free(name);
  free(value);
  free(other);
  free(effect);
}

static void put_head(text *t, const screen *s, const char *name, const char *first,
                     const char *second, const char *effect) {
  text line = {0};
  if (is_wide(s)) {
    text_fit(&line, name, NAME_WIDTH, s->ascii);
    text_fit(&line, first, -FIGURE_WIDTH, s->ascii);
    text_fit(&line, second, -FIGURE_WIDTH, s->ascii);
    text_addf(&line, "  %s", effect);
    put(t, s, STYLE_DIM, line.data, 0);
    text_add(t, "\n");
  } else {
    text_addf(&line, "%s%s%s | %s  %s", name, name[0] != '\0' ? ": " : "", first, second, effect);
    put_wrapped(t, s, line.data, 0);
  }
  text_free(&line);
}

/* A trend is of the twelve weeks up to the end of the period, whatever the period is. */
static void put_weeks_title(text *t, const program *p, const bp_result *r) {
  const char *until = bp_result_meta(r, "until");
  int64_t end;
  if (until == NULL || !parse_instant(&end, until)) return;
  date last = date_of(end - 1);
  date first = add_days(week_start(last, begins_on_sunday(&p->options)), -7 * (TREND_WEEKS - 1));
  char *days = name_days(first, last);
  put_title_line(t, &p->screen, days, p->zone);
  text_add(t, "\n");
  free(days);
}

/* The days of the other side, which end the title. */
static void put_beside(text *t, const screen *s, const bp_result *r) {
  const char *from = bp_result_meta(r, "baseline_from"),
             *until = bp_result_meta(r, "baseline_until");
  int64_t first, last;
  if (from == NULL || until == NULL || !parse_instant(&first, from) || !parse_instant(&last, until))
    return;
  char *days = name_days(date_of(first), date_of(last - 1));
  char *line = print_text("beside %s", days);
  put_wrapped(t, s, line, 0);
  text_add(t, "\n");
  free(line);
  free(days);
}

/* One table, or with a dimension a table for each metric. */
static int show_sides(const program *p, const bp_result *r, const char *by, const char *first,
                      const char *second, const char *effect) {
  const screen *s = &p->screen;
  text t = {0};
  if (is_trend(r))
    put_weeks_title(&t, p, r);
  else
    put_listing_title(&t, p, r, NULL);
  put_beside(&t, s, r);
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    const char *metric = text_at(r, row, "metric");
    bool fresh = row == 0 || (by != NULL && strcmp(metric, text_at(r, row - 1, "metric")) != 0);
    if (fresh && row > 0) text_add(&t, "\n");
    char *name = by == NULL ? copy_text("") : name_of(r, row, false);
    if (fresh) put_head(&t, s, name, first, second, effect);
    put_row(&t, s, r, row, by != NULL);
    free(name);
  }
  text_add(&t, "\n");
  put_wrapped(&t, s,
              "In brackets: the 95 % interval of the true number. A verdict allows for all the "
              "comparisons of the table together, an interval for its own alone.",
              0);
  return write_out(&t);
}

/* The same as one table. */
static int write_sides(const screen *s, const bp_result *r, const char *by, const char *first,
                       const char *second, const char *effect) {
  const char *const every[] = {"metric", by, first, second, effect, "verdict", NULL};
  const char *columns[sizeof every / sizeof *every] = {NULL};
  size_t count = 0;
  for (size_t i = 0; i + 1 < sizeof every / sizeof *every; i++)
    if (every[i] != NULL) columns[count++] = every[i];
  rows out;
  rows_begin(&out, s, NULL, columns);
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    char *const cells[] = {name_of(r, row, false), by != NULL ? name_of(r, row, true) : NULL,
                           value_of(s, r, row, "value"), value_of(s, r, row, "other"),
                           effect_of(s, r, row)};
    rows_start(&out);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
      if (cells[i] != NULL) rows_text(&out, NULL, cells[i]);
      free(cells[i]);
    }
    rows_text(&out, NULL, text_at(r, row, "verdict"));
    rows_finish(&out);
  }
  return rows_end(&out);
}

/* Whether neither side has any value. */
static bool is_empty(const bp_result *r) {
  for (size_t row = 0; row < bp_result_rows(r); row++)
    if (has_value(r, row, column(r, "value")) || has_value(r, row, column(r, "other")))
      return false;
  return true;
}

static int finish(const program *p, bp_result *r, int code, const char *by, const char *first,
                  const char *second, const char *effect) {
  bool nothing = code == EXIT_OK && is_empty(r);
  if (nothing && is_table(&p->screen))
    explain_nothing(p, r, NULL);
  else if (code == EXIT_OK)
    code = is_table(&p->screen)    ? show_sides(p, r, by, first, second, effect)
           : is_markup(&p->screen) ? write_sides(&p->screen, r, by, first, second, effect)
                                   : write_result(&p->screen, r, NULL);
  bp_result_free(r);
  return code == EXIT_OK && nothing ? EXIT_NOTHING : code;
}

/* Two days with a slash are meant as a period, even where they are none. */
static bool means_period(const char *word) {
  return strchr(word, '/') != NULL || is_period(word);
}

int run_compare(program *p) {
  char *const *words = p->arguments;
  const char *first = NULL, *second = NULL;
  const char *by = p->options.by.count > 0 ? p->options.by.item[0] : NULL;
  if (p->options.by.count > 1) return complain(EXIT_USAGE, NULL, "compare takes one --by");
  if (*words != NULL && means_period(*words)) first = *words++;
  if (first != NULL && *words != NULL && means_period(*words)) second = *words++;
  uint64_t ranges = OPTION_BIT(OPTION_PERIOD) | OPTION_BIT(OPTION_DATE) | OPTION_BIT(OPTION_SINCE) |
                    OPTION_BIT(OPTION_UNTIL);
  if (first != NULL && (p->options.given & ranges))
    return complain(EXIT_USAGE, NULL, "a period was named twice");
  if (second != NULL && (by != NULL || given(&p->options, OPTION_COMPARE)))
    return complain(EXIT_USAGE, NULL, "name a second period, --compare or --by, not two of them");
  char *period = first != NULL ? copy_text(first) : period_of(p, by != NULL ? "28d" : "7d");
  if (period == NULL) return EXIT_USAGE;
  question q = {.by = {by},
                .period = period,
                .compare = second != NULL ? second : p->options.value[OPTION_COMPARE]};
  bp_result *r = NULL;
  int code = ask_report(&r, p, "comparison", &q, words);
  code = finish(p, r, code, by, by != NULL ? "it" : "this", by != NULL ? "others" : "other",
                "difference or factor, 95 %");
  free(period);
  return code;
}

int run_trend(program *p) {
  char *period = period_of(p, "7d");
  if (period == NULL) return EXIT_USAGE;
  question q = {.period = period};
  bp_result *r = NULL;
  int code = ask_report(&r, p, "learning_trend", &q, p->arguments);
  free(period);
  return finish(p, r, code, NULL, "first week", "last week", "change, 95 %");
}
